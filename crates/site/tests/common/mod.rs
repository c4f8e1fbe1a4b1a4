//! People, places and pictures for the tests.
#![allow(dead_code, reason = "each test program uses its part")]
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test may stop where it stands"
)]

use domain::sito::{Block, Fields, NewsKind, PageKind, RichText, Span};
use domain::{ComuneId, FileId, FileRef, PageId};
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, Rgb, RgbImage};
use site::{Comune, Published};
use std::collections::BTreeMap;
use std::path::Path;

/// 2026-11-22T08:00:00Z, a Sunday.
pub const SUNDAY: i64 = 1_795_334_400_000;
pub const HOUR: i64 = 3_600_000;

pub fn roccaverano() -> Comune {
    Comune {
        id: ComuneId::new("005094"),
        name: "Roccaverano".into(),
        province: "Asti".into(),
        base: "/siti/roccaverano/".into(),
        origin: "https://comuni.example".into(),
        ..Comune::default()
    }
}

pub fn page(kind: PageKind, slug: &str, title: &str) -> Published {
    Published {
        id: PageId::new(slug),
        kind,
        slug: slug.into(),
        at: SUNDAY,
        first_at: SUNDAY,
        fields: Fields {
            title: title.into(),
            summary: format!("{title}, in breve"),
            news: NewsKind::Notizia,
            ..Fields::default()
        },
        body: RichText::from_plain("Una riga di testo."),
    }
}

/// The `n`th news of Roccaverano, an hour after the one before.
pub fn news(n: i64) -> Published {
    Published {
        at: SUNDAY + n * HOUR,
        first_at: SUNDAY + n * HOUR,
        ..page(
            PageKind::Notizia,
            &format!("notizia-{n}"),
            &format!("Notizia numero {n}"),
        )
    }
}

pub fn paragraph(spans: Vec<Span>) -> Block {
    Block::Paragraph { spans }
}

pub fn link(words: &str, to: &str) -> Span {
    Span {
        link: Some(to.into()),
        ..Span::plain(words)
    }
}

pub fn file(bytes: &[u8], name: &str, media: &str) -> FileRef {
    FileRef {
        id: FileId::new(blake3::hash(bytes).to_hex().as_str()),
        name: name.into(),
        media: media.into(),
        size: bytes.len() as u64,
    }
}

/// A JPEG whose left half is red and whose right half is blue.
pub fn jpeg(width: u32, height: u32) -> Vec<u8> {
    let image = RgbImage::from_fn(width, height, |x, _| {
        if x < width / 2 {
            Rgb([255, 0, 0])
        } else {
            Rgb([0, 0, 255])
        }
    });
    let mut out = Vec::new();
    DynamicImage::ImageRgb8(image)
        .write_with_encoder(JpegEncoder::new_with_quality(&mut out, 90))
        .unwrap();
    out
}

/// The same with what a telephone adds: held upright (orientation 6), taken at Roccaverano.
pub fn jpeg_from_a_telephone(width: u32, height: u32) -> Vec<u8> {
    let mut exif = b"Exif\0\0II*\0\x08\0\0\0".to_vec();
    let entry = |tag: u16, kind: u16, count: u32, value: u32| {
        let mut e = tag.to_le_bytes().to_vec();
        e.extend(kind.to_le_bytes());
        e.extend(count.to_le_bytes());
        e.extend(value.to_le_bytes());
        e
    };
    exif.extend(2u16.to_le_bytes());
    exif.extend(entry(0x0112, 3, 1, 6)); // Orientation: turn right
    exif.extend(entry(0x8825, 4, 1, 38)); // GPS data at 38
    exif.extend(0u32.to_le_bytes());
    exif.extend(2u16.to_le_bytes());
    exif.extend(entry(1, 2, 2, u32::from(b'N'))); // GPSLatitudeRef
    exif.extend(entry(2, 5, 3, 68)); // GPSLatitude at 68
    exif.extend(0u32.to_le_bytes());
    for part in [44u32, 1, 35, 1, 24, 1] {
        exif.extend(part.to_le_bytes());
    }
    let plain = jpeg(width, height);
    let mut out = plain[..2].to_vec();
    out.extend([0xff, 0xe1]);
    out.extend(u16::try_from(exif.len() + 2).unwrap().to_be_bytes());
    out.extend(exif);
    out.extend(&plain[2..]);
    out
}

/// Every file of a folder: path and content.
pub fn tree(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    walk(root, root, &mut files);
    files
}

fn walk(root: &Path, at: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in std::fs::read_dir(at).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            walk(root, &path, files);
        } else {
            let name = path
                .strip_prefix(root)
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned();
            files.insert(name, std::fs::read(&path).unwrap());
        }
    }
}
