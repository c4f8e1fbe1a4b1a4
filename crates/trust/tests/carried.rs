//! The hub's bundle and the cache.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests panic")]

mod common;

use common::world;
use ed25519_dalek::SigningKey;
use proptest::prelude::*;
use std::sync::LazyLock;
use trust::{Belief, Roots, Sources, TrustError, bundle, cache};

fn hub() -> SigningKey {
    SigningKey::from_bytes(&[3; 32])
}

static WORLD: LazyLock<(Sources, Roots, Vec<u8>)> = LazyLock::new(|| {
    let (sources, roots) = world();
    let issued = "2026-11-26T06:00:00Z".parse().unwrap();
    let bundle = bundle::seal(&sources, issued, &hub()).unwrap();
    (sources, roots, bundle)
});

#[test]
fn what_the_hub_sent_arrives() {
    let (sources, roots, bundle) = &*WORLD;
    let (head, opened) = bundle::open(bundle, &hub().verifying_key()).unwrap();
    assert_eq!(&opened, sources);
    assert_eq!(head.issued, "2026-11-26T06:00:00Z".parse().unwrap());
    assert!(bundle.len() < sources.list_of_lists.len() + sources.lists[0].len());
    assert_eq!(
        Belief::check(&opened, roots, &[])
            .unwrap()
            .anchors
            .anchors
            .len(),
        1
    );
    let other = SigningKey::from_bytes(&[4; 32]).verifying_key();
    assert_eq!(bundle::open(bundle, &other), Err(TrustError::Damaged));
    let mut newer = bundle.clone();
    newer[4] = 2;
    assert_eq!(
        bundle::open(&newer, &hub().verifying_key()),
        Err(TrustError::BundleVersion(2))
    );
}

/// The hub is the courier: what it makes up itself is not believed.
#[test]
fn a_hub_cannot_forge_a_list() {
    let (sources, roots, _) = &*WORLD;
    let forged = String::from_utf8(sources.lists[0].clone())
        .unwrap()
        .replace("granted", "withdrawn");
    let forged = Sources {
        lists: vec![forged.into_bytes()],
        ..sources.clone()
    };
    let bundle = bundle::seal(&forged, jiff::Timestamp::UNIX_EPOCH, &hub()).unwrap();
    let (_, opened) = bundle::open(&bundle, &hub().verifying_key()).unwrap();
    let belief = Belief::check(&opened, roots, &[]).unwrap();
    assert_eq!((belief.anchors.anchors.len(), belief.refused.len()), (0, 1));
}

#[test]
fn a_bundle_that_unpacks_without_end_is_refused() {
    let large = Sources {
        list_of_lists: vec![0; 97 * 1024 * 1024],
        ..Sources::default()
    };
    assert_eq!(
        bundle::seal(&large, jiff::Timestamp::UNIX_EPOCH, &hub()),
        Err(TrustError::TooLarge)
    );
    let many = Sources {
        lists: vec![Vec::new(); 70],
        ..Sources::default()
    };
    assert_eq!(
        bundle::seal(&many, jiff::Timestamp::UNIX_EPOCH, &hub()),
        Err(TrustError::TooLarge)
    );
}

#[test]
fn a_cache_stands_for_its_lists_and_roots_alone() {
    let (sources, roots, _) = &*WORLD;
    let belief = Belief::check(sources, roots, &[]).unwrap();
    let key = cache::key(sources, roots);
    let kept = cache::write(&belief, &key).unwrap();
    assert_eq!(cache::read(&kept, &key).as_ref(), Some(&belief));
    assert_eq!(
        cache::read(&kept, &cache::key(sources, &Roots::official_journal())),
        None
    );
    let other = Sources {
        lists: Vec::new(),
        ..sources.clone()
    };
    assert_eq!(cache::read(&kept, &cache::key(&other, roots)), None);
    let moved = Sources {
        lists: Vec::new(),
        pivots: sources.lists.clone(),
        ..sources.clone()
    };
    assert_ne!(cache::key(&moved, roots), key);
    for at in [0, 10, 40, kept.len() / 2, kept.len() - 1] {
        let mut damaged = kept.clone();
        damaged[at] ^= 1;
        assert_eq!(cache::read(&damaged, &key), None, "byte {at}");
    }
    assert_eq!(cache::read(&kept[..kept.len() - 1], &key), None);
    assert_eq!(cache::read(&[], &key), None);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_damaged_bundle_is_refused(at in any::<prop::sample::Index>(), bit in 0..8u8, cut in any::<bool>()) {
        let (_, _, bundle) = &*WORLD;
        let mut damaged = bundle.clone();
        let at = at.index(damaged.len());
        match cut {
            true => damaged.truncate(at),
            false => damaged[at] ^= 1 << bit,
        }
        prop_assert!(bundle::open(&damaged, &hub().verifying_key()).is_err());
    }
}
