//! The comune and where its site lives.

use crate::html;
use domain::ComuneId;
use serde::{Deserialize, Serialize};

/// What every page says about the comune. An empty text is not known and is left out of the page.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Comune {
    /// ISTAT code.
    pub id: ComuneId,
    /// Name without "Comune di": `Roccaverano`.
    pub name: String,
    /// Name of the province: `Asti`.
    pub province: String,
    /// Name of the region: `Piemonte`.
    pub region: String,
    /// Path under which the site is served: `/` or `/siti/roccaverano/`.
    pub base: String,
    /// Scheme and host for addresses that must be absolute: `https://comune.roccaverano.at.it`.
    /// Empty: no canonical address and no sitemap are written.
    pub origin: String,
    /// Street and number, postcode, place.
    pub address: String,
    /// Telephone.
    pub phone: String,
    /// E-mail.
    pub email: String,
    /// Certified e-mail (PEC).
    pub pec: String,
    /// Tax code (codice fiscale) of the body.
    pub tax_code: String,
    /// VAT number (partita IVA).
    pub vat: String,
    /// Address of the privacy notice.
    pub privacy: String,
    /// Address of the accessibility statement on the form of AgID (L. 4/2004).
    pub accessibility: String,
}

impl Comune {
    /// The same without what no page may show: control characters, links that would run something.
    pub(crate) fn cleaned(&self) -> Self {
        let link = |text: &str| html::safe_link(text).unwrap_or_default();
        let mut clean = self.clone();
        for text in [
            &mut clean.name,
            &mut clean.province,
            &mut clean.region,
            &mut clean.address,
            &mut clean.phone,
            &mut clean.email,
            &mut clean.pec,
            &mut clean.tax_code,
            &mut clean.vat,
            &mut clean.origin,
        ] {
            *text = html::clean(text);
        }
        clean.privacy = link(&clean.privacy);
        clean.accessibility = link(&clean.accessibility);
        clean
    }

    /// The base path with a slash at both ends.
    pub fn base(&self) -> String {
        match self.base.trim_matches('/') {
            "" => "/".into(),
            inner => format!("/{inner}/"),
        }
    }

    /// The path of something within the site: `novita/` gives `/siti/roccaverano/novita/`.
    pub fn url(&self, path: &str) -> String {
        self.base() + path
    }

    /// The absolute address, or the path where the origin is not known.
    pub fn absolute(&self, path: &str) -> String {
        format!("{}{}", self.origin.trim_end_matches('/'), self.url(path))
    }
}
