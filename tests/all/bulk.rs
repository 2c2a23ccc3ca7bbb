//! Bulk runs from outside: interrupted ones, files of other formats, what is refused.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::command::parentage;

const DAY: &str = "2026-11-24";

fn text_of(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

/// A file of parties that takes some seconds: listed names among others, and rows that cannot be read.
fn customers(folder: &Path, count: u32) -> String {
    let names = [
        "Kollsman Inc",
        "Acme Trading",
        "Lockheed Martin",
        "Skydio",
        "Muller & Sohn",
        "三菱重工业",
    ];
    let mut text = "id,name,country\n".to_owned();
    for number in 0..count {
        let name = names[number as usize % names.len()];
        let country = if number % 1_000 == 7 { "USA" } else { "US" };
        text.push_str(&format!("{number},{name} {},{country}\n", number % 5_000));
    }
    let path = folder.join("customers.csv");
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

fn screen<'a>(input: &'a str, out: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let usual = ["screen", "--in", input, "--out", out, "--as-of", DAY, "--quiet"];
    usual.into_iter().chain(more.iter().copied()).collect()
}

/// `OUT.run.json` without what differs from run to run.
fn report(out: &Path) -> serde_json::Value {
    let text = text_of(Path::new(&format!("{}.run.json", out.display())));
    let mut report: serde_json::Value = serde_json::from_str(&text).unwrap();
    report.as_object_mut().unwrap().remove("seconds");
    report["output"].as_object_mut().unwrap().remove("file");
    report
}

#[test]
fn a_run_that_is_killed_again_and_again_ends_as_one_that_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let input = customers(folder.path(), 60_000);
    let mut kills = 0;
    for format in ["csv", "jsonl"] {
        let whole = folder.path().join(format!("whole.{format}"));
        let out = folder.path().join(format!("out.{format}"));
        let (whole_path, out_path) = (whole.display().to_string(), out.display().to_string());
        let run = parentage(&screen(&input, &whole_path, &[]));
        assert_eq!(run.status, 3, "a country of three letters cannot be read");
        let mut wait = 3;
        while kills < if format == "csv" { 25 } else { 50 } {
            let mut child = Command::new(env!("CARGO_BIN_EXE_parentage"))
                .args(screen(&input, &out_path, &["--resume"]))
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            std::thread::sleep(Duration::from_millis(wait));
            wait = wait * 7 % 1_999;
            child.kill().unwrap();
            let ended = child.wait().unwrap();
            if ended.code().is_some() {
                // It was faster: a new one begins.
                continue;
            }
            kills += 1;
            let told = Path::new(&format!("{out_path}.run.json")).exists();
            assert!(!told || text_of(&out) == text_of(&whole), "a half reads as whole");
        }
        let run = parentage(&screen(&input, &out_path, &["--resume"]));
        assert_eq!(run.status, 3, "{}", run.err);
        assert!(text_of(&out) == text_of(&whole), "byte for byte");
        assert_eq!(report(&out), report(&whole));
        let left = [".part", ".part.json", ".new"];
        assert!(left.iter().all(|end| !Path::new(&format!("{out_path}{end}")).exists()));
    }
}

/// Begins a run and kills it once it has said how far it is.
fn interrupted(arguments: &[&str], out: &str) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_parentage"))
        .args(arguments)
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    while !Path::new(&format!("{out}.part.json")).exists() {
        assert!(child.try_wait().unwrap().is_none(), "it ended before it said how far it is");
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_run_goes_on_only_as_what_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let input = customers(folder.path(), 200_000);
    let out = folder.path().join("out.csv").display().to_string();
    interrupted(&screen(&input, &out, &[]), &out);
    let holdings = folder.path().join("holdings.csv").display().to_string();
    std::fs::write(&holdings, "holder,issuer,share_min\nA,B,50\n").unwrap();
    for (more, differs) in [
        (&["--threshold", "0.9"][..], "another threshold: 0.85, now 0.9"),
        (&["--rule", "cn-mofcom-61"], "another set of rules"),
        (&["--limit", "3"], "another limit"),
        (&["--format", "jsonl"], "another format: csv, now jsonl"),
        (&["--name-column", "id"], "another --name-column: name, now id"),
        (&["--ownership", &holdings], "another snapshot"),
    ] {
        let run = parentage(&screen(&input, &out, &[&["--resume"], more].concat()));
        assert_eq!(run.status, 2, "{more:?}");
        assert!(run.err.contains(differs), "{more:?}: {}", run.err);
    }
    let run =
        parentage(&["screen", "--in", &input, "--out", &out, "--as-of", "2026-11-25", "--resume"]);
    assert!(run.status == 2 && run.err.contains("another day (--as-of)"), "{}", run.err);
    let part = format!("{out}.part");
    let mut bytes = std::fs::read(&part).unwrap();
    bytes[1_000] ^= 1;
    std::fs::write(&part, bytes).unwrap();
    let run = parentage(&screen(&input, &out, &["--resume"]));
    assert!(run.status == 2 && run.err.contains("was changed since"), "{}", run.err);
    std::fs::write(&input, text_of(Path::new(&input)).replace("Skydio", "Skidio")).unwrap();
    let run = parentage(&screen(&input, &out, &["--resume"]));
    assert!(run.status == 2 && run.err.contains("another file of parties"), "{}", run.err);
    std::fs::remove_file(format!("{out}.part.json")).unwrap();
    std::fs::write(&input, "name\nKollsman Inc\n").unwrap();
    let run = parentage(&screen(&input, &out, &["--resume"]));
    assert_eq!(
        run.status, 0,
        "where nothing is said of an interrupted run a new one begins: {}",
        run.err
    );
    assert!(text_of(Path::new(&out)).contains("Kollsman Inc,hit"));
}

#[test]
fn answers_in_every_format_say_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("in.csv");
    std::fs::write(&input, "id,name,note\n1,Kollsman Inc,=1+1\n2,Acme Trading,@x\n3,,-\n").unwrap();
    let input = input.display().to_string();
    let out = |name: &str| folder.path().join(name).display().to_string();
    let formats: &[&str] = if cfg!(feature = "parquet") { &["xlsx", "parquet"] } else { &["xlsx"] };
    let run = parentage(&screen(&input, &out("a.csv"), &[]));
    assert_eq!(run.status, 3, "{}", run.err);
    let csv = text_of(Path::new(&out("a.csv")));
    assert!(
        csv.contains("\n1,Kollsman Inc,'=1+1,hit") && csv.contains("\n2,Acme Trading,'@x,clear"),
        "{csv}"
    );
    for format in formats {
        let [one, other] = ["a", "b"].map(|name| out(&format!("{name}.{format}")));
        for path in [&one, &other] {
            assert_eq!(parentage(&screen(&input, path, &[])).status, 3);
            assert!(Path::new(&format!("{path}.run.json")).exists());
        }
        assert!(
            std::fs::read(&one).unwrap() == std::fs::read(&other).unwrap(),
            "{format}: byte for byte"
        );
        // Read again as parties: every row is there, with its columns and its cells.
        let again = parentage(&["screen", "--in", &one, "--as-of", DAY]);
        assert_eq!(again.out.lines().count(), csv.lines().count(), "{format}: {}", again.err);
        let head = again.out.lines().next().unwrap();
        assert!(
            head.starts_with("id,name,note,verdict,") && head.contains(",parentage_verdict,"),
            "{head}"
        );
        assert!(
            again.out.contains("\n1,Kollsman Inc,'=1+1,hit,policy,partial,1,1"),
            "{}",
            again.out
        );
    }
}

#[test]
fn what_cannot_be_written_or_read_stops_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let input = customers(folder.path(), 10);
    let path = |name: &str| folder.path().join(name).display().to_string();
    for (arguments, reason) in [
        (vec!["screen", "Kollsman", "--format", "xlsx"], "xlsx is written with --in"),
        (vec!["screen", "--in", &input, "--format", "xlsx"], "xlsx is written with --in"),
        (vec!["screen", "--in", &input, "--out", &input], "one of the inputs"),
        (vec!["screen", "--in", &input, "--out", folder.path().to_str().unwrap()], "is a folder"),
        (vec!["screen", "--in", &input, "--encoding", "klingon"], "is no encoding"),
        (vec!["screen", "--in", &input, "--delimiter", "ab"], "cannot part fields"),
        (vec!["screen", "--in", &input, "--resume"], "--out"),
        (vec!["screen", "--in", &input, "--out", &path("no/folder/x.csv")], "No such file"),
        (vec!["lists", "--format", "parquet"], "only `screen --in` writes"),
    ] {
        let run = parentage(&arguments);
        assert_eq!(run.status, 2, "{arguments:?}: {}", run.out);
        assert!(run.err.contains(reason), "{arguments:?}: {}", run.err);
    }
    if Path::new("/dev/full").exists() {
        let run = parentage(&["screen", "--in", &input, "--out", "/dev/full"]);
        assert_eq!(run.status, 2, "{}", run.err);
    }
}

#[test]
fn a_profile_says_what_counts_and_what_is_left_out_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let profile = path("desk.toml");
    let text = "id = \"desk\"\ntitle = \"A desk\"\nthreshold = \"0.9\"\n\
                [[treatment]]\nrules = [\"cn-listed-50\"]\nlists = [\"CN-UEL\"]\ngives = \"note\"\n\
                [[treatment]]\nrules = [\"listing\", \"cn-listed-50\"]\nlists = [\"CN-UEL\"]\ngives = \"review\"\n";
    std::fs::write(&profile, text).unwrap();
    let input = path("in.csv");
    std::fs::write(&input, "name\nKollsman Inc\nElbit Systems of America LLC\nLockheed Martin\n")
        .unwrap();
    let out = path("out.jsonl");
    let run = parentage(&screen(&input, &out, &["--profile", &profile]));
    assert_eq!(run.status, 0, "{}", run.err);
    let text = text_of(Path::new(&out));
    let answers: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let verdicts: Vec<&str> =
        answers.iter().map(|answer| answer["verdict"].as_str().unwrap()).collect();
    assert_eq!(verdicts, ["clear", "review", "hit"]);
    assert!(answers[0]["verdict_kind"].is_null() && answers[0]["threshold"] == 0.9);
    assert_eq!(answers[0]["profile"]["id"], "desk");
    let notes = answers[0]["notes"].to_string();
    assert!(
        notes.contains("by profile `desk`, cn-listed-50 gives no more than a note for Kollsman"),
        "{notes}"
    );
    assert_eq!(answers[0]["matches"][0]["exposures"][0]["treatment"], "note");
    let report = report(Path::new(&out));
    assert_eq!(report["profile"]["digest"], answers[0]["profile"]["digest"]);
    assert!(report["verdicts"]["reduced"]["to_note"].as_u64() >= Some(1), "{report}");
    assert!(report["verdicts"]["reduced"]["to_review"].as_u64() >= Some(1), "{report}");
    let run = parentage(&["verify", &out, "--as-of", DAY]);
    assert!(run.status == 0, "{}{}", run.out, run.err);
    // What a profile says stands in one place.
    for (more, reason) in [
        (&["--threshold", "0.8"][..], "says it already; leave --threshold out"),
        (
            &["--rule", "cn-mofcom-61"],
            "names the rule `cn-listed-50`, which is none of cn-mofcom-61",
        ),
    ] {
        let run = parentage(&screen(&input, &out, &[&["--profile", &profile], more].concat()));
        assert!(run.status == 2 && run.err.contains(reason), "{}", run.err);
    }
    std::fs::write(
        &profile,
        "id = \"x\"\ntitle = \"X\"\n[[treatment]]\nlists = [\"CN-ULE\"]\ngives = \"note\"\n",
    )
    .unwrap();
    let run = parentage(&screen(&input, &out, &["--profile", &profile]));
    assert!(
        run.status == 2 && run.err.contains("the list `CN-ULE`, which is none of"),
        "{}",
        run.err
    );
}

/// A packed piece of a report.
fn unpacked(page: &str, id: &str) -> serde_json::Value {
    use base64::Engine;
    let from = page.split(&format!("id=\"{id}\">")).nth(1).unwrap();
    let text = from.split("</script>").next().unwrap();
    let bytes = base64::engine::general_purpose::STANDARD.decode(text).unwrap();
    serde_json::from_reader(flate2::read::GzDecoder::new(&bytes[..])).unwrap()
}

#[test]
fn the_report_holds_every_alert_and_no_name_runs_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let input = path("in.csv");
    let evil = "<script>alert(1)</script>";
    let rows = format!("1,Acme Trading\n{evil},Kollsman Inc\n3,Skydio\n4,</script>\n5,\n");
    std::fs::write(&input, format!("id,name\n{}", rows.repeat(60))).unwrap();
    for format in ["csv", "jsonl", "json", "xlsx"] {
        let (out, page) = (path(&format!("out.{format}")), path("page.html"));
        let run = parentage(&screen(&input, &out, &["--report", &page]));
        assert_eq!(run.status, 3, "{}", run.err);
        let page = text_of(Path::new(&page));
        let rows = unpacked(&page, "index");
        let verdicts: Vec<&str> =
            rows.as_array().unwrap().iter().map(|row| row[2].as_str().unwrap()).collect();
        assert_eq!(verdicts.len(), 180, "{format}: two alerts and one error of five, sixty times");
        assert!(
            verdicts.iter().take(120).all(|verdict| *verdict == "hit") && verdicts[179] == "error"
        );
        let chunks = [unpacked(&page, "c0"), unpacked(&page, "c1")];
        let count = |chunk: &serde_json::Value| chunk["alerts"].as_array().unwrap().len();
        assert_eq!(chunks.each_ref().map(count), [100, 80]);
        assert!(chunks[0].to_string().contains("<script>alert(1)"), "it is there as text");
        assert!(
            chunks[0]["pictures"]
                .as_object()
                .unwrap()
                .values()
                .any(|one| one.to_string().contains("Kollsman"))
        );
        assert!(!page.contains("alert(1)") && page.contains("<b>120</b>hit"));
    }
    let run = parentage(&["screen", "--in", &input, "--report", &path("page.html")]);
    assert_eq!(run.status, 2, "{}", run.out);
}

#[test]
fn only_what_is_new_and_what_is_gone_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (before, now) = (path("before.csv"), path("now.csv"));
    std::fs::write(&before, "id,name\n1,Kollsman Inc\n2,Skydio\n3,=Acme Trading\n").unwrap();
    std::fs::write(&now, "id,name\n1,Kollsman Inc\n3,=Acme Trading\n4,Lockheed Martin\n5,\n")
        .unwrap();
    let formats: &[&str] =
        if cfg!(feature = "parquet") { &["csv", "xlsx", "parquet"] } else { &["csv", "xlsx"] };
    for format in formats {
        let (old, out) = (path(&format!("old.{format}")), path("new.csv"));
        assert_eq!(parentage(&screen(&before, &old, &[])).status, 0);
        let run = parentage(&screen(&now, &out, &["--new-only", "--previous", &old]));
        assert_eq!(run.status, 3, "{}", run.err);
        let text = text_of(Path::new(&out));
        let rows: Vec<(&str, &str)> =
            text.lines().skip(1).map(|row| (&row[..2], row.rsplit(',').next().unwrap())).collect();
        assert!(rows.iter().all(|row| [("4,", "new"), ("2,", "gone")].contains(row)), "{rows:?}");
        assert!(rows.contains(&("4,", "new")) && rows.contains(&("2,", "gone")), "{rows:?}");
        assert_eq!(report(Path::new(&out))["parties"], 4);
    }
    let old = path("old.csv");
    let same = parentage(&screen(&before, &path("same.csv"), &["--new-only", "--previous", &old]));
    assert_eq!((same.status, text_of(Path::new(&path("same.csv"))).lines().count()), (0, 1));
    std::fs::write(path("other.csv"), "id,name\n7,Acme Trading\n").unwrap();
    std::fs::write(path("columns.csv"), "name,id\nKollsman Inc,1\n").unwrap();
    for (input, previous, reason) in [
        ("other.csv", &old, "of another file of parties: it has none"),
        ("columns.csv", &old, "its columns are id, name, those of --in are name, id"),
        ("now.csv", &now, "has no"),
    ] {
        let run = parentage(&screen(
            &path(input),
            &path("x.csv"),
            &["--new-only", "--previous", previous],
        ));
        assert!(run.status == 2 && run.err.contains(reason), "{}", run.err);
    }
    std::fs::write(&old, text_of(Path::new(&old)).replace("Skydio", "Skidio")).unwrap();
    let run = parentage(&screen(&now, &path("x.csv"), &["--new-only", "--previous", &old]));
    assert!(run.status == 2 && run.err.contains("is not the file that"), "{}", run.err);
}

#[test]
fn what_a_profile_sets_aside_hides_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let write = |name: &str, text: &str| {
        let path = path(name);
        std::fs::create_dir_all(Path::new(&path).parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    };
    let head = "list,entry,name,country,announcement,published,effective,restriction\n";
    let on = |list: &str, name: &str, country: &str| {
        format!("{list},,{name},{country},No. 1 of {list},2025-01-01,2025-01-01,export_ban\n")
    };
    let lists = [
        on("CN-WATCH", "Bargonia Holdings", "US"),
        on("CN-CONTROL", "Fuzzimov Limited", "US"),
        on("CN-CONTROL", "Qwexlim", "US"),
    ];
    write("lists/a.csv", &format!("{head}{}", lists.concat()));
    let suspended = "list,announcement,event,from,confidence\n";
    write("lists/events.csv", suspended);
    let holdings = write(
        "holdings.csv",
        "holder,holder_country,issuer,share_min\n\
         Fuzzimov Limited,US,Bargonia Holdings,100\n\
         Bargonia Holdings,US,Midco Alpha,50\nQwexlim,US,Midco Alpha,50\nMidco Alpha,,Xenolite Works,50\n\
         Bargonia Holdings,US,Posslink Mills,50\nQwexlim,,Posslink Mills,50\n\
         Bargonia Holdings,US,Only Watched,50\n",
    );
    let profile = write(
        "p.toml",
        "id = \"p\"\ntitle = \"t\"\n[[treatment]]\nlists = [\"CN-WATCH\"]\ngives = \"note\"\n",
    );
    let mut arguments =
        vec!["screen", "Bargonia Holdings", "Xenolite Works", "Posslink Mills", "--as-of", DAY];
    let lists = path("lists");
    arguments.extend([
        "--lists",
        &lists,
        "--rules",
        concat!(env!("CARGO_MANIFEST_DIR"), "/lists/rules"),
    ]);
    arguments.extend(["--ownership", &holdings, "--profile", &profile, "--format", "jsonl"]);
    let run = parentage(&arguments);
    let verdicts: Vec<serde_json::Value> =
        run.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let verdict = |at: usize| verdicts[at]["verdict"].as_str().unwrap();
    assert_eq!([verdict(0), verdict(1)], ["hit", "hit"], "{}", run.out);
    assert_ne!(verdict(2), "clear", "{}", run.out);
}

#[test]
fn rules_that_a_profile_does_not_name_are_told_as_notes() {
    let folder = tempfile::tempdir().unwrap();
    let profile = folder.path().join("p.toml").display().to_string();
    std::fs::write(&profile, "id = \"p\"\ntitle = \"t\"\nrules = [\"cn-mofcom-61\"]\n").unwrap();
    let run = parentage(&[
        "screen",
        "Kollsman Inc",
        "--as-of",
        DAY,
        "--profile",
        &profile,
        "--format",
        "jsonl",
    ]);
    let answer: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(answer["verdict"], "clear");
    assert!(
        answer["notes"].to_string().contains("cn-listed-50 gives no more than a note"),
        "{}",
        answer["notes"]
    );
}

#[test]
fn a_run_killed_behind_its_last_answer_ends_as_one_that_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let formats: &[&str] = if cfg!(feature = "parquet") {
        &["csv", "json", "xlsx", "parquet"]
    } else {
        &["csv", "json", "xlsx"]
    };
    for text in ["name\nKollsman Inc\nAcme\n", "name\n"] {
        let input = path("in.csv");
        std::fs::write(&input, text).unwrap();
        for format in formats {
            let (whole, out) = (path(&format!("whole.{format}")), path(&format!("out.{format}")));
            assert_eq!(parentage(&screen(&input, &whole, &[])).status, 0);
            let expected = std::fs::read(&whole).unwrap();
            // What a run leaves that is killed before the output has its name, and after.
            for named in [false, true] {
                interrupted_at_the_end(&screen(&input, &out, &[]), &out, named);
                let run = parentage(&screen(&input, &out, &["--resume"]));
                assert_eq!(run.status, 0, "{format}: {}", run.err);
                assert!(std::fs::read(&out).unwrap() == expected, "{format} {named}");
                assert!(!Path::new(&format!("{out}.part.json")).exists());
            }
        }
    }
}

/// Kills a run when it has said that all is answered, by a folder that stands where its report is to go.
fn interrupted_at_the_end(arguments: &[&str], out: &str, named: bool) {
    let report = format!("{out}.run.json");
    let _ = std::fs::remove_file(&report);
    let blocked = if named { format!("{report}.new") } else { report };
    std::fs::create_dir(&blocked).unwrap();
    let run = parentage(arguments);
    assert_eq!(run.status, 2, "{}", run.out);
    std::fs::remove_dir(&blocked).unwrap();
    assert!(Path::new(&format!("{out}.part.json")).exists(), "{}", run.err);
}
