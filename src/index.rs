//! The immutable index of names: which names are worth comparing with a party's.
//!
//! The only importer of `fst`. Words are looked up with the edits that
//! the comparison would forgive; classes of spellings, glued words and halves of names as they are.

mod classes;
mod lookup;
mod shared;
mod terms;
mod words;

use fixedbitset::FixedBitSet;
use rustc_hash::FxHashMap;

use self::classes::{Classes, ClassesBuilder};
use self::shared::{Asked, INITIAL_OF, ONE_WORD, RUN_OF_WORDS, Route, Weighs, searched};
use self::terms::{
    Term, alone, apart, asked_whole, given, halves, held_whole, joining, of_run, shows_nothing,
    terms,
};
use self::words::{Near, Words, WordsBuilder};
use crate::column::{Blocks, Column, Columns};
use crate::name::{ParsedName, TokenKind, letter_set};

pub use lookup::{Lookup, LookupBuilder};

/// An immutable index of names by number.
pub struct NameIndex {
    words: Words,
    /// Legal forms, for words that are misspelt ones.
    forms: Words,
    classes: Classes,
    /// What the tokens of a name weigh, whatever comes to so much once: names that do are many, and a search
    /// looks at most of them.
    weights: Column<Weighs>,
    /// Which of the weights each name has.
    weighs: Column<u32>,
    /// Which letters the whole of each name has.
    wholes: Column<u64>,
}

/// Collects names, from one number on.
#[derive(Default)]
pub struct NameIndexBuilder {
    first: u32,
    words: WordsBuilder,
    forms: WordsBuilder,
    classes: ClassesBuilder,
    weights: Vec<Weighs>,
    numbers: FxHashMap<[u32; 4], u32>,
    weighs: Vec<u32>,
    wholes: Vec<u64>,
}

impl NameIndexBuilder {
    /// Collects the names from a number on.
    pub fn from(first: u32) -> NameIndexBuilder {
        NameIndexBuilder { first, ..NameIndexBuilder::default() }
    }

    /// Adds what another has collected of the names that follow.
    pub fn absorb(&mut self, other: NameIndexBuilder) {
        self.words.absorb(other.words);
        self.forms.absorb(other.forms);
        self.classes.absorb(other.classes);
        let numbers: Vec<u32> = other.weights.into_iter().map(|own| self.weight(own)).collect();
        self.weighs.extend(other.weighs.into_iter().map(|own| numbers[own as usize]));
        self.wholes.extend(other.wholes);
    }

    /// Adds the next name.
    pub fn add(&mut self, name: &ParsedName) {
        let own = u32::try_from(self.wholes.len()).expect("names are numbered by 32 bits");
        let number = self.first + own;
        for view in &name.views {
            for (_, term) in terms(name, view) {
                match term {
                    Term::Word(form) if form.is_form() => self.forms.add(form, number),
                    Term::Word(word) => self.words.add(word, number),
                    Term::Initial(letter) => self.classes.add(alone(letter), number),
                    Term::Given(letter) => self.classes.add(given(letter), number),
                    Term::Joining(word) if word.kind != TokenKind::Connector => {
                        self.classes.add(joining(word), number);
                    }
                    Term::Joining(_) => {}
                    Term::Run(glued) => {
                        of_run(&glued).for_each(|class| self.classes.add(class, number));
                    }
                }
            }
        }
        held_whole(name).for_each(|class| self.classes.add(class, number));
        halves(name).into_iter().for_each(|class| self.classes.add(class, number));
        shows_nothing(name).into_iter().for_each(|class| self.classes.add(class, number));
        self.wholes.push(letter_set(name.whole()));
        let weighed = name.views.iter().map(|view| Weighs::of(name, view));
        let weighs = self.weight(weighed.reduce(Weighs::bounds).unwrap_or_default());
        self.weighs.push(weighs);
    }

    /// The number of a weight, new or that which it has.
    fn weight(&mut self, weight: Weighs) -> u32 {
        let next = u32::try_from(self.weights.len()).expect("no more weights than names");
        *self.numbers.entry(weight.bits()).or_insert_with(|| {
            self.weights.push(weight);
            next
        })
    }

    /// Finishes the index.
    pub fn build(self) -> NameIndex {
        NameIndex {
            words: self.words.build(),
            forms: self.forms.build(),
            classes: self.classes.build(),
            weights: self.weights.into(),
            weighs: self.weighs.into(),
            wholes: self.wholes.into(),
        }
    }
}

impl NameIndex {
    /// Indexes names; the n-th is number n.
    pub fn build<'a>(names: impl IntoIterator<Item = &'a ParsedName>) -> NameIndex {
        let mut builder = NameIndexBuilder::default();
        names.into_iter().for_each(|name| builder.add(name));
        builder.build()
    }

    /// Puts its columns into a file.
    pub fn save<'c>(&'c self, columns: &mut Columns<'c>) {
        self.words.save("words", columns);
        self.forms.save("forms", columns);
        self.classes.save("names.classes", columns);
        columns.put("names.weights", &self.weights);
        columns.put("names.weighs", &self.weighs);
        columns.put("names.wholes", &self.wholes);
    }

    /// The index of a file; `None` where it has none.
    pub fn open(blocks: &Blocks) -> Option<NameIndex> {
        Some(NameIndex {
            words: Words::open("words", blocks)?,
            forms: Words::open("forms", blocks)?,
            classes: Classes::open("names.classes", blocks)?,
            weights: blocks.column("names.weights")?,
            weighs: blocks.column("names.weighs")?,
            wholes: blocks.column("names.wholes")?,
        })
    }

    /// Numbers of the names that have a word which begins with some folded letters. O(names, and those found).
    ///
    /// A word is what the comparison takes for one: `S.A.` is `sa`, and a legal form of two words begins with its first.
    pub fn beginning(&self, letters: &str) -> FixedBitSet {
        let mut found = FixedBitSet::with_capacity(self.wholes.len());
        let names = [self.words.beginning(letters), self.forms.beginning(letters)];
        names.into_iter().flatten().for_each(|name| found.insert(*name as usize));
        found
    }

    /// Numbers of the names that can score `floor` (0..1) or more against a name, sorted.
    ///
    /// A name is left out only where an upper bound of its score is below the floor. That loses nothing:
    /// what the comparison can pair, a term finds (docs/matching.md goes through it route by route), and
    /// what no term shows (connectors, numbers, single letters) is taken as matched.
    pub fn candidates(&self, name: &ParsedName, floor: f64) -> Vec<u32> {
        let mut numbers = Vec::new();
        for view in &name.views {
            searched(&Asked::new(name, view, floor), self.weighs.len(), |asked, found| {
                for (bits, term) in asked.in_order(terms(name, view)) {
                    self.look_up(&term, |names, near, route| {
                        found.by(asked, names, bits, near, route);
                    });
                }
                let weighs = |name| self.weights.get(self.weighs.get(name) as usize);
                found.enough(asked, weighs, &mut numbers);
            });
        }
        for class in asked_whole(name) {
            numbers.extend_from_slice(self.classes.find(class));
        }
        // What has no evidence earns nothing beside what has some.
        if let Some(class) = shows_nothing(name) {
            numbers.extend_from_slice(self.classes.find(class));
        }
        let letters = letter_set(name.whole());
        for class in halves(name) {
            // One letter more, less or other changes at most two of the letters that a name has.
            let near = |at: &&u32| (self.wholes.get(**at as usize) ^ letters).count_ones() <= 2;
            numbers.extend(self.classes.find(class).iter().filter(near));
        }
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }

    /// Tells the names that a term finds, and by what.
    fn look_up(&self, term: &Term, mut found: impl FnMut(&[u32], &Near, Route)) {
        match term {
            Term::Word(word) => {
                for near in self.words.near(word, word.is_form()).iter() {
                    found(self.words.names_of(near.word), near, Route::Word);
                }
                if !word.is_form() {
                    for near in self.forms.near(word, true).iter() {
                        found(self.forms.names_of(near.word), near, Route::Other);
                    }
                }
                for class in apart(word) {
                    found(self.classes.find(class), &RUN_OF_WORDS, Route::Other);
                }
            }
            Term::Initial(letter) => {
                found(self.classes.find(given(*letter)), &INITIAL_OF, Route::Other);
            }
            Term::Given(letter) => {
                found(self.classes.find(alone(*letter)), &INITIAL_OF, Route::Other);
            }
            Term::Joining(word) if word.kind == TokenKind::Connector => {
                found(self.classes.find(joining(word)), &ONE_WORD, Route::Other);
            }
            Term::Joining(_) => {}
            Term::Run(glued) => {
                for same in self.words.same(glued) {
                    found(self.words.names_of(same.word), &same, Route::Other);
                }
            }
        }
    }
}

/// A weight in 32 bits: seven digits, and the bounds are lowered by more than what is lost.
const fn narrow(weight: f64) -> f32 {
    #[expect(clippy::cast_possible_truncation, reason = "a weight of a few units")]
    let weight = weight as f32;
    weight
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::name::{compare, parse};

    #[test]
    fn words_are_found_with_typing_errors_and_other_spacing() {
        let names = [
            "TechInsights Inc.",
            "L3 Harris Technologies",
            "Skydio, Inc.",
            "洛克希德·马丁公司",
            "3M Company",
        ];
        let parsed: Vec<ParsedName> = names.iter().map(|name| parse(name)).collect();
        let index = NameIndex::build(&parsed);
        let first = |query: &str| index.candidates(&parse(query), 0.75);
        assert!(first("Tech Insights").contains(&0));
        assert_eq!(first("L3Harris"), [1]);
        assert_eq!(first("Skydoi LLC"), [2]);
        assert_eq!(first("洛克希德马丁"), [3]);
        assert_eq!(first("3M"), [4]);
        assert_eq!(first("Nestle"), Vec::<u32>::new());
        let names = [parse("International Technologies Inc."), parse("Газпромнефть")];
        let index = NameIndex::build(&names);
        assert_eq!(index.candidates(&parse("Intl Tech Inc"), 0.75), [0]);
        assert_eq!(index.candidates(&parse("Газпромнефьт"), 0.75), [1]);
        assert_eq!(index.candidates(&parse("Газпромнебтъ"), 0.75), [1], "two edits");
    }

    #[test]
    fn names_indexed_in_parts_are_indexed_as_all_at_once() {
        let names: Vec<ParsedName> =
            ["Spolka Limited AG", "Acme Trading Co", "A B Acme", "Acme AG", "Van B.V."]
                .map(parse)
                .into();
        let shown = |index: &NameIndex| {
            let mut columns = Columns::default();
            index.save(&mut columns);
            let all = columns.put.into_iter();
            all.map(|(name, bytes)| (name, bytes.to_vec())).collect::<Vec<_>>()
        };
        let whole = NameIndex::build(&names);
        for size in 1..names.len() {
            let mut all = NameIndexBuilder::default();
            for (at, names) in names.chunks(size).enumerate() {
                let mut part = NameIndexBuilder::from(u32::try_from(at * size).unwrap());
                names.iter().for_each(|name| part.add(name));
                all.absorb(part);
            }
            assert_eq!(shown(&all.build()), shown(&whole));
        }
    }

    #[test]
    fn a_connector_of_one_name_is_a_word_of_another() {
        // `No` before a number joins it; at the end it is a word, and so is a dotted `D.E.`.
        for (query, name) in [
            ("Arrowstreet Global Equity No. 1 Fund Inx", "Global No AS"),
            ("Global No AS", "Arrowstreet Global Equity No. 1 Fund Inx"),
            ("Compagnie de Generale", "D.E. Generale"),
            ("D.E. Generale", "Compagnie de Generale"),
        ] {
            let index = NameIndex::build([&parse(name)]);
            let score = f64::from(compare(&parse(query), &parse(name)).points()) / 10_000.0;
            assert!(score >= 0.5, "{query} against {name}: {score}");
            assert_eq!(index.candidates(&parse(query), score), [0], "{query} against {name}");
        }
    }

    #[test]
    fn a_reading_is_spelt_in_other_ways_too() {
        // `ho` is read, `hoe` is written: one word but for an umlaut.
        let index = NameIndex::build([&parse("Hock Seng Hoe Metal Co. Pte. Ltd.")]);
        assert_eq!(index.candidates(&parse("方"), 0.5), [0]);
        let index = NameIndex::build([&parse("方")]);
        assert_eq!(index.candidates(&parse("Hock Seng Hoe Metal Co. Pte. Ltd."), 0.5), [0]);
    }

    #[test]
    fn what_a_word_was_taken_for_before_plays_no_part() {
        let name = parse("Spolka Limited AG");
        let index = NameIndex::build([&name]);
        let asked = |query: &str| index.candidates(&parse(query), 0.5);
        // A legal form here, a word there, which `Spolka` translates.
        asked("Pipg Company");
        assert_eq!(asked("Company Pipg"), [0]);
    }
}
