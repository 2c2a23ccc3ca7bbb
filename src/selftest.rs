//! How good the matching is, measured: on labelled pairs, on searches with a known answer, on
//! customers that are on no list, and on the loaded names themselves.
//!
//! A bank has to show its supervisor how its filter was tested and why its threshold stands where it
//! stands: New York's 23 NYCRR 504.3 asks that a filtering program be tested, and the Wolfsberg
//! Group's guidance on sanctions screening of 2019 that thresholds be argued (both from memory of the
//! texts, not verified). These are the figures for that.

mod listed;

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::index::NameIndex;
use crate::name::{ParsedName, parse, points};

pub use listed::{Curve, Listed, Missed, WAYS, clean_sample, listed};

/// A labelled pair, scored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scored {
    /// The class of variation.
    pub class: String,
    /// Whether the two names are one entity's.
    pub is_match: bool,
    /// The score, in points.
    pub points: i32,
}

/// How a class of pairs, or all, come out at a threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Pairs that are one entity's, and those of them at or above the threshold.
    pub matches: usize,
    /// Of them found.
    pub found: usize,
    /// Pairs that are two entities'.
    pub others: usize,
    /// Of them at or above the threshold: false alarms.
    pub alarms: usize,
}

impl Tally {
    fn add(&mut self, pair: &Scored, threshold: i32) {
        let above = pair.points >= threshold;
        let (all, hit) = match pair.is_match {
            true => (&mut self.matches, &mut self.found),
            false => (&mut self.others, &mut self.alarms),
        };
        *all += 1;
        *hit += usize::from(above);
    }

    /// The harmonic mean of precision and recall, 0..1.
    pub fn f1(&self) -> f64 {
        ratio(2 * self.found, self.found + self.alarms + self.matches)
    }

    /// The share of the matches that is found.
    pub fn recall(&self) -> f64 {
        ratio(self.found, self.matches)
    }

    /// The share of what is found that is a match.
    pub fn precision(&self) -> f64 {
        ratio(self.found, self.found + self.alarms)
    }

    /// The share of the others that is found too.
    pub fn alarm_rate(&self) -> f64 {
        ratio(self.alarms, self.others)
    }
}

/// A ratio of counts, 0 where nothing was counted.
pub fn ratio(part: usize, of: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    let ratio = part as f64 / of.max(1) as f64;
    ratio
}

/// All pairs, and each class in order.
pub fn tally(pairs: &[Scored], threshold: i32) -> (Tally, BTreeMap<&str, Tally>) {
    let (mut all, mut classes) = (Tally::default(), BTreeMap::<&str, Tally>::new());
    for pair in pairs {
        all.add(pair, threshold);
        classes.entry(&pair.class).or_default().add(pair, threshold);
    }
    (all, classes)
}

/// By band of scores of five hundredths, the lowest first: its lower end in points, how many pairs
/// score in it, and how many of them are matches. The top band holds equal names alone.
pub fn bands(pairs: &[Scored]) -> Vec<(i32, usize, usize)> {
    let mut bands: BTreeMap<i32, (usize, usize)> = BTreeMap::new();
    for pair in pairs {
        let band = bands.entry(pair.points / 500 * 500).or_default();
        band.0 += 1;
        band.1 += usize::from(pair.is_match);
    }
    bands.into_iter().map(|(from, (pairs, matches))| (from, pairs, matches)).collect()
}

/// Names to search, indexed.
pub struct Names {
    parsed: Vec<ParsedName>,
    index: NameIndex,
}

impl Names {
    /// Takes names apart and indexes them.
    pub fn new(texts: &[String]) -> Names {
        let parsed: Vec<ParsedName> = texts.par_iter().map(|text| parse(text)).collect();
        let index = NameIndex::build(&parsed);
        Names { parsed, index }
    }

    /// The names that score `floor` points or more against a query, the best first, then by number;
    /// at most `limit`, 0 for all. Each with its points.
    pub fn search(&self, query: &str, floor: i32, limit: usize) -> Vec<(usize, i32)> {
        let query = parse(query);
        let least = f64::from(floor) / f64::from(crate::name::POINTS_OF_ONE);
        let candidates = self.index.candidates(&query, least);
        let scored = candidates
            .into_iter()
            .map(|at| (at as usize, points(&query, &self.parsed[at as usize], floor)));
        let mut found: Vec<(usize, i32)> = scored.filter(|(_, points)| *points >= floor).collect();
        found.sort_unstable_by_key(|(at, points)| (-points, *at));
        if limit > 0 {
            found.truncate(limit);
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tally_counts_matches_and_alarms() {
        let pair =
            |class: &str, is_match, points| Scored { class: class.to_owned(), is_match, points };
        let pairs = [
            pair("a", true, 9000),
            pair("a", true, 8000),
            pair("b", false, 9000),
            pair("b", false, 100),
        ];
        let (all, classes) = tally(&pairs, 8500);
        assert_eq!((all.found, all.matches, all.alarms, all.others), (1, 2, 1, 2));
        assert!((all.f1() - 0.5).abs() < 1e-9);
        assert!((classes["a"].recall() - 0.5).abs() < 1e-9);
        assert_eq!(bands(&pairs), [(0, 1, 0), (8000, 1, 1), (9000, 2, 1)]);
    }

    #[test]
    fn a_search_finds_the_best_first() {
        let names = ["Skydio Inc", "Skydio Holdings", "Lockheed Martin"].map(str::to_owned);
        let found = Names::new(&names).search("Skydio, Inc.", 7_500, 0);
        assert_eq!(found[0], (0, 10_000));
        assert_eq!(found.len(), 2);
    }
}
