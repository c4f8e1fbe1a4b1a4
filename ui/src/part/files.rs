//! Choosing files: a real `<input type="file">`, so that keyboard, assistive technology and drop work
//! as people know them.

use super::icon;
use wasm_bindgen::JsCast;
use web_sys::{DragEvent, File, FileList, HtmlInputElement};
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct FilePickerProps {
    pub id: AttrValue,
    /// The words on the button.
    pub label: AttrValue,
    /// The words beside it.
    pub hint: AttrValue,
    pub on_files: Callback<Vec<File>>,
    /// Which files the system's dialog shows first.
    #[prop_or_default]
    pub accept: Option<AttrValue>,
    #[prop_or_default]
    pub many: bool,
    #[prop_or(AttrValue::Static("it-upload"))]
    pub icon: AttrValue,
}

/// A place to drop files on, with a button that opens the system's dialog.
#[component]
pub fn FilePicker(props: &FilePickerProps) -> Html {
    let over = use_state_eq(|| false);
    let on_change = props.on_files.reform(|event: Event| {
        let input = event
            .target()
            .and_then(|it| it.dyn_into::<HtmlInputElement>().ok());
        let files = input.as_ref().and_then(HtmlInputElement::files).map(list);
        // So that the same file can be chosen again after it was removed.
        if let Some(input) = input {
            input.set_value("");
        }
        files.unwrap_or_default()
    });
    let on_drag = |on: bool| {
        let over = over.setter();
        Callback::from(move |event: DragEvent| {
            event.prevent_default();
            over.set(on);
        })
    };
    let on_drop = {
        let (over, on_files) = (over.setter(), props.on_files.clone());
        Callback::from(move |event: DragEvent| {
            event.prevent_default();
            over.set(false);
            on_files.emit(dropped(&event));
        })
    };
    html! {
        <div
            class={classes!("picker", over.then_some("picker-over"))}
            ondragover={on_drag(true)}
            ondragleave={on_drag(false)}
            ondrop={on_drop}
        >
            <input
                id={props.id.clone()}
                class="picker-input"
                type="file"
                accept={props.accept.clone()}
                multiple={props.many}
                aria-describedby={format!("{}-aiuto", props.id)}
                onchange={on_change}
            />
            <label for={props.id.clone()} class="btn btn-outline-primary btn-sm">
                { icon(props.icon.clone()) }
                <span>{ &props.label }</span>
            </label>
            <span id={format!("{}-aiuto", props.id)} class="hint">{ &props.hint }</span>
        </div>
    }
}

fn dropped(event: &DragEvent) -> Vec<File> {
    let files = event.data_transfer().and_then(|transfer| transfer.files());
    files.map(list).unwrap_or_default()
}

fn list(files: FileList) -> Vec<File> {
    (0..files.length()).filter_map(|at| files.get(at)).collect()
}
