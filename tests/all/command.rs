//! The command from outside: a few runs of the binary, its output and its exit status.

use std::process::{Command, Stdio};

/// What a run printed, and its exit status.
pub struct Run {
    pub out: String,
    pub err: String,
    pub status: i32,
}

/// Runs the binary.
pub fn parentage(arguments: &[&str]) -> Run {
    let output = Command::new(env!("CARGO_BIN_EXE_parentage"))
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .expect("the binary runs");
    Run {
        out: String::from_utf8(output.stdout).expect("output is UTF-8"),
        err: String::from_utf8(output.stderr).expect("messages are UTF-8"),
        status: output.status.code().expect("no signal"),
    }
}

/// Arguments of a command on the built-in data and a day.
pub fn embedded_on(day: &'static str, command: &'static str) -> Vec<&'static str> {
    vec![command, "--as-of", day]
}

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn path(folder: &tempfile::TempDir, name: &str) -> String {
    folder.path().join(name).display().to_string()
}

/// Digests change with the data; everything else of an answer should not change unnoticed.
fn without_digests(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.contains("Snapshot"));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_hit_by_house_policy_shows_its_path() {
    let run = parentage(&["screen", "Kollsman Inc", "--as-of", "2026-11-24"]);
    assert_eq!(run.status, 0, "{}", run.err);
    insta::assert_snapshot!("kollsman", without_digests(&run.out));
}

#[test]
fn a_hit_by_law_says_that_it_is_to_be_confirmed() {
    let run = parentage(&["screen", "United Launch Alliance LLC", "--as-of", "2026-11-24"]);
    insta::assert_snapshot!("united-launch-alliance", without_digests(&run.out));
}

#[test]
fn a_clear_says_what_is_known_of_the_owners() {
    let run = parentage(&["screen", "Nestle S.A.", "Teledyne LeCroy", "--as-of", "2026-11-24"]);
    insta::assert_snapshot!("clear", without_digests(&run.out));
}

#[test]
fn one_entity_is_explained() {
    let run = parentage(&["explain", "Telespazio S.p.A.", "--as-of", "2026-11-24"]);
    insta::assert_snapshot!("explain", without_digests(&run.out));
}

#[test]
fn rules_are_shown_with_their_periods() {
    let run = parentage(&["rules", "--as-of", "2026-11-24"]);
    insta::assert_snapshot!("rules", run.out);
}

#[test]
fn an_alignment_is_shown() {
    let run = parentage(&["compare", "Tech Insights Europe Ltd", "TechInsights Europe Limited"]);
    insta::assert_snapshot!("compare", run.out);
}

#[test]
fn a_file_of_parties_comes_out_row_by_row_in_order() {
    let rows = "id,name,country,verdict\n1,Lockheed Martin,US,old\n2,Nestle S.A.,CH,old\n3,,US,old\n4,Kollsman Inc,USA,old\n5,\"a,b\n";
    let files = folder(&[("customers.csv", rows)]);
    let (input, output) = (path(&files, "customers.csv"), path(&files, "out.csv"));
    let run = parentage(&["screen", "--in", &input, "--out", &output, "--as-of", "2026-11-24"]);
    assert_eq!(run.status, 3, "{}", run.err);
    assert!(run.err.contains("customers.csv:4: column `name`: is blank"), "{}", run.err);
    assert!(
        run.err.contains("customers.csv:5: column `country`: `USA` is not a country"),
        "{}",
        run.err
    );
    let text = std::fs::read_to_string(&output).unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().unwrap().clone();
    assert_eq!((&header[3], &header[4]), ("verdict", "parentage_verdict"));
    let firsts: Vec<(String, String)> = reader
        .records()
        .map(|row| row.unwrap())
        .filter(|row| row[7].is_empty() || row[7] == *"1")
        .map(|row| (row[0].to_owned(), row[4].to_owned()))
        .collect();
    let expected = [("1", "hit"), ("2", "clear"), ("3", "error"), ("4", "hit"), ("5", "error")];
    assert_eq!(firsts, expected.map(|(id, verdict)| (id.to_owned(), verdict.to_owned())));
    let report = std::fs::read_to_string(format!("{output}.run.json")).unwrap();
    assert!(
        report.contains("\"verdicts\":{\"hit\":2,\"review\":0,\"clear\":1,\"error\":2}"),
        "{report}"
    );
}

#[test]
fn jsonl_tells_what_answers_have_in_common_once() {
    let files = folder(&[("customers.csv", "name\nLockheed Martin\nNestle S.A.\n")]);
    let input = path(&files, "customers.csv");
    let run = parentage(&["screen", "--in", &input, "--format", "jsonl"]);
    let objects: Vec<serde_json::Value> =
        run.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(objects.len(), 2);
    assert!(objects[0]["lists_checked"].is_array() && objects[0]["inputs"].is_array());
    assert!(objects[1].get("lists_checked").is_none() && objects[1].get("rules").is_none());
}

#[test]
fn the_exit_status_says_how_it_ended() {
    let status = |arguments: &[&str]| parentage(arguments).status;
    let day = ["--as-of", "2026-11-24"];
    let with_day = |arguments: &[&'static str]| [arguments, &day].concat();
    assert_eq!(status(&with_day(&["screen", "Nestle S.A.", "--fail-on", "review"])), 0);
    assert_eq!(status(&with_day(&["screen", "PVH Group", "--fail-on", "hit"])), 0);
    assert_eq!(status(&with_day(&["screen", "PVH Group", "--fail-on", "review"])), 1);
    assert_eq!(status(&with_day(&["screen", "Lockheed Martin", "--fail-on", "hit"])), 1);
    assert_eq!(status(&with_day(&["screen", "Nestle S.A.", "???"])), 3);
    for bad in [
        &["screen"][..],
        &["screen", "X", "--as-of", "2026-02-30"],
        &["screen", "X", "--threshold", "85"],
        &["screen", "X", "--country", "USA"],
        &["screen", "X", "--rule", "cn-99"],
        &["screen", "X", "--lists", "/no/such/folder"],
        &["explain", "Zzyzx Unknown Holdings"],
    ] {
        let run = parentage(bad);
        assert_eq!((run.status, run.out.as_str()), (2, ""), "{bad:?}");
        assert!(!run.err.contains("panicked") && !run.err.is_empty(), "{}", run.err);
    }
}

#[test]
fn rejected_rows_are_told_and_kept_and_the_good_ones_count() {
    let files = folder(&[(
        "captable.csv",
        "holder,holder_country,issuer,share_min\nLockheed Martin Corporation,US,Good Widgets Ltd,60\nAcme,US,Bad Widgets Ltd,160\n",
    )]);
    let (table, rejects) = (path(&files, "captable.csv"), path(&files, "rejects.csv"));
    let run = parentage(&[
        "screen",
        "Good Widgets",
        "Bad Widgets",
        "--ownership",
        "embedded",
        "--ownership",
        &table,
        "--rejects",
        &rejects,
        "--as-of",
        "2026-11-24",
    ]);
    assert_eq!(run.status, 3);
    assert!(
        run.err.contains("captable.csv:3: column `share_min`: 160 % is outside 0..100"),
        "{}",
        run.err
    );
    assert!(run.out.contains("HIT     Good Widgets"), "{}", run.out);
    assert!(run.out.contains("a row that could not be read names the party"), "{}", run.out);
    let kept = std::fs::read_to_string(rejects).unwrap();
    assert!(kept.starts_with("file,line,column,reason,text\ncaptable.csv,3,share_min,"), "{kept}");
}

#[test]
fn a_possible_link_that_would_change_the_verdict_asks_for_review() {
    let files = folder(&[(
        "captable.csv",
        "holder,holder_country,issuer,issuer_country,share_min\nEchodyne LLC,US,Radar Widgets Ltd,US,100\nEchodyne Inc,US,Beam Widgets Ltd,US,100\n",
    )]);
    let table = path(&files, "captable.csv");
    let run =
        parentage(&["screen", "Radar Widgets Ltd", "--ownership", &table, "--as-of", "2025-04-20"]);
    assert!(run.out.starts_with("REVIEW"), "{}", run.out);
    assert!(run.out.contains("might be one entity"), "{}", run.out);
}

#[test]
fn possible_links_are_followed_one_after_the_other() {
    let rows = "holder,holder_country,issuer,issuer_country,share_min\n\
        Echodyne LLC,US,Midfield Radar LLC,US,60\nEchodyne Inc,US,Other Widgets Ltd,US,60\n\
        Midfield Radar Inc,US,Low Widgets Ltd,US,60\n";
    let files = folder(&[("captable.csv", rows)]);
    let table = path(&files, "captable.csv");
    let run =
        parentage(&["screen", "Low Widgets Ltd", "--ownership", &table, "--as-of", "2025-04-20"]);
    assert!(run.out.starts_with("REVIEW"), "{}", run.out);
}

#[test]
fn an_output_never_destroys_an_input() {
    let files = folder(&[("list.csv", "list,name\nX,Acme Ltd\n"), ("parties.csv", "name\nAcme\n")]);
    let (list, parties) = (path(&files, "list.csv"), path(&files, "parties.csv"));
    for arguments in [
        &["screen", "Acme", "--lists", &list, "--out", &list][..],
        &["screen", "Acme", "--lists", &list, "--rejects", &list],
        &["screen", "--in", &parties, "--out", &parties],
        &["screen", "--in", &parties, "--rejects", &parties],
        &["compare", "--pairs", &parties, "--out", &parties],
    ] {
        assert_eq!(parentage(arguments).status, 2, "{arguments:?}");
    }
    assert_eq!(std::fs::read_to_string(&list).unwrap(), "list,name\nX,Acme Ltd\n");
    assert_eq!(std::fs::read_to_string(&parties).unwrap(), "name\nAcme\n");
}

#[test]
fn build_tells_what_was_read_and_what_differs_from_the_built_in_lists() {
    let run = parentage(&["build", "--as-of", "2026-11-24"]);
    assert_eq!(run.status, 0, "{}", run.err);
    assert!(run.out.contains("217 of them listed"), "{}", run.out);
    assert!(
        run.out.contains("USA Rare Earth, Inc. (US) / USA Rare Earth, LLC (US)"),
        "{}",
        run.out
    );
    let files = folder(&[("new.csv", "list,name,announcement\nCN-UEL,Acme Drones Inc.,No. 11\n")]);
    let new = path(&files, "new.csv");
    let run = parentage(&["build", "--lists", "embedded", "--lists", &new]);
    assert!(
        run.out.contains("1 entries that the built-in lists lack\n  CN-UEL | No. 11"),
        "{}",
        run.out
    );
}
