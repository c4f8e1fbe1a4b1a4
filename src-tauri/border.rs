//! The border with the web view: one wrapper of one line per command.

use crate::safe::Ready;
use api::{Code, Command, Failure};
use commands::App;
use tauri::ipc::{InvokeBody, Request};
use tauri::{AppHandle, Runtime, State};

/// Commands whose work is all in the crate `commands`; the one list of the wrappers, the handler and the
/// tests. The permission file `permissions/ui.toml` must name the same.
macro_rules! wrap {
    ($($name:ident: $input:ty,)*) => {
        $(
            #[tauri::command]
            pub async fn $name(
                app: State<'_, App>,
                input: $input,
            ) -> Result<<$input as Command>::Output, Failure> {
                ::commands::$name(&app, input).await
            }
        )*

        /// Every command of the app, by name.
        #[cfg(test)]
        pub const NAMES: &[&str] = &[
            $(<$input as Command>::NAME,)*
            <api::sito::FileAdd as Command>::NAME,
            <api::firma::FirmaOpen as Command>::NAME,
            <api::sito::PagePreview as Command>::NAME,
            <api::sito::PageVisit as Command>::NAME,
            <api::stato::UiReady as Command>::NAME,
        ];

        /// Answers the web view's calls.
        pub fn handler<R: Runtime>() -> impl Fn(tauri::ipc::Invoke<R>) -> bool + Send + Sync {
            tauri::generate_handler![$($name,)* file_add, firma_open, page_preview, page_visit, ui_ready]
        }
    };
}

wrap! {
    session_state: api::session::SessionState,
    session_seal: api::session::SessionSeal,
    session_unlock: api::session::SessionUnlock,
    session_enrol: api::session::SessionEnrol,
    oggi_load: api::stato::OggiLoad,
    line_load: api::stato::LineLoad,
    line_set_off: api::stato::LineSetOff,
    line_sync_now: api::stato::LineSyncNow,
    transit_load: api::stato::TransitLoad,
    line_release: api::stato::LineRelease,
    line_rules_load: api::stato::LineRulesLoad,
    line_rules_set: api::stato::LineRulesSet,
    diagnosis_export: api::stato::DiagnosisExport,
    waiting_list: api::stato::WaitingList,
    waiting_export: api::stato::WaitingExport,
    conflict_list: api::stato::ConflictList,
    conflict_resolve: api::stato::ConflictResolve,
    attempt_list: api::stato::AttemptList,
    versions_load: api::stato::VersionsLoad,
    ui_log: api::stato::UiLog,
    stick_places: api::stick::StickPlaces,
    stick_plan: api::stick::StickPlan,
    stick_write: api::stick::StickWrite,
    stick_look: api::stick::StickLook,
    stick_take: api::stick::StickTake,
    stick_meet: api::stick::StickMeet,
    stick_state_load: api::stick::StickStateLoad,
    page_list: api::sito::PageListLoad,
    page_create: api::sito::PageCreate,
    page_open: api::sito::PageOpen,
    page_set: api::sito::PageSet,
    page_topic: api::sito::PageTopic,
    page_edit: api::sito::PageEdit,
    paste_clean: api::sito::PasteClean,
    document_import: api::sito::DocumentImport,
    page_attach: api::sito::PageAttach,
    page_publish: api::sito::PagePublish,
    page_withdraw: api::sito::PageWithdraw,
    page_delete: api::sito::PageDelete,
    office_list: api::sito::OfficeList,
    version_list: api::sito::VersionList,
    version_compare: api::sito::VersionCompare,
    version_restore: api::sito::VersionRestore,
    firma_papers: api::firma::FirmaPapers,
    firma_close: api::firma::FirmaClose,
    firma_judge: api::firma::FirmaJudge,
    firma_lasting: api::firma::FirmaLasting,
    firma_forget: api::firma::FirmaForget,
    firma_goal_load: api::firma::FirmaGoalLoad,
    firma_goal_set: api::firma::FirmaGoalSet,
    firma_extract: api::firma::FirmaExtract,
    firma_report: api::firma::FirmaReport,
    firma_device: api::firma::FirmaDevice,
    firma_driver: api::firma::FirmaDriver,
    firma_test: api::firma::FirmaTest,
    firma_sign: api::firma::FirmaSign,
    firma_resume: api::firma::FirmaResume,
    firma_left: api::firma::FirmaLeft,
    firma_left_open: api::firma::FirmaLeftOpen,
    firma_left_forget: api::firma::FirmaLeftForget,
    firma_cancel: api::firma::FirmaCancel,
    firma_state: api::firma::FirmaState,
    firma_show: api::firma::FirmaShow,
}

/// Adds a file. Its bytes cross raw: as JSON, 100 MB would take half a minute.
#[tauri::command]
pub async fn file_add(
    app: State<'_, App>,
    request: Request<'_>,
) -> Result<domain::FileRef, Failure> {
    let image = request.headers().get("image").is_some();
    let (name, bytes) = raw(&request, Code::BadDocument)?;
    commands::file_add(&app, name, image, bytes.to_vec()).await
}

/// Opens a document for "Firma e verifica". Its bytes cross raw.
#[tauri::command]
pub async fn firma_open(
    app: State<'_, App>,
    request: Request<'_>,
) -> Result<api::firma::Paper, Failure> {
    let (name, bytes) = raw(&request, Code::PaperUnreadable)?;
    commands::firma_open(&app, name, bytes).await
}

/// The bytes of a call that crosses raw, and the name in its header; `otherwise` where it is no such call.
fn raw<'r>(request: &'r Request<'_>, otherwise: Code) -> Result<(String, &'r [u8]), Failure> {
    let InvokeBody::Raw(bytes) = request.body() else {
        return Err(Failure::new(otherwise).with("name", ""));
    };
    let name = request.headers().get("name");
    let name = name.and_then(|value| value.to_str().ok()).map(unescape);
    Ok((name.unwrap_or_default(), bytes))
}

/// Undoes percent-encoding: a header carries ASCII only.
fn unescape(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let mut rest = bytes.clone();
        let pair = [rest.next(), rest.next()];
        match (byte, pair) {
            (b'%', [Some(high), Some(low)]) => match (digit(high), digit(low)) {
                (Some(high), Some(low)) => {
                    out.push(high * 16 + low);
                    bytes = rest;
                }
                _ => out.push(byte),
            },
            _ => out.push(byte),
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte)
        .to_digit(16)
        .and_then(|digit| u8::try_from(digit).ok())
}

/// Opens the preview of a page in its own window.
#[tauri::command]
pub async fn page_preview<R: Runtime>(
    handle: AppHandle<R>,
    app: State<'_, App>,
    input: api::sito::PagePreview,
) -> Result<(), Failure> {
    // Rendered once before the window opens, so that a failure has words.
    commands::preview_html(&app, &input.page).await?;
    crate::window::preview(&handle, &input.page)
}

/// Opens the public page in the system's browser.
#[tauri::command]
pub async fn page_visit(app: State<'_, App>, input: api::sito::PageVisit) -> Result<(), Failure> {
    match commands::page_address(&app, input.page).await? {
        Some(address) => crate::window::browse(&address),
        None => Err(Failure::new(Code::UnknownPage)),
    }
}

/// The first screen stands.
#[tauri::command]
pub async fn ui_ready(ready: State<'_, Ready>, input: api::stato::UiReady) -> Result<(), Failure> {
    let api::stato::UiReady {} = input;
    ready.report();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::unescape;

    #[test]
    fn names_of_files_cross_whole() {
        assert_eq!(
            unescape("citt%C3%A0%20di%20notte.pdf"),
            "città di notte.pdf"
        );
        assert_eq!(unescape("100%.pdf"), "100%.pdf");
        assert_eq!(unescape("50%2"), "50%2");
    }
}
