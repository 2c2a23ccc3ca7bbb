//! Answers as bytes of the format asked for: each by itself, so that all cores can write.

use parentage::error::{Error, Rejected};
use parentage::model::{Countries, Party};
use parentage::report::json::Run;
use parentage::report::json::sealed;
use parentage::report::{csv, json, text};
use parentage::screen::{Answer, Note, NoteKind, Screener, Verdict};
use parentage::source::{Earlier, PartyRow};

use super::super::data::Format;
use super::super::output::{csv_row, failed};

/// A verdict with what could not be read of its party among its notes; where there is none, these notes.
pub(super) fn noted(row: &PartyRow, verdict: Option<Verdict>) -> (Option<Verdict>, Vec<Note>) {
    let of_owners = |fault: &Rejected| fault.column.as_deref() == Some("owners");
    let fields = row.faults.iter().map(|fault| match of_owners(fault) {
        true => (NoteKind::UnreadOwner, fault),
        false => (NoteKind::UnreadField, fault),
    });
    let rows = row.unread.iter().map(|row| (NoteKind::UnreadOwner, row));
    let unread = fields.chain(rows).map(|(kind, fault)| Note {
        kind,
        text: fault.to_string(),
        place: (fault.line > 0).then(|| format!("{}:{}", fault.file, fault.line)),
    });
    let notes: Vec<Note> = unread.collect();
    match verdict {
        Some(mut verdict) => {
            verdict.notes.extend(notes);
            (Some(verdict), Vec::new())
        }
        None => (None, notes),
    }
}

/// The column that says whether an alert is new or gone.
const CHANGE: &str = "change";

/// Writes answers.
pub(super) struct Renderer<'a> {
    pub screener: &'a Screener<'a>,
    pub run: &'a Run<'a>,
    pub format: Format,
    pub common: csv::Common,
    /// The column of names, and all columns of the party file; none for names of the command line.
    pub name_column: &'a str,
    pub columns: Option<&'a [String]>,
    /// An earlier run, where only what it did not have is written.
    pub earlier: Option<&'a Earlier>,
}

impl Renderer<'_> {
    /// What stands before the answers.
    pub fn head(&self) -> Result<Vec<u8>, Error> {
        let names = ["name".to_owned()];
        match self.format {
            Format::Csv | Format::Xlsx | Format::Parquet => {
                let mut header = csv::header(self.columns.unwrap_or(&names));
                header.extend(self.earlier.map(|_| CHANGE.to_owned()));
                self.row(header)
            }
            _ => Ok(Vec::new()),
        }
    }

    /// What stands behind them; `some` where there are any.
    pub fn tail(&self, some: bool) -> Vec<u8> {
        let text = match self.format {
            Format::Json if some => "\n]\n".to_owned(),
            Format::Json => "[]\n".to_owned(),
            Format::Text => format!("\n{}", text::footer(self.run)),
            _ => String::new(),
        };
        text.into_bytes()
    }

    /// One answer, the `first` or a later one, and what it says.
    pub fn answer(
        &self,
        row: &PartyRow,
        verdict: Option<Verdict>,
        first: bool,
    ) -> Result<(Answer, Vec<u8>), Error> {
        let party = self.party(row);
        let (verdict, notes) = noted(row, verdict);
        let with_run = first || self.columns.is_none();
        let Some(verdict) = verdict else {
            let bytes = match self.format {
                Format::Json | Format::Jsonl => {
                    let object = json::unscreened(self.run, &party, &notes, with_run);
                    self.object(&sealed(&object).map_err(failed)?, first)
                }
                Format::Text => text::unscreened(&party, &notes).into_bytes(),
                _ if self.earlier.is_some() => Vec::new(),
                _ => self.rows(row, &party, vec![csv::error_row(&self.common, &notes)])?,
            };
            return Ok((Answer::Error, bytes));
        };
        let bytes = match self.format {
            Format::Json | Format::Jsonl => {
                let object = json::screened(self.run, &party, &verdict, with_run);
                self.object(&sealed(&object).map_err(failed)?, first)
            }
            Format::Text => {
                let gap = if first { "" } else { "\n" };
                let threshold = self.screener.settings().threshold;
                let answer = text::screened(self.run, &party, &verdict, threshold);
                format!("{gap}{answer}").into_bytes()
            }
            _ => {
                let mut rows = csv::rows(self.screener.snapshot(), &self.common, &verdict);
                if let Some(earlier) = self.earlier {
                    let mut matches = verdict.matches.iter();
                    rows.retain(|_| matches.next().is_some_and(|one| !earlier.has(&one.alert_id)));
                    rows.iter_mut().for_each(|row| row.push("new".to_owned()));
                }
                self.rows(row, &party, rows)?
            }
        };
        Ok((verdict.answer, bytes))
    }

    /// The party of a row; of one that could not be screened its name field, or what was read of the row.
    pub fn party(&self, row: &PartyRow) -> Party {
        row.party.clone().unwrap_or_else(|| self.unnamed(row))
    }

    fn unnamed(&self, row: &PartyRow) -> Party {
        let field = |column: &str| {
            let at = self.columns?.iter().position(|own| own == column)?;
            row.fields.get(at).cloned()
        };
        let unread = || row.faults.first().map(|fault| fault.text.clone()).unwrap_or_default();
        let countries = Countries::parse(&field("country").unwrap_or_default());
        Party {
            id: field("id").unwrap_or_default(),
            countries: countries.unwrap_or_default(),
            ..Party::named(field(self.name_column).unwrap_or_else(unread))
        }
    }

    fn object(&self, object: &str, first: bool) -> Vec<u8> {
        match (self.format, first) {
            (Format::Json, true) => format!("[\n{object}"),
            (Format::Json, false) => format!(",\n{object}"),
            _ => format!("{object}\n"),
        }
        .into_bytes()
    }

    fn rows(
        &self,
        row: &PartyRow,
        party: &Party,
        rows: Vec<Vec<String>>,
    ) -> Result<Vec<u8>, Error> {
        let own =
            if self.columns.is_none() { std::slice::from_ref(&party.name) } else { &row.fields };
        let mut bytes = Vec::new();
        for fields in rows {
            bytes.extend(self.row(own.iter().chain(&fields))?);
        }
        Ok(bytes)
    }

    /// An answer taken over from an earlier run, with the columns that the rows of this one share.
    pub fn taken(&self, row: &PartyRow, rows: Vec<Vec<&str>>) -> Result<Vec<u8>, Error> {
        let common = self.common.fields();
        let mut bytes = Vec::new();
        for fields in rows {
            let own = row.fields.iter().map(String::as_str);
            let common = common.iter().map(String::as_str);
            bytes.extend(self.row(own.chain(fields).chain(common))?);
        }
        Ok(bytes)
    }

    /// The row of an alert that is gone.
    pub fn gone(&self, fields: &[String]) -> Result<Vec<u8>, Error> {
        self.row(fields.iter().map(String::as_str).chain(["gone"]))
    }

    /// A row of CSV; what a workbook or Parquet file is made from later keeps its cells as they are.
    fn row<T: AsRef<str>>(&self, fields: impl IntoIterator<Item = T>) -> Result<Vec<u8>, Error> {
        csv_row(fields, self.format == Format::Csv)
    }
}
