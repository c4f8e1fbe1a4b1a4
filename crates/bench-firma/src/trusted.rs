//! The Italian trusted list: checked and read, and from the cache. The published one where `TRUST_LISTS_DIR` has it,
//! else one of the same size, made as the tests of the crate `trust` make theirs.

use crate::lists::{GENERIC, Holder, LISTS, QC, SIGNATURES, Text, pointer, service, sign};
use crate::{Outcome, Plan, median, timed};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::path::PathBuf;
use trust::{Belief, List, Roots, Sources, cache};

/// The length of the published list in 2026, in bytes.
const LENGTH: usize = 2_000_000;
/// How often: it is quick.
const TIMES: usize = 4;

/// What it takes.
pub fn measure(plan: &Plan) -> Outcome<Value> {
    let journal = Holder::p256("European Commission");
    let (list, signers, real) = match published()? {
        Some((list, signers)) => (list, signers, true),
        None => {
            let agid = Holder::rsa("AgID");
            (made(&agid), vec![agid], false)
        }
    };
    let expected = signers
        .iter()
        .map(|signer| openssl::sha::sha256(&signer.certificate));
    let expected = expected.collect();
    let union = Text {
        kind: LISTS,
        territory: "EU",
        sequence: 300,
        pointers: pointer(LISTS, "EU", &[&journal])
            + &pointer(GENERIC, "IT", &signers.iter().collect::<Vec<_>>()),
        ..Text::default()
    };
    let roots = Roots::of([journal.certificate.as_slice()]);
    let sources = Sources {
        list_of_lists: union.signed(&journal),
        pivots: Vec::new(),
        lists: vec![list],
    };
    let [list] = sources.lists.as_slice() else {
        return Err("one list".into());
    };
    let times = TIMES * plan.repeats;
    let checked: Outcome<Vec<_>> = (0..times)
        .map(|_| timed(|| Ok(List::check(list, &expected)?)))
        .collect();
    let all: Outcome<Vec<_>> = (0..times)
        .map(|_| timed(|| Ok(Belief::check(&sources, &roots, &[])?)))
        .collect();
    let belief = Belief::check(&sources, &roots, &[])?;
    if !belief.refused.is_empty() || belief.anchors.anchors.is_empty() {
        return Err(format!("refused: {:?}", belief.refused).into());
    }
    let kept = cache::write(&belief, &cache::key(&sources, &roots))?;
    let from_cache: Outcome<Vec<_>> = (0..times)
        .map(|_| {
            timed(|| {
                // The key is a hash over the lists: a cache is worth something for these alone.
                let key = cache::key(&sources, &roots);
                cache::read(&kept, &key).ok_or_else(|| "the cache is not taken".into())
            })
        })
        .collect();
    Ok(json!({
        "real": real,
        "bytes": list.len(),
        "anchors": belief.anchors.anchors.len(),
        "check": median(checked?),
        "all": median(all?),
        "cache": median(from_cache?),
    }))
}

/// A list of as many services as make it that long.
fn made(agid: &Holder) -> Vec<u8> {
    let mut services = String::new();
    let mut number = 0;
    while services.len() < LENGTH {
        number += 1;
        let name = format!("Servizio di prova {number}");
        let authority = Holder::p256(&name);
        let granted = (QC, "granted", "2016-06-30T22:00:00Z", SIGNATURES);
        let before = [
            (QC, "undersupervision", "2012-01-01T00:00:00Z", ""),
            (QC, "accredited", "2014-01-01T00:00:00Z", ""),
        ];
        services += &service(&name, &authority.certificate, granted, &before);
    }
    let text = Text {
        services,
        ..Text::default()
    };
    sign(&text.canonical(), agid, &crate::lists::Oddity::default())
}

/// The published list and the certificates in its `KeyInfo`, as who may sign it: what is measured is the work.
fn published() -> Outcome<Option<(Vec<u8>, Vec<Holder>)>> {
    let Some(folder) = std::env::var_os("TRUST_LISTS_DIR").map(PathBuf::from) else {
        return Ok(None);
    };
    let is_italian = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name == "IT.xml" || name.ends_with("_IT.xml")
    };
    let files = std::fs::read_dir(folder)?.filter_map(|entry| entry.ok().map(|entry| entry.path()));
    let Some(file) = files.into_iter().find(is_italian) else {
        return Ok(None);
    };
    let list = std::fs::read(file)?;
    let text = String::from_utf8_lossy(&list).into_owned();
    let inside = text
        .split("KeyInfo")
        .flat_map(|part| part.split("X509Certificate>").skip(1));
    let signers = inside.filter_map(|part| {
        let dense: String = part.split('<').next()?.split_ascii_whitespace().collect();
        let dense = dense.replace("&#13;", "").replace("&#xD;", "");
        let certificate = STANDARD.decode(dense).ok()?;
        let mut holder = Holder::p256("AgID");
        holder.certificate = certificate;
        Some(holder)
    });
    Ok(Some((list.clone(), signers.collect())))
}
