//! How a device proves who it is.
//!
//! Header `authorization: Device ID.SIGNATURE`: an Ed25519 signature (RFC 8032), base64url without
//! padding, over [`message`]. There is no bearer token to steal and no clock to be wrong; a replayed
//! call changes nothing, because operations are exactly-once.

use domain::DeviceId;

/// The scheme of the `authorization` header.
pub const SCHEME: &str = "Device";

/// The bytes that are signed: context, method, path and the BLAKE3 of the body as sent.
pub fn message(method: &str, path: &str, body_hash: &[u8; 32]) -> Vec<u8> {
    let mut message = format!("comuni-in-rete/1\n{method}\n{path}\n").into_bytes();
    message.extend_from_slice(body_hash);
    message
}

/// The value of the header.
pub fn header(device: &DeviceId, signature: &str) -> String {
    format!("{SCHEME} {device}.{signature}")
}

/// Device and signature from the value of the header.
pub fn parse(value: &str) -> Option<(DeviceId, &str)> {
    let (device, signature) = value.strip_prefix(SCHEME)?.trim().split_once('.')?;
    Some((DeviceId::new(device), signature))
}
