//! The decoder of pictures that editors attach. Used by the target of libFuzzer, and by the short run in the ordinary tests
//! of `site`.

/// A picture, read to its end as for publication. The decoders of formats may panic: `site` takes that for a broken picture.
/// What must not happen is what gets past it: memory without bound, or time.
pub fn image(bytes: &[u8]) -> bool {
    site::inspect_image(bytes).is_ok()
}
