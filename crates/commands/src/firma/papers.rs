//! Open documents.

use super::{lock, pages, words};
use crate::Result;
use crate::app::{App, off_thread};
use api::firma::{FirmaClose, FirmaPapers, NoPdf, PageSize, Paper, PaperId, PaperKind, Warning};
use api::{Code, Event, Failure};
use signing::cms::SignedData;
use signing::pades::{self, Active, Examined, PadesError, PdfError};
use signing::tsp::TimeStampedData;
use signing::whole::{Kind, WholeError};
use signing::{Digest, Hash};
use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Bytes in a megabyte, as people count files.
const MB: u64 = 1024 * 1024;
/// All that may be open at once, in megabytes.
const MOST_MB: u64 = 300;
/// Wrappings around a document that are taken off.
const DEEPEST: usize = 16;
/// The longest name that is shown or written, in characters.
const LONGEST_NAME: usize = 120;

/// What is open, in the order it was opened.
#[derive(Default)]
pub struct Papers {
    next: u64,
    open: Vec<Open>,
}

/// An open document.
#[derive(Clone)]
pub struct Open {
    pub paper: Paper,
    pub bytes: Arc<[u8]>,
    /// SHA-256 of the bytes.
    pub digest: Digest,
    /// What a `.p7m` or `.tsd` holds, unpacked to the innermost.
    pub inside: Option<Inside>,
    /// Its file, where that is known.
    pub path: Option<PathBuf>,
    /// Drawing it never ended: it is not tried again.
    pub stuck: Arc<AtomicBool>,
}

/// The content of a wrapping.
#[derive(Clone)]
pub struct Inside {
    pub name: String,
    pub kind: PaperKind,
    pub bytes: Arc<[u8]>,
}

impl Open {
    /// The PDF that is shown: the document itself, or what it holds.
    pub fn shown(&self) -> Option<&Arc<[u8]>> {
        match (&self.inside, self.paper.kind) {
            (_, PaperKind::Pdf) => Some(&self.bytes),
            (Some(inside), _) if inside.kind == PaperKind::Pdf => Some(&inside.bytes),
            _ => None,
        }
    }

    /// Where its file is.
    pub fn folder(&self) -> Option<&Path> {
        self.path.as_deref().and_then(Path::parent)
    }

    /// What it keeps in memory.
    fn holds(&self) -> impl Iterator<Item = &Arc<[u8]>> {
        let inside = self.inside.as_ref().map(|it| &it.bytes);
        std::iter::once(&self.bytes).chain(inside)
    }
}

/// The bytes of these in memory: what several of them share is there once.
fn weight<'a>(all: impl IntoIterator<Item = &'a Open>) -> u64 {
    let held = all.into_iter().flat_map(Open::holds);
    let once: BTreeMap<_, _> = held.map(|it| (it.as_ptr(), it.len())).collect();
    once.values().sum::<usize>() as u64
}

impl Papers {
    pub fn get(&self, id: &PaperId) -> Result<Open> {
        let found = self.open.iter().find(|open| open.paper.id == *id);
        found.cloned().ok_or_else(|| Failure::new(Code::PaperGone))
    }

    /// All that are open, in the order they were opened.
    pub fn all(&self) -> &[Open] {
        &self.open
    }

    fn weight(&self) -> u64 {
        weight(&self.open)
    }

    /// Takes a document in; `bounded` ones only while there is room.
    fn take(&mut self, mut open: Open, bounded: bool) -> Result<Paper> {
        if bounded && weight(self.open.iter().chain([&open])) > MOST_MB * MB {
            return Err(too_large());
        }
        self.next += 1;
        open.paper.id = PaperId(format!("c{}", self.next));
        let paper = open.paper.clone();
        self.open.push(open);
        Ok(paper)
    }
}

fn too_large() -> Failure {
    Failure::new(Code::PapersTooLarge).with("limit", MOST_MB)
}

/// The documents that are open, in the order they were opened.
pub async fn firma_papers(app: &App, _: FirmaPapers) -> Result<Vec<Paper>> {
    let papers = lock(&app.firma().papers);
    Ok(papers.open.iter().map(|open| open.paper.clone()).collect())
}

/// Opens a document. Whoever has its bytes borrowed hands them on so: then they are copied once.
pub async fn firma_open(app: &App, name: String, bytes: impl Into<Arc<[u8]>>) -> Result<Paper> {
    let (here, bytes) = (app.clone(), bytes.into());
    off_thread(move || open(&here, &name, bytes, None, true)).await
}

/// Opens files that the person named by starting the program with them; their signed versions will go beside them.
/// What cannot be opened is in the log.
pub async fn firma_open_files(app: &App, files: Vec<PathBuf>) {
    let here = app.clone();
    let opened = off_thread(move || {
        for file in files {
            if let Err(failure) = open_file(&here, &file) {
                tracing::warn!(code = ?failure.code, "A file that was named at the start is not opened.");
            }
        }
        Ok(())
    });
    // Each failure is told above.
    let _ = opened.await;
    app.tell(Event::Firma);
}

pub fn open_file(app: &App, file: &Path) -> Result<Paper> {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let unreadable = || Failure::new(Code::PaperUnreadable).with("name", &name);
    let about = std::fs::metadata(file).map_err(|_| unreadable())?;
    if !about.is_file() {
        return Err(unreadable());
    }
    if about.len() > MOST_MB * MB {
        return Err(too_large());
    }
    let bytes = whole(file, about.len()).map_err(|_| unreadable())?;
    let file = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    open(app, &name, bytes, Some(file), true)
}

/// All of a file, read to where it stays: a scan of 100 MB is not in memory twice.
fn whole(file: &Path, size: u64) -> std::io::Result<Arc<[u8]>> {
    let size = usize::try_from(size).map_err(std::io::Error::other)?;
    let mut bytes: Arc<[u8]> = std::iter::repeat_n(0, size).collect();
    let mut file = std::fs::File::open(file)?;
    if let Some(room) = Arc::get_mut(&mut bytes) {
        file.read_exact(room)?;
    }
    // Somebody is still writing it: half of it is not what is there.
    match file.read(&mut [0])? {
        0 => Ok(bytes),
        _ => Err(std::io::ErrorKind::InvalidData.into()),
    }
}

/// Reads, and takes in: `bounded` ones only while there is room; what we wrote ourselves is on disk already.
pub fn open(
    app: &App,
    name: &str,
    bytes: Arc<[u8]>,
    path: Option<PathBuf>,
    bounded: bool,
) -> Result<Paper> {
    if bounded && lock(&app.firma().papers).weight() + bytes.len() as u64 > MOST_MB * MB {
        return Err(too_large());
    }
    let open = read(name, bytes, path)?;
    lock(&app.firma().papers).take(open, bounded)
}

/// Takes in what was signed just now. What a `.p7m` holds is what was open already: there is one of it.
pub fn open_signed(
    app: &App,
    name: &str,
    bytes: Arc<[u8]>,
    path: PathBuf,
    original: &Open,
) -> Result<Paper> {
    let mut open = read(name, bytes, Some(path))?;
    let known = original.inside.as_ref().map(|inside| &inside.bytes);
    let known = known.unwrap_or(&original.bytes);
    if let Some(inside) = open.inside.as_mut().filter(|it| it.bytes == *known) {
        inside.bytes = known.clone();
    }
    lock(&app.firma().papers).take(open, false)
}

fn read(name: &str, bytes: Arc<[u8]>, path: Option<PathBuf>) -> Result<Open> {
    let name = file_name(name);
    let kind = kind(&bytes);
    if bytes.is_empty() || (kind == PaperKind::Other && words::names_a_signature(&name)) {
        return Err(Failure::new(Code::PaperUnreadable).with("name", &name));
    }
    let inside = unpack(&bytes, kind, &name);
    let digest = Hash::Sha256.of(&bytes);
    let mut open = Open {
        paper: Paper {
            id: PaperId(String::new()),
            size: bytes.len() as u64,
            kind,
            sha256: signing::hex(&digest.bytes),
            pages: Vec::new(),
            warnings: Vec::new(),
            no_pdf: Some(NoPdf::NotPdf),
            name,
        },
        bytes,
        digest,
        inside,
        path,
        stuck: Arc::default(),
    };
    if let Some(pdf) = open.shown().cloned() {
        let examined = pades::examine(&pdf);
        open.paper.pages = sizes(&examined, &pdf);
        open.paper.warnings = warnings(&examined);
        if kind == PaperKind::Pdf {
            open.paper.no_pdf = examined.refusal.as_ref().map(no_pdf);
        }
    }
    Ok(open)
}

/// What bytes are, whatever the file is called.
pub fn kind(bytes: &[u8]) -> PaperKind {
    match Kind::of(bytes) {
        Kind::Pdf => PaperKind::Pdf,
        Kind::P7m => PaperKind::P7m,
        Kind::P7s => PaperKind::P7s,
        Kind::Tsr => PaperKind::Tsr,
        Kind::Tsd => PaperKind::Tsd,
        Kind::Other => PaperKind::Other,
    }
}

/// Takes the wrappings off.
fn unpack(bytes: &[u8], kind: PaperKind, name: &str) -> Option<Inside> {
    let mut found: Option<Inside> = None;
    for _ in 0..DEEPEST {
        let (bytes, kind, name) = match &found {
            Some(inside) => (&*inside.bytes, inside.kind, inside.name.as_str()),
            None => (bytes, kind, name),
        };
        let Some(content) = content(bytes, kind) else {
            break;
        };
        found = Some(Inside {
            name: words::without_ending(name),
            kind: self::kind(&content),
            bytes: content,
        });
    }
    found
}

fn content(bytes: &[u8], kind: PaperKind) -> Option<Arc<[u8]>> {
    match kind {
        PaperKind::P7m => SignedData::parse(bytes).ok()?.content().map(Arc::from),
        PaperKind::Tsd => TimeStampedData::parse(bytes).ok()?.content.map(Arc::from),
        _ => None,
    }
}

fn sizes(examined: &Examined, pdf: &Arc<[u8]>) -> Vec<PageSize> {
    if examined.sheets.is_empty() {
        return pages::sizes(pdf);
    }
    let size = |sheet: &pades::Sheet| PageSize {
        width: sheet.width(),
        height: sheet.height(),
    };
    examined.sheets.iter().map(size).collect()
}

fn warnings(examined: &Examined) -> Vec<Warning> {
    let of = |active: &Active| match active {
        Active::Script | Active::Launch | Active::Xfa => Warning::ActiveContent,
        Active::ExternalContent | Active::OtherFile => Warning::OtherFiles,
        Active::EmbeddedFile => Warning::EmbeddedFiles,
        Active::FormData => Warning::FormData,
        Active::Multimedia => Warning::Multimedia,
        Active::OptionalContent => Warning::Layers,
    };
    let mut all: Vec<Warning> = Vec::new();
    let tagged = examined.stamp_untagged;
    let found = examined.active.iter().map(of);
    for warning in found.chain(tagged.then_some(Warning::StampBreaksAccessibility)) {
        if !all.contains(&warning) {
            all.push(warning);
        }
    }
    all
}

/// Why a document is not signed within the PDF, in the contract's words.
pub fn no_pdf(why: &PadesError) -> NoPdf {
    match why {
        PadesError::Pdf(PdfError::NotPdf) => NoPdf::NotPdf,
        PadesError::Pdf(PdfError::Encrypted) => NoPdf::Encrypted,
        PadesError::Certified | PadesError::FieldLocked(_) => NoPdf::Certified,
        PadesError::CertifiedStamp | PadesError::LargeStamp => NoPdf::NoStamp,
        PadesError::Active(_) => NoPdf::ActiveContent,
        PadesError::Pdf(PdfError::Hybrid) => NoPdf::Hybrid,
        PadesError::Pdf(PdfError::TooLarge) => NoPdf::TooLarge,
        PadesError::Pdf(PdfError::TooMuch(_)) => NoPdf::TooComplex,
        PadesError::SeedValue(_) => NoPdf::OtherKind,
        PadesError::TooSmall { .. } => NoPdf::NoRoom,
        PadesError::NoGlyph(_) => NoPdf::NoLetter,
        // What else there is was never asked for: a certain field, to certify.
        _ => NoPdf::Damaged,
    }
}

/// A name without a folder, without what no file system takes, not longer than people read.
pub fn file_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept: String = last
        .chars()
        .filter(|letter| !letter.is_control() && !"<>:\"|?*".contains(*letter))
        .collect();
    let kept = kept.trim().trim_start_matches('.');
    match kept.chars().count() {
        0 => "documento".to_owned(),
        // the ending tells what it is
        many if many > LONGEST_NAME => kept.chars().skip(many - LONGEST_NAME).collect(),
        _ => kept.to_owned(),
    }
}

/// Forgets documents; none: all.
pub async fn firma_close(app: &App, input: FirmaClose) -> Result<()> {
    let mut papers = lock(&app.firma().papers);
    let all = input.papers.is_empty();
    papers
        .open
        .retain(|open| !all && !input.papers.contains(&open.paper.id));
    Ok(())
}

/// An open document, or what is beside it.
pub fn get(app: &App, id: &PaperId) -> Result<Open> {
    lock(&app.firma().papers).get(id)
}

/// A failure of a document that cannot be read.
pub fn unreadable(open: &Open, why: &WholeError) -> Failure {
    tracing::info!(%why, "A document cannot be judged.");
    let code = match why {
        WholeError::Pdf(PdfError::Encrypted) => Code::PaperEncrypted,
        WholeError::Pdf(PdfError::TooMuch(_) | PdfError::TooLarge) | WholeError::TooDeep => {
            Code::PaperTooComplex
        }
        _ => Code::PaperUnreadable,
    };
    Failure::new(code).with("name", &open.paper.name)
}

#[cfg(test)]
mod tests {
    use super::{Inside, file_name, no_pdf, read, weight, whole};
    use crate::Result;
    use api::firma::{NoPdf, PaperKind};
    use signing::pades::{PadesError, PdfError};
    use std::sync::Arc;

    #[test]
    fn only_what_is_damaged_is_said_to_be() {
        let too_small = PadesError::TooSmall {
            needed: 2,
            reserved: 1,
        };
        let damaged = PdfError::Damaged {
            at: 0,
            what: String::new(),
        };
        for (why, said) in [
            (damaged.into(), NoPdf::Damaged),
            (PdfError::Encrypted.into(), NoPdf::Encrypted),
            (PdfError::Hybrid.into(), NoPdf::Hybrid),
            (PdfError::TooLarge.into(), NoPdf::TooLarge),
            (PdfError::TooMuch("pages".into()).into(), NoPdf::TooComplex),
            (PadesError::SeedValue("Firma1".into()), NoPdf::OtherKind),
            (too_small, NoPdf::NoRoom),
            (PadesError::NoGlyph('✅'), NoPdf::NoLetter),
        ] {
            assert_eq!(no_pdf(&why), said, "{why}");
        }
    }

    #[test]
    fn what_documents_share_is_counted_once() -> Result<()> {
        let scan = read("scan.txt", Arc::from(*b"0123456789"), None)?;
        let mut signed = read("scan.txt.p7m", Arc::from(*b"%PDF-0123456789"), None)?;
        let inside = |bytes: &Arc<[u8]>| Inside {
            name: "scan.txt".into(),
            kind: PaperKind::Other,
            bytes: bytes.clone(),
        };
        signed.inside = Some(inside(&scan.bytes));
        assert_eq!(weight([&scan, &signed]), 10 + 15);
        assert_eq!(weight([&signed]), 10 + 15, "with the document closed too");
        signed.inside = Some(inside(&Arc::from(*b"0123456789")));
        assert_eq!(weight([&scan, &signed]), 10 + 15 + 10);
        Ok(())
    }

    #[test]
    fn a_file_is_read_whole_or_not_at_all() -> std::io::Result<()> {
        let file = tempfile::NamedTempFile::new()?;
        std::fs::write(file.path(), b"%PDF-1.7")?;
        assert_eq!(&*whole(file.path(), 8)?, b"%PDF-1.7");
        // Its size was asked for before somebody went on writing it, or cut it.
        assert!(whole(file.path(), 5).is_err());
        assert!(whole(file.path(), 9).is_err());
        Ok(())
    }

    #[test]
    fn a_name_is_never_a_path() {
        assert_eq!(file_name("../../etc/passwd"), "passwd");
        assert_eq!(file_name(r"C:\Users\x\atto.pdf"), "atto.pdf");
        assert_eq!(file_name(".."), "documento");
        assert_eq!(file_name("a:b\u{7}.pdf"), "ab.pdf");
        let long = format!("{}.pdf", "a".repeat(300));
        assert!(file_name(&long).ends_with(".pdf") && file_name(&long).len() == 120);
    }
}
