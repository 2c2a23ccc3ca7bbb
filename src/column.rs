//! Columns of plain values that are owned or lie in somebody else's bytes (a memory map) alike.

mod block;

use std::hash::Hasher;
use std::marker::PhantomData;
use std::ops::Range;

use hashbrown::HashTable;
use rustc_hash::FxHasher;
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

pub use block::{Block, DIGEST, Damaged, PIECE, digest, undamaged};

/// What may stand in a column: plain bytes of a fixed layout.
pub trait Plain: FromBytes + IntoBytes + Immutable + KnownLayout + Copy {}
impl<T: FromBytes + IntoBytes + Immutable + KnownLayout + Copy> Plain for T {}

/// An immutable slice of plain values.
///
/// Owned columns come out of building; shared ones view a block of a snapshot file where it lies,
/// without parsing or copying. Readers cannot tell which it is; they ask for no more than they need,
/// since of a file only what is touched is read and checked (see [`Block::bytes`]).
#[derive(Debug, Clone)]
pub struct Column<T: Plain> {
    place: Storage<T>,
}

#[derive(Debug, Clone)]
enum Storage<T> {
    Owned(Vec<T>),
    Shared(Block, PhantomData<T>),
}

impl<T: Plain> Column<T> {
    /// A column over a block; `None` where length or alignment do not fit `T`.
    pub fn shared(block: Block) -> Option<Column<T>> {
        let aligned = block.is_empty() || block.fits(align_of::<T>());
        let fits = aligned && block.len().is_multiple_of(size_of::<T>());
        fits.then_some(Column { place: Storage::Shared(block, PhantomData) })
    }

    /// Number of values.
    #[inline]
    pub fn len(&self) -> usize {
        match &self.place {
            Storage::Owned(values) => values.len(),
            Storage::Shared(block, _) => block.len() / size_of::<T>(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// One value.
    #[inline]
    pub fn get(&self, at: usize) -> T {
        match &self.place {
            Storage::Owned(values) => values[at],
            Storage::Shared(block, _) => Self::mapped(block, at..at + 1)[0],
        }
    }

    /// Some values.
    #[inline]
    pub fn range(&self, range: Range<usize>) -> &[T] {
        match &self.place {
            Storage::Owned(values) => &values[range],
            Storage::Shared(block, _) => Self::mapped(block, range),
        }
    }

    fn mapped(block: &Block, range: Range<usize>) -> &[T] {
        if range.is_empty() {
            return &[];
        }
        let bytes = block.bytes(range.start * size_of::<T>()..range.end * size_of::<T>());
        <[T]>::ref_from_bytes(bytes)
            .expect("length and alignment were checked when the column was made")
    }

    /// Every value.
    #[inline]
    pub fn all(&self) -> &[T] {
        self.range(0..self.len())
    }

    /// How many of the first values fulfil a condition that no later one does. O(log n).
    pub fn partition_point(&self, holds: impl Fn(T) -> bool) -> usize {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            if holds(self.get(middle)) { low = middle + 1 } else { high = middle }
        }
        low
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

/// Columns by name, as they go into a snapshot file and come out of it.
#[derive(Debug, Default)]
pub struct Columns<'c> {
    /// In the order in which they were put.
    pub put: Vec<(String, &'c [u8])>,
}

impl<'c> Columns<'c> {
    /// Adds a column under a name that no other has.
    pub fn put<T: Plain>(&mut self, name: &str, column: &'c Column<T>) {
        self.put.push((name.to_owned(), column.all().as_bytes()));
    }
}

/// Blocks of a file by name.
#[derive(Debug, Default)]
pub struct Blocks(pub std::collections::BTreeMap<String, Block>);

impl Blocks {
    /// The column of a name; `None` where there is none, or one of other values.
    pub fn column<T: Plain>(&self, name: &str) -> Option<Column<T>> {
        Column::shared(self.0.get(name)?.clone())
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

/// Texts in one arena, most of them once. The two columns can be owned or memory-mapped.
#[derive(Debug, Clone)]
pub struct Texts {
    bytes: Column<u8>,
    ends: Column<u64>,
}

impl Texts {
    /// The text of an id.
    pub fn get(&self, id: TextId) -> &str {
        let at = id.0 as usize;
        let from = if at == 0 { 0 } else { self.ends.get(at - 1) };
        text(self.bytes.range(offset(from)..offset(self.ends.get(at))))
    }

    /// Puts its columns into a file.
    pub fn save<'c>(&'c self, columns: &mut Columns<'c>) {
        columns.put("texts.bytes", &self.bytes);
        columns.put("texts.ends", &self.ends);
    }

    /// The arena of a file; `None` where it has none.
    pub fn open(blocks: &Blocks) -> Option<Texts> {
        Some(Texts { bytes: blocks.column("texts.bytes")?, ends: blocks.column("texts.ends")? })
    }

    /// All texts at once, for those who look at most of them.
    pub fn view(&self) -> TextsView<'_> {
        TextsView { all: text(self.bytes.all()), ends: self.ends.all() }
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

fn text_at<'a>(all: &'a str, ends: &[u64], id: TextId) -> &'a str {
    let at = id.0 as usize;
    let from = if at == 0 { 0 } else { ends[at - 1] };
    &all[offset(from)..offset(ends[at])]
}

fn offset(end: u64) -> usize {
    usize::try_from(end).expect("an arena in memory has usize offsets")
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("only whole texts are put into the arena")
}

/// The texts of an arena, while it is built or after.
#[derive(Debug, Clone, Copy)]
pub struct TextsView<'t> {
    all: &'t str,
    ends: &'t [u64],
}

impl<'t> TextsView<'t> {
    /// The text of an id.
    pub fn get(self, id: TextId) -> &'t str {
        text_at(self.all, self.ends, id)
    }

    /// Number of different texts.
    pub fn len(self) -> usize {
        self.ends.len()
    }

    /// Whether there is no text at all.
    pub fn is_empty(self) -> bool {
        self.ends.is_empty()
    }
}

/// Numbers of things that lie elsewhere, found by a hash of the thing. 8 bytes each: what is looked
/// for is held against the thing itself only where 32 bits of the hash agree.
#[derive(Debug, Default)]
pub struct Numbers(HashTable<(u32, u32)>);

impl Numbers {
    /// The number with this hash that is the `same`. Expected O(1) and one look at the thing.
    pub fn find(&self, hash: u64, same: impl Fn(u32) -> bool) -> Option<u32> {
        let short = Self::short(hash);
        let found =
            self.0.find(Self::spread(short), |(own, number)| *own == short && same(*number));
        found.map(|(_, number)| *number)
    }

    /// Keeps the number of a thing that [`find`](Self::find) does not find.
    pub fn insert(&mut self, hash: u64, number: u32) {
        let short = Self::short(hash);
        let spread = |(own, _): &(u32, u32)| Self::spread(*own);
        self.0.insert_unique(Self::spread(short), (short, number), spread);
    }

    fn short(hash: u64) -> u32 {
        (hash >> 32) as u32
    }

    /// The table takes its places from both ends of 64 bits.
    fn spread(short: u32) -> u64 {
        u64::from(short).wrapping_mul(0x9E37_79B9_7F4A_7C15)
    }
}

/// Builds a [`Texts`] arena.
#[derive(Debug, Default)]
pub struct TextsBuilder {
    all: String,
    ends: Vec<u64>,
    known: Numbers,
}

impl TextsBuilder {
    /// An arena that holds the empty text.
    pub fn new() -> TextsBuilder {
        TextsBuilder { ends: vec![0], ..TextsBuilder::default() }
    }

    /// The id of `text`, new or that which it was given here before. Expected O(length).
    pub fn intern(&mut self, text: &str) -> TextId {
        if text.is_empty() {
            return TextId::EMPTY;
        }
        let hash = hash([text]);
        if let Some(id) = self.known.find(hash, |id| self.is(TextId(id), text)) {
            return TextId(id);
        }
        let id = self.push(text);
        self.known.insert(hash, id.0);
        id
    }

    /// A new id for `text`, which is not looked for again: [`intern`](Self::intern) does not find it.
    /// For texts of which hardly any two are the same, such as the names of a register.
    pub fn push(&mut self, text: &str) -> TextId {
        if text.is_empty() {
            return TextId::EMPTY;
        }
        let id = u32::try_from(self.ends.len()).expect("fewer than 4 billion texts");
        self.all.push_str(text);
        self.ends.push(self.all.len() as u64);
        TextId(id)
    }

    /// Whether an id is that of a text.
    pub fn is(&self, id: TextId, text: &str) -> bool {
        self.get(id) == text
    }

    /// The text of an id while building.
    pub fn get(&self, id: TextId) -> &str {
        text_at(&self.all, &self.ends, id)
    }

    /// All texts so far.
    pub fn view(&self) -> TextsView<'_> {
        TextsView { all: &self.all, ends: &self.ends }
    }

    /// Finishes the arena.
    pub fn build(self) -> Texts {
        Texts { bytes: self.all.into_bytes().into(), ends: self.ends.into() }
    }
}

/// A hash of texts one after the other, for [`Numbers`].
pub fn hash<'t>(texts: impl IntoIterator<Item = &'t str>) -> u64 {
    let mut hasher = FxHasher::default();
    texts.into_iter().for_each(|text| hasher.write(text.as_bytes()));
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn shared_columns_read_like_owned_ones() {
        let owned: Column<u32> = vec![1, 2, 3].into();
        let bytes = bytes::Bytes::copy_from_slice(owned.all().as_bytes());
        let block = |bytes: bytes::Bytes| Block::new(bytes.clone(), digest(&bytes).to_vec().into());
        // A heap buffer of 12 bytes is aligned for u32 on every platform we build for.
        let shared = Column::<u32>::shared(block(bytes.clone()).unwrap()).unwrap();
        assert_eq!(owned.all(), shared.all());
        assert_eq!((shared.get(1), shared.range(1..3), shared.len()), (2, &[2, 3][..], 3));
        assert_eq!(shared.partition_point(|value| value < 3), 2);
        let cut = block(bytes.slice(0..11)).unwrap();
        assert!(Column::<u32>::shared(cut).is_none(), "a cut column is refused");
        let odd = block(bytes.slice(1..9)).unwrap();
        assert!(Column::<u32>::shared(odd).is_none(), "so is an unaligned one");
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
