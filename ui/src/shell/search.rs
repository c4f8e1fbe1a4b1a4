//! One search for everything: results as one types, Enter for the whole list.

use crate::lang::lang;
use crate::part::{badge, icon};
use crate::query::use_query;
use crate::route::{Filter, Route};
use crate::words;
use api::Event;
use api::sito::PageListLoad;
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// How many results are shown while one types.
const SHOWN: u32 = 6;

#[derive(Properties, PartialEq)]
pub struct SearchProps {
    pub id: AttrValue,
    #[prop_or_default]
    pub autofocus: bool,
    /// The person went somewhere.
    #[prop_or_default]
    pub on_done: Callback<()>,
}

/// The search.
#[component]
pub fn Search(props: &SearchProps) -> Html {
    let t = lang();
    let words = use_state_eq(String::new);
    let on_input = {
        let words = words.setter();
        Callback::from(move |event: InputEvent| {
            let input = event
                .target()
                .and_then(|it| it.dyn_into::<HtmlInputElement>().ok());
            words.set(input.map(|input| input.value()).unwrap_or_default());
        })
    };
    let on_submit = {
        let (words, on_done) = (words.clone(), props.on_done.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            all_of(&words).go();
            on_done.emit(());
        })
    };
    html! {
        <search class="search">
            <form role="search" onsubmit={on_submit}>
                <label class="visually-hidden" for={props.id.clone()}>{ t.search_title() }</label>
                { icon("it-search") }
                <input
                    id={props.id.clone()}
                    type="search"
                    class="form-control"
                    placeholder={t.search_placeholder()}
                    autocomplete="off"
                    autofocus={props.autofocus}
                    value={(*words).clone()}
                    oninput={on_input}
                />
            </form>
            if !words.trim().is_empty() {
                <Results words={words.trim().to_owned()} on_done={props.on_done.clone()} />
            }
        </search>
    }
}

fn all_of(words: &str) -> Route {
    Route::Sito(Filter {
        query: words.trim().to_owned(),
        ..Filter::default()
    })
}

#[derive(Properties, PartialEq)]
struct ResultsProps {
    words: String,
    on_done: Callback<()>,
}

#[component]
fn Results(props: &ResultsProps) -> Html {
    let t = lang();
    let command = PageListLoad {
        kind: None,
        status: None,
        query: props.words.clone(),
        offset: 0,
        limit: SHOWN,
    };
    let found = use_query(command, |event| matches!(event, Event::Pages(_)));
    let Some(list) = found.data else {
        return Html::default();
    };
    let on_click = props.on_done.reform(|_: MouseEvent| ());
    html! {
        <div class="results">
            <p class="visually-hidden" role="status">{ t.list_count(list.total.into()) }</p>
            <ul>
                for row in list.rows.iter() {
                    <li key={row.id.as_str()}>
                        <a href={Route::Page(row.id.clone()).hash()} onclick={on_click.clone()}>
                            { icon(words::kind_icon(row.kind)) }
                            <span class="results-title">{ words::title(t, &row.title, row.kind) }</span>
                            { badge(words::status(t, row.status), words::status_tone(row.status)) }
                        </a>
                    </li>
                }
            </ul>
            if list.total == 0 {
                <p class="results-none">{ t.search_none(&props.words) }</p>
            } else if list.total > SHOWN {
                <a class="results-all" href={all_of(&props.words).hash()} onclick={on_click}>
                    { t.search_all(list.total.into()) }
                </a>
            }
        </div>
    }
}
