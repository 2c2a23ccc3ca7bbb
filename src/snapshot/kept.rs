//! Names of the index taken apart, as bytes where they lie: a token once, however many names have it.

use std::hash::{Hash, Hasher};
use std::sync::{Arc, RwLock};

use rustc_hash::{FxHashMap, FxHasher};

use crate::column::{Blocks, Column, Columns, Numbers};
use crate::name::{ParsedName, Token, renumber, token_bytes, token_of};

/// Pieces of bytes by number, one after the other.
#[derive(Debug, Clone)]
struct Pieces<B, E> {
    bytes: B,
    /// Where each ends.
    ends: E,
}

type PiecesBuilder = Pieces<Vec<u8>, Vec<u64>>;

impl Default for PiecesBuilder {
    fn default() -> PiecesBuilder {
        Pieces { bytes: Vec::new(), ends: Vec::new() }
    }
}

impl PiecesBuilder {
    fn push(&mut self, piece: &[u8]) -> u32 {
        self.bytes.extend_from_slice(piece);
        self.ends.push(self.bytes.len() as u64);
        u32::try_from(self.ends.len() - 1).expect("pieces are numbered by 32 bits")
    }

    fn get(&self, number: u32) -> &[u8] {
        let at = number as usize;
        let from = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.bytes[offset(from)..offset(self.ends[at])]
    }

    fn build(self) -> Pieces<Column<u8>, Column<u64>> {
        Pieces { bytes: self.bytes.into(), ends: self.ends.into() }
    }
}

impl Pieces<Column<u8>, Column<u64>> {
    /// A piece; empty where the columns of a damaged file do not fit.
    fn get(&self, number: u32) -> &[u8] {
        let at = number as usize;
        let known = at < self.ends.len();
        let from = if at == 0 || !known { 0 } else { offset(self.ends.get(at - 1)) };
        let to = if known { offset(self.ends.get(at)) } else { 0 };
        if from < to && to <= self.bytes.len() { self.bytes.range(from..to) } else { &[] }
    }
}

fn offset(at: u64) -> usize {
    usize::try_from(at).unwrap_or(usize::MAX)
}

/// Names of one part of the index, taken apart on one core.
#[derive(Default)]
pub(super) struct KeptPart {
    names: PiecesBuilder,
    tokens: PiecesBuilder,
    own: Vec<Arc<Token>>,
    numbers: Numbers,
}

impl KeptPart {
    /// Adds the next name.
    pub fn add(&mut self, name: &ParsedName) {
        let KeptPart { names, tokens, own, numbers } = self;
        let bytes = name.keep(|token| {
            let hash = digest(&(&token.text, &token.shown));
            if let Some(number) = numbers.find(hash, |number| own[number as usize] == *token) {
                return number;
            }
            let number = tokens.push(&token_bytes(token));
            own.push(Arc::clone(token));
            numbers.insert(hash, number);
            number
        });
        names.push(&bytes);
    }
}

/// Collects the names of all parts.
#[derive(Default)]
pub(super) struct KeptBuilder {
    names: PiecesBuilder,
    tokens: PiecesBuilder,
    numbers: Numbers,
}

impl KeptBuilder {
    /// Adds the names of the next part.
    pub fn absorb(&mut self, mut part: KeptPart) {
        let KeptBuilder { names, tokens, numbers } = self;
        let count = u32::try_from(part.own.len()).expect("tokens are numbered by 32 bits");
        let number = |own: u32| {
            let bytes = part.tokens.get(own);
            let hash = digest(&bytes);
            if let Some(number) = numbers.find(hash, |number| tokens.get(number) == bytes) {
                return number;
            }
            let number = tokens.push(bytes);
            numbers.insert(hash, number);
            number
        };
        let own: Vec<u32> = (0..count).map(number).collect();
        let mut from = 0;
        for end in &part.names.ends {
            let to = offset(*end);
            renumber(&mut part.names.bytes[from..to], |number| own[number as usize]);
            names.push(&part.names.bytes[from..to]);
            from = to;
        }
    }

    /// The names, in the order in which they were added.
    pub fn build(self) -> Kept {
        Kept { names: self.names.build(), tokens: self.tokens.build(), known: Known::default() }
    }
}

fn digest(of: &impl Hash) -> u64 {
    let mut hasher = FxHasher::default();
    of.hash(&mut hasher);
    hasher.finish()
}

/// Names taken apart, by number.
#[derive(Debug)]
pub(super) struct Kept {
    names: Pieces<Column<u8>, Column<u64>>,
    tokens: Pieces<Column<u8>, Column<u64>>,
    known: Known,
}

impl Default for Kept {
    fn default() -> Kept {
        KeptBuilder::default().build()
    }
}

impl Kept {
    /// A name; `None` where it is to be taken apart anew.
    pub fn get(&self, number: u32) -> Option<ParsedName> {
        ParsedName::recall(self.names.get(number), |token| {
            self.known.get(token, || token_of(self.tokens.get(token)).map(Arc::new))
        })
    }

    /// Puts its columns into a file.
    pub fn save<'c>(&'c self, columns: &mut Columns<'c>) {
        columns.put("names.apart", &self.names.bytes);
        columns.put("names.apart.ends", &self.names.ends);
        columns.put("names.tokens", &self.tokens.bytes);
        columns.put("names.tokens.ends", &self.tokens.ends);
    }

    /// The names of a file; `None` where it has none.
    pub fn open(blocks: &Blocks) -> Option<Kept> {
        Some(Kept {
            names: pieces(blocks, "names.apart")?,
            tokens: pieces(blocks, "names.tokens")?,
            known: Known::default(),
        })
    }
}

fn pieces(blocks: &Blocks, of: &str) -> Option<Pieces<Column<u8>, Column<u64>>> {
    Some(Pieces { bytes: blocks.column(of)?, ends: blocks.column(&format!("{of}.ends"))? })
}

/// Tokens that were read, for the next names that have them.
#[derive(Debug)]
struct Known([RwLock<Ages>; SHARDS]);

/// Tokens by number: those used since the last change, and those used since the one before it.
#[derive(Debug, Default)]
struct Ages {
    young: FxHashMap<u32, Arc<Token>>,
    old: FxHashMap<u32, Arc<Token>>,
}

/// Parts of the tokens with a lock each, so that threads seldom wait for one another.
const SHARDS: usize = 64;

/// Young tokens of a part; when there are so many, they are the old ones, and what was not used since
/// goes. A token is some 400 bytes, so that all parts together stay near 100 megabytes.
const YOUNG: usize = 2_048;

impl Default for Known {
    fn default() -> Known {
        Known(std::array::from_fn(|_| RwLock::default()))
    }
}

impl Known {
    fn get(&self, number: u32, read: impl FnOnce() -> Option<Arc<Token>>) -> Option<Arc<Token>> {
        let shard = &self.0[number as usize % SHARDS];
        let mut known = None;
        if let Ok(ages) = shard.read() {
            if let Some(token) = ages.young.get(&number) {
                return Some(Arc::clone(token));
            }
            known = ages.old.get(&number).cloned();
        }
        let token = known.or_else(read)?;
        if let Ok(mut ages) = shard.write() {
            if ages.young.len() >= YOUNG {
                ages.old = std::mem::take(&mut ages.young);
            }
            ages.young.insert(number, Arc::clone(&token));
        }
        Some(token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::name::parse;

    #[test]
    fn names_kept_in_parts_come_back_from_any_part() {
        let names = ["Acme Ltd", "Bolt & Acme II GmbH", "", "ACME Ltd", "株式会社SUBARU"];
        let mut all = KeptBuilder::default();
        for names in names.chunks(2) {
            let mut part = KeptPart::default();
            names.iter().for_each(|name| part.add(&parse(name)));
            all.absorb(part);
        }
        // `ltd` is one token for two names; `Acme` and `ACME` are two.
        assert_eq!(all.tokens.ends.len(), 9);
        let kept = all.build();
        for (number, name) in (0u32..).zip(names) {
            assert_eq!(kept.get(number), Some(parse(name)), "{name}");
        }
        assert_eq!(kept.get(5), None);
    }
}
