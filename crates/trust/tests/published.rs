//! Lists as they were published, where a folder of them is at hand (`TRUST_LISTS_DIR`): xmlsec1 and we must agree.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests panic")]

mod common;

use base64::Engine as _;
use signing::{Criteria, Criterion, Qualifier, Service};
use std::collections::HashSet;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use trust::{Belief, Fingerprint, List, Roots, Sources, TrustError, cache};

fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("TRUST_LISTS_DIR").map(PathBuf::from);
    if folder.is_none() {
        eprintln!("SKIPPED: TRUST_LISTS_DIR names no folder of published lists");
    }
    folder
}

fn files(folder: &PathBuf) -> Vec<PathBuf> {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "xml"))
        .collect();
    files.sort();
    files
}

/// Every certificate that a file carries in a `KeyInfo`, found without a parser: whoever signed it is expected, so
/// that only the signature itself decides.
fn whoever_signed(bytes: &[u8]) -> HashSet<Fingerprint> {
    let text = String::from_utf8_lossy(bytes);
    text.split("KeyInfo")
        .flat_map(|part| part.split("X509Certificate>").skip(1))
        .filter_map(|part| {
            let dense: String = part.split('<').next()?.split_ascii_whitespace().collect();
            let dense = dense.replace("&#13;", "").replace("&#xD;", "");
            base64::engine::general_purpose::STANDARD.decode(dense).ok()
        })
        .map(|der| openssl::sha::sha256(&der))
        .collect()
}

#[test]
fn we_and_xmlsec_say_the_same() {
    let Some(folder) = folder() else { return };
    let (mut both, mut refused) = (0, 0);
    for file in files(&folder) {
        let bytes = std::fs::read(&file).unwrap();
        let ours = List::check(&bytes, &whoever_signed(&bytes));
        let Some(theirs) = common::xmlsec(&file) else {
            return;
        };
        let name = file.file_name().unwrap().to_string_lossy();
        match (&ours, theirs) {
            (Ok(_), true) => both += 1,
            (Err(_), false) => refused += 1,
            (Ok(_), false) => panic!("{name}: only we take it"),
            // Stricter than xmlsec1 is well, where the reason is one of ours.
            (Err(error), true) => eprintln!("{name}: only xmlsec1 takes it, we say: {error}"),
        }
    }
    eprintln!("taken by both: {both}, refused by both: {refused}");
    assert!(both > 0);
}

/// The Italian list of 2019: its services are as many as xmllint counts, and it is checked and kept in time.
#[test]
fn the_italian_list_is_read_in_time() {
    let Some(folder) = folder() else { return };
    let Some(file) = files(&folder).into_iter().find(|path| {
        let name = path.file_name().unwrap().to_string_lossy();
        name == "IT.xml" || name.ends_with("_IT.xml")
    }) else {
        eprintln!("SKIPPED: no IT.xml");
        return;
    };
    let bytes = std::fs::read(&file).unwrap();
    let signers = whoever_signed(&bytes);
    let list = List::check(&bytes, &signers).unwrap();
    let text = String::from_utf8_lossy(&bytes);
    assert_eq!(list.territory, "IT");
    assert_eq!(list.services.len(), text.matches("<TSPService>").count());
    let least = |run: &dyn Fn()| -> Duration {
        (0..5)
            .map(|_| {
                let begin = Instant::now();
                run();
                begin.elapsed()
            })
            .min()
            .unwrap()
    };
    let check = least(&|| drop(List::check(&bytes, &signers).unwrap()));
    eprintln!(
        "{} bytes, {} services: checked and read in {check:?}",
        bytes.len(),
        list.services.len()
    );
    if let Some(true) = common::xmlsec(&file) {
        let xmlsec = least(&|| assert_eq!(common::xmlsec(&file), Some(true)));
        eprintln!("xmlsec1 checks it in {xmlsec:?}");
    }
}

/// What published lists say of some certificates (TS 119 612, 5.5.9.2) is understood, all of it.
#[test]
fn qualifications_are_understood() {
    let Some(folder) = folder() else { return };
    let mut found = 0;
    for file in files(&folder) {
        let bytes = std::fs::read(&file).unwrap();
        let Ok(list) = List::check(&bytes, &whoever_signed(&bytes)) else {
            continue;
        };
        let services = list.services.iter();
        for instance in services.flat_map(|service| &service.instances) {
            for said in &instance.qualifications {
                found += 1;
                let unknown = said.qualifiers.contains(&Qualifier::Unknown);
                assert!(
                    !unknown && understood(&said.criteria),
                    "{}: {said:?}",
                    file.display()
                );
            }
        }
    }
    eprintln!("{found} qualifications");
    assert!(found > 0);
}

fn understood(list: &Criteria) -> bool {
    let understood = |criterion: &Criterion| match criterion {
        Criterion::Nested(inner) => understood(inner),
        other => *other != Criterion::Unknown,
    };
    !list.criteria.is_empty() && list.criteria.iter().all(understood)
}

/// The real way: the Official Journal of 2019, its pivots, the list of lists; then the cache.
#[test]
fn the_pivots_of_the_union_lead_from_the_official_journal() {
    let Some(folder) = folder() else { return };
    let all = files(&folder);
    let named = |part: &str| {
        let found = all
            .iter()
            .filter(|path| path.file_name().unwrap().to_string_lossy().contains(part));
        found
            .map(|path| std::fs::read(path).unwrap())
            .collect::<Vec<_>>()
    };
    let mut pivots = named("eu-lotl-pivot-");
    let Some(list_of_lists) = pivots.pop() else {
        eprintln!("SKIPPED: no eu-lotl-pivot-*.xml");
        return;
    };
    let sources = Sources {
        list_of_lists,
        pivots,
        lists: named("IT.xml"),
    };
    let roots = Roots::official_journal_2019();
    let begin = Instant::now();
    let belief = Belief::check(&sources, &roots, &[]).unwrap();
    let checked = begin.elapsed();
    let count = |service| {
        belief
            .anchors
            .anchors
            .iter()
            .filter(|anchor| anchor.service == service)
            .count()
    };
    eprintln!(
        "{:?} in {checked:?}; signatures {}, seals {}, time stamps {}, identity card {}, other {}; refused {:?}",
        belief
            .lists
            .iter()
            .map(|list| (&list.territory, list.sequence))
            .collect::<Vec<_>>(),
        count(Service::QualifiedSignatures),
        count(Service::QualifiedSeals),
        count(Service::QualifiedTimeStamps),
        count(Service::IdentityCard),
        count(Service::Other),
        belief.refused,
    );
    // Without the pivots the roots do not reach.
    let bare = Sources {
        pivots: Vec::new(),
        ..sources.clone()
    };
    assert!(matches!(
        Belief::check(&bare, &roots, &[]),
        Err(TrustError::Signature(_))
    ));

    let key = cache::key(&sources, &roots);
    let kept = cache::write(&belief, &key).unwrap();
    let begin = Instant::now();
    let read = cache::read(&kept, &key);
    eprintln!(
        "cache of {} bytes read in {:?}",
        kept.len(),
        begin.elapsed()
    );
    assert_eq!(read, Some(belief));
}
