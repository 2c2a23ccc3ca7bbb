//! The countries of all entities, each set once.

use rustc_hash::FxHashMap;

use super::entity::{Countries, EntityId};
use crate::column::Column;

/// The countries of entities by number. There are hundreds of sets of countries for millions of
/// entities: 4 bytes an entity.
#[derive(Debug, Clone, Default)]
pub struct EntityCountries {
    sets: Vec<Countries>,
    of: Column<u32>,
}

impl EntityCountries {
    /// The countries of an entity.
    pub fn get(&self, entity: EntityId) -> &Countries {
        &self.sets[self.of.get(entity.index()) as usize]
    }

    /// Its sets, and the number of each entity's set, as they are kept in a file.
    pub fn parts(&self) -> (&[Countries], &Column<u32>) {
        (&self.sets, &self.of)
    }

    /// From what [`parts`](Self::parts) gave.
    pub fn of_parts(sets: Vec<Countries>, of: Column<u32>) -> EntityCountries {
        EntityCountries { sets, of }
    }
}

impl FromIterator<Countries> for EntityCountries {
    fn from_iter<I: IntoIterator<Item = Countries>>(all: I) -> EntityCountries {
        let mut known: FxHashMap<Countries, u32> = FxHashMap::default();
        let mut sets = Vec::new();
        let of: Vec<u32> = all
            .into_iter()
            .map(|countries| {
                *known.entry(countries).or_insert_with_key(|countries| {
                    sets.push(countries.clone());
                    u32::try_from(sets.len() - 1).expect("fewer sets than entities")
                })
            })
            .collect();
        EntityCountries { sets, of: of.into() }
    }
}
