//! One long file: how much memory more, and how long.

use crate::{Outcome, Plan, documents, many, run};
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;

/// As PDF and as `.p7m`, each in a process of its own.
pub fn measure(plan: &Plan, place: &Path) -> Outcome<Value> {
    let scan = place.join("scan.pdf");
    std::fs::write(&scan, documents::page(0, plan.megabytes << 20)?)?;
    let file = place.join("key.p12");
    let sign = |how: &str| -> Outcome<Value> {
        let said = run(Command::new(std::env::current_exe()?)
            .args(["scan", how])
            .arg(&scan)
            .arg(place.join(format!("scan-{how}")))
            .arg(&file)
            .arg(many::PASSWORD))?;
        Ok(serde_json::from_slice(&said)?)
    };
    Ok(json!({ "megabytes": plan.megabytes, "pdf": sign("pdf")?, "p7m": sign("p7m")? }))
}
