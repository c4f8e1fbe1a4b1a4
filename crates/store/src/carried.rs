//! What travels by hand where there is no line: what goes onto the stick, and taking in what comes back.
//!
//! An answer on a stick may be weeks old, and the line may have been back meanwhile. What it says of results and
//! of the log is taken in like any answer that comes late; what it says of the device's sequence counts only for
//! operations that still wait under the number that they were carried with.

use crate::identity::{Identity, key, me, number};
use crate::outbox::{self, Files, Room};
use crate::pull::{self, Intake};
use crate::{Applied, Result, Store, scope};
use domain::UnixMs;
use protocol::calls::HubKeys;
use protocol::carried::{Asked, Said, Taken};
use protocol::{Operation, PROTOCOL, SyncRequest, SyncResponse};
use rusqlite::{Connection, params};

/// Bundles that are remembered.
const REMEMBERED: u32 = 20;

/// A bundle that was written here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carried {
    /// Its identity.
    pub id: String,
    /// When it was written.
    pub at: UnixMs,
    /// The name of its file.
    pub name: String,
    /// Operations in it.
    pub ops: u32,
    /// Its size in bytes.
    pub size: u64,
    /// When its answer was taken in.
    pub answered: Option<UnixMs>,
}

impl Store {
    /// All that waits, for a stick: operations that wait for files too, because their files go with them. What is
    /// ready gets its `n` here; the line may carry the same again. `budget`: bytes of log wanted back.
    ///
    /// # Errors
    /// [`crate::StoreError::NotEnrolled`], those of the database.
    pub fn carried_request(&self, budget: u32) -> Result<SyncRequest> {
        self.write(|tx, _| {
            me(tx)?;
            Ok(SyncRequest {
                protocol: PROTOCOL,
                epoch: pull::epoch(tx)?,
                cursors: scope::cursors(tx)?,
                ops: outbox::ready(tx, Room::of(usize::MAX), Files::Along)?,
                budget,
                own: number(tx, key::OWN)? == 1,
                ..SyncRequest::default()
            })
        })
    }

    /// Takes in an answer that came on a stick, in one transaction. It may be old, come twice, or come after the
    /// line brought the same.
    ///
    /// # Errors
    /// [`crate::StoreError::NotEnrolled`], those of the database; nothing was taken in then.
    pub fn apply_carried(&self, said: &Said, at: UnixMs) -> Result<Applied> {
        self.write(|tx, docs| {
            if number(tx, key::ANEW)? == 1 && !said.asked.own {
                // The log is being read anew: an answer to a question from before does not help.
                return Ok(Applied::default());
            }
            let request = question(tx, &said.asked)?;
            match &said.response {
                Some(response) => {
                    let response = fresh(tx, &request, response)?;
                    Intake::new(tx, docs, at)?.take(&request, &response)
                }
                None if request.ops.is_empty() || request.epoch != pull::epoch(tx)? => {
                    Ok(Applied::default())
                }
                None => {
                    pull::anew(tx, docs)?;
                    Ok(Applied {
                        more: true,
                        reconciling: true,
                        ..Applied::default()
                    })
                }
            }
        })
    }

    /// The hub has these files as a whole; what it said before it was restored does not count.
    ///
    /// # Errors
    /// Those of the database.
    pub fn files_taken(&self, taken: &Taken) -> Result<()> {
        self.write(|tx, _| {
            let known = pull::epoch(tx)?;
            if known != 0 && known != taken.epoch {
                return Ok(());
            }
            for file in &taken.files {
                tx.execute(
                    "UPDATE file SET uploaded = 1 WHERE file = ?1 AND complete = 1",
                    [file.as_str()],
                )?;
            }
            Ok(())
        })
    }

    /// Remembers a bundle that was written.
    ///
    /// # Errors
    /// Those of the database.
    pub fn add_carried(&self, carried: &Carried) -> Result<()> {
        self.write(|tx, _| {
            tx.execute(
                "INSERT OR REPLACE INTO carried (id, at, name, ops, size) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![carried.id, carried.at, carried.name, carried.ops, carried.size],
            )?;
            tx.execute(
                "DELETE FROM carried WHERE id NOT IN (
                     SELECT id FROM carried ORDER BY at DESC LIMIT ?1)",
                [REMEMBERED],
            )?;
            Ok(())
        })
    }

    /// The bundles that were written here, newest first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn carried(&self) -> Result<Vec<Carried>> {
        self.read(|conn| {
            let mut query = conn.prepare_cached(
                "SELECT id, at, name, ops, size, answered FROM carried ORDER BY at DESC",
            )?;
            let rows = query.query_map([], |row| {
                Ok(Carried {
                    id: row.get(0)?,
                    at: row.get(1)?,
                    name: row.get(2)?,
                    ops: row.get(3)?,
                    size: row.get(4)?,
                    answered: row.get(5)?,
                })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// The answer to a bundle was taken in.
    ///
    /// # Errors
    /// Those of the database.
    pub fn carried_answered(&self, id: &str, at: UnixMs) -> Result<()> {
        self.write(|tx, _| {
            tx.execute(
                "UPDATE carried SET answered = coalesce(answered, ?2) WHERE id = ?1",
                params![id, at],
            )?;
            Ok(())
        })
    }

    /// The hub's keys, once it told them.
    ///
    /// # Errors
    /// [`crate::StoreError::NotEnrolled`], those of the database.
    pub fn hub_keys(&self) -> Result<Option<HubKeys>> {
        self.read(|conn| Ok(me(conn)?.keys))
    }

    /// Takes the hub's keys, which a device that was enrolled earlier asks for.
    ///
    /// # Errors
    /// [`crate::StoreError::NotEnrolled`], those of the database.
    pub fn set_hub_keys(&self, keys: &HubKeys) -> Result<()> {
        self.write(|tx, _| {
            let identity = Identity {
                keys: Some(keys.clone()),
                ..me(tx)?
            };
            tx.execute(
                "UPDATE identity SET value = ?1 WHERE id = 1",
                [serde_json::to_string(&identity)?],
            )?;
            Ok(())
        })
    }
}

/// The question as it was asked, with those of its operations that still wait under the same number.
fn question(conn: &Connection, asked: &Asked) -> Result<SyncRequest> {
    let mut ops: Vec<Operation> = Vec::new();
    for (op, n) in &asked.ops {
        ops.extend(outbox::under(conn, op, *n)?);
    }
    Ok(SyncRequest {
        protocol: PROTOCOL,
        epoch: asked.epoch,
        cursors: asked.cursors.clone(),
        ops,
        own: asked.own,
        ..SyncRequest::default()
    })
}

/// Where nothing of the question waits any more, the sequence has gone on since: what an old answer says of it is
/// not to take it back.
fn fresh(
    conn: &Connection,
    request: &SyncRequest,
    response: &SyncResponse,
) -> Result<SyncResponse> {
    let known = number(conn, key::LAST_N)? + 1;
    let stale = request.ops.is_empty() && request.epoch == response.epoch;
    Ok(SyncResponse {
        next: match stale {
            true => response.next.max(known),
            false => response.next,
        },
        ..response.clone()
    })
}
