//! JSON, one object a line: its keys are the columns.

use std::io::{self, BufRead};

use rustc_hash::FxHashSet;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;

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
struct Object(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Object, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = Object;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
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

fn fill(row: &mut TableRow, pairs: Vec<(String, Value)>, header: &Header) {
    let mut seen = FxHashSet::default();
    for (key, value) in pairs {
        let Some(place) = header.place(key.trim()) else {
            row.faults.push(Fault::column(
                &key,
                "is in no line of the file as it was first read; was it changed meanwhile?",
            ));
            continue;
        };
        if !seen.insert(place) {
            row.faults.push(Fault::row(format!("has the key `{key}` twice")));
        }
        row.fields[place] = field(&value);
    }
}

/// A value as a field has it: several values are parted by `;`, `{"lei":"..."}` is `lei:...`.
fn field(value: &Value) -> String {
    let joined = |parts: Vec<String>| {
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(";")
    };
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::Array(values) => joined(values.iter().map(field).collect()),
        Value::Object(pairs) => {
            let pair = |(key, value): (&String, &Value)| match field(value) {
                text if text.is_empty() => text,
                text => format!("{key}:{text}"),
            };
            joined(pairs.iter().map(pair).collect())
        }
    }
}

/// The keys of all lines, in the order in which they first stand; `None` for 0 bytes. O(bytes).
pub(super) fn columns(reader: Box<dyn BufRead + Send>) -> Result<Option<Vec<String>>, Fault> {
    let mut lines = Lines::new(reader, None);
    let mut names: Vec<String> = Vec::new();
    let mut seen = FxHashSet::default();
    let mut some = false;
    while let Some((line, _)) = lines.line() {
        some = true;
        let Line::Object(Object(pairs)) = line else { continue };
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
    Ok(some.then_some(names))
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
