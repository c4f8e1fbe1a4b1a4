//! What is known of the open documents in a glance: judged one after the other, in the background, once each.

use super::rests_on;
use super::words::Glance as Seen;
use crate::ipc;
use api::firma::{FirmaJudge, Judgement, Paper, PaperId, PaperKind};
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// The answer; none where the document cannot be judged.
pub type Glance = Option<Seen>;

thread_local! {
    /// Which of the known answers still stand: none once what they rest on is another. They are shown until a newer one
    /// is there.
    static FRESH: RefCell<BTreeSet<PaperId>> = const { RefCell::new(BTreeSet::new()) };
    static EAR: OnceCell<ipc::Hearing> = const { OnceCell::new() };
    static KNOWN: RefCell<BTreeMap<PaperId, Glance>> = const { RefCell::new(BTreeMap::new()) };
    static BESIDE: RefCell<BTreeMap<PaperId, PaperId>> = const { RefCell::new(BTreeMap::new()) };
}

/// Remembers what was said of a document as of now.
pub fn note(paper: &PaperId, judgement: &Judgement) {
    follow();
    keep(paper, Some(Seen::of(judgement)));
}

fn keep(paper: &PaperId, answer: Glance) {
    KNOWN.with_borrow_mut(|known| known.insert(paper.clone(), answer));
    FRESH.with_borrow_mut(|fresh| fresh.insert(paper.clone()));
}

/// Hears from the first answer on when those that are known do not stand any more.
fn follow() {
    EAR.with(|ear| {
        ear.get_or_init(|| {
            ipc::hear(|event| {
                if rests_on(event) {
                    FRESH.with_borrow_mut(BTreeSet::clear);
                }
            })
        });
    });
}

/// Remembers which document a separate signature or time stamp is about.
pub fn put_beside(paper: &PaperId, about: &PaperId) {
    BESIDE.with_borrow_mut(|all| all.insert(paper.clone(), about.clone()));
    KNOWN.with_borrow_mut(|known| known.remove(paper));
    FRESH.with_borrow_mut(|fresh| fresh.remove(paper));
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

/// The answers known so far. Documents without one that stands are judged while the screen is there.
#[hook]
pub fn use_glances(papers: &Rc<Vec<Paper>>) -> BTreeMap<PaperId, Glance> {
    let turn = use_force_update();
    let round = use_state_eq(|| 0_u32);
    {
        let round = round.clone();
        use_effect_with(*round, move |now| {
            follow();
            let now = *now;
            let hearing = ipc::hear(move |event| {
                if rests_on(event) {
                    round.set(now.wrapping_add(1));
                }
            });
            move || drop(hearing)
        });
    }
    use_effect_with((papers.clone(), *round), move |(papers, _)| {
        let (here, papers) = (Rc::new(Cell::new(true)), papers.clone());
        let still = here.clone();
        forget_closed(&papers);
        spawn_local(async move {
            for paper in papers.iter().filter(|it| !is_fresh(&it.id)) {
                if !still.get() {
                    return;
                }
                let answer = judge(paper, &papers).await;
                // What was asked before newer lists or facts came does not stand.
                if !still.get() {
                    return;
                }
                keep(&paper.id, answer);
                turn.force_update();
            }
        });
        move || here.set(false)
    });
    KNOWN.with_borrow(Clone::clone)
}

fn is_fresh(paper: &PaperId) -> bool {
    FRESH.with_borrow(|fresh| fresh.contains(paper))
}

fn forget_closed(papers: &[Paper]) {
    let open = |id: &PaperId| papers.iter().any(|it| it.id == *id);
    KNOWN.with_borrow_mut(|known| known.retain(|id, _| open(id)));
    FRESH.with_borrow_mut(|fresh| fresh.retain(open));
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
