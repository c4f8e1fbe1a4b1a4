//! Who may do what: roles, scopes, actors.

use crate::{ComuneId, DeviceId};
use serde::{Deserialize, Serialize};

/// What a person is for a comune. The hub enforces roles on every operation and every pull;
/// the app only hides what a role cannot use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Clerk: writes; publishes where the comune has a one-step flow.
    Impiegato,
    /// Head of a service: writes, signs, publishes.
    Responsabile,
    /// Librarian.
    Bibliotecario,
    /// Looks after many comuni: sees states and diagnostics, never contents.
    Facilitatore,
    /// Student of "Un Comune @mico": drafts only, no personal data.
    Volontario,
    /// Operator of the Centro servizi: accounts, devices, backups; no contents.
    Operatore,
}

impl Role {
    /// All roles, for tables of tests and for lists on screen.
    pub const ALL: [Self; 6] = [
        Self::Impiegato,
        Self::Responsabile,
        Self::Bibliotecario,
        Self::Facilitatore,
        Self::Volontario,
        Self::Operatore,
    ];

    /// May change drafts of the site.
    pub fn writes_site(self) -> bool {
        matches!(
            self,
            Self::Impiegato | Self::Responsabile | Self::Volontario
        )
    }

    /// May ask that a page goes public or leaves the public site.
    pub fn publishes_site(self) -> bool {
        matches!(self, Self::Impiegato | Self::Responsabile)
    }

    /// The collections that a person with this role receives.
    pub fn collections(self) -> &'static [Collection] {
        match self {
            Self::Impiegato | Self::Responsabile | Self::Volontario => &[Collection::Sito],
            Self::Bibliotecario | Self::Facilitatore | Self::Operatore => &[],
        }
    }
}

/// A group of entities that is synchronised, granted and purged as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Collection {
    /// The pages of the comune's site.
    Sito,
}

impl Collection {
    /// The name on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sito => "sito",
        }
    }
}

/// A collection of one comune: the unit of selective synchronisation. On the wire `005094/sito`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scope {
    /// The comune whose log this belongs to.
    pub comune: ComuneId,
    /// The collection in it.
    pub collection: Collection,
}

impl Scope {
    /// The scope of a comune's site.
    pub fn sito(comune: &ComuneId) -> Self {
        Self {
            comune: comune.clone(),
            collection: Collection::Sito,
        }
    }
}

impl std::fmt::Display for Scope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.comune, self.collection.as_str())
    }
}

impl std::str::FromStr for Scope {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('/') {
            Some((comune, "sito")) => Ok(Self::sito(&ComuneId::new(comune))),
            _ => Err(format!("unknown scope {text:?}")),
        }
    }
}

impl Serialize for Scope {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Scope {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

/// Who acts: the device, the person it was enrolled for, and that person's role in the comune.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// The enrolled device.
    pub device: DeviceId,
    /// The person's name as colleagues know it.
    pub person: String,
    /// The person's role in the comune of the operation.
    pub role: Role,
}
