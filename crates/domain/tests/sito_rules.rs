//! The rules of the site, as two people meet them.

#![allow(clippy::expect_used, clippy::panic, reason = "tests")]

use domain::identity::{Actor, Role};
use domain::sito::{
    Argomento, Block, Field, FieldChange, Page, PageChange, PageKind, RichText, Span, TextVersion,
};
use domain::{
    Change, Ctx, Decided, DeviceId, Entity, Host, PageId, Refusal, RefusalCode, apply, decide,
};

struct Hub;

impl Host for Hub {
    fn text(&self, _: &PageId, _: &TextVersion) -> Option<RichText> {
        Some(RichText {
            blocks: vec![Block::Paragraph {
                spans: vec![Span::plain("Domani le scuole sono chiuse.")],
            }],
        })
    }
    fn slug_free(&self, _: &PageId, slug: &str) -> Option<bool> {
        Some(slug != "neve")
    }
}

fn ctx(device: &str, role: Role, seq: u64) -> Ctx {
    Ctx {
        actor: Actor {
            device: DeviceId::new(device),
            person: device.to_owned(),
            role,
        },
        at: 1_000,
        seq: Some(seq),
    }
}

struct Log {
    page: Option<Entity>,
    seq: u64,
}

impl Log {
    fn with_page(kind: PageKind) -> Self {
        let mut log = Self { page: None, seq: 0 };
        log.accept("anna", PageChange::Create { kind });
        log
    }

    fn say(&mut self, who: &str, role: Role, change: PageChange) -> Result<Decided, Refusal> {
        let change = Change::Sito(change);
        let ctx = ctx(who, role, self.seq + 1);
        let decided = decide(self.page.as_ref(), &change, &ctx, &Hub)?;
        self.seq += 1;
        self.page = Some(apply(self.page.take(), "p", &change, &ctx, &decided));
        Ok(decided)
    }

    fn accept(&mut self, who: &str, change: PageChange) -> Decided {
        self.say(who, Role::Impiegato, change).expect("accepted")
    }

    fn refuse(&mut self, who: &str, change: PageChange) -> RefusalCode {
        self.say(who, Role::Impiegato, change)
            .expect_err("refused")
            .code
    }

    fn page(&self) -> &Page {
        let Some(Entity::Page(page)) = &self.page else {
            panic!("no page")
        };
        page
    }
}

fn title(words: &str, base: u64) -> PageChange {
    PageChange::Set {
        change: FieldChange::Title(words.into()),
        base,
    }
}

fn complete(log: &mut Log) {
    log.accept("anna", title("Neve", 0));
    let summary = FieldChange::Summary("Scuole chiuse per neve.".into());
    log.accept(
        "anna",
        PageChange::Set {
            change: summary,
            base: 0,
        },
    );
    let topic = Argomento::named("Istruzione").expect("in the vocabulary");
    log.accept("anna", PageChange::AddTopic(topic));
    let office = FieldChange::Office(Some(PageId::new("segreteria")));
    log.accept(
        "anna",
        PageChange::Set {
            change: office,
            base: 0,
        },
    );
}

fn publish(seen: u64) -> PageChange {
    PageChange::Publish {
        text: TextVersion("v".into()),
        seen,
    }
}

#[test]
fn the_first_of_two_titles_stands_and_the_second_author_sees_both() {
    let mut log = Log::with_page(PageKind::Notizia);
    log.accept("anna", title("Neve", 0));
    let refusal = log
        .say("bruno", Role::Impiegato, title("Nevicata", 0))
        .expect_err("bruno had not seen anna's title");
    assert_eq!(refusal.code, RefusalCode::FieldChanged);
    assert_eq!(refusal.theirs.expect("theirs")["value"], "Neve");
    assert_eq!(refusal.yours.expect("yours")["value"], "Nevicata");
    assert_eq!(log.page().fields.title, "Neve");
}

#[test]
fn the_same_title_from_two_people_is_no_conflict() {
    let mut log = Log::with_page(PageKind::Notizia);
    log.accept("anna", title("Neve", 0));
    log.accept("bruno", title("Neve", 0));
}

#[test]
fn a_device_never_conflicts_with_itself_however_late_it_is_confirmed() {
    let mut log = Log::with_page(PageKind::Notizia);
    log.accept("anna", title("Nev", 0));
    log.accept("anna", title("Neve", 0));
    assert_eq!(log.page().fields.title, "Neve");
}

#[test]
fn an_incomplete_page_is_not_published_and_says_what_lacks() {
    let mut log = Log::with_page(PageKind::Notizia);
    let refusal = log
        .say("anna", Role::Impiegato, publish(9))
        .expect_err("nothing is filled in");
    assert_eq!(refusal.code, RefusalCode::Incomplete);
    assert_eq!(refusal.yours.expect("findings")[0]["spot"], "title");
}

#[test]
fn the_hub_chooses_a_free_address_and_keeps_it_for_ever() {
    let mut log = Log::with_page(PageKind::Notizia);
    complete(&mut log);
    let seen = log.seq;
    assert_eq!(
        log.accept("anna", publish(seen)).slug.as_deref(),
        Some("neve-2")
    );
    let base = log.page().base(Field::Title);
    log.accept("anna", title("Neve: scuole chiuse", base));
    assert!(log.page().dirty);
    let seen = log.seq;
    assert_eq!(
        log.accept("anna", publish(seen)).slug.as_deref(),
        Some("neve-2")
    );
    assert!(!log.page().dirty);
}

#[test]
fn nobody_publishes_a_field_that_he_has_not_seen() {
    let mut log = Log::with_page(PageKind::Notizia);
    complete(&mut log);
    let seen = log.seq;
    let base = log.page().base(Field::Title);
    log.accept("bruno", title("Nevicata", base));
    assert_eq!(log.refuse("anna", publish(seen)), RefusalCode::Stale);
}

#[test]
fn text_written_after_the_publisher_looked_stays_a_draft() {
    let mut log = Log::with_page(PageKind::Notizia);
    complete(&mut log);
    let seen = log.seq;
    log.accept(
        "bruno",
        PageChange::Text {
            update: "AA".into(),
        },
    );
    log.accept("anna", publish(seen));
    assert!(log.page().dirty, "bruno's words are not public yet");
}

#[test]
fn an_edit_brings_a_deleted_page_back_as_a_draft_and_says_so() {
    let mut log = Log::with_page(PageKind::Notizia);
    log.accept("anna", PageChange::Delete);
    log.accept(
        "bruno",
        PageChange::Text {
            update: "AA".into(),
        },
    );
    assert!(!log.page().deleted && log.page().revived);
}

#[test]
fn roles_bound_what_may_be_asked() {
    for role in Role::ALL {
        let mut log = Log::with_page(PageKind::Pagina);
        complete(&mut log);
        let base = log.page().base(Field::Title);
        let wrote = log.say("x", role, title("Titolo", base)).is_ok();
        assert_eq!(wrote, role.writes_site(), "{role:?} writes");
        let seen = log.seq;
        let published = log.say("x", role, publish(seen)).is_ok();
        assert_eq!(published, role.publishes_site(), "{role:?} publishes");
        log.accept("anna", publish(seen + 1));
        let deleted = log.say("x", role, PageChange::Delete).is_ok();
        assert_eq!(
            deleted,
            role.publishes_site(),
            "{role:?} deletes what is public"
        );
    }
}
