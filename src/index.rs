//! The immutable index of names: which names are worth comparing with a party's.
//!
//! The only importer of `fst` and `levenshtein_automata`. Terms are the words of a name and its
//! neighbouring words glued together, so that a split or merged word is found; each is looked up
//! with the edits that the comparison would forgive.

mod lookup;

use std::sync::{Arc, LazyLock, RwLock};

use fst::{IntoStreamer, Map, MapBuilder, Streamer};
use levenshtein_automata::LevenshteinAutomatonBuilder;
use rustc_hash::FxHashMap;

use crate::column::Column;
use crate::name::{
    LEAST_OMISSION, ParsedName, Token, TokenKind, abbreviations, edit_budget, is_east_asian,
    unumlaut,
};

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
        let mut pairs: Vec<(String, u32)> = (0u32..)
            .zip(names)
            .flat_map(|(number, name)| terms(name).into_iter().map(move |(term, _)| (term, number)))
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
        }
    }

    /// Numbers of the names that can score `floor` (0..1) or more against a name, sorted.
    ///
    /// A name is left out only where too little of the query's weight can be matched by it. That
    /// loses nothing: what the comparison can pair, a term finds, and what no term can show (forms,
    /// connectors, numbers) is taken as matched.
    pub fn candidates(&self, name: &ParsedName, floor: f64) -> Vec<u32> {
        let mut matched: FxHashMap<u32, f64> = FxHashMap::default();
        for (term, weight) in terms(name) {
            for at in self.near(&term).iter() {
                for name in self.names_of(*at) {
                    *matched.entry(*name).or_default() += weight;
                }
            }
        }
        let total: f64 = name.tokens.iter().map(|token| token.weight).sum();
        let shown = name.tokens.iter().filter(|token| is_shown(token)).map(|token| token.weight);
        let taken = total - shown.sum::<f64>();
        let needed = least_matched(floor) * total - taken - 1e-9;
        let mut found: Vec<u32> = matched
            .into_iter()
            .filter(|(_, weight)| *weight >= needed)
            .map(|(name, _)| name)
            .collect();
        found.sort_unstable();
        found
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
        let builder = match edit_budget(letters, term.chars().any(is_east_asian)) {
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

/// The share of a name's weight that has to be matched for a score of `floor`.
///
/// A score is the mean of how much of each name is matched, an omitted token counting
/// [`LEAST_OMISSION`] of its weight at the least. With a share f matched of one name and all of the
/// other it is at most (1 + f / (f + c (1 - f))) / 2; solved for f.
fn least_matched(floor: f64) -> f64 {
    let of_one = (2.0 * floor - 1.0).max(0.0);
    LEAST_OMISSION * of_one / (1.0 - of_one + LEAST_OMISSION * of_one)
}

/// Whether a term shows that the token is matched.
fn is_shown(token: &Token) -> bool {
    token.kind == TokenKind::Word
}

/// Words and runs of two or three glued words, each with its weight. Legal forms, connectors and
/// numbers alone are no reason to compare two names, unless a name has nothing else.
fn terms(name: &ParsedName) -> Vec<(String, f64)> {
    let words: Vec<&Token> = name.tokens.iter().filter(|token| !token.is_form()).collect();
    let distinguishing = |token: &Token| token.kind == TokenKind::Word;
    let any = words.iter().any(|token| distinguishing(token));
    let mut terms = Vec::new();
    for from in 0..words.len() {
        for length in 1..=3.min(words.len() - from) {
            let run = &words[from..from + length];
            if any && !run.iter().any(|token| distinguishing(token)) {
                continue;
            }
            let glued: String = run.iter().map(|token| token.text.as_str()).collect();
            let weight = run.iter().map(|token| token.weight).sum();
            if let [token] = run {
                terms.extend(abbreviations(&token.text).map(|other| (other.to_owned(), weight)));
            }
            let plain = unumlaut(&glued);
            if plain != glued {
                terms.push((plain, weight));
            }
            terms.push((glued, weight));
        }
    }
    terms
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
