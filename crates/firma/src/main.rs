//! The signing engine without a window: for scripts, and for comparing it with other programs.
#![expect(clippy::print_stdout, reason = "a command speaks on standard output")]

mod arguments;
mod key;
mod report;
mod sign;
mod verify;

use arguments::Arguments;
use std::error::Error;
use std::process::ExitCode;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

const HELP: &str = "\
firma: sign documents, and judge signatures, without a network

  firma verify FILE... --trust DIR [--facts DIR] [--at TIME [--basis BASIS]] [--content FILE]
                       [--revocation required|if-known] [--json]
      Judges every signature and time stamp of every PDF, .p7m, .p7s, .tsr and .tsd, those inside others too.
      DIR        certificates that are believed (PEM or DER: .pem .crt .cer .der), and anchors.json, the
                 anchors that the trusted lists gave; without the latter no signature is called qualified.
                 CRLs (.crl) and OCSP answers (.ors) in it tell of revocations, besides those in the files
      --facts    another folder with CRLs and OCSP answers; certificates in it are not believed
      TIME       2026-03-01T10:00:00Z: the judgement is about then, and about now besides
      BASIS      by what right that time counts: time-stamp, protocol, pec, preservation; without it the
                 time is only somebody's word (stated), which proves nothing
      --content  what a .p7s, a .tsr, or a .tsd without its document is about
      --revocation  with `if-known` a revocation that nothing is known of is told, and does not count
      Exit status: 0 all TOTAL-PASSED, 1 some TOTAL-FAILED, 2 else some INDETERMINATE, 3 it could not be
      judged (a file that cannot be read, wrong words). A file that is no signature is TOTAL-FAILED,
      FORMAT_FAILURE. With --at the judgement about that time decides.

  firma sign FILE (--p12 FILE | --module FILE [--token LABEL]) [--out FILE] [--around] [--pdf] [--json]
      Signs into FILE.p7m (CAdES B-B, enveloping). The password or the PIN is the first line of standard
      input, never an argument; a reader with keys of its own asks there.
      --module   the PKCS#11 module of the token's vendor; it is loaded by firma-token, a program that must
                 stand beside this one
      --token    the token's label, where several may sign
      A FILE that is a .p7m already gets a parallel signature, and keeps its name; --around
      puts a signature around it instead. --out names the result; nothing is replaced but FILE itself.
      --pdf signs inside a PDF instead (PAdES B-B), into --out.
      What the certificate may be used for, and up to which value, is told on standard error.
      Exit status: 0 written, 3 not.

  firma extract FILE --out FILE
      The innermost content of a .p7m. Exit status: 0 written, 3 not.

JSON of verify: {\"version\":1,\"indication\":…,\"files\":[{\"file\":…,\"now\":VERDICT,\"at\":VERDICT|null,
\"error\":null|…}]}; a VERDICT has indication, sub_indication and layers (outermost first), each with its
encoding and signers: indication, sub_indication, findings, at, holder, quality, provider, claimed_time,
digest, counter_signatures, stamps. For a PDF it has
indication, sub_indication and signatures, in the order of their revisions: signature (with changes_after),
indication, sub_indication, signer, stamps. Names are those of EN 319 102-1; new fields may come, none goes while the
version stays.";

/// Something could not be done.
const TROUBLE: u8 = 3;

fn main() -> ExitCode {
    let mut words = std::env::args_os().skip(1);
    let command = words.next().unwrap_or_default();
    let result = Arguments::parse(words).and_then(|arguments| match command.to_str() {
        Some("verify") => verify::run(&arguments),
        Some("sign") => sign::run(&arguments),
        Some("extract") => sign::extract(&arguments),
        Some("help" | "--help" | "-h") => {
            println!("{HELP}");
            Ok(0)
        }
        _ => Err("unknown command: see `firma help`".into()),
    });
    match result {
        Ok(status) => ExitCode::from(status),
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(TROUBLE)
        }
    }
}
