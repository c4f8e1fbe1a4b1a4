//! The real program, killed while it works.

use crate::common::*;
use domain::identity::Role;
use domain::sito::{PageChange, PageKind};
use hub::{Config, Hub};
use protocol::{OpResult, Operation, SyncResponse};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

fn start(data: &std::path::Path) -> (Child, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_hub"))
        .args([
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--origin",
            "http://centro.example",
            "--data",
        ])
        .arg(data)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let stdout = child.stdout.take().unwrap();
    BufReader::new(stdout).read_line(&mut line).unwrap();
    let addr = line.trim().strip_prefix("http://").unwrap().to_owned();
    (child, addr)
}

/// One call over the wire; `None` where the hub died meanwhile.
fn send(addr: &str, device: &Device, op: &Operation) -> Option<SyncResponse> {
    let body = serde_json::to_vec(&device.request(std::slice::from_ref(op))).unwrap();
    let mut stream = TcpStream::connect(addr).ok()?;
    stream
        .set_read_timeout(Some(Duration::from_secs(10)))
        .ok()?;
    let head = format!(
        "POST /v1/sync HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: {}\r\ncontent-length: {}\r\n\r\n",
        device.header("/v1/sync", &body),
        body.len()
    );
    stream.write_all(head.as_bytes()).ok()?;
    stream.write_all(&body).ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    let answer = String::from_utf8(answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    assert!(head.starts_with("HTTP/1.1 200"), "{answer}");
    serde_json::from_str(body).ok()
}

#[test]
fn a_hub_killed_at_any_moment_keeps_every_answer_it_gave() {
    let folder = tempfile::tempdir().unwrap();
    let open = || Hub::open(Config::new(folder.path())).unwrap();
    let hub = open();
    hub.seed_province().unwrap();
    let code = hub
        .create_code(&roccaverano(), "Anna", Role::Impiegato)
        .unwrap()
        .code;
    let key = key();
    let enrolled = hub.enrol(&enrol_request(&code, &key)).unwrap();
    let mut anna = Device {
        router: hub.router(),
        key,
        enrolled,
        n: 0,
    };
    drop(hub);

    let mut ops: Vec<Operation> = Vec::new();
    let mut answers: Vec<OpResult> = Vec::new();
    // More of them where others keep this computer so busy that the hub is killed before it answers.
    for round in 0..100u64 {
        if round >= 12 && answers.len() > 20 {
            break;
        }
        let (mut child, addr) = start(folder.path());
        let killer = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(20 + round * 37 % 110));
            child.kill().unwrap();
            child.wait().unwrap();
        });
        loop {
            if ops.len() == answers.len() {
                let page = format!("p{}", ops.len() / 5);
                match ops.len() % 5 {
                    0 => ops.extend(published_page(&mut anna, &page, &page)),
                    _ => ops.push(anna.op(
                        &page,
                        PageChange::Create {
                            kind: PageKind::Pagina,
                        },
                    )),
                }
            }
            match send(&addr, &anna, &ops[answers.len()]) {
                Some(response) => answers.push(response.results[0].clone()),
                None => break,
            }
        }
        killer.join().unwrap();
    }
    assert!(answers.len() > 20, "only {} answers", answers.len());

    let hub = open();
    let store = hub.comune(&roccaverano()).unwrap();
    let mut accepted_ones = 0;
    for (op, answer) in ops.iter().zip(&answers) {
        let stored = store.reading(|tx| tx.result(anna.id(), op.n)).unwrap();
        assert_eq!(stored, Some((op.id.clone(), answer.outcome.clone())));
        accepted_ones += u64::from(accepted(&answer.outcome).is_some());
    }
    let head = store.reading(|tx| tx.head()).unwrap();
    // The operation under way at the last kill may stand without an answer.
    assert!(
        head == accepted_ones || head == accepted_ones + 1,
        "{head} {accepted_ones}"
    );
    hub.publish_now().unwrap();
    let public = store.reading(|tx| tx.public_since(0, 1000)).unwrap();
    assert!(!public.is_empty());
    for change in public {
        let slug = change.public.unwrap().publication.slug;
        let page = hub
            .sites()
            .join(format!("roccaverano/pagine/{slug}/index.html"));
        assert!(std::fs::read_to_string(page).unwrap().contains("</html>"));
    }
}
