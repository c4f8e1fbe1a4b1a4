//! From the roots to the anchors: list of lists, pivots, the national list, and their ages.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests panic")]

mod common;

use common::{GENERIC, Holder, IDV, LISTS, QC, QTST, SEALS, SIGNATURES, Text, pointer, service};
use signing::{Service, Standing};
use trust::{Belief, Freshness, Roots, SignatureError, Sources, TrustError};

struct World {
    journal: Holder,
    agid: Holder,
    authority: Holder,
}

impl World {
    fn new() -> Self {
        Self {
            journal: Holder::p256("European Commission"),
            agid: Holder::p256("AgID"),
            authority: Holder::p256("Authority"),
        }
    }

    fn roots(&self) -> Roots {
        Roots::of([self.journal.certificate.as_slice()])
    }

    fn union(&self) -> Text {
        Text {
            kind: LISTS,
            territory: "EU",
            sequence: 300,
            pointers: pointer(LISTS, "EU", &[&self.journal])
                + &pointer(GENERIC, "IT", &[&self.agid]),
            ..Text::default()
        }
    }

    fn italy(&self) -> Text {
        let granted = (QC, "granted", "2016-06-30T22:00:00Z", SIGNATURES);
        let before = [
            (QC, "undersupervision", "2012-01-01T00:00:00Z", ""),
            (QC, "accredited", "2014-01-01T00:00:00Z", ""),
        ];
        Text {
            services: service("CA", &self.authority.certificate, granted, &before),
            ..Text::default()
        }
    }

    fn sources(&self) -> Sources {
        Sources {
            list_of_lists: self.union().signed(&self.journal),
            pivots: Vec::new(),
            lists: vec![self.italy().signed(&self.agid)],
        }
    }
}

fn at(text: &str) -> jiff::Timestamp {
    text.parse().unwrap()
}

#[test]
fn a_sound_chain_gives_anchors_with_their_history() {
    let world = World::new();
    let belief = Belief::check(&world.sources(), &world.roots(), &[]).unwrap();
    assert_eq!(belief.refused, []);
    let [anchor] = belief.anchors.anchors.as_slice() else {
        panic!("{:?}", belief.anchors);
    };
    assert_eq!(anchor.certificate, world.authority.certificate);
    assert_eq!(anchor.service, Service::QualifiedSignatures);
    assert_eq!(anchor.provider, "Fiducia di Prova & C.");
    assert_eq!(
        anchor.history,
        [
            (at("2012-01-01T00:00:00Z"), Standing::Granted),
            (at("2014-01-01T00:00:00Z"), Standing::Granted),
            (at("2016-06-30T22:00:00Z"), Standing::Granted),
        ]
    );
    assert_eq!(belief.anchors.issued, Some(at("2026-11-01T08:00:00Z")));
    assert_eq!(belief.anchors.next_update, Some(at("2027-05-01T00:00:00Z")));
    let known: Vec<_> = belief
        .lists
        .iter()
        .map(|list| (list.territory.as_str(), list.sequence))
        .collect();
    assert_eq!(known, [("EU", 300), ("IT", 7)]);
}

#[test]
fn each_purpose_has_its_own_history() {
    let world = World::new();
    let der = &world.authority.certificate;
    let services = [
        // For signatures until 2018, for seals since.
        service(
            "CA",
            der,
            (QC, "granted", "2018-01-01T00:00:00Z", SEALS),
            &[(QC, "granted", "2016-07-01T00:00:00Z", SIGNATURES)],
        ),
        service(
            "TSA",
            der,
            (QTST, "withdrawn", "2020-01-01T00:00:00Z", ""),
            &[(QTST, "granted", "2017-01-01T00:00:00Z", "")],
        ),
        service(
            "CN=Issuing sub CA for the Italian Electronic Identity Card - SUBCA1",
            der,
            (IDV, "recognisedatnationallevel", "2016-07-01T00:00:00Z", ""),
            &[],
        ),
        service(
            "CNS",
            der,
            (IDV, "recognisedatnationallevel", "2016-07-01T00:00:00Z", ""),
            &[],
        ),
        // A qualified authority that says nothing of what for, after the Regulation: of unknown quality.
        service("web", der, (QC, "granted", "2019-01-01T00:00:00Z", ""), &[]),
        // A status that no version of the standard has.
        service(
            "odd",
            der,
            (QC, "splendid", "2019-01-01T00:00:00Z", SIGNATURES),
            &[],
        ),
    ];
    let italy = Text {
        services: services.concat(),
        ..world.italy()
    };
    let sources = Sources {
        lists: vec![italy.signed(&world.agid)],
        ..world.sources()
    };
    let belief = Belief::check(&sources, &world.roots(), &[]).unwrap();
    let found: Vec<_> = belief
        .anchors
        .anchors
        .iter()
        .map(|anchor| {
            (
                anchor.service,
                anchor
                    .history
                    .iter()
                    .map(|(_, standing)| *standing)
                    .collect::<Vec<_>>(),
            )
        })
        .collect();
    use Standing::{Granted, Withdrawn};
    assert_eq!(
        found,
        [
            (Service::QualifiedSignatures, vec![Granted, Withdrawn]),
            (Service::QualifiedSeals, vec![Withdrawn, Granted]),
            (Service::QualifiedTimeStamps, vec![Granted, Withdrawn]),
            (Service::IdentityCard, vec![Granted]),
            (Service::Other, vec![Granted]),
            (Service::Other, vec![Granted]),
        ]
    );
}

#[test]
fn pivots_hand_the_signature_on() {
    let world = World::new();
    let (second, third) = (Holder::p256("second"), Holder::p256("third"));
    let pivot = |sequence, next: &Holder, by: &Holder| {
        Text {
            sequence,
            pointers: pointer(LISTS, "EU", &[next]),
            ..world.union()
        }
        .signed(by)
    };
    let first = pivot(282, &second, &world.journal);
    let last = pivot(300, &third, &second);
    let newest = Text {
        sequence: 341,
        ..world.union()
    };
    let chain = Sources {
        list_of_lists: newest.signed(&third),
        // The order in which they came does not matter.
        pivots: vec![last.clone(), first.clone()],
        ..world.sources()
    };
    let belief = Belief::check(&chain, &world.roots(), &[]).unwrap();
    assert_eq!(belief.lists[0].sequence, 341);
    assert_eq!(belief.anchors.anchors.len(), 1);

    // A link is missing.
    let broken = Sources {
        pivots: vec![last.clone()],
        ..chain.clone()
    };
    let error = TrustError::Signature(SignatureError::UnknownSigner);
    assert_eq!(
        Belief::check(&broken, &world.roots(), &[]),
        Err(error.clone())
    );
    // Who was replaced signs no more.
    let replaced = Sources {
        list_of_lists: newest.signed(&world.journal),
        ..chain.clone()
    };
    assert_eq!(
        Belief::check(&replaced, &world.roots(), &[]),
        Err(error.clone())
    );
    // Roots of a later notice: the pivot from before it is passed over.
    let later = Roots::of([second.certificate.as_slice()]);
    assert!(Belief::check(&chain, &later, &[]).is_ok());
    // A pivot in between that somebody changed.
    let mut text = String::from_utf8(last).unwrap();
    text = text.replace("2026-11-01T08", "2026-11-01T09");
    let changed = Sources {
        pivots: vec![first, text.into_bytes()],
        ..chain
    };
    assert!(matches!(
        Belief::check(&changed, &world.roots(), &[]),
        Err(TrustError::Signature(_))
    ));
}

#[test]
fn only_the_list_of_lists_names_who_signs_for_a_country() {
    let world = World::new();
    let refused = |lists: Vec<Vec<u8>>| {
        let belief = Belief::check(
            &Sources {
                lists,
                ..world.sources()
            },
            &world.roots(),
            &[],
        )
        .unwrap();
        assert_eq!(belief.anchors.anchors, []);
        belief.refused
    };
    let stranger = Holder::p256("stranger");
    let one = refused(vec![world.italy().signed(&stranger)]);
    assert_eq!(one[0].0, "IT");
    // AgID signs for Italy, not for San Marino.
    let elsewhere = Text {
        territory: "SM",
        ..world.italy()
    };
    assert!(
        refused(vec![elsewhere.signed(&world.agid)])[0]
            .1
            .contains("no pointer")
    );
    // Nor a list of lists.
    let lists = Text {
        kind: LISTS,
        ..world.italy()
    };
    assert_eq!(refused(vec![lists.signed(&world.agid)]).len(), 1);
    assert_eq!(refused(vec![b"<html>404</html>".to_vec()]).len(), 1);
    // The list of lists itself cannot be a national one.
    let sources = Sources {
        list_of_lists: world.italy().signed(&world.journal),
        ..world.sources()
    };
    assert!(Belief::check(&sources, &world.roots(), &[]).is_err());
    // A bad one leaves the good one in its place.
    let lists = vec![
        world.italy().signed(&stranger),
        world.italy().signed(&world.agid),
    ];
    let belief = Belief::check(
        &Sources {
            lists,
            ..world.sources()
        },
        &world.roots(),
        &[],
    )
    .unwrap();
    assert_eq!((belief.anchors.anchors.len(), belief.refused.len()), (1, 1));
}

#[test]
fn no_list_goes_back() {
    let world = World::new();
    let belief = Belief::check(&world.sources(), &world.roots(), &[]).unwrap();
    let again = Belief::check(&world.sources(), &world.roots(), &belief.lists).unwrap();
    assert_eq!(again, belief);
    let older = Text {
        sequence: 6,
        ..world.italy()
    };
    let sources = Sources {
        lists: vec![older.signed(&world.agid)],
        ..world.sources()
    };
    let back = Belief::check(&sources, &world.roots(), &belief.lists).unwrap();
    assert_eq!(back.anchors.anchors, []);
    assert_eq!(back.refused.len(), 1);
    let older = Text {
        sequence: 299,
        ..world.union()
    };
    let sources = Sources {
        list_of_lists: older.signed(&world.journal),
        ..world.sources()
    };
    let error = TrustError::RolledBack {
        given: 299,
        known: 300,
    };
    assert_eq!(
        Belief::check(&sources, &world.roots(), &belief.lists),
        Err(error)
    );
}

#[test]
fn age_is_told_and_stops_nothing() {
    let world = World::new();
    let anchors = Belief::check(&world.sources(), &world.roots(), &[])
        .unwrap()
        .anchors;
    let age = |now| Freshness::of(&anchors, at(now));
    assert_eq!(age("2026-11-01T08:00:00Z"), Freshness::Fresh { days: 0 });
    assert_eq!(age("2026-10-01T08:00:00Z"), Freshness::Fresh { days: 0 });
    assert_eq!(age("2027-04-30T08:00:00Z"), Freshness::Fresh { days: 180 });
    assert_eq!(
        age("2027-05-11T00:00:01Z"),
        Freshness::Stale {
            days: 190,
            overdue: 10
        }
    );
    assert_eq!(
        Freshness::of(&signing::Anchors::default(), at("2026-11-01T08:00:00Z")),
        Freshness::Missing
    );
    // A closed list has no next update; the others' dates count.
    let closed = Text {
        next_update: "",
        ..world.italy()
    };
    let sources = Sources {
        lists: vec![closed.signed(&world.agid)],
        ..world.sources()
    };
    let belief = Belief::check(&sources, &world.roots(), &[]).unwrap();
    assert_eq!(belief.anchors.next_update, Some(at("2027-05-01T00:00:00Z")));
}
