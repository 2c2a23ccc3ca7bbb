//! Customers that are watched: what is new and gone of them, once, wherever it is asked for.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::command::parentage;
use crate::serve::{Service, two_snapshots, write};

const CUSTOMERS: &str = "id,name,country\n1,Zubrin Parts,US\n2,Pelican Shipping,US\n3,Quiet Harbour,GB\n4,Tern Mills,US\n";

/// Waits until something is so.
fn until<T>(what: impl Fn() -> Option<T>) -> T {
    let end = Instant::now() + Duration::from_secs(60);
    loop {
        if let Some(found) = what() {
            return found;
        }
        assert!(Instant::now() < end, "it never came");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The events from a number on, once there are so many.
fn events(service: &Service, after: usize, count: usize) -> Vec<(String, String, String)> {
    let all = until(|| {
        let answer = service.get(&format!("/v1/portfolio/events?after={after}")).json();
        let all = answer["events"].as_array().unwrap().clone();
        (all.len() >= count).then_some(all)
    });
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut told: Vec<_> = all
        .iter()
        .map(|one| {
            let alert = &one["alert"];
            (text(&one["change"]), text(&alert["party_id"]), text(&alert["verdict"]))
        })
        .collect();
    told.sort();
    told
}

fn told(all: &[(&str, &str, &str)]) -> Vec<(String, String, String)> {
    all.iter().map(|(a, b, c)| ((*a).to_owned(), (*b).to_owned(), (*c).to_owned())).collect()
}

/// The alerts that stand, and those that screening each customer gives.
fn standing(service: &Service) -> [BTreeSet<String>; 2] {
    let of = |all: &Value, list: &str, own: &str| -> BTreeSet<String> {
        all[list]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one[own].as_str().unwrap().to_owned())
            .collect()
    };
    let kept = service.get("/v1/portfolio/alerts").json();
    let parties: Vec<Value> = CUSTOMERS
        .lines()
        .skip(1)
        .map(|line| {
            let fields: Vec<&str> = line.split(',').collect();
            json!({"id": fields[0], "name": fields[1], "country": fields[2]})
        })
        .collect();
    let screened = service.post("/v1/screen", &json!({"parties": parties})).json();
    let alerting = screened["results"].as_array().unwrap().iter();
    let alerting = alerting.filter(|one| one["verdict"] != "clear");
    [
        of(&kept, "alerts", "alert_id"),
        alerting.flat_map(|one| of(one, "matches", "alert_id")).collect(),
    ]
}

fn activate(service: &Service, file: &str) {
    let body = std::fs::read(file).unwrap();
    assert_eq!(service.ask("POST", "/v1/snapshots?allow_shrink=true", &[], &body).status, 201);
}

/// A receiver of webhooks that refuses the first of them. What comes is a head and a body.
fn receiver() -> (String, Receiver<(String, String)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/hook?key=word", listener.local_addr().unwrap());
    let (sender, received) = channel();
    std::thread::spawn(move || {
        for (number, stream) in listener.incoming().enumerate() {
            let mut stream = stream.unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") && reader.read_line(&mut head).unwrap() > 0 {}
            let head = head.to_lowercase();
            let length = head.split("content-length: ").nth(1).unwrap();
            let mut body = vec![0; length.split('\r').next().unwrap().parse().unwrap()];
            reader.read_exact(&mut body).unwrap();
            let status = if number == 0 { "503 Later" } else { "204 Taken" };
            write!(stream, "HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
                .unwrap();
            if sender.send((head, String::from_utf8(body).unwrap())).is_err() {
                return;
            }
        }
    });
    (address, received)
}

fn secret(folder: &Path) -> String {
    write(folder, "secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYqr\n")
}

fn field(head: &str, name: &str) -> String {
    let line = head.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
    line.unwrap_or_default().to_owned()
}

#[test]
fn what_is_new_and_gone_is_told_once_however_often_it_is_started() {
    let folder = tempfile::tempdir().unwrap();
    let [one, two] = two_snapshots(folder.path());
    let data = folder.path().join("data").display().to_string();
    let customers = write(folder.path(), "customers.csv", CUSTOMERS);
    let (hook, received) = receiver();
    let secret = secret(folder.path());
    let arguments = [
        "--data",
        &data,
        "--portfolio",
        &customers,
        "--webhook",
        &hook,
        "--webhook-secret",
        &secret,
        "--webhook-allow",
        "127.0.0.0/8",
    ];
    let service = Service::start(&[&["--snapshot", &one], &arguments[..]].concat());
    assert_eq!(events(&service, 0, 2), told(&[("new", "1", "hit"), ("new", "4", "hit")]));
    // It is refused once, and comes again as the same.
    let wait = Duration::from_secs(30);
    let (first, second) =
        (received.recv_timeout(wait).unwrap(), received.recv_timeout(wait).unwrap());
    assert_eq!(field(&first.0, "webhook-id"), field(&second.0, "webhook-id"));
    assert!(field(&second.0, "webhook-signature").starts_with("v1,"), "{}", second.0);
    let body: Value = serde_json::from_str(&second.1).unwrap();
    assert_eq!(body["data"]["events"].as_array().unwrap().len(), 2);

    activate(&service, &two);
    assert_eq!(events(&service, 2, 1), told(&[("new", "2", "hit")]));
    let state =
        until(|| Some(service.get("/v1/portfolio").json()).filter(|own| own["running"].is_null()));
    assert_eq!(
        (&state["last_run"]["parties"], &state["last_run"]["screened"]),
        (&json!(4), &json!(1))
    );
    let [kept, screened] = standing(&service);
    assert_eq!(kept, screened);
    assert!(received.recv_timeout(wait).unwrap().1.contains("Pelican"));

    // What a person decides to be none alerts no more.
    let party = json!({"id": "4", "name": "Tern Mills", "country": "US"});
    let found = service.post("/v1/screen", &party).json();
    let entity = &found["matches"][0]["entity"]["id"];
    let word = json!({"party": party, "entity": entity, "outcome": "false_match", "reason": "a mill of this name", "by": "anna"});
    assert_eq!(service.post("/v1/decisions", &word).status, 201);
    assert_eq!(events(&service, 3, 1), told(&[("gone", "4", "hit")]));
    let fourth = received.recv_timeout(wait).unwrap();
    drop(service);
    // A service does not go on with other data than it had, without a word.
    let kept = folder.path().join("data/snapshots");
    let away = folder.path().join("away");
    std::fs::rename(&kept, &away).unwrap();
    let refused = parentage(&["serve", "--data", &data]);
    assert!(refused.status == 2 && refused.err.contains("in-use"), "{}", refused.err);
    std::fs::remove_dir_all(&kept).ok();
    std::fs::rename(&away, &kept).unwrap();

    // Started again it looks at everybody, and has nothing to tell.
    let service = Service::start(&arguments);
    let looked =
        || Some(service.get("/v1/portfolio").json()).filter(|own| own["last_run"].is_object());
    let state = until(looked);
    assert_eq!((&state["events"], &state["last_run"]["screened"]), (&json!(4), &json!(4)));
    activate(&service, &one);
    assert_eq!(events(&service, 4, 1), told(&[("gone", "2", "hit")]));
    // What was taken when the service was killed may come once more, under the same id; nothing is left out.
    let mut last = received.recv_timeout(wait).unwrap();
    if !last.1.contains("\"first\":5") {
        assert_eq!(field(&last.0, "webhook-id"), field(&fourth.0, "webhook-id"));
        last = received.recv_timeout(wait).unwrap();
    }
    assert!(last.1.contains("\"first\":5"), "{}", last.1);
    let log = std::fs::read_to_string(folder.path().join("data/audit.jsonl")).unwrap();
    assert!(log.contains("\"kind\":\"webhook\"") && log.contains("\"kind\":\"portfolio\""));
    assert!(!log.contains("key=word"), "what may be secret in an address is not logged");
    let audit = parentage(&["audit", "verify", &data]);
    assert_eq!(audit.status, 0, "{}{}", audit.out, audit.err);
}

#[test]
fn customers_are_replaced_and_forgotten_and_rows_that_cannot_be_read_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let [one, _] = two_snapshots(folder.path());
    let data = folder.path().join("data").display().to_string();
    let service = Service::start(&["--snapshot", &one, "--data", &data]);
    let put = |query: &str, body: &str| {
        service.ask("PUT", &format!("/v1/portfolio{query}"), &[], body.as_bytes())
    };
    assert_eq!(service.get("/v1/portfolio").json()["customers"], Value::Null);
    let none = put("", "id,firm\n1,Tern Mills\n");
    assert!(none.status == 422 && none.body.contains("has no column `name`"), "{none:?}");
    assert!(!none.body.contains(&data), "{none:?}");
    assert_eq!(service.get("/v1/portfolio").json()["customers"], Value::Null);
    assert_eq!(put("?name_column=firm", "id,firm\n1,Tern Mills\n2,\n").status, 202);
    assert_eq!(events(&service, 0, 1), told(&[("new", "1", "hit")]));
    let state = until(|| {
        Some(service.get("/v1/portfolio").json()).filter(|own| own["last_run"]["unread"] == 1)
    });
    assert!(state["last_run"]["messages"][0].as_str().unwrap().contains(":3"), "{state}");
    // The same bytes read otherwise are other customers.
    let two = "name,firm\nTern Mills,Gull Yard\n";
    assert_eq!(put("?name_column=firm", two).status, 202);
    assert_eq!(events(&service, 1, 2), told(&[("gone", "1", "hit"), ("new", "", "hit")]));
    assert_eq!(put("", two).status, 202);
    assert_eq!(events(&service, 3, 2), told(&[("gone", "", "hit"), ("new", "", "hit")]));
    // Owners that cannot be read are a review, as in a file that is screened.
    assert_eq!(put("", "id,name,owners\n5,Quiet Harbour,Gull Yard (600 %)\n").status, 202);
    assert_eq!(events(&service, 5, 2), told(&[("gone", "", "hit"), ("new", "5", "review")]));
    assert_eq!(put("", "id,firm,name\n1,,Tern Mills\n").status, 202);
    assert_eq!(events(&service, 7, 2), told(&[("gone", "5", "review"), ("new", "1", "hit")]));
    assert_eq!(put("", CUSTOMERS).status, 202);
    // Who stays under another id is another customer.
    let now = told(&[("gone", "1", "hit"), ("new", "1", "hit"), ("new", "4", "hit")]);
    assert_eq!(events(&service, 9, 3), now);
    assert_eq!(service.ask("DELETE", "/v1/portfolio", &[], b"").status, 204);
    assert_eq!(events(&service, 12, 2), told(&[("gone", "1", "hit"), ("gone", "4", "hit")]));
    until(|| (service.get("/v1/portfolio/alerts").json()["total"] == 0).then_some(()));
    assert_eq!(service.get("/v1/portfolio/events?limit=1001").status, 422);
    drop(service);
    let service = Service::start(&["--snapshot", &one]);
    assert_eq!(service.get("/v1/portfolio").status, 409);
}

/// Customers are watched, and decided on, under a policy of the house.
#[test]
fn customers_may_be_watched_under_a_policy() {
    let folder = tempfile::tempdir().unwrap();
    let [one, two] = two_snapshots(folder.path());
    let data = folder.path().join("data").display().to_string();
    let policy = "id = \"desk\"\ntitle = \"Desk\"\nthreshold = \"0.97\"\n";
    let policy = write(folder.path(), "desk.toml", policy);
    let service = Service::start(&["--snapshot", &one, "--data", &data, "--profile", &policy]);
    let put = |query: &str| {
        let path = format!("/v1/portfolio{query}");
        service.ask("PUT", &path, &[], b"id,name\n1,Tern Millz\n2,Pelican Shipping\n").status
    };
    assert_eq!(put("?profile=none"), 422);
    assert_eq!(put(""), 202);
    let usual = events(&service, 0, 1);
    assert_eq!(put("?profile=desk"), 202);
    let under = |profile: Value| {
        let party = json!({"name": "Tern Millz", "id": "1", "profile": profile});
        service.post("/v1/screen", &party).json()["verdict"].as_str().unwrap().to_owned()
    };
    let [before, after] = [under(Value::Null), under("desk".into())];
    assert_ne!(before, after);
    assert_eq!(usual, told(&[("new", "1", &before)]));
    assert_eq!(events(&service, 1, 2), told(&[("gone", "1", &before), ("new", "1", &after)]));
    // What is new is found out under the policy, too.
    activate(&service, &two);
    assert_eq!(events(&service, 3, 1), told(&[("new", "2", "hit")]));
    // A decision rests on what the policy finds, and stands under it.
    let party = json!({"name": "Tern Millz", "id": "1"});
    let found = service.post("/v1/screen", &json!({"name": "Tern Millz", "profile": "desk"}));
    let entity = &found.json()["matches"][0]["entity"]["id"];
    let word = json!({"party": party, "entity": entity, "outcome": "false_match", "reason": "a mill", "by": "anna", "profile": "desk"});
    assert_eq!(service.post("/v1/decisions", &word).status, 201);
    assert_eq!(events(&service, 4, 1), told(&[("gone", "1", &after)]));
    // What the command line decides is seen, and logged, though nobody asks.
    let store = folder.path().join("data/decisions.db").display().to_string();
    let entity = entity.as_str().unwrap();
    let taken = parentage(&[
        "decide",
        "Tern Millz",
        "--id",
        "1",
        "--entity",
        entity,
        "--as",
        "true_match",
        "--reason",
        "it is",
        "--by",
        "ben",
        "--decisions",
        &store,
        "--snapshot",
        &two,
        "--profile",
        &policy,
    ]);
    assert_eq!(taken.status, 0, "{}", taken.err);
    assert_eq!(events(&service, 5, 1), told(&[("new", "1", &after)]));
    let log = std::fs::read_to_string(folder.path().join("data/audit.jsonl")).unwrap();
    assert!(log.contains("\"by\":\"ben\""));
}

#[test]
fn a_webhook_goes_to_no_private_address_that_nobody_named() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data").display().to_string();
    let customers = write(folder.path(), "customers.csv", "name\nKollsman Inc\n");
    let secret = secret(folder.path());
    let (hook, received) = receiver();
    let arguments = ["--data", &data, "--portfolio", &customers, "--webhook", &hook];
    let service = Service::start(&[&arguments[..], &["--webhook-secret", &secret]].concat());
    let failed = until(|| {
        let state = service.get("/v1/portfolio").json();
        state["webhooks"][0]["failed"].as_str().map(str::to_owned)
    });
    assert!(failed.contains("--webhook-allow"), "{failed}");
    assert!(received.try_recv().is_err());
    drop(service);
    for (more, why) in [
        (vec![], "--webhook-secret"),
        (vec!["--webhook-secret", customers.as_str()], "has no secret"),
    ] {
        let refused = parentage(&[&["serve"], &arguments[..], &more].concat());
        assert!(refused.status == 2 && refused.err.contains(why), "{}", refused.err);
    }
}
