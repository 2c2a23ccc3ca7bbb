//! Names or words by classes of spellings, looked up as they are.

use rayon::prelude::*;

use crate::column::{Blocks, Column, Columns};

/// Numbers of names or words by the digest of a class. 9 bytes a class and 4 a posting.
pub(super) struct Classes {
    keys: Column<u64>,
    /// Where the keys begin that share their first bits, as many as give some four keys to each; one
    /// more than there are beginnings. Digests are spread evenly, so that this is where a key is.
    beginnings: Column<u32>,
    /// Where the postings of each class begin; one more than there are classes.
    from: Column<u32>,
    members: Column<u32>,
}

/// A class by its digest: FNV-1a of what kind it is and of its text, with a last mixing step: the same on
/// every machine, and fast on short texts. Two classes of one digest are possible at 2^-64 a pair: then a
/// name is compared in vain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Class(u64);

impl Class {
    /// The class of a text among those of a kind, which is a sign that no text begins with.
    pub fn new(kind: &str, text: &str) -> Class {
        Class(0xcbf2_9ce4_8422_2325).and(kind.bytes()).and(text.bytes())
    }

    /// The class of letters of a name of so many.
    pub fn sized(kind: &str, size: usize, letters: &[char]) -> Class {
        let mut class = Class::new(kind, "").and((size as u64).to_le_bytes());
        for letter in letters {
            class = class.and(u32::from(*letter).to_le_bytes());
        }
        class
    }

    fn and(self, bytes: impl IntoIterator<Item = u8>) -> Class {
        let step = |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        Class(bytes.into_iter().fold(self.0, step))
    }

    /// The digest, spread over all its bits.
    pub fn digest(self) -> u64 {
        let hash = self.0 ^ self.0 >> 32;
        hash.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ hash >> 29
    }
}

/// Collects classes: digest and member, parted by the first bits of the digest.
pub(super) struct ClassesBuilder([Vec<Entry>; PARTS]);

/// The halves of a digest, and a member: 12 bytes where a tuple has 16.
type Entry = [u32; 3];

/// Parts that are sorted each by itself, and let go one after the other as what is built grows.
const PARTS: usize = 64;

impl Default for ClassesBuilder {
    fn default() -> ClassesBuilder {
        ClassesBuilder(std::array::from_fn(|_| Vec::new()))
    }
}

impl ClassesBuilder {
    pub fn add(&mut self, class: Class, member: u32) {
        self.put(class.digest(), member);
    }

    /// Adds to the class of a digest.
    #[expect(clippy::cast_possible_truncation, reason = "a digest is cut in halves")]
    pub fn put(&mut self, digest: u64, member: u32) {
        let part = digest >> (u64::BITS - PARTS.ilog2());
        self.0[part as usize].push([(digest >> 32) as u32, digest as u32, member]);
    }

    /// Adds what another has collected.
    pub fn absorb(&mut self, other: ClassesBuilder) {
        for (own, others) in self.0.iter_mut().zip(other.0) {
            own.extend(others);
        }
    }

    pub fn build(mut self) -> Classes {
        self.0.par_iter_mut().for_each(|part| {
            part.sort_unstable();
            part.dedup();
        });
        let (mut keys, mut from, mut members) = (Vec::new(), Vec::new(), Vec::new());
        for part in self.0 {
            for [high, low, member] in part {
                let key = u64::from(high) << 32 | u64::from(low);
                if keys.last() != Some(&key) {
                    keys.push(key);
                    from.push(u32::try_from(members.len()).expect("fewer than 4 billion postings"));
                }
                members.push(member);
            }
        }
        from.push(u32::try_from(members.len()).expect("fewer than 4 billion postings"));
        let bits = (keys.len() / 4).max(1).ilog2();
        let beginnings = (0..=1u64 << bits).map(|first| {
            let at = keys.partition_point(|key| first_bits(*key, bits) < first);
            u32::try_from(at).expect("fewer than 4 billion classes")
        });
        Classes {
            beginnings: beginnings.collect::<Vec<_>>().into(),
            keys: keys.into(),
            from: from.into(),
            members: members.into(),
        }
    }
}

impl Classes {
    /// The members of a class, sorted. O(1).
    pub fn find(&self, class: Class) -> &[u32] {
        let digest = class.digest();
        // What a damaged file says of its lengths was refused when it was opened.
        let bits = self.beginnings.len().saturating_sub(1).max(1).ilog2();
        let first = usize::try_from(first_bits(digest, bits)).expect("as many as there are");
        let range = self.beginnings.range(first..first + 2);
        let (from, to) = (range[0] as usize, range[1] as usize);
        let Some(at) = self.keys.range(from..to).iter().position(|key| *key == digest) else {
            return &[];
        };
        let range = self.from.range(from + at..from + at + 2);
        self.members.range(range[0] as usize..range[1] as usize)
    }

    /// Puts its columns into a file, under names that begin with `of`.
    pub fn save<'c>(&'c self, of: &str, columns: &mut Columns<'c>) {
        columns.put(&format!("{of}.keys"), &self.keys);
        columns.put(&format!("{of}.beginnings"), &self.beginnings);
        columns.put(&format!("{of}.from"), &self.from);
        columns.put(&format!("{of}.members"), &self.members);
    }

    /// The classes of a file; `None` where it has none of these.
    pub fn open(of: &str, blocks: &Blocks) -> Option<Classes> {
        Some(Classes {
            keys: blocks.column(&format!("{of}.keys"))?,
            beginnings: blocks.column(&format!("{of}.beginnings"))?,
            from: blocks.column(&format!("{of}.from"))?,
            members: blocks.column(&format!("{of}.members"))?,
        })
    }
}

/// So many first bits of a digest.
fn first_bits(digest: u64, bits: u32) -> u64 {
    digest.checked_shr(64 - bits).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_hold_their_names() {
        let mut builder = ClassesBuilder::default();
        for (class, name) in [("a", 2), ("b", 1), ("a", 1), ("a", 2)] {
            builder.add(Class::new(class, ""), name);
        }
        let classes = builder.build();
        assert_eq!(classes.find(Class::new("a", "")), [1, 2]);
        assert_eq!(classes.find(Class::new("b", "")), [1]);
        assert_eq!(classes.find(Class::new("c", "")), [0u32; 0]);
    }
}
