//! A signing card in software (SoftHSM2), the authority that issued its certificate, and documents to sign: all made
//! with the usual command-line tools, anew for each run.

use crate::Done;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The card's PIN.
pub const PIN: &str = "271828";
/// Who holds it.
pub const HOLDER: &str = "ROSSI MARIA";
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
        card.authority(&folder.join("fiducia"))?;
        card.issue()?;
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

    /// The authority, believed by whoever looks into `fiducia`, and its list of revocations, which is empty.
    fn authority(&self, believed: &Path) -> Done {
        let config = "[req]\ndistinguished_name=dn\nx509_extensions=ca\nprompt=no\n[dn]\nC=IT\nCN=Prestatore di prova\n\
             [ca]\nbasicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign,cRLSign\n\
             subjectKeyIdentifier=hash\n[sign]\nkeyUsage=critical,nonRepudiation\nauthorityKeyIdentifier=keyid\n\
             [ca_list]\ndefault_ca=d\n[d]\ndatabase=index\n";
        write(&self.at("cnf"), config.as_bytes())?;
        write(&self.at("index"), b"")?;
        self.openssl("req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 900 -sha256 -config cnf")?;
        let list = config.replace("[ca_list]", "[ca]\ndefault_ca=d\n[x]");
        let list = list.replacen("[ca]\nbasicConstraints", "[old]\nbasicConstraints", 1);
        write(&self.at("list.cnf"), list.as_bytes())?;
        self.openssl("ca -gencrl -config list.cnf -name d -keyfile ca.key -cert ca.pem -crldays 30 -md sha256 -out ca.crl")?;
        for name in ["ca.pem", "ca.crl"] {
            let bytes = std::fs::read(self.at(name)).map_err(|error| error.to_string())?;
            write(&believed.join(name), &bytes)?;
        }
        Ok(())
    }

    /// The holder's key and certificate.
    fn issue(&self) -> Done {
        self.openssl("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out key.pem")?;
        let subject =
            format!("/C=IT/SN=ROSSI/GN=MARIA/CN={HOLDER}/serialNumber=TINIT-RSSMRA80A41A479X");
        let mut request = Command::new("openssl");
        request
            .args([
                "req", "-new", "-key", "key.pem", "-out", "csr.pem", "-config", "cnf", "-subj",
            ])
            .arg(subject)
            .current_dir(&self.folder);
        run(&mut request)?;
        self.openssl("x509 -req -in csr.pem -CA ca.pem -CAkey ca.key -CAcreateserial -days 700 -sha256 -extfile cnf -extensions sign -out signer.pem")?;
        self.openssl("x509 -in signer.pem -outform DER -out signer.der")
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
        run(hsm().args(import).arg(self.at("key.pem")))?;
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

    /// A `.p7m` around a document, as another office would send it.
    pub fn envelope(&self, document: &Path, to: &Path) -> Done {
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
            .args([
                "-signer",
                "signer.pem",
                "-inkey",
                "key.pem",
                "-outform",
                "DER",
                "-in",
            ])
            .arg(document)
            .arg("-out")
            .arg(to)
            .current_dir(&self.folder);
        run(&mut command)
    }
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
