//! The window that asks for a PIN: one of the system, not of the web view (ADR 18).
//!
//! What is typed is in GTK's entry, which wipes its memory when its text is taken away; from there it goes into a
//! [`Pin`], which wipes itself, and to whoever asked. It is in no event, no log, no web view.

use commands::{App, AskPin, Cancel, Pin, PinQuestion};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;
use tauri::{AppHandle, Manager, Runtime};

/// How often a wait looks whether it was called off.
const GLANCE: Duration = Duration::from_millis(50);

/// From now on PINs are asked for in a window.
pub fn ask_in_a_window<R: Runtime>(handle: &AppHandle<R>) {
    handle.state::<App>().on_pin(Window(handle.clone()));
}

struct Window<R: Runtime>(AppHandle<R>);

impl<R: Runtime> AskPin for Window<R> {
    /// The main thread opens the window and goes on with its work; the thread that signs waits here.
    fn ask(&self, question: &PinQuestion, cancel: &Cancel) -> Option<Pin> {
        let (tell, told) = channel();
        let (handle, question) = (self.0.clone(), question.clone());
        self.0
            .run_on_main_thread(move || open(&handle, &question, tell))
            .inspect_err(|error| tracing::error!(%error, "The window of the PIN does not open."))
            .ok()?;
        loop {
            match told.recv_timeout(GLANCE) {
                Ok(answer) => return answer,
                Err(RecvTimeoutError::Disconnected) => return None,
                Err(RecvTimeoutError::Timeout) if cancel.is_cancelled() => {
                    // A window that is closed already stays so.
                    let _ = self.0.run_on_main_thread(close);
                    return None;
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }
}

#[cfg(target_os = "linux")]
fn open<R: Runtime>(handle: &AppHandle<R>, question: &PinQuestion, tell: Sender<Option<Pin>>) {
    linux::open(handle, question, tell);
}

#[cfg(target_os = "linux")]
fn close() {
    linux::close();
}

/// Windows has a credential window for this (ADR 18). It cannot be built or tried where this was written: there only
/// readers with keys of their own sign.
#[cfg(not(target_os = "linux"))]
fn open<R: Runtime>(_: &AppHandle<R>, _: &PinQuestion, tell: Sender<Option<Pin>>) {
    tracing::error!("There is no window for a PIN on this system.");
    let _ = tell.send(None);
}

#[cfg(not(target_os = "linux"))]
fn close() {}

/// What the window says, from the top down.
#[cfg(any(target_os = "linux", test))]
fn words(question: &PinQuestion, lang: l10n::Lang) -> Vec<String> {
    use api::firma::PinState;
    let mut said = vec![
        match question.documents {
            Some(count) => lang.carta_pin_documents(count as u64),
            None => lang.carta_pin_test().to_owned(),
        },
        lang.carta_pin_with(&question.holder, &question.issuer),
        lang.carta_pin_device(&question.device),
    ];
    match question.state {
        PinState::FewTriesLeft => said.push(lang.pin_few_tries_words().to_owned()),
        PinState::LastTry => said.push(lang.pin_last_try_words().to_owned()),
        _ => {}
    }
    said.push(lang.carta_pin_safe().to_owned());
    said
}

#[cfg(target_os = "linux")]
mod linux {
    use super::words;
    use crate::window;
    use commands::{Pin, PinQuestion};
    use gtk::prelude::{BoxExt, DialogExt, EntryExt, GtkWindowExt, LabelExt, WidgetExt};
    use l10n::Lang;
    use std::cell::RefCell;
    use std::sync::mpsc::Sender;
    use tauri::{AppHandle, Manager, Runtime};
    use zeroize::Zeroizing;

    thread_local! {
        /// The window that is open; only the main thread has one.
        static OPEN: RefCell<Option<gtk::Dialog>> = const { RefCell::new(None) };
    }

    /// Opens the window and returns; its answer comes later.
    pub fn open<R: Runtime>(
        handle: &AppHandle<R>,
        question: &PinQuestion,
        tell: Sender<Option<Pin>>,
    ) {
        close();
        let lang = Lang::default();
        let dialog = gtk::Dialog::new();
        dialog.set_title(lang.carta_pin_title());
        dialog.set_modal(true);
        dialog.set_resizable(false);
        dialog.set_position(gtk::WindowPosition::CenterOnParent);
        let parent = handle.get_webview_window(window::MAIN);
        if let Some(parent) = parent.and_then(|window| window.gtk_window().ok()) {
            dialog.set_transient_for(Some(&parent));
        }
        dialog.add_button(lang.carta_pin_cancel(), gtk::ResponseType::Cancel);
        dialog.add_button(lang.carta_pin_ok(), gtk::ResponseType::Accept);
        dialog.set_default_response(gtk::ResponseType::Accept);
        let entry = fill(&dialog, question, lang);
        let tell = RefCell::new(Some(tell));
        dialog.connect_response(move |dialog, response| {
            // Closing it answers once more.
            let Some(tell) = tell.borrow_mut().take() else {
                return;
            };
            let pin = (response == gtk::ResponseType::Accept).then(|| typed(&entry));
            entry.set_text("");
            // Nobody waits any more: then it was called off.
            let _ = tell.send(pin);
            dialog.hide();
            dialog.close();
            OPEN.with_borrow_mut(|open| *open = None);
        });
        dialog.show_all();
        dialog.present();
        OPEN.with_borrow_mut(|open| *open = Some(dialog));
    }

    /// Closes the window that is open, as if the person had called it off.
    pub fn close() {
        let open = OPEN.with_borrow(Clone::clone);
        if let Some(dialog) = open {
            dialog.response(gtk::ResponseType::Cancel);
        }
    }

    /// The words, and the entry under its label, which a screen reader says with it.
    fn fill(dialog: &gtk::Dialog, question: &PinQuestion, lang: Lang) -> gtk::Entry {
        let area = dialog.content_area();
        area.set_spacing(8);
        area.set_margin(16);
        for line in words(question, lang) {
            let label = gtk::Label::new(Some(&line));
            label.set_line_wrap(true);
            label.set_max_width_chars(52);
            label.set_xalign(0.0);
            area.pack_start(&label, false, false, 0);
        }
        let label = gtk::Label::new(Some(lang.carta_pin_label()));
        label.set_xalign(0.0);
        let entry = gtk::Entry::new();
        entry.set_visibility(false);
        entry.set_input_purpose(gtk::InputPurpose::Password);
        entry.set_activates_default(true);
        label.set_mnemonic_widget(Some(&entry));
        area.pack_start(&label, false, false, 0);
        area.pack_start(&entry, false, false, 0);
        entry.grab_focus();
        entry
    }

    /// What was typed, in memory that is wiped.
    fn typed(entry: &gtk::Entry) -> Pin {
        Pin::new(Zeroizing::new(entry.buffer().text()))
    }
}

#[cfg(test)]
mod tests {
    use super::words;
    use api::firma::PinState;
    use commands::PinQuestion;
    use l10n::Lang;

    fn question(documents: Option<usize>, state: PinState) -> PinQuestion {
        PinQuestion {
            holder: "ROSSI MARIO".into(),
            issuer: "Test Qualified CA".into(),
            device: "FIRMA".into(),
            documents,
            state,
        }
    }

    #[test]
    fn the_window_says_who_signs_how_many_and_how_the_pin_stands() {
        let said = words(&question(Some(3), PinState::LastTry), Lang::It).join("\n");
        for part in [
            "3 documenti",
            "ROSSI MARIO",
            "Test Qualified CA",
            "FIRMA",
            "si blocca",
        ] {
            assert!(said.contains(part), "{part}: {said}");
        }
        let test = words(&question(None, PinState::Ok), Lang::It).join("\n");
        assert!(test.contains("nessun documento") && !test.contains("si blocca"));
    }
}
