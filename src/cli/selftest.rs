//! `parentage selftest`: how good the matching is, measured.

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use rayon::prelude::*;

use parentage::error::Error;
use parentage::model::Party;
use parentage::report::quality::{self, Quality, Row};
use parentage::screen::{DEFAULT_THRESHOLD, REVIEW_BAND, Screener, Settings};
use parentage::selftest::{self, Curve, Names, Scored, clean_sample, tally};
use parentage::source::{self, Pairs};

use super::compare::compared;
use super::data::{DataOptions, Format, guard, tell};
use super::output::Output;
use super::screen::{Points, parse_threshold};
use super::{Outcome, Stop};

/// Measure the matching: on the loaded names, on labelled pairs, on searches, on customers
///
/// Without a file every name and alias of the loaded lists is screened against them, as written and
/// varied (case, punctuation, legal form, width, order, one edit, a space): what is missed is
/// listed. --report writes it as a page to be handed to an auditor, with recall and alerts by
/// threshold; --curve writes these as CSV.
#[derive(Args)]
pub struct Selftest {
    /// Labelled pairs: a CSV with name1, name2 and is_match, and category, country1, country2 if
    /// there are any
    #[arg(long, value_name = "FILE")]
    pairs: Option<String>,
    /// Searches: a CSV with query and target_line (a line of --names, from 0), and category if
    /// there is one
    #[arg(long, value_name = "FILE", requires = "names")]
    retrieval: Option<String>,
    /// Customers that are on no list: a CSV with a column name, or a name a line; screened against
    /// --names, or against the lists for --curve and --report
    #[arg(long, value_name = "FILE")]
    clean: Option<String>,
    /// The names to search: a CSV with a column name, or a name a line
    #[arg(long, value_name = "FILE")]
    names: Option<String>,
    /// Scores from here on count as a match, in 0..1 [default: 0.85; 0.6 for --retrieval]
    #[arg(long, value_name = "N", value_parser = parse_threshold)]
    threshold: Option<Points>,
    /// Write recall and alerts by threshold to this CSV file
    #[arg(long, value_name = "FILE", conflicts_with_all = ["pairs", "retrieval"])]
    curve: Option<String>,
    /// Write the measurement as one HTML page
    #[arg(long, value_name = "FILE", conflicts_with_all = ["pairs", "retrieval"])]
    report: Option<String>,
    #[command(flatten)]
    data: DataOptions,
}

/// The least score of the curve: half of the letters of a name agree by chance.
const CURVE_FROM: i32 = 6_000;

/// How many made-up customers stand in for a file of them.
const SAMPLE: usize = 2_000;

/// Within how many results a search should find its name.
const FIRST: usize = 20;

/// The threshold of a search: whoever searches looks at the order, not at a verdict. As in a
/// screening, what is in the review band below it is shown too.
const SEARCH_THRESHOLD: i32 = 6_000;

impl Selftest {
    pub fn run(self) -> Result<Outcome, Stop> {
        let given = [&self.pairs, &self.retrieval, &self.clean, &self.names];
        let inputs: Vec<&str> = given.into_iter().flatten().map(String::as_str).collect();
        guard(&[self.curve.as_deref(), self.report.as_deref()], &inputs)?;
        self.data.usual_format()?;
        self.no_idle_option()?;
        let threshold = self.threshold.map_or(DEFAULT_THRESHOLD, |points| points.0);
        let (rows, outcome) = if let Some(path) = &self.pairs {
            self.of_pairs(path, threshold)?
        } else if let Some(path) = &self.retrieval {
            let threshold = self.threshold.map_or(SEARCH_THRESHOLD, |points| points.0);
            (self.of_searches(path, threshold)?, Outcome::default())
        } else if let (Some(clean), Some(names)) = (&self.clean, &self.names) {
            (self.of_customers(clean, names, threshold)?, Outcome::default())
        } else {
            return self.of_lists(threshold);
        };
        self.print(&rows)?;
        Ok(outcome)
    }

    /// Refuses options that would play no part: a measurement that leaves out a file is a wrong one.
    fn no_idle_option(&self) -> Result<(), Error> {
        let listed = self.curve.is_some() || self.report.is_some();
        let refused = match (&self.pairs, &self.retrieval, &self.clean, &self.names) {
            (Some(_), None, None, None) | (None, Some(_), None, Some(_)) => None,
            (None, None, Some(_), Some(_)) if listed => {
                Some("--names with --curve or --report: these measure the loaded lists")
            }
            (None, None, Some(_), Some(_)) | (None, None, None, None) => None,
            (None, None, Some(_), None) if listed => None,
            (None, None, Some(_), None) => Some(
                "--clean alone: name what to screen it against with --names FILE, or ask for \
                      --curve FILE or --report FILE against the lists",
            ),
            (None, None, None, Some(_)) => {
                Some("--names alone: add --clean FILE or --retrieval FILE")
            }
            _ => Some("several measurements at once: run one after the other"),
        };
        match refused {
            Some(what) => Err(Error::Request(format!("selftest cannot run {what}"))),
            None => Ok(()),
        }
    }

    fn print(&self, rows: &[Row]) -> Result<(), Error> {
        let mut output = Output::open(None)?;
        match self.data.format() {
            Format::Csv => {
                output.row(quality::COLUMNS)?;
                for row in rows {
                    output.row(row.fields())?;
                }
            }
            Format::Json => output.text(&format!("{}\n", quality::json(rows)))?,
            Format::Jsonl => {
                for row in rows {
                    output.json(row)?;
                    output.text("\n")?;
                }
            }
            _ => output.text(&quality::text(rows))?,
        }
        output.finish()
    }

    fn of_pairs(&self, path: &str, threshold: i32) -> Result<(Vec<Row>, Outcome), Error> {
        let mut pairs = Pairs::open(path)?;
        let column = |name: &str| pairs.columns().iter().position(|column| column == name);
        let (label, class) = (column("is_match"), column("category").or_else(|| column("class")));
        let label = label.ok_or_else(|| {
            Error::file(path, "has no column `is_match`; label every pair true or false")
        })?;
        let rows = pairs.read(usize::MAX);
        if rows.is_empty() {
            return Err(Error::file(path, "has no pair; write one a line below the columns"));
        }
        for (at, row) in rows.iter().enumerate() {
            if !is_label(&row.fields[label]) {
                let line = at + 2;
                let what = &row.fields[label];
                let reason = format!("line {line}: is_match is `{what}`; write true or false");
                return Err(Error::file(path, reason));
            }
        }
        let faults = rows.iter().filter_map(|row| row.pair.as_ref().err().cloned());
        let faults: Vec<_> = faults.collect();
        tell(&faults);
        let scored: Vec<Scored> = rows
            .par_iter()
            .filter_map(|row| {
                let pair = row.pair.as_ref().ok()?;
                let comparison = compared(&pair.name1, &pair.country1, &pair.name2, &pair.country2);
                let class = class.map_or_else(String::new, |at| row.fields[at].clone());
                let is_match = matches!(row.fields[label].trim(), "true" | "1" | "True" | "TRUE");
                Some(Scored { class, is_match, points: comparison.points() })
            })
            .collect();
        let (all, classes) = tally(&scored, threshold);
        let rows = quality::pairs(&all, &classes, &selftest::bands(&scored));
        Ok((rows, Outcome { rejected: !faults.is_empty(), failed_on: false }))
    }

    fn of_searches(&self, path: &str, threshold: i32) -> Result<Vec<Row>, Error> {
        let names = source::names(self.names.as_deref().unwrap_or_default())?;
        let queries = source::queries(path)?;
        let count = names.len();
        if let Some(query) = queries.iter().find(|query| query.target >= count) {
            let (target, last) = (query.target, count.saturating_sub(1));
            let reason = format!(
                "target_line {target} of `{}` is beyond the last name, {last}",
                query.query
            );
            return Err(Error::file(path, reason));
        }
        let names = Names::new(&names);
        let start = std::time::Instant::now();
        let ranks: Vec<(String, Option<usize>)> = queries
            .par_iter()
            .map(|query| {
                let found = names.search(&query.query, threshold - REVIEW_BAND, FIRST);
                let rank = found.iter().position(|(at, _)| *at == query.target);
                (query.class.clone(), rank)
            })
            .collect();
        Ok(quality::searches(&ranks, count, start.elapsed()))
    }

    fn of_customers(&self, clean: &str, names: &str, threshold: i32) -> Result<Vec<Row>, Error> {
        let (customers, names) = (source::names(clean)?, source::names(names)?);
        let index = Names::new(&names);
        let start = std::time::Instant::now();
        let found: Vec<Vec<(usize, i32)>> = customers
            .par_iter()
            .map(|name| index.search(name, threshold - REVIEW_BAND, 0))
            .collect();
        let elapsed = start.elapsed();
        let best: Vec<Option<(usize, i32)>> =
            found.iter().map(|one| one.first().copied()).collect();
        let is_weak = |customer: usize, at: usize| {
            let pair =
                (parentage::name::parse(&customers[customer]), parentage::name::parse(&names[at]));
            parentage::name::compare(&pair.0, &pair.1).is_weak()
        };
        let alerts = best.iter().enumerate().filter_map(|(customer, best)| {
            let (at, points) = (*best)?;
            let weak = is_weak(customer, at);
            Some(quality::Alert {
                customer: customers[customer].clone(),
                name: names[at].clone(),
                points,
                weak,
            })
        });
        Ok(quality::customers(&alerts.collect::<Vec<_>>(), customers.len(), threshold, elapsed))
    }

    /// The loaded names against themselves.
    fn of_lists(&self, threshold: i32) -> Result<Outcome, Stop> {
        // What cannot be read or written is said before the work, not after it.
        let (customers, of_file) = match &self.clean {
            Some(path) => (source::names(path)?, Some(path.as_str())),
            None => (clean_sample(SAMPLE), None),
        };
        let open = |path: &Option<String>| path.as_deref().map(|path| Output::open(Some(path)));
        let (curve, report) = (open(&self.curve).transpose()?, open(&self.report).transpose()?);
        let snapshot = self.data.snapshot()?;
        let at = |threshold: i32| -> Result<Settings, Error> {
            let settings = self.data.settings(&snapshot, &[])?;
            Ok(Settings { threshold, ..settings })
        };
        let settings = at(threshold)?;
        let low = at(CURVE_FROM + REVIEW_BAND)?;
        let progress = self.progress(snapshot.names().len() as u64);
        let listed = selftest::listed(&Screener::new(&snapshot, &settings), || progress.inc(1));
        progress.finish_and_clear();
        self.print(&quality::listed(&listed))?;
        if curve.is_some() || report.is_some() {
            let screener = Screener::new(&snapshot, &low);
            let clean = best_points(&screener, &customers);
            let varied = selftest::listed(&screener, || {}).points;
            let steps = Curve::new(CURVE_FROM, &varied, &clean);
            let quality = Quality {
                snapshot: &snapshot,
                settings: &settings,
                listed: &listed,
                curve: &steps,
                customers: customers.len(),
                customers_of: of_file,
            };
            if let Some(mut output) = curve {
                output.row(quality::CURVE_COLUMNS)?;
                for row in quality::curve_rows(&quality) {
                    output.row(row)?;
                }
                output.finish()?;
            }
            if let Some(mut output) = report {
                output.text(&quality::page(&quality))?;
                output.finish()?;
            }
        }
        Ok(self.data.outcome(&snapshot, &[])?)
    }

    fn progress(&self, names: u64) -> ProgressBar {
        if self.data.quiet {
            return ProgressBar::hidden();
        }
        let style =
            ProgressStyle::with_template("{bar:30} {human_pos}/{human_len} names, {elapsed}");
        let bar = ProgressBar::new(names);
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar
    }
}

/// The score of the best match of each customer, in points; 0 for none.
fn best_points(screener: &Screener, customers: &[String]) -> Vec<i32> {
    let best = customers.par_iter().map(|name| {
        let verdict = screener.screen(&Party::named(name));
        verdict.matches.iter().map(|one| one.points).max().unwrap_or(0)
    });
    best.collect()
}

fn is_label(text: &str) -> bool {
    matches!(text.trim(), "true" | "1" | "True" | "TRUE" | "false" | "0" | "False" | "FALSE")
}
