//! Whatever the line does, the hub ends in the state that one quiet run would have given.

use crate::common::*;
use domain::identity::Role;
use domain::sito::{FieldChange, PageChange, PageKind};
use domain::{Entity, OpId};
use proptest::prelude::*;
use protocol::Operation;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// One call of the line: which device, from which of its operations, how many; some answers are lost,
/// which for the hub is the same as being called again with the same operations.
#[derive(Debug, Clone)]
struct Call {
    device: usize,
    start: usize,
    count: usize,
    reversed: bool,
}

fn calls() -> impl Strategy<Value = Vec<Call>> {
    let call = (0..3usize, 0..8usize, 1..5usize, any::<bool>()).prop_map(
        |(device, start, count, reversed)| Call {
            device,
            start,
            count,
            reversed,
        },
    );
    proptest::collection::vec(call, 0..25)
}

/// Operations whose result does not depend on the order between devices: own pages, and a shared set.
fn operations(device: &mut Device, name: usize) -> Vec<Operation> {
    let own = format!("own{name}");
    let topic = domain::sito::Argomento::all().nth(name).unwrap();
    let changes = [
        (
            own.as_str(),
            PageChange::Create {
                kind: PageKind::Pagina,
            },
        ),
        (&own, title(&format!("Titolo {name}"))),
        (
            &own,
            PageChange::Create {
                kind: PageKind::Notizia,
            },
        ),
        (&own, paragraph(&format!("Testo di {name}")).0),
        ("shared", PageChange::AddTopic(topic)),
        (
            &own,
            PageChange::Set {
                change: FieldChange::Summary("Breve".into()),
                base: 0,
            },
        ),
        (&own, PageChange::Delete),
        (&own, title("Di nuovo")),
    ];
    changes
        .map(|(page, change)| device.op(page, change))
        .to_vec()
}

/// Pages, and for each device which operations were accepted.
type State = (BTreeMap<String, String>, Vec<Vec<bool>>);

struct World {
    centro: Centro,
    devices: Vec<Device>,
    ops: Vec<Vec<Operation>>,
}

async fn world() -> World {
    let centro = Centro::new();
    let mut owner = centro.person("Olga", Role::Responsabile);
    owner
        .does(
            "shared",
            PageChange::Create {
                kind: PageKind::Pagina,
            },
        )
        .await;
    let mut devices: Vec<_> = ["Anna", "Bruno", "Carla"]
        .map(|name| centro.person(name, Role::Impiegato))
        .into();
    let ops = devices
        .iter_mut()
        .enumerate()
        .map(|(name, device)| operations(device, name))
        .collect();
    World {
        centro,
        devices,
        ops,
    }
}

impl World {
    async fn call(&self, call: &Call) {
        let ops = &self.ops[call.device];
        let end = (call.start + call.count).min(ops.len());
        let mut part = ops[call.start.min(end)..end].to_vec();
        if call.reversed {
            part.reverse();
        }
        self.devices[call.device].sync(&part).await;
    }

    /// What every device would do in the end: send all that is missing.
    async fn settle(&self) {
        for (device, ops) in self.devices.iter().zip(&self.ops) {
            let response = device.sync(ops).await;
            assert_eq!(response.next, ops.len() as u64 + 1);
            assert_eq!(response.results.len(), ops.len());
        }
    }

    /// The pages without what names positions and devices, and each device's own outcomes.
    async fn state(&self) -> State {
        let store = self.centro.hub.comune(&roccaverano()).unwrap();
        let mut pages = BTreeMap::new();
        for id in ["own0", "own1", "own2", "shared"] {
            let Entity::Page(page) = store.reading(|tx| tx.entity(id)).unwrap().unwrap();
            let (snapshot, updates) = store.reading(|tx| tx.text(&page.id)).unwrap();
            let text = text::TextDoc::load(snapshot.as_deref(), updates.iter().map(Vec::as_slice));
            let text = text.unwrap().rich_text().plain();
            let page = format!("{:?} {} {} {text}", page.fields, page.deleted, page.revived);
            pages.insert(id.to_owned(), page);
        }
        let mut outcomes = Vec::new();
        for (device, ops) in self.devices.iter().zip(&self.ops) {
            let results = device.sync(ops).await.results;
            outcomes.push(
                results
                    .iter()
                    .map(|r| accepted(&r.outcome).is_some())
                    .collect(),
            );
        }
        (pages, outcomes)
    }

    /// The log is dense, holds every accepted operation once, and every device is shown the same.
    async fn check_log(&self) {
        let mut seen: Option<Vec<(u64, OpId)>> = None;
        for device in &self.devices {
            let pull = device.pull(0, false).await;
            let entries = &pull.pulls[0].entries;
            let log: Vec<_> = entries.iter().map(|e| (e.seq, e.id.clone())).collect();
            let dense = log.iter().zip(1..).all(|((seq, _), n)| *seq == n);
            assert!(dense, "{log:?}");
            assert_eq!(*seen.get_or_insert_with(|| log.clone()), log);
        }
        let log = seen.unwrap();
        let ids: std::collections::BTreeSet<_> = log.iter().map(|(_, id)| id).collect();
        assert_eq!(ids.len(), log.len());
    }
}

async fn quiet() -> State {
    let world = world().await;
    world.settle().await;
    world.state().await
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_order_and_repetition_of_calls_ends_in_the_same_state(calls in calls()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        static QUIET: OnceLock<State> = OnceLock::new();
        let expected = QUIET.get_or_init(|| runtime.block_on(quiet()));
        runtime.block_on(async {
            let world = world().await;
            for call in &calls {
                world.call(call).await;
            }
            world.settle().await;
            world.check_log().await;
            assert_eq!(&world.state().await, expected);
        });
    }
}
