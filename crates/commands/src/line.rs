//! What goes, what waits and why, what limits it, and how the line was.

use crate::app::{App, Desk};
use crate::{Result, convert, failure};
use api::Event;
use api::stato::{
    Attempt, AttemptFilter, AttemptList, Going, HeldBack, LeftAlone, LineRelease, LineRules,
    LineRulesLoad, LineRulesSet, Transit, TransitLoad, Versions, VersionsLoad, Waiting,
    WaitingList, Why,
};
use domain::line::{Carried, Held};
use store::{FileLeft, LineWork, OutboxRow, Wait};
use sync::{EngineState, Moving};

/// Rows of the log that are shown.
const ATTEMPTS: u32 = 500;
/// JSON of operations shrinks at least so many times.
const SHRINKS: u64 = 3;

/// What waits and why: one row per page and kind of change.
pub async fn waiting_list(app: &App, _: WaitingList) -> Result<Vec<Waiting>> {
    let held = engine_state(&app.open_desk()?).and_then(|state| state.held);
    app.with(move |store| {
        let rows = store.outbox_rows().map_err(failure::of_store)?;
        let mut list: Vec<Waiting> = Vec::new();
        for row in rows {
            let row = waiting(row, held);
            match list
                .iter_mut()
                .find(|known| known.page == row.page && known.what == row.what)
            {
                Some(known) => known.since = known.since.min(row.since),
                None => list.push(row),
            }
        }
        Ok(list)
    })
    .await
}

fn waiting(row: OutboxRow, held: Option<Held>) -> Waiting {
    Waiting {
        page: row.page,
        title: row.title,
        what: convert::what(row.what),
        since: row.since,
        why: match row.wait {
            Wait::Line => Why::Line,
            Wait::Answer => Why::Answer,
            Wait::Earlier => Why::Earlier,
            Wait::NewerHub => Why::Parked,
            Wait::Page => Why::Page,
            Wait::HubRecovered => Why::Failing,
            Wait::Files { bytes, sent } => Why::Files {
                sent,
                all: bytes,
                held: held.filter(|held| !held.lets_pass(bytes.saturating_sub(sent))),
            },
        },
    }
}

/// What goes now, what is left, what holds it back.
pub async fn transit_load(app: &App, _: TransitLoad) -> Result<Transit> {
    let desk = app.open_desk()?;
    app.with(move |store| {
        let work = store.line_work().map_err(failure::of_store)?;
        let state = engine_state(&desk).unwrap_or_default();
        let signed = store.upgrades_waiting().map_err(failure::of_store)?;
        Ok(Transit {
            signed,
            ..transit(&state, &work)
        })
    })
    .await
}

fn engine_state(desk: &Desk) -> Option<EngineState> {
    desk.engine.as_ref().map(sync::EngineHandle::state)
}

fn transit(state: &EngineState, work: &LineWork) -> Transit {
    let (free, held): (Vec<&FileLeft>, Vec<&FileLeft>) = work
        .uploads
        .iter()
        .partition(|file| passes(state.held, file));
    let downloads = bytes(work.downloads.iter());
    let down_now = if state.held.is_none() { downloads } else { 0 };
    let left = work.operations / SHRINKS + bytes(free.into_iter()) + down_now;
    Transit {
        going: going(state, work),
        left,
        seconds: seconds(state, left),
        downloads: (count(work.downloads.len()), downloads),
        held: state.held.map(|why| HeldBack {
            why,
            files: count(held.len() + work.downloads.len()),
            bytes: bytes(held.into_iter()) + downloads,
        }),
        released: state.released,
        fault: state.error.as_ref().map(sync::CallError::fault),
        left_alone: left_alone(state, work),
        signed: 0,
    }
}

/// Files that were left alone and still wait.
fn left_alone(state: &EngineState, work: &LineWork) -> Vec<LeftAlone> {
    let up = work.uploads.iter().map(|waits| (waits, true));
    let down = work.downloads.iter().map(|waits| (waits, false));
    up.chain(down)
        .filter_map(|(waits, up)| {
            Some(LeftAlone {
                up,
                why: *state.left_alone.get(&waits.file.id)?,
                name: waits.file.name.clone(),
                page: waits.page.clone(),
            })
        })
        .collect()
}

/// Whether a file goes up in spite of what holds others back.
fn passes(held: Option<Held>, file: &FileLeft) -> bool {
    held.is_none_or(|held| file.needed && held.lets_pass(file.file.size))
}

fn bytes<'a>(files: impl Iterator<Item = &'a FileLeft>) -> u64 {
    files.map(FileLeft::left).sum()
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// How long so many bytes take by what the line carries today. Nothing is said where it was not measured, nor
/// while the line is down.
fn seconds(state: &EngineState, left: u64) -> Option<u64> {
    let goodput = state.goodput.filter(|goodput| *goodput > 0)?;
    (state.line == sync::Line::Up && left > 0).then(|| left.div_ceil(goodput))
}

fn going(state: &EngineState, work: &LineWork) -> Option<Going> {
    match state.moving.as_ref().filter(|_| state.busy)? {
        Moving::Operations { up: 0 } => None,
        Moving::Operations { up } => Some(Going::Changes { count: *up }),
        Moving::File { id, up, done, size } => {
            let known = work.uploads.iter().chain(&work.downloads);
            let known = known.into_iter().find(|file| file.file.id == *id);
            // Its last piece may still be under way: what is held back is told as waiting, not as going.
            if known.is_some_and(|file| !passes(state.held, file)) {
                return None;
            }
            Some(Going::File {
                name: known.map(|it| it.file.name.clone()).unwrap_or_default(),
                page: known.and_then(|it| it.page.clone()),
                up: *up,
                done: *done,
                size: *size,
            })
        }
    }
}

/// "Invia e scarica tutto adesso", and back.
pub async fn line_release(app: &App, input: LineRelease) -> Result<Transit> {
    if let Some(engine) = app.open_desk()?.engine {
        engine.set_released(input.on);
    }
    app.tell(Event::Line);
    let said = transit_load(app, TransitLoad {}).await?;
    // The engine hears of it in a moment; the person sees it now.
    Ok(Transit {
        released: input.on,
        ..said
    })
}

/// The limits of the line, and what they are judged by.
pub async fn line_rules_load(app: &App, _: LineRulesLoad) -> Result<LineRules> {
    let desk = app.open_desk()?;
    let state = engine_state(&desk).unwrap_or_default();
    let now = app.now().saturating_add(state.clock_off.unwrap_or(0));
    app.with(move |store| {
        let month = sync::month_of(now);
        let found = store.limits_and_traffic(&month);
        let (limits, traffic) = found.map_err(failure::of_store)?;
        Ok(LineRules {
            limits,
            spent: traffic.total(),
            detected: state.metered,
        })
    })
    .await
}

/// Chooses the limits of the line; the engine looks at them before its next step.
pub async fn line_rules_set(app: &App, input: LineRulesSet) -> Result<LineRules> {
    app.act(move |store| store.set_limits(&input.limits).map_err(failure::of_store))
        .await?;
    line_rules_load(app, LineRulesLoad {}).await
}

/// The last tries to reach the hub, newest first.
pub async fn attempt_list(app: &App, input: AttemptList) -> Result<Vec<Attempt>> {
    app.with(move |store| {
        let attempts = store.attempts(ATTEMPTS).map_err(failure::of_store)?;
        let wanted = attempts.into_iter().map(attempt);
        Ok(wanted.filter(|it| shows(input.only, it)).collect())
    })
    .await
}

/// The versions of this program and of the hub.
pub async fn versions_load(app: &App, _: VersionsLoad) -> Result<Versions> {
    app.with(|store| {
        Ok(Versions {
            app: env!("CARGO_PKG_VERSION").into(),
            hub: store.hub_version().map_err(failure::of_store)?,
        })
    })
    .await
}

fn shows(only: AttemptFilter, it: &Attempt) -> bool {
    match only {
        AttemptFilter::All => true,
        AttemptFilter::Failed => it.error.is_some(),
        AttemptFilter::Carried => {
            it.error.is_none() && (it.ops != (0, 0) || it.carried != Carried::Operations)
        }
    }
}

pub(crate) fn attempt(attempt: store::Attempt) -> Attempt {
    Attempt {
        at: attempt.at,
        until: attempt.until,
        times: attempt.times,
        ms: attempt.ms,
        up: attempt.up,
        down: attempt.down,
        ops: (attempt.ops_up, attempt.ops_down),
        carried: attempt.carried,
        rtt: attempt.rtt,
        goodput: attempt.goodput,
        error: attempt.error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::line::{Fault, SMALL_FILE};
    use domain::{FileId, FileRef};

    fn file(id: &str, size: u64, done: u64, needed: bool) -> FileLeft {
        FileLeft {
            file: FileRef {
                id: FileId::new(id),
                name: format!("{id}.pdf"),
                media: "application/pdf".into(),
                size,
            },
            page: None,
            done,
            needed,
        }
    }

    fn work() -> LineWork {
        LineWork {
            uploads: vec![
                file("small", 100_000, 40_000, true),
                file("large", SMALL_FILE * 4, 0, true),
            ],
            downloads: vec![file("film", 50_000_000, 0, false)],
            operations: 3_000,
        }
    }

    fn up(goodput: Option<u64>) -> EngineState {
        EngineState {
            line: sync::Line::Up,
            goodput,
            ..EngineState::default()
        }
    }

    #[test]
    fn what_is_left_is_timed_by_what_the_line_was_seen_to_carry() {
        let all = 1_000 + 60_000 + SMALL_FILE * 4 + 50_000_000;
        let said = transit(&up(Some(16_000)), &work());
        assert_eq!(said.left, all);
        assert_eq!(said.seconds, Some(all.div_ceil(16_000)));
        assert_eq!(said.held, None);
    }

    #[test]
    fn nothing_is_foretold_of_a_line_that_was_not_measured_or_is_down() {
        assert_eq!(transit(&up(None), &work()).seconds, None);
        let down = EngineState {
            line: sync::Line::Down,
            ..up(Some(16_000))
        };
        assert_eq!(transit(&down, &work()).seconds, None);
        assert_eq!(
            transit(&up(Some(16_000)), &LineWork::default()).seconds,
            None
        );
    }

    #[test]
    fn what_a_limit_holds_back_is_not_in_what_is_left() {
        let quiet = EngineState {
            held: Some(Held::Quiet { until: 780 }),
            ..up(Some(16_000))
        };
        let said = transit(&quiet, &work());
        assert_eq!(said.left, 61_000);
        assert_eq!(
            said.held,
            Some(HeldBack {
                why: Held::Quiet { until: 780 },
                files: 2,
                bytes: SMALL_FILE * 4 + 50_000_000,
            })
        );
        let cap = EngineState {
            held: Some(Held::Cap { mb: 1 }),
            ..up(None)
        };
        let said = transit(&cap, &work());
        assert_eq!((said.left, said.held.map(|it| it.files)), (1_000, Some(3)));
    }

    #[test]
    fn a_file_that_was_left_alone_is_told_with_its_reason_while_it_waits() {
        let why = [
            (FileId::new("large"), Fault::HubFull),
            (FileId::new("taken off its page meanwhile"), Fault::NotFound),
        ];
        let state = EngineState {
            left_alone: why.into(),
            ..up(None)
        };
        let told = transit(&state, &work()).left_alone;
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!(
            (told[0].name.as_str(), told[0].why),
            ("large.pdf", Fault::HubFull)
        );
    }

    #[test]
    fn a_file_on_its_way_is_told_by_its_name() {
        let moving = EngineState {
            busy: true,
            moving: Some(Moving::File {
                id: FileId::new("large"),
                up: true,
                done: 5,
                size: 10,
            }),
            ..up(None)
        };
        let told = transit(&moving, &work()).going;
        assert!(
            matches!(told, Some(Going::File { name, up: true, done: 5, size: 10, .. }) if name == "large.pdf")
        );
        let held = EngineState {
            held: Some(Held::Quiet { until: 780 }),
            ..moving.clone()
        };
        assert_eq!(transit(&held, &work()).going, None, "it waits");
        let resting = EngineState {
            busy: false,
            ..moving
        };
        assert_eq!(transit(&resting, &work()).going, None);
    }
}
