//! The root: which of the two faces to show, the start or the desk.

use crate::ipc;
use crate::lang::{declare, lang};
use crate::part::FailureNotice;
use crate::query::use_query;
use crate::shell::Shell;
use crate::start::Start;
use crate::toast::NewsProvider;
use api::Event;
use api::session::{Session, SessionState};
use api::stato::UiReady;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// The whole front end.
#[component]
pub fn App() -> Html {
    let language = use_state_eq(lang);
    use_effect_with((), |()| {
        declare();
        ipc::listen();
    });
    let on_language = {
        let language = language.setter();
        Callback::from(move |chosen| {
            crate::lang::set_lang(chosen);
            language.set(chosen);
        })
    };
    // With another language everything is drawn anew: that is rare, and nothing unsaved is lost.
    html! {
        <NewsProvider key={language.tag()}>
            <Face {on_language} />
        </NewsProvider>
    }
}

#[derive(Properties, PartialEq)]
struct FaceProps {
    on_language: Callback<l10n::Lang>,
}

#[component]
fn Face(props: &FaceProps) -> Html {
    let session = use_query(SessionState {}, |event| *event == Event::Session);
    use_effect_with(session.data.is_some(), |stands| {
        if *stands {
            spawn_local(async {
                // Without an answer the app starts again in safe mode: there is nothing to do here.
                let _ = ipc::call(UiReady {}).await;
            });
        }
    });
    match (session.data.as_deref(), &session.failure) {
        (Some(Session::Ready(desk)), _) => html! {
            <Shell desk={desk.clone()} on_language={props.on_language.clone()} />
        },
        (Some(session), _) => html! {
            <Start session={session.clone()} on_language={props.on_language.clone()} />
        },
        (None, Some(failure)) => html! {
            <main class="start"><FailureNotice failure={(**failure).clone()} /></main>
        },
        (None, None) => Html::default(),
    }
}
