//! What the engine says is confirmed by the second program, and no change of it is.

use std::fmt::Write;

use parentage::day::Day;
use parentage::report::json::Run;
use parentage::report::{json, objects};
use parentage::screen::{DEFAULT_THRESHOLD, Screener, Settings, select_rules};
use parentage::share::Share;
use parentage::snapshot::Snapshot;
use parentage::source::{Inputs, Records, read};
use parentage::verify::{Report, seal, verify};
use serde_json::Value;

/// A small generator of numbers (xorshift64*).
pub(super) struct Numbers(pub u64);

impl Numbers {
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 32) % limit
    }

    pub fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        let at = usize::try_from(self.below(of.len() as u64)).unwrap();
        of[at]
    }
}

pub(super) const RULES: &[&str] = &[
    "cn-mofcom-61",
    "cn-listed-50",
    "cn-mofcom-61/single",
    "cn-mofcom-61/direct",
    "us-ofac-50",
    "eu-50",
    "uk-ofsi",
    "ca-sema",
    "us-ofac-ssi-50",
    "us-ofac-50/either",
    "us-ofac-50/multiplied",
    "eu-50/direct",
    "us-bis-affiliates",
    "cn-dual-use-20-3",
];

/// Of these every value of every answer is changed.
const CHANGED: &[&str] =
    &["cn-mofcom-61", "us-ofac-50", "uk-ofsi", "us-bis-affiliates", "cn-dual-use-20-3"];

const DAY: &str = "2026-10-20";

pub(super) fn name(entity: u64) -> String {
    let word =
        ["alpha", "bravo", "carol", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliet"];
    format!("Firm {} Ltd", word[usize::try_from(entity).unwrap()])
}

/// A country and an identifier of an entity, in most cases blank.
fn details(numbers: &mut Numbers, entity: u64, told_apart: bool) -> String {
    let country = numbers.pick(&["", "", "", "", "", "CN", "US", "HK;CN"]);
    match (told_apart, numbers.below(4)) {
        (false, _) => ",".to_owned(),
        (true, 0) => format!("{country},reg:E{entity}"),
        (true, _) => format!("{country},"),
    }
}

/// Lists with suspensions, stops and measures on some days, and holdings with ranges, branches,
/// control and several rows; where they are told apart, entities of no country, one or two, some with
/// an identifier.
pub(super) fn world(numbers: &mut Numbers, told_apart: bool) -> (tempfile::TempDir, Inputs) {
    let folder = tempfile::tempdir().unwrap();
    let lists = folder.path().join("lists");
    let ownership = folder.path().join("ownership");
    std::fs::create_dir(&lists).unwrap();
    std::fs::create_dir(&ownership).unwrap();
    let mut entries = String::from(
        "list,entry,name,announcement,published,effective,restriction,programmes,confidence,country,identifiers,measures\n",
    );
    let mut events = String::from("list,announcement,entry,event,from,until,confidence\n");
    let mut measures =
        String::from("list,announcement,entry,restriction,measures,from,until,confidence\n");
    let of = ["CN-CONTROL", "CN-UEL", "US-SDN", "UK-SANCTIONS", "CA-SEMA", "EU-FSF", "US-SSI"];
    for number in 0..3 + numbers.below(4) {
        let (list, entity) = (numbers.pick(&of), numbers.below(5));
        let effective = numbers.pick(&["2025-01-01", "2025-01-01", "2025-01-01", "2026-12-01"]);
        let restriction = numbers.pick(&["asset_freeze", "asset_freeze", "none", ""]);
        let programme = numbers.pick(&["A", "B", "A;B"]);
        writeln!(
            entries,
            "{list},{number},{},N{number},2025-01-01,{effective},{restriction},{programme},official,{},own",
            name(entity),
            details(numbers, entity, told_apart)
        )
        .unwrap();
        if numbers.below(3) == 0 {
            let restriction = numbers.pick(&["none", "none", "asset_freeze", ""]);
            let days = numbers.pick(&["2025-01-01,", "2026-01-01,2026-10-20", "2026-10-20,", ","]);
            let certitude = numbers.pick(&["official", "official", "announced"]);
            writeln!(measures, "{list},N{number},,{restriction},then {number},{days},{certitude}")
                .unwrap();
        }
        match numbers.below(8) {
            0 => writeln!(events, "{list},N{number},,suspended,2026-01-01,,official").unwrap(),
            1 => writeln!(events, "{list},N{number},,stopped,2026-01-01,,official").unwrap(),
            2 => {
                writeln!(events, "{list},N{number},,suspended,2026-01-01,2026-06-01,official")
                    .unwrap();
                writeln!(events, "{list},N{number},,suspended,2026-06-01,2026-12-01,announced")
                    .unwrap();
            }
            _ => {}
        }
    }
    let mut rows = String::from(
        "holder,issuer,share_min,share_max,min_exclusive,interest,since,until,confidence,holder_country,holder_id,issuer_country,issuer_id\n",
    );
    for _ in 0..4 + numbers.below(14) {
        let (holder, issuer) = (numbers.below(10), numbers.below(10));
        let range = numbers.pick(&[
            "50,,",
            "100,,",
            "50,,",
            "60,,",
            "25,50,true",
            ",,",
            "30,,",
            "20,40,",
            "45,55,",
            "49.9999999,,",
            "0,,",
            "40,,",
        ]);
        let interest = numbers.pick(&[
            "equity",
            "equity",
            "equity",
            "votes",
            "unspecified",
            "branch",
            "control",
        ]);
        let dates =
            numbers.pick(&[",", ",", "2020-01-01,", ",2026-01-01", "2026-10-20,", ",2026-10-21"]);
        let confidence = numbers.pick(&["documented", "reported", "unverified"]);
        let (holder_is, issuer_is) =
            (details(numbers, holder, told_apart), details(numbers, issuer, told_apart));
        writeln!(
            rows,
            "{},{},{range},{interest},{dates},{confidence},{holder_is},{issuer_is}",
            name(holder),
            name(issuer)
        )
        .unwrap();
    }
    let mut complete = String::from("issuer\n");
    let mut groups = String::from("group,member\n");
    for _ in 0..numbers.below(3) {
        writeln!(complete, "{}", name(numbers.below(10))).unwrap();
        writeln!(groups, "g{},{}", numbers.below(2), name(numbers.below(5))).unwrap();
    }
    let described = "list,title,restriction,checked_until\n\
                     US-SDN,Frozen,asset_freeze,2026-09-01\nCN-UEL,Words,none,\n";
    for (path, text) in [
        (lists.join("lists.csv"), described.to_owned()),
        (lists.join("measures.csv"), measures),
        (lists.join("list.csv"), entries),
        (lists.join("events.csv"), events),
        (ownership.join("holdings.csv"), rows),
        (ownership.join("complete.csv"), complete),
        (ownership.join("groups.csv"), groups),
    ] {
        std::fs::write(path, text).unwrap();
    }
    let one = |path: std::path::PathBuf| vec![path.display().to_string()];
    let inputs = Inputs { lists: one(lists), ownership: one(ownership), ..Inputs::default() };
    (folder, inputs)
}

/// What is asked: those of the rules that start from a list that is loaded.
pub(super) fn settings(snapshot: &Snapshot, rules: &[&str], day: &str, floor: Share) -> Settings {
    let rules = rules.iter().filter_map(|id| select_rules(snapshot, &[(*id).to_owned()]).ok());
    Settings {
        day: Day::parse(day).unwrap(),
        rules: rules.flatten().collect(),
        threshold: DEFAULT_THRESHOLD,
        limit: 0,
        max_list_age: None,
        profile: None,
        floor,
    }
}

/// What every answer says of its run.
pub(super) fn run<'s>(snapshot: &'s Snapshot, settings: &Settings) -> Run<'s> {
    Run {
        snapshot,
        day: settings.day,
        rules: settings.rules.iter().map(|rule| rule.id.clone()).collect(),
        threshold: DEFAULT_THRESHOLD,
        profile: None,
        floor: settings.floor,
        party_file: None,
        lists: json::lists(snapshot, settings.day),
    }
}

/// What the engine says of everything, as the command writes it.
pub(super) fn said(inputs: &Inputs, rules: &[&str], day: &str) -> Vec<Value> {
    let snapshot = Snapshot::build(read(inputs).unwrap());
    let settings = settings(&snapshot, rules, day, Share::ZERO);
    let screener = Screener::new(&snapshot, &settings);
    let run = run(&snapshot, &settings);
    let expanded = screener.expanded();
    let all = expanded.entities();
    let of = |(at, entity): (usize, &parentage::model::EntityId)| {
        let (view, exposures) = (snapshot.entity(*entity), expanded.of(*entity));
        assert!(!exposures.is_empty(), "something is said of {}", view.name);
        let first = (at == 0).then_some(all.len());
        sealed(&objects::expanded(&run, &view, &exposures, None, first))
    };
    let mut answers: Vec<Value> = all.iter().enumerate().map(of).collect();
    let party = parentage::model::Party::named("Firm delta");
    answers.push(sealed(&json::screened(&run, &party, &screener.screen(&party), true)));
    answers
}

pub(super) fn sealed(object: &impl serde::Serialize) -> Value {
    let mut value = serde_json::to_value(object).unwrap();
    resealed(&mut value);
    value
}

pub(super) fn resealed(value: &mut Value) {
    let seal = seal(value);
    value["seal"] = seal.into();
}

fn check(records: &Records, answers: &[Value]) -> Report {
    verify(records, answers)
}

#[test]
fn what_the_engine_says_is_confirmed_from_the_records() {
    let mut numbers = Numbers(7);
    let (mut exposures, mut flags) = (0, 0);
    for _ in 0..500 {
        let (_folder, inputs) = world(&mut numbers, true);
        let day = numbers.pick(&[DAY, "2026-11-20"]);
        let answers = said(&inputs, RULES, day);
        let report = check(&read(&inputs).unwrap(), &answers);
        assert_eq!(
            report.faults,
            [],
            "{}",
            std::fs::read_to_string(format!("{}/holdings.csv", inputs.ownership[0])).unwrap()
        );
        exposures += report.exposures;
        flags += report.outside;
    }
    assert!(exposures > 10_000 && flags > 500, "{exposures} exposures, {flags} of them flags");
}

/// Paths to every value of a kind within an answer.
fn leaves(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                leaves(value, &format!("{path}/{key}"), found);
            }
        }
        Value::Array(items) => {
            for (at, value) in items.iter().enumerate() {
                leaves(value, &format!("{path}/{at}"), found);
            }
        }
        _ => found.push(path.to_owned()),
    }
}

/// Another value of the same kind.
fn changed(value: &Value, numbers: &mut Numbers) -> Value {
    match value {
        Value::Null => "50".into(),
        Value::Bool(yes) => (!yes).into(),
        Value::Number(number) => (number.as_f64().unwrap_or(0.0) + 1.0).into(),
        Value::String(text) => {
            if let Ok(day) = text.parse::<jiff::civil::Date>() {
                return day.tomorrow().unwrap().to_string().into();
            }
            match text.parse::<u64>() {
                Ok(number) => (number + 1 + numbers.below(3)).to_string().into(),
                Err(_) if text == "in_force" => "suspended".into(),
                Err(_) if text == "documented" => "reported".into(),
                Err(_) if text == "certain" => "possible".into(),
                Err(_) if text == "single" => "aggregate".into(),
                Err(_) => format!("{text}x").into(),
            }
        }
        other => other.clone(),
    }
}

/// What is not worked out a second time, so that only the seal tells a change of it.
fn only_sealed(path: &str) -> bool {
    let of_rows = path.contains("/evidence/") || path.contains("/listed/");
    let words = [
        "effective_share",
        "/id",
        "alert_id",
        "/query",
        "assumed",
        "undecided",
        "/floor",
        "/rules/",
        "/notes",
        "ownership",
        "/rejected",
        "history",
        "/as_of",
        "matches_total",
        "verdict",
        "/format",
        "threshold",
        "/tier",
        "/file",
    ];
    let of_alignment = path.contains("/alignment/") && !path.ends_with("/points");
    let of_verdict = path == "/confirm";
    !of_rows && (of_alignment || of_verdict || words.iter().any(|part| path.contains(part)))
}

#[test]
fn no_change_of_what_is_said_or_of_what_it_rests_on_passes() {
    let mut numbers = Numbers(11);
    let (mut unsealed, mut resealed_changes, mut in_files) = (0, 0, 0);
    while unsealed < 6_000 || resealed_changes < 3_000 || in_files < 300 {
        let (_folder, inputs) = world(&mut numbers, true);
        let answers = said(&inputs, CHANGED, DAY);
        let records = read(&inputs).unwrap();
        for answer in &answers {
            let mut paths = Vec::new();
            leaves(answer, "", &mut paths);
            for path in paths {
                let mut other = answer.clone();
                let value = other.pointer_mut(&path).unwrap();
                *value = changed(value, &mut numbers);
                assert_ne!(
                    check(&records, std::slice::from_ref(&other)).faults,
                    [],
                    "{path} unsealed"
                );
                unsealed += 1;
                // Even who seals the answer again is found out where the records say otherwise.
                if !only_sealed(&path) && path != "/seal" {
                    resealed(&mut other);
                    let faults = check(&records, std::slice::from_ref(&other)).faults;
                    assert_ne!(faults, [], "{path} of {answer:#}");
                    resealed_changes += 1;
                }
            }
            // A row or listing left out.
            for list in ["evidence", "listed"] {
                for at in 0..answer["exposures"].as_array().map_or(0, Vec::len) {
                    let mut other = answer.clone();
                    let all = other["exposures"][at][list].as_array_mut().unwrap();
                    if all.pop().is_none() {
                        continue;
                    }
                    assert_ne!(
                        check(&records, std::slice::from_ref(&other)).faults,
                        [],
                        "{list} {at}"
                    );
                }
            }
        }
        for (folder, file) in
            [(&inputs.lists[0], "list.csv"), (&inputs.ownership[0], "holdings.csv")]
        {
            let path = format!("{folder}/{file}");
            let text = std::fs::read_to_string(&path).unwrap();
            for (from, to) in [
                ("50", "51"),
                ("2025", "2024"),
                ("alpha", "bravo"),
                ("official", "secondary"),
                ("equity", "votes"),
            ] {
                if !text.contains(from) {
                    continue;
                }
                std::fs::write(&path, text.replacen(from, to, 1)).unwrap();
                assert_ne!(check(&read(&inputs).unwrap(), &answers).faults, [], "{from} to {to}");
                in_files += 1;
            }
            std::fs::write(&path, text).unwrap();
        }
    }
}

/// What is said of each entity, without places and days.
fn gist(answers: &[Value]) -> Vec<String> {
    let fields =
        ["rule", "certainty", "share", "basis", "listing_status", "confirm", "restriction"];
    let mut all: Vec<String> = answers
        .iter()
        .filter(|answer| answer.get("entity").is_some())
        .flat_map(|answer| {
            let exposures = answer["exposures"].as_array().unwrap();
            exposures.iter().map(|exposure| {
                let said: Vec<String> =
                    fields.iter().map(|field| exposure[*field].to_string()).collect();
                format!("{} {}", answer["entity"]["name"], said.join(" "))
            })
        })
        .collect();
    all.sort_unstable();
    all
}

/// Entities are told apart by all records whatever their days, so that nothing tells them apart here.
#[test]
fn a_day_of_the_year_says_what_that_days_records_alone_say() {
    let mut numbers = Numbers(23);
    for _ in 0..40 {
        let (_folder, inputs) = world(&mut numbers, false);
        let path = format!("{}/holdings.csv", inputs.ownership[0]);
        let text = std::fs::read_to_string(&path).unwrap();
        for day in [
            "2025-12-31",
            "2026-01-01",
            "2026-06-01",
            "2026-10-19",
            "2026-10-20",
            "2026-10-21",
            "2026-12-01",
        ] {
            let whole = gist(&said(&inputs, RULES, day));
            let mut lines = text.lines();
            let mut alone = format!("{}\n", lines.next().unwrap());
            for line in lines {
                let mut fields: Vec<&str> = line.split(',').collect();
                let (since, until) = (fields[6], fields[7]);
                if (since.is_empty() || since <= day) && (until.is_empty() || day < until) {
                    (fields[6], fields[7]) = ("", "");
                    writeln!(alone, "{}", fields.join(",")).unwrap();
                }
            }
            std::fs::write(&path, alone).unwrap();
            let rebuilt = gist(&said(&inputs, RULES, day));
            std::fs::write(&path, &text).unwrap();
            assert_eq!(whole, rebuilt, "on {day}: {text}");
        }
    }
}
