//! Every reach, aggregate and interest against brute force: all completions of what is not known,
//! one by one, with rationals and sets, no graph and no worklist.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

/// A quotient of two whole numbers, the lower one positive.
#[derive(Debug, Clone, Copy)]
struct Ratio(i128, i128);

impl Ratio {
    fn new(above: i128, below: i128) -> Ratio {
        let (mut a, mut b) = (above.abs(), below.abs());
        while b != 0 {
            (a, b) = (b, a % b);
        }
        let by = a.max(1) * below.signum();
        Ratio(above / by, below / by)
    }

    fn percent(percent: u32) -> Ratio {
        Ratio::new(i128::from(percent), 100)
    }

    fn plus(self, other: Ratio) -> Ratio {
        Ratio::new(self.0 * other.1 + other.0 * self.1, self.1 * other.1)
    }

    fn minus(self, other: Ratio) -> Ratio {
        self.plus(Ratio(-other.0, other.1))
    }

    fn times(self, other: Ratio) -> Ratio {
        Ratio::new(self.0 * other.0, self.1 * other.1)
    }

    fn by(self, other: Ratio) -> Ratio {
        Ratio::new(self.0 * other.1, self.1 * other.0)
    }

    fn cmp(self, other: Ratio) -> Ordering {
        (self.0 * other.1).cmp(&(other.0 * self.1))
    }
}

/// A graph, its seeds, and a rule.
#[derive(Debug, Clone)]
struct World {
    cases: Vec<Case>,
    seeds: Vec<u32>,
    complete: Vec<u32>,
    groups: Vec<Vec<u32>>,
    rule: Rule,
}

const ENTITIES: u32 = 6;

/// Shares of one completion: holder, issuer, percent, interest.
type Completion = Vec<(u32, u32, u32, Interest)>;

impl World {
    fn column(&self, issuer: u32, interest: Interest) -> Vec<Case> {
        self.cases.iter().filter(|case| case.1 == issuer && case.4 == interest).copied().collect()
    }

    /// The extreme shares of the owners of an issuer in an interest: lows, then room filled in each
    /// order as far as each of them.
    fn extremes(&self, issuer: u32, interest: Interest) -> Vec<Completion> {
        let column = self.column(issuer, interest);
        let sum = |of: fn(&Case) -> u32| column.iter().map(of).sum::<u32>();
        let (low, high) = (sum(|case| case.2), sum(|case| case.3));
        let write = |shares: &[u32]| -> Completion {
            let both = column.iter().zip(shares);
            both.map(|(case, share)| (case.0, case.1, *share, interest)).collect()
        };
        let lows: Vec<u32> = column.iter().map(|case| case.2).collect();
        if low > 100 {
            let highs: Vec<u32> = column.iter().map(|case| case.3).collect();
            return vec![write(&lows), write(&highs)];
        }
        let complete = self.complete.contains(&issuer) && high >= 100;
        let ranged: Vec<usize> =
            (0..column.len()).filter(|at| column[*at].2 < column[*at].3).collect();
        let mut all: Vec<Vec<u32>> = Vec::new();
        for order in orders(&ranged) {
            for filled in 0..=order.len() {
                let mut shares = lows.clone();
                let mut room = 100 - low;
                for at in &order[..filled] {
                    let more = (column[*at].3 - column[*at].2).min(room);
                    shares[*at] += more;
                    room -= more;
                }
                if !complete || room == 0 {
                    all.push(shares);
                }
            }
        }
        all.sort_unstable();
        all.dedup();
        all.iter().map(|shares| write(shares)).collect()
    }

    /// Every completion; `None` where there are too many.
    fn completions(&self) -> Option<Vec<Completion>> {
        let mut all: Vec<Completion> = vec![Vec::new()];
        for issuer in 0..ENTITIES {
            for interest in [Interest::Equity, Interest::Votes] {
                let extremes = self.extremes(issuer, interest);
                let longer = |one: &Completion| -> Vec<Completion> {
                    let with = extremes.iter().map(|more| [one.as_slice(), more].concat());
                    with.collect()
                };
                all = all.iter().flat_map(longer).collect();
                if all.len() > 300 {
                    return None;
                }
            }
        }
        Some(all)
    }

    fn blocks(&self) -> Vec<BTreeSet<u32>> {
        let seeds: BTreeSet<u32> = self.seeds.iter().copied().collect();
        match self.rule.test.aggregate {
            Aggregate::All => vec![seeds],
            Aggregate::Owner => seeds.into_iter().map(|seed| BTreeSet::from([seed])).collect(),
            Aggregate::Group => {
                let mut blocks: Vec<BTreeSet<u32>> =
                    self.groups.iter().map(|group| group.iter().copied().collect()).collect();
                blocks.extend(seeds.iter().map(|seed| BTreeSet::from([*seed])));
                // Merge what shares a member until nothing does.
                loop {
                    let found = (0..blocks.len()).find_map(|a| {
                        let other =
                            (a + 1..blocks.len()).find(|b| !blocks[a].is_disjoint(&blocks[*b]))?;
                        Some((a, other))
                    });
                    let Some((a, b)) = found else { break };
                    let merged = blocks.remove(b);
                    blocks[a].extend(merged);
                }
                let listed = |block: BTreeSet<u32>| block.intersection(&seeds).copied().collect();
                blocks.into_iter().map(listed).collect()
            }
        }
    }

    fn met(&self, sum: Ratio) -> bool {
        let limit = Ratio::new(i128::from(self.rule.test.threshold.parts()), 1_000_000_000);
        let order = sum.cmp(limit);
        match self.rule.test.comparison {
            Comparison::AtLeast => order.is_ge(),
            Comparison::MoreThan => order.is_gt(),
        }
    }

    fn carries(&self, case: &Case) -> bool {
        case.4 == Interest::Branch || case.4 == Interest::Control && self.rule.control
    }

    /// What holders reach in one completion by sums.
    fn by_sums(&self, shares: &Completion, seeds: &BTreeSet<u32>) -> BTreeSet<u32> {
        let direct = self.rule.reach == Reach::Direct;
        let (mut holders, mut met) = (seeds.clone(), BTreeSet::new());
        loop {
            let before = (holders.len(), met.len());
            for issuer in 0..ENTITIES {
                for interest in &self.rule.interests {
                    let held = shares.iter().filter(|(holder, of, _, which)| {
                        *of == issuer
                            && holder != of
                            && which == interest
                            && holders.contains(holder)
                    });
                    let held: Vec<u32> = held.map(|(_, _, share, _)| *share).collect();
                    let sum = Ratio::percent(held.iter().sum());
                    if held.iter().any(|share| *share > 0) && self.met(sum) {
                        met.insert(issuer);
                    }
                }
                for case in self.cases.iter().filter(|case| case.1 == issuer && case.0 != issuer) {
                    if self.carries(case) && holders.contains(&case.0) {
                        met.insert(issuer);
                        if case.4 == Interest::Branch {
                            holders.insert(issuer);
                        }
                    }
                    if case.4 == Interest::Branch && met.contains(&case.0) {
                        met.insert(issuer);
                    }
                }
            }
            if !direct {
                holders.extend(&met);
            }
            if before == (holders.len(), met.len()) {
                return met;
            }
        }
    }

    /// Multiplied shares of one completion in one interest: a linear system of those that a seed
    /// leads to.
    fn multiplied(
        &self,
        shares: &Completion,
        seeds: &BTreeSet<u32>,
        interest: Interest,
    ) -> Vec<Ratio> {
        let mut weights: Vec<(u32, u32, Ratio)> = shares
            .iter()
            .filter(|(holder, issuer, share, which)| {
                holder != issuer && *which == interest && *share > 0
            })
            .map(|(holder, issuer, share, _)| (*holder, *issuer, Ratio::percent(*share)))
            .collect();
        let branches =
            self.cases.iter().filter(|case| case.4 == Interest::Branch && case.0 != case.1);
        weights.extend(branches.map(|case| (case.0, case.1, Ratio(1, 1))));
        let mut reached: BTreeSet<u32> = seeds.clone();
        loop {
            let more = weights.iter().filter(|(holder, _, _)| reached.contains(holder));
            let more: Vec<u32> = more.map(|(_, issuer, _)| *issuer).collect();
            let before = reached.len();
            reached.extend(more);
            if reached.len() == before {
                break;
            }
        }
        let unknown: Vec<u32> = reached.difference(seeds).copied().collect();
        let at = |entity: u32| unknown.iter().position(|other| *other == entity);
        let size = unknown.len();
        let mut matrix = vec![vec![Ratio(0, 1); size + 1]; size];
        for (row, entity) in unknown.iter().enumerate() {
            matrix[row][row] = Ratio(1, 1);
            for (holder, issuer, weight) in &weights {
                if issuer != entity {
                    continue;
                }
                if seeds.contains(holder) {
                    matrix[row][size] = matrix[row][size].plus(*weight);
                } else if let Some(column) = at(*holder) {
                    matrix[row][column] = matrix[row][column].minus(*weight);
                }
            }
        }
        for pivot in 0..size {
            let Some(found) = (pivot..size).find(|row| matrix[*row][pivot].0 != 0) else {
                continue;
            };
            matrix.swap(pivot, found);
            let by = matrix[pivot][pivot];
            matrix[pivot].iter_mut().for_each(|value| *value = value.by(by));
            let own = matrix[pivot].clone();
            for row in (0..size).filter(|row| *row != pivot) {
                let factor = matrix[row][pivot];
                for (value, of_pivot) in matrix[row].iter_mut().zip(&own) {
                    *value = value.minus(factor.times(*of_pivot));
                }
            }
        }
        let value = |entity: u32| match at(entity) {
            Some(row) => matrix[row][size],
            None => Ratio(0, 1),
        };
        (0..ENTITIES).map(value).collect()
    }

    fn by_multiplying(&self, shares: &Completion, seeds: &BTreeSet<u32>) -> BTreeSet<u32> {
        let mut met = BTreeSet::new();
        for interest in &self.rule.interests {
            let values = self.multiplied(shares, seeds, *interest);
            let reached = (0..).zip(&values).filter(|(entity, value)| {
                !seeds.contains(entity) && value.0 > 0 && self.met(**value)
            });
            met.extend(reached.map(|(entity, _)| entity));
        }
        loop {
            let carried = self.cases.iter().filter(|case| {
                let holder = seeds.contains(&case.0) || met.contains(&case.0);
                self.carries(case) && case.0 != case.1 && holder
            });
            let carried: Vec<u32> = carried.map(|case| case.1).collect();
            let before = met.len();
            met.extend(carried);
            if met.len() == before {
                return met;
            }
        }
    }

    /// What is reached in one completion, seeds included.
    fn reached(&self, shares: &Completion) -> BTreeSet<u32> {
        let mut all: BTreeSet<u32> = self.seeds.iter().copied().collect();
        for block in self.blocks() {
            if self.rule.reach != Reach::Multiplied {
                all.extend(self.by_sums(shares, &block));
            }
            if matches!(self.rule.reach, Reach::Multiplied | Reach::Either) {
                all.extend(self.by_multiplying(shares, &block));
            }
        }
        all
    }

    /// Whether shares above 100 percent or branches that are held by shares too make multiplied
    /// shares more than a linear system.
    fn over_declared(&self) -> bool {
        (0..ENTITIES).any(|issuer| {
            [Interest::Equity, Interest::Votes].into_iter().any(|interest| {
                let branches = self.column(issuer, Interest::Branch).len();
                let column = self.column(issuer, interest);
                let low: u32 = column.iter().map(|case| case.2).sum();
                low > 100 || branches > 1 || branches == 1 && !column.is_empty()
            })
        })
    }

    fn with_expansion<T>(
        &self,
        scope: Option<&[EntityId]>,
        look: impl FnOnce(&Expansion) -> T,
    ) -> T {
        self.over(&graph(ENTITIES, &self.cases).0, scope, look)
    }

    /// Expands the rule over a graph of the same entities.
    fn over<T>(
        &self,
        graph: &Graph,
        scope: Option<&[EntityId]>,
        look: impl FnOnce(&Expansion) -> T,
    ) -> T {
        let day = Day::parse("2026-11-01").unwrap();
        let mut complete = FixedBitSet::with_capacity(ENTITIES as usize);
        self.complete.iter().for_each(|entity| complete.insert(*entity as usize));
        let countries = vec![Countries::default(); ENTITIES as usize];
        let ground =
            Ground { view: graph.on(day), day, complete: &complete, countries: &countries };
        let seeds: Vec<(u32, Status)> =
            self.seeds.iter().map(|seed| (*seed, Status::InForce)).collect();
        let groups: Groups = self
            .groups
            .iter()
            .map(|group| group.iter().map(|member| EntityId(*member)).collect())
            .collect();
        let listings = listings(&seeds).into_iter().map(|listing| (listing, Vec::new()));
        let starts = Starts::new(&self.rule, self.rule.test.aggregate, &groups, listings);
        look(&Expansion::new(&self.rule, ground, &starts, Share::QUARTER, scope).unwrap())
    }
}

fn orders(of: &[usize]) -> Vec<Vec<usize>> {
    if of.is_empty() {
        return vec![Vec::new()];
    }
    let first = |at: usize| {
        let mut rest = of.to_vec();
        let first = rest.remove(at);
        orders(&rest).into_iter().map(move |mut order| {
            order.insert(0, first);
            order
        })
    };
    (0..of.len()).flat_map(first).collect()
}

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

/// Graphs a run; `ORACLE_GRAPHS=1000000 cargo test --release --lib brute_force` is the run by hand.
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
        let whole: Vec<String> =
            world.with_expansion(None, |all| (0..ENTITIES).map(|one| show(all, one)).collect());
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
        let countries = vec![Countries::default(); ENTITIES as usize];
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
