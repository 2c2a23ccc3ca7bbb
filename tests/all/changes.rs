//! What a change can reach is screened again, and nothing else is needed.

use std::collections::BTreeMap;
use std::path::Path;

use parentage::changes::{Again, EntityChange, Side, changes};
use parentage::day::Day;
use parentage::model::{Countries, EntityId, EntityKind, Identifiers, Party};
use parentage::report::{csv, json};
use parentage::screen::{DEFAULT_FLOOR, DEFAULT_THRESHOLD, Screener, Settings, select_rules};
use parentage::snapshot::Snapshot;
use parentage::source::{Inputs, read};

use crate::command::parentage;

/// A small generator of numbers (xorshift64*).
pub(super) struct Numbers(pub u64);

impl Numbers {
    pub(super) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let limit = u64::try_from(limit).unwrap();
        usize::try_from((self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 32) % limit).unwrap()
    }

    pub(super) fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }
}

/// Companies, some of which are nearly named like others.
pub(super) const FIRMS: &[&str] = &[
    "Norland Shipping Ltd",
    "Norland Shiping",
    "Norlund Shipping LLC",
    "Kestrel Aerospace Inc",
    "Kestrel Aerospace Holdings",
    "Kestrell Aero Space",
    "Bering Optics GmbH",
    "Optics Bering",
    "Tallin Marine SA",
    "Tallinn Marine",
    "Ostara Chemicals Plc",
    "Quarry Nine Mining",
    "Quarry 9 Mining Ltd",
    "Quarry 8 Mining Ltd",
    "Halden Microwave Co",
    "海登微波公司",
    "Vesper Dynamics AG",
    "Vesper Dynamix",
];

const LISTS: &[&str] = &["CN-CONTROL", "CN-UEL", "US-SDN", "UK-SANCTIONS", "EU-FSF"];

/// Tables of a world by file: the header, and rows of fields.
pub(super) type Table = (&'static str, &'static str, Vec<Vec<String>>);

fn entry(numbers: &mut Numbers) -> Vec<String> {
    let number = numbers.below(9).to_string();
    let aliases = if numbers.below(3) == 0 { numbers.pick(FIRMS) } else { "" };
    let weak = if numbers.below(5) == 0 { numbers.pick(FIRMS) } else { "" };
    [
        numbers.pick(LISTS),
        &number,
        numbers.pick(FIRMS),
        aliases,
        weak,
        numbers.pick(&["", "", "US", "HK;CN"]),
        numbers.pick(&["", "", "person", "company"]),
        numbers.pick(&["", "", "1962-03-01"]),
        numbers.pick(&["", "", "Oslo"]),
        &format!("N{number}"),
        "2025-01-01",
        numbers.pick(&["2025-01-01", "2025-01-01", "2026-12-01"]),
        numbers.pick(&["asset_freeze", "export_ban", "none", ""]),
        "official",
        numbers.pick(&["", "", "", "reg:A1", "reg:B2"]),
    ]
    .map(str::to_owned)
    .to_vec()
}

fn event(numbers: &mut Numbers) -> Vec<String> {
    let number = numbers.below(9);
    let days = [["2026-01-01", ""], ["2026-01-01", "2026-10-21"], ["2026-10-21", ""]];
    let [from, until] = days[numbers.below(3)];
    let kind = numbers.pick(&["suspended", "stopped", "removed"]);
    [numbers.pick(LISTS), &format!("N{number}"), "", kind, from, until, "official"]
        .map(str::to_owned)
        .to_vec()
}

fn measure(numbers: &mut Numbers) -> Vec<String> {
    let (list, number) = (numbers.pick(LISTS), numbers.below(9));
    let restriction = numbers.pick(&["none", "asset_freeze", ""]);
    [list, &format!("N{number}"), "", restriction, "then", "2025-01-01", "2026-10-21", "official"]
        .map(str::to_owned)
        .to_vec()
}

fn holding(numbers: &mut Numbers) -> Vec<String> {
    let dates = [["", ""], ["", ""], ["2020-01-01", ""], ["", "2026-10-21"], ["2026-10-21", ""]];
    let [since, until] = dates[numbers.below(5)];
    [
        numbers.pick(FIRMS),
        numbers.pick(FIRMS),
        numbers.pick(&["", "", "", "reg:A1"]),
        numbers.pick(&["", "", "US", "NO"]),
        numbers.pick(&["50", "100", "60", "30", "20", ""]),
        numbers.pick(&["", "", "55"]),
        numbers.pick(&["equity", "equity", "equity", "votes", "unspecified", "branch", "control"]),
        since,
        until,
        numbers.pick(&["documented", "reported", "unverified"]),
        numbers.pick(&["a filing", "a register"]),
    ]
    .map(str::to_owned)
    .to_vec()
}

fn decision(numbers: &mut Numbers) -> Vec<String> {
    let decision = numbers.pick(&["same", "different"]);
    [numbers.pick(FIRMS), numbers.pick(FIRMS), decision].map(str::to_owned).to_vec()
}

fn described(numbers: &mut Numbers) -> Vec<String> {
    let restriction = numbers.pick(&["", "asset_freeze", "none"]);
    let checked = numbers.pick(&["2026-09-01", "2026-10-20"]);
    [numbers.pick(LISTS), "a list", restriction, checked].map(str::to_owned).to_vec()
}

/// A row of a table of a world.
fn row(numbers: &mut Numbers, table: usize) -> Vec<String> {
    match table {
        0 => entry(numbers),
        1 => event(numbers),
        2 => measure(numbers),
        3 => holding(numbers),
        4 => vec![numbers.pick(FIRMS).to_owned()],
        5 => vec![format!("g{}", numbers.below(2)), numbers.pick(FIRMS).to_owned()],
        6 => decision(numbers),
        _ => described(numbers),
    }
}

pub(super) fn world(numbers: &mut Numbers) -> Vec<Table> {
    let tables = [
        (
            "lists/list.csv",
            "list,entry,name,aliases,weak_aliases,country,kind,birth_date,city,announcement,published,effective,restriction,confidence,identifiers",
            5,
        ),
        ("lists/events.csv", "list,announcement,entry,event,from,until,confidence", 2),
        (
            "lists/measures.csv",
            "list,announcement,entry,restriction,measures,from,until,confidence",
            1,
        ),
        (
            "ownership/holdings.csv",
            "holder,issuer,issuer_id,issuer_country,share_min,share_max,interest,since,until,confidence,source",
            12,
        ),
        ("ownership/complete.csv", "issuer", 1),
        ("ownership/groups.csv", "group,member", 2),
        ("lists/links.csv", "a,b,decision", 1),
        ("lists/lists.csv", "list,title,restriction,checked_until", 1),
    ];
    let table = |(at, (file, header, most)): (usize, (&'static str, &'static str, usize))| {
        let rows = (0..1 + numbers.below(most)).map(|_| row(numbers, at)).collect();
        (file, header, rows)
    };
    tables.into_iter().enumerate().map(table).collect()
}

/// One change of a world: a row more, one less, one in another place, or another field.
fn change(numbers: &mut Numbers, world: &mut [Table]) {
    // Lists and holdings change more often than the rest.
    let table = [0, 0, 0, 1, 2, 3, 3, 3, 4, 5, 6, 7][numbers.below(12)];
    let new = row(numbers, table);
    let rows = &mut world[table].2;
    let at = numbers.below(rows.len() + 1);
    match numbers.below(5) {
        0 => rows.insert(at, new),
        1 if !rows.is_empty() => drop(rows.remove(at.min(rows.len() - 1))),
        2 if rows.len() > 1 => {
            let last = rows.len() - 1;
            rows.swap(at.min(last), last);
        }
        _ if !rows.is_empty() => {
            let (at, field) = (at.min(rows.len() - 1), numbers.below(new.len()));
            rows[at][field].clone_from(&new[field]);
        }
        _ => rows.push(new),
    }
}

pub(super) fn build(world: &[Table]) -> Snapshot {
    let folder = tempfile::tempdir().unwrap();
    write(world, folder.path());
    let path = |name: &str| vec![folder.path().join(name).display().to_string()];
    let inputs = Inputs { lists: path("lists"), ownership: path("ownership"), ..Inputs::default() };
    Snapshot::build(read(&inputs).unwrap())
}

fn write(world: &[Table], folder: &Path) {
    for (file, header, rows) in world {
        let path = folder.join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let mut text = format!("{header}\n");
        rows.iter().for_each(|row| text.push_str(&format!("{}\n", row.join(","))));
        std::fs::write(path, text).unwrap();
    }
}

pub(super) fn settings(snapshot: &Snapshot, day: &str) -> Settings {
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

/// Customers with names that are on no list, that are, and that nearly are.
fn customers(numbers: &mut Numbers) -> Vec<Party> {
    let others =
        ["Acme Trading", "Bering Foods", "Quarry Seven Ltd", "Marine Parts Oslo", "Vesper"];
    let mut parties: Vec<Party> = Vec::new();
    for name in FIRMS.iter().chain(&others) {
        let mut party = Party::named(*name);
        if numbers.below(3) == 0 {
            party.countries = Countries::parse(numbers.pick(&["US", "NO", "CN"])).unwrap();
        }
        if numbers.below(4) == 0 {
            party.aliases = vec![numbers.pick(FIRMS).to_owned()];
        }
        if numbers.below(6) == 0 {
            party.identifiers = Identifiers::parse(numbers.pick(&["reg:A1", "reg:B2"]));
        }
        if numbers.below(6) == 0 {
            party.kind = EntityKind::Person;
            party.birth_date = "1962-03-01".to_owned();
            party.city = "Oslo".to_owned();
        }
        parties.push(party);
    }
    parties
}

#[test]
fn what_no_change_reaches_is_answered_as_before() {
    let mut numbers = Numbers(11);
    let (mut taken, mut all, mut reached, mut found) = (0, 0, 0, 0);
    let worlds = std::env::var("CHANGES_WORLDS").ok().and_then(|text| text.parse().ok());
    for number in 0..worlds.unwrap_or(1_000) {
        let mut tables = world(&mut numbers);
        let before = build(&tables);
        for _ in 0..numbers.below(3) {
            change(&mut numbers, &mut tables);
        }
        let after = build(&tables);
        let days = ["2026-10-20", "2026-10-20", "2026-10-20", "2026-10-21", "2026-12-01"];
        let day = numbers.pick(&days);
        let (then, mut now) = (settings(&before, "2026-10-20"), settings(&after, day));
        if numbers.below(20) == 0 {
            // A rule is taken out: no rule at all may be left.
            now.rules.pop();
        }
        let (old, new) = (Screener::new(&before, &then), Screener::new(&after, &now));
        let side = |snapshot, settings: &Settings| Side { snapshot, day: settings.day };
        let again = Again::new((side(&before, &then), &then.rules), side(&after, &now), &now);
        found += check_entities(&old, &new, &format!("world {number}"));
        for party in customers(&mut numbers) {
            let rows = |screener: &Screener| {
                let common = csv::Common::new(screener.snapshot(), screener.settings().day);
                let mut rows = csv::rows(screener.snapshot(), &common, &screener.screen(&party));
                rows.iter_mut().for_each(|row| row.truncate(row.len() - csv::COMMON));
                rows
            };
            let then = rows(&old);
            let same = then == rows(&new);
            let at = |column: &str| csv::COLUMNS.iter().position(|own| *own == column).unwrap();
            let entities = then.iter().map(|row| row[at("entity_id")].as_str());
            let moved = again.moved(!then[0][at("notes")].is_empty(), entities);
            let concerned = moved || again.concerns(&party);
            assert!(
                concerned || same,
                "world {number}: {party:?}\n{:?}\n{:?}",
                rows(&old),
                rows(&new)
            );
            all += 1;
            taken += usize::from(!concerned);
            reached += usize::from(!same);
        }
    }
    assert!(found > 500, "{found} entities");
    assert!(taken * 4 > all, "{taken} of {all} were taken over, {reached} answers changed");
    assert!(reached * 20 > all, "{reached} of {all} answers changed");
}

/// What is said of every entity, by id, without places and numbers.
fn said(screener: &Screener) -> BTreeMap<String, Vec<String>> {
    let snapshot = screener.snapshot();
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for entity in (0..snapshot.entity_count()).map(EntityId) {
        let exposures = &screener.findings(entity).exposures;
        let views = serde_json::to_value(json::exposures(snapshot, exposures)).unwrap();
        let own = all.entry(snapshot.entity(entity).id).or_default();
        own.extend(views.as_array().unwrap().iter().map(|view| {
            let mut view = view.clone();
            for key in ["evidence", "listed", "assumed"] {
                let Some(rows) = view[key].as_array_mut() else { continue };
                for row in rows.iter_mut().filter_map(serde_json::Value::as_object_mut) {
                    row.retain(|field, _| field != "place" && !field.ends_with("joined_by"));
                }
                rows.sort_by_key(ToString::to_string);
            }
            view.to_string()
        }));
        own.sort_unstable();
    }
    all
}

/// Holds the entities of `changes` against what is said of all of them. Returns how many there are.
fn check_entities(old: &Screener, new: &Screener, world: &str) -> usize {
    let (before, after) = (said(old), said(new));
    let found = changes(old, new);
    let day = old.settings().day == new.settings().day;
    let ids = |change: &EntityChange| {
        let sides = [old, new].into_iter().zip(change.entities);
        sides.filter_map(|(side, one)| Some(side.snapshot().entity(one?).id)).collect::<Vec<_>>()
    };
    // What several records that contradict each other have as their id tells none of them.
    let several =
        |id: &str| [old, new].iter().any(|side| side.snapshot().all_with_id(id).len() > 1);
    for change in &found.entities {
        assert!(!change.because.is_empty() || !day, "{world}: {change:?} has no reason");
        let differs = |id: &String| before.get(id) != after.get(id);
        let told = |id: String| several(&id) || differs(&id);
        let mut told = ids(change).into_iter().map(told);
        assert!(change.exposures.is_empty() || told.any(|told| told), "{world}: {change:?}");
    }
    let told: Vec<String> = found.entities.iter().flat_map(ids).collect();
    for (id, now) in &after {
        if before.get(id).is_some_and(|then| then != now) && !several(id) {
            assert!(told.contains(id), "{world}: {id} was {:?}, is {now:?}", before[id]);
        }
    }
    found.entities.len()
}

#[test]
fn the_end_of_a_suspension_is_a_change_with_its_reason_and_proof() {
    let run =
        parentage(&["changes", "--from", "2026-11-09", "--to", "2026-11-10", "--format", "jsonl"]);
    assert_eq!((run.status, run.err.as_str()), (0, ""));
    let all: Vec<serde_json::Value> =
        run.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(
        (&all[0]["run"]["from"]["as_of"], &all[0]["run"]["to"]["as_of"]),
        (&"2026-11-09".into(), &"2026-11-10".into())
    );
    let of = |kind: &str| all.iter().filter(|one| one["kind"] == kind).count();
    assert_eq!((of("listing"), of("rule")), (27, 1), "what the notices say ends that day");
    assert!(
        all.iter()
            .filter(|one| one["kind"] == "exposure")
            .all(|one| one["because"] != serde_json::json!([]))
    );
    let skydio =
        all.iter().find(|one| one["kind"] == "exposure" && one["what"] == "Skydio, Inc.").unwrap();
    let because = skydio["because"].to_string();
    assert!(because.contains("status suspended -> in_force, to be confirmed"), "{because}");
    let mut rules = skydio["rules"].as_array().unwrap().iter();
    let listing = rules.find(|rule| rule["rule"] == "listing").unwrap();
    let status = |when: &str| &listing[when][0]["listing_status"];
    assert_eq!((status("before"), status("after")), (&"suspended".into(), &"in_force".into()));
    let place = listing["after"][0]["listed"][0]["place"].as_str().unwrap();
    assert!(place.starts_with("embedded:lists/cn-uel.csv:"), "{place}");

    let same =
        parentage(&["changes", "--from", "2026-11-20", "--to", "2026-11-21", "--format", "json"]);
    assert!(same.out.contains("\"change\":\"none\""), "{}", same.out);
    let wrong = parentage(&["changes", "--from", "nothing.snapshot", "--to", "2026-11-21"]);
    assert_eq!(wrong.status, 2);
}

/// A file of customers: those of [`FIRMS`] and others, with numbers from one on.
fn customer_file(path: &Path, from: usize, count: usize) {
    let mut text = "id,name,country,remark\n".to_owned();
    // One cell of CSV, and another party each day.
    let sign = if from == 0 { "'@Acme Trading" } else { "@Acme Trading" };
    text.push_str(&format!("x,{sign},NO,\n"));
    for number in from..from + count {
        let (name, country) = match number % 7 {
            0 => (FIRMS[number / 7 % FIRMS.len()].to_owned(), "US"),
            // A country that cannot be read is told with its line.
            1 if number % 50 == 1 => (format!("Acme {number}"), "USA"),
            _ => (format!("Acme Trading {number}"), "NO"),
        };
        text.push_str(&format!("{number},{name},{country},=1+{number}\n"));
    }
    std::fs::write(path, text).unwrap();
}

#[test]
fn a_run_since_another_writes_what_a_full_one_does() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let mut numbers = Numbers(5);
    let mut tables = world(&mut numbers);
    let build = |tables: &[Table], name: &str| {
        write(tables, folder.path());
        let (lists, ownership, out) = (path("lists"), path("ownership"), path(name));
        let arguments =
            ["build", "--lists", &lists, "--ownership", &ownership, "--out", &out, "--quiet"];
        assert!(matches!(parentage(&arguments).status, 0 | 3), "{}", parentage(&arguments).err);
    };
    build(&tables, "0.snapshot");
    for _ in 0..3 {
        change(&mut numbers, &mut tables);
    }
    build(&tables, "1.snapshot");
    customer_file(&folder.path().join("0.csv"), 0, 900);
    customer_file(&folder.path().join("1.csv"), 20, 900);
    let screen = |input: &str, snapshot: &str, day: &str, out: &str, more: &[&str]| {
        let (input, snapshot, out) = (path(input), path(snapshot), path(out));
        let usual =
            ["screen", "--in", &input, "--snapshot", &snapshot, "--as-of", day, "--out", &out];
        parentage(&[&usual[..], more].concat())
    };
    for format in ["csv", "parquet"] {
        if format == "parquet" && cfg!(not(feature = "parquet")) {
            continue;
        }
        let (then, full, delta) =
            (format!("then.{format}"), format!("full.{format}"), format!("delta.{format}"));
        assert_eq!(screen("0.csv", "0.snapshot", "2026-10-20", &then, &[]).status, 3);
        assert_eq!(screen("1.csv", "1.snapshot", "2026-10-21", &full, &[]).status, 3);
        let (since, previous) = (path("0.snapshot"), path(&then));
        let against = ["--since", &since, "--previous", &previous];
        let run = screen("1.csv", "1.snapshot", "2026-10-21", &delta, &against);
        assert_eq!(run.status, 3, "{}", run.err);
        assert!(run.err.contains("are screened again"), "{}", run.err);
        let bytes = |name: &str| std::fs::read(path(name)).unwrap();
        assert!(bytes(&full) == bytes(&delta), "the same, byte for byte");
        let report = std::fs::read_to_string(path(&format!("{delta}.run.json"))).unwrap();
        let report: serde_json::Value = serde_json::from_str(&report).unwrap();
        let taken = report["verdicts"]["taken_over"].as_u64().unwrap();
        assert!((600..880).contains(&taken), "{taken} of 900: new ones and odd rows are screened");
    }

    let (since, previous) = (path("0.snapshot"), path("then.csv"));
    let against = ["--since", &since, "--previous", &previous];
    for (more, reason) in [
        (&["--threshold", "0.8"][..], "another threshold: `0.85`, now `0.8`"),
        (&["--limit", "3"], "another limit"),
        (&["--format", "jsonl"], "both CSV or both Parquet"),
    ] {
        let all = [&against[..], more].concat();
        let run = screen("1.csv", "1.snapshot", "2026-10-21", "refused.csv", &all);
        assert_eq!((run.status, run.err.contains(reason)), (2, true), "{}", run.err);
    }
    let other = path("1.snapshot");
    let wrong = ["--since", &other, "--previous", &previous];
    let run = screen("1.csv", "1.snapshot", "2026-10-21", "refused.csv", &wrong);
    assert!(run.err.contains("another snapshot (--since)"), "{}", run.err);
}
