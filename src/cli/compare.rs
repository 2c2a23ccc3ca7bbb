//! `parentage compare`: two names, or a file of pairs.

use clap::Args;
use rayon::prelude::*;

use parentage::error::Error;
use parentage::model::Countries;
use parentage::name::{self, Comparison};
use parentage::report::{objects, pages};
use parentage::screen::{DEFAULT_THRESHOLD, weigh_countries};
use parentage::source::Pairs;

use super::data::{Format, guard, tell, usual_format};
use super::output::{Objects, Output, write_all};
use super::{Outcome, Stop};

/// Compare two names, or a file of pairs
#[derive(Args)]
pub struct Compare {
    /// The two names
    #[arg(value_name = "NAME", num_args = 2, required_unless_present = "pairs")]
    names: Vec<String>,
    /// A CSV file with the columns name1 and name2, and country1 and country2 if there are any; all
    /// columns are carried over, `score` and `match` are added
    #[arg(long, value_name = "FILE", conflicts_with = "names")]
    pairs: Option<String>,
    /// Write the pairs to this CSV file
    #[arg(long, value_name = "FILE", conflicts_with = "names")]
    out: Option<String>,
    /// Format of the output for two names [default: text]
    #[arg(long, value_enum, value_name = "FORMAT", conflicts_with = "pairs")]
    format: Option<Format>,
}

const BATCH: usize = 4_096;

impl Compare {
    pub fn run(self) -> Result<Outcome, Stop> {
        match &self.pairs {
            Some(path) => self.file(path),
            None => self.pair(),
        }
    }

    fn pair(&self) -> Result<Outcome, Stop> {
        let (one, other) = (&self.names[0], &self.names[1]);
        if self.names.iter().any(|name| !name.chars().any(char::is_alphanumeric)) {
            let what = "a name to compare has no letter or digit; give two names";
            return Err(Error::Request(what.to_owned()).into());
        }
        usual_format(self.format)?;
        let blank = Countries::default();
        let comparison = compared(one, &blank, other, &blank);
        let format = self.format.unwrap_or(Format::Text);
        let mut output = Output::open(None)?;
        if let Some(list) = Objects::new(format) {
            let object = objects::compared(one, other, &comparison.lines, DEFAULT_THRESHOLD);
            write_all(&mut output, list, [object])?;
        } else if format == Format::Csv {
            output.row(["name1", "name2", "score", "match"])?;
            let [score, is_match] = answer(&comparison);
            output.row([one, other, &score, &is_match])?;
        } else {
            output.text(&pages::compared(one, other, &comparison, DEFAULT_THRESHOLD))?;
        }
        output.finish()?;
        Ok(Outcome::default())
    }

    fn file(&self, path: &str) -> Result<Outcome, Stop> {
        guard(&[self.out.as_deref()], &[path])?;
        let mut pairs = Pairs::open(path)?;
        let mut output = Output::open(self.out.as_deref())?;
        let added = ["score", "match"].map(|column| {
            match pairs.columns().iter().any(|own| own == column) {
                true => format!("parentage_{column}"),
                false => column.to_owned(),
            }
        });
        output.row(pairs.columns().iter().chain(&added))?;
        let mut rejected = false;
        loop {
            let batch = pairs.read(BATCH);
            if batch.is_empty() {
                break;
            }
            let answers: Vec<Option<[String; 2]>> = batch
                .par_iter()
                .map(|row| {
                    let pair = row.pair.as_ref().ok()?;
                    Some(answer(&compared(
                        &pair.name1,
                        &pair.country1,
                        &pair.name2,
                        &pair.country2,
                    )))
                })
                .collect();
            for (row, answer) in batch.iter().zip(answers) {
                if let Err(fault) = &row.pair {
                    tell(std::slice::from_ref(fault));
                    rejected = true;
                }
                output.row(row.fields.iter().chain(&answer.unwrap_or_default()))?;
            }
        }
        output.finish()?;
        Ok(Outcome { rejected, failed_on: false })
    }
}

pub(super) fn compared(
    one: &str,
    country1: &Countries,
    other: &str,
    country2: &Countries,
) -> Comparison {
    let mut comparison = name::compare(&name::parse(one), &name::parse(other));
    weigh_countries(&mut comparison, country1, country2);
    comparison
}

fn answer(comparison: &Comparison) -> [String; 2] {
    [comparison.score().to_string(), (comparison.points() >= DEFAULT_THRESHOLD).to_string()]
}
