//! The snapshot file from outside: the same answers, the same bytes, and every damage told.

use std::process::Command;

use crate::command::parentage;

fn path(folder: &tempfile::TempDir, name: &str) -> String {
    folder.path().join(name).display().to_string()
}

#[test]
fn a_snapshot_file_answers_as_what_it_was_built_from() {
    let folder = tempfile::tempdir().unwrap();
    let (file, again) = (path(&folder, "a.snapshot"), path(&folder, "b.snapshot"));
    let built = parentage(&["build", "--out", &file, "--as-of", "2026-11-24", "--quiet"]);
    assert_eq!(built.status, 0, "{}", built.err);
    assert_eq!(parentage(&["build", "--check", &file]).status, 0);
    for arguments in [
        &["screen", "United Launch Alliance LLC", "Skydoi Inc", "--format", "json"][..],
        &["explain", "Telespazio S.p.A.", "--readings"],
        &["timeline", "Skydio, Inc."],
        &["expand", "--format", "jsonl"],
        &["lists"],
        &["rules"],
    ] {
        let own = parentage(&[arguments, &["--as-of", "2026-11-24"]].concat());
        let opened =
            parentage(&[arguments, &["--as-of", "2026-11-24", "--snapshot", &file]].concat());
        assert_eq!((own.out, own.err, own.status), (opened.out, opened.err, opened.status));
    }
    // One thread, another folder, another file: the same bytes.
    let root = env!("CARGO_MANIFEST_DIR");
    let lists = ["lists", "ownership-data"].map(|name| format!("{root}/{name}"));
    for (threads, out) in [("1", &file), ("3", &again)] {
        let run = Command::new(env!("CARGO_BIN_EXE_parentage"))
            .args([
                "build",
                "--quiet",
                "--lists",
                &lists[0],
                "--ownership",
                &lists[1],
                "--out",
                out,
            ])
            .env("RAYON_NUM_THREADS", threads)
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    }
    assert!(std::fs::read(&file).unwrap() == std::fs::read(&again).unwrap());
    // Nothing is left beside them.
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn what_cannot_be_opened_is_told_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let file = path(&folder, "a.snapshot");
    assert_eq!(parentage(&["build", "--out", &file, "--quiet"]).status, 0);
    let whole = std::fs::read(&file).unwrap();
    let refused = |arguments: &[&str], why: &str| {
        let run = parentage(arguments);
        assert_eq!(run.status, 2, "{arguments:?}: {}", run.err);
        assert!(run.err.contains(why) && !run.err.contains("panicked"), "{why}: {}", run.err);
    };
    let screen = ["screen", "Skydio Inc", "--snapshot", &file];
    let folder_path = folder.path().display().to_string();
    refused(&["screen", "Skydio", "--snapshot", &folder_path], "is a folder");
    refused(&["screen", "Skydio", "--snapshot", "nowhere"], "nowhere");
    refused(&[&screen[..], &["--lists", "embedded"]].concat(), "cannot be used with");
    refused(&[&screen[..], &["--snapshot", &file]].concat(), "cannot be used multiple times");
    let said = path(&folder, "said.json");
    std::fs::write(&said, parentage(&["screen", "Skydio Inc", "--format", "json"]).out).unwrap();
    refused(&["verify", &said, "--snapshot", &file], "reads the records themselves");
    let what_if = ["explain", "Skydio, Inc.", "--what-if", "A,B,30", "--snapshot", &file];
    assert_eq!(parentage(&what_if).status, 0, "what is supposed needs no records");
    let twice = format!("{folder_path}/./new");
    let new = path(&folder, "new");
    refused(&["build", "--out", &new, "--rejects", &twice], "named for two outputs");
    refused(&["screen", "Skydio", "--snapshot", &file, "--rejects", &file], "one of the inputs");
    refused(&["build", "--out", &format!("{folder_path}/no/a.snapshot")], "No such file");
    for (bytes, why) in [
        (&b""[..], "is empty"),
        (b"name\nSkydio\n", "is not a snapshot file"),
        (&whole[..whole.len() / 2], "is cut off"),
    ] {
        std::fs::write(&file, bytes).unwrap();
        refused(&screen, why);
        refused(&["build", "--check", &file], why);
    }
    // Damage somewhere in the middle: an answer is either the whole one or none.
    std::fs::write(&file, &whole).unwrap();
    let good = parentage(&screen).out;
    for step in 1..40 {
        let mut bytes = whole.clone();
        let at = whole.len() * step / 40;
        bytes[at] ^= 0x10;
        std::fs::write(&file, &bytes).unwrap();
        let run = parentage(&screen);
        let told = run.status == 2 && run.err.contains("damaged") && run.err.contains("build");
        assert!(told || run.out == good, "byte {at}: {} {}", run.status, run.err);
        assert!(!run.err.contains("panicked"), "{}", run.err);
        let check = parentage(&["build", "--check", &file]);
        assert!(check.status == 2 && check.err.contains("damaged"), "byte {at}: {}", check.err);
    }
}
