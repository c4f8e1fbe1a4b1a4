//! Example content, brought in by the ordinary way of operations.
use crate::{Hub, error::Failure};
/// Seeds.
///
/// # Errors
/// x
pub fn seed(_: &Hub) -> Result<(), Failure> {
    Ok(())
}
