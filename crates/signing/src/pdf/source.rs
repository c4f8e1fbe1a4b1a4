//! Bytes of a file, a window at a time.

use super::PdfError;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;

/// How much is read ahead: objects lie close together.
const WINDOW: usize = 64 * 1024;

/// A file that is read where it is needed and never held whole.
#[derive(Debug)]
pub(crate) struct Source<R> {
    reader: R,
    len: u64,
    start: u64,
    window: Vec<u8>,
}

impl<R: Read + Seek> Source<R> {
    pub fn new(mut reader: R) -> Result<Self, PdfError> {
        let len = reader.seek(SeekFrom::End(0))?;
        Ok(Self {
            reader,
            len,
            start: 0,
            window: Vec::new(),
        })
    }

    pub fn len(&self) -> u64 {
        self.len
    }

    /// Up to `want` bytes from an offset: fewer only at the end of the file.
    pub fn bytes(&mut self, at: u64, want: usize) -> Result<&[u8], PdfError> {
        let left = usize::try_from(self.len.saturating_sub(at)).unwrap_or(usize::MAX);
        let want = want.min(left);
        let have = self
            .start
            .checked_add(self.window.len() as u64)
            .unwrap_or(0);
        if at < self.start || at.saturating_add(want as u64) > have {
            self.window.resize(want.max(WINDOW).min(left), 0);
            self.window.shrink_to(WINDOW.max(want));
            self.reader.seek(SeekFrom::Start(at))?;
            self.start = at;
            if let Err(error) = self.reader.read_exact(&mut self.window) {
                self.window.clear();
                return Err(error.into());
            }
        }
        let from = usize::try_from(at - self.start).unwrap_or(usize::MAX);
        Ok(self
            .window
            .get(from..from.saturating_add(want))
            .unwrap_or_default())
    }

    /// Gives a range to a sink, in pieces.
    pub fn pour(
        &mut self,
        range: Range<u64>,
        mut sink: impl FnMut(&[u8]) -> Result<(), PdfError>,
    ) -> Result<(), PdfError> {
        let mut at = range.start;
        while at < range.end {
            let want = usize::try_from(range.end - at)
                .unwrap_or(usize::MAX)
                .min(WINDOW);
            let piece = self.bytes(at, want)?;
            if piece.is_empty() {
                return Err(PdfError::damaged(at, "bytes up to here"));
            }
            at += piece.len() as u64;
            sink(piece)?;
        }
        Ok(())
    }

    /// Reads a range whole, if it is no longer than `most`.
    pub fn whole(&mut self, range: Range<u64>, most: u64) -> Result<Vec<u8>, PdfError> {
        if range.end.saturating_sub(range.start) > most {
            return Err(PdfError::TooMuch(format!(
                "{} bytes at {}",
                range.end - range.start,
                range.start
            )));
        }
        let mut whole = Vec::new();
        self.pour(range, |piece| {
            whole.extend_from_slice(piece);
            Ok(())
        })?;
        Ok(whole)
    }
}

/// Reads ranges of a file one after the other.
pub(crate) struct Ranges<'a, R> {
    source: &'a mut Source<R>,
    ranges: std::collections::VecDeque<Range<u64>>,
}

impl<'a, R: Read + Seek> Ranges<'a, R> {
    pub fn new(source: &'a mut Source<R>, ranges: impl IntoIterator<Item = Range<u64>>) -> Self {
        Self {
            source,
            ranges: ranges.into_iter().collect(),
        }
    }
}

impl<R: Read + Seek> Read for Ranges<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        while let Some(range) = self.ranges.front_mut() {
            if range.is_empty() {
                self.ranges.pop_front();
                continue;
            }
            let want = usize::try_from(range.end - range.start)
                .unwrap_or(usize::MAX)
                .min(buffer.len())
                .min(WINDOW);
            let piece = self
                .source
                .bytes(range.start, want)
                .map_err(std::io::Error::other)?;
            if piece.is_empty() {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            buffer[..piece.len()].copy_from_slice(piece);
            range.start += piece.len() as u64;
            return Ok(piece.len());
        }
        Ok(0)
    }
}
