//! "Firma e verifica" and "Il mio dispositivo di firma".
//!
//! Open documents are in memory; the web view gets their names, sizes, hashes and pictures of their pages, never their
//! bytes. Nothing here needs the workspace to be open but what the hub brought (lists, answers about revocations) and the
//! name of a driver: without it, they are as if they had not come yet.

mod device;
mod judge;
mod last;
mod left;
mod lists;
mod outside;
mod pages;
mod papers;
mod pin;
mod place;
mod report;
mod sign;
mod stop;
mod words;

pub use device::{firma_device, firma_driver, firma_test};
pub use judge::firma_judge;
pub use last::{firma_forget, firma_goal_load, firma_goal_set, firma_lasting};
pub use left::{firma_left, firma_left_forget, firma_left_open};
pub use pages::firma_page;
pub use papers::{firma_close, firma_open, firma_open_files, firma_papers};
pub use pin::{AskPin, PinQuestion};
pub use place::firma_show;
pub use report::{firma_extract, firma_report};
pub use sign::{firma_cancel, firma_resume, firma_sign, firma_state};

use std::collections::{BTreeSet, HashMap};
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

/// What signing takes besides the workspace.
#[derive(Debug, Clone, Default)]
pub struct FirmaConfig {
    /// The helper that loads drivers; none: the one that was installed beside the app.
    pub helper: Option<PathBuf>,
    /// Settings of drivers, put into the helper's environment.
    pub driver_env: Vec<(OsString, OsString)>,
    /// The person's folder of documents; none: where the system has it.
    pub documents: Option<PathBuf>,
    /// A folder of certificates that are believed in place of the trusted lists (`trust::folder`).
    pub trust: Option<PathBuf>,
    /// Who may sign the European list of lists; none: those of the Official Journal.
    pub roots: Option<trust::Roots>,
}

/// What is open and under way.
#[derive(Default)]
pub(crate) struct Firma {
    papers: Mutex<papers::Papers>,
    lists: Mutex<Option<lists::Loaded>>,
    run: Mutex<Option<sign::Run>>,
    /// Which files of what is left are there.
    looked: Mutex<left::Looked>,
    /// Folders that an answer named: the only ones that are shown.
    folders: Mutex<BTreeSet<PathBuf>>,
    /// The driver through which each identity was found.
    owners: Mutex<HashMap<String, PathBuf>>,
    ask: RwLock<Option<Arc<dyn AskPin>>>,
    drawing: pages::Drawing,
}

impl Firma {
    pub(crate) fn set_ask(&self, ask: Arc<dyn AskPin>) {
        *self.ask.write().unwrap_or_else(PoisonError::into_inner) = Some(ask);
    }

    fn ask(&self) -> Option<Arc<dyn AskPin>> {
        self.ask
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// What a thread that panicked left behind is still whole: every change here is one assignment.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
