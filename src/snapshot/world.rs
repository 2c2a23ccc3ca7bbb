//! A graph and what its entities are, under one way of joining records.

use fixedbitset::FixedBitSet;
use petgraph::unionfind::UnionFind;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::column::Column;
use crate::day::Day;
use crate::expand::{Ground, Groups, Sums, counts_in};
use crate::graph::{Graph, Holding};
use crate::model::{Countries, EntityCountries, EntityId, EntityKind, Interest};
use crate::share::Share;

/// A graph, its complete issuers, and what is known of its entities.
#[derive(Debug)]
pub struct World {
    pub(super) graph: Graph,
    pub(super) complete: FixedBitSet,
    pub(super) groups: Groups,
    pub(super) countries: EntityCountries,
    /// Numbers of [`EntityKind`].
    pub(super) kinds: Column<u8>,
}

/// What a party declares that is not in the world.
#[derive(Debug, Default)]
pub struct Declared {
    /// Entities that are not in it, with their countries.
    pub entities: Vec<(EntityId, Countries)>,
    /// Holdings between any of both.
    pub rows: Vec<Holding>,
    /// Recorded holdings that are to be left out, by the number of their record.
    pub gone: FxHashSet<u32>,
}

/// How far the owners of an entity are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ownership {
    /// No owner is recorded.
    None,
    /// Some owners are recorded.
    Partial,
    /// Every chain above it is complete.
    Complete,
}

impl Ownership {
    /// The word as output writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Ownership::None => "none",
            Ownership::Partial => "partial",
            Ownership::Complete => "complete",
        }
    }
}

impl World {
    /// The graph.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// The countries of an entity.
    pub fn countries(&self, entity: EntityId) -> &Countries {
        self.countries.get(entity)
    }

    /// What an entity is.
    pub fn kind(&self, entity: EntityId) -> EntityKind {
        EntityKind::ALL[usize::from(self.kinds.get(entity.index()))]
    }

    /// Whether the owners of an issuer are said to be all of them.
    pub fn is_complete(&self, issuer: EntityId) -> bool {
        self.complete.contains(issuer.index())
    }

    /// Members of joint arrangements.
    pub fn groups(&self) -> &Groups {
        &self.groups
    }

    /// What an expansion on a day stands on.
    pub fn ground(&self, day: Day) -> Ground<'_> {
        Ground {
            view: self.graph.on(day),
            day,
            complete: &self.complete,
            countries: &self.countries,
        }
    }

    /// Some entities by themselves, with everything that is held in them, where the pairs given are
    /// one entity each, and what is declared besides; and the number of each entity there. `entities` holds, with
    /// an issuer, all its holders. O(V + E log E) of the part.
    pub fn part(
        &self,
        entities: &[EntityId],
        same: &[(EntityId, EntityId)],
        declared: &Declared,
    ) -> (World, FxHashMap<EntityId, EntityId>) {
        let new = declared.entities.iter().map(|(entity, _)| *entity);
        let all: Vec<EntityId> = entities.iter().copied().chain(new).collect();
        let at: FxHashMap<EntityId, usize> = all.iter().copied().zip(0..).collect();
        let mut sets: UnionFind<usize> = UnionFind::new(at.len());
        for (a, b) in same {
            if let (Some(a), Some(b)) = (at.get(a), at.get(b)) {
                sets.union(*a, *b);
            }
        }
        let mut numbers: FxHashMap<usize, u32> = FxHashMap::default();
        let mut numbered: FxHashMap<EntityId, EntityId> = FxHashMap::default();
        // In the order given, whatever numbers they have: of two proofs as good the same one is told.
        for (at, entity) in all.iter().enumerate() {
            let next = u32::try_from(numbers.len()).expect("no more than entities");
            let number = *numbers.entry(sets.find(at)).or_insert(next);
            numbered.insert(*entity, EntityId(number));
        }
        let count = u32::try_from(numbers.len()).expect("no more than entities");
        let size = numbers.len();
        let mut part = World {
            graph: self.graph.part(
                entities.iter().copied(),
                &declared.rows,
                &|row| declared.gone.contains(&row.record),
                count,
                |entity| numbered.get(&entity).copied(),
            ),
            complete: FixedBitSet::with_capacity(size),
            groups: Groups::new(),
            countries: EntityCountries::default(),
            kinds: Column::default(),
        };
        let mut countries = vec![Countries::default(); size];
        let mut kinds = vec![EntityKind::Unknown as u8; size];
        for entity in entities {
            let (from, to) = (entity.index(), numbered[entity].index());
            if self.complete.contains(from) {
                part.complete.insert(to);
            }
            countries[to] = countries[to].with(self.countries(*entity));
            if self.kind(*entity) != EntityKind::Unknown {
                kinds[to] = self.kind(*entity) as u8;
            }
        }
        part.kinds = kinds.into();
        for (entity, own) in &declared.entities {
            let to = numbered[entity].index();
            countries[to] = countries[to].with(own);
        }
        part.countries = countries.into_iter().collect();
        let known = |members: &Vec<EntityId>| -> Vec<EntityId> {
            members.iter().filter_map(|member| numbered.get(member)).copied().collect()
        };
        part.groups = self.groups.iter().map(known).collect();
        (part, numbered)
    }

    /// Whether all owners above an entity are known on a day: recorded as complete and able to be,
    /// recorded with lows of 100 % together, or itself at the top as a person or public body.
    pub fn ownership(&self, entity: EntityId, day: Day) -> Ownership {
        let view = self.graph.on(day);
        let owned = view.stakes_in(entity).any(|edge| edge.holder != entity);
        if !owned {
            return Ownership::None;
        }
        let whole = |entity: &EntityId| {
            let mut sums = Sums::default();
            let stakes = view.stakes_in(*entity);
            for edge in stakes.filter(|edge| counts_in(&edge.stake, Interest::Equity)) {
                sums.add(&edge.stake);
            }
            let said = self.complete.contains(entity.index()) && !sums.cannot_be_complete();
            let whole = u64::from(Share::WHOLE.parts());
            let at_the_top =
                matches!(self.kind(*entity), EntityKind::Person | EntityKind::PublicBody);
            said || at_the_top || sums.declared() >= whole
        };
        if view.owners_of([entity]).iter().all(whole) {
            Ownership::Complete
        } else {
            Ownership::Partial
        }
    }
}
