//! The engine that carries operations and files between a workspace and the hub.
