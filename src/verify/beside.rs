//! Which holdings are counted beside a chain that is recorded too, worked out again: by paths from the holder down.

use std::collections::{BTreeMap, BTreeSet};

use super::joins::Joins;
use crate::source::{HoldingRecord, MentionId, Records};

/// Marks rows that may be held through others where a path of two steps or more leads from the holder to the issuer
/// over rows that have a day in common with them. O(rows * what lies below), and nothing without such rows.
pub(super) fn mark(records: &mut Records) {
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
