//! The short fields of a page.

use super::queue::Job;
use super::state::Action;
use super::topics::Topics;
use super::{Desk, DeskProps};
use crate::lang::lang;
use crate::part::{Choice, ChoiceField, TextField};
use crate::query::use_query;
use crate::words;
use api::Event;
use api::sito::OfficeList;
use domain::PageId;
use domain::sito::{Field, FieldChange, NewsKind, PageKind, Spot};
use yew::prelude::*;

/// The kinds of news, in the order of the choice.
const NEWS: [NewsKind; 3] = [NewsKind::Notizia, NewsKind::Avviso, NewsKind::Comunicato];

impl Desk {
    /// Typing: on the screen at once, to the app after a pause.
    pub fn type_into<T: 'static>(&self, change: fn(T) -> FieldChange) -> Callback<T> {
        let desk = self.clone();
        Callback::from(move |value: T| {
            let change = change(value);
            desk.state.dispatch(Action::Did(Job::Set(change.clone())));
            desk.saver.typed(change);
        })
    }

    /// Leaving a field: to the app at once.
    pub fn leave(&self) -> Callback<()> {
        let saver = self.saver.clone();
        Callback::from(move |()| saver.flush())
    }

    /// Choosing: on the screen and to the app at once.
    pub fn tell(&self, job: Job) {
        self.state.dispatch(Action::Did(job.clone()));
        self.saver.tell(job);
    }

    /// The kind of the page.
    pub fn kind(&self) -> PageKind {
        let view = self.state.view.as_ref();
        view.map_or(PageKind::Pagina, |view| view.row.kind)
    }
}

/// Title, description, kind and last day.
#[component]
pub fn Basics(props: &DeskProps) -> Html {
    let (t, desk) = (lang(), &props.desk);
    let (fields, kind) = (&desk.state.fields, desk.kind());
    let office = kind == PageKind::Ufficio;
    html! {
        <section class="card-plain" aria-label={t.basics_title()}>
            <TextField
                id={words::spot_id(&Spot::Title)}
                label={words::field(t, Field::Title, Some(kind))}
                value={fields.title.clone()}
                on_input={desk.type_into(FieldChange::Title)}
                on_blur={desk.leave()}
                hint={if office { t.hint_name() } else { t.hint_title() }}
                advised={60}
                limit={160}
                problem={desk.state.problem(&Spot::Title)}
                needed=true
                class="field-title"
            />
            <TextField
                id={words::spot_id(&Spot::Summary)}
                label={t.field_summary()}
                value={fields.summary.clone()}
                on_input={desk.type_into(FieldChange::Summary)}
                on_blur={desk.leave()}
                hint={if office { t.hint_summary_office() } else { t.hint_summary() }}
                advised={160}
                limit={255}
                rows={2}
                problem={desk.state.problem(&Spot::Summary)}
                needed=true
            />
            if kind == PageKind::Notizia {
                <div class="field-pair">
                    { news_kind(desk) }
                    <TextField
                        id="campo-scadenza"
                        label={t.field_until()}
                        kind="date"
                        value={fields.until.clone().unwrap_or_default()}
                        on_input={desk.type_into(until)}
                        on_blur={desk.leave()}
                        hint={t.hint_until()}
                    />
                </div>
            }
        </section>
    }
}

fn until(value: String) -> FieldChange {
    FieldChange::Until((!value.is_empty()).then_some(value))
}

/// The kind of news.
fn news_kind(desk: &Desk) -> Html {
    let t = lang();
    html! {
        <fieldset class="field radios">
            <legend>{ t.field_news() }</legend>
            <div class="radios-row">
                for kind in NEWS {
                    <label class="radio">
                        <input
                            type="radio"
                            name="tipo-notizia"
                            checked={desk.state.fields.news == kind}
                            onchange={
                                let desk = desk.clone();
                                move |_| desk.tell(Job::Set(FieldChange::News(kind)))
                            }
                        />
                        <span>{ words::news(t, kind) }</span>
                    </label>
                }
            </div>
            <p class="hint">{ t.hint_news() }</p>
        </fieldset>
    }
}

/// Topics and office, or the contacts of an office.
#[component]
pub fn Details(props: &DeskProps) -> Html {
    let (t, desk) = (lang(), &props.desk);
    if desk.kind() == PageKind::Ufficio {
        return contacts(desk);
    }
    html! {
        <section class="card-plain" aria-labelledby="dettagli">
            <header class="card-head">
                <h2 id="dettagli">{ t.details_title() }</h2>
                <p class="hint">{ t.details_hint() }</p>
            </header>
            <Topics desk={desk.clone()} />
            <Office desk={desk.clone()} />
        </section>
    }
}

#[component]
fn Office(props: &DeskProps) -> Html {
    let (t, desk) = (lang(), &props.desk);
    let offices = use_query(OfficeList {}, |event| matches!(event, Event::Pages(_)));
    let known = offices
        .data
        .as_deref()
        .map(Vec::as_slice)
        .unwrap_or_default();
    let choices: Vec<Choice> = std::iter::once(("".into(), t.office_none().into()))
        .chain(
            known
                .iter()
                .map(|it| (it.id.to_string().into(), it.name.clone().into())),
        )
        .collect();
    let on_choose = {
        let desk = desk.clone();
        Callback::from(move |id: String| {
            let office = (!id.is_empty()).then(|| PageId::new(id));
            desk.tell(Job::Set(FieldChange::Office(office)));
        })
    };
    let hint = match offices.data.as_deref() {
        Some(list) if list.is_empty() => t.hint_no_office(),
        _ => t.hint_office(),
    };
    html! {
        <ChoiceField
            id={words::spot_id(&Spot::Office)}
            label={t.field_office()}
            {choices}
            value={desk.state.fields.office.as_ref().map(ToString::to_string).unwrap_or_default()}
            {on_choose}
            {hint}
            problem={desk.state.problem(&Spot::Office)}
            needed={desk.kind() == PageKind::Notizia}
        />
    }
}

/// How an office is reached.
fn contacts(desk: &Desk) -> Html {
    let t = lang();
    let fields = &desk.state.fields;
    html! {
        <section class="card-plain" aria-labelledby="contatti">
            <header class="card-head">
                <h2 id="contatti">{ t.contacts_title() }</h2>
                <p class="hint">{ t.contacts_hint() }</p>
            </header>
            <TextField
                id={words::spot_id(&Spot::Address)}
                label={t.field_address()}
                value={fields.address.clone()}
                on_input={desk.type_into(FieldChange::Address)}
                on_blur={desk.leave()}
                hint={t.hint_address()}
                problem={desk.state.problem(&Spot::Address)}
                needed=true
            />
            <TextField
                id="campo-orari"
                label={t.field_hours()}
                value={fields.hours.clone()}
                on_input={desk.type_into(FieldChange::Hours)}
                on_blur={desk.leave()}
                hint={t.hint_hours()}
                rows={4}
            />
            <div class="field-pair">
                <TextField
                    id={words::spot_id(&Spot::Contact)}
                    label={t.field_phone()}
                    kind="tel"
                    value={fields.phone.clone()}
                    on_input={desk.type_into(FieldChange::Phone)}
                    on_blur={desk.leave()}
                    problem={desk.state.problem(&Spot::Contact)}
                />
                <TextField
                    id="campo-email"
                    label={t.field_email()}
                    kind="email"
                    value={fields.email.clone()}
                    on_input={desk.type_into(FieldChange::Email)}
                    on_blur={desk.leave()}
                />
            </div>
            <TextField
                id="campo-pec"
                label={t.field_pec()}
                kind="email"
                value={fields.pec.clone()}
                on_input={desk.type_into(FieldChange::Pec)}
                on_blur={desk.leave()}
                hint={t.hint_pec()}
            />
        </section>
    }
}
