//! `C_Sign` by itself. A key with `CKA_ALWAYS_AUTHENTICATE` wants `C_SignInit`, then `C_Login` as
//! `CKU_CONTEXT_SPECIFIC`, then `C_Sign` (PKCS#11 v3.1, 4.9 and 5.6.8); cryptoki 0.12 has only the three in one go,
//! or the parts for `C_SignUpdate`, which the mechanisms without a hash refuse. And it asks the token for the
//! signature's length first, which costs a round trip and believes the answer.
//!
//! The only unsafe code of this crate.

#![allow(unsafe_code)]

use cryptoki::context::Function;
use cryptoki::error::{Error, Result, Rv};
use cryptoki_sys::{CK_BYTE, CK_FUNCTION_LIST, CK_SESSION_HANDLE, CK_ULONG};
use std::path::Path;
use token::wire::MAX_SIGNATURE;

type Sign = unsafe extern "C" fn(
    CK_SESSION_HANDLE,
    *mut CK_BYTE,
    CK_ULONG,
    *mut CK_BYTE,
    *mut CK_ULONG,
) -> CK_ULONG;

/// The module's `C_Sign`.
pub(crate) struct Raw {
    sign: Sign,
    /// Keeps the library loaded as long as the function may be called.
    _library: cryptoki_sys::Pkcs11,
}

impl Raw {
    /// Looks the function up, in a module that is loaded already: the system gives the same one again.
    pub(crate) fn of(module: &Path) -> Result<Self> {
        // SAFETY: loading runs the library's constructors; they ran when cryptoki loaded it.
        let library =
            unsafe { cryptoki_sys::Pkcs11::new(module) }.map_err(Error::LibraryLoading)?;
        if library.C_GetFunctionList.is_err() {
            return Err(Error::MissingSymbol("C_GetFunctionList"));
        }
        let mut list: *mut CK_FUNCTION_LIST = std::ptr::null_mut();
        // SAFETY: the symbol is there, and `list` is a place for the pointer it writes (v3.1, 5.4.4).
        Rv::from(unsafe { library.C_GetFunctionList(&raw mut list) })
            .into_result(Function::GetFunctionList)?;
        if list.is_null() {
            return Err(Error::NullFunctionPointer);
        }
        // SAFETY: not null, and a module's list stays where it is as long as it is loaded; copied field by field,
        // for the structure is packed on Windows.
        let sign = unsafe { (*list).C_Sign }.ok_or(Error::NullFunctionPointer)?;
        Ok(Self {
            sign,
            _library: library,
        })
    }

    /// Finishes what `C_SignInit` began, over the whole data.
    pub(crate) fn sign(&self, session: CK_SESSION_HANDLE, data: &[u8]) -> Result<Vec<u8>> {
        let mut signature = vec![0u8; MAX_SIGNATURE];
        let mut length: CK_ULONG = signature.len().try_into()?;
        // SAFETY: both buffers are as long as is said and live through the call; a module does not write to the
        // data, whatever the C type says. One that writes beyond the length breaks this process and no other.
        let code = unsafe {
            (self.sign)(
                session,
                data.as_ptr().cast_mut(),
                data.len().try_into()?,
                signature.as_mut_ptr(),
                &raw mut length,
            )
        };
        Rv::from(code).into_result(Function::Sign)?;
        let length: usize = length.try_into()?;
        if length > signature.len() {
            return Err(Error::InvalidValue);
        }
        signature.truncate(length);
        Ok(signature)
    }
}
