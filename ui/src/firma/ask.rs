//! Asking for something that takes a while, when a person says so.

use crate::ipc;
use api::firma::{Device, FirmaDevice};
use api::{Command, Failure};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// The token, as last looked at.
#[derive(Clone, PartialEq)]
pub struct Look {
    /// What was found; it stays while one looks again.
    pub device: Option<Rc<Device>>,
    /// Why the last look failed.
    pub failure: Option<Failure>,
    /// Somebody looks.
    pub busy: bool,
    ask: Callback<Option<Option<String>>>,
}

impl Look {
    /// Looks again.
    pub fn again(&self) -> Callback<()> {
        self.ask.reform(|()| None)
    }

    /// Names a driver by hand, or takes that back, and looks again.
    pub fn driver(&self) -> Callback<Option<String>> {
        self.ask.reform(Some)
    }
}

#[derive(Clone, Default, PartialEq)]
struct State {
    device: Option<Rc<Device>>,
    failure: Option<Failure>,
    busy: bool,
}

enum Step {
    Begins,
    Ends(Result<Device, Failure>),
}

impl Reducible for State {
    type Action = Step;
    fn reduce(self: Rc<Self>, step: Step) -> Rc<Self> {
        let device = self.device.clone();
        Rc::new(match step {
            Step::Begins => Self {
                device,
                failure: None,
                busy: true,
            },
            Step::Ends(Ok(device)) => Self {
                device: Some(Rc::new(device)),
                ..Self::default()
            },
            Step::Ends(Err(failure)) => Self {
                device,
                failure: Some(failure),
                busy: false,
            },
        })
    }
}

/// Looks at the token, at once and when asked.
#[hook]
pub fn use_look() -> Look {
    let state = use_reducer_eq(State::default);
    let ask = {
        let state = state.dispatcher();
        use_callback((), move |driver: Option<Option<String>>, ()| {
            match driver {
                None => run(state.clone(), FirmaDevice {}),
                Some(path) => run(state.clone(), api::firma::FirmaDriver { path }),
            };
        })
    };
    {
        let ask = ask.clone();
        use_effect_with((), move |()| ask.emit(None));
    }
    Look {
        device: state.device.clone(),
        failure: state.failure.clone(),
        busy: state.busy,
        ask,
    }
}

fn run<C>(state: UseReducerDispatcher<State>, command: C)
where
    C: Command<Output = Device> + 'static,
{
    state.dispatch(Step::Begins);
    spawn_local(async move { state.dispatch(Step::Ends(ipc::call(command).await)) });
}
