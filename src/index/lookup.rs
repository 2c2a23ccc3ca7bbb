//! Every entity by identifier and by exact normalised name.

use rayon::prelude::*;

use crate::column::{Blocks, Column, Columns};
use crate::model::EntityId;

/// Entities by the digest of a key. 12 bytes an entry, sorted; found by binary search.
#[derive(Debug, Clone)]
pub struct Lookup {
    keys: Column<u64>,
    entities: Column<u32>,
}

/// Collects the keys of a [`Lookup`].
#[derive(Debug, Default)]
pub struct LookupBuilder(Vec<(u64, u32)>);

impl LookupBuilder {
    /// Adds a key of an entity, given in parts.
    pub fn add(&mut self, parts: &[&str], entity: EntityId) {
        self.0.push((digest(parts), entity.0));
    }

    /// The keys of both.
    #[must_use]
    pub fn with(mut self, mut other: LookupBuilder) -> LookupBuilder {
        if self.0.len() < other.0.len() {
            std::mem::swap(&mut self, &mut other);
        }
        self.0.append(&mut other.0);
        self
    }

    /// Finishes the lookup.
    pub fn build(mut self) -> Lookup {
        self.0.par_sort_unstable();
        self.0.dedup();
        let (keys, entities): (Vec<u64>, Vec<u32>) = self.0.into_iter().unzip();
        Lookup { keys: keys.into(), entities: entities.into() }
    }
}

impl Lookup {
    /// The entities under a key, sorted. Two keys of one digest are possible at 2^-64 a pair; a
    /// caller that must be sure compares the names. O(log n).
    pub fn find(&self, key: &str) -> impl Iterator<Item = EntityId> + '_ {
        let digest = digest(&[key]);
        let from = self.keys.partition_point(|known| known < digest);
        let same = (from..self.keys.len()).take_while(move |at| self.keys.get(*at) == digest);
        same.map(|at| EntityId(self.entities.get(at)))
    }

    /// Puts its columns into a file.
    pub fn save<'c>(&'c self, columns: &mut Columns<'c>) {
        columns.put("lookup.keys", &self.keys);
        columns.put("lookup.entities", &self.entities);
    }

    /// The lookup of a file; `None` where it has none.
    pub fn open(blocks: &Blocks) -> Option<Lookup> {
        let (keys, entities) = (blocks.column("lookup.keys")?, blocks.column("lookup.entities")?);
        Some(Lookup { keys, entities })
    }
}

/// The first 8 bytes of a BLAKE3 digest of the parts one after the other: the same on every machine and
/// in every version.
fn digest(parts: &[&str]) -> u64 {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(part.as_bytes());
    }
    let digest = hasher.finalize();
    u64::from_le_bytes(digest.as_bytes()[..8].try_into().expect("a digest has 32 bytes"))
}
