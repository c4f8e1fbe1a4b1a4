//! "Firma e verifica": what a signature is worth, and signing with one's own token.
//!
//! A document that is open here is a [`Paper`]: its bytes are in the app's memory, never in the web view, and it is
//! forgotten when it is closed. Nothing here waits for the network.

use crate::command;
use domain::UnixMs;
use domain::firma::{Ended, Level, Waits};
use serde::{Deserialize, Serialize};

/// Names an open document, as long as the app runs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PaperId(pub String);

/// An open document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Paper {
    /// Identity.
    pub id: PaperId,
    /// The file's name, without its folder.
    pub name: String,
    /// Size in bytes.
    pub size: u64,
    /// What it is.
    pub kind: PaperKind,
    /// SHA-256 of the bytes, in lower-case hexadecimal: what is shown is what is signed.
    pub sha256: String,
    /// Pages that can be shown: of the document, or of what a `.p7m` holds; none where it is no PDF, or one that
    /// cannot be read. Page `n`, counted from 1, so many pixels wide, is the image
    /// `anteprima://localhost/carta/ID/n/PIXELS.png`.
    pub pages: Vec<PageSize>,
    /// What is known that a person should know before signing.
    pub warnings: Vec<Warning>,
    /// Why it cannot be signed within the PDF; none where it can.
    pub no_pdf: Option<NoPdf>,
}

/// What a document is, by its bytes and not by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaperKind {
    /// A PDF.
    Pdf,
    /// A CMS signature around its content (`.p7m`).
    P7m,
    /// A CMS signature without its content (`.p7s`).
    P7s,
    /// A time stamp without what it is about (`.tsr`).
    Tsr,
    /// A time stamp with its content (`.tsd`, RFC 5544).
    Tsd,
    /// Anything else: it can be signed as `.p7m`.
    Other,
}

/// A page as a person sees it, in points (1/72 inch), its turn applied.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PageSize {
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
}

/// What a person should know before signing. CAD, art. 20, and the technical rules' demand that a document has no
/// macros nor code that may change what it shows (DPCM 22 February 2013, art. 4 (3)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Warning {
    /// It can run code or start a program, or is a form with a program of its own.
    ActiveContent,
    /// It shows what lies in another file, or leads to one.
    OtherFiles,
    /// It holds other files.
    EmbeddedFiles,
    /// It has layers that may be shown or not.
    Layers,
    /// It holds sound, film or 3D.
    Multimedia,
    /// It sends or loads data.
    FormData,
    /// It is accessible (PDF/UA), and would be no more with a visible stamp.
    StampBreaksAccessibility,
}

/// Why a document is not signed within the PDF. As `.p7m` it still can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoPdf {
    /// It is no PDF.
    NotPdf,
    /// Encrypted.
    Encrypted,
    /// Damaged, or of a form that readers read differently.
    Damaged,
    /// Old and new programs see different things in it (hybrid-reference file).
    Hybrid,
    /// Larger than 2 GiB.
    TooLarge,
    /// Too deep, too long or too many of something to be read to the end.
    TooComplex,
    /// Its author certified, or who signed before settled, that nothing may follow, not even a signature.
    Certified,
    /// Its author, or who signed before, lets nothing be added that is seen: without a stamp it can be signed.
    NoStamp,
    /// It runs code (JavaScript, Launch, XFA): refused.
    ActiveContent,
    /// Its field asks for a kind of signature that is not made here.
    OtherKind,
    /// The signature came out larger than its place: a fault of this program.
    NoRoom,
    /// The stamp would have a sign that its font has not.
    NoLetter,
}

impl NoPdf {
    /// All of them: the UI has a sentence for each.
    pub const ALL: [Self; 12] = [
        Self::NotPdf,
        Self::Encrypted,
        Self::Damaged,
        Self::Hybrid,
        Self::TooLarge,
        Self::TooComplex,
        Self::Certified,
        Self::NoStamp,
        Self::ActiveContent,
        Self::OtherKind,
        Self::NoRoom,
        Self::NoLetter,
    ];
}

/// The answer in one glance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// TOTAL-PASSED.
    Holds,
    /// INDETERMINATE.
    Open,
    /// TOTAL-FAILED.
    Fails,
    /// Nobody signed.
    Unsigned,
}

/// What is to be said of a document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Judgement {
    /// The worst of all signatures.
    pub answer: Answer,
    /// In the order of the file; of a `.p7m` inside another, the outermost first. Time stamps on the document
    /// itself are among them.
    pub signatures: Vec<Signature>,
    /// What a `.p7m` or `.tsd` holds, unpacked to the innermost; its pages are those of [`Paper::pages`].
    pub inside: Option<Inside>,
    /// How old the trusted lists are that it rests on.
    pub lists: Lists,
    /// What was lacking of revocations, and what is done about it.
    pub revocations: Revocations,
    /// The time it is about.
    pub at: Instant,
}

/// The content of a `.p7m` or `.tsd`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inside {
    /// The name it would get: that of the file without its last endings.
    pub name: String,
    /// Size in bytes.
    pub size: u64,
    /// What it is.
    pub kind: PaperKind,
}

/// The age of the trusted lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state", content = "days")]
pub enum Lists {
    /// None came yet: signatures are checked, but nobody is believed.
    Missing,
    /// Issued so many days ago.
    Current(u32),
    /// Should have been replaced so many days ago.
    Stale(u32),
}

/// What is known of revocations. What is not in the document is asked through the hub;
/// [`Event::Verdicts`](crate::Event::Verdicts) tells when there is something new.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state", content = "issued")]
pub enum Revocations {
    /// Nothing is lacking. The oldest answer from outside the document that it rests on is of this time; none where it
    /// rests on none.
    Known(Option<UnixMs>),
    /// Asked for.
    Asked,
    /// To be asked for when the line is back.
    Offline,
    /// What the issuer says is not from late enough yet: it is asked for again.
    Early,
    /// Nobody answered: it is asked for again.
    Silent,
    /// The certificate names no place to ask at, or nothing of use came from there.
    Nowhere,
    /// This computer is linked to no hub that could ask.
    NoHub,
}

/// A time, and by what right it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instant {
    /// When.
    pub time: UnixMs,
    /// Its source.
    pub basis: Basis,
}

/// Where a time comes from: the clock, somebody's word, a stamp that is not qualified, or what is opposable to third
/// parties (DPCM 22 February 2013, art. 41 and 62).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Now.
    Now,
    /// Somebody's word.
    Stated,
    /// A qualified time stamp ("marca temporale").
    TimeStamp,
    /// One that is not qualified.
    UnqualifiedTimeStamp,
    /// The registration in the protocol.
    Protocol,
    /// A certified mail (PEC).
    Pec,
    /// The deposit in a preservation system.
    Preservation,
}

/// One signature, or one time stamp on the document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Signature {
    /// What it is.
    pub kind: SignatureKind,
    /// The answer.
    pub answer: Answer,
    /// The standard's words (EN 319 102-1), for whoever reads reports: `TOTAL-PASSED`, `INDETERMINATE` …
    pub indication: String,
    /// And its sub-indication: `TRY_LATER` …
    pub sub_indication: Option<String>,
    /// Why, the weightiest first; empty where it holds and nothing is to be told.
    pub reasons: Vec<Reason>,
    /// Who signed, as the certificate says.
    pub signer: Option<Signer>,
    /// What it is worth.
    pub quality: Quality,
    /// The provider that the trusted list names.
    pub provider: Option<String>,
    /// When the signer claims to have signed: nobody vouches for it.
    pub claimed: Option<UnixMs>,
    /// The time that the answer is about.
    pub at: Instant,
    /// Its time stamps.
    pub stamps: Vec<Stamp>,
    /// What was done to the document afterwards.
    pub changes: Vec<Change>,
    /// The revision of the PDF that it covers, counted from 1, where it is one; `None` outside of PDFs.
    pub revision: Option<u32>,
    /// In which layer of nested `.p7m` it is, the outermost 0.
    pub layer: u32,
    /// Where its stamp is seen.
    pub seen: Option<Spot>,
    /// `/Reason` of a PDF's signature, as claimed.
    pub purpose: Option<String>,
    /// The hash function, as people write it: `SHA-256`.
    pub hash: Option<String>,
    /// Who signed this signature ("controfirme").
    pub counter: Vec<Signature>,
}

/// What a signature is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignatureKind {
    /// Somebody's.
    Signature,
    /// A time stamp on the document itself.
    Timestamp,
}

/// Who signed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signer {
    /// The name.
    pub name: String,
    /// Codice fiscale.
    pub tax_code: Option<String>,
    /// Organisation.
    pub organization: Option<String>,
    /// The role that the certificate states.
    pub title: Option<String>,
    /// Who issued the certificate.
    pub issuer: String,
    /// Its serial number, in hexadecimal.
    pub serial: String,
    /// Valid from.
    pub from: Option<UnixMs>,
    /// Valid until.
    pub until: Option<UnixMs>,
    /// Limits of use: they must be shown (CAD, art. 28 (3)).
    pub limits: Vec<String>,
    /// The values up to which the certificate may be used for a transaction (QcLimitValue, EN 319 412-5, 4.3.2): to be
    /// shown with them.
    pub values: Vec<Money>,
}

/// An amount of money.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Money {
    /// How much, as a decimal number with a point: `25000`, `150.99`.
    pub amount: String,
    /// Of what: the code of ISO 4217, `EUR`.
    pub currency: String,
}

/// What a signature is worth.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quality {
    /// "Firma elettronica qualificata", in Italy "firma digitale".
    Qualified,
    /// Qualified electronic seal.
    QualifiedSeal,
    /// Advanced, on a qualified certificate without a qualified device.
    AdvancedQualifiedCertificate,
    /// "Firma elettronica avanzata": the identity card's.
    Advanced,
    /// Not known.
    #[default]
    Unknown,
}

/// A time stamp on a signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// Whether it proves its time.
    pub answer: Answer,
    /// The time.
    pub time: Option<UnixMs>,
    /// Who made it.
    pub provider: Option<String>,
    /// A qualified one ("marca temporale").
    pub qualified: bool,
    /// One over the signature with its certificates and revocations ("marca di archiviazione").
    pub archive: bool,
}

/// Something done to a PDF after a signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// What.
    pub what: What,
    /// The signature lets it be.
    pub allowed: bool,
    /// On which page, counted from 1.
    pub page: Option<u32>,
}

/// What can be done to a PDF after a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// A further signature.
    Signature,
    /// A time stamp on the document.
    Timestamp,
    /// Certificates and revocation facts.
    ValidationData,
    /// The file's own description.
    Metadata,
    /// A form was filled in.
    FormFilling,
    /// A note was added, changed or removed.
    Annotation,
    /// An empty field was added.
    EmptyField,
    /// A picture was laid over the page.
    Overlay,
    /// What a page shows.
    PageContent,
    /// Pages were added, removed or moved.
    Pages,
    /// An earlier signature's own data or picture.
    SignatureData,
    /// Something else of the document.
    Document,
    /// The form of the file: encrypted, rewritten, or with hidden bytes.
    Structure,
}

/// A place on a page, in points from its upper left corner as a person sees it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Spot {
    /// The page, counted from 1.
    pub page: u32,
    /// From the left.
    pub left: f32,
    /// From the top.
    pub top: f32,
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
}

/// Why a signature does not simply hold. The UI has a sentence and a remedy for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    // what was signed
    /// The document was changed after it was signed: a change that nothing allows.
    ChangedAfter,
    /// The content is not what was signed.
    ContentChanged,
    /// The signature's value does not match.
    BadSignature,
    /// The file's form is wrong, so that programs read it differently.
    BadForm,
    /// A PDF with a password: nothing can be said of signatures in it.
    Encrypted,
    /// A PDF that is too deep, too long or too many of something to be read to the end.
    TooComplex,
    /// The content is not in the file, and was not given.
    NoContent,
    // the certificate
    /// The signer's certificate is not in the file, or not the one that was signed with.
    NoCertificate,
    /// Nothing binds the certificate to the signature.
    NotBound,
    /// The certificate is not for signing documents.
    WrongUse,
    /// Not a certificate "for signatures" by AgID's profile: told, without weight.
    NotForSignatures,
    /// Expired at that time.
    Expired,
    /// Not valid yet at that time.
    NotYetValid,
    /// Revoked.
    Revoked,
    /// Revoked, but only after the time that counts: told, without weight.
    RevokedLater,
    /// An authority above it was revoked.
    AuthorityRevoked,
    /// Nothing current is known of its revocation.
    RevocationUnknown,
    /// The way from the certificate to the authority does not hold.
    BadPath,
    // whom one believes
    /// Nobody who is believed issued the certificate.
    NotTrusted,
    /// The lists have not come yet.
    NoLists,
    /// The lists are too old.
    StaleLists,
    /// The authority had been taken off the list.
    ServiceWithdrawn,
    // strength
    /// A hash or key that is too weak today.
    Weak,
    /// A way of signing that is not known here.
    UnknownAlgorithm,
    // time
    /// The claimed time is in the future.
    TimeAhead,
    /// No time is claimed: told, without weight.
    NoTime,
    /// The time stamp does not hold.
    BadStamp,
    /// Something follows the signature in the file: told, without weight.
    TrailingBytes,
    // what others say of it
    /// A countersignature on it fails: told, without weight.
    CounterFails,
    /// Whether a countersignature on it holds is not known: told, without weight.
    CounterOpen,
    /// The trusted list contradicts itself about the certificate, or says what nobody here understands: what the signature
    /// is worth is not known.
    QualityUnclear,
    /// Who says that the certificate was not revoked may be revoked itself: told, without weight.
    ResponderUnchecked,
}

/// What keeps a signature from holding however often it is looked at again, the weightiest first: nothing that is still on
/// its way lifts it, at most a proof of an earlier time (DPCM 22 February 2013, art. 62). EN 319 102-1 calls it
/// INDETERMINATE, as it does what is only lacking; to a person they are not the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Obstacle {
    /// Nothing can be read of it without the password.
    Encrypted,
    /// It cannot be read to the end.
    TooComplex,
    /// REVOKED_NO_POE. By law as if nobody had signed (CAD, art. 24 (4-bis)).
    Revoked,
    /// OUT_OF_BOUNDS_NO_POE, after it ended. No milder: the same paragraph says the same of it.
    Expired,
    /// REVOKED_CA_NO_POE.
    AuthorityRevoked,
    /// CRYPTO_CONSTRAINTS_FAILURE, with and without NO_POE.
    Weak,
    /// OUT_OF_BOUNDS_NO_POE, before it began.
    NotYetValid,
    /// NO_CERTIFICATE_CHAIN_FOUND.
    NotTrusted,
    /// CHAIN_CONSTRAINTS_FAILURE: the authority had been taken off the list.
    Withdrawn,
}

impl Obstacle {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Encrypted,
        Self::TooComplex,
        Self::Revoked,
        Self::Expired,
        Self::AuthorityRevoked,
        Self::Weak,
        Self::NotYetValid,
        Self::NotTrusted,
        Self::Withdrawn,
    ];

    fn of(it: Reason) -> Option<Self> {
        Some(match it {
            Reason::Encrypted => Self::Encrypted,
            Reason::TooComplex => Self::TooComplex,
            Reason::Revoked => Self::Revoked,
            Reason::AuthorityRevoked => Self::AuthorityRevoked,
            Reason::Weak => Self::Weak,
            Reason::NotYetValid => Self::NotYetValid,
            Reason::Expired => Self::Expired,
            Reason::NotTrusted => Self::NotTrusted,
            Reason::ServiceWithdrawn => Self::Withdrawn,
            _ => return None,
        })
    }
}

impl Signature {
    /// The weightiest obstacle of an open one; none where something is lacking that may come.
    #[must_use]
    pub fn obstacle(&self) -> Option<Obstacle> {
        let reasons = self.reasons.iter().filter(|_| self.answer == Answer::Open);
        reasons.filter_map(|it| Obstacle::of(*it)).min()
    }

    /// Something was done to the document after it that it does not let be.
    #[must_use]
    pub fn is_tampered(&self) -> bool {
        let forbidden = self.changes.iter().any(|change| !change.allowed);
        forbidden || self.reasons.contains(&Reason::ChangedAfter)
    }
}

impl Judgement {
    /// The weightiest obstacle of its signatures, where the document is open.
    #[must_use]
    pub fn obstacle(&self) -> Option<Obstacle> {
        let all = self.signatures.iter();
        all.filter(|_| self.answer == Answer::Open)
            .filter_map(Signature::obstacle)
            .min()
    }

    /// Something was done to the document that a signature does not let be: said before everything else.
    #[must_use]
    pub fn is_tampered(&self) -> bool {
        self.signatures.iter().any(Signature::is_tampered)
    }
}

/// Whose key signs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Its name for [`FirmaSign`].
    pub id: String,
    /// The holder, with the certificate's issuer, end and limits.
    pub holder: Signer,
    /// The token, as a person knows it.
    pub device: String,
    /// How the PIN stands.
    pub pin: PinState,
    /// The certificate can sign now: begun, not over.
    pub usable: bool,
}

/// How a PIN stands, before it is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PinState {
    /// Nothing against it.
    Ok,
    /// Typed on the reader.
    OnReader,
    /// Somebody got it wrong before.
    FewTriesLeft,
    /// The next wrong one locks it.
    LastTry,
    /// Locked.
    Locked,
    /// The token has none yet.
    NotSet,
    /// To be changed before the first signature.
    ToBeChanged,
}

/// What is known of the token.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// Drivers that are installed, in the order they are tried.
    pub drivers: Vec<Driver>,
    /// What was found, the best news first.
    pub findings: Vec<DeviceFinding>,
    /// Keys that can sign.
    pub identities: Vec<Identity>,
}

/// A driver that is installed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Driver {
    /// Whose.
    pub name: String,
    /// Where.
    pub path: String,
    /// A person named it.
    pub by_hand: bool,
}

/// One thing that was found about a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceFinding {
    /// What.
    pub what: DeviceState,
    /// The token, the reader or the driver it is about; empty where it is about none.
    pub name: String,
    /// The other token, for [`DeviceState::WrongSlot`]; what the driver says, where it says something.
    pub detail: String,
    /// Until or since when, where it is about a certificate's time.
    pub time: Option<UnixMs>,
}

/// What can be found about a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)] // one for one those of `token::diagnosis::Finding` and of its PIN
pub enum DeviceState {
    Ready,
    NoDriver,
    DriverBroken,
    NoReaderService,
    NoReader,
    NoCard,
    UnknownCard,
    CardTrouble,
    WrongSlot,
    NoSigningCertificate,
    UnsupportedKey,
    Expired,
    NotYetValid,
    PinFewTries,
    PinLastTry,
    PinLocked,
    PinNotSet,
    PinToBeChanged,
}

/// How documents get signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Within the PDF (PAdES).
    Pdf,
    /// Around the document (CAdES `.p7m`); one that is a `.p7m` already gets a parallel signature.
    P7m,
}

/// What is to be confirmed: made from what the person was shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// The documents, each with the hash that was shown (lower-case hexadecimal SHA-256), in the order shown.
    pub papers: Vec<(PaperId, String)>,
    /// Whose key.
    pub identity: String,
    /// How.
    pub format: Format,
    /// Where the visible stamp goes; none for a signature nobody sees. Only for PDFs; on documents that have fewer
    /// pages it goes on the last one.
    pub stamp: Option<Spot>,
    /// `/Reason`, for PDFs.
    pub purpose: Option<String>,
}

/// A document that an earlier run left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftPaper {
    /// The file's name.
    pub name: String,
    /// Whether it is at hand.
    pub found: Found,
}

/// Where a document that was left is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Found {
    /// Open.
    Open,
    /// In its place on the disk.
    Disk,
    /// To be opened by the person: its place is not known, or it is not there any more.
    Nowhere,
}

/// What a run was to be, for a person to confirm anew.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Proposal {
    /// The documents that are open now.
    pub papers: Vec<PaperId>,
    /// Whose key.
    pub identity: String,
    /// How.
    pub format: Format,
    /// Where the visible stamp goes.
    pub stamp: Option<Spot>,
    /// `/Reason`.
    pub purpose: Option<String>,
}

/// What goes on with signing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signing {
    /// A run is under way.
    pub running: bool,
    /// Each document, in the order confirmed.
    pub items: Vec<(PaperId, Done)>,
    /// Why the run ended before the list did: the rest waits and can be taken up again.
    pub stopped: Option<Stop>,
    /// The folder that the signed files went to.
    pub folder: String,
}

/// What became of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state", content = "with")]
pub enum Done {
    /// Nothing yet.
    Waiting,
    /// Signed, verified, written: the new file's name, and the paper it is open as.
    Signed {
        /// The name.
        name: String,
        /// The signed document, open.
        paper: PaperId,
    },
    /// Not signed.
    Not(NotSigned),
}

/// Why one document was not signed; the others are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotSigned {
    /// It is not the one that was shown.
    Changed,
    /// It cannot be signed within the PDF.
    Pdf(NoPdf),
    /// The stamp has no place on it.
    NoPlace,
    /// The disk is full.
    DiskFull,
    /// The folder cannot be written to.
    NotWritable,
    /// Our own verification rejects the result: it was thrown away.
    Rejected,
    /// Anything else, in the log.
    Failed,
}

/// Why a run ended before its list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stop {
    /// The PIN was wrong, and how it stands.
    WrongPin(PinState),
    /// The PIN is locked.
    PinLocked,
    /// The PIN has to be set or changed first.
    PinNotReady,
    /// A person called it off, in the PIN's window or here.
    Cancelled,
    /// The token was pulled out.
    Removed,
    /// No token, or another one than was confirmed.
    NoToken,
    /// The driver crashed or hung and was stopped.
    DriverStopped,
    /// The driver cannot be loaded.
    Driver,
    /// The device says something else; the words are in the log.
    Device,
}

command! {
    /// The documents that are open, in the order they were opened.
    FirmaPapers = "firma_papers" -> Vec<Paper> {}
}
command! {
    /// Opens a document. Its bytes cross raw, its name percent-encoded in the header `name`. More than 300 MB in all
    /// are refused.
    FirmaOpen = "firma_open" -> Paper {}
}
command! {
    /// Forgets documents; none: all.
    FirmaClose = "firma_close" -> () {
        /// Which.
        papers: Vec<PaperId>,
    }
}
command! {
    /// Judges a document.
    FirmaJudge = "firma_judge" -> Judgement {
        /// Which.
        paper: PaperId,
        /// About which time; none: now.
        at: Option<Instant>,
        /// What a `.p7s` or `.tsr` is about.
        beside: Option<PaperId>,
    }
}
command! {
    /// Writes what a `.p7m` or `.tsd` holds into the folder of documents, and opens it here too.
    FirmaExtract = "firma_extract" -> Saved {
        /// Which.
        paper: PaperId,
    }
}
command! {
    /// Writes the report of the verification as a PDF.
    FirmaReport = "firma_report" -> Saved {
        /// Which.
        paper: PaperId,
        /// About which time; none: now.
        at: Option<Instant>,
        /// What a `.p7s` or `.tsr` is about.
        beside: Option<PaperId>,
    }
}
command! {
    /// Examines drivers, readers and cards, without any PIN.
    FirmaDevice = "firma_device" -> Device {}
}
command! {
    /// Names a driver by hand; none takes it back.
    FirmaDriver = "firma_driver" -> Device {
        /// The module's file.
        path: Option<String>,
    }
}
command! {
    /// Has the token sign a hash that belongs to no document: milliseconds it took. The PIN is asked for in a window of the
    /// system.
    FirmaTest = "firma_test" -> Result<u32, Stop> {
        /// Whose key.
        identity: String,
    }
}
command! {
    /// Signs what was confirmed. The PIN is asked for in a window of the system, once. Answers at once;
    /// [`Event::Firma`](crate::Event::Firma) tells of each document.
    FirmaSign = "firma_sign" -> () {
        /// What was confirmed.
        request: Request,
    }
}
command! {
    /// The documents that the last run left when the program ended, in their order; empty where there are none, or while a
    /// run is here that [`FirmaResume`] takes up.
    FirmaLeft = "firma_left" -> Vec<LeftPaper> {}
}
command! {
    /// Opens those that are found. Nothing is signed: the person looks at them and confirms anew.
    FirmaLeftOpen = "firma_left_open" -> Option<Proposal> {}
}
command! {
    /// Forgets them: a person does not want them signed any more.
    FirmaLeftForget = "firma_left_forget" -> () {}
}
command! {
    /// Takes up a run that stopped: what is signed stays so.
    FirmaResume = "firma_resume" -> () {}
}
command! {
    /// Calls off the run that is under way.
    FirmaCancel = "firma_cancel" -> () {}
}
command! {
    /// What goes on with signing.
    FirmaState = "firma_state" -> Signing {}
}
command! {
    /// Shows a folder of signed documents, extracts or reports in the system's file manager.
    FirmaShow = "firma_show" -> () {
        /// The folder, as an answer named it.
        folder: String,
    }
}

/// A file that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Saved {
    /// Its name.
    pub name: String,
    /// The folder it is in.
    pub folder: String,
    /// The document, open; none for reports.
    pub paper: Option<PaperId>,
}

/// A signed file that waits for its time stamp, and for what else makes it last; or one that left without.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lasting {
    /// The file with its folder: names it for [`FirmaForget`].
    pub path: String,
    /// Its name.
    pub name: String,
    /// Its folder.
    pub folder: String,
    /// How far it came; none: it is as it was signed.
    pub level: Option<Level>,
    /// Since when it waits.
    pub added: UnixMs,
    /// Why it waits, where it was tried.
    pub waits: Option<Waits>,
    /// Why it is not tried any more.
    pub ended: Option<Ended>,
}

command! {
    /// The signed files that wait for what makes them last, and those that left without it, the newest first.
    FirmaLasting = "firma_lasting" -> Vec<Lasting> {}
}
command! {
    /// How far files that are signed here are brought.
    FirmaGoalLoad = "firma_goal_load" -> Level {}
}
command! {
    /// Chooses that, for what is signed from now on.
    FirmaGoalSet = "firma_goal_set" -> Level {
        /// How far.
        goal: Level,
    }
}
command! {
    /// Takes a file off that list; the file itself stays as it is.
    FirmaForget = "firma_forget" -> () {
        /// Which.
        path: String,
    }
}
