//! TLS 1.3 without a proxy: a certificate that can be renewed while the hub runs, and tickets with which a
//! device's next connection needs neither the chain nor a signature.

use super::ServeError;
use crate::config::TlsFiles;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{ServerConfig, version};
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};
use tokio_rustls::TlsAcceptor;

/// How often the files are looked at: a renewed certificate is in use a minute later.
const LOOK: Duration = Duration::from_secs(60);
/// A chain above this costs a new device on the slowest line more than 100 ms.
const LONG: usize = 2_000;

/// The certificate in use.
#[derive(Debug, Clone)]
pub(super) struct Certificate(Arc<Held>);

#[derive(Debug)]
struct Held {
    files: TlsFiles,
    provider: Arc<CryptoProvider>,
    current: RwLock<Arc<CertifiedKey>>,
}

/// When the files were last written.
type Stamp = [Option<SystemTime>; 2];

impl Certificate {
    pub(super) fn open(files: &TlsFiles) -> Result<Self, ServeError> {
        let provider = Arc::new(ring::default_provider());
        let key = read(files, &provider).map_err(ServeError::Certificate)?;
        Ok(Self(Arc::new(Held {
            files: files.clone(),
            provider,
            current: RwLock::new(Arc::new(key)),
        })))
    }

    /// Looks at the files now and then; takes what is new, keeps what is in use where it is no good.
    pub(super) async fn renew_forever(self) {
        let mut seen = self.0.stamp();
        loop {
            tokio::time::sleep(LOOK).await;
            self.0.look(&mut seen);
        }
    }
}

impl Held {
    fn stamp(&self) -> Stamp {
        [&self.files.cert, &self.files.key]
            .map(|path| path.metadata().and_then(|meta| meta.modified()).ok())
    }

    /// Takes what is new. Half of a renewal may be written: what cannot be used is looked at again.
    fn look(&self, seen: &mut Stamp) {
        let found = self.stamp();
        if found == *seen {
            return;
        }
        match self.renew() {
            Ok(()) => *seen = found,
            Err(why) => tracing::error!(why, "the renewed certificate cannot be used"),
        }
    }

    fn renew(&self) -> Result<(), String> {
        let key = Arc::new(read(&self.files, &self.provider)?);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = key;
        tracing::info!("the certificate was renewed");
        Ok(())
    }
}

impl ResolvesServerCert for Held {
    fn resolve(&self, _: ClientHello) -> Option<Arc<CertifiedKey>> {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        Some(current.clone())
    }
}

/// Chain and key, where they belong together.
fn read(files: &TlsFiles, provider: &CryptoProvider) -> Result<CertifiedKey, String> {
    let chain = chain(&files.cert)?;
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(|error| said(&files.key, &error))?;
    let bytes: usize = chain.iter().map(|cert| cert.len()).sum();
    if bytes > LONG {
        tracing::warn!(
            bytes,
            "a long chain of certificates: ECDSA P-256 is shorter"
        );
    }
    CertifiedKey::from_der(chain, key, provider).map_err(|error| error.to_string())
}

fn chain(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let chain: Result<Vec<_>, _> = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect)
        .map_err(|error| said(path, &error));
    let chain = chain?;
    if chain.is_empty() {
        return Err(format!("{} holds no certificate", path.display()));
    }
    Ok(chain)
}

fn said(path: &Path, error: &dyn std::fmt::Display) -> String {
    format!("{}: {error}", path.display())
}

/// What shakes hands. Tickets are sealed for whoever comes back with them: the hub keeps no sessions, and
/// visitors of the public sites cannot push devices' sessions out.
pub(super) fn acceptor(certificate: &Certificate) -> Result<TlsAcceptor, ServeError> {
    let held = &certificate.0;
    let unusable = |error: rustls::Error| ServeError::Certificate(error.to_string());
    let mut config = ServerConfig::builder_with_provider(held.provider.clone())
        .with_protocol_versions(&[&version::TLS13])
        .map_err(unusable)?
        .with_no_client_auth()
        .with_cert_resolver(held.clone());
    config.ticketer = ring::Ticketer::new().map_err(unusable)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use std::path::PathBuf;
    use tempfile::TempDir;

    /// Writes a new certificate with its key, as of so many seconds after 1970.
    fn write(files: &TlsFiles, written: u64) -> Vec<u8> {
        let made = rcgen::generate_simple_self_signed(["centro.example".to_owned()]).unwrap();
        put(&files.cert, &made.cert.pem(), written);
        put(&files.key, &made.signing_key.serialize_pem(), written);
        made.cert.der().to_vec()
    }

    fn put(path: &Path, text: &str, written: u64) {
        std::fs::write(path, text).unwrap();
        let file = std::fs::File::options().write(true).open(path).unwrap();
        let at = SystemTime::UNIX_EPOCH + Duration::from_secs(written);
        file.set_modified(at).unwrap();
    }

    fn files(folder: &TempDir) -> TlsFiles {
        let at = |name: &str| -> PathBuf { folder.path().join(name) };
        TlsFiles {
            cert: at("cert.pem"),
            key: at("key.pem"),
        }
    }

    fn in_use(held: &Held) -> Vec<u8> {
        held.current.read().unwrap().cert[0].to_vec()
    }

    #[test]
    fn a_renewed_certificate_is_taken_and_half_a_renewal_is_not() {
        let folder = TempDir::new().unwrap();
        let files = files(&folder);
        let first = write(&files, 1);
        let Certificate(held) = Certificate::open(&files).unwrap();
        let mut seen = held.stamp();
        held.look(&mut seen);
        assert_eq!(in_use(&held), first);

        let key = std::fs::read_to_string(&files.key).unwrap();
        let second = write(&files, 2);
        let right = std::fs::read_to_string(&files.key).unwrap();
        put(&files.key, &key, 2);
        held.look(&mut seen);
        assert_eq!(in_use(&held), first, "the key is not this certificate's");
        put(&files.key, &right, 3);
        held.look(&mut seen);
        assert_eq!(in_use(&held), second);
    }

    #[test]
    fn what_is_no_certificate_is_said_with_its_name() {
        let folder = TempDir::new().unwrap();
        let files = files(&folder);
        write(&files, 1);
        put(&files.cert, "nothing", 1);
        let error = Certificate::open(&files).err().unwrap().to_string();
        assert!(error.contains("cert.pem holds no certificate"), "{error}");
    }
}
