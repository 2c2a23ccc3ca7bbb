//! The worked cases of the official texts that are provided beside the project, where they are.

use parentage::day::Day;
use parentage::expand::Certainty;
use parentage::model::Countries;
use parentage::screen::{DEFAULT_THRESHOLD, Screener, Settings, select_rules};
use parentage::snapshot::Snapshot;
use parentage::source::{Inputs, read};

/// The outcome of an entity of a case under `cn-mofcom-61`.
fn outcome(snapshot: &Snapshot, name: &str) -> &'static str {
    let day = Day::parse("2025-10-20").unwrap();
    let rules = select_rules(snapshot, &["cn-mofcom-61".to_owned()]).unwrap();
    let settings =
        Settings { day, rules, threshold: DEFAULT_THRESHOLD, limit: 0, max_list_age: None };
    let screener = Screener::new(snapshot, settings).unwrap();
    let [entity] = snapshot.exactly_named(name, &Countries::default())[..] else {
        panic!("{name} is one entity");
    };
    let findings = screener.findings(entity);
    let of_rule = findings.exposures.iter().filter(|one| one.rule == "cn-mofcom-61");
    match of_rule.map(|one| one.certainty).min() {
        Some(Certainty::Listed | Certainty::Certain) => "restricted",
        Some(_) => "red_flag",
        None => "not_restricted",
    }
}

#[test]
#[expect(clippy::print_stdout, reason = "a test that cannot run says so")]
fn cases_of_announcement_61() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/rules/examples.json");
    let Ok(text) = std::fs::read_to_string(path) else {
        println!("skipped: ../shared is not here");
        return;
    };
    let cases: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
    let ours =
        cases.iter().filter(|case| case["rule"] == "CN-MOFCOM-61" && case["options"].is_null());
    let mut checked = 0;
    for case in ours {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: String| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path.display().to_string()
        };
        // Bare letters are names a matcher may take for something else; give each a stem.
        let name = |value: &serde_json::Value| format!("Case Company {}", value.as_str().unwrap());
        let mut lists = String::from("list,name\n");
        for listed in case["listed"].as_array().unwrap() {
            lists += &format!("CN-CONTROL,{}\n", name(listed));
        }
        let mut rows = String::from("holder,issuer,share_min,interest\n");
        for holding in case["holdings"].as_array().unwrap() {
            rows += &format!(
                "{},{},{},equity\n",
                name(&holding["owner"]),
                name(&holding["owned"]),
                holding["pct"]
            );
        }
        for branch in case["branches"].as_array().into_iter().flatten() {
            rows += &format!("{},{},,branch\n", name(&branch[0]), name(&branch[1]));
        }
        let inputs = Inputs {
            lists: vec![write("list.csv", lists)],
            ownership: vec![write("holdings.csv", rows)],
            ..Inputs::default()
        };
        let snapshot = Snapshot::build(read(&inputs).unwrap());
        for (entity, expected) in case["expect"].as_object().unwrap() {
            let found = outcome(&snapshot, &format!("Case Company {entity}"));
            assert_eq!(found, expected.as_str().unwrap(), "{entity} in {}", case["id"]);
            checked += 1;
        }
    }
    assert!(checked >= 6, "{checked} outcomes");
}
