//! The typeface of what this crate writes: stamps and reports.

use crate::pdf::PdfError;
use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::writers::Resources;
use pdf_writer::{Chunk, Finish, Name, Rect, Ref, Str};
use subsetter::GlyphRemapper;

/// Titillium Web, the typeface of the Italian public administration: OFL 1.1, without hints and layout tables.
const FONT: &[u8] = include_bytes!("../assets/titillium-web-400.ttf");

/// Text that is being set, and the glyphs it takes.
pub(crate) struct Typeface {
    face: ttf_parser::Face<'static>,
    glyphs: GlyphRemapper,
    /// The letter of each glyph of the subset.
    letters: Vec<Option<(char, f32)>>,
}

/// The same text with a question mark for every sign that there is no glyph for.
pub(crate) fn legible(text: &str) -> String {
    let Ok(face) = ttf_parser::Face::parse(FONT, 0) else {
        return text.to_owned();
    };
    let shown = |letter: char| match face.glyph_index(letter) {
        Some(_) => letter,
        None if letter.is_whitespace() => ' ',
        None => '?',
    };
    text.chars().map(shown).collect()
}

impl Typeface {
    pub fn new() -> Result<Self, PdfError> {
        let face =
            ttf_parser::Face::parse(FONT, 0).map_err(|_| PdfError::TooMuch("the font".into()))?;
        Ok(Self {
            face,
            glyphs: GlyphRemapper::new(),
            letters: vec![None],
        })
    }

    /// How wide a text is at size 1; signs without a glyph count nothing.
    pub fn width(&self, text: &str) -> f32 {
        let advance = |letter| {
            let glyph = self.face.glyph_index(letter)?;
            self.face.glyph_hor_advance(glyph)
        };
        text.chars()
            .filter_map(advance)
            .map(|advance| f32::from(advance) / self.units())
            .sum()
    }

    /// A line as two-byte codes, and its width at size 1.
    ///
    /// # Errors
    /// A sign that there is no glyph for.
    pub fn set(&mut self, line: &str) -> Result<(Vec<u8>, f32), char> {
        let (mut codes, mut width) = (Vec::new(), 0.0);
        for letter in line.chars() {
            let glyph = self.face.glyph_index(letter).ok_or(letter)?;
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

    /// Writes the font's subset: a composite font whose codes are its glyphs (9.7). The font itself comes first.
    pub fn embed(
        self,
        mut number: impl FnMut() -> Result<Ref, PdfError>,
    ) -> Result<Vec<(Ref, Chunk)>, PdfError> {
        let subset = subsetter::subset(FONT, 0, &self.glyphs)
            .map_err(|error| PdfError::TooMuch(format!("the font: {error}")))?;
        let [font, cid, descriptor, program, unicode, set] = [
            number()?,
            number()?,
            number()?,
            number()?,
            number()?,
            number()?,
        ];
        // Components of accented letters are glyphs, too.
        let glyphs = ttf_parser::Face::parse(&subset, 0).map_or(self.letters.len(), |face| {
            usize::from(face.number_of_glyphs())
        });
        let all = every(glyphs);
        let mut objects = Vec::new();
        let mut add = |id: Ref, write: &mut dyn FnMut(&mut Chunk, Ref)| {
            let mut chunk = Chunk::new();
            write(&mut chunk, id);
            objects.push((id, chunk));
        };
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
        add(font, &mut |chunk, id| {
            let mut writer = chunk.type0_font(id);
            writer
                .base_font(name)
                .encoding_predefined(Name(b"Identity-H"));
            writer.descendant_font(cid).to_unicode(unicode);
        });
        add(cid, &mut |chunk, id| {
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
        add(descriptor, &mut |chunk, id| {
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
                .font_file2(program)
                .cid_set(set);
        });
        add(set, &mut |chunk, id| {
            chunk.stream(id, &all);
        });
        add(program, &mut |chunk, id| {
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
        add(unicode, &mut |chunk, id| {
            chunk.cmap(id, &cmap);
        });
        Ok(objects)
    }
}

/// Greys that need no output intent (ISO 19005-2, 6.2.4.3).
pub(crate) fn grey(resources: &mut Resources<'_>) {
    let mut spaces = resources.insert(Name(b"ColorSpace")).dict();
    let mut grey = spaces.insert(Name(b"DefaultGray")).array();
    grey.item(Name(b"CalGray"));
    let mut values = grey.push().dict();
    values
        .insert(Name(b"WhitePoint"))
        .array()
        .items([0.9505, 1.0, 1.089]);
    values.pair(Name(b"Gamma"), 2.2);
}

/// Which codes a subset has, as a `CIDSet` says it: all up to a number, the first in the highest bit. PDF/A-1 wants
/// one (ISO 19005-1, 6.3.5), its later parts and PDF/UA-1 want it to be complete where it is there.
fn every(glyphs: usize) -> Vec<u8> {
    let mut bits = vec![0xFF; glyphs.div_ceil(8)];
    if let (Some(last), rest @ 1..) = (bits.last_mut(), glyphs % 8) {
        *last <<= 8 - rest;
    }
    bits
}

#[cfg(test)]
mod tests {
    use super::every;

    #[test]
    fn a_set_names_each_glyph_and_no_more() {
        assert_eq!(every(8), [0xFF]);
        assert_eq!(every(11), [0xFF, 0b1110_0000]);
        assert!(every(0).is_empty());
    }
}
