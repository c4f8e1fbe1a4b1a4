//! What `firma verify` says.

use serde::Serialize;
use signing::pades::Verdict;
use signing::tsp::StampVerdict;
use signing::verify::SignerVerdict;
use signing::whole::{Whole, Wrapping};
use signing::x509::Holder;
use signing::{Indication, SubIndication};
use std::fmt;

/// The whole answer.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Of this format.
    version: u32,
    /// The worst of all files; none where a file could not be read.
    indication: Option<Indication>,
    files: Vec<FileReport>,
}

/// The answer about one file.
#[derive(Debug, Serialize)]
pub struct FileReport {
    file: String,
    /// About today.
    now: Option<Whole>,
    /// About the time that was asked for.
    at: Option<Whole>,
    /// Why the file, or what is in it, could not be read.
    error: Option<String>,
}

impl Report {
    pub fn new(files: Vec<FileReport>) -> Self {
        let all = files
            .iter()
            .map(FileReport::indication)
            .collect::<Option<Vec<_>>>();
        let worst = |all: Vec<_>| all.into_iter().max_by_key(|it: &Indication| it.severity());
        Self {
            version: 1,
            indication: all.map(|all| worst(all).unwrap_or(Indication::TotalPassed)),
            files,
        }
    }

    pub fn status(&self, trouble: u8) -> u8 {
        match self.indication {
            Some(Indication::TotalPassed) => 0,
            Some(Indication::TotalFailed) => 1,
            Some(Indication::Indeterminate) => 2,
            None => trouble,
        }
    }
}

impl FileReport {
    pub fn new(file: String, now: Whole, at: Option<Whole>, error: Option<String>) -> Self {
        Self {
            file,
            now: Some(now),
            at,
            error,
        }
    }

    pub fn unreadable(file: String, error: &std::io::Error) -> Self {
        Self {
            file,
            now: None,
            at: None,
            error: Some(error.to_string()),
        }
    }

    fn indication(&self) -> Option<Indication> {
        self.at
            .as_ref()
            .or(self.now.as_ref())
            .map(|verdict| verdict.answer().0)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for report in &self.files {
            if let Some(error) = &report.error {
                writeln!(f, "{}: {error}", report.file)?;
            }
            for (when, verdict) in [("now", &report.now), ("at", &report.at)] {
                let Some(verdict) = verdict else { continue };
                let (indication, reason) = verdict.answer();
                writeln!(f, "{} ({when}): {}", report.file, words(indication, reason))?;
                write_judged(f, verdict)?;
            }
        }
        Ok(())
    }
}

fn write_judged(f: &mut fmt::Formatter<'_>, judged: &Whole) -> fmt::Result {
    match &judged.signed {
        Wrapping::Cms { layers } => {
            for stamped in layers.iter().flat_map(|layer| &layer.signers) {
                write_signer(f, &stamped.signer, 2)?;
                write_stamps(f, &stamped.stamps)?;
            }
        }
        Wrapping::Pdf { signatures, .. } => {
            signatures.iter().try_for_each(|one| write_field(f, one))?;
        }
        Wrapping::Stamps {
            stamps,
            content_missing,
        } => {
            write_stamps(f, stamps)?;
            if *content_missing {
                writeln!(f, "    what is stamped is not at hand: --content FILE")?;
            }
        }
        Wrapping::Unclear { unreadable } => {
            writeln!(
                f,
                "  a PDF that cannot be read, and may be signed: {unreadable}"
            )?;
        }
    }
    judged
        .inside
        .as_ref()
        .map_or(Ok(()), |inside| write_judged(f, inside))
}

/// A signature of a PDF.
fn write_field(f: &mut fmt::Formatter<'_>, one: &Verdict) -> fmt::Result {
    let answer = words(one.indication, one.sub_indication);
    let changes = &one.signature.changes_after;
    let not_allowed = changes.iter().filter(|change| !change.allowed).count();
    writeln!(f, "  field {}: {answer}", one.signature.field)?;
    writeln!(
        f,
        "    {} changes afterwards, {not_allowed} not allowed",
        changes.len()
    )?;
    if let Some(signer) = &one.signer {
        write_signer(f, signer, 4)?;
    }
    write_stamps(f, &one.stamps)
}

fn write_signer(f: &mut fmt::Formatter<'_>, signer: &SignerVerdict, indent: usize) -> fmt::Result {
    let name = signer
        .holder
        .as_ref()
        .map_or("?", |holder| holder.name.as_str());
    let code = signer
        .holder
        .as_ref()
        .and_then(|holder| holder.tax_code.as_deref())
        .unwrap_or("-");
    let answer = words(signer.indication, signer.sub_indication);
    writeln!(
        f,
        "{:indent$}{name} ({code}), {:?}: {answer}",
        "", signer.quality
    )?;
    for limit in signer.holder.iter().flat_map(limits) {
        writeln!(f, "{:indent$}  {limit}", "")?;
    }
    for finding in &signer.findings {
        writeln!(f, "{:indent$}  {finding:?}", "")?;
    }
    for counter in &signer.counter_signatures {
        write_signer(f, counter, indent + 4)?;
    }
    Ok(())
}

/// What the certificate may be used for: whoever signs and whoever verifies must be told (CAD, art. 28 (3)).
pub fn limits(holder: &Holder) -> Vec<String> {
    let uses = holder
        .limits
        .iter()
        .map(|words| format!("limit of use: {words}"));
    let values = holder
        .statements
        .limits
        .iter()
        .map(|value| format!("limit of value: {value}"));
    uses.chain(values).collect()
}

fn write_stamps(f: &mut fmt::Formatter<'_>, stamps: &[StampVerdict]) -> fmt::Result {
    for stamp in stamps {
        let time = stamp
            .time
            .map_or_else(|| "?".into(), |time| time.to_string());
        let kind = match stamp.archive {
            true => "archive time stamp",
            false => "time stamp",
        };
        writeln!(
            f,
            "    {kind} {time}: {}",
            words(stamp.indication, stamp.sub_indication)
        )?;
    }
    Ok(())
}

/// The standard's words.
fn words(indication: Indication, reason: Option<SubIndication>) -> String {
    let plain = |value: serde_json::Result<serde_json::Value>| {
        value
            .ok()
            .and_then(|value| value.as_str().map(str::to_owned))
            .unwrap_or_default()
    };
    let indication = plain(serde_json::to_value(indication));
    match reason {
        Some(reason) => format!("{indication}, {}", plain(serde_json::to_value(reason))),
        None => indication,
    }
}
