//! CSV rows by column name, each with its line; what is wrong with one is a value.

use std::io::BufRead;

use rustc_hash::FxHashMap;

use super::line_ends::{LONGEST_ROW, LineEnds};
use crate::day::{Day, Span};
use crate::error::{Data, Rejected};

/// A CSV file whose header is read.
pub(super) struct Rows<R: BufRead> {
    reader: csv::Reader<LineEnds<R>>,
    header: Header,
    record: csv::ByteRecord,
    line: u64,
    /// Lines before those of the reader.
    before: u64,
    /// The stream broke off: nothing more can come.
    broken: bool,
    /// A quote closes in the midst of a field of the last row.
    broken_quote: bool,
    /// The last row's last field ends with the end of a line.
    open_end: bool,
}

/// The column names of a file.
#[derive(Debug, Clone)]
pub(super) struct Header {
    names: Vec<String>,
    at: FxHashMap<String, usize>,
    /// Where the columns of the file's format are, in its order.
    places: Vec<Option<usize>>,
    /// What parts the fields of a row.
    delimiter: u8,
}

/// Why a row cannot be read: the column to blame, if one is, and the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub column: Option<String>,
    pub reason: String,
}

impl Fault {
    pub fn row(reason: impl Into<String>) -> Fault {
        Fault { column: None, reason: reason.into() }
    }

    pub fn blank(column: &str) -> Fault {
        Fault::column(column, "is blank; every row needs it")
    }

    pub fn column(column: &str, reason: impl std::fmt::Display) -> Fault {
        Fault { column: Some(column.to_owned()), reason: reason.to_string() }
    }

    /// The fault as a rejected record of a file.
    pub fn reject(self, file: &str, line: u64, data: Data, text: String) -> Rejected {
        Rejected {
            file: file.to_owned(),
            line,
            column: self.column,
            reason: self.reason,
            data,
            text,
        }
    }
}

/// The most columns that a table may have: as many as a sheet of Excel. A file with more is none of names,
/// but one whose first line is data, or a matrix, and each row of it would cost that many texts.
const MOST_COLUMNS: usize = 16_384;

impl Header {
    /// The columns of a table. A name may stand once, but for a blank one.
    pub fn new(names: Vec<String>, delimiter: u8) -> Result<Header, Fault> {
        if names.len() > MOST_COLUMNS {
            let reason = format!(
                "its first row has {} columns, more than {MOST_COLUMNS}; give a table whose first row names its columns",
                names.len()
            );
            return Err(Fault::row(reason));
        }
        let mut at = FxHashMap::default();
        for (position, name) in names.iter().enumerate() {
            if at.insert(name.clone(), position).is_some() && !name.is_empty() {
                return Err(Fault::column(name, "stands twice in the header; rename one of them"));
            }
        }
        Ok(Header { names, at, places: Vec::new(), delimiter })
    }

    /// Where a column stands.
    pub fn place(&self, column: &str) -> Option<usize> {
        self.at.get(column).copied()
    }

    /// Whether the file has the column.
    pub fn has(&self, column: &str) -> bool {
        self.at.contains_key(column)
    }

    /// The names, as written but for spaces around them.
    pub fn names(&self) -> &[String] {
        &self.names
    }
}

/// One row that can be read.
pub(super) struct Row<'a> {
    header: &'a Header,
    record: &'a csv::ByteRecord,
    /// The record's fields one after the other.
    text: &'a str,
    line: u64,
}

impl<R: BufRead> Rows<R> {
    /// Reads the header of a file with commas. `Ok(None)` for a file of 0 bytes.
    pub fn open(reader: R) -> Result<Option<Rows<R>>, Fault> {
        Rows::parted_by(reader, b',')
    }

    /// Reads the header of a file whose fields are parted by a sign. `Ok(None)` for a file of 0 bytes.
    pub fn parted_by(reader: R, delimiter: u8) -> Result<Option<Rows<R>>, Fault> {
        let mut reader =
            configured(delimiter).from_reader(LineEnds::new(reader, delimiter, None, false));
        let mut record = csv::ByteRecord::new();
        let some =
            reader.read_byte_record(&mut record).map_err(|error| Fault::row(error.to_string()))?;
        if !some {
            return Ok(None);
        }
        let names = record
            .iter()
            .map(|name| std::str::from_utf8(name).map(|name| name.trim().to_owned()))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|_| {
                Fault::row("its first line is not UTF-8 text; convert the file to UTF-8, or say with --encoding what the file of --in is")
            })?;
        let header = Header::new(names, delimiter)?;
        Ok(Some(Rows {
            reader,
            header,
            record,
            line: 1,
            before: 0,
            broken: false,
            broken_quote: false,
            open_end: false,
        }))
    }

    /// Rows of a file whose header is known, from a line on; `more` where others follow those of the reader.
    pub fn continued(reader: R, header: Header, line: u64, more: bool) -> Rows<R> {
        let reader = configured(header.delimiter).from_reader(LineEnds::new(
            reader,
            header.delimiter,
            Some(false),
            more,
        ));
        let record = csv::ByteRecord::new();
        Rows {
            reader,
            header,
            record,
            line,
            before: line - 1,
            broken: false,
            broken_quote: false,
            open_end: false,
        }
    }

    /// Passes over a row: the header.
    pub fn skip(&mut self) {
        self.broken |= self.reader.read_byte_record(&mut self.record).is_err();
    }

    /// Whether the last row's last field ends with the end of a line: a quote around it was closed just
    /// there, or not at all.
    pub fn ends_in_a_line_end(&self) -> bool {
        self.open_end
    }

    /// Finds the columns of the file's format once, for [`Row::all`].
    pub fn expect(&mut self, columns: &[&str]) {
        let place = |column: &&str| self.header.at.get(*column).copied();
        self.header.places = columns.iter().map(place).collect();
    }

    /// The header.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The line on which the last row began.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// Whether the file broke off while it was read: what stands behind it nobody knows.
    pub fn is_broken(&self) -> bool {
        self.broken
    }

    /// The next row, or what is wrong with it; `None` at the end.
    pub fn next(&mut self) -> Option<Result<Row<'_>, Fault>> {
        if self.broken {
            return None;
        }
        loop {
            self.reader.get_mut().begin_row();
            match self.reader.read_byte_record(&mut self.record) {
                Ok(false) => return None,
                // A blank line that ends in CR and LF.
                Ok(true) if self.record.len() == 1 && &self.record[0] == b"\r" => {}
                Ok(true) => break,
                Err(error) => {
                    self.broken = error.is_io_error();
                    self.line = self.before + self.reader.position().line();
                    return Some(Err(Fault::row(format!("cannot be read: {error}"))));
                }
            }
        }
        let next = self.reader.position().line();
        let ended = u64::from(self.reader.get_ref().ended());
        self.broken_quote = self.reader.get_mut().has_broken_quote(next + ended);
        self.open_end = self.record.as_slice().ends_with(b"\n")
            && self.record.iter().next_back().is_some_and(|field| !field.is_empty());
        // The reader stands behind the row and its line end, unless the file ended first; its own
        // position of the row's start would be that of the blank lines before it.
        let inside = memchr::memchr_iter(b'\n', self.record.as_slice()).count() as u64;
        let ended = u64::from(!self.reader.get_ref().ended());
        let line = self.before + self.reader.position().line();
        self.line = line.saturating_sub(inside + ended);
        Some(self.checked())
    }

    fn checked(&self) -> Result<Row<'_>, Fault> {
        if self.record.as_slice().len() > LONGEST_ROW {
            let within = match memchr::memchr_iter(b'\n', self.record.as_slice()).count() {
                0 => String::new(),
                lines => format!(", nor were the {lines} lines that follow within it"),
            };
            return Err(Fault::row(format!(
                "is longer than 1 MiB and was not read{within}; look for a quote that opens here and is not closed"
            )));
        }
        let (wanted, found) = (self.header.names.len(), self.record.len());
        let suspect = found != wanted || self.reader.get_ref().ended();
        if suspect
            && let Some(swallowed) = swallowed_lines(&self.record, wanted, self.header.delimiter)
        {
            return Err(Fault::row(format!(
                "a quote opens here and does not close on its line: {swallowed} more lines that look like rows lie \
                 inside it and were not read; close the quote"
            )));
        }
        if self.reader.get_ref().ends_inside_a_quote(&self.record) {
            let reason = "a quote opens here and the file ends inside it: the lines that follow were not read as \
                          rows; close the quote";
            return Err(Fault::row(reason));
        }
        if self.broken_quote && self.record.iter().any(|field| field.contains(&b'\n')) {
            let reason = "a quote closes within a field of this row, and line ends stand before it: rows may lie inside it \
                          and were not read; close the quote where its field ends, or double those within it";
            return Err(Fault::row(reason));
        }
        if found != wanted {
            return Err(Fault::row(format!(
                "has {found} fields where the header has {wanted}; quote fields that hold {}",
                sign(self.header.delimiter)
            )));
        }
        let text = self.text_of_fields().map_err(|at| {
            let name = &self.header.names[at];
            Fault::column(name, "is not UTF-8 text; convert the file to UTF-8, or say with --encoding what the file of --in is")
        })?;
        Ok(Row { header: &self.header, record: &self.record, text, line: self.line })
    }

    /// The text of all fields in a row, or the field that is none.
    fn text_of_fields(&self) -> Result<&str, usize> {
        let text = std::str::from_utf8(self.record.as_slice()).ok();
        // Two halves of a letter in two fields are none.
        let parted = |text: &&str| {
            let ends = (0..self.record.len()).filter_map(|at| self.record.range(at));
            ends.into_iter().all(|range| text.is_char_boundary(range.end))
        };
        text.filter(parted).ok_or_else(|| {
            let broken = |field: &[u8]| std::str::from_utf8(field).is_err();
            self.record.iter().position(broken).unwrap_or_default()
        })
    }

    /// The last row's fields as they stand, cut or filled to the columns of the header.
    pub fn fields(&self) -> Vec<String> {
        let last = self.record.len().saturating_sub(1);
        let fields = self.record.iter().enumerate().map(|(at, field)| {
            // The CR of a line end, which the reader leaves to the last field.
            let field = if at == last { field.strip_suffix(b"\r").unwrap_or(field) } else { field };
            String::from_utf8_lossy(field).into_owned()
        });
        let blank = std::iter::repeat_with(String::new);
        fields.chain(blank).take(self.header.names.len()).collect()
    }

    /// The row as text, for a report; cut to 400 bytes.
    pub fn text(&self) -> String {
        shortened(self.record.iter().map(String::from_utf8_lossy))
    }
}

/// Fields as one text, for a report; cut to 400 bytes.
pub(super) fn shortened<T: AsRef<str>>(fields: impl Iterator<Item = T>) -> String {
    let mut text = String::new();
    for (number, field) in fields.enumerate() {
        text.push_str(if number > 0 { "," } else { "" });
        text.push_str(field.as_ref());
        if text.len() > REPORTED {
            break;
        }
    }
    let mut end = text.len().min(REPORTED);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
    text
}

/// Bytes of a row that a report of it shows: a line or two on a screen, and enough to find the row by.
const REPORTED: usize = 400;

fn configured(delimiter: u8) -> csv::ReaderBuilder {
    let mut builder = csv::ReaderBuilder::new();
    builder.delimiter(delimiter);
    builder.has_headers(false).flexible(true).terminator(csv::Terminator::Any(b'\n'));
    builder
}

/// A sign between fields, in words.
fn sign(delimiter: u8) -> String {
    match delimiter {
        b',' => "a comma".to_owned(),
        b'\t' => "a tab".to_owned(),
        other => format!("`{}`", char::from(other)),
    }
}

/// Lines inside a quoted field that look like rows of their own: a quote was not closed.
fn swallowed_lines(record: &csv::ByteRecord, columns: usize, delimiter: u8) -> Option<usize> {
    let like_row =
        |line: &&[u8]| line.iter().filter(|byte| **byte == delimiter).count() + 1 >= columns;
    let inside = record
        .iter()
        .flat_map(|field| field.split(|byte| *byte == b'\n').skip(1))
        .filter(like_row)
        .count();
    (columns > 1 && inside > 0).then_some(inside)
}

impl<'a> Row<'a> {
    /// The column's text without spaces around it; empty where the file has no such column.
    pub fn get(&self, column: &str) -> &'a str {
        let at = self.header.at.get(column);
        let range = at.and_then(|at| self.record.range(*at));
        range.map_or("", |range| self.text[range].trim())
    }

    /// The texts of all columns of the format, in its order, without spaces around them; empty where the
    /// file has no such column.
    pub fn all<const COLUMNS: usize>(&self) -> [&'a str; COLUMNS] {
        std::array::from_fn(|at| {
            let place = self.header.places.get(at).copied().flatten();
            let range = place.and_then(|place| self.record.range(place));
            range.map_or("", |range| trimmed(&self.text[range]))
        })
    }

    /// The line on which the row begins, from 1.
    pub fn line(&self) -> u32 {
        u32::try_from(self.line).unwrap_or(u32::MAX)
    }

    /// The column's text; an error where it is blank.
    pub fn required(&self, column: &str) -> Result<&'a str, Fault> {
        match self.get(column) {
            "" => Err(Fault::blank(column)),
            text => Ok(text),
        }
    }

    /// The column's parts between `;`.
    pub fn list(&self, column: &str) -> Vec<String> {
        let parts = self.get(column).split(';').map(str::trim);
        parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
    }

    /// The column's day, if it has one.
    pub fn day(&self, column: &str) -> Result<Option<Day>, Fault> {
        day(column, self.get(column))
    }

    /// The span between two columns of days.
    pub fn span(&self, from: &str, until: &str) -> Result<Span, Fault> {
        span((from, self.get(from)), (until, self.get(until)))
    }
}

/// A text without spaces around it; most have none.
fn trimmed(text: &str) -> &str {
    let bare = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii_graphic);
    let bytes = text.as_bytes();
    if bare(bytes.first()) && bare(bytes.last()) { text } else { text.trim() }
}

fn day(column: &str, text: &str) -> Result<Option<Day>, Fault> {
    if text.is_empty() {
        return Ok(None);
    }
    Day::parse(text).map(Some).map_err(|error| Fault::column(column, error))
}

/// The span between two columns of days, each with its text.
pub(super) fn span(from: (&str, &str), until: (&str, &str)) -> Result<Span, Fault> {
    let days = (day(from.0, from.1)?, day(until.0, until.1)?);
    Span::new(days.0, days.1).map_err(|error| Fault::column(until.0, error))
}

/// The word that stands in a column, if one does; an error names the words there are.
pub(super) fn one_of<T: Copy>(
    column: &str,
    text: &str,
    parse: impl Fn(&str) -> Option<T>,
    words: &[T],
    as_str: impl Fn(T) -> &'static str,
) -> Result<Option<T>, Fault> {
    if text.is_empty() {
        return Ok(None);
    }
    parse(text).map(Some).ok_or_else(|| {
        let words: Vec<&str> = words.iter().map(|word| as_str(*word)).collect();
        Fault::column(column, format!("`{text}` is none of {}", words.join(", ")))
    })
}

/// Reads one of an enum's words from a column and its text.
macro_rules! word {
    ($column:literal, $text:expr, $type:ident) => {
        crate::source::rows::one_of($column, $text, $type::parse, $type::ALL, $type::as_str)
    };
}
pub(super) use word;
