//! Asking the app, and asking again when it says that something changed.

use crate::ipc;
use api::{Command, Event, Failure};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// What is known of an answer.
pub struct Query<T> {
    /// The last good answer; it stays while a newer one is on its way.
    pub data: Option<Rc<T>>,
    /// Why the last question got none.
    pub failure: Option<Rc<Failure>>,
}

impl<T> Clone for Query<T> {
    fn clone(&self) -> Self {
        Self {
            data: self.data.clone(),
            failure: self.failure.clone(),
        }
    }
}

impl<T> Default for Query<T> {
    fn default() -> Self {
        Self {
            data: None,
            failure: None,
        }
    }
}

impl<T> Reducible for Query<T> {
    type Action = Result<T, Failure>;
    fn reduce(self: Rc<Self>, answer: Self::Action) -> Rc<Self> {
        Rc::new(match answer {
            Ok(data) => Self {
                data: Some(Rc::new(data)),
                failure: None,
            },
            Err(failure) => Self {
                data: self.data.clone(),
                failure: Some(Rc::new(failure)),
            },
        })
    }
}

/// Asks, and asks again when the input changes or an event that `hears` accepts comes in.
#[hook]
pub fn use_query<C>(input: C, hears: fn(&Event) -> bool) -> Query<C::Output>
where
    C: Command + Clone + PartialEq + 'static,
    C::Output: 'static,
{
    let state = use_reducer(Query::<C::Output>::default);
    let turn = use_mut_ref(|| 0_u32);
    let dispatcher = state.dispatcher();
    use_effect_with(input, move |input| {
        let input = input.clone();
        let counter = turn.clone();
        let ask = move || {
            let (input, turn, dispatcher) = (input.clone(), turn.clone(), dispatcher.clone());
            *turn.borrow_mut() += 1;
            let mine = *turn.borrow();
            spawn_local(async move {
                let answer = ipc::call(input).await;
                // An answer to an older question must not cover a newer one.
                if *turn.borrow() == mine {
                    dispatcher.dispatch(answer);
                }
            });
        };
        ask();
        let hearing = ipc::hear(move |event| {
            if hears(event) {
                ask();
            }
        });
        move || {
            *counter.borrow_mut() += 1;
            drop(hearing);
        }
    });
    (*state).clone()
}

/// For what no event changes.
pub fn never(_: &Event) -> bool {
    false
}
