//! The cascade against a slow oracle, and cases worked by hand.

mod looked_at;
mod multiplied;
mod oracle;
mod properties;
mod said;

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::day::Span;
use crate::error::Place;
use crate::graph::Graph;
use crate::link::{Linked, link};
use crate::model::{Confidence, Countries, EntityKind, HoldingRow, Identifiers};
use crate::rule::{Aggregate, Comparison, Reach, Test};
use crate::share::ShareRange;
use crate::source::Records;

/// Entities of which nobody says a country.
fn without_countries(entities: usize) -> EntityCountries {
    std::iter::repeat_n(Countries::default(), entities).collect()
}

/// A stake of a test case: holder, issuer, low and high in percent, interest.
type Case = (u32, u32, u32, u32, Interest);

fn rule(threshold: u32, comparison: Comparison) -> Rule {
    let threshold = Share::from_parts(u64::from(threshold) * 10_000_000);
    let test = Test { threshold, comparison, aggregate: Aggregate::All };
    Rule { test, ..crate::rule::tests::plain() }
}

fn percent(low: u32, high: u32) -> ShareRange {
    let share = |percent: u32| Share::from_parts(u64::from(percent) * 10_000_000);
    ShareRange::closed(share(low), share(high)).unwrap()
}

/// A graph of entities numbered as in the case, each holding documented by its own line.
fn graph(entities: u32, cases: &[Case]) -> (Graph, Linked) {
    graph_with(entities, cases, |_| (Confidence::Documented, Span::ALWAYS))
}

/// Like [`graph`], each holding of the confidence and the days of its line.
fn graph_with(
    entities: u32,
    cases: &[Case],
    terms: impl Fn(u32) -> (Confidence, Span),
) -> (Graph, Linked) {
    // Digits as letters: names sort as numbers do, and entities are numbered by name.
    let name = |entity: u32| -> String {
        format!("{entity:06}").bytes().map(|digit| char::from(digit - b'0' + b'q')).collect()
    };
    let mut records = Records::new();
    for entity in 0..entities {
        let (none, nobody) = (Countries::default(), Identifiers::default());
        records.mention(&name(entity), "", &none, &nobody, EntityKind::Unknown);
    }
    for (line, (holder, issuer, low, high, interest)) in (1u32..).zip(cases) {
        let (confidence, span) = terms(line);
        let row = HoldingRow {
            holder: &name(*holder),
            holder_id: Identifiers::default(),
            holder_country: Countries::default(),
            issuer: &name(*issuer),
            issuer_id: Identifiers::default(),
            issuer_country: Countries::default(),
            range: percent(*low, *high),
            interest: *interest,
            span,
            confidence,
            source: "",
        };
        records.push_holding(&row, Place { source: 0, record: line });
    }
    let linked = link(&records);
    let graph = Graph::build(linked.entities, &records.holdings, &linked.entity_of);
    assert_eq!(graph.entities(), entities);
    (graph, linked)
}

fn listings(seeds: &[(u32, Status)]) -> Vec<Listing> {
    let listing = |(entry, (entity, status)): (u32, &(u32, Status))| Listing {
        entity: EntityId(*entity),
        entry,
        on_day: OnDay { status: *status, confirm: false },
        restriction: None,
    };
    (0u32..).zip(seeds).map(listing).collect()
}

fn starts(rule: &Rule, listings: impl IntoIterator<Item = Listing>) -> Starts {
    let listings = listings.into_iter().map(|listing| (listing, Vec::new()));
    Starts::new(rule, rule.test.aggregate, &Groups::new(), listings)
}

fn with_expansion<T>(
    entities: u32,
    cases: &[Case],
    seeds: &[(u32, Status)],
    complete: &[u32],
    rule: &Rule,
    scope: Option<&[EntityId]>,
    look: impl FnOnce(&Expansion) -> T,
) -> T {
    let (graph, _) = graph(entities, cases);
    let mut all_owners = FixedBitSet::with_capacity(entities as usize);
    complete.iter().for_each(|entity| all_owners.insert(*entity as usize));
    over(&graph, &all_owners, rule, listings(seeds), |ground, starts| {
        look(&Expansion::new(rule, ground, starts, Share::QUARTER, scope).unwrap())
    })
}

/// What rules stand on where nobody says a country, and the starts of a rule from some listings.
fn over<T>(
    graph: &Graph,
    complete: &FixedBitSet,
    rule: &Rule,
    listings: Vec<Listing>,
    look: impl FnOnce(Ground, &Starts) -> T,
) -> T {
    let day = Day::parse("2026-11-01").unwrap();
    let countries = without_countries(graph.entities() as usize);
    let ground = Ground { view: graph.on(day), day, complete, countries: &countries };
    look(ground, &starts(rule, listings))
}

/// What is certain and what is possible, listed entities included, from everything up to a status.
fn engine(
    entities: u32,
    cases: &[Case],
    seeds: &[(u32, Status)],
    complete: &[u32],
    rule: &Rule,
) -> [BTreeSet<u32>; 2] {
    with_expansion(entities, cases, seeds, complete, rule, None, |expansion| {
        [End::Low, End::High].map(|end| {
            let counts =
                |entity: &u32| expansion.runs.counts(EntityId(*entity), end) != Tier::NEVER;
            (0..entities).filter(counts).collect()
        })
    })
}

/// The oracle: sets and sums from scratch in every round, no graph, no worklist.
fn oracle(
    entities: u32,
    cases: &[Case],
    seeds: &[(u32, Status)],
    complete: &[u32],
    rule: &Rule,
    end: End,
) -> BTreeSet<u32> {
    let met = |percent: i64| match rule.test.comparison {
        Comparison::AtLeast => percent * 10_000_000 >= i64::from(rule.test.threshold.parts()),
        Comparison::MoreThan => percent * 10_000_000 > i64::from(rule.test.threshold.parts()),
    };
    let mut set: BTreeSet<u32> = seeds.iter().map(|(entity, _)| *entity).collect();
    loop {
        let before = set.len();
        for issuer in 0..entities {
            let equity: Vec<&Case> = cases
                .iter()
                .filter(|case| case.1 == issuer && case.4 == Interest::Equity)
                .collect();
            let (ours, others): (Vec<&Case>, Vec<&Case>) =
                equity.iter().partition(|case| case.0 != issuer && set.contains(&case.0));
            let sum = |cases: &[&Case], high: bool| -> i64 {
                cases.iter().map(|case| i64::from(if high { case.3 } else { case.2 })).sum()
            };
            let over = sum(&equity, false) > 100;
            let whole = complete.contains(&issuer) && sum(&equity, true) >= 100;
            let total = match end {
                End::Low if over || !whole => sum(&ours, false),
                End::Low => sum(&ours, false).max(100 - sum(&others, true)),
                End::High if over => sum(&ours, true),
                End::High => sum(&ours, true).min(100 - sum(&others, false)),
            };
            let branch = cases.iter().any(|case| {
                case.1 == issuer
                    && case.0 != issuer
                    && case.4 == Interest::Branch
                    && set.contains(&case.0)
            });
            if branch || (!ours.is_empty() && met(total)) {
                set.insert(issuer);
            }
        }
        if set.len() == before {
            return set;
        }
    }
}

fn cases(entities: u32) -> impl Strategy<Value = Vec<Case>> {
    let share = prop_oneof![
        3 => Just((50, 50)), 2 => Just((100, 100)), 1 => Just((0, 100)), 1 => Just((25, 50)),
        1 => Just((49, 49)), 1 => Just((51, 100)), 2 => (0u32..=100, 0u32..=100).prop_map(|(a, b)| (a.min(b), a.max(b))),
        2 => (1u32..60).prop_map(|share| (share, share)),
    ];
    let interest = prop_oneof![8 => Just(Interest::Equity), 1 => Just(Interest::Branch), 1 => Just(Interest::Votes)];
    let stake = (0..entities, 0..entities, share, interest)
        .prop_map(|(holder, issuer, (low, high), interest)| (holder, issuer, low, high, interest));
    proptest::collection::vec(stake, 0..18).prop_map(|mut cases| {
        cases.sort_unstable_by_key(|case| (case.0, case.1, case.4));
        cases.dedup_by_key(|case| (case.0, case.1, case.4));
        cases
    })
}

fn seeds() -> impl Strategy<Value = Vec<(u32, Status)>> {
    let status = prop_oneof![Just(Status::InForce), Just(Status::Suspended), Just(Status::Stopped)];
    proptest::collection::vec((0u32..8, status), 1..4)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn the_cascade_equals_the_oracle(
        cases in cases(8),
        seeds in seeds(),
        complete in proptest::collection::vec(0u32..8, 0..3),
        threshold in prop_oneof![Just(50), Just(25), Just(100)],
        more in any::<bool>(),
    ) {
        let comparison = if more { Comparison::MoreThan } else { Comparison::AtLeast };
        let rule = rule(threshold, comparison);
        let [certain, possible] = engine(8, &cases, &seeds, &complete, &rule);
        prop_assert_eq!(&certain, &oracle(8, &cases, &seeds, &complete, &rule, End::Low));
        prop_assert_eq!(&possible, &oracle(8, &cases, &seeds, &complete, &rule, End::High));
        prop_assert!(certain.is_subset(&possible));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn one_entity_alone_gets_what_the_whole_graph_says_of_it(
        cases in cases(8),
        seeds in seeds(),
        complete in proptest::collection::vec(0u32..8, 0..3),
    ) {
        let rule = rule(50, Comparison::AtLeast);
        let show = |expansion: &Expansion, entity: u32| {
            format!("{:?}", expansion.exposures(EntityId(entity)))
        };
        let whole: Vec<String> = with_expansion(8, &cases, &seeds, &complete, &rule, None, |all| {
            (0..8).map(|entity| show(all, entity)).collect()
        });
        for entity in 0..8 {
            let scope = [EntityId(entity)];
            let alone = with_expansion(8, &cases, &seeds, &complete, &rule, Some(&scope), |one| {
                show(one, entity)
            });
            prop_assert_eq!(&alone, &whole[entity as usize]);
        }
    }

    #[test]
    fn the_evidence_alone_makes_the_exposure(cases in cases(8), seeds in seeds()) {
        let rule = rule(50, Comparison::AtLeast);
        let exposures: Vec<(u32, Exposure)> =
            with_expansion(8, &cases, &seeds, &[], &rule, None, |expansion| {
                (0..8)
                    .flat_map(|entity| {
                        let all = expansion.exposures(EntityId(entity)).into_iter();
                        all.map(move |exposure| (entity, exposure))
                    })
                    .collect()
            });
        for (entity, exposure) in exposures {
            if exposure.certainty != Certainty::Certain {
                continue;
            }
            // The cited rows and the cited listings, and nothing else, reach the entity again.
            let rows: Vec<Case> = cases
                .iter()
                .zip(1u32..)
                .filter(|(_, line)| exposure.evidence.iter().any(|row| row.place.record == *line))
                .map(|(case, _)| *case)
                .collect();
            let cited: Vec<(u32, Status)> =
                exposure.listed.iter().map(|cited| seeds[cited.entry as usize]).collect();
            prop_assert!(cited.iter().all(|(_, status)| *status <= exposure.listing_status));
            let others: Vec<(u32, Status)> =
                cited.into_iter().filter(|(listed, _)| *listed != entity).collect();
            let reached = oracle(8, &rows, &others, &[], &rule, End::Low);
            prop_assert!(reached.contains(&entity), "{entity} from {rows:?}");
        }
    }
}

fn equity(holder: u32, issuer: u32, low: u32, high: u32) -> Case {
    (holder, issuer, low, high, Interest::Equity)
}

fn one(entities: u32, cases: &[Case], seeds: &[u32], entity: u32) -> Vec<Exposure> {
    let seeds: Vec<(u32, Status)> = seeds.iter().map(|seed| (*seed, Status::InForce)).collect();
    let rule = rule(50, Comparison::AtLeast);
    with_expansion(entities, cases, &seeds, &[], &rule, None, |expansion| {
        expansion.exposures(EntityId(entity))
    })
}

#[test]
fn the_sum_is_capped_not_each_edge() {
    // Two bands of 10 to 40 beside a fixed 51 hold at most 49 together.
    let cases = [equity(0, 3, 10, 40), equity(1, 3, 10, 40), equity(2, 3, 51, 51)];
    assert_eq!(one(4, &cases, &[0, 1], 3).len(), 0);
}

#[test]
fn open_bands_add_up_to_certainly_more_than_half() {
    let band = ShareRange::parse("25", "50", true, false).unwrap();
    let mut sums = Sums::default();
    let stake = crate::graph::Stake {
        beside: (Share::ZERO, Share::ZERO),
        room: Share::ZERO,
        interest: Interest::Equity,
        range: band,
        confidence: Confidence::Documented,
        contradicting: false,
    };
    for _ in 0..2 {
        sums.add(&stake);
        sums.count(&stake);
    }
    assert_eq!(sums.least(false), 500_000_002);
}

#[test]
fn declared_totals_above_the_whole_count_as_declared() {
    let cases = [equity(0, 2, 60, 60), equity(1, 2, 60, 60)];
    let exposure = &one(3, &cases, &[0], 2)[0];
    assert_eq!(exposure.share.unwrap().0, Share::from_parts(600_000_000));
}

#[test]
fn rings_and_self_holdings_reach_nobody_by_themselves() {
    let ring = [equity(0, 1, 100, 100), equity(1, 0, 100, 100), equity(2, 2, 100, 100)];
    assert_eq!(one(4, &ring, &[3], 0).len(), 0);
    assert_eq!(one(4, &ring, &[3], 2).len(), 0);
    // A ring of minorities: 20 % from outside and 80 % around is no cascade.
    let evasion =
        [equity(2, 0, 20, 20), equity(2, 1, 20, 20), equity(0, 1, 80, 80), equity(1, 0, 80, 80)];
    let flag = &one(3, &evasion, &[2], 0)[0];
    assert_eq!(flag.certainty, Certainty::Flag);
    assert_eq!(flag.effective, Some((Share::WHOLE, Share::WHOLE)), "though all of it is theirs");
}

#[test]
fn a_chain_of_100_000_companies_does_not_overflow() {
    let chain: Vec<Case> = (0..100_000).map(|at| equity(at, at + 1, 50, 50)).collect();
    let exposures = one(100_001, &chain, &[0], 100_000);
    assert_eq!(
        (exposures[0].certainty, exposures[0].evidence.len()),
        (Certainty::Certain, 100_000)
    );
}

#[test]
fn five_thousand_owners_add_up_exactly() {
    let owners: Vec<Case> = (0..5_000)
        .map(|owner| equity(owner, 5_000, u32::from(owner < 50), u32::from(owner < 50)))
        .collect();
    let seeds: Vec<u32> = (0..5_000).collect();
    let exposure = &one(5_001, &owners, &seeds, 5_000)[0];
    assert_eq!(exposure.share.unwrap().0.to_string(), "50");
    assert_eq!(exposure.basis, Some(Basis::Aggregate));
}

#[test]
fn where_owners_are_not_added_up_every_reached_holder_is_cited_all_the_same() {
    // Owner 0 has 40 % and its subsidiary 3 has 14 %, enough together; owner 1 has 45 %.
    let cases =
        [equity(0, 2, 40, 40), equity(3, 2, 14, 14), equity(1, 2, 45, 45), equity(0, 3, 100, 100)];
    let single = rule(50, Comparison::AtLeast).reading("single").unwrap();
    let seeds = [(0, Status::InForce), (1, Status::InForce)];
    let exposure = with_expansion(4, &cases, &seeds, &[], &single, None, |expansion| {
        expansion.exposures(EntityId(2)).remove(0)
    });
    assert_eq!((exposure.evidence.len(), exposure.listed.len()), (4, 2));
    assert_eq!(exposure.basis, Some(Basis::Single));
    assert_eq!(
        exposure.share,
        Some((Share::from_parts(990_000_000), Share::from_parts(990_000_000)))
    );
    let apart = [equity(1, 2, 45, 45), equity(0, 2, 45, 45)];
    let certain = with_expansion(4, &apart, &seeds, &[], &single, None, |expansion| {
        expansion.exposures(EntityId(2)).iter().any(|one| one.certainty != Certainty::Flag)
    });
    assert!(!certain, "45 and 45 of two owners are not added up");
}

#[test]
fn a_listing_without_a_measure_hides_no_other() {
    let cases = [equity(0, 2, 50, 50), equity(1, 2, 50, 50), equity(0, 1, 100, 100)];
    let rule = rule(50, Comparison::AtLeast);
    let (graph, _) = graph(3, &cases);
    let day = Day::parse("2026-11-24").unwrap();
    let (complete, countries) = (FixedBitSet::with_capacity(3), without_countries(3));
    let ground = Ground { view: graph.on(day), day, complete: &complete, countries: &countries };
    let listing = |entity, confirm, restriction| Listing {
        entity: EntityId(entity),
        entry: entity,
        on_day: OnDay { status: Status::InForce, confirm },
        restriction,
    };
    // The restricting owner is to be confirmed, the other one settled: the rule is met with both.
    let listings = [listing(0, true, None), listing(1, false, Some(Restriction::None))];
    let starts = starts(&rule, listings);
    let expansion = Expansion::new(&rule, ground, &starts, Share::QUARTER, None).unwrap();
    let below = &expansion.exposures(EntityId(2))[0];
    assert!(below.restriction.is_none() && below.confirm, "{below:?}");
    // The one without a measure is itself held by the other.
    let held = expansion.exposures(EntityId(1));
    assert!(
        held.iter().any(|one| one.certainty == Certainty::Certain && one.restriction.is_none())
    );
}

#[test]
fn five_thousand_owners_one_floor_up_are_proved() {
    let mut cases: Vec<Case> = (0..5_000)
        .map(|owner| equity(owner, 5_000, u32::from(owner < 60), u32::from(owner < 60)))
        .collect();
    cases.push(equity(5_000, 5_001, 100, 100));
    let seeds: Vec<u32> = (0..5_000).collect();
    let exposure = &one(5_002, &cases, &seeds, 5_001)[0];
    assert_eq!(exposure.evidence.len(), 51, "the fewest that reach 50 %, and the one above");
}

#[test]
fn a_branch_counts_downwards_and_flags_its_head_office() {
    let cases = [(0, 1, 0, 100, Interest::Branch), equity(1, 2, 50, 50)];
    let below = one(3, &cases, &[0], 1);
    assert_eq!((below[0].certainty, below[0].basis), (Certainty::Certain, Some(Basis::Branch)));
    assert_eq!(one(3, &cases, &[0], 2)[0].certainty, Certainty::Certain);
    let above = one(3, &cases, &[1], 0);
    assert_eq!((above[0].certainty, above[0].basis), (Certainty::Flag, Some(Basis::Branch)));
}

#[test]
fn the_strongest_tier_that_reaches_decides() {
    let cases = [equity(0, 2, 50, 50), equity(1, 2, 30, 30), equity(3, 2, 20, 20)];
    let rule = rule(50, Comparison::AtLeast);
    let status = |seeds: &[(u32, Status)]| {
        with_expansion(4, &cases, seeds, &[], &rule, None, |expansion| {
            expansion.exposures(EntityId(2)).first().map(|exposure| exposure.listing_status)
        })
    };
    assert_eq!(status(&[(0, Status::Stopped), (1, Status::InForce)]), Some(Status::Stopped));
    assert_eq!(status(&[(1, Status::InForce), (3, Status::Suspended)]), Some(Status::Suspended));
    assert_eq!(status(&[(0, Status::Removed)]), None);
}
