//! Bytes to objects (ISO 32000-2, 7.2 and 7.3).

use super::object::{Dict, Id, Object};
use std::ops::Range;

/// How deep arrays and dictionaries may lie in each other.
const DEPTH: usize = 64;

/// Why bytes are not an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// They end before the object does: with more of the file it may be one.
    Short,
    /// They are not an object; what was looked for.
    Syntax(&'static str),
    /// They lie too deep in each other.
    Deep,
}

/// Walks over bytes.
#[derive(Debug, Clone)]
pub(crate) struct Lexer<'a> {
    bytes: &'a [u8],
    pub at: usize,
    /// Whether the bytes' end is the end of everything, so that a token may end there.
    whole: bool,
}

pub(crate) fn is_white(byte: u8) -> bool {
    matches!(byte, 0 | 9 | 10 | 12 | 13 | 32)
}

fn is_delimiter(byte: u8) -> bool {
    matches!(
        byte,
        b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%'
    )
}

fn is_regular(byte: u8) -> bool {
    !is_white(byte) && !is_delimiter(byte)
}

fn hex(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

impl<'a> Lexer<'a> {
    /// Over a piece of a file.
    pub fn part(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            at: 0,
            whole: false,
        }
    }

    /// Over bytes that are all there is.
    pub fn whole(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            at: 0,
            whole: true,
        }
    }

    fn peek(&self) -> Result<u8, Fault> {
        self.bytes.get(self.at).copied().ok_or(Fault::Short)
    }

    /// Passes white space and comments.
    pub fn blank(&mut self) {
        while let Some(&byte) = self.bytes.get(self.at) {
            if byte == b'%' {
                while self
                    .bytes
                    .get(self.at)
                    .is_some_and(|byte| !matches!(byte, b'\r' | b'\n'))
                {
                    self.at += 1;
                }
            } else if is_white(byte) {
                self.at += 1;
            } else {
                break;
            }
        }
    }

    fn regular(&mut self) -> Result<&'a [u8], Fault> {
        let from = self.at;
        while self
            .bytes
            .get(self.at)
            .is_some_and(|&byte| is_regular(byte))
        {
            self.at += 1;
        }
        if self.at == self.bytes.len() && !self.whole {
            return Err(Fault::Short);
        }
        Ok(&self.bytes[from..self.at])
    }

    /// Passes a keyword, after white space.
    pub fn keyword(&mut self, word: &'static str) -> Result<(), Fault> {
        self.blank();
        if self.regular()? == word.as_bytes() {
            Ok(())
        } else {
            Err(Fault::Syntax(word))
        }
    }

    /// Whether a keyword comes next, after white space; passes it if so.
    pub fn has(&mut self, word: &'static str) -> Result<bool, Fault> {
        let before = self.at;
        match self.keyword(word) {
            Ok(()) => Ok(true),
            Err(Fault::Syntax(_)) => {
                self.at = before;
                Ok(false)
            }
            Err(other) => Err(other),
        }
    }

    /// An unsigned integer, after white space.
    pub fn unsigned(&mut self) -> Result<u64, Fault> {
        self.blank();
        let text = self.regular()?;
        if text.is_empty() || !text.iter().all(u8::is_ascii_digit) {
            return Err(Fault::Syntax("a number"));
        }
        std::str::from_utf8(text)
            .ok()
            .and_then(|text| text.parse().ok())
            .ok_or(Fault::Syntax("a number"))
    }

    /// `N G obj`.
    pub fn header(&mut self) -> Result<Id, Fault> {
        let number =
            u32::try_from(self.unsigned()?).map_err(|_| Fault::Syntax("an object number"))?;
        let generation =
            u16::try_from(self.unsigned()?).map_err(|_| Fault::Syntax("a generation"))?;
        self.keyword("obj")?;
        Ok(Id { number, generation })
    }

    /// The end of line after `stream` (7.3.8.1).
    pub fn stream_start(&mut self) -> Result<(), Fault> {
        match (self.peek()?, self.bytes.get(self.at + 1)) {
            (b'\n', _) => self.at += 1,
            (b'\r', Some(b'\n')) => self.at += 2,
            (b'\r', None) => return Err(Fault::Short),
            _ => return Err(Fault::Syntax("an end of line after stream")),
        }
        Ok(())
    }

    /// One object, after white space; never a stream.
    pub fn object(&mut self) -> Result<Object, Fault> {
        self.nested(0)
    }

    fn nested(&mut self, depth: usize) -> Result<Object, Fault> {
        if depth > DEPTH {
            return Err(Fault::Deep);
        }
        self.blank();
        match self.peek()? {
            b'/' => Ok(Object::Name(self.name()?)),
            b'(' => Ok(Object::Str(self.literal()?)),
            b'[' => self.array(depth),
            b'<' => match self.bytes.get(self.at + 1) {
                Some(b'<') => Ok(Object::Dict(self.dict(depth)?)),
                Some(_) => Ok(Object::Str(self.hex_string()?)),
                None => Err(Fault::Short),
            },
            b'+' | b'-' | b'.' | b'0'..=b'9' => self.number(),
            _ => match self.regular()? {
                b"true" => Ok(Object::Bool(true)),
                b"false" => Ok(Object::Bool(false)),
                b"null" => Ok(Object::Null),
                _ => Err(Fault::Syntax("an object")),
            },
        }
    }

    fn array(&mut self, depth: usize) -> Result<Object, Fault> {
        self.at += 1;
        let mut items = Vec::new();
        loop {
            self.blank();
            if self.peek()? == b']' {
                self.at += 1;
                return Ok(Object::Array(items));
            }
            items.push(self.nested(depth + 1)?);
        }
    }

    fn dict(&mut self, depth: usize) -> Result<Dict, Fault> {
        self.at += 2;
        let mut dict = Dict::default();
        while let Some(key) = self.key()? {
            dict.entries.push((key, self.nested(depth + 1)?));
        }
        Ok(dict)
    }

    /// The next key of a dictionary, or nothing at its `>>`.
    fn key(&mut self) -> Result<Option<Vec<u8>>, Fault> {
        self.blank();
        match self.peek()? {
            b'/' => self.name().map(Some),
            b'>' => match self.bytes.get(self.at + 1) {
                Some(b'>') => {
                    self.at += 2;
                    Ok(None)
                }
                Some(_) => Err(Fault::Syntax(">>")),
                None => Err(Fault::Short),
            },
            _ => Err(Fault::Syntax("a key")),
        }
    }

    fn name(&mut self) -> Result<Vec<u8>, Fault> {
        self.at += 1;
        let text = self.regular()?;
        let mut name = Vec::with_capacity(text.len());
        let mut rest = text.iter();
        while let Some(&byte) = rest.next() {
            let pair = rest
                .as_slice()
                .get(..2)
                .and_then(|two| Some(hex(two[0])? << 4 | hex(two[1])?));
            match (byte, pair) {
                (b'#', Some(byte)) => {
                    name.push(byte);
                    rest.nth(1);
                }
                _ => name.push(byte),
            }
        }
        Ok(name)
    }

    fn number(&mut self) -> Result<Object, Fault> {
        let text = self.regular()?;
        let digits = text
            .strip_prefix(b"-")
            .or_else(|| text.strip_prefix(b"+"))
            .unwrap_or(text);
        let dots = digits.iter().filter(|&&byte| byte == b'.').count();
        if dots > 1
            || digits.len() == dots
            || !digits
                .iter()
                .all(|byte| byte.is_ascii_digit() || *byte == b'.')
        {
            return Err(Fault::Syntax("a number"));
        }
        if dots == 1 {
            return Ok(Object::Real(text.to_vec()));
        }
        let Some(value) = std::str::from_utf8(text)
            .ok()
            .and_then(|text| text.parse::<i64>().ok())
        else {
            return Err(Fault::Syntax("a smaller number"));
        };
        if value < 0 || digits.len() != text.len() {
            return Ok(Object::Int(value));
        }
        // "12 0 R": looked for without giving up what was read if it is not there
        let after = self.at;
        match self.reference(value) {
            Ok(Some(id)) => Ok(Object::Ref(id)),
            Err(Fault::Short) if !self.whole => Err(Fault::Short),
            _ => {
                self.at = after;
                Ok(Object::Int(value))
            }
        }
    }

    fn reference(&mut self, number: i64) -> Result<Option<Id>, Fault> {
        self.blank();
        if !self.peek()?.is_ascii_digit() {
            return Ok(None);
        }
        let generation = self.unsigned()?;
        self.blank();
        if self.peek()? != b'R' || self.regular()? != b"R" {
            return Ok(None);
        }
        match (u32::try_from(number), u16::try_from(generation)) {
            (Ok(number), Ok(generation)) => Ok(Some(Id { number, generation })),
            _ => Ok(None),
        }
    }

    fn hex_string(&mut self) -> Result<Vec<u8>, Fault> {
        self.at += 1;
        // The value of a signature is tens of kilobytes of digits with nothing between them.
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let digits = rest.chunks_exact(2).map_while(|pair| match pair {
            [high, low] => Some(hex(*high)? << 4 | hex(*low)?),
            _ => None,
        });
        let mut bytes: Vec<u8> = digits.collect();
        self.at += 2 * bytes.len();
        let mut high = None;
        loop {
            let byte = self.peek()?;
            self.at += 1;
            match (byte, hex(byte), high) {
                (b'>', _, _) => {
                    bytes.extend(high.map(|high| high << 4));
                    return Ok(bytes);
                }
                (_, Some(digit), None) => high = Some(digit),
                (_, Some(digit), Some(first)) => {
                    bytes.push(first << 4 | digit);
                    high = None;
                }
                (byte, None, _) if is_white(byte) => {}
                _ => return Err(Fault::Syntax("a hexadecimal string")),
            }
        }
    }

    fn literal(&mut self) -> Result<Vec<u8>, Fault> {
        self.at += 1;
        let mut bytes = Vec::new();
        let mut open = 1_u32;
        loop {
            let byte = self.peek()?;
            self.at += 1;
            match byte {
                b'(' => open += 1,
                b')' => {
                    open -= 1;
                    if open == 0 {
                        return Ok(bytes);
                    }
                }
                b'\\' => {
                    bytes.extend(self.escape()?);
                    continue;
                }
                b'\r' => {
                    if self.peek()? == b'\n' {
                        self.at += 1;
                    }
                    bytes.push(b'\n');
                    continue;
                }
                _ => {}
            }
            bytes.push(byte);
        }
    }

    fn escape(&mut self) -> Result<Option<u8>, Fault> {
        let byte = self.peek()?;
        self.at += 1;
        Ok(match byte {
            b'n' => Some(b'\n'),
            b'r' => Some(b'\r'),
            b't' => Some(b'\t'),
            b'b' => Some(8),
            b'f' => Some(12),
            b'\n' => None,
            b'\r' => {
                if self.peek()? == b'\n' {
                    self.at += 1;
                }
                None
            }
            b'0'..=b'7' => {
                let mut value = u32::from(byte - b'0');
                for _ in 0..2 {
                    let next = self.peek()?;
                    if !matches!(next, b'0'..=b'7') {
                        break;
                    }
                    value = value * 8 + u32::from(next - b'0');
                    self.at += 1;
                }
                Some((value & 0xFF) as u8)
            }
            other => Some(other),
        })
    }
}

/// A key, and where its value lies.
pub(crate) type Span = (Vec<u8>, Range<usize>);

/// Where each value of the dictionary at an offset lies in the bytes.
pub(crate) fn spans(bytes: &[u8], at: usize) -> Result<Vec<Span>, Fault> {
    let mut lexer = Lexer {
        bytes,
        at,
        whole: false,
    };
    lexer.blank();
    if !bytes[lexer.at.min(bytes.len())..].starts_with(b"<<") {
        return Err(Fault::Syntax("a dictionary"));
    }
    lexer.at += 2;
    let mut found = Vec::new();
    while let Some(key) = lexer.key()? {
        lexer.blank();
        let from = lexer.at;
        lexer.nested(1)?;
        found.push((key, from..lexer.at));
    }
    Ok(found)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Object, Fault> {
        Lexer::whole(text.as_bytes()).object()
    }

    #[test]
    fn every_kind_of_object_is_read() {
        let dict = read("<</A 1/B -2.50/C(a\\(b\\051\\\nc)/D<4a4B5>/E[true false null 12 0 R 7 8]/F#20G/H%c\n>>").unwrap();
        let dict = dict.as_dict().unwrap();
        assert_eq!(dict.int(b"A"), Some(1));
        assert_eq!(dict.get(b"B"), Some(&Object::Real(b"-2.50".to_vec())));
        assert_eq!(dict.get(b"C").unwrap().as_str(), Some(&b"a(b)c"[..]));
        assert_eq!(dict.get(b"D").unwrap().as_str(), Some(&b"JKP"[..]));
        let array = dict.get(b"E").unwrap().as_array().unwrap();
        assert_eq!(
            array[3].as_ref(),
            Some(Id {
                number: 12,
                generation: 0
            })
        );
        assert_eq!(array[4..], [Object::Int(7), Object::Int(8)]);
        assert_eq!(dict.name(b"F G"), Some(&b"H"[..]));
    }

    /// Blanks may stand anywhere, and an odd digit at the end counts as if 0 followed (7.3.4.3).
    #[test]
    fn digits_are_read_however_they_are_parted() {
        for text in [
            "<4A4b50>",
            "<4A4b5>",
            "<4 A4b5>",
            "<4A4 b5\n0 >",
            "< 4A 4b 5 >",
        ] {
            assert_eq!(read(text), Ok(Object::Str(b"JKP".to_vec())), "{text}");
        }
        assert_eq!(read("<>"), Ok(Object::Str(Vec::new())));
        for short in ["<4a4", "<4a4b", "<4a 4"] {
            assert_eq!(Lexer::part(short.as_bytes()).object(), Err(Fault::Short));
        }
    }

    #[test]
    fn what_is_no_object_is_refused_not_guessed() {
        for text in [
            "<</A>>",
            "<</A 1 2>>",
            "<abz>",
            "1.2.3",
            "--1",
            "nul",
            ">>",
            "]",
            ".",
        ] {
            assert!(matches!(read(text), Err(Fault::Syntax(_))), "{text}");
        }
        assert_eq!(read(&"[".repeat(100_000)), Err(Fault::Deep));
        assert_eq!(Lexer::part(b"12 0").object(), Err(Fault::Short));
        assert_eq!(Lexer::part(b"<</A (abc").object(), Err(Fault::Short));
    }
}
