//! A workspace and its engine without a window: for journeys, for kill tests, for looking into things.
#![expect(clippy::print_stdout, reason = "a command speaks on standard output")]

mod arguments;
mod desk;
mod talk;
mod tally;
mod trial;
mod words;

use arguments::Arguments;
use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

const HELP: &str = "\
client: a workspace and its engine without a window

  client enrol   --dir DIR --hub ADDRESS --code CODE [--name NAME] [--clear]
  client write   --dir DIR --title TITLE [--body TEXT]   a new news item; prints its id
  client edit    --dir DIR --page ID [--title TITLE] [--body TEXT]
  client attach  --dir DIR --page ID --file PATH
  client publish --dir DIR --page ID
  client sync    --dir DIR                     carries once; fails where the hub is not reached
  client wait    --dir DIR [--seconds N]       carries until nothing waits, at most so long (60)
  client work    --dir DIR --name NAME [--pause MS]
                 writes and carries without end; prints `ID<TAB>TITLE` once a page is on disk
  client state   --dir DIR [--json]            what is here; carries nothing
  client fill    --dir DIR --count N --seed S  writes N news items of about 1 kB; carries nothing
  client records --count N --seed S            prints the same texts, one JSON object per line
  client await   --dir DIR [--count N] [--title T] [--text T] [--file NAME] [--seconds N]
                 asks the hub until that is here; prints how long it took, as JSON
  client talk    --dir DIR                     keeps the engine, obeys JSON lines on standard input:
                 {\"do\":\"fill\",\"count\":N,\"seed\":S}  {\"do\":\"load\",\"file\":PATH}
                 {\"do\":\"edit\",\"was\":TITLE,\"title\":TITLE}  {\"do\":\"attach\",\"file\":PATH,\"title\":TITLE}
                 {\"do\":\"carry\",\"seconds\":N}  {\"do\":\"sync\"}  {\"do\":\"count\"}
                 {\"do\":\"await\",\"count\":N,\"title\":T,\"text\":T,\"file\":NAME,\"seconds\":N}

By hand, against any hub over any line: on the hub's computer `hub code --data DIR --comune 005094
--person NAME --role impiegato` prints a one-time code; here `client enrol` with it, then `fill` and
`wait`; on a third computer, enrolled with another code, `await --count N`. `linkbox open` lays an
emulated rural line between two network namespaces of one computer. Plain http is refused outside this
computer, as the app does, but for `--clear`, which is for test networks only: everything but the
device's key can be read and, up to the signature, changed on the way.

Every command takes --clock-off SECONDS: this computer's clock is wrong by so much. Those that carry take
--ca FILE, an authority (PEM) for a hub that this system's do not vouch for, and --haste N: all waiting is N
times shorter and the clock N times faster.

The text is one paragraph per line. DIR holds the workspace and, in clear, the key that opens it: this
is a tool for trying out, not a place for what people wrote.";

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let command = words.next().unwrap_or_default();
    let result = Arguments::parse(words).and_then(|arguments| {
        trial::set(&arguments)?;
        run(&command, &arguments)
    });
    match result {
        Ok(said) => {
            println!("{said}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            tracing::error!(%error);
            println!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: &str, arguments: &Arguments) -> Outcome<String> {
    let runtime = tokio::runtime::Runtime::new()?;
    let said = runtime.block_on(async {
        match command {
            "enrol" => desk::enrol(arguments).await,
            "fill" => desk::fill(arguments),
            "records" => desk::records(arguments),
            "await" => desk::wait_for(arguments).await,
            "talk" => talk::talk(arguments).await,
            "write" => desk::write(arguments),
            "edit" => desk::edit(arguments),
            "attach" => desk::attach(arguments),
            "publish" => desk::publish(arguments),
            "sync" => desk::sync(arguments).await,
            "wait" => desk::wait(arguments).await,
            "work" => desk::work(arguments).await,
            "state" => desk::state(arguments),
            _ => Ok(HELP.to_owned()),
        }
    });
    // Nothing here must outlive its answer: a call that hangs is given up. What still writes to the database ends
    // before the process does, whose last act takes the ground of the cipher away.
    runtime.shutdown_timeout(Duration::from_secs(2));
    said
}
