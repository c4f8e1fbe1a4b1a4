//! Where the PIN is not: the log, the frames' bodies, the process's environment and arguments, core files, files at
//! all, and the helper's memory once it is locked.

use faulty_token::{Faults, hashed};
use signing::{Hash, Signer, SignerError};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use token::pkcs11::{Options, Pkcs11Signer};
use token::wire::{self, KeyName, Mechanism, Reply, Request};
use tokenkit::canary::{Tape, canary, spelled};
use tokenkit::faulty::{Faulty, pin};

/// Whether a process's memory holds the canary; none where it may not be read.
pub fn memory_holds(process: u32, canary: &str) -> Option<bool> {
    let maps = std::fs::read_to_string(format!("/proc/{process}/maps")).ok()?;
    let mut memory = File::open(format!("/proc/{process}/mem")).ok()?;
    let mut looked = 0;
    for line in maps.lines() {
        let (range, rest) = line.split_once(' ')?;
        if !rest.starts_with("rw") {
            continue; // what was never written holds no PIN
        }
        let (from, to) = range.split_once('-')?;
        let (from, to) = (
            u64::from_str_radix(from, 16).ok()?,
            u64::from_str_radix(to, 16).ok()?,
        );
        let mut piece = vec![0; usize::try_from(to - from).ok()?];
        memory.seek(SeekFrom::Start(from)).ok()?;
        if memory.read_exact(&mut piece).is_ok() {
            looked += piece.len();
            if tokenkit::canary::holds(&piece, canary.as_bytes()) {
                return Some(true);
            }
        }
    }
    assert!(looked > 64 * 1024, "looked at {looked} bytes only");
    Some(false)
}

/// The helper by itself, spoken to as its parent does.
pub struct Bare {
    pub child: Child,
}

impl Bare {
    pub fn start(token: &Faulty) -> Self {
        token.write();
        let options = token.options();
        Self::of(&options.helper, &options.module, &options.env)
    }

    pub fn of(
        helper: &Path,
        module: &Path,
        env: &[(std::ffi::OsString, std::ffi::OsString)],
    ) -> Self {
        let child = Command::new(helper)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .envs(env.iter().cloned())
            .spawn()
            .unwrap();
        let mut bare = Self { child };
        assert_eq!(
            bare.ask(
                &Request::Load {
                    module: module.to_str().unwrap().into()
                },
                ""
            ),
            Reply::Done
        );
        bare
    }

    pub fn ask(&mut self, request: &Request, secret: &str) -> Reply {
        self.send(request, secret);
        wire::read(self.child.stdout.as_mut().unwrap())
            .unwrap()
            .unwrap()
            .body()
            .unwrap()
    }

    pub fn send(&mut self, request: &Request, secret: &str) {
        wire::write(
            self.child.stdin.as_mut().unwrap(),
            request,
            secret.as_bytes(),
        )
        .unwrap();
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn sign() -> Request {
    let key = KeyName {
        id: vec![1],
        label: vec![],
        modulus: vec![],
    };
    let data = Hash::Sha256.of(b"x").bytes; // CKM_RSA_PKCS takes anything short enough
    Request::Sign {
        slot: 0,
        key,
        mechanism: Mechanism::RsaPkcs,
        data,
    }
}

#[test]
fn the_helpers_memory_forgets_the_pin() {
    let canary = canary();
    // Each time, so that the helper has a reason to keep it: the control, that the search finds what is there.
    for each_time in [true, false] {
        let mut token = Faulty::new();
        token.config.slots[0].pin = hashed(canary.as_bytes());
        token.config.slots[0].always_authenticate = each_time;
        let mut helper = Bare::start(&token);
        let process = helper.child.id();
        assert!(matches!(helper.ask(&Request::Slots, ""), Reply::Slots(_)));
        let wrong = canary.chars().rev().collect::<String>();
        let refused = helper.ask(&Request::Login { slot: 0 }, &wrong);
        assert!(matches!(refused, Reply::Refused(SignerError::WrongPin(_))));
        assert_eq!(
            helper.ask(&Request::Login { slot: 0 }, &canary),
            Reply::Done
        );
        assert!(matches!(helper.ask(&sign(), ""), Reply::Signature(_)));
        let Some(found) = memory_holds(process, &canary) else {
            eprintln!("SKIPPED: /proc/{process}/mem may not be read by this user");
            return;
        };
        assert_eq!(
            found, each_time,
            "kept for a key that wants it each time, and only for such a one"
        );
        assert_eq!(helper.ask(&Request::Lock, ""), Reply::Done);
        for pin in [&canary, &wrong] {
            assert_eq!(
                memory_holds(process, pin),
                Some(false),
                "still there after the lock"
            );
        }
    }
}

#[test]
fn a_locked_process_is_a_process_that_ended() {
    // What a closed driver keeps of a PIN, nobody can wipe; so a lock ends the process that had it.
    let canary = canary();
    let mut token = Faulty::new();
    token.config.slots[0].pin = hashed(canary.as_bytes());
    let mut signer = token.signer();
    let id = signer.identities().unwrap()[0].id.clone();
    signer.unlock(&id, Some(&pin(&canary))).unwrap();
    let helper = signer.helper_id().unwrap();
    assert!(tokenkit::faulty::is_running(helper));
    signer.lock();
    assert!(!tokenkit::faulty::is_running(helper));
    assert_eq!(token.count("logout"), 1, "{:?}", token.calls());
}

#[test]
fn neither_log_nor_files_nor_arguments_nor_environment_hold_the_pin() {
    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);
    impl Write for Log {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let canary = canary();
    let mut token = Faulty::new();
    token.config.slots[0].always_authenticate = true;
    token.config.slots[0].pin = hashed(canary.as_bytes());
    token.config.faults = Faults {
        chatter: true,
        ..Faults::default()
    };
    let log = Log::default();
    let to = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_writer(move || to.clone())
        .with_ansi(false)
        .finish();
    let mut told = String::new();
    tracing::subscriber::with_default(subscriber, || {
        let mut signer = token.signer();
        let id = signer.identities().unwrap()[0].id.clone();
        let typed = pin(&canary);
        told += &format!("{typed:?} {:?}", Request::Login { slot: 0 });
        told += &format!(
            "{:?}",
            signer.unlock(&id, Some(&pin(&format!("{canary}0"))))
        );
        signer.unlock(&id, Some(&typed)).unwrap();
        signer.sign(&id, &Hash::Sha256.of(b"x")).unwrap();
        let process = signer.helper_id().unwrap();
        for file in ["cmdline", "environ"] {
            match std::fs::read(format!("/proc/{process}/{file}")) {
                Ok(content) => assert_eq!(spelled(&content, &canary), None, "{file}"),
                Err(why) => eprintln!("SKIPPED: /proc/{process}/{file}: {why}"),
            }
        }
        signer.lock();
    });
    let log = log.0.lock().unwrap().clone();
    let text = String::from_utf8_lossy(&log);
    assert!(
        text.contains("login") && text.contains("sign"),
        "the log was not captured: {text}"
    );
    assert_eq!(spelled(&log, &canary), None, "in the log");
    assert_eq!(spelled(told.as_bytes(), &canary), None, "in what is told");
    for file in std::fs::read_dir(token.dir.path()).unwrap() {
        let path = file.unwrap().path();
        let content = std::fs::read(&path).unwrap();
        assert_eq!(spelled(&content, &canary), None, "{}", path.display());
    }
}

/// The token through a helper whose pipes are recorded.
#[cfg(unix)]
fn recorded(token: &Faulty, tape: &Tape) -> Pkcs11Signer {
    Pkcs11Signer::new(Options {
        helper: tape.helper(),
        ..token.options()
    })
}

#[test]
#[cfg(unix)]
fn the_pipe_carries_the_pin_to_the_helper_once_and_never_back() {
    let canary = canary();
    for each_time in [false, true] {
        let mut token = Faulty::new();
        token.config.slots[0].pin = hashed(canary.as_bytes());
        token.config.slots[0].always_authenticate = each_time;
        token.write();
        let tape = Tape::new();
        let mut signer = recorded(&token, &tape);
        let id = signer.identities().unwrap()[0].id.clone();
        let wrong = format!("{canary}0");
        let refused = signer.unlock(&id, Some(&pin(&wrong)));
        assert!(matches!(refused, Err(SignerError::WrongPin(_))));
        signer.unlock(&id, Some(&pin(&canary))).unwrap();
        for _ in 0..3 {
            signer.sign(&id, &Hash::Sha256.of(b"x")).unwrap();
        }
        signer.lock();
        let answers = tape.answered();
        assert!(
            spelled(&answers, "signature").is_some(),
            "the answers are recorded"
        );
        tape.holds_only_typed(&[&wrong, &canary]);
    }
}

#[test]
#[cfg(unix)]
fn a_driver_that_prints_the_pin_is_recorded_and_does_not_reach_the_pipe() {
    let canary = canary();
    let mut token = Faulty::new();
    token.config.slots[0].pin = hashed(canary.as_bytes());
    token.config.faults.chatter = true;
    token.write();
    let tape = Tape::new();
    let mut signer = recorded(&token, &tape);
    let id = signer.identities().unwrap()[0].id.clone();
    signer.unlock(&id, Some(&pin(&canary))).unwrap();
    signer.lock();
    // The control of the search, too: what is planted in standard error is found there. Outside tests it goes nowhere.
    assert_eq!(spelled(&tape.said(), &canary), Some("as it is"));
    assert_eq!(spelled(&tape.answered(), &canary), None);
}

#[test]
fn a_crash_leaves_no_core() {
    let canary = canary();
    let mut token = Faulty::new();
    token.config.slots[0].pin = hashed(canary.as_bytes());
    token.config.faults = Faults {
        abort_in: Some("C_Sign".into()),
        ..Faults::default()
    };
    token.write();
    let options = token.options();
    let place = tempfile::tempdir().unwrap();
    // As a user who asked for cores of everything: `ulimit -c unlimited`.
    let run = |program: &str, input: Vec<u8>| {
        let mut child = Command::new("sh")
            .args(["-c", "ulimit -c unlimited; exec \"$0\""])
            .arg(program)
            .current_dir(place.path())
            .envs(options.env.iter().cloned())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        child.stdin.as_mut().unwrap().write_all(&input).unwrap();
        let mut output = Vec::new();
        child
            .stdout
            .as_mut()
            .unwrap()
            .read_to_end(&mut output)
            .unwrap();
        child.wait().unwrap()
    };
    let mut input = Vec::new();
    let load = Request::Load {
        module: options.module.to_str().unwrap().into(),
    };
    wire::write(&mut input, &load, &[]).unwrap();
    wire::write(&mut input, &Request::Login { slot: 0 }, canary.as_bytes()).unwrap();
    wire::write(&mut input, &sign(), &[]).unwrap();
    // The control: a program that does nothing about it leaves one here.
    let careless = place.path().join("careless");
    std::fs::write(&careless, "#!/bin/sh\nkill -ABRT $$\n").unwrap();
    let executable = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    std::fs::set_permissions(&careless, executable).unwrap();
    let status = run(careless.to_str().unwrap(), Vec::new());
    if !status.to_string().contains("core dumped") {
        eprintln!("SKIPPED: this system writes no cores ({status})");
        return;
    }
    for file in std::fs::read_dir(place.path()).unwrap() {
        std::fs::remove_file(file.unwrap().path()).unwrap();
    }
    let status = run(options.helper.to_str().unwrap(), input);
    assert!(status.to_string().contains("signal: 6"), "{status}");
    assert!(!status.to_string().contains("core dumped"), "{status}");
    assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 0);
}

#[test]
fn no_other_process_of_the_same_user_may_look_in() {
    let token = Faulty::new();
    let helper = Bare::start(&token);
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", helper.child.id())).unwrap();
    let core = limits
        .lines()
        .find(|line| line.starts_with("Max core file size"))
        .unwrap();
    assert_eq!(
        core.split_whitespace().skip(4).take(2).collect::<Vec<_>>(),
        ["0", "0"]
    );
    // PR_SET_DUMPABLE shows in who owns the process's files: root, whoever started it. As root this says nothing.
    use std::os::unix::fs::MetadataExt;
    let own = std::fs::metadata("/proc/self").unwrap().uid();
    if own == 0 {
        eprintln!("SKIPPED in part: run by root, who owns everything");
    } else {
        assert_eq!(
            std::fs::metadata(format!("/proc/{}/mem", helper.child.id()))
                .unwrap()
                .uid(),
            0
        );
    }
}

#[test]
fn an_orphan_leaves_even_when_its_driver_hangs() {
    let mut token = Faulty::new();
    token.config.faults = Faults {
        hang_in: Some("C_Login".into()),
        ..Faults::default()
    };
    let mut helper = Bare::start(&token);
    helper.send(&Request::Login { slot: 0 }, "1234");
    std::thread::sleep(Duration::from_millis(100));
    drop(helper.child.stdin.take());
    let start = Instant::now();
    while helper.child.try_wait().unwrap().is_none() {
        assert!(start.elapsed() < Duration::from_secs(20), "still there");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn what_is_no_request_ends_the_helper() {
    let token = Faulty::new();
    for nonsense in [
        b"\x02\0\0\0\0\0\0\0{}".as_slice(),
        &[0xff; 16],
        b"GET / HTTP/1.1\r\n\r\n",
    ] {
        let mut helper = Bare::start(&token);
        helper
            .child
            .stdin
            .as_mut()
            .unwrap()
            .write_all(nonsense)
            .unwrap();
        drop(helper.child.stdin.take());
        let start = Instant::now();
        while helper.child.try_wait().unwrap().is_none() {
            assert!(start.elapsed() < Duration::from_secs(20), "still there");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}
