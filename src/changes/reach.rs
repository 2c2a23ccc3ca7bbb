//! Which entities a change can reach: those of which something else is recorded, and everything that rests on
//! one of them.

use fixedbitset::FixedBitSet;
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::day::Day;
use crate::model::{EntityId, Interest};
use crate::screen::Screener;
use crate::snapshot::{Contents, Snapshot};

/// A snapshot on a day.
#[derive(Debug, Clone, Copy)]
pub struct Side<'s> {
    /// The snapshot.
    pub snapshot: &'s Snapshot,
    /// The day.
    pub day: Day,
}

impl<'s> Side<'s> {
    /// What a screener has loaded, on its day.
    pub fn of(screener: &Screener<'s>) -> Side<'s> {
        Side { snapshot: screener.snapshot(), day: screener.settings().day }
    }
}

/// The entities of one side that a change can reach.
#[derive(Debug, Clone)]
pub struct Reached {
    /// Of which something else is recorded than on the other side.
    pub changed: FixedBitSet,
    /// What can be said of which is another thing: whatever rests on one that changed.
    pub below: FixedBitSet,
    /// Those that own one that changed, at any share.
    pub above: FixedBitSet,
    /// Of which the proof can stand in other places, and nothing else: records moved from one line to another.
    pub moved: FixedBitSet,
}

/// What a change can reach on either side. O(entities + holdings).
pub fn reached(before: Side, after: Side) -> (Reached, Reached) {
    let [old, new] = [before, after].map(|side| side.snapshot.contents(side.day));
    let (said_before, said_after) = changed(&old.said, &new.said);
    let placed = |contents: Contents| {
        let both = contents.said.iter().zip(contents.places);
        both.map(|(said, place)| said.rotate_left(3).wrapping_add(place)).collect::<Vec<u128>>()
    };
    let (moved_before, moved_after) = changed(&placed(old), &placed(new));
    (
        spread(before.snapshot, said_before, &moved_before),
        spread(after.snapshot, said_after, &moved_after),
    )
}

/// The entities of either side whose content the other has not, or not as often.
fn changed(before: &[u128], after: &[u128]) -> (FixedBitSet, FixedBitSet) {
    let sorted = |contents: &[u128]| {
        let mut sorted: Vec<(u128, u32)> = contents.iter().copied().zip(0..).collect();
        sorted.par_sort_unstable();
        sorted
    };
    let (old, new) = (sorted(before), sorted(after));
    let mut sets = [before, after].map(|all| FixedBitSet::with_capacity(all.len()));
    let (mut at, mut other) = (0, 0);
    while at < old.len() || other < new.len() {
        let next = |of: &[(u128, u32)], at: usize| of.get(at).map(|one| one.0);
        let content = match (next(&old, at), next(&new, other)) {
            (Some(a), Some(b)) => a.min(b),
            (a, b) => a.or(b).expect("one of them has more"),
        };
        let run = |of: &[(u128, u32)], from: usize| {
            of[from..].iter().take_while(|one| one.0 == content).count()
        };
        let (left, right) = (run(&old, at), run(&new, other));
        if left != right {
            old[at..at + left].iter().for_each(|one| sets[0].insert(one.1 as usize));
            new[other..other + right].iter().for_each(|one| sets[1].insert(one.1 as usize));
        }
        at += left;
        other += right;
    }
    let [old, new] = sets;
    (old, new)
}

/// Spreads from the entities that changed. What is said of an entity depends on its owners, on the branches of
/// these and who owns the branches, and on whoever they might be one entity with.
fn spread(snapshot: &Snapshot, changed: FixedBitSet, moved: &FixedBitSet) -> Reached {
    let graph = snapshot.world().graph();
    let partners = partners(snapshot);
    let partners = |entity: EntityId| partners.get(&entity).into_iter().flatten().copied();
    let below = |entity: EntityId, open: &mut Vec<EntityId>| {
        open.extend(partners(entity));
        open.extend(graph.held_by(entity).map(|row| row.issuer));
        let branch_of = graph.held_in(entity).iter();
        let branch_of = branch_of.filter(|row| row.terms().interest == Interest::Branch);
        open.extend(branch_of.map(|row| row.holder));
    };
    let moved = closure(moved, below);
    let below = closure(&changed, below);
    let above = closure(&changed, |entity, open| {
        open.extend(graph.held_in(entity).iter().map(|row| row.holder));
    });
    Reached { changed, below, above, moved }
}

/// Whoever an entity might be one with.
pub(super) fn partners(snapshot: &Snapshot) -> FxHashMap<EntityId, Vec<EntityId>> {
    let mut partners: FxHashMap<EntityId, Vec<EntityId>> = FxHashMap::default();
    for link in snapshot.possible_links() {
        partners.entry(link.a).or_default().push(link.b);
        partners.entry(link.b).or_default().push(link.a);
    }
    partners
}

/// What is said of an entity rests on these: the other way of [`spread`].
pub(super) fn rests_on(
    snapshot: &Snapshot,
    partners: &FxHashMap<EntityId, Vec<EntityId>>,
    one: EntityId,
) -> FxHashSet<EntityId> {
    let graph = snapshot.world().graph();
    let mut found = FxHashSet::default();
    let mut open = vec![one];
    while let Some(entity) = open.pop() {
        if found.insert(entity) {
            open.extend(partners.get(&entity).into_iter().flatten());
            open.extend(graph.held_in(entity).iter().map(|row| row.holder));
            let held = graph.held_by(entity);
            let branches = held.filter(|row| row.terms().interest == Interest::Branch);
            open.extend(branches.map(|row| row.issuer));
        }
    }
    found
}

fn closure(from: &FixedBitSet, next: impl Fn(EntityId, &mut Vec<EntityId>)) -> FixedBitSet {
    let mut found = FixedBitSet::with_capacity(from.len());
    let mut open: Vec<EntityId> = from.ones().map(entity).collect();
    while let Some(one) = open.pop() {
        if !found.put(one.index()) {
            next(one, &mut open);
        }
    }
    found
}

/// The entity of a place in a set.
pub(super) fn entity(at: usize) -> EntityId {
    EntityId(u32::try_from(at).expect("entities are numbered by 32 bits"))
}
