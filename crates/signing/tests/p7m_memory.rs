//! A `.p7m` of 100 MB is judged where it lies. Alone in its file: memory is the process's.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "tests")]

mod authority;
mod memory;

use authority::Authority;
use memory::memory;
use signing::verify::{Context, Innermost, RevocationRule, in_place};
use signing::{Indication, SubIndication};
use std::fs::File;
use std::io::{Seek, SeekFrom, Write};

const LENGTH: usize = 100 << 20;

#[test]
fn a_hundred_megabytes_in_an_envelope_are_judged_where_they_lie() {
    let Some(mut authority) = Authority::new() else {
        return;
    };
    let rossi = authority.issue("Rossi", "signer");
    let options = ["-cades", "-nosmimecap", "-nodetach"];
    let path = authority.path().join("scan.p7m");
    {
        let scan = [b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", &vec![b'x'; LENGTH][..]].concat();
        std::fs::write(&path, authority.cms(&scan, &rossi, &options)).unwrap();
    }
    let trust = authority.trust();
    let context = Context {
        revocation: RevocationRule::IfKnown,
        ..Context::now(&trust)
    };
    let Some(before) = memory("VmRSS:") else {
        eprintln!("SKIPPED: no /proc/self/status here to read the peak of memory from");
        return;
    };
    // "5" forgets the peak so far (proc(5), clear_refs)
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
    let judged = in_place(File::open(&path).unwrap(), None, &context).unwrap();
    let extra = memory("VmHWM:").unwrap().saturating_sub(before);
    eprintln!(
        "{} MB judged within {extra} kB of extra memory",
        LENGTH >> 20
    );
    assert_eq!(judged.verdict.indication, Indication::TotalPassed);
    let Innermost::At(content) = judged.content else {
        panic!("{:?}", judged.content)
    };
    assert_eq!(content.end - content.start, LENGTH as u64 + 15);
    assert!(extra < 32 << 10, "{extra} kB");

    // One letter of it is another.
    let mut file = File::options().write(true).open(&path).unwrap();
    file.seek(SeekFrom::Start(content.start + (LENGTH as u64) / 2))
        .unwrap();
    file.write_all(b"y").unwrap();
    let judged = in_place(File::open(&path).unwrap(), None, &context).unwrap();
    let verdict = judged.verdict;
    assert_eq!(
        (verdict.indication, verdict.sub_indication),
        (Indication::TotalFailed, Some(SubIndication::HashFailure))
    );
}
