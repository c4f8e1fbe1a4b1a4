//! What is measured in a process of its own.

use crate::{Outcome, timed};
use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::mechanism::Mechanism;
use cryptoki::object::{Attribute, AttributeType, KeyType, ObjectClass};
use cryptoki::session::{Session, UserType};
use cryptoki::types::AuthPin;
use jiff::Timestamp;
use serde_json::json;
use signing::{Signer, cades, pades};
use std::path::Path;
use tokenkit::faulty::pin;

/// `raw MODULE LABEL PIN COUNT`: so many signatures by the token, one after the other; prints the seconds.
pub fn raw(words: &[&str]) -> Outcome<()> {
    let [module, label, pin, count] = words else {
        return Err("raw MODULE LABEL PIN COUNT".into());
    };
    let pkcs11 = Pkcs11::new(Path::new(module))?;
    pkcs11.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK))?;
    let session = session(&pkcs11, label)?;
    session.login(UserType::User, Some(&AuthPin::new((*pin).into())))?;
    let keys = session.find_objects(&[Attribute::Class(ObjectClass::PRIVATE_KEY)])?;
    let key = *keys.first().ok_or("no key")?;
    let kind = session.get_attributes(key, &[AttributeType::KeyType])?;
    // What the helper process asks of a token, too: a DigestInfo of 51 bytes, or a hash.
    let (how, data) = match kind.first() {
        Some(Attribute::KeyType(KeyType::RSA)) => (Mechanism::RsaPkcs, vec![0x30; 51]),
        _ => (Mechanism::Ecdsa, vec![0x5a; 32]),
    };
    let count: usize = count.parse()?;
    session.sign(&how, key, &data)?; // the first one loads the key
    let took = timed(|| {
        (0..count).try_for_each(|_| session.sign(&how, key, &data).map(drop))?;
        Ok(())
    })?;
    crate::say(&took.as_secs_f64());
    Ok(())
}

fn session(pkcs11: &Pkcs11, label: &str) -> Outcome<Session> {
    for slot in pkcs11.get_slots_with_token()? {
        if pkcs11.get_token_info(slot)?.label() == label {
            return Ok(pkcs11.open_ro_session(slot)?);
        }
    }
    Err(format!("no token {label}").into())
}

/// `scan pdf|p7m SOURCE TARGET P12 PASSWORD`: signs one long file; prints seconds, and by how many kB the peak of
/// memory is above what the process had when the key was open.
pub fn scan(words: &[&str]) -> Outcome<()> {
    let [how, source, target, file, password] = words else {
        return Err("scan pdf|p7m SOURCE TARGET P12 PASSWORD".into());
    };
    let mut signer =
        token::pkcs12::Pkcs12Signer::open(&std::fs::read(file)?, file, &pin(password))?;
    let identity = signer.identities()?.into_iter().next().ok_or("no key")?;
    let (source, target, now) = (Path::new(source), Path::new(target), Timestamp::now());
    let before = memory("VmRSS:")?;
    // "5" forgets the peak so far (proc(5), clear_refs)
    std::fs::write("/proc/self/clear_refs", "5")?;
    let took = timed(|| {
        match *how {
            "pdf" => {
                let options = pades::Options::at(now);
                pades::sign_file(source, target, &identity, &mut signer, &options)?;
            }
            _ => cades::sign_file(source, target, &identity, &mut signer, now)?,
        }
        Ok(())
    })?;
    let extra = memory("VmHWM:")?.saturating_sub(before);
    crate::say(&json!({ "seconds": took.as_secs_f64(), "extra_kb": extra }));
    Ok(())
}

/// A line of the process's own status, in kB.
fn memory(key: &str) -> Outcome<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with(key));
    let number = line.and_then(|line| line.split_whitespace().nth(1));
    Ok(number.ok_or("no such line in /proc/self/status")?.parse()?)
}
