//! Names or words by classes of spellings, looked up as they are.

use rayon::prelude::*;

use crate::column::{Blocks, Column, Columns};

/// Numbers of names or words by the digest of a class. 9 bytes a class and 4 a posting.
///
/// Of a digest the first 36 bits tell: among 50 million classes another has them once in 1,400 look-ups,
/// and then names are compared in vain.
pub(super) struct Classes {
    /// The last 32 of the 36 bits.
    keys: Column<u32>,
    /// Where the keys begin that share their first bits, as many as give some four keys to each, and no
    /// fewer than the keys leave out; one
    /// more than there are beginnings. Digests are spread evenly, so that this is where a key is.
    beginnings: Column<u32>,
    /// Where the postings of each class begin; one more than there are classes.
    from: Column<u32>,
    members: Column<u32>,
}

/// A class by its digest: FNV-1a of what kind it is and of its text, with a last mixing step: the same on
/// every machine, and fast on short texts.
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

/// Collects classes: key and member, parted by the first bits of the digest.
pub(super) struct ClassesBuilder([Vec<Entry>; PARTS]);

/// A key, and behind it a member.
type Entry = u64;

/// Parts that are sorted each by itself, and let go one after the other as what is built grows. Few, so that
/// each is large enough to grow where it lies: with 256, an index of 5 million names took 4.2 GB, not 3.5.
const PARTS: usize = 1 << PARTED_BY;

/// First bits of a digest that a part says, and a key does not.
const PARTED_BY: u32 = 4;

/// What of a digest stands beside its part.
#[expect(clippy::cast_possible_truncation, reason = "bits of a digest")]
fn key_of(digest: u64) -> u32 {
    (digest >> (u32::BITS - PARTED_BY)) as u32
}

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
    pub fn put(&mut self, digest: u64, member: u32) {
        let entry = u64::from(key_of(digest)) << u32::BITS | u64::from(member);
        self.0[place(first_bits(digest, PARTED_BY))].push(entry);
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
        let count = |all: &[u32]| u32::try_from(all.len()).expect("fewer than 4 billion postings");
        let mut parts_from = vec![0];
        for part in self.0 {
            for (at, entry) in part.iter().enumerate() {
                let [key, member] = halves(*entry);
                if at == 0 || halves(part[at - 1])[0] != key {
                    keys.push(key);
                    from.push(count(&members));
                }
                members.push(member);
            }
            parts_from.push(keys.len());
        }
        from.push(count(&members));
        let bits = (keys.len() / 4).max(1).ilog2().clamp(PARTED_BY, u32::BITS);
        let beginning = |first: u64| {
            let part = place(first >> (bits - PARTED_BY));
            let Some(to) = parts_from.get(part + 1) else { return count(&keys) };
            let own = &keys[parts_from[part]..*to];
            let least = key_of(first << (u64::BITS - bits));
            let before = parts_from[part] + own.partition_point(|key| *key < least);
            u32::try_from(before).expect("fewer than 4 billion classes")
        };
        let beginnings = (0..=1u64 << bits).map(beginning);
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
        let first = place(first_bits(digest, bits));
        let range = self.beginnings.range(first..first + 2);
        let (from, to) = (range[0] as usize, range[1] as usize);
        let key = key_of(digest);
        let Some(at) = self.keys.range(from..to).iter().position(|own| *own == key) else {
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

/// A number that counts what is in memory.
fn place(number: u64) -> usize {
    usize::try_from(number).expect("as many as there are")
}

/// The halves of an entry: key and member.
#[expect(clippy::cast_possible_truncation, reason = "it is cut in halves")]
fn halves(entry: Entry) -> [u32; 2] {
    [(entry >> u32::BITS) as u32, entry as u32]
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
