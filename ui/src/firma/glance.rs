//! What is known of the open documents in a glance: judged one after the other, in the background, once each.

use super::words::Glance as Seen;
use crate::ipc;
use api::firma::{FirmaJudge, Judgement, Paper, PaperId, PaperKind};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// The answer; none where the document cannot be judged.
pub type Glance = Option<Seen>;

thread_local! {
    static KNOWN: RefCell<BTreeMap<PaperId, Glance>> = const { RefCell::new(BTreeMap::new()) };
    static BESIDE: RefCell<BTreeMap<PaperId, PaperId>> = const { RefCell::new(BTreeMap::new()) };
}

/// Remembers what was said of a document as of now.
pub fn note(paper: &PaperId, judgement: &Judgement) {
    let (paper, answer) = (paper.clone(), Seen::of(judgement));
    KNOWN.with_borrow_mut(|known| known.insert(paper, Some(answer)));
}

/// Remembers which document a separate signature or time stamp is about.
pub fn put_beside(paper: &PaperId, about: &PaperId) {
    BESIDE.with_borrow_mut(|all| all.insert(paper.clone(), about.clone()));
    KNOWN.with_borrow_mut(|known| known.remove(paper));
}

/// The document that a separate signature or time stamp is about: the one that was chosen, or the open one that has
/// its name without the last ending.
pub fn beside(paper: &Paper, papers: &[Paper]) -> Option<PaperId> {
    if !is_separate(paper.kind) {
        return None;
    }
    let open = |id: &PaperId| papers.iter().any(|it| it.id == *id);
    let chosen = BESIDE.with_borrow(|all| all.get(&paper.id).cloned());
    chosen
        .filter(open)
        .or_else(|| partner(paper, papers).map(|it| it.id.clone()))
}

/// It says nothing without the document that it is about.
pub fn is_separate(kind: PaperKind) -> bool {
    matches!(kind, PaperKind::P7s | PaperKind::Tsr)
}

fn partner<'a>(paper: &Paper, papers: &'a [Paper]) -> Option<&'a Paper> {
    let (about, _) = paper.name.rsplit_once('.')?;
    let mut others = papers.iter().filter(|it| !is_separate(it.kind));
    others.find(|it| it.name == about)
}

/// The answers known so far. Documents without one are judged while the screen is there.
#[hook]
pub fn use_glances(papers: &Rc<Vec<Paper>>) -> BTreeMap<PaperId, Glance> {
    let turn = use_force_update();
    use_effect_with(papers.clone(), move |papers| {
        let (here, papers) = (Rc::new(Cell::new(true)), papers.clone());
        let still = here.clone();
        forget_closed(&papers);
        spawn_local(async move {
            for paper in papers.iter().filter(|it| !is_known(&it.id)) {
                if !still.get() {
                    return;
                }
                let answer = judge(paper, &papers).await;
                KNOWN.with_borrow_mut(|known| known.insert(paper.id.clone(), answer));
                if still.get() {
                    turn.force_update();
                }
            }
        });
        move || here.set(false)
    });
    KNOWN.with_borrow(Clone::clone)
}

fn is_known(paper: &PaperId) -> bool {
    KNOWN.with_borrow(|known| known.contains_key(paper))
}

fn forget_closed(papers: &[Paper]) {
    let open = |id: &PaperId| papers.iter().any(|it| it.id == *id);
    KNOWN.with_borrow_mut(|known| known.retain(|id, _| open(id)));
    BESIDE.with_borrow_mut(|all| all.retain(|id, _| open(id)));
}

async fn judge(paper: &Paper, papers: &[Paper]) -> Glance {
    let command = FirmaJudge {
        paper: paper.id.clone(),
        at: None,
        beside: beside(paper, papers),
    };
    Some(Seen::of(&ipc::call(command).await.ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paper(id: &str, name: &str, kind: PaperKind) -> Paper {
        Paper {
            id: PaperId(id.into()),
            name: name.into(),
            size: 1,
            kind,
            sha256: String::new(),
            pages: Vec::new(),
            warnings: Vec::new(),
            no_pdf: None,
        }
    }

    #[test]
    fn a_separate_signature_finds_its_document_by_name_until_a_person_says_otherwise() {
        let papers = [
            paper("1", "delibera.pdf", PaperKind::Pdf),
            paper("2", "delibera.pdf.p7s", PaperKind::P7s),
            paper("3", "altra.pdf", PaperKind::Pdf),
        ];
        assert_eq!(beside(&papers[1], &papers), Some(PaperId("1".into())));
        assert_eq!(beside(&papers[0], &papers), None, "a PDF needs no other");
        put_beside(&papers[1].id, &papers[2].id);
        assert_eq!(beside(&papers[1], &papers), Some(PaperId("3".into())));
        assert_eq!(
            beside(&papers[1], &papers[..2]),
            Some(PaperId("1".into())),
            "what was closed counts no more"
        );
    }
}
