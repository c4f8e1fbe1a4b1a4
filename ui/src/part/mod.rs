//! The parts that screens are made of: Bootstrap Italia's look, our own behaviour.

mod button;
mod dialog;
mod field;
mod files;
mod icon;
mod notice;
mod screen;

pub use button::{Button, IconButton, Kind};
pub use dialog::Dialog;
pub use field::{Choice, ChoiceField, TextField, Toggle};
pub use files::FilePicker;
pub use icon::icon;
pub use notice::{Empty, FailureNotice, badge, waiting};
pub use screen::Screen;
