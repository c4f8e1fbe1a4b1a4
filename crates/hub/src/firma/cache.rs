//! Answers that serve more than one device, as long as they are fresh, and long ones while they are fetched.

use domain::UnixMs;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Bytes kept in all.
const MOST: usize = 128 * 1024 * 1024;

type Hash = [u8; 32];

/// Bounded, in memory: what is lost is asked again.
#[derive(Default)]
pub(super) struct Cache {
    things: BTreeMap<Hash, Kept>,
    /// The answer to a question, and until when it is.
    answers: BTreeMap<Hash, (Hash, UnixMs)>,
    bytes: usize,
    uses: u64,
}

struct Kept {
    bytes: Arc<Vec<u8>>,
    used: u64,
}

impl Cache {
    /// What has this hash.
    pub(super) fn thing(&mut self, hash: &Hash) -> Option<Arc<Vec<u8>>> {
        self.uses += 1;
        let kept = self.things.get_mut(hash)?;
        kept.used = self.uses;
        Some(kept.bytes.clone())
    }

    /// The answer to a question that was answered before, where it is still fresh.
    pub(super) fn answer(&mut self, question: &Hash, now: UnixMs) -> Option<Arc<Vec<u8>>> {
        let (hash, until) = *self.answers.get(question)?;
        if until <= now {
            self.answers.remove(question);
            return None;
        }
        self.thing(&hash)
    }

    /// Keeps bytes so that they can be fetched by their hash.
    pub(super) fn keep(&mut self, bytes: Vec<u8>) -> (Hash, Arc<Vec<u8>>) {
        let hash = *blake3::hash(&bytes).as_bytes();
        if let Some(known) = self.thing(&hash) {
            return (hash, known);
        }
        self.bytes += bytes.len();
        let bytes = Arc::new(bytes);
        let used = self.uses;
        self.things.insert(
            hash,
            Kept {
                bytes: bytes.clone(),
                used,
            },
        );
        self.make_room(&hash);
        (hash, bytes)
    }

    /// The same, as the answer to a question until a time.
    pub(super) fn put(&mut self, question: Hash, bytes: Vec<u8>, until: UnixMs) -> Arc<Vec<u8>> {
        let (hash, bytes) = self.keep(bytes);
        self.answers.insert(question, (hash, until));
        bytes
    }

    /// What was not used for longest goes.
    fn make_room(&mut self, newest: &Hash) {
        while self.bytes > MOST {
            let others = self.things.iter().filter(|(hash, _)| *hash != newest);
            let Some(oldest) = others
                .min_by_key(|(_, kept)| kept.used)
                .map(|(hash, _)| *hash)
            else {
                return;
            };
            if let Some(kept) = self.things.remove(&oldest) {
                self.bytes -= kept.bytes.len();
            }
            self.answers.retain(|_, (hash, _)| *hash != oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_fresh_until_its_time_and_what_is_not_used_goes_first() {
        let mut cache = Cache::default();
        cache.put([1; 32], vec![1; MOST / 2], 100);
        cache.put([2; 32], vec![2; MOST / 2], 100);
        assert!(cache.answer(&[1; 32], 99).is_some());
        assert!(cache.answer(&[3; 32], 99).is_none());
        cache.put([3; 32], vec![3; 1], 100);
        assert!(cache.answer(&[2; 32], 99).is_none(), "the room is needed");
        assert!(cache.answer(&[1; 32], 99).is_some());
        assert!(cache.answer(&[1; 32], 100).is_none(), "it is old");
    }
}
