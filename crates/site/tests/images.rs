//! What becomes of images and files.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod common;
#[path = "../../../tests/fuzz/src/image.rs"]
mod decoder;
#[path = "../../../tests/fuzz/src/short.rs"]
#[allow(clippy::print_stdout, reason = "how long it took is worth reading")]
mod short;

use common::{file, jpeg, jpeg_from_a_telephone, page, roccaverano, tree};
use domain::sito::{Block, Cover, PageKind};
use domain::{FileId, FileRef, PageId};
use site::{Fault, ImageError, Published, build, inspect_image, preview_file};
use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::Path;

type Store = BTreeMap<FileId, Vec<u8>>;

fn with_image(bytes: &[u8], name: &str, media: &str) -> (Published, Store) {
    let file = file(bytes, name, media);
    let mut page = page(PageKind::Pagina, "la-torre", "La torre");
    page.body.blocks.push(Block::Image {
        file: file.clone(),
        alt: "La torre".into(),
        decorative: false,
        caption: String::new(),
    });
    (page, Store::from([(file.id, bytes.to_vec())]))
}

fn built(page: &Published, files: &Store, out: &Path) -> site::Report {
    let pages = BTreeMap::from([(page.id.clone(), page.clone())]);
    build(&roccaverano(), &pages, files, out).unwrap()
}

#[test]
fn a_photograph_is_published_upright_small_and_without_the_place_where_it_was_taken() {
    let bytes = jpeg_from_a_telephone(2400, 1200);
    assert!(bytes.windows(6).any(|w| w == b"Exif\0\0"));
    let info = inspect_image(&bytes).unwrap();
    assert_eq!((info.width, info.height), (1200, 2400));

    let (page, files) = with_image(&bytes, "torre.jpg", "image/jpeg");
    let out = tempfile::tempdir().unwrap();
    assert_eq!(built(&page, &files, out.path()).warnings, []);
    let media: Vec<_> = tree(out.path())
        .into_iter()
        .filter(|(path, _)| path.starts_with("media/"))
        .collect();
    let sizes: Vec<_> = media
        .iter()
        .map(|(path, _)| path.rsplit_once('-').unwrap().1)
        .collect();
    assert_eq!(sizes, ["800x1600.jpg", "s320x640.jpg"]);
    for (path, bytes) in &media {
        assert!(
            !bytes.windows(4).any(|w| w == b"Exif"),
            "{path} keeps its data"
        );
        let image = image::load_from_memory(bytes).unwrap().to_rgb8();
        let (w, h) = image.dimensions();
        let top = image.get_pixel(w / 2, h / 4);
        let bottom = image.get_pixel(w / 2, h - h / 4);
        assert!(
            top[0] > 200 && bottom[2] > 200,
            "{path} lies on its side: {top:?} {bottom:?}"
        );
    }
}

#[test]
fn a_photograph_offered_as_a_file_loses_its_place_too() {
    let bytes = jpeg_from_a_telephone(300, 200);
    let mut page = page(PageKind::Pagina, "la-torre", "La torre");
    let file = file(&bytes, "Locandina.JPG", "image/jpeg");
    page.fields.attachments.push(file.clone());
    let files = Store::from([(file.id, bytes)]);
    let out = tempfile::tempdir().unwrap();
    built(&page, &files, out.path());
    let tree = tree(out.path());
    let (path, offered) = tree
        .iter()
        .find(|(path, _)| path.starts_with("allegati/"))
        .unwrap();
    assert!(path.ends_with("/locandina.jpg"), "{path}");
    assert!(!offered.windows(4).any(|w| w == b"Exif"));
    let image = image::load_from_memory(offered).unwrap();
    assert_eq!((image.width(), image.height()), (200, 300));
}

#[test]
fn an_image_that_cannot_be_used_says_why_and_never_stops_the_program() {
    let whole = jpeg(400, 300);
    let half = &whole[..whole.len() / 2];
    assert_eq!(inspect_image(half), Err(ImageError::Broken));
    assert_eq!(inspect_image(&whole[..20]), Err(ImageError::Broken));
    assert_eq!(inspect_image(b"%PDF-1.4"), Err(ImageError::Unsupported));
    assert_eq!(inspect_image(b""), Err(ImageError::Unsupported));
    assert_eq!(
        inspect_image(b"GIF89a\x01\0\x01\0"),
        Err(ImageError::Unsupported)
    );

    let mut bomb = whole.clone();
    let frame = bomb.windows(2).position(|w| w == [0xff, 0xc0]).unwrap();
    bomb[frame + 5..frame + 9].copy_from_slice(&[0xff; 4]); // 65,535 by 65,535 points
    assert_eq!(inspect_image(&bomb), Err(ImageError::TooLarge));
    assert_eq!(
        inspect_image(&vec![0xff; site::MAX_IMAGE + 1]),
        Err(ImageError::Unsupported)
    );
    let mut long = whole.clone();
    long.resize(site::MAX_IMAGE + 1, 0);
    assert_eq!(inspect_image(&long), Err(ImageError::TooLarge));
}

#[test]
fn an_image_of_many_bytes_to_a_point_is_too_large_sooner() {
    let claims = |image: image::DynamicImage, width: u32, height: u32| {
        let mut png = Cursor::new(Vec::new());
        image.write_to(&mut png, image::ImageFormat::Png).unwrap();
        let mut png = png.into_inner();
        png[16..20].copy_from_slice(&width.to_be_bytes());
        png[20..24].copy_from_slice(&height.to_be_bytes());
        let sum = crc32(&png[12..29]);
        png[29..33].copy_from_slice(&sum.to_be_bytes());
        inspect_image(&png)
    };
    let (eight, sixteen) = (
        image::DynamicImage::new_rgba8,
        image::DynamicImage::new_rgba16,
    );
    // 40 million points: 160 MB unpacked, or 320. What passes as a head is found broken behind it.
    assert_eq!(claims(eight(8, 5), 8000, 5000), Err(ImageError::Broken));
    assert_eq!(claims(sixteen(8, 5), 8000, 5000), Err(ImageError::TooLarge));
    assert_eq!(claims(sixteen(8, 5), 6000, 4000), Err(ImageError::Broken));
}

/// The check sum of a PNG's chunk (PNG, annex D).
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            (sum >> 1) ^ (0xedb8_8320 & (sum & 1).wrapping_neg())
        })
    })
}

#[test]
fn no_byte_changed_in_an_image_makes_a_panic() {
    let whole = jpeg_from_a_telephone(64, 48);
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 0xff;
        let _ = inspect_image(&bytes);
    }
}

/// Each of the three formats, small enough that a change soon meets what says how large the picture is.
fn small_pictures() -> [(&'static str, Vec<u8>); 4] {
    let encoded = |format| {
        let mut bytes = Vec::new();
        image::DynamicImage::new_rgba8(9, 7)
            .write_to(&mut std::io::Cursor::new(&mut bytes), format)
            .unwrap();
        bytes
    };
    [
        ("plain.jpg", jpeg(9, 7)),
        ("telephone.jpg", jpeg_from_a_telephone(16, 8)),
        ("alpha.png", encoded(image::ImageFormat::Png)),
        ("lossless.webp", encoded(image::ImageFormat::WebP)),
    ]
}

/// Not a test: writes the seeds of the fuzz target anew.
#[test]
#[ignore = "writes files that are under version control"]
fn seeds_are_made() {
    let folder = short::folder("image");
    std::fs::create_dir_all(&folder).unwrap();
    for (name, bytes) in small_pictures() {
        std::fs::write(folder.join(name), bytes).unwrap();
    }
}

/// Changed files in the short run.
const TRIES: usize = 1_500;

#[test]
fn no_picture_from_anywhere_makes_a_panic_or_takes_for_ever() {
    for seed in short::seeds("image") {
        assert!(seed.len() < 2048 && decoder::image(&seed));
    }
    short::run("image", TRIES, |bytes| {
        decoder::image(bytes);
    });
}

#[test]
fn a_page_with_a_broken_or_missing_image_is_published_without_it_and_says_so() {
    let whole = jpeg(400, 300);
    let (broken, files) = with_image(&whole[..whole.len() / 2], "rotta.jpg", "image/jpeg");
    let out = tempfile::tempdir().unwrap();
    let report = built(&broken, &files, out.path());
    assert_eq!(report.warnings.len(), 1);
    assert_eq!(report.warnings[0].fault, Fault::Image(ImageError::Broken));
    let html = std::fs::read_to_string(out.path().join("pagine/la-torre/index.html")).unwrap();
    assert!(html.contains("Una riga di testo.") && !html.contains("<figure"));

    let out = tempfile::tempdir().unwrap();
    let report = built(&broken, &Store::new(), out.path());
    assert_eq!(report.warnings[0].fault, Fault::Missing);
}

#[test]
fn a_transparent_image_stays_transparent() {
    let mut bytes = Vec::new();
    image::DynamicImage::ImageRgba8(image::RgbaImage::from_pixel(
        800,
        20,
        image::Rgba([9, 9, 9, 0]),
    ))
    .write_to(
        &mut std::io::Cursor::new(&mut bytes),
        image::ImageFormat::Png,
    )
    .unwrap();
    let (page, files) = with_image(&bytes, "stemma.png", "image/png");
    let out = tempfile::tempdir().unwrap();
    built(&page, &files, out.path());
    let tree = tree(out.path());
    let (_, small) = tree
        .iter()
        .find(|(path, _)| path.ends_with("-s640x16.png"))
        .unwrap();
    assert_eq!(
        image::load_from_memory(small)
            .unwrap()
            .to_rgba8()
            .get_pixel(5, 5)[3],
        0
    );
}

#[test]
fn a_finished_image_is_not_made_again() {
    let bytes = jpeg(900, 600);
    let (page, files) = with_image(&bytes, "torre.jpg", "image/jpeg");
    let out = tempfile::tempdir().unwrap();
    built(&page, &files, out.path());
    let before = tree(out.path());
    // Without the file there is nothing to make it from.
    let again = built(&page, &Store::new(), out.path());
    assert_eq!(
        (again.written, again.removed, again.warnings),
        (vec![], vec![], vec![])
    );
    assert_eq!(tree(out.path()), before);
}

#[test]
fn names_made_to_harm_stay_inside_the_folder() {
    let outer = tempfile::tempdir().unwrap();
    let out = outer.path().join("sito");
    let mut page = page(PageKind::Pagina, "la-torre", "La torre");
    for id in ["../../../evil", "/etc/passwd", "a/b", ""] {
        let evil = FileRef {
            id: FileId::new(id),
            name: "../../evil.html".into(),
            media: "text/html".into(),
            size: 1,
        };
        page.fields.attachments.push(evil.clone());
        page.fields.cover = Some(Cover {
            file: evil,
            alt: "x".into(),
            decorative: false,
        });
    }
    let files: Store = page
        .fields
        .attachments
        .iter()
        .map(|file| (file.id.clone(), b"<script>".to_vec()))
        .collect();
    built(&page, &files, &out);
    let outside: Vec<_> = tree(outer.path())
        .into_keys()
        .filter(|path| !path.starts_with("sito/") || path.contains("evil"))
        .collect();
    assert_eq!(outside, Vec::<String>::new());
}

#[test]
fn a_preview_is_served_the_images_and_files_that_it_names() {
    let bytes = jpeg_from_a_telephone(2400, 1200);
    let (page, files) = with_image(&bytes, "torre.jpg", "image/jpeg");
    let html = site::preview(&roccaverano(), &page, &site::NoOthers, &files);
    let out = tempfile::tempdir().unwrap();
    built(&page, &files, out.path());
    let public = tree(out.path());
    assert_eq!(
        html.as_bytes(),
        public["pagine/la-torre/index.html"],
        "not what the public sees"
    );
    for (path, bytes) in public.iter().filter(|(path, _)| path.starts_with("media/")) {
        let served = preview_file(&page, path, &files).unwrap();
        assert_eq!((&served.bytes, served.media), (bytes, "image/jpeg"));
    }
    let style = public.keys().find(|path| path.ends_with(".css")).unwrap();
    assert!(html.contains(style.as_str()));
    assert_eq!(
        preview_file(&page, style, &files).unwrap().bytes,
        public[style]
    );
    assert_eq!(preview_file(&page, "media/../x", &files), None);
    assert_eq!(PageId::new("la-torre"), page.id);
}
