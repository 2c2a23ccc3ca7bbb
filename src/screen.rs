//! A party and a snapshot make a verdict.

mod decided;
mod findings;
mod links;
mod notes;
mod owners;
mod suppose;
mod timeline;
mod typed;
mod verdict;
mod weigh;
mod weight;

use std::sync::Arc;

use rustc_hash::FxHashMap;

use self::findings::Finder;
use self::weigh::Known;
use crate::day::Day;
use crate::error::Error;
use crate::expand::{EffectiveShares, Exposure, Margin};
use crate::model::{Countries, Decision, EntityId, ListEntry, Party, Profile};
use crate::name::{self, Comparison, LineKind, NameKeys, POINTS_OF_ONE, ParsedName};
use crate::rule::{READINGS, Rule};
use crate::share::Share;
use crate::snapshot::{NameKind, Snapshot};

use decided::basis;
pub use decided::{Decisions, Word};
pub use findings::{Expanded, Findings};
pub use notes::{Note, NoteKind, holds, list_age, words};
use owners::OfOwners;
pub use suppose::{Supposed, Supposition};
pub use timeline::{Said, Turn, timeline};
pub use typed::Typed;
pub use verdict::{Answer, Match, Reduced, Tier, Verdict};
pub use weigh::{most_added, weigh_countries};
pub use weight::LinkWeight;

/// The default threshold, in points of [`POINTS_OF_ONE`]. Chosen on clean customers against the
/// names of a long list, of whom half as many hit at 0.85 as at 0.80, while what is lost to a hit
/// between the two stays in the review band (`docs/matching.md`).
pub const DEFAULT_THRESHOLD: i32 = 8_500;

/// Scores this far below the threshold are looked at by a person.
pub const REVIEW_BAND: i32 = 1_000;

/// The score of a name that is the entity's letter for letter, legal form included or left out, but
/// for spaces: what a run of words in another spacing scores in the comparison too.
const SPACING: i32 = 9_900;

/// What to screen by.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The day.
    pub day: Day,
    /// The rules, readings included.
    pub rules: Vec<Rule>,
    /// Scores from here on make a hit, in points of [`POINTS_OF_ONE`].
    pub threshold: i32,
    /// Matches shown a party; 0 for all.
    pub limit: usize,
    /// Days after which a list is too old to clear anybody.
    pub max_list_age: Option<i64>,
    /// The effective share of listed owners in force from which an entity that no rule reaches is
    /// flagged; 0 for whatever recorded holdings lead to.
    pub floor: Share,
    /// What exposures give, in one line of business; none: what the contract of the output says.
    pub profile: Option<Profile>,
}

/// The default floor of flags: a quarter is where minorities can block a company's resolutions in
/// many laws, where registers of persons of significant control begin, and half of what the rules
/// ask for.
pub const DEFAULT_FLOOR: Share = Share::QUARTER;

/// The rules that are applied under a profile: those asked for, else all; and those it names, of which a
/// reading may be no rule of its own.
///
/// # Errors
/// As [`select_rules`].
pub fn profiled_rules(
    snapshot: &Snapshot,
    asked: &[String],
    profile: &Profile,
) -> Result<Vec<Rule>, Error> {
    let mut rules = select_rules(snapshot, asked)?;
    if !profile.rules.is_empty() {
        let named = select_rules(snapshot, &profile.rules)?;
        let known = |rule: &Rule| rules.iter().any(|own| own.id == rule.id);
        let more: Vec<Rule> = named.into_iter().filter(|rule| !known(rule)).collect();
        rules.extend(more);
    }
    Ok(rules)
}

/// The rules asked for by id, readings included; without any, every rule with a list that is
/// loaded.
///
/// # Errors
/// There is no such rule or reading, or entries are loaded and none is of the rule's lists.
pub fn select_rules(snapshot: &Snapshot, asked: &[String]) -> Result<Vec<Rule>, Error> {
    let loaded = snapshot.lists_checked(Day::NEVER);
    let is_loaded =
        |rule: &Rule| rule.lists.iter().any(|list| loaded.iter().any(|one| one.list == *list));
    if asked.is_empty() {
        return Ok(snapshot.rules().iter().filter(|rule| is_loaded(rule)).cloned().collect());
    }
    let mut rules: Vec<Rule> = Vec::new();
    for id in asked {
        let (base, reading) = id.split_once('/').map_or((id.as_str(), None), |(a, b)| (a, Some(b)));
        let known = || {
            let ids: Vec<&str> = snapshot.rules().iter().map(|rule| rule.id.as_str()).collect();
            ids.join(", ")
        };
        let rule = snapshot.rules().iter().find(|rule| rule.id == base).ok_or_else(|| {
            Error::Request(format!("there is no rule `{base}`; the rules are {}", known()))
        })?;
        let rule = match reading {
            None => rule.clone(),
            Some(reading) => rule.reading(reading).ok_or_else(|| {
                let readings: Vec<&str> = READINGS.iter().map(|(reading, _)| *reading).collect();
                Error::Request(format!(
                    "there is no reading `{reading}`; the readings are {}",
                    readings.join(", ")
                ))
            })?,
        };
        if !snapshot.entries().is_empty() && !is_loaded(&rule) {
            return Err(Error::Request(format!(
                "rule {id} starts from {}, and none of these lists is loaded; add one with --lists",
                rule.lists.join(", ")
            )));
        }
        if rules.iter().all(|known| known.id != rule.id) {
            rules.push(rule);
        }
    }
    Ok(rules)
}

/// Refuses a profile that speaks of rules or lists that there are not: a slip of the pen would leave out
/// something else than was meant.
///
/// # Errors
/// It names a rule that is not applied, or a list that no entry and no rule is of.
pub fn fits(snapshot: &Snapshot, profile: &Profile, rules: &[Rule]) -> Result<(), Error> {
    let refused = |kind: &str, name: &str| {
        let known: Vec<&str> = match kind {
            "rule" => rules.iter().map(|rule| rule.id.as_str()).chain(["listing"]).collect(),
            _ => lists_of(snapshot),
        };
        let known = known.join(", ");
        Err(Error::Request(format!(
            "profile `{}` names the {kind} `{name}`, which is none of {known}",
            profile.id
        )))
    };
    let applied = |name: &str| {
        let is = |rule: &Rule| rule.id == name || rule.id.split('/').next() == Some(name);
        name == "listing" || rules.iter().any(is)
    };
    for line in &profile.lines {
        if let Some(name) = line.rules.iter().find(|name| !applied(name)) {
            return refused("rule", name);
        }
        if let Some(name) =
            line.lists.iter().find(|name| !lists_of(snapshot).contains(&name.as_str()))
        {
            return refused("list", name);
        }
    }
    Ok(())
}

/// Every list of an entry or a rule.
fn lists_of(snapshot: &Snapshot) -> Vec<&str> {
    let entered = snapshot.entries().iter().map(|entry| entry.list.as_str());
    let ruled = snapshot.rules().iter().flat_map(|rule| &rule.lists).map(String::as_str);
    let mut lists: Vec<&str> = entered.chain(ruled).collect();
    lists.sort_unstable();
    lists.dedup();
    lists
}

/// Screens parties against a snapshot on one day. Can be shared between threads.
pub struct Screener<'s> {
    snapshot: &'s Snapshot,
    settings: &'s Settings,
    finder: Finder<'s>,
    prepared: notes::Prepared,
    decisions: Decisions,
}

/// A name that matched, before its exposures are known.
struct Candidate {
    name: String,
    kind: NameKind,
    comparison: Comparison,
    /// The names are equal but for writing.
    exact: bool,
}

impl Candidate {
    /// Whether it rests on an alias that its source marks as weak, or on an acronym.
    fn is_weak(&self) -> bool {
        self.kind == NameKind::Weak || self.comparison.is_weak()
    }
}

impl<'s> Screener<'s> {
    /// Prepares the rules for the day.
    pub fn new(snapshot: &'s Snapshot, settings: &'s Settings) -> Screener<'s> {
        let prepared = notes::Prepared::new(snapshot, settings);
        let (finder, decisions) = (Finder::new(snapshot, settings), Decisions::default());
        Screener { snapshot, settings, finder, prepared, decisions }
    }

    /// The same, by what persons have decided of matches.
    pub fn deciding_by(self, decisions: Decisions) -> Screener<'s> {
        Screener { decisions, ..self }
    }

    /// What it screens by.
    pub fn settings(&self) -> &'s Settings {
        self.settings
    }

    /// The snapshot it screens against.
    pub fn snapshot(&self) -> &'s Snapshot {
        self.snapshot
    }

    /// What the rules and listings say of an entity.
    pub fn findings(&self, entity: EntityId) -> Arc<Findings> {
        self.finder.findings(entity)
    }

    /// Whether an entity is on a list on the day.
    fn is_listed(&self, entity: EntityId) -> bool {
        self.finder.is_listed(entity)
    }

    /// The list entries of an entity that are published on the day.
    pub fn entries(&self, entity: EntityId) -> Vec<&'s ListEntry> {
        self.finder.entries(entity)
    }

    /// How an entity stands to the threshold of each rule.
    pub fn margins(&self, entity: EntityId) -> Vec<(&'s Rule, Margin)> {
        self.finder.margins(entity)
    }

    /// Every entity of which some rule or listing says something.
    pub fn expanded(&self) -> Expanded<'_> {
        self.finder.expanded()
    }

    /// The effective shares of all entries in force together.
    pub fn effective_shares(&self) -> EffectiveShares {
        self.finder.effective_shares()
    }

    /// The verdict on a party.
    pub fn screen(&self, party: &Party) -> Verdict {
        self.screen_decided(party, &self.decisions)
    }

    /// The verdict on a party by other decisions than the screener's own: matches that are decided to be none ask for
    /// nothing, as long as nothing has changed that this rests on, and are shown all the same.
    pub fn screen_decided(&self, party: &Party, decisions: &Decisions) -> Verdict {
        let known = self.known(party);
        let of_owners = self.of_owners(party, &known);
        let mut found = self.found(party, of_owners.as_ref());
        for (matched, findings) in &mut found {
            matched.decided = decisions.of(self.snapshot, party, matched, findings);
        }
        verdict::conclude(self, party, &known, found, of_owners)
    }

    /// A person's word on the match of a party with the entity of an id, with what it rests on now.
    ///
    /// # Errors
    /// The party has no such match.
    pub fn decision(&self, party: &Party, entity: &str, word: Word) -> Result<Decision, Error> {
        let of_owners = self.of_owners(party, &self.known(party));
        let mut found = self.found(party, of_owners.as_ref());
        found.retain(|(matched, _)| !matched.exposures.is_empty());
        let Some((matched, findings)) = found.iter().find(|(one, _)| one.view.id == entity) else {
            let ids: Vec<&str> = found.iter().map(|(one, _)| one.view.id.as_str()).collect();
            let known = if ids.is_empty() { "none".to_owned() } else { ids.join(", ") };
            let name = &party.name;
            let what = format!("{name} has no match with `{entity}`; there are {known}");
            return Err(Error::Request(what));
        };
        let recorded = self.snapshot.is_recorded(matched.entity);
        let identifiers = recorded.then(|| self.snapshot.identifiers(matched.entity).to_string());
        Ok(Decision {
            at: crate::day::now(),
            by: word.by,
            outcome: word.outcome,
            reason: word.reason,
            party_id: party.id.clone(),
            party: party.name.clone(),
            entity: matched.view.id.clone(),
            entity_name: matched.view.name.clone(),
            identifiers: identifiers.unwrap_or_default(),
            basis: basis(self.snapshot, party, matched, findings),
        })
    }

    /// The entities whose names fit and of which there is something to tell, with all that is.
    fn found(&self, party: &Party, of_owners: Option<&OfOwners>) -> Vec<(Match, Arc<Findings>)> {
        let mut found: Vec<(Match, Arc<Findings>)> = Vec::new();
        let mut candidates = self.candidates(party);
        if let Some(own) = of_owners {
            let candidate = candidates.remove(&own.subject).unwrap_or_else(|| self.itself(party));
            let recorded = self.findings(own.subject);
            let findings = Findings {
                exposures: own.exposures.clone(),
                possible: own.possible.clone(),
                alone: own.alone,
                ..(*recorded).clone()
            };
            if findings.says_something() {
                let exposures = findings.exposures.clone();
                let matched = self.matched(party, own.subject, candidate, exposures);
                found.push((matched, Arc::new(findings)));
            }
        }
        let mut candidates: Vec<(EntityId, Candidate)> = candidates.into_iter().collect();
        candidates.sort_unstable_by_key(|(entity, _)| *entity);
        for (entity, candidate) in candidates {
            let findings = self.findings(entity);
            if findings.says_something() {
                let exposures = findings.exposures.clone();
                found.push((self.matched(party, entity, candidate, exposures), findings));
            }
        }
        found
    }

    /// The entities that a party is, by identifier or exact name: how its ownership is known.
    pub fn known(&self, party: &Party) -> Vec<EntityId> {
        let identified = self.snapshot.identified(&party.identifiers);
        if !identified.is_empty() {
            return identified;
        }
        let names = party.names().map(|name| self.snapshot.exactly_named(name, &party.countries));
        names.into_iter().find(|found| !found.is_empty()).unwrap_or_default()
    }

    /// The best name of each entity that scores high enough to be looked at.
    fn candidates(&self, party: &Party) -> FxHashMap<EntityId, Candidate> {
        let floor = self.settings.threshold - REVIEW_BAND;
        let mut best: FxHashMap<EntityId, Candidate> = FxHashMap::default();
        let keep =
            |best: &mut FxHashMap<EntityId, Candidate>, entity, candidate: Candidate| match best
                .get(&entity)
            {
                Some(known) if !self.better(&candidate, known) => {}
                _ => drop(best.insert(entity, candidate)),
            };
        let names: Vec<(&str, NameKeys)> =
            party.names().map(|query| (query, name::keys(query))).collect();
        for (query, keys) in &names {
            let parsed = name::parse(query);
            let least = (floor - most_added(party)).max(0);
            let share = f64::from(least) / f64::from(POINTS_OF_ONE);
            for number in self.snapshot.candidates(&parsed, share) {
                let other = self.snapshot.apart(number);
                let exact = self.snapshot.is_exactly(number, keys);
                if !exact && name::points(&parsed, &other, least) < least {
                    continue;
                }
                let indexed = self.snapshot.name(number);
                let comparison = name::compare(&parsed, &other);
                let comparison = self.weigh(party, indexed.entity, comparison);
                if comparison.points() >= floor || exact {
                    let (name, kind) = (indexed.text.to_owned(), indexed.kind);
                    let candidate = Candidate { name, kind, comparison, exact };
                    keep(&mut best, indexed.entity, candidate);
                }
            }
        }
        for (query, keys) in &names {
            for entity in self.snapshot.exactly(keys, &Countries::default()) {
                if best
                    .get(&entity)
                    .is_none_or(|known| !known.exact && known.comparison.points() < SPACING)
                {
                    best.insert(entity, self.spaced(party, query, entity));
                }
            }
        }
        for entity in self.snapshot.identified(&party.identifiers) {
            best.insert(entity, self.identified(party, entity));
        }
        best
    }

    /// Whether a candidate name of an entity is better evidence than another: a strong name that
    /// makes a hit beats a weak alias, however well that fits; then the higher score.
    fn better(&self, one: &Candidate, other: &Candidate) -> bool {
        let rank = |candidate: &Candidate| {
            let points = candidate.comparison.points();
            let strong = !candidate.is_weak();
            (strong && points >= self.settings.threshold, points, strong)
        };
        (rank(one), &other.name) > (rank(other), &one.name)
    }

    /// Adds and takes off what else is known of the party.
    fn weigh(&self, party: &Party, entity: EntityId, mut comparison: Comparison) -> Comparison {
        let world = self.snapshot.world();
        let entries = self.finder.entries(entity);
        let identifiers = self.snapshot.identifiers(entity);
        let known = Known {
            countries: world.countries(entity),
            identifiers: &identifiers,
            kind: world.kind(entity),
            birth_dates: entries.iter().map(|entry| entry.birth_date.as_str()).collect(),
            cities: entries.iter().map(|entry| entry.city.as_str()).collect(),
        };
        weigh::weigh(party, &known, &mut comparison);
        comparison
    }

    /// The name is exactly the entity's but for spaces: `L o c k h e e d Martin`.
    fn spaced(&self, party: &Party, query: &str, entity: EntityId) -> Candidate {
        let name = self.snapshot.entity(entity).name;
        let (query, kind) = (query.to_owned(), LineKind::Spacing);
        let line = name::Line { query, name: name.clone(), kind, points: SPACING };
        let comparison = self.weigh(party, entity, Comparison { lines: vec![line] });
        Candidate { name, kind: NameKind::Name, comparison, exact: true }
    }

    /// An identifier agrees: score 1, with the names beside it.
    fn identified(&self, party: &Party, entity: EntityId) -> Candidate {
        let name = self.snapshot.entity(entity).name;
        let parsed: ParsedName = name::parse(&name);
        let mut comparison = name::compare(&name::parse(&party.name), &parsed);
        let exact = comparison.points() == POINTS_OF_ONE;
        let points = POINTS_OF_ONE - comparison.points();
        if points > 0 {
            let identifiers = self.snapshot.identifiers(entity).to_string();
            comparison.lines.push(name::Line {
                query: party.identifiers.to_string(),
                name: identifiers,
                kind: LineKind::IdentifierEqual,
                points,
            });
        }
        Candidate { name, kind: NameKind::Name, comparison, exact }
    }

    fn matched(
        &self,
        party: &Party,
        entity: EntityId,
        candidate: Candidate,
        exposures: Vec<Exposure>,
    ) -> Match {
        let view = self.snapshot.entity(entity);
        Match {
            alert_id: verdict::alert_id(self.snapshot, party, &view.id, &exposures),
            points: candidate.comparison.points(),
            tier: if candidate.is_weak() { Tier::Weak } else { Tier::Strong },
            name: candidate.name,
            entity,
            view,
            exact: candidate.exact,
            lines: candidate.comparison.lines,
            exposures,
            decided: None,
        }
    }
}

#[cfg(test)]
mod tests;
