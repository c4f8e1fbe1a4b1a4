//! Safe mode: WebKitGTK's accelerated drawing leaves some PCs with a white window. If the UI does not
//! report within a few seconds, the app starts once more with the plain drawing, and remembers it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How long the UI may take to report. A slow disk after a night takes four seconds.
const PATIENCE: Duration = Duration::from_secs(15);
const SWITCHES: [&str; 2] = [
    "WEBKIT_DISABLE_DMABUF_RENDERER",
    "WEBKIT_DISABLE_COMPOSITING_MODE",
];
/// In the environment of the second start: do not try a third time.
const SECOND: &str = "COMUNI_SAFE_MODE";

/// Whether the UI has reported that its first screen stands.
#[derive(Clone)]
pub struct Ready {
    started: Instant,
    reported: Arc<AtomicBool>,
}

impl Ready {
    /// For a program that began at this moment.
    pub fn since(started: Instant) -> Self {
        Self {
            started,
            reported: Arc::default(),
        }
    }

    /// The first screen stands; the log has how long it took.
    pub fn report(&self) {
        if !self.reported.swap(true, Ordering::Relaxed) {
            let ms = self.started.elapsed().as_millis();
            tracing::info!(ms, "The first screen stands.");
        }
    }
}

/// Whether this start must be in safe mode and is not: then it is to be replaced by one that is, because
/// WebKit reads the switches from the environment before anything else runs.
pub fn must_restart(data: &Path) -> bool {
    remembered(data).exists() && !is_safe()
}

fn is_safe() -> bool {
    std::env::var_os(SECOND).is_some()
        || SWITCHES
            .iter()
            .any(|switch| std::env::var_os(switch).is_some())
}

fn remembered(data: &Path) -> PathBuf {
    data.join("safe-mode")
}

/// Starts this program again in safe mode, in its own place.
pub fn restart() {
    let Ok(program) = std::env::current_exe() else {
        return;
    };
    let args: Vec<OsString> = std::env::args_os().skip(1).collect();
    let mut command = Command::new(program);
    command.args(args).env(SECOND, "1");
    for switch in SWITCHES {
        command.env(switch, "1");
    }
    match command.spawn() {
        Ok(_) => std::process::exit(0),
        Err(error) => tracing::error!(%error, "The program does not start again."),
    }
}

/// Watches for the UI's report; without it, remembers safe mode and starts again.
pub fn watch(data: &Path, ready: Ready) {
    if cfg!(not(target_os = "linux")) || is_safe() {
        return;
    }
    let mark = remembered(data);
    std::thread::spawn(move || {
        std::thread::sleep(PATIENCE);
        if ready.reported.load(Ordering::Relaxed) {
            return;
        }
        tracing::error!("The window stayed empty: starting again in safe mode.");
        // Where it cannot be remembered, the next start waits again.
        let _ = std::fs::write(mark, "");
        restart();
    });
}
