//! Crashes: of this program, and of the web view's process.

use tauri::{Runtime, WebviewWindow};

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
