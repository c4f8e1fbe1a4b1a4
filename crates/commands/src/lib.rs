//! The use cases of the app: one plain function per command.
