//! The hub on a real socket.

use crate::common::*;
use axum::http::StatusCode;
use domain::identity::Role;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// Sends bytes and reads the answer to its end.
fn raw(addr: std::net::SocketAddr, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(addr).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(5)))
        .unwrap();
    stream.write_all(request).unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_answers_on_a_free_port_limits_by_address_and_stops_when_asked() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = hub::Config::new(folder.path());
    config.limits.enrol = 2;
    let running = hub::serve(config).await.unwrap();
    let addr = running.addr;
    assert_eq!(running.hub.config().origin, format!("http://{addr}"));
    let ask = tokio::task::spawn_blocking(move || {
        let health = raw(
            addr,
            b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
        );
        assert!(health.starts_with("HTTP/1.1 200"), "{health}");
        let enrol = b"POST /v1/enrol HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";
        let answers: Vec<_> = (0..3).map(|_| raw(addr, enrol)).collect();
        assert!(answers[1].starts_with("HTTP/1.1 400"), "{}", answers[1]);
        assert!(answers[2].starts_with("HTTP/1.1 429"), "{}", answers[2]);
        assert!(answers[2].contains("retry-after: 30"), "{}", answers[2]);
        let large = b"POST /v1/enrol HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999\r\nconnection: close\r\n\r\n";
        assert!(raw(addr, large).starts_with("HTTP/1.1 413"));
    });
    ask.await.unwrap();
    running.shutdown().await.unwrap();
    assert!(TcpStream::connect(addr).is_err());
}

#[tokio::test]
async fn a_device_that_calls_without_pause_is_slowed_down() {
    let centro = Centro::with(|config| config.limits.device = 5);
    let anna = centro.person("Anna", Role::Impiegato);
    let mut last = StatusCode::OK;
    for _ in 0..6 {
        last = anna.json("/v1/sync", &anna.request(&[])).await.status;
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
    centro.after(60_000);
    assert!(anna.try_sync(&anna.request(&[])).await.is_ok());
}
