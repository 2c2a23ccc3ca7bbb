//! The immutable index of names: which names are worth comparing with a party's.
//!
//! The only importer of `fst` and `levenshtein_automata`. Terms are the words of a name and its
//! neighbouring words glued together, so that a split or merged word is found; each is looked up
//! with the edits that the comparison would forgive.

mod lookup;

use std::sync::LazyLock;

use fst::{IntoStreamer, Map, MapBuilder, Streamer};
use levenshtein_automata::LevenshteinAutomatonBuilder;
use rustc_hash::FxHashSet;

use crate::column::Column;
use crate::name::{ParsedName, Token, TokenKind, edit_budget};

pub use lookup::{Lookup, LookupBuilder};

/// An immutable index of names by number.
pub struct NameIndex {
    terms: Map<Vec<u8>>,
    /// Where the postings of each term begin; one more than there are terms.
    from: Column<u32>,
    /// Names by term, each list sorted.
    postings: Column<u32>,
}

static ONE_EDIT: LazyLock<LevenshteinAutomatonBuilder> =
    LazyLock::new(|| LevenshteinAutomatonBuilder::new(1, true));
static TWO_EDITS: LazyLock<LevenshteinAutomatonBuilder> =
    LazyLock::new(|| LevenshteinAutomatonBuilder::new(2, true));

impl NameIndex {
    /// Indexes names; the n-th is number n.
    pub fn build<'a>(names: impl IntoIterator<Item = &'a ParsedName>) -> NameIndex {
        let mut pairs: Vec<(String, u32)> = (0u32..)
            .zip(names)
            .flat_map(|(number, name)| terms(name).into_iter().map(move |term| (term, number)))
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
        NameIndex { terms: builder.into_map(), from: from.into(), postings: postings.into() }
    }

    /// Numbers of the names worth comparing with a name, sorted.
    pub fn candidates(&self, name: &ParsedName) -> Vec<u32> {
        let mut found: FxHashSet<u32> = FxHashSet::default();
        for term in terms(name) {
            let letters = term.chars().count();
            let budget = edit_budget(letters, !term.is_ascii());
            let builder = match budget {
                0 => {
                    if let Some(at) = self.terms.get(&term) {
                        found.extend(self.names_of(at));
                    }
                    continue;
                }
                1 => &*ONE_EDIT,
                _ => &*TWO_EDITS,
            };
            let automaton = builder.build_dfa(&term);
            let mut hits = self.terms.search(&automaton).into_stream();
            while let Some((_, at)) = hits.next() {
                found.extend(self.names_of(at));
            }
        }
        let mut found: Vec<u32> = found.into_iter().collect();
        found.sort_unstable();
        found
    }

    fn names_of(&self, term: u64) -> &[u32] {
        let at = usize::try_from(term).expect("terms are numbered by 32 bits");
        &self.postings[self.from[at] as usize..self.from[at + 1] as usize]
    }
}

/// Words and runs of two or three glued words. Legal forms, connectors and numbers alone are no
/// reason to compare two names, unless a name has nothing else.
fn terms(name: &ParsedName) -> Vec<String> {
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
            terms.push(run.iter().map(|token| token.text.as_str()).collect());
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
        let first = |query: &str| index.candidates(&parse(query));
        assert_eq!(first("Tech Insights"), [0]);
        assert_eq!(first("L3Harris"), [1]);
        assert_eq!(first("Skydoi LLC"), [2]);
        assert_eq!(first("洛克希德马丁"), [3]);
        assert_eq!(first("3M"), [4]);
        assert_eq!(first("Nestle"), Vec::<u32>::new());
    }
}
