//! "La linea": how it is, what limits it, what happened. For whoever sits at the desk and for whoever helps.

mod limits;
mod log;
pub mod words;

use crate::lang::lang;
use crate::part::{Screen, icon};
use crate::query::use_query;
use crate::shell::use_line;
use crate::time;
use crate::words::{line as line_words, size};
use api::Event;
use api::stato::{Attempt, AttemptFilter, AttemptList, LineRules, LineRulesLoad};
use l10n::Lang;
use limits::Limits;
use log::Log;
use std::rc::Rc;
use yew::prelude::*;

/// What changes with the line.
fn hears(event: &Event) -> bool {
    matches!(event, Event::Line)
}

/// The screen.
#[component]
pub fn LineaScreen() -> Html {
    let t = lang();
    let rules = use_query(LineRulesLoad {}, hears);
    let latest = use_query(
        AttemptList {
            only: AttemptFilter::All,
        },
        hears,
    );
    let attempts = latest.data.unwrap_or_default();
    html! {
        <Screen title={t.linea_title()} class="linea">
            <p class="lead">{ t.linea_lead() }</p>
            <Now rules={rules.data.clone()} attempts={attempts} />
            if let Some(rules) = rules.data {
                <Limits rules={*rules} />
            }
            <Log />
        </Screen>
    }
}

#[derive(Properties, PartialEq)]
struct NowProps {
    rules: Option<Rc<LineRules>>,
    attempts: Rc<Vec<Attempt>>,
}

/// The line now, in three figures, and the last cause of trouble with what to do about it.
#[component]
fn Now(props: &NowProps) -> Html {
    let t = lang();
    let Some(line) = use_line() else {
        return Html::default();
    };
    let said = line_words(t, &line);
    let today = || {
        let now = time::now();
        let of_today = move |it: &&Attempt| time::same_day(it.until, now);
        props.attempts.iter().filter(of_today)
    };
    let rtt = today().find_map(|it| it.rtt);
    let goodput = today().find_map(|it| it.goodput);
    let unknown = || t.linea_unknown().to_owned();
    let spent = props.rules.as_ref().map(|rules| size(t, rules.spent));
    html! {
        <section class="card-plain linea-now" aria-labelledby="linea-adesso">
            <h2 id="linea-adesso">{ t.linea_now() }</h2>
            <p class={classes!("panel-state", said.tone.class())}>
                <strong>{ said.text }</strong>
                if let Some(detail) = said.detail {
                    <span>{ detail }</span>
                }
            </p>
            <dl class="figures">
                { figure(t.linea_rtt(), rtt.map_or_else(unknown, |ms| t.linea_rtt_words(&t.number(ms.into())))) }
                { figure(t.linea_goodput(), goodput.map_or_else(unknown, |bytes| words::speed(t, bytes))) }
                { figure(t.linea_spent(), spent.unwrap_or_default()) }
            </dl>
            { cause(t, &props.attempts) }
        </section>
    }
}

fn figure(name: &str, value: String) -> Html {
    html! {
        <div>
            <dt>{ name }</dt>
            <dd>{ value }</dd>
        </div>
    }
}

/// The newest failure, what it means, what to do.
fn cause(t: Lang, attempts: &[Attempt]) -> Html {
    let failed = attempts.iter().find_map(|it| Some((it, it.error?)));
    let Some((attempt, fault)) = failed else {
        return Html::default();
    };
    let (name, help) = words::fault(t, fault);
    html! {
        <div class="notice notice-note linea-cause">
            { icon("it-info-circle") }
            <div class="notice-words">
                <p class="notice-title">{ t.linea_cause() }{ ": " }{ name }</p>
                <p>{ help }</p>
                <p class="hint">{ time::when_exactly(attempt.until) }</p>
            </div>
        </div>
    }
}
