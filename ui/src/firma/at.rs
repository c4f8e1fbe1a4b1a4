//! "Oggi" or "Alla data di…": the date that a signature is judged at, and by what right that date counts.

use super::words;
use crate::lang::lang;
use crate::part::{Button, Choice, ChoiceField, TextField};
use crate::time;
use api::firma::{Basis, Instant};
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct AtWhenProps {
    pub at: Option<Instant>,
    pub on_at: Callback<Option<Instant>>,
}

/// What is written so far.
#[derive(Clone, PartialEq)]
struct Draft {
    then: bool,
    day: String,
    hour: String,
    basis: Basis,
    problem: Option<&'static str>,
}

impl Draft {
    fn of(at: Option<Instant>) -> Self {
        let (day, hour) = time::fields(at.map_or_else(time::now, |it| it.time));
        Self {
            then: at.is_some(),
            day,
            hour,
            basis: at.map_or(Basis::Protocol, |it| it.basis),
            problem: None,
        }
    }
}

/// Chooses the date.
#[component]
pub fn AtWhen(props: &AtWhenProps) -> Html {
    let t = lang();
    let draft = use_state_eq(|| Draft::of(props.at));
    let change = |make: fn(Draft, String) -> Draft| {
        let draft = draft.clone();
        Callback::from(move |value: String| draft.set(make((*draft).clone(), value)))
    };
    let on_now = {
        let (draft, on_at) = (draft.clone(), props.on_at.clone());
        Callback::from(move |_: web_sys::Event| {
            draft.set(Draft {
                then: false,
                ..(*draft).clone()
            });
            on_at.emit(None);
        })
    };
    let on_then = {
        let draft = draft.clone();
        Callback::from(move |_: web_sys::Event| {
            draft.set(Draft {
                then: true,
                ..(*draft).clone()
            });
        })
    };
    let on_ask = {
        let (draft, on_at) = (draft.clone(), props.on_at.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            match instant(&draft, time::now()) {
                Ok(at) => on_at.emit(Some(at)),
                Err(problem) => draft.set(Draft {
                    problem: Some(problem),
                    ..(*draft).clone()
                }),
            }
        })
    };
    let choices: Vec<Choice> = words::bases(t)
        .into_iter()
        .map(|(basis, words)| (code(basis).into(), words.into()))
        .collect();
    html! {
        <section class="card-plain at-when" aria-labelledby="a-quale-data">
            <fieldset class="field radios">
                <legend id="a-quale-data">{ t.at_title() }</legend>
                <div class="radios-row">
                    <label class="radio">
                        <input type="radio" name="a-data" id="data-oggi" checked={!draft.then} onchange={on_now} />
                        <span>{ t.at_now() }</span>
                    </label>
                    <label class="radio">
                        <input type="radio" name="a-data" id="data-altra" checked={draft.then} onchange={on_then} />
                        <span>{ t.at_then() }</span>
                    </label>
                </div>
                <p class="hint">{ t.at_lead() }</p>
            </fieldset>
            if draft.then {
                <form class="at-form" onsubmit={on_ask}>
                    <div class="field-pair">
                        <TextField
                            id="data-giorno"
                            kind="date"
                            label={t.at_day()}
                            value={draft.day.clone()}
                            on_input={change(|it, day| Draft { day, problem: None, ..it })}
                            problem={draft.problem.map(AttrValue::from)}
                        />
                        <TextField
                            id="data-ora"
                            kind="time"
                            label={t.at_hour()}
                            value={draft.hour.clone()}
                            on_input={change(|it, hour| Draft { hour, problem: None, ..it })}
                        />
                    </div>
                    <ChoiceField
                        id="data-fonte"
                        label={t.at_basis()}
                        {choices}
                        value={code(draft.basis)}
                        on_choose={change(|it, value| Draft { basis: basis_of(&value), ..it })}
                        hint={words::opposable(t, draft.basis).map(AttrValue::from)}
                    />
                    <Button id="verifica-alla-data" label={t.at_ask()} submit=true kind={crate::part::Kind::Primary} />
                </form>
            }
        </section>
    }
}

/// The value of a source in the list.
fn code(basis: Basis) -> &'static str {
    match basis {
        Basis::Now => "adesso",
        Basis::Stated => "dichiarata",
        Basis::TimeStamp => "marca",
        Basis::UnqualifiedTimeStamp => "marca-non-qualificata",
        Basis::Protocol => "protocollo",
        Basis::Pec => "pec",
        Basis::Preservation => "conservazione",
    }
}

fn basis_of(value: &str) -> Basis {
    let known = words::bases(l10n::Lang::It).into_iter();
    let mut known = known.map(|(basis, _)| basis);
    known.find(|it| code(*it) == value).unwrap_or(Basis::Stated)
}

/// The date as it is written, or what is wrong with it.
fn instant(draft: &Draft, now: domain::UnixMs) -> Result<Instant, &'static str> {
    let time = time::of_fields(&draft.day, &draft.hour).ok_or(lang().at_bad())?;
    if time > now {
        return Err(lang().at_future());
    }
    Ok(Instant {
        time,
        basis: draft.basis,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_the_one_that_was_chosen_and_never_more_than_that() {
        for (basis, _) in words::bases(l10n::Lang::It) {
            assert_eq!(basis_of(code(basis)), basis);
        }
        assert_eq!(basis_of("boh"), Basis::Stated);
    }
}
