//! The line between a desk and the hub: what happens to a call is the story's business.

use crate::centro::Centro;
use crate::desk::Desk;
use crate::ledger::Ledger;
use crate::story::Fate;
use std::sync::{Arc, Weak};
use std::time::Duration;
use sync::CallError;
use sync::transport::{Pending, Request, Response, Transport};
use tokio::time::sleep;

/// A way to the hub.
pub struct Line {
    desk: Weak<Desk>,
    centro: Arc<Centro>,
    ledger: Arc<Ledger>,
}

impl Line {
    /// From a desk to the hub.
    pub fn new(desk: &Arc<Desk>, centro: &Arc<Centro>, ledger: &Arc<Ledger>) -> Self {
        Self {
            desk: Arc::downgrade(desk),
            centro: centro.clone(),
            ledger: ledger.clone(),
        }
    }

    async fn carry(&self, request: Request) -> Result<Response, CallError> {
        let gone = || CallError::Local("nobody is at the desk".into());
        let desk = self.desk.upgrade().ok_or_else(gone)?;
        if desk.watch.stopped() {
            // A computer that has stopped makes no calls, and waits for none.
            return std::future::pending().await;
        }
        if desk.is_old() && request.path == "/v1/sync" && !request.zstd {
            return Ok(not_understood());
        }
        let fate = desk.next_fate();
        let there = desk.latency(&fate);
        let back = desk.latency(&fate);
        let what = (request.path, request.body.len());
        let result = self
            .under(&desk, fate.clone(), request, (there, back))
            .await;
        self.note(&desk, &fate, what, &result);
        result
    }

    async fn under(
        &self,
        desk: &Arc<Desk>,
        fate: Option<Fate>,
        request: Request,
        (there, back): (Duration, Duration),
    ) -> Result<Response, CallError> {
        if fate == Some(Fate::NoLine) {
            return Err(CallError::NoLine("the story says so".into()));
        }
        sleep(there).await;
        match &fate {
            Some(Fate::RequestLost) => return self.give_up(&request).await,
            Some(Fate::Late(ms)) => {
                self.later(desk.index, *ms, request.clone());
                return self.give_up(&request).await;
            }
            Some(Fate::AfterOlder(back)) => {
                if let Some(older) = self.ledger.older(desk.index, *back) {
                    // Whatever it is answered, nobody hears it.
                    let _ = call(&self.centro, older).await;
                }
            }
            Some(Fate::Twice) => {
                let _ = call(&self.centro, request.clone()).await;
            }
            _ => {}
        }
        self.ledger.called(desk.index, &request);
        let response = call(&self.centro, request.clone()).await?;
        if let Some(Fate::Meanwhile(act)) = &fate {
            desk.act(act);
        }
        sleep(back).await;
        match fate {
            Some(Fate::AnswerLost) => self.give_up(&request).await,
            Some(Fate::Torn(part)) => Ok(torn(response, part)),
            _ => Ok(response),
        }
    }

    async fn give_up(&self, request: &Request) -> Result<Response, CallError> {
        sleep(request.patience.first).await;
        Err(CallError::Cut("the story says so".into()))
    }

    fn later(&self, who: usize, ms: u64, request: Request) {
        let (centro, ledger) = (self.centro.clone(), self.ledger.clone());
        tokio::spawn(async move {
            sleep(Duration::from_millis(ms)).await;
            ledger.called(who, &request);
            ledger.trace(format!("a late call arrives, {} B", request.body.len()));
            // Nobody waits for the answer any more.
            let _ = call(&centro, request).await;
        });
    }

    fn note(
        &self,
        desk: &Desk,
        fate: &Option<Fate>,
        (path, size): (&str, usize),
        result: &Result<Response, CallError>,
    ) {
        let at = self.centro.clock.elapsed().as_millis();
        let fate = fate.as_ref().map_or(String::new(), ToString::to_string);
        let answer = match result {
            // A call without a body asks for the hub's keys, which are not drawn from the seed.
            Ok(answer) if size == 0 => format!("{} its keys", answer.status),
            Ok(answer) => {
                let hash = blake3::hash(&answer.body).to_hex();
                let hash = hash.get(..8).unwrap_or_default();
                format!("{} {} B {hash}", answer.status, answer.body.len())
            }
            Err(error) => error.to_string(),
        };
        let name = &desk.name;
        self.ledger.trace(format!(
            "{at:>8} {name}: {path} {size} B up, {answer} {fate}"
        ));
    }
}

impl Transport for Line {
    fn send(&self, request: Request) -> Pending<'_, Result<Response, CallError>> {
        Box::pin(self.carry(request))
    }
}

/// What a hub of the first version says to a body of the second: the engine then speaks the first.
fn not_understood() -> Response {
    Response {
        status: 400,
        body: br#"{"code":"malformed","detail":"expected value at line 1 column 1"}"#.to_vec(),
        ..Response::default()
    }
}

fn torn(mut response: Response, part: u64) -> Response {
    let length = response.body.len();
    let part = usize::try_from(part.min(99)).unwrap_or(0);
    response.body.truncate(length * part / 100);
    response
}

/// The hub takes a call.
///
/// # Errors
/// [`CallError::NoLine`] where it does not run, [`CallError::Cut`] where it stopped meanwhile.
pub async fn call(centro: &Centro, request: Request) -> Result<Response, CallError> {
    let down = || CallError::NoLine("the hub does not run".into());
    let router = centro.router().ok_or_else(down)?;
    let response = testkit::call_inside(router, request).await;
    if centro.watch.stopped() {
        return Err(CallError::Cut("the hub has stopped".into()));
    }
    response
}
