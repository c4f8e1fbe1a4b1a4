//! Cards and sticks, through the vendor's PKCS#11 module in the helper process.
//!
//! Here is what is decided: which certificates sign, which hash becomes which bytes, whether the answer is a
//! signature. The helper only carries calls to the module.

use crate::certificate::{chain, kind, signs_documents};
use crate::helper::Helper;
use crate::signature;
use crate::wire::{KeyName, Mechanism, Reply, Request, Slot};
use openssl::hash::{Hasher, MessageDigest};
use openssl::pkey::{PKey, Public};
use openssl::x509::X509;
use signing::{
    Cancel, Digest, Identity, IdentityId, KeyKind, Pin, PinState, QUICK, Signer, SignerError,
};
use std::collections::VecDeque;
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// How long each call to a driver may take before the helper is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// Loading and initialising.
    pub load: Duration,
    /// Reading slots and certificates: slow cards take seconds.
    pub list: Duration,
    /// Logging in with a PIN that was typed here.
    pub login: Duration,
    /// Logging in on a reader with keys of its own, where a person types meanwhile.
    pub login_on_reader: Duration,
    /// One signature.
    pub sign: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            load: Duration::from_secs(20),
            list: Duration::from_secs(30),
            login: Duration::from_secs(30),
            login_on_reader: Duration::from_secs(120),
            sign: Duration::from_secs(60),
        }
    }
}

/// Requests that are sent to a quick token before the answer to the first is there.
const AHEAD: usize = 6;

/// What a signer over a module needs.
#[derive(Debug, Clone)]
pub struct Options {
    /// The vendor's module.
    pub module: PathBuf,
    /// The helper process.
    pub helper: PathBuf,
    /// Settings of the module, put into the helper's environment.
    pub env: Vec<(OsString, OsString)>,
    /// How long is waited.
    pub patience: Patience,
    /// Calls off what is under way.
    pub cancel: Cancel,
}

impl Options {
    /// The usual ones for a module: the helper is the one that was installed beside the running program. The search
    /// path is not asked, for what gets the PIN must not be anybody's file.
    ///
    /// # Errors
    /// [`SignerError::Driver`] where the program cannot tell where it is.
    pub fn new(module: impl Into<PathBuf>) -> Result<Self, SignerError> {
        let own = std::env::current_exe()
            .map_err(|e| SignerError::Driver(format!("helper process: {e}")))?;
        let helper = own.with_file_name(format!("firma-token{}", std::env::consts::EXE_SUFFIX));
        Ok(Self {
            module: module.into(),
            helper,
            env: Vec::new(),
            patience: Patience::default(),
            cancel: Cancel::default(),
        })
    }
}

/// A signer over the identities of one module, of all its slots.
///
/// The helper is started at the first call, and again at the first call after it was lost; with it went the PIN, so
/// that signing then asks for it ([`SignerError::PinNeeded`]). An identity keeps its id meanwhile.
pub struct Pkcs11Signer {
    options: Options,
    helper: Option<Helper>,
    known: Vec<Known>,
}

/// An identity, and where it is.
struct Known {
    identity: Identity,
    public: PKey<Public>,
    slot: u64,
    on_reader: bool,
    key: KeyName,
}

impl Pkcs11Signer {
    /// Takes the options; nothing is started yet.
    #[must_use]
    pub fn new(options: Options) -> Self {
        Self {
            options,
            helper: None,
            known: Vec::new(),
        }
    }

    /// Every slot as the module tells it, for a diagnosis.
    ///
    /// # Errors
    /// The driver's.
    pub fn slots(&mut self) -> Result<Vec<Slot>, SignerError> {
        match self.ask(&Request::Slots, &[], self.options.patience.list)? {
            Reply::Slots(slots) => Ok(slots),
            other => Err(self.nonsense(&other)),
        }
    }

    /// The helper's process id, while it runs.
    #[must_use]
    pub fn helper_id(&self) -> Option<u32> {
        self.helper.as_ref().and_then(Helper::id)
    }

    /// One call, in a helper that has the module loaded.
    fn ask(
        &mut self,
        request: &Request,
        secret: &[u8],
        patience: Duration,
    ) -> Result<Reply, SignerError> {
        if self.options.cancel.is_cancelled() {
            return Err(SignerError::Cancelled);
        }
        if !self.helper.as_ref().is_some_and(Helper::is_there) {
            self.known.clear(); // slots may be numbered anew
            let module = self.options.module.to_str().map(ToOwned::to_owned);
            let module = module.ok_or_else(|| SignerError::Driver("path is not Unicode".into()))?;
            let mut helper = Helper::start(&self.options.helper, &self.options.env)?;
            let load = Request::Load { module };
            match helper.ask(&load, &[], self.options.patience.load, &self.options.cancel)? {
                Reply::Done => self.helper = Some(helper),
                Reply::Refused(why) => return Err(why),
                other => return Err(self.nonsense(&other)),
            }
        }
        let Some(helper) = self.helper.as_mut() else {
            return Err(SignerError::NoToken);
        };
        let start = Instant::now();
        let answer = helper.ask(request, secret, patience, &self.options.cancel);
        self.answered(request.name(), start, answer)
    }

    /// What is made of an answer, whatever the call.
    fn answered(
        &mut self,
        call: &'static str,
        start: Instant,
        answer: Result<Reply, SignerError>,
    ) -> Result<Reply, SignerError> {
        let answer = match answer {
            Ok(Reply::Refused(why)) => Err(why),
            other => other,
        };
        let took = start.elapsed();
        let error = answer.as_ref().err().map(tracing::field::display);
        tracing::debug!(call, ?took, error, "token");
        // Some drivers notice a card that comes back only when they are loaded anew.
        if let Err(SignerError::Removed | SignerError::DriverStopped(_) | SignerError::Cancelled) =
            &answer
        {
            self.stop();
        }
        answer
    }

    fn stop(&mut self) {
        self.helper = None;
        self.known.clear();
    }

    /// An answer to another question: whoever gives it is not to be trusted any further.
    fn nonsense(&mut self, _: &Reply) -> SignerError {
        self.stop();
        SignerError::DriverStopped("an answer to another question".into())
    }

    /// Reads the slots and keeps what may sign.
    fn list(&mut self) -> Result<(), SignerError> {
        let slots = self.slots()?;
        if !slots.iter().any(|slot| slot.present) {
            self.known.clear();
            return Err(SignerError::NoToken);
        }
        self.known = identities(&slots);
        Ok(())
    }

    fn patience(&self, at: usize) -> Duration {
        match self.known[at].on_reader {
            true => self.options.patience.login_on_reader,
            false => self.options.patience.sign,
        }
    }

    /// Signs as long as the next hash is ready, with up to [`AHEAD`] requests ahead of the answer that is waited for.
    fn burst(
        &mut self,
        identity: &IdentityId,
        first: Digest,
        next: &mut dyn FnMut(bool) -> Option<Digest>,
        signed: &mut dyn FnMut(Vec<u8>),
    ) -> Result<(), SignerError> {
        let at = self.place(identity)?;
        let (kind, public) = (self.known[at].identity.key, self.known[at].public.clone());
        let (patience, cancel) = (self.patience(at), self.options.cancel.clone());
        let mut asked = VecDeque::new();
        let mut more = Some(first);
        let mut trouble = None;
        loop {
            while let Some(digest) = more.take() {
                if let Err(why) = self.send_ahead(at, &digest) {
                    // What is under way already is still taken.
                    trouble = Some(why);
                    break;
                }
                asked.push_back((digest, Instant::now()));
                more = (asked.len() <= AHEAD).then(|| next(false)).flatten();
            }
            let Some((digest, start)) = asked.pop_front() else {
                return trouble.map_or(Ok(()), Err);
            };
            let helper = self.helper.as_mut().ok_or(SignerError::NoToken)?;
            let answer = helper.receive("sign", patience, &cancel);
            let signature = match self.answered("sign", start, answer) {
                Ok(Reply::Signature(raw)) => signature::from_token(kind, &public, &digest, &raw),
                Ok(other) => Err(self.nonsense(&other)),
                Err(why) => Err(why),
            };
            match signature {
                Ok(signature) => signed(signature),
                Err(why) => {
                    self.let_go(asked.len(), patience);
                    return Err(why);
                }
            }
            more = match trouble {
                None => next(false),
                Some(_) => None,
            };
        }
    }

    fn send_ahead(&mut self, at: usize, digest: &Digest) -> Result<(), SignerError> {
        let request = self.known[at].request(digest)?;
        let helper = self.helper.as_mut().ok_or(SignerError::NoToken)?;
        helper.send(&request, &[])
    }

    /// Takes the answers that nobody wants any more, so that the next call gets its own. Their documents wait still.
    fn let_go(&mut self, answers: usize, patience: Duration) {
        for _ in 0..answers {
            let taken = self
                .helper
                .as_mut()
                .map(|helper| helper.receive("sign", patience, &Cancel::default()));
            if !matches!(taken, Some(Ok(_))) {
                self.stop();
            }
        }
    }

    /// Where an identity is; asks the device once where that is not known.
    fn place(&mut self, id: &IdentityId) -> Result<usize, SignerError> {
        let find = |known: &[Known]| known.iter().position(|k| k.identity.id == *id);
        // A helper that was lost takes what was known with it.
        if !self.helper.as_ref().is_some_and(Helper::is_there) {
            self.known.clear();
        }
        if let Some(at) = find(&self.known) {
            return Ok(at);
        }
        self.list()?;
        find(&self.known).ok_or(SignerError::UnknownIdentity)
    }
}

impl Known {
    /// What the helper is asked, to sign a hash with this key.
    fn request(&self, digest: &Digest) -> Result<Request, SignerError> {
        let kind = self.identity.key;
        let mechanism = match kind {
            KeyKind::Rsa(_) => Mechanism::RsaPkcs,
            KeyKind::P256 | KeyKind::P384 => Mechanism::Ecdsa,
        };
        Ok(Request::Sign {
            slot: self.slot,
            key: self.key.clone(),
            mechanism,
            data: signature::to_sign(kind, digest)?,
        })
    }
}

/// The identities of some slots, those that may sign documents.
fn identities(slots: &[Slot]) -> Vec<Known> {
    let parsed: Vec<Vec<Option<X509>>> = slots
        .iter()
        .map(|slot| {
            slot.certificates
                .iter()
                .map(|c| X509::from_der(&c.value).ok())
                .collect()
        })
        .collect();
    let all: Vec<X509> = parsed.iter().flatten().flatten().cloned().collect();
    let mut known: Vec<Known> = Vec::new();
    for (slot, certificates) in slots.iter().zip(&parsed) {
        let Some(token) = &slot.token else { continue };
        for (object, certificate) in slot.certificates.iter().zip(certificates) {
            let Some(certificate) = certificate else {
                continue;
            };
            if !signs_documents(certificate) {
                continue;
            }
            let Ok(public) = certificate.public_key() else {
                continue;
            };
            let Some(kind) = kind(&public) else { continue };
            let modulus = public.rsa().map(|rsa| rsa.n().to_vec()).unwrap_or_default();
            let Some(id) = id(&[
                token.serial.as_bytes(),
                token.label.as_bytes(),
                &object.id,
                &object.value,
            ]) else {
                continue;
            };
            // The same object under two slots of one token counts once.
            if known.iter().any(|k| k.identity.id == id) {
                continue;
            }
            known.push(Known {
                identity: Identity {
                    id,
                    certificate: object.value.clone(),
                    chain: chain(certificate, &all),
                    key: kind,
                    device: token.label.clone(),
                    pin_each_time: slot.each_time.contains(&object.id),
                },
                public,
                slot: slot.slot,
                on_reader: token.on_reader,
                key: KeyName {
                    id: object.id.clone(),
                    label: object.label.clone(),
                    modulus,
                },
            });
        }
    }
    known
}

/// A name that stays the same when the device is put in again, or the helper starts anew.
fn id(parts: &[&[u8]]) -> Option<IdentityId> {
    let mut hasher = Hasher::new(MessageDigest::sha256()).ok()?;
    for part in parts {
        hasher
            .update(&u64::try_from(part.len()).ok()?.to_be_bytes())
            .ok()?;
        hasher.update(part).ok()?;
    }
    Some(IdentityId(signing::hex(&hasher.finish().ok()?[..16])))
}

impl Signer for Pkcs11Signer {
    fn identities(&mut self) -> Result<Vec<Identity>, SignerError> {
        self.list()?;
        Ok(self.known.iter().map(|k| k.identity.clone()).collect())
    }

    /// Without reading every slot anew, as long as the helper holds its session: the name is a hash over token and
    /// certificate, another token ends the session, and each signature is checked against the certificate.
    fn identity(&mut self, id: &IdentityId) -> Result<Identity, SignerError> {
        let at = self.place(id)?;
        Ok(self.known[at].identity.clone())
    }

    fn pin_state(&mut self, identity: &IdentityId) -> Result<PinState, SignerError> {
        let at = self.place(identity)?;
        let slot = self.known[at].slot;
        match self.ask(&Request::Pin { slot }, &[], self.options.patience.list)? {
            Reply::Pin(state) => Ok(state),
            other => Err(self.nonsense(&other)),
        }
    }

    fn unlock(&mut self, identity: &IdentityId, pin: Option<&Pin>) -> Result<(), SignerError> {
        let at = self.place(identity)?;
        let (slot, on_reader) = (self.known[at].slot, self.known[at].on_reader);
        let patience = &self.options.patience;
        let (secret, patience) = match pin {
            // What is typed on the reader never passes here.
            _ if on_reader => ("", patience.login_on_reader),
            Some(pin) if !pin.expose().is_empty() => (pin.expose(), patience.login),
            _ => return Err(SignerError::PinNeeded),
        };
        if secret.len() > crate::wire::MAX_SECRET {
            return Err(SignerError::WrongPin(PinState::Ok)); // no token takes it: no try is spent
        }
        match self.ask(&Request::Login { slot }, secret.as_bytes(), patience)? {
            Reply::Done => Ok(()),
            other => Err(self.nonsense(&other)),
        }
    }

    fn sign(&mut self, identity: &IdentityId, digest: &Digest) -> Result<Vec<u8>, SignerError> {
        let at = self.place(identity)?;
        let known = &self.known[at];
        let (kind, public) = (known.identity.key, known.public.clone());
        let request = known.request(digest)?;
        let patience = self.patience(at);
        match self.ask(&request, &[], patience)? {
            Reply::Signature(raw) => signature::from_token(kind, &public, digest, &raw),
            other => Err(self.nonsense(&other)),
        }
    }

    /// A token that is quick gets the next hashes before its answer has come all the way back: between two processes
    /// that way is long. One that is slow does not, so that a cancel stops at once.
    fn sign_each(
        &mut self,
        identity: &IdentityId,
        next: &mut dyn FnMut(bool) -> Option<Digest>,
        signed: &mut dyn FnMut(Vec<u8>),
    ) -> Result<(), SignerError> {
        let mut is_quick = false;
        while let Some(digest) = next(true) {
            if is_quick {
                self.burst(identity, digest, next, signed)?;
                continue;
            }
            let start = Instant::now();
            let signature = self.sign(identity, &digest)?;
            is_quick = start.elapsed() < QUICK;
            signed(signature);
        }
        Ok(())
    }

    /// Logs out and ends the helper: what a closed driver keeps of a PIN in its own memory, only the end of the
    /// process wipes. The next call starts a new one.
    fn lock(&mut self) {
        if let Some(helper) = self.helper.as_mut().filter(|helper| helper.is_there()) {
            // A lock is not called off: what was called off before must still be locked.
            let never = Cancel::default();
            if let Err(why) = helper.ask(&Request::Lock, &[], self.options.patience.login, &never) {
                tracing::debug!(%why, "the helper was ended without a logout");
            }
        }
        self.stop();
    }
}
