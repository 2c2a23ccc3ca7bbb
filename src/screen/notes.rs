//! What a verdict does not decide but the user should know.

use std::sync::Arc;

use super::{Findings, Match, Screener, Settings};
use crate::day::Day;
use crate::graph::Stake;
use crate::model::{EntityId, Party, words};
use crate::name;
use crate::snapshot::Snapshot;

words! {
    /// What a note is about.
    NoteKind {
        /// The party was on a list and was taken off.
        Removed = "removed",
        /// Two records might be one entity; if they are, the verdict is graver.
        PossibleLink = "possible_link",
        /// Sources contradict each other about a holding that counts.
        Contradiction = "contradiction",
        /// The party itself owns a listed company.
        OwnsListed = "owns_listed",
        /// A list is older than the user accepts.
        ListAge = "list_age",
        /// A row that could not be read names the party.
        RejectedRow = "rejected_row",
        /// A field of the party could not be read and was not used.
        UnreadField = "unread_field",
    }
}

/// A note of a verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// What it is about.
    pub kind: NoteKind,
    /// In words.
    pub text: String,
    /// `file:line`, where there is one.
    pub place: Option<String>,
}

impl Note {
    fn new(kind: NoteKind, text: String) -> Note {
        Note { kind, text, place: None }
    }
}

/// Listed companies named in one note; more are counted.
const NAMED: usize = 5;

pub(super) fn notes(
    screener: &Screener,
    party: &Party,
    known: &[EntityId],
    found: &[(Match, Arc<Findings>)],
) -> Vec<Note> {
    let mut notes = Vec::new();
    for (matched, findings) in found {
        notes.extend(removed(screener, matched, findings));
        notes.extend(findings.possible.iter().map(|link| {
            let countries = [&link.countries.0, &link.countries.1]
                .map(|country| if country.is_empty() { "country unknown" } else { country.as_str() });
            let text = format!(
                "{} ({}) and {} ({}) might be one entity ({}); if they are, the verdict on {} is graver; a person settles it \
                 in links.csv",
                link.names.0, countries[0], link.names.1, countries[1], link.reason, matched.view.name
            );
            Note::new(NoteKind::PossibleLink, text)
        }));
        notes.extend(contradictions(screener, matched));
    }
    notes.extend(owns_listed(screener, known));
    notes.extend(screener.prepared.old_lists.iter().cloned());
    notes.extend(rejected(screener, party));
    let mut seen = Vec::new();
    notes.retain(|note| {
        let new = !seen.contains(&(note.kind, note.text.clone()));
        seen.push((note.kind, note.text.clone()));
        new
    });
    notes
}

fn removed<'a>(
    screener: &'a Screener,
    matched: &'a Match,
    findings: &'a Findings,
) -> impl Iterator<Item = Note> + 'a {
    findings.removed.iter().map(move |entry| {
        let snapshot = screener.snapshot();
        let own = &snapshot.entries()[*entry as usize];
        let text = format!(
            "{} was on {} ({}) and was taken off",
            matched.view.name, own.list, own.announcement
        );
        let place = Some(snapshot.sources().show(own.place));
        Note { kind: NoteKind::Removed, text, place }
    })
}

fn contradictions<'a>(
    screener: &'a Screener,
    matched: &'a Match,
) -> impl Iterator<Item = Note> + 'a {
    let snapshot = screener.snapshot();
    let day = screener.settings().day;
    matched.exposures.iter().flat_map(move |exposure| &exposure.evidence).filter_map(move |row| {
        let same = |other: &&crate::graph::Holding| {
            (other.holder, other.terms().interest) == (row.holder, row.terms().interest)
        };
        let held_in = snapshot.world().graph().held_in(row.issuer);
        let rows: Vec<_> = held_in.iter().filter(same).copied().collect();
        let stake = Stake::of_rows(&rows, Some(day)).filter(|stake| stake.contradicting)?;
        let (holder, issuer, _) = snapshot.written(row);
        let text = format!(
            "sources contradict each other on what {holder} holds of {issuer}; taken as {}",
            stake.range
        );
        Some(Note {
            kind: NoteKind::Contradiction,
            text,
            place: Some(snapshot.sources().show(row.place)),
        })
    })
}

/// Listed companies that the party itself owns: the rules look downwards only, but a person may
/// want to know.
fn owns_listed(screener: &Screener, known: &[EntityId]) -> Option<Note> {
    let snapshot = screener.snapshot();
    let day = screener.settings().day;
    let below = snapshot.world().graph().on(day).held_below(known.iter().copied());
    let mut listed: Vec<String> = below
        .into_iter()
        .filter(|entity| !known.contains(entity))
        .filter(|entity| screener.is_listed(*entity))
        .map(|entity| snapshot.entity(entity).name)
        .collect();
    if listed.is_empty() {
        return None;
    }
    listed.sort_unstable();
    let more = listed.len().saturating_sub(NAMED);
    listed.truncate(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let text =
        format!("holds shares, directly or not, of listed companies: {}{more}", listed.join("; "));
    Some(Note::new(NoteKind::OwnsListed, text))
}

/// Lists that are older than the user accepts.
pub fn list_age(snapshot: &Snapshot, day: Day, limit: Option<i64>) -> Vec<Note> {
    let Some(limit) = limit else { return Vec::new() };
    let lists = snapshot.lists_checked(day);
    let age = |checked: Option<Day>| checked.map(|checked| day.days_since(checked));
    lists
        .into_iter()
        .filter(|list| age(list.checked_until).is_none_or(|age| age > limit))
        .map(|list| {
            let text = match list.checked_until {
                Some(checked) => format!(
                    "list {} was checked until {checked}, {} days before {day}; the limit is {limit}",
                    list.list,
                    day.days_since(checked)
                ),
                None => format!("nobody says until when list {} was checked", list.list),
            };
            Note::new(NoteKind::ListAge, text)
        })
        .collect()
}

/// The words of a name, legal forms left out.
fn words(text: &str) -> Vec<String> {
    let tokens = name::parse(text).tokens.into_iter();
    tokens.filter(|token| !token.is_form()).map(|token| token.text).collect()
}

/// What does not depend on the party: taken once.
pub(super) struct Prepared {
    old_lists: Vec<Note>,
    /// The words of each row that could not be read.
    rejected: Vec<Vec<String>>,
}

impl Prepared {
    pub fn new(snapshot: &Snapshot, settings: &Settings) -> Prepared {
        let old_lists = list_age(snapshot, settings.day, settings.max_list_age);
        let rejected = snapshot.rejected().iter().map(|row| words(&row.text)).collect();
        Prepared { old_lists, rejected }
    }
}

/// Rows that could not be read and hold the party's name.
fn rejected(screener: &Screener, party: &Party) -> Vec<Note> {
    if screener.prepared.rejected.is_empty() {
        return Vec::new();
    }
    let own = words(&party.name);
    let rows = screener.snapshot().rejected().iter().zip(&screener.prepared.rejected);
    rows.filter(|(_, words)| !own.is_empty() && words.windows(own.len()).any(|run| run == own))
        .map(|(row, _)| Note {
            kind: NoteKind::RejectedRow,
            text: format!("a row that could not be read names the party: {row}"),
            place: Some(format!("{}:{}", row.file, row.line)),
        })
        .collect()
}
