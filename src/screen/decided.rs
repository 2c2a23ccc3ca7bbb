//! Decisions on matches: which of them speak of a match, and whether what they rest on still holds.
//!
//! A decision is about a party and an entity, and rests on what was known of both: OFAC's guidance on lists of false
//! hits (Assessing OFAC Name Matches, and its answers of 2015) wants such lists looked at again when either changes.
//! What plays no part: the order and place of records, how far a list was checked, and the score.

use rustc_hash::FxHashMap;

use super::{Findings, Match};
use crate::expand::{Cited, Exposure};
use crate::graph::Holding;
use crate::model::{
    Basis, Countries, Decided, Decision, EntityId, Identifiers, Outcome, Part, Party,
};
use crate::name::fold;
use crate::snapshot::Snapshot;

/// What a person says of a match.
#[derive(Debug, Clone)]
pub struct Word {
    /// What it is.
    pub outcome: Outcome,
    /// Who says so.
    pub by: String,
    /// Why.
    pub reason: String,
}

/// Decisions by party.
#[derive(Debug, Clone, Default)]
pub struct Decisions {
    by_party: FxHashMap<String, Vec<Decision>>,
}

/// The party of a decision: its id where it has one, else its name.
fn party_key(id: &str, name: &str) -> String {
    match id.trim() {
        "" => format!("name {}", fold(name).split_whitespace().collect::<Vec<_>>().join(" ")),
        id => format!("id {id}"),
    }
}

impl Decisions {
    /// Decisions in any order; of several on one match the last that was made counts.
    pub fn new(all: impl IntoIterator<Item = Decision>) -> Decisions {
        let mut decisions = Decisions::default();
        all.into_iter().for_each(|one| decisions.add(one));
        decisions
    }

    /// A further decision, which takes the place of an earlier one about the same.
    pub fn add(&mut self, decision: Decision) {
        let key = party_key(&decision.party_id, &decision.party);
        self.by_party.entry(key).or_default().push(decision);
    }

    /// Whether any decision is about a party.
    pub fn speak_of(&self, party: &Party) -> bool {
        self.by_party.contains_key(&party_key(&party.id, &party.name))
    }

    /// The last decision on a match, or one before it that says the same and stands, beside what is known now. O(decisions on the party, and their evidence).
    pub(super) fn of(
        &self,
        snapshot: &Snapshot,
        party: &Party,
        matched: &Match,
        findings: &Findings,
    ) -> Option<Decided> {
        let all = self.by_party.get(&party_key(&party.id, &party.name))?;
        // One on this very id before one on an entity that is known by another now, and of those the last that was made,
        // in whatever order they came into the file.
        let about = |same: bool| {
            let fits = all.iter().filter(|one| {
                (one.entity == matched.view.id) == same && is_about(snapshot, one, matched)
            });
            let mut fits: Vec<&Decision> = fits.collect();
            // Of two of one time the one that was written later.
            fits.sort_by_key(|one| one.at.parse::<jiff::Timestamp>().ok());
            fits.reverse();
            fits
        };
        let all = Some(about(true)).filter(|all| !all.is_empty()).unwrap_or_else(|| about(false));
        let last = all.first()?;
        let now = basis(snapshot, party, matched, findings);
        let decided =
            |one: &Decision| Decided { decision: one.clone(), changed: one.basis.changed(&now) };
        // Under each policy somebody may have decided the same: of those after which nobody decided otherwise, the last that
        // stands.
        let same = all.iter().take_while(|one| one.outcome == last.outcome);
        let standing = same.map(|one| decided(one)).find(|one| one.changed.is_empty());
        Some(standing.unwrap_or_else(|| decided(last)))
    }
}

/// Whether a decision is about the entity of a match, under whichever key it is known now.
fn is_about(snapshot: &Snapshot, decision: &Decision, matched: &Match) -> bool {
    if decision.entity == matched.view.id {
        return true;
    }
    // What a party declares itself to be is in no record.
    if !snapshot.is_recorded(matched.entity) {
        return false;
    }
    let one = snapshot.entity_by_id(&decision.entity);
    let by_number = || snapshot.identified(&Identifiers::parse(&decision.identifiers));
    let known: Vec<EntityId> = match one {
        Some(one) => vec![one],
        None => match by_number() {
            found if found.is_empty() => {
                snapshot.exactly_named(&decision.entity_name, &Countries::default())
            }
            found => found,
        },
    };
    known.contains(&matched.entity)
}

/// What a decision on a match rests on.
pub(super) fn basis(
    snapshot: &Snapshot,
    party: &Party,
    matched: &Match,
    findings: &Findings,
) -> Basis {
    let mut basis = Basis::default();
    let mut say = |part: Part, text: String| {
        basis.0.insert((part, text));
    };
    of_party(party).into_iter().for_each(|text| say(Part::Party, text));
    say(Part::Entity, of_entity(snapshot, matched));
    for exposure in &matched.exposures {
        say(Part::Rule, of_exposure(snapshot, exposure));
        exposure.listed.iter().for_each(|cited| {
            say(Part::Listing, of_listing(snapshot, cited));
            let by = snapshot.entry_joined_by(cited.entry).as_str();
            say(
                Part::Link,
                format!("{} joined by {by}", snapshot.entries()[cited.entry as usize].name),
            );
        });
        exposure.evidence.iter().for_each(|row| say(Part::Holding, of_holding(snapshot, row)));
    }
    for link in &findings.possible {
        let mut names = [&link.names.0, &link.names.1];
        names.sort();
        say(Part::Link, format!("{} and {} might be one ({})", names[0], names[1], link.reason));
    }
    basis
}

/// Another number or country of the entity, or another name that fits, is another question.
fn of_entity(snapshot: &Snapshot, matched: &Match) -> String {
    let fits = format!("{} ({} name)", matched.name, matched.tier);
    if !snapshot.is_recorded(matched.entity) {
        return fits;
    }
    let mut identifiers: Vec<String> =
        snapshot.identifiers(matched.entity).all().iter().map(ToString::to_string).collect();
    identifiers.sort_unstable();
    let countries = snapshot.world().countries(matched.entity);
    let kind = snapshot.kind(matched.entity);
    format!("{fits} [{countries}] [{}] {kind}", identifiers.join(";"))
}

fn of_party(party: &Party) -> Vec<String> {
    let fields = [
        ("name", party.name.clone()),
        ("native name", party.name_native.clone()),
        ("countries", party.countries.to_string()),
        ("city", party.city.clone()),
        ("kind", party.kind.to_string()),
        ("birth", party.birth_date.clone()),
        ("identifiers", party.identifiers.to_string()),
    ];
    let aliases = party.aliases.iter().map(|alias| ("alias", alias.clone()));
    let owners = party.owners.iter().map(|own| {
        let (countries, identifiers) = (&own.countries, &own.identifiers);
        let held = format!("{} {} of the {}", own.name, own.range, own.interest);
        ("owner", format!("{held} [{countries}] [{identifiers}] {}", span(own.span)))
    });
    let all = fields.into_iter().chain(aliases).chain(owners);
    all.filter(|(_, text)| !text.is_empty()).map(|(name, text)| format!("{name}: {text}")).collect()
}

fn span(span: crate::day::Span) -> String {
    let told = |day: crate::day::Day| day.stated().map(|day| day.to_string()).unwrap_or_default();
    format!("{}..{}", told(span.from), told(span.until))
}

/// Of two exposures by one rule each says by which entries it is: they stay two.
fn of_exposure(snapshot: &Snapshot, one: &Exposure) -> String {
    let entry = |cited: &Cited| {
        let own = &snapshot.entries()[cited.entry as usize];
        format!("{} {} {}", own.list, own.entry, own.name)
    };
    let mut by: Vec<String> = one.listed.iter().map(entry).collect();
    by.sort_unstable();
    by.dedup();
    let text = |word: Option<&str>| word.unwrap_or("unknown").to_owned();
    let range = |range: Option<(crate::share::Share, crate::share::Share)>| {
        range.map(|(low, high)| format!(", {low} to {high}")).unwrap_or_default()
    };
    format!(
        "{} ({}, rule {}, listing {}): {}{}, {}, restricts {}, gives {}{}, by {}",
        one.rule,
        one.kind,
        text(one.rule_status.map(|status| status.as_str())),
        one.listing_status,
        one.certainty,
        range(one.share.or(one.effective)),
        text(one.basis.map(|basis| basis.as_str())),
        text(one.restriction.map(|own| own.as_str())),
        one.treatment,
        if one.confirm { ", to be confirmed" } else { "" },
        by.join("; "),
    )
}

fn of_listing(snapshot: &Snapshot, cited: &Cited) -> String {
    let own = &snapshot.entries()[cited.entry as usize];
    let told = |day: Option<crate::day::Day>| day.map(|day| day.to_string()).unwrap_or_default();
    let sorted = |names: &[String]| {
        let mut names = names.to_vec();
        names.sort_unstable();
        names.join(", ")
    };
    let names = format!(
        "{}; {}; weak: {}",
        own.name_native,
        sorted(&own.aliases),
        sorted(&own.weak_aliases)
    );
    let dated = snapshot.measures_of_entry(cited.entry);
    let mut dated: Vec<String> = dated
        .map(|one| {
            format!(
                "{} {} {}",
                one.measures,
                one.restriction.map_or("", |own| own.as_str()),
                span(one.span)
            )
        })
        .collect();
    dated.sort_unstable();
    dated.dedup();
    format!(
        "{} {} {}, {} ({}): {} [{} {}] {} [{}] {} {} {}..{} {} {} {} ({}) {}",
        own.list,
        own.entry,
        own.name,
        cited.on_day.status,
        own.announcement,
        names,
        own.countries,
        own.city,
        own.birth_date,
        own.identifiers,
        own.kind,
        own.programmes.join(", "),
        told(own.published),
        told(own.effective),
        own.measures,
        own.restriction.map_or("", |restriction| restriction.as_str()),
        own.remarks,
        own.confidence,
        dated.join("; "),
    )
}

fn of_holding(snapshot: &Snapshot, row: &Holding) -> String {
    let (holder, issuer, _) = snapshot.written(row);
    let terms = row.terms();
    let beside = if row.is_beside_chain() { ", beside a chain" } else { "" };
    format!(
        "{holder} holds {} of the {} of {issuer}, {} ({}){beside}",
        terms.range,
        terms.interest,
        span(row.span()),
        terms.confidence
    )
}
