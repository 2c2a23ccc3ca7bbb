//! What is odd about the holdings on a day: told to the user, with what was made of it.

use super::Snapshot;
use crate::day::Day;
use crate::error::Warning;
use crate::expand::Sums;
use crate::model::{EntityId, Interest};

impl Snapshot {
    /// Contradicting rows, self-holdings, declared totals above 100 percent, and owner lists said
    /// to be complete that are not, on a day.
    pub fn doubts(&self, day: Day) -> Vec<Warning> {
        let mut warnings = Vec::new();
        for issuer in (0..self.entity_count()).map(EntityId) {
            self.doubts_of(issuer, day, &mut warnings);
        }
        warnings
    }

    /// What is odd about the holdings in one issuer on a day.
    pub fn doubts_of(&self, issuer: EntityId, day: Day, warnings: &mut Vec<Warning>) {
        let mut say = |place: String, text: String| warnings.push(Warning { place, text });
        let view = self.world.graph().on(day);
        for edge in view.stakes_in(issuer) {
            let row = &edge.rows[0];
            let place = self.sources.show(row.place);
            let (holder, issuer, _) = self.written(row);
            if edge.stake.contradicting {
                let range = edge.stake.range;
                say(
                    place.clone(),
                    format!(
                        "rows contradict each other on what {holder} holds of {issuer}; taken as {range}"
                    ),
                );
            }
            if edge.holder == edge.issuer {
                say(
                    place,
                    format!(
                        "{holder} holds shares of itself; they never count, but take room in caps"
                    ),
                );
            }
        }
        for interest in [Interest::Equity, Interest::Votes] {
            let mut sums = Sums::default();
            let mut place = None;
            let stakes = view.stakes_in(issuer);
            for edge in stakes.filter(|edge| crate::expand::counts_in(&edge.stake, interest)) {
                sums.add(&edge.stake);
                place.get_or_insert_with(|| self.sources.show(edge.rows[0].place));
            }
            let name = self.entity(issuer).name;
            let complete = self.world.complete.contains(issuer.index());
            let Some(place) = place else { continue };
            if sums.over_declared() {
                let text = format!(
                    "declared {interest} shares of {name} exceed 100 %; they count as declared, neither capped nor completed"
                );
                say(place, text);
            } else if complete && sums.cannot_be_complete() {
                let text = format!(
                    "the owners of {name} are said to be complete, but hold less than 100 % of the {interest} together; that is ignored"
                );
                say(place, text);
            }
        }
    }
}
