//! TLS, as every connection to a hub uses it: one store of tickets, so that after a cut the next connection
//! resumes the session and the chain of certificates does not travel again.

use crate::CallError;
use rustls::client::Resumption;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::Verifier;
use std::error::Error;
use std::io;
use std::sync::Arc;

/// Hubs whose tickets are kept; a device knows one.
const HUBS: usize = 4;

/// Whose word on a hub's identity is taken: the authorities this operating system trusts, where an
/// administration installs its own, and perhaps one more.
#[derive(Debug, Clone, Default)]
pub struct Trust {
    extra: Vec<CertificateDer<'static>>,
}

impl Trust {
    /// The system's authorities and these, in PEM: for test networks, where nothing is installed.
    ///
    /// # Errors
    /// [`CallError::Local`] where they are no certificates in PEM.
    pub fn with_authorities(pem: &[u8]) -> Result<Self, CallError> {
        let extra: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
        let extra = extra.map_err(|error| CallError::Local(error.to_string()))?;
        if extra.is_empty() {
            return Err(CallError::Local("no certificate in this PEM".into()));
        }
        Ok(Self { extra })
    }
}

/// TLS by rustls with ring. Cloning the answer shares its tickets.
pub(super) fn config(base: &str, trust: &Trust) -> Result<ClientConfig, CallError> {
    let local = |error: rustls::Error| CallError::Local(error.to_string());
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(local)?;
    // The system's roots are many and slow to read; a hub on this computer needs none.
    let mut config = if base.starts_with("http://") {
        builder
            .with_root_certificates(RootCertStore::empty())
            .with_no_client_auth()
    } else {
        let verifier = verifier(provider, trust).map_err(local)?;
        builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_no_client_auth()
    };
    config.resumption = Resumption::in_memory_sessions(HUBS);
    Ok(config)
}

/// The operating system's own verification, where it has one.
fn verifier(provider: Arc<CryptoProvider>, trust: &Trust) -> Result<Verifier, rustls::Error> {
    if trust.extra.is_empty() {
        return Verifier::new(provider);
    }
    with_extra(provider, trust)
}

#[cfg(not(target_os = "android"))]
fn with_extra(provider: Arc<CryptoProvider>, trust: &Trust) -> Result<Verifier, rustls::Error> {
    Verifier::new_with_extra_roots(trust.extra.iter().cloned(), provider)
}

#[cfg(target_os = "android")]
fn with_extra(_: Arc<CryptoProvider>, _: &Trust) -> Result<Verifier, rustls::Error> {
    Err(rustls::Error::General(
        "no authorities but the system's here".into(),
    ))
}

/// Why the other side was not believed to be the hub, if that is what went wrong.
pub(super) fn distrust(error: &(dyn Error + 'static)) -> Option<String> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(rustls::Error::InvalidCertificate(why)) = tls_error(error) {
            return Some(why.to_string());
        }
        cause = error.source();
    }
    None
}

/// An I/O error hides what it wraps from the chain of causes.
fn tls_error<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    let wrapped = error.downcast_ref::<io::Error>();
    match wrapped.and_then(io::Error::get_ref) {
        Some(inner) => tls_error(inner),
        None => error.downcast_ref(),
    }
}
