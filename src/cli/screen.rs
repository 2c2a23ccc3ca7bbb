//! `parentage screen`: names, or a file of parties, against the lists and what listed parties own.

use std::time::Duration;

use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use rayon::prelude::*;
use serde::Serialize;

use parentage::error::{Error, Rejected};
use parentage::model::{Countries, Party};
use parentage::report::json::{InputView, Run};
use parentage::report::{csv, json, text};
use parentage::screen::{Answer, DEFAULT_THRESHOLD, Note, NoteKind, Screener, Settings, Verdict};
use parentage::source::{Parties, PartyRow};

use super::data::{DataOptions, Format, run, tell};
use super::output::{Objects, Output};
use super::{Outcome, Stop};

/// Screen names, or a file of parties
#[derive(Args)]
pub struct Screen {
    /// Names to screen
    #[arg(value_name = "NAME", required_unless_present = "in_file")]
    names: Vec<String>,
    /// A CSV file of parties: the column `name`, and if there are any name_native, aliases, country,
    /// city, kind, birth_date, id, identifiers; all columns are carried over
    #[arg(long = "in", value_name = "FILE", conflicts_with = "names")]
    in_file: Option<String>,
    /// The column of --in that holds the names
    #[arg(long, value_name = "COLUMN", default_value = "name", requires = "in_file")]
    name_column: String,
    /// Write the answers to this file; with --in, FILE.run.json tells of the run
    #[arg(long, value_name = "FILE")]
    out: Option<String>,
    /// Country of the names, two letters; a country that differs lowers a score
    #[arg(long, value_name = "CC", value_parser = parse_countries, conflicts_with = "in_file")]
    country: Option<Countries>,
    /// A rule to apply, with a reading after a slash if wanted; may be repeated
    /// [default: every rule with a list that is loaded]
    #[arg(long, value_name = "ID")]
    rule: Vec<String>,
    /// Scores from here on make a hit, 0..1; down to 0.10 below it, a review
    #[arg(long, value_name = "N", value_parser = parse_threshold, default_value_t = Points(DEFAULT_THRESHOLD))]
    threshold: Points,
    /// Matches shown a party, 0 for all; the verdict is taken before it
    #[arg(long, value_name = "N", default_value_t = 10)]
    limit: usize,
    /// End with exit status 1 where a party is at or above this verdict
    #[arg(long, value_enum, value_name = "VERDICT")]
    fail_on: Option<FailOn>,
    #[command(flatten)]
    data: DataOptions,
}

/// A threshold in points.
#[derive(Debug, Clone, Copy)]
pub(super) struct Points(pub(super) i32);

impl std::fmt::Display for Points {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", f64::from(self.0) / f64::from(parentage::name::POINTS_OF_ONE))
    }
}

pub(super) fn parse_threshold(text: &str) -> Result<Points, String> {
    let number: f64 =
        text.parse().map_err(|_| format!("`{text}` is no number; write one in 0..1"))?;
    if !(0.0..=1.0).contains(&number) {
        return Err(format!("{text} is outside 0..1"));
    }
    #[expect(clippy::cast_possible_truncation, reason = "0..1 times 10,000")]
    let points = (number * f64::from(parentage::name::POINTS_OF_ONE)).round() as i32;
    Ok(Points(points))
}

fn parse_countries(text: &str) -> Result<Countries, String> {
    Countries::parse(text).map_err(|part| {
        format!("`{part}` is not a country of two letters (ISO 3166-1 alpha-2), such as US")
    })
}

/// Verdicts that can end a run with exit status 1.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
enum FailOn {
    /// A hit
    Hit,
    /// A hit or a review
    Review,
}

/// Parties read at a time: enough to keep all cores busy, few enough that memory stays flat.
const BATCH: usize = 2_048;

/// One answer: the verdict, or why there is none.
type Answered = (PartyRow, Option<Verdict>);

/// Counts of a bulk run, as `OUT.run.json` tells them.
#[derive(Debug, Default, Serialize)]
struct Counts {
    hit: usize,
    review: usize,
    clear: usize,
    error: usize,
}

/// What `OUT.run.json` says of a bulk run.
#[derive(Serialize)]
struct RunReport {
    format: u32,
    parties: usize,
    verdicts: Counts,
    as_of: String,
    snapshot: String,
    lists_checked: Vec<json::ListView>,
    rules: Vec<String>,
    threshold: f64,
    limit: usize,
    inputs: Vec<InputView>,
    version: &'static str,
}

impl Screen {
    pub fn run(self) -> Result<Outcome, Stop> {
        let report = self.out.as_ref().map(|out| format!("{out}.run.json"));
        let outs = [self.out.as_deref(), report.as_deref()];
        self.data.guard(&outs, self.in_file.as_deref())?;
        let parties = self.in_file.as_deref().map(|path| Parties::open(path, &self.name_column));
        let parties = parties.transpose()?;
        self.data.no_picture()?;
        let snapshot = self.data.snapshot()?;
        let settings = Settings {
            threshold: self.threshold.0,
            limit: self.limit,
            ..self.data.settings(&snapshot, &self.rule)?
        };
        let screener = Screener::new(&snapshot, &settings);
        let mut run = run(&snapshot, &settings);
        self.forget()?;
        let mut sink = Sink::new(&self, &screener)?;
        let mut rejected = Vec::new();
        match (&self.in_file, parties) {
            (Some(path), Some(mut parties)) => {
                // The digest of the party file stands in the first answer, before the file is read.
                run.party_file = Some(digest(path, &self.name_column)?);
                sink.start(parties.columns())?;
                let progress = self.progress();
                loop {
                    let batch = parties.read(BATCH);
                    if batch.is_empty() {
                        break;
                    }
                    progress.inc(batch.len() as u64);
                    let answered: Vec<Answered> = batch
                        .into_par_iter()
                        .map(|row| {
                            let verdict = row.party.as_ref().map(|party| screener.screen(party));
                            (row, verdict)
                        })
                        .collect();
                    for (row, verdict) in answered {
                        tell(&row.faults);
                        sink.answer(&run, &row, verdict)?;
                        rejected.extend(row.faults);
                    }
                }
                progress.finish_and_clear();
            }
            _ => {
                sink.start(&[])?;
                for name in &self.names {
                    let row = self.named(name);
                    let verdict = row.party.as_ref().map(|party| screener.screen(party));
                    tell(&row.faults);
                    sink.answer(&run, &row, verdict)?;
                    rejected.extend(row.faults);
                }
            }
        }
        let counts = sink.finish(&run)?;
        let failed_on = match self.fail_on {
            Some(FailOn::Hit) => counts.hit > 0,
            Some(FailOn::Review) => counts.hit + counts.review > 0,
            None => false,
        };
        self.report(&run, &screener, counts)?;
        Ok(Outcome { failed_on, ..self.data.outcome(&snapshot, &rejected)? })
    }

    /// Removes the report of an earlier run: where one stands, the output beside it is whole.
    fn forget(&self) -> Result<(), Error> {
        let (Some(out), Some(_)) = (&self.out, &self.in_file) else { return Ok(()) };
        let path = format!("{out}.run.json");
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(Error::io(path, error))
            }
            _ => Ok(()),
        }
    }

    /// A name of the command line as a row.
    fn named(&self, name: &str) -> PartyRow {
        let mut party = Party::named(name.trim());
        party.countries = self.country.clone().unwrap_or_default();
        if name.chars().any(char::is_alphanumeric) {
            return PartyRow { fields: Vec::new(), party: Some(party), faults: Vec::new() };
        }
        let fault = Rejected {
            file: "command line".to_owned(),
            line: 0,
            column: None,
            reason: format!("`{name}` has no letter or digit to screen"),
            data: parentage::error::Data::Parties,
            text: name.to_owned(),
        };
        PartyRow { fields: Vec::new(), party: None, faults: vec![fault] }
    }

    /// Progress on standard error, where that is a terminal.
    fn progress(&self) -> ProgressBar {
        if self.data.quiet {
            return ProgressBar::hidden();
        }
        let style =
            ProgressStyle::with_template("{spinner} {human_pos} parties, {per_sec}, {elapsed}");
        let bar = ProgressBar::new_spinner();
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
        bar.enable_steady_tick(Duration::from_millis(200));
        bar
    }

    /// Tells of a bulk run in `OUT.run.json`, last of all: where it stands, the output is whole.
    fn report(&self, run: &Run, screener: &Screener, counts: Counts) -> Result<(), Error> {
        let (Some(out), Some(_)) = (&self.out, &self.in_file) else { return Ok(()) };
        let settings = screener.settings();
        let report = RunReport {
            format: 1,
            parties: counts.hit + counts.review + counts.clear + counts.error,
            verdicts: counts,
            as_of: run.day.to_string(),
            snapshot: run.snapshot.digest().to_owned(),
            lists_checked: json::lists(run.snapshot, run.day),
            rules: run.rules.clone(),
            threshold: f64::from(settings.threshold) / f64::from(parentage::name::POINTS_OF_ONE),
            limit: settings.limit,
            inputs: json::inputs(run),
            version: env!("CARGO_PKG_VERSION"),
        };
        let path = format!("{out}.run.json");
        let mut output = Output::open(Some(&path))?;
        output.json(&report)?;
        output.text("\n")?;
        output.finish()
    }
}

/// The digest of a party file's bytes.
fn digest(path: &str, name_column: &str) -> Result<InputView, Error> {
    let mut parties = Parties::open(path, name_column)?;
    while !parties.read(BATCH).is_empty() {}
    let digest = blake3::Hash::from_bytes(parties.digest()).to_hex().to_string();
    Ok(InputView { file: parties.file().to_owned(), digest })
}

/// Writes answers in the format asked for.
struct Sink<'a> {
    output: Output,
    format: Format,
    objects: Option<Objects>,
    common: csv::Common,
    threshold: i32,
    counts: Counts,
    single: bool,
    name_column: String,
    columns: Vec<String>,
    screener: &'a Screener<'a>,
}

impl<'a> Sink<'a> {
    fn new(command: &Screen, screener: &'a Screener<'a>) -> Result<Sink<'a>, Error> {
        let by_file = command.out.as_deref().and_then(Format::of_file);
        let usual = if command.in_file.is_some() { Format::Csv } else { Format::Text };
        let format = command.data.format.or(by_file).unwrap_or(usual);
        let settings = screener.settings();
        Ok(Sink {
            output: Output::open(command.out.as_deref())?,
            format,
            objects: Objects::new(format),
            common: csv::Common::new(screener.snapshot(), settings.day),
            threshold: settings.threshold,
            counts: Counts::default(),
            single: command.in_file.is_none(),
            name_column: command.name_column.clone(),
            columns: Vec::new(),
            screener,
        })
    }

    fn start(&mut self, columns: &[String]) -> Result<(), Error> {
        self.columns = columns.to_vec();
        if self.format == Format::Csv {
            let names = if self.single { vec!["name".to_owned()] } else { columns.to_vec() };
            self.output.row(csv::header(&names))?;
        }
        Ok(())
    }

    fn answer(&mut self, run: &Run, row: &PartyRow, verdict: Option<Verdict>) -> Result<(), Error> {
        let first =
            self.counts.hit + self.counts.review + self.counts.clear + self.counts.error == 0;
        let unread = row.faults.iter().map(|fault| Note {
            kind: NoteKind::UnreadField,
            text: fault.to_string(),
            place: (fault.line > 0).then(|| format!("{}:{}", fault.file, fault.line)),
        });
        let nobody = || Party {
            id: self.field(row, "id"),
            countries: Countries::parse(&self.field(row, "country")).unwrap_or_default(),
            ..Party::named(self.name_of(row))
        };
        let party = row.party.clone().unwrap_or_else(nobody);
        let Some(mut verdict) = verdict else {
            self.counts.error += 1;
            let notes: Vec<Note> = unread.collect();
            return self.error(run, row, &party, &notes, first);
        };
        verdict.notes.extend(unread);
        match verdict.answer {
            Answer::Hit => self.counts.hit += 1,
            Answer::Review => self.counts.review += 1,
            Answer::Clear => self.counts.clear += 1,
            Answer::Error => self.counts.error += 1,
        }
        if let Some(objects) = &mut self.objects {
            let with_run = self.single || first;
            return objects
                .write_sealed(&mut self.output, &json::screened(run, &party, &verdict, with_run));
        }
        if self.format == Format::Text {
            let gap = if first { "" } else { "\n" };
            let answer = text::screened(run, &party, &verdict, self.threshold);
            return self.output.text(&format!("{gap}{answer}"));
        }
        let own = if self.single { vec![party.name.clone()] } else { row.fields.clone() };
        for fields in csv::rows(self.screener.snapshot(), &self.common, &verdict) {
            self.output.row(own.iter().chain(&fields))?;
        }
        Ok(())
    }

    /// The name field of a row that could not be screened.
    fn name_of(&self, row: &PartyRow) -> String {
        let unread = || row.faults.first().map(|fault| fault.text.clone()).unwrap_or_default();
        self.at(row, &self.name_column).map_or_else(unread, str::to_owned)
    }

    /// A field of the row as it stands; empty where there is none.
    fn field(&self, row: &PartyRow, column: &str) -> String {
        self.at(row, column).unwrap_or_default().to_owned()
    }

    fn at<'r>(&self, row: &'r PartyRow, column: &str) -> Option<&'r str> {
        let at = self.columns.iter().position(|own| own == column)?;
        row.fields.get(at).map(String::as_str)
    }

    fn error(
        &mut self,
        run: &Run,
        row: &PartyRow,
        party: &Party,
        notes: &[Note],
        first: bool,
    ) -> Result<(), Error> {
        if let Some(objects) = &mut self.objects {
            let with_run = self.single || first;
            return objects
                .write_sealed(&mut self.output, &json::unscreened(run, party, notes, with_run));
        }
        if self.format == Format::Text {
            return self.output.text(&text::unscreened(party, notes));
        }
        let own = if self.single { vec![party.name.clone()] } else { row.fields.clone() };
        let fields = csv::error_row(&self.common, notes);
        self.output.row(own.iter().chain(&fields))
    }

    fn finish(mut self, run: &Run) -> Result<Counts, Error> {
        if let Some(objects) = self.objects.take() {
            objects.finish(&mut self.output)?;
        } else if self.format == Format::Text {
            self.output.text(&format!("\n{}", text::footer(run)))?;
        }
        self.output.finish()?;
        Ok(self.counts)
    }
}
