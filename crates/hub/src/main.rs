//! The command `hub`: the Centro servizi as a service, and its operator's tools.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command speaks to who calls it"
)]

mod args;

use args::{Args, USAGE};
use domain::identity::Role;
use domain::{ComuneId, DeviceId};
use hub::{Config, FirmaSettings, Hub, TlsFiles, restore, serve};
use std::io::{BufRead, IsTerminal};
use std::process::ExitCode;

type Done = Result<(), Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    let done = Args::parse(std::env::args().skip(1)).map_err(Into::into);
    match done.and_then(|args| run(&args)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("hub: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> Done {
    match args.command.as_str() {
        "serve" => run_service(args),
        "seed" => seed(args),
        "code" => code(args),
        "account" => account(args),
        "devices" => devices(args),
        "revoke" => Ok(open(args)?.revoke(&DeviceId::new(args.get("device")?))?),
        "confirm" => Ok(open(args)?
            .confirm(&DeviceId::new(args.get("device")?))
            .map(drop)?),
        "backup" => backup(args),
        "gc" => collect(args),
        "restore" => run_restore(args),
        "bundle" => bundle(args),
        "trust import" => import_lists(args),
        "trust fetch" => fetch_lists(args),
        "stamps" => stamps(args),
        "help" => {
            println!("{USAGE}");
            Ok(())
        }
        other => Err(format!("unknown command {other}\n\n{USAGE}").into()),
    }
}

fn config(args: &Args) -> Result<Config, Box<dyn std::error::Error>> {
    let mut config = Config::new(args.get("data")?);
    if let Some(listen) = args.option("listen") {
        config.listen = listen
            .parse()
            .map_err(|_| format!("--listen {listen} is no address with a port"))?;
    }
    if let Some(origin) = args.option("origin") {
        config.origin = origin.trim_end_matches('/').into();
    }
    if let Some(congestion) = args.option("congestion") {
        config.congestion = congestion.into();
    }
    if let Some(quota) = args.option("quota") {
        config.quota = gigabytes(quota)
            .ok_or_else(|| format!("--quota {quota} is no whole number of GB above 0"))?;
    }
    config.tls = tls(args)?;
    config.proxied = args.has("proxied");
    config.firma = FirmaSettings::read(&config.data.join("firma.json"))?;
    Ok(config)
}

/// Bytes in so many GB of 1,000,000,000.
fn gigabytes(words: &str) -> Option<u64> {
    let number: u64 = words.parse().ok()?;
    number.checked_mul(1_000_000_000).filter(|bytes| *bytes > 0)
}

fn tls(args: &Args) -> Result<Option<TlsFiles>, String> {
    match (args.option("tls-cert"), args.option("tls-key")) {
        (None, None) => Ok(None),
        (Some(cert), Some(key)) => Ok(Some(TlsFiles {
            cert: cert.into(),
            key: key.into(),
        })),
        _ => Err("--tls-cert and --tls-key go together".into()),
    }
}

fn open(args: &Args) -> Result<Hub, Box<dyn std::error::Error>> {
    Ok(Hub::open(config(args)?)?)
}

fn run_service(args: &Args) -> Done {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    take_handles();
    let config = config(args)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let running = serve(config).await?;
        println!("{}", running.url);
        stop_asked().await?;
        tracing::info!("stopping");
        Ok(running.shutdown().await?)
    })
}

/// Every open database takes three files, every connection one: more than systems give unasked.
fn take_handles() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, getrlimit, setrlimit};
        let mut limit = getrlimit(Resource::Nofile);
        limit.current = limit.maximum;
        if let Err(error) = setrlimit(Resource::Nofile, limit) {
            tracing::warn!(%error, "few files can be open at a time");
        }
    }
}

/// Ctrl-C, or the service manager's SIGTERM.
async fn stop_asked() -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut term = signal(SignalKind::terminate())?;
        tokio::select! {
            done = tokio::signal::ctrl_c() => done,
            _ = term.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}

fn seed(args: &Args) -> Done {
    let hub = open(args)?;
    hub.seed_province()?;
    if args.has("demo") {
        hub::demo::seed(&hub)?;
    }
    println!("{} comuni", hub.registry().comuni()?.len());
    Ok(())
}

fn code(args: &Args) -> Done {
    let role = args.get("role")?;
    let role: Role = serde_json::from_value(role.into())
        .map_err(|_| format!("--role {role} is none of {}", roles()))?;
    let comune = ComuneId::new(args.get("comune")?);
    let code = open(args)?.create_code(&comune, args.get("person")?, role)?;
    println!("{}", code.code);
    Ok(())
}

fn roles() -> String {
    let names: Vec<_> = Role::ALL
        .map(|role| format!("{role:?}").to_lowercase())
        .into();
    names.join(", ")
}

/// The password comes from standard input, so that it is in no list of processes.
fn account(args: &Args) -> Done {
    if std::io::stdin().is_terminal() {
        eprintln!("Password (it will be shown as you type):");
    }
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    let password = line.trim_end_matches(['\r', '\n']);
    Ok(open(args)?.create_account(args.get("user")?, password)?)
}

fn devices(args: &Args) -> Done {
    for device in open(args)?.devices()? {
        println!("{}", serde_json::to_string(&device)?);
    }
    Ok(())
}

fn backup(args: &Args) -> Done {
    println!("{}", open(args)?.backup()?.display());
    Ok(())
}

/// Removes files that nothing refers to, or says what would go.
fn collect(args: &Args) -> Done {
    let (found, word) = match args.has("dry-run") {
        true => (open(args)?.collect(hub::GRACE, false)?, "would go"),
        false => (hub::collect_alone(config(args)?)?, "went"),
    };
    println!(
        "{word}: {} files, {} chunks of comuni, {} chunks on disk ({} bytes)",
        found.files, found.chunks, found.on_disk, found.bytes
    );
    Ok(())
}

/// A bundle that came on a stick to the Centro servizi itself. The service may be running.
fn bundle(args: &Args) -> Done {
    let from = args
        .operand
        .as_deref()
        .ok_or("bundle FILE --answer OUT --data DIR")?;
    let answer = args.get("answer")?;
    let head = open(args)?.take_bundle(from.as_ref(), answer.as_ref())?;
    println!("{}: {}: {answer}", head.comune_name, head.device);
    Ok(())
}

/// Takes trusted lists from a folder. The service may be running: it serves them from its next call on.
fn import_lists(args: &Args) -> Done {
    let from = args
        .operand
        .as_deref()
        .ok_or("trust import DIR --data DIR")?;
    tell_lists(&open(args)?.import_lists(from.as_ref())?)
}

/// Downloads the trusted lists now.
fn fetch_lists(args: &Args) -> Done {
    let hub = open(args)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    tell_lists(&runtime.block_on(hub.fetch_lists())?)
}

fn tell_lists(belief: &trust::Belief) -> Done {
    for list in &belief.lists {
        let next = list
            .next_update
            .map_or("closed".into(), |at| at.to_string());
        println!("{} {} (next {next})", list.territory, list.sequence);
    }
    for (territory, why) in &belief.refused {
        println!("{territory} refused: {why}");
    }
    match belief.refused.is_empty() {
        true => Ok(()),
        false => Err("not all lists were taken; those that were served before still are".into()),
    }
}

/// The time stamps of a month, by comune.
fn stamps(args: &Args) -> Done {
    let hub = open(args)?;
    let month = args.operand.clone().unwrap_or_else(|| hub.month());
    for (comune, had) in hub.stamps(&month)? {
        println!("{comune} {had}");
    }
    Ok(())
}

fn run_restore(args: &Args) -> Done {
    let from = args.operand.as_deref().ok_or("restore DIR --data DIR")?;
    let aside = restore(from.as_ref(), args.get("data")?.as_ref())?;
    println!("what was there is in {}", aside.display());
    Ok(())
}
