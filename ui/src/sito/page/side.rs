//! Beside a page: where it stands, what can be done, what lacks.

use super::queue::Job;
use super::state::Action;
use super::{Desk, DeskProps};
use crate::ipc;
use crate::lang::lang;
use crate::later;
use crate::part::{Button, Kind, icon};
use crate::query::use_query;
use crate::route::{Filter, Route};
use crate::shell::use_line;
use crate::toast::{News, use_news};
use crate::words::{self, Tone};
use crate::{dom, time};
use api::sito::{PagePreview, PageVisit, Status, VersionList};
use api::stato::Line;
use api::{Command, Event};
use domain::sito::{Finding, Spot};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct SideProps {
    pub desk: Desk,
    /// Goes to a place of the form.
    pub go: Callback<Spot>,
}

/// The right column.
#[component]
pub fn Side(props: &SideProps) -> Html {
    let said = use_state_eq(String::new);
    let on_publish = use_publish(&props.desk, &props.go, &said);
    html! {
        <aside class="page-side" aria-label={lang().side_label()}>
            <StandingBox desk={props.desk.clone()} {on_publish} />
            <p class="visually-hidden" role="alert">{ (*said).clone() }</p>
            <Findings desk={props.desk.clone()} go={props.go.clone()} />
            <More desk={props.desk.clone()} />
        </aside>
    }
}

/// Asks for publication, or says what lacks first and goes there.
#[hook]
fn use_publish(desk: &Desk, go: &Callback<Spot>, said: &UseStateHandle<String>) -> Callback<()> {
    let (go, said) = (go.clone(), said.setter());
    // What is on the screen when the last words have arrived, not when the button was pressed.
    let latest = use_mut_ref(|| desk.clone());
    latest.replace(desk.clone());
    Callback::from(move |()| {
        leave_field();
        let (latest, go, said) = (latest.clone(), go.clone(), said.clone());
        spawn_local(async move {
            let saver = latest.borrow().saver.clone();
            saver.settled().await;
            let desk = latest.borrow().clone();
            desk.state.dispatch(Action::Tried);
            let findings = desk.state.findings();
            match findings.iter().find(|finding| finding.blocking) {
                Some(first) => {
                    said.set(lang().publish_first(&words::finding(lang(), first)));
                    go.emit(first.spot.clone());
                }
                None => desk.tell(Job::Publish),
            }
        });
    })
}

/// Takes the keyboard out of a field, so that it hands over what it holds.
fn leave_field() {
    let active = dom::document().active_element();
    if let Some(element) =
        active.and_then(|it| wasm_bindgen::JsCast::dyn_into::<web_sys::HtmlElement>(it).ok())
    {
        let _ = element.blur();
    }
}

#[derive(Properties, PartialEq)]
struct StandingProps {
    desk: Desk,
    on_publish: Callback<()>,
}

/// Where the page stands, and the big actions.
#[component]
fn StandingBox(props: &StandingProps) -> Html {
    let (t, news, desk) = (lang(), use_news(), &props.desk);
    let line = use_line().map_or(Line::Up, |line| line.line);
    let published = use_published(desk);
    let Some(view) = &desk.state.view else {
        return Html::default();
    };
    let row = &view.row;
    let standing = words::standing(t, row, line, published.as_deref());
    let page = row.id.clone();
    let on_preview = {
        let (news, page, saver) = (news.clone(), page.clone(), desk.saver.clone());
        Callback::from(move |()| {
            leave_field();
            saver.flush();
            let (saver, page, news) = (saver.clone(), page.clone(), news.clone());
            spawn_local(async move {
                saver.settled().await;
                run(PagePreview { page }, news);
            });
        })
    };
    let on_visit = Callback::from(move |()| run(PageVisit { page: page.clone() }, news.clone()));
    let publish = match row.status {
        Status::Draft => Some(t.publish()),
        Status::Changed => Some(t.publish_changes()),
        Status::Requested | Status::Published => None,
    };
    html! {
        <section id="stato-pagina" class={classes!("standing", standing.tone.class())} aria-labelledby="stato-titolo">
            <div role="status">
                <h2 id="stato-titolo">{ standing.title }</h2>
                <p>{ standing.detail }</p>
            </div>
            <div class="standing-actions">
                if let Some(words) = publish.filter(|_| view.may_publish) {
                    <Button id="pubblica" label={words} icon="it-check" kind={Kind::Primary} on_click={props.on_publish.clone()} />
                }
                <Button id="anteprima" label={t.preview()} icon="it-password-visible" on_click={on_preview} />
                if view.address.is_some() {
                    <Button id="vedi" label={t.visit()} icon="it-external-link" kind={Kind::Quiet} on_click={on_visit} />
                }
            </div>
            if !view.may_publish && publish.is_some() {
                <p class="hint">{ t.may_not_publish() }</p>
            }
        </section>
    }
}

fn run<C: Command<Output = ()> + 'static>(command: C, news: News) {
    spawn_local(async move {
        if let Err(failure) = ipc::call(command).await {
            news.failed(failure);
        }
    });
}

/// The day of the last publication, in words.
#[hook]
fn use_published(desk: &Desk) -> Option<String> {
    let page = desk.saver.page().clone();
    let versions = use_query(VersionList { page }, |event| {
        matches!(event, Event::Pages(_))
    });
    let last = versions
        .data?
        .iter()
        .find(|it| it.published)
        .map(|it| it.at);
    last.map(time::when)
}

/// What lacks, and advice; each with the way there.
#[component]
fn Findings(props: &SideProps) -> Html {
    let t = lang();
    let findings = props.desk.state.findings();
    let (blocking, advice): (Vec<_>, Vec<_>) = findings.into_iter().partition(|it| it.blocking);
    html! {
        <section class="findings" aria-labelledby="prima">
            <h2 id="prima">{ t.before_publishing() }</h2>
            if blocking.is_empty() {
                <p class="findings-none">{ icon("it-check-circle") }{ t.nothing_lacks() }</p>
            } else {
                <p class="hint">{ t.things_lack(blocking.len() as u64) }</p>
                { finding_list(&blocking, &props.go) }
            }
            if !advice.is_empty() {
                <h3>{ t.advice() }</h3>
                { finding_list(&advice, &props.go) }
            }
        </section>
    }
}

fn finding_list(findings: &[Finding], go: &Callback<Spot>) -> Html {
    let t = lang();
    html! {
        <ul class="finding-list">
            for it in findings.iter() {
                <li>
                    <button
                        type="button"
                        class={classes!("finding", if it.blocking { Tone::Note } else { Tone::Calm }.class())}
                        onclick={
                            let (go, spot) = (go.clone(), it.spot.clone());
                            move |_| go.emit(spot.clone())
                        }
                    >
                        <span>{ words::finding(t, it) }</span>
                        <span class="finding-go">{ t.go_there() }</span>
                    </button>
                </li>
            }
        </ul>
    }
}

/// What is seldom done: taking off, deleting.
#[component]
fn More(props: &DeskProps) -> Html {
    let (t, news, desk) = (lang(), use_news(), &props.desk);
    let Some(view) = &desk.state.view else {
        return Html::default();
    };
    let public = matches!(view.row.status, Status::Published | Status::Changed);
    let on_withdraw = {
        let desk = desk.clone();
        Callback::from(move |()| desk.tell(Job::Withdraw))
    };
    let on_delete = {
        let (page, kind) = (view.row.id.clone(), view.row.kind);
        let title = words::title(t, &desk.state.fields.title, kind);
        let saver = desk.saver.clone();
        Callback::from(move |()| {
            saver.flush();
            Route::Sito(Filter::default()).go();
            later::delete(&page, lang().page_deleted(&title), &news);
        })
    };
    html! {
        <section class="more" aria-label={t.more()}>
            if public && view.may_publish {
                <Button id="ritira" label={t.withdraw()} icon="it-password-invisible" kind={Kind::Quiet} small=true on_click={on_withdraw} />
                <p class="hint">{ t.withdraw_hint() }</p>
            }
            <Button id="elimina" label={t.delete()} icon="it-delete" kind={Kind::Danger} small=true on_click={on_delete} />
        </section>
    }
}
