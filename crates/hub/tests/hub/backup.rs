//! Backup while running, restore, databases of a later version.

use crate::common::*;
use crate::files::{bring, bytes, cut, offer};
use domain::RefusalCode;
use domain::identity::Role;
use domain::sito::{PageChange, PageKind};
use hub::storage::StorageError;
use hub::{Config, Hub, restore};
use std::sync::atomic::{AtomicBool, Ordering};

const CREATE: PageChange = PageChange::Create {
    kind: PageKind::Pagina,
};

#[tokio::test]
async fn a_backup_made_while_people_write_is_restored_with_a_new_epoch() {
    let centro = Centro::new();
    let mut anna = centro.person("Anna", Role::Impiegato);
    let (manifest, chunks) = cut(&bytes(20_000), 10_000);
    offer(&anna, &manifest).await;
    bring(&anna, &chunks).await;
    anna.does("p0", CREATE).await;
    let stop = AtomicBool::new(false);
    let writing = async {
        let mut pages = 1;
        while !stop.load(Ordering::Relaxed) {
            anna.does(&format!("p{pages}"), CREATE).await;
            pages += 1;
        }
        pages
    };
    let copying = async {
        let hub = centro.hub.clone();
        let folder = tokio::task::spawn_blocking(move || hub.backup().unwrap())
            .await
            .unwrap();
        stop.store(true, Ordering::Relaxed);
        folder
    };
    let (pages, folder) = tokio::join!(writing, copying);
    let after: Vec<_> = ["x", "y"].map(|page| anna.op(page, CREATE)).into();
    let last = anna.sync(&after).await;
    assert_eq!(last.pulls[0].to, pages + 2);
    let epoch = last.epoch;
    let config = centro.hub.config().clone();
    let (clock, keep) = (centro.clock.clone(), centro.folder.clone());
    drop(centro);
    std::fs::remove_dir_all(config.data.join("chunks")).unwrap();
    restore(&folder, &config.data).unwrap();

    let centro = Centro::on(keep, clock, |_| {});
    anna.router = centro.hub.router();
    // A call from before the restore, that comes late: its numbers may be forgotten, and it writes nothing.
    let mut request = anna.request(&after);
    request.ops[0].n = 1;
    request.epoch = epoch;
    request.cursors.insert(anna.scope(), last.pulls[0].to);
    let answer = anna.try_sync(&request).await.unwrap();
    assert_ne!(answer.epoch, epoch);
    assert_eq!(answer.results, []);
    assert!(answer.epoch > 0 && answer.epoch < 1 << 53);
    // The cursor is beyond the head: nothing comes, and the head is said.
    let pull = &answer.pulls[0];
    assert!(pull.entries.is_empty() && !pull.more);
    assert!((1..=pages).contains(&pull.to), "{} of {pages}", pull.to);
    assert_eq!(answer.next, pull.to + 1);
    // Later operations are not taken before the lost ones: `next` says from where to send again.
    let again = anna.sync(&after).await;
    assert_eq!((again.results.len(), again.next), (0, answer.next));
    // The chunks were lost as well: the file is asked for again.
    assert_eq!(offer(&anna, &manifest).await, [0, 1]);
}

#[tokio::test]
async fn a_restore_is_refused_while_a_hub_runs_and_for_what_is_no_backup() {
    let folder = tempfile::tempdir().unwrap();
    let running = hub::serve(Config::new(folder.path().join("data")))
        .await
        .unwrap();
    let hub = running.hub.clone();
    let backup = tokio::task::spawn_blocking(move || hub.backup().unwrap())
        .await
        .unwrap();
    let data = folder.path().join("data");
    assert!(matches!(
        restore(&backup, &data),
        Err(hub::BackupError::Running)
    ));
    let second = hub::serve(Config::new(&data)).await;
    assert!(matches!(second.err(), Some(hub::ServeError::Running)));
    running.shutdown().await.unwrap();
    assert!(matches!(
        restore(folder.path(), &data),
        Err(hub::BackupError::NoBackup(_))
    ));
    restore(&backup, &data).unwrap();
    Hub::open(Config::new(&data)).unwrap();
}

#[tokio::test]
async fn a_database_of_a_later_hub_is_refused_and_left_alone() {
    for name in ["centro.db", "comuni/005094.db"] {
        let centro = Centro::new();
        centro.hub.comune(&roccaverano()).unwrap();
        let config = centro.hub.config().clone();
        let keep = centro.folder.clone();
        drop(centro);
        let path = config.data.join(name);
        let conn = rusqlite::Connection::open(&path).unwrap();
        conn.pragma_update(None, "user_version", 99).unwrap();
        drop(conn);
        let error = Hub::open(config).err().unwrap();
        assert!(
            matches!(error, StorageError::Newer { found: 99, .. }),
            "{error}"
        );
        assert!(error.to_string().contains("use that version"));
        let conn = rusqlite::Connection::open(&path).unwrap();
        let version: i64 = conn
            .pragma_query_value(None, "user_version", |row| row.get(0))
            .unwrap();
        assert_eq!(version, 99);
        drop(keep);
    }
}

#[tokio::test]
async fn everything_is_there_after_a_restart() {
    let centro = Centro::new();
    let mut anna = centro.person("Anna", Role::Impiegato);
    let ops = [anna.op("p1", CREATE), anna.op("p1", CREATE)];
    let first = anna.sync(&ops).await;
    let epoch = centro.hub.epoch();
    let centro = centro.reopen();
    anna.router = centro.hub.router();
    assert_eq!(centro.hub.epoch(), epoch);
    assert_eq!(anna.sync(&ops).await, first);
    assert_eq!(
        refused(&first.results[1].outcome),
        Some(RefusalCode::Exists)
    );
}
