//! Signed files on their way to last: which wait for their time stamp, and which left without it and why.

use super::{show_folder, words};
use crate::ipc;
use crate::lang::lang;
use crate::part::{Button, Kind, badge};
use crate::query::use_query;
use crate::time;
use crate::toast::{News, use_news};
use crate::words::Tone;
use api::Event;
use api::firma::{FirmaForget, FirmaLasting, Lasting};
use l10n::Lang;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

fn hears(event: &Event) -> bool {
    matches!(event, Event::Line | Event::Firma)
}

/// The section; nothing where no file is on its way.
#[component]
pub fn LastSection() -> Html {
    let (t, news) = (lang(), use_news());
    let files = use_query(FirmaLasting {}, hears).data;
    let Some(files) = files.filter(|files| !files.is_empty()) else {
        return Html::default();
    };
    html! {
        <section class="lasting" aria-labelledby="marche">
            <h2 id="marche">{ t.last_title() }</h2>
            <p class="hint">{ t.last_lead() }</p>
            <ul class="papers">
                for file in files.iter() {
                    { row(t, file, &news) }
                }
            </ul>
        </section>
    }
}

fn row(t: Lang, file: &Lasting, news: &News) -> Html {
    let (chip, tone) = match file.ended {
        None => (t.last_waits(), Tone::Calm),
        Some(_) => (t.last_without(), Tone::Note),
    };
    let on_show = {
        let (folder, news) = (file.folder.clone(), news.clone());
        Callback::from(move |()| show_folder(folder.clone(), news.clone()))
    };
    let on_forget = {
        let (path, news) = (file.path.clone(), news.clone());
        Callback::from(move |()| forget(path.clone(), news.clone()))
    };
    html! {
        <li class="paper" key={file.path.clone()}>
            <div class="file-words">
                <p class="file-name">{ &file.name }</p>
                <p>{ words::lasting(t, file) }</p>
                <p class="hint">{ t.since(&time::when(file.added)) }</p>
            </div>
            { badge(chip, tone) }
            <Button label={t.show_folder()} kind={Kind::Quiet} small=true on_click={on_show} />
            if file.ended.is_some() {
                <Button label={t.last_seen()} kind={Kind::Quiet} small=true on_click={on_forget} />
            }
        </li>
    }
}

fn forget(path: String, news: News) {
    spawn_local(async move {
        match ipc::call(FirmaForget { path }).await {
            Ok(()) => ipc::tell(&Event::Line),
            Err(failure) => news.failed(failure),
        }
    });
}
