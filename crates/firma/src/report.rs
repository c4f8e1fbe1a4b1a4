//! What `firma verify` says.

use serde::Serialize;
use signing::pades::Verdict;
use signing::tsp::StampVerdict;
use signing::verify::{FileVerdict, SignerVerdict};
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
    now: Option<Judged>,
    /// About the time that was asked for.
    at: Option<Judged>,
    /// Why the file could not be read.
    error: Option<String>,
}

impl Report {
    pub fn new(files: Vec<FileReport>) -> Self {
        let all = files
            .iter()
            .map(FileReport::indication)
            .collect::<Option<Vec<_>>>();
        let worst = |all: Vec<_>| all.into_iter().max_by_key(|it| severity(*it));
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

/// What there is to say, by the kind of file.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Judged {
    /// A `.p7m` or `.p7s`, or what is no signature at all.
    Cms {
        /// The worst of it and of what is inside.
        #[serde(flatten)]
        verdict: FileVerdict,
        /// The signatures of a PDF inside.
        #[serde(skip_serializing_if = "Option::is_none")]
        inside: Option<Box<Judged>>,
    },
    /// A PDF.
    Pdf {
        indication: Indication,
        sub_indication: Option<SubIndication>,
        /// In the order of their revisions.
        signatures: Vec<Verdict>,
    },
}

impl Judged {
    /// No signature can be read in it.
    pub fn none() -> Self {
        let verdict = FileVerdict {
            indication: Indication::TotalFailed,
            sub_indication: Some(SubIndication::FormatFailure),
            layers: Vec::new(),
            content: None,
        };
        Self::Cms {
            verdict,
            inside: None,
        }
    }

    /// A signed content, and the PDF that it is, if it is a signed one.
    pub fn around(mut verdict: FileVerdict, inside: Option<Self>) -> Self {
        if let Some((indication, sub_indication)) = inside.as_ref().map(Self::answer)
            && severity(indication) > severity(verdict.indication)
        {
            verdict.indication = indication;
            verdict.sub_indication = sub_indication;
        }
        Self::Cms {
            verdict,
            inside: inside.map(Box::new),
        }
    }

    /// A PDF whose signatures, if it has any, cannot be told.
    pub fn unclear() -> Self {
        Self::Pdf {
            indication: Indication::Indeterminate,
            sub_indication: None,
            signatures: Vec::new(),
        }
    }

    /// The worst of a PDF's signatures.
    pub fn pdf(signatures: Vec<Verdict>) -> Self {
        // Of two alike, the first.
        let worst = signatures
            .iter()
            .rev()
            .max_by_key(|one| severity(one.indication));
        match worst.map(|one| (one.indication, one.sub_indication)) {
            None => Self::none(),
            Some((indication, sub_indication)) => Self::Pdf {
                indication,
                sub_indication,
                signatures,
            },
        }
    }

    fn answer(&self) -> (Indication, Option<SubIndication>) {
        match self {
            Self::Cms { verdict, .. } => (verdict.indication, verdict.sub_indication),
            Self::Pdf {
                indication,
                sub_indication,
                ..
            } => (*indication, *sub_indication),
        }
    }
}

fn severity(indication: Indication) -> u8 {
    match indication {
        Indication::TotalPassed => 0,
        Indication::Indeterminate => 1,
        Indication::TotalFailed => 2,
    }
}

impl FileReport {
    pub fn new(file: String, now: Judged, at: Option<Judged>) -> Self {
        Self {
            file,
            now: Some(now),
            at,
            error: None,
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

fn write_judged(f: &mut fmt::Formatter<'_>, judged: &Judged) -> fmt::Result {
    match judged {
        Judged::Cms { verdict, inside } => {
            for stamped in verdict.layers.iter().flat_map(|layer| &layer.signers) {
                write_signer(f, &stamped.signer, 2)?;
                write_stamps(f, &stamped.stamps)?;
            }
            inside
                .as_ref()
                .map_or(Ok(()), |inside| write_judged(f, inside))
        }
        Judged::Pdf { signatures, .. } => signatures.iter().try_for_each(|one| write_field(f, one)),
    }
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
    for finding in &signer.findings {
        writeln!(f, "{:indent$}  {finding:?}", "")?;
    }
    for counter in &signer.counter_signatures {
        write_signer(f, counter, indent + 4)?;
    }
    Ok(())
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
