//! A signer made with the openssl command: a root and a person's certificate under it.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

pub struct Signer {
    pub dir: tempfile::TempDir,
}

/// Runs a command, and shows what it said if it failed.
pub fn run(command: &mut Command, input: Option<&[u8]>) -> Vec<u8> {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.unwrap_or_default().to_vec();
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().unwrap();
    let _ = writer.join();
    assert!(
        output.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}

impl Signer {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let openssl = |arguments: &[&str]| {
            run(
                Command::new("openssl")
                    .args(arguments)
                    .current_dir(dir.path()),
                None,
            )
        };
        std::fs::write(
            dir.path().join("leaf.cnf"),
            "basicConstraints=critical,CA:false\nkeyUsage=critical,nonRepudiation\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n",
        )
        .unwrap();
        std::fs::write(
            dir.path().join("tsa.cnf"),
            "basicConstraints=critical,CA:false\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=critical,timeStamping\n",
        )
        .unwrap();
        for name in ["root", "leaf"] {
            openssl(&[
                "ecparam",
                "-name",
                "prime256v1",
                "-genkey",
                "-noout",
                "-out",
                &format!("{name}.key"),
            ]);
        }
        // pyHanko's time stamper without a server is for RSA only
        openssl(&["genrsa", "-out", "tsa.key", "2048"]);
        let root = "/C=IT/O=Prova/CN=Radice di prova";
        openssl(&[
            "req", "-x509", "-new", "-key", "root.key", "-subj", root, "-days", "3650", "-out",
            "root.pem",
        ]);
        let subjects = [
            (
                "leaf",
                "/C=IT/CN=ROSSI MARIO/serialNumber=TINIT-RSSMRA70A01H501S",
            ),
            ("tsa", "/C=IT/CN=Marca"),
        ];
        for (serial, (name, subject)) in subjects.into_iter().enumerate() {
            let [key, request, certificate, settings] =
                ["key", "csr", "pem", "cnf"].map(|kind| format!("{name}.{kind}"));
            openssl(&[
                "req", "-new", "-key", &key, "-subj", subject, "-out", &request,
            ]);
            openssl(&[
                "x509",
                "-req",
                "-in",
                &request,
                "-CA",
                "root.pem",
                "-CAkey",
                "root.key",
                "-set_serial",
                &(7 + serial).to_string(),
                "-days",
                "900",
                "-extfile",
                &settings,
                "-out",
                &certificate,
            ]);
        }
        Self { dir }
    }

    /// A detached CMS over bytes.
    pub fn detached(&self, content: &[u8]) -> Vec<u8> {
        let arguments = [
            "cms",
            "-sign",
            "-cades",
            "-binary",
            "-nosmimecap",
            "-md",
            "sha256",
            "-signer",
            "leaf.pem",
            "-inkey",
            "leaf.key",
            "-certfile",
            "root.pem",
            "-outform",
            "DER",
        ];
        run(
            Command::new("openssl")
                .args(arguments)
                .current_dir(self.dir.path()),
            Some(content),
        )
    }

    /// Whether openssl agrees that a CMS is about these bytes.
    pub fn agrees(&self, cms: &[u8], content: &[u8]) -> bool {
        let scratch = tempfile::tempdir().unwrap();
        std::fs::write(scratch.path().join("cms"), cms).unwrap();
        std::fs::write(scratch.path().join("content"), content).unwrap();
        Command::new("openssl")
            .args([
                "cms", "-verify", "-cades", "-binary", "-inform", "DER", "-purpose", "any", "-in",
            ])
            .arg(scratch.path().join("cms"))
            .arg("-content")
            .arg(scratch.path().join("content"))
            .arg("-CAfile")
            .arg(self.root())
            .arg("-out")
            .arg(scratch.path().join("out"))
            .output()
            .unwrap()
            .status
            .success()
    }

    pub fn root(&self) -> PathBuf {
        self.file("root.pem")
    }

    pub fn file(&self, name: &str) -> PathBuf {
        Path::new(self.dir.path()).join(name)
    }
}
