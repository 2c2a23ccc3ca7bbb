//! What a verdict does not decide but the user should know.

use std::sync::Arc;

use super::{Findings, Match, Screener, Settings};
use crate::day::Day;
use crate::error::Warning;
use crate::model::{EntityId, Party, Treatment, words};
use crate::name;
use crate::snapshot::Snapshot;

words! {
    /// What a note is about.
    NoteKind {
        /// The party was on a list and was taken off.
        Removed = "removed",
        /// Two records might be one entity; if they are, the verdict is graver.
        PossibleLink = "possible_link",
        /// Sources contradict each other about a holding, or what is declared of one cannot be so.
        Doubt = "doubtful_holding",
        /// A tie that exact arithmetic could not decide.
        Undecided = "undecided",
        /// The party itself owns a listed company.
        OwnsListed = "owns_listed",
        /// A list is older than the user accepts.
        ListAge = "list_age",
        /// A row that could not be read names the party.
        RejectedRow = "rejected_row",
        /// The profile lets an exposure give no more than a review or a note.
        Profile = "profile",
        /// A field of the party could not be read and was not used.
        UnreadField = "unread_field",
        /// Something declared of the party's owners could not be read.
        UnreadOwner = "unread_owner",
        /// A person decided of a match, or had decided until something changed.
        Decided = "decided",
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
    let mut notes: Vec<Note> = Vec::new();
    for (matched, findings) in found {
        if let Some(decided) = &matched.decided {
            notes.push(Note::new(NoteKind::Decided, decided.to_string()));
        }
        if matched.is_settled() {
            continue;
        }
        notes.extend(removed(screener, matched, findings));
        notes.extend(reduced(screener, matched));
        let undecided = matched.exposures.iter().filter(|exposure| exposure.undecided);
        notes.extend(undecided.map(|exposure| {
            let text = format!(
                "the multiplied share of {} lies too near the threshold of {} to be told from it; it counts as possible",
                matched.view.name, exposure.rule
            );
            Note::new(NoteKind::Undecided, text)
        }));
        let together = match findings.possible.len() {
            1 => "",
            _ => ", together with the other links noted",
        };
        notes.extend(findings.possible.iter().map(|link| {
            let countries = [&link.countries.0, &link.countries.1]
                .map(|country| if country.is_empty() { "country unknown" } else { country.as_str() });
            let text = format!(
                "{} ({}) and {} ({}) might be one entity ({}); if they are{}, the verdict on {} is graver; a person settles it \
                 in links.csv",
                link.names.0,
                countries[0],
                link.names.1,
                countries[1],
                link.reason,
                if findings.alone { "" } else { together },
                matched.view.name
            );
            Note::new(NoteKind::PossibleLink, text)
        }));
    }
    notes.extend(doubts(screener, known, found));
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

/// What the profile makes of the exposures of a match.
fn reduced<'a>(screener: &'a Screener, matched: &'a Match) -> impl Iterator<Item = Note> + 'a {
    let profile = screener.settings().profile.as_ref();
    let levels = [(Treatment::Review, "a review"), (Treatment::Note, "a note")];
    let said = move |(treatment, words): (Treatment, &str)| {
        let of = matched.exposures.iter().filter(|one| one.treatment == treatment);
        let mut rules: Vec<&str> = of.map(|one| one.rule.as_str()).collect();
        rules.dedup();
        let id = &profile.filter(|_| !rules.is_empty())?.id;
        let text = format!(
            "by profile `{id}`, {} gives no more than {words} for {}",
            rules.join(", "),
            matched.view.name
        );
        Some(Note::new(NoteKind::Profile, text))
    };
    levels.into_iter().filter_map(said)
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

/// What is odd about the holdings that an answer rests on: those in the party itself, and in every
/// issuer of the evidence.
fn doubts(screener: &Screener, known: &[EntityId], found: &[(Match, Arc<Findings>)]) -> Vec<Note> {
    let evidence = found.iter().flat_map(|(matched, _)| &matched.exposures);
    let rows = evidence.flat_map(|exposure| &exposure.evidence);
    let mut issuers: Vec<EntityId> =
        rows.map(|row| row.issuer).chain(known.iter().copied()).collect();
    issuers.sort_unstable();
    issuers.dedup();
    let mut warnings = Vec::new();
    for issuer in issuers {
        screener.snapshot().doubts_of(issuer, screener.settings().day, &mut warnings);
    }
    let note = |warning: Warning| {
        let Warning { place, text } = warning;
        Note { kind: NoteKind::Doubt, text, place: Some(place) }
    };
    warnings.into_iter().map(note).collect()
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
pub fn words(text: &str) -> Vec<String> {
    let tokens = name::parse(text).tokens.into_iter();
    tokens.filter(|token| !token.is_form()).map(|token| token.text.clone()).collect()
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

/// Whether the words of a row hold those of a name, one after the other.
pub fn holds(row: &[String], name: &[String]) -> bool {
    !name.is_empty() && row.windows(name.len()).any(|run| run == name)
}

/// Rows that could not be read and hold the party's name.
fn rejected(screener: &Screener, party: &Party) -> Vec<Note> {
    if screener.prepared.rejected.is_empty() {
        return Vec::new();
    }
    let own = words(&party.name);
    let rows = screener.snapshot().rejected().iter().zip(&screener.prepared.rejected);
    rows.filter(|(_, words)| holds(words, &own))
        .map(|(row, _)| Note {
            kind: NoteKind::RejectedRow,
            text: format!("a row that could not be read names the party: {row}"),
            place: Some(format!("{}:{}", row.file, row.line)),
        })
        .collect()
}
