//! Words and places of company names that have one meaning under several spellings, from embedded
//! tables.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use super::romanise::{letter_names, reading};
use super::text::fold;
use super::token::Place;

pub(super) const WORDS: &str = include_str!("words.tsv");
pub(super) const PLACES: &str = include_str!("places.tsv");

/// The longest way of writing a place, in words: "United States of America".
pub(super) const LONGEST_PLACE: usize = 4;

/// A word of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Word {
    /// The usual English word.
    pub concept: &'static str,
    /// Whether it speaks of a field of business, rather than of any company.
    pub domain: bool,
    /// Whether this spelling is an abbreviation.
    pub abbreviation: bool,
}

/// What an East Asian run of letters can be cut into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Word(&'static str),
    Place(Place),
}

struct Tables {
    words: FxHashMap<&'static str, Word>,
    /// Russian adjectives without their endings.
    stems: FxHashMap<&'static str, Word>,
    places: FxHashMap<&'static str, Place>,
    parts: FxHashMap<String, Part>,
    /// Letters of the longest part.
    longest: usize,
}

static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    let mut tables = Tables {
        words: FxHashMap::default(),
        stems: FxHashMap::default(),
        places: FxHashMap::default(),
        parts: FxHashMap::default(),
        longest: 0,
    };
    for line in WORDS.lines().filter(|line| !line.starts_with('#')) {
        let columns: Vec<&str> = line.split('\t').collect();
        let [concept, kind, spellings, abbreviations, east_asian @ ..] = columns.as_slice() else {
            continue;
        };
        let domain = *kind == "d";
        // A spelling belongs to the first word that claims it: the table is ordered by how usual.
        for (words, abbreviation) in [(concept, false), (spellings, false), (abbreviations, true)] {
            for word in words.split(' ').filter(|word| !word.is_empty()) {
                tables.words.entry(word).or_insert(Word { concept, domain, abbreviation });
            }
        }
        for word in spellings.split(' ') {
            if let Some(stem) = stem(word) {
                tables.stems.entry(stem).or_insert(Word { concept, domain, abbreviation: false });
            }
        }
        for word in east_asian.iter().flat_map(|words| words.split(' ')) {
            tables.part(word, Part::Word(concept));
        }
    }
    for line in PLACES.lines().filter(|line| !line.starts_with('#')) {
        let mut columns = line.split('\t');
        let (Some(code), Some(kind), Some(ways)) = (columns.next(), columns.next(), columns.next())
        else {
            continue;
        };
        let place = Place { code, wide: kind != "p" };
        for way in ways.split(' ') {
            if fold(way).chars().any(super::text::is_east_asian) {
                tables.part(way, Part::Place(place));
            } else {
                tables.places.entry(way).or_insert(place);
            }
        }
    }
    tables
});

impl Tables {
    /// Whether two letters spelt out in Hangul end here: at the end of the run, or before a word.
    fn ends_spelling(&self, run: &str, at: usize) -> bool {
        let rest = &run[at..];
        let word = |to| self.parts.contains_key(&rest[..to]);
        let hangul = run.chars().all(super::text::is_hangul);
        let mut ends = rest.char_indices().skip(1).map(|(at, c)| at + c.len_utf8());
        hangul && (rest.is_empty() || ends.any(word))
    }

    fn part(&mut self, word: &str, part: Part) {
        let folded = fold(word);
        if folded.is_empty() {
            return;
        }
        self.longest = self.longest.max(folded.chars().count());
        self.parts.entry(folded).or_insert(part);
    }
}

/// The word of the table that a folded Latin spelling stands for. O(1).
pub(super) fn word(spelling: &str) -> Option<Word> {
    let known = TABLES.words.get(spelling).copied();
    known.or_else(|| TABLES.stems.get(stem(spelling)?).copied())
}

/// The usual English words of the table.
pub(super) fn concepts() -> impl Iterator<Item = &'static str> {
    TABLES.words.values().map(|word| word.concept)
}

/// The codes of places.
pub(super) fn codes() -> impl Iterator<Item = &'static str> {
    let parts = TABLES.parts.values().filter_map(|part| match part {
        Part::Place(place) => Some(place.code),
        Part::Word(_) => None,
    });
    TABLES.places.values().map(|place| place.code).chain(parts)
}

/// The Latin spellings of the words, but for abbreviations, in no order.
pub(super) fn spellings() -> impl Iterator<Item = (&'static str, Word)> {
    TABLES.words.iter().filter(|(_, word)| !word.abbreviation).map(|(text, word)| (*text, *word))
}

/// A long Russian adjective without its ending, which changes with gender and with who romanises it:
/// `priborostroitelny`, `-nyi`, `-naya`.
fn stem(word: &str) -> Option<&str> {
    const ENDINGS: &[&str] =
        &["nyy", "nyi", "nyj", "ny", "naya", "noye", "noe", "nogo", "noy", "noi"];
    let stem = ENDINGS.iter().find_map(|ending| word.strip_suffix(ending))?;
    (stem.len() >= 6).then_some(stem)
}

/// The place that folded letters without spaces stand for. O(1).
pub(super) fn place(glued: &str) -> Option<Place> {
    TABLES.places.get(glued).copied()
}

/// Cuts a folded East Asian run into words and places of the tables, the longest first, and what is
/// between them. O(length).
pub(super) fn cut(run: &str) -> Vec<(&str, Option<Part>)> {
    let mut parts: Vec<(&str, Option<Part>)> = Vec::new();
    let (mut open, mut at) = (0, 0);
    while at < run.len() {
        let letters = run[at..].char_indices().take(TABLES.longest);
        let ends: Vec<usize> = letters.map(|(i, c)| i + c.len_utf8()).collect();
        // One letter alone means too much: 中, 大 and 新 begin names of every kind.
        let found = ends.iter().skip(1).rev().find_map(|end| {
            let (part, rest) = (TABLES.parts.get(&run[at..at + end])?, &run[at + end..]);
            // `マリ` is Mali, and the beginning of `マリン` too.
            let kana = |text: &str| text.chars().next().is_some_and(super::text::is_kana);
            let two_kana = kana(&run[at..]) && run[at..at + end].chars().count() == 2;
            if two_kana && (kana(rest) || open < at) {
                return None;
            }
            // In the north `조선` is the country, in the south a shipyard; a name begins with the one.
            let korea = &run[at..at + end] == "조선" && at == 0 && !rest.is_empty();
            let part =
                if korea { TABLES.places.get("korea").copied().map(Part::Place)? } else { *part };
            Some((*end, part))
        });
        match found {
            Some((end, part)) => {
                if open < at {
                    parts.push((&run[open..at], None));
                }
                // The city of Shenzhen, the province of Hubei: the word belongs to the place.
                let rest = run[at + end..].chars().next();
                let unit =
                    rest.filter(|c| matches!(part, Part::Place(_)) && "市省县区".contains(*c));
                let end = end + unit.map_or(0, char::len_utf8);
                parts.push((&run[at..at + end], Some(part)));
                at += end;
                open = at;
            }
            // Letters that kana or Hangul spell out are a word of their own (`ジーエムオーペパボ`,
            // `엘지전자`); in Hangul two are enough, since single letters have no syllables by chance.
            None if open == at => match letter_names(&run[at..]) {
                (letters, taken)
                    if letters.len() >= 3
                        || letters.len() == 2 && TABLES.ends_spelling(run, at + taken) =>
                {
                    parts.push((&run[at..at + taken], None));
                    at += taken;
                    open = at;
                }
                _ => at += ends[0],
            },
            None => at += ends[0],
        }
    }
    if open < run.len() {
        parts.push((&run[open..], None));
    }
    parts
}

/// What a whole East Asian run of letters is. O(1).
pub(super) fn part(run: &str) -> Option<Part> {
    let unit = |run: &str| TABLES.parts.get(run.strip_suffix(['市', '省', '县', '区'])?).copied();
    TABLES.parts.get(run).copied().or_else(|| unit(run))
}

/// How the East Asian spellings of the table's words are read: a name in pinyin or romaji spells
/// them out (`Huawei Jishu`).
static READINGS: LazyLock<FxHashMap<String, &'static str>> = LazyLock::new(|| {
    let mut readings: FxHashMap<String, &'static str> = FxHashMap::default();
    for (spelling, part) in &TABLES.parts {
        if let Part::Word(concept) = part {
            let reading = reading(spelling);
            if reading.len() >= 4 && word(&reading).is_none() {
                let known = readings.entry(reading).or_insert(*concept);
                *known = (*known).min(*concept);
            }
        }
    }
    readings
});

/// The word of the table that a Latin word is the Chinese, Japanese or Korean reading of.
pub(super) fn read_word(latin: &str) -> Option<&'static str> {
    READINGS.get(latin).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_places_are_found_in_their_spellings() {
        assert_eq!(
            word("mfg").map(|word| (word.concept, word.abbreviation)),
            Some(("manufacturing", true))
        );
        assert_eq!(word("technologies").map(|word| word.concept), Some("technology"));
        assert_eq!(place("deutschland").map(|place| place.code), Some("DE"));
        assert_eq!(place("peking"), place("beijing"));
        assert_eq!(word("lecroy"), None);
    }

    #[test]
    fn east_asian_names_fall_into_words() {
        let shape = |run: &str| -> Vec<String> {
            let parts = cut(run).into_iter();
            parts
                .map(|(text, part)| match part {
                    Some(Part::Word(concept)) => concept.to_owned(),
                    Some(Part::Place(place)) => format!("@{}", place.code),
                    None => text.to_owned(),
                })
                .collect()
        };
        assert_eq!(shape("北京华为技术"), ["@beijing", "华为", "technology"]);
        assert_eq!(shape("中芯国际集成电路制造")[1..3], ["international", "integrated"]);
        assert_eq!(shape("トヨタ自动车"), ["トヨタ", "automotive"]);
        assert_eq!(read_word("jishu"), Some("technology"));
    }
}
