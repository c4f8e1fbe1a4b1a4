//! What the app tells the UI without being asked: only that something changed, never the thing itself.

use domain::PageId;
use serde::{Deserialize, Serialize};

/// Something changed; whoever shows it reads it again. Emitted under the name [`Event::NAME`],
/// at most ten times a second.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", content = "id", rename_all = "snake_case")]
pub enum Event {
    /// The state of the line or of one's own work.
    Line,
    /// Pages were changed by colleagues, by the hub, or by another window.
    Pages(Vec<PageId>),
    /// Something came into, or left, "Da risolvere".
    Conflicts,
    /// Something about a stick: what is written, what was carried.
    Stick,
    /// Something about signing: a document opened, signed, or the run over.
    Firma,
    /// Documents are to be judged anew: other trusted lists are here, or facts that a judgement lacked.
    Verdicts,
    /// The session: unlocked, enrolled, revoked.
    Session,
}

impl Event {
    /// The event's name at the border.
    pub const NAME: &'static str = "changed";
}
