//! The versions of a page: which there are, how two differ, back to an old one.

use crate::ipc;
use crate::lang::lang;
use crate::part::{Button, Empty, FailureNotice, Kind, Screen, badge, icon};
use crate::query::{never, use_query};
use crate::route::Route;
use crate::time;
use crate::toast::use_news;
use crate::words::{self, Tone};
use api::Event;
use api::sito::{
    Comparison, OfficeList, OfficeRow, Run, VersionCompare, VersionList, VersionRestore, VersionRow,
};
use domain::PageId;
use domain::sito::FieldChange;
use l10n::Lang;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct VersionsScreenProps {
    pub page: PageId,
}

/// The versions of a page.
#[component]
pub fn VersionsScreen(props: &VersionsScreenProps) -> Html {
    let t = lang();
    let page = &props.page;
    let versions = use_query(VersionList { page: page.clone() }, |event| {
        matches!(event, Event::Pages(_))
    });
    let chosen = use_state_eq(|| None::<i64>);
    let back = html! {
        <p class="over-title">
            <a class="back" href={Route::Page(page.clone()).hash()}>{ icon("it-chevron-left") }{ t.back_to_page() }</a>
        </p>
    };
    let list = versions.data.clone().unwrap_or_default();
    let current = (*chosen).or_else(|| list.first().map(|it| it.id));
    let version = list.iter().find(|it| Some(it.id) == current).cloned();
    let on_choose = {
        let chosen = chosen.setter();
        Callback::from(move |id| chosen.set(Some(id)))
    };
    html! {
        <Screen title={t.versions_title()} above={back} class="versions-screen">
            <p class="lead">{ t.versions_lead() }</p>
            if let Some(failure) = versions.failure {
                <FailureNotice failure={(*failure).clone()} />
            }
            if versions.data.is_some() && list.is_empty() {
                <Empty icon="it-restore" title={t.versions_empty()} words={t.versions_empty_words()} />
            }
            if let Some(version) = version {
                <div class="versions">
                    <ol class="version-list" aria-label={t.versions_title()}>
                        for it in list.iter() {
                            <VersionItem key={it.id} version={it.clone()} here={it.id == version.id} on_choose={on_choose.clone()} />
                        }
                    </ol>
                    <Compared page={page.clone()} {version} />
                </div>
            }
        </Screen>
    }
}

#[derive(Properties, PartialEq)]
struct VersionItemProps {
    version: VersionRow,
    here: bool,
    on_choose: Callback<i64>,
}

#[component]
fn VersionItem(props: &VersionItemProps) -> Html {
    let (t, it) = (lang(), &props.version);
    let id = it.id;
    html! {
        <li>
            <button
                type="button"
                class={classes!("version", props.here.then_some("here"))}
                aria-current={props.here.then_some("true")}
                onclick={props.on_choose.reform(move |_: MouseEvent| id)}
            >
                <strong>{ time::when_exactly(it.at) }</strong>
                <span class="hint">{ t.by(&it.by) }</span>
                if it.published {
                    { badge(t.version_published(), Tone::Good) }
                }
            </button>
        </li>
    }
}

#[derive(Properties, PartialEq)]
struct ComparedProps {
    page: PageId,
    version: VersionRow,
}

/// How a version differs from the page as it is now.
#[component]
fn Compared(props: &ComparedProps) -> Html {
    let (t, news) = (lang(), use_news());
    let (page, version) = (&props.page, &props.version);
    let command = VersionCompare {
        page: page.clone(),
        older: version.id,
        newer: None,
    };
    let answer = use_query(command, |event| matches!(event, Event::Pages(_)));
    let offices = use_query(OfficeList {}, never);
    let on_restore = {
        let (page, version) = (page.clone(), version.id);
        Callback::from(move |()| {
            let (page, news) = (page.clone(), news.clone());
            spawn_local(async move {
                match ipc::call(VersionRestore {
                    page: page.clone(),
                    version,
                })
                .await
                {
                    Ok(_) => {
                        news.done(lang().restored());
                        Route::Page(page).go();
                    }
                    Err(failure) => news.failed(failure),
                }
            });
        })
    };
    let same = answer.data.as_deref().is_some_and(is_same);
    html! {
        <section class="compared card-plain" aria-labelledby="confronto">
            <header class="compared-head">
                <div>
                    <h2 id="confronto">{ t.compare_title(&time::when_exactly(version.at)) }</h2>
                    <p class="hint">
                        if same { { t.compare_same() } } else { { t.compare_lead() } }
                    </p>
                </div>
                if !same {
                    <Button id="ripristina" label={t.restore()} icon="it-restore" kind={Kind::Primary} small=true on_click={on_restore} />
                }
            </header>
            if let Some(failure) = answer.failure {
                <FailureNotice failure={(*failure).clone()} />
            }
            if let Some(comparison) = answer.data {
                { fields(t, &comparison, offices.data.as_deref().map(Vec::as_slice).unwrap_or_default()) }
                { text(t, &comparison.text) }
            }
        </section>
    }
}

fn is_same(comparison: &Comparison) -> bool {
    comparison.fields.is_empty()
        && comparison
            .text
            .iter()
            .all(|run| matches!(run, Run::Same(_)))
}

fn fields(t: Lang, comparison: &Comparison, offices: &[OfficeRow]) -> Html {
    if comparison.fields.is_empty() {
        return Html::default();
    }
    html! {
        <table class="plain-table compared-fields">
            <thead>
                <tr>
                    <th scope="col">{ t.compare_field() }</th>
                    <th scope="col">{ t.compare_then() }</th>
                    <th scope="col">{ t.compare_now() }</th>
                </tr>
            </thead>
            <tbody>
                for (before, after) in comparison.fields.iter() {
                    <tr>
                        <th scope="row">{ words::field(t, before.field(), None) }</th>
                        <td>{ value(t, before, offices) }</td>
                        <td>{ value(t, after, offices) }</td>
                    </tr>
                }
            </tbody>
        </table>
    }
}

/// The value of a field in words.
pub fn value(t: Lang, change: &FieldChange, offices: &[OfficeRow]) -> String {
    let words = match change {
        FieldChange::Title(v)
        | FieldChange::Summary(v)
        | FieldChange::Address(v)
        | FieldChange::Hours(v)
        | FieldChange::Phone(v)
        | FieldChange::Email(v)
        | FieldChange::Pec(v) => v.clone(),
        FieldChange::News(kind) => words::news(t, *kind).to_owned(),
        FieldChange::Until(date) => date.as_deref().map(time::date).unwrap_or_default(),
        FieldChange::Office(office) => office.as_ref().map_or_else(String::new, |id| {
            let known = offices.iter().find(|it| it.id == *id);
            known.map_or_else(|| t.untitled_ufficio().to_owned(), |it| it.name.clone())
        }),
        FieldChange::Cover(Some(cover)) => t.cover_words(&cover.file.name, &cover.alt),
        FieldChange::Cover(None) => String::new(),
    };
    if words.trim().is_empty() {
        t.value_empty().to_owned()
    } else {
        words
    }
}

/// The text, block by block; what was added and what was taken away is marked, coloured and named.
fn text(t: Lang, runs: &[Run]) -> Html {
    if runs.is_empty() {
        return Html::default();
    }
    html! {
        <>
            <h3>{ t.text_title() }</h3>
            <p class="legend">
                <del>{ t.compare_removed() }</del>
                <ins>{ t.compare_added() }</ins>
            </p>
            <div class="compared-text">
                for paragraph in paragraphs(runs) {
                    <p>
                        for run in paragraph {
                            { piece(t, run) }
                        }
                    </p>
                }
            </div>
        </>
    }
}

fn piece(t: Lang, run: Run) -> Html {
    match run {
        Run::Same(text) => html! { { text } },
        Run::Removed(text) => html! {
            <del><span class="visually-hidden">{ t.compare_removed_before() }</span>{ text }</del>
        },
        Run::Added(text) => html! {
            <ins><span class="visually-hidden">{ t.compare_added_before() }</span>{ text }</ins>
        },
    }
}

/// The runs of each block. A block ends with `\n`.
fn paragraphs(runs: &[Run]) -> Vec<Vec<Run>> {
    let mut all = vec![Vec::new()];
    for run in runs {
        let (text, make): (_, fn(String) -> Run) = match run {
            Run::Same(text) => (text, Run::Same),
            Run::Removed(text) => (text, Run::Removed),
            Run::Added(text) => (text, Run::Added),
        };
        for (at, piece) in text.split('\n').enumerate() {
            if at > 0 {
                all.push(Vec::new());
            }
            if let (false, Some(last)) = (piece.is_empty(), all.last_mut()) {
                last.push(make(piece.to_owned()));
            }
        }
    }
    all.retain(|runs| !runs.is_empty());
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_shown_block_by_block() {
        let runs = [
            Run::Same("Domani le scuole ".into()),
            Run::Removed("aprono.\nPortate".into()),
            Run::Added("chiudono".into()),
            Run::Same(".\n".into()),
        ];
        assert_eq!(
            paragraphs(&runs),
            [
                vec![
                    Run::Same("Domani le scuole ".into()),
                    Run::Removed("aprono.".into())
                ],
                vec![
                    Run::Removed("Portate".into()),
                    Run::Added("chiudono".into()),
                    Run::Same(".".into())
                ],
            ]
        );
        assert!(paragraphs(&[Run::Same("\n\n".into())]).is_empty());
    }
}
