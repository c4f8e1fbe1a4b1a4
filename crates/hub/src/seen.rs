//! When devices called last: kept in memory and written together, so that no call waits for it.

use crate::Hub;
use crate::storage::Result;
use domain::{DeviceId, UnixMs};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// How often what was noted is written; a crash forgets as much.
const EVERY: Duration = Duration::from_secs(60);

/// Devices that called, and when.
#[derive(Debug, Default)]
pub(crate) struct Seen(Mutex<BTreeMap<DeviceId, UnixMs>>);

impl Seen {
    pub(crate) fn note(&self, device: &DeviceId, at: UnixMs) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match seen.get_mut(device) {
            Some(last) => *last = at,
            None => drop(seen.insert(device.clone(), at)),
        }
    }

    fn take(&self) -> Vec<(DeviceId, UnixMs)> {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *seen).into_iter().collect()
    }
}

impl Hub {
    /// Writes down which devices called since the last time. Blocks.
    pub(crate) fn write_seen(&self) -> Result<()> {
        let seen = self.0.seen.take();
        if seen.is_empty() {
            return Ok(());
        }
        self.registry().seen(&seen)
    }

    /// Writes it down every minute.
    pub(crate) async fn write_seen_forever(self) {
        loop {
            tokio::time::sleep(EVERY).await;
            if let Err(error) = self.blocking(|hub| Ok(hub.write_seen()?)).await {
                tracing::error!(%error, "when devices called could not be written down");
            }
        }
    }
}
