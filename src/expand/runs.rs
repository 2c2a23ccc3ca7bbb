//! What a rule reaches from its blocks of seeds: block by block, added up by cascade, by
//! multiplication, or both.

use rustc_hash::{FxHashMap, FxHashSet};

use super::cascade::{End, Operator, Reached, Scope, Seed, Tier, run, run_sparse};
use super::effective::{Basis, Effective};
use crate::graph::DayView;
use crate::model::EntityId;
use crate::rule::Reach;

/// What is reached at both ends: by sums of holders, and by multiplied shares.
///
/// The union over blocks is exact for what is possible; for what is certain it is sound, not
/// complete: different owners may meet the rule in different cases of the unknowns.
#[derive(Debug, Clone)]
pub struct Runs {
    low: Reached,
    /// What is possible, where that is not the same.
    high: Option<Reached>,
    multiplied: Option<[Reached; 2]>,
    /// Entities whose multiplied share lies too near the threshold to be told from it.
    pub undecided: FxHashSet<EntityId>,
}

impl Runs {
    /// Nothing reached.
    pub fn nothing() -> Runs {
        let low = Reached::over(&Scope::Some(FxHashSet::default()));
        Runs { low, high: None, multiplied: None, undecided: FxHashSet::default() }
    }

    /// Runs a rule from blocks of seeds.
    pub fn new(operator: Operator, view: DayView, scope: &Scope, blocks: &[Vec<Seed>]) -> Runs {
        let reach = operator.rule.reach;
        let mut runs = Runs::nothing();
        if reach != Reach::Multiplied {
            let at = |end: End| match blocks {
                [all] => run(view, scope, operator, all, end),
                blocks => {
                    let mut union = Reached::over(scope);
                    for block in blocks {
                        union.absorb(&run_sparse(view, scope, operator, block, end));
                    }
                    union
                }
            };
            runs.low = at(End::Low);
            runs.high = (!runs.low.exact).then(|| at(End::High));
        }
        if matches!(reach, Reach::Multiplied | Reach::Either) {
            let mut union = [Reached::over(scope), Reached::over(scope)];
            for block in blocks {
                multiply(operator, view, scope, block, &mut union, &mut runs.undecided);
            }
            runs.multiplied = Some(union);
        }
        runs
    }

    /// What the cascade reaches.
    pub fn cascade(&self, end: End) -> &Reached {
        match (&self.high, end) {
            (Some(high), End::High) => high,
            _ => &self.low,
        }
    }

    /// The tier at which the holders of an entity meet the rule.
    pub fn met(&self, entity: EntityId, end: End) -> Tier {
        let multiplied = self.multiplied.as_ref().map(|both| both[end as usize].met.get(entity));
        self.cascaded(entity, end).min(multiplied.unwrap_or(Tier::NEVER))
    }

    /// The tier at which the sums of an entity's holders meet the rule.
    pub fn cascaded(&self, entity: EntityId, end: End) -> Tier {
        self.cascade(end).met.get(entity)
    }

    /// The tier at which an entity counts as a holder.
    pub fn counts(&self, entity: EntityId, end: End) -> Tier {
        let multiplied = self.multiplied.as_ref().map(|both| both[end as usize].counts.get(entity));
        let cascade = self.cascade(end).counts.get(entity);
        cascade.min(multiplied.unwrap_or(Tier::NEVER))
    }

    /// The entities that may count as holders, in no order.
    pub fn counted(&self) -> Vec<EntityId> {
        let high = End::High as usize;
        let mut all = self.cascade(End::High).counts.reached();
        all.extend(self.multiplied.iter().flat_map(|both| both[high].counts.reached()));
        all
    }

    /// The entities whose holders may meet the rule, in no order.
    pub fn met_by_anybody(&self) -> Vec<EntityId> {
        let high = End::High as usize;
        let mut all = self.cascade(End::High).met.reached();
        all.extend(self.multiplied.iter().flat_map(|both| both[high].met.reached()));
        all
    }
}

/// Adds what one block of seeds reaches by multiplied shares, tier by tier.
fn multiply(
    operator: Operator,
    view: DayView,
    scope: &Scope,
    block: &[Seed],
    union: &mut [Reached; 2],
    undecided: &mut FxHashSet<EntityId>,
) {
    let mut listed: FxHashMap<EntityId, Tier> = FxHashMap::default();
    for tier in Tier::all() {
        let new: Vec<&Seed> = block.iter().filter(|seed| seed.tier == tier).collect();
        if new.is_empty() {
            continue;
        }
        listed.extend(new.iter().map(|seed| (seed.entity, tier)));
        let mut from: Vec<EntityId> = listed.keys().copied().collect();
        from.sort_unstable();
        let effective: Vec<Effective> = operator
            .rule
            .interests
            .iter()
            .map(|interest| {
                let complete = operator.complete;
                let basis = Basis { view, scope, complete, interest: *interest };
                Effective::new(basis, &|entity| listed.contains_key(&entity), &from)
            })
            .collect();
        for (at, end) in [End::Low, End::High].into_iter().enumerate() {
            let mut met: Vec<EntityId> = Vec::new();
            for one in &effective {
                for entity in one.reached() {
                    let test = operator.test;
                    let meets = one.meets(entity, end, test.threshold, test.comparison);
                    if meets.is_none() {
                        undecided.insert(entity);
                    }
                    // What cannot be told is possible, and not certain.
                    if meets.unwrap_or(end == End::High) {
                        met.push(entity);
                    }
                }
            }
            let reached = &mut union[at];
            for seed in &from {
                reached.counts.strengthen(*seed, tier);
            }
            for entity in &met {
                reached.met.strengthen(*entity, tier);
            }
            carry(operator, view, scope, from.iter().chain(&met).copied(), tier, reached);
        }
    }
}

/// Follows branches, and control where the rule has that test, from what is listed or reached.
fn carry(
    operator: Operator,
    view: DayView,
    scope: &Scope,
    from: impl Iterator<Item = EntityId>,
    tier: Tier,
    reached: &mut Reached,
) {
    let mut open: Vec<EntityId> = from.collect();
    for entity in &open {
        reached.counts.strengthen(*entity, tier);
    }
    while let Some(holder) = open.pop() {
        let carried = scope.stakes_of(view, holder).filter(|edge| operator.carries(&edge.stake));
        for edge in carried.filter(|edge| edge.issuer != holder) {
            if reached.met.strengthen(edge.issuer, tier) {
                reached.counts.strengthen(edge.issuer, tier);
                open.push(edge.issuer);
            }
        }
    }
}

/// The claims of a block alone over the owners of one entity: its seeds, and what it reaches.
pub struct Alone {
    /// Where each listed owner of the block starts.
    pub seeds: FxHashMap<EntityId, Tier>,
    /// What they reach.
    pub reached: Reached,
}

/// Runs each block alone over a scope.
pub fn alone(
    operator: Operator,
    view: DayView,
    scope: &Scope,
    blocks: &[Vec<Seed>],
    end: End,
) -> Vec<Alone> {
    let run = |block: &Vec<Seed>| Alone {
        seeds: block.iter().map(|seed| (seed.entity, seed.tier)).collect(),
        reached: run_sparse(view, scope, operator, block, end),
    };
    blocks.iter().map(run).collect()
}
