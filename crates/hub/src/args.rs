//! The command line: a command, perhaps an operand, and `--name value` pairs.

use std::collections::BTreeMap;

/// What `hub help` says.
pub(crate) const USAGE: &str = "\
hub serve   --data DIR [--listen ADDR:PORT] [--origin URL] [--proxied]
            [--tls-cert PEM --tls-key PEM] [--congestion NAME]
            [--quota GB]                    (files of each comune; 20 where nothing is said)
hub seed    --data DIR [--demo]
hub code    --data DIR --comune ISTAT --person NAME --role ROLE
hub account --data DIR --user NAME          (password on standard input)
hub devices --data DIR
hub revoke  --data DIR --device ID
hub confirm --data DIR --device ID
hub bundle FILE --answer OUT --data DIR     (takes in what came on a USB stick)
hub trust import DIR --data DIR             (takes trusted lists: list of lists, pivots, national lists)
hub trust fetch --data DIR                  (downloads them now)
hub stamps [YYYY-MM] --data DIR             (time stamps of a month, by comune)
hub backup  --data DIR
hub gc      --data DIR [--dry-run]          (without --dry-run the service must be stopped; it does this daily)
hub restore BACKUP --data DIR               (the service must be stopped)";

/// Options without a value.
const FLAGS: [&str; 3] = ["demo", "proxied", "dry-run"];
/// Options with a value.
const OPTIONS: [&str; 13] = [
    "data",
    "listen",
    "origin",
    "tls-cert",
    "tls-key",
    "congestion",
    "quota",
    "comune",
    "person",
    "role",
    "user",
    "device",
    "answer",
];

/// The command line, taken apart.
pub(crate) struct Args {
    pub(crate) command: String,
    pub(crate) operand: Option<String>,
    options: BTreeMap<String, String>,
}

impl Args {
    pub(crate) fn parse(mut args: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut out = Self {
            command: args.next().unwrap_or_else(|| "help".into()),
            operand: None,
            options: BTreeMap::new(),
        };
        if out.command == "trust" {
            let what = args.next().unwrap_or_default();
            out.command = format!("trust {what}");
        }
        while let Some(arg) = args.next() {
            match arg.strip_prefix("--") {
                Some(flag) if FLAGS.contains(&flag) => {
                    out.options.insert(flag.into(), String::new());
                }
                Some(option) if OPTIONS.contains(&option) => {
                    let value = args.next().ok_or(format!("{arg} needs a value"))?;
                    out.options.insert(option.into(), value);
                }
                Some(_) => return Err(format!("unknown option {arg}\n\n{USAGE}")),
                None => out.operand = Some(arg),
            }
        }
        Ok(out)
    }

    pub(crate) fn get(&self, name: &str) -> Result<&str, String> {
        self.option(name)
            .ok_or_else(|| format!("--{name} is missing\n\n{USAGE}"))
    }

    pub(crate) fn option(&self, name: &str) -> Option<&str> {
        self.options.get(name).map(String::as_str)
    }

    pub(crate) fn has(&self, flag: &str) -> bool {
        self.options.contains_key(flag)
    }
}
