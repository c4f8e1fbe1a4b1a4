//! Reads Word files (Office Open XML, .docx): text, headings, lists, bold and italic, links, tables, images.
//!
//! Names of elements and attributes are those of ECMA-376 part 1, chapter 17. Nothing a file says about its own
//! sizes is believed: what comes out of the archive is counted.

use super::build::{Builder, Kind, Look};
use super::html::image_media;
use super::link::{Target, classify};
use super::tables::Cell;
use super::{CleanError, Cleaned};
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::sync::Arc;
use zip::ZipArchive;

const MAX_ENTRIES: usize = 5_000;
/// One part of XML, unpacked.
const MAX_PART: usize = 48 << 20;
/// All that is read from one file, unpacked.
const MAX_TOTAL: usize = 96 << 20;
/// Honest text packs to a tenth, repetitive text to a fiftieth.
const MAX_RATIO: usize = 200;
/// Below this a ratio says nothing.
const SMALL: usize = 2 << 20;
const MAX_IMAGE: usize = 8 << 20;
const MAX_DEPTH: usize = 200;

pub(super) fn read(bytes: &[u8]) -> Result<Cleaned, CleanError> {
    let mut package = Package::open(bytes)?;
    let main = package
        .part("word/document.xml")?
        .ok_or(CleanError::NotWord)?;
    let links = relations(
        &package
            .part("word/_rels/document.xml.rels")?
            .unwrap_or_default(),
    )?;
    let styles = styles(&package.part("word/styles.xml")?.unwrap_or_default())?;
    let numbering = numbering(&package.part("word/numbering.xml")?.unwrap_or_default())?;
    let walk = Walk {
        package: &mut package,
        links,
        styles,
        numbering,
        builder: Builder::default(),
        stack: Vec::new(),
        paragraph: Paragraph::default(),
        run: Run::default(),
        cell: WordCell::default(),
        fields: Vec::new(),
        items: 0,
        header_row: false,
    };
    walk.document(&main)
}

/// The archive, with what was taken out of it so far.
struct Package<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    packed: usize,
    taken: usize,
}

impl<'a> Package<'a> {
    fn open(bytes: &'a [u8]) -> Result<Self, CleanError> {
        let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| CleanError::NotWord)?;
        if archive.len() > MAX_ENTRIES {
            return Err(CleanError::Bomb);
        }
        Ok(Self {
            archive,
            packed: bytes.len(),
            taken: 0,
        })
    }

    /// A part of XML; `None` where the file has none of that name.
    fn part(&mut self, name: &str) -> Result<Option<String>, CleanError> {
        let Some(bytes) = self.bytes(name, MAX_PART)? else {
            return Ok(None);
        };
        String::from_utf8(bytes)
            .map(Some)
            .map_err(|_| CleanError::NotWord)
    }

    fn bytes(&mut self, name: &str, max: usize) -> Result<Option<Vec<u8>>, CleanError> {
        let Ok(mut file) = self.archive.by_name(name) else {
            return Ok(None);
        };
        let mut out = Vec::new();
        let room = max.min(MAX_TOTAL.saturating_sub(self.taken)) + 1;
        let limit = u64::try_from(room).unwrap_or(u64::MAX);
        file.by_ref()
            .take(limit)
            .read_to_end(&mut out)
            .map_err(|_| CleanError::NotWord)?;
        self.taken += out.len();
        let swollen = self.taken > SMALL && self.taken / MAX_RATIO > self.packed;
        if out.len() >= room || swollen {
            return Err(CleanError::Bomb);
        }
        Ok(Some(out))
    }
}

/// What the walk needs of an XML event; names without their prefix.
enum Node<'a> {
    Open(&'a BytesStart<'a>),
    Close(&'a str),
    Text(&'a str),
}

/// Calls back for each element and text; an empty element opens and closes.
fn each(
    xml: &str,
    mut visit: impl FnMut(Node<'_>) -> Result<(), CleanError>,
) -> Result<(), CleanError> {
    let mut reader = Reader::from_str(xml.trim_start_matches('\u{feff}'));
    loop {
        match reader.read_event().map_err(|_| CleanError::NotWord)? {
            Event::Start(tag) => visit(Node::Open(&tag))?,
            Event::Empty(tag) => {
                visit(Node::Open(&tag))?;
                visit(Node::Close(tag.local_name().as_ref()))?;
            }
            Event::End(tag) => visit(Node::Close(tag.local_name().as_ref()))?,
            Event::Text(text) => visit(Node::Text(&text))?,
            Event::CData(text) => visit(Node::Text(&text))?,
            Event::GeneralRef(entity) => {
                if let Ok(Some(c)) = entity.resolve_char_ref() {
                    visit(Node::Text(c.encode_utf8(&mut [0; 4])))?;
                } else if let Some(text) = quick_xml::escape::resolve_xml_entity(&entity) {
                    visit(Node::Text(text))?;
                }
            }
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

/// An attribute by its name without prefix.
fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    tag.attributes()
        .flatten()
        .find(|attribute| attribute.key.local_name().as_ref() == name)
        .and_then(|attribute| {
            let value = attribute.normalized_value(XmlVersion::Implicit1_0);
            value.ok().map(std::borrow::Cow::into_owned)
        })
}

fn val(tag: &BytesStart<'_>) -> Option<String> {
    attribute(tag, "val")
}

/// A switch such as `<w:b/>`: on unless it says otherwise.
fn is_on(tag: &BytesStart<'_>) -> bool {
    val(tag).is_none_or(|value| !matches!(value.as_str(), "0" | "false" | "off" | "none"))
}

/// Targets by relation id.
fn relations(xml: &str) -> Result<BTreeMap<String, String>, CleanError> {
    let mut out = BTreeMap::new();
    each(xml, |node| {
        if let Node::Open(tag) = node
            && let (Some(id), Some(target)) = (attribute(tag, "Id"), attribute(tag, "Target"))
        {
            out.insert(id, target);
        }
        Ok(())
    })?;
    Ok(out)
}

#[derive(Debug, Clone, Default)]
struct Style {
    based_on: Option<String>,
    heading: Option<u8>,
    list: Option<String>,
    level: Option<u8>,
    bold: Option<bool>,
    italic: Option<bool>,
}

fn styles(xml: &str) -> Result<BTreeMap<String, Style>, CleanError> {
    let mut out: BTreeMap<String, Style> = BTreeMap::new();
    let mut id = String::new();
    each(xml, |node| {
        let Node::Open(tag) = node else { return Ok(()) };
        let name = tag.local_name();
        if name.as_ref() == "style" {
            id = attribute(tag, "styleId").unwrap_or_default();
            out.insert(id.clone(), Style::default());
            return Ok(());
        }
        let Some(style) = out.get_mut(&id) else {
            return Ok(());
        };
        match name.as_ref() {
            "name" => {
                style.heading = style
                    .heading
                    .or(heading_name(&val(tag).unwrap_or_default()))
            }
            "basedOn" => style.based_on = val(tag),
            "outlineLvl" => style.heading = outline(tag).or(style.heading),
            "numId" => style.list = val(tag),
            "ilvl" => style.level = val(tag).and_then(|level| level.parse().ok()),
            "b" => style.bold = Some(is_on(tag)),
            "i" => style.italic = Some(is_on(tag)),
            _ => {}
        }
        Ok(())
    })?;
    Ok(out)
}

/// Word stores the names of its own styles in English, whatever language it shows.
fn heading_name(name: &str) -> Option<u8> {
    let name = name.to_ascii_lowercase();
    if name == "title" {
        return Some(1);
    }
    let level = name
        .strip_prefix("heading ")
        .or_else(|| name.strip_prefix("titolo "))?;
    level
        .trim()
        .parse()
        .ok()
        .filter(|level| (1..=6).contains(level))
}

/// Level 9 is body text.
fn outline(tag: &BytesStart<'_>) -> Option<u8> {
    let level: u8 = val(tag)?.parse().ok()?;
    (level < 6).then_some(level + 1)
}

/// Whether a level of a list is numbered, by list id and level; what is not there is a bullet.
type Numbering = BTreeMap<(String, u8), Format>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Bullet,
    Number,
    None,
}

fn numbering(xml: &str) -> Result<Numbering, CleanError> {
    let mut patterns: BTreeMap<(String, u8), Format> = BTreeMap::new();
    let mut lists: Vec<(String, String)> = Vec::new();
    let (mut pattern, mut level, mut list) = (String::new(), 0_u8, String::new());
    each(xml, |node| {
        let Node::Open(tag) = node else { return Ok(()) };
        match tag.local_name().as_ref() {
            "abstractNum" => pattern = attribute(tag, "abstractNumId").unwrap_or_default(),
            "lvl" => {
                level = attribute(tag, "ilvl")
                    .and_then(|l| l.parse().ok())
                    .unwrap_or(0)
            }
            "numFmt" => {
                patterns.insert(
                    (pattern.clone(), level),
                    format(&val(tag).unwrap_or_default()),
                );
            }
            "num" => list = attribute(tag, "numId").unwrap_or_default(),
            "abstractNumId" => lists.push((list.clone(), val(tag).unwrap_or_default())),
            _ => {}
        }
        Ok(())
    })?;
    let levels = |(list, pattern): &(String, String)| -> Vec<_> {
        (0..9)
            .filter_map(|level| {
                let format = patterns.get(&(pattern.clone(), level))?;
                Some(((list.clone(), level), *format))
            })
            .collect()
    };
    Ok(lists.iter().take(MAX_ENTRIES).flat_map(levels).collect())
}

fn format(name: &str) -> Format {
    match name {
        "bullet" => Format::Bullet,
        "none" => Format::None,
        _ => Format::Number,
    }
}

#[derive(Default)]
struct Paragraph {
    style: Style,
    heading: Option<u8>,
    list: Option<String>,
    level: Option<u8>,
    ready: bool,
}

#[derive(Default)]
struct Run {
    bold: Option<bool>,
    italic: Option<bool>,
    hidden: bool,
}

/// Properties of a table cell, before its first letter.
#[derive(Default)]
struct WordCell {
    columns: usize,
    pending: bool,
    continued: bool,
}

/// A field such as HYPERLINK: its instruction, then what it shows.
#[derive(Default)]
struct Field {
    instruction: String,
    shows: bool,
    link: Option<Arc<str>>,
}

struct Walk<'a, 'b> {
    package: &'a mut Package<'b>,
    links: BTreeMap<String, String>,
    styles: BTreeMap<String, Style>,
    numbering: Numbering,
    builder: Builder,
    stack: Vec<Open>,
    paragraph: Paragraph,
    run: Run,
    cell: WordCell,
    fields: Vec<Field>,
    items: usize,
    header_row: bool,
}

/// An open element.
struct Open {
    name: String,
    link: Option<Arc<str>>,
    /// Deleted, moved away, or an alternative for old programs.
    hidden: bool,
}

impl Walk<'_, '_> {
    fn document(mut self, xml: &str) -> Result<Cleaned, CleanError> {
        let mut body = false;
        each(xml, |node| {
            match node {
                Node::Open(tag) => {
                    body |= tag.local_name().as_ref() == "body";
                    self.open(tag)?;
                }
                Node::Close(name) => self.close(name),
                Node::Text(text) => self.text(text),
            }
            Ok(())
        })?;
        if !body {
            return Err(CleanError::NotWord);
        }
        Ok(self.builder.finish())
    }

    fn is_hidden(&self) -> bool {
        self.stack.last().is_some_and(|open| open.hidden)
    }

    fn is_in(&self, name: &str) -> bool {
        self.stack.last().is_some_and(|open| open.name == name)
    }

    fn open(&mut self, tag: &BytesStart<'_>) -> Result<(), CleanError> {
        let name = tag.local_name();
        let name = name.as_ref();
        if self.stack.len() >= MAX_DEPTH {
            return Err(CleanError::NotWord);
        }
        let hides = matches!(
            name,
            "del" | "moveFrom" | "Fallback" | "rPrChange" | "pPrChange" | "tblPrChange"
        );
        let hidden = self.is_hidden() || hides;
        let link = match name {
            "hyperlink" => self.hyperlink(tag),
            _ => self.stack.last().and_then(|open| open.link.clone()),
        };
        if !hidden {
            self.enter(name, tag)?;
        }
        self.stack.push(Open {
            name: name.to_owned(),
            link,
            hidden,
        });
        Ok(())
    }

    fn enter(&mut self, name: &str, tag: &BytesStart<'_>) -> Result<(), CleanError> {
        match name {
            "p" => self.start_paragraph(),
            "r" => self.run = Run::default(),
            "pStyle" => self.paragraph.style = self.style(&val(tag).unwrap_or_default()),
            "outlineLvl" => self.paragraph.heading = outline(tag),
            "numId" => self.paragraph.list = val(tag),
            "ilvl" => self.paragraph.level = val(tag).and_then(|level| level.parse().ok()),
            "rStyle" if self.is_in("rPr") => self.run_style(&val(tag).unwrap_or_default()),
            "b" => self.run.bold = Some(is_on(tag)),
            "i" => self.run.italic = Some(is_on(tag)),
            "vanish" => self.run.hidden = is_on(tag),
            "tab" if self.is_in("r") => self.show(" "),
            "noBreakHyphen" => self.show("-"),
            "br" | "cr" => self.line_break(attribute(tag, "type")),
            "fldChar" => self.field(tag),
            "fldSimple" => self.simple_field(tag),
            "tbl" => self.builder.start_table(),
            "tr" => {
                self.header_row = false;
                self.builder.start_row();
            }
            "tblHeader" => self.header_row = is_on(tag),
            "tc" => self.start_cell(),
            "gridSpan" => {
                let columns = val(tag).and_then(|columns| columns.parse().ok());
                self.cell.columns = columns.unwrap_or(1);
            }
            "vMerge" => self.cell.continued = val(tag).is_none_or(|value| value != "restart"),
            "blip" => self.image(tag)?,
            _ => {}
        }
        Ok(())
    }

    fn close(&mut self, name: &str) {
        let hidden = self.is_hidden();
        self.stack.pop();
        if hidden {
            return;
        }
        match name {
            "p" => self.end_paragraph(),
            "fldSimple" => {
                self.fields.pop();
            }
            "tcPr" => self.place_cell(),
            "tc" => {
                self.place_cell();
                self.builder.end_cell();
                self.cell = WordCell::default();
            }
            "tbl" => self.builder.end_table(),
            // A run that set bold must not make the next one bold.
            "r" | "pPr" => self.run = Run::default(),
            _ => {}
        }
    }

    /// The style with what it takes over from those it is based on.
    fn style(&self, id: &str) -> Style {
        let mut out = Style::default();
        let mut next = Some(id.to_owned());
        for _ in 0..10 {
            let Some(style) = next.and_then(|id| self.styles.get(&id)) else {
                break;
            };
            out.heading = out.heading.or(style.heading);
            out.list = out.list.or_else(|| style.list.clone());
            out.level = out.level.or(style.level);
            out.bold = out.bold.or(style.bold);
            out.italic = out.italic.or(style.italic);
            next = style.based_on.clone();
        }
        out
    }

    fn run_style(&mut self, id: &str) {
        let style = self.style(id);
        self.run.bold = self.run.bold.or(style.bold);
        self.run.italic = self.run.italic.or(style.italic);
    }

    fn start_paragraph(&mut self) {
        self.place_cell();
        self.builder.end_block();
        self.paragraph = Paragraph::default();
        self.run = Run::default();
    }

    fn end_paragraph(&mut self) {
        self.builder.end_block();
        self.paragraph = Paragraph::default();
    }

    /// Says what the paragraph is, once, when its first letter comes: its properties stand before.
    fn ready(&mut self) {
        if self.paragraph.ready {
            return;
        }
        self.paragraph.ready = true;
        let kind = self.kind();
        self.builder.set_kind(kind);
    }

    fn kind(&mut self) -> Kind {
        let paragraph = &self.paragraph;
        if let Some(level) = paragraph.heading.or(paragraph.style.heading) {
            return Kind::Heading(level);
        }
        let list = paragraph.list.as_ref().or(paragraph.style.list.as_ref());
        let Some(list) = list.filter(|list| *list != "0") else {
            return Kind::Paragraph;
        };
        let level = paragraph.level.or(paragraph.style.level).unwrap_or(0);
        let format = self.numbering.get(&(list.clone(), level));
        if format == Some(&Format::None) {
            return Kind::Paragraph;
        }
        self.items += 1;
        Kind::Item {
            ordered: format == Some(&Format::Number),
            depth: level.min(4),
            number: self.items,
        }
    }

    fn look(&self) -> Look {
        let is_heading = self
            .paragraph
            .heading
            .or(self.paragraph.style.heading)
            .is_some();
        let of_field = self
            .fields
            .iter()
            .rev()
            .find_map(|field| field.link.clone());
        let style = &self.paragraph.style;
        Look {
            bold: self.run.bold.or(style.bold).unwrap_or(false) && !is_heading,
            italic: self.run.italic.or(style.italic).unwrap_or(false),
            link: self
                .stack
                .last()
                .and_then(|open| open.link.clone())
                .or(of_field),
            verbatim: false,
        }
    }

    fn text(&mut self, text: &str) {
        if self.is_hidden() {
            return;
        }
        if self.is_in("t") {
            self.show(text);
        } else if self.is_in("instrText")
            && let Some(field) = self.fields.last_mut()
            && field.instruction.len() < 4_000
        {
            field.instruction.push_str(text);
        }
    }

    fn show(&mut self, text: &str) {
        if self.run.hidden || self.cell.continued {
            return;
        }
        self.ready();
        let look = self.look();
        self.builder.text(text, &look);
    }

    /// A break of the line; one of the page or column (`w:type`) is paper's business.
    fn line_break(&mut self, of: Option<String>) {
        let of_line = of.is_none_or(|of| of == "textWrapping");
        if of_line && self.is_in("r") && !self.cell.continued {
            self.builder.line_break();
        }
    }

    fn hyperlink(&mut self, tag: &BytesStart<'_>) -> Option<Arc<str>> {
        let target = self.links.get(&attribute(tag, "id")?)?.clone();
        self.link(&target)
    }

    fn link(&mut self, target: &str) -> Option<Arc<str>> {
        let counts = &mut self.builder.counts;
        match classify(target) {
            Target::Good(link) => return Some(link.into()),
            Target::Nothing => {}
            Target::Other => counts.other_links += 1,
            Target::Local(name) => {
                counts.local_links += 1;
                if counts.local_names.len() < 20 && !counts.local_names.contains(&name) {
                    counts.local_names.push(name);
                }
            }
        }
        None
    }

    fn field(&mut self, tag: &BytesStart<'_>) {
        match attribute(tag, "fldCharType").as_deref() {
            Some("begin") if self.fields.len() < MAX_DEPTH => self.fields.push(Field::default()),
            Some("separate") => self.show_field(),
            Some("end") => {
                self.fields.pop();
            }
            _ => {}
        }
    }

    fn show_field(&mut self) {
        let Some(field) = self.fields.last_mut() else {
            return;
        };
        field.shows = true;
        let target = hyperlink_of(&field.instruction);
        let link = target.and_then(|target| self.link(&target));
        if let Some(field) = self.fields.last_mut() {
            field.link = link;
        }
    }

    fn simple_field(&mut self, tag: &BytesStart<'_>) {
        self.fields.push(Field {
            instruction: attribute(tag, "instr").unwrap_or_default(),
            ..Field::default()
        });
        self.show_field();
    }

    fn start_cell(&mut self) {
        self.cell = WordCell {
            columns: 1,
            pending: true,
            continued: false,
        };
    }

    /// Begins the cell, once its properties are known.
    fn place_cell(&mut self) {
        if !std::mem::take(&mut self.cell.pending) {
            return;
        }
        if self.cell.continued {
            self.builder.continue_cell();
        } else {
            self.builder.start_cell(Cell {
                columns: self.cell.columns,
                rows: 1,
                header: self.header_row,
                ..Cell::default()
            });
        }
    }

    fn image(&mut self, tag: &BytesStart<'_>) -> Result<(), CleanError> {
        let target = attribute(tag, "embed").and_then(|id| self.links.get(&id).cloned());
        let name = target.filter(|target| !target.contains("..") && !target.contains(':'));
        let bytes = match name {
            Some(name) => {
                let name = name.trim_start_matches('/');
                let name = if name.starts_with("word/") {
                    name.to_owned()
                } else {
                    format!("word/{name}")
                };
                self.package.bytes(&name, MAX_IMAGE)?
            }
            None => None,
        };
        match bytes.and_then(|bytes| image_media(&bytes).map(|media| (media, bytes))) {
            Some((media, bytes)) => self.builder.image(media, "", bytes),
            None => self.builder.counts.images += 1,
        }
        Ok(())
    }
}

/// The address in `HYPERLINK "https://..."`.
fn hyperlink_of(instruction: &str) -> Option<String> {
    let rest = instruction.trim().strip_prefix("HYPERLINK")?.trim_start();
    // `\l` leads to a place in the same document.
    let rest = rest.strip_prefix('"')?;
    Some(rest.split('"').next().unwrap_or_default().to_owned())
}
