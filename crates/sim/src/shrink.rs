//! Makes a failing story short: what can be left out while it still fails is left out.

use crate::run::{Broken, Teller};
use crate::story::{Step, Story};

/// A story that fails, and how.
#[derive(Debug, Clone)]
pub struct Failing {
    /// The story.
    pub story: Story,
    /// How it fails.
    pub broken: Broken,
}

/// Tells at most so many stories while shrinking.
const TRIES: usize = 1_500;

/// Finds a short story in which the same law is broken.
pub struct Shrinker<'a> {
    teller: &'a Teller,
    found: Failing,
    tries: usize,
}

/// The shortest story found that breaks the same law.
pub fn shrink(teller: &Teller, failing: Failing) -> Failing {
    let mut shrinker = Shrinker {
        teller,
        found: failing,
        tries: 0,
    };
    while shrinker.shorter() || shrinker.simpler() {}
    shrinker.found
}

impl Shrinker<'_> {
    /// Whether the story still fails in the same way; then it is the one we have.
    fn try_it(&mut self, story: Story) -> bool {
        if self.tries >= TRIES {
            return false;
        }
        self.tries += 1;
        match self.teller.tell(&story).broken {
            Some(broken) if broken.law == self.found.broken.law => {
                self.found = Failing { story, broken };
                true
            }
            _ => false,
        }
    }

    /// Leaves steps out, many at a time first.
    fn shorter(&mut self) -> bool {
        let mut any = false;
        let mut size = self.found.story.steps.len().div_ceil(2);
        while size > 0 {
            let mut at = 0;
            while at < self.found.story.steps.len() {
                if self.try_it(without(&self.found.story, at, size)) {
                    any = true;
                } else {
                    at += size;
                }
            }
            size = match size {
                1 => 0,
                more => more.div_ceil(2),
            };
        }
        any
    }

    /// Fewer people, no waiting, no replay.
    fn simpler(&mut self) -> bool {
        let story = self.found.story.clone();
        let mut any = false;
        if story.people > 1 {
            any |= self.try_it(Story {
                people: story.people - 1,
                ..story.clone()
            });
        }
        if self.found.story.replay && self.found.broken.law != "replay" {
            let mut quiet = self.found.story.clone();
            quiet.replay = false;
            any |= self.try_it(quiet);
        }
        for at in 0..self.found.story.steps.len() {
            any |= self.try_at_once(at);
        }
        any
    }

    fn try_at_once(&mut self, at: usize) -> bool {
        let mut story = self.found.story.clone();
        match story.steps.get_mut(at) {
            Some(Step { after, .. }) if *after > 0 => *after = 0,
            _ => return false,
        }
        self.try_it(story)
    }
}

fn without(story: &Story, at: usize, size: usize) -> Story {
    let kept = |index: &usize| !(at..at + size).contains(index);
    let steps = story.steps.iter().enumerate();
    let steps = steps.filter(|(index, _)| kept(index));
    Story {
        steps: steps.map(|(_, step)| step.clone()).collect(),
        ..story.clone()
    }
}
