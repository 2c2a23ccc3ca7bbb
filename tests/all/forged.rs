//! What `verify` says of an exposure that was changed and sealed again: the fault by its name; and
//! what it confirms of cases too rare for random worlds.

use parentage::verify::verify;
use serde_json::{Value, json};

use crate::verdicts::Case;
use crate::verify::said;

const ALL: &[&str] = &["cn-mofcom-61", "us-ofac-50", "uk-ofsi", "cn-dual-use-20-3"];

const DAY: &str = "2026-10-20";

/// The case of one party; what the engine says of it, and of everybody, is confirmed.
fn case(list: &str, holdings: &str, rules: &[&str], party: &str) -> Case {
    let files = [("lists/list.csv", list), ("own/holdings.csv", holdings)];
    let case = Case::of(&files, rules, DAY, &[party]);
    let faults = verify(&case.records, &case.answers).faults;
    assert_eq!(faults, [], "{:#}", case.answers[0]);
    assert_eq!(verify(&case.records, &said(&case.inputs, rules, DAY)).faults, []);
    case
}

/// The exposure of a rule in the first match of an answer.
fn of<'v>(answer: &'v mut Value, rule: &str) -> &'v mut Value {
    let all = answer["matches"][0]["exposures"].as_array_mut().unwrap();
    all.iter_mut().find(|one| one["rule"] == rule).expect("the rule says something")
}

/// Leaves out the row between a holder and an issuer.
fn without(exposure: &mut Value, holder: &str, issuer: &str) {
    let rows = exposure["evidence"].as_array_mut().unwrap();
    let before = rows.len();
    rows.retain(|row| row["holder"] != holder || row["issuer"] != issuer);
    assert_eq!(rows.len(), before - 1, "{holder} holds {issuer}");
}

const LIST: &str = "list,entry,name,restriction
EU-FSF,5,Alpha,
CN-CONTROL,1,Alpha,
CN-CONTROL,2,Bravo,none
US-SDN,3,Alpha,
UK-SANCTIONS,4,Alpha,asset_freeze
";

#[test]
fn a_proof_with_a_hole_proves_nothing() {
    let chain = "holder,issuer,share_min,interest
Alpha,Carol,60,
Carol,Delta,60,
Delta,Echo,,branch
Echo,Foxtrot,60,
";
    let of_foxtrot = case(LIST, chain, ALL, "Foxtrot");
    for (holder, issuer) in [("Alpha", "Carol"), ("Carol", "Delta"), ("Delta", "Echo")] {
        of_foxtrot.finds("the rows and listings cited do not prove it", |answer| {
            without(of(answer, "cn-mofcom-61"), holder, issuer);
        });
    }
    // The listing that restricts something makes it; the other alone would not.
    let both = "holder,issuer,share_min\nAlpha,Carol,60\nBravo,Carol,60\n";
    let of_carol = case(LIST, both, ALL, "Carol");
    of_carol.finds("the rows and listings cited do not prove it", |answer| {
        let listed = of(answer, "cn-mofcom-61")["listed"].as_array_mut().unwrap();
        assert_eq!(listed.len(), 2);
        listed.retain(|one| one["name"] != "Alpha");
    });
    of_carol.finds("a reached holder of it is not cited", |answer| {
        without(of(answer, "cn-mofcom-61"), "Bravo", "Carol");
    });
}

#[test]
fn what_is_assumed_lies_within_what_is_recorded_and_is_enough() {
    let range = "holder,issuer,share_min,share_max\nAlpha,Carol,40,60\n";
    let of_carol = case(LIST, range, ALL, "Carol");
    let assumes = |change: fn(&mut Value)| {
        move |answer: &mut Value| change(&mut of(answer, "cn-mofcom-61")["assumed"][0])
    };
    of_carol.finds(
        "with the shares assumed the rule is not met",
        assumes(|one| {
            one["share"] = "49".into();
        }),
    );
    of_carol.finds("lies outside what is recorded", assumes(|one| one["share"] = "61".into()));
    of_carol.finds("fits no row that is cited", assumes(|one| one["holder"] = "Bravo".into()));
    of_carol.finds("fits no row that is cited", assumes(|one| one["issuer"] = "Bravo".into()));
    of_carol.finds("fits no row that is cited", assumes(|one| one["interest"] = "votes".into()));
    of_carol.finds("fits no row that is cited", assumes(|one| one["share"] = "much".into()));
}

#[test]
fn a_flag_is_what_the_rule_does_not_reach() {
    let control = "holder,issuer,share_min,interest\nAlpha,Carol,,control\nAlpha,Delta,,control
Alpha,Delta,60,equity\nDelta,Delta,10,equity\n";
    let of_carol = case(LIST, control, ALL, "Carol");
    let flag = "cn-mofcom-61";
    of_carol.finds("no listed or reached holder is cited that controls it", |answer| {
        of(answer, flag)["listed"] = json!([]);
    });
    // Rows of another entity, or of another interest, show no control.
    let of_delta = case(LIST, control, ALL, "Delta");
    of_delta.finds("no listed or reached holder is cited that controls it", |answer| {
        let one = of(answer, flag);
        (one["certainty"], one["basis"]) = ("flag".into(), "control".into());
    });
    of_delta.finds("from the records its holders may meet the rule", |answer| {
        of(answer, flag)["certainty"] = "flag".into();
    });
    let look_through = "holder,issuer,share_min\nAlpha,Carol,40\nCarol,Delta,100\nBravo,Carol,5\n";
    let of_delta = case(LIST, look_through, ALL, "Delta");
    for change in
        [(|one| without(one, "Alpha", "Carol")) as fn(&mut Value), |one| one["listed"] = json!([])]
    {
        of_delta.finds("a listed owner cited does not lead to it", |answer| {
            change(of(answer, flag));
        });
    }
}

#[test]
fn a_rule_about_some_countries_is_certain_of_these_alone() {
    let held = |country: &str| {
        format!("holder,issuer,issuer_country,share_min\nAlpha,Carol,{country},100\n")
    };
    let nowhere = case(LIST, &held(""), ALL, "Carol");
    let fault = "the rule does not show issuers of its country, or not for certain";
    nowhere.finds(fault, |answer| of(answer, "cn-dual-use-20-3")["certainty"] = "certain".into());
    let elsewhere = case(LIST, &held("GB"), ALL, "Carol");
    for certainty in ["certain", "possible"] {
        elsewhere.finds(fault, |answer| {
            let one = of(answer, "cn-mofcom-61");
            one["rule"] = "cn-dual-use-20-3".into();
            one["certainty"] = certainty.into();
        });
    }
}

#[test]
fn an_exposure_is_about_the_entity_that_is_named() {
    let two = "holder,issuer,share_min\nAlpha,Carol,60\nAlpha,Delta,60\n";
    let of_carol = case(LIST, two, ALL, "Carol");
    of_carol.finds("the evidence is not about Delta", |answer| {
        answer["matches"][0]["entity"]["name"] = "Delta".into();
    });
    of_carol.finds("nothing in the records has Delta for a name of it", |answer| {
        answer["matches"][0]["name"] = "Delta".into();
    });
}

#[test]
fn an_alias_is_a_name_whatever_the_day() {
    let list = "list,name,aliases,weak_aliases,effective\nCN-CONTROL,Alpha,,,\n\
                CN-UEL,Alpha,Quite Other Words,Zed,2027-01-01\nCN-UEL,Bravo,Yankee,,\n";
    for party in ["Quite Other Words", "Zed"] {
        let by_alias = case(list, "holder,issuer\n", &["cn-listed-50"], party);
        assert_eq!(by_alias.answers[0]["matches"][0]["name"], party);
        // Another's alias is no name of it.
        by_alias.finds("nothing in the records has Yankee for a name of it", |answer| {
            answer["matches"][0]["name"] = "Yankee".into();
        });
    }
}

#[test]
fn rare_cases_are_confirmed() {
    // A declared total of exactly the whole leaves no room.
    let full = "holder,issuer,share_min,share_max\nAlpha,Carol,40,60\nZulu,Carol,60,\n";
    let of_carol = case(LIST, full, ALL, "Carol");
    assert_eq!(of_carol.answers[0]["matches"][0]["exposures"][0]["certainty"], "flag");
    // Two in force together; one suspended alone.
    let together = "holder,issuer,share_min\nAlpha,Delta,25\nGolf,Delta,25\nHotel,Delta,50\n";
    let list =
        "list,name,announcement\nCN-CONTROL,Alpha,N1\nCN-CONTROL,Golf,N1\nCN-CONTROL,Hotel,N2\n";
    let events =
        "list,announcement,event,from,confidence\nCN-CONTROL,N2,suspended,2026-01-01,official\n";
    let files =
        [("lists/list.csv", list), ("lists/events.csv", events), ("own/holdings.csv", together)];
    let of_delta = Case::of(&files, &["cn-mofcom-61"], DAY, &["Delta"]);
    assert_eq!(verify(&of_delta.records, &of_delta.answers).faults, []);
    let exposure = &of_delta.answers[0]["matches"][0]["exposures"][0];
    assert_eq!(
        (&exposure["basis"], &exposure["listing_status"]),
        (&json!("aggregate"), &json!("in_force"))
    );
    // Under a direct reading a branch goes with what is reached, which holds some of it besides.
    let direct = "holder,issuer,share_min,interest
Alpha,Carol,60,
Zulu,Delta,,branch
Carol,Delta,10,
Carol,Delta,,branch
Alpha,Golf,,control
Carol,Golf,,branch
";
    for party in ["Delta", "Golf"] {
        case(LIST, direct, &["cn-mofcom-61/direct", "eu-50/direct", "uk-ofsi/direct"], party);
    }
    // Who holds nothing of it is no holder.
    let nothing = "holder,issuer,share_min,interest\nAlpha,Carol,60,\nBravo,Carol,0,\nBravo,Carol,0,unspecified\n";
    let of_carol = case(LIST, nothing, ALL, "Carol");
    assert_eq!(
        of_carol.answers[0]["matches"][0]["exposures"][0]["evidence"].as_array().unwrap().len(),
        1
    );
    // Only who controls makes a flag of control.
    let files = [
        ("lists/list.csv", list),
        ("lists/events.csv", events),
        (
            "own/holdings.csv",
            "holder,issuer,share_min,interest\nHotel,Delta,,control\nAlpha,Delta,10,\n",
        ),
    ];
    let of_delta = Case::of(&files, &["cn-mofcom-61"], DAY, &["Delta"]);
    assert_eq!(verify(&of_delta.records, &of_delta.answers).faults, []);
    let exposure = &of_delta.answers[0]["matches"][0]["exposures"][0];
    assert_eq!(
        (&exposure["basis"], &exposure["listing_status"]),
        (&json!("control"), &json!("suspended"))
    );
    // Arrangements that share a member are one; the member that joins them is nobody listed.
    let joint = "holder,issuer,share_min\nAlpha,Carol,30\nGolf,Carol,30\n";
    let frozen =
        "list,name,restriction\nUK-SANCTIONS,Alpha,asset_freeze\nUK-SANCTIONS,Golf,asset_freeze\n";
    for (groups, certainty) in [
        ("group,member\ng,Alpha\ng,Zulu\nh,Zulu\nh,Golf\n", "certain"),
        ("group,member\nh,Zulu\nh,Golf\ng,Alpha\ng,Zulu\n", "certain"),
        ("group,member\ng,Alpha\ng,Zulu\nh,Yankee\nh,Golf\n", "flag"),
    ] {
        let files =
            [("lists/list.csv", frozen), ("own/holdings.csv", joint), ("own/groups.csv", groups)];
        let of_carol = Case::of(&files, &["uk-ofsi"], DAY, &["Carol"]);
        assert_eq!(verify(&of_carol.records, &of_carol.answers).faults, []);
        assert_eq!(of_carol.answers[0]["matches"][0]["exposures"][0]["certainty"], certainty);
    }
    // Programmes are added up each for itself, but for listings that name none.
    for (programmes, certainty) in
        [(["A;B", "B"], "certain"), (["A", "B"], "flag"), (["", ""], "certain")]
    {
        let [one, other] = programmes;
        let sectoral = format!("list,name,programmes\nUS-SSI,Alpha,{one}\nUS-SSI,Golf,{other}\n");
        let of_carol = case(&sectoral, joint, &["us-ofac-ssi-50"], "Carol");
        assert_eq!(of_carol.answers[0]["matches"][0]["exposures"][0]["certainty"], certainty);
    }
    // Where nobody knows the country, what is certain is only possible: the end is that of its status.
    let files = [
        (
            "lists/list.csv",
            "list,name,announcement,restriction\nCN-CONTROL,Alpha,N1,none\nCN-CONTROL,Hotel,N2,export_ban\n",
        ),
        ("lists/events.csv", events),
        (
            "own/holdings.csv",
            "holder,issuer,share_min,share_max\nAlpha,Delta,0,100\nHotel,Delta,100,\nZulu,Delta,10,\n",
        ),
    ];
    let of_delta = Case::of(&files, &["cn-dual-use-20-3"], DAY, &["Delta"]);
    assert_eq!(verify(&of_delta.records, &of_delta.answers).faults, []);
    assert_eq!(of_delta.answers[0]["matches"][0]["exposures"].as_array().unwrap().len(), 2);
    // Who is reached by multiplied shares alone may control another.
    let ring = "holder,issuer,share_min,interest\nAlpha,Ringo,20,\nAlpha,Tango,20,
Ringo,Tango,80,\nTango,Ringo,80,\nRingo,Delta,,control\n";
    for rule in ["us-ofac-50/multiplied", "us-ofac-50/either"] {
        case(LIST, ring, &[rule], "Delta");
    }
    // Under a direct reading what is held of a branch besides is not summed with its head office's.
    let besides = "holder,issuer,share_min,interest
Alpha,Zed,60,
Zed,Delta,,branch
Zed,Delta,10,
Alpha,Delta,49.9,
";
    let of_delta = case(LIST, besides, &["us-ofac-50/direct"], "Delta");
    let exposure = &of_delta.answers[0]["matches"][0]["exposures"][0];
    assert_eq!((&exposure["basis"], &exposure["share"]), (&json!("branch"), &Value::Null));
    // Shares and votes side by side, of which only one is held by who counts.
    let votes = "holder,issuer,share_min,share_max,interest
Alpha,Delta,0,40,equity
Alpha,Delta,0,,votes
Alpha,Carol,40,,equity
Carol,Delta,60,,equity
Carol,Delta,10,,votes
";
    let of_delta = case(LIST, votes, &["uk-ofsi"], "Delta");
    let exposure = &of_delta.answers[0]["matches"][0]["exposures"][0];
    assert_eq!(exposure["share"], json!({ "low": "0", "high": "40" }), "{exposure:#}");
}

#[test]
fn an_expansion_is_whole_and_tells_nobody_twice() {
    let two = "holder,issuer,share_min\nAlpha,Carol,60\nAlpha,Delta,60\n";
    let of_carol = case(LIST, two, ALL, "Carol");
    let mut all = said(&of_carol.inputs, ALL, DAY);
    all.retain(|answer| answer.get("verdict").is_none());
    assert_eq!(verify(&of_carol.records, &all).faults, []);
    let finds = |fault: &str, answers: &[Value]| {
        let faults = verify(&of_carol.records, answers).faults;
        assert!(faults.iter().any(|one| one.text.contains(fault)), "no `{fault}` in {faults:?}");
    };
    finds("answers before it are left out", &all[1..]);
    finds("are left", &all[..all.len() - 1]);
    let mut twice = all.clone();
    twice[1] = twice[2].clone();
    finds("is told twice", &twice);
    let mut elsewhen = all.clone();
    elsewhen[1]["as_of"] = "2026-10-21".into();
    finds("of one day", &elsewhen);
    // Two runs one after the other are two.
    assert_eq!(verify(&of_carol.records, &[all.clone(), all.clone()].concat()).faults, []);
    finds("are left", &[all.clone(), all[..2].to_vec()].concat());
}

#[test]
fn nothing_is_left_out_and_nothing_told_twice() {
    let rows = "holder,issuer,share_min,interest\nAlpha,Carol,60,\nAlpha,Delta,,control\nEcho,Alpha,,branch\n";
    let of_carol = case(LIST, rows, ALL, "Carol");
    for key in ["format", "notes", "verdict_kind", "inputs", "floor", "ownership"] {
        let fault = format!("`{key}` is left out");
        of_carol.finds(&fault, |answer| drop(answer.as_object_mut().unwrap().remove(key)));
    }
    of_carol.finds("`country` is left out", |answer| {
        drop(answer["query"].as_object_mut().unwrap().remove("country"));
    });
    of_carol.finds("`tier` is left out", |answer| {
        drop(answer["matches"][0].as_object_mut().unwrap().remove("tier"));
    });
    for key in ["basis", "share", "confidence", "restriction"] {
        of_carol.finds(&format!("`{key}` is left out"), |answer| {
            drop(of(answer, "cn-mofcom-61").as_object_mut().unwrap().remove(key));
        });
    }
    of_carol.finds("`until` is left out", |answer| {
        drop(of(answer, "cn-mofcom-61")["evidence"][0].as_object_mut().unwrap().remove("until"));
    });
    of_carol.finds("is told twice", |answer| {
        let exposures = answer["matches"][0]["exposures"].as_array_mut().unwrap();
        exposures.push(exposures[0].clone());
    });
    for cited in ["evidence", "listed"] {
        of_carol.finds(&format!("`{cited}` is no array"), |answer| {
            of(answer, "cn-mofcom-61")[cited] = Value::Null;
        });
        of_carol.finds("is cited twice", |answer| {
            let all = of(answer, "cn-mofcom-61")[cited].as_array_mut().unwrap();
            all.push(all[0].clone());
        });
    }
    of_carol.finds("how its ownership is known", |answer| answer["ownership"] = "partly".into());
    of_carol.finds("was read and is left out of the inputs", |answer| {
        drop(answer["inputs"].as_array_mut().unwrap().pop());
    });
    of_carol.finds("more inputs are named", |answer| {
        let all = answer["inputs"].as_array_mut().unwrap();
        let one = json!({ "file": "other.csv", "digest": "00" });
        all.extend([one.clone(), one]);
    });
    // A holder that is only reached controls it.
    let reached = "holder,issuer,share_min,interest\nAlpha,Carol,60,\nCarol,Foxtrot,,control\n";
    case(LIST, reached, ALL, "Foxtrot").finds("cn-mofcom-61 says something of it", |answer| {
        let all = answer["matches"][0]["exposures"].as_array_mut().unwrap();
        all.retain(|one| one["rule"] != "cn-mofcom-61");
    });
    // Flags that rest on rows alone, under rules that multiply too.
    let rules = &["cn-mofcom-61", "cn-mofcom-61/multiplied", "cn-mofcom-61/either"];
    for name in ["Delta", "Echo"] {
        let flagged = case(LIST, rows, rules, name);
        for rule in rules {
            flagged.finds(&format!("{rule} says something of it"), |answer| {
                let all = answer["matches"][0]["exposures"].as_array_mut().unwrap();
                let before = all.len();
                all.retain(|one| one["rule"] != *rule);
                assert_eq!(all.len(), before - 1, "{name} is flagged by {rule}");
            });
        }
    }
}

#[test]
fn whoever_bears_the_name_is_among_the_matches() {
    let rows = "holder,issuer,share_min\nAlpha,Carol,60\n";
    for name in ["Alpha", "Carol"] {
        let named = case(LIST, rows, ALL, name);
        named.finds("an entity of exactly this name is left out", |answer| {
            answer["matches"] = json!([]);
            answer["matches_total"] = json!(0);
            answer["verdict"] = "clear".into();
            answer["verdict_kind"] = Value::Null;
            answer["confirm"] = false.into();
        });
    }
}

#[test]
fn whoever_nothing_is_said_of_is_no_match_and_an_error_has_none() {
    let rows = "holder,issuer,share_min\nAlpha,Carol,60\nGolf,Carol,40\n";
    assert_eq!(case(LIST, rows, ALL, "Golf").answers[0]["matches"], json!([]));
    let error = case(LIST, rows, ALL, "Carol").faults(|answer| {
        (answer["matches"], answer["matches_total"]) = (json!([]), json!(0));
        (answer["verdict"], answer["verdict_kind"]) = ("error".into(), Value::Null);
        answer["confirm"] = false.into();
    });
    assert_eq!(error, [""; 0]);
}

#[test]
fn what_carries_under_rules_that_multiply_is_checked() {
    let rows = "holder,issuer,share_min,interest\nAlpha,Carol,,control\nAlpha,Delta,60,\nDelta,Echo,,branch\n";
    let rule = "uk-ofsi/multiplied";
    let of_carol = case(LIST, rows, &[rule], "Carol");
    assert_eq!(of(&mut of_carol.answers[0].clone(), rule)["basis"], "control");
    let fault = "its basis and share are not those of the rows cited";
    let of_delta = case(LIST, rows, &[rule], "Delta");
    for basis in ["branch", "control"] {
        of_delta.finds(fault, |answer| {
            let one = of(answer, rule);
            (one["basis"], one["share"]) = (basis.into(), Value::Null);
        });
    }
    // The chain goes by a branch, but it does not lie at Delta.
    case(LIST, rows, &[rule], "Echo").finds(fault, |answer| {
        of(answer, rule)["basis"] = "control".into();
    });
    let nowhere = "holder,issuer,share_min\nAlpha,Carol,100\n";
    let country = "cn-dual-use-20-3/multiplied";
    let of_carol = case(LIST, nowhere, &[country], "Carol");
    of_carol.finds("the rule does not show issuers of its country", |answer| {
        of(answer, country)["certainty"] = "certain".into();
    });
}

#[test]
fn what_does_not_rest_on_multiplied_shares_is_checked_under_rules_that_multiply() {
    let rows = "holder,issuer,share_min,share_max,interest\nAlpha,Carol,60,,\nCarol,Delta,,,branch
Alpha,Echo,40,60,\n";
    for rule in ["cn-mofcom-61/multiplied", "cn-mofcom-61/either"] {
        let of_carol = case(LIST, rows, &[rule], "Carol");
        of_carol.finds("no rows and listings are cited", |answer| {
            of(answer, rule)["evidence"] = json!([]);
        });
        of_carol.finds("no rows and listings are cited", |answer| {
            of(answer, rule)["listed"] = json!([]);
        });
        for (key, value) in [
            ("listing_status", json!("suspended")),
            ("restriction", json!("none")),
            ("confidence", json!("unverified")),
            ("confirm", json!(false)),
            ("basis", json!("branch")),
            ("share", Value::Null),
        ] {
            let before = of(&mut of_carol.answers[0].clone(), rule)[key].clone();
            if before == value {
                continue;
            }
            assert_ne!(of_carol.faults(|answer| of(answer, rule)[key] = value.clone()), [""; 0]);
        }
        // One that is listed is not reached in its stead.
        let of_alpha = case(LIST, rows, &[rule], "Alpha");
        of_alpha.finds("no rows and listings are cited", |answer| {
            of(answer, rule)["certainty"] = "certain".into();
        });
        of_alpha.finds("says something of it, and that is left out", |answer| {
            of(answer, rule)["certainty"] = "certain".into();
        });
    }
    let either = "cn-mofcom-61/either";
    let of_delta = case(LIST, rows, &[either], "Delta");
    of_delta.finds("from the records it is certain", |answer| {
        of(answer, either)["certainty"] = "possible".into();
    });
}
