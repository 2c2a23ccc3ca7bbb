//! Parquet files: columns of texts and of whatever can be written as text.

use std::fs::File;
use std::panic::AssertUnwindSafe;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_schema::{ArrowError, DataType, SchemaRef};
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};

use super::TableRow;
use crate::error::Error;
use crate::source::rows::Fault;

/// Rows taken out of the columns at a time.
const BATCH: usize = 4_096;

/// A file whose columns are read batch by batch.
pub(super) struct Columns {
    reader: ParquetRecordBatchReader,
    rows: u64,
    batch: Vec<ArrayRef>,
    at: usize,
    length: usize,
    record: u64,
    broken: bool,
}

impl Columns {
    /// Opens a file. Returns its columns with it.
    pub fn open(path: &str) -> Result<(Vec<String>, Columns), Error> {
        let refused = |error: &dyn std::fmt::Display| {
            Error::file(path, format!("is no readable Parquet file: {error}"))
        };
        let file = File::open(path).map_err(|error| Error::io(path, error))?;
        let length = file.metadata().map_err(|error| Error::io(path, error))?.len();
        if length == 0 {
            return Err(super::empty(path));
        }
        let builder = guarded(|| ParquetRecordBatchReaderBuilder::try_new(file))
            .map_err(|error| refused(&error))?
            .map_err(|error| refused(&error))?;
        let schema: SchemaRef = builder.schema().clone();
        let names: Vec<String> =
            schema.fields().iter().map(|field| field.name().trim().to_owned()).collect();
        if let Some(field) = schema.fields().iter().find(|field| !is_text(field.data_type())) {
            let reason = format!(
                "column `{}` is of type {}, which cannot be written as text; leave it out or make it text",
                field.name(),
                field.data_type()
            );
            return Err(Error::file(path, reason));
        }
        let rows = u64::try_from(builder.metadata().file_metadata().num_rows()).unwrap_or_default();
        let reader = guarded(|| builder.with_batch_size(BATCH).build())
            .map_err(|error| refused(&error))?
            .map_err(|error| refused(&error))?;
        let columns =
            Columns { reader, rows, batch: Vec::new(), at: 0, length: 0, record: 0, broken: false };
        Ok((names, columns))
    }

    /// How many rows there are.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The next row; `None` at the end.
    pub fn next(&mut self) -> Option<TableRow> {
        while self.at == self.length {
            if self.broken {
                return None;
            }
            match guarded(|| self.reader.next()) {
                Ok(None) => return None,
                Ok(Some(Ok(batch))) => self.take(&batch),
                failed => {
                    let error = match failed {
                        Ok(Some(Err(error))) => error.to_string(),
                        Err(damaged) => damaged,
                        Ok(_) => String::new(),
                    };
                    self.broken = true;
                    let fault =
                        Fault::row(format!("this and all that follow cannot be read: {error}"));
                    let line = self.record + 1;
                    return Some(TableRow { line, faults: vec![fault], ..TableRow::default() });
                }
            }
        }
        let mut row = TableRow { line: self.record + 1, ..TableRow::default() };
        for column in &self.batch {
            let text = field(column, self.at).unwrap_or_else(|reason| {
                let reason = format!("holds a value that cannot be written as text: {reason}");
                row.faults.push(Fault::row(reason));
                String::new()
            });
            row.fields.push(text);
        }
        self.at += 1;
        self.record += 1;
        Some(row)
    }

    fn take(&mut self, batch: &RecordBatch) {
        self.batch = batch.columns().to_vec();
        (self.at, self.length) = (0, batch.num_rows());
    }
}

/// Whether values of a type can be written as text that means the same to whoever reads it.
fn is_text(of: &DataType) -> bool {
    match of {
        DataType::Binary
        | DataType::LargeBinary
        | DataType::BinaryView
        | DataType::FixedSizeBinary(_) => false,
        DataType::Struct(_) | DataType::Map(..) | DataType::Union(..) | DataType::Interval(_) => {
            false
        }
        DataType::List(field) | DataType::LargeList(field) | DataType::FixedSizeList(field, _) => {
            !field.data_type().is_nested() && is_text(field.data_type())
        }
        DataType::Dictionary(_, values) => is_text(values),
        _ => true,
    }
}

/// A value as a field has it; blank for none. Several values are parted by `;`.
fn field(column: &ArrayRef, at: usize) -> Result<String, String> {
    if column.is_null(at) {
        return Ok(String::new());
    }
    match column.data_type() {
        DataType::Utf8 => Ok(column.as_string::<i32>().value(at).to_owned()),
        DataType::LargeUtf8 => Ok(column.as_string::<i64>().value(at).to_owned()),
        DataType::Utf8View => Ok(column.as_string_view().value(at).to_owned()),
        DataType::List(_) => several(&column.as_list::<i32>().value(at)),
        DataType::LargeList(_) => several(&column.as_list::<i64>().value(at)),
        DataType::FixedSizeList(..) => several(&column.as_fixed_size_list().value(at)),
        _ => written(column, at).map_err(|error| error.to_string()),
    }
}

fn written(column: &ArrayRef, at: usize) -> Result<String, ArrowError> {
    let options = FormatOptions::default();
    let text = ArrayFormatter::try_new(column.as_ref(), &options)?.value(at).try_to_string()?;
    // A day that is kept as a moment.
    let day = ["T00:00:00Z", "T00:00:00"].iter().find_map(|end| text.strip_suffix(end));
    Ok(day.map_or(text.clone(), str::to_owned))
}

fn several(values: &ArrayRef) -> Result<String, String> {
    let values: Vec<String> =
        (0..values.len()).map(|at| field(values, at)).collect::<Result<_, _>>()?;
    let filled: Vec<String> = values.into_iter().filter(|value| !value.is_empty()).collect();
    Ok(filled.join(";"))
}

/// What a damaged file comes to: the reader checks most of what it reads, and panics at some of the rest.
fn guarded<T>(read: impl FnOnce() -> T) -> Result<T, String> {
    std::panic::catch_unwind(AssertUnwindSafe(read))
        .map_err(|_| "is damaged in a way that its reader does not expect".to_owned())
}
