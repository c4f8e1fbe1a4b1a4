//! Enrolment: from a one-time code to an identity.

use crate::client::HubClient;
use crate::transport::{HttpTransport, Transport, UrlError, normalise};
use crate::{CallError, DeviceKey};
use protocol::calls::{EnrolRequest, Enrolled};
use std::sync::Arc;
use store::{Identity, Secret};

/// Calls made before an enrolment is given up.
const TRIES: u32 = 3;

/// Why an enrolment did not succeed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnrolError {
    /// What was typed is not the address of a hub.
    #[error(transparent)]
    Url(#[from] UrlError),
    /// The call failed; [`CallError::NotAHub`] and [`CallError::CodeUnknown`] are the typist's business.
    #[error(transparent)]
    Call(#[from] CallError),
}

/// Enrols this computer at a hub.
///
/// `hub`: the address as people type it; `code`: the one-time code as it was read out; `name`: what
/// people call this computer. The key is made here and its secret never travels.
///
/// # Errors
/// [`EnrolError`].
pub async fn enrol(hub: &str, code: &str, name: &str) -> Result<Identity, EnrolError> {
    let hub = normalise(hub)?;
    let transport = Arc::new(HttpTransport::new(&hub)?);
    Ok(enrol_over(transport, &hub, code, name).await?)
}

/// The same, over another way.
///
/// # Errors
/// [`CallError`].
pub async fn enrol_over(
    transport: Arc<dyn Transport>,
    hub: &str,
    code: &str,
    name: &str,
) -> Result<Identity, CallError> {
    let client = HubClient::unknown(transport);
    client.health().await?;
    let key = DeviceKey::generate().map_err(|error| CallError::Local(error.to_string()))?;
    let request = EnrolRequest {
        code: code.trim().to_owned(),
        public_key: key.public(),
        name: name.trim().to_owned(),
    };
    let enrolled = insist(&client, &request).await?;
    Ok(identity(hub, &key, enrolled))
}

/// A code is used up by the call that enrols, even where its answer is lost; the same key may ask again.
async fn insist(client: &HubClient, request: &EnrolRequest) -> Result<Enrolled, CallError> {
    for _ in 1..TRIES {
        match client.enrol(request).await {
            Err(CallError::Cut(_) | CallError::Stalled) => {}
            result => return result,
        }
    }
    client.enrol(request).await
}

fn identity(hub: &str, key: &DeviceKey, enrolled: Enrolled) -> Identity {
    Identity {
        device: enrolled.device,
        secret: Secret(key.secret()),
        person: enrolled.person,
        role: enrolled.role,
        comune: enrolled.comune,
        comune_name: enrolled.comune_name,
        hub: hub.to_owned(),
        site: enrolled.site,
        scopes: enrolled.scopes,
        expires: enrolled.expires,
        keys: enrolled.keys,
    }
}
