//! What is said of a document's signatures: one sentence first, then each signature, then the details.

use super::words;
use crate::lang::lang;
use crate::part::{Button, badge, icon};
use crate::time;
use crate::words::Tone;
use api::firma::{
    Answer, Basis, Change, Judgement, Reason, Signature, SignatureKind, Signer, Spot, Stamp,
};
use domain::UnixMs;
use l10n::Lang;
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct BannerProps {
    pub judgement: Rc<Judgement>,
}

/// The answer in a glance: colour, picture and words.
#[component]
pub fn Banner(props: &BannerProps) -> Html {
    let (t, it) = (lang(), &props.judgement);
    let seen = words::Glance::of(it);
    let (_, tone) = seen.chip(t);
    html! {
        <section id="verdetto" class={classes!("verdict", tone.class())} aria-labelledby="verdetto-titolo">
            { icon(seen.picture()) }
            <div class="verdict-words">
                <h2 id="verdetto-titolo">{ words::verdict(t, it) }</h2>
                for line in words::lead(t, it) {
                    <p>{ line }</p>
                }
                if it.is_tampered() {
                    <div class="tampered tone-alert">
                        { icon("it-warning-circle") }
                        <div>
                            if it.answer != Answer::Open {
                                <strong>{ t.verdict_changed() }</strong>
                            }
                            <p>{ t.verdict_changed_words() }</p>
                        </div>
                    </div>
                }
                if let Some(lacking) = words::lacking(t, it) {
                    <p id="revoca">{ lacking }</p>
                }
                { as_of(t, it) }
            </div>
        </section>
    }
}

/// The date that the answer is about, where it is another than now.
fn as_of(t: Lang, it: &Judgement) -> Html {
    if it.answer == Answer::Unsigned {
        return Html::default();
    }
    if it.at.basis == Basis::Now {
        return html! { <p class="hint">{ t.verdict_now() }</p> };
    }
    let said = t.verdict_at(&time::exactly(it.at.time), words::basis(t, it.at.basis));
    html! {
        <>
            <p class="hint"><strong>{ said }</strong></p>
            <p class="hint">{ t.at_your_word() }</p>
        </>
    }
}

#[derive(Properties, PartialEq)]
pub struct SignaturesProps {
    pub judgement: Rc<Judgement>,
    /// Shows a page, and a place on it.
    pub on_look: Callback<(u32, Option<Spot>)>,
}

/// Every signature.
#[component]
pub fn Signatures(props: &SignaturesProps) -> Html {
    let (t, all) = (lang(), &props.judgement.signatures);
    if all.is_empty() {
        return Html::default();
    }
    html! {
        <section class="signatures" aria-labelledby="firme">
            <h2 id="firme" class="visually-hidden">{ t.signatures_title(all.len() as u64) }</h2>
            for (at, signature) in all.iter().enumerate() {
                { card(t, signature, Some((at + 1, all.len())), &props.on_look) }
            }
        </section>
    }
}

/// A signature. Countersignatures stand within it, without a number.
fn card(
    t: Lang,
    it: &Signature,
    number: Option<(usize, usize)>,
    on_look: &Callback<(u32, Option<Spot>)>,
) -> Html {
    let seen = words::Glance::of_one(it);
    let (said, tone) = seen.chip(t);
    let over = match (number, it.kind) {
        (None, _) => Some(t.counter_title().to_owned()),
        (Some(_), SignatureKind::Timestamp) => Some(t.stamp_on_document().to_owned()),
        (Some((_, 1)), _) => None,
        (Some((at, all)), _) => Some(t.signature_of(&at.to_string(), &all.to_string())),
    };
    let name = words::name(t, it);
    let over = over.filter(|over| *over != name);
    html! {
        <article class={classes!("signature", tone.class())}>
            <header class="signature-head">
                <div>
                    if let Some(over) = over {
                        <p class="hint">{ over }</p>
                    }
                    <h3>{ name }</h3>
                </div>
                <span class={classes!("tag", "tag-answer", tone.class())}>
                    { icon(seen.picture()) }
                    { said }
                </span>
            </header>
            if let Some(signer) = &it.signer {
                { who(t, signer) }
            }
            { reasons(t, &it.reasons) }
            { changes(t, &it.changes, on_look) }
            <dl class="facts-list">
                { worth(t, it) }
                { when(t, it) }
                if let Some(purpose) = it.purpose.as_deref().filter(|it| !it.is_empty()) {
                    { fact(t.sig_purpose(), html! { { purpose } }) }
                }
                if let Some(limits) = it.signer.as_ref().and_then(|it| words::limits(t, it)) {
                    { fact(t.sig_limits(), html! { <strong>{ limits }</strong> }) }
                }
            </dl>
            { stamps(t, it) }
            if let Some(spot) = it.seen {
                <Button
                    label={t.sig_show()}
                    icon="it-search"
                    small=true
                    on_click={on_look.reform(move |()| (spot.page, Some(spot)))}
                />
            }
            { details(t, it) }
            for counter in it.counter.iter() {
                { card(t, counter, None, on_look) }
            }
        </article>
    }
}

fn fact(name: &str, words: Html) -> Html {
    html! { <div><dt>{ name }</dt><dd>{ words }</dd></div> }
}

/// Who signed, beside the name.
fn who(t: Lang, it: &Signer) -> Html {
    let parts = [
        it.tax_code.as_ref().map(|code| (t.sig_tax_code(), code)),
        it.organization
            .as_ref()
            .map(|name| (t.sig_organization(), name)),
        it.title.as_ref().map(|title| (t.sig_role(), title)),
    ];
    html! {
        <dl class="facts-list">
            for (name, words) in parts.into_iter().flatten() {
                { fact(name, html! { { words } }) }
            }
        </dl>
    }
}

/// Why it does not simply hold: what it means, what to do.
fn reasons(t: Lang, all: &[Reason]) -> Html {
    html! {
        <ul class="reasons">
            for it in all.iter() {
                { reason(t, *it) }
            }
        </ul>
    }
}

fn reason(t: Lang, it: Reason) -> Html {
    let (what, then) = words::reason(t, it);
    html! {
        <li class={classes!("reason", words::reason_tone(it).class())}>
            <p class="reason-what">{ what }</p>
            <p><span class="reason-do">{ t.sig_todo() }{ ": " }</span>{ then }</p>
        </li>
    }
}

/// What was done to the document afterwards; what is not allowed first.
fn changes(t: Lang, all: &[Change], on_look: &Callback<(u32, Option<Spot>)>) -> Html {
    if all.is_empty() {
        return Html::default();
    }
    let mut all: Vec<&Change> = all.iter().collect();
    all.sort_by_key(|it| (it.allowed, it.page));
    html! {
        <div class="changes">
            <h4>{ t.changes_title() }</h4>
            <ul>
                for it in all {
                    <li>
                        {
                            match it.allowed {
                                true => badge(t.change_allowed(), Tone::Calm),
                                false => badge(t.change_forbidden(), Tone::Alert),
                            }
                        }
                        <span>{ words::what(t, it.what) }</span>
                        if let Some(page) = it.page {
                            <button
                                type="button"
                                class="link-button"
                                onclick={on_look.reform(move |_: MouseEvent| (page, None))}
                            >
                                { t.change_page(&page.to_string()) }
                            </button>
                        }
                    </li>
                }
            </ul>
        </div>
    }
}

/// What it is worth. Of what does not hold nothing is said to be worth anything; of what is open, only what it is.
fn worth(t: Lang, it: &Signature) -> Html {
    let (name, meaning) = words::quality(t, it);
    let meaning = (it.answer == Answer::Holds).then_some(meaning);
    if it.answer == Answer::Fails {
        return Html::default();
    }
    fact(
        t.sig_worth(),
        html! {
            <>
                <strong>{ name }</strong>
                if let Some(meaning) = meaning {
                    <br />
                    <span class="hint">{ meaning }</span>
                }
            </>
        },
    )
}

/// When, and by what right that time counts.
fn when(t: Lang, it: &Signature) -> Html {
    if it.kind == SignatureKind::Timestamp && it.at.basis == Basis::Now {
        // The stamp says it itself.
        return Html::default();
    }
    let claimed = match it.claimed {
        Some(at) => t.sig_claimed(&time::exactly(at)),
        None => t.sig_no_time().into(),
    };
    let counts = (it.at.basis != Basis::Now)
        .then(|| t.sig_judged_at(&time::exactly(it.at.time), words::basis(t, it.at.basis)));
    fact(
        t.sig_when(),
        html! {
            <>
                if let Some(counts) = counts {
                    <strong>{ counts }</strong>
                    { " " }{ words::opposable(t, it.at.basis).unwrap_or_default() }
                    <br />
                }
                if it.kind == SignatureKind::Signature {
                    { claimed }
                }
            </>
        },
    )
}

fn stamps(t: Lang, of: &Signature) -> Html {
    if of.stamps.is_empty() {
        return Html::default();
    }
    html! {
        <div class="changes">
            <h4>{ t.stamps_title() }</h4>
            <ul>
                for it in of.stamps.iter() {
                    { stamp(t, it, of.kind) }
                }
            </ul>
        </div>
    }
}

fn stamp(t: Lang, it: &Stamp, of: SignatureKind) -> Html {
    let (said, tone) = words::chip(t, it.answer);
    let words = match (it.answer, it.time) {
        (Answer::Holds, Some(at)) if of == SignatureKind::Timestamp => {
            t.stamp_holds_document(&time::exactly(at))
        }
        (Answer::Holds, Some(at)) if it.archive => t.stamp_holds_archive(&time::exactly(at)),
        (Answer::Holds, Some(at)) => t.stamp_holds(&time::exactly(at)),
        (Answer::Fails, _) => t.stamp_fails().into(),
        _ => t.stamp_open().into(),
    };
    html! {
        <li>
            { badge(said, tone) }
            <span>
                { words }
                if let Some(provider) = &it.provider {
                    <br /><span class="hint">{ t.stamp_by(provider) }</span>
                }
                // Of one on the document itself it is told above, with what it is worth.
                if !it.qualified && of == SignatureKind::Signature {
                    <br /><span class="hint">{ t.stamp_not_qualified() }</span>
                }
            </span>
        </li>
    }
}

/// For those who want to know more.
fn details(t: Lang, it: &Signature) -> Html {
    let indication = match &it.sub_indication {
        Some(sub) => format!("{} / {sub}", it.indication),
        None => it.indication.clone(),
    };
    let signer = it.signer.as_ref();
    let layer = (it.layer > 0).then(|| t.sig_layer_words(&(it.layer + 1).to_string()));
    let rows = [
        (t.sig_issuer(), signer.map(|it| it.issuer.clone())),
        (t.sig_serial(), signer.map(|it| it.serial.clone())),
        (
            t.sig_validity(),
            signer.and_then(|it| validity(t, it.from, it.until)),
        ),
        (t.sig_provider(), it.provider.clone()),
        (t.sig_hash(), it.hash.clone()),
        (t.sig_revision(), it.revision.map(|it| it.to_string())),
        (t.sig_layer(), layer),
        (t.sig_indication(), Some(indication)),
    ];
    let rows = rows
        .into_iter()
        .filter_map(|(name, words)| Some((name, words?)));
    html! {
        <details class="more-facts">
            <summary>{ t.sig_details() }</summary>
            <dl class="facts-list">
                for (name, words) in rows.filter(|(_, words)| !words.is_empty()) {
                    { fact(name, html! { { words } }) }
                }
            </dl>
        </details>
    }
}

fn validity(t: Lang, from: Option<UnixMs>, until: Option<UnixMs>) -> Option<String> {
    Some(t.sig_validity_words(&time::long_day(from?), &time::long_day(until?)))
}
