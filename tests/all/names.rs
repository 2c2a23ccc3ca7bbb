//! The matching on labelled sets, where they are, and its command.

use std::path::Path;

use crate::command::parentage;

const SETS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/names");

/// A file of the labelled sets, or a word that it is not here.
#[expect(clippy::print_stdout, reason = "a test that cannot run says so")]
fn set(file: &str) -> Option<String> {
    let path = format!("{SETS}/{file}");
    if Path::new(&path).exists() {
        return Some(path);
    }
    println!("skipped: ../shared is not here");
    None
}

/// The value of a measure and class in the CSV that selftest prints.
fn value(out: &str, measure: &str, class: &str) -> f64 {
    let mut rows = csv::Reader::from_reader(out.as_bytes());
    let row = rows
        .records()
        .map(Result::unwrap)
        .find(|row| &row[0] == measure && &row[1] == class)
        .unwrap_or_else(|| panic!("no {measure}, {class} in {out}"));
    row[4].parse().unwrap()
}

#[test]
fn labelled_pairs_come_out_as_promised() {
    for (file, least) in [
        ("variation_pairs.csv", 0.97),
        ("design_pairs.csv", 0.92),
        ("japanese_english_pairs.csv", 0.7),
    ] {
        let Some(path) = set(file) else { return };
        let run = parentage(&["selftest", "--pairs", &path, "--format", "csv"]);
        assert_eq!(run.status, 0, "{}", run.err);
        let f1 = value(&run.out, "all pairs", "F1");
        assert!(f1 >= least, "{file}: {f1}");
    }
}

#[test]
fn clean_customers_seldom_alert() {
    let (Some(clean), Some(names)) = (set("clean_customers.csv"), set("ofac_org_names.csv")) else {
        return;
    };
    let run = parentage(&["selftest", "--clean", &clean, "--names", &names, "--format", "csv"]);
    let alerts = value(&run.out, "clean customers that alert", "all");
    assert!(alerts <= 0.0045, "{alerts}");
}

#[test]
fn the_loaded_names_find_themselves() {
    let run = parentage(&["selftest", "--format", "csv", "--as-of", "2026-11-24"]);
    assert_eq!(run.status, 0, "{}", run.err);
    let measure = "names of the lists, hit or review";
    assert!((value(&run.out, measure, "exact") - 1.0).abs() < f64::EPSILON);
    assert!(value(&run.out, measure, "all variations") >= 0.998);
}

#[test]
fn an_acronym_is_said_to_be_weak_and_a_picture_is_refused() {
    let names = ["SMIC", "Semiconductor Manufacturing International Corporation"];
    let run = parentage(&["compare", names[0], names[1]]);
    assert!(run.status == 0 && run.out.contains("weak: never more than a review"), "{}", run.out);
    let run = parentage(&["compare", names[0], names[1], "--format", "dot"]);
    assert!(run.status == 2 && run.err.contains("only `explain` draws"), "{}", run.err);
}

#[test]
fn a_report_and_a_curve_are_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (report, curve) = (path("report.html"), path("curve.csv"));
    let run = parentage(&["selftest", "--quiet", "--report", &report, "--curve", &curve]);
    assert_eq!(run.status, 0, "{}", run.err);
    let page = std::fs::read_to_string(report).unwrap();
    assert!(page.contains("<svg") && page.contains("threshold 0.85"));
    let curve = std::fs::read_to_string(curve).unwrap();
    assert_eq!(
        curve.lines().next(),
        Some("threshold,recall,alerts,default,customers,customers_of")
    );
    assert_eq!(curve.lines().count(), 42);
}

#[test]
fn a_file_without_labels_is_refused_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pairs.csv");
    std::fs::write(&path, "name1,name2\nA,B\n").unwrap();
    let run = parentage(&["selftest", "--pairs", path.to_str().unwrap()]);
    assert_eq!(run.status, 2);
    assert!(run.err.contains("label every pair"), "{}", run.err);
}
