//! The key that signs: in a PKCS#12 file, or on a token.

use crate::Outcome;
use crate::arguments::Arguments;
use signing::{Identity, Pin, PinState, Signer};
use std::fs::File;
use std::io::Read;
use std::path::Path;
use token::pkcs11::{Options, Pkcs11Signer};
use token::pkcs12::Pkcs12Signer;
use zeroize::Zeroizing;

/// Longest PIN or password, in bytes.
const LONGEST: usize = 256;

/// Opens the key that the options name, and unlocks it.
pub fn open(arguments: &Arguments) -> Outcome<(Box<dyn Signer>, Identity)> {
    match (arguments.path("p12"), arguments.path("module")) {
        (Some(file), None) => in_file(file),
        (None, Some(module)) => on_token(module, arguments.text("token")?),
        _ => Err("--p12 FILE or --module FILE is needed, and not both".into()),
    }
}

fn in_file(file: &Path) -> Outcome<(Box<dyn Signer>, Identity)> {
    let name = file.display().to_string();
    let mut signer = Pkcs12Signer::open(&std::fs::read(file)?, &name, &secret()?)?;
    let identity = signer.identities()?.into_iter().next();
    let identity = identity.ok_or("no key that may sign documents")?;
    Ok((Box::new(signer), identity))
}

/// The identity is chosen before the PIN is read: a PIN for the wrong token would cost a try.
fn on_token(module: &Path, label: Option<&str>) -> Outcome<(Box<dyn Signer>, Identity)> {
    let mut signer = Pkcs11Signer::new(Options::new(module)?);
    let mut identities = signer.identities()?;
    if let Some(label) = label {
        identities.retain(|identity| identity.device == label);
    }
    let identity = match identities.as_slice() {
        [] => return Err("no certificate that may sign documents on such a token".into()),
        [only] => only.clone(),
        several => {
            let labels: Vec<&str> = several.iter().map(|i| i.device.as_str()).collect();
            return Err(format!("several may sign, choose with --token: {labels:?}").into());
        }
    };
    match signer.pin_state(&identity.id)? {
        PinState::OnReader => signer.unlock(&identity.id, None)?,
        _ => signer.unlock(&identity.id, Some(&secret()?))?,
    }
    Ok((Box::new(signer), identity))
}

/// The first line of standard input, read without a buffer: the standard library's keeps what it read as long as
/// the program runs.
fn secret() -> Outcome<Pin> {
    let mut input = input()?;
    let mut line = Zeroizing::new(Vec::with_capacity(LONGEST + 1));
    let mut byte = Zeroizing::new([0]);
    while input.read(byte.as_mut())? == 1 && byte[0] != b'\n' {
        if line.len() == LONGEST {
            return Err("the password is too long".into());
        }
        line.push(byte[0]);
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    let text = std::str::from_utf8(&line).map_err(|_| "the password is not UTF-8")?;
    Ok(Pin::new(Zeroizing::new(text.to_owned())))
}

#[cfg(unix)]
fn input() -> std::io::Result<File> {
    use std::os::fd::AsFd;
    Ok(File::from(std::io::stdin().as_fd().try_clone_to_owned()?))
}

#[cfg(windows)]
fn input() -> std::io::Result<File> {
    use std::os::windows::io::AsHandle;
    Ok(File::from(
        std::io::stdin().as_handle().try_clone_to_owned()?,
    ))
}
