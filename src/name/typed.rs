//! A name as typed tokens, ready to be compared.

use std::sync::Arc;

use wana_kana::ConvertJapanese;

use super::abbreviation::abbreviated;
use super::alike::Letters;
use super::background::rarity;
use super::forms;
use super::glued::part_glued_forms;
use super::key::GENERIC_RARITY;
use super::neighbours::{lighten_patronymic, mark_formal};
use super::noise::{Role, roles};
use super::number::{Spoken, chinese, roman, spoken};
use super::pieces::pieces;
use super::romanise::{readings, romanised, skeleton};
use super::seen::typed;
use super::text::{as_shown, is_east_asian, is_kana};
use super::token::{BEFORE_NUMBERS, Plain, PlainKind, TokenKind, mark_forms, mark_inner_forms};
use super::views::{Views, views};
use super::vocabulary::{self, LONGEST_PLACE, Part, Word};

/// One token of a name.
#[derive(Debug, Clone, PartialEq)]
pub struct Token {
    /// Folded letters, Latin ones for other alphabets; a number in digits.
    pub text: String,
    /// As written.
    pub shown: String,
    /// What it is evidence of.
    pub kind: TokenKind,
    /// How much it counts, 0..1.
    pub weight: f64,
    /// How an East Asian word is read; empty for others.
    pub(super) readings: Vec<Reading>,
    /// The usual English word for a word of the embedded table.
    pub concept: Option<&'static str>,
    /// Whether it is written as an abbreviation.
    pub abbreviated: bool,
    /// Whether it stands in what ends the name and may be a legal form in other words or misspelt.
    pub(crate) formal: bool,
    pub(super) letters: Letters,
}

/// One way to read an East Asian word, in Latin letters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reading {
    pub letters: Letters,
    /// Its consonants: what it has in common with the foreign word it may be.
    pub skeleton: String,
}

/// A name taken apart. Tokens keep the order of the name.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ParsedName {
    /// The tokens.
    pub tokens: Vec<Arc<Token>>,
    /// Tokens, by number, that may stand for the whole name: first all but noise, then the parts of
    /// a name that holds several (`X formerly Y`, `X (Y)`).
    pub views: Vec<Vec<usize>>,
    /// How many of the views are the name itself: all of it, or what stands before a marker, a bracket
    /// or a slash. Two names that share only what stands behind those (`(London Branch)`, `c/o Agents`)
    /// are two companies.
    pub main: usize,
    /// How many of those leave nothing out that may part two companies: of two names that each lose what
    /// is in their brackets (`Fund (A)`, `Fund (B)`), what is left says too little.
    pub sure: usize,
    /// All its letters in a row, folded, Latin where they can be.
    pub run: String,
    /// Letters, spaces and signs as written.
    pub written: usize,
    /// The letters of the whole name but for noise and, in alphabets, legal forms.
    pub(super) whole: Letters,
}

/// A legal form counts little: it is left out, swapped and misspelt more than any other part, and
/// a contradiction between two forms has its own penalty.
const FORM_WEIGHT: f64 = 0.08;

/// Connectors are left out or swapped freely (`&`, `and`, `of`).
const CONNECTOR_WEIGHT: f64 = 0.02;

/// A number counts like a fairly common word; a contradiction has its own penalty.
const NUMBER_WEIGHT: f64 = 0.4;

/// A place counts like a common word however rare it is in the background: it says where a company
/// is more often than which company it is.
const PLACE_WEIGHT: f64 = 0.45;

/// One letter stands for a word, and for nearly any word.
const INITIAL_WEIGHT: f64 = 0.3;

/// Takes a name apart. O(length).
pub fn parse(name: &str) -> ParsedName {
    let mut plain: Vec<Plain> = Vec::new();
    let mut run = String::new();
    for mut piece in pieces(name) {
        // Hiragana and katakana write the same syllables.
        if piece.text.chars().any(is_kana) {
            piece.text = piece.text.to_katakana();
        }
        if piece.text.chars().any(is_east_asian) {
            let mut from = 0;
            for text in east_asian(&piece.text) {
                let shown = as_shown(&piece.shown, &piece.text, (from, from + text.len()));
                from += text.len();
                let text = text.to_owned();
                run.push_str(&text);
                let number = chinese(&text);
                let mut token = Plain::new(super::pieces::Piece { shown, text, ..piece });
                if let Some((value, _)) = number {
                    token.piece.text = value.to_string();
                    token.kind = PlainKind::Number;
                } else if matches!(token.piece.text.as_str(), "第" | "号" | "號") {
                    token.kind = PlainKind::Connector;
                }
                plain.push(token);
            }
            continue;
        }
        if let Some(latin) = romanised(&piece.text) {
            piece.text = latin;
        }
        run.push_str(&piece.text);
        plain.push(Plain::new(piece));
    }
    part_glued_forms(&mut plain);
    let (mut plain, mut roles) = names_apart(plain);
    places(&mut plain, &mut roles);
    let Views { all: views, sure, main } = views(&plain, &roles);
    let tokens = plain.into_iter().zip(roles).map(|(token, role)| typed(token, role));
    let mut tokens: Vec<Arc<Token>> = tokens.collect();
    lighten_patronymic(&mut tokens);
    for view in &views {
        mark_formal(&mut tokens, view);
    }
    ParsedName::of_tokens(tokens, views, (main, sure), run, name.trim().chars().count())
}

/// Tells names from notes, and reads legal forms and numbers within each name: `Ltd` ends one
/// before `CLOSED 2019` too.
fn names_apart(plain: Vec<Plain>) -> (Vec<Plain>, Vec<Role>) {
    let roles = roles(&plain);
    let (mut tokens, mut of_tokens) = (Vec::with_capacity(plain.len()), Vec::new());
    let mut pairs = plain.into_iter().zip(roles).peekable();
    while let Some((first, role)) = pairs.next() {
        let mut run = vec![first];
        while let Some((token, _)) = pairs.next_if(|(_, next)| *next == role) {
            run.push(token);
        }
        if role == Role::Name {
            mend_ending(&mut run);
            mark_forms(&mut run);
            mark_inner_forms(&mut run);
            numbers(&mut run);
        }
        of_tokens.resize(of_tokens.len() + run.len(), role);
        tokens.append(&mut run);
    }
    (tokens, of_tokens)
}

/// Writes a misspelt legal form that ends a name as it should be written, where it is long enough to
/// be told. Only for comparing: what joins records is never guessed.
fn mend_ending(tokens: &mut [Plain]) {
    let ends = |length: usize| tokens.len() > length;
    let glued = |length: usize| -> String {
        tokens[tokens.len() - length..].iter().map(|token| token.piece.text.as_str()).collect()
    };
    // A number within is another company of a series: `CO 2 LIMITED` is no misspelt `CO LIMITED`.
    let number = tokens.iter().rev().position(|token| token.kind == PlainKind::Number);
    let longest = number.unwrap_or(tokens.len()).min(forms::LONGEST);
    let lengths = || (1..=longest).filter(|length| ends(*length));
    let formed = || lengths().any(|length| forms::form_of(&glued(length)).is_some());
    let misspelt =
        lengths().rev().find_map(|length| Some((length, forms::misspelt(&glued(length))?)));
    // "Limited Liabilty Company" ends in "Company" too; one word that is a form is written well.
    if let Some((length, way)) = misspelt.filter(|(length, _)| *length > 1 || !formed()) {
        rewrite(tokens, length, way);
    }
}

/// Spreads the letters of a form over the last tokens; what they show stays.
fn rewrite(tokens: &mut [Plain], length: usize, way: &str) {
    let from = tokens.len() - length;
    for token in &mut tokens[from..] {
        token.piece.text.clear();
        token.kind = PlainKind::Word;
    }
    way.clone_into(&mut tokens[from].piece.text);
}

/// The words, places and numbers of an East Asian run, and what is between them.
fn east_asian(run: &str) -> Vec<&str> {
    let (mut parts, mut open, mut at) = (Vec::new(), 0, 0);
    let words =
        |from: usize, to: usize| vocabulary::cut(&run[from..to]).into_iter().map(|(text, _)| text);
    while let Some(c) = run[at..].chars().next() {
        if c == '第'
            && let Some((_, length)) = chinese(&run[at..])
        {
            parts.extend(words(open, at));
            parts.push(&run[at..at + length]);
            at += length;
            open = at;
        } else {
            at += c.len_utf8();
        }
    }
    parts.extend(words(open, run.len()));
    parts
}

impl ParsedName {
    /// A name of tokens that are typed, with its views and how many of them are the name itself and sure.
    pub(super) fn of_tokens(
        tokens: Vec<Arc<Token>>,
        views: Vec<Vec<usize>>,
        (main, sure): (usize, usize),
        run: String,
        written: usize,
    ) -> ParsedName {
        let counts = |token: &&Arc<Token>| {
            token.kind != TokenKind::Noise && (!token.is_form() || !token.text.is_ascii())
        };
        let whole: String = tokens.iter().filter(counts).map(|token| token.text.as_str()).collect();
        let whole = Letters::of_a_name(&whole);
        ParsedName { tokens, views, main, sure, whole, run, written }
    }

    /// One of its tokens.
    pub(crate) fn token(&self, at: usize) -> &Token {
        &self.tokens[at]
    }

    /// The letters of the whole name but for noise and, in alphabets, legal forms.
    pub fn whole(&self) -> &str {
        &self.whole.text
    }
}

impl Token {
    /// Types a token. What is noise weighs nothing.
    pub(super) fn new(plain: Plain, noise: bool) -> Token {
        let Plain { piece, kind } = plain;
        let (text, shown) = (piece.text, piece.shown);
        let readings = readings(&text);
        let readings = readings.iter().map(|reading| Reading::new(reading)).collect();
        let mut concept = None;
        let mut abbreviated = false;
        let (kind, weight) = match kind {
            _ if noise => (TokenKind::Noise, 0.0),
            PlainKind::Form(class) => (TokenKind::Form(class), FORM_WEIGHT),
            PlainKind::Number => (TokenKind::Number, NUMBER_WEIGHT),
            PlainKind::Connector => (TokenKind::Connector, CONNECTOR_WEIGHT),
            PlainKind::Word => match place_of(&text) {
                Some(place) => (TokenKind::Place(place), rarity(&text).min(PLACE_WEIGHT)),
                None => {
                    let meaning = meaning(&text);
                    concept = meaning.map(|word| word.concept);
                    abbreviated = meaning.is_some_and(|word| word.abbreviation);
                    worded(&text, meaning)
                }
            },
        };
        let letters = Letters::new(&text);
        Token { text, shown, kind, weight, readings, concept, abbreviated, formal: false, letters }
    }

    /// Bytes of its longest spelling, as written or as read.
    pub(super) fn longest(&self) -> usize {
        // A loan is longer in kana than the words it stands for, and seldom twice as long.
        let read = self.readings.iter().map(|reading| 2 * reading.letters.text.len());
        read.max().unwrap_or(0).max(self.text.len())
    }

    /// How an East Asian word is read, in Latin letters; none for others.
    pub fn readings(&self) -> impl Iterator<Item = &str> {
        self.readings.iter().map(|reading| reading.letters.text.as_str())
    }

    /// Whether the token is a legal form.
    pub fn is_form(&self) -> bool {
        matches!(self.kind, TokenKind::Form(_))
    }

    /// Whether it is evidence of a company by itself: not legal forms and connectors, which weigh next to
    /// nothing and stand in most names, nor words that may be a form together.
    pub(crate) fn is_evidence(&self) -> bool {
        (self.is_word() || self.kind == TokenKind::Number) && !self.formal
    }

    /// Whether it is a word, a place or a letter: what may be misspelt, split and merged.
    pub fn is_word(&self) -> bool {
        matches!(
            self.kind,
            TokenKind::Distinctive
                | TokenKind::Generic
                | TokenKind::Domain
                | TokenKind::Place(_)
                | TokenKind::Initial
        )
    }
}

impl Reading {
    pub(super) fn new(latin: &str) -> Reading {
        Reading { letters: Letters::new(latin), skeleton: skeleton(latin) }
    }
}

/// The place that a folded word is.
pub(super) fn place_of(text: &str) -> Option<super::token::Place> {
    match vocabulary::part(text) {
        Some(Part::Place(place)) => Some(place),
        Some(Part::Word(_)) => None,
        None => vocabulary::place(text),
    }
}

/// The word of the table that a word is, in whatever language and script.
pub(super) fn meaning(text: &str) -> Option<Word> {
    if let Some(Part::Word(concept)) = vocabulary::part(text) {
        return vocabulary::word(concept);
    }
    let known = vocabulary::word(text).or_else(|| vocabulary::word(vocabulary::read_word(text)?));
    // A word that company names use is no abbreviation of another.
    known.or_else(|| if rarity(text) < 1.0 { None } else { abbreviated(text) })
}

fn worded(text: &str, meaning: Option<Word>) -> (TokenKind, f64) {
    if let Some(word) = meaning {
        let kind = if word.domain { TokenKind::Domain } else { TokenKind::Generic };
        return (kind, rarity(word.concept).min(rarity(text)));
    }
    if text.len() == 1 {
        return (TokenKind::Initial, INITIAL_WEIGHT);
    }
    let weight = rarity(text);
    let kind = if weight > GENERIC_RARITY { TokenKind::Distinctive } else { TokenKind::Generic };
    (kind, weight)
}

/// Reads numbers in words, ordinals and roman numerals where they stand.
fn numbers(tokens: &mut Vec<Plain>) {
    let mut at = 0;
    // A name begins with a surname rather than with a number: Xi Jinping.
    if let Some(first) = tokens.first_mut()
        && first.kind == PlainKind::Number
        && first.piece.shown.chars().all(char::is_alphabetic)
        && spoken(&super::text::fold(&first.piece.shown)).is_none()
        && first.piece.shown.is_ascii()
    {
        first.piece.text = first.piece.shown.to_ascii_lowercase();
        first.kind = PlainKind::Word;
    }
    while at < tokens.len() {
        let leads = at == 0 && spoken(&tokens[at].piece.text).is_none();
        if tokens[at].kind == PlainKind::Word && !leads {
            let value = match spoken(&tokens[at].piece.text) {
                Some(Spoken::Tens(tens)) => Some(tens + unit_after(tokens, at)),
                Some(Spoken::Unit(value) | Spoken::Whole(value)) => Some(value),
                None => roman_at(tokens, at),
            };
            if let Some(value) = value {
                tokens[at].piece.text = value.to_string();
                tokens[at].kind = PlainKind::Number;
            }
        }
        at += 1;
    }
    for at in 0..tokens.len().saturating_sub(1) {
        let number = tokens[at + 1].kind == PlainKind::Number;
        if number && BEFORE_NUMBERS.contains(&tokens[at].piece.text.as_str()) {
            tokens[at].kind = PlainKind::Connector;
        }
    }
}

/// The unit behind tens (`Forty-Four`, `Forty 4`), taken out of the list; 0 for none.
fn unit_after(tokens: &mut Vec<Plain>, at: usize) -> u32 {
    let Some(next) = tokens.get(at + 1) else { return 0 };
    let unit = match spoken(&next.piece.text) {
        Some(Spoken::Unit(unit)) => unit,
        _ if next.kind == PlainKind::Number => match next.piece.text.parse() {
            Ok(unit @ 1..=9) => unit,
            _ => return 0,
        },
        _ => return 0,
    };
    let next = tokens.remove(at + 1);
    tokens[at].piece.shown = format!("{} {}", tokens[at].piece.shown, next.piece.shown);
    unit
}

/// A roman numeral: of two and more letters anywhere, `I`, `V` and `X` only where a number stands,
/// behind a word and before the end or a legal form.
fn roman_at(tokens: &[Plain], at: usize) -> Option<u32> {
    let text = tokens[at].piece.text.as_str();
    let value = roman(text)?;
    let small = text.bytes().all(|letter| b"ivx".contains(&letter));
    if text.len() == 1 {
        // In a name without capitals a small letter says as much.
        let capital = |token: &Plain| token.piece.shown.chars().any(char::is_uppercase);
        let shown = capital(&tokens[at]) || !tokens.iter().any(capital);
        let behind =
            at > 0 && tokens[at - 1].kind == PlainKind::Word && tokens[at - 1].piece.text.len() > 1;
        let last = tokens
            .get(at + 1)
            .is_none_or(|next| next.is_form() || next.piece.section != tokens[at].piece.section);
        return (small && shown && behind && last).then_some(value);
    }
    (small || text.len() >= 4).then_some(value)
}

/// Joins the words of a place (`New York`, `United States of America`).
fn places(tokens: &mut Vec<Plain>, roles: &mut Vec<Role>) {
    let mut at = 0;
    while at + 1 < tokens.len() {
        let found = (2..=LONGEST_PLACE.min(tokens.len() - at)).rev().find(|length| {
            let run = &tokens[at..at + length];
            let fits = |token: &Plain| matches!(token.kind, PlainKind::Word | PlainKind::Connector);
            let role = roles[at];
            let named = matches!(role, Role::Name | Role::Aside);
            if !named
                || !run.iter().all(fits)
                || roles[at..at + length].iter().any(|own| *own != role)
            {
                return false;
            }
            let glued: String = run.iter().map(|token| token.piece.text.as_str()).collect();
            // "IN DIA" is a space too many, not two words of a place.
            glued.len() > 5 && vocabulary::place(&glued).is_some()
        });
        if let Some(length) = found {
            let rest: Vec<Plain> = tokens.drain(at + 1..at + length).collect();
            roles.drain(at + 1..at + length);
            for token in rest {
                tokens[at].piece.text.push_str(&token.piece.text);
                tokens[at].piece.shown.push(' ');
                tokens[at].piece.shown.push_str(&token.piece.shown);
            }
            tokens[at].kind = PlainKind::Word;
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shape(name: &str) -> String {
        let tokens = parse(name).tokens;
        let words: Vec<String> = tokens
            .iter()
            .map(|token| match token.kind {
                TokenKind::Form(class) => format!("[{class}]"),
                TokenKind::Number => format!("#{}", token.text),
                TokenKind::Place(place) => format!("@{}", place.code),
                TokenKind::Noise => format!("~{}", token.text),
                TokenKind::Generic | TokenKind::Domain => {
                    token.concept.unwrap_or(&token.text).to_owned()
                }
                TokenKind::Initial => format!("{}.", token.text),
                _ => token.text.clone(),
            })
            .collect();
        words.join(" ")
    }

    #[test]
    fn tokens_have_types() {
        for (name, expected) in [
            ("Taiwan Semicond Mfg Co", "@TW semiconductor manufacturing [co]"),
            ("Brigade Forty-Four", "brigade #44"),
            ("Twenty First Century Aerospace", "#21 century aerospace"),
            ("21st Century Aerospace", "#21 century aerospace"),
            ("Blackstone Capital Partners V L.P.", "blackstone capital partner #5 [lp]"),
            ("Bank of New York", "bank of @newyork"),
            ("北京华为技术有限公司", "@beijing 华为 technology [cnco]"),
            ("Huawei Jishu Youxian Gongsi", "huawei technology [cnco]"),
            ("АО Газпром", "[jsc] gazprom"),
            ("V. Putin", "v. putin"),
            ("Skydio (OLD)", "skydio ~old"),
            ("Securico Ltd", "securico [ltd]"),
            ("SystemsCO", "system [co]"),
        ] {
            assert_eq!(shape(name), expected, "{name}");
        }
    }

    #[test]
    fn a_name_may_hold_several() {
        let views = |name: &str| parse(name).views.len();
        assert_eq!(views("Skydio Inc"), 1);
        assert_eq!(views("Raytheon Technologies (formerly United Technologies)"), 3);
        assert_eq!(views("ZPMC (Shanghai Zhenhua Heavy Industries)"), 2);
        assert_eq!(views("ICBC (Asia) Limited"), 1);
    }

    proptest! {
        #[test]
        fn no_text_panics_and_no_letter_is_lost(name in "\\PC{0,60}") {
            let parsed = parse(&name);
            let has_letter = name.chars().any(char::is_alphanumeric);
            prop_assert!(!has_letter || !parsed.tokens.is_empty());
            prop_assert!(!has_letter || !parsed.views[0].is_empty());
        }
    }
}
