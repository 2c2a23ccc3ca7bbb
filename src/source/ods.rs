//! OpenDocument spreadsheets: the one sheet that is filled, as the rows of a CSV file.

use std::io::BufRead;

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

/// A sheet while it is read.
#[derive(Default)]
struct Sheet {
    rows: Vec<Vec<String>>,
    /// Blank rows since the last filled one.
    blank: usize,
    /// Bytes that repeated rows and cells added.
    repeated: usize,
}

/// Reads the content of a spreadsheet: a line of CSV for each row, so that a line has the number of its row.
///
/// # Errors
/// It is no spreadsheet, breaks off, has more rows or columns than a sheet has, or more than one of its sheets is
/// filled.
pub(super) fn as_csv(content: &mut dyn BufRead) -> Result<Vec<u8>, String> {
    let mut elements = Elements::new(content);
    let mut sheets = vec![Sheet::default()];
    while let Some(item) = elements.next(|name| name == "table-row")? {
        match item {
            Item::Begun(begun) if begun.name == "table" => sheets.push(Sheet::default()),
            Item::Begun(_) => {}
            Item::Whole(row) => sheets.last_mut().expect("one to begin with").add(&row)?,
        }
    }
    sheets.retain(|sheet| !sheet.rows.is_empty());
    match sheets.len() {
        0 => Ok(Vec::new()),
        1 => written(&sheets[0].rows),
        filled => Err(format!("has {filled} filled sheets; save the one that counts as CSV")),
    }
}

impl Sheet {
    fn add(&mut self, row: &Element) -> Result<(), String> {
        let fields = self.fields(row)?;
        let times = repeated(row, "number-rows-repeated");
        if fields.is_empty() {
            self.blank = self.blank.saturating_add(times);
            return Ok(());
        }
        if self.rows.len().saturating_add(self.blank).saturating_add(times) > MOST_ROWS {
            return Err(format!("has more than {MOST_ROWS} rows, as no sheet has"));
        }
        let bytes: usize = fields.iter().map(|field| field.len() + size_of::<String>()).sum();
        let bytes = bytes + size_of::<Vec<String>>();
        self.repeat(times, bytes)?;
        let blank = std::iter::repeat_n(Vec::new(), std::mem::take(&mut self.blank));
        self.rows.extend(blank.chain(std::iter::repeat_n(fields, times.max(1))));
        Ok(())
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

/// Rows as CSV, each as wide as the widest but for blank ones.
fn written(rows: &[Vec<String>]) -> Result<Vec<u8>, String> {
    let widest = rows.iter().map(Vec::len).max().unwrap_or_default();
    if rows.len().saturating_mul(widest) > MOST_FIELDS {
        return Err(format!("has {} rows of {widest} columns, as no list has", rows.len()));
    }
    let mut all = Vec::new();
    for row in rows {
        if row.is_empty() {
            all.push(b'\n');
            continue;
        }
        let mut line = csv::WriterBuilder::new().buffer_capacity(1 << 10).from_writer(all);
        let behind = std::iter::repeat_n("", widest - row.len());
        let fields = row.iter().map(String::as_str).chain(behind);
        line.write_record(fields).map_err(|error| error.to_string())?;
        all = line.into_inner().map_err(|error| error.to_string())?;
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(rows: &str) -> Result<String, String> {
        let content = format!(
            "<office:document-content><office:body><office:spreadsheet><table:table>{rows}</table:table>\
             <table:table/></office:spreadsheet></office:body></office:document-content>"
        );
        as_csv(&mut content.as_bytes()).map(|csv| String::from_utf8(csv).unwrap())
    }

    #[test]
    fn a_sheet_becomes_lines_of_one_width() {
        let rows = "<table:table-row><table:table-cell><text:p>Report Date: 4-Jan-2026</text:p></table:table-cell>\
                    <table:table-cell table:number-columns-repeated=\"16383\"/></table:table-row>\
                    <table:table-row table:number-rows-repeated=\"2\"><table:table-cell/></table:table-row>\
                    <table:table-row><table:table-cell table:number-columns-repeated=\"2\"/>\
                    <table:table-cell office:date-value=\"2026-01-04T00:00:00\"><text:p>4 Jan</text:p></table:table-cell>\
                    <table:table-cell><text:p>Tern <text:span>&amp;</text:span> Co,</text:p><text:p>Ltd</text:p>\
                    </table:table-cell></table:table-row>\
                    <table:table-row table:number-rows-repeated=\"1048572\"><table:table-cell/></table:table-row>";
        let csv = sheet(rows).unwrap();
        let expected = "Report Date: 4-Jan-2026,,,\n\n\n,,2026-01-04,\"Tern & Co, Ltd\"\n";
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
        assert!(sheet(&both).unwrap_err().contains("2 filled sheets"));
    }
}
