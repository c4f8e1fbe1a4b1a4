//! What a line is like, and the lines we promise to work on.

use std::str::FromStr;
use std::time::Duration;

/// A line, the same both ways.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Line {
    /// Bits per second, counted at IP level.
    pub rate: u64,
    /// There and back, of a packet that finds the line free; its own time on the line comes on top.
    pub rtt: Duration,
    /// Share of packets lost on the way, 0 to 1.
    pub loss: f64,
    /// When it is up; `None` for always.
    pub schedule: Option<Schedule>,
}

/// A line that comes and goes. It begins up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schedule {
    /// So long up.
    pub up: Duration,
    /// Then so long down, and so on.
    pub down: Duration,
}

impl Schedule {
    /// Whether the line is up so long after its beginning.
    pub fn is_up(self, since: Duration) -> bool {
        let period = (self.up + self.down).as_micros().max(1);
        since.as_micros() % period < self.up.as_micros()
    }
}

/// The lines of the province, by the names the issue and the figures use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Profile {
    /// 128 kbit/s, 600 ms, no loss.
    A,
    /// 128 kbit/s, 600 ms, 10 % loss.
    B,
    /// 128 kbit/s, 600 ms, 5 % loss, 25 s up and 35 s down.
    C,
    /// 512 kbit/s, 300 ms, 5 % loss.
    D,
    /// 2 Mbit/s, 800 ms, 1 % loss.
    E,
    /// 128 kbit/s, 800 ms, 20 % loss.
    F,
    /// 64 kbit/s, 1 s, 5 % loss.
    G,
    /// As C, but 10 s up and 50 s down: less than anybody can work on, and enough to get everything through.
    H,
}

impl Profile {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::A,
        Self::B,
        Self::C,
        Self::D,
        Self::E,
        Self::F,
        Self::G,
        Self::H,
    ];

    /// Its letter.
    pub fn name(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
            Self::C => "C",
            Self::D => "D",
            Self::E => "E",
            Self::F => "F",
            Self::G => "G",
            Self::H => "H",
        }
    }

    /// What it is like.
    pub fn line(self) -> Line {
        match self {
            Self::A => line(128, 600, 0.0),
            Self::B => line(128, 600, 0.10),
            Self::C => Line {
                schedule: up_of_a_minute(25),
                ..line(128, 600, 0.05)
            },
            Self::D => line(512, 300, 0.05),
            Self::E => line(2000, 800, 0.01),
            Self::F => line(128, 800, 0.20),
            Self::G => line(64, 1000, 0.05),
            Self::H => Line {
                schedule: up_of_a_minute(10),
                ..line(128, 600, 0.05)
            },
        }
    }
}

fn up_of_a_minute(seconds: u64) -> Option<Schedule> {
    Some(Schedule {
        up: Duration::from_secs(seconds),
        down: Duration::from_secs(60 - seconds),
    })
}

fn line(kbit: u64, rtt: u64, loss: f64) -> Line {
    Line {
        rate: kbit * 1000,
        rtt: Duration::from_millis(rtt),
        loss,
        schedule: None,
    }
}

/// A name that is no profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoSuchProfile;

impl std::fmt::Display for NoSuchProfile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("profiles are A to H")
    }
}

impl std::error::Error for NoSuchProfile {}

impl FromStr for Profile {
    type Err = NoSuchProfile;

    fn from_str(name: &str) -> Result<Self, NoSuchProfile> {
        let same = |profile: &Self| profile.name().eq_ignore_ascii_case(name);
        Self::ALL.into_iter().find(same).ok_or(NoSuchProfile)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_profiles_are_one_to_one() {
        for profile in Profile::ALL {
            assert_eq!(profile.name().parse(), Ok(profile));
        }
        assert_eq!("I".parse::<Profile>(), Err(NoSuchProfile));
    }

    #[test]
    fn a_schedule_begins_up_and_repeats() -> Result<(), &'static str> {
        let schedule = Profile::C.line().schedule.ok_or("C comes and goes")?;
        let up = |seconds| schedule.is_up(Duration::from_secs(seconds));
        assert!(up(0) && up(24) && !up(25) && !up(59) && up(60) && up(84) && !up(85));
        Ok(())
    }
}
