//! The state of the line, for everybody on the desk.

use crate::query::{Query, use_query};
use api::Event;
use api::stato::{LineLoad, LineState};
use std::rc::Rc;
use yew::prelude::*;

/// The state of the line, as last heard.
#[derive(Clone, PartialEq)]
pub struct LineContext(pub Option<Rc<LineState>>);

/// The state of the line; `None` until the first answer.
#[hook]
pub fn use_line() -> Option<Rc<LineState>> {
    use_context::<LineContext>().and_then(|context| context.0)
}

#[hook]
pub fn use_line_query() -> Query<LineState> {
    use_query(LineLoad {}, |event| {
        matches!(event, Event::Line | Event::Conflicts)
    })
}
