//! Icons of Bootstrap Italia. The build puts those named here, as `"it-…"`, into the page.
//!
//! A function and not a component: a component costs the program some kilobytes, and a list of pages
//! shows many icons.

use yew::prelude::*;

/// A picture beside words; assistive technology skips it.
pub fn icon(name: impl AsRef<str>) -> Html {
    let href = format!("#{}", name.as_ref());
    html! {
        <svg class="icon" aria-hidden="true" focusable="false">
            <use {href}></use>
        </svg>
    }
}
