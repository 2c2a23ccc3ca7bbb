//! How alike two tokens are.

use std::borrow::Cow;
use std::hash::Hasher;

use super::forms;
use super::line::LineKind;
use super::romanise::{skeleton, sounds};
use super::text::is_east_asian;
use super::token::TokenKind;
use super::typed::{Reading, Token};
use super::vocabulary;

/// Similarities below 1, by what explains the difference. Each is the share of the words' weight
/// that stays; they are ordered by how seldom the explanation is wrong. The same word in another
/// form or language differs from the same word by less than a typing error in eight letters does.
const SAME_NUMBER: f64 = 0.99;
const SAME_FORM: f64 = 0.98;
pub(crate) const SAME_PLACE: f64 = 0.97;
pub(crate) const SAME_MEANING: f64 = 0.96;
const SAME_READING: f64 = 0.96;
pub(crate) const SAME_SOUND: f64 = 0.95;
pub(crate) const RELATED_FORM: f64 = 0.9;
pub(crate) const SAME_UMLAUT: f64 = 0.99;
pub(crate) const SAME_SHAPE: f64 = 0.93;
pub(crate) const SAME_LOAN: f64 = 0.9;
pub(crate) const INITIAL: f64 = 0.75;

/// What explains two tokens as one word, and how alike that makes them; `None` where nothing does.
pub(super) fn alike(a: &Token, b: &Token) -> Option<(LineKind, f64)> {
    match (a.kind, b.kind) {
        (TokenKind::Noise, _) | (_, TokenKind::Noise) => None,
        (TokenKind::Form(one), TokenKind::Form(other)) => {
            if one == other {
                let similarity = if a.text == b.text { 1.0 } else { SAME_FORM };
                return Some((LineKind::Equal, similarity));
            }
            forms::related(one, other).then_some((LineKind::Form, RELATED_FORM))
        }
        (TokenKind::Form(_), _) | (_, TokenKind::Form(_)) => misspelt_form(a, b),
        (TokenKind::Number, TokenKind::Number) => (a.text == b.text).then(|| {
            let written = a.shown.trim_start_matches('0') == b.shown.trim_start_matches('0');
            (LineKind::Equal, if written { 1.0 } else { SAME_NUMBER })
        }),
        (TokenKind::Number, _) | (_, TokenKind::Number) => None,
        (TokenKind::Connector, TokenKind::Connector) => {
            if a.text == b.text {
                return Some((LineKind::Equal, 1.0));
            }
            (is_and(&a.text) && is_and(&b.text)).then_some((LineKind::Translation, 1.0))
        }
        (TokenKind::Connector, _) | (_, TokenKind::Connector) => {
            (a.text == b.text).then_some((LineKind::Equal, 1.0))
        }
        (TokenKind::Place(one), TokenKind::Place(other)) => {
            if one.code == other.code {
                let similarity = if a.text == b.text { 1.0 } else { SAME_PLACE };
                let kind = if a.text == b.text { LineKind::Equal } else { LineKind::Translation };
                return Some((kind, similarity));
            }
            None
        }
        _ => words(a, b),
    }
}

/// Whether a connector joins two names, in whatever language.
pub(crate) fn is_and(connector: &str) -> bool {
    matches!(connector, "and" | "und" | "et" | "y" | "e")
}

/// Whether one letter stands for a word: for given names only, so the caller asks whether both names
/// may be a person's.
pub(super) fn initial(a: &Token, b: &Token) -> Option<(LineKind, f64)> {
    let stands = |short: &Token, long: &Token| {
        short.kind == TokenKind::Initial
            && long.is_word()
            && long.letters.count > 1
            && long.text.starts_with(&short.text)
    };
    (stands(a, b) || stands(b, a)).then_some((LineKind::Initial, INITIAL))
}

/// A legal form of two or three letters with one of them wrong, at the end of both names. One of two
/// letters is only told where the names say besides that they are companies': `Li Nan` is not `Li N.A.`.
pub(super) fn misspelt_ending(a: &Token, b: &Token, companies: bool) -> Option<(LineKind, f64)> {
    let short = |token: &Token| (2..=4).contains(&token.letters.count) && token.text.is_ascii();
    let one_form = a.is_form() != b.is_form() && (a.is_word() || b.is_word());
    let long = |token: &Token| companies || !token.is_form() || token.letters.count >= 3;
    (one_form
        && short(a)
        && short(b)
        && a.letters.count.max(b.letters.count) >= 3
        && long(a)
        && long(b)
        && strsim::osa_distance(&a.text, &b.text) == 1)
        .then_some((LineKind::Spelling, RELATED_FORM))
}

/// Whether one word is the Russian adjective of the other, a place or a name: `Murom`, `Muromskiy`.
fn adjective(word: &Token, derived: &Token) -> bool {
    const ENDINGS: &[&str] = &[
        "skiy", "skii", "skij", "sky", "skaya", "skoye", "skoe", "skogo", "iy", "ii", "ij", "aya",
        "oye", "oe", "ogo",
    ];
    // Most words are told apart by their letters.
    if word.letters.count < 4 || word.letters.set & !derived.letters.set != 0 {
        return false;
    }
    let ending = derived.text.strip_prefix(word.text.as_str());
    ending.is_some_and(|ending| ENDINGS.contains(&ending))
}

/// Whether one word is an abbreviation of the table that begins the other: `elec` is written for
/// `electronics` too. One that is in no table is taken for what it alone can mean.
fn clipped(short: &Token, long: &Token) -> bool {
    short.abbreviated
        && short.letters.count >= 3
        && long.text.starts_with(&short.text)
        && vocabulary::word(&short.text).is_some_and(|word| word.abbreviation)
}

/// The abbreviations that a word of the table may be clipped to.
pub(crate) fn clippings(word: &Token) -> impl Iterator<Item = &str> {
    let text = if word.concept.is_some() { word.text.as_str() } else { "" };
    let ends = text.char_indices().map(|(at, c)| at + c.len_utf8()).skip(2);
    ends.map(|end| &text[..end])
        .filter(|short| vocabulary::word(short).is_some_and(|word| word.abbreviation))
}

fn words(a: &Token, b: &Token) -> Option<(LineKind, f64)> {
    if a.letters.set == b.letters.set && a.text == b.text {
        return Some((LineKind::Equal, 1.0));
    }
    if let (Some(one), Some(other)) = (a.concept, b.concept) {
        if one == other {
            let short = a.abbreviated || b.abbreviated;
            let kind = if short { LineKind::Abbreviation } else { LineKind::Translation };
            return Some((kind, SAME_MEANING));
        }
        return (clipped(a, b) || clipped(b, a)).then_some((LineKind::Abbreviation, SAME_MEANING));
    }
    if adjective(a, b) || adjective(b, a) {
        return Some((LineKind::Translation, SAME_MEANING));
    }
    if let Some(read) = read(a, b).or_else(|| read(b, a)) {
        return Some(read);
    }
    spelling(&a.letters, &b.letters)
}

/// A word of an East Asian script against one in Latin letters, by each of its readings.
fn read(native: &Token, latin: &Token) -> Option<(LineKind, f64)> {
    if native.readings.is_empty() || !latin.readings.is_empty() || latin.letters.count < 2 {
        return None;
    }
    let as_read = native.readings.iter().filter_map(|reading| read_as(reading, latin));
    as_read.max_by(f64::total_cmp).map(|similarity| (LineKind::Reading, similarity))
}

fn read_as(reading: &Reading, latin: &Token) -> Option<f64> {
    let (read, written) = (&reading.letters, &latin.letters);
    if read.text == written.text {
        return Some(SAME_READING);
    }
    // A short sound says little: three letters of a reading are any of many words.
    if read.count >= 4 && written.count >= 4 && read.sound == written.sound {
        return Some(SAME_SOUND);
    }
    if spoken_beginnings(&read.text).any(|beginning| beginning == written.text) {
        return Some(SAME_LOAN);
    }
    if reading.skeleton.len() >= 3 && reading.skeleton == skeleton(&written.text) {
        return Some(SAME_LOAN);
    }
    let (_, similarity) = spelling(read, written)?;
    Some(similarity * SAME_LOAN)
}

/// A reading without its last letters, one to four of them: the name as people say it, with a suffix
/// such as -gumi or -kogyosho left out.
pub(crate) fn spoken_beginnings(reading: &str) -> impl Iterator<Item = &str> {
    (1..=4)
        .filter_map(|less| reading.get(..reading.len().checked_sub(less)?))
        .filter(|beginning| beginning.len() >= 5)
}

/// A legal form that is misspelt, or read wrongly from paper, so that the other name holds a word.
fn misspelt_form(a: &Token, b: &Token) -> Option<(LineKind, f64)> {
    // A cooperative is no misspelt corporation.
    if a.concept.is_some() || b.concept.is_some() {
        return None;
    }
    if a.letters.count.min(b.letters.count) < 4 {
        let shape = a.letters.count == b.letters.count
            && a.letters.count >= 2
            && a.letters.shape == b.letters.shape
            && strsim::osa_distance(&a.text, &b.text) <= 1;
        return shape.then_some((LineKind::Spelling, SAME_SHAPE));
    }
    spelling(&a.letters, &b.letters)
}

/// A word's letters and what it is read as, worked out once: two words are compared far more often
/// than they are written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Letters {
    pub text: String,
    pub count: usize,
    /// Which letters it has: words that differ much in it differ in more letters than a typing
    /// error explains.
    pub set: u64,
    digits: bool,
    /// Digests of its sound, of its spelling without umlauts, of what it reads if misread, and of
    /// the shapes of its letters. 64 bits: two words of one digest are as likely as a flipped bit.
    sound: u64,
    plain: u64,
    misread: u64,
    shape: u64,
}

impl Letters {
    /// The letters of a folded word.
    pub fn new(text: &str) -> Letters {
        Letters {
            sound: sound_digest(text),
            plain: digest(unumlaut(text).chars()),
            misread: digest(misread(text).chars()),
            shape: digest(without_pairs(text).chars().map(shape_of)),
            ..Letters::of_a_name(text)
        }
    }

    /// The letters of a whole name, which is read as no word.
    pub fn of_a_name(text: &str) -> Letters {
        Letters {
            text: text.to_owned(),
            count: text.chars().count(),
            set: letter_set(text),
            digits: digits(text),
            ..Letters::default()
        }
    }

    /// What takes time to work out, as bytes.
    pub fn digests(&self) -> [[u8; 8]; 4] {
        [self.sound, self.plain, self.misread, self.shape].map(u64::to_le_bytes)
    }

    /// The letters of a folded word whose digests are known.
    pub fn of_digests(text: &str, digests: [[u8; 8]; 4]) -> Letters {
        let [sound, plain, misread, shape] = digests.map(u64::from_le_bytes);
        Letters { sound, plain, misread, shape, ..Letters::of_a_name(text) }
    }

    /// Whether [`spelling`] may find two words alike: a look at a few numbers.
    pub fn may_be(&self, other: &Letters) -> bool {
        (self.set ^ other.set).count_ones() <= 4
            || self.plain == other.plain
            || self.sound == other.sound
            || self.misread == other.misread
    }
}

fn digest(letters: impl Iterator<Item = char>) -> u64 {
    let mut hasher = rustc_hash::FxHasher::default();
    letters.for_each(|c| hasher.write_u32(c.into()));
    hasher.finish()
}

/// The digest of [`sound`](super::romanise::sound), which need not be written for it.
fn sound_digest(text: &str) -> u64 {
    let mut hasher = rustc_hash::FxHasher::default();
    let (mut length, mut last) = (0, None);
    for c in sounds(text) {
        if let Some(before) = last.replace(c) {
            hasher.write_u32(before.into());
        }
        length += c.len_utf8();
    }
    if let Some(c) = last.filter(|c| *c != 'h' || length <= 3) {
        hasher.write_u32(c.into());
    }
    hasher.finish()
}

/// Which letters a text has: a bit for each of a to z, another for each that stands twice or more,
/// 12 for all others. An edit changes at most two bits.
pub(crate) fn letter_set(text: &str) -> u64 {
    let mut set = 0;
    for c in text.chars() {
        set |= match c {
            'a'..='z' => {
                let bit = 1u64 << (c as u32 - 'a' as u32);
                if set & bit == 0 { bit } else { bit << TWICE }
            }
            _ => 1 << (2 * TWICE + c as u32 % 12),
        };
    }
    set
}

/// Where the bits of letters that stand twice begin.
const TWICE: u32 = 26;

/// Whether two whole names differ in one letter left out, added, changed or swapped with the next;
/// digits are another number. Names of fewer than eight letters, or four Chinese characters, say too
/// little.
pub(super) fn one_letter_apart(a: &Letters, b: &Letters) -> bool {
    let short = a.count.min(b.count);
    if short > LONGEST {
        return false;
    }
    a.count.abs_diff(b.count) <= 1
        && (a.set ^ b.set).count_ones() <= 2
        && short >= one_letter_says(&a.text).max(one_letter_says(&b.text))
        && digits_of(&a.text).eq(digits_of(&b.text))
        && strsim::osa_distance(&a.text, &b.text) <= 1
}

/// The letters from which two names that differ in one may be one name.
pub(crate) fn one_letter_says(name: &str) -> usize {
    if name.chars().any(is_east_asian) { 4 } else { 8 }
}

/// Edits a word of this many letters may differ by: one edit makes another word out of three
/// letters (`KPS`, `HPS`), and two make another out of seven.
pub(crate) fn edit_budget(letters: usize, east_asian: bool) -> usize {
    match letters {
        0..=3 => 0,
        4..=7 => 1,
        _ if east_asian => 1,
        _ => 2,
    }
}

/// Letters beyond which nothing is compared by edits: no word or name of a company is as long, and
/// the time grows with the square.
const LONGEST: usize = 256;

/// Letters beyond which two words are equal or not: none of a language is as long.
const LONGEST_WORD: usize = 64;

/// What a first edit costs, in letters; in words of three more, since most are acronyms.
const FIRST_EDIT: f64 = 0.65;
const FIRST_EDIT_OF_THREE: f64 = 0.75;

/// Similarity of two words within the budget. A first edit costs two thirds of its share of the
/// word: most are typing errors (`Cosco` for `Costco`); a second costs twice its share, since
/// words of eight letters that differ in two are different words as often as not (`McKenton`,
/// `McKesson`).
pub(super) fn spelling(a: &Letters, b: &Letters) -> Option<(LineKind, f64)> {
    let (short, long) = (a.count.min(b.count), a.count.max(b.count));
    if long - short > 4 || short > LONGEST_WORD {
        return None;
    }
    let digits = a.digits || b.digits;
    if short >= 2 && !digits && a.plain == b.plain {
        return Some((LineKind::Spelling, SAME_UMLAUT));
    }
    let latin = short >= 5 && a.text.is_ascii() && b.text.is_ascii();
    if latin && !digits && a.sound == b.sound {
        return Some((LineKind::Spelling, SAME_SOUND));
    }
    if a.misread == b.misread && (digits || short >= 5) {
        return Some((LineKind::Spelling, SAME_SHAPE));
    }
    let budget = edit_budget(short, a.text.chars().next().is_some_and(is_east_asian));
    // Three letters are another company as often as a typing error: `HPS` alone is not `KPS`, while
    // `CVC Health` may be `CVS Health`.
    let budget = if short == 3 { 1 } else { budget };
    let letters = (a.set ^ b.set).count_ones() as usize;
    if budget == 0 || long - short > budget || letters > 2 * budget {
        return None;
    }
    let edits = strsim::osa_distance(&a.text, &b.text);
    if edits > budget {
        return None;
    }
    if a.shape == b.shape && short >= 4 {
        return Some((LineKind::Spelling, SAME_SHAPE));
    }
    if digits && digits_of(&a.text).ne(digits_of(&b.text)) {
        return None;
    }
    Some((LineKind::Spelling, edited(edits, short, long)))
}

/// How alike two words are that so many edits make of one another, at most: what [`spelling`] says of
/// words with nothing else in common than their letters.
pub(crate) fn edited_at_most(a: &str, b: &str, edits: usize) -> f64 {
    if edits == 0 {
        return 1.0;
    }
    let (short, long) = (a.chars().count(), b.chars().count());
    let similarity = edited(edits, short.min(long), short.max(long));
    if shape(a) == shape(b) { similarity.max(SAME_SHAPE) } else { similarity }
}

/// What is left of a word of `long` letters after so many edits.
fn edited(edits: usize, short: usize, long: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "words are far shorter than 2^52 letters")]
    let (edits, long) = (edits as f64, long as f64);
    let first = if short <= 3 { FIRST_EDIT_OF_THREE } else { FIRST_EDIT };
    let lost = if edits <= 1.0 { first * edits } else { first + 2.0 * (edits - 1.0) };
    1.0 - lost / long
}

fn digits(word: &str) -> bool {
    word.bytes().any(|byte| byte.is_ascii_digit())
}

fn digits_of(word: &str) -> impl Iterator<Item = char> + '_ {
    word.chars().filter(char::is_ascii_digit)
}

/// One letter for those that scanners and people read for one another: `0` and `o`, `1`, `i` and
/// `l`, `5` and `s`, `8` and `b`, `rn` and `m`.
fn shape(word: &str) -> String {
    without_pairs(word).chars().map(shape_of).collect()
}

fn shape_of(c: char) -> char {
    match c {
        '0' => 'o',
        '1' | 'l' => 'i',
        '5' => 's',
        '8' => 'b',
        '2' => 'z',
        '6' => 'g',
        c => c,
    }
}

/// Pairs of letters that are read for one.
fn without_pairs(word: &str) -> Cow<'_, str> {
    if !word.as_bytes().windows(2).any(|pair| matches!(pair, b"rn" | b"vv")) {
        return word.into();
    }
    word.replace("rn", "m").replace("vv", "w").into()
}

/// What a word reads if its digits among letters, `rn` and `vv` were read wrongly from paper.
pub(crate) fn misread(word: &str) -> Cow<'_, str> {
    if !digits(word) {
        return without_pairs(word);
    }
    let long = word.len() >= 5;
    let read = without_pairs(word);
    if !word.bytes().any(|byte| byte.is_ascii_alphabetic()) {
        return read;
    }
    let one = |c: char| match c {
        '0' => 'o',
        '1' => 'i',
        '5' => 's',
        '8' => 'b',
        '6' => 'g',
        // Of two letters and a digit the digit is the name: `G4`, `T7`.
        '4' if long => 'a',
        '7' if long => 't',
        c => c,
    };
    read.chars().map(one).collect::<String>().into()
}

/// German spelling without umlauts: `fuer` and `fur`, both for `für`.
pub(crate) fn unumlaut(word: &str) -> Cow<'_, str> {
    if !word.as_bytes().windows(2).any(|pair| matches!(pair, b"ae" | b"oe" | b"ue")) {
        return word.into();
    }
    word.replace("ae", "a").replace("oe", "o").replace("ue", "u").into()
}
