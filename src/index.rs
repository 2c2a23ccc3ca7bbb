//! The immutable index of names: which names are worth comparing with a party's.
//!
//! The only importer of `fst` and `levenshtein_automata`. Terms are the words of a name and its
//! neighbouring words glued together, so that a split or merged word is found; each is looked up
//! with the edits that the comparison would forgive.

mod lookup;
mod terms;

use std::cell::RefCell;
use std::sync::{Arc, LazyLock, RwLock};

use fst::{IntoStreamer, Map, MapBuilder, Streamer};
use levenshtein_automata::LevenshteinAutomatonBuilder;
use rustc_hash::FxHashMap;

use crate::column::Column;
use crate::name::{ParsedName, Token, edit_budget, is_east_asian, is_named, omission_factor};

use self::terms::{Term, asked, held};

pub use lookup::{Lookup, LookupBuilder};

/// An immutable index of names by number.
pub struct NameIndex {
    terms: Map<Vec<u8>>,
    /// Where the postings of each term begin; one more than there are terms.
    from: Column<u32>,
    /// Names by term, each list sorted.
    postings: Column<u32>,
    /// Terms near the terms of earlier queries: words of company names come again and again.
    near: RwLock<FxHashMap<String, Arc<[u64]>>>,
    /// How many names there are.
    names: usize,
}

/// The longest term that is searched with edits.
const LONGEST: usize = 64;

/// Terms of queries whose neighbours are remembered: a few megabytes, and far more than the words
/// that a file of customers has in common.
const REMEMBERED: usize = 50_000;

static ONE_EDIT: LazyLock<LevenshteinAutomatonBuilder> =
    LazyLock::new(|| LevenshteinAutomatonBuilder::new(1, true));
static TWO_EDITS: LazyLock<LevenshteinAutomatonBuilder> =
    LazyLock::new(|| LevenshteinAutomatonBuilder::new(2, true));

impl NameIndex {
    /// Indexes names; the n-th is number n.
    pub fn build<'a>(names: impl IntoIterator<Item = &'a ParsedName>) -> NameIndex {
        let mut count = 0;
        let names = names.into_iter().inspect(|_| count += 1);
        let mut pairs: Vec<(String, u32)> = (0u32..)
            .zip(names)
            .flat_map(|(number, name)| held(name).into_iter().map(move |term| (term, number)))
            .collect();
        pairs.sort_unstable();
        pairs.dedup();
        let (mut builder, mut from, mut postings) = (MapBuilder::memory(), Vec::new(), Vec::new());
        for (at, (term, number)) in pairs.iter().enumerate() {
            if at == 0 || pairs[at - 1].0 != *term {
                builder.insert(term, from.len() as u64).expect("terms are sorted and different");
                from.push(u32::try_from(at).expect("fewer than 4 billion postings"));
            }
            postings.push(*number);
        }
        from.push(u32::try_from(pairs.len()).expect("fewer than 4 billion postings"));
        NameIndex {
            terms: builder.into_map(),
            from: from.into(),
            postings: postings.into(),
            near: RwLock::default(),
            names: count,
        }
    }

    /// Numbers of the names that can score `floor` (0..1) or more against a name, sorted.
    ///
    /// A name is left out only where too little of the query's weight can be matched by it. That
    /// loses nothing: what the comparison can pair, a term finds, and what no term can show (forms,
    /// connectors, numbers, single letters) is taken as matched.
    ///
    /// A score is the mean of how much of each name is matched: of the query m / (m + o), where o
    /// is the weight of omitted tokens, each reduced by its factor. With all of the other name
    /// matched it reaches `floor` where m >= k o for k = (2 floor - 1) / (2 - 2 floor). So every
    /// token found counts its weight and k times what it no longer omits.
    pub fn candidates(&self, name: &ParsedName, floor: f64) -> Vec<u32> {
        let of_one = (2.0 * floor - 1.0).clamp(0.0, 0.999);
        let k = of_one / (1.0 - of_one);
        SCRATCH.with_borrow_mut(|scratch| {
            let mut found = Vec::new();
            for view in &name.views {
                self.of_view(name, view, k, scratch);
                scratch.drain(&mut found);
            }
            for term in terms::whole(name) {
                if let Some(at) = self.terms.get(&term) {
                    found.extend_from_slice(self.names_of(at));
                }
            }
            found.sort_unstable();
            found.dedup();
            found
        })
    }

    /// Counts what the names share with one view of a name, and keeps those that share enough.
    fn of_view(&self, name: &ParsedName, view: &[usize], k: f64, scratch: &mut Scratch) {
        let named = is_named(view.iter().map(|at| &name.tokens[*at]));
        let omitted = |token: &Token| token.weight * omission_factor(token, named);
        let counts: Vec<f64> =
            name.tokens.iter().map(|token| token.weight + k * omitted(token)).collect();
        let shown = |at: &&usize| terms::is_shown(&name.tokens[**at]);
        let omitted: f64 = view.iter().map(|at| omitted(&name.tokens[*at])).sum();
        let taken: f64 = view.iter().filter(|at| !shown(at)).map(|at| counts[*at]).sum();
        scratch.begin(self.names, k * omitted - taken - 1e-6);
        for Term { text, of, fuzzy } in asked(name, view) {
            let count: f64 = of.iter().map(|at| counts[*at]).sum();
            if fuzzy {
                for at in self.near(&text).iter() {
                    scratch.count(self.names_of(*at), count);
                }
            } else if let Some(at) = self.terms.get(&text) {
                scratch.count(self.names_of(at), count);
            }
        }
    }

    /// Numbers of the indexed terms within the edits that the comparison would forgive.
    fn near(&self, term: &str) -> Arc<[u64]> {
        if let Ok(known) = self.near.read()
            && let Some(near) = known.get(term)
        {
            return Arc::clone(near);
        }
        let near: Arc<[u64]> = self.search(term).into();
        if let Ok(mut known) = self.near.write()
            && known.len() < REMEMBERED
        {
            known.insert(term.to_owned(), Arc::clone(&near));
        }
        near
    }

    fn search(&self, term: &str) -> Vec<u64> {
        // The automaton of a longer term would cost megabytes; the comparison forgives its edits,
        // but no word of a language is as long.
        let letters = term.chars().count();
        if letters > LONGEST {
            return self.terms.get(term).into_iter().collect();
        }
        // Three letters may be four that lost one.
        let budget = edit_budget(letters, term.chars().any(is_east_asian));
        let builder = match budget.max(usize::from(letters == 3)) {
            0 => return self.terms.get(term).into_iter().collect(),
            1 => &*ONE_EDIT,
            _ => &*TWO_EDITS,
        };
        let automaton = builder.build_dfa(term);
        let mut hits = self.terms.search(&automaton).into_stream();
        let mut near = Vec::new();
        while let Some((_, at)) = hits.next() {
            near.push(at);
        }
        near
    }

    fn names_of(&self, term: u64) -> &[u32] {
        let at = usize::try_from(term).expect("terms are numbered by 32 bits");
        &self.postings[self.from[at] as usize..self.from[at + 1] as usize]
    }
}

thread_local! {
    /// Counts by name, kept from query to query: cleared by what was touched, never whole.
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// Counts of what names share with a query.
#[derive(Default)]
struct Scratch {
    counts: Vec<f32>,
    touched: Vec<u32>,
    needed: f64,
}

impl Scratch {
    fn begin(&mut self, names: usize, needed: f64) {
        if self.counts.len() < names {
            self.counts.resize(names, 0.0);
        }
        self.needed = needed;
    }

    fn count(&mut self, names: &[u32], count: f64) {
        #[expect(clippy::cast_possible_truncation, reason = "a count of a few units")]
        let count = count as f32;
        for name in names {
            let known = &mut self.counts[*name as usize];
            if *known == 0.0 {
                self.touched.push(*name);
            }
            *known += count;
        }
    }

    /// Moves the names that share enough to `found`, and forgets all.
    fn drain(&mut self, found: &mut Vec<u32>) {
        for name in self.touched.drain(..) {
            let count = std::mem::take(&mut self.counts[name as usize]);
            // 32 bits hold seven digits of a count; the least that is needed is lowered by as much.
            if f64::from(count) >= self.needed - 1e-4 {
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
