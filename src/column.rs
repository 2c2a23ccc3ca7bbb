//! Columns of plain values that are owned or lie in somebody else's bytes (a memory map) alike.

use std::marker::PhantomData;
use std::ops::Deref;

use bytes::Bytes;
use hashbrown::HashTable;
use rustc_hash::FxHasher;
use std::hash::Hasher;
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

/// What may stand in a column: plain bytes of a fixed layout.
pub trait Plain: FromBytes + IntoBytes + Immutable + KnownLayout + Copy {}
impl<T: FromBytes + IntoBytes + Immutable + KnownLayout + Copy> Plain for T {}

/// An immutable slice of plain values.
///
/// Owned columns come out of building; shared ones view the bytes of a snapshot file where they
/// lie, without parsing or copying. Readers see a `&[T]` and cannot tell which it is.
#[derive(Debug, Clone)]
pub struct Column<T: Plain> {
    place: Storage<T>,
}

#[derive(Debug, Clone)]
enum Storage<T> {
    Owned(Vec<T>),
    Shared(Bytes, PhantomData<T>),
}

impl<T: Plain> Column<T> {
    /// A column over `bytes`; `None` where length or alignment do not fit `T`.
    pub fn shared(bytes: Bytes) -> Option<Column<T>> {
        <[T]>::ref_from_bytes(&bytes).ok()?;
        Some(Column { place: Storage::Shared(bytes, PhantomData) })
    }
}

impl<T: Plain> From<Vec<T>> for Column<T> {
    fn from(values: Vec<T>) -> Column<T> {
        Column { place: Storage::Owned(values) }
    }
}

impl<T: Plain> Default for Column<T> {
    fn default() -> Column<T> {
        Vec::new().into()
    }
}

impl<T: Plain> Deref for Column<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        match &self.place {
            Storage::Owned(values) => values,
            Storage::Shared(bytes, _) => <[T]>::ref_from_bytes(bytes)
                .expect("length and alignment were checked when the column was made"),
        }
    }
}

/// A text in a [`Texts`] arena; 0 is the empty text.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    FromBytes,
    IntoBytes,
    Immutable,
    KnownLayout,
)]
#[repr(transparent)]
pub struct TextId(pub u32);

impl TextId {
    /// The empty text.
    pub const EMPTY: TextId = TextId(0);
}

/// Every text once, in one arena. The two columns can be owned or memory-mapped.
#[derive(Debug, Clone)]
pub struct Texts {
    bytes: Column<u8>,
    ends: Column<u64>,
}

impl Texts {
    /// The text of an id.
    pub fn get(&self, id: TextId) -> &str {
        text_at(&self.bytes, &self.ends, id)
    }

    /// Number of different texts.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no text at all; never so once built, since the empty text is always there.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
}

fn text_at<'a>(bytes: &'a [u8], ends: &[u64], id: TextId) -> &'a str {
    let position = id.0 as usize;
    let offset = |end: u64| usize::try_from(end).expect("an arena in memory has usize offsets");
    let from = if position == 0 { 0 } else { offset(ends[position - 1]) };
    std::str::from_utf8(&bytes[from..offset(ends[position])])
        .expect("only whole texts are put into the arena")
}

/// Builds a [`Texts`] arena; the same text always gets the same id.
#[derive(Debug, Default)]
pub struct TextsBuilder {
    bytes: Vec<u8>,
    ends: Vec<u64>,
    known: HashTable<u32>,
}

impl TextsBuilder {
    /// An arena that holds the empty text.
    pub fn new() -> TextsBuilder {
        let mut builder = TextsBuilder::default();
        builder.intern("");
        builder
    }

    /// The id of `text`, new or known. Expected O(length).
    pub fn intern(&mut self, text: &str) -> TextId {
        let (bytes, ends) = (&self.bytes, &self.ends);
        let same = |id: &u32| text_at(bytes, ends, TextId(*id)) == text;
        if let Some(id) = self.known.find(hash(text), same) {
            return TextId(*id);
        }
        let id = u32::try_from(self.ends.len()).expect("fewer than 4 billion different texts");
        self.bytes.extend_from_slice(text.as_bytes());
        self.ends.push(self.bytes.len() as u64);
        let (bytes, ends) = (&self.bytes, &self.ends);
        self.known.insert_unique(hash(text), id, |id| hash(text_at(bytes, ends, TextId(*id))));
        TextId(id)
    }

    /// The text of an id while building.
    pub fn get(&self, id: TextId) -> &str {
        text_at(&self.bytes, &self.ends, id)
    }

    /// Finishes the arena.
    pub fn build(self) -> Texts {
        Texts { bytes: self.bytes.into(), ends: self.ends.into() }
    }
}

fn hash(text: &str) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(text.as_bytes());
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn shared_columns_read_like_owned_ones() {
        let owned: Column<u32> = vec![1, 2, 3].into();
        let bytes = Bytes::copy_from_slice(owned.as_bytes());
        // A heap buffer of 12 bytes is aligned for u32 on every platform we build for.
        let shared = Column::<u32>::shared(bytes.clone()).unwrap();
        assert_eq!(&*owned, &*shared);
        assert!(Column::<u32>::shared(bytes.slice(0..11)).is_none(), "a cut column is refused");
        assert!(Column::<u32>::shared(bytes.slice(1..9)).is_none(), "so is an unaligned one");
    }

    proptest! {
        #[test]
        fn texts_come_back(texts in proptest::collection::vec(".{0,12}", 0..60)) {
            let mut builder = TextsBuilder::new();
            let ids: Vec<TextId> = texts.iter().map(|text| builder.intern(text)).collect();
            for (text, id) in texts.iter().zip(&ids) {
                prop_assert_eq!(builder.intern(text), *id);
            }
            let arena = builder.build();
            for (text, id) in texts.iter().zip(&ids) {
                prop_assert_eq!(arena.get(*id), text);
            }
        }
    }
}
