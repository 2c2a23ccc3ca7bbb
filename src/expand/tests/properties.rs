//! The engine against the slow oracle, on random graphs.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::oracle::{ENTITIES, Ratio, World};
use super::*;

fn worlds() -> impl Strategy<Value = World> {
    let share = prop_oneof![
        4 => Just((50, 50)), 3 => Just((100, 100)), 1 => Just((0, 100)), 1 => Just((25, 50)),
        1 => Just((40, 60)), 1 => Just((20, 20)), 1 => Just((80, 80)), 1 => Just((40, 40)),
        2 => (0u32..=100, 0u32..=100).prop_map(|(a, b)| (a.min(b), a.max(b))),
        4 => (1u32..60).prop_map(|share| (share, share)),
    ];
    let interest = prop_oneof![
        8 => Just(Interest::Equity), 2 => Just(Interest::Votes), 1 => Just(Interest::Branch),
        1 => Just(Interest::Control)
    ];
    let stake = (0..ENTITIES, 0..ENTITIES, share, interest)
        .prop_map(|(holder, issuer, (low, high), interest)| (holder, issuer, low, high, interest));
    let cases = proptest::collection::vec(stake, 0..13).prop_map(|mut cases| {
        cases.sort_unstable_by_key(|case| (case.0, case.1, case.4));
        cases.dedup_by_key(|case| (case.0, case.1, case.4));
        cases
    });
    let test = (
        prop_oneof![3 => Just(50), 1 => Just(25), 1 => Just(100)],
        any::<bool>(),
        prop_oneof![
            Just(Reach::Cascade),
            Just(Reach::Multiplied),
            Just(Reach::Either),
            Just(Reach::Direct)
        ],
        prop_oneof![Just(Aggregate::All), Just(Aggregate::Owner), Just(Aggregate::Group)],
        any::<bool>(),
        any::<bool>(),
    );
    let test = test.prop_map(|(threshold, more, reach, aggregate, votes, control)| {
        let comparison = if more { Comparison::MoreThan } else { Comparison::AtLeast };
        let mut rule = rule(threshold, comparison);
        (rule.reach, rule.test.aggregate, rule.control) = (reach, aggregate, control);
        if votes {
            rule.interests.push(Interest::Votes);
        }
        rule
    });
    let members = || proptest::collection::vec(0..ENTITIES, 2..4);
    (
        cases,
        proptest::collection::vec(0..ENTITIES, 1..4),
        proptest::collection::vec(0..ENTITIES, 0..2),
        proptest::collection::vec(members(), 0..3),
        test,
    )
        .prop_map(|(cases, mut seeds, complete, groups, rule)| {
            seeds.sort_unstable();
            seeds.dedup();
            World { cases, seeds, complete, groups, rule }
        })
}

/// Graphs a run; `ORACLE_GRAPHS=1000000 cargo test --release --lib properties::everything` is the run by hand.
fn graphs() -> u32 {
    std::env::var("ORACLE_GRAPHS").ok().and_then(|text| text.parse().ok()).unwrap_or(20_000)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: graphs(), ..ProptestConfig::default() })]

    #[test]
    fn everything_that_is_said_equals_brute_force_over_completions(world in worlds()) {
        let multiplies = matches!(world.rule.reach, Reach::Multiplied | Reach::Either);
        if multiplies && world.over_declared() {
            return Ok(());
        }
        let Some(completions) = world.completions() else { return Ok(()) };
        let mut certain: BTreeSet<u32> = (0..ENTITIES).collect();
        let mut possible = BTreeSet::new();
        for completion in &completions {
            let reached = world.reached(completion);
            certain = certain.intersection(&reached).copied().collect();
            possible.extend(reached);
        }
        let [low, high] = world.with_expansion(None, |expansion| {
            [End::Low, End::High].map(|end| {
                let reached = |entity: &u32| {
                    world.seeds.contains(entity)
                        || expansion.runs.met(EntityId(*entity), end) != Tier::NEVER
                };
                (0..ENTITIES).filter(reached).collect::<BTreeSet<u32>>()
            })
        });
        prop_assert_eq!(&high, &possible);
        // Where different owners, or sums and products, may meet the rule in different cases of the
        // unknowns, what is said to be certain is, and some that is may be said to be possible.
        let united = world.rule.test.aggregate != Aggregate::All
            || multiplies && (world.rule.reach == Reach::Either || world.rule.interests.len() > 1)
            || world.rule.interests.len() > 1;
        if united {
            prop_assert!(low.is_subset(&certain), "{low:?} {certain:?}");
            if completions.len() == 1 {
                prop_assert_eq!(&low, &certain);
            }
        } else {
            prop_assert_eq!(&low, &certain);
        }
    }

    #[test]
    fn one_entity_alone_gets_what_the_whole_graph_says_of_it_under_any_rule(world in worlds()) {
        let show = |expansion: &Expansion, entity: u32| {
            format!("{:?}", expansion.exposures(EntityId(entity)))
        };
        let (whole, reached): (Vec<String>, Vec<EntityId>) = world.with_expansion(None, |all| {
            ((0..ENTITIES).map(|one| show(all, one)).collect(), all.reached())
        });
        let said = (0..ENTITIES).map(EntityId).filter(|one| whole[one.index()] != "[]");
        prop_assert_eq!(reached, said.collect::<Vec<EntityId>>());
        for entity in 0..ENTITIES {
            let scope = [EntityId(entity)];
            let alone = world.with_expansion(Some(&scope), |one| show(one, entity));
            prop_assert_eq!(&alone, &whole[entity as usize]);
        }
    }

    #[test]
    fn the_change_of_a_margin_turns_the_answer_and_one_part_short_of_it_does_not(
        world in worlds(),
    ) {
        let (graph, _) = graph(ENTITIES, &world.cases);
        let day = Day::parse("2026-11-01").unwrap();
        for entity in (0..ENTITIES).map(EntityId) {
            let Some(Margin { change: Some(change), .. }) =
                world.with_expansion(None, |all| all.margin(entity))
            else {
                continue;
            };
            let reached = |graph: &Graph| {
                let at = |end| move |all: &Expansion| all.runs.cascaded(entity, end) != Tier::NEVER;
                [world.over(graph, None, at(End::Low)), world.over(graph, None, at(End::High))]
            };
            let [certain, possible] = reached(&graph);
            let end = usize::from(!certain);
            let supposing = |parts: u32| {
                let share = Share::from_parts(u64::from(parts));
                let Change { holder, issuer, interest, .. } = change;
                let supposed = crate::graph::Supposed { holder, issuer, interest, share };
                reached(&graph.supposing(supposed, day))[end]
            };
            let to = change.to.parts();
            let short = if to > change.from.parts() { to - 1 } else { to + 1 };
            prop_assert_eq!(supposing(to), !(if certain { certain } else { possible }));
            prop_assert_eq!(supposing(short), if certain { certain } else { possible });
        }
    }

    #[test]
    fn effective_shares_lie_between_those_of_all_completions(world in worlds()) {
        if world.over_declared() {
            return Ok(());
        }
        let Some(completions) = world.completions() else { return Ok(()) };
        let seeds: BTreeSet<u32> = world.seeds.iter().copied().collect();
        let (graph, _) = graph(ENTITIES, &world.cases);
        let day = Day::parse("2026-11-01").unwrap();
        let mut complete = FixedBitSet::with_capacity(ENTITIES as usize);
        world.complete.iter().for_each(|entity| complete.insert(*entity as usize));
        let countries = without_countries(ENTITIES as usize);
        let ground =
            Ground { view: graph.on(day), day, complete: &complete, countries: &countries };
        let owners: Vec<EntityId> = seeds.iter().map(|seed| EntityId(*seed)).collect();
        let shares = EffectiveShares::new(ground, &owners);
        let values: Vec<Vec<Ratio>> = completions
            .iter()
            .map(|completion| world.multiplied(completion, &seeds, Interest::Equity))
            .collect();
        for entity in (0..ENTITIES).filter(|entity| !seeds.contains(entity)) {
            let of = values.iter().map(|values| values[entity as usize]);
            let (low, high) = (of.clone().min_by(|a, b| a.cmp(*b)), of.max_by(|a, b| a.cmp(*b)));
            let (least, most) = shares.of(EntityId(entity)).unwrap_or_default();
            let part = |share: Share| Ratio::new(i128::from(share.parts()), 1_000_000_000);
            let near = Ratio::new(1, 1_000_000_000);
            let (low, high) = (low.unwrap(), high.unwrap());
            prop_assert!(part(least).cmp(low).is_le() && part(least).plus(near).cmp(low).is_ge());
            prop_assert!(part(most).cmp(high).is_ge() && part(most).minus(near).cmp(high).is_le());
        }
    }
}
