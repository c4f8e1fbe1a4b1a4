//! What a person limits about the line holds back files, and never what was done.
#![allow(clippy::unwrap_used, reason = "a test may stop at the unexpected")]

use domain::line::{Held, LineLimits, Metered, QuietHours, SMALL_FILE};
use domain::sito::{FieldChange, PageChange, PageKind, TextVersion};
use domain::{FileRef, PageId};
use std::sync::Arc;
use std::time::Duration;
use store::{Attempt, Traffic};
use sync::transport::HttpTransport;
use sync::{Clock, Engine, EngineConfig, Event, Moving, SystemClock};
use testkit::{ANNA, Cable, Desk, Fault, Province, brisk};

struct Office {
    province: Province,
    cable: Cable,
    anna: Desk,
}

async fn office() -> Office {
    let province = Province::open().await.unwrap();
    let cable = Cable::lay(province.address()).await.unwrap();
    let code = province.code_for(&ANNA).unwrap();
    let anna = Desk::enrol(&cable.url(), &code, ANNA).await.unwrap();
    Office {
        province,
        cable,
        anna,
    }
}

/// Bytes that nothing compresses (xorshift).
fn noise(length: u64) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let next = |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[0]
    };
    (0..length).map(next).collect()
}

impl Office {
    fn limit(&self, limits: LineLimits) {
        self.anna.store.set_limits(&limits).unwrap();
    }

    /// A page of information that lacks nothing.
    fn complete_page(&self) -> PageId {
        let now = self.anna.clock.now();
        let page = self.anna.store.create_page(PageKind::Pagina, now).unwrap();
        self.anna.retitle(&page, "Bando").unwrap();
        let change = FieldChange::Summary("Un bando per i giovani.".into());
        let change = PageChange::Set { change, base: 0 };
        self.anna.change(&page, change).unwrap();
        self.anna.rewrite(&page, "In allegato.").unwrap();
        page
    }

    /// A page with files, whose publication waits for them.
    fn publish(&self, files: &[(&str, u64)]) -> (PageId, Vec<FileRef>) {
        let page = self.complete_page();
        let files = files.iter();
        let files = files.map(|(name, size)| self.anna.attach(&page, name, &noise(*size)).unwrap());
        let files = files.collect();
        let publish = PageChange::Publish {
            text: TextVersion::default(),
            seen: 0,
        };
        self.anna.change(&page, publish).unwrap();
        (page, files)
    }

    fn uploaded(&self, file: &FileRef) -> bool {
        self.anna.store.file_state(&file.id).unwrap().uploaded
    }

    fn held(&self) -> Option<Held> {
        self.anna.engine.state().held
    }
}

fn metered() -> LineLimits {
    LineLimits {
        metered: Metered::Yes,
        ..LineLimits::default()
    }
}

#[tokio::test]
async fn on_a_metered_line_work_and_the_small_files_it_needs_go_and_large_files_wait_for_a_word() {
    let office = office().await;
    office.limit(metered());
    let (_, files) = office.publish(&[("avviso.pdf", 40_000), ("film.mp4", SMALL_FILE + 1)]);
    let other = office.anna.write_news("Neve", "Scuole chiuse.").unwrap();
    office.anna.carry().await.unwrap();
    assert_eq!(office.held(), Some(Held::Metered));
    assert!(office.uploaded(&files[0]) && !office.uploaded(&files[1]));
    assert!(!office.anna.view(&other).unwrap().row.waiting);
    assert!(office.anna.store.waiting().unwrap() > 0, "the publication");

    office.anna.engine.set_released(true);
    office.anna.carry().await.unwrap();
    assert!(office.uploaded(&files[1]));
    assert_eq!(office.anna.store.waiting().unwrap(), 0);
    let state = office.anna.engine.state();
    assert!(!state.released, "what is limited is limited again");

    let (_, more) = office.publish(&[("film-2.mp4", SMALL_FILE + 2)]);
    office.anna.carry().await.unwrap();
    assert!(!office.uploaded(&more[0]));
}

#[tokio::test]
async fn a_file_on_its_way_down_waits_as_well_once_the_line_is_metered() {
    let office = office().await;
    office.anna.carry().await.unwrap();
    let code = office.province.code_for(&ANNA).unwrap();
    let url = format!("http://{}", office.province.address());
    let colleague = Desk::enrol(&url, &code, ANNA).await.unwrap();
    let page = colleague.write_news("Film", "In allegato.").unwrap();
    let film = colleague
        .attach(&page, "film.mp4", &noise(5_000_000))
        .unwrap();
    colleague.carry().await.unwrap();

    office.cable.set(Fault {
        rate: 600_000,
        ..Fault::default()
    });
    let down = || office.cable.traffic().down;
    let before = down();
    office.anna.engine.sync_now();
    while down() - before < 1_200_000 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    office.limit(metered());
    office.anna.carry().await.unwrap();
    assert_eq!(office.held(), Some(Held::Metered));
    let so_far = down() - before;
    assert!(so_far < 4_000_000, "{so_far}");
    let whole = || office.anna.store.read_file(&film.id).is_ok();
    assert!(!whole());

    office.anna.engine.set_released(true);
    office.anna.carry().await.unwrap();
    assert!(whole());
    // What was here already did not come again.
    assert!(down() - before < 5_400_000, "{}", down() - before);
}

#[tokio::test]
async fn a_word_given_on_a_line_that_breaks_holds_until_everything_was_carried() {
    let office = office().await;
    office.limit(metered());
    let (_, files) = office.publish(&[("film.mp4", 1_200_000)]);
    office.anna.carry().await.unwrap();
    office.cable.set(Fault {
        cut_after_up: Some(500_000),
        ..Fault::default()
    });
    office.anna.engine.set_released(true);
    office.anna.carry_in(30).await.unwrap();
    assert!(office.uploaded(&files[0]));
}

#[tokio::test]
async fn in_quiet_hours_large_files_wait_and_a_clock_a_year_off_keeps_the_hours_of_the_hub() {
    let office = office().await;
    let now = jiff::Timestamp::from_millisecond(SystemClock.now()).unwrap();
    let wall = now.in_tz("Europe/Rome").unwrap();
    let minute = u16::try_from(wall.hour()).unwrap() * 60 + u16::try_from(wall.minute()).unwrap();
    let quiet = QuietHours::new((minute + 1_380) % 1_440, (minute + 60) % 1_440);
    let limits = LineLimits {
        quiet,
        ..LineLimits::default()
    };
    office.limit(limits);
    // Half a year and three hours: by its own clock it would be another hour, in another season.
    office
        .anna
        .clock
        .advance(Duration::from_secs(183 * 86_400 + 3 * 3_600));
    let (_, files) = office.publish(&[("film.mp4", SMALL_FILE + 1)]);
    office.anna.carry().await.unwrap();
    assert!(matches!(office.held(), Some(Held::Quiet { .. })));
    assert!(!office.uploaded(&files[0]));
    office.limit(LineLimits::default());
    office.anna.carry().await.unwrap();
    assert_eq!(office.held(), None);
    assert!(office.uploaded(&files[0]));
}

#[tokio::test]
async fn when_the_sum_of_the_month_is_spent_only_work_goes() {
    let office = office().await;
    office.limit(LineLimits {
        cap_mb: Some(1),
        ..LineLimits::default()
    });
    let (_, first) = office.publish(&[("bando.pdf", 1_100_000)]);
    office.anna.carry().await.unwrap();
    assert!(
        office.uploaded(&first[0]),
        "what was begun is not left half done"
    );
    let (_, second) = office.publish(&[("avviso.pdf", 9_000)]);
    let page = office.anna.write_news("Neve", "Scuole chiuse.").unwrap();
    office.anna.carry().await.unwrap();
    assert_eq!(office.held(), Some(Held::Cap { mb: 1 }));
    assert!(!office.uploaded(&second[0]));
    assert!(!office.anna.view(&page).unwrap().row.waiting);
}

#[tokio::test]
async fn what_a_month_carried_counts_every_call_both_ways() {
    let office = office().await;
    office.anna.carry().await.unwrap();
    let month = sync::month_of(SystemClock.now());
    let spent = || office.anna.store.limits_and_traffic(&month).unwrap().1;
    let before = spent();
    let wire = office.cable.traffic();
    let (_, _) = office.publish(&[("bando.pdf", 300_000)]);
    office.anna.carry().await.unwrap();
    let (after, now) = (spent(), office.cable.traffic());
    let (up, down) = (after.up - before.up, after.down - before.down);
    let (wire_up, wire_down) = (now.up - wire.up, now.down - wire.down);
    let near = |counted: u64, wire: u64| counted.abs_diff(wire) <= wire / 3 + 4_000;
    assert!(near(up, wire_up), "{up} counted, {wire_up} on the wire");
    assert!(
        near(down, wire_down),
        "{down} counted, {wire_down} on the wire"
    );
}

#[tokio::test]
async fn a_file_tells_how_far_it_is_and_the_next_start_knows_it() {
    let office = office().await;
    office.anna.carry().await.unwrap();
    let (_, files) = office.publish(&[("film.mp4", 1_500_000)]);
    let mut events = office.anna.engine.events();
    office.cable.set(Fault {
        rate: 400_000,
        cut_after_up: Some(900_000),
        ..Fault::default()
    });
    assert!(office.anna.carry().await.is_err());
    let mut told = Vec::new();
    while let Ok(event) = events.try_recv() {
        if let Event::State(state) = event
            && let Some(Moving::File {
                id,
                up: true,
                done,
                size,
            }) = state.moving
        {
            assert_eq!((&id, size), (&files[0].id, files[0].size));
            told.push(done);
        }
    }
    told.dedup();
    assert!(told.len() > 1 && told.is_sorted(), "{told:?}");
    let left = &office.anna.store.line_work().unwrap().uploads[0];
    assert!(left.done > 0 && left.left() > 0, "{left:?}");
    assert_eq!(office.anna.engine.state().moving, None, "nothing moves now");
    assert!(office.anna.engine.state().goodput.is_some());
}

#[tokio::test]
async fn the_last_success_is_known_at_the_next_start() {
    let office = office().await;
    office.anna.carry().await.unwrap();
    let known = office.anna.engine.state().last_ok.unwrap();
    office.anna.engine.shutdown().await;
    office.cable.cut();
    let transport = Arc::new(HttpTransport::new(&office.cable.url()).unwrap());
    let mut config = EngineConfig::over(&office.anna.identity, transport);
    config.pace = brisk();
    let runtime = tokio::runtime::Handle::current();
    let again = Engine::start(&runtime, office.anna.store.clone(), config);
    assert_eq!(again.state().last_ok, Some(known));
    assert!(again.settled().await.is_err());
    assert_eq!(again.state().last_ok, Some(known));
}

#[tokio::test]
async fn a_clock_that_is_wrong_holds_no_work_back() {
    let office = office().await;
    office.limit(LineLimits {
        cap_mb: Some(1),
        quiet: QuietHours::new(0, 1_439),
        metered: Metered::Yes,
    });
    let spent = Traffic {
        up: 2_000_000,
        down: 0,
    };
    for year in ["1970-01", "2025-11", "2026-11", "2027-11"] {
        let attempt = Attempt::default();
        office
            .anna
            .store
            .log_attempt(&attempt, year, spent)
            .unwrap();
    }
    for days in [365, 730] {
        office
            .anna
            .clock
            .advance(Duration::from_secs(days * 86_400));
        let page = office.anna.write_news("Neve", "Scuole chiuse.").unwrap();
        office.anna.carry().await.unwrap();
        assert!(!office.anna.view(&page).unwrap().row.waiting);
    }
}
