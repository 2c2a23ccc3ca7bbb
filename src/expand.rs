//! A rule over the graph on a day: every entity it reaches, how surely, and with what proof.
//!
//! What a rule says of one entity depends only on the owners above it, so one query runs over that
//! closure; the whole graph is for bulk work. Both are the same code over another scope.

mod cascade;
mod evidence;
mod exposure;

use fixedbitset::FixedBitSet;
use rustc_hash::FxHashMap;

use self::cascade::{Operator, Reached, Scope, run, run_by_owner};
use self::evidence::{Claim, Proof, prove};
use crate::day::Day;
use crate::error::Error;
use crate::graph::DayView;
use crate::model::{Countries, EntityId, Interest, OnDay, Restriction, Status};
use crate::rule::{Aggregate, Reach, Rule};
use crate::share::Share;

pub use cascade::{End, Seed, Sums, Tier, counts_in};
pub use exposure::{Basis, Certainty, Cited, Exposure, ExposureKind, Gravity};

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
    fn tier(&self) -> Option<Tier> {
        match self.on_day.status {
            Status::InForce if self.on_day.confirm => Some(Tier::CONFIRM),
            Status::InForce => Some(Tier::IN_FORCE),
            Status::NotYet => Some(Tier::NOT_YET),
            Status::Suspended => Some(Tier::SUSPENDED),
            Status::Stopped => Some(Tier::STOPPED),
            Status::Removed => None,
        }
    }
}

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
    pub countries: &'a [Countries],
}

/// The listings a rule starts from, by entity, the strongest first.
#[derive(Debug, Clone, Default)]
pub struct Starts(FxHashMap<EntityId, Vec<Listing>>);

impl Starts {
    /// Sorts listings by entity; removed ones start nothing. `listings` are the entries the rule
    /// counts (see [`Rule::counts`]).
    pub fn new(listings: impl IntoIterator<Item = Listing>) -> Starts {
        let mut starts: FxHashMap<EntityId, Vec<Listing>> = FxHashMap::default();
        for listing in listings.into_iter().filter(|listing| listing.tier().is_some()) {
            starts.entry(listing.entity).or_default().push(listing);
        }
        for listings in starts.values_mut() {
            listings.sort_by_key(|listing| (listing.tier(), listing.entry));
        }
        Starts(starts)
    }

    fn of(&self, entity: EntityId) -> &[Listing] {
        self.0.get(&entity).map_or(&[], Vec::as_slice)
    }
}

/// One rule, over one scope, on one day.
pub struct Expansion<'a> {
    rule: &'a Rule,
    on_day: OnDay,
    ground: Ground<'a>,
    starts: &'a Starts,
    scope: Scope,
    low: Reached,
    high: Reached,
    /// The same from those starts alone that restrict something, where others exist.
    restricting: Option<(Reached, Reached)>,
}

impl<'a> Expansion<'a> {
    /// Expands a rule over everything that decides on the entities given, or over the whole graph.
    /// `Ok(None)` where the rule was not published yet.
    ///
    /// # Errors
    /// The rule asks for something this version does not compute.
    pub fn new(
        rule: &'a Rule,
        ground: Ground<'a>,
        starts: &'a Starts,
        entities: Option<&[EntityId]>,
    ) -> Result<Option<Expansion<'a>>, Error> {
        supported(rule, ground.day)?;
        let Some(on_day) = rule.status(ground.day) else { return Ok(None) };
        let scope = match entities {
            Some(entities) => Scope::of(&ground.view.owners_of(entities.iter().copied())),
            None => Scope::All(ground.view.graph().entities() as usize),
        };
        let nobody = || Reached { counts: Vec::new(), met: Vec::new() };
        let (low, high) = (nobody(), nobody());
        let mut expansion =
            Expansion { rule, on_day, ground, starts, scope, low, high, restricting: None };
        let all = expansion.seeds(|_| true);
        let restricting = expansion.seeds(|listing| listing.restriction != Some(Restriction::None));
        expansion.low = expansion.run(&all, End::Low);
        expansion.high = expansion.run(&all, End::High);
        if restricting != all {
            let pair =
                (expansion.run(&restricting, End::Low), expansion.run(&restricting, End::High));
            expansion.restricting = Some(pair);
        }
        Ok(Some(expansion))
    }

    /// The seeds in the scope: of each entity the strongest listing that is wanted.
    fn seeds(&self, wanted: impl Fn(&Listing) -> bool) -> Vec<Seed> {
        let seed = |entity: EntityId| {
            let strongest = self.starts.of(entity).iter().find(|listing| wanted(listing))?;
            Some(Seed { entity, tier: strongest.tier()? })
        };
        let mut seeds: Vec<Seed> = match &self.scope {
            Scope::All(_) => self.starts.0.keys().copied().filter_map(seed).collect(),
            Scope::Some(numbers) => numbers.keys().copied().filter_map(seed).collect(),
        };
        seeds.sort_unstable_by_key(|seed| seed.entity);
        seeds
    }

    fn operator(&self) -> Operator<'a> {
        let test = self.rule.test_on(self.ground.day);
        Operator { rule: self.rule, test, complete: self.ground.complete }
    }

    fn run(&self, seeds: &[Seed], end: End) -> Reached {
        let operator = self.operator();
        match operator.test.aggregate {
            Aggregate::All => run(self.ground.view, &self.scope, operator, seeds, end),
            Aggregate::Owner | Aggregate::Group => {
                run_by_owner(self.ground.view, &self.scope, operator, seeds, end)
            }
        }
    }

    /// Every entity of the scope about which the rule may say something, sorted.
    pub fn reached(&self) -> Vec<EntityId> {
        let listed = self.starts.0.keys().copied();
        let head_offices = self.starts.0.keys().flat_map(|branch| self.head_offices(*branch));
        let by_holders = (0..self.ground.view.graph().entities()).map(EntityId).filter(|entity| {
            self.scope.at(*entity).is_some_and(|at| self.high.met[at] != Tier::NEVER)
        });
        let mut all: Vec<EntityId> = listed.chain(head_offices).chain(by_holders).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// What the rule says of an entity, the gravest first.
    pub fn exposures(&self, entity: EntityId) -> Vec<Exposure> {
        let Some(at) = self.scope.at(entity) else { return Vec::new() };
        let mut exposures = Vec::new();
        let listed = self.listed(entity);
        let mut status = listed.as_ref().map(|exposure| exposure.listing_status);
        let nothing = Some(Restriction::None);
        let own_restricts = listed.as_ref().is_none_or(|own| own.restriction != nothing);
        exposures.extend(listed);
        if self.shown(entity) {
            for end in [End::Low, End::High] {
                let Some((tier, restricts)) = self.met(at, end) else { continue };
                let stronger = status.is_none_or(|status| status_of(tier) < status);
                // A listing without a measure does not hide an owner whose listing has one.
                let restricts_more = restricts && !own_restricts && end == End::Low;
                if stronger || restricts_more {
                    exposures.push(self.held(entity, tier, end, restricts));
                    status = Some(status_of(tier));
                }
            }
        }
        if exposures.is_empty() {
            exposures.extend(self.head_office(entity));
        }
        exposures.sort_by_key(Exposure::gravity);
        exposures
    }

    /// The tier at which the holders of an entity meet the rule, and whether they do with listings
    /// that restrict something: then it is those that count, within the same status.
    fn met(&self, at: usize, end: End) -> Option<(Tier, bool)> {
        let tier = self.reach(end).met[at];
        if tier == Tier::NEVER {
            return None;
        }
        let Some((low, high)) = &self.restricting else { return Some((tier, true)) };
        let restricting = if end == End::Low { low.met[at] } else { high.met[at] };
        if restricting != Tier::NEVER && status_of(restricting) == status_of(tier) {
            return Some((restricting, true));
        }
        Some((tier, false))
    }

    fn reach(&self, end: End) -> &Reached {
        match end {
            End::Low => &self.low,
            End::High => &self.high,
        }
    }

    /// Whether the rule shows issuers of the entity's countries; a blank country is never excluded.
    fn shown(&self, entity: EntityId) -> bool {
        let codes = self.ground.countries[entity.index()].codes();
        let excluded = codes.iter().any(|code| self.rule.exclude_issuer_countries.contains(code));
        let only = &self.rule.only_issuer_countries;
        !excluded
            && (only.is_empty() || codes.is_empty() || codes.iter().any(|code| only.contains(code)))
    }

    /// The exposure of an entity that is itself on one of the rule's lists.
    fn listed(&self, entity: EntityId) -> Option<Exposure> {
        let listings = self.starts.of(entity);
        let strongest = listings.first()?;
        let status = strongest.on_day.status;
        let same_status = || listings.iter().filter(|listing| listing.on_day.status == status);
        let restricts = same_status().any(|listing| listing.restriction != Some(Restriction::None));
        let confirm = same_status().all(|listing| listing.on_day.confirm);
        Some(Exposure {
            confirm: self.on_day.confirm || confirm,
            certainty: Certainty::Listed,
            basis: None,
            share: None,
            listing_status: status,
            restriction: self.restriction(restricts),
            confidence: None,
            evidence: Vec::new(),
            listed: listings.iter().map(cited).collect(),
            ..self.blank()
        })
    }

    /// The exposure of an entity whose holders meet the rule.
    fn held(&self, entity: EntityId, tier: Tier, end: End, restricts: bool) -> Exposure {
        let reached = self.reach(end);
        let strong = |tier: Tier, other: Tier| other <= tier;
        // Where owners are not added up, the proof is that of one of them.
        let by_owner = self.operator().test.aggregate != Aggregate::All;
        let alone = by_owner.then(|| self.alone(entity, tier, end)).flatten();
        let seed = |other: EntityId| match &alone {
            Some((owner, _, _)) => *owner == other,
            None => {
                self.starts.of(other).iter().filter_map(Listing::tier).any(|own| strong(tier, own))
            }
        };
        let counts = |other: EntityId| match &alone {
            Some((_, scope, reached)) => {
                scope.at(other).is_some_and(|at| reached.counts[at] != Tier::NEVER)
            }
            None => self.scope.at(other).is_some_and(|at| strong(tier, reached.counts[at])),
        };
        let view = self.ground.view;
        let claim = Claim { view, operator: self.operator(), end, seed: &seed, counts: &counts };
        let proof = prove(&claim, entity);
        let basis = self.basis(entity, tier, end, &proof);
        let share = (basis != Basis::Branch).then(|| self.share(entity, tier));
        let listed = proof.seeds.iter().flat_map(|seed| self.deciding(*seed, tier)).collect();
        Exposure {
            confirm: self.on_day.confirm || tier == Tier::CONFIRM,
            certainty: if end == End::Low { Certainty::Certain } else { Certainty::Possible },
            basis: Some(basis),
            share,
            listing_status: status_of(tier),
            restriction: self.restriction(restricts),
            confidence: proof.confidence,
            evidence: proof.rows,
            listed,
            ..self.blank()
        }
    }

    /// The flag of an entity that has a listed branch: the listing never climbs to its head office,
    /// but a person should look.
    fn head_office(&self, entity: EntityId) -> Option<Exposure> {
        let branches: Vec<_> = self
            .ground
            .view
            .stakes_of(entity)
            .filter(|edge| edge.stake.interest == Interest::Branch)
            .map(|edge| (edge, self.starts.of(edge.issuer)))
            .filter(|(_, listings)| !listings.is_empty())
            .collect();
        let strongest = branches
            .iter()
            .filter_map(|(_, listings)| listings.first())
            .min_by_key(|listing| listing.tier())?;
        let status = strongest.on_day.status;
        let all = || branches.iter().flat_map(|(_, listings)| listings.iter());
        let same_status = || all().filter(|listing| listing.on_day.status == status);
        let restricts = same_status().any(|listing| listing.restriction != Some(Restriction::None));
        let day = self.ground.view.day();
        Some(Exposure {
            confirm: self.on_day.confirm || strongest.on_day.confirm,
            certainty: Certainty::Flag,
            basis: Some(Basis::Branch),
            share: None,
            listing_status: status,
            restriction: self.restriction(restricts),
            confidence: branches.iter().map(|(edge, _)| edge.stake.confidence).max(),
            evidence: branches.iter().flat_map(|(edge, _)| edge.rows_on(day).copied()).collect(),
            listed: all().map(cited).collect(),
            ..self.blank()
        })
    }

    /// The entities of which an entity is a branch.
    fn head_offices(&self, branch: EntityId) -> impl Iterator<Item = EntityId> {
        let stakes = self.ground.view.stakes_in(branch);
        stakes.filter(|edge| edge.stake.interest == Interest::Branch).map(|edge| edge.holder)
    }

    /// The listings of a seed that decide: those of its strongest status within the tier.
    fn deciding(&self, seed: EntityId, tier: Tier) -> impl Iterator<Item = Cited> {
        let listings = self.starts.of(seed).iter();
        let strongest = self.starts.of(seed).first().map(|one| one.on_day.status);
        listings
            .filter(move |listing| {
                listing.tier() <= Some(tier) && Some(listing.on_day.status) == strongest
            })
            .map(cited)
    }

    /// The least and the most that all reached holders hold of an entity together.
    fn share(&self, entity: EntityId, tier: Tier) -> (Share, Share) {
        let operator = self.operator();
        let sums_of = |reached: &Reached| {
            let mut sums = operator.owners(self.ground.view, entity);
            for edge in self.ground.view.stakes_in(entity) {
                let counts =
                    self.scope.at(edge.holder).is_some_and(|at| reached.counts[at] <= tier);
                if edge.holder == entity || !counts {
                    continue;
                }
                for (interest, sums) in self.rule.interests.iter().zip(&mut sums) {
                    if counts_in(&edge.stake, *interest) {
                        sums.count(&edge.stake);
                    }
                }
            }
            sums
        };
        let complete = self.ground.complete.contains(entity.index());
        let least = sums_of(&self.low).iter().map(|sums| sums.least(complete)).max();
        let most = sums_of(&self.high).iter().map(Sums::most).max();
        let (least, most) = (least.unwrap_or(0), most.unwrap_or(0));
        (Share::of_sum(least), Share::of_sum(most.max(least)))
    }

    /// By what the rule is met: a sum of one owner's chain or of several, a branch, or control.
    fn basis(&self, entity: EntityId, tier: Tier, end: End, proof: &Proof) -> Basis {
        let operator = self.operator();
        let counts =
            |at: EntityId| self.scope.at(at).is_some_and(|at| self.reach(end).counts[at] <= tier);
        let mut sums = operator.owners(self.ground.view, entity);
        let mut carried = None;
        for edge in self.ground.view.stakes_in(entity) {
            if edge.holder == entity || !counts(edge.holder) {
                continue;
            }
            if operator.carries(&edge.stake) {
                let basis = match edge.stake.interest {
                    Interest::Branch => Basis::Branch,
                    _ => Basis::Control,
                };
                carried = carried.max(Some(basis));
            }
            for (interest, sums) in self.rule.interests.iter().zip(&mut sums) {
                if counts_in(&edge.stake, *interest) {
                    sums.count(&edge.stake);
                }
            }
        }
        let by_share = sums.iter().any(|sums| operator.met(sums, entity, end));
        match carried {
            Some(basis) if !by_share => basis,
            _ if proof.seeds.len() <= 1 || self.alone(entity, tier, end).is_some() => Basis::Single,
            _ => Basis::Aggregate,
        }
    }

    /// A listed owner whose chain alone meets the rule, the first by number, and what it reaches.
    fn alone(&self, entity: EntityId, tier: Tier, end: End) -> Option<(EntityId, Scope, Reached)> {
        let scope = Scope::of(&self.ground.view.owners_of([entity]));
        let at = scope.at(entity)?;
        let seeds = self.seeds(|_| true).into_iter().filter(|seed| {
            seed.tier <= tier && seed.entity != entity && scope.at(seed.entity).is_some()
        });
        for seed in seeds {
            let reached = run(self.ground.view, &scope, self.operator(), &[seed], end);
            if reached.met[at] != Tier::NEVER {
                return Some((seed.entity, scope, reached));
            }
        }
        None
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
            listing_status: Status::InForce,
            restriction: self.rule.restriction,
            confidence: None,
            effect: self.rule.effect.clone(),
            evidence: Vec::new(),
            listed: Vec::new(),
        }
    }
}

fn cited(listing: &Listing) -> Cited {
    Cited { entry: listing.entry, on_day: listing.on_day }
}

fn status_of(tier: Tier) -> Status {
    match tier {
        Tier::IN_FORCE | Tier::CONFIRM => Status::InForce,
        Tier::NOT_YET => Status::NotYet,
        Tier::SUSPENDED => Status::Suspended,
        _ => Status::Stopped,
    }
}

/// What this version computes of what a rule may ask.
fn supported(rule: &Rule, day: Day) -> Result<(), Error> {
    let refuse = |what: &str| {
        Err(Error::Request(format!(
            "rule {}: this version does not compute {what} yet; leave the rule out with --rule, or ask for another reading",
            rule.id
        )))
    };
    match rule.reach {
        Reach::Multiplied | Reach::Either => return refuse("multiplied shares"),
        Reach::Cascade | Reach::Direct => {}
    }
    if rule.test_on(day).aggregate == Aggregate::Group {
        return refuse("aggregation by joint group");
    }
    if rule.per_programme {
        return refuse("sums for each programme by itself");
    }
    Ok(())
}

#[cfg(test)]
mod tests;
