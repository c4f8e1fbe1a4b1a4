//! Network namespaces, by the system's own command `ip`.

use super::LinkboxError;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// What our namespaces are called, before the process and the number.
const PREFIX: &str = "linkbox-";
/// The device in each of them.
const DEVICE: &str = "line0";

static NEXT: AtomicU32 = AtomicU32::new(1);

/// A namespace of our own. Dropping it ends every program in it and removes it.
pub(super) struct Space {
    pub name: String,
}

/// A number that no other box of this process has.
pub(super) fn number() -> u32 {
    NEXT.fetch_add(1, Relaxed)
}

/// The name of a device while it is still in the root namespace: of 15 characters at most.
pub(super) fn passing_name(number: u32, end: char) -> String {
    format!("lb{}{end}{number}", std::process::id() % 10_000_000)
}

impl Space {
    pub fn create(number: u32, side: &str) -> Result<Self, LinkboxError> {
        let name = format!("{PREFIX}{}-{number}-{side}", std::process::id());
        ip(&["netns", "add", &name])?;
        let space = Self { name };
        // Router solicitations are nobody's traffic.
        space.run("sysctl", &["-qw", "net.ipv6.conf.all.disable_ipv6=1"])?;
        space.run("sysctl", &["-qw", "net.ipv6.conf.default.disable_ipv6=1"])?;
        // What TCP learnt on one line must not be used on the next.
        space.run("sysctl", &["-qw", "net.ipv4.tcp_no_metrics_save=1"])?;
        space.run("ip", &["link", "set", "lo", "up"])?;
        Ok(space)
    }

    /// Moves a device in, and gives it this address towards that one.
    pub fn take(&self, device: &str, own: &str, other: &str) -> Result<(), LinkboxError> {
        ip(&["link", "set", device, "netns", &self.name])?;
        self.run("ip", &["link", "set", device, "name", DEVICE])?;
        self.run("ip", &["addr", "add", own, "peer", other, "dev", DEVICE])?;
        self.run("ip", &["link", "set", DEVICE, "up"])
    }

    /// The congestion control of the connections made or taken here towards the other end.
    pub fn congestion(&self, name: &str, other: &str) -> Result<(), LinkboxError> {
        // Per route: the sysctl takes only what the machine allows to everybody.
        self.run(
            "ip",
            &["route", "replace", other, "dev", DEVICE, "congctl", name],
        )
    }

    /// The kernel's default here.
    pub fn usual_congestion(&self) -> Result<String, LinkboxError> {
        let output = self.output("cat", &["/proc/sys/net/ipv4/tcp_congestion_control"])?;
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// Ends every TCP connection from here to that address, as a redialling modem would.
    pub fn hang_up(&self, other: &str) -> Result<(), LinkboxError> {
        // It complains of sockets that cannot be ended (listening ones); those are not meant.
        self.output("ss", &["-K", "dst", other]).map(drop)
    }

    /// A program in this namespace.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.name]).arg(program);
        command
    }

    fn run(&self, program: &str, args: &[&str]) -> Result<(), LinkboxError> {
        succeeded(&self.output(program, args)?)
    }

    fn output(&self, program: &str, args: &[&str]) -> Result<Output, LinkboxError> {
        let mut command = self.command(program);
        Ok(command.args(args).stdin(Stdio::null()).output()?)
    }
}

impl Drop for Space {
    fn drop(&mut self) {
        remove(&self.name);
    }
}

fn ip(args: &[&str]) -> Result<(), LinkboxError> {
    let output = Command::new("ip").args(args).stdin(Stdio::null()).output();
    succeeded(&output?)
}

fn succeeded(output: &Output) -> Result<(), LinkboxError> {
    if output.status.success() {
        return Ok(());
    }
    let why = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(LinkboxError::Ip(why))
}

/// Ends what runs in a namespace of ours, and removes it with its device.
fn remove(name: &str) {
    // Nothing can be done about what fails here, and the next box sweeps again.
    if let Ok(output) = Command::new("ip").args(["netns", "pids", name]).output() {
        for pid in String::from_utf8_lossy(&output.stdout).split_whitespace() {
            let _ = Command::new("kill").args(["-9", pid]).output();
        }
    }
    let _ = ip(&["-n", name, "link", "del", DEVICE]);
    let _ = ip(&["netns", "del", name]);
}

/// Removes what boxes of processes that are no more have left behind.
pub(super) fn sweep() {
    remove_where(|pid| !Path::new("/proc").join(pid).exists());
}

/// Removes every box of this process.
pub(super) fn remove_own() {
    let own = std::process::id().to_string();
    remove_where(|pid| pid == own);
}

fn remove_where(chosen: impl Fn(&str) -> bool) {
    let Ok(entries) = fs::read_dir("/run/netns") else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if owner(&name).is_some_and(&chosen) {
            remove(&name);
        }
    }
}

fn owner(name: &str) -> Option<&str> {
    name.strip_prefix(PREFIX)?.split('-').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_namespaces_have_an_owner() {
        assert_eq!(owner("linkbox-123-4-near"), Some("123"));
        assert_eq!(owner("docker-123"), None);
        assert!(passing_name(999, 'a').len() <= 15);
    }
}
