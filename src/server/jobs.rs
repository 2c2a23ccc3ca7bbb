//! `/v1/jobs`: files of parties, screened one after the other by processes of their own, so that whoever asks about one
//! name does not wait, and a service that is killed goes on where it was.

mod queue;

use std::path::Path as File;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use parentage::source::{Encoding, digest_of};

pub use queue::Jobs;

pub use queue::private;
use queue::{Kept, Stage};

use super::access::Caller;
use super::asked::{Parameters, Path};
use super::entities::question;
use super::loaded::{Loaded, Question};
use super::problem::{Problem, ProblemView};
use super::screen::points;
use super::upload::receive;
use super::{App, Service};

/// Bytes of a file of parties: a hundred million short ones.
const MOST_UPLOAD: usize = 4 << 30;

/// Jobs that are kept of one client, done ones included: whoever has fetched a result deletes its job.
const MOST_JOBS: usize = 100;

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

impl Jobs {
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

impl Service {
    fn jobs(&self) -> Result<&Jobs, Problem> {
        self.jobs.as_ref().ok_or_else(|| {
            let reason = "this service takes no jobs; it was started without --data";
            Problem::new(StatusCode::CONFLICT, reason)
        })
    }

    /// The file of a snapshot, written where there is none. It is as old as the file that it came from.
    pub fn keep_snapshot(&self, loaded: &Loaded) -> Result<String, Problem> {
        let digest = loaded.snapshot.digest().to_owned();
        let folder = self.kept()?;
        let path = folder.join(format!("{digest}.snapshot"));
        let failed = |error: String| Problem::own(format!("the snapshot cannot be kept: {error}"));
        if !path.is_file() {
            std::fs::create_dir_all(&folder).map_err(|error| failed(error.to_string()))?;
            let saved = loaded.snapshot.save(&path.display().to_string());
            saved.map_err(|error| failed(error.to_string()))?;
            if let Some(written) = loaded.written {
                let file = std::fs::File::options().write(true).open(&path);
                // The age is told; what cannot be dated is as old as the copy.
                let _ = file.and_then(|file| file.set_modified(written));
            }
        }
        Ok(digest)
    }
}

/// Formats of files of parties, and of results.
pub const INPUTS: [&str; 4] = ["csv", "xlsx", "jsonl", "parquet"];
pub const OUTPUTS: [&str; 4] = ["csv", "jsonl", "xlsx", "parquet"];

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
    ("profile" = Option<String>, Query, description = "A policy that the service was started with"),
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
    parameters.only(&[&["format", "out", "profile"], &named[..]].concat())?;
    let format = one_of(&parameters, "format", INPUTS)?;
    let out = one_of(&parameters, "out", OUTPUTS)?;
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
    let profile = parameters.one("profile")?;
    let profile = profile.and_then(|id| house.profiles.iter().position(|own| own.id == id));
    arguments.extend(profile.map(|at| format!("--profile={}", house.profile_files[at])));
    let jobs = app.jobs()?;
    if jobs.all().values().filter(|kept| kept.by == caller.name).count() >= MOST_JOBS {
        let reason = format!("{MOST_JOBS} jobs of yours are kept; delete those that are done");
        return Err(Problem::later(StatusCode::TOO_MANY_REQUESTS, 60, reason));
    }
    let own = Arc::clone(&app);
    let snapshot = app.work(move || own.keep_snapshot(&own.loaded())).await?;
    let id = new_id()?;
    let folder = jobs.folder_of(&id);
    let input = format!("parties.{format}");
    let mut unfinished = Unfinished(Some(folder.clone()));
    let digest = take(&folder, &input, body).await?;
    if let Some(kept) = &app.decisions
        && app.decided()?.count > 0
    {
        // What is decided while the job goes on is for the next one.
        let path = folder.join("decisions.db");
        kept.copy(&path).map_err(|error| Problem::own(error.to_string()))?;
        arguments.push(format!("--decisions={}", path.display()));
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
    let told = serde_json::json!({
        "id": kept.id, "snapshot": kept.snapshot, "input": digest, "arguments": kept.arguments,
    });
    app.tell("job", &kept.by, &told)?;
    unfinished.0 = None;
    jobs.all().insert(id.clone(), kept.clone());
    jobs.queued.notify_one();
    let mut response = app.json(&app.loaded(), &jobs.view(kept))?;
    let place = HeaderValue::from_str(&format!("/v1/jobs/{id}")).ok();
    response.headers_mut().extend(place.map(|place| (header::LOCATION, place)));
    Ok((StatusCode::ACCEPTED, response).into_response())
}

/// The folder of a job that is not taken yet: it is gone unless the job is.
struct Unfinished(Option<std::path::PathBuf>);

impl Drop for Unfinished {
    fn drop(&mut self) {
        self.0.iter().for_each(|folder| drop(std::fs::remove_dir_all(folder)));
    }
}

impl Service {
    /// Logs that a job is over, with the digest of its result.
    pub fn tell_job(&self, job: &Kept) {
        let Some(jobs) = &self.jobs else { return };
        let path = jobs.folder_of(&job.id).join(&job.output);
        let result = (job.state == Stage::Done).then(|| {
            let digest = digest_of(&path.display().to_string()).map(blake3::Hash::from);
            digest.map_or_else(|error| error.to_string(), |digest| digest.to_hex().to_string())
        });
        let what = serde_json::json!({"id": job.id, "state": job.state, "result": result});
        // The job is over whether it can be logged or not; what is asked next fails, and is told.
        let _ = self.tell("job_ended", &job.by, &what);
    }
}

/// Refuses what `screen` would refuse once the file is here.
fn usable(app: &App, parameters: &Parameters) -> Result<(), Problem> {
    if let Some(score) = parameters.parsed::<f64>("threshold", "a number in 0..1")? {
        points("threshold", score)?;
    }
    parameters.parsed::<u32>("limit", "a whole number of 0 or more")?;
    let threshold = parameters.one("threshold")?.map(|_| 0);
    let question = Question { threshold, ..question(parameters)? };
    app.loaded().settings(&question, &app.config.house)?;
    file_options(parameters)?;
    Ok(())
}

/// One of some words; `csv` where none is given.
pub fn one_of(
    parameters: &Parameters,
    name: &str,
    known: [&'static str; 4],
) -> Result<&'static str, Problem> {
    let asked = parameters.one(name)?.unwrap_or("csv");
    let reason = || Problem::field(name, format!("`{asked}` is none of {}", known.join(", ")));
    known.into_iter().find(|own| *own == asked).ok_or_else(reason)
}

/// How a file of parties is read: the sign between fields, the encoding, and the column of names.
pub type FileOptions = (Option<u8>, Option<String>, String);

/// The parameters that say how a file of parties is read.
pub fn file_options(parameters: &Parameters) -> Result<FileOptions, Problem> {
    let sign = parameters.one("delimiter")?.unwrap_or(",");
    if sign != "tab"
        && (sign.len() != 1
            || sign.contains(|c: char| {
                c.is_ascii_alphanumeric() || c == '"' || c.is_control() && c != '\t'
            }))
    {
        return Err(Problem::field("delimiter", "is not one sign that can part fields, or `tab`"));
    }
    if let Some(encoding) = parameters.one("encoding")?
        && Encoding::parse(encoding).is_none()
    {
        return Err(Problem::field("encoding", format!("`{encoding}` is no encoding")));
    }
    let name_column = parameters.one("name_column")?.unwrap_or("name");
    if name_column.contains('\0') {
        return Err(Problem::field("name_column", "has a NUL character"));
    }
    let given = parameters
        .one("delimiter")?
        .map(|sign| if sign == "tab" { b'\t' } else { sign.as_bytes()[0] });
    let encoding = parameters.one("encoding")?.map(str::to_owned);
    Ok((given, encoding, name_column.to_owned()))
}

fn new_id() -> Result<String, Problem> {
    let mut bits = [0_u8; 16];
    getrandom::fill(&mut bits).map_err(|error| Problem::own(error.to_string()))?;
    Ok(bits.iter().fold(String::new(), |id, byte| id + &format!("{byte:02x}")))
}

/// Writes an upload into the folder of a job. Returns its digest, hexadecimal.
async fn take(folder: &File, name: &str, body: Body) -> Result<String, Problem> {
    let failed = |error: std::io::Error| Problem::own(format!("the file cannot be kept: {error}"));
    private(folder).map_err(failed)?;
    let file = std::fs::File::create(folder.join(name)).map_err(failed)?;
    receive(body, file, MOST_UPLOAD).await
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
    let told = serde_json::json!({"id": id});
    if jobs.turn(&id, &under_way, Stage::Cancelled, Vec::new()) {
        jobs.cancelled.notify_one();
        app.tell("job_cancelled", &caller.name, &told)?;
        let view = jobs.view(jobs.of(&id, &caller)?);
        return app.json(&app.loaded(), &view);
    }
    app.tell("job_forgotten", &caller.name, &told)?;
    jobs.all().remove(&id);
    let _ = std::fs::remove_dir_all(jobs.folder_of(&id));
    Ok(StatusCode::NO_CONTENT.into_response())
}
