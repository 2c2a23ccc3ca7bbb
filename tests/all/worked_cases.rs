//! The worked cases of the official texts that are provided beside the project, where they are.

use parentage::day::Day;
use parentage::expand::Certainty;
use parentage::model::Countries;
use parentage::screen::{DEFAULT_THRESHOLD, Screener, Settings, select_rules};
use parentage::snapshot::Snapshot;
use parentage::source::{Inputs, read};

use serde_json::Value;

/// A case as a snapshot: its listed parties on the control list, its holdings, branches and complete
/// owners. Bare letters are names that a matcher may take for something else; each gets a stem.
fn snapshot(case: &Value) -> Snapshot {
    let name = |value: &Value| format!("Case Company {}", value.as_str().unwrap());
    let mut lists = String::from("list,name\n");
    for listed in case["listed"].as_array().unwrap() {
        lists += &format!("CN-CONTROL,{}\n", name(listed));
    }
    let columns = "holder,issuer,share_min,share_max,min_exclusive,max_exclusive,interest";
    let mut rows = format!("{columns}\n");
    for holding in case["holdings"].as_array().unwrap() {
        let (share, end) = (&holding["pct"], |key: &str| holding["pct"][key].to_string());
        let range = match share {
            Value::Null => ",,,".to_owned(),
            Value::Object(_) => {
                let open = |key: &str| share[key].as_bool().unwrap_or_default();
                format!("{},{},{},{}", end("lo"), end("hi"), open("lo_open"), open("hi_open"))
            }
            Value::Array(ends) => format!("{},{},,", ends[0], ends[1]),
            exact => format!("{exact},,,"),
        };
        rows +=
            &format!("{},{},{range},equity\n", name(&holding["owner"]), name(&holding["owned"]));
    }
    for branch in case["branches"].as_array().into_iter().flatten() {
        rows += &format!("{},{},,,,,branch\n", name(&branch[0]), name(&branch[1]));
    }
    let mut complete = String::from("issuer\n");
    for issuer in case["complete"].as_array().into_iter().flatten() {
        complete += &format!("{}\n", name(issuer));
    }
    let (lists_folder, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    std::fs::write(lists_folder.path().join("list.csv"), lists).unwrap();
    std::fs::write(folder.path().join("holdings.csv"), rows).unwrap();
    std::fs::write(folder.path().join("complete.csv"), complete).unwrap();
    let path = |folder: &tempfile::TempDir| vec![folder.path().display().to_string()];
    let inputs =
        Inputs { lists: path(&lists_folder), ownership: path(&folder), ..Inputs::default() };
    let records = read(&inputs).unwrap();
    assert_eq!(records.rejected, [], "{}", case["id"]);
    Snapshot::build(records)
}

/// Whether an entity is certainly and whether it is possibly restricted, and whether a person should
/// look, under a rule on a day on which it was in force.
fn outcome(snapshot: &Snapshot, rule: &str, entities: &[&str]) -> Vec<Option<Certainty>> {
    let day = Day::parse("2025-10-20").unwrap();
    let rules = select_rules(snapshot, &[rule.to_owned()]).unwrap();
    let settings =
        Settings { day, rules, threshold: DEFAULT_THRESHOLD, limit: 0, max_list_age: None };
    let screener = Screener::new(snapshot, settings).unwrap();
    let certainty = |name: &&str| {
        let found = snapshot.exactly_named(&format!("Case Company {name}"), &Countries::default());
        let [entity] = found[..] else {
            assert!(found.is_empty(), "{name} is one entity");
            return None;
        };
        let findings = screener.findings(entity);
        findings.exposures.iter().filter(|one| one.rule == rule).map(|one| one.certainty).min()
    };
    entities.iter().map(certainty).collect()
}

fn provided(file: &str) -> Option<String> {
    let path = format!("{}/../shared/rules/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).ok();
    if text.is_none() {
        skipped();
    }
    text
}

#[expect(clippy::print_stdout, reason = "a test that cannot run says so")]
fn skipped() {
    println!("skipped: ../shared is not here");
}

#[test]
fn cases_of_announcement_61() {
    let Some(text) = provided("examples.json") else { return };
    let cases: Vec<Value> = serde_json::from_str(&text).unwrap();
    let ours =
        cases.iter().filter(|case| case["rule"] == "CN-MOFCOM-61" && case["options"].is_null());
    let mut checked = 0;
    for case in ours {
        let snapshot = snapshot(case);
        for (entity, expected) in case["expect"].as_object().unwrap() {
            let found = match outcome(&snapshot, "cn-mofcom-61", &[entity])[0] {
                Some(Certainty::Listed | Certainty::Certain) => "restricted",
                Some(_) => "red_flag",
                None => "not_restricted",
            };
            assert_eq!(found, expected.as_str().unwrap(), "{entity} in {}", case["id"]);
            checked += 1;
        }
    }
    assert!(checked >= 6, "{checked} outcomes");
}

/// 400 random graphs with cycles, bands, unknown shares, treasury shares and totals above 100 %,
/// whose outcome an exact oracle worked out: certain and possible, for the rule and for each listed
/// owner alone.
#[test]
fn random_graphs_come_out_as_the_provided_oracle_says() {
    let Some(text) = provided("random_cases.jsonl") else { return };
    let mut checked = 0;
    for line in text.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let snapshot = snapshot(&case);
        for (theirs, ours) in
            [("CN-MOFCOM-61", "cn-mofcom-61"), ("CN-MOFCOM-61/literal", "cn-mofcom-61/single")]
        {
            let expected = case["expect_all"][theirs].as_object().unwrap();
            let entities: Vec<&str> = expected.keys().map(String::as_str).collect();
            for (entity, found) in entities.iter().zip(outcome(&snapshot, ours, &entities)) {
                let certain = matches!(found, Some(Certainty::Listed | Certainty::Certain));
                let possible = certain || found == Some(Certainty::Possible);
                let (is_certain, is_possible) = (&expected[*entity][1], &expected[*entity][2]);
                assert_eq!(
                    (is_certain, is_possible),
                    (&certain.into(), &possible.into()),
                    "{entity} in {} under {theirs}",
                    case["id"]
                );
                checked += 1;
            }
        }
    }
    assert!(checked > 5_000, "{checked} outcomes");
}
