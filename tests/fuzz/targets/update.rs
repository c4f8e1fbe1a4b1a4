//! Updates of a text from another desk: taken or refused, never a panic, and the text stays readable.
#![no_main]

use libfuzzer_sys::fuzz_target;
use text::TextDoc;

fuzz_target!(|update: &[u8]| {
    let mut doc = TextDoc::new();
    let _ = doc.import(update);
    let _ = doc.rich_text();
});
