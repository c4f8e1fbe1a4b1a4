//! Rich text as HTML: the flat blocks get the nesting back that HTML wants.

use crate::date;
use crate::media::{Media, kind_word};
use crate::{Comune, Lookup};
use domain::sito::{Block, LINE_BREAK, RichText, Span, Table};
use domain::{FileRef, PageId};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// What a text needs to know of the world around it.
pub(crate) struct Around<'a> {
    pub comune: &'a Comune,
    pub others: &'a dyn Lookup,
    pub media: &'a Media,
    /// Address of an icon of the sprite.
    pub icons: &'a str,
}

/// A heading that can be jumped to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Anchor {
    pub id: String,
    pub words: String,
}

/// A text as HTML, and its main headings.
pub(crate) struct Body {
    pub html: String,
    pub anchors: Vec<Anchor>,
}

/// A text without what no document may hold: control characters and the like.
pub(crate) fn clean(text: &str) -> String {
    let allowed = |c: &char| {
        !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}' | '\u{fdd0}'..='\u{fdef}')
    };
    text.chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(allowed)
        .collect::<String>()
        .trim()
        .to_owned()
}

/// The text with the five signs that mean something to HTML and XML written out.
pub(crate) fn escape(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if c.is_control()
                || matches!(c, '\u{fffe}' | '\u{ffff}' | '\u{fdd0}'..='\u{fdef}') => {}
            c => out.push(c),
        }
    }
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    escape(&mut out, text);
    out
}

pub(crate) fn body(text: &RichText, around: &Around<'_>) -> Body {
    let mut writer = Writer {
        around,
        out: String::new(),
        lists: Vec::new(),
        level: 1,
        ids: BTreeSet::new(),
        anchors: Vec::new(),
    };
    text.blocks.iter().for_each(|block| writer.block(block));
    writer.close_lists(0);
    Body {
        html: writer.out,
        anchors: writer.anchors,
    }
}

struct Writer<'a> {
    around: &'a Around<'a>,
    out: String,
    /// The open lists, outermost first: numbered or not. Each has an open item.
    lists: Vec<bool>,
    /// The level of the last heading.
    level: u8,
    ids: BTreeSet<String>,
    anchors: Vec<Anchor>,
}

impl Writer<'_> {
    fn block(&mut self, block: &Block) {
        if let Block::Item {
            ordered,
            depth,
            spans,
        } = block
        {
            return self.item(*ordered, usize::from(*depth), spans);
        }
        self.close_lists(0);
        match block {
            Block::Paragraph { spans } if !blank(spans) => {
                self.out.push_str("<p>");
                self.spans(spans);
                self.out.push_str("</p>\n");
            }
            Block::Heading { level, spans } if !blank(spans) => self.heading(*level, spans),
            Block::Image {
                file,
                alt,
                decorative,
                caption,
            } => self.image(file, if *decorative { "" } else { alt }, caption),
            Block::Attachment { file } => self.attachment(file),
            Block::Table(table) => self.table(table),
            Block::Paragraph { .. } | Block::Heading { .. } | Block::Item { .. } => {}
        }
    }

    /// A level never skips one, whatever was written: the outline is how many people move about.
    fn heading(&mut self, level: u8, spans: &[Span]) {
        self.level = level.clamp(2, 4).min(self.level + 1);
        let words = clean(&spans.iter().map(|s| s.text.as_str()).collect::<String>());
        let id = self.fresh_id(&words);
        let _ = write!(self.out, "<h{} id=\"{id}\">", self.level);
        self.spans(spans);
        let _ = writeln!(self.out, "</h{}>", self.level);
        if self.level == 2 {
            self.anchors.push(Anchor { id, words });
        }
    }

    /// The prefix keeps apart the headings of the text from the ids of the page around it.
    fn fresh_id(&mut self, words: &str) -> String {
        let base = format!("t-{}", domain::sito::slug(words));
        let mut id = base.clone();
        let mut n = 1;
        while !self.ids.insert(id.clone()) {
            n += 1;
            id = format!("{base}-{n}");
        }
        id
    }

    fn item(&mut self, ordered: bool, depth: usize, spans: &[Span]) {
        // No item can be deeper than one below the item before it.
        let depth = depth.min(self.lists.len());
        self.close_lists(depth + 1);
        match self.lists.last() {
            Some(open) if self.lists.len() == depth + 1 && *open == ordered => {
                self.out.push_str("</li>\n");
            }
            Some(_) if self.lists.len() == depth + 1 => {
                self.close_lists(depth);
                self.open_list(ordered);
            }
            _ => self.open_list(ordered),
        }
        self.out.push_str("<li>");
        self.spans(spans);
    }

    fn open_list(&mut self, ordered: bool) {
        self.lists.push(ordered);
        self.out
            .push_str(if ordered { "\n<ol>\n" } else { "\n<ul>\n" });
    }

    fn close_lists(&mut self, keep: usize) {
        while self.lists.len() > keep {
            let ordered = self.lists.pop().unwrap_or_default();
            self.out.push_str(if ordered {
                "</li>\n</ol>\n"
            } else {
                "</li>\n</ul>\n"
            });
        }
    }

    fn spans(&mut self, spans: &[Span]) {
        // Neighbours with the same link are one link, or a keyboard would stop at each.
        for run in spans.chunk_by(|a, b| a.link == b.link) {
            let href = run
                .first()
                .and_then(|span| self.href(span.link.as_deref()?));
            if let Some(href) = &href {
                let _ = write!(self.out, "<a href=\"{}\">", escaped(href));
            }
            run.iter().for_each(|span| self.span(span));
            if href.is_some() {
                self.out.push_str("</a>");
            }
        }
    }

    fn span(&mut self, span: &Span) {
        let tags = [(span.bold, "strong"), (span.italic, "em")];
        let tags = || tags.iter().filter(|(on, _)| *on && !span.text.is_empty());
        tags().for_each(|(_, tag)| _ = write!(self.out, "<{tag}>"));
        for (i, line) in span.text.split([LINE_BREAK, '\n']).enumerate() {
            if i > 0 {
                self.out.push_str("<br>");
            }
            escape(&mut self.out, line);
        }
        tags()
            .rev()
            .for_each(|(_, tag)| _ = write!(self.out, "</{tag}>"));
    }

    /// Where a link leads; `None` leaves its words as they are.
    fn href(&self, link: &str) -> Option<String> {
        if let Some(id) = link.strip_prefix("pagina:") {
            let target = self.around.others.target(&PageId::new(id))?;
            return Some(self.around.comune.url(&target.path));
        }
        safe_link(link)
    }

    fn image(&mut self, file: &FileRef, alt: &str, caption: &str) {
        let Some(image) = Image::of(file, alt, self.around) else {
            return;
        };
        self.out.push_str("<figure class=\"figure d-block\">");
        image.write(&mut self.out);
        if !caption.trim().is_empty() {
            let caption = escaped(&clean(caption));
            let _ = write!(
                self.out,
                "<figcaption class=\"figure-caption\">{caption}</figcaption>"
            );
        }
        self.out.push_str("</figure>\n");
    }

    fn attachment(&mut self, file: &FileRef) {
        let Some(offer) = Offer::of(file, self.around) else {
            return;
        };
        let _ = writeln!(
            self.out,
            "<p class=\"cr-file\"><svg class=\"icon icon-primary icon-sm\" aria-hidden=\"true\">\
             <use href=\"{}#it-clip\"></use></svg> <a href=\"{}\">{} <span>({})</span></a></p>",
            escaped(self.around.icons),
            escaped(&offer.url),
            escaped(&offer.name),
            escaped(&offer.kind),
        );
    }

    fn table(&mut self, table: &Table) {
        let width = table
            .rows
            .iter()
            .map(|row| row.cells.len())
            .max()
            .unwrap_or(0);
        if width == 0 {
            return;
        }
        // A wide table scrolls by itself; the keyboard must be able to reach it (WCAG 2.1.1).
        let n = self.out.matches("<table").count() + 1;
        let _ = write!(
            self.out,
            "<div class=\"table-responsive\" tabindex=\"0\" role=\"region\" \
             aria-label=\"Tabella {n}\">\n<table class=\"table\">\n"
        );
        for (i, row) in table.rows.iter().enumerate() {
            let header = table.header && i == 0;
            self.out.push_str(match (header, i) {
                (true, _) => "<thead>\n<tr>",
                (false, 0) => "<tbody>\n<tr>",
                (false, _) => "<tr>",
            });
            self.cells(&row.cells, width, header);
            self.out
                .push_str(match (header, i + 1 == table.rows.len()) {
                    (true, true) => "</tr>\n</thead>\n",
                    (true, false) => "</tr>\n</thead>\n<tbody>\n",
                    (false, true) => "</tr>\n</tbody>\n",
                    (false, false) => "</tr>\n",
                });
        }
        self.out.push_str("</table>\n</div>\n");
    }

    fn cells(&mut self, cells: &[Vec<Span>], width: usize, header: bool) {
        for at in 0..width {
            let cell = cells.get(at).map(Vec::as_slice).unwrap_or_default();
            // An empty header names nothing: it is a plain cell.
            let header = header && !blank(cell);
            self.out
                .push_str(if header { "<th scope=\"col\">" } else { "<td>" });
            self.spans(cell);
            self.out.push_str(if header { "</th>" } else { "</td>" });
        }
    }
}

fn blank(spans: &[Span]) -> bool {
    spans.iter().all(|span| span.text.trim().is_empty())
}

/// A link that opens the same way on every computer, as an address that HTML accepts.
pub(crate) fn safe_link(link: &str) -> Option<String> {
    let link = link.trim();
    let (scheme, rest) = link.split_once(':')?;
    let scheme = scheme.to_ascii_lowercase();
    let web = scheme == "http" || scheme == "https";
    let known = web || scheme == "mailto" || scheme == "tel";
    let shaped = !web || rest.strip_prefix("//").is_some_and(|host| !host.is_empty());
    (known && shaped && !rest.is_empty()).then(|| format!("{scheme}:{}", percent(rest)))
}

/// With everything that may not stand in an address written as `%XX`.
pub(crate) fn percent(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut utf8 = [0; 4];
    for (at, c) in text.char_indices() {
        let stray = c == '%' && !is_escape(text.get(at + 1..at + 3));
        if stray || !c.is_ascii_graphic() || "\"<>\\^`{|}[]".contains(c) {
            for byte in c.encode_utf8(&mut utf8).bytes() {
                let _ = write!(out, "%{byte:02X}");
            }
        } else {
            out.push(c);
        }
    }
    out
}

fn is_escape(digits: Option<&str>) -> bool {
    digits.is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// An image as a page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Image {
    src: String,
    srcset: String,
    size: (u32, u32),
    small: (u32, u32),
    alt: String,
}

impl Image {
    pub fn of(file: &FileRef, alt: &str, around: &Around<'_>) -> Option<Self> {
        let picture = around.media.picture(&file.id)?;
        let url = |size| around.comune.url(&picture.path(size));
        let set = picture
            .sizes()
            .map(|size| format!("{} {}w", url(size), size.0));
        Some(Self {
            src: url(picture.small.unwrap_or(picture.full)),
            srcset: set.collect::<Vec<_>>().join(", "),
            size: picture.full,
            small: picture.small.unwrap_or(picture.full),
            alt: clean(alt),
        })
    }

    fn write(&self, out: &mut String) {
        self.tag(out, "(min-width: 992px) 800px, 100vw", true);
    }

    /// The `img`, wide as the page, shown at once.
    pub fn cover(&self) -> String {
        let mut out = String::new();
        self.tag(&mut out, "(min-width: 1200px) 1100px, 100vw", false);
        out
    }

    /// The `img` of a card in a list: the small one serves every screen, and there are many. The title
    /// beside it says what it is about, so that it is skipped by assistive technology.
    pub fn card(&self) -> String {
        let (src, (width, height)) = (escaped(&self.src), self.small);
        format!(
            "<img src=\"{src}\" width=\"{width}\" height=\"{height}\" alt=\"\" loading=\"lazy\">"
        )
    }

    fn tag(&self, out: &mut String, sizes: &str, lazy: bool) {
        let _ = write!(
            out,
            "<img class=\"img-fluid\" src=\"{}\" srcset=\"{}\" sizes=\"{sizes}\" width=\"{}\" \
             height=\"{}\" alt=\"{}\"{}>",
            escaped(&self.src),
            escaped(&self.srcset),
            self.size.0,
            self.size.1,
            escaped(&self.alt),
            if lazy { " loading=\"lazy\"" } else { "" },
        );
    }

    /// Its largest size.
    pub fn full(file: &FileRef, around: &Around<'_>) -> Option<String> {
        let picture = around.media.picture(&file.id)?;
        Some(picture.path(picture.full))
    }
}

/// A file as a page offers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Offer {
    pub url: String,
    pub name: String,
    /// `PDF, 1,2 MB`.
    pub kind: String,
}

impl Offer {
    pub fn of(file: &FileRef, around: &Around<'_>) -> Option<Self> {
        let offered = around.media.offered(file)?;
        Some(Self {
            url: around.comune.url(&offered.path),
            name: clean(
                file.name
                    .rsplit_once('.')
                    .map_or(file.name.as_str(), |(stem, _)| stem),
            ),
            kind: format!("{}, {}", kind_word(file), date::size(offered.size)),
        })
    }
}
