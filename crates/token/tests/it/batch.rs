//! Many documents, one confirmation, and a token that leaves half way.

use faulty_token::Faults;
use signing::batch::{Batch, BatchError, Confirmation, Item, Job, Outcome, Prepared, Tally};
use signing::{Cancel, Digest, Hash, Identity, Signer, SignerError};
use std::collections::BTreeMap;
use std::sync::Mutex;
use tokenkit::faulty::{Faulty, PIN, pin};
use tokenkit::pki::verifies;

/// Documents in memory; what is "signed" is their hash, as a stand-in for a format.
#[derive(Default)]
struct Desk {
    documents: BTreeMap<String, Vec<u8>>,
    signed: Mutex<BTreeMap<String, (Digest, Vec<u8>)>>,
    full: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Refusal {
    Missing,
    DiskFull,
    SignedTwice,
}

impl Job for Desk {
    type Work = Digest;
    type Signed = (Digest, Vec<u8>);
    type Refusal = Refusal;

    fn prepare(&self, item: &Item) -> Result<Prepared<Digest>, Refusal> {
        let document = self.documents.get(&item.id).ok_or(Refusal::Missing)?;
        let to_sign = Hash::Sha256.of(&[b"attributes of ", document.as_slice()].concat());
        Ok(Prepared {
            document: Hash::Sha256.of(document),
            to_sign: to_sign.clone(),
            size: document.len(),
            work: to_sign,
        })
    }

    fn finish(
        &self,
        _: &Item,
        work: Digest,
        signature: &[u8],
    ) -> Result<(Digest, Vec<u8>), Refusal> {
        Ok((work, signature.to_vec()))
    }

    fn keep(&self, item: &Item, signed: (Digest, Vec<u8>)) -> Result<(), Refusal> {
        if self.full {
            return Err(Refusal::DiskFull);
        }
        let before = self.signed.lock().unwrap().insert(item.id.clone(), signed);
        match before {
            None => Ok(()),
            Some(_) => Err(Refusal::SignedTwice),
        }
    }
}

impl Desk {
    fn with(many: usize) -> (Self, Vec<Item>) {
        let mut desk = Self::default();
        let items = (0..many)
            .map(|n| {
                let (id, text) = (
                    format!("{n:04}"),
                    format!("determinazione {n}").into_bytes(),
                );
                let shown = Hash::Sha256.of(&text);
                desk.documents.insert(id.clone(), text);
                Item {
                    name: format!("Determinazione {n}.pdf"),
                    id,
                    shown,
                }
            })
            .collect();
        (desk, items)
    }

    fn all_verify(&self, identity: &Identity) -> bool {
        self.signed
            .lock()
            .unwrap()
            .values()
            .all(|(digest, signature)| verifies(identity, digest, signature))
    }
}

fn confirmed(items: &[Item], identity: &Identity) -> Batch<Refusal> {
    let yes = Confirmation::of(items, &identity.certificate);
    Batch::new(items.to_vec(), identity, yes).unwrap()
}

fn tally(pending: usize, signed: usize, changed: usize, refused: usize) -> Tally {
    Tally {
        pending,
        signed,
        changed,
        refused,
    }
}

#[test]
fn five_hundred_with_the_token_pulled_out_at_the_middle() {
    let mut token = Faulty::new();
    token.faults(Faults {
        removed_at: Some(251),
        ..Faults::default()
    });
    let mut signer = token.signer();
    let identity = signer.identities().unwrap().remove(0);
    let (desk, items) = Desk::with(500);
    let mut batch = confirmed(&items, &identity);
    signer.unlock(&identity.id, Some(&pin(PIN))).unwrap();
    let cancel = Cancel::default();

    let mut told = 0;
    let stopped = batch.run(&mut signer, &desk, &cancel, &mut |progress| {
        assert_eq!((progress.at, progress.total), (told, 500));
        told += 1;
    });
    assert_eq!(stopped, Err(SignerError::Removed));
    assert_eq!(batch.tally(), tally(250, 250, 0, 0));
    assert_eq!(
        (
            told,
            desk.signed.lock().unwrap().len(),
            token.count("signed")
        ),
        (250, 250, 250)
    );

    // Still out; then in again, but locked: nothing is lost and nothing is signed.
    token.faults(Faults::default());
    assert_eq!(
        batch.run(&mut signer, &desk, &cancel, &mut |_| {}),
        Err(SignerError::NoToken)
    );
    token.put_in_again();
    assert_eq!(
        batch.run(&mut signer, &desk, &cancel, &mut |_| {}),
        Err(SignerError::PinNeeded)
    );
    assert_eq!(batch.tally(), tally(250, 250, 0, 0));

    signer.unlock(&identity.id, Some(&pin(PIN))).unwrap();
    let done = batch.run(&mut signer, &desk, &cancel, &mut |_| {});
    assert_eq!(done, Ok(tally(0, 500, 0, 0)));
    assert_eq!(
        (desk.signed.lock().unwrap().len(), token.count("signed")),
        (500, 500)
    );
    assert!(desk.all_verify(&identity));
    // One PIN before, one after; and a third run finds nothing to do.
    assert_eq!(token.count("login"), 2);
    assert_eq!(
        batch.run(&mut signer, &desk, &cancel, &mut |_| {}),
        Ok(tally(0, 500, 0, 0))
    );
    assert_eq!(token.count("signed"), 500);
}

#[test]
fn a_driver_that_crashes_half_way_loses_nothing_either() {
    let mut token = Faulty::new();
    // So slow that the document before is put away before the next is signed.
    token.faults(Faults {
        sign_ms: 100,
        ..Faults::default()
    });
    let mut signer = token.signer();
    let identity = signer.identities().unwrap().remove(0);
    let (desk, items) = Desk::with(20);
    let mut batch = confirmed(&items, &identity);
    signer.unlock(&identity.id, Some(&pin(PIN))).unwrap();
    let helper = signer.helper_id().unwrap().to_string();
    let stopped = batch.run(&mut signer, &desk, &Cancel::default(), &mut |progress| {
        if progress.at == 9 {
            assert!(
                std::process::Command::new("kill")
                    .args(["-9", &helper])
                    .status()
                    .unwrap()
                    .success()
            );
        }
    });
    assert!(
        matches!(stopped, Err(SignerError::DriverStopped(_))),
        "{stopped:?}"
    );
    assert_eq!(batch.tally(), tally(10, 10, 0, 0));
    signer.unlock(&identity.id, Some(&pin(PIN))).unwrap();
    let done = batch.run(&mut signer, &desk, &Cancel::default(), &mut |_| {});
    assert_eq!(done, Ok(tally(0, 20, 0, 0)));
    assert!(desk.all_verify(&identity));
}

#[test]
fn a_cancel_stops_between_two_documents_and_the_rest_waits() {
    let mut token = Faulty::new();
    token.faults(Faults {
        sign_ms: 400,
        ..Faults::default()
    });
    let mut signer = token.signer();
    let identity = signer.identities().unwrap().remove(0);
    let (desk, items) = Desk::with(7);
    let mut batch = confirmed(&items, &identity);
    signer.unlock(&identity.id, Some(&pin(PIN))).unwrap();
    let cancel = Cancel::default();
    let stopped = batch.run(&mut signer, &desk, &cancel, &mut |progress| {
        if progress.at == 3 {
            // Long enough that the token has the next in hand, too short for the one after.
            std::thread::sleep(std::time::Duration::from_millis(100));
            cancel.cancel();
        }
    });
    assert_eq!(stopped, Err(SignerError::Cancelled));
    // The one that the token had in hand is signed and kept; none after it.
    assert_eq!(batch.tally(), tally(2, 5, 0, 0));
    assert_eq!(token.count("signed"), 5);
    assert_eq!(desk.signed.lock().unwrap().len(), 5);
    cancel.reset();
    assert_eq!(
        batch.run(&mut signer, &desk, &cancel, &mut |_| {}),
        Ok(tally(0, 7, 0, 0))
    );
    assert_eq!(token.count("signed"), 7);
}

#[test]
fn the_token_does_not_wait_for_what_stands_around_it() {
    /// Takes as long to make ready and to put away as the token takes to sign.
    struct Slow(Desk);
    const PAUSE: std::time::Duration = std::time::Duration::from_millis(40);
    impl Job for Slow {
        type Work = Digest;
        type Signed = (Digest, Vec<u8>);
        type Refusal = Refusal;
        fn prepare(&self, item: &Item) -> Result<Prepared<Digest>, Refusal> {
            std::thread::sleep(PAUSE);
            self.0.prepare(item)
        }
        fn finish(
            &self,
            item: &Item,
            work: Digest,
            signature: &[u8],
        ) -> Result<Self::Signed, Refusal> {
            self.0.finish(item, work, signature)
        }
        fn keep(&self, item: &Item, signed: Self::Signed) -> Result<(), Refusal> {
            std::thread::sleep(3 * PAUSE);
            self.0.keep(item, signed)
        }
    }
    let mut token = Faulty::new();
    token.faults(Faults {
        sign_ms: 50,
        ..Faults::default()
    });
    let mut signer = token.signer();
    let identity = signer.identities().unwrap().remove(0);
    let (desk, items) = Desk::with(30);
    let mut batch = confirmed(&items, &identity);
    signer.unlock(&identity.id, Some(&pin(PIN))).unwrap();
    let (start, mut told) = (std::time::Instant::now(), Vec::new());
    let slow = Slow(desk);
    let done = batch.run(&mut signer, &slow, &Cancel::default(), &mut |progress| {
        told.push(progress.at);
    });
    assert_eq!(done, Ok(tally(0, 30, 0, 0)));
    assert_eq!(told, (0..30).collect::<Vec<_>>());
    assert!(slow.0.all_verify(&identity));
    // One after the other it would take 30 times 210 ms.
    let took = start.elapsed();
    assert!(took < 30 * 2 * PAUSE, "{took:?}");
}

#[test]
fn what_changed_after_it_was_shown_is_not_signed() {
    let token = Faulty::new();
    let mut signer = token.signer();
    let identity = signer.identities().unwrap().remove(0);
    let (mut desk, items) = Desk::with(5);
    let mut batch = confirmed(&items, &identity);
    signer.unlock(&identity.id, Some(&pin(PIN))).unwrap();
    desk.documents.insert(
        "0002".into(),
        b"determinazione 2, importo cambiato".to_vec(),
    );
    desk.documents.remove("0003");
    let done = batch.run(&mut signer, &desk, &Cancel::default(), &mut |_| {});
    assert_eq!(done, Ok(tally(0, 3, 1, 1)));
    assert_eq!(token.count("signed"), 3);
    let outcomes: Vec<_> = batch
        .entries()
        .map(|(_, outcome)| outcome.clone())
        .collect();
    assert_eq!(
        outcomes[2],
        Outcome::Changed {
            found: Hash::Sha256.of(b"determinazione 2, importo cambiato")
        }
    );
    assert_eq!(outcomes[3], Outcome::Refused(Refusal::Missing));
    // It must be shown again: trying again does not sign it.
    assert!(!batch.retry("0002"));
}

#[test]
fn after_a_trouble_with_one_signature_the_next_answers_are_those_that_were_asked_for() {
    let token = Faulty::new();
    let mut signer = token.signer();
    let identity = signer.identities().unwrap().remove(0);
    let (desk, items) = Desk::with(40);
    let mut batch = confirmed(&items, &identity);
    signer.unlock(&identity.id, Some(&pin(PIN))).unwrap();
    let digests: Vec<Digest> = items.iter().map(|item| item.shown.clone()).collect();
    // A hash that no token takes, in the middle of a quick row.
    let mut row = digests.clone();
    row[20].bytes.pop();
    let (mut at, mut signatures) = (0, Vec::new());
    let ended = signer.sign_each(
        &identity.id,
        &mut |_| {
            at += 1;
            row.get(at - 1).cloned()
        },
        &mut |signature| signatures.push(signature),
    );
    assert!(matches!(ended, Err(SignerError::Key(_))), "{ended:?}");
    let good = |(digest, signature): (&Digest, &Vec<u8>)| verifies(&identity, digest, signature);
    assert_eq!(signatures.len(), 20, "all before it are taken");
    assert!(digests.iter().zip(&signatures).all(good));
    let done = batch.run(&mut signer, &desk, &Cancel::default(), &mut |_| {});
    assert_eq!(done, Ok(tally(0, 40, 0, 0)));
    assert!(desk.all_verify(&identity));
}

#[test]
fn a_full_disk_is_the_documents_trouble_and_can_be_tried_again() {
    let token = Faulty::new();
    let mut signer = token.signer();
    let identity = signer.identities().unwrap().remove(0);
    let (mut desk, items) = Desk::with(2);
    let mut batch = confirmed(&items, &identity);
    signer.unlock(&identity.id, Some(&pin(PIN))).unwrap();
    desk.full = true;
    let cancel = Cancel::default();
    assert_eq!(
        batch.run(&mut signer, &desk, &cancel, &mut |_| {}),
        Ok(tally(0, 0, 0, 2))
    );
    desk.full = false;
    assert!(batch.retry("0001") && !batch.retry("0001") && !batch.retry("no such"));
    assert_eq!(
        batch.run(&mut signer, &desk, &cancel, &mut |_| {}),
        Ok(tally(0, 1, 0, 1))
    );
}

#[test]
fn a_confirmation_is_for_one_list_and_one_certificate() {
    let token = Faulty::new();
    let other = Faulty::new();
    let identity = token.signer().identities().unwrap().remove(0);
    let foreign = other.signer().identities().unwrap().remove(0);
    let (_, items) = Desk::with(3);
    let yes = Confirmation::of(&items, &identity.certificate);
    let take = |items: Vec<Item>, identity| {
        Batch::<Refusal>::new(items, identity, yes.clone()).map(|_| ())
    };
    assert_eq!(take(items.clone(), &identity), Ok(()));
    assert_eq!(take(items.clone(), &foreign), Err(BatchError::NotConfirmed));
    let changes: [fn(&mut Vec<Item>); 5] = [
        |items| items.swap(0, 1),
        |items| items.truncate(2),
        |items| items[1].name = "Altra cosa.pdf".into(),
        |items| items[1].shown = Hash::Sha256.of(b"x"),
        |items| {
            let mut one_more = items[0].clone();
            one_more.id = "0009".into();
            items.push(one_more);
        },
    ];
    for change in changes {
        let mut items = items.clone();
        change(&mut items);
        assert_eq!(take(items, &identity), Err(BatchError::NotConfirmed));
    }
    let twice = [items.clone(), items.clone()].concat();
    assert_eq!(
        take(twice, &identity),
        Err(BatchError::Twice("0000".into()))
    );
    assert_eq!(take(vec![], &identity), Err(BatchError::Empty));
}

#[test]
fn another_card_does_not_take_over() {
    let token = Faulty::new();
    let other = Faulty::new();
    let mut signer = token.signer();
    let identity = signer.identities().unwrap().remove(0);
    let (desk, items) = Desk::with(2);
    let mut batch = confirmed(&items, &identity);
    let mut foreign = other.signer();
    let id = foreign.identities().unwrap()[0].id.clone();
    foreign.unlock(&id, Some(&pin(PIN))).unwrap();
    let stopped = batch.run(&mut foreign, &desk, &Cancel::default(), &mut |_| {});
    assert_eq!(stopped, Err(SignerError::UnknownIdentity));
    assert_eq!(batch.tally(), tally(2, 0, 0, 0));
}
