//! One signed PDF verified: within a process, by the command, and by pdfsig.

use crate::{Outcome, Plan, beside, median, timed};
use serde_json::{Value, json};
use signing::path::Trust;
use signing::verify::{Context, RevocationRule};
use signing::{Indication, pades};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// How often: one is quick.
const TIMES: usize = 20;

/// The document as the token signed it, verified with its authority believed.
pub fn measure(plan: &Plan, place: &Path, document: &Path) -> Outcome<Value> {
    let name = document.file_name().unwrap_or_default();
    let signed = place.join("rsa-ours-0").join(name);
    let (trust, nss) = (place.join("trust"), place.join("rsa-nss"));
    std::fs::create_dir(&trust)?;
    std::fs::copy(place.join("ca.pem"), trust.join("ca.pem"))?;
    let times = TIMES * plan.repeats;
    let here: Outcome<Vec<Duration>> = (0..times).map(|_| within(&signed, &trust)).collect();
    let firma = beside("firma")?;
    let command = || {
        let mut command = Command::new(&firma);
        command
            .arg("verify")
            .arg(&signed)
            .arg("--trust")
            .arg(&trust);
        command.args(["--revocation", "if-known"]);
        command
    };
    let whole: Outcome<Vec<_>> = (0..times)
        .map(|_| timed(|| crate::run(&mut command())))
        .collect();
    let database = format!("sql:{}", nss.display());
    let pdfsig = || {
        let mut command = Command::new("pdfsig");
        command.args(["-nocert", "-nssdir", &database]).arg(&signed);
        command
    };
    let theirs: Outcome<Vec<_>> = (0..times)
        .map(|_| timed(|| crate::run(&mut pdfsig())))
        .collect();
    Ok(json!({ "here": median(here?), "command": median(whole?), "pdfsig": median(theirs?) }))
}

/// Everything, from the file on the disk to the verdict, but for the anchors, which a program has once.
fn within(signed: &Path, folder: &Path) -> Outcome<Duration> {
    let (anchors, facts) = trust::folder::read(folder)?;
    let trust = Trust::new(&anchors);
    let context = Context {
        revocation: RevocationRule::IfKnown,
        facts: &facts,
        ..Context::now(&trust)
    };
    timed(|| {
        let bytes = std::fs::read(signed)?;
        let verdicts = pades::judge(&mut pades::Signed::new(&bytes)?, &context)?;
        match verdicts.last().map(|verdict| verdict.indication) {
            Some(Indication::TotalPassed) => Ok(()),
            other => Err(format!("{other:?}").into()),
        }
    })
}
