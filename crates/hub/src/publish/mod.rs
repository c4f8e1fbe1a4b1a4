//! From the database to the public sites on disk.
//!
//! The database says what is public (`site_page`, numbered by `rev`); a *marker* beside the sites says
//! which number the files show. A render that is interrupted leaves the marker behind, and the next
//! start renders again. What waits for its files is not in `site_page` yet, so the renderer never
//! meets a page whose image has not arrived.

mod marker;
mod render;
mod source;

use crate::Hub;
use crate::error::Failure;
use crate::metrics;
use crate::storage::{PublicPage, Result, Tx};
use domain::ComuneId;
use marker::Marker;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{Notify, Semaphore};

/// Comuni rendered at the same time.
const AT_ONCE: usize = 2;
/// How often the hub looks for what another process (`hub seed --demo`) changed.
const SWEEP: Duration = Duration::from_secs(5);

/// Which comuni must be rendered, and since when.
pub(crate) struct Publisher {
    sites: PathBuf,
    markers: PathBuf,
    pending: Mutex<BTreeMap<ComuneId, Instant>>,
    slots: Mutex<BTreeMap<ComuneId, Arc<Mutex<render::Slot>>>>,
    wake: Notify,
}

impl Publisher {
    pub(crate) fn new(data: &Path) -> Result<Self> {
        let (sites, markers) = (data.join("siti"), data.join("stato"));
        std::fs::create_dir_all(&sites)?;
        std::fs::create_dir_all(&markers)?;
        Ok(Self {
            sites,
            markers,
            pending: Mutex::default(),
            slots: Mutex::default(),
            wake: Notify::new(),
        })
    }

    /// Asks that a comune be rendered soon.
    pub(crate) fn ask(&self, comune: &ComuneId) {
        let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        pending.entry(comune.clone()).or_insert_with(Instant::now);
        self.wake.notify_one();
    }

    fn take(&self) -> Option<(ComuneId, Instant)> {
        let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        pending.pop_first()
    }

    fn slot(&self, comune: &ComuneId) -> Arc<Mutex<render::Slot>> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        slots.entry(comune.clone()).or_default().clone()
    }

    fn marker(&self, comune: &ComuneId) -> PathBuf {
        self.markers.join(format!("{comune}.json"))
    }
}

impl Hub {
    /// The folder of the public sites, one folder per comune, named by its slug.
    pub fn sites(&self) -> &Path {
        &self.0.publisher.sites
    }

    /// Renders everything that waits to be rendered, now.
    ///
    /// # Errors
    /// The storage's; what could not be rendered stays to be rendered.
    pub fn publish_now(&self) -> std::result::Result<(), Failure> {
        self.find_unpublished()?;
        while let Some((comune, since)) = self.0.publisher.take() {
            self.render(&comune, since)?;
        }
        Ok(())
    }

    /// Asks for every comune whose files do not show what its database says.
    pub(crate) fn find_unpublished(&self) -> std::result::Result<(), Failure> {
        for (comune, store) in self.opened() {
            let rev = store.reading(|tx| tx.site_rev())?;
            let shown = Marker::read(&self.0.publisher.marker(&comune));
            if rev > 0 && shown != Some(self.marker_at(rev)) {
                self.0.publisher.ask(&comune);
            }
        }
        Ok(())
    }

    fn marker_at(&self, rev: u64) -> Marker {
        Marker {
            epoch: self.epoch(),
            rev,
            origin: self.config().origin.clone(),
        }
    }

    fn render(&self, comune: &ComuneId, since: Instant) -> std::result::Result<(), Failure> {
        let slot = self.0.publisher.slot(comune);
        let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
        let rendered = render::render(self, comune, &mut slot);
        let metrics = self.metrics();
        match &rendered {
            Ok(false) => {}
            Ok(true) => {
                let ms = u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX);
                metrics.publish_last_ms.store(ms, Relaxed);
                metrics.publish_max_ms.fetch_max(ms, Relaxed);
                metrics::add(&metrics.publications_total, 1);
            }
            Err(error) => {
                // The files may be half old, half new: the next round starts from the database.
                slot.forget();
                tracing::error!(%error, %comune, "a site could not be rendered");
                metrics::add(&metrics.publication_errors_total, 1);
            }
        }
        rendered.map(drop)
    }

    /// Renders what is asked for until the task is dropped.
    pub(crate) async fn publish_forever(self) {
        let turns = Arc::new(Semaphore::new(AT_ONCE));
        loop {
            let woken = tokio::time::timeout(SWEEP, self.0.publisher.wake.notified()).await;
            if woken.is_err() {
                // Errors are logged where they happen; the next sweep tries again.
                let _ = self.blocking(Self::find_unpublished).await;
            }
            while let Some((comune, since)) = self.0.publisher.take() {
                let Ok(turn) = turns.clone().acquire_owned().await else {
                    return;
                };
                let hub = self.clone();
                tokio::task::spawn_blocking(move || {
                    let _ = hub.render(&comune, since);
                    drop(turn);
                });
            }
        }
    }
}

/// Whether a publication shows or offers a file that is not here as a whole.
pub(crate) fn waits_for_files(tx: &dyn Tx, public: &PublicPage) -> Result<bool> {
    let fields = &public.publication.fields;
    let cover = fields.cover.as_ref().map(|cover| &cover.file);
    for file in public.body.files().chain(&fields.attachments).chain(cover) {
        if !tx.file(&file.id)?.is_some_and(|file| file.complete) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Puts before the public what waited for files that are here now; says whether anything did.
pub(crate) fn release(tx: &dyn Tx) -> Result<bool> {
    let mut released = false;
    for public in tx.waiting()? {
        if !waits_for_files(tx, &public)? {
            tx.put_public(&public.id, Some(&public))?;
            released = true;
        }
    }
    Ok(released)
}
