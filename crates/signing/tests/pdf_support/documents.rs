//! Documents of every make that a signature may meet.

use super::signer::run;
use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref, Str, TextStr};
use std::process::Command;

/// A document of some pages, with one stream of text each.
pub fn pages(count: i32) -> Vec<u8> {
    build(count, false, |_, _| {})
}

/// The same, with a text field and an empty signature field called `Sindaco`.
pub fn form() -> Vec<u8> {
    build(1, false, |pdf, page| {
        let [form, text, signature] = [Ref::new(500), Ref::new(501), Ref::new(502)];
        pdf.indirect(form)
            .dict()
            .insert(Name(b"Fields"))
            .array()
            .items([text, signature]);
        let mut dict = pdf.indirect(text).dict();
        dict.pair(Name(b"Type"), Name(b"Annot"))
            .pair(Name(b"Subtype"), Name(b"Widget"));
        dict.pair(Name(b"FT"), Name(b"Tx"))
            .pair(Name(b"T"), TextStr("Nota"))
            .pair(Name(b"P"), page)
            .pair(Name(b"F"), 4);
        dict.pair(Name(b"Rect"), Rect::new(50.0, 600.0, 250.0, 620.0));
        dict.finish();
        let mut dict = pdf.indirect(signature).dict();
        dict.pair(Name(b"Type"), Name(b"Annot"))
            .pair(Name(b"Subtype"), Name(b"Widget"));
        dict.pair(Name(b"FT"), Name(b"Sig"))
            .pair(Name(b"T"), TextStr("Sindaco"))
            .pair(Name(b"P"), page)
            .pair(Name(b"F"), 4);
        dict.pair(Name(b"Rect"), Rect::new(50.0, 500.0, 250.0, 560.0));
    })
}

/// A form whose field "Sindaco" brings a lock when it is signed, with a second field to sign.
pub fn locking(lock: &str) -> Vec<u8> {
    let form = form();
    let field = |number| object(&form, number);
    let locks = field(502).trim_end_matches(">>").to_owned() + &format!("/Lock<<{lock}>>>>");
    let second = field(502).replacen("(Sindaco)", "(Segretario)", 1);
    let with = |list: &str, key: &str| {
        let end = list.find(key).unwrap() + list[list.find(key).unwrap()..].find(']').unwrap();
        list[..end].to_owned() + " 503 0 R" + &list[end..]
    };
    let objects = [
        (10, with(&field(10), "/Annots [")),
        (500, with(&field(500), "/Fields [")),
        (502, locks),
        (503, second),
    ];
    update(&form, &objects, "")
}

/// A tagged document (the shape of PDF/UA: a `Document` with a paragraph in it).
pub fn tagged() -> Vec<u8> {
    build(1, true, |pdf, page| {
        let [root, document, paragraph] = [Ref::new(600), Ref::new(601), Ref::new(602)];
        let mut dict = pdf.indirect(root).dict();
        dict.pair(Name(b"Type"), Name(b"StructTreeRoot"))
            .pair(Name(b"K"), document)
            .pair(Name(b"ParentTreeNextKey"), 1);
        let mut tree = dict.insert(Name(b"ParentTree")).dict();
        let mut numbers = tree.insert(Name(b"Nums")).array();
        numbers.item(0);
        numbers.push().array().item(paragraph);
        numbers.finish();
        tree.finish();
        dict.finish();
        let mut dict = pdf.indirect(document).dict();
        dict.pair(Name(b"Type"), Name(b"StructElem"))
            .pair(Name(b"S"), Name(b"Document"))
            .pair(Name(b"P"), root);
        dict.insert(Name(b"K")).array().item(paragraph);
        dict.finish();
        let mut dict = pdf.indirect(paragraph).dict();
        dict.pair(Name(b"Type"), Name(b"StructElem"))
            .pair(Name(b"S"), Name(b"P"))
            .pair(Name(b"P"), document);
        dict.pair(Name(b"Pg"), page).pair(Name(b"K"), 0);
    })
}

fn build(count: i32, tagged: bool, more: impl FnOnce(&mut Pdf, Ref)) -> Vec<u8> {
    let mut pdf = Pdf::new();
    let (catalog, tree, font) = (Ref::new(1), Ref::new(2), Ref::new(3));
    let page = |index: i32| Ref::new(10 + 2 * index);
    let mut extra = Pdf::new();
    more(&mut extra, page(0));
    let has_form = extra.refs().any(|id| id.get() == 500);
    let mut dict = pdf.catalog(catalog);
    dict.pages(tree).pair(Name(b"Lang"), TextStr("it"));
    if tagged {
        dict.insert(Name(b"MarkInfo"))
            .dict()
            .pair(Name(b"Marked"), true);
        dict.pair(Name(b"StructTreeRoot"), Ref::new(600));
    }
    if has_form {
        dict.pair(Name(b"AcroForm"), Ref::new(500));
    }
    dict.finish();
    pdf.pages(tree).kids((0..count).map(page)).count(count);
    pdf.type1_font(font).base_font(Name(b"Helvetica"));
    for index in 0..count {
        let content = Ref::new(11 + 2 * index);
        let mut writer = pdf.page(page(index));
        writer
            .parent(tree)
            .media_box(Rect::new(0.0, 0.0, 595.276, 841.89))
            .contents(content);
        writer.resources().fonts().pair(Name(b"F1"), font);
        if tagged {
            writer.struct_parents(0);
        }
        if has_form && index == 0 {
            writer.annotations([Ref::new(501), Ref::new(502)]);
        }
        writer.finish();
        let mut text = Content::new();
        if tagged {
            text.begin_marked_content_with_properties(Name(b"P"))
                .properties()
                .pair(Name(b"MCID"), 0);
        }
        text.begin_text();
        text.set_font(Name(b"F1"), 14.0);
        text.next_line(72.0, 720.0);
        text.show(Str(format!(
            "Deliberazione n. {} : importo 1000 euro",
            index + 1
        )
        .as_bytes()));
        text.end_text();
        if tagged {
            text.end_marked_content();
        }
        pdf.stream(content, &text.finish());
    }
    pdf.extend(&extra);
    pdf.finish()
}

/// Passes a document through qpdf; nothing where there is no qpdf.
pub fn qpdf(pdf: &[u8], arguments: &[&str]) -> Option<Vec<u8>> {
    super::judges::has("qpdf")?;
    let dir = tempfile::tempdir().unwrap();
    let (from, to) = (dir.path().join("a.pdf"), dir.path().join("b.pdf"));
    std::fs::write(&from, pdf).unwrap();
    run(
        Command::new("qpdf").args(arguments).arg(&from).arg(&to),
        None,
    );
    Some(std::fs::read(to).unwrap())
}

/// The same document in every make: table, stream, object streams, linearised, both.
pub fn makes(pdf: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let mut all = vec![("table", pdf.to_vec())];
    for (name, arguments) in [
        (
            "object streams",
            &["--object-streams=generate", "--newline-before-endstream"][..],
        ),
        ("linearised", &["--linearize"]),
        (
            "linearised with object streams",
            &["--linearize", "--object-streams=generate"],
        ),
        ("plain again", &["--object-streams=disable", "--qdf"]),
    ] {
        all.extend(qpdf(pdf, arguments).map(|pdf| (name, pdf)));
    }
    all
}

/// Appends an update made by hand: objects by number, and what the trailer gets besides.
pub fn update(pdf: &[u8], objects: &[(u32, String)], trailer: &str) -> Vec<u8> {
    let mut out = pdf.to_vec();
    if !out.ends_with(b"\n") {
        out.push(b'\n');
    }
    // no smaller than before, which strict readers mind
    let (mut table, mut size) = (String::from("xref\n"), size(pdf).max(2000));
    for (number, text) in objects {
        table += &format!("{number} 1\n{:010} 00000 n\r\n", out.len());
        out.extend(format!("{number} 0 obj\n{text}\nendobj\n").as_bytes());
        size = size.max(number + 1);
    }
    let start = out.len();
    out.extend(table.as_bytes());
    let prev = startxref(pdf);
    let root = if trailer.contains("/Root") {
        String::new()
    } else {
        "/Root 1 0 R".to_owned()
    } + &id(pdf);
    out.extend(
        format!(
            "trailer\n<</Size {size}{root}/Prev {prev}{trailer}>>\nstartxref\n{start}\n%%EOF\n"
        )
        .as_bytes(),
    );
    out
}

/// The last `/Size`.
fn size(pdf: &[u8]) -> u32 {
    let text = String::from_utf8_lossy(pdf).into_owned();
    let number = text.rfind("/Size").and_then(|at| {
        let rest = text[at + 5..].trim_start();
        let end = rest.find(|it: char| !it.is_ascii_digit())?;
        rest[..end].parse().ok()
    });
    number.unwrap_or(0)
}

/// The trailer's `/ID` as it stands, so that an update by hand is not betrayed by having none.
pub fn id(pdf: &[u8]) -> String {
    let text = String::from_utf8_lossy(pdf).into_owned();
    text.rfind("/ID").map_or(String::new(), |start| {
        text[start..start + text[start..].find(']').unwrap() + 1].to_owned()
    })
}

/// The last cross-reference section's offset.
pub fn startxref(pdf: &[u8]) -> usize {
    let tail = String::from_utf8_lossy(&pdf[pdf.len().saturating_sub(64)..]).into_owned();
    tail.split("startxref")
        .last()
        .unwrap()
        .split_whitespace()
        .next()
        .unwrap()
        .parse()
        .unwrap()
}

/// Text of an object as it last stands, from `N 0 obj` to `endobj`; only for documents that are all text.
pub fn object(pdf: &[u8], number: u32) -> String {
    let head = format!("\n{number} 0 obj");
    let start = pdf
        .windows(head.len())
        .rposition(|window| window == head.as_bytes())
        .unwrap()
        + head.len();
    let end = start
        + pdf[start..]
            .windows(6)
            .position(|window| window == b"endobj")
            .unwrap();
    String::from_utf8_lossy(&pdf[start..end]).trim().to_owned()
}

/// Rewrites the catalog with more in it, as an update.
pub fn with_catalog(pdf: &[u8], more: &str) -> Vec<u8> {
    let catalog = object(pdf, 1);
    update(
        pdf,
        &[(1, catalog.trim_end_matches(">>").to_owned() + more + ">>")],
        "",
    )
}

/// Adds an update of the hybrid kind: a table, and a stream for newer readers.
pub fn hybrid(pdf: &[u8]) -> Vec<u8> {
    let mut with_stream = pdf.to_vec();
    let at = with_stream.len();
    let row = [1_u8, 0, 0, 0, 9, 0];
    with_stream.extend(format!("900 0 obj\n<</Type/XRef/W[1 4 1]/Index[901 1]/Size 902/Root 1 0 R/Length {}>>\nstream\n", row.len()).as_bytes());
    with_stream.extend(row);
    with_stream.extend(b"\nendstream\nendobj\n");
    let start = with_stream.len();
    let prev = startxref(pdf);
    with_stream.extend(format!("xref\n900 1\n{at:010} 00000 n\r\ntrailer\n<</Size 902/Root 1 0 R/Prev {prev}/XRefStm {at}>>\nstartxref\n{start}\n%%EOF\n").as_bytes());
    with_stream
}
