//! Folding: one spelling for case, width, accents and Chinese script.

use std::sync::LazyLock;

use ferrous_opencc::OpenCC;
use ferrous_opencc::config::BuiltinConfig;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Letters that Unicode does not take apart but that spellings without them write differently.
const LETTERS: &[(char, &str)] = &[
    ('ß', "ss"),
    ('æ', "ae"),
    ('œ', "oe"),
    ('ø', "o"),
    ('đ', "d"),
    ('ð', "d"),
    ('ł', "l"),
    ('þ', "th"),
    ('ı', "i"),
    // The sigma that ends a Greek word; capitals have one sigma.
    ('ς', "σ"),
];

static TO_SIMPLIFIED: LazyLock<OpenCC> = LazyLock::new(|| {
    OpenCC::from_config(BuiltinConfig::T2s).expect("the embedded conversion table is well formed")
});

/// Whether the character is a Chinese one.
pub(super) fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{323AF}' | '々')
}

/// Whether the character is Japanese kana.
pub(super) fn is_kana(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30FF}' | '\u{31F0}'..='\u{31FF}')
}

/// Whether the character is Korean hangul.
pub(super) fn is_hangul(c: char) -> bool {
    matches!(c, '\u{AC00}'..='\u{D7AF}' | '\u{1100}'..='\u{11FF}' | '\u{3130}'..='\u{318F}')
}

/// Whether words of this character's script are written without spaces or inflection by accents.
pub(crate) fn is_east_asian(c: char) -> bool {
    is_han(c) || is_kana(c) || is_hangul(c)
}

/// Whether a letter is of the Latin script, in any width or with any mark.
pub(super) fn is_latin(c: char) -> bool {
    matches!(c, 'a'..='z' | 'A'..='Z' | 'ª' | 'º' | 'À'..='ʯ' | 'ᴀ'..='ỿ' | 'ⁿ' | 'Ⱡ'..='Ɀ' | 'Ꜣ'..='ꟿ' | 'ﬀ'..='ﬆ' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ')
}

/// The letters of `shown` that a part of its folded letters stands for, where folding kept their
/// number; else the folded part. O(length).
pub(super) fn as_shown(shown: &str, folded: &str, (from, to): (usize, usize)) -> String {
    let letters = |text: &str| text.chars().count();
    if letters(shown) != letters(folded) {
        return folded[from..to].to_owned();
    }
    let before = letters(&folded[..from]);
    shown.chars().skip(before).take(letters(&folded[from..to])).collect()
}

/// Folds a text: compatibility forms (full and half width), lower case, no accents on Latin, Greek
/// and Cyrillic letters, simplified Chinese. O(length).
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let lower: String = text.nfkc().flat_map(char::to_lowercase).collect();
    let mut folded = String::with_capacity(lower.len());
    let mut base_is_east_asian = false;
    for c in lower.nfd() {
        if is_combining_mark(c) {
            if base_is_east_asian {
                folded.push(c);
            }
            continue;
        }
        base_is_east_asian = is_east_asian(c);
        match LETTERS.iter().find(|(letter, _)| *letter == c) {
            Some((_, spelt)) => folded.push_str(spelt),
            None => folded.push(c),
        }
    }
    let folded: String = folded.nfc().collect();
    if folded.chars().any(is_han) { TO_SIMPLIFIED.convert(&folded) } else { folded }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_word_fold_to_one() {
        for (left, right) in [
            ("Nestlé", "NESTLE"),
            ("ＴＤＫ株式会社", "tdk株式会社"),
            ("ｴﾝｼﾞﾝ", "エンジン"),
            ("國家中山科學研究院", "国家中山科学研究院"),
            ("Møller", "moller"),
            ("Straße", "strasse"),
            ("ΑΛΥΣΤΡΆΤΗ", "αλυστρατη"),
        ] {
            assert_eq!(fold(left), fold(right));
        }
        assert_ne!(fold("が"), fold("か"), "a voiced kana is another letter");
    }
}
