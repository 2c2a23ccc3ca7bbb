//! Which possible links would change what is said of an entity.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::link::PossibleLink;
use crate::model::{EntityId, Identifiers, Interest};
use crate::snapshot::{Declared, Snapshot, World};

/// How grave a hit is: nothing is graver.
pub(super) const GRAVEST: u8 = 2;

/// The possible links of a snapshot, by the entities at their ends.
pub(super) struct Links<'s> {
    snapshot: &'s Snapshot,
    of: FxHashMap<EntityId, Vec<u32>>,
}

impl<'s> Links<'s> {
    pub fn new(snapshot: &'s Snapshot) -> Links<'s> {
        let mut of: FxHashMap<EntityId, Vec<u32>> = FxHashMap::default();
        for (number, link) in (0..).zip(snapshot.possible_links()) {
            of.entry(link.a).or_default().push(number);
            of.entry(link.b).or_default().push(number);
        }
        Links { snapshot, of }
    }

    /// The links that make an entity graver than it is: each that does so by itself, and true; where
    /// none does, as few as do so together, and false. `gravity` is asked of parts of the world in
    /// which the pairs of some links are one entity each.
    pub fn that_matter(
        &self,
        entity: EntityId,
        gravest: u8,
        gravity: impl Fn(&World, &FxHashMap<EntityId, EntityId>, EntityId) -> u8,
    ) -> (Vec<PossibleLink>, bool) {
        if self.of.is_empty() || gravest == GRAVEST {
            return (Vec::new(), true);
        }
        let (entities, near) = self.near(&[entity]);
        let together = |near| vec![self.consistent(near)];
        let (links, alone) = matter(near, together, |links| {
            let (part, numbers) =
                self.snapshot.world().part(&entities, &self.pairs(links), &Declared::default());
            gravity(&part, &numbers, numbers[&entity]) > gravest
        });
        (links.into_iter().map(|link| self.link(link).clone()).collect(), alone)
    }

    /// The pairs that links hold to be one entity each.
    pub fn pairs(&self, links: &[u32]) -> Vec<(EntityId, EntityId)> {
        links.iter().map(|link| self.link(*link)).map(|link| (link.a, link.b)).collect()
    }

    /// Links that can hold together: one by one, those that make nobody one entity whose identifiers
    /// or kinds contradict each other.
    pub fn consistent(&self, links: Vec<u32>) -> Vec<u32> {
        let mut sets: Vec<Vec<EntityId>> = Vec::new();
        let mut kept = Vec::new();
        let ends = links.iter().map(|link| self.link(*link)).flat_map(|link| [link.a, link.b]);
        let identifiers: FxHashMap<EntityId, Identifiers> =
            ends.map(|one| (one, self.snapshot.identifiers(one))).collect();
        for link in links {
            let pair = self.link(link);
            let set_of = |one: EntityId| sets.iter().position(|set| set.contains(&one));
            let (left, right) = (set_of(pair.a), set_of(pair.b));
            if left.is_some() && left == right {
                kept.push(link);
                continue;
            }
            let members = |set: Option<usize>, one| set.map_or(vec![one], |at| sets[at].clone());
            let (left, right) = (members(left, pair.a), members(right, pair.b));
            let world = self.snapshot.world();
            let against = left.iter().any(|a| {
                right.iter().any(|b| {
                    identifiers[a].contradict(&identifiers[b])
                        || world.kind(*a).contradicts(world.kind(*b))
                })
            });
            if against {
                continue;
            }
            sets.retain(|set| !set.contains(&pair.a) && !set.contains(&pair.b));
            sets.push([left, right].concat());
            kept.push(link);
        }
        kept
    }

    /// A link by number.
    pub fn link(&self, number: u32) -> &PossibleLink {
        &self.snapshot.possible_links()[number as usize]
    }

    /// The entities that decide on some entities if links are accepted, and those links: their owners,
    /// their branches, and the same of whoever is linked to one of them.
    pub fn near(&self, entities: &[EntityId]) -> (Vec<EntityId>, Vec<u32>) {
        let graph = self.snapshot.world().graph().ever();
        let of = |one: EntityId| self.of.get(&one).into_iter().flatten().copied();
        let ends = |one: EntityId| {
            of(one).flat_map(|link| [self.link(link).a, self.link(link).b]).collect::<Vec<_>>()
        };
        let as_itself = closure(entities.iter().copied(), &ends);
        let branches = as_itself.iter().flat_map(|one| {
            let below = graph.stakes_of(*one);
            let branches = below.filter(|edge| edge.stake.interest == Interest::Branch);
            branches.map(|edge| edge.issuer)
        });
        let start: Vec<EntityId> = as_itself.iter().copied().chain(branches).collect();
        let entities = closure(start, &|one| {
            let holders = graph.stakes_in(one).map(|edge| edge.holder);
            holders.chain(ends(one)).collect()
        });
        let links: FxHashSet<u32> = entities.iter().flat_map(|one| of(*one)).collect();
        let mut links: Vec<u32> = links.into_iter().collect();
        links.sort_unstable();
        let mut entities: Vec<EntityId> = entities.into_iter().collect();
        entities.sort_unstable();
        (entities, links)
    }
}

/// Doubts that are looked at one by one: each costs a look at all that decides on the party, and of more
/// nobody reads which it was.
const MANY: usize = 200;

/// Of some doubts those that make something graver: each that does so by itself, and true; where none does, as
/// few as do so `together`, of which several ways may be tried, and false.
pub(super) fn matter<T: Clone>(
    doubts: Vec<T>,
    together: impl FnOnce(Vec<T>) -> Vec<Vec<T>>,
    graver: impl Fn(&[T]) -> bool,
) -> (Vec<T>, bool) {
    let few = doubts.len() <= MANY;
    let alone = |one: &&T| few && graver(std::slice::from_ref(*one));
    let by_itself: Vec<T> = doubts.iter().filter(alone).cloned().collect();
    if !by_itself.is_empty() || doubts.len() < 2 {
        return (by_itself, true);
    }
    let ways = together(doubts).into_iter();
    let Some(mut matter) = ways.filter(|way| !way.is_empty()).find(|way| graver(way)) else {
        return (Vec::new(), true);
    };
    let mut at = 0;
    while few && at < matter.len() {
        let mut fewer = matter.clone();
        fewer.remove(at);
        if graver(&fewer) {
            matter = fewer;
        } else {
            at += 1;
        }
    }
    (matter, false)
}

/// What some entities lead to, themselves included.
fn closure(
    from: impl IntoIterator<Item = EntityId>,
    next: &dyn Fn(EntityId) -> Vec<EntityId>,
) -> FxHashSet<EntityId> {
    let mut open: Vec<EntityId> = from.into_iter().collect();
    let mut found = FxHashSet::default();
    while let Some(entity) = open.pop() {
        if found.insert(entity) {
            open.extend(next(entity));
        }
    }
    found
}
