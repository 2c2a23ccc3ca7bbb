//! The verdicts on the embedded data that the announcements and the records entail.

use std::sync::OnceLock;

use super::*;
use crate::expand::{Certainty, ExposureKind};
use crate::model::{Countries, Restriction, Status};
use crate::source::{Inputs, read};

fn embedded() -> &'static Snapshot {
    static SNAPSHOT: OnceLock<Snapshot> = OnceLock::new();
    SNAPSHOT.get_or_init(|| Snapshot::build(read(&Inputs::default()).unwrap()))
}

fn settings(snapshot: &Snapshot, day: &str) -> Settings {
    Settings {
        day: Day::parse(day).unwrap(),
        rules: select_rules(snapshot, &[]).unwrap(),
        threshold: DEFAULT_THRESHOLD,
        limit: 10,
        max_list_age: None,
        floor: DEFAULT_FLOOR,
        profile: None,
    }
}

fn screen(name: &str, day: &str) -> Verdict {
    let settings = settings(embedded(), day);
    Screener::new(embedded(), &settings).screen(&Party::named(name))
}

/// Verdict, kind and whether it is to be confirmed.
fn short(name: &str, day: &str) -> String {
    let verdict = screen(name, day);
    let kind = verdict.kind.map_or("-", ExposureKind::as_str);
    let confirm = if verdict.confirm { ", to be confirmed" } else { "" };
    format!("{} {kind}{confirm}", verdict.answer)
}

#[test]
fn listed_names_hit_however_they_are_written() {
    for name in [
        "Lockheed Martin Corporation",
        "Lockheed Martin",
        "洛克希德·马丁公司",
        "Tech Insights Inc",
        "TechInsights Europe Ltd",
        "L3Harris Technologies, Inc.",
        "Huntington Ingalls Industries",
    ] {
        assert_eq!(short(name, "2026-11-01"), "hit listing", "{name}");
    }
}

#[test]
fn nobody_is_listed_before_the_notice() {
    for (name, day, expected) in [
        ("TECHINSIGHTS EUROPE LIMITED", "2025-10-08", "clear -"),
        ("TECHINSIGHTS EUROPE LIMITED", "2025-10-09", "hit listing"),
        ("SUBARU CORP", "2026-02-23", "clear -"),
        ("SUBARU CORP", "2026-02-24", "hit listing"),
    ] {
        assert_eq!(short(name, day), expected, "{name} on {day}");
    }
    let subaru = &screen("SUBARU CORP", "2026-02-24").matches[0];
    let law = subaru.exposures.iter().find(|one| one.rule == "cn-mofcom-61").unwrap();
    assert_eq!(law.rule_status, Some(Status::Suspended));
    assert_eq!(subaru.exposures[0].restriction, Some(Restriction::Licence));
}

#[test]
fn suspended_stopped_and_unrestricted_listings_are_for_review() {
    for (name, day, expected) in [
        ("Skydio Inc", "2026-11-01", "review listing"),
        ("Skydio Inc", "2026-11-24", "hit listing, to be confirmed"),
        ("Shield AI Inc.", "2026-11-01", "review listing"),
        ("Shield AI Inc.", "2026-11-24", "review listing"),
        ("PVH Group", "2026-11-01", "review listing"),
        ("Illumina Inc", "2026-11-01", "review listing"),
        ("Illumina Inc", "2025-06-01", "hit listing"),
        ("Calvin Klein, Inc.", "2026-11-01", "review policy"),
    ] {
        assert_eq!(short(name, day), expected, "{name} on {day}");
    }
}

#[test]
fn head_offices_of_listed_branches_are_for_review_never_hit() {
    for name in ["The Boeing Company", "RTX Corporation"] {
        for day in ["2026-11-01", "2026-11-24"] {
            let verdict = screen(name, day);
            assert_eq!(verdict.answer, Answer::Review, "{name}");
            assert!(
                verdict.matches[0].exposures.iter().all(|one| one.certainty == Certainty::Flag)
            );
        }
    }
}

#[test]
fn holdings_reach_by_house_policy_and_by_law_while_it_is_in_force() {
    for (name, day, expected) in [
        ("Kollsman Inc", "2026-11-24", "hit policy"),
        ("Telerob Gesellschaft fuer Fernhantierungstechnik mbH", "2026-11-24", "hit policy"),
        ("United Launch Alliance LLC", "2026-11-01", "hit policy"),
        ("United Launch Alliance LLC", "2026-11-24", "hit law, to be confirmed"),
    ] {
        assert_eq!(short(name, day), expected, "{name} on {day}");
    }
    let kollsman = &screen("Kollsman Inc", "2026-11-24").matches[0].exposures[0];
    assert_eq!(kollsman.evidence.len(), 1);
    assert_eq!(kollsman.confidence.unwrap().as_str(), "unverified");
}

#[test]
fn a_stopped_listing_does_not_hide_the_owner_above() {
    let verdict = screen("General Dynamics Land Systems", "2026-11-24");
    assert_eq!((verdict.answer, verdict.kind), (Answer::Hit, Some(ExposureKind::Listing)));
    let law: Vec<&Exposure> =
        verdict.matches[0].exposures.iter().filter(|one| one.rule == "cn-mofcom-61").collect();
    let certain = law.iter().find(|one| one.certainty == Certainty::Certain).unwrap();
    assert!(certain.confirm && certain.listing_status == Status::InForce);
    let listed = law.iter().find(|one| one.certainty == Certainty::Listed).unwrap();
    assert_eq!(listed.listing_status, Status::Stopped);
}

#[test]
fn other_companies_are_clear_and_their_ownership_is_told() {
    for (name, ownership) in [
        ("Teledyne LeCroy", "partial"),
        ("Nestle S.A.", "none"),
        ("Aldi Einkauf SE & Co. oHG", "none"),
        ("General Mills", "none"),
    ] {
        for day in ["2026-11-01", "2026-11-24"] {
            let verdict = screen(name, day);
            assert_eq!(verdict.answer, Answer::Clear, "{name}: {verdict:?}");
            assert_eq!(verdict.ownership.as_str(), ownership, "{name}");
        }
    }
}

#[test]
fn a_declared_subsidiary_of_an_entry_not_yet_effective_is_for_review() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("captable.csv");
    let rows = "holder,holder_country,issuer,share_min\nEchodyne,US,Radar Widgets Ltd,100\n";
    std::fs::write(&path, rows).unwrap();
    let ownership = vec!["embedded".to_owned(), path.display().to_string()];
    let snapshot = Snapshot::build(read(&Inputs { ownership, ..Inputs::default() }).unwrap());
    let answer = |day| {
        let settings = settings(&snapshot, day);
        Screener::new(&snapshot, &settings).screen(&Party::named("Radar Widgets")).answer
    };
    assert_eq!(answer("2025-04-08"), Answer::Clear);
    assert_eq!(answer("2025-04-09"), Answer::Review);
    assert_eq!(answer("2025-04-10"), Answer::Hit);
}

#[test]
fn a_differing_country_lowers_but_never_hides_an_exact_name() {
    let mut party = Party::named("Lockheed Martin Corporation");
    party.countries = Countries::parse("BR").unwrap();
    let mut bare = Party { name: "Lockheed Martin".to_owned(), ..party.clone() };
    bare.identifiers = crate::model::Identifiers::parse("lei:529900T8BM49AURSDO55");
    let settings = settings(embedded(), "2026-11-24");
    let screener = Screener::new(embedded(), &settings);
    assert_eq!(screener.screen(&bare).answer, Answer::Review);
    let verdict = screener.screen(&party);
    assert_eq!(verdict.answer, Answer::Review);
    let lines: i32 = verdict.matches[0].lines.iter().map(|line| line.points).sum();
    assert_eq!(lines, verdict.matches[0].points);
}

#[test]
fn a_weak_alias_is_never_more_than_a_review() {
    let verdict = screen("AIDC", "2026-11-24");
    assert_eq!(verdict.answer, Answer::Review);
    assert_eq!(verdict.matches[0].tier, Tier::Weak);
}

#[test]
fn the_owner_of_a_listed_company_is_clear_with_a_note() {
    let verdict = screen("Teledyne Technologies Incorporated", "2026-11-24");
    assert_eq!(verdict.answer, Answer::Clear);
    assert!(
        verdict.notes.iter().any(|note| note.kind == NoteKind::OwnsListed),
        "{:?}",
        verdict.notes
    );
}

#[test]
fn rules_are_asked_for_by_id_and_reading() {
    let ids = |asked: &[&str]| {
        let asked: Vec<String> = asked.iter().map(|id| (*id).to_owned()).collect();
        let rules = select_rules(embedded(), &asked);
        rules.map(|rules| rules.into_iter().map(|rule| rule.id).collect::<Vec<_>>())
    };
    assert_eq!(ids(&["cn-mofcom-61/single"]).unwrap(), ["cn-mofcom-61/single"]);
    assert_eq!(ids(&[]).unwrap(), ["cn-dual-use-20-3", "cn-listed-50", "cn-mofcom-61"]);
    assert!(ids(&["cn-61"]).expect_err("unknown").to_string().contains("the rules are ca-sema, "));
    assert!(ids(&["cn-mofcom-61/often"]).is_err());
}

/// Names of the lists and their owners with a letter lost, doubled or swapped, a space lost or
/// added, or a word dropped: whatever scores at the floor is found.
#[test]
fn the_index_loses_no_name_that_would_score() {
    let snapshot = embedded();
    let mutated = |name: &str, way: usize| -> String {
        let mut letters: Vec<char> = name.chars().collect();
        let at = (way * 7 + 3) % letters.len().max(1);
        match way % 5 {
            0 => drop(letters.remove(at)),
            1 => letters.insert(at, letters[at]),
            2 if at + 1 < letters.len() => letters.swap(at, at + 1),
            3 => letters.insert(at, ' '),
            _ => letters.retain(|letter| *letter != ' '),
        }
        letters.into_iter().collect()
    };
    let (mut scored, floor) = (0, 0.75);
    for (way, indexed) in snapshot.names().enumerate().step_by(3) {
        for query in [indexed.text.to_owned(), mutated(indexed.text, way)] {
            let parsed = name::parse(&query);
            let found = snapshot.candidates(&parsed, floor);
            for (number, other) in (0u32..).zip(snapshot.names()) {
                if name::compare(&parsed, &snapshot.apart(number)).score() >= floor {
                    scored += 1;
                    assert!(found.binary_search(&number).is_ok(), "{query} lost {}", other.text);
                }
            }
        }
    }
    assert!(scored > 500, "{scored} pairs scored");
}

#[test]
fn an_entity_is_found_while_its_name_is_typed() {
    let settings = settings(embedded(), "2026-11-01");
    let screener = Screener::new(embedded(), &settings);
    let mut missed = Vec::new();
    for name in embedded().names() {
        // Whoever types has a word or two whole, and the last begun.
        let words: Vec<&str> = name.text.split_whitespace().take(3).collect();
        let last = words[words.len() - 1];
        let half: String = last.chars().take(last.chars().count().div_ceil(2)).collect();
        let typed = [&words[..words.len() - 1], &[half.as_str()]].concat().join(" ");
        let found = screener.typed(&typed, 100, |_| true);
        if !found.iter().any(|one| one.entity == name.entity) {
            missed.push(format!("{typed} of {}", name.text));
        }
    }
    assert!(missed.is_empty(), "{} missed: {:?}", missed.len(), &missed[..missed.len().min(40)]);
    let names = |typed: &str| -> Vec<String> {
        screener.typed(typed, 5, |_| true).into_iter().map(|one| one.name).collect()
    };
    assert_eq!(names("kolls")[0], "Kollsman, Inc.");
    assert!(names("inc kolls").contains(&"Kollsman, Inc.".to_owned()));
    assert!(names(" , ").is_empty() && names("").is_empty());
}
