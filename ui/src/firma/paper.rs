//! One document: what it says at the left, whether its signature holds at the right.

use super::at::AtWhen;
use super::glance::{beside, is_separate, note, put_beside};
use super::list::facts;
use super::open::Opener;
use super::pages::Pages;
use super::verdict::{Banner, Signatures};
use super::{hears, rests_on, show_folder, words};
use crate::ipc;
use crate::lang::lang;
use crate::part::{Button, Choice, ChoiceField, Empty, FailureNotice, Kind, Screen, icon, waiting};
use crate::query::use_query;
use crate::route::Route;
use crate::time;
use crate::toast::use_news;
use crate::words::{Tone, size};
use api::firma::{
    FirmaClose, FirmaExtract, FirmaJudge, FirmaPapers, FirmaReport, Inside, Instant, NoPdf, Paper,
    PaperId, PaperKind, Revocations, Saved, Spot,
};
use api::{Code, Event, Failure};
use l10n::Lang;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct PaperScreenProps {
    pub paper: PaperId,
}

/// The screen.
#[component]
pub fn PaperScreen(props: &PaperScreenProps) -> Html {
    let t = lang();
    let papers = use_query(FirmaPapers {}, hears);
    let Some(list) = papers.data.clone() else {
        return match &papers.failure {
            Some(failure) => html! { <FailureNotice failure={(**failure).clone()} /> },
            None => waiting(),
        };
    };
    match list.iter().find(|it| it.id == props.paper) {
        Some(paper) => html! { <Open paper={paper.clone()} papers={list.clone()} /> },
        None => html! {
            <Screen title={t.firma_title()} above={back(t)}>
                <FailureNotice failure={Failure::new(Code::PaperGone)} />
            </Screen>
        },
    }
}

/// The way back to the list.
pub fn back(t: Lang) -> Html {
    html! {
        <p class="over-title">
            <a class="back" href={Route::Firma.hash()}>{ icon("it-chevron-left") }{ t.firma_back() }</a>
        </p>
    }
}

#[derive(Properties, PartialEq)]
struct OpenProps {
    paper: Paper,
    papers: Rc<Vec<Paper>>,
}

/// A document that is open.
#[component]
fn Open(props: &OpenProps) -> Html {
    let (t, paper) = (lang(), &props.paper);
    let at = use_state_eq(|| None::<Instant>);
    let page = use_state_eq(|| 1_u32);
    let mark = use_state_eq(|| None::<Spot>);
    let about = use_state_eq(|| beside(paper, &props.papers));
    let unread = use_state_eq(|| false);
    let on_about = {
        let (about, paper) = (about.setter(), paper.id.clone());
        Callback::from(move |it: PaperId| {
            put_beside(&paper, &it);
            about.set(Some(it));
        })
    };
    let on_page = {
        let (page, mark) = (page.setter(), mark.setter());
        Callback::from(move |to| {
            page.set(to);
            mark.set(None);
        })
    };
    let on_look = {
        let (page, mark) = (page.setter(), mark.setter());
        Callback::from(move |(to, spot): (u32, Option<Spot>)| {
            page.set(to);
            mark.set(spot);
            crate::dom::go_to("pagine");
        })
    };
    let command = FirmaJudge {
        paper: paper.id.clone(),
        at: *at,
        beside: (*about).clone(),
    };
    // Of a separate signature one sees the document that it is about.
    let seen = match (is_separate(paper.kind), about.as_ref()) {
        (false, _) => Some(paper),
        (true, about) => props.papers.iter().find(|it| Some(&it.id) == about),
    };
    let on_at = {
        let at = at.setter();
        Callback::from(move |to| at.set(to))
    };
    let on_unread = {
        let unread = unread.setter();
        Callback::from(move |it| unread.set(it))
    };
    html! {
        <Screen title={paper.name.clone()} class="firma paper-screen" above={back(t)} beside={html! { <Actions paper={paper.clone()} command={command.clone()} unread={*unread} /> }}>
            <p class="hint paper-facts">{ facts(t, paper) }</p>
            if is_separate(paper.kind) {
                <About paper={paper.clone()} papers={props.papers.clone()} about={(*about).clone()} {on_about} />
            }
            <Judged
                key={format!("{command:?}")}
                command={command.clone()}
                paper={paper.clone()}
                seen={seen.cloned()}
                page={*page}
                mark={*mark}
                {on_page}
                {on_look}
                {on_at}
                {on_unread}
            />
        </Screen>
    }
}

#[derive(Properties, PartialEq)]
struct JudgedProps {
    command: FirmaJudge,
    paper: Paper,
    seen: Option<Paper>,
    page: u32,
    mark: Option<Spot>,
    on_page: Callback<u32>,
    on_look: Callback<(u32, Option<Spot>)>,
    on_at: Callback<Option<Instant>>,
    /// Whether there is no answer, for a reason.
    on_unread: Callback<bool>,
}

/// The answer to one question: another question makes another of these, so that no old answer stands under it.
#[component]
fn Judged(props: &JudgedProps) -> Html {
    let (t, paper) = (lang(), &props.paper);
    // When lists or facts come, the same is asked again; what is shown stays until the newer answer is here.
    let answer = use_query(props.command.clone(), rests_on);
    let judgement = answer.data.clone();
    {
        let (paper, now) = (paper.id.clone(), props.command.at.is_none());
        use_effect_with(judgement.clone(), move |judgement| {
            if let Some(judgement) = judgement.as_ref().filter(|_| now) {
                note(&paper, judgement);
            }
        });
    }
    {
        let on_unread = props.on_unread.clone();
        use_effect_with(answer.failure.is_some(), move |unread| {
            on_unread.emit(*unread)
        });
    }
    let inside = judgement.as_ref().and_then(|it| it.inside.clone());
    // Said in words: some web views do not notice in time that what was empty is not any more.
    let alone = props.seen.is_none() && inside.is_none();
    html! {
        <>
            <div class="verdict-place" aria-live="polite">
                if let Some(failure) = &answer.failure {
                    <FailureNotice failure={(**failure).clone()} />
                } else if let Some(judgement) = &judgement {
                    <Banner judgement={judgement.clone()} />
                } else {
                    <p class="verdict verdict-waits">
                        <progress aria-label={t.judge_working()}></progress>
                        <span>{ t.judge_working() }</span>
                    </p>
                }
            </div>
            <div class={classes!("paper-columns", alone.then_some("paper-alone"))}>
                <div class="paper-seen">
                    if let Some(inside) = &inside {
                        { envelope(t, inside) }
                    }
                    { pages(t, props, inside.as_ref()) }
                </div>
                <div class="paper-said">
                    if let Some(judgement) = &judgement {
                        <Signatures judgement={judgement.clone()} on_look={props.on_look.clone()} />
                    }
                    if answer.failure.is_none() {
                        <AtWhen at={props.command.at} on_at={props.on_at.clone()} />
                    }
                    if let Some(judgement) = &judgement {
                        { lists(t, judgement) }
                    }
                </div>
            </div>
        </>
    }
}

fn lists(t: Lang, it: &api::firma::Judgement) -> Html {
    let (said, tone) = words::lists(t, it.lists);
    let answered = match it.revocations {
        Revocations::Known(when) => when,
        _ => None,
    };
    html! {
        <>
            <p class={classes!("lists-age", tone.class())}>
                { icon("it-clock") }
                <span>{ said }</span>
            </p>
            if let Some(when) = answered {
                <p class={classes!("lists-age", Tone::Calm.class())}>
                    { icon("it-clock") }
                    <span>{ t.revocations_known(&time::exactly(when)) }</span>
                </p>
            }
        </>
    }
}

fn envelope(t: Lang, it: &Inside) -> Html {
    let words = t.inside_words(&it.name, words::kind(t, it.kind), &size(t, it.size));
    html! {
        <p class="inside">
            { icon("it-box") }
            <span><strong>{ t.inside_title() }</strong>{ ": " }{ words }</span>
        </p>
    }
}

fn pages(t: Lang, props: &JudgedProps, inside: Option<&Inside>) -> Html {
    let Some(seen) = &props.seen else {
        return Html::default();
    };
    if seen.pages.is_empty() {
        let words = match (inside, seen.kind, seen.no_pdf) {
            (Some(inside), _, _) => t.pages_none_inside(&inside.name),
            (None, PaperKind::Pdf, Some(NoPdf::Encrypted)) => t.pages_none_locked().into(),
            (None, PaperKind::Pdf, _) => t.pages_none_unread().into(),
            (None, _, _) => t.pages_none_words().into(),
        };
        return html! { <Empty icon="it-file" title={t.pages_none()} words={words} /> };
    }
    html! {
        <Pages
            paper={seen.clone()}
            page={props.page}
            on_page={props.on_page.clone()}
            mark={props.mark}
        />
    }
}

#[derive(Properties, PartialEq)]
struct AboutProps {
    paper: Paper,
    papers: Rc<Vec<Paper>>,
    about: Option<PaperId>,
    on_about: Callback<PaperId>,
}

/// Which document a separate signature or time stamp is about.
#[component]
fn About(props: &AboutProps) -> Html {
    let (t, paper) = (lang(), &props.paper);
    let title = match paper.kind {
        PaperKind::Tsr => t.beside_title_tsr(),
        _ => t.beside_title_p7s(),
    };
    let others = props.papers.iter().filter(|it| !is_separate(it.kind));
    let mut choices: Vec<Choice> = others
        .map(|it| (it.id.0.clone().into(), it.name.clone().into()))
        .collect();
    if props.about.is_none() {
        choices.insert(0, ("".into(), t.beside_none().into()));
    }
    let value = props.about.as_ref().map(|it| it.0.clone());
    let on_choose = {
        let on_about = props.on_about.clone();
        Callback::from(move |id: String| {
            if !id.is_empty() {
                on_about.emit(PaperId(id));
            }
        })
    };
    let on_opened = {
        let on_about = props.on_about.clone();
        Callback::from(move |opened: Vec<Paper>| {
            if let Some(paper) = opened.first() {
                on_about.emit(paper.id.clone());
            }
        })
    };
    html! {
        <section class="card-plain about" aria-labelledby="di-quale">
            <h2 id="di-quale">{ title }</h2>
            <p class="hint">{ t.beside_words() }</p>
            <div class="about-ways">
                if choices.len() > 1 || props.about.is_some() {
                    <ChoiceField id="documento-firmato" label={t.beside_choose()} {choices} value={value.unwrap_or_default()} {on_choose} />
                }
                <Opener id="apri-documento-firmato" label={t.beside_open()} hint={t.beside_open_hint()} many=false {on_opened} />
            </div>
        </section>
    }
}

#[derive(Properties, PartialEq)]
struct ActionsProps {
    paper: Paper,
    /// The question on the screen: the report answers the same.
    command: FirmaJudge,
    /// There is no answer: a report would only fail the same way.
    unread: bool,
}

/// What can be done with the document.
#[component]
fn Actions(props: &ActionsProps) -> Html {
    let (t, news) = (lang(), use_news());
    let saved = use_state_eq(|| None::<(String, Saved)>);
    let (paper, id) = (&props.paper, props.paper.id.clone());
    let holds = matches!(paper.kind, PaperKind::P7m | PaperKind::Tsd);
    let on_extract = {
        let (saved, news, paper) = (saved.setter(), news.clone(), id.clone());
        Callback::from(move |()| {
            let (saved, news, paper) = (saved.clone(), news.clone(), paper.clone());
            spawn_local(async move {
                match ipc::call(FirmaExtract { paper }).await {
                    Ok(it) => {
                        let words = lang().extract_done(&it.name, &it.folder);
                        saved.set(Some((words, it)));
                        ipc::tell(&Event::Firma);
                    }
                    Err(failure) => news.failed(failure),
                }
            });
        })
    };
    let on_report = {
        let (saved, news, ask) = (saved.setter(), news.clone(), props.command.clone());
        Callback::from(move |()| {
            let (saved, news, ask) = (saved.clone(), news.clone(), ask.clone());
            spawn_local(async move {
                let command = FirmaReport {
                    paper: ask.paper,
                    at: ask.at,
                    beside: ask.beside,
                };
                match ipc::call(command).await {
                    Ok(it) => saved.set(Some((lang().report_done(&it.name, &it.folder), it))),
                    Err(failure) => news.failed(failure),
                }
            });
        })
    };
    let on_close = {
        let paper = id.clone();
        Callback::from(move |()| close(paper.clone(), news.clone()))
    };
    html! {
        <>
            if holds {
                <Button id="estrai" label={t.extract()} icon="it-download" on_click={on_extract} />
            }
            <Button id="rapporto" label={t.report()} icon="it-file" disabled={props.unread} on_click={on_report} />
            <Button id="chiudi-documento" label={t.close_paper()} kind={Kind::Quiet} on_click={on_close} />
            if !is_separate(paper.kind) {
                <Button
                    id="firma-documento"
                    label={t.firma_sign()}
                    icon="it-pencil"
                    kind={Kind::Primary}
                    on_click={Callback::from(move |()| Route::Sign(vec![id.clone()]).go())}
                />
            }
            <Written saved={(*saved).clone()} />
        </>
    }
}

fn close(paper: PaperId, news: crate::toast::News) {
    spawn_local(async move {
        let papers = vec![paper];
        match ipc::call(FirmaClose { papers }).await {
            Ok(()) => {
                Route::Firma.go();
                news.done(lang().firma_closed(1));
            }
            Err(failure) => news.failed(failure),
        }
        ipc::tell(&Event::Firma);
    });
}

#[derive(Properties, PartialEq)]
struct WrittenProps {
    saved: Option<(String, Saved)>,
}

/// What was written last, and the way to it.
#[component]
fn Written(props: &WrittenProps) -> Html {
    let (t, news) = (lang(), use_news());
    let inside = props.saved.as_ref().map(|(words, saved)| {
        let folder = saved.folder.clone();
        let on_show = Callback::from(move |()| show_folder(folder.clone(), news.clone()));
        html! {
            <div class="notice written">
                { icon("it-check-circle") }
                <div class="notice-words">
                    <p>{ words }</p>
                    <p class="notice-actions">
                        <Button label={t.show_folder()} icon="it-folder" small=true on_click={on_show} />
                        if let Some(paper) = &saved.paper {
                            <a class="btn btn-quiet btn-sm" href={Route::Paper(paper.clone()).hash()}>{ t.sign_look(&saved.name) }</a>
                        }
                    </p>
                </div>
            </div>
        }
    });
    html! { <div class="written-place" role="status">{ inside.unwrap_or_default() }</div> }
}
