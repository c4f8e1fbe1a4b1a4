//! One comune's site, brought up to date.

use super::marker::Marker;
use super::source::{Files, Pages};
use crate::Hub;
use crate::error::Failure;
use crate::storage::{Comune, LogStore, StorageError};
use domain::ComuneId;
use site::{Report, Site, SiteError};
use std::path::Path;

/// Changed pages from which a full build is the shorter way.
const MANY: usize = 50;

/// The site of a comune as it is known in memory, and what its files show.
#[derive(Default)]
pub(super) struct Slot(Option<(Site, Marker)>);

impl Slot {
    /// Start from the database next time.
    pub(super) fn forget(&mut self) {
        self.0 = None;
    }
}

/// Renders what changed since the files were last right; `false` where they were right.
pub(super) fn render(hub: &Hub, comune: &ComuneId, slot: &mut Slot) -> Result<bool, Failure> {
    let store = hub.comune(comune)?;
    let target = hub.marker_at(store.reading(|tx| tx.site_rev())?);
    let path = hub.0.publisher.marker(comune);
    let job = Job {
        hub,
        id: comune,
        store: &*store,
        target,
    };
    let shown = Marker::read(&path);
    let (site, reports) = match slot.0.take() {
        Some((site, marker)) if shown.as_ref() == Some(&marker) => {
            if marker == job.target {
                slot.0 = Some((site, marker));
                return Ok(false);
            }
            job.update(site, &marker)?
        }
        _ => job.build()?,
    };
    for warning in reports.iter().flat_map(|report| &report.warnings) {
        tracing::warn!(file = %warning.file, fault = %warning.fault, %comune, "a file was left out");
    }
    job.target.write(&path)?;
    slot.0 = Some((site, job.target));
    Ok(true)
}

struct Job<'a> {
    hub: &'a Hub,
    id: &'a ComuneId,
    store: &'a dyn LogStore,
    target: Marker,
}

impl Job<'_> {
    fn files(&self) -> Files<'_> {
        Files {
            store: self.store,
            chunks: &self.hub.0.chunks,
        }
    }

    /// The whole site. What is right on disk already is left alone.
    fn build(&self) -> Result<(Site, Vec<Report>), Failure> {
        let comune = self.hub.registry().comune(self.id)?;
        let comune = comune.ok_or_else(Failure::not_found)?;
        let folder = self.hub.sites().join(&comune.slug);
        let (site, report) = Site::build(
            self.describe(comune),
            &Pages(self.store),
            &self.files(),
            Path::new(&folder),
        )
        .map_err(failed)?;
        Ok((site, vec![report]))
    }

    /// Only the pages that changed after `from`.
    fn update(&self, mut site: Site, from: &Marker) -> Result<(Site, Vec<Report>), Failure> {
        let changes = self
            .store
            .reading(|tx| tx.public_since(from.rev, MANY + 1))?;
        if changes.len() > MANY {
            return self.build();
        }
        let mut reports = Vec::new();
        for change in changes {
            let pages = Pages(self.store);
            let report = site.update(&change.page, &pages, &self.files());
            reports.push(report.map_err(failed)?);
        }
        Ok((site, reports))
    }

    fn describe(&self, comune: Comune) -> site::Comune {
        site::Comune {
            id: comune.id,
            name: comune.name,
            province: "Asti".into(),
            region: "Piemonte".into(),
            base: format!("/siti/{}/", comune.slug),
            origin: self.target.origin.clone(),
            ..site::Comune::default()
        }
    }
}

fn failed(error: SiteError) -> Failure {
    match error {
        SiteError::Io { source, .. } | SiteError::Source(source) => source.into(),
        error => StorageError::Disk(std::io::Error::other(error.to_string())).into(),
    }
}
