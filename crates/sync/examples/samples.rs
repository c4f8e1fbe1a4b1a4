//! What the dictionary of the protocol is trained on: every request and answer of two desks that write,
//! correct and publish example pages, at one comune after the other, unpacked, a file each. Called by
//! `cargo xtask dictionary`.
//!
//! `samples FOLDER EXAMPLE.json...`

use domain::ComuneId;
use domain::sito::{FieldChange, PageChange, PageKind, TextVersion};
use domain::territorio::ASTI;
use serde_json::Value;
use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::{env, fs};
use sync::CallError;
use sync::transport::{Pending, Request, Response, Transport};
use testkit::{ANNA, BRUNO, Desk, Inside, Province};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// The largest body kept, in bytes.
const LARGEST: usize = 8 << 20;

/// A way to the hub that keeps what passes.
struct Tap {
    way: Inside,
    folder: PathBuf,
    count: AtomicUsize,
}

impl Tap {
    fn keep(&self, body: &[u8]) -> Result<(), CallError> {
        let here = |error: &dyn std::fmt::Display| CallError::Local(error.to_string());
        let plain = protocol::pack::unpack(body, LARGEST).map_err(|error| here(&error))?;
        let name = format!("{:05}", self.count.fetch_add(1, Relaxed));
        fs::write(self.folder.join(name), plain).map_err(|error| here(&error))
    }
}

impl Transport for Tap {
    fn send(&self, request: Request) -> Pending<'_, Result<Response, CallError>> {
        Box::pin(async move {
            let keep = request.path == "/v1/sync";
            if keep {
                self.keep(&request.body)?;
            }
            let response = self.way.send(request).await?;
            if keep {
                self.keep(&response.body)?;
            }
            Ok(response)
        })
    }
}

#[tokio::main]
async fn main() -> Outcome<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [folder, examples @ ..] = arguments.as_slice() else {
        return Err("samples FOLDER EXAMPLE.json...".into());
    };
    fs::create_dir_all(folder)?;
    let province = Province::open().await?;
    let tap = Arc::new(Tap {
        way: Inside::to(province.hub()?),
        folder: folder.into(),
        count: AtomicUsize::new(0),
    });
    let mut comuni = ASTI.iter().cycle();
    for example in examples {
        let example: Value = serde_json::from_str(&fs::read_to_string(example)?)?;
        let pages = example.get("pages").unwrap_or(&example);
        for pages in pages.as_array().ok_or("no pages")?.chunks(3) {
            let comune = ComuneId::new(comuni.next().ok_or("no comuni")?.0);
            let desk = |who| Desk::grant(province.hub()?, tap.clone(), &comune, who);
            let (anna, bruno) = (desk(ANNA)?, desk(BRUNO)?);
            for page in pages {
                live(&anna, &bruno, page).await?;
            }
        }
    }
    Ok(())
}

/// A page is written, read by the colleague, corrected, published; then nothing happens for a while.
async fn live(anna: &Desk, bruno: &Desk, page: &Value) -> Outcome<()> {
    let title = page["fields"]["title"].as_str().unwrap_or("Avviso");
    let kind: PageKind = serde_json::from_value(page["kind"].clone())?;
    let id = anna
        .store
        .create_page(kind, sync::Clock::now(&anna.clock))?;
    anna.retitle(&id, title)?;
    if let Some(summary) = page["fields"]["summary"].as_str() {
        let change = FieldChange::Summary(summary.into());
        anna.change(&id, PageChange::Set { change, base: 0 })?;
    }
    let text = words(&page["body"]);
    anna.rewrite(&id, &text)?;
    anna.carry().await?;
    bruno.carry().await?;
    bruno.rewrite(&id, &text.replacen(' ', " proprio ", 1))?;
    bruno.carry().await?;
    anna.carry().await?;
    let change = PageChange::Publish {
        text: TextVersion::default(),
        seen: 0,
    };
    // Some pages of the example lack something that a publication needs.
    if anna.change(&id, change).is_ok() {
        anna.carry().await?;
    }
    anna.carry().await?;
    Ok(())
}

fn words(body: &Value) -> String {
    let line = |block: &Value| -> String {
        let spans = block["spans"].as_array().into_iter().flatten();
        spans.filter_map(|span| span["text"].as_str()).collect()
    };
    let blocks = body.as_array().into_iter().flatten();
    blocks.map(line).collect::<Vec<_>>().join("\n")
}
