//! A page to work on: the form, the text, what lacks, where it stands.

mod files;
mod form;
mod queue;
mod saver;
mod side;
mod state;
mod topics;

use crate::editor::{Edit, Editor, Paste};
use crate::ipc;
use crate::lang::lang;
use crate::part::{FailureNotice, Screen, icon, waiting};
use crate::route::{Filter, Route};
use crate::toast::{News, use_news};
use crate::{dom, words};
use api::Event;
use api::sito::{Body, PasteClean, PasteNote};
use domain::PageId;
use domain::sito::{Block, Spot};
use gloo_events::EventListener;
use saver::{Report, Save, Saver};
use state::{Action, State};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct PageScreenProps {
    pub page: PageId,
}

/// What the parts of the form share.
#[derive(Clone, PartialEq)]
pub struct Desk {
    /// What is on the screen.
    pub state: UseReducerHandle<State>,
    /// Saves it.
    pub saver: Saver,
}

/// A page to work on.
#[component]
pub fn PageScreen(props: &PageScreenProps) -> Html {
    let state = use_reducer(State::default);
    let saver = use_saver(props.page.clone(), &state);
    let failure = state.failure.clone().filter(|_| state.view.is_none());
    if let Some(failure) = failure {
        return html! {
            <Screen title={lang().page_not_open()} above={back()}>
                <FailureNotice failure={failure} />
            </Screen>
        };
    }
    if state.view.is_none() {
        return waiting();
    }
    html! { <Opened desk={Desk { state, saver }} /> }
}

/// Opens the page, hears of others' changes, and saves what waits when the person leaves.
#[hook]
fn use_saver(page: PageId, state: &UseReducerHandle<State>) -> Saver {
    let dispatcher = state.dispatcher();
    let saver = use_memo(page, move |page| {
        let report =
            Callback::from(move |report: Report| dispatcher.dispatch(Action::Report(report)));
        Saver::new(page.clone(), report)
    });
    let kept = (*saver).clone();
    use_effect_with(kept.clone(), |saver| {
        saver.refresh();
        let (hears, leaves, hides, mine) =
            (saver.clone(), saver.clone(), saver.clone(), saver.clone());
        let hearing = ipc::hear(move |event| {
            if matches!(event, Event::Pages(pages) if pages.contains(hears.page())) {
                hears.refresh();
            }
        });
        let leave = EventListener::new(&dom::window(), "pagehide", move |_| leaves.flush());
        let hide = EventListener::new(&dom::document(), "visibilitychange", move |_| hides.flush());
        move || {
            drop((hearing, leave, hide));
            mine.flush();
        }
    });
    kept
}

/// The way back to the list.
fn back() -> Html {
    html! {
        <p class="over-title">
            <a href={Route::Sito(Filter::default()).hash()} class="back">
                { icon("it-chevron-left") }
                { lang().back_to_list() }
            </a>
        </p>
    }
}

#[derive(Properties, PartialEq)]
pub struct DeskProps {
    pub desk: Desk,
}

#[component]
fn Opened(props: &DeskProps) -> Html {
    let (t, desk) = (lang(), &props.desk);
    let state = &desk.state;
    let goto = use_state_eq(|| None::<(usize, u32)>);
    let insert = use_state_eq(|| None::<(Block, u32)>);
    let number = use_mut_ref(|| 0_u32);
    let on_block = {
        let (insert, number) = (insert.setter(), number.clone());
        Callback::from(move |block: Block| insert.set(Some((block, next(&number)))))
    };
    let on_files = files::use_into_text(desk, on_block);
    let Some(view) = &state.view else {
        return Html::default();
    };
    let go = {
        let goto = goto.setter();
        Callback::from(move |spot: Spot| {
            dom::go_to(words::spot_id(&spot));
            if let Spot::Block(at) = spot {
                goto.set(Some((at, next(&number))));
            }
        })
    };
    let kind = view.row.kind;
    html! {
        <Screen
            title={words::title(t, &state.fields.title, kind)}
            class="page-screen"
            above={back()}
            beside={html! { <Beside page={view.row.id.clone()} save={state.save} /> }}
        >
            <Alerts desk={desk.clone()} />
            <div class="page-columns">
                <div class="page-form">
                    <form::Basics desk={desk.clone()} />
                    <Text
                        saver={desk.saver.clone()}
                        body={state.body.clone()}
                        revision={state.revision}
                        goto={*goto}
                        insert={(*insert).clone()}
                        {on_files}
                        blank={state.text.is_blank()}
                    />
                    <files::Attachments desk={desk.clone()} />
                    <form::Details desk={desk.clone()} />
                    <files::CoverField desk={desk.clone()} />
                </div>
                <side::Side desk={desk.clone()} {go} />
            </div>
        </Screen>
    }
}

fn next(number: &Rc<RefCell<u32>>) -> u32 {
    *number.borrow_mut() += 1;
    *number.borrow()
}

#[derive(Properties, PartialEq)]
struct BesideProps {
    page: PageId,
    save: Save,
}

/// Beside the heading: how far saving is, and the versions.
#[component]
fn Beside(props: &BesideProps) -> Html {
    let t = lang();
    let (picture, said, class) = match props.save {
        Save::Saved => ("it-check", t.saved(), "saved"),
        Save::Saving => ("it-refresh", t.saving(), "saving"),
        Save::Failed => ("it-warning-circle", t.not_saved(), "not-saved"),
    };
    html! {
        <>
            <span id="salvataggio" class={classes!("save-state", class)} role="status" aria-live="off">
                { icon(picture) }
                { said }
            </span>
            <a class="btn btn-quiet btn-sm" href={Route::Versions(props.page.clone()).hash()}>
                { icon("it-restore") }
                <span>{ t.versions_title() }</span>
            </a>
        </>
    }
}

/// What a person should know about this page before working on.
#[component]
fn Alerts(props: &DeskProps) -> Html {
    let (t, state) = (lang(), &props.desk.state);
    let Some(view) = &state.view else {
        return Html::default();
    };
    let (close, retry) = (state.dispatcher(), props.desk.saver.clone());
    html! {
        <>
            if let Some(failure) = &state.failure {
                <FailureNotice
                    failure={failure.clone()}
                    on_retry={failure.retry.then(|| Callback::from(move |()| retry.flush()))}
                    on_close={Callback::from(move |()| close.dispatch(Action::Close))}
                />
            }
            if view.conflicts > 0 {
                <a class="notice notice-note notice-link" href={Route::Risolvere.hash()}>
                    { icon("it-flag") }
                    <div class="notice-words">
                        <p class="notice-title">{ t.page_conflicts(view.conflicts.into()) }</p>
                        <p>{ t.page_conflicts_words() }</p>
                    </div>
                    { icon("it-chevron-right") }
                </a>
            }
            if view.revived {
                <div class="notice notice-note" role="note">
                    { icon("it-info-circle") }
                    <div class="notice-words">
                        <p class="notice-title">{ t.page_revived() }</p>
                        <p>{ t.page_revived_words() }</p>
                    </div>
                </div>
            }
        </>
    }
}

#[derive(Properties, PartialEq)]
struct TextProps {
    saver: Saver,
    body: Rc<Body>,
    revision: u32,
    goto: Option<(usize, u32)>,
    insert: Option<(Block, u32)>,
    on_files: Callback<Vec<web_sys::File>>,
    /// Nothing is written yet.
    blank: bool,
}

/// The text.
#[component]
fn Text(props: &TextProps) -> Html {
    let (t, news) = (lang(), use_news());
    let on_edit = {
        let saver = props.saver.clone();
        Callback::from(move |edit: Edit| saver.wrote(edit))
    };
    let on_wrote = {
        let saver = props.saver.clone();
        Callback::from(move |()| saver.writing())
    };
    let on_paste = {
        let news = news.clone();
        Callback::from(move |paste: Paste| clean(paste, news.clone()))
    };
    html! {
        <section class="card-plain text-card" aria-labelledby="testo-titolo">
            <header class="card-head">
                <h2 id="testo-titolo">{ t.text_title() }</h2>
                <p class="hint">{ t.text_hint() }</p>
            </header>
            <Editor
                id="campo-testo"
                label={t.text_title()}
                text={props.body.text.clone()}
                version={props.body.version.clone()}
                revision={props.revision}
                goto={props.goto}
                insert={props.insert.clone()}
                {on_edit}
                {on_wrote}
                {on_paste}
                on_files={props.on_files.clone()}
                on_error={Callback::from(move |failure| news.failed(failure))}
            />
            if props.blank {
                <files::Import saver={props.saver.clone()} />
            }
        </section>
    }
}

/// Says what became of something pasted or imported.
fn say_notes(notes: &[PasteNote], news: &News) {
    let words = notes.iter().map(|note| words::paste_note(lang(), note));
    let words: Vec<_> = words.collect();
    if !words.is_empty() {
        news.done(words.join(" "));
    }
}

/// Cleans what is pasted, and says what a person may want to know about it.
fn clean(paste: Paste, news: News) {
    spawn_local(async move {
        let command = PasteClean {
            html: paste.html.clone(),
            plain: paste.plain.clone(),
        };
        match ipc::call(command).await {
            Ok(cleaned) => {
                paste.insert(&cleaned.text);
                say_notes(&cleaned.notes, &news);
            }
            Err(failure) => news.failed(failure),
        }
    });
}
