//! A workspace whose engine stays: commands come line by line on standard input, answers go out the same
//! way, as JSON. It is how a measurement drives a client with a connection that is already there.

use crate::Outcome;
use crate::arguments::Arguments;
use crate::desk::{all_pages, now, open, retitle, rewrite, start, write_news};
use crate::tally;
use crate::words;
use domain::PageId;
use domain::sito::PageChange;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use store::{Filter, Store};
use sync::{CallError, EngineHandle};

/// Between two looks at one's own workspace.
const LOOK: Duration = Duration::from_millis(4);
/// Between two calls for others' work: below what a hub takes from one device in a minute.
const POLL: Duration = Duration::from_millis(55);

/// What can be asked.
#[derive(Debug, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
enum Ask {
    /// Writes these news items, without carrying them.
    Fill { count: usize, seed: u64 },
    /// Writes those of a file, one JSON object with `title` and `body` per line.
    Load { file: PathBuf },
    /// Gives the page with this title another one, without carrying it.
    Edit { was: String, title: String },
    /// Offers a file under a page of this title, which is made where it is not there.
    Attach { file: PathBuf, title: String },
    /// Carries until nothing waits.
    Carry { seconds: f64 },
    /// Begins to carry, and goes on by itself.
    Start,
    /// Lets the engine and its connection go; the next thing carried begins anew.
    Cold,
    /// Carries once: asks the hub whether there is anything.
    Sync,
    /// Asks the hub until what is told is here.
    Await {
        #[serde(flatten)]
        sight: Sight,
        seconds: f64,
    },
    /// What is here now.
    Count,
}

/// What is waited for; all that is told.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Sight {
    /// So many pages, the newest with their text.
    #[serde(default)]
    pub count: Option<usize>,
    /// A page with this title.
    #[serde(default)]
    pub title: Option<String>,
    /// A page whose text holds these words.
    #[serde(default)]
    pub text: Option<String>,
    /// A page with a file of this name, the whole of it here.
    #[serde(default)]
    pub file: Option<String>,
}

/// A workspace and, once something was carried, its engine.
pub(crate) struct Desk {
    store: Store,
    engine: Option<EngineHandle>,
    /// Pages that were seen whole.
    whole: BTreeSet<PageId>,
}

/// `client talk`.
pub(crate) async fn talk(arguments: &Arguments) -> Outcome<String> {
    let mut desk = Desk::new(open(arguments)?);
    let mut lines = lines();
    say(&json!({ "ok": true }))?;
    while let Some(line) = lines.recv().await {
        let answer = match serde_json::from_str(&line) {
            Ok(ask) => desk.answer(ask).await,
            Err(error) => Err(error.into()),
        };
        say(&answer.unwrap_or_else(|error| json!({ "ok": false, "error": error.to_string() })))?;
    }
    desk.close().await;
    Ok(json!({ "ok": true }).to_string())
}

/// Standard input, line by line, off the runtime: a read there cannot be given up.
fn lines() -> tokio::sync::mpsc::Receiver<String> {
    let (sender, receiver) = tokio::sync::mpsc::channel(16);
    std::thread::spawn(move || {
        for line in std::io::stdin().lines().map_while(Result::ok) {
            if sender.blocking_send(line).is_err() {
                return;
            }
        }
    });
    receiver
}

fn say(answer: &Value) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{answer}")?;
    out.flush()
}

impl Desk {
    pub fn new(store: Store) -> Self {
        Self {
            store,
            engine: None,
            whole: BTreeSet::new(),
        }
    }

    /// The engine, which begins with a call of its own at first.
    fn engine(&mut self) -> Outcome<(EngineHandle, bool)> {
        if let Some(engine) = &self.engine {
            return Ok((engine.clone(), false));
        }
        let engine = start(&self.store)?;
        self.engine = Some(engine.clone());
        Ok((engine, true))
    }

    pub async fn close(&mut self) {
        if let Some(engine) = self.engine.take() {
            engine.shutdown().await;
        }
    }

    async fn answer(&mut self, ask: Ask) -> Outcome<Value> {
        let begun = Instant::now();
        let mut answer = match ask {
            Ask::Fill { count, seed } => fill(&self.store, count, seed)?,
            Ask::Load { file } => load(&self.store, &file)?,
            Ask::Edit { was, title } => self.edit(&was, &title)?,
            Ask::Attach { file, title } => attach(&self.store, &file, &title)?,
            Ask::Carry { seconds } => self.carry(Duration::from_secs_f64(seconds)).await?,
            Ask::Start => self.begin()?,
            Ask::Cold => {
                self.close().await;
                json!({})
            }
            Ask::Sync => self.once().await?,
            Ask::Await { sight, seconds } => {
                self.wait_for(&sight, Duration::from_secs_f64(seconds))
                    .await?
            }
            Ask::Count => json!({ "pages": self.total()?, "waiting": self.store.waiting()? }),
        };
        if let Some(answer) = answer.as_object_mut() {
            answer.entry("ok").or_insert(true.into());
            answer.insert("ms".into(), json!(begun.elapsed().as_secs_f64() * 1000.0));
        }
        Ok(answer)
    }

    fn edit(&self, was: &str, title: &str) -> Outcome<Value> {
        let page = titled(&self.store, was)?.ok_or("there is no page of that title")?;
        retitle(&self.store, &page, title)?;
        Ok(json!({ "page": page }))
    }

    /// Carries until nothing waits here: every operation has its answer, every file is at the hub. Tells how many
    /// calls took it there, and the bytes of their bodies.
    async fn carry(&mut self, limit: Duration) -> Outcome<Value> {
        let end = Instant::now() + limit;
        let before = tally::answered();
        let (engine, fresh) = self.engine()?;
        if !fresh {
            engine.nudge();
        }
        loop {
            let left = self.store.waiting()?;
            if left == 0 && self.store.files_to_upload()?.is_empty() {
                let (calls, bytes) = tally::answered();
                let (calls, bytes) = (calls - before.0, bytes - before.1);
                return Ok(json!({ "waiting": 0, "calls": calls, "bytes": bytes }));
            }
            if Instant::now() > end {
                return Ok(json!({ "ok": false, "waiting": left, "error": "time is up" }));
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    fn begin(&mut self) -> Outcome<Value> {
        let (engine, fresh) = self.engine()?;
        if !fresh {
            engine.nudge();
        }
        Ok(json!({}))
    }

    async fn once(&mut self) -> Outcome<Value> {
        let (engine, _) = self.engine()?;
        engine.settled().await?;
        Ok(json!({ "waiting": self.store.waiting()? }))
    }

    /// Asks until it is here; a call that fails is made again.
    pub async fn wait_for(&mut self, sight: &Sight, limit: Duration) -> Outcome<Value> {
        let begun = Instant::now();
        let (engine, _) = self.engine()?;
        let mut progress = Vec::new();
        loop {
            // A call that hangs must not outlast the limit; the engine goes on with it.
            let left = limit.saturating_sub(begun.elapsed());
            let carried = tokio::time::timeout(left, engine.settled()).await;
            let pages = self.total()?;
            note(&mut progress, begun.elapsed(), pages);
            if self.sees(sight)? {
                return Ok(json!({ "pages": pages, "progress": progress }));
            }
            if begun.elapsed() >= limit {
                let error = carried.ok().and_then(Result::err);
                let error = error.map(|error| error.to_string());
                let error = error.unwrap_or_else(|| "time is up".into());
                return Ok(
                    json!({ "ok": false, "pages": pages, "progress": progress, "error": error }),
                );
            }
            // A hub that has had enough would else be asked for ever for what comes first, and never for the rest.
            let pause = match carried {
                Ok(Err(CallError::TooMany { retry_after })) => {
                    retry_after.unwrap_or(Duration::from_secs(1))
                }
                _ => POLL,
            };
            tokio::time::sleep(pause).await;
        }
    }

    fn total(&self) -> Outcome<usize> {
        let list = self.store.list_pages(&Filter::default(), 0, 1)?;
        Ok(usize::try_from(list.total)?)
    }

    fn sees(&mut self, sight: &Sight) -> Outcome<bool> {
        if let Some(count) = sight.count
            && (self.total()? < count || !self.whole()?)
        {
            return Ok(false);
        }
        if let Some(title) = &sight.title
            && titled(&self.store, title)?.is_none()
        {
            return Ok(false);
        }
        if let Some(text) = &sight.text
            && !self
                .newest()?
                .any(|view| view.text.text.plain().contains(text))
        {
            return Ok(false);
        }
        Ok(match &sight.file {
            None => true,
            Some(name) => self.newest()?.any(|view| {
                view.files
                    .iter()
                    .any(|(file, here)| file.name == *name && *here)
            }),
        })
    }

    fn newest(&self) -> Outcome<impl Iterator<Item = store::PageView>> {
        let rows = self.store.list_pages(&Filter::default(), 0, 200)?.rows;
        let store = self.store.clone();
        Ok(rows
            .into_iter()
            .filter_map(move |row| store.page(&row.id).ok().flatten()))
    }

    /// Whether the newest pages have their text: the log is read in order, so the last operations of the
    /// last pages are what may still be on its way. To open every page would take longer than the line.
    fn whole(&mut self) -> Outcome<bool> {
        for row in self.store.list_pages(&Filter::default(), 0, 200)?.rows {
            if self.whole.contains(&row.id) {
                continue;
            }
            let view = self.store.page(&row.id)?;
            if view.is_none_or(|view| view.text.text.plain().trim().is_empty()) {
                return Ok(false);
            }
            self.whole.insert(row.id);
        }
        Ok(true)
    }
}

/// Notes how many pages are here, once a second at most and where it changed: milliseconds, pages.
fn note(progress: &mut Vec<(u64, usize)>, since: Duration, pages: usize) {
    let now = u64::try_from(since.as_millis()).unwrap_or(u64::MAX);
    let news = progress
        .last()
        .is_none_or(|&(then, before)| now >= then + 1000 && pages != before);
    if news {
        progress.push((now, pages));
    }
}

/// The page with this title.
fn titled(store: &Store, title: &str) -> Outcome<Option<PageId>> {
    let rows = store.list_pages(&Filter::default(), 0, 200)?.rows;
    if let Some(row) = rows.into_iter().find(|row| row.title == title) {
        return Ok(Some(row.id));
    }
    let rows = all_pages(store)?;
    Ok(rows
        .into_iter()
        .find(|row| row.title == title)
        .map(|row| row.id))
}

/// Writes so many news items.
pub(crate) fn fill(store: &Store, count: usize, seed: u64) -> Outcome<Value> {
    for item in words::news(seed).take(count) {
        put(store, &item.title, &item.body)?;
    }
    Ok(json!({ "written": count }))
}

fn load(store: &Store, file: &std::path::Path) -> Outcome<Value> {
    let text = std::fs::read_to_string(file)?;
    for line in text.lines() {
        let item: Value = serde_json::from_str(line)?;
        let word = |name: &str| item.get(name).and_then(Value::as_str).unwrap_or_default();
        put(store, word("title"), word("body"))?;
    }
    Ok(json!({ "written": text.lines().count() }))
}

fn put(store: &Store, title: &str, body: &str) -> Outcome<PageId> {
    let page = write_news(store, title)?;
    rewrite(store, &page, body)?;
    Ok(page)
}

fn attach(store: &Store, file: &std::path::Path, title: &str) -> Outcome<Value> {
    let page = match titled(store, title)? {
        Some(page) => page,
        None => write_news(store, title)?,
    };
    let name = file.file_name().ok_or("the file has no name")?;
    let mut bytes = std::fs::File::open(file)?;
    let file = store.add_file(
        &mut bytes,
        &name.to_string_lossy(),
        "application/octet-stream",
    )?;
    store.change(&page, PageChange::Attach(file), now())?;
    Ok(json!({ "page": page }))
}
