//! The audit log of a service: every screening, decision, activation and job, in a chain that nobody can change without
//! being found out, and that can be worked out again.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

use parentage::decisions::Chain;
use parentage::error::Error;

use super::Service;
use super::loaded::Loaded;
use super::problem::Problem;
use super::yente::{Choice, Scope};

/// What is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Screenings, with their parties; decisions, activations and jobs.
    Everything,
    /// Decisions, activations and jobs.
    Decisions,
    /// Nothing.
    Nothing,
}

/// Where the log lies in the folder of a service.
pub const LOG: &str = "audit.jsonl";

/// A screening, as much of it as another run needs.
#[derive(Debug, Serialize)]
pub struct Screening<'s> {
    /// The party as it was asked.
    pub party: &'s RawValue,
    /// The day.
    pub as_of: String,
    /// The rules.
    pub rules: &'s [String],
    /// The profile, by id and digest.
    pub profile: Option<(&'s str, &'s str)>,
    /// The threshold, in points.
    pub threshold: i32,
    /// Matches shown.
    pub limit: usize,
    /// The floor of flags, in percent.
    pub floor: String,
    /// Days after which a list is too old.
    pub max_list_age: Option<i64>,
    /// The digest of the snapshot.
    pub snapshot: &'s str,
    /// The decisions that were known, counted.
    pub decisions: usize,
    /// Whether the answer told what the run rests on.
    pub with_run: bool,
    /// What came of it.
    pub verdict: &'static str,
    /// The seal of the answer.
    pub seal: &'s str,
}

/// A query of yente's interface or of reconciliation, as much of it as another run needs.
#[derive(Debug, Serialize)]
pub struct Matching<'m> {
    /// The entity that was held against those that are listed or reached, as FollowTheMoney.
    pub query: &'m Value,
    /// What it was held against.
    pub scope: &'m Scope,
    /// How results were chosen.
    pub choice: Choice,
    /// The day.
    pub as_of: String,
    /// The floor of flags, in percent.
    pub floor: String,
    /// Days after which a list is too old.
    pub max_list_age: Option<i64>,
    /// The digest of the snapshot.
    pub snapshot: &'m str,
    /// What came of it: entities, and whether each is a match.
    pub results: Vec<(String, bool)>,
    /// The seal of the results, with scores, alignment and topics.
    pub seal: String,
}

/// The entities of results of yente's interface, each with whether it is a match.
pub fn named(results: &[Value]) -> Vec<(String, bool)> {
    let one = |own: &Value| {
        let id = own["id"].as_str().unwrap_or_default().to_owned();
        (id, own["match"] == true)
    };
    results.iter().map(one).collect()
}

/// The seal of results of yente's interface.
pub fn seal_of_results(results: &[Value]) -> String {
    let text = serde_json::to_vec(results).unwrap_or_default();
    blake3::hash(&text).to_hex()[..32].to_owned()
}

/// Opens the log of a folder.
pub fn open(data: &Path, level: Level) -> Result<Option<Mutex<Chain>>, Error> {
    match level {
        Level::Nothing => Ok(None),
        _ => Ok(Some(Mutex::new(Chain::open(&data.join(LOG))?))),
    }
}

impl Service {
    /// Logs what was done, and waits until it is on the disk.
    ///
    /// # Errors
    /// It cannot be written: what nobody could account for is not answered.
    pub fn tell(&self, kind: &str, by: &str, what: &impl Serialize) -> Result<(), Problem> {
        self.append(kind, by, what, true)
    }

    /// Logs a screening, where screenings are logged. It survives the end of the process.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn tell_screening(&self, by: &str, what: &Screening) -> Result<(), Problem> {
        match self.logs_screenings() {
            true => self.append("screening", by, what, false),
            false => Ok(()),
        }
    }

    /// Logs a query of yente's interface likewise.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn tell_matching(&self, by: &str, what: &Matching) -> Result<(), Problem> {
        match self.logs_screenings() {
            true => self.append("match", by, what, false),
            false => Ok(()),
        }
    }

    /// Logs that a snapshot is in use.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn tell_activation(&self, loaded: &Loaded, by: &str) -> Result<(), Problem> {
        let what = serde_json::json!({
            "version": env!("CARGO_PKG_VERSION"),
            "snapshot": loaded.snapshot.digest(),
            "origin": loaded.origin,
        });
        self.tell("activation", by, &what)
    }

    /// Whether screenings are logged.
    pub fn logs_screenings(&self) -> bool {
        self.audit.is_some() && self.config.audit == Level::Everything
    }

    fn append(
        &self,
        kind: &str,
        by: &str,
        what: &impl Serialize,
        on_disk: bool,
    ) -> Result<(), Problem> {
        let Some(chain) = &self.audit else { return Ok(()) };
        let mut chain = chain.lock().unwrap_or_else(PoisonError::into_inner);
        chain.append(by, kind, what, on_disk).map_err(|error| {
            Problem::own(format!(
                "the audit log cannot be written, and nothing is answered without it: {error}"
            ))
        })
    }
}
