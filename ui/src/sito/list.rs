//! The list of pages: filters, search as one types, ten thousand rows.

use super::create_page;
use super::rows::Rows;
use crate::lang::lang;
use crate::part::{Button, ChoiceField, Kind, Screen, icon};
use crate::route::{Filter, Route};
use crate::toast::use_news;
use crate::words;
use api::sito::Status;
use domain::sito::PageKind;
use gloo_timers::callback::Timeout;
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;
use yew::prelude::*;

const STATUSES: [Status; 4] = [
    Status::Draft,
    Status::Requested,
    Status::Published,
    Status::Changed,
];
/// The pause after which a search is taken, in milliseconds.
const PAUSE: u32 = 120;

#[derive(Properties, PartialEq)]
pub struct ListScreenProps {
    pub filter: Filter,
}

/// The list of pages.
#[component]
pub fn ListScreen(props: &ListScreenProps) -> Html {
    let t = lang();
    html! {
        <Screen title={t.nav_sito()} class="list-screen" beside={html! { <NewButtons /> }}>
            <Filters filter={props.filter.clone()} />
            <Rows filter={props.filter.clone()} />
        </Screen>
    }
}

/// The buttons for new pages; the commonest first.
#[component]
pub fn NewButtons() -> Html {
    let (t, news) = (lang(), use_news());
    html! {
        <div class="new-buttons">
            for (at, kind) in PageKind::ALL.into_iter().enumerate() {
                <Button
                    label={words::new_page(t, kind)}
                    icon="it-plus"
                    kind={if at == 0 { Kind::Primary } else { Kind::Outline }}
                    on_click={
                        let news = news.clone();
                        Callback::from(move |()| create_page(kind, news.clone()))
                    }
                />
            }
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct FiltersProps {
    filter: Filter,
}

#[component]
fn Filters(props: &FiltersProps) -> Html {
    let t = lang();
    let filter = &props.filter;
    let kinds = {
        let all = [(AttrValue::from(""), AttrValue::from(t.all_kinds()))];
        let each = PageKind::ALL.map(|kind| (code(&kind), words::kinds(t, kind).into()));
        all.into_iter().chain(each).collect::<Vec<_>>()
    };
    let statuses = {
        let all = [(AttrValue::from(""), AttrValue::from(t.all_statuses()))];
        let each = STATUSES.map(|status| (code(&status), words::status(t, status).into()));
        all.into_iter().chain(each).collect::<Vec<_>>()
    };
    let on_kind = {
        let filter = filter.clone();
        Callback::from(move |chosen: String| {
            let kind = PageKind::ALL.into_iter().find(|it| code(it) == chosen);
            Route::Sito(Filter {
                kind,
                ..filter.clone()
            })
            .replace();
        })
    };
    let on_status = {
        let filter = filter.clone();
        Callback::from(move |chosen: String| {
            let status = STATUSES.into_iter().find(|it| code(it) == chosen);
            Route::Sito(Filter {
                status,
                ..filter.clone()
            })
            .replace();
        })
    };
    html! {
        <div class="filters" role="search" aria-label={t.filters()}>
            <Words filter={filter.clone()} />
            <ChoiceField id="filtro-tipo" label={t.filter_kind()} choices={kinds} value={filter.kind.as_ref().map(code).unwrap_or_default()} on_choose={on_kind} />
            <ChoiceField id="filtro-stato" label={t.filter_status()} choices={statuses} value={filter.status.as_ref().map(code).unwrap_or_default()} on_choose={on_status} />
        </div>
    }
}

/// The value of a choice; it never leaves this screen.
fn code(value: &impl std::fmt::Debug) -> AttrValue {
    format!("{value:?}").into()
}

/// The search of the list.
#[component]
fn Words(props: &FiltersProps) -> Html {
    let t = lang();
    let words = use_state_eq(|| props.filter.query.clone());
    let pause = use_mut_ref(|| None::<Timeout>);
    {
        // The address can change the words too: "back", or a search from elsewhere.
        let (words, pause) = (words.setter(), pause.clone());
        use_effect_with(props.filter.query.clone(), move |query| {
            if pause.borrow().is_none() {
                words.set(query.clone());
            }
        });
    }
    let on_input = {
        let (words, filter) = (words.setter(), props.filter.clone());
        Callback::from(move |event: InputEvent| {
            let input = event
                .target()
                .and_then(|it| it.dyn_into::<HtmlInputElement>().ok());
            let query = input.map(|input| input.value()).unwrap_or_default();
            words.set(query.clone());
            let filter = Filter {
                query,
                ..filter.clone()
            };
            let done = pause.clone();
            *pause.borrow_mut() = Some(Timeout::new(PAUSE, move || {
                Route::Sito(filter).replace();
                if let Some(timer) = done.borrow_mut().take() {
                    timer.forget();
                }
            }));
        })
    };
    html! {
        <div class="field filter-words">
            <div class="field-head"><label for="filtro-parole">{ t.filter_words() }</label></div>
            <div class="with-icon">
                { icon("it-search") }
                <input
                    id="filtro-parole"
                    type="search"
                    class="form-control"
                    placeholder={t.filter_placeholder()}
                    autocomplete="off"
                    value={(*words).clone()}
                    oninput={on_input}
                />
            </div>
        </div>
    }
}
