//! The ordinary run: two thousand stories, or as many as a minute tells; the same seed tells the same story;
//! planted bugs are found. `cargo xtask sim` tells the long ones, optimised.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

use sim::many::{Many, explain, tell};
use sim::mutant::Mutant;
use sim::run::Teller;
use sim::swarm;
use std::time::Duration;

/// Seeds of the ordinary run, and how long it may take.
const SEEDS: u64 = 2_000;
const WITHIN: Duration = Duration::from_secs(60);
/// Stories that are led to where chance comes seldom.
const LED: u64 = 40;
/// A planted bug must show within so many seeds.
const SOON: u64 = 600;

#[test]
fn whatever_goes_wrong_nothing_is_lost_doubled_or_stuck() {
    let many = Many {
        from: 0,
        seeds: SEEDS,
        within: WITHIN,
        mutant: None,
    };
    let told = tell(many).unwrap();
    let seconds = told.took.as_secs_f64();
    println!(
        "{} stories, {} calls, {seconds:.1} s",
        told.stories, told.calls
    );
    if let Some(failing) = told.failing {
        panic!("{}", explain(failing, None).unwrap());
    }
    if told.stories < SEEDS {
        println!(
            "SKIPPED: {} of {SEEDS} stories: this machine was too slow or too busy to tell them in {WITHIN:?}",
            SEEDS - told.stories
        );
    }
    assert!(told.stories > 0);
}

#[test]
fn the_same_seed_tells_the_same_story() {
    let tellers = [Teller::new().unwrap(), Teller::new().unwrap()];
    for seed in 0..30 {
        let story = swarm::story(seed);
        let [first, second] = [0, 1].map(|at: usize| tellers[at].tell(&story).trace);
        assert_eq!(first, second, "seed {seed}");
    }
}

#[test]
fn nothing_is_lost_where_stories_are_led_to_either() {
    let many = Many {
        from: swarm::LED,
        seeds: LED,
        within: WITHIN,
        mutant: None,
    };
    let told = tell(many).unwrap();
    println!("{} stories, {} calls", told.stories, told.calls);
    if let Some(failing) = told.failing {
        panic!("{}", explain(failing, None).unwrap());
    }
}

#[test]
fn planted_bugs_are_found() {
    for mutant in Mutant::BUGS {
        let from = match mutant {
            // Operations wait for their files: only a restored hub gets a publication before them.
            Mutant::ShowTooEarly => swarm::LED,
            _ => 0,
        };
        let many = Many {
            from,
            seeds: SOON,
            within: Duration::from_secs(120),
            mutant: Some(mutant),
        };
        let told = tell(many).unwrap();
        let failing = told
            .failing
            .unwrap_or_else(|| panic!("{mutant:?} was not found"));
        println!(
            "{mutant:?}: after {} stories, seed {}: {}",
            told.stories, failing.story.seed, failing.broken
        );
    }
}

#[test]
fn what_differs_from_the_log_is_mended() {
    let mut teller = Teller::new().unwrap();
    teller.mutant = Some(Mutant::SkipEntry);
    let mut spoilt = 0;
    for seed in 0..30 {
        let ending = teller.tell(&swarm::story(seed));
        let was = ending.trace.iter().any(|line| line.ends_with("was spoilt"));
        spoilt += usize::from(was);
        assert!(ending.broken.is_none(), "seed {seed}: {:?}", ending.broken);
    }
    println!("{spoilt} stories with a workspace that differed from the log");
    assert!(spoilt > 0);
}
