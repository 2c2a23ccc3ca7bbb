//! The slow oracle of every reach, aggregate and interest: all completions of what is not known, one
//! by one, with rationals and sets, no graph and no worklist.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use super::*;

/// A quotient of two whole numbers, the lower one positive.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ratio(pub i128, pub i128);

impl Ratio {
    pub fn new(above: i128, below: i128) -> Ratio {
        let (mut a, mut b) = (above.abs(), below.abs());
        while b != 0 {
            (a, b) = (b, a % b);
        }
        let by = a.max(1) * below.signum();
        Ratio(above / by, below / by)
    }

    pub fn percent(percent: u32) -> Ratio {
        Ratio::new(i128::from(percent), 100)
    }

    pub fn plus(self, other: Ratio) -> Ratio {
        Ratio::new(self.0 * other.1 + other.0 * self.1, self.1 * other.1)
    }

    pub fn minus(self, other: Ratio) -> Ratio {
        self.plus(Ratio(-other.0, other.1))
    }

    pub fn times(self, other: Ratio) -> Ratio {
        Ratio::new(self.0 * other.0, self.1 * other.1)
    }

    pub fn by(self, other: Ratio) -> Ratio {
        Ratio::new(self.0 * other.1, self.1 * other.0)
    }

    pub fn cmp(self, other: Ratio) -> Ordering {
        (self.0 * other.1).cmp(&(other.0 * self.1))
    }
}

/// A graph, its seeds, and a rule.
#[derive(Debug, Clone)]
pub(super) struct World {
    pub cases: Vec<Case>,
    pub seeds: Vec<u32>,
    pub complete: Vec<u32>,
    pub groups: Vec<Vec<u32>>,
    pub rule: Rule,
}

pub(super) const ENTITIES: u32 = 6;

/// Shares of one completion: holder, issuer, percent, interest.
pub(super) type Completion = Vec<(u32, u32, u32, Interest)>;

impl World {
    pub fn column(&self, issuer: u32, interest: Interest) -> Vec<Case> {
        self.cases.iter().filter(|case| case.1 == issuer && case.4 == interest).copied().collect()
    }

    /// The extreme shares of the owners of an issuer in an interest: lows, then room filled in each
    /// order as far as each of them.
    pub fn extremes(&self, issuer: u32, interest: Interest) -> Vec<Completion> {
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
    pub fn completions(&self) -> Option<Vec<Completion>> {
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

    pub fn blocks(&self) -> Vec<BTreeSet<u32>> {
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

    pub fn met(&self, sum: Ratio) -> bool {
        let limit = Ratio::new(i128::from(self.rule.test.threshold.parts()), 1_000_000_000);
        let order = sum.cmp(limit);
        match self.rule.test.comparison {
            Comparison::AtLeast => order.is_ge(),
            Comparison::MoreThan => order.is_gt(),
        }
    }

    pub fn carries(&self, case: &Case) -> bool {
        case.4 == Interest::Branch || case.4 == Interest::Control && self.rule.control
    }

    /// What holders reach in one completion by sums.
    pub fn by_sums(&self, shares: &Completion, seeds: &BTreeSet<u32>) -> BTreeSet<u32> {
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
    pub fn multiplied(
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

    pub fn by_multiplying(&self, shares: &Completion, seeds: &BTreeSet<u32>) -> BTreeSet<u32> {
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
    pub fn reached(&self, shares: &Completion) -> BTreeSet<u32> {
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
    pub fn over_declared(&self) -> bool {
        (0..ENTITIES).any(|issuer| {
            [Interest::Equity, Interest::Votes].into_iter().any(|interest| {
                let branches = self.column(issuer, Interest::Branch).len();
                let column = self.column(issuer, interest);
                let low: u32 = column.iter().map(|case| case.2).sum();
                low > 100 || branches > 1 || branches == 1 && !column.is_empty()
            })
        })
    }

    pub fn with_expansion<T>(
        &self,
        scope: Option<&[EntityId]>,
        look: impl FnOnce(&Expansion) -> T,
    ) -> T {
        self.over(&graph(ENTITIES, &self.cases).0, scope, look)
    }

    /// Expands the rule over a graph of the same entities.
    pub fn over<T>(
        &self,
        graph: &Graph,
        scope: Option<&[EntityId]>,
        look: impl FnOnce(&Expansion) -> T,
    ) -> T {
        let day = Day::parse("2026-11-01").unwrap();
        let mut complete = FixedBitSet::with_capacity(ENTITIES as usize);
        self.complete.iter().for_each(|entity| complete.insert(*entity as usize));
        let countries = without_countries(ENTITIES as usize);
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
