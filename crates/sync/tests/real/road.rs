//! What lies between desks and hub: the kernel's own TCP and TLS 1.3 over an emulated line where the machine
//! lets us (root and a TUN device), a TCP proxy and plain HTTP where it does not.

use crate::roll;
use crate::world::Line;
use hub::TlsFiles;
use std::ffi::OsStr;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use testkit::Fault;

#[cfg(target_os = "linux")]
use {
    rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair},
    std::sync::Arc,
    std::time::Instant,
    testkit::{FAR, Linkbox, Passed, Schedule, Side},
};

/// Of what a village has: 1 Mbit/s, 20 ms each way; longer would only make fewer calls to kill.
pub const VILLAGE: Fault = Fault {
    cut: false,
    mute: false,
    delay: Duration::from_millis(20),
    rate: 125_000,
    cut_after_up: None,
    cut_after_down: None,
};

/// The same, as a line of packets; one in fifty is lost.
#[cfg(target_os = "linux")]
const PACKETS: testkit::Line = testkit::Line {
    rate: 1_000_000,
    rtt: Duration::from_millis(40),
    loss: 0.02,
    schedule: None,
};

/// Where programs run: at the two ends of an emulated line, or all on this computer.
#[derive(Clone, Default)]
pub struct Place(Option<Apart>);

/// The two ends of an emulated line.
#[cfg(target_os = "linux")]
#[derive(Clone)]
struct Apart {
    linkbox: Arc<Linkbox>,
    tls: PathBuf,
}

/// Elsewhere there is no emulated line.
#[cfg(not(target_os = "linux"))]
#[derive(Clone)]
enum Apart {}

#[cfg(target_os = "linux")]
impl Place {
    /// At the ends of an emulated line; on this computer, said aloud, where there can be none. What TLS needs
    /// is put into the folder.
    pub fn apart(folder: &Path) -> Self {
        if let Err(why) = testkit::possible() {
            println!("SKIPPED: the emulated line ({why}); over a TCP proxy instead");
            return Self(None);
        }
        let tls = folder.join("tls");
        certify(&tls);
        let linkbox = Linkbox::open(PACKETS, u64::from(roll(0, u32::MAX))).unwrap();
        let linkbox = Arc::new(linkbox);
        Self(Some(Apart { linkbox, tls }))
    }

    /// Where a hub listens.
    pub fn listen(&self) -> SocketAddr {
        match self.0 {
            Some(_) => SocketAddr::from((FAR, 7000)),
            None => SocketAddr::from(([127, 0, 0, 1], 0)),
        }
    }

    /// A program where the desks are; it trusts the hub's authority and no other.
    pub fn near(&self, program: impl AsRef<OsStr>) -> Command {
        let Some(Apart { linkbox, tls }) = &self.0 else {
            return Command::new(program);
        };
        let mut command = linkbox.command(Side::Near, program);
        command.env("SSL_CERT_FILE", tls.join(AUTHORITY));
        command
    }

    /// A program where the hub is.
    pub fn far(&self, program: impl AsRef<OsStr>) -> Command {
        let Some(Apart { linkbox, tls }) = &self.0 else {
            return Command::new(program);
        };
        let mut command = linkbox.command(Side::Far, program);
        command.env("REAL_TLS", tls);
        command
    }
}

#[cfg(not(target_os = "linux"))]
impl Place {
    /// All on this computer: said aloud.
    pub fn apart(_: &Path) -> Self {
        println!("SKIPPED: the emulated line needs Linux; over a TCP proxy instead");
        Self(None)
    }

    /// Where a hub listens.
    pub fn listen(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], 0))
    }

    /// A program where the desks are.
    pub fn near(&self, program: impl AsRef<OsStr>) -> Command {
        Command::new(program)
    }

    /// A program where the hub is.
    pub fn far(&self, program: impl AsRef<OsStr>) -> Command {
        Command::new(program)
    }
}

/// The hub's authority, as a file of [`Place::apart`].
#[cfg(target_os = "linux")]
const AUTHORITY: &str = "ca.pem";

/// An authority, and a certificate of the far end's address for the hub.
#[cfg(target_os = "linux")]
fn certify(folder: &Path) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec![FAR.to_string()]).unwrap();
    let cert = params.signed_by(&key, &authority).unwrap();
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(folder.join(AUTHORITY), authority.pem()).unwrap();
    std::fs::write(folder.join("hub.pem"), cert.pem()).unwrap();
    std::fs::write(folder.join("hub.key"), key.serialize_pem()).unwrap();
}

/// The certificate and key of a hub that [`Place::far`] started; `None` for plain HTTP.
pub fn tls() -> Option<TlsFiles> {
    let folder = PathBuf::from(std::env::var_os("REAL_TLS")?);
    Some(TlsFiles {
        cert: folder.join("hub.pem"),
        key: folder.join("hub.key"),
    })
}

/// The road between the two.
pub enum Road {
    /// Packets, lost and delayed by a forwarder between two kernels' TCP.
    #[cfg(target_os = "linux")]
    Emulated {
        /// The line.
        linkbox: Arc<Linkbox>,
        /// Its far end.
        hub: SocketAddr,
        /// How often its connections were ended.
        torn: u64,
    },
    /// Bytes, carried by a proxy.
    Cable(Line),
}

impl Road {
    /// From the desks' place to this hub.
    pub fn lay(place: &Place, hub: SocketAddr) -> Self {
        #[cfg(target_os = "linux")]
        if let Some(Apart { linkbox, .. }) = place.0.clone() {
            let torn = 0;
            return Self::Emulated { linkbox, hub, torn };
        }
        #[cfg(not(target_os = "linux"))]
        let _ = place;
        Self::Cable(Line::lay(hub))
    }

    /// The hub as the desks call it.
    pub fn url(&self) -> String {
        match self {
            #[cfg(target_os = "linux")]
            Self::Emulated { hub, .. } => format!("https://{hub}"),
            Self::Cable(line) => line.url(),
        }
    }

    /// Bad weather for some time: the line goes down and comes back, connections are torn.
    pub fn suffer(&mut self, time: Duration) {
        match self {
            #[cfg(target_os = "linux")]
            Self::Emulated { linkbox, torn, .. } => {
                let end = Instant::now() + time;
                linkbox.set(flapping());
                std::thread::sleep(time.mul_f64(f64::from(roll(0, 100)) / 100.0));
                if roll(0, 3) == 0 {
                    linkbox.hang_up().unwrap();
                    *torn += 1;
                }
                std::thread::sleep(end.saturating_duration_since(Instant::now()));
            }
            Self::Cable(line) => {
                line.set(tearing());
                std::thread::sleep(time);
            }
        }
    }

    /// From now on it holds; packets are lost all the same, where there are any.
    pub fn heal(&self) {
        match self {
            #[cfg(target_os = "linux")]
            Self::Emulated { linkbox, .. } => linkbox.set(PACKETS),
            Self::Cable(line) => line.set(Fault::default()),
        }
    }

    /// What passed and what was lost, for people. Fails where an emulated line was too good.
    pub fn told(&self) -> String {
        match self {
            #[cfg(target_os = "linux")]
            Self::Emulated { linkbox, torn, .. } => lossy(&linkbox.passed(), *torn),
            Self::Cable(line) => {
                let traffic = line.traffic();
                format!(
                    "a cable (a TCP proxy: 1 Mbit/s, 20 ms, torn {} times, {} connections)",
                    traffic.torn, traffic.connections
                )
            }
        }
    }
}

/// The village's line: in every other case it comes and goes.
#[cfg(target_os = "linux")]
fn flapping() -> testkit::Line {
    let ms = |least, most| Duration::from_millis(u64::from(roll(least, most)));
    let schedule = Schedule {
        up: ms(40, 300),
        down: ms(10, 80),
    };
    testkit::Line {
        schedule: (roll(0, 2) > 0).then_some(schedule),
        ..PACKETS
    }
}

#[cfg(target_os = "linux")]
fn lossy(passed: &Passed, torn: u64) -> String {
    let packets = passed.up.packets + passed.down.packets;
    let lost = passed.up.lost + passed.down.lost;
    let down = passed.up.down + passed.down.down;
    assert!(
        lost > 0 && down > 0 && torn > 0,
        "the line was too good: {lost} packets lost, {down} while it was down, torn {torn} times"
    );
    format!(
        "an emulated line (linkbox: the kernel's TCP, TLS 1.3, 1 Mbit/s, 40 ms there and back, 2 % loss, flapping; \
         {packets} packets, {} kB, {lost} lost, {down} sent while it was down, all connections ended {torn} times)",
        passed.bytes() / 1000
    )
}

/// The village's line, torn after some bytes in two cases of three.
fn tearing() -> Fault {
    let after = Some(u64::from(roll(1, 6_000)));
    match roll(0, 3) {
        0 => VILLAGE,
        1 => Fault {
            cut_after_up: after,
            ..VILLAGE
        },
        _ => Fault {
            cut_after_down: after,
            ..VILLAGE
        },
    }
}
