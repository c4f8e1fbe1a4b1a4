//! Exactly once, in order, for everybody.

use crate::common::*;
use domain::RefusalCode;
use domain::identity::Role;
use domain::sito::{FieldChange, PageChange, PageKind};
use protocol::calls::HubErrorCode;

const CREATE: PageChange = PageChange::Create {
    kind: PageKind::Pagina,
};

#[tokio::test]
async fn what_anna_writes_reaches_bruno_and_comes_back_to_her_as_stubs() {
    let centro = Centro::new();
    let mut anna = centro.person("Anna", Role::Impiegato);
    let bruno = centro.person("Bruno", Role::Responsabile);
    let ops = [anna.op("p1", CREATE), anna.op("p1", title("Neve"))];
    let response = anna.sync(&ops).await;
    assert_eq!(response.next, 3);
    let seqs: Vec<_> = response
        .results
        .iter()
        .map(|r| accepted(&r.outcome))
        .collect();
    assert_eq!(seqs, [Some(1), Some(2)]);
    assert_eq!(response.pulls[0].to, 2);
    assert!(response.pulls[0].entries.iter().all(|e| e.body.is_none()));

    let pull = &bruno.pull(0, false).await.pulls[0];
    assert_eq!((pull.entries.len(), pull.to, pull.more), (2, 2, false));
    let body = pull.entries[1].body.as_ref().unwrap();
    assert_eq!((body.person.as_str(), body.role), ("Anna", Role::Impiegato));
    assert_eq!(body.change, ops[1].change);

    let own = anna.pull(0, true).await;
    assert!(own.pulls[0].entries.iter().all(|e| e.body.is_some()));
}

#[tokio::test]
async fn a_retry_after_a_lost_reply_gets_the_same_answer_and_changes_nothing() {
    let centro = Centro::new();
    let mut anna = centro.person("Anna", Role::Impiegato);
    let ops = [
        anna.op("p1", CREATE),
        anna.op("p1", CREATE),
        anna.op("p1", title("Neve")),
    ];
    let first = anna.sync(&ops).await;
    assert_eq!(
        refused(&first.results[1].outcome),
        Some(RefusalCode::Exists)
    );
    let again = anna.sync(&ops).await;
    assert_eq!(first, again);
    let part = anna.sync(&ops[1..2]).await;
    assert_eq!(part.results, first.results[1..2]);
    assert_eq!(anna.pull(0, true).await.pulls[0].entries.len(), 2);
}

#[tokio::test]
async fn a_hole_stops_the_call_and_next_says_what_is_missing() {
    let centro = Centro::new();
    let mut anna = centro.person("Anna", Role::Impiegato);
    let ops: Vec<_> = ["a", "b", "c", "d"]
        .map(|page| anna.op(page, CREATE))
        .into();
    let response = anna
        .sync(&[ops[0].clone(), ops[2].clone(), ops[3].clone()])
        .await;
    assert_eq!((response.results.len(), response.next), (1, 2));
    let response = anna.sync(&ops).await;
    assert_eq!((response.results.len(), response.next), (4, 5));
    // Out of order in one call: what comes too early waits for the next call.
    let late: Vec<_> = ["e", "f"].map(|page| anna.op(page, CREATE)).into();
    let response = anna.sync(&[late[1].clone(), late[0].clone()]).await;
    assert_eq!((response.results.len(), response.next), (0, 5));
    assert_eq!(anna.sync(&late).await.next, 7);
}

#[tokio::test]
async fn a_number_used_for_another_operation_is_a_conflict_and_nothing_is_taken() {
    let centro = Centro::new();
    let mut anna = centro.person("Anna", Role::Impiegato);
    let first = anna.op("p1", CREATE);
    anna.sync(std::slice::from_ref(&first)).await;
    let mut copy = first.clone();
    copy.id.0 = "another".into();
    let error = anna
        .try_sync(&anna.request(&[copy.clone()]))
        .await
        .unwrap_err();
    assert_eq!(error.code, HubErrorCode::Conflict);
    // Behind others the call stops there, and what came before it stands.
    let next = anna.op("p2", CREATE);
    let response = anna.sync(&[next, copy]).await;
    assert_eq!((response.results.len(), response.next), (1, 3));
    assert_eq!(anna.sync(&[]).await.next, 3);
}

#[tokio::test]
async fn an_operation_carried_by_another_device_is_not_done_twice() {
    let centro = Centro::new();
    let mut anna = centro.person("Anna", Role::Impiegato);
    let mut bruno = centro.person("Bruno", Role::Impiegato);
    let op = anna.op("p1", CREATE);
    let first = anna.sync(std::slice::from_ref(&op)).await;
    let mut carried = op.clone();
    carried.n = 1;
    bruno.n = 1;
    let second = bruno.sync(&[carried]).await;
    assert_eq!(first.results, second.results);
    assert_eq!((second.next, second.pulls[0].to), (2, 1));
}

#[tokio::test]
async fn two_devices_that_set_one_field_are_told_both_facts() {
    let centro = Centro::new();
    let mut anna = centro.person("Anna", Role::Impiegato);
    let mut bruno = centro.person("Bruno", Role::Impiegato);
    anna.does("p1", CREATE).await;
    anna.does("p1", title("Neve")).await;
    let outcome = bruno.does("p1", title("Ghiaccio")).await;
    assert_eq!(refused(&outcome), Some(RefusalCode::FieldChanged));
    let outcome = bruno
        .does("p1", set(FieldChange::Title("Ghiaccio".into()), 2))
        .await;
    assert_eq!(accepted(&outcome), Some(3));
}

#[tokio::test]
async fn a_device_clock_in_the_future_is_set_back_and_one_in_the_past_is_believed() {
    let centro = Centro::new();
    let mut anna = centro.person("Anna", Role::Impiegato);
    let mut ops: Vec<_> = ["a", "b", "c"].map(|page| anna.op(page, CREATE)).into();
    ops[0].at = NOW + 1;
    ops[1].at = 1_000_000_000_000;
    ops[2].at = i64::MIN;
    anna.sync(&ops).await;
    // What was set back is news to Anna's own device; what was believed is not.
    let stubs = anna.pull(0, false).await;
    let told: Vec<_> = stubs.pulls[0]
        .entries
        .iter()
        .map(|entry| entry.body.is_some())
        .collect();
    assert_eq!(told, [true, false, true]);
    let pull = anna.pull(0, true).await;
    let times: Vec<_> = pull.pulls[0]
        .entries
        .iter()
        .map(|entry| entry.body.as_ref().unwrap().at)
        .collect();
    assert_eq!(times, [NOW, 1_000_000_000_000, 0]);
}

#[tokio::test]
async fn an_operation_that_the_hub_does_not_understand_is_refused_alone() {
    let centro = Centro::new();
    let mut anna = centro.person("Anna", Role::Impiegato);
    let mut request = serde_json::to_value(anna.request(&[
        anna.clone().op("a", CREATE),
        anna.clone().op("b", CREATE),
        anna.clone().op("c", CREATE),
    ]))
    .unwrap();
    for (n, op) in request["ops"]
        .as_array_mut()
        .unwrap()
        .iter_mut()
        .enumerate()
    {
        op["n"] = (n + 1).into();
        op["id"] = format!("o{n}").into();
    }
    request["ops"][1]["c"] = serde_json::json!({ "protocollo": { "numero": 7 } });
    let answer = anna.json("/v1/sync", &request).await;
    let response: protocol::SyncResponse = answer.json();
    let refusals: Vec<_> = response
        .results
        .iter()
        .map(|r| refused(&r.outcome))
        .collect();
    assert_eq!(refusals, [None, Some(RefusalCode::Malformed), None]);
    anna.n = 3;
    assert_eq!(response.next, 4);
    assert_eq!(
        anna.json("/v1/sync", &request)
            .await
            .json::<protocol::SyncResponse>()
            .results,
        response.results
    );
}

#[tokio::test]
async fn a_pull_keeps_to_its_budget_and_comes_to_an_end() {
    let centro = Centro::new();
    let mut anna = centro.person("Anna", Role::Impiegato);
    let bruno = centro.person("Bruno", Role::Impiegato);
    let mut ops = vec![anna.op("p1", CREATE)];
    ops.extend((0..300).map(|_| anna.op("p1", set(FieldChange::Hours("9-12 ".repeat(100)), 0))));
    for part in ops.chunks(150) {
        anna.sync(part).await;
    }
    let (mut cursor, mut seqs, mut calls) = (0, Vec::new(), 0);
    loop {
        let mut request = bruno.request(&[]);
        request.cursors.insert(bruno.scope(), cursor);
        request.budget = 20_000;
        let answer = bruno.json("/v1/sync", &request).await;
        assert!(answer.body.len() < 30_000, "{}", answer.body.len());
        let response: protocol::SyncResponse = answer.json();
        let pull = &response.pulls[0];
        seqs.extend(pull.entries.iter().map(|entry| entry.seq));
        cursor = pull.to;
        calls += 1;
        if !pull.more {
            break;
        }
    }
    assert_eq!(seqs, (1..=301).collect::<Vec<_>>());
    assert!(calls > 5, "{calls}");
    // An entry larger than the budget still comes.
    let mut request = bruno.request(&[]);
    request.budget = 1;
    let response = bruno.try_sync(&request).await.unwrap();
    assert_eq!(response.pulls[0].entries.len(), 1);
}

#[tokio::test]
async fn texts_of_two_people_merge_and_what_was_seen_is_what_is_published() {
    let centro = Centro::new();
    let mut anna = centro.person("Anna", Role::Impiegato);
    let mut bruno = centro.person("Bruno", Role::Responsabile);
    let ops = published_page(&mut anna, "p1", "Scuole chiuse per neve");
    let response = anna.sync(&ops).await;
    assert!(
        response
            .results
            .iter()
            .all(|r| accepted(&r.outcome).is_some()),
        "{response:?}"
    );
    // Bruno adds a sentence after what Anna published; the public still sees Anna's version.
    let PageChange::Text { update } = sito(&ops[3].change) else {
        panic!("the fourth operation is the text");
    };
    let mut doc = text::TextDoc::load(None, [text::decode(update).unwrap().as_slice()]).unwrap();
    let more = domain::sito::RichText::from_plain("Scuole chiuse per neve\nAnche domani");
    let update = doc.edit(&doc.version(), &more).unwrap().unwrap();
    let text = PageChange::Text {
        update: text::encode(&update),
    };
    assert!(accepted(&bruno.does("p1", text).await).is_some());
    let page = domain::PageId::new("p1");
    let store = centro.hub.comune(&roccaverano()).unwrap();
    let public = store.reading(|tx| tx.public(&page)).unwrap().unwrap();
    assert_eq!(public.body.plain(), "Scuole chiuse per neve\n");
    let publish = PageChange::Publish {
        text: doc.version(),
        seen: 100,
    };
    assert!(accepted(&bruno.does("p1", publish).await).is_some());
    let public = store.reading(|tx| tx.public(&page)).unwrap().unwrap();
    assert_eq!(
        public.body.plain(),
        "Scuole chiuse per neve\nAnche domani\n"
    );
}

#[tokio::test]
async fn a_text_that_cannot_be_read_any_more_stands_still_alone() {
    let centro = Centro::new();
    let mut anna = centro.person("Anna", Role::Impiegato);
    anna.sync(&[anna.clone().op("p1", CREATE)]).await;
    anna.n = 1;
    let store = centro.hub.comune(&roccaverano()).unwrap();
    let page = domain::PageId::new("p1");
    store
        .writing(|tx| tx.put_snapshot(&page, b"damaged"))
        .unwrap();
    let ops = [
        anna.op("p1", paragraph("Neve").0),
        anna.op("p1", title("Neve")),
    ];
    let response = anna.sync(&ops).await;
    let refusals: Vec<_> = response
        .results
        .iter()
        .map(|r| refused(&r.outcome))
        .collect();
    assert_eq!(refusals, [Some(RefusalCode::Malformed), None]);
}

#[tokio::test]
async fn a_long_history_of_a_text_is_folded_and_old_versions_stay_readable() {
    let centro = Centro::new();
    let mut anna = centro.person("Anna", Role::Impiegato);
    let mut doc = text::TextDoc::new();
    let mut ops = vec![anna.op("p1", CREATE), anna.op("p1", title("Diario"))];
    ops.push(anna.op("p1", set(FieldChange::Summary("Giorni".into()), 0)));
    let mut third = None;
    for day in 0..200 {
        let words = domain::sito::RichText::from_plain(&format!("Giorno {day}"));
        let update = doc.edit(&doc.version(), &words).unwrap().unwrap();
        ops.push(anna.op(
            "p1",
            PageChange::Text {
                update: text::encode(&update),
            },
        ));
        if day == 3 {
            third = Some(doc.version());
        }
    }
    let response = anna.sync(&ops).await;
    assert!(
        response
            .results
            .iter()
            .all(|r| accepted(&r.outcome).is_some())
    );
    let store = centro.hub.comune(&roccaverano()).unwrap();
    let page = domain::PageId::new("p1");
    let (snapshot, updates) = store.reading(|tx| tx.text(&page)).unwrap();
    assert!(
        snapshot.is_some() && updates.len() < 64,
        "{}",
        updates.len()
    );
    let publish = PageChange::Publish {
        text: third.unwrap(),
        seen: 1000,
    };
    assert!(accepted(&anna.does("p1", publish).await).is_some());
    let public = store.reading(|tx| tx.public(&page)).unwrap().unwrap();
    assert_eq!(public.body.plain(), "Giorno 3\n");
}
