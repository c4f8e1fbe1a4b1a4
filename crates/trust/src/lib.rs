//! The European trusted lists: where the anchors of verification come from.
