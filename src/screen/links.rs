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
        let (entities, near) = self.near(entity);
        let graver = |links: &[u32]| {
            let same: Vec<(EntityId, EntityId)> =
                links.iter().map(|link| self.link(*link)).map(|link| (link.a, link.b)).collect();
            let (part, numbers) =
                self.snapshot.world().part(&entities, &same, &Declared::default());
            gravity(&part, &numbers, numbers[&entity]) > gravest
        };
        let mut matter: Vec<u32> = near.iter().copied().filter(|link| graver(&[*link])).collect();
        let alone = !matter.is_empty();
        let near = if alone { Vec::new() } else { self.consistent(near) };
        if near.len() > 1 && graver(&near) {
            matter = near;
            let mut at = 0;
            while at < matter.len() {
                let mut fewer = matter.clone();
                fewer.remove(at);
                if graver(&fewer) {
                    matter = fewer;
                } else {
                    at += 1;
                }
            }
        }
        (matter.into_iter().map(|link| self.link(link).clone()).collect(), alone)
    }

    /// Links that can hold together: one by one, those that make nobody one entity whose identifiers
    /// or kinds contradict each other.
    fn consistent(&self, links: Vec<u32>) -> Vec<u32> {
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

    fn link(&self, number: u32) -> &PossibleLink {
        &self.snapshot.possible_links()[number as usize]
    }

    /// The entities that decide on an entity if links are accepted, and those links: its owners,
    /// its branches, and the same of whoever is linked to one of them.
    fn near(&self, entity: EntityId) -> (Vec<EntityId>, Vec<u32>) {
        let graph = self.snapshot.world().graph().ever();
        let of = |one: EntityId| self.of.get(&one).into_iter().flatten().copied();
        let ends = |one: EntityId| {
            of(one).flat_map(|link| [self.link(link).a, self.link(link).b]).collect::<Vec<_>>()
        };
        let as_itself = closure([entity], &ends);
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
