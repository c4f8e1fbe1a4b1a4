//! What signatures need from elsewhere: the trusted lists, kept and handed on; time stamps, counted; how certificates
//! stand, asked on behalf of devices on a bad line. The hub is a courier here: devices check all of it themselves.

mod cache;
mod fetch;
mod lists;
mod net;
mod relay;
mod settings;
mod stamps;

pub use lists::ListsError;
pub use net::Reach;
pub use settings::{FirmaSettings, ListSettings, SettingsError, TsaSettings};

use crate::Hub;
use crate::error::Failure;
use cache::Cache;
use lists::Served;
use net::Net;
use protocol::firma::{MAX_PART, PartRequest, Thing};
use stamps::Stamps;
use std::sync::{Arc, Mutex, PoisonError};

/// What the hub keeps in memory of it.
#[derive(Default)]
pub(crate) struct Firma {
    net: Mutex<Option<Arc<Net>>>,
    cache: Mutex<Cache>,
    served: Mutex<Served>,
    stamps: Stamps,
}

impl Hub {
    /// Bytes of something that was offered by its hash: the lists, or a long answer.
    pub(crate) fn firma_part(&self, request: &PartRequest) -> Result<Vec<u8>, Failure> {
        let bytes = self
            .lists_of(&request.hash)?
            .or_else(|| self.with_cache(|cache| cache.thing(&request.hash)))
            .ok_or_else(Failure::not_found)?;
        let from = usize::try_from(request.from).unwrap_or(usize::MAX);
        let most = usize::try_from(request.most)
            .unwrap_or(MAX_PART)
            .min(MAX_PART);
        let rest = bytes.get(from..).unwrap_or_default();
        Ok(protocol::firma::part(rest.get(..most).unwrap_or(rest)))
    }

    fn with_cache<T>(&self, work: impl FnOnce(&mut Cache) -> T) -> T {
        let cache = &self.0.firma.cache;
        work(&mut cache.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The way out, made when it is first needed: the system's authorities are many and slow to read.
    fn net(&self) -> Result<Arc<Net>, net::NetError> {
        let mut held = self
            .0
            .firma
            .net
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(net) = &*held {
            return Ok(net.clone());
        }
        let net = Arc::new(Net::new(self.config().firma.reach)?);
        *held = Some(net.clone());
        Ok(net)
    }
}

fn thing(bytes: &[u8]) -> Thing {
    Thing {
        hash: *blake3::hash(bytes).as_bytes(),
        size: bytes.len() as u64,
    }
}
