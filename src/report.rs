//! Verdicts and what else is asked as text, JSON and CSV. No decisions are taken here.

pub mod changes;
pub mod coming;
pub mod csv;
mod decided;
pub mod export;
pub mod html;
pub mod json;
pub mod objects;
pub mod owners;
pub mod pages;
pub mod picture;
pub mod quality;
pub mod tables;
pub mod text;
pub mod totals;
mod tree;
pub mod turns;

use crate::expand::Exposure;
use crate::model::Treatment;
use crate::screen::Verdict;
use crate::snapshot::Snapshot;

/// The evidence of an exposure on one line: each holding with share, confidence and place.
pub fn proof(snapshot: &Snapshot, exposure: &Exposure) -> String {
    let rows = exposure.evidence.iter().map(|row| {
        let (holder, issuer, _) = snapshot.written(row);
        let terms = row.terms();
        let share = match terms.interest {
            crate::model::Interest::Branch => "branch".to_owned(),
            _ => terms.range.to_string(),
        };
        let place = snapshot.sources().show(row.place);
        format!("{holder} -> {issuer}: {share} ({}, {place})", terms.confidence)
    });
    rows.collect::<Vec<_>>().join("; ")
}

/// The exposure that decided a verdict: the gravest among the matches that make it.
fn deciding(verdict: &Verdict, threshold: i32) -> Option<&Exposure> {
    let make_it = verdict.matches.iter().filter(|one| one.answer(threshold) == verdict.answer);
    let counts = |one: &&Exposure| one.treatment != Treatment::Note;
    make_it
        .filter_map(|one| one.exposures.first())
        .filter(counts)
        .min_by_key(|exposure| exposure.gravity())
}
