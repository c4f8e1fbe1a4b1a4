//! Starting: opening the workspace, linking the PC to its hub.

use crate::app::{App, Desk, off_thread};
use crate::keeper::Keyring;
use crate::stick::COMPUTER;
use crate::{Result, failure, news};
use api::session::{self, Session, SessionEnrol, SessionSeal, SessionState, SessionUnlock, Vault};
use api::{Code, Event, Failure};
use std::sync::Arc;
use store::{Key, Store, StoreError};
use sync::stick::Carrier;
use sync::transport::Transport;
use sync::{Engine, EngineConfig, EngineHandle, FirmaConfig, Line};

/// The shortest passphrase, in characters.
const MIN_PASSPHRASE: usize = 10;

/// Where we are; opens the workspace if nothing but the keyring is needed for it.
pub async fn session_state(app: &App, _: SessionState) -> Result<Session> {
    let _turn = app.turn().await;
    if app.desk().is_some() {
        return present(app).await;
    }
    match start(app).await {
        Ok(Some(session)) => Ok(session),
        Ok(None) => present(app).await,
        Err(failure) => Ok(Session::Broken(failure)),
    }
}

/// Seals a new workspace with a passphrase and opens it.
pub async fn session_seal(app: &App, input: SessionSeal) -> Result<Session> {
    let _turn = app.turn().await;
    if app.desk().is_some() || app.keeper().is_sealed() || app.config().database().exists() {
        return Err(Failure::new(Code::WrongPassphrase));
    }
    if input.passphrase.chars().count() < MIN_PASSPHRASE {
        return Err(Failure::new(Code::WeakPassphrase).with("min", MIN_PASSPHRASE));
    }
    make_folder(app)?;
    let keeper = app.clone();
    let key = off_thread(move || {
        let key = Key::generate().map_err(failure::of_store)?;
        keeper.keeper().seal(&key, &input.passphrase)?;
        Ok(key)
    })
    .await?;
    open(app, key, Vault::Passphrase).await?;
    present(app).await
}

/// Opens a sealed workspace.
pub async fn session_unlock(app: &App, input: SessionUnlock) -> Result<Session> {
    let _turn = app.turn().await;
    if app.desk().is_none() {
        let keeper = app.clone();
        let key = off_thread(move || keeper.keeper().unseal(&input.passphrase)).await?;
        open(app, key, Vault::Passphrase).await?;
    }
    present(app).await
}

/// Links this PC to a hub and begins to carry.
pub async fn session_enrol(app: &App, input: SessionEnrol) -> Result<Session> {
    let _turn = app.turn().await;
    let desk = app.open_desk()?;
    if desk.engine.is_some() {
        return present(app).await;
    }
    let identity = sync::enrol(&input.hub, &input.code, &input.device_name)
        .await
        .map_err(failure::of_enrolment)?;
    app.with(move |store| {
        let name = input.device_name.trim();
        store
            .set_identity(&identity)
            .and_then(|()| store.set_setting(COMPUTER, name))
            .map_err(failure::of_store)
    })
    .await?;
    begin(app, desk).await?;
    app.tell(Event::Session);
    present(app).await
}

/// Opens what can be opened without a person; `Some` where a person is needed.
async fn start(app: &App) -> Result<Option<Session>> {
    if app.keeper().is_sealed() {
        return Ok(Some(Session::Locked));
    }
    let exists = app.config().database().exists();
    let key = match (app.keeper().ask().await, exists) {
        (Keyring::Key(key), _) => key,
        (Keyring::Empty, true) => return Err(Failure::new(Code::KeyLost)),
        (Keyring::Absent, true) => return Err(Failure::new(Code::KeyringLocked).retry()),
        (Keyring::Absent, false) => return Ok(Some(Session::ChoosePassphrase)),
        (Keyring::Empty, false) => {
            let key = Key::generate().map_err(failure::of_store)?;
            if !app.keeper().keep(&key).await {
                return Ok(Some(Session::ChoosePassphrase));
            }
            key
        }
    };
    make_folder(app)?;
    open(app, key, Vault::Keyring).await?;
    Ok(None)
}

fn make_folder(app: &App) -> Result<()> {
    std::fs::create_dir_all(&app.config().data).map_err(|error| failure::of_store(error.into()))
}

async fn open(app: &App, key: Key, vault: Vault) -> Result<()> {
    let path = app.config().database();
    let opened = off_thread(move || Store::open(&path, &key).map_err(of_opening)).await?;
    let desk = Desk {
        store: opened,
        vault,
        engine: None,
        carrier: None,
    };
    app.set_desk(desk.clone());
    begin(app, desk).await
}

/// The key was right for the keyring or the passphrase: if it does not open the file, the file is damaged.
fn of_opening(error: StoreError) -> Failure {
    match error {
        StoreError::WrongKey => Failure::new(Code::Damaged),
        other => failure::of_store(other),
    }
}

/// Starts the engine of an enrolled workspace.
async fn begin(app: &App, desk: Desk) -> Result<()> {
    let identity = app
        .with(|store| store.identity().map_err(failure::of_store))
        .await?;
    let Some(identity) = identity else {
        return Ok(());
    };
    let mut config = EngineConfig::of(&identity)
        .map_err(|error| failure::unexpected("the engine cannot start", &error))?;
    config.meter = meter();
    let mut firma = FirmaConfig::at(app.config().data.join("fiducia"));
    if let Some(roots) = &app.config().firma.roots {
        firma.roots = roots.clone();
    }
    config.firma = Some(firma);
    let runtime = tokio::runtime::Handle::current();
    let transport = config.transport.clone();
    let engine = Engine::start(&runtime, desk.store.clone(), config);
    news::follow(app, &engine);
    let desk = Desk {
        engine: Some(engine.clone()),
        ..desk
    };
    app.set_desk(desk.clone());
    let carrier = carrier(app, &desk, &runtime, transport, engine)?;
    app.set_desk(Desk {
        carrier: Some(carrier),
        ..desk
    });
    Ok(())
}

/// Who tells whether the line is metered.
#[cfg(target_os = "linux")]
fn meter() -> Option<std::sync::Arc<dyn sync::Meter>> {
    Some(std::sync::Arc::new(crate::meter::NetworkManager::default()))
}

/// Elsewhere only the person's own choice counts, for now: Windows tells it by a WinRT interface that cannot
/// be built or tried on the machines this is made on.
#[cfg(not(target_os = "linux"))]
fn meter() -> Option<std::sync::Arc<dyn sync::Meter>> {
    None
}

/// What was taken along from sticks before goes on.
fn carrier(
    app: &App,
    desk: &Desk,
    runtime: &tokio::runtime::Handle,
    transport: Arc<dyn Transport>,
    engine: EngineHandle,
) -> Result<Carrier> {
    let folder = app.config().data.join("chiavette");
    let told = app.clone();
    let tell = move || told.tell(Event::Stick);
    let conditions = move || engine.state().into();
    Carrier::start(
        runtime,
        desk.store.clone(),
        transport,
        folder,
        conditions,
        tell,
    )
    .map_err(failure::of_stick)
}

async fn present(app: &App) -> Result<Session> {
    let desk = app.open_desk()?;
    let identity = app
        .with(|store| store.identity().map_err(failure::of_store))
        .await?;
    let revoked = desk
        .engine
        .as_ref()
        .is_some_and(|engine| engine.state().line == Line::Revoked);
    Ok(identity.map_or(Session::Unlinked, |identity| {
        Session::Ready(session::Desk {
            person: identity.person.clone(),
            role: identity.role,
            comune: identity.comune_name.clone(),
            site: identity.site.clone(),
            vault: desk.vault,
            revoked,
        })
    }))
}
