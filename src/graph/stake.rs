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
    /// disagree: nobody can tell) it runs from the lowest low to the sum of the highs. The rows
    /// are those of a run, sorted by confidence, strongest first.
    pub fn of_rows(rows: &[Holding], day: Option<Day>) -> Option<Stake> {
        let alive =
            || rows.iter().filter(move |row| day.is_none_or(|day| row.span().contains(day)));
        let first = counted(alive().next()?);
        let mut strongest = first;
        let (mut lowest, mut sum) = (first.range.low(), 0u64);
        let mut weakest = first.confidence;
        let mut agreed = Some(first.range);
        for row in alive() {
            let terms = counted(row);
            lowest = lowest.min(terms.range.low());
            sum += u64::from(terms.range.high().parts());
            weakest = weakest.max(terms.confidence);
            agreed = agreed.and_then(|agreed| agreed.intersect(terms.range));
            if terms.confidence == strongest.confidence
                && let Some(narrower) = strongest.range.intersect(terms.range)
            {
                strongest.range = narrower;
            }
        }
        let beside = beside(alive().filter(|row| row.is_beside_chain()));
        let contradicting = agreed.is_none();
        if contradicting {
            let range =
                ShareRange::closed(lowest, Share::from_parts(sum)).unwrap_or(ShareRange::UNKNOWN);
            return Some(Stake {
                interest: first.interest,
                range,
                beside,
                confidence: weakest,
                contradicting,
            });
        }
        // What counts by itself is cited too, however well it is known.
        let beside_rows = alive().filter(|row| row.is_beside_chain());
        let weakest = beside_rows.map(|row| row.terms().confidence).max();
        let confidence = weakest.map_or(strongest.confidence, |own| own.max(strongest.confidence));
        let Terms { interest, range, .. } = strongest;
        Some(Stake { interest, range, beside, confidence, contradicting })
    }
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
