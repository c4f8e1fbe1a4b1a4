//! What waits to be told to the app about one page: one thing at a time, in order, the newest value of
//! a field instead of every keystroke. Pure; [`super::saver`] drives it.

use domain::FileRef;
use domain::sito::{Argomento, FieldChange, Fields};
use std::collections::VecDeque;

/// One thing to tell the app.
#[derive(Debug, Clone, PartialEq)]
pub enum Job {
    /// A field's new value.
    Set(FieldChange),
    /// A topic more or less.
    Topic(Argomento, bool),
    /// A file more or less.
    Attach(FileRef, bool),
    /// The text, as the editor last handed it over.
    Text,
    /// Ask for publication.
    Publish,
    /// Take the page off the public site.
    Withdraw,
}

/// The queue.
#[derive(Debug, Default)]
pub struct Queue {
    waiting: VecDeque<Job>,
    flying: Option<Job>,
}

impl Queue {
    /// One more thing to tell. A newer value takes the place of one that has not left yet.
    pub fn push(&mut self, job: Job) {
        self.waiting.retain(|old| !supersedes(&job, old));
        self.waiting.push_back(job);
    }

    /// The next thing to tell, unless one is under way.
    pub fn start(&mut self) -> Option<Job> {
        if self.flying.is_some() {
            return None;
        }
        self.flying = self.waiting.pop_front();
        self.flying.clone()
    }

    /// The thing under way was taken.
    pub fn done(&mut self) {
        self.flying = None;
    }

    /// The thing under way was not taken. A value waits for another try, behind the others, so that
    /// one that is never taken holds up nobody. A request is dropped: the person asks again. A text is
    /// dropped too: the editor hands it over again by itself.
    pub fn failed(&mut self) {
        let Some(job) = self.flying.take() else {
            return;
        };
        let newer = self.waiting.iter().any(|waiting| supersedes(waiting, &job));
        if !newer && matches!(job, Job::Set(_) | Job::Topic(..) | Job::Attach(..)) {
            self.waiting.push_back(job);
        }
    }

    /// Nothing waits and nothing is under way.
    pub fn is_idle(&self) -> bool {
        self.waiting.is_empty() && self.flying.is_none()
    }

    /// Puts what was not taken yet over what the app knows.
    pub fn overlay(&self, fields: &mut Fields) {
        for job in self.flying.iter().chain(&self.waiting) {
            overlay(job, fields);
        }
    }
}

/// Puts one thing over the fields.
pub fn overlay(job: &Job, fields: &mut Fields) {
    match job {
        Job::Set(change) => change.clone().set(fields),
        Job::Topic(topic, true) => {
            fields.topics.insert(topic.clone());
        }
        Job::Topic(topic, false) => {
            fields.topics.remove(topic);
        }
        Job::Attach(file, true) => {
            if !fields.attachments.iter().any(|it| it.id == file.id) {
                fields.attachments.push(file.clone());
            }
        }
        Job::Attach(file, false) => fields.attachments.retain(|it| it.id != file.id),
        Job::Text | Job::Publish | Job::Withdraw => {}
    }
}

fn supersedes(new: &Job, old: &Job) -> bool {
    match (new, old) {
        (Job::Set(new), Job::Set(old)) => new.field() == old.field(),
        (Job::Topic(new, _), Job::Topic(old, _)) => new == old,
        (Job::Attach(new, _), Job::Attach(old, _)) => new.id == old.id,
        (Job::Text, Job::Text) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn title(words: &str) -> Job {
        Job::Set(FieldChange::Title(words.into()))
    }

    #[test]
    fn one_thing_flies_at_a_time_and_the_newest_value_takes_the_place_of_older_ones() {
        let mut queue = Queue::default();
        queue.push(title("N"));
        assert_eq!(queue.start(), Some(title("N")));
        queue.push(title("Ne"));
        queue.push(title("Neve"));
        assert_eq!(queue.start(), None, "the first is still under way");
        queue.done();
        assert_eq!(queue.start(), Some(title("Neve")));
        queue.done();
        assert!(queue.is_idle());
    }

    #[test]
    fn a_request_leaves_after_the_words_written_before_it() {
        let mut queue = Queue::default();
        queue.push(Job::Text);
        queue.push(title("Neve"));
        queue.push(Job::Publish);
        let mut order = Vec::new();
        while let Some(job) = queue.start() {
            order.push(job);
            queue.done();
        }
        assert_eq!(order, [Job::Text, title("Neve"), Job::Publish]);
    }

    #[test]
    fn what_failed_is_tried_again_unless_something_newer_waits() {
        let mut queue = Queue::default();
        queue.push(title("Neve"));
        queue.start();
        queue.failed();
        assert_eq!(queue.start(), Some(title("Neve")));
        queue.push(title("Neve e gelo"));
        queue.failed();
        assert_eq!(queue.start(), Some(title("Neve e gelo")));
        queue.done();
        queue.push(Job::Publish);
        queue.start();
        queue.failed();
        assert!(
            queue.is_idle(),
            "a request is not repeated behind the person's back"
        );
    }

    #[test]
    fn what_waits_is_seen_at_once() {
        let mut queue = Queue::default();
        let sport = Argomento::named("Sport");
        queue.push(title("Neve"));
        queue.start();
        if let Some(topic) = sport {
            queue.push(Job::Topic(topic, true));
        }
        let mut fields = Fields::default();
        queue.overlay(&mut fields);
        assert_eq!((fields.title.as_str(), fields.topics.len()), ("Neve", 1));
    }
}
