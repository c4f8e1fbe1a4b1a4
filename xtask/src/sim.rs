//! The long simulation.

use crate::Done;
use crate::step;

/// Tells stories until one fails or the seeds are over. The profile of the hub is quicker than `release`, which
/// is made to be small.
pub fn sim(arguments: &[&str]) -> Done {
    let mut words = vec!["run", "--quiet", "--profile", "server", "-p", "sim", "--"];
    words.extend(arguments);
    step::cargo(&words).run()
}
