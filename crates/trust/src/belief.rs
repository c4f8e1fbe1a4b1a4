//! From the Official Journal to the anchors: list of lists, pivots, national lists (TS 119 615, 4.1 and 4.2).

use crate::list::{Kind, List, Pointer};
use crate::roots::Roots;
use crate::{SignatureError, TrustError, anchors};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use signing::Anchors;
use std::collections::BTreeMap;

/// The lists as they were published, byte for byte; nobody checked them yet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sources {
    /// The European list of lists.
    pub list_of_lists: Vec<u8>,
    /// Its earlier issues that announced other signers ("pivots"), in any order; empty where the signers are
    /// still those of the Official Journal.
    pub pivots: Vec<Vec<u8>>,
    /// National lists.
    pub lists: Vec<Vec<u8>>,
}

impl Sources {
    /// Files as they were published, in any order: each says itself what it is. Of two issues of a national list the
    /// later one is taken; the latest list of lists is the list, earlier ones are its pivots.
    ///
    /// # Errors
    /// Those of [`List::claims`], where a file is no list. Nothing is checked yet.
    pub fn of(files: impl IntoIterator<Item = Vec<u8>>) -> Result<Self, TrustError> {
        let mut unions = BTreeMap::new();
        let mut nations: BTreeMap<String, (u64, Vec<u8>)> = BTreeMap::new();
        for file in files {
            let claims = List::claims(&file)?;
            match claims.kind {
                Kind::Lists => {
                    unions.insert(claims.sequence, file);
                }
                Kind::Services => {
                    let newer = |(sequence, _): &(u64, Vec<u8>)| claims.sequence > *sequence;
                    if nations.get(&claims.territory).is_none_or(newer) {
                        nations.insert(claims.territory, (claims.sequence, file));
                    }
                }
            }
        }
        let list_of_lists = unions.pop_last().map(|(_, file)| file);
        Ok(Self {
            list_of_lists: list_of_lists.unwrap_or_default(),
            pivots: unions.into_values().collect(),
            lists: nations.into_values().map(|(_, file)| file).collect(),
        })
    }

    /// Where the national lists are published, and who signs them, as the list of lists says once it is checked.
    ///
    /// # Errors
    /// Where the list of lists does not hold.
    pub fn pointers(&self, roots: &Roots) -> Result<Vec<Pointer>, TrustError> {
        let mut pointers = list_of_lists(self, roots)?.pointers;
        pointers.retain(|pointer| pointer.kind == Kind::Services);
        Ok(pointers)
    }
}

/// What is believed after every check.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Belief {
    /// For the verification of signatures.
    pub anchors: Anchors,
    /// The lists that hold.
    pub lists: Vec<Known>,
    /// National lists that do not: of which territory they say they are, and why. The others are used all the
    /// same.
    pub refused: Vec<(String, String)>,
}

/// A list that is believed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// `EU` for the list of lists.
    pub territory: String,
    /// Its number.
    pub sequence: u64,
    /// When it was issued.
    pub issued: Timestamp,
    /// When the next one was due; none for a closed list.
    pub next_update: Option<Timestamp>,
}

/// The territory of the list of lists.
const UNION: &str = "EU";

impl Belief {
    /// Checks everything from the beginning.
    ///
    /// `before` is what was believed until now: no list goes back to an earlier issue, so that nobody brings back
    /// a provider that was withdrawn since.
    ///
    /// # Errors
    /// Where the list of lists does not hold, nothing does. A national list that does not is named in
    /// [`Belief::refused`].
    pub fn check(sources: &Sources, roots: &Roots, before: &[Known]) -> Result<Self, TrustError> {
        let union = list_of_lists(sources, roots)?;
        not_older(&union, before)?;
        let mut belief = Self {
            lists: vec![Known::of(&union)],
            ..Self::default()
        };
        for bytes in &sources.lists {
            match national(bytes, &union, before) {
                Ok(list) => {
                    belief.anchors.anchors.extend(anchors::of(&list));
                    belief.lists.push(Known::of(&list));
                }
                Err((territory, error)) => belief.refused.push((territory, error.to_string())),
            }
        }
        belief.anchors.issued = belief.lists.iter().map(|list| list.issued).min();
        belief.anchors.next_update = belief
            .lists
            .iter()
            .filter_map(|list| list.next_update)
            .min();
        Ok(belief)
    }
}

impl Known {
    fn of(list: &List) -> Self {
        Self {
            territory: list.territory.clone(),
            sequence: list.sequence,
            issued: list.issued,
            next_update: list.next_update,
        }
    }
}

/// Follows the pivots: each one is signed by those that the one before it names (the first by those of the
/// Official Journal), and names those after it.
fn list_of_lists(sources: &Sources, roots: &Roots) -> Result<List, TrustError> {
    let mut pivots = Vec::new();
    for bytes in &sources.pivots {
        pivots.push((List::claims(bytes)?.sequence, bytes));
    }
    pivots.sort_by_key(|(sequence, _)| *sequence);
    let mut signers = roots.0.clone();
    let mut begun = false;
    for (_, bytes) in pivots {
        match List::check(bytes, &signers) {
            Ok(pivot) if is_union(&pivot) => {
                signers = pivot.signers(Kind::Lists, UNION);
                begun = true;
            }
            Ok(_) => return Err(TrustError::NotAList("list of lists")),
            // A pivot from before the notice that the roots are from: it adds nothing.
            Err(TrustError::Signature(SignatureError::UnknownSigner)) if !begun => {}
            Err(error) => return Err(error),
        }
    }
    let list = List::check(&sources.list_of_lists, &signers)?;
    match is_union(&list) {
        true => Ok(list),
        false => Err(TrustError::NotAList("list of lists")),
    }
}

fn is_union(list: &List) -> bool {
    list.kind == Kind::Lists && list.territory == UNION
}

fn national(bytes: &[u8], union: &List, before: &[Known]) -> Result<List, (String, TrustError)> {
    let claims = List::claims(bytes).map_err(|error| (String::new(), error))?;
    let territory = claims.territory;
    let check = || {
        let signers = union.signers(Kind::Services, &territory);
        if signers.is_empty() {
            return Err(TrustError::NoPointer(territory.clone()));
        }
        let list = List::check(bytes, &signers)?;
        // What was checked is what counts; a claim that differs was made to pick other signers.
        if list.kind != Kind::Services || list.territory != territory {
            return Err(TrustError::NotAList("SchemeTerritory"));
        }
        not_older(&list, before)?;
        Ok(list)
    };
    check().map_err(|error| (territory.clone(), error))
}

fn not_older(list: &List, before: &[Known]) -> Result<(), TrustError> {
    let known = before
        .iter()
        .filter(|known| known.territory == list.territory)
        .map(|known| known.sequence)
        .max();
    match known {
        Some(known) if list.sequence < known => Err(TrustError::RolledBack {
            given: list.sequence,
            known,
        }),
        _ => Ok(()),
    }
}
