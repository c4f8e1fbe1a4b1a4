//! The lists: asked for once a day, fetched piece by piece, kept when they hold.

use super::place::{self, Arriving, Bad};
use super::task::Task;
use crate::CallError;
use crate::engine::Event;
use protocol::firma::Thing;
use store::Store;

/// What came of asking.
pub(super) enum Outcome {
    /// The hub has none.
    NoneYet,
    /// Those that are here are the newest, or what came was no good: enough for today.
    Same,
    /// Newer ones are here.
    New,
    /// A limit of the line holds them back.
    Held,
}

impl Task {
    /// Asks for newer lists and fetches them.
    pub(super) async fn lists(&mut self) -> Result<Outcome, CallError> {
        let folder = self.config.folder.clone();
        let here = self.off(move || place::hash_of(&folder)).await?;
        if self.free(0).await?.is_err() {
            return Ok(Outcome::Held);
        }
        let asked = here.clone();
        let newer = self
            .call(0, |client| async move { client.newer_lists(asked).await })
            .await;
        let newer = match newer {
            // A hub from before there were lists.
            Err(CallError::NotFound) => return Ok(Outcome::NoneYet),
            newer => newer?,
        };
        match newer {
            Some(thing) => self.fetch(thing).await,
            None if here.is_empty() => Ok(Outcome::NoneYet),
            None => Ok(Outcome::Same),
        }
    }

    async fn fetch(&mut self, thing: Thing) -> Result<Outcome, CallError> {
        let folder = self.config.folder.clone();
        let begun = self.off(move || Arriving::begin(&folder, thing)).await?;
        let mut arriving = begun.map_err(here)?;
        while arriving.left() > 0 {
            if self.free(u64::MAX).await?.is_err() {
                return Ok(Outcome::Held);
            }
            arriving = self.next_piece(arriving).await?;
        }
        let keys = self.on_disk(Store::hub_keys).await?;
        let Some(keys) = keys else {
            return Err(CallError::Local("the hub's key is not known yet".into()));
        };
        let roots = self.config.roots.clone();
        let taken = self.off(move || arriving.take(&keys, &roots)).await?;
        match taken {
            Ok(belief) => {
                tracing::info!(lists = belief.lists.len(), "new trusted lists");
                self.papers.forget_trust();
                self.tell(Event::Lists);
                Ok(Outcome::New)
            }
            Err(Bad::Disk(error)) => Err(here(error)),
            Err(error) => {
                tracing::warn!(%error, "trusted lists that came were thrown away");
                Ok(Outcome::Same)
            }
        }
    }

    async fn next_piece(&mut self, mut arriving: Arriving) -> Result<Arriving, CallError> {
        let arrived = self.part(&arriving.thing, arriving.have).await?;
        let (bytes, cut) = (arrived.bytes, arrived.cut);
        if bytes.len() as u64 > arriving.left() || (bytes.is_empty() && cut.is_none()) {
            return Err(CallError::NotAHub("it gives other bytes than asked".into()));
        }
        let kept = self
            .off(move || arriving.add(&bytes).map(|()| arriving))
            .await?;
        let arriving = kept.map_err(here)?;
        cut.map_or(Ok(arriving), Err)
    }
}

pub(super) fn here(error: impl std::fmt::Display) -> CallError {
    CallError::Local(error.to_string())
}
