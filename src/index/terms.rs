//! The terms of a name: what it is found by.
//!
//! A word is found by its letters, with typing errors, and by classes of spellings: a word of the
//! embedded tables, a place, a sound. Neighbouring words are found without their space as well, and a
//! name as a whole by its beginning, its halves and its first letters.

use super::classes::Class;
use crate::name::{
    CUT, LONGEST_RUN, ParsedName, SAME_LOAN, SAME_MEANING, SAME_PLACE, SAME_SHAPE, SAME_SOUND,
    SAME_UMLAUT, Token, TokenKind, acronym, acronyms, clippings, is_and, may_be_cut, may_be_person,
    may_join, misread, one_letter_says, skeleton, sound, spoken_beginnings, unumlaut,
};

/// What a name is looked up by.
pub(super) enum Term<'n> {
    /// One word, or a legal form, which may stand against a word that is one misspelt.
    Word(&'n Token),
    /// One letter, which may stand for a given name.
    Initial(char),
    /// The first letter of a word that may be a given name.
    Given(char),
    /// A word that joins words in some names and is one of them in others (`No. 1`, `Global No`).
    Joining(&'n Token),
    /// Neighbouring words, or letters written apart, without their spaces.
    Run(String),
}

/// The terms of one view of a name, each with the tokens that it is made of.
pub(super) fn terms<'n>(name: &'n ParsedName, view: &[usize]) -> Vec<(Vec<usize>, Term<'n>)> {
    let token = |at: usize| name.token(at);
    let one_letter = |at: &usize| token(*at).text.chars().nth(1).is_none();
    let mut terms = Vec::new();
    let person = may_be_person(view.iter().map(|at| token(*at)));
    for at in view.iter().copied().filter(|at| token(*at).kind != TokenKind::Noise) {
        let own = token(at);
        terms.push((vec![at], Term::Word(own)));
        if (own.is_word() || own.kind == TokenKind::Connector) && may_join(&own.text) {
            terms.push((vec![at], Term::Joining(own)));
        }
        if let Some(first) = own.text.chars().next().filter(|_| person && own.is_word()) {
            let letter = own.kind == TokenKind::Initial;
            let term = if letter { Term::Initial(first) } else { Term::Given(first) };
            terms.push((vec![at], term));
        }
    }
    let words: Vec<usize> = view.iter().copied().filter(|at| !token(*at).is_form()).collect();
    for from in 0..words.len() {
        let mut glued = String::new();
        for length in 1..=LONGEST_RUN.min(words.len() - from) {
            let run = &words[from..from + length];
            let last = token(run[length - 1]);
            // Longer runs are letters written apart.
            if length > 3 && !run.iter().all(one_letter) {
                break;
            }
            if last.kind == TokenKind::Connector && last.text.len() > 1 && length > 1 {
                continue;
            }
            glued.push_str(&last.text);
            if length > 1 && run.iter().any(|at| token(*at).is_word()) {
                terms.push((run.to_vec(), Term::Run(glued.clone())));
            }
        }
    }
    terms
}

/// The spellings of a word that are looked up with typing errors: as written and as read.
pub(super) fn spellings(word: &Token) -> impl Iterator<Item = &str> {
    std::iter::once(word.text.as_str()).chain(word.readings())
}

/// The beginnings of a word's readings that people say for the whole, a suffix such as -gumi left out.
pub(super) fn said(word: &Token) -> impl Iterator<Item = &str> {
    word.readings().flat_map(spoken_beginnings)
}

/// Which side of a comparison a word stands on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// It is looked up.
    Asked,
    /// It stands in the index.
    Held,
}

/// The classes of spellings that a word belongs to, and how alike the members of each are to one another,
/// at most.
pub(super) fn classes(word: &Token, side: Side) -> Vec<(Class, f64)> {
    let mut classes = vec![(Class::new("ь", &word.text), SAME_MEANING)];
    for spelling in spellings(word) {
        classes.push((Class::new("ü", &unumlaut(spelling)), SAME_UMLAUT));
        classes.push((Class::new("0", &misread(spelling)), SAME_SHAPE));
    }
    classes.extend(roots(&word.text).map(|root| (Class::new("ь", root), SAME_MEANING)));
    classes.extend(word.concept.map(|concept| (Class::new("§", concept), SAME_MEANING)));
    // An abbreviation finds the words that it begins, and they find it, but not one another.
    let (long, short) = if side == Side::Asked { ("-", "+") } else { ("+", "-") };
    if word.abbreviated {
        classes.push((Class::new(short, &word.text), SAME_MEANING));
    }
    classes.extend(clippings(word).map(|short| (Class::new(long, short), SAME_MEANING)));
    if word.kind == TokenKind::Connector && is_and(&word.text) {
        classes.push((Class::new("&", ""), 1.0));
    }
    if let TokenKind::Place(place) = word.kind {
        classes.push((Class::new("@", place.code), SAME_PLACE));
    }
    let own = std::iter::once(word.text.as_str()).filter(|_| word.readings().next().is_none());
    for read in own.chain(word.readings()) {
        if (word.is_word() || word.is_form()) && read.bytes().all(|byte| byte.is_ascii_alphabetic())
        {
            if read.len() >= 4 {
                classes.push((Class::new("≈", &sound(read)), SAME_SOUND));
            }
            classes.extend(loan(read, 3).map(|class| (class, SAME_LOAN)));
        }
    }
    classes
}

/// The class of a word by its consonants, where it has enough of them.
pub(super) fn loan(latin: &str, least: usize) -> Option<Class> {
    let skeleton = skeleton(latin);
    (skeleton.len() >= least).then(|| Class::new("~", &skeleton))
}

/// A word without the endings of a Russian adjective, which the comparison passes over: without the
/// short one, and without the long one.
fn roots(word: &str) -> impl Iterator<Item = &str> {
    const SHORT: &[&str] = &["iy", "ii", "ij", "aya", "oye", "oe", "ogo", "y"];
    let without = SHORT.iter().filter_map(|ending| word.strip_suffix(ending));
    let roots = without.flat_map(|root| [Some(root), root.strip_suffix("sk")]);
    roots.flatten().filter(|root| root.len() >= 4)
}

/// The classes of a run: its letters, and its consonants where a loan may be written as one word.
pub(super) fn of_run(glued: &str) -> impl Iterator<Item = Class> {
    let latin = glued.bytes().all(|byte| byte.is_ascii_alphabetic());
    let loan = if latin { loan(glued, 4) } else { None };
    std::iter::once(Class::new("_", glued)).chain(loan)
}

/// The classes by which a word finds names that write it apart.
pub(super) fn apart(word: &Token) -> impl Iterator<Item = Class> {
    let loans = word.readings().filter_map(|reading| loan(reading, 4));
    spellings(word).map(|text| Class::new("_", text)).chain(loans)
}

/// The class of the names in which this connector is a word.
pub(super) fn joining(word: &Token) -> Class {
    Class::new("*", &word.text)
}

/// The class of the names that may be a person's and have this letter for a word.
pub(super) fn alone(letter: char) -> Class {
    Class::sized(".", 1, &[letter])
}

/// The class of the names that may be a person's and have a word that begins with this letter.
pub(super) fn given(letter: char) -> Class {
    Class::sized(",", 1, &[letter])
}

/// The classes of a whole name that it is held under: its letters in a row, its beginnings, where a
/// field may have cut it or the other off, and acronyms either way.
pub(super) fn held_whole(name: &ParsedName) -> impl Iterator<Item = Class> {
    whole(name, "^", "$", "=", "+")
}

/// The classes of a whole name that a query looks up.
pub(super) fn asked_whole(name: &ParsedName) -> impl Iterator<Item = Class> {
    whole(name, "$", "^", "+", "=")
}

fn whole<'n>(
    name: &'n ParsedName,
    long: &'n str,
    short: &'n str,
    written: &'n str,
    made: &'n str,
) -> impl Iterator<Item = Class> + 'n {
    let beginnings = BEGINNINGS.iter().filter_map(|letters| beginning(name, *letters));
    let longest = beginnings.clone().next_back().filter(|_| may_be_cut(name));
    let row = std::iter::once(Class::new("|", &name.run));
    row.chain(beginnings.map(move |text| Class::new(long, text)))
        .chain(longest.map(|text| Class::new(short, text)))
        .chain(acronym(name).map(|word| Class::new(written, word)))
        .chain(acronyms(name).into_iter().map(move |word| Class::new(made, &word)))
}

/// Letters by which names that begin alike are found: a name that may be cut off by the most that it
/// has, the other by each. Steps of a third leave few that begin alike by chance, at three entries a
/// name.
const BEGINNINGS: &[usize] = &[CUT, 13, 17, 22, 29, 38, 50];

fn beginning(name: &ParsedName, letters: usize) -> Option<&str> {
    let mut ends = name.run.char_indices().map(|(at, c)| at + c.len_utf8());
    ends.nth(letters - 1).map(|end| &name.run[..end])
}

/// The class of the names of which a view has no evidence (`Van B.V.`). They find one another, and nothing
/// else does: a pair of legal forms or connectors earns nothing where either name has more to say.
pub(super) fn shows_nothing(name: &ParsedName) -> Option<Class> {
    let shown = |view: &Vec<usize>| view.iter().any(|at| name.tokens[*at].is_evidence());
    (!name.views.iter().all(shown)).then(|| Class::new("∅", ""))
}

/// The halves of a whole name: one letter more, less or other leaves one of them as it is. Each
/// stands with the length of the shorter name, its own or one less.
pub(super) fn halves(name: &ParsedName) -> Vec<Class> {
    let letters: Vec<char> = name.whole().chars().collect();
    let mut halves = Vec::new();
    for shorter in [letters.len().saturating_sub(1), letters.len()] {
        if shorter >= one_letter_says(name.whole()) {
            let half = shorter.saturating_sub(1) / 2;
            halves.push(Class::sized("<", shorter, &letters[..half]));
            halves.push(Class::sized(">", shorter, &letters[letters.len() - half..]));
        }
    }
    halves
}
