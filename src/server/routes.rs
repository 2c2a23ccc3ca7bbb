//! Which path is answered by what, for whom, and what surrounds every answer.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::IntoResponse;
use axum::routing::{get, post, put};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::set_header::SetResponseHeaderLayer;

use super::problem::Problem;
use super::tokens::Role;
use super::{
    App, access, decisions, entities, facts, health, jobs, openapi, page, portfolio, screen,
    snapshots, yente,
};

/// Bytes of a body of JSON: a thousand parties with ten owners each take two megabytes.
const MOST_BODY: usize = 8 << 20;

/// Everything the service answers.
pub fn router(service: &App) -> Router {
    let app = Arc::clone(service);
    let read = Router::new()
        .route("/v1/screen", post(screen::screen))
        .route("/v1/entities", get(entities::find))
        .route("/v1/entities/{id}", get(entities::entity))
        .route("/v1/entities/{id}/owners", get(entities::owners))
        .route("/v1/entities/{id}/explain", get(entities::explain).post(entities::what_if))
        .route("/v1/entities/{id}/timeline", get(entities::timeline))
        .route("/v1/lists", get(facts::lists))
        .route("/v1/rules", get(facts::rules))
        .route("/v1/changes", get(facts::changes))
        .route("/v1/snapshots", get(snapshots::all))
        .route("/v1/decisions", get(decisions::all))
        .route("/v1/portfolio", get(portfolio::state))
        .route("/v1/portfolio/alerts", get(portfolio::standing))
        .route("/v1/portfolio/events", get(portfolio::events))
        .route("/v1/jobs", get(jobs::all))
        .route("/v1/jobs/{id}", get(jobs::one).delete(jobs::cancel))
        .route("/v1/jobs/{id}/result", get(jobs::result))
        .merge(yente::routes());
    let admin = Router::new()
        .route("/v1/snapshots", post(snapshots::upload))
        .layer(DefaultBodyLimit::max(snapshots::MOST_UPLOAD))
        .route("/v1/snapshots/{digest}/activate", post(snapshots::activate))
        .route("/v1/portfolio", put(portfolio::put).delete(portfolio::forget))
        .route("/updatez", post(snapshots::update));
    let decide = Router::new().route("/v1/decisions", post(decisions::decide));
    // An upload is read piece by piece, and takes as long as it takes.
    let upload = Router::new().route("/v1/jobs", post(jobs::create));
    let by = |role| from_fn_with_state((Arc::clone(service), role), access::allow);
    let limit = DefaultBodyLimit::max(MOST_BODY);
    Router::new()
        .merge(read.layer(limit).layer(from_fn(access::in_time)).route_layer(by(Role::Read)))
        .merge(decide.layer(limit).layer(from_fn(access::in_time)).route_layer(by(Role::Decide)))
        .merge(upload.layer(DefaultBodyLimit::disable()).route_layer(by(Role::Read)))
        .merge(admin.route_layer(by(Role::Admin)))
        .route("/metrics", get(health::metrics).route_layer(by(Role::Read)))
        .route("/", get(page::root))
        .route("/assets/{name}", get(page::file))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/openapi.json", get(openapi::openapi))
        .fallback(|| async {
            Problem::not_found("there is no such path; /openapi.json names them")
        })
        .method_not_allowed_fallback(access::not_allowed)
        .layer(from_fn_with_state(Arc::clone(service), access::watched))
        .layer(CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| {
            Problem::own("the service has a fault; please report what you asked").into_response()
        }))
        .layer(header_layer(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(header_layer(header::CACHE_CONTROL, "no-store"))
        .with_state(app)
}

fn header_layer(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
}
