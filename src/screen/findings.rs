//! What listings, rules and possible links say of an entity on a day.

use std::sync::{Arc, RwLock};

use rustc_hash::FxHashMap;

use super::Settings;
use super::links::{GRAVEST, Links};
use crate::day::Day;
use crate::expand::{
    Certainty, Cited, EffectiveShares, Expansion, Exposure, ExposureKind, Listing, Margin, Starts,
};
use crate::link::PossibleLink;
use crate::model::{EntityId, ListEntry, Profile, Status, Treatment};
use crate::rule::Rule;
use crate::share::Share;
use crate::snapshot::{Snapshot, World};

/// Entities of which is remembered what is said: a service that runs for months is asked about all of them. Some kilobytes
/// each; whoever is asked about again is found again in under a millisecond.
const REMEMBERED: usize = 1 << 16;

/// What is said of one entity on the day.
#[derive(Debug, Clone, Default)]
pub struct Findings {
    /// Exposures, the gravest first.
    pub exposures: Vec<Exposure>,
    /// Entries from which the entity was removed.
    pub removed: Vec<u32>,
    /// Possible links that would make the entity's exposures graver.
    pub possible: Vec<PossibleLink>,
    /// Whether each of these links would by itself.
    pub alone: bool,
}

impl Findings {
    /// Whether there is anything to tell.
    pub fn says_something(&self) -> bool {
        !self.exposures.is_empty() || !self.removed.is_empty() || !self.possible.is_empty()
    }
}

/// The rules of a screener over one world: the snapshot's own, or a part of it in which possible
/// links are one entity.
pub(super) struct Plan<'w> {
    world: &'w World,
    day: Day,
    floor: Share,
    rules: Vec<(&'w Rule, Starts)>,
}

impl<'w> Plan<'w> {
    pub fn new(
        snapshot: &Snapshot,
        world: &'w World,
        settings: &'w Settings,
        listings: &[Listing],
    ) -> Plan<'w> {
        let day = settings.day;
        let starts = |rule: &Rule| {
            let counted = listings.iter().filter_map(|listing| {
                let entry = &snapshot.entries()[listing.entry as usize];
                let counts = rule.counts(&entry.list, &entry.programmes, listing.restriction);
                counts.then(|| (*listing, rule.programmes_of(&entry.list, &entry.programmes)))
            });
            Starts::new(rule, rule.test_on(day).aggregate, world.groups(), counted)
        };
        let rules = settings.rules.iter().map(|rule| (rule, starts(rule))).collect();
        Plan { world, day, floor: settings.floor, rules }
    }

    fn expansions(&self, entities: Option<&[EntityId]>) -> impl Iterator<Item = Expansion<'_>> {
        let entities = entities.map(<[EntityId]>::to_vec);
        self.rules.iter().filter_map(move |(rule, starts)| {
            let ground = self.world.ground(self.day);
            Expansion::new(rule, ground, starts, self.floor, entities.as_deref())
        })
    }

    fn margins(&self, entity: EntityId) -> Vec<(&'w Rule, Margin)> {
        let scope = [entity];
        let rules = self.rules.iter().map(|(rule, starts)| {
            let ground = self.world.ground(self.day);
            let one = Expansion::new(rule, ground, starts, self.floor, Some(&scope))?;
            Some((*rule, one.margin(entity)?))
        });
        rules.flatten().collect()
    }

    pub fn exposures(&self, entity: EntityId) -> Vec<Exposure> {
        let scope = [entity];
        let expansions = self.expansions(Some(&scope));
        expansions.flat_map(|expansion| expansion.exposures(entity)).collect()
    }
}

/// Finds and remembers what is said of entities.
pub(super) struct Finder<'s> {
    snapshot: &'s Snapshot,
    settings: &'s Settings,
    listings: FxHashMap<EntityId, Vec<Listing>>,
    plan: Plan<'s>,
    links: Links<'s>,
    known: RwLock<FxHashMap<EntityId, Arc<Findings>>>,
    /// The rules without the entries of lists that a line of the profile sets aside, or all its lines.
    plans: Vec<(Vec<String>, Plan<'s>)>,
}

impl<'s> Finder<'s> {
    pub fn new(snapshot: &'s Snapshot, settings: &'s Settings) -> Finder<'s> {
        let listings = snapshot.listings(settings.day);
        let plan = Plan::new(snapshot, snapshot.world(), settings, &listings);
        let mut by_entity: FxHashMap<EntityId, Vec<Listing>> = FxHashMap::default();
        for listing in listings {
            by_entity.entry(listing.entity).or_default().push(listing);
        }
        let (links, known) = (Links::new(snapshot), RwLock::default());
        let listings = by_entity;
        let mut finder =
            Finder { snapshot, settings, listings, plan, links, known, plans: Vec::new() };
        let lines = settings.profile.iter().flat_map(|profile| &profile.lines);
        let mut lists: Vec<Vec<String>> = lines.map(|line| sorted(line.lists.clone())).collect();
        lists.push(sorted(lists.concat()));
        lists.sort_unstable();
        lists.dedup();
        let some = lists.into_iter().filter(|lists| !lists.is_empty());
        finder.plans = some.map(|lists| (lists.clone(), finder.without(&lists))).collect();
        finder
    }

    /// Every entity of which something is said, from one expansion of each rule over the whole graph.
    pub fn expanded(&self) -> Expanded<'_> {
        let expansions: Vec<Expansion> = self.plan.expansions(None).collect();
        let mut entities: Vec<EntityId> =
            self.listings.keys().copied().filter(|entity| self.is_listed(*entity)).collect();
        entities.extend(expansions.iter().flat_map(Expansion::reached));
        entities.sort_unstable();
        entities.dedup();
        Expanded { finder: self, expansions, entities }
    }

    /// The effective shares of all entries in force together.
    pub fn effective_shares(&self) -> EffectiveShares {
        let in_force = |listings: &Vec<Listing>| {
            listings.iter().any(|listing| listing.on_day.status == Status::InForce)
        };
        let owners = self.listings.iter().filter(|(_, listings)| in_force(listings));
        let mut owners: Vec<EntityId> = owners.map(|(entity, _)| *entity).collect();
        owners.sort_unstable();
        EffectiveShares::new(self.snapshot.world().ground(self.settings.day), &owners)
    }

    /// How an entity stands to the threshold of each rule that was published.
    pub fn margins(&self, entity: EntityId) -> Vec<(&'s Rule, Margin)> {
        self.plan.margins(entity)
    }

    /// The list entries of an entity.
    pub fn entries(&self, entity: EntityId) -> Vec<&'s ListEntry> {
        let listings = self.listings.get(&entity).into_iter().flatten();
        listings.map(|listing| &self.snapshot.entries()[listing.entry as usize]).collect()
    }

    /// Whether an entity is on a list on the day, and not removed from it.
    pub fn is_listed(&self, entity: EntityId) -> bool {
        let listings = self.listings.get(&entity).into_iter().flatten();
        listings.into_iter().any(|listing| listing.on_day.status != Status::Removed)
    }

    pub fn findings(&self, entity: EntityId) -> Arc<Findings> {
        if !self.snapshot.is_recorded(entity) {
            // What a party declares of itself is said in its own answer.
            return Arc::default();
        }
        if let Ok(known) = self.known.read()
            && let Some(findings) = known.get(&entity)
        {
            return Arc::clone(findings);
        }
        let findings = Arc::new(self.find(entity));
        if let Ok(mut known) = self.known.write() {
            if known.len() >= REMEMBERED {
                known.clear();
            }
            known.insert(entity, Arc::clone(&findings));
        }
        findings
    }

    fn find(&self, entity: EntityId) -> Findings {
        let exposures = self.with_listings(entity, self.plan.exposures(entity));
        let exposures = self.treated(exposures, &|set_aside| {
            let known = self.plans.iter().find(|(lists, _)| lists == set_aside);
            known.map_or_else(
                || self.without(set_aside).exposures(entity),
                |(_, plan)| plan.exposures(entity),
            )
        });
        let listings = self.listings.get(&entity).into_iter().flatten();
        let removed = listings.filter(|listing| listing.on_day.status == Status::Removed);
        let removed = removed.map(|listing| listing.entry).collect();
        let (possible, alone) =
            self.links.that_matter(entity, gravest(&exposures), |part, numbers, same| {
                gravest(&self.exposures_where(part, numbers, same))
            });
        Findings { exposures, removed, possible, alone }
    }

    /// The exposures of an entity's own listings and of the rules, the gravest first.
    fn with_listings(&self, entity: EntityId, of_rules: Vec<Exposure>) -> Vec<Exposure> {
        let listings = self.listings.get(&entity).into_iter().flatten();
        let standing = listings.filter(|listing| listing.on_day.status != Status::Removed);
        let mut exposures: Vec<Exposure> = standing.map(|one| self.listing(one)).collect();
        exposures.extend(of_rules);
        exposures.sort_by_key(Exposure::gravity);
        exposures
    }

    /// The exposure of an entry by itself.
    fn listing(&self, listing: &Listing) -> Exposure {
        let (_, measures) = self.snapshot.entry_measures(listing.entry, self.settings.day);
        Exposure {
            rule: "listing".to_owned(),
            kind: ExposureKind::Listing,
            rule_status: None,
            rule_confirm: false,
            confirm: listing.on_day.confirm,
            certainty: Certainty::Listed,
            basis: None,
            share: None,
            effective: None,
            undecided: false,
            listing_status: listing.on_day.status,
            restriction: listing.restriction,
            confidence: None,
            effect: measures.to_owned(),
            evidence: Vec::new(),
            listed: vec![Cited { entry: listing.entry, on_day: listing.on_day }],
            assumed: Vec::new(),
            treatment: Treatment::Hit,
        }
    }

    /// What is said of an entity of a part of the world, given the number there of each entity.
    pub fn exposures_where(
        &self,
        part: &World,
        numbers: &FxHashMap<EntityId, EntityId>,
        entity: EntityId,
    ) -> Vec<Exposure> {
        let listed = numbers.iter().filter_map(|(from, to)| Some((self.listings.get(from)?, to)));
        let mut there: Vec<Listing> = listed
            .flat_map(|(listings, to)| {
                listings.iter().map(|listing| Listing { entity: *to, ..*listing })
            })
            .collect();
        // In the order of `Snapshot::listings`.
        there.sort_by_key(|listing| {
            let own = &self.snapshot.entries()[listing.entry as usize];
            (&own.list, own.published, &own.announcement, &own.entry, &own.name, listing.entry)
        });
        let own = there
            .iter()
            .filter(|listing| listing.entity == entity && listing.on_day.status != Status::Removed);
        let own = own.map(|listing| self.listing(listing));
        let plan = Plan::new(self.snapshot, part, self.settings, &there);
        let mut exposures: Vec<Exposure> = own.chain(plan.exposures(entity)).collect();
        exposures.sort_by_key(Exposure::gravity);
        self.treated(exposures, &|set_aside| {
            let kept = self.kept(&there, set_aside);
            Plan::new(self.snapshot, part, self.settings, &kept).exposures(entity)
        })
    }

    /// The possible links.
    pub fn links(&self) -> &Links<'s> {
        &self.links
    }

    /// How grave exposures are.
    pub fn gravest(&self, exposures: &[Exposure]) -> u8 {
        gravest(exposures)
    }

    /// Exposures with what the profile gives them, the gravest first. `without` is what the rules say of the
    /// entity where the entries of some lists are set aside.
    fn treated(
        &self,
        mut exposures: Vec<Exposure>,
        without: &dyn Fn(&[String]) -> Vec<Exposure>,
    ) -> Vec<Exposure> {
        let Some(profile) = &self.settings.profile else { return exposures };
        for exposure in &mut exposures {
            exposure.treatment = self.gives(profile, exposure, &[], without);
        }
        exposures.sort_by_key(Exposure::gravity);
        exposures
    }

    /// What a profile lets an exposure give. It cites a smallest proof, from the strongest listings: a line
    /// about lists reduces it no further than what the rule says without the entries of these.
    fn gives(
        &self,
        profile: &Profile,
        exposure: &Exposure,
        set_aside: &[String],
        without: &dyn Fn(&[String]) -> Vec<Exposure>,
    ) -> Treatment {
        if !profile.counts(&exposure.rule) {
            return Treatment::Note;
        }
        let entries = exposure.listed.iter().map(|cited| cited.entry as usize);
        let lists: Vec<&str> =
            entries.map(|entry| self.snapshot.entries()[entry].list.as_str()).collect();
        let line = profile.line(&exposure.rule, &lists, exposure.restriction);
        let Some(line) = line.filter(|line| line.gives != Treatment::Hit) else {
            return Treatment::Hit;
        };
        if line.lists.is_empty() || exposure.kind == ExposureKind::Listing {
            return line.gives;
        }
        let wider = sorted([set_aside, &line.lists].concat());
        let others = without(&wider).into_iter().filter(|other| other.rule == exposure.rule);
        let theirs = others.map(|other| match self.gives(profile, &other, &wider, without) {
            Treatment::Hit if !other.makes_hit() => Treatment::Review,
            treatment => treatment,
        });
        theirs.min().map_or(line.gives, |least| least.min(line.gives))
    }

    /// The rules where the entries of some lists are set aside.
    fn without(&self, set_aside: &[String]) -> Plan<'s> {
        let listings = self.snapshot.listings(self.settings.day);
        let kept = self.kept(&listings, set_aside);
        Plan::new(self.snapshot, self.snapshot.world(), self.settings, &kept)
    }

    /// Listings without those of some lists.
    fn kept(&self, listings: &[Listing], set_aside: &[String]) -> Vec<Listing> {
        let of = |listing: &Listing| &self.snapshot.entries()[listing.entry as usize].list;
        listings.iter().filter(|listing| !set_aside.contains(of(listing))).copied().collect()
    }
}

/// Every entity of which some rule or listing says something.
pub struct Expanded<'f> {
    finder: &'f Finder<'f>,
    expansions: Vec<Expansion<'f>>,
    entities: Vec<EntityId>,
}

impl Expanded<'_> {
    /// The entities, in order.
    pub fn entities(&self) -> &[EntityId] {
        &self.entities
    }

    /// What is said of one of them, the gravest first. O(its proofs).
    pub fn of(&self, entity: EntityId) -> Vec<Exposure> {
        let of_rules = self.expansions.iter().flat_map(|one| one.exposures(entity)).collect();
        self.finder.with_listings(entity, of_rules)
    }
}

/// Each list once, in order.
fn sorted(mut lists: Vec<String>) -> Vec<String> {
    lists.sort_unstable();
    lists.dedup();
    lists
}

/// [`GRAVEST`] for a hit, one less for something to review, 0 for nothing, or nothing that counts.
fn gravest(exposures: &[Exposure]) -> u8 {
    let gravity = |exposure: &Exposure| match exposure.treatment {
        _ if exposure.makes_hit() => GRAVEST,
        Treatment::Note => 0,
        _ => GRAVEST - 1,
    };
    exposures.iter().map(gravity).max().unwrap_or(0)
}
