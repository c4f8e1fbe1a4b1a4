//! The border with the app: typed calls, raw files, events. All that this program knows of Tauri.

use api::firma::Paper;
use api::{Code, Command, Event, Failure};
use domain::FileRef;
use js_sys::{Function, Object, Promise, Reflect, Uint8Array};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};

/// Calls the app.
///
/// # Errors
/// The [`Failure`] the app answers with; [`Code::Unexpected`] where the border itself failed.
pub async fn call<C: Command>(input: C) -> Result<C::Output, Failure> {
    let args = Object::new();
    let input = input
        .serialize(&serde_wasm_bindgen::Serializer::json_compatible())
        .map_err(|error| border(C::NAME, &error.to_string()))?;
    set(&args, "input", &input);
    let answer = invoke(C::NAME, &args, &JsValue::UNDEFINED).await?;
    serde_wasm_bindgen::from_value(answer).map_err(|error| border(C::NAME, &error.to_string()))
}

/// Adds a file to the workspace. The bytes cross the border raw.
///
/// # Errors
/// As [`call`].
pub async fn add_file(file: &web_sys::File, image: bool) -> Result<FileRef, Failure> {
    let more: &[(&str, &str)] = if image { &[("image", "1")] } else { &[] };
    raw::<api::sito::FileAdd>(file, more).await
}

/// Opens a document in "Firma e verifica". The bytes cross the border raw.
///
/// # Errors
/// As [`call`].
pub async fn open_paper(file: &web_sys::File) -> Result<Paper, Failure> {
    raw::<api::firma::FirmaOpen>(file, &[]).await
}

/// Sends a file's bytes as they are, its name and what else there is to say in headers.
async fn raw<C: Command>(
    file: &web_sys::File,
    more: &[(&str, &str)],
) -> Result<C::Output, Failure> {
    let bytes = JsFuture::from(file.array_buffer())
        .await
        .map_err(|_| Failure::new(Code::BadDocument).with("name", file.name()))?;
    let headers = Object::new();
    let name = String::from(js_sys::encode_uri_component(&file.name()));
    set(&headers, "name", &name.into());
    for (header, value) in more {
        set(&headers, header, &(*value).into());
    }
    let options = Object::new();
    set(&options, "headers", &headers);
    let answer = invoke(C::NAME, &Uint8Array::new(&bytes), &options).await?;
    serde_wasm_bindgen::from_value(answer).map_err(|error| border(C::NAME, &error.to_string()))
}

/// Writes a note of the web view into the app's log. Never what people wrote.
pub fn log(message: String) {
    spawn_local(async move {
        let _ = call(api::stato::UiLog { message }).await;
    });
}

/// Stops hearing when dropped.
pub struct Hearing(u32);

impl Drop for Hearing {
    fn drop(&mut self) {
        EARS.with_borrow_mut(|ears| ears.retain(|(id, _)| *id != self.0));
    }
}

type Ear = Rc<dyn Fn(&Event)>;

thread_local! {
    static EARS: RefCell<Vec<(u32, Ear)>> = const { RefCell::new(Vec::new()) };
    static NEXT: RefCell<u32> = const { RefCell::new(0) };
}

/// Hears what the app tells without being asked.
pub fn hear(ear: impl Fn(&Event) + 'static) -> Hearing {
    let id = NEXT.with_borrow_mut(|next| {
        *next += 1;
        *next
    });
    EARS.with_borrow_mut(|ears| ears.push((id, Rc::new(ear))));
    Hearing(id)
}

/// Tells everyone here that something changed, as the app does.
pub fn tell(event: &Event) {
    let ears: Vec<Ear> = EARS.with_borrow(|ears| ears.iter().map(|(_, ear)| ear.clone()).collect());
    for ear in ears {
        ear(event);
    }
}

/// Opens the ear of the web view, once, at the start.
pub fn listen() {
    spawn_local(async {
        if let Err(failure) = subscribe().await {
            log(format!("events cannot be heard: {:?}", failure.code));
        }
    });
}

async fn subscribe() -> Result<(), Failure> {
    let ear = Closure::<dyn Fn(JsValue)>::new(|message: JsValue| {
        let payload = Reflect::get(&message, &"payload".into()).unwrap_or_default();
        match serde_wasm_bindgen::from_value::<Event>(payload) {
            Ok(event) => tell(&event),
            Err(error) => log(format!("an event cannot be read: {error}")),
        }
    });
    let internals = internals()?;
    let transform = function(&internals, "transformCallback")?;
    let handler = transform
        .call2(&internals, &ear.into_js_value(), &JsValue::FALSE)
        .map_err(|_| border("transformCallback", "it threw"))?;
    let args = Object::new();
    let target = Object::new();
    set(&target, "kind", &"Any".into());
    set(&args, "event", &Event::NAME.into());
    set(&args, "target", &target);
    set(&args, "handler", &handler);
    invoke("plugin:event|listen", &args, &JsValue::UNDEFINED).await?;
    Ok(())
}

async fn invoke(name: &str, args: &JsValue, options: &JsValue) -> Result<JsValue, Failure> {
    let internals = internals()?;
    let promise = function(&internals, "invoke")?
        .call3(&internals, &name.into(), args, options)
        .map_err(|_| border(name, "it threw"))?;
    JsFuture::from(Promise::resolve(&promise))
        .await
        .map_err(|error| failure(name, error))
}

/// What the app answered with, or, where Tauri itself refused (a word, not an object), the unexpected.
fn failure(name: &str, error: JsValue) -> Failure {
    match serde_wasm_bindgen::from_value::<Failure>(error.clone()) {
        Ok(failure) => failure,
        Err(_) => border(name, &error.as_string().unwrap_or_default()),
    }
}

fn border(name: &str, why: &str) -> Failure {
    web_sys::console::error_1(&format!("{name}: {why}").into());
    Failure::new(Code::Unexpected).with("command", name)
}

fn internals() -> Result<JsValue, Failure> {
    Reflect::get(&js_sys::global(), &"__TAURI_INTERNALS__".into())
        .ok()
        .filter(JsValue::is_object)
        .ok_or_else(|| border("internals", "this page runs outside the app"))
}

fn function(object: &JsValue, name: &str) -> Result<Function, Failure> {
    Reflect::get(object, &name.into())
        .ok()
        .and_then(|value| value.dyn_into().ok())
        .ok_or_else(|| border(name, "it is not there"))
}

fn set(object: &Object, name: &str, value: &JsValue) {
    // Setting a property of a plain object made here cannot fail.
    let _ = Reflect::set(object, &name.into(), value);
}
