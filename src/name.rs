//! Names as strings only: normalising, tokens, legal forms, rarity, and the comparison of two.
//!
//! The score of a pair depends on the two names and the embedded tables alone, never on the lists
//! that happen to be loaded: a change of a list cannot change another pair's score.

mod background;
mod compare;
mod forms;
mod key;
mod text;
mod token;

pub use background::{TABLE_VERSION, rarity};
pub use compare::{Comparison, Line, LineKind, POINTS_OF_ONE, compare};
pub(crate) use compare::{LEAST_OMISSION, abbreviations, edit_budget, unumlaut};
pub use key::{NameKeys, PossibleKey, keys, possible_key};
pub use text::fold;
pub(crate) use text::is_east_asian;
pub use token::{ParsedName, Token, TokenKind, parse};
