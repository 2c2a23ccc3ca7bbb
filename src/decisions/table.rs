//! Decisions as rows of a table, for other systems and for moving them.

use std::io::Read;

use crate::error::Error;
use crate::model::{Decision, Outcome};

/// The columns.
pub const COLUMNS: [&str; 11] = [
    "at",
    "by",
    "outcome",
    "reason",
    "party_id",
    "party",
    "entity",
    "entity_name",
    "identifiers",
    "digest",
    "basis",
];

/// A decision as a row: what it rests on as JSON, with its digest.
pub fn row(one: &Decision) -> [String; 11] {
    [
        one.at.clone(),
        one.by.clone(),
        one.outcome.to_string(),
        one.reason.clone(),
        one.party_id.clone(),
        one.party.clone(),
        one.entity.clone(),
        one.entity_name.clone(),
        one.identifiers.clone(),
        one.basis.digest(),
        serde_json::to_string(&one.basis).unwrap_or_default(),
    ]
}

/// Decisions of a table as [`row`] writes it.
///
/// # Errors
/// A column is missing, or a row cannot be read; `file` is the name to tell it by.
pub fn read(text: impl Read, file: &str) -> Result<Vec<Decision>, Error> {
    let mut reader = csv::Reader::from_reader(text);
    let refused = |line: u64, reason: String| Error::file(file, format!("line {line}: {reason}"));
    let header = reader.headers().map_err(|error| refused(1, error.to_string()))?.clone();
    let place = |name: &str| {
        let at = header.iter().position(|own| own.trim_start_matches('\u{feff}').trim() == name);
        at.ok_or_else(|| {
            refused(1, format!("has no column `{name}`; there are {}", COLUMNS.join(", ")))
        })
    };
    let places: Vec<usize> = COLUMNS.iter().map(|name| place(name)).collect::<Result<_, _>>()?;
    let mut all = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| Error::file(file, error.to_string()))?;
        let line = record.position().map_or(0, csv::Position::line);
        let field = |at: usize| {
            let text = record.get(places[at]).unwrap_or_default();
            // What a spreadsheet would take for a formula is written with a mark before it.
            let marked =
                text.strip_prefix('\'').filter(|own| own.starts_with(['=', '+', '-', '@']));
            marked.unwrap_or(text).to_owned()
        };
        let outcome = Outcome::parse(field(2).trim()).ok_or_else(|| {
            let known: Vec<&str> = Outcome::ALL.iter().map(|one| one.as_str()).collect();
            refused(line, format!("`{}` is none of {}", field(2), known.join(", ")))
        })?;
        let told = field(0);
        let at: jiff::Timestamp = told.trim().parse().map_err(|_| {
            refused(line, format!("`{told}` is no time such as 2026-11-28T10:00:00Z"))
        })?;
        if at > jiff::Timestamp::now() {
            // It would count before every later one.
            return Err(refused(line, format!("`{told}` is still to come")));
        }
        let one = Decision {
            at: told.trim().to_owned(),
            by: field(1),
            outcome,
            reason: field(3),
            party_id: field(4),
            party: field(5),
            entity: field(6),
            entity_name: field(7),
            identifiers: field(8),
            basis: serde_json::from_str(&field(10))
                .map_err(|error| refused(line, format!("column `basis`: {error}")))?,
        };
        if one.basis.digest() != field(9) {
            let reason = "what it rests on was changed: the digest is another".to_owned();
            return Err(refused(line, reason));
        }
        all.push(one);
    }
    Ok(all)
}
