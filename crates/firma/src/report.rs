//! What `firma verify` says.

use serde::Serialize;
use signing::cms::ReadError;
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
    now: Option<FileVerdict>,
    /// About the time that was asked for.
    at: Option<FileVerdict>,
    /// Why the file could not be read.
    error: Option<String>,
}

impl Report {
    pub fn new(files: Vec<FileReport>) -> Self {
        let all = files
            .iter()
            .map(FileReport::indication)
            .collect::<Option<Vec<_>>>();
        let has = |wanted| all.as_ref().is_some_and(|all| all.contains(&wanted));
        let indication = match &all {
            None => None,
            Some(_) if has(Indication::TotalFailed) => Some(Indication::TotalFailed),
            Some(_) if has(Indication::Indeterminate) => Some(Indication::Indeterminate),
            Some(_) => Some(Indication::TotalPassed),
        };
        Self {
            version: 1,
            indication,
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
    pub fn new(
        file: String,
        now: Result<FileVerdict, ReadError>,
        at: Option<Result<FileVerdict, ReadError>>,
    ) -> Self {
        let none = |_| FileVerdict {
            indication: Indication::TotalFailed,
            sub_indication: Some(SubIndication::FormatFailure),
            layers: Vec::new(),
            content: None,
        };
        Self {
            file,
            now: Some(now.unwrap_or_else(none)),
            at: at.map(|at| at.unwrap_or_else(none)),
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
            .map(|verdict| verdict.indication)
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
                let answer = words(verdict.indication, verdict.sub_indication);
                writeln!(f, "{} ({when}): {answer}", report.file)?;
                for signer in verdict.layers.iter().flat_map(|layer| &layer.signers) {
                    write_signer(f, signer, 2)?;
                }
            }
        }
        Ok(())
    }
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
