//! The PKCS#11 modules of the cards and sticks that Italian providers hand out, and where they are installed.
//!
//! Each entry says where it is known from; none of these modules is ours, and none is shipped. Only places that an
//! administrator writes to are looked at: modules in a home directory (the bundles of some signing programs) could be
//! anybody's, so a person names such a one by hand. OpenSC comes last: where a vendor's module is there too, it knows
//! the vendor's cards better (new CNS cards are not read by it, OpenSC#3755; the signing certificate sits in another
//! slot with another PIN, OpenSC#2782).

use serde::Serialize;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// A module that is known by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Driver {
    /// What it is called, and by whom it is handed out.
    pub name: &'static str,
    /// Its file names on Linux, looked for in [`Driver::linux_folders`] and the system's library folders.
    pub linux: &'static [&'static str],
    /// Further folders on Linux.
    pub linux_folders: &'static [&'static str],
    /// Its file names on Windows, looked for in `System32` and [`Driver::windows_folders`].
    pub windows: &'static [&'static str],
    /// Further folders on Windows, below `Program Files`.
    pub windows_folders: &'static [&'static str],
    /// Where this is known from.
    pub source: &'static str,
}

/// Library folders of Debian, Fedora and their relatives, and of programs that were installed by hand.
const LINUX_FOLDERS: &[&str] = &[
    "/usr/lib",
    "/usr/lib64",
    "/usr/lib/x86_64-linux-gnu",
    "/usr/lib/aarch64-linux-gnu",
    "/usr/local/lib",
    "/usr/local/lib64",
];

/// The modules that are known, in the order in which they are tried.
pub const DRIVERS: &[Driver] = &[
    Driver {
        name: "Bit4id (Aruba, InfoCert, InfoCamere, Namirial; CNS)",
        linux: &[
            "libbit4xpki.so",
            "libbit4ipki.so",
            "libbit4opki.so",
            "libbit4p11.so",
        ],
        linux_folders: &[
            "/usr/lib/bit4id",
            "/usr/local/lib/bit4id",
            "/opt/bit4id/lib",
            "/opt/arubasign/asp/lin-x64/driver",
        ],
        windows: &[
            "bit4xpki.dll",
            "bit4ipki.dll",
            "bit4opki.dll",
            "bit4cpki.dll",
            "bit4p11.dll",
        ],
        windows_folders: &["Bit4id"],
        source: "piuma/sigillum detection.py; Arch package bit4id-ipki; damianofalcioni/Websocket-Smart-Card-Signer README",
    },
    Driver {
        name: "CIE (carta d'identità elettronica)",
        linux: &["libcie-pkcs11.so"],
        linux_folders: &[],
        windows: &["CIEPKI.dll"],
        windows_folders: &[],
        source: "italia/cie-middleware (installer), italia/cie-middleware-linux (installation guide)",
    },
    Driver {
        name: "Actalis (CyberMW)",
        linux: &["libcybermw.so"],
        linux_folders: &[],
        windows: &[],
        windows_folders: &[],
        source: "piuma/sigillum detection.py",
    },
    Driver {
        name: "Athena IDProtect",
        linux: &["libASEP11.so"],
        linux_folders: &["/usr/lib/x64-athena", "/lib64"],
        windows: &["asepkcs.dll"],
        windows_folders: &[],
        source: "damianofalcioni/Websocket-Smart-Card-Signer README; paths in public signing programs of Costa Rica and Argentina",
    },
    Driver {
        name: "IDEMIA, Oberthur (AWP)",
        linux: &["libOcsCryptoki.so", "libOcsPKCS11Wrapper.so"],
        linux_folders: &["/usr/local/AWP/lib"],
        windows: &["OCSCryptoki.dll", "OcsPKCS11Wrapper.dll"],
        windows_folders: &[],
        source: "damianofalcioni/Websocket-Smart-Card-Signer README; paths in public signing programs",
    },
    Driver {
        name: "Incard (InfoCamere, Poste, Aruba: carte 1204, 7420)",
        linux: &[],
        linux_folders: &[],
        windows: &["incryptoki2.dll", "inp11lib.dll", "inpkisc.dll"],
        windows_folders: &[],
        source: "damianofalcioni/Websocket-Smart-Card-Signer README; a public list of InfoCamere card numbers",
    },
    Driver {
        name: "Thales SafeNet eToken",
        linux: &["libeTPkcs11.so"],
        linux_folders: &[],
        windows: &["eTPKCS11.dll"],
        windows_folders: &["SafeNet/Authentication/SAC/x64"],
        source: "damianofalcioni/Websocket-Smart-Card-Signer README; README of pdfsign",
    },
    Driver {
        name: "Thales IDPrime",
        linux: &["libIDPrimePKCS11.so"],
        linux_folders: &[],
        windows: &["IDPrimePKCS1164.dll", "IDPrimePKCS11.dll"],
        windows_folders: &["SafeNet/Authentication/SAC/x64"],
        source: "paths in public signing programs",
    },
    Driver {
        name: "Atos CardOS (Siemens; notai, Actalis)",
        linux: &["libsiecap11.so"],
        linux_folders: &[],
        windows: &[
            "CardOS_PKCS11.dll",
            "SI_PKCS11.dll",
            "siecap11.dll",
            "cnsPKCS11.dll",
        ],
        windows_folders: &[],
        source: "damianofalcioni/Websocket-Smart-Card-Signer README; README of pdfsign",
    },
    Driver {
        name: "cryptovision (InfoCert: carte 1601-1603)",
        linux: &[],
        linux_folders: &[],
        windows: &["cvP11.dll", "cvP11_M4.dll", "cmP11.dll", "cmP1164.dll"],
        windows_folders: &[],
        source: "a public list of InfoCamere card numbers",
    },
    Driver {
        name: "OpenSC",
        linux: &["opensc-pkcs11.so"],
        linux_folders: &[
            "/usr/lib/pkcs11",
            "/usr/lib64/pkcs11",
            "/usr/lib/x86_64-linux-gnu/pkcs11",
        ],
        windows: &["opensc-pkcs11.dll"],
        windows_folders: &["OpenSC Project/OpenSC/pkcs11"],
        source: "OpenSC (Debian package opensc-pkcs11; Windows installer)",
    },
];

/// A module that is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Installed {
    /// Which.
    pub driver: Driver,
    /// Its file.
    pub module: PathBuf,
}

/// The known modules that are installed here, in the order of [`DRIVERS`]; a file that has several names once.
#[must_use]
pub fn installed() -> Vec<Installed> {
    if cfg!(windows) {
        let folder = |variable: &str, usual: &str| {
            std::env::var_os(variable).map_or_else(|| PathBuf::from(usual), PathBuf::from)
        };
        let system = folder("SystemRoot", r"C:\Windows").join("System32");
        let programs = folder("ProgramFiles", r"C:\Program Files");
        look(&[system], |driver| {
            let own = driver.windows_folders.iter();
            own.map(|folder| programs.join(folder)).collect()
        })
    } else {
        installed_below(Path::new("/"))
    }
}

/// The same below another root, as a Flatpak sees its host at `/run/host`.
#[must_use]
pub fn installed_below(root: &Path) -> Vec<Installed> {
    let below = |folder: &&str| root.join(folder.trim_start_matches('/'));
    look(
        &LINUX_FOLDERS.iter().map(below).collect::<Vec<_>>(),
        |driver| driver.linux_folders.iter().map(below).collect(),
    )
}

fn look(folders: &[PathBuf], own: impl Fn(&Driver) -> Vec<PathBuf>) -> Vec<Installed> {
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    for driver in DRIVERS {
        let names = if cfg!(windows) {
            driver.windows
        } else {
            driver.linux
        };
        for folder in own(driver).iter().chain(folders) {
            for name in names {
                let module = folder.join(name);
                if module.is_file() && module.canonicalize().is_ok_and(|real| seen.insert(real)) {
                    found.push(Installed {
                        driver: *driver,
                        module,
                    });
                }
            }
        }
    }
    found
}

/// Whether the service that talks to readers runs: pcscd on Linux, started by its socket. Without it every module
/// says that there is no reader. Elsewhere it is part of the system.
#[must_use]
pub fn reader_service() -> bool {
    !cfg!(target_os = "linux")
        || std::env::var_os("PCSCLITE_CSOCK_NAME").map_or_else(
            || Path::new("/run/pcscd/pcscd.comm").exists(),
            |socket| Path::new(&socket).exists(),
        )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn a_vendors_module_comes_before_opensc_and_a_file_counts_once() {
        let root = tempfile::tempdir().unwrap();
        let file = |path: &str| {
            let path = root.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        };
        assert_eq!(installed_below(root.path()), []);
        file("usr/lib/x86_64-linux-gnu/opensc-pkcs11.so");
        file("usr/lib/bit4id/libbit4xpki.so");
        file("usr/local/lib/libcie-pkcs11.so");
        let pkcs11 = root.path().join("usr/lib/x86_64-linux-gnu/pkcs11");
        std::fs::create_dir_all(&pkcs11).unwrap();
        std::os::unix::fs::symlink("../opensc-pkcs11.so", pkcs11.join("opensc-pkcs11.so")).unwrap();
        let found = installed_below(root.path());
        let names: Vec<&str> = found
            .iter()
            .map(|i| i.driver.name.split(' ').next().unwrap())
            .collect();
        assert_eq!(names, ["Bit4id", "CIE", "OpenSC"]);
    }

    #[test]
    fn every_module_says_where_it_is_known_from() {
        for driver in DRIVERS {
            assert!(!driver.source.is_empty());
            assert!(driver.linux.len() + driver.windows.len() > 0);
            for name in driver.linux {
                assert!(
                    Path::new(name).extension().is_some_and(|e| e == "so"),
                    "{name}"
                );
            }
            for name in driver.windows {
                assert!(
                    Path::new(name).extension().is_some_and(|e| e == "dll"),
                    "{name}"
                );
            }
        }
    }
}
