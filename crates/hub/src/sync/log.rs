//! The calls with which a device finds what differs between its fold and the log, and fetches it.

use super::pull::LARGEST;
use crate::Hub;
use crate::enrol::scopes;
use crate::error::Failure;
use crate::storage::{Device, Window};
use domain::identity::Scope;
use protocol::Pull;
use protocol::calls::HubErrorCode;
use protocol::wire::{DigestRequest, Digests, LogRequest, LogResponse, MAX_ENTITIES, MAX_POINTS};

impl Hub {
    /// The sums of a scope's marks at some positions.
    ///
    /// # Errors
    /// `Forbidden` for a scope that the device does not have, `TooLarge` for too many positions.
    pub(crate) fn digests(
        &self,
        device: &Device,
        request: &DigestRequest,
    ) -> Result<Digests, Failure> {
        granted(device, &request.scope)?;
        if request.at.len() > MAX_POINTS {
            return Err(Failure::too_large());
        }
        let sums = self.comune(&device.comune)?.reading(|tx| {
            let sum = |seq: &u64| tx.digest(request.scope.collection, *seq);
            request.at.iter().map(sum).collect()
        })?;
        Ok(Digests {
            epoch: self.epoch(),
            sums,
        })
    }

    /// A stretch of a scope's log in full.
    ///
    /// # Errors
    /// `Forbidden` for a scope that the device does not have, `TooLarge` for too many entities.
    pub(crate) fn log(
        &self,
        device: &Device,
        request: &LogRequest,
    ) -> Result<LogResponse, Failure> {
        granted(device, &request.scope)?;
        if request.entities.len() > MAX_ENTITIES {
            return Err(Failure::too_large());
        }
        let window = Window {
            collection: request.scope.collection,
            after: request.after,
            to: request.to,
            entities: &request.entities,
            budget: (request.budget as usize).min(LARGEST),
            stubs_for: None,
        };
        let stretch = self
            .comune(&device.comune)?
            .reading(|tx| tx.stretch(window))?;
        let pull = Pull {
            scope: request.scope.clone(),
            entries: stretch.entries,
            to: stretch.to,
            more: stretch.more,
        };
        Ok(LogResponse {
            epoch: self.epoch(),
            now: self.now(),
            pull,
        })
    }
}

fn granted(device: &Device, scope: &Scope) -> Result<(), Failure> {
    match scopes(device).contains(scope) {
        true => Ok(()),
        false => Err(Failure::new(
            HubErrorCode::Forbidden,
            "the device does not have this scope",
        )),
    }
}
