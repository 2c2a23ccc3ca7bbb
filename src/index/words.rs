//! Names by their words, looked up with typing errors.
//!
//! Words within e edits differ in at most 2 e of the letters that they have or have not. So a scan of
//! 64-bit sets of letters over the words of fitting length leaves few to be compared, and loses none.
//! `cargo bench --bench names` measures a search that rests on it.

use std::sync::{Arc, RwLock};

use fst::{IntoStreamer, Map, MapBuilder, Streamer};
use rapidfuzz::distance::osa;
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::classes::{Classes, ClassesBuilder};
use super::narrow;
use super::terms::{Side, classes, loan, said, spellings};
use crate::column::{Blocks, Column, Columns};
use crate::name::{
    RELATED_FORM, SAME_LOAN, Token, TokenKind, edit_budget, edited_at_most, is_east_asian,
    letter_set, omission_factor,
};

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
    /// The letters of each word, and where those of each begin; one more than there are words.
    letters: Column<u8>,
    spelt: Column<u32>,
    /// The most that each word can weigh in a name, and of that the least that it weighs more than
    /// where it is omitted.
    weights: Column<f32>,
    gains: Column<f32>,
    /// Words by class of spellings, and by the ways to read them.
    classes: Classes,
    /// Words near those of earlier queries: words of company names come again and again.
    /// What a word is found by depends on what it is taken for: `Company` is a legal form at the end of a
    /// name and a word at its start.
    near: RwLock<[FxHashMap<String, Arc<[Near]>>; SORTS]>,
}

/// Kinds of tokens.
const SORTS: usize = 9;

/// The kind of a token as a number.
fn sort(word: &Token) -> usize {
    match word.kind {
        TokenKind::Distinctive => 0,
        TokenKind::Generic => 1,
        TokenKind::Domain => 2,
        TokenKind::Form(_) => 3,
        TokenKind::Number => 4,
        TokenKind::Place(_) => 5,
        TokenKind::Connector => 6,
        TokenKind::Initial => 7,
        TokenKind::Noise => 8,
    }
}

/// An indexed word that the comparison may hold for another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Near {
    pub word: u32,
    /// How alike it or any after it in a list is to the word that was looked up, at most.
    pub similarity: f32,
    /// What it adds to what is matched of its name, at most, and to all that the name weighs, at least.
    pub matched: f32,
    pub gain: f32,
    /// What it weighs in its name, at most.
    pub weight: f32,
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
    numbers: FxHashMap<String, u32>,
    words: Vec<Collected>,
    /// Word and name.
    postings: Vec<(u32, u32)>,
}

/// What is known of a word so far.
struct Collected {
    weight: f32,
    gain: f32,
    /// The kinds that it was seen as, a bit each, and its classes by digest.
    seen: u16,
    classes: Vec<u64>,
}

impl WordsBuilder {
    /// Adds a word of a name, under each of its spellings and classes.
    pub fn add(&mut self, word: &Token, name: u32) {
        let weight = if word.is_evidence() { word.weight } else { 0.0 };
        let gain = weight * (1.0 - omission_factor(word, true));
        for spelling in spellings(word).chain(said(word)) {
            let number = self.number(spelling);
            let known = &mut self.words[number as usize];
            known.weight = known.weight.max(narrow(weight));
            known.gain = known.gain.min(narrow(gain));
            self.postings.push((number, name));
        }
        let (number, bit) = (self.number(&word.text), 1 << sort(word));
        let known = &mut self.words[number as usize];
        if known.seen & bit == 0 {
            known.seen |= bit;
            let own = classes(word, Side::Held);
            known.classes.extend(own.into_iter().map(|(class, _)| class.digest()));
        }
    }

    fn number(&mut self, spelling: &str) -> u32 {
        if let Some(number) = self.numbers.get(spelling) {
            return *number;
        }
        let next = u32::try_from(self.words.len()).expect("fewer than 4 billion words");
        self.words.push(Collected { weight: 0.0, gain: f32::MAX, seen: 0, classes: Vec::new() });
        self.numbers.insert(spelling.to_owned(), next);
        next
    }

    /// Adds what another has collected of other names.
    pub fn absorb(&mut self, other: WordsBuilder) {
        let mut numbers = vec![0; other.words.len()];
        for (spelling, number) in &other.numbers {
            numbers[*number as usize] = self.number(spelling);
        }
        for (number, word) in numbers.iter().zip(other.words) {
            let known = &mut self.words[*number as usize];
            known.weight = known.weight.max(word.weight);
            known.gain = known.gain.min(word.gain);
            if word.seen & !known.seen != 0 {
                known.seen |= word.seen;
                known.classes.extend(word.classes);
            }
        }
        let postings = other.postings.into_iter();
        self.postings.extend(postings.map(|(word, name)| (numbers[word as usize], name)));
    }

    pub fn build(self) -> Words {
        let WordsBuilder { numbers, words: collected, mut postings } = self;
        let mut words: Vec<(String, u32)> = numbers.into_iter().collect();
        words.par_sort_unstable();
        let mut rank = vec![0; words.len()];
        for (at, (_, number)) in (0u32..).zip(&words) {
            rank[*number as usize] = at;
        }
        postings.par_iter_mut().for_each(|(word, _)| *word = rank[*word as usize]);
        postings.par_sort_unstable();
        postings.dedup();
        let mut of_words = ClassesBuilder::default();
        let (mut builder, mut from, mut at) = (MapBuilder::memory(), Vec::new(), 0);
        let (mut weights, mut gains) = (Vec::new(), Vec::new());
        let (mut letters, mut spelt) = (Vec::new(), vec![0]);
        let mut lengths: Vec<(usize, u32, u64)> = Vec::new();
        for (number, (word, before)) in (0u32..).zip(&words) {
            builder.insert(word, u64::from(number)).expect("words are sorted and different");
            lengths.push((word.chars().count().min(LONGEST + 3), number, letter_set(word)));
            let known = &collected[*before as usize];
            weights.push(known.weight);
            gains.push(known.gain);
            letters.extend_from_slice(word.as_bytes());
            spelt.push(u32::try_from(letters.len()).expect("fewer than 4 billion letters"));
            known.classes.iter().for_each(|class| of_words.put(*class, number));
            from.push(u32::try_from(at).expect("fewer than 4 billion postings"));
            at += postings[at..].partition_point(|(own, _)| *own == number);
        }
        from.push(u32::try_from(postings.len()).expect("fewer than 4 billion postings"));
        let names: Vec<u32> = postings.into_iter().map(|(_, name)| name).collect();
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
            letters: letters.into(),
            spelt: spelt.into(),
            weights: weights.into(),
            gains: gains.into(),
            classes: of_words.build(),
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

    /// The names that have a word that begins with some letters, unsorted, one as often as it has such words.
    ///
    /// Words stand in the order of their letters, so that those of one beginning lie together, and so do their names.
    pub fn beginning(&self, letters: &str) -> &[u32] {
        let first = |from: &[u8]| {
            let mut after = self.words.range().ge(from).into_stream();
            after.next().map_or(self.from.len() - 1, |(_, word)| number(word) as usize)
        };
        // No letter has this byte: it stands after all of them.
        let end = first(&[letters.as_bytes(), &[0xff]].concat());
        let from = |word: usize| self.from.get(word) as usize;
        self.names.range(from(first(letters.as_bytes()))..from(end))
    }

    /// A word as it is spelt.
    fn spelt(&self, word: u32) -> &str {
        let at = word as usize;
        let range = self.spelt.range(at..at + 2);
        let letters = self.letters.range(range[0] as usize..range[1] as usize);
        std::str::from_utf8(letters).unwrap_or_default()
    }

    /// Puts its columns into a file, under names that begin with `of`.
    pub fn save<'c>(&'c self, of: &str, columns: &mut Columns<'c>) {
        columns.put(&format!("{of}.fst"), &self.words.as_fst().as_inner().0);
        columns.put(&format!("{of}.from"), &self.from);
        columns.put(&format!("{of}.names"), &self.names);
        columns.put(&format!("{of}.by_length"), &self.by_length);
        columns.put(&format!("{of}.lengths"), &self.lengths);
        columns.put(&format!("{of}.sets"), &self.sets);
        columns.put(&format!("{of}.letters"), &self.letters);
        columns.put(&format!("{of}.spelt"), &self.spelt);
        columns.put(&format!("{of}.weights"), &self.weights);
        columns.put(&format!("{of}.gains"), &self.gains);
        self.classes.save(&format!("{of}.classes"), columns);
    }

    /// The words of a file; `None` where it has none of these.
    pub fn open(of: &str, blocks: &Blocks) -> Option<Words> {
        Some(Words {
            words: dictionary(blocks.column(&format!("{of}.fst"))?)?,
            from: blocks.column(&format!("{of}.from"))?,
            names: blocks.column(&format!("{of}.names"))?,
            by_length: blocks.column(&format!("{of}.by_length"))?,
            lengths: blocks.column(&format!("{of}.lengths"))?,
            sets: blocks.column(&format!("{of}.sets"))?,
            letters: blocks.column(&format!("{of}.letters"))?,
            spelt: blocks.column(&format!("{of}.spelt"))?,
            weights: blocks.column(&format!("{of}.weights"))?,
            gains: blocks.column(&format!("{of}.gains"))?,
            classes: Classes::open(&format!("{of}.classes"), blocks)?,
            near: RwLock::default(),
        })
    }

    /// The indexed words that the comparison may hold for a word, those that add most first; `ending`
    /// where one is a legal form, of which two letters already may be misspelt.
    pub fn near(&self, word: &Token, ending: bool) -> Arc<[Near]> {
        if let Ok(known) = self.near.read()
            && let Some(near) = known[sort(word)].get(&word.text)
        {
            return Arc::clone(near);
        }
        let mut near: Vec<(u32, f64)> = Vec::new();
        for spelling in spellings(word) {
            self.search(spelling, ending, &mut near);
        }
        for beginning in said(word) {
            near.extend(self.exact(beginning).map(|word| (word, SAME_LOAN)));
        }
        for (class, similarity) in classes(word, Side::Asked) {
            near.extend(self.classes.find(class).iter().map(|word| (*word, similarity)));
        }
        let near: Arc<[Near]> = self.ordered(near).into();
        if let Ok(mut known) = self.near.write()
            && known[sort(word)].len() < REMEMBERED
        {
            known[sort(word)].insert(word.text.clone(), Arc::clone(&near));
        }
        near
    }

    /// The indexed words that a run of words without its spaces is.
    pub fn same(&self, glued: &str) -> Vec<Near> {
        let mut same: Vec<(u32, f64)> = self.exact(glued).map(|word| (word, 1.0)).collect();
        let latin = glued.bytes().all(|byte| byte.is_ascii_alphabetic());
        let loan = if latin { loan(glued, 4) } else { None };
        let loans = loan.into_iter().flat_map(|class| self.classes.find(class));
        same.extend(loans.map(|word| (*word, 1.0)));
        self.ordered(same)
    }

    /// Each word once, by what it adds to what is matched of its name.
    fn ordered(&self, mut words: Vec<(u32, f64)>) -> Vec<Near> {
        words.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)));
        words.dedup_by_key(|(word, _)| *word);
        let mut near: Vec<Near> = words
            .into_iter()
            .map(|(word, similarity)| {
                let (weight, gain) =
                    (self.weights.get(word as usize), self.gains.get(word as usize));
                let similarity = narrow(similarity);
                // A word that is matched badly would count for less than one that is left out.
                let matched = (weight * similarity).max(gain);
                Near { word, similarity, matched, gain, weight }
            })
            .collect();
        near.sort_unstable_by(|a, b| b.matched.total_cmp(&a.matched).then(a.word.cmp(&b.word)));
        let mut most = 0.0f32;
        for one in near.iter_mut().rev() {
            most = most.max(one.similarity);
            one.similarity = most;
        }
        near
    }

    fn search(&self, word: &str, ending: bool, near: &mut Vec<(u32, f64)>) {
        let letters = word.chars().count();
        // Three letters may be four that lost one; two that end a name, three.
        let least = usize::from(letters == 3 || ending && letters == 2);
        let budget = edit_budget(letters, word.chars().any(is_east_asian)).max(least);
        if budget == 0 || letters > LONGEST {
            near.extend(self.exact(word).map(|word| (word, 1.0)));
            return;
        }
        let from = near.len();
        self.within(word, letters, budget, near);
        if ending {
            near[from..].iter_mut().for_each(|(_, alike)| *alike = alike.max(RELATED_FORM));
        }
    }

    fn exact(&self, word: &str) -> impl Iterator<Item = u32> {
        self.words.get(word).map(number).into_iter()
    }

    fn within(&self, word: &str, letters: usize, edits: usize, near: &mut Vec<(u32, f64)>) {
        let set = letter_set(word);
        let from = self.lengths.get(letters.saturating_sub(edits)) as usize;
        let to = self.lengths.get(letters + edits + 1) as usize;
        let sets = self.sets.range(from..to);
        let close = if edits == 1 { close::<2>(sets, set) } else { close::<4>(sets, set) };
        let written = osa::BatchComparator::new(word.chars());
        let budget = osa::Args::default().score_cutoff(edits);
        for at in close {
            let number = self.by_length.get(from + at);
            let other = self.spelt(number);
            if let Some(apart) = written.distance_with_args(other.chars(), &budget) {
                near.push((number, edited_at_most(word, other, apart)));
            }
        }
    }
}

/// Where sets lie that differ from one in at most so many letters. O(sets), sixteen at a time, so that
/// a compiler makes vectors of it, as wide as the machine has them; most sixteens hold none.
#[multiversion::multiversion(targets("x86_64+avx2", "x86_64+avx512f"))]
fn close<const MOST: usize>(sets: &[u64], set: u64) -> Vec<usize> {
    // Taking away the lowest bit so often leaves nothing.
    let few = |other: u64| (0..MOST).fold(set ^ other, |rest, _| rest & rest.wrapping_sub(1)) == 0;
    let mut close = Vec::new();
    for (sixteen, sets) in sets.chunks(16).enumerate() {
        if sets.iter().fold(false, |any, other| any | few(*other)) {
            let own = sets.iter().enumerate().filter(|(_, other)| few(**other));
            close.extend(own.map(|(at, _)| 16 * sixteen + at));
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
        fn sets_that_are_close_are_found_on_any_machine(
            sets in proptest::collection::vec(0u64..1 << 9, 0..70),
            set in 0u64..1 << 9,
        ) {
            let plainly = |most: u32| -> Vec<usize> {
                let near = |at: &usize| (sets[*at] ^ set).count_ones() <= most;
                (0..sets.len()).filter(near).collect()
            };
            prop_assert_eq!(close::<2>(&sets, set), plainly(2));
            prop_assert_eq!(close::<4>(&sets, set), plainly(4));
        }

        #[test]
        fn words_within_the_edits_are_all_found(
            words in proptest::collection::btree_set("[a-d]{2,12}", 1..60),
            word in "[a-d]{2,12}",
        ) {
            let mut builder = WordsBuilder::default();
            let tokens: Vec<Arc<Token>> =
                words.iter().filter_map(|word| parse(word).tokens.pop()).collect();
            for (name, token) in (0u32..).zip(&tokens) {
                builder.add(token, name);
            }
            let built = builder.build();
            let letters = word.chars().count();
            let budget = edit_budget(letters, false).max(usize::from(letters == 3));
            let asked = parse(&word).tokens.pop().unwrap();
            let near = built.near(&asked, false);
            let found: Vec<u32> =
                near.iter().flat_map(|near| built.names_of(near.word)).copied().collect();
            for (name, token) in (0u32..).zip(&tokens) {
                if strsim::osa_distance(&asked.text, &token.text) <= budget {
                    prop_assert!(found.contains(&name), "{} lost {}", word, token.text);
                }
            }
        }
    }
}
