//! Stories from seeds. Each seed allows its own few of the faults (swarm testing): a story in which
//! everything happens at once hides what two faults alone would show.

use crate::roll::Roll;
use crate::story::{Act, Fate, Side, Step, Story, What};
use domain::identity::Role;

/// A year, in milliseconds.
const YEAR: i64 = 365 * 24 * 3600 * 1000;

/// What may go wrong, and what people may do beyond writing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trait {
    Lost,
    Late,
    Twice,
    Older,
    Torn,
    Meanwhile,
    CrashDesk,
    CrashHub,
    Restore,
    Clock,
    Twin,
    Role,
    Old,
    Files,
    Publish,
    Delete,
    Editor,
    Resolve,
}

const TRAITS: [(Trait, u64); 18] = [
    (Trait::Lost, 50),
    (Trait::Late, 35),
    (Trait::Twice, 35),
    (Trait::Older, 35),
    (Trait::Torn, 30),
    (Trait::Meanwhile, 40),
    (Trait::CrashDesk, 45),
    (Trait::CrashHub, 40),
    (Trait::Restore, 25),
    (Trait::Clock, 20),
    (Trait::Twin, 20),
    (Trait::Role, 12),
    (Trait::Old, 20),
    (Trait::Files, 25),
    (Trait::Publish, 50),
    (Trait::Delete, 35),
    (Trait::Editor, 30),
    (Trait::Resolve, 30),
];

/// Makes up a story.
struct Author {
    roll: Roll,
    may: Vec<Trait>,
    people: usize,
    words: u32,
}

/// Seeds from here on are of stories that are led to where chance alone comes once in thousands: a hub that is
/// restored to before a file came, and gets the publication that shows it again before it gets the file.
pub const LED: u64 = 1 << 62;

/// The story of a seed.
pub fn story(seed: u64) -> Story {
    match seed < LED {
        true => wandering(seed),
        false => led(seed),
    }
}

/// A page, a backup; a file on it, published by whoever may; and the hub as it was at the backup. Around that,
/// people write and the usual faults happen.
fn led(seed: u64) -> Story {
    let mut author = Author {
        roll: Roll::new(seed),
        may: vec![Trait::Lost, Trait::Late, Trait::Twice, Trait::Publish],
        people: 2,
        words: 0,
    };
    let word = author.word();
    let size = 1 + u32::try_from(author.roll.below(90)).unwrap_or(0);
    let who = author.who();
    let milestones = [
        What::Act(0, Act::New(word)),
        What::Wait,
        What::Backup,
        What::Act(who, Act::Attach(0, size)),
        What::Act(1, Act::Publish(0)),
        What::Wait,
        What::Restore,
    ];
    let mut steps = Vec::new();
    for what in milestones {
        // While nothing happens all that was done arrives.
        let after = match what {
            What::Wait => 30_000,
            _ => author.roll.below(4_000),
        };
        steps.push(Step { after, what });
        let aside = author.roll.index(2);
        steps.extend((0..aside).map(|_| author.step(Author::what)));
    }
    Story {
        seed,
        people: author.people,
        replay: author.roll.percent(30),
        steps,
    }
}

fn wandering(seed: u64) -> Story {
    let mut roll = Roll::new(seed);
    let may = TRAITS
        .iter()
        .filter(|(_, chance)| roll.percent(*chance))
        .map(|(it, _)| *it)
        .collect();
    let people = 2 + roll.index(3);
    let replay = roll.percent(30);
    let length = 8 + roll.index(18);
    let mut author = Author {
        roll,
        may,
        people,
        words: 0,
    };
    Story {
        seed,
        people,
        replay,
        steps: author.steps(length),
    }
}

impl Author {
    fn may(&self, it: Trait) -> bool {
        self.may.contains(&it)
    }

    fn steps(&mut self, length: usize) -> Vec<Step> {
        let first = self.step(|author| What::Act(0, Act::New(author.word())));
        let rest = (1..length).map(|_| self.step(Self::what));
        let mut steps = vec![first];
        steps.extend(rest);
        steps
    }

    fn step(&mut self, what: impl FnOnce(&mut Self) -> What) -> Step {
        let after = match self.roll.below(10) {
            0..4 => self.roll.below(150),
            4..8 => self.roll.below(2_500),
            _ => self.roll.below(20_000),
        };
        Step {
            after,
            what: what(self),
        }
    }

    fn word(&mut self) -> u32 {
        self.words += 1;
        self.words
    }

    fn who(&mut self) -> usize {
        self.roll.index(self.people)
    }

    fn what(&mut self) -> What {
        if self.roll.percent(62) {
            return What::Act(self.who(), self.act());
        }
        self.trouble().unwrap_or(What::Wait)
    }

    fn act(&mut self) -> Act {
        let page = self.roll.index(4);
        let at = self.roll.index(4);
        let on = |may: bool, weight| if may { weight } else { 0 };
        let table = [
            (10, 0),
            (14, 1),
            (8, 2),
            (24, 3),
            (14, 4),
            (8, 5),
            (on(self.may(Trait::Editor), 12), 6),
            (6, 7),
            (on(self.may(Trait::Files), 12), 8),
            (on(self.may(Trait::Files), 3), 9),
            (on(self.may(Trait::Publish), 18), 10),
            (on(self.may(Trait::Publish), 4), 11),
            (on(self.may(Trait::Delete), 8), 12),
            (on(self.may(Trait::Resolve), 12), 13),
        ];
        match self.roll.weighted(&table) {
            Some(0) => Act::New(self.word()),
            Some(1) => Act::Title(page, self.word()),
            Some(2) => Act::Summary(page, self.word()),
            Some(4) => Act::Replace(page, at, self.word()),
            Some(5) => Act::Drop(page, at),
            Some(6) => Act::Open(page),
            Some(7) => Act::Topic(page, at),
            Some(8) => Act::Attach(page, 1 + u32::try_from(self.roll.below(90)).unwrap_or(0)),
            Some(9) => Act::Detach(page),
            Some(10) => Act::Publish(page),
            Some(11) => Act::Unpublish(page),
            Some(12) => Act::Delete(page),
            Some(13) => Act::Resolve(page, at),
            _ => Act::Insert(page, at, self.word()),
        }
    }

    fn trouble(&mut self) -> Option<What> {
        let it = self.roll.index(self.may.len().max(1));
        let it = *self.may.get(it)?;
        let who = self.who();
        let line = |fate| Some(What::Line(who, fate));
        match it {
            Trait::Lost => {
                let table = [
                    (2, Fate::RequestLost),
                    (4, Fate::AnswerLost),
                    (1, Fate::NoLine),
                ];
                line(self.roll.weighted(&table)?.clone())
            }
            Trait::Late => match self.roll.percent(70) {
                true => line(Fate::Late(500 + self.roll.below(40_000))),
                false => line(Fate::Slow(500 + self.roll.below(4_000))),
            },
            Trait::Twice => line(Fate::Twice),
            Trait::Older => line(Fate::AfterOlder(self.roll.below(101))),
            Trait::Torn => line(Fate::Torn(self.roll.below(100))),
            Trait::Meanwhile => line(Fate::Meanwhile(self.act())),
            Trait::CrashDesk => Some(self.crash_desk(who)),
            Trait::CrashHub => {
                let commits = u32::try_from(self.roll.below(5)).unwrap_or(0);
                Some(What::CrashHub(commits, self.side()))
            }
            Trait::Restore => Some(match self.roll.percent(55) {
                true => What::Backup,
                false => What::Restore,
            }),
            Trait::Clock => {
                let by = if self.roll.percent(50) { YEAR } else { -YEAR };
                Some(match self.roll.percent(70) {
                    true => What::Clock(who, by),
                    false => What::HubClock(by),
                })
            }
            Trait::Twin => Some(What::Twin(who)),
            Trait::Old => Some(What::Old(who)),
            Trait::Role => Some(What::Role(who, self.role())),
            Trait::Files | Trait::Publish | Trait::Delete | Trait::Editor | Trait::Resolve => None,
        }
    }

    fn crash_desk(&mut self, who: usize) -> What {
        if self.roll.percent(30) {
            return What::Kill(who);
        }
        let commits = u32::try_from(self.roll.below(6)).unwrap_or(0);
        What::CrashDesk(who, commits, self.side())
    }

    fn side(&mut self) -> Side {
        match self.roll.percent(50) {
            true => Side::Before,
            false => Side::After,
        }
    }

    fn role(&mut self) -> Role {
        let table = [
            (4, Role::Bibliotecario),
            (3, Role::Impiegato),
            (2, Role::Volontario),
        ];
        *self.roll.weighted(&table).unwrap_or(&Role::Impiegato)
    }
}
