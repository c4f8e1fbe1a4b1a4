//! Text on pages: a small PDF in the typeface of the stamps, for reports.

use crate::pdf::{PdfError, date};
use crate::typeface::{Typeface, legible};
use jiff::Timestamp;
use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref, Str, TextStr};

/// A4, in points.
const PAGE: (f32, f32) = (595.276, 841.89);
/// White on all sides, in points.
const MARGIN: f32 = 56.0;
/// The most paragraphs; more is cut, and said so by who writes them.
const MOST: usize = 20_000;

/// How a paragraph looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// The title of the whole.
    Title,
    /// Of a part.
    Heading,
    /// Text.
    Body,
    /// Remarks.
    Small,
}

impl Style {
    /// Size, and white above, in points.
    fn measures(self) -> (f32, f32) {
        match self {
            Self::Title => (20.0, 0.0),
            Self::Heading => (14.0, 16.0),
            Self::Body => (10.5, 4.0),
            Self::Small => (8.5, 3.0),
        }
    }
}

/// What is written about the whole.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// Its title.
    pub title: &'a str,
    /// Its language (BCP 47).
    pub language: &'a str,
    /// When it was made.
    pub made: Timestamp,
}

/// A line at its place on a page.
struct Line {
    page: usize,
    /// From below, in points.
    y: f32,
    size: f32,
    codes: Vec<u8>,
}

/// Sets paragraphs on as many pages as they need; `foot` writes the foot of page `n` of `all`. Signs that the typeface
/// has not become question marks.
///
/// # Errors
/// Where the typeface cannot be cut to size.
pub fn write(
    about: About<'_>,
    paragraphs: &[(Style, String)],
    foot: impl Fn(usize, usize) -> String,
) -> Result<Vec<u8>, PdfError> {
    let mut text = Typeface::new()?;
    let mut lines = Vec::new();
    let (mut page, mut y) = (0, PAGE.1 - MARGIN);
    for (style, words) in paragraphs.iter().take(MOST) {
        let (size, above) = style.measures();
        y -= above;
        for line in wrap(&text, &legible(words), (PAGE.0 - 2.0 * MARGIN) / size) {
            y -= size * 1.35;
            if y < MARGIN + 14.0 {
                page += 1;
                y = PAGE.1 - MARGIN - size;
            }
            lines.push(Line {
                page,
                y,
                size,
                codes: set(&mut text, &line),
            });
        }
    }
    for number in 0..=page {
        let words = legible(&foot(number + 1, page + 1));
        lines.push(Line {
            page: number,
            y: MARGIN - 22.0,
            size: 8.5,
            codes: set(&mut text, &words),
        });
    }
    lay(about, text, &lines, page + 1)
}

fn set(text: &mut Typeface, line: &str) -> Vec<u8> {
    text.set(line).map(|(codes, _)| codes).unwrap_or_default()
}

/// Breaks a paragraph into lines of at most this width at size 1; a word that is longer is broken too.
fn wrap(text: &Typeface, words: &str, width: f32) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in words.split_whitespace() {
        let line = lines.last().cloned().unwrap_or_default();
        let longer = if line.is_empty() {
            word.to_owned()
        } else {
            format!("{line} {word}")
        };
        if text.width(&longer) <= width {
            if let Some(last) = lines.last_mut() {
                *last = longer;
            }
            continue;
        }
        if !line.is_empty() {
            lines.push(String::new());
        }
        for letter in word.chars() {
            let full = lines.last().is_some_and(|last| {
                text.width(last) + text.width(letter.encode_utf8(&mut [0; 4])) > width
            });
            if full {
                lines.push(String::new());
            }
            if let Some(last) = lines.last_mut() {
                last.push(letter);
            }
        }
    }
    lines
}

fn lay(
    about: About<'_>,
    text: Typeface,
    lines: &[Line],
    pages: usize,
) -> Result<Vec<u8>, PdfError> {
    let mut next = 0;
    let mut number = || {
        next += 1;
        Ok(Ref::new(next))
    };
    let font = text.embed(&mut number)?;
    let (catalog, tree, info) = (number()?, number()?, number()?);
    let mut places = Vec::new();
    for _ in 0..pages {
        places.push((number()?, number()?));
    }
    let mut pdf = Pdf::new();
    let mut root = pdf.catalog(catalog);
    root.pages(tree).lang(TextStr(about.language));
    root.viewer_preferences()
        .pair(Name(b"DisplayDocTitle"), true);
    root.finish();
    pdf.document_info(info)
        .title(TextStr(about.title))
        .creator(TextStr("Comuni in Rete"))
        .creation_date(date(about.made));
    pdf.pages(tree)
        .kids(places.iter().map(|(page, _)| *page))
        .count(i32::try_from(pages).unwrap_or(i32::MAX));
    for (index, (page, content)) in places.iter().enumerate() {
        let mut writer = pdf.page(*page);
        writer
            .parent(tree)
            .media_box(Rect::new(0.0, 0.0, PAGE.0, PAGE.1))
            .contents(*content);
        let first = font.first().map(|(id, _)| *id);
        if let Some(id) = first {
            writer.resources().fonts().pair(Name(b"F"), id);
        }
        writer.finish();
        let mut drawn = Content::new();
        for line in lines.iter().filter(|line| line.page == index) {
            drawn.begin_text();
            drawn.set_font(Name(b"F"), line.size);
            drawn.next_line(MARGIN, line.y);
            drawn.show(Str(&line.codes));
            drawn.end_text();
        }
        pdf.stream(*content, &drawn.finish());
    }
    for (_, chunk) in &font {
        pdf.extend(chunk);
    }
    Ok(pdf.finish())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn long_words_are_broken_and_nothing_is_lost() {
        let text = Typeface::new().unwrap();
        let long = "a".repeat(300);
        let lines = wrap(&text, &format!("una parola {long} e poi"), 20.0);
        assert!(lines.len() > 3);
        assert!(
            lines.iter().all(|line| text.width(line) <= 20.0),
            "{lines:?}"
        );
        let all: String = lines.concat().split_whitespace().collect();
        assert_eq!(all, format!("unaparola{long}epoi"));
    }
}
