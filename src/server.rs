//! The service: the engine over HTTP. It listens and answers; what is true, the library says.
//!
//! Every answer comes from one snapshot, taken when the request came in: another one may take its place meanwhile, and
//! requests under way end on theirs.

mod access;
mod asked;
mod audit;
mod decisions;
mod entities;
mod facts;
mod health;
mod jobs;
mod loaded;
mod openapi;
mod page;
mod portfolio;
mod problem;
mod replay;
mod routes;
mod screen;
mod snapshots;
mod tokens;
mod upload;
mod webhooks;
mod yente;

use std::future::Future;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use arc_swap::ArcSwap;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use tokio::sync::Semaphore;

use parentage::column::undamaged;
use parentage::error::Error;
use parentage::report::json::sealed;
use parentage::snapshot::Snapshot;

pub use access::Clients;
pub use audit::{LOG as AUDIT_LOG, Level as AuditLevel};
pub use loaded::House;
pub use replay::replay;
pub use snapshots::{last_used, own_copy};
pub use tokens::{Role, Tokens, new_token};
pub use webhooks::Hooks;

use self::health::Metrics;
use self::loaded::Loaded;
use self::problem::Problem;

/// Requests that may wait for a core; more are told to come back. A thousand single screens wait a fifth of a second.
const MOST_WAITING: usize = 1_024;

/// How long an answer may take. A thousand parties against a million names take five seconds of a core.
const MOST_TIME: Duration = Duration::from_secs(60);

/// How long a client may take to send what stands before the body.
const MOST_HEAD_TIME: Duration = Duration::from_secs(10);

/// How long a thread without work stays: longer than any service runs.
const FOR_EVER: Duration = Duration::from_secs(100 * 365 * 86_400);

/// Threads for files.
const FILES: usize = 4;

/// How long requests under way may go on when the service ends.
const MOST_END_TIME: Duration = Duration::from_secs(20);

/// How the service was asked to run.
pub struct Config {
    /// Where it listens.
    pub listen: SocketAddr,
    /// Certificates and key, in PEM.
    pub tls: Option<(PathBuf, PathBuf)>,
    /// Who may do what.
    pub clients: Clients,
    /// Where snapshots are kept; none, and only what was loaded at the start can be used.
    pub data: Option<PathBuf>,
    /// A folder in which new snapshot files appear.
    pub watch: Option<PathBuf>,
    /// The age of the snapshot in use, since it was loaded, beyond which the service is not ready.
    pub max_age: Option<Duration>,
    /// What the house decided.
    pub house: House,
    /// Whether each request is told on standard error.
    pub log: bool,
    /// What the audit log in the folder of `data` holds.
    pub audit: AuditLevel,
    /// A file of customers to be watched from the start on.
    pub portfolio: Option<String>,
    /// Where new and vanished alerts go.
    pub hooks: Option<Hooks>,
}

/// Where the snapshot of the start came from.
pub struct Origin {
    /// As it is told.
    pub name: String,
    /// When its file was written; `None` for what is not read from a snapshot file.
    pub written: Option<SystemTime>,
}

/// What could not be taken into use.
#[derive(Debug, Clone)]
struct Refused {
    at: SystemTime,
    reason: String,
}

/// The service.
pub struct Service {
    config: Config,
    current: ArcSwap<Loaded>,
    /// The last refresh that failed, if none succeeded since.
    refused: Mutex<Option<Refused>>,
    /// Files of parties; none without a folder to keep them in.
    jobs: Option<jobs::Jobs>,
    /// What persons decided; none without a folder to keep it in.
    decisions: Option<decisions::Kept>,
    audit: Option<Mutex<parentage::decisions::Chain>>,
    /// Customers that are watched; none without a folder to keep them in.
    portfolio: Option<portfolio::Portfolio>,
    working: Arc<Semaphore>,
    /// Threads that screen, as many as there are cores: of each one more, the memory that it takes stays.
    cores: tokio::runtime::Handle,
    waiting: AtomicUsize,
    metrics: Metrics,
}

/// The service as handlers share it.
type App = Arc<Service>;

impl Service {
    fn new(
        config: Config,
        snapshot: Snapshot,
        origin: Origin,
        threads: tokio::runtime::Handle,
    ) -> Result<Service, Error> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        config.data.as_deref().map(snapshots::sweep);
        let jobs = config.data.as_deref().map(jobs::Jobs::open).transpose()?;
        let kept = config.data.as_deref().map(decisions::Kept::open).transpose()?;
        let audit = config.data.as_deref().map(|data| audit::open(data, config.audit));
        let urls = config.hooks.as_ref().map_or(&[][..], |hooks| &hooks.urls);
        let portfolio = config
            .data
            .as_deref()
            .map(|data| portfolio::Portfolio::open(data, urls))
            .transpose()?;
        if let (Some(portfolio), Some(file)) = (&portfolio, &config.portfolio) {
            portfolio.watch_file(file)?;
        }
        Ok(Service {
            audit: audit.transpose()?.flatten(),
            decisions: kept,
            portfolio,
            config,
            jobs,
            current: ArcSwap::from_pointee(Loaded::new(snapshot, origin.name, origin.written)),
            refused: Mutex::new(None),
            working: Arc::new(Semaphore::new(cores)),
            cores: threads,
            waiting: AtomicUsize::new(0),
            metrics: Metrics::default(),
        })
    }

    /// The snapshot in use now.
    fn loaded(&self) -> Arc<Loaded> {
        self.current.load_full()
    }

    /// Does what takes time on a core of its own, no more at once than there are cores.
    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        self.work_while(|_| work()).await
    }

    /// Likewise, for what takes long: it may ask now and then whether anybody still waits for it.
    async fn work_while<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Going) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        if self.waiting.fetch_add(1, Ordering::Relaxed) >= MOST_WAITING {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            let reason = "more requests wait than can be answered soon; ask again in a second";
            return Err(Problem::later(StatusCode::SERVICE_UNAVAILABLE, 1, reason));
        }
        let waits = Waits(&self.waiting);
        let permit = Arc::clone(&self.working).acquire_owned().await;
        drop(waits);
        let permit = permit.map_err(|_| Problem::own("the service ends"))?;
        let waited = Waited(Arc::new(AtomicBool::new(true)));
        let going = Going(Arc::clone(&waited.0));
        let done = self.cores.spawn_blocking(move || {
            let _permit = permit;
            undamaged(|| work(&going))
        });
        match done.await {
            Ok(Ok(done)) => done,
            Ok(Err(_)) => {
                self.loaded().damaged.store(true, Ordering::Relaxed);
                let reason = "the snapshot file was damaged since it was checked; load a good one";
                Err(Problem::own(reason))
            }
            Err(_) => Err(Problem::own("the service has a fault; please report what you asked")),
        }
    }
}

/// Whether anybody waits for an answer: its client may have gone, or been told that it took too long.
struct Going(Arc<AtomicBool>);

impl Going {
    /// Ends what nobody waits for.
    fn check(&self) -> Result<(), Problem> {
        match self.0.load(Ordering::Relaxed) {
            true => Ok(()),
            false => Err(Problem::own("nobody waits for the answer any more")),
        }
    }
}

/// A request whose answer is waited for, as long as this lives.
struct Waited(Arc<AtomicBool>);

impl Drop for Waited {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

/// A request that waits; it does no more when its client has gone, too.
struct Waits<'a>(&'a AtomicUsize);

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The digest of the snapshot that an answer comes from.
const SNAPSHOT: HeaderName = HeaderName::from_static("parentage-snapshot");

/// Why a newer snapshot is not used.
const STALE: HeaderName = HeaderName::from_static("parentage-stale");

impl Service {
    /// An answer of JSON text from a snapshot.
    fn text(&self, loaded: &Loaded, text: String) -> Response {
        let kind = [(header::CONTENT_TYPE, "application/json")];
        let mut response = (kind, text).into_response();
        let headers = response.headers_mut();
        if let Ok(digest) = HeaderValue::from_str(loaded.snapshot.digest()) {
            headers.insert(SNAPSHOT, digest);
        }
        if let Some(refused) = self.refused() {
            let age = refused.at.elapsed().unwrap_or_default().as_secs();
            let told = format!("a refresh failed {age} s ago; the snapshot before it answers");
            headers.extend(HeaderValue::from_str(&told).ok().map(|told| (STALE, told)));
        }
        response
    }

    /// An answer of JSON from a snapshot.
    fn json(&self, loaded: &Loaded, answer: &impl Serialize) -> Result<Response, Problem> {
        let text = serde_json::to_string(answer).map_err(|error| plain(&error))?;
        Ok(self.text(loaded, text))
    }

    fn refused(&self) -> Option<Refused> {
        self.refused.lock().map_or_else(|held| held.into_inner().clone(), |held| held.clone())
    }
}

/// An object as sealed text.
fn sealed_text(object: &impl Serialize) -> Result<String, Problem> {
    sealed(object).map_err(|error| plain(&error))
}

fn plain(error: &serde_json::Error) -> Problem {
    Problem::own(format!("the answer cannot be written: {error}"))
}

/// Runs the service until it is told to end, and lets requests under way finish. `started` is told where it listens.
///
/// # Errors
/// It cannot listen there, or certificates and key cannot be read.
pub fn run(
    config: Config,
    snapshot: Snapshot,
    origin: Origin,
    started: impl FnOnce(SocketAddr),
) -> Result<(), Error> {
    let failed = |error: std::io::Error| Error::io("the service", error);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_keep_alive(FOR_EVER)
        .max_blocking_threads(FILES)
        .build()
        .map_err(failed)?;
    let screening = tokio::runtime::Builder::new_current_thread()
        .thread_keep_alive(FOR_EVER)
        .max_blocking_threads(cores)
        .build()
        .map_err(failed)?;
    let address = config.listen;
    let listener = std::net::TcpListener::bind(address)
        .map_err(|error| Error::io(address.to_string(), error))?;
    listener.set_nonblocking(true).map_err(failed)?;
    let listen = listener.local_addr().map_err(failed)?;
    let _held = config.data.as_deref().map(held).transpose()?;
    let service = Arc::new(Service::new(config, snapshot, origin, screening.handle().clone())?);
    if service.logs_screenings() {
        // Whoever goes through the log again needs the snapshot.
        service
            .keep_snapshot(&service.loaded())
            .map_err(|problem| problem.error("the snapshot"))?;
    }
    if service.loaded().written.is_some() {
        // What comes from no file is not gone on with: a newer program brings newer data.
        service.note_in_use(&service.loaded()).map_err(Error::Request)?;
    }
    let of_log = |problem: Problem| problem.error("the audit log");
    service.tell_activation(&service.loaded(), "").map_err(of_log)?;
    // Those that the command line took while no service ran are logged, too.
    service.decided().map_err(of_log)?;
    let ended = runtime.block_on(async {
        // Before anybody is told that it listens.
        let tls = match &service.config.tls {
            None => None,
            Some((certificates, key)) => Some(tls(certificates, key).await?),
        };
        let watching = service
            .config
            .watch
            .clone()
            .map(|folder| tokio::spawn(snapshots::watch(Arc::clone(&service), folder)));
        let worker = Arc::clone(&service);
        tokio::spawn(async move {
            if let Some(jobs) = &worker.jobs {
                jobs.work(&|job| worker.tell_job(job)).await;
            }
        });
        watch(&service);
        let handle = axum_server::Handle::new();
        tokio::spawn(end(handle.clone()));
        let app = routes::router(&service).into_make_service_with_connect_info::<SocketAddr>();
        started(listen);
        let served = match tls {
            None => {
                let server = axum_server::from_tcp(listener).map_err(failed)?.handle(handle);
                let mut server = server.first_request_timeout(MOST_HEAD_TIME);
                patient(server.http_builder());
                server.serve(app).await
            }
            Some(tls) => {
                let server = axum_server::from_tcp_rustls(listener, tls).map_err(failed)?;
                let mut server = server.handle(handle).first_request_timeout(MOST_HEAD_TIME);
                patient(server.http_builder());
                server.serve(app).await
            }
        };
        drop(watching);
        served.map_err(failed)
    });
    // What is still worked on has nobody to tell.
    screening.shutdown_background();
    runtime.shutdown_timeout(Duration::from_secs(1));
    ended
}

/// Begins to watch customers, and to send what is new of them. The threads end with the process: what they write is whole
/// at any time.
fn watch(service: &App) {
    let app = Arc::clone(service);
    // Of a million listed names the rules take some seconds to prepare: nobody waits for it who comes later.
    std::thread::spawn(move || {
        let today = loaded::Question::on(parentage::day::Day::today());
        let loaded = app.loaded();
        if let Ok(prepared) = loaded.prepared(&today, &app.config.house) {
            let nobody = parentage::model::Party::named("prepared");
            prepared.with(|screener, _| drop(screener.screen(&nobody)));
        }
    });
    if service.portfolio.is_none() {
        return;
    }
    let app = Arc::clone(service);
    std::thread::spawn(move || portfolio::watch(&app));
    let hooks = service.config.hooks.as_ref().map_or(0, |hooks| hooks.urls.len());
    for at in 0..hooks {
        let app = Arc::clone(service);
        std::thread::spawn(move || webhooks::deliver(&app, at));
    }
}

/// Holds the folder of a service: two of them would take each other's jobs.
fn held(data: &std::path::Path) -> Result<std::fs::File, Error> {
    let path = data.join("lock");
    let failed = |error| Error::io(path.display().to_string(), error);
    std::fs::create_dir_all(data).map_err(failed)?;
    let lock = std::fs::File::create(&path).map_err(failed)?;
    lock.try_lock().map_err(|_| {
        Error::file(
            data.display().to_string(),
            "is the folder of another service that runs; give this one its own",
        )
    })?;
    Ok(lock)
}

/// Closes connections whose client does not send its request.
fn patient(builder: &mut hyper_util::server::conn::auto::Builder<hyper_util::rt::TokioExecutor>) {
    let timer = hyper_util::rt::TokioTimer::new();
    builder.http1().timer(timer).header_read_timeout(MOST_HEAD_TIME);
}

async fn tls(
    certificates: &PathBuf,
    key: &PathBuf,
) -> Result<axum_server::tls_rustls::RustlsConfig, Error> {
    // It fails only where another provider was installed before, and nobody else does.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let config = axum_server::tls_rustls::RustlsConfig::from_pem_file(certificates, key).await;
    config.map_err(|error| {
        let files = format!("{} and {}", certificates.display(), key.display());
        Error::file(files, format!("are no certificate and key in PEM: {error}"))
    })
}

/// Ends the service when the process is told to.
async fn end(handle: axum_server::Handle<SocketAddr>) {
    told_to_end().await;
    handle.graceful_shutdown(Some(MOST_END_TIME));
}

#[cfg(unix)]
fn told_to_end() -> impl Future<Output = ()> {
    use tokio::signal::unix::{SignalKind, signal};
    async {
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => {
                tokio::select! {
                    _ = tokio::signal::ctrl_c() => {}
                    _ = terminate.recv() => {}
                }
            }
            Err(_) => drop(tokio::signal::ctrl_c().await),
        }
    }
}

#[cfg(not(unix))]
fn told_to_end() -> impl Future<Output = ()> {
    async { drop(tokio::signal::ctrl_c().await) }
}
