//! Flags: what a rule does not reach but a person should look at.

use rustc_hash::{FxHashMap, FxHashSet};

use super::cascade::{End, Tier};
use super::effective::{Effective, multiplies};
use super::starts::{Listing, Wanted};
use super::{Basis, Certainty, Expansion, Exposure, cited, summed_up};
use crate::graph::StakeEdge;
use crate::model::{EntityId, Interest, Status};
use crate::rule::Comparison;
use crate::share::Share;

impl<'a> Expansion<'a> {
    /// The entities that may be flagged, in no order.
    pub(super) fn flagged(&self) -> Vec<EntityId> {
        let mut all: Vec<EntityId> =
            self.starts.entities().flat_map(|branch| self.head_offices(branch)).collect();
        for effective in self.in_force() {
            all.extend(effective.reached().filter(|entity| self.holds_enough(effective, *entity)));
        }
        if !self.rule.control {
            let mut holders = self.runs.counted();
            holders.extend(self.runs.met_by_anybody());
            let controlled = holders.into_iter().flat_map(|holder| {
                let stakes = self.ground.view.stakes_of(holder);
                stakes.filter(|edge| edge.stake.interest == Interest::Control)
            });
            all.extend(controlled.map(|edge| edge.issuer));
        }
        all
    }

    /// The flags of an entity that the rule does not reach.
    pub(super) fn flags(&self, entity: EntityId) -> Vec<Exposure> {
        let flags = [self.look_through(entity), self.controlled(entity), self.head_office(entity)];
        flags.into_iter().flatten().collect()
    }

    /// Whether the effective share of the owners in force is at or above the floor, or meets the
    /// threshold itself. A floor of 0 is met by whatever recorded holdings lead to.
    fn holds_enough(&self, effective: &Effective, entity: EntityId) -> bool {
        let Some(high) = effective.bounds(entity, End::High) else { return false };
        let test = self.test;
        if self.floor == Share::ZERO {
            return high.upper > 0;
        }
        Expansion::may_meet(effective, entity, End::Low, self.floor, Comparison::AtLeast)
            || Expansion::may_meet(effective, entity, End::High, test.threshold, test.comparison)
    }

    /// The flag of an entity of which listed owners in force hold much when shares are multiplied.
    fn look_through(&self, entity: EntityId) -> Option<Exposure> {
        let enough = |one: &&Effective| self.holds_enough(one, entity);
        let effective = self.in_force().iter().filter(enough);
        let share = effective.filter_map(|one| one.share(entity)).max()?;
        let (rows, seeds) = self.shortest_paths(entity);
        let listings: Vec<&Listing> = seeds
            .iter()
            .flat_map(|seed| self.starts.of(*seed))
            .filter(|listing| listing.tier() == Some(Tier::IN_FORCE))
            .collect();
        let (restricts, confirm) = summed_up(&listings, Status::InForce);
        let day = self.ground.view.day();
        Some(Exposure {
            confirm: self.on_day.confirm || confirm,
            basis: Some(if seeds.len() <= 1 { Basis::Single } else { Basis::Aggregate }),
            share: self.held_at_least(entity, &rows),
            effective: Some(share),
            restriction: self.restriction(restricts),
            confidence: rows.iter().map(|edge| edge.stake.confidence).max(),
            evidence: rows.iter().flat_map(|edge| edge.cited_on(day).copied()).collect(),
            listed: listings.into_iter().map(cited).collect(),
            ..self.blank()
        })
    }

    /// What the holders at an entity that are listed or reached themselves hold of it together.
    fn held_at_least(&self, entity: EntityId, rows: &[StakeEdge]) -> Option<(Share, Share)> {
        let counts = |edge: &&StakeEdge| {
            edge.issuer == entity && self.runs.counts(edge.holder, End::Low) == Tier::IN_FORCE
        };
        let holders: Vec<StakeEdge> = rows.iter().filter(counts).copied().collect();
        self.share(entity, &holders, End::Low).0
    }

    /// Every stake in an entity to which a listed owner in force leads, and above it a shortest
    /// path to each holder; the listed owners they start from, sorted.
    fn shortest_paths(&self, entity: EntityId) -> (Vec<StakeEdge<'a>>, Vec<EntityId>) {
        let view = self.ground.view;
        let in_force =
            |one: EntityId| self.starts.tier(one, Wanted::default()) == Some(Tier::IN_FORCE);
        let follows = |edge: &StakeEdge| {
            let interests = &self.rule.interests;
            let carried = || {
                self.operator().carries(&edge.stake)
                    && self.runs.counts(edge.holder, End::Low) == Tier::IN_FORCE
            };
            edge.holder != edge.issuer
                && (interests.iter().any(|interest| multiplies(edge, *interest)) || carried())
        };
        let above = view.owners_of([entity]);
        let inside: FxHashSet<EntityId> = above.iter().copied().collect();
        let mut from: FxHashMap<EntityId, Option<StakeEdge>> = FxHashMap::default();
        let mut queue: std::collections::VecDeque<EntityId> = std::collections::VecDeque::new();
        for seed in above.into_iter().filter(|one| *one != entity && in_force(*one)) {
            from.insert(seed, None);
            queue.push_back(seed);
        }
        while let Some(holder) = queue.pop_front() {
            for edge in view.stakes_of_in(holder, &inside).filter(follows) {
                let issuer = edge.issuer;
                if issuer != entity && !from.contains_key(&issuer) {
                    from.insert(issuer, Some(edge));
                    queue.push_back(issuer);
                }
            }
        }
        let mut rows: Vec<StakeEdge> = Vec::new();
        let mut seeds = Vec::new();
        let mut seen: FxHashSet<EntityId> = FxHashSet::default();
        let direct = view.stakes_in(entity).filter(follows);
        let mut open: Vec<StakeEdge> =
            direct.filter(|edge| from.contains_key(&edge.holder)).collect();
        while !open.is_empty() {
            let mut next = Vec::new();
            for edge in open {
                rows.push(edge);
                if !seen.insert(edge.holder) {
                    continue;
                }
                match from[&edge.holder] {
                    Some(above) => next.push(above),
                    None => seeds.push(edge.holder),
                }
            }
            open = next;
        }
        seeds.sort_unstable();
        (rows, seeds)
    }

    /// The flag of an entity that a listed or reached holder controls, under a rule without a
    /// control test.
    fn controlled(&self, entity: EntityId) -> Option<Exposure> {
        let controls = |edge: &StakeEdge| {
            edge.stake.interest == Interest::Control && edge.holder != entity && !self.rule.control
        };
        // Under a direct reading a holder may be reached without counting as one.
        let tier = |edge: &StakeEdge| {
            let counts = self.runs.counts(edge.holder, End::High);
            counts.min(self.runs.met(edge.holder, End::High))
        };
        let stakes = self.ground.view.stakes_in(entity).filter(controls);
        let strongest = stakes.min_by_key(tier).filter(|edge| tier(edge) != Tier::NEVER)?;
        let day = self.ground.view.day();
        let holder = strongest.holder;
        // The holder is listed itself, or its own exposure says why it is reached.
        let own = match self.starts.tier(holder, Wanted::default()) == Some(tier(&strongest)) {
            true => self.listed(holder),
            false => [End::Low, End::High].into_iter().find_map(|end| {
                let met = self.met(holder, end).filter(|met| met.tier == tier(&strongest))?;
                Some(self.held(holder, met, end))
            }),
        }?;
        let rows = strongest.cited_on(day).copied();
        Some(Exposure {
            certainty: Certainty::Flag,
            basis: Some(Basis::Control),
            share: Some((Share::ZERO, Share::ZERO)),
            confidence: own.confidence.max(Some(strongest.stake.confidence)),
            evidence: rows.chain(own.evidence.iter().copied()).collect(),
            ..own
        })
    }

    /// The flag of an entity that has a listed branch: the listing never climbs to its head office.
    fn head_office(&self, entity: EntityId) -> Option<Exposure> {
        let branches: Vec<(StakeEdge, Vec<&Listing>)> = self
            .ground
            .view
            .stakes_of(entity)
            .filter(|edge| edge.stake.interest == Interest::Branch && edge.issuer != entity)
            .map(|edge| (edge, self.starts.of(edge.issuer).collect::<Vec<_>>()))
            .filter(|(_, listings)| !listings.is_empty())
            .collect();
        let listings: Vec<&Listing> =
            branches.iter().flat_map(|(_, listings)| listings.iter().copied()).collect();
        let status = listings.iter().map(|listing| listing.on_day.status).min()?;
        let (restricts, confirm) = summed_up(&listings, status);
        let day = self.ground.view.day();
        Some(Exposure {
            confirm: self.on_day.confirm || confirm,
            basis: Some(Basis::Branch),
            listing_status: status,
            restriction: self.restriction(restricts),
            confidence: branches.iter().map(|(edge, _)| edge.stake.confidence).max(),
            evidence: branches.iter().flat_map(|(edge, _)| edge.cited_on(day).copied()).collect(),
            listed: listings.into_iter().map(cited).collect(),
            ..self.blank()
        })
    }

    /// The entities of which an entity is a branch.
    fn head_offices(&self, branch: EntityId) -> impl Iterator<Item = EntityId> {
        let stakes = self.ground.view.stakes_in(branch);
        let head = stakes.filter(move |edge| edge.stake.interest == Interest::Branch);
        head.map(|edge| edge.holder).filter(move |holder| *holder != branch)
    }
}
