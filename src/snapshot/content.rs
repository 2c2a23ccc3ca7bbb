//! What is recorded of each entity, as a digest that knows no numbers: two snapshots are held against each
//! other by it, whatever else their files hold.

use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;

use rayon::prelude::*;
use twox_hash::XxHash3_128;
use zerocopy::IntoBytes;

use super::Snapshot;
use crate::day::Day;
use crate::error::Place;
use crate::graph::Holding;
use crate::model::{EntityId, ListEntry};

/// XXH3 of 128 bits, by a seed of this run: nobody can prepare two records of one digest.
fn digest(piece: &[u8]) -> u128 {
    static SEED: LazyLock<u64> = LazyLock::new(|| RandomState::new().hash_one(0));
    XxHash3_128::oneshot_with_seed(*SEED, piece)
}

/// Puts texts and numbers side by side, so that no two sequences make one piece.
#[derive(Default)]
struct Piece(Vec<u8>);

impl Piece {
    fn texts<'t>(&mut self, texts: impl IntoIterator<Item = &'t str>) -> &mut Piece {
        for text in texts {
            self.0.extend((text.len() as u64).to_le_bytes());
            self.0.extend(text.as_bytes());
        }
        self
    }

    fn numbers<const N: usize>(&mut self, numbers: [u128; N]) -> &mut Piece {
        numbers.iter().for_each(|number| self.0.extend(number.to_le_bytes()));
        self
    }

    /// Its digest; the next piece begins.
    fn take(&mut self) -> u128 {
        let own = digest(&self.0);
        self.0.clear();
        own
    }
}

impl Snapshot {
    /// A digest of what is recorded of each entity on a day: how it is named, joined and listed, its possible
    /// links, and every holding that it has or that is held in it, with the places where that was read. Equal
    /// in two snapshots of one run of the program exactly where these records are. What others own above it is
    /// not in it. O(mentions + holdings), on all cores.
    pub fn contents(&self, day: Day) -> Vec<u128> {
        let own = self.own_contents(day);
        let mut all = own.clone();
        let digests: Vec<u128> = self
            .world
            .graph
            .holdings()
            .par_iter()
            .map_init(Piece::default, |piece, row| self.content_of_row(piece, row, &own, day))
            .collect();
        for (row, digest) in self.world.graph.holdings().iter().zip(digests) {
            // The two ends of a row are told apart.
            for (end, turned) in [(row.holder, 0), (row.issuer, 1)] {
                let all = &mut all[end.index()];
                *all = all.wrapping_add(digest.rotate_left(turned));
            }
        }
        all
    }

    /// What is recorded of each entity but for holdings. Records of one entity are added up, so that their
    /// order plays no part.
    fn own_contents(&self, day: Day) -> Vec<u128> {
        let entities = (0..self.entity_count()).into_par_iter().map(EntityId);
        let mut own: Vec<u128> = entities
            .map_init(Piece::default, |piece, entity| {
                let shown = self.mentions.get(self.mention_of(entity) as usize);
                let identifiers = self.texts.get(self.identifiers.get(entity.index()));
                let countries = self.world.countries(entity).to_string();
                let complete = self.world.complete.contains(entity.index());
                piece.texts([self.texts.get(shown.name), identifiers, &countries]);
                piece.numbers([self.kind(entity) as u128, complete.into()]).take()
            })
            .collect();
        let mut add = |entity: EntityId, digest: u128| {
            own[entity.index()] = own[entity.index()].wrapping_add(digest);
        };
        let mentions: Vec<u128> = (0..self.mentions.len())
            .into_par_iter()
            .map_init(Piece::default, |piece, number| {
                let mention = self.mentions.get(number);
                let texts = [mention.name, mention.native, mention.countries, mention.identifiers];
                let kind = mention.kind() as u128;
                piece.texts(texts.map(|text| self.texts.get(text)));
                piece.numbers([kind, self.joined_by.get(number).into()]).take()
            })
            .collect();
        for (entity, digest) in self.entity_of.all().iter().zip(mentions) {
            add(*entity, digest);
        }
        let mut piece = Piece::default();
        for (number, entry) in (0u32..).zip(&self.entries) {
            let digest = self.content_of_entry(&mut piece, number, entry, day);
            add(self.entity_of_entry(number), digest);
        }
        for link in &self.possible {
            let texts = [&link.names.0, &link.names.1, &link.countries.0, &link.countries.1];
            let texts = texts.map(String::as_str).into_iter().chain([&*link.reason]);
            let digest = piece.texts(texts).take();
            add(link.a, digest);
            add(link.b, digest.rotate_left(1));
        }
        for members in &self.world.groups {
            let together = members
                .iter()
                .fold(0u128, |sum, member| sum.wrapping_add(own[member.index()].rotate_left(2)));
            let together = piece.numbers([together]).take();
            for member in members {
                own[member.index()] = own[member.index()].wrapping_add(together);
            }
        }
        own
    }

    fn content_of_entry(
        &self,
        piece: &mut Piece,
        number: u32,
        entry: &ListEntry,
        day: Day,
    ) -> u128 {
        let place = Place { source: 0, record: 0 };
        let on_day = self.entry_status(number, day);
        let (restriction, measures) = self.entry_measures(number, day);
        let said = format!("{:?}", ListEntry { place, ..entry.clone() });
        let status = format!("{on_day:?} {restriction:?}");
        piece.texts([&said, &self.sources.show(entry.place), &status, measures]);
        piece.numbers([self.entry_joined_by(number) as u128]).take()
    }

    fn content_of_row(&self, piece: &mut Piece, row: &Holding, own: &[u128], day: Day) -> u128 {
        let (holder, issuer, citation) = self.written(row);
        piece.texts([holder, issuer, citation, self.sources.name(row.place)]);
        let (by_holder, by_issuer) = self.row_joined_by(row);
        let (low, high, flags) = row.terms().pack();
        piece.numbers([
            own[row.holder.index()],
            own[row.issuer.index()],
            row.place.record.into(),
            by_holder as u128,
            by_issuer as u128,
            low.into(),
            high.into(),
            flags.into(),
            row.span().contains(day).into(),
        ]);
        piece.0.extend(row.since.as_bytes());
        piece.0.extend(row.until.as_bytes());
        piece.take()
    }
}
