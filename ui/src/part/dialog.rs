//! A window inside the window: the platform's own `<dialog>`, which keeps the keyboard inside, closes
//! with Esc.

use super::IconButton;
use crate::lang::lang;
use wasm_bindgen::JsCast;
use web_sys::{HtmlDialogElement, HtmlElement};
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct DialogProps {
    /// The id of the dialog; its title has it with `-titolo`.
    pub id: AttrValue,
    pub title: AttrValue,
    pub on_close: Callback<()>,
    /// Stands at the side, as high as the window.
    #[prop_or_default]
    pub side: bool,
    pub children: Html,
}

/// Open as long as it is there.
#[component]
pub fn Dialog(props: &DialogProps) -> Html {
    let node = use_node_ref();
    {
        let node = node.clone();
        use_effect_with((), move |()| {
            let before = crate::dom::document().active_element();
            let dialog = node.cast::<HtmlDialogElement>();
            if let Some(dialog) = &dialog {
                let _ = dialog.show_modal();
            }
            // The dialog is taken off the page, not closed: so the platform gives nothing back.
            move || {
                if let Some(dialog) = dialog {
                    dialog.close();
                }
                if let Some(element) = before.and_then(|it| it.dyn_into::<HtmlElement>().ok()) {
                    let _ = element.focus();
                }
            }
        });
    }
    let on_cancel = props
        .on_close
        .reform(|event: Event| event.prevent_default());
    // A click on the dialog itself, not on what is in it, is a click on the backdrop.
    let on_backdrop = {
        let (node, on_close) = (node.clone(), props.on_close.clone());
        move |event: MouseEvent| {
            let dialog = node.get().map(web_sys::EventTarget::from);
            if event.target() == dialog {
                on_close.emit(());
            }
        }
    };
    let title_id = format!("{}-titolo", props.id);
    html! {
        <dialog
            id={props.id.clone()}
            ref={node}
            class={if props.side { "window window-side" } else { "window" }}
            aria-labelledby={title_id.clone()}
            oncancel={on_cancel}
            onclick={on_backdrop}
        >
            <div class="window-inside">
                <header class="window-head">
                    <h2 id={title_id}>{ &props.title }</h2>
                    <IconButton
                        label={lang().close()}
                        icon="it-close"
                        on_click={props.on_close.clone()}
                    />
                </header>
                { props.children.clone() }
            </div>
        </dialog>
    }
}
