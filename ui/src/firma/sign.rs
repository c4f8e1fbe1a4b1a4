//! What is about to be signed: what, with which certificate, how; then one button. CAD, art. 35: documents are shown
//! to the holder clearly and without ambiguity, and the will to sign is confirmed.

use super::ask::use_look;
use super::left::proposed as left;
use super::list::facts;
use super::pages::small;
use super::paper::back;
use super::place::PlaceField;
use super::spot::Place;
use super::{hears, words};
use crate::ipc;
use crate::lang::lang;
use crate::part::{
    Button, Empty, FailureNotice, IconButton, Kind, Screen, TextField, Toggle, badge, icon, waiting,
};
use crate::query::use_query;
use crate::route::Route;
use crate::time;
use crate::words::Tone;
use api::firma::{
    FirmaPapers, FirmaSign, Format, Identity, NoPdf, Paper, PaperId, PinState, Request, Spot,
    Warning,
};
use api::{Event, Failure};
use l10n::Lang;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct SignScreenProps {
    pub papers: Vec<PaperId>,
}

/// The screen.
#[component]
pub fn SignScreen(props: &SignScreenProps) -> Html {
    let t = lang();
    let open = use_query(FirmaPapers {}, hears);
    let Some(list) = &open.data else {
        return match &open.failure {
            Some(failure) => html! { <FailureNotice failure={(**failure).clone()} /> },
            None => waiting(),
        };
    };
    let chosen: Vec<Paper> = props
        .papers
        .iter()
        .filter_map(|id| list.iter().find(|it| it.id == *id).cloned())
        .collect();
    if chosen.is_empty() {
        return html! {
            <Screen title={t.firma_sign()} above={back(t)}>
                <Empty icon="it-file-signed" title={t.sign_none()} words={t.sign_none_words()} />
            </Screen>
        };
    }
    html! {
        <Screen title={t.sign_title(chosen.len() as u64)} class="firma sign-screen" above={back(t)}>
            <p class="lead">{ t.sign_lead() }</p>
            <Form papers={chosen} />
        </Screen>
    }
}

/// What was chosen so far.
#[derive(Clone, PartialEq, Default)]
struct Choice {
    identity: Option<String>,
    format: Option<Format>,
    stamp: bool,
    spot: Option<Spot>,
    purpose: String,
}

impl Choice {
    /// As it was, of documents that an earlier run left; else nothing yet.
    fn of(papers: &[Paper]) -> Self {
        let ids: Vec<PaperId> = papers.iter().map(|it| it.id.clone()).collect();
        left(&ids).map_or_else(Self::default, |was| Self {
            identity: Some(was.identity),
            format: Some(was.format),
            stamp: was.stamp.is_some(),
            spot: was.stamp,
            purpose: was.purpose.unwrap_or_default(),
        })
    }
}

#[derive(Properties, PartialEq)]
struct FormProps {
    papers: Vec<Paper>,
}

#[component]
fn Form(props: &FormProps) -> Html {
    let (t, papers) = (lang(), &props.papers);
    let look = use_look();
    let choice = use_state_eq(|| Choice::of(papers));
    let failure = use_state_eq(|| None::<Failure>);
    let busy = use_state_eq(|| false);
    let identities = look.device.as_ref().map(|it| it.identities.clone());
    let identities = identities.unwrap_or_default();
    let identity = chosen_identity(&identities, choice.identity.as_deref());
    let format = choice.format.unwrap_or_else(|| proposed(papers));
    let barred = first_barred(papers, format);
    let shown = longest(papers);
    let spot = shown.and_then(|paper| stamp_spot(paper, choice.spot));
    let request = identity.filter(|it| words::can_sign(it)).map(|it| Request {
        papers: papers
            .iter()
            .map(|it| (it.id.clone(), it.sha256.clone()))
            .collect(),
        identity: it.id.clone(),
        format,
        stamp: spot.filter(|_| choice.stamp && format == Format::Pdf),
        purpose: purpose(&choice.purpose, format),
    });
    let change = |make: fn(&mut Choice, String)| {
        let choice = choice.clone();
        Callback::from(move |value: String| {
            let mut next = (*choice).clone();
            make(&mut next, value);
            choice.set(next);
        })
    };
    let on_format = {
        let choice = choice.clone();
        Callback::from(move |format| {
            choice.set(Choice {
                format: Some(format),
                ..(*choice).clone()
            });
        })
    };
    let on_stamp = {
        let choice = choice.clone();
        Callback::from(move |stamp| {
            choice.set(Choice {
                stamp,
                ..(*choice).clone()
            });
        })
    };
    let on_spot = {
        let choice = choice.clone();
        Callback::from(move |spot| {
            choice.set(Choice {
                spot: Some(spot),
                ..(*choice).clone()
            });
        })
    };
    let ready = request.is_some() && barred.is_none() && !*busy;
    let on_sign = {
        let (failure, busy) = (failure.setter(), busy.setter());
        Callback::from(move |()| {
            if let Some(request) = request.clone() {
                send(request, failure.clone(), busy.clone());
            }
        })
    };
    let count = papers.len() as u64;
    html! {
        <div class="sign">
            <section class="card-plain" aria-labelledby="che-cosa">
                <h2 id="che-cosa">{ t.sign_what() }</h2>
                <ul class="sign-papers">
                    for it in papers.iter() {
                        <What key={it.id.0.clone()} paper={it.clone()} all={papers.clone()} stamped={choice.stamp && format == Format::Pdf} />
                    }
                </ul>
            </section>
            <section class="card-plain" aria-labelledby="con-quale">
                <h2 id="con-quale">{ t.sign_who() }</h2>
                if let Some(failure) = &look.failure {
                    <FailureNotice failure={failure.clone()} on_retry={look.again()} />
                }
                if look.busy && identities.is_empty() {
                    <p class="looking" role="status">
                        <progress aria-label={t.sign_who_looking()}></progress>
                        <span>{ t.sign_who_looking() }</span>
                    </p>
                } else if identities.is_empty() && look.failure.is_none() {
                    <NoIdentity again={look.again()} />
                } else {
                    <div class="identities" role="radiogroup" aria-labelledby="con-quale">
                        for it in identities.iter() {
                            { identity_choice(t, it, identity == Some(it), change(|choice, id| choice.identity = Some(id))) }
                        }
                    </div>
                }
            </section>
            <section class="card-plain" aria-labelledby="in-che">
                <h2 id="in-che">{ t.sign_how() }</h2>
                <div class="formats" role="radiogroup" aria-labelledby="in-che">
                    { format_choice(t, Format::Pdf, format, &on_format) }
                    { format_choice(t, Format::P7m, format, &on_format) }
                </div>
                if let Some((name, why)) = &barred {
                    <div class="notice notice-note" role="status">
                        { icon("it-info-circle") }
                        <p class="notice-words">{ t.sign_format_not(name, words::no_pdf(t, *why)) }</p>
                    </div>
                }
                if format == Format::Pdf {
                    <TextField
                        id="motivo"
                        label={t.sign_purpose()}
                        hint={t.sign_purpose_hint()}
                        value={choice.purpose.clone()}
                        limit={200}
                        on_input={change(|choice, words| choice.purpose = words)}
                    />
                    <Toggle
                        id="timbro-visibile"
                        switch=true
                        label={t.sign_stamp()}
                        hint={t.sign_stamp_hint()}
                        on={choice.stamp}
                        on_toggle={on_stamp}
                    />
                    if let (true, Some(paper), Some(spot)) = (choice.stamp, shown, spot) {
                        <PlaceField
                            paper={paper.clone()}
                            many={papers.len() > 1}
                            {spot}
                            {on_spot}
                            name={identity.map(|it| it.holder.name.clone()).unwrap_or_default()}
                        />
                    }
                }
            </section>
            <div class="sign-bar">
                if let Some(failure) = &*failure {
                    <FailureNotice failure={failure.clone()} />
                }
                <div class="sign-bar-words">
                    <p>{ t.sign_confirm(count) }</p>
                    <p class="hint">
                        { icon("it-locked") }
                        { pin_words(t, identity) }
                    </p>
                </div>
                <Button
                    id="firma-adesso"
                    label={t.sign_go(count)}
                    icon="it-pencil"
                    kind={Kind::Primary}
                    disabled={!ready}
                    on_click={on_sign}
                />
            </div>
        </div>
    }
}

fn pin_words(t: Lang, identity: Option<&Identity>) -> &'static str {
    match identity.map(|it| it.pin) {
        Some(PinState::OnReader) => t.sign_pin_reader(),
        _ => t.sign_pin(),
    }
}

fn send(request: Request, failure: UseStateSetter<Option<Failure>>, busy: UseStateSetter<bool>) {
    busy.set(true);
    failure.set(None);
    spawn_local(async move {
        match ipc::call(FirmaSign { request }).await {
            Ok(()) => {
                ipc::tell(&Event::Firma);
                Route::Run.go();
            }
            Err(why) => {
                busy.set(false);
                failure.set(Some(why));
            }
        }
    });
}

/// The one that was chosen; before that, the first that can sign.
fn chosen_identity<'a>(all: &'a [Identity], chosen: Option<&str>) -> Option<&'a Identity> {
    let wanted = all.iter().find(|it| Some(it.id.as_str()) == chosen);
    wanted
        .or_else(|| all.iter().find(|it| words::can_sign(it)))
        .or_else(|| all.first())
}

/// Within the PDF where that can be done for all, else as `.p7m`.
fn proposed(papers: &[Paper]) -> Format {
    match papers.iter().all(|it| it.no_pdf.is_none()) {
        true => Format::Pdf,
        false => Format::P7m,
    }
}

/// The first document that cannot be signed so, and why.
fn first_barred(papers: &[Paper], format: Format) -> Option<(String, NoPdf)> {
    let mut barred = papers.iter().filter(|_| format == Format::Pdf);
    barred.find_map(|it| Some((it.name.clone(), it.no_pdf?)))
}

/// The document with the most pages: its last page is after everybody's.
fn longest(papers: &[Paper]) -> Option<&Paper> {
    let with_pages = papers.iter().filter(|it| !it.pages.is_empty());
    // The first of equals.
    with_pages.rev().max_by_key(|it| it.pages.len())
}

/// Where the stamp stands; at first at the foot of the last page, where signatures are written.
fn stamp_spot(paper: &Paper, chosen: Option<Spot>) -> Option<Spot> {
    let last = u32::try_from(paper.pages.len()).ok()?;
    let size = paper.pages.last()?;
    let chosen = chosen.filter(|it| it.page <= last);
    Some(chosen.unwrap_or_else(|| Place::BottomRight.spot(*size, last, None)))
}

fn purpose(words: &str, format: Format) -> Option<String> {
    let words = words.trim();
    (format == Format::Pdf && !words.is_empty()).then(|| words.to_owned())
}

#[derive(Properties, PartialEq)]
struct WhatProps {
    paper: Paper,
    all: Vec<Paper>,
    /// With a visible stamp.
    stamped: bool,
}

/// A document that is about to be signed.
#[component]
fn What(props: &WhatProps) -> Html {
    let (t, it) = (lang(), &props.paper);
    let on_remove = {
        let (all, id) = (props.all.clone(), it.id.clone());
        Callback::from(move |()| {
            let rest = all.iter().map(|it| it.id.clone()).filter(|it| *it != id);
            Route::Sign(rest.collect()).replace();
        })
    };
    let warnings = it.warnings.iter().filter(|it| match it {
        Warning::StampBreaksAccessibility => props.stamped,
        _ => true,
    });
    html! {
        <li class="sign-paper">
            { small(it) }
            <div class="sign-paper-words">
                <a class="paper-name" href={Route::Paper(it.id.clone()).hash()} aria-label={t.sign_look(&it.name)}>{ &it.name }</a>
                <p class="hint">{ facts(t, it) }</p>
                <details class="hash">
                    <summary>
                        { t.sign_hash() }{ ": " }<code>{ words::short_hash(t, &it.sha256) }</code>
                    </summary>
                    <code aria-label={t.sign_hash_all()}>{ &it.sha256 }</code>
                </details>
                if it.pages.is_empty() {
                    <p class="sign-warning">{ icon("it-warning-circle") }<span>{ t.sign_unseen() }</span></p>
                }
                for warning in warnings {
                    <p class="sign-warning">{ icon("it-warning-circle") }<span>{ words::warning(t, *warning) }</span></p>
                }
            </div>
            if props.all.len() > 1 {
                <IconButton label={t.sign_remove(&it.name)} icon="it-close" on_click={on_remove} />
            }
        </li>
    }
}

#[derive(Properties, PartialEq)]
struct NoIdentityProps {
    again: Callback<()>,
}

#[component]
fn NoIdentity(props: &NoIdentityProps) -> Html {
    let t = lang();
    html! {
        <div class="notice notice-note" role="status">
            { icon("it-card") }
            <div class="notice-words">
                <p class="notice-title">{ t.sign_who_none() }</p>
                <p>{ t.sign_who_none_words() }</p>
                <p class="notice-actions">
                    <Button id="guarda-di-nuovo" label={t.device_again()} icon="it-refresh" small=true on_click={props.again.clone()} />
                    <a class="btn btn-quiet btn-sm" href={Route::Device.hash()}>{ t.sign_why_none() }</a>
                </p>
            </div>
        </div>
    }
}

fn identity_choice(t: Lang, it: &Identity, here: bool, choose: Callback<String>) -> Html {
    let id = it.id.clone();
    html! {
        <label class={classes!("identity", here.then_some("chosen"))}>
            <input
                type="radio"
                name="certificato"
                checked={here}
                disabled={!words::can_sign(it)}
                onchange={choose.reform(move |_: web_sys::Event| id.clone())}
            />
            <span class="identity-words">{ identity(t, it) }</span>
        </label>
    }
}

/// Whose key it is, and how it stands.
pub fn identity(t: Lang, it: &Identity) -> Html {
    let (pin, tone) = words::pin(t, it.pin);
    let holder = &it.holder;
    let facts = [
        holder.tax_code.clone(),
        holder.organization.clone(),
        Some(t.sign_issuer(&holder.issuer)),
        holder.until.map(|at| t.sign_until(&time::long_day(at))),
        Some(it.device.clone()),
    ];
    let facts: Vec<String> = facts
        .into_iter()
        .flatten()
        .filter(|it| !it.is_empty())
        .collect();
    html! {
        <>
            <span class="identity-name">
                <strong>{ &holder.name }</strong>
                { badge(pin, tone) }
            </span>
            <span class="hint">{ facts.join(" · ") }</span>
            if let Some(limits) = words::limits(t, holder) {
                <span class="identity-note">{ t.sign_limits(&limits) }</span>
            }
            if let Some(advice) = words::pin_advice(t, it.pin) {
                <span class={classes!("identity-note", tone.class())}>{ advice }</span>
            }
            if !it.usable {
                <span class={classes!("identity-note", Tone::Alert.class())}>{ t.sign_not_usable() }</span>
            }
        </>
    }
}

fn format_choice(t: Lang, it: Format, chosen: Format, choose: &Callback<Format>) -> Html {
    let (name, hint) = words::format(t, it);
    html! {
        <label class={classes!("identity", (it == chosen).then_some("chosen"))}>
            <input
                type="radio"
                name="formato"
                checked={it == chosen}
                onchange={choose.reform(move |_: web_sys::Event| it)}
            />
            <span class="identity-words">
                <strong>{ name }</strong>
                <span class="hint">{ hint }</span>
            </span>
        </label>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::firma::{PageSize, PaperKind, Signer};

    fn paper(name: &str, pages: usize, no_pdf: Option<NoPdf>) -> Paper {
        let size = PageSize {
            width: 595.0,
            height: 842.0,
        };
        Paper {
            id: PaperId(name.into()),
            name: name.into(),
            size: 1,
            kind: PaperKind::Pdf,
            sha256: String::new(),
            pages: vec![size; pages],
            warnings: Vec::new(),
            no_pdf,
        }
    }

    fn key(id: &str, pin: PinState) -> Identity {
        Identity {
            id: id.into(),
            holder: Signer::default(),
            device: String::new(),
            pin,
            usable: true,
        }
    }

    #[test]
    fn the_format_is_the_pdf_unless_one_cannot_and_that_one_is_named() {
        let good = [paper("a.pdf", 1, None), paper("b.pdf", 2, None)];
        assert_eq!(proposed(&good), Format::Pdf);
        let mixed = [
            paper("a.pdf", 1, None),
            paper("c.docx", 0, Some(NoPdf::NotPdf)),
        ];
        assert_eq!(proposed(&mixed), Format::P7m);
        assert_eq!(
            first_barred(&mixed, Format::Pdf),
            Some(("c.docx".into(), NoPdf::NotPdf))
        );
        assert_eq!(first_barred(&mixed, Format::P7m), None);
    }

    #[test]
    fn the_stamp_is_placed_on_the_longest_document_at_the_foot_of_its_last_page() {
        let papers = [
            paper("a", 1, None),
            paper("b", 3, None),
            paper("c", 3, None),
        ];
        let longest = longest(&papers).map(|it| it.name.as_str());
        assert_eq!(longest, Some("b"));
        let spot = stamp_spot(&papers[1], None).map(|it| (it.page, it.top > 700.0));
        assert_eq!(spot, Some((3, true)));
        let old = Spot {
            page: 9,
            left: 0.0,
            top: 0.0,
            width: 100.0,
            height: 50.0,
        };
        assert_eq!(
            stamp_spot(&papers[1], Some(old)).map(|it| it.page),
            Some(3),
            "a page that is there no more is no place"
        );
        assert_eq!(stamp_spot(&paper("d", 0, None), None), None);
    }

    #[test]
    fn a_locked_card_is_never_proposed_before_one_that_can_sign() {
        let all = [key("1", PinState::Locked), key("2", PinState::LastTry)];
        let chosen = |id| chosen_identity(&all, id).map(|it| it.id.as_str());
        assert_eq!(chosen(None), Some("2"));
        assert_eq!(chosen(Some("1")), Some("1"));
        assert_eq!(chosen(Some("gone")), Some("2"));
        assert_eq!(chosen_identity(&[], None), None);
    }

    #[test]
    fn a_purpose_is_only_written_where_there_is_a_place_for_it() {
        assert_eq!(purpose("  Visto ", Format::Pdf), Some("Visto".into()));
        assert_eq!(purpose("Visto", Format::P7m), None);
        assert_eq!(purpose(" ", Format::Pdf), None);
    }
}
