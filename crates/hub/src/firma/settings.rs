//! `firma.json` in the hub's folder: which lists, which time stamp services, how many stamps.

use super::net::Reach;
use domain::ComuneId;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;
use trust::Roots;

/// Where the European Commission publishes the list of lists.
const LIST_OF_LISTS: &str = "https://ec.europa.eu/tools/lotl/eu-lotl.xml";

/// What is set about signatures. Nothing is needed: without it the hub serves the lists that were imported, and has no
/// time stamp service.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct FirmaSettings {
    /// The trusted lists.
    pub lists: ListSettings,
    /// Time stamp services (RFC 3161), in the order in which they are tried.
    pub tsa: Vec<TsaSettings>,
    /// Stamps that a comune may have in a calendar month: they cost money.
    pub stamps_per_month: u32,
    /// The same for single comuni, by their ISTAT code.
    pub stamps: BTreeMap<ComuneId, u32>,
    /// Which addresses of certificates are gone to.
    #[serde(skip)]
    pub reach: Reach,
}

/// What is set about the trusted lists.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct ListSettings {
    /// Download them once a day.
    pub fetch: bool,
    /// Where the list of lists is.
    pub list_of_lists: String,
    /// The countries whose lists are kept, as the lists name them.
    pub territories: Vec<String>,
    /// Who may sign the list of lists, as SHA-256 of certificates in hexadecimal; empty for those of the Official
    /// Journal as this program knows them. Devices have their own.
    pub roots: Vec<String>,
}

/// A time stamp service.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct TsaSettings {
    /// Its address.
    pub url: String,
    /// A file with `user:password`, where the service wants it (HTTP basic authentication).
    #[serde(default)]
    pub login: Option<PathBuf>,
    /// How long it may take, in seconds.
    #[serde(default = "patience")]
    pub seconds: u64,
}

fn patience() -> u64 {
    15
}

impl Default for FirmaSettings {
    fn default() -> Self {
        Self {
            lists: ListSettings::default(),
            tsa: Vec::new(),
            stamps_per_month: 200,
            stamps: BTreeMap::new(),
            reach: Reach::default(),
        }
    }
}

impl Default for ListSettings {
    fn default() -> Self {
        Self {
            fetch: false,
            list_of_lists: LIST_OF_LISTS.into(),
            territories: vec!["IT".into()],
            roots: Vec::new(),
        }
    }
}

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file cannot be read.
    #[error("{0}: {1}")]
    Read(PathBuf, std::io::Error),
    /// It is not what is described in the manual.
    #[error("{0}: {1}")]
    Json(PathBuf, serde_json::Error),
    /// A root is no SHA-256 in hexadecimal.
    #[error("{0}: lists.roots has something that is no SHA-256")]
    Roots(PathBuf),
}

impl FirmaSettings {
    /// Reads the file; the usual settings where there is none.
    ///
    /// # Errors
    /// [`SettingsError`].
    pub fn read(path: &Path) -> Result<Self, SettingsError> {
        let named = || path.to_owned();
        let json = match std::fs::read(path) {
            Ok(json) => json,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Self::default());
            }
            Err(error) => return Err(SettingsError::Read(named(), error)),
        };
        let settings: Self =
            serde_json::from_slice(&json).map_err(|error| SettingsError::Json(named(), error))?;
        match settings.lists.roots() {
            Some(_) => Ok(settings),
            None => Err(SettingsError::Roots(named())),
        }
    }

    pub(super) fn limit(&self, comune: &ComuneId) -> u32 {
        let own = self.stamps.get(comune).copied();
        own.unwrap_or(self.stamps_per_month)
    }
}

impl ListSettings {
    pub(super) fn roots(&self) -> Option<Roots> {
        match self.roots.is_empty() {
            true => Some(Roots::official_journal()),
            false => Roots::fingerprints(self.roots.iter().map(String::as_str)),
        }
    }
}

impl TsaSettings {
    pub(super) fn patience(&self) -> Duration {
        Duration::from_secs(self.seconds.clamp(1, 120))
    }

    /// `user:password`, read at every use so that a new password needs no restart.
    pub(super) fn read_login(&self) -> std::io::Result<Option<(String, String)>> {
        let Some(path) = &self.login else {
            return Ok(None);
        };
        let text = std::fs::read_to_string(path)?;
        let (user, password) =
            text.trim_end_matches(['\r', '\n'])
                .split_once(':')
                .ok_or(std::io::Error::new(
                    std::io::ErrorKind::InvalidData,
                    "no user:password",
                ))?;
        Ok(Some((user.to_owned(), password.to_owned())))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn the_example_of_the_manual_is_read() {
        let manual = include_str!("../../../../docs/hub.md");
        let example = manual.split("```json").nth(1).unwrap();
        let example = example.split("```").next().unwrap();
        let settings: FirmaSettings = serde_json::from_str(example).unwrap();
        assert!(settings.lists.fetch);
        assert_eq!(settings.tsa.len(), 2);
        assert_eq!(settings.limit(&ComuneId::new("005005")), 2000);
        assert_eq!(settings.limit(&ComuneId::new("005094")), 200);
    }

    #[test]
    fn a_word_that_is_not_known_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("firma.json");
        assert!(FirmaSettings::read(&path).is_ok());
        std::fs::write(&path, r#"{"tsas": []}"#).unwrap();
        assert!(matches!(
            FirmaSettings::read(&path),
            Err(SettingsError::Json(..))
        ));
        std::fs::write(&path, r#"{"lists": {"roots": ["abc"]}}"#).unwrap();
        assert!(matches!(
            FirmaSettings::read(&path),
            Err(SettingsError::Roots(_))
        ));
    }
}
