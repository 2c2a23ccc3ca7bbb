//! Legal forms that are glued to the word before them.

use super::background::rarity;
use super::forms;
use super::token::{Plain, PlainKind};
use super::typed::meaning;
use super::vocabulary;

/// Legal forms that end no word of a language: glued to the word before them where a space was lost.
const GLUED_FORMS: &[&str] = &[
    "privatelimited",
    "limited",
    "private",
    "corporation",
    "company",
    "incorporated",
    "gmbh",
    "ltd",
    "llc",
    "llp",
    "plc",
    "srl",
    "sarl",
    "pvt",
    "pty",
    "inc",
];

/// Legal forms that end words too (`ag`: bag, `co`: disco): found at the end of the name alone, behind
/// a word of the background table.
const GLUED_TO_WORDS: &[&str] = &[
    "corp", "spa", "co", "ab", "ag", "sa", "nv", "bv", "oy", "as", "kg", "lp", "pte", "kft", "doo",
    "sro",
];

/// Parts a legal form from the word that it is glued to, whatever the case of the letters: `BidCo` is
/// a word, and `ENERGYAB` are two.
pub(super) fn part_glued_forms(tokens: &mut Vec<Plain>) {
    let formed = |token: &&Plain| forms::form_of(&token.piece.text).is_some();
    let forms_at_end = tokens.iter().rev().take_while(formed).count();
    let mut at = 0;
    while at < tokens.len() {
        let last = at + 1 + forms_at_end >= tokens.len();
        if let Some(seam) = seam(&tokens[at], last) {
            let mut form = tokens[at].piece.clone();
            form.text.drain(..seam);
            form.shown.drain(..seam);
            tokens[at].piece.text.truncate(seam);
            tokens[at].piece.shown.truncate(seam);
            tokens.insert(at + 1, Plain::new(form));
            at += 1;
        }
        at += 1;
    }
}

/// Where a word ends and a legal form begins that is glued to it.
fn seam(token: &Plain, last: bool) -> Option<usize> {
    let (text, shown) = (&token.piece.text, &token.piece.shown);
    let unknown = rarity(text) >= 1.0 && meaning(text).is_none() && forms::form_of(text).is_none();
    if token.kind != PlainKind::Word || !text.is_ascii() || shown.len() != text.len() || !unknown {
        return None;
    }
    let word = |forms: &[&str]| forms.iter().find_map(|form| text.strip_suffix(form));
    let long = word(GLUED_FORMS).filter(|word| word.len() >= 4);
    // What a word may abbreviate is no reason to part it: `Securico` is a name.
    let known = |word: &&str| {
        word.len() >= 4 && vocabulary::word(word).is_some() || word.len() >= 7 && rarity(word) < 1.0
    };
    long.or_else(|| word(GLUED_TO_WORDS).filter(|word| last && known(word))).map(str::len)
}
