//! The service from outside: it says what the command says, from one snapshot at a time, to whom it may.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::command::parentage;

const DAY: &str = "2025-10-20";

/// A service on a port of its own, ended with the test.
pub struct Service {
    child: Child,
    pub address: String,
    /// What it told on standard error.
    told: Arc<Mutex<String>>,
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An answer: status, headers in small letters, body.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    head: String,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("{self:?}"))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let line = self.head.lines().find(|line| line.starts_with(&format!("{name}:")))?;
        Some(line.split_once(':')?.1.trim())
    }
}

impl Service {
    pub fn start(arguments: &[&str]) -> Service {
        let mut child = Command::new(env!("CARGO_BIN_EXE_parentage"))
            .args(["serve", "--listen", "127.0.0.1:0"])
            .args(arguments)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let address = loop {
            let line = lines.next().expect("the service ended").unwrap();
            if let Some((_, address)) = line.split_once("://") {
                break address.to_owned();
            }
        };
        let told = Arc::new(Mutex::new(String::new()));
        let kept = Arc::clone(&told);
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                kept.lock().unwrap().push_str(&(line + "\n"));
            }
        });
        Service { child, address, told }
    }

    pub fn ask(&self, method: &str, path: &str, headers: &[&str], body: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let host = headers.iter().any(|header| header.starts_with("host:"));
        let host = if host { String::new() } else { format!("host: {}\r\n", self.address) };
        let more: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
        let length = body.len();
        let head = format!(
            "{method} {path} HTTP/1.1\r\n{host}connection: close\r\ncontent-length: {length}\r\n{more}\r\n"
        );
        stream.write_all(head.as_bytes()).unwrap();
        // A service that refuses early need not read all of it.
        let _ = stream.write_all(body);
        let mut all = Vec::new();
        let _ = stream.read_to_end(&mut all);
        let text = String::from_utf8_lossy(&all).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
        Answer { status, head: head.to_lowercase(), body: body.to_owned() }
    }

    pub fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[], b"")
    }

    pub fn post(&self, path: &str, body: &Value) -> Answer {
        let kind = ["content-type: application/json"];
        self.ask("POST", path, &kind, body.to_string().as_bytes())
    }
}

/// What the command says, without what only it or only the service knows.
fn said(arguments: &[&str]) -> Value {
    let run = parentage(&[arguments, &["--format", "json", "--as-of", DAY, "--quiet"]].concat());
    let all: Value = serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{}", run.err));
    all[0].clone()
}

pub fn write(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

#[test]
fn the_service_says_what_the_command_says() {
    let service = Service::start(&[]);
    for name in
        ["Kollsman Inc", "Skydio", "Nobody At All GmbH", "Общество", "Lockheed Martin Corporation"]
    {
        let asked = json!({"name": name, "as_of": DAY});
        let answer = service.post("/v1/screen", &asked);
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.json(), said(&["screen", name]), "{name}");
    }
    let asked = json!({"name": "Kollsman Inc", "country": ["US", "CA"], "as_of": DAY, "rules": ["cn-mofcom-61"], "threshold": 0.9, "limit": 1});
    let expected = said(&[
        "screen",
        "Kollsman Inc",
        "--country",
        "US;CA",
        "--rule",
        "cn-mofcom-61",
        "--threshold",
        "0.9",
        "--limit",
        "1",
    ]);
    assert_eq!(service.post("/v1/screen", &asked).json(), expected);

    let id = said(&["screen", "Kollsman Inc"])["matches"][0]["entity"]["id"].clone();
    let id = id.as_str().unwrap().to_owned();
    let explained = service.get(&format!("/v1/entities/{id}/explain?as_of={DAY}&readings=true"));
    let mut expected = said(&["explain", &id, "--readings"]);
    assert_eq!(explained.json()["entities"][0], expected, "{explained:?}");
    let supposed = json!({"as_of": DAY, "suppose": [{"holder": "Elbit Systems of America, LLC", "issuer": id, "share": "49"}]});
    let supposed = service.post(&format!("/v1/entities/{id}/explain"), &supposed);
    expected =
        said(&["explain", &id, "--what-if", &format!("\"Elbit Systems of America, LLC\",{id},49")]);
    assert_eq!(supposed.json()["entities"][0], expected, "{supposed:?}");
    assert_ne!(expected["what_if"]["exposures"], expected["exposures"]);
    let timeline = service.get(&format!("/v1/entities/{id}/timeline?as_of={DAY}")).json();
    assert_eq!(timeline["entities"][0][0], said(&["timeline", &id]));
    let entity = service.get(&format!("/v1/entities/{id}?as_of={DAY}")).json();
    assert_eq!(entity["entities"][0]["exposures"], said(&["explain", &id])["exposures"]);
    assert_eq!(entity["as_of"], DAY);
    assert!(entity["lists_checked"].as_array().is_some_and(|all| !all.is_empty()));
    let lists = service.get(&format!("/v1/lists?as_of={DAY}&limit=1")).json();
    assert_eq!(lists["entries"][0], said(&["lists"]));
    let rules = service.get(&format!("/v1/rules?as_of={DAY}")).json();
    assert_eq!(rules["rules_loaded"][0], said(&["rules"]));
    let changes = service.get("/v1/changes?from=2025-11-09&to=2025-11-10").json();
    let days = ["changes", "--from", "2025-11-09", "--to", "2025-11-10"];
    assert_eq!(changes["changes"][0], said(&days));
    assert_eq!(service.get("/v1/entities/nobody").status, 404);
}

/// Several parties are answered in their order; one that cannot be screened is an error with its reasons.
#[test]
fn several_parties_are_answered_in_their_order() {
    let service = Service::start(&[]);
    let parties = json!([
        {"name": "Kollsman Inc", "id": "1"},
        {"name": "", "id": "2"},
        {"name": "Nobody At All GmbH", "country": "Germany", "id": "3"},
        {"name": "Quiet Harbour Ltd", "id": "4", "owners": [{"name": "Lockheed Martin Corporation", "country": "US", "share_min": "60"}]},
        {"name": "Quiet Harbour Ltd", "id": "5", "owners": [{"name": "Lockheed Martin Corporation", "share_min": "sixty"}]},
    ]);
    let answer = service.post("/v1/screen", &json!({"parties": parties, "as_of": DAY}));
    let results = answer.json()["results"].clone();
    let verdicts: Vec<&str> =
        results.as_array().unwrap().iter().map(|one| one["verdict"].as_str().unwrap()).collect();
    assert_eq!(verdicts, ["hit", "error", "clear", "hit", "review"], "{answer:?}");
    assert_eq!(results[1]["query"]["id"], "2");
    assert_eq!(results[2]["notes"][0]["kind"], "unread_field");
    assert!(results[4]["notes"].to_string().contains("owners[0].share_min"));
    assert!(results[0]["lists_checked"].is_array() && results[1]["lists_checked"].is_null());
    let place = &results[3]["matches"][0]["exposures"][0]["evidence"];
    assert!(place.to_string().contains("request:1"), "{place}");
    let many: Vec<Value> = (0..1_001).map(|_| json!({"name": "X Y"})).collect();
    let refused = service.post("/v1/screen", &json!({"parties": many}));
    assert_eq!((refused.status, &refused.json()["field"]), (422, &json!("parties")));
}

#[test]
fn what_cannot_be_used_is_told_with_its_field() {
    let service = Service::start(&[]);
    let field = |answer: &Answer| answer.json()["field"].as_str().unwrap_or_default().to_owned();
    for (body, expected) in [
        (json!({"name": "A B", "countri": "US"}), "countri"),
        (json!({"name": "A B", "country": "USA"}), "country"),
        (json!({"name": "A B", "kind": "robot"}), "kind"),
        (json!({"name": "A B", "as_of": "yesterday"}), "as_of"),
        (json!({"name": "A B", "rules": ["none"]}), "rules"),
        (json!({"name": "A B", "profile": "none"}), "profile"),
        (json!({"name": "A B", "threshold": 7}), "threshold"),
        (json!({"name": "A B", "owners": [{"name": "C D", "share": "1"}]}), "owners[0].share"),
        (json!({"country": "US"}), "name"),
        (json!({"name": "A B", "parties": []}), "name"),
        (json!({"name": "A".repeat(1_001)}), "name"),
        (json!({"parties": [{"name": "A B"}, {"nam": "C"}]}), "parties[1].nam"),
    ] {
        let answer = service.post("/v1/screen", &body);
        assert_eq!((answer.status, field(&answer).as_str()), (422, expected), "{answer:?}");
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        let problem = answer.json();
        assert_eq!((&problem["type"], &problem["status"]), (&json!("about:blank"), &json!(422)));
        assert!(problem["reason"].as_str().is_some_and(|reason| !reason.is_empty()));
    }
    let kind = ["content-type: application/json"];
    assert_eq!(service.ask("POST", "/v1/screen", &kind, b"{\"name\":").status, 400);
    assert_eq!(service.ask("POST", "/v1/screen", &["content-type: text/plain"], b"{}").status, 415);
    let large = vec![b' '; 9 << 20];
    assert_eq!(service.ask("POST", "/v1/screen", &kind, &large).status, 413);
    let twice = b"{\"name\":\"Kollsman Inc\",\"name\":\"Nobody At All\"}";
    assert_eq!(service.ask("POST", "/v1/screen", &kind, twice).status, 422);
    assert_eq!(service.get("/v1/lists?list=cn-uel").status, 422);
    let odd = service.get("/v1/entities/%ff");
    assert_eq!((odd.status, odd.header("content-type")), (400, Some("application/problem+json")));
    assert_eq!(service.get("/v1/lists?liste=US-SDN").status, 422);
    assert_eq!(service.get("/v1/lists?limit=1&limit=2").status, 422);
    assert_eq!(service.get("/v1/nothing").status, 404);
    assert_eq!(service.ask("DELETE", "/v1/screen", &[], b"").status, 405);
    let deep = format!("{{\"name\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    assert!([400, 422].contains(&service.ask("POST", "/v1/screen", &kind, deep.as_bytes()).status));
}

#[test]
fn only_who_may_is_answered() {
    let open = Service::start(&[]);
    for host in ["evil.example", "evil.example:8080", "127.0.0.1.evil.example"] {
        assert_eq!(open.ask("GET", "/", &[&format!("host: {host}")], b"").status, 421, "{host}");
    }
    assert_eq!(open.ask("GET", "/", &["host: localhost:9"], b"").status, 200);
    // What a page of another site can send without being asked for leave.
    let plain = "content-type: text/plain";
    for whose in ["origin: https://evil.example", "sec-fetch-site: cross-site", "origin: null"] {
        for path in ["/v1/snapshots", "/v1/jobs", "/updatez", "/v1/screen"] {
            assert_eq!(open.ask("POST", path, &[whose, plain], b"x").status, 403, "{whose} {path}");
        }
    }
    // A link to the page may stand anywhere, and nobody shows it within another page.
    let page = open.ask("GET", "/", &["sec-fetch-site: cross-site"], b"");
    let policy = page.header("content-security-policy").unwrap_or_default();
    assert!(page.status == 200 && policy.contains("frame-ancestors 'none'"), "{page:?}");
    assert_eq!(open.ask("GET", "/v1/lists", &["sec-fetch-site: cross-site"], b"").status, 403);
    let own = format!("origin: http://{}", open.address);
    assert_eq!(
        open.ask("POST", "/updatez", &[&own, "sec-fetch-site: same-origin"], b"").status,
        200
    );
    assert_eq!(open.get("/").header("access-control-allow-origin"), None);
    drop(open);

    let refused = parentage(&["serve", "--listen", "0.0.0.0:0"]);
    assert!(refused.status == 2 && refused.err.contains("--tokens"), "{}", refused.err);
    let folder = tempfile::tempdir().unwrap();
    let token = |name: &str, role: &str| {
        let made = parentage(&["token", "new", name, "--role", role]);
        let token = made.err.lines().find_map(|line| line.split_once("shown once: "));
        assert_eq!(made.out.split(' ').count(), 3, "{}", made.out);
        (token.unwrap().1.to_owned(), made.out)
    };
    let ((reader, line), (admin, other)) = (token("night-job", "read"), token("ann", "admin"));
    assert!(!line.contains(&reader), "only its digest is kept");
    let tokens = write(folder.path(), "tokens", &format!("# who may ask\n{line}{other}"));
    let data = folder.path().join("data").display().to_string();
    let service = Service::start(&["--tokens", &tokens, "--rate", "30", "--data", &data, "--log"]);
    let body = json!({"name": "Quiet Harbour Ltd"}).to_string();
    let screen = |authorization: &str| {
        let kind = "content-type: application/json";
        let headers: Vec<&str> =
            [kind, authorization].into_iter().filter(|one| !one.is_empty()).collect();
        service.ask("POST", "/v1/screen", &headers, body.as_bytes())
    };
    let unknown = screen("");
    assert_eq!((unknown.status, unknown.header("www-authenticate")), (401, Some("bearer")));
    assert_eq!(screen(&format!("authorization: Bearer {reader}x")).status, 401);
    assert_eq!(screen(&format!("authorization: Bearer {reader}")).status, 200);
    assert_eq!(
        screen(&format!("authorization: ApiKey {reader}")).status,
        200,
        "as clients of yente say it"
    );
    let upload = |token: &str| {
        let token = format!("authorization: Bearer {token}");
        service.ask("POST", "/v1/snapshots", &[&token], b"no snapshot").status
    };
    assert_eq!((upload(&reader), upload(&admin)), (403, 422));
    assert_eq!(service.get("/healthz").status, 200, "whoever watches it needs no token");
    let token = format!("authorization: Bearer {reader}");
    let answers: Vec<Answer> = (0..80).map(|_| screen(&token)).collect();
    let later = answers.iter().find(|answer| answer.status == 429).expect("too often");
    assert!(later.header("retry-after").is_some_and(|seconds| seconds.parse::<u64>().is_ok()));
    let metrics = service.ask("GET", "/metrics", &[&format!("authorization: Bearer {admin}")], b"");
    assert!(
        metrics.body.contains("parentage_requests_total")
            && metrics.body.contains("parentage_verdicts_total")
    );
    let told = service.told.lock().unwrap().clone();
    assert!(told.contains("POST /v1/screen 200") && told.contains("night-job"), "{told}");
    for text in [&told, &metrics.body] {
        assert!(
            !text.contains("Quiet") && !text.contains(&reader),
            "no name of a party, no token: {text}"
        );
    }
}

/// Two lists as snapshot files: one with Zubrin on it, one with Pelican, too.
pub fn two_snapshots(folder: &Path) -> [String; 2] {
    let head = "list,name,country\n";
    let rows = "CN-UEL,Zubrin Works,US\nCN-UEL,Tern Mills,US\nCN-UEL,Gull Yard,US\n";
    let one = write(folder, "one/list.csv", &format!("{head}{rows}"));
    let two = write(folder, "two/list.csv", &format!("{head}{rows}CN-UEL,Pelican Shipping,US\n"));
    let own = write(
        folder,
        "own/holdings.csv",
        "holder,issuer,share_min\nZubrin Works,Zubrin Parts,60\n",
    );
    [(one, "one"), (two, "two")].map(|(list, name)| {
        let out = folder.join(format!("{name}.snapshot")).display().to_string();
        let built = parentage(&[
            "build",
            "--lists",
            &list,
            "--ownership",
            &own,
            "--rules",
            "embedded",
            "--out",
            &out,
        ]);
        assert_eq!(built.status, 0, "{}", built.err);
        out
    })
}

fn digest(service: &Service) -> String {
    service.get("/v1/snapshots").json()["in_use"].as_str().unwrap().to_owned()
}

#[test]
fn snapshots_are_checked_and_take_each_others_place_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let [one, two] = two_snapshots(folder.path());
    let data = folder.path().join("data").display().to_string();
    let service = Service::start(&["--snapshot", &one, "--data", &data]);
    let verdict = |service: &Service| {
        let answer = service.post("/v1/screen", &json!({"name": "Pelican Shipping"})).json();
        (
            answer["snapshot"].as_str().unwrap().to_owned(),
            answer["verdict"].as_str().unwrap().to_owned(),
        )
    };
    let first = digest(&service);
    assert_eq!(verdict(&service), (first.clone(), "clear".to_owned()));
    let upload = |file: &str, query: &str| {
        service.ask("POST", &format!("/v1/snapshots{query}"), &[], &std::fs::read(file).unwrap())
    };
    let kept = upload(&one, "?activate=false");
    assert_eq!((kept.status, &kept.json()["activated"]), (201, &json!(false)));
    assert_eq!(upload(&two, "").status, 201);
    let second = digest(&service);
    assert_eq!(verdict(&service), (second.clone(), "hit".to_owned()));
    // A fourth of its entries is gone.
    let path = format!("/v1/snapshots/{first}/activate");
    let shrunk = service.ask("POST", &path, &[], b"");
    assert!(
        shrunk.status == 422 && shrunk.body.contains("CN-UEL had 4 entries and has 3"),
        "{shrunk:?}"
    );
    let answer = service.post("/v1/screen", &json!({"name": "Pelican Shipping"}));
    assert!(answer.header("parentage-stale").is_some_and(|told| told.contains("refresh failed")));
    assert!(service.get("/readyz").json()["refresh_failed"].as_str().unwrap().contains("shrank"));
    assert_eq!(service.ask("POST", &format!("{path}?allow_shrink=true"), &[], b"").status, 200);
    assert!(service.get("/readyz").json()["refresh_failed"].is_null());
    let mut damaged = std::fs::read(&two).unwrap();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    let broken = folder.path().join("broken").display().to_string();
    std::fs::write(&broken, damaged).unwrap();
    let answer = upload(&broken, "");
    assert!(answer.status == 422 && !answer.body.contains(&data), "{answer:?}");
    for path in ["/v1/snapshots/..%2F..%2Fetc%2Fpasswd/activate", "/v1/snapshots/0000/activate"] {
        assert_eq!(service.ask("POST", path, &[], b"").status, 404);
    }
    assert_eq!(digest(&service), first);

    // Nobody else's file is mapped: who writes over one does not end the service.
    let given = folder.path().join("given.snapshot").display().to_string();
    std::fs::copy(&one, &given).unwrap();
    let other = Service::start(&["--snapshot", &given]);
    std::fs::write(&given, b"short").unwrap();
    assert_eq!(other.post("/v1/screen", &json!({"name": "Zubrin Parts"})).json()["verdict"], "hit");
    drop(other);

    // While they change places, every answer is of one of them.
    let service = Arc::new(service);
    let until = Instant::now() + Duration::from_secs(4);
    let askers: Vec<_> = (0..2)
        .map(|_| {
            let (service, first) = (Arc::clone(&service), first.clone());
            std::thread::spawn(move || {
                let mut asked = 0;
                while Instant::now() < until {
                    let answer = service.post("/v1/screen", &json!({"name": "Pelican Shipping"}));
                    assert_eq!(answer.status, 200, "{answer:?}");
                    let own = answer.json();
                    let expected = if own["snapshot"] == *first { "clear" } else { "hit" };
                    assert_eq!(own["verdict"], expected);
                    assert_eq!(answer.header("parentage-snapshot"), own["snapshot"].as_str());
                    asked += 1;
                }
                asked
            })
        })
        .collect();
    let mut swaps = 0;
    while Instant::now() < until {
        let to = if swaps % 2 == 0 { &second } else { &first };
        let path = format!("/v1/snapshots/{to}/activate?allow_shrink=true");
        assert_eq!(service.ask("POST", &path, &[], b"").status, 200);
        swaps += 1;
    }
    let asked: usize = askers.into_iter().map(|asker| asker.join().unwrap()).sum();
    assert!(swaps > 10 && asked > 50, "{swaps} swaps, {asked} answers");
}

#[test]
fn a_folder_is_watched_for_new_snapshots() {
    let folder = tempfile::tempdir().unwrap();
    let [one, two] = two_snapshots(folder.path());
    let watched = folder.path().join("watched");
    std::fs::create_dir(&watched).unwrap();
    let service = Service::start(&["--snapshot", &one, "--watch", &watched.display().to_string()]);
    let first = digest(&service);
    let place = |file: &str, name: &str| {
        let part = watched.join(format!("{name}.part"));
        std::fs::copy(file, &part).unwrap();
        std::fs::rename(part, watched.join(name)).unwrap();
    };
    let until = |holds: &dyn Fn() -> bool| {
        let begun = Instant::now();
        while !holds() {
            assert!(begun.elapsed() < Duration::from_secs(60), "{}", service.get("/readyz").body);
            std::thread::sleep(Duration::from_millis(200));
        }
    };
    place(&two, "b.snapshot");
    until(&|| digest(&service) != first);
    std::fs::write(watched.join("c.snapshot"), b"no snapshot").unwrap();
    until(&|| service.get("/readyz").json()["refresh_failed"].is_string());
    assert_ne!(digest(&service), first, "the last good one stays");
    assert_eq!(service.ask("POST", "/updatez", &[], b"").status, 422);
    std::fs::remove_file(watched.join("c.snapshot")).unwrap();
    assert_eq!(service.ask("POST", "/updatez", &[], b"").json()["status"], "ok");
}

/// The interface of yente: what its clients send is answered in the shapes that they read.
#[test]
fn clients_of_yente_are_answered() {
    let service = Service::start(&[]);
    let company = |name: &str| json!({"schema": "Company", "properties": {"name": [name]}});
    let asked = json!({"queries": {"a": company("Lockheed Martin Corporation"), "b": company("Kollsman Inc"), "c": company("Nobody At All")}});
    let answer = service.post("/match/default?algorithm=best&fuzzy=false", &asked);
    assert_eq!(answer.status, 200, "{answer:?}");
    let responses = answer.json()["responses"].clone();
    let (listed, reached) = (&responses["a"]["results"][0], &responses["b"]["results"][0]);
    assert_eq!((&listed["match"], &listed["target"]), (&json!(true), &json!(true)));
    let topics = listed["properties"]["topics"].to_string();
    assert!(topics.contains("export.control") && !topics.contains("linked"), "{topics}");
    // House policy alone makes no topic.
    assert!(reached["properties"]["topics"].is_null() && reached["properties"]["notes"].is_array());
    assert_eq!(responses["c"]["total"]["value"], 0);
    let sum: f64 = listed["explanations"]
        .as_object()
        .unwrap()
        .values()
        .map(|one| one["score"].as_f64().unwrap())
        .sum();
    assert!((sum - listed["score"].as_f64().unwrap()).abs() < 1e-3, "{listed}");
    let id = listed["id"].as_str().unwrap();
    let left_out = service.post(&format!("/match/default?exclude_entity_ids={id}"), &asked).json();
    assert_ne!(left_out["responses"]["a"]["results"][0]["id"], *id);
    let topic = service.post("/match/default?topics=sanction.linked", &asked).json();
    assert_eq!(topic["responses"]["a"]["results"], json!([]));
    let list = service.post("/match/cn_uel?limit=1", &asked).json();
    assert!(list["responses"]["a"]["results"][0]["datasets"].to_string().contains("cn_uel"));
    for (path, status) in [
        ("/match/nothing", 404),
        ("/match/default?algorithm=magic", 400),
        ("/match/default?changed_since=2024-01-01", 400),
        ("/match/default?limit=501", 422),
    ] {
        assert_eq!(service.post(path, &asked).status, status, "{path}");
    }
    assert_eq!(service.post("/match/default", &json!({"queries": {}})).status, 400);
    let blank = json!({"queries": {"a": company("Skydio Inc"), "b": {"schema": "Company", "properties": {"name": []}}}});
    let answered = service.post("/match/default", &blank).json()["responses"].clone();
    assert_eq!(
        (&answered["a"]["total"]["value"], &answered["b"]["results"]),
        (&json!(1), &json!([]))
    );

    let entity = service.get(&format!("/entities/{id}")).json();
    assert!(entity["properties"]["sanctions"][0]["schema"] == "Sanction", "{entity}");
    let held = &entity["properties"]["ownershipOwner"][0];
    assert_eq!(held["schema"], "Ownership");
    assert!(held["properties"]["asset"][0]["caption"].is_string());
    let adjacent = service.get(&format!("/entities/{id}/adjacent?limit=1")).json();
    assert_eq!(adjacent["adjacent"]["ownershipOwner"]["results"].as_array().unwrap().len(), 1);
    let by = service.get(&format!("/entities/{id}/adjacent/ownershipOwner")).json();
    assert_eq!(by["total"], adjacent["adjacent"]["ownershipOwner"]["total"]);
    assert_eq!(service.get("/entities/nobody").status, 404);
    let flat = service.get(&format!("/entities/{id}?nested=false")).json();
    assert!(flat["properties"]["sanctions"].is_null());
    let found = service.get("/search/default?q=Lockheed&limit=2").json();
    assert!(found["results"][0]["caption"].as_str().unwrap().contains("Lockheed"), "{found}");
    assert!(found["facets"]["datasets"]["values"].is_array());
    let total = |path: &str| {
        service.get(&format!("/search/default?{path}")).json()["total"]["value"].clone()
    };
    assert_eq!(total("q=Skydio&schema=Organization"), total("q=Skydio&schema=Company"));
    assert_eq!(
        total("include_dataset=cn_uel&datasets=cn_watch"),
        total("datasets=cn_uel&datasets=cn_watch&filter_op=AND")
    );
    for path in ["q=Skydio&schema=Spaceship", "q=Skydio&sort=name", "q=Skydio&facets=schema"] {
        assert_eq!(service.get(&format!("/search/default?{path}")).status, 400, "{path}");
    }
    let catalog = service.get("/catalog").json();
    assert!(catalog["current"].as_array().unwrap().contains(&json!("cn_uel")));
    assert_eq!(service.get("/algorithms").json()["best"], "parentage");

    let manifest = service.get("/reconcile/default").json();
    assert_eq!(manifest["versions"], json!(["0.2"]));
    let queries = json!({"q0": {"query": "Lockheed Martin", "type": "Company", "limit": 3, "properties": [{"pid": "jurisdiction", "v": "us"}]}});
    let form = format!("queries={}", escaped(&queries.to_string()));
    let kind = ["content-type: application/x-www-form-urlencoded"];
    let answer = service.ask("POST", "/reconcile/default", &kind, form.as_bytes());
    let best = &answer.json()["q0"]["result"][0];
    assert!(
        best["score"].as_f64().unwrap() > 80.0 && best["type"][0]["id"] == "Company",
        "{answer:?}"
    );
    let again = service.get(&format!("/reconcile/default?{form}")).json();
    assert_eq!(again["q0"]["result"][0], *best);
    let extend =
        json!({"ids": [best["id"]], "properties": [{"id": "name"}, {"id": "jurisdiction"}]});
    let form = format!("extend={}", escaped(&extend.to_string()));
    let answer = service.ask("POST", "/reconcile/default", &kind, form.as_bytes()).json();
    assert_eq!(answer["rows"][best["id"].as_str().unwrap()]["jurisdiction"][0]["str"], "us");
    for what in ["entity?prefix=Lockh", "type?prefix=Comp", "property?prefix=na"] {
        let suggested = service.get(&format!("/reconcile/default/suggest/{what}")).json();
        assert!(!suggested["result"].as_array().unwrap().is_empty(), "{what}: {suggested}");
    }
    let proposed = service.get("/reconcile/default/extend/property?type=Company").json();
    assert!(!proposed["properties"].as_array().unwrap().is_empty());
}

fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[test]
fn it_says_what_it_is() {
    let service = Service::start(&[]);
    let page = service.get("/");
    assert!(page.body.contains("<title>parentage</title>"), "{page:?}");
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("script-src 'self'") && !policy.contains("unsafe"), "{policy}");
    let script = page.body.split("src=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let script = service.get(script);
    assert!(script.status == 200 && script.header("cache-control").unwrap().contains("immutable"));
    assert_eq!(script.header("content-type"), Some("text/javascript; charset=utf-8"));
    assert_eq!(service.get("/assets/none.js").status, 404);
    let root = service.ask("GET", "/", &["accept: application/json"], b"").json();
    assert_eq!(root["version"], env!("CARGO_PKG_VERSION"));
    let described = service.get("/openapi.json").json();
    let paths: Vec<&str> =
        root["paths"].as_array().unwrap().iter().map(|path| path.as_str().unwrap()).collect();
    assert!(paths.iter().all(|path| described["paths"][*path].is_object()), "{paths:?}");
    assert_eq!(described["openapi"].as_str().unwrap().split('.').next(), Some("3"));
}

#[expect(clippy::print_stderr, reason = "a test that does not run says so")]
fn skipped() {
    eprintln!("skipped: openssl and curl are not here");
}

/// TLS by a certificate and key in PEM; others are refused before anything listens.
#[test]
fn tls_is_spoken_with_a_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (cert, key) = (path("cert.pem"), path("key.pem"));
    let broken = write(folder.path(), "broken.pem", "no certificate");
    let refused = parentage(&[
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--tls-cert",
        &broken,
        "--tls-key",
        &broken,
    ]);
    assert!(refused.status == 2 && refused.err.contains("PEM"), "{}", refused.err);
    let made = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-days",
            "2",
        ])
        .args([
            "-subj",
            "/CN=localhost",
            "-addext",
            "subjectAltName=IP:127.0.0.1",
            "-keyout",
            &key,
            "-out",
            &cert,
        ])
        .stderr(Stdio::null())
        .status();
    if !made.is_ok_and(|status| status.success())
        || Command::new("curl").arg("-V").output().is_err()
    {
        return skipped();
    }
    let service = Service::start(&["--tls-cert", &cert, "--tls-key", &key]);
    let ask = |more: &[&str]| {
        let url = format!("https://{}/healthz", service.address);
        let asked =
            Command::new("curl").args(["-s", "--max-time", "20"]).args(more).arg(url).output();
        String::from_utf8(asked.unwrap().stdout).unwrap()
    };
    assert_eq!(ask(&["--cacert", &cert]), "{\"status\":\"ok\"}");
    assert_eq!(ask(&["--cacert", &cert, "--tls-max", "1.1"]), "", "nothing older than 1.2");
    assert_eq!(service.get("/healthz").status, 0, "nothing in plain text");
}

/// A file of parties is screened as the command screens it, whoever kills the service meanwhile.
#[test]
fn jobs_go_on_where_they_were() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data").display().to_string();
    let mut parties = "id,name,country\n".to_owned();
    for at in 0..1_500 {
        let name = ["Kollsman Inc", "Quiet Harbour Ltd", "Skydio", "Nobody At All GmbH"][at % 4];
        parties += &format!("{at},{name} {at},US\n");
    }
    let file = write(folder.path(), "parties.csv", &parties);
    let start = || Service::start(&["--data", &data]);
    let mut service = start();
    let path = format!("/v1/jobs?as_of={DAY}&out=jsonl");
    let made = service.ask("POST", &path, &["content-type: text/csv"], parties.as_bytes());
    assert_eq!(made.status, 202, "{made:?}");
    let own = format!("/v1/jobs/{}", made.json()["id"].as_str().unwrap());
    assert_eq!(made.header("location"), Some(own.as_str()));
    assert_eq!(service.get(&format!("{own}/result")).status, 409);
    for _ in 0..3 {
        std::thread::sleep(Duration::from_millis(300));
        // SIGKILL: nothing is put in order.
        drop(service);
        service = start();
    }
    let begun = Instant::now();
    while service.get(&own).json()["state"] != "done" {
        assert!(begun.elapsed() < Duration::from_secs(120), "{}", service.get(&own).body);
        std::thread::sleep(Duration::from_millis(100));
    }
    let out = folder.path().join("answers.jsonl").display().to_string();
    let run = parentage(&["screen", "--in", &file, "--as-of", DAY, "--out", &out, "--quiet"]);
    assert_eq!(run.status, 0, "{}", run.err);
    let result = service.get(&format!("{own}/result"));
    // The first answer names the files that the service and the command read.
    let lines = |text: &str| text.lines().skip(1).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(lines(&result.body), lines(&std::fs::read_to_string(&out).unwrap()));
    assert_eq!(result.body.lines().count(), 1_500);
    let verdicts = service.get(&own).json()["verdicts"].clone();
    assert!(verdicts["hit"].as_u64().is_some(), "{verdicts}");
    assert_eq!(service.ask("DELETE", &own, &[], b"").status, 204);
    assert_eq!(service.get(&own).status, 404);

    let bad = service.ask("POST", "/v1/jobs", &[], b"no,column\n1,2\n").json();
    let bad = format!("/v1/jobs/{}", bad["id"].as_str().unwrap());
    while ["queued", "running"].iter().any(|state| service.get(&bad).json()["state"] == *state) {
        std::thread::sleep(Duration::from_millis(50));
    }
    let failed = service.get(&bad).json();
    assert_eq!(failed["state"], "failed");
    let told = failed["messages"].to_string();
    assert!(told.contains("has no column `name`") && !told.contains(&data), "{told}");
    for path in ["/v1/jobs?out=exe", "/v1/jobs?as_of=x", "/v1/jobs?in=/etc/passwd"] {
        assert_eq!(service.ask("POST", path, &[], b"name\nA B\n").status, 422, "{path}");
    }
    for path in [
        "delimiter=%2D%2Dout%3D%2Ftmp%2Fx",
        "threshold=abc",
        "limit=-1",
        "rule=nope",
        "encoding=zzz",
    ] {
        let path = format!("/v1/jobs?{path}");
        assert_eq!(service.ask("POST", &path, &[], b"name\nA B\n").status, 422, "{path}");
    }
    let second = parentage(&["serve", "--listen", "127.0.0.1:0", "--data", &data]);
    assert!(second.status == 2 && second.err.contains("another service"), "{}", second.err);
    let many = service.ask("POST", "/v1/jobs", &[], parties.as_bytes()).json();
    let many = format!("/v1/jobs/{}", many["id"].as_str().unwrap());
    assert_eq!(service.ask("DELETE", &many, &[], b"").json()["state"], "cancelled");
    assert_eq!(service.ask("DELETE", &many, &[], b"").status, 204);
}

/// Every request that docs/api.md shows, and the answer that it shows: all of that is in what is answered.
#[test]
fn what_the_docs_show_is_answered() {
    let docs = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/api.md"));
    let folder = tempfile::tempdir().unwrap();
    let service = Service::start(&["--data", &folder.path().join("data").display().to_string()]);
    let examples: Vec<&str> = docs.split("```http\n").skip(1).collect();
    assert!(examples.len() > 5);
    for example in examples {
        let (request, rest) = example.split_once("\n```").unwrap();
        let (_, shown) = rest.split_once("```json\n").unwrap();
        let shown: Value = serde_json::from_str(shown.split_once("\n```").unwrap().0).unwrap();
        let (first, body) = request.split_once('\n').unwrap_or((request, ""));
        let (method, path) = first.split_once(' ').unwrap();
        let answer = match method {
            "GET" => service.get(path),
            _ => service.post(path, &serde_json::from_str(body).unwrap()),
        };
        assert!(holds(&answer.json(), &shown), "{request}\n{answer:?}");
    }
}

/// Whether all of one value is in another.
fn holds(all: &Value, shown: &Value) -> bool {
    match (all, shown) {
        (Value::Object(all), Value::Object(shown)) => {
            shown.iter().all(|(key, value)| all.get(key).is_some_and(|own| holds(own, value)))
        }
        (Value::Array(all), Value::Array(shown)) => {
            all.len() >= shown.len() && shown.iter().zip(all).all(|(value, own)| holds(own, value))
        }
        (own, value) => own == value,
    }
}

/// What persons decide goes into every later answer, is kept, and is in the log, which tells any change of itself and comes
/// out again.
#[test]
fn decisions_and_everything_answered_can_be_accounted_for() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let data_path = data.display().to_string();
    let party = json!({"name": "Skydio, Inc.", "id": "17", "city": "San Mateo"});
    let screened = |service: &Service| service.post("/v1/screen", &party).json();
    let service = Service::start(&["--data", &data_path]);
    let before = screened(&service);
    assert_ne!(before["verdict"], "clear");
    let entity = before["matches"][0]["entity"]["id"].clone();
    let decision = |reason: &str, by: Value| json!({"party": party, "entity": entity, "outcome": "false_match", "reason": reason, "by": by});
    let nobody = service.post("/v1/decisions", &decision("another company", Value::Null));
    assert_eq!((nobody.status, nobody.json()["field"].as_str()), (422, Some("by")));
    let blank = service.post("/v1/decisions", &decision(" ", "anna".into()));
    assert_eq!((blank.status, blank.json()["field"].as_str()), (422, Some("reason")));
    let kept = service.post("/v1/decisions", &decision("another company", "anna".into()));
    assert_eq!(kept.status, 201, "{kept:?}");
    assert_eq!(kept.json()["party_id"], "17");
    let after = screened(&service);
    assert_eq!(after["matches"][0]["decision"]["stands"], true);
    let others = after["matches"].as_array().unwrap().iter().skip(1).count();
    assert!(others > 0 || after["verdict"] == "clear", "{after}");
    // Another customer of that name is another question, and so is this one once it says something else of itself.
    let other = json!({"name": "Skydio, Inc.", "id": "18"});
    assert_eq!(service.post("/v1/screen", &other).json()["matches"][0]["decision"], Value::Null);
    let moved = json!({"name": "Skydio, Inc.", "id": "17", "city": "Tallinn"});
    let moved = service.post("/v1/screen", &moved).json();
    assert_eq!(moved["matches"][0]["decision"]["stands"], false);
    assert_eq!(moved["verdict"], before["verdict"]);
    // A decision that the command takes is one of the service, too.
    let file = data.join("decisions.db").display().to_string();
    let id = entity.as_str().unwrap();
    let taken = parentage(&[
        "decide",
        "Skydio, Inc.",
        "--id",
        "18",
        "--entity",
        id,
        "--as",
        "unsure",
        "--reason",
        "asked them",
        "--by",
        "ben",
        "--decisions",
        &file,
    ]);
    assert_eq!(taken.status, 0, "{}", taken.err);
    let known = service.post("/v1/screen", &other).json();
    assert_eq!(known["matches"][0]["decision"]["outcome"], "unsure");
    // What yente's clients ask is accounted for as well.
    let query = json!({"schema": "Company", "properties": {"name": ["Skydio, Inc."]}});
    let queries =
        json!({"queries": {"one": query, "none": {"schema": "Company", "properties": {}}}});
    let found = service.post("/match/default?limit=2&threshold=0.9", &queries).json();
    assert_eq!(found["responses"]["one"]["results"][0]["match"], true);
    let asked = "/reconcile/default?queries=%7B%22a%22%3A%7B%22query%22%3A%22Kollsman%22%7D%7D";
    assert_eq!(service.get(asked).status, 200);
    let all = service.get("/v1/decisions?party_id=17").json();
    assert_eq!((&all["total"], &all["decisions"][0]["by"]), (&1.into(), &"anna".into()));
    drop(service);

    // Killed, and started again; a party over several lines is one line of the log.
    let service = Service::start(&["--data", &data_path]);
    let kind = ["content-type: application/json"];
    let lines = b"{\"parties\": [{\n  \"name\": \"Skydio, Inc.\",\n  \"owners\": []\n}]}";
    assert_eq!(service.ask("POST", "/v1/screen", &kind, lines).status, 200);
    assert_eq!(screened(&service), after);
    drop(service);
    let verified = parentage(&["audit", "verify", &data_path]);
    assert_eq!(verified.status, 0, "{}", verified.err);
    let replayed = parentage(&["audit", "replay", &data_path]);
    assert_eq!(replayed.status, 0, "{} {}", replayed.out, replayed.err);
    assert!(
        replayed.out.contains("10 screenings: 10 come out the same word for word"),
        "{}",
        replayed.out
    );
    assert!(
        replayed.out.contains("2 decisions are told of, 0 are kept that are not"),
        "{}",
        replayed.out
    );
    // Who changes a decision in its file is found out by the log.
    let written = parentage(&["decisions", &file, "--format", "csv"]);
    let changed = written.out.replace("another company", "the very company");
    let changed = write(folder.path(), "changed.csv", &changed);
    let other = folder.path().join("other");
    for name in ["audit.jsonl", "audit.head"] {
        std::fs::create_dir_all(&other).unwrap();
        std::fs::copy(data.join(name), other.join(name)).unwrap();
    }
    let (other, own) =
        (other.display().to_string(), other.join("decisions.db").display().to_string());
    assert_eq!(parentage(&["decisions", &own, "--add", &changed]).status, 0);
    let found = parentage(&["audit", "replay", &other]);
    assert!(found.status == 1 && found.out.contains("not kept as it was made"), "{}", found.out);
    let log = data.join("audit.jsonl");
    let text = std::fs::read_to_string(&log).unwrap();
    let count = |kind: &str| {
        text.lines().filter(|line| line.contains(&format!("\"kind\":\"{kind}\""))).count()
    };
    let kinds = ["screening", "match", "decision", "activation"].map(count);
    assert_eq!(kinds, [7, 3, 2, 2]);
    std::fs::write(&log, text.replacen("Tallinn", "Tallinm", 1)).unwrap();
    let changed = parentage(&["audit", "verify", &data_path]);
    assert!(changed.status == 2 && changed.err.contains("was changed"), "{}", changed.err);

    let without = Service::start(&[]);
    assert_eq!(
        without.post("/v1/decisions", &decision("another company", "anna".into())).status,
        409
    );
}

/// A role that reads decides nothing, and whoever has a token is who decides.
#[test]
fn who_decides_is_whose_token_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let token = |name: &str, role: &str| {
        let made = parentage(&["token", "new", name, "--role", role]);
        let token = made.err.lines().find_map(|line| line.split_once("shown once: "));
        (format!("authorization: Bearer {}", token.unwrap().1), made.out)
    };
    let (reader, first) = token("reader", "read");
    let (decider, second) = token("anna", "decide");
    let tokens = write(folder.path(), "tokens", &format!("{first}{second}"));
    let data = folder.path().join("data").display().to_string();
    let service = Service::start(&["--data", &data, "--tokens", &tokens, "--audit", "decisions"]);
    let ask = |token: &str, path: &str, body: &Value| {
        let headers = [token, "content-type: application/json"];
        service.ask("POST", path, &headers, body.to_string().as_bytes())
    };
    let party = json!({"name": "Skydio, Inc."});
    let screened = ask(&reader, "/v1/screen", &party).json();
    let entity = &screened["matches"][0]["entity"]["id"];
    let mut decision =
        json!({"party": party, "entity": entity, "outcome": "true_match", "reason": "it is"});
    assert_eq!(ask(&reader, "/v1/decisions", &decision).status, 403);
    let kept = ask(&decider, "/v1/decisions", &decision);
    assert_eq!((kept.status, &kept.json()["by"]), (201, &"anna".into()));
    decision["by"] = "somebody else".into();
    assert_eq!(ask(&decider, "/v1/decisions", &decision).status, 422);
    // A true match stays what it was.
    assert_eq!(ask(&reader, "/v1/screen", &party).json()["verdict"], screened["verdict"]);
    drop(service);
    let log = std::fs::read_to_string(Path::new(&data).join("audit.jsonl")).unwrap();
    assert!(!log.contains("\"kind\":\"screening\"") && log.contains("\"by\":\"anna\""));
}

/// A service that is started again goes on with the snapshot that it used last, whose age is that of its file.
#[test]
fn a_service_goes_on_with_the_snapshot_that_it_used() {
    let folder = tempfile::tempdir().unwrap();
    let [_, second] = two_snapshots(folder.path());
    let data = folder.path().join("data").display().to_string();
    let service = Service::start(&["--data", &data]);
    let began = digest(&service);
    let upload = std::fs::read(&second).unwrap();
    let kind = ["content-type: application/octet-stream"];
    let taken = service.ask("POST", "/v1/snapshots?allow_shrink=true", &kind, &upload);
    assert_eq!(taken.status, 201, "{taken:?}");
    let used = digest(&service);
    assert_ne!(used, began);
    // What an upload that was cut off left.
    let cut = Path::new(&data).join("jobs").join("0123456789abcdef0123456789abcdef");
    std::fs::create_dir_all(&cut).unwrap();
    std::fs::write(cut.join("parties.csv"), "name\nSomebody\n").unwrap();
    drop(service);
    let service = Service::start(&["--data", &data]);
    assert_eq!(digest(&service), used);
    assert!(!cut.exists());
    drop(service);
    let old = std::time::SystemTime::now() - Duration::from_secs(3 * 3_600);
    std::fs::File::options().write(true).open(&second).unwrap().set_modified(old).unwrap();
    let service = Service::start(&["--snapshot", &second, "--max-age", "2"]);
    assert_eq!(service.get("/readyz").status, 503);
    assert!(service.get("/v1/snapshots").json()["age_seconds"].as_u64() >= Some(3 * 3_600));
}

/// Of two decisions of one time the one that was written later counts, however its time is written.
#[test]
fn the_later_of_two_decisions_of_one_time_counts() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let screened = |extra: &[&str]| {
        let run = parentage(&[&["screen", "Skydio, Inc.", "--format", "jsonl"], extra].concat());
        serde_json::from_str::<Value>(run.out.lines().next().unwrap()).unwrap()
    };
    let found = screened(&[]);
    let entity = found["matches"][0]["entity"]["id"].as_str().unwrap().to_owned();
    for outcome in ["false_match", "true_match"] {
        let store = path("one.db");
        let taken = parentage(&[
            "decide",
            "Skydio, Inc.",
            "--entity",
            &entity,
            "--as",
            outcome,
            "--reason",
            "x",
            "--by",
            "anna",
            "--decisions",
            &store,
        ]);
        assert_eq!(taken.status, 0, "{}", taken.err);
    }
    let table = parentage(&["decisions", &path("one.db"), "--format", "csv"]).out;
    let times: Vec<&str> =
        table.lines().skip(1).map(|line| line.split(',').next().unwrap()).collect();
    for (at, own) in [
        (["2026-01-02T00:00:00Z", "2026-01-02T00:00:00.000Z"], "same.db"),
        (["2026-01-02T00:00:00.100Z", "2026-01-02T00:00:00.15Z"], "later.db"),
    ] {
        let text = table.replacen(times[0], at[0], 1).replacen(times[1], at[1], 1);
        let file = write(folder.path(), "told.csv", &text);
        let store = path(own);
        assert_eq!(parentage(&["decisions", &store, "--add", &file]).status, 0);
        let decided = screened(&["--decisions", &store]);
        assert_eq!(decided["matches"][0]["decision"]["outcome"], "true_match", "{own}");
        // What is there already is not added again.
        let written = parentage(&["decisions", &store, "--format", "csv"]).out;
        let file = write(folder.path(), "again.csv", &written);
        let again = parentage(&["decisions", &store, "--add", &file]);
        assert_eq!(
            parentage(&["decisions", &store, "--format", "csv"]).out,
            written,
            "{}",
            again.err
        );
    }
}
