//! What the devices will say, made ready and signed before any clock runs.

use crate::Outcome;
use domain::identity::Scope;
use domain::sito::{FieldChange, PageChange, PageKind, RichText};
use domain::{Change, ComuneId, DeviceId, OpId};
use protocol::pack::pack;
use protocol::wire::write_request;
use protocol::{Digest, Operation, PROTOCOL, SCHEMA, SyncRequest, mark};
use std::time::{SystemTime, UNIX_EPOCH};
use sync::DeviceKey;
use text::TextDoc;

/// A comune's device.
pub(crate) struct Device {
    pub(crate) id: DeviceId,
    pub(crate) comune: ComuneId,
    pub(crate) key: DeviceKey,
    /// Operations the hub has answered.
    pub(crate) answered: u64,
}

/// So many comuni, named as no real one is.
pub(crate) fn devices(comuni: usize) -> Outcome<Vec<Device>> {
    (0..comuni)
        .map(|number| {
            Ok(Device {
                id: DeviceId::new(format!("0199c0de-0000-7000-8000-{number:012}")),
                comune: ComuneId::new(format!("9{number:05}")),
                key: DeviceKey::generate()?,
                answered: 0,
            })
        })
        .collect()
}

/// The life of a news item in ten operations: the first is made, then the title, a summary, three
/// paragraphs of text, and corrections of a word or a sentence.
pub(crate) struct Story(Vec<PageChange>);

const PARAGRAPHS: &str = "Si avvisa la cittadinanza che, a causa delle forti nevicate previste per la notte, \
la strada provinciale resterà chiusa al traffico dalle ore 20 fino al termine dei lavori di sgombero.\n\
Le scuole di ogni ordine e grado riapriranno regolarmente lunedì mattina; il servizio di trasporto degli \
alunni seguirà il percorso invernale, con fermata in piazza San Guido.\n\
Per ogni necessità è possibile telefonare all'ufficio tecnico comunale negli orari di apertura.";

impl Story {
    pub(crate) fn new() -> Outcome<Self> {
        let mut doc = TextDoc::new();
        let mut text = |words: &str| {
            let base = doc.version();
            let update = doc.edit(&base, &RichText::from_plain(words))?;
            let update = text::encode(&update.unwrap_or_default());
            Outcome::Ok(PageChange::Text { update })
        };
        let set = |change| PageChange::Set { change, base: 0 };
        Ok(Self(vec![
            PageChange::Create {
                kind: PageKind::Notizia,
            },
            set(FieldChange::Title(
                "Strada provinciale chiusa per neve".into(),
            )),
            set(FieldChange::Summary(
                "Chiusura notturna per lo sgombero della neve; scuole aperte da lunedì.".into(),
            )),
            text(PARAGRAPHS)?,
            text(&PARAGRAPHS.replace("ore 20", "ore 21"))?,
            text(
                &PARAGRAPHS
                    .replace("ore 20", "ore 21")
                    .replace("San Guido", "Roma"),
            )?,
            set(FieldChange::Until(Some("2026-12-31".into()))),
            text(&format!(
                "{PARAGRAPHS}\nSi ringrazia per la collaborazione."
            ))?,
            text(&format!(
                "{PARAGRAPHS}\nSi ringrazia tutti per la collaborazione."
            ))?,
            text(PARAGRAPHS)?,
        ]))
    }

    /// Which news item an operation with this number is about, and which step of its life it is.
    fn place(&self, n: u64) -> (u64, usize) {
        let length = self.0.len().max(1) as u64;
        let step = usize::try_from((n - 1) % length);
        ((n - 1) / length, step.unwrap_or_default())
    }

    fn id(&self, device: &Device, n: u64) -> OpId {
        let (page, _) = self.place(n);
        let comune = device.comune.as_str().get(..3).unwrap_or_default();
        OpId::new(format!(
            "0199c0de-{:04x}-7{comune}-8{n:015x}",
            page & 0xffff
        ))
    }

    /// A device's operation with this number.
    fn operation(&self, device: &Device, n: u64) -> Option<Operation> {
        let (page, step) = self.place(n);
        Some(Operation {
            id: self.id(device, n),
            n,
            schema: SCHEMA,
            scope: Scope::sito(&device.comune),
            entity: format!("0199c0de-0001-7000-8{page:015x}"),
            change: Change::Sito(self.0.get(step)?.clone()),
            at: 1_795_334_400_000,
        })
    }
}

/// A device's next calls, as bytes on the wire. Every answer is assumed to be the usual one: all accepted,
/// at the positions that follow, because no other device writes to the comune.
pub(crate) fn calls(
    story: &Story,
    device: &Device,
    size: usize,
    count: usize,
) -> Outcome<Vec<Vec<u8>>> {
    let step = u64::try_from(size)?;
    let marked = |sum: u64, n| sum.wrapping_add(mark(n, &story.id(device, n)));
    let mut sum = (1..=device.answered).fold(0, marked);
    let mut calls = Vec::with_capacity(count);
    for call in 0..u64::try_from(count)? {
        let known = device.answered + call * step;
        let next = known + 1..=known + step;
        let ops = next.clone().map(|n| story.operation(device, n));
        let scope = Scope::sito(&device.comune);
        let request = SyncRequest {
            protocol: PROTOCOL,
            digests: [(scope.clone(), Digest(0, sum))].into(),
            cursors: [(scope, known)].into(),
            ops: ops.collect::<Option<_>>().ok_or("a story has an end")?,
            budget: 64 * 1024,
            ..SyncRequest::default()
        };
        calls.push(bytes(device, &request)?);
        sum = next.fold(sum, marked);
    }
    Ok(calls)
}

fn bytes(device: &Device, request: &SyncRequest) -> Outcome<Vec<u8>> {
    const PATH: &str = "/v1/sync";
    let body = pack(&write_request(request)?)?;
    let head = format!(
        "POST {PATH} HTTP/1.1\r\nauthorization: {}\r\naccept: */*\r\nhost: h\r\ncontent-length: {}\r\n\r\n",
        device.key.authorize(&device.id, "POST", PATH, &body),
        body.len()
    );
    let mut call = head.into_bytes();
    call.extend_from_slice(&body);
    Ok(call)
}

/// The rows that the raw ceiling writes: the same texts as the hub's.
pub(crate) fn changes(story: &Story) -> Outcome<Vec<String>> {
    let changes = story.0.iter().map(|change| Change::Sito(change.clone()));
    Ok(changes
        .map(|change| serde_json::to_string(&change))
        .collect::<Result<_, _>>()?)
}

/// Milliseconds since 1970.
pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| {
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    })
}
