//! `parentage links`: the possible links, for a person to decide on.

use std::fmt::Write;

use clap::Args;
use serde::Serialize;

use parentage::model::Countries;
use parentage::screen::{LinkWeight, Screener};

use super::compare::compared;
use super::data::{DataOptions, Format};
use super::output::{Objects, Output, write_all};
use super::{Outcome, Stop};

/// The pairs of names that might be one entity, those first on which most hangs
///
/// Write `same` or `different` into the column `decision` of the CSV, and give the file with --links: what is left
/// blank stays open. A pair that was joined wrongly is parted by a line of the same kind.
#[derive(Args)]
pub struct Links {
    /// Write the pairs to this CSV file
    #[arg(long, value_name = "FILE")]
    out: Option<String>,
    /// A rule to weigh them by; may be repeated [default: every rule with a list that is loaded]
    #[arg(long, value_name = "ID")]
    rule: Vec<String>,
    #[command(flatten)]
    data: DataOptions,
}

/// Columns of the file: those of decisions, and what helps to decide.
const COLUMNS: [&str; 10] = [
    "a",
    "a_country",
    "b",
    "b_country",
    "decision",
    "reason",
    "score",
    "differ_in",
    "graver",
    "below",
];

#[derive(Serialize)]
struct Pair {
    a: String,
    a_country: String,
    b: String,
    b_country: String,
    score: String,
    differ_in: String,
    graver: usize,
    below: usize,
    more_below: bool,
}

impl Links {
    pub fn run(self) -> Result<Outcome, Stop> {
        self.data.guard(&[self.out.as_deref()], &[])?;
        let snapshot = self.data.snapshot()?;
        let settings = self.data.settings(&snapshot, &self.rule)?;
        let screener = Screener::new(&snapshot, &settings);
        let pairs: Vec<Pair> = screener.links_by_weight().into_iter().map(pair).collect();
        let mut output = Output::open(self.out.as_deref())?;
        let format = match self.out {
            Some(_) => Format::Csv,
            None => self.data.format(),
        };
        if let Some(list) = Objects::new(format) {
            write_all(&mut output, list, pairs)?;
        } else if format == Format::Csv {
            output.row(COLUMNS)?;
            for Pair { a, a_country, b, b_country, score, differ_in, graver, below, .. } in &pairs {
                let (graver, below) = (graver.to_string(), below.to_string());
                output
                    .row([a, a_country, b, b_country, "", "", score, differ_in, &graver, &below])?;
            }
        } else {
            output.text(&text(&pairs))?;
        }
        output.finish()?;
        Ok(self.data.outcome(&snapshot, &[])?)
    }
}

fn pair(weight: LinkWeight) -> Pair {
    let LinkWeight { link, changes, below, more } = weight;
    let countries = |text: &str| Countries::parse(text).unwrap_or_default();
    let score = compared(
        &link.names.0,
        &countries(&link.countries.0),
        &link.names.1,
        &countries(&link.countries.1),
    );
    Pair {
        score: score.score().to_string(),
        a: link.names.0,
        a_country: link.countries.0,
        b: link.names.1,
        b_country: link.countries.1,
        differ_in: link.reason.into_owned(),
        graver: changes,
        below,
        more_below: more,
    }
}

fn text(pairs: &[Pair]) -> String {
    let mut out = String::new();
    for pair in pairs {
        let country =
            |text: &str| if text.is_empty() { String::new() } else { format!(" ({text})") };
        let _ = writeln!(
            out,
            "{} {}{} / {}{}",
            pair.score,
            pair.a,
            country(&pair.a_country),
            pair.b,
            country(&pair.b_country)
        );
        let more = if pair.more_below { " and more" } else { "" };
        let _ = writeln!(
            out,
            "     {}; something graver would be said of {}, of {}{more} that hang on it",
            pair.differ_in, pair.graver, pair.below
        );
    }
    let _ = writeln!(
        out,
        "{} possible links; --out FILE.csv writes them to be decided on, --links FILE.csv applies what was decided",
        pairs.len()
    );
    out
}
