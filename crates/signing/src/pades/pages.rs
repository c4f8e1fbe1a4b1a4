//! The pages, in order.

use crate::pdf::{Dict, File, Id, Object, PdfError, View};
use std::collections::HashSet;
use std::io::{Read, Seek};

/// No document may have more nodes in its page tree.
const MOST: usize = 500_000;

/// One page.
#[derive(Debug, Clone)]
pub(crate) struct Page {
    pub id: Id,
    pub dict: Dict,
    /// `/Rotate`, inherited (7.7.3.4), as quarter turns.
    pub turns: u8,
    /// What is seen of it: `/CropBox` within `/MediaBox` (14.11.2.1), inherited: left, bottom, right, top.
    pub area: [f64; 4],
}

/// Walks the page tree (7.7.3); `visit` says whether to go on.
pub(crate) fn walk<R: Read + Seek>(
    file: &mut File<R>,
    view: &View,
    mut visit: impl FnMut(Page) -> bool,
) -> Result<(), PdfError> {
    let catalog = file.catalog(view)?;
    let Some(root) = catalog.reference(b"Pages") else {
        return Err(PdfError::damaged(view.startxref, "/Pages"));
    };
    let mut seen = HashSet::new();
    let mut waiting = vec![(root, Inherited::default())];
    while let Some((id, mut inherited)) = waiting.pop() {
        if !seen.insert(id) {
            return Err(PdfError::damaged(
                view.startxref,
                "a page tree without cycles",
            ));
        }
        if seen.len() > MOST {
            return Err(PdfError::TooMuch("the number of pages".into()));
        }
        let object = file.get(view, id)?;
        let Object::Dict(dict) = &*object else {
            return Err(PdfError::damaged(view.startxref, "a page"));
        };
        inherited.take(file, view, dict)?;
        if dict.get(b"Kids").is_some() {
            let kids = file.array(view, dict, b"Kids")?;
            for kid in kids.iter().rev() {
                let kid = kid
                    .as_ref()
                    .ok_or_else(|| PdfError::damaged(view.startxref, "a page's reference"))?;
                waiting.push((kid, inherited));
            }
        } else {
            let area = inherited.area();
            if !visit(Page {
                id,
                dict: dict.clone(),
                turns: inherited.turns,
                area,
            }) {
                break;
            }
        }
    }
    Ok(())
}

/// The page with an index from 0.
pub(crate) fn nth<R: Read + Seek>(
    file: &mut File<R>,
    view: &View,
    index: usize,
) -> Result<Option<Page>, PdfError> {
    let (mut at, mut found) = (0, None);
    walk(file, view, |page| {
        if at == index {
            found = Some(page);
        }
        at += 1;
        found.is_none()
    })?;
    Ok(found)
}

/// A rectangle (7.9.5) with its corners in order.
pub(crate) fn rectangle<R: Read + Seek>(
    file: &mut File<R>,
    view: &View,
    dict: &Dict,
    key: &[u8],
) -> Result<Option<[f64; 4]>, PdfError> {
    let array = file.array(view, dict, key)?;
    let mut numbers = Vec::new();
    for item in array.iter().take(5) {
        numbers.extend(file.resolve(view, item)?.as_number());
    }
    Ok(match numbers[..] {
        [a, b, c, d] => Some([a.min(c), b.min(d), a.max(c), b.max(d)]),
        _ => None,
    })
}

#[derive(Debug, Clone, Copy, Default)]
struct Inherited {
    turns: u8,
    media: Option<[f64; 4]>,
    crop: Option<[f64; 4]>,
}

impl Inherited {
    fn area(&self) -> [f64; 4] {
        let media = self.media.unwrap_or([0.0, 0.0, 612.0, 792.0]);
        let crop = self.crop.unwrap_or(media);
        let both = [
            crop[0].max(media[0]),
            crop[1].max(media[1]),
            crop[2].min(media[2]),
            crop[3].min(media[3]),
        ];
        // boxes that do not meet show nothing: readers then take the sheet of paper
        if both[0] < both[2] && both[1] < both[3] {
            both
        } else {
            media
        }
    }

    fn take<R: Read + Seek>(
        &mut self,
        file: &mut File<R>,
        view: &View,
        dict: &Dict,
    ) -> Result<(), PdfError> {
        if let Some(degrees) = file.value(view, dict, b"Rotate")?.as_int() {
            self.turns = u8::try_from(degrees.rem_euclid(360) / 90).unwrap_or(0);
        }
        self.media = rectangle(file, view, dict, b"MediaBox")?.or(self.media);
        self.crop = rectangle(file, view, dict, b"CropBox")?.or(self.crop);
        Ok(())
    }
}
