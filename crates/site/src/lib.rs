//! Renders the public site of a comune.
