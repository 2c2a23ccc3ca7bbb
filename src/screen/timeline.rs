//! The days on which what is said of an entity changed, and why.

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use super::{Answer, Screener, Settings};
use crate::day::{Day, Span};
use crate::expand::{Certainty, Exposure, ExposureKind};
use crate::model::{Certitude, EntityId, Interest, Restriction, Status};
use crate::snapshot::Snapshot;

/// What is said of an entity from a day on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// The first day of it; [`Day::ALWAYS`] for what was before everything known.
    pub day: Day,
    /// The verdict on a party that is surely the entity.
    pub answer: Answer,
    /// What the gravest exposure is.
    pub kind: Option<ExposureKind>,
    /// The gravest exposure is to be confirmed.
    pub confirm: bool,
    /// What each rule and list says.
    pub said: Vec<Said>,
    /// What happened on the day, in words.
    pub why: Vec<String>,
}

/// What one rule, or the lists, say of an entity.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Said {
    /// The rule, or `listing`.
    pub rule: String,
    /// The lists it rests on, sorted.
    pub lists: Vec<String>,
    /// How surely.
    pub certainty: Certainty,
    /// The rule's status.
    pub rule_status: Option<Status>,
    /// The status of the listings that reach it.
    pub listing_status: Status,
    /// What it restricts.
    pub restriction: Option<Restriction>,
    /// The share, low and high, in percent.
    pub share: Option<(String, String)>,
    /// To be confirmed.
    pub confirm: bool,
}

impl Said {
    fn of(snapshot: &Snapshot, exposure: &Exposure) -> Said {
        let entries = exposure.listed.iter().map(|cited| &snapshot.entries()[cited.entry as usize]);
        let mut lists: Vec<String> = entries.map(|entry| entry.list.clone()).collect();
        lists.sort_unstable();
        lists.dedup();
        Said {
            rule: exposure.rule.clone(),
            lists,
            certainty: exposure.certainty,
            rule_status: exposure.rule_status,
            listing_status: exposure.listing_status,
            restriction: exposure.restriction,
            share: exposure.share.map(|(low, high)| (low.to_string(), high.to_string())),
            confirm: exposure.confirm,
        }
    }
}

/// Every day on which what is said of an entity under the rules asked changed, the first being what
/// was before. The work is one screening for each day on which a fact above the entity changed.
pub fn timeline(snapshot: &Snapshot, settings: &Settings, entity: EntityId) -> Vec<Turn> {
    let facts = facts(snapshot, settings, entity);
    let mut turns: Vec<Turn> = Vec::new();
    let days = std::iter::once(Day::ALWAYS.plus(1)).chain(facts.keys().copied());
    for day in days {
        let on_day = Settings { day, ..settings.clone() };
        let findings = Screener::new(snapshot, &on_day).findings(entity);
        let mut said: Vec<Said> =
            findings.exposures.iter().map(|one| Said::of(snapshot, one)).collect();
        said.sort_unstable();
        let answer = Answer::of(&findings);
        let first = findings.exposures.first();
        let (kind, confirm) = (first.map(|one| one.kind), first.is_some_and(|one| one.confirm));
        let last = turns.last();
        if last.is_some_and(|last| (last.answer, &last.said) == (answer, &said)) {
            continue;
        }
        let why = facts.get(&day).cloned().unwrap_or_default();
        let day = if facts.contains_key(&day) { day } else { Day::ALWAYS };
        turns.push(Turn { day, answer, kind, confirm, said, why });
    }
    turns
}

/// The facts that may decide on an entity, by the day on which they begin or end.
fn facts(snapshot: &Snapshot, settings: &Settings, entity: EntityId) -> BTreeMap<Day, Vec<String>> {
    let mut facts: BTreeMap<Day, Vec<String>> = BTreeMap::new();
    let graph = snapshot.world().graph();
    let branches = graph.held_by(entity).filter(|row| row.terms().interest == Interest::Branch);
    let near = branches.map(|row| row.issuer).chain([entity]);
    let above: FxHashSet<EntityId> = graph.ever().owners_of(near).into_iter().collect();
    let mut note = |day: Day, text: String| {
        if day.is_stated() {
            facts.entry(day).or_default().push(text);
        }
    };
    let mut span = |span: Span, begins: String, ends: String| {
        note(span.from, begins);
        note(span.until, ends);
    };
    for issuer in &above {
        for row in graph.held_in(*issuer) {
            let (holder, issuer, _) = snapshot.written(row);
            let what = match row.terms().interest {
                Interest::Branch => format!("{issuer} a branch of {holder}"),
                Interest::Control => format!("{holder} in control of {issuer}"),
                interest => {
                    format!("{holder} with {} of the {interest} of {issuer}", row.terms().range)
                }
            };
            span(row.span(), format!("from this day {what}"), format!("no longer {what}"));
        }
    }
    let entries = u32::try_from(snapshot.entries().len()).expect("fewer than 4 billion entries");
    for number in (0..entries).filter(|number| above.contains(&snapshot.entity_of_entry(*number))) {
        let entry = &snapshot.entries()[number as usize];
        let who = format!("{} ({} {})", entry.name, entry.list, entry.announcement);
        if let Some(day) = entry.published {
            span(Span { from: day, until: Day::NEVER }, format!("{who}: published"), String::new());
        }
        if let Some(day) = entry.effective.filter(|day| Some(*day) != entry.published) {
            span(Span { from: day, until: Day::NEVER }, format!("{who}: effective"), String::new());
        }
        let certain =
            |certitude| if certitude == Certitude::Official { "" } else { " (announced)" };
        for event in snapshot.events_of_entry(number) {
            let said = format!("{who}: {}{}", event.event, certain(event.certitude));
            span(event.span, said.clone(), format!("{said} until this day"));
        }
        for measure in snapshot.measures_of_entry(number) {
            let said = format!("{who}: {}", measure.measures);
            span(measure.span, said.clone(), format!("{said}: until this day"));
        }
    }
    for rule in &settings.rules {
        let published = rule.published.unwrap_or(Day::ALWAYS);
        let until = Day::NEVER;
        span(Span { from: published, until }, format!("{}: published", rule.id), String::new());
        for period in &rule.periods {
            let certain = if period.certitude == Certitude::Official { "" } else { " (announced)" };
            let said = format!("{}: {}{certain}", rule.id, period.status);
            span(period.span, said.clone(), format!("{said} until this day"));
        }
    }
    for texts in facts.values_mut() {
        texts.sort_unstable();
        texts.dedup();
    }
    facts
}
