//! The helper process: loads a vendor's PKCS#11 module and does what its parent asks over the standard input.
//!
//! It may crash or hang, as such modules do; the parent ends it then. It decides nothing and knows no documents, it
//! sees hashes and the PIN. What the module prints goes nowhere, and no core of it is ever written.

#![forbid(unsafe_op_in_unsafe_fn)]

mod harden;
mod module;
mod raw;
mod trouble;

use module::Module;
use signing::SignerError;
use std::fs::File;
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;
use std::time::Duration;
use token::wire::{self, Frame, Reply, Request};

/// How long a call that is under way may last once the parent is gone.
const ORPHAN: Duration = Duration::from_millis(500);

fn main() -> ExitCode {
    harden::no_cores();
    let Ok((mut input, output)) = harden::pipes() else {
        return ExitCode::FAILURE;
    };
    let (tell, asked) = sync_channel(1);
    // A thread of its own for the input: its end means that the parent is gone, and whatever the driver is doing
    // then, this process must not outlive it with a card that is logged in.
    let reader = thread::Builder::new()
        .name("requests".into())
        .spawn(move || {
            while let Ok(Some(frame)) = wire::read(&mut input) {
                if tell.send(frame).is_err() {
                    break;
                }
            }
            drop(tell);
            thread::sleep(ORPHAN);
            std::process::exit(0);
        });
    if reader.is_err() {
        return ExitCode::FAILURE;
    }
    serve(&asked, output)
}

fn serve(asked: &Receiver<Frame>, mut output: File) -> ExitCode {
    let mut module = None;
    for frame in asked {
        let reply = match frame.body::<Request>() {
            Ok(request) => answer(&mut module, request, frame).unwrap_or_else(Reply::Refused),
            Err(_) => return ExitCode::FAILURE,
        };
        if wire::write(&mut output, &reply, &[]).is_err() {
            break;
        }
    }
    if let Some(module) = module {
        module.leave();
    }
    ExitCode::SUCCESS
}

fn answer(
    module: &mut Option<Module>,
    request: Request,
    frame: Frame,
) -> Result<Reply, SignerError> {
    if let Request::Load { module: path } = request {
        if module.is_some() {
            return Err(SignerError::Driver("loaded already".into()));
        }
        *module = Some(Module::load(&path)?);
        return Ok(Reply::Done);
    }
    let Some(module) = module else {
        return Err(SignerError::Driver("not loaded".into()));
    };
    match request {
        Request::Load { .. } => Ok(Reply::Done),
        Request::Slots => module.slots().map(Reply::Slots),
        Request::Pin { slot } => module.pin_state(slot).map(Reply::Pin),
        Request::Login { slot } => module.login(slot, frame.secret).map(|()| Reply::Done),
        Request::Sign {
            slot,
            key,
            mechanism,
            data,
        } => module
            .sign(slot, &key, mechanism, &data)
            .map(Reply::Signature),
        Request::Lock => {
            module.lock();
            Ok(Reply::Done)
        }
    }
}
