//! Removing what no record refers to, and never anything else.

use crate::common::*;
use crate::files::{bring, bytes, cut, offer};
use crate::put::{bare, noise, offer2, put_of, send};
use domain::FileRef;
use domain::identity::Role;
use domain::sito::{PageChange, PageKind};
use hub::GRACE;
use proptest::prelude::*;
use protocol::files::{Manifest, ManifestRequest, Ranges};
use std::time::Duration;

const DAY: i64 = 24 * 3600 * 1000;

fn file_ref(manifest: &Manifest) -> FileRef {
    FileRef {
        id: manifest.file.clone(),
        name: "bando.pdf".into(),
        media: "application/pdf".into(),
        size: manifest.size,
    }
}

/// The bytes on disk of chunks.
fn on_disk(centro: &Centro) -> u64 {
    let chunks = centro.hub.config().data.join("chunks");
    let shelves = std::fs::read_dir(chunks)
        .unwrap()
        .map(|shelf| shelf.unwrap().path());
    shelves
        .flat_map(|shelf| std::fs::read_dir(shelf).unwrap())
        .map(|chunk| chunk.unwrap().metadata().unwrap().len())
        .sum()
}

async fn upload(device: &Device, whole: &[u8]) -> Manifest {
    let (manifest, chunks) = cut(whole, 16_000);
    offer(device, &manifest).await;
    bring(device, &chunks).await;
    manifest
}

async fn has(device: &Device, manifest: &Manifest) -> bool {
    let ask = ManifestRequest {
        file: manifest.file.clone(),
    };
    device
        .json("/v1/files/manifest", &ask)
        .await
        .status
        .is_success()
}

#[tokio::test]
async fn what_nothing_refers_to_goes_after_a_month_and_what_a_page_ever_had_stays() {
    let centro = Centro::new();
    let mut anna = centro.person("Anna", Role::Impiegato);
    let carla = centro.person_of(&domain::ComuneId::new("005060"), "Carla", Role::Impiegato);
    let once = upload(&anna, &noise(40_000, 1)).await;
    let forgotten = upload(&anna, &noise(40_000, 2)).await;
    upload(&carla, &noise(40_000, 2)).await;
    let alone = upload(&carla, &noise(20_000, 3)).await;
    let unfinished = cut(&bytes(30_000), 10_000);
    offer(&anna, &unfinished.0).await;
    bring(&anna, &unfinished.1[..2]).await;
    anna.does(
        "pagina",
        PageChange::Create {
            kind: PageKind::Notizia,
        },
    )
    .await;
    anna.does("pagina", PageChange::Attach(file_ref(&once)))
        .await;
    anna.does("pagina", PageChange::Detach(once.file.clone()))
        .await;
    let before = on_disk(&centro);
    centro.after(29 * DAY);
    assert_eq!(
        centro.hub.collect(GRACE, true).unwrap().files,
        0,
        "all are young"
    );
    centro.after(2 * DAY);
    let told = centro.hub.collect(GRACE, false).unwrap();
    assert_eq!(on_disk(&centro), before, "a dry run removes nothing");
    let found = centro.hub.collect(GRACE, true).unwrap();
    assert_eq!(found, told, "the dry run tells what would happen");
    assert_eq!((found.files, found.bytes), (4, 40_000 + 20_000 + 20_000));
    assert_eq!(on_disk(&centro), before - found.bytes);
    assert!(
        has(&anna, &once).await,
        "the log refers to it: an old version may be restored"
    );
    assert!(!has(&anna, &forgotten).await && !has(&carla, &alone).await);
    // What went can be brought again.
    let again = upload(&anna, &noise(40_000, 2)).await;
    assert!(has(&anna, &again).await);
    assert_eq!(centro.hub.collect(GRACE, true).unwrap(), Default::default());
}

#[tokio::test]
async fn a_chunk_that_two_files_have_stays_with_the_one_that_stays() {
    let centro = Centro::new();
    let mut anna = centro.person("Anna", Role::Impiegato);
    let draft = noise(48_000, 5);
    let signed = [&draft[..32_000], &noise(10_000, 6)].concat();
    let draft = upload(&anna, &draft).await;
    let kept = upload(&anna, &signed).await;
    anna.does(
        "pagina",
        PageChange::Create {
            kind: PageKind::Notizia,
        },
    )
    .await;
    anna.does("pagina", PageChange::Attach(file_ref(&kept)))
        .await;
    centro.after(31 * DAY);
    let found = centro.hub.collect(GRACE, true).unwrap();
    assert_eq!((found.files, found.bytes), (1, 16_000));
    assert!(!has(&anna, &draft).await);
    let fetch = protocol::files::FetchRequest {
        file: kept.file.clone(),
        chunks: vec![0, 1, 2],
    };
    let pack = anna.json("/v1/files/fetch", &fetch).await.body;
    assert_eq!(protocol::files::unpack(&pack).unwrap().concat(), signed);
}

/// What happens, in any order.
#[derive(Debug, Clone)]
enum Step {
    Offer(usize),
    /// A part of the bytes arrives, and then the line is cut.
    Bring(usize, usize),
    Attach(usize),
    Detach(usize),
    Publish,
    Collect {
        days: i64,
    },
    Days(i64),
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    let file = 0_usize..5;
    prop_oneof![
        3 => file.clone().prop_map(Step::Offer),
        4 => (file.clone(), 0_usize..90_000).prop_map(|(file, arrive)| Step::Bring(file, arrive)),
        3 => file.clone().prop_map(Step::Attach),
        1 => file.prop_map(Step::Detach),
        1 => Just(Step::Publish),
        2 => (0_i64..40).prop_map(|days| Step::Collect { days }),
        1 => (1_i64..40).prop_map(Step::Days),
        1 => Just(Step::Restart),
    ]
}

/// Files that share chunks, so that one may take another's away.
fn file(n: usize) -> Vec<u8> {
    [
        noise(16_000, 1),
        noise(16_000, 10 + n as u64 / 2),
        noise(7_000, 100 + n as u64),
    ]
    .concat()
}

async fn play(steps: &[Step]) {
    let mut centro = Centro::new();
    let mut anna = centro.person("Anna", Role::Impiegato);
    anna.does(
        "pagina",
        PageChange::Create {
            kind: PageKind::Notizia,
        },
    )
    .await;
    let mut referred = std::collections::BTreeSet::new();
    let mut complete = std::collections::BTreeSet::new();
    for step in steps {
        match step {
            Step::Offer(n) => {
                offer2(&anna, &bare(&cut(&file(*n), 16_000).0)).await;
            }
            Step::Bring(n, arrive) => {
                let whole = file(*n);
                let (manifest, _) = cut(&whole, 16_000);
                let all = put_of(&manifest, &whole, &Ranges::of(0..manifest.size));
                send(&anna, &all, *arrive).await;
            }
            Step::Attach(n) => {
                referred.insert(*n);
                anna.does(
                    "pagina",
                    PageChange::Attach(file_ref(&cut(&file(*n), 16_000).0)),
                )
                .await;
            }
            Step::Detach(n) => {
                let id = cut(&file(*n), 16_000).0.file;
                anna.does("pagina", PageChange::Detach(id)).await;
            }
            Step::Publish => {
                let publish = PageChange::Publish {
                    text: Default::default(),
                    seen: 1_000,
                };
                anna.does("pagina", publish).await;
            }
            Step::Collect { days } => {
                let grace = Duration::from_secs(*days as u64 * 24 * 3600);
                centro.hub.collect(grace, true).unwrap();
            }
            Step::Days(days) => centro.after(days * DAY),
            Step::Restart => {
                centro = centro.reopen();
                anna.router = centro.hub.router();
            }
        }
        for n in 0..5 {
            let whole = file(n);
            let (manifest, _) = cut(&whole, 16_000);
            if has(&anna, &manifest).await {
                complete.insert(n);
                let all = (0..manifest.chunks.len() as u32).collect();
                let fetch = protocol::files::FetchRequest {
                    file: manifest.file.clone(),
                    chunks: all,
                };
                let pack = anna.json("/v1/files/fetch", &fetch).await.body;
                let found = protocol::files::unpack(&pack).unwrap().concat();
                assert_eq!(found, whole, "a file that is said to be here is not");
            } else {
                let lost = complete.contains(&n) && referred.contains(&n);
                assert!(
                    !lost,
                    "file {n} was removed although the log refers to it: {steps:?}"
                );
                complete.remove(&n);
            }
        }
    }
    // Whatever went can be brought again, and then is whole.
    for n in 0..5 {
        let manifest = upload(&anna, &file(n)).await;
        assert!(has(&anna, &manifest).await);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn no_order_of_offers_cuts_publications_and_sweeps_loses_what_is_referred_to(
        steps in proptest::collection::vec(step(), 1..30),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(play(&steps));
    }
}
