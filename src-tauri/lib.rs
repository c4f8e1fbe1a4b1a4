//! The shell: windows, access control, logs, crashes. It knows no rule; every command is one line that
//! calls the crate `commands`. Tauri appears nowhere else.

#[cfg(test)]
mod acl;
mod border;
mod crash;
mod log;
mod pin;
mod safe;
mod scheme;
mod start;
mod window;

pub use start::run;
