//! What a request asks: its parameters and its body, of which nothing unknown is passed over.

use axum::body::Bytes;
use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use parentage::day::Day;

use super::problem::Problem;

/// The parameters of a query, in their order; one name may stand several times.
#[derive(Debug, Clone, Default)]
pub struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// The parameters of a query or of a form.
    pub fn read(text: &[u8]) -> Parameters {
        Parameters(form_urlencoded::parse(text).into_owned().collect())
    }

    /// Refuses a parameter that is none of those known.
    ///
    /// # Errors
    /// There is one.
    pub fn only(&self, known: &[&str]) -> Result<(), Problem> {
        let strange = self.0.iter().find(|(name, _)| !known.contains(&name.as_str()));
        strange.map_or(Ok(()), |(name, _)| {
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            Err(Problem::field(name, format!("is no parameter here; there are {known}")))
        })
    }

    /// A parameter that stands once.
    ///
    /// # Errors
    /// It stands several times.
    pub fn one(&self, name: &str) -> Result<Option<&str>, Problem> {
        let mut all = self.all(name);
        match (all.next(), all.next()) {
            (_, Some(_)) => Err(Problem::field(name, "stands twice; give it once")),
            (one, None) => Ok(one),
        }
    }

    /// Every value of a parameter.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// A parameter as a value of a kind; `what` says what it has to be.
    ///
    /// # Errors
    /// It is none, or stands several times.
    pub fn parsed<T: std::str::FromStr>(
        &self,
        name: &str,
        what: &str,
    ) -> Result<Option<T>, Problem> {
        let read = |text: &str| {
            text.parse().map_err(|_| Problem::field(name, format!("`{text}` is not {what}")))
        };
        self.one(name)?.map(read).transpose()
    }

    /// A day.
    ///
    /// # Errors
    /// It is none, or stands several times.
    pub fn day(&self, name: &str) -> Result<Option<Day>, Problem> {
        self.one(name)?.map(|text| day(name, text)).transpose()
    }
}

/// A day as a field writes it.
///
/// # Errors
/// It is none.
pub fn day(field: &str, text: &str) -> Result<Day, Problem> {
    Day::parse(text).map_err(|error| Problem::field(field, error.to_string()))
}

impl<S: Send + Sync> FromRequestParts<S> for Parameters {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Parameters, Problem> {
        Ok(Parameters::read(parts.uri.query().unwrap_or_default().as_bytes()))
    }
}

/// What a path names.
#[derive(Debug)]
pub struct Path<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Path<T>, Problem> {
        let path = axum::extract::Path::<T>::from_request_parts(parts, state).await;
        let refused =
            |rejection: PathRejection| Problem::new(rejection.status(), rejection.body_text());
        path.map(|axum::extract::Path(own)| Path(own)).map_err(refused)
    }
}

/// A whole number, which JSON may write as `10.0`.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "serde_json::Number")]
pub struct Whole(pub usize);

impl TryFrom<serde_json::Number> for Whole {
    type Error = String;

    fn try_from(number: serde_json::Number) -> Result<Whole, String> {
        let whole = number.as_u64().or_else(|| {
            let number =
                number.as_f64().filter(|own| own.fract() == 0.0 && (0.0..1e15).contains(own))?;
            format!("{number:.0}").parse().ok()
        });
        let whole = whole.and_then(|whole| usize::try_from(whole).ok());
        whole.map(Whole).ok_or_else(|| format!("{number} is not a whole number of 0 or more"))
    }
}

/// A body of JSON.
#[derive(Debug)]
pub struct Json<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Json<T>, Problem> {
        let kind = request.headers().get(header::CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let essence = kind.split(';').next().unwrap_or_default().trim();
        // Whatever else a page of another site could send without being asked for leave.
        if !essence.eq_ignore_ascii_case("application/json") {
            let reason = "the body has to be JSON, with the header content-type: application/json";
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, reason));
        }
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| {
            let status = rejection.status();
            match status {
                StatusCode::PAYLOAD_TOO_LARGE => {
                    let reason = "the body is too large; send fewer parties at once, or a job";
                    Problem::later(status, 1, reason)
                }
                _ => Problem::new(status, rejection.body_text()),
            }
        })?;
        json(&bytes).map(Json)
    }
}

/// A text of JSON as a value.
///
/// # Errors
/// It is no JSON (400), or not of the shape (422, with the field).
pub fn json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        let reason = error.inner().to_string();
        match error.inner().classify() {
            serde_json::error::Category::Data if path != "." => Problem::field(path, reason),
            serde_json::error::Category::Data => {
                Problem::new(StatusCode::UNPROCESSABLE_ENTITY, reason)
            }
            _ => Problem::new(StatusCode::BAD_REQUEST, format!("the body is no JSON: {reason}")),
        }
    })?;
    reader.end().map_err(|error| {
        Problem::new(StatusCode::BAD_REQUEST, format!("the body is no JSON: {error}"))
    })?;
    Ok(value)
}
