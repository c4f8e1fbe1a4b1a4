//! What the process does to itself before it loads foreign code.

use std::fs::File;
use std::io::Result;

/// Leaves no core file and lets no other process of the same user read this one's memory.
#[cfg(unix)]
pub(crate) fn no_cores() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let _ = setrlimit(
        Resource::Core,
        Rlimit {
            current: Some(0),
            maximum: Some(0),
        },
    );
    // A module that tells lengths of its fancy must not make the machine swap.
    let _ = setrlimit(
        Resource::As,
        Rlimit {
            current: Some(4 << 30),
            maximum: Some(4 << 30),
        },
    );
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
}

/// Windows writes no dumps of a process unless somebody asks it to (Windows Error Reporting, LocalDumps).
#[cfg(not(unix))]
pub(crate) fn no_cores() {}

/// The pipes to the parent, as plain files: the standard library's own streams keep a buffer, and with it the PIN,
/// as long as the process lives. Then the standard output is put elsewhere, for drivers print to it.
#[cfg(unix)]
pub(crate) fn pipes() -> Result<(File, File)> {
    use std::os::fd::AsFd;
    let input = File::from(std::io::stdin().as_fd().try_clone_to_owned()?);
    let output = File::from(std::io::stdout().as_fd().try_clone_to_owned()?);
    let nowhere = File::options().read(true).write(true).open("/dev/null")?;
    rustix::stdio::dup2_stdin(&nowhere)?;
    rustix::stdio::dup2_stdout(&nowhere)?;
    Ok((input, output))
}

/// The pipes to the parent, as plain files (see the other system's).
#[cfg(windows)]
pub(crate) fn pipes() -> Result<(File, File)> {
    use std::os::windows::io::AsHandle;
    let input = File::from(std::io::stdin().as_handle().try_clone_to_owned()?);
    let output = File::from(std::io::stdout().as_handle().try_clone_to_owned()?);
    Ok((input, output))
}
