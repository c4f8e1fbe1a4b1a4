//! The calls about files: binary bodies.

use crate::CallError;
use crate::client::{HubClient, Weighed};
use crate::codec::Packed;
use protocol::files::{
    CompactError, Get, Left, MAX_CHUNKS, MAX_GET, Manifest, ManifestRequest2, Missing2, Offer, Put,
    StateRequest, read_manifest,
};

/// The largest answer that names ranges of a file.
const RANGES: usize = 8 * MAX_CHUNKS;
/// The largest compact manifest.
const MANIFEST: usize = 40 * MAX_CHUNKS + 4096;

/// Bytes that arrived, and why no more came.
#[derive(Debug, Clone)]
pub(crate) struct Arrived {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// The line was cut under way.
    pub cut: Option<CallError>,
}

impl HubClient {
    /// Offers a file; gives which of its bytes the hub lacks.
    ///
    /// # Errors
    /// [`CallError::Full`] or [`CallError::Quota`] where it would not fit any more; the others as for every call.
    pub(crate) async fn offer2(&self, offer: &Offer) -> Result<Weighed<Missing2>, CallError> {
        let answer = self
            .raw("/v1/files/offer2", plain(offer.encode()), RANGES)
            .await?;
        answer.read(Missing2::decode)
    }

    /// Asks which bytes of a file, cut like this, the hub lacks.
    ///
    /// # Errors
    /// [`CallError`].
    pub(crate) async fn file_state(
        &self,
        request: &StateRequest,
    ) -> Result<Weighed<Missing2>, CallError> {
        let answer = self
            .raw("/v1/files/state", plain(request.encode()), RANGES)
            .await?;
        answer.read(Missing2::decode)
    }

    /// Sends bytes of a file. The head alone is signed: it names every byte by a hash.
    ///
    /// # Errors
    /// [`CallError::NotFound`] where the file must be offered again; the others as for every call.
    pub(crate) async fn put(&self, put: &Put, bytes: &[u8]) -> Result<Weighed<Left>, CallError> {
        let mut body = put.encode();
        let signed = body.len();
        body.extend_from_slice(bytes);
        let answer = self
            .raw_signed("/v1/files/put", plain(body), signed, 64)
            .await?;
        answer.read(Left::decode)
    }

    /// The manifest of a file, told by those of files that are here.
    ///
    /// # Errors
    /// [`CallError::NotFound`] where the hub has no such file.
    pub(crate) async fn manifest2(
        &self,
        request: &ManifestRequest2,
        here: &[Manifest],
    ) -> Result<Weighed<Manifest>, CallError> {
        let answer = self
            .raw("/v1/files/manifest2", plain(request.encode()), MANIFEST)
            .await?;
        let find = |id: &domain::FileId| here.iter().find(|base| base.file == *id).cloned();
        answer.read(|body| read_manifest(body, find))
    }

    /// Bytes of a file, as many as arrived.
    ///
    /// # Errors
    /// [`CallError`], where nothing arrived.
    pub(crate) async fn get(&self, get: &Get) -> Result<Weighed<Arrived>, CallError> {
        let limit = MAX_GET + 4096;
        self.partly("/v1/files/get", plain(get.encode()), limit)
            .await
    }
}

impl Weighed<Vec<u8>> {
    fn read<T>(
        self,
        read: impl FnOnce(&[u8]) -> Result<T, CompactError>,
    ) -> Result<Weighed<T>, CallError> {
        let not_a_hub = |error: CompactError| CallError::NotAHub(error.to_string());
        self.try_map(|body| read(&body).map_err(not_a_hub))
    }
}

fn plain(bytes: Vec<u8>) -> Packed {
    Packed { bytes, zstd: false }
}
