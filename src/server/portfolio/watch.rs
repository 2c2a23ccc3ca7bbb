//! The watching itself: after each snapshot, each decision and each midnight, whoever may be concerned is screened again.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use parentage::changes::{Again, Side};
use parentage::day::Day;
use parentage::error::Error;
use parentage::monitor::{Alert, alerts, differences};
use parentage::screen::Screener;
use parentage::source::PartyRow;

use super::super::App;
use super::super::decisions::Known;
use super::super::loaded::{Loaded, Question};
use super::kept::{Kept, Portfolio, Ran, counted};

/// Rows that are read and screened at once: some megabytes, and a step of the progress that is told.
const BATCH: usize = 10_000;

/// How long to wait before a run that failed is tried again: a disk that is full stays so for a while, and nobody waits
/// longer for an alert than he would for the next snapshot.
const AGAIN: Duration = Duration::from_secs(60);

/// How often it is looked whether the command line took a decision: a number of the file, some microseconds.
const LOOK: Duration = Duration::from_secs(5);

/// What is told of a run that ended in a panic, whose text is on standard error.
const FAULT: &str = "the service has a fault, or its snapshot was damaged since it was checked; nobody is watched until a run succeeds";

/// Messages that are kept of a run.
const MESSAGES: usize = 100;

/// What the last run rested on, and what it found for each row that alerts, by its number.
struct Last {
    loaded: Arc<Loaded>,
    day: Day,
    kept: Kept,
    known: Arc<Known>,
    rows: FxHashMap<u64, Vec<Alert>>,
}

/// Watches for as long as the service runs.
pub fn watch(app: &App) {
    let Some(portfolio) = &app.portfolio else { return };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    // Half of the cores: whoever asks meanwhile is answered by the others.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(cores.div_ceil(2)).build();
    let Ok(pool) = pool else { return };
    let mut last: Option<Last> = None;
    loop {
        let seen = portfolio.wishes();
        let Some(kept) = portfolio.kept() else {
            last = None;
            if let Err(error) = nobody(app, portfolio) {
                portfolio.failed(error.to_string());
            }
            rest(app, portfolio, seen);
            continue;
        };
        // A fault of this program must not end the watching without a word.
        let looked =
            catch_unwind(AssertUnwindSafe(|| run(app, portfolio, &pool, &kept, last.as_ref())));
        match looked.unwrap_or_else(|_| Err(Error::Request(FAULT.to_owned()))) {
            Ok(now) => {
                last = Some(now);
                rest(app, portfolio, seen);
            }
            Err(error) => {
                portfolio.failed(error.to_string());
                portfolio.wait(seen, AGAIN);
            }
        }
    }
}

/// Waits until somebody wishes for a run, or the next day has begun; meanwhile it looks for decisions of the command line.
fn rest(app: &App, portfolio: &Portfolio, seen: u64) {
    let end = Instant::now() + until_midnight(jiff::Timestamp::now());
    while portfolio.wishes() == seen && Instant::now() < end {
        portfolio.wait(seen, LOOK.min(end.saturating_duration_since(Instant::now())));
        // Whoever asks next is told of what cannot be read or logged.
        let _ = app.decided();
    }
}

/// The time to the next day in UTC, and a second.
fn until_midnight(now: jiff::Timestamp) -> Duration {
    let now = now.as_second();
    Duration::from_secs(u64::try_from(86_401 - now.rem_euclid(86_400)).unwrap_or(1))
}

/// Where nobody is watched any more, no alert stands.
fn nobody(app: &App, portfolio: &Portfolio) -> Result<(), Error> {
    portfolio.forget_run();
    let standing = portfolio.standing();
    let changes = differences(standing.iter(), std::iter::empty());
    if !changes.is_empty() {
        let now = jiff::Timestamp::now().to_string();
        let (day, loaded) = (Day::today().to_string(), app.loaded());
        portfolio.append((&now, &day, loaded.snapshot.digest()), &changes)?;
        portfolio.stands(Vec::new());
    }
    Ok(())
}

fn run(
    app: &App,
    portfolio: &Portfolio,
    pool: &rayon::ThreadPool,
    kept: &Kept,
    last: Option<&Last>,
) -> Result<Last, Error> {
    let began = Instant::now();
    let (loaded, day) = (app.loaded(), Day::today());
    let own = |problem: super::super::problem::Problem| problem.error("the portfolio");
    let known = app.decided().map_err(own)?;
    let question = |day| Question { limit: 0, profile: kept.profile.clone(), ..Question::on(day) };
    let prepared = loaded.prepared(&question(day), &app.config.house).map_err(own)?;
    let (rows, mut ran) = prepared.with(|screener, _| {
        let last = last.filter(|last| last.kept == *kept);
        let again = match last {
            None => None,
            Some(last) => {
                let settings = last.loaded.settings(&question(last.day), &app.config.house);
                let rules = settings.map_err(own)?.rules;
                let before = Side { snapshot: &last.loaded.snapshot, day: last.day };
                Some(Again::new((before, &rules), Side::of(screener), screener.settings()))
            }
        };
        let run = Run { portfolio, pool, screener, known: &known, last: last.zip(again) };
        run.all(kept, loaded.request.source)
    })?;
    let snapshot = loaded.snapshot.digest().to_owned();
    let standing = portfolio.standing();
    let changes = differences(standing.iter(), rows.values().flatten());
    let now = jiff::Timestamp::now().to_string();
    portfolio.append((&now, &day.to_string(), &snapshot), &changes)?;
    (ran.new, ran.gone) = counted(&changes);
    portfolio.stands(rows.values().flatten().cloned().collect());
    ran.took = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    (ran.at, ran.as_of, ran.snapshot) = (now, day.to_string(), snapshot);
    // Messages cite what stands in the customers' rows.
    let messages = if app.logs_screenings() { ran.messages.clone() } else { Vec::new() };
    app.tell("portfolio", "", &Ran { messages, ..ran.clone() }).map_err(own)?;
    portfolio.ended(ran);
    Ok(Last { loaded, day, kept: kept.clone(), known, rows })
}

/// One look at every party.
struct Run<'r> {
    portfolio: &'r Portfolio,
    pool: &'r rayon::ThreadPool,
    screener: &'r Screener<'r>,
    known: &'r Arc<Known>,
    last: Option<(&'r Last, Again<'r>)>,
}

impl Run<'_> {
    fn all(&self, kept: &Kept, source: u32) -> Result<(FxHashMap<u64, Vec<Alert>>, Ran), Error> {
        let mut parties = kept.open(&self.portfolio.folder)?;
        parties.numbered(source);
        let (mut rows, mut ran) = (FxHashMap::default(), Ran::default());
        loop {
            let batch = parties.read(BATCH)?;
            if batch.is_empty() {
                return Ok((rows, ran));
            }
            let screened: Vec<Option<Vec<Alert>>> =
                self.pool.install(|| batch.par_iter().map(|row| self.one(row)).collect());
            for (row, found) in batch.iter().zip(screened) {
                ran.unread += u64::from(row.party.is_none());
                let room = MESSAGES - ran.messages.len();
                ran.messages.extend(row.faults.iter().take(room).map(ToString::to_string));
                ran.screened += u64::from(found.is_some());
                // It is the same file, so that rows are known by their number.
                let of_last = || self.last.as_ref()?.0.rows.get(&ran.parties).cloned();
                let alerts = found.or_else(of_last).unwrap_or_default();
                if !alerts.is_empty() {
                    rows.insert(ran.parties, alerts);
                }
                ran.parties += 1;
            }
            self.portfolio.reached(ran.parties);
        }
    }

    /// The alerts of a row, where it was screened.
    fn one(&self, row: &PartyRow) -> Option<Vec<Alert>> {
        let party = row.party.as_ref()?;
        let concerned = match &self.last {
            None => true,
            Some((last, again)) => {
                let decided = |known: &Known| known.decisions.speak_of(party);
                let anew = !Arc::ptr_eq(&last.known, self.known);
                !party.owners.is_empty()
                    || party.unread_owners
                    || anew && (decided(self.known) || decided(&last.known))
                    || again.concerns(party)
            }
        };
        concerned.then(|| alerts(self.screener, party, &self.known.decisions))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_day_has_begun_when_it_is_looked_again() {
        for (now, seconds) in [
            ("2026-11-28T00:00:00Z", 86_401),
            ("2026-11-28T23:59:59.999Z", 2),
            ("2026-12-31T12:00:00Z", 43_201),
        ] {
            let now: jiff::Timestamp = now.parse().unwrap();
            let waits = until_midnight(now);
            assert_eq!(waits, Duration::from_secs(seconds));
            assert!((now + waits).to_string().contains("T00:00:0"), "{now}");
        }
    }
}
