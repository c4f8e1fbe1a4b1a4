//! Identifiers. Each is a string of its own type, so that one cannot be passed for another.

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            /// Takes the text as it is.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id! {
    /// A comune, by its six-digit ISTAT code (`005094` is Roccaverano).
    ComuneId
}
id! {
    /// A page of a comune's site; a UUIDv7 made by the device that created the page.
    PageId
}
id! {
    /// An enrolled device; given by the hub, short, because it travels with every operation.
    DeviceId
}
id! {
    /// An operation; a UUIDv7 made by the device.
    OpId
}
id! {
    /// A file, by the BLAKE3 hash of its bytes in lower-case hex (64 characters).
    FileId
}
