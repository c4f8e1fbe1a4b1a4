//! Measuring.

use crate::Done;

/// Not yet.
pub fn bench(_: &[&str]) -> Done {
    Err("bench".into())
}
