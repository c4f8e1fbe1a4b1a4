//! Crashes: of this program, and of the web view's process.

use tauri::{Runtime, WebviewWindow};

/// Leaves no core file behind, of this program or of those that it starts: a PIN passes through this process, and the
/// words of a workspace live in it.
///
/// One byte, not none: to the kernel, which hands cores to a collector where the system has one, no limit counts but
/// this one, which forbids it (`fs/coredump.c`); a file of one byte is never begun either. The helper does more and is
/// not dumpable at all; here that would hide the program from the system's portals.
#[cfg(unix)]
pub fn no_cores() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let one = Rlimit {
        current: Some(1),
        maximum: Some(1),
    };
    if let Err(error) = setrlimit(Resource::Core, one) {
        tracing::warn!(%error, "A crash may leave a core file.");
    }
}

/// Windows writes no dumps of a process unless somebody asks it to (Windows Error Reporting, LocalDumps).
#[cfg(not(unix))]
pub fn no_cores() {}

/// Writes panics into the log with where they happened; what they say is redacted like all else.
pub fn watch_panics() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let backtrace = std::backtrace::Backtrace::force_capture();
        tracing::error!(%panic, %backtrace, "The program panicked.");
        usual(panic);
    }));
}

/// Loads the page again when the web view's process dies: what was typed is on disk.
#[cfg(target_os = "linux")]
pub fn watch_web_process<R: Runtime>(window: &WebviewWindow<R>) {
    use webkit2gtk::WebViewExt;
    let watched = window.with_webview(|webview| {
        webview
            .inner()
            .connect_web_process_terminated(|view, reason| {
                tracing::error!(
                    ?reason,
                    "The web view's process ended; the page is loaded again."
                );
                view.reload();
            });
    });
    if let Err(error) = watched {
        tracing::warn!(%error, "The web view's process is not watched.");
    }
}

/// WebView2 starts its process again by itself.
#[cfg(not(target_os = "linux"))]
pub fn watch_web_process<R: Runtime>(_: &WebviewWindow<R>) {}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    #![expect(clippy::expect_used, reason = "tests")]
    use std::os::unix::process::ExitStatusExt;
    use std::process::{Command, ExitStatus, Stdio};

    /// Set in the process that crashes: whether it takes care first.
    const CRASH: &str = "COMUNI_TEST_CRASH";

    /// This very test in a process of its own, as a user who asked for cores of everything would start it.
    fn crashed(how: &str) -> ExitStatus {
        let place = tempfile::tempdir().expect("a folder");
        let own = std::env::current_exe().expect("this program");
        Command::new("sh")
            .args(["-c", "ulimit -c unlimited; exec \"$0\" \"$@\""])
            .arg(own)
            .args(["--exact", "crash::tests::a_crash_leaves_no_core"])
            .current_dir(place.path())
            .env(CRASH, how)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .expect("it starts")
    }

    #[test]
    fn a_crash_leaves_no_core() {
        if let Ok(how) = std::env::var(CRASH) {
            if how == "careful" {
                super::no_cores();
            }
            std::process::abort();
        }
        // The control: without care this system does leave one.
        let careless = crashed("careless");
        assert_eq!(careless.signal(), Some(6), "{careless}");
        if !careless.core_dumped() {
            eprintln!("SKIPPED: this system writes no cores ({careless})");
            return;
        }
        let careful = crashed("careful");
        assert_eq!(careful.signal(), Some(6), "{careful}");
        assert!(!careful.core_dumped(), "{careful}");
    }
}
