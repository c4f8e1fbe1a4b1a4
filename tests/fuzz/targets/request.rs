//! What the hub reads of a sync call; what it understood, it can write again, and reads the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use protocol::SyncRequest;
use protocol::wire::{read_request, write_request};

fuzz_target!(|body: &[u8]| {
    let Ok(read) = read_request(body) else { return };
    let understood = SyncRequest {
        ops: read.ops.into_iter().filter_map(|op| op.op).collect(),
        ..read.request
    };
    let written = write_request(&understood).expect("what was read can be written");
    let again = read_request(&written).expect("what was written can be read");
    let ops: Vec<_> = again.ops.into_iter().filter_map(|op| op.op).collect();
    assert_eq!(ops, understood.ops);
});
