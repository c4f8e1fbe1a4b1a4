//! Whoever holds the key: back ends of [`signing::Signer`].
