//! People and places, fake clock, in-process hub, bad line: what the tests of every crate share.
