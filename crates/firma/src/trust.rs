//! A folder of what is believed.

use crate::Outcome;
use signing::x509::Certificate;
use signing::{Anchor, Anchors, Service};
use std::path::Path;

/// Reads the folder: every certificate in it is an anchor, of which nothing more is known than that somebody put it
/// there; `anchors.json` holds those of the trusted lists.
pub fn read(folder: &Path) -> Outcome<Anchors> {
    let mut anchors = Anchors::default();
    let mut entries = std::fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        if path.file_name().is_some_and(|name| name == "anchors.json") {
            let listed: Anchors = serde_json::from_slice(&std::fs::read(&path)?)?;
            anchors.anchors.extend(listed.anchors);
            (anchors.issued, anchors.next_update) = (listed.issued, listed.next_update);
            continue;
        }
        let extension = path
            .extension()
            .and_then(|extension| extension.to_str())
            .unwrap_or_default();
        if !matches!(
            extension.to_ascii_lowercase().as_str(),
            "pem" | "crt" | "cer" | "der"
        ) {
            continue;
        }
        let found = certificates(&std::fs::read(&path)?);
        if found.is_empty() {
            return Err(format!("{}: no certificate", path.display()).into());
        }
        anchors.anchors.extend(found.into_iter().map(|certificate| {
            Anchor {
                certificate,
                service: Service::Other,
                history: Vec::new(),
                provider: path
                    .file_stem()
                    .map(|stem| stem.to_string_lossy().into_owned())
                    .unwrap_or_default(),
            }
        }));
    }
    Ok(anchors)
}

fn certificates(bytes: &[u8]) -> Vec<Vec<u8>> {
    if Certificate::parse(bytes).is_ok() {
        return vec![bytes.to_vec()];
    }
    signing::x509::from_pem(bytes)
}
