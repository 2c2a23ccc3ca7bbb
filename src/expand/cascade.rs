//! The cascade: the least set that holds every seed and every issuer of which its members hold
//! enough.
//!
//! This is company control of Ceri, Gottlob and Tanca as a monotone operator, run on low ends for
//! what is certain and on high ends for what is possible. Shares are integers, each stake is
//! relaxed once: O(V + E) of what is reached, without recursion, cycles included.

use std::collections::VecDeque;

use fixedbitset::FixedBitSet;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::graph::{DayView, Stake, StakeEdge};
use crate::model::{EntityId, Interest, Status};
use crate::rule::{Reach, Rule, Test};
use crate::share::Share;

/// Which end of what is not known decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The least the holdings can be: what is reached is certain.
    Low,
    /// The most the holdings can be: what is reached is possible.
    High,
}

/// How strong a seed's listing is: seeds are taken in tiers, the strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tier(u8);

impl Tier {
    /// In force.
    pub const IN_FORCE: Tier = Tier(0);
    /// Not reached at all.
    pub const NEVER: Tier = Tier(u8::MAX);
    /// The statuses of the tiers, the strongest first.
    const STATUSES: [Status; 4] =
        [Status::InForce, Status::NotYet, Status::Suspended, Status::Stopped];

    /// The tiers that reach, the strongest first.
    pub fn all() -> impl Iterator<Item = Tier> {
        (0..).take(Tier::STATUSES.len()).map(Tier)
    }

    /// The tier of a listing's status; `None` for a removed one, which starts nothing.
    pub fn of(status: Status) -> Option<Tier> {
        Tier::all().find(|tier| tier.status() == Some(status))
    }

    /// The status of its listings; `None` for [`Tier::NEVER`].
    pub fn status(self) -> Option<Status> {
        Tier::STATUSES.get(usize::from(self.0)).copied()
    }
}

/// An entity from which a rule starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seed {
    /// The listed entity.
    pub entity: EntityId,
    /// How strong its listing is.
    pub tier: Tier,
}

/// The entities a run looks at: all of the graph, or those above a few.
#[derive(Debug, Clone)]
pub enum Scope {
    /// Every entity, of so many.
    All(usize),
    /// Some entities.
    Some(FxHashSet<EntityId>),
}

impl Scope {
    /// Whether an entity is in the scope.
    pub fn contains(&self, entity: EntityId) -> bool {
        match self {
            Scope::All(_) => true,
            Scope::Some(entities) => entities.contains(&entity),
        }
    }

    /// The stakes of a holder in what is in the scope, by issuer.
    pub fn stakes_of<'g>(
        &self,
        view: DayView<'g>,
        holder: EntityId,
    ) -> impl Iterator<Item = StakeEdge<'g>> {
        let (all, some) = match self {
            Scope::All(_) => (Some(view.stakes_of(holder)), None),
            Scope::Some(entities) => (None, Some(view.stakes_of_in(holder, entities))),
        };
        all.into_iter().flatten().chain(some.into_iter().flatten())
    }
}

/// A tier for each entity: an array where the whole graph is looked at, a table otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tiers {
    /// By entity: 0 for never, so that memory that nothing reaches is never touched, else the tier
    /// counted from 1.
    Dense(Vec<u8>),
    /// Those that are reached.
    Sparse(FxHashMap<EntityId, Tier>),
}

impl Tiers {
    /// Nothing reached yet, in the form that suits the scope.
    pub fn over(scope: &Scope) -> Tiers {
        match scope {
            Scope::All(entities) => Tiers::Dense(vec![0; *entities]),
            Scope::Some(_) => Tiers::Sparse(FxHashMap::default()),
        }
    }

    /// The tier of an entity.
    pub fn get(&self, entity: EntityId) -> Tier {
        match self {
            Tiers::Dense(tiers) => Tier(tiers[entity.index()].wrapping_sub(1)),
            Tiers::Sparse(tiers) => tiers.get(&entity).copied().unwrap_or(Tier::NEVER),
        }
    }

    /// Sets a tier that is stronger than the one known; whether it is.
    pub fn strengthen(&mut self, entity: EntityId, tier: Tier) -> bool {
        let stronger = tier < self.get(entity);
        if stronger {
            match self {
                Tiers::Dense(tiers) => tiers[entity.index()] = tier.0 + 1,
                Tiers::Sparse(tiers) => drop(tiers.insert(entity, tier)),
            }
        }
        stronger
    }

    /// The entities that are reached at any tier, in no order.
    pub fn reached(&self) -> Vec<EntityId> {
        match self {
            Tiers::Dense(tiers) => {
                let all = (0..).zip(tiers).filter(|(_, tier)| **tier != 0);
                all.map(|(entity, _)| EntityId(entity)).collect()
            }
            Tiers::Sparse(tiers) => tiers.keys().copied().collect(),
        }
    }
}

/// What a run found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reached {
    /// The tier at which an entity counts as a holder: listed itself, or reached.
    pub counts: Tiers,
    /// The tier at which the holders of an entity meet the rule, its own listing aside.
    pub met: Tiers,
    /// Whether every share that was looked at is known exactly, so that the other end reaches the
    /// same.
    pub exact: bool,
}

impl Reached {
    /// Nothing reached yet.
    pub fn over(scope: &Scope) -> Reached {
        Reached { counts: Tiers::over(scope), met: Tiers::over(scope), exact: true }
    }

    /// Adds what another run found: of each entity the stronger tier stays.
    pub fn absorb(&mut self, other: &Reached) {
        self.exact &= other.exact;
        for (into, from) in [(&mut self.counts, &other.counts), (&mut self.met, &other.met)] {
            for entity in from.reached() {
                into.strengthen(entity, from.get(entity));
            }
        }
    }
}

/// A rule's test and what it needs to know of the owners of an issuer.
#[derive(Debug, Clone, Copy)]
pub struct Operator<'a> {
    /// The rule.
    pub rule: &'a Rule,
    /// Its test on the day.
    pub test: Test,
    /// Issuers whose recorded owners are all there are.
    pub complete: &'a FixedBitSet,
}

/// What all owners of an issuer hold in one interest, and what those hold that count, in parts per
/// billion.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sums {
    low: u64,
    high: u64,
    stated_low: u64,
    /// What owners certainly take from what the others can hold, and what those that count take of it.
    room: u64,
    counted_room: u64,
    counted_low: u64,
    counted_high: u64,
    /// The most that one of those that count holds beside a recorded chain, by itself, at least and at most.
    beside_low: u64,
    beside_high: u64,
}

/// Sums by interest: those of a rule are equity, votes or both.
pub type SumsByInterest = [Sums; 2];

const WHOLE: u64 = Share::WHOLE.parts() as u64;

impl Sums {
    /// Adds an owner to all.
    pub fn add(&mut self, stake: &Stake) {
        self.low += u64::from(stake.range.low().parts());
        self.high += u64::from(stake.range.high().parts());
        self.stated_low += u64::from(stake.range.stated_low().parts());
        self.room += u64::from(stake.room.parts());
    }

    /// Adds an owner to those that count.
    pub fn count(&mut self, stake: &Stake) {
        self.counted_low += u64::from(stake.range.low().parts());
        self.counted_high += u64::from(stake.range.high().parts());
        self.counted_room += u64::from(stake.room.parts());
        let (low, high) = stake.beside;
        self.beside_low = self.beside_low.max(u64::from(low.parts()));
        self.beside_high = self.beside_high.max(u64::from(high.parts()));
    }

    /// Declared lows above 100 percent: the shares count as declared, neither capped nor completed.
    pub fn over_declared(&self) -> bool {
        self.stated_low > WHOLE
    }

    /// Even the highs of all owners stay below 100 percent: they are not all there are.
    pub fn cannot_be_complete(&self) -> bool {
        self.high < WHOLE
    }

    /// The sum of the lows of all owners, in parts per billion.
    pub fn declared(&self) -> u64 {
        self.low
    }

    /// What all owners certainly take from what others can hold, in parts per billion.
    pub fn room(&self) -> u64 {
        self.room
    }

    /// The least those that count can hold together: the sum of their lows, or what the others
    /// leave them where the owners are complete. What one of them holds beside a recorded chain, of which it may be
    /// the sum, is added to nothing, but no less than that is held by or through him.
    pub fn least(&self, complete: bool) -> u64 {
        if self.over_declared() || !complete || self.cannot_be_complete() {
            return self.counted_low.max(self.beside_low);
        }
        let others = self.high - self.counted_high;
        self.counted_low.max(WHOLE.saturating_sub(others)).max(self.beside_low)
    }

    /// The most those that count can hold together: the sum of their highs, but no more than the
    /// others certainly take leaves. The sum is capped, not each holding.
    pub fn most(&self) -> u64 {
        if self.over_declared() {
            return self.counted_high.max(self.beside_high);
        }
        let others = self.room - self.counted_room;
        let most = self.counted_high.min(WHOLE.saturating_sub(others)).max(self.counted_low);
        most.max(self.beside_high)
    }
}

/// Whether a stake counts as an interest; an unspecified one counts as either.
pub fn counts_in(stake: &Stake, interest: Interest) -> bool {
    stake.interest == interest || stake.interest == Interest::Unspecified
}

impl Operator<'_> {
    /// Whether a stake carries the rule without any sum: a branch, or control where the rule has
    /// that test.
    pub fn carries(&self, stake: &Stake) -> bool {
        match stake.interest {
            Interest::Branch => true,
            Interest::Control => self.rule.control,
            _ => false,
        }
    }

    /// What those that count hold, at the end that decides.
    pub fn held(&self, sums: &Sums, issuer: EntityId, end: End) -> u64 {
        match end {
            End::Low => sums.least(self.complete.contains(issuer.index())),
            End::High => sums.most(),
        }
    }

    /// Whether sums in an issuer meet the test.
    pub fn met(&self, sums: &Sums, issuer: EntityId, end: End) -> bool {
        // A threshold of 0 is met by any counted holder, never by nobody.
        self.test.met_by(self.held(sums, issuer, end)) && sums.counted_high > 0
    }

    /// The sums of an issuer's owners in each interest of the rule, nobody counted yet.
    pub fn owners(&self, view: DayView, issuer: EntityId) -> SumsByInterest {
        let mut sums = SumsByInterest::default();
        for edge in view.stakes_in(issuer) {
            self.each(&edge.stake, &mut sums, Sums::add);
        }
        sums
    }

    /// Does something to the sums of each interest in which a stake counts.
    pub fn each(&self, stake: &Stake, sums: &mut SumsByInterest, act: fn(&mut Sums, &Stake)) {
        for (interest, sums) in self.rule.interests.iter().zip(sums) {
            if counts_in(stake, *interest) {
                act(sums, stake);
            }
        }
    }
}

/// Runs the operator from seeds to its least fixpoint, tier by tier.
///
/// Under a direct reading only the seeds and their branches count as holders; the branches of what
/// they reach are reached with it.
pub fn run(view: DayView, scope: &Scope, operator: Operator, seeds: &[Seed], end: End) -> Reached {
    run_into(Reached::over(scope), view, scope, operator, seeds, end)
}

/// Like [`run`], but what is found is kept in a table: for runs that reach little of the graph.
pub fn run_sparse(
    view: DayView,
    scope: &Scope,
    operator: Operator,
    seeds: &[Seed],
    end: End,
) -> Reached {
    let nothing = Tiers::Sparse(FxHashMap::default());
    let reached = Reached { counts: nothing.clone(), met: nothing, exact: true };
    run_into(reached, view, scope, operator, seeds, end)
}

fn run_into(
    mut reached: Reached,
    view: DayView,
    scope: &Scope,
    operator: Operator,
    seeds: &[Seed],
    end: End,
) -> Reached {
    let direct = operator.rule.reach == Reach::Direct;
    let mut sums: FxHashMap<u32, SumsByInterest> = FxHashMap::default();
    let mut queue: VecDeque<EntityId> = VecDeque::new();
    let mut holders: FxHashSet<EntityId> = FxHashSet::default();
    for tier in Tier::all() {
        for seed in seeds.iter().filter(|seed| seed.tier == tier && scope.contains(seed.entity)) {
            if reached.counts.strengthen(seed.entity, tier) {
                queue.push_back(seed.entity);
            }
        }
        while let Some(holder) = queue.pop_front() {
            // Under a direct reading an entity can come up twice: as reached, and as a holder.
            let holds =
                reached.counts.get(holder) != Tier::NEVER && (!direct || holders.insert(holder));
            for edge in scope.stakes_of(view, holder) {
                let (issuer, stake) = (edge.issuer, &edge.stake);
                let branch = stake.interest == Interest::Branch;
                if issuer == holder || !(holds || branch) {
                    continue;
                }
                reached.exact &= stake.range.low() == stake.range.high()
                    && !operator.complete.contains(issuer.index())
                    || operator.carries(stake);
                let met =
                    operator.carries(stake) || relax(view, operator, &mut sums, issuer, stake, end);
                if !met {
                    continue;
                }
                let first = reached.met.strengthen(issuer, tier);
                let goes_on =
                    holds && (branch || !direct) && reached.counts.strengthen(issuer, tier);
                if goes_on || first && direct {
                    queue.push_back(issuer);
                }
            }
        }
    }
    reached
}

/// Counts a stake at its issuer; whether the issuer's sums meet the test then.
fn relax(
    view: DayView,
    operator: Operator,
    sums: &mut FxHashMap<u32, SumsByInterest>,
    issuer: EntityId,
    stake: &Stake,
    end: End,
) -> bool {
    if !operator.rule.interests.iter().any(|interest| counts_in(stake, *interest)) {
        return false;
    }
    // The others' shares decide nothing on the least that some hold, unless they are all there are.
    let alone = end == End::Low && !operator.complete.contains(issuer.index());
    let all = sums.entry(issuer.0).or_insert_with(|| match alone {
        true => SumsByInterest::default(),
        false => operator.owners(view, issuer),
    });
    let mut met = false;
    for (interest, sums) in operator.rule.interests.iter().zip(all) {
        if counts_in(stake, *interest) {
            sums.count(stake);
            met |= operator.met(sums, issuer, end);
        }
    }
    met
}
