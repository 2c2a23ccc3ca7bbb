//! Latin letters for other scripts, as registers and lists usually write them.
//!
//! Alphabets are romanised where they stand: their words keep their letters' order, so that typing
//! errors stay typing errors. Chinese, Japanese and Korean words keep their own letters and get
//! their readings beside them.

use any_ascii::any_ascii;
use wana_kana::ConvertJapanese;

use super::text::{is_han, is_hangul, is_kana};
use super::{japanese, korean};

/// Cyrillic letters in the usual romanisation of Russian, Ukrainian, Serbian and Kazakh names
/// (BGN/PCGN without its apostrophes), folded letters only: an accent is gone before.
const CYRILLIC: &[(char, &str)] = &[
    ('а', "a"),
    ('б', "b"),
    ('в', "v"),
    ('г', "g"),
    ('д', "d"),
    ('е', "e"),
    ('ж', "zh"),
    ('з', "z"),
    ('и', "i"),
    ('к', "k"),
    ('л', "l"),
    ('м', "m"),
    ('н', "n"),
    ('о', "o"),
    ('п', "p"),
    ('р', "r"),
    ('с', "s"),
    ('т', "t"),
    ('у', "u"),
    ('ф', "f"),
    ('х', "kh"),
    ('ц', "ts"),
    ('ч', "ch"),
    ('ш', "sh"),
    ('щ', "shch"),
    ('ъ', ""),
    ('ы', "y"),
    ('ь', ""),
    ('э', "e"),
    ('ю', "yu"),
    ('я', "ya"),
    ('і', "i"),
    ('ї', "yi"),
    ('є', "ye"),
    ('ґ', "g"),
    ('ђ', "dj"),
    ('ј', "j"),
    ('љ', "lj"),
    ('њ', "nj"),
    ('ћ', "c"),
    ('џ', "dz"),
    ('ў', "u"),
    ('қ', "k"),
    ('ғ', "g"),
    ('ң', "n"),
    ('ө', "o"),
    ('ұ', "u"),
    ('ү', "u"),
    ('һ', "h"),
    ('ә', "a"),
    ('җ', "zh"),
    ('ҳ', "h"),
    ('ҷ', "j"),
];

/// Greek letters and pairs of letters after ELOT 743, the standard of Greek passports and registers.
const GREEK: &[(&str, &str)] = &[
    ("ου", "ou"),
    ("αυ", "av"),
    ("ευ", "ev"),
    ("γγ", "ng"),
    ("γκ", "gk"),
    ("γχ", "nch"),
    ("α", "a"),
    ("β", "v"),
    ("γ", "g"),
    ("δ", "d"),
    ("ε", "e"),
    ("ζ", "z"),
    ("η", "i"),
    ("θ", "th"),
    ("ι", "i"),
    ("κ", "k"),
    ("λ", "l"),
    ("μ", "m"),
    ("ν", "n"),
    ("ξ", "x"),
    ("ο", "o"),
    ("π", "p"),
    ("ρ", "r"),
    ("σ", "s"),
    ("ς", "s"),
    ("τ", "t"),
    ("υ", "y"),
    ("φ", "f"),
    ("χ", "ch"),
    ("ψ", "ps"),
    ("ω", "o"),
];

/// The folded word in Latin letters, where its script is an alphabet other than Latin; a word that
/// mixes Latin with look-alikes of another alphabet comes out in Latin too. `None` for a word that
/// is Latin already or East Asian.
pub(super) fn romanised(word: &str) -> Option<String> {
    if word.is_ascii() || word.chars().any(|c| is_han(c) || is_kana(c) || is_hangul(c)) {
        return None;
    }
    let mut latin = String::with_capacity(word.len());
    let mut rest = word;
    while let Some(c) = rest.chars().next() {
        if let Some((pair, spelt)) = GREEK.iter().find(|(greek, _)| rest.starts_with(greek)) {
            latin.push_str(spelt);
            rest = &rest[pair.len()..];
            continue;
        }
        match CYRILLIC.iter().find(|(letter, _)| *letter == c) {
            Some((_, spelt)) => latin.push_str(spelt),
            None if c.is_ascii() => latin.push(c),
            None => latin.push_str(&any_ascii(c.encode_utf8(&mut [0; 4])).to_ascii_lowercase()),
        }
        rest = &rest[c.len_utf8()..];
    }
    latin.retain(|c| c.is_ascii_alphanumeric());
    (!latin.is_empty()).then_some(latin)
}

/// How an East Asian word is read, in Latin letters: pinyin of Chinese characters, the sound of kana
/// and Hangul. Empty for other scripts.
pub(super) fn reading(word: &str) -> String {
    if word.is_ascii() {
        return String::new();
    }
    let mut latin = if word.chars().any(is_kana) {
        let kana: String = word.chars().filter(|c| !is_han(*c)).collect();
        long_vowels(&kana.to_romaji().to_ascii_lowercase())
    } else if word.chars().any(is_hangul) {
        korean::revised(word)
    } else if word.chars().any(is_han) {
        any_ascii(word).to_ascii_lowercase()
    } else {
        return String::new();
    };
    latin.retain(|c| c.is_ascii_alphanumeric());
    latin
}

/// The ways to read an East Asian word, in Latin letters: pinyin and the Japanese reading of Chinese
/// characters, the sound of kana, Hangul in each of its usual spellings, the letters that either
/// spells out (`ジーエムオー`, `에스케이`). Empty for other scripts.
pub(super) fn readings(word: &str) -> Vec<String> {
    let mut readings = vec![reading(word)];
    readings.extend(japanese::reading(word).map(|kana| reading(&kana)));
    readings.extend(spelt_out(word));
    if word.chars().any(is_hangul) {
        readings.extend(korean::usual(word));
    }
    readings.retain(|reading| !reading.is_empty());
    readings.sort_unstable();
    readings.dedup();
    readings
}

/// How kana name the letters of the Latin alphabet.
const LETTER_NAMES: &[(&str, char)] = &[
    ("ダブリュー", 'w'),
    ("ダブリュ", 'w'),
    ("エックス", 'x'),
    ("エイチ", 'h'),
    ("エッチ", 'h'),
    ("キュー", 'q'),
    ("ジェー", 'j'),
    ("ジェイ", 'j'),
    ("シー", 'c'),
    ("ディー", 'd'),
    ("ティー", 't'),
    ("ヴイ", 'v'),
    ("ブイ", 'v'),
    ("ゼット", 'z'),
    ("アール", 'r'),
    ("エー", 'a'),
    ("エイ", 'a'),
    ("ビー", 'b'),
    ("イー", 'e'),
    ("エフ", 'f'),
    ("ジー", 'g'),
    ("アイ", 'i'),
    ("ケー", 'k'),
    ("ケイ", 'k'),
    ("エル", 'l'),
    ("エム", 'm'),
    ("エヌ", 'n'),
    ("オー", 'o'),
    ("ピー", 'p'),
    ("エス", 's'),
    ("ユー", 'u'),
    ("ワイ", 'y'),
];

/// The letters that kana or Hangul spell out from the start of a word, and how many bytes they take.
pub(super) fn letter_names(word: &str) -> (String, usize) {
    let kana = spelt(word, LETTER_NAMES);
    if kana.1 > 0 { kana } else { korean::letter_names(word) }
}

/// The letters that a word spells out from its start by their names, and how many bytes they take.
pub(super) fn spelt(word: &str, names: &[(&str, char)]) -> (String, usize) {
    let (mut letters, mut rest) = (String::new(), word);
    while let Some((name, letter)) = names.iter().find(|(name, _)| rest.starts_with(name)) {
        letters.push(*letter);
        rest = &rest[name.len()..];
    }
    (letters, word.len() - rest.len())
}

/// The letters of a word that is nothing but names of letters, two and more of them.
fn spelt_out(word: &str) -> Option<String> {
    let (letters, taken) = letter_names(word);
    (letters.len() >= 2 && taken == word.len()).then_some(letters)
}

/// Long vowels as company names write them: `toukyou` and `tōkyō` are Tokyo.
fn long_vowels(romaji: &str) -> String {
    let mut out = String::with_capacity(romaji.len());
    for c in romaji.chars() {
        match (out.chars().last(), c) {
            (Some('o'), 'u') | (_, '-') => {}
            (Some(last), c) if last == c && "aiueo".contains(c) => {}
            _ => out.push(c),
        }
    }
    out
}

/// One spelling for the romanisations of one sound: `Lukashenko` and `Lukaschenko`, `Yevgeniy` and
/// `Evgenii`, `Qaddafi` and `Kaddafi`. For Latin words; others come out as they are. Words that
/// sound alike by this are the same word in other hands, or a usual misspelling of it.
pub(crate) fn sound(word: &str) -> String {
    let mut out: String = sounds(word).collect();
    if out.len() > 3 && out.ends_with('h') {
        out.pop();
    }
    out
}

/// The letters of a word's sound from its start, before what its end changes.
pub(super) fn sounds(word: &str) -> Sounds<'_> {
    // The Cyrillic `е` that begins a word is written as it sounds, or as it looks.
    let rest = if word.starts_with("ye") { &word[1..] } else { word };
    Sounds { rest, spelt: "".chars(), last: None }
}

/// The letters of a sound, of which no two in a row are the same.
pub(super) struct Sounds<'w> {
    rest: &'w str,
    spelt: std::str::Chars<'w>,
    last: Option<char>,
}

impl Iterator for Sounds<'_> {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        loop {
            for c in self.spelt.by_ref() {
                if self.last.replace(c) != Some(c) {
                    return Some(c);
                }
            }
            let c = self.rest.chars().next()?;
            let length = match sounding(self.rest.as_bytes()) {
                Some((length, spelt)) => {
                    self.spelt = spelt.chars();
                    length
                }
                None => {
                    self.spelt = self.rest[..c.len_utf8()].chars();
                    c.len_utf8()
                }
            };
            self.rest = &self.rest[length..];
        }
    }
}

/// The letters that a text begins with and that have another spelling: how many, and that spelling.
fn sounding(text: &[u8]) -> Option<(usize, &'static str)> {
    Some(match text {
        [b's', b'h', b'c', b'h', ..] => (4, "s"),
        [b's', b'c', b'h', ..] => (3, "s"),
        [b't', b'c', b'h', ..] => (3, "c"),
        [b'k', b'h', ..] => (2, "h"),
        [b'g', b'h', ..] => (2, "g"),
        [b'z', b'h', ..] => (2, "z"),
        [b'p', b'h', ..] => (2, "f"),
        [b's', b'h', ..] => (2, "s"),
        [b'c', b'h', ..] => (2, "c"),
        [b't', b'h', ..] => (2, "t"),
        [b'd', b'h', ..] => (2, "d"),
        [b'c', b'k', ..] => (2, "k"),
        [b'c', b'z', ..] => (2, "c"),
        [b't', b's' | b'z', ..] => (2, "c"),
        [b'o', b'u' | b'o', ..] => (2, "u"),
        [b'e', b'e', ..] => (2, "i"),
        [b'a', b'e', ..] => (2, "a"),
        [b'o', b'e', ..] => (2, "o"),
        [b'u', b'e', ..] => (2, "u"),
        [b'q', ..] => (1, "k"),
        [b'w', ..] => (1, "v"),
        [b'x', ..] => (1, "ks"),
        [b'y' | b'j', ..] => (1, "i"),
        [b'c', b'e' | b'i' | b'y', ..] => return None,
        [b'c', ..] => (1, "k"),
        _ => return None,
    })
}

/// The consonants of a word as a Japanese speaker would write it in kana: what an English word and
/// its loan have in common (`members`, `menbazu`). Latin letters only.
pub(crate) fn skeleton(word: &str) -> String {
    const GROUPS: &[(&str, &str)] = &[
        ("tch", "c"),
        ("sch", "sk"),
        ("sh", "s"),
        ("ch", "c"),
        ("th", "s"),
        ("ph", "h"),
        ("ck", "k"),
        ("qu", "k"),
        ("x", "ks"),
        ("tsu", "t"),
        ("ts", "t"),
        ("ti", "c"),
        ("ge", "s"),
        ("gi", "s"),
        ("gy", "s"),
        ("ce", "s"),
        ("ci", "s"),
        ("cy", "s"),
        ("wh", "h"),
    ];
    /// Letters that groups begin with.
    const BEGIN: &[char] = &['c', 'g', 'p', 'q', 's', 't', 'w', 'x'];
    let mut out = String::new();
    let mut at = 0;
    let mut rest = word;
    while let Some(c) = rest.chars().next() {
        let begins = |(group, _): &&(&str, &str)| rest.starts_with(group);
        let group = if BEGIN.contains(&c) { GROUPS.iter().find(begins) } else { None };
        if let Some((group, spelt)) = group {
            push_single(&mut out, spelt);
            at += group.len();
            rest = &rest[group.len()..];
            continue;
        }
        let next = rest.chars().nth(1);
        let vowel = |c: Option<char>| c.is_some_and(|c| "aeiouy".contains(c));
        let spelt = match c {
            'l' => "r",
            'r' if at > 0 && !vowel(next) => "",
            'v' => "b",
            'f' => "h",
            'j' | 'z' => "s",
            'c' | 'q' => "k",
            'm' if next.is_some() && !vowel(next) => "n",
            'h' | 'w' if at > 0 => "",
            'y' if at > 0 || next == Some('u') => "",
            c if "aeiou".contains(c) => "",
            _ => &rest[..c.len_utf8()],
        };
        push_single(&mut out, spelt);
        at += 1;
        rest = &rest[c.len_utf8()..];
    }
    out
}

fn push_single(out: &mut String, spelt: &str) {
    for c in spelt.chars() {
        if !out.ends_with(c) {
            out.push(c);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::text::fold;
    use super::*;

    #[test]
    fn alphabets_are_written_in_latin_letters() {
        for (word, latin) in [
            ("Газпром", "gazprom"),
            ("Общество", "obshchestvo"),
            ("ΑΥΤΟΚΙΝΗΤΩΝ", "avtokiniton"),
            ("ΜΟΝΟΠΡΟΣΩΠΗ", "monoprosopi"),
            ("Pharmа", "pharma"),
        ] {
            assert_eq!(romanised(&fold(word)).as_deref(), Some(latin), "{word}");
        }
        assert_eq!(romanised("nestle"), None);
        assert_eq!(romanised("华为"), None);
    }

    #[test]
    fn east_asian_words_have_readings() {
        assert_eq!(reading("华为"), "huawei");
        assert_eq!(reading("トヨタ"), "toyota");
        assert_eq!(reading("トウキョウ"), "tokyo");
        assert_eq!(reading("シーメンス"), "shimensu");
        assert_eq!(reading("삼성"), "samseong");
        assert_eq!(reading("한빛"), "hanbit");
        assert_eq!(reading("김정은"), "gimjeongeun");
    }

    #[test]
    fn other_hands_write_one_sound() {
        for (one, other) in [
            ("lukashenko", "lukaschenko"),
            ("evgenii", "evgeniy"),
            ("yevgeniy", "evgeniy"),
            ("qaddafi", "kaddafi"),
            ("otvetstvennostyu", "otvetstvennostju"),
        ] {
            assert_eq!(sound(one), sound(other));
        }
        assert_ne!(sound("siemens"), sound("simmons"));
    }

    #[test]
    fn loans_keep_their_consonants() {
        for (english, kana) in [
            ("members", "メンバーズ"),
            ("value", "バリュー"),
            ("premium", "プレミアム"),
            ("network", "ネットワーク"),
        ] {
            assert_eq!(skeleton(english), skeleton(&reading(kana)), "{english}");
        }
    }
}
