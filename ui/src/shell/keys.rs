//! The keyboard's shortcuts, and the list of them.

use super::Over;
use crate::lang::lang;
use crate::part::Dialog;
use crate::route::{Filter, Route};
use crate::toast::use_news;
use gloo_events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast;
use web_sys::KeyboardEvent;
use yew::prelude::*;

/// What a shortcut does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shortcut {
    Search,
    Save,
    Oggi,
    Sito,
    Risolvere,
    Firma,
    Panel,
    Keys,
}

/// The shortcut of a key. `key` is what the key writes, `code` where it lies: with Alt a key may write
/// something else.
fn shortcut(control: bool, alt: bool, key: &str, code: &str) -> Option<Shortcut> {
    match (control, alt, key, code) {
        (true, false, "k" | "K", _) => Some(Shortcut::Search),
        (true, false, "s" | "S", _) => Some(Shortcut::Save),
        (false, true, _, "Digit1" | "Numpad1") => Some(Shortcut::Oggi),
        (false, true, _, "Digit2" | "Numpad2") => Some(Shortcut::Sito),
        (false, true, _, "Digit3" | "Numpad3") => Some(Shortcut::Risolvere),
        (false, true, _, "Digit4" | "Numpad4") => Some(Shortcut::Firma),
        (false, true, _, "Digit0" | "Numpad0") => Some(Shortcut::Panel),
        (false, false, "F1", _) => Some(Shortcut::Keys),
        _ => None,
    }
}

/// Listens to the shortcuts as long as the desk is there.
#[hook]
pub fn use_shortcuts(open: Callback<Over>) {
    let news = use_news();
    use_effect_with((), move |()| {
        let options = EventListenerOptions::enable_prevent_default();
        let window = crate::dom::window();
        let listener = EventListener::new_with_options(&window, "keydown", options, move |event| {
            let Some(event) = event.dyn_ref::<KeyboardEvent>() else {
                return;
            };
            let control = event.ctrl_key() || event.meta_key();
            let Some(what) = shortcut(control, event.alt_key(), &event.key(), &event.code()) else {
                return;
            };
            event.prevent_default();
            match what {
                Shortcut::Search => open.emit(Over::Search),
                Shortcut::Panel => open.emit(Over::Panel),
                Shortcut::Keys => open.emit(Over::Keys),
                Shortcut::Save => news.done(lang().already_saved()),
                Shortcut::Oggi => Route::Oggi.go(),
                Shortcut::Sito => Route::Sito(Filter::default()).go(),
                Shortcut::Risolvere => Route::Risolvere.go(),
                Shortcut::Firma => Route::Firma.go(),
            }
        });
        move || drop(listener)
    });
}

#[derive(Properties, PartialEq)]
pub struct KeysDialogProps {
    pub on_close: Callback<()>,
}

/// The list of shortcuts.
#[component]
pub fn KeysDialog(props: &KeysDialogProps) -> Html {
    let t = lang();
    let rows = [
        ("Ctrl + K", t.key_search()),
        ("Ctrl + S", t.key_save()),
        ("Alt + 1", t.key_oggi()),
        ("Alt + 2", t.key_sito()),
        ("Alt + 3", t.key_risolvere()),
        ("Alt + 4", t.key_firma()),
        ("Alt + 0", t.key_panel()),
        ("F1", t.key_keys()),
        ("Tab", t.key_tab()),
        ("↑ ↓", t.key_arrows()),
        ("Esc", t.key_escape()),
    ];
    html! {
        <Dialog id="scorciatoie" title={t.keys_title()} on_close={props.on_close.clone()}>
            <p>{ t.keys_lead() }</p>
            <dl class="keys">
                for (keys, words) in rows {
                    <div>
                        <dt><kbd>{ keys }</kbd></dt>
                        <dd>{ words }</dd>
                    </div>
                }
            </dl>
        </Dialog>
    }
}

#[cfg(test)]
mod tests {
    use super::{Shortcut, shortcut};

    #[test]
    fn plain_letters_are_for_writing() {
        for key in ["k", "s", "1", "F2", "Enter"] {
            assert_eq!(shortcut(false, false, key, "KeyK"), None);
        }
    }

    #[test]
    fn an_area_is_reached_whatever_alt_makes_of_the_digit() {
        assert_eq!(shortcut(false, true, "¡", "Digit1"), Some(Shortcut::Oggi));
        assert_eq!(shortcut(false, true, "2", "Numpad2"), Some(Shortcut::Sito));
        assert_eq!(shortcut(false, true, "4", "Digit4"), Some(Shortcut::Firma));
        assert_eq!(shortcut(true, false, "K", "KeyK"), Some(Shortcut::Search));
        // AltGr is Control and Alt together: it writes characters.
        assert_eq!(shortcut(true, true, "1", "Digit1"), None);
    }
}
