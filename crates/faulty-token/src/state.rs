//! What the module remembers: in memory as long as it is initialised, in files for what a card would keep.

use crate::config::{Config, Slot};
use cryptoki_sys::{
    CK_OBJECT_HANDLE, CK_RV, CK_SESSION_HANDLE, CK_SLOT_ID, CKR_CRYPTOKI_NOT_INITIALIZED,
    CKR_DEVICE_REMOVED, CKR_SESSION_HANDLE_INVALID, CKR_SLOT_ID_INVALID, CKR_TOKEN_NOT_PRESENT,
    CKR_TOKEN_NOT_RECOGNIZED,
};
use openssl::pkey::{PKey, Private};
use openssl::x509::X509;
use std::collections::{HashMap, HashSet};
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The module's state while it is initialised.
pub(crate) struct State {
    pub(crate) dir: PathBuf,
    pub(crate) config: Config,
    pub(crate) sessions: HashMap<CK_SESSION_HANDLE, Session>,
    pub(crate) logged_in: HashSet<CK_SLOT_ID>,
    last: CK_SESSION_HANDLE,
}

#[derive(Default)]
pub(crate) struct Session {
    pub(crate) slot: CK_SLOT_ID,
    /// What a search has still to give.
    pub(crate) found: Option<Vec<CK_OBJECT_HANDLE>>,
    /// The key of a signature that was begun, and whether its PIN was given.
    pub(crate) signing: Option<(CK_OBJECT_HANDLE, bool)>,
}

static STATE: Mutex<Option<State>> = Mutex::new(None);

pub(crate) fn lock() -> MutexGuard<'static, Option<State>> {
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs a call with the state, in a function of this name: the faults that belong to a name happen here.
pub(crate) fn with(name: &str, call: impl FnOnce(&mut State) -> Result<(), CK_RV>) -> CK_RV {
    let mut state = lock();
    let Some(state) = state.as_mut() else {
        return CKR_CRYPTOKI_NOT_INITIALIZED;
    };
    state.fault(name);
    match call(state) {
        Ok(()) => cryptoki_sys::CKR_OK,
        Err(code) => code,
    }
}

impl State {
    /// Reads the directory that `FAULTY_TOKEN` names.
    pub(crate) fn read() -> Option<Self> {
        let dir = PathBuf::from(std::env::var_os("FAULTY_TOKEN")?);
        let config = serde_json::from_slice(&fs::read(dir.join("config.json")).ok()?).ok()?;
        Some(Self {
            dir,
            config,
            sessions: HashMap::new(),
            logged_in: HashSet::new(),
            last: 0,
        })
    }

    pub(crate) fn fault(&self, name: &str) {
        let faults = &self.config.faults;
        if faults.abort_in.as_deref() == Some(name) {
            std::process::abort();
        }
        while faults.hang_in.as_deref() == Some(name) {
            std::thread::sleep(std::time::Duration::from_secs(3600));
        }
    }

    /// Adds a line to `calls`.
    pub(crate) fn note(&self, line: &str) {
        if let Ok(mut file) = fs::File::options()
            .create(true)
            .append(true)
            .open(self.dir.join("calls"))
        {
            let _ = writeln!(file, "{line}");
        }
    }

    pub(crate) fn slot(&self, id: CK_SLOT_ID) -> Result<&Slot, CK_RV> {
        usize::try_from(id)
            .ok()
            .and_then(|at| self.config.slots.get(at))
            .ok_or(CKR_SLOT_ID_INVALID)
    }

    /// The token in a slot, if there is one.
    pub(crate) fn token(&self, id: CK_SLOT_ID) -> Result<&Slot, CK_RV> {
        let slot = self.slot(id)?;
        if slot.empty || self.is_removed() {
            return Err(CKR_TOKEN_NOT_PRESENT);
        }
        if slot.unknown {
            Err(CKR_TOKEN_NOT_RECOGNIZED)
        } else {
            Ok(slot)
        }
    }

    pub(crate) fn is_removed(&self) -> bool {
        self.dir.join("removed").exists()
    }

    pub(crate) fn open(&mut self, slot: CK_SLOT_ID) -> CK_SESSION_HANDLE {
        self.last += 1;
        self.sessions.insert(
            self.last,
            Session {
                slot,
                ..Session::default()
            },
        );
        self.last
    }

    pub(crate) fn session(&mut self, handle: CK_SESSION_HANDLE) -> Result<&mut Session, CK_RV> {
        if self.is_removed() {
            // As v3.1, 5.6 wants it: the sessions went with the token.
            self.sessions.clear();
            self.logged_in.clear();
            return Err(CKR_DEVICE_REMOVED);
        }
        self.sessions
            .get_mut(&handle)
            .ok_or(CKR_SESSION_HANDLE_INVALID)
    }

    pub(crate) fn wrong_tries(&self, slot: CK_SLOT_ID) -> u32 {
        self.number(&format!("wrong-{slot}"))
            .try_into()
            .unwrap_or(u32::MAX)
    }

    pub(crate) fn set_wrong_tries(&self, slot: CK_SLOT_ID, tries: u32) {
        let _ = fs::write(self.dir.join(format!("wrong-{slot}")), tries.to_string());
    }

    /// Counts a signature; how many there were with it.
    pub(crate) fn count_signature(&self) -> u64 {
        let now = self.number("signatures") + 1;
        let _ = fs::write(self.dir.join("signatures"), now.to_string());
        now
    }

    /// The one that was counted was not made.
    pub(crate) fn uncount_signature(&self) {
        let _ = fs::write(
            self.dir.join("signatures"),
            self.number("signatures").saturating_sub(1).to_string(),
        );
    }

    pub(crate) fn remove(&self) {
        let _ = fs::write(self.dir.join("removed"), "");
    }

    fn number(&self, file: &str) -> u64 {
        fs::read_to_string(self.dir.join(file))
            .ok()
            .and_then(|text| text.trim().parse().ok())
            .unwrap_or(0)
    }

    pub(crate) fn key(&self, slot: CK_SLOT_ID) -> Option<PKey<Private>> {
        let file = self.slot(slot).ok()?.key.as_ref()?;
        PKey::private_key_from_pem(&fs::read(self.dir.join(file)).ok()?).ok()
    }

    pub(crate) fn certificate(&self, slot: CK_SLOT_ID, at: usize) -> Option<Vec<u8>> {
        let file = &self.slot(slot).ok()?.certificates.get(at)?.file;
        X509::from_pem(&fs::read(self.dir.join(file)).ok()?)
            .ok()?
            .to_der()
            .ok()
    }
}
