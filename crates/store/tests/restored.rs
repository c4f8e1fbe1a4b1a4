//! The hub comes back from a backup, and not everybody can send again what they did.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod common;

use common::{
    Hub, NOW, assert_same, call, clerk, complete_page, publish, set, shown, sync, title, words,
    write,
};
use domain::sito::FieldChange;
use store::{Room, Status, Store, Wait};

const DAY: i64 = 24 * 60 * 60 * 1000;

/// A hub that was restored to nothing at all, after Anna wrote a page and Bruno wrote on it.
fn forgetful() -> (Store, Store, domain::PageId, Hub) {
    let (anna, bruno) = (clerk("Anna"), clerk("Bruno"));
    let mut hub = Hub::default();
    let backup = Hub {
        epoch: 2,
        ..hub.clone()
    };
    let page = complete_page(&anna);
    sync(&anna, "Anna", &mut hub);
    sync(&bruno, "Bruno", &mut hub);
    write(
        &bruno,
        &page,
        &["Domani le scuole sono chiuse.", "Anche l'asilo."],
    );
    sync(&bruno, "Bruno", &mut hub);
    (anna, bruno, page, backup)
}

#[test]
fn a_page_that_the_hub_forgot_stays_and_is_given_back_after_a_day_by_who_has_it() {
    let (_, bruno, page, mut hub) = forgetful();
    for _ in 0..3 {
        call(&bruno, "Bruno", &mut hub);
    }
    assert_eq!(hub.len(), 0, "its maker may still call");
    assert_eq!(shown(&bruno, &page).fields.title, "Neve");
    assert!(words(&bruno, &page).contains("Anche l'asilo."));
    let found = bruno.search("asilo", 9).unwrap();
    assert_eq!(found.len(), 1);
    bruno.change(&page, title("Gran neve"), NOW).unwrap();
    call(&bruno, "Bruno", &mut hub);
    assert_eq!(bruno.outbox_rows().unwrap()[0].wait, Wait::Page);

    hub.now += DAY;
    sync(&bruno, "Bruno", &mut hub);
    sync(&bruno, "Bruno", &mut hub);
    let at_hub = hub.page(&page);
    assert_eq!(at_hub.fields.title, "Gran neve");
    assert_eq!(at_hub.fields.summary, "Scuole chiuse per neve.");
    assert_eq!(
        hub.words(&page),
        "Domani le scuole sono chiuse.\nAnche l'asilo.\n"
    );
    assert_same(&bruno, &hub);
    assert_eq!(bruno.waiting().unwrap(), 0);
    assert_eq!(bruno.conflicts().unwrap(), []);
}

/// The restored site does not show it, so the screen does not say that it does.
#[test]
fn a_public_page_that_the_hub_forgot_is_a_draft() {
    let (anna, bruno) = (clerk("Anna"), clerk("Bruno"));
    let mut hub = Hub::default();
    let mut backup = Hub {
        epoch: 2,
        ..hub.clone()
    };
    let page = complete_page(&anna);
    anna.change(&page, publish(), NOW).unwrap();
    sync(&anna, "Anna", &mut hub);
    sync(&bruno, "Bruno", &mut hub);
    let status = || bruno.page(&page).unwrap().unwrap().row.status;
    assert_eq!(status(), Status::Published);
    call(&bruno, "Bruno", &mut backup);
    sync(&bruno, "Bruno", &mut backup);
    assert_eq!(status(), Status::Draft);
    sync(&anna, "Anna", &mut backup);
    sync(&bruno, "Bruno", &mut backup);
    assert_eq!(status(), Status::Published, "Anna's word is still good");
}

#[test]
fn who_comes_within_the_day_sends_it_alone() {
    let (anna, bruno, page, mut hub) = forgetful();
    sync(&anna, "Anna", &mut hub);
    call(&bruno, "Bruno", &mut hub);
    sync(&bruno, "Bruno", &mut hub);
    sync(&anna, "Anna", &mut hub);
    let log = hub.len();
    assert!(hub.words(&page).contains("Anche l'asilo."));
    hub.now += 2 * DAY;
    sync(&bruno, "Bruno", &mut hub);
    sync(&anna, "Anna", &mut hub);
    assert_eq!(hub.len(), log, "nothing is said twice");
    assert_same(&anna, &hub);
    assert_same(&bruno, &hub);
}

/// He saw the title that she sends again: his is no disagreement.
#[test]
fn a_title_given_meanwhile_stands_when_its_page_comes_back() {
    let (anna, bruno, page, mut hub) = forgetful();
    call(&bruno, "Bruno", &mut hub);
    call(&bruno, "Bruno", &mut hub);
    bruno.change(&page, title("Gran neve"), NOW).unwrap();
    sync(&bruno, "Bruno", &mut hub);
    sync(&anna, "Anna", &mut hub);
    sync(&bruno, "Bruno", &mut hub);
    assert_eq!(hub.page(&page).fields.title, "Gran neve");
    assert_eq!(bruno.conflicts().unwrap(), []);
    assert_same(&bruno, &hub);
}

#[test]
fn a_maker_who_comes_later_finds_the_page_and_no_quarrel() {
    let (anna, bruno, page, mut hub) = forgetful();
    let carla = clerk("Carla");
    call(&bruno, "Bruno", &mut hub);
    sync(&bruno, "Bruno", &mut hub);
    hub.now += DAY;
    sync(&bruno, "Bruno", &mut hub);
    sync(&carla, "Carla", &mut hub);
    anna.change(
        &page,
        set(FieldChange::Summary("Anche martedì.".into())),
        NOW,
    )
    .unwrap();
    sync(&anna, "Anna", &mut hub);
    for person in [(&bruno, "Bruno"), (&anna, "Anna"), (&carla, "Carla")] {
        sync(person.0, person.1, &mut hub);
        assert_same(person.0, &hub);
    }
    assert_eq!(anna.conflicts().unwrap(), []);
    assert_eq!(hub.page(&page).fields.summary, "Anche martedì.");
}

/// Bruno's words build on Anna's, which the hub forgot: until it has them his are not to be read either.
#[test]
fn words_that_only_others_hold_are_given_back_and_what_builds_on_them_is_read() {
    let (anna, bruno) = (clerk("Anna"), clerk("Bruno"));
    let mut hub = Hub::default();
    let page = complete_page(&bruno);
    sync(&bruno, "Bruno", &mut hub);
    sync(&anna, "Anna", &mut hub);
    let mut backup = Hub {
        epoch: 2,
        ..hub.clone()
    };
    write(
        &anna,
        &page,
        &["Domani le scuole sono chiuse.", "E la biblioteca."],
    );
    sync(&anna, "Anna", &mut hub);
    sync(&bruno, "Bruno", &mut hub);

    call(&bruno, "Bruno", &mut backup);
    sync(&bruno, "Bruno", &mut backup);
    write(
        &bruno,
        &page,
        &["Domani le scuole sono chiuse.", "E la biblioteca civica."],
    );
    bruno.change(&page, publish(), NOW).unwrap();
    sync(&bruno, "Bruno", &mut backup);
    assert!(
        !backup.words(&page).contains("civica"),
        "it waits for Anna's"
    );
    backup.now += DAY;
    sync(&bruno, "Bruno", &mut backup);
    assert_eq!(
        backup.words(&page),
        "Domani le scuole sono chiuse.\nE la biblioteca civica.\n"
    );
    let log = backup.len();
    sync(&bruno, "Bruno", &mut backup);
    sync(&anna, "Anna", &mut backup);
    sync(&bruno, "Bruno", &mut backup);
    assert_eq!(
        backup.len(),
        log + 1,
        "Anna's own, once more, changes nothing"
    );
    assert_same(&anna, &backup);
}

#[test]
fn a_hub_whose_clock_was_a_year_ahead_gets_it_a_day_after_that_was_set_right() {
    let (_, bruno, page, mut hub) = forgetful();
    hub.now += 365 * DAY;
    call(&bruno, "Bruno", &mut hub);
    sync(&bruno, "Bruno", &mut hub);
    hub.now = NOW;
    sync(&bruno, "Bruno", &mut hub);
    hub.now += DAY;
    sync(&bruno, "Bruno", &mut hub);
    assert_eq!(hub.page(&page).fields.title, "Neve");
}

#[test]
fn own_work_survives_the_loss_of_a_role_that_the_backup_takes_back() {
    let anna = clerk("Anna");
    let mut hub = Hub::default();
    let mut backup = Hub {
        epoch: 2,
        ..hub.clone()
    };
    let page = complete_page(&anna);
    sync(&anna, "Anna", &mut hub);
    hub.takes_pages_from("Anna");
    let applied = sync(&anna, "Anna", &mut hub);
    assert_eq!(applied.purged.len(), 1);
    assert!(anna.page(&page).unwrap().is_none());

    call(&anna, "Anna", &mut backup);
    sync(&anna, "Anna", &mut backup);
    assert_eq!(backup.words(&page), "Domani le scuole sono chiuse.\n");
    assert_same(&anna, &backup);
}

/// To the hub a copy of the workspace is the same device: after a restore both count from the same number.
#[test]
fn of_two_copies_each_gets_its_lost_work_to_the_restored_hub() {
    let anna = clerk("Anna");
    let mut hub = Hub::default();
    let page = complete_page(&anna);
    sync(&anna, "Anna", &mut hub);
    let mut backup = Hub {
        epoch: 2,
        ..hub.clone()
    };
    let copy = clerk("Anna");
    sync(&copy, "Anna", &mut hub);
    anna.change(&page, title("Gran neve"), NOW).unwrap();
    sync(&anna, "Anna", &mut hub);
    let summary = FieldChange::Summary("Anche martedì.".into());
    copy.change(&page, set(summary), NOW).unwrap();
    sync(&copy, "Anna", &mut hub);

    for _ in 0..2 {
        sync(&anna, "Anna", &mut backup);
        sync(&copy, "Anna", &mut backup);
    }
    let fields = backup.page(&page).fields;
    assert_eq!(fields.title, "Gran neve");
    assert_eq!(fields.summary, "Anche martedì.");
    sync(&anna, "Anna", &mut backup);
    assert_same(&anna, &backup);
    assert_same(&copy, &backup);
}

#[test]
fn a_role_that_was_gone_for_a_moment_leaves_the_page_as_the_hub_has_it() {
    let anna = clerk("Anna");
    let mut hub = Hub::default();
    let page = complete_page(&anna);
    sync(&anna, "Anna", &mut hub);
    anna.change(&page, title("Gran neve"), NOW).unwrap();
    let request = anna.next_request(Room::of(1 << 20), 0).unwrap();
    hub.takes_pages_from("Anna");
    let response = hub.call("Anna", &request);
    write(&anna, &page, &["Domani no."]);
    let applied = anna.apply_response(&request, &response, NOW).unwrap();
    assert_eq!((applied.refused, applied.purged.len()), (1, 0));
    hub.gives_pages_back();
    sync(&anna, "Anna", &mut hub);
    assert_eq!(hub.words(&page), "Domani no.\n");
    assert_eq!(shown(&anna, &page).fields.title, "Neve");
    assert_same(&anna, &hub);
}

/// The call with the page came late, in a moment in which it was allowed.
#[test]
fn what_was_taken_in_a_moment_of_right_does_not_wait_to_be_read() {
    let anna = clerk("Anna");
    let mut hub = Hub::default();
    hub.takes_pages_from("Anna");
    sync(&anna, "Anna", &mut hub);
    complete_page(&anna);
    let late = anna.next_request(Room::of(1 << 20), 0).unwrap();
    hub.gives_pages_back();
    hub.call("Anna", &late);
    hub.takes_pages_from("Anna");
    sync(&anna, "Anna", &mut hub);
    assert_eq!(hub.len(), 4);
    assert_eq!(anna.waiting().unwrap(), 0);
    assert_eq!(anna.conflicts().unwrap(), []);
}

#[test]
fn words_that_a_restored_hub_does_not_take_any_more_stay_readable() {
    for purged_before in [false, true] {
        let anna = clerk("Anna");
        let mut hub = Hub::default();
        let mut backup = Hub {
            epoch: 2,
            ..hub.clone()
        };
        backup.takes_pages_from("Anna");
        let page = complete_page(&anna);
        sync(&anna, "Anna", &mut hub);
        if purged_before {
            hub.takes_pages_from("Anna");
            sync(&anna, "Anna", &mut hub);
        }
        call(&anna, "Anna", &mut backup);
        sync(&anna, "Anna", &mut backup);
        let rows = anna.conflicts().unwrap();
        let texts = rows.iter().filter_map(|row| row.text.as_ref());
        let found = texts.filter(|text| text.plain().contains("scuole sono chiuse"));
        assert!(
            found.count() > 0,
            "purged before: {purged_before}, {rows:?}"
        );
        assert!(anna.page(&page).unwrap().is_none());
        assert_eq!(anna.waiting().unwrap(), 0);
    }
}

#[test]
fn what_waits_for_a_page_does_not_wait_once_the_right_is_lost() {
    let (_, bruno, page, mut hub) = forgetful();
    bruno.change(&page, title("Gran neve"), NOW).unwrap();
    call(&bruno, "Bruno", &mut hub);
    sync(&bruno, "Bruno", &mut hub);
    assert!(bruno.waiting().unwrap() > 0);
    hub.takes_pages_from("Bruno");
    sync(&bruno, "Bruno", &mut hub);
    sync(&bruno, "Bruno", &mut hub);
    assert_eq!(bruno.waiting().unwrap(), 0);
    assert!(
        !bruno.conflicts().unwrap().is_empty(),
        "a person learns of it"
    );
}
