//! Roles and scopes, on every operation and every pull.

use crate::common::*;
use axum::http::StatusCode;
use domain::identity::{Role, Scope};
use domain::sito::{FieldChange, PageChange, PageKind, TextVersion};
use domain::{ComuneId, RefusalCode};
use protocol::calls::HubErrorCode;

#[tokio::test]
async fn each_role_may_do_what_it_may_and_nothing_more() {
    let create = PageChange::Create {
        kind: PageKind::Pagina,
    };
    let publish = PageChange::Publish {
        text: TextVersion::default(),
        seen: 0,
    };
    // Role, may write, may publish.
    let table = [
        (Role::Impiegato, true, true),
        (Role::Responsabile, true, true),
        (Role::Volontario, true, false),
        (Role::Bibliotecario, false, false),
        (Role::Facilitatore, false, false),
        (Role::Operatore, false, false),
    ];
    assert_eq!(table.len(), Role::ALL.len());
    for (role, writes, publishes) in table {
        let centro = Centro::new();
        let mut owner = centro.person("Anna", Role::Impiegato);
        owner
            .sync(&published_page(&mut owner.clone(), "public", "Neve"))
            .await;
        let mut device = centro.person("Bruno", role);
        let may = |outcome| refused(&outcome) != Some(RefusalCode::Role);
        assert_eq!(
            may(device.does("p1", create.clone()).await),
            writes,
            "{role:?} create"
        );
        assert_eq!(
            may(device.does("public", title("x")).await),
            writes,
            "{role:?} set"
        );
        let text = paragraph("x").0;
        assert_eq!(
            may(device.does("public", text).await),
            writes,
            "{role:?} text"
        );
        assert_eq!(
            may(device.does("p1", publish.clone()).await),
            publishes,
            "{role:?} publish"
        );
        assert_eq!(
            may(device.does("p1", PageChange::Delete).await),
            writes,
            "{role:?} delete draft"
        );
        let unpublish = device.does("public", PageChange::Unpublish).await;
        assert_eq!(may(unpublish), publishes, "{role:?} unpublish");
        let response = device.pull(0, false).await;
        assert_eq!(!response.pulls.is_empty(), writes, "{role:?} pulls");
        owner.n = 5;
        assert_eq!(owner.sync(&[]).await.next, 6);
    }
}

#[tokio::test]
async fn files_are_for_roles_that_have_collections() {
    let centro = Centro::new();
    for role in Role::ALL {
        let device = centro.person("Bruno", role);
        let body = serde_json::json!({ "file": "0".repeat(64) });
        let answer = device.json("/v1/files/manifest", &body).await;
        let expected = match role.collections().is_empty() {
            true => HubErrorCode::Forbidden,
            false => HubErrorCode::NotFound,
        };
        assert_eq!(answer.error(), expected, "{role:?}");
    }
}

#[tokio::test]
async fn nobody_writes_or_reads_in_another_comune() {
    let centro = Centro::new();
    let loazzolo = ComuneId::new("005060");
    let mut anna = centro.person("Anna", Role::Responsabile);
    let mut carla = centro.person_of(&loazzolo, "Carla", Role::Responsabile);
    anna.does(
        "p1",
        PageChange::Create {
            kind: PageKind::Pagina,
        },
    )
    .await;
    let mut op = carla.op("p1", title("Invasione"));
    op.scope = Scope::sito(&roccaverano());
    let response = carla.sync(&[op]).await;
    assert_eq!(
        refused(&response.results[0].outcome),
        Some(RefusalCode::Role)
    );
    let mut request = carla.request(&[]);
    request.cursors.insert(Scope::sito(&roccaverano()), 0);
    let answer = carla.try_sync(&request).await.unwrap();
    let scopes: Vec<_> = answer.pulls.iter().map(|pull| pull.scope.clone()).collect();
    assert_eq!(scopes, [Scope::sito(&loazzolo)]);
    assert!(answer.pulls[0].entries.is_empty());
    assert_eq!(anna.pull(0, true).await.pulls[0].to, 1);
}

#[tokio::test]
async fn a_mangled_scope_is_refused_without_an_answer_of_500() {
    let centro = Centro::new();
    let mut anna = centro.person("Anna", Role::Impiegato);
    let op = anna.op("p1", set(FieldChange::Title("x".into()), 0));
    for scope in ["../../etc/sito", "", "005094/atti", "005094"] {
        let mut request = serde_json::to_value(anna.request(std::slice::from_ref(&op))).unwrap();
        request["ops"][0]["s"] = scope.into();
        let answer = anna.json("/v1/sync", &request).await;
        assert_eq!(answer.status, StatusCode::OK, "{scope}");
    }
}
