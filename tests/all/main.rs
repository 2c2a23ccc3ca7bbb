//! The one integration binary: the house's floors, the command from outside, and the worked cases.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod bulk;
mod cases;
mod changes;
mod command;
#[path = "../../benches/data.rs"]
mod data;
mod decisions;
mod floors;
mod forged;
mod fuzz;
mod lists;
mod names;
mod owners;
#[cfg(feature = "server")]
mod portfolio;
mod readme;
mod registers;
mod schema;
mod search;
#[cfg(feature = "server")]
mod serve;
mod snapshot_file;
mod verdicts;
mod verify;
mod worked_cases;

/// Every file of this folder is a module above: a forgotten one would never run.
#[test]
fn no_test_file_is_forgotten() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/all");
    let modules = include_str!("main.rs");
    for file in std::fs::read_dir(folder).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        if name == "main.rs" || name == "snapshots" {
            continue;
        }
        let module = name.strip_suffix(".rs").unwrap_or(&name);
        assert!(modules.contains(&format!("mod {module};")), "{name} is not in main.rs");
    }
}
