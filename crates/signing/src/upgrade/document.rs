//! A PDF on its way up: a stamp in the signature's own place while nothing covers it yet, or over the whole document;
//! validation data in `/DSS`; and a document time stamp over all of it (EN 319 142-1, 5.4 and 5.5).

use super::edit::Parts;
use super::gather::{Gathered, Subject, Trouble};
use super::machine::{Upgrade, stamp_of};
use super::{Level, Next, UpgradeError, What};
use crate::Hash;
use crate::cms::SignedData;
use crate::pades::{self, Draft, Kind, Material, Options, PadesError, Signature, Signed, add_dss};
use crate::path::Trust;
use crate::pdf::{File, Object, PdfError};
use crate::tsp::{Request, SIGNATURE_TIME_STAMP, Token};
use jiff::Timestamp;
use std::io::Cursor;

/// Whether it is a PDF that somebody signed.
pub(super) fn check(pdf: &[u8]) -> Result<(), UpgradeError> {
    let signed = Signed::new(pdf).map_err(|_| UpgradeError::Pdf)?;
    match signed.signatures().iter().any(is_signature) {
        true => Ok(()),
        false => Err(UpgradeError::NoSigner),
    }
}

impl Upgrade {
    pub(super) fn step_pdf(&mut self, trust: &Trust) -> Result<Next, Trouble> {
        let pdf = self.bytes.clone();
        let mut signed = Signed::new(&pdf).map_err(unreadable)?;
        let all = signed.signatures().to_vec();
        if let Some(bare) = all
            .iter()
            .find(|one| is_signature(one) && !is_stamped(one, &all, &mut signed))
        {
            let value = SignedData::parse(&bare.cms)
                .ok()
                .and_then(|data| Some(data.signers.first()?.signature.clone()));
            return match value {
                Some(value) if !self.is_tight && takes_stamp(bare, &value) => {
                    Ok(self.ask_stamp(value))
                }
                _ => self.ask_document(&pdf),
            };
        }
        if self.goal == Level::T {
            self.complete = true;
            return Ok(Next::Done);
        }
        let kept = dss(&pdf).unwrap_or_default();
        self.gather.add_material(&kept);
        let is_archived = all
            .last()
            .is_some_and(|last| last.kind == Kind::Timestamp && last.covers_whole_file);
        // A stamp over the whole file, data included, needs none of its own yet.
        let archive =
            usize::from(is_archived && self.goal == Level::Lta && kept != Material::default());
        let mut subjects = Vec::new();
        for one in all
            .iter()
            .take(all.len() - archive)
            .filter(|one| one.faults.is_empty())
        {
            subjects.extend(self.subjects_of(one, &all, &mut signed));
        }
        let material = match self.gather.next(&subjects, trust) {
            Gathered::Ask(ask) => return Ok(Next::Ask(ask)),
            Gathered::Blocked => return Ok(self.blocked()),
            Gathered::Complete(evidence) => evidence.material(),
        };
        let is_kept = material
            .certificates
            .iter()
            .all(|one| kept.certificates.contains(one))
            && material.ocsp.iter().all(|one| kept.ocsp.contains(one))
            && material.crls.iter().all(|one| kept.crls.contains(one));
        if !is_kept {
            let updated = add_dss(&pdf, &material).map_err(unwritable)?;
            self.replace(&all, updated)?;
            return self.step_pdf(trust);
        }
        if self.goal == Level::Lta && !is_archived {
            return self.ask_document(&pdf);
        }
        self.complete = true;
        Ok(Next::Done)
    }

    /// What has to be good: a signature's certificate at the time that is proven for it, and the authorities of stamps.
    fn subjects_of(
        &mut self,
        one: &Signature,
        all: &[Signature],
        signed: &mut Signed<Cursor<&[u8]>>,
    ) -> Vec<Subject> {
        let Ok(data) = SignedData::parse(&one.cms) else {
            return Vec::new();
        };
        self.gather.add_carried(&data);
        if one.kind == Kind::Timestamp {
            let stamp = document_stamp(one, signed);
            return stamp
                .map(|stamp| Subject {
                    at: stamp.time,
                    certificate: stamp.certificate,
                })
                .into_iter()
                .collect();
        }
        let Some(signer) = data.signers.first() else {
            return Vec::new();
        };
        let mut subjects = self.subjects(signer);
        if subjects.is_empty()
            && let Some(at) =
                later(one, all).find_map(|stamp| Some(document_stamp(stamp, signed)?.time))
        {
            subjects.extend(self.signer(signer, at));
        }
        subjects
    }

    /// Asks that the whole document be stamped.
    fn ask_document(&mut self, pdf: &[u8]) -> Result<Next, Trouble> {
        let options = Options {
            kind: Kind::Timestamp,
            description: "Marca temporale".to_owned(),
            reserved: self.room,
            ..Options::at(Timestamp::now())
        };
        let mut draft = Draft::new(pdf, &options).map_err(unwritable)?;
        let digest = draft.digest(Hash::Sha256).map_err(unwritable)?;
        let Some(request) = Request::new(digest) else {
            return Ok(self.blocked());
        };
        let body = request.der();
        Ok(self.ask_tsa(
            body,
            What::Document {
                options: Box::new(options),
                request,
            },
        ))
    }

    /// Takes in the stamp of a whole document: the same draft is made again, and has to have the same hash.
    pub(super) fn take_document(
        &mut self,
        options: &Options,
        request: &Request,
        bytes: &[u8],
        trust: &Trust,
    ) -> Result<(), Trouble> {
        let token = self.believed(request, bytes, trust)?;
        let pdf = self.bytes.clone();
        let mut draft = Draft::new(&pdf, options).map_err(unwritable)?;
        if draft.digest(Hash::Sha256).map_err(unwritable)? != *request.imprint() {
            return Err(Trouble::OtherAnswer);
        }
        match draft.embed(token.der()) {
            Ok(stamped) => {
                let before = Signed::new(&pdf).map_err(unreadable)?;
                self.replace(before.signatures(), stamped)
            }
            Err(PadesError::TooSmall { needed, .. }) => {
                // Next time with more room.
                self.room = needed.saturating_mul(2);
                Ok(())
            }
            Err(error) => Err(unwritable(error)),
        }
    }

    /// Puts a stamp into the signature's own place: the only bytes that no signature covers yet.
    pub(super) fn stamp_in_place(
        &mut self,
        signature: &[u8],
        token: &Token,
    ) -> Result<(), Trouble> {
        let signed = Signed::new(&self.bytes).map_err(unreadable)?;
        let all = signed.signatures().to_vec();
        drop(signed);
        let place = all.iter().find(|one| {
            let value = |data: SignedData<'_>| {
                data.signers
                    .first()
                    .is_some_and(|signer| signer.signature == signature)
            };
            one.covers_whole_file && SignedData::parse(&one.cms).is_ok_and(value)
        });
        let place = place.ok_or(Trouble::OtherAnswer)?;
        let cms = stamped(place, signature, token.der())?;
        match refilled(&self.bytes, place.byte_range, &cms) {
            Some(updated) => self.replace(&all, updated),
            None => {
                self.is_tight = true;
                Ok(())
            }
        }
    }

    /// Takes the new bytes for the file, unless a signature that was intact is not so any more.
    fn replace(&mut self, before: &[Signature], updated: Vec<u8>) -> Result<(), Trouble> {
        let signed = Signed::new(&updated).map_err(unreadable)?;
        let after = signed.signatures();
        let held = before.iter().filter(|one| one.is_intact()).all(|one| {
            let same = after.iter().find(|other| other.field == one.field);
            same.is_some_and(|other| other.is_intact() && other.byte_range == one.byte_range)
        });
        let whole = after.iter().all(|one| one.faults.is_empty())
            || before.iter().any(|one| !one.faults.is_empty());
        if !held || !whole {
            return Err(Trouble::Document(
                "an earlier signature would not hold any more".to_owned(),
            ));
        }
        self.bytes = updated;
        Ok(())
    }
}

fn is_signature(one: &Signature) -> bool {
    one.kind == Kind::Signature && one.faults.is_empty() && !one.cms.is_empty()
}

/// Whether a stamp can go into the place of a signature, as far as can be known before one is bought.
fn takes_stamp(one: &Signature, value: &[u8]) -> bool {
    // Whatever comes after it covers its place: to write there would break that.
    one.covers_whole_file
        && stamped(one, value, &vec![0; pades::TOKEN])
            .is_ok_and(|cms| cms.len() <= place(one.byte_range))
}

/// The CMS of a signature with a token on it.
fn stamped(one: &Signature, value: &[u8], token: &[u8]) -> Result<Vec<u8>, Trouble> {
    let mut parts = Parts::read(&one.cms).map_err(|_| Trouble::OtherAnswer)?;
    parts
        .stamp(&SIGNATURE_TIME_STAMP, value, token)
        .ok_or(Trouble::OtherAnswer)?;
    Ok(parts.write())
}

/// Bytes that the place between the two parts of a byte range holds, in hexadecimal between `<` and `>`.
fn place(range: [u64; 4]) -> usize {
    let [_, from, to, _] = range;
    usize::try_from(to.saturating_sub(from).saturating_sub(2) / 2).unwrap_or(usize::MAX)
}

/// Document time stamps after a signature.
fn later<'a>(one: &'a Signature, all: &'a [Signature]) -> impl Iterator<Item = &'a Signature> {
    let end = |one: &Signature| one.byte_range[2].saturating_add(one.byte_range[3]);
    all.iter().filter(move |other| {
        other.kind == Kind::Timestamp && other.faults.is_empty() && end(other) > end(one)
    })
}

/// Whether its time is proven, by a stamp on it or on the document.
fn is_stamped(one: &Signature, all: &[Signature], signed: &mut Signed<Cursor<&[u8]>>) -> bool {
    let own = SignedData::parse(&one.cms)
        .is_ok_and(|data| data.signers.iter().any(|signer| stamp_of(signer).is_some()));
    own || later(one, all).any(|stamp| document_stamp(stamp, signed).is_some())
}

/// A document time stamp that is of what it covers.
fn document_stamp(
    one: &Signature,
    signed: &mut Signed<Cursor<&[u8]>>,
) -> Option<crate::tsp::Stamp> {
    let token = Token::parse(&one.cms).ok()?;
    [Hash::Sha256, Hash::Sha384, Hash::Sha512]
        .into_iter()
        .find_map(|hash| token.check(&signed.digest(one, hash).ok()?).ok())
}

/// The file with another CMS between the two parts of a byte range; none where it does not fit.
fn refilled(pdf: &[u8], range: [u64; 4], cms: &[u8]) -> Option<Vec<u8>> {
    let from = usize::try_from(range[0].checked_add(range[1])?).ok()?;
    let to = usize::try_from(range[2]).ok()?;
    let mut updated = pdf.to_vec();
    let [b'<', digits @ .., b'>'] = updated.get_mut(from..to)? else {
        return None;
    };
    if cms.len() * 2 > digits.len() {
        return None;
    }
    digits.fill(b'0');
    for (byte, place) in cms.iter().zip(digits.chunks_exact_mut(2)) {
        let digit =
            |half: u8| char::from_digit(u32::from(half), 16).map_or(b'0', |digit| digit as u8);
        place.copy_from_slice(&[digit(byte >> 4), digit(byte & 15)]);
    }
    Some(updated)
}

/// What the document keeps already.
fn dss(pdf: &[u8]) -> Result<Material, PdfError> {
    let mut file = File::open(Cursor::new(pdf))?;
    let view = file.view(pdf.len() as u64)?;
    let catalog = file.catalog(&view)?;
    let dss = file.dict(&view, &catalog, b"DSS")?;
    let mut list = |key: &[u8]| -> Result<Vec<Vec<u8>>, PdfError> {
        let mut all = Vec::new();
        for item in file.array(&view, &dss, key)? {
            if let Object::Stream(stream) = &*file.resolve(&view, &item)? {
                all.push(file.decoded(stream)?);
            }
        }
        Ok(all)
    };
    Ok(Material {
        certificates: list(b"Certs")?,
        ocsp: list(b"OCSPs")?,
        crls: list(b"CRLs")?,
    })
}

fn unreadable(error: PdfError) -> Trouble {
    Trouble::Document(error.to_string())
}

fn unwritable(error: PadesError) -> Trouble {
    Trouble::Document(error.to_string())
}
