//! `/v1/jobs`: files of parties, screened one after the other by processes of their own, so that whoever asks about one
//! name does not wait, and a service that is killed goes on where it was.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path as File, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use http_body_util::BodyExt;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::Notify;
use utoipa::ToSchema;

use parentage::error::Error;
use parentage::screen::select_rules;
use parentage::source::Encoding;

use super::access::Caller;
use super::asked::{Parameters, Path};
use super::problem::{Problem, ProblemView};
use super::screen::points;
use super::{App, Service};

/// Bytes of a file of parties: a hundred million short ones.
const MOST_UPLOAD: usize = 4 << 30;

/// Jobs that are kept, done ones included: whoever has fetched a result deletes its job.
const MOST_JOBS: usize = 1_000;

/// What a job has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Stage {
    /// It waits for those before it.
    Queued,
    /// It is screened.
    Running,
    /// Its result is whole.
    Done,
    /// It could not be screened; `messages` say why.
    Failed,
    /// Somebody ended it.
    Cancelled,
}

/// A job as its folder keeps it.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Kept {
    id: String,
    /// Whose it is.
    by: String,
    state: Stage,
    /// Seconds since 1970.
    created: u64,
    snapshot: String,
    /// How often its process was killed.
    #[serde(default)]
    killed: u32,
    input: String,
    output: String,
    arguments: Vec<String>,
    /// What could not be read, or why it failed.
    messages: Vec<String>,
}

/// A job.
#[derive(Debug, Serialize, ToSchema)]
pub struct JobView {
    /// Its id.
    id: String,
    /// `queued`, `running`, `done`, `failed` or `cancelled`.
    state: Stage,
    /// Seconds since 1970 at which it came.
    created: u64,
    /// The digest of the snapshot that it is screened against.
    snapshot: String,
    /// Parties answered so far, by verdict.
    #[schema(value_type = Object)]
    verdicts: Value,
    /// What could not be read, or why it failed.
    messages: Vec<String>,
    /// Where its result is, once it is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<String>,
}

/// The jobs of a service.
pub struct Jobs {
    folder: PathBuf,
    all: Mutex<BTreeMap<String, Kept>>,
    /// Something is queued.
    queued: Notify,
    /// A running job may be cancelled.
    cancelled: Notify,
}

/// Makes a folder that nobody else of the machine can look into: files of parties lie in it.
fn private(folder: &File) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// How often a job whose process is killed is begun again: by a system without memory it is killed every time.
const MOST_KILLED: u32 = 3;

/// Messages that are kept of a job, and letters of each.
const MESSAGES: usize = 100;
const LETTERS: usize = 500;

impl Jobs {
    /// The jobs of a folder; those that a service left under way wait for their turn again.
    ///
    /// # Errors
    /// The folder cannot be made or read.
    pub fn open(data: &File) -> Result<Jobs, Error> {
        let folder = data.join("jobs");
        let failed = |error| Error::io(folder.display().to_string(), error);
        private(&folder).map_err(failed)?;
        let mut all = BTreeMap::new();
        for item in std::fs::read_dir(&folder).map_err(failed)?.flatten() {
            let text = std::fs::read_to_string(item.path().join("job.json")).unwrap_or_default();
            // Others' folders are none of ours to touch, nor what a newer version left.
            let Ok(mut kept) = serde_json::from_str::<Kept>(&text) else { continue };
            if kept.state == Stage::Running {
                kept.state = Stage::Queued;
            }
            all.insert(kept.id.clone(), kept);
        }
        let (queued, cancelled) = (Notify::new(), Notify::new());
        queued.notify_one();
        Ok(Jobs { folder, all: Mutex::new(all), queued, cancelled })
    }

    fn all(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Kept>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn folder_of(&self, id: &str) -> PathBuf {
        self.folder.join(id)
    }

    /// Keeps a job: under another name first, so that what is there is whole.
    fn keep(&self, kept: &Kept) -> Result<(), String> {
        let path = self.folder_of(&kept.id).join("job.json");
        let new = path.with_extension("new");
        let text = serde_json::to_string(kept).map_err(|error| error.to_string())?;
        let write = || {
            let mut file = std::fs::File::create(&new)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            std::fs::rename(&new, &path)
        };
        write().map_err(|error| format!("the job cannot be kept: {error}"))
    }

    /// Gives a job another state where it has one of some.
    fn turn(&self, id: &str, from: &[Stage], to: Stage, messages: Vec<String>) -> bool {
        let mut all = self.all();
        let Some(kept) = all.get_mut(id).filter(|kept| from.contains(&kept.state)) else {
            return false;
        };
        kept.state = to;
        kept.messages = messages;
        // What cannot be written is told of the job all the same, and done once more after a restart.
        let _ = self.keep(kept);
        true
    }

    /// The job that waits longest.
    fn next(&self) -> Option<Kept> {
        let all = self.all();
        let queued = all.values().filter(|kept| kept.state == Stage::Queued);
        queued.min_by_key(|kept| (kept.created, kept.id.clone())).cloned()
    }

    /// Works on jobs, one at a time, until the service ends.
    pub async fn work(&self) {
        loop {
            let Some(kept) = self.next() else {
                self.queued.notified().await;
                continue;
            };
            if self.turn(&kept.id, &[Stage::Queued], Stage::Running, Vec::new()) {
                let snapshots = self.folder.with_file_name("snapshots");
                let (to, messages) = self.screen(&kept, &snapshots).await;
                self.turn(&kept.id, &[Stage::Running], to, messages);
            }
        }
    }

    /// Screens the file of a job in a process of its own.
    async fn screen(&self, kept: &Kept, snapshots: &File) -> (Stage, Vec<String>) {
        let folder = self.folder_of(&kept.id);
        let path = |name: &str| folder.join(name).display().to_string();
        let mut arguments = vec!["--in".to_owned(), path(&kept.input)];
        arguments.extend(["--out".to_owned(), path(&kept.output)]);
        let snapshot = snapshots.join(format!("{}.snapshot", kept.snapshot));
        arguments.extend(["--snapshot".to_owned(), snapshot.display().to_string()]);
        arguments.extend(["--resume", "--quiet"].map(str::to_owned));
        arguments.extend(kept.arguments.iter().cloned());
        let program = match std::env::current_exe() {
            Ok(program) => program,
            Err(error) => return (Stage::Failed, vec![error.to_string()]),
        };
        let started = tokio::process::Command::new(program)
            .arg("job")
            .arg(&folder)
            .arg("--")
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn();
        let mut child = match started {
            Ok(child) => child,
            Err(error) => return (Stage::Failed, vec![error.to_string()]),
        };
        let (_held, told) = (child.stdin.take(), child.stderr.take());
        let told = tokio::spawn(messages(told, folder.display().to_string()));
        let ended = loop {
            tokio::select! {
                ended = child.wait() => break ended,
                () = self.cancelled.notified() => {
                    if self.is_cancelled(&kept.id) {
                        let _ = child.kill().await;
                    }
                }
            }
        };
        let messages = told.await.unwrap_or_default();
        match ended.map(|status| status.code()) {
            // 3: what could not be read is among the messages, and in the result as errors.
            Ok(Some(0 | 1 | 3)) => (Stage::Done, messages),
            // Killed: it goes on where it was.
            Ok(None) if self.begun_again(&kept.id) => (Stage::Queued, messages),
            Ok(None) => {
                let why =
                    "its process was killed again and again; is there memory enough?".to_owned();
                (Stage::Failed, [messages, vec![why]].concat())
            }
            Ok(Some(_)) => (Stage::Failed, messages),
            Err(error) => (Stage::Failed, vec![error.to_string()]),
        }
    }

    /// Counts that a process was killed; whether the job may be begun again.
    fn begun_again(&self, id: &str) -> bool {
        let mut all = self.all();
        let kept = all.get_mut(id);
        kept.is_some_and(|kept| {
            kept.killed += 1;
            kept.killed <= MOST_KILLED
        })
    }

    fn is_cancelled(&self, id: &str) -> bool {
        self.all().get(id).is_none_or(|kept| kept.state == Stage::Cancelled)
    }

    /// The job that a caller may see.
    fn of(&self, id: &str, caller: &Caller) -> Result<Kept, Problem> {
        let found = self.all().get(id).filter(|kept| caller.may_see(&kept.by)).cloned();
        found.ok_or_else(|| Problem::not_found("no job has this id"))
    }

    fn view(&self, kept: Kept) -> JobView {
        let out = self.folder_of(&kept.id).join(&kept.output);
        let read = |ending: &str| -> Option<Value> {
            let text = std::fs::read_to_string(format!("{}.{ending}", out.display())).ok()?;
            serde_json::from_str(&text).ok()
        };
        let verdicts = match kept.state {
            Stage::Done => read("run.json").map(|report| report["verdicts"].clone()),
            _ => read("part.json").map(|report| report["counts"].clone()),
        };
        JobView {
            result: (kept.state == Stage::Done).then(|| format!("/v1/jobs/{}/result", kept.id)),
            id: kept.id,
            state: kept.state,
            created: kept.created,
            snapshot: kept.snapshot,
            verdicts: verdicts.unwrap_or(Value::Null),
            messages: kept.messages,
        }
    }
}

/// What a process tells, without the folder in which it works.
async fn messages(told: Option<tokio::process::ChildStderr>, folder: String) -> Vec<String> {
    let mut text = Vec::new();
    if let Some(told) = told {
        // All of it is read, so that the process never waits for a reader.
        let mut told = told;
        let _ = told.read_to_end(&mut text).await;
    }
    let text = String::from_utf8_lossy(&text).replace(&format!("{folder}/"), "");
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines.take(MESSAGES).map(|line| line.chars().take(LETTERS).collect()).collect()
}

impl Service {
    fn jobs(&self) -> Result<&Jobs, Problem> {
        self.jobs.as_ref().ok_or_else(|| {
            let reason = "this service takes no jobs; it was started without --data";
            Problem::new(StatusCode::CONFLICT, reason)
        })
    }

    /// The file of the snapshot in use, written where there is none.
    fn keep_snapshot(&self) -> Result<String, Problem> {
        let loaded = self.loaded();
        let digest = loaded.snapshot.digest().to_owned();
        let folder = self.kept()?;
        let path = folder.join(format!("{digest}.snapshot"));
        let failed = |error: String| Problem::own(format!("the snapshot cannot be kept: {error}"));
        if !path.is_file() {
            std::fs::create_dir_all(&folder).map_err(|error| failed(error.to_string()))?;
            let saved = loaded.snapshot.save(&path.display().to_string());
            saved.map_err(|error| failed(error.to_string()))?;
        }
        Ok(digest)
    }
}

/// Formats of files of parties, and of results.
const INPUTS: [&str; 4] = ["csv", "xlsx", "jsonl", "parquet"];
const OUTPUTS: [&str; 4] = ["csv", "jsonl", "xlsx", "parquet"];

/// Parameters that `screen` takes as they are, each with its option.
const OPTIONS: [(&str, &str); 7] = [
    ("as_of", "--as-of"),
    ("rule", "--rule"),
    ("threshold", "--threshold"),
    ("limit", "--limit"),
    ("name_column", "--name-column"),
    ("delimiter", "--delimiter"),
    ("encoding", "--encoding"),
];

/// Takes a file of parties to be screened.
#[utoipa::path(post, path = "/v1/jobs", tag = "Jobs", params(
    ("format" = Option<String>, Query, description = "Of the file: csv (default), xlsx, jsonl, parquet"),
    ("out" = Option<String>, Query, description = "Of the result: csv (default), jsonl, xlsx, parquet"),
    ("as_of" = Option<String>, Query, description = "The day; today in UTC where none is given"),
    ("rule" = Option<Vec<String>>, Query, description = "Rules by id"),
    ("threshold" = Option<f64>, Query, description = "Scores from here on make a hit"),
    ("limit" = Option<u32>, Query, description = "Matches shown a party"),
    ("name_column" = Option<String>, Query, description = "The column of names"),
    ("delimiter" = Option<String>, Query, description = "What parts fields"),
    ("encoding" = Option<String>, Query, description = "The encoding of text")),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses(
        (status = 202, description = "It waits for its turn", body = JobView),
        (status = 409, description = "No jobs are taken here", body = ProblemView, content_type = "application/problem+json"),
        (status = 422, description = "A parameter that cannot be used", body = ProblemView, content_type = "application/problem+json")))]
pub async fn create(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    parameters: Parameters,
    body: Body,
) -> Result<Response, Problem> {
    let named: Vec<&str> = OPTIONS.iter().map(|(name, _)| *name).collect();
    parameters.only(&[&["format", "out"], &named[..]].concat())?;
    let one_of = |name: &str, known: [&'static str; 4]| {
        let asked = parameters.one(name)?.unwrap_or("csv");
        let reason = || Problem::field(name, format!("`{asked}` is none of {}", known.join(", ")));
        known.into_iter().find(|own| *own == asked).ok_or_else(reason)
    };
    let (format, out) = (one_of("format", INPUTS)?, one_of("out", OUTPUTS)?);
    let day = parameters.day("as_of")?.unwrap_or_else(parentage::day::Day::today);
    let mut arguments = vec![format!("--as-of={day}"), format!("--in-format={format}")];
    let house = &app.config.house;
    arguments.extend(house.floor.map(|floor| format!("--floor={floor}")));
    arguments.extend(house.max_list_age.map(|days| format!("--max-list-age={days}")));
    for (name, option) in OPTIONS.into_iter().filter(|(name, _)| *name != "as_of") {
        // An option and its value are one argument: no value is taken for an option.
        arguments.extend(parameters.all(name).map(|value| format!("{option}={value}")));
    }
    usable(&app, &parameters)?;
    let jobs = app.jobs()?;
    if jobs.all().len() >= MOST_JOBS {
        let reason = "keeps as many jobs as it can; delete those that are done";
        return Err(Problem::later(StatusCode::TOO_MANY_REQUESTS, 60, reason));
    }
    let own = Arc::clone(&app);
    let snapshot = app.work(move || own.keep_snapshot()).await?;
    let id = new_id()?;
    let folder = jobs.folder_of(&id);
    let input = format!("parties.{format}");
    let taken = take(&folder, &input, body).await;
    if let Err(problem) = taken {
        let _ = std::fs::remove_dir_all(&folder);
        return Err(problem);
    }
    let created = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let kept = Kept {
        id: id.clone(),
        by: caller.name,
        state: Stage::Queued,
        created,
        snapshot,
        killed: 0,
        input,
        output: format!("answers.{out}"),
        arguments,
        messages: Vec::new(),
    };
    jobs.keep(&kept).map_err(Problem::own)?;
    jobs.all().insert(id.clone(), kept.clone());
    jobs.queued.notify_one();
    let mut response = app.json(&app.loaded(), &jobs.view(kept))?;
    let place = HeaderValue::from_str(&format!("/v1/jobs/{id}")).ok();
    response.headers_mut().extend(place.map(|place| (header::LOCATION, place)));
    Ok((StatusCode::ACCEPTED, response).into_response())
}

/// Refuses what `screen` would refuse once the file is here.
fn usable(app: &App, parameters: &Parameters) -> Result<(), Problem> {
    if let Some(score) = parameters.parsed::<f64>("threshold", "a number in 0..1")? {
        points("threshold", score)?;
    }
    parameters.parsed::<u32>("limit", "a whole number of 0 or more")?;
    let rules: Vec<String> = parameters.all("rule").map(str::to_owned).collect();
    select_rules(&app.loaded().snapshot, &rules).map_err(|error| Problem::of("rule", &error))?;
    let sign = parameters.one("delimiter")?.unwrap_or(",");
    if sign != "tab"
        && (sign.len() != 1
            || sign.contains(|c: char| c.is_ascii_alphanumeric() || "\"\r\n".contains(c)))
    {
        return Err(Problem::field("delimiter", "is not one sign that can part fields, or `tab`"));
    }
    if let Some(encoding) = parameters.one("encoding")?
        && Encoding::parse(encoding).is_none()
    {
        return Err(Problem::field("encoding", format!("`{encoding}` is no encoding")));
    }
    if parameters.one("name_column")?.is_some_and(|name| name.contains('\0')) {
        return Err(Problem::field("name_column", "has a NUL character"));
    }
    Ok(())
}

fn new_id() -> Result<String, Problem> {
    let mut bits = [0_u8; 16];
    getrandom::fill(&mut bits).map_err(|error| Problem::own(error.to_string()))?;
    Ok(bits.iter().fold(String::new(), |id, byte| id + &format!("{byte:02x}")))
}

/// Writes an upload into the folder of a job.
async fn take(folder: &File, name: &str, mut body: Body) -> Result<(), Problem> {
    let failed = |error: std::io::Error| Problem::own(format!("the file cannot be kept: {error}"));
    private(folder).map_err(failed)?;
    let mut file = tokio::fs::File::create(folder.join(name)).await.map_err(failed)?;
    let mut bytes = 0;
    while let Some(frame) = body.frame().await {
        let broken = |_| Problem::new(StatusCode::BAD_REQUEST, "the upload broke off");
        let Ok(data) = frame.map_err(broken)?.into_data() else { continue };
        bytes += data.len();
        if bytes > MOST_UPLOAD {
            return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "the file is too large"));
        }
        file.write_all(&data).await.map_err(failed)?;
    }
    file.sync_all().await.map_err(failed)
}

/// The jobs of whoever asks.
#[utoipa::path(get, path = "/v1/jobs", tag = "Jobs", responses(
    (status = 200, description = "The jobs, the newest first"),
    (status = 409, description = "No jobs are taken here", body = ProblemView, content_type = "application/problem+json")))]
pub async fn all(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    parameters: Parameters,
) -> Result<Response, Problem> {
    parameters.only(&[])?;
    let jobs = app.jobs()?;
    let mut own: Vec<Kept> =
        jobs.all().values().filter(|kept| caller.may_see(&kept.by)).cloned().collect();
    own.sort_by(|a, b| (b.created, &b.id).cmp(&(a.created, &a.id)));
    let own: Vec<JobView> = own.into_iter().map(|kept| jobs.view(kept)).collect();
    app.json(&app.loaded(), &serde_json::json!({"jobs": own}))
}

/// What a job has come to, and how far it is.
#[utoipa::path(get, path = "/v1/jobs/{id}", tag = "Jobs", params(("id" = String, Path, description = "Its id")), responses(
    (status = 200, description = "The job", body = JobView),
    (status = 404, description = "There is none", body = ProblemView, content_type = "application/problem+json"),
    (status = 409, description = "No jobs are taken here", body = ProblemView, content_type = "application/problem+json")))]
pub async fn one(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let jobs = app.jobs()?;
    let view = jobs.view(jobs.of(&id, &caller)?);
    app.json(&app.loaded(), &view)
}

/// The answers of a job that is done.
#[utoipa::path(get, path = "/v1/jobs/{id}/result", tag = "Jobs", params(("id" = String, Path, description = "Its id")), responses(
    (status = 200, description = "The answers, in the format asked for", content_type = "application/octet-stream"),
    (status = 404, description = "There is no such job", body = ProblemView, content_type = "application/problem+json"),
    (status = 409, description = "It is not done", body = ProblemView, content_type = "application/problem+json")))]
pub async fn result(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let jobs = app.jobs()?;
    let kept = jobs.of(&id, &caller)?;
    if kept.state != Stage::Done {
        return Err(Problem::new(StatusCode::CONFLICT, "the job is not done; see its state"));
    }
    let failed =
        |error: std::io::Error| Problem::own(format!("the result cannot be read: {error}"));
    let path = jobs.folder_of(&id).join(&kept.output);
    let file = tokio::fs::File::open(path).await.map_err(failed)?;
    let length = file.metadata().await.map_err(failed)?.len();
    let kind = match kept.output.rsplit('.').next() {
        Some("csv") => "text/csv; charset=utf-8",
        Some("jsonl") => "application/x-ndjson",
        Some("xlsx") => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        _ => "application/octet-stream",
    };
    let body = Body::from_stream(tokio_util::io::ReaderStream::new(file));
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_LENGTH, length.to_string()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", kept.output)),
    ];
    Ok((headers, body).into_response())
}

/// Cancels a job that is not done, and forgets one that is ended, with its files.
#[utoipa::path(delete, path = "/v1/jobs/{id}", tag = "Jobs", params(("id" = String, Path, description = "Its id")), responses(
    (status = 200, description = "It is cancelled; asked again, it is forgotten", body = JobView),
    (status = 204, description = "It is forgotten, with its files"),
    (status = 404, description = "There is none", body = ProblemView, content_type = "application/problem+json"),
    (status = 409, description = "No jobs are taken here", body = ProblemView, content_type = "application/problem+json")))]
pub async fn cancel(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let jobs = app.jobs()?;
    jobs.of(&id, &caller)?;
    let under_way = [Stage::Queued, Stage::Running];
    if jobs.turn(&id, &under_way, Stage::Cancelled, Vec::new()) {
        jobs.cancelled.notify_one();
        let view = jobs.view(jobs.of(&id, &caller)?);
        return app.json(&app.loaded(), &view);
    }
    jobs.all().remove(&id);
    let _ = std::fs::remove_dir_all(jobs.folder_of(&id));
    Ok(StatusCode::NO_CONTENT.into_response())
}
