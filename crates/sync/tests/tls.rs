//! TLS to a real hub: a certificate is checked, and after a cut the session is resumed.
#![allow(clippy::unwrap_used, reason = "a test may stop at the unexpected")]
#![expect(clippy::print_stdout, reason = "what was measured is worth reading")]

use hub::{Config, Running, TlsFiles};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use std::sync::Arc;
use std::time::Duration;
use sync::transport::{HttpTransport, Patience, Trust};
use sync::{CallError, HubClient};
use tempfile::TempDir;
use testkit::{ANNA, Cable, Desk, Fault, code_at};

type Authority = CertifiedIssuer<'static, KeyPair>;

/// An authority that nobody knows, with a key on P-256.
fn authority() -> Authority {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
        .distinguished_name
        .push(DnType::CommonName, "Provincia di prova");
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A hub with a certificate for these names, changed in some way.
struct Centro {
    running: Running,
    _folder: TempDir,
}

impl Centro {
    async fn open(authority: &Authority, change: impl FnOnce(&mut CertificateParams)) -> Self {
        let folder = TempDir::new().unwrap();
        let files = TlsFiles {
            cert: folder.path().join("cert.pem"),
            key: folder.path().join("key.pem"),
        };
        let names = ["127.0.0.1".to_owned(), "localhost".to_owned()];
        let mut params = CertificateParams::new(names).unwrap();
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        let cert = params.signed_by(&key, authority).unwrap();
        std::fs::write(&files.cert, cert.pem()).unwrap();
        std::fs::write(&files.key, key.serialize_pem()).unwrap();
        let mut config = Config::new(folder.path().join("data"));
        config.tls = Some(files);
        let running = hub::serve(config).await.unwrap();
        running.hub.seed_province().unwrap();
        Self {
            running,
            _folder: folder,
        }
    }
}

fn trusting(authority: &Authority) -> Trust {
    Trust::with_authorities(authority.pem().as_bytes()).unwrap()
}

fn client(url: &str, trust: &Trust) -> HubClient {
    let transport = Arc::new(HttpTransport::trusting(url, trust).unwrap());
    HubClient::unknown(transport).with_patience(Patience {
        first: Duration::from_secs(5),
        next: Duration::from_secs(5),
    })
}

#[tokio::test]
async fn a_hub_whose_authority_is_trusted_is_called_and_worked_with() {
    let authority = authority();
    let centro = Centro::open(&authority, |_| {}).await;
    let url = &centro.running.url;
    assert!(url.starts_with("https://127.0.0.1:"), "{url}");
    let code = code_at(&centro.running.hub, &ANNA, &ANNA.comune()).unwrap();
    let transport = Arc::new(HttpTransport::trusting(url, &trusting(&authority)).unwrap());
    let anna = Desk::enrol_over(transport, url, &code, ANNA).await.unwrap();
    anna.write_news("Neve", "Scuole chiuse domani").unwrap();
    anna.engine.settled().await.unwrap();
    assert_eq!(anna.store.waiting().unwrap(), 0);
}

#[tokio::test]
async fn a_stranger_an_ended_certificate_and_another_name_are_not_trusted() {
    let authority = authority();
    let sound = Centro::open(&authority, |_| {}).await;
    let ended = Centro::open(&authority, |params| {
        params.not_before = rcgen::date_time_ymd(2020, 1, 1);
        params.not_after = rcgen::date_time_ymd(2021, 1, 1);
    });
    let ended = ended.await;
    let other = Centro::open(&authority, |params| {
        params.subject_alt_names =
            vec![rcgen::SanType::DnsName("altro.example".try_into().unwrap())];
    });
    let other = other.await;
    let trust = trusting(&authority);
    let table = [
        (&sound, Trust::default(), "UnknownIssuer"),
        (&ended, trust.clone(), "expired"),
        (&other, trust.clone(), "not valid for name"),
    ];
    for (centro, trust, why) in table {
        let error = client(&centro.running.url, &trust).health().await;
        let Err(CallError::Untrusted(said)) = &error else {
            panic!("{why}: {error:?}");
        };
        assert!(said.contains(why), "{said}");
    }
    client(&sound.running.url, &trust).health().await.unwrap();
}

#[tokio::test]
async fn after_a_cut_the_session_is_resumed_and_the_chain_does_not_travel_again() {
    let authority = authority();
    let centro = Centro::open(&authority, |_| {}).await;
    let cable = Cable::lay(centro.running.addr).await.unwrap();
    let url = format!("https://{}", cable.address());
    let client = client(&url, &trusting(&authority));
    let mut weights = Vec::new();
    for _ in 0..4 {
        let before = cable.traffic();
        client.health().await.unwrap();
        let after = cable.traffic();
        assert_eq!(after.connections, before.connections + 1);
        weights.push((after.up - before.up, after.down - before.down));
        // A call that the line tears makes the transport forget its connections.
        cable.set(Fault {
            cut_after_down: Some(0),
            ..Fault::default()
        });
        assert!(matches!(client.health().await, Err(CallError::Cut(_))));
        cable.restore();
    }
    println!("bytes up and down of a first call, then of calls on resumed sessions: {weights:?}");
    let (first, resumed) = (weights[0], &weights[1..]);
    for (up, down) in resumed {
        // Certificate, its signature and what comes with them: more than 400 bytes less.
        assert!(down + 400 < first.1, "{weights:?}");
        assert!(up + down < first.0 + first.1, "{weights:?}");
    }
}

#[tokio::test]
async fn plain_http_at_a_tls_port_and_tls_at_a_plain_one_are_no_hub_and_no_line() {
    let authority = authority();
    let centro = Centro::open(&authority, |_| {}).await;
    let plain = format!("http://{}", centro.running.addr);
    let error = client(&plain, &Trust::default()).health().await;
    assert!(matches!(error, Err(CallError::Cut(_))), "{error:?}");
    let province = testkit::Province::open().await.unwrap();
    let secure = format!("https://{}", province.address());
    let error = client(&secure, &Trust::default()).health().await;
    assert!(matches!(error, Err(CallError::NoLine(_))), "{error:?}");
}
