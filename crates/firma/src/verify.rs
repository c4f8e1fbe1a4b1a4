//! `firma verify`.

use crate::arguments::Arguments;
use crate::report::{FileReport, Report};
use crate::{Outcome, TROUBLE};
use jiff::Timestamp;
use signing::pades::PdfError;
use signing::path::Trust;
use signing::verify::{At, Basis, Content, Context, RevocationRule};
use signing::whole::{self, Whole, WholeError, Wrapping};
use signing::{Indication, SubIndication};
use std::fs::File;
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
    let judged = |context: &Context<'_>| one(path, beside, context);
    match judged(now).and_then(|now| Ok((now, at.map(judged).transpose()?))) {
        Ok(((now, why), at)) => FileReport::new(name, now, at.map(|(at, _)| at), why),
        Err(error) => FileReport::unreadable(name, &error),
    }
}

/// However large it is, it is judged where it lies. A file that is no signature is an answer, not a trouble; where it
/// could not be read, why comes with it.
fn one(
    path: &Path,
    beside: Option<&dyn Content>,
    context: &Context<'_>,
) -> std::io::Result<(Whole, Option<String>)> {
    let mut file = File::open(path)?;
    let (found, why) = match whole::judge(&mut file, beside, context) {
        Ok(found) => (found, None),
        Err(WholeError::Io(error)) => return Err(error),
        Err(WholeError::Pdf(PdfError::Io(error))) => return Err(std::io::Error::other(error)),
        Err(WholeError::Pdf(why)) => {
            let said = format!("the PDF cannot be read: {why}");
            (whole::unclear(&mut file, why)?, Some(said))
        }
        Err(why) => (None, Some(why.to_string())),
    };
    Ok((found.unwrap_or_else(unsigned), why))
}

/// No signature can be read in it.
fn unsigned() -> Whole {
    Whole {
        indication: Indication::TotalFailed,
        sub_indication: Some(SubIndication::FormatFailure),
        signed: Wrapping::Cms { layers: Vec::new() },
        inside: None,
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
