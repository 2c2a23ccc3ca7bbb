//! The effective share: what listed owners hold of an entity when shares are multiplied along
//! every chain.
//!
//! `y(v)` is the sum over the holders `u` of `v` of `w(u, v) * (1 if u is listed, else y(u))`:
//! listed owners absorb, a holding of an entity in itself never counts, and what no listed owner
//! leads to is dropped. With ranges, `y` is the least fixpoint of an operator that gives each
//! issuer the worst or the best shares its ranges and its cap allow, as in a Markov chain with
//! bounded parameters. It equals the integrated ownership of Baldone and of Vitali, Glattfelder and
//! Battiston with their correction; `(I - A)^-1` by itself counts rings several times.
//!
//! Every value is two bounds in fixed point, rounded outward, so a comparison with a threshold is
//! true, false, or left to exact arithmetic ([`super::exact`]).

use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::{DfsPostOrder, NodeFiltered};
use rustc_hash::FxHashMap;

use super::cascade::{End, Scope, counts_in};
use super::component;
use super::exact;
use crate::graph::{DayView, StakeEdge};
use crate::model::{EntityId, Interest};
use crate::rule::Comparison;
use crate::share::Share;

/// The whole in fixed point. Decimal, so that shares of two decimals stay exact through four layers,
/// and finer than 2^-60; the square fits 128 bits.
pub const ONE: u64 = 10_000_000_000_000_000_000;

/// Fixed-point units of one part per billion.
pub const PART: u64 = ONE / Share::WHOLE.parts() as u64;

const WHOLE: u64 = Share::WHOLE.parts() as u64;

/// Two bounds of a value in units of [`ONE`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Bounds {
    /// No greater than the value.
    pub lower: u64,
    /// No less than the value.
    pub upper: u64,
}

/// Who an owner in a column is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// A listed owner: counts in full.
    Listed,
    /// An entity that a listed owner leads to, by its number here.
    Node(u32),
    /// Anybody else, and the issuer itself: counts nothing, but takes room.
    Other,
}

/// One owner of an issuer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// Who it is.
    pub owner: Owner,
    /// The least it holds, in parts per billion.
    pub low: u32,
    /// The most it holds, in parts per billion.
    pub high: u32,
}

/// The owners of one issuer, and what is known of their sum.
#[derive(Debug, Clone, Default)]
pub struct Column {
    /// Its owners.
    pub entries: Vec<Entry>,
    /// What owners hold beside a recorded chain, each by itself: added to nothing, and no less than that.
    beside: Vec<Entry>,
    low: u64,
    /// Declared lows above 100 percent: neither capped nor completed.
    over_declared: bool,
    /// The entries are all owners there are.
    complete: bool,
}

impl Column {
    fn new(entries: Vec<Entry>, beside: Vec<Entry>, stated_low: u64, complete: bool) -> Column {
        let sum = |of: fn(&Entry) -> u32| entries.iter().map(|one| u64::from(of(one))).sum::<u64>();
        let (low, high) = (sum(|one| one.low), sum(|one| one.high));
        let over_declared = stated_low > WHOLE;
        let complete = complete && !over_declared && high >= WHOLE;
        Column { entries, beside, low, over_declared, complete }
    }

    /// Whether an owner holds something beside a recorded chain.
    pub fn has_beside(&self) -> bool {
        !self.beside.is_empty()
    }

    /// The most that is held by itself beside a recorded chain, in units of [`ONE`] times parts.
    pub fn weigh_beside(&self, end: End, value: impl Fn(Owner) -> u64) -> u128 {
        let share = |entry: &Entry| if end == End::Low { entry.low } else { entry.high };
        let weigh = |entry: &Entry| u128::from(share(entry)) * u128::from(value(entry.owner));
        self.beside.iter().map(weigh).max().unwrap_or(0)
    }

    /// Whether every share is known exactly and together they are no more than the whole.
    pub fn is_fixed(&self) -> bool {
        !self.over_declared && self.entries.iter().all(|entry| entry.low == entry.high)
    }

    /// Declared lows above 100 percent.
    pub fn is_over_declared(&self) -> bool {
        self.over_declared
    }

    /// Whether the worth of the owners decides how the room between lows and highs is filled.
    pub fn chooses(&self, end: End) -> bool {
        !self.over_declared && !self.is_fixed() && (end == End::High || self.complete)
    }

    /// The shares, in parts per billion and in the order of the entries, that are worst or best
    /// where the owners are worth `value`.
    pub fn shares(&self, end: End, value: impl Fn(Owner) -> u64) -> Vec<u32> {
        if self.over_declared {
            let of = |entry: &Entry| if end == End::Low { entry.low } else { entry.high };
            return self.entries.iter().map(of).collect();
        }
        let mut shares: Vec<u32> = self.entries.iter().map(|entry| entry.low).collect();
        let mut room = WHOLE.saturating_sub(self.low);
        if !self.chooses(end) {
            return shares;
        }
        let mut order: Vec<usize> = (0..self.entries.len()).collect();
        order.sort_by_key(|at| value(self.entries[*at].owner));
        if end == End::High {
            order.reverse();
        }
        for at in order {
            let entry = &self.entries[at];
            let worthless = value(entry.owner) == 0;
            if room == 0 || end == End::High && worthless {
                break;
            }
            let more = u64::from(entry.high - entry.low).min(room);
            shares[at] += u32::try_from(more).expect("no more than a share");
            room -= more;
        }
        shares
    }

    /// The value of the issuer, given that of its owners, in units of [`ONE`] times parts.
    pub fn weigh(&self, end: End, value: impl Fn(Owner) -> u64) -> u128 {
        let weigh = |share: u32, entry: &Entry| u128::from(share) * u128::from(value(entry.owner));
        if self.is_fixed() {
            return self.entries.iter().map(|entry| weigh(entry.low, entry)).sum();
        }
        self.weigh_shares(&self.shares(end, &value), &value)
    }

    /// The value of the issuer under some shares, in units of [`ONE`] times parts.
    pub fn weigh_shares(&self, shares: &[u32], value: impl Fn(Owner) -> u64) -> u128 {
        let weigh =
            |(share, entry): (&u32, &Entry)| u128::from(*share) * u128::from(value(entry.owner));
        shares.iter().zip(&self.entries).map(weigh).sum()
    }
}

/// Parts times units as units, rounded down or up, no more than the whole.
pub fn in_units(parts_units: u128, up: bool) -> u64 {
    let whole = u128::from(WHOLE);
    let units = if up { parts_units.div_ceil(whole) } else { parts_units / whole };
    u64::try_from(units).unwrap_or(ONE).min(ONE)
}

/// The effective shares of some listed owners together, in one interest, at both ends.
#[derive(Debug, Clone)]
pub struct Effective {
    numbers: FxHashMap<EntityId, u32>,
    pub(super) columns: Vec<Column>,
    /// Components of the nodes, owners first.
    pub(super) components: Vec<Vec<u32>>,
    pub(super) low: Vec<Bounds>,
    pub(super) high: Vec<Bounds>,
}

/// What effective shares are worked out from.
#[derive(Clone, Copy)]
pub struct Basis<'a> {
    /// The graph on the day.
    pub view: DayView<'a>,
    /// Where to look.
    pub scope: &'a Scope,
    /// Issuers whose recorded owners are all there are.
    pub complete: &'a fixedbitset::FixedBitSet,
    /// The interest in which shares are multiplied.
    pub interest: Interest,
}

impl Effective {
    /// Works out the effective shares of listed owners: first who is reached and in which order,
    /// then the bounds. O(V + E) of what is reached, but for what lies in rings.
    pub fn new(basis: Basis, listed: &dyn Fn(EntityId) -> bool, from: &[EntityId]) -> Effective {
        let reached = reached(basis, listed, from);
        let numbers: FxHashMap<EntityId, u32> = reached.iter().copied().zip(0..).collect();
        let owner = |issuer: EntityId, holder: EntityId| match numbers.get(&holder) {
            _ if holder == issuer => Owner::Other,
            _ if listed(holder) => Owner::Listed,
            Some(number) => Owner::Node(*number),
            None => Owner::Other,
        };
        let columns: Vec<Column> = reached
            .iter()
            .map(|issuer| column(basis, *issuer, |holder| owner(*issuer, holder)))
            .collect();
        let components = components(&columns);
        let mut effective =
            Effective { numbers, columns, components, low: Vec::new(), high: Vec::new() };
        effective.low = component::bounds(&effective, End::Low);
        effective.high = component::bounds(&effective, End::High);
        effective
    }

    /// The entities that a listed owner leads to, in no order.
    pub fn reached(&self) -> impl Iterator<Item = EntityId> + '_ {
        self.numbers.keys().copied()
    }

    /// The bounds of an entity's share at an end; `None` where no listed owner leads to it.
    pub fn bounds(&self, entity: EntityId, end: End) -> Option<Bounds> {
        let number = *self.numbers.get(&entity)? as usize;
        Some(if end == End::Low { self.low[number] } else { self.high[number] })
    }

    /// The least and the most the listed owners hold, rounded outward to parts per billion.
    pub fn share(&self, entity: EntityId) -> Option<(Share, Share)> {
        let low = self.bounds(entity, End::Low)?.lower / PART;
        let high = self.bounds(entity, End::High)?.upper.div_ceil(PART);
        Some((Share::from_parts(low), Share::from_parts(high)))
    }

    /// Whether the share of an entity, at an end, meets a threshold: exactly, or `None` where even
    /// exact arithmetic is out of reach (see [`exact::compare`]).
    pub fn meets(
        &self,
        entity: EntityId,
        end: End,
        threshold: Share,
        comparison: Comparison,
    ) -> Option<bool> {
        let Some(bounds) = self.bounds(entity, end) else { return Some(false) };
        let limit = u64::from(threshold.parts()) * PART;
        let met = |value: u64| match comparison {
            Comparison::AtLeast => value >= limit,
            Comparison::MoreThan => value > limit,
        };
        if met(bounds.lower) == met(bounds.upper) {
            return Some(met(bounds.lower));
        }
        // Exact arithmetic knows sums alone; what may be met is.
        if self.columns.iter().any(Column::has_beside) {
            return Some(met(bounds.upper));
        }
        let order = exact::compare(self, self.numbers[&entity], end, threshold)?;
        Some(match comparison {
            Comparison::AtLeast => order.is_ge(),
            Comparison::MoreThan => order.is_gt(),
        })
    }
}

/// Whether a stake counts in an interest when shares are multiplied: a branch is its head office.
pub fn multiplies(edge: &StakeEdge, interest: Interest) -> bool {
    edge.stake.interest == Interest::Branch
        || counts_in(&edge.stake, interest) && edge.stake.range.high() > Share::ZERO
}

/// The entities below listed owners, those themselves left out.
fn reached(basis: Basis, listed: &dyn Fn(EntityId) -> bool, from: &[EntityId]) -> Vec<EntityId> {
    let mut seen: rustc_hash::FxHashSet<EntityId> = rustc_hash::FxHashSet::default();
    let mut open: Vec<EntityId> = from.to_vec();
    let mut reached = Vec::new();
    while let Some(holder) = open.pop() {
        for edge in basis.scope.stakes_of(basis.view, holder) {
            let issuer = edge.issuer;
            let new = multiplies(&edge, basis.interest)
                && issuer != holder
                && !listed(issuer)
                && seen.insert(issuer);
            if new {
                reached.push(issuer);
                open.push(issuer);
            }
        }
    }
    reached.sort_unstable();
    reached
}

fn column(basis: Basis, issuer: EntityId, owner: impl Fn(EntityId) -> Owner) -> Column {
    let (mut entries, mut beside) = (Vec::new(), Vec::new());
    let mut stated_low = 0;
    for edge in basis.view.stakes_in(issuer) {
        if !multiplies(&edge, basis.interest) {
            continue;
        }
        let (range, whole) = (edge.stake.range, Share::WHOLE.parts());
        let (low, high, stated) = match edge.stake.interest {
            Interest::Branch => (whole, whole, whole),
            _ => (range.low().parts(), range.high().parts(), range.stated_low().parts()),
        };
        stated_low += u64::from(stated);
        let owner = owner(edge.holder);
        entries.push(Entry { owner, low, high });
        let (low, high) = (edge.stake.beside.0.parts(), edge.stake.beside.1.parts());
        beside.extend((high > 0).then_some(Entry { owner, low, high }));
    }
    Column::new(entries, beside, stated_low, basis.complete.contains(issuer.index()))
}

/// Strongly connected components, owners before what they own. Without recursion.
fn components(columns: &[Column]) -> Vec<Vec<u32>> {
    let mut graph: DiGraph<(), ()> = DiGraph::with_capacity(columns.len(), columns.len());
    for _ in columns {
        graph.add_node(());
    }
    for (issuer, column) in (0..).zip(columns) {
        for entry in &column.entries {
            if let Owner::Node(holder) = entry.owner {
                graph.add_edge(holder.into(), u32::into(issuer), ());
            }
        }
    }
    // kosaraju_scc gives them in reverse topological order.
    let mut found = kosaraju_scc(&graph);
    found.reverse();
    in_own_order(&graph, &mut found);
    let numbers = |component: Vec<NodeIndex>| {
        component.into_iter().map(|node| u32::try_from(node.index()).expect("32-bit")).collect()
    };
    found.into_iter().map(numbers).collect()
}

/// Puts the nodes of each component in an order that depends on it alone, whatever else the graph holds,
/// so that one entity asked alone gets the same last digit as in an expansion of everything: from its
/// least node along what is held, so that iteration carries a value around a ring in one round. O(V + E).
fn in_own_order(graph: &DiGraph<(), ()>, components: &mut [Vec<NodeIndex>]) {
    let mut of = vec![usize::MAX; graph.node_count()];
    for (number, nodes) in (0usize..).zip(components.iter()).filter(|(_, nodes)| nodes.len() > 1) {
        nodes.iter().for_each(|node| of[node.index()] = number);
    }
    let mut walk = DfsPostOrder::empty(graph);
    for (number, nodes) in (0usize..).zip(components).filter(|(_, nodes)| nodes.len() > 1) {
        let own = NodeFiltered::from_fn(graph, |node: NodeIndex| of[node.index()] == number);
        nodes.iter().min().into_iter().for_each(|least| walk.move_to(*least));
        let mut after = Vec::with_capacity(nodes.len());
        after.extend(std::iter::from_fn(|| walk.next(&own)));
        after.reverse();
        *nodes = after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ring_begins_with_its_least_node_and_follows_what_is_held() {
        let mut graph: DiGraph<(), ()> = DiGraph::new();
        let nodes: Vec<NodeIndex> = (0..6).map(|_| graph.add_node(())).collect();
        for (holder, issuer) in [(1, 4), (4, 2), (2, 1), (2, 5), (5, 3), (3, 5), (0, 1)] {
            graph.add_edge(nodes[holder], nodes[issuer], ());
        }
        let of = |numbers: &[usize]| -> Vec<NodeIndex> {
            numbers.iter().map(|number| nodes[*number]).collect()
        };
        for ring in [[1, 4, 2], [4, 2, 1], [2, 4, 1]] {
            let mut components = vec![of(&[0]), of(&ring), of(&[5, 3])];
            in_own_order(&graph, &mut components);
            assert_eq!(components, [of(&[0]), of(&[1, 4, 2]), of(&[3, 5])]);
        }
    }
}
