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
use crate::link::JoinedBy;
use crate::model::{EntityId, Interest, ListEntry};

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

/// What is recorded of each entity, as digests by entity.
pub struct Contents {
    /// What is said of it.
    pub said: Vec<u128>,
    /// Where that was read.
    pub places: Vec<u128>,
}

impl Contents {
    /// Adds a record of an entity. Records are added up, so that their order plays no part.
    fn add(&mut self, entity: EntityId, said: u128, place: u128) {
        let at = entity.index();
        self.said[at] = self.said[at].wrapping_add(said);
        // Which record stands at a place counts, not only the places of all.
        self.places[at] = self.places[at].wrapping_add(said.wrapping_mul(place | 1));
    }
}

impl Snapshot {
    /// A digest of what is recorded of each entity on a day: how it is named, joined and listed, its possible
    /// links, its branches, and every holding in it. Equal in two snapshots of one run of the
    /// program exactly where these records are. What others own above it is not in it.
    /// O(mentions + holdings), on all cores.
    pub fn contents(&self, day: Day) -> Contents {
        let mut all = self.own_contents(day);
        let own = all.said.clone();
        let digests: Vec<(u128, u128)> = self
            .world
            .graph
            .holdings()
            .par_iter()
            .map_init(Piece::default, |piece, row| self.content_of_row(piece, row, &own, day))
            .collect();
        for (row, (said, place)) in self.world.graph.holdings().iter().zip(digests) {
            all.add(row.issuer, said, place);
            // A head office is told of its branches; of nobody else is anything said for what he holds.
            if row.terms().interest == Interest::Branch {
                all.add(row.holder, said.rotate_left(1), place);
            }
        }
        all
    }

    /// The name, native name and identifiers, as written, of every mention of some entities. O(mentions).
    pub fn mentions_of(
        &self,
        wanted: impl Fn(EntityId) -> bool,
    ) -> impl Iterator<Item = (&str, &str, &str)> {
        let mentions = self.mentions.all().iter().zip(self.entity_of.all());
        let wanted = mentions.filter(move |(_, entity)| wanted(**entity));
        let text = |id| self.texts.get(id);
        wanted.map(move |(mention, _)| {
            (text(mention.name), text(mention.native), text(mention.identifiers))
        })
    }

    /// Every mention of some entities as written, a line each for its name and what stands beside it, with its
    /// entity and by what it was joined to it. O(mentions).
    pub fn joined(
        &self,
        wanted: impl Fn(EntityId) -> bool,
    ) -> impl Iterator<Item = (String, EntityId, JoinedBy)> {
        let all = (0u32..).zip(self.entity_of.all().iter().copied());
        let wanted = all.filter(move |(_, entity)| wanted(*entity));
        wanted.map(move |(number, entity)| {
            let mention = self.mentions.get(number as usize);
            let texts = [mention.name, mention.native, mention.countries, mention.identifiers];
            let written = texts.map(|text| self.texts.get(text)).join("\n");
            (format!("{written}\n{}", mention.kind()), entity, self.mention_joined_by(number))
        })
    }

    /// The countries and identifiers that a row states of its holder and of its issuer.
    pub fn told_of_ends(&self, row: &Holding) -> [[&str; 2]; 2] {
        let record = self.holdings.get(row.record as usize);
        [record.holder, record.issuer].map(|mention| {
            let mention = self.mentions.get(mention as usize);
            [self.texts.get(mention.countries), self.texts.get(mention.identifiers)]
        })
    }

    /// What is recorded of each entity but for holdings.
    fn own_contents(&self, day: Day) -> Contents {
        let entities = (0..self.entity_count()).into_par_iter().map(EntityId);
        let said: Vec<u128> = entities
            .map_init(Piece::default, |piece, entity| {
                let shown = self.mentions.get(self.mention_of(entity) as usize);
                let identifiers = self.texts.get(self.identifiers.get(entity.index()));
                let countries = self.world.countries(entity).to_string();
                let complete = self.world.complete.contains(entity.index());
                piece.texts([self.texts.get(shown.name), identifiers, &countries]);
                piece.numbers([self.kind(entity) as u128, complete.into()]).take()
            })
            .collect();
        let places = vec![0; said.len()];
        let mut own = Contents { said, places };
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
            own.add(*entity, digest, 0);
        }
        let mut piece = Piece::default();
        for (number, entry) in (0u32..).zip(&self.entries) {
            let said = self.content_of_entry(&mut piece, number, entry, day);
            let place = piece.texts([&*self.sources.show(entry.place)]).take();
            own.add(self.entity_of_entry(number), said, place);
        }
        for link in &self.possible {
            let texts = [&link.names.0, &link.names.1, &link.countries.0, &link.countries.1];
            let texts = texts.map(String::as_str).into_iter().chain([&*link.reason]);
            let digest = piece.texts(texts).take();
            own.add(link.a, digest, 0);
            own.add(link.b, digest.rotate_left(1), 0);
        }
        for members in &self.world.groups {
            let said = members.iter().map(|member| own.said[member.index()].rotate_left(2));
            let together = said.fold(0, u128::wrapping_add);
            let together = piece.numbers([together]).take();
            members.iter().for_each(|member| own.add(*member, together, 0));
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
        piece.texts([&*said, &status, measures]);
        piece.numbers([self.entry_joined_by(number) as u128]).take()
    }

    fn content_of_row(
        &self,
        piece: &mut Piece,
        row: &Holding,
        own: &[u128],
        day: Day,
    ) -> (u128, u128) {
        let (holder, issuer, citation) = self.written(row);
        piece.texts([&*holder, &*issuer, &*citation]);
        let (by_holder, by_issuer) = self.row_joined_by(row);
        let (low, high, flags) = row.terms().pack();
        piece.numbers([
            own[row.holder.index()],
            own[row.issuer.index()],
            by_holder as u128,
            by_issuer as u128,
            low.into(),
            high.into(),
            (flags | u32::from(row.is_beside_chain()) << 16).into(),
            row.span().contains(day).into(),
        ]);
        piece.0.extend(row.since.as_bytes());
        piece.0.extend(row.until.as_bytes());
        let said = piece.take();
        piece.texts([self.sources.name(row.place)]).numbers([row.place.record.into()]);
        (said, piece.take())
    }
}
