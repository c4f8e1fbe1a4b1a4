//! What an earlier run left unsigned when the program ended: offered at the top of the list. Taken up, it goes through
//! "Firma" as anything else: looked at, with hashes of now, and confirmed anew.

use super::{hears, words};
use crate::ipc;
use crate::lang::lang;
use crate::part::{Button, Kind, icon};
use crate::query::use_query;
use crate::route::Route;
use crate::toast::use_news;
use api::Event;
use api::firma::{FirmaLeft, FirmaLeftForget, FirmaLeftOpen, PaperId, Proposal};
use std::cell::RefCell;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

thread_local! {
    /// What was taken up last, for the screen that asks how to sign.
    static PROPOSED: RefCell<Option<Proposal>> = const { RefCell::new(None) };
}

/// How these documents were to be signed, if they were taken up again.
pub fn proposed(papers: &[PaperId]) -> Option<Proposal> {
    let all = PROPOSED.with_borrow(Clone::clone)?;
    let of_it = |id: &PaperId| all.papers.contains(id);
    (!papers.is_empty() && papers.iter().all(of_it)).then_some(all)
}

/// The offer; nothing where nothing was left.
#[component]
pub fn LeftBanner() -> Html {
    let (t, news) = (lang(), use_news());
    let busy = use_state_eq(|| false);
    let left = use_query(FirmaLeft {}, hears).data;
    let Some(left) = left.filter(|left| !left.is_empty()) else {
        return Html::default();
    };
    let missing = words::to_be_found(t, &left);
    let some_here = words::at_hand(&left) > 0;
    let on_take = {
        let (news, busy) = (news.clone(), busy.clone());
        Callback::from(move |()| {
            let (news, busy) = (news.clone(), busy.clone());
            busy.set(true);
            spawn_local(async move {
                let answer = ipc::call(FirmaLeftOpen {}).await;
                busy.set(false);
                match answer {
                    Ok(Some(proposal)) if !proposal.papers.is_empty() => {
                        let papers = proposal.papers.clone();
                        PROPOSED.set(Some(proposal));
                        Route::Sign(papers).go();
                    }
                    Ok(_) => ipc::tell(&Event::Firma),
                    Err(failure) => news.failed(failure),
                }
            });
        })
    };
    let on_forget = Callback::from(move |()| {
        let news = news.clone();
        spawn_local(async move {
            match ipc::call(FirmaLeftForget {}).await {
                Ok(()) => news.done(lang().left_forgotten()),
                Err(failure) => news.failed(failure),
            }
            ipc::tell(&Event::Firma);
        });
    });
    html! {
        <section id="rimasti" class="notice notice-note" aria-labelledby="rimasti-titolo">
            { icon("it-pencil") }
            <div class="notice-words">
                <h2 id="rimasti-titolo" class="notice-title">{ t.left_title(left.len() as u64) }</h2>
                <p>{ t.left_words() }</p>
                if let Some(missing) = missing {
                    <p>{ missing }</p>
                }
                <p class="notice-actions">
                    <Button
                        id="riprendi-rimasti"
                        label={t.run_resume()}
                        icon="it-refresh"
                        kind={Kind::Primary}
                        disabled={*busy || !some_here}
                        on_click={on_take}
                    />
                    <Button id="lascia-rimasti" label={t.left_forget()} kind={Kind::Quiet} on_click={on_forget} />
                </p>
            </div>
        </section>
    }
}
