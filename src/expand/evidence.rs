//! The holdings that prove an exposure.
//!
//! At the entity itself every reached holder is cited; above it a smallest proof: of several, the
//! one whose weakest confidence is strongest, then the shortest, then the lowest place. A proof is a
//! derivation in which each holder is a list entry or proved before (Knuth's generalisation of
//! Dijkstra's algorithm to such derivations): the cost of a holder is the number of rows its proof
//! needs. Where several holders are needed together, the largest shares are taken first.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rustc_hash::{FxHashMap, FxHashSet};

use super::cascade::{End, Operator, Reached, Sums, SumsByInterest, Tier, counts_in};
use super::starts::{Starts, Wanted};
use crate::error::Place;
use crate::graph::{DayView, Holding, StakeEdge};
use crate::model::{Confidence, EntityId, Interest};
use crate::rule::Reach;
use crate::share::Share;

/// The proof of an exposure.
#[derive(Debug, Clone, Default)]
pub struct Proof {
    /// Holdings, those at the entity first, then upwards.
    pub rows: Vec<Holding>,
    /// Listed entities it starts from, sorted.
    pub seeds: Vec<EntityId>,
    /// The weakest confidence of a row; `None` without rows.
    pub confidence: Option<Confidence>,
}

/// What is being proved, and by which run.
pub(super) struct Claim<'a> {
    pub view: DayView<'a>,
    pub operator: Operator<'a>,
    pub end: End,
    /// The weakest tier that counts.
    pub tier: Tier,
    /// Where it starts.
    pub seeds: Seeds<'a>,
    /// What the run found.
    pub reached: &'a Reached,
}

/// The seeds of a claim.
pub(super) enum Seeds<'a> {
    /// All that are wanted.
    All(&'a Starts, Wanted),
    /// Those of one block.
    Block(&'a FxHashMap<EntityId, Tier>),
}

/// The stakes of an entity's holders that count under one of the claims, each with the first
/// claim under which it does.
pub(super) fn direct<'a>(claims: &[Claim<'a>], entity: EntityId) -> Vec<(usize, StakeEdge<'a>)> {
    let Some(first) = claims.first() else { return Vec::new() };
    let stakes = first.view.stakes_in(entity);
    let counted = stakes.filter(|edge| edge.holder != entity && first.uses(edge));
    counted
        .filter_map(|edge| {
            let claim = claims.iter().position(|claim| claim.counts(edge.holder))?;
            Some((claim, edge))
        })
        .collect()
}

/// Proves that the holders of `entity` meet the rule: each holder that counts under the first claim
/// that counts it.
pub(super) fn prove(claims: &[Claim], entity: EntityId) -> Proof {
    let mut proof = Proof::default();
    let mut seen: FxHashSet<(usize, EntityId)> = FxHashSet::default();
    let direct = direct(claims, entity);
    for (number, claim) in claims.iter().enumerate() {
        let own = direct.iter().filter(|(of, _)| *of == number);
        let own: Vec<StakeEdge> = own.map(|(_, edge)| *edge).collect();
        if own.is_empty() {
            continue;
        }
        let above = claim.above(&own);
        let weakest = own.iter().map(|edge| edge.stake.confidence).max();
        let mut proofs = FxHashMap::default();
        for level in Confidence::ALL.iter().filter(|level| Some(**level) >= weakest) {
            proofs = claim.shortest(&above, *level);
            if own.iter().all(|edge| proofs.contains_key(&edge.holder)) {
                break;
            }
        }
        collect(&mut proof, &mut seen, number, claim, own, &proofs);
    }
    let mut cited: FxHashSet<(u32, u32)> = FxHashSet::default();
    proof.rows.retain(|row| cited.insert((row.place.source, row.record)));
    proof.seeds.sort_unstable();
    proof.seeds.dedup();
    proof
}

/// The rows of a proof, from the entity upwards.
fn collect(
    proof: &mut Proof,
    seen: &mut FxHashSet<(usize, EntityId)>,
    number: usize,
    claim: &Claim,
    direct: Vec<StakeEdge>,
    proofs: &FxHashMap<EntityId, Vec<StakeEdge>>,
) {
    let mut level = direct;
    while !level.is_empty() {
        let mut next: Vec<StakeEdge> = Vec::new();
        for edge in &level {
            proof.confidence = proof.confidence.max(Some(edge.stake.confidence));
            proof.rows.extend(edge.cited_on(claim.view.day()).copied());
            if !seen.insert((number, edge.holder)) {
                continue;
            }
            if claim.seed(edge.holder) {
                proof.seeds.push(edge.holder);
            } else {
                next.extend(proofs.get(&edge.holder).into_iter().flatten().copied());
            }
        }
        level = next;
    }
}

/// A derivation that waits for its turn: cost, lowest place, entity, stakes.
type Waiting<'a> = (Reverse<(usize, Place, EntityId)>, usize);

/// What is known of an issuer that waits to be derived: the stakes of holders that are proved, all
/// owners by interest with nobody counted and with those counted, and whether several stakes
/// together have met the rule already.
struct Ready<'a> {
    stakes: Vec<StakeEdge<'a>>,
    owners: SumsByInterest,
    counted: SumsByInterest,
    derived: bool,
}

impl<'a> Claim<'a> {
    /// Whether an entity is a seed of a tier that is strong enough.
    pub fn seed(&self, entity: EntityId) -> bool {
        let tier = match self.seeds {
            Seeds::All(starts, wanted) => starts.tier(entity, wanted),
            Seeds::Block(seeds) => seeds.get(&entity).copied(),
        };
        tier.is_some_and(|tier| tier <= self.tier)
    }

    /// Whether an entity counts as a holder at the tier.
    pub fn counts(&self, entity: EntityId) -> bool {
        self.reached.counts.get(entity) <= self.tier
    }

    /// Whether the rule looks at a stake at all.
    fn uses(&self, edge: &StakeEdge) -> bool {
        self.operator.carries(&edge.stake)
            || (edge.stake.range.high() > Share::ZERO
                && self.operator.rule.interests.iter().any(|one| counts_in(&edge.stake, *one)))
    }

    /// The holders that count, from the direct ones upwards.
    fn above(&self, direct: &[StakeEdge]) -> FxHashSet<EntityId> {
        let mut above: FxHashSet<EntityId> = direct.iter().map(|edge| edge.holder).collect();
        let mut open: Vec<EntityId> = above.iter().copied().collect();
        while let Some(entity) = open.pop() {
            if self.seed(entity) {
                continue;
            }
            for edge in self.view.stakes_in(entity) {
                if self.counts(edge.holder) && above.insert(edge.holder) {
                    open.push(edge.holder);
                }
            }
        }
        above
    }

    /// The cheapest derivation of each holder from stakes of at least the confidence given.
    fn shortest(
        &self,
        above: &FxHashSet<EntityId>,
        level: Confidence,
    ) -> FxHashMap<EntityId, Vec<StakeEdge<'a>>> {
        let mut proofs: FxHashMap<EntityId, Vec<StakeEdge>> = FxHashMap::default();
        let mut costs: FxHashMap<EntityId, usize> = FxHashMap::default();
        let mut ready: FxHashMap<EntityId, Ready> = FxHashMap::default();
        let mut derivations: Vec<Vec<StakeEdge>> = Vec::new();
        let mut waiting: BinaryHeap<Waiting> = BinaryHeap::new();
        let nowhere = Place { source: 0, record: 0 };
        for seed in above.iter().filter(|entity| self.seed(**entity)) {
            derivations.push(Vec::new());
            waiting.push((Reverse((0, nowhere, *seed)), derivations.len() - 1));
        }
        while let Some((Reverse((cost, _, entity)), derivation)) = waiting.pop() {
            if costs.contains_key(&entity) {
                continue;
            }
            costs.insert(entity, cost);
            proofs.insert(entity, derivations[derivation].clone());
            for edge in self.view.stakes_of_in(entity, above) {
                let known = costs.contains_key(&edge.issuer);
                if known || edge.issuer == entity || edge.stake.confidence > level {
                    continue;
                }
                let known = ready.entry(edge.issuer).or_insert_with(|| {
                    let owners = self.operator.owners(self.view, edge.issuer);
                    Ready { stakes: Vec::new(), counted: owners, owners, derived: false }
                });
                if let Some(stakes) = self.derive(edge, known) {
                    let rows = stakes.iter().map(|edge| self.rows(edge)).sum::<usize>();
                    let cost = rows + stakes.iter().map(|edge| costs[&edge.holder]).sum::<usize>();
                    let day = self.view.day();
                    let places = stakes.iter().flat_map(|edge| edge.cited_on(day));
                    let place = places.map(|row| row.place).min();
                    derivations.push(stakes);
                    let turn = Reverse((cost, place.unwrap_or(nowhere), edge.issuer));
                    waiting.push((turn, derivations.len() - 1));
                }
            }
        }
        proofs
    }

    fn rows(&self, edge: &StakeEdge) -> usize {
        edge.cited_on(self.view.day()).count()
    }

    /// Stakes that meet the rule at the issuer of `last`: that one alone, or, once, the largest of
    /// those known that do together.
    fn derive(&self, last: StakeEdge<'a>, ready: &mut Ready<'a>) -> Option<Vec<StakeEdge<'a>>> {
        let issuer = last.issuer;
        ready.stakes.push(last);
        // Under a direct reading only the branches of holders are holders.
        if self.operator.rule.reach == Reach::Direct {
            return (last.stake.interest == Interest::Branch).then(|| vec![last]);
        }
        if self.operator.carries(&last.stake) {
            return Some(vec![last]);
        }
        for (at, interest) in self.operator.rule.interests.iter().enumerate() {
            if !counts_in(&last.stake, *interest) {
                continue;
            }
            let mut alone = ready.owners[at];
            alone.count(&last.stake);
            if self.operator.met(&alone, issuer, self.end) {
                return Some(vec![last]);
            }
            ready.counted[at].count(&last.stake);
            if !ready.derived && self.operator.met(&ready.counted[at], issuer, self.end) {
                ready.derived = true;
                return Some(self.largest(issuer, *interest, ready.owners[at], &ready.stakes));
            }
        }
        None
    }

    /// The fewest of some stakes that meet the rule together, the largest first.
    fn largest(
        &self,
        issuer: EntityId,
        interest: Interest,
        mut sums: Sums,
        stakes: &[StakeEdge<'a>],
    ) -> Vec<StakeEdge<'a>> {
        let mut usable: Vec<StakeEdge> =
            stakes.iter().filter(|edge| counts_in(&edge.stake, interest)).copied().collect();
        usable.sort_by_key(|edge| {
            let end = match self.end {
                End::Low => edge.stake.range.low(),
                End::High => edge.stake.range.high(),
            };
            (Reverse(end), edge.rows[0].place)
        });
        let enough = usable.iter().position(|edge| {
            sums.count(&edge.stake);
            self.operator.met(&sums, issuer, self.end)
        });
        usable.truncate(enough.map_or(usable.len(), |last| last + 1));
        usable
    }
}
