//! Names as strings only: normalising, typed tokens, legal forms, rarity, and the comparison of two.
//!
//! The score of a pair depends on the two names and the embedded tables alone, never on the lists
//! that happen to be loaded: a change of a list cannot change another pair's score.

mod abbreviation;
mod acronym;
mod align;
mod alike;
mod background;
mod compare;
mod cut;
mod forms;
mod glued;
mod japanese;
mod kept;
mod key;
mod korean;
mod line;
mod neighbours;
mod noise;
mod number;
mod pieces;
mod romanise;
mod seen;
mod tails;
mod text;
mod token;
mod typed;
mod views;
mod vocabulary;

pub(crate) use acronym::{made as acronyms, written as acronym};
pub(crate) use align::{LONGEST_RUN, may_be_person};
pub(crate) use alike::{
    INITIAL, RELATED_FORM, SAME_LOAN, SAME_MEANING, SAME_PLACE, SAME_SHAPE, SAME_SOUND,
    SAME_UMLAUT, clippings, edit_budget, edited_at_most, is_and, letter_set, misread,
    one_letter_says, spoken_beginnings, unumlaut,
};
pub use background::{TABLE_VERSION, rarity};
pub(crate) use compare::{WORD_PENALTY, is_named, omission_factor};
pub use compare::{compare, points};
pub(crate) use cut::{CUT, may_be_cut};
pub(crate) use kept::{renumber, token_bytes, token_of};
pub use key::{NameKeys, PossibleKey, all_keys, keys};
pub use line::{Comparison, Line, LineKind, POINTS_OF_ONE};
pub(crate) use romanise::{skeleton, sound};
pub use text::fold;
pub(crate) use text::is_east_asian;
pub(crate) use token::may_join;
pub use token::{Place, TokenKind};
pub use typed::{ParsedName, Token, parse};

/// Whether a text is a legal form and nothing else, however it is written. O(length).
pub(crate) fn is_legal_form(text: &str) -> bool {
    let glued: String = fold(text).chars().filter(|c| c.is_alphanumeric()).collect();
    forms::form_of(&glued).is_some()
}

/// The country that a text names in one of eleven languages, as two letters (ISO 3166-1). O(length).
pub(crate) fn country_named(text: &str) -> Option<&'static str> {
    let glued: String = fold(text).chars().filter(|c| c.is_alphanumeric()).collect();
    let code = vocabulary::place(&glued)?.code;
    (code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase())).then_some(code)
}

/// A digest of what decides how names are taken apart and compared: the program's version and its
/// tables. An index of another one may lack names that this program would find.
pub(crate) fn program_digest() -> [u8; 8] {
    let mut hasher = blake3::Hasher::new();
    let tables = [
        env!("CARGO_PKG_VERSION").as_bytes(),
        background::TABLE.as_bytes(),
        forms::TABLE.as_bytes(),
        vocabulary::WORDS.as_bytes(),
        vocabulary::PLACES.as_bytes(),
        japanese::PACKED,
    ];
    for table in tables {
        hasher.update(table);
    }
    hasher.finalize().as_bytes()[..8].try_into().expect("a digest has 32 bytes")
}
