//! Short news at the edge of the window: something was done (and can be undone), something failed.

use crate::lang::lang;
use crate::part::{Button, FailureNotice, IconButton, Kind};
use api::Failure;
use gloo_timers::callback::Timeout;
use std::rc::Rc;
use yew::prelude::*;

/// How long a done thing is shown, in milliseconds. Failures stay until they are closed.
pub const SHOWN: u32 = 8_000;

/// One piece of news.
#[derive(Clone, PartialEq)]
pub enum Toast {
    /// Something was done.
    Done {
        /// What.
        words: String,
        /// Takes it back.
        undo: Option<Callback<()>>,
    },
    /// Something failed.
    Failed(Failure),
}

/// The news shown now, oldest first.
#[derive(Clone, PartialEq, Default)]
pub struct Toasts {
    next: u32,
    shown: Vec<(u32, Toast)>,
}

/// A change of what is shown.
pub enum Action {
    /// One more.
    Show(Toast),
    /// One less.
    Close(u32),
}

impl Reducible for Toasts {
    type Action = Action;
    fn reduce(self: Rc<Self>, action: Action) -> Rc<Self> {
        let mut toasts = (*self).clone();
        match action {
            Action::Show(toast) => {
                // The same failure twice is one failure.
                toasts
                    .shown
                    .retain(|(_, shown)| !same_failure(shown, &toast));
                toasts.shown.push((toasts.next, toast));
                toasts.next += 1;
            }
            Action::Close(id) => toasts.shown.retain(|(shown, _)| *shown != id),
        }
        Rc::new(toasts)
    }
}

fn same_failure(a: &Toast, b: &Toast) -> bool {
    matches!((a, b), (Toast::Failed(a), Toast::Failed(b)) if a.code == b.code)
}

/// How screens give news.
#[derive(Clone, PartialEq)]
pub struct News(UseReducerDispatcher<Toasts>);

impl News {
    /// Something was done.
    pub fn done(&self, words: impl Into<String>) {
        let words = words.into();
        self.0
            .dispatch(Action::Show(Toast::Done { words, undo: None }));
    }

    /// Something was done that can be taken back.
    pub fn undoable(&self, words: impl Into<String>, undo: Callback<()>) {
        self.0.dispatch(Action::Show(Toast::Done {
            words: words.into(),
            undo: Some(undo),
        }));
    }

    /// Something failed.
    pub fn failed(&self, failure: Failure) {
        self.0.dispatch(Action::Show(Toast::Failed(failure)));
    }
}

/// The news of the app.
#[hook]
#[expect(
    clippy::expect_used,
    reason = "every screen stands inside the provider"
)]
pub fn use_news() -> News {
    use_context::<News>().expect("a screen stands inside NewsProvider")
}

#[derive(Properties, PartialEq)]
pub struct NewsProviderProps {
    pub children: Html,
}

/// Gives screens their [`News`] and shows what they say.
#[component]
pub fn NewsProvider(props: &NewsProviderProps) -> Html {
    let toasts = use_reducer_eq(Toasts::default);
    let close = {
        let dispatcher = toasts.dispatcher();
        Callback::from(move |id| dispatcher.dispatch(Action::Close(id)))
    };
    let place = use_node_ref();
    {
        let place = place.clone();
        use_effect_with(toasts.clone(), move |toasts| {
            lift(&place, !toasts.shown.is_empty())
        });
    }
    html! {
        <ContextProvider<News> context={News(toasts.dispatcher())}>
            { props.children.clone() }
            <div class="toasts" ref={place} popover="manual" role="status" aria-live="polite">
                for (id, toast) in toasts.shown.iter() {
                    <Shown key={*id} id={*id} toast={toast.clone()} close={close.clone()} />
                }
            </div>
        </ContextProvider<News>>
    }
}

/// Puts the news above everything, also above a dialog that was opened after it.
fn lift(place: &NodeRef, shown: bool) {
    if let Some(place) = place.cast::<web_sys::HtmlElement>() {
        // Both fail harmlessly where it is so already.
        let _ = place.hide_popover();
        if shown {
            let _ = place.show_popover();
        }
    }
}

#[derive(Properties, PartialEq)]
struct ShownProps {
    id: u32,
    toast: Toast,
    close: Callback<u32>,
}

#[component]
fn Shown(props: &ShownProps) -> Html {
    let id = props.id;
    let close = props.close.reform(move |()| id);
    {
        let close = close.clone();
        let passes = matches!(props.toast, Toast::Done { .. });
        use_effect_with((), move |()| {
            let timer = passes.then(|| Timeout::new(SHOWN, move || close.emit(())));
            move || drop(timer)
        });
    }
    match &props.toast {
        Toast::Failed(failure) => html! {
            <div class="toast-card toast-failed">
                <FailureNotice failure={failure.clone()} on_close={close} />
            </div>
        },
        Toast::Done { words, undo } => html! {
            <div class="toast-card">
                <p>{ words }</p>
                if let Some(undo) = undo {
                    <Button
                        label={lang().undo()}
                        kind={Kind::Quiet}
                        small=true
                        on_click={both(undo.clone(), close.clone())}
                    />
                }
                <IconButton label={lang().close()} icon="it-close" on_click={close} />
            </div>
        },
    }
}

fn both(first: Callback<()>, then: Callback<()>) -> Callback<()> {
    Callback::from(move |()| {
        first.emit(());
        then.emit(());
    })
}
