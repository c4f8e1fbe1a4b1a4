//! SoftHSM2 tokens, made with its own tools and OpenSC's: a PKCS#11 module that is not ours.

use crate::pki::{Ca, Usage, public};
use openssl::pkey::{PKey, Private, Public};
use signing::Cancel;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;
use token::pkcs11::{Options, Patience, Pkcs11Signer};

/// A directory of tokens of its own.
pub struct SoftHsm {
    pub dir: TempDir,
    pub module: PathBuf,
    pub ca: Ca,
}

impl SoftHsm {
    /// None where the tools are missing: the test says so and passes by.
    pub fn new() -> Option<Self> {
        let module = module();
        if module.is_none() || !runs("softhsm2-util", "--version") || !runs("pkcs11-tool", "--help")
        {
            eprintln!(
                "SKIPPED: SoftHSM2 (or SOFTHSM2_MODULE), softhsm2-util or pkcs11-tool not found"
            );
            return None;
        }
        let dir = tempfile::tempdir().unwrap();
        let tokens = dir.path().join("tokens");
        std::fs::create_dir(&tokens).unwrap();
        let config = format!(
            "directories.tokendir = {}\nobjectstore.backend = file\nslots.removable = false\n",
            tokens.display()
        );
        std::fs::write(dir.path().join("softhsm2.conf"), config).unwrap();
        Some(Self {
            dir,
            module: module?,
            ca: Ca::new(),
        })
    }

    fn tool(&self, program: &str, arguments: &[&str]) {
        let output = Command::new(program)
            .args(arguments)
            .env("SOFTHSM2_CONF", self.dir.path().join("softhsm2.conf"))
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{program} {arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }

    pub fn token(&self, label: &str, pin: &str) {
        self.tool(
            "softhsm2-util",
            &[
                "--init-token",
                "--free",
                "--label",
                label,
                "--so-pin",
                "12345678",
                "--pin",
                pin,
            ],
        );
    }

    /// A key that is made on the token, and its certificate beside it.
    pub fn key(&self, label: &str, pin: &str, kind: &str, id: &str, more: &[&str]) {
        let module = self.module.to_str().unwrap();
        let at = login(module, label, pin);
        let make = [
            "--keypairgen",
            "--key-type",
            kind,
            "--label",
            id,
            "--id",
            id,
        ];
        self.tool("pkcs11-tool", &[&at, make.as_slice(), more].concat());
        let file = self.dir.path().join(format!("{label}-{id}.der"));
        let path = file.to_str().unwrap();
        self.tool(
            "pkcs11-tool",
            &[
                &at,
                ["--read-object", "--type", "pubkey", "--id", id, "-o", path].as_slice(),
            ]
            .concat(),
        );
        let key: PKey<Public> = PKey::public_key_from_der(&std::fs::read(&file).unwrap()).unwrap();
        let certificate = self
            .ca
            .issue(&key, &format!("ROSSI MARIO {id}"), Usage::Signing);
        self.certificate(&at, &certificate.to_der().unwrap(), id);
    }

    /// A key that was made outside (pkcs11-tool 0.23 cannot read a public key on P-384), and its certificate.
    pub fn import(&self, label: &str, pin: &str, key: &PKey<Private>, id: &str) {
        let file = self.dir.path().join("key.pem");
        std::fs::write(&file, key.private_key_to_pem_pkcs8().unwrap()).unwrap();
        let path = file.to_str().unwrap();
        let import = [
            "--import", path, "--token", label, "--label", id, "--id", id, "--pin", pin,
        ];
        self.tool("softhsm2-util", &import);
        let certificate = self
            .ca
            .issue(&public(key), &format!("ROSSI MARIO {id}"), Usage::Signing);
        let module = self.module.to_str().unwrap();
        let at = login(module, label, pin);
        self.certificate(&at, &certificate.to_der().unwrap(), id);
    }

    fn certificate(&self, at: &[&str], der: &[u8], id: &str) {
        let file = self.dir.path().join("certificate.der");
        std::fs::write(&file, der).unwrap();
        let write = [
            "--write-object",
            file.to_str().unwrap(),
            "--type",
            "cert",
            "--id",
            id,
            "--label",
            id,
        ];
        self.tool("pkcs11-tool", &[at, write.as_slice()].concat());
    }

    pub fn options(&self) -> Options {
        Options {
            module: self.module.clone(),
            helper: crate::helper(),
            env: vec![(
                "SOFTHSM2_CONF".into(),
                self.dir.path().join("softhsm2.conf").into(),
            )],
            patience: Patience::default(),
            cancel: Cancel::default(),
        }
    }

    pub fn signer(&self) -> Pkcs11Signer {
        Pkcs11Signer::new(self.options())
    }
}

fn module() -> Option<PathBuf> {
    let named = std::env::var_os("SOFTHSM2_MODULE").map(PathBuf::from);
    let folders = [
        "/usr/lib/softhsm",
        "/usr/lib64/softhsm",
        "/usr/lib64/pkcs11",
        "/usr/lib/x86_64-linux-gnu/softhsm",
    ];
    let usual = folders
        .iter()
        .map(|folder| Path::new(folder).join("libsofthsm2.so"));
    named
        .into_iter()
        .chain(usual)
        .find(|module| module.is_file())
}

fn runs(program: &str, argument: &str) -> bool {
    Command::new(program).arg(argument).output().is_ok()
}

/// How pkcs11-tool gets at a token.
fn login<'a>(module: &'a str, label: &'a str, pin: &'a str) -> [&'a str; 7] {
    [
        "--module",
        module,
        "--token-label",
        label,
        "--login",
        "--pin",
        pin,
    ]
}
