//! What is large waits while something urgent goes.

use std::sync::Arc;
use tokio::sync::watch;

/// How many urgent things go.
#[derive(Clone)]
pub(super) struct Hold(Arc<watch::Sender<usize>>);

impl Default for Hold {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(0)))
    }
}

/// Something urgent goes while this lives.
pub(in crate::engine) struct Held(Hold);

impl Hold {
    /// Something urgent begins.
    pub fn hold(&self) -> Held {
        self.0.send_modify(|urgent| *urgent += 1);
        Held(self.clone())
    }

    /// Waits until nothing urgent goes.
    pub async fn free(&self) {
        // The sender lives as long as this does.
        let _ = self.0.subscribe().wait_for(|urgent| *urgent == 0).await;
    }

    /// Nothing urgent goes.
    pub fn is_free(&self) -> bool {
        *self.0.borrow() == 0
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.0
            .0
            .send_modify(|urgent| *urgent = urgent.saturating_sub(1));
    }
}
