//! Starting the app.

use crate::{border, crash, log, pin, safe, scheme, window};
use api::Event;
use api::session::{SessionEnrol, SessionState};
use commands::{App, AppConfig, FirmaConfig};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;
use tauri::{AppHandle, Emitter, Manager, RunEvent, Runtime};

/// Starts the app and runs it until its window is closed.
///
/// `COMUNI_DATA` names the folder of the workspace; without it, it is where the system keeps a program's
/// data. `COMUNI_CHIAVETTA` names a folder that is offered like a USB stick (a network drive). `--collega ADDRESS CODE`
/// links a new workspace to a hub without typing. Other words are files, opened in "Firma e verifica".
///
/// `COMUNI_FIDUCIA` names a folder of certificates that are believed in place of the trusted lists: for facilitators and
/// tests, in debug builds alone. In a released program one line in a desktop file would make anybody's signature hold.
pub fn run() -> ExitCode {
    let started = Instant::now();
    let data = data_folder();
    if let Err(error) = std::fs::create_dir_all(&data) {
        return cannot_start(&format!("la cartella dei dati non si può creare ({error})"));
    }
    log::start(&data.join("log"));
    crash::no_cores();
    crash::watch_panics();
    if safe::must_restart(&data) {
        safe::restart();
    }
    match build(data, started) {
        Ok(app) => {
            app.run(|handle, event| {
                if let RunEvent::Exit = event {
                    let app = handle.state::<App>().inner().clone();
                    tauri::async_runtime::block_on(app.shutdown());
                }
            });
            ExitCode::SUCCESS
        }
        Err(error) => cannot_start(&error.to_string()),
    }
}

/// Says in the terminal and, where there is a screen, in a window of the system why there is no other.
#[expect(
    clippy::print_stderr,
    reason = "there is no window of ours to say it in"
)]
fn cannot_start(why: &str) -> ExitCode {
    tracing::error!(why, "The app does not start.");
    let words = format!(
        "Comuni in Rete non si avvia: {why}.\n\nIl lavoro già fatto è salvo su questo PC.\n\
         Chiudi e riapri; se succede ancora, chiama l’assistenza."
    );
    eprintln!("{words}");
    show(&words);
    ExitCode::FAILURE
}

#[cfg(target_os = "linux")]
fn show(words: &str) {
    use gtk::prelude::{DialogExt, GtkWindowExt};
    if gtk::init().is_err() {
        return;
    }
    let dialog = gtk::MessageDialog::new(
        None::<&gtk::Window>,
        gtk::DialogFlags::empty(),
        gtk::MessageType::Error,
        gtk::ButtonsType::Close,
        words,
    );
    dialog.set_title("Comuni in Rete");
    dialog.run();
}

#[cfg(not(target_os = "linux"))]
fn show(_: &str) {}

fn data_folder() -> PathBuf {
    if let Some(folder) = std::env::var_os("COMUNI_DATA") {
        return folder.into();
    }
    let base = std::env::var_os("XDG_DATA_HOME")
        .or_else(|| std::env::var_os("LOCALAPPDATA"))
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".local/share")));
    base.unwrap_or_default().join("comuni-in-rete")
}

fn build(data: PathBuf, started: Instant) -> tauri::Result<tauri::App> {
    let ready = safe::Ready::since(started);
    safe::watch(&data, ready.clone());
    let app = App::new(AppConfig {
        stick: std::env::var_os("COMUNI_CHIAVETTA").map(PathBuf::from),
        firma: FirmaConfig {
            trust: std::env::var_os("COMUNI_FIDUCIA")
                .filter(|_| cfg!(debug_assertions))
                .map(PathBuf::from),
            ..FirmaConfig::default()
        },
        ..AppConfig::at(data)
    });
    tauri::Builder::default()
        .plugin(tauri_plugin_single_instance::init(
            |handle, words, folder| {
                window::focus(handle);
                open_files(handle, words, Path::new(&folder));
            },
        ))
        .manage(app)
        .manage(ready)
        .register_asynchronous_uri_scheme_protocol(scheme::NAME, scheme::serve)
        .invoke_handler(border::handler())
        .setup(move |tauri| {
            let handle = tauri.handle();
            follow(handle);
            open_early(handle);
            let here = std::env::current_dir().unwrap_or_default();
            open_files(handle, std::env::args().collect(), &here);
            pin::ask_in_a_window(handle);
            crash::watch_web_process(&window::main(handle)?);
            Ok(())
        })
        .build(tauri::generate_context!())
}

/// Passes what the app tells on to its own window, and to no other.
fn follow<R: Runtime>(handle: &AppHandle<R>) {
    let to = handle.clone();
    handle.state::<App>().on_event(move |event: Event| {
        if let Err(error) = to.emit_to(window::MAIN, Event::NAME, event) {
            tracing::warn!(%error, "An event does not reach the window.");
        }
    });
}

/// Opens the workspace while the web view is still starting; links it if the command line says so.
fn open_early<R: Runtime>(handle: &AppHandle<R>) {
    let app = handle.state::<App>().inner().clone();
    tauri::async_runtime::spawn(async move {
        if let Err(failure) = commands::session_state(&app, SessionState {}).await {
            tracing::error!(code = ?failure.code, "The workspace does not open.");
        }
        if let Some(link) = link(std::env::args())
            && let Err(failure) = commands::session_enrol(&app, link).await
        {
            tracing::error!(code = ?failure.code, "The workspace is not linked.");
        }
    });
}

/// Opens the files that a file manager ("Apri con") or a person named, those of a second start too.
fn open_files<R: Runtime>(handle: &AppHandle<R>, words: Vec<String>, folder: &Path) {
    let files = files(words.into_iter(), folder);
    if files.is_empty() {
        return;
    }
    let app = handle.state::<App>().inner().clone();
    tauri::async_runtime::spawn(async move {
        commands::firma_open_files(&app, files).await;
    });
}

/// The files among the words after the program's name; relative ones are of the folder it was started in.
fn files(words: impl Iterator<Item = String>, folder: &Path) -> Vec<PathBuf> {
    let mut words = words.skip(1);
    let mut found = Vec::new();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--collega" => drop(words.nth(1)),
            option if option.starts_with("--") => {}
            file => found.push(folder.join(file.strip_prefix("file://").unwrap_or(file))),
        }
    }
    found
}

/// `--collega ADDRESS CODE`.
fn link(args: impl Iterator<Item = String>) -> Option<SessionEnrol> {
    let mut args = args.skip_while(|arg| arg != "--collega").skip(1);
    Some(SessionEnrol {
        hub: args.next()?,
        code: args.next()?,
        device_name: "Questo computer".into(),
    })
}

#[cfg(test)]
mod tests {
    use super::{files, link};
    use std::path::{Path, PathBuf};

    #[test]
    fn what_is_no_option_is_a_file() {
        let words = [
            "app",
            "a.pdf",
            "--collega",
            "http://127.0.0.1:1",
            "K7QM-4TXR",
            "/b/c.p7m",
        ];
        let found = files(words.map(str::to_owned).into_iter(), Path::new("/qui"));
        assert_eq!(found, ["/qui/a.pdf", "/b/c.p7m"].map(PathBuf::from));
    }

    #[test]
    fn the_command_line_links_a_new_workspace() {
        let args = ["app", "--collega", "http://127.0.0.1:1", "K7QM-4TXR"].map(str::to_owned);
        let link = link(args.into_iter());
        assert!(link.is_some_and(|l| l.hub == "http://127.0.0.1:1" && l.code == "K7QM-4TXR"));
        assert!(super::link(["app".to_owned()].into_iter()).is_none());
    }
}
