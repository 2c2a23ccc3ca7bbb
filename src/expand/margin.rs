//! How far an entity is from being reached, or from being let go, and by which single holding.

use fixedbitset::FixedBitSet;
use rustc_hash::FxHashMap;

use super::Expansion;
use super::cascade::{End, Operator, Scope, Seed, SumsByInterest, Tier, counts_in};
use super::runs::{Alone, Runs, alone};
use super::starts::Wanted;
use crate::graph::{Graph, StakeEdge, Supposed};
use crate::model::{EntityId, Interest};
use crate::rule::Reach;
use crate::share::Share;

/// How the nearest set of holders stands to the threshold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Margin {
    /// What the set holds together, less the threshold, in parts per billion: below 0 it misses.
    pub parts: i64,
    /// The set: listed or reached holders that are added up.
    pub holders: Vec<EntityId>,
    /// The smallest change of one holding that turns the answer, where there is one.
    pub change: Option<Change>,
}

/// A change of what one holder holds of one issuer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// The holder.
    pub holder: EntityId,
    /// The issuer.
    pub issuer: EntityId,
    /// In which interest.
    pub interest: Interest,
    /// What it holds, at the end that decides.
    pub from: Share,
    /// What it would hold exactly.
    pub to: Share,
}

impl Change {
    fn size(&self) -> u32 {
        self.from.parts().abs_diff(self.to.parts())
    }
}

/// Holdings that are looked at while changes are tried: each of some 30 tries a holding reads all
/// above the entity. The nearest holdings are tried first; with 1,000 owners above, 60 of them.
const TRIES: usize = 2_000_000;

/// Tries of one holding: halving a billion parts takes 30.
const TRIES_EACH: usize = 32;

impl<'a> Expansion<'a> {
    /// How an entity stands to the threshold: by the least its reached holders hold where the rule
    /// certainly reaches it, else by the most they may hold. `None` for what is listed itself, not
    /// shown, held by nobody, reached as a branch or by control, or asked of multiplied shares.
    pub fn margin(&self, entity: EntityId) -> Option<Margin> {
        let view = self.ground.view;
        let owned = view.stakes_in(entity).any(|edge| edge.holder != entity);
        let listed = self.starts.of(entity).next().is_some();
        let multiplied = matches!(self.rule.reach, Reach::Multiplied | Reach::Either);
        if !owned || listed || multiplied || self.shown(entity) == Some(false) {
            return None;
        }
        let end = match self.runs.cascaded(entity, End::Low) {
            Tier::NEVER => End::High,
            _ => End::Low,
        };
        let above = view.owners_of([entity]);
        let scope = Scope::Some(above.iter().copied().collect());
        let blocks = self.starts.seeds(&scope, Wanted::default());
        let runs = alone(self.operator(), view, &scope, &blocks, end);
        let met = |block: &Alone| block.reached.met.get(entity) != Tier::NEVER;
        let reached = runs.iter().any(met);
        let nearest = runs.iter().filter(|block| met(block) == reached);
        let nearest = nearest.filter_map(|block| self.nearest(entity, block, end));
        let (parts, holders) = match nearest.max_by_key(|(parts, _)| *parts) {
            Some(nearest) => nearest,
            None => (-i64::from(self.test.threshold.parts()), Vec::new()),
        };
        let misses = !self
            .test
            .met_by(u64::try_from(parts + i64::from(self.test.threshold.parts())).unwrap_or(0));
        if reached && misses {
            return None; // A branch, or control: no share carries it.
        }
        let trial = Trial::new(self, entity, &above, &blocks, end);
        Some(Margin { parts, holders, change: trial.smallest(reached) })
    }

    /// What the holders of an entity that a block reaches hold together less the threshold, in the
    /// interest in which they come nearest to it.
    fn nearest(&self, entity: EntityId, block: &Alone, end: End) -> Option<(i64, Vec<EntityId>)> {
        let operator = self.operator();
        let counts = |edge: &&StakeEdge| {
            edge.holder != entity && block.reached.counts.get(edge.holder) != Tier::NEVER
        };
        let stakes: Vec<StakeEdge> = self.ground.view.stakes_in(entity).collect();
        let mut sums: SumsByInterest = operator.owners(self.ground.view, entity);
        for edge in stakes.iter().filter(counts) {
            operator.each(&edge.stake, &mut sums, |sums, stake| sums.count(stake));
        }
        let interests = self.rule.interests.iter().zip(&sums);
        let held = |(interest, sums)| (operator.held(sums, entity, end), interest);
        let (held, interest) = interests.map(held).max_by_key(|(held, _)| *held)?;
        let own = stakes.iter().filter(counts).filter(|edge| counts_in(&edge.stake, *interest));
        let mut holders: Vec<EntityId> = own.map(|edge| edge.holder).collect();
        holders.dedup();
        let threshold = i64::from(self.test.threshold.parts());
        Some((i64::try_from(held).unwrap_or(i64::MAX) - threshold, holders))
    }
}

/// The owners above an entity by themselves, in which one holding is tried at other shares.
struct Trial<'t> {
    graph: &'t Graph,
    operator: Operator<'t>,
    day: crate::day::Day,
    entity: EntityId,
    above: &'t [EntityId],
    numbers: FxHashMap<EntityId, EntityId>,
    complete: FixedBitSet,
    blocks: Vec<Vec<Seed>>,
    stakes: Vec<StakeEdge<'t>>,
    end: End,
}

impl<'t> Trial<'t> {
    fn new(
        expansion: &Expansion<'t>,
        entity: EntityId,
        above: &'t [EntityId],
        blocks: &[Vec<Seed>],
        end: End,
    ) -> Trial<'t> {
        let numbers: FxHashMap<EntityId, EntityId> =
            above.iter().copied().zip((0..).map(EntityId)).collect();
        let mut complete = FixedBitSet::with_capacity(above.len());
        for (one, number) in &numbers {
            complete.set(number.index(), expansion.ground.complete.contains(one.index()));
        }
        let renumbered = |block: &Vec<Seed>| {
            block.iter().map(|seed| Seed { entity: numbers[&seed.entity], ..*seed }).collect()
        };
        Trial {
            graph: expansion.ground.view.graph(),
            operator: expansion.operator(),
            day: expansion.ground.day,
            entity,
            above,
            blocks: blocks.iter().map(renumbered).collect(),
            stakes: nearest_stakes(expansion, entity),
            numbers,
            complete,
            end,
        }
    }

    /// Whether the entity is reached if one holding is another.
    fn reached(&self, edge: &StakeEdge, share: Share) -> bool {
        let supposed = Supposed {
            holder: self.numbers[&edge.holder],
            issuer: self.numbers[&edge.issuer],
            interest: edge.stake.interest,
            share,
        };
        let count = u32::try_from(self.above.len()).expect("no more than entities");
        // Who held on other days alone is not above it, and has no number.
        let number = |one| self.numbers.get(&one).copied();
        let part = self.graph.part(self.above.iter().copied(), &[], &|_| false, count, number);
        let graph = part.supposing(supposed, self.day);
        let operator = Operator { complete: &self.complete, ..self.operator };
        let scope = Scope::All(self.above.len());
        let runs = Runs::new(operator, graph.on(self.day), &scope, &self.blocks);
        runs.cascaded(self.numbers[&self.entity], self.end) != Tier::NEVER
    }

    /// The smallest change of one holding that turns the answer: of each holding the nearest share
    /// that does, by halving; every one is tried, and so is the share one part short of it.
    fn smallest(&self, met: bool) -> Option<Change> {
        let rows: usize = self.above.iter().map(|one| self.graph.held_in(*one).len()).sum();
        let tried = (TRIES / (rows.max(1) * TRIES_EACH)).max(2);
        let turns = self.stakes.iter().take(tried).filter_map(|edge| self.turn(edge, met));
        turns.min_by_key(|change| (change.size(), change.issuer, change.holder))
    }

    fn turn(&self, edge: &StakeEdge, met: bool) -> Option<Change> {
        let from = match self.end {
            End::Low => edge.stake.range.low(),
            End::High => edge.stake.range.high(),
        };
        let turns = |parts: u32| self.reached(edge, Share::from_parts(u64::from(parts))) != met;
        let far = if met { 0 } else { Share::WHOLE.parts() };
        if turns(from.parts()) || !turns(far) {
            return None;
        }
        let (mut stays, mut turned) = (from.parts(), far);
        while stays.abs_diff(turned) > 1 {
            let middle = stays.min(turned) + stays.abs_diff(turned) / 2;
            *(if turns(middle) { &mut turned } else { &mut stays }) = middle;
        }
        let to = Share::from_parts(u64::from(turned));
        let (holder, issuer, interest) = (edge.holder, edge.issuer, edge.stake.interest);
        Some(Change { holder, issuer, interest, from, to })
    }
}

/// The stakes above an entity that the rule looks at, the nearest first.
fn nearest_stakes<'t>(expansion: &Expansion<'t>, entity: EntityId) -> Vec<StakeEdge<'t>> {
    let mut seen: rustc_hash::FxHashSet<EntityId> = rustc_hash::FxHashSet::from_iter([entity]);
    let mut level = vec![entity];
    let mut stakes = Vec::new();
    while !level.is_empty() {
        let mut next = Vec::new();
        for issuer in level {
            for edge in expansion.ground.view.stakes_in(issuer) {
                let interests = &expansion.rule.interests;
                let counts = interests.iter().any(|interest| counts_in(&edge.stake, *interest));
                if counts && edge.holder != issuer {
                    stakes.push(edge);
                }
                if seen.insert(edge.holder) {
                    next.push(edge.holder);
                }
            }
        }
        level = next;
    }
    stakes
}
