//! Whether the service is alive and ready, what it is, and what it counted.

use std::sync::atomic::AtomicU64;
use std::time::Duration;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use serde::Serialize;
use utoipa::ToSchema;

use parentage::day::Day;
use parentage::screen::Answer;

use super::problem::{Problem, ProblemView};
use super::{App, Service};
use axum::http::StatusCode;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Request {
    method: String,
    path: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Path {
    path: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Verdict {
    verdict: &'static str,
}

/// What is counted. No name of a party is among it.
pub struct Metrics {
    requests: Family<Request, Counter>,
    durations: Family<Path, Histogram, fn() -> Histogram>,
    verdicts: Family<Verdict, Counter>,
    /// Snapshots taken into use, and refused.
    activated: Counter,
    refused: Counter,
}

/// Seconds in which answers are counted: from a tenth of a millisecond to ten seconds.
const DURATIONS: [f64; 11] = [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0];

impl Default for Metrics {
    fn default() -> Metrics {
        let durations: fn() -> Histogram = || Histogram::new(DURATIONS);
        Metrics {
            requests: Family::default(),
            durations: Family::new_with_constructor(durations),
            verdicts: Family::default(),
            activated: Counter::default(),
            refused: Counter::default(),
        }
    }
}

impl Metrics {
    /// Counts a request.
    pub fn answered(&self, method: &str, path: &str, status: u16, took: Duration) {
        // A method may be any word; of those that no route has one is enough.
        let known = ["GET", "POST", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"];
        let method = if known.contains(&method) { method } else { "other" };
        let request = Request { method: method.to_owned(), path: path.to_owned(), status };
        self.requests.get_or_create(&request).inc();
        let path = Path { path: path.to_owned() };
        self.durations.get_or_create(&path).observe(took.as_secs_f64());
    }

    /// Counts verdicts.
    pub fn said(&self, answer: Answer) {
        self.verdicts.get_or_create(&Verdict { verdict: answer.as_str() }).inc();
    }

    /// Counts a snapshot that was taken into use, or was not.
    pub fn refreshed(&self, activated: bool) {
        if activated {
            self.activated.inc()
        } else {
            self.refused.inc()
        };
    }
}

impl Service {
    /// How long ago the snapshot in use was loaded.
    fn age(&self) -> Duration {
        self.loaded().age()
    }

    fn registry(&self) -> Registry {
        let mut registry = Registry::with_prefix("parentage");
        let Metrics { requests, durations, verdicts, activated, refused } = &self.metrics;
        registry.register("requests", "Requests answered", requests.clone());
        registry.register_with_unit(
            "request_duration",
            "Time to answer",
            Unit::Seconds,
            durations.clone(),
        );
        registry.register("verdicts", "Parties screened, by verdict", verdicts.clone());
        registry.register("snapshots_activated", "Snapshots taken into use", activated.clone());
        registry.register("snapshots_refused", "Snapshots not taken into use", refused.clone());
        let loaded = self.loaded();
        let whole = |value: u64| {
            let gauge: Gauge<u64, AtomicU64> = Gauge::default();
            gauge.set(value);
            gauge
        };
        let age = whole(self.age().as_secs());
        let what = "Time since the file of the snapshot in use was written";
        registry.register_with_unit("snapshot_age", what, Unit::Seconds, age);
        let failing = whole(u64::from(self.refused().is_some()));
        let what = "Whether the last refresh failed";
        registry.register("snapshot_refresh_failing", what, failing);
        let failed = |own: &super::portfolio::Portfolio| own.why_failed().is_some();
        let unwatched = whole(u64::from(self.portfolio.as_ref().is_some_and(failed)));
        let what = "Whether the last look at watched customers failed";
        registry.register("portfolio_failing", what, unwatched);
        let entities = whole(u64::from(loaded.snapshot.entity_count()));
        registry.register("entities", "Entities of the snapshot in use", entities);
        let entries = whole(loaded.snapshot.entries().len() as u64);
        registry.register("list_entries", "List entries of the snapshot in use", entries);
        let waiting = self.waiting.load(std::sync::atomic::Ordering::Relaxed) as u64;
        registry.register("requests_waiting", "Requests that wait for a core", whole(waiting));
        registry
    }
}

/// The service answers.
#[derive(Debug, Serialize, ToSchema)]
pub struct Alive {
    /// `ok`.
    status: &'static str,
}

/// Whether the process answers at all.
#[utoipa::path(get, path = "/healthz", tag = "Service",
    responses((status = 200, description = "It answers", body = Alive)))]
pub async fn alive() -> axum::Json<Alive> {
    axum::Json(Alive { status: "ok" })
}

/// The service is ready.
#[derive(Debug, Serialize, ToSchema)]
pub struct Ready {
    /// `ok`.
    status: &'static str,
    /// The digest of the snapshot in use.
    snapshot: String,
    /// Seconds since its file was written.
    age_seconds: u64,
    /// Why a newer one is not used, if a refresh failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_failed: Option<String>,
    /// Why the customers could not be looked at last, if they are watched.
    #[serde(skip_serializing_if = "Option::is_none")]
    portfolio_failed: Option<String>,
}

/// Whether it should be asked: a snapshot is loaded and not too old.
#[utoipa::path(get, path = "/readyz", tag = "Service", responses(
    (status = 200, description = "It is ready", body = Ready),
    (status = 503, description = "Its snapshot is older than --max-age", body = ProblemView, content_type = "application/problem+json")))]
pub async fn ready(State(app): State<App>) -> Result<Response, Problem> {
    let (loaded, age) = (app.loaded(), app.age());
    let failed = app.refused().map(|refused| refused.reason);
    if let Some(most) = app.config.max_age.filter(|most| age > *most) {
        let why =
            failed.map_or_else(String::new, |why| format!("; the last refresh failed: {why}"));
        let (age, most) = (age.as_secs(), most.as_secs());
        let reason =
            format!("the snapshot was written {age} s ago, and --max-age is {most} s{why}");
        return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, reason));
    }
    if loaded.damaged.load(std::sync::atomic::Ordering::Relaxed) {
        let reason = "the snapshot file was damaged since it was checked; load a good one";
        return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, reason));
    }
    let ready = Ready {
        status: "ok",
        snapshot: loaded.snapshot.digest().to_owned(),
        age_seconds: age.as_secs(),
        refresh_failed: failed,
        portfolio_failed: app.portfolio.as_ref().and_then(super::portfolio::Portfolio::why_failed),
    };
    app.json(&loaded, &ready)
}

/// What was counted, for Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "Service", responses(
    (status = 200, description = "OpenMetrics text", body = String, content_type = "application/openmetrics-text"),
    (status = 401, description = "No token", body = ProblemView, content_type = "application/problem+json")))]
pub async fn metrics(State(app): State<App>) -> Result<Response, Problem> {
    let mut text = String::new();
    encode(&mut text, &app.registry()).map_err(|error| Problem::own(error.to_string()))?;
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, kind)], text).into_response())
}

/// What the service is.
#[derive(Debug, Serialize, ToSchema)]
pub struct Root {
    /// `parentage`.
    name: &'static str,
    /// Its version.
    version: &'static str,
    /// Today in UTC, the day of answers where none is asked for.
    as_of: String,
    /// The digest of the snapshot in use.
    snapshot: String,
    /// What it is not.
    disclaimer: &'static str,
    /// The paths that it answers.
    paths: Vec<String>,
}

/// Version, day and paths.
#[utoipa::path(get, path = "/", tag = "Service",
    responses((status = 200, description = "What this is; for browsers the page",
        content((Root = "application/json"), (String = "text/html")))))]
pub async fn root(State(app): State<App>) -> Result<Response, Problem> {
    let loaded = app.loaded();
    let root = Root {
        name: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
        as_of: Day::today().to_string(),
        snapshot: loaded.snapshot.digest().to_owned(),
        disclaimer: "a tool for finding and explaining, not legal advice",
        paths: super::openapi::paths(),
    };
    app.json(&loaded, &root)
}
