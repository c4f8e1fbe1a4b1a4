//! The frame of a screen: the window's title, and the keyboard at the heading when one arrives.

use crate::dom;
use crate::lang::lang;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct ScreenProps {
    /// The heading, also the title of the window.
    pub title: AttrValue,
    /// Above the heading.
    #[prop_or_default]
    pub above: Html,
    /// Beside the heading.
    #[prop_or_default]
    pub beside: Html,
    #[prop_or_default]
    pub class: Classes,
    pub children: Html,
}

/// The id of a screen's heading.
const HEADING: &str = "titolo-schermata";

/// A screen.
#[component]
pub fn Screen(props: &ScreenProps) -> Html {
    use_effect_with(props.title.clone(), |title| {
        dom::document().set_title(&lang().window_title(title));
    });
    use_effect_with((), |()| {
        if let Some(heading) = dom::by_id(HEADING)
            && nobody_has_the_keyboard()
        {
            let _ = heading.focus();
        }
    });
    html! {
        <div class={classes!("screen", props.class.clone())}>
            { props.above.clone() }
            <header class="screen-head">
                <h1 id={HEADING} tabindex="-1">{ &props.title }</h1>
                <div class="screen-beside">{ props.beside.clone() }</div>
            </header>
            { props.children.clone() }
        </div>
    }
}

/// The element that had the keyboard left with the screen before, or nobody had it.
fn nobody_has_the_keyboard() -> bool {
    dom::document()
        .active_element()
        .is_none_or(|element| element.tag_name() == "BODY" || element.tag_name() == "A")
}
