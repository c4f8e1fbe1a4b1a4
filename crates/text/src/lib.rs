//! The text of co-edited pages (a CRDT behind a thin trait) and the cleaning of what people paste.
