//! A hub in this process, and the people who call it.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "shared by tests"
)]

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::identity::{Role, Scope};
use domain::sito::{FieldChange, PageChange, PageKind, RichText, TextVersion};
use domain::{Change, ComuneId, DeviceId, OpId, Refusal, RefusalCode, UnixMs};
use ed25519_dalek::{Signer, SigningKey};
use hub::{Config, Hub};
use protocol::calls::{EnrolRequest, Enrolled, HubError, HubErrorCode};
use protocol::{Operation, Outcome, SCHEMA, SyncRequest, SyncResponse};
use serde::de::DeserializeOwned;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use tempfile::TempDir;
use text::TextDoc;
use tower::ServiceExt;

/// 22 November 2026, morning.
pub const NOW: UnixMs = 1_795_334_400_000;

/// A hub on a folder of its own, with a clock that the test turns.
pub struct Centro {
    pub hub: Hub,
    pub clock: Arc<AtomicI64>,
    pub folder: Arc<TempDir>,
}

impl Centro {
    pub fn new() -> Self {
        Self::with(|_| {})
    }

    pub fn with(change: impl FnOnce(&mut Config)) -> Self {
        let folder = Arc::new(TempDir::new().unwrap());
        let clock = Arc::new(AtomicI64::new(NOW));
        let centro = Self::on(folder, clock, change);
        centro.hub.seed_province().unwrap();
        centro
    }

    /// The same data, opened again.
    pub fn reopen(self) -> Self {
        let Self { hub, clock, folder } = self;
        drop(hub);
        Self::on(folder, clock, |_| {})
    }

    pub fn on(
        folder: Arc<TempDir>,
        clock: Arc<AtomicI64>,
        change: impl FnOnce(&mut Config),
    ) -> Self {
        let mut config = Config::new(folder.path().join("data"));
        let time = clock.clone();
        config.clock = Arc::new(move || time.load(Ordering::SeqCst));
        config.origin = "http://centro.example".into();
        config.limits.enrol = 1000;
        config.limits.login = 1000;
        config.limits.everywhere = 1000;
        config.limits.device = 1_000_000;
        change(&mut config);
        Self {
            hub: Hub::open(config).unwrap(),
            clock,
            folder,
        }
    }

    pub fn after(&self, ms: i64) {
        self.clock.fetch_add(ms, Ordering::SeqCst);
    }

    /// Enrols a new device of a person.
    pub fn person(&self, name: &str, role: Role) -> Device {
        self.person_of(&roccaverano(), name, role)
    }

    pub fn person_of(&self, comune: &ComuneId, name: &str, role: Role) -> Device {
        let code = self.hub.create_code(comune, name, role).unwrap().code;
        let key = key();
        let enrolled = self.hub.enrol(&enrol_request(&code, &key)).unwrap();
        Device {
            router: self.hub.router(),
            key,
            enrolled,
            n: 0,
        }
    }
}

pub fn roccaverano() -> ComuneId {
    ComuneId::new("005094")
}

pub fn key() -> SigningKey {
    static SEED: AtomicU64 = AtomicU64::new(1);
    let seed = SEED.fetch_add(1, Ordering::Relaxed);
    SigningKey::from_bytes(blake3::hash(&seed.to_le_bytes()).as_bytes())
}

pub fn enrol_request(code: &str, key: &SigningKey) -> EnrolRequest {
    EnrolRequest {
        code: code.into(),
        public_key: URL_SAFE_NO_PAD.encode(key.verifying_key()),
        name: "PC dell'anagrafe".into(),
    }
}

/// An enrolled device.
#[derive(Clone)]
pub struct Device {
    pub router: Router,
    pub key: SigningKey,
    pub enrolled: Enrolled,
    /// The last sequence number that was given.
    pub n: u64,
}

impl Device {
    pub fn id(&self) -> &DeviceId {
        &self.enrolled.device
    }

    pub fn scope(&self) -> Scope {
        Scope::sito(&self.enrolled.comune)
    }

    /// The next operation.
    pub fn op(&mut self, page: &str, change: PageChange) -> Operation {
        self.n += 1;
        Operation {
            id: OpId(format!("{}-{}", self.id(), self.n)),
            n: self.n,
            schema: SCHEMA,
            scope: self.scope(),
            entity: page.into(),
            change: Change::Sito(change),
            at: NOW,
        }
    }

    pub fn request(&self, ops: &[Operation]) -> SyncRequest {
        SyncRequest {
            protocol: 1,
            ops: ops.to_vec(),
            ..SyncRequest::default()
        }
    }

    pub fn header(&self, path: &str, body: &[u8]) -> String {
        let message = protocol::auth::message("POST", path, blake3::hash(body).as_bytes());
        let signature = URL_SAFE_NO_PAD.encode(self.key.sign(&message).to_bytes());
        protocol::auth::header(self.id(), &signature)
    }

    /// A signed call with any body.
    pub async fn post(&self, path: &str, body: Vec<u8>, encoding: Option<&str>) -> Answer {
        let mut request = Request::post(path).header("authorization", self.header(path, &body));
        if let Some(encoding) = encoding {
            request = request.header("content-encoding", encoding);
        }
        call(&self.router, request.body(Body::from(body)).unwrap()).await
    }

    pub async fn json(&self, path: &str, body: &impl serde::Serialize) -> Answer {
        self.post(path, serde_json::to_vec(body).unwrap(), None)
            .await
    }

    pub async fn try_sync(&self, request: &SyncRequest) -> Result<SyncResponse, HubError> {
        self.json("/v1/sync", request).await.into()
    }

    pub async fn sync(&self, ops: &[Operation]) -> SyncResponse {
        self.try_sync(&self.request(ops)).await.unwrap()
    }

    /// Sends one operation and gives its outcome.
    pub async fn does(&mut self, page: &str, change: PageChange) -> Outcome {
        let op = self.op(page, change);
        let response = self.sync(&[op]).await;
        response.results[0].outcome.clone()
    }

    pub async fn pull(&self, cursor: u64, own: bool) -> SyncResponse {
        let mut request = self.request(&[]);
        request.cursors.insert(self.scope(), cursor);
        request.own = own;
        self.try_sync(&request).await.unwrap()
    }
}

/// An answer, read to its end.
pub struct Answer {
    pub status: StatusCode,
    pub headers: axum::http::HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub fn error(&self) -> HubErrorCode {
        self.json::<HubError>().code
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().unwrap())
    }
}

impl<T: DeserializeOwned> From<Answer> for Result<T, HubError> {
    fn from(answer: Answer) -> Self {
        match answer.status {
            StatusCode::OK => Ok(answer.json()),
            _ => Err(answer.json()),
        }
    }
}

pub async fn call(router: &Router, request: Request<Body>) -> Answer {
    let response: Response<Body> = router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    Answer {
        status: parts.status,
        headers: parts.headers,
        body: body.into(),
    }
}

pub async fn get(hub: &Hub, path: &str) -> Answer {
    call(
        &hub.router(),
        Request::get(path).body(Body::empty()).unwrap(),
    )
    .await
}

pub fn refused(outcome: &Outcome) -> Option<RefusalCode> {
    match outcome {
        Outcome::Refused(Refusal { code, .. }) => Some(*code),
        Outcome::Accepted(_) => None,
    }
}

pub fn accepted(outcome: &Outcome) -> Option<u64> {
    match outcome {
        Outcome::Accepted(seq) => Some(*seq),
        Outcome::Refused(_) => None,
    }
}

pub fn title(text: &str) -> PageChange {
    set(FieldChange::Title(text.into()), 0)
}

pub fn set(change: FieldChange, base: u64) -> PageChange {
    PageChange::Set { change, base }
}

/// A text with one paragraph: the update, and the version to publish.
pub fn paragraph(words: &str) -> (PageChange, TextVersion) {
    rich(&RichText::from_plain(words))
}

pub fn rich(text: &RichText) -> (PageChange, TextVersion) {
    let mut doc = TextDoc::new();
    let base = doc.version();
    let update = doc.edit(&base, text).unwrap().expect("an edit");
    let update = text::encode(&update);
    (PageChange::Text { update }, doc.version())
}

/// The operations that make and publish a page of information.
pub fn published_page(device: &mut Device, page: &str, words: &str) -> Vec<Operation> {
    let (text, version) = paragraph(words);
    let changes = [
        PageChange::Create {
            kind: PageKind::Pagina,
        },
        title(words),
        set(FieldChange::Summary("In breve".into()), 0),
        text,
        PageChange::Publish {
            text: version,
            seen: 1_000_000,
        },
    ];
    changes.map(|change| device.op(page, change)).to_vec()
}

/// The change of a page that an operation carries.
pub fn sito(change: &Change) -> &PageChange {
    let Change::Sito(change) = change;
    change
}
