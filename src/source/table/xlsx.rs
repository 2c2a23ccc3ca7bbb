//! Excel workbooks: one sheet, whose first filled row names the columns.

use std::fs::File;
use std::io::{BufReader, Read};

use calamine::{DataRef, ExcelDateTime, Reader, SheetVisible, Xlsx, open_workbook};
use rustc_hash::FxHashMap;

use super::TableRow;
use crate::error::Error;
use crate::source::rows::Fault;

/// Why a workbook cannot be opened that begins like the containers of Office before 2007.
pub(super) const OLD: &str = "is a workbook with a password, or one of Excel before 2007 (.xls); open it in Excel and \
                              save it as .xlsx without a password";

/// The most bytes that the parts of a workbook may unpack to, and that the texts of a sheet may have. A full
/// sheet, a million rows of ten columns, unpacks to some 600 MB; what is beyond is no file of parties,
/// or is made to fill memory.
const MOST_BYTES: u64 = 1 << 30;

/// A sheet that is read: its rows as texts.
pub(super) struct Sheet {
    rows: std::vec::IntoIter<(u32, csv::StringRecord)>,
    count: u64,
    /// What cannot be read, by row.
    faults: FxHashMap<u32, Vec<Fault>>,
}

type Workbook = Xlsx<BufReader<File>>;

impl Sheet {
    /// Reads a sheet: the one that is named, or the only one that is filled. Returns its columns with it.
    pub fn open(path: &str, sheet: Option<&str>) -> Result<(Vec<String>, Sheet), Error> {
        let refused = |reason: String| Error::file(path, reason);
        guard(path)?;
        let mut workbook: Workbook = open_workbook(path).map_err(|error| match error {
            calamine::XlsxError::Password => refused(OLD.to_owned()),
            error => refused(format!("is no readable Excel workbook: {error}")),
        })?;
        let name = choose(&mut workbook, sheet).map_err(refused)?;
        let mut reading = Reading::default();
        let mut cells = workbook
            .worksheet_cells_reader(&name)
            .map_err(|error| refused(format!("sheet `{name}` cannot be read: {error}")))?;
        loop {
            let cell = cells.next_cell_with_formula_metadata().map_err(|error| {
                let row = reading.row.map_or(0, |row| row + 1);
                refused(format!("sheet `{name}` cannot be read behind row {row}: {error}"))
            })?;
            let Some(cell) = cell else { break };
            reading.cell(cell.pos, &cell.value, cell.formula.is_some()).map_err(refused)?;
        }
        drop(cells);
        reading.end_row();
        let Reading { names, rows, faults, .. } = reading;
        let names = names.ok_or_else(|| {
            refused(format!("sheet `{name}` is empty; its first row names the columns"))
        })?;
        let count = rows.len() as u64;
        Ok((names, Sheet { rows: rows.into_iter(), count, faults }))
    }

    /// How many rows there are.
    pub fn rows(&self) -> u64 {
        self.count
    }

    /// The next row; `None` at the end.
    pub fn next(&mut self, columns: usize) -> Option<TableRow> {
        let (line, record) = self.rows.next()?;
        let mut fields: Vec<String> = record.iter().map(str::to_owned).collect();
        let faults = self.faults.remove(&line).unwrap_or_default();
        fields.resize(columns, String::new());
        Some(TableRow { line: u64::from(line) + 1, fields, faults, text: None })
    }
}

/// Refuses a workbook that unpacks to more than memory is for, whatever its members say of their lengths.
fn guard(path: &str) -> Result<(), Error> {
    let file = File::open(path).map_err(|error| Error::io(path, error))?;
    let mut start = [0; 4];
    let mut reader = BufReader::new(file);
    let read = reader.read(&mut start).map_err(|error| Error::io(path, error))?;
    let refused = |reason: &str| Error::file(path, reason);
    match &start[..read] {
        [] => return Err(super::empty(path)),
        start if start == super::PASSWORD_OR_OLD => return Err(refused(OLD)),
        b"PK\x03\x04" => {}
        _ => return Err(refused("is no Excel workbook; say what it is with --in-format")),
    }
    let broken = |error: &dyn std::fmt::Display| {
        Error::file(path, format!("is no readable Excel workbook: {error}"))
    };
    let mut archive = zip::ZipArchive::new(reader).map_err(|error| broken(&error))?;
    let mut left = MOST_BYTES;
    for at in 0..archive.len() {
        let member = archive.by_index(at).map_err(|error| broken(&error))?;
        let mut limited = member.take(left + 1);
        let length =
            std::io::copy(&mut limited, &mut std::io::sink()).map_err(|error| broken(&error))?;
        left = left.checked_sub(length).ok_or_else(|| {
            refused("unpacks to more than 1 GiB; save the sheet as CSV or Parquet and give that")
        })?;
    }
    Ok(())
}

/// The sheet to read, by name.
fn choose(workbook: &mut Workbook, sheet: Option<&str>) -> Result<String, String> {
    let sheets: Vec<(String, bool)> = workbook
        .sheets_metadata()
        .iter()
        .map(|sheet| (sheet.name.clone(), sheet.visible == SheetVisible::Visible))
        .collect();
    let names = |sheets: &[String]| sheets.join("`, `");
    if let Some(wanted) = sheet {
        let all: Vec<String> = sheets.into_iter().map(|(name, _)| name).collect();
        return match all.iter().find(|name| *name == wanted) {
            Some(name) => Ok(name.clone()),
            None => Err(format!("has no sheet `{wanted}`; its sheets are `{}`", names(&all))),
        };
    }
    let mut filled: Vec<String> = Vec::new();
    for (name, visible) in &sheets {
        if !visible {
            continue;
        }
        let unread = |error| format!("sheet `{name}` cannot be read: {error}");
        let mut cells = match workbook.worksheet_cells_reader(name) {
            Ok(cells) => cells,
            // A chart on a sheet of its own.
            Err(calamine::XlsxError::NotAWorksheet(_)) => continue,
            Err(error) => return Err(unread(error)),
        };
        let mut some = false;
        while let Some(cell) = cells.next_cell().map_err(unread)? {
            some = *cell.get_value() != DataRef::Empty;
            if some {
                break;
            }
        }
        if some {
            filled.push(name.clone());
        }
    }
    match &filled[..] {
        [] => Err("has no sheet with anything on it".to_owned()),
        [one] => Ok(one.clone()),
        _ => {
            Err(format!("has several sheets, `{}`; say which to read with --sheet", names(&filled)))
        }
    }
}

/// Columns of a sheet of Excel.
const SHEET_COLUMNS: usize = 16_384;

/// A sheet while its cells come, row by row.
#[derive(Default)]
struct Reading {
    names: Option<Vec<String>>,
    rows: Vec<(u32, csv::StringRecord)>,
    faults: FxHashMap<u32, Vec<Fault>>,
    /// The row under way, from 0, its texts, and what is wrong with it.
    row: Option<u32>,
    cells: Vec<String>,
    wrong: Vec<(usize, String)>,
    bytes: u64,
}

impl Reading {
    fn cell(
        &mut self,
        (row, column): (u32, u32),
        value: &DataRef,
        formula: bool,
    ) -> Result<(), String> {
        if self.row != Some(row) {
            self.end_row();
            self.row = Some(row);
        }
        let (text, fault) = match (text(value), formula) {
            (Ok(text), false) => (text, None),
            (Ok(text), true) => {
                let what =
                    "is a formula, whose value may be out of date; paste its values in its place";
                (text, Some(what.to_owned()))
            }
            (Err(reason), _) => (String::new(), Some(reason)),
        };
        let column = column as usize;
        if column >= SHEET_COLUMNS {
            return Err(format!(
                "row {} has a cell in column {}, beyond the last of Excel",
                row + 1,
                column + 1
            ));
        }
        if let Some(fault) = fault {
            self.wrong.push((column, fault));
        } else if text.is_empty() {
            return Ok(());
        }
        self.bytes += text.len() as u64;
        if self.bytes > MOST_BYTES {
            return Err(
                "holds more than 1 GiB of text; save the sheet as CSV or Parquet and give that"
                    .to_owned(),
            );
        }
        if self.cells.len() <= column {
            self.cells.resize(column + 1, String::new());
        }
        self.cells[column] = text;
        Ok(())
    }

    fn end_row(&mut self) {
        let (Some(row), cells) = (self.row.take(), std::mem::take(&mut self.cells)) else { return };
        let wrong = std::mem::take(&mut self.wrong);
        if cells.iter().all(|cell| cell.trim().is_empty()) && wrong.is_empty() {
            return;
        }
        let Some(names) = &self.names else {
            self.names = Some(cells.into_iter().map(|name| name.trim().to_owned()).collect());
            return;
        };
        let mut faults: Vec<Fault> = Vec::new();
        if cells.iter().skip(names.len()).any(|cell| !cell.trim().is_empty()) {
            let reason = format!(
                "has values right of the {} columns that the first row names; name their columns or clear them",
                names.len()
            );
            faults.push(Fault::row(reason));
        }
        let of_cell = |(column, reason): (usize, String)| {
            names.get(column).map(|name| Fault::column(name, reason))
        };
        faults.extend(wrong.into_iter().filter_map(of_cell));
        if !faults.is_empty() {
            self.faults.insert(row, faults);
        }
        let kept = cells.len().min(names.len());
        // Each cell costs its bounds, a blank one before others too.
        self.bytes += 8 * kept as u64;
        self.rows.push((row, cells[..kept].iter().collect()));
    }
}

/// The text of a cell: a whole number without a point, a date by ISO 8601; an error is none.
fn text(value: &DataRef) -> Result<String, String> {
    Ok(match value {
        DataRef::Empty => String::new(),
        DataRef::String(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::Bool(value) => value.to_string(),
        DataRef::DateTime(moment) => date(moment)?,
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            text.strip_suffix("T00:00:00").unwrap_or(text).to_owned()
        }
        DataRef::Error(error) => return Err(format!("holds the error {error}")),
    })
}

fn date(moment: &ExcelDateTime) -> Result<String, String> {
    if moment.is_duration() {
        return Ok(moment.as_f64().to_string());
    }
    let moment = moment.as_datetime().ok_or_else(|| {
        format!("holds the day number {}, which is in no calendar", moment.as_f64())
    })?;
    let text = moment.to_string().replacen(' ', "T", 1);
    Ok(text.strip_suffix("T00:00:00").map_or(text.clone(), str::to_owned))
}
