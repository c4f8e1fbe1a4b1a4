//! The documents that are open, each with its answer in a glance.

use super::glance::{Glance, use_glances};
use super::last::LastSection;
use super::left::LeftBanner;
use super::open::Opener;
use super::run::Banner;
use super::{hears, words};
use crate::ipc;
use crate::lang::lang;
use crate::part::{Button, FailureNotice, Kind, Screen, badge, icon};
use crate::query::use_query;
use crate::route::Route;
use crate::toast::use_news;
use crate::words::size;
use api::Event;
use api::firma::{FirmaClose, FirmaPapers, Paper, PaperId};
use l10n::Lang;
use std::collections::BTreeSet;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// The screen.
#[component]
pub fn ListScreen() -> Html {
    let t = lang();
    let papers = use_query(FirmaPapers {}, hears);
    let list = papers.data.clone().unwrap_or_default();
    // One document is looked at; of many, the list says which need a look.
    let on_opened = Callback::from(|opened: Vec<Paper>| {
        if let [one] = opened.as_slice() {
            Route::Paper(one.id.clone()).go();
        }
    });
    let device = html! {
        <a class="btn btn-outline-primary" href={Route::Device.hash()}>
            { icon("it-card") }
            <span>{ t.firma_device_link() }</span>
        </a>
    };
    html! {
        <Screen title={t.firma_title()} class="firma" beside={device}>
            <p class="lead">{ t.firma_lead() }</p>
            <Banner />
            <LeftBanner />
            if let Some(failure) = &papers.failure {
                <FailureNotice failure={(**failure).clone()} />
            }
            if list.is_empty() {
                <div class="empty firma-empty">
                    { icon("it-file-signed") }
                    <p class="empty-title">{ t.firma_empty() }</p>
                    <p>{ t.firma_empty_words() }</p>
                    <Opener id="apri-documenti" label={t.firma_open()} hint={t.firma_open_hint()} {on_opened} />
                </div>
            } else {
                <Opener id="apri-documenti" label={t.firma_open_more()} hint={t.firma_open_hint()} {on_opened} />
                <Papers papers={list} />
            }
            <LastSection />
        </Screen>
    }
}

#[derive(Properties, PartialEq)]
struct PapersProps {
    papers: Rc<Vec<Paper>>,
}

#[component]
fn Papers(props: &PapersProps) -> Html {
    let (t, papers) = (lang(), &props.papers);
    let glances = use_glances(papers);
    let chosen = use_state_eq(BTreeSet::<PaperId>::new);
    // In the order of the list, and only what is still open.
    let ids: Vec<PaperId> = papers
        .iter()
        .map(|it| it.id.clone())
        .filter(|id| chosen.contains(id))
        .collect();
    let on_choose = {
        let chosen = chosen.clone();
        Callback::from(move |(id, on): (PaperId, bool)| {
            let mut next = (*chosen).clone();
            match on {
                true => next.insert(id),
                false => next.remove(&id),
            };
            chosen.set(next);
        })
    };
    let on_all = {
        let (chosen, papers) = (chosen.setter(), papers.clone());
        Callback::from(move |on: bool| {
            let all = papers.iter().filter(|_| on).map(|it| it.id.clone());
            chosen.set(all.collect());
        })
    };
    html! {
        <>
            <Tools chosen={ids.clone()} count={papers.len()} {on_all} />
            <ul class="papers" aria-label={t.firma_count(papers.len() as u64)}>
                for it in papers.iter() {
                    <Row
                        key={it.id.0.clone()}
                        paper={it.clone()}
                        glance={glances.get(&it.id).copied()}
                        chosen={ids.contains(&it.id)}
                        on_choose={on_choose.clone()}
                    />
                }
            </ul>
        </>
    }
}

#[derive(Properties, PartialEq)]
struct ToolsProps {
    /// The documents that are chosen.
    chosen: Vec<PaperId>,
    /// How many there are.
    count: usize,
    on_all: Callback<bool>,
}

/// What can be done with those that are chosen.
#[component]
fn Tools(props: &ToolsProps) -> Html {
    let (t, news) = (lang(), use_news());
    let count = props.chosen.len() as u64;
    let on_sign = {
        let chosen = props.chosen.clone();
        Callback::from(move |()| Route::Sign(chosen.clone()).go())
    };
    let on_close = {
        let papers = props.chosen.clone();
        Callback::from(move |()| {
            let (papers, news) = (papers.clone(), news.clone());
            spawn_local(async move {
                match ipc::call(FirmaClose { papers }).await {
                    Ok(()) => news.done(lang().firma_closed(count)),
                    Err(failure) => news.failed(failure),
                }
                ipc::tell(&Event::Firma);
            });
        })
    };
    html! {
        <div class="paper-tools">
            <label class="paper-all">
                <input
                    id="scegli-tutti"
                    type="checkbox"
                    checked={props.chosen.len() == props.count}
                    onchange={props.on_all.reform(checked)}
                />
                <span>{ t.firma_select_all() }</span>
            </label>
            <p class="hint" role="status">{ t.firma_chosen(count) }</p>
            <Button
                id="chiudi-scelti"
                label={t.firma_close_chosen(count)}
                kind={Kind::Quiet}
                disabled={count == 0}
                on_click={on_close}
            />
            <Button
                id="firma-scelti"
                label={t.firma_sign_chosen(count)}
                icon="it-pencil"
                kind={Kind::Primary}
                disabled={count == 0}
                on_click={on_sign}
            />
        </div>
    }
}

/// Whether a box is ticked.
fn checked(event: web_sys::Event) -> bool {
    let input = event
        .target()
        .and_then(|it| it.dyn_into::<HtmlInputElement>().ok());
    input.is_some_and(|input| input.checked())
}

#[derive(Properties, PartialEq)]
struct RowProps {
    paper: Paper,
    /// What is known: nothing yet, or the answer.
    glance: Option<Glance>,
    chosen: bool,
    on_choose: Callback<(PaperId, bool)>,
}

#[component]
fn Row(props: &RowProps) -> Html {
    let (t, it) = (lang(), &props.paper);
    let id = it.id.clone();
    let on_change = props
        .on_choose
        .reform(move |event| (id.clone(), checked(event)));
    html! {
        <li class={classes!("paper", props.chosen.then_some("chosen"))}>
            <input
                type="checkbox"
                aria-label={t.firma_select(&it.name)}
                checked={props.chosen}
                onchange={on_change}
            />
            <span class="file-kind" aria-hidden="true">{ words::letters(it.kind) }</span>
            <div class="file-words">
                <a class="paper-name" href={Route::Paper(it.id.clone()).hash()}>{ &it.name }</a>
                <p class="hint">{ facts(t, it) }</p>
            </div>
            { glance(t, props.glance) }
        </li>
    }
}

/// What it is, how many pages, how large.
pub fn facts(t: Lang, it: &Paper) -> String {
    let pages = (!it.pages.is_empty()).then(|| t.firma_pages(it.pages.len() as u64));
    let parts = [
        Some(words::kind(t, it.kind).to_owned()),
        pages,
        Some(size(t, it.size)),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

fn glance(t: Lang, it: Option<Glance>) -> Html {
    match it {
        None => html! { <span class="hint">{ t.firma_judging() }</span> },
        Some(None) => badge(t.firma_not_judged(), crate::words::Tone::Note),
        Some(Some(seen)) => {
            let (said, tone) = seen.chip(t);
            html! {
                <span class={classes!("tag", "tag-answer", tone.class())}>
                    { icon(seen.picture()) }
                    { said }
                </span>
            }
        }
    }
}
