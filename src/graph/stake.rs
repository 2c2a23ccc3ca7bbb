//! What a holder holds of an issuer on a day: one or several rows become one stake.

use super::Holding;
use crate::day::Day;
use crate::model::{Confidence, Interest};
use crate::share::{Share, ShareRange};

/// What one holder holds of one issuer in one interest on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stake {
    /// What it is a share of.
    pub interest: Interest,
    /// The share.
    pub range: ShareRange,
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
        let first = alive().next()?.terms();
        let mut strongest = first;
        let (mut lowest, mut sum) = (first.range.low(), 0u64);
        let mut weakest = first.confidence;
        let mut agreed = Some(first.range);
        for row in alive() {
            let terms = row.terms();
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
        let contradicting = agreed.is_none();
        if contradicting {
            let range =
                ShareRange::closed(lowest, Share::from_parts(sum)).unwrap_or(ShareRange::UNKNOWN);
            return Some(Stake {
                interest: first.interest,
                range,
                confidence: weakest,
                contradicting,
            });
        }
        let confidence = strongest.confidence;
        Some(Stake { interest: first.interest, range: strongest.range, confidence, contradicting })
    }
}
