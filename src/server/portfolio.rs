//! `/v1/portfolio`: customers that are watched. Whenever something changes that may concern them, they are screened again;
//! alerts that are new or gone stand in a file, on the page, and go out as webhooks.

mod watch;

use std::path::{Path as File, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::json;
use serde_json::value::RawValue;

use parentage::error::Error;
use parentage::monitor::{Alert, Change, Log};
use parentage::source::{Encoding, Parties, TableFormat, TableOptions};

use super::access::Caller;
use super::asked::Parameters;
use super::jobs::{INPUTS, file_options, one_of, private};
use super::problem::{Problem, ProblemView};
use super::upload::receive;
use super::webhooks::Sent;
use super::{App, Service};

pub use watch::watch;

/// Bytes of a file of customers.
const MOST_UPLOAD: usize = 4 << 30;

/// Alerts and events shown at once.
pub const MOST_SHOWN: usize = 1_000;

/// The file that says which customers are watched.
const KEPT: &str = "portfolio.json";

/// The file of alerts that were new or gone.
const EVENTS: &str = "events.jsonl";

/// The file that says how far each webhook is.
const SENT: &str = "sent.json";

/// The customers as they came.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Kept {
    /// The name of their file in the folder.
    file: String,
    /// Its digest.
    digest: String,
    format: String,
    name_column: String,
    #[serde(default)]
    delimiter: Option<u8>,
    #[serde(default)]
    encoding: Option<String>,
    /// Who gave them.
    by: String,
    at: String,
}

impl Kept {
    /// Opens their file.
    fn open(&self, folder: &File) -> Result<Parties, Error> {
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
struct Ran {
    at: String,
    as_of: String,
    snapshot: String,
    /// Rows of the file.
    parties: u64,
    /// Of them, those that were screened; for the others nothing can have changed.
    screened: u64,
    /// Rows that could not be read: nobody watches these.
    unread: u64,
    /// What could not be read, the first hundred.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    messages: Vec<String>,
    new: usize,
    gone: usize,
    /// Milliseconds.
    took: u64,
}

/// New and gone alerts, counted.
fn counted(changes: &[(Change, &Alert)]) -> (usize, usize) {
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
    folder: PathBuf,
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
        let far: std::collections::BTreeMap<String, u64> =
            read(SENT).and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
        let far = |url: &String| far.get(&address(url)).copied().unwrap_or(0).min(log.len());
        let sent = urls.iter().map(|url| Sent::new(url, far(url))).collect();
        let now = Now { kept, sent, standing: Arc::new(standing), ..Now::default() };
        Ok(Portfolio {
            folder,
            log: Mutex::new(log),
            now: Mutex::new(now),
            changed: Condvar::new(),
        })
    }

    /// Wishes that everybody is looked at.
    pub fn wish(&self) {
        held(&self.now).wishes += 1;
        self.changed.notify_all();
    }

    fn wishes(&self) -> u64 {
        held(&self.now).wishes
    }

    /// Waits until somebody wishes for a run, or for a time.
    fn wait(&self, seen: u64, most: Duration) {
        let now = held(&self.now);
        drop(self.changed.wait_timeout_while(now, most, |now| now.wishes == seen));
    }

    fn kept(&self) -> Option<Kept> {
        held(&self.now).kept.clone()
    }

    fn standing(&self) -> Arc<Vec<Alert>> {
        Arc::clone(&held(&self.now).standing)
    }

    fn stands(&self, alerts: Vec<Alert>) {
        held(&self.now).standing = Arc::new(alerts);
    }

    fn reached(&self, rows: u64) {
        held(&self.now).reached = Some(rows);
    }

    fn ended(&self, ran: Ran) {
        let mut now = held(&self.now);
        (now.ran, now.reached, now.failed) = (Some(ran), None, None);
    }

    fn failed(&self, why: String) {
        let mut now = held(&self.now);
        (now.failed, now.reached) = (Some(why), None);
    }

    fn append(&self, about: (&str, &str, &str), changes: &[(Change, &Alert)]) -> Result<(), Error> {
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
        let far: std::collections::BTreeMap<String, u64> =
            urls.iter().zip(&now.sent).map(|(url, own)| (address(url), own.number)).collect();
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
    fn take(&self, kept: Option<Kept>) -> Result<(), Error> {
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
            by: "--portfolio".to_owned(),
            at: jiff::Timestamp::now().to_string(),
        };
        let own = self.folder.join(&kept.file);
        std::fs::write(&own, bytes).map_err(|error| Error::io(own.display().to_string(), error))?;
        kept.open(&self.folder)?;
        self.take(Some(kept))
    }
}

/// The key of an address where it is noted how far its webhooks are: what may be secret in it is not written down.
fn address(url: &str) -> String {
    blake3::hash(url.as_bytes()).to_hex()[..16].to_owned()
}

impl Service {
    fn portfolio(&self) -> Result<&Portfolio, Problem> {
        self.portfolio.as_ref().ok_or_else(|| {
            let reason = "nobody is watched here; start the service with --data";
            Problem::new(StatusCode::CONFLICT, reason)
        })
    }
}

/// Whom the service watches, and what came of it.
#[utoipa::path(get, path = "/v1/portfolio", tag = "Portfolio", responses(
    (status = 200, description = "The customers, the last run, the alerts that stand, the webhooks"),
    (status = 409, description = "Nobody is watched here", body = ProblemView, content_type = "application/problem+json")))]
pub async fn state(State(app): State<App>, parameters: Parameters) -> Result<Response, Problem> {
    parameters.only(&[])?;
    let portfolio = app.portfolio()?;
    let events = held(&portfolio.log).len();
    let now = held(&portfolio.now);
    let file = now.kept.as_ref().map(|own| {
        json!({"digest": own.digest, "format": own.format, "name_column": own.name_column, "by": own.by, "at": own.at})
    });
    let count = |verdict: &str| now.standing.iter().filter(|own| own.verdict == verdict).count();
    let answer = json!({
        "customers": file,
        "running": now.reached.map(|rows| json!({"parties": rows})),
        "last_run": now.ran,
        "failed": now.failed,
        "alerts": {"hit": count("hit"), "review": count("review")},
        "events": events,
        "webhooks": now.sent,
    });
    drop(now);
    app.json(&app.loaded(), &answer)
}

/// Takes a file of customers to be watched, in the place of the one before.
///
/// Alerts of those who stay stay; nobody is told of them again.
#[utoipa::path(put, path = "/v1/portfolio", tag = "Portfolio", params(
    ("format" = Option<String>, Query, description = "Of the file: csv (default), xlsx, jsonl, parquet"),
    ("name_column" = Option<String>, Query, description = "The column of names"),
    ("delimiter" = Option<String>, Query, description = "What parts fields"),
    ("encoding" = Option<String>, Query, description = "The encoding of text")),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses(
        (status = 202, description = "They are watched"),
        (status = 401, description = "No token", body = ProblemView, content_type = "application/problem+json"),
        (status = 403, description = "Not by this role", body = ProblemView, content_type = "application/problem+json"),
        (status = 409, description = "Nobody is watched here", body = ProblemView, content_type = "application/problem+json"),
        (status = 422, description = "It is no file of parties", body = ProblemView, content_type = "application/problem+json")))]
pub async fn put(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    parameters: Parameters,
    body: Body,
) -> Result<Response, Problem> {
    parameters.only(&["format", "name_column", "delimiter", "encoding"])?;
    let format = one_of(&parameters, "format", INPUTS)?;
    let (delimiter, encoding, name_column) = file_options(&parameters)?;
    let folder = app.portfolio()?.folder.clone();
    let failed = |error: std::io::Error| Problem::own(format!("it cannot be kept: {error}"));
    let new = tempfile::Builder::new().prefix(".upload-").tempfile_in(&folder).map_err(failed)?;
    let digest = receive(body, new.reopen().map_err(failed)?, MOST_UPLOAD).await?;
    let kept = Kept {
        file: format!("parties-{}.{format}", &digest[..32]),
        digest,
        format: format.to_owned(),
        name_column,
        delimiter,
        encoding,
        by: caller.name,
        at: jiff::Timestamp::now().to_string(),
    };
    let own = Arc::clone(&app);
    let done = move || {
        let portfolio = own.portfolio()?;
        let path = folder.join(&kept.file);
        new.persist(&path).map_err(|error| failed(error.error))?;
        let told =
            |error: Error| error.to_string().replace(&path.display().to_string(), "the file");
        if let Err(error) = kept.open(&folder) {
            let reason = told(error);
            if portfolio.kept().is_none_or(|before| before.file != kept.file) {
                let _ = std::fs::remove_file(&path);
            }
            return Err(Problem::field("body", reason));
        }
        let what = json!({"digest": kept.digest, "format": kept.format});
        own.tell("portfolio_taken", &kept.by, &what)?;
        portfolio.take(Some(kept)).map_err(|error| Problem::own(error.to_string()))?;
        Ok(what)
    };
    let what = app.work(done).await?;
    Ok((StatusCode::ACCEPTED, app.json(&app.loaded(), &what)?).into_response())
}

/// Watches nobody any more. What was found of them stays in the file of events.
#[utoipa::path(delete, path = "/v1/portfolio", tag = "Portfolio", responses(
    (status = 204, description = "Nobody is watched"),
    (status = 401, description = "No token", body = ProblemView, content_type = "application/problem+json"),
    (status = 403, description = "Not by this role", body = ProblemView, content_type = "application/problem+json"),
    (status = 409, description = "Nobody is watched here", body = ProblemView, content_type = "application/problem+json")))]
pub async fn forget(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
) -> Result<StatusCode, Problem> {
    app.tell("portfolio_forgotten", &caller.name, &json!({}))?;
    app.portfolio()?.take(None).map_err(|error| Problem::own(error.to_string()))?;
    Ok(StatusCode::NO_CONTENT)
}

/// The alerts that stand, hits before reviews.
#[utoipa::path(get, path = "/v1/portfolio/alerts", tag = "Portfolio", params(
    ("offset" = Option<u32>, Query, description = "Alerts to pass over"),
    ("limit" = Option<u32>, Query, description = "Alerts shown, up to 1,000 (default)")),
    responses(
        (status = 200, description = "The alerts"),
        (status = 409, description = "Nobody is watched here", body = ProblemView, content_type = "application/problem+json"),
        (status = 422, description = "A parameter that cannot be used", body = ProblemView, content_type = "application/problem+json")))]
pub async fn standing(State(app): State<App>, parameters: Parameters) -> Result<Response, Problem> {
    parameters.only(&["offset", "limit"])?;
    let (offset, limit) = (whole(&parameters, "offset", 0)?, limit(&parameters)?);
    let own = Arc::clone(&app);
    app.portfolio()?;
    let done = move || {
        let standing = own.portfolio()?.standing();
        let mut all: Vec<&Alert> = standing.iter().collect();
        all.par_sort_unstable_by_key(|one| {
            (&one.verdict, &one.party, &one.party_id, &one.alert_id)
        });
        let shown: Vec<&&Alert> = all.iter().skip(offset as usize).take(limit).collect();
        own.json(&own.loaded(), &json!({"total": all.len(), "offset": offset, "alerts": shown}))
    };
    app.work(done).await
}

/// Alerts that were new or gone, in their order.
#[utoipa::path(get, path = "/v1/portfolio/events", tag = "Portfolio", params(
    ("after" = Option<u32>, Query, description = "Those after this number"),
    ("limit" = Option<u32>, Query, description = "Events shown, up to 1,000 (default)")),
    responses(
        (status = 200, description = "The events"),
        (status = 409, description = "Nobody is watched here", body = ProblemView, content_type = "application/problem+json"),
        (status = 422, description = "A parameter that cannot be used", body = ProblemView, content_type = "application/problem+json")))]
pub async fn events(State(app): State<App>, parameters: Parameters) -> Result<Response, Problem> {
    parameters.only(&["after", "limit"])?;
    let (after, limit) = (whole(&parameters, "after", 0)?, limit(&parameters)?);
    let own = Arc::clone(&app);
    app.portfolio()?;
    let done = move || {
        let portfolio = own.portfolio()?;
        let failed = |error: &dyn std::fmt::Display| Problem::own(error.to_string());
        let lines = portfolio.events(u64::from(after), limit).map_err(|error| failed(&error))?;
        let events: Vec<Box<RawValue>> = lines
            .into_iter()
            .map(RawValue::from_string)
            .collect::<Result<_, _>>()
            .map_err(|error| failed(&error))?;
        #[derive(Serialize)]
        struct Events {
            total: u64,
            events: Vec<Box<RawValue>>,
        }
        let total = held(&portfolio.log).len();
        own.json(&own.loaded(), &Events { total, events })
    };
    app.work(done).await
}

fn whole(parameters: &Parameters, name: &str, usual: u32) -> Result<u32, Problem> {
    Ok(parameters.parsed::<u32>(name, "a whole number of 0 or more")?.unwrap_or(usual))
}

fn limit(parameters: &Parameters) -> Result<usize, Problem> {
    let limit = whole(parameters, "limit", 1_000)? as usize;
    match limit > MOST_SHOWN {
        true => Err(Problem::field("limit", format!("is more than {MOST_SHOWN}"))),
        false => Ok(limit),
    }
}
