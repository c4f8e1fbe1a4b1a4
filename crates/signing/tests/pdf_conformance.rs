//! A document that is PDF/A and PDF/UA at once stays both when it is signed: veraPDF says so, where it is installed
//! (`verapdf` on the path, or as `VERAPDF` names it), and PDFBox's preflight for PDF/A-1b.
//!
//! The documents in `conforming/` were made with WeasyPrint 70.0 from a page of our own (its fonts are subsets of
//! Liberation Sans, under the Open Font License); both validators accept them as they lie there.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "tests")]

mod pdf_support;

use pdf_support::{at, judges, sign, sign_plain, signer::Signer};
use signing::Hash;
use signing::pades::{Draft, Kind, Material, Options, Stamp, add_dss};
use signing::paper::{self, About, Style};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Each document, and the flavour of PDF/A that it says it is (ISO 19005-1, -2, -3, level B); all are PDF/UA-1
/// (ISO 14289-1).
const DOCUMENTS: [(&str, &[u8]); 3] = [
    ("1b", include_bytes!("conforming/pdfa1b-ua1.pdf")),
    ("2b", include_bytes!("conforming/pdfa2b-ua1.pdf")),
    ("3b", include_bytes!("conforming/pdfa3b-ua1.pdf")),
];

fn stamped() -> Options {
    Options {
        name: Some("ROSSI MARIO".into()),
        reason: Some("Approvazione".into()),
        stamp: Some(Stamp {
            page: 0,
            rect: [300.0, 60.0, 540.0, 120.0],
            lines: vec![
                "Firmato digitalmente da".into(),
                "ROSSI MARIO – Città di Forlì".into(),
            ],
        }),
        ..Options::at(at())
    }
}

/// Puts other bytes, as long, at the last place where some are.
fn replaced(pdf: &[u8], what: &[u8], with: &[u8]) -> Vec<u8> {
    assert_eq!(what.len(), with.len());
    let at = pdf.windows(what.len()).rposition(|part| part == what);
    let at = at.unwrap_or_else(|| panic!("no {}", String::from_utf8_lossy(what)));
    let mut out = pdf.to_vec();
    out[at..at + with.len()].copy_from_slice(with);
    out
}

/// A report as the app writes them, of several pages.
fn report() -> Vec<u8> {
    let about = About {
        title: "Verifica di <atto> & allegati",
        language: "it",
        made: at(),
    };
    let mut paragraphs = vec![(Style::Title, about.title.to_owned())];
    for number in 1..40 {
        paragraphs.push((Style::Heading, format!("Firma {number}")));
        let words = "Perché è così: la città, il Comune e l’Ufficio. ".repeat(6);
        paragraphs.push((Style::Body, words));
        paragraphs.push((Style::Small, "Nota, in piccolo".into()));
    }
    paper::write(about, &paragraphs, |page, pages| {
        format!("Pagina {page} di {pages}")
    })
    .unwrap()
}

/// A document by its name, and whether it must be the flavour of PDF/A, and PDF/UA-1.
struct Case {
    name: String,
    flavour: &'static str,
    is_archive: bool,
    is_accessible: bool,
}

/// Everything that is judged, in a folder.
fn lay() -> (tempfile::TempDir, Vec<Case>) {
    let signer = Signer::new();
    let (mut cases, mut files) = (Vec::new(), Vec::new());
    for (flavour, pdf) in DOCUMENTS {
        let draft = Draft::new(pdf, &stamped()).unwrap();
        assert!(draft.keeps_accessibility(), "{flavour}");
        let unseen = sign_plain(&signer, pdf);
        let seen = sign(&signer, pdf, &stamped());
        // A second signer, who is not seen: the structure is signed and stays as it is.
        let twice = sign_plain(&signer, &seen);
        // With what proves it for long (B-LTA): certificates, and a time stamp over all.
        let pem = std::fs::read(signer.root()).unwrap();
        let certificates = vec![
            openssl::x509::X509::from_pem(&pem)
                .unwrap()
                .to_der()
                .unwrap(),
        ];
        let material = Material {
            certificates,
            ..Material::default()
        };
        let lasting = add_dss(&seen, &material).unwrap();
        let stamping = Options {
            kind: Kind::Timestamp,
            ..Options::at(at())
        };
        let mut draft = Draft::new(&lasting, &stamping).unwrap();
        let token = signer.stamp(&draft.digest(Hash::Sha256).unwrap());
        let lasting = draft.embed(&token).unwrap();
        // What the judges must not take: the font of the stamp left out, and its widget outside of the structure.
        let no_font = replaced(&seen, b"/FontFile2", b"/NoFile123");
        let untagged = replaced(&seen, b"/StructParent ", b"/NoStructPart ");
        let mut add = |name: &str, pdf: Vec<u8>, is_archive, is_accessible| {
            let name = format!("{flavour}-{name}");
            files.push((name.clone(), pdf));
            cases.push(Case {
                name,
                flavour,
                is_archive,
                is_accessible,
            });
        };
        add("before", pdf.to_vec(), true, true);
        add("unseen", unseen, true, true);
        add("seen", seen, true, true);
        add("twice", twice, true, true);
        add("lasting", lasting, true, true);
        add("no-font", no_font, false, false);
        add("untagged", untagged, true, false);
        if flavour == "2b" {
            let report = report();
            let signed = sign(&signer, &report, &stamped());
            let untitled = replaced(&report, b"/DisplayDocTitle", b"/DisplayNoTitles");
            add("report", report, true, true);
            add("report-signed", signed, true, true);
            add("report-untitled", untitled, true, false);
        }
    }
    (judges::lay(&files), cases)
}

/// veraPDF's command.
fn verapdf() -> Option<PathBuf> {
    let named = std::env::var_os("VERAPDF").map(PathBuf::from);
    let program = named.unwrap_or_else(|| "verapdf".into());
    if Command::new(&program).arg("--version").output().is_ok() {
        return Some(program);
    }
    eprintln!("SKIPPED: no veraPDF here (VERAPDF, or verapdf on the path)");
    None
}

/// What veraPDF finds wrong in documents of one flavour, by name; nothing for those that conform.
fn opinions(program: &Path, dir: &Path, flavour: &str, cases: &[&Case]) -> Vec<(String, String)> {
    let mut command = Command::new(program);
    command.args(["--format", "text", "-v", "-f", flavour]);
    command.args(
        cases
            .iter()
            .map(|case| dir.join(format!("{}.pdf", case.name))),
    );
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let about = |case: &&Case| {
        let file = format!("{}.pdf", case.name);
        let mut lines = said.lines().skip_while(|line| !line.contains(&file));
        let verdict = lines.next().unwrap_or_else(|| panic!("{file}: {said}"));
        let more: Vec<&str> = lines.take_while(|line| line.starts_with(' ')).collect();
        let passed = verdict.starts_with("PASS");
        assert!(passed || verdict.starts_with("FAIL"), "{verdict}");
        let why = format!("{verdict}\n{}", more.join("\n"));
        (case.name.clone(), if passed { String::new() } else { why })
    };
    cases.iter().map(about).collect()
}

#[test]
fn verapdf_finds_that_signing_keeps_pdf_a_and_pdf_ua() {
    let Some(program) = verapdf() else { return };
    let (dir, cases) = lay();
    let expect = |flavour: &str, cases: &[&Case], conforms: &dyn Fn(&Case) -> bool| {
        let opinions = opinions(&program, dir.path(), flavour, cases);
        for (case, (name, why)) in cases.iter().zip(opinions) {
            assert_eq!(conforms(case), why.is_empty(), "{name} as {flavour}: {why}");
        }
    };
    for (flavour, _) in DOCUMENTS {
        let cases: Vec<&Case> = cases
            .iter()
            .filter(|case| case.flavour == flavour)
            .collect();
        expect(flavour, &cases, &|case| case.is_archive);
    }
    let all: Vec<&Case> = cases.iter().collect();
    expect("ua1", &all, &|case| case.is_accessible);
}

/// PDFBox's preflight with what Debian puts beside it.
fn preflight() -> Option<String> {
    const JARS: [&str; 7] = [
        "preflight",
        "pdfbox2",
        "fontbox2",
        "xmpbox",
        "commons-logging",
        "javax.activation",
        "jaxb-api",
    ];
    let jars = JARS.map(|jar| format!("/usr/share/java/{jar}.jar"));
    if jars.iter().all(|jar| Path::new(jar).exists()) && judges::has("java").is_some() {
        return Some(jars.join(":"));
    }
    eprintln!("SKIPPED: no preflight here (libpdfbox2-java, libactivation-java, libjaxb-api-java)");
    None
}

#[test]
fn preflight_finds_that_signing_keeps_pdf_a_1b() {
    let Some(jars) = preflight() else { return };
    let (dir, cases) = lay();
    for case in cases.iter().filter(|case| case.flavour == "1b") {
        let output = Command::new("java")
            .args(["-cp", &jars, "org.apache.pdfbox.preflight.Validator_A1b"])
            .arg(dir.path().join(format!("{}.pdf", case.name)))
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned()
            + &String::from_utf8_lossy(&output.stderr);
        let conforms = said.contains("is a valid PDF/A-1b file");
        assert_eq!(conforms, case.is_archive, "{}: {said}", case.name);
    }
}
