//! Records that come again: a stream or a daily file tells anew of what an earlier one told.

use rustc_hash::{FxHashMap, FxHashSet};

use super::bods::set_aside;
use super::records::Records;
use crate::error::Place;

/// Which version of a record counts: of those that are known by the same, the last.
#[derive(Debug, Default)]
pub(super) struct Versions {
    /// The last one so far of each, by a digest of what it is known by: its stamp, and where it stands.
    last: FxHashMap<[u8; 16], (String, Vec<Place>)>,
    superseded: FxHashSet<Place>,
}

impl Versions {
    /// Notes a version. Stamps are compared as texts; two of one stamp both count. O(1).
    pub fn see(&mut self, known_by: &str, stamp: &str, place: Place) {
        let digest = blake3::hash(known_by.as_bytes());
        let key = std::array::from_fn(|at| digest.as_bytes()[at]);
        let (own, places) = self.last.entry(key).or_default();
        match stamp.cmp(own) {
            std::cmp::Ordering::Less => drop(self.superseded.insert(place)),
            std::cmp::Ordering::Equal => places.push(place),
            std::cmp::Ordering::Greater => {
                self.superseded.extend(std::mem::replace(places, vec![place]));
                stamp.clone_into(own);
            }
        }
    }

    /// Whether a later version of what stands at a place is known.
    pub fn is_superseded(&self, place: Place) -> bool {
        self.superseded.contains(&place)
    }

    /// Takes the holdings of superseded versions away. O(holdings), and nothing where there are none.
    pub fn settle(&self, records: &mut Records) {
        if self.superseded.is_empty() {
            return;
        }
        let mut gone: FxHashSet<Place> = FxHashSet::default();
        let mut stays = |place: Place| {
            let is_superseded = self.is_superseded(place);
            if is_superseded {
                gone.insert(place);
            }
            !is_superseded
        };
        records.holdings.retain(|row| stays(row.place));
        records.silences.retain(|silence| stays(silence.place));
        gone.into_iter().for_each(|place| set_aside(records, place));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_version_counts_in_whichever_order_they_come() {
        let at = |record| Place { source: 0, record };
        for order in [[1, 2, 3], [3, 2, 1], [2, 3, 1]] {
            let mut versions = Versions::default();
            for number in order {
                versions.see("a", &format!("2026-01-0{number}"), at(number));
            }
            versions.see("b", "2020-01-01", at(4));
            versions.see("b", "2020-01-01", at(5));
            let gone: Vec<bool> = (1..=5).map(|one| versions.is_superseded(at(one))).collect();
            assert_eq!(gone, [true, true, false, false, false]);
        }
    }
}
