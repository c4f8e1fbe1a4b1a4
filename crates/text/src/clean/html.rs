//! Reads HTML, however broken, in one pass and bounded memory: the tokens of html5ever, and a short stack of our
//! own instead of a tree, so that a hundred thousand nested elements cost no more than as many words.

use super::build::{Builder, Kind, Look};
use super::link::{Target, classify};
use super::tables::Cell;
use super::{CleanError, Cleaned, style};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use std::cell::RefCell;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Elements deeper than this are read as if they were not there; their text is kept.
const MAX_DEPTH: usize = 200;
/// A script stays hidden however deep it is.
const HIDDEN_ROOM: usize = 8;
/// Bytes given to the tokenizer before the clock is looked at.
const PIECE: usize = 32 << 10;
/// A paste that takes longer was made to: some shapes cost the tokenizer the square of their length.
const MAX_TIME: Duration = Duration::from_secs(20);
/// Style sheets longer than this are not searched for lists.
const MAX_SHEET: usize = 256 << 10;
const MAX_IMAGE: usize = 8 << 20;

pub(super) fn read(html: &str) -> Result<Cleaned, CleanError> {
    let tokenizer = Tokenizer::new(Sink::default(), TokenizerOpts::default());
    let queue = BufferQueue::default();
    let start = Instant::now();
    for piece in pieces(after_clipboard_header(html)) {
        queue.push_back(StrTendril::from_slice(piece));
        while let html5ever::TokenizerResult::Script(()) = tokenizer.feed(&queue) {}
        if start.elapsed() > MAX_TIME {
            return Err(CleanError::TooInvolved);
        }
    }
    tokenizer.end();
    Ok(tokenizer.sink.reader.into_inner().finish())
}

/// Windows puts lines like `StartHTML:0000000105` before the HTML of its clipboard.
fn after_clipboard_header(html: &str) -> &str {
    match html.find('<') {
        Some(at) if html.starts_with("Version:") => html.get(at..).unwrap_or(html),
        _ => html,
    }
}

fn pieces(mut rest: &str) -> impl Iterator<Item = &str> {
    std::iter::from_fn(move || {
        let mut len = PIECE.min(rest.len());
        while !rest.is_char_boundary(len) {
            len += 1;
        }
        let (piece, tail) = rest.split_at_checked(len)?;
        rest = tail;
        (!piece.is_empty()).then_some(piece)
    })
}

#[derive(Default)]
struct Sink {
    reader: RefCell<Reader>,
}

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        let mut reader = self.reader.borrow_mut();
        match token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => return reader.start(&tag),
            Token::TagToken(tag) => reader.end(&tag.name),
            Token::CharacterTokens(text) => reader.text(&text),
            Token::CommentToken(comment) => reader.comment(&comment),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

/// What holds inside an element.
#[derive(Clone, Default)]
struct State {
    look: Look,
    kind: Kind,
    /// A list paragraph of Word: its list and level.
    mso: Option<(Arc<str>, u8)>,
    what: What,
    /// Lists around, and whether the nearest is numbered.
    lists: u8,
    ordered: bool,
    raised: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum What {
    #[default]
    Shown,
    /// Not for the public: scripts, hidden things.
    Hidden,
    /// The bullet or number that Word wrote out.
    Marker,
    /// A style sheet.
    Sheet,
}

#[derive(Default)]
struct Reader {
    builder: Builder,
    stack: Vec<(String, State)>,
    sheet: String,
    marker: String,
    /// Between `[if !supportLists]` and `[endif]`: what an old browser should show instead of a list.
    stand_in: bool,
    items: usize,
}

/// How an element cuts the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Block,
    Inline,
    Void,
    Hidden,
}

fn shape(name: &str) -> Shape {
    match name {
        "p" | "div" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "ul" | "ol" | "li" | "dl"
        | "dt" | "dd" | "table" | "thead" | "tbody" | "tfoot" | "tr" | "td" | "th" | "caption"
        | "blockquote" | "pre" | "section" | "article" | "header" | "footer" | "main" | "nav"
        | "aside" | "figure" | "figcaption" | "address" | "form" | "fieldset" | "legend"
        | "center" | "details" | "summary" | "dir" | "menu" | "body" | "html" => Shape::Block,
        "br" | "hr" | "img" | "meta" | "link" | "input" | "col" | "base" | "wbr" | "area"
        | "embed" | "param" | "source" | "track" => Shape::Void,
        "script" | "style" | "title" | "template" | "svg" | "math" | "iframe" | "object"
        | "video" | "audio" | "canvas" | "select" | "textarea" | "noframes" | "noembed" | "del"
        | "datalist" | "map" | "applet" | "xml" => Shape::Hidden,
        _ => Shape::Inline,
    }
}

impl Reader {
    fn state(&self) -> State {
        self.stack
            .last()
            .map(|(_, state)| state.clone())
            .unwrap_or_default()
    }

    fn what(&self) -> What {
        self.stack
            .last()
            .map_or(What::Shown, |(_, state)| state.what)
    }

    fn comment(&mut self, comment: &str) {
        let comment = comment.trim();
        if comment.starts_with("[if !supportLists]") {
            self.stand_in = true;
        } else if comment.starts_with("[endif]") {
            self.stand_in = false;
        }
    }

    fn text(&mut self, text: &str) {
        let what = self.what();
        match what {
            What::Hidden => {}
            What::Sheet => {
                if self.sheet.len() + text.len() <= MAX_SHEET {
                    self.sheet.push_str(text);
                }
            }
            What::Marker => self.add_marker(text),
            What::Shown if self.stand_in => self.add_marker(text),
            What::Shown => self.show(text),
        }
    }

    fn add_marker(&mut self, text: &str) {
        if self.marker.len() < 32 {
            self.marker.extend(text.chars().take(32));
        }
    }

    fn show(&mut self, text: &str) {
        let state = self.state();
        if !self.builder.is_started() {
            let kind = self.kind(&state);
            self.builder.set_kind(kind);
        }
        if state.raised
            && let Some(raised) = raised(text)
        {
            return self.builder.text(&raised, &state.look);
        }
        self.builder.text(text, &state.look);
    }

    /// What a block is that begins here. Word's markers have been read by now.
    fn kind(&self, state: &State) -> Kind {
        let (Kind::Item { depth, number, .. }, Some((list, level))) = (state.kind, &state.mso)
        else {
            return state.kind;
        };
        let ordered = if self.marker.trim().is_empty() {
            style::sheet_says_bullet(&self.sheet, list, *level) == Some(false)
        } else {
            style::is_number(&self.marker)
        };
        Kind::Item {
            ordered,
            depth,
            number,
        }
    }

    fn start(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        let name: &str = &tag.name;
        let shape = shape(name);
        if shape == Shape::Block {
            self.leave_pictures();
            self.close_implied(name);
        }
        if shape == Shape::Void {
            if self.what() == What::Shown && !self.stand_in {
                self.void(name, tag);
            }
            return TokenSinkResult::Continue;
        }
        let mut state = self.inner_state(name, shape, tag);
        let hidden = state.what != What::Shown;
        let room = MAX_DEPTH + if hidden { HIDDEN_ROOM } else { 0 };
        if self.stack.len() < room && !(tag.self_closing && shape != Shape::Block) {
            if shape == Shape::Block && !hidden {
                self.start_block(name, &mut state, tag);
            }
            self.stack.push((name.to_owned(), state));
        }
        raw_kind(name).map_or(TokenSinkResult::Continue, TokenSinkResult::RawData)
    }

    /// A drawing or a menu that was not closed does not swallow the text after it.
    fn leave_pictures(&mut self) {
        if let Some(at) = self
            .stack
            .iter()
            .position(|(name, _)| matches!(name.as_str(), "svg" | "math" | "select" | "map"))
        {
            self.stack.truncate(at);
        }
    }

    /// Ends what a new block ends by itself: `<p>` by any block, `<li>` by the next one, cells and rows alike.
    fn close_implied(&mut self, name: &str) {
        let (closes, bars): (&[&str], &[&str]) = match name {
            "li" => (&["li"], &["ul", "ol", "table"]),
            "td" | "th" => (&["td", "th"], &["table"]),
            "tr" => (&["tr"], &["table"]),
            "thead" | "tbody" | "tfoot" => (&["thead", "tbody", "tfoot"], &["table"]),
            "dt" | "dd" => (&["dt", "dd"], &["dl", "table"]),
            _ => (&["p"], &["td", "th", "li", "table", "div"]),
        };
        let found = self
            .stack
            .iter()
            .enumerate()
            .rev()
            .take_while(|(_, (open, _))| !bars.contains(&open.as_str()))
            .filter(|(_, (open, _))| closes.contains(&open.as_str()))
            .last()
            .map(|(at, _)| at);
        if let Some(at) = found {
            self.close_to(at);
        }
    }

    fn inner_state(&mut self, name: &str, shape: Shape, tag: &Tag) -> State {
        let mut state = self.state();
        let css = attribute(tag, "style").unwrap_or_default();
        match name {
            "b" | "strong" => state.look.bold = true,
            "i" | "em" | "cite" | "dfn" => state.look.italic = true,
            "th" => state.look.bold = false,
            "sup" => state.raised = true,
            "pre" | "xmp" | "listing" => state.look.verbatim = true,
            "a" => self.set_link(&mut state, tag),
            _ => {}
        }
        if name != "th" {
            state.look.bold = style::bold(css).unwrap_or(state.look.bold);
        }
        state.look.italic = style::italic(css).unwrap_or(state.look.italic);
        if css.contains("white-space") {
            let space = style::property(css, "white-space").unwrap_or_default();
            state.look.verbatim |= space.starts_with("pre");
        }
        if state.what == What::Shown {
            state.what = what(name, shape, css, tag);
        }
        state
    }

    fn set_link(&mut self, state: &mut State, tag: &Tag) {
        state.look.link = None;
        let Some(href) = attribute(tag, "href") else {
            return;
        };
        let counts = &mut self.builder.counts;
        match classify(href) {
            Target::Good(link) => state.look.link = Some(link.into()),
            Target::Nothing => {}
            Target::Other => counts.other_links += 1,
            Target::Local(name) => {
                counts.local_links += 1;
                if counts.local_names.len() < 20 && !counts.local_names.contains(&name) {
                    counts.local_names.push(name);
                }
            }
        }
    }

    fn start_block(&mut self, name: &str, state: &mut State, tag: &Tag) {
        self.stand_in = false;
        match name {
            "table" => self.builder.start_table(),
            "tr" => self.builder.start_row(),
            "td" | "th" => self.builder.start_cell(Cell {
                header: name == "th",
                columns: number(tag, "colspan"),
                rows: number(tag, "rowspan"),
                ..Cell::default()
            }),
            _ => self.builder.end_block(),
        }
        self.marker.clear();
        self.set_kind(name, state, tag);
    }

    fn set_kind(&mut self, name: &str, state: &mut State, tag: &Tag) {
        let css = attribute(tag, "style").unwrap_or_default();
        match name {
            "ul" | "ol" | "dir" | "menu" => {
                state.lists = state.lists.saturating_add(1);
                state.ordered = name == "ol";
                state.kind = Kind::Paragraph;
            }
            "li" => {
                // Word on the web writes every item as a list of its own and says how deep it is.
                let said = attribute(tag, "data-aria-level").or(attribute(tag, "aria-level"));
                let said: u8 = said.and_then(|level| level.parse().ok()).unwrap_or(1);
                let depth = state.lists.max(said).saturating_sub(1);
                state.kind = self.item(state.ordered, depth);
            }
            "table" => {
                state.lists = 0;
                state.kind = Kind::Paragraph;
            }
            _ => {
                if let Some(level) = heading(name, css, tag) {
                    state.kind = Kind::Heading(level);
                } else if let Some((list, level)) = style::mso_list(css) {
                    state.kind = self.item(false, level.saturating_sub(1));
                    state.mso = Some((list.into(), level));
                }
            }
        }
    }

    fn item(&mut self, ordered: bool, depth: u8) -> Kind {
        self.items += 1;
        Kind::Item {
            ordered,
            depth: depth.min(4),
            number: self.items,
        }
    }

    fn void(&mut self, name: &str, tag: &Tag) {
        match name {
            "br" => self.builder.line_break(),
            "hr" => self.builder.end_block(),
            "img" => self.image(tag),
            _ => {}
        }
    }

    fn image(&mut self, tag: &Tag) {
        let source = attribute(tag, "src").unwrap_or_default();
        match inline_image(source) {
            Some((media, bytes)) => {
                let alt = attribute(tag, "alt").unwrap_or_default();
                self.builder.image(media, alt, bytes);
            }
            None => self.builder.counts.images += 1,
        }
    }

    fn end(&mut self, name: &str) {
        if name == "p" || name == "br" {
            // An end without a start is a block, or a line, of its own.
            if !self.stack.iter().any(|(open, _)| open == name) && self.what() == What::Shown {
                return if name == "p" {
                    self.builder.end_block()
                } else {
                    self.builder.line_break()
                };
            }
        }
        let is_table_part = matches!(name, "table" | "tr" | "thead" | "tbody" | "tfoot");
        let found = self
            .stack
            .iter()
            .enumerate()
            .rev()
            .take_while(|(_, (open, _))| {
                open == name || is_table_part || !matches!(open.as_str(), "td" | "th" | "table")
            })
            .find(|(_, (open, _))| open == name)
            .map(|(at, _)| at);
        if let Some(at) = found {
            self.close_to(at);
        }
    }

    /// Closes the element at this depth, and all inside it.
    fn close_to(&mut self, at: usize) {
        while self.stack.len() > at {
            let Some((name, state)) = self.stack.pop() else {
                return;
            };
            if state.what != What::Shown || shape(&name) != Shape::Block {
                continue;
            }
            match name.as_str() {
                "table" => self.builder.end_table(),
                "td" | "th" => self.builder.end_cell(),
                "tr" | "thead" | "tbody" | "tfoot" => {}
                _ => self.builder.end_block(),
            }
        }
    }

    fn finish(mut self) -> Cleaned {
        self.close_to(0);
        self.builder.finish()
    }
}

fn what(name: &str, shape: Shape, css: &str, tag: &Tag) -> What {
    let hidden = shape == Shape::Hidden
        || style::is_hidden(css)
        || attribute(tag, "hidden").is_some()
        || has_class(tag, "msodel")
        || has_class(tag, "apple-interchange-newline");
    let marker = style::property(css, "mso-list").is_some_and(|value| value == "ignore");
    match name {
        "style" => What::Sheet,
        _ if hidden => What::Hidden,
        _ if marker => What::Marker,
        _ => What::Shown,
    }
}

fn heading(name: &str, css: &str, tag: &Tag) -> Option<u8> {
    let level = match name {
        "h1" => 1,
        "h2" => 2,
        "h3" => 3,
        "h4" => 4,
        "h5" => 5,
        "h6" => 6,
        _ if has_class(tag, "msotitle") => 1,
        _ if attribute(tag, "role").is_some_and(|role| role == "heading") => {
            attribute(tag, "aria-level")?.parse().ok()?
        }
        _ => style::property(css, "mso-outline-level")?.parse().ok()?,
    };
    (1..=6).contains(&level).then_some(level)
}

fn attribute<'a>(tag: &'a Tag, name: &str) -> Option<&'a str> {
    tag.attrs
        .iter()
        .find(|attribute| &*attribute.name.local == name)
        .map(|attribute| &*attribute.value)
}

fn has_class(tag: &Tag, class: &str) -> bool {
    attribute(tag, "class")
        .unwrap_or_default()
        .split_whitespace()
        .any(|word| word.eq_ignore_ascii_case(class))
}

fn number(tag: &Tag, name: &str) -> usize {
    attribute(tag, name)
        .and_then(|value| value.trim().parse().ok())
        .unwrap_or(1)
}

/// Elements whose content is not markup.
fn raw_kind(name: &str) -> Option<RawKind> {
    match name {
        "script" => Some(RawKind::ScriptData),
        "style" | "iframe" | "noframes" | "noembed" | "xmp" => Some(RawKind::Rawtext),
        "title" | "textarea" => Some(RawKind::Rcdata),
        _ => None,
    }
}

/// PNG and JPEG that came in the address itself.
fn inline_image(source: &str) -> Option<(&'static str, Vec<u8>)> {
    let (head, data) = source.trim().strip_prefix("data:")?.split_once(',')?;
    if !head.ends_with(";base64") || data.len() > MAX_IMAGE / 3 * 4 {
        return None;
    }
    let data: String = data.split_whitespace().collect();
    let bytes = STANDARD.decode(data).ok()?;
    Some((image_media(&bytes)?, bytes))
}

/// The sort of image, from its first bytes.
pub(super) fn image_media(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        Some("image/png")
    } else if bytes.starts_with(b"\xff\xd8\xff") {
        Some("image/jpeg")
    } else {
        None
    }
}

/// Raised digits keep their meaning without markup: m², 1ª, n°.
fn raised(text: &str) -> Option<String> {
    text.trim()
        .chars()
        .map(|c| {
            Some(match c {
                '0' => '⁰',
                '1' => '¹',
                '2' => '²',
                '3' => '³',
                '4' => '⁴',
                '5' => '⁵',
                '6' => '⁶',
                '7' => '⁷',
                '8' => '⁸',
                '9' => '⁹',
                'a' => 'ª',
                'o' => 'º',
                _ => return None,
            })
        })
        .collect()
}
