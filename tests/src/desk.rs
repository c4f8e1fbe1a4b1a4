//! A person at a PC with the app open.

use crate::Done;
use crate::browser::Browser;
use crate::stage::{Process, program, screen, within};
use serde_json::{Value, json};
use std::cell::{Cell, RefCell};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// How long a person waits before she wonders, in seconds.
const PATIENCE: u64 = 20;

/// A PC: its folders, its session bus with or without a keyring, the app.
pub struct Desk {
    folder: PathBuf,
    _screen: Process,
    display: String,
    keyring: bool,
    name: String,
    running: RefCell<Option<Running>>,
}

struct Running {
    browser: Browser,
    _driver: Process,
}

/// Pictures are numbered through all desks of a run.
struct Count(Cell<u32>);
thread_local! {
    static PICTURES: Count = const { Count(Cell::new(0)) };
}

impl Desk {
    /// Switches the PC on and opens the app.
    pub fn open(folder: &Path, keyring: bool, name: &str) -> Done<Self> {
        std::fs::create_dir_all(folder).map_err(|error| error.to_string())?;
        let (screen, display) = screen()?;
        let desk = Self {
            folder: folder.to_path_buf(),
            _screen: screen,
            display,
            keyring,
            name: name.to_owned(),
            running: RefCell::new(None),
        };
        desk.start()?;
        Ok(desk)
    }

    /// Opens the app.
    pub fn start(&self) -> Done {
        let port = free_port()?;
        let driver = self.driver(port)?;
        let address = format!("http://127.0.0.1:{port}");
        let app = program("comuni-in-rete");
        let app = app.to_string_lossy();
        let browser = within(PATIENCE, || Browser::start(&address, &app))?;
        self.running.replace(Some(Running {
            browser,
            _driver: driver,
        }));
        Ok(())
    }

    /// WebKitWebDriver in a session of its own, as a login would make it.
    fn driver(&self, port: u16) -> Done<Process> {
        let unlock = if self.keyring {
            "printf parola | gnome-keyring-daemon --unlock --components=secrets >/dev/null; "
        } else {
            ""
        };
        let script = format!("{unlock}exec WebKitWebDriver --host=127.0.0.1 --port={port}");
        let log = std::fs::File::create(self.folder.join(format!("driver-{port}.log")))
            .map_err(|error| error.to_string())?;
        let errors = log.try_clone().map_err(|error| error.to_string())?;
        let mut command = Command::new("dbus-run-session");
        command
            .args(["--", "sh", "-c", &script])
            .env("DISPLAY", &self.display)
            .env("HOME", &self.folder)
            .env("XDG_DATA_HOME", self.folder.join("share"))
            .env("XDG_RUNTIME_DIR", &self.folder)
            .env("COMUNI_DATA", self.data())
            .env("COMUNI_CHIAVETTA", self.folder.with_file_name("chiavetta"))
            .envs(self.beside("SOFTHSM2_CONF", "softhsm2.conf"))
            .envs(self.beside("FAULTY_TOKEN", "carta-guasta"))
            .envs(self.beside("COMUNI_FIDUCIA", "fiducia"))
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .env("WEBKIT_DISABLE_COMPOSITING_MODE", "1")
            .env("LANG", "it_IT.UTF-8")
            .env("TZ", "Europe/Rome")
            .env_remove("DBUS_SESSION_BUS_ADDRESS")
            .env_remove("WAYLAND_DISPLAY")
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(errors);
        Process::start(&mut command)
    }

    /// A setting that names something beside this PC's folder, where it is there.
    fn beside(&self, setting: &'static str, name: &str) -> Option<(&'static str, PathBuf)> {
        let path = self.folder.with_file_name(name);
        path.exists().then_some((setting, path))
    }

    /// The person's home.
    pub fn home(&self) -> &Path {
        &self.folder
    }

    /// Types into a window of the system with this title, as soon as it is there, and presses Enter. There is no window
    /// manager to give it the keyboard, so this does.
    pub fn types_into(&self, title: &str, text: &str) -> Done {
        let tool = |words: &[&str]| -> Done<String> {
            let output = Command::new("xdotool")
                .args(words)
                .env("DISPLAY", &self.display)
                .output()
                .map_err(|error| format!("xdotool: {error}"))?;
            match output.status.success() {
                true => Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned()),
                false => Err(format!("xdotool {}: {title:?}", words.join(" "))),
            }
        };
        let name = format!("^{title}$");
        let window = within(PATIENCE, || {
            tool(&["search", "--onlyvisible", "--name", &name])
        })?;
        let window = window.lines().next().unwrap_or_default().to_owned();
        tool(&["windowfocus", "--sync", &window])?;
        self.picture("finestra-di-sistema")?;
        tool(&["type", "--delay", "20", text])?;
        tool(&["key", "Return"]).map(drop)
    }

    /// The folder of the workspace.
    pub fn data(&self) -> PathBuf {
        self.folder.join("dati")
    }

    /// Ends everything on this PC, the app first, as a power cut would.
    pub fn kill(&self) -> Done {
        let mut processes = processes_of(&self.folder)?;
        processes.sort_by_key(|(_, is_app)| !is_app);
        for (process, _) in processes {
            let killed = Command::new("kill").args(["-9", &process]).status();
            killed.map_err(|error| error.to_string())?;
        }
        self.running.replace(None);
        Ok(())
    }

    fn with<T>(&self, work: impl FnOnce(&Browser) -> Done<T>) -> Done<T> {
        let running = self.running.borrow();
        let running = running.as_ref().ok_or("the app is not open")?;
        work(&running.browser).map_err(|why| format!("{}: {why}", self.name))
    }

    /// Does it as soon as it can be done.
    fn soon<T>(&self, mut work: impl FnMut(&Browser) -> Done<T>) -> Done<T> {
        let done = within(PATIENCE, || self.with(&mut work));
        if done.is_err() {
            // Whoever reads of a failure wants to see it.
            let _ = self.picture("failure");
        }
        done
    }

    /// Presses what has these words: a button, a link, a tab.
    pub fn press(&self, words: &str) -> Done {
        let words = quoted(words);
        let xpath = format!(
            "//*[self::button or self::a or self::summary or @role='button'][normalize-space(.)={words} \
             or @aria-label={words} or .//span[normalize-space(.)={words}]]"
        );
        self.soon(|browser| browser.click(&browser.find(&xpath)?))
    }

    /// Presses the element with this id.
    pub fn press_id(&self, id: &str) -> Done {
        let xpath = by_id(id);
        self.soon(|browser| browser.click(&browser.find(&xpath)?))
    }

    /// Writes into the field with this id, in place of what is there.
    pub fn fill(&self, id: &str, text: &str) -> Done {
        let xpath = by_id(id);
        self.soon(|browser| browser.replace(&browser.find(&xpath)?, text))
    }

    /// Types at the end of what is at an XPath.
    pub fn type_at(&self, xpath: &str, text: &str) -> Done {
        self.soon(|browser| browser.keys(&browser.find(xpath)?, text))
    }

    /// Chooses a file with the field with this id, as its dialog would.
    pub fn choose_file(&self, id: &str, file: &Path) -> Done {
        let xpath = by_id(id);
        self.soon(|browser| browser.keys(&browser.find(&xpath)?, &file.to_string_lossy()))
    }

    /// Ticks a topic of the open checklist.
    pub fn press_topic(&self, name: &str) -> Done {
        let xpath = format!(
            "//*[contains(@class,'checklist')]//label[contains(normalize-space(.),{})]",
            quoted(name)
        );
        self.soon(|browser| browser.click(&browser.find(&xpath)?))
    }

    /// Chooses the version that is marked so.
    pub fn press_version(&self, mark: &str) -> Done {
        let xpath = format!(
            "//button[contains(@class,'version')][contains(.,{})]",
            quoted(mark)
        );
        self.soon(|browser| browser.click(&browser.find(&xpath)?))
    }

    /// "Prova adesso".
    pub fn sync_now(&self) -> Done {
        self.press_id("stato-linea")?;
        self.press("Prova adesso")?;
        self.press("Chiudi")
    }

    /// Waits until these words are on the screen.
    pub fn sees(&self, words: &str) -> Done {
        self.soon(|browser| {
            let page = screen_text(browser)?;
            found(&page, words)
        })
    }

    /// Makes sure that these words are not on the screen (any more).
    pub fn no_longer_sees(&self, words: &str) -> Done {
        self.soon(|browser| match screen_text(browser)?.contains(words) {
            true => Err(format!("{words:?} is still there")),
            false => Ok(()),
        })
    }

    /// Waits until the element with this id says these words.
    pub fn reads(&self, id: &str, words: &str) -> Done {
        let xpath = by_id(id);
        self.soon(|browser| found(&browser.text(&browser.find(&xpath)?)?, words))
    }

    /// Waits until a field holds this.
    pub fn holds(&self, id: &str, wanted: &str) -> Done {
        self.soon(|browser| {
            let script = "return document.getElementById(arguments[0])?.value ?? ''";
            let value = browser.script(script, json!([id]))?;
            match value.as_str() == Some(wanted) {
                true => Ok(()),
                false => Err(format!("{id} holds {value}, not {wanted:?}")),
            }
        })
    }

    /// Runs a script in the page.
    pub fn script(&self, script: &str, args: Value) -> Done<Value> {
        self.with(|browser| browser.script(script, args))
    }

    /// Every element of a CSS selector: its HTML, and the role and the name that assistive technology is told.
    pub fn controls(&self, css: &str) -> Done<Vec<(String, String, String)>> {
        self.soon(|browser| {
            let all = browser.all(css)?;
            all.into_iter()
                .map(|it| {
                    let (role, name) = browser.told(&it)?;
                    Ok((browser.html(&it)?, role, name))
                })
                .collect()
        })
    }

    /// Does something in the other window, which must be open soon; comes back to the app's own. There is
    /// no window manager to put that in front again, so the journey does.
    pub fn in_other_window<T>(&self, work: impl FnOnce(&Self) -> Done<T>) -> Done<T> {
        let here = self.with(Browser::window)?;
        let other = self.soon(|browser| {
            let windows = browser.windows()?;
            let other = windows.into_iter().find(|it| *it != here);
            other.ok_or("no other window".into())
        })?;
        self.with(|browser| browser.switch(&other))?;
        let done = work(self);
        self.with(|browser| browser.switch(&here))?;
        Command::new("xdotool")
            .args(["search", "--name", "^Comuni in Rete$", "windowraise"])
            .env("DISPLAY", &self.display)
            .status()
            .map_err(|error| format!("xdotool: {error}"))?;
        done
    }

    /// Keeps a picture of the screen: what a person sees, whichever window is in front.
    pub fn picture(&self, name: &str) -> Done {
        // The last change must be on the screen: two frames.
        std::thread::sleep(std::time::Duration::from_millis(300));
        let number = PICTURES.with(|count| {
            count.0.set(count.0.get() + 1);
            count.0.get()
        });
        let folder = Path::new("artifacts/journey");
        std::fs::create_dir_all(folder).map_err(|error| error.to_string())?;
        let file = folder.join(format!("{number:02}-{}-{name}.png", self.name));
        let taken = Command::new("import")
            .args(["-window", "root", "-display", &self.display])
            .arg(&file)
            .status()
            .map_err(|error| format!("import: {error}"))?;
        if taken.success() {
            Ok(())
        } else {
            Err(format!("no picture {}", file.display()))
        }
    }

    /// Links this PC to a hub, by typing.
    pub fn link(&self, hub: &str, code: &str, name: &str) -> Done {
        self.sees("Collega questo computer")?;
        self.fill("centro", hub)?;
        self.fill("codice", code)?;
        self.fill("nome-pc", name)?;
        self.press("Collega")
    }

    /// Chooses the passphrase of a PC without a keyring.
    pub fn seal(&self, passphrase: &str) -> Done {
        self.sees("Scegli la frase segreta")?;
        self.fill("parola", passphrase)?;
        self.fill("parola-ancora", passphrase)?;
        self.press("Proteggi e continua")
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        // The app outlives the driver otherwise.
        let _ = self.kill();
    }
}

fn screen_text(browser: &Browser) -> Done<String> {
    let text = browser.script("return document.body.innerText", json!([]))?;
    Ok(text.as_str().unwrap_or_default().to_owned())
}

fn found(text: &str, words: &str) -> Done {
    if text.contains(words) {
        return Ok(());
    }
    Err(format!("{words:?} is not in {text:?}"))
}

fn by_id(id: &str) -> String {
    format!("//*[@id='{id}']")
}

/// A text for XPath, which knows no escape.
fn quoted(words: &str) -> String {
    if words.contains('\'') {
        format!("\"{words}\"")
    } else {
        format!("'{words}'")
    }
}

fn free_port() -> Done<u16> {
    let listener = TcpListener::bind("127.0.0.1:0").map_err(|error| error.to_string())?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    Ok(address.port())
}

/// The processes of a PC, known by their home folder, and whether each is the app.
fn processes_of(home: &Path) -> Done<Vec<(String, bool)>> {
    let wanted = format!("HOME={}", home.display());
    let entries = std::fs::read_dir("/proc").map_err(|error| error.to_string())?;
    let mut found = Vec::new();
    for entry in entries.flatten() {
        let path = entry.path();
        let environment = std::fs::read(path.join("environ")).unwrap_or_default();
        let ours = environment
            .split(|byte| *byte == 0)
            .any(|it| it == wanted.as_bytes());
        if ours {
            let exe = std::fs::read_link(path.join("exe")).unwrap_or_default();
            let name = entry.file_name().to_string_lossy().into_owned();
            found.push((name, exe.ends_with("comuni-in-rete")));
        }
    }
    Ok(found)
}
