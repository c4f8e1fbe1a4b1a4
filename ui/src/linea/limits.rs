//! What a person limits about the line. Each choice is kept as it is made.

use super::words::clock;
use crate::ipc;
use crate::lang::lang;
use crate::part::{Choice, ChoiceField, TextField, Toggle};
use crate::toast::use_news;
use api::Event;
use api::stato::{LineRules, LineRulesSet};
use domain::line::{LineLimits, Metered, QuietHours};
use l10n::Lang;
use std::cell::RefCell;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// Office hours of a small comune: what is proposed when quiet hours are switched on.
const OFFICE: QuietHours = QuietHours {
    from: 8 * 60,
    to: 13 * 60,
};
/// What is proposed when a sum is switched on, in MB.
const SUM: u32 = 500;

#[derive(Properties, PartialEq)]
pub struct LimitsProps {
    pub rules: LineRules,
}

/// The limits.
#[component]
pub fn Limits(props: &LimitsProps) -> Html {
    let (t, news) = (lang(), use_news());
    let kept = props.rules.limits;
    // What was chosen and is not kept yet: the next choice starts from it.
    let chosen = use_state_eq(|| None::<LineLimits>);
    let saves = use_mut_ref(Saves::default);
    let limits = chosen.unwrap_or(kept);
    {
        let chosen = chosen.setter();
        use_effect_with((kept, limits), move |(kept, limits)| {
            if kept == limits {
                chosen.set(None);
            }
        });
    }
    let choose = {
        let chosen = chosen.setter();
        Callback::from(move |limits: LineLimits| {
            chosen.set(Some(limits));
            saves.borrow_mut().next = Some(limits);
            if std::mem::replace(&mut saves.borrow_mut().busy, true) {
                return;
            }
            let (saves, chosen, news) = (saves.clone(), chosen.clone(), news.clone());
            spawn_local(async move {
                if let Err(failure) = save(&saves).await {
                    chosen.set(None);
                    news.failed(failure);
                }
            });
        })
    };
    html! {
        <section class="card-plain linea-limits" aria-labelledby="linea-limiti">
            <h2 id="linea-limiti">{ t.limits_title() }</h2>
            <p class="hint">{ t.limits_lead() }</p>
            <Quiet limits={limits} choose={choose.clone()} />
            <Cap limits={limits} choose={choose.clone()} />
            <ChoiceField
                id="linea-consumo"
                label={t.limits_metered()}
                hint={t.limits_metered_hint()}
                choices={metered_choices(t, props.rules.detected)}
                value={metered_value(limits.metered)}
                on_choose={choose.reform(move |value: String| LineLimits { metered: metered_of(&value), ..limits })}
            />
        </section>
    }
}

/// Choices on their way to be kept: one after the other, for an earlier one must not arrive last.
#[derive(Default)]
struct Saves {
    busy: bool,
    next: Option<LineLimits>,
}

async fn save(saves: &RefCell<Saves>) -> Result<(), api::Failure> {
    let mut outcome = Ok(());
    loop {
        let next = saves.borrow_mut().next.take();
        let Some(limits) = next.filter(|_| outcome.is_ok()) else {
            break;
        };
        outcome = ipc::call(LineRulesSet { limits }).await.map(drop);
        ipc::tell(&Event::Line);
    }
    saves.borrow_mut().busy = false;
    outcome
}

#[derive(Properties, PartialEq)]
struct PartProps {
    limits: LineLimits,
    choose: Callback<LineLimits>,
}

#[component]
fn Quiet(props: &PartProps) -> Html {
    let (t, limits) = (lang(), props.limits);
    let same = use_state_eq(|| false);
    let on_toggle = props.choose.reform(move |on: bool| LineLimits {
        quiet: on.then_some(OFFICE),
        ..limits
    });
    let on_hours = {
        let (choose, same) = (props.choose.clone(), same.setter());
        Callback::from(move |(from, to): (u16, u16)| {
            let quiet = QuietHours::new(from, to);
            same.set(quiet.is_none());
            if quiet.is_some() {
                choose.emit(LineLimits { quiet, ..limits });
            }
        })
    };
    let field = |id: &'static str, label: &'static str, at: u16, on_choose: Callback<u16>| {
        html! {
            <ChoiceField
                id={id}
                label={label}
                choices={hours()}
                value={at.to_string()}
                problem={same.then(|| AttrValue::from(t.limits_same()))}
                on_choose={on_choose.reform(|value: String| value.parse().unwrap_or(0))}
            />
        }
    };
    html! {
        <div class="limit">
            <Toggle
                id="linea-tranquille"
                switch=true
                label={t.limits_quiet()}
                hint={t.limits_quiet_hint()}
                on={limits.quiet.is_some()}
                on_toggle={on_toggle}
            />
            if let Some(quiet) = limits.quiet {
                <div class="field-pair limit-more">
                    { field("linea-dalle", t.limits_from(), quiet.from, on_hours.reform(move |from| (from, quiet.to))) }
                    { field("linea-alle", t.limits_to(), quiet.to, on_hours.reform(move |to| (quiet.from, to))) }
                </div>
            }
        </div>
    }
}

/// The half hours of a day.
fn hours() -> Vec<Choice> {
    let half = |n: u16| {
        (
            AttrValue::from((n * 30).to_string()),
            AttrValue::from(clock(n * 30)),
        )
    };
    (0..48).map(half).collect()
}

#[component]
fn Cap(props: &PartProps) -> Html {
    let (t, limits) = (lang(), props.limits);
    let written = use_state_eq(|| None::<String>);
    let on_toggle = {
        let (choose, written) = (props.choose.clone(), written.setter());
        Callback::from(move |on: bool| {
            written.set(None);
            choose.emit(LineLimits {
                cap_mb: on.then_some(SUM),
                ..limits
            });
        })
    };
    let on_input = {
        let (choose, written) = (props.choose.clone(), written.setter());
        Callback::from(move |text: String| {
            if let Some(mb) = megabytes(&text) {
                choose.emit(LineLimits {
                    cap_mb: Some(mb),
                    ..limits
                });
            }
            written.set(Some(text));
        })
    };
    let shown = |mb: u32| (*written).clone().unwrap_or_else(|| mb.to_string());
    html! {
        <div class="limit">
            <Toggle
                id="linea-tetto"
                switch=true
                label={t.limits_cap()}
                hint={t.limits_cap_hint()}
                on={limits.cap_mb.is_some()}
                on_toggle={on_toggle}
            />
            if let Some(mb) = limits.cap_mb {
                <TextField
                    id="linea-mb"
                    class="limit-more limit-mb"
                    label={t.limits_cap_mb()}
                    value={shown(mb)}
                    on_input={on_input}
                    limit={7}
                    problem={megabytes(&shown(mb)).is_none().then(|| AttrValue::from(t.limits_cap_bad()))}
                />
            }
        </div>
    }
}

/// A sum as a person writes it.
fn megabytes(text: &str) -> Option<u32> {
    let digits: String = text.chars().filter(|c| !matches!(c, ' ' | '.')).collect();
    digits.parse().ok().filter(|mb| *mb > 0)
}

fn metered_choices(t: Lang, detected: Option<bool>) -> Vec<Choice> {
    let auto = match detected {
        Some(true) => t.limits_auto_yes(),
        Some(false) => t.limits_auto_no(),
        None => t.limits_auto_unknown(),
    };
    [
        ("auto", auto),
        ("yes", t.limits_yes()),
        ("no", t.limits_no()),
    ]
    .map(|(value, words)| (value.into(), words.into()))
    .into()
}

fn metered_value(metered: Metered) -> &'static str {
    match metered {
        Metered::Auto => "auto",
        Metered::Yes => "yes",
        Metered::No => "no",
    }
}

fn metered_of(value: &str) -> Metered {
    match value {
        "yes" => Metered::Yes,
        "no" => Metered::No,
        _ => Metered::Auto,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_is_read_as_people_write_it() {
        let read = ["500", " 1.500 ", "0", "", "molti", "-3"].map(megabytes);
        assert_eq!(read, [Some(500), Some(1_500), None, None, None, None]);
    }

    #[test]
    fn a_choice_is_the_one_that_was_made() {
        for it in [Metered::Auto, Metered::Yes, Metered::No] {
            assert_eq!(metered_of(metered_value(it)), it);
        }
        let hours = hours();
        assert_eq!(hours.len(), 48);
        assert!(hours.contains(&("480".into(), "8:00".into())));
    }
}
