//! Decisions on matches stand as long as nothing changes that they rest on, and no longer.

use parentage::model::{Countries, Outcome, Party};
use parentage::report::json;
use parentage::screen::{Answer, Decisions, NoteKind, Screener, Word};
use parentage::snapshot::Snapshot;
use serde_json::Value;

use crate::changes::{FIRMS, Numbers, Table, build, settings, world};
use crate::command::parentage;

const DAY: &str = "2026-10-20";

/// What an answer says of an entity and of the party, in the words of the report, without places and the order of things.
fn told(snapshot: &Snapshot, screener: &Screener, party: &Party, entity: &str) -> Option<String> {
    let verdict = screener.screen(party);
    // Two entities that nothing joins may share an id: a decision on one is shown with both, and stands for one.
    let mut all = verdict.matches.iter().filter(|one| one.view.id == entity);
    let (matched, None) = (all.next()?, all.next()) else { return None };
    let mut views = serde_json::to_value(json::exposures(snapshot, &matched.exposures)).unwrap();
    for view in views.as_array_mut().unwrap() {
        let own = view.as_object_mut().unwrap();
        // What follows from the rule, and which of several sets of assumptions is met first.
        own.retain(|name, _| {
            !["assumed", "effect", "confidence", "undecided"].contains(&name.as_str())
        });
        for key in ["evidence", "listed"] {
            let rows = own[key].as_array_mut().unwrap();
            for row in rows.iter_mut().filter_map(Value::as_object_mut) {
                row.retain(|field, _| {
                    !["place", "holder_joined_by", "issuer_joined_by", "confirm", "source"]
                        .contains(&field.as_str())
                });
            }
            rows.sort_by_key(ToString::to_string);
            rows.dedup();
        }
    }
    views.as_array_mut().unwrap().sort_by_key(ToString::to_string);
    views.as_array_mut().unwrap().dedup();
    let cited = matched.exposures.iter().flat_map(|one| &one.listed);
    let mut entries: Vec<String> = cited
        .map(|cited| {
            let mut own = snapshot.entries()[cited.entry as usize].clone();
            // Where it stands, and by whom it is cited.
            own.place = parentage::error::Place { source: 0, record: 0 };
            own.source.clear();
            own.aliases.sort();
            own.weak_aliases.sort();
            let mut dated: Vec<String> = snapshot
                .measures_of_entry(cited.entry)
                .map(|one| format!("{} {:?} {:?}", one.measures, one.restriction, one.span))
                .collect();
            dated.sort();
            dated.dedup();
            format!("{own:?} {} {dated:?}", cited.on_day.status)
        })
        .collect();
    entries.sort();
    // A row that stands twice says nothing more.
    entries.dedup();
    let mut links: Vec<String> = screener
        .findings(matched.entity)
        .possible
        .iter()
        .map(|link| {
            let mut names = [&link.names.0, &link.names.1];
            names.sort();
            format!("{names:?} {}", link.reason)
        })
        .collect();
    links.sort();
    let mut party = party.clone();
    party.id.clear();
    let (name, tier, entity) = (&matched.name, matched.tier, matched.entity);
    let own = snapshot.is_recorded(entity).then(|| {
        let mut numbers: Vec<String> =
            snapshot.identifiers(entity).all().iter().map(ToString::to_string).collect();
        numbers.sort();
        format!("{numbers:?} {} {:?}", snapshot.world().countries(entity), snapshot.kind(entity))
    });
    Some(format!("{name} {tier} {own:?}\n{views}\n{entries:?}\n{links:?}\n{party:?}"))
}

fn party(numbers: &mut Numbers) -> Party {
    let mut party = Party::named(numbers.pick(FIRMS));
    party.id = "17".to_owned();
    party.countries = Countries::parse(numbers.pick(&["", "", "US", "CN"])).unwrap();
    party.city = numbers.pick(&["", "Tallinn"]).to_owned();
    if numbers.below(4) == 0 {
        let name = numbers.pick(FIRMS);
        party.owners.push(crate::owners::owner(numbers, name).0);
    }
    party
}

/// Something changes: of the party, of a row, or only the order of rows.
fn change(numbers: &mut Numbers, party: &mut Party, tables: &mut [Table]) {
    match numbers.below(6) {
        0 => match numbers.below(4) {
            0 => party.city = "Narva".to_owned(),
            1 => party.aliases.push("Another Name".to_owned()),
            2 => party.birth_date = "1970".to_owned(),
            _ => party.countries = Countries::parse(numbers.pick(&["US", "CN", "DE"])).unwrap(),
        },
        1 => tables.iter_mut().for_each(|table| table.2.reverse()),
        kind => {
            let filled: Vec<usize> =
                (0..tables.len()).filter(|at| !tables[*at].2.is_empty()).collect();
            let table = &mut tables[filled[numbers.below(filled.len())]].2;
            let at = numbers.below(table.len());
            match kind {
                2 => drop(table.remove(at)),
                3 => {
                    let row = table[at].clone();
                    table.push(row);
                }
                _ => {
                    let other = table[numbers.below(table.len())].clone();
                    let field = numbers.below(other.len());
                    table[at][field].clone_from(&other[field]);
                }
            }
        }
    }
}

#[test]
fn decisions_stand_until_what_they_rest_on_changes() {
    let mut numbers = Numbers(41);
    let (mut kept, mut lapsed) = (0, 0);
    let mut number = 0;
    while kept + lapsed < 1_000 {
        number += 1;
        let mut tables = world(&mut numbers);
        let before = build(&tables);
        let screening = settings(&before, DAY);
        let screener = Screener::new(&before, &screening);
        let mut party = party(&mut numbers);
        let verdict = screener.screen(&party);
        if verdict.matches.is_empty() {
            continue;
        }
        let matched = &verdict.matches[numbers.below(verdict.matches.len())];
        let entity = matched.view.id.clone();
        let word = Word {
            outcome: Outcome::FalseMatch,
            by: "anna".to_owned(),
            reason: "another".to_owned(),
        };
        let decision = screener.decision(&party, &entity, word).unwrap();
        let at_once = screener.screen_decided(&party, &Decisions::new([decision.clone()]));
        let at_once = at_once.matches.iter().find(|one| one.view.id == entity);
        let own = at_once.and_then(|one| one.decided.as_ref()).expect("it is shown");
        let several = verdict.matches.iter().filter(|one| one.view.id == entity).count() > 1;
        assert!(own.stands() || several, "world {number}: {:?}", own.changed);
        let Some(was) = told(&before, &screener, &party, &entity) else { continue };
        change(&mut numbers, &mut party, &mut tables);
        let after = build(&tables);
        let screening = settings(&after, DAY);
        if screening.rules.len() != settings(&before, DAY).rules.len() {
            continue;
        }
        let screener = Screener::new(&after, &screening);
        let Some(is) = told(&after, &screener, &party, &entity) else { continue };
        let decided = screener.screen_decided(&party, &Decisions::new([decision]));
        let matched = decided.matches.iter().find(|one| one.view.id == entity).unwrap();
        let decided = matched.decided.as_ref().expect("it is shown");
        assert_eq!(
            decided.stands(),
            was == is,
            "world {number}: {:?}\nwas {was}\nis {is}",
            decided.changed
        );
        kept += usize::from(decided.stands());
        lapsed += usize::from(!decided.stands());
    }
    assert!(kept > 300 && lapsed > 150, "{kept} kept, {lapsed} lapsed");
}

#[test]
fn a_false_match_asks_for_nothing_and_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("decisions.db").display().to_string();
    let (outcome, said) =
        (["--as", "false_match", "--by", "anna"], ["--reason", "of another country"]);
    let screen = ["screen", "Skydio, Inc.", "--as-of", "2025-10-20", "--format", "json"];
    let plain: Value = serde_json::from_str(&parentage(&screen).out).unwrap();
    let entity = plain[0]["matches"][0]["entity"]["id"].as_str().unwrap();
    let decide = [
        &[
            "decide",
            "Skydio, Inc.",
            "--as-of",
            "2025-10-20",
            "--entity",
            entity,
            "--decisions",
            &file,
        ],
        &outcome[..],
        &said[..],
    ]
    .concat();
    let made = parentage(&decide);
    assert_eq!(made.status, 0, "{}", made.err);
    let with = [&screen[..], &["--decisions", &file]].concat();
    let decided: Value = serde_json::from_str(&parentage(&with).out).unwrap();
    assert_eq!((&plain[0]["verdict"], &decided[0]["verdict"]), (&"hit".into(), &"clear".into()));
    let decision = &decided[0]["matches"][0]["decision"];
    assert_eq!(decision["stands"], true);
    assert_eq!(decision["reason"], "of another country");
    assert_eq!(decided[0]["notes"][0]["kind"], NoteKind::Decided.as_str());
    // On a day on which another thing is said it stands no more, and what changed is told.
    let later = [
        "screen",
        "Skydio, Inc.",
        "--as-of",
        "2026-01-20",
        "--format",
        "json",
        "--decisions",
        &file,
    ];
    let later: Value = serde_json::from_str(&parentage(&later).out).unwrap();
    let decision = &later[0]["matches"][0]["decision"];
    assert_eq!(decision["stands"], false);
    assert!(decision["changed"].to_string().contains("suspended"), "{decision}");
    assert_ne!(later[0]["verdict"], "clear");
    // Verification knows it.
    let answers = folder.path().join("answers.json");
    std::fs::write(&answers, parentage(&with).out).unwrap();
    let verified = parentage(&["verify", &answers.display().to_string()]);
    assert_eq!(verified.status, 0, "{} {}", verified.out, verified.err);
    // A table of them makes the same file again.
    let table = folder.path().join("decisions.csv").display().to_string();
    let written = parentage(&["decisions", &file, "--format", "csv", "--out", &table]);
    assert_eq!(written.status, 0, "{}", written.err);
    let other = folder.path().join("other.db").display().to_string();
    assert_eq!(parentage(&["decisions", &other, "--add", &table]).status, 0);
    let same = [&screen[..], &["--decisions", &other]].concat();
    assert_eq!(parentage(&same).out, parentage(&with).out);
    assert_eq!(Answer::parse("clear"), Some(Answer::Clear));
}

/// Another number, another country, or a weak name that is a strong one now: each is another question. A colleague's older
/// word takes no newer one's place.
#[test]
fn a_dismissed_match_comes_back_when_the_entity_is_another() {
    use parentage::model::Identifiers;
    use parentage::source::{Inputs, read};
    let folder = tempfile::tempdir().unwrap();
    let snapshot = |list: &str, holding: &str| {
        let path = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            vec![path.display().to_string()]
        };
        let lists = path(
            "list.csv",
            &format!("list,entry,name,aliases,weak_aliases\nCN-UEL,1,Kormoran Holding,{list}\n"),
        );
        let rows = format!(
            "holder,issuer,issuer_id,issuer_country,share_min\nKormoran Holding,Tern Optics,{holding},60\n"
        );
        let ownership = path("holdings.csv", &rows);
        Snapshot::build(read(&Inputs { lists, ownership, ..Inputs::default() }).unwrap())
    };
    let mut tern = Party::named("Tern Optics");
    tern.id = "7".to_owned();
    tern.identifiers = Identifiers::parse("reg:GB12345");
    let zwirbel = Party::named("Zwirbel Trading");
    let word = |outcome| Word { outcome, by: "anna".to_owned(), reason: "another".to_owned() };
    let weak = ",Zwirbel Trading";
    for (party, before, after) in [
        (&tern, (weak, ","), (weak, "reg:GB12345,")),
        (&tern, (weak, ",US"), (weak, ",GB")),
        (&zwirbel, (weak, ","), ("Zwirbel Trading,", ",")),
    ] {
        let was = snapshot(before.0, before.1);
        let screening = settings(&was, DAY);
        let screener = Screener::new(&was, &screening);
        let verdict = screener.screen(party);
        let id = &verdict.matches[0].view.id;
        let dismissed = screener.decision(party, id, word(Outcome::FalseMatch)).unwrap();
        let decisions = Decisions::new([dismissed.clone()]);
        assert_eq!(screener.screen_decided(party, &decisions).answer, Answer::Clear);
        let later = parentage::model::Decision {
            at: "9999-01-01T00:00:00.000Z".to_owned(),
            outcome: Outcome::TrueMatch,
            ..dismissed
        };
        let both = Decisions::new([later, decisions_of(&decisions, &screener, party)]);
        assert_ne!(screener.screen_decided(party, &both).answer, Answer::Clear);
        let now = snapshot(after.0, after.1);
        let screening = settings(&now, DAY);
        let screener = Screener::new(&now, &screening);
        let verdict = screener.screen_decided(party, &decisions);
        let decided = verdict.matches[0].decided.as_ref().expect("it is shown");
        assert!(!decided.stands() && verdict.answer != Answer::Clear, "{after:?}: {verdict:?}");
    }
}

/// The decision that is shown with the first match.
fn decisions_of(
    decisions: &Decisions,
    screener: &Screener,
    party: &Party,
) -> parentage::model::Decision {
    let verdict = screener.screen_decided(party, decisions);
    verdict.matches[0].decided.clone().unwrap().decision
}
