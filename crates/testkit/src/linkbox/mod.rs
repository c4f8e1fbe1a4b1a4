//! A line between two network namespaces: real kernel TCP on an emulated rural line.
//!
//! Two TUN devices are made in the root namespace and moved, one into the *near* namespace (the comune),
//! one into the *far* one (the hub). A forwarder in this process holds both ends and carries packets from
//! one to the other: at a rate, through a queue of 32 kB, after half the round trip, fewer by a seeded
//! chance, and not at all while the line is down. Needs root and `/dev/net/tun`; [`crate::Cable`] is
//! the plain variant without.

mod profile;
mod space;
mod stream;
mod way;

pub use profile::{Line, NoSuchProfile, Profile, Schedule};
pub use way::Count;

use space::Space;
use std::io;
use std::net::Ipv4Addr;
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;
use tappers::{Interface, Tun};
use way::{Meter, Switch, Way};

/// The near end's address; boxes do not see each other, so all have the same.
pub const NEAR: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 1);
/// The far end's.
pub const FAR: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 2);

/// Why there is no box.
#[derive(Debug)]
pub enum LinkboxError {
    /// This machine does not let us: the reason.
    NotHere(String),
    /// The command `ip` refused: its words.
    Ip(String),
    /// The system did.
    Io(io::Error),
}

impl std::fmt::Display for LinkboxError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotHere(why) => write!(f, "no link emulator here: {why}"),
            Self::Ip(why) => write!(f, "ip: {why}"),
            Self::Io(error) => write!(f, "link emulator: {error}"),
        }
    }
}

impl std::error::Error for LinkboxError {}

impl From<io::Error> for LinkboxError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// An end of the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The comune.
    Near,
    /// The hub.
    Far,
}

/// What went over the line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Passed {
    /// From near to far.
    pub up: Count,
    /// From far to near.
    pub down: Count,
}

impl Passed {
    /// Bytes both ways, as both ends' meters show them.
    pub fn bytes(&self) -> u64 {
        self.up.bytes + self.down.bytes
    }

    /// What passed after `earlier` was read.
    pub fn since(&self, earlier: &Self) -> Self {
        Self {
            up: self.up.since(&earlier.up),
            down: self.down.since(&earlier.down),
        }
    }
}

impl Count {
    fn since(&self, earlier: &Self) -> Self {
        Self {
            bytes: self.bytes - earlier.bytes,
            packets: self.packets - earlier.packets,
            lost: self.lost - earlier.lost,
            dropped: self.dropped - earlier.dropped,
            down: self.down - earlier.down,
            delivered: self.delivered - earlier.delivered,
            headers: self.headers - earlier.headers,
            bare: self.bare - earlier.bare,
            fresh: self.fresh - earlier.fresh,
            arrived: self.arrived - earlier.arrived,
        }
    }
}

/// An emulated line. Dropping it ends every program in its namespaces and removes them.
pub struct Linkbox {
    near: Space,
    far: Space,
    switch: Arc<Switch>,
    up: Arc<Meter>,
    down: Arc<Meter>,
}

impl Linkbox {
    /// Lays a line. `seed` decides which packets are lost.
    ///
    /// # Errors
    /// [`LinkboxError::NotHere`] without root or TUN; the system's.
    pub fn open(line: Line, seed: u64) -> Result<Self, LinkboxError> {
        possible()?;
        space::sweep();
        let number = space::number();
        let (near_name, far_name) = (
            space::passing_name(number, 'n'),
            space::passing_name(number, 'f'),
        );
        let (near_end, far_end) = (device(&near_name)?, device(&far_name)?);
        let near = Space::create(number, "near")?;
        let far = Space::create(number, "far")?;
        near.take(&near_name, &NEAR.to_string(), &FAR.to_string())?;
        far.take(&far_name, &FAR.to_string(), &NEAR.to_string())?;
        let linkbox = Self {
            near,
            far,
            switch: Arc::new(Switch::new(line)),
            up: Arc::default(),
            down: Arc::default(),
        };
        linkbox.start(&near_end, &far_end, seed);
        Ok(linkbox)
    }

    fn start(&self, near: &Arc<Tun>, far: &Arc<Tun>, seed: u64) {
        let opened = Instant::now();
        let way = |from: &Arc<Tun>, to: &Arc<Tun>, meter: &Arc<Meter>, seed| Way {
            from: from.clone(),
            to: to.clone(),
            switch: self.switch.clone(),
            meter: meter.clone(),
            seed,
            opened,
        };
        way(near, far, &self.up, seed.wrapping_mul(2)).start();
        way(far, near, &self.down, seed.wrapping_mul(2) + 1).start();
    }

    fn space(&self, side: Side) -> (&Space, Ipv4Addr) {
        match side {
            Side::Near => (&self.near, FAR),
            Side::Far => (&self.far, NEAR),
        }
    }

    /// The name of a namespace, for `ip netns exec`.
    pub fn namespace(&self, side: Side) -> &str {
        &self.space(side).0.name
    }

    /// A program at one end of the line.
    pub fn command(&self, side: Side, program: impl AsRef<std::ffi::OsStr>) -> Command {
        self.space(side).0.command(program)
    }

    /// Chooses the congestion control of connections over the line: what the sender at `side` does.
    ///
    /// # Errors
    /// Where the kernel does not have it.
    pub fn set_congestion(&self, side: Side, name: &str) -> Result<(), LinkboxError> {
        let (space, other) = self.space(side);
        space.congestion(name, &other.to_string())
    }

    /// The kernel's usual congestion control, where none was chosen.
    ///
    /// # Errors
    /// The system's.
    pub fn usual_congestion(&self) -> Result<String, LinkboxError> {
        self.far.usual_congestion()
    }

    /// Another line from now on; its schedule begins now.
    pub fn set(&self, line: Line) {
        self.switch.set(line);
    }

    /// Takes the line down: packets are lost, connections do not know.
    pub fn cut(&self) {
        self.switch.cut(true);
    }

    /// And up again.
    pub fn restore(&self) {
        self.switch.cut(false);
    }

    /// Ends every TCP connection over the line at both ends, as a modem that redials does.
    ///
    /// # Errors
    /// The system's.
    pub fn hang_up(&self) -> Result<(), LinkboxError> {
        self.near.hang_up(&FAR.to_string())?;
        self.far.hang_up(&NEAR.to_string())
    }

    /// What passed so far.
    pub fn passed(&self) -> Passed {
        Passed {
            up: self.up.count(),
            down: self.down.count(),
        }
    }

    /// Bytes delivered in each second since it was opened: up, down.
    pub fn trace(&self) -> (Vec<u64>, Vec<u64>) {
        (self.up.trace(), self.down.trace())
    }
}

impl Drop for Linkbox {
    fn drop(&mut self) {
        self.switch.stop();
    }
}

/// Ends every program in the boxes of this process and removes them: for a program that is told to stop.
pub fn remove_all() {
    space::remove_own();
}

/// Whether this machine lets us, and why not.
///
/// # Errors
/// [`LinkboxError::NotHere`].
pub fn possible() -> Result<(), LinkboxError> {
    let not_here = |why: String| Err(LinkboxError::NotHere(why));
    if !std::path::Path::new("/dev/net/tun").exists() {
        return not_here("there is no /dev/net/tun".into());
    }
    let listed = Command::new("ip").args(["netns", "list"]).output();
    if !listed.is_ok_and(|output| output.status.success()) {
        return not_here("the command ip (iproute2) is missing".into());
    }
    match Command::new("id").arg("-u").output() {
        Ok(output) if output.stdout.trim_ascii() == b"0" => Ok(()),
        _ => not_here("only root may make namespaces".into()),
    }
}

fn device(name: &str) -> Result<Arc<Tun>, LinkboxError> {
    match Interface::new(name).and_then(Tun::new_named) {
        Ok(device) => Ok(Arc::new(device)),
        Err(error) => Err(LinkboxError::NotHere(format!("no TUN device: {error}"))),
    }
}
