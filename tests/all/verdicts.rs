//! What `verify` says of a verdict that was changed and sealed again: the fault by its name.

use parentage::model::Party;
use parentage::report::json;
use parentage::screen::{DEFAULT_FLOOR, Screener};
use parentage::snapshot::Snapshot;
use parentage::source::{Inputs, Records, read};
use parentage::verify::verify;
use serde_json::{Value, json};

use crate::verify::{resealed, run, said, sealed, settings};

/// Alpha is listed, bravo suspended; alpha has 60 % of carol for certain and 40 to 60 % of delta.
const LIST: &str = "list,entry,name,announcement,published,effective,confidence
CN-CONTROL,1,Firm Alpha Ltd,N1,2025-01-01,2025-01-01,official
CN-UEL,1,Firm Alpha Ltd,N3,2025-01-01,2025-01-01,official
CN-CONTROL,2,Firm Bravo Ltd,N2,2025-01-01,2025-01-01,official
";
const EVENTS: &str = "list,announcement,entry,event,from,until,confidence
CN-CONTROL,N2,,suspended,2026-01-01,2027-01-01,official
";
const HOLDINGS: &str = "holder,issuer,share_min,share_max,confidence
Firm Alpha Ltd,Firm Carol Ltd,60,60,documented
Firm Alpha Ltd,Firm Delta Ltd,40,60,documented
";

/// The records, and what is said of some parties on a day.
pub(super) struct Case {
    _folder: tempfile::TempDir,
    pub inputs: Inputs,
    pub records: Records,
    pub answers: Vec<Value>,
}

/// What is said of these parties on a day of 2026.
fn case(parties: &[&str]) -> Case {
    let files =
        [("lists/list.csv", LIST), ("lists/events.csv", EVENTS), ("own/holdings.csv", HOLDINGS)];
    Case::of(&files, &["cn-mofcom-61", "cn-listed-50"], "2026-06-01", parties)
}

impl Case {
    /// What is said of parties from files under `lists/` and `own/`.
    pub fn of(files: &[(&str, &str)], rules: &[&str], day: &str, parties: &[&str]) -> Case {
        let folder = tempfile::tempdir().unwrap();
        for sub in ["lists", "own"] {
            std::fs::create_dir(folder.path().join(sub)).unwrap();
        }
        for (file, text) in files {
            std::fs::write(folder.path().join(file), text).unwrap();
        }
        let one = |sub: &str| vec![folder.path().join(sub).display().to_string()];
        let inputs = Inputs { lists: one("lists"), ownership: one("own"), ..Inputs::default() };
        let snapshot = Snapshot::build(read(&inputs).unwrap());
        let settings = settings(&snapshot, rules, day, DEFAULT_FLOOR);
        let run = run(&snapshot, &settings);
        let screener = Screener::new(&snapshot, &settings);
        let answers = parties.iter().map(|name| {
            let party = Party::named(*name);
            sealed(&json::screened(&run, &party, &screener.screen(&party), true))
        });
        let answers = answers.collect();
        let records = read(&inputs).unwrap();
        Case { _folder: folder, inputs, records, answers }
    }

    /// The faults found in the first answer once it is changed and sealed again.
    pub fn faults(&self, change: impl Fn(&mut Value)) -> Vec<String> {
        let mut answer = self.answers[0].clone();
        change(&mut answer);
        resealed(&mut answer);
        let report = verify(&self.records, std::slice::from_ref(&answer));
        report.faults.into_iter().map(|fault| fault.text).collect()
    }

    /// Checks that a change is found, by a fault that says so.
    pub fn finds(&self, fault: &str, change: impl Fn(&mut Value)) {
        let faults = self.faults(change);
        assert!(faults.iter().any(|text| text.contains(fault)), "no `{fault}` in {faults:?}");
    }
}

#[test]
fn every_other_verdict_is_refused() {
    for (name, verdict) in [
        ("Firm Alpha Ltd", "hit"),
        ("Firm Carol Ltd", "hit"),
        ("Firm Bravo Ltd", "review"),
        ("Firm Delta Ltd", "review"),
        ("Quite Another Company", "clear"),
    ] {
        let case = case(&[name]);
        assert_eq!(case.answers[0]["verdict"], verdict, "{:#}", case.answers[0]);
        let report = verify(&case.records, &case.answers);
        assert_eq!((report.answers, report.faults), (1, Vec::new()), "{name}");
        for other in ["clear", "review", "hit"].into_iter().filter(|other| *other != verdict) {
            let expected = format!("the verdict is {other}, from its matches it is {verdict}");
            case.finds(&expected, |answer| answer["verdict"] = other.into());
        }
    }
}

#[test]
fn matches_threshold_and_tier_bear_the_verdict() {
    let hit = case(&["Firm Alpha Ltd"]);
    let shown = hit.answers[0]["matches"].as_array().unwrap().len();
    hit.finds("are counted", |answer| answer["matches_total"] = json!(shown - 1));
    hit.finds("has no matches", |answer| answer["verdict"] = "error".into());
    hit.finds("between 0 and 1", |answer| answer["threshold"] = json!(1.5));
    hit.finds("between 0 and 1", |answer| answer["threshold"] = json!(-0.1));
    hit.finds("from its matches it is review", |answer| {
        for matched in answer["matches"].as_array_mut().unwrap() {
            matched["tier"] = "weak".into();
        }
    });
    hit.finds("its format is not 1", |answer| answer["format"] = json!(2));
    hit.finds("there is no rule", |answer| answer["rules"] = json!(["cn-none"]));
    // A limit may hide what decides: then nothing is said of the verdict.
    let hidden = hit.faults(|answer| {
        answer["matches_total"] = json!(shown + 1);
        answer["verdict"] = "review".into();
    });
    assert!(!hidden.iter().any(|text| text.contains("the verdict")), "{hidden:?}");
    let clear = case(&["Quite Another Company"]);
    clear.finds("0 matches are shown, 1 are counted", |answer| answer["matches_total"] = json!(1));
    for kind in ["possible_link", "list_age"] {
        clear.finds("from its matches it is review", |answer| {
            answer["notes"] = json!([{ "kind": kind, "text": "made up" }]);
        });
    }
    let other = clear.faults(|answer| answer["notes"] = json!([{ "kind": "spelling" }]));
    assert!(!other.iter().any(|text| text.contains("from its matches")), "{other:?}");
}

#[test]
fn a_score_between_the_band_and_the_threshold_is_a_review() {
    let near = case(&["Firm Alpha LLC"]);
    let score = near.answers[0]["matches"][0]["score"].as_f64().unwrap();
    assert!((0.75..0.85).contains(&score), "{score}");
    assert_eq!(near.answers[0]["verdict"], "review");
    near.finds("from its matches it is hit", |answer| answer["threshold"] = json!(score));
    // Just within the band, and with nothing to be said of the entity.
    let within = near.faults(|answer| answer["threshold"] = json!(score + 0.1));
    assert!(!within.iter().any(|text| text.contains("from its matches")), "{within:?}");
    near.finds("the verdict is hit, from its matches it is clear", |answer| {
        answer["threshold"] = json!(score + 0.1001);
        answer["verdict"] = "hit".into();
    });
    near.finds("the verdict is clear, from its matches it is review", |answer| {
        answer["threshold"] = json!(score + 0.1);
        answer["verdict"] = "clear".into();
    });
    // An exact name is a review whatever its score is: that is not worked out again.
    let exact = near.faults(|answer| answer["threshold"] = json!(score + 0.1001));
    assert!(!exact.iter().any(|text| text.contains("from its matches")), "{exact:?}");
    near.finds("nothing is said of it", |answer| {
        answer["matches"][0]["exposures"] = json!([]);
    });
}

#[test]
fn kind_and_confirmation_are_those_of_the_gravest() {
    for (name, kind) in [("Firm Alpha Ltd", "listing"), ("Firm Bravo Ltd", "listing")] {
        let case = case(&[name]);
        assert_eq!(case.answers[0]["verdict_kind"], kind);
        case.finds("the kind of the verdict", |answer| answer["verdict_kind"] = "policy".into());
        case.finds("is to be confirmed", |answer| {
            let confirm = answer["confirm"].as_bool().unwrap();
            answer["confirm"] = json!(!confirm);
        });
    }
    let owned = case(&["Firm Carol Ltd"]);
    owned.finds("the kind of the verdict", |answer| answer["verdict_kind"] = "listing".into());
    // Of two that are named alike, one is listed and the other is owned by who is.
    let twice = |restriction: &str, party: &str| {
        let list = format!(
            "list,name,country,restriction\nCN-CONTROL,Firm Alpha Ltd,,\n\
             CN-CONTROL,Firm Hotel Ltd,CN,{restriction}\n"
        );
        let holdings =
            "holder,issuer,issuer_country,share_min\nFirm Alpha Ltd,Firm Hotel Ltd,GB,60\n";
        let files = [("lists/list.csv", list.as_str()), ("own/holdings.csv", holdings)];
        let twice = Case::of(&files, &["cn-listed-50"], "2026-06-01", &[party]);
        assert_eq!(twice.answers[0]["matches"].as_array().unwrap().len(), 2);
        assert_eq!(verify(&twice.records, &twice.answers).faults, []);
        twice.answers[0]["verdict_kind"].as_str().unwrap().to_owned()
    };
    assert_eq!(twice("", "Firm Hotel Ltd"), "listing", "the listed one is graver");
    // A listing that restricts nothing makes no hit, however well its name fits.
    assert_eq!(twice("none", "Firm Hotel LLC"), "policy");
}

#[test]
fn nothing_that_has_to_be_said_may_be_left_out() {
    let hit = case(&["Firm Alpha Ltd"]);
    let listing = |answer: &Value| {
        let all = answer["matches"][0]["exposures"].as_array().unwrap().iter();
        all.clone().position(|one| one["rule"] == "listing").unwrap()
    };
    hit.finds("it stands on lists with 2 entries", |answer| {
        let at = listing(answer);
        answer["matches"][0]["exposures"].as_array_mut().unwrap().remove(at);
    });
    let owned = case(&["Firm Carol Ltd"]);
    let exposures = owned.answers[0]["matches"][0]["exposures"].as_array().unwrap();
    assert!(exposures.len() > 1, "{exposures:?}");
    for (at, exposure) in exposures.iter().enumerate() {
        let fault = format!("{} says something of it", exposure["rule"].as_str().unwrap());
        owned.finds(&fault, |answer| {
            answer["matches"][0]["exposures"].as_array_mut().unwrap().remove(at);
        });
    }
}

#[test]
fn what_is_said_of_the_run_is_held_against_the_files() {
    let hit = case(&["Firm Alpha Ltd"]);
    hit.finds("lists were read", |answer| {
        answer["lists_checked"].as_array_mut().unwrap().pop();
    });
    hit.finds("has 2 entries", |answer| {
        for list in answer["lists_checked"].as_array_mut().unwrap() {
            list["entries"] = json!(7);
        }
    });
    hit.finds("was checked until", |answer| {
        answer["lists_checked"][0]["checked_until"] = "2031-01-01".into();
    });
    for field in ["lists", "holdings"] {
        let fault = format!("0 rows of {field} were rejected");
        hit.finds(&fault, |answer| answer["rejected"][field] = json!(3));
    }
    hit.finds("has no day", |answer| answer["as_of"] = json!("soon"));
    let mut answers = said(&hit.inputs, &["cn-mofcom-61"], "2026-06-01");
    let expanded = answers.iter().filter(|answer| answer.get("entity").is_some()).count();
    assert!(expanded > 2);
    answers.truncate(expanded);
    assert_eq!(verify(&hit.records, &answers).faults, []);
    assert_eq!(verify(&hit.records, &answers).answers, expanded);
    let counted = |said: usize| {
        let mut counted = answers.clone();
        counted[0]["entities"] = json!(said);
        resealed(&mut counted[0]);
        verify(&hit.records, &counted)
            .faults
            .into_iter()
            .map(|fault| fault.text)
            .collect::<Vec<_>>()
    };
    assert_eq!(counted(expanded), Vec::<String>::new());
    let lost = format!("the expansion had {} entities, {expanded} are left", expanded + 1);
    assert_eq!(counted(expanded + 1), [lost]);
}

#[test]
fn an_input_is_the_file_that_was_read() {
    let hit = case(&["Firm Alpha Ltd"]);
    assert_eq!(hit.faults(|_| ()), Vec::<String>::new());
    let at = hit.answers[0]["inputs"].as_array().unwrap().iter();
    let at = at.clone().position(|input| input["file"] == "holdings.csv").unwrap();
    hit.finds("holdings.csv is not the file that was read", |answer| {
        answer["inputs"][at]["digest"] = "00".into();
    });
    hit.finds("lists were read", |answer| answer["lists_checked"][0]["list"] = "CN-WATCH".into());
    // Two rows of the holdings cannot be read, and one of the lists.
    let files = [
        (
            "lists/list.csv",
            "list,name,published\nCN-CONTROL,Firm Alpha Ltd,\nCN-CONTROL,Bad,soon\n",
        ),
        ("own/holdings.csv", "holder,issuer,share_min\nA,B,x\nFirm Alpha Ltd,C Ltd,60\nA,B,y\n"),
    ];
    let rejected = Case::of(&files, &["cn-mofcom-61"], "2026-06-01", &["Firm Alpha Ltd"]);
    assert_eq!(rejected.answers[0]["rejected"], json!({ "lists": 1, "holdings": 2 }));
    assert_eq!(rejected.faults(|_| ()), Vec::<String>::new());
    rejected.finds("1 rows of lists were rejected", |answer| {
        answer["rejected"]["lists"] = json!(2);
    });
}

#[test]
fn what_could_not_be_screened_has_no_matches_and_no_verdict() {
    let clear = case(&["Quite Another Company"]);
    assert_eq!(clear.faults(|answer| answer["verdict"] = "error".into()), Vec::<String>::new());
}
