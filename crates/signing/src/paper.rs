//! Text on pages: a small PDF in the typeface of the stamps, for reports. It is PDF/A-2b (ISO 19005-2), to be kept, and
//! PDF/UA-1 (ISO 14289-1), to be read aloud: what is a heading, what a paragraph, and what only the foot of a page.

use crate::Hash;
use crate::pdf::{PdfError, date};
use crate::typeface::{Typeface, grey, legible};
use jiff::Timestamp;
use pdf_writer::types::{ArtifactType, StructRole, TabOrder};
use pdf_writer::writers::StructTreeRoot;
use pdf_writer::{Chunk, Content, Finish, Name, Pdf, Rect, Ref, Str, TextStr};
use std::collections::BTreeMap;

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

    fn role(self) -> StructRole {
        match self {
            Self::Title => StructRole::H1,
            Self::Heading => StructRole::H2,
            Self::Body | Self::Small => StructRole::P,
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
    /// The paragraph that it is of; none for the foot.
    part: Option<usize>,
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
    for (part, (style, words)) in paragraphs.iter().take(MOST).enumerate() {
        let (size, above) = style.measures();
        y -= above;
        for line in wrap(&text, &legible(words), (PAGE.0 - 2.0 * MARGIN) / size) {
            y -= size * 1.35;
            if y < MARGIN + 14.0 {
                page += 1;
                y = PAGE.1 - MARGIN - size;
            }
            lines.push(Line {
                part: Some(part),
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
            part: None,
            page: number,
            y: MARGIN - 22.0,
            size: 8.5,
            codes: set(&mut text, &words),
        });
    }
    let styles: Vec<Style> = paragraphs
        .iter()
        .take(MOST)
        .map(|(style, _)| *style)
        .collect();
    lay(about, text, &styles, &lines, page + 1)
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

/// A page's own objects.
#[derive(Clone, Copy)]
struct Place {
    page: Ref,
    content: Ref,
    /// The paragraphs of its marked contents, for the tree of parents.
    parents: Ref,
}

/// A piece of a paragraph on a page: the page, the number of the marked content there, the paragraph.
type Mark = (usize, i32, usize);

fn lay(
    about: About<'_>,
    text: Typeface,
    styles: &[Style],
    lines: &[Line],
    pages: usize,
) -> Result<Vec<u8>, PdfError> {
    let mut next = 0;
    let mut number = || {
        next += 1;
        Ok(Ref::new(next))
    };
    let font = text.embed(&mut number)?;
    let [catalog, tree, info, metadata, structure, document] = [
        number()?,
        number()?,
        number()?,
        number()?,
        number()?,
        number()?,
    ];
    let mut places = Vec::new();
    for _ in 0..pages {
        places.push(Place {
            page: number()?,
            content: number()?,
            parents: number()?,
        });
    }
    let parts = styles
        .iter()
        .map(|_| number())
        .collect::<Result<Vec<_>, _>>()?;
    let mut pdf = Pdf::new();
    let mut root = pdf.catalog(catalog);
    root.pages(tree).lang(TextStr(about.language));
    root.metadata(metadata);
    root.mark_info().marked(true);
    root.pair(Name(b"StructTreeRoot"), structure);
    root.viewer_preferences()
        .pair(Name(b"DisplayDocTitle"), true);
    root.finish();
    pdf.document_info(info)
        .title(TextStr(about.title))
        .creator(TextStr("Comuni in Rete"))
        .creation_date(date(about.made));
    pdf.metadata(metadata, xmp(about.title).as_bytes());
    pdf.pages(tree)
        .kids(places.iter().map(|place| place.page))
        .count(whole(pages));
    let (mut marks, mut drawn) = (Vec::new(), Vec::new());
    for (index, place) in places.iter().enumerate() {
        let mut writer = pdf.page(place.page);
        writer
            .parent(tree)
            .media_box(Rect::new(0.0, 0.0, PAGE.0, PAGE.1))
            .contents(place.content)
            .struct_parents(whole(index))
            .tab_order(TabOrder::StructureOrder);
        let mut resources = writer.resources();
        if let Some((id, _)) = font.first() {
            resources.fonts().pair(Name(b"F"), *id);
        }
        grey(&mut resources);
        resources.finish();
        writer.finish();
        let content = page(index, lines, styles, &mut marks);
        pdf.stream(place.content, &content);
        drawn.extend(content);
    }
    let spine = Spine {
        structure,
        document,
        parts: &parts,
        places: &places,
    };
    pdf.extend(&spine.write(styles, &marks));
    for (_, chunk) in &font {
        pdf.extend(chunk);
    }
    drawn.extend(about.made.to_string().into_bytes());
    let mut id = Hash::Sha256.of(&drawn).bytes;
    id.truncate(16);
    pdf.set_file_id((id.clone(), id));
    Ok(pdf.finish())
}

/// What is drawn on a page, each paragraph's piece marked as its own.
fn page(index: usize, lines: &[Line], styles: &[Style], marks: &mut Vec<Mark>) -> Vec<u8> {
    let mut drawn = Content::new();
    let (mut mark, mut open) = (0, None);
    for line in lines.iter().filter(|line| line.page == index) {
        if open != Some(line.part) {
            if open.is_some() {
                drawn.end_marked_content();
            }
            match line.part {
                Some(part) => {
                    let style = styles.get(part).copied().unwrap_or(Style::Body);
                    let role = style.role();
                    let name = match role {
                        StructRole::H1 => Name(b"H1"),
                        StructRole::H2 => Name(b"H2"),
                        _ => Name(b"P"),
                    };
                    drawn
                        .begin_marked_content_with_properties(name)
                        .properties()
                        .identify(mark);
                    marks.push((index, mark, part));
                    mark += 1;
                }
                None => {
                    drawn
                        .begin_marked_content_with_properties(Name(b"Artifact"))
                        .properties()
                        .artifact()
                        .kind(ArtifactType::Pagination);
                }
            }
            open = Some(line.part);
        }
        drawn.begin_text();
        drawn.set_font(Name(b"F"), line.size);
        drawn.next_line(MARGIN, line.y);
        drawn.show(Str(&line.codes));
        drawn.end_text();
    }
    if open.is_some() {
        drawn.end_marked_content();
    }
    drawn.finish().to_vec()
}

/// The structure: a document, and its paragraphs in their order (ISO 32000-1, 14.7).
struct Spine<'a> {
    structure: Ref,
    document: Ref,
    parts: &'a [Ref],
    places: &'a [Place],
}

impl Spine<'_> {
    fn write(&self, styles: &[Style], marks: &[Mark]) -> Chunk {
        let mut chunk = Chunk::new();
        let mut root = chunk.indirect(self.structure).start::<StructTreeRoot<'_>>();
        root.child(self.document);
        let mut tree = root.parent_tree();
        let mut numbers = tree.nums();
        for (index, place) in self.places.iter().enumerate() {
            numbers.insert(whole(index), place.parents);
        }
        numbers.finish();
        tree.finish();
        root.parent_tree_next_key(whole(self.places.len()));
        root.finish();
        for (index, place) in self.places.iter().enumerate() {
            let here = marks.iter().filter(|(page, ..)| *page == index);
            let parents = here.filter_map(|(_, _, part)| self.parts.get(*part));
            chunk.indirect(place.parents).array().items(parents);
        }
        let mut all = chunk.struct_element(self.document);
        all.kind(StructRole::Document).parent(self.structure);
        all.children().items(self.parts);
        all.finish();
        let mut own: BTreeMap<usize, Vec<(usize, i32)>> = BTreeMap::new();
        for (page, mark, part) in marks {
            own.entry(*part).or_default().push((*page, *mark));
        }
        for (part, (id, style)) in self.parts.iter().zip(styles).enumerate() {
            let mut element = chunk.struct_element(*id);
            element.kind(style.role()).parent(self.document);
            let mut pieces = element.children();
            for (page, mark) in own.remove(&part).unwrap_or_default() {
                if let Some(place) = self.places.get(page) {
                    pieces
                        .marked_content_ref()
                        .page(place.page)
                        .marked_content_id(mark);
                }
            }
        }
        chunk
    }
}

fn whole(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// The metadata: the title, and that the file is PDF/A-2b and PDF/UA-1; for the latter's word PDF/A wants a description
/// of its schema (ISO 19005-2, 6.6.2.3.3).
fn xmp(title: &str) -> String {
    let title = title
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    format!(
        r#"<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/" pdfaid:part="2" pdfaid:conformance="B"/>
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" pdfuaid:part="1"/>
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title><rdf:Alt><rdf:li
 xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title></rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix><pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource"><pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289</pdfaProperty:description><pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType></rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>"#
    )
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
