//! What went wrong, as RFC 9457 has it: `application/problem+json`, with the field that is to blame and the reason.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use parentage::error::Error;

/// The media type of problems.
pub const PROBLEM: &str = "application/problem+json";

/// Why a request is not answered.
#[derive(Debug, Clone)]
pub struct Problem {
    status: StatusCode,
    field: Option<String>,
    reason: String,
    /// Seconds after which it may be asked again.
    retry_after: Option<u64>,
}

/// A problem as it goes out.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemView {
    /// `about:blank`: the status says what kind of problem it is.
    r#type: &'static str,
    /// What the status is called.
    title: &'static str,
    /// The status of the answer.
    status: u16,
    /// The field to blame, if one is, and the reason, as a sentence.
    detail: String,
    /// The field of the body, or the parameter, that is to blame.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    /// What is wrong, and what to do.
    reason: String,
}

impl Problem {
    /// A problem of the whole request.
    pub fn new(status: StatusCode, reason: impl Into<String>) -> Problem {
        Problem { status, field: None, reason: reason.into(), retry_after: None }
    }

    /// A field or parameter that cannot be used.
    pub fn field(field: impl Into<String>, reason: impl Into<String>) -> Problem {
        let field = Some(field.into());
        Problem { field, ..Problem::new(StatusCode::UNPROCESSABLE_ENTITY, reason) }
    }

    /// There is nothing of that name.
    pub fn not_found(reason: impl Into<String>) -> Problem {
        Problem::new(StatusCode::NOT_FOUND, reason)
    }

    /// Too much at once: it may be asked again after some seconds.
    pub fn later(status: StatusCode, seconds: u64, reason: impl Into<String>) -> Problem {
        Problem { retry_after: Some(seconds), ..Problem::new(status, reason) }
    }

    /// A fault of the service itself.
    pub fn own(reason: impl Into<String>) -> Problem {
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, reason)
    }

    /// The same for the command line: where, and why.
    pub fn error(self, of: &str) -> Error {
        Error::file(of, self.reason)
    }

    /// An error of the engine about a field.
    pub fn of(field: &str, error: &Error) -> Problem {
        Problem::field(field, error.to_string())
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.field {
            Some(field) => write!(f, "{field}: {}", self.reason),
            None => f.write_str(&self.reason),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let detail = self.to_string();
        let Problem { status, field, reason, retry_after } = self;
        let title = status.canonical_reason().unwrap_or("Error");
        let status_code = status.as_u16();
        let view = ProblemView {
            r#type: "about:blank",
            title,
            status: status_code,
            detail,
            field,
            reason,
        };
        let body = serde_json::to_string(&view).unwrap_or_default();
        let mut response = (status, [(header::CONTENT_TYPE, PROBLEM)], body).into_response();
        if let Some(seconds) = retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            let scheme = HeaderValue::from_static("Bearer");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, scheme);
        }
        response
    }
}
