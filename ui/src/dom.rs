//! The few things asked of the page itself.

use wasm_bindgen::JsCast;
use web_sys::{Document, Element, HtmlElement, Window};

/// The window.
#[expect(
    clippy::expect_used,
    reason = "without a window there is nobody to tell"
)]
pub fn window() -> Window {
    web_sys::window().expect("the program runs in a window")
}

/// The document.
#[expect(
    clippy::expect_used,
    reason = "without a document there is nobody to tell"
)]
pub fn document() -> Document {
    window().document().expect("a window has a document")
}

/// The element with this id.
pub fn by_id(id: &str) -> Option<HtmlElement> {
    document().get_element_by_id(id)?.dyn_into().ok()
}

/// Brings an element into sight and puts the keyboard there.
pub fn go_to(id: &str) {
    if let Some(element) = by_id(id) {
        scroll_to(&element);
        let _ = element.focus();
    }
}

/// Scrolls softly, unless the person asked for less motion.
pub fn scroll_to(element: &Element) {
    let options = web_sys::ScrollIntoViewOptions::new();
    options.set_block(web_sys::ScrollLogicalPosition::Center);
    let calm = window().match_media("(prefers-reduced-motion: reduce)");
    if !calm.ok().flatten().is_some_and(|query| query.matches()) {
        options.set_behavior(web_sys::ScrollBehavior::Smooth);
    }
    element.scroll_into_view_with_scroll_into_view_options(&options);
}

/// Sets a property of an element's style through the object model, which the content security policy
/// allows, unlike the attribute.
pub fn style(element: &HtmlElement, name: &str, value: &str) {
    let _ = element.style().set_property(name, value);
}
