//! `parentage serve`: the engine over HTTP.

use std::net::{SocketAddr, ToSocketAddrs};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, ValueEnum};
use ipnet::IpNet;

use parentage::error::Error;
use parentage::source::read_profile;

use crate::server::{self, AuditLevel, Clients, Config, Hooks, House, Origin, Tokens};

use super::data::DataOptions;
use super::{Outcome, Stop};

/// Answer over HTTP: this API, and yente's
///
/// Without --tokens only this machine is answered. `GET /` names the paths, `/openapi.json` describes them, docs/api.md
/// shows them at work.
#[derive(Args)]
#[command(mut_arg("as_of", |own| own.hide(true)), mut_arg("format", |own| own.hide(true)))]
pub struct Serve {
    /// Where to listen
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8080", value_parser = address)]
    listen: SocketAddr,
    /// A folder to keep uploaded snapshots and jobs in
    #[arg(long = "data", value_name = "DIR", help_heading = "Snapshots")]
    keep: Option<PathBuf>,
    /// A folder in which new snapshot files (*.snapshot) appear: the newest is checked, then used
    #[arg(long, value_name = "DIR", help_heading = "Snapshots")]
    watch: Option<PathBuf>,
    /// Hours after which a snapshot is too old: the service says then that it is not ready
    #[arg(long, value_name = "HOURS", help_heading = "Snapshots")]
    max_age: Option<u32>,
    /// Who may ask: a file of lines as `parentage token new` prints them
    #[arg(long, value_name = "FILE", help_heading = "Clients")]
    tokens: Option<String>,
    /// Requests a second of each client; 0 for any number [default: any on this machine alone, else 100]
    #[arg(long, value_name = "N", help_heading = "Clients")]
    rate: Option<u32>,
    /// The certificate, with those that lead to its authority, in PEM
    #[arg(long, value_name = "FILE", requires = "tls_key", help_heading = "Clients")]
    tls_cert: Option<PathBuf>,
    /// Its key, in PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert", help_heading = "Clients")]
    tls_key: Option<PathBuf>,
    /// A policy that requests may name; may be repeated
    #[arg(long, value_name = "FILE")]
    profile: Vec<String>,
    /// Tell each request on standard error: when, what, how long, who; never a party's name
    #[arg(long, help_heading = "Output")]
    log: bool,
    /// What the audit log in the folder of --data holds
    #[arg(
        long,
        value_enum,
        value_name = "WHAT",
        default_value = "everything",
        requires = "keep",
        help_heading = "Output"
    )]
    audit: Audit,
    /// A file of customers to be watched: screened again whenever something changes that may concern them
    #[arg(long, value_name = "FILE", requires = "keep", help_heading = "Portfolio")]
    portfolio: Option<String>,
    /// Where alerts go that are new or gone, signed, until they are taken; may be repeated
    #[arg(
        long,
        value_name = "URL",
        requires = "webhook_secret",
        requires = "keep",
        help_heading = "Portfolio"
    )]
    webhook: Vec<String>,
    /// What they are signed with: a file of `whsec_` and random bytes in base64
    #[arg(long, value_name = "FILE", requires = "webhook", help_heading = "Portfolio")]
    webhook_secret: Option<String>,
    /// Addresses in private networks that webhooks may go to, such as 10.1.2.0/24 or 127.0.0.1; may be repeated
    #[arg(long, value_name = "ADDRESS", value_parser = network, help_heading = "Portfolio")]
    webhook_allow: Vec<IpNet>,
    #[command(flatten)]
    data: DataOptions,
}

#[derive(ValueEnum, Debug, Clone, Copy)]
enum Audit {
    /// Screenings with their parties, decisions, snapshots taken into use, jobs
    Everything,
    /// No screenings
    Decisions,
    /// Nothing
    Nothing,
}

/// Requests a second of a client elsewhere: a thousand parties go with each.
const USUAL_RATE: u32 = 100;

impl Serve {
    pub fn run(mut self) -> Result<Outcome, Stop> {
        let open = self.tokens.is_none();
        if open && !self.listen.ip().is_loopback() {
            let what = format!(
                "{} can be reached from elsewhere; make a token (`parentage token new NAME`) and give its file with --tokens, or listen on 127.0.0.1",
                self.listen
            );
            return Err(Error::Request(what).into());
        }
        if let Some(watch) = self.watch.as_ref().filter(|watch| !watch.is_dir()) {
            return Err(Error::file(watch.display().to_string(), "is no folder").into());
        }
        if self.data.says_how() {
            let what = "each request says its own day, and answers are JSON; leave --as-of and --format out";
            return Err(Error::Request(what.to_owned()).into());
        }
        let tokens = self.tokens.as_deref().map(Tokens::open).transpose()?;
        let usual = if open { 0 } else { USUAL_RATE };
        let rate = NonZeroU32::new(self.rate.unwrap_or(usual));
        let profiles: Result<Vec<_>, Error> =
            self.profile.iter().map(|path| read_profile(path)).collect();
        let profiles = profiles?;
        // A job is a process of its own; where it runs is not where this one began.
        let absolute =
            |path: &String| std::path::absolute(path).map(|own| own.display().to_string());
        let profile_files = self.profile.iter().map(absolute).collect::<Result<_, _>>();
        let profile_files = profile_files.map_err(|error| Error::io("--profile", error))?;
        self.go_on()?;
        let name = self.data.origin();
        let file =
            self.data.file().map(|file| std::fs::metadata(file).and_then(|own| own.modified()));
        let written = file.and_then(Result::ok);
        let origin = Origin { name, written };
        // A file that somebody writes over while it is mapped would end the service.
        let own =
            self.data.file().map(|file| server::own_copy(Path::new(file), self.keep.as_deref()));
        let own = own.transpose()?;
        if let (Some(file), Some(own)) = (self.data.file(), &own) {
            *file = own.display().to_string();
        }
        let snapshot = self.data.snapshot()?;
        drop(own);
        let settings = self.data.settings(&snapshot, &[])?;
        let rejected = !snapshot.rejected().is_empty();
        let allowed = &self.webhook_allow;
        let hooks = self.webhook_secret.as_deref();
        let hooks = hooks.map(|secret| Hooks::new(self.webhook, secret, allowed)).transpose()?;
        let config = Config {
            listen: self.listen,
            tls: self.tls_cert.zip(self.tls_key),
            clients: Clients::new(tokens, rate),
            data: self.keep,
            watch: self.watch,
            max_age: self.max_age.map(|hours| Duration::from_secs(u64::from(hours) * 3_600)),
            house: House {
                profiles,
                profile_files,
                max_list_age: settings.max_list_age,
                floor: Some(settings.floor),
            },
            log: self.log,
            audit: match self.audit {
                Audit::Everything => AuditLevel::Everything,
                Audit::Decisions => AuditLevel::Decisions,
                Audit::Nothing => AuditLevel::Nothing,
            },
            portfolio: self.portfolio,
            hooks,
        };
        let scheme = if config.tls.is_some() { "https" } else { "http" };
        server::run(config, snapshot, origin, |address| {
            anstream::eprintln!("listening on {scheme}://{address}");
        })?;
        Ok(Outcome { rejected, ..Outcome::default() })
    }

    /// Takes the snapshot that was in use when the service ended last, where nothing else is named.
    fn go_on(&mut self) -> Result<(), Error> {
        let last = self.keep.as_deref().map(server::last_used).transpose();
        let last = match last {
            // Where the command names what is to be used, it matters little what was.
            Err(_) if self.data.names_any() => None,
            last => last?.flatten(),
        };
        let Some(last) = last else { return Ok(()) };
        let told = last.display();
        if self.data.names_any() {
            anstream::eprintln!("note: {told} was in use last; what the command names is used");
        } else {
            anstream::eprintln!("note: going on with {told}, which was in use last");
            self.data.use_file(last.display().to_string());
        }
        Ok(())
    }
}

/// An address, or a name of this machine, with a port.
fn address(text: &str) -> Result<SocketAddr, String> {
    let unknown = || format!("`{text}` is no address with a port, such as 127.0.0.1:8080");
    text.to_socket_addrs().map_err(|_| unknown())?.next().ok_or_else(unknown)
}

/// A network, or one address.
fn network(text: &str) -> Result<IpNet, String> {
    let one = || text.parse::<std::net::IpAddr>().map(IpNet::from);
    text.parse()
        .or_else(|_| one())
        .map_err(|_| format!("`{text}` is no address or network, such as 127.0.0.1 or 10.1.2.0/24"))
}
