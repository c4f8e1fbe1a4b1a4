//! A scan of 100 MB is signed and judged from where it lies. Alone in its file: memory is the process's.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "tests")]

mod memory;
mod pdf_support;

use memory::memory;
use pdf_support::{at, documents};
use signing::pades::{Draft, Kind, Options, Signed};

#[test]
fn a_hundred_megabytes_are_signed_from_where_they_lie() {
    let page = documents::pages(1);
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("scan.pdf");
    // an image of 100 MB, as an update whose offsets need no more than what update() knows
    let image = "x".repeat(100 << 20);
    let head = format!(
        "<</Type/XObject/Subtype/Image/Width 10240/Height 10240/ColorSpace/DeviceGray/BitsPerComponent 8/Length {}>>",
        image.len()
    );
    let object =
        documents::object(&page, 10).replacen("/Font", "/XObject <</Im 1500 0 R>> /Font", 1);
    let pdf = documents::update(
        &page,
        &[
            (10, object),
            (1500, format!("{head}\nstream\n{image}\nendstream")),
        ],
        "",
    );
    drop(image);
    std::fs::write(&path, &pdf).unwrap();
    let len = pdf.len();
    drop(pdf);

    let Some(before) = memory("VmRSS:") else {
        eprintln!("SKIPPED: no /proc/self/status here to read the peak of memory from");
        return;
    };
    // "5" forgets the peak so far (proc(5), clear_refs)
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
    let mut draft = Draft::over(std::fs::File::open(&path).unwrap(), &Options::at(at())).unwrap();
    draft.digest(signing::Hash::Sha256).unwrap();
    let out = dir.path().join("signed.pdf");
    draft
        .write(
            &[0x30, 3, 2, 1, 1],
            std::io::BufWriter::new(std::fs::File::create(&out).unwrap()),
        )
        .unwrap();
    let mut signed = Signed::open(std::fs::File::open(&out).unwrap()).unwrap();
    let signature = signed.signatures()[0].clone();
    assert_eq!(
        (signature.kind, signature.is_intact()),
        (Kind::Signature, true)
    );
    signed.digest(&signature, signing::Hash::Sha256).unwrap();
    let extra = memory("VmHWM:").unwrap().saturating_sub(before);
    eprintln!(
        "{} MB signed and judged within {extra} kB of extra memory",
        len >> 20
    );
    assert!(extra < 32 << 10, "{extra} kB");
}
