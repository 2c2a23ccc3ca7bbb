//! `/v1/snapshots`: a new snapshot is checked, then takes the place of the one in use at once. A folder can be watched for
//! new ones.

use std::path::{Path as File, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use parentage::day::Day;
use parentage::error::Error;
use parentage::model::Party;
use parentage::screen::Answer;
use parentage::snapshot::Snapshot;

use super::access::Caller;
use super::asked::{Parameters, Path};
use super::loaded::{Loaded, Question};
use super::problem::{Problem, ProblemView};
use super::upload::receive;
use super::{App, Refused, Service};

/// Bytes of an uploaded snapshot: that of five million names has 1.5 gigabytes.
pub const MOST_UPLOAD: usize = 16 << 30;

/// How often a watched folder is looked at.
const LOOK: Duration = Duration::from_secs(2);

/// How long to wait before a snapshot is tried again that the service could not keep, as where its disk is full.
const AGAIN: Duration = Duration::from_secs(60);

/// Names of a new snapshot that are screened before it is used: enough to see that it answers at all.
const SAMPLE: usize = 100;

/// How snapshot files end.
const ENDING: &str = "snapshot";

/// The file of the service's folder that names the snapshot in use.
const IN_USE: &str = "in-use";

/// The kept snapshot that a service was using when it ended, if it was using any.
///
/// # Errors
/// It is not there any more: other data would answer otherwise.
pub fn last_used(data: &File) -> Result<Option<PathBuf>, Error> {
    let named = data.join(IN_USE);
    let failed = |error| Error::io(named.display().to_string(), error);
    let digest = match std::fs::read(&named) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        read => String::from_utf8_lossy(&read.map_err(failed)?).into_owned(),
    };
    let is_digest = digest.len() == 32 && digest.bytes().all(|byte| byte.is_ascii_hexdigit());
    let path = data.join("snapshots").join(format!("{digest}.{ENDING}"));
    if is_digest && path.is_file() {
        return Ok(Some(path));
    }
    let what = "names a snapshot that is not kept any more; name one with --snapshot, or remove this file to begin with \
                the built-in data";
    Err(Error::file(named.display().to_string(), what))
}

/// Removes what uploads that were cut off by the end of the service left.
pub fn sweep(data: &File) {
    let files = std::fs::read_dir(data.join("snapshots")).into_iter().flatten().flatten();
    let cut = files.filter(|file| file.file_name().to_string_lossy().starts_with(".upload-"));
    cut.for_each(|file| drop(std::fs::remove_file(file.path())));
    let folders = std::fs::read_dir(data.join("jobs")).into_iter().flatten().flatten();
    let is_own = |name: &str| name.len() == 32 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    let cut = folders.filter(|folder| {
        is_own(&folder.file_name().to_string_lossy()) && !folder.path().join("job.json").exists()
    });
    cut.for_each(|folder| drop(std::fs::remove_dir_all(folder.path())));
}

/// A copy of a snapshot file that nobody else writes to, in the folder of the service or of the system. It is gone when
/// it is dropped; what was mapped of it stays.
///
/// # Errors
/// It cannot be read, or there is no room for it.
pub fn own_copy(path: &File, data: Option<&File>) -> Result<tempfile::TempPath, Error> {
    let failed = |error| Error::io(path.display().to_string(), error);
    let folder = data.map_or_else(std::env::temp_dir, File::to_owned);
    std::fs::create_dir_all(&folder).map_err(failed)?;
    let own = tempfile::Builder::new().prefix("parentage-").suffix(".snapshot").tempfile_in(folder);
    let own = own.map_err(failed)?.into_temp_path();
    std::fs::copy(path, &own).map_err(failed)?;
    Ok(own)
}

/// Why a snapshot is not used.
enum Why {
    /// It is damaged, or its lists shrank.
    File(String),
    /// The service cannot keep it, or account for it: it may go another time.
    Own(String),
}

impl Why {
    fn reason(&self) -> &str {
        let (Why::File(reason) | Why::Own(reason)) = self;
        reason
    }

    fn problem(self, field: &str) -> Problem {
        match self {
            Why::File(reason) => Problem::field(field, reason),
            Why::Own(reason) => Problem::own(reason),
        }
    }
}

impl Service {
    /// Takes a snapshot file into use if it is whole, answers, and its lists did not shrink. Requests under way end on the
    /// one before.
    fn refresh(&self, path: &File, allow_shrink: bool, by: &str) -> Result<Arc<Loaded>, Why> {
        let checked = self.checked(path, allow_shrink).map_err(Why::File);
        let refreshed = checked.and_then(|loaded| {
            // What cannot be kept or accounted for is not used, nor gone on with.
            let told = self.note_in_use(&loaded).and_then(|()| {
                self.tell_activation(&loaded, by).map_err(|problem| problem.to_string())
            });
            told.map_err(|why| {
                let _ = self.note_in_use(&self.loaded());
                Why::Own(why)
            })?;
            Ok(loaded)
        });
        self.metrics.refreshed(refreshed.is_ok());
        let refused = match &refreshed {
            Ok(loaded) => {
                self.current.store(Arc::clone(loaded));
                if let Some(portfolio) = &self.portfolio {
                    portfolio.wish();
                }
                None
            }
            Err(why) => Some(Refused { at: SystemTime::now(), reason: why.reason().to_owned() }),
        };
        *self.refused.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = refused;
        refreshed
    }

    /// Keeps a snapshot, and notes that a service that is started again goes on with it.
    pub(super) fn note_in_use(&self, loaded: &Loaded) -> Result<(), String> {
        let Some(data) = &self.config.data else { return Ok(()) };
        self.keep_snapshot(loaded).map_err(|problem| problem.to_string())?;
        let new = data.join("in-use.new");
        let written = std::fs::write(&new, loaded.snapshot.digest());
        let written = written.and_then(|()| std::fs::rename(&new, data.join(IN_USE)));
        written.map_err(|error| format!("it cannot be noted that it is in use: {error}"))
    }

    fn checked(&self, path: &File, allow_shrink: bool) -> Result<Arc<Loaded>, String> {
        // What is kept is never written to again; what others own may be.
        let kept = self.kept().is_ok_and(|kept| path.parent() == Some(&kept));
        let own = (!kept).then(|| own_copy(path, self.config.data.as_deref())).transpose();
        let own = own.map_err(|error| error.to_string())?;
        let name = own.as_deref().unwrap_or(path).display().to_string();
        let shown = path.display().to_string();
        let told = |error: Error| error.to_string().replace(&name, &shown);
        Snapshot::check(&name).map_err(told)?;
        let snapshot = Snapshot::open(&name).map_err(told)?;
        let shrunk = snapshot.shrunk_since(&self.loaded().snapshot);
        if !shrunk.is_empty() && !allow_shrink {
            return Err(format!("lists shrank by more than a tenth: {}", shrunk.join(", ")));
        }
        let origin = path.file_name().map_or(shown.clone(), |own| own.to_string_lossy().into());
        let written = path.metadata().and_then(|meta| meta.modified());
        let loaded = Loaded::new(snapshot, origin, written.ok());
        self.answers(&loaded)?;
        Ok(Arc::new(loaded))
    }

    /// Screens some listed names, none of which may come out as clear.
    fn answers(&self, loaded: &Loaded) -> Result<(), String> {
        let prepared = loaded.prepared(&Question::on(Day::today()), &self.config.house);
        let prepared = prepared.map_err(|_| "its rules cannot be applied".to_owned())?;
        let entries = loaded.snapshot.entries();
        let step = (entries.len() / SAMPLE).max(1);
        prepared.with(|screener, _| {
            for (number, entry) in (0u32..).zip(entries).step_by(step) {
                let listed = loaded.snapshot.entity_of_entry(number);
                let said = &screener.findings(listed).exposures;
                let verdict = screener.screen(&Party::named(entry.name.clone()));
                if !said.is_empty() && verdict.answer == Answer::Clear {
                    return Err(format!("`{}`, which it lists, comes out as clear", entry.name));
                }
            }
            Ok(())
        })
    }

    /// The folder of kept snapshots.
    pub fn kept(&self) -> Result<PathBuf, Problem> {
        let data = self.config.data.as_ref().ok_or_else(|| {
            let reason = "this service keeps no snapshots; it was started without --data";
            Problem::new(StatusCode::CONFLICT, reason)
        })?;
        Ok(data.join("snapshots"))
    }
}

/// A snapshot that is kept.
#[derive(Debug, Serialize, ToSchema)]
struct Kept {
    /// Its digest, which names it.
    digest: String,
    bytes: u64,
}

/// The snapshots of the service.
#[derive(Debug, Serialize, ToSchema)]
pub struct Snapshots {
    /// The digest of the one in use.
    in_use: String,
    /// Where it came from.
    origin: String,
    /// Seconds since its file was written; of files and built-in data, since the service began.
    age_seconds: u64,
    /// Why a newer one is not used, if a refresh failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_failed: Option<String>,
    /// Those that are kept and can be activated.
    kept: Vec<Kept>,
}

/// The snapshot in use, and those that are kept.
#[utoipa::path(get, path = "/v1/snapshots", tag = "Snapshots", responses(
    (status = 200, description = "The snapshots", body = Snapshots)))]
pub async fn all(State(app): State<App>, parameters: Parameters) -> Result<Response, Problem> {
    parameters.only(&[])?;
    let loaded = app.loaded();
    let mut kept = Vec::new();
    if let Ok(folder) = app.kept()
        && let Ok(files) = std::fs::read_dir(folder)
    {
        let files = files.flatten().map(|file| file.path());
        let named = files.filter(|path| path.extension().is_some_and(|own| own == ENDING));
        kept.extend(named.filter_map(|path| {
            let digest = path.file_stem()?.to_str()?.to_owned();
            Some(Kept { digest, bytes: path.metadata().ok()?.len() })
        }));
    }
    kept.sort_by(|a, b| a.digest.cmp(&b.digest));
    let answer = Snapshots {
        in_use: loaded.snapshot.digest().to_owned(),
        origin: loaded.origin.clone(),
        age_seconds: loaded.age().as_secs(),
        refresh_failed: app.refused().map(|refused| refused.reason),
        kept,
    };
    app.json(&loaded, &answer)
}

/// What became of a snapshot.
#[derive(Debug, Serialize, ToSchema)]
pub struct Taken {
    /// Its digest.
    digest: String,
    /// Whether it is in use now.
    activated: bool,
}

/// Uploads a snapshot file, checks it and takes it into use.
#[utoipa::path(post, path = "/v1/snapshots", tag = "Snapshots", params(
    ("activate" = Option<bool>, Query, description = "Take it into use (default)"),
    ("allow_shrink" = Option<bool>, Query, description = "Accept lists that have over 10 % fewer entries than now")),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses(
        (status = 201, description = "It is kept", body = Taken),
        (status = 401, description = "No token", body = ProblemView, content_type = "application/problem+json"),
        (status = 403, description = "Not by this role", body = ProblemView, content_type = "application/problem+json"),
        (status = 409, description = "Nothing is kept here", body = ProblemView, content_type = "application/problem+json"),
        (status = 422, description = "It is no snapshot, damaged, or its lists shrank", body = ProblemView, content_type = "application/problem+json")))]
pub async fn upload(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    parameters: Parameters,
    body: Body,
) -> Result<Response, Problem> {
    parameters.only(&["activate", "allow_shrink"])?;
    let flag = |name| parameters.parsed::<bool>(name, "true or false");
    let (activate, allow) =
        (flag("activate")?.unwrap_or(true), flag("allow_shrink")?.unwrap_or(false));
    let folder = app.kept()?;
    let failed = |error: std::io::Error| Problem::own(format!("it cannot be kept: {error}"));
    std::fs::create_dir_all(&folder).map_err(failed)?;
    // A name of our own: nothing that the client says becomes a path.
    let new = tempfile::Builder::new().prefix(".upload-").tempfile_in(&folder).map_err(failed)?;
    receive(body, new.reopen().map_err(failed)?, MOST_UPLOAD).await?;
    let own = Arc::clone(&app);
    let done = move || {
        let refused = |reason| Problem::field("body", reason);
        let digest = digest_of(new.path()).map_err(refused)?;
        let path = folder.join(format!("{digest}.{ENDING}"));
        new.persist(&path).map_err(|error| failed(error.error))?;
        if activate {
            own.refresh(&path, allow, &caller.name).map_err(|why| why.problem("body"))?;
        }
        Ok(Taken { digest, activated: activate })
    };
    let taken = app.work(done).await?;
    let response = app.json(&app.loaded(), &taken)?;
    Ok((StatusCode::CREATED, response).into_response())
}

fn digest_of(path: &File) -> Result<String, String> {
    let name = path.display().to_string();
    // The name is of no use to whoever uploaded it.
    let told = |error: Error| error.to_string().replace(&name, "the file");
    Snapshot::check(&name).map_err(told)?;
    Ok(Snapshot::open(&name).map_err(told)?.digest().to_owned())
}

/// Takes a kept snapshot into use.
#[utoipa::path(post, path = "/v1/snapshots/{digest}/activate", tag = "Snapshots", params(
    ("digest" = String, Path, description = "Of a kept snapshot", example = "0123456789abcdef0123456789abcdef"),
    ("allow_shrink" = Option<bool>, Query, description = "Accept lists that have over 10 % fewer entries than now")),
    responses(
        (status = 200, description = "It is in use", body = Taken),
        (status = 401, description = "No token", body = ProblemView, content_type = "application/problem+json"),
        (status = 403, description = "Not by this role", body = ProblemView, content_type = "application/problem+json"),
        (status = 404, description = "There is none", body = ProblemView, content_type = "application/problem+json"),
        (status = 409, description = "Nothing is kept here", body = ProblemView, content_type = "application/problem+json"),
        (status = 422, description = "It is damaged, or its lists shrank", body = ProblemView, content_type = "application/problem+json")))]
pub async fn activate(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Path(digest): Path<String>,
    parameters: Parameters,
) -> Result<Response, Problem> {
    parameters.only(&["allow_shrink"])?;
    let allow = parameters.parsed::<bool>("allow_shrink", "true or false")?.unwrap_or(false);
    let folder = app.kept()?;
    let is_digest = digest.len() == 32 && digest.bytes().all(|byte| byte.is_ascii_hexdigit());
    let path = folder.join(format!("{digest}.{ENDING}"));
    if !is_digest || !path.is_file() {
        return Err(Problem::not_found("no kept snapshot has this digest; see /v1/snapshots"));
    }
    let own = Arc::clone(&app);
    let done = move || {
        own.refresh(&path, allow, &caller.name).map_err(|why| why.problem("digest"))?;
        Ok(Taken { digest, activated: true })
    };
    let taken = app.work(done).await?;
    app.json(&app.loaded(), &taken)
}

/// The state of an update, as yente says it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Updated {
    /// `ok`.
    status: &'static str,
}

/// Looks at the watched folder at once.
#[utoipa::path(post, path = "/updatez", tag = "yente", params(
    ("sync" = Option<bool>, Query, description = "Accepted: the answer always waits until the update is done"),
    ("token" = Option<String>, Query, description = "Accepted and not used: the token of the request decides")),
    responses(
        (status = 200, description = "The newest snapshot is in use", body = Updated),
        (status = 401, description = "No token", body = ProblemView, content_type = "application/problem+json"),
        (status = 403, description = "Not by this role", body = ProblemView, content_type = "application/problem+json"),
        (status = 422, description = "The newest snapshot cannot be used", body = ProblemView, content_type = "application/problem+json")))]
pub async fn update(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    parameters: Parameters,
) -> Result<Response, Problem> {
    parameters.only(&["sync", "token"])?;
    parameters.parsed::<bool>("sync", "true or false")?;
    if let Some(path) = app.config.watch.as_deref().and_then(newest) {
        let own = Arc::clone(&app);
        let done = move || {
            let refreshed = own.refresh(&path.0, false, &caller.name);
            refreshed.map_err(|why| why.problem("snapshot"))
        };
        app.work(done).await?;
    }
    app.json(&app.loaded(), &Updated { status: "ok" })
}

/// The newest snapshot file of a folder, with when it was written and its size.
fn newest(folder: &File) -> Option<(PathBuf, SystemTime, u64)> {
    let files = std::fs::read_dir(folder).ok()?.flatten().map(|file| file.path());
    let named = files.filter(|path| path.extension().is_some_and(|own| own == ENDING));
    let dated = named.filter_map(|path| {
        let meta = path.metadata().ok()?;
        Some((path, meta.modified().ok()?, meta.len()))
    });
    dated.max_by(|a, b| (a.1, &a.0).cmp(&(b.1, &b.0)))
}

/// Takes the newest snapshot of a folder into use whenever there is another one that is no longer written to.
pub async fn watch(app: App, folder: PathBuf) {
    // What lies there from the start is taken unless it is older than what the service goes on with.
    let begun = app.loaded().written;
    let older = |(_, written, _): &(PathBuf, SystemTime, u64)| begun >= Some(*written);
    let (mut seen, mut used) = (None, newest(&folder).filter(older));
    loop {
        let now = newest(&folder);
        if now.is_some() && now == seen && now != used {
            used.clone_from(&now);
            if let Some((path, ..)) = now.clone() {
                let own = Arc::clone(&app);
                let done = move || Ok(own.refresh(&path, false, "").err());
                // What is refused is kept as such, and told by /readyz and every answer.
                if let Ok(Some(Why::Own(_))) = app.work(done).await {
                    used = None;
                    tokio::time::sleep(AGAIN).await;
                }
            }
        }
        seen = now;
        tokio::time::sleep(LOOK).await;
    }
}
