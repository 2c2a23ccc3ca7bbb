//! The names in the index.

use super::kept::Kept;
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

/// The names in the index, by number.
#[derive(Debug, Default)]
pub(super) struct Names {
    entities: Column<EntityId>,
    kinds: Column<u8>,
    texts: Column<TextId>,
    /// Digests of their exact keys.
    exact: Column<u32>,
    kept: Kept,
}

impl Names {
    /// Names in their order, the digest of the exact key of each, and all of them taken apart.
    pub fn new(names: &[(EntityId, NameKind, TextId)], exact: Vec<u32>, kept: Kept) -> Names {
        Names {
            entities: names.iter().map(|name| name.0).collect::<Vec<_>>().into(),
            kinds: names.iter().map(|name| name.1 as u8).collect::<Vec<_>>().into(),
            texts: names.iter().map(|name| name.2).collect::<Vec<_>>().into(),
            exact: exact.into(),
            kept,
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

    /// A name taken apart. O(letters).
    pub fn apart(&self, number: u32, texts: &Texts) -> ParsedName {
        let text = || texts.get(self.texts.get(number as usize));
        self.kept.get(number).unwrap_or_else(|| name::parse(text()))
    }

    /// Whether a name is another one but for writing, a legal form left out included.
    pub fn is(&self, number: u32, keys: &NameKeys, texts: &Texts) -> bool {
        if self.exact.get(number as usize) != exact_digest(&keys.exact) {
            return false;
        }
        let own = name::keys(texts.get(self.texts.get(number as usize)));
        let forms = own.form == keys.form || own.form.is_empty() || keys.form.is_empty();
        own.exact == keys.exact && forms
    }

    /// Puts its columns into a file.
    pub fn save<'c>(&'c self, columns: &mut Columns<'c>) {
        columns.put("names.entities", &self.entities);
        columns.put("names.kinds", &self.kinds);
        columns.put("names.texts", &self.texts);
        columns.put("names.exact", &self.exact);
        self.kept.save(columns);
    }

    /// The names of a file; `None` where it has none.
    pub fn open(blocks: &Blocks) -> Option<Names> {
        Some(Names {
            entities: blocks.column("names.entities")?,
            kinds: blocks.column("names.kinds")?,
            texts: blocks.column("names.texts")?,
            exact: blocks.column("names.exact")?,
            kept: Kept::open(blocks)?,
        })
    }
}

/// Four bytes of a BLAKE3 digest of an exact key: the same on every machine.
pub(super) fn exact_digest(exact: &str) -> u32 {
    let digest = blake3::hash(exact.as_bytes());
    u32::from_le_bytes(digest.as_bytes()[..4].try_into().expect("a digest has 32 bytes"))
}
