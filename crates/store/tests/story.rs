//! A clerk's day, offline and back.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod common;

use common::{
    Hub, NOW, assert_same, call, clerk, complete_page, identity, publish, refusal, rich, set,
    shown, sync, title, words, write,
};
use domain::identity::Role;
use domain::sito::{FieldChange, PageChange, PageKind};
use domain::{DeviceId, PageId, RefusalCode};
use store::{ConflictKind, Filter, Remedy, Room, Status, StoreError, Wait, What};

#[test]
fn a_page_written_offline_is_there_at_once_and_waits() {
    let anna = clerk("Anna");
    let page = complete_page(&anna);
    let view = anna.page(&page).unwrap().unwrap();
    assert_eq!(view.page.fields.title, "Neve");
    assert_eq!(view.text.text, rich(&["Domani le scuole sono chiuse."]));
    assert!(view.row.waiting && view.confirmed.is_none());
    assert_eq!(anna.waiting().unwrap(), 4);
    let waits: Vec<_> = anna
        .outbox_rows()
        .unwrap()
        .iter()
        .map(|r| (r.what, r.wait))
        .collect();
    assert_eq!(waits[0], (What::New, Wait::Line));
}

#[test]
fn typing_on_is_one_operation_per_field_and_one_for_the_text() {
    let anna = clerk("Anna");
    let page = anna.create_page(PageKind::Notizia, NOW).unwrap();
    for words in ["N", "Ne", "Nev", "Neve"] {
        anna.change(&page, title(words), NOW).unwrap();
        write(&anna, &page, &[words]);
    }
    let ops = anna.outbox_ready(1 << 20).unwrap();
    assert_eq!(ops.len(), 3, "create, title, text");
    let mut hub = Hub::default();
    sync(&anna, "Anna", &mut hub);
    assert_eq!(hub.words(&page), "Neve\n");
    assert_eq!(hub.page(&page).fields.title, "Neve");
}

#[test]
fn what_is_in_flight_is_never_rewritten_and_keeps_its_number() {
    let anna = clerk("Anna");
    let page = anna.create_page(PageKind::Notizia, NOW).unwrap();
    write(&anna, &page, &["uno"]);
    let first = anna.next_request(Room::of(1 << 20), 0).unwrap();
    write(&anna, &page, &["uno due"]);
    anna.change(&page, title("Neve"), NOW).unwrap();
    let again = anna.next_request(Room::of(1 << 20), 0).unwrap();
    assert_eq!(again.ops[..2], first.ops[..]);
    let numbers: Vec<_> = again.ops.iter().map(|op| op.n).collect();
    assert_eq!(numbers, [1, 2, 3, 4]);
}

#[test]
fn a_small_budget_sends_a_few_operations_in_order() {
    let anna = clerk("Anna");
    complete_page(&anna);
    assert_eq!(anna.outbox_ready(1).unwrap().len(), 1);
    let mut hub = Hub::default();
    for left in [3, 2, 1, 0] {
        let request = anna.next_request(Room::of(1), 0).unwrap();
        let response = hub.call("Anna", &request);
        anna.apply_response(&request, &response, NOW).unwrap();
        assert_eq!(anna.waiting().unwrap(), left);
    }
    assert_same(&anna, &hub);
}

#[test]
fn what_is_published_or_taken_off_goes_before_a_year_of_drafts() {
    let anna = clerk("Anna");
    let mut hub = Hub::default();
    let wrong = complete_page(&anna);
    anna.change(&wrong, publish(), NOW).unwrap();
    sync(&anna, "Anna", &mut hub);
    // In flight already: it keeps its number.
    let drafts: Vec<_> = (0..3).map(|_| complete_page(&anna)).collect();
    let flying = anna.next_request(Room::of(1), 0).unwrap();
    // One of the drafts is the notice of a closed road; another page must go from the site.
    let notice = drafts.last().unwrap();
    anna.change(notice, publish(), NOW).unwrap();
    anna.change(notice, title("Strada riaperta"), NOW).unwrap();
    anna.change(&wrong, PageChange::Unpublish, NOW).unwrap();

    let ops = anna.outbox_ready(1 << 20).unwrap();
    assert_eq!(ops[..1], flying.ops[..]);
    let told: Vec<_> = ops
        .iter()
        .map(|op| place_of(&PageId::new(&op.entity), &drafts))
        .collect();
    let expected = [0, 2, 2, 2, 2, 2, 9, 0, 0, 0, 1, 1, 1, 1, 2];
    assert_eq!(
        told, expected,
        "the flying one, the notice, the page off the site, the rest"
    );
    let shown: Vec<_> = anna
        .outbox_rows()
        .unwrap()
        .into_iter()
        .map(|row| row.page)
        .collect();
    let shown: Vec<_> = shown.iter().map(|page| place_of(page, &drafts)).collect();
    assert_eq!(shown, [2, 2, 2, 2, 2, 9, 0, 0, 0, 0, 1, 1, 1, 1, 2]);
    let numbers: Vec<_> = ops.iter().map(|op| op.n - flying.ops[0].n).collect();
    assert_eq!(numbers, (0..15).collect::<Vec<_>>());
    sync(&anna, "Anna", &mut hub);
    assert_same(&anna, &hub);
}

/// Which of these pages it is, 9 where none.
fn place_of(page: &PageId, pages: &[PageId]) -> usize {
    pages.iter().position(|it| it == page).unwrap_or(9)
}

#[test]
fn an_edit_made_during_a_pull_is_not_lost() {
    let (anna, bruno) = (clerk("Anna"), clerk("Bruno"));
    let mut hub = Hub::default();
    let page = complete_page(&anna);
    sync(&anna, "Anna", &mut hub);
    sync(&bruno, "Bruno", &mut hub);
    write(
        &bruno,
        &page,
        &["Domani le scuole sono chiuse.", "Bruno aggiunge una riga."],
    );
    sync(&bruno, "Bruno", &mut hub);

    let request = anna.next_request(Room::of(1 << 20), 1 << 20).unwrap();
    let response = hub.call("Anna", &request);
    write(&anna, &page, &["Domani tutte le scuole sono chiuse."]);
    anna.change(&page, title("Neve a Roccaverano"), NOW)
        .unwrap();
    anna.apply_response(&request, &response, NOW).unwrap();

    assert_eq!(shown(&anna, &page).fields.title, "Neve a Roccaverano");
    let both = "Domani tutte le scuole sono chiuse.\nBruno aggiunge una riga.\n";
    assert_eq!(words(&anna, &page), both);
    sync(&anna, "Anna", &mut hub);
    sync(&bruno, "Bruno", &mut hub);
    assert_same(&anna, &hub);
    assert_same(&bruno, &hub);
    assert_eq!(hub.words(&page), both);
}

#[test]
fn typing_on_while_others_write_merges_and_names_the_version_as_sent() {
    let (anna, bruno) = (clerk("Anna"), clerk("Bruno"));
    let mut hub = Hub::default();
    let page = complete_page(&anna);
    sync(&anna, "Anna", &mut hub);
    sync(&bruno, "Bruno", &mut hub);
    let base = anna.page(&page).unwrap().unwrap().text.version;
    write(&bruno, &page, &["Domani le scuole sono chiuse.", "Bruno."]);
    sync(&bruno, "Bruno", &mut hub);
    sync(&anna, "Anna", &mut hub);

    let sent = rich(&["Domani le scuole sono chiuse per neve."]);
    let merged = anna.edit_text(&page, &base, &sent, NOW).unwrap();
    assert!(merged.merged);
    assert_eq!(
        merged.text.plain(),
        "Domani le scuole sono chiuse per neve.\nBruno.\n"
    );
    let typed_on = rich(&["Domani le scuole sono chiuse per neve e ghiaccio."]);
    let own = merged.own.expect("the version as sent");
    let after = anna.edit_text(&page, &own, &typed_on, NOW).unwrap();
    assert_eq!(
        after.text.plain(),
        "Domani le scuole sono chiuse per neve e ghiaccio.\nBruno.\n"
    );
    sync(&anna, "Anna", &mut hub);
    assert_same(&anna, &hub);
}

#[test]
fn two_titles_end_in_a_disagreement_with_both_and_mine_can_win() {
    let (anna, bruno) = (clerk("Anna"), clerk("Bruno"));
    let mut hub = Hub::default();
    let page = complete_page(&anna);
    sync(&anna, "Anna", &mut hub);
    sync(&bruno, "Bruno", &mut hub);
    anna.change(&page, title("Nevicata"), NOW).unwrap();
    bruno.change(&page, title("Gran nevicata"), NOW).unwrap();
    sync(&anna, "Anna", &mut hub);
    let applied = sync(&bruno, "Bruno", &mut hub);
    assert_eq!((applied.refused, applied.conflicts), (1, 1));
    assert_eq!(shown(&bruno, &page).fields.title, "Nevicata");

    let conflict = bruno.conflicts().unwrap().remove(0);
    assert_eq!(
        conflict.kind,
        ConflictKind::Refused(RefusalCode::FieldChanged)
    );
    assert_eq!(conflict.theirs.unwrap()["value"], "Nevicata");
    assert_eq!(conflict.yours.unwrap()["value"], "Gran nevicata");
    bruno.resolve(conflict.id, Remedy::UseMine, NOW).unwrap();
    sync(&bruno, "Bruno", &mut hub);
    assert_eq!(hub.page(&page).fields.title, "Gran nevicata");
    assert!(bruno.conflicts().unwrap().is_empty());
    let again = bruno.resolve(conflict.id, Remedy::UseMine, NOW);
    assert!(matches!(again, Err(StoreError::NotFound(_))));
}

#[test]
fn a_title_typed_in_two_goes_on_a_bad_line_is_one_disagreement_with_the_last_words() {
    let (anna, bruno) = (clerk("Anna"), clerk("Bruno"));
    let mut hub = Hub::default();
    let page = complete_page(&anna);
    sync(&anna, "Anna", &mut hub);
    sync(&bruno, "Bruno", &mut hub);
    anna.change(&page, title("Nevicata"), NOW).unwrap();
    sync(&anna, "Anna", &mut hub);
    bruno.change(&page, title("Gran n"), NOW).unwrap();
    let lost = bruno.next_request(Room::of(1 << 20), 0).unwrap();
    assert_eq!(lost.ops.len(), 1, "put in flight, and the line is cut");
    bruno.change(&page, title("Gran nevicata"), NOW).unwrap();
    let applied = sync(&bruno, "Bruno", &mut hub);
    assert_eq!(applied.refused, 2);
    let conflicts = bruno.conflicts().unwrap();
    assert_eq!(conflicts.len(), 1);
    assert_eq!(
        conflicts[0].yours.as_ref().unwrap()["value"],
        "Gran nevicata"
    );
    bruno
        .resolve(conflicts[0].id, Remedy::UseMine, NOW)
        .unwrap();
    sync(&bruno, "Bruno", &mut hub);
    assert_eq!(hub.page(&page).fields.title, "Gran nevicata");
}

#[test]
fn a_title_typed_after_a_refusal_is_a_disagreement_of_its_own() {
    let (anna, bruno) = (clerk("Anna"), clerk("Bruno"));
    let mut hub = Hub::default();
    let page = complete_page(&anna);
    sync(&anna, "Anna", &mut hub);
    sync(&bruno, "Bruno", &mut hub);
    for (theirs, mine) in [("Nevicata", "Gran nevicata"), ("Bufera", "Gran bufera")] {
        anna.change(&page, title(theirs), NOW).unwrap();
        bruno.change(&page, title(mine), NOW).unwrap();
        sync(&anna, "Anna", &mut hub);
        sync(&bruno, "Bruno", &mut hub);
    }
    let yours = |row: store::Conflict| row.yours.unwrap()["value"].clone();
    let rows: Vec<_> = bruno.conflicts().unwrap().into_iter().map(yours).collect();
    assert_eq!(rows, ["Gran nevicata", "Gran bufera"], "no words are lost");
}

#[test]
fn what_a_copy_of_the_workspace_overwrites_stays_among_the_versions() {
    let anna = clerk("Anna");
    let mut hub = Hub::default();
    let page = complete_page(&anna);
    sync(&anna, "Anna", &mut hub);
    // The same device elsewhere, as it was: to the hub it is Anna's computer.
    let copy = clerk("Anna");
    sync(&copy, "Anna", &mut hub);
    let summary = |words: &str| set(FieldChange::Summary(words.into()));
    anna.change(&page, summary("Scuole chiuse lunedì."), NOW)
        .unwrap();
    copy.change(&page, summary("Scuole chiuse martedì."), NOW)
        .unwrap();
    sync(&anna, "Anna", &mut hub);
    sync(&copy, "Anna", &mut hub);
    sync(&anna, "Anna", &mut hub);
    assert_eq!(shown(&anna, &page).fields.summary, "Scuole chiuse martedì.");
    let rows = anna.history(&page).unwrap();
    let summaries = rows.iter().map(|row| anna.version(&page, row.id).unwrap());
    let summaries: Vec<_> = summaries.map(|it| it.fields.summary).collect();
    assert!(
        summaries.iter().any(|it| it == "Scuole chiuse lunedì."),
        "{summaries:?}"
    );
}

#[test]
fn an_edit_brings_a_deleted_page_back_and_both_people_are_told() {
    let (anna, bruno) = (clerk("Anna"), clerk("Bruno"));
    let mut hub = Hub::default();
    let page = complete_page(&anna);
    sync(&anna, "Anna", &mut hub);
    sync(&bruno, "Bruno", &mut hub);
    anna.change(&page, PageChange::Delete, NOW).unwrap();
    assert!(anna.page(&page).unwrap().is_none());
    sync(&anna, "Anna", &mut hub);
    write(&bruno, &page, &["Domani le scuole sono aperte."]);
    sync(&bruno, "Bruno", &mut hub);
    sync(&anna, "Anna", &mut hub);
    for store in [&anna, &bruno] {
        assert!(shown(store, &page).revived);
        assert_eq!(store.conflicts().unwrap()[0].kind, ConflictKind::Revived);
    }
    let id = anna.conflicts().unwrap()[0].id;
    anna.resolve(id, Remedy::DeleteAgain, NOW).unwrap();
    sync(&anna, "Anna", &mut hub);
    assert!(hub.page(&page).deleted);
}

#[test]
fn words_written_in_a_paragraph_that_another_removed_come_to_a_person() {
    let (anna, bruno) = (clerk("Anna"), clerk("Bruno"));
    let mut hub = Hub::default();
    let page = complete_page(&anna);
    write(&anna, &page, &["Primo.", "Secondo paragrafo.", "Terzo."]);
    sync(&anna, "Anna", &mut hub);
    sync(&bruno, "Bruno", &mut hub);
    write(&anna, &page, &["Primo.", "Terzo."]);
    write(
        &bruno,
        &page,
        &["Primo.", "Secondo paragrafo, con parole nuove.", "Terzo."],
    );
    sync(&anna, "Anna", &mut hub);
    sync(&bruno, "Bruno", &mut hub);
    sync(&anna, "Anna", &mut hub);
    assert_same(&anna, &hub);
    assert_same(&bruno, &hub);
    let conflict = anna.conflicts().unwrap().remove(0);
    assert_eq!(conflict.kind, ConflictKind::Words);
    assert!(conflict.text.unwrap().plain().contains("parole nuove"));
    anna.resolve(conflict.id, Remedy::KeepTheirs, NOW).unwrap();
    assert_eq!(words(&anna, &page), "Primo.\nTerzo.\n");
    sync(&anna, "Anna", &mut hub);
    sync(&bruno, "Bruno", &mut hub);
    assert!(bruno.conflicts().unwrap().is_empty(), "settled for both");
}

#[test]
fn refused_words_stay_readable_and_the_text_is_the_hubs() {
    let anna = clerk("Anna");
    let mut hub = Hub::default();
    let page = complete_page(&anna);
    sync(&anna, "Anna", &mut hub);
    write(
        &anna,
        &page,
        &["Domani le scuole sono chiuse.", "Parole di Anna."],
    );
    hub.roles
        .insert(DeviceId::new("pc-Anna"), Role::Bibliotecario);
    let applied = sync(&anna, "Anna", &mut hub);
    assert_eq!(applied.refused, 1);
    assert_same(&anna, &hub);
    let conflict = anna.conflicts().unwrap().remove(0);
    assert!(conflict.text.unwrap().plain().contains("Parole di Anna."));
    hub.roles.clear();
    anna.resolve(conflict.id, Remedy::UseMine, NOW).unwrap();
    sync(&anna, "Anna", &mut hub);
    assert!(hub.words(&page).contains("Parole di Anna."));
    assert_same(&anna, &hub);
}

#[test]
fn a_publication_waits_for_the_hub_and_then_is_public() {
    let anna = clerk("Anna");
    let mut hub = Hub::default();
    let page = complete_page(&anna);
    anna.change(&page, publish(), NOW).unwrap();
    let view = anna.page(&page).unwrap().unwrap();
    assert_eq!(view.row.status, Status::Requested);
    assert!(
        view.page.publication.is_none(),
        "nothing is public before the hub says so"
    );
    sync(&anna, "Anna", &mut hub);
    let view = anna.page(&page).unwrap().unwrap();
    assert_eq!(view.row.status, Status::Published);
    assert_eq!(view.page.publication.unwrap().slug, "neve");
    let history = anna.history(&page).unwrap();
    assert_eq!(history.iter().filter(|row| row.published).count(), 1);
    write(&anna, &page, &["Domani le scuole sono aperte."]);
    assert_eq!(
        anna.page(&page).unwrap().unwrap().row.status,
        Status::Changed
    );
}

#[test]
fn text_written_after_the_request_is_not_part_of_it() {
    let anna = clerk("Anna");
    let mut hub = Hub::default();
    let page = complete_page(&anna);
    anna.change(&page, publish(), NOW).unwrap();
    write(&anna, &page, &["Ripensandoci, aperte."]);
    sync(&anna, "Anna", &mut hub);
    let public = hub.page(&page).publication.expect("public");
    let text = domain::Host::text(&hub.state(), &page, &public.text).unwrap();
    assert_eq!(text.plain(), "Domani le scuole sono chiuse.\n");
    assert!(hub.page(&page).dirty);
    assert_eq!(
        anna.page(&page).unwrap().unwrap().row.status,
        Status::Changed
    );
}

#[test]
fn an_incomplete_page_is_refused_at_once_and_nothing_waits() {
    let anna = clerk("Anna");
    let page = anna.create_page(PageKind::Notizia, NOW).unwrap();
    let before = anna.waiting().unwrap();
    assert_eq!(
        refusal(anna.change(&page, publish(), NOW)),
        RefusalCode::Incomplete
    );
    assert_eq!(anna.waiting().unwrap(), before);
}

#[test]
fn a_publication_waits_for_its_files_and_holds_up_its_own_page_only() {
    let anna = clerk("Anna");
    let page = complete_page(&anna);
    let file = anna
        .add_file(
            &mut &b"%PDF-1.7 avviso"[..],
            "avviso.pdf",
            "application/pdf",
        )
        .unwrap();
    anna.change(&page, PageChange::Attach(file.clone()), NOW)
        .unwrap();
    anna.change(&page, publish(), NOW).unwrap();
    anna.change(&page, title("Dopo"), NOW).unwrap();
    let other = anna.create_page(PageKind::Pagina, NOW).unwrap();
    assert_eq!(
        anna.files_to_upload().unwrap(),
        std::slice::from_ref(&file.id)
    );

    let ops = anna.outbox_ready(1 << 20).unwrap();
    assert_eq!(
        ops.len(),
        6,
        "all but the publication and what follows it on that page"
    );
    assert_eq!(ops.last().unwrap().entity, other.0);
    let waits: Vec<_> = anna
        .outbox_rows()
        .unwrap()
        .iter()
        .map(|row| row.wait)
        .collect();
    assert!(
        waits.contains(&Wait::Files {
            bytes: file.size,
            sent: 0
        }) && waits.contains(&Wait::Earlier)
    );

    anna.mark_uploaded(&file.id).unwrap();
    assert_eq!(anna.outbox_ready(1 << 20).unwrap().len(), 8);
    assert!(anna.files_to_upload().unwrap().is_empty());
    let mut hub = Hub::default();
    sync(&anna, "Anna", &mut hub);
    assert_eq!(hub.page(&page).publication.unwrap().fields.title, "Neve");
    assert_same(&anna, &hub);
}

#[test]
fn a_volunteer_does_not_even_ask_to_publish() {
    let carla = clerk("Carla");
    carla
        .set_identity(&identity("Carla", Role::Volontario))
        .unwrap();
    let page = complete_page(&carla);
    assert_eq!(
        refusal(carla.change(&page, publish(), NOW)),
        RefusalCode::Role
    );
}

#[test]
fn a_lost_scope_goes_once_nothing_of_ones_own_waits_in_it() {
    let anna = clerk("Anna");
    let mut hub = Hub::default();
    let page = complete_page(&anna);
    sync(&anna, "Anna", &mut hub);
    let other = complete_page(&anna);
    hub.takes_pages_from("Anna");
    let request = anna.next_request(Room::of(1), 0).unwrap();
    let response = hub.call("Anna", &request);
    let applied = anna.apply_response(&request, &response, NOW).unwrap();
    assert!(applied.purged.is_empty(), "own work waits");
    sync(&anna, "Anna", &mut hub);
    assert!(anna.page(&page).unwrap().is_none() && anna.page(&other).unwrap().is_none());
    assert!(anna.search("scuole", 9).unwrap().is_empty());
    let kept = anna.conflicts().unwrap();
    assert!(kept.iter().any(|c| {
        c.text
            .as_ref()
            .is_some_and(|t| t.plain().contains("scuole"))
    }));

    hub.gives_pages_back();
    sync(&anna, "Anna", &mut hub);
    assert_same(&anna, &hub);
}

#[test]
fn a_hub_restored_from_a_backup_gets_the_lost_work_again() {
    let (anna, bruno) = (clerk("Anna"), clerk("Bruno"));
    let mut hub = Hub::default();
    let page = complete_page(&anna);
    sync(&anna, "Anna", &mut hub);
    sync(&bruno, "Bruno", &mut hub);
    let mut backup = hub.clone();
    write(
        &anna,
        &page,
        &["Domani le scuole sono chiuse.", "Dopo la copia."],
    );
    bruno.change(&page, title("Nevicata"), NOW).unwrap();
    sync(&anna, "Anna", &mut hub);
    sync(&bruno, "Bruno", &mut hub);
    anna.change(&page, set(FieldChange::Summary("In attesa.".into())), NOW)
        .unwrap();

    backup.epoch = 2;
    backup.stretch = 2;
    let applied = call(&anna, "Anna", &mut backup);
    assert!(applied.reconciling);
    assert!(
        words(&anna, &page).contains("Dopo la copia."),
        "shown while the log is read anew"
    );
    sync(&anna, "Anna", &mut backup);
    sync(&bruno, "Bruno", &mut backup);
    sync(&anna, "Anna", &mut backup);
    let restored = backup.page(&page);
    assert_eq!(restored.fields.title, "Nevicata");
    assert_eq!(restored.fields.summary, "In attesa.");
    assert!(backup.words(&page).contains("Dopo la copia."));
    assert_same(&anna, &backup);
    assert_same(&bruno, &backup);
}

#[test]
fn an_edit_of_a_page_that_the_restored_hub_lost_waits_for_the_page() {
    let (anna, bruno) = (clerk("Anna"), clerk("Bruno"));
    let mut hub = Hub::default();
    let mut backup = hub.clone();
    let page = complete_page(&anna);
    sync(&anna, "Anna", &mut hub);
    sync(&bruno, "Bruno", &mut hub);
    write(&bruno, &page, &["Domani no."]);
    sync(&bruno, "Bruno", &mut hub);
    sync(&anna, "Anna", &mut hub);

    backup.epoch = 2;
    call(&bruno, "Bruno", &mut backup);
    for _ in 0..3 {
        call(&bruno, "Bruno", &mut backup);
    }
    let waits = bruno.outbox_rows().unwrap();
    assert_eq!(waits.len(), 1);
    assert_eq!(waits[0].wait, Wait::Page);
    assert_eq!(bruno.conflicts().unwrap(), [], "nobody disagrees");
    sync(&anna, "Anna", &mut backup);
    sync(&bruno, "Bruno", &mut backup);
    sync(&anna, "Anna", &mut backup);
    assert_eq!(backup.words(&page), "Domani no.\n");
    assert_same(&anna, &backup);
    assert_same(&bruno, &backup);
}

#[test]
fn what_replaces_an_unsent_change_has_an_identity_of_its_own() {
    let anna = clerk("Anna");
    let page = complete_page(&anna);
    let ids = || -> Vec<_> {
        let waits = anna.export_outbox().unwrap();
        let ops = waits["operations"].as_array().unwrap();
        ops.iter().map(|op| op["id"].to_string()).collect()
    };
    // A copy of the workspace may send these.
    let copied = ids();
    anna.change(&page, title("Nevicata"), NOW).unwrap();
    write(&anna, &page, &["Domani no."]);
    let own = ids();
    assert_eq!(own.len(), copied.len());
    let changed = own.iter().filter(|id| !copied.contains(id)).count();
    assert_eq!(changed, 2, "the title and the text");
}

#[test]
fn a_scope_lost_before_the_log_was_read_leaves_nothing_waiting() {
    let anna = clerk("Anna");
    let mut hub = Hub::default();
    complete_page(&anna);
    let request = anna.next_request(Room::of(1 << 20), 0).unwrap();
    hub.call("Anna", &request);
    // The answer was lost on the way, and then the role changed.
    hub.takes_pages_from("Anna");
    sync(&anna, "Anna", &mut hub);
    assert_eq!(anna.waiting().unwrap(), 0);
    assert_eq!(anna.conflicts().unwrap(), []);
    assert_eq!(hub.len(), 4, "the hub has it");
}

#[test]
fn a_conflict_of_sequence_is_healed_by_reading_the_log_anew() {
    let anna = clerk("Anna");
    let mut hub = Hub::default();
    let page = complete_page(&anna);
    sync(&anna, "Anna", &mut hub);
    write(&anna, &page, &["Non ancora confermato."]);
    let lost = anna.next_request(Room::of(1 << 20), 0).unwrap();
    hub.call("Anna", &lost);
    anna.change(&page, title("In attesa"), NOW).unwrap();
    anna.reconcile().unwrap();
    assert!(
        anna.outbox_ready(1 << 20).unwrap().is_empty(),
        "nothing goes before the log was read"
    );
    sync(&anna, "Anna", &mut hub);
    assert_eq!(hub.page(&page).fields.title, "In attesa");
    assert_eq!(hub.words(&page), "Non ancora confermato.\n");
    assert_same(&anna, &hub);
}

#[test]
fn replaying_every_answer_twice_changes_nothing() {
    let anna = clerk("Anna");
    let mut hub = Hub::default();
    let page = complete_page(&anna);
    anna.change(&page, publish(), NOW).unwrap();
    let request = anna.next_request(Room::of(1 << 20), 1 << 20).unwrap();
    let first = hub.call("Anna", &request);
    let log = hub.len();
    let second = hub.call("Anna", &request);
    assert_eq!(first.results, second.results);
    assert_eq!(hub.len(), log);
    anna.apply_response(&request, &first, NOW).unwrap();
    let view = anna.page(&page).unwrap();
    let history = anna.history(&page).unwrap();
    for response in [first, second] {
        anna.apply_response(&request, &response, NOW).unwrap();
    }
    assert_eq!(anna.page(&page).unwrap(), view);
    assert_eq!(anna.history(&page).unwrap(), history);
}

#[test]
fn lists_filter_count_and_sort_and_search_does_not_mind_accents() {
    let anna = clerk("Anna");
    for (n, words) in ["Neve", "Università", "Mercato"].into_iter().enumerate() {
        let at = NOW + n as i64;
        let page = anna.create_page(PageKind::Notizia, at).unwrap();
        anna.change(&page, title(words), at).unwrap();
    }
    let office = anna.create_page(PageKind::Ufficio, NOW).unwrap();
    let all = anna.list_pages(&Filter::default(), 0, 2).unwrap();
    assert_eq!(all.total, 4);
    assert_eq!(all.rows[0].title, "Mercato");
    assert_eq!(all.rows.len(), 2);
    let offices = Filter {
        kind: Some(PageKind::Ufficio),
        ..Filter::default()
    };
    assert_eq!(anna.list_pages(&offices, 0, 9).unwrap().rows[0].id, office);
    let public = Filter {
        status: Some(Status::Published),
        ..Filter::default()
    };
    assert_eq!(anna.list_pages(&public, 0, 9).unwrap().total, 0);
    let found = Filter {
        query: "universita".into(),
        kind: Some(PageKind::Notizia),
        status: Some(Status::Draft),
    };
    assert_eq!(
        anna.list_pages(&found, 0, 9).unwrap().rows[0].title,
        "Università"
    );
    assert_eq!(anna.search("UNIV", 9).unwrap()[0].row.title, "Università");
    for odd in ["\"", "*", "a OR", "title:", "(", "-", "", "NEAR(neve)"] {
        anna.search(odd, 9).unwrap();
    }
}

#[test]
fn versions_are_one_per_person_and_ten_minutes_and_can_be_opened() {
    let (anna, bruno) = (clerk("Anna"), clerk("Bruno"));
    let mut hub = Hub::default();
    let page = anna.create_page(PageKind::Pagina, NOW).unwrap();
    for (minute, words) in [(0, "uno"), (5, "uno due"), (11, "uno due tre")] {
        let base = anna.page(&page).unwrap().unwrap().text.version;
        let at = NOW + minute * 60_000;
        anna.edit_text(&page, &base, &rich(&[words]), at).unwrap();
    }
    sync(&anna, "Anna", &mut hub);
    sync(&bruno, "Bruno", &mut hub);
    bruno
        .change(&page, title("Neve"), NOW + 12 * 60_000)
        .unwrap();
    sync(&bruno, "Bruno", &mut hub);
    sync(&anna, "Anna", &mut hub);
    let history = anna.history(&page).unwrap();
    let people: Vec<_> = history.iter().map(|row| row.by.as_str()).collect();
    assert_eq!(people, ["Bruno", "Anna", "Anna"]);
    let oldest = anna.version(&page, history[2].id).unwrap();
    assert_eq!(oldest.text, rich(&["uno due"]));
    let newest = anna.version(&page, history[0].id).unwrap();
    assert_eq!(newest.fields.title, "Neve");
    assert!(anna.version(&PageId::new("altra"), history[0].id).is_err());
}

#[test]
fn the_home_counts_what_waits_and_shows_what_colleagues_did() {
    let (anna, bruno) = (clerk("Anna"), clerk("Bruno"));
    let mut hub = Hub::default();
    let page = complete_page(&anna);
    sync(&anna, "Anna", &mut hub);
    sync(&bruno, "Bruno", &mut hub);
    assert!(
        bruno
            .today("2026-11-22", "2026-12-22")
            .unwrap()
            .arrivals
            .is_empty(),
        "no news at first"
    );
    anna.change(&page, title("Nevicata"), NOW).unwrap();
    let today = anna.today("2026-11-22", "2026-12-22").unwrap();
    assert_eq!((today.waiting, today.drafts.len()), (1, 1));
    assert_eq!(today.counts, [(PageKind::Pagina, 1)]);
    sync(&anna, "Anna", &mut hub);
    sync(&bruno, "Bruno", &mut hub);
    let today = bruno.today("2026-11-22", "2026-12-22").unwrap();
    assert_eq!(today.arrivals[0].by, "Anna");
    bruno.mark_seen(&page).unwrap();
    assert!(
        bruno
            .today("2026-11-22", "2026-12-22")
            .unwrap()
            .arrivals
            .is_empty()
    );
}

#[test]
fn a_very_long_text_goes_in_several_operations_and_one_too_long_is_refused() {
    let anna = clerk("Anna");
    let mut hub = Hub::default();
    let page = anna.create_page(PageKind::Pagina, NOW).unwrap();
    let lines: Vec<String> = (0..400)
        .map(|n| format!("{n} {}", "è così ".repeat(140)))
        .collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    write(&anna, &page, &lines);
    assert_eq!(words(&anna, &page), rich(&lines).plain());
    assert!(anna.waiting().unwrap() > 2);
    sync(&anna, "Anna", &mut hub);
    assert_same(&anna, &hub);
    let base = anna.page(&page).unwrap().unwrap().text.version;
    let long = "x".repeat(1000);
    let long = rich(&vec![long.as_str(); 501]);
    let refused = anna.edit_text(&page, &base, &long, NOW);
    assert!(
        matches!(refused, Err(StoreError::TextTooLong { .. })),
        "{refused:?}"
    );
    assert_eq!(words(&anna, &page), rich(&lines).plain());
}

#[test]
fn unsent_work_can_be_exported_in_words_and_operations() {
    let anna = clerk("Anna");
    let page = complete_page(&anna);
    let export = anna.export_outbox().unwrap();
    assert_eq!(export["operations"].as_array().unwrap().len(), 4);
    assert_eq!(
        export["pages"][&page.0]["text"],
        "Domani le scuole sono chiuse.\n"
    );
    assert!(!export.to_string().contains("secret"));
    assert_eq!(anna.waiting().unwrap(), 4);
}
