//! The embedded data as a snapshot, checked against the counts of the notices.

use std::collections::BTreeMap;

use std::sync::OnceLock;

use super::*;
use crate::model::Status;
use crate::source::{Inputs, read};

fn embedded() -> &'static Snapshot {
    static SNAPSHOT: OnceLock<Snapshot> = OnceLock::new();
    SNAPSHOT.get_or_init(|| Snapshot::build(read(&Inputs::default()).unwrap()))
}

fn statuses(day: &str) -> BTreeMap<(String, &'static str), usize> {
    let snapshot = embedded();
    let mut counts = BTreeMap::new();
    for listing in snapshot.listings(Day::parse(day).unwrap()) {
        let list = snapshot.entries()[listing.entry as usize].list.clone();
        *counts.entry((list, listing.on_day.status.as_str())).or_insert(0) += 1;
    }
    counts
}

fn count(day: &str, list: &str, status: Status) -> usize {
    statuses(day).get(&(list.to_owned(), status.as_str())).copied().unwrap_or(0)
}

#[test]
fn entries_stand_as_the_notices_say() {
    use Status::{InForce, Stopped, Suspended};
    for (day, list, expected) in [
        ("2026-11-01", "CN-UEL", [54, 11, 16]),
        ("2026-11-01", "CN-CONTROL", [110, 16, 27]),
        ("2026-11-01", "CN-WATCH", [40, 0, 0]),
        ("2025-04-20", "CN-UEL", [55, 0, 0]),
        ("2025-04-20", "CN-CONTROL", [71, 0, 0]),
        ("2025-06-01", "CN-UEL", [38, 17, 0]),
        ("2025-06-01", "CN-CONTROL", [43, 28, 0]),
    ] {
        let found = [InForce, Suspended, Stopped].map(|status| count(day, list, status));
        assert_eq!(found, expected, "{list} on {day}");
    }
    let snapshot = embedded();
    let confirm = |day| {
        let listings = snapshot.listings(Day::parse(day).unwrap());
        listings.iter().filter(|listing| listing.on_day.confirm).count()
    };
    assert_eq!((confirm("2026-11-09"), confirm("2026-11-10"), confirm("2026-11-24")), (0, 27, 27));
}

#[test]
fn entries_and_holdings_meet() {
    let snapshot = embedded();
    let named = |name: &str| snapshot.exactly_named(name, &Countries::default());
    for (a, b) in [
        ("L3 Harris Technologies", "L3Harris Technologies, Inc."),
        ("Aero Vironment", "AeroVironment, Inc."),
        ("PVH Group", "PVH Corp."),
        ("Kia Motors Corp.", "Kia Corporation"),
        ("General Dynamics", "General Dynamics Corporation"),
        ("OKI Electric Industry Co., Ltd.", "Oki Electric Industry Co., Ltd."),
    ] {
        assert_eq!(named(a), named(b), "{a} and {b}");
        assert_eq!(named(a).len(), 1, "{a}");
    }
    assert_ne!(named("BAE Systems, Inc."), named("BAE Systems plc"));
    let listed: std::collections::BTreeSet<EntityId> =
        (0..274).map(|entry| snapshot.entity_of_entry(entry)).collect();
    assert_eq!(listed.len(), 217);
}

#[test]
fn files_in_another_order_make_the_same_digest_and_the_same_ids() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let a = path("a.csv", "holder,issuer\nAcme Ltd,Beta Ltd\n");
    let b = path("b.csv", "holder,issuer\nBeta Limited,Gamma Ltd\n");
    let build = |ownership: Vec<String>| {
        Snapshot::build(read(&Inputs { ownership, ..Inputs::default() }).unwrap())
    };
    let (one, other) = (build(vec![a.clone(), b.clone()]), build(vec![b, a]));
    assert_eq!(one.digest(), other.digest());
    let ids = |snapshot: &Snapshot| -> Vec<String> {
        (0..snapshot.entity_count()).map(|entity| snapshot.entity(EntityId(entity)).id).collect()
    };
    assert_eq!(ids(&one), ids(&other));
}

#[test]
fn a_saved_snapshot_opens_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let own = embedded();
    own.save(&path("a")).unwrap();
    let opened = Snapshot::open(&path("a")).unwrap();
    assert_eq!(opened.digest(), own.digest());
    assert!(opened.names().eq(own.names()));
    for entity in (0..own.entity_count()).map(EntityId) {
        assert_eq!(opened.entity(entity), own.entity(entity));
        assert_eq!(opened.world().kind(entity), own.world().kind(entity));
        assert_eq!(opened.world().graph().held_in(entity), own.world().graph().held_in(entity));
    }
    for (query, floor) in [("Skydoi Inc", 0.75), ("洛克希德马丁公司", 0.6), ("Lockhed Martin", 0.6)]
    {
        let query = crate::name::parse(query);
        assert_eq!(opened.candidates(&query, floor), own.candidates(&query, floor));
        assert_eq!(opened.candidates(&query, floor), own.candidates(&query, floor), "again");
    }
    // What came out goes in again, byte for byte: nothing was lost on the way.
    opened.save(&path("b")).unwrap();
    assert!(std::fs::read(path("a")).unwrap() == std::fs::read(path("b")).unwrap());
}

/// Bytes changed at random, whatever they are: what is touched of them is told, and nothing panics.
#[test]
fn no_damage_of_a_snapshot_file_panics() {
    use crate::column::{Damaged, undamaged};
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a").to_str().unwrap().to_owned();
    let own = embedded();
    own.save(&path).unwrap();
    let whole = std::fs::read(&path).unwrap();
    let query = crate::name::parse("Skydoi Inc");
    let look = |snapshot: &Snapshot| {
        let found = snapshot.candidates(&query, 0.75);
        let apart = found.iter().map(|number| snapshot.apart(*number));
        (
            found.clone(),
            apart.collect::<Vec<_>>(),
            snapshot.doubts(Day::parse("2026-11-24").unwrap()),
        )
    };
    let expected = look(own);
    let mut seed = 7u64;
    let mut next = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap()
    };
    let (mut refused, mut damaged) = (0, 0);
    for _ in 0..300 {
        let mut bytes = whole.clone();
        for _ in 0..=next() % 3 {
            let at = next() % bytes.len();
            bytes[at] = bytes[at].wrapping_add(u8::try_from(next() % 255).unwrap() + 1);
        }
        if next() % 4 == 0 {
            bytes.truncate(next() % bytes.len());
        }
        std::fs::write(&path, &bytes).unwrap();
        match Snapshot::open(&path) {
            Err(_) => refused += 1,
            Ok(snapshot) => match undamaged(|| look(&snapshot)) {
                Ok(found) => assert_eq!(found, expected, "what was touched was whole"),
                Err(Damaged) => damaged += 1,
            },
        }
    }
    assert!(refused > 30 && damaged > 10, "{refused} refused, {damaged} damaged");
}
