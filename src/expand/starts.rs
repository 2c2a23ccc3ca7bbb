//! Where a rule starts from: the listings it counts, and which of them are added up together.

use std::collections::BTreeMap;

use petgraph::unionfind::UnionFind;
use rustc_hash::FxHashMap;

use super::cascade::{Scope, Seed, Tier};
use crate::model::{EntityId, OnDay, Restriction};
use crate::rule::{Aggregate, Rule};

/// A list entry on a day, as far as rules go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listing {
    /// The listed entity.
    pub entity: EntityId,
    /// The entry, by number in the snapshot.
    pub entry: u32,
    /// Its status on the day.
    pub on_day: OnDay,
    /// What it restricts on the day; `None` is unknown.
    pub restriction: Option<Restriction>,
}

impl Listing {
    /// How strong it is; `None` where it was removed and starts nothing.
    pub fn tier(&self) -> Option<Tier> {
        Tier::of(self.on_day.status)
    }

    /// Whether it restricts anything, as far as is known.
    pub fn restricts(&self) -> bool {
        self.restriction != Some(Restriction::None)
    }
}

/// Members of joint arrangements (`groups.csv`), each arrangement a list.
pub type Groups = Vec<Vec<EntityId>>;

/// Which listings a run starts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wanted {
    /// Only those that restrict something.
    pub restricting: bool,
    /// Only those that need no confirmation.
    pub settled: bool,
}

impl Wanted {
    /// Whether a listing is wanted.
    pub fn allows(self, listing: &Listing) -> bool {
        (!self.restricting || listing.restricts()) && (!self.settled || !listing.on_day.confirm)
    }
}

/// A listing and the blocks in which it is added up.
#[derive(Debug, Clone)]
struct Start {
    listing: Listing,
    blocks: Vec<u32>,
}

/// The listings a rule starts from, by entity, the strongest first.
#[derive(Debug, Clone, Default)]
pub struct Starts {
    starts: FxHashMap<EntityId, Vec<Start>>,
}

impl Starts {
    /// Sorts listings, each with the programmes of it that count, into blocks whose shares are added up: all of
    /// them, each owner, or each joint arrangement with arrangements that share a member taken
    /// together; each programme for itself where the rule says so. `listings` are the entries the
    /// rule counts (see [`Rule::counts`]); removed ones start nothing. Of one strength they keep their
    /// order.
    pub fn new<'p>(
        rule: &Rule,
        aggregate: Aggregate,
        groups: &Groups,
        listings: impl IntoIterator<Item = (Listing, Vec<&'p str>)>,
    ) -> Starts {
        let mut blocks = Blocks::new(rule, aggregate, groups);
        let mut starts: FxHashMap<EntityId, Vec<Start>> = FxHashMap::default();
        for (listing, programmes) in listings {
            if listing.tier().is_some() {
                let blocks = blocks.of(&listing, &programmes);
                starts.entry(listing.entity).or_default().push(Start { listing, blocks });
            }
        }
        for starts in starts.values_mut() {
            starts.sort_by_key(|start| start.listing.tier());
        }
        Starts { starts }
    }

    /// The listings of an entity, the strongest first.
    pub fn of(&self, entity: EntityId) -> impl Iterator<Item = &Listing> + Clone {
        self.starts.get(&entity).into_iter().flatten().map(|start| &start.listing)
    }

    /// The listed entities, in no order.
    pub fn entities(&self) -> impl Iterator<Item = EntityId> + '_ {
        self.starts.keys().copied()
    }

    /// Whether some listing is left out by what is wanted.
    pub fn differ(&self, scope: &Scope, wanted: Wanted) -> bool {
        self.within(scope).any(|start| !wanted.allows(&start.listing))
    }

    /// The strongest tier at which an entity starts, among the listings that are wanted.
    pub fn tier(&self, entity: EntityId, wanted: Wanted) -> Option<Tier> {
        self.of(entity).find(|listing| wanted.allows(listing)).and_then(Listing::tier)
    }

    /// The seeds within a scope, block by block, sorted: of each entity the strongest listing that
    /// is wanted.
    pub fn seeds(&self, scope: &Scope, wanted: Wanted) -> Vec<Vec<Seed>> {
        let mut blocks: BTreeMap<u32, FxHashMap<EntityId, Tier>> = BTreeMap::new();
        for start in self.within(scope).filter(|start| wanted.allows(&start.listing)) {
            let Some(tier) = start.listing.tier() else { continue };
            for block in &start.blocks {
                let seeds = blocks.entry(*block).or_default();
                let known = seeds.entry(start.listing.entity).or_insert(tier);
                *known = tier.min(*known);
            }
        }
        let sorted = |seeds: FxHashMap<EntityId, Tier>| {
            let seeds = seeds.into_iter().map(|(entity, tier)| Seed { entity, tier });
            let mut seeds: Vec<Seed> = seeds.collect();
            seeds.sort_unstable_by_key(|seed| seed.entity);
            seeds
        };
        blocks.into_values().map(sorted).collect()
    }

    fn within<'s>(&'s self, scope: &'s Scope) -> Box<dyn Iterator<Item = &'s Start> + 's> {
        match scope {
            Scope::All(_) => Box::new(self.starts.values().flatten()),
            Scope::Some(entities) => {
                Box::new(entities.iter().filter_map(|one| self.starts.get(one)).flatten())
            }
        }
    }
}

/// The numbers of blocks.
struct Blocks {
    aggregate: Aggregate,
    per_programme: bool,
    /// The arrangement of each member, named after one of its members.
    arrangement: FxHashMap<EntityId, EntityId>,
    numbers: FxHashMap<(Option<EntityId>, String), u32>,
}

impl Blocks {
    fn new(rule: &Rule, aggregate: Aggregate, groups: &Groups) -> Blocks {
        let mut arrangement = FxHashMap::default();
        if aggregate == Aggregate::Group {
            let mut members: Vec<EntityId> = groups.iter().flatten().copied().collect();
            members.sort_unstable();
            members.dedup();
            let at = |member: &EntityId| members.binary_search(member).unwrap_or_default();
            let mut sets: UnionFind<usize> = UnionFind::new(members.len());
            for pair in groups.iter().flat_map(|group| group.windows(2)) {
                sets.union(at(&pair[0]), at(&pair[1]));
            }
            arrangement =
                members.iter().map(|member| (*member, members[sets.find(at(member))])).collect();
        }
        let per_programme = rule.per_programme;
        Blocks { aggregate, per_programme, arrangement, numbers: FxHashMap::default() }
    }

    fn of(&mut self, listing: &Listing, programmes: &[&str]) -> Vec<u32> {
        let owner = match self.aggregate {
            Aggregate::All => None,
            Aggregate::Owner => Some(listing.entity),
            Aggregate::Group => {
                Some(*self.arrangement.get(&listing.entity).unwrap_or(&listing.entity))
            }
        };
        let programmes = match programmes {
            named if self.per_programme && !named.is_empty() => named,
            _ => &[""],
        };
        let number = |programme: &&str| {
            let next = u32::try_from(self.numbers.len()).expect("fewer than 4 billion blocks");
            *self.numbers.entry((owner, (*programme).to_owned())).or_insert(next)
        };
        programmes.iter().map(number).collect()
    }
}
