//! A token that fails on demand, set up for one test.

use crate::pki::{Ca, Usage, public, rsa};
use faulty_token::{Certificate, Config, Faults, Slot, hashed};
use openssl::pkey::{PKey, Private};
use signing::{Cancel, Pin};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::Duration;
use tempfile::TempDir;
use token::pkcs11::{Options, Patience, Pkcs11Signer};
use zeroize::Zeroizing;

pub const PIN: &str = "48151623";

pub struct Faulty {
    pub dir: TempDir,
    pub config: Config,
    pub cancel: Cancel,
    pub patience: Patience,
    pub ca: Ca,
}

impl Faulty {
    /// One token with an RSA key that signs, and nothing wrong.
    pub fn new() -> Self {
        static KEY: LazyLock<PKey<Private>> = LazyLock::new(|| rsa(2048));
        Self::with_key(&KEY)
    }

    pub fn with_key(key: &PKey<Private>) -> Self {
        let mut faulty = Self::empty();
        let slot = faulty.token("FIRMA", PIN, key, Usage::Signing);
        faulty.config.slots.push(slot);
        faulty
    }

    pub fn empty() -> Self {
        Self {
            dir: tempfile::tempdir().unwrap(),
            config: Config::default(),
            cancel: Cancel::default(),
            patience: Patience {
                load: Duration::from_secs(20),
                list: Duration::from_secs(20),
                login: Duration::from_secs(20),
                login_on_reader: Duration::from_secs(20),
                sign: Duration::from_secs(20),
            },
            ca: Ca::new(),
        }
    }

    /// A token; its certificate is of the authority of this one.
    pub fn token(&self, label: &str, pin: &str, key: &PKey<Private>, usage: Usage) -> Slot {
        let file = PathBuf::from(format!("{label}.key"));
        std::fs::write(
            self.dir.path().join(&file),
            key.private_key_to_pem_pkcs8().unwrap(),
        )
        .unwrap();
        let certificate = self.ca.issue(&public(key), "ROSSI MARIO", usage);
        let mut slot = Slot {
            reader: format!("Reader of {label}"),
            label: label.into(),
            serial: "0001".into(),
            pin: hashed(pin.as_bytes()),
            tries: 3,
            key: Some(file),
            key_id: vec![1],
            ..Slot::default()
        };
        self.add(&mut slot, &certificate, vec![1]);
        self.add(&mut slot, &self.ca.certificate, vec![9]);
        slot
    }

    pub fn add(&self, slot: &mut Slot, certificate: &openssl::x509::X509, id: Vec<u8>) {
        let file = PathBuf::from(format!("{}-{}.crt", slot.label, slot.certificates.len()));
        std::fs::write(self.dir.path().join(&file), certificate.to_pem().unwrap()).unwrap();
        slot.certificates.push(Certificate {
            file,
            id,
            label: format!("{} certificate", slot.label),
        });
    }

    /// Writes the configuration down; a helper that runs already keeps what it read.
    pub fn write(&self) {
        let config = serde_json::to_vec(&self.config).unwrap();
        std::fs::write(self.dir.path().join("config.json"), config).unwrap();
    }

    pub fn faults(&mut self, faults: Faults) {
        self.config.faults = faults;
        self.write();
    }

    pub fn options(&self) -> Options {
        Options {
            module: module(),
            helper: crate::helper(),
            env: vec![("FAULTY_TOKEN".into(), self.dir.path().into())],
            patience: self.patience,
            cancel: self.cancel.clone(),
        }
    }

    pub fn signer(&self) -> Pkcs11Signer {
        self.write();
        Pkcs11Signer::new(self.options())
    }

    /// What was asked of the module, line by line.
    pub fn calls(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.dir.path().join("calls")).unwrap_or_default();
        text.lines().map(ToOwned::to_owned).collect()
    }

    pub fn count(&self, call: &str) -> usize {
        self.calls()
            .iter()
            .filter(|line| line.starts_with(call))
            .count()
    }

    pub fn put_in_again(&self) {
        std::fs::remove_file(self.dir.path().join("removed")).unwrap();
    }
}

/// Cargo puts the module beside the tests, for they depend on it, and below a program that does.
pub fn module() -> PathBuf {
    let name = format!(
        "{}faulty_token{}",
        std::env::consts::DLL_PREFIX,
        std::env::consts::DLL_SUFFIX
    );
    let beside = std::env::current_exe().unwrap().with_file_name(&name);
    let below = beside.with_file_name("deps").join(&name);
    let module = [beside, below].into_iter().find(|path| path.is_file());
    module.unwrap_or_else(|| panic!("{name} was not built"))
}

pub fn pin(text: &str) -> Pin {
    Pin::new(Zeroizing::new(text.to_owned()))
}

pub fn is_running(process: u32) -> bool {
    // A process that ended and was not taken yet is a zombie: that counts as ended.
    std::fs::read_to_string(Path::new("/proc").join(process.to_string()).join("stat")).is_ok_and(
        |stat| {
            !stat
                .rsplit(')')
                .next()
                .unwrap_or_default()
                .trim_start()
                .starts_with('Z')
        },
    )
}
