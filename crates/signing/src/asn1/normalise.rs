//! BER made definite: what openssl writes with `-stream`, and what old Italian signing programs wrote.

use super::decode::head;
use super::{Asn1Error, header, tag};
use std::borrow::Cow;

/// How much is taken from a stranger.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Elements inside elements.
    pub(crate) depth: usize,
    /// Elements in all.
    pub(crate) elements: usize,
    /// Bytes of the input.
    pub(crate) bytes: usize,
}

impl Default for Limits {
    /// A signed file of a gigabyte in the chunks of 1 kB that `openssl cms -stream` writes.
    fn default() -> Self {
        Self {
            depth: 48,
            elements: 2_000_000,
            bytes: 1 << 30,
        }
    }
}

/// The outcome of [`normalise`].
#[derive(Debug)]
pub(crate) struct Normal<'a> {
    /// One element, all lengths definite, octet strings in one piece; borrowed where that was so already.
    pub(crate) der: Cow<'a, [u8]>,
    /// Bytes after the element.
    pub(crate) trailing: usize,
}

struct Node {
    start: usize,
    /// Where its content starts.
    content: usize,
    /// Where it ends, end-of-contents octets included.
    end: usize,
    /// Index of the first node that is not inside it.
    next: usize,
    /// Whether it, or something in it, must be written anew.
    dirty: bool,
    /// A constructed OCTET STRING, or inside one.
    octets: bool,
    /// Length of the content once written.
    length: usize,
}

/// Gives the first element of the input with definite lengths.
///
/// What needs no change is copied as it is, byte for byte, longer-than-needed lengths included: certificates
/// and signed attributes must keep the bytes that were signed.
pub(crate) fn normalise(input: &[u8], limits: Limits) -> Result<Normal<'_>, Asn1Error> {
    if input.len() > limits.bytes {
        return Err(Asn1Error::TooLong);
    }
    let mut scan = Scan {
        input,
        limits,
        nodes: Vec::new(),
    };
    let end = scan.element(0, input.len(), 0, false)?;
    let nodes = scan.nodes;
    let trailing = input.len() - end;
    if nodes.first().is_none_or(|first| !first.dirty) {
        return Ok(Normal {
            der: Cow::Borrowed(&input[..end]),
            trailing,
        });
    }
    let mut out = Vec::with_capacity(end);
    write(input, &nodes, 0, &mut out);
    Ok(Normal {
        der: Cow::Owned(out),
        trailing,
    })
}

struct Scan<'a> {
    input: &'a [u8],
    limits: Limits,
    nodes: Vec<Node>,
}

impl Scan<'_> {
    /// Reads the element at `at`, which must end by `bound`; returns where it ends.
    fn element(
        &mut self,
        at: usize,
        bound: usize,
        depth: usize,
        in_octets: bool,
    ) -> Result<usize, Asn1Error> {
        if depth > self.limits.depth {
            return Err(Asn1Error::TooDeep);
        }
        if self.nodes.len() >= self.limits.elements {
            return Err(Asn1Error::TooMany);
        }
        let input = self.input.get(at..bound).ok_or(Asn1Error::Truncated)?;
        let (tag, header, length) = head(input)?;
        let content = at + header;
        let constructed = tag & 0x20 != 0;
        let octets = in_octets || tag == tag::OCTET_STRING | 0x20;
        if in_octets && tag & !0x20 != tag::OCTET_STRING {
            return Err(Asn1Error::Unexpected);
        }
        let index = self.nodes.len();
        self.nodes.push(Node {
            start: at,
            content,
            end: 0,
            next: 0,
            dirty: false,
            octets,
            length: 0,
        });
        let mut dirty = length.is_none() || (octets && constructed);
        let end = match length {
            Some(length) => {
                let end = content.checked_add(length).ok_or(Asn1Error::TooLong)?;
                if end > bound {
                    return Err(Asn1Error::Truncated);
                }
                if constructed {
                    let mut inner = content;
                    while inner < end {
                        inner = self.element(inner, end, depth + 1, octets)?;
                    }
                }
                end
            }
            None if !constructed => return Err(Asn1Error::BadLength),
            None => {
                let mut inner = content;
                loop {
                    match self.input.get(inner..bound) {
                        Some([0, 0, ..]) => break inner + 2,
                        Some([_, _, ..]) => {
                            inner = self.element(inner, bound, depth + 1, octets)?
                        }
                        _ => return Err(Asn1Error::Truncated),
                    }
                }
            }
        };
        let next = self.nodes.len();
        let mut child = index + 1;
        let mut written = 0;
        while child < next {
            let node = &self.nodes[child];
            dirty |= node.dirty;
            written += if octets {
                node.length
            } else {
                self.written(node)
            };
            child = node.next;
        }
        let node = &mut self.nodes[index];
        (node.end, node.next, node.dirty) = (end, next, dirty);
        node.length = if dirty { written } else { end - content };
        Ok(end)
    }

    /// How long an element is once written, header included.
    fn written(&self, node: &Node) -> usize {
        if !node.dirty {
            return node.end - node.start;
        }
        // A constructed octet string's identifier is one octet too.
        let more = identifier(&self.input[node.start..node.content]).len() - 1;
        more + header(0, node.length as u64).len() + node.length
    }
}

/// Writes the node, and what is in it. The depth was bounded by the scan.
fn write(input: &[u8], nodes: &[Node], index: usize, out: &mut Vec<u8>) {
    let node = &nodes[index];
    if !node.dirty {
        out.extend_from_slice(&input[node.start..node.end]);
        return;
    }
    if node.octets {
        out.extend_from_slice(&header(tag::OCTET_STRING, node.length as u64));
        // Clean nodes inside are the pieces.
        for piece in nodes[index + 1..node.next]
            .iter()
            .filter(|piece| !piece.dirty)
        {
            out.extend_from_slice(&input[piece.content..piece.end]);
        }
        return;
    }
    // The identifier octets stay; only the length changes. Its octets are those before the length octets.
    let identifier = identifier(&input[node.start..node.content]);
    out.extend_from_slice(&identifier[..identifier.len() - 1]);
    let mut head = header(identifier[identifier.len() - 1], node.length as u64);
    out.append(&mut head);
    let mut child = index + 1;
    while child < node.next {
        write(input, nodes, child, out);
        child = nodes[child].next;
    }
}

/// The identifier octets at the beginning of a header: one, or more where the tag's number is high.
fn identifier(header: &[u8]) -> &[u8] {
    if header[0] & 0x1f != 0x1f {
        return &header[..1];
    }
    let more = header[1..]
        .iter()
        .take_while(|octet| **octet & 0x80 != 0)
        .count();
    &header[..more + 2]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normal(input: &[u8]) -> Result<Vec<u8>, Asn1Error> {
        normalise(input, Limits::default()).map(|normal| normal.der.into_owned())
    }

    #[test]
    fn definite_encodings_are_borrowed() {
        let input = [0x30, 0x81, 0x03, 0x02, 0x01, 0x05, 0xff];
        let normal = normalise(&input, Limits::default()).unwrap();
        assert!(matches!(normal.der, Cow::Borrowed(_)));
        assert_eq!((&*normal.der, normal.trailing), (&input[..6], 1));
    }

    #[test]
    fn indefinite_lengths_and_pieces_are_joined() {
        let input = [
            0x30, 0x80, 0x24, 0x80, 0x04, 0x02, 1, 2, 0x24, 0x03, 0x04, 0x01, 3, 0, 0, 0xbf, 0x1f,
            0x80, 0x05, 0x00, 0, 0, 0, 0,
        ];
        assert_eq!(
            normal(&input).unwrap(),
            [0x30, 10, 0x04, 3, 1, 2, 3, 0xbf, 0x1f, 2, 0x05, 0x00]
        );
        // Empty, and definite yet in pieces.
        assert_eq!(normal(&[0x24, 0x80, 0, 0]).unwrap(), [0x04, 0]);
        assert_eq!(normal(&[0x24, 3, 0x04, 1, 9]).unwrap(), [0x04, 1, 9]);
    }

    #[test]
    fn what_is_clean_inside_keeps_its_bytes() {
        let input = [0x30, 0x80, 0x30, 0x81, 0x03, 0x02, 0x01, 0x05, 0, 0];
        assert_eq!(
            normal(&input).unwrap(),
            [0x30, 6, 0x30, 0x81, 0x03, 0x02, 0x01, 0x05]
        );
    }

    #[test]
    fn hostile_input_is_refused() {
        let deep = [0x30, 0x80].repeat(100_000);
        assert_eq!(normal(&deep), Err(Asn1Error::TooDeep));
        let many = [
            &[0x30, 0x84, 0x00, 0x98, 0x96, 0x80][..],
            &[5, 0].repeat(5_000_000),
        ]
        .concat();
        assert_eq!(normal(&many), Err(Asn1Error::TooMany));
        assert_eq!(
            normal(&[0x30, 0x88, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
            Err(Asn1Error::TooLong)
        );
        assert_eq!(
            normal(&[0x30, 0x89, 1, 0, 0, 0, 0, 0, 0, 0, 0]),
            Err(Asn1Error::TooLong)
        );
        assert_eq!(normal(&[0x30, 0x80, 0x04]), Err(Asn1Error::Truncated));
        assert_eq!(normal(&[0x04, 0x80, 0, 0]), Err(Asn1Error::BadLength));
        assert_eq!(normal(&[0x24, 3, 0x02, 1, 9]), Err(Asn1Error::Unexpected));
        assert_eq!(normal(&[]), Err(Asn1Error::Truncated));
    }
}
