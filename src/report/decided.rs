//! What a person decided of a match, as JSON.

use serde::Serialize;

use crate::model::Decided;

/// What a person decided of a match.
#[derive(Debug, Serialize)]
pub(super) struct DecisionView {
    outcome: &'static str,
    by: String,
    at: String,
    reason: String,
    stands: bool,
    changed: Vec<String>,
}

/// A decision beside what is known now, as JSON.
pub(super) fn decision(decided: &Decided) -> DecisionView {
    let own = decided.decision.clone();
    DecisionView {
        outcome: own.outcome.as_str(),
        by: own.by,
        at: own.at,
        reason: own.reason,
        stands: decided.stands(),
        changed: decided.changed.clone(),
    }
}
