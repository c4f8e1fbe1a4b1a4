//! `journeys --measure`: figures of the real app against a real hub, as JSON; `cargo xtask bench` writes
//! them down. The programs are those beside this one: build them all with `--release`.
//!
//! A figure that cannot be taken is `null`, and standard error says why: the others still count.

use crate::Done;
use crate::desk::Desk;
use crate::stage::{Cable, Process, Stage, program, screen, within};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Starts of each kind.
const STARTS: usize = 7;
/// Edits of one word.
const EDITS: usize = 10;
/// A list on "Oggi" has its rows.
const ROWS: &str = "return document.querySelector('.box-rows li') !== null";
const TITLE: &str = "Mercato del giovedì in piazza Barbero";
const ADDRESS: &str = "/siti/roccaverano/novita/notizie/mercato-del-giovedi-in-piazza-barbero/";
/// What the app writes into its log once the web view has drawn.
const STANDS: &str = "The first screen stands.";

/// Takes all figures, on a workspace of so many pages.
pub fn all(pages: usize) -> Done<Value> {
    let stage = Stage::set()?;
    let written = colleague(&stage, pages)?;
    let cable = stage.cable()?;
    let (desk, pull) = arrive(&stage, &cable, pages)?;
    let page = write(&stage, &desk)?;
    let edit = part("one word", || word_edits(&stage, &desk, &cable, &page));
    let reads = part("calls", || reads(&desk, &page));
    let preview = part("preview", || previews(&desk, &page));
    let worked = part("memory after work", || desk_memory(&desk));
    let rows = part("rows", || rows(&desk));
    let pc = stage.folder().join("maria");
    drop(desk);
    Ok(json!({
        "pages": pages,
        "colleague_pages_per_s": written,
        "first_pull": pull,
        "word_edit": edit,
        "calls": reads,
        "preview_ms": preview,
        "memory_after_work": worked,
        "rows_ms": rows,
        "start": part("start", || starts(&pc)),
        "chromium": part("chromium", || chromium(stage.folder())),
    }))
}

fn part(name: &str, figures: impl FnOnce() -> Done<Value>) -> Value {
    let start = Instant::now();
    let figures = figures().unwrap_or_else(|why| {
        eprintln!("not measured: {name}: {why}");
        Value::Null
    });
    eprintln!("  {name}: {} s", start.elapsed().as_secs());
    figures
}

/// A colleague without a window writes the pages; gives how many a second, hub included.
fn colleague(stage: &Stage, pages: usize) -> Done<f64> {
    let folder = stage.folder().join("bruno");
    let client = || {
        let mut command = Command::new(program("client"));
        command.stdin(Stdio::null());
        command
    };
    let said = |mut command: Command| -> Done<String> {
        let output = command.output().map_err(|error| error.to_string())?;
        let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        output.status.success().then_some(said.clone()).ok_or(said)
    };
    let with_folder = |mut command: Command, word: &str| {
        command.arg(word).arg("--dir").arg(&folder);
        command
    };
    let code = stage.code("Bruno Gallo", "impiegato")?;
    let mut enrol = with_folder(client(), "enrol");
    enrol.args(["--hub", &stage.hub, "--code", &code]);
    said(enrol)?;
    let start = Instant::now();
    let mut work = with_folder(client(), "work");
    work.args(["--name", "Notizia", "--pause", "0"])
        .stdout(Stdio::piped());
    let mut child = work.spawn().map_err(|error| error.to_string())?;
    let out = child.stdout.take().ok_or("no output")?;
    let lines = BufReader::new(out).lines().take(pages).count();
    let _ = child.kill();
    let _ = child.wait();
    let mut wait = with_folder(client(), "wait");
    wait.args(["--seconds", "240"]);
    said(wait)?;
    if lines < pages {
        return Err(format!("the colleague wrote {lines} pages"));
    }
    Ok(number(lines) / start.elapsed().as_secs_f64())
}

/// A new PC is linked and gets every page.
fn arrive(stage: &Stage, cable: &Cable, pages: usize) -> Done<(Desk, Value)> {
    let desk = stage.pc("maria", true)?;
    let code = stage.code("Maria Rossi", "impiegato")?;
    desk.link(cable.address(), &code, "PC dell’anagrafe")?;
    let start = Instant::now();
    let total = || -> Done<u64> {
        let list = call(
            &desk,
            "page_list",
            json!({"kind": null, "status": null, "query": "", "offset": 0, "limit": 1}),
        )?;
        Ok(list["total"].as_u64().unwrap_or(0))
    };
    within(300, || match total()? {
        some if number(some) >= number(pages) => Ok(()),
        some => Err(format!("{some} pages have arrived")),
    })?;
    let seconds = start.elapsed().as_secs_f64();
    let bytes = cable.traffic()?;
    Ok((desk, json!({"seconds": seconds, "bytes": bytes})))
}

/// Calls a command of the app from inside its page.
fn call(desk: &Desk, name: &str, input: Value) -> Done<Value> {
    let script = "return window.__TAURI_INTERNALS__.invoke(arguments[0], {input: arguments[1]})
        .catch((why) => { throw new Error(JSON.stringify(why)); });";
    desk.script(script, json!([name, input]))
}

/// A published Notizia of 200 words; gives its id.
fn write(stage: &Stage, desk: &Desk) -> Done<String> {
    let page = call(desk, "page_create", json!({"kind": "notizia"}))?;
    let set = |field: &str, value: Value| {
        let input = json!({"page": page, "change": {"field": field, "value": value}});
        call(desk, "page_set", input).map(drop)
    };
    set("title", json!(TITLE))?;
    set("summary", json!("Il mercato si sposta per i lavori."))?;
    let offices = call(desk, "office_list", json!({}))?;
    set("office", offices[0]["id"].clone())?;
    call(
        desk,
        "page_topic",
        json!({"page": page, "topic": "istruzione", "on": true}),
    )?;
    let view = call(desk, "page_open", json!({"page": page}))?;
    let words = "il mercato del giovedì si tiene in piazza fino alla fine dei lavori ".repeat(3);
    let mut text = vec![json!({"type": "paragraph", "spans": [{"text": words}]}); 5];
    text.push(json!({"type": "paragraph", "spans": [{"text": "Si torna inizio"}]}));
    let input = json!({"page": page, "base": view["body"]["version"], "text": text});
    call(desk, "page_edit", input)?;
    call(desk, "page_publish", json!({"page": page}))?;
    within(30, || stage.public(ADDRESS))?;
    // A draft, for the list on "Oggi".
    let draft = call(desk, "page_create", json!({"kind": "notizia"}))?;
    let title = json!({"field": "title", "value": "Sagra della robiola: strade chiuse"});
    call(desk, "page_set", json!({"page": draft, "change": title}))?;
    Ok(page.as_str().unwrap_or_default().to_owned())
}

/// One word is replaced and sent, then published: bytes of both, and how long until the public has it.
fn word_edits(stage: &Stage, desk: &Desk, cable: &Cable, page: &str) -> Done<Value> {
    let (mut edit, mut publish, mut ms) = (Vec::new(), Vec::new(), Vec::new());
    quiet(desk)?;
    for round in 0..EDITS {
        let word = format!("parola{round}");
        let before = cable.traffic()?;
        replace_word(desk, page, &word)?;
        quiet(desk)?;
        let sent = cable.traffic()?;
        let start = Instant::now();
        call(desk, "page_publish", json!({"page": page}))?;
        wait_until(Duration::from_secs(20), || seen_by_public(stage, &word))?;
        ms.push(start.elapsed().as_secs_f64() * 1e3);
        quiet(desk)?;
        edit.push(number(sent - before));
        publish.push(number(cable.traffic()? - sent));
    }
    Ok(json!({
        "edit_bytes": median(&mut edit),
        "publish_bytes": median(&mut publish),
        "public_ms": median(&mut ms),
        "public_ms_worst": worst(&ms),
    }))
}

/// As the editor does it after a pause of typing: the whole text, with the version it was based on.
fn replace_word(desk: &Desk, page: &str, word: &str) -> Done {
    let view = call(desk, "page_open", json!({"page": page}))?;
    let mut text = view["body"]["text"].clone();
    let last = text.as_array_mut().and_then(|blocks| blocks.last_mut());
    let last = last.ok_or("the page is empty")?;
    last["spans"] = json!([{"text": format!("Si torna {word}")}]);
    let input = json!({"page": page, "base": view["body"]["version"], "text": text});
    call(desk, "page_edit", input).map(drop)
}

fn seen_by_public(stage: &Stage, word: &str) -> Option<()> {
    let page = stage.public(ADDRESS).ok()?;
    page.contains(word).then_some(())
}

/// Nothing waits, and the answers are in.
fn quiet(desk: &Desk) -> Done {
    within(30, || {
        let line = call(desk, "line_load", json!({}))?;
        match line["waiting"].as_u64() {
            Some(0) => Ok(()),
            _ => Err(format!("waiting: {}", line["waiting"])),
        }
    })?;
    std::thread::sleep(Duration::from_millis(700));
    Ok(())
}

/// Commands that read, each called 200 times from the page. Its clock counts whole milliseconds, so
/// calls are timed by fives.
fn reads(desk: &Desk, page: &str) -> Done<Value> {
    let list = |query: &str, limit: u32| json!({"kind": null, "status": null, "query": query, "offset": 0, "limit": limit});
    let calls = [
        ("line_load", "line_load", json!({})),
        ("oggi_load", "oggi_load", json!({})),
        ("page_open", "page_open", json!({"page": page})),
        ("page_list, 50 rows", "page_list", list("", 50)),
        ("page_list, 200 rows", "page_list", list("", 200)),
        ("page_list, words sought", "page_list", list("mercato", 50)),
    ];
    let mut figures = BTreeMap::new();
    for (name, command, input) in calls {
        let script = "
            const [command, input] = arguments;
            const run = async () => {
                const batches = [];
                for (let batch = 0; batch < 40; batch++) {
                    const start = performance.now();
                    for (let n = 0; n < 5; n++) await window.__TAURI_INTERNALS__.invoke(command, {input});
                    batches.push((performance.now() - start) / 5);
                }
                return batches;
            };
            return run();";
        let batches = desk.script(script, json!([command, input]))?;
        let mut ms: Vec<f64> = numbers(&batches);
        figures.insert(name, json!({"median": median(&mut ms), "p95": p95(&ms)}));
    }
    Ok(json!(figures))
}

/// From the command until the preview has loaded; the first opens the window, the others are in it.
fn previews(desk: &Desk, page: &str) -> Done<Value> {
    let mut all = Vec::new();
    for _ in 0..=STARTS {
        let began = now_ms();
        call(desk, "page_preview", json!({"page": page}))?;
        let loaded = desk.in_other_window(|window| within(10, || loaded(window, began)));
        all.push(loaded? - began);
    }
    let first = all.remove(0);
    Ok(json!({"first": first, "median": median(&mut all)}))
}

/// When the page of a window had loaded, if it is one that was asked for after a moment.
fn loaded(window: &Desk, since: f64) -> Done<f64> {
    let script = "const t = performance.timing; return [t.navigationStart, t.loadEventEnd]";
    let times = numbers(&window.script(script, json!([]))?);
    match times.as_slice() {
        [start, end] if *start >= since && *end > 0.0 => Ok(*end),
        _ => Err("the preview has not loaded".into()),
    }
}

/// Starts through WebDriver: from the birth of the process until a list of "Oggi" has its rows.
fn rows(desk: &Desk) -> Done<Value> {
    let mut all = Vec::new();
    for _ in 0..STARTS {
        desk.kill()?;
        std::thread::sleep(Duration::from_secs(1));
        desk.start()?;
        wait_until(Duration::from_secs(20), || {
            let rows = desk.script(ROWS, json!([])).ok()?;
            rows.as_bool()?.then_some(())
        })?;
        all.push(age_ms(app_of(&desk.data())?)?);
    }
    Ok(json!(median(&mut all)))
}

/// How long a process has been alive. The kernel counts hundredths of a second.
fn age_ms(process: u32) -> Done<f64> {
    let uptime = read("/proc/uptime")?;
    let uptime: Option<f64> = uptime
        .split_whitespace()
        .next()
        .and_then(|s| s.parse().ok());
    let stat = read(&format!("/proc/{process}/stat"))?;
    // After the name, which is in brackets and may hold blanks: field 22 is the 20th from there.
    let born = stat
        .rsplit(") ")
        .next()
        .and_then(|rest| rest.split(' ').nth(19));
    let born: Option<f64> = born.and_then(|ticks| ticks.parse().ok());
    let (uptime, born) = uptime.zip(born).ok_or("no age")?;
    Ok(uptime * 1e3 - born * 10.0)
}

/// Starts as a person does, without WebDriver: warm, and once with the system's caches dropped.
fn starts(pc: &Path) -> Done<Value> {
    let (_screen, display) = screen()?;
    let (mut wall, mut said, mut memory) = (Vec::new(), Vec::new(), Value::Null);
    // The first one finds what kill -9 left.
    start(pc, &display)?;
    for round in 0..STARTS {
        let begun = start(pc, &display)?;
        wall.push(begun.wall_ms);
        said.push(begun.said_ms);
        if round + 1 == STARTS {
            memory = begun.memory;
        }
    }
    let cold = match drop_caches() {
        Ok(()) => json!(start(pc, &display)?.wall_ms),
        Err(why) => part("caches dropped", || Err(why)),
    };
    Ok(json!({
        "warm_ms": median(&mut wall),
        "warm_ms_worst": worst(&wall),
        "in_log_ms": median(&mut said),
        "caches_dropped_ms": cold,
        "memory": memory,
    }))
}

struct Begun {
    wall_ms: f64,
    said_ms: f64,
    memory: Value,
}

/// One start; the memory is that of five seconds later.
fn start(pc: &Path, display: &str) -> Done<Begun> {
    let data = pc.join("dati");
    let (before, _) = stands(&data);
    let script = format!(
        "printf parola | gnome-keyring-daemon --unlock --components=secrets >/dev/null; \
         date +%s%N > began; exec {}",
        program("comuni-in-rete").display()
    );
    let mut command = Command::new("dbus-run-session");
    command
        .args(["--", "sh", "-c", &script])
        .current_dir(pc)
        .env("DISPLAY", display)
        .env("HOME", pc)
        .env("XDG_DATA_HOME", pc.join("share"))
        .env("XDG_RUNTIME_DIR", pc)
        .env("COMUNI_DATA", &data)
        .env("WEBKIT_DISABLE_COMPOSITING_MODE", "1")
        .env("LANG", "it_IT.UTF-8")
        .env("TZ", "Europe/Rome")
        .env_remove("DBUS_SESSION_BUS_ADDRESS")
        .env_remove("WAYLAND_DISPLAY")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let session = Process::start(&mut command)?;
    let said_ms = wait_until(Duration::from_secs(30), || {
        let (count, ms) = stands(&data);
        (count > before).then_some(ms)
    })?;
    let wall_ms = now_ms() - began(pc)?;
    std::thread::sleep(Duration::from_secs(5));
    let app = app_of(&data)?;
    let memory = memory(app)?;
    end(app)?;
    drop(session);
    std::thread::sleep(Duration::from_secs(1));
    Ok(Begun {
        wall_ms,
        said_ms,
        memory,
    })
}

fn began(pc: &Path) -> Done<f64> {
    let nanoseconds = read(&pc.join("began").to_string_lossy())?;
    let parsed: Result<f64, _> = nanoseconds.trim().parse();
    Ok(parsed.map_err(|error| error.to_string())? / 1e6)
}

/// How often the log says that the first screen stands, and what it said last.
fn stands(data: &Path) -> (usize, f64) {
    let files = std::fs::read_dir(data.join("log")).into_iter().flatten();
    let mut paths: Vec<PathBuf> = files.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    let (mut count, mut last) = (0, 0.0);
    for path in paths {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        for line in text.lines().filter(|line| line.contains(STANDS)) {
            count += 1;
            let ms = line
                .split("ms=")
                .nth(1)
                .and_then(|rest| rest.split(' ').next());
            last = ms.and_then(|ms| ms.parse().ok()).unwrap_or(last);
        }
    }
    (count, last)
}

/// Only root may; others go without this figure.
fn drop_caches() -> Done {
    let synced = Command::new("sync").status();
    synced.map_err(|error| format!("sync: {error}"))?;
    std::fs::write("/proc/sys/vm/drop_caches", "3").map_err(|error| error.to_string())
}

/// The same web view's files with a made-up backend in Debian's Chromium: what stands in for Electron.
fn chromium(folder: &Path) -> Done<Value> {
    let (_screen, display) = screen()?;
    let server = Server::start()?;
    let profile = folder.join("chromium");
    let (mut rows, mut screens, mut used) = (Vec::new(), Vec::new(), Value::Null);
    // The first one makes the profile.
    for round in 0..=STARTS {
        let start = Instant::now();
        let browser = browse(&display, &profile, &server.address)?;
        let first = server.hears("screen", start)?;
        let second = server.hears("rows", start)?;
        if round > 0 {
            screens.push(first);
            rows.push(second);
        }
        if round == STARTS {
            std::thread::sleep(Duration::from_secs(5));
            used = memory(browser.id())?;
        }
        drop(browser);
        std::thread::sleep(Duration::from_secs(1));
    }
    Ok(json!({"screen_ms": median(&mut screens), "rows_ms": median(&mut rows), "memory": used}))
}

fn browse(display: &str, profile: &Path, address: &str) -> Done<Process> {
    let mut command = Command::new("/usr/lib/chromium/chromium");
    command
        .args([
            "--no-sandbox",
            "--no-first-run",
            "--no-default-browser-check",
            "--disable-gpu",
            "--disable-extensions",
            "--disable-background-networking",
            "--window-size=1280,800",
        ])
        .arg(format!("--user-data-dir={}", profile.display()))
        .arg(format!("--app={address}"))
        .env("DISPLAY", display)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    Process::start(&mut command)
}

/// The development server, which says what the page in the browser tells it.
struct Server {
    _process: Process,
    address: String,
    lines: Receiver<String>,
}

impl Server {
    fn start() -> Done<Self> {
        let mut process = Process::start(
            Command::new("node")
                .args(["ui/dev/serve.mjs", "0"])
                .stdin(Stdio::null())
                .stdout(Stdio::piped())
                .stderr(Stdio::null()),
        )?;
        let (address, reader) = process.line()?;
        let (send, lines) = channel();
        // It ends with the process, whose output it reads.
        std::thread::spawn(move || {
            reader
                .lines()
                .map_while(Result::ok)
                .try_for_each(|line| send.send(line))
        });
        Ok(Self {
            _process: process,
            address,
            lines,
        })
    }

    /// Milliseconds from a moment until the page says this.
    fn hears(&self, what: &str, since: Instant) -> Done<f64> {
        loop {
            let line = self.lines.recv_timeout(Duration::from_secs(20));
            if line.map_err(|_| format!("the browser never said {what}"))? == what {
                return Ok(since.elapsed().as_secs_f64() * 1e3);
            }
        }
    }
}

fn desk_memory(desk: &Desk) -> Done<Value> {
    memory(app_of(&desk.data())?)
}

/// What a process and its descendants hold: `pss` shares shared pages out, `uss` leaves them out. In MB.
fn memory(root: u32) -> Done<Value> {
    let (mut pss, mut uss) = (0, 0);
    for process in descendants(root)? {
        // One that just ended holds nothing.
        let rollup = read(&format!("/proc/{process}/smaps_rollup")).unwrap_or_default();
        pss += kb(&rollup, "Pss:");
        uss += kb(&rollup, "Private_Clean:") + kb(&rollup, "Private_Dirty:");
    }
    Ok(json!({"pss_mb": pss / 1024, "uss_mb": uss / 1024}))
}

fn kb(rollup: &str, name: &str) -> u64 {
    let line = rollup.lines().find(|line| line.starts_with(name));
    let value = line.and_then(|line| line.split_whitespace().nth(1));
    value.and_then(|value| value.parse().ok()).unwrap_or(0)
}

/// A process and all that it started, itself first.
fn descendants(root: u32) -> Done<Vec<u32>> {
    let mut parents: Vec<(u32, u32)> = Vec::new();
    for process in processes()? {
        let status = read(&format!("/proc/{process}/status")).unwrap_or_default();
        let parent = status.lines().find_map(|line| line.strip_prefix("PPid:"));
        if let Some(parent) = parent.and_then(|parent| parent.trim().parse().ok()) {
            parents.push((process, parent));
        }
    }
    let mut tree = vec![root];
    let mut at = 0;
    while let Some(parent) = tree.get(at).copied() {
        tree.extend(parents.iter().filter(|it| it.1 == parent).map(|it| it.0));
        at += 1;
    }
    Ok(tree)
}

fn processes() -> Done<Vec<u32>> {
    let entries = std::fs::read_dir("/proc").map_err(|error| error.to_string())?;
    let names = entries.flatten().map(|entry| entry.file_name());
    Ok(names.filter_map(|it| it.to_str()?.parse().ok()).collect())
}

/// The app that works on a folder.
fn app_of(data: &Path) -> Done<u32> {
    let wanted = format!("COMUNI_DATA={}", data.display());
    let is_it = |process: &u32| {
        let folder = PathBuf::from(format!("/proc/{process}"));
        let environment = std::fs::read(folder.join("environ")).unwrap_or_default();
        std::fs::read_link(folder.join("exe")).is_ok_and(|exe| exe.ends_with("comuni-in-rete"))
            && environment
                .split(|b| *b == 0)
                .any(|it| it == wanted.as_bytes())
    };
    let found = processes()?.into_iter().find(is_it);
    found.ok_or("the app is not running".into())
}

/// Ends a process as a power cut would.
fn end(process: u32) -> Done {
    let killed = Command::new("kill")
        .args(["-9", &process.to_string()])
        .status();
    killed.map(drop).map_err(|error| error.to_string())
}

fn read(path: &str) -> Done<String> {
    std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))
}

fn wait_until<T>(patience: Duration, mut attempt: impl FnMut() -> Option<T>) -> Done<T> {
    let end = Instant::now() + patience;
    while Instant::now() < end {
        if let Some(value) = attempt() {
            return Ok(value);
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    Err(format!("waited {} s", patience.as_secs()))
}

fn now_ms() -> f64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.unwrap_or_default().as_secs_f64() * 1e3
}

/// A count, far below 2^52.
fn number(count: impl TryInto<u64>) -> f64 {
    count.try_into().unwrap_or_default() as f64
}

fn numbers(list: &Value) -> Vec<f64> {
    let list = list.as_array().into_iter().flatten();
    list.filter_map(Value::as_f64).collect()
}

/// Sorts them, and gives the one in the middle.
fn median(all: &mut [f64]) -> Option<f64> {
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied()
}

/// Of sorted ones: 19 of 20 are no higher.
fn p95(all: &[f64]) -> Option<f64> {
    all.get((all.len() * 19).div_ceil(20).saturating_sub(1))
        .copied()
}

fn worst(all: &[f64]) -> Option<f64> {
    all.last().copied()
}
