//! The cascade: the least set that holds every seed and every issuer of which its members hold
//! enough.
//!
//! This is company control of Ceri, Gottlob and Tanca as a monotone operator, run on low ends for
//! what is certain and on high ends for what is possible. Shares are integers, each stake is
//! relaxed once: O(V + E), without recursion, cycles included.

use std::collections::VecDeque;

use fixedbitset::FixedBitSet;
use petgraph::Direction;
use petgraph::visit::{EdgeRef, IntoEdgesDirected};
use rustc_hash::FxHashMap;

use crate::graph::Stake;
use crate::model::{EntityId, Interest};
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
pub struct Tier(pub u8);

impl Tier {
    /// In force.
    pub const IN_FORCE: Tier = Tier(0);
    /// In force, to be confirmed.
    pub const CONFIRM: Tier = Tier(1);
    /// Published, not effective yet.
    pub const NOT_YET: Tier = Tier(2);
    /// Suspended.
    pub const SUSPENDED: Tier = Tier(3);
    /// Stopped, not delisted.
    pub const STOPPED: Tier = Tier(4);
    /// Not reached at all.
    pub const NEVER: Tier = Tier(u8::MAX);
    /// Number of tiers that reach.
    const COUNT: u8 = 5;
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
    /// Every entity, by its own number.
    All(usize),
    /// Some entities, each with a number of its own.
    Some(FxHashMap<EntityId, usize>),
}

impl Scope {
    /// A scope of the entities given.
    pub fn of(entities: &[EntityId]) -> Scope {
        Scope::Some(entities.iter().zip(0..).map(|(entity, at)| (*entity, at)).collect())
    }

    fn len(&self) -> usize {
        match self {
            Scope::All(entities) => *entities,
            Scope::Some(numbers) => numbers.len(),
        }
    }

    /// The number of an entity in the scope.
    pub fn at(&self, entity: EntityId) -> Option<usize> {
        match self {
            Scope::All(entities) => (entity.index() < *entities).then_some(entity.index()),
            Scope::Some(numbers) => numbers.get(&entity).copied(),
        }
    }
}

/// What a run found, by number in its scope.
#[derive(Debug, Clone)]
pub struct Reached {
    /// The tier at which an entity counts as a holder: listed itself, or reached.
    pub counts: Vec<Tier>,
    /// The tier at which the holders of an entity meet the rule, its own listing aside.
    pub met: Vec<Tier>,
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
    counted_low: u64,
    counted_high: u64,
}

const WHOLE: u64 = Share::WHOLE.parts() as u64;

impl Sums {
    /// Adds an owner to all.
    pub fn add(&mut self, stake: &Stake) {
        self.low += u64::from(stake.range.low().parts());
        self.high += u64::from(stake.range.high().parts());
        self.stated_low += u64::from(stake.range.stated_low().parts());
    }

    /// Adds an owner to those that count.
    pub fn count(&mut self, stake: &Stake) {
        self.counted_low += u64::from(stake.range.low().parts());
        self.counted_high += u64::from(stake.range.high().parts());
    }

    /// Declared lows above 100 percent: the shares count as declared, neither capped nor completed.
    pub fn over_declared(&self) -> bool {
        self.stated_low > WHOLE
    }

    /// Even the highs of all owners stay below 100 percent: they are not all there are.
    pub fn cannot_be_complete(&self) -> bool {
        self.high < WHOLE
    }

    /// The least those that count can hold together: the sum of their lows, or what the others
    /// leave them where the owners are complete.
    pub fn least(&self, complete: bool) -> u64 {
        if self.over_declared() || !complete || self.cannot_be_complete() {
            return self.counted_low;
        }
        let others = self.high - self.counted_high;
        self.counted_low.max(WHOLE.saturating_sub(others))
    }

    /// The most those that count can hold together: the sum of their highs, but no more than the
    /// others' lows leave. The sum is capped, not each holding.
    pub fn most(&self) -> u64 {
        if self.over_declared() {
            return self.counted_high;
        }
        let others = self.low - self.counted_low;
        self.counted_high.min(WHOLE.saturating_sub(others)).max(self.counted_low)
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

    /// Whether sums in an issuer meet the test.
    pub fn met(&self, sums: &Sums, issuer: EntityId, end: End) -> bool {
        let parts = match end {
            End::Low => sums.least(self.complete.contains(issuer.index())),
            End::High => sums.most(),
        };
        // A threshold of 0 is met by any counted holder, never by nobody.
        self.test.met_by(parts) && (parts > 0 || sums.counted_high > 0)
    }

    /// The sums of an issuer's owners in each interest of the rule, nobody counted yet.
    pub fn owners<G>(&self, graph: G, issuer: EntityId) -> Vec<Sums>
    where
        G: IntoEdgesDirected<NodeId = u32, EdgeWeight = Stake>,
    {
        let mut sums = vec![Sums::default(); self.rule.interests.len()];
        for edge in graph.edges_directed(issuer.0, Direction::Incoming) {
            for (interest, sums) in self.rule.interests.iter().zip(&mut sums) {
                if counts_in(edge.weight(), *interest) {
                    sums.add(edge.weight());
                }
            }
        }
        sums
    }
}

/// Runs the operator from seeds to its least fixpoint, tier by tier.
///
/// O(V + E) of the scope: each entity counts once, and each stake of it is relaxed once.
pub fn run<G>(graph: G, scope: &Scope, operator: Operator, seeds: &[Seed], end: End) -> Reached
where
    G: IntoEdgesDirected<NodeId = u32, EdgeWeight = Stake>,
{
    let mut reached =
        Reached { counts: vec![Tier::NEVER; scope.len()], met: vec![Tier::NEVER; scope.len()] };
    let mut sums: FxHashMap<u32, Vec<Sums>> = FxHashMap::default();
    let mut queue = VecDeque::new();
    for tier in (0..Tier::COUNT).map(Tier) {
        for seed in seeds.iter().filter(|seed| seed.tier == tier) {
            if let Some(at) = scope.at(seed.entity)
                && reached.counts[at] == Tier::NEVER
            {
                reached.counts[at] = tier;
                queue.push_back(seed.entity);
            }
        }
        while let Some(holder) = queue.pop_front() {
            for edge in graph.edges_directed(holder.0, Direction::Outgoing) {
                let issuer = EntityId(edge.target());
                let Some(at) = scope.at(issuer) else { continue };
                if issuer == holder {
                    continue;
                }
                let stake = edge.weight();
                let carries = operator.carries(stake);
                let met = carries || relax(graph, operator, &mut sums, issuer, stake, end);
                if !met {
                    continue;
                }
                reached.met[at] = reached.met[at].min(tier);
                let goes_on = carries || operator.rule.reach != Reach::Direct;
                if goes_on && reached.counts[at] == Tier::NEVER {
                    reached.counts[at] = tier;
                    queue.push_back(issuer);
                }
            }
        }
    }
    reached
}

/// Counts a stake at its issuer; whether the issuer's sums meet the test then.
fn relax<G>(
    graph: G,
    operator: Operator,
    sums: &mut FxHashMap<u32, Vec<Sums>>,
    issuer: EntityId,
    stake: &Stake,
    end: End,
) -> bool
where
    G: IntoEdgesDirected<NodeId = u32, EdgeWeight = Stake>,
{
    let all = sums.entry(issuer.0).or_insert_with(|| operator.owners(graph, issuer));
    let mut met = false;
    for (interest, sums) in operator.rule.interests.iter().zip(all) {
        if counts_in(stake, *interest) {
            sums.count(stake);
            met |= operator.met(sums, issuer, end);
        }
    }
    met
}

/// Runs the operator for each listed owner alone, with its branches and what it reaches.
///
/// The union is exact for `possible`; for `certain` it is sound, not complete: different owners may
/// meet the rule in different cases of the unknowns.
pub fn run_by_owner<G>(
    graph: G,
    scope: &Scope,
    operator: Operator,
    seeds: &[Seed],
    end: End,
) -> Reached
where
    G: IntoEdgesDirected<NodeId = u32, EdgeWeight = Stake>,
{
    let mut union =
        Reached { counts: vec![Tier::NEVER; scope.len()], met: vec![Tier::NEVER; scope.len()] };
    let keep_strongest = |all: &mut Vec<Tier>, one: &[Tier]| {
        all.iter_mut().zip(one).for_each(|(all, one)| *all = (*all).min(*one));
    };
    for seed in seeds {
        let alone = run(graph, scope, operator, std::slice::from_ref(seed), end);
        keep_strongest(&mut union.counts, &alone.counts);
        keep_strongest(&mut union.met, &alone.met);
    }
    union
}
