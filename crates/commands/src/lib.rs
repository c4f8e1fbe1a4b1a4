//! The use cases of the app: one plain function per command of the crate `api`, under the command's name.
//!
//! Nothing here knows tauri: the root package wraps each function in one line. A function reads the
//! workspace off the UI's thread, turns what it finds into the contract's types, and turns every error
//! into an [`api::Failure`] whose details are in the log under its incident number.

mod app;
mod convert;
mod diagnosis;
mod failure;
mod firma;
mod keeper;
mod line;
#[cfg(target_os = "linux")]
mod meter;
mod news;
mod preview;
mod redact;
mod session;
mod sito;
mod stato;
mod stick;

pub use app::{App, AppConfig};
pub use diagnosis::diagnosis_export;
pub use firma::{
    AskPin, FirmaConfig, PinQuestion, firma_cancel, firma_close, firma_device, firma_driver,
    firma_extract, firma_forget, firma_goal_load, firma_goal_set, firma_judge, firma_lasting,
    firma_left, firma_left_forget, firma_left_open, firma_open, firma_open_files, firma_page,
    firma_papers, firma_report, firma_resume, firma_show, firma_sign, firma_state, firma_test,
};
pub use line::{
    attempt_list, line_release, line_rules_load, line_rules_set, transit_load, versions_load,
    waiting_list,
};
pub use preview::{Asset, preview_asset, preview_html};
pub use redact::redact;
pub use session::{session_enrol, session_seal, session_state, session_unlock};
pub use sito::{
    document_import, file_add, office_list, page_address, page_attach, page_create, page_delete,
    page_edit, page_list, page_open, page_publish, page_set, page_topic, page_withdraw,
    paste_clean, version_compare, version_list, version_restore,
};
pub use stato::{
    conflict_list, conflict_resolve, line_load, line_set_off, line_sync_now, oggi_load, ui_log,
    waiting_export,
};

pub use stick::{
    stick_look, stick_meet, stick_places, stick_plan, stick_state_load, stick_take, stick_write,
};

/// A PIN, and what calls a question for it off; for whoever asks it.
pub use ::signing::{Cancel, Pin};

/// What every command gives.
pub type Result<T> = std::result::Result<T, api::Failure>;
