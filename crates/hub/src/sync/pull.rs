//! The log down, scope by scope, within the device's budget.

use super::Request;
use crate::Hub;
use crate::enrol::scopes;
use crate::error::Failure;
use crate::storage::{Device, Result, Tx, Window};
use domain::identity::Scope;
use protocol::{Digest, Pull, SyncResponse};

/// The budget of a device that asks for none, in bytes.
const USUAL: usize = 64 * 1024;
/// The largest budget, in bytes.
pub(super) const LARGEST: usize = 3 * 1024 * 1024;

impl Hub {
    /// Fills in what the device has not seen, and the next number expected of it.
    pub(super) fn pull(
        &self,
        device: &Device,
        request: &Request,
        response: &mut SyncResponse,
    ) -> std::result::Result<(), Failure> {
        let store = self.comune(&device.comune)?;
        store.reading(|tx| {
            response.next = tx.next(&device.id)?;
            response.pulls = pulls(tx, device, request)?;
            if request.request.epoch == response.epoch {
                response.diverged = diverged(tx, device, request)?;
            }
            Ok(())
        })?;
        Ok(())
    }
}

/// The scopes of which the device has applied other entries than the log holds. A position beyond the log
/// is one of another epoch, and says nothing.
fn diverged(tx: &dyn Tx, device: &Device, request: &Request) -> Result<Vec<Scope>> {
    let mut diverged = Vec::new();
    for scope in scopes(device) {
        let cursor = request.request.cursors.get(&scope).copied().unwrap_or(0);
        let Some(Digest(from, sum)) = request.request.digests.get(&scope) else {
            continue;
        };
        let collection = scope.collection;
        let mine = tx.digest(collection, cursor)?;
        let mine = mine.wrapping_sub(tx.digest(collection, *from)?);
        if mine != *sum && cursor <= tx.head()? {
            diverged.push(scope);
        }
    }
    Ok(diverged)
}

fn pulls(tx: &dyn Tx, device: &Device, request: &Request) -> Result<Vec<Pull>> {
    let mut left = match request.request.budget as usize {
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
        after: request.request.cursors.get(&scope).copied().unwrap_or(0),
        to: u64::MAX,
        entities: &[],
        budget,
        stubs_for: (!request.request.own).then_some(&device.id),
    })?;
    let pull = Pull {
        scope,
        entries: stretch.entries,
        to: stretch.to,
        more: stretch.more,
    };
    Ok((pull, stretch.bytes))
}
