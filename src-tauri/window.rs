//! The windows. The label of a window is the boundary: `main` may call the app's commands, `anteprima`
//! has no capability at all and none answers it.

use api::{Code, Failure};
use domain::PageId;
use tauri::{AppHandle, Manager, Runtime, Url, WebviewUrl, WebviewWindow, WebviewWindowBuilder};

/// The app's own window.
pub const MAIN: &str = "main";
/// The preview's window.
pub const PREVIEW: &str = "anteprima";

/// Opens the app's own window. It shows the app's files and never goes anywhere else.
pub fn main<R: Runtime>(handle: &AppHandle<R>) -> tauri::Result<WebviewWindow<R>> {
    WebviewWindowBuilder::new(handle, MAIN, WebviewUrl::App("index.html".into()))
        .title("Comuni in Rete")
        .inner_size(1280.0, 800.0)
        .min_inner_size(900.0, 600.0)
        .on_navigation(is_own)
        .disable_drag_drop_handler()
        .build()
}

/// Tauri serves the app's files under `tauri://localhost`, on Windows under `http://tauri.localhost`.
fn is_own(url: &Url) -> bool {
    matches!(
        (url.scheme(), url.host_str()),
        ("tauri", Some("localhost")) | ("http" | "https", Some("tauri.localhost"))
    )
}

/// Shows the preview of a page, in the window that is open for it or in a new one.
pub fn preview<R: Runtime>(handle: &AppHandle<R>, page: &PageId) -> Result<(), Failure> {
    show_preview(handle, page).map_err(|error| {
        tracing::error!(%error, "The preview does not open.");
        Failure::new(Code::Unexpected)
    })
}

fn show_preview<R: Runtime>(handle: &AppHandle<R>, page: &PageId) -> tauri::Result<()> {
    let address = format!("{}://localhost/pagina/{page}/", crate::scheme::NAME);
    let url: Url = address.parse().map_err(tauri::Error::InvalidUrl)?;
    if let Some(window) = handle.get_webview_window(PREVIEW) {
        window.navigate(url)?;
        window.show()?;
        return window.set_focus();
    }
    WebviewWindowBuilder::new(handle, PREVIEW, WebviewUrl::CustomProtocol(url))
        .title("Anteprima – come la vedranno i cittadini")
        .inner_size(1100.0, 800.0)
        .on_navigation(|url| url.scheme() == crate::scheme::NAME)
        .build()?;
    Ok(())
}

/// Opens an address of the web in the system's browser.
pub fn browse(address: &str) -> Result<(), Failure> {
    let web = ["http://", "https://"]
        .iter()
        .any(|scheme| address.starts_with(scheme));
    let opener = if cfg!(windows) {
        "explorer"
    } else {
        "xdg-open"
    };
    let opened = web
        && std::process::Command::new(opener)
            .arg(address)
            .spawn()
            .is_ok();
    if opened {
        return Ok(());
    }
    tracing::warn!("The system's browser does not open.");
    Err(Failure::new(Code::Unexpected))
}

/// Brings the app's own window to the front: somebody started the app a second time.
pub fn focus<R: Runtime>(handle: &AppHandle<R>) {
    if let Some(window) = handle.get_webview_window(MAIN) {
        // A window manager may refuse; there is nothing better to do then.
        let _ = window.unminimize();
        let _ = window.set_focus();
    }
}
