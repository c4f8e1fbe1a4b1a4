//! Whatever the line does, two devices and the hub end in the same state.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod common;

use common::{Hub, NOW, assert_same, clerk, publish, rich, set, sync, title};
use domain::PageId;
use domain::sito::{Argomento, Block, FieldChange, PageChange, PageKind, Span};
use proptest::prelude::*;
use protocol::{SyncRequest, SyncResponse};
use store::{Remedy, Room, Store};

/// What a person does.
#[derive(Debug, Clone)]
enum Act {
    Create,
    Title(u8),
    Summary(u8),
    Topic(bool),
    /// Adds words at a paragraph, or a paragraph.
    Write(u8),
    /// Removes a paragraph.
    Strike(u8),
    Publish,
    Unpublish,
    Delete,
    Settle(bool),
}

/// What becomes of a call.
#[derive(Debug, Clone)]
enum Fate {
    Arrives,
    /// The hub never hears it.
    RequestLost,
    /// The hub did it, the device does not know.
    AnswerLost,
    /// The hub hears it twice, the answers come in reverse.
    Twice,
    /// The answer comes after the next ones.
    Late,
}

#[derive(Debug, Clone)]
enum Step {
    Does(usize, u8, Act),
    Calls(usize, Fate, usize),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        1 => Just(Act::Create),
        3 => (0_u8..4).prop_map(Act::Title),
        1 => (0_u8..4).prop_map(Act::Summary),
        1 => any::<bool>().prop_map(Act::Topic),
        5 => any::<u8>().prop_map(Act::Write),
        1 => any::<u8>().prop_map(Act::Strike),
        2 => Just(Act::Publish),
        1 => Just(Act::Unpublish),
        1 => Just(Act::Delete),
        1 => any::<bool>().prop_map(Act::Settle),
    ]
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        3 => Just(Fate::Arrives),
        1 => Just(Fate::RequestLost),
        2 => Just(Fate::AnswerLost),
        1 => Just(Fate::Twice),
        2 => Just(Fate::Late),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (0_usize..2, any::<u8>(), act()).prop_map(|(who, page, act)| Step::Does(who, page, act)),
        2 => (0_usize..2, fate(), 1_usize..2_000).prop_map(|(who, fate, room)| Step::Calls(who, fate, room)),
    ]
}

const PEOPLE: [&str; 2] = ["Anna", "Bruno"];

struct World {
    hub: Hub,
    stores: [Store; 2],
    late: [Vec<(SyncRequest, SyncResponse)>; 2],
    pages: Vec<PageId>,
}

impl World {
    fn new() -> Self {
        let hub = Hub {
            stretch: 3,
            ..Hub::default()
        };
        Self {
            hub,
            stores: PEOPLE.map(clerk),
            late: [Vec::new(), Vec::new()],
            pages: Vec::new(),
        }
    }

    fn does(&mut self, who: usize, page: u8, act: &Act) {
        let store = &self.stores[who];
        if let Act::Create = act {
            self.pages
                .push(store.create_page(PageKind::Pagina, NOW).unwrap());
            return;
        }
        if self.pages.is_empty() {
            return;
        }
        let page = self.pages[usize::from(page) % self.pages.len()].clone();
        let change = match act {
            Act::Create => unreachable!(),
            Act::Title(n) => title(&format!("Titolo {n}")),
            Act::Summary(n) => set(FieldChange::Summary(format!("Sommario {n}"))),
            Act::Topic(true) => PageChange::AddTopic(Argomento::named("Acqua").unwrap()),
            Act::Topic(false) => PageChange::RemoveTopic(Argomento::named("Acqua").unwrap()),
            Act::Publish => publish(),
            Act::Unpublish => PageChange::Unpublish,
            Act::Delete => PageChange::Delete,
            Act::Write(_) | Act::Strike(_) => return write(store, &page, act),
            Act::Settle(mine) => return settle(store, *mine),
        };
        // A rule may not allow it (the page is unknown here, or incomplete): then nothing happens.
        let _ = store.change(&page, change, NOW);
    }

    fn calls(&mut self, who: usize, fate: &Fate, room: usize) {
        let (store, person) = (&self.stores[who], PEOPLE[who]);
        let request = store.next_request(Room::of(room), 0).unwrap();
        if let Fate::RequestLost = fate {
            return store.request_failed(&request).unwrap();
        }
        let response = self.hub.call(person, &request);
        match fate {
            Fate::RequestLost | Fate::AnswerLost => {}
            Fate::Late => self.late[who].push((request, response)),
            Fate::Twice => {
                let second = self.hub.call(person, &request);
                assert_eq!(
                    second.results, response.results,
                    "a retry gets the same answer"
                );
                store.apply_response(&request, &second, NOW).unwrap();
                store.apply_response(&request, &response, NOW).unwrap();
            }
            Fate::Arrives => {
                store.apply_response(&request, &response, NOW).unwrap();
                for (request, response) in self.late[who].drain(..).rev() {
                    store.apply_response(&request, &response, NOW).unwrap();
                }
            }
        }
    }

    fn comes_to_rest(&mut self) {
        for who in [0, 1, 0, 1] {
            sync(&self.stores[who], PEOPLE[who], &mut self.hub);
            for (request, response) in self.late[who].drain(..).rev() {
                self.stores[who]
                    .apply_response(&request, &response, NOW)
                    .unwrap();
            }
        }
    }
}

fn write(store: &Store, page: &PageId, act: &Act) {
    let Some(view) = store.page(page).unwrap() else {
        return;
    };
    let mut blocks = view.text.text.blocks;
    match act {
        Act::Strike(at) if !blocks.is_empty() => {
            blocks.remove(usize::from(*at) % blocks.len());
        }
        Act::Write(at) if at % 3 > 0 && !blocks.is_empty() => {
            let at = usize::from(*at) % blocks.len();
            if let Block::Paragraph { spans } = &mut blocks[at] {
                spans.push(Span::plain(format!(" parola {at}")));
            }
        }
        Act::Write(at) => blocks.extend(rich(&[&format!("Paragrafo {at}.")]).blocks),
        _ => return,
    }
    let to = domain::sito::RichText { blocks };
    store.edit_text(page, &view.text.version, &to, NOW).unwrap();
}

fn settle(store: &Store, mine: bool) {
    let remedy = if mine {
        Remedy::UseMine
    } else {
        Remedy::KeepTheirs
    };
    for conflict in store.conflicts().unwrap() {
        // Mine may not be allowed any more: then it stays open.
        let _ = store.resolve(conflict.id, remedy, NOW);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn any_loss_repetition_and_disorder_ends_in_one_state(steps in prop::collection::vec(step(), 1..80)) {
        let mut world = World::new();
        for step in &steps {
            match step {
                Step::Does(who, page, act) => world.does(*who, *page, act),
                Step::Calls(who, fate, room) => world.calls(*who, fate, *room),
            }
        }
        world.comes_to_rest();
        for store in &world.stores {
            assert_same(store, &world.hub);
            prop_assert_eq!(store.waiting().unwrap(), 0);
        }
    }
}
