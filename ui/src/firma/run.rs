//! What goes on with signing: each document, why it stopped, where the results are.

use super::paper::back;
use super::{hears, show_folder, words};
use crate::ipc;
use crate::lang::lang;
use crate::part::{Button, Empty, FailureNotice, Kind, Screen, badge, icon, waiting};
use crate::query::use_query;
use crate::route::Route;
use crate::toast::use_news;
use api::firma::{
    Done, FirmaCancel, FirmaPapers, FirmaResume, FirmaState, Paper, PaperId, Signing, Stop,
};
use api::{Command, Event};
use l10n::Lang;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// A run that is under way or stopped, told in the list of documents.
#[component]
pub fn Banner() -> Html {
    let t = lang();
    let state = use_query(FirmaState {}, hears);
    let Some(state) = state.data.filter(|it| words::unfinished(it)) else {
        return Html::default();
    };
    let (done, count) = words::progress(&state);
    let said = match state.running {
        true => t.run_banner(&done.to_string(), &count.to_string()),
        false => t.run_banner_stopped().into(),
    };
    html! {
        <a class="notice notice-link notice-note" href={Route::Run.hash()}>
            { icon("it-pencil") }
            <span class="notice-words"><strong>{ said }</strong></span>
            <span>{ t.run_banner_see() }</span>
            { icon("it-arrow-right") }
        </a>
    }
}

/// The screen.
#[component]
pub fn RunScreen() -> Html {
    let t = lang();
    let state = use_query(FirmaState {}, hears);
    let papers = use_query(FirmaPapers {}, hears).data.unwrap_or_default();
    let Some(run) = &state.data else {
        return match &state.failure {
            Some(failure) => html! { <FailureNotice failure={(**failure).clone()} /> },
            None => waiting(),
        };
    };
    let title = match run.running {
        true => t.run_title(),
        false => t.run_title_done(),
    };
    html! {
        <Screen {title} class="firma run-screen" above={back(t)}>
            if run.items.is_empty() {
                <Empty icon="it-file-signed" title={t.run_none()} words={t.run_none_words()} />
            } else {
                <Run run={run.clone()} {papers} />
            }
        </Screen>
    }
}

#[derive(Properties, PartialEq)]
struct RunProps {
    run: Rc<Signing>,
    papers: Rc<Vec<Paper>>,
}

#[component]
fn Run(props: &RunProps) -> Html {
    let (t, run) = (lang(), &props.run);
    html! {
        <>
            <div aria-live="polite">
                {
                    match (run.running, run.stopped) {
                        (true, _) => html! { <Going run={run.clone()} /> },
                        (false, Some(why)) => html! { <Stopped run={run.clone()} {why} /> },
                        (false, None) => html! { <Ended run={run.clone()} /> },
                    }
                }
            </div>
            <ul class="papers" aria-label={t.sign_what()}>
                for (id, done) in run.items.iter() {
                    { item(t, id, done, &props.papers) }
                }
            </ul>
        </>
    }
}

#[derive(Properties, PartialEq)]
struct PartProps {
    run: Rc<Signing>,
}

/// Carries a command out and tells everybody.
#[hook]
fn use_act<C: Command + Clone + 'static>(command: C) -> Callback<()> {
    let news = use_news();
    Callback::from(move |()| {
        let (command, news) = (command.clone(), news.clone());
        spawn_local(async move {
            if let Err(failure) = ipc::call(command).await {
                news.failed(failure);
            }
            ipc::tell(&Event::Firma);
        });
    })
}

#[component]
fn Going(props: &PartProps) -> Html {
    let t = lang();
    let (done, count) = words::progress(&props.run);
    let on_cancel = use_act(FirmaCancel {});
    let said = t.run_going(&done.to_string(), &count.to_string());
    html! {
        <section class="verdict tone-calm">
            { icon("it-pencil") }
            <div class="verdict-words">
                <h2>{ &said }</h2>
                <progress value={done.to_string()} max={count.to_string()} aria-label={said}></progress>
                if done == 0 {
                    <p>{ t.run_wait_pin() }</p>
                }
                <p class="notice-actions">
                    <Button id="ferma" label={t.run_cancel()} on_click={on_cancel} />
                </p>
            </div>
        </section>
    }
}

#[derive(Properties, PartialEq)]
struct StoppedProps {
    run: Rc<Signing>,
    why: Stop,
}

#[component]
fn Stopped(props: &StoppedProps) -> Html {
    let t = lang();
    let (what, then) = words::stop(t, props.why);
    let (signed, _) = words::outcome(&props.run);
    let on_resume = use_act(FirmaResume {});
    html! {
        <section class={classes!("verdict", words::stop_tone(props.why).class())}>
            { icon("it-warning-circle") }
            <div class="verdict-words">
                <h2>{ what }</h2>
                <p>{ then }</p>
                <p>{ t.run_signed_stay(signed) }</p>
                <p class="notice-actions">
                    <Button id="riprendi" label={t.run_resume()} icon="it-refresh" kind={Kind::Primary} on_click={on_resume} />
                    <a class="btn btn-outline-primary" href={Route::Device.hash()}>{ t.firma_device_link() }</a>
                </p>
                <Folder folder={props.run.folder.clone()} signed={signed} />
            </div>
        </section>
    }
}

#[component]
fn Ended(props: &PartProps) -> Html {
    let t = lang();
    let (signed, not) = words::outcome(&props.run);
    let (tone, picture) = match not {
        0 => ("tone-good", "it-check-circle"),
        _ => ("tone-note", "it-warning-circle"),
    };
    html! {
        <section class={classes!("verdict", tone)}>
            { icon(picture) }
            <div class="verdict-words">
                <h2>{ t.run_done(signed) }</h2>
                if not > 0 {
                    <p><strong>{ t.run_some_not(not) }</strong></p>
                }
                <p>{ t.run_done_words() }</p>
                <Folder folder={props.run.folder.clone()} signed={signed}>
                    <a class="btn btn-outline-primary" href={Route::Firma.hash()}>{ t.run_again() }</a>
                </Folder>
            </div>
        </section>
    }
}

#[derive(Properties, PartialEq)]
struct FolderProps {
    folder: String,
    signed: u64,
    /// What else can be done.
    #[prop_or_default]
    children: Html,
}

/// Where the signed files are.
#[component]
fn Folder(props: &FolderProps) -> Html {
    let (t, news) = (lang(), use_news());
    if props.signed == 0 || props.folder.is_empty() {
        return html! { <p class="notice-actions">{ props.children.clone() }</p> };
    }
    let folder = props.folder.clone();
    let on_show = Callback::from(move |()| show_folder(folder.clone(), news.clone()));
    html! {
        <>
            <p class="run-folder">{ t.run_folder(&props.folder) }</p>
            <p class="notice-actions">
                <Button id="mostra-cartella" label={t.show_folder()} icon="it-folder" on_click={on_show} />
                { props.children.clone() }
            </p>
        </>
    }
}

fn item(t: Lang, id: &PaperId, done: &Done, papers: &[Paper]) -> Html {
    let paper = papers.iter().find(|it| it.id == *id);
    let name = paper.map_or("", |it| it.name.as_str());
    let (said, tone) = words::done(t, done);
    let letters = paper.map_or("FILE", |it| words::letters(it.kind));
    html! {
        <li class="paper" key={id.0.clone()}>
            <span class="file-kind" aria-hidden="true">{ letters }</span>
            <div class="file-words">
                {
                    match done {
                        Done::Signed { name, paper } => html! {
                            <a class="paper-name" href={Route::Paper(paper.clone()).hash()}>{ name }</a>
                        },
                        _ => html! { <p class="file-name">{ name }</p> },
                    }
                }
                if let Done::Not(why) = done {
                    <p>{ words::not_signed(t, *why) }</p>
                }
            </div>
            { badge(said, tone) }
        </li>
    }
}
