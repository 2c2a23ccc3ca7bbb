//! Holdings that may say again what others say: those that may be held through others who are recorded too (a person with
//! significant control, a real owner, an indirect interest), and those that do not say of what they are a share, where the
//! holder's equity or votes are recorded too.
//!
//! What such a row says is never added to a chain that leads from its holder to its issuer, of which it may be the sum.
//! So where there is one its low end adds nothing; the row counts by itself: who is registered with 75 % holds no less,
//! be it directly or through the chain. The same holds of 30 % of something beside 30 % of the equity, of two sources: together
//! they are 30 to 60 %.

use rustc_hash::FxHashSet;

use super::Holding;
use crate::model::{EntityId, Interest};
use crate::source::BESIDE_CHAIN;

/// Marks the rows beside whose holdings another chain leads from the holder to the issuer on some of their days, those
/// beside which more is said of the same, and no others. Rows stand by issuer, holder and interest, those of each issuer
/// from where `incoming` says. O(rows), and what is above the issuers of such rows whose holders hold anything else.
pub(super) fn mark(rows: &mut [Holding], incoming: &[u32]) {
    let indirect = rows.iter().any(Holding::is_maybe_indirect);
    if !indirect && !rows.iter().any(is_unspecified) {
        return;
    }
    let several = if indirect { of_several(rows, incoming.len() - 1) } else { Vec::new() };
    let beside = |row: &Holding| {
        row.is_maybe_indirect() && several[row.holder.index()] && is_beside(row, rows, incoming)
            || is_unspecified(row) && is_specified(row, rows, incoming)
    };
    let marks: Vec<bool> = rows.iter().map(beside).collect();
    for (row, is_beside) in rows.iter_mut().zip(marks) {
        row.flags = if is_beside { row.flags | BESIDE_CHAIN } else { row.flags & !BESIDE_CHAIN };
    }
}

fn is_unspecified(row: &Holding) -> bool {
    row.terms().interest == Interest::Unspecified
}

/// Whether the holder of a row holds equity or votes of the issuer on some of its days. O(log d) for d holdings in the
/// issuer, and those of the holder.
fn is_specified(row: &Holding, rows: &[Holding], incoming: &[u32]) -> bool {
    let at = row.issuer.index();
    let all = &rows[incoming[at] as usize..incoming[at + 1] as usize];
    let first = all.partition_point(|other| other.holder < row.holder);
    let own = all[first..].iter().take_while(|other| other.holder == row.holder);
    own.into_iter().any(|other| {
        matches!(other.terms().interest, Interest::Equity | Interest::Votes)
            && !is_apart(row, other)
    })
}

/// Whether two rows have no day in common.
fn is_apart(one: &Holding, other: &Holding) -> bool {
    other.until <= one.since || one.until <= other.since
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
            let direct = held == issuer && other.holder == holder;
            if is_apart(row, other) || direct || other.is_no_step() {
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
