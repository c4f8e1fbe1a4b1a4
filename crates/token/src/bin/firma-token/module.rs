//! The vendor's module, and the sessions with its tokens.

use crate::raw::Raw;
use crate::trouble::{meaning, plain};
use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::Mechanism as Cryptoki;
use cryptoki::object::{
    Attribute, AttributeInfo, AttributeType, CertificateType, KeyType, ObjectClass, ObjectHandle,
};
use cryptoki::session::{Session, UserType};
use cryptoki::slot::{Slot as SlotId, TokenInfo};
use cryptoki::types::RawAuthPin;
use signing::{PinState, SignerError};
use std::collections::HashMap;
use std::path::Path;
use token::wire::{
    Certificate, KeyName, MAX_CERTIFICATE, MAX_CERTIFICATES, MAX_SLOTS, Mechanism, Slot, Token,
};
use zeroize::Zeroizing;

/// How many private keys of a token are looked at.
const MAX_KEYS: usize = 64;

/// A loaded module.
pub(crate) struct Module {
    pkcs11: Pkcs11,
    raw: Raw,
    open: HashMap<u64, Open>,
}

/// A token that is logged in: one session, kept for all signatures.
struct Open {
    session: Session,
    keys: HashMap<KeyName, Key>,
    /// For keys that want it at every signature, and only for those.
    pin: Option<RawAuthPin>,
}

#[derive(Clone, Copy)]
struct Key {
    handle: ObjectHandle,
    each_time: bool,
}

impl Module {
    pub(crate) fn load(path: &str) -> Result<Self, SignerError> {
        let pkcs11 = Pkcs11::new(path).map_err(plain)?;
        let raw = Raw::of(Path::new(path)).map_err(plain)?;
        match pkcs11.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
            Ok(()) | Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => {}
            Err(error) => return Err(SignerError::Driver(error.to_string())),
        }
        Ok(Self {
            pkcs11,
            raw,
            open: HashMap::new(),
        })
    }

    /// Logs out and finishes.
    pub(crate) fn leave(mut self) {
        self.lock();
        let _ = self.pkcs11.finalize();
    }

    pub(crate) fn lock(&mut self) {
        for (_, open) in self.open.drain() {
            let _ = open.session.logout();
        }
    }

    pub(crate) fn slots(&self) -> Result<Vec<Slot>, SignerError> {
        let all = self.pkcs11.get_all_slots().map_err(plain)?;
        Ok(all
            .into_iter()
            .take(MAX_SLOTS)
            .map(|slot| self.look(slot))
            .collect())
    }

    fn look(&self, id: SlotId) -> Slot {
        let mut slot = Slot {
            slot: id.id(),
            reader: String::new(),
            present: false,
            token: None,
            certificates: Vec::new(),
            each_time: Vec::new(),
            trouble: None,
        };
        slot.trouble = self.fill(id, &mut slot).map_err(plain).err();
        slot
    }

    fn fill(&self, id: SlotId, slot: &mut Slot) -> Result<(), Error> {
        let info = self.pkcs11.get_slot_info(id)?;
        info.slot_description().trim().clone_into(&mut slot.reader);
        slot.present = info.token_present();
        if !slot.present {
            return Ok(());
        }
        let info = self.pkcs11.get_token_info(id)?;
        slot.token = Some(Token {
            label: info.label().trim().to_owned(),
            serial: info.serial_number().trim().to_owned(),
            manufacturer: info.manufacturer_id().trim().to_owned(),
            model: info.model().trim().to_owned(),
            pin: state(&info),
            on_reader: info.protected_authentication_path(),
        });
        if !info.token_initialized() {
            return Ok(()); // the free slots of a software token
        }
        let own;
        let session = match self.open.get(&id.id()) {
            Some(open) => &open.session,
            None => {
                own = self.pkcs11.open_ro_session(id)?;
                &own
            }
        };
        slot.certificates = certificates(session)?;
        slot.each_time = private_keys(session)?
            .into_iter()
            .filter(|key| each_time(session, *key))
            .filter_map(|key| bytes(session, key, AttributeType::Id, 256))
            .collect();
        Ok(())
    }

    pub(crate) fn pin_state(&self, slot: u64) -> Result<PinState, SignerError> {
        let slot = SlotId::try_from(slot).map_err(plain)?;
        Ok(state(&self.pkcs11.get_token_info(slot).map_err(plain)?))
    }

    /// Logs in; an empty PIN is right only where it is typed on the reader.
    pub(crate) fn login(
        &mut self,
        number: u64,
        mut pin: Zeroizing<Vec<u8>>,
    ) -> Result<(), SignerError> {
        let slot = SlotId::try_from(number).map_err(plain)?;
        let info = self.pkcs11.get_token_info(slot).map_err(plain)?;
        if info.user_pin_locked() {
            return Err(SignerError::Locked);
        }
        let pin = match (info.protected_authentication_path(), pin.is_empty()) {
            (true, _) => None,
            (false, true) => return Err(SignerError::PinNeeded),
            // Moved, not copied: it is wiped where it lies.
            (false, false) => Some(RawAuthPin::new(Box::new(std::mem::take(&mut *pin)))),
        };
        if let Some(before) = self.open.remove(&number) {
            let _ = before.session.logout();
        }
        let session = self.pkcs11.open_ro_session(slot).map_err(plain)?;
        let login = || enter(&session, UserType::User, pin.as_ref());
        match login() {
            // Another session was forgotten by the module: the PIN must be tried all the same.
            Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => {
                session.logout().and_then(|()| login())
            }
            other => other,
        }
        .map_err(|error| meaning(error, || self.after(slot)))?;
        let keep = private_keys(&session)
            .map_err(plain)?
            .into_iter()
            .any(|key| each_time(&session, key));
        let pin = pin.filter(|_| keep);
        self.open.insert(
            number,
            Open {
                session,
                keys: HashMap::new(),
                pin,
            },
        );
        Ok(())
    }

    /// How a PIN stands after it was refused.
    fn after(&self, slot: SlotId) -> PinState {
        self.pkcs11
            .get_token_info(slot)
            .map_or(PinState::Ok, |info| state(&info))
    }

    pub(crate) fn sign(
        &mut self,
        slot: u64,
        name: &KeyName,
        mechanism: Mechanism,
        data: &[u8],
    ) -> Result<Vec<u8>, SignerError> {
        let Some(open) = self.open.get_mut(&slot) else {
            // Without a token there is no use in asking for a PIN.
            let id = SlotId::try_from(slot).map_err(plain)?;
            let there = self
                .pkcs11
                .get_slot_info(id)
                .map_err(plain)?
                .token_present();
            return Err(if there {
                SignerError::PinNeeded
            } else {
                SignerError::Removed
            });
        };
        let signed = open.sign(&self.raw, name, mechanism, data);
        signed.map_err(|error| {
            let id = SlotId::try_from(slot);
            let why = meaning(error, || id.map_or(PinState::Ok, |id| self.after(id)));
            // What state the session is in then, no standard says.
            if !matches!(why, SignerError::Key(_)) {
                self.open.remove(&slot);
            }
            why
        })
    }
}

impl Open {
    fn sign(
        &mut self,
        raw: &Raw,
        name: &KeyName,
        mechanism: Mechanism,
        data: &[u8],
    ) -> Result<Vec<u8>, Error> {
        let key = match self.keys.get(name) {
            Some(key) => *key,
            None => {
                let handle = find(&self.session, name, mechanism)?;
                let key = Key {
                    handle,
                    each_time: each_time(&self.session, handle),
                };
                self.keys.insert(name.clone(), key);
                key
            }
        };
        let how = match mechanism {
            Mechanism::RsaPkcs => Cryptoki::RsaPkcs,
            Mechanism::Ecdsa => Cryptoki::Ecdsa,
        };
        self.session.sign_init(&how, key.handle)?;
        if key.each_time {
            enter(&self.session, UserType::ContextSpecific, self.pin.as_ref())?;
        }
        raw.sign(self.session.handle(), data)
    }
}

fn enter(session: &Session, user: UserType, pin: Option<&RawAuthPin>) -> Result<(), Error> {
    match pin {
        Some(pin) => session.login_with_raw(user, pin),
        None => session.login(user, None),
    }
}

/// What the flags of a token say of its PIN, the worst first.
fn state(info: &TokenInfo) -> PinState {
    if info.user_pin_locked() {
        PinState::Locked
    } else if info.user_pin_final_try() {
        PinState::LastTry
    } else if info.user_pin_to_be_changed() {
        PinState::ToBeChanged
    } else if info.user_pin_count_low() {
        PinState::FewTriesLeft
    } else if info.token_initialized() && !info.user_pin_initialized() {
        PinState::NotSet
    } else if info.protected_authentication_path() {
        PinState::OnReader
    } else {
        PinState::Ok
    }
}

fn objects(
    session: &Session,
    template: &[Attribute],
    most: usize,
) -> Result<Vec<ObjectHandle>, Error> {
    session.iter_objects(template)?.take(most).collect()
}

fn private_keys(session: &Session) -> Result<Vec<ObjectHandle>, Error> {
    objects(
        session,
        &[Attribute::Class(ObjectClass::PRIVATE_KEY)],
        MAX_KEYS,
    )
}

/// An attribute of bytes, unless it is longer than it may be.
fn bytes(
    session: &Session,
    object: ObjectHandle,
    kind: AttributeType,
    most: usize,
) -> Option<Vec<u8>> {
    match session.get_attribute_info(object, &[kind]).ok()?.first()? {
        AttributeInfo::Available(length) if *length <= most => {}
        _ => return None,
    }
    match session.get_attributes(object, &[kind]).ok()?.pop()? {
        Attribute::Value(b) | Attribute::Id(b) | Attribute::Label(b) | Attribute::Modulus(b) => {
            Some(b)
        }
        _ => None,
    }
}

fn each_time(session: &Session, key: ObjectHandle) -> bool {
    let asked = session.get_attributes(key, &[AttributeType::AlwaysAuthenticate]);
    matches!(
        asked.ok().and_then(|mut all| all.pop()),
        Some(Attribute::AlwaysAuthenticate(true))
    )
}

fn certificates(session: &Session) -> Result<Vec<Certificate>, Error> {
    let x509 = [
        Attribute::Class(ObjectClass::CERTIFICATE),
        Attribute::CertificateType(CertificateType::X_509),
    ];
    let found = objects(session, &x509, MAX_CERTIFICATES)?;
    Ok(found
        .into_iter()
        .filter_map(|object| {
            Some(Certificate {
                id: bytes(session, object, AttributeType::Id, 256).unwrap_or_default(),
                label: bytes(session, object, AttributeType::Label, 256).unwrap_or_default(),
                value: bytes(session, object, AttributeType::Value, MAX_CERTIFICATE)?,
            })
        })
        .collect())
}

/// The private key of a certificate: by `CKA_ID`, else by the modulus, else by the label, else the only one there is.
/// Whether it was the right one, the signature tells: the parent checks it against the certificate.
fn find(session: &Session, name: &KeyName, mechanism: Mechanism) -> Result<ObjectHandle, Error> {
    let kind = match mechanism {
        Mechanism::RsaPkcs => KeyType::RSA,
        Mechanism::Ecdsa => KeyType::EC,
    };
    let keys = objects(
        session,
        &[
            Attribute::Class(ObjectClass::PRIVATE_KEY),
            Attribute::KeyType(kind),
        ],
        MAX_KEYS,
    )?;
    let has = |key: &ObjectHandle, what: AttributeType, value: &[u8]| {
        !value.is_empty() && bytes(session, *key, what, 4096).is_some_and(|own| own == value)
    };
    let found = keys
        .iter()
        .find(|key| has(key, AttributeType::Id, &name.id))
        .or_else(|| {
            keys.iter()
                .find(|key| has(key, AttributeType::Modulus, &name.modulus))
        })
        .or_else(|| {
            keys.iter()
                .find(|key| has(key, AttributeType::Label, &name.label))
        })
        .or(if let [only] = keys.as_slice() {
            Some(only)
        } else {
            None
        });
    // Nothing there: not logged in, or a certificate without its key.
    found.copied().ok_or(Error::Pkcs11(
        RvError::KeyHandleInvalid,
        cryptoki::context::Function::FindObjects,
    ))
}
