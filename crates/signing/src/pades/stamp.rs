//! What a person sees of a signature: a widget's appearance with a font of its own, so that PDF/A stays PDF/A.

use super::PadesError;
use crate::pdf::{PdfError, Update};
use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Content, Finish, Name, Rect, Ref, Str};
use serde::{Deserialize, Serialize};
use subsetter::GlyphRemapper;

/// Titillium Web, the typeface of the Italian public administration: OFL 1.1, without hints and layout tables.
const FONT: &[u8] = include_bytes!("../../assets/titillium-web-400.ttf");
/// Between the frame and the text, in points.
const MARGIN: f32 = 3.0;
/// Between baselines, in parts of the font's size.
const LEADING: f32 = 1.25;

/// A visible stamp.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stamp {
    /// The page, counted from 0; not looked at where a field of the document is signed.
    pub page: usize,
    /// Left, bottom, right, top in points of the page's own axes; not looked at where a field of the document is
    /// signed.
    pub rect: [f32; 4],
    /// What it says, line by line; the letters are as large as all of it fits.
    pub lines: Vec<String>,
}

/// Size of the appearance of a widget in points, as a person sees the page: the page's turn is undone.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Frame {
    pub width: f32,
    pub height: f32,
    pub turns: u8,
}

impl Frame {
    pub fn of(rect: [f32; 4], turns: u8) -> Self {
        let (width, height) = ((rect[2] - rect[0]).abs(), (rect[3] - rect[1]).abs());
        if turns % 2 == 1 {
            Self {
                width: height,
                height: width,
                turns,
            }
        } else {
            Self {
                width,
                height,
                turns,
            }
        }
    }

    /// Turns the appearance back against the page's turn (12.5.5, algorithm of appearance streams).
    fn matrix(self) -> [f32; 6] {
        match self.turns {
            1 => [0.0, 1.0, -1.0, 0.0, 0.0, 0.0],
            2 => [-1.0, 0.0, 0.0, -1.0, 0.0, 0.0],
            3 => [0.0, -1.0, 1.0, 0.0, 0.0, 0.0],
            _ => [1.0, 0.0, 0.0, 1.0, 0.0, 0.0],
        }
    }
}

/// Writes an appearance without anything in it: for a signature nobody sees.
pub(crate) fn blank(update: &mut Update, frame: Frame) -> Result<Ref, PadesError> {
    let id = update.number()?;
    update.add(id, |chunk, id| {
        let mut form = chunk.form_xobject(id, b"");
        form.bbox(Rect::new(0.0, 0.0, frame.width, frame.height));
        form.resources();
    });
    Ok(id)
}

/// Writes the appearance of a stamp, with its font.
pub(crate) fn draw(update: &mut Update, frame: Frame, lines: &[String]) -> Result<Ref, PadesError> {
    let wrong = |_| PadesError::Pdf(PdfError::TooMuch("the font".into()));
    let face = ttf_parser::Face::parse(FONT, 0).map_err(wrong)?;
    let mut text = Text {
        face,
        glyphs: GlyphRemapper::new(),
        letters: vec![None],
    };
    let lines = lines
        .iter()
        .map(|line| text.set(line))
        .collect::<Result<Vec<_>, _>>()?;
    let font = text.embed(update)?;

    let size = size(frame, &lines);
    let mut content = Content::new();
    content.save_state();
    content.set_stroke_gray(0.45);
    content.set_line_width(0.6);
    content.rect(
        0.3,
        0.3,
        (frame.width - 0.6).max(0.0),
        (frame.height - 0.6).max(0.0),
    );
    content.stroke();
    content.restore_state();
    content.begin_text();
    content.set_fill_gray(0.0);
    content.set_font(Name(b"F"), size);
    let block = size * LEADING * lines.len() as f32;
    content.next_line(MARGIN, (frame.height + block) / 2.0 - size);
    for (codes, _) in &lines {
        content.show(Str(codes));
        content.next_line(0.0, -size * LEADING);
    }
    content.end_text();
    let content = content.finish();

    let id = update.number()?;
    update.add(id, |chunk, id| {
        let mut form = chunk.form_xobject(id, &content);
        form.bbox(Rect::new(0.0, 0.0, frame.width, frame.height));
        form.matrix(frame.matrix());
        let mut resources = form.resources();
        resources.fonts().pair(Name(b"F"), font);
        // greys that need no output intent: PDF/A-2, 6.2.4.3
        let mut spaces = resources.insert(Name(b"ColorSpace")).dict();
        let mut grey = spaces.insert(Name(b"DefaultGray")).array();
        grey.item(Name(b"CalGray"));
        let mut values = grey.push().dict();
        values
            .insert(Name(b"WhitePoint"))
            .array()
            .items([0.9505, 1.0, 1.089]);
        values.pair(Name(b"Gamma"), 2.2);
    });
    Ok(id)
}

/// The largest size, of at most 12 points, at which all lines fit.
fn size(frame: Frame, lines: &[(Vec<u8>, f32)]) -> f32 {
    let widest = lines.iter().map(|(_, width)| *width).fold(0.001, f32::max);
    let across = (frame.width - 2.0 * MARGIN) / widest;
    let down = (frame.height - 2.0 * MARGIN) / (LEADING * lines.len().max(1) as f32);
    across.min(down).clamp(0.5, 12.0)
}

struct Text {
    face: ttf_parser::Face<'static>,
    glyphs: GlyphRemapper,
    /// The letter of each glyph of the subset.
    letters: Vec<Option<(char, f32)>>,
}

impl Text {
    /// A line as two-byte codes, and its width at size 1.
    fn set(&mut self, line: &str) -> Result<(Vec<u8>, f32), PadesError> {
        let (mut codes, mut width) = (Vec::new(), 0.0);
        for letter in line.chars() {
            let glyph = self
                .face
                .glyph_index(letter)
                .ok_or(PadesError::NoGlyph(letter))?;
            let advance = f32::from(self.face.glyph_hor_advance(glyph).unwrap_or(0)) / self.units();
            let code = self.glyphs.remap(glyph.0);
            if usize::from(code) >= self.letters.len() {
                self.letters.push(Some((letter, advance)));
            }
            codes.extend(code.to_be_bytes());
            width += advance;
        }
        Ok((codes, width))
    }

    fn units(&self) -> f32 {
        f32::from(self.face.units_per_em())
    }

    /// Writes the font's subset: a composite font whose codes are its glyphs (9.7).
    fn embed(self, update: &mut Update) -> Result<Ref, PadesError> {
        let subset = subsetter::subset(FONT, 0, &self.glyphs)
            .map_err(|error| PdfError::TooMuch(format!("the font: {error}")))?;
        let [font, cid, descriptor, program, unicode] = [
            update.number()?,
            update.number()?,
            update.number()?,
            update.number()?,
            update.number()?,
        ];
        let name = Name(b"FIRMAA+TitilliumWeb-Regular");
        let info = SystemInfo {
            registry: Str(b"Adobe"),
            ordering: Str(b"Identity"),
            supplement: 0,
        };
        let scale = 1000.0 / self.units();
        let notdef = self
            .face
            .glyph_hor_advance(ttf_parser::GlyphId(0))
            .map_or(0.0, f32::from)
            * scale;
        update.add(font, |chunk, id| {
            let mut writer = chunk.type0_font(id);
            writer
                .base_font(name)
                .encoding_predefined(Name(b"Identity-H"));
            writer.descendant_font(cid).to_unicode(unicode);
        });
        update.add(cid, |chunk, id| {
            let mut writer = chunk.cid_font(id);
            writer
                .subtype(CidFontType::Type2)
                .base_font(name)
                .system_info(info)
                .font_descriptor(descriptor);
            writer.cid_to_gid_map_predefined(Name(b"Identity"));
            let widths = self
                .letters
                .iter()
                .map(|letter| letter.map_or(notdef, |(_, advance)| advance * 1000.0));
            writer.widths().consecutive(0, widths);
        });
        update.add(descriptor, |chunk, id| {
            let face = &self.face;
            let b = face.global_bounding_box();
            let at = |value: i16| f32::from(value) * scale;
            chunk
                .font_descriptor(id)
                .name(name)
                .flags(FontFlags::NON_SYMBOLIC)
                .bbox(Rect::new(
                    at(b.x_min),
                    at(b.y_min),
                    at(b.x_max),
                    at(b.y_max),
                ))
                .italic_angle(0.0)
                .ascent(at(face.ascender()))
                .descent(at(face.descender()))
                .cap_height(at(face.capital_height().unwrap_or(692)))
                .stem_v(80.0)
                .font_file2(program);
        });
        update.add(program, |chunk, id| {
            let mut writer = chunk.stream(id, &subset);
            writer.pair(
                Name(b"Length1"),
                i32::try_from(subset.len()).unwrap_or(i32::MAX),
            );
            writer.finish();
        });
        let mut cmap = UnicodeCmap::<u16>::new(Name(b"Custom"), info);
        for (code, letter) in (0_u16..).zip(&self.letters) {
            if let Some((letter, _)) = letter {
                cmap.pair(code, *letter);
            }
        }
        let cmap = cmap.finish();
        update.add(unicode, |chunk, id| {
            chunk.cmap(id, &cmap);
        });
        Ok(font)
    }
}
