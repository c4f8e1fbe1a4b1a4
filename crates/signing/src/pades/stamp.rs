//! What a person sees of a signature: a widget's appearance with a font of its own, so that PDF/A stays PDF/A.

use super::PadesError;
use crate::pdf::Update;
use crate::typeface::{self, Typeface, grey};
use pdf_writer::{Content, Name, Rect, Ref, Str};
use serde::{Deserialize, Serialize};

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

/// The same text with a question mark for every sign that the stamp's typeface has not.
#[must_use]
pub fn legible(text: &str) -> String {
    typeface::legible(text)
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
    let mut text = Typeface::new()?;
    let lines = lines
        .iter()
        .map(|line| text.set(line).map_err(PadesError::NoGlyph))
        .collect::<Result<Vec<_>, _>>()?;
    let objects = text.embed(|| update.number())?;
    let font = objects[0].0;
    for (id, chunk) in &objects {
        update.take(*id, chunk);
    }

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
        grey(&mut resources);
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
