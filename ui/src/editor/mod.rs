//! The editor of rich texts: the one adapter around the ProseMirror asset (`ui/editor`).
//!
//! ```text
//! <Editor id="testo" label="Testo" version={body.version} text={body.text} {revision}
//!         on_edit={..} on_paste={..} on_files={..} on_error={..} {insert} {goto} {read_only} />
//! ```
//!
//! # What the parent does
//! - **`on_edit`** gets an [`Edit`]: call `PageEdit { page, base: edit.base(), text: edit.text() }` with
//!   exactly that base and answer with [`Edit::answer`]. Dropping the edit means "not taken": it is
//!   tried again after 3 s. The next edit comes only after the answer, so edits never overtake.
//!   The parent need not remember versions nor merged texts: the editor does, and it keeps what was
//!   typed between the edit and its answer.
//! - **`revision`** is raised when `text` and `version` were read anew (a colleague's change, a version
//!   restored, an import). A version the editor has already is ignored; where own words wait, they are
//!   handed over first and the answer brings the rest. So it is safe to raise it after every event.
//! - **`on_paste`** gets a [`Paste`]: call `PasteClean` and answer with [`Paste::insert`]; dropping it
//!   pastes the plain text.
//! - **`on_files`**: files chosen, dropped or pasted. Add them one after another and pass each block
//!   back through `insert` with a new number; it goes in at the caret.
//! - Unmounting hands over what is left: `on_edit` may be called once more, after the parent is gone.

mod border;

use api::{Code, Failure};
use border::{Handle, Hooks};
use domain::sito::{Block, RichText, TextVersion};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

pub use border::{Edit, Paste};

/// What an [`Editor`] is given.
#[derive(Debug, Clone, PartialEq, Properties)]
pub struct EditorProps {
    /// The id of the editable element: the target of "go to the text".
    pub id: AttrValue,
    /// Its name for assistive technology.
    pub label: AttrValue,
    /// The text to show; read at the start and whenever `revision` changes.
    pub text: RichText,
    /// The version of `text`.
    pub version: TextVersion,
    /// Raised by the parent whenever `text` must be shown anew.
    #[prop_or_default]
    pub revision: u32,
    /// Puts the caret into the nth block; the second number tells one request from the next.
    #[prop_or_default]
    pub goto: Option<(usize, u32)>,
    /// Something was written that `on_edit` will bring.
    #[prop_or_default]
    pub on_wrote: Callback<()>,
    /// Takes the text after a pause in typing (300 ms; at most 1 s while typing goes on).
    pub on_edit: Callback<Edit>,
    /// Cleans what is pasted.
    #[prop_or_default]
    pub on_paste: Callback<Paste>,
    /// Takes files. Those of media `image/…` are wanted as images.
    #[prop_or_default]
    pub on_files: Callback<Vec<web_sys::File>>,
    /// Says what went wrong: [`Code::PasteTooLarge`], or [`Code::Unexpected`] if the editor did not load.
    #[prop_or_default]
    pub on_error: Callback<Failure>,
    /// A block to put after the one with the caret; the number tells one request from the next.
    #[prop_or_default]
    pub insert: Option<(Block, u32)>,
    /// Shows the text only.
    #[prop_or_default]
    pub read_only: bool,
}

/// What the closures that JavaScript calls may look at: the props of the last render, and the version
/// that the next edit is based on.
#[derive(Debug)]
struct Shared {
    props: EditorProps,
    base: TextVersion,
}

type Desk = Rc<RefCell<Shared>>;

/// The editor. See the module.
pub struct Editor {
    host: NodeRef,
    desk: Desk,
    handle: Option<Handle>,
    hooks: Option<Hooks>,
}

/// The asset arrived.
#[derive(Debug)]
pub struct Mounted(Result<Handle, JsValue>);

impl Component for Editor {
    type Message = Mounted;
    type Properties = EditorProps;

    fn create(ctx: &Context<Self>) -> Self {
        let props = ctx.props().clone();
        let base = props.version.clone();
        Self {
            host: NodeRef::default(),
            desk: Rc::new(RefCell::new(Shared { props, base })),
            handle: None,
            hooks: None,
        }
    }

    fn view(&self, _ctx: &Context<Self>) -> Html {
        html! { <div class="ed-host" ref={&self.host}></div> }
    }

    fn rendered(&mut self, ctx: &Context<Self>, first: bool) {
        if first {
            self.mount(ctx);
        }
    }

    fn update(&mut self, ctx: &Context<Self>, Mounted(result): Self::Message) -> bool {
        match result {
            Ok(handle) => {
                let wanted = self.desk.borrow().props.clone();
                self.handle = Some(handle);
                self.bring(
                    ctx.props(),
                    &EditorProps {
                        goto: None,
                        insert: None,
                        ..wanted
                    },
                );
            }
            Err(error) => {
                web_sys::console::error_1(&error);
                ctx.props().on_error.emit(Failure::new(Code::Unexpected));
            }
        }
        false
    }

    fn changed(&mut self, ctx: &Context<Self>, old: &Self::Properties) -> bool {
        self.desk.borrow_mut().props = ctx.props().clone();
        self.bring(ctx.props(), old);
        false
    }

    fn destroy(&mut self, _ctx: &Context<Self>) {
        let (Some(handle), hooks) = (self.handle.take(), self.hooks.take()) else {
            return;
        };
        // The closures live until the last words were handed over.
        spawn_local(async move {
            handle.close().await;
            drop(hooks);
        });
    }
}

impl Editor {
    fn mount(&mut self, ctx: &Context<Self>) {
        let Some(host) = self.host.cast::<web_sys::Element>() else {
            return;
        };
        let hooks = Hooks::new(&self.desk);
        let options = border::options(&self.desk.borrow().props, &hooks);
        self.hooks = Some(hooks);
        let link = ctx.link().clone();
        spawn_local(async move {
            link.send_message(Mounted(border::mount(&host, &options).await));
        });
    }

    /// Tells the asset what changed in the props.
    fn bring(&self, props: &EditorProps, old: &EditorProps) {
        let Some(handle) = &self.handle else {
            return;
        };
        if props.read_only != old.read_only {
            handle.set_read_only(props.read_only);
        }
        if props.revision != old.revision {
            self.renew(handle, props);
        }
        if let Some((block, _)) = props.insert.as_ref().filter(|_| props.insert != old.insert) {
            handle.insert_block(&border::to_js(block));
        }
        if let Some((index, _)) = props.goto.filter(|_| props.goto != old.goto) {
            handle.focus_block(index);
        }
    }

    /// Shows a text that was read anew, unless it is known or own words wait.
    ///
    /// The reading may be older than the last answer, so the newest is asked for afterwards: an edit
    /// without a change is answered with whatever this editor lacks.
    fn renew(&self, handle: &Handle, props: &EditorProps) {
        if self.desk.borrow().base == props.version {
            return;
        }
        if handle.set_text(&border::to_js(&props.text)) {
            self.desk.borrow_mut().base = props.version.clone();
            if !props.read_only {
                handle.check();
            }
        }
    }
}
