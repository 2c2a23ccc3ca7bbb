//! The watched customers of a service: their file, what is found of them, and how far each webhook is, in a folder.

use std::collections::BTreeMap;
use std::path::{Path as File, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use parentage::error::Error;
use parentage::monitor::{Alert, Change, Log};
use parentage::source::{Encoding, Parties, TableFormat, TableOptions};

use super::super::jobs::private;
use super::super::webhooks::Sent;

/// The file that says which customers are watched.
const KEPT: &str = "portfolio.json";

/// The file of alerts that were new or gone.
const EVENTS: &str = "events.jsonl";

/// The file that says how far each webhook is.
const SENT: &str = "sent.json";

/// The customers as they came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// The name of their file in the folder.
    pub file: String,
    /// Its digest.
    pub digest: String,
    pub format: String,
    pub name_column: String,
    #[serde(default)]
    pub delimiter: Option<u8>,
    #[serde(default)]
    pub encoding: Option<String>,
    /// The policy that they are watched under, by id.
    #[serde(default)]
    pub profile: Option<String>,
    /// Who gave them.
    pub by: String,
    pub at: String,
}

impl Kept {
    /// Opens their file.
    pub fn open(&self, folder: &File) -> Result<Parties, Error> {
        let path = folder.join(&self.file).display().to_string();
        let options = TableOptions {
            format: TableFormat::of_file(&format!("parties.{}", self.format)),
            delimiter: self.delimiter,
            encoding: self.encoding.as_deref().and_then(Encoding::parse),
            sheet: None,
        };
        Parties::open(&path, &self.name_column, &options)
    }
}

/// What a look at everybody came to.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Ran {
    pub at: String,
    pub as_of: String,
    pub snapshot: String,
    /// Rows of the file.
    pub parties: u64,
    /// Of them, those that were screened; for the others nothing can have changed.
    pub screened: u64,
    /// Rows that could not be read: nobody watches these.
    pub unread: u64,
    /// What could not be read, the first hundred.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<String>,
    pub new: usize,
    pub gone: usize,
    /// Milliseconds.
    pub took: u64,
}

/// New and gone alerts, counted.
pub fn counted(changes: &[(Change, &Alert)]) -> (usize, usize) {
    let new = changes.iter().filter(|(change, _)| *change == Change::New).count();
    (new, changes.len() - new)
}

/// What changes while the service runs.
#[derive(Default)]
struct Now {
    kept: Option<Kept>,
    ran: Option<Ran>,
    /// Rows looked at in the run that is under way; none where none is.
    reached: Option<u64>,
    failed: Option<String>,
    standing: Arc<Vec<Alert>>,
    sent: Vec<Sent>,
    /// How often somebody wished for a run.
    wishes: u64,
}

/// The watched customers of a service.
pub struct Portfolio {
    /// Where all of it lies.
    pub folder: PathBuf,
    log: Mutex<Log>,
    now: Mutex<Now>,
    /// A run is wished for, or events were added.
    changed: Condvar,
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Portfolio {
    /// The customers of the folder of a service, with how far the webhooks to some addresses are.
    ///
    /// # Errors
    /// The folder cannot be made or read.
    pub fn open(data: &File, urls: &[String]) -> Result<Portfolio, Error> {
        let folder = data.join("portfolio");
        let failed = |error| Error::io(folder.display().to_string(), error);
        private(&folder).map_err(failed)?;
        let (log, standing) = Log::open(&folder.join(EVENTS))?;
        let read = |name: &str| std::fs::read_to_string(folder.join(name)).ok();
        let kept =
            read(KEPT).map(|text| serde_json::from_str(&text)).transpose().map_err(|error| {
                let path = folder.join(KEPT).display().to_string();
                Error::file(path, format!("does not say whom to watch: {error}"))
            })?;
        let now = Now { kept, standing: Arc::new(standing), ..Now::default() };
        let end = log.len();
        let (log, now, changed) = (Mutex::new(log), Mutex::new(now), Condvar::new());
        let portfolio = Portfolio { folder, log, now, changed };
        let far = portfolio.far();
        let sent = |url: &String| {
            let [number, begun] = far.get(&address(url)).copied().unwrap_or_default();
            Sent::new(url, [number.min(end), begun.min(end)])
        };
        held(&portfolio.now).sent = urls.iter().map(sent).collect();
        Ok(portfolio)
    }

    /// What is told of it.
    pub fn view(&self) -> Value {
        let events = self.count();
        let now = held(&self.now);
        let file = now.kept.as_ref().map(|own| {
            json!({
                "digest": own.digest, "format": own.format, "name_column": own.name_column,
                "profile": own.profile, "by": own.by, "at": own.at,
            })
        });
        let count =
            |verdict: &str| now.standing.iter().filter(|own| own.verdict == verdict).count();
        json!({
            "customers": file,
            "running": now.reached.map(|rows| json!({"parties": rows})),
            "last_run": now.ran,
            "failed": now.failed,
            "alerts": {"hit": count("hit"), "review": count("review")},
            "events": events,
            "webhooks": now.sent,
        })
    }

    /// How many events there are.
    pub fn count(&self) -> u64 {
        held(&self.log).len()
    }

    /// How far each webhook was: the last event that was taken, and the last one of those that are being sent.
    fn far(&self) -> BTreeMap<String, [u64; 2]> {
        let text = std::fs::read_to_string(self.folder.join(SENT)).unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// Wishes that everybody is looked at.
    pub fn wish(&self) {
        held(&self.now).wishes += 1;
        self.changed.notify_all();
    }

    /// How often somebody wished for a run.
    pub fn wishes(&self) -> u64 {
        held(&self.now).wishes
    }

    /// Waits until somebody wishes for a run, or for a time.
    pub fn wait(&self, seen: u64, most: Duration) {
        let now = held(&self.now);
        drop(self.changed.wait_timeout_while(now, most, |now| now.wishes == seen));
    }

    /// The customers, if there are any.
    pub fn kept(&self) -> Option<Kept> {
        held(&self.now).kept.clone()
    }

    /// The alerts that stand.
    pub fn standing(&self) -> Arc<Vec<Alert>> {
        Arc::clone(&held(&self.now).standing)
    }

    /// Forgets the last run, where nobody is watched any more.
    pub fn forget_run(&self) {
        held(&self.now).ran = None;
    }

    /// Says which alerts stand now.
    pub fn stands(&self, alerts: Vec<Alert>) {
        held(&self.now).standing = Arc::new(alerts);
    }

    /// Says how many rows the run under way has looked at.
    pub fn reached(&self, rows: u64) {
        held(&self.now).reached = Some(rows);
    }

    /// Says what a run came to.
    pub fn ended(&self, ran: Ran) {
        let mut now = held(&self.now);
        (now.ran, now.reached, now.failed) = (Some(ran), None, None);
    }

    /// Why the last run failed, if it did.
    pub fn why_failed(&self) -> Option<String> {
        held(&self.now).failed.clone()
    }

    /// Says why a run failed.
    pub fn failed(&self, why: String) {
        let mut now = held(&self.now);
        (now.failed, now.reached) = (Some(why), None);
    }

    /// Adds what is new and gone to the file of events, and wakes whoever sends it.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn append(
        &self,
        about: (&str, &str, &str),
        changes: &[(Change, &Alert)],
    ) -> Result<(), Error> {
        held(&self.log).append(about, changes)?;
        // Whoever has looked and is about to wait holds this.
        drop(held(&self.now));
        self.changed.notify_all();
        Ok(())
    }

    /// Up to `most` events after a number, one a line.
    ///
    /// # Errors
    /// Their file cannot be read.
    pub fn events(&self, after: u64, most: usize) -> Result<Vec<String>, Error> {
        held(&self.log).after(after, most)
    }

    /// Waits until there are events after a number.
    pub fn wait_for_events(&self, after: u64) {
        let mut now = held(&self.now);
        while held(&self.log).len() <= after {
            now = self.changed.wait(now).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// How far a webhook is.
    pub fn sent(&self, at: usize) -> Sent {
        held(&self.now).sent[at].clone()
    }

    /// Notes how far a webhook is: after a restart it goes on from there.
    pub fn note_sent(&self, at: usize, sent: &Sent, urls: &[String]) {
        let mut now = held(&self.now);
        now.sent[at] = sent.clone();
        // Of an address that is left out of one start it is known how far it was.
        let mut far = self.far();
        far.extend(urls.iter().zip(&now.sent).map(|(url, own)| (address(url), own.far())));
        // What is not noted is sent once more, under the same id.
        let _ = self.write(SENT, &far);
    }

    fn write(&self, name: &str, what: &impl Serialize) -> Result<(), Error> {
        let path = self.folder.join(name);
        let failed = |error| Error::io(path.display().to_string(), error);
        let text = serde_json::to_vec(what).map_err(|error| failed(error.into()))?;
        let new = path.with_extension("new");
        let written = std::fs::write(&new, text).and_then(|()| std::fs::rename(&new, &path));
        written.map_err(failed)
    }

    /// Takes a file of customers in the place of the one before, or none.
    ///
    /// # Errors
    /// The folder cannot be written to.
    pub fn take(&self, kept: Option<Kept>) -> Result<(), Error> {
        let mut now = held(&self.now);
        let path = self.folder.join(KEPT);
        match &kept {
            Some(kept) => self.write(KEPT, kept)?,
            None if path.exists() => {
                let failed = |error| Error::io(path.display().to_string(), error);
                std::fs::remove_file(&path).map_err(failed)?;
            }
            None => {}
        }
        let before = std::mem::replace(&mut now.kept, kept);
        if let Some(before) =
            before.filter(|own| now.kept.as_ref().is_none_or(|new| new.file != own.file))
        {
            // A run under way reads it still, and fails, and is begun again.
            let _ = std::fs::remove_file(self.folder.join(before.file));
        }
        now.wishes += 1;
        drop(now);
        self.changed.notify_all();
        Ok(())
    }

    /// Watches the customers of a file that the operator names. Its copy is kept.
    ///
    /// # Errors
    /// It cannot be read, or has no column `name`.
    pub fn watch_file(&self, path: &str) -> Result<(), Error> {
        let format = TableFormat::of_file(path).map_or("csv".to_owned(), |own| own.to_string());
        let bytes = std::fs::read(path).map_err(|error| Error::io(path, error))?;
        let digest = blake3::hash(&bytes).to_hex().to_string();
        let kept = Kept {
            file: format!("parties-{}.{format}", &digest[..32]),
            digest,
            format,
            name_column: "name".to_owned(),
            delimiter: None,
            encoding: None,
            profile: None,
            by: "--portfolio".to_owned(),
            at: jiff::Timestamp::now().to_string(),
        };
        let own = self.folder.join(&kept.file);
        std::fs::write(&own, bytes).map_err(|error| Error::io(own.display().to_string(), error))?;
        if let Err(error) = kept.open(&self.folder) {
            let _ = std::fs::remove_file(&own);
            let told = error.to_string().replace(&own.display().to_string(), path);
            return Err(Error::Request(format!(
                "--portfolio: {}",
                told.replace("; say which holds the names with --name-column", "")
            )));
        }
        self.take(Some(kept))
    }
}

/// The key of an address where it is noted how far its webhooks are: what may be secret in it is not written down.
fn address(url: &str) -> String {
    blake3::hash(url.as_bytes()).to_hex()[..16].to_owned()
}
