//! Holdings that may be held through others who are recorded too: a person with significant control, a real owner, an
//! indirect interest.
//!
//! What such a row says is never added to a chain that leads from its holder to its issuer, of which it may be the sum.
//! So where there is one its low end adds nothing; the row counts by itself: who is registered with 75 % holds no less,
//! be it directly or through the chain.

use rustc_hash::FxHashSet;

use crate::model::EntityId;
use crate::source::{HoldingRecord, MentionId};

/// Marks the rows beside whose holdings another chain leads from the holder to the issuer on some of their days.
/// O(rows), and what is above the issuers of such rows whose holders hold anything else.
pub(super) fn mark(
    rows: &mut [HoldingRecord],
    entity_of: &[EntityId],
    entities: u32,
    is_unnamed: &dyn Fn(MentionId) -> bool,
) {
    if !rows.iter().any(HoldingRecord::is_maybe_indirect) {
        return;
    }
    let ends =
        |row: &HoldingRecord| (entity_of[row.holder as usize], entity_of[row.issuer as usize]);
    let above = Above::new(rows, &ends, entities, is_unnamed);
    let begins = above.of_several(rows, &ends, entities);
    let beside: Vec<usize> = (0..rows.len())
        .filter(|at| {
            let row = &rows[*at];
            row.is_maybe_indirect() && begins[ends(row).0.index()] && above.chain(rows, *at, &ends)
        })
        .collect();
    beside.into_iter().for_each(|at| rows[at].count_beside_chain());
}

/// Rows by issuer.
struct Above<'a> {
    from: Vec<u32>,
    rows: Vec<u32>,
    is_unnamed: &'a dyn Fn(MentionId) -> bool,
}

type Ends<'e> = dyn Fn(&HoldingRecord) -> (EntityId, EntityId) + 'e;

impl<'a> Above<'a> {
    fn is_unnamed(&self, row: &HoldingRecord) -> bool {
        (self.is_unnamed)(row.holder) || (self.is_unnamed)(row.issuer)
    }

    fn new(
        rows: &[HoldingRecord],
        ends: &Ends,
        entities: u32,
        is_unnamed: &'a dyn Fn(MentionId) -> bool,
    ) -> Above<'a> {
        let mut from = vec![0_u32; entities as usize + 1];
        for row in rows {
            from[ends(row).1.index() + 1] += 1;
        }
        for at in 1..from.len() {
            from[at] += from[at - 1];
        }
        let mut next = from.clone();
        let mut own = vec![0_u32; rows.len()];
        for (number, row) in (0_u32..).zip(rows) {
            let at = &mut next[ends(row).1.index()];
            own[*at as usize] = number;
            *at += 1;
        }
        Above { from, rows: own, is_unnamed }
    }

    /// Whether each entity holds anything of two others or more: no chain begins at anybody else beside a row of his.
    fn of_several(&self, rows: &[HoldingRecord], ends: &Ends, entities: u32) -> Vec<bool> {
        let mut first: Vec<Option<EntityId>> = vec![None; entities as usize];
        let mut several = vec![false; entities as usize];
        for row in rows {
            let (holder, issuer) = ends(row);
            let known = first[holder.index()].get_or_insert(issuer);
            several[holder.index()] |= *known != issuer;
        }
        several
    }

    /// Whether a chain leads from the holder of a row to its issuer through others.
    fn chain(&self, rows: &[HoldingRecord], at: usize, ends: &Ends) -> bool {
        let (row, (holder, issuer)) = (&rows[at], ends(&rows[at]));
        if holder == issuer {
            return false;
        }
        let mut seen: FxHashSet<EntityId> = FxHashSet::from_iter([issuer]);
        let mut open = vec![issuer];
        while let Some(held) = open.pop() {
            let own = self.from[held.index()] as usize..self.from[held.index() + 1] as usize;
            for other in self.rows[own].iter().map(|number| &rows[*number as usize]) {
                let above = ends(other).0;
                let apart = other.until <= row.since || row.until <= other.since;
                // Somebody whom no record names is no step of a chain: what of it is whose, nobody knows.
                if apart || self.is_unnamed(other) || held == issuer && above == holder {
                    continue;
                }
                if above == holder {
                    return true;
                }
                if seen.insert(above) {
                    open.push(above);
                }
            }
        }
        false
    }
}
