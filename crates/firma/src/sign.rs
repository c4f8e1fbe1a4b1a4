//! `firma sign` and `firma extract`.

use crate::arguments::Arguments;
use crate::{Outcome, key};
use jiff::Timestamp;
use signing::cades::{Addition, CadesError, extract_file, sign_file, write_atomically};
use signing::cms::{Draft, Form, SignedData, estimate_size};
use signing::pades::{self, Options};
use signing::path::Trust;
use signing::verify::Context;
use signing::x509::Certificate;
use signing::{Identity, Signer, SubIndication};
use std::io::Write;
use std::path::{Path, PathBuf};

pub fn run(arguments: &Arguments) -> Outcome<u8> {
    let source = arguments.file()?;
    let (mut signer, identity) = key::open(arguments)?;
    let signer = signer.as_mut();
    let written = match existing(source, arguments)? {
        _ if arguments.has("pdf") => {
            let target = free(
                arguments
                    .path("out")
                    .ok_or("--pdf needs --out FILE")?
                    .to_owned(),
            )?;
            sign_pdf(source, &target, &identity, signer)?;
            target
        }
        Some(p7m) => {
            let target = target(arguments, source.to_owned(), Some(source))?;
            add(&p7m, &target, &identity, signer)?;
            target
        }
        None => {
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

/// The bytes of a `.p7m` that gets one more signer.
fn existing(source: &Path, arguments: &Arguments) -> Outcome<Option<Vec<u8>>> {
    let named = source
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("p7m"));
    if !named || arguments.has("around") {
        return Ok(None);
    }
    let bytes = std::fs::read(source)?;
    Ok(SignedData::parse(&bytes).is_ok().then_some(bytes))
}

fn add(p7m: &[u8], target: &Path, identity: &Identity, signer: &mut dyn Signer) -> Outcome<()> {
    let hash = Certificate::parse(&identity.certificate)?.hash()?;
    let addition = Addition::new(
        p7m,
        &identity.certificate,
        &identity.chain,
        hash,
        Timestamp::now(),
        None,
    )?;
    let value = signer.sign(&identity.id, &addition.to_sign())?;
    let finished = addition.finish(&value, None)?;
    write_atomically(
        target,
        |out| Ok::<_, CadesError>(out.write_all(&finished)?),
        |_, ()| Ok(()),
    )?;
    Ok(())
}

/// PAdES B-B: one more revision behind the bytes that are there, judged before it gets its name.
fn sign_pdf(
    source: &Path,
    target: &Path,
    identity: &Identity,
    signer: &mut dyn Signer,
) -> Outcome<()> {
    let pdf = std::fs::read(source)?;
    let hash = Certificate::parse(&identity.certificate)?.hash()?;
    let room = estimate_size(&identity.certificate, &identity.chain, hash, identity.key);
    let mut document = pades::Draft::new(&pdf, &Options::at(Timestamp::now()))?.with_room(room)?;
    let digest = document.digest(hash)?;
    let draft = Draft::new(
        &identity.certificate,
        &identity.chain,
        hash,
        &digest,
        Form::Detached,
    )?;
    let cms = draft.finish(&signer.sign(&identity.id, &draft.to_sign())?, None)?;
    let signed = document.embed(&cms)?;
    let nobody = Trust::default();
    let verdicts = pades::judge(&mut pades::Signed::new(&signed)?, &Context::now(&nobody))?;
    // Nobody is believed here: a path there is not, but all else has to hold.
    let last = verdicts.last().ok_or("the signature is not found again")?;
    if last.sub_indication != Some(SubIndication::NoCertificateChainFound) {
        return Err(format!("refused by verification: {:?}", last.sub_indication).into());
    }
    write_atomically(
        target,
        |out| Ok::<_, CadesError>(out.write_all(&signed)?),
        |_, ()| Ok(()),
    )?;
    Ok(())
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
