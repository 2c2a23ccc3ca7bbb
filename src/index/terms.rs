//! The terms of a name: what it is found by.
//!
//! A word is found by its letters, with typing errors, and by classes of spellings: a word of the
//! embedded tables, a place, a sound. Neighbouring words are found without their space as well, and a
//! name as a whole by its beginning, its halves and its first letters.

use crate::name::{
    CUT, ParsedName, Token, TokenKind, acronym, acronyms, misread, skeleton, sound, unumlaut,
};

/// What a name is looked up by.
pub(super) enum Term<'n> {
    /// One word.
    Word(&'n Token),
    /// Neighbouring words, or letters written apart, without their spaces.
    Run(String),
}

/// Whether a term shows that the token is matched: not for legal forms, connectors, numbers and
/// single letters, which are no reason to compare two names.
pub(super) fn is_shown(token: &Token) -> bool {
    token.is_word() && token.kind != TokenKind::Initial
}

/// The terms of one view of a name, each with the tokens that it is made of.
pub(super) fn terms<'n>(name: &'n ParsedName, view: &[usize]) -> Vec<(Vec<usize>, Term<'n>)> {
    let token = |at: &usize| &name.tokens[*at];
    let words: Vec<usize> = view.iter().copied().filter(|at| !token(at).is_form()).collect();
    let any = words.iter().any(|at| is_shown(token(at)));
    let mut terms = Vec::new();
    for from in 0..words.len() {
        let mut glued = String::new();
        for length in 1..=6.min(words.len() - from) {
            let run = &words[from..from + length];
            let letters = run.iter().all(|at| token(at).text.len() == 1);
            // Longer runs are letters written apart.
            if length > 3 && !letters {
                break;
            }
            let last = token(&run[length - 1]);
            if last.kind == TokenKind::Connector && last.text.len() > 1 && length > 1 {
                continue;
            }
            glued.push_str(&last.text);
            let shown = run.iter().any(|at| is_shown(token(at)));
            if any && !shown && !(letters && length > 1) {
                continue;
            }
            let term = match run {
                [at] => Term::Word(token(at)),
                _ => Term::Run(glued.clone()),
            };
            terms.push((run.to_vec(), term));
        }
    }
    terms
}

/// The spellings of a word that are looked up with typing errors: as written and as read.
pub(super) fn spellings(word: &Token) -> impl Iterator<Item = &str> {
    std::iter::once(word.text.as_str()).chain(word.readings())
}

/// The classes of spellings that a word belongs to.
pub(super) fn classes(word: &Token) -> Vec<String> {
    let mut classes =
        vec![format!("ü{}", unumlaut(&word.text)), format!("0{}", misread(&word.text))];
    classes.push(format!("ь{}", word.text));
    classes.extend(roots(&word.text).map(|root| format!("ь{root}")));
    classes.extend(word.concept.map(|concept| format!("§{concept}")));
    if let TokenKind::Place(place) = word.kind {
        classes.push(format!("@{}", place.code));
    }
    let own = std::iter::once(word.text.as_str()).filter(|_| word.readings().next().is_none());
    for read in own.chain(word.readings()) {
        if word.is_word() && read.bytes().all(|byte| byte.is_ascii_alphabetic()) {
            if read.len() >= 4 {
                classes.push(format!("≈{}", sound(read)));
            }
            classes.extend(loan(read, 3));
        }
    }
    classes
}

/// The class of a word by its consonants, where it has enough of them.
pub(super) fn loan(latin: &str, least: usize) -> Option<String> {
    let skeleton = skeleton(latin);
    (skeleton.len() >= least).then(|| format!("~{skeleton}"))
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
pub(super) fn of_run(glued: &str) -> impl Iterator<Item = String> {
    let latin = glued.bytes().all(|byte| byte.is_ascii_alphabetic());
    let loan = if latin { loan(glued, 4) } else { None };
    std::iter::once(format!("_{glued}")).chain(loan)
}

/// The classes by which a word finds names that write it apart.
pub(super) fn apart(word: &Token) -> impl Iterator<Item = String> {
    let loans = word.readings().filter_map(|reading| loan(reading, 4));
    spellings(word).map(|text| format!("_{text}")).chain(loans)
}

/// The classes of a whole name that it is held under.
pub(super) fn held_whole(name: &ParsedName) -> impl Iterator<Item = String> {
    let written = acronym(name).map(|written| format!("={written}"));
    let made = acronyms(name).into_iter().map(|made| format!("+{made}"));
    in_a_row(name).chain(halves(name)).chain(written).chain(made)
}

/// The classes of a whole name that a query looks up: its letters in a row, its beginning, where a field may
/// have cut it or the other off, its halves, and acronyms either way.
pub(super) fn asked_whole(name: &ParsedName) -> impl Iterator<Item = String> {
    let written = acronym(name).map(|written| format!("+{written}"));
    let made = acronyms(name).into_iter().map(|made| format!("={made}"));
    in_a_row(name).chain(halves(name)).chain(written).chain(made)
}

/// The halves of a whole name: one letter more, less or other leaves one of them as it is. Each
/// stands with the length of the shorter name, its own or one less.
fn halves(name: &ParsedName) -> Vec<String> {
    let letters: Vec<char> = name.whole().chars().collect();
    let mut halves = Vec::new();
    for shorter in [letters.len().saturating_sub(1), letters.len()] {
        let half = shorter.saturating_sub(1) / 2;
        if half > 0 {
            let text = |letters: &[char]| letters.iter().collect::<String>();
            halves.push(format!("<{shorter}{}", text(&letters[..half])));
            halves.push(format!(">{shorter}{}", text(&letters[letters.len() - half..])));
        }
    }
    halves
}

/// The letters of a name in a row, and its beginning where it has enough.
fn in_a_row(name: &ParsedName) -> impl Iterator<Item = String> {
    std::iter::once(format!("|{}", name.run)).chain(beginning(name))
}

fn beginning(name: &ParsedName) -> Option<String> {
    let beginning: String = name.run.chars().take(CUT).collect();
    (beginning.chars().count() == CUT).then(|| format!("^{beginning}"))
}
