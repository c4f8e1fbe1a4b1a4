#![no_main]

use std::sync::Once;

/// A panic inside is caught by `site`, as on the hub; the hook that stops the fuzzer is for those that are not.
static QUIET: Once = Once::new();

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    QUIET.call_once(|| std::panic::set_hook(Box::new(|_| {})));
    fuzz::image::image(bytes);
});
