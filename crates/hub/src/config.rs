//! What can be set.

use crate::clock::{Clock, system_clock};
use crate::files::{ChunkWrite, write_chunk};
use crate::firma::FirmaSettings;
use crate::storage::Databases;
use crate::storage::sqlite::SqliteFiles;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use world::Work;

/// How a hub is set up. [`Config::new`] gives the usual values.
#[derive(Clone)]
pub struct Config {
    /// Where everything is kept.
    pub data: PathBuf,
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Scheme and host as the public sees them, without a slash at the end; empty where not known.
    pub origin: String,
    /// Certificate and key for TLS; without them the hub speaks plain HTTP.
    pub tls: Option<TlsFiles>,
    /// TCP congestion control for the connections, where the kernel has it; empty for the kernel's own.
    pub congestion: String,
    /// Connections at a time; who comes later waits.
    pub max_connections: usize,
    /// Comuni's databases open at a time; each takes three files and up to 600 kB.
    pub open_databases: usize,
    /// The clock.
    pub clock: Clock,
    /// The hub stands behind a proxy that sets `x-forwarded-for`.
    pub proxied: bool,
    /// Bytes of files that a comune may keep.
    pub quota: u64,
    /// Bytes of an answer to a bundle after which no more files go in: the next bundle asks for the rest.
    pub answer_files: u64,
    /// Size limit of a comune's database, in pages of 4 kB.
    pub max_pages: Option<u32>,
    /// Calls per minute.
    pub limits: Limits,
    /// Trusted lists and time stamps.
    pub firma: FirmaSettings,
    /// Writes a chunk to disk; tests put a full disk here.
    pub write: ChunkWrite,
    /// Opens the databases.
    pub databases: Arc<dyn Databases>,
    /// Where work that waits for the disk is done.
    pub work: Work,
}

/// Where certificate and key are, in PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The chain: the hub's own certificate first.
    pub cert: PathBuf,
    /// Its key.
    pub key: PathBuf,
}

/// How many calls the hub takes, per minute. Short bursts of the same number are taken at once.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Enrolments from one address.
    pub enrol: u32,
    /// Logins from one address.
    pub login: u32,
    /// Enrolments and logins from everywhere.
    pub everywhere: u32,
    /// Calls of one device.
    pub device: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            enrol: 6,
            login: 6,
            everywhere: 60,
            device: 1200,
        }
    }
}

impl Config {
    /// The usual values: loopback, any free port, plain HTTP, BBR, 20 GB of files per comune.
    pub fn new(data: impl Into<PathBuf>) -> Self {
        Self {
            data: data.into(),
            listen: (Ipv4Addr::LOCALHOST, 0).into(),
            origin: String::new(),
            tls: None,
            congestion: "bbr".into(),
            max_connections: 4096,
            open_databases: 512,
            clock: system_clock(),
            proxied: false,
            quota: 20_000_000_000,
            answer_files: 256 * 1024 * 1024,
            max_pages: None,
            limits: Limits::default(),
            firma: FirmaSettings::default(),
            write: write_chunk,
            databases: Arc::new(SqliteFiles),
            work: Work::Threads,
        }
    }
}
