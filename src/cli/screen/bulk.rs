//! A file of parties, batch by batch, on all cores: answers in the order of the file, the same bytes for any
//! number of threads, and after an interruption too.

use std::time::Duration;

use indicatif::{HumanCount, ProgressBar, ProgressStyle};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use parentage::error::{Error, Rejected};
use parentage::report::json::{self, InputView, Run};
use parentage::report::{csv, tables};
use parentage::screen::{Answer, Reduced, Screener};
use parentage::source::{Alerts, DeclaredOwners, Earlier, PartyRow};

use super::super::data::{Format, tell};
use super::super::output::Output;
use super::feed::Feed;
use super::part::{Identity, Part, checkpoint_of, part_of, report_of, write_json};
use super::render::Renderer;
use super::since::{Since, SinceView};
use super::{Points, Screen};

/// Parties read at a time: enough to keep all cores busy, few enough that memory stays flat.
pub(super) const BATCH: usize = 2_048;

/// Parties of a bulk run, by verdict.
#[derive(Debug, Default, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Counts {
    pub hit: usize,
    pub review: usize,
    pub clear: usize,
    pub error: usize,
    /// What the profile leaves out.
    #[serde(skip_serializing_if = "is_nothing", default)]
    pub reduced: Reduced,
    /// Answers taken over from the run of --previous, which nothing that changed can reach.
    #[serde(skip_serializing_if = "is_none", default)]
    pub taken_over: usize,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_none(count: &usize) -> bool {
    *count == 0
}

fn is_nothing(reduced: &Reduced) -> bool {
    *reduced == Reduced::default()
}

impl Counts {
    /// All parties.
    pub fn parties(self) -> usize {
        self.hit + self.review + self.clear + self.error
    }

    /// Counts one more.
    pub fn add(&mut self, answer: Answer, reduced: Reduced) {
        self.reduced.to_review += reduced.to_review;
        self.reduced.to_note += reduced.to_note;
        *match answer {
            Answer::Hit => &mut self.hit,
            Answer::Review => &mut self.review,
            Answer::Clear => &mut self.clear,
            Answer::Error => &mut self.error,
        } += 1;
    }
}

/// What `OUT.run.json` says of a bulk run.
#[derive(Serialize)]
struct RunReport<'r> {
    format: u32,
    parties: usize,
    verdicts: Counts,
    rejected: usize,
    as_of: String,
    snapshot: String,
    lists_checked: Vec<json::ListView>,
    rules: &'r [String],
    threshold: f64,
    limit: usize,
    floor: String,
    max_list_age: Option<i64>,
    inputs: Vec<InputView>,
    output: InputView,
    #[serde(skip_serializing_if = "Option::is_none")]
    previous: Option<InputView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<SinceView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<json::ProfileView>,
    options: Vec<(String, String)>,
    seconds: f64,
    version: &'static str,
}

/// Where the answers go.
enum Target {
    /// Standard output, or a file that is no ordinary one, such as a pipe.
    Stream(Output),
    Part(Box<Part>),
}

/// One party's answer as bytes, and what could not be read of the party.
struct Answered {
    answer: Answer,
    reduced: Reduced,
    bytes: Vec<u8>,
    faults: Vec<Rejected>,
    /// Its alerts, and whether the earlier run had the party; where there is one.
    alerts: Vec<String>,
    known: bool,
    /// The answer of the earlier run was taken over.
    taken_over: bool,
}

/// A bulk run.
pub(super) struct Bulk<'a> {
    pub command: &'a Screen,
    pub screener: &'a Screener<'a>,
    pub run: &'a Run<'a>,
    pub format: Format,
    pub earlier: Option<Earlier>,
    pub since: Option<Since<'a>>,
    pub owners: Option<&'a DeclaredOwners>,
    /// The number under which places cite the file of parties.
    pub cited: u32,
}

impl Bulk<'_> {
    /// Screens every party. Returns the counts, and what could not be read.
    pub fn screen(&self, feed: &mut Feed) -> Result<(Counts, Vec<Rejected>), Error> {
        let columns = feed.parties.columns().to_vec();
        let renderer = self.renderer(&columns);
        let mut counts = Counts::default();
        let (mut target, whole) = self.target(&mut counts)?;
        let done = counts.parties();
        if done == 0 && !whole {
            target.write(&renderer.head()?, &counts)?;
        }
        let of_owners = self.owners.iter().flat_map(|owners| owners.rejected.iter().cloned());
        let mut rejected: Vec<Rejected> = of_owners.collect();
        rejected.extend(skip(feed, done)?);
        let (mut alerts, mut known) = (Alerts::default(), false);
        let progress = self.progress();
        let mut batch = feed.read(BATCH)?;
        while !batch.is_empty() {
            let first = counts.parties() == 0;
            // The next parties are read while these are screened.
            let (answered, next) =
                rayon::join(|| self.answers(&renderer, batch, first), || feed.read(BATCH));
            let mut bytes = Vec::new();
            for own in answered? {
                tell(&own.faults);
                counts.add(own.answer, own.reduced);
                counts.taken_over += usize::from(own.taken_over);
                bytes.extend(own.bytes);
                rejected.extend(own.faults);
                own.alerts.iter().for_each(|alert| alerts.add(alert));
                known |= own.known;
            }
            target.write(&bytes, &counts)?;
            let (at, of) = feed.parties.progress();
            progress.set_length(of);
            progress.set_position(at);
            progress.set_message(rate(counts.parties(), done, progress.elapsed()));
            batch = next?;
        }
        progress.finish_and_clear();
        let of_nobody = feed.of_nobody();
        tell(&of_nobody);
        rejected.extend(of_nobody);
        if let Some(earlier) = &self.earlier {
            if !known && counts.parties() > 0 && !earlier.is_empty() {
                let what = "--previous is of another file of parties: it has none of those of --in";
                return Err(Error::Request(what.to_owned()));
            }
            for fields in earlier.gone(&alerts)? {
                target.write(&renderer.gone(&fields)?, &counts)?;
            }
        }
        if !whole {
            target.end(&renderer.tail(counts.parties() > 0))?;
        }
        match target {
            Target::Stream(output) => output.finish()?,
            Target::Part(part) => self.finish(&part, &columns, counts, &rejected)?,
        }
        Ok((counts, rejected))
    }

    /// The answers for some parties, the `first` of the file among them or not, on all cores.
    fn answers(
        &self,
        renderer: &Renderer,
        batch: Vec<PartyRow>,
        first: bool,
    ) -> Result<Vec<Answered>, Error> {
        let rows = batch.into_par_iter().enumerate();
        rows.map(|(at, row)| self.answer(renderer, row, first && at == 0)).collect()
    }

    /// What writes the answers for parties with some columns.
    pub fn renderer<'b>(&'b self, columns: &'b [String]) -> Renderer<'b> {
        Renderer {
            screener: self.screener,
            run: self.run,
            format: self.format,
            common: csv::Common::new(self.screener.snapshot(), self.run.day),
            name_column: &self.command.name_column,
            columns: Some(columns),
            earlier: self.earlier.as_ref(),
        }
    }

    fn answer(&self, renderer: &Renderer, row: PartyRow, first: bool) -> Result<Answered, Error> {
        let known = self.earlier.as_ref().is_some_and(|earlier| earlier.has_party(&row.fields));
        let compared = self.earlier.is_some();
        let taken = self.since.as_ref().and_then(|since| since.taken_over(&row));
        let taken_over = taken.is_some();
        let (answer, reduced, alerts, bytes) = if let Some(taken) = taken {
            // An alert that was there is not new.
            let bytes = if compared { Vec::new() } else { renderer.taken(&row, taken.rows)? };
            (taken.answer, Reduced::default(), taken.alerts, bytes)
        } else {
            let verdict = row.party.as_ref().map(|party| self.screener.screen(party));
            let reduced = verdict.as_ref().map(|verdict| verdict.reduced).unwrap_or_default();
            let matches = verdict.iter().flat_map(|verdict| &verdict.matches).filter(|_| compared);
            let alerts = matches.map(|one| one.alert_id.clone()).collect();
            let (answer, bytes) = renderer.answer(&row, verdict, first)?;
            (answer, reduced, alerts, bytes)
        };
        Ok(Answered { answer, reduced, bytes, faults: row.faults, alerts, known, taken_over })
    }

    /// Where the answers go, how many an interrupted run has given, and whether these are all.
    fn target(&self, counts: &mut Counts) -> Result<(Target, bool), Error> {
        let Some(out) = self.command.ordinary_out() else {
            return Ok((Target::Stream(Output::open(self.command.out.as_deref())?), false));
        };
        let (part, known) = Part::open(out, self.identity(), self.command.resume)?;
        let whole = known.as_ref().is_some_and(|known| known.whole);
        if let Some(known) = known {
            *counts = known.counts;
        }
        Ok((Target::Part(Box::new(part)), whole))
    }

    /// What the run is: what its answers depend on.
    fn identity(&self) -> Identity {
        let (settings, command) = (self.screener.settings(), self.command);
        let party_file =
            self.run.party_file.as_ref().map(|file| format!("{} {}", file.file, file.digest));
        let none = || "none".to_owned();
        let age = settings.max_list_age.map_or_else(none, |days| days.to_string());
        let mut identity: Identity = vec![
            ("version".to_owned(), env!("CARGO_PKG_VERSION").to_owned()),
            ("file of parties".to_owned(), party_file.unwrap_or_default()),
            ("snapshot".to_owned(), self.run.snapshot.digest().to_owned()),
            ("day (--as-of)".to_owned(), self.run.day.to_string()),
            ("set of rules".to_owned(), self.run.rules.join(", ")),
            ("threshold".to_owned(), Points(settings.threshold).to_string()),
            ("limit".to_owned(), settings.limit.to_string()),
            ("floor".to_owned(), settings.floor.to_string()),
            ("list age (--max-list-age)".to_owned(), age),
            (
                "profile".to_owned(),
                self.run.profile.map_or("none", |profile| &profile.digest).to_owned(),
            ),
            (
                "file of --previous".to_owned(),
                self.previous().map_or_else(none, |file| file.digest),
            ),
            (
                "snapshot of --since".to_owned(),
                self.since.as_ref().map_or_else(none, Since::digest),
            ),
            ("format".to_owned(), self.format.name().to_owned()),
        ];
        identity.extend(command.reading());
        identity
    }

    /// The answers of the earlier run.
    fn previous(&self) -> Option<InputView> {
        let compared = self.earlier.as_ref().map(|earlier| earlier.digest);
        let digest = compared.or(self.since.as_ref().map(Since::answers))?;
        let file = self.command.previous.clone().unwrap_or_default();
        Some(InputView { file, digest: json::hex(&digest), owners: false })
    }

    /// Gives the output its name and its report.
    fn finish(
        &self,
        part: &Part,
        columns: &[String],
        counts: Counts,
        rejected: &[Rejected],
    ) -> Result<(), Error> {
        let Some(out) = self.command.ordinary_out() else { return Ok(()) };
        part.close(&counts)?;
        let (answers, read_back) = (part.answers()?, part.answers()?);
        let made = format!("{out}.new");
        let digest = match self.format {
            Format::Xlsx => {
                tables::xlsx(answers, columns.len(), &made)?;
                part.name(Some(&made))?;
                json::hex(&parentage::source::digest_of(out)?)
            }
            Format::Parquet => {
                tables::parquet(answers, columns.len(), &made)?;
                part.name(Some(&made))?;
                json::hex(&parentage::source::digest_of(out)?)
            }
            _ => {
                part.name(None)?;
                part.digest()
            }
        };
        let settings = self.screener.settings();
        let file = std::path::Path::new(out).file_name().unwrap_or_default();
        let output = InputView { file: file.to_string_lossy().into_owned(), digest, owners: false };
        if let Some(path) = &self.command.report {
            self.report(path, read_back, (&counts, output.clone()), rejected)?;
        }
        let report = RunReport {
            format: 1,
            parties: counts.parties(),
            verdicts: counts,
            rejected: rejected.len(),
            as_of: self.run.day.to_string(),
            snapshot: self.run.snapshot.digest().to_owned(),
            lists_checked: json::lists(self.run.snapshot, self.run.day),
            rules: &self.run.rules,
            threshold: f64::from(settings.threshold) / f64::from(parentage::name::POINTS_OF_ONE),
            limit: settings.limit,
            floor: settings.floor.to_string(),
            max_list_age: settings.max_list_age,
            inputs: json::inputs(self.run),
            output,
            previous: self.previous(),
            since: self.since.as_ref().map(Since::view),
            profile: self.run.profile.map(json::profile),
            options: self.command.reading(),
            seconds: part.seconds(),
            version: env!("CARGO_PKG_VERSION"),
        };
        write_json(&report_of(out), &report)?;
        part.clear()
    }

    /// Progress on standard error, where that is a terminal.
    fn progress(&self) -> ProgressBar {
        if self.command.data.quiet {
            return ProgressBar::hidden();
        }
        let template = "{bar:24} {percent:>3} %  {msg}, {elapsed}, {eta} left";
        let bar = ProgressBar::new(0);
        let usual = ProgressStyle::default_bar;
        bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| usual()));
        bar.enable_steady_tick(Duration::from_millis(200));
        bar
    }
}

/// Passes over parties that an interrupted run has answered. Returns what could not be read of them.
fn skip(feed: &mut Feed, done: usize) -> Result<Vec<Rejected>, Error> {
    let (mut skipped, mut rejected) = (0, Vec::new());
    while skipped < done {
        let batch = feed.read(BATCH.min(done - skipped))?;
        if batch.is_empty() {
            let what = "the file of parties has fewer rows than were answered";
            return Err(Error::Request(what.to_owned()));
        }
        skipped += batch.len();
        rejected.extend(batch.into_iter().flat_map(|row| row.faults));
    }
    Ok(rejected)
}

/// How many parties are answered, and how many of them a second by this run.
fn rate(parties: usize, done: usize, elapsed: Duration) -> String {
    let millis = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
    let rate = ((parties - done) as u64 * 1_000).checked_div(millis).unwrap_or_default();
    format!("{} parties, {} a second", HumanCount(parties as u64), HumanCount(rate))
}

impl Target {
    fn end(&mut self, bytes: &[u8]) -> Result<(), Error> {
        match self {
            Target::Stream(output) => output.bytes(bytes),
            Target::Part(part) => part.end(bytes),
        }
    }

    fn write(&mut self, bytes: &[u8], counts: &Counts) -> Result<(), Error> {
        match self {
            Target::Stream(output) => output.bytes(bytes),
            Target::Part(part) => part.write(bytes, counts),
        }
    }
}

/// Every file that a bulk run writes.
pub(super) fn files_of(out: &str) -> Vec<String> {
    let files = [out.to_owned(), report_of(out), checkpoint_of(out)];
    let new = files.clone().map(|file| format!("{file}.new"));
    files.into_iter().chain(new).chain([part_of(out)]).collect()
}
