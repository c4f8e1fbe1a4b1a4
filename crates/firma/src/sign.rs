//! `firma sign` and `firma extract`.

use crate::arguments::Arguments;
use crate::report::limits;
use crate::{Outcome, key};
use jiff::Timestamp;
use signing::batch::{
    Batch, Confirmation, Documents, Format, Item, Outcome as Became, Refusal, Shelf,
};
use signing::cades::{extract_file, sign_file, write_atomically};
use signing::cms::SignedData;
use signing::pades::{Options, sign_file as sign_pdf};
use signing::x509::Certificate;
use signing::{Cancel, Hash, Identity, Signer};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub fn run(arguments: &Arguments) -> Outcome<u8> {
    let source = arguments.file()?;
    let (mut signer, identity) = key::open(arguments)?;
    let signer = signer.as_mut();
    if let Ok(certificate) = Certificate::parse(&identity.certificate) {
        for limit in limits(&certificate.holder()) {
            eprintln!("{limit}");
        }
    }
    let written = match is_signed(source, arguments)? {
        _ if arguments.has("pdf") => {
            let target = free(
                arguments
                    .path("out")
                    .ok_or("--pdf needs --out FILE")?
                    .to_owned(),
            )?;
            sign_pdf(
                source,
                &target,
                &identity,
                signer,
                &Options::at(Timestamp::now()),
            )?;
            target
        }
        true => {
            let target = target(arguments, source.to_owned(), Some(source))?;
            beside(source, &target, &identity, signer)?;
            target
        }
        // In pieces, however long the file is.
        false => {
            let mut name = source.as_os_str().to_owned();
            name.push(".p7m");
            let target = target(arguments, name.into(), None)?;
            sign_file(source, &target, &identity, signer, Timestamp::now())?;
            target
        }
    };
    signer.lock();
    if arguments.has("json") {
        println!(
            "{}",
            serde_json::json!({ "version": 1, "written": written.display().to_string() })
        );
    } else {
        println!("{}", written.display());
    }
    Ok(0)
}

pub fn extract(arguments: &Arguments) -> Outcome<u8> {
    let target = arguments.path("out").ok_or("--out FILE is needed")?;
    let target = free(target.to_owned())?;
    let layers = extract_file(arguments.file()?, &target)?;
    println!("{} ({layers} layers)", target.display());
    Ok(0)
}

/// Whether it is a `.p7m` that gets one more signer.
fn is_signed(source: &Path, arguments: &Arguments) -> Outcome<bool> {
    let named = source
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("p7m"));
    if !named || arguments.has("around") {
        return Ok(false);
    }
    Ok(SignedData::parse(&std::fs::read(source)?).is_ok())
}

/// Signs a `.p7m` beside its signers, in memory, by the way that the app signs many.
fn beside(
    source: &Path,
    target: &Path,
    identity: &Identity,
    signer: &mut dyn Signer,
) -> Outcome<()> {
    let document: Arc<[u8]> = std::fs::read(source)?.into();
    let items = vec![Item {
        id: "1".into(),
        name: source.display().to_string(),
        shown: Hash::Sha256.of(&document),
    }];
    let yes = Confirmation::of(&items, &identity.certificate);
    let mut batch = Batch::new(items, identity, yes)?;
    let target = target.to_owned();
    let job = Documents::new(OneFile { document, target }, identity, Format::P7m)?;
    batch.run(signer, &job, &Cancel::default(), &mut |_| {})?;
    match batch.entries().next() {
        Some((_, Became::Signed)) => Ok(()),
        Some((_, Became::Refused(why))) => Err(why.clone().into()),
        _ => Err("not signed".into()),
    }
}

/// A shelf of one file.
struct OneFile {
    document: Arc<[u8]>,
    target: PathBuf,
}

impl Shelf for OneFile {
    fn read(&self, _: &Item) -> Result<Arc<[u8]>, Refusal> {
        Ok(self.document.clone())
    }

    fn keep(&self, _: &Item, signed: Vec<u8>) -> Result<(), Refusal> {
        write_atomically(
            &self.target,
            |out| out.write_all(&signed),
            |_, ()| Ok::<_, std::io::Error>(()),
        )?;
        Ok(())
    }
}

/// Where the result goes: nothing that is there is replaced, but `own`.
fn target(arguments: &Arguments, default: PathBuf, own: Option<&Path>) -> Outcome<PathBuf> {
    let target = arguments.path("out").map_or(default, Path::to_owned);
    if own == Some(target.as_path()) {
        Ok(target)
    } else {
        free(target)
    }
}

fn free(target: PathBuf) -> Outcome<PathBuf> {
    if target.exists() {
        Err(format!("{} is there already", target.display()).into())
    } else {
        Ok(target)
    }
}
