//! Abbreviations that no table has: a beginning of a word of the table, or its consonants.

use std::sync::LazyLock;

use super::alike::letter_set;
use super::vocabulary::{Word, spellings};

/// Letters that a beginning has at least: `environ`. Shorter ones begin many words, and are words.
const BEGINNING: usize = 6;

/// Letters that are left out at least: a word of one or two letters less is misspelt, or a plural.
const LEFT_OUT: usize = 3;

/// Letters of consonants alone at least: `srvcs`, `lgstcs`. Three letters are a company's initials.
const CONSONANTS: usize = 4;

/// A word of the table that is abbreviated, and its letters.
type Long = (&'static str, u64, Word);

/// Those words by first letter.
static LONG: LazyLock<Vec<Vec<Long>>> = LazyLock::new(|| {
    let mut by_letter = vec![Vec::new(); 26];
    for (spelling, word) in spellings() {
        if spelling.len() >= 5 && spelling.bytes().all(|byte| byte.is_ascii_lowercase()) {
            let own: &mut Vec<Long> = &mut by_letter[usize::from(spelling.as_bytes()[0] - b'a')];
            own.push((spelling, letter_set(spelling), word));
        }
    }
    by_letter
});

/// The word that an unknown word abbreviates, where all that it may abbreviate mean one thing: it begins
/// with its letters (`environ`), or has its first and last and others in their order and no vowel
/// besides, but for one before three consonants (`intnl`, `srvcs`, `devmt`). O(words of the letter).
pub(super) fn abbreviated(text: &str) -> Option<Word> {
    let bytes = text.as_bytes();
    if bytes.len() < CONSONANTS || !bytes.iter().all(u8::is_ascii_lowercase) {
        return None;
    }
    let spelt_out = bytes[1..].iter().filter(|byte| is_vowel(**byte)).count();
    let ends_hard = bytes.len() > 4 && !bytes[bytes.len() - 3..].iter().any(|byte| is_vowel(*byte));
    let consonants = spelt_out == 0 || spelt_out == 1 && ends_hard;
    if !consonants && bytes.len() < BEGINNING {
        return None;
    }
    let set = letter_set(text);
    let mut found: Option<Word> = None;
    for (long, letters, word) in &LONG[usize::from(bytes[0] - b'a')] {
        if set & !letters != 0 || long.len() < text.len() + 2 {
            continue;
        }
        let begins = bytes.len() >= BEGINNING
            && long.len() >= bytes.len() + LEFT_OUT
            && long.starts_with(text);
        let ends = long.as_bytes().last() == bytes.last();
        if !(begins || consonants && ends && in_order(bytes, long.as_bytes())) {
            continue;
        }
        if found.is_some_and(|other| other.concept != word.concept) {
            return None;
        }
        found = Some(*word);
    }
    found.map(|word| Word { abbreviation: true, ..word })
}

fn is_vowel(byte: u8) -> bool {
    matches!(byte, b'a' | b'e' | b'i' | b'o' | b'u')
}

/// Whether all letters of the short word stand in the long one in their order.
fn in_order(short: &[u8], long: &[u8]) -> bool {
    let mut rest = long.iter();
    short.iter().all(|letter| rest.any(|other| other == letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn abbreviations_are_beginnings_or_consonants() {
        for (short, concept) in [
            ("intnl", "international"),
            ("mgmnt", "management"),
            ("srvcs", "service"),
            ("prtnrs", "partner"),
            ("lgstcs", "logistics"),
            ("devmt", "development"),
            ("environ", "environmental"),
        ] {
            assert_eq!(abbreviated(short).map(|word| word.concept), Some(concept), "{short}");
        }
        for name in ["skydio", "hsbc", "kpmg", "tsmc", "traps", "inter", "lecroy"] {
            assert_eq!(abbreviated(name).map(|word| word.concept), None, "{name}");
        }
    }
}
