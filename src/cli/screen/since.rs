//! Only what a change can reach is screened again: the other answers are those of an earlier run.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use parentage::changes::{Again, Side};
use parentage::day::Day;
use parentage::error::Error;
use parentage::report::csv;
use parentage::report::json;
use parentage::screen::{Answer, Screener, select_rules};
use parentage::snapshot::Snapshot;
use parentage::source::{EarlierAnswers, PARTY_COLUMNS, PartyRow};

use super::super::data::Format;
use super::previous::{another_file, report, same_columns};
use super::{Points, Screen};

/// What `OUT.run.json` says of the earlier run, as far as this one has to be like it.
#[derive(Deserialize)]
struct EarlierRun {
    as_of: String,
    snapshot: String,
    rules: Vec<String>,
    threshold: f64,
    limit: usize,
    floor: String,
    max_list_age: Option<i64>,
    output: FileDigest,
    previous: Option<FileDigest>,
    since: Option<SinceView>,
    profile: Option<FileDigest>,
    options: Vec<(String, String)>,
    version: String,
}

#[derive(Deserialize)]
struct FileDigest {
    digest: String,
}

/// What `OUT.run.json` says of a run that took answers over.
#[derive(Serialize, Deserialize)]
pub(super) struct SinceView {
    snapshot: String,
    as_of: String,
    /// Entities of which something else is recorded than then.
    changed: usize,
    /// Why nothing could be taken over.
    #[serde(skip_serializing_if = "Option::is_none")]
    everybody: Option<String>,
}

/// The answers of an earlier run, and what tells which of them still hold.
pub(super) struct Since<'a> {
    answers: EarlierAnswers,
    again: Again<'a>,
    before: Side<'a>,
    profiled: bool,
    /// Whether cells have an apostrophe before what would be a formula.
    guarded: bool,
    /// The columns that a party is read from.
    used: Vec<usize>,
}

/// Where a column of answers stands.
fn column(name: &str) -> usize {
    csv::COLUMNS.iter().position(|own| *own == name).expect("it is a column of answers")
}

/// An answer that still holds.
pub(super) struct Taken<'t> {
    pub answer: Answer,
    pub alerts: Vec<String>,
    pub rows: Vec<Vec<&'t str>>,
}

impl<'a> Since<'a> {
    /// Reads the answers of --previous and holds what they rest on, the snapshot of --since, against that of
    /// this run.
    pub fn new(
        command: &Screen,
        screener: &'a Screener<'a>,
        since: &'a Snapshot,
        columns: &[String],
        format: Format,
    ) -> Result<Since<'a>, Error> {
        let path = command.previous.as_deref().unwrap_or_default();
        if Format::of_file(path).unwrap_or(Format::Csv) != format
            || !matches!(format, Format::Csv | Format::Parquet)
        {
            let what = "--since takes answers over as they stand: --previous and the output are both CSV or both \
                        Parquet; say so by the names of the files or with --format";
            return Err(Error::Request(what.to_owned()));
        }
        let (text, told) = report(path)?;
        let run: EarlierRun = serde_json::from_str(&text)
            .map_err(|error| Error::file(&told, format!("is no report of a run: {error}")))?;
        let answers = EarlierAnswers::open(path, csv::COLUMNS.len(), csv::COMMON)?;
        let guarded = format == Format::Csv;
        let written: Vec<Cow<str>> = columns.iter().map(|name| cell(name, guarded)).collect();
        same_columns(path, &answers.own_columns, &written)?;
        if json::hex(&answers.digest) != run.output.digest {
            return Err(another_file(path, &told));
        }
        if run.previous.is_some() && run.since.is_none() {
            let reason =
                "holds only what was new in its run (--new-only); give answers that are whole";
            return Err(Error::file(path, reason));
        }
        same(command, screener, since, &run)?;
        let day = Day::parse(&run.as_of).map_err(|error| Error::file(&told, error.to_string()))?;
        let rules = select_rules(since, &run.rules)?;
        let before = Side { snapshot: since, day };
        let settings = screener.settings();
        let again = Again::new((before, &rules), Side::of(screener), settings);
        let profiled = settings.profile.is_some();
        let is_used = |column: &String| {
            *column == command.name_column || PARTY_COLUMNS.contains(&column.as_str())
        };
        let used = (0..columns.len()).filter(|at| is_used(&columns[*at])).collect();
        Ok(Since { answers, again, before, profiled, guarded, used })
    }

    /// The answer for a party, where it still holds. What could not be read of a row is told with its line, and
    /// what a profile reduced is counted, so that these are screened again.
    pub fn taken_over(&self, row: &PartyRow) -> Option<Taken<'_>> {
        let party = row.party.as_ref().filter(|_| row.faults.is_empty())?;
        if !party.owners.is_empty() || party.unread_owners {
            return None;
        }
        let cells: Vec<Cow<str>> =
            row.fields.iter().map(|field| cell(field, self.guarded)).collect();
        // `@1` and `'@1` are one cell of CSV, and two parties.
        if self.guarded && self.used.iter().any(|at| cells[*at].starts_with('\'')) {
            return None;
        }
        let rows = self.answers.of(cells.iter().map(|cell| &**cell))?;
        let answer = Answer::parse(rows[0][column("verdict")])?;
        let alone = rows[0][column("rank")].is_empty();
        let entities = rows.iter().map(|row| row[column("entity_id")]).filter(|id| !id.is_empty());
        if answer == Answer::Error
            || self.profiled && !alone
            || self.again.moved(!rows[0][column("notes")].is_empty(), entities)
            || self.again.concerns(party)
        {
            return None;
        }
        let alerts = rows.iter().map(|row| row[column("alert_id")]).filter(|id| !id.is_empty());
        let alerts = alerts.map(str::to_owned).collect();
        Some(Taken { answer, alerts, rows })
    }

    /// The digest of the answers.
    pub fn answers(&self) -> [u8; 32] {
        self.answers.digest
    }

    /// The digest of what they rest on.
    pub fn digest(&self) -> String {
        self.before.snapshot.digest().to_owned()
    }

    /// What the run tells of it.
    pub fn view(&self) -> SinceView {
        SinceView {
            snapshot: self.digest(),
            as_of: self.before.day.to_string(),
            changed: self.again.changed(),
            everybody: self.again.everybody().map(str::to_owned),
        }
    }

    /// What to tell people before it begins.
    pub fn told(&self) -> String {
        match self.again.everybody() {
            Some(reason) => format!("every party is screened again: {reason}"),
            None => format!(
                "{} entities are recorded otherwise than on {}, and {} names rest on them; only parties near these \
                 are screened again",
                self.again.changed(),
                self.before.day,
                self.again.names()
            ),
        }
    }
}

/// A field as answers write it.
fn cell(field: &str, guarded: bool) -> Cow<'_, str> {
    if guarded { csv::unformulated(field) } else { Cow::Borrowed(field) }
}

/// Refuses answers of a run that was another than this one in more than its snapshot, its day and its parties.
fn same(
    command: &Screen,
    screener: &Screener,
    since: &Snapshot,
    run: &EarlierRun,
) -> Result<(), Error> {
    let settings = screener.settings();
    let path = command.previous.as_deref().unwrap_or_default();
    let said = |value: Option<String>| value.unwrap_or_else(|| "none".to_owned());
    let age = |days: Option<i64>| said(days.map(|days| days.to_string()));
    let options = |all: &[(String, String)]| {
        let mut all: Vec<String> =
            all.iter().map(|(name, value)| format!("{name} {value}")).collect();
        all.sort_unstable();
        all.join(" ")
    };
    let threshold = Points(settings.threshold).to_string();
    let profile = settings.profile.as_ref().map(|profile| profile.digest.clone());
    let pairs = [
        ("snapshot (--since)", run.snapshot.clone(), since.digest().to_owned()),
        ("version", run.version.clone(), env!("CARGO_PKG_VERSION").to_owned()),
        ("threshold", run.threshold.to_string(), threshold),
        ("limit", run.limit.to_string(), settings.limit.to_string()),
        ("floor", run.floor.clone(), settings.floor.to_string()),
        ("list age (--max-list-age)", age(run.max_list_age), age(settings.max_list_age)),
        ("profile", said(run.profile.as_ref().map(|one| one.digest.clone())), said(profile)),
        ("way of reading --in", options(&run.options), options(&command.reading())),
    ];
    match pairs.into_iter().find(|(_, then, now)| then != now) {
        None => Ok(()),
        Some((what, then, now)) => {
            let reason = format!(
                "is of a run with another {what}: `{then}`, now `{now}`; screen all, without --since"
            );
            Err(Error::file(path, reason))
        }
    }
}
