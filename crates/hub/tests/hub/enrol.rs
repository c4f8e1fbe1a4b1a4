//! Codes, devices, accounts.

use crate::common::*;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use domain::identity::Role;
use protocol::calls::{CodeResponse, DeviceInfo, Enrolled, HubErrorCode, LoggedIn};
use serde_json::json;

const DAY: i64 = 24 * 3600 * 1000;

async fn post(centro: &Centro, path: &str, body: &impl serde::Serialize, token: &str) -> Answer {
    let request = Request::post(path)
        .header("authorization", format!("Bearer {token}"))
        .body(Body::from(serde_json::to_vec(body).unwrap()));
    call(&centro.hub.router(), request.unwrap()).await
}

async fn login(centro: &Centro, user: &str, password: &str) -> Answer {
    post(
        centro,
        "/v1/admin/login",
        &json!({ "user": user, "password": password }),
        "",
    )
    .await
}

async fn operator(centro: &Centro) -> String {
    centro
        .hub
        .create_account("olga", "sette colli e un fiume")
        .unwrap();
    let answer = login(centro, "olga", "sette colli e un fiume").await;
    answer.json::<LoggedIn>().token
}

#[tokio::test]
async fn a_code_enrols_one_device_and_the_same_device_again() {
    let centro = Centro::new();
    let code = centro
        .hub
        .create_code(&roccaverano(), "Anna", Role::Impiegato)
        .unwrap()
        .code;
    let key = key();
    let request = enrol_request(&code.to_lowercase().replace('-', " "), &key);
    let enrolled: Enrolled = post(&centro, "/v1/enrol", &request, "").await.json();
    assert_eq!(
        (enrolled.person.as_str(), enrolled.role),
        ("Anna", Role::Impiegato)
    );
    assert_eq!(enrolled.comune_name, "Roccaverano");
    assert_eq!(enrolled.site, "http://centro.example/siti/roccaverano/");
    assert_eq!(enrolled.scopes.len(), 1);
    let again: Enrolled = post(&centro, "/v1/enrol", &request, "").await.json();
    assert_eq!(enrolled, again);
    let other = post(
        &centro,
        "/v1/enrol",
        &enrol_request(&code, &self::key()),
        "",
    )
    .await;
    assert_eq!(other.error(), HubErrorCode::CodeUnknown);
}

#[tokio::test]
async fn wrong_expired_and_impossible_codes_are_unknown() {
    let centro = Centro::new();
    let code = centro
        .hub
        .create_code(&roccaverano(), "Anna", Role::Impiegato)
        .unwrap()
        .code;
    for wrong in ["AAAA-AAAA", "", "0000-0000", &"A".repeat(5000)] {
        let answer = post(&centro, "/v1/enrol", &enrol_request(wrong, &key()), "").await;
        assert_eq!(
            (answer.status, answer.error()),
            (StatusCode::NOT_FOUND, HubErrorCode::CodeUnknown)
        );
    }
    centro.after(7 * DAY);
    let answer = post(&centro, "/v1/enrol", &enrol_request(&code, &key()), "").await;
    assert_eq!(answer.error(), HubErrorCode::CodeUnknown);
}

#[tokio::test]
async fn keys_and_names_that_are_none_are_malformed() {
    let centro = Centro::new();
    let code = centro
        .hub
        .create_code(&roccaverano(), "Anna", Role::Impiegato)
        .unwrap()
        .code;
    let good = enrol_request(&code, &key());
    for (key, name) in [
        ("AAAA", "PC"),
        (&"A".repeat(43), "PC"),
        (&good.public_key, ""),
        (&good.public_key, "a\nb"),
        (&good.public_key, &"x".repeat(101)),
    ] {
        let body = json!({ "code": code, "public_key": key, "name": name });
        let answer = post(&centro, "/v1/enrol", &body, "").await;
        assert_eq!(answer.error(), HubErrorCode::Malformed, "{key} {name}");
    }
    assert!(centro.hub.enrol(&good).is_ok());
}

#[tokio::test]
async fn guessing_codes_and_passwords_is_slowed_down() {
    let centro = Centro::with(|config| {
        config.limits.enrol = 3;
        config.limits.login = 3;
    });
    for attempt in 0..4 {
        let enrol = post(
            &centro,
            "/v1/enrol",
            &enrol_request("AAAA-AAAA", &key()),
            "",
        )
        .await;
        let login = login(&centro, "olga", "wrong").await;
        for answer in [enrol, login] {
            let many = answer.status == StatusCode::TOO_MANY_REQUESTS;
            assert_eq!(many, attempt == 3);
            assert_eq!(many, answer.headers.contains_key("retry-after"));
        }
    }
    centro.after(20_000);
    assert_eq!(
        login(&centro, "olga", "wrong").await.error(),
        HubErrorCode::Unauthorized
    );
}

#[tokio::test]
async fn a_wrong_signature_an_unknown_device_and_another_path_are_unauthorized() {
    let centro = Centro::new();
    let mut anna = centro.person("Anna", Role::Impiegato);
    let body = serde_json::to_vec(&anna.request(&[])).unwrap();
    let header = anna.header("/v1/sync", &body);
    let send = async |path: &str, header: &str, body: &[u8]| {
        let request = Request::post(path)
            .header("authorization", header)
            .body(Body::from(body.to_vec()));
        call(&centro.hub.router(), request.unwrap()).await
    };
    assert_eq!(
        send("/v1/sync", &header, &body).await.status,
        StatusCode::OK
    );
    let longer = [&body[..], b" "].concat();
    for (path, header, body) in [
        ("/v1/sync", &header[..], &longer),
        ("/v1/files/offer", &header, &body),
        ("/v1/sync", "Device nobody.AAAA", &body),
        ("/v1/sync", "Device ", &body),
        ("/v1/sync", "", &body),
    ] {
        let answer = send(path, header, body).await;
        assert_eq!(
            answer.error(),
            HubErrorCode::Unauthorized,
            "{path} {header}"
        );
    }
    anna.key = key();
    let error = anna.try_sync(&anna.request(&[])).await.unwrap_err();
    assert_eq!(error.code, HubErrorCode::Unauthorized);
}

#[tokio::test]
async fn a_revoked_device_stays_out_and_an_expired_one_is_confirmed() {
    let centro = Centro::new();
    let anna = centro.person("Anna", Role::Impiegato);
    let bruno = centro.person("Bruno", Role::Impiegato);
    let token = operator(&centro).await;
    let devices: Vec<DeviceInfo> = {
        let request = Request::get("/v1/admin/devices")
            .header("authorization", format!("Bearer {token}"))
            .body(Body::empty());
        call(&centro.hub.router(), request.unwrap()).await.json()
    };
    assert_eq!(devices.len(), 2);
    let path = |device: &Device, what| format!("/v1/admin/devices/{}/{what}", device.id());
    let revoke = post(&centro, &path(&anna, "revoke"), &json!({}), &token).await;
    assert_eq!(revoke.status, StatusCode::NO_CONTENT);
    let error = anna.try_sync(&anna.request(&[])).await.unwrap_err();
    assert_eq!(error.code, HubErrorCode::Revoked);

    centro.after(365 * DAY);
    let error = bruno.try_sync(&bruno.request(&[])).await.unwrap_err();
    assert_eq!(error.code, HubErrorCode::Expired);
    let token = operator(&centro).await;
    for (device, status) in [
        (&bruno, StatusCode::NO_CONTENT),
        (&anna, StatusCode::NOT_FOUND),
    ] {
        let confirm = post(&centro, &path(device, "confirm"), &json!({}), &token).await;
        assert_eq!(confirm.status, status);
    }
    assert!(bruno.try_sync(&bruno.request(&[])).await.is_ok());
}

#[tokio::test]
async fn only_an_operator_with_a_session_administers() {
    let centro = Centro::new();
    let token = operator(&centro).await;
    let body = json!({ "comune": "005094", "person": "Anna", "role": "impiegato" });
    let code: CodeResponse = post(&centro, "/v1/admin/codes", &body, &token).await.json();
    assert_eq!(code.code.len(), 9);
    assert_eq!(code.expires, NOW + 7 * DAY);
    assert!(centro.hub.enrol(&enrol_request(&code.code, &key())).is_ok());

    for role in Role::ALL {
        centro
            .hub
            .create_account_as("piero", "undici caratteri", role)
            .unwrap();
        let token = login(&centro, "piero", "undici caratteri")
            .await
            .json::<LoggedIn>()
            .token;
        let answer = post(&centro, "/v1/admin/codes", &body, &token).await;
        match role {
            Role::Operatore => assert_eq!(answer.status, StatusCode::OK),
            _ => assert_eq!(answer.error(), HubErrorCode::Forbidden, "{role:?}"),
        }
    }
    for wrong in ["", "AAAA", "é"] {
        let answer = post(&centro, "/v1/admin/backup", &json!({}), wrong).await;
        assert_eq!(answer.error(), HubErrorCode::Unauthorized);
    }
    assert_eq!(
        login(&centro, "olga", "sette colli").await.error(),
        HubErrorCode::Unauthorized
    );
    assert_eq!(
        login(&centro, "nobody", "sette colli").await.error(),
        HubErrorCode::Unauthorized
    );
    centro.after(8 * 3600 * 1000);
    let answer = post(&centro, "/v1/admin/codes", &body, &token).await;
    assert_eq!(answer.error(), HubErrorCode::Unauthorized);
}

#[tokio::test]
async fn a_comune_that_is_not_in_the_province_gets_no_code() {
    let centro = Centro::new();
    let nowhere = domain::ComuneId::new("../../x");
    let failure = centro
        .hub
        .create_code(&nowhere, "Anna", Role::Impiegato)
        .unwrap_err();
    assert_eq!(failure.error.code, HubErrorCode::NotFound);
}
