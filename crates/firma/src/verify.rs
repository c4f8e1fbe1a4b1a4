//! `firma verify`.

use crate::arguments::Arguments;
use crate::report::{FileReport, Judged, Report};
use crate::{Outcome, TROUBLE};
use jiff::Timestamp;
use signing::pades::{PdfError, Signed, Verdict, is_pdf, judge as judge_pdf};
use signing::path::Trust;
use signing::verify::{
    At, Basis, Content, Context, InPlaceError, Innermost, RevocationRule, in_place,
};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

pub fn run(arguments: &Arguments) -> Outcome<u8> {
    let folder = arguments.path("trust").ok_or("--trust DIR is needed")?;
    let (anchors, mut facts) = trust::folder::read(folder)?;
    if let Some(folder) = arguments.path("facts") {
        // Nobody is believed for being in it.
        let (_, more) = trust::folder::read(folder)?;
        facts.extend(&more);
    }
    let trust = Trust::new(&anchors);
    if arguments.files.is_empty() {
        return Err("which file?".into());
    }
    let now = Context {
        revocation: revocation(arguments)?,
        facts: &facts,
        ..Context::now(&trust)
    };
    let at = at(arguments)?.map(|at| Context { at, ..now });
    let beside = arguments.path("content").map(Path::to_owned);
    let beside = beside.as_ref().map(|path| path as &dyn Content);
    let mut files = Vec::new();
    for path in &arguments.files {
        files.push(judge(path, beside, &now, at.as_ref()));
    }
    let report = Report::new(files);
    if arguments.has("json") {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        print!("{report}");
    }
    Ok(report.status(TROUBLE))
}

fn judge(
    path: &Path,
    beside: Option<&dyn Content>,
    now: &Context<'_>,
    at: Option<&Context<'_>>,
) -> FileReport {
    let name = path.display().to_string();
    let judged = match is_pdf_file(path) {
        Ok(true) => std::fs::read(path).map(|bytes| {
            let judged = |context: &Context<'_>| in_pdf(&bytes, context);
            (judged(now), at.map(judged))
        }),
        // However large it is, it is judged where it lies.
        Ok(false) => {
            let judged = |context: &Context<'_>| in_cms(path, beside, context);
            judged(now).and_then(|now| Ok((now, at.map(judged).transpose()?)))
        }
        Err(error) => Err(error),
    };
    match judged {
        Ok((now, at)) => FileReport::new(name, now, at),
        Err(error) => FileReport::unreadable(name, &error),
    }
}

/// As much of a file as its kind is told by.
fn is_pdf_file(path: &Path) -> std::io::Result<bool> {
    let mut begin = Vec::new();
    File::open(path)?.take(4096).read_to_end(&mut begin)?;
    Ok(is_pdf(&begin))
}

fn verdicts(bytes: &[u8], context: &Context<'_>) -> Result<Vec<Verdict>, PdfError> {
    Signed::new(bytes).and_then(|mut document| judge_pdf(&mut document, context))
}

/// A file that is none is an answer, not a trouble.
fn in_pdf(bytes: &[u8], context: &Context<'_>) -> Judged {
    verdicts(bytes, context).map_or_else(|_| Judged::none(), Judged::pdf)
}

/// The same.
fn in_cms(
    path: &Path,
    beside: Option<&dyn Content>,
    context: &Context<'_>,
) -> std::io::Result<Judged> {
    match in_place(File::open(path)?, beside, context) {
        Ok(found) => {
            let inside = pdf_inside(path, &found.content)?;
            let inside = inside.and_then(|bytes| signed_inside(&bytes, context));
            Ok(Judged::around(found.verdict, inside))
        }
        Err(InPlaceError::Read(_)) => Ok(Judged::none()),
        Err(InPlaceError::Io(error)) => Err(error),
    }
}

/// The innermost content, if it is a PDF.
fn pdf_inside(path: &Path, content: &Innermost) -> std::io::Result<Option<Vec<u8>>> {
    let bytes = match content {
        Innermost::Beside => return Ok(None),
        Innermost::Bytes(bytes) => bytes.clone(),
        Innermost::At(range) => {
            let mut file = File::open(path)?;
            file.seek(SeekFrom::Start(range.start))?;
            let mut part = file.take(range.end.saturating_sub(range.start));
            let mut bytes = Vec::new();
            part.by_ref().take(4096).read_to_end(&mut bytes)?;
            if is_pdf(&bytes) {
                part.read_to_end(&mut bytes)?;
            }
            bytes
        }
    };
    Ok(is_pdf(&bytes).then_some(bytes))
}

/// What its signatures are worth; none where it has none.
fn signed_inside(bytes: &[u8], context: &Context<'_>) -> Option<Judged> {
    match verdicts(bytes, context) {
        Ok(verdicts) => (!verdicts.is_empty()).then(|| Judged::pdf(verdicts)),
        Err(_) => Some(Judged::unclear()),
    }
}

fn revocation(arguments: &Arguments) -> Outcome<RevocationRule> {
    match arguments.text("revocation")? {
        None | Some("required") => Ok(RevocationRule::Required),
        Some("if-known") => Ok(RevocationRule::IfKnown),
        Some(other) => Err(format!("--revocation {other}: required or if-known").into()),
    }
}

fn at(arguments: &Arguments) -> Outcome<Option<At>> {
    let basis = match arguments.text("basis")? {
        None => Basis::Stated,
        Some("time-stamp") => Basis::TimeStamp,
        Some("protocol") => Basis::Protocol,
        Some("pec") => Basis::Pec,
        Some("preservation") => Basis::Preservation,
        Some(other) => {
            return Err(
                format!("--basis {other}: time-stamp, protocol, pec or preservation").into(),
            );
        }
    };
    match arguments.text("at")? {
        Some(time) => {
            let time: Timestamp = time
                .parse()
                .map_err(|error| format!("--at {time}: {error}"))?;
            Ok(Some(At { time, basis }))
        }
        None if basis == Basis::Stated => Ok(None),
        None => Err("--basis without --at".into()),
    }
}
