//! Parties that are watched: which alerts stand for them, and which are new or gone since they were looked at last.

mod log;

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::model::{EntityKind, Party};
use crate::name::POINTS_OF_ONE;
use crate::screen::{Decisions, Match, NoteKind, Screener};

pub use log::Log;

/// A party with one match that asks for somebody, or with a note that does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Alert {
    /// The party's id in the user's own system; may be empty.
    pub party_id: String,
    /// The party's name.
    pub party: String,
    /// The verdict on the party: `hit` or `review`.
    pub verdict: String,
    /// The id of the alert: the same as long as party, entity and evidence are. Empty where a note alone asks for somebody.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub alert_id: String,
    /// The entity's id.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub entity_id: String,
    /// Its name.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub entity: String,
    /// How well the names fit, 0..1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<f64>,
    /// The rule that the gravest exposure is under, or `listing`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub rule: String,
    /// The lists that it rests on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lists: Vec<String>,
    /// What else is known of the party, by field, so that it can be screened again.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, String>,
    /// How many owners it declares, which are in no other field.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub declared_owners: usize,
    /// The note that asks for somebody, where no match does.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// What became of an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// It was not there before.
    New,
    /// It is no more.
    Gone,
}

/// An alert that is new or gone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Its number, from 1 on without a gap.
    pub number: u64,
    /// When it was found out, in UTC.
    pub at: String,
    /// What became of the alert.
    pub change: Change,
    /// The day that was screened for.
    pub as_of: String,
    /// The digest of the snapshot.
    pub snapshot: String,
    /// The alert.
    pub alert: Alert,
}

/// The alerts of a party as of the screener's day; none where the verdict is clear.
///
/// That a list is too old to clear anybody is no alert: it holds of every party alike.
pub fn alerts(screener: &Screener, party: &Party, decisions: &Decisions) -> Vec<Alert> {
    let verdict = screener.screen_decided(party, decisions);
    let verdict_word = verdict.answer.as_str();
    if !matches!(verdict_word, "hit" | "review") {
        return Vec::new();
    }
    let bare = || Alert {
        party_id: party.id.clone(),
        party: party.name.clone(),
        verdict: verdict_word.to_owned(),
        alert_id: String::new(),
        entity_id: String::new(),
        entity: String::new(),
        score: None,
        rule: String::new(),
        lists: Vec::new(),
        fields: fields(party),
        declared_owners: party.owners.len(),
        note: String::new(),
    };
    let settled = |one: &&Match| one.decided.as_ref().is_some_and(|own| own.settles());
    let asks = |one: &&Match| !one.exposures.is_empty() && !settled(one);
    let of_match = |one: &Match| {
        let first = one.exposures.first();
        let entries = first.into_iter().flat_map(|own| &own.listed);
        let mut lists: Vec<String> = entries
            .map(|cited| screener.snapshot().entries()[cited.entry as usize].list.clone())
            .collect();
        lists.sort_unstable();
        lists.dedup();
        Alert {
            alert_id: one.alert_id.clone(),
            entity_id: one.view.id.clone(),
            entity: one.view.name.clone(),
            score: Some(f64::from(one.points) / f64::from(POINTS_OF_ONE)),
            rule: first.map(|own| own.rule.clone()).unwrap_or_default(),
            lists,
            ..bare()
        }
    };
    let of_matches: Vec<Alert> = verdict.matches.iter().filter(asks).map(of_match).collect();
    if !of_matches.is_empty() {
        return of_matches;
    }
    let noted = verdict.notes.iter().find(|note| note.kind != NoteKind::ListAge);
    let unread = || "what it declares of its owners could not be read".to_owned();
    let note = noted.map(|note| note.text.clone()).or_else(|| party.unread_owners.then(unread));
    note.map(|note| Alert { note, ..bare() }).into_iter().collect()
}

/// What is known of a party besides its name and id, by the fields of a file of parties.
fn fields(party: &Party) -> BTreeMap<String, String> {
    let kind = match party.kind {
        EntityKind::Unknown => String::new(),
        kind => kind.as_str().to_owned(),
    };
    let all = [
        ("name_native", party.name_native.clone()),
        ("aliases", party.aliases.join(";")),
        ("country", party.countries.to_string()),
        ("city", party.city.clone()),
        ("kind", kind),
        ("birth_date", party.birth_date.clone()),
        ("identifiers", party.identifiers.to_string()),
    ];
    let given = all.into_iter().filter(|(_, text)| !text.is_empty());
    given.map(|(name, text)| (name.to_owned(), text)).collect()
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde wants it so")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// What makes two alerts one: the party, the match with its evidence or the note, and what the verdict is.
fn key(alert: &Alert) -> [&str; 5] {
    [&alert.party_id, &alert.party, &alert.alert_id, &alert.verdict, &alert.note]
}

/// What is new in `after` and what is gone of `before`, each as often as it is; the new ones first. O(alerts).
pub fn differences<'a>(
    before: impl Iterator<Item = &'a Alert>,
    after: impl Iterator<Item = &'a Alert>,
) -> Vec<(Change, &'a Alert)> {
    let mut standing: FxHashMap<_, Vec<&Alert>> = FxHashMap::default();
    for alert in before {
        standing.entry(key(alert)).or_default().push(alert);
    }
    let mut found = Vec::new();
    for alert in after {
        if standing.get_mut(&key(alert)).and_then(Vec::pop).is_none() {
            found.push((Change::New, alert));
        }
    }
    let mut gone: Vec<&Alert> = standing.into_values().flatten().collect();
    gone.sort_unstable_by(|a, b| key(a).cmp(&key(b)));
    found.extend(gone.into_iter().map(|alert| (Change::Gone, alert)));
    found
}

#[cfg(test)]
mod tests;
