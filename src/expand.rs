//! A rule over the graph on a day: every entity it reaches, how surely, and with what proof.
//!
//! What a rule says of one entity depends only on the owners above it, so one query runs over that
//! closure; the whole graph is for bulk work. Both are the same code over another scope.

mod cascade;
mod component;
mod effective;
mod evidence;
mod exact;
mod exposure;
mod flag;
mod held;
mod margin;
mod runs;
mod starts;

use std::sync::OnceLock;

use fixedbitset::FixedBitSet;

use self::cascade::{Operator, Scope};
use self::effective::{Basis as Multiplying, Effective};
use self::runs::Runs;
use crate::day::Day;
use crate::graph::DayView;
use crate::model::{EntityCountries, EntityId, Interest, OnDay, Restriction, Status, Treatment};
use crate::rule::{Rule, Test};
use crate::share::Share;

pub use cascade::{End, Seed, Sums, Tier, counts_in};
pub use exposure::{Assumed, Basis, Certainty, Cited, Exposure, ExposureKind, Gravity};
pub use margin::{Change, Margin};
pub use starts::{Groups, Listing, Starts, Wanted};

/// What an expansion stands on, besides its rule.
#[derive(Clone, Copy)]
pub struct Ground<'a> {
    /// The graph on the day.
    pub view: DayView<'a>,
    /// The day.
    pub day: Day,
    /// Issuers whose recorded owners are all there are.
    pub complete: &'a FixedBitSet,
    /// Countries of each entity.
    pub countries: &'a EntityCountries,
}

/// One rule, over one scope, on one day.
pub struct Expansion<'a> {
    rule: &'a Rule,
    test: Test,
    on_day: OnDay,
    ground: Ground<'a>,
    starts: &'a Starts,
    /// The effective share from which an entity that is not reached is flagged.
    floor: Share,
    scope: Scope,
    /// From all starts, and from those alone that restrict something, need no confirmation, or
    /// both, where that is not the same.
    runs: Runs,
    narrower: Vec<(Wanted, Runs)>,
    /// The effective shares of all starts in force, by interest of the rule.
    in_force: OnceLock<Vec<Effective>>,
}

impl<'a> Expansion<'a> {
    /// Expands a rule over everything that decides on the entities given, or over the whole graph.
    /// `floor` is the effective share from which an entity that is not reached is flagged.
    /// `None` where the rule was not published yet. O(V + E) of what is reached for a cascade that
    /// adds all owners up; as much for each owner or arrangement where the rule keeps them apart.
    pub fn new(
        rule: &'a Rule,
        ground: Ground<'a>,
        starts: &'a Starts,
        floor: Share,
        entities: Option<&[EntityId]>,
    ) -> Option<Expansion<'a>> {
        let on_day = rule.status(ground.day)?;
        let scope = match entities {
            Some(entities) => {
                let above = ground.view.owners_of(entities.iter().copied());
                Scope::Some(above.into_iter().collect())
            }
            None => Scope::All(ground.view.graph().entities() as usize),
        };
        let mut expansion = Expansion {
            rule,
            test: rule.test_on(ground.day),
            on_day,
            ground,
            starts,
            floor,
            runs: Runs::nothing(),
            scope,
            narrower: Vec::new(),
            in_force: OnceLock::new(),
        };
        expansion.runs = expansion.run(Wanted::default());
        for (restricting, settled) in [(true, false), (false, true), (true, true)] {
            let wanted = Wanted { restricting, settled };
            if starts.differ(&expansion.scope, wanted) {
                let runs = expansion.run(wanted);
                expansion.narrower.push((wanted, runs));
            }
        }
        Some(expansion)
    }

    fn operator(&self) -> Operator<'a> {
        Operator { rule: self.rule, test: self.test, complete: self.ground.complete }
    }

    fn run(&self, wanted: Wanted) -> Runs {
        let blocks = self.starts.seeds(&self.scope, wanted);
        Runs::new(self.operator(), self.ground.view, &self.scope, &blocks)
    }

    fn multiplying(&self, interest: Interest) -> Multiplying<'_> {
        Multiplying {
            view: self.ground.view,
            scope: &self.scope,
            complete: self.ground.complete,
            interest,
        }
    }

    /// What starts that are wanted reach.
    fn runs(&self, wanted: Wanted) -> &Runs {
        let narrower = self.narrower.iter().find(|(known, _)| *known == wanted);
        narrower.map_or(&self.runs, |(_, runs)| runs)
    }

    /// The effective shares of all starts in force, in each interest of the rule.
    fn in_force(&self) -> &[Effective] {
        self.in_force.get_or_init(|| {
            let in_force = |entity: EntityId| {
                self.starts.tier(entity, Wanted::default()) == Some(Tier::IN_FORCE)
            };
            let mut from: Vec<EntityId> = self.starts.entities().collect();
            from.retain(|entity| self.scope.contains(*entity) && in_force(*entity));
            from.sort_unstable();
            let interests = self.rule.interests.iter();
            interests
                .map(|interest| Effective::new(self.multiplying(*interest), &in_force, &from))
                .collect()
        })
    }

    /// Every entity of the scope of which the rule says something, sorted.
    pub fn reached(&self) -> Vec<EntityId> {
        let mut all: Vec<EntityId> = self.starts.entities().collect();
        all.extend(self.runs.met_by_anybody());
        all.extend(self.flagged());
        all.sort_unstable();
        all.dedup();
        all.retain(|entity| self.scope.contains(*entity) && self.says_something(*entity));
        all
    }

    /// Whether the rule says something of an entity that is listed, reached or flagged: the country of
    /// others may hide it, and where nobody knows the country no flag is raised.
    fn says_something(&self, entity: EntityId) -> bool {
        let listed = || self.starts.of(entity).next().is_some();
        match self.shown(entity) {
            Some(true) => true,
            Some(false) => listed(),
            None => listed() || self.met(entity, End::High).is_some(),
        }
    }

    /// What the rule says of an entity, the gravest first.
    pub fn exposures(&self, entity: EntityId) -> Vec<Exposure> {
        if !self.scope.contains(entity) {
            return Vec::new();
        }
        let mut exposures = Vec::new();
        let listed = self.listed(entity);
        let mut status = listed.as_ref().map(|exposure| exposure.listing_status);
        let own_restricts =
            listed.as_ref().is_none_or(|own| own.restriction != Some(Restriction::None));
        exposures.extend(listed);
        let shown = self.shown(entity);
        if shown != Some(false) {
            for end in [End::Low, End::High] {
                let Some(met) = self.met(entity, end) else { continue };
                let stronger = status.is_none_or(|status| met.status < status);
                // A listing without a measure does not hide an owner whose listing has one.
                let restricts_more = met.wanted.restricting && !own_restricts && end == End::Low;
                if stronger || restricts_more {
                    let mut held = self.held(entity, met, end);
                    if shown.is_none() {
                        held.certainty = Certainty::Possible;
                    }
                    exposures.push(held);
                    // What is told already is not told again from a weaker listing, its own the least.
                    status = Some(status.map_or(met.status, |own| own.min(met.status)));
                }
            }
            if exposures.is_empty() && shown == Some(true) {
                exposures.extend(self.flags(entity));
            }
        }
        exposures.sort_by_key(Exposure::gravity);
        exposures
    }

    /// Whether the rule shows issuers of the entity's countries: a blank country is never excluded;
    /// where the rule is about some countries alone, `None`: it may be one of them.
    fn shown(&self, entity: EntityId) -> Option<bool> {
        self.rule.shows(self.ground.countries.get(entity))
    }

    /// The exposure of an entity that is itself on one of the rule's lists.
    fn listed(&self, entity: EntityId) -> Option<Exposure> {
        let listings: Vec<&Listing> = self.starts.of(entity).collect();
        let status = listings.first()?.on_day.status;
        let (restricts, confirm) = summed_up(&listings, status);
        Some(Exposure {
            confirm: self.on_day.confirm || confirm,
            certainty: Certainty::Listed,
            listing_status: status,
            restriction: self.restriction(restricts),
            listed: listings.iter().map(|listing| cited(listing)).collect(),
            ..self.blank()
        })
    }

    fn restriction(&self, restricts: bool) -> Option<Restriction> {
        if restricts { self.rule.restriction } else { Some(Restriction::None) }
    }

    /// What every exposure of the rule has in common.
    fn blank(&self) -> Exposure {
        Exposure {
            rule: self.rule.id.clone(),
            kind: self.rule.kind.into(),
            rule_status: Some(self.on_day.status),
            rule_confirm: self.on_day.confirm,
            confirm: self.on_day.confirm,
            certainty: Certainty::Flag,
            basis: None,
            share: None,
            effective: None,
            undecided: false,
            listing_status: Status::InForce,
            restriction: self.rule.restriction,
            confidence: None,
            effect: self.rule.effect.clone(),
            evidence: Vec::new(),
            listed: Vec::new(),
            assumed: Vec::new(),
            treatment: Treatment::Hit,
        }
    }
}

fn cited(listing: &Listing) -> Cited {
    Cited { entry: listing.entry, on_day: listing.on_day }
}

/// Whether the listings of a status restrict anything, and whether those that decide are all to be
/// confirmed: where some restrict, they decide.
fn summed_up(listings: &[&Listing], status: Status) -> (bool, bool) {
    let same = || listings.iter().filter(|listing| listing.on_day.status == status);
    let restricts = same().any(|listing| listing.restricts());
    let mut deciding = same().filter(|listing| listing.restricts() || !restricts);
    (restricts, deciding.all(|listing| listing.on_day.confirm))
}

/// The effective share of listed owners, all together and in equity, of everything they lead to.
pub struct EffectiveShares {
    owners: rustc_hash::FxHashSet<EntityId>,
    shares: Effective,
}

impl EffectiveShares {
    /// Works out what the listed owners given hold of everything below them. O(V + E) of what is
    /// reached, but for what lies in rings.
    pub fn new(ground: Ground, owners: &[EntityId]) -> EffectiveShares {
        let listed: rustc_hash::FxHashSet<EntityId> = owners.iter().copied().collect();
        let scope = Scope::All(ground.view.graph().entities() as usize);
        let multiplying = Multiplying {
            view: ground.view,
            scope: &scope,
            complete: ground.complete,
            interest: Interest::Equity,
        };
        let is_listed = |entity: EntityId| listed.contains(&entity);
        let shares = Effective::new(multiplying, &is_listed, owners);
        EffectiveShares { owners: listed, shares }
    }

    /// The least and the most they hold of an entity, rounded outward to parts per billion; `None`
    /// where none of them leads to it. An owner stands for the whole of itself.
    pub fn of(&self, entity: EntityId) -> Option<(Share, Share)> {
        if self.owners.contains(&entity) {
            return Some((Share::WHOLE, Share::WHOLE));
        }
        self.shares.share(entity)
    }

    /// Number of entities they lead to.
    pub fn len(&self) -> usize {
        self.shares.reached().count()
    }

    /// Whether they lead to nobody.
    pub fn is_empty(&self) -> bool {
        self.shares.reached().next().is_none()
    }
}

#[cfg(test)]
mod tests;
