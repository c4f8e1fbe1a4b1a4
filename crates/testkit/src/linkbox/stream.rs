//! What of a packet's content its connection had not carried before: what programs wrote is so told from what
//! TCP sends again.

use std::collections::HashMap;

/// The connections that passed one place of a way, by their ports: the addresses are always the same two.
#[derive(Default)]
pub(super) struct Streams(HashMap<(u16, u16), Stream>);

/// A connection's bytes, counted from its first one.
struct Stream {
    first: u32,
    end: u32,
    /// Before the end, what did not pass yet: from, to.
    holes: Vec<(u32, u32)>,
}

/// What a TCP header says of its packet.
struct Segment {
    ports: (u16, u16),
    number: u32,
    begins: bool,
    content: u32,
}

impl Streams {
    /// Bytes of this packet's content that pass for the first time.
    pub fn fresh(&mut self, packet: &[u8]) -> usize {
        let Some(segment) = Segment::read(packet) else {
            return packet.len() - super::way::headers(packet);
        };
        let first = segment.number.wrapping_add(u32::from(segment.begins));
        let stream = self.0.entry(segment.ports);
        let stream = stream.or_insert_with(|| Stream::new(first));
        if segment.begins && stream.first != first {
            // The ports serve another connection now.
            *stream = Stream::new(first);
        }
        let from = first.wrapping_sub(stream.first);
        let fresh = from.checked_add(segment.content);
        let fresh = fresh.map_or(0, |to| stream.pass(from, to));
        usize::try_from(fresh).unwrap_or(usize::MAX)
    }
}

impl Stream {
    fn new(first: u32) -> Self {
        Self {
            first,
            end: 0,
            holes: Vec::new(),
        }
    }

    /// Notes that these bytes pass; gives how many had not.
    fn pass(&mut self, from: u32, to: u32) -> u32 {
        if from == to {
            return 0;
        }
        let mut fresh = to.saturating_sub(from.max(self.end));
        let mut holes = Vec::new();
        for (start, end) in self.holes.drain(..) {
            let (filled, left) = (start.max(from), end.min(to));
            if filled >= left {
                holes.push((start, end));
                continue;
            }
            fresh += left - filled;
            holes.extend([(start, filled), (left, end)].iter().filter(|(a, b)| a < b));
        }
        if from > self.end {
            holes.push((self.end, from));
        }
        self.holes = holes;
        self.end = self.end.max(to);
        fresh
    }
}

impl Segment {
    /// `None` for what is not TCP.
    fn read(packet: &[u8]) -> Option<Self> {
        let tcp = usize::from(packet.first()? & 0x0f) * 4;
        if *packet.get(9)? != 6 {
            return None;
        }
        let bytes = |at: usize, length: usize| packet.get(tcp + at..tcp + at + length);
        let port = |at| Some(u16::from_be_bytes(bytes(at, 2)?.try_into().ok()?));
        let content = packet.len() - super::way::headers(packet);
        Some(Self {
            ports: (port(0)?, port(2)?),
            number: u32::from_be_bytes(bytes(4, 4)?.try_into().ok()?),
            begins: packet.get(tcp + 13)? & 0x02 != 0,
            content: u32::try_from(content).ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A packet with 20 bytes of each header.
    fn packet(port: u16, number: u32, begins: bool, content: usize) -> Vec<u8> {
        let mut packet = vec![0_u8; 40 + content];
        packet[0] = 0x45;
        packet[9] = 6;
        packet[20..22].copy_from_slice(&port.to_be_bytes());
        packet[24..28].copy_from_slice(&number.to_be_bytes());
        packet[32] = 0x50;
        packet[33] = if begins { 0x02 } else { 0x10 };
        packet
    }

    #[test]
    fn what_is_sent_again_is_not_fresh() {
        let mut streams = Streams::default();
        assert_eq!(streams.fresh(&packet(9, 41, true, 0)), 0);
        assert_eq!(streams.fresh(&packet(9, 42, false, 100)), 100);
        assert_eq!(streams.fresh(&packet(9, 42, false, 100)), 0);
        assert_eq!(streams.fresh(&packet(9, 92, false, 100)), 50);
        assert_eq!(streams.fresh(&packet(9, 192, false, 0)), 0);
    }

    #[test]
    fn what_comes_late_is_fresh_once() {
        let mut streams = Streams::default();
        streams.fresh(&packet(9, 0, true, 0));
        assert_eq!(streams.fresh(&packet(9, 301, false, 100)), 100);
        assert_eq!(streams.fresh(&packet(9, 101, false, 100)), 100);
        assert_eq!(streams.fresh(&packet(9, 1, false, 400)), 200);
        assert_eq!(streams.fresh(&packet(9, 1, false, 400)), 0);
    }

    #[test]
    fn another_connection_begins_anew_also_where_numbers_wrap() {
        let mut streams = Streams::default();
        streams.fresh(&packet(9, u32::MAX - 50, true, 0));
        assert_eq!(streams.fresh(&packet(9, u32::MAX - 49, false, 100)), 100);
        assert_eq!(streams.fresh(&packet(9, 50, false, 10)), 10);
        assert_eq!(streams.fresh(&packet(10, 7, true, 0)), 0);
        assert_eq!(streams.fresh(&packet(10, 8, false, 100)), 100);
        streams.fresh(&packet(9, 1000, true, 0));
        assert_eq!(streams.fresh(&packet(9, 1001, false, 100)), 100);
    }
}
