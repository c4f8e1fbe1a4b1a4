//! The border with the asset: what crosses it, and the closures that JavaScript calls.

use super::{Desk, EditorProps};
use api::{Code, Failure};
use domain::sito::{RichText, TextVersion};
use js_sys::{Array, Function, Object, Promise, Reflect};
use serde::Serialize;
use std::rc::Rc;
use wasm_bindgen::prelude::{Closure, wasm_bindgen};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen(module = "/src/editor/load.js")]
extern "C" {
    #[wasm_bindgen(js_name = mount, catch)]
    async fn mount_asset(host: &web_sys::Element, options: &Object) -> Result<JsValue, JsValue>;
}

#[wasm_bindgen]
extern "C" {
    /// An editor on the page.
    #[derive(Debug, Clone)]
    pub type Handle;

    #[wasm_bindgen(method, js_name = setText)]
    pub fn set_text(this: &Handle, blocks: &JsValue) -> bool;
    #[wasm_bindgen(method)]
    pub fn check(this: &Handle);
    #[wasm_bindgen(method, js_name = insertBlock)]
    pub fn insert_block(this: &Handle, block: &JsValue);
    #[wasm_bindgen(method, js_name = focusBlock)]
    pub fn focus_block(this: &Handle, index: usize);
    #[wasm_bindgen(method, js_name = setReadOnly)]
    pub fn set_read_only(this: &Handle, on: bool);
    #[wasm_bindgen(method)]
    fn destroy(this: &Handle) -> Promise;
}

impl Handle {
    /// Takes the editor off the page; ready when its last words were handed over.
    pub async fn close(&self) {
        // A rejection means the same as an answer: there is nobody left to tell.
        let _ = JsFuture::from(self.destroy()).await;
    }
}

/// Loads the asset if need be and puts an editor into `host`.
pub async fn mount(host: &web_sys::Element, options: &Object) -> Result<Handle, JsValue> {
    mount_asset(host, options).await.map(JsCast::unchecked_into)
}

/// As JSON would have it. What the contract holds can always be written so.
pub fn to_js(value: &impl Serialize) -> JsValue {
    value
        .serialize(&serde_wasm_bindgen::Serializer::json_compatible())
        .unwrap_or(JsValue::NULL)
}

/// A promise of JavaScript, to be kept once; dropped unkept it is broken.
#[derive(Debug)]
struct Pledge {
    keep: Option<Function>,
    break_off: Option<Function>,
}

impl Pledge {
    fn new() -> (Self, Promise) {
        let mut pledge = Self {
            keep: None,
            break_off: None,
        };
        let promise = Promise::new(&mut |keep, break_off| {
            pledge = Self {
                keep: Some(keep),
                break_off: Some(break_off),
            };
        });
        (pledge, promise)
    }

    fn keep(mut self, value: &JsValue) {
        self.break_off = None;
        if let Some(keep) = self.keep.take() {
            // The two functions of a promise never throw.
            let _ = keep.call1(&JsValue::NULL, value);
        }
    }
}

impl Drop for Pledge {
    fn drop(&mut self) {
        if let Some(break_off) = self.break_off.take() {
            let _ = break_off.call0(&JsValue::NULL);
        }
    }
}

/// The text as it stands, to be taken. Dropped without an answer it comes again.
#[derive(Debug)]
pub struct Edit {
    base: TextVersion,
    text: RichText,
    desk: Desk,
    pledge: Pledge,
}

impl Edit {
    /// The version that the editor started from.
    pub fn base(&self) -> TextVersion {
        self.base.clone()
    }

    /// The whole text.
    pub fn text(&self) -> RichText {
        self.text.clone()
    }

    /// The edit was taken: the text is now at `version`, and reads `merged` where that is not what was sent.
    pub fn answer(self, version: TextVersion, merged: Option<&RichText>) {
        self.desk.borrow_mut().base = version;
        self.pledge.keep(&merged.map_or(JsValue::NULL, to_js));
    }
}

/// Something to be cleaned and pasted. Dropped without an answer the plain text is pasted.
#[derive(Debug)]
pub struct Paste {
    /// `text/html` of the clipboard, or empty.
    pub html: String,
    /// `text/plain` of the clipboard.
    pub plain: String,
    pledge: Pledge,
}

impl Paste {
    /// Puts the cleaned text where the caret was.
    pub fn insert(self, text: &RichText) {
        self.pledge.keep(&to_js(text));
    }
}

/// The closures that JavaScript calls; they must outlive the editor.
#[derive(Debug)]
pub struct Hooks {
    edit: Closure<dyn Fn(JsValue) -> Promise>,
    paste: Closure<dyn Fn(String, String) -> Promise>,
    files: Closure<dyn Fn(Array)>,
    error: Closure<dyn Fn(String, JsValue)>,
    wrote: Closure<dyn Fn()>,
}

impl Hooks {
    pub fn new(desk: &Desk) -> Self {
        let with = |desk: &Desk| Rc::clone(desk);
        let (edit, paste, files, error) = (with(desk), with(desk), with(desk), with(desk));
        let wrote = with(desk);
        Self {
            edit: Closure::new(move |blocks| on_edit(&edit, blocks)),
            paste: Closure::new(move |html, plain| on_paste(&paste, html, plain)),
            files: Closure::new(move |list: Array| on_files(&files, &list)),
            error: Closure::new(move |code: String, args: JsValue| on_error(&error, &code, &args)),
            wrote: Closure::new(move || {
                let callback = wrote.borrow().props.on_wrote.clone();
                callback.emit(());
            }),
        }
    }
}

fn on_edit(desk: &Desk, blocks: JsValue) -> Promise {
    let (pledge, promise) = Pledge::new();
    match serde_wasm_bindgen::from_value::<RichText>(blocks) {
        Ok(text) => {
            let (callback, base) = {
                let shared = desk.borrow();
                (shared.props.on_edit.clone(), shared.base.clone())
            };
            callback.emit(Edit {
                base,
                text,
                desk: Rc::clone(desk),
                pledge,
            });
        }
        // Cannot happen while asset and contract are of one build; the pledge breaks and it shows.
        Err(error) => web_sys::console::error_1(&JsValue::from(error)),
    }
    promise
}

fn on_paste(desk: &Desk, html: String, plain: String) -> Promise {
    let (pledge, promise) = Pledge::new();
    let callback = desk.borrow().props.on_paste.clone();
    callback.emit(Paste {
        html,
        plain,
        pledge,
    });
    promise
}

fn on_files(desk: &Desk, list: &Array) {
    let callback = desk.borrow().props.on_files.clone();
    callback.emit(
        list.iter()
            .filter_map(|file| file.dyn_into().ok())
            .collect(),
    );
}

fn on_error(desk: &Desk, code: &str, args: &JsValue) {
    let callback = desk.borrow().props.on_error.clone();
    let limit = Reflect::get(args, &"limit".into())
        .ok()
        .and_then(|limit| limit.as_string());
    callback.emit(match code {
        "paste_too_large" => {
            Failure::new(Code::PasteTooLarge).with("limit", limit.unwrap_or_default())
        }
        _ => Failure::new(Code::Unexpected),
    });
}

/// The options of the asset's `mount`.
pub fn options(props: &EditorProps, hooks: &Hooks) -> Object {
    let options = Object::new();
    let entries: [(&str, JsValue); 9] = [
        ("id", props.id.as_str().into()),
        ("label", props.label.as_str().into()),
        ("text", to_js(&props.text)),
        ("readOnly", props.read_only.into()),
        ("onEdit", hooks.edit.as_ref().clone()),
        ("onPaste", hooks.paste.as_ref().clone()),
        ("onFiles", hooks.files.as_ref().clone()),
        ("onError", hooks.error.as_ref().clone()),
        ("onWrote", hooks.wrote.as_ref().clone()),
    ];
    for (name, value) in entries {
        // Setting a property of a plain object made here cannot fail.
        let _ = Reflect::set(&options, &name.into(), &value);
    }
    options
}
