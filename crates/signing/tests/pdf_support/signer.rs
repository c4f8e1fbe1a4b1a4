//! A signer made with the openssl command: a root and a person's certificate under it.

use openssl::ecdsa::EcdsaSig;
use openssl::pkey::PKey;
use openssl::x509::X509;
use signing::path::Trust;
use signing::{Anchor, Anchors, Digest, Hash, Service, cms};
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

    /// A CMS of the engine's own, as it goes into a PDF.
    pub fn detached(&self, content: &Digest) -> Vec<u8> {
        let der = |name: &str| {
            X509::from_pem(&std::fs::read(self.file(name)).unwrap())
                .unwrap()
                .to_der()
                .unwrap()
        };
        let draft = cms::Draft::new(
            &der("leaf.pem"),
            &[der("root.pem")],
            content.hash,
            content,
            cms::Form::Detached,
        )
        .unwrap();
        let key =
            PKey::private_key_from_pem(&std::fs::read(self.file("leaf.key")).unwrap()).unwrap();
        let signature = EcdsaSig::sign(&draft.to_sign().bytes, &key.ec_key().unwrap()).unwrap();
        draft.finish(&signature.to_der().unwrap(), None).unwrap()
    }

    /// A time stamp token over a hash, by the openssl command.
    pub fn stamp(&self, content: &Digest) -> Vec<u8> {
        assert_eq!(content.hash, Hash::Sha256);
        let settings = "[tsa]\ndefault_tsa=t\n[t]\nserial=serial\ncrypto_device=builtin\nsigner_cert=tsa.pem\ncerts=root.pem\n\
            signer_key=tsa.key\nsigner_digest=sha256\ndefault_policy=1.2.3.4\ndigests=sha256\ness_cert_id_alg=sha256\n";
        std::fs::write(self.file("ts.cnf"), settings).unwrap();
        std::fs::write(self.file("serial"), "01").unwrap();
        let hex: String = content
            .bytes
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let openssl = |arguments: &[&str]| {
            run(
                Command::new("openssl")
                    .args(arguments)
                    .current_dir(self.dir.path()),
                None,
            )
        };
        openssl(&[
            "ts", "-query", "-digest", &hex, "-sha256", "-cert", "-out", "q.tsq",
        ]);
        openssl(&[
            "ts",
            "-reply",
            "-config",
            "ts.cnf",
            "-queryfile",
            "q.tsq",
            "-token_out",
            "-out",
            "r.tst",
        ]);
        std::fs::read(self.file("r.tst")).unwrap()
    }

    /// The root as what is believed, for signatures and time stamps.
    pub fn trust(&self) -> Trust {
        Trust::new(&self.anchors())
    }

    pub fn anchors(&self) -> Anchors {
        let certificate = X509::from_pem(&std::fs::read(self.root()).unwrap())
            .unwrap()
            .to_der()
            .unwrap();
        let anchor = |service| Anchor {
            certificate: certificate.clone(),
            service,
            history: Vec::new(),
            provider: "Prova".into(),
            qualifications: Vec::new(),
        };
        let anchors = vec![
            anchor(Service::QualifiedSignatures),
            anchor(Service::QualifiedTimeStamps),
        ];
        Anchors {
            anchors,
            ..Anchors::default()
        }
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
