//! Exactly once, in order, for everybody.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod common;

use common::*;
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
