//! Which holdings are counted beside others of which they may be a part, worked out again: by paths from the holder down,
//! and by what each holds of each.

use std::collections::{BTreeMap, BTreeSet};

use super::joins::Joins;
use crate::model::Interest;
use crate::source::{HoldingRecord, MentionId, Records};

/// Marks rows that may be held through others where a path of two steps or more leads from the holder to the issuer
/// over rows that have a day in common with them, and those beside which the holder's own say more. O(rows * what lies
/// below), and nothing without such rows.
pub(super) fn mark(records: &mut Records) {
    let said_twice = unspecified_beside_specified(records);
    mark_beside_chains(records);
    said_twice.into_iter().for_each(|at| records.holdings[at].count_beside_chain());
}

/// Rows that do not say of what they are a share, where the holder's equity or votes are recorded on a day of theirs.
fn unspecified_beside_specified(records: &Records) -> Vec<usize> {
    let joins = Joins::new(records);
    let rows = &records.holdings;
    let is = |row: &HoldingRecord, which: &[Interest]| which.contains(&row.terms().interest);
    let unspecified: Vec<usize> =
        (0..rows.len()).filter(|at| is(&rows[*at], &[Interest::Unspecified])).collect();
    if unspecified.is_empty() {
        return Vec::new();
    }
    let ends = |row: &HoldingRecord| (joins.entity(row.holder), joins.entity(row.issuer));
    let mut said: BTreeMap<(MentionId, MentionId), Vec<&HoldingRecord>> = BTreeMap::new();
    for row in rows.iter().filter(|row| is(row, &[Interest::Equity, Interest::Votes])) {
        said.entry(ends(row)).or_default().push(row);
    }
    let common = |a: &HoldingRecord, b: &HoldingRecord| a.since.max(b.since) < a.until.min(b.until);
    let beside = |at: &usize| {
        let all = said.get(&ends(&rows[*at])).into_iter().flatten();
        all.into_iter().any(|other| common(&rows[*at], other))
    };
    unspecified.into_iter().filter(beside).collect()
}

/// Marks rows that may be held through others.
fn mark_beside_chains(records: &mut Records) {
    if !records.holdings.iter().any(|row| row.is_maybe_indirect()) {
        return;
    }
    let joins = Joins::new(records);
    // Who is not named is no step of a path.
    let unnamed = |mention: MentionId| {
        records.texts.get(records.mentions[mention as usize].identifiers).starts_with("unnamed:")
    };
    let mut below: BTreeMap<MentionId, Vec<usize>> = BTreeMap::new();
    let named = |row: &HoldingRecord| !unnamed(row.holder) && !unnamed(row.issuer);
    for (at, row) in records.holdings.iter().enumerate().filter(|(_, row)| named(row)) {
        below.entry(joins.entity(row.holder)).or_default().push(at);
    }
    let rows = &records.holdings;
    let reaches = |at: usize| {
        let (holder, issuer) = (joins.entity(rows[at].holder), joins.entity(rows[at].issuer));
        let mut reached: BTreeSet<MentionId> = BTreeSet::new();
        let mut last = BTreeSet::from([holder]);
        while !last.is_empty() {
            let mut next = BTreeSet::new();
            for from in &last {
                for own in below.get(from).into_iter().flatten().map(|one| &rows[*one]) {
                    let to = joins.entity(own.issuer);
                    let common = own.since.max(rows[at].since) < own.until.min(rows[at].until);
                    let direct = *from == holder && to == issuer;
                    // Nobody is a step of a chain to himself.
                    if common && !direct && to != holder && (to == issuer || reached.insert(to)) {
                        if to == issuer {
                            return true;
                        }
                        next.insert(to);
                    }
                }
            }
            last = next;
        }
        false
    };
    let marked: Vec<usize> =
        (0..rows.len()).filter(|at| rows[*at].is_maybe_indirect() && reaches(*at)).collect();
    marked.into_iter().for_each(|at| records.holdings[at].count_beside_chain());
}
