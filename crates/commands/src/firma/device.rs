//! "Il mio dispositivo di firma": drivers, readers, cards, keys.

use super::pin::PinQuestion;
use super::{judge, lock, stop, words};
use crate::app::{App, off_thread};
use crate::{Result, failure};
use api::firma as say;
use api::firma::{
    Device, DeviceFinding, DeviceState, Driver, FirmaDevice, FirmaDriver, FirmaTest, Stop,
};
use api::{Code, Failure};
use jiff::Timestamp;
use signing::x509::Certificate;
use signing::{Cancel, Identity, IdentityId, PinState, Signer, SignerError};
use std::path::{Path, PathBuf};
use token::diagnosis::{self, Finding};
use token::drivers;
use token::pkcs11::{Options, Pkcs11Signer};

/// The setting with the driver that a person named.
const DRIVER: &str = "firma.driver";

/// Examines drivers, readers and cards.
pub async fn firma_device(app: &App, _: FirmaDevice) -> Result<Device> {
    let here = app.clone();
    off_thread(move || Ok(survey(&here))).await
}

/// Names a driver by hand, or takes it back.
pub async fn firma_driver(app: &App, input: FirmaDriver) -> Result<Device> {
    let here = app.clone();
    app.with(move |store| {
        let path = input.path.unwrap_or_default();
        store
            .set_setting(DRIVER, path.trim())
            .map_err(failure::of_store)?;
        Ok(survey(&here))
    })
    .await
}

/// Has the token sign a hash that belongs to no document.
pub async fn firma_test(app: &App, input: FirmaTest) -> Result<std::result::Result<u32, Stop>> {
    let here = app.clone();
    off_thread(move || {
        if super::sign::is_running(&here) {
            return Err(Failure::new(Code::SigningUnderWay));
        }
        let tried = test(&here, &input.identity);
        Ok(tried.map_err(|error| stop::of(&error)))
    })
    .await
}

fn test(app: &App, id: &str) -> std::result::Result<u32, SignerError> {
    let cancel = Cancel::default();
    let mut found = find(app, id, &cancel)?;
    unlock(app, &mut found, None, &cancel)?;
    let took = diagnosis::test_signature(&mut found.signer, &found.identity, Timestamp::now());
    found.signer.lock();
    Ok(u32::try_from(took?.as_millis()).unwrap_or(u32::MAX))
}

/// A key, and the signer that has it.
pub struct Found {
    pub signer: Pkcs11Signer,
    pub identity: Identity,
}

/// Looks for a key: first through the driver where it was seen last, then through all.
pub fn find(app: &App, id: &str, cancel: &Cancel) -> std::result::Result<Found, SignerError> {
    let known = lock(&app.firma().owners).get(id).cloned();
    let others = modules(app).into_iter().map(|driver| driver.path.into());
    let mut last = SignerError::NoToken;
    let mut tried: Vec<PathBuf> = Vec::new();
    for module in known.into_iter().chain(others) {
        if tried.contains(&module) {
            continue;
        }
        let mut signer = Pkcs11Signer::new(options(app, &module, cancel)?);
        tried.push(module);
        match signer.identities() {
            Ok(identities) => {
                if let Some(identity) = identities.into_iter().find(|own| own.id.0 == id) {
                    return Ok(Found { signer, identity });
                }
            }
            Err(SignerError::Cancelled) => return Err(SignerError::Cancelled),
            Err(why) if last == SignerError::NoToken => last = why,
            Err(_) => {}
        }
    }
    Err(last)
}

/// Unlocks a key with what a person types: in the window of the system, or on the reader.
pub fn unlock(
    app: &App,
    found: &mut Found,
    documents: Option<usize>,
    cancel: &Cancel,
) -> std::result::Result<(), SignerError> {
    let id = found.identity.id.clone();
    let state = found.signer.pin_state(&id)?;
    match state {
        PinState::OnReader => return found.signer.unlock(&id, None),
        PinState::Locked => return Err(SignerError::Locked),
        PinState::NotSet | PinState::ToBeChanged => return Err(SignerError::PinNotReady(state)),
        PinState::Ok | PinState::FewTriesLeft | PinState::LastTry => {}
    }
    let holder = holder(&found.identity);
    let question = PinQuestion {
        holder: holder.name,
        issuer: holder.issuer,
        device: found.identity.device.clone(),
        documents,
        state: stop::pin(state),
    };
    let asked = app.firma().ask();
    let pin = asked.and_then(|ask| ask.ask(&question, cancel));
    let pin = pin.ok_or(SignerError::Cancelled)?;
    found.signer.unlock(&id, Some(&pin))
}

/// The holder of a key's certificate.
pub fn holder(identity: &Identity) -> say::Signer {
    Certificate::parse(&identity.certificate)
        .map(|certificate| judge::holder(&certificate.holder()))
        .unwrap_or_default()
}

fn options(app: &App, module: &Path, cancel: &Cancel) -> std::result::Result<Options, SignerError> {
    let config = &app.config().firma;
    let mut options = Options::new(module)?;
    if let Some(helper) = &config.helper {
        options.helper.clone_from(helper);
    }
    options.env.clone_from(&config.driver_env);
    options.cancel = cancel.clone();
    Ok(options)
}

/// The drivers, the one that a person named first.
fn modules(app: &App) -> Vec<Driver> {
    let named = app
        .desk()
        .and_then(|desk| desk.store.setting(DRIVER).ok().flatten())
        .filter(|path| !path.is_empty());
    let mut all: Vec<Driver> = Vec::new();
    all.extend(named.map(|path| {
        Driver {
            name: Path::new(&path)
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
            path,
            by_hand: true,
        }
    }));
    for installed in drivers::installed() {
        let path = installed.module.to_string_lossy().into_owned();
        if !all.iter().any(|driver| driver.path == path) {
            all.push(Driver {
                name: installed.driver.name.to_owned(),
                path,
                by_hand: false,
            });
        }
    }
    all
}

/// Everything that is known without a PIN.
fn survey(app: &App) -> Device {
    let drivers = modules(app);
    let mut device = Device::default();
    if drivers.is_empty() {
        let missing = [Finding::NoDriver];
        device.findings = missing.iter().map(|one| finding(one, "")).collect();
    }
    for driver in &drivers {
        let module = PathBuf::from(&driver.path);
        let mut signer = match options(app, &module, &Cancel::default()) {
            Ok(options) => Pkcs11Signer::new(options),
            Err(why) => {
                device
                    .findings
                    .push(finding(&Finding::DriverBroken { why }, &driver.name));
                continue;
            }
        };
        let found = diagnosis::examine(&mut signer, Timestamp::now());
        device
            .findings
            .extend(found.iter().map(|one| finding(one, &driver.name)));
        for identity in signer.identities().unwrap_or_default() {
            let id = identity.id.0.clone();
            if device.identities.iter().any(|known| known.id == id) {
                continue;
            }
            device.identities.push(said(&mut signer, &identity));
            lock(&app.firma().owners).insert(id, module.clone());
        }
    }
    device.findings = sorted(device.findings);
    device.drivers = drivers;
    device
}

fn said(signer: &mut Pkcs11Signer, identity: &Identity) -> say::Identity {
    let IdentityId(id) = identity.id.clone();
    let holder = holder(identity);
    let now = words::ms(Timestamp::now());
    let begun = holder.from.is_none_or(|from| from <= now);
    let over = holder.until.is_some_and(|until| until < now);
    let state = signer.pin_state(&identity.id).unwrap_or(PinState::Ok);
    say::Identity {
        id,
        holder,
        device: identity.device.clone(),
        pin: stop::pin(state),
        usable: begun && !over,
    }
}

fn finding(found: &Finding, driver: &str) -> DeviceFinding {
    let plain = |what, name: &str| DeviceFinding {
        what,
        name: name.to_owned(),
        detail: String::new(),
        time: None,
    };
    match found {
        Finding::NoDriver => plain(DeviceState::NoDriver, ""),
        Finding::DriverBroken { why } => DeviceFinding {
            detail: why.to_string(),
            ..plain(DeviceState::DriverBroken, driver)
        },
        Finding::NoReaderService => plain(DeviceState::NoReaderService, ""),
        Finding::NoReader => plain(DeviceState::NoReader, ""),
        Finding::NoCard { readers } => plain(DeviceState::NoCard, &readers.join(", ")),
        Finding::UnknownCard { reader, why } => DeviceFinding {
            detail: why.as_ref().map(ToString::to_string).unwrap_or_default(),
            ..plain(DeviceState::UnknownCard, reader)
        },
        Finding::CardTrouble { token, why } => DeviceFinding {
            detail: why.to_string(),
            ..plain(DeviceState::CardTrouble, token)
        },
        Finding::WrongSlot { here, signs } => DeviceFinding {
            detail: signs.clone(),
            ..plain(DeviceState::WrongSlot, here)
        },
        Finding::NoSigningCertificate { token, .. } => {
            plain(DeviceState::NoSigningCertificate, token)
        }
        Finding::UnsupportedKey { token } => plain(DeviceState::UnsupportedKey, token),
        Finding::Expired { token, since } => DeviceFinding {
            time: Some(words::ms(*since)),
            ..plain(DeviceState::Expired, token)
        },
        Finding::NotYetValid { token, from } => DeviceFinding {
            time: Some(words::ms(*from)),
            ..plain(DeviceState::NotYetValid, token)
        },
        Finding::Pin { token, state } => plain(of_pin(*state), token),
        Finding::Ready { token, until, .. } => DeviceFinding {
            time: Some(words::ms(*until)),
            ..plain(DeviceState::Ready, token)
        },
    }
}

fn of_pin(state: PinState) -> DeviceState {
    match state {
        PinState::Ok | PinState::OnReader => DeviceState::Ready,
        PinState::FewTriesLeft => DeviceState::PinFewTries,
        PinState::LastTry => DeviceState::PinLastTry,
        PinState::Locked => DeviceState::PinLocked,
        PinState::NotSet => DeviceState::PinNotSet,
        PinState::ToBeChanged => DeviceState::PinToBeChanged,
    }
}

/// The best news first. What one driver cannot see is no news where another one read a token.
fn sorted(mut findings: Vec<DeviceFinding>) -> Vec<DeviceFinding> {
    use DeviceState as D;
    let blind = |what| {
        matches!(
            what,
            D::NoReaderService | D::NoReader | D::NoCard | D::UnknownCard
        )
    };
    let broken = |what| matches!(what, D::NoDriver | D::DriverBroken);
    if findings
        .iter()
        .any(|it| !blind(it.what) && !broken(it.what))
    {
        findings.retain(|it| !blind(it.what));
    }
    // Beside a token that is ready it is no news that there is nothing to sign with in another slot: one that nobody
    // set up (SoftHSM2 always has one), or a card for something else.
    if findings.iter().any(|it| it.what == D::Ready) {
        findings.retain(|it| !matches!(it.what, D::WrongSlot | D::NoSigningCertificate));
    }
    let rank = |what: DeviceState| match what {
        D::Ready => 0,
        D::PinFewTries | D::PinLastTry => 1,
        D::PinLocked | D::PinNotSet | D::PinToBeChanged => 2,
        D::Expired | D::NotYetValid | D::UnsupportedKey => 3,
        D::CardTrouble => 4,
        D::WrongSlot | D::NoSigningCertificate => 5,
        D::UnknownCard => 6,
        D::NoCard => 7,
        D::NoReader | D::NoReaderService => 8,
        D::NoDriver | D::DriverBroken => 9,
    };
    findings.sort_by_key(|it| rank(it.what));
    let mut seen: Vec<DeviceFinding> = Vec::new();
    findings.retain(|it| {
        let new = !seen.contains(it);
        if new {
            seen.push(it.clone());
        }
        new
    });
    findings
}

#[cfg(test)]
mod tests {
    use super::{DeviceFinding, DeviceState as D, sorted};

    fn found(all: &[(D, &str)]) -> Vec<D> {
        let finding = |(what, name): &(D, &str)| DeviceFinding {
            what: *what,
            name: (*name).to_owned(),
            detail: String::new(),
            time: None,
        };
        let sorted = sorted(all.iter().map(finding).collect());
        sorted.iter().map(|it| it.what).collect()
    }

    #[test]
    fn beside_a_token_that_is_ready_an_empty_slot_is_no_news() {
        let others = [
            (D::WrongSlot, ""),
            (D::WrongSlot, "CNS"),
            (D::NoSigningCertificate, "TS"),
        ];
        let with = |first| {
            let mut all = others.to_vec();
            all.push((first, "FIRMA"));
            found(&all)
        };
        assert_eq!(with(D::Ready), [D::Ready]);
        // A token that cannot sign yet leaves the question open where the certificate is.
        assert_eq!(
            with(D::PinLocked),
            [
                D::PinLocked,
                D::WrongSlot,
                D::WrongSlot,
                D::NoSigningCertificate
            ]
        );
        assert_eq!(found(&others).len(), 3);
        // What is wrong with a card that signs is told beside one that is ready.
        assert_eq!(
            found(&[(D::Expired, "VECCHIA"), (D::Ready, "FIRMA")]),
            [D::Ready, D::Expired]
        );
    }
}
