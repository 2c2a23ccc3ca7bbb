//! Holdings that may be held through others who are recorded too: a person with significant control, a real owner, an
//! indirect interest.
//!
//! What such a row says is never added to a chain that leads from its holder to its issuer, of which it may be the sum.
//! So where there is one its low end adds nothing; the row counts by itself: who is registered with 75 % holds no less,
//! be it directly or through the chain.

use rustc_hash::FxHashSet;

use super::Holding;
use crate::model::EntityId;
use crate::source::BESIDE_CHAIN;

/// Marks the rows beside whose holdings another chain leads from the holder to the issuer on some of their days, and
/// no others. Rows stand by issuer, those of each from where `incoming` says. O(rows), and what is above the issuers
/// of such rows whose holders hold anything else.
pub(super) fn mark(rows: &mut [Holding], incoming: &[u32]) {
    if !rows.iter().any(Holding::is_maybe_indirect) {
        return;
    }
    let several = of_several(rows, incoming.len() - 1);
    let beside = |row: &Holding| {
        row.is_maybe_indirect() && several[row.holder.index()] && is_beside(row, rows, incoming)
    };
    let marks: Vec<bool> = rows.iter().map(beside).collect();
    for (row, is_beside) in rows.iter_mut().zip(marks) {
        row.flags = if is_beside { row.flags | BESIDE_CHAIN } else { row.flags & !BESIDE_CHAIN };
    }
}

/// Whether each entity holds anything of two others or more: no chain begins at anybody else beside a row of his.
fn of_several(rows: &[Holding], entities: usize) -> Vec<bool> {
    let mut first: Vec<Option<EntityId>> = vec![None; entities];
    let mut several = vec![false; entities];
    for Holding { holder, issuer, .. } in rows {
        let known = first[holder.index()].get_or_insert(*issuer);
        several[holder.index()] |= *known != *issuer;
    }
    several
}

/// Whether a chain leads from the holder of a row to its issuer through others.
fn is_beside(row: &Holding, rows: &[Holding], incoming: &[u32]) -> bool {
    let Holding { holder, issuer, .. } = *row;
    if holder == issuer {
        return false;
    }
    let mut seen: FxHashSet<EntityId> = FxHashSet::from_iter([issuer]);
    let mut open = vec![issuer];
    while let Some(held) = open.pop() {
        let own = incoming[held.index()] as usize..incoming[held.index() + 1] as usize;
        for other in &rows[own] {
            let apart = other.until <= row.since || row.until <= other.since;
            let direct = held == issuer && other.holder == holder;
            if apart || direct || other.is_no_step() {
                continue;
            }
            if other.holder == holder {
                return true;
            }
            if seen.insert(other.holder) {
                open.push(other.holder);
            }
        }
    }
    false
}
