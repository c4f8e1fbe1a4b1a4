//! Rich text as people write it: a flat list of blocks, because flat text merges without losing words
//! (a list item knows its depth; nothing is nested but the cells of a table).

use crate::FileRef;
use serde::{Deserialize, Serialize};

/// The character that stands for a line break inside a block (U+2028 LINE SEPARATOR).
pub const LINE_BREAK: char = '\u{2028}';

/// The body of a page.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RichText {
    /// The blocks in reading order.
    pub blocks: Vec<Block>,
}

/// One block of a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Block {
    /// A paragraph.
    Paragraph {
        /// Its text.
        #[serde(default)]
        spans: Vec<Span>,
    },
    /// A heading. Level 2 to 4: level 1 is the title of the page.
    Heading {
        /// 2, 3 or 4.
        level: u8,
        /// Its text.
        #[serde(default)]
        spans: Vec<Span>,
    },
    /// An item of a list; neighbouring items make the list.
    Item {
        /// Numbered, or with a bullet.
        #[serde(default)]
        ordered: bool,
        /// 0 for the outermost list, at most 4.
        #[serde(default)]
        depth: u8,
        /// Its text.
        #[serde(default)]
        spans: Vec<Span>,
    },
    /// An image.
    Image {
        /// The file.
        file: FileRef,
        /// What the image tells those who cannot see it. Empty only if decorative.
        #[serde(default)]
        alt: String,
        /// The image tells nothing and is skipped by assistive technology.
        #[serde(default)]
        decorative: bool,
        /// Shown under the image.
        #[serde(default)]
        caption: String,
    },
    /// A file offered for download at this point of the text.
    Attachment {
        /// The file.
        file: FileRef,
    },
    /// A table.
    Table(Table),
}

/// A table. Its cells hold one paragraph each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Stable identity within the text, so that two people can edit two cells; made by the editor.
    pub id: String,
    /// The first row holds the headers of the columns.
    #[serde(default)]
    pub header: bool,
    /// The rows, top to bottom.
    pub rows: Vec<Row>,
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Stable identity within the table; made by the editor.
    pub id: String,
    /// The cells, left to right.
    pub cells: Vec<Vec<Span>>,
}

/// A run of characters with the same look.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// The characters; [`LINE_BREAK`] for a line break, never `\n`.
    pub text: String,
    /// Strong importance.
    #[serde(default, skip_serializing_if = "is_false")]
    pub bold: bool,
    /// Emphasis.
    #[serde(default, skip_serializing_if = "is_false")]
    pub italic: bool,
    /// Where it leads: `https:`, `http:`, `mailto:`, `tel:`, or inside the site `pagina:ID`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the shape serde asks for"
)]
fn is_false(value: &bool) -> bool {
    !value
}

impl Span {
    /// Plain text.
    pub fn plain(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..Self::default()
        }
    }
}

impl Block {
    /// The text of the block if it is made of spans.
    pub fn spans(&self) -> Option<&[Span]> {
        match self {
            Self::Paragraph { spans } | Self::Heading { spans, .. } | Self::Item { spans, .. } => {
                Some(spans)
            }
            Self::Image { .. } | Self::Attachment { .. } | Self::Table(_) => None,
        }
    }

    /// The file the block shows or offers.
    pub fn file(&self) -> Option<&FileRef> {
        match self {
            Self::Image { file, .. } | Self::Attachment { file } => Some(file),
            _ => None,
        }
    }
}

impl RichText {
    /// One paragraph per line of plain text.
    pub fn from_plain(text: &str) -> Self {
        let blocks = text
            .lines()
            .map(|line| Block::Paragraph {
                spans: if line.is_empty() {
                    vec![]
                } else {
                    vec![Span::plain(line)]
                },
            })
            .collect();
        Self { blocks }
    }

    /// The words alone, a line per block or cell: for search, for comparison, for counting.
    pub fn plain(&self) -> String {
        let mut out = String::new();
        for block in &self.blocks {
            match block {
                Block::Table(table) => {
                    for cell in table.rows.iter().flat_map(|row| &row.cells) {
                        push_line(&mut out, cell);
                    }
                }
                Block::Image { alt, caption, .. } => {
                    out.push_str(alt);
                    out.push('\n');
                    if !caption.is_empty() {
                        out.push_str(caption);
                        out.push('\n');
                    }
                }
                Block::Attachment { file } => {
                    out.push_str(&file.name);
                    out.push('\n');
                }
                _ => push_line(&mut out, block.spans().unwrap_or_default()),
            }
        }
        out
    }

    /// The files that the text shows or offers.
    pub fn files(&self) -> impl Iterator<Item = &FileRef> {
        self.blocks.iter().filter_map(Block::file)
    }

    /// Nothing is written or shown.
    pub fn is_blank(&self) -> bool {
        self.files().next().is_none() && self.plain().trim().is_empty()
    }
}

fn push_line(out: &mut String, spans: &[Span]) {
    for span in spans {
        out.extend(
            span.text
                .chars()
                .map(|c| if c == LINE_BREAK { ' ' } else { c }),
        );
    }
    out.push('\n');
}
