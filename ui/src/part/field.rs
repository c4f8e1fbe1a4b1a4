//! Fields of forms: label above, hint below, what is wrong in words, all tied together for
//! assistive technology.

use crate::lang::lang;
use crate::words::{self, Tone};
use wasm_bindgen::JsCast;
use web_sys::{HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement};
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct TextFieldProps {
    pub id: AttrValue,
    pub label: AttrValue,
    pub value: AttrValue,
    pub on_input: Callback<String>,
    #[prop_or_default]
    pub on_blur: Callback<()>,
    #[prop_or_default]
    pub hint: Option<AttrValue>,
    /// The length that the model advises, in characters.
    #[prop_or_default]
    pub advised: Option<usize>,
    /// The length that cannot be passed, in characters.
    #[prop_or_default]
    pub limit: Option<u32>,
    /// More than one line: so many are shown.
    #[prop_or_default]
    pub rows: Option<u32>,
    /// `text`, `password`, `date`, `tel`, `email`, `search`.
    #[prop_or(AttrValue::Static("text"))]
    pub kind: AttrValue,
    /// What is wrong with it.
    #[prop_or_default]
    pub problem: Option<AttrValue>,
    /// Needed before publication.
    #[prop_or_default]
    pub needed: bool,
    #[prop_or_default]
    pub class: Classes,
    #[prop_or_default]
    pub autofocus: bool,
}

/// A field of text.
#[component]
pub fn TextField(props: &TextFieldProps) -> Html {
    let described = described(props);
    let on_blur = props.on_blur.reform(|_: FocusEvent| ());
    let invalid = props.problem.is_some().then_some("true");
    let limit = props.limit.map(|limit| limit.to_string());
    let control = match props.rows {
        Some(rows) => html! {
            <textarea
                id={props.id.clone()}
                class="form-control"
                rows={rows.to_string()}
                maxlength={limit}
                aria-describedby={described}
                aria-invalid={invalid}
                value={props.value.clone()}
                oninput={props.on_input.reform(area_value)}
                onblur={on_blur}
            />
        },
        None => html! {
            <input
                id={props.id.clone()}
                class="form-control"
                type={props.kind.clone()}
                maxlength={limit}
                aria-describedby={described}
                aria-invalid={invalid}
                autocomplete="off"
                autofocus={props.autofocus}
                value={props.value.clone()}
                oninput={props.on_input.reform(input_value)}
                onblur={on_blur}
            />
        },
    };
    html! {
        <div class={classes!("field", props.class.clone())}>
            <div class="field-head">
                <label for={props.id.clone()}>{ &props.label }</label>
                if props.needed {
                    <span class="needed">{ lang().needed() }</span>
                }
            </div>
            { control }
            <div class="field-foot">
                { remarks(&props.id, props.hint.as_ref(), props.problem.as_ref()) }
                if let Some(advised) = props.advised {
                    { counter(&props.id, &props.value, advised) }
                }
            </div>
        </div>
    }
}

fn described(props: &TextFieldProps) -> Option<String> {
    let mut ids = Vec::new();
    if props.problem.is_some() {
        ids.push(format!("{}-problema", props.id));
    }
    if props.hint.is_some() {
        ids.push(format!("{}-aiuto", props.id));
    }
    if props.advised.is_some() {
        ids.push(format!("{}-conto", props.id));
    }
    (!ids.is_empty()).then(|| ids.join(" "))
}

fn counter(id: &str, value: &str, advised: usize) -> Html {
    let (words, tone) = words::counter(lang(), value, advised);
    html! {
        <span id={format!("{id}-conto")} class={classes!("counter", (tone == Tone::Note).then_some("counter-over"))}>
            { words }
        </span>
    }
}

/// What is wrong with a field, and the hint.
fn remarks(id: &str, hint: Option<&AttrValue>, problem: Option<&AttrValue>) -> Html {
    html! {
        <div class="remarks">
            if let Some(problem) = problem {
                <span id={format!("{id}-problema")} class="problem">{ problem }</span>
            }
            if let Some(hint) = hint {
                <span id={format!("{id}-aiuto")} class="hint">{ hint }</span>
            }
        </div>
    }
}

fn input_value(event: InputEvent) -> String {
    let input = event
        .target()
        .and_then(|it| it.dyn_into::<HtmlInputElement>().ok());
    input.map(|input| input.value()).unwrap_or_default()
}

fn area_value(event: InputEvent) -> String {
    let area = event
        .target()
        .and_then(|it| it.dyn_into::<HtmlTextAreaElement>().ok());
    area.map(|area| area.value()).unwrap_or_default()
}

/// One of the things to choose from: its value and its words.
pub type Choice = (AttrValue, AttrValue);

#[derive(Properties, PartialEq)]
pub struct ChoiceFieldProps {
    pub id: AttrValue,
    pub label: AttrValue,
    pub choices: Vec<Choice>,
    pub value: AttrValue,
    pub on_choose: Callback<String>,
    #[prop_or_default]
    pub hint: Option<AttrValue>,
    #[prop_or_default]
    pub problem: Option<AttrValue>,
    #[prop_or_default]
    pub needed: bool,
    #[prop_or_default]
    pub class: Classes,
}

/// A field with one choice out of a list.
#[component]
pub fn ChoiceField(props: &ChoiceFieldProps) -> Html {
    let on_change = props.on_choose.reform(|event: Event| {
        let select = event
            .target()
            .and_then(|it| it.dyn_into::<HtmlSelectElement>().ok());
        select.map(|select| select.value()).unwrap_or_default()
    });
    let described = format!("{}-aiuto", props.id);
    html! {
        <div class={classes!("field", props.class.clone())}>
            <div class="field-head">
                <label for={props.id.clone()}>{ &props.label }</label>
                if props.needed {
                    <span class="needed">{ lang().needed() }</span>
                }
            </div>
            <select
                id={props.id.clone()}
                class="form-select"
                aria-describedby={props.hint.is_some().then_some(described)}
                aria-invalid={props.problem.is_some().then_some("true")}
                onchange={on_change}
            >
                for (value, words) in props.choices.iter() {
                    <option value={value.clone()} selected={*value == props.value}>{ words }</option>
                }
            </select>
            <div class="field-foot">
                { remarks(&props.id, props.hint.as_ref(), props.problem.as_ref()) }
            </div>
        </div>
    }
}

#[derive(Properties, PartialEq)]
pub struct ToggleProps {
    pub id: AttrValue,
    pub label: AttrValue,
    pub on: bool,
    pub on_toggle: Callback<bool>,
    #[prop_or_default]
    pub hint: Option<AttrValue>,
    /// Looks like a switch.
    #[prop_or_default]
    pub switch: bool,
}

/// Something that is so or not.
#[component]
pub fn Toggle(props: &ToggleProps) -> Html {
    let on_change = props.on_toggle.reform(|event: Event| {
        let input = event
            .target()
            .and_then(|it| it.dyn_into::<HtmlInputElement>().ok());
        input.is_some_and(|input| input.checked())
    });
    html! {
        <div class={if props.switch { "toggle toggle-switch" } else { "toggle" }}>
            <input
                type="checkbox"
                id={props.id.clone()}
                role={props.switch.then_some("switch")}
                checked={props.on}
                onchange={on_change}
                aria-describedby={props.hint.is_some().then(|| format!("{}-aiuto", props.id))}
            />
            <div>
                <label for={props.id.clone()}>{ &props.label }</label>
                if let Some(hint) = &props.hint {
                    <p id={format!("{}-aiuto", props.id)} class="hint">{ hint }</p>
                }
            </div>
        </div>
    }
}
