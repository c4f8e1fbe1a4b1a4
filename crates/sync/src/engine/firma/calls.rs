//! The calls of the hub about signatures.

use crate::CallError;
use crate::client::{HubClient, Weighed};
use crate::codec::{self, Packed};
use crate::files_client::Arrived;
use protocol::firma::{MAX_INLINE, MAX_PART, PartRequest, Question, Reply, Thing, take_part};

/// The largest answer that tells of a thing.
const SMALL: usize = 4 * 1024;

impl HubClient {
    /// Newer lists than those with this hash; empty for none here.
    ///
    /// # Errors
    /// [`CallError`].
    pub(super) async fn newer_lists(
        &self,
        here: Vec<u8>,
    ) -> Result<Weighed<Option<Thing>>, CallError> {
        let answer = self.raw("/v1/trust", plain(here), SMALL).await?;
        answer.try_map(|body| match body.is_empty() {
            true => Ok(None),
            false => Thing::decode(&body).map(Some).map_err(codec::not_a_hub),
        })
    }

    /// Bytes of a thing, as many as arrived.
    ///
    /// # Errors
    /// [`CallError`], where nothing arrived.
    pub(super) async fn thing_part(
        &self,
        request: PartRequest,
    ) -> Result<Weighed<Arrived>, CallError> {
        let limit = MAX_PART + SMALL;
        let answer = self.partly("/v1/firma/part", plain(request.encode()), limit);
        answer.await?.try_map(|arrived| {
            Ok(Arrived {
                bytes: take_part(&arrived.bytes).to_vec(),
                cut: arrived.cut,
            })
        })
    }

    /// Has a question carried.
    ///
    /// # Errors
    /// [`CallError`].
    pub(super) async fn carry(&self, question: &Question) -> Result<Weighed<Reply>, CallError> {
        let body = plain(question.encode());
        let answer = self.raw("/v1/firma/ask", body, MAX_INLINE + SMALL).await?;
        answer.try_map(|body| Reply::decode(&body).map_err(codec::not_a_hub))
    }
}

fn plain(bytes: Vec<u8>) -> Packed {
    Packed { bytes, zstd: false }
}
