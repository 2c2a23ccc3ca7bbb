//! What a holder holds of an issuer on a day: one or several rows become one stake.

use super::Holding;
use crate::day::Day;
use crate::model::{Confidence, Interest};
use crate::share::{Share, ShareRange};
use crate::source::Terms;

/// What one holder holds of one issuer in one interest on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stake {
    /// What it is a share of.
    pub interest: Interest,
    /// The share, as far as it is added up with others'.
    pub range: ShareRange,
    /// What of it is certainly taken from what others can hold: what may be held through them takes nothing.
    pub room: Share,
    /// The share that rows beside a recorded chain state, which is added to nobody's; 0 where there is none.
    pub beside: (Share, Share),
    /// The weakest confidence among the rows that make it.
    pub confidence: Confidence,
    /// Its rows contradict each other.
    pub contradicting: bool,
}

impl Stake {
    /// The stake that rows of one holder, issuer and interest make on `day`; `None` where no row
    /// holds. Without a day, every row counts.
    ///
    /// The range is the intersection of the rows' ranges, but a row of weaker confidence never
    /// narrows one of stronger. Where they contradict each other (two parcels, or two sources that
    /// disagree: nobody can tell) it runs from the lowest low to the sum of the highs. Where those that may be held through
    /// others say more than the others, or the same record says both, they do not contradict them: what is held directly
    /// is added up, and they count by themselves. The rows are those of a run, sorted by confidence, strongest first.
    pub fn of_rows(rows: &[Holding], day: Option<Day>) -> Option<Stake> {
        let alive =
            || rows.iter().filter(move |row| day.is_none_or(|day| row.span().contains(day)));
        let met = Met::of(alive())?;
        let direct = Met::of(alive().filter(|row| !row.is_maybe_indirect()));
        let interest = met.strongest.interest;
        let taken = direct.map_or(Share::ZERO, |direct| direct.strongest.range.low());
        let all_highs = Share::from_parts(met.highs);
        let closed = |low| ShareRange::closed(low, all_highs).unwrap_or(ShareRange::UNKNOWN);
        let stake = |range: ShareRange, apart, confidence, contradicting| {
            let room = taken.min(range.low());
            Stake { interest, range, room, beside: apart, confidence, contradicting }
        };
        let apart = beside(alive().filter(|row| row.is_beside_chain()));
        if !met.agrees {
            return Some(match direct.filter(|direct| direct.agrees && says_more(alive, direct)) {
                Some(direct) => {
                    let apart = beside(alive().filter(|row| row.is_maybe_indirect()));
                    stake(closed(direct.strongest.range.low()), apart, met.weakest, false)
                }
                None => stake(closed(met.lowest), apart, met.weakest, true),
            });
        }
        // What counts by itself is cited too, however well it is known.
        let beside_rows = alive().filter(|row| row.is_beside_chain());
        let weakest = beside_rows.map(|row| row.terms().confidence).max();
        let own = met.strongest.confidence;
        let confidence = weakest.map_or(own, |weakest| weakest.max(own));
        Some(stake(met.strongest.range, apart, confidence, false))
    }
}

/// What rows come to.
#[derive(Debug, Clone, Copy)]
struct Met {
    /// The range of the strongest, narrowed by those of the same confidence.
    strongest: Terms,
    lowest: Share,
    /// The sum of the highs, in parts per billion.
    highs: u64,
    weakest: Confidence,
    agrees: bool,
}

impl Met {
    /// `None` where there is no row; the strongest comes first.
    fn of<'r>(rows: impl Iterator<Item = &'r Holding>) -> Option<Met> {
        let mut rows = rows.map(counted);
        let first = rows.next()?;
        let mut met = Met {
            strongest: first,
            lowest: first.range.low(),
            highs: u64::from(first.range.high().parts()),
            weakest: first.confidence,
            agrees: true,
        };
        let mut agreed = first.range;
        for terms in rows {
            met.lowest = met.lowest.min(terms.range.low());
            met.highs += u64::from(terms.range.high().parts());
            met.weakest = met.weakest.max(terms.confidence);
            match agreed.intersect(terms.range) {
                Some(narrower) => agreed = narrower,
                None => met.agrees = false,
            }
            if terms.confidence == met.strongest.confidence
                && let Some(narrower) = met.strongest.range.intersect(terms.range)
            {
                met.strongest.range = narrower;
            }
        }
        Some(met)
    }
}

/// Whether each row that may be held through others says at least as much as is held directly, or stands in one record with
/// what is.
fn says_more<'r, R: Iterator<Item = &'r Holding>>(rows: impl Fn() -> R, direct: &Met) -> bool {
    let least = direct.strongest.range.high();
    let with =
        |row: &Holding| rows().any(|other| !other.is_maybe_indirect() && other.place == row.place);
    rows()
        .filter(|row| row.is_maybe_indirect())
        .all(|row| row.terms().range.low() >= least || with(row))
}

/// The terms of a row as far as they are added up: of one beside a chain, which may be the sum of the chain, nothing is
/// certain.
fn counted(row: &Holding) -> Terms {
    let Terms { range, interest, confidence } = row.terms();
    let range = match row.is_beside_chain() {
        true => ShareRange::closed(Share::ZERO, range.high()).unwrap_or(ShareRange::UNKNOWN),
        false => range,
    };
    Terms { range, interest, confidence }
}

/// What rows beside a chain state by themselves: the largest of their lows, and of their highs.
fn beside<'r>(rows: impl Iterator<Item = &'r Holding>) -> (Share, Share) {
    rows.fold((Share::ZERO, Share::ZERO), |(low, high), row| {
        let range = row.terms().range;
        (low.max(range.low()), high.max(range.high()))
    })
}
