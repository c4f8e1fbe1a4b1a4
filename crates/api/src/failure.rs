//! What the UI is told when a command fails.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A failure at the border: a closed code, the arguments of its message, whether trying again can
/// help, and the number under which the log has the details.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// Which message.
    pub code: Code,
    /// Its arguments (`size`, `limit`, `name` …).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub args: BTreeMap<String, String>,
    /// Trying again without changing anything can help.
    #[serde(default)]
    pub retry: bool,
    /// Also in the log (`4F7K2A`); empty for what the person can mend alone.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub incident: String,
}

impl Failure {
    /// A failure that the person can mend.
    pub fn new(code: Code) -> Self {
        Self {
            code,
            args: BTreeMap::new(),
            retry: false,
            incident: String::new(),
        }
    }

    /// With an argument of the message.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.args.insert(name.to_owned(), value.to_string());
        self
    }

    /// Trying again can help.
    #[must_use]
    pub fn retry(mut self) -> Self {
        self.retry = true;
        self
    }
}

/// The messages. A variant exists only if the UI says something of its own for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// The workspace is not open yet.
    Locked,
    /// The passphrase is wrong.
    WrongPassphrase,
    /// The passphrase is too short. Args: `min`.
    WeakPassphrase,
    /// The workspace was written by a newer version of the app. Args: `found`, `known`.
    NewerDatabase,
    /// The workspace file is damaged.
    Damaged,
    /// The workspace is here, but the system's keyring does not answer or is locked.
    KeyringLocked,
    /// The workspace is here, but its key is in no keyring.
    KeyLost,
    /// The disk is full: nothing was written.
    DiskFull,
    /// There is no such page.
    UnknownPage,
    /// The role does not allow it.
    Role,
    /// The page lacks something before it can be published.
    Incomplete,
    /// The page was deleted.
    Deleted,
    /// The text is too long. Args: `limit` (characters).
    TextTooLong,
    /// What was pasted is too large. Args: `limit` (MB).
    PasteTooLarge,
    /// The file is too large. Args: `name`, `limit` (MB).
    FileTooLarge,
    /// The file is no image that can be shown. Args: `name`.
    BadImage,
    /// The document cannot be read. Args: `name`.
    BadDocument,
    /// The document unpacks to far more than it should (a "zip bomb"). Args: `name`.
    HostileDocument,
    /// The hub cannot be reached.
    NoLine,
    /// The address is not that of a Centro servizi.
    NotAHub,
    /// What answers does not prove to be the Centro servizi.
    HubNotTrusted,
    /// The one-time code is unknown, used or too old.
    WrongCode,
    /// Too many tries. Args: `seconds`.
    TooMany,
    /// This device was revoked.
    Revoked,
    /// The hub failed.
    HubFailed,
    /// The disagreement is already settled.
    AlreadyResolved,
    /// The hub's keys are not known: nothing can be sealed for it.
    StickNoKeys,
    /// The stick is full.
    StickFull,
    /// The stick was pulled out, or cannot be read or written.
    StickGone,
    /// The file is damaged, torn or forged.
    StickDamaged,
    /// The file is for another hub.
    StickOtherHub,
    /// The answer is for another computer.
    StickOtherComputer,
    /// The file was made by a newer version of the program, or this one is too old for the hub.
    StickNewer,
    /// The hub does not take the file.
    StickRefused,
    /// The document is not open (any more).
    PaperGone,
    /// Too much is open at once. Args: `limit` (MB).
    PapersTooLarge,
    /// The document cannot be read: no signature and no PDF as readers agree on it. Args: `name`.
    PaperUnreadable,
    /// The document is a PDF with a password: whether somebody signed it cannot be said. Args: `name`.
    PaperEncrypted,
    /// The document is too deep, too long or too many of something to be read to the end. Args: `name`.
    PaperTooComplex,
    /// A run of signatures is under way.
    SigningUnderWay,
    /// The list that was confirmed is not the one at hand.
    NotConfirmed,
    /// The folder of documents cannot be written to. Args: `folder`.
    FolderNotWritable,
    /// Anything else: look under the incident number.
    Unexpected,
}
