//! The left side: the comune, the areas, the state of the line in words.

use super::{Over, use_line};
use crate::lang::lang;
use crate::part::icon;
use crate::route::{Filter, Route};
use crate::words::{self, LineWords, Tone};
use api::session::Desk;
use gloo_timers::callback::Timeout;
use l10n::Lang;
use yew::prelude::*;

/// A sending that takes longer than this is told, in milliseconds.
const MOMENT: u32 = 1_500;

#[derive(Properties, PartialEq)]
pub struct NavProps {
    pub desk: Desk,
    pub route: Route,
    pub open: Callback<Over>,
    pub on_language: Callback<Lang>,
}

/// The left side of the desk.
#[component]
pub fn Nav(props: &NavProps) -> Html {
    let t = lang();
    let conflicts = use_line().map_or(0, |line| line.conflicts);
    let in_sito = matches!(
        props.route,
        Route::Sito(_) | Route::Page(_) | Route::Versions(_)
    );
    let in_firma = matches!(
        props.route,
        Route::Firma | Route::Paper(_) | Route::Sign(_) | Route::Run | Route::Device
    );
    let on_keys = props.open.reform(|_: MouseEvent| Over::Keys);
    html! {
        <header class="side">
            <div class="side-head">
                <span class="crest" aria-hidden="true">{ initial(&props.desk.comune) }</span>
                <div>
                    <p class="side-comune">{ t.comune_of(&props.desk.comune) }</p>
                    <p class="side-person">
                        { &props.desk.person }
                        <span class="side-role">{ words::role(t, props.desk.role) }</span>
                    </p>
                </div>
            </div>
            <SearchButton open={props.open.clone()} />
            <nav class="side-nav" aria-label={t.nav_label()}>
                <ul>
                    { area(&Route::Oggi, props.route == Route::Oggi, "it-calendar", t.nav_oggi(), 0) }
                    { area(&Route::Sito(Filter::default()), in_sito, "it-pa", t.nav_sito(), 0) }
                    { area(&Route::Risolvere, props.route == Route::Risolvere, "it-flag", t.nav_risolvere(), conflicts) }
                    { area(&Route::Firma, in_firma, "it-file-signed", t.nav_firma(), 0) }
                </ul>
            </nav>
            <div class="side-foot">
                <LineButton open={props.open.clone()} />
                <div class="side-small">
                    <button type="button" class="side-link" onclick={on_keys}>{ t.keys_title() }</button>
                    <LanguageSwitch on_language={props.on_language.clone()} />
                </div>
            </div>
        </header>
    }
}

fn initial(comune: &str) -> String {
    comune.chars().take(1).collect()
}

/// An area of the product, with how many things in it ask for a person.
fn area(route: &Route, here: bool, picture: &str, label: &str, count: u32) -> Html {
    html! {
        <li>
            <a
                href={route.hash()}
                class={classes!("side-area", here.then_some("here"))}
                aria-current={here.then_some("page")}
            >
                { icon(picture) }
                <span>{ label }</span>
                if count > 0 {
                    <span class="side-count">
                        { count }
                        <span class="visually-hidden">{ lang().nav_count_words() }</span>
                    </span>
                }
            </a>
        </li>
    }
}

#[derive(Properties, PartialEq)]
struct OpenProps {
    open: Callback<Over>,
}

#[component]
fn SearchButton(props: &OpenProps) -> Html {
    let on_click = props.open.reform(|_: MouseEvent| Over::Search);
    html! {
        <button type="button" class="side-search" onclick={on_click} aria-keyshortcuts="Control+K">
            { icon("it-search") }
            <span>{ lang().search_button() }</span>
            <kbd aria-hidden="true">{ "Ctrl K" }</kbd>
        </button>
    }
}

/// The line in words, always in sight; opens "Cosa aspetta".
#[component]
fn LineButton(props: &OpenProps) -> Html {
    let t = lang();
    let Some(said) = use_calm_words() else {
        return Html::default();
    };
    let on_click = props.open.reform(|_: MouseEvent| Over::Panel);
    let picture = match said.tone {
        Tone::Good => "it-check-circle",
        Tone::Calm => "it-refresh",
        Tone::Note => "it-clock",
        Tone::Alert => "it-warning-circle",
    };
    html! {
        <button
            type="button"
            id="stato-linea"
            class={classes!("line-button", said.tone.class())}
            onclick={on_click}
            aria-haspopup="dialog"
        >
            { icon(picture) }
            <span class="line-words" role="status">
                <span class="line-text">{ said.text }</span>
                if let Some(detail) = said.detail {
                    <span class="line-detail">{ detail }</span>
                }
            </span>
            <span class="visually-hidden">{ t.line_opens() }</span>
        </button>
    }
}

/// The line in words, which do not change for a sending that is over in a moment: every pause in
/// typing sends something, and words that change all the time are read by nobody.
#[hook]
fn use_calm_words() -> Option<LineWords> {
    let shown = use_state_eq(|| None::<LineWords>);
    let said = use_line().map(|line| words::line(lang(), &line));
    let setter = shown.setter();
    let was_good = shown.as_ref().is_some_and(|words| words.tone == Tone::Good);
    let calm = said.as_ref().is_some_and(|words| words.tone == Tone::Calm);
    let ripe = use_state_eq(|| false);
    {
        // How far it is changes all the time: the moment counts from when it began.
        let ripe = ripe.setter();
        use_effect_with(was_good && calm, move |begins| {
            ripe.set(false);
            let timer = begins.then(|| Timeout::new(MOMENT, move || ripe.set(true)));
            move || drop(timer)
        });
    }
    use_effect_with((said, was_good && calm && !*ripe), move |(said, waits)| {
        if !waits {
            setter.set(said.clone());
        }
    });
    (*shown).clone()
}

#[derive(Properties, PartialEq)]
pub struct LanguageSwitchProps {
    pub on_language: Callback<Lang>,
}

/// Italian or English.
#[component]
pub fn LanguageSwitch(props: &LanguageSwitchProps) -> Html {
    let t = lang();
    html! {
        <div class="languages" role="group" aria-label={t.language()}>
            for it in Lang::ALL {
                <button
                    type="button"
                    class={classes!("side-link", (it == t).then_some("here"))}
                    lang={it.tag()}
                    aria-pressed={if it == t { "true" } else { "false" }}
                    onclick={props.on_language.reform(move |_: MouseEvent| it)}
                >
                    { it.own_name() }
                </button>
            }
        </div>
    }
}
