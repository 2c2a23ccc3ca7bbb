//! Bytes of a snapshot file, checked piece by piece when they are first touched.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use memmap2::Mmap;
use twox_hash::XxHash3_128;

/// Bytes that are checked at once. Smaller pieces check less in vain and need more digests: at 64 KiB
/// these are a 4,000th of the file, and a piece is checked in less time than a disk takes to read it.
pub const PIECE: usize = 1 << 16;

/// Pieces that are asked of the disk together: from a file of 2.7 GB that no cache holds two first queries were
/// answered in 0.19 to 0.27 s with one and 0.16 to 0.23 with two; four took 0.23 to 0.27 for the slower.
const AHEAD: usize = 2;

/// Bytes of a digest, XXH3 of 128 bits: damage passes it once in 2^128. A first query of 5 million
/// names, its pages in the cache, took 0.03 to 0.05 s with it and 0.08 to 0.12 with BLAKE3. A digest that keeps out a forger would gain nothing: who
/// writes the pieces may write the digests.
pub const DIGEST: usize = 16;

/// Bytes of a block with the digests of its pieces.
#[derive(Debug, Clone)]
pub struct Block {
    bytes: Bytes,
    digests: Bytes,
    /// The map of the file in which they lie, if they do.
    map: Option<Arc<Mmap>>,
    /// A bit for each piece that was checked.
    checked: Arc<[AtomicU64]>,
}

/// A piece of a file is not what was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the file is damaged")]
pub struct Damaged;

impl Block {
    /// A block; `None` where there is not one digest for each of its pieces.
    pub fn new(bytes: Bytes, digests: Bytes) -> Option<Block> {
        let pieces = bytes.len().div_ceil(PIECE);
        let checked = (0..pieces.div_ceil(64)).map(|_| AtomicU64::new(0)).collect();
        (digests.len() == pieces * DIGEST).then_some(Block { bytes, digests, map: None, checked })
    }

    /// The same block, which lies in the map of a file.
    pub fn within(self, map: Arc<Mmap>) -> Block {
        Block { map: Some(map), ..self }
    }

    /// Number of bytes.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Where in memory it begins.
    pub fn address(&self) -> usize {
        self.bytes.as_ptr().addr()
    }

    /// Whether it lies at a multiple of `align`.
    pub(super) fn fits(&self, align: usize) -> bool {
        self.address().is_multiple_of(align)
    }

    /// Some of the bytes, checked if they were not before. O(length), and that of the pieces touched
    /// once.
    ///
    /// A reader deep within a search can do nothing about a damaged file. So this unwinds to the next
    /// [`undamaged`], as a cancelled query does, and no reader has to pass an error on.
    pub fn bytes(&self, range: Range<usize>) -> &[u8] {
        let bytes = &self.bytes[range.clone()];
        if !bytes.is_empty() {
            let mut pieces = range.start / PIECE..(range.end - 1) / PIECE + 1;
            let end = pieces.end;
            if let Some(first) = pieces.find(|piece| !self.is_checked(*piece)) {
                self.check(first..end);
            }
        }
        bytes
    }

    fn is_checked(&self, piece: usize) -> bool {
        self.checked[piece / 64].load(Ordering::Acquire) >> (piece % 64) & 1 == 1
    }

    #[cold]
    fn check(&self, pieces: Range<usize>) {
        self.fetch(pieces.start..pieces.end.max(pieces.start + AHEAD));
        for piece in pieces.filter(|piece| !self.is_checked(*piece)) {
            let end = self.bytes.len().min((piece + 1) * PIECE);
            let digest = digest(&self.bytes[piece * PIECE..end]);
            if digest != self.digests[piece * DIGEST..(piece + 1) * DIGEST] {
                resume_unwind(Box::new(Damaged));
            }
            self.checked[piece / 64].fetch_or(1 << (piece % 64), Ordering::Release);
        }
    }

    /// Asks the disk for pieces, all at once. Where the system takes no such wish they come page by page.
    #[cfg_attr(not(unix), expect(unused_variables, reason = "such wishes are of Unix"))]
    fn fetch(&self, pieces: Range<usize>) {
        #[cfg(unix)]
        if let Some(map) = &self.map {
            let end = self.bytes.len().min(pieces.end * PIECE);
            let begin = pieces.start * PIECE;
            let from = self.address() - map.as_ptr().addr() + begin;
            let _ = map.advise_range(memmap2::Advice::WillNeed, from, end - begin);
        }
    }
}

/// The digest of a piece.
pub fn digest(bytes: &[u8]) -> [u8; DIGEST] {
    XxHash3_128::oneshot(bytes).to_le_bytes()
}

/// Does what may touch blocks.
///
/// # Errors
/// A piece that was touched is not what was written.
pub fn undamaged<T>(work: impl FnOnce() -> T) -> Result<T, Damaged> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|payload| match payload.downcast::<Damaged>() {
        Ok(damaged) => *damaged,
        Err(other) => resume_unwind(other),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_touched_is_checked_and_nothing_else() {
        let mut bytes: Vec<u8> = (0..3 * PIECE + 7).map(|at| at.to_le_bytes()[0]).collect();
        let digests: Vec<u8> = bytes.chunks(PIECE).flat_map(digest).collect();
        bytes[PIECE + 5] ^= 1;
        let block = Block::new(bytes.clone().into(), digests.clone().into()).unwrap();
        assert_eq!(undamaged(|| block.bytes(0..PIECE).len()), Ok(PIECE));
        assert_eq!(undamaged(|| block.bytes(PIECE - 1..PIECE + 1).len()), Err(Damaged));
        assert_eq!(undamaged(|| block.bytes(2 * PIECE..3 * PIECE + 7).len()), Ok(PIECE + 7));
        assert_eq!(undamaged(|| block.bytes(5..5).len()), Ok(0));
        assert!(Block::new(bytes.into(), digests[..DIGEST].to_vec().into()).is_none());
    }
}
