//! Icons of Bootstrap Italia. The build puts those named here, as `"it-…"`, into the page.

use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct IconProps {
    /// `it-…`
    pub name: AttrValue,
    #[prop_or_default]
    pub class: Classes,
}

/// A picture beside words; assistive technology skips it.
#[component]
pub fn Icon(props: &IconProps) -> Html {
    html! {
        <svg class={classes!("icon", props.class.clone())} aria-hidden="true" focusable="false">
            <use href={format!("#{}", props.name)}></use>
        </svg>
    }
}
