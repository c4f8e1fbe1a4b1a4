//! Buttons. Words are mandatory: a button without a name cannot be written.

use super::icon;
use yew::prelude::*;

/// How much a button asks for attention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Kind {
    /// The one thing to do here.
    Primary,
    /// Something else that can be done.
    #[default]
    Outline,
    /// Something small beside other things.
    Quiet,
    /// Something that takes away.
    Danger,
}

impl Kind {
    fn class(self) -> &'static str {
        match self {
            Self::Primary => "btn btn-primary",
            Self::Outline => "btn btn-outline-primary",
            Self::Quiet => "btn btn-quiet",
            Self::Danger => "btn btn-quiet btn-takes-away",
        }
    }
}

#[derive(Properties, PartialEq)]
pub struct ButtonProps {
    /// The words.
    pub label: AttrValue,
    #[prop_or_default]
    pub icon: Option<AttrValue>,
    #[prop_or_default]
    pub kind: Kind,
    #[prop_or_default]
    pub small: bool,
    #[prop_or_default]
    pub disabled: bool,
    /// Sends the form it stands in.
    #[prop_or_default]
    pub submit: bool,
    #[prop_or_default]
    pub id: Option<AttrValue>,
    /// For a button that is a switch.
    #[prop_or_default]
    pub pressed: Option<bool>,
    /// For a button that opens something.
    #[prop_or_default]
    pub expanded: Option<bool>,
    #[prop_or_default]
    pub on_click: Callback<()>,
    #[prop_or_default]
    pub class: Classes,
}

/// A button with words.
#[component]
pub fn Button(props: &ButtonProps) -> Html {
    let on_click = props.on_click.reform(|_: MouseEvent| ());
    html! {
        <button
            type={if props.submit { "submit" } else { "button" }}
            id={props.id.clone()}
            class={classes!(props.kind.class(), props.small.then_some("btn-sm"), props.class.clone())}
            disabled={props.disabled}
            aria-pressed={props.pressed.map(flag)}
            aria-expanded={props.expanded.map(flag)}
            onclick={on_click}
        >
            if let Some(name) = &props.icon {
                { icon(name) }
            }
            <span>{ &props.label }</span>
        </button>
    }
}

#[derive(Properties, PartialEq)]
pub struct IconButtonProps {
    /// The words, for assistive technology and as a tip.
    pub label: AttrValue,
    pub icon: AttrValue,
    pub on_click: Callback<()>,
    #[prop_or_default]
    pub class: Classes,
}

/// A button that shows a picture and is named by words.
#[component]
pub fn IconButton(props: &IconButtonProps) -> Html {
    let on_click = props.on_click.reform(|_: MouseEvent| ());
    html! {
        <button
            type="button"
            class={classes!("btn", "btn-icon-only", props.class.clone())}
            aria-label={props.label.clone()}
            title={props.label.clone()}
            onclick={on_click}
        >
            { icon(props.icon.clone()) }
        </button>
    }
}

fn flag(on: bool) -> &'static str {
    if on { "true" } else { "false" }
}
