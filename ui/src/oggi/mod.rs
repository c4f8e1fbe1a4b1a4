//! "Oggi": what today asks, one search, and how the line is.

use crate::lang::lang;
use crate::part::{Button, Empty, FailureNotice, Kind, Screen, badge, icon};
use crate::query::use_query;
use crate::route::{Filter, Route};
use crate::shell::Search;
use crate::sito::create_page;
use crate::toast::use_news;
use crate::words::{self, LineWords};
use crate::{later, time};
use api::Event;
use api::session::Desk;
use api::sito::PageRow;
use api::stato::{Oggi, OggiLoad};
use domain::sito::PageKind;
use l10n::Lang;
use yew::prelude::*;

/// How many pages a box shows; the rest is in "Sito".
const SHOWN: usize = 5;

/// The home.
#[component]
pub fn OggiScreen() -> Html {
    let t = lang();
    let oggi = use_query(OggiLoad {}, |event| *event != Event::Session);
    let desk = use_context::<Desk>();
    let news = use_news();
    let on_new = Callback::from(move |()| create_page(PageKind::Notizia, news.clone()));
    let name = desk.as_ref().map_or("", |desk| first_name(&desk.person));
    html! {
        <Screen
            title={greeting(t, time::hour(), name)}
            class="oggi"
            above={html! { <p class="over-title">{ time::today() }</p> }}
            beside={html! { <Button label={t.new_notizia()} icon="it-plus" kind={Kind::Primary} on_click={on_new} /> }}
        >
            <Search id="cerca-oggi" />
            if let Some(failure) = oggi.failure {
                <FailureNotice failure={(*failure).clone()} />
            }
            if let Some(oggi) = oggi.data {
                { boxes(t, &oggi) }
            }
        </Screen>
    }
}

fn greeting(t: Lang, hour: u8, name: &str) -> String {
    match hour {
        5..13 => t.good_morning(name),
        13..18 => t.good_afternoon(name),
        _ => t.good_evening(name),
    }
}

fn first_name(person: &str) -> &str {
    person.split_whitespace().next().unwrap_or_default()
}

fn boxes(t: Lang, oggi: &Oggi) -> Html {
    let line = words::line(t, &oggi.line);
    let conflicts = oggi.line.conflicts;
    let open = |row: &&PageRow| !later::is_waiting(&row.id);
    let drafts: Vec<_> = oggi.drafts.iter().filter(open).cloned().collect();
    let calm = drafts.is_empty() && oggi.arrivals.is_empty() && conflicts == 0;
    html! {
        <>
            if conflicts > 0 {
                <a class="notice notice-alert notice-link" href={Route::Risolvere.hash()}>
                    { icon("it-flag") }
                    <div class="notice-words">
                        <p class="notice-title">{ t.oggi_conflicts(conflicts.into()) }</p>
                        <p>{ t.oggi_conflicts_words() }</p>
                    </div>
                    { icon("it-chevron-right") }
                </a>
            }
            if calm {
                <Empty icon="it-check-circle" title={t.oggi_calm()} words={t.oggi_calm_words()} />
            }
            <div class="boxes">
                <PageBox title={t.oggi_drafts()} lead={t.oggi_drafts_lead()} icon="it-pencil" rows={drafts} say={Say::Edited} />
                <div class="boxes-side">
                <PageBox title={t.oggi_deadlines()} lead={t.oggi_deadlines_lead()} icon="it-clock" rows={oggi.deadlines.clone()} say={Say::Until} />
                <PageBox title={t.oggi_arrivals()} lead={t.oggi_arrivals_lead()} icon="it-user" rows={oggi.arrivals.clone()} say={Say::By} />
                </div>
            </div>
            { footing(t, oggi, &line) }
        </>
    }
}

/// What there is in the site, and the line in words.
fn footing(t: Lang, oggi: &Oggi, line: &LineWords) -> Html {
    html! {
        <section class="oggi-foot" aria-label={t.oggi_site()}>
            <ul class="counts">
                for (kind, count) in oggi.counts.iter() {
                    <li>
                        <a href={Route::Sito(Filter { kind: Some(*kind), ..Filter::default() }).hash()}>
                            { icon(words::kind_icon(*kind)) }
                            <span class="counts-words">{ words::kinds(t, *kind) }</span>
                            <strong>{ t.number((*count).into()) }</strong>
                        </a>
                    </li>
                }
            </ul>
            <p class={classes!("oggi-line", line.tone.class())}>
                { &line.text }
                if let Some(detail) = &line.detail {
                    { " · " }{ detail }
                }
            </p>
        </section>
    }
}

/// What is said beside a title.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Say {
    /// When it was changed.
    Edited,
    /// Until when it matters.
    Until,
    /// Who changed it, and when.
    By,
}

#[derive(Properties, PartialEq)]
struct PageBoxProps {
    title: AttrValue,
    lead: AttrValue,
    icon: AttrValue,
    rows: Vec<PageRow>,
    say: Say,
}

/// Some pages under a title; nothing where there are none.
#[component]
fn PageBox(props: &PageBoxProps) -> Html {
    let t = lang();
    if props.rows.is_empty() {
        return Html::default();
    }
    let id = format!("riquadro-{}", props.icon);
    html! {
        <section class="box" aria-labelledby={id.clone()}>
            <header class="box-head">
                { icon(props.icon.clone()) }
                <div>
                    <h2 {id}>{ &props.title }</h2>
                    <p class="hint">{ &props.lead }</p>
                </div>
            </header>
            <ul class="box-rows">
                for row in props.rows.iter().take(SHOWN) {
                    <li key={row.id.as_str()}>
                        <a href={Route::Page(row.id.clone()).hash()}>
                            <span class="box-title">{ words::title(t, &row.title, row.kind) }</span>
                            <span class="box-note">
                                if props.say == Say::Edited {
                                    { badge(words::status(t, row.status), words::status_tone(row.status)) }
                                }
                                { note(t, row, props.say) }
                            </span>
                        </a>
                    </li>
                }
            </ul>
            if props.rows.len() > SHOWN {
                <a class="box-all" href={Route::Sito(Filter::default()).hash()}>
                    { t.oggi_more((props.rows.len() - SHOWN) as u64) }
                </a>
            }
        </section>
    }
}

fn note(t: Lang, row: &PageRow, say: Say) -> String {
    match say {
        Say::Edited => time::when(row.edited_at),
        Say::By => t.by_when(&row.edited_by, &time::when(row.edited_at)),
        Say::Until => row
            .until
            .as_deref()
            .map_or_else(String::new, |until| t.until(&time::date(until))),
    }
}

#[cfg(test)]
mod tests {
    use super::{first_name, greeting};
    use l10n::Lang;

    #[test]
    fn the_greeting_knows_the_hour_and_the_first_name() {
        assert_eq!(
            greeting(Lang::It, 9, first_name("Anna Bo")),
            "Buongiorno, Anna"
        );
        assert_eq!(greeting(Lang::It, 15, "Anna"), "Buon pomeriggio, Anna");
        assert_eq!(greeting(Lang::It, 20, "Anna"), "Buonasera, Anna");
    }
}
