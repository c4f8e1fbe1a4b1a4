//! SQLite alone: the same schema, settings and rows, no HTTP, no rules, no signatures. What the hub cannot
//! exceed on this disk.

use crate::Outcome;
use crate::figures::{Cpu, Figures};
use crate::plan::{self, Story};
use rusqlite::{Connection, TransactionBehavior, params};
use std::path::Path;
use std::time::{Duration, Instant};

const SCHEMA: &str = concat!(
    include_str!("../../../migrations/hub/comune/0001_log.sql"),
    include_str!("../../../migrations/hub/comune/0002_digest.sql"),
    include_str!("../../../migrations/hub/comune/0003_files.sql"),
);
/// As many as the machine of the goal has cores.
const THREADS: usize = 2;

/// One database per comune, each written by turns.
pub(crate) fn ceiling(
    folder: &Path,
    comuni: usize,
    size: usize,
    limit: Duration,
) -> Outcome<(String, Figures)> {
    std::fs::create_dir_all(folder)?;
    let changes = plan::changes(&Story::new()?)?;
    let mut shares: Vec<Vec<Connection>> = Vec::new();
    for thread in 0..THREADS {
        let mine = (0..comuni).filter(|number| number % THREADS == thread);
        shares.push(
            mine.map(|number| open(folder, number))
                .collect::<Outcome<_>>()?,
        );
    }
    let before = Cpu::of("self")?;
    let start = Instant::now();
    let done: Vec<Outcome<Vec<Duration>>> = std::thread::scope(|scope| {
        let threads: Vec<_> = shares
            .into_iter()
            .map(|share| scope.spawn(|| write(share, &changes, size, limit)))
            .collect();
        let join = |thread: std::thread::ScopedJoinHandle<_>| thread.join();
        threads
            .into_iter()
            .map(|thread| join(thread).unwrap_or_else(|_| Err("a thread panicked".into())))
            .collect()
    });
    let took = start.elapsed();
    let mut latencies = Vec::new();
    for part in done {
        latencies.extend(part?);
    }
    std::fs::remove_dir_all(folder)?;
    let figures = Figures {
        operations: u64::try_from(latencies.len() * size)?,
        took,
        latencies,
        busy: Cpu::of("self")?.since(before),
        own: Cpu::default(),
    };
    Ok((format!("SQLite alone, {THREADS} threads"), figures))
}

fn open(folder: &Path, number: usize) -> Outcome<Connection> {
    let conn = Connection::open(folder.join(format!("{number}.db")))?;
    conn.pragma_update(None, "journal_mode", "WAL")?;
    conn.pragma_update(None, "synchronous", "FULL")?;
    conn.execute_batch(SCHEMA)?;
    Ok(conn)
}

fn write(
    mut share: Vec<Connection>,
    changes: &[String],
    size: usize,
    limit: Duration,
) -> Outcome<Vec<Duration>> {
    let start = Instant::now();
    let mut latencies = Vec::new();
    let mut written = 0_u64;
    loop {
        for conn in &mut share {
            let begun = Instant::now();
            commit(conn, changes, written, size)?;
            latencies.push(begun.elapsed());
            if start.elapsed() > limit {
                return Ok(latencies);
            }
        }
        written += u64::try_from(size)?;
    }
}

fn commit(conn: &mut Connection, changes: &[String], written: u64, size: usize) -> Outcome<()> {
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for (seq, change) in (written + 1..).zip(changes.iter().cycle()).take(size) {
        let seq = i64::try_from(seq)?;
        let (id, device) = (
            format!("0199c0de-0000-7000-8{seq:015x}"),
            "0199c0de-0000-7000-8000-000000000000",
        );
        let entity = format!("0199c0de-0001-7000-8{:015x}", seq / 10);
        tx.prepare_cached(
            "INSERT INTO log (seq, id, device, person, role, collection, entity, version,
                              change, at, received, clamped, decided)
             VALUES (?1, ?2, ?3, 'Anna Ferraris', 'impiegato', 'sito', ?4, 1, ?5, ?6, ?6, 0, '{}')",
        )?
        .execute(params![seq, id, device, entity, change, plan::now()])?;
        tx.prepare_cached("INSERT INTO result (device, n, id, seq) VALUES (?1, ?2, ?3, ?2)")?
            .execute(params![device, seq, id])?;
        tx.prepare_cached("INSERT INTO digest (collection, seq, sum) VALUES ('sito', ?1, ?1)")?
            .execute([seq])?;
        tx.prepare_cached(
            "INSERT INTO entity (id, body) VALUES (?1, ?2)
             ON CONFLICT DO UPDATE SET body = excluded.body",
        )?
        .execute(params![entity, change])?;
    }
    tx.commit()?;
    Ok(())
}
