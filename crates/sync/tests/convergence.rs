//! Any order, loss and duplication of calls ends in the same state at the hub and at every desk.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test may stop at the unexpected"
)]
#![expect(clippy::print_stdout, reason = "what was measured is worth reading")]

use domain::sito::{Argomento, FieldChange, PageChange, TextVersion};
use domain::territorio::ASTI;
use domain::{ComuneId, PageId};
use hub::{Config, Hub, Limits};
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::test_runner::{Config as Rules, TestRunner};
use protocol::wire::read_request;
use protocol::{MAX_REQUEST, pack};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use sync::transport::{Pending, Request, Response, Transport};
use sync::{CallError, Event};
use tempfile::TempDir;
use testkit::{ANNA, BRUNO, CARLA, Desk, Fate, Inside, Person, log_at};
use tokio::sync::broadcast;

/// Schedules per run: as many as half a minute of a busy machine takes.
const CASES: u32 = 240;

/// A hub without a network. Each case works at a comune of its own.
struct Centre {
    _folder: TempDir,
    hub: Hub,
    used: usize,
}

impl Centre {
    fn open() -> Self {
        let folder = TempDir::new().unwrap();
        let mut config = Config::new(folder.path());
        config.limits = Limits {
            enrol: 1_000_000,
            login: 1_000_000,
            everywhere: 1_000_000,
            device: 1_000_000,
        };
        let hub = Hub::open(config).unwrap();
        hub.seed_province().unwrap();
        Self {
            _folder: folder,
            hub,
            used: 0,
        }
    }

    fn next_comune(&mut self) -> ComuneId {
        if self.used == ASTI.len() {
            *self = Self::open();
        }
        self.used += 1;
        ComuneId::new(ASTI[self.used - 1].0)
    }
}

struct Seat {
    desk: Desk,
    way: Arc<Inside>,
}

fn seat(hub: &Hub, comune: &ComuneId, who: Person) -> Seat {
    let way = Arc::new(Inside::to(hub));
    let desk = Desk::grant(hub, way.clone(), comune, who).unwrap();
    Seat { desk, way }
}

/// Three people at one comune.
struct Office {
    hub: Hub,
    comune: ComuneId,
    seats: Vec<Seat>,
    pages: Vec<PageId>,
    /// What was written into the texts, by page.
    words: Vec<(PageId, String)>,
}

impl Office {
    fn open(hub: &Hub, comune: ComuneId) -> Self {
        let mut seats = Vec::new();
        for who in [ANNA, BRUNO, CARLA] {
            seats.push(seat(hub, &comune, who));
        }
        Self {
            hub: hub.clone(),
            comune,
            seats,
            pages: Vec::new(),
            words: Vec::new(),
        }
    }

    async fn settle(&self) {
        for _ in 0..2 {
            for seat in &self.seats {
                seat.way.heal();
                seat.desk.carry_in(5).await.unwrap();
            }
        }
    }

    fn log_as_json(&self) -> String {
        serde_json::to_string(&log_at(&self.hub, &self.comune).unwrap()).unwrap()
    }

    fn check(&self) {
        let looks: Vec<_> = self
            .seats
            .iter()
            .map(|seat| seat.desk.look().unwrap())
            .collect();
        for (seat, look) in self.seats.iter().zip(&looks) {
            assert_eq!(seat.desk.store.waiting().unwrap(), 0);
            assert_eq!(
                look, &looks[0],
                "{} sees something else",
                seat.desk.who.name
            );
        }
        let log = log_at(&self.hub, &self.comune).unwrap();
        let ids: BTreeSet<_> = log.iter().map(|entry| &entry.id).collect();
        assert_eq!(ids.len(), log.len(), "an operation stands twice in the log");
        for (page, word) in &self.words {
            if let Some((_, text)) = looks[0].get(page) {
                assert!(text.plain().contains(word), "{word} was lost");
            }
        }
    }
}

#[derive(Debug, Clone)]
enum Step {
    New {
        who: usize,
    },
    Title {
        who: usize,
        page: usize,
        title: u8,
    },
    Words {
        who: usize,
        page: usize,
        at: usize,
    },
    Topic {
        who: usize,
        page: usize,
        topic: usize,
    },
    Delete {
        who: usize,
        page: usize,
    },
    Publish {
        who: usize,
        page: usize,
    },
    Carry {
        who: usize,
        fates: Vec<Fate>,
    },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let who = 0..3_usize;
    let page = 0..3_usize;
    let at = (who.clone(), page);
    let fate = prop_oneof![
        3 => Just(Fate::Arrives),
        1 => Just(Fate::RequestLost),
        2 => Just(Fate::AnswerLost),
        1 => Just(Fate::Twice),
        1 => Just(Fate::AfterOlder),
    ];
    let step = prop_oneof![
        2 => who.clone().prop_map(|who| Step::New { who }),
        3 => (at.clone(), 0..4_u8).prop_map(|((who, page), title)| Step::Title { who, page, title }),
        6 => (at.clone(), any::<usize>()).prop_map(|((who, page), at)| Step::Words { who, page, at }),
        1 => (at.clone(), 0..3_usize).prop_map(|((who, page), topic)| Step::Topic { who, page, topic }),
        1 => at.clone().prop_map(|(who, page)| Step::Delete { who, page }),
        1 => at.prop_map(|(who, page)| Step::Publish { who, page }),
        8 => (who, proptest::collection::vec(fate, 0..4)).prop_map(|(who, fates)| Step::Carry { who, fates }),
    ];
    proptest::collection::vec(step, 4..28)
}

impl Office {
    async fn take(&mut self, step: &Step) {
        match *step {
            Step::New { who } if self.pages.len() < 3 => {
                let page = self.seats[who]
                    .desk
                    .write_news("Senza titolo", "inizio")
                    .unwrap();
                self.pages.push(page);
            }
            Step::New { .. } => {}
            Step::Title { who, page, title } => {
                let change = FieldChange::Title(format!("Titolo {title}"));
                self.change(who, page, PageChange::Set { change, base: 0 });
            }
            Step::Words { who, page, at } => self.add_words(who, page, at),
            Step::Topic { who, page, topic } => {
                let names = ["Istruzione", "Acqua", "Trasporto pubblico"];
                if let Some(topic) = Argomento::named(names[topic]) {
                    self.change(who, page, PageChange::AddTopic(topic));
                }
            }
            Step::Delete { who, page } => self.change(who, page, PageChange::Delete),
            Step::Publish { who, page } => {
                let text = TextVersion::default();
                self.change(who, page, PageChange::Publish { text, seen: 0 });
            }
            Step::Carry { who, ref fates } => {
                self.seats[who].way.expect(fates.iter().copied());
                // It may fail: the next one goes on.
                let _ = self.seats[who].desk.carry().await;
            }
        }
    }

    /// A page that is at this desk.
    fn there(&self, who: usize, page: usize) -> Option<PageId> {
        let page = self.pages.get(page)?;
        self.seats[who].desk.view(page).ok().map(|_| page.clone())
    }

    fn change(&self, who: usize, page: usize, change: PageChange) {
        if let Some(page) = self.there(who, page) {
            // The rules may refuse it: a volunteer does not publish, an empty page is not public.
            let _ = self.seats[who].desk.change(&page, change);
        }
    }

    fn add_words(&mut self, who: usize, page: usize, at: usize) {
        let Some(page) = self.there(who, page) else {
            return;
        };
        let desk = &self.seats[who].desk;
        let text = desk.text(&page).unwrap();
        let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
        let word = format!("parola{}", self.words.len());
        lines.insert(at % (lines.len() + 1), word.clone());
        desk.rewrite(&page, &lines.join("\n")).unwrap();
        self.words.push((page, word));
    }
}

#[test]
fn any_schedule_of_edits_losses_and_repetitions_ends_in_the_same_state_everywhere() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let centre = Mutex::new(Centre::open());
    let began = Instant::now();
    let mut runner = TestRunner::new(Rules {
        cases: CASES,
        max_shrink_iters: 200,
        failure_persistence: None,
        ..Rules::default()
    });
    let run = runner.run(&steps(), |steps| {
        let (hub, comune) = {
            let mut centre = centre
                .lock()
                .unwrap_or_else(|poisoned| poisoned.into_inner());
            let comune = centre.next_comune();
            (centre.hub.clone(), comune)
        };
        runtime.block_on(async {
            let mut office = Office::open(&hub, comune);
            for step in &steps {
                office.take(step).await;
            }
            office.settle().await;
            office.check();
        });
        Ok(())
    });
    println!("{CASES} schedules in {} ms", began.elapsed().as_millis());
    if let Err(error) = run {
        panic!("{error}");
    }
}

#[tokio::test]
async fn every_call_made_again_leaves_the_log_as_it_is_byte_for_byte() {
    let mut centre = Centre::open();
    let comune = centre.next_comune();
    let mut office = Office::open(&centre.hub, comune);
    for who in [0, 1, 0, 2] {
        office.take(&Step::New { who }).await;
        office.settle().await;
        office
            .take(&Step::Title {
                who,
                page: 0,
                title: 1,
            })
            .await;
        office
            .take(&Step::Words {
                who,
                page: 0,
                at: 3,
            })
            .await;
        office.seats[who].way.expect([Fate::AnswerLost]);
        assert!(office.seats[who].desk.carry().await.is_err());
    }
    office.settle().await;
    let before = office.log_as_json();
    assert!(before.len() > 1_000);
    for _ in 0..2 {
        for seat in &office.seats {
            assert!(seat.way.replay().await.unwrap() > 3);
        }
    }
    assert_eq!(office.log_as_json(), before);
    office.settle().await;
    office.check();
}

/// A call: how many answers were taken in when it began, how many operations it carried, how much it asked for.
#[derive(Debug, Clone, Copy, Default)]
struct Call {
    applied: usize,
    ops: usize,
    budget: u32,
}

/// Notes the calls, and lets somebody write while the hub's answer is on its way.
struct Meddling {
    inner: Inside,
    events: Mutex<Option<broadcast::Receiver<Event>>>,
    calls: Mutex<Vec<Call>>,
    meanwhile: Mutex<Option<Box<dyn FnOnce() + Send>>>,
}

impl Meddling {
    fn to(hub: &Hub) -> Arc<Self> {
        Arc::new(Self {
            inner: Inside::to(hub),
            events: Mutex::default(),
            calls: Mutex::default(),
            meanwhile: Mutex::default(),
        })
    }

    fn note(&self, request: &Request) {
        let mut applied = self
            .calls
            .lock()
            .unwrap()
            .last()
            .map_or(0, |call| call.applied);
        if let Some(events) = self.events.lock().unwrap().as_mut() {
            while let Ok(event) = events.try_recv() {
                applied += usize::from(matches!(event, Event::Applied(_)));
            }
        }
        let plain = pack::unpack(&request.body, MAX_REQUEST).unwrap();
        let read = read_request(&plain).unwrap();
        self.calls.lock().unwrap().push(Call {
            applied,
            ops: read.ops.len(),
            budget: read.request.budget,
        });
    }
}

impl Transport for Meddling {
    fn send(&self, request: Request) -> Pending<'_, Result<Response, CallError>> {
        Box::pin(async move {
            if request.path != "/v1/sync" {
                return self.inner.send(request).await;
            }
            self.note(&request);
            let response = self.inner.send(request).await;
            if let Some(meanwhile) = self.meanwhile.lock().unwrap().take() {
                meanwhile();
            }
            response
        })
    }
}

#[tokio::test]
async fn an_edit_made_during_a_pull_is_not_lost() {
    let mut centre = Centre::open();
    let comune = centre.next_comune();
    let bruno = seat(&centre.hub, &comune, BRUNO).desk;
    let way = Meddling::to(&centre.hub);
    let anna = Desk::grant(&centre.hub, way.clone(), &comune, ANNA).unwrap();
    let anna = Arc::new(anna);
    let page = bruno.write_news("Neve", "Prima.\nUltima.").unwrap();
    bruno.carry().await.unwrap();
    anna.carry().await.unwrap();
    bruno.rewrite(&page, "Prima.\nUltima, di Bruno.").unwrap();
    bruno.retitle(&page, "Nevicata").unwrap();
    bruno.carry().await.unwrap();
    let (writer, written) = (anna.clone(), page.clone());
    *way.meanwhile.lock().unwrap() = Some(Box::new(move || {
        writer
            .rewrite(&written, "Prima, di Anna.\nUltima.")
            .unwrap();
    }));
    anna.carry().await.unwrap();
    assert!(
        way.meanwhile.lock().unwrap().is_none(),
        "nobody wrote meanwhile"
    );
    let both = "Prima, di Anna.\nUltima, di Bruno.\n";
    assert_eq!(anna.text(&page).unwrap(), both);
    anna.carry().await.unwrap();
    bruno.carry().await.unwrap();
    assert_eq!(bruno.text(&page).unwrap(), both);
    assert_eq!(anna.title(&page).unwrap(), "Nevicata");
    assert_eq!(anna.look().unwrap(), bruno.look().unwrap());
}

#[tokio::test]
async fn a_long_log_is_asked_for_while_it_is_taken_in_unless_something_waits_to_be_sent() {
    let mut centre = Centre::open();
    let comune = centre.next_comune();
    let bruno = seat(&centre.hub, &comune, BRUNO).desk;
    let body = "Domani le scuole sono chiuse per neve. ".repeat(300);
    let news = |number: usize| {
        let title = format!("Avviso {number}");
        bruno.write_news(&title, &body).unwrap()
    };
    let pages: Vec<_> = (0..500).map(news).collect();
    bruno.carry().await.unwrap();
    let way = Meddling::to(&centre.hub);
    let anna = Arc::new(Desk::grant(&centre.hub, way.clone(), &comune, ANNA).unwrap());
    *way.events.lock().unwrap() = Some(anna.engine.events());
    let writer = anna.clone();
    *way.meanwhile.lock().unwrap() = Some(Box::new(move || {
        writer.write_news("Di Anna", "Subito.").unwrap();
    }));
    anna.carry().await.unwrap();
    let calls = way.calls.lock().unwrap().clone();
    assert!(calls[0].applied == 0 && calls[0].ops == 0, "{calls:?}");
    // What Anna wrote while the first answer was on its way goes with the next call, after that answer.
    assert!(calls[1].applied == 1 && calls[1].ops > 0, "{calls:?}");
    let ahead = |(at, call): (usize, &Call)| call.applied < at && call.ops == 0;
    let asked_ahead = calls.iter().enumerate().skip(2).filter(|call| ahead(*call));
    assert!(
        asked_ahead.count() + 3 >= calls.len() && calls.len() > 4,
        "{calls:?}"
    );
    // A line that turns out to be quick gets larger calls, also those that are asked ahead.
    assert!(calls[2].budget > calls[1].budget, "{calls:?}");
    bruno.carry().await.unwrap();
    assert_eq!(anna.look().unwrap(), bruno.look().unwrap());
    assert_eq!(anna.look().unwrap().len(), pages.len() + 1);
}

#[tokio::test]
async fn a_computer_whose_clock_is_a_year_ahead_agrees_with_the_others_and_is_told() {
    let mut centre = Centre::open();
    let comune = centre.next_comune();
    let anna = seat(&centre.hub, &comune, ANNA).desk;
    let bruno = seat(&centre.hub, &comune, BRUNO).desk;
    anna.clock.advance(Duration::from_secs(365 * 86_400));
    anna.write_news("Neve", "Scuole chiuse.").unwrap();
    anna.carry().await.unwrap();
    bruno.carry().await.unwrap();
    anna.carry().await.unwrap();
    assert_eq!(anna.look().unwrap(), bruno.look().unwrap());
    let off = anna
        .engine
        .state()
        .clock_off
        .expect("the clock is a year ahead");
    assert!(off < -300 * 86_400_000, "{off}");
    assert_eq!(bruno.engine.state().clock_off, None);
}
