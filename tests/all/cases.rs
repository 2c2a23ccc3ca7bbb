//! Cases of law worked by hand from the official texts, each with its source: the facts in a few
//! letters, who is reached, and who is only to be looked at.

use serde_json::{Value, json};

use crate::worked_cases::{outcome, snapshot, word};

struct Case {
    source: &'static str,
    rule: &'static str,
    list: &'static str,
    day: &'static str,
    listed: &'static str,
    /// `holder>issuer percent`, `holder>issuer low-high`, `holder>issuer branch`, `... control`,
    /// `... 60 votes`, `... ?` for a share that nobody knows.
    holdings: &'static str,
    /// Joint arrangements: members side by side.
    groups: &'static [&'static str],
    reached: &'static str,
    /// Possible, or flagged.
    looked_at: &'static str,
    /// Not reached and not to be looked at.
    clear: &'static str,
}

const NOTHING: Case = Case {
    source: "",
    rule: "",
    list: "",
    day: "2025-06-30",
    listed: "X",
    holdings: "",
    groups: &[],
    reached: "",
    looked_at: "",
    clear: "",
};

const OFAC: Case = Case { rule: "us-ofac-50", list: "US-SDN", ..NOTHING };
const BIS: Case =
    Case { rule: "us-bis-affiliates", list: "US-ENTITY", day: "2025-10-20", ..NOTHING };
const EU: Case = Case { rule: "eu-50", list: "EU-FSF", ..NOTHING };
const UK: Case = Case { rule: "uk-ofsi", list: "UK-SANCTIONS", ..NOTHING };
const SWISS: Case = Case { rule: "ch-seco", list: "CH-SECO", ..NOTHING };
const CANADA: Case = Case { rule: "ca-sema", list: "CA-SEMA", ..NOTHING };
const CHINA: Case = Case { rule: "cn-mofcom-61", list: "CN-CONTROL", day: "2025-10-20", ..NOTHING };

const CASES: &[Case] = &[
    Case {
        source: "OFAC FAQ 401, first example: each step is looked at for itself, 25 % multiplied through does not matter",
        holdings: "X>A 50; A>B 50",
        reached: "A B",
        ..OFAC
    },
    Case {
        source: "OFAC FAQ 401: two blocked subsidiaries with a quarter each",
        holdings: "X>A 50; X>B 50; A>C 25; B>C 25",
        reached: "A B C",
        ..OFAC
    },
    Case {
        source: "OFAC FAQ 401: a quarter of a company does not make its holdings count",
        holdings: "X>A 25; X>B 25; A>C 50; B>C 50",
        looked_at: "A B C",
        ..OFAC
    },
    Case {
        source: "OFAC FAQ 399 and guidance of 2014-08-13: several blocked persons are added up",
        listed: "X Y",
        holdings: "X>A 25; Y>A 25",
        reached: "A",
        ..OFAC
    },
    Case {
        source: "OFAC guidance of 2014-08-13 revises that of 2008: before it nobody was added up",
        day: "2014-08-12",
        listed: "X Y",
        holdings: "X>A 25; Y>A 25; X>B 50",
        reached: "B",
        looked_at: "A",
        ..OFAC
    },
    Case {
        source: "OFAC FAQ 398: control without ownership does not block, but calls for caution",
        holdings: "X>A 10; P>A 90; X>A control",
        looked_at: "A",
        ..OFAC
    },
    Case {
        source: "15 CFR 744 Supp. 8 (b): owned by what is itself restricted through ownership",
        holdings: "X>A 50; A>B 50; B>C 50",
        reached: "A B C",
        ..BIS
    },
    Case {
        source: "90 FR 47201, Red Flag 29: a listed owner whose share nobody can find out",
        holdings: "X>A ?",
        looked_at: "A",
        ..BIS
    },
    Case {
        source: "FR Doc. 2025-19846: stayed from 2025-11-10, so a hit becomes a matter to look at",
        day: "2025-11-10",
        holdings: "X>A 100",
        reached: "A",
        ..BIS
    },
    Case {
        source: "Commission FAQ 8: 30 % and 25 % of two listed persons",
        listed: "P Q",
        holdings: "P>A 30; Q>A 25",
        reached: "A",
        ..EU
    },
    Case {
        source: "EU Best Practices of 2024-07-03: 50 % is enough",
        holdings: "X>A 50; Z>A 50",
        reached: "A",
        ..EU
    },
    Case {
        source: "EU Best Practices before 2024-07-03: more than 50 %",
        day: "2024-07-02",
        holdings: "X>A 50; X>B 50.0000001",
        reached: "B",
        looked_at: "A",
        ..EU
    },
    Case {
        source: "EU Best Practices: control by any criterion",
        holdings: "X>A 20; X>A control; A>B 60",
        reached: "A B",
        ..EU
    },
    Case {
        source: "SI 2019/855 reg. 7: more than 50 %, one designated person at a time",
        listed: "P Q",
        holdings: "P>A 40; Q>A 40; P>B 50; P>C 50.01",
        reached: "C",
        looked_at: "A B",
        ..UK
    },
    Case {
        source: "OFSI guidance 4.1.4: a joint arrangement between designated persons",
        listed: "P Q",
        holdings: "P>A 40; Q>A 40",
        groups: &["P Q"],
        reached: "A",
        ..UK
    },
    Case {
        source: "SI 2019/855 reg. 7: shares or votes, never added to each other",
        holdings: "X>A 30; X>A 60 votes; X>B 30; X>B 30 votes",
        reached: "A",
        looked_at: "B",
        ..UK
    },
    Case {
        source: "SECO guidance of 2024: more than 50 %, several added up",
        listed: "P Q",
        holdings: "P>A 30; Q>A 25; P>B 50",
        reached: "A",
        looked_at: "B",
        ..SWISS
    },
    Case {
        source: "SEMA s. 2.1: 50 %, of one person",
        listed: "P Q",
        holdings: "P>A 50; P>B 30; Q>B 30",
        reached: "A",
        looked_at: "B",
        ..CANADA
    },
    Case {
        source: "SEMA s. 2.1 has no effect before 2023-06-22",
        day: "2023-06-21",
        holdings: "X>A 100",
        clear: "A",
        ..CANADA
    },
    Case {
        source: "MOFCOM 61/2025, II: 50 % and above, subsidiaries and branches",
        holdings: "X>A 50; Z>A 50; X>B branch; B>C 50; X>D 49.9999999",
        reached: "A B C",
        looked_at: "D",
        ..CHINA
    },
    Case {
        source: "MOFCOM 61/2025, II: downwards only; neither parents nor sisters",
        holdings: "P>X 100; P>S 100",
        clear: "P S",
        ..CHINA
    },
    Case {
        source: "MOFCOM 61/2025, II read for each listed party alone: the text is silent on adding up",
        rule: "cn-mofcom-61/single",
        listed: "X Y",
        holdings: "X>A 30; Y>A 30; X>B 60; B>C 50",
        reached: "B C",
        looked_at: "A",
        ..CHINA
    },
    Case {
        source: "MOFCOM 61/2025, II read without indirect holdings: the text is silent on them",
        rule: "cn-mofcom-61/direct",
        holdings: "X>A 60; A>B 60; A>C branch",
        reached: "A C",
        looked_at: "B",
        ..CHINA
    },
    Case {
        source: "Dual-use Regulations art. 20(3): wholly owned",
        rule: "cn-dual-use-20-3",
        holdings: "X>A 100; X>B 99.9999999",
        // Nobody says in these facts that they are in China.
        looked_at: "A",
        clear: "B",
        ..CHINA
    },
];

fn facts(case: &Case) -> Value {
    let names = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let (mut holdings, mut branches, mut control) = (Vec::new(), Vec::new(), Vec::new());
    for text in case.holdings.split("; ").filter(|text| !text.is_empty()) {
        let (pair, what) = text.split_once(' ').unwrap();
        let (owner, owned) = pair.split_once('>').unwrap();
        match what {
            "branch" => branches.push(json!([owner, owned])),
            "control" => control.push(json!([owner, owned])),
            "?" => holdings.push(json!({"owner": owner, "owned": owned, "pct": null})),
            share => {
                let (share, class) = share.split_once(' ').unwrap_or((share, ""));
                let class = if class == "votes" { "voting" } else { "" };
                holdings
                    .push(json!({"owner": owner, "owned": owned, "pct": share, "class": class}));
            }
        }
    }
    let groups: Vec<Vec<String>> = case.groups.iter().map(|group| names(group)).collect();
    json!({
        "id": case.source, "listed": names(case.listed), "holdings": holdings,
        "branches": branches, "control": control, "groups": groups,
    })
}

#[test]
fn the_law_comes_out_as_the_official_texts_have_it() {
    for case in CASES {
        let snapshot = snapshot(&facts(case), &[case.list]);
        for (entities, expected) in [
            (case.reached, "restricted"),
            (case.looked_at, "red_flag"),
            (case.clear, "not_restricted"),
        ] {
            let entities: Vec<&str> = entities.split_whitespace().collect();
            for (entity, found) in
                entities.iter().zip(outcome(&snapshot, case.rule, case.day, &entities))
            {
                assert_eq!(word(found), expected, "{entity} in {}", case.source);
            }
        }
    }
}
