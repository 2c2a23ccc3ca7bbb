//! What the README shows is what this version prints.

use crate::command::parentage;

const README: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md"));

/// The output that the README shows after a command, and what the command prints.
fn shown(command: &str, arguments: &[&str]) -> (String, String) {
    let after = README.split(&format!("{command}\n```\n\n```text\n")).nth(1);
    let block =
        after.unwrap_or_else(|| panic!("no output after `{command}`")).split("\n```").next();
    (block.unwrap().to_owned(), parentage(arguments).out)
}

#[test]
fn the_first_command_prints_what_is_shown() {
    let arguments = ["screen", "Kollsman Inc", "--as-of", "2026-11-24"];
    let (block, out) = shown("cargo run --release -- screen \"Kollsman Inc\"", &arguments);
    assert_eq!(block.trim(), out.trim());
}

#[test]
fn the_other_examples_print_what_is_shown() {
    let arguments = ["screen", "United Launch Alliance LLC", "--as-of", "2026-11-24"];
    let (block, out) = shown("parentage screen \"United Launch Alliance LLC\"", &arguments);
    assert!(out.starts_with(&block), "{out}");
    let arguments = ["timeline", "Skydio, Inc.", "--rule", "cn-listed-50", "--as-of", "2026-11-24"];
    let (block, out) = shown("parentage timeline \"Skydio, Inc.\" --rule cn-listed-50", &arguments);
    assert!(out.starts_with(&block), "{out}");
    let names = ["Tech Insights Europe Ltd", "TechInsights Europe Limited"];
    let (block, out) = shown(
        "parentage compare \"Tech Insights Europe Ltd\" \"TechInsights Europe Limited\"",
        &["compare", names[0], names[1]],
    );
    assert_eq!(block.trim(), out.trim());
}
