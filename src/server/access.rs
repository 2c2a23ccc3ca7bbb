//! Who may ask what, how often and how long; what each request came to is counted and, if asked for, told.

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use http_body_util::BodyExt;

use super::problem::Problem;
use super::tokens::{Role, Tokens};
use super::{App, MOST_TIME};

/// Who may ask, and how often.
pub struct Clients {
    /// The tokens; none, and whoever reaches the service may do everything.
    tokens: Option<Tokens>,
    /// Requests of each client.
    rate: Option<DefaultKeyedRateLimiter<String>>,
}

impl Clients {
    /// Clients with these tokens, each with no more requests a second than `rate`.
    pub fn new(tokens: Option<Tokens>, rate: Option<NonZeroU32>) -> Clients {
        let rate = rate.map(|rate| RateLimiter::keyed(Quota::per_second(rate)));
        Clients { tokens, rate }
    }

    fn caller(&self, headers: &HeaderMap, from: IpAddr) -> Caller {
        let Some(tokens) = &self.tokens else {
            return Caller { name: from.to_string(), by_token: false, role: Some(Role::Admin) };
        };
        // Clients of yente say `ApiKey`.
        let said = headers.get(header::AUTHORIZATION).and_then(|said| said.to_str().ok());
        let token = said.and_then(|said| {
            let (scheme, token) = said.split_once(' ')?;
            let known = ["bearer", "apikey"].contains(&scheme.to_ascii_lowercase().as_str());
            known.then_some(token.trim())
        });
        match token.and_then(|token| tokens.find(token)) {
            Some((name, role)) => {
                Caller { name: name.to_owned(), by_token: true, role: Some(role) }
            }
            None => Caller { name: from.to_string(), by_token: false, role: None },
        }
    }

    /// Refuses a client that asks too often.
    fn in_rate(&self, caller: &Caller) -> Result<(), Problem> {
        let Some(rate) = &self.rate else { return Ok(()) };
        rate.check_key(&caller.name).map_err(|not_until| {
            let wait = not_until.wait_time_from(DefaultClock::default().now());
            let reason =
                "asks more often than this service allows; wait, or send several parties at once";
            Problem::later(StatusCode::TOO_MANY_REQUESTS, wait.as_secs() + 1, reason)
        })
    }
}

/// Who asks.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The name of its token, else its address.
    pub name: String,
    /// Whether it has one.
    pub by_token: bool,
    /// What it may do; none for nobody known.
    role: Option<Role>,
}

impl Caller {
    /// Whether it may see what somebody left: its own, and an admin all of it.
    pub fn may_see(&self, by: &str) -> bool {
        self.role == Some(Role::Admin) || self.name == by
    }
}

/// Lets only callers of a role through.
pub async fn allow(
    State((_, least)): State<(App, Role)>,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let role = request.extensions().get::<Caller>().and_then(|caller| caller.role);
    let problem = match role {
        Some(role) if role >= least => return Ok(next.run(request).await),
        Some(_) => Problem::new(StatusCode::FORBIDDEN, "this token's role does not allow it"),
        None => {
            let reason = "a token is needed: Authorization: Bearer TOKEN";
            Problem::new(StatusCode::UNAUTHORIZED, reason)
        }
    };
    drain(request).await;
    Err(problem)
}

/// Bytes of a refused request that are read all the same, and how long: a client that is answered while it still sends
/// may take the answer for a broken connection.
const DRAINED: usize = 2 << 20;
const DRAIN_TIME: Duration = Duration::from_secs(2);

async fn drain(request: Request) {
    let mut body = request.into_body();
    let read = async {
        let mut bytes = 0;
        while let Some(Ok(frame)) = body.frame().await {
            bytes += frame.data_ref().map_or(0, bytes::Bytes::len);
            if bytes > DRAINED {
                break;
            }
        }
    };
    // What takes longer is broken off.
    let _ = tokio::time::timeout(DRAIN_TIME, read).await;
}

/// Knows the caller, keeps to his rate, and counts and tells what came of it.
pub async fn watched(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let began = Instant::now();
    let from = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|from| from.0.ip());
    let clients = &app.config.clients;
    let caller = clients.caller(request.headers(), from.unwrap_or(IpAddr::from([0, 0, 0, 0])));
    // What a path holds may be a name; its pattern is none.
    let path = request.extensions().get::<MatchedPath>();
    let path = path.map_or_else(|| "other".to_owned(), |path| path.as_str().to_owned());
    let method = request.method().clone();
    let checked = match clients.tokens {
        // A link to the page may stand anywhere: it shows nothing before its own script asks.
        None if path == "/" && method == Method::GET => {
            under_own_name(request.headers(), request.uri())
        }
        None => of_this_machine(request.headers(), request.uri()),
        Some(_) => Ok(()),
    };
    let alive = path == "/healthz" || path == "/readyz";
    let checked = checked.and_then(|()| if alive { Ok(()) } else { clients.in_rate(&caller) });
    let name = caller.name.clone();
    request.extensions_mut().insert(caller);
    let response = match checked {
        Ok(()) => next.run(request).await,
        Err(problem) => {
            drain(request).await;
            problem.into_response()
        }
    };
    let took = began.elapsed();
    app.metrics.answered(method.as_str(), &path, response.status().as_u16(), took);
    if app.config.log {
        tell(&method, &path, response.status(), took, &name);
    }
    response
}

#[expect(clippy::print_stderr, reason = "the log of the service")]
fn tell(method: &Method, path: &str, status: StatusCode, took: Duration, who: &str) {
    let now = jiff::Timestamp::now();
    // A method that is none may be anything.
    let known =
        ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"].contains(&method.as_str());
    let method = if known { method.as_str() } else { "other" };
    let (status, took) = (status.as_u16(), took.as_micros());
    eprintln!("{now:.3} {method} {path} {status} {took} us {who}");
}

/// Without tokens, only this machine is answered, and no page of another site.
fn of_this_machine(headers: &HeaderMap, uri: &Uri) -> Result<(), Problem> {
    under_own_name(headers, uri)?;
    asked_host(headers, uri).map_or(Ok(()), |host| of_no_other_page(headers, host))
}

/// Under which name this machine is asked. Where both are there, the address of the request counts.
fn asked_host<'r>(headers: &'r HeaderMap, uri: &'r Uri) -> Option<&'r str> {
    let said = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    uri.authority().map(|own| own.as_str()).or(said)
}

/// This machine under its own names: one whose name was made to point here is not answered.
fn under_own_name(headers: &HeaderMap, uri: &Uri) -> Result<(), Problem> {
    if headers.get_all(header::HOST).iter().count() > 1 {
        return Err(Problem::new(StatusCode::BAD_REQUEST, "two Host headers"));
    }
    let Some(host) = asked_host(headers, uri) else { return Ok(()) };
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.rsplit_once(':').map_or(host, |(name, _)| name),
    };
    let loopback = name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    if loopback || name.eq_ignore_ascii_case("localhost") {
        return Ok(());
    }
    let reason = "without tokens this service answers only under localhost, 127.0.0.1 and [::1]";
    Err(Problem::new(StatusCode::MISDIRECTED_REQUEST, reason))
}

/// A page of another site may send what needs no leave, though it cannot read the answer: browsers say whose it is.
fn of_no_other_page(headers: &HeaderMap, host: &str) -> Result<(), Problem> {
    let said = |name: &str| headers.get(name).map(|said| said.to_str().unwrap_or("unreadable"));
    let own_site = said("sec-fetch-site").is_none_or(|site| matches!(site, "same-origin" | "none"));
    let own_page = said("origin").is_none_or(|origin| {
        origin.split_once("://").is_some_and(|(_, own)| own.eq_ignore_ascii_case(host))
    });
    if own_site && own_page {
        return Ok(());
    }
    let reason = "pages of other sites are not answered; without tokens anybody's page could ask";
    Err(Problem::new(StatusCode::FORBIDDEN, reason))
}

/// Ends what takes too long.
pub async fn in_time(request: Request, next: Next) -> Response {
    match tokio::time::timeout(MOST_TIME, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            let reason = "took longer than an answer may; ask for fewer parties at once";
            Problem::later(StatusCode::SERVICE_UNAVAILABLE, 1, reason).into_response()
        }
    }
}

/// A path is asked in a way that it does not have.
pub async fn not_allowed(method: Method) -> Problem {
    let reason = format!("this path has no {method}; /openapi.json says what it has");
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_are_answered_without_tokens() {
        let asked = |host: &str| {
            let headers = HeaderMap::from_iter([(header::HOST, host.parse().unwrap())]);
            of_this_machine(&headers, &Uri::from_static("/")).is_ok()
        };
        for host in ["localhost", "LOCALHOST:8080", "127.0.0.1:8080", "[::1]:8080", "127.1.2.3"] {
            assert!(asked(host), "{host}");
        }
        for host in ["evil.example", "evil.example:8080", "127.0.0.1.evil.example", "10.0.0.1:80"] {
            assert!(!asked(host), "{host}");
        }
    }
}
