//! Real output against the JSON Schemas that scripts may rely on.

use serde_json::Value;

use crate::command::{embedded_on, parentage};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/schema");

/// The schema of a file; references to `screen.json` are put into it.
fn schema(file: &str) -> jsonschema::Validator {
    let read = |file: &str| -> Value {
        serde_json::from_str(&std::fs::read_to_string(format!("{FOLDER}/{file}")).unwrap()).unwrap()
    };
    let mut schema = read(file);
    if file != "screen.json" {
        schema["$defs"] = read("screen.json")["$defs"].clone();
        let text = schema.to_string().replace("screen.json#/$defs", "#/$defs");
        schema = serde_json::from_str(&text).unwrap();
    }
    jsonschema::validator_for(&schema).unwrap()
}

fn check(file: &str, arguments: &[&str], least: usize) -> Vec<Value> {
    let run = parentage(arguments);
    let objects: Vec<Value> = serde_json::from_str(&run.out).expect("one array");
    assert!(objects.len() >= least, "{} objects", objects.len());
    let schema = schema(file);
    for object in &objects {
        let faults: Vec<String> = schema
            .iter_errors(object)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(faults.is_empty(), "{faults:?} in {object}");
    }
    objects
}

#[test]
fn screen_fits_its_schema() {
    let names = [
        "Lockheed Martin Corporation",
        "Kollsman Inc",
        "United Launch Alliance LLC",
        "The Boeing Company",
        "PVH Group",
        "AIDC",
        "Nestle S.A.",
        "Teledyne LeCroy",
        "USA Rare Earth Magnets",
        "???",
    ];
    let mut arguments = embedded_on("2026-11-24", "screen");
    arguments.extend(["--format", "json", "--max-list-age", "30"]);
    arguments.extend(names);
    let objects = check("screen.json", &arguments, names.len());
    for object in objects {
        for found in object["matches"].as_array().unwrap() {
            let sum: f64 = found["alignment"]
                .as_array()
                .unwrap()
                .iter()
                .map(|line| line["points"].as_f64().unwrap())
                .sum();
            let score = found["score"].as_f64().unwrap();
            assert!((sum - score).abs() < 1e-9, "{sum} is not {score}");
        }
    }
}

#[test]
fn expand_and_lists_fit_their_schemas() {
    let json = |command| {
        let mut arguments = embedded_on("2026-11-24", command);
        arguments.extend(["--format", "json"]);
        arguments
    };
    check("expand.json", &json("expand"), 400);
    check("lists.json", &json("lists"), 274);
}

#[test]
fn answers_by_a_profile_fit_the_schema() {
    let folder = tempfile::tempdir().unwrap();
    let profile = folder.path().join("desk.toml").display().to_string();
    let text = "id = \"desk\"\ntitle = \"A desk\"\n[[treatment]]\nrules = [\"cn-listed-50\"]\ngives = \"note\"\n";
    std::fs::write(&profile, text).unwrap();
    let mut arguments = embedded_on("2026-11-24", "screen");
    arguments.extend(["Kollsman Inc", "--format", "json", "--profile", &profile]);
    let objects = check("screen.json", &arguments, 1);
    assert_eq!(objects[0]["notes"][0]["kind"], "profile");
}
