//! The contract between the UI and the app: typed commands, events, Failure.
