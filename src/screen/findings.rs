//! What listings, rules and possible links say of an entity on a day.

use std::sync::{Arc, RwLock};

use rustc_hash::FxHashMap;

use crate::day::Day;
use crate::error::Error;
use crate::expand::{Certainty, Cited, Expansion, Exposure, ExposureKind, Listing, Starts};
use crate::link::PossibleLink;
use crate::model::{EntityId, Status};
use crate::rule::Rule;
use crate::snapshot::{Snapshot, World};

/// What is said of one entity on the day.
#[derive(Debug, Clone, Default)]
pub struct Findings {
    /// Exposures, the gravest first.
    pub exposures: Vec<Exposure>,
    /// Entries from which the entity was removed.
    pub removed: Vec<u32>,
    /// Possible links that would make the entity's exposures graver.
    pub possible: Vec<PossibleLink>,
}

impl Findings {
    /// Whether there is anything to tell.
    pub fn says_something(&self) -> bool {
        !self.exposures.is_empty() || !self.removed.is_empty() || !self.possible.is_empty()
    }
}

/// The rules of a screener over one world: the snapshot's own, or the one in which every possible
/// link is one entity.
struct Plan<'s> {
    world: &'s World,
    day: Day,
    rules: Vec<(Rule, Starts)>,
}

impl<'s> Plan<'s> {
    fn new(
        snapshot: &Snapshot,
        world: &'s World,
        day: Day,
        rules: &[Rule],
        listings: &[Listing],
    ) -> Plan<'s> {
        let counted = |rule: &Rule| {
            let counts = |listing: &&Listing| {
                let entry = &snapshot.entries()[listing.entry as usize];
                rule.counts(&entry.list, &entry.programmes, listing.restriction)
            };
            Starts::new(listings.iter().filter(counts).copied())
        };
        let rules = rules.iter().map(|rule| (rule.clone(), counted(rule))).collect();
        Plan { world, day, rules }
    }

    fn expansions(
        &self,
        entities: Option<&[EntityId]>,
    ) -> impl Iterator<Item = Result<Option<Expansion<'_>>, Error>> {
        let entities = entities.map(<[EntityId]>::to_vec);
        self.rules.iter().map(move |(rule, starts)| {
            Expansion::new(rule, self.world.ground(self.day), starts, entities.as_deref())
        })
    }

    fn exposures(&self, entity: EntityId) -> Vec<Exposure> {
        self.expansions(Some(&[entity]))
            .filter_map(|expansion| expansion.ok().flatten())
            .flat_map(|expansion| expansion.exposures(entity))
            .collect()
    }
}

/// Finds and remembers what is said of entities.
pub(super) struct Finder<'s> {
    snapshot: &'s Snapshot,
    day: Day,
    listings: FxHashMap<EntityId, Vec<Listing>>,
    plan: Plan<'s>,
    /// The same where every possible link is one entity, and each entity's number there.
    joined: Option<(&'s [EntityId], Plan<'s>)>,
    known: RwLock<FxHashMap<EntityId, Arc<Findings>>>,
}

impl<'s> Finder<'s> {
    pub fn new(snapshot: &'s Snapshot, day: Day, rules: &[Rule]) -> Result<Finder<'s>, Error> {
        let listings = snapshot.listings(day);
        let plan = Plan::new(snapshot, snapshot.world(), day, rules, &listings);
        plan.expansions(Some(&[])).try_for_each(|expansion| expansion.map(drop))?;
        let joined = snapshot.joined_world().map(|(numbers, world)| {
            let there: Vec<Listing> = listings
                .iter()
                .map(|listing| Listing { entity: numbers[listing.entity.index()], ..*listing })
                .collect();
            (numbers.as_slice(), Plan::new(snapshot, world, day, rules, &there))
        });
        let mut by_entity: FxHashMap<EntityId, Vec<Listing>> = FxHashMap::default();
        for listing in listings {
            by_entity.entry(listing.entity).or_default().push(listing);
        }
        let known = RwLock::default();
        Ok(Finder { snapshot, day, listings: by_entity, plan, joined, known })
    }

    /// Every entity of which something is said, sorted.
    pub fn exposed(&self) -> Result<Vec<EntityId>, Error> {
        let mut all: Vec<EntityId> = self.listings.keys().copied().collect();
        for expansion in self.plan.expansions(None) {
            all.extend(expansion?.iter().flat_map(Expansion::reached));
        }
        all.sort_unstable();
        all.dedup();
        Ok(all)
    }

    /// Whether an entity is on a list on the day, and not removed from it.
    pub fn is_listed(&self, entity: EntityId) -> bool {
        let listings = self.listings.get(&entity).into_iter().flatten();
        listings.into_iter().any(|listing| listing.on_day.status != Status::Removed)
    }

    pub fn findings(&self, entity: EntityId) -> Arc<Findings> {
        if let Ok(known) = self.known.read()
            && let Some(findings) = known.get(&entity)
        {
            return Arc::clone(findings);
        }
        let findings = Arc::new(self.find(entity));
        if let Ok(mut known) = self.known.write() {
            known.insert(entity, Arc::clone(&findings));
        }
        findings
    }

    fn find(&self, entity: EntityId) -> Findings {
        let listings = self.listings.get(&entity).map_or(&[][..], Vec::as_slice);
        let (removed, standing): (Vec<&Listing>, Vec<&Listing>) =
            listings.iter().partition(|listing| listing.on_day.status == Status::Removed);
        let mut exposures: Vec<Exposure> =
            standing.into_iter().map(|listing| self.listing(listing)).collect();
        exposures.extend(self.plan.exposures(entity));
        exposures.sort_by_key(Exposure::gravity);
        let possible = self.possible(entity, &exposures);
        Findings {
            exposures,
            removed: removed.into_iter().map(|listing| listing.entry).collect(),
            possible,
        }
    }

    /// The exposure of an entry by itself.
    fn listing(&self, listing: &Listing) -> Exposure {
        let (_, measures) = self.snapshot.entry_measures(listing.entry, self.day);
        Exposure {
            rule: "listing".to_owned(),
            kind: ExposureKind::Listing,
            rule_status: None,
            rule_confirm: false,
            confirm: listing.on_day.confirm,
            certainty: Certainty::Listed,
            basis: None,
            share: None,
            listing_status: listing.on_day.status,
            restriction: listing.restriction,
            confidence: None,
            effect: measures.to_owned(),
            evidence: Vec::new(),
            listed: vec![Cited { entry: listing.entry, on_day: listing.on_day }],
        }
    }

    /// Possible links whose acceptance would raise what is said of an entity from nothing to a
    /// review, or from a review to a hit.
    fn possible(&self, entity: EntityId, exposures: &[Exposure]) -> Vec<PossibleLink> {
        let Some((numbers, plan)) = &self.joined else { return Vec::new() };
        let there = numbers[entity.index()];
        let listed_there = self
            .listings
            .iter()
            .filter(|(other, _)| numbers[other.index()] == there)
            .flat_map(|(_, listings)| listings)
            .filter(|listing| listing.on_day.status != Status::Removed)
            .map(|listing| self.listing(listing));
        let joined: Vec<Exposure> = plan.exposures(there).into_iter().chain(listed_there).collect();
        if gravest(&joined) <= gravest(exposures) {
            return Vec::new();
        }
        let above = plan.world.graph().on(self.day).owners_of([there]);
        let decides = |link: &&PossibleLink| {
            [link.a, link.b].iter().any(|end| above.binary_search(&numbers[end.index()]).is_ok())
        };
        self.snapshot.possible_links().iter().filter(decides).cloned().collect()
    }
}

/// 2 for a hit, 1 for something to review, 0 for nothing.
fn gravest(exposures: &[Exposure]) -> u8 {
    exposures.iter().map(|exposure| 1 + u8::from(exposure.makes_hit())).max().unwrap_or(0)
}
