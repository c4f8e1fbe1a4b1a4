//! "Da risolvere": both facts side by side, and what can be done.

use crate::ipc;
use crate::lang::lang;
use crate::part::{Button, Empty, FailureNotice, Kind, Screen};
use crate::query::{never, use_query};
use crate::route::Route;
use crate::sito::field_value;
use crate::time;
use crate::toast::use_news;
use crate::words;
use api::Event;
use api::sito::{OfficeList, OfficeRow};
use api::stato::{About, Conflict, ConflictList, ConflictResolve, Remedy};
use domain::sito::PageKind;
use l10n::Lang;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// The disagreements.
#[component]
pub fn RisolvereScreen() -> Html {
    let t = lang();
    let conflicts = use_query(ConflictList {}, |event| matches!(event, Event::Conflicts));
    let offices = use_query(OfficeList {}, never).data.unwrap_or_default();
    html! {
        <Screen title={t.nav_risolvere()} class="risolvere">
            <p class="lead">{ t.risolvere_lead() }</p>
            if let Some(failure) = conflicts.failure {
                <FailureNotice failure={(*failure).clone()} />
            }
            {
                match conflicts.data.as_deref() {
                    Some(list) if list.is_empty() => html! {
                        <Empty icon="it-check-circle" title={t.risolvere_empty()} words={t.risolvere_empty_words()} />
                    },
                    Some(list) => html! {
                        for it in list.iter() {
                            <Card key={it.id} conflict={it.clone()} offices={offices.clone()} />
                        }
                    },
                    None => Html::default(),
                }
            }
        </Screen>
    }
}

#[derive(Properties, PartialEq)]
struct CardProps {
    conflict: Conflict,
    offices: Rc<Vec<OfficeRow>>,
}

#[component]
fn Card(props: &CardProps) -> Html {
    let (t, news, it) = (lang(), use_news(), &props.conflict);
    let busy = use_state_eq(|| false);
    let id = it.id;
    let resolve = {
        let busy = busy.clone();
        Callback::from(move |remedy: Remedy| {
            let (news, busy) = (news.clone(), busy.clone());
            busy.set(true);
            spawn_local(async move {
                match ipc::call(ConflictResolve { id, remedy }).await {
                    Ok(()) => news.done(lang().resolved()),
                    Err(failure) => news.failed(failure),
                }
                busy.set(false);
                ipc::tell(&Event::Conflicts);
            });
        })
    };
    let heading = format!("caso-{id}");
    html! {
        <article class="case card-plain" aria-labelledby={heading.clone()}>
            <header>
                <h2 id={heading}>{ headline(t, &it.about) }</h2>
                <p class="hint">
                    <a href={Route::Page(it.page.clone()).hash()}>{ words::title(t, &it.title, PageKind::Pagina) }</a>
                    { " · " }{ time::when(it.at) }
                </p>
            </header>
            { facts(t, &it.about, &props.offices) }
            <div class="case-actions">
                for (at, remedy) in it.remedies.iter().copied().enumerate() {
                    <Button
                        label={remedy_words(t, remedy, &it.about)}
                        kind={if at == 0 { Kind::Primary } else { Kind::Outline }}
                        disabled={*busy}
                        on_click={resolve.reform(move |()| remedy)}
                    />
                }
            </div>
        </article>
    }
}

fn headline(t: Lang, about: &About) -> String {
    match about {
        About::Field { theirs, .. } => t.case_field(words::field(t, theirs.field(), None)),
        About::Revived => t.case_revived().into(),
        About::Words { .. } => t.case_words().into(),
        About::Refused { what, .. } => t.case_refused(words::waiting(t, *what)),
    }
}

fn facts(t: Lang, about: &About, offices: &[OfficeRow]) -> Html {
    match about {
        About::Field { theirs, yours } => html! {
            <>
                <p>{ t.case_field_words() }</p>
                <div class="facts">
                    { fact(t.case_theirs(), &field_value(t, theirs, offices)) }
                    { fact(t.case_yours(), &field_value(t, yours, offices)) }
                </div>
            </>
        },
        About::Revived => html! { <p>{ t.case_revived_words() }</p> },
        About::Words { words } => html! {
            <>
                <p>{ t.case_words_words() }</p>
                <div class="facts">{ fact(t.case_your_words(), words) }</div>
            </>
        },
        About::Refused { code, text, .. } => html! {
            <>
                <p>{ words::refusal(t, *code) }</p>
                if let Some(text) = text {
                    <div class="facts">{ fact(t.case_your_words(), &text.plain()) }</div>
                }
            </>
        },
    }
}

fn fact(title: &str, words: &str) -> Html {
    html! {
        <section class="fact">
            <h3>{ title }</h3>
            <blockquote>
                for line in words.lines() {
                    <p>{ line }</p>
                }
            </blockquote>
        </section>
    }
}

fn remedy_words(t: Lang, remedy: Remedy, about: &About) -> &'static str {
    match (remedy, about) {
        (Remedy::KeepTheirs, _) => t.remedy_theirs(),
        (Remedy::UseMine, About::Words { .. }) => t.remedy_put_back(),
        (Remedy::UseMine, _) => t.remedy_mine(),
        (Remedy::Acknowledge, About::Revived) => t.remedy_keep_draft(),
        (Remedy::Acknowledge, _) => t.remedy_seen(),
        (Remedy::DeleteAgain, _) => t.remedy_delete(),
        (Remedy::PublishAgain, _) => t.remedy_publish(),
    }
}
