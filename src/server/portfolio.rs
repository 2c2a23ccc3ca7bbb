//! `/v1/portfolio`: customers that are watched. Whenever something changes that may concern them, they are screened again;
//! alerts that are new or gone stand in a file, on the page, and go out as webhooks.

mod kept;
mod watch;

use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use rayon::prelude::*;
use serde::Serialize;
use serde_json::json;
use serde_json::value::RawValue;

use parentage::day::Day;
use parentage::monitor::Alert;

use super::access::Caller;
use super::asked::Parameters;
use super::jobs::{INPUTS, file_options, one_of};
use super::loaded::Question;
use super::problem::{Problem, ProblemView};
use super::upload::receive;
use super::{App, Service};

pub use kept::Portfolio;
pub use watch::watch;

use kept::Kept;

/// Bytes of a file of customers.
const MOST_UPLOAD: usize = 4 << 30;

/// Alerts and events shown at once.
pub const MOST_SHOWN: usize = 1_000;

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
    let view = app.portfolio()?.view();
    app.json(&app.loaded(), &view)
}

/// Takes a file of customers to be watched, in the place of the one before.
///
/// Alerts of those who stay stay; nobody is told of them again.
#[utoipa::path(put, path = "/v1/portfolio", tag = "Portfolio", params(
    ("format" = Option<String>, Query, description = "Of the file: csv (default), xlsx, jsonl, parquet"),
    ("name_column" = Option<String>, Query, description = "The column of names"),
    ("delimiter" = Option<String>, Query, description = "What parts fields"),
    ("encoding" = Option<String>, Query, description = "The encoding of text"),
    ("profile" = Option<String>, Query, description = "The policy that they are watched under")),
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
    parameters.only(&["format", "name_column", "delimiter", "encoding", "profile"])?;
    let profile = parameters.one("profile")?.map(str::to_owned);
    let question = Question { profile: profile.clone(), ..Question::on(Day::today()) };
    app.loaded().settings(&question, &app.config.house)?;
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
        profile,
        by: caller.name,
        at: jiff::Timestamp::now().to_string(),
    };
    let own = Arc::clone(&app);
    let done = move || {
        let portfolio = own.portfolio()?;
        // Looked at before it takes the place of a file of the same digest.
        let name = new.path().file_name().unwrap_or_default().to_string_lossy().into_owned();
        let path = new.path().display().to_string();
        let probe = Kept { file: name, ..kept.clone() };
        if let Err(error) = probe.open(&folder) {
            let reason = error.to_string().replace(&path, "the file");
            return Err(Problem::field("body", reason));
        }
        new.persist(folder.join(&kept.file)).map_err(|error| failed(error.error))?;
        let what = json!({"digest": kept.digest, "format": kept.format, "profile": kept.profile});
        if let Err(problem) = own.tell("portfolio_taken", &kept.by, &what) {
            if portfolio.kept().is_none_or(|before| before.file != kept.file) {
                let _ = std::fs::remove_file(folder.join(&kept.file));
            }
            return Err(problem);
        }
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
        let total = portfolio.count();
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
