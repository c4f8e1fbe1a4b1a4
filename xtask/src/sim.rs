//! The long simulation.

use crate::Done;
use crate::step;

/// Tells stories until one fails, or the seeds or the time are over.
pub fn sim(arguments: &[&str]) -> Done {
    let mut words = vec!["run", "--quiet", "--release", "-p", "sim", "--"];
    words.extend(arguments);
    step::cargo(&words).run()
}
