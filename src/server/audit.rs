//! The audit log of a service: every screening, decision, activation and job, in a chain that nobody can change without
//! being found out, and that can be worked out again.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use serde_json::value::RawValue;

use parentage::decisions::Chain;
use parentage::error::Error;

use super::Service;
use super::loaded::Loaded;
use super::problem::Problem;

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
        match self.config.audit {
            Level::Everything => self.append("screening", by, what, false),
            _ => Ok(()),
        }
    }

    /// Logs that a snapshot is in use.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn tell_activation(&self, loaded: &Loaded) -> Result<(), Problem> {
        let what = serde_json::json!({
            "version": env!("CARGO_PKG_VERSION"),
            "snapshot": loaded.snapshot.digest(),
            "origin": loaded.origin,
        });
        self.tell("activation", "", &what)
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
