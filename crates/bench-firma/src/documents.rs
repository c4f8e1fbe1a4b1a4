//! What is signed: small letters of one page, and a scan.

use crate::Outcome;
use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref, Str};
use std::path::{Path, PathBuf};

/// Bytes of the picture (a coat of arms) on each letter.
const PICTURE: usize = 24 * 1024;

/// Writes letters into a folder of their own.
pub fn lay(place: &Path, count: usize) -> Outcome<Vec<PathBuf>> {
    let folder = place.join("documents");
    std::fs::create_dir(&folder)?;
    let letters = (0..count).map(|number| {
        let path = folder.join(format!("determinazione-{number:03}.pdf"));
        std::fs::write(&path, page(number, PICTURE)?)?;
        Ok(path)
    });
    letters.collect()
}

/// A page with text, and a grey picture of so many bytes.
pub fn page(number: usize, picture: usize) -> Outcome<Vec<u8>> {
    let [catalog, tree, page, font, text, image] = [1, 2, 3, 4, 5, 6].map(Ref::new);
    let mut pdf = Pdf::new();
    pdf.catalog(catalog).pages(tree);
    pdf.pages(tree).kids([page]).count(1);
    pdf.type1_font(font).base_font(Name(b"Helvetica"));
    let mut writer = pdf.page(page);
    writer
        .parent(tree)
        .media_box(Rect::new(0.0, 0.0, 595.276, 841.89))
        .contents(text);
    let mut resources = writer.resources();
    resources.fonts().pair(Name(b"F1"), font);
    resources.x_objects().pair(Name(b"Im1"), image);
    resources.finish();
    writer.finish();
    let mut content = Content::new();
    content.begin_text();
    content.set_font(Name(b"F1"), 11.0);
    content.set_leading(14.0);
    content.next_line(72.0, 760.0);
    for line in 0..40 {
        let line =
            format!("Determinazione n. {number}, punto {line}: si impegna la spesa di 1.000 euro.");
        content.show(Str(line.as_bytes())).next_line_using_leading();
    }
    content.end_text();
    pdf.stream(text, &content.finish());
    let grey: Vec<u8> = (0..picture)
        .map(|at| u8::try_from((at * 31 + number) % 251).unwrap_or_default())
        .collect();
    let rows = i32::try_from(picture / 1024)?;
    let mut stream = pdf.image_xobject(image, &grey);
    stream.width(1024).height(rows).bits_per_component(8);
    stream.color_space().device_gray();
    stream.finish();
    Ok(pdf.finish())
}
