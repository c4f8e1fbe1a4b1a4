//! Whether the line is metered, as NetworkManager has it.

use std::time::Duration;
use sync::Meter;
use zbus::blocking::connection::Builder;
use zbus::zvariant::OwnedValue;

const NAME: &str = "org.freedesktop.NetworkManager";
const PATH: &str = "/org/freedesktop/NetworkManager";
/// How long NetworkManager may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// NetworkManager on the system's bus. A computer without it knows nothing of its line.
#[derive(Debug, Clone, Default)]
pub struct NetworkManager {
    /// Another bus than the system's.
    bus: Option<String>,
}

impl Meter for NetworkManager {
    fn metered(&self) -> Option<bool> {
        match self.ask() {
            Ok(answer) => meaning(answer),
            Err(error) => {
                tracing::debug!(%error, "NetworkManager does not answer.");
                None
            }
        }
    }
}

impl NetworkManager {
    fn ask(&self) -> zbus::Result<u32> {
        let bus = match &self.bus {
            Some(address) => Builder::address(address.as_str())?,
            None => Builder::system()?,
        };
        let bus = bus.method_timeout(PATIENCE).build()?;
        let wanted = (NAME, "Metered");
        let properties = Some("org.freedesktop.DBus.Properties");
        let answer = bus.call_method(Some(NAME), PATH, properties, "Get", &wanted)?;
        let value: OwnedValue = answer.body().deserialize()?;
        Ok(u32::try_from(value)?)
    }
}

/// `NMMetered`: yes, no, and the two guesses; all else is not known.
fn meaning(answer: u32) -> Option<bool> {
    match answer {
        1 | 3 => Some(true),
        2 | 4 => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests")]
    use super::*;
    use std::io::{BufRead, BufReader};
    use std::process::{Child, Command, Stdio};

    /// A bus of our own; ends with the test.
    struct Bus(Child, String);

    impl Drop for Bus {
        fn drop(&mut self) {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }

    fn bus() -> Option<Bus> {
        let mut daemon = Command::new("dbus-daemon")
            .args(["--session", "--nofork", "--print-address"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let mut address = String::new();
        let mut said = BufReader::new(daemon.stdout.take()?);
        said.read_line(&mut address).ok()?;
        Some(Bus(daemon, address.trim().to_owned()))
    }

    /// What a computer with NetworkManager has on its bus.
    struct Manager(u32);

    #[zbus::interface(name = "org.freedesktop.NetworkManager")]
    impl Manager {
        #[zbus(property)]
        fn metered(&self) -> u32 {
            self.0
        }
    }

    #[test]
    fn network_manager_is_asked_over_a_real_bus() {
        let Some(bus) = bus() else {
            println!("SKIPPED: dbus-daemon is not installed");
            return;
        };
        let asks = || NetworkManager {
            bus: Some(bus.1.clone()),
        };
        assert_eq!(asks().metered(), None, "nobody there");
        for (answer, meaning) in [(1, Some(true)), (4, Some(false)), (0, None)] {
            let _manager = Builder::address(bus.1.as_str())
                .unwrap()
                .name(NAME)
                .unwrap()
                .serve_at(PATH, Manager(answer))
                .unwrap()
                .build()
                .unwrap();
            assert_eq!(asks().metered(), meaning, "{answer}");
        }
    }

    #[test]
    fn a_computer_without_a_bus_knows_nothing() {
        let nowhere = NetworkManager {
            bus: Some("unix:path=/nowhere/at/all".into()),
        };
        assert_eq!(nowhere.metered(), None);
    }
}
