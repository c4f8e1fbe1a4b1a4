//! The desk: where to go, how the line is, and the screen in the middle.

mod keys;
mod line;
mod nav;
mod panel;
mod search;
mod stick;

pub use line::use_line;
pub use nav::LanguageSwitch;
pub use search::Search;

use crate::lang::lang;
use crate::part::{Dialog, FailureNotice};
use crate::route::{Route, use_route};
use crate::toast::use_news;
use crate::{firma, later, linea, oggi, risolvere, sito};
use api::session::Desk;
use api::{Code, Failure};
use gloo_events::{EventListener, EventListenerOptions};
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct ShellProps {
    pub desk: Desk,
    pub on_language: Callback<l10n::Lang>,
}

/// What is open over the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// "Cosa aspetta".
    Panel,
    /// "Porta con la chiavetta".
    Stick,
    /// The search.
    Search,
    /// The list of shortcuts.
    Keys,
}

/// The desk.
#[component]
pub fn Shell(props: &ShellProps) -> Html {
    let t = lang();
    let route = use_route();
    let line = line::use_line_query();
    let over = use_state_eq(|| None::<Over>);
    let open = {
        let over = over.setter();
        Callback::from(move |what: Over| over.set(Some(what)))
    };
    let close = {
        let over = over.setter();
        Callback::from(move |()| over.set(None))
    };
    keys::use_shortcuts(open.clone());
    use_leaving();
    {
        // Going somewhere closes what was open over it.
        let over = over.setter();
        use_effect_with(route.clone(), move |_| over.set(None));
    }
    let on_skip = Callback::from(|event: MouseEvent| {
        event.prevent_default();
        crate::dom::go_to("contenuto");
    });
    html! {
        <ContextProvider<line::LineContext> context={line::LineContext(line.data.clone())}>
        <ContextProvider<Desk> context={props.desk.clone()}>
            <a class="skip" href="#contenuto" onclick={on_skip}>{ t.skip() }</a>
            <div class="desk">
                <nav::Nav
                    desk={props.desk.clone()}
                    route={route.clone()}
                    open={open.clone()}
                    on_language={props.on_language.clone()}
                />
                <main id="contenuto" class="desk-main" tabindex="-1">
                    if props.desk.revoked {
                        <div class="desk-banner">
                            <FailureNotice failure={Failure::new(Code::Revoked)} />
                        </div>
                    }
                    { screen(&route) }
                </main>
            </div>
            {
                match *over {
                    None => Html::default(),
                    Some(Over::Panel) => html! {
                        <panel::Panel on_close={close} on_stick={open.reform(|()| Over::Stick)} />
                    },
                    Some(Over::Stick) => html! { <stick::StickDialog on_close={close} /> },
                    Some(Over::Keys) => html! { <keys::KeysDialog on_close={close} /> },
                    Some(Over::Search) => html! {
                        <Dialog id="cerca" title={t.search_title()} on_close={close.clone()}>
                            <Search id="cerca-ovunque" autofocus=true on_done={close} />
                        </Dialog>
                    },
                }
            }
        </ContextProvider<Desk>>
        </ContextProvider<line::LineContext>>
    }
}

fn screen(route: &Route) -> Html {
    match route {
        Route::Oggi => html! { <oggi::OggiScreen /> },
        Route::Sito(filter) => html! { <sito::ListScreen filter={filter.clone()} /> },
        Route::Page(page) => html! { <sito::PageScreen key={page.as_str()} page={page.clone()} /> },
        Route::Versions(page) => html! {
            <sito::VersionsScreen key={page.as_str()} page={page.clone()} />
        },
        Route::Risolvere => html! { <risolvere::RisolvereScreen /> },
        Route::Linea => html! { <linea::LineaScreen /> },
        Route::Firma => html! { <firma::ListScreen /> },
        Route::Paper(paper) => {
            html! { <firma::PaperScreen key={paper.0.clone()} paper={paper.clone()} /> }
        }
        Route::Sign(papers) => html! { <firma::SignScreen papers={papers.clone()} /> },
        Route::Run => html! { <firma::RunScreen /> },
        Route::Device => html! { <firma::DeviceScreen /> },
    }
}

/// Sends what waits for a moment when the person leaves the window, and keeps a file that is dropped
/// beside its place from taking the place of the app.
#[hook]
fn use_leaving() {
    let news = use_news();
    use_effect_with((), move |()| {
        let window = crate::dom::window();
        let document = crate::dom::document();
        let leave = EventListener::new(&window, "pagehide", |_| later::send_all());
        let hide = EventListener::new(&document, "visibilitychange", |_| {
            if crate::dom::document().hidden() {
                later::send_all();
            }
        });
        let stay = |name| {
            let options = EventListenerOptions::enable_prevent_default();
            EventListener::new_with_options(&window, name, options, |event| event.prevent_default())
        };
        let (over, drop_beside) = (stay("dragover"), stay("drop"));
        move || {
            drop((leave, hide, over, drop_beside, news));
        }
    });
}
