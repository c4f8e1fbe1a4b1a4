//! What is said beside the work: failures, waiting, emptiness, states in a word.

use super::{Button, Kind, icon};
use crate::lang::lang;
use crate::words::{self, Tone};
use api::Failure;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct FailureNoticeProps {
    pub failure: Failure,
    /// Tries again; shown where trying again can help.
    #[prop_or_default]
    pub on_retry: Option<Callback<()>>,
    #[prop_or_default]
    pub on_close: Option<Callback<()>>,
}

/// What happened, what is safe, what to do.
#[component]
pub fn FailureNotice(props: &FailureNoticeProps) -> Html {
    let message = words::failure(lang(), &props.failure);
    let incident = &props.failure.incident;
    html! {
        <div class="notice notice-alert" role="alert">
            { icon("it-warning-circle") }
            <div class="notice-words">
                <p class="notice-title">{ message.title }</p>
                <p>{ message.safe }</p>
                <p>{ message.todo }</p>
                if !incident.is_empty() {
                    <p class="hint">{ lang().incident(incident) }</p>
                }
                if props.on_retry.is_some() || props.on_close.is_some() {
                    <p class="notice-actions">
                        if let Some(on_retry) = &props.on_retry {
                            <Button label={lang().retry()} small=true on_click={on_retry.clone()} />
                        }
                        if let Some(on_close) = &props.on_close {
                            <Button label={lang().close()} kind={Kind::Quiet} small=true on_click={on_close.clone()} />
                        }
                    </p>
                }
            </div>
        </div>
    }
}

/// A state in a word.
pub fn badge(words: &str, tone: Tone) -> Html {
    html! { <span class={classes!("tag", tone.class())}>{ words }</span> }
}

#[derive(Properties, PartialEq)]
pub struct EmptyProps {
    pub icon: AttrValue,
    pub title: AttrValue,
    /// What to do now.
    pub words: AttrValue,
    #[prop_or_default]
    pub children: Html,
}

/// Nothing is here, and what to do about it.
#[component]
pub fn Empty(props: &EmptyProps) -> Html {
    html! {
        <div class="empty">
            { icon(props.icon.clone()) }
            <p class="empty-title">{ &props.title }</p>
            <p>{ &props.words }</p>
            { props.children.clone() }
        </div>
    }
}

/// The answer is on its way. It says so only after a moment: most answers come sooner.
pub fn waiting() -> Html {
    html! {
        <div class="waiting" role="status">
            <progress aria-label={lang().loading()}></progress>
            <span>{ lang().loading() }</span>
        </div>
    }
}
