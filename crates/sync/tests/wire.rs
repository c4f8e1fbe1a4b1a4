//! What calls become where the hub is no hub, or the line lies.
#![allow(clippy::unwrap_used, reason = "a test may stop at the unexpected")]

use std::sync::Arc;
use std::time::Duration;
use sync::transport::{HttpTransport, Patience};
use sync::{CallError, EnrolError, HubClient, SendTime, enrol};
use testkit::{ANNA, Cable, Fault, Liar, Lie, Province};

fn client(url: &str) -> HubClient {
    let transport = Arc::new(HttpTransport::new(url).unwrap());
    HubClient::unknown(transport).with_patience(Patience {
        first: Duration::from_millis(400),
        next: Duration::from_millis(400),
    })
}

async fn said(lie: Lie) -> CallError {
    let liar = Liar::start(lie).await.unwrap();
    client(&liar.url())
        .sync(&protocol::SyncRequest::default())
        .await
        .unwrap_err()
}

fn hub_error(status: u16, code: &str) -> Lie {
    Lie::answer(
        status,
        format!(r#"{{"code":"{code}","detail":"for logs"}}"#),
    )
}

#[tokio::test]
async fn each_bad_answer_has_its_name() {
    let not_a_hub = |error: &CallError| matches!(error, CallError::NotAHub(_));
    assert!(not_a_hub(&said(Lie::captive_portal()).await));
    assert!(not_a_hub(&said(Lie::answer(404, "nginx")).await));
    assert!(not_a_hub(&said(Lie::answer(302, "")).await));
    assert!(not_a_hub(&said(Lie::answer(200, "{\"ep\":1")).await));
    assert_eq!(
        said(Lie::answer(500, "oops")).await,
        CallError::HubTrouble { status: 500 }
    );
    assert_eq!(
        said(Lie::answer(503, "")).await,
        CallError::HubTrouble { status: 503 }
    );
    let table = [
        (403, "revoked", CallError::Revoked),
        (403, "expired", CallError::Expired),
        (401, "unauthorized", CallError::Unauthorized),
        (408, "slow", CallError::Stalled),
        (409, "conflict", CallError::Conflict),
        (413, "too_large", CallError::TooLarge),
        (426, "upgrade_required", CallError::UpgradeRequired),
        (500, "internal", CallError::HubTrouble { status: 500 }),
        (507, "full", CallError::Full),
    ];
    for (status, code, error) in table {
        assert_eq!(said(hub_error(status, code)).await, error);
    }
    let share = br#"{"code":"full","detail":"","quota":20000000000}"#.to_vec();
    let lie = Lie::Answer {
        status: 507,
        headers: String::new(),
        body: share,
    };
    assert_eq!(said(lie).await, CallError::Quota);
}

#[tokio::test]
async fn a_hub_that_asks_to_wait_says_how_long() {
    let lie = Lie::Answer {
        status: 429,
        headers: "retry-after: 7\r\n".into(),
        body: br#"{"code":"too_many","detail":""}"#.to_vec(),
    };
    let seven = Some(Duration::from_secs(7));
    assert_eq!(said(lie).await, CallError::TooMany { retry_after: seven });
}

#[tokio::test]
async fn a_torn_answer_and_no_http_at_all_are_a_cut_line() {
    let cut = |error: &CallError| matches!(error, CallError::Cut(_));
    assert!(cut(&said(Lie::Half).await));
    assert!(cut(
        &said(Lie::Bytes(b"SSH-2.0-OpenSSH_9.2\r\n".to_vec())).await
    ));
    assert!(cut(&said(Lie::Bytes(Vec::new())).await));
}

#[tokio::test]
async fn silence_is_a_stall_and_not_a_wait_for_ever() {
    assert_eq!(said(Lie::Silence).await, CallError::Stalled);
}

/// A long text by itself can be larger than what a call on a bad line carries: it must not be given up each time.
#[tokio::test]
async fn a_longer_body_is_waited_for_longer() {
    let liar = Liar::start(Lie::Silence).await.unwrap();
    let client = client(&liar.url()).with_send_time(SendTime {
        each_kib: Duration::from_millis(20),
    });
    let waits = async |kib: usize| {
        let began = std::time::Instant::now();
        let error = client.bundle_part(vec![0; kib * 1024]).await.unwrap_err();
        assert_eq!(error, CallError::Stalled);
        began.elapsed()
    };
    assert!(waits(1).await < Duration::from_secs(2));
    assert!(waits(120).await > Duration::from_millis(2_600));
}

#[tokio::test]
async fn a_bomb_in_an_answer_is_not_unpacked() {
    let bomb = zstd::bulk::compress(&vec![b' '; 200 * 1024 * 1024], 3).unwrap();
    assert!(bomb.len() < 100_000);
    let lie = Lie::Answer {
        status: 200,
        headers: "content-encoding: zstd\r\n".into(),
        body: bomb,
    };
    assert!(matches!(said(lie).await, CallError::NotAHub(_)));
}

#[tokio::test]
async fn enrolment_gives_an_identity_that_the_hub_knows() {
    let province = Province::open().await.unwrap();
    let code = province.code_for(&ANNA).unwrap();
    let typed = province.address().to_string();
    let identity = enrol(&typed, &code.to_lowercase(), ANNA.computer)
        .await
        .unwrap();
    assert_eq!(identity.person, "Anna Ferraris");
    assert_eq!(identity.comune_name, "Roccaverano");
    assert_eq!(identity.hub, province.url());
    let devices = province.hub().unwrap().devices().unwrap();
    assert_eq!(devices[0].name, "PC della segreteria");
}

#[tokio::test]
async fn enrolment_says_what_was_typed_wrong() {
    let province = Province::open().await.unwrap();
    let address = province.address().to_string();
    let wrong = enrol(&address, "AAAA-AAAA", "pc").await.unwrap_err();
    assert_eq!(wrong, EnrolError::Call(CallError::CodeUnknown));
    let code = province.code_for(&ANNA).unwrap();
    enrol(&address, &code, "pc").await.unwrap();
    let used = enrol(&address, &code, "pc").await.unwrap_err();
    assert_eq!(used, EnrolError::Call(CallError::CodeUnknown));
    let portal = Liar::start(Lie::captive_portal()).await.unwrap();
    let elsewhere = enrol(&portal.url(), "AAAA-AAAA", "pc").await.unwrap_err();
    assert!(matches!(elsewhere, EnrolError::Call(CallError::NotAHub(_))));
    let nowhere = enrol("http://127.0.0.1:1", "AAAA-AAAA", "pc")
        .await
        .unwrap_err();
    assert!(matches!(nowhere, EnrolError::Call(CallError::NoLine(_))));
    assert!(matches!(
        enrol("il centro", "AAAA-AAAA", "pc").await,
        Err(EnrolError::Url(_))
    ));
}

#[tokio::test]
async fn the_cable_cuts_mutes_tears_and_comes_back() {
    let province = Province::open().await.unwrap();
    let cable = Cable::lay(province.address()).await.unwrap();
    let client = client(&cable.url());
    client.health().await.unwrap();
    cable.cut();
    assert!(matches!(client.health().await, Err(CallError::Cut(_))));
    cable.restore();
    client.health().await.unwrap();
    cable.set(Fault {
        mute: true,
        ..Fault::default()
    });
    assert_eq!(client.health().await, Err(CallError::Stalled));
    cable.set(Fault {
        cut_after_down: Some(10),
        ..Fault::default()
    });
    assert!(matches!(client.health().await, Err(CallError::Cut(_))));
    client.health().await.unwrap();
    let traffic = cable.traffic();
    assert_eq!(traffic.torn, 1);
    assert!(traffic.up > 100 && traffic.down > 100, "{traffic:?}");
}

#[tokio::test]
async fn one_connection_serves_many_calls() {
    let province = Province::open().await.unwrap();
    let cable = Cable::lay(province.address()).await.unwrap();
    let client = client(&cable.url());
    for _ in 0..5 {
        client.health().await.unwrap();
    }
    assert_eq!(cable.traffic().connections, 1);
}
