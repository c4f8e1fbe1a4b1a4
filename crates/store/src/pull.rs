//! Taking in an answer of the hub: results, then the log, then the outbox replayed on top.

use crate::identity::{Identity, key, me, number, set_number, set_setting, setting};
use crate::outbox::{self, Parked, Queued};
use crate::text::{self, Docs};
use crate::{Applied, Result, Store, What, agreement, conflict, entity, history, restored, scope};
use domain::identity::Scope;
use domain::sito::{self, Page, PageChange};
use domain::{Change, OpId, PageId, Refusal, RefusalCode, UnixMs};
use protocol::{Logged, LoggedBody, OpResult, Outcome, Pull, SyncRequest, SyncResponse};
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::{BTreeMap, BTreeSet};

/// The hub's epoch as this device knows it.
pub(crate) fn epoch(conn: &Connection) -> Result<u64> {
    number(conn, key::EPOCH)
}

impl Store {
    /// For each scope, how far this device has read the log.
    ///
    /// # Errors
    /// Those of the database.
    pub fn cursors(&self) -> Result<BTreeMap<Scope, u64>> {
        self.read(scope::cursors)
    }

    /// The hub's epoch as this device knows it; 0 before the first answer.
    ///
    /// # Errors
    /// Those of the database.
    pub fn epoch(&self) -> Result<u64> {
        self.read(epoch)
    }

    /// Takes in an answer, in one transaction. An answer may come twice or late: what is known is skipped,
    /// and a stretch of log that does not join what was read is left out.
    ///
    /// # Errors
    /// [`crate::StoreError::NotEnrolled`], those of the database; nothing was taken in then.
    pub fn apply_response(
        &self,
        request: &SyncRequest,
        response: &SyncResponse,
        at: UnixMs,
    ) -> Result<Applied> {
        self.write(|tx, docs| Intake::new(tx, docs, at)?.take(request, response))
    }

    /// The hub reported a conflict of sequence (409): the numbers in flight are taken back, and the log is
    /// read anew with one's own operations in full before anything is sent again. Nothing waiting is lost.
    ///
    /// # Errors
    /// Those of the database.
    pub fn reconcile(&self) -> Result<()> {
        self.write(|tx, docs| anew(tx, docs))
    }
}

/// The log is to be read from its start; pages are shown as they are until that is done.
pub(crate) fn anew(conn: &Connection, docs: &mut Docs) -> Result<()> {
    *docs = Docs::default();
    agreement::forget(conn)?;
    set_number(conn, key::ANEW, 1)?;
    set_number(conn, key::OWN, 1)?;
    conn.execute_batch(
        "UPDATE scope SET seq = 0;
         DELETE FROM shadow;",
    )?;
    Ok(())
}

/// One answer on its way in.
pub(crate) struct Intake<'a> {
    conn: &'a Connection,
    docs: &'a mut Docs,
    me: Identity,
    at: UnixMs,
    touched: BTreeSet<PageId>,
    /// Pages whose text others changed.
    rewritten: BTreeSet<(String, PageId)>,
    /// Scopes that this device does not have any more.
    lost: BTreeSet<String>,
    applied: Applied,
}

/// What an entry of the log brought.
enum Taken {
    Yes,
    /// The body of an operation of this device is missing here: it must be asked for.
    Unknown,
}

impl<'a> Intake<'a> {
    pub(crate) fn new(conn: &'a Connection, docs: &'a mut Docs, at: UnixMs) -> Result<Self> {
        Ok(Self {
            conn,
            docs,
            me: me(conn)?,
            at,
            touched: BTreeSet::new(),
            rewritten: BTreeSet::new(),
            lost: BTreeSet::new(),
            applied: Applied::default(),
        })
    }

    pub(crate) fn take(
        mut self,
        request: &SyncRequest,
        response: &SyncResponse,
    ) -> Result<Applied> {
        if request.asks_version {
            self.version(response.version.as_deref())?;
        }
        let known = epoch(self.conn)?;
        let changed = known != 0 && response.epoch != known;
        if changed && request.epoch == known {
            return self.new_epoch(response);
        }
        if changed || (request.epoch != known && request.epoch != 0) {
            // The answer to a question from before a change of epoch.
            return Ok(self.applied);
        }
        set_number(self.conn, key::EPOCH, response.epoch)?;
        self.schema(response.schema)?;
        self.lost = lost_scopes(self.conn, &self.me, response)?;
        if self.lost.is_empty() && number(self.conn, key::LEFT)? == 1 {
            set_number(self.conn, key::LEFT, 0)?;
            self.touched.extend(all_pages(self.conn)?);
        }
        self.results(&response.results)?;
        self.sequence(request, response)?;
        let mut gaps = false;
        for pull in &response.pulls {
            gaps |= self.pull(request, pull)?;
        }
        if gaps {
            set_number(self.conn, key::OWN, 1)?;
        } else if !self.applied.more {
            set_number(self.conn, key::OWN, 0)?;
        }
        self.applied.more |= gaps;
        self.finish(response.now)?;
        self.revoke()?;
        Ok(self.applied)
    }

    /// The hub was restored: what it lost of this device's work is sent again, after the log was read anew.
    fn new_epoch(mut self, response: &SyncResponse) -> Result<Applied> {
        tracing::warn!(epoch = response.epoch, "The hub has a new epoch.");
        set_number(self.conn, key::EPOCH, response.epoch)?;
        set_number(self.conn, key::LAST_N, response.next.saturating_sub(1))?;
        crate::file::doubt_all(self.conn)?;
        restored::hold(self.conn, response.now)?;
        anew(self.conn, self.docs)?;
        self.applied.more = true;
        self.applied.reconciling = true;
        Ok(self.applied)
    }

    fn results(&mut self, results: &[OpResult]) -> Result<()> {
        for result in results {
            match &result.outcome {
                Outcome::Accepted(seq) => {
                    let page = accept(self.conn, &result.id, *seq)?;
                    self.applied.accepted += usize::from(page.is_some());
                    self.touched.extend(page);
                }
                Outcome::Refused(Refusal {
                    code: RefusalCode::TooNew,
                    ..
                }) => outbox::park(self.conn, &result.id, Parked::Newer)?,
                Outcome::Refused(Refusal {
                    code: RefusalCode::Unknown,
                    ..
                }) if outbox::park_early(self.conn, &result.id)? => {}
                Outcome::Refused(Refusal {
                    code: RefusalCode::Exists,
                    ..
                }) => {
                    // Somebody gave the restored hub the page again before its maker did.
                    outbox::remove(self.conn, &result.id)?;
                }
                Outcome::Refused(refusal) => {
                    let place = outbox::place(self.conn, &result.id)?;
                    if let Some(op) = outbox::remove(self.conn, &result.id)? {
                        conflict::refused(self.conn, (place, &op), refusal, self.at)?;
                        self.applied.refused += 1;
                        self.applied.conflicts += 1;
                        self.out_of_text(&op);
                        self.touched.insert(PageId::new(op.entity));
                    }
                }
            }
        }
        Ok(())
    }

    /// What an older hub could not read is offered again to one that was updated.
    fn schema(&mut self, hub: u16) -> Result<()> {
        if number(self.conn, key::HUB_SCHEMA)? != u64::from(hub) {
            set_number(self.conn, key::HUB_SCHEMA, hub.into())?;
            outbox::unpark(self.conn, Parked::Newer)?;
        }
        Ok(())
    }

    /// What the hub says of its version; one that says nothing is an old one.
    fn version(&mut self, said: Option<&str>) -> Result<()> {
        let version = said.filter(|said| is_version(said)).unwrap_or_default();
        if setting(self.conn, key::HUB_VERSION)?.unwrap_or_default() != version {
            set_setting(self.conn, key::HUB_VERSION, version)?;
        }
        Ok(())
    }

    /// The words of a refused edit are in "Da risolvere" now; the text in memory still has them.
    fn out_of_text(&mut self, op: &Queued) {
        self.docs.forget(&PageId::new(&op.entity));
    }

    /// The hub's idea of this device's sequence. An operation that was sent and has no result met a hole, or
    /// a number that a copy of this workspace had used: it gets a new number.
    fn sequence(&mut self, request: &SyncRequest, response: &SyncResponse) -> Result<()> {
        let answered: BTreeSet<&OpId> = response.results.iter().map(|result| &result.id).collect();
        let unanswered = request.ops.iter().any(|op| !answered.contains(&op.id));
        let last = number(self.conn, key::LAST_N)?;
        if number(self.conn, key::ANEW)? == 1 {
            set_number(self.conn, key::LAST_N, response.next.saturating_sub(1))?;
        } else if unanswered {
            outbox::renumber(self.conn, response.next.saturating_sub(1))?;
        } else if response.next > last + 1 {
            set_number(self.conn, key::LAST_N, response.next - 1)?;
        }
        Ok(())
    }

    /// Takes in a stretch of log. Gives whether it stopped at an own operation that is unknown here.
    fn pull(&mut self, request: &SyncRequest, pull: &Pull) -> Result<bool> {
        scope::grant(self.conn, &pull.scope)?;
        let mut cursor = scope::cursor(self.conn, &pull.scope)?;
        let asked = request.cursors.get(&pull.scope).copied().unwrap_or(0);
        if asked > cursor {
            // The answer to a question from before the log was read anew: between there is a hole.
            self.applied.more = true;
            return Ok(false);
        }
        for entry in &pull.entries {
            if entry.seq <= cursor {
                continue;
            }
            if let Taken::Unknown = self.entry(&pull.scope, entry)? {
                scope::set_cursor(self.conn, &pull.scope, entry.seq - 1)?;
                return Ok(true);
            }
            agreement::note(self.conn, &pull.scope, entry.seq, &entry.id)?;
            cursor = entry.seq;
        }
        scope::set_cursor(self.conn, &pull.scope, cursor.max(pull.to))?;
        self.applied.more |= pull.more;
        Ok(false)
    }

    fn entry(&mut self, scope: &Scope, entry: &Logged) -> Result<Taken> {
        let own = outbox::remove(self.conn, &entry.id)?;
        if let Some(entity) = &entry.later {
            agreement::note_later(self.conn, scope, entry.seq, entity)?;
            return Ok(Taken::Yes);
        }
        // A body that is left out is of this device.
        let of_me = |body: &LoggedBody| body.device == self.me.device;
        let mine = entry.body.as_ref().is_none_or(of_me);
        let sent = match (mine, &own) {
            (true, None) => self.sent(&entry.id)?,
            _ => None,
        };
        let elsewhere = mine && own.is_none() && sent.is_none();
        let body = match (&entry.body, &own) {
            (Some(body), _) => Some(body.clone()),
            (None, Some(own)) => Some(self.body_of(own)?),
            (None, None) => sent,
        };
        let Some(body) = body else {
            return Ok(Taken::Unknown);
        };
        if mine {
            restored::keep(self.conn, scope, entry, &body, own.as_ref())?;
        }
        let (was, after) = self.fold(scope, entry, &body, own.is_some())?;
        let was = was.map(|p| (p.deleted, p.revived, p.edited_by));
        self.revival(scope, was, &after, &body)?;
        self.note(&after, &body, (own.is_some(), elsewhere))?;
        outbox::page_came(self.conn, &after.id)?;
        self.touched.insert(after.id);
        Ok(Taken::Yes)
    }

    /// Folds an entry into the shadow and the text. Gives the page before and after.
    fn fold(
        &mut self,
        scope: &Scope,
        entry: &Logged,
        body: &LoggedBody,
        own: bool,
    ) -> Result<(Option<Page>, Page)> {
        let Change::Sito(change) = &body.change;
        let page = PageId::new(&body.entity);
        let before = entity::shadow(self.conn, &page)?;
        let ctx = body.ctx(entry.seq);
        let after = sito::apply(before.clone(), &page, change, &ctx, &entry.decided);
        entity::put_shadow(self.conn, scope, &after)?;
        self.text(scope, &page, change, own)?;
        Ok((before, after))
    }

    /// Folds some entities anew from all their entries. Their history is what it was.
    pub(crate) fn refold(
        mut self,
        scope: &Scope,
        entries: &[Logged],
        entities: &[String],
    ) -> Result<Applied> {
        for entry in entries {
            outbox::remove(self.conn, &entry.id)?;
            match (&entry.body, &entry.later) {
                (Some(body), _) => drop(self.fold(scope, entry, body, true)?),
                (None, Some(entity)) => {
                    agreement::note_later(self.conn, scope, entry.seq, entity)?;
                }
                (None, None) => {}
            }
        }
        for page in entities.iter().map(PageId::new) {
            entity::rebuild(self.conn, self.docs, &page)?;
            text::fold(self.conn, &page)?;
            self.applied.changed.push(page);
        }
        Ok(self.applied)
    }

    /// An own operation as it stands in the log.
    fn body_of(&self, own: &Queued) -> Result<LoggedBody> {
        Ok(LoggedBody {
            entity: own.entity.clone(),
            change: Change::Sito(own.page_change()?),
            at: own.at,
            device: self.me.device.clone(),
            person: self.me.person.clone(),
            role: self.me.role,
        })
    }

    fn sent(&self, op: &OpId) -> Result<Option<LoggedBody>> {
        let sent = self
            .conn
            .prepare_cached("SELECT n, op, scope, entity, change, at FROM sent WHERE op = ?1")?
            .query_row([op.as_str()], Queued::read)
            .optional()?;
        sent.map(|sent| self.body_of(&sent)).transpose()
    }

    fn text(&mut self, scope: &Scope, page: &PageId, change: &PageChange, own: bool) -> Result<()> {
        let PageChange::Text { update } = change else {
            return Ok(());
        };
        let Ok(update) = ::text::decode(update) else {
            return Ok(());
        };
        if !own {
            // Before it is kept: the text that is loaded here must not have it twice.
            text::import(self.docs.get(self.conn, page)?, page, &update);
            // An unsent edit must not come to carry the words of others.
            self.conn
                .prepare_cached("UPDATE outbox SET since = NULL WHERE entity = ?1")?
                .execute([page.as_str()])?;
            self.rewritten.insert((scope.to_string(), page.clone()));
        }
        text::keep(self.conn, page, &update)
    }

    /// A page that was deleted came back: those who deleted it or edited it should know.
    fn revival(
        &mut self,
        scope: &Scope,
        was: Option<(bool, bool, String)>,
        after: &Page,
        body: &LoggedBody,
    ) -> Result<()> {
        let concerned = |deleter: &str| deleter == self.me.person || body.device == self.me.device;
        if let Some((true, false, deleter)) = was
            && after.revived
            && concerned(&deleter)
            && conflict::revived(self.conn, &scope.to_string(), &after.id, self.at)?
        {
            self.applied.conflicts += 1;
        }
        Ok(())
    }

    /// History and arrivals. `elsewhere`: a copy of this workspace did it.
    fn note(
        &mut self,
        after: &Page,
        body: &LoggedBody,
        (own, elsewhere): (bool, bool),
    ) -> Result<()> {
        let Change::Sito(change) = &body.change;
        if number(self.conn, key::ANEW)? == 1 {
            return Ok(());
        }
        let published = matches!(change, PageChange::Publish { .. });
        if !own || published {
            let version = match change {
                PageChange::Publish { text, .. } => text.clone(),
                _ => self.docs.get(self.conn, &after.id)?.version(),
            };
            let done = history::Done {
                what: What::of(change),
                by: &body.person,
                at: body.at,
                published,
                elsewhere,
            };
            history::record(self.conn, after, &version, done)?;
        }
        if body.device != self.me.device && number(self.conn, key::CAUGHT_UP)? == 1 {
            self.conn
                .prepare_cached(
                    "INSERT OR REPLACE INTO arrival (page, at, by) VALUES (?1, ?2, ?3)",
                )?
                .execute(params![after.id.as_str(), self.at, body.person])?;
        }
        Ok(())
    }

    /// Makes the visible pages anew; while the log is read anew, only at its end.
    fn finish(&mut self, now: UnixMs) -> Result<()> {
        if number(self.conn, key::ANEW)? == 1 {
            if self.applied.more {
                self.applied.reconciling = true;
                return Ok(());
            }
            set_number(self.conn, key::ANEW, 0)?;
            restored::send_again(self.conn, &self.lost)?;
            *self.docs = Docs::default();
            // What the log did not bring goes out under new numbers; the hub knows it by its id.
            self.conn
                .execute("UPDATE outbox SET n = NULL, accepted = NULL", [])?;
            self.touched.extend(all_pages(self.conn)?);
        }
        if !self.applied.more {
            set_number(self.conn, key::CAUGHT_UP, 1)?;
            if self.lost.is_empty() {
                let given = restored::give_back(self.conn, self.docs, now, self.at)?;
                self.touched.extend(given);
            }
        }
        for page in &self.touched {
            // What a lost scope's pages say is what a person reads beside a refusal: they stay as they are.
            if self.lost.is_empty() || !self.is_lost(page)? {
                entity::rebuild(self.conn, self.docs, page)?;
                text::fold(self.conn, page)?;
            }
        }
        for (scope, page) in &self.rewritten {
            if conflict::words(self.conn, self.docs, scope, page, self.at)? {
                self.applied.conflicts += 1;
            }
        }
        self.applied.changed = self.touched.iter().cloned().collect();
        Ok(())
    }

    fn is_lost(&self, page: &PageId) -> Result<bool> {
        let scope: Option<String> = self
            .conn
            .prepare_cached("SELECT scope FROM page WHERE page = ?1")?
            .query_row([page.as_str()], |row| row.get(0))
            .optional()?;
        Ok(scope.is_some_and(|scope| self.lost.contains(&scope)))
    }

    /// A scope that was lost goes once nothing of one's own waits in it. What the hub accepted is there, though this
    /// device will not read it in the log any more.
    fn revoke(&mut self) -> Result<()> {
        for scope in &self.lost {
            let waits: bool = self.conn.query_row(
                "SELECT EXISTS (SELECT 1 FROM outbox WHERE scope = ?1 AND accepted IS NULL)",
                [scope],
                |row| row.get(0),
            )?;
            if waits {
                set_number(self.conn, key::LEFT, 1)?;
                // Its files are not taken any more, and no page will come: it goes as it is, to be refused, and a
                // person learns of it.
                scope::wait_for_no_file(self.conn, scope)?;
                scope::wait_for_no_page(self.conn, scope)?;
            } else {
                let pages = scope::purge(self.conn, self.docs, scope)?;
                self.applied.changed.extend(pages);
                self.applied.purged.push(scope.clone());
            }
        }
        Ok(())
    }
}

/// Digits with dots, perhaps a word behind (`1.2.0-rc.1`): it is told to others, so it can be nothing else.
fn is_version(said: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+');
    said.len() <= 32 && said.starts_with(|c: char| c.is_ascii_digit()) && said.chars().all(plain)
}

impl Store {
    /// The version that the hub last said it is of; `None` where it said none.
    ///
    /// # Errors
    /// Those of the database.
    pub fn hub_version(&self) -> Result<Option<String>> {
        let said = self.read(|conn| setting(conn, key::HUB_VERSION))?;
        Ok(said.filter(|said| !said.is_empty()))
    }
}

/// The scopes here that an answer does not list. One that went before may have work in it again: the person writes on,
/// and the right may come and go unseen.
fn lost_scopes(
    conn: &Connection,
    me: &Identity,
    response: &SyncResponse,
) -> Result<BTreeSet<String>> {
    let listed: BTreeSet<String> = response.pulls.iter().map(|p| p.scope.to_string()).collect();
    let mut query = conn.prepare_cached("SELECT scope FROM scope")?;
    let known = query.query_map([], |row| row.get(0))?;
    let mut known = known.collect::<rusqlite::Result<BTreeSet<String>>>()?;
    let own = Scope::sito(&me.comune).to_string();
    // Only then is the outbox looked through: a year of work may wait.
    if !known.contains(&own)
        && conn
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM outbox WHERE scope = ?1)")?
            .query_row([&own], |row| row.get(0))?
    {
        known.insert(own);
    }
    Ok(known.difference(&listed).cloned().collect())
}

fn all_pages(conn: &Connection) -> Result<Vec<PageId>> {
    let mut query = conn.prepare(
        "SELECT page FROM page UNION SELECT page FROM shadow UNION SELECT entity FROM outbox
         UNION SELECT page FROM held",
    )?;
    let rows = query.query_map([], |row| row.get(0).map(PageId))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The hub accepted an operation; it stays in the outbox until the log is read that far.
fn accept(conn: &Connection, op: &OpId, seq: u64) -> Result<Option<PageId>> {
    Ok(conn
        .prepare_cached(
            "UPDATE outbox SET accepted = ?2 WHERE op = ?1 AND accepted IS NULL RETURNING entity",
        )?
        .query_row(params![op.as_str(), seq], |row| row.get(0).map(PageId))
        .optional()?)
}
