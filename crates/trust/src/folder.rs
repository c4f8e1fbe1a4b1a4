//! A folder of what is believed, laid out by a person: for scripts, tests, and whoever helps a comune.

use signing::revocation::Facts;
use signing::x509::{Certificate, from_pem};
use signing::{Anchor, Anchors, Service};
use std::io;
use std::path::Path;

/// Reads the folder: every certificate in it is an anchor, of which nothing more is known than that somebody put it
/// there; `anchors.json` holds those of the trusted lists. CRLs and OCSP answers are facts.
///
/// # Errors
/// Those of the disk, and a file that is not what its name says.
pub fn read(folder: &Path) -> io::Result<(Anchors, Facts)> {
    let mut anchors = Anchors::default();
    let mut facts = Facts::new();
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
        let named = |error| wrong(&path, &error);
        match extension.to_ascii_lowercase().as_str() {
            "pem" | "crt" | "cer" | "der" => {}
            "crl" => {
                let bytes = std::fs::read(&path)?;
                let der = from_pem(&bytes, "X509 CRL")
                    .into_iter()
                    .next()
                    .unwrap_or(bytes);
                facts.add_crl(&der).map_err(named)?;
                continue;
            }
            "ors" => {
                facts.add_ocsp(&std::fs::read(&path)?).map_err(named)?;
                continue;
            }
            _ => continue,
        }
        let found = certificates(&std::fs::read(&path)?);
        if found.is_empty() {
            return Err(wrong(&path, &"no certificate"));
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
                qualifications: Vec::new(),
            }
        }));
    }
    Ok((anchors, facts))
}

fn wrong(path: &Path, why: &dyn std::fmt::Display) -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        format!("{}: {why}", path.display()),
    )
}

fn certificates(bytes: &[u8]) -> Vec<Vec<u8>> {
    if Certificate::parse(bytes).is_ok() {
        return vec![bytes.to_vec()];
    }
    from_pem(bytes, "CERTIFICATE")
}
