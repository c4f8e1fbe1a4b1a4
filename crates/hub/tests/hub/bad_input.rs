//! Garbage, giants and bombs.

use crate::common::*;
use axum::http::StatusCode;
use domain::RefusalCode;
use domain::identity::Role;
use domain::sito::{FieldChange, PageChange, PageKind, TextVersion};
use domain::{FileId, FileRef, PageId};
use protocol::calls::HubErrorCode;

const CREATE: PageChange = PageChange::Create {
    kind: PageKind::Pagina,
};

#[tokio::test]
async fn garbage_bodies_are_malformed_on_every_call() {
    let centro = Centro::new();
    let anna = centro.person("Anna", Role::Impiegato);
    let deep = format!("{{\"v\":1,\"ops\":{}", "[".repeat(100_000));
    let bodies: [&[u8]; 6] = [
        b"",
        b"null",
        b"{}",
        b"\xff\xfe",
        b"{\"v\":\"x\"}",
        deep.as_bytes(),
    ];
    for path in [
        "/v1/sync",
        "/v1/files/offer",
        "/v1/files/manifest",
        "/v1/files/fetch",
    ] {
        for body in bodies {
            let answer = anna.post(path, body.to_vec(), None).await;
            let code = answer.error();
            let known = [HubErrorCode::Malformed, HubErrorCode::TooLarge];
            assert!(known.contains(&code), "{path} {code:?}");
        }
    }
    let answer = anna.post("/v1/files/chunks", vec![7; 9], None).await;
    assert_eq!(answer.error(), HubErrorCode::Malformed);
    let answer = anna
        .post("/v1/sync", b"{\"v\":1}".to_vec(), Some("br"))
        .await;
    assert_eq!(answer.error(), HubErrorCode::Malformed);
    let answer = anna
        .post("/v1/sync", b"no zstd".to_vec(), Some("zstd"))
        .await;
    assert_eq!(answer.error(), HubErrorCode::Malformed);
}

#[tokio::test]
async fn a_packed_call_is_answered_packed_and_is_the_same_call() {
    let centro = Centro::new();
    let mut anna = centro.person("Anna", Role::Impiegato);
    let request = anna.request(&[anna.clone().op("p1", CREATE)]);
    anna.n = 1;
    let body = zstd::bulk::compress(&serde_json::to_vec(&request).unwrap(), 3).unwrap();
    let answer = anna.post("/v1/sync", body, Some("zstd")).await;
    assert_eq!(answer.header("content-encoding"), "zstd");
    let plain = zstd::bulk::decompress(&answer.body, 100_000).unwrap();
    let packed: protocol::SyncResponse = serde_json::from_slice(&plain).unwrap();
    assert_eq!(packed, anna.try_sync(&request).await.unwrap());
}

#[tokio::test]
async fn giants_and_bombs_are_too_large() {
    let centro = Centro::new();
    let anna = centro.person("Anna", Role::Impiegato);
    let giant = vec![b' '; protocol::MAX_REQUEST + 1];
    let answer = anna.post("/v1/sync", giant, None).await;
    assert_eq!(
        (answer.status, answer.error()),
        (StatusCode::PAYLOAD_TOO_LARGE, HubErrorCode::TooLarge)
    );
    let bomb = zstd::bulk::compress(&vec![b' '; 512 * 1024 * 1024], 1).unwrap();
    assert!(bomb.len() < protocol::MAX_REQUEST, "{}", bomb.len());
    let before = std::time::Instant::now();
    let answer = anna.post("/v1/sync", bomb, Some("zstd")).await;
    assert_eq!(answer.error(), HubErrorCode::TooLarge);
    assert!(before.elapsed().as_secs() < 2);
}

#[tokio::test]
async fn identities_that_are_none_and_texts_that_are_none_are_refused_one_by_one() {
    let centro = Centro::new();
    let mut anna = centro.person("Anna", Role::Impiegato);
    anna.does("p1", CREATE).await;
    let file = |id: &str, name: &str| FileRef {
        id: FileId::new(id),
        name: name.into(),
        media: "application/pdf".into(),
        size: 1,
    };
    let zeros = "0".repeat(64);
    let changes = [
        ("../../etc/passwd", CREATE),
        ("", CREATE),
        (&"p".repeat(65), CREATE),
        ("p1", PageChange::Attach(file("../x", "a.pdf"))),
        ("p1", PageChange::Attach(file(&zeros, "../a.pdf"))),
        ("p1", PageChange::Attach(file(&zeros, ""))),
        (
            "p1",
            set(FieldChange::Office(Some(PageId::new("<script>"))), 0),
        ),
        (
            "p1",
            PageChange::Text {
                update: "àè".into(),
            },
        ),
        (
            "p1",
            PageChange::Text {
                update: "AAAA".into(),
            },
        ),
        (
            "p1",
            PageChange::Text {
                update: "A".repeat(domain::sito::MAX_TEXT_UPDATE + 1),
            },
        ),
        (
            "p1",
            PageChange::Publish {
                text: TextVersion("garbage".into()),
                seen: 9,
            },
        ),
    ];
    for (page, change) in changes {
        let what = format!("{page} {change:.40?}");
        let outcome = anna.does(page, change).await;
        assert_eq!(refused(&outcome), Some(RefusalCode::Malformed), "{what}");
    }
    // The page is as sound as before.
    let (text, _) = paragraph("Neve");
    assert!(accepted(&anna.does("p1", text).await).is_some());
    assert_eq!(anna.pull(0, false).await.pulls[0].to, 2);
}

#[tokio::test]
async fn an_app_from_the_future_is_told_so() {
    let centro = Centro::new();
    let anna = centro.person("Anna", Role::Impiegato);
    let mut request = anna.request(&[]);
    request.protocol = 9;
    let error = anna.try_sync(&request).await.unwrap_err();
    assert_eq!(error.code, HubErrorCode::UpgradeRequired);
}

#[tokio::test]
async fn a_full_database_takes_nothing_and_says_so() {
    let centro = Centro::with(|config| config.max_pages = Some(64));
    let mut anna = centro.person("Anna", Role::Impiegato);
    anna.does("p1", CREATE).await;
    let mut full = None;
    for _ in 0..100 {
        let ops: Vec<_> = (0..5)
            .map(|_| anna.op("p1", set(FieldChange::Hours("9-12 ".repeat(700)), 0)))
            .collect();
        if let Err(error) = anna.try_sync(&anna.request(&ops)).await {
            full = Some((error, ops));
            break;
        }
    }
    let (error, ops) = full.expect("64 pages are soon full");
    assert_eq!(error.code, HubErrorCode::Full);
    let response = anna.pull(0, false).await;
    assert_eq!(response.next, ops[0].n);
    assert_eq!(response.pulls[0].to, response.next - 1);
}
