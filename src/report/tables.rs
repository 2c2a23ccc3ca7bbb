//! The answers of a bulk run as a workbook or a Parquet file, made from its rows in CSV.

use std::fs::File;
use std::io::BufReader;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use super::csv::unformulated;
use crate::error::Error;

/// Rows of a sheet of Excel, the header included.
const SHEET_ROWS: u32 = 1_048_576;

/// Columns of a sheet of Excel.
pub const SHEET_COLUMNS: usize = 16_384;

/// Letters that a cell of Excel holds, as UTF-16 counts them.
const CELL_LETTERS: usize = 32_767;

/// What stands at the end of a cell that held more.
const CUT: &str =
    "… (cut: a cell holds no more; the whole text is in --format csv, jsonl or parquet)";

/// The added columns that are numbers in a sheet. Shares have ten digits, of which a sheet keeps fifteen.
const NUMBERS: [&str; 4] = ["rank", "score", "share_low", "share_high"];

type Rows = csv::Reader<BufReader<File>>;

fn rows(file: File) -> Rows {
    csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(BufReader::with_capacity(1 << 16, file))
}

/// Makes a workbook of rows of CSV whose first one is the header, of which the first `own` columns are those of
/// the party file: the same bytes for the same rows. What does
/// not fit on one sheet goes on on another. O(rows), in little memory.
///
/// # Errors
/// The disk does not take it, or the rows are none.
pub fn xlsx(file: File, own: usize, path: &str) -> Result<(), Error> {
    let failed = |error: XlsxError| Error::file(path, format!("cannot be written: {error}"));
    let unread = |error: csv::Error| Error::file(path, format!("cannot be made: {error}"));
    let mut rows = rows(file);
    let mut header = csv::StringRecord::new();
    rows.read_record(&mut header).map_err(unread)?;
    let mut workbook = Workbook::new();
    // No day and no name of a person: the same answers make the same file.
    let day = ExcelDateTime::from_ymd(2000, 1, 1).map_err(failed)?;
    workbook
        .set_properties(&DocProperties::new().set_author("parentage").set_creation_datetime(&day));
    let mut record = csv::StringRecord::new();
    let mut more = rows.read_record(&mut record).map_err(unread)?;
    for number in 1.. {
        let sheet = workbook.add_worksheet_with_constant_memory().map_err(failed)?;
        let name = if number == 1 { "answers".to_owned() } else { format!("answers {number}") };
        sheet.set_name(name).map_err(failed)?;
        begin(sheet, &header).map_err(failed)?;
        let mut row = 1;
        while more && row < SHEET_ROWS {
            write(sheet, row, own, (&header, &record)).map_err(failed)?;
            row += 1;
            more = rows.read_record(&mut record).map_err(unread)?;
        }
        let last = u16::try_from(header.len().saturating_sub(1)).unwrap_or(u16::MAX);
        sheet.autofilter(0, 0, row - 1, last).map_err(failed)?;
        if !more {
            break;
        }
    }
    workbook.save(path).map_err(failed)
}

fn begin(sheet: &mut Worksheet, header: &csv::StringRecord) -> Result<(), XlsxError> {
    sheet.set_freeze_panes(1, 0)?;
    let bold = Format::new().set_bold();
    for (column, name) in (0..).zip(header) {
        let width = if NUMBERS.contains(&name) || name == "confirm" { 9.0 } else { 18.0 };
        sheet.set_column_width(column, width)?;
        sheet.write_string_with_format(0, column, cell(name), &bold)?;
    }
    Ok(())
}

fn write(
    sheet: &mut Worksheet,
    row: u32,
    own: usize,
    (header, record): (&csv::StringRecord, &csv::StringRecord),
) -> Result<(), XlsxError> {
    for (column, (name, text)) in (0..).zip(header.iter().zip(record)) {
        let added = usize::from(column) >= own;
        let number = if added && NUMBERS.contains(&name) { text.parse::<f64>().ok() } else { None };
        match number {
            Some(number) => sheet.write_number(row, column, number)?,
            None if text.is_empty() => continue,
            None => sheet.write_string(row, column, cell(text))?,
        };
    }
    Ok(())
}

/// A text as a cell can hold it.
fn cell(text: &str) -> String {
    let text = unformulated(text);
    if text.len() <= CELL_LETTERS || text.encode_utf16().count() <= CELL_LETTERS {
        return text.into_owned();
    }
    let mut room = CELL_LETTERS - CUT.encode_utf16().count();
    let fits = |letter: &char| {
        let fits = letter.len_utf16() <= room;
        room = room.saturating_sub(letter.len_utf16());
        fits
    };
    text.chars().take_while(fits).chain(CUT.chars()).collect()
}

#[cfg(feature = "parquet")]
pub use self::of_columns::parquet;

/// Without the feature there is none to write, which the command says before it begins.
///
/// # Errors
/// Always.
#[cfg(not(feature = "parquet"))]
pub fn parquet(_: File, _: usize, path: &str) -> Result<(), Error> {
    Err(Error::file(path, "this program was built without Parquet"))
}

#[cfg(feature = "parquet")]
mod of_columns {
    use std::fs::File;
    use std::sync::Arc;

    use arrow_array::builder::StringBuilder;
    use arrow_array::{ArrayRef, RecordBatch};
    use arrow_cast::{CastOptions, cast_with_options};
    use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
    use parquet::arrow::ArrowWriter;
    use parquet::basic::{Compression, ZstdLevel};
    use parquet::file::properties::WriterProperties;

    use super::super::csv::COLUMNS;
    use crate::error::Error;

    /// Rows put into columns at a time.
    const BATCH: usize = 8_192;

    /// What the values of an added column are. Shares are decimal numbers, as exact as they are in text: 7 digits
    /// behind the point, and room for sums far above 100.
    fn of_column(name: &str) -> DataType {
        match name {
            "rank" => DataType::Int32,
            "score" => DataType::Float64,
            "confirm" => DataType::Boolean,
            "share_low" | "share_high" => DataType::Decimal128(18, 7),
            "as_of" => DataType::Date32,
            _ => DataType::Utf8,
        }
    }

    /// Makes a Parquet file of rows of CSV whose first one is the header, of which the first `own` columns are
    /// those of the party file: the same bytes for the same rows. O(rows), in little memory.
    ///
    /// # Errors
    /// The disk does not take it, or the rows are none.
    pub fn parquet(file: File, own: usize, path: &str) -> Result<(), Error> {
        let unread = |error: csv::Error| Error::file(path, format!("cannot be made: {error}"));
        let failed = |error: &dyn std::fmt::Display| {
            Error::file(path, format!("cannot be written: {error}"))
        };
        let mut rows = super::rows(file);
        let mut record = csv::StringRecord::new();
        rows.read_record(&mut record).map_err(unread)?;
        let behind = COLUMNS.iter().map(|name| of_column(name)).chain([DataType::Utf8]);
        let types = std::iter::repeat_n(DataType::Utf8, own).chain(behind);
        let fields: Vec<Field> =
            record.iter().zip(types).map(|(name, of)| Field::new(name, of, true)).collect();
        let schema: SchemaRef = Arc::new(Schema::new(fields));
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_created_by("parentage".to_owned())
            .build();
        let out = File::create(path).map_err(|error| Error::io(path, error))?;
        let mut writer = ArrowWriter::try_new(out, Arc::clone(&schema), Some(properties))
            .map_err(|error| failed(&error))?;
        loop {
            let mut columns: Vec<StringBuilder> =
                schema.fields().iter().map(|_| StringBuilder::new()).collect();
            let mut count = 0;
            while count < BATCH && rows.read_record(&mut record).map_err(unread)? {
                for (column, text) in columns.iter_mut().zip(&record) {
                    column.append_option(Some(text).filter(|text| !text.is_empty()));
                }
                count += 1;
            }
            if count == 0 {
                break;
            }
            let batch = batch(&schema, columns).map_err(|error| failed(&error))?;
            writer.write(&batch).map_err(|error| failed(&error))?;
        }
        writer.close().map_err(|error| failed(&error)).map(|_| ())
    }

    fn batch(schema: &SchemaRef, columns: Vec<StringBuilder>) -> Result<RecordBatch, ArrowError> {
        let strict = CastOptions { safe: false, ..CastOptions::default() };
        let typed = columns.into_iter().zip(schema.fields()).map(|(mut column, field)| {
            let texts: ArrayRef = Arc::new(column.finish());
            match field.data_type() {
                DataType::Utf8 => Ok(texts),
                other => cast_with_options(&texts, other, &strict),
            }
        });
        RecordBatch::try_new(Arc::clone(schema), typed.collect::<Result<_, _>>()?)
    }
}
