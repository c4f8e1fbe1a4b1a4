//! One direction of a line: packets in at one device, out at the other, later, fewer, or never.

use super::Line;
use super::stream::Streams;
use crate::chance::Chance;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};
use tappers::Tun;

/// Bytes that wait for the line at most; what comes on top is dropped at the tail.
pub(super) const QUEUE: usize = 32 * 1024;
/// Room for a packet.
const PACKET: usize = 65_536;

/// What went one way, counted at IP level (headers of IP and TCP included).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// Bytes that the sending kernel put on the line: what a meter at its end shows.
    pub bytes: u64,
    /// The same in packets.
    pub packets: u64,
    /// Packets lost by chance.
    pub lost: u64,
    /// Packets that found the queue full.
    pub dropped: u64,
    /// Packets sent, or under way, while the line was down.
    pub down: u64,
    /// Bytes that came out at the far end.
    pub delivered: u64,
    /// Of `bytes`, what IP and TCP headers are; the rest is what programs wrote.
    pub headers: u64,
    /// Packets that carried nothing of a program (acknowledgements, handshakes).
    pub bare: u64,
    /// Content that its connection had not sent before: TCP's sending again is left out, a program's is not.
    pub fresh: u64,
    /// Content that came out at the far end for the first time on its connection.
    pub arrived: u64,
}

/// The switch that both ways obey.
pub(super) struct Switch {
    state: Mutex<State>,
    cut: AtomicBool,
    stop: AtomicBool,
}

#[derive(Clone, Copy)]
struct State {
    line: Line,
    since: Instant,
}

impl Switch {
    pub fn new(line: Line) -> Self {
        Self {
            state: Mutex::new(State {
                line,
                since: Instant::now(),
            }),
            cut: AtomicBool::new(false),
            stop: AtomicBool::new(false),
        }
    }

    /// Another line from now on; its schedule begins now.
    pub fn set(&self, line: Line) {
        *held(&self.state) = State {
            line,
            since: Instant::now(),
        };
    }

    pub fn line(&self) -> Line {
        held(&self.state).line
    }

    pub fn cut(&self, cut: bool) {
        self.cut.store(cut, Relaxed);
    }

    pub fn stop(&self) {
        self.stop.store(true, Relaxed);
    }

    pub fn is_up(&self) -> bool {
        let state = *held(&self.state);
        let up = |schedule: super::Schedule| schedule.is_up(state.since.elapsed());
        !self.cut.load(Relaxed) && state.line.schedule.is_none_or(up)
    }
}

/// A poisoned lock means that a thread panicked between two plain assignments: the value is whole.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Counters, written by the way's threads and read by anybody.
#[derive(Default)]
pub(super) struct Meter {
    bytes: AtomicU64,
    packets: AtomicU64,
    lost: AtomicU64,
    dropped: AtomicU64,
    down: AtomicU64,
    delivered: AtomicU64,
    headers: AtomicU64,
    bare: AtomicU64,
    fresh: AtomicU64,
    arrived: AtomicU64,
    /// What passed the mouth of the line, and what came out of it.
    streams: Mutex<(Streams, Streams)>,
    trace: Mutex<Vec<u64>>,
}

impl Meter {
    pub fn count(&self) -> Count {
        Count {
            bytes: self.bytes.load(Relaxed),
            packets: self.packets.load(Relaxed),
            lost: self.lost.load(Relaxed),
            dropped: self.dropped.load(Relaxed),
            down: self.down.load(Relaxed),
            delivered: self.delivered.load(Relaxed),
            headers: self.headers.load(Relaxed),
            bare: self.bare.load(Relaxed),
            fresh: self.fresh.load(Relaxed),
            arrived: self.arrived.load(Relaxed),
        }
    }

    /// Bytes delivered in each second since the box was opened.
    pub fn trace(&self) -> Vec<u64> {
        held(&self.trace).clone()
    }

    fn sent(&self, packet: &[u8]) {
        let headers = headers(packet);
        add(&self.bytes, packet.len());
        add(&self.packets, 1);
        add(&self.headers, headers);
        add(&self.bare, usize::from(headers >= packet.len()));
        add(&self.fresh, held(&self.streams).0.fresh(packet));
    }

    fn delivered(&self, packet: &[u8], second: usize) {
        let length = packet.len();
        add(&self.delivered, length);
        add(&self.arrived, held(&self.streams).1.fresh(packet));
        let mut trace = held(&self.trace);
        if trace.len() <= second {
            trace.resize(second + 1, 0);
        }
        if let Some(bytes) = trace.get_mut(second) {
            *bytes += u64::try_from(length).unwrap_or(u64::MAX);
        }
    }
}

fn add(counter: &AtomicU64, amount: usize) {
    counter.fetch_add(u64::try_from(amount).unwrap_or(u64::MAX), Relaxed);
}

/// Bytes of the IPv4 and TCP headers of a packet; of IPv4 alone where it carries something else.
pub(super) fn headers(packet: &[u8]) -> usize {
    let at = |index: usize| packet.get(index).copied().map_or(0, usize::from);
    let ip = (at(0) & 0x0f) * 4;
    let tcp = if at(9) == 6 {
        (at(ip + 12) >> 4) * 4
    } else {
        0
    };
    (ip + tcp).min(packet.len())
}

/// A packet under way.
struct Flying {
    due: Instant,
    packet: Vec<u8>,
}

/// Packets under way, in the order they arrive.
#[derive(Default)]
struct Air {
    flying: Mutex<VecDeque<Flying>>,
    more: Condvar,
}

/// What one way is made of.
pub(super) struct Way {
    pub from: Arc<Tun>,
    pub to: Arc<Tun>,
    pub switch: Arc<Switch>,
    pub meter: Arc<Meter>,
    pub seed: u64,
    pub opened: Instant,
}

impl Way {
    /// Starts its two threads. They end when the devices go, or at [`Switch::stop`].
    pub fn start(self) {
        let way = Arc::new(self);
        let air = Arc::new(Air::default());
        let (entry, entry_air) = (way.clone(), air.clone());
        thread::spawn(move || entry.take_in(&entry_air));
        thread::spawn(move || way.let_out(&air));
    }

    fn stopped(&self) -> bool {
        self.switch.stop.load(Relaxed)
    }

    /// Takes packets from the sending kernel as soon as it gives them.
    fn take_in(&self, air: &Air) {
        let mut chance = Chance::new(self.seed);
        let mut free = Instant::now();
        let mut buffer = vec![0; PACKET];
        while let Ok(length) = self.from.recv(&mut buffer) {
            if self.stopped() {
                break;
            }
            let packet = buffer.get(..length).unwrap_or_default();
            self.meter.sent(packet);
            if let Some(flying) = self.enter(packet, &mut free, &mut chance) {
                held(&air.flying).push_back(flying);
                air.more.notify_one();
            }
        }
        self.switch.stop();
        air.more.notify_one();
    }

    /// A packet at the mouth of the line, which is free from `free` on.
    fn enter(&self, packet: &[u8], free: &mut Instant, chance: &mut Chance) -> Option<Flying> {
        if !self.switch.is_up() {
            add(&self.meter.down, 1);
            return None;
        }
        let line = self.switch.line();
        let now = Instant::now();
        if waiting(line, free.saturating_duration_since(now)) + packet.len() > QUEUE {
            add(&self.meter.dropped, 1);
            return None;
        }
        *free = (*free).max(now) + time_of(line, packet.len());
        // A lost packet was sent: it took its time of the line.
        if chance.falls(line.loss) {
            add(&self.meter.lost, 1);
            return None;
        }
        Some(Flying {
            due: *free + line.rtt / 2,
            packet: packet.to_vec(),
        })
    }

    fn let_out(&self, air: &Air) {
        while let Some(flying) = self.next(air) {
            thread::sleep(flying.due.saturating_duration_since(Instant::now()));
            if !self.switch.is_up() {
                add(&self.meter.down, 1);
                continue;
            }
            if self.to.send(&flying.packet).is_ok() {
                let second = self.opened.elapsed().as_secs();
                let second = usize::try_from(second).unwrap_or(0);
                self.meter.delivered(&flying.packet, second);
            }
        }
    }

    fn next(&self, air: &Air) -> Option<Flying> {
        let mut flying = held(&air.flying);
        loop {
            if self.stopped() {
                return None;
            }
            if let Some(next) = flying.pop_front() {
                return Some(next);
            }
            let waited = air.more.wait_timeout(flying, Duration::from_secs(1));
            flying = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

/// How long the line is busy with so many bytes.
fn time_of(line: Line, bytes: usize) -> Duration {
    let bits = u64::try_from(bytes).unwrap_or(u64::MAX).saturating_mul(8);
    let nanos = bits.saturating_mul(1_000_000_000) / line.rate.max(1);
    Duration::from_nanos(nanos)
}

/// How many bytes a line busy for so long has before it.
fn waiting(line: Line, busy: Duration) -> usize {
    let bits = u128::from(line.rate) * busy.as_nanos() / 1_000_000_000;
    usize::try_from(bits / 8).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Profile;

    #[test]
    fn the_same_seed_loses_the_same_and_as_many_as_it_says() {
        let lost = |seed| {
            let mut chance = Chance::new(seed);
            (0..20_000).map(|_| chance.falls(0.1)).collect::<Vec<_>>()
        };
        assert_eq!(lost(7), lost(7));
        assert_ne!(lost(7), lost(8));
        let share = lost(7).iter().filter(|lost| **lost).count();
        assert!((1_850..2_150).contains(&share), "{share}");
    }

    #[test]
    fn a_slow_line_is_busy_long() {
        let line = Profile::A.line();
        assert_eq!(time_of(line, 16_000), Duration::from_secs(1));
        assert_eq!(waiting(line, Duration::from_secs(1)), 16_000);
    }

    #[test]
    fn headers_are_told_from_what_programs_wrote() {
        let mut packet = vec![0_u8; 100];
        packet[0] = 0x45;
        packet[9] = 6;
        packet[32] = 0x80;
        assert_eq!(headers(&packet), 52);
        assert_eq!(headers(&packet[..52]), 52);
        assert_eq!(headers(&[]), 0);
    }
}
