//! "Cosa aspetta": what was done here and is not at the hub yet, why, and what can be done.

use super::stick::StickButton;
use super::use_line;
use crate::ipc;
use crate::lang::lang;
use crate::linea::words as linea;
use crate::part::{Button, Dialog, Empty, FailureNotice, Kind, Toggle, icon};
use crate::query::use_query;
use crate::route::Route;
use crate::time;
use crate::toast::use_news;
use crate::words::{self, Tone};
use api::stato::{
    Going, LeftAlone, Line, LineRelease, LineSetOff, LineState, LineSyncNow, Transit, TransitLoad,
    Waiting, WaitingExport, WaitingList, Why,
};
use api::{Command, Event};
use domain::line::Fault;
use domain::sito::PageKind;
use l10n::Lang;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct PanelProps {
    pub on_close: Callback<()>,
    /// "Porta con la chiavetta".
    pub on_stick: Callback<()>,
}

fn hears(event: &Event) -> bool {
    matches!(event, Event::Line | Event::Pages(_))
}

/// The panel, open.
#[component]
pub fn Panel(props: &PanelProps) -> Html {
    let t = lang();
    let waiting = use_query(WaitingList {}, hears);
    let transit = use_query(TransitLoad {}, hears).data;
    let Some(line) = use_line() else {
        return Html::default();
    };
    let alone = transit
        .as_deref()
        .map_or(&[][..], |transit| &transit.left_alone);
    let fault = transit.as_ref().and_then(|transit| transit.fault);
    let held = transit
        .as_ref()
        .is_some_and(|transit| transit.held.as_ref().is_some_and(|back| back.files > 0));
    // A link that leads where one is already changes no route: the panel closes all the same.
    let on_leave = props.on_close.reform(|_: MouseEvent| ());
    html! {
        <Dialog id="cosa-aspetta" title={t.panel_title()} side=true on_close={props.on_close.clone()}>
            <LineSummary line={(*line).clone()} held={held} />
            <Now transit={transit.clone()} line={line.line} />
            <section aria-labelledby="aspetta">
                <h3 id="aspetta">{ t.panel_waiting() }</h3>
                { left_alone(t, alone) }
                {
                    match waiting.data.as_deref() {
                        Some(list) if list.is_empty() && line.waiting_bytes > 0 => html! {
                            <p class="hint">
                                { t.line_changes_sent() }{ ". " }{ words::files_left(t, line.waiting_bytes) }{ "." }
                            </p>
                        },
                        Some(list) if list.is_empty() && alone.is_empty() => html! {
                            <Empty icon="it-check-circle" title={t.line_all_sent()} words={t.panel_nothing()} />
                        },
                        Some(list) => html! {
                            <ul class="waits">
                                for it in list.iter() {
                                    { waiting_item(t, it, line.line, fault) }
                                }
                            </ul>
                        },
                        None => Html::default(),
                    }
                }
                if let Some(failure) = waiting.failure {
                    <FailureNotice failure={(*failure).clone()} />
                }
            </section>
            <p class="panel-more">
                <a href={Route::Linea.hash()} onclick={on_leave}>{ t.panel_more() }</a>
            </p>
            <StickButton on_click={props.on_stick.clone()} />
        </Dialog>
    }
}

#[derive(Properties, PartialEq)]
struct LineSummaryProps {
    line: LineState,
    /// Files wait for the limits, whatever else is sent.
    held: bool,
}

#[component]
fn LineSummary(props: &LineSummaryProps) -> Html {
    let (t, news) = (lang(), use_news());
    let line = &props.line;
    let said = words::line(t, line);
    let sent = line.waiting == 0 && matches!(said.tone, Tone::Good | Tone::Calm);
    let line_news = news.clone();
    let send = move |command: LineCommand| {
        let news = line_news.clone();
        spawn_local(async move {
            let answer = match command {
                LineCommand::Off(off) => changed(LineSetOff { off }).await,
                LineCommand::Now => changed(LineSyncNow {}).await,
            };
            if let Err(failure) = answer {
                news.failed(failure);
            }
        });
    };
    let on_off = {
        let send = send.clone();
        Callback::from(move |off| send(LineCommand::Off(off)))
    };
    let on_now = Callback::from(move |()| send(LineCommand::Now));
    let on_export = {
        let news = news.clone();
        Callback::from(move |()| export(news.clone()))
    };
    let revoked = line.line == Line::Revoked;
    html! {
        <section class="panel-line">
            <p class={classes!("panel-state", said.tone.class())}>
                <strong>{ if props.held && sent { t.line_work_sent().to_owned() } else { said.text } }</strong>
                if let Some(detail) = said.detail {
                    <span>{ detail }</span>
                }
                if matches!(line.line, Line::Down | Line::Trouble | Line::Off) {
                    <span>{ t.since_when(&time::when_exactly(line.since)) }</span>
                }
            </p>
            <p class="hint">
                { line.last_ok.map_or_else(|| t.panel_never().to_owned(), |at| t.panel_last(&time::when(at))) }
            </p>
            if line.conflicts > 0 {
                <p><a href={Route::Risolvere.hash()}>{ t.refused_link(line.conflicts.into()) }</a></p>
            }
            if line.clock_off.is_some() {
                <p class="panel-clock">{ icon("it-clock") }{ t.panel_clock() }</p>
            }
            if !revoked {
                <Toggle
                    id="senza-rete"
                    switch=true
                    label={t.panel_off()}
                    hint={t.panel_off_hint()}
                    on={line.line == Line::Off}
                    on_toggle={on_off}
                />
            }
            <p class="panel-actions">
                if !revoked {
                    <Button label={t.panel_now()} icon="it-refresh" small=true on_click={on_now} disabled={line.line == Line::Off} />
                }
                <Button label={t.panel_export()} icon="it-download" kind={Kind::Quiet} small=true on_click={on_export} />
            </p>
        </section>
    }
}

#[derive(Clone, Copy)]
enum LineCommand {
    Off(bool),
    Now,
}

/// Carries a command of the line out and tells everybody on the desk.
async fn changed<C: Command<Output = LineState>>(command: C) -> Result<(), api::Failure> {
    ipc::call(command).await?;
    ipc::tell(&Event::Line);
    Ok(())
}

fn export(news: crate::toast::News) {
    spawn_local(async move {
        match ipc::call(WaitingExport {}).await {
            Ok(path) => news.done(lang().exported(&path)),
            Err(failure) => news.failed(failure),
        }
    });
}

fn waiting_item(t: Lang, it: &Waiting, line: Line, fault: Option<Fault>) -> Html {
    html! {
        <li>
            <a href={Route::Page(it.page.clone()).hash()}>
                { words::title(t, &it.title, PageKind::Pagina) }
            </a>
            <p>{ words::waiting(t, it.what) }{ " · " }{ t.since(&time::when(it.since)) }</p>
            <p class="hint">{ linea::why(t, it.why, line, fault) }</p>
            if let Why::Files { sent, all, .. } = it.why {
                { progress(t, sent, all) }
            }
        </li>
    }
}

/// How much of something is where it should be, as a bar with words.
fn progress(t: Lang, done: u64, all: u64) -> Html {
    html! {
        <progress
            value={done.to_string()}
            max={all.max(1).to_string()}
            aria-label={t.going_done(&words::size(t, done), &words::size(t, all))}
        ></progress>
    }
}

/// What goes now, how much is left, what holds it back. It always takes the same place, so that nothing below
/// jumps while files come and go.
#[component]
fn Now(props: &NowProps) -> Html {
    let t = lang();
    let transit = props.transit.as_deref();
    let left = transit.and_then(|transit| linea::left(t, transit, props.line));
    html! {
        <section class="going" aria-labelledby="adesso">
            <h3 id="adesso">{ t.going_title() }</h3>
            <div class="going-what">
                { transit.map(|transit| going(t, transit.going.as_ref())).unwrap_or_default() }
            </div>
            <p class="going-left">{ left.unwrap_or_default() }</p>
            { transit.map(|transit| downloads(t, transit)).unwrap_or_default() }
            { transit.map(|transit| signed(t, transit)).unwrap_or_default() }
            if let Some(transit) = &props.transit {
                <Limited transit={transit.clone()} />
            }
        </section>
    }
}

#[derive(Properties, PartialEq)]
struct NowProps {
    transit: Option<Rc<Transit>>,
    line: Line,
}

/// Files that did not go for a reason of their own: the first ones, each with what can be done.
fn left_alone(t: Lang, left: &[LeftAlone]) -> Html {
    const SHOWN: usize = 3;
    if left.is_empty() {
        return Html::default();
    }
    let more = left.len().saturating_sub(SHOWN);
    html! {
        <ul class="left-alone">
            for it in left.iter().take(SHOWN) {
                <li>
                    { icon("it-warning-circle") }
                    <span>{ linea::left_alone(t, it) }</span>
                </li>
            }
            if more > 0 {
                <li><span>{ t.left_alone_more(more as u64) }</span></li>
            }
        </ul>
    }
}

/// What is still to come down, where nothing holds it back.
fn downloads(t: Lang, transit: &Transit) -> Html {
    let (files, bytes) = transit.downloads;
    if files == 0 || transit.held.is_some() {
        return Html::default();
    }
    let words = t.downloads_left(files.into(), &words::size(t, bytes));
    html! { <p class="hint">{ words }</p> }
}

/// Signed documents that wait for what makes them last.
fn signed(t: Lang, transit: &Transit) -> Html {
    match transit.signed {
        0 => Html::default(),
        count => html! { <p class="hint">{ t.signed_waiting(count.into()) }</p> },
    }
}

fn going(t: Lang, it: Option<&Going>) -> Html {
    match it {
        None => html! { <p class="hint">{ t.going_none() }</p> },
        Some(Going::Changes { count }) => html! { <p>{ t.going_changes((*count).into()) }</p> },
        Some(Going::File {
            name,
            page,
            up,
            done,
            size,
        }) => html! {
            <>
                <p class="going-file">{ file_words(t, name, *up) }</p>
                if let Some((page, title)) = page {
                    <p class="hint">
                        { t.going_of() }{ " " }
                        <a href={Route::Page(page.clone()).hash()}>{ words::title(t, title, PageKind::Pagina) }</a>
                    </p>
                }
                { progress(t, *done, *size) }
                <p class="hint">{ t.going_done(&words::size(t, *done), &words::size(t, *size)) }</p>
            </>
        },
    }
}

fn file_words(t: Lang, name: &str, up: bool) -> String {
    let name = if name.is_empty() {
        t.going_nameless()
    } else {
        name
    };
    if up {
        t.going_up(name)
    } else {
        t.going_down(name)
    }
}

#[derive(Properties, PartialEq)]
struct LimitedProps {
    transit: Rc<Transit>,
}

/// What a limit holds back, and the person's word about it.
#[component]
fn Limited(props: &LimitedProps) -> Html {
    let (t, news) = (lang(), use_news());
    let transit = &props.transit;
    let release = Callback::from(move |on: bool| {
        let news = news.clone();
        spawn_local(async move {
            match ipc::call(LineRelease { on }).await {
                Ok(_) => ipc::tell(&Event::Line),
                Err(failure) => news.failed(failure),
            }
        });
    });
    if transit.released {
        return html! {
            <div class="held">
                <p>{ t.released() }</p>
                <Button label={t.released_end()} small=true on_click={release.reform(|()| false)} />
            </div>
        };
    }
    let Some(back) = &transit.held else {
        return Html::default();
    };
    let files = linea::held_files(t, back);
    html! {
        <div class="held">
            <p>{ linea::held(t, back.why) }</p>
            if let Some(files) = files {
                <p><strong>{ files }</strong></p>
                <Button
                    id="tutto-adesso"
                    label={t.held_now()}
                    icon="it-refresh"
                    small=true
                    on_click={release.reform(|()| true)}
                />
            }
        </div>
    }
}
