//! How far an entity is from being reached, or from being let go, and by which single holding.

use rustc_hash::{FxHashMap, FxHashSet};

use super::Expansion;
use super::cascade::{End, Scope, SumsByInterest, Tier, counts_in};
use super::runs::{Alone, alone};
use super::starts::Wanted;
use crate::graph::StakeEdge;
use crate::model::EntityId;
use crate::rule::Comparison;
use crate::share::Share;

/// How the nearest set of holders stands to the threshold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Margin {
    /// What the set holds together, less the threshold, in parts per billion: below 0 it misses.
    pub parts: i64,
    /// The set: listed or reached holders that are added up.
    pub holders: Vec<EntityId>,
    /// The smallest change of one holding that would turn the answer, where there is one.
    pub change: Option<Change>,
}

/// A change of what one holder holds of one issuer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// The holder.
    pub holder: EntityId,
    /// The issuer.
    pub issuer: EntityId,
    /// What it holds.
    pub from: Share,
    /// What it would hold.
    pub to: Share,
}

impl Change {
    fn size(&self) -> u32 {
        self.from.parts().abs_diff(self.to.parts())
    }
}

impl<'a> Expansion<'a> {
    /// How an entity stands to the threshold: by the least its reached holders hold where the rule
    /// certainly reaches it, else by the most they may hold. `None` for what is not shown or has no
    /// owner recorded. O(owners above, squared) at worst.
    pub fn margin(&self, entity: EntityId) -> Option<Margin> {
        let view = self.ground.view;
        let owned = view.stakes_in(entity).any(|edge| edge.holder != entity);
        if !owned || self.shown(entity) == Some(false) {
            return None;
        }
        let end = match self.runs.cascaded(entity, End::Low) {
            Tier::NEVER => End::High,
            _ => End::Low,
        };
        let above: FxHashSet<EntityId> = view.owners_of([entity]).into_iter().collect();
        let scope = Scope::Some(above);
        let blocks = self.starts.seeds(&scope, Wanted::default());
        let runs = alone(self.operator(), view, &scope, &blocks, end);
        let of_block = |block: &Alone| self.margin_of(entity, block, &scope, end);
        runs.iter().filter_map(of_block).max_by_key(|margin| {
            let smaller = margin.change.map_or(u32::MAX, |change| change.size());
            (margin.parts, std::cmp::Reverse(smaller))
        })
    }

    fn margin_of(
        &self,
        entity: EntityId,
        block: &Alone,
        scope: &Scope,
        end: End,
    ) -> Option<Margin> {
        let counts = |one: EntityId| block.reached.counts.get(one) != Tier::NEVER;
        let (parts, holders) = self.nearest(entity, &counts, end)?;
        let met = block.reached.met.get(entity) != Tier::NEVER;
        let carried = self.ground.view.stakes_in(entity).any(|edge| {
            edge.holder != entity && counts(edge.holder) && self.operator().carries(&edge.stake)
        });
        let change = match carried {
            true => None, // A branch, or control: no share turns that.
            false => self.smallest(entity, met, block, scope, end),
        };
        Some(Margin { parts, holders, change })
    }

    /// What reached holders of an entity hold together less the threshold, in the interest in which
    /// they come nearest to it.
    fn nearest(
        &self,
        entity: EntityId,
        counts: &dyn Fn(EntityId) -> bool,
        end: End,
    ) -> Option<(i64, Vec<EntityId>)> {
        let operator = self.operator();
        let stakes: Vec<StakeEdge> =
            self.ground.view.stakes_in(entity).filter(|edge| edge.holder != entity).collect();
        let mut sums: SumsByInterest = operator.owners(self.ground.view, entity);
        for edge in stakes.iter().filter(|edge| counts(edge.holder)) {
            operator.each(&edge.stake, &mut sums, |sums, stake| sums.count(stake));
        }
        let interests = self.rule.interests.iter().zip(&sums);
        let held = |(interest, sums)| (operator.held(sums, entity, end), interest);
        let (held, interest) = interests.map(held).max_by_key(|(held, _)| *held)?;
        let mut holders: Vec<EntityId> = stakes
            .iter()
            .filter(|edge| counts(edge.holder) && counts_in(&edge.stake, *interest))
            .map(|edge| edge.holder)
            .collect();
        holders.dedup();
        let threshold = i64::from(self.test.threshold.parts());
        Some((i64::try_from(held).unwrap_or(i64::MAX) - threshold, holders))
    }

    /// The smallest change of one holding that turns the answer for an entity: of a reached holder
    /// at the entity itself, or of one above that makes an owner of it reached, or lets it go. Found
    /// for all owners above together, as long as one gets smaller.
    fn smallest(
        &self,
        entity: EntityId,
        met: bool,
        block: &Alone,
        scope: &Scope,
        end: End,
    ) -> Option<Change> {
        let Scope::Some(above) = scope else { return None };
        let mut issuers: Vec<EntityId> = above.iter().copied().collect();
        issuers.sort_unstable();
        let mut changes: FxHashMap<EntityId, Change> = FxHashMap::default();
        for _ in 0..=issuers.len() {
            let mut smaller = false;
            for issuer in &issuers {
                let seed = block.seeds.contains_key(issuer);
                let reached = block.reached.met.get(*issuer) != Tier::NEVER;
                if seed && *issuer != entity || reached != met {
                    continue;
                }
                let Some(change) = self.turn(*issuer, met, block, &changes, end) else { continue };
                if changes.get(issuer).is_none_or(|known| change.size() < known.size()) {
                    changes.insert(*issuer, change);
                    smaller = true;
                }
            }
            if !smaller {
                break;
            }
        }
        changes.get(&entity).copied()
    }

    /// The smallest change that turns one issuer, given those that turn its owners.
    fn turn(
        &self,
        issuer: EntityId,
        met: bool,
        block: &Alone,
        changes: &FxHashMap<EntityId, Change>,
        end: End,
    ) -> Option<Change> {
        let counts = |one: EntityId| block.reached.counts.get(one) != Tier::NEVER;
        let (parts, _) = self.nearest(issuer, &counts, end)?;
        let stakes: Vec<StakeEdge> =
            self.ground.view.stakes_in(issuer).filter(|edge| edge.holder != issuer).collect();
        let in_rule = |edge: &&StakeEdge| {
            self.rule.interests.iter().any(|interest| counts_in(&edge.stake, *interest))
        };
        let at = |edge: &StakeEdge| match end {
            End::Low => edge.stake.range.low(),
            End::High => edge.stake.range.high(),
        };
        // At least is let go just below the threshold, more than is met just above it.
        let just = i64::from(met == (self.test.comparison == Comparison::AtLeast));
        let needed = parts.abs() + just;
        let reached = stakes.iter().filter(in_rule).filter(|edge| counts(edge.holder));
        let own = reached.filter_map(|edge| {
            let from = i64::from(at(edge).parts());
            let to = if met { from - needed } else { from + needed };
            let fits = (0..=i64::from(Share::WHOLE.parts())).contains(&to);
            let to = Share::from_parts(u64::try_from(to).ok()?);
            fits.then_some(Change { holder: edge.holder, issuer, from: at(edge), to })
        });
        let above = stakes.iter().filter(in_rule).filter(|edge| counts(edge.holder) == met);
        let above = above.filter_map(|edge| {
            let change = changes.get(&edge.holder)?;
            let counted =
                |one: EntityId| counts(one) && one != edge.holder || !met && one == edge.holder;
            let (without, _) = self.nearest(issuer, &counted, end)?;
            let turned = match self.test.comparison {
                Comparison::AtLeast => (without >= 0) != met,
                Comparison::MoreThan => (without > 0) != met,
            };
            turned.then_some(*change)
        });
        own.chain(above).min_by_key(|change| (change.size(), change.issuer, change.holder))
    }
}
