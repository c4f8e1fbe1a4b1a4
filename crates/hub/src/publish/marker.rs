//! What the files on disk show.

use serde::{Deserialize, Serialize};
use std::fs;
use std::io;
use std::path::Path;

/// The state of the database that a site's files were rendered from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Marker {
    /// A restored hub counts its changes anew.
    pub(crate) epoch: u64,
    /// The last change of the site that the files show.
    pub(crate) rev: u64,
    /// The absolute addresses in the files begin with this.
    pub(crate) origin: String,
}

impl Marker {
    /// The marker, or `None` where there is none that can be read.
    pub(crate) fn read(path: &Path) -> Option<Self> {
        serde_json::from_slice(&fs::read(path).ok()?).ok()
    }

    /// Replaces the marker as a whole.
    pub(crate) fn write(&self, path: &Path) -> io::Result<()> {
        world::disk::write(path, &serde_json::to_vec(self)?)
    }
}
