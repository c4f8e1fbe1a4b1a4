//! The log down, scope by scope, within the device's budget.

use super::Request;
use crate::Hub;
use crate::enrol::scopes;
use crate::error::Failure;
use crate::storage::{Device, Result, Tx, Window};
use domain::identity::Scope;
use protocol::{Pull, SyncResponse};

/// The budget of a device that asks for none, in bytes.
const USUAL: usize = 64 * 1024;
/// The largest budget, in bytes.
const LARGEST: usize = 1024 * 1024;

impl Hub {
    /// Fills in what the device has not seen, and the next number expected of it.
    pub(super) fn pull(
        &self,
        device: &Device,
        request: &Request,
        response: &mut SyncResponse,
    ) -> std::result::Result<(), Failure> {
        let store = self.comune(&device.comune)?;
        let (next, pulls) = store.reading(|tx| {
            let next = tx.next(&device.id)?;
            Ok((next, pulls(tx, device, request)?))
        })?;
        response.next = next;
        response.pulls = pulls;
        Ok(())
    }
}

fn pulls(tx: &dyn Tx, device: &Device, request: &Request) -> Result<Vec<Pull>> {
    let mut left = match request.budget as usize {
        0 => USUAL,
        budget => budget.min(LARGEST),
    };
    scopes(device)
        .into_iter()
        .map(|scope| {
            let (pull, bytes) = pull(tx, device, request, scope, left)?;
            left = left.saturating_sub(bytes);
            Ok(pull)
        })
        .collect()
}

fn pull(
    tx: &dyn Tx,
    device: &Device,
    request: &Request,
    scope: Scope,
    budget: usize,
) -> Result<(Pull, usize)> {
    let stretch = tx.stretch(Window {
        collection: scope.collection,
        after: request.cursors.get(&scope).copied().unwrap_or(0),
        budget,
        stubs_for: (!request.own).then_some(&device.id),
    })?;
    let pull = Pull {
        scope,
        entries: stretch.entries,
        to: stretch.to,
        more: stretch.more,
    };
    Ok((pull, stretch.bytes))
}
