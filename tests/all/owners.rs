//! Owners that a party declares say what the same rows would in the ownership data, of that party alone.

use parentage::day::{Day, Span};
use parentage::error::{Place, Source};
use parentage::model::{
    Confidence, Countries, DeclaredOwner, EntityId, Identifiers, Interest, Party,
};
use parentage::report::json;
use parentage::screen::{Answer, NoteKind, Screener};
use parentage::share::ShareRange;
use parentage::snapshot::Snapshot;

use crate::changes::{FIRMS, Numbers, build, settings, world};
use crate::command::parentage;

const PARTY: &str = "Wexford Lantern Works";

pub(super) fn owner(numbers: &mut Numbers, name: &str) -> (DeclaredOwner, Vec<String>) {
    let low = numbers.pick(&["50", "100", "60", "30", "20", ""]);
    let high = if low == "30" { numbers.pick(&["", "55"]) } else { "" };
    let interest = numbers.pick(&["equity", "equity", "votes", "unspecified", "control"]);
    let confidence = numbers.pick(&["documented", "unverified"]);
    let owner = DeclaredOwner {
        name: name.to_owned(),
        countries: Countries::default(),
        identifiers: Identifiers::default(),
        range: ShareRange::parse(low, high, false, false).unwrap(),
        interest: Interest::parse(interest).unwrap(),
        span: Span { from: Day::ALWAYS, until: Day::NEVER },
        confidence: Confidence::parse(confidence).unwrap(),
        citation: "the party".to_owned(),
        place: Place { source: 0, record: 1 },
    };
    let row = [name, PARTY, "", "", low, high, interest, "", "", confidence, "the party"];
    (owner, row.map(str::to_owned).to_vec())
}

/// Exposures without places, and without by what records were joined.
fn said(snapshot: &Snapshot, exposures: &[parentage::expand::Exposure]) -> Vec<String> {
    let views = serde_json::to_value(json::exposures(snapshot, exposures)).unwrap();
    let mut said: Vec<String> = Vec::new();
    for mut view in views.as_array().unwrap().iter().cloned() {
        for key in ["evidence", "listed", "assumed"] {
            let Some(rows) = view[key].as_array_mut() else { continue };
            for row in rows.iter_mut().filter_map(serde_json::Value::as_object_mut) {
                row.retain(|field, _| field != "place" && !field.ends_with("joined_by"));
            }
            rows.sort_by_key(ToString::to_string);
        }
        // Of several sets of assumptions that do, whichever is met first is told.
        view["assumed"] = serde_json::Value::Null;
        said.push(view.to_string());
    }
    said.sort_unstable();
    said
}

#[test]
fn declared_owners_say_what_recorded_ones_would() {
    let mut numbers = Numbers(23);
    let (mut compared, mut reached) = (0, 0);
    for number in 0..1_000 {
        let mut tables = world(&mut numbers);
        // A person's decision about a name that is in no record says nothing of a declared owner.
        tables[6].2.clear();
        let declared_in = build(&tables);
        let mut party = Party::named(PARTY);
        party.id = "1".to_owned();
        let mut names: Vec<&str> = Vec::new();
        for _ in 0..1 + numbers.below(3) {
            let name = numbers.pick(FIRMS);
            if !names.contains(&name) {
                names.push(name);
                let (owner, row) = owner(&mut numbers, name);
                party.owners.push(owner);
                tables[3].2.push(row);
            }
        }
        let recorded_in = build(&tables);
        let one = |snapshot: &Snapshot, name: &str| -> Option<EntityId> {
            match snapshot.exactly_named(name, &Countries::default()).as_slice() {
                [one] => Some(*one),
                _ => None,
            }
        };
        let told = |snapshot: &Snapshot, name: &str| {
            one(snapshot, name).map(|entity| snapshot.entity(entity).id)
        };
        // A name of nobody else is a new owner; one of several, or joined otherwise, is another question.
        let same = |name: &&str| {
            let known = declared_in.exactly_named(name, &Countries::default());
            let one = told(&declared_in, name);
            known.is_empty() || one.is_some() && one == told(&recorded_in, name)
        };
        let Some(subject) = one(&recorded_in, PARTY).filter(|_| names.iter().all(same)) else {
            continue;
        };
        let (by_owners, by_rows) =
            (settings(&declared_in, "2026-10-20"), settings(&recorded_in, "2026-10-20"));
        if by_owners.rules.len() != by_rows.rules.len() {
            continue;
        }
        let verdict = Screener::new(&declared_in, &by_owners).screen(&party);
        let recorded = Screener::new(&recorded_in, &by_rows);
        let exposures = &recorded.findings(subject).exposures;
        let own = verdict.matches.iter().find(|matched| matched.view.id == "party:1");
        let declared = own.map(|matched| said(&declared_in, &matched.exposures));
        assert_eq!(
            declared.unwrap_or_default(),
            said(&recorded_in, exposures),
            "world {number}: {names:?}"
        );
        let linked = |possible: bool| if possible { Answer::Review } else { Answer::Clear };
        let recorded = Answer::of(&recorded.findings(subject))
            .min(linked(!recorded.findings(subject).possible.is_empty()));
        assert!(verdict.answer <= recorded, "world {number}: {names:?}: {:?}", verdict.notes);
        assert_eq!(verdict.ownership, recorded_in.world().ownership(subject, by_rows.day));
        compared += 1;
        reached += usize::from(own.is_some());
    }
    assert!(compared > 500 && reached > 200, "{reached} of {compared}");
}

#[test]
fn numbers_of_declarations_come_back_and_a_near_name_is_a_note() {
    let mut numbers = Numbers(3);
    let mut tables = world(&mut numbers);
    tables[0].2 = vec![
        [
            "CN-CONTROL",
            "1",
            "Kestrel Aerospace Inc",
            "",
            "",
            "",
            "",
            "",
            "",
            "N1",
            "2025-01-01",
            "",
            "",
            "official",
            "",
        ]
        .map(str::to_owned)
        .to_vec(),
    ];
    (1..8).for_each(|at| tables[at].2.clear());
    // Somebody else bears nearly the listed name.
    let row = ["Foo Ltd", "Kestrel Aerospaces Inc", "", "", "50", "", "equity", "", "", "", ""];
    tables[3].2 = vec![row.map(str::to_owned).to_vec()];
    let mut snapshot = build(&tables);
    let source = snapshot.cite(Source::of_lines("own.csv", "owners"));
    let settings = settings(&snapshot, "2026-10-20");
    let screener = Screener::new(&snapshot, &settings);
    let screen = |name: &str| {
        let mut party = Party::named(PARTY);
        let (owner, _) = owner(&mut Numbers(1), name);
        let range = ShareRange::parse("60", "", false, false).unwrap();
        let place = Place { source, record: 7 };
        party.owners = vec![DeclaredOwner { range, interest: Interest::Equity, place, ..owner }];
        screener.screen(&party)
    };
    let listed = screen("Kestrel Aerospace Inc");
    assert_eq!(listed.answer, Answer::Hit);
    let row = listed.matches[0].exposures[0].evidence[0];
    assert_eq!(snapshot.sources().show(row.place), "own.csv:7");
    assert_eq!(snapshot.written(&row).1, PARTY);
    drop(listed);
    let again = screen("Kestrel Aerospace Inc");
    assert_eq!(again.matches[0].exposures[0].evidence[0].record, row.record, "it was free again");

    let near = screen("Kestrel Aerospase Inc");
    assert_eq!((near.answer, near.matches.len()), (Answer::Review, 0));
    let note = near.notes.iter().find(|note| note.kind == NoteKind::PossibleLink).unwrap();
    assert!(
        note.text.contains("Kestrel Aerospase Inc might be Kestrel Aerospace Inc"),
        "{}",
        note.text
    );
    assert_eq!(note.place.as_deref(), Some("own.csv:7"));
    let another = screen("Kestrel Aerospaces Inc");
    assert_eq!(another.answer, Answer::Review, "whoever else has the name: {:?}", another.notes);
    assert_eq!(screen("Bering Foods").answer, Answer::Clear);
}

#[test]
fn a_file_and_a_column_of_owners_are_read_and_every_row_counts() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write(
        "parties.csv",
        "id,name,owners\n1,Wexford Lantern,\n2,Grey Heron,Lockheed Martin Corporation (60 %); J. Doe 40%\n\
         3,Tin Whistle,Lockheed Martin Corporation (a half %)\n4,Plain,\n",
    );
    write(
        "own.csv",
        "holder,issuer,share_min,confidence\nLockheed Martin Corporation,1,50,documented\n\
         Lockheed Martin Corporation,4,1000,\nJ. Doe,9,100,\n",
    );
    let (parties, owners) = (path("parties.csv"), path("own.csv"));
    let out = path("out.jsonl");
    let arguments = [
        "screen",
        "--in",
        &parties,
        "--owners",
        &owners,
        "--as-of",
        "2026-11-24",
        "--out",
        &out,
        "--report",
        &path("out.html"),
    ];
    let run = parentage(&arguments);
    assert_eq!(run.status, 3, "{}", run.err);
    for told in [
        "own.csv:3: column `share_min`",
        "own.csv:4: column `issuer`: no party has the id `9`",
        "(a half %)` cannot be read",
    ] {
        assert!(run.err.contains(told), "{told}: {}", run.err);
    }
    let text = std::fs::read_to_string(&out).unwrap();
    let answers: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let verdicts: Vec<&str> =
        answers.iter().map(|answer| answer["verdict"].as_str().unwrap()).collect();
    assert_eq!(verdicts, ["hit", "hit", "review", "review"]);
    let cited = |at: usize| &answers[at]["matches"][0]["exposures"][0]["evidence"][0];
    assert_eq!(
        (&cited(0)["place"], &cited(0)["confidence"]),
        (&"own.csv:2".into(), &"documented".into())
    );
    assert_eq!(
        (&cited(1)["place"], &cited(1)["confidence"]),
        (&"parties.csv:3".into(), &"unverified".into())
    );
    assert_eq!(answers[0]["matches"][0]["declared"], true);
    let verified = parentage(&["verify", &out]);
    assert_eq!(verified.status, 0, "{}{}", verified.out, verified.err);
    assert!(verified.out.contains("owners that a party declares"), "{}", verified.out);
    assert!(std::fs::read_to_string(path("out.html")).unwrap().contains("own.csv"));
}

#[test]
fn who_the_owners_might_be_and_what_is_recorded_count() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write(
        "list.csv",
        "list,entry,name,country,published\nCN-CONTROL,1,Bering Optics GmbH,DE,2025-01-01\n\
         CN-CONTROL,2,Ostara Chemicals,,2025-01-01\nCN-CONTROL,3,Third Harbor Oy,,2025-01-01\n",
    );
    write(
        "holdings.csv",
        "holder,issuer,issuer_country,share_min,confidence\nBering Optic GmbH,Tarra Two Ltd,,100,documented\n\
         Ostara Chemicals,Doc Sixty Ltd,,60,documented\nOstara Chemicals,Ambi Widgets Ltd,US,24,documented\n\
         Acme,Ambi Widgets Ltd,DE,24,documented\n",
    );
    write(
        "parties.csv",
        "id,name,owners\n1,Zqx Three,Tarra Two Ltd (100 %)\n2,Doc Sixty Ltd,Ostara Chemicals (10 %)\n\
         3,Ambi Widgets Ltd,Third Harbor Oy (24 %)\n4,Quarry,Acme (100 %)\n",
    );
    let (list, holdings, parties) = (path("list.csv"), path("holdings.csv"), path("parties.csv"));
    let run = parentage(&[
        "screen",
        "--in",
        &parties,
        "--lists",
        &list,
        "--ownership",
        &holdings,
        "--as-of",
        "2026-11-24",
        "--format",
        "jsonl",
        "--floor",
        "25",
    ]);
    let answers: Vec<serde_json::Value> =
        run.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let verdicts: Vec<&str> =
        answers.iter().map(|answer| answer["verdict"].as_str().unwrap()).collect();
    assert_eq!(verdicts, ["review", "hit", "review", "clear"], "{}", run.out);
    for (at, told) in [
        (0, "Bering Optic GmbH"),
        (1, "contradicts what is recorded"),
        (2, "Ambi Widgets Ltd might be Ambi Widgets Ltd (US)"),
    ] {
        assert!(answers[at]["notes"].to_string().contains(told), "{}", answers[at]["notes"]);
    }
}

#[test]
fn a_name_that_only_a_decision_has_is_whoever_it_says() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    std::fs::create_dir(folder.path().join("lists")).unwrap();
    write(
        "lists/list.csv",
        "list,entry,name,country,published\nCN-CONTROL,1,Zubrin Aerospace Inc,US,2025-01-01\n",
    );
    // A chain: the second name is known by the first decision alone.
    write(
        "lists/links.csv",
        "a,a_country,b,b_country,decision,reason\nWandering Albatross,,Pelican Works,,same,seen\n\
         Pelican Works,,Zubrin Aerospace Inc,,same,known\nTern,,Nobody Here,,same,\n",
    );
    write("holdings.csv", "holder,issuer,share_min\nWandering Albatross,Quarry Nine,50\n");
    write(
        "parties.csv",
        "name,owners\nPelican Works,\nWandering Albatross,\nQuarry Nine,\nSandpit,Pelican Works (60 %)\nTern,\n",
    );
    let (lists, holdings, parties) = (path("lists"), path("holdings.csv"), path("parties.csv"));
    let out = path("out.jsonl");
    let data = ["--lists", &lists, "--ownership", &holdings];
    let screen = ["screen", "--in", &parties, "--as-of", "2026-11-24", "--out", &out];
    let run = parentage(&[&screen[..], &data].concat());
    assert_eq!(run.status, 0, "{}", run.err);
    let text = std::fs::read_to_string(&out).unwrap();
    let answers: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let verdicts: Vec<&str> =
        answers.iter().map(|answer| answer["verdict"].as_str().unwrap()).collect();
    assert_eq!(verdicts, ["hit", "hit", "hit", "hit", "clear"], "{text}");
    let first = &answers[0]["matches"][0]["exposures"][0];
    assert_eq!(first["listed"][0]["joined_by"], "links.csv", "{first}");
    let verified = parentage(&[&["verify", &out][..], &data].concat());
    assert_eq!(verified.status, 0, "{}{}", verified.out, verified.err);
    let built = parentage(&[&["build", "--out", &path("w.snapshot")][..], &data].concat());
    let told = format!("{}{}", built.out, built.err);
    assert!(told.contains("links.csv:2: a name of this decision is in no record"), "{told}");
    assert!(told.contains("links.csv:4: a name of this decision is nobody's"), "{told}");
}
