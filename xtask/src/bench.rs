//! Measuring: the real app and hub as they are shipped, the site's generator, what is sent to the public.
//! Writes `docs/benchmarks.md`. Peers run in the same run, on the same machine.

use crate::step::{at, cargo, program};
use crate::{Done, setup, ui};
use serde_json::Value;
use std::fmt::Write as _;
use std::fs;

const TABLE: &str = "docs/benchmarks.md";
/// Everything measured, as it is shipped.
const PACKAGES: [&str; 6] = [
    "comuni-in-rete",
    "hub",
    "sync",
    "testkit",
    "site",
    "journeys",
];

/// Measures everything and writes the table. For trying out: `--pages N` makes the workspace smaller,
/// `--built` takes the programs as they are, `--print` shows the table and leaves the file alone.
pub fn bench(args: &[&str]) -> Done {
    let pages = args.iter().position(|arg| *arg == "--pages");
    let pages = pages.and_then(|at| args.get(at + 1)).copied();
    if !args.contains(&"--built") {
        build()?;
    }
    let figures = measure(pages.unwrap_or("10000"))?;
    let table = document(&figures);
    println!("{table}");
    if args.contains(&"--print") {
        return Ok(());
    }
    fs::write(at(TABLE), table).map_err(|error| format!("{TABLE}: {error}"))
}

/// What was measured, and with what around it.
struct Figures {
    load: String,
    app: Value,
    site: Value,
    weight: Option<Weight>,
    wasm: (u64, u64),
    editor: (u64, u64),
    binary: u64,
}

/// The heaviest public page, without the images of its content.
struct Weight {
    kb: f64,
    requests: u64,
}

fn build() -> Done {
    setup::everything(true)?;
    ui::build()?;
    let packages = PACKAGES.iter().flat_map(|package| ["-p", package]);
    let build = ["build", "--release", "--bins"].into_iter();
    cargo(&build.chain(packages).collect::<Vec<_>>()).run()
}

fn measure(pages: &str) -> Done<Figures> {
    let before = load();
    let journeys = program(at("target/release/journeys"), &["--measure", pages]);
    let app = json(&journeys.output()?)?;
    let site = program(at("target/release/site"), &["bench", "10000"]);
    let site = json(&site.output()?)?;
    Ok(Figures {
        load: format!("{before} at the start, {} at the end", load()),
        app,
        site,
        weight: weight().unwrap_or_else(|why| {
            println!("! the public pages are not weighed: {why}");
            None
        }),
        wasm: sizes("ui/dist/ui_bg.wasm")?,
        editor: sizes("ui/dist/editor.js")?,
        binary: sizes("target/release/comuni-in-rete")?.0,
    })
}

/// How many programs wanted a core in the last minute: others than those that are measured falsify.
fn load() -> String {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split(' ').next().unwrap_or_default().to_owned()
}

/// The last line: the tools that a program calls may speak before it.
fn json(text: &str) -> Done<Value> {
    serde_json::from_str(text.lines().last().unwrap_or_default())
        .map_err(|error| format!("{text}: {error}"))
}

/// Bytes of a file, raw and as a web server would send it.
fn sizes(path: &str) -> Done<(u64, u64)> {
    let raw = fs::metadata(at(path)).map_err(|error| format!("{path}: {error}"))?;
    let packed = program("gzip", &["-9", "-c", path]).command().output();
    let packed = packed.map_err(|error| format!("gzip: {error}"))?;
    Ok((
        raw.len(),
        packed.stdout.len().try_into().unwrap_or(u64::MAX),
    ))
}

/// Asks the judges of the public site, who count what is sent to a browser.
fn weight() -> Done<Option<Weight>> {
    let site = at("artifacts/site");
    // What an earlier run left must not be judged.
    let _ = fs::remove_dir_all(&site);
    let example = "docs/examples/roccaverano.json";
    program(at("target/release/site"), &["build", example])
        .arg(&site)
        .output()?;
    let judge = program("node", &["judge.mjs"])
        .arg(&site)
        .within("tests/judges");
    let said = judge.output()?;
    let pages = said.lines().filter_map(page_weight);
    Ok(pages.max_by(|a, b| a.kb.total_cmp(&b.kb)))
}

/// `ok   novita/index.html  64.3 kB, 5 requests`
fn page_weight(line: &str) -> Option<Weight> {
    let (before, after) = line.strip_suffix(" requests")?.split_once(" kB, ")?;
    Some(Weight {
        kb: before.rsplit(' ').next()?.parse().ok()?,
        requests: after.parse().ok()?,
    })
}

/// One line of the table.
struct Row {
    what: &'static str,
    here: String,
    goal: String,
    beside: String,
}

/// A figure with its unit, and the most it may be.
struct Goal {
    most: f64,
    unit: &'static str,
}

fn shown(figure: f64, unit: &str) -> String {
    let digits = match figure {
        f if f.fract() == 0.0 => 0,
        f if f >= 100.0 => 0,
        f if f >= 10.0 => 1,
        _ => 2,
    };
    format!("{figure:.digits$} {unit}")
}

/// A row with a goal says whether it is met, and by how much not.
fn row(what: &'static str, figure: Option<f64>, goal: &Goal, beside: String) -> Row {
    let unit = goal.unit;
    let Some(figure) = figure else {
        return Row {
            what,
            here: "not measured".into(),
            goal: shown(goal.most, unit),
            beside,
        };
    };
    let over = (figure / goal.most - 1.0) * 100.0;
    let verdict = if over <= 0.0 {
        "met".to_owned()
    } else {
        format!("**missed by {over:.0} %**")
    };
    Row {
        what,
        here: shown(figure, unit),
        goal: format!("< {}, {verdict}", shown(goal.most, unit)),
        beside,
    }
}

/// A row without a goal.
fn plain(what: &'static str, figure: Option<f64>, unit: &str) -> Row {
    let here = figure.map_or("not measured".into(), |figure| shown(figure, unit));
    Row {
        what,
        here,
        goal: "–".into(),
        beside: String::new(),
    }
}

fn goal(most: f64, unit: &'static str) -> Goal {
    Goal { most, unit }
}

/// A peer's figure, and how many times ours it is.
fn peer(name: &str, theirs: Option<f64>, ours: Option<f64>, unit: &str) -> String {
    match (theirs, ours) {
        (Some(theirs), Some(ours)) => {
            format!(
                "{name} {} ({:.1} × ours)",
                shown(theirs, unit),
                theirs / ours
            )
        }
        _ => format!("{name}: not measured"),
    }
}

fn at_path(value: &Value, path: &str) -> Option<f64> {
    value.pointer(path).and_then(Value::as_f64)
}

fn rows(figures: &Figures) -> Vec<Row> {
    [
        start(&figures.app),
        memory(&figures.app),
        calls(&figures.app),
        line(&figures.app),
        sizes_of(figures),
        public(figures),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn start(app: &Value) -> Vec<Row> {
    let figure = |path| at_path(app, path);
    let (warm, listed) = (figure("/start/warm_ms"), figure("/rows_ms"));
    let chromium = |theirs, ours| peer("Chromium", figure(theirs), ours, "ms");
    vec![
        row(
            "Start, warm: from spawn until the first screen stands",
            warm,
            &goal(600.0, "ms"),
            chromium("/chromium/screen_ms", warm),
        ),
        row(
            "Start, warm: until the list on \"Oggi\" has its rows (through WebDriver)",
            listed,
            &goal(600.0, "ms"),
            chromium("/chromium/rows_ms", listed),
        ),
        plain(
            "Start, slowest warm one",
            figure("/start/warm_ms_worst"),
            "ms",
        ),
        plain(
            "Start with the system's caches dropped (once)",
            figure("/start/caches_dropped_ms"),
            "ms",
        ),
    ]
}

fn memory(app: &Value) -> Vec<Row> {
    let figure = |path| at_path(app, path);
    let chromium = |theirs, ours| peer("Chromium", figure(theirs), ours, "MB");
    let (pss, uss) = (
        figure("/start/memory/pss_mb"),
        figure("/start/memory/uss_mb"),
    );
    let mut rows = vec![
        plain("Memory on \"Oggi\", all processes, PSS", pss, "MB"),
        plain("– the same, USS (nothing shared counted)", uss, "MB"),
        plain(
            "Memory after editing, publishing, 1,200 calls and 8 previews, PSS",
            figure("/memory_after_work/pss_mb"),
            "MB",
        ),
    ];
    for (row, (theirs, ours)) in rows.iter_mut().zip([
        ("/chromium/memory/pss_mb", pss),
        ("/chromium/memory/uss_mb", uss),
    ]) {
        row.beside = chromium(theirs, ours);
    }
    rows
}

fn calls(app: &Value) -> Vec<Row> {
    const CALLS: [(&str, &str); 6] = [
        ("line_load", "Call from the page and back: `line_load`, p95"),
        ("oggi_load", "`oggi_load`, p95"),
        ("page_open", "`page_open`, 200 words, p95"),
        ("page_list, 50 rows", "`page_list`, 50 of all rows, p95"),
        ("page_list, 200 rows", "`page_list`, 200 of all rows, p95"),
        (
            "page_list, words sought",
            "`page_list`, one word sought in all texts, p95",
        ),
    ];
    let mut rows: Vec<Row> = CALLS
        .iter()
        .map(|(name, what)| call(&app["calls"][*name], what))
        .collect();
    rows.push(row(
        "Preview: from the command until its window has loaded",
        at_path(app, "/preview_ms/median"),
        &goal(200.0, "ms"),
        String::new(),
    ));
    rows.push(row(
        "– the first, which opens the window",
        at_path(app, "/preview_ms/first"),
        &goal(200.0, "ms"),
        String::new(),
    ));
    rows
}

fn call(times: &Value, what: &'static str) -> Row {
    let median =
        at_path(times, "/median").map_or(String::new(), |ms| format!("median {}", shown(ms, "ms")));
    row(what, at_path(times, "/p95"), &goal(5.0, "ms"), median)
}

fn line(app: &Value) -> Vec<Row> {
    let figure = |path| at_path(app, path);
    let (edit, publish) = (
        figure("/word_edit/edit_bytes"),
        figure("/word_edit/publish_bytes"),
    );
    let mb = figure("/first_pull/bytes").map(|bytes| bytes / 1e6);
    vec![
        row(
            "One word changed: bytes on the wire, both ways",
            edit,
            &goal(1200.0, "B"),
            String::new(),
        ),
        plain(
            "– then published: bytes on the wire, both ways",
            publish,
            "B",
        ),
        plain(
            "– from \"Pubblica\" until the public page shows it",
            figure("/word_edit/public_ms"),
            "ms",
        ),
        plain(
            "– the slowest of ten",
            figure("/word_edit/public_ms_worst"),
            "ms",
        ),
        plain(
            "A new PC gets every page of the comune",
            figure("/first_pull/seconds"),
            "s",
        ),
        plain("– bytes on the wire, both ways", mb, "MB"),
        plain(
            "A colleague writes pages and sends them",
            figure("/colleague_pages_per_s"),
            "pages/s",
        ),
    ]
}

#[expect(clippy::as_conversions, reason = "sizes of files, far below 2^52")]
fn kb(bytes: u64) -> f64 {
    bytes as f64 / 1e3
}

fn sizes_of(figures: &Figures) -> Vec<Row> {
    vec![
        plain(
            "The UI's program, wasm, raw",
            Some(kb(figures.wasm.0)),
            "kB",
        ),
        row(
            "– gzip -9",
            Some(kb(figures.wasm.1)),
            &goal(350.0, "kB"),
            String::new(),
        ),
        plain(
            "The editor (JavaScript), raw",
            Some(kb(figures.editor.0)),
            "kB",
        ),
        plain("– gzip -9", Some(kb(figures.editor.1)), "kB"),
        plain(
            "The app's binary, the UI in it",
            Some(kb(figures.binary) / 1e3),
            "MB",
        ),
    ]
}

fn public(figures: &Figures) -> Vec<Row> {
    let figure = |path| at_path(&figures.site, path);
    let (seconds, peak) = (figure("/ours/seconds"), figure("/ours/peak_mb"));
    let weight = figures.weight.as_ref();
    let requests = weight.map_or(String::new(), |weight| {
        format!("{} requests", weight.requests)
    });
    vec![
        row(
            "Site of 10,000 news, built whole",
            seconds,
            &goal(6.0, "s"),
            peer("Hugo", figure("/hugo/seconds"), seconds, "s"),
        ),
        row(
            "– peak of memory",
            peak,
            &goal(300.0, "MB"),
            peer("Hugo", figure("/hugo/peak_mb"), peak, "MB"),
        ),
        row(
            "– one word changed in one of them",
            figure("/edit_ms"),
            &goal(150.0, "ms"),
            "Hugo rebuilds the site".into(),
        ),
        plain("– files rewritten", figure("/files_rewritten"), "files"),
        row(
            "Heaviest public page, not compressed, without content images",
            weight.map(|weight| weight.kb),
            &goal(80.0, "kB"),
            requests,
        ),
    ]
}

fn document(figures: &Figures) -> String {
    let mut out = String::from("# Benchmarks\n\nWritten by `cargo xtask bench`; do not edit. ");
    let _ = writeln!(out, "{}\n", machine(&figures.load));
    let pages = figures.app["pages"].as_u64().unwrap_or(0);
    let _ = writeln!(
        out,
        "The workspace holds {pages} pages of one comune. {HOW}\n"
    );
    out.push_str("| What | Here | Goal | Beside it |\n|---|---:|---|---|\n");
    for row in rows(figures) {
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} |",
            row.what, row.here, row.goal, row.beside
        );
    }
    let missed = |row: &&Row| row.goal.contains("missed");
    let reasons: String = rows(figures)
        .iter()
        .filter(missed)
        .filter_map(reason)
        .collect();
    if !reasons.is_empty() {
        let _ = write!(out, "\nWhat is missed, and why:\n\n{reasons}");
    }
    out.push_str(NOTES);
    out
}

fn reason(row: &Row) -> Option<String> {
    let (_, why) = REASONS
        .iter()
        .find(|(start, _)| row.what.starts_with(start))?;
    Some(format!("- {}: {why}\n", row.what))
}

/// What a miss comes from, by how the row begins; said only where the goal is missed.
const REASONS: [(&str, &str); 5] = [
    (
        "Start, warm",
        "taken with the load above, two cores for all; what an idle machine gives is not known from this run. \
         Chromium beside it was started in the same minutes.",
    ),
    (
        "Call from the page and back: `line_load`",
        "the state of the line counts what waits by reading all that \"Oggi\" shows.",
    ),
    (
        "`oggi_load`",
        "it asks for the state of the line, and then for the same again.",
    ),
    (
        "`page_list`, one word",
        "the slowest stretches, with the load above; compare the median.",
    ),
    (
        "– the first, which opens the window",
        "a second web process is born for the preview's window.",
    ),
];

/// What the figures depend on.
fn machine(load: &str) -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let kb: Option<u64> = memory
        .split_whitespace()
        .nth(1)
        .and_then(|kb| kb.parse().ok());
    let gib = kb.unwrap_or(0).div_ceil(1024 * 1024);
    let said = |name: &str, args: &[&str]| program(name, args).output().unwrap_or_default();
    let package = |name| said("dpkg-query", &["-W", "-f", "${Version}", name]);
    format!(
        "Taken on {} with version {} of this repository's programs, built with --release: {cores} cores, {gib} GiB, \
         Debian {}, Xvfb; load {load}. {}, WebKitGTK {}, Chromium {}, Hugo {}.",
        said("date", &["-u", "+%Y-%m-%d"]),
        env!("CARGO_PKG_VERSION"),
        fs::read_to_string("/etc/debian_version")
            .unwrap_or_default()
            .trim(),
        said("rustc", &["--version"]),
        package("libwebkit2gtk-4.1-0"),
        package("chromium"),
        package("hugo"),
    )
}

const HOW: &str = "Figures are medians: of 7 starts, of 10 edits, of 7 previews, of 200 calls.";

const NOTES: &str = r#"
How they are taken:

- **Start**: the app's process, not the login around it; the keyring is unlocked already. The first screen
  stands when the UI has told the app so (the app's log has the same moment). Rows are looked for through
  WebDriver, whose session is part of the time.
- **Chromium**: Debian's, `--app`, with the same web view's files and a made-up backend with 10,000 pages in
  the page itself: the stand-in for an Electron shell. It opens no encrypted database and carries nothing.
- **Memory**: the process and its descendants, five seconds after the start. PSS gives each its share of what
  several have in common; other programs on the machine that use the same libraries make it smaller.
- **Calls**: 40 times 5 calls one after the other, from inside the page, because its clock counts whole
  milliseconds; p95 is over the 40 means.
- **One word**: the app works through a cable that counts every byte, headers included, on a connection that is
  open already. The public page is asked for without pause; the pause of the editor (300 ms of no typing) is
  not in it.
- **Site**: made-up news of 300 words. Hugo gets the same texts as Markdown, and layouts that show the same
  parts.
- **Page weight**: what a server without compression sends to a browser without a cache, counted by the judges
  (`tests/judges`).
"#;
