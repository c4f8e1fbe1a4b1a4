//! Signing what a person confirmed: a run on a thread of its own, a result for each document, and a way to take up
//! again what stopped.

use super::papers::{self, Open};
use super::place::{self, Shelf as Place};
use super::{device, last, left, lock, stop, words};
use crate::app::{App, off_thread};
use crate::{Result, failure};
use api::firma::{
    Done, FirmaCancel, FirmaResume, FirmaSign, FirmaState, Format, NoPdf, NotSigned, PaperId,
    PaperKind, Request, Signing, Spot,
};
use api::{Code, Event, Failure};
use l10n::Lang;
use signing::batch::{
    Batch, Confirmation, Documents, Format as Way, Item, Look, Outcome, Progress, Refusal, Shelf,
};
use signing::pades::PadesError;
use signing::{Cancel, Identity, Signer, SignerError};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// At most so often is told that something changed.
const RHYTHM: Duration = Duration::from_millis(100);

/// A run: under way, stopped, or over.
pub struct Run {
    request: Request,
    items: Vec<Item>,
    /// What is signed already; with the thread while it runs.
    batch: Option<Batch<Refusal>>,
    signing: Signing,
    cancel: Cancel,
    made: Made,
    /// It is in the list of what is left: else that list is of other runs.
    noted: bool,
}

/// The signed documents: by the id of the original, the new name and the paper it is open as.
type Made = Arc<Mutex<HashMap<String, (String, PaperId)>>>;

/// Signs what was confirmed. Answers at once.
pub async fn firma_sign(app: &App, input: FirmaSign) -> Result<()> {
    let here = app.clone();
    off_thread(move || {
        let papers = confirmed(&here, &input.request)?;
        let items: Vec<Item> = papers.iter().map(item).collect();
        let mut run = lock(&here.firma().run);
        if run.as_ref().is_some_and(|run| run.signing.running) {
            return Err(Failure::new(Code::SigningUnderWay));
        }
        let noted = left::begin(&here, &input.request, &papers);
        let waiting = |item: &Item| (PaperId(item.id.clone()), Done::Waiting);
        *run = Some(Run {
            signing: Signing {
                running: true,
                items: items.iter().map(waiting).collect(),
                stopped: None,
                folder: String::new(),
            },
            request: input.request,
            items,
            batch: None,
            cancel: Cancel::default(),
            made: Made::default(),
            noted,
        });
        drop(run);
        start(&here)
    })
    .await
}

/// The list as it was shown; what is open must be that, each with the hash that was shown.
fn confirmed(app: &App, request: &Request) -> Result<Vec<Open>> {
    let mut papers: Vec<Open> = Vec::new();
    for (id, shown) in &request.papers {
        let open = papers::get(app, id)?;
        if open.paper.sha256 != *shown || papers.iter().any(|it| it.paper.id == *id) {
            return Err(Failure::new(Code::NotConfirmed));
        }
        papers.push(open);
    }
    match papers.is_empty() || papers.len() > signing::batch::MAX_ITEMS {
        true => Err(Failure::new(Code::NotConfirmed)),
        false => Ok(papers),
    }
}

fn item(open: &Open) -> Item {
    Item {
        id: open.paper.id.0.clone(),
        name: open.paper.name.clone(),
        shown: open.digest.clone(),
    }
}

/// Takes up a run that stopped.
pub async fn firma_resume(app: &App, _: FirmaResume) -> Result<()> {
    let here = app.clone();
    off_thread(move || {
        let mut run = lock(&here.firma().run);
        let Some(stopped) = run.as_mut() else {
            return Err(Failure::new(Code::NotConfirmed));
        };
        if stopped.signing.running {
            return Err(Failure::new(Code::SigningUnderWay));
        }
        stopped.cancel = Cancel::default();
        stopped.signing.running = true;
        stopped.signing.stopped = None;
        drop(run);
        start(&here)
    })
    .await
}

/// Calls off the run that is under way.
pub async fn firma_cancel(app: &App, _: FirmaCancel) -> Result<()> {
    if let Some(run) = lock(&app.firma().run).as_ref() {
        run.cancel.cancel();
    }
    Ok(())
}

/// What goes on.
pub async fn firma_state(app: &App, _: FirmaState) -> Result<Signing> {
    let run = lock(&app.firma().run);
    Ok(run
        .as_ref()
        .map(|run| run.signing.clone())
        .unwrap_or_default())
}

/// Whether a run is under way.
pub fn is_running(app: &App) -> bool {
    let run = lock(&app.firma().run);
    run.as_ref().is_some_and(|run| run.signing.running)
}

/// Whether a run is under way, or stopped before its end: [`firma_resume`] takes it up.
pub fn is_unfinished(app: &App) -> bool {
    let run = lock(&app.firma().run);
    let waits = |signing: &Signing| signing.items.iter().any(|(_, done)| *done == Done::Waiting);
    run.as_ref()
        .is_some_and(|run| run.signing.running || waits(&run.signing))
}

fn start(app: &App) -> Result<()> {
    app.tell(Event::Firma);
    let here = app.clone();
    let begun = std::thread::Builder::new()
        .name("firma".into())
        .spawn(move || drive(&here));
    begun.map(|_| ()).map_err(|error| {
        if let Some(run) = lock(&app.firma().run).as_mut() {
            run.signing.running = false;
        }
        failure::unexpected("no thread to sign on", &error)
    })
}

/// The whole of a run, on its thread.
fn drive(app: &App) {
    let taken = lock(&app.firma().run).as_mut().map(|run| Work {
        request: run.request.clone(),
        items: run.items.clone(),
        batch: run.batch.take(),
        cancel: run.cancel.clone(),
        made: run.made.clone(),
    });
    let Some(mut work) = taken else { return };
    let outcome = work.go(app);
    let stopped = outcome.err().map(|error| stop::of(&error));
    if let Some(run) = lock(&app.firma().run).as_mut() {
        run.batch = work.batch;
        run.signing.running = false;
        run.signing.stopped = stopped;
    }
    app.tell(Event::Firma);
}

/// What the thread holds while it runs.
struct Work {
    request: Request,
    items: Vec<Item>,
    batch: Option<Batch<Refusal>>,
    cancel: Cancel,
    made: Made,
}

impl Work {
    fn go(&mut self, app: &App) -> std::result::Result<(), SignerError> {
        let mut found = device::find(app, &self.request.identity, &self.cancel)?;
        let mut batch = match self.batch.take() {
            Some(batch) => batch,
            None => self.batch(&found.identity)?,
        };
        let outcome = self.sign(app, &mut found, &mut batch);
        // What the driver keeps of a PIN goes with its process.
        found.signer.lock();
        self.batch = Some(batch);
        outcome
    }

    /// The confirmation is of what the person was shown: the request's own list, and its key's certificate.
    fn batch(&self, identity: &Identity) -> std::result::Result<Batch<Refusal>, SignerError> {
        let items = self.items.clone();
        let yes = Confirmation::of(&items, &identity.certificate);
        Batch::new(items, identity, yes).map_err(|why| SignerError::Device(why.to_string()))
    }

    fn sign(
        &self,
        app: &App,
        found: &mut device::Found,
        batch: &mut Batch<Refusal>,
    ) -> std::result::Result<(), SignerError> {
        let waiting = batch.tally().pending;
        if waiting == 0 {
            return Ok(());
        }
        device::unlock(app, found, Some(waiting), &self.cancel)?;
        let desk = Desk {
            app: app.clone(),
            format: self.request.format,
            made: self.made.clone(),
        };
        let job = Documents::new(desk, &found.identity, self.way(&found.identity))
            .map_err(|why| SignerError::Key(why.to_string()))?;
        let mut told = Instant::now();
        let mut tell = |progress: Progress<'_, Refusal>| {
            self.note(app, &progress);
            if told.elapsed() >= RHYTHM {
                told = Instant::now();
                app.tell(Event::Firma);
            }
        };
        batch.run(&mut found.signer, &job, &self.cancel, &mut tell)?;
        Ok(())
    }

    /// How documents get signed, and what is seen of it.
    fn way(&self, identity: &Identity) -> Way {
        if self.request.format == Format::P7m {
            return Way::P7m;
        }
        let holder = device::holder(identity);
        let purpose = self.request.purpose.clone();
        let purpose = purpose.filter(|text| !text.trim().is_empty());
        let (name, reason) = (holder.name.clone(), purpose.clone());
        let lines = move |time| {
            let mut lines = vec![
                Lang::It.timbro_signed_by(&name),
                Lang::It.timbro_when(&words::day_and_time(time)),
            ];
            lines.extend(reason.as_deref().map(|text| Lang::It.timbro_purpose(text)));
            lines
        };
        Way::Pdf(Look {
            spot: self.request.stamp.map(spot),
            lines: Some(Box::new(lines)),
            name: Some(holder.name).filter(|name| !name.is_empty()),
            purpose,
        })
    }

    /// What became of a document, for whoever asks.
    fn note(&self, app: &App, progress: &Progress<'_, Refusal>) {
        let done = match progress.outcome {
            Outcome::Pending => Done::Waiting,
            Outcome::Signed => match lock(&self.made).get(&progress.item.id) {
                Some((name, paper)) => Done::Signed {
                    name: name.clone(),
                    paper: paper.clone(),
                },
                None => Done::Not(NotSigned::Failed),
            },
            Outcome::Changed { .. } => Done::Not(NotSigned::Changed),
            Outcome::Refused(why) => {
                tracing::warn!(%why, "A document is not signed.");
                Done::Not(refused(why))
            }
        };
        let waits = done == Done::Waiting;
        let mut run = lock(&app.firma().run);
        let Some(it) = run.as_mut() else { return };
        let (noted, signing) = (it.noted, &mut it.signing);
        if let Some((_, slot)) = signing.items.get_mut(progress.at) {
            *slot = done;
        }
        // One that waits still may come before one that is through: from it on, nothing is done with.
        let through = signing.items.iter();
        let through = through
            .take_while(|(_, done)| *done != Done::Waiting)
            .count();
        drop(run);
        if noted && !waits {
            left::advance(app, through, progress.total);
        }
    }
}

fn spot(spot: Spot) -> (usize, [f32; 4]) {
    let page = usize::try_from(spot.page).unwrap_or(usize::MAX);
    let place = [spot.left, spot.top, spot.width, spot.height];
    (page.saturating_sub(1), place)
}

fn refused(why: &Refusal) -> NotSigned {
    match why {
        Refusal::Pdf(PadesError::NoSuchPage(_)) | Refusal::NoPlace => NotSigned::NoPlace,
        Refusal::Pdf(why) => NotSigned::Pdf(papers::no_pdf(why)),
        Refusal::DiskFull => NotSigned::DiskFull,
        Refusal::NotWritable(_) => NotSigned::NotWritable,
        Refusal::Rejected(_) => NotSigned::Rejected,
        Refusal::Missing | Refusal::Failed(_) => NotSigned::Failed,
    }
}

/// The open documents, and the folders that signed ones go to.
struct Desk {
    app: App,
    format: Format,
    made: Made,
}

impl Desk {
    fn open(&self, item: &Item) -> std::result::Result<Open, Refusal> {
        papers::get(&self.app, &PaperId(item.id.clone())).map_err(|_| Refusal::Missing)
    }
}

impl Shelf for Desk {
    fn read(&self, item: &Item) -> std::result::Result<Arc<[u8]>, Refusal> {
        let open = self.open(item)?;
        if self.format == Format::Pdf && open.paper.no_pdf == Some(NoPdf::NotPdf) {
            return Err(PadesError::Pdf(signing::pades::PdfError::NotPdf).into());
        }
        Ok(open.bytes)
    }

    fn keep(&self, item: &Item, signed: Vec<u8>) -> std::result::Result<(), Refusal> {
        let original = self.open(item)?;
        let name = signed_name(&original, self.format);
        let beside = original.folder();
        let written = place::write(&self.app, Place::Signed, beside, &name, &signed)?;
        let folder = written.folder;
        if let Some(run) = lock(&self.app.firma().run).as_mut()
            && run.signing.folder.is_empty()
        {
            run.signing.folder = folder.display().to_string();
        }
        // It is on disk: what follows makes it last, and shows it.
        let path = folder.join(&written.name);
        if let Err(failure) = last::queue(&self.app, &path) {
            tracing::warn!(code = ?failure.code, "A signed file will get no time stamp by itself.");
        }
        let opened = papers::open_signed(&self.app, &written.name, signed.into(), path, &original);
        let paper = opened.map_err(|failure| Refusal::Failed(format!("{:?}", failure.code)))?;
        lock(&self.made).insert(item.id.clone(), (written.name, paper.id));
        Ok(())
    }
}

/// `atto.pdf` becomes `atto-firmato.pdf` or `atto.pdf.p7m`; a `.p7m` with one more signer stays one.
fn signed_name(original: &Open, format: Format) -> String {
    let name = &original.paper.name;
    match (format, original.paper.kind) {
        (Format::P7m, PaperKind::P7m) => name.clone(),
        (Format::P7m, _) => format!("{name}.p7m"),
        (Format::Pdf, _) => {
            let stem = match name.rsplit_once('.') {
                Some((stem, ending)) if ending.eq_ignore_ascii_case("pdf") => stem,
                _ => name,
            };
            let stem = stem.strip_suffix("-firmato").unwrap_or(stem);
            format!("{stem}-firmato.pdf")
        }
    }
}
