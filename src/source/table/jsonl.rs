//! JSON, one object a line: its keys are the columns.

use std::io::{self, BufRead};

use rustc_hash::FxHashSet;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::TableRow;
use super::decode::Encoding;
use crate::source::line_ends::LONGEST_ROW;
use crate::source::rows::{Fault, Header, shortened};

/// The lines of a file.
pub(super) struct Lines {
    reader: Box<dyn BufRead + Send>,
    encoding: Option<Encoding>,
    line: u64,
    broken: bool,
}

/// An object in the order of its keys.
struct Object(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Object, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = Object;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
                let mut pairs: Vec<(String, Box<RawValue>)> = Vec::new();
                let mut seen = FxHashSet::default();
                while let Some((key, value)) = map.next_entry::<String, _>()? {
                    if !seen.insert(key.clone()) {
                        return Err(A::Error::custom(format!("has the key `{key}` twice")));
                    }
                    pairs.push((key, value));
                }
                Ok(Object(pairs))
            }
        }
        deserializer.deserialize_map(Pairs)
    }
}

/// What a line holds.
enum Line {
    Object(Object),
    Blank,
    Fault(Fault),
}

impl Lines {
    pub fn new(reader: Box<dyn BufRead + Send>, encoding: Option<Encoding>) -> Lines {
        Lines { reader, encoding, line: 0, broken: false }
    }

    /// The next line and its bytes; `None` at the end.
    fn line(&mut self) -> Option<(Line, Vec<u8>)> {
        if self.broken {
            return None;
        }
        self.line += 1;
        let mut bytes = Vec::new();
        match read_line(&mut *self.reader, &mut bytes) {
            Ok(0) => return None,
            Ok(length) if length > LONGEST_ROW => {
                let reason = "is longer than 1 MiB and was not read; write one object a line";
                return Some((Line::Fault(Fault::row(reason)), bytes));
            }
            Ok(_) => {}
            Err(error) => {
                self.broken = true;
                return Some((Line::Fault(Fault::row(format!("cannot be read: {error}"))), bytes));
            }
        }
        if self.line == 1 && bytes.starts_with(b"\xef\xbb\xbf") {
            bytes.drain(..3);
        }
        Some((self.parse(&bytes), bytes))
    }

    fn parse(&self, bytes: &[u8]) -> Line {
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Line::Blank;
        }
        let Ok(text) = std::str::from_utf8(bytes) else {
            let reason =
                "is not UTF-8 text; name its encoding with --encoding, such as windows-1252";
            return Line::Fault(Fault::row(reason));
        };
        if let Some(reason) = self.encoding.and_then(|encoding| encoding.fault(text)) {
            return Line::Fault(Fault::row(reason));
        }
        match serde_json::from_str(text) {
            Ok(object) => Line::Object(object),
            Err(error) => Line::Fault(Fault::row(format!("is no JSON object: {error}"))),
        }
    }

    /// The next row; `None` at the end.
    pub fn next(&mut self, header: &Header) -> Option<TableRow> {
        loop {
            let (line, bytes) = self.line()?;
            let mut row = TableRow { line: self.line, ..TableRow::default() };
            row.fields.resize(header.names().len(), String::new());
            match line {
                Line::Blank => continue,
                Line::Fault(fault) => row.faults.push(fault),
                Line::Object(Object(pairs)) => fill(&mut row, pairs, header),
            }
            if !row.faults.is_empty() {
                row.text =
                    Some(shortened(std::iter::once(String::from_utf8_lossy(&bytes).trim_end())));
            }
            return Some(row);
        }
    }
}

fn fill(row: &mut TableRow, pairs: Vec<(String, Box<RawValue>)>, header: &Header) {
    for (key, value) in pairs {
        let Some(place) = header.place(key.trim()) else {
            let reason =
                "stands in no line of the file as it was first read; was it changed meanwhile?";
            row.faults.push(Fault::column(&key, reason));
            continue;
        };
        let text = value.get();
        let one = text.starts_with('"')
            || text == "null"
            || text.starts_with(|c: char| c == '-' || c.is_ascii_digit());
        if !one && !SEVERAL.contains(&key.trim()) {
            row.faults.push(Fault::column(
                key.trim(),
                "is no text; write one text, and other names as aliases",
            ));
        }
        match field(&value) {
            Ok(text) => row.fields[place] = text,
            Err(error) => {
                row.faults.push(Fault::column(key.trim(), format!("cannot be read: {error}")));
            }
        }
    }
}

/// A value as a field has it: several values are parted by `;`, `{"lei":"..."}` is `lei:...`. Numbers stay as
/// they are written, however many digits they have.
fn field(value: &RawValue) -> Result<String, serde_json::Error> {
    let text = value.get();
    let joined = |parts: Vec<String>| {
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(";")
    };
    Ok(match text.as_bytes().first() {
        Some(b'"') => serde_json::from_str(text)?,
        Some(b'[') => {
            let values: Vec<Box<RawValue>> = serde_json::from_str(text)?;
            joined(values.iter().map(|value| field(value)).collect::<Result<_, _>>()?)
        }
        Some(b'{') => {
            let Object(pairs) = serde_json::from_str(text)?;
            let pair = |(key, value): (String, Box<RawValue>)| match field(&value)? {
                text if text.is_empty() => Ok(text),
                text => Ok(format!("{key}:{text}")),
            };
            joined(pairs.into_iter().map(pair).collect::<Result<_, serde_json::Error>>()?)
        }
        _ if text == "null" => String::new(),
        _ => text.to_owned(),
    })
}

/// Columns that may hold several values.
const SEVERAL: &[&str] = &["aliases", "country", "identifiers", "owners"];

/// The keys of all lines, in the order in which they first stand; `None` for 0 bytes. O(bytes).
pub(super) fn columns(reader: Box<dyn BufRead + Send>) -> Result<Option<Vec<String>>, Fault> {
    let mut lines = Lines::new(reader, None);
    let mut names: Vec<String> = Vec::new();
    let mut seen = FxHashSet::default();
    let (mut some, mut refused) = (false, None);
    while let Some((line, _)) = lines.line() {
        some = true;
        let pairs = match line {
            Line::Object(Object(pairs)) => pairs,
            Line::Blank => continue,
            Line::Fault(fault) => {
                refused = refused.or(Some((lines.line, fault.reason)));
                continue;
            }
        };
        for (key, _) in pairs {
            let key = key.trim();
            if !seen.contains(key) {
                seen.insert(key.to_owned());
                names.push(key.to_owned());
                // Tells of too many before they fill memory.
                if names.len().is_power_of_two() {
                    Header::new(names.clone(), b',')?;
                }
            }
        }
    }
    match refused.filter(|_| names.is_empty()) {
        Some((line, reason)) => {
            Err(Fault::row(format!("holds no JSON object a line; line {line} {reason}")))
        }
        None => Ok(some.then_some(names)),
    }
}

/// Reads a line with its end, of which no more than [`LONGEST_ROW`] bytes are kept. Returns its length.
fn read_line(reader: &mut dyn BufRead, kept: &mut Vec<u8>) -> io::Result<usize> {
    let mut length = 0;
    loop {
        let bytes = reader.fill_buf()?;
        let end = memchr::memchr(b'\n', bytes);
        let taken = end.map_or(bytes.len(), |at| at + 1);
        let room = LONGEST_ROW.saturating_sub(kept.len()).min(taken);
        kept.extend_from_slice(&bytes[..room]);
        length += taken;
        reader.consume(taken);
        if end.is_some() || taken == 0 {
            return Ok(length);
        }
    }
}
