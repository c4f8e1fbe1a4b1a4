//! "Il mio dispositivo di firma": whether card, reader and driver work, and what to do about what does not.

use super::ask::{Look, use_look};
use super::paper::back;
use super::sign::identity;
use super::words;
use crate::ipc;
use crate::lang::lang;
use crate::part::{Button, ChoiceField, FailureNotice, Screen, TextField, badge, icon};
use crate::query::use_query;
use crate::time::long_day;
use crate::toast::use_news;
use crate::words::Tone;
use api::firma::{Device, DeviceFinding, FirmaGoalLoad, FirmaGoalSet, FirmaTest, Identity, Stop};
use api::{Event, Failure};
use domain::firma::Level;
use l10n::Lang;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// The screen.
#[component]
pub fn DeviceScreen() -> Html {
    let t = lang();
    let look = use_look();
    let again = html! {
        <Button id="guarda-di-nuovo" label={t.device_again()} icon="it-refresh" disabled={look.busy} on_click={look.again()} />
    };
    html! {
        <Screen title={t.device_title()} class="firma device-screen" above={back(t)} beside={again}>
            <p class="lead">{ t.device_lead() }</p>
            <div class="verdict-place" aria-live="polite">
                if let Some(failure) = &look.failure {
                    <FailureNotice failure={failure.clone()} on_retry={look.again()} />
                }
                if look.busy {
                    <p class="verdict verdict-waits">
                        <progress aria-label={t.device_looking()}></progress>
                        <span>{ t.device_looking() }</span>
                    </p>
                } else if let Some(device) = &look.device {
                    { headline(t, device) }
                }
            </div>
            if let Some(device) = &look.device {
                if !device.identities.is_empty() {
                    <section class="card-plain" aria-labelledby="dispositivo-certificati">
                        <h2 id="dispositivo-certificati">{ t.device_identities() }</h2>
                        <p class="hint">{ t.device_test_words() }</p>
                        for it in device.identities.iter() {
                            <Mine key={it.id.clone()} identity={it.clone()} />
                        }
                    </section>
                }
                { findings(t, device) }
                <Drivers device={device.clone()} look={look.clone()} />
            }
            <Goal />
        </Screen>
    }
}

fn headline(t: Lang, device: &Device) -> Html {
    let (said, tone) = words::device(t, device, long_day);
    let picture = match tone {
        Tone::Good => "it-check-circle",
        _ => "it-warning-circle",
    };
    // Of what is wrong, the remedy stands right beside it.
    let first = device.findings.first().filter(|_| tone != Tone::Good);
    html! {
        <section id="stato-dispositivo" class={classes!("verdict", tone.class())}>
            { icon(picture) }
            <div class="verdict-words">
                <h2>{ said }</h2>
                if let Some(first) = first {
                    { remedy(t, first) }
                }
            </div>
        </section>
    }
}

/// Everything that was found, one by one; what was found alone is the headline already.
fn findings(t: Lang, device: &Device) -> Html {
    if device.findings.len() < 2 {
        return Html::default();
    }
    html! {
        <section class="card-plain" aria-labelledby="dispositivo-trovato">
            <h2 id="dispositivo-trovato">{ t.device_findings() }</h2>
            <ul class="reasons">
                for it in device.findings.iter() {
                    { finding(t, it) }
                }
            </ul>
        </section>
    }
}

fn finding(t: Lang, it: &DeviceFinding) -> Html {
    let (what, _) = words::finding(t, it, long_day);
    html! {
        <li class={classes!("reason", words::finding_tone(it.what).class())}>
            <p class="reason-what">{ what }</p>
            { remedy(t, it) }
        </li>
    }
}

/// Where it was found, and what to do about it.
fn remedy(t: Lang, it: &DeviceFinding) -> Html {
    let (_, then) = words::finding(t, it, long_day);
    html! {
        <>
            if !it.name.is_empty() {
                <p class="hint">{ t.device_card(&it.name) }</p>
            }
            <p>{ then }</p>
            if let Some(detail) = words::finding_detail(it) {
                <p class="hint">{ t.device_says(detail) }</p>
            }
        </>
    }
}

/// How the last trial went.
#[derive(Clone, PartialEq)]
enum Trial {
    Under,
    Took(u32),
    Stopped(Stop),
    Failed(Failure),
}

#[derive(Properties, PartialEq)]
struct MineProps {
    identity: Identity,
}

/// A key, and its trial.
#[component]
fn Mine(props: &MineProps) -> Html {
    let (t, it) = (lang(), &props.identity);
    let trial = use_state_eq(|| None::<Trial>);
    let on_test = {
        let (trial, id) = (trial.setter(), it.id.clone());
        Callback::from(move |()| {
            trial.set(Some(Trial::Under));
            let (trial, identity) = (trial.clone(), id.clone());
            spawn_local(async move {
                trial.set(Some(match ipc::call(FirmaTest { identity }).await {
                    Ok(Ok(ms)) => Trial::Took(ms),
                    Ok(Err(why)) => Trial::Stopped(why),
                    Err(failure) => Trial::Failed(failure),
                }));
            });
        })
    };
    let under = *trial == Some(Trial::Under);
    html! {
        <div class="mine">
            <div class="identity-words">{ identity(t, it) }</div>
            <Button label={t.device_test()} small=true disabled={under || !words::can_sign(it)} on_click={on_test} />
            <div class="trial" role="status">{ told(t, (*trial).as_ref()) }</div>
        </div>
    }
}

fn told(t: Lang, trial: Option<&Trial>) -> Html {
    match trial {
        None => Html::default(),
        Some(Trial::Under) => html! { <p class="hint">{ t.device_testing() }</p> },
        Some(Trial::Took(ms)) => html! {
            <p class="trial-good tone-good">{ icon("it-check-circle") }{ t.device_test_ok(&t.number((*ms).into())) }</p>
        },
        Some(Trial::Stopped(why)) => {
            let (what, then) = words::stop(t, *why);
            html! {
                <div class={classes!("reason", words::stop_tone(*why).class())}>
                    <p class="reason-what">{ what }</p>
                    <p>{ then.replace(t.run_resume(), t.device_test()) }</p>
                </div>
            }
        }
        Some(Trial::Failed(failure)) => html! { <FailureNotice failure={failure.clone()} /> },
    }
}

/// How far what is signed here is brought.
#[component]
fn Goal() -> Html {
    let (t, news) = (lang(), use_news());
    let goal = use_query(FirmaGoalLoad {}, |event| matches!(event, Event::Firma));
    let Some(chosen) = goal.data.as_deref().copied() else {
        return Html::default();
    };
    let on_choose = Callback::from(move |value: String| {
        let news = news.clone();
        let known = [Level::T, Level::Lt, Level::Lta];
        let goal = known.into_iter().find(|it| code(*it) == value);
        spawn_local(async move {
            match ipc::call(FirmaGoalSet {
                goal: goal.unwrap_or(chosen),
            })
            .await
            {
                Ok(_) => ipc::tell(&Event::Firma),
                Err(failure) => news.failed(failure),
            }
        });
    });
    let choices = [
        (Level::T, t.goal_t()),
        (Level::Lt, t.goal_lt()),
        (Level::Lta, t.goal_lta()),
    ];
    let choices = choices.map(|(it, words)| (code(it).into(), words.into()));
    html! {
        <section class="card-plain" aria-labelledby="dispositivo-marca">
            <h2 id="dispositivo-marca">{ t.goal_title() }</h2>
            <ChoiceField
                id="firma-durata"
                label={t.goal_label()}
                hint={t.goal_hint()}
                choices={Vec::from(choices)}
                value={code(chosen)}
                {on_choose}
            />
        </section>
    }
}

/// The value of a level in the list.
fn code(level: Level) -> &'static str {
    match level {
        Level::T => "marca",
        Level::Lt => "prove",
        Level::Lta => "archivio",
    }
}

#[derive(Properties, PartialEq)]
struct DriversProps {
    device: Rc<Device>,
    look: Look,
}

/// The drivers, and one named by hand.
#[component]
fn Drivers(props: &DriversProps) -> Html {
    let (t, drivers) = (lang(), &props.device.drivers);
    let path = use_state_eq(String::new);
    let on_input = {
        let path = path.setter();
        Callback::from(move |words| path.set(words))
    };
    let on_use = {
        let (path, use_driver) = (path.clone(), props.look.driver());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let path = path.trim();
            if !path.is_empty() {
                use_driver.emit(Some(path.to_owned()));
            }
        })
    };
    let by_hand = drivers.iter().any(|it| it.by_hand);
    let on_back = props.look.driver().reform(|()| None);
    html! {
        <section class="card-plain" aria-labelledby="dispositivo-driver">
            <h2 id="dispositivo-driver">{ t.device_drivers() }</h2>
            if drivers.is_empty() {
                <p class="hint">{ t.device_drivers_none() }</p>
            }
            <ul class="drivers">
                for it in drivers.iter() {
                    <li>
                        <strong>{ &it.name }</strong>
                        if it.by_hand {
                            { " " }{ badge(t.device_by_hand(), Tone::Calm) }
                        }
                        <code>{ &it.path }</code>
                    </li>
                }
            </ul>
            <details class="more-facts" open={by_hand}>
                <summary>{ t.device_hand_title() }</summary>
                <p class="hint">{ t.device_hand_lead() }</p>
                <form class="hand" onsubmit={on_use}>
                    <TextField id="driver-a-mano" label={t.device_hand_path()} hint={t.device_hand_hint()} value={(*path).clone()} {on_input} />
                    <div class="notice-actions">
                        <Button id="usa-driver" label={t.device_hand_use()} submit=true small=true disabled={props.look.busy} />
                        if by_hand {
                            <Button label={t.device_hand_back()} kind={crate::part::Kind::Quiet} small=true on_click={on_back} />
                        }
                    </div>
                </form>
            </details>
        </section>
    }
}
