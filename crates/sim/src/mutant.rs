//! Known bugs, planted on purpose: a simulation that does not find them proves nothing.

use crate::disk::Disk;

/// A planted bug.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mutant {
    /// The hub forgets what it answered.
    ForgetResult,
    /// The hub takes an operation for a new one when it comes again.
    TakeAgain,
    /// The hub answers before the entry is in the log for good.
    LoseEntry,
    /// The hub keeps the entry and loses the words.
    LoseText,
    /// The hub does not fold what it accepts.
    StaleEntity,
    /// The hub shows a publication before its files are there.
    ShowTooEarly,
    /// A restored hub says that it is the same as before.
    SameEpoch,
    /// A workspace that stopped comes back without its last operation.
    LoseOutbox,
    /// A workspace keeps what it was refused to itself.
    LoseConflict,
    /// A workspace that stopped takes an entry for read that it has not. No bug: it must be mended.
    SkipEntry,
}

impl Mutant {
    /// Those that must be found.
    pub const BUGS: [Self; 9] = [
        Self::ForgetResult,
        Self::TakeAgain,
        Self::LoseEntry,
        Self::LoseText,
        Self::StaleEntity,
        Self::ShowTooEarly,
        Self::SameEpoch,
        Self::LoseOutbox,
        Self::LoseConflict,
    ];

    /// Spoils the hub's database after a commit.
    pub fn spoil_hub(self, disk: &Disk) {
        let sql = match self {
            Self::ForgetResult => {
                "DELETE FROM result WHERE seq % 3 = 0 AND seq = (SELECT max(seq) FROM log)"
            }
            Self::TakeAgain => {
                "UPDATE log SET id = id || 'x' WHERE seq = (SELECT max(seq) FROM log)
                     AND seq % 3 = 0 AND id IN (SELECT id FROM result);
                 DELETE FROM result WHERE seq % 3 = 0 AND seq = (SELECT max(seq) FROM log)"
            }
            Self::LoseEntry => {
                "DELETE FROM log WHERE seq % 7 = 6 AND seq = (SELECT max(seq) FROM log)"
            }
            Self::LoseText => {
                "DELETE FROM text_update WHERE seq % 4 = 0 AND seq = (SELECT max(seq) FROM log)"
            }
            Self::StaleEntity => {
                "UPDATE entity SET body = json_set(body, '$.page.fields.summary', '')
                 WHERE id = (SELECT entity FROM log WHERE seq % 5 = 0 ORDER BY seq DESC LIMIT 1)"
            }
            Self::ShowTooEarly => {
                "INSERT OR REPLACE INTO site_page (page, rev, body) SELECT page, 1, body FROM site_wait"
            }
            _ => return,
        };
        let _ = spoil(disk, sql);
    }

    /// Spoils a workspace while its computer is off. Gives whether it did.
    pub fn spoil_desk(self, disk: &Disk) -> bool {
        let sql = match self {
            Self::LoseOutbox => {
                "DELETE FROM outbox WHERE n IS NULL AND pos = (SELECT max(pos) FROM outbox)"
            }
            Self::SkipEntry => "UPDATE scope SET seq = seq + 1 WHERE seq > 0",
            Self::LoseConflict => "DELETE FROM conflict",
            _ => return false,
        };
        spoil(disk, sql)
    }
}

/// What cannot be spoilt stays sound.
fn spoil(disk: &Disk, sql: &str) -> bool {
    disk.look(|conn| {
        conn.execute_batch(sql)?;
        Ok(conn.changes() > 0)
    })
    .unwrap_or(false)
}
