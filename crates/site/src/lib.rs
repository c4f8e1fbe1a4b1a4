//! Renders the public site of a comune: plain files that any host can serve, no JavaScript needed.
//!
//! [`Site::build`] writes the whole site from what was published; [`Site::update`] rewrites only the
//! files that one changed page touches, and leaves the folder byte for byte as a full build would.
//! [`preview`] gives the page as the public will see it, with the same code.
//!
//! The crate reads no clock: the pages say when they were published. Times are shown in Europe/Rome.

mod archive;
mod assets;
mod comune;
pub mod content;
mod date;
mod error;
mod feed;
mod folder;
mod html;
mod index;
mod media;
mod page;
mod picture;
mod preview;
mod render;
mod site;
mod source;
mod view;

pub use archive::PER_PAGE;
pub use comune::Comune;
pub use content::build_from_file;
pub use error::{Fault, Report, SiteError, Warning};
pub use page::{Published, Target, link_path};
pub use picture::{ImageError, ImageInfo, MAX_IMAGE, inspect_image};
pub use preview::{Lookup, NoOthers, Served, preview, preview_file};
pub use site::{Site, build};
pub use source::{Files, NoFiles, Pages};
