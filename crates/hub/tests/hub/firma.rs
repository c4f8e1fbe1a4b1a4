//! What the hub carries on behalf of devices, and what it does not.

use crate::common::{Centro, call};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use domain::identity::Role;
use hub::Reach;
use protocol::firma::{Asked, MAX_ASKED, PartRequest, Question, Reply, take_part};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::process::Command;
use std::sync::{Arc, Mutex};

/// A server that answers by path, and tells what it was asked.
struct Server {
    port: u16,
    asked: Arc<Mutex<Vec<String>>>,
}

/// Status, header lines, body.
type Page = (u16, String, Vec<u8>);

impl Server {
    fn start(pages: impl Fn(u16, &str) -> Page + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let seen = asked.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                let (mut path, mut length) = (String::new(), 0);
                loop {
                    let mut line = String::new();
                    if reader.read_line(&mut line).unwrap() == 0 || line == "\r\n" {
                        break;
                    }
                    if path.is_empty() {
                        path = line.split(' ').nth(1).unwrap().to_owned();
                    }
                    let line = line.to_lowercase();
                    if let Some(number) = line.strip_prefix("content-length:") {
                        length = number.trim().parse().unwrap();
                    }
                }
                reader.read_exact(&mut vec![0; length]).unwrap();
                seen.lock().unwrap().push(path.clone());
                let (status, headers, body) = pages(port, &path);
                let head = format!(
                    "HTTP/1.1 {status} X\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n",
                    body.len()
                );
                let _ = stream.write_all(&[head.as_bytes(), &body].concat());
            }
        });
        Self { port, asked }
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    fn count(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

fn question(asked: Asked, url: String, body: &[u8]) -> Vec<u8> {
    let body = body.to_vec();
    Question { asked, url, body }.encode()
}

fn open(centro_may: Reach) -> Centro {
    Centro::with(|config| config.firma.reach = centro_may)
}

/// Some certificates without a signature, as authorities publish those of issuers. None where there is no openssl.
fn issuers() -> Option<Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &str| {
        let output = Command::new("openssl")
            .current_dir(folder.path())
            .args(arguments.split(' '))
            .output();
        output.is_ok_and(|output| output.status.success())
    };
    if !run("req -x509 -newkey rsa:2048 -nodes -keyout key -out one.pem -subj /CN=Prova -days 9") {
        eprintln!("SKIPPED: the openssl command cannot be run");
        return None;
    }
    let one = std::fs::read(folder.path().join("one.pem")).unwrap();
    std::fs::write(folder.path().join("many.pem"), one.repeat(60)).unwrap();
    assert!(run(
        "crl2pkcs7 -nocrl -certfile many.pem -outform DER -out many.p7c"
    ));
    Some(std::fs::read(folder.path().join("many.p7c")).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_answer_is_fetched_once_and_given_in_pieces() {
    let Some(bytes) = issuers() else { return };
    assert!(bytes.len() > 40_000);
    let published = bytes.clone();
    let server = Server::start(move |port, path| match path {
        "/moved" => (
            302,
            format!("location: http://127.0.0.1:{port}/issuers\r\n"),
            Vec::new(),
        ),
        _ => (200, String::new(), published.clone()),
    });
    let centro = open(Reach::Everywhere);
    let anna = centro.person("Anna", Role::Impiegato);
    let asked = question(Asked::Issuer, server.url("/moved"), b"");
    let answer = anna.post("/v1/firma/ask", asked.clone(), None).await;
    let Ok(Reply::Long(thing)) = Reply::decode(&answer.body) else {
        panic!("{:?}", answer.body.first());
    };
    assert_eq!(thing.size, bytes.len() as u64);
    let mut have: Vec<u8> = Vec::new();
    while (have.len() as u64) < thing.size {
        let part = PartRequest {
            hash: thing.hash,
            from: have.len() as u64,
            most: 10_000,
        };
        let answer = anna.post("/v1/firma/part", part.encode(), None).await;
        assert_eq!(answer.status, StatusCode::OK);
        have.extend(take_part(&answer.body));
    }
    assert_eq!(have, bytes);

    // A colleague asks the same: nobody outside hears of it, until an hour is over.
    let bruno = centro.person("Bruno", Role::Responsabile);
    bruno.post("/v1/firma/ask", asked.clone(), None).await;
    assert_eq!(server.count(), 2);
    centro.after(61 * 60 * 1000);
    bruno.post("/v1/firma/ask", asked, None).await;
    assert_eq!(server.count(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_hub_is_no_way_to_anything_else() {
    let server = Server::start(|_, path| match path {
        "/loop" => (302, "location: /loop\r\n".into(), Vec::new()),
        "/ftp" => (302, "location: ftp://127.0.0.1/\r\n".into(), Vec::new()),
        "/none" => (404, String::new(), b"nothing here".to_vec()),
        _ => (
            200,
            String::new(),
            b"<html>a secret of the intranet</html>".to_vec(),
        ),
    });
    let centro = open(Reach::Everywhere);
    let anna = centro.person("Anna", Role::Impiegato);
    let ask = async |asked, path: &str, body: &[u8]| {
        let question = question(asked, server.url(path), body);
        let answer = anna.post("/v1/firma/ask", question, None).await;
        assert_eq!(answer.status, StatusCode::OK);
        Reply::decode(&answer.body).unwrap()
    };
    for asked in [Asked::Crl, Asked::Issuer] {
        assert_eq!(ask(asked, "/page", b"").await, Reply::Status(200));
        assert_eq!(ask(asked, "/none", b"").await, Reply::Status(404));
        assert_eq!(ask(asked, "/loop", b"").await, Reply::Address);
        assert_eq!(ask(asked, "/ftp", b"").await, Reply::Address);
    }
    let before = server.count();
    // What is no question goes nowhere.
    assert_eq!(ask(Asked::Ocsp, "/page", b"GET").await, Reply::Address);
    assert_eq!(ask(Asked::Crl, "/page", b"body").await, Reply::Address);
    assert_eq!(server.count(), before);

    let inside = open(Reach::Public);
    let anna = inside.person("Anna", Role::Impiegato);
    for url in [
        server.url("/page"),
        format!("http://localhost:{}/", server.port),
    ] {
        let question = question(Asked::Crl, url, b"");
        let answer = anna.post("/v1/firma/ask", question, None).await;
        assert_eq!(Reply::decode(&answer.body), Ok(Reply::Address));
    }
    let question = question(Asked::Crl, "http://localhost/".into(), b"");
    let answer = anna.post("/v1/firma/ask", question, None).await;
    assert_eq!(Reply::decode(&answer.body), Ok(Reply::Unreachable));
    assert_eq!(server.count(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_is_signed_small_and_whole() {
    let centro = open(Reach::Public);
    let anna = centro.person("Anna", Role::Impiegato);
    let stamp = question(Asked::TimeStamp, String::new(), b"\x30\x03\x02\x01\x01");
    let answer = anna.post("/v1/firma/ask", stamp.clone(), None).await;
    assert_eq!(Reply::decode(&answer.body), Ok(Reply::NoService));

    let unsigned = Request::post("/v1/firma/ask")
        .body(Body::from(stamp))
        .unwrap();
    let answer = call(&centro.hub.router(), unsigned).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);

    // A document is no request for a stamp.
    let document = question(Asked::TimeStamp, String::new(), &[0x30; 600]);
    let answer = anna.post("/v1/firma/ask", document, None).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    let large = question(
        Asked::Ocsp,
        "http://ocsp.example/".into(),
        &vec![0; MAX_ASKED + 1],
    );
    let answer = anna.post("/v1/firma/ask", large, None).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    let huge = anna.post("/v1/firma/ask", vec![1; 100_000], None).await;
    assert_eq!(huge.status, StatusCode::PAYLOAD_TOO_LARGE);
    for body in [Vec::new(), vec![9; 40]] {
        let answer = anna.post("/v1/firma/ask", body, None).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    }
    let part = PartRequest {
        hash: [7; 32],
        from: 0,
        most: 10,
    };
    let answer = anna.post("/v1/firma/part", part.encode(), None).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    // No lists: nothing to say.
    let answer = anna.post("/v1/trust", Vec::new(), None).await;
    assert_eq!((answer.status, answer.body.len()), (StatusCode::OK, 0));
}
