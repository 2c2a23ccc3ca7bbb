//! The CSV of a screening: one row a match, and one row for a party without any.

use std::borrow::Cow;

use super::proof;
use crate::day::Day;
use crate::expand::Exposure;
use crate::model::Status;
use crate::name::POINTS_OF_ONE;
use crate::screen::{Match, Note, Verdict};
use crate::snapshot::{EntityView, Snapshot};

/// The columns that are added to those of the party file.
pub const COLUMNS: &[&str] = &[
    "verdict",
    "verdict_kind",
    "ownership",
    "rank",
    "score",
    "matched_name",
    "entity_id",
    "entity_name",
    "entity_country",
    "list",
    "listed_name",
    "announcement",
    "listing_confidence",
    "listing_status",
    "rule",
    "rule_status",
    "confirm",
    "certainty",
    "basis",
    "share_low",
    "share_high",
    "restriction",
    "effect",
    "confidence",
    "proof",
    "other_rules",
    "notes",
    "alert_id",
    "checked_until",
    "as_of",
    "snapshot",
];

/// The header: the party file's columns, then [`COLUMNS`]; one that the file has already gets the
/// prefix `parentage_`, as often as it takes.
pub fn header(party_columns: &[String]) -> Vec<String> {
    let added = COLUMNS.iter().map(|column| {
        let mut name = (*column).to_owned();
        while party_columns.contains(&name) {
            name.insert_str(0, "parentage_");
        }
        name
    });
    party_columns.iter().cloned().chain(added).collect()
}

/// A cell that no program for sheets takes for a formula: an apostrophe stands before what would start one,
/// as the guide of OWASP on CSV injection has it, the wide signs of East Asian keyboards included. Nothing is lost: the
/// text follows as it is.
pub fn unformulated(cell: &str) -> Cow<'_, str> {
    let starts = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];
    match cell.starts_with(starts) {
        true => Cow::Owned(format!("'{cell}")),
        false => Cow::Borrowed(cell),
    }
}

/// What the rows of a run have in common: their last columns, as [`COMMON`] counts them.
#[derive(Debug)]
pub struct Common {
    checked_until: String,
    as_of: String,
    snapshot: String,
}

/// Columns that are the same in all rows of a run.
pub const COMMON: usize = 3;

impl Common {
    /// What the rows of a run on a day have in common.
    pub fn new(snapshot: &Snapshot, day: Day) -> Common {
        let lists = snapshot.lists_checked(day).into_iter().map(|list| {
            let checked =
                list.checked_until.map_or_else(|| "unknown".to_owned(), |day| day.to_string());
            format!("{} {checked}", list.list)
        });
        Common {
            checked_until: lists.collect::<Vec<_>>().join(";"),
            as_of: day.to_string(),
            snapshot: snapshot.digest().to_owned(),
        }
    }

    /// The fields of these columns.
    pub fn fields(&self) -> [String; COMMON] {
        [self.checked_until.clone(), self.as_of.clone(), self.snapshot.clone()]
    }
}

/// The rows of a verdict, without the party's own columns.
pub fn rows(snapshot: &Snapshot, common: &Common, verdict: &Verdict) -> Vec<Vec<String>> {
    let head = |rank: String| {
        let kind = verdict.kind.map_or("", |kind| kind.as_str());
        [verdict.answer.as_str(), kind, verdict.ownership.as_str()]
            .map(str::to_owned)
            .into_iter()
            .chain([rank])
    };
    let notes = notes(&verdict.notes);
    if verdict.matches.is_empty() {
        return vec![row(head(String::new()).collect(), Vec::new(), notes, String::new(), common)];
    }
    let row_of = |(rank, matched): (usize, &Match)| {
        let fields = of_match(snapshot, matched);
        row(
            head((rank + 1).to_string()).collect(),
            fields,
            notes.clone(),
            matched.alert_id.clone(),
            common,
        )
    };
    verdict.matches.iter().enumerate().map(row_of).collect()
}

/// The row of a party that could not be screened.
pub fn error_row(common: &Common, reasons: &[Note]) -> Vec<String> {
    let head = vec!["error".to_owned(), String::new(), "none".to_owned(), String::new()];
    row(head, Vec::new(), notes(reasons), String::new(), common)
}

fn row(
    head: Vec<String>,
    of_match: Vec<String>,
    notes: String,
    alert_id: String,
    common: &Common,
) -> Vec<String> {
    let mut row = head;
    row.extend(of_match);
    row.resize(COLUMNS.len() - COMMON - 2, String::new());
    row.extend([notes, alert_id]);
    row.extend(common.fields());
    row
}

fn notes(notes: &[Note]) -> String {
    let text = |note: &Note| match &note.place {
        Some(place) => format!("{}: {} ({place})", note.kind, note.text),
        None => format!("{}: {}", note.kind, note.text),
    };
    notes.iter().map(text).collect::<Vec<_>>().join(" | ")
}

fn of_match(snapshot: &Snapshot, matched: &Match) -> Vec<String> {
    let score = f64::from(matched.points) / f64::from(POINTS_OF_ONE);
    let mut fields = vec![
        score.to_string(),
        matched.name.clone(),
        matched.view.id.clone(),
        matched.view.name.clone(),
        matched.view.country.clone(),
    ];
    if let Some(exposure) = matched.exposures.first() {
        fields.extend(of_exposure(snapshot, exposure));
        let others = matched.exposures[1..].iter().map(|other| {
            let status = other.weaker_status();
            format!("{} ({}, {status})", other.rule, other.certainty)
        });
        fields.push(others.collect::<Vec<_>>().join("; "));
    }
    fields
}

fn of_exposure(snapshot: &Snapshot, exposure: &Exposure) -> Vec<String> {
    let joined = |field: &dyn Fn(&crate::model::ListEntry) -> String| {
        let mut all: Vec<String> = Vec::new();
        for cited in &exposure.listed {
            let text = field(&snapshot.entries()[cited.entry as usize]);
            if !all.contains(&text) {
                all.push(text);
            }
        }
        all.join(";")
    };
    let share = |end: fn((crate::share::Share, crate::share::Share)) -> crate::share::Share| {
        exposure.share.map_or_else(String::new, |share| end(share).to_string())
    };
    vec![
        joined(&|entry| entry.list.clone()),
        joined(&|entry| entry.name.clone()),
        joined(&|entry| entry.announcement.clone()),
        joined(&|entry| entry.confidence.to_string()),
        exposure.listing_status.to_string(),
        exposure.rule.clone(),
        exposure.rule_status.map_or("", Status::as_str).to_owned(),
        exposure.confirm.to_string(),
        exposure.certainty.to_string(),
        exposure.basis.map_or("", |basis| basis.as_str()).to_owned(),
        share(|(low, _)| low),
        share(|(_, high)| high),
        exposure.restriction.map_or("", |restriction| restriction.as_str()).to_owned(),
        exposure.effect.clone(),
        exposure.confidence.map_or("", |confidence| confidence.as_str()).to_owned(),
        proof(snapshot, exposure),
    ]
}

/// The columns of `expand` and `explain`: one row an exposure.
pub const EXPOSURE_COLUMNS: &[&str] = &[
    "entity_id",
    "entity_name",
    "entity_country",
    "list",
    "listed_name",
    "announcement",
    "listing_confidence",
    "listing_status",
    "rule",
    "rule_status",
    "confirm",
    "certainty",
    "basis",
    "share_low",
    "share_high",
    "restriction",
    "effect",
    "confidence",
    "proof",
];

/// The exposures of an entity, a row each.
pub fn exposures(snapshot: &Snapshot, view: &EntityView, all: &[Exposure]) -> Vec<Vec<String>> {
    let row = |exposure: &Exposure| {
        let entity = [view.id.clone(), view.name.clone(), view.country.clone()];
        entity.into_iter().chain(of_exposure(snapshot, exposure)).collect()
    };
    all.iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_column_has_the_name_of_another() {
        let own = ["verdict", "parentage_verdict", "notes"].map(str::to_owned);
        let mut names = header(&own);
        assert_eq!(
            (names[3].as_str(), names[29].as_str()),
            ("parentage_parentage_verdict", "parentage_notes")
        );
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
