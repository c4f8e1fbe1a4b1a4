//! The topics: a searchable list to tick, and those ticked always in sight.

use super::queue::Job;
use super::{Desk, DeskProps};
use crate::lang::lang;
use crate::part::{Button, icon};
use crate::words;
use domain::sito::{ARGOMENTI, Argomento, PageKind, Spot, slug};
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// The topics of a page.
#[component]
pub fn Topics(props: &DeskProps) -> Html {
    let (t, desk) = (lang(), &props.desk);
    let open = use_state_eq(|| false);
    let problem = desk.state.problem(&Spot::Topics);
    let chosen = &desk.state.fields.topics;
    let on_toggle = {
        let open = open.clone();
        Callback::from(move |()| open.set(!*open))
    };
    html! {
        <div class="field topics" role="group" aria-labelledby="argomenti-titolo">
            <div class="field-head">
                <span class="label" id="argomenti-titolo">{ t.field_topics() }</span>
                if desk.kind() == PageKind::Notizia {
                    <span class="needed">{ t.needed() }</span>
                }
            </div>
            if !chosen.is_empty() {
                <ul class="chips">
                    for topic in chosen.iter() {
                        <Chosen key={topic.as_str()} desk={desk.clone()} topic={topic.clone()} />
                    }
                </ul>
            }
            <Button
                id={words::spot_id(&Spot::Topics)}
                label={if *open { t.topics_close() } else { t.topics_open() }}
                icon={if *open { "it-collapse" } else { "it-plus" }}
                small=true
                expanded={*open}
                on_click={on_toggle}
            />
            if *open {
                <Checklist desk={desk.clone()} />
            }
            <div class="field-foot">
                <div class="remarks">
                    if let Some(problem) = problem {
                        <span class="problem">{ problem }</span>
                    }
                    <span class="hint">{ t.hint_topics() }</span>
                </div>
            </div>
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct ChosenProps {
    desk: Desk,
    topic: Argomento,
}

#[component]
fn Chosen(props: &ChosenProps) -> Html {
    let name = props.topic.name().unwrap_or(props.topic.as_str());
    let on_click = {
        let (desk, topic) = (props.desk.clone(), props.topic.clone());
        move |_| desk.tell(Job::Topic(topic.clone(), false))
    };
    html! {
        <li class="chip-topic">
            { name }
            <button type="button" aria-label={lang().topic_remove(name)} onclick={on_click}>
                { icon("it-close") }
            </button>
        </li>
    }
}

/// All topics that fit the words.
#[component]
fn Checklist(props: &DeskProps) -> Html {
    let t = lang();
    let words = use_state_eq(String::new);
    let on_input = {
        let words = words.setter();
        move |event: InputEvent| {
            let input = event
                .target()
                .and_then(|it| it.dyn_into::<HtmlInputElement>().ok());
            words.set(input.map(|input| input.value()).unwrap_or_default());
        }
    };
    let fitting: Vec<_> = fitting(&words).collect();
    html! {
        <div class="checklist">
            <div class="with-icon">
                { icon("it-search") }
                <input
                    id="cerca-argomento"
                    type="search"
                    class="form-control"
                    aria-label={t.topics_search()}
                    placeholder={t.topics_search()}
                    autocomplete="off"
                    value={(*words).clone()}
                    oninput={on_input}
                />
            </div>
            <ul class="checklist-items">
                for (name, topic) in fitting.iter().cloned() {
                    <Item key={name} desk={props.desk.clone()} {name} {topic} />
                }
            </ul>
            if fitting.is_empty() {
                <p class="hint" role="status">{ t.topics_none(&words) }</p>
            }
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct ItemProps {
    desk: Desk,
    name: &'static str,
    topic: Argomento,
}

#[component]
fn Item(props: &ItemProps) -> Html {
    let on = props.desk.state.fields.topics.contains(&props.topic);
    let id = format!("argomento-{}", props.topic.as_str());
    let on_change = {
        let (desk, topic) = (props.desk.clone(), props.topic.clone());
        move |_| desk.tell(Job::Topic(topic.clone(), !on))
    };
    html! {
        <li>
            <input type="checkbox" id={id.clone()} checked={on} onchange={on_change} />
            <label for={id}>{ props.name }</label>
        </li>
    }
}

/// The topics with a word that begins with each of the words; accents and capitals do not matter.
fn fitting(words: &str) -> impl Iterator<Item = (&'static str, Argomento)> {
    let empty = words.trim().is_empty();
    let wanted = slug(words);
    ARGOMENTI
        .into_iter()
        .filter(move |name| empty || fits(&slug(name), &wanted))
        .filter_map(|name| Argomento::named(name).map(|topic| (name, topic)))
}

fn fits(name: &str, wanted: &str) -> bool {
    wanted
        .split('-')
        .all(|word| name.split('-').any(|part| part.starts_with(word)))
}

#[cfg(test)]
mod tests {
    use super::fitting;

    fn names(words: &str) -> Vec<&'static str> {
        fitting(words).map(|(name, _)| name).collect()
    }

    #[test]
    fn topics_are_found_by_the_beginning_of_their_words() {
        assert_eq!(names("prot"), ["Protezione civile"]);
        assert_eq!(names("civ PROT"), ["Protezione civile"]);
        assert_eq!(names("mobilita"), ["Mobilità sostenibile"]);
        assert_eq!(names("xyz"), Vec::<&str>::new());
        assert_eq!(names(" ").len(), 62);
    }
}
