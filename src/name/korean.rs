//! Korean letters in Latin ones, in the ways that names are written.
//!
//! Registers write the Revised Romanization of 2000; lists of North Korean parties, old names and
//! most persons follow McCune and Reischauer (1939) without its signs; companies of the South write
//! as English readers say it (`Samsung`, `Doosan`, `Daewoo`). A person's family name has a spelling
//! of its own by habit.

/// First, middle and last sounds of syllables, in the order in which Unicode composes them.
const FIRST: [&str; 19] = [
    "g", "kk", "n", "d", "tt", "r", "m", "b", "pp", "s", "ss", "", "j", "jj", "ch", "k", "t", "p",
    "h",
];
const MIDDLE: [&str; 21] = [
    "a", "ae", "ya", "yae", "eo", "e", "yeo", "ye", "o", "wa", "wae", "oe", "yo", "u", "wo", "we",
    "wi", "yu", "eu", "ui", "i",
];
const LAST: [&str; 28] = [
    "", "k", "k", "k", "n", "n", "n", "t", "l", "k", "m", "l", "l", "l", "p", "l", "m", "p", "p",
    "t", "t", "ng", "t", "t", "k", "t", "p", "t",
];

/// Vowels as English readers say them.
const SAID: [&str; 21] = [
    "a", "ae", "ya", "yae", "u", "e", "yu", "ye", "o", "wa", "wae", "oe", "yo", "oo", "wo", "we",
    "wi", "yu", "eu", "ee", "i",
];

/// Vowels after McCune and Reischauer, without signs.
const MCCUNE: [&str; 21] = [
    "a", "ae", "ya", "yae", "o", "e", "yo", "ye", "o", "wa", "wae", "oe", "yo", "u", "wo", "we",
    "wi", "yu", "u", "ui", "i",
];

/// Usual spellings of the family names that most Koreans have.
const FAMILIES: &[(char, &str)] = &[
    ('김', "kim"),
    ('이', "lee"),
    ('박', "park"),
    ('최', "choi"),
    ('정', "jung"),
    ('강', "kang"),
    ('조', "cho"),
    ('윤', "yoon"),
    ('장', "jang"),
    ('임', "lim"),
    ('한', "han"),
    ('오', "oh"),
    ('서', "seo"),
    ('신', "shin"),
    ('권', "kwon"),
    ('황', "hwang"),
    ('안', "ahn"),
    ('송', "song"),
    ('류', "ryu"),
    ('유', "yoo"),
    ('홍', "hong"),
    ('전', "jeon"),
    ('고', "ko"),
    ('문', "moon"),
    ('리', "ri"),
    ('노', "roh"),
];

/// How Hangul names the letters of the Latin alphabet.
const LETTER_NAMES: &[(&str, char)] = &[
    ("더블유", 'w'),
    ("더블류", 'w'),
    ("에이치", 'h'),
    ("에이", 'a'),
    ("에프", 'f'),
    ("에스", 's'),
    ("에쓰", 's'),
    ("엑스", 'x'),
    ("와이", 'y'),
    ("아이", 'i'),
    ("케이", 'k'),
    ("제이", 'j'),
    ("제트", 'z'),
    ("브이", 'v'),
    ("비", 'b'),
    ("씨", 'c'),
    ("시", 'c'),
    ("디", 'd'),
    ("이", 'e'),
    ("지", 'g'),
    ("엘", 'l'),
    ("엠", 'm'),
    ("엔", 'n'),
    ("오", 'o'),
    ("피", 'p'),
    ("큐", 'q'),
    ("알", 'r'),
    ("티", 't'),
    ("유", 'u'),
];

/// The letters that Hangul spells out from the start of a word, and how many bytes they take.
pub(super) fn letter_names(word: &str) -> (String, usize) {
    super::romanise::spelt(word, LETTER_NAMES)
}

/// The sounds of a syllable, by number; `None` for other letters.
fn sounds(c: char) -> Option<(usize, usize, usize)> {
    let number = (c as u32).checked_sub(0xAC00).filter(|number| *number < 11_172)? as usize;
    Some((number / 588, number % 588 / 28, number % 28))
}

/// The Revised Romanization, without the changes between syllables, which company names seldom
/// write; other letters as they are.
pub(super) fn revised(word: &str) -> String {
    written(word, &MIDDLE, |first, _| FIRST[first])
}

/// The other usual ways of writing a word.
pub(super) fn usual(word: &str) -> Vec<String> {
    let mut ways = vec![mccune(word), said(word)];
    let mut letters = word.chars();
    if let Some(first) = letters.next()
        && let Some((_, family)) = FAMILIES.iter().find(|(own, _)| *own == first)
        && (2..=3).contains(&letters.clone().count())
    {
        ways.push(format!("{family}{}", said(letters.as_str())));
    }
    ways
}

/// After McCune and Reischauer: hard at the start and behind a hard sound, soft between soft ones.
fn mccune(word: &str) -> String {
    written(word, &MCCUNE, |first, soft| match (FIRST[first], soft) {
        ("g", false) => "k",
        ("d", false) => "t",
        ("b", false) => "p",
        ("j", false) => "ch",
        (sound, _) => sound,
    })
}

/// As English readers say it: a hard start, `oo` and `woo` for the close vowel.
fn said(word: &str) -> String {
    let mut start = true;
    written(word, &SAID, |first, _| {
        let begins = std::mem::take(&mut start);
        if begins && FIRST[first] == "g" { "k" } else { FIRST[first] }
    })
}

fn written(
    word: &str,
    middle: &[&str; 21],
    mut first: impl FnMut(usize, bool) -> &'static str,
) -> String {
    let mut out = String::new();
    let mut soft = false;
    for c in word.chars() {
        let Some((begin, vowel, end)) = sounds(c) else {
            out.push(c);
            continue;
        };
        let syllable = [first(begin, soft), middle[vowel], LAST[end]].concat();
        out.push_str(match syllable.as_str() {
            // As persons and companies write them: Young-ho, Daewoo.
            "yung" => "young",
            "oo" => "woo",
            other => other,
        });
        soft = matches!(LAST[end], "" | "n" | "m" | "ng" | "l");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn korean_names_are_written_in_several_ways() {
        for (word, latin) in [
            ("삼성", "samsung"),
            ("두산", "doosan"),
            ("대우", "daewoo"),
            ("기아", "kia"),
            ("조선", "choson"),
            ("평양", "pyongyang"),
            ("김정은", "kimjongun"),
            ("이영호", "leeyoungho"),
            ("한화", "hanhwa"),
            ("현우", "hyunwoo"),
        ] {
            let ways = usual(word);
            assert!(ways.iter().any(|way| way == latin), "{word}: {ways:?}");
        }
        assert_eq!(revised("김정은"), "gimjeongeun");
        assert_eq!(letter_names("엘지전자"), ("lg".to_owned(), 6));
    }
}
