//! The names in the index, taken apart when they are needed.

use std::sync::{Arc, RwLock};

use rustc_hash::FxHashMap;

use crate::column::{Blocks, Column, Columns, TextId, Texts};
use crate::model::{EntityId, words};
use crate::name::{self, NameKeys, ParsedName};

words! {
    /// What a name is to its entity.
    NameKind {
        /// The name of a record.
        Name = "name",
        /// The name in the list's own script.
        Native = "native",
        /// Another name that identifies it.
        Alias = "alias",
        /// A name that is common, not official, or shared by others.
        Weak = "weak_alias",
    }
}

/// A name in the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IndexedName<'s> {
    /// Whose name it is.
    pub entity: EntityId,
    /// What it is to the entity.
    pub kind: NameKind,
    /// As the source writes it.
    pub text: &'s str,
}

/// A name taken apart.
#[derive(Debug)]
pub struct NameApart {
    /// Its tokens.
    pub parsed: ParsedName,
    /// Its keys.
    pub keys: NameKeys,
}

/// The names in the index, by number.
#[derive(Debug, Default)]
pub(super) struct Names {
    entities: Column<EntityId>,
    kinds: Column<u8>,
    texts: Column<TextId>,
    apart: Apart,
}

impl Names {
    /// Names in their order.
    pub fn new(names: &[(EntityId, NameKind, TextId)]) -> Names {
        Names {
            entities: names.iter().map(|name| name.0).collect::<Vec<_>>().into(),
            kinds: names.iter().map(|name| name.1 as u8).collect::<Vec<_>>().into(),
            texts: names.iter().map(|name| name.2).collect::<Vec<_>>().into(),
            apart: Apart::default(),
        }
    }

    /// Number of names.
    pub fn len(&self) -> u32 {
        u32::try_from(self.entities.len()).expect("names are numbered by 32 bits")
    }

    /// A name.
    pub fn get<'s>(&self, number: u32, texts: &'s Texts) -> IndexedName<'s> {
        let at = number as usize;
        IndexedName {
            entity: self.entities.get(at),
            kind: NameKind::ALL[usize::from(self.kinds.get(at))],
            text: texts.get(self.texts.get(at)),
        }
    }

    /// A name taken apart.
    pub fn apart(&self, number: u32, texts: &Texts) -> Arc<NameApart> {
        self.apart.get(number, || {
            let text = texts.get(self.texts.get(number as usize));
            NameApart { parsed: name::parse(text), keys: name::keys(text) }
        })
    }

    /// Puts its columns into a file.
    pub fn save<'c>(&'c self, columns: &mut Columns<'c>) {
        columns.put("names.entities", &self.entities);
        columns.put("names.kinds", &self.kinds);
        columns.put("names.texts", &self.texts);
    }

    /// The names of a file; `None` where it has none.
    pub fn open(blocks: &Blocks) -> Option<Names> {
        Some(Names {
            entities: blocks.column("names.entities")?,
            kinds: blocks.column("names.kinds")?,
            texts: blocks.column("names.texts")?,
            apart: Apart::default(),
        })
    }
}

/// Names taken apart that are kept for the next query.
#[derive(Debug)]
struct Apart([RwLock<Kept>; SHARDS]);

/// Names by number: those used since the last change, and those used since the one before it.
#[derive(Debug, Default)]
struct Kept {
    young: FxHashMap<u32, Arc<NameApart>>,
    old: FxHashMap<u32, Arc<NameApart>>,
}

/// Parts of the names with a lock each, so that threads seldom wait for one another.
const SHARDS: usize = 64;

/// Young names of a part; when there are so many, they are the old ones, and what was not used since
/// goes. A name taken apart is nearly 2 kilobytes, so that all parts together stay near 250 megabytes.
const KEPT: usize = 1_024;

impl Default for Apart {
    fn default() -> Apart {
        Apart(std::array::from_fn(|_| RwLock::default()))
    }
}

impl Apart {
    fn get(&self, number: u32, take: impl FnOnce() -> NameApart) -> Arc<NameApart> {
        let shard = &self.0[number as usize % SHARDS];
        let mut known = None;
        if let Ok(kept) = shard.read() {
            if let Some(name) = kept.young.get(&number) {
                return Arc::clone(name);
            }
            known = kept.old.get(&number).cloned();
        }
        let name = known.unwrap_or_else(|| Arc::new(take()));
        if let Ok(mut kept) = shard.write() {
            if kept.young.len() >= KEPT {
                kept.old = std::mem::take(&mut kept.young);
            }
            kept.young.insert(number, Arc::clone(&name));
        }
        name
    }
}
