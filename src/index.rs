//! The immutable index of names: which names are worth comparing with a party's.
//!
//! The only importer of `fst`. Words are looked up with the edits that
//! the comparison would forgive; classes of spellings, glued words and halves of names as they are.

mod classes;
mod lookup;
mod terms;
mod words;

use std::cell::RefCell;

use rustc_hash::FxHashMap;

use self::classes::{Classes, ClassesBuilder};
use self::terms::{Term, apart, asked_whole, held_whole, is_shown, of_run, terms};
use self::words::{Words, WordsBuilder};
use crate::column::{Blocks, Column, Columns};
use crate::name::{LEAST_OMISSION, ParsedName, Token, is_named, omission_factor};

pub use lookup::{Lookup, LookupBuilder};

/// An immutable index of names by number.
pub struct NameIndex {
    words: Words,
    classes: Classes,
    /// What the words of each name weigh that terms can show, at least, and what the rest of it
    /// weighs, at most, over its views.
    shown: Column<f32>,
    rest: Column<f32>,
}

impl NameIndex {
    /// Indexes names; the n-th is number n.
    pub fn build<'a>(names: impl IntoIterator<Item = &'a ParsedName>) -> NameIndex {
        let (mut words, mut classes) = (WordsBuilder::default(), ClassesBuilder::default());
        let (mut shown, mut rest) = (Vec::new(), Vec::new());
        for (number, name) in (0u32..).zip(names) {
            for view in &name.views {
                for (_, term) in terms(name, view) {
                    match term {
                        Term::Word(word) => words.add(word, number),
                        Term::Run(glued) => {
                            of_run(&glued).for_each(|class| classes.add(&class, number));
                        }
                    }
                }
            }
            held_whole(name).for_each(|class| classes.add(&class, number));
            let weighed = |view: &Vec<usize>| weigh(name, view);
            let views = name.views.iter().map(weighed);
            let least = |(a, b): (f64, f64), (c, d): (f64, f64)| (a.min(c), b.max(d));
            let (own, others) = views.fold((f64::MAX, 0.0), least);
            shown.push(narrow(own));
            rest.push(narrow(others));
        }
        NameIndex {
            words: words.build(),
            classes: classes.build(),
            shown: shown.into(),
            rest: rest.into(),
        }
    }

    /// Puts its columns into a file.
    pub fn save<'c>(&'c self, columns: &mut Columns<'c>) {
        self.words.save(columns);
        self.classes.save("names.classes", columns);
        columns.put("names.shown", &self.shown);
        columns.put("names.rest", &self.rest);
    }

    /// The index of a file; `None` where it has none.
    pub fn open(blocks: &Blocks) -> Option<NameIndex> {
        Some(NameIndex {
            words: Words::open(blocks)?,
            classes: Classes::open("names.classes", blocks)?,
            shown: blocks.column("names.shown")?,
            rest: blocks.column("names.rest")?,
        })
    }

    /// Numbers of the names that can score `floor` (0..1) or more against a name, sorted.
    ///
    /// A name is left out only where too little of the query's weight can be matched by it. That
    /// loses nothing: what the comparison can pair, a term finds, and what no term can show (forms,
    /// connectors, numbers, single letters) is taken as matched.
    ///
    /// A score is the mean of how much of each name is matched: m / (m + o), where o is the weight of
    /// omitted tokens, each reduced by its factor. Of the query both are known. Of the other name a
    /// token of the query stands for at most the heaviest word that it was found by, and what is
    /// omitted keeps some of its weight.
    pub fn candidates(&self, name: &ParsedName, floor: f64) -> Vec<u32> {
        SCRATCH.with_borrow_mut(|scratch| {
            let mut found = Vec::new();
            for view in &name.views {
                self.of_view(name, view, floor, scratch, &mut found);
            }
            for class in asked_whole(name) {
                found.extend_from_slice(self.classes.find(&class));
            }
            found.sort_unstable();
            found.dedup();
            found
        })
    }

    /// Adds the names that share enough with one view of a name.
    fn of_view(
        &self,
        name: &ParsedName,
        view: &[usize],
        floor: f64,
        scratch: &mut Scratch,
        found: &mut Vec<u32>,
    ) {
        let named = is_named(view.iter().map(|at| &name.tokens[*at]));
        let omitted =
            |at: &usize| name.tokens[*at].weight * omission_factor(&name.tokens[*at], named);
        // The heaviest words are looked up first: a name that has none of them needs the others to
        // be enough by themselves. Words beyond the 64th are taken as matched.
        let mut shown: Vec<usize> =
            view.iter().copied().filter(|at| is_shown(&name.tokens[*at])).collect();
        let weight = |at: &usize| name.tokens[*at].weight;
        shown.sort_by(|a, b| weight(b).total_cmp(&weight(a)).then(a.cmp(b)));
        shown.truncate(63);
        let taken: f64 = view.iter().filter(|at| !shown.contains(at)).map(weight).sum();
        let query = Asked {
            weights: shown.iter().map(weight).collect(),
            omitted: shown.iter().map(omitted).collect(),
            taken,
            floor,
        };
        // What the words from each on are enough for, with all of the other name matched.
        let rest: Vec<bool> =
            (0..shown.len()).map(|at| 0.5 * query.share(!0 << at) + 0.5 + 1e-9 >= floor).collect();
        let bit = |at: &usize| shown.iter().position(|own| own == at).map_or(0, |at| 1u64 << at);
        let mut asked: Vec<(u64, Term)> = terms(name, view)
            .into_iter()
            .map(|(of, term)| (of.iter().map(bit).fold(0, |mask, bit| mask | bit), term))
            .collect();
        asked.sort_by_key(|(mask, _)| mask.trailing_zeros());
        scratch.begin(self.shown.len());
        for (mask, term) in asked {
            let first = mask.trailing_zeros() as usize;
            // Letters written apart have no bit: a name found by them alone is a candidate.
            let alone = rest.get(first).is_none_or(|enough| *enough);
            let mask = if mask == 0 { LETTERS } else { mask };
            match term {
                Term::Word(word) => {
                    for near in self.words.near(word).iter() {
                        let most = self.words.weight(*near);
                        scratch.count(self.words.names_of(*near), mask, most, alone);
                    }
                    for class in apart(word) {
                        scratch.count(self.classes.find(&class), mask, WORDS_OF_A_RUN, alone);
                    }
                }
                Term::Run(glued) => {
                    for same in self.words.same(&glued) {
                        let most = self.words.weight(same);
                        scratch.count(self.words.names_of(same), mask, most, alone);
                    }
                }
            }
        }
        scratch.drain(&query, self, found);
    }
}

/// What the words of a view weigh that terms can show, and what the rest of it does.
fn weigh(name: &ParsedName, view: &[usize]) -> (f64, f64) {
    let tokens = view.iter().map(|at| &name.tokens[*at]);
    let (shown, rest): (Vec<&Token>, Vec<&Token>) = tokens.partition(|token| is_shown(token));
    let sum = |tokens: Vec<&Token>| tokens.iter().map(|token| token.weight).sum();
    (sum(shown), sum(rest))
}

/// A weight in 32 bits: seven digits, and the bounds are lowered by more than what is lost.
fn narrow(weight: f64) -> f32 {
    #[expect(clippy::cast_possible_truncation, reason = "a weight of a few units")]
    let weight = weight as f32;
    weight
}

/// What a view of a query asks of a name: by word the weight, and what is left of it if omitted.
struct Asked {
    weights: Vec<f64>,
    omitted: Vec<f64>,
    /// Weight that counts as matched because no term shows it.
    taken: f64,
    floor: f64,
}

impl Asked {
    /// How much of the query is matched by the words of a mask, at most, 0..1.
    fn share(&self, mask: u64) -> f64 {
        let (mut matched, mut omitted) = (self.taken, 0.0);
        for (at, (weight, left)) in self.weights.iter().zip(&self.omitted).enumerate() {
            match mask >> at & 1 {
                1 => matched += weight,
                _ => omitted += left,
            }
        }
        matched / (matched + omitted).max(f64::MIN_POSITIVE)
    }
}

/// The most that a run of three words can weigh.
const WORDS_OF_A_RUN: f32 = 3.0;

/// The bit of letters written apart, which is no word's unless there are 64.
const LETTERS: u64 = 1 << 63;

thread_local! {
    /// What names share with a query, kept from query to query: cleared by what was touched.
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// Which words of a query each name shares, and what they weigh in it at most.
#[derive(Default)]
struct Scratch {
    masks: Vec<u64>,
    matched: Vec<f32>,
    touched: Vec<u32>,
}

impl Scratch {
    fn begin(&mut self, names: usize) {
        // A search that came upon a damaged file ended in its midst.
        for name in self.touched.drain(..) {
            self.masks[name as usize] = 0;
            self.matched[name as usize] = 0.0;
        }
        if self.masks.len() < names {
            self.masks.resize(names, 0);
            self.matched.resize(names, 0.0);
        }
    }

    /// Notes that names share the words of a mask, by something that weighs `most` in them at most; a
    /// name that shares nothing yet is only begun where these words and lighter ones can be enough.
    fn count(&mut self, names: &[u32], mask: u64, most: f32, begin: bool) {
        for name in names {
            let at = *name as usize;
            let known = self.masks[at];
            if known == 0 {
                if !begin {
                    continue;
                }
                self.touched.push(*name);
            }
            if known & mask != mask {
                self.masks[at] |= mask;
                self.matched[at] += most;
            }
        }
    }

    /// Moves the names that share enough to `found`, and forgets all.
    fn drain(&mut self, query: &Asked, of: &NameIndex, found: &mut Vec<u32>) {
        // Few masks come again and again.
        let mut shares: FxHashMap<u64, f64> = FxHashMap::default();
        // One by one, so that what a damaged file leaves here is known to the next search.
        while let Some(name) = self.touched.pop() {
            let at = name as usize;
            let mask = std::mem::take(&mut self.masks[at]);
            let matched = f64::from(std::mem::take(&mut self.matched[at]));
            let of_query = *shares.entry(mask).or_insert_with(|| query.share(mask));
            let (shown, rest) = (f64::from(of.shown.get(at)), f64::from(of.rest.get(at)));
            let omitted = LEAST_OMISSION * (shown - matched).max(0.0);
            let matched = matched.min(shown) + rest;
            let of_name = matched / (matched + omitted).max(f64::MIN_POSITIVE);
            let enough = 0.5 * (of_query + of_name) + 1e-4 >= query.floor;
            if enough || mask & LETTERS != 0 {
                found.push(name);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::name::parse;

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
}
