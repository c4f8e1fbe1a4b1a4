//! What each command does.

use crate::Outcome;
use crate::arguments::Arguments;
use crate::talk::{self, Sight};
use crate::trial;
use crate::words;
use domain::sito::{Field, FieldChange, PageChange, PageKind, RichText, TextVersion};
use domain::{PageId, UnixMs};
use serde_json::{Value, json};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::{Filter, Identity, Key, PageRow, Store};
use sync::transport::{HttpTransport, normalise};
use sync::{Clock, Engine, EngineConfig, EngineHandle};

fn folder(arguments: &Arguments) -> Outcome<PathBuf> {
    Ok(PathBuf::from(arguments.need("dir")?))
}

pub(crate) fn open(arguments: &Arguments) -> Outcome<Store> {
    let folder = folder(arguments)?;
    fs::create_dir_all(&folder)?;
    Ok(Store::open(&folder.join("workspace.db"), &key(&folder)?)?)
}

fn key(folder: &Path) -> Outcome<Key> {
    let path = folder.join("key");
    if let Ok(bytes) = fs::read(&path) {
        return Ok(Key::from_bytes(&bytes)?);
    }
    let key = Key::generate()?;
    fs::write(path, key.as_bytes())?;
    Ok(key)
}

pub(crate) fn start(store: &Store) -> Outcome<EngineHandle> {
    let identity = store.identity()?.ok_or("this workspace is not enrolled")?;
    let runtime = tokio::runtime::Handle::current();
    let mut config = EngineConfig::over(&identity, trial::transport(&identity.hub)?);
    config.pace = config.pace.hastened(trial::haste());
    config.clock = Arc::new(trial::Time);
    Ok(Engine::start(&runtime, store.clone(), config))
}

pub(crate) fn now() -> UnixMs {
    trial::Time.now()
}

pub(crate) async fn enrol(arguments: &Arguments) -> Outcome<String> {
    let store = open(arguments)?;
    let name = arguments.get("name").unwrap_or("prova");
    let hub = arguments.need("hub")?;
    let code = arguments.need("code")?;
    let identity = if arguments.get("clear").is_some() {
        enrol_in_clear(hub, code, name).await?
    } else {
        let hub = normalise(hub)?;
        sync::enrol_over(trial::transport(&hub)?, &hub, code, name).await?
    };
    store.set_identity(&identity)?;
    Ok(format!("{} a {}", identity.person, identity.comune_name))
}

/// Over plain HTTP to any address. The app refuses that; here whoever typed `--clear` knows the network.
async fn enrol_in_clear(hub: &str, code: &str, name: &str) -> Outcome<Identity> {
    let hub = hub.trim_end_matches('/');
    let transport = Arc::new(HttpTransport::new(hub)?);
    Ok(sync::enrol_over(transport, hub, code, name).await?)
}

/// Writes news items of about 1 kB.
pub(crate) fn fill(arguments: &Arguments) -> Outcome<String> {
    let count = arguments.number("count", 100)?;
    let seed = arguments.number("seed", 1)?;
    Ok(talk::fill(&open(arguments)?, count, seed)?.to_string())
}

/// Prints what [`fill`] would write, for programs that are to be compared with this one.
pub(crate) fn records(arguments: &Arguments) -> Outcome<String> {
    let (count, seed) = (
        arguments.number("count", 100)?,
        arguments.number("seed", 1)?,
    );
    let line = |item: words::News| json!({ "title": item.title, "body": item.body }).to_string();
    let lines: Vec<String> = words::news(seed).take(count).map(line).collect();
    Ok(lines.join("\n"))
}

/// Asks until something is here.
pub(crate) async fn wait_for(arguments: &Arguments) -> Outcome<String> {
    let own = |name: &str| arguments.get(name).map(str::to_owned);
    let sight = Sight {
        count: own("count").map(|count| count.parse()).transpose()?,
        title: own("title"),
        text: own("text"),
        file: own("file"),
    };
    let begun = Instant::now();
    let mut desk = talk::Desk::new(open(arguments)?);
    let limit = Duration::from_secs(arguments.number("seconds", 60)?);
    let seen = desk.wait_for(&sight, limit).await;
    desk.close().await;
    let mut seen = seen?;
    if let Some(seen) = seen.as_object_mut() {
        seen.insert("ms".into(), json!(begun.elapsed().as_millis()));
    }
    if seen.get("ok").is_some() {
        return Err(seen.to_string().into());
    }
    Ok(seen.to_string())
}

pub(crate) fn write(arguments: &Arguments) -> Outcome<String> {
    let store = open(arguments)?;
    let page = write_news(&store, arguments.need("title")?)?;
    if let Some(body) = arguments.get("body") {
        rewrite(&store, &page, body)?;
    }
    Ok(page.to_string())
}

pub(crate) fn write_news(store: &Store, title: &str) -> Outcome<PageId> {
    let page = store.create_page(PageKind::Notizia, now())?;
    retitle(store, &page, title)?;
    Ok(page)
}

/// Sets a title, as somebody who has seen the one the comune's log has.
pub(crate) fn retitle(store: &Store, page: &PageId, title: &str) -> Outcome<()> {
    let seen = store.page(page)?.and_then(|view| view.confirmed);
    let base = seen.and_then(|page| page.revs.get(&Field::Title).map(|rev| rev.seq));
    let change = FieldChange::Title(title.to_owned());
    let base = base.unwrap_or(0);
    store.change(page, PageChange::Set { change, base }, now())?;
    Ok(())
}

pub(crate) fn rewrite(store: &Store, page: &PageId, body: &str) -> Outcome<()> {
    let view = store.page(page)?.ok_or("there is no such page")?;
    let text = RichText::from_plain(body);
    store.edit_text(page, &view.text.version, &text, now())?;
    Ok(())
}

fn page_of(arguments: &Arguments) -> Outcome<PageId> {
    Ok(PageId::new(arguments.need("page")?))
}

pub(crate) fn edit(arguments: &Arguments) -> Outcome<String> {
    let store = open(arguments)?;
    let page = page_of(arguments)?;
    if let Some(title) = arguments.get("title") {
        retitle(&store, &page, title)?;
    }
    if let Some(body) = arguments.get("body") {
        rewrite(&store, &page, body)?;
    }
    Ok(page.to_string())
}

pub(crate) fn attach(arguments: &Arguments) -> Outcome<String> {
    let store = open(arguments)?;
    let path = PathBuf::from(arguments.need("file")?);
    let name = path.file_name().ok_or("--file has no name")?;
    let mut bytes = fs::File::open(&path)?;
    let name = name.to_string_lossy();
    let file = store.add_file(&mut bytes, &name, "application/octet-stream")?;
    let id = file.id.to_string();
    store.change(&page_of(arguments)?, PageChange::Attach(file), now())?;
    Ok(id)
}

pub(crate) fn publish(arguments: &Arguments) -> Outcome<String> {
    let store = open(arguments)?;
    let page = page_of(arguments)?;
    let change = PageChange::Publish {
        text: TextVersion::default(),
        seen: 0,
    };
    store.change(&page, change, now())?;
    Ok(page.to_string())
}

pub(crate) async fn sync(arguments: &Arguments) -> Outcome<String> {
    let store = open(arguments)?;
    let engine = start(&store)?;
    let result = engine.settled().await;
    engine.shutdown().await;
    result?;
    Ok(format!("{} waiting", store.waiting()?))
}

pub(crate) async fn wait(arguments: &Arguments) -> Outcome<String> {
    let store = open(arguments)?;
    let seconds = arguments.number("seconds", 60)?;
    let end = Instant::now() + Duration::from_secs(seconds);
    let engine = start(&store)?;
    loop {
        let result = engine.settled().await;
        let left = store.waiting()?;
        if result.is_ok() && left == 0 {
            engine.shutdown().await;
            return Ok("nothing waits".into());
        }
        if Instant::now() > end {
            result?;
            return Err(format!("{left} still wait").into());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Writes and carries until it is killed.
pub(crate) async fn work(arguments: &Arguments) -> Outcome<String> {
    let store = open(arguments)?;
    let name = arguments.need("name")?.to_owned();
    let pause = Duration::from_millis(arguments.number("pause", 20)?);
    let engine = start(&store)?;
    for number in 0_u64.. {
        let title = format!("{name} {number}");
        let (store, written) = (store.clone(), title.clone());
        let page = tokio::task::spawn_blocking(move || {
            let page = write_news(&store, &written)?;
            rewrite(&store, &page, &written)?;
            Outcome::Ok(page)
        });
        say(&page.await??, &title)?;
        engine.nudge();
        tokio::time::sleep(pause).await;
    }
    Ok(String::new())
}

/// Says that a page is on disk; at once, because the next moment may be the last.
fn say(page: &PageId, title: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{page}\t{title}")?;
    out.flush()
}

pub(crate) fn state(arguments: &Arguments) -> Outcome<String> {
    let store = open(arguments)?;
    let pages = all_pages(&store)?;
    if arguments.get("json").is_none() {
        let waiting = store.waiting()?;
        return Ok(format!("{} pages, {waiting} waiting", pages.len()));
    }
    let pages: Outcome<Vec<Value>> = pages.iter().map(|row| look(&store, row)).collect();
    let state = json!({
        "waiting": store.waiting()?,
        "files": store.files_to_upload()?.len(),
        "conflicts": store.conflicts()?.len(),
        "pages": pages?,
    });
    Ok(state.to_string())
}

/// The list, stretch by stretch: it gives only so many rows at a time.
pub(crate) fn all_pages(store: &Store) -> Outcome<Vec<PageRow>> {
    let mut pages = Vec::new();
    loop {
        let offset = u32::try_from(pages.len())?;
        let rows = store.list_pages(&Filter::default(), offset, 200)?.rows;
        if rows.is_empty() {
            return Ok(pages);
        }
        pages.extend(rows);
    }
}

fn look(store: &Store, row: &PageRow) -> Outcome<Value> {
    let view = store.page(&row.id)?.ok_or("a listed page is not there")?;
    Ok(json!({
        "id": row.id,
        "title": row.title,
        "waiting": row.waiting,
        "text": view.text.text.plain(),
        "page": view.page,
    }))
}
