//! Names by their words, looked up with typing errors.
//!
//! Words within e edits differ in at most 2 e of the letters that they have or have not. So a scan of
//! 64-bit sets of letters over the words of fitting length leaves few to be compared, and loses none.
//! `cargo bench --bench names` measures a search that rests on it.

use std::sync::{Arc, RwLock};

use fst::{Map, MapBuilder};
use rustc_hash::FxHashMap;

use super::classes::{Classes, ClassesBuilder};
use super::narrow;
use super::terms::{classes, loan, spellings};
use crate::column::{Blocks, Column, Columns};
use crate::name::{Token, edit_budget, is_east_asian, letter_set, rarity};

/// Names by their words.
pub(super) struct Words {
    words: Map<Dictionary>,
    /// Where the postings of each word begin; one more than there are words.
    from: Column<u32>,
    names: Column<u32>,
    /// Words by length, and where each length begins: for lengths beyond the last there are none.
    by_length: Column<u32>,
    lengths: Column<u32>,
    /// The letters of each word, in the order of `by_length`.
    sets: Column<u64>,
    /// The most that each word can weigh in a name.
    weights: Column<f32>,
    /// Words by class of spellings, and by the ways to read them.
    classes: Classes,
    /// Words near those of earlier queries: words of company names come again and again.
    near: RwLock<FxHashMap<String, Arc<[u32]>>>,
}

/// The bytes of the fst, owned or in a file: all of them are touched to open it.
struct Dictionary(Column<u8>);

impl AsRef<[u8]> for Dictionary {
    fn as_ref(&self) -> &[u8] {
        self.0.all()
    }
}

/// The longest word that is searched with edits: no word of a language is as long.
const LONGEST: usize = 64;

/// Words of queries whose neighbours are remembered: a few megabytes, and far more than the words
/// that a file of customers has in common.
const REMEMBERED: usize = 50_000;

/// Collects words.
#[derive(Default)]
pub(super) struct WordsBuilder {
    postings: Vec<(String, u32)>,
    classes: FxHashMap<String, Vec<String>>,
}

impl WordsBuilder {
    /// Adds a word of a name, under each of its spellings and classes.
    pub fn add(&mut self, word: &Token, name: u32) {
        for spelling in spellings(word) {
            self.postings.push((spelling.to_owned(), name));
        }
        if !self.classes.contains_key(&word.text) {
            self.classes.insert(word.text.clone(), classes(word));
        }
    }

    pub fn build(self) -> Words {
        let WordsBuilder { mut postings, classes: of_words } = self;
        postings.sort_unstable();
        postings.dedup();
        let mut classes = ClassesBuilder::default();
        let (mut builder, mut from, mut names) = (MapBuilder::memory(), Vec::new(), Vec::new());
        let mut weights = Vec::new();
        let mut lengths: Vec<(usize, u32, u64)> = Vec::new();
        for (at, (word, name)) in postings.iter().enumerate() {
            if at == 0 || postings[at - 1].0 != *word {
                let number = u32::try_from(from.len()).expect("fewer than 4 billion words");
                builder.insert(word, u64::from(number)).expect("words are sorted and different");
                lengths.push((word.chars().count().min(LONGEST + 3), number, letter_set(word)));
                weights.push(narrow(rarity(word)));
                for class in of_words.get(word).into_iter().flatten() {
                    classes.add(class, number);
                }
                from.push(u32::try_from(at).expect("fewer than 4 billion postings"));
            }
            names.push(*name);
        }
        from.push(u32::try_from(names.len()).expect("fewer than 4 billion postings"));
        lengths.sort_unstable();
        let begins = (0..LONGEST + 5).map(|length| {
            let at = lengths.partition_point(|(own, ..)| *own < length);
            u32::try_from(at).expect("fewer than 4 billion words")
        });
        Words {
            words: dictionary(builder.into_inner().expect("memory takes all").into())
                .expect("what was just built"),
            from: from.into(),
            names: names.into(),
            lengths: begins.collect::<Vec<_>>().into(),
            by_length: lengths.iter().map(|(_, number, _)| *number).collect::<Vec<_>>().into(),
            sets: lengths.iter().map(|(.., set)| *set).collect::<Vec<_>>().into(),
            weights: weights.into(),
            classes: classes.build(),
            near: RwLock::default(),
        }
    }
}

impl Words {
    /// The names that have a word, sorted.
    pub fn names_of(&self, word: u32) -> &[u32] {
        let at = word as usize;
        let range = self.from.range(at..at + 2);
        self.names.range(range[0] as usize..range[1] as usize)
    }

    /// The most that a word can weigh in a name.
    pub fn weight(&self, word: u32) -> f32 {
        self.weights.get(word as usize)
    }

    /// Puts its columns into a file.
    pub fn save<'c>(&'c self, columns: &mut Columns<'c>) {
        columns.put("words.fst", &self.words.as_fst().as_inner().0);
        columns.put("words.from", &self.from);
        columns.put("words.names", &self.names);
        columns.put("words.by_length", &self.by_length);
        columns.put("words.lengths", &self.lengths);
        columns.put("words.sets", &self.sets);
        columns.put("words.weights", &self.weights);
        self.classes.save("words.classes", columns);
    }

    /// The words of a file; `None` where it has none.
    pub fn open(blocks: &Blocks) -> Option<Words> {
        Some(Words {
            words: dictionary(blocks.column("words.fst")?)?,
            from: blocks.column("words.from")?,
            names: blocks.column("words.names")?,
            by_length: blocks.column("words.by_length")?,
            lengths: blocks.column("words.lengths")?,
            sets: blocks.column("words.sets")?,
            weights: blocks.column("words.weights")?,
            classes: Classes::open("words.classes", blocks)?,
            near: RwLock::default(),
        })
    }

    /// The indexed words that the comparison may hold for a word, the heaviest first.
    pub fn near(&self, word: &Token) -> Arc<[u32]> {
        if let Ok(known) = self.near.read()
            && let Some(near) = known.get(&word.text)
        {
            return Arc::clone(near);
        }
        let mut near: Vec<u32> = spellings(word).flat_map(|text| self.search(text)).collect();
        near.extend(classes(word).iter().flat_map(|class| self.classes.find(class)));
        self.heaviest_first(&mut near);
        let near: Arc<[u32]> = near.into();
        if let Ok(mut known) = self.near.write()
            && known.len() < REMEMBERED
        {
            known.insert(word.text.clone(), Arc::clone(&near));
        }
        near
    }

    /// The indexed words that a run of words without its spaces is.
    pub fn same(&self, glued: &str) -> Vec<u32> {
        let mut same = self.exact(glued);
        let latin = glued.bytes().all(|byte| byte.is_ascii_alphabetic());
        let loan = if latin { loan(glued, 4) } else { None };
        same.extend(loan.iter().flat_map(|class| self.classes.find(class)));
        self.heaviest_first(&mut same);
        same
    }

    fn heaviest_first(&self, words: &mut Vec<u32>) {
        words.sort_unstable_by(|a, b| self.weight(*b).total_cmp(&self.weight(*a)).then(a.cmp(b)));
        words.dedup();
    }

    fn search(&self, word: &str) -> Vec<u32> {
        let letters = word.chars().count();
        // Three letters may be four that lost one.
        let budget = edit_budget(letters, word.chars().any(is_east_asian));
        match budget.max(usize::from(letters == 3)) {
            _ if letters > LONGEST => self.exact(word),
            0 => self.exact(word),
            edits => self.within(word, letters, edits),
        }
    }

    fn exact(&self, word: &str) -> Vec<u32> {
        self.words.get(word).map(number).into_iter().collect()
    }

    fn within(&self, word: &str, letters: usize, edits: usize) -> Vec<u32> {
        let set = letter_set(word);
        let from = self.lengths.get(letters.saturating_sub(edits)) as usize;
        let to = self.lengths.get(letters + edits + 1) as usize;
        let sets = self.sets.range(from..to);
        let close = if edits == 1 { close::<2>(sets, set) } else { close::<4>(sets, set) };
        let mut text = Vec::new();
        let mut near = Vec::new();
        for at in close {
            let number = self.by_length.get(from + at);
            text.clear();
            let found = self.words.as_fst().get_key_into(u64::from(number), &mut text);
            let other = std::str::from_utf8(&text).unwrap_or_default();
            if found && strsim::osa_distance(word, other) <= edits {
                near.push(number);
            }
        }
        near
    }
}

/// Where sets lie that differ from one in at most so many letters. O(sets), eight at a time, so that a
/// compiler makes vectors of it; most eights hold none.
fn close<const MOST: usize>(sets: &[u64], set: u64) -> Vec<usize> {
    // Taking away the lowest bit so often leaves nothing.
    let few = |other: u64| (0..MOST).fold(set ^ other, |rest, _| rest & rest.wrapping_sub(1)) == 0;
    let mut close = Vec::new();
    for (eight, sets) in sets.chunks(8).enumerate() {
        if sets.iter().fold(false, |any, other| any | few(*other)) {
            let own = sets.iter().enumerate().filter(|(_, other)| few(**other));
            close.extend(own.map(|(at, _)| 8 * eight + at));
        }
    }
    close
}

fn dictionary(bytes: Column<u8>) -> Option<Map<Dictionary>> {
    Map::new(Dictionary(bytes)).ok()
}

fn number(at: u64) -> u32 {
    u32::try_from(at).expect("words are numbered by 32 bits")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::name::parse;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn words_within_the_edits_are_all_found(
            words in proptest::collection::btree_set("[a-d]{2,12}", 1..60),
            word in "[a-d]{2,12}",
        ) {
            let mut builder = WordsBuilder::default();
            let tokens: Vec<Token> =
                words.iter().filter_map(|word| parse(word).tokens.pop()).collect();
            for (name, token) in (0u32..).zip(&tokens) {
                builder.add(token, name);
            }
            let built = builder.build();
            let letters = word.chars().count();
            let budget = edit_budget(letters, false).max(usize::from(letters == 3));
            let asked = parse(&word).tokens.pop().unwrap();
            let near = built.near(&asked);
            let found: Vec<u32> =
                near.iter().flat_map(|word| built.names_of(*word)).copied().collect();
            for (name, token) in (0u32..).zip(&tokens) {
                if strsim::osa_distance(&asked.text, &token.text) <= budget {
                    prop_assert!(found.contains(&name), "{} lost {}", word, token.text);
                }
            }
        }
    }
}
