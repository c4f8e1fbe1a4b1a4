//! "Il mio dispositivo di firma": what is wrong, as typed findings; the words for them are elsewhere.

use crate::certificate::{kind, signs_documents};
use crate::drivers;
use crate::pkcs11::Pkcs11Signer;
use crate::signature;
use crate::wire::{Slot, Token};
use jiff::Timestamp;
use openssl::asn1::{Asn1Time, Asn1TimeRef};
use openssl::x509::X509;
use serde::{Deserialize, Serialize};
use signing::{Hash, Identity, PinState, Signer, SignerError};
use std::time::{Duration, Instant};

/// One thing that was found out about a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "finding")]
pub enum Finding {
    /// No module that is known is installed.
    NoDriver,
    /// The module cannot be loaded, crashes or hangs.
    DriverBroken {
        /// How.
        why: SignerError,
    },
    /// The system's service for readers does not run (pcscd on Linux).
    NoReaderService,
    /// The module sees no reader.
    NoReader,
    /// Readers, but no card in any.
    NoCard {
        /// The readers' names.
        readers: Vec<String>,
    },
    /// A card that this module cannot read: another vendor's, or put in upside down.
    UnknownCard {
        /// The reader's name.
        reader: String,
        /// What the module says.
        why: Option<SignerError>,
    },
    /// The card answered, reading it went wrong.
    CardTrouble {
        /// The token's label.
        token: String,
        /// What the module says.
        why: SignerError,
    },
    /// This token's certificates are for logging in; the one that signs is on another token of the same module, often
    /// with another PIN.
    WrongSlot {
        /// The label of this one.
        here: String,
        /// The label of the one that signs.
        signs: String,
    },
    /// No certificate that may sign documents, on no token.
    NoSigningCertificate {
        /// The token's label.
        token: String,
        /// How many other certificates it has.
        others: usize,
    },
    /// A certificate that may sign, over a kind of key that does not sign here.
    UnsupportedKey {
        /// The token's label.
        token: String,
    },
    /// The certificate's time is over.
    Expired {
        /// The token's label.
        token: String,
        /// Since when.
        since: Timestamp,
    },
    /// The certificate's time has not come, or the computer's clock is slow.
    NotYetValid {
        /// The token's label.
        token: String,
        /// From when.
        from: Timestamp,
    },
    /// The PIN is not simply ready: few tries, locked, not set, to be changed.
    Pin {
        /// The token's label.
        token: String,
        /// How it stands.
        state: PinState,
    },
    /// An identity that can sign now.
    Ready {
        /// The token's label.
        token: String,
        /// Whether the PIN is typed on the reader.
        on_reader: bool,
        /// Until when the certificate is valid.
        until: Timestamp,
    },
}

/// Whether anything here can sign.
#[must_use]
pub fn is_ready(findings: &[Finding]) -> bool {
    findings
        .iter()
        .any(|finding| matches!(finding, Finding::Ready { .. }))
}

/// Examines a module and what is in its readers, without any PIN.
#[must_use]
pub fn examine(signer: &mut Pkcs11Signer, now: Timestamp) -> Vec<Finding> {
    match signer.slots() {
        Ok(slots) => of(&slots, drivers::reader_service(), now),
        Err(why) => vec![Finding::DriverBroken { why }],
    }
}

/// What a module's slots say, at a time.
#[must_use]
pub fn of(slots: &[Slot], reader_service: bool, now: Timestamp) -> Vec<Finding> {
    if slots.is_empty() {
        return vec![if reader_service {
            Finding::NoReader
        } else {
            Finding::NoReaderService
        }];
    }
    if !slots.iter().any(|slot| slot.present) {
        let readers = slots.iter().map(|slot| slot.reader.clone()).collect();
        return vec![Finding::NoCard { readers }];
    }
    let signs = |slot: &&Slot| signing(slot).next().is_some();
    let elsewhere = slots
        .iter()
        .find(signs)
        .and_then(|slot| slot.token.as_ref());
    let mut findings = Vec::new();
    for slot in slots.iter().filter(|slot| slot.present) {
        match &slot.token {
            None => {
                findings.push(Finding::UnknownCard {
                    reader: slot.reader.clone(),
                    why: slot.trouble.clone(),
                });
            }
            Some(token) => of_token(slot, token, elsewhere, now, &mut findings),
        }
    }
    findings
}

fn of_token(
    slot: &Slot,
    token: &Token,
    elsewhere: Option<&Token>,
    now: Timestamp,
    findings: &mut Vec<Finding>,
) {
    let label = || token.label.clone();
    if let Some(why) = &slot.trouble {
        findings.push(Finding::CardTrouble {
            token: label(),
            why: why.clone(),
        });
    }
    let mut able = signing(slot).peekable();
    if able.peek().is_none() {
        findings.push(match elsewhere {
            Some(other) => Finding::WrongSlot {
                here: label(),
                signs: other.label.clone(),
            },
            None => Finding::NoSigningCertificate {
                token: label(),
                others: slot.certificates.len(),
            },
        });
        return;
    }
    if !matches!(token.pin, PinState::Ok | PinState::OnReader) {
        findings.push(Finding::Pin {
            token: label(),
            state: token.pin,
        });
    }
    let usable = !matches!(
        token.pin,
        PinState::Locked | PinState::NotSet | PinState::ToBeChanged
    );
    for certificate in able {
        if certificate
            .public_key()
            .ok()
            .and_then(|key| kind(&key))
            .is_none()
        {
            findings.push(Finding::UnsupportedKey { token: label() });
            continue;
        }
        match (
            time(certificate.not_before()),
            time(certificate.not_after()),
        ) {
            (Some(from), _) if now < from => findings.push(Finding::NotYetValid {
                token: label(),
                from,
            }),
            (_, Some(since)) if now > since => findings.push(Finding::Expired {
                token: label(),
                since,
            }),
            (_, Some(until)) if usable => {
                findings.push(Finding::Ready {
                    token: label(),
                    on_reader: token.on_reader,
                    until,
                });
            }
            _ => {}
        }
    }
}

/// The certificates of a slot that may sign documents.
fn signing(slot: &Slot) -> impl Iterator<Item = X509> + '_ {
    slot.certificates
        .iter()
        .filter_map(|c| X509::from_der(&c.value).ok())
        .filter(|c| signs_documents(c))
}

fn time(asn1: &Asn1TimeRef) -> Option<Timestamp> {
    let since = Asn1Time::from_unix(0).ok()?.diff(asn1).ok()?;
    Timestamp::from_second(i64::from(since.days) * 86_400 + i64::from(since.secs)).ok()
}

/// Has an unlocked signer sign a hash that belongs to no document, checks the signature against the certificate, and
/// tells how long it took.
///
/// # Errors
/// The device's; [`SignerError::Device`] where the signature does not match.
pub fn test_signature(
    signer: &mut dyn Signer,
    identity: &Identity,
    now: Timestamp,
) -> Result<Duration, SignerError> {
    let unread = |_| SignerError::Device("certificate cannot be read".into());
    let key = X509::from_der(&identity.certificate)
        .and_then(|c| c.public_key())
        .map_err(unread)?;
    let digest = Hash::Sha256
        .of(format!("Comuni in Rete: prova di firma, nessun documento, {now}").as_bytes());
    let start = Instant::now();
    let signature = signer.sign(&identity.id, &digest)?;
    let took = start.elapsed();
    if signature::verifies(identity.key, &key, &digest, &signature) {
        Ok(took)
    } else {
        Err(SignerError::Device(
            "the signature does not match the certificate".into(),
        ))
    }
}
