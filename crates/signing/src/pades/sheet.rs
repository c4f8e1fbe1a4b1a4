//! What is to be known of a document before it is shown or signed: its pages as people see them, what in it could
//! act, whether it can be signed; and where its signatures are seen.

use super::{Active, Draft, Options, PadesError, Signed, form, pages};
use crate::pdf::{File, Object, PdfError, View};
use jiff::Timestamp;
use std::io::{Cursor, Read, Seek};

/// The most pages that are told of.
const MOST: usize = 5_000;

/// A page as a person sees it: cut to what is shown, and turned.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sheet {
    /// What is shown, in the page's own axes: left, bottom, right, top.
    area: [f64; 4],
    /// Quarter turns, clockwise.
    turns: u8,
}

#[allow(clippy::cast_possible_truncation)] // points on a page
impl Sheet {
    fn size(&self) -> (f64, f64) {
        let [left, bottom, right, top] = self.area;
        (right - left, top - bottom)
    }

    /// Width in points.
    #[must_use]
    pub fn width(&self) -> f32 {
        let (width, height) = self.size();
        if self.turns % 2 == 1 {
            height as f32
        } else {
            width as f32
        }
    }

    /// Height in points.
    #[must_use]
    pub fn height(&self) -> f32 {
        let (width, height) = self.size();
        if self.turns % 2 == 1 {
            width as f32
        } else {
            height as f32
        }
    }

    /// A place as seen (left, top, width, height, from the upper left corner) in the page's own axes (left, bottom,
    /// right, top).
    #[must_use]
    pub fn on_page(&self, [left, top, width, height]: [f32; 4]) -> [f32; 4] {
        let one = self.point_on_page(left, top);
        let other = self.point_on_page(left + width, top + height);
        corners(one, other)
    }

    /// A rectangle in the page's own axes (left, bottom, right, top) as seen (left, top, width, height).
    #[must_use]
    pub fn as_seen(&self, rect: [f32; 4]) -> [f32; 4] {
        let one = self.point_as_seen(rect[0], rect[1]);
        let other = self.point_as_seen(rect[2], rect[3]);
        let [left, top, right, bottom] = corners(one, other);
        [left, top, right - left, bottom - top]
    }

    fn point_on_page(&self, across: f32, down: f32) -> [f32; 2] {
        let (width, height) = self.size();
        let (s, t) = (f64::from(across), f64::from(down));
        let (u, v) = match self.turns {
            1 => (t, s),
            2 => (width - s, t),
            3 => (width - t, height - s),
            _ => (s, height - t),
        };
        [(self.area[0] + u) as f32, (self.area[1] + v) as f32]
    }

    fn point_as_seen(&self, x: f32, y: f32) -> [f32; 2] {
        let (width, height) = self.size();
        let (u, v) = (f64::from(x) - self.area[0], f64::from(y) - self.area[1]);
        let (s, t) = match self.turns {
            1 => (v, u),
            2 => (width - u, v),
            3 => (height - v, width - u),
            _ => (u, height - v),
        };
        [s as f32, t as f32]
    }
}

fn corners(one: [f32; 2], other: [f32; 2]) -> [f32; 4] {
    [
        one[0].min(other[0]),
        one[1].min(other[1]),
        one[0].max(other[0]),
        one[1].max(other[1]),
    ]
}

/// What was found out about a document.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Examined {
    /// Its pages; none where it cannot be read.
    pub sheets: Vec<Sheet>,
    /// What could act or change what is shown.
    pub active: Vec<Active>,
    /// It is tagged (PDF/UA), and signed already: a stamp that is seen would stay out of its structure.
    pub stamp_untagged: bool,
    /// Why it cannot be signed.
    pub refusal: Option<PadesError>,
}

/// Examines a document, without changing it.
#[must_use]
pub fn examine(pdf: &[u8]) -> Examined {
    let mut examined = Examined::default();
    if let Err(why) = read(pdf, &mut examined) {
        examined.refusal = Some(why.into());
        return examined;
    }
    match Draft::new(pdf, &Options::at(Timestamp::UNIX_EPOCH)) {
        Ok(draft) => examined.active = draft.active().to_vec(),
        Err(PadesError::Active(found)) => {
            examined.active.clone_from(&found);
            examined.refusal = Some(PadesError::Active(found));
        }
        Err(why) => examined.refusal = Some(why),
    }
    examined
}

fn read(pdf: &[u8], examined: &mut Examined) -> Result<(), PdfError> {
    let mut file = File::open(Cursor::new(pdf))?;
    let view = file.view(file.source.len())?;
    if view.trailer().get(b"Encrypt").is_some() {
        return Err(PdfError::Encrypted);
    }
    pages::walk(&mut file, &view, |page| {
        examined.sheets.push(Sheet {
            area: page.area,
            turns: page.turns,
        });
        examined.sheets.len() < MOST
    })?;
    let catalog = file.catalog(&view)?;
    let tagged = catalog.get(b"StructTreeRoot").is_some();
    let fields = form::fields(&mut file, &view)?;
    let signed = fields
        .iter()
        .any(|field| field.is_signature() && field.value.is_some());
    examined.stamp_untagged = tagged && signed;
    Ok(())
}

/// Where a signature is seen.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// The full name of its field.
    pub field: String,
    /// The page, counted from 0.
    pub page: usize,
    /// Left, top, width, height as seen, in points.
    pub place: [f32; 4],
}

impl<R: Read + Seek> Signed<R> {
    /// Where the signatures of the document are seen; those without a picture are left out.
    ///
    /// # Errors
    /// Those of reading the file.
    pub fn seen(&mut self) -> Result<Vec<Seen>, PdfError> {
        let (file, view) = self.parts();
        let fields = form::fields(file, view)?;
        let mut found = Vec::new();
        let signed = |field: &&form::Field| field.is_signature() && field.value.is_some();
        let mut pages = Vec::new();
        if fields.iter().any(|field| signed(&field)) {
            pages::walk(file, view, |page| {
                pages.push(page);
                pages.len() < MOST
            })?;
        }
        for field in fields.iter().filter(signed) {
            for widget in &field.widgets {
                if let Some((page, place)) = place(file, view, &pages, *widget)? {
                    found.push(Seen {
                        field: field.name.clone(),
                        page,
                        place,
                    });
                }
            }
        }
        Ok(found)
    }
}

/// The page that a widget is on, and where.
fn place<R: Read + Seek>(
    file: &mut File<R>,
    view: &View,
    pages: &[pages::Page],
    widget: crate::pdf::Id,
) -> Result<Option<(usize, [f32; 4])>, PdfError> {
    let object = file.get(view, widget)?;
    let Some(dict) = object.as_dict() else {
        return Ok(None);
    };
    #[allow(clippy::cast_possible_truncation)] // points on a page
    let rect = pages::rectangle(file, view, dict, b"Rect")?
        .unwrap_or_default()
        .map(|value| value as f32);
    if rect[0] >= rect[2] || rect[1] >= rect[3] {
        return Ok(None);
    }
    for (index, page) in pages.iter().enumerate() {
        let here = file
            .array(view, &page.dict, b"Annots")?
            .contains(&Object::Ref(widget));
        if here {
            let sheet = Sheet {
                area: page.area,
                turns: page.turns,
            };
            return Ok(Some((index, sheet.as_seen(rect))));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::Sheet;

    #[test]
    fn a_place_goes_to_the_page_and_back_however_the_page_is_turned() {
        for turns in 0..4 {
            let sheet = Sheet {
                area: [10.0, 20.0, 210.0, 320.0],
                turns,
            };
            let seen = [15.0, 25.0, 60.0, 30.0];
            let back = sheet.as_seen(sheet.on_page(seen));
            assert_eq!(back, seen, "{turns}");
        }
    }

    #[test]
    fn the_upper_left_corner_is_where_a_person_sees_it() {
        // A page turned by a quarter clockwise shows its lower left corner at the upper left.
        let corner = |turns| {
            let area = [0.0, 0.0, 200.0, 300.0];
            Sheet { area, turns }.on_page([0.0, 0.0, 10.0, 10.0])
        };
        assert_eq!(corner(0), [0.0, 290.0, 10.0, 300.0]);
        assert_eq!(corner(1), [0.0, 0.0, 10.0, 10.0]);
        assert_eq!(corner(2), [190.0, 0.0, 200.0, 10.0]);
        assert_eq!(corner(3), [190.0, 290.0, 200.0, 300.0]);
    }
}
