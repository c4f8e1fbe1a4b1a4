//! From the index and the media to the text of each file.

use crate::archive::{List, NEWS_KINDS, Sheet, page_of};
use crate::html::{self, Around, Image, Offer};
use crate::index::Index;
use crate::media::Media;
use crate::page::Summary;
use crate::view::{
    Card, Contacts, Crumb, Door, Frame, Home, Link, ListView, MapView, PageView, SECTIONS, Section,
    SectionView, Text, TextView, TopicsView,
};
use crate::{Comune, Lookup, Published, assets, date};
use askama::Template;
use domain::sito::{Argomento, NewsKind, PageKind};
use std::borrow::Cow;

/// News shown on the home page, and on the card of an office.
pub(crate) const HOME_NEWS: usize = 7;
pub(crate) const OFFICE_NEWS: usize = 3;

/// Renders one site.
pub(crate) struct Renderer<'a> {
    comune: &'a Comune,
    around: Around<'a>,
}

impl<'a> Renderer<'a> {
    pub fn new(
        comune: &'a Comune,
        others: &'a dyn Lookup,
        media: &'a Media,
        icons: &'a str,
    ) -> Self {
        Self {
            comune,
            around: Around {
                comune,
                others,
                media,
                icons,
            },
        }
    }

    /// A page. `news`: the latest news of an office.
    pub fn page(&self, page: &Published, news: &[&Summary]) -> String {
        let summary = Summary::of(page);
        let fields = &page.fields;
        let text = html::body(&page.body, &self.around);
        let cover = fields.cover.as_ref();
        let first = date::day(page.first_at);
        let updated = Some(date::day(page.at)).filter(|day| *day != first);
        let is_news = summary.is_news();
        render(&PageView {
            frame: self.page_frame(&summary),
            label: if is_news {
                label(page.kind, fields.news)
            } else {
                ""
            },
            date: is_news.then_some(first),
            updated: updated.or_else(|| (!is_news).then(|| date::day(page.at))),
            until: fields
                .until
                .as_deref()
                .filter(|_| is_news)
                .and_then(date::parse),
            cover: cover.and_then(|c| Image::of(&c.file, alt(c), &self.around)),
            body: text.html,
            anchors: text.anchors,
            topics: self.topics(summary.topics.iter()),
            office: summary.office.as_ref().and_then(|id| self.link_to(id)),
            attachments: fields
                .attachments
                .iter()
                .filter_map(|file| Offer::of(file, &self.around))
                .collect(),
            contacts: (page.kind == PageKind::Ufficio).then(|| contacts(page)),
            news: self.cards(news),
            json_ld: if is_news {
                self.news_data(page, &summary)
            } else {
                String::new()
            },
            title: summary.title,
            summary: summary.summary,
        })
    }

    pub fn home(&self, index: &Index) -> String {
        let mut news = index.all().rev().filter(|page| page.is_news());
        let first = news.next().map(|page| Card {
            image: self.image(page).map(|image| image.cover()),
            ..self.card(page)
        });
        let news: Vec<_> = news.take(HOME_NEWS - 1).collect();
        let mut topics: Vec<_> = index.topics().into_iter().collect();
        topics.sort_by_key(|(_, pages)| std::cmp::Reverse(*pages));
        let mut frame = Frame::new(self.comune, "", "");
        frame.description = format!(
            "Sito istituzionale del Comune di {}: novità, uffici e informazioni.",
            self.comune.name
        );
        render(&Home {
            frame,
            first,
            news: self.cards(&news),
            doors: SECTIONS.map(|section| self.section_door(section)).into(),
            topics: self.topics(topics.into_iter().take(12).map(|(topic, _)| topic)),
            offices: self.links(&index.by_title(PageKind::Ufficio)),
        })
    }

    /// One page of a list; `all` is the whole list, oldest first.
    pub fn sheet(&self, list: &List, sheet: &Sheet<'_>, all: &[&Summary]) -> String {
        let path = list.path();
        let title = list_title(list);
        let here = format!("{path}{}", Sheet::path(sheet.number));
        let period = sheet
            .number
            .map(|_| period(&sheet.items))
            .unwrap_or_default();
        let mut frame = Frame::new(self.comune, &title, &here);
        if sheet.number.is_some() {
            frame.title = format!("{title}, {}", lower_first(&period));
        }
        frame.description = list_intro(list);
        frame.section = (!matches!(list, List::Topic(_))).then_some(Section::Novita);
        frame.crumbs = list_crumbs(list, sheet.number.map(|_| (title.as_str(), path.as_str())));
        let url = |number| self.comune.url(&format!("{path}{}", Sheet::path(number)));
        let front = sheet.number.is_none();
        render(&ListView {
            intro: if front {
                list_intro(list)
            } else {
                String::new()
            },
            period,
            doors: if front && *list == List::News {
                self.kind_doors()
            } else {
                Vec::new()
            },
            cards: self.cards(&sheet.items),
            empty: list_empty(list).into(),
            newer: sheet.newer.map(|n| url(Some(n).filter(|n| *n > 0))),
            older: sheet.older.map(|n| url(Some(n))),
            years: if front {
                self.years(&path, all)
            } else {
                Vec::new()
            },
            frame,
            title,
        })
    }

    pub fn administration(&self) -> String {
        let offices = Door {
            url: self.comune.url("amministrazione/uffici/"),
            name: "Uffici".into(),
            about: "Indirizzi, orari e recapiti degli uffici comunali.".into(),
            element: "management-category-link",
        };
        self.section(
            Section::Amministrazione,
            "Come è organizzato il Comune e come raggiungerlo.",
            vec![("Esplora l'amministrazione".into(), vec![offices])],
            "",
        )
    }

    pub fn services(&self) -> String {
        self.section(
            Section::Servizi,
            "I servizi che il Comune offre a cittadini e imprese.",
            Vec::new(),
            "Le schede dei servizi non sono ancora pubblicate su questo sito. Per informazioni \
             rivolgiti agli uffici comunali.",
        )
    }

    pub fn live(&self) -> String {
        self.section(
            Section::Vivere,
            "Luoghi ed eventi del territorio.",
            Vec::new(),
            "Luoghi ed eventi non sono ancora pubblicati su questo sito.",
        )
    }

    pub fn offices(&self, index: &Index) -> String {
        let mut frame = Frame::new(self.comune, "Uffici", "amministrazione/uffici/");
        frame.section = Some(Section::Amministrazione);
        frame.crumbs = vec![section_crumb(Section::Amministrazione)];
        self.alphabetical(
            frame,
            "Indirizzi, orari e recapiti degli uffici comunali.",
            &index.by_title(PageKind::Ufficio),
            "Gli uffici non sono ancora pubblicati su questo sito.",
        )
    }

    pub fn pages(&self, index: &Index) -> String {
        self.alphabetical(
            Frame::new(self.comune, "Pagine informative", "pagine/"),
            "Informazioni che restano valide nel tempo.",
            &index.by_title(PageKind::Pagina),
            "Non è ancora pubblicata nessuna pagina informativa.",
        )
    }

    pub fn topic_list(&self, index: &Index) -> String {
        let mut frame = Frame::new(self.comune, "Argomenti", "argomenti/");
        frame.description = "Le pagine del sito raccolte per argomento.".into();
        render(&TopicsView {
            frame,
            topics: self.topics(index.topics().into_keys()),
        })
    }

    pub fn map(&self, index: &Index) -> String {
        render(&MapView {
            frame: Frame::new(self.comune, "Mappa del sito", "mappa-del-sito/"),
            offices: self.links(&index.by_title(PageKind::Ufficio)),
            pages: self.links(&index.by_title(PageKind::Pagina)),
            topics: self.topics(index.topics().into_keys()),
        })
    }

    pub fn text(&self, kind: Text) -> String {
        let (title, path) = match kind {
            Text::NotFound => ("Pagina non trovata", "404.html"),
            Text::LegalNotes => ("Note legali", "note-legali/"),
            Text::Accessibility => ("Accessibilità", "accessibilita/"),
        };
        let mut frame = Frame::new(self.comune, title, path);
        frame.hidden = kind == Text::NotFound;
        render(&TextView {
            frame,
            title: title.into(),
            kind,
        })
    }

    fn page_frame(&self, page: &Summary) -> Frame<'a> {
        let mut frame = Frame::new(self.comune, &page.title, &page.path());
        frame.description.clone_from(&page.summary);
        (frame.section, frame.crumbs) = match page.kind {
            PageKind::Notizia => {
                let list = List::Kind(page.news);
                let crumbs = vec![
                    section_crumb(Section::Novita),
                    Crumb::new(&list_title(&list), &list.path()),
                ];
                (Some(Section::Novita), crumbs)
            }
            PageKind::Ufficio => {
                let crumbs = vec![
                    section_crumb(Section::Amministrazione),
                    Crumb::new("Uffici", "amministrazione/uffici/"),
                ];
                (Some(Section::Amministrazione), crumbs)
            }
            PageKind::Pagina => (None, vec![Crumb::new("Pagine informative", "pagine/")]),
        };
        frame
    }

    fn section(
        &self,
        section: Section,
        intro: &str,
        groups: Vec<(String, Vec<Door>)>,
        empty: &str,
    ) -> String {
        let mut frame = Frame::new(self.comune, section.name(), section.path());
        frame.description = intro.into();
        frame.section = Some(section);
        render(&SectionView {
            frame,
            title: section.name().into(),
            intro: intro.into(),
            groups,
            empty: empty.into(),
        })
    }

    fn alphabetical(
        &self,
        mut frame: Frame<'_>,
        intro: &str,
        pages: &[&Summary],
        empty: &str,
    ) -> String {
        frame.description = intro.into();
        let plain = |page: &&Summary| Card {
            label: "",
            ..self.card(page)
        };
        render(&ListView {
            title: frame.title.clone(),
            intro: intro.into(),
            period: String::new(),
            doors: Vec::new(),
            cards: pages.iter().map(plain).collect(),
            empty: empty.into(),
            newer: None,
            older: None,
            years: Vec::new(),
            frame,
        })
    }

    fn cards(&self, pages: &[&Summary]) -> Vec<Card> {
        pages.iter().map(|page| self.card(page)).collect()
    }

    fn card(&self, page: &Summary) -> Card {
        Card {
            url: self.comune.url(&page.path()),
            title: page.title.clone(),
            summary: page.summary.clone(),
            label: label(page.kind, page.news),
            date: page.is_news().then(|| date::day(page.first_at)),
            image: self.image(page).map(|image| image.card()),
        }
    }

    fn image(&self, page: &Summary) -> Option<Image> {
        let cover = page.cover.as_ref()?;
        Image::of(&cover.file, alt(cover), &self.around)
    }

    fn links(&self, pages: &[&Summary]) -> Vec<Link> {
        let link = |page: &&Summary| Link {
            url: self.comune.url(&page.path()),
            name: page.title.clone(),
        };
        pages.iter().map(link).collect()
    }

    fn link_to(&self, id: &domain::PageId) -> Option<Link> {
        let target = self.around.others.target(id)?;
        Some(Link {
            url: self.comune.url(&target.path),
            name: target.title,
        })
    }

    fn topics<'t>(&self, topics: impl Iterator<Item = &'t Argomento>) -> Vec<Link> {
        let link = |topic: &Argomento| Link {
            url: self.comune.url(&List::Topic(topic.clone()).path()),
            name: topic_name(topic).into_owned(),
        };
        topics.map(link).collect()
    }

    fn section_door(&self, section: Section) -> Door {
        let about = match section {
            Section::Amministrazione => "Uffici, recapiti e orari.",
            Section::Novita => "Notizie, comunicati e avvisi.",
            Section::Servizi => "Quello che il Comune fa per cittadini e imprese.",
            Section::Vivere => "Luoghi ed eventi del territorio.",
        };
        Door {
            url: self.comune.url(section.path()),
            name: section.name().into(),
            about: about.into(),
            element: "",
        }
    }

    fn kind_doors(&self) -> Vec<Door> {
        let door = |kind| {
            let list = List::Kind(kind);
            Door {
                url: self.comune.url(&list.path()),
                name: list_title(&list),
                about: list_intro(&list),
                element: "news-category-link",
            }
        };
        NEWS_KINDS.map(door).into()
    }

    /// The years of a list that has more than one page, newest first.
    fn years(&self, path: &str, all: &[&Summary]) -> Vec<Link> {
        if crate::archive::full_pages(all.len()) == 0 {
            return Vec::new();
        }
        let mut years: Vec<(i16, usize)> = Vec::new();
        for (place, page) in all.iter().enumerate() {
            let year = date::year(page.first_at);
            if years.last().is_none_or(|(last, _)| *last != year) {
                years.push((year, page_of(place, all.len())));
            }
        }
        let link = |(year, page): &(i16, usize)| Link {
            url: self.comune.url(&format!(
                "{path}{}",
                Sheet::path(Some(*page).filter(|n| *n > 0))
            )),
            name: year.to_string(),
        };
        years.iter().rev().map(link).collect()
    }

    /// Structured data of a news page (schema.org, NewsArticle).
    fn news_data(&self, page: &Published, summary: &Summary) -> String {
        let image = page
            .fields
            .cover
            .as_ref()
            .and_then(|cover| Image::full(&cover.file, &self.around))
            .map(|path| self.comune.absolute(&path));
        let mut data = serde_json::json!({
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "headline": summary.title,
            "description": summary.summary,
            "datePublished": date::instant(page.first_at),
            "dateModified": date::instant(page.at),
            "inLanguage": "it",
            "mainEntityOfPage": self.comune.absolute(&summary.path()),
            "publisher": {
                "@type": "GovernmentOrganization",
                "name": format!("Comune di {}", self.comune.name),
            },
        });
        if let (Some(image), Some(data)) = (image, data.as_object_mut()) {
            data.insert("image".into(), image.into());
        }
        // Nothing in the data may end the script element it stands in.
        data.to_string()
            .replace('<', "\\u003c")
            .replace('>', "\\u003e")
    }
}

/// The address of the sprite of icons of a site.
pub(crate) fn icons_url(comune: &Comune) -> String {
    comune.url(assets::icons())
}

/// Templates are compiled: they fail only where writing to memory does.
fn render(view: &impl Template) -> String {
    view.render().unwrap_or_default()
}

fn alt(cover: &domain::sito::Cover) -> &str {
    if cover.decorative { "" } else { &cover.alt }
}

fn contacts(page: &Published) -> Contacts {
    let fields = &page.fields;
    let lines = fields.hours.lines().map(html::clean);
    Contacts {
        address: html::clean(&fields.address),
        hours: lines.filter(|line| !line.is_empty()).collect(),
        phone: html::clean(&fields.phone),
        email: html::clean(&fields.email),
        pec: html::clean(&fields.pec),
    }
}

fn label(kind: PageKind, news: NewsKind) -> &'static str {
    match (kind, news) {
        (PageKind::Ufficio, _) => "Ufficio",
        (PageKind::Pagina, _) => "Pagina informativa",
        (PageKind::Notizia, NewsKind::Notizia) => "Notizia",
        (PageKind::Notizia, NewsKind::Comunicato) => "Comunicato",
        (PageKind::Notizia, NewsKind::Avviso) => "Avviso",
    }
}

pub(crate) fn topic_name(topic: &Argomento) -> Cow<'_, str> {
    match topic.name() {
        Some(name) => name.into(),
        // A word of a later vocabulary: its slug is the best that is known.
        None => topic.as_str().replace('-', " ").into(),
    }
}

fn list_title(list: &List) -> String {
    match list {
        List::News => "Novità".into(),
        List::Kind(NewsKind::Notizia) => "Notizie".into(),
        List::Kind(NewsKind::Comunicato) => "Comunicati".into(),
        List::Kind(NewsKind::Avviso) => "Avvisi".into(),
        List::Topic(topic) => topic_name(topic).into_owned(),
    }
}

fn list_intro(list: &List) -> String {
    match list {
        List::News => "Notizie, comunicati e avvisi del Comune.".into(),
        List::Kind(NewsKind::Notizia) => "Le notizie dal Comune e dal territorio.".into(),
        List::Kind(NewsKind::Comunicato) => "I comunicati dell'amministrazione.".into(),
        List::Kind(NewsKind::Avviso) => "Gli avvisi con scadenze, chiusure e modifiche.".into(),
        List::Topic(topic) => format!("Le pagine sull'argomento «{}».", topic_name(topic)),
    }
}

fn list_empty(list: &List) -> &'static str {
    match list {
        List::News => "Il Comune non ha ancora pubblicato novità su questo sito.",
        List::Kind(NewsKind::Notizia) => "Non è ancora pubblicata nessuna notizia.",
        List::Kind(NewsKind::Comunicato) => "Non è ancora pubblicato nessun comunicato.",
        List::Kind(NewsKind::Avviso) => "Non è ancora pubblicato nessun avviso.",
        List::Topic(_) => "Nessuna pagina è legata a questo argomento.",
    }
}

/// The way to a list; a page of its archive is one step further.
fn list_crumbs(list: &List, front: Option<(&str, &str)>) -> Vec<Crumb> {
    let mut crumbs = match list {
        List::News => Vec::new(),
        List::Kind(_) => vec![section_crumb(Section::Novita)],
        List::Topic(_) => vec![Crumb::new("Argomenti", "argomenti/")],
    };
    crumbs.extend(front.map(|(name, path)| Crumb::new(name, path)));
    crumbs
}

fn section_crumb(section: Section) -> Crumb {
    Crumb::new(section.name(), section.path())
}

/// `Dal 3 marzo 2025 al 14 aprile 2025`, of items newest first.
fn period(items: &[&Summary]) -> String {
    let day = |page: Option<&&Summary>| page.map(|page| date::day(page.first_at).words);
    match (day(items.last()), day(items.first())) {
        (Some(from), Some(to)) if from == to => format!("Del {from}"),
        (Some(from), Some(to)) => format!("Dal {from} al {to}"),
        _ => String::new(),
    }
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(char::to_lowercase);
    first.into_iter().flatten().chain(chars).collect()
}
