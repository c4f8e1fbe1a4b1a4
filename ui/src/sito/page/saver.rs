//! Saving by itself: what is typed goes to the app after a pause, when the field is left, and when the
//! window is left; one call at a time; nothing that was not taken is forgotten.

use super::queue::{Job, Queue};
use crate::editor::Edit;
use crate::ipc;
use api::Failure;
use api::sito::{
    Body, PageAttach, PageEdit, PageOpen, PagePublish, PageSet, PageTopic, PageView, PageWithdraw,
    Status,
};
use domain::PageId;
use domain::sito::{Block, Field, FieldChange, RichText};
use gloo_timers::callback::Timeout;
use gloo_timers::future::TimeoutFuture;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::Callback;

/// The pause after which a field is saved, in milliseconds.
const PAUSE: u32 = 400;
/// The pause before another try, in milliseconds.
const RETRY: u32 = 3_000;
/// How often it is looked whether everything arrived, and how many times, in milliseconds.
const STEP: u32 = 20;
const SETTLING: u32 = 100;

/// How far saving is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Save {
    /// Everything is on disk.
    Saved,
    /// Something is on its way.
    Saving,
    /// Something was not taken; it is tried again.
    Failed,
}

/// What the saver tells the screen.
pub enum Report {
    /// The page as the app has it, with what waits put over its fields.
    View(Box<PageView>),
    /// The page was read again: the editor must look at its text.
    Read(Box<PageView>),
    /// The text as it now stands in the editor.
    Text(RichText),
    /// How far saving is.
    Save(Save),
    /// Something was not taken.
    Failed(Failure),
}

/// Saves one page.
#[derive(Clone)]
pub struct Saver {
    page: PageId,
    inner: Rc<RefCell<Inner>>,
    report: Callback<Report>,
}

impl PartialEq for Saver {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.inner, &other.inner)
    }
}

#[derive(Default)]
struct Inner {
    queue: Queue,
    typed: BTreeMap<Field, FieldChange>,
    pause: Option<Timeout>,
    retry: Option<Timeout>,
    again: Option<Timeout>,
    /// Words stand in the editor that it has not handed over yet.
    writing: bool,
    edit: Option<Edit>,
    status: Option<Status>,
}

impl Saver {
    /// A saver for a page, that tells `report` what happens.
    pub fn new(page: PageId, report: Callback<Report>) -> Self {
        Self {
            page,
            inner: Rc::default(),
            report,
        }
    }

    /// The page.
    pub fn page(&self) -> &PageId {
        &self.page
    }

    /// A key was pressed in a field.
    pub fn typed(&self, change: FieldChange) {
        let saver = self.clone();
        let mut inner = self.inner.borrow_mut();
        inner.typed.insert(change.field(), change);
        inner.pause = Some(Timeout::new(PAUSE, move || saver.flush()));
        drop(inner);
        self.report.emit(Report::Save(Save::Saving));
    }

    /// A key was pressed in the editor, which hands its text over after a pause.
    pub fn writing(&self) {
        self.inner.borrow_mut().writing = true;
        self.report.emit(Report::Save(Save::Saving));
    }

    /// The editor hands its text over; it hands over no other before this one is answered.
    pub fn wrote(&self, edit: Edit) {
        self.report.emit(Report::Text(edit.text()));
        let mut inner = self.inner.borrow_mut();
        inner.edit = Some(edit);
        inner.writing = false;
        inner.queue.push(Job::Text);
        drop(inner);
        self.pump();
    }

    /// Tells the app at once.
    pub fn tell(&self, job: Job) {
        self.take_typed();
        self.inner.borrow_mut().queue.push(job);
        self.pump();
    }

    /// Tells the app at once everything that waits for a pause.
    pub fn flush(&self) {
        self.take_typed();
        self.pump();
    }

    /// The page was changed by others: reads it again when nothing waits here.
    pub fn refresh(&self) {
        let saver = self.clone();
        if self.is_busy() {
            let again = Timeout::new(PAUSE * 3, move || saver.refresh());
            self.inner.borrow_mut().again = Some(again);
            return;
        }
        spawn_local(async move {
            let page = saver.page.clone();
            match ipc::call(PageOpen { page }).await {
                Ok(view) => saver.report.emit(Report::Read(saver.with_waiting(view))),
                Err(failure) => saver.report.emit(Report::Failed(failure)),
            }
        });
    }

    /// Puts blocks at the end of the text, as an edit of its own; the editor then shows it.
    ///
    /// # Errors
    /// What the app answers with.
    pub async fn append(&self, blocks: Vec<Block>) -> Result<(), Failure> {
        self.settled().await;
        let page = self.page.clone();
        let Body { version, mut text } = ipc::call(PageOpen { page: page.clone() }).await?.body;
        if text.is_blank() {
            text.blocks.clear();
        }
        text.blocks.extend(blocks);
        let edit = PageEdit {
            page,
            base: version,
            text,
        };
        ipc::call(edit).await?;
        self.refresh();
        Ok(())
    }

    /// Waits until what was typed last has arrived, at most two seconds. A field that was left hands
    /// over at once, and the editor as soon as its edit before is answered.
    pub async fn settled(&self) {
        for _ in 0..SETTLING {
            TimeoutFuture::new(STEP).await;
            if !self.is_busy() {
                TimeoutFuture::new(STEP).await;
                if !self.is_busy() {
                    return;
                }
            }
        }
    }

    fn take_typed(&self) {
        let mut inner = self.inner.borrow_mut();
        inner.pause = None;
        for (_, change) in std::mem::take(&mut inner.typed) {
            inner.queue.push(Job::Set(change));
        }
    }

    fn is_busy(&self) -> bool {
        let inner = self.inner.borrow();
        !inner.queue.is_idle() || !inner.typed.is_empty() || inner.writing
    }

    /// Sends the next thing, if none is under way; its answer sends the one after.
    fn pump(&self) {
        let Some(job) = self.inner.borrow_mut().queue.start() else {
            return;
        };
        self.report.emit(Report::Save(Save::Saving));
        let saver = self.clone();
        spawn_local(async move {
            let answer = saver.send(job).await;
            saver.answered(answer);
        });
    }

    /// Sends one thing; the answer is the page, or nothing where it is the editor's own business.
    async fn send(&self, job: Job) -> Result<Option<PageView>, Failure> {
        let page = self.page.clone();
        let view = match job {
            Job::Set(change) => ipc::call(PageSet { page, change }).await,
            Job::Topic(topic, on) => ipc::call(PageTopic { page, topic, on }).await,
            Job::Attach(file, on) => ipc::call(PageAttach { page, file, on }).await,
            Job::Publish => ipc::call(PagePublish { page }).await,
            Job::Withdraw => ipc::call(PageWithdraw { page }).await,
            Job::Text => return self.send_text().await.map(|()| None),
        };
        view.map(Some)
    }

    async fn send_text(&self) -> Result<(), Failure> {
        let Some(edit) = self.inner.borrow_mut().edit.take() else {
            return Ok(());
        };
        let answer = ipc::call(PageEdit {
            page: self.page.clone(),
            base: edit.base(),
            text: edit.text(),
        })
        .await?;
        edit.answer(answer.version, answer.merged.as_ref());
        if let Some(merged) = answer.merged {
            self.report.emit(Report::Text(merged));
        }
        self.after_text();
        Ok(())
    }

    fn answered(&self, answer: Result<Option<PageView>, Failure>) {
        let view = match answer {
            Ok(view) => view,
            Err(failure) => return self.failed(failure),
        };
        self.inner.borrow_mut().queue.done();
        if let Some(view) = view {
            self.report.emit(Report::View(self.with_waiting(view)));
        }
        if !self.is_busy() {
            self.report.emit(Report::Save(Save::Saved));
        }
        self.pump();
    }

    /// An edit of the text makes what the public has an older version; its answer does not say so.
    fn after_text(&self) {
        if self.inner.borrow().status == Some(Status::Published) {
            self.refresh();
        }
    }

    /// The page with what waits put over its fields.
    fn with_waiting(&self, mut view: PageView) -> Box<PageView> {
        let mut inner = self.inner.borrow_mut();
        inner.status = Some(view.row.status);
        inner.queue.overlay(&mut view.fields);
        for change in inner.typed.values() {
            change.clone().set(&mut view.fields);
        }
        Box::new(view)
    }

    fn failed(&self, failure: Failure) {
        let saver = self.clone();
        let mut inner = self.inner.borrow_mut();
        inner.queue.failed();
        inner.retry = (failure.retry && !inner.queue.is_idle())
            .then(|| Timeout::new(RETRY, move || saver.pump()));
        drop(inner);
        self.report.emit(Report::Save(Save::Failed));
        self.report.emit(Report::Failed(failure));
    }
}
