//! The options that every command has: which data, which day, which format.

use clap::{Args, ValueEnum};

use parentage::day::Day;
use parentage::error::{Error, Rejected};
use parentage::screen::list_age;
use parentage::snapshot::Snapshot;
use parentage::source::{Inputs, read};

use super::Outcome;

/// Options on data, day and output.
#[derive(Args, Debug, Clone)]
pub struct DataOptions {
    /// Lists to read instead of the built-in ones: a CSV file or a folder; `embedded` names the
    /// built-in ones, to add to them
    #[arg(long, value_name = "PATH", help_heading = "Data")]
    lists: Vec<String>,
    /// Holdings to read instead of the built-in ones: a CSV file or a folder; `embedded` names the
    /// built-in ones, to add to them
    #[arg(long, value_name = "PATH", help_heading = "Data")]
    ownership: Vec<String>,
    /// Decisions on which names are one entity, besides those of the lists
    #[arg(long, value_name = "PATH", help_heading = "Data")]
    links: Vec<String>,
    /// Rules to read instead of those of the lists
    #[arg(long, value_name = "PATH", help_heading = "Data")]
    rules: Vec<String>,
    /// The day of the answer [default: today in UTC]
    #[arg(long, value_name = "DATE", value_parser = parse_day, help_heading = "Data")]
    as_of: Option<Day>,
    /// Days after which a list is too old to clear anybody: then `screen` reviews, others warn
    #[arg(long, value_name = "DAYS", help_heading = "Data")]
    max_list_age: Option<u32>,
    /// Write every row that could not be read to this CSV file
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    rejects: Option<String>,
    /// Format of the output [default: by the extension of --out, else csv with --in, else text]
    #[arg(long, value_enum, value_name = "FORMAT", help_heading = "Output")]
    pub format: Option<Format>,
    /// No warnings and no progress; errors and rejected rows are still told
    #[arg(long, help_heading = "Output")]
    pub quiet: bool,
}

/// Formats of output.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people
    Text,
    /// One array
    Json,
    /// One object a line
    Jsonl,
    /// Rows
    Csv,
}

impl Format {
    /// The format of a file name's extension.
    pub fn of_file(name: &str) -> Option<Format> {
        match std::path::Path::new(name).extension()?.to_str()? {
            "json" => Some(Format::Json),
            "jsonl" | "ndjson" => Some(Format::Jsonl),
            "csv" => Some(Format::Csv),
            "txt" => Some(Format::Text),
            _ => None,
        }
    }
}

fn parse_day(text: &str) -> Result<Day, String> {
    Day::parse(text).map_err(|error| error.to_string())
}

impl DataOptions {
    /// The day of the answer.
    pub fn day(&self) -> Day {
        self.as_of.unwrap_or_else(Day::today)
    }

    /// The greatest age of a list.
    pub fn max_list_age(&self) -> Option<i64> {
        self.max_list_age.map(i64::from)
    }

    /// The format, text unless said otherwise.
    pub fn format(&self) -> Format {
        self.format.unwrap_or(Format::Text)
    }

    /// Whether the lists are others than the built-in ones.
    pub fn own_lists(&self) -> bool {
        !self.lists.is_empty()
    }

    /// Reads and links everything, and tells what could not be read.
    pub fn snapshot(&self) -> Result<Snapshot, Error> {
        let snapshot = Snapshot::build(read(&Inputs {
            lists: self.lists.clone(),
            ownership: self.ownership.clone(),
            links: self.links.clone(),
            rules: self.rules.clone(),
        })?);
        if !self.quiet {
            for warning in snapshot.warnings() {
                anstream::eprintln!("warning: {warning}");
            }
            for note in list_age(&snapshot, self.day(), self.max_list_age()) {
                anstream::eprintln!("warning: {}", note.text);
            }
        }
        tell(snapshot.rejected());
        Ok(snapshot)
    }

    /// Writes the rejects file, and says how the run ended.
    pub fn outcome(&self, snapshot: &Snapshot, of_parties: &[Rejected]) -> Result<Outcome, Error> {
        if let Some(path) = &self.rejects {
            write_rejects(path, snapshot.rejected().iter().chain(of_parties))?;
        }
        let rejected = !snapshot.rejected().is_empty() || !of_parties.is_empty();
        Ok(Outcome { rejected, failed_on: false })
    }
}

/// Tells rejected records on standard error.
pub fn tell(rejected: &[Rejected]) {
    for one in rejected {
        anstream::eprintln!("rejected: {one}");
    }
}

fn write_rejects<'a>(
    path: &str,
    rejected: impl Iterator<Item = &'a Rejected>,
) -> Result<(), Error> {
    let failed = |error: csv::Error| Error::file(path, format!("cannot be written: {error}"));
    let mut writer = csv::Writer::from_path(path).map_err(failed)?;
    writer.write_record(["file", "line", "column", "reason", "text"]).map_err(failed)?;
    for one in rejected {
        let line = one.line.to_string();
        let column = one.column.as_deref().unwrap_or_default();
        writer.write_record([&one.file, &line, column, &one.reason, &one.text]).map_err(failed)?;
    }
    writer.flush().map_err(|error| Error::io(path, error))
}
