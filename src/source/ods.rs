//! OpenDocument spreadsheets: the one sheet that is filled, as the rows of a CSV file.

use std::io::{BufRead, Write};

use super::xml::{Element, Elements, Item};

/// The member of the archive that holds the sheets.
pub(super) const CONTENT: &str = "content.xml";

/// Rows and columns of a sheet: as many as LibreOffice has.
const MOST_COLUMNS: usize = 16_384;
const MOST_ROWS: usize = 1_048_576;

/// Bytes that repeated rows and cells may add, and fields of all rows together: the UK's list has some 2 million, and
/// few that are repeated.
const MOST_REPEATED: usize = 1 << 20;
const MOST_FIELDS: usize = 64 << 20;

/// A spreadsheet while it is read: each row is written as soon as it ends.
struct Sheets<'o> {
    out: &'o mut dyn Write,
    /// The number of the sheet that is read, and of the one that is filled.
    sheet: usize,
    filled: Option<usize>,
    /// Rows of the filled one, blank ones since the last of them, and its widest row.
    rows: usize,
    blank: usize,
    widest: usize,
    /// Fields that were written.
    fields: usize,
    /// Bytes that repeated rows and cells added.
    repeated: usize,
}

/// Writes the content of a spreadsheet as CSV: a line for each row, so that a line has the number of its row. A row is as
/// wide as the widest before it: those below the header have all of its columns. Holds one row.
///
/// # Errors
/// It is no spreadsheet, breaks off, has more rows or columns than a sheet has, more than one of its sheets is filled, or
/// nobody takes what is written.
pub(super) fn write_csv(content: &mut dyn BufRead, out: &mut dyn Write) -> Result<(), String> {
    let mut elements = Elements::new(content);
    let (filled, [sheet, rows, blank, widest, fields, repeated]) = (None, [0; 6]);
    let mut sheets = Sheets { out, sheet, filled, rows, blank, widest, fields, repeated };
    while let Some(item) = elements.next(|name| name == "table-row")? {
        match item {
            Item::Begun(begun) if begun.name == "table" => {
                sheets.sheet += 1;
                sheets.blank = 0;
            }
            Item::Begun(_) => {}
            Item::Whole(row) => sheets.add(&row)?,
        }
    }
    Ok(())
}

impl Sheets<'_> {
    fn add(&mut self, row: &Element) -> Result<(), String> {
        let fields = self.fields(row)?;
        let times = repeated(row, "number-rows-repeated").max(1);
        if fields.is_empty() {
            self.blank = self.blank.saturating_add(times);
            return Ok(());
        }
        if *self.filled.get_or_insert(self.sheet) != self.sheet {
            return Err(
                "has more than one filled sheet; save the one that counts as CSV".to_owned()
            );
        }
        if self.rows.saturating_add(self.blank).saturating_add(times) > MOST_ROWS {
            return Err(format!("has more than {MOST_ROWS} rows, as no sheet has"));
        }
        let bytes: usize = fields.iter().map(|field| field.len() + size_of::<String>()).sum();
        self.repeat(times, bytes)?;
        let blank = std::mem::take(&mut self.blank);
        self.widest = self.widest.max(fields.len());
        self.rows += blank + times;
        self.fields = self.widest.saturating_mul(times).saturating_add(self.fields);
        if self.fields > MOST_FIELDS {
            return Err(format!("has more than {MOST_FIELDS} fields, as no list has"));
        }
        let mut line = vec![b'\n'; blank];
        let row = line_of(&fields, self.widest)?;
        (0..times).for_each(|_| line.extend_from_slice(&row));
        self.out.write_all(&line).map_err(|error| error.to_string())
    }

    /// Counts what is there several times.
    fn repeat(&mut self, times: usize, bytes: usize) -> Result<(), String> {
        self.repeated = times.saturating_sub(1).saturating_mul(bytes).saturating_add(self.repeated);
        match self.repeated {
            ..=MOST_REPEATED => Ok(()),
            _ => Err("repeats its cells to more than a megabyte, as no list does".to_owned()),
        }
    }

    /// The fields of a row without the blank ones behind the last.
    fn fields(&mut self, row: &Element) -> Result<Vec<String>, String> {
        let mut fields = Vec::new();
        let mut blank = 0;
        let cells = row.children.iter();
        for cell in cells.filter(|cell| matches!(&*cell.name, "table-cell" | "covered-table-cell"))
        {
            let text = text(cell);
            let times = repeated(cell, "number-columns-repeated").min(MOST_COLUMNS + 1);
            if text.is_empty() {
                blank += times;
                continue;
            }
            if fields.len() + blank + times > MOST_COLUMNS {
                return Err(format!("has more than {MOST_COLUMNS} columns, as no sheet has"));
            }
            self.repeat(times, text.len() + size_of::<String>())?;
            fields.extend(std::iter::repeat_n(String::new(), std::mem::take(&mut blank)));
            fields.extend(std::iter::repeat_n(text, times));
        }
        Ok(fields)
    }
}

fn repeated(element: &Element, attribute: &str) -> usize {
    element.attribute(attribute).parse().unwrap_or(1)
}

/// What a cell shows; a day or a number as it is kept, whatever the format that shows it.
fn text(cell: &Element) -> String {
    let day = cell.attribute("date-value").split('T').next().unwrap_or_default();
    // A number is shown rounded, in groups or with an exponent.
    let number = cell.attribute("value");
    if let Some(kept) =
        [day, number, cell.attribute("string-value")].iter().find(|kept| !kept.is_empty())
    {
        return super::listed::tidy(kept);
    }
    let lines: Vec<String> = cell.all("p").map(Element::whole_text).collect();
    super::listed::tidy(&lines.join(" "))
}

/// A row as a line of CSV of some width.
fn line_of(fields: &[String], width: usize) -> Result<Vec<u8>, String> {
    let mut line = csv::WriterBuilder::new().buffer_capacity(1 << 10).from_writer(Vec::new());
    let behind = std::iter::repeat_n("", width - fields.len());
    let fields = fields.iter().map(String::as_str).chain(behind);
    line.write_record(fields).map_err(|error| error.to_string())?;
    line.into_inner().map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(rows: &str) -> Result<String, String> {
        let content = format!(
            "<office:document-content><office:body><office:spreadsheet><table:table>{rows}</table:table>\
             <table:table/></office:spreadsheet></office:body></office:document-content>"
        );
        let mut csv = Vec::new();
        write_csv(&mut content.as_bytes(), &mut csv).map(|()| String::from_utf8(csv).unwrap())
    }

    #[test]
    fn a_sheet_becomes_lines_as_wide_as_those_above() {
        let rows = "<table:table-row><table:table-cell><text:p>Report Date: 4-Jan-2026</text:p></table:table-cell>\
                    <table:table-cell table:number-columns-repeated=\"16383\"/></table:table-row>\
                    <table:table-row table:number-rows-repeated=\"2\"><table:table-cell/></table:table-row>\
                    <table:table-row><table:table-cell table:number-columns-repeated=\"2\"/>\
                    <table:table-cell office:date-value=\"2026-01-04T00:00:00\"><text:p>4 Jan</text:p></table:table-cell>\
                    <table:table-cell><text:p>Tern <text:span>&amp;</text:span> Co,</text:p><text:p>Ltd</text:p>\
                    </table:table-cell></table:table-row>\
                    <table:table-row table:number-rows-repeated=\"1048572\"><table:table-cell/></table:table-row>";
        let csv = sheet(rows).unwrap();
        let expected = "Report Date: 4-Jan-2026\n\n\n,,2026-01-04,\"Tern & Co, Ltd\"\n";
        assert_eq!(csv, expected);
    }

    #[test]
    fn numbers_are_those_that_are_kept_and_words_stay_apart() {
        let rows = "<table:table-row><table:table-cell office:value=\"1027700000001\"><text:p>1.0277E+12</text:p>\
                    </table:table-cell><table:table-cell office:string-value=\"kept\"/><table:table-cell><text:p>Tern\
                    <text:line-break/>Gull<text:s/>Ltd<text:tab/>&#233;</text:p></table:table-cell></table:table-row>";
        assert_eq!(sheet(rows).unwrap(), "1027700000001,kept,Tern Gull Ltd é\n");
    }

    #[test]
    fn no_sheet_grows_beyond_one() {
        let cell = "<table:table-cell table:number-columns-repeated=\"99999\"><text:p>x</text:p></table:table-cell>";
        let wide = format!("<table:table-row>{cell}</table:table-row>");
        assert!(sheet(&wide).unwrap_err().contains("columns"));
        let cell = "<table:table-cell><text:p>x</text:p></table:table-cell>";
        let long = format!(
            "<table:table-row table:number-rows-repeated=\"4000000000\">{cell}</table:table-row>"
        );
        assert!(sheet(&long).unwrap_err().contains("rows"));
        let full = format!(
            "<table:table-row table:number-rows-repeated=\"900000\">{}</table:table-row>",
            cell.repeat(40)
        );
        assert!(sheet(&full).unwrap_err().contains("a megabyte"));
        let both = format!(
            "<table:table-row>{cell}</table:table-row></table:table><table:table><table:table-row>{cell}\
             </table:table-row>"
        );
        assert!(sheet(&both).unwrap_err().contains("more than one filled sheet"));
    }
}
