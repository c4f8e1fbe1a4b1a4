//! Many small PDFs with the key on a SoftHSM token: ours through the helper process, pyHanko, and the token alone.

use crate::{Outcome, Plan, beside, median, processors, run, timed};
use faulty_token::Faults;
use serde_json::{Value, json};
use signing::batch::{Batch, Confirmation, Documents, Format, Item, Look, Refusal, Shelf};
use signing::cades::write_atomically;
use signing::{Cancel, Hash, Identity, Signer};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;
use token::pkcs11::{Options, Pkcs11Signer};
use tokenkit::faulty::{self, Faulty, pin};
use tokenkit::softhsm::SoftHsm;

const PIN: &str = "4815162342";
/// Labels of the tokens, and the kinds of key on them as pkcs11-tool calls them.
const KINDS: [(&str, &str); 2] = [("rsa", "rsa:2048"), ("p256", "EC:prime256v1")];

/// Both kinds of key.
pub fn measure(plan: &Plan, place: &Path, documents: &[PathBuf]) -> Outcome<Value> {
    let hsm = SoftHsm::new().ok_or("SoftHSM2 is needed (cargo xtask setup)")?;
    for (label, kind) in KINDS {
        hsm.token(label, PIN);
        hsm.key(label, PIN, kind, "01", &[]);
    }
    let rsa = kind(plan, place, documents, &hsm, "rsa")?;
    let p256 = kind(plan, place, documents, &hsm, "p256")?;
    let card = card(place, documents)?;
    Ok(json!({ "rsa": rsa, "p256": p256, "card": card }))
}

/// How long a quick card takes for a signature, in milliseconds.
const CARD: u64 = 300;
/// So many documents are signed at its pace.
const BY_CARD: usize = 20;

/// A token as slow as a card: our module that fails on demand, which only waits here.
fn card(place: &Path, documents: &[PathBuf]) -> Outcome<Value> {
    let mut faulty = Faulty::new();
    faulty.faults(Faults {
        sign_ms: CARD,
        ..Faults::default()
    });
    let options = faulty.options();
    let documents = &documents[..documents.len().min(BY_CARD)];
    let raw = alone(&options, "FIRMA", faulty::PIN, documents.len())?;
    let mut signer = Pkcs11Signer::new(Options {
        helper: beside("firma-token")?,
        ..options
    });
    let identity = signer.identities()?.into_iter().next().ok_or("no key")?;
    signer.unlock(&identity.id, Some(&pin(faulty::PIN)))?;
    let out = place.join("card");
    std::fs::create_dir(&out)?;
    let look = Format::Pdf(Look::default());
    let list = batch(documents, &out, &identity, &mut signer, look)?;
    Ok(json!({
        "milliseconds": CARD,
        "files": documents.len(),
        "share": raw.as_secs_f64() / list.took.as_secs_f64(),
        "ours": rate(documents.len(), list.took.as_secs_f64()),
        "token": rate(documents.len(), raw.as_secs_f64()),
    }))
}

/// Rounds of all three, so that what else the machine does hits all of them.
fn kind(
    plan: &Plan,
    place: &Path,
    documents: &[PathBuf],
    hsm: &SoftHsm,
    label: &str,
) -> Outcome<Value> {
    let (mut ours, mut raw, mut theirs) = (Vec::new(), Vec::new(), Vec::new());
    let mut work = Duration::ZERO;
    let (mut helper, mut disk) = (Vec::new(), Vec::new());
    let (mut signer, identity) = unlocked(hsm, label)?;
    for round in 0..plan.repeats {
        let to = |who: &str| place.join(format!("{label}-{who}-{round}"));
        helper.push(helped(&mut signer, &identity, documents.len())?);
        let out = to("disk");
        std::fs::create_dir(&out)?;
        disk.push(lasting(documents, &out)?);
        raw.push(alone(&hsm.options(), label, PIN, documents.len())?);
        let out = to("ours");
        std::fs::create_dir(&out)?;
        let list = batch(
            documents,
            &out,
            &identity,
            &mut signer,
            Format::Pdf(Look::default()),
        )?;
        ours.push(list.took);
        work += list.work;
        let out = to("pyhanko");
        std::fs::create_dir(&out)?;
        theirs.push(pyhanko(plan, hsm, label, &place.join("documents"), &out)?);
    }
    signer.lock();
    judged(place, hsm, label, documents.len())?;
    // Each against the token of its own round: what else this machine does comes and goes from round to round.
    let pairs = raw.iter().zip(&ours);
    let mut shares: Vec<f64> = pairs
        .map(|(raw, ours)| raw.as_secs_f64() / ours.as_secs_f64())
        .collect();
    shares.sort_by(f64::total_cmp);
    let rate = |times: Vec<Duration>| rate(documents.len(), median(times));
    Ok(json!({
        "share": shares[shares.len() / 2],
        "shares": shares,
        "work": work.as_secs_f64() / count(documents.len() * plan.repeats),
        "ours": rate(ours),
        "token": rate(raw),
        "helper": rate(helper),
        "disk": rate(disk),
        "pyhanko": rate(theirs),
    }))
}

fn rate(files: usize, seconds: f64) -> f64 {
    count(files) / seconds
}

#[expect(clippy::as_conversions, reason = "a few thousand files")]
fn count(files: usize) -> f64 {
    files as f64
}

fn unlocked(hsm: &SoftHsm, label: &str) -> Outcome<(Pkcs11Signer, Identity)> {
    let mut signer = Pkcs11Signer::new(Options {
        helper: beside("firma-token")?,
        ..hsm.options()
    });
    let mut all = signer.identities()?.into_iter();
    let identity = all.find(|identity| identity.device == label);
    let identity = identity.ok_or("the token does not show its key")?;
    signer.unlock(&identity.id, Some(&pin(PIN)))?;
    Ok((signer, identity))
}

/// What a list took.
pub struct Took {
    /// From its first document to its last.
    pub took: Duration,
    /// Of the processors, this process alone: reading, building, verifying, keeping.
    work: Duration,
}

/// One confirmed list, as the app signs it: from files on the disk to signed files on the disk, each verified.
pub fn batch(
    documents: &[PathBuf],
    out: &Path,
    identity: &Identity,
    signer: &mut dyn Signer,
    format: Format,
) -> Outcome<Took> {
    let items = documents.iter().map(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        Ok(Item {
            id: path.display().to_string(),
            shown: Hash::Sha256.of(&std::fs::read(path)?),
            name: name.into_owned(),
        })
    });
    let items: Vec<Item> = items.collect::<Outcome<_>>()?;
    let yes = Confirmation::of(&items, &identity.certificate);
    let mut batch: Batch<Refusal> = Batch::new(items, identity, yes)?;
    let folder = Folder(out.to_owned());
    let job = Documents::new(folder, identity, format)?;
    let before = processors()?;
    let took = timed(|| Ok(batch.run(signer, &job, &Cancel::default(), &mut |_| {})?))?;
    let work = processors()?.saturating_sub(before);
    match batch.tally().signed == documents.len() {
        true => Ok(Took { took, work }),
        false => Err(format!("not all signed: {:?}", batch.tally()).into()),
    }
}

/// Files by their paths, and the folder that signed ones go to.
struct Folder(PathBuf);

impl Shelf for Folder {
    fn read(&self, item: &Item) -> Result<Arc<[u8]>, Refusal> {
        Ok(std::fs::read(&item.id)?.into())
    }

    fn keep(&self, item: &Item, signed: Vec<u8>) -> Result<(), Refusal> {
        let path = self.0.join(&item.name);
        let write = |out: &mut std::io::BufWriter<std::fs::File>| out.write_all(&signed);
        write_atomically(&path, write, |_, ()| Ok::<_, std::io::Error>(()))?;
        Ok(())
    }
}

/// The token alone, in a process that does nothing else.
fn alone(options: &Options, label: &str, pin: &str, count: usize) -> Outcome<Duration> {
    let said = run(Command::new(std::env::current_exe()?)
        .arg("raw")
        .arg(&options.module)
        .args([label, pin, &count.to_string()])
        .envs(options.env.clone()))?;
    seconds(&said)
}

/// The token through the helper process, and nothing else.
fn helped(signer: &mut dyn Signer, identity: &Identity, count: usize) -> Outcome<Duration> {
    let digest = Hash::Sha256.of(b"documento");
    timed(|| {
        (0..count).try_for_each(|_| signer.sign(&identity.id, &digest).map(drop))?;
        Ok(())
    })
}

/// The disk alone: as many files made to last, as many at once as a batch does.
fn lasting(documents: &[PathBuf], out: &Path) -> Outcome<Duration> {
    const AT_ONCE: usize = 16;
    let bytes = std::fs::read(&documents[0])?;
    let write = |path: &PathBuf| {
        let path = out.join(path.file_name().unwrap_or_default());
        let write = |out: &mut std::io::BufWriter<std::fs::File>| out.write_all(&bytes);
        write_atomically(&path, write, |_, ()| Ok::<_, std::io::Error>(()))
    };
    timed(|| {
        std::thread::scope(|scope| {
            let threads: Vec<_> = documents
                .chunks(documents.len().div_ceil(AT_ONCE))
                .map(|part| scope.spawn(|| part.iter().try_for_each(write)))
                .collect();
            for thread in threads {
                thread.join().map_err(|_| "a thread panicked")??;
            }
            Ok(())
        })
    })
}

/// pyHanko, in one process with one session; its own clock, without Python's start.
fn pyhanko(
    plan: &Plan,
    hsm: &SoftHsm,
    label: &str,
    documents: &Path,
    out: &Path,
) -> Outcome<Duration> {
    let said = run(Command::new(&plan.python)
        .args(["-c", include_str!("pyhanko_token.py")])
        .arg(&hsm.module)
        .args([label, PIN])
        .arg(documents)
        .arg(out)
        .envs(hsm.options().env))?;
    seconds(&said)
}

fn seconds(said: &[u8]) -> Outcome<Duration> {
    let seconds: f64 = String::from_utf8_lossy(said).trim().parse()?;
    Ok(Duration::from_secs_f64(seconds))
}

/// pdfsig takes what came out of the first round, of both: what is measured is signing.
fn judged(place: &Path, hsm: &SoftHsm, label: &str, count: usize) -> Outcome<()> {
    let nss = place.join(format!("{label}-nss"));
    std::fs::create_dir(&nss)?;
    let database = format!("sql:{}", nss.display());
    run(Command::new("certutil").args(["-N", "--empty-password", "-d", &database]))?;
    std::fs::write(place.join("ca.pem"), hsm.ca.certificate.to_pem()?)?;
    for who in ["ours", "pyhanko"] {
        let folder = place.join(format!("{label}-{who}-0"));
        let files: Vec<_> = std::fs::read_dir(folder)?.collect::<Result<_, _>>()?;
        let Some(first) = files.first().filter(|_| files.len() == count) else {
            return Err(format!("{who} left {} files", files.len()).into());
        };
        let said = run(Command::new("pdfsig")
            .args(["-nocert", "-nssdir", &database])
            .arg(first.path()))?;
        if !String::from_utf8_lossy(&said).contains("Signature is Valid") {
            return Err(format!("pdfsig does not take {}", first.path().display()).into());
        }
    }
    Ok(())
}
