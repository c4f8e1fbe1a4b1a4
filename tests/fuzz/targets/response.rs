//! What a device reads of the hub's answer, to a call of three operations.
#![no_main]

use libfuzzer_sys::fuzz_target;
use protocol::SyncRequest;
use protocol::wire::{read_request, read_response};
use std::sync::LazyLock;

const SENT: &str = r#"{"v":2,"ep":7,"cur":{"005094/sito":3},"ops":[
    {"id":"a","n":1,"s":"005094/sito","e":"p","c":{"sito":"delete"},"t":1},
    {"id":"b","n":2,"s":"005094/sito","e":"p","c":{"sito":"unpublish"},"t":1},
    {"id":"c","n":3,"s":"005094/sito","e":"q","c":{"sito":{"text":{"update":"AQID"}}},"t":1}]}"#;

static REQUEST: LazyLock<SyncRequest> = LazyLock::new(|| {
    let read = read_request(SENT.as_bytes()).expect("the call is one");
    SyncRequest {
        ops: read.ops.into_iter().filter_map(|op| op.op).collect(),
        ..read.request
    }
});

fuzz_target!(|body: &[u8]| {
    if let Ok(read) = read_response(body, &REQUEST) {
        assert!(read.results.len() <= REQUEST.ops.len() || !protocol::wire::is_frame(body));
    }
});
