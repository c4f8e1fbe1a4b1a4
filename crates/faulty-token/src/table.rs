//! The C functions (PKCS#11 v3.1, 5): those a program that signs calls; the others are left out of the table.

use crate::config::{Garbage, hashed};
use crate::state::{State, lock, with};
use cryptoki_sys::*;
use openssl::ecdsa::EcdsaSig;
use openssl::pkey::Id;
use openssl::rsa::Padding;
use std::ffi::c_void;
use std::sync::LazyLock;
use std::time::Duration;

static TABLE: LazyLock<CK_FUNCTION_LIST> = LazyLock::new(|| CK_FUNCTION_LIST {
    version: CK_VERSION {
        major: 2,
        minor: 40,
    },
    C_Initialize: Some(initialize),
    C_Finalize: Some(finalize),
    C_GetInfo: Some(get_info),
    C_GetFunctionList: Some(C_GetFunctionList),
    C_GetSlotList: Some(get_slot_list),
    C_GetSlotInfo: Some(get_slot_info),
    C_GetTokenInfo: Some(get_token_info),
    C_OpenSession: Some(open_session),
    C_CloseSession: Some(close_session),
    C_Login: Some(login),
    C_Logout: Some(logout),
    C_FindObjectsInit: Some(find_objects_init),
    C_FindObjects: Some(find_objects),
    C_FindObjectsFinal: Some(find_objects_final),
    C_GetAttributeValue: Some(get_attribute_value),
    C_SignInit: Some(sign_init),
    C_Sign: Some(sign),
    ..CK_FUNCTION_LIST::default()
});

/// The only symbol a module must have: gives the table of its functions.
///
/// # Safety
/// `list` points to a place for a pointer (PKCS#11 v3.1, 5.4.4).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_GetFunctionList(list: *mut *mut CK_FUNCTION_LIST) -> CK_RV {
    if list.is_null() {
        return CKR_ARGUMENTS_BAD;
    }
    // SAFETY: not null; the caller gives a place for a pointer. Nobody writes to the table.
    unsafe { *list = std::ptr::from_ref(&*TABLE).cast_mut() };
    CKR_OK
}

unsafe extern "C" fn initialize(_: *mut c_void) -> CK_RV {
    let mut state = lock();
    if state.is_some() {
        return CKR_CRYPTOKI_ALREADY_INITIALIZED;
    }
    *state = State::read();
    let Some(state) = state.as_ref() else {
        return CKR_GENERAL_ERROR;
    };
    state.fault("C_Initialize");
    CKR_OK
}

unsafe extern "C" fn finalize(_: *mut c_void) -> CK_RV {
    *lock() = None;
    CKR_OK
}

unsafe extern "C" fn get_info(info: *mut CK_INFO) -> CK_RV {
    with("C_GetInfo", |_| {
        // SAFETY: the caller gives a place for the structure.
        unsafe {
            *info = CK_INFO {
                cryptokiVersion: CK_VERSION {
                    major: 2,
                    minor: 40,
                },
                manufacturerID: padded("Comuni in Rete"),
                flags: 0,
                libraryDescription: padded("A token with faults"),
                libraryVersion: CK_VERSION { major: 0, minor: 1 },
            };
        }
        Ok(())
    })
}

unsafe extern "C" fn get_slot_list(
    present: CK_BBOOL,
    list: *mut CK_SLOT_ID,
    count: *mut CK_ULONG,
) -> CK_RV {
    with("C_GetSlotList", |state| {
        if state.config.faults.garbage == Some(Garbage::SlotCount) {
            // SAFETY: the caller gives a place for the count.
            unsafe { *count = CK_ULONG::MAX / 16 };
            return Ok(());
        }
        let ids: Vec<CK_SLOT_ID> = (0..state.config.slots.len() as CK_SLOT_ID)
            .filter(|id| {
                present == CK_FALSE || !matches!(state.token(*id), Err(CKR_TOKEN_NOT_PRESENT))
            })
            .collect();
        // SAFETY: `list` is null or has `count` places, as the standard says (5.5.1).
        unsafe { give(&ids, list, count) }
    })
}

unsafe extern "C" fn get_slot_info(id: CK_SLOT_ID, info: *mut CK_SLOT_INFO) -> CK_RV {
    with("C_GetSlotInfo", |state| {
        let slot = state.slot(id)?;
        let present = !slot.empty && !state.is_removed();
        // SAFETY: the caller gives a place for the structure.
        unsafe {
            *info = CK_SLOT_INFO {
                slotDescription: padded(&slot.reader),
                manufacturerID: padded("Comuni in Rete"),
                flags: CKF_REMOVABLE_DEVICE
                    | CKF_HW_SLOT
                    | if present { CKF_TOKEN_PRESENT } else { 0 },
                hardwareVersion: CK_VERSION::default(),
                firmwareVersion: CK_VERSION::default(),
            };
        }
        Ok(())
    })
}

unsafe extern "C" fn get_token_info(id: CK_SLOT_ID, info: *mut CK_TOKEN_INFO) -> CK_RV {
    with("C_GetTokenInfo", |state| {
        let token = state.token(id)?;
        let wrong = state.wrong_tries(id);
        let mut flags = CKF_LOGIN_REQUIRED | CKF_TOKEN_INITIALIZED;
        let mut flag = |on: bool, bit| flags |= if on { bit } else { 0 };
        flag(!token.no_pin, CKF_USER_PIN_INITIALIZED);
        flag(token.pinpad, CKF_PROTECTED_AUTHENTICATION_PATH);
        flag(token.to_be_changed, CKF_USER_PIN_TO_BE_CHANGED);
        flag(wrong > 0, CKF_USER_PIN_COUNT_LOW);
        flag(
            token.tries > 0 && wrong + 1 == token.tries,
            CKF_USER_PIN_FINAL_TRY,
        );
        flag(token.tries > 0 && wrong >= token.tries, CKF_USER_PIN_LOCKED);
        // SAFETY: the caller gives a place for the structure.
        unsafe {
            *info = CK_TOKEN_INFO {
                label: padded(&token.label),
                manufacturerID: padded("Comuni in Rete"),
                model: padded("faulty"),
                serialNumber: padded(&token.serial),
                flags,
                ulMaxPinLen: 16,
                ulMinPinLen: 4,
                ..CK_TOKEN_INFO::default()
            };
        }
        Ok(())
    })
}

unsafe extern "C" fn open_session(
    slot: CK_SLOT_ID,
    _: CK_FLAGS,
    _: *mut c_void,
    _: CK_NOTIFY,
    handle: *mut CK_SESSION_HANDLE,
) -> CK_RV {
    with("C_OpenSession", |state| {
        state.token(slot)?;
        // SAFETY: the caller gives a place for the handle.
        unsafe { *handle = state.open(slot) };
        Ok(())
    })
}

unsafe extern "C" fn close_session(handle: CK_SESSION_HANDLE) -> CK_RV {
    with("C_CloseSession", |state| {
        let slot = state.session(handle)?.slot;
        state.sessions.remove(&handle);
        if !state.sessions.values().any(|other| other.slot == slot) {
            state.logged_in.remove(&slot);
        }
        Ok(())
    })
}

unsafe extern "C" fn login(
    handle: CK_SESSION_HANDLE,
    user: CK_USER_TYPE,
    pin: *mut CK_UTF8CHAR,
    length: CK_ULONG,
) -> CK_RV {
    with("C_Login", |state| {
        let slot = state.session(handle)?.slot;
        let given = if pin.is_null() {
            None
        } else {
            // SAFETY: not null, and as long as the caller says.
            Some(unsafe {
                std::slice::from_raw_parts(pin, length.try_into().map_err(|_| CKR_ARGUMENTS_BAD)?)
            })
        };
        let who = if user == CKU_CONTEXT_SPECIFIC {
            "context"
        } else {
            "user"
        };
        state.note(&format!(
            "login {slot} {who} {}",
            if given.is_some() { "pin" } else { "reader" }
        ));
        if state.config.faults.chatter {
            let told = String::from_utf8_lossy(given.unwrap_or_default()).into_owned();
            println!("debug: PIN {told}");
            eprintln!("debug: PIN {told}");
        }
        if state.config.faults.cancelled_on_reader {
            return Err(CKR_FUNCTION_CANCELED);
        }
        let token = state.token(slot)?;
        if token.no_pin {
            return Err(CKR_USER_PIN_NOT_INITIALIZED);
        }
        let wrong = state.wrong_tries(slot);
        if token.tries > 0 && wrong >= token.tries {
            return Err(CKR_PIN_LOCKED);
        }
        if user == CKU_USER && state.logged_in.contains(&slot) {
            return Err(CKR_USER_ALREADY_LOGGED_IN);
        }
        let right = match (given, token.pinpad) {
            (None, true) => true, // a person typed it
            (Some(given), false) => hashed(given) == token.pin,
            _ => return Err(CKR_ARGUMENTS_BAD),
        };
        if !right {
            state.set_wrong_tries(slot, wrong + 1);
            return Err(CKR_PIN_INCORRECT);
        }
        state.set_wrong_tries(slot, 0);
        if token.to_be_changed {
            return Err(CKR_PIN_EXPIRED);
        }
        if user == CKU_CONTEXT_SPECIFIC {
            let signing = state.session(handle)?.signing.as_mut();
            signing.ok_or(CKR_OPERATION_NOT_INITIALIZED)?.1 = true;
        } else {
            state.logged_in.insert(slot);
        }
        Ok(())
    })
}

unsafe extern "C" fn logout(handle: CK_SESSION_HANDLE) -> CK_RV {
    with("C_Logout", |state| {
        let slot = state.session(handle)?.slot;
        state.note(&format!("logout {slot}"));
        if state.logged_in.remove(&slot) {
            Ok(())
        } else {
            Err(CKR_USER_NOT_LOGGED_IN)
        }
    })
}

/// The private key's handle; certificates come after it.
const KEY: CK_OBJECT_HANDLE = 1;
const FIRST_CERTIFICATE: CK_OBJECT_HANDLE = 2;

unsafe extern "C" fn find_objects_init(
    handle: CK_SESSION_HANDLE,
    template: *mut CK_ATTRIBUTE,
    count: CK_ULONG,
) -> CK_RV {
    with("C_FindObjectsInit", |state| {
        let slot = state.session(handle)?.slot;
        let mut objects: Vec<CK_OBJECT_HANDLE> = Vec::new();
        let token = state.token(slot)?;
        if token.key.is_some() && state.logged_in.contains(&slot) {
            objects.push(KEY);
        }
        objects.extend(
            (0..token.certificates.len()).map(|at| FIRST_CERTIFICATE + at as CK_OBJECT_HANDLE),
        );
        let wanted = if count == 0 {
            &[]
        } else {
            // SAFETY: as many attributes as the caller says.
            unsafe {
                std::slice::from_raw_parts(
                    template,
                    count.try_into().map_err(|_| CKR_ARGUMENTS_BAD)?,
                )
            }
        };
        objects.retain(|object| {
            wanted.iter().all(|want| {
                // SAFETY: an attribute's value is as long as it says.
                let value = unsafe { value(want) };
                attribute(state, slot, *object, want.type_).is_some_and(|own| own == value)
            })
        });
        state.session(handle)?.found = Some(objects);
        Ok(())
    })
}

unsafe extern "C" fn find_objects(
    handle: CK_SESSION_HANDLE,
    list: *mut CK_OBJECT_HANDLE,
    most: CK_ULONG,
    count: *mut CK_ULONG,
) -> CK_RV {
    with("C_FindObjects", |state| {
        let endless = state.config.faults.garbage == Some(Garbage::Objects);
        let found = state
            .session(handle)?
            .found
            .as_mut()
            .ok_or(CKR_OPERATION_NOT_INITIALIZED)?;
        let most = usize::try_from(most).map_err(|_| CKR_ARGUMENTS_BAD)?;
        let part: Vec<CK_OBJECT_HANDLE> = if endless {
            vec![FIRST_CERTIFICATE; most]
        } else {
            found.drain(..most.min(found.len())).collect()
        };
        // SAFETY: `list` has `most` places, the part is not longer.
        unsafe {
            std::ptr::copy_nonoverlapping(part.as_ptr(), list, part.len());
            *count = part.len() as CK_ULONG;
        }
        Ok(())
    })
}

unsafe extern "C" fn find_objects_final(handle: CK_SESSION_HANDLE) -> CK_RV {
    with("C_FindObjectsFinal", |state| {
        state
            .session(handle)?
            .found
            .take()
            .map(|_| ())
            .ok_or(CKR_OPERATION_NOT_INITIALIZED)
    })
}

unsafe extern "C" fn get_attribute_value(
    handle: CK_SESSION_HANDLE,
    object: CK_OBJECT_HANDLE,
    template: *mut CK_ATTRIBUTE,
    count: CK_ULONG,
) -> CK_RV {
    with("C_GetAttributeValue", |state| {
        let slot = state.session(handle)?.slot;
        let count = usize::try_from(count).map_err(|_| CKR_ARGUMENTS_BAD)?;
        // SAFETY: as many attributes as the caller says.
        let wanted = unsafe { std::slice::from_raw_parts_mut(template, count) };
        let mut code = Ok(());
        for want in wanted {
            let Some(own) = attribute(state, slot, object, want.type_) else {
                want.ulValueLen = CK_UNAVAILABLE_INFORMATION;
                code = Err(CKR_ATTRIBUTE_TYPE_INVALID);
                continue;
            };
            if want.type_ == CKA_VALUE
                && state.config.faults.garbage == Some(Garbage::CertificateLength)
            {
                want.ulValueLen = CK_ULONG::MAX / 16;
                continue;
            }
            let length = own.len() as CK_ULONG;
            if !want.pValue.is_null() {
                if want.ulValueLen < length {
                    want.ulValueLen = CK_UNAVAILABLE_INFORMATION;
                    code = Err(CKR_BUFFER_TOO_SMALL);
                    continue;
                }
                // SAFETY: not null, and long enough by the caller's word.
                unsafe {
                    std::ptr::copy_nonoverlapping(own.as_ptr(), want.pValue.cast(), own.len())
                };
            }
            want.ulValueLen = length;
        }
        code
    })
}

unsafe extern "C" fn sign_init(
    handle: CK_SESSION_HANDLE,
    mechanism: *mut CK_MECHANISM,
    key: CK_OBJECT_HANDLE,
) -> CK_RV {
    with("C_SignInit", |state| {
        let slot = state.session(handle)?.slot;
        if !state.logged_in.contains(&slot) {
            return Err(CKR_USER_NOT_LOGGED_IN);
        }
        // SAFETY: the caller gives a mechanism.
        let mechanism = unsafe { (*mechanism).mechanism };
        let wanted = match state.key(slot).map(|key| key.id()) {
            Some(Id::RSA) => CKM_RSA_PKCS,
            Some(Id::EC) => CKM_ECDSA,
            _ => return Err(CKR_KEY_HANDLE_INVALID),
        };
        if key != KEY {
            return Err(CKR_KEY_HANDLE_INVALID);
        }
        if mechanism != wanted {
            return Err(CKR_MECHANISM_INVALID);
        }
        let session = state.session(handle)?;
        if session.signing.is_some() {
            return Err(CKR_OPERATION_ACTIVE);
        }
        session.signing = Some((key, false));
        Ok(())
    })
}

unsafe extern "C" fn sign(
    handle: CK_SESSION_HANDLE,
    data: *mut CK_BYTE,
    length: CK_ULONG,
    signature: *mut CK_BYTE,
    room: *mut CK_ULONG,
) -> CK_RV {
    with("C_Sign", |state| {
        let session = state.session(handle)?;
        let slot = session.slot;
        let (_, allowed) = session.signing.ok_or(CKR_OPERATION_NOT_INITIALIZED)?;
        if state.slot(slot)?.always_authenticate && !allowed {
            return Err(CKR_USER_NOT_LOGGED_IN);
        }
        // Asked only how long a signature is, a card answers at once.
        if !signature.is_null() {
            std::thread::sleep(Duration::from_millis(state.config.faults.sign_ms));
        }
        if state.config.faults.removed_at == Some(state.count_signature()) {
            state.uncount_signature();
            state.remove();
            return Err(CKR_DEVICE_REMOVED);
        }
        // SAFETY: as long as the caller says.
        let data = unsafe {
            std::slice::from_raw_parts(data, length.try_into().map_err(|_| CKR_ARGUMENTS_BAD)?)
        };
        let mut made = make(state, slot, data).ok_or(CKR_FUNCTION_FAILED)?;
        match state.config.faults.garbage {
            Some(Garbage::Signature) => made.reverse(),
            Some(Garbage::SignatureLength) => {
                // SAFETY: the caller gives a place for the length.
                unsafe { *room = CK_ULONG::MAX / 16 };
                return Ok(());
            }
            _ => {}
        }
        // SAFETY: `signature` has `room` places.
        unsafe { give(&made, signature, room) }?;
        if !signature.is_null() {
            state.note(&format!("signed {slot}"));
            state.session(handle)?.signing = None;
        }
        Ok(())
    })
}

fn make(state: &State, slot: CK_SLOT_ID, data: &[u8]) -> Option<Vec<u8>> {
    let key = state.key(slot)?;
    if let Ok(rsa) = key.rsa() {
        let mut signature = vec![0; rsa.size() as usize];
        let length = rsa
            .private_encrypt(data, &mut signature, Padding::PKCS1)
            .ok()?;
        signature.truncate(length);
        return Some(signature);
    }
    let signed = EcdsaSig::sign(data, key.ec_key().ok()?.as_ref()).ok()?;
    let half = i32::try_from(key.bits().div_ceil(8)).ok()?;
    let mut signature = signed.r().to_vec_padded(half).ok()?;
    signature.extend(signed.s().to_vec_padded(half).ok()?);
    Some(signature)
}

/// An attribute of an object; none where it has no such one.
fn attribute(
    state: &State,
    slot: CK_SLOT_ID,
    object: CK_OBJECT_HANDLE,
    kind: CK_ATTRIBUTE_TYPE,
) -> Option<Vec<u8>> {
    let token = state.token(slot).ok()?;
    let number = |n: CK_ULONG| Some(n.to_ne_bytes().to_vec());
    if object == KEY {
        let key = state.key(slot)?;
        return match kind {
            CKA_CLASS => number(CKO_PRIVATE_KEY),
            CKA_KEY_TYPE => number(if key.id() == Id::RSA { CKK_RSA } else { CKK_EC }),
            CKA_ID => Some(token.key_id.clone()),
            CKA_MODULUS => Some(key.rsa().ok()?.n().to_vec()),
            CKA_ALWAYS_AUTHENTICATE => Some(vec![CK_BBOOL::from(token.always_authenticate)]),
            _ => None,
        };
    }
    let at = usize::try_from(object.checked_sub(FIRST_CERTIFICATE)?).ok()?;
    let certificate = token.certificates.get(at)?;
    match kind {
        CKA_CLASS => number(CKO_CERTIFICATE),
        CKA_CERTIFICATE_TYPE => number(CKC_X_509),
        CKA_ID => Some(certificate.id.clone()),
        CKA_LABEL => Some(certificate.label.as_bytes().to_vec()),
        CKA_VALUE if state.config.faults.garbage == Some(Garbage::Certificate) => {
            Some(vec![0x30; 900])
        }
        CKA_VALUE => state.certificate(slot, at),
        _ => None,
    }
}

/// The value of an attribute in a template.
///
/// # Safety
/// The value is null or as long as the attribute says.
unsafe fn value(attribute: &CK_ATTRIBUTE) -> &[u8] {
    match usize::try_from(attribute.ulValueLen) {
        Ok(length) if !attribute.pValue.is_null() => {
            // SAFETY: not null, and as long as the caller says.
            unsafe { std::slice::from_raw_parts(attribute.pValue.cast(), length) }
        }
        _ => &[],
    }
}

/// Gives a list the way of the standard (v3.1, 5.2): the length alone where there is no place for the list.
///
/// # Safety
/// `count` points to a number; `list` is null or has that many places.
unsafe fn give<T: Copy>(all: &[T], list: *mut T, count: *mut CK_ULONG) -> Result<(), CK_RV> {
    // SAFETY: by the caller's word.
    unsafe {
        let room = std::mem::replace(&mut *count, all.len() as CK_ULONG);
        if !list.is_null() {
            if room < all.len() as CK_ULONG {
                return Err(CKR_BUFFER_TOO_SMALL);
            }
            std::ptr::copy_nonoverlapping(all.as_ptr(), list, all.len());
        }
    }
    Ok(())
}

/// A text filled up with blanks, as the standard's structures want it.
fn padded<const N: usize>(text: &str) -> [CK_UTF8CHAR; N] {
    let mut field = [b' '; N];
    for (to, from) in field.iter_mut().zip(text.bytes()) {
        *to = from;
    }
    field
}
