//! Where the person is: one enum, written in the part of the address after `#`, so that back, forward
//! and links work from any origin without a server.

use crate::dom;
use api::firma::PaperId;
use api::sito::Status;
use domain::PageId;
use domain::sito::PageKind;
use gloo_events::EventListener;
use yew::prelude::*;

/// A screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// The home.
    Oggi,
    /// The list of pages.
    Sito(Filter),
    /// A page, to work on.
    Page(PageId),
    /// The versions of a page.
    Versions(PageId),
    /// Disagreements.
    Risolvere,
    /// The line: limits and log.
    Linea,
    /// "Firma e verifica": the documents that are open.
    Firma,
    /// One of them.
    Paper(PaperId),
    /// What is about to be signed.
    Sign(Vec<PaperId>),
    /// What goes on with signing, and its outcome.
    Run,
    /// "Il mio dispositivo di firma".
    Device,
}

/// What the list of pages shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only this kind.
    pub kind: Option<PageKind>,
    /// Only this status.
    pub status: Option<Status>,
    /// Only pages with these words.
    pub query: String,
}

const KINDS: [(PageKind, &str); 3] = [
    (PageKind::Notizia, "notizie"),
    (PageKind::Ufficio, "uffici"),
    (PageKind::Pagina, "pagine"),
];
const STATUSES: [(Status, &str); 4] = [
    (Status::Draft, "bozze"),
    (Status::Requested, "in-attesa"),
    (Status::Published, "pubblicate"),
    (Status::Changed, "modificate"),
];

impl Route {
    /// The part of the address after `#`.
    pub fn hash(&self) -> String {
        match self {
            Self::Oggi => "#/".into(),
            Self::Sito(filter) => format!("#/sito{}", filter.query_string()),
            Self::Page(page) => format!("#/sito/{page}"),
            Self::Versions(page) => format!("#/sito/{page}/versioni"),
            Self::Risolvere => "#/da-risolvere".into(),
            Self::Linea => "#/linea".into(),
            Self::Firma => "#/firma".into(),
            Self::Paper(paper) => format!("#/firma/{}", encode(&paper.0)),
            Self::Sign(papers) => format!("#/firma/firmare/{}", together(papers)),
            Self::Run => "#/firma/esito".into(),
            Self::Device => "#/firma/dispositivo".into(),
        }
    }

    /// The screen at an address; the home for anything unknown.
    pub fn parse(hash: &str) -> Self {
        let path = hash.trim_start_matches('#').trim_start_matches('/');
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        match path.split('/').collect::<Vec<_>>().as_slice() {
            ["sito"] => Self::Sito(Filter::parse(query)),
            ["sito", page] => Self::Page(PageId::new(*page)),
            ["sito", page, "versioni"] => Self::Versions(PageId::new(*page)),
            ["da-risolvere"] => Self::Risolvere,
            ["linea"] => Self::Linea,
            ["firma"] => Self::Firma,
            ["firma", "esito"] => Self::Run,
            ["firma", "dispositivo"] => Self::Device,
            ["firma", "firmare", papers] => Self::Sign(apart(papers)),
            ["firma", paper] => Self::Paper(PaperId(decode(paper))),
            _ => Self::Oggi,
        }
    }

    /// Goes there.
    pub fn go(&self) {
        let _ = dom::window().location().set_hash(&self.hash());
    }

    /// Goes there without leaving a step for "back".
    pub fn replace(&self) {
        let _ = dom::window().location().replace(&self.hash());
    }
}

impl Filter {
    fn query_string(&self) -> String {
        let mut parts = Vec::new();
        if let Some((_, name)) = KINDS.iter().find(|(kind, _)| Some(*kind) == self.kind) {
            parts.push(format!("tipo={name}"));
        }
        if let Some((_, name)) = STATUSES.iter().find(|(it, _)| Some(*it) == self.status) {
            parts.push(format!("stato={name}"));
        }
        if !self.query.is_empty() {
            parts.push(format!("cerca={}", encode(&self.query)));
        }
        match parts.is_empty() {
            true => String::new(),
            false => format!("?{}", parts.join("&")),
        }
    }

    fn parse(query: &str) -> Self {
        let mut filter = Self::default();
        for (name, value) in query.split('&').filter_map(|part| part.split_once('=')) {
            match name {
                "tipo" => filter.kind = of(&KINDS, value),
                "stato" => filter.status = of(&STATUSES, value),
                "cerca" => filter.query = decode(value),
                _ => {}
            }
        }
        filter
    }
}

/// Documents in an address.
fn together(papers: &[PaperId]) -> String {
    let papers: Vec<String> = papers.iter().map(|it| encode(&it.0)).collect();
    papers.join(",")
}

fn apart(papers: &str) -> Vec<PaperId> {
    let papers = papers.split(',').filter(|it| !it.is_empty());
    papers.map(|it| PaperId(decode(it))).collect()
}

fn of<T: Copy>(table: &[(T, &str)], name: &str) -> Option<T> {
    table.iter().find(|(_, it)| *it == name).map(|(it, _)| *it)
}

/// Percent-encodes what has a meaning of its own in an address.
fn encode(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(byte));
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

fn decode(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let hex = match (first, tail) {
            (b'%', [a, b, ..]) => char::from(*a).to_digit(16).zip(char::from(*b).to_digit(16)),
            _ => None,
        };
        let byte = hex.and_then(|(a, b)| u8::try_from(a * 16 + b).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = tail
            .get(if byte.is_some() { 2 } else { 0 }..)
            .unwrap_or_default();
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The screen where the person is.
#[hook]
pub fn use_route() -> Route {
    let route = use_state_eq(here);
    let setter = route.setter();
    use_effect_with((), move |()| {
        let listener =
            EventListener::new(&dom::window(), "hashchange", move |_| setter.set(here()));
        move || drop(listener)
    });
    (*route).clone()
}

fn here() -> Route {
    Route::parse(&dom::window().location().hash().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_screen_is_found_again_at_its_address() {
        let filter = Filter {
            kind: Some(PageKind::Notizia),
            status: Some(Status::Draft),
            query: "neve & ghiaccio è 100%".into(),
        };
        for route in [
            Route::Oggi,
            Route::Sito(Filter::default()),
            Route::Sito(filter),
            Route::Page(PageId::new("0190-a")),
            Route::Versions(PageId::new("0190-a")),
            Route::Risolvere,
            Route::Linea,
            Route::Firma,
            Route::Paper(PaperId("carta 1/à".into())),
            Route::Sign(Vec::new()),
            Route::Sign(vec![PaperId("1".into()), PaperId("2,3".into())]),
            Route::Run,
            Route::Device,
        ] {
            assert_eq!(Route::parse(&route.hash()), route);
        }
    }

    #[test]
    fn an_address_that_makes_no_sense_leads_home() {
        for hash in [
            "",
            "#",
            "#/boh",
            "#/sito/1/2/3",
            "#/%",
            "#/sito/1/versioni/2",
        ] {
            assert_eq!(Route::parse(hash), Route::Oggi, "{hash}");
        }
        let broken = Route::parse("#/sito?cerca=%E8%zz%&tipo=boh");
        assert!(matches!(broken, Route::Sito(filter) if filter.query.ends_with("%zz%")));
    }
}
