//! Who is measured: how each is installed, its server started, its clients seated.

use crate::actor::{Actor, Running, serve};
use crate::place::{PORT, Place, Tools};
use crate::{Outcome, install};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use testkit::{FAR, Side};

/// A program that synchronises, with its own server and client. Its clients understand the words of
/// `client talk` (see `crates/bench/peers`): `load`, `edit`, `attach`, `carry`, `start`, `sync`, `await`.
pub trait Peer: Send + Sync {
    /// As `--peers` takes it.
    fn name(&self) -> &'static str;

    /// Installs what is missing.
    ///
    /// # Errors
    /// Why it cannot be had here.
    fn install(&self, tools: &Tools) -> Outcome<()>;

    /// What exactly is measured.
    ///
    /// # Errors
    /// Where it cannot be told.
    fn versions(&self, tools: &Tools) -> Outcome<String>;

    /// What it carries.
    fn carries(&self) -> Kind;

    /// Whether its second client may ask while the first carries: a server that knows only one session at a
    /// time would break the first one off.
    fn both_at_once(&self) -> bool {
        true
    }

    /// Starts its server at the far end.
    ///
    /// # Errors
    /// Where it does not start.
    fn serve(&self, place: &Place<'_>) -> Outcome<Running>;

    /// Seats a client at an end, with a workspace of its own.
    ///
    /// # Errors
    /// Where it does not start.
    fn sit(&self, place: &Place<'_>, side: Side, who: &str) -> Outcome<Actor>;
}

/// What a peer carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Records alone.
    Records,
    /// Files alone.
    Files,
    /// Both.
    Both,
}

impl Kind {
    /// Whether it has records.
    pub fn records(self) -> bool {
        self != Self::Files
    }

    /// Whether it has files.
    pub fn files(self) -> bool {
        self != Self::Records
    }
}

/// Everybody.
pub fn all() -> Vec<Box<dyn Peer>> {
    vec![
        Box::new(Ours { tls: false }),
        Box::new(Ours { tls: true }),
        Box::new(PouchDb),
        Box::new(Anki),
        Box::new(Automerge),
        Box::new(Rsync),
        Box::new(Tus),
    ]
}

fn address() -> String {
    format!("{FAR}:{PORT}")
}

fn url() -> String {
    format!("http://{}/", address())
}

/// The comune of all runs.
const COMUNE: &str = "005094";

/// The hub and the headless client of this repository, in the clear as all the others, or with TLS 1.3.
struct Ours {
    tls: bool,
}

impl Ours {
    fn data(place: &Place<'_>) -> Outcome<String> {
        Ok(place.folder("hub")?.display().to_string())
    }

    fn code(place: &Place<'_>, who: &str) -> Outcome<String> {
        let mut command = Command::new(place.tools.bin.join("hub"));
        command.args(["code", "--data", &Self::data(place)?, "--comune", COMUNE]);
        command.args(["--person", who, "--role", "responsabile"]);
        install::said(&mut command)
    }

    /// The client, which trusts the authority of this run alone.
    fn client(&self, place: &Place<'_>, side: Side) -> Outcome<Command> {
        let mut command = place.command(side, place.tools.bin.join("client"))?;
        if self.tls {
            command.env("SSL_CERT_FILE", place.folder("tls")?.join("ca.pem"));
        }
        Ok(command)
    }

    fn enrol(&self, place: &Place<'_>, side: Side, who: &str, folder: &str) -> Outcome<()> {
        let mut enrol = self.client(place, side)?;
        enrol.args(["enrol", "--dir", folder, "--name", who]);
        enrol.args(["--code", &Self::code(place, who)?]);
        if self.tls {
            enrol.args(["--hub", &format!("https://{}", address())]);
        } else {
            enrol.args(["--clear", "--hub", &format!("http://{}", address())]);
        }
        install::said(&mut enrol).map(drop)
    }
}

impl Peer for Ours {
    fn name(&self) -> &'static str {
        if self.tls { "ours-tls" } else { "ours" }
    }

    fn install(&self, tools: &Tools) -> Outcome<()> {
        let missing = |name: &&str| !tools.bin.join(name).exists();
        if let Some(name) = ["hub", "client"].into_iter().find(missing) {
            return Err(format!("{} is not built", tools.bin.join(name).display()).into());
        }
        let help = install::said(Command::new(tools.bin.join("hub")).arg("help"))?;
        if self.tls && !help.contains("--tls-cert") {
            return Err("this hub has no TLS of its own".into());
        }
        Ok(())
    }

    fn versions(&self, tools: &Tools) -> Outcome<String> {
        let git = |words: &str| {
            let mut git = Command::new("git");
            git.current_dir(&tools.root).args(words.split(' '));
            install::said(git.args(["--", "crates", "Cargo.lock"]))
        };
        // What programs are built from: the table itself changes with every run.
        let commit = git("log -1 --format=%h")?;
        let changed = git("status --porcelain")?;
        let dirty = if changed.is_empty() { "" } else { "-dirty" };
        let build = tools.bin.file_name().unwrap_or_default();
        Ok(format!("{commit}{dirty} ({} build)", build.display()))
    }

    fn carries(&self) -> Kind {
        Kind::Both
    }

    fn serve(&self, place: &Place<'_>) -> Outcome<Running> {
        let hub = place.tools.bin.join("hub");
        let data = Self::data(place)?;
        install::said(Command::new(&hub).args(["seed", "--data", &data]))?;
        let mut command = place.command(Side::Far, &hub)?;
        command.env("RUST_LOG", "warn");
        command.args(["serve", "--data", &data, "--listen", &address()]);
        if self.tls {
            let folder = place.folder("tls")?;
            certify(&folder)?;
            command.arg("--tls-cert").arg(folder.join("hub.pem"));
            command.arg("--tls-key").arg(folder.join("hub.key"));
        }
        serve(&mut command, "http")
    }

    fn sit(&self, place: &Place<'_>, side: Side, who: &str) -> Outcome<Actor> {
        let folder = place.folder(who)?.display().to_string();
        self.enrol(place, side, who, &folder)?;
        Actor::start(self.client(place, side)?.args(["talk", "--dir", &folder]))
    }
}

/// An authority and a certificate of the hub's address, both with small keys.
fn certify(folder: &Path) -> Outcome<()> {
    let openssl = |words: &str| {
        let mut command = Command::new("openssl");
        command.current_dir(folder).args(words.split(' '));
        install::said(&mut command).map(drop)
    };
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -days 2";
    openssl(&format!(
        "req -x509 {key} -keyout ca.key -out ca.pem -subj /CN=Prova"
    ))?;
    openssl(&format!(
        "req -x509 {key} -keyout hub.key -out hub.pem -subj /CN=hub -CA ca.pem -CAkey ca.key \
         -addext subjectAltName=IP:{FAR} -addext basicConstraints=CA:FALSE"
    ))
}

fn node(place: &Place<'_>, side: Side, peer: &str, script: &str) -> Outcome<Command> {
    let mut command = place.command(side, "node")?;
    // PouchDB's server leaves files where it runs.
    command.current_dir(place.folder(peer)?);
    command.arg(place.tools.peer(peer).join(script));
    Ok(command)
}

/// PouchDB with express-pouchdb, both in memory.
struct PouchDb;

impl Peer for PouchDb {
    fn name(&self) -> &'static str {
        "pouchdb"
    }

    fn install(&self, tools: &Tools) -> Outcome<()> {
        install::npm(tools, self.name())
    }

    fn versions(&self, tools: &Tools) -> Outcome<String> {
        install::node_versions(tools, self.name(), &["pouchdb", "express-pouchdb"])
    }

    fn carries(&self) -> Kind {
        Kind::Records
    }

    fn serve(&self, place: &Place<'_>) -> Outcome<Running> {
        let mut command = node(place, Side::Far, self.name(), "server.mjs")?;
        serve(command.args([FAR.to_string(), PORT.to_string()]), "ready")
    }

    fn sit(&self, place: &Place<'_>, side: Side, _: &str) -> Outcome<Actor> {
        let mut command = node(place, side, self.name(), "client.mjs")?;
        Actor::start(command.arg(format!("{}prova", url())))
    }
}

/// Anki's client library and its own sync server.
struct Anki;

impl Anki {
    fn python(tools: &Tools) -> PathBuf {
        tools.peer("anki").join("venv/bin/python")
    }
}

impl Peer for Anki {
    fn name(&self) -> &'static str {
        "anki"
    }

    fn install(&self, tools: &Tools) -> Outcome<()> {
        install::pip(tools, self.name())
    }

    fn versions(&self, tools: &Tools) -> Outcome<String> {
        let program = "from importlib.metadata import version; print('anki', version('anki'))";
        install::said(Command::new(Self::python(tools)).args(["-c", program]))
    }

    fn carries(&self) -> Kind {
        Kind::Records
    }

    fn both_at_once(&self) -> bool {
        false
    }

    fn serve(&self, place: &Place<'_>) -> Outcome<Running> {
        let mut command = place.command(Side::Far, Self::python(place.tools))?;
        command.args(["-u", "-m", "anki.syncserver"]);
        command.env("SYNC_USER1", "prova:prova");
        command.env("SYNC_BASE", place.folder("anki-server")?);
        command.env("SYNC_HOST", FAR.to_string());
        command.env("SYNC_PORT", PORT.to_string());
        // It says nothing on standard output: it is asked until it answers.
        command.stdout(std::process::Stdio::null());
        let running = Running(command.spawn()?);
        install::listening(place, &url())?;
        Ok(running)
    }

    fn sit(&self, place: &Place<'_>, side: Side, who: &str) -> Outcome<Actor> {
        let mut command = place.command(side, Self::python(place.tools))?;
        command.arg(place.tools.peer("anki").join("client.py"));
        Actor::start(command.arg(url()).arg(place.folder(who)?))
    }
}

/// automerge-repo with its sync server, one document per record.
struct Automerge;

impl Peer for Automerge {
    fn name(&self) -> &'static str {
        "automerge"
    }

    fn install(&self, tools: &Tools) -> Outcome<()> {
        install::npm(tools, self.name())
    }

    fn versions(&self, tools: &Tools) -> Outcome<String> {
        let names = [
            "@automerge/automerge-repo",
            "@automerge/automerge-repo-sync-server",
        ];
        install::node_versions(tools, self.name(), &names)
    }

    fn carries(&self) -> Kind {
        Kind::Records
    }

    fn serve(&self, place: &Place<'_>) -> Outcome<Running> {
        let script = "node_modules/@automerge/automerge-repo-sync-server/src/index.js";
        let mut command = node(place, Side::Far, self.name(), script)?;
        command.env("PORT", PORT.to_string());
        command.env("DATA_DIR", place.folder("automerge-data")?);
        serve(&mut command, "Listening")
    }

    fn sit(&self, place: &Place<'_>, side: Side, _: &str) -> Outcome<Actor> {
        let mut command = node(place, side, self.name(), "client.mjs")?;
        Actor::start(command.arg(format!("ws://{}", address())))
    }
}

/// rsync to a daemon, as somebody who knows it would call it.
struct Rsync;

impl Rsync {
    fn config(place: &Place<'_>) -> Outcome<PathBuf> {
        let path = place.folder("rsync")?.join("daemon.conf");
        let folder = place.folder("rsync-store")?;
        let text = format!(
            "use chroot = no\nuid = root\ngid = root\n[prova]\npath = {}\nread only = no\n",
            folder.display()
        );
        fs::write(&path, text)?;
        Ok(path)
    }
}

impl Peer for Rsync {
    fn name(&self) -> &'static str {
        "rsync"
    }

    fn install(&self, tools: &Tools) -> Outcome<()> {
        install::scripts(tools, self.name())?;
        self.versions(tools).map(drop)
    }

    fn versions(&self, _: &Tools) -> Outcome<String> {
        let said = install::said(Command::new("rsync").arg("--version"))?;
        Ok(said.split("  protocol").next().unwrap_or_default().into())
    }

    fn carries(&self) -> Kind {
        Kind::Files
    }

    fn serve(&self, place: &Place<'_>) -> Outcome<Running> {
        let mut command = place.command(Side::Far, "rsync")?;
        command.args(["--daemon", "--no-detach", "--address", &FAR.to_string()]);
        command.args(["--port", &PORT.to_string(), "--config"]);
        command.arg(Self::config(place)?);
        let running = Running(command.spawn()?);
        install::listening(place, &url())?;
        Ok(running)
    }

    fn sit(&self, place: &Place<'_>, side: Side, _: &str) -> Outcome<Actor> {
        let mut command = place.command(side, "python3")?;
        command.arg(place.tools.peer(self.name()).join("client.py"));
        match side {
            Side::Near => command
                .arg("near")
                .arg(format!("rsync://{}/prova/", address())),
            Side::Far => command.arg("far").arg(place.folder("rsync-store")?),
        };
        Actor::start(&mut command)
    }
}

/// tus-js-client to @tus/server.
struct Tus;

impl Peer for Tus {
    fn name(&self) -> &'static str {
        "tus"
    }

    fn install(&self, tools: &Tools) -> Outcome<()> {
        install::npm(tools, self.name())
    }

    fn versions(&self, tools: &Tools) -> Outcome<String> {
        install::node_versions(tools, self.name(), &["@tus/server", "tus-js-client"])
    }

    fn carries(&self) -> Kind {
        Kind::Files
    }

    fn serve(&self, place: &Place<'_>) -> Outcome<Running> {
        let mut command = node(place, Side::Far, self.name(), "server.mjs")?;
        command.args([FAR.to_string(), PORT.to_string()]);
        serve(command.arg(place.folder("tus-store")?), "ready")
    }

    fn sit(&self, place: &Place<'_>, side: Side, who: &str) -> Outcome<Actor> {
        let mut command = node(place, side, self.name(), "client.mjs")?;
        match side {
            Side::Near => {
                let state = place.folder(who)?.join("urls");
                command
                    .arg("near")
                    .arg(format!("{}files", url()))
                    .arg(state)
            }
            Side::Far => command.arg("far").arg(place.folder("tus-store")?),
        };
        Actor::start(&mut command)
    }
}
