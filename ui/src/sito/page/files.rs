//! The files of a page: into the text, under it, at its head.

use super::queue::Job;
use super::saver::Saver;
use super::state::{Action, Upload};
use super::{Desk, DeskProps};
use crate::ipc;
use crate::lang::lang;
use crate::part::{Button, FilePicker, IconButton, Kind, TextField, Toggle, icon};
use crate::sito::media_address;
use crate::toast::{News, use_news};
use crate::words;
use api::sito::{DocumentImport, PasteNote};
use api::{Code, Failure};
use domain::FileRef;
use domain::sito::{Block, Cover, FieldChange, Spot};
use gloo_timers::future::TimeoutFuture;
use std::cell::Cell;
use wasm_bindgen_futures::spawn_local;
use web_sys::File;
use yew::prelude::*;

/// The largest file the app takes, in bytes (`protocol::files::MAX_FILE`).
const MAX_FILE: f64 = 100.0 * 1024.0 * 1024.0;

/// Adds files to the workspace, one after another, and hands each over.
fn add(
    desk: &Desk,
    news: News,
    files: Vec<File>,
    image: fn(&File) -> bool,
    take: Callback<FileRef>,
) {
    let desk = desk.clone();
    spawn_local(async move {
        for file in files {
            match add_one(&desk, &file, image(&file)).await {
                Ok(added) => take.emit(added),
                Err(failure) => news.failed(failure),
            }
            // The screen draws what was added before the next one comes.
            TimeoutFuture::new(0).await;
        }
    });
}

async fn add_one(desk: &Desk, file: &File, image: bool) -> Result<FileRef, Failure> {
    if file.size() > MAX_FILE {
        return Err(Failure::new(Code::FileTooLarge)
            .with("name", file.name())
            .with("limit", 100));
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "at most 100 MB"
    )]
    let size = file.size() as u64;
    let number = next();
    let name = file.name();
    desk.state
        .dispatch(Action::Starts(Upload { number, name, size }));
    let answer = ipc::add_file(file, image).await;
    desk.state.dispatch(Action::Ends(number));
    answer
}

fn next() -> u32 {
    thread_local! {
        static NEXT: Cell<u32> = const { Cell::new(0) };
    }
    NEXT.set(NEXT.get() + 1);
    NEXT.get()
}

fn is_image(file: &File) -> bool {
    file.type_().starts_with("image/")
}

/// Files dropped into the text become blocks of it.
#[hook]
pub fn use_into_text(desk: &Desk, on_block: Callback<Block>) -> Callback<Vec<File>> {
    let (desk, news) = (desk.clone(), use_news());
    let take = on_block.reform(block);
    Callback::from(move |files| add(&desk, news.clone(), files, is_image, take.clone()))
}

fn block(file: FileRef) -> Block {
    if file.media.starts_with("image/") {
        Block::Image {
            file,
            alt: String::new(),
            decorative: false,
            caption: String::new(),
        }
    } else {
        Block::Attachment { file }
    }
}

#[derive(Properties, PartialEq)]
pub struct ImportProps {
    pub saver: Saver,
}

/// A text that is written already: brings a document in, cleaned like what is pasted.
#[component]
pub fn Import(props: &ImportProps) -> Html {
    let (t, news) = (lang(), use_news());
    let on_files = {
        let (saver, news) = (props.saver.clone(), news.clone());
        Callback::from(move |files: Vec<File>| {
            let (saver, news) = (saver.clone(), news.clone());
            spawn_local(async move {
                for file in files.into_iter().take(1) {
                    match import(&saver, &file).await {
                        Ok(notes) => super::say_notes(&notes, &news),
                        Err(failure) => news.failed(failure),
                    }
                }
            });
        })
    };
    html! {
        <FilePicker
            id="importa-documento"
            label={t.import_choose()}
            hint={t.import_hint()}
            accept=".docx,.html,.htm,.txt"
            icon="it-file-docx"
            {on_files}
        />
    }
}

async fn import(saver: &Saver, file: &File) -> Result<Vec<PasteNote>, Failure> {
    let added = ipc::add_file(file, false).await?;
    let command = DocumentImport {
        file: added.id,
        name: added.name,
    };
    let imported = ipc::call(command).await?;
    saver.append(imported.text.blocks).await?;
    Ok(imported.notes)
}

/// The files under the text.
#[component]
pub fn Attachments(props: &DeskProps) -> Html {
    let (t, news, desk) = (lang(), use_news(), &props.desk);
    let on_files = {
        let (desk, news) = (desk.clone(), news.clone());
        let attach = desk.clone();
        let take = Callback::from(move |file| attach.tell(Job::Attach(file, true)));
        Callback::from(move |files| add(&desk, news.clone(), files, |_| false, take.clone()))
    };
    html! {
        <section class="card-plain" aria-labelledby="allegati">
            <header class="card-head">
                <h2 id="allegati">{ t.attachments_title() }</h2>
                <p class="hint">{ t.attachments_hint() }</p>
            </header>
            <ul class="files">
                for file in desk.state.fields.attachments.iter() {
                    <Attached key={file.id.as_str()} desk={desk.clone()} file={file.clone()} />
                }
                for upload in desk.state.uploads.iter() {
                    <li key={upload.number} class="file">
                        { icon("it-upload") }
                        <div class="file-words">
                            <p class="file-name">{ t.adding(&upload.name) }</p>
                            <progress aria-label={t.adding(&upload.name)}></progress>
                        </div>
                    </li>
                }
            </ul>
            <FilePicker
                id="aggiungi-allegati"
                label={t.attachments_add()}
                hint={t.attachments_drop()}
                many=true
                {on_files}
            />
        </section>
    }
}

#[derive(Properties, PartialEq)]
struct AttachedProps {
    desk: Desk,
    file: FileRef,
}

#[component]
fn Attached(props: &AttachedProps) -> Html {
    let (t, news, file) = (lang(), use_news(), &props.file);
    let on_remove = {
        let (desk, file) = (props.desk.clone(), file.clone());
        Callback::from(move |()| {
            desk.tell(Job::Attach(file.clone(), false));
            let (desk, back) = (desk.clone(), file.clone());
            let undo = Callback::from(move |()| desk.tell(Job::Attach(back.clone(), true)));
            news.undoable(lang().attachment_removed(&file.name), undo);
        })
    };
    html! {
        <li class="file">
            <span class="file-kind" aria-hidden="true">{ words::media(file) }</span>
            <div class="file-words">
                <p class="file-name">{ &file.name }</p>
                <p class="hint">{ words::size(t, file.size) }</p>
            </div>
            <IconButton label={t.attachment_remove(&file.name)} icon="it-delete" on_click={on_remove} />
        </li>
    }
}

/// The image at the head.
#[component]
pub fn CoverField(props: &DeskProps) -> Html {
    let (t, news, desk) = (lang(), use_news(), &props.desk);
    let on_files = {
        let (desk, news) = (desk.clone(), news.clone());
        let set = desk.clone();
        let take = Callback::from(move |file| {
            let cover = Cover {
                file,
                alt: String::new(),
                decorative: false,
            };
            set.tell(Job::Set(FieldChange::Cover(Some(cover))));
        });
        Callback::from(move |files: Vec<File>| {
            let first = files.into_iter().take(1).collect();
            add(&desk, news.clone(), first, |_| true, take.clone());
        })
    };
    html! {
        <section class="card-plain" aria-labelledby="immagine">
            <header class="card-head">
                <h2 id="immagine">{ t.field_cover() }</h2>
                <p class="hint">{ t.cover_hint() }</p>
            </header>
            if let Some(cover) = &desk.state.fields.cover {
                <CoverShown desk={desk.clone()} cover={cover.clone()} />
            } else {
                <FilePicker
                    id="scegli-immagine"
                    label={t.cover_choose()}
                    hint={t.cover_drop()}
                    accept="image/*"
                    icon="it-file-image"
                    {on_files}
                />
            }
        </section>
    }
}

#[derive(Properties, PartialEq)]
struct CoverShownProps {
    desk: Desk,
    cover: Cover,
}

#[component]
fn CoverShown(props: &CoverShownProps) -> Html {
    let (t, news, desk, cover) = (lang(), use_news(), &props.desk, &props.cover);
    let on_alt = {
        let (desk, cover) = (desk.clone(), cover.clone());
        Callback::from(move |alt| {
            let change = FieldChange::Cover(Some(Cover {
                alt,
                ..cover.clone()
            }));
            desk.state.dispatch(Action::Did(Job::Set(change.clone())));
            desk.saver.typed(change);
        })
    };
    let on_decorative = {
        let (desk, cover) = (desk.clone(), cover.clone());
        Callback::from(move |decorative| {
            let cover = Cover {
                decorative,
                ..cover.clone()
            };
            desk.tell(Job::Set(FieldChange::Cover(Some(cover))));
        })
    };
    let on_remove = {
        let (desk, cover) = (desk.clone(), cover.clone());
        Callback::from(move |()| {
            desk.tell(Job::Set(FieldChange::Cover(None)));
            let (desk, back) = (desk.clone(), cover.clone());
            let undo = Callback::from(move |()| {
                desk.tell(Job::Set(FieldChange::Cover(Some(back.clone()))));
            });
            news.undoable(lang().attachment_removed(&cover.file.name), undo);
        })
    };
    html! {
        <div class="cover">
            <div class="cover-picture">
                <img src={media_address(&cover.file.id)} alt="" />
                <p class="hint">{ &cover.file.name }{ " · " }{ words::size(t, cover.file.size) }</p>
                <Button label={t.cover_remove()} icon="it-delete" kind={Kind::Danger} small=true on_click={on_remove} />
            </div>
            <div class="cover-words">
                <TextField
                    id={words::spot_id(&Spot::Cover)}
                    label={t.cover_alt()}
                    value={cover.alt.clone()}
                    on_input={on_alt}
                    on_blur={desk.leave()}
                    hint={t.cover_alt_hint()}
                    rows={3}
                    limit={300}
                    problem={desk.state.problem(&Spot::Cover)}
                    needed={!cover.decorative}
                />
                <Toggle
                    id="immagine-decorativa"
                    label={t.cover_decorative()}
                    hint={t.cover_decorative_hint()}
                    on={cover.decorative}
                    on_toggle={on_decorative}
                />
            </div>
        </div>
    }
}
