//! What the templates show. No rules here: texts, addresses and choices are ready.

use crate::html::{Anchor, Image, Offer};
use crate::{Comune, assets};
use askama::Template;

/// The four entries of the main menu, in the model's order (C.SI.1.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Section {
    Amministrazione,
    Novita,
    Servizi,
    Vivere,
}

pub(crate) const SECTIONS: [Section; 4] = [
    Section::Amministrazione,
    Section::Novita,
    Section::Servizi,
    Section::Vivere,
];

impl Section {
    pub fn name(self) -> &'static str {
        match self {
            Self::Amministrazione => "Amministrazione",
            Self::Novita => "Novità",
            Self::Servizi => "Servizi",
            Self::Vivere => "Vivere il Comune",
        }
    }

    pub fn path(self) -> &'static str {
        match self {
            Self::Amministrazione => "amministrazione/",
            Self::Novita => "novita/",
            Self::Servizi => "servizi/",
            Self::Vivere => "vivere-il-comune/",
        }
    }

    /// The name that the national evaluation looks for.
    pub fn element(self) -> &'static str {
        match self {
            Self::Amministrazione => "management",
            Self::Novita => "news",
            Self::Servizi => "all-services",
            Self::Vivere => "live",
        }
    }
}

/// A step of the way to a page.
#[derive(Debug, Clone)]
pub(crate) struct Crumb {
    pub name: String,
    pub path: String,
}

impl Crumb {
    pub fn new(name: &str, path: &str) -> Self {
        Self {
            name: name.into(),
            path: path.into(),
        }
    }
}

/// What every page has around its content.
pub(crate) struct Frame<'a> {
    pub comune: &'a Comune,
    pub base: String,
    pub title: String,
    pub description: String,
    /// Where the page is, within the site.
    pub path: String,
    pub section: Option<Section>,
    /// The way to the page, from the section on; the page itself is not in it.
    pub crumbs: Vec<Crumb>,
    /// Not for search engines.
    pub hidden: bool,
}

impl<'a> Frame<'a> {
    pub fn new(comune: &'a Comune, title: &str, path: &str) -> Self {
        Self {
            comune,
            base: comune.base(),
            title: title.into(),
            description: String::new(),
            path: path.into(),
            section: None,
            crumbs: Vec::new(),
            hidden: false,
        }
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    pub fn icon(&self, name: &str) -> String {
        format!("{}{}#{name}", self.base, assets::icons())
    }

    pub fn style(&self) -> String {
        self.url(assets::style())
    }

    pub fn favicon(&self) -> String {
        self.url(assets::favicon())
    }

    pub fn sections(&self) -> [Section; 4] {
        SECTIONS
    }

    pub fn is_in(&self, section: &Section) -> bool {
        self.section.as_ref() == Some(section)
    }

    pub fn is_at(&self, section: &Section) -> bool {
        self.path == section.path()
    }

    pub fn canonical(&self) -> Option<String> {
        let known = !self.comune.origin.is_empty() && !self.hidden;
        known.then(|| self.comune.absolute(&self.path))
    }

    pub fn of_comune(&self) -> String {
        format!("Comune di {}", self.comune.name)
    }

    /// An address as a `mailto:` link wants it.
    pub fn mail(&self, address: &str) -> String {
        crate::html::percent(address)
    }

    /// The digits of the telephone, as a `tel:` link wants them.
    pub fn tel(&self, phone: &str) -> String {
        tel(phone)
    }
}

pub(crate) fn tel(phone: &str) -> String {
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    if phone.trim_start().starts_with('+') {
        format!("+{digits}")
    } else {
        digits
    }
}

/// A page in a list.
pub(crate) struct Card {
    pub url: String,
    pub title: String,
    pub summary: String,
    /// Kind of news, or of page.
    pub label: &'static str,
    pub date: Option<crate::date::Day>,
    /// The ready `img`.
    pub image: Option<String>,
}

/// A link with its words.
#[derive(Debug, Clone)]
pub(crate) struct Link {
    pub url: String,
    pub name: String,
}

/// A link to a part of the site, with a sentence on it.
pub(crate) struct Door {
    pub url: String,
    pub name: String,
    pub about: String,
    /// The name that the national evaluation looks for; empty for none.
    pub element: &'static str,
}

#[derive(Template)]
#[template(path = "home.html")]
pub(crate) struct Home<'a> {
    pub frame: Frame<'a>,
    pub first: Option<Card>,
    pub news: Vec<Card>,
    pub doors: Vec<Door>,
    pub topics: Vec<Link>,
    pub offices: Vec<Link>,
}

#[derive(Template)]
#[template(path = "list.html")]
pub(crate) struct ListView<'a> {
    pub frame: Frame<'a>,
    pub title: String,
    pub intro: String,
    /// The dates of a page of the archive.
    pub period: String,
    pub doors: Vec<Door>,
    pub cards: Vec<Card>,
    pub empty: String,
    pub newer: Option<String>,
    pub older: Option<String>,
    /// The years, each with the page that holds its first item.
    pub years: Vec<Link>,
}

#[derive(Template)]
#[template(path = "section.html")]
pub(crate) struct SectionView<'a> {
    pub frame: Frame<'a>,
    pub title: String,
    pub intro: String,
    /// Lists of links under a heading of their own.
    pub groups: Vec<(String, Vec<Door>)>,
    /// Said where the section has no content yet.
    pub empty: String,
}

#[derive(Template)]
#[template(path = "topics.html")]
pub(crate) struct TopicsView<'a> {
    pub frame: Frame<'a>,
    pub topics: Vec<Link>,
}

#[derive(Template)]
#[template(path = "page.html")]
pub(crate) struct PageView<'a> {
    pub frame: Frame<'a>,
    pub label: &'static str,
    pub title: String,
    pub summary: String,
    pub date: Option<crate::date::Day>,
    pub updated: Option<crate::date::Day>,
    pub until: Option<crate::date::Day>,
    pub cover: Option<Image>,
    pub body: String,
    pub anchors: Vec<Anchor>,
    pub topics: Vec<Link>,
    pub office: Option<Link>,
    pub attachments: Vec<Offer>,
    pub contacts: Option<Contacts>,
    pub news: Vec<Card>,
    pub json_ld: String,
}

/// How to reach an office.
pub(crate) struct Contacts {
    pub address: String,
    pub hours: Vec<String>,
    pub phone: String,
    pub email: String,
    pub pec: String,
}

#[derive(Template)]
#[template(path = "text.html")]
pub(crate) struct TextView<'a> {
    pub frame: Frame<'a>,
    pub title: String,
    pub kind: Text,
}

/// The pages whose text comes with the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Text {
    NotFound,
    LegalNotes,
    Accessibility,
}

#[derive(Template)]
#[template(path = "sitemap.html")]
pub(crate) struct MapView<'a> {
    pub frame: Frame<'a>,
    pub offices: Vec<Link>,
    pub pages: Vec<Link>,
    pub topics: Vec<Link>,
}
