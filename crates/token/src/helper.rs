//! The helper process, as its parent holds it: started, asked, stopped.

use crate::wire::{self, Frame, Reply, Request};
use signing::{Cancel, SignerError};
use std::ffi::OsString;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

/// How often a wait looks whether it was called off.
const GLANCE: Duration = Duration::from_millis(25);
/// How long a signature that is under way may still take once it is called off: a card that is cut off in the
/// middle of a command may want to be pulled out and put in again.
const LAST_MOMENT: Duration = Duration::from_millis(500);
/// How long the helper may take to leave by itself.
const GOODBYE: Duration = Duration::from_millis(700);

/// Settings that make a driver or its library write down what it is told, the PIN with it, or load other code.
const UNWANTED: &[&str] = &[
    "LD_PRELOAD",
    "LD_AUDIT",
    "OPENSC_DEBUG",
    "OPENSC_CONF",
    "PKCS11SPY",
    "PKCS11SPY_OUTPUT",
    "P11_KIT_DEBUG",
    "MUSCLECARD_DEBUG",
    "BIT4ID_LOG",
];

pub(crate) struct Helper {
    child: Option<Child>,
    to: Option<ChildStdin>,
    from: Receiver<Frame>,
}

impl Helper {
    /// Starts it.
    pub(crate) fn start(program: &Path, env: &[(OsString, OsString)]) -> Result<Self, SignerError> {
        let mut command = Command::new(program);
        // What drivers print can hold anything: it goes nowhere.
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        for name in UNWANTED {
            command.env_remove(name);
        }
        #[cfg(windows)]
        {
            use std::os::windows::process::CommandExt as _;
            const CREATE_NO_WINDOW: u32 = 0x0800_0000;
            command.creation_flags(CREATE_NO_WINDOW);
        }
        let failed = |e: std::io::Error| SignerError::Driver(format!("helper process: {e}"));
        let mut child = command.envs(env.iter().cloned()).spawn().map_err(failed)?;
        let to = child.stdin.take();
        let (tell, from) = sync_channel(1);
        if let Some(mut pipe) = child.stdout.take() {
            thread::Builder::new()
                .name("firma-token replies".into())
                .spawn(move || {
                    while let Ok(Some(frame)) = wire::read(&mut pipe) {
                        if tell.send(frame).is_err() {
                            break;
                        }
                    }
                })
                .map_err(failed)?;
        }
        Ok(Self {
            child: Some(child),
            to,
            from,
        })
    }

    /// The process.
    pub(crate) fn id(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    /// Asks, and waits for the answer. After an error of [`SignerError::DriverStopped`] or
    /// [`SignerError::Cancelled`] the helper is no longer there.
    pub(crate) fn ask(
        &mut self,
        request: &Request,
        secret: &[u8],
        patience: Duration,
        cancel: &Cancel,
    ) -> Result<Reply, SignerError> {
        self.send(request, secret)?;
        self.receive(request.name(), patience, cancel)
    }

    /// Asks only. The helper answers in the order in which it is asked; what it has not taken waits in the pipe.
    pub(crate) fn send(&mut self, request: &Request, secret: &[u8]) -> Result<(), SignerError> {
        let sent = self
            .to
            .as_mut()
            .map(|pipe| wire::write(pipe, request, secret));
        match sent {
            Some(Ok(())) => Ok(()),
            _ => Err(SignerError::DriverStopped(self.end())),
        }
    }

    /// Waits for the next answer, to a call of this name.
    pub(crate) fn receive(
        &mut self,
        call: &str,
        patience: Duration,
        cancel: &Cancel,
    ) -> Result<Reply, SignerError> {
        let mut until = Instant::now() + patience;
        let mut called_off = false;
        loop {
            match self
                .from
                .recv_timeout(GLANCE.min(until.saturating_duration_since(Instant::now())))
            {
                Ok(frame) => {
                    return frame.body().map_err(|_| {
                        self.kill();
                        SignerError::DriverStopped("an answer that is none".into())
                    });
                }
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(SignerError::DriverStopped(self.end()));
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
            if cancel.is_cancelled() && !called_off {
                called_off = true;
                until = until.min(Instant::now() + LAST_MOMENT);
            }
            if Instant::now() >= until {
                self.kill();
                return Err(if called_off {
                    SignerError::Cancelled
                } else {
                    SignerError::DriverStopped(format!("no answer to {call:?} within {patience:?}"))
                });
            }
        }
    }

    /// Whether it still runs, as far as is known.
    pub(crate) fn is_there(&self) -> bool {
        self.child.is_some()
    }

    /// Says how it ended; what still runs is killed.
    fn end(&mut self) -> String {
        self.to = None;
        let Some(mut child) = self.child.take() else {
            return "not running".into();
        };
        match wait(&mut child, GOODBYE) {
            Some(status) => status.to_string(),
            None => {
                reap(child);
                "no longer answering".into()
            }
        }
    }

    /// Kills it.
    pub(crate) fn kill(&mut self) {
        self.to = None;
        if let Some(child) = self.child.take() {
            reap(child);
        }
    }
}

impl Drop for Helper {
    fn drop(&mut self) {
        // Its input ends: it logs out and leaves. What does not leave is killed.
        self.to = None;
        if let Some(mut child) = self.child.take()
            && wait(&mut child, GOODBYE).is_none()
        {
            reap(child);
        }
    }
}

fn wait(child: &mut Child, patience: Duration) -> Option<std::process::ExitStatus> {
    let until = Instant::now() + patience;
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) if Instant::now() < until => thread::sleep(Duration::from_millis(2)),
            _ => return None,
        }
    }
}

/// Kills a process and takes its end. A process that hangs inside a call to the kernel (a reader's USB) dies late:
/// nobody waits for that here.
fn reap(mut child: Child) {
    let _ = child.kill();
    if wait(&mut child, Duration::from_millis(200)).is_none() {
        let _ = thread::Builder::new()
            .name("firma-token end".into())
            .spawn(move || child.wait());
    }
}
