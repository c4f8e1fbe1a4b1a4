//! Downloading the lists: list of lists, the pivots that it announces, the national lists that it points to. What did
//! not change is not fetched again.

use super::ListsError;
use super::lists::{merged, write};
use super::net::{Fetched, NetError, Validators};
use crate::Hub;
use serde_json::Error as JsonError;
use std::collections::BTreeMap;
use std::time::Duration;
use trust::{Belief, List, MAX_LIST, Sources};

/// Between two downloads.
const EVERY: Duration = Duration::from_secs(24 * 3600);
/// After one that failed.
const AGAIN: Duration = Duration::from_secs(3600);
/// The most pivots: the European list has had six at once.
const PIVOTS: usize = 16;
/// What servers said of each address.
const STATE: &str = "scaricati.json";

type Seen = BTreeMap<String, Validators>;

impl Hub {
    /// Downloads the lists and takes them.
    ///
    /// # Errors
    /// [`ListsError`]; what was served before still is. A national list that cannot be had holds up none of the others.
    pub async fn fetch_lists(&self) -> Result<Belief, ListsError> {
        let hub = self.clone();
        let (kept, mut seen) = self
            .off_thread(move || Ok((hub.kept_lists()?, hub.seen_lists())))
            .await?;
        let kept = Sources::of(kept)?;
        if kept.list_of_lists.is_empty() {
            seen.clear();
        }
        let mut new = Vec::new();
        let settings = &self.config().firma.lists;
        self.fetch_list(&settings.list_of_lists, &mut seen, &mut new)
            .await?;
        let union = merged(Sources::of(new.clone())?, &kept)?.list_of_lists;
        for pivot in pivots(&settings.list_of_lists, &union)? {
            self.fetch_list(&pivot, &mut seen, &mut new).await?;
        }
        let all = merged(Sources::of(new.clone())?, &kept)?;
        for pointer in all.pointers(&self.roots()?)? {
            if settings.territories.contains(&pointer.territory) {
                let fetched = self
                    .fetch_list(&pointer.location, &mut seen, &mut new)
                    .await;
                if let Err(error) = fetched {
                    tracing::warn!(%error, "a national list could not be downloaded");
                }
            }
        }
        let hub = self.clone();
        self.off_thread(move || {
            let belief = hub.take_lists(new)?;
            hub.keep_seen(&seen)?;
            Ok(belief)
        })
        .await
    }

    /// Once a day, where that is set.
    pub(crate) async fn fetch_lists_forever(self) {
        if !self.config().firma.lists.fetch {
            return;
        }
        loop {
            let rest = match self.fetch_lists().await {
                Ok(_) => EVERY,
                Err(error) => {
                    tracing::error!(%error, "the trusted lists could not be renewed");
                    AGAIN
                }
            };
            tokio::time::sleep(rest).await;
        }
    }

    async fn fetch_list(
        &self,
        url: &str,
        seen: &mut Seen,
        new: &mut Vec<Vec<u8>>,
    ) -> Result<(), ListsError> {
        let of = |error: NetError| ListsError::Net(url.to_owned(), error);
        let since = seen.get(url).cloned().unwrap_or_default();
        let fetched = self.net().map_err(of)?.get(url, &since, MAX_LIST).await;
        let Some(Fetched { bytes, validators }) = fetched.map_err(of)? else {
            return Ok(());
        };
        // What is no list is told with its address; nothing of it is kept.
        List::claims(&bytes).map_err(|error| ListsError::File(url.to_owned(), error))?;
        seen.insert(url.to_owned(), validators);
        new.push(bytes);
        Ok(())
    }

    fn seen_lists(&self) -> Seen {
        let json = std::fs::read(self.lists_folder().join(STATE)).unwrap_or_default();
        serde_json::from_slice(&json).unwrap_or_default()
    }

    fn keep_seen(&self, seen: &Seen) -> Result<(), ListsError> {
        let json = serde_json::to_vec(seen)
            .map_err(|error: JsonError| ListsError::Storage(error.into()))?;
        write(&self.lists_folder().join(STATE), &json)
    }

    async fn off_thread<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, ListsError> + Send + 'static,
    ) -> Result<T, ListsError> {
        let done = self.config().work.run(work).await;
        done.unwrap_or_else(|error| Err(std::io::Error::other(error.to_string()).into()))
    }
}

/// The pivots that a list of lists announces among the addresses of its scheme, where they are beside it: the list is
/// not checked yet, and must not send us anywhere else.
fn pivots(place: &str, union: &[u8]) -> Result<Vec<String>, ListsError> {
    let beside = place.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut addresses = List::claims(union)?.addresses;
    addresses.retain(|address| {
        let name = address.strip_prefix(beside).unwrap_or_default();
        let name = name.strip_prefix('/').unwrap_or_default();
        name.contains("pivot") && name.ends_with(".xml") && !name.contains('/')
    });
    addresses.sort();
    addresses.dedup();
    addresses.truncate(PIVOTS);
    Ok(addresses)
}
