//! The exposure of an entity whose holders meet a rule: its share, its basis and its proof.

use std::collections::VecDeque;

use rustc_hash::{FxHashMap, FxHashSet};

use super::cascade::{End, Scope, Seed, SumsByInterest, Tier, counts_in, run_sparse};
use super::effective::{Effective, multiplies};
use super::evidence::{Claim, Proof, Seeds, direct, prove};
use super::runs::{Alone, Runs, alone};
use super::starts::{Listing, Wanted};
use super::{Assumed, Basis, Certainty, Cited, Expansion, Exposure, cited};
use crate::graph::{Holding, StakeEdge};
use crate::model::{EntityId, Interest, Status};
use crate::rule::{Aggregate, Comparison, Reach};
use crate::share::Share;

/// How the holders of an entity meet the rule.
#[derive(Debug, Clone, Copy)]
pub(super) struct Met {
    pub tier: Tier,
    pub status: Status,
    /// The narrowest starts that reach it at this tier: restricting ones, and of those in force
    /// the ones that need no confirmation.
    pub wanted: Wanted,
}

impl<'a> Expansion<'a> {
    /// How the holders of an entity meet the rule, if they do.
    pub(super) fn met(&self, entity: EntityId, end: End) -> Option<Met> {
        let tier = self.runs.met(entity, end);
        let status = tier.status()?;
        let also = |wanted: Wanted| self.runs(wanted).met(entity, end) == tier;
        let restricting = also(Wanted { restricting: true, settled: false });
        let settled = status == Status::InForce && also(Wanted { restricting, settled: true });
        Some(Met { tier, status, wanted: Wanted { restricting, settled } })
    }

    /// The exposure of an entity whose holders meet the rule.
    pub(super) fn held(&self, entity: EntityId, met: Met, end: End) -> Exposure {
        let by_sums = self.runs(met.wanted).cascaded(entity, end) == met.tier;
        let facts = match by_sums {
            true => self.held_by_sums(entity, met, end),
            false => self.held_multiplied(entity, met, end),
        };
        let Facts { proof, basis, share, seeds: seeds_of } = facts;
        let confirm = met.status == Status::InForce && !met.wanted.settled;
        let seeds = proof.seeds.iter();
        let undecided = end == End::High && self.runs.undecided.contains(&entity);
        Exposure {
            confirm: self.on_day.confirm || confirm,
            certainty: if end == End::Low { Certainty::Certain } else { Certainty::Possible },
            basis: Some(basis),
            share: share.filter(|_| basis != Basis::Branch),
            undecided: undecided && !by_sums,
            listing_status: met.status,
            restriction: self.restriction(met.wanted.restricting),
            confidence: proof.confidence,
            listed: seeds.flat_map(|seed| self.deciding(*seed, met)).collect(),
            assumed: match end {
                End::High => self.assumed(entity, &proof, &seeds_of),
                End::Low => Vec::new(),
            },
            evidence: proof.rows,
            ..self.blank()
        }
    }

    /// The owners of one entity, as a scope.
    fn above(&self, entity: EntityId) -> Scope {
        Scope::Some(self.ground.view.owners_of([entity]).into_iter().collect())
    }

    fn in_blocks(&self) -> bool {
        self.test.aggregate != Aggregate::All || self.rule.per_programme
    }

    fn held_by_sums(&self, entity: EntityId, met: Met, end: End) -> Facts {
        let mut wanted = vec![met.wanted, Wanted::default()];
        wanted.dedup();
        let above = self.above(entity);
        let mut blocks: Vec<Alone> = Vec::new();
        // How many of the claims are of the starts that are wanted: what is met, is met under these.
        let mut wanted_claims = 1;
        if self.in_blocks() {
            for (at, wanted) in wanted.iter().enumerate() {
                let seeds = self.starts.seeds(&above, *wanted);
                let (view, operator) = (self.ground.view, self.operator());
                let mut runs = alone(operator, view, &above, &seeds, end);
                runs.sort_by_key(|run| run.reached.met.get(entity) > met.tier);
                blocks.append(&mut runs);
                if at == 0 {
                    wanted_claims = blocks.len();
                }
            }
        }
        let claim = |seeds, reached| Claim {
            view: self.ground.view,
            operator: self.operator(),
            end,
            tier: met.tier,
            seeds,
            reached,
        };
        let claims: Vec<Claim> = if self.in_blocks() {
            blocks.iter().map(|one| claim(Seeds::Block(&one.seeds), &one.reached)).collect()
        } else {
            let all = |wanted: &Wanted| {
                claim(Seeds::All(self.starts, *wanted), self.runs(*wanted).cascade(end))
            };
            wanted.iter().map(all).collect()
        };
        let (proof, holders) = self.proved(&claims, wanted_claims, entity, met, end);
        let (share, by_share) = self.share(entity, &holders, end);
        let carried = holders
            .iter()
            .filter(|edge| self.operator().carries(&edge.stake))
            .map(|edge| match edge.stake.interest {
                Interest::Branch => Basis::Branch,
                _ => Basis::Control,
            })
            .max();
        let basis = match carried {
            Some(basis) if !by_share => basis,
            _ if proof.seeds.len() <= 1 || self.one_owner(entity, met.tier, &above, end) => {
                Basis::Single
            }
            _ => Basis::Aggregate,
        };
        let added_up = blocks.first().map(|block| &block.seeds);
        let own = |seed: &&EntityId| added_up.is_none_or(|seeds| seeds.contains_key(seed));
        let seeds = proof.seeds.iter().filter(own).copied().collect();
        Facts { proof, basis, share, seeds }
    }

    /// The proof, and the stakes at the entity that count.
    fn proved(
        &self,
        claims: &[Claim<'a>],
        wanted_claims: usize,
        entity: EntityId,
        met: Met,
        end: End,
    ) -> (Proof, Vec<StakeEdge<'a>>) {
        let mut holders: Vec<StakeEdge> =
            direct(claims, entity).into_iter().map(|(_, edge)| edge).collect();
        let mut proof = prove(claims, entity);
        // Whether what one block of wanted starts counts as holders meets the rule.
        let by_holders = |issuer: EntityId| {
            claims[..wanted_claims].iter().any(|claim| {
                let own = direct(std::slice::from_ref(claim), issuer);
                let own: Vec<StakeEdge> = own.into_iter().map(|(_, edge)| edge).collect();
                let carried = own.iter().any(|edge| self.operator().carries(&edge.stake));
                carried || self.share(issuer, &own, end).1
            })
        };
        if self.rule.reach != Reach::Direct || by_holders(entity) {
            return (proof, holders);
        }
        // Under a direct reading a branch goes with a head office that is only reached.
        let path = self.head_offices_up(entity, met, end, by_holders);
        let Some(office) = path.last().map(|edge| edge.holder) else { return (proof, holders) };
        let day = self.ground.view.day();
        let above = prove(claims, office);
        proof.rows.extend(path.iter().flat_map(|edge| edge.cited_on(day).copied()));
        proof.rows.extend(above.rows);
        let mut cited: FxHashSet<(u32, u32)> = FxHashSet::default();
        proof.rows.retain(|row| cited.insert((row.place.source, row.record)));
        proof.seeds.extend(above.seeds);
        proof.seeds.sort_unstable();
        proof.seeds.dedup();
        let weakest = path.iter().map(|edge| edge.stake.confidence).max();
        proof.confidence = proof.confidence.max(above.confidence).max(weakest);
        holders.extend(path.first());
        (proof, holders)
    }

    /// The shortest way up from a branch through head offices that are reached to one that is wanted.
    fn head_offices_up(
        &self,
        branch: EntityId,
        met: Met,
        end: End,
        wanted: impl Fn(EntityId) -> bool,
    ) -> Vec<StakeEdge<'a>> {
        // Each head office with the step below it.
        let mut steps: Vec<(StakeEdge, Option<usize>)> = Vec::new();
        let mut seen: FxHashSet<EntityId> = FxHashSet::from_iter([branch]);
        let mut open = VecDeque::from([(branch, None)]);
        while let Some((office, below)) = open.pop_front() {
            if wanted(office) {
                let up = std::iter::successors(below, |at: &usize| steps[*at].1);
                let mut path: Vec<StakeEdge> = up.map(|at| steps[at].0).collect();
                path.reverse();
                return path;
            }
            let heads = self.ground.view.stakes_in(office).filter(|edge| {
                edge.stake.interest == Interest::Branch
                    && self.runs.met(edge.holder, end) <= met.tier
            });
            for head in heads {
                if seen.insert(head.holder) {
                    open.push_back((head.holder, Some(steps.len())));
                    steps.push((head, below));
                }
            }
        }
        Vec::new()
    }

    /// The least and the most that some holders hold of an entity together, in the interest in
    /// which they hold most, and whether that meets the rule.
    pub(super) fn share(
        &self,
        entity: EntityId,
        holders: &[StakeEdge],
        end: End,
    ) -> (Option<(Share, Share)>, bool) {
        let operator = self.operator();
        let mut sums: SumsByInterest = operator.owners(self.ground.view, entity);
        for edge in holders {
            operator.each(&edge.stake, &mut sums, |sums, stake| sums.count(stake));
        }
        let complete = self.ground.complete.contains(entity.index());
        let of = |interest: Interest| holders.iter().any(|edge| counts_in(&edge.stake, interest));
        let held = self.rule.interests.iter().zip(&sums).filter(|(interest, _)| of(**interest));
        let most = held.max_by_key(|(_, sums)| operator.held(sums, entity, end));
        let Some((_, sums)) = most else { return (Some((Share::ZERO, Share::ZERO)), false) };
        let (least, most) = (sums.least(complete), sums.most());
        let share = (Share::of_sum(least), Share::of_sum(most.max(least)));
        (Some(share), operator.met(sums, entity, end))
    }

    /// Whether the chain of one listed owner alone meets the rule.
    fn one_owner(&self, entity: EntityId, tier: Tier, above: &Scope, end: End) -> bool {
        if self.test.aggregate == Aggregate::Owner {
            return true;
        }
        let seeds = self.starts.seeds(above, Wanted::default()).into_iter().flatten();
        let strong = seeds.filter(|seed| seed.tier <= tier && seed.entity != entity);
        strong.into_iter().any(|seed: Seed| {
            let reached = run_sparse(self.ground.view, above, self.operator(), &[seed], end);
            reached.met.get(entity) != Tier::NEVER
        })
    }

    /// The facts of an entity that only multiplied shares reach: every holding that leads to it
    /// from a listed owner counts, so every one is its proof.
    fn held_multiplied(&self, entity: EntityId, met: Met, end: End) -> Facts {
        let above = self.above(entity);
        let mut blocks = self.starts.seeds(&above, met.wanted);
        for block in &mut blocks {
            block.retain(|seed| seed.tier <= met.tier && seed.entity != entity);
        }
        let multiplied = |block: &[Seed]| {
            let listed = |one: EntityId| block.iter().any(|seed| seed.entity == one);
            let from: Vec<EntityId> = block.iter().map(|seed| seed.entity).collect();
            let interests = self.rule.interests.iter();
            let of = |interest: &Interest| {
                let mut basis = self.multiplying(*interest);
                basis.scope = &above;
                Effective::new(basis, &listed, &from)
            };
            interests.map(of).collect::<Vec<Effective>>()
        };
        let meets = |one: &Effective| {
            let met = one.meets(entity, end, self.test.threshold, self.test.comparison);
            met.unwrap_or(end == End::High)
        };
        let by_block = |block: &Vec<Seed>| multiplied(block).iter().any(meets);
        let run = |block: &Vec<Seed>| {
            Runs::new(self.operator(), self.ground.view, &above, std::slice::from_ref(block))
        };
        // Without a share that is enough it is a branch, or controlled, of what a block reaches.
        let reaches = |block: &&Vec<Seed>| run(block).met(entity, end) <= met.tier;
        let block = blocks.iter().find(|block| by_block(block));
        let block = block.or_else(|| blocks.iter().find(reaches));
        let block: Vec<Seed> = block.cloned().unwrap_or_default();
        let shares = multiplied(&block);
        let share = shares.iter().filter_map(|one| one.share(entity)).max();
        let single = block.len() == 1 || block.iter().any(|seed| by_block(&vec![*seed]));
        let carried = !shares.iter().any(meets);
        let proof = self.every_path(entity, &run(&block), end, &block);
        let by_branch =
            || proof.rows.first().is_some_and(|row| row.terms().interest == Interest::Branch);
        let basis = match (carried, single) {
            (true, _) if by_branch() => Basis::Branch,
            (true, _) => Basis::Control,
            (false, true) => Basis::Single,
            (false, false) => Basis::Aggregate,
        };
        let seeds = proof.seeds.clone();
        Facts { proof, basis, share, seeds }
    }

    /// Every holding through which seeds lead to an entity.
    fn every_path(&self, entity: EntityId, reached: &Runs, end: End, block: &[Seed]) -> Proof {
        let view = self.ground.view;
        let below: FxHashSet<EntityId> =
            view.held_below(block.iter().map(|seed| seed.entity)).into_iter().collect();
        let is_seed = |one: EntityId| block.iter().any(|seed| seed.entity == one);
        let mut proof = Proof::default();
        let mut seen: FxHashSet<EntityId> = FxHashSet::from_iter([entity]);
        let mut open = vec![entity];
        while let Some(issuer) = open.pop() {
            for edge in view.stakes_in(issuer) {
                let interests = &self.rule.interests;
                let counts = interests.iter().any(|interest| multiplies(&edge, *interest))
                    || self.operator().carries(&edge.stake)
                        && reached.counts(edge.holder, end) != Tier::NEVER;
                if !counts || edge.holder == issuer || !below.contains(&edge.holder) {
                    continue;
                }
                proof.rows.extend(edge.cited_on(view.day()).copied());
                proof.confidence = proof.confidence.max(Some(edge.stake.confidence));
                if is_seed(edge.holder) {
                    proof.seeds.push(edge.holder);
                } else if seen.insert(edge.holder) {
                    open.push(edge.holder);
                }
            }
        }
        proof.seeds.sort_unstable();
        proof.seeds.dedup();
        proof
    }

    /// The listings of a seed that decide: of its strongest status, and of the strongest among
    /// those that are wanted.
    pub(super) fn deciding(&self, seed: EntityId, met: Met) -> Vec<Cited> {
        let strong = |listing: &&Listing| listing.tier() <= Some(met.tier);
        let strongest = self.starts.of(seed).next().map(|one| one.on_day.status);
        let wanted = self.starts.of(seed).find(|one| met.wanted.allows(one));
        let wanted = wanted.map(|one| one.on_day.status);
        self.starts
            .of(seed)
            .filter(strong)
            .filter(|one| {
                let status = Some(one.on_day.status);
                status == strongest || status == wanted && met.wanted.allows(one)
            })
            .map(cited)
            .collect()
    }

    /// Shares of the holdings cited that make a possible exposure so: at each issuer the holders that
    /// are reached before it take first what their ranges and the lows of the others leave them.
    fn assumed(&self, entity: EntityId, proof: &Proof, seeds: &[EntityId]) -> Vec<Assumed> {
        let mut issuers: Vec<EntityId> = proof.rows.iter().map(|row| row.issuer).collect();
        issuers.push(entity);
        issuers.sort_unstable();
        issuers.dedup();
        let cited: FxHashSet<(u32, u32)> =
            proof.rows.iter().map(|row| (row.place.source, row.record)).collect();
        let is_cited = |row: &Holding| cited.contains(&(row.place.source, row.record));
        let mut by_issuer: Vec<(EntityId, Vec<StakeEdge>)> = issuers
            .into_iter()
            .map(|issuer| {
                let stakes = self.ground.view.stakes_in(issuer);
                (issuer, stakes.filter(|edge| edge.rows.iter().any(is_cited)).collect())
            })
            .collect();
        let ranks = self.ranks(&by_issuer, seeds);
        let rank = |one: EntityId| ranks.get(&one).copied().unwrap_or(usize::MAX);
        let operator = self.operator();
        let mut assumed = Vec::new();
        for (issuer, stakes) in &mut by_issuer {
            stakes.sort_by_key(|edge| (rank(edge.holder), edge.holder));
            let sums = operator.owners(self.ground.view, *issuer);
            for (interest, sums) in self.rule.interests.iter().zip(&sums) {
                let own = || stakes.iter().filter(|edge| counts_in(&edge.stake, *interest));
                // What they hold at least takes room from each other, what may be held through them included.
                let more =
                    |edge: &StakeEdge| edge.stake.range.low().parts() - edge.stake.room.parts();
                let taken = sums.room() + own().map(|edge| u64::from(more(edge))).sum::<u64>();
                let mut room = match sums.over_declared() {
                    true => u64::MAX,
                    false => u64::from(Share::WHOLE.parts()).saturating_sub(taken),
                };
                for edge in own().filter(|edge| edge.stake.range.low() < edge.stake.range.high()) {
                    let (low, high) = (edge.stake.range.low(), edge.stake.range.high());
                    let mut more = u64::from(high.parts() - low.parts()).min(room);
                    room -= more;
                    // The others leave nothing less to what may be held through them.
                    let beside = edge.stake.beside.1.parts().saturating_sub(low.parts());
                    more = more.max(u64::from(beside));
                    let share = Share::from_parts(u64::from(low.parts()) + more);
                    let row = edge.rows.iter().find(|row| is_cited(row));
                    assumed.extend(row.map(|row| Assumed { row: *row, share }));
                }
            }
        }
        // What may be either counts in both interests: the larger share serves either.
        assumed.sort_by_key(|one: &Assumed| {
            (one.row.place, one.row.record, std::cmp::Reverse(one.share))
        });
        assumed.dedup_by_key(|one| (one.row.place, one.row.record));
        assumed
    }

    /// The round in which each entity is reached through the stakes given, seeds in the first.
    fn ranks(
        &self,
        by_issuer: &[(EntityId, Vec<StakeEdge>)],
        seeds: &[EntityId],
    ) -> FxHashMap<EntityId, usize> {
        let operator = self.operator();
        let mut ranks: FxHashMap<EntityId, usize> = seeds.iter().map(|seed| (*seed, 0)).collect();
        for round in 1..=by_issuer.len() {
            let reached = |(issuer, stakes): &&(EntityId, Vec<StakeEdge>)| {
                let mut sums = operator.owners(self.ground.view, *issuer);
                let counted = || stakes.iter().filter(|edge| ranks.contains_key(&edge.holder));
                for edge in counted().filter(|edge| edge.holder != *issuer) {
                    operator.each(&edge.stake, &mut sums, |sums, stake| sums.count(stake));
                }
                let by_sums = sums.iter().any(|sums| operator.met(sums, *issuer, End::High));
                by_sums || counted().any(|edge| operator.carries(&edge.stake))
            };
            let new = by_issuer.iter().filter(|(issuer, _)| !ranks.contains_key(issuer));
            let new: Vec<EntityId> = new.filter(reached).map(|(issuer, _)| *issuer).collect();
            if new.is_empty() {
                break;
            }
            ranks.extend(new.into_iter().map(|issuer| (issuer, round)));
        }
        ranks
    }

    /// Whether a threshold is met by an effective share at an end; what cannot be told is.
    pub(super) fn may_meet(
        one: &Effective,
        entity: EntityId,
        end: End,
        threshold: Share,
        comparison: Comparison,
    ) -> bool {
        one.meets(entity, end, threshold, comparison).unwrap_or(true)
    }
}

/// What a proof comes to.
struct Facts {
    proof: Proof,
    basis: Basis,
    share: Option<(Share, Share)>,
    /// The seeds that are added up where it is met.
    seeds: Vec<EntityId>,
}
