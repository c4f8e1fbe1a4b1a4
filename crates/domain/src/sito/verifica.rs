//! What a page lacks before the public may see it, in the order of the form.

use super::{Block, Fields, PageKind, RichText, Span};
use serde::{Deserialize, Serialize};

/// Where the person should go to mend a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Spot {
    /// The title.
    Title,
    /// The short description.
    Summary,
    /// The topics.
    Topics,
    /// The office in charge.
    Office,
    /// The image at the head.
    Cover,
    /// A way to reach the office (telephone, e-mail, PEC).
    Contact,
    /// The address of the office.
    Address,
    /// The text as a whole.
    Body,
    /// A block of the text, counted from 0.
    Block(usize),
}

/// What is wrong. The words are in `l10n`, one message per problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Problem {
    /// Nothing is written there.
    Missing,
    /// Longer than the model advises.
    TooLong,
    /// An image says nothing to those who cannot see it.
    AltMissing,
    /// A heading skips a level (WCAG 2.2, technique G141).
    HeadingSkips,
    /// A heading without words.
    HeadingEmpty,
    /// A table without column headers (WCAG 2.2, criterion 1.3.1).
    TableHeader,
    /// A link whose words do not say where it leads (WCAG 2.2, criterion 2.4.4).
    LinkWords,
    /// A link to a place that only one computer can open.
    LinkLocal,
}

/// One thing to mend or to consider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Where.
    pub spot: Spot,
    /// What.
    pub problem: Problem,
    /// The page cannot be published before it is mended; otherwise it is advice.
    pub blocking: bool,
}

/// Checks a page. Mandatory is what the national model marks so for the kind (Modello Comuni, content
/// types) and what accessibility law asks (L. 4/2004, EN 301 549); the rest is advice.
pub fn verify(kind: PageKind, fields: &Fields, body: &RichText) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut add = |spot, problem, blocking| {
        findings.push(Finding {
            spot,
            problem,
            blocking,
        });
    };
    text_field(&fields.title, Spot::Title, 60, &mut add);
    text_field(&fields.summary, Spot::Summary, 160, &mut add);
    if kind == PageKind::Notizia {
        if fields.topics.is_empty() {
            add(Spot::Topics, Problem::Missing, true);
        }
        if fields.office.is_none() {
            add(Spot::Office, Problem::Missing, true);
        }
    }
    if kind == PageKind::Ufficio {
        if fields.address.trim().is_empty() {
            add(Spot::Address, Problem::Missing, true);
        }
        let reachable = [&fields.phone, &fields.email, &fields.pec];
        if reachable.iter().all(|way| way.trim().is_empty()) {
            add(Spot::Contact, Problem::Missing, true);
        }
    }
    if let Some(cover) = &fields.cover
        && !cover.decorative
        && cover.alt.trim().is_empty()
    {
        add(Spot::Cover, Problem::AltMissing, true);
    }
    if body.is_blank() {
        add(Spot::Body, Problem::Missing, true);
    }
    verify_body(body, &mut add);
    findings
}

fn text_field(text: &str, spot: Spot, advised: usize, add: &mut impl FnMut(Spot, Problem, bool)) {
    if text.trim().is_empty() {
        add(spot, Problem::Missing, true);
    } else if text.chars().count() > advised {
        add(spot, Problem::TooLong, false);
    }
}

fn verify_body(body: &RichText, add: &mut impl FnMut(Spot, Problem, bool)) {
    let mut above = 1;
    for (at, block) in body.blocks.iter().enumerate() {
        let spot = Spot::Block(at);
        match block {
            Block::Heading { level, spans } => {
                if spans.iter().all(|span| span.text.trim().is_empty()) {
                    add(spot.clone(), Problem::HeadingEmpty, true);
                } else if *level > above + 1 {
                    add(spot.clone(), Problem::HeadingSkips, true);
                }
                above = *level;
            }
            Block::Image {
                alt, decorative, ..
            } if !decorative && alt.trim().is_empty() => {
                add(spot.clone(), Problem::AltMissing, true);
            }
            Block::Table(table) if !table.header => {
                add(spot.clone(), Problem::TableHeader, true);
            }
            _ => {}
        }
        verify_links(block, &spot, add);
    }
}

fn verify_links(block: &Block, spot: &Spot, add: &mut impl FnMut(Spot, Problem, bool)) {
    let in_cells = match block {
        Block::Table(table) => table.rows.iter().flat_map(|row| &row.cells).collect(),
        _ => Vec::new(),
    };
    let spans = block
        .spans()
        .into_iter()
        .flatten()
        .chain(in_cells.into_iter().flatten());
    for span in spans.filter(|span| span.link.is_some()) {
        let link = span.link.as_deref().unwrap_or_default();
        if !opens_everywhere(link) {
            add(spot.clone(), Problem::LinkLocal, true);
        } else if says_nothing(span) {
            add(spot.clone(), Problem::LinkWords, false);
        }
    }
}

fn opens_everywhere(link: &str) -> bool {
    ["https://", "http://", "mailto:", "tel:", "pagina:"]
        .iter()
        .any(|scheme| link.starts_with(scheme))
}

fn says_nothing(span: &Span) -> bool {
    let words = span.text.trim().to_lowercase();
    ["qui", "clicca qui", "link", "leggi", "vai", "scarica"].contains(&words.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FileId, FileRef};

    fn heading(level: u8, words: &str) -> Block {
        Block::Heading {
            level,
            spans: vec![Span::plain(words)],
        }
    }

    #[test]
    fn an_empty_news_item_lacks_everything_in_the_order_of_the_form() {
        let spots: Vec<_> = verify(PageKind::Notizia, &Fields::default(), &RichText::default())
            .into_iter()
            .map(|f| f.spot)
            .collect();
        let order = [
            Spot::Title,
            Spot::Summary,
            Spot::Topics,
            Spot::Office,
            Spot::Body,
        ];
        assert_eq!(spots, order);
    }

    #[test]
    fn the_text_is_checked_block_by_block() {
        let image = Block::Image {
            file: FileRef {
                id: FileId::new("00"),
                name: "neve.jpg".into(),
                media: "image/jpeg".into(),
                size: 1,
            },
            alt: " ".into(),
            decorative: false,
            caption: String::new(),
        };
        let link = Block::Paragraph {
            spans: vec![Span {
                text: "clicca qui".into(),
                link: Some("file:///C:/bando.doc".into()),
                ..Span::default()
            }],
        };
        let body = RichText {
            blocks: vec![heading(2, "Orari"), heading(4, "Lunedì"), image, link],
        };
        let findings = verify(PageKind::Pagina, &Fields::default(), &body);
        let of = |at| {
            findings
                .iter()
                .filter(|f| f.spot == Spot::Block(at))
                .map(|f| f.problem)
                .collect::<Vec<_>>()
        };
        assert_eq!(of(0), []);
        assert_eq!(of(1), [Problem::HeadingSkips]);
        assert_eq!(of(2), [Problem::AltMissing]);
        assert_eq!(of(3), [Problem::LinkLocal]);
    }

    #[test]
    fn advice_does_not_block() {
        let fields = Fields {
            title: "t".repeat(61),
            ..Fields::default()
        };
        let findings = verify(PageKind::Pagina, &fields, &RichText::default());
        let title = findings.iter().find(|f| f.spot == Spot::Title);
        assert!(title.is_some_and(|f| !f.blocking && f.problem == Problem::TooLong));
    }
}
