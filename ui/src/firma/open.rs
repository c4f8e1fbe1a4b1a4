//! Opening documents: from the system's dialog or dropped, one after the other.

use crate::ipc;
use crate::lang::lang;
use crate::part::FilePicker;
use crate::toast::use_news;
use api::firma::Paper;
use api::{Code, Event, Failure};
use wasm_bindgen_futures::spawn_local;
use web_sys::File;
use yew::prelude::*;

/// The most that can be open, in MB (`FirmaOpen`).
const LIMIT: u32 = 300;

#[derive(Properties, PartialEq)]
pub struct OpenerProps {
    pub id: AttrValue,
    pub label: AttrValue,
    pub hint: AttrValue,
    #[prop_or(true)]
    pub many: bool,
    /// What was opened, when all of it is.
    #[prop_or_default]
    pub on_opened: Callback<Vec<Paper>>,
}

/// A place to drop documents on, with a button.
#[component]
pub fn Opener(props: &OpenerProps) -> Html {
    let news = use_news();
    let going = use_state_eq(|| None::<String>);
    let on_files = {
        let (news, going, on_opened) = (news, going.setter(), props.on_opened.clone());
        Callback::from(move |files: Vec<File>| {
            let (news, going, on_opened) = (news.clone(), going.clone(), on_opened.clone());
            spawn_local(async move {
                let mut opened = Vec::new();
                for file in files {
                    going.set(Some(file.name()));
                    match open(&file).await {
                        Ok(paper) => opened.push(paper),
                        Err(failure) => news.failed(failure),
                    }
                    ipc::tell(&Event::Firma);
                }
                going.set(None);
                on_opened.emit(opened);
            });
        })
    };
    html! {
        <div class="opener">
            <FilePicker
                id={props.id.clone()}
                label={props.label.clone()}
                hint={props.hint.clone()}
                many={props.many}
                {on_files}
            />
            <p class="opening" role="status">
                { (*going).as_ref().map(|name| lang().firma_opening(name)).unwrap_or_default() }
            </p>
        </div>
    }
}

async fn open(file: &File) -> Result<Paper, Failure> {
    if file.size() > f64::from(LIMIT) * 1e6 {
        return Err(Failure::new(Code::PapersTooLarge).with("limit", LIMIT));
    }
    ipc::open_paper(file).await
}
