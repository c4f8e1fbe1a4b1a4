//! What is on the screen of a page.

use super::queue::{Job, overlay};
use super::saver::{Report, Save};
use api::Failure;
use api::sito::{Body, PageView};
use domain::sito::{Fields, Finding, RichText, Spot, verify};
use std::rc::Rc;
use yew::Reducible;

/// A file on its way into the workspace.
#[derive(Debug, Clone, PartialEq)]
pub struct Upload {
    /// Tells one from the other.
    pub number: u32,
    /// Its name.
    pub name: String,
    /// Its length in bytes.
    pub size: u64,
}

/// The screen of a page.
#[derive(Clone, PartialEq)]
pub struct State {
    /// The page as the app knows it; `None` until it was read.
    pub view: Option<Rc<PageView>>,
    /// The fields as the person sees them.
    pub fields: Fields,
    /// The text as it stands in the editor, as far as it told us.
    pub text: RichText,
    /// The text that was read last, for the editor.
    pub body: Rc<Body>,
    /// Raised when `body` was read.
    pub revision: u32,
    /// How far saving is.
    pub save: Save,
    /// What was not taken.
    pub failure: Option<Failure>,
    /// The person tried to publish: what lacks is said beside each field too.
    pub tried: bool,
    /// Files on their way.
    pub uploads: Vec<Upload>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            view: None,
            fields: Fields::default(),
            text: RichText::default(),
            body: Rc::new(Body {
                version: domain::sito::TextVersion::default(),
                text: RichText::default(),
            }),
            revision: 0,
            save: Save::Saved,
            failure: None,
            tried: false,
            uploads: Vec::new(),
        }
    }
}

/// What happens to it.
pub enum Action {
    /// The saver tells something.
    Report(Report),
    /// The person did something that is on its way to the app.
    Did(Job),
    /// The person tried to publish.
    Tried,
    /// A file starts.
    Starts(Upload),
    /// A file arrived, or did not.
    Ends(u32),
    /// The person read what was not taken.
    Close,
}

impl Reducible for State {
    type Action = Action;
    fn reduce(self: Rc<Self>, action: Action) -> Rc<Self> {
        let mut state = (*self).clone();
        match action {
            Action::Report(report) => state.hear(report),
            Action::Did(job) => overlay(&job, &mut state.fields),
            Action::Tried => state.tried = true,
            Action::Starts(upload) => state.uploads.push(upload),
            Action::Ends(number) => state.uploads.retain(|it| it.number != number),
            Action::Close => state.failure = None,
        }
        Rc::new(state)
    }
}

impl State {
    fn hear(&mut self, report: Report) {
        match report {
            Report::View(view) => self.see(*view),
            Report::Read(view) => {
                self.text = view.body.text.clone();
                self.body = Rc::new(view.body.clone());
                self.revision += 1;
                self.see(*view);
            }
            Report::Text(text) => self.text = text,
            Report::Save(save) => {
                self.save = save;
                if save == Save::Saved {
                    self.failure = None;
                }
            }
            Report::Failed(failure) => self.failure = Some(failure),
        }
    }

    fn see(&mut self, view: PageView) {
        self.fields = view.fields.clone();
        self.view = Some(Rc::new(view));
    }

    /// What lacks, in the order of the form. The same rule runs in the app and in the hub; here it
    /// answers between one key and the next.
    pub fn findings(&self) -> Vec<Finding> {
        let Some(view) = &self.view else {
            return Vec::new();
        };
        let mut findings = verify(view.row.kind, &self.fields, &self.text);
        findings.sort_by_key(|finding| (!finding.blocking, place(&finding.spot)));
        findings
    }

    /// What lacks at a place, in words, once the person tried to publish.
    pub fn problem(&self, spot: &Spot) -> Option<yew::AttrValue> {
        if !self.tried {
            return None;
        }
        let findings = self.findings();
        let finding = findings.iter().find(|it| it.blocking && it.spot == *spot)?;
        Some(crate::words::finding(crate::lang::lang(), finding).into())
    }
}

/// Where a spot stands in the form.
fn place(spot: &Spot) -> (u8, usize) {
    match spot {
        Spot::Title => (0, 0),
        Spot::Summary => (1, 0),
        Spot::Body => (2, 0),
        Spot::Block(at) => (3, *at),
        Spot::Topics => (4, 0),
        Spot::Office => (5, 0),
        Spot::Address => (6, 0),
        Spot::Contact => (7, 0),
        Spot::Cover => (8, 0),
    }
}
