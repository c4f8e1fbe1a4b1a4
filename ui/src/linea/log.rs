//! The log of connections, one row per try or run of equal tries, and the diagnosis.

use super::{hears, words};
use crate::ipc;
use crate::lang::lang;
use crate::part::{Button, Empty, FailureNotice};
use crate::query::use_query;
use crate::time;
use crate::toast::use_news;
use crate::words::size;
use api::stato::{Attempt, AttemptFilter, AttemptList, DiagnosisExport, VersionsLoad};
use l10n::Lang;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// Rows shown at first: the rest is asked for by few.
const SHOWN: usize = 50;

/// The log.
#[component]
pub fn Log() -> Html {
    let (t, news) = (lang(), use_news());
    let only = use_state_eq(AttemptFilter::default);
    let rows = use_query(AttemptList { only: *only }, hears);
    let versions = use_query(VersionsLoad {}, hears);
    let choose = {
        let only = only.setter();
        Callback::from(move |it| only.set(it))
    };
    let on_export = Callback::from(move |()| {
        let news = news.clone();
        spawn_local(async move {
            match ipc::call(DiagnosisExport {}).await {
                Ok(path) => news.done(lang().diagnosis_done(&path)),
                Err(failure) => news.failed(failure),
            }
        });
    });
    html! {
        <section class="card-plain linea-log" aria-labelledby="linea-registro">
            <div class="linea-log-head">
                <h2 id="linea-registro">{ t.log_title() }</h2>
                <Button id="esporta-diagnosi" label={t.diagnosis()} icon="it-download" small=true on_click={on_export} />
            </div>
            <p class="hint">{ t.log_lead() }</p>
            <p class="hint">{ t.diagnosis_hint() }</p>
            if let Some(it) = versions.data.as_deref() {
                <p class="hint" id="versioni">
                    { t.log_versions(&it.app, it.hub.as_deref().unwrap_or(t.log_version_unknown())) }
                </p>
            }
            <Filters only={*only} choose={choose} />
            if let Some(failure) = rows.failure {
                <FailureNotice failure={(*failure).clone()} />
            }
            {
                match rows.data.as_deref() {
                    Some(rows) if rows.is_empty() => html! {
                        <Empty icon="it-list" title={t.log_empty()} words={t.log_empty_words()} />
                    },
                    Some(rows) => html! { <Table rows={rows.clone()} /> },
                    None => Html::default(),
                }
            }
        </section>
    }
}

#[derive(Properties, PartialEq)]
struct FiltersProps {
    only: AttemptFilter,
    choose: Callback<AttemptFilter>,
}

#[component]
fn Filters(props: &FiltersProps) -> Html {
    let t = lang();
    let choices = [
        (AttemptFilter::All, t.log_all()),
        (AttemptFilter::Failed, t.log_failed()),
        (AttemptFilter::Carried, t.log_carried()),
    ];
    html! {
        <div class="log-filters" role="group" aria-label={t.log_filter()}>
            for (it, label) in choices {
                <Button
                    label={label}
                    small=true
                    pressed={it == props.only}
                    class={classes!((it == props.only).then_some("here"))}
                    on_click={props.choose.reform(move |()| it)}
                />
            }
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct TableProps {
    rows: Vec<Attempt>,
}

#[component]
fn Table(props: &TableProps) -> Html {
    let t = lang();
    let all = use_state_eq(|| false);
    let count = props.rows.len();
    let shown = if *all { count } else { SHOWN };
    let on_all = {
        let all = all.setter();
        Callback::from(move |()| all.set(true))
    };
    html! {
        <>
        <div class="log-table" tabindex="0" role="region" aria-labelledby="linea-registro">
        <table class="plain-table">
            <thead>
                <tr>
                    <th scope="col">{ t.log_when() }</th>
                    <th scope="col">{ t.log_result() }</th>
                    <th scope="col">{ t.log_quality() }</th>
                    <th scope="col">{ t.attempts_time() }</th>
                    <th scope="col">{ t.log_carried_head() }</th>
                </tr>
            </thead>
            <tbody>
                for it in props.rows.iter().take(shown) {
                    { row(t, it) }
                }
            </tbody>
        </table>
        </div>
        if count > shown {
            <Button label={t.log_more(&t.number(count as u64))} small=true on_click={on_all} />
        }
        </>
    }
}

fn row(t: Lang, it: &Attempt) -> Html {
    let failed = it.error.is_some();
    html! {
        <tr class={classes!(failed.then_some("failed"))}>
            <td>{ when(t, it) }</td>
            <td class="log-result">{ words::result(t, it) }</td>
            <td>{ words::quality(t, it) }</td>
            <td>{ t.linea_rtt_words(&t.number(it.ms.into())) }</td>
            <td>{ data(t, it) }</td>
        </tr>
    }
}

/// When it was; for a run, from when to when.
fn when(t: Lang, it: &Attempt) -> String {
    let from = time::when_exactly(it.at);
    if it.until <= it.at || it.times < 2 || time::when_exactly(it.until) == from {
        return from;
    }
    match time::same_day(it.at, it.until) {
        true => t.log_run(&from, &time::clock(it.until)),
        false => t.log_run_far(&from, &time::when_exactly(it.until)),
    }
}

fn data(t: Lang, it: &Attempt) -> String {
    match (it.up, it.down) {
        (0, 0) => t.log_no_quality().into(),
        (up, down) => format!("↑ {} ↓ {}", size(t, up), size(t, down)),
    }
}
