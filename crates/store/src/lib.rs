//! The local workspace: the only crate of the app that knows SQLite.
