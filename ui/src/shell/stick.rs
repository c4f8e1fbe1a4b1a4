//! "Porta con la chiavetta": one's work onto a stick, the answer from it, and other people's sticks to the hub.

use crate::ipc;
use crate::lang::lang;
use crate::part::{Button, Dialog, Empty, FailureNotice, Kind, Toggle, icon};
use crate::query::use_query;
use crate::time;
use crate::words;
use api::session::Desk;
use api::stick::{
    Brought, Bundle, Load, Look, Met, Place, Plan, Sent, Stage, StickLook, StickMeet, StickPlaces,
    StickPlan, StickStateLoad, StickTake, StickWrite, Written,
};
use api::{Code, Command, Event, Failure};
use domain::identity::Role;
use domain::{FileId, FileRef};
use l10n::Lang;
use std::collections::BTreeSet;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct StickButtonProps {
    pub on_click: Callback<()>,
}

/// The way here, from "Cosa aspetta".
#[component]
pub fn StickButton(props: &StickButtonProps) -> Html {
    html! {
        <p class="panel-actions">
            <Button
                id="apri-chiavetta"
                label={lang().stick_open()}
                icon="it-box"
                small=true
                on_click={props.on_click.clone()}
            />
        </p>
    }
}

/// What was done last, and what came of it.
#[derive(Debug, Clone, PartialEq)]
enum Done {
    Written(Written),
    Took(Brought),
    Met(Met),
    Failed(Failure),
}

#[derive(Properties, PartialEq)]
pub struct StickDialogProps {
    pub on_close: Callback<()>,
}

fn hears(event: &Event) -> bool {
    matches!(event, Event::Stick | Event::Line)
}

fn places_change(event: &Event) -> bool {
    matches!(event, Event::Stick)
}

/// The window of the stick.
#[component]
pub fn StickDialog(props: &StickDialogProps) -> Html {
    let t = lang();
    let places = use_query(StickPlaces {}, places_change);
    let chosen = use_state_eq(|| None::<String>);
    let list = places.data.as_deref().map_or(&[][..], Vec::as_slice);
    let place = chosen_of(list, chosen.as_deref());
    let on_again = Callback::from(|()| ipc::tell(&Event::Stick));
    let on_choose = {
        let chosen = chosen.setter();
        Callback::from(move |path: String| chosen.set(Some(path)))
    };
    html! {
        <Dialog id="chiavetta" title={t.stick_title()} side=true on_close={props.on_close.clone()}>
            <p class="hint">{ t.stick_lead() }</p>
            if let Some(failure) = &places.failure {
                <FailureNotice failure={(**failure).clone()} />
            }
            if list.len() > 1 {
                { choice(t, list, place.as_ref(), &on_choose) }
            }
            if let Some(place) = &place {
                <StickIn key={place.path.clone()} place={place.clone()} />
            } else if places.data.is_some() {
                <Empty icon="it-box" title={t.stick_insert()} words={t.stick_insert_words()}>
                    <Button label={t.stick_again()} icon="it-refresh" small=true on_click={on_again} />
                </Empty>
            }
            <Loads />
        </Dialog>
    }
}

/// The stick that was chosen, or the only one.
fn chosen_of(list: &[Place], chosen: Option<&str>) -> Option<Place> {
    let wanted = list
        .iter()
        .find(|place| Some(place.path.as_str()) == chosen);
    wanted.or_else(|| list.first()).cloned()
}

fn choice(t: Lang, list: &[Place], place: Option<&Place>, choose: &Callback<String>) -> Html {
    html! {
        <fieldset class="stick-places">
            <legend>{ t.stick_which() }</legend>
            for (at, it) in list.iter().enumerate() {
                <div class="form-check">
                    <input
                        type="radio"
                        name="chiavetta-quale"
                        id={format!("chiavetta-{at}")}
                        checked={place == Some(it)}
                        onchange={choose.reform({
                            let path = it.path.clone();
                            move |_: web_sys::Event| path.clone()
                        })}
                    />
                    <label for={format!("chiavetta-{at}")}>
                        { &it.name }{ " · " }{ t.stick_free(&words::size(t, it.free)) }
                    </label>
                </div>
            }
        </fieldset>
    }
}

#[derive(Properties, PartialEq)]
struct StickInProps {
    place: Place,
}

/// A stick is in.
#[component]
fn StickIn(props: &StickInProps) -> Html {
    let place = props.place.path.clone();
    let look = use_query(
        StickLook {
            place: place.clone(),
        },
        hears,
    );
    let plan = use_query(StickPlan {}, hears);
    let done = use_state_eq(|| None::<Done>);
    let busy = use_state_eq(|| false);
    let act = Act {
        done: done.setter(),
        busy: busy.setter(),
    };
    let found = look.data.as_deref().cloned().unwrap_or_default();
    html! {
        <>
            if let Some(failure) = &look.failure {
                <FailureNotice failure={(**failure).clone()} />
            }
            <section aria-live="polite">{ outcome(lang(), (*done).as_ref()) }</section>
            if !found.answers.is_empty() {
                <Answers count={found.answers.len()} place={place.clone()} busy={*busy} act={act.clone()} />
            }
            if let Some(plan) = plan.data.as_deref() {
                <Mine plan={plan.clone()} place={place.clone()} busy={*busy} act={act.clone()} />
            }
            <Others found={found} place={place} busy={*busy} act={act} />
        </>
    }
}

/// Does something that takes a while, once at a time.
#[derive(Clone, PartialEq)]
struct Act {
    done: UseStateSetter<Option<Done>>,
    busy: UseStateSetter<bool>,
}

impl Act {
    fn run<C: Command + 'static>(&self, command: C, done: fn(C::Output) -> Done) {
        let act = self.clone();
        act.busy.set(true);
        spawn_local(async move {
            let answer = ipc::call(command).await;
            act.done.set(Some(answer.map_or_else(Done::Failed, done)));
            act.busy.set(false);
            ipc::tell(&Event::Stick);
        });
    }
}

fn outcome(t: Lang, done: Option<&Done>) -> Html {
    match done {
        None => Html::default(),
        Some(Done::Failed(failure)) => html! { <FailureNotice failure={failure.clone()} /> },
        Some(Done::Written(written)) => good(
            t.stick_written(&written.name),
            vec![t.stick_written_words().into(), t.stick_keep().into()],
        ),
        Some(Done::Took(brought)) => match brought.refusal {
            Some(code) => html! { <FailureNotice failure={Failure::new(code)} /> },
            None => good(t.stick_took().into(), took(t, brought)),
        },
        Some(Done::Met(met)) => {
            let mut lines = vec![t.stick_met(met.taken.into())];
            if met.brought > 0 {
                lines = vec![t.stick_brought(met.brought.into())];
            }
            good(t.stick_others().into(), lines)
        }
    }
}

fn took(t: Lang, brought: &Brought) -> Vec<String> {
    let mut lines = vec![t.stick_took_accepted(brought.accepted.into())];
    if brought.refused > 0 {
        lines.push(t.stick_took_refused(brought.refused.into()));
    }
    if brought.pages > 0 {
        lines.push(t.stick_took_pages(brought.pages.into()));
    }
    if brought.files > 0 {
        lines.push(t.stick_took_files(brought.files.into()));
    }
    if brought.more {
        lines.push(t.stick_took_more().into());
    }
    lines
}

fn good(title: String, lines: Vec<String>) -> Html {
    html! {
        <div class="notice" role="status">
            { icon("it-check-circle") }
            <div class="notice-words">
                <p class="notice-title">{ title }</p>
                for line in lines {
                    <p>{ line }</p>
                }
            </div>
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct AnswersProps {
    count: usize,
    place: String,
    busy: bool,
    act: Act,
}

#[component]
fn Answers(props: &AnswersProps) -> Html {
    let t = lang();
    let count = u64::try_from(props.count).unwrap_or(u64::MAX);
    let on_take = {
        let (act, place) = (props.act.clone(), props.place.clone());
        Callback::from(move |()| {
            let place = place.clone();
            act.run(StickTake { place }, Done::Took);
        })
    };
    html! {
        <section aria-labelledby="chiavetta-risposte">
            <h3 id="chiavetta-risposte">{ t.stick_answers(count) }</h3>
            <p>{ t.stick_answers_words() }</p>
            <p class="panel-actions">
                <Button
                    label={t.stick_take()}
                    icon="it-download"
                    kind={Kind::Primary}
                    disabled={props.busy}
                    on_click={on_take}
                />
            </p>
        </section>
    }
}

#[derive(Properties, PartialEq)]
struct MineProps {
    plan: Plan,
    place: String,
    busy: bool,
    act: Act,
}

/// One's own work.
#[component]
fn Mine(props: &MineProps) -> Html {
    let t = lang();
    let wished = use_state_eq(Wished::default);
    let plan = &props.plan;
    if !plan.ready {
        return html! {
            <Empty icon="it-key" title={t.stick_not_ready()} words={t.stick_not_ready_words()} />
        };
    }
    let on_write = {
        let (act, place) = (props.act.clone(), props.place.clone());
        let wishes: Vec<FileId> = wished.of(plan).map(|file| file.id.clone()).collect();
        Callback::from(move |()| {
            let (place, wishes) = (place.clone(), wishes.clone());
            act.run(StickWrite { place, wishes }, Done::Written);
        })
    };
    let on_wish = {
        let wished = wished.setter();
        Callback::from(move |now| wished.set(now))
    };
    let label = if plan.ops > 0 {
        t.stick_write()
    } else {
        t.stick_ask()
    };
    html! {
        <section aria-labelledby="chiavetta-mio">
            <h3 id="chiavetta-mio">{ t.stick_mine() }</h3>
            <p>{ carries(t, plan) }</p>
            if !plan.missing.is_empty() {
                { wishes(t, plan, &wished, &on_wish) }
            }
            <p class="panel-actions">
                <Button
                    id="scrivi-chiavetta"
                    label={label}
                    icon="it-upload"
                    kind={if plan.ops > 0 { Kind::Primary } else { Kind::Outline }}
                    disabled={props.busy}
                    on_click={on_write}
                />
            </p>
            { before(t, &plan.sent) }
        </section>
    }
}

fn carries(t: Lang, plan: &Plan) -> String {
    if plan.ops == 0 {
        return t.stick_nothing().into();
    }
    let ops = t.stick_carries(plan.ops.into());
    match plan.bytes {
        0 => ops,
        bytes => format!("{ops} {}", t.stick_carries_files(&words::size(t, bytes))),
    }
}

/// Which of the missing files are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Wished {
    on: bool,
    /// All but these.
    without: BTreeSet<FileId>,
}

/// So many files can be chosen one by one, the largest; a stick has room for the others.
const CHOICES: usize = 50;

impl Wished {
    fn of<'a>(&'a self, plan: &'a Plan) -> impl Iterator<Item = &'a FileRef> {
        let missing = plan.missing.iter();
        missing.filter(|file| self.on && !self.without.contains(&file.id))
    }

    fn choose(&self, file: &FileId, on: bool) -> Self {
        let mut now = self.clone();
        if on {
            now.without.remove(file);
        } else {
            now.without.insert(file.clone());
        }
        now
    }
}

fn wishes(t: Lang, plan: &Plan, wished: &Wished, on_wish: &Callback<Wished>) -> Html {
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    let files: Vec<&FileRef> = match wished.on {
        true => wished.of(plan).collect(),
        false => plan.missing.iter().collect(),
    };
    let bytes = files.iter().map(|file| file.size).sum();
    // Turned on anew it asks for all: what was left out may be the only one that is missing now.
    let on_toggle = on_wish.reform(|on| Wished {
        on,
        without: BTreeSet::new(),
    });
    html! {
        <>
            <Toggle
                id="chiavetta-desideri"
                label={t.stick_wishes(count(plan.missing.len()))}
                hint={t.stick_wishes_hint(&words::size(t, bytes))}
                on={wished.on}
                on_toggle={on_toggle}
            />
            if wished.on && (plan.missing.len() > 1 || files.is_empty()) {
                <details class="wishes">
                    <summary>
                        { t.stick_wishes_which(&files.len().to_string(), &plan.missing.len().to_string()) }
                    </summary>
                    { choices(t, plan, wished, on_wish) }
                </details>
            }
        </>
    }
}

fn choices(t: Lang, plan: &Plan, wished: &Wished, on_wish: &Callback<Wished>) -> Html {
    let mut files: Vec<&FileRef> = plan.missing.iter().collect();
    files.sort_by_key(|file| (std::cmp::Reverse(file.size), &file.name));
    let rest = files.len().saturating_sub(CHOICES);
    let choice = |file: &FileRef| {
        let on_toggle = {
            let (wished, id) = (wished.clone(), file.id.clone());
            on_wish.reform(move |on| wished.choose(&id, on))
        };
        html! {
            <li key={file.id.to_string()}>
                <Toggle
                    id={format!("desiderio-{}", file.id)}
                    label={file.name.clone()}
                    hint={words::size(t, file.size)}
                    on={!wished.without.contains(&file.id)}
                    on_toggle={on_toggle}
                />
            </li>
        }
    };
    html! {
        <>
            <ul class="choices">{ for files.into_iter().take(CHOICES).map(choice) }</ul>
            if rest > 0 {
                <p class="hint">{ t.stick_wishes_rest(u64::try_from(rest).unwrap_or(u64::MAX)) }</p>
            }
        </>
    }
}

/// The sticks that were written here before.
fn before(t: Lang, sent: &[Sent]) -> Html {
    if sent.is_empty() {
        return Html::default();
    }
    html! {
        <details class="attempts">
            <summary>{ t.stick_before() }</summary>
            <ul class="waits">
                for it in sent.iter() {
                    <li>
                        <p>{ &it.name }</p>
                        <p class="hint">
                            { time::when(it.at) }{ " · " }
                            { it.answered.map_or_else(
                                || t.stick_before_waits().to_owned(),
                                |at| t.stick_before_answered(&time::when(at)),
                            ) }
                        </p>
                    </li>
                }
            </ul>
        </details>
    }
}

#[derive(Properties, PartialEq)]
struct OthersProps {
    found: Look,
    place: String,
    busy: bool,
    act: Act,
}

/// Other people's bundles, for who carries them. Open at once for the facilitatore.
#[component]
fn Others(props: &OthersProps) -> Html {
    let t = lang();
    let carries = use_context::<Desk>()
        .is_some_and(|desk| matches!(desk.role, Role::Facilitatore | Role::Operatore));
    let found = &props.found;
    let on_carry = {
        let (act, place) = (props.act.clone(), props.place.clone());
        Callback::from(move |()| {
            let place = place.clone();
            act.run(StickMeet { place }, Done::Met);
        })
    };
    let foreign = found.bundles.iter().any(|bundle| !bundle.own);
    html! {
        <details class="attempts" open={carries || foreign}>
            <summary>{ t.stick_others() }</summary>
            <p class="hint">{ t.stick_others_lead() }</p>
            if found.bundles.is_empty() {
                <p>{ t.stick_others_none() }</p>
            } else {
                <ul class="waits">
                    for it in found.bundles.iter() {
                        <li>{ bundle(t, it) }</li>
                    }
                </ul>
                <p class="hint">{ t.stick_carry_words() }</p>
                <p class="panel-actions">
                    <Button
                        id="porta-chiavetta"
                        label={t.stick_carry()}
                        icon="it-arrow-right"
                        disabled={props.busy}
                        on_click={on_carry}
                    />
                </p>
            }
            { unusable(t, &found.unusable) }
        </details>
    }
}

fn bundle(t: Lang, it: &Bundle) -> Html {
    let mut notes = vec![t.stick_made(&time::when(it.at), &words::size(t, it.size))];
    if it.own {
        notes.push(t.stick_own().into());
    }
    if it.answered {
        notes.push(t.stick_has_answer().into());
    }
    html! {
        <>
            <p>{ t.stick_from(&it.comune, &it.computer) }</p>
            <p class="hint">{ notes.join(" · ") }</p>
        </>
    }
}

fn unusable(t: Lang, files: &[(String, Code)]) -> Html {
    if files.is_empty() {
        return Html::default();
    }
    html! {
        <>
            <h4>{ t.stick_unusable() }</h4>
            <ul class="waits">
                for (name, code) in files.iter() {
                    <li>
                        <p>{ name }</p>
                        <p class="hint">{ words::failure(t, &Failure::new(*code)).title }</p>
                    </li>
                }
            </ul>
        </>
    }
}

/// What goes on: a stick that is written, bundles on their way.
#[component]
fn Loads() -> Html {
    let t = lang();
    let state = use_query(StickStateLoad {}, hears);
    let Some(state) = state.data else {
        return Html::default();
    };
    html! {
        <>
            if let Some(bytes) = state.writing {
                <div class="waiting" role="status">
                    <progress aria-label={t.loading()}></progress>
                    <span>{ t.stick_writing(&words::size(t, bytes)) }</span>
                </div>
            }
            if !state.loads.is_empty() {
                <section aria-labelledby="chiavetta-viaggio">
                    <h3 id="chiavetta-viaggio">{ t.stick_loads() }</h3>
                    <ul class="waits">
                        for it in state.loads.iter() {
                            <li>{ bundle(t, &it.bundle) }{ stage(t, it) }</li>
                        }
                    </ul>
                </section>
            }
        </>
    }
}

fn stage(t: Lang, load: &Load) -> Html {
    let size = load.bundle.size;
    let words = match load.stage {
        Stage::Going(0) => t.stick_stage_waits(&words::size(t, size)),
        Stage::Going(sent) => t.stick_stage_going(&words::size(t, sent), &words::size(t, size)),
        Stage::Answered => t.stick_stage_answered().into(),
        Stage::Held => t.stick_stage_held(&words::size(t, size)),
        Stage::Troubled(code) => {
            t.stick_stage_troubled(&words::failure(t, &Failure::new(code)).title)
        }
        Stage::Failed(code) => words::failure(t, &Failure::new(code)).title,
    };
    let sent = match load.stage {
        Stage::Going(sent) => Some(sent),
        Stage::Held | Stage::Troubled(_) | Stage::Answered | Stage::Failed(_) => None,
    };
    html! {
        <>
            <p class="hint" role="status">{ &words }</p>
            if let Some(sent) = sent {
                <progress value={sent.to_string()} max={size.max(1).to_string()} aria-label={words.clone()}></progress>
            }
        </>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, size: u64) -> FileRef {
        FileRef {
            id: FileId::new(name),
            name: name.into(),
            media: "application/pdf".into(),
            size,
        }
    }

    #[test]
    fn files_are_asked_for_one_by_one_and_none_unless_wished() {
        let plan = Plan {
            ready: true,
            ops: 0,
            bytes: 0,
            sent: Vec::new(),
            missing: vec![file("avviso.pdf", 1_000), file("consiglio.mp4", 90_000_000)],
        };
        let names = |wished: &Wished| -> Vec<String> {
            wished.of(&plan).map(|file| file.name.clone()).collect()
        };
        let off = Wished::default();
        assert!(names(&off).is_empty());
        let all = Wished { on: true, ..off };
        assert_eq!(names(&all), ["avviso.pdf", "consiglio.mp4"]);
        let film = FileId::new("consiglio.mp4");
        let some = all.choose(&film, false);
        assert_eq!(names(&some), ["avviso.pdf"]);
        assert_eq!(some.choose(&film, true), all);
    }
}
