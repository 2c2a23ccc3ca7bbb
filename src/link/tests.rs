//! Joining on small sets of mentions, in every order.

use super::*;
use proptest::prelude::*;
use rustc_hash::FxHashMap;

use crate::model::{EntityKind, Identifiers};

/// name, native, countries, identifiers
type Given = (&'static str, &'static str, &'static str, &'static str);

fn records(given: &[Given], links: &[(&str, &str, bool)]) -> Records {
    let mut records = Records::new();
    for (name, native, countries, identifiers) in given {
        let countries = Countries::parse(countries).unwrap();
        let identifiers = Identifiers::parse(identifiers);
        records.mention(name, native, &countries, &identifiers, EntityKind::Unknown);
    }
    for (a, b, same) in links {
        records.links.push(LinkDecision {
            a: (*a).to_owned(),
            a_countries: Countries::default(),
            b: (*b).to_owned(),
            b_countries: Countries::default(),
            same: *same,
            reason: String::new(),
            place: Place { source: 0, record: 1 },
        });
    }
    records
}

/// The entities as sorted sets of mentions, so that two orders can be compared.
fn entities(given: &[Given], links: &[(&str, &str, bool)]) -> Vec<Vec<Given>> {
    let linked = link(&records(given, links));
    let mut sets: FxHashMap<EntityId, Vec<Given>> = FxHashMap::default();
    for (given, entity) in given.iter().zip(&linked.entity_of) {
        sets.entry(*entity).or_default().push(*given);
    }
    let mut sets: Vec<Vec<Given>> = sets.into_values().collect();
    sets.iter_mut().for_each(|set| set.sort_unstable());
    sets.sort();
    sets
}

fn count(given: &[Given]) -> usize {
    entities(given, &[]).len()
}

fn possible(given: &[Given]) -> Vec<(String, String)> {
    let records = records(given, &[]);
    let linked = link(&records);
    let links = possible_links(&linked, records.texts.view(), |_| true, |_, _| false);
    links.into_iter().map(|link| link.names).collect()
}

#[test]
fn names_join_where_only_writing_and_nothing_else_differs() {
    assert_eq!(
        count(&[("Illumina, Inc.", "", "US", ""), ("ILLUMINA Incorporated", "", "US", "")]),
        1
    );
    assert_eq!(count(&[("Axient LLC", "", "US", ""), ("Axient Inc.", "", "US", "")]), 2);
    assert_eq!(count(&[("BAE Systems plc", "", "GB", ""), ("BAE Systems plc", "", "US", "")]), 2);
    assert_eq!(count(&[("Echodyne", "", "US", ""), ("Echodyne Corp.", "", "US", "")]), 1);
    assert_eq!(
        count(&[("Aero Vironment", "", "US", ""), ("AeroVironment, Inc.", "", "US", "")]),
        1
    );
    assert_eq!(
        count(&[("Teledyne FLIR", "", "US", ""), ("Teledyne FLIR Defense", "", "US", "")]),
        2
    );
}

#[test]
fn what_lacks_something_joins_only_where_all_candidates_are_one() {
    let axient =
        [("Axient", "", "US", ""), ("Axient LLC", "", "US", ""), ("Axient Inc.", "", "US", "")];
    assert_eq!(count(&axient), 3);
    assert_eq!(possible(&axient).len(), 3, "each pair differs only in its form");
    let decided = entities(&axient, &[("Axient LLC", "Axient Inc.", true)]);
    assert_eq!(decided.len(), 1, "once the candidates are one, the bare name joins them");
    assert_eq!(count(&[("Acme", "", "", ""), ("Acme", "", "US", ""), ("Acme", "", "GB", "")]), 3);
    assert_eq!(count(&[("Acme", "", "", ""), ("Acme", "", "US", "")]), 1);
}

#[test]
fn identifiers_join_and_veto() {
    assert_eq!(count(&[("Alpha", "", "US", "lei:1"), ("Beta", "", "GB", "lei:1")]), 1);
    assert_eq!(count(&[("Alpha", "", "US", "lei:1"), ("Alpha", "", "US", "lei:2")]), 2);
    let between =
        [("Alpha", "", "US", "lei:1"), ("Alpha", "", "US", "lei:2"), ("Alpha", "", "US", "")];
    assert_eq!(count(&between), 3, "the one without an identifier could be either");
    assert_eq!(count(&[("Alpha", "", "US", "lei:1"), ("Alpha", "", "US", "coh:2")]), 1);
}

#[test]
fn native_names_join_where_countries_agree() {
    let native = "宇航环境公司";
    assert_eq!(count(&[("AeroVironment, Inc.", native, "US", ""), ("AV", native, "US", "")]), 1);
    assert_eq!(count(&[("AeroVironment, Inc.", native, "US", ""), ("AV", native, "JP", "")]), 2);
}

#[test]
fn a_name_in_the_native_script_is_a_native_name() {
    let entry = ("Huawei Technologies", "华为技术有限公司", "CN", "");
    assert_eq!(count(&[entry, ("華為技術有限公司", "", "CN", "")]), 1);
    assert_eq!(count(&[entry, ("華為技術有限公司", "", "", "")]), 1);
    assert_eq!(count(&[entry, ("華為技術有限公司", "", "US", "")]), 2);
    for native in ["Ромашка Трейдинг", "شركة الياسمين", "Ανθός Εμπορική"]
    {
        let entry = ("Yarrow Shipping Ltd", native, "", "");
        assert_eq!(count(&[entry, (native, "", "", "")]), 1, "{native}");
    }
    assert_eq!(count(&[("Yarrow Ltd", "Łódź Handel", "", ""), ("Łódź Handel Sp", "", "", "")]), 2);
}

#[test]
fn a_record_without_a_country_does_not_bridge_two() {
    let given = [
        ("Alpha Quorn LLC", "", "US", ""),
        ("Alpha Quorn", "", "", "lei:77"),
        ("Bravo Nix Ltd", "", "GB", "lei:77"),
    ];
    assert_eq!(count(&given), 2, "the identifier joins, the name then may not");
}

#[test]
fn a_persons_word_beats_everything() {
    let pair = [("Kia Motors Corp.", "", "KR", ""), ("Kia Corporation", "", "KR", "")];
    assert_eq!(entities(&pair, &[]).len(), 2);
    assert_eq!(entities(&pair, &[("Kia Motors Corp.", "Kia Corporation", true)]).len(), 1);
    let twins = [("Alpha Ltd", "", "GB", "lei:1"), ("Alpha Ltd", "", "", "")];
    assert_eq!(entities(&twins, &[]).len(), 1);
    let joined = [("A Ltd", "", "GB", "lei:1"), ("B Ltd", "", "GB", "lei:1")];
    assert_eq!(entities(&joined, &[("A Ltd", "B Ltd", false)]).len(), 2);
}

#[test]
fn possible_links_are_near_names_never_other_words_or_numbers() {
    let pair = |a, b| possible(&[(a, "", "US", ""), (b, "", "US", "")]).len();
    assert_eq!(pair("Axient LLC", "Axient Inc."), 1);
    assert_eq!(pair("Brown Teledyne Inc.", "Teledyne Brown LLC"), 1);
    assert_eq!(pair("Echodyne Corp.", "Echodine Corp."), 1);
    assert_eq!(pair("Skydio Inc.", "Skydio Holdings Inc."), 1);
    assert_eq!(pair("Teledyne LeCroy", "Teledyne FLIR"), 0);
    assert_eq!(pair("Fund 7 Kestrel LLC", "Fund 8 Kestrel LLC"), 0);
    assert_eq!(pair("ACSL Ltd.", "ACST Ltd."), 0);
    let abroad = possible(&[("Axient LLC", "", "US", ""), ("Axient Inc.", "", "GB", "")]);
    assert_eq!(abroad.len(), 0);
}

proptest! {
    #[test]
    fn the_order_of_records_changes_nothing(
        picks in proptest::collection::vec((0usize..4, 0usize..3, 0usize..3), 1..9),
        seed in any::<u64>(),
    ) {
        let names = ["Axient", "Axient LLC", "Axient Inc.", "Axiant LLC"];
        let (countries, identifiers) = (["", "US", "GB"], ["", "lei:1", "lei:2"]);
        let mut given: Vec<Given> = picks
            .iter()
            .map(|(name, country, id)| (names[*name], "", countries[*country], identifiers[*id]))
            .collect();
        given.sort_unstable();
        given.dedup();
        let before = (entities(&given, &[]), possible(&given));
        let turn = usize::try_from(seed % given.len() as u64).unwrap();
        given.rotate_left(turn);
        if seed % 2 == 0 {
            given.reverse();
        }
        prop_assert_eq!(before, (entities(&given, &[]), possible(&given)));
    }
}

#[test]
fn of_many_that_share_an_identifier_those_join_that_do_not_contradict_each_other() {
    let mut records = Records::new();
    for number in 0..3 * LARGEST_BUCKET {
        // Two records of each number, and one without.
        let own = format!("gb-coh:{};vendor:7", number / 3);
        let identifiers = if number % 3 == 2 { "vendor:7" } else { own.as_str() };
        let (name, kind) = (format!("Company {number}"), EntityKind::Unknown);
        let identifiers = Identifiers::parse(identifiers);
        records.mention(&name, "", &Countries::default(), &identifiers, kind);
    }
    let linked = link(&records);
    assert_eq!(linked.entities as usize, LARGEST_BUCKET);
    let of = |number: usize| linked.entity_of[number];
    assert!((0..LARGEST_BUCKET).all(|number| of(3 * number) == of(3 * number + 1)));
}
