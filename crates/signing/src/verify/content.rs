//! What was signed, where it is not in the signature.

use crate::crypto::DigestAlgorithm;
use openssl::hash::Hasher;
use std::collections::HashMap;
use std::ops::Range;

/// Content that can be gone through as often as needed.
pub trait Content {
    /// Hands it over in pieces, in order.
    ///
    /// # Errors
    /// Where it cannot be read.
    fn feed(&self, sink: &mut dyn FnMut(&[u8])) -> std::io::Result<()>;
}

impl Content for [u8] {
    fn feed(&self, sink: &mut dyn FnMut(&[u8])) -> std::io::Result<()> {
        sink(self);
        Ok(())
    }
}

impl Content for &[u8] {
    fn feed(&self, sink: &mut dyn FnMut(&[u8])) -> std::io::Result<()> {
        sink(self);
        Ok(())
    }
}

impl Content for Vec<u8> {
    fn feed(&self, sink: &mut dyn FnMut(&[u8])) -> std::io::Result<()> {
        sink(self);
        Ok(())
    }
}

impl Content for std::path::Path {
    fn feed(&self, sink: &mut dyn FnMut(&[u8])) -> std::io::Result<()> {
        use std::io::Read;
        let mut file = std::fs::File::open(self)?;
        let mut piece = vec![0; 64 * 1024];
        loop {
            match file.read(&mut piece)? {
                0 => return Ok(()),
                n => sink(&piece[..n]),
            }
        }
    }
}

impl Content for std::path::PathBuf {
    fn feed(&self, sink: &mut dyn FnMut(&[u8])) -> std::io::Result<()> {
        self.as_path().feed(sink)
    }
}

/// Parts of bytes in memory, one after the other: what the ByteRange of a PDF names.
#[derive(Debug, Clone)]
pub struct Ranges<'a> {
    /// The whole file.
    pub bytes: &'a [u8],
    /// What of it counts; what is outside the file is an error.
    pub ranges: Vec<Range<usize>>,
}

impl Content for Ranges<'_> {
    fn feed(&self, sink: &mut dyn FnMut(&[u8])) -> std::io::Result<()> {
        for range in &self.ranges {
            sink(
                self.bytes
                    .get(range.clone())
                    .ok_or(std::io::ErrorKind::UnexpectedEof)?,
            );
        }
        Ok(())
    }
}

/// The hashes of a content, each computed once however many ask: a large one is not read again and again.
pub(crate) struct Digests<'a> {
    content: Option<&'a dyn Content>,
    known: HashMap<DigestAlgorithm, Option<Vec<u8>>>,
}

impl<'a> Digests<'a> {
    pub(crate) fn new(content: Option<&'a dyn Content>) -> Self {
        Self {
            content,
            known: HashMap::new(),
        }
    }

    /// None where there is no content, it cannot be read, or OpenSSL refuses the function.
    pub(crate) fn of(&mut self, algorithm: DigestAlgorithm) -> Option<Vec<u8>> {
        let content = self.content?;
        self.known
            .entry(algorithm)
            .or_insert_with(|| hash(content, algorithm))
            .clone()
    }
}

/// The hash of a content; none where it cannot be read, or OpenSSL refuses the function.
pub(crate) fn hash(content: &dyn Content, algorithm: DigestAlgorithm) -> Option<Vec<u8>> {
    let mut hasher = Hasher::new(algorithm.message_digest()).ok()?;
    let mut fine = true;
    content
        .feed(&mut |piece| fine &= hasher.update(piece).is_ok())
        .ok()?;
    let digest = hasher.finish().ok()?;
    fine.then(|| digest.to_vec())
}
