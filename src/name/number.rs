//! Numbers in words, ordinals and roman numerals.

/// Cardinals and ordinals below twenty in English, and ordinals of German companies that own others.
const UNITS: &[(&str, u32)] = &[
    ("zero", 0),
    ("one", 1),
    ("first", 1),
    ("two", 2),
    ("second", 2),
    ("three", 3),
    ("third", 3),
    ("four", 4),
    ("fourth", 4),
    ("five", 5),
    ("fifth", 5),
    ("six", 6),
    ("sixth", 6),
    ("seven", 7),
    ("seventh", 7),
    ("eight", 8),
    ("eighth", 8),
    ("nine", 9),
    ("ninth", 9),
    ("ten", 10),
    ("tenth", 10),
    ("eleven", 11),
    ("eleventh", 11),
    ("twelve", 12),
    ("twelfth", 12),
    ("thirteen", 13),
    ("thirteenth", 13),
    ("fourteen", 14),
    ("fourteenth", 14),
    ("fifteen", 15),
    ("fifteenth", 15),
    ("sixteen", 16),
    ("sixteenth", 16),
    ("seventeen", 17),
    ("seventeenth", 17),
    ("eighteen", 18),
    ("eighteenth", 18),
    ("nineteen", 19),
    ("nineteenth", 19),
    ("erste", 1),
    ("zweite", 2),
    ("dritte", 3),
    ("vierte", 4),
    ("funfte", 5),
    ("sechste", 6),
    ("siebte", 7),
    ("achte", 8),
    ("neunte", 9),
    ("zehnte", 10),
];

const TENS: &[(&str, u32)] = &[
    ("twenty", 20),
    ("twentieth", 20),
    ("thirty", 30),
    ("thirtieth", 30),
    ("forty", 40),
    ("fourty", 40),
    ("fortieth", 40),
    ("fifty", 50),
    ("fiftieth", 50),
    ("sixty", 60),
    ("sixtieth", 60),
    ("seventy", 70),
    ("seventieth", 70),
    ("eighty", 80),
    ("eightieth", 80),
    ("ninety", 90),
    ("ninetieth", 90),
    ("hundred", 100),
    ("hundredth", 100),
    ("thousand", 1000),
];

/// What a folded word says as a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spoken {
    /// Below twenty, or digits below ten: may follow tens.
    Unit(u32),
    /// A multiple of ten below a hundred: may be followed by a unit.
    Tens(u32),
    /// Complete in itself.
    Whole(u32),
}

/// A number in words or an ordinal in digits (`21st`). Plain digits and roman numerals are not
/// words. O(length).
pub(super) fn spoken(word: &str) -> Option<Spoken> {
    if let Some((_, unit)) = UNITS.iter().find(|(name, _)| *name == word) {
        return Some(if *unit < 10 { Spoken::Unit(*unit) } else { Spoken::Whole(*unit) });
    }
    if let Some((_, tens)) = TENS.iter().find(|(name, _)| *name == word) {
        return Some(if *tens < 100 { Spoken::Tens(*tens) } else { Spoken::Whole(*tens) });
    }
    let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let ordinal = matches!(&word[digits.len()..], "st" | "nd" | "rd" | "th");
    let number = digits.parse().ok().filter(|_| ordinal && digits.len() <= 6);
    number.map(Spoken::Whole)
}

/// The value of a roman numeral up to 399, for canonical spellings only.
pub(super) fn roman(word: &str) -> Option<u32> {
    const PARTS: &[(&str, u32)] = &[
        ("c", 100),
        ("xc", 90),
        ("l", 50),
        ("xl", 40),
        ("x", 10),
        ("ix", 9),
        ("v", 5),
        ("iv", 4),
        ("i", 1),
    ];
    let (mut rest, mut value) = (word, 0);
    for (letters, part) in PARTS {
        let repeats = if letters.len() == 1 && *part != 50 && *part != 5 { 3 } else { 1 };
        for _ in 0..repeats {
            if let Some(after) = rest.strip_prefix(letters) {
                (rest, value) = (after, value + part);
            }
        }
    }
    (rest.is_empty() && value > 0).then_some(value)
}

/// A number in Chinese numerals behind 第 (`第五十四研究所`) from the start of a run, and the bytes that
/// it takes, a counter such as 号 included; up to 9,999.
pub(super) fn chinese(run: &str) -> Option<(u32, usize)> {
    let numerals = run.strip_prefix('第')?;
    let (mut sum, mut digit, mut taken) = (0, 0, 0);
    for c in numerals.chars() {
        match (c, "零一二三四五六七八九".chars().position(|numeral| numeral == c)) {
            ('〇', _) => digit = 0,
            (_, Some(value)) => digit = u32::try_from(value).expect("below ten"),
            ('十' | '百' | '千', None) => {
                let unit = if c == '十' {
                    10
                } else if c == '百' {
                    100
                } else {
                    1000
                };
                sum += digit.max(1) * unit;
                digit = 0;
            }
            _ => break,
        }
        taken += c.len_utf8();
    }
    let counter = numerals[taken..].chars().next().filter(|c| matches!(c, '号' | '號'));
    let length = '第'.len_utf8() + taken + counter.map_or(0, char::len_utf8);
    (taken > 0).then_some((sum + digit, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_however_written() {
        assert_eq!(spoken("seven"), Some(Spoken::Unit(7)));
        assert_eq!(spoken("forty"), Some(Spoken::Tens(40)));
        assert_eq!(spoken("21st"), Some(Spoken::Whole(21)));
        assert_eq!(spoken("best"), None);
        assert_eq!(chinese("第五十四研究所"), Some((54, "第五十四".len())));
        assert_eq!(chinese("第一百零三号"), Some((103, "第一百零三号".len())));
        assert_eq!(chinese("第研究"), None);
        for (word, value) in [("ii", 2), ("xiv", 14), ("cxxii", 122), ("xl", 40), ("xcix", 99)] {
            assert_eq!(roman(word), Some(value), "{word}");
        }
        for word in ["iix", "vv", "", "mix", "civic"] {
            assert_eq!(roman(word), None, "{word}");
        }
    }
}
