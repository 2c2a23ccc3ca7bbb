//! Tables: rows of text under named columns, whatever file they lie in.

mod decode;
mod jsonl;
#[cfg(feature = "parquet")]
mod parquet;
mod xlsx;

use std::io::{BufRead, BufReader};
use std::path::Path;

pub use self::decode::Encoding;
pub(super) use self::decode::{Decoding, of_mark};
use self::jsonl::Lines;
#[cfg(feature = "parquet")]
use self::parquet::Columns;
use self::xlsx::Sheet;
use super::open::{self, Digest, Opened};
use super::rows::{Fault, Header, Rows};
use crate::error::Error;
use crate::model::words;

words! {
    /// Formats of files that hold a table.
    TableFormat {
        /// Text with a sign between fields.
        Csv = "csv",
        /// An Excel workbook.
        Xlsx = "xlsx",
        /// One JSON object a line.
        Jsonl = "jsonl",
        /// Parquet.
        Parquet = "parquet",
    }
}

/// How a table is to be read. Nothing said: by the file's extension, its header and UTF-8.
#[derive(Debug, Clone, Default)]
pub struct TableOptions {
    /// The format.
    pub format: Option<TableFormat>,
    /// The sign between the fields of a text file.
    pub delimiter: Option<u8>,
    /// The encoding of a text file.
    pub encoding: Option<Encoding>,
    /// The sheet of a workbook.
    pub sheet: Option<String>,
}

impl TableFormat {
    /// The format that a file's extension names, a packed file's inner one included.
    pub fn of_file(path: &str) -> Option<TableFormat> {
        let packed = [".gz", ".zst", ".zip"].into_iter();
        let bare = packed.fold(path, |path, end| path.strip_suffix(end).unwrap_or(path));
        match Path::new(bare).extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "csv" | "tsv" | "txt" => Some(TableFormat::Csv),
            "xlsx" | "xlsm" => Some(TableFormat::Xlsx),
            "jsonl" | "ndjson" => Some(TableFormat::Jsonl),
            "parquet" => Some(TableFormat::Parquet),
            _ => None,
        }
    }
}

/// A row of a table: its fields as they stand, and what cannot be read of it.
#[derive(Debug, Default)]
pub(super) struct TableRow {
    /// Line, record or row of the sheet, from 1.
    pub line: u64,
    /// As many fields as there are columns.
    pub fields: Vec<String>,
    /// What is wrong with a cell, which has its column, or with the whole row.
    pub faults: Vec<Fault>,
    /// The row as text where its fields do not hold all of it.
    pub text: Option<String>,
}

/// A table, read row by row.
pub(super) struct Table {
    /// The file's name.
    pub file: String,
    /// The columns.
    pub header: Header,
    rows: Kind,
    digest: Option<Digest>,
}

enum Kind {
    Csv(Box<Rows<Box<dyn BufRead + Send>>>, Option<Encoding>),
    Jsonl(Lines),
    Xlsx(Sheet),
    #[cfg(feature = "parquet")]
    Parquet(Box<Columns>),
}

impl Table {
    /// Opens a table. `wanted` is a column that it is to have: of several signs that may part its fields
    /// the one is taken that yields it.
    ///
    /// # Errors
    /// The file cannot be read, is empty, is not of the format or encoding, or its header is none.
    pub fn open(path: &str, options: &TableOptions, wanted: &str) -> Result<Table, Error> {
        let format =
            options.format.or_else(|| TableFormat::of_file(path)).unwrap_or(TableFormat::Csv);
        refuse_what_is_not_said(path, format, options)?;
        let refused = |fault: Fault| {
            let column = fault.column.map(|column| format!("column `{column}`: "));
            Error::file(path, format!("{}{}", column.unwrap_or_default(), fault.reason))
        };
        let file = open::named(path)?.name;
        let (header, rows, digest) = match format {
            TableFormat::Csv => {
                let (Opened { mut reader, digest }, encoding) = text(path, options.encoding)?;
                let delimiter = match options.delimiter {
                    Some(delimiter) => delimiter,
                    None => delimiter(
                        reader.fill_buf().map_err(|error| Error::io(path, error))?,
                        wanted,
                    ),
                };
                let rows = Rows::parted_by(reader, delimiter).map_err(refused)?;
                let rows = rows.ok_or_else(|| empty(path))?;
                let header = rows.header().clone();
                (header, Kind::Csv(Box::new(rows), encoding), Some(digest))
            }
            TableFormat::Jsonl => {
                let names =
                    jsonl::columns(text(path, options.encoding)?.0.reader).map_err(refused)?;
                let header =
                    Header::new(names.ok_or_else(|| empty(path))?, b',').map_err(refused)?;
                let (Opened { reader, digest }, encoding) = text(path, options.encoding)?;
                (header, Kind::Jsonl(Lines::new(reader, encoding)), Some(digest))
            }
            TableFormat::Xlsx => {
                let (names, sheet) = Sheet::open(path, options.sheet.as_deref())?;
                (Header::new(names, b',').map_err(refused)?, Kind::Xlsx(sheet), None)
            }
            #[cfg(feature = "parquet")]
            TableFormat::Parquet => {
                let (names, columns) = Columns::open(path)?;
                let header = Header::new(names, b',').map_err(refused)?;
                (header, Kind::Parquet(Box::new(columns)), None)
            }
            #[cfg(not(feature = "parquet"))]
            TableFormat::Parquet => {
                let reason =
                    "this program was built without Parquet; build it with the feature `parquet`";
                return Err(Error::file(path, reason));
            }
        };
        Ok(Table { file, header, rows, digest })
    }

    /// The next row; `None` at the end.
    pub fn next(&mut self) -> Option<TableRow> {
        match &mut self.rows {
            Kind::Csv(rows, encoding) => csv_row(rows, *encoding),
            Kind::Jsonl(lines) => lines.next(&self.header),
            Kind::Xlsx(sheet) => sheet.next(self.header.names().len()),
            #[cfg(feature = "parquet")]
            Kind::Parquet(columns) => columns.next(),
        }
    }

    /// How many rows there are, where that is known before they are read.
    pub fn rows(&self) -> Option<u64> {
        match &self.rows {
            Kind::Csv(..) | Kind::Jsonl(_) => None,
            Kind::Xlsx(sheet) => Some(sheet.rows()),
            #[cfg(feature = "parquet")]
            Kind::Parquet(columns) => Some(columns.rows()),
        }
    }

    /// The digest of the bytes read so far, where the file is read from its first byte to its last.
    pub fn digest(&self) -> Option<[u8; 32]> {
        self.digest.as_ref().map(Digest::value)
    }

    /// The bytes of the file read so far, likewise.
    pub fn bytes(&self) -> Option<u64> {
        self.digest.as_ref().map(Digest::bytes)
    }
}

fn csv_row(
    rows: &mut Rows<Box<dyn BufRead + Send>>,
    encoding: Option<Encoding>,
) -> Option<TableRow> {
    let fault = rows.next()?.err();
    let text = fault.is_some().then(|| rows.text());
    let mut row = TableRow { line: rows.line(), fields: rows.fields(), faults: Vec::new(), text };
    row.faults.extend(fault);
    if let Some(encoding) = encoding {
        let names = rows.header().names();
        let wrong = row.fields.iter().zip(names).find_map(|(field, name)| {
            let reason = encoding.fault(field)?;
            Some(Fault::row(format!("column `{name}` {reason}")))
        });
        // Half a row in another encoding is not to be trusted in its other half.
        row.faults.extend(wrong);
    }
    Some(row)
}

/// The text of a file as UTF-8, and the encoding that it is in where that is another.
fn text(path: &str, encoding: Option<Encoding>) -> Result<(Opened, Option<Encoding>), Error> {
    let file = open::named(path)?;
    let Opened { mut reader, digest } = file.open_bytes()?;
    let start = reader.fill_buf().map_err(|error| Error::io(path, error))?;
    if let Some(other) = other_format(start) {
        let reason = format!("is {}, not text; say so with --in-format {other}", of_article(other));
        return Err(Error::file(path, reason));
    }
    if start.starts_with(PASSWORD_OR_OLD) {
        return Err(Error::file(path, xlsx::OLD));
    }
    let marked = of_mark(start);
    let encoding = match (marked, encoding) {
        (Some(marked), Some(said)) if marked != said => {
            let reason =
                format!("begins with the mark of {marked}, not of {said}; leave --encoding out");
            return Err(Error::file(path, reason));
        }
        (marked, said) => said.or(marked),
    };
    let Some(encoding) = encoding else { return Ok((Opened { reader, digest }, None)) };
    if marked.is_none() {
        let mut sample = file.open_bytes()?.reader;
        decode::check(&mut sample, encoding).map_err(|reason| Error::file(path, reason))?;
    }
    let decoding = Decoding::new(reader, encoding);
    let reader = Box::new(BufReader::with_capacity(1 << 16, decoding));
    Ok((Opened { reader, digest }, Some(encoding)))
}

/// How the container of old Office files, and of those with a password, begins.
const PASSWORD_OR_OLD: &[u8] = &[0xd0, 0xcf, 0x11, 0xe0];

/// The format of a file that is no text.
fn other_format(start: &[u8]) -> Option<TableFormat> {
    match start {
        [b'P', b'A', b'R', b'1', ..] => Some(TableFormat::Parquet),
        [b'P', b'K', 3, 4, ..] => Some(TableFormat::Xlsx),
        _ => None,
    }
}

fn of_article(format: TableFormat) -> &'static str {
    match format {
        TableFormat::Xlsx => "an Excel workbook",
        TableFormat::Parquet => "a Parquet file",
        TableFormat::Csv => "text with a sign between fields",
        TableFormat::Jsonl => "JSON, an object a line",
    }
}

fn empty(path: &str) -> Error {
    Error::file(path, "is empty (0 bytes); a file without records still has its header line")
}

/// An option that the format has no use for is a misunderstanding.
fn refuse_what_is_not_said(
    path: &str,
    format: TableFormat,
    options: &TableOptions,
) -> Result<(), Error> {
    let is = |one: TableFormat| format == one;
    let text = is(TableFormat::Csv) || is(TableFormat::Jsonl);
    let unused = [
        (options.encoding.is_some() && !text, "--encoding"),
        (options.delimiter.is_some() && !is(TableFormat::Csv), "--delimiter"),
        (options.sheet.is_some() && !is(TableFormat::Xlsx), "--sheet"),
    ];
    match unused.iter().find(|(unused, _)| *unused) {
        Some((_, option)) => {
            let reason =
                format!("is read as {}, which has no {option}; leave it out", of_article(format));
            Err(Error::file(path, reason))
        }
        None => Ok(()),
    }
}

/// Signs that part fields where nobody says which.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// The sign that parts the fields of a file's first line: the first that yields the wanted column, else the
/// most frequent one.
fn delimiter(start: &[u8], wanted: &str) -> u8 {
    let end = memchr::memchr2(b'\n', b'\r', start).unwrap_or(start.len());
    let line = &start[..end];
    let yields = |delimiter: &u8| {
        let rows = Rows::parted_by(line, *delimiter);
        rows.ok().flatten().is_some_and(|rows| rows.header().has(wanted))
    };
    let count = |delimiter: &u8| line.iter().filter(|byte| *byte == delimiter).count();
    let frequent = || DELIMITERS.into_iter().rev().max_by_key(count);
    DELIMITERS.into_iter().find(yields).or_else(frequent).unwrap_or(b',')
}

#[cfg(test)]
mod tests;
