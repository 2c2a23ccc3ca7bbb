//! Tokens that were typed before: words of company names come again and again, and what a word is does
//! not depend on its name.

use std::cell::RefCell;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use hashbrown::HashTable;
use rustc_hash::FxHasher;

use super::noise::Role;
use super::token::{Plain, PlainKind};
use super::typed::Token;

/// Tokens that a thread remembers before it begins anew: some 7 megabytes. Of all words in 100,000
/// company names, nine of ten are one of the 16,000 most common.
const REMEMBERED: usize = 1 << 14;

/// A token, and what it was typed from besides its letters.
type Seen = (PlainKind, bool, Arc<Token>);

thread_local! {
    static SEEN: RefCell<HashTable<Seen>> = const { RefCell::new(HashTable::new()) };
}

fn digest(text: &str, shown: &str) -> u64 {
    let mut hasher = FxHasher::default();
    (text, shown).hash(&mut hasher);
    hasher.finish()
}

/// The token of a plain one, typed now or before. Expected O(letters).
pub(super) fn typed(plain: Plain, role: Role) -> Arc<Token> {
    let (kind, noise) = (plain.kind, matches!(role, Role::Noise | Role::Marker));
    let hash = digest(&plain.piece.text, &plain.piece.shown);
    SEEN.with_borrow_mut(|seen| {
        let same = |(of, quiet, token): &Seen| {
            *of == kind
                && *quiet == noise
                && token.text == plain.piece.text
                && token.shown == plain.piece.shown
        };
        if let Some((_, _, token)) = seen.find(hash, same) {
            return Arc::clone(token);
        }
        if seen.len() >= REMEMBERED {
            seen.clear();
        }
        let token = Arc::new(Token::new(plain, noise));
        let own = |(_, _, token): &Seen| digest(&token.text, &token.shown);
        seen.insert_unique(hash, (kind, noise, Arc::clone(&token)), own);
        token
    })
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    #[test]
    fn a_word_is_what_it_is_in_each_name() {
        let (one, other) = (parse("Acme Trading Ltd"), parse("ACME Ltd (Trading)"));
        assert!(Arc::ptr_eq(&one.tokens[2], &other.tokens[1]), "`Ltd` is typed once");
        assert_eq!(one.tokens[0].text, other.tokens[0].text);
        assert_ne!(one.tokens[0].shown, other.tokens[0].shown);
        // What a name makes of a word stays with that name.
        let (light, plain) = (parse("Ivan Petrovich Abramov"), parse("Petrovich Trading"));
        assert!(light.tokens[1].weight < plain.tokens[0].weight);
        assert!(parse("Ivan Petrovich Abramov") == light);
        // A note and a word, a form and a word.
        let (note, word) = (parse("Acme Ltd (closed)"), parse("Closed Acme"));
        assert_ne!(note.tokens.last().map(|token| token.kind), Some(word.tokens[0].kind));
    }

    #[test]
    fn more_words_than_are_remembered_do_no_harm() {
        let first = parse("Acme Trading Ltd");
        for number in 0..=REMEMBERED {
            parse(&format!("w{number}x"));
        }
        assert_eq!(parse("Acme Trading Ltd"), first);
    }
}
