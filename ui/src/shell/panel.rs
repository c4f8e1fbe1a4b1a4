//! "Cosa aspetta": what was done here and is not at the hub yet, why, and what can be done.

use super::stick::StickButton;
use super::use_line;
use crate::ipc;
use crate::lang::lang;
use crate::part::{Button, Dialog, Empty, FailureNotice, Kind, Toggle, icon};
use crate::query::use_query;
use crate::route::Route;
use crate::time;
use crate::toast::use_news;
use crate::words;
use api::stato::{
    Attempt, AttemptList, Line, LineSetOff, LineState, LineSyncNow, Waiting, WaitingExport,
    WaitingList,
};
use api::{Command, Event};
use domain::sito::PageKind;
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
    let Some(line) = use_line() else {
        return Html::default();
    };
    html! {
        <Dialog id="cosa-aspetta" title={t.panel_title()} side=true on_close={props.on_close.clone()}>
            <LineSummary line={(*line).clone()} />
            <section aria-labelledby="aspetta">
                <h3 id="aspetta">{ t.panel_waiting() }</h3>
                {
                    match waiting.data.as_deref() {
                        Some(list) if list.is_empty() => html! {
                            <Empty icon="it-check-circle" title={t.line_all_sent()} words={t.panel_nothing()} />
                        },
                        Some(list) => html! {
                            <ul class="waits">
                                for it in list.iter() {
                                    { waiting_item(t, it, line.line) }
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
            <StickButton on_click={props.on_stick.clone()} />
            <Attempts />
        </Dialog>
    }
}

#[derive(Properties, PartialEq)]
struct LineSummaryProps {
    line: LineState,
}

#[component]
fn LineSummary(props: &LineSummaryProps) -> Html {
    let (t, news) = (lang(), use_news());
    let line = &props.line;
    let said = words::line(t, line);
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
                <strong>{ said.text }</strong>
                if let Some(detail) = said.detail {
                    <span>{ detail }</span>
                }
            </p>
            <p class="hint">
                { line.last_ok.map_or_else(|| t.panel_never().to_owned(), |at| t.panel_last(&time::when(at))) }
                if line.waiting_bytes > 0 {
                    { " " }{ t.panel_bytes(&words::size(t, line.waiting_bytes)) }
                }
            </p>
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

fn waiting_item(t: l10n::Lang, it: &Waiting, line: Line) -> Html {
    html! {
        <li>
            <a href={Route::Page(it.page.clone()).hash()}>
                { words::title(t, &it.title, PageKind::Pagina) }
            </a>
            <p>{ words::waiting(t, it.what) }{ " · " }{ t.since(&time::when(it.since)) }</p>
            <p class="hint">{ words::why_waiting(t, it, line) }</p>
            if let Some((sent, all)) = it.files {
                <progress
                    value={sent.to_string()}
                    max={all.max(1).to_string()}
                    aria-label={t.why_files(&words::size(t, sent), &words::size(t, all))}
                ></progress>
            }
        </li>
    }
}

/// The last tries, for the facilitatore on the telephone.
#[component]
fn Attempts() -> Html {
    let t = lang();
    let attempts = use_query(AttemptList {}, hears);
    let Some(list) = attempts.data.filter(|list| !list.is_empty()) else {
        return Html::default();
    };
    html! {
        <details class="attempts">
            <summary>{ t.attempts_title() }</summary>
            <p class="hint">{ t.attempts_lead() }</p>
            <table class="plain-table">
                <thead>
                    <tr>
                        <th scope="col">{ t.attempts_when() }</th>
                        <th scope="col">{ t.attempts_result() }</th>
                        <th scope="col">{ t.attempts_time() }</th>
                        <th scope="col">{ t.attempts_bytes() }</th>
                    </tr>
                </thead>
                <tbody>
                    for it in list.iter() {
                        { attempt(t, it) }
                    }
                </tbody>
            </table>
        </details>
    }
}

fn attempt(t: l10n::Lang, it: &Attempt) -> Html {
    let result = it.error.clone().unwrap_or_else(|| t.attempts_ok().into());
    html! {
        <tr>
            <td>{ time::when_exactly(it.at) }</td>
            <td>{ result }</td>
            <td>{ format!("{} ms", t.number(it.ms.into())) }</td>
            <td>{ format!("↑ {} ↓ {}", words::size(t, it.up), words::size(t, it.down)) }</td>
        </tr>
    }
}
