//! The graph and its days on small cases, and petgraph's own algorithms over it.

use petgraph::algo::kosaraju_scc;

use super::*;
use crate::error::Place;
use crate::link::link;
use crate::model::{Confidence, Countries, HoldingRow, Identifiers, Interest};
use crate::share::ShareRange;
use crate::source::Records;
use rustc_hash::FxHashSet;

/// holder, issuer, low, high, since, until, confidence
type Row = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    Confidence,
);

fn graph(rows: &[Row]) -> (Graph, impl Fn(&str) -> EntityId + use<>) {
    let mut records = Records::new();
    let day = |text: &str| (!text.is_empty()).then(|| Day::parse(text).unwrap());
    for (number, (holder, issuer, low, high, since, until, confidence)) in (1u32..).zip(rows) {
        let row = HoldingRow {
            holder,
            holder_id: Identifiers::default(),
            holder_country: Countries::default(),
            issuer,
            issuer_id: Identifiers::default(),
            issuer_country: Countries::default(),
            range: ShareRange::parse(low, high, false, false).unwrap(),
            interest: Interest::Equity,
            span: Span::new(day(since), day(until)).unwrap(),
            confidence: *confidence,
            source: "",
        };
        records.push_holding(&row, Place { source: 0, record: number });
    }
    let linked = link(&records);
    let graph = Graph::build(linked.entities, &records.holdings, &linked.entity_of);
    let name = move |name: &str| {
        let mention =
            records.mentions.iter().position(|mention| records.texts.get(mention.name) == name);
        linked.entity_of[mention.expect("a name of the rows")]
    };
    (graph, name)
}

use Confidence::{Documented, Reported, Unverified};

fn stake(rows: &[Row], day: &str) -> Option<(String, bool, Confidence)> {
    let (graph, name) = graph(rows);
    let edge = graph.on(Day::parse(day).unwrap()).stakes_in(name("Issuer")).next()?;
    Some((edge.stake.range.to_string(), edge.stake.contradicting, edge.stake.confidence))
}

#[test]
fn rows_of_one_holding_meet_on_the_day_asked() {
    let rows = [
        ("Holder", "Issuer", "20.3", "", "", "2024-01-31", Documented),
        ("Holder", "Issuer", "100", "", "2024-01-31", "", Documented),
    ];
    assert_eq!(stake(&rows, "2024-01-30").unwrap().0, "20.3 %");
    assert_eq!(stake(&rows, "2024-01-31").unwrap().0, "100 %");
    assert_eq!(stake(&rows[1..], "2024-01-30"), None);
}

#[test]
fn ranges_narrow_each_other_but_never_a_stronger_one() {
    let two = |a: Confidence, b: Confidence| {
        [("Holder", "Issuer", "40", "60", "", "", a), ("Holder", "Issuer", "50", "", "", "", b)]
    };
    assert_eq!(stake(&two(Reported, Reported), "2025-01-01").unwrap().0, "50 %");
    assert_eq!(stake(&two(Documented, Reported), "2025-01-01").unwrap().0, "40 to 60 %");
    assert_eq!(
        stake(&two(Unverified, Reported), "2025-01-01").unwrap(),
        ("50 %".to_owned(), false, Reported)
    );
}

#[test]
fn contradicting_rows_run_from_the_lowest_low_to_the_sum_of_the_highs() {
    let rows = [
        ("Holder", "Issuer", "30", "", "", "", Documented),
        ("Holder", "Issuer", "25", "", "", "", Unverified),
    ];
    let expected = ("25 to 55 %".to_owned(), true, Unverified);
    assert_eq!(stake(&rows, "2025-01-01"), Some(expected.clone()));
    let turned = [rows[1], rows[0]];
    assert_eq!(stake(&turned, "2025-01-01"), Some(expected));
}

#[test]
fn weaker_rows_can_contradict_each_other() {
    let rows = [
        ("Holder", "Issuer", "20", "45", "", "", Documented),
        ("Holder", "Issuer", "25", "", "", "", Reported),
        ("Holder", "Issuer", "40", "", "", "", Reported),
    ];
    assert_eq!(stake(&rows, "2025-01-01").unwrap(), ("20 to 100 %".to_owned(), true, Reported));
}

#[test]
fn petgraph_finds_rings_and_what_lies_above_and_below() {
    let row = |holder, issuer| (holder, issuer, "50", "", "", "", Documented);
    let (graph, name) =
        graph(&[row("A", "B"), row("B", "C"), row("C", "A"), row("C", "D"), row("E", "D")]);
    let view = graph.on(Day::parse("2025-01-01").unwrap());
    let mut sizes: Vec<usize> = kosaraju_scc(view).iter().map(Vec::len).collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [1, 1, 3]);
    assert_eq!(view.owners_of([name("D")]).len(), 5);
    assert_eq!(view.held_below([name("E")]), {
        let mut set = vec![name("D"), name("E")];
        set.sort_unstable();
        set
    });
    assert!(graph.related(name("D"), name("E")) && !graph.related(name("A"), name("E")));
}

#[test]
fn the_stakes_of_a_holder_in_some_issuers_are_found_from_either_end() {
    let names: Vec<&'static str> = (0..60).map(|at| &*format!("Issuer {at}").leak()).collect();
    let mut rows: Vec<Row> =
        names.iter().map(|name| ("Fund", *name, "5", "", "", "", Reported)).collect();
    rows.extend(names.iter().step_by(3).map(|name| ("Other", *name, "7", "", "", "", Reported)));
    rows.extend(
        names.iter().step_by(7).map(|name| ("Fund", *name, "6", "", "2020-01-01", "", Documented)),
    );
    let (graph, name) = graph(&rows);
    let view = graph.on(Day::parse("2026-01-01").unwrap());
    for holder in ["Fund", "Other", "Issuer 1"] {
        for some in [1, 2, 3, 5, 60] {
            let issuers: FxHashSet<EntityId> =
                names.iter().step_by(60 / some).map(|issuer| name(issuer)).collect();
            let shown =
                |edge: StakeEdge| (edge.issuer, edge.stake.range.to_string(), edge.rows.len());
            let all = view.stakes_of(name(holder)).filter(|edge| issuers.contains(&edge.issuer));
            let all: Vec<_> = all.map(shown).collect();
            let found: Vec<_> = view.stakes_of_in(name(holder), &issuers).map(shown).collect();
            assert_eq!(found, all, "{holder} in {some}");
        }
    }
}
