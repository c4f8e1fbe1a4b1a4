//! "Porta con la chiavetta".

use crate::app::{App, off_thread};
use crate::{Result, failure};
use api::stick::{
    Brought, Bundle, Load, Look, Met, Place, Plan, Sent, Stage, StickLook, StickMeet, StickPlaces,
    StickPlan, StickState, StickStateLoad, StickTake, StickWrite, Written,
};
use api::{Code, Event, Failure};
use bundle::{Head, Kind};
use domain::territorio;
use domain::{DeviceId, UnixMs};
use jiff::{Timestamp, Zoned, tz::TimeZone};
use protocol::carried::Why;
use std::path::{Path, PathBuf};
use store::Store;
use sync::stick::{self, Found};

/// The setting under which the name of this computer is kept.
pub(crate) const COMPUTER: &str = "computer";

/// The sticks that are plugged in.
pub async fn stick_places(app: &App, _: StickPlaces) -> Result<Vec<Place>> {
    let app = app.clone();
    off_thread(move || Ok(places(&app))).await
}

fn places(app: &App) -> Vec<Place> {
    let disks = sysinfo::Disks::new_with_refreshed_list()
        .inspect_err(|error| tracing::warn!(%error, "The disks cannot be listed."));
    let disks = disks.as_ref().map_or(&[][..], std::ops::Deref::deref);
    let mut places: Vec<Place> = disks
        .iter()
        .filter(|disk| plugged(disk) && !disk.is_read_only())
        .map(|disk| place(disk.mount_point(), disk.available_space()))
        .collect();
    if let Some(folder) = app.config().stick.as_ref().filter(|it| it.is_dir()) {
        places.push(place(folder, free(disks, folder)));
    }
    places
}

/// Some systems do not say of every stick that it can be pulled out; where they put it says it as well.
fn plugged(disk: &sysinfo::Disk) -> bool {
    let at = disk.mount_point();
    disk.is_removable() || at.starts_with("/media") || at.starts_with("/run/media")
}

fn place(folder: &Path, free: u64) -> Place {
    let name = folder.file_name().unwrap_or(folder.as_os_str());
    Place {
        path: folder.to_string_lossy().into_owned(),
        name: name.to_string_lossy().into_owned(),
        free,
    }
}

/// What is free on the disk that a folder is on.
fn free(disks: &[sysinfo::Disk], folder: &Path) -> u64 {
    let holds = |disk: &&sysinfo::Disk| folder.starts_with(disk.mount_point());
    let depth = |disk: &&sysinfo::Disk| disk.mount_point().components().count();
    let disk = disks.iter().filter(holds).max_by_key(depth);
    disk.map_or(0, sysinfo::Disk::available_space)
}

/// A folder that the web view names must be one that it was told of.
fn known(app: &App, place: &str) -> Result<PathBuf> {
    let known = places(app).into_iter().find(|known| known.path == place);
    let known = known.ok_or_else(|| Failure::new(Code::StickGone).retry())?;
    Ok(known.path.into())
}

/// What would go onto a stick.
pub async fn stick_plan(app: &App, _: StickPlan) -> Result<Plan> {
    app.with(|store| plan(store).map_err(failure::of_store))
        .await
}

fn plan(store: &Store) -> store::Result<Plan> {
    let sent = |carried: store::Carried| Sent {
        name: carried.name,
        at: carried.at,
        ops: carried.ops,
        answered: carried.answered,
    };
    let mut bytes = 0;
    for file in store.files_to_upload()? {
        bytes += store.file_state(&file)?.size;
    }
    Ok(Plan {
        ready: store.hub_keys()?.is_some(),
        ops: store.waiting()?,
        bytes,
        missing: store.files_to_download()?,
        sent: store.carried()?.into_iter().map(sent).collect(),
    })
}

/// Writes what waits onto a stick, in one file.
pub async fn stick_write(app: &App, input: StickWrite) -> Result<Written> {
    let (here, now) = (app.clone(), app.now());
    let written = app
        .with(move |store| {
            let folder = known(&here, &input.place)?;
            let plan = stick::Plan {
                stem: stem(store, now)?,
                computer: computer(store)?,
                at: now,
                wishes: input.wishes,
            };
            let told = |bytes| here.tell_writing(Some(bytes));
            let written = stick::write(store, &folder, &plan, &told);
            here.tell_writing(None);
            written.map_err(failure::of_stick)
        })
        .await?;
    app.tell(Event::Line);
    Ok(Written {
        name: name(&written.path),
        size: written.size,
        ops: written.ops,
        files: written.files,
    })
}

fn name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

fn computer(store: &Store) -> Result<String> {
    let name = store.setting(COMPUTER).map_err(failure::of_store)?;
    Ok(name.unwrap_or_default())
}

/// How the file's name begins: comune and day.
fn stem(store: &Store, now: UnixMs) -> Result<String> {
    let identity = store.identity().map_err(failure::of_store)?;
    let slug = identity.and_then(|identity| territorio::slug(&identity.comune));
    let zone = TimeZone::get("Europe/Rome").unwrap_or(TimeZone::UTC);
    let day = Zoned::new(Timestamp::from_millisecond(now).unwrap_or_default(), zone).date();
    Ok(format!("{}-{day}", slug.unwrap_or_else(|| "comune".into())))
}

/// Looks what is on a stick.
pub async fn stick_look(app: &App, input: StickLook) -> Result<Look> {
    let here = app.clone();
    app.with(move |store| {
        let folder = known(&here, &input.place)?;
        let found = stick::scan(&folder).map_err(failure::of_stick)?;
        look(store, found)
    })
    .await
}

/// Whose computer this is, and whose hub.
struct Us {
    device: DeviceId,
    hub: Option<String>,
}

fn us(store: &Store) -> Result<Us> {
    let identity = store.identity().map_err(failure::of_store)?;
    let identity = identity.ok_or_else(|| Failure::new(Code::Locked))?;
    Ok(Us {
        hub: identity.keys.as_ref().map(::bundle::fingerprint),
        device: identity.device,
    })
}

fn look(store: &Store, found: Vec<Found>) -> Result<Look> {
    let us = us(store)?;
    let mut look = Look::default();
    for found in found {
        let name = found.name();
        match found.head {
            Err(error) => {
                let code = failure::of_stick(error.into()).code;
                look.unusable.push((name, code));
            }
            Ok(head) if us.hub.as_ref().is_some_and(|hub| head.hub != *hub) => {
                look.unusable.push((name, Code::StickOtherHub));
            }
            Ok(head) => {
                let beside = found.path.with_file_name(stick::answer_name(&name));
                let bundle = bundle_of(&head, found.size, &us, beside.exists());
                match head.kind {
                    Kind::Up => look.bundles.push(bundle),
                    Kind::Answer if bundle.own => look.answers.push(bundle),
                    Kind::Answer => {}
                }
            }
        }
    }
    Ok(look)
}

fn bundle_of(head: &Head, size: u64, us: &Us, answered: bool) -> Bundle {
    let named = !head.computer.is_empty();
    Bundle {
        id: head.id.clone(),
        comune: head.comune_name.clone(),
        computer: match named {
            true => head.computer.clone(),
            false => head.device.to_string(),
        },
        at: head.at,
        size,
        own: head.device == us.device,
        answered,
    }
}

/// Takes in the answers on a stick that are for this computer. One that cannot be taken in holds up no other; what
/// is wrong with it is said in the end.
pub async fn stick_take(app: &App, input: StickTake) -> Result<Brought> {
    let (here, now) = (app.clone(), app.now());
    let private = app.config().data.join("chiavetta");
    let (brought, changed, trouble) = app
        .act(move |store| {
            let folder = known(&here, &input.place)?;
            let us = us(store)?;
            let mut all = Brought::default();
            let mut changed = Vec::new();
            let mut trouble = None;
            for found in stick::scan(&folder).map_err(failure::of_stick)? {
                let ours = |head: &Head| head.kind == Kind::Answer && head.device == us.device;
                if !found.head.as_ref().is_ok_and(ours) {
                    continue;
                }
                match stick::take(store, &found.path, &private, now) {
                    Ok(brought) => {
                        changed.extend(brought.changed.iter().cloned());
                        add(&mut all, &brought);
                    }
                    Err(error) => trouble = trouble.or(Some(failure::of_stick(error))),
                }
            }
            Ok((all, changed, trouble))
        })
        .await?;
    if !changed.is_empty() {
        app.tell(Event::Pages(changed));
    }
    app.tell(Event::Conflicts);
    app.tell(Event::Stick);
    trouble.map_or(Ok(brought), Err)
}

fn add(all: &mut Brought, one: &stick::Brought) {
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    all.answers += 1;
    all.accepted += count(one.accepted);
    all.refused += count(one.refused);
    all.pages += count(one.changed.len());
    all.files += count(one.files);
    all.more |= one.more;
    let refusal = one.refusal.map(|why| match why {
        Why::Revoked | Why::Expired => Code::Revoked,
        Why::TooOld => Code::StickNewer,
        Why::Other => Code::StickRefused,
    });
    all.refusal = refusal.or(all.refusal.take());
}

/// Takes the bundles on a stick along, and puts on it the answers that wait for it.
pub async fn stick_meet(app: &App, input: StickMeet) -> Result<Met> {
    let here = app.clone();
    let carrier = app.open_desk()?.carrier;
    let carrier = carrier.ok_or_else(|| Failure::new(Code::Locked))?;
    let (taken, brought) = off_thread(move || {
        let folder = known(&here, &input.place)?;
        carrier.meet(&folder).map_err(failure::of_stick)
    })
    .await?;
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    Ok(Met {
        taken: count(taken),
        brought: count(brought),
    })
}

/// What goes on with sticks.
pub async fn stick_state_load(app: &App, _: StickStateLoad) -> Result<StickState> {
    let writing = app.writing();
    let carrier = app.open_desk()?.carrier;
    app.with(move |store| {
        let us = us(store)?;
        let loads = carrier.map_or(Ok(Vec::new()), |carrier| carrier.loads());
        let loads = loads.map_err(failure::of_stick)?;
        let loads = loads.into_iter().map(|load| Load {
            bundle: bundle_of(&load.head, load.size, &us, false),
            stage: stage(load.stage),
        });
        Ok(StickState {
            writing,
            loads: loads.collect(),
        })
    })
    .await
}

fn stage(stage: stick::Stage) -> Stage {
    use sync::CallError;
    match stage {
        stick::Stage::Going(up, _) => Stage::Going(up),
        stick::Stage::Held(_) => Stage::Held,
        stick::Stage::Troubled(error) => Stage::Troubled(failure::of_call(error).code),
        stick::Stage::Answered => Stage::Answered,
        stick::Stage::Failed(error) => Stage::Failed(match error {
            CallError::Malformed(_) | CallError::TooLarge => Code::StickDamaged,
            CallError::UpgradeRequired => Code::StickNewer,
            CallError::Revoked | CallError::Expired | CallError::Unauthorized => Code::Revoked,
            _ => Code::StickRefused,
        }),
    }
}
