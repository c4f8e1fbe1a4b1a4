//! The start: choosing or giving the passphrase, linking the PC, a workspace that does not open.

use crate::ipc;
use crate::lang::lang;
use crate::part::{Button, FailureNotice, Kind, TextField, icon};
use crate::shell::LanguageSwitch;
use api::session::{Session, SessionEnrol, SessionSeal, SessionUnlock};
use api::{Command, Event, Failure};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct StartProps {
    pub session: Session,
    pub on_language: Callback<l10n::Lang>,
}

/// What is shown until the desk is ready.
#[component]
pub fn Start(props: &StartProps) -> Html {
    let t = lang();
    let inside = match &props.session {
        Session::ChoosePassphrase => html! { <Seal /> },
        Session::Locked => html! { <Unlock /> },
        Session::Unlinked => html! { <Enrol /> },
        Session::Broken(failure) => html! {
            <div class="start-form">
                <h1>{ t.broken_title() }</h1>
                <FailureNotice failure={failure.clone()} />
            </div>
        },
        Session::Ready(_) => Html::default(),
    };
    html! {
        <div class="start">
            <header class="start-brand">
                { icon("it-pa") }
                <p class="start-name">{ t.app_name() }</p>
                <p>{ t.app_promise() }</p>
                <ul class="start-points">
                    <li>{ icon("it-check") }{ t.app_point_offline() }</li>
                    <li>{ icon("it-check") }{ t.app_point_saved() }</li>
                    <li>{ icon("it-check") }{ t.app_point_sealed() }</li>
                </ul>
            </header>
            <main class="start-card" id="contenuto">
                { inside }
                <LanguageSwitch on_language={props.on_language.clone()} />
            </main>
        </div>
    }
}

/// A command of the session under way, and how the last one failed.
#[derive(Clone, PartialEq, Default)]
struct Attempt {
    busy: bool,
    failure: Option<Failure>,
}

/// Sends a command of the session; the answer changes the face of the app.
fn send<C: Command + 'static>(state: &UseStateHandle<Attempt>, command: C) {
    if state.busy {
        return;
    }
    state.set(Attempt {
        busy: true,
        failure: None,
    });
    let state = state.setter();
    spawn_local(async move {
        let failure = ipc::call(command).await.err();
        let went = failure.is_none();
        state.set(Attempt {
            busy: false,
            failure,
        });
        if went {
            ipc::tell(&Event::Session);
        }
    });
}

#[derive(Properties, PartialEq)]
struct FormProps {
    title: AttrValue,
    lead: AttrValue,
    action: AttrValue,
    attempt: Attempt,
    /// What is said while the command is under way.
    doing: AttrValue,
    on_send: Callback<()>,
    children: Html,
}

#[component]
fn Form(props: &FormProps) -> Html {
    let on_submit = props
        .on_send
        .reform(|event: SubmitEvent| event.prevent_default());
    let busy = props.attempt.busy;
    html! {
        <form class="start-form" onsubmit={on_submit}>
            <h1>{ &props.title }</h1>
            <p class="lead">{ &props.lead }</p>
            if let Some(failure) = &props.attempt.failure {
                <FailureNotice failure={failure.clone()} />
            }
            { props.children.clone() }
            <Button
                label={if busy { props.doing.clone() } else { props.action.clone() }}
                kind={Kind::Primary}
                submit=true
                disabled={busy}
            />
        </form>
    }
}

#[component]
fn Seal() -> Html {
    let t = lang();
    let attempt = use_state_eq(Attempt::default);
    let (first, second) = (use_state_eq(String::new), use_state_eq(String::new));
    let tried = use_state_eq(|| false);
    let problem = seal_problem(t, &first, &second).filter(|_| *tried);
    let on_send = {
        let (attempt, first, second, tried) = (
            attempt.clone(),
            first.clone(),
            second.clone(),
            tried.setter(),
        );
        Callback::from(move |()| {
            tried.set(true);
            if seal_problem(t, &first, &second).is_none() {
                let passphrase = (*first).clone();
                send(&attempt, SessionSeal { passphrase });
            }
        })
    };
    html! {
        <Form
            title={t.seal_title()}
            lead={t.seal_lead()}
            action={t.seal_action()}
            doing={t.seal_doing()}
            attempt={(*attempt).clone()}
            {on_send}
        >
            <TextField
                id="parola"
                label={t.passphrase()}
                kind="password"
                value={(*first).clone()}
                on_input={set(&first)}
                hint={t.seal_hint()}
                autofocus=true
            />
            <TextField
                id="parola-ancora"
                label={t.passphrase_again()}
                kind="password"
                value={(*second).clone()}
                on_input={set(&second)}
                problem={problem}
            />
        </Form>
    }
}

/// The shortest passphrase the app takes, in characters.
const MIN_PASSPHRASE: usize = 10;

fn seal_problem(t: l10n::Lang, first: &str, second: &str) -> Option<AttrValue> {
    if first.chars().count() < MIN_PASSPHRASE {
        Some(t.fail_weak(&MIN_PASSPHRASE.to_string()).into())
    } else if first != second {
        Some(t.seal_differs().into())
    } else {
        None
    }
}

#[component]
fn Unlock() -> Html {
    let t = lang();
    let attempt = use_state_eq(Attempt::default);
    let passphrase = use_state_eq(String::new);
    let on_send = {
        let (attempt, passphrase) = (attempt.clone(), passphrase.clone());
        Callback::from(move |()| {
            let passphrase = (*passphrase).clone();
            send(&attempt, SessionUnlock { passphrase });
        })
    };
    html! {
        <Form
            title={t.unlock_title()}
            lead={t.unlock_lead()}
            action={t.unlock_action()}
            doing={t.unlock_doing()}
            attempt={(*attempt).clone()}
            {on_send}
        >
            <TextField
                id="parola"
                label={t.passphrase()}
                kind="password"
                value={(*passphrase).clone()}
                on_input={set(&passphrase)}
                autofocus=true
            />
        </Form>
    }
}

#[component]
fn Enrol() -> Html {
    let t = lang();
    let attempt = use_state_eq(Attempt::default);
    let hub = use_state_eq(String::new);
    let code = use_state_eq(String::new);
    let name = use_state_eq(String::new);
    let on_send = {
        let (attempt, hub, code, name) = (attempt.clone(), hub.clone(), code.clone(), name.clone());
        Callback::from(move |()| {
            let command = SessionEnrol {
                hub: hub.trim().to_owned(),
                code: code.trim().to_owned(),
                device_name: name.trim().to_owned(),
            };
            send(&attempt, command);
        })
    };
    html! {
        <Form
            title={t.enrol_title()}
            lead={t.enrol_lead()}
            action={t.enrol_action()}
            doing={t.enrol_doing()}
            attempt={(*attempt).clone()}
            {on_send}
        >
            <TextField
                id="centro"
                label={t.enrol_hub()}
                value={(*hub).clone()}
                on_input={set(&hub)}
                hint={t.enrol_hub_hint()}
                autofocus=true
            />
            <TextField
                id="codice"
                label={t.enrol_code()}
                value={(*code).clone()}
                on_input={set(&code)}
                hint={t.enrol_code_hint()}
                class="field-code"
            />
            <TextField
                id="nome-pc"
                label={t.enrol_name()}
                value={(*name).clone()}
                on_input={set(&name)}
                hint={t.enrol_name_hint()}
            />
        </Form>
    }
}

fn set(state: &UseStateHandle<String>) -> Callback<String> {
    let state = state.setter();
    Callback::from(move |value| state.set(value))
}
