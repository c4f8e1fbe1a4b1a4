//! Names of enum variants as they stand in the database: those of the wire.

use crate::Result;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The name of a variant without contents.
pub(crate) fn name(value: &impl Serialize) -> Result<String> {
    Ok(match serde_json::to_value(value)? {
        Value::String(name) => name,
        other => other.to_string(),
    })
}

/// The variant with this name.
pub(crate) fn named<T: DeserializeOwned>(name: String) -> Result<T> {
    Ok(serde_json::from_value(Value::String(name))?)
}
