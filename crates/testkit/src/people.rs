//! People and places.

use domain::ComuneId;
use domain::identity::{Actor, Role};

/// Roccaverano, in the hills south of Asti.
pub const ROCCAVERANO: &str = "005094";
/// Vesime, its neighbour.
pub const VESIME: &str = "005113";

/// Somebody at a comune.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Person {
    /// First and last name.
    pub name: &'static str,
    /// Role.
    pub role: Role,
    /// The comune's ISTAT code.
    pub comune: &'static str,
    /// What they call their computer.
    pub computer: &'static str,
}

/// The clerk of Roccaverano.
pub const ANNA: Person = Person {
    name: "Anna Ferraris",
    role: Role::Impiegato,
    comune: ROCCAVERANO,
    computer: "PC della segreteria",
};
/// Head of Roccaverano's only service.
pub const BRUNO: Person = Person {
    name: "Bruno Gallo",
    role: Role::Responsabile,
    comune: ROCCAVERANO,
    computer: "PC del responsabile",
};
/// A student who helps Roccaverano.
pub const CARLA: Person = Person {
    name: "Carla Bosco",
    role: Role::Volontario,
    comune: ROCCAVERANO,
    computer: "portatile di Carla",
};
/// The clerk of Vesime.
pub const DARIO: Person = Person {
    name: "Dario Abbate",
    role: Role::Impiegato,
    comune: VESIME,
    computer: "PC di Vesime",
};

impl Person {
    /// Their comune.
    pub fn comune(&self) -> ComuneId {
        ComuneId::new(self.comune)
    }

    /// As who acts, on a device of this name.
    pub fn on(&self, device: &str) -> Actor {
        Actor {
            device: domain::DeviceId::new(device),
            person: self.name.to_owned(),
            role: self.role,
        }
    }
}
