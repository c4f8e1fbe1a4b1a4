//! A bundle says what was put in, to whom it is for and to nobody else; a changed one says nothing.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test may stop at the unexpected"
)]

use bundle::{
    BLOCK, BundleError, Head, Item, Kind, Opened, Public, Sealer, Secret, Seed, read_item, verify,
};
use domain::{ComuneId, DeviceId};
use ed25519_dalek::SigningKey;
use proptest::prelude::{Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest};
use proptest::test_runner::Config;

fn maker() -> SigningKey {
    SigningKey::from_bytes(&[3; 32])
}

fn seed() -> Seed {
    Seed::from_bytes(&[9; 32]).unwrap()
}

fn head() -> Head {
    Head {
        kind: Kind::Up,
        id: "0".repeat(32),
        of: None,
        hub: bundle::fingerprint(&seed().public()),
        device: DeviceId::new("k7qm4txr"),
        comune: ComuneId::new("005094"),
        comune_name: "Roccaverano".into(),
        computer: "PC della segreteria".into(),
        at: 1_795_334_400_000,
        reply: Secret::of(&[3; 32]).public().encode(),
    }
}

fn sealed_with(head: &Head, items: &[Item]) -> Vec<u8> {
    let reader = Public::decode(&seed().public().seal).unwrap();
    let mut sealer = Sealer::new(Vec::new(), head, &reader).unwrap();
    for item in items {
        sealer.put(item).unwrap();
    }
    let (bytes, size) = sealer.finish(&maker()).unwrap();
    assert_eq!(bytes.len() as u64, size);
    bytes
}

fn sealed(items: &[Item]) -> Vec<u8> {
    sealed_with(&head(), items)
}

/// As a reader does it: first whose it is, then what it holds.
fn read(bytes: &[u8], secret: &Secret) -> Result<Vec<Item>, BundleError> {
    let size = bytes.len() as u64;
    verify(bytes, size, &maker().verifying_key())?;
    let mut opened = Opened::new(bytes, size, secret)?;
    let mut items = Vec::new();
    while let Some(item) = opened.next_item()? {
        items.push(item);
    }
    Ok(items)
}

/// Bytes that do not shrink.
fn noise(length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    blake3::Hasher::new().finalize_xof().fill(&mut bytes);
    bytes
}

fn some() -> Vec<Item> {
    vec![
        Item::Pack(noise(3 * BLOCK)),
        Item::Ask(br#"{"v":1}"#.to_vec()),
    ]
}

#[test]
fn what_was_put_in_comes_out_at_every_length_around_a_block() {
    for length in [
        0,
        1,
        200,
        BLOCK - 64,
        BLOCK - 16,
        BLOCK,
        BLOCK + 1,
        2 * BLOCK,
        5 * BLOCK,
    ] {
        let items = [Item::Pack(noise(length))];
        assert_eq!(read(&sealed(&items), &seed().secret()).unwrap(), items);
    }
    assert_eq!(read(&sealed(&[]), &seed().secret()).unwrap(), []);
}

#[test]
fn the_carrier_reads_the_head_and_nothing_of_the_content() {
    let words = b"Via Garibaldi chiusa per frana";
    let bytes = sealed(&[Item::Ask(words.to_vec())]);
    assert_eq!(Head::parse(&bytes).unwrap().0, head());
    assert!(
        !bytes
            .windows(8)
            .any(|window| words.windows(8).any(|it| it == window))
    );
}

#[test]
fn nobody_else_opens_it() {
    let bytes = sealed(&some());
    let stranger = read(&bytes, &Secret::of(&[1; 32]));
    assert!(
        matches!(stranger, Err(BundleError::OtherReader)),
        "{stranger:?}"
    );
    let its_own_maker = read(&bytes, &Secret::of(&[3; 32]));
    assert!(its_own_maker.is_err());
}

#[test]
fn one_changed_byte_anywhere_is_noticed() {
    let bytes = sealed(&some());
    let head_end = Head::parse(&bytes).unwrap().1;
    let classes = [
        ("magic", 0),
        ("version", 4),
        ("length", 5),
        ("head", 20),
        ("end of the head", head_end - 2),
        ("key", head_end + 5),
        ("first block", head_end + 32),
        ("its tag", head_end + 32 + BLOCK + 3),
        ("last block", bytes.len() - 64 - 20),
        ("last tag", bytes.len() - 65),
        ("signature", bytes.len() - 64),
        ("end", bytes.len() - 1),
    ];
    for (class, at) in classes {
        for bit in [1, 0x80] {
            let mut changed = bytes.clone();
            changed[at] ^= bit;
            assert!(read(&changed, &seed().secret()).is_err(), "{class}");
        }
    }
}

#[test]
fn blocks_that_were_cut_off_doubled_or_changed_round_are_noticed_without_the_signature_too() {
    let bytes = sealed(&[Item::Pack(noise(3 * BLOCK))]);
    let start = Head::parse(&bytes).unwrap().1 + 32;
    let sealed_block = BLOCK + 16;
    let (first, second) = (
        start..start + sealed_block,
        start + sealed_block..start + 2 * sealed_block,
    );
    let all = |bytes: &[u8]| {
        let mut opened = Opened::new(bytes, bytes.len() as u64, &seed().secret())?;
        while opened.next_item()?.is_some() {}
        Ok::<_, BundleError>(())
    };
    assert!(all(&bytes).is_ok());
    let end = &bytes[bytes.len() - 64..];
    let short = [&bytes[..second.end], end].concat();
    let doubled = [
        &bytes[..first.end],
        &bytes[first.clone()],
        &bytes[second.start..],
    ]
    .concat();
    let swapped = [
        &bytes[..start],
        &bytes[second.clone()],
        &bytes[first],
        &bytes[second.end..],
    ]
    .concat();
    for forged in [short, doubled, swapped] {
        assert!(all(&forged).is_err());
    }
}

#[test]
fn a_bundle_under_another_head_or_another_hand_is_refused() {
    let bytes = sealed(&some());
    let end = Head::parse(&bytes).unwrap().1;
    let other = Head {
        device: DeviceId::new("another1"),
        ..head()
    };
    let other = sealed_with(&other, &[]);
    let other_end = Head::parse(&other).unwrap().1;
    let grafted = [&other[..other_end], &bytes[end..]].concat();
    let opened = Opened::new(&grafted[..], grafted.len() as u64, &seed().secret());
    assert!(matches!(opened, Err(BundleError::OtherReader)));
    let stranger = SigningKey::from_bytes(&[4; 32]).verifying_key();
    let forged = verify(&bytes[..], bytes.len() as u64, &stranger);
    assert!(matches!(forged, Err(BundleError::Damaged)));
}

#[test]
fn other_files_and_other_versions_are_told_apart() {
    let none = |bytes: &[u8]| matches!(Head::parse(bytes), Err(BundleError::NotABundle));
    assert!(none(b"") && none(b"RET") && none(b"%PDF-1.7 and so on"));
    let mut later = sealed(&some());
    later[4] = 2;
    assert!(matches!(Head::parse(&later), Err(BundleError::Version(2))));
}

#[test]
fn a_head_with_names_that_are_none_is_refused() {
    let bad = [
        Head {
            id: "../../etc".into(),
            ..head()
        },
        Head {
            device: DeviceId::new("a/b"),
            ..head()
        },
        Head {
            comune_name: "riga\nriga".into(),
            ..head()
        },
        Head {
            computer: "x".repeat(101),
            ..head()
        },
        Head {
            of: Some("0".repeat(32)),
            ..head()
        },
    ];
    let reader = Public::decode(&seed().public().seal).unwrap();
    for head in bad {
        assert!(Sealer::new(Vec::new(), &head, &reader).is_err(), "{head:?}");
    }
}

#[test]
fn an_item_of_a_later_version_is_skipped_and_a_greedy_one_refused() {
    let later = [&[200, 3, 0, 0, 0][..], b"abc"].concat();
    assert_eq!(
        read_item(&mut &later[..]).unwrap(),
        Some(Item::Unknown(200))
    );
    let greedy = [2, 0xff, 0xff, 0xff, 0xff];
    assert!(matches!(
        read_item(&mut &greedy[..]),
        Err(BundleError::TooLarge)
    ));
}

fn items() -> impl Strategy<Value = Vec<Item>> {
    let bytes = proptest::collection::vec(any::<u8>(), 0..3000);
    let item = prop_oneof![
        bytes.clone().prop_map(Item::Pack),
        bytes.prop_map(Item::Ask),
    ];
    proptest::collection::vec(item, 0..60)
}

proptest! {
    #![proptest_config(Config { cases: 64, failure_persistence: None, ..Config::default() })]

    #[test]
    fn any_items_come_back(items in items()) {
        prop_assert_eq!(read(&sealed(&items), &seed().secret()).unwrap(), items);
    }

    #[test]
    fn a_torn_bundle_is_never_taken_for_whole(items in items(), cut in any::<proptest::sample::Index>()) {
        let bytes = sealed(&items);
        let torn = &bytes[..cut.index(bytes.len())];
        prop_assert!(read(torn, &seed().secret()).is_err());
    }

    #[test]
    fn any_change_is_noticed(at in any::<proptest::sample::Index>(), by in 1..=255_u8) {
        let mut bytes = sealed(&some());
        let at = at.index(bytes.len());
        bytes[at] ^= by;
        prop_assert!(read(&bytes, &seed().secret()).is_err());
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..500)) {
        let _ = Head::parse(&bytes);
        let _ = read_item(&mut &bytes[..]);
        let framed = [&sealed(&[])[..], &bytes].concat();
        let _ = read(&framed, &seed().secret());
        let _ = Opened::new(&framed[..], framed.len() as u64, &seed().secret()).map(|mut it| it.next_item());
    }
}
