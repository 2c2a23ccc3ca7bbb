//! Rows and objects of files of others, one at a time, none of which grows without end.

use std::cell::Cell;
use std::io::{self, BufRead, Read};
use std::rc::Rc;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// Bytes of one record, some 300 times those of the longest at hand: 9 KB in the UN's list, 13 KB in OpenSanctions'
/// entities.
const LARGEST: usize = 4 << 20;

/// Fields of one row, and line ends within one of them: of more a quote is not closed, or the file is none of
/// rows. Rows of OFAC, the Consolidated Screening List, OFSI and 1260H have up to 36 fields, and no line end.
const MOST_FIELDS: usize = 10_000;
const MOST_LINES: usize = 60;

/// A stream that ends in an error where one record grows beyond all measure.
pub(super) struct Guarded<R> {
    pub inner: R,
    /// Bytes read since the last record began: whoever reads sets it back.
    pub since: Rc<Cell<usize>>,
    /// Quotes read: an odd number of them at the end is a file that breaks off within a quote.
    pub quotes: Rc<Cell<u64>>,
    /// Whether what was read so far ends a line, and how much that is.
    pub ended: Rc<Cell<(bool, u64)>>,
}

impl<R: Read> Read for Guarded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        let quotes = memchr::memchr_iter(b'"', &buffer[..read]).count() as u64;
        self.quotes.set(self.quotes.get() + quotes);
        if let Some(last) = buffer[..read].last() {
            self.ended.set((*last == b'\n', self.ended.get().1 + read as u64));
        }
        let since = self.since.get() + read;
        self.since.set(since);
        if since > LARGEST + buffer.len() {
            let what = format!("has a record of more than {} MB, as no list has", LARGEST >> 20);
            return Err(io::Error::new(io::ErrorKind::InvalidData, what));
        }
        Ok(read)
    }
}

/// Rows of a file of separated values.
pub(super) struct Table<'r> {
    reader: csv::Reader<Guarded<&'r mut dyn BufRead>>,
    since: Rc<Cell<usize>>,
    quotes: Rc<Cell<u64>>,
    ended: Rc<Cell<(bool, u64)>>,
    columns: Vec<String>,
    record: csv::ByteRecord,
}

/// One row.
pub(super) struct Row<'t> {
    columns: &'t [String],
    /// Its fields.
    pub fields: Vec<String>,
    /// Its first line.
    pub line: u64,
}

impl<'r> Table<'r> {
    /// A table without a header.
    pub fn plain(reader: &'r mut dyn BufRead, delimiter: u8) -> Table<'r> {
        let (since, quotes) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(0)));
        let ended = Rc::new(Cell::new((true, 0)));
        let reader = Guarded {
            inner: reader,
            since: Rc::clone(&since),
            quotes: Rc::clone(&quotes),
            ended: Rc::clone(&ended),
        };
        let reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            // A line feed ends a row, so that lines are counted the same with a carriage return before it.
            .terminator(csv::Terminator::Any(b'\n'))
            .from_reader(reader);
        Table { reader, since, quotes, ended, columns: Vec::new(), record: csv::ByteRecord::new() }
    }

    /// A table whose first row names its columns, parted as its publisher does, or by commas as a spreadsheet is.
    pub fn with_header(reader: &'r mut dyn BufRead, delimiter: u8) -> Result<Table<'r>, String> {
        let start = reader.fill_buf().map_err(|error| error.to_string())?;
        let first = start.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let delimiter = if first.contains(&delimiter) { delimiter } else { b',' };
        let mut table = Table::plain(reader, delimiter);
        table.header()?;
        Ok(table)
    }

    /// Takes the next row for the names of columns.
    pub fn header(&mut self) -> Result<(), String> {
        let header = self.next()?.map(|row| row.fields).unwrap_or_default();
        self.columns = header
            .iter()
            .map(|name| name.trim_start_matches('\u{feff}').trim().to_lowercase())
            .collect();
        Ok(())
    }

    /// The names of its columns, in small letters.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Whether there is a column, named in small letters.
    pub fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|own| own == column)
    }

    /// The next row; `None` at the end. Text that is no UTF-8 is read as Windows-1252.
    pub fn next(&mut self) -> Result<Option<Row<'_>>, String> {
        loop {
            self.since.set(0);
            if !self.reader.read_byte_record(&mut self.record).map_err(|error| error.to_string())? {
                return match self.quotes.get() % 2 {
                    0 => Ok(None),
                    _ => Err("ends within a quote, or has a quote too many".to_owned()),
                };
            }
            // A line that a carriage return alone is on is blank.
            if self.record.as_slice() != b"\r" {
                break;
            }
        }
        let lines = |field: &[u8]| memchr::memchr_iter(b'\n', field).count();
        // The last line of the row, and from it the first.
        let within: usize = self.record.iter().map(lines).sum();
        let behind = self.reader.position();
        let (ended, bytes) = self.ended.get();
        let terminated = u64::from(behind.byte() < bytes || ended);
        let line = behind.line().saturating_sub(terminated + within as u64);
        if self.record.len() > MOST_FIELDS
            || self.record.iter().any(|field| lines(field) > MOST_LINES)
        {
            return Err(format!(
                "has a row at line {line} of more than {MOST_FIELDS} fields or {MOST_LINES} line ends in one: a quote is not closed"
            ));
        }
        let text = |field: &[u8]| match std::str::from_utf8(field) {
            Ok(text) => text.to_owned(),
            Err(_) => encoding_rs::WINDOWS_1252.decode(field).0.into_owned(),
        };
        let mut fields: Vec<String> = self.record.iter().map(text).collect();
        if let Some(last) = fields.last_mut()
            && last.ends_with('\r')
        {
            last.pop();
        }
        Ok(Some(Row { columns: &self.columns, fields, line }))
    }
}

impl Row<'_> {
    /// A field by the name of its column, in small letters; blank where there is none.
    pub fn get(&self, column: &str) -> &str {
        let place = self.columns.iter().position(|own| own == column);
        place.and_then(|place| self.fields.get(place)).map_or("", |field| field.trim())
    }

    /// What is said in columns that are not among those of which something is made, each with its name: nothing of an
    /// entry is lost.
    pub fn rest(&self, used: &[&str]) -> Vec<String> {
        let fields = self.columns.iter().zip(&self.fields);
        let rest = fields
            .filter(|(column, field)| !field.trim().is_empty() && !used.contains(&column.as_str()));
        rest.map(|(column, field)| format!("{column}: {}", field.trim())).collect()
    }

    /// Refuses a row that has a field too many or too few: what stands behind it is in the wrong column.
    pub fn whole(&self) -> Result<(), String> {
        match self.fields.len() {
            fields if fields == self.columns.len() => Ok(()),
            fields => {
                Err(format!("has {fields} fields, and the header has {}", self.columns.len()))
            }
        }
    }

    /// All of it, for a report.
    pub fn shown(&self) -> String {
        self.fields.join(",")
    }
}

/// Objects of a JSON file of lists: one a line, the items of a list, or those of `results` in an object.
pub(super) fn objects(
    reader: &mut dyn BufRead,
    take: &mut dyn FnMut(u64, Result<Value, String>),
) -> Result<(), String> {
    objects_of(reader, &["results"], take)
}

/// Like [`objects`], and how many an object around the list says that there are in all (`total`).
pub(super) fn objects_and_total(
    reader: &mut dyn BufRead,
    take: &mut dyn FnMut(u64, Result<Value, String>),
) -> Result<Option<u64>, String> {
    let total = Rc::new(Cell::new(None));
    objects_told(reader, &["results"], take, &total)?;
    Ok(total.get())
}

/// Objects of a JSON file: one a line, the items of a list, those of a list that an object has by one of some names,
/// or that object itself. `take` is given each with its number. An object that cannot be read ends a list, and is
/// told where it is one a line.
pub(super) fn objects_of(
    reader: &mut dyn BufRead,
    lists: &[&str],
    take: &mut dyn FnMut(u64, Result<Value, String>),
) -> Result<(), String> {
    objects_told(reader, lists, take, &Rc::default())
}

fn objects_told(
    reader: &mut dyn BufRead,
    lists: &[&str],
    take: &mut dyn FnMut(u64, Result<Value, String>),
    total: &Rc<Cell<Option<u64>>>,
) -> Result<(), String> {
    let first = loop {
        let buffer = reader.fill_buf().map_err(|error| error.to_string())?;
        match buffer.first() {
            None => return Ok(()),
            Some(byte) if byte.is_ascii_whitespace() || b"\xef\xbb\xbf".contains(byte) => {
                reader.consume(1);
            }
            Some(byte) => break *byte,
        }
    };
    if first == b'[' {
        return listed(reader, lists, take, total);
    }
    let mut line = Vec::new();
    // Lines, and records of pages that are one a line.
    let (mut number, mut paged) = (0, 0);
    loop {
        line.clear();
        let most = LARGEST as u64 + 1;
        let read =
            reader.take(most).read_until(b'\n', &mut line).map_err(|error| error.to_string())?;
        if read == 0 {
            return Ok(());
        }
        number += 1;
        if line.len() > LARGEST && number == 1 {
            // All records on one line.
            return listed(&mut (&line[..]).chain(reader), lists, take, total);
        }
        if line.len() > LARGEST {
            return Err(format!("has a record of more than {} MB, as no list has", LARGEST >> 20));
        }
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        match serde_json::from_slice(&line) {
            // One object over many lines: `{"results": [...]}`, or a single record.
            Err(error) if number == 1 && error.is_eof() => {
                return listed(&mut (&line[..]).chain(reader), lists, take, total);
            }
            Ok(whole @ Value::Object(_)) if holds_any(&whole, lists) => {
                total.set(whole.get("total").and_then(Value::as_u64).or(total.get()));
                match within(whole, lists) {
                    Value::Array(all) => all.into_iter().for_each(|one| {
                        paged += 1;
                        take(paged, Ok(one));
                    }),
                    one => {
                        paged += 1;
                        take(paged, Ok(one));
                    }
                }
            }
            Err(error) if error.is_eof() && !line.ends_with(b"\n") => {
                return Err("breaks off within a record; fetch it again".to_owned());
            }
            read => take(number, read.map_err(|error| error.to_string())),
        }
    }
}

fn holds_any(value: &Value, lists: &[&str]) -> bool {
    lists.iter().any(|name| value.get(name).is_some())
}

/// What an object has by one of some names, and what that has in turn; the object itself where it has none.
fn within(mut value: Value, lists: &[&str]) -> Value {
    while let Some(inner) = lists.iter().find_map(|name| value.as_object_mut()?.remove(*name)) {
        value = inner;
    }
    value
}

/// Values one after the other, as `jq` writes them: lists, objects with a list in them, records.
fn listed(
    reader: &mut dyn BufRead,
    lists: &[&str],
    take: &mut dyn FnMut(u64, Result<Value, String>),
    total: &Rc<Cell<Option<u64>>>,
) -> Result<(), String> {
    let since = Rc::new(Cell::new(0));
    let reader = io::BufReader::new(Guarded {
        inner: reader,
        since: Rc::clone(&since),
        quotes: Rc::default(),
        ended: Rc::default(),
    });
    let mut deserializer = serde_json::Deserializer::from_reader(reader);
    let mut number = 0;
    loop {
        since.set(0);
        let items = Items { take, lists, since: &since, number: &mut number, total };
        deserializer.deserialize_any(items).map_err(|error| error.to_string())?;
        if deserializer.end().is_ok() {
            return Ok(());
        }
    }
}

struct Items<'t> {
    take: &'t mut dyn FnMut(u64, Result<Value, String>),
    /// The names of lists within an object.
    lists: &'t [&'t str],
    since: &'t Cell<usize>,
    number: &'t mut u64,
    total: &'t Cell<Option<u64>>,
}

impl<'de> Visitor<'de> for Items<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str("a list of objects, or an object with `results`")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while let Some(item) = items.next_element::<Value>()? {
            self.since.set(0);
            *self.number += 1;
            (self.take)(*self.number, Ok(item));
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Items { take, lists, since, number, total } = self;
        let (mut found, mut whole) = (false, serde_json::Map::new());
        while let Some(key) = map.next_key::<String>()? {
            if lists.contains(&&*key) {
                found = true;
                let items = Items { take: &mut *take, lists, since, number: &mut *number, total };
                map.next_value_seed(items)?;
            } else if key == "total" {
                let value: Value = map.next_value()?;
                total.set(value.as_u64());
                whole.insert(key, value);
            } else if found {
                map.next_value::<IgnoredAny>()?;
            } else {
                whole.insert(key, map.next_value()?);
            }
        }
        if !found {
            *number += 1;
            take(*number, Ok(Value::Object(whole)));
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Items<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

/// The texts of a key: of a list each, of a text itself.
pub(super) fn texts(object: &Value, key: &str) -> Vec<String> {
    match object.get(key) {
        Some(Value::String(text)) => vec![text.clone()],
        Some(Value::Number(number)) => vec![number.to_string()],
        Some(Value::Array(all)) => {
            all.iter().filter_map(Value::as_str).map(str::to_owned).collect()
        }
        _ => Vec::new(),
    }
}

/// The first text of a key.
pub(super) fn text(object: &Value, key: &str) -> String {
    texts(object, key).into_iter().next().unwrap_or_default()
}
