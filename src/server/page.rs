//! The analyst's page: files that `web/` builds, in the program itself.

use std::collections::HashMap;
use std::io::Write as _;
use std::sync::LazyLock;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use include_dir::{Dir, include_dir};

use super::asked::Path;
use super::problem::Problem;
use super::{App, health};

static DIST: Dir = include_dir!("$CARGO_MANIFEST_DIR/web/dist");

/// A file of the page, as it is and compressed.
struct Served {
    kind: &'static str,
    plain: &'static [u8],
    packed: Bytes,
}

/// The files by path, compressed when the first is asked for.
static FILES: LazyLock<HashMap<&str, Served>> = LazyLock::new(|| {
    let folders = DIST.dirs().flat_map(Dir::files);
    let all = DIST.files().chain(folders).filter_map(|file| {
        let path = file.path().to_str()?;
        let kind = match path.rsplit_once('.')?.1 {
            "html" => "text/html; charset=utf-8",
            "js" => "text/javascript; charset=utf-8",
            "css" => "text/css; charset=utf-8",
            "svg" => "image/svg+xml",
            _ => "application/octet-stream",
        };
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(file.contents()).ok()?;
        let packed = encoder.finish().ok()?.into();
        Some((path, Served { kind, plain: file.contents(), packed }))
    });
    all.collect()
});

/// What the page may do: run its own scripts and ask this service, nothing else. Pictures are drawn, and saved, as data.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
    form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

/// How long browsers may keep what is named by its digest: a year.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// The page, or for a program that asks for JSON alone, what the service is.
pub async fn root(State(app): State<App>, headers: HeaderMap) -> Result<Response, Problem> {
    let accepted = headers.get(header::ACCEPT).and_then(|said| said.to_str().ok()).unwrap_or("*/*");
    if accepted.contains("json") && !accepted.contains("html") {
        return health::root(State(app)).await;
    }
    served("index.html", &headers, "no-cache")
}

/// A file of the page.
pub async fn file(Path(name): Path<String>, headers: HeaderMap) -> Result<Response, Problem> {
    served(&format!("assets/{name}"), &headers, FOR_EVER)
}

fn served(path: &str, headers: &HeaderMap, kept: &'static str) -> Result<Response, Problem> {
    let Some(file) = FILES.get(path) else {
        return Err(Problem::not_found("the page has no such file"));
    };
    let takes = headers.get(header::ACCEPT_ENCODING).and_then(|said| said.to_str().ok());
    let mut response = match takes.is_some_and(|takes| takes.contains("gzip")) {
        true => ([(header::CONTENT_ENCODING, "gzip")], file.packed.clone()).into_response(),
        false => file.plain.into_response(),
    };
    let own = [
        (header::CONTENT_TYPE, file.kind),
        (header::CACHE_CONTROL, kept),
        (header::VARY, "accept, accept-encoding"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    for (name, value) in own {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    Ok(response)
}
