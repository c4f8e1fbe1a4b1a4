//! A signing card in software (SoftHSM2), the authority that issued its certificate, and documents to sign: all made
//! with the usual command-line tools, anew for each run.

use crate::Done;
use crate::stage::program;
use faulty_token::{Certificate, Config, Faults, Slot, hashed};
use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The card's PIN.
pub const PIN: &str = "271828";
/// Who holds it.
pub const HOLDER: &str = "ROSSI MARIA";
/// Who lost his, so that it was revoked.
pub const FORMER: &str = "VERDI UGO";
const LABEL: &str = "Carta di prova";
const TOOLS: [&str; 3] = ["softhsm2-util", "pkcs11-tool", "openssl"];
const MODULES: [&str; 3] = [
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib64/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
];

/// A card that lies beside the PCs of a stage.
pub struct Card {
    folder: PathBuf,
    /// The driver.
    pub module: PathBuf,
}

/// A card that is pulled out of its reader in the middle of its work.
pub struct FailingCard {
    /// The driver.
    pub module: PathBuf,
    /// What a card keeps, it keeps here.
    folder: PathBuf,
    slot: Slot,
}

impl FailingCard {
    /// It is in the reader, and pulled out at this signature, where one is given.
    pub fn put_in(&self, pulled_at: Option<u64>) -> Done {
        let config = Config {
            slots: vec![self.slot.clone()],
            faults: Faults {
                removed_at: pulled_at,
                ..Faults::default()
            },
        };
        let config = serde_json::to_vec(&config).map_err(|error| error.to_string())?;
        write(&self.folder.join("config.json"), &config)?;
        // It may never have been pulled out.
        let _ = std::fs::remove_file(self.folder.join("removed"));
        Ok(())
    }

    /// How many signatures it made.
    pub fn signatures(&self) -> Done<u64> {
        let calls = std::fs::read_to_string(self.folder.join("calls"));
        let calls = calls.map_err(|error| error.to_string())?;
        let made = calls.lines().filter(|call| call.starts_with("signed"));
        Ok(made.count() as u64)
    }
}

/// Which tool lacks.
pub fn lacking() -> Option<String> {
    let missing = |tool: &&str| Command::new(tool).arg("--help").output().is_err();
    let tool = TOOLS.into_iter().find(missing);
    let module = MODULES.iter().any(|it| Path::new(it).is_file());
    tool.map(str::to_owned)
        .or_else(|| (!module).then(|| "libsofthsm2.so".into()))
}

impl Card {
    /// Makes the authority, the card and its key. `softhsm2.conf` and `fiducia` in the folder are found by every PC of the
    /// stage ([`crate::desk::Desk`]).
    pub fn make(folder: &Path) -> Done<Self> {
        let module = MODULES.iter().map(PathBuf::from).find(|it| it.is_file());
        let card = Self {
            folder: folder.join("carta"),
            module: module.ok_or("no libsofthsm2.so")?,
        };
        write(&card.at("tokens/leggimi"), b"")?;
        let config = format!(
            "directories.tokendir = {}\nobjectstore.backend = file\n",
            card.at("tokens").display()
        );
        write(&folder.join("softhsm2.conf"), config.as_bytes())?;
        card.authority()?;
        card.issue("signer", HOLDER, "RSSMRA80A41A479X")?;
        card.issue("former", FORMER, "VRDGUO70A01A479P")?;
        card.publish(&folder.join("fiducia"))?;
        card.load(folder)?;
        Ok(card)
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn openssl(&self, words: &str) -> Done {
        let mut command = Command::new("openssl");
        run(command.args(words.split(' ')).current_dir(&self.folder))
    }

    /// The authority. It limits what it issues to 15,000 euro (QcLimitValue).
    fn authority(&self) -> Done {
        let config = "[req]\ndistinguished_name=dn\nx509_extensions=ca\nprompt=no\n[dn]\nC=IT\nCN=Prestatore di prova\n\
             [ca]\nbasicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign,cRLSign\n\
             subjectKeyIdentifier=hash\n[sign]\nkeyUsage=critical,nonRepudiation\nauthorityKeyIdentifier=keyid\n\
             1.3.6.1.5.5.7.1.3=DER:30173015060604008E460102300B130345555202010F020103\n\
             [stamps]\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=critical,timeStamping\n\
             authorityKeyIdentifier=keyid\n\
             [service]\nserial=stamps.serial\nsigner_digest=sha256\ndefault_policy=1.3.76.16.6.1\ndigests=sha256\n\
             ess_cert_id_alg=sha256\n\
             [ca_list]\ndefault_ca=d\n[d]\ndatabase=index\n";
        write(&self.at("cnf"), config.as_bytes())?;
        write(&self.at("index"), b"")?;
        self.openssl("req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 900 -sha256 -config cnf")?;
        let list = config.replace("[ca_list]", "[ca]\ndefault_ca=d\n[x]");
        let list = list.replacen("[ca]\nbasicConstraints", "[old]\nbasicConstraints", 1);
        write(&self.at("list.cnf"), list.as_bytes())?;
        write(&self.at("index.attr"), b"unique_subject = no\n")
    }

    /// Who lost his certificate is put on the list of revocations; whoever looks into `fiducia` believes the authority and
    /// has its list.
    fn publish(&self, believed: &Path) -> Done {
        self.openssl("ca -revoke former.pem -config list.cnf -name d -keyfile ca.key -cert ca.pem -md sha256")?;
        self.openssl("ca -gencrl -config list.cnf -name d -keyfile ca.key -cert ca.pem -crldays 30 -md sha256 -out ca.crl")?;
        for name in ["ca.pem", "ca.crl"] {
            let bytes = std::fs::read(self.at(name)).map_err(|error| error.to_string())?;
            write(&believed.join(name), &bytes)?;
        }
        Ok(())
    }

    /// Somebody's key and certificate: `NAME.key`, `NAME.pem`, `NAME.der`.
    fn issue(&self, name: &str, holder: &str, code: &str) -> Done {
        self.openssl(&format!(
            "genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out {name}.key"
        ))?;
        let subject = format!("/C=IT/CN={holder}/serialNumber=TINIT-{code}");
        let key = format!("{name}.key");
        let mut request = Command::new("openssl");
        request
            .args(["req", "-new", "-key", &key, "-out", "csr.pem"])
            .args(["-config", "cnf", "-subj", &subject])
            .current_dir(&self.folder);
        run(&mut request)?;
        self.openssl(&format!("x509 -req -in csr.pem -CA ca.pem -CAkey ca.key -CAcreateserial -days 700 -sha256 -extfile cnf -extensions sign -out {name}.pem"))?;
        self.openssl(&format!("x509 -in {name}.pem -outform DER -out {name}.der"))
    }

    /// Puts both onto the card.
    fn load(&self, folder: &Path) -> Done {
        let config = folder.join("softhsm2.conf");
        let init = [
            "--init-token",
            "--free",
            "--label",
            LABEL,
            "--so-pin",
            "12345678",
            "--pin",
            PIN,
        ];
        let import = [
            "--token", LABEL, "--label", "firma", "--id", "01", "--pin", PIN, "--import",
        ];
        let hsm = || {
            let mut command = Command::new("softhsm2-util");
            command.env("SOFTHSM2_CONF", &config);
            command
        };
        run(hsm().args(init))?;
        run(hsm().args(import).arg(self.at("signer.key")))?;
        let mut tool = Command::new("pkcs11-tool");
        tool.env("SOFTHSM2_CONF", &config)
            .arg("--module")
            .arg(&self.module)
            .args([
                "--token-label",
                LABEL,
                "--login",
                "--pin",
                PIN,
                "--type",
                "cert",
            ])
            .args(["--id", "01", "--label", "firma", "--write-object"])
            .arg(self.at("signer.der"));
        run(&mut tool)
    }

    /// The same holder on a card that fails. Its driver is ours, made to fail (`faulty-token`).
    pub fn failing(&self, folder: &Path) -> Done<FailingCard> {
        // Cargo puts it there, for this crate depends on it.
        let driver = program(&format!("deps/{DLL_PREFIX}faulty_token{DLL_SUFFIX}"));
        let module = driver.is_file().then_some(driver);
        Ok(FailingCard {
            module: module.ok_or("the driver that fails is not built")?,
            folder: folder.join("carta-guasta"),
            slot: Slot {
                reader: "Lettore di prova".into(),
                label: "Carta che si sfila".into(),
                serial: "0002".into(),
                pin: hashed(PIN.as_bytes()),
                tries: 3,
                key: Some(self.at("signer.key")),
                key_id: vec![1],
                certificates: vec![Certificate {
                    file: self.at("signer.pem"),
                    id: vec![1],
                    label: "firma".into(),
                }],
                ..Slot::default()
            },
        })
    }

    /// A time stamp of a document, as the answer of a service (`.tsr`) and with the document in one file (`.tsd`).
    pub fn stamp(&self, document: &Path, tsr: &Path, tsd: &Path) -> Done {
        let name = document.display();
        self.openssl("req -new -newkey rsa:2048 -nodes -keyout stamps.key -out stamps.csr -config cnf -subj /C=IT/CN=Marche")?;
        self.openssl("x509 -req -in stamps.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 700 -sha256 -extfile cnf -extensions stamps -out stamps.pem")?;
        self.openssl(&format!("ts -query -data {name} -sha256 -cert -out q.tsq"))?;
        let answer = tsr.display();
        self.openssl(&format!("ts -reply -config cnf -section service -queryfile q.tsq -signer stamps.pem -inkey stamps.key -out {answer}"))?;
        self.openssl(&format!("ts -reply -in {answer} -token_out -out token.der"))?;
        let read = |path: &Path| std::fs::read(path).map_err(|error| error.to_string());
        let token = read(&self.at("token.der"))?;
        write(tsd, &stamped(&read(document)?, &token))
    }

    /// A `.p7m` around a document, as another office would send it: of this holder, `signer` or `former`.
    pub fn envelope(&self, holder: &str, document: &Path, to: &Path) -> Done {
        let mut command = Command::new("openssl");
        command
            .args([
                "cms",
                "-sign",
                "-cades",
                "-binary",
                "-nodetach",
                "-nosmimecap",
                "-md",
                "sha256",
            ])
            .args(["-signer", &format!("{holder}.pem")])
            .args(["-inkey", &format!("{holder}.key")])
            .args(["-outform", "DER", "-in"])
            .arg(document)
            .arg("-out")
            .arg(to)
            .current_dir(&self.folder);
        run(&mut command)
    }
}

/// Document and time stamp in one file: `TimeStampedData` of RFC 5544, section 2.
fn stamped(document: &[u8], token: &[u8]) -> Vec<u8> {
    // id-aa-ct-timestampedData, 1.2.840.113549.1.9.16.1.31.
    let kind = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 1, 31];
    let evidence = der(0xa0, &[&der(0x30, &[token])]);
    let data = der(0x30, &[&[2, 1, 1], &der(4, &[document]), &evidence]);
    der(0x30, &[&der(6, &[&kind]), &der(0xa0, &[&data])])
}

/// One element of DER.
fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let [.., a, b, c] = content.len().to_be_bytes();
    let mut out = vec![tag, 0x83, a, b, c];
    if let (0, 0, short @ 0..0x80) = (a, b, c) {
        out = vec![tag, short];
    } else if a == 0 && b == 0 {
        out = vec![tag, 0x81, c];
    } else if a == 0 {
        out = vec![tag, 0x82, b, c];
    }
    out.extend(content);
    out
}

fn run(command: &mut Command) -> Done {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command
        .output()
        .map_err(|error| format!("{name}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!(
        "{name}: {}",
        String::from_utf8_lossy(&output.stderr)
    ))
}

/// Writes a file, its folder first.
pub fn write(path: &Path, bytes: &[u8]) -> Done {
    let folder = path.parent().unwrap_or(path);
    std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(path, bytes))
        .map_err(|error| format!("{}: {error}", path.display()))
}

/// A small PDF with a title and some lines, as many pages as there are pages given.
pub fn pdf(pages: &[&[&str]]) -> Vec<u8> {
    let kids: String = (0..pages.len())
        .map(|at| format!("{} 0 R ", 4 + 2 * at))
        .collect();
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        format!("<< /Type /Pages /Kids [{kids}] /Count {} >>", pages.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
            .to_owned(),
    ];
    for (at, lines) in pages.iter().enumerate() {
        objects.push(format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {} 0 R \
             /Resources << /Font << /F 3 0 R >> >> >>",
            5 + 2 * at
        ));
        objects.push(stream(lines));
    }
    let mut out = b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n".to_vec();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (at, object) in objects.iter().enumerate() {
        table.push_str(&format!("{:010} 00000 n \n", out.len()));
        out.extend(format!("{} 0 obj\n{object}\nendobj\n", at + 1).bytes());
    }
    let start = out.len();
    let size = objects.len() + 1;
    out.extend(
        format!("{table}trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n")
            .bytes(),
    );
    out
}

/// What a page shows: a heading, then lines.
fn stream(lines: &[&str]) -> String {
    let mut words = String::from("BT /F 16 Tf 72 760 Td 22 TL ");
    for (at, line) in lines.iter().enumerate() {
        let line = line.replace(['(', ')', '\\'], " ");
        words.push_str(&format!("({line}) Tj T* "));
        if at == 0 {
            words.push_str("/F 12 Tf ");
        }
    }
    words.push_str("ET");
    format!("<< /Length {} >>\nstream\n{words}\nendstream", words.len())
}

/// What somebody does who changes the first page of a signed PDF: the old bytes stay, another page is appended.
pub fn tampered(signed: &[u8], lines: &[&str]) -> Done<Vec<u8>> {
    let text = String::from_utf8_lossy(signed);
    let tail = |word: &str| -> Done<String> {
        let at = text.rfind(word).ok_or(format!("no {word}"))?;
        let rest = text.get(at + word.len()..).unwrap_or_default();
        let rest = rest.trim_start();
        Ok(rest.chars().take_while(char::is_ascii_digit).collect())
    };
    let (previous, size, root) = (tail("startxref")?, tail("/Size")?, tail("/Root")?);
    let mut out = signed.to_vec();
    out.extend(b"\n");
    let at = out.len();
    out.extend(format!("5 0 obj\n{}\nendobj\n", stream(lines)).bytes());
    let start = out.len();
    let end = format!(
        "xref\n5 1\n{at:010} 00000 n \ntrailer\n<< /Size {size} /Root {root} 0 R /Prev {previous} >>\n\
         startxref\n{start}\n%%EOF\n"
    );
    out.extend(end.bytes());
    Ok(out)
}
