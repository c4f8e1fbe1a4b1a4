//! The hub's keys for bundles: told at enrolment; asked for once by a device that was enrolled before hubs had any,
//! and after a hub came back from a backup, which may have other ones.

use super::courier::Courier;
use crate::CallError;
use store::Store;

/// What is known of the keys.
#[derive(Default)]
pub(super) enum Keys {
    /// Whether they are here is to be looked at.
    #[default]
    Unsure,
    /// They are to be asked for, whatever is here.
    Stale,
    /// There is nothing to do.
    Settled,
}

impl Keys {
    /// The hub was restored.
    pub fn doubt(&mut self) {
        *self = Self::Stale;
    }

    /// Asks where that is needed. It may fail: nothing depends on it today.
    pub async fn step(&mut self, courier: &Courier) {
        match self.settle(courier).await {
            Ok(()) | Err(CallError::NotFound) => *self = Self::Settled,
            Err(error) => tracing::info!(%error, "the hub's keys are not known yet"),
        }
    }

    async fn settle(&self, courier: &Courier) -> Result<(), CallError> {
        let needed = match self {
            Self::Settled => false,
            Self::Stale => true,
            Self::Unsure => courier.on_disk(Store::hub_keys).await?.is_none(),
        };
        if needed {
            let keys = courier.patient().keys().await?;
            courier
                .on_disk(move |store| store.set_hub_keys(&keys))
                .await?;
        }
        Ok(())
    }
}
