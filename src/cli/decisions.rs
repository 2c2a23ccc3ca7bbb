//! `parentage decisions`: what persons decided of matches.

use std::path::Path;

use clap::{Args, ValueEnum};
use serde::Serialize;

use parentage::decisions::{COLUMNS, Store, read, row};
use parentage::error::Error;
use parentage::model::Decision;

use super::data::Format as DataFormat;
use super::output::{Objects, Output, write_all};
use super::{Outcome, Stop};

/// What persons decided of matches: to read, to move into another system, to take from one
#[derive(Args)]
pub struct Decisions {
    /// The file of decisions
    #[arg(value_name = "FILE")]
    file: String,
    /// Take the decisions of this CSV file, as --format csv writes them; FILE is made where there is none
    #[arg(long, value_name = "FILE.csv")]
    add: Option<String>,
    /// text, json, jsonl or csv
    #[arg(
        long,
        value_enum,
        value_name = "FORMAT",
        default_value = "text",
        help_heading = "Output"
    )]
    format: Format,
    /// Write to this file
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    out: Option<String>,
}

#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Text,
    Json,
    Jsonl,
    Csv,
}

/// A decision as it goes out.
#[derive(Serialize)]
struct View {
    #[serde(flatten)]
    decision: Decision,
    digest: String,
}

impl Decisions {
    pub fn run(self) -> Result<Outcome, Stop> {
        super::data::guard(&[self.out.as_deref()], &[&self.file])?;
        let path = Path::new(&self.file);
        if let Some(table) = &self.add {
            let text = std::fs::File::open(table).map_err(|error| Error::io(table, error))?;
            let all = read(std::io::BufReader::new(text), table)?;
            let mut store = Store::open(path)?;
            // What is there already is not kept twice.
            let known = store.all()?;
            let new: Vec<Decision> = all.into_iter().filter(|one| !known.contains(one)).collect();
            store.add(&new)?;
            anstream::eprintln!("kept {} decisions, {} were there", new.len(), known.len());
            return Ok(Outcome::default());
        }
        let all = Store::open_to_read(path)?.all()?;
        let mut output = Output::open(self.out.as_deref())?;
        let objects = match self.format {
            Format::Json => Objects::new(DataFormat::Json),
            Format::Jsonl => Objects::new(DataFormat::Jsonl),
            Format::Text | Format::Csv => None,
        };
        if let Some(list) = objects {
            let views =
                all.into_iter().map(|decision| View { digest: decision.basis.digest(), decision });
            write_all(&mut output, list, views)?;
        } else if self.format == Format::Csv {
            output.row(COLUMNS)?;
            for one in &all {
                output.row(row(one))?;
            }
        } else {
            let texts = all.iter().map(|one| {
                let of = if one.party_id.is_empty() {
                    String::new()
                } else {
                    format!(" ({})", one.party_id)
                };
                format!(
                    "{} {}  {}{of} and {} ({}), by {}: {}\n",
                    one.at, one.outcome, one.party, one.entity_name, one.entity, one.by, one.reason
                )
            });
            output.text(&texts.collect::<String>())?;
        }
        output.finish()?;
        Ok(Outcome::default())
    }
}
