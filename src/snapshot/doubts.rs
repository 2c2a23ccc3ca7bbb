//! What is odd about the holdings on a day: told to the user, with what was made of it.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::Snapshot;
use crate::day::Day;
use crate::error::{Place, Warning};
use crate::expand::Sums;
use crate::model::{EntityId, Interest};

impl Snapshot {
    /// The lists that have over 10 % fewer entries than in an earlier snapshot, in words: a file that was cut off, or
    /// another one.
    pub fn shrunk_since(&self, before: &Snapshot) -> Vec<String> {
        let count = |snapshot: &Snapshot| {
            let mut counts: BTreeMap<String, usize> = BTreeMap::new();
            for entry in snapshot.entries() {
                *counts.entry(entry.list.clone()).or_default() += 1;
            }
            counts
        };
        let (then, now) = (count(before), count(self));
        let shrunk = then.iter().filter_map(|(list, then)| {
            let now = now.get(list).copied().unwrap_or_default();
            (now * 10 < then * 9).then(|| format!("{list} had {then} entries and has {now}"))
        });
        shrunk.collect()
    }

    /// Contradicting rows, self-holdings, declared totals above 100 percent, and owner lists said
    /// to be complete that are not, on a day.
    pub fn doubts(&self, day: Day) -> Vec<Warning> {
        let issuers = (0..self.entity_count()).into_par_iter().map(EntityId);
        let of_issuer = issuers.flat_map_iter(|issuer| {
            let mut warnings = Vec::new();
            self.doubts_of(issuer, day, &mut warnings);
            warnings
        });
        of_issuer.collect()
    }

    /// Whether the declared shares or votes of an issuer exceed the whole on a day.
    pub fn exceeds_whole(&self, issuer: EntityId, day: Day) -> bool {
        let view = self.world.graph().on(day);
        [Interest::Equity, Interest::Votes].into_iter().any(|interest| {
            let mut sums = Sums::default();
            let stakes = view.stakes_in(issuer);
            let counted = stakes.filter(|edge| crate::expand::counts_in(&edge.stake, interest));
            counted.for_each(|edge| sums.add(&edge.stake));
            sums.over_declared()
        })
    }

    /// What is odd about the holdings in one issuer on a day.
    pub fn doubts_of(&self, issuer: EntityId, day: Day, warnings: &mut Vec<Warning>) {
        if !self.is_recorded(issuer) {
            return;
        }
        let mut say = |place: Place, text: String| {
            warnings.push(Warning { place: self.sources.show(place), text });
        };
        let view = self.world.graph().on(day);
        for edge in view.stakes_in(issuer) {
            let row = &edge.rows[0];
            if edge.stake.contradicting {
                let ((holder, issuer, _), range) = (self.written(row), edge.stake.range);
                let text = format!(
                    "rows contradict each other on what {holder} holds of {issuer}; taken as {range}"
                );
                say(row.place, text);
            }
            if edge.holder == edge.issuer {
                let (holder, ..) = self.written(row);
                let text = format!(
                    "{holder} holds shares of itself; they never count, but take room in caps"
                );
                say(row.place, text);
            }
        }
        for interest in [Interest::Equity, Interest::Votes] {
            let mut sums = Sums::default();
            let mut place = None;
            let stakes = view.stakes_in(issuer);
            for edge in stakes.filter(|edge| crate::expand::counts_in(&edge.stake, interest)) {
                sums.add(&edge.stake);
                place.get_or_insert(edge.rows[0].place);
            }
            let name = || self.entity(issuer).name;
            let complete = self.world.complete.contains(issuer.index());
            let Some(place) = place else { continue };
            if sums.over_declared() {
                let text = format!(
                    "declared {interest} shares of {} exceed 100 %; they count as declared, neither capped nor completed",
                    name()
                );
                say(place, text);
            } else if complete && sums.cannot_be_complete() {
                let text = format!(
                    "the owners of {} are said to be complete, but hold less than 100 % of the {interest} together; that is ignored",
                    name()
                );
                say(place, text);
            }
        }
    }
}
