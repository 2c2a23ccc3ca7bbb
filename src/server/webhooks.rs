//! Webhooks: new and vanished alerts, sent to where the operator says, signed as Standard Webhooks has it
//! (<https://www.standardwebhooks.com>), again and again until they are taken.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use ipnet::IpNet;
use serde::Serialize;
use sha2::Sha256;
use ureq::Agent;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::tls::{RootCerts, TlsConfig, TlsProvider};
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};

use parentage::error::Error;

use super::App;
use super::portfolio::Portfolio;

/// Events of one webhook: some hundred kilobytes.
const MOST_EVENTS: usize = 500;

/// How long a webhook may take: services that publish what they allow give 10 (Contensis) to 30 s (Contentstack); Close 15.
const MOST_TIME: Duration = Duration::from_secs(15);

/// The time to wait after the first failure, which doubles with each, and the longest: a receiver that is started again is
/// back in seconds, and one that was down all night is told within five minutes.
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(300);

/// How a secret is written, as in Standard Webhooks.
const SECRET: &str = "whsec_";

/// Bytes of a secret: fewer can be guessed.
const LEAST_SECRET: usize = 24;

/// Where webhooks go, and what they are signed with.
pub struct Hooks {
    /// Where to.
    pub urls: Vec<String>,
    secret: Vec<u8>,
    allowed: Arc<[IpNet]>,
}

impl Hooks {
    /// Webhooks signed with the secret of a file. Addresses of private networks are sent to only where they are allowed.
    ///
    /// # Errors
    /// The file has no secret, or an address is none.
    pub fn new(urls: Vec<String>, secret: &str, allowed: &[IpNet]) -> Result<Hooks, Error> {
        let text = std::fs::read_to_string(secret).map_err(|error| Error::io(secret, error))?;
        let coded = text.trim().strip_prefix(SECRET);
        let bytes = coded.and_then(|coded| STANDARD.decode(coded).ok());
        let bytes = bytes.filter(|bytes| bytes.len() >= LEAST_SECRET).ok_or_else(|| {
            let what = format!(
                "has no secret: write {SECRET} and at least {LEAST_SECRET} random bytes in base64, as in `echo {SECRET}$(head -c 32 /dev/urandom | base64)`"
            );
            Error::file(secret, what)
        })?;
        for url in &urls {
            let uri = url.parse::<Uri>().ok();
            let fits = uri.filter(|uri| matches!(uri.scheme_str(), Some("https" | "http")));
            if urls.iter().filter(|own| *own == url).count() > 1 {
                return Err(Error::Request(format!("--webhook: `{url}` stands twice")));
            }
            if fits.and_then(|uri| uri.host().map(str::to_owned)).is_none() {
                let what =
                    format!("--webhook: `{url}` is no address such as https://example.org/alerts");
                return Err(Error::Request(what));
            }
        }
        Ok(Hooks { urls, secret: bytes, allowed: allowed.into() })
    }

    fn agent(&self) -> Agent {
        let tls = TlsConfig::builder()
            .provider(TlsProvider::Rustls)
            .root_certs(RootCerts::PlatformVerifier)
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .build();
        let config = Agent::config_builder()
            .http_status_as_error(false)
            // Where it leads, nobody said that it may go.
            .max_redirects(0)
            .proxy(None)
            .timeout_global(Some(MOST_TIME))
            .user_agent(concat!("parentage/", env!("CARGO_PKG_VERSION")))
            .tls_config(tls)
            .build();
        let resolver = Allowed { nets: Arc::clone(&self.allowed), own: DefaultResolver::default() };
        Agent::with_parts(config, DefaultConnector::default(), resolver)
    }

    /// The signature of a message: HMAC-SHA256 over its id, its time and its body.
    fn signature(&self, id: &str, time: i64, body: &str) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.secret).expect("HMAC takes any key");
        mac.update(format!("{id}.{time}.{body}").as_bytes());
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }
}

/// Finds only addresses that may be sent to, each time anew: a name may come to mean another one.
#[derive(Debug)]
struct Allowed {
    nets: Arc<[IpNet]>,
    own: DefaultResolver,
}

impl Resolver for Allowed {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = self.own.resolve(uri, config, timeout)?;
        let encrypted = uri.scheme_str() == Some("https");
        let mut fit = self.empty();
        for address in found.iter() {
            if may_go(address, encrypted, &self.nets) {
                fit.push(*address);
            }
        }
        if fit.is_empty() {
            let why = match encrypted {
                true => "its addresses are private; name them with --webhook-allow",
                false => {
                    "http would be read by others; use https, or name its address with --webhook-allow"
                }
            };
            return Err(ureq::Error::Io(std::io::Error::other(why)));
        }
        Ok(fit)
    }
}

/// Whether a webhook may go to an address: one that was named, or with encryption a public one.
fn may_go(address: &SocketAddr, encrypted: bool, allowed: &[IpNet]) -> bool {
    let ip = address.ip().to_canonical();
    allowed.iter().any(|net| net.contains(&ip)) || encrypted && is_public(ip)
}

/// Whether an address is of nobody's own network (RFC 6890 and what has joined it since).
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let shared = a == 100 && (64..128).contains(&b);
    let protocols = a == 192 && b == 0 && c == 0 || a == 192 && b == 88 && c == 99;
    let benchmarks = a == 198 && (b == 18 || b == 19);
    !(ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_documentation()
        || shared
        || protocols
        || benchmarks
        || a == 0
        || a >= 224)
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [a, b, ..] = ip.segments();
    // Global unicast is 2000::/3; of it Teredo, 6to4 and documentation lead elsewhere or nowhere.
    a & 0xe000 == 0x2000
        && !(a == 0x2001 && (b < 0x0200 || b == 0x0db8) || a == 0x2002 || a == 0x3fff)
}

/// A webhook as it is told.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Sent {
    /// Where it goes, without what may be secret in it.
    to: String,
    /// The number of the last event that was taken there.
    pub number: u64,
    /// The last event of those that are being sent: they are sent again as they are until they are taken.
    #[serde(skip)]
    begun: u64,
    /// When the last one was taken, or refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<String>,
    /// Why the last one was not taken, and how often that was so.
    #[serde(skip_serializing_if = "Option::is_none")]
    failed: Option<String>,
    #[serde(skip_serializing_if = "is_zero")]
    failures: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde wants it so")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl Sent {
    /// How far it is: the last event that was taken, and the last of those that are being sent.
    pub fn far(&self) -> [u64; 2] {
        [self.number, self.begun]
    }

    /// How many events to send: those that are being sent, until they are taken, though more came meanwhile.
    fn batch(&self) -> usize {
        let begun = self.begun.checked_sub(self.number).filter(|begun| *begun > 0);
        let begun = begun.and_then(|begun| usize::try_from(begun).ok());
        begun.unwrap_or(MOST_EVENTS).min(MOST_EVENTS)
    }

    /// Of an address, and how far it is.
    pub fn new(url: &str, [number, begun]: [u64; 2]) -> Sent {
        let uri = url.parse::<Uri>().unwrap_or_default();
        let scheme = uri.scheme_str().unwrap_or_default();
        let host = uri.host().unwrap_or_default();
        let port = uri.port().map(|port| format!(":{port}")).unwrap_or_default();
        Sent { to: format!("{scheme}://{host}{port}"), number, begun, ..Sent::default() }
    }
}

/// Sends what is new to one address, for as long as the service runs.
pub fn deliver(app: &App, at: usize) {
    let (Some(hooks), Some(portfolio)) = (&app.config.hooks, &app.portfolio) else { return };
    while catch_unwind(AssertUnwindSafe(|| deliver_on(app, (hooks, portfolio), at))).is_err() {
        // A fault of this program must not end the sending without a word.
        let mut sent = portfolio.sent(at);
        sent.failed = Some("the service has a fault; it goes on in some minutes".to_owned());
        sent.failures += 1;
        portfolio.note_sent(at, &sent, &hooks.urls);
        std::thread::sleep(LONGEST_WAIT);
    }
}

fn deliver_on(app: &App, (hooks, portfolio): (&Hooks, &Portfolio), at: usize) {
    let agent = hooks.agent();
    let url = &hooks.urls[at];
    loop {
        let mut sent = portfolio.sent(at);
        let events = match portfolio.events(sent.number, sent.batch()) {
            Ok(events) => events,
            Err(error) => {
                sent.failed = Some(error.to_string());
                portfolio.note_sent(at, &sent, &hooks.urls);
                std::thread::sleep(LONGEST_WAIT);
                continue;
            }
        };
        if events.is_empty() {
            portfolio.wait_for_events(sent.number);
            continue;
        }
        let last = sent.number + events.len() as u64;
        if sent.begun != last {
            sent.begun = last;
            portfolio.note_sent(at, &sent, &hooks.urls);
        }
        let outcome = send(hooks, &agent, url, &events, (sent.number + 1, last));
        sent.at = Some(jiff::Timestamp::now().to_string());
        let told = serde_json::json!({
            "to": sent.to, "first": sent.number + 1, "last": last,
            "outcome": outcome.as_ref().map_or_else(Clone::clone, ToString::to_string),
        });
        // What cannot be logged was sent all the same; the next event that is logged fails too, and is told.
        let _ = app.tell("webhook", "", &told);
        let wait = match outcome {
            Ok(_) => {
                (sent.number, sent.failed, sent.failures) = (last, None, 0);
                Duration::ZERO
            }
            Err(why) => {
                sent.failed = Some(why);
                sent.failures += 1;
                let doubled = FIRST_WAIT.saturating_mul(1 << (sent.failures - 1).min(10));
                doubled.min(LONGEST_WAIT)
            }
        };
        portfolio.note_sent(at, &sent, &hooks.urls);
        std::thread::sleep(wait);
    }
}

/// Sends some events once. Returns the status of the answer.
fn send(
    hooks: &Hooks,
    agent: &Agent,
    url: &str,
    events: &[String],
    (first, last): (u64, u64),
) -> Result<u16, String> {
    let now = jiff::Timestamp::now();
    let all = events.join(",");
    let body = format!(
        r#"{{"type":"parentage.alerts","timestamp":"{now}","data":{{"first":{first},"last":{last},"events":[{all}]}}}}"#
    );
    // The same events have the same id, however often they are sent: whoever takes them can tell.
    let id = format!("alerts-{first}-{}", &blake3::hash(all.as_bytes()).to_hex()[..16]);
    let time = now.as_second();
    let response = agent
        .post(url)
        .header("content-type", "application/json")
        .header("webhook-id", &id)
        .header("webhook-timestamp", time.to_string())
        .header("webhook-signature", hooks.signature(&id, time, &body))
        .send(&body);
    match response {
        Ok(response) if response.status().is_success() => Ok(response.status().as_u16()),
        Ok(response) => Err(format!("answered {}", response.status().as_u16())),
        Err(error) => Err(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_addresses_are_sent_to_only_where_they_are_named() {
        let public = ["93.184.216.34", "8.8.8.8", "2606:2800:220:1::1"];
        let private = [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "fc00::1",
            "fe80::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "2002:7f00:1::",
            "2001::1",
            "64:ff9b::7f00:1",
        ];
        let to = |text: &str| SocketAddr::new(text.parse().unwrap(), 443);
        let named = |text: &str| -> IpNet { text.parse().unwrap() };
        for text in public {
            assert!(may_go(&to(text), true, &[]), "{text}");
            assert!(!may_go(&to(text), false, &[]), "{text} unencrypted");
        }
        for text in private {
            assert!(!may_go(&to(text), true, &[]), "{text}");
        }
        assert!(may_go(&to("127.0.0.1"), false, &[named("127.0.0.0/8")]));
        assert!(may_go(&to("::ffff:127.0.0.1"), false, &[named("127.0.0.0/8")]));
        assert!(!may_go(&to("10.0.0.1"), true, &[named("127.0.0.0/8")]));
    }

    #[test]
    fn a_signature_is_that_of_the_standard() {
        // The example of the specification's reference libraries.
        let secret = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let hooks = Hooks { urls: Vec::new(), secret, allowed: Arc::new([]) };
        let body = r#"{"test": 2432232314}"#;
        let signed = hooks.signature("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn what_is_sent_again_is_what_was_sent() {
        let of = |far| Sent::new("https://hooks.example", far).batch();
        assert_eq!([of([0, 0]), of([7, 7]), of([7, 0])], [MOST_EVENTS; 3]);
        assert_eq!([of([7, 8]), of([7, 19]), of([0, 9_999])], [1, 12, MOST_EVENTS]);
    }

    #[test]
    fn what_may_be_secret_in_an_address_is_not_told() {
        assert_eq!(
            Sent::new("https://user:word@hooks.example:8443/T0/B1?key=2", [0, 0]).to,
            "https://hooks.example:8443"
        );
    }
}
