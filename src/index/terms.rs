//! The terms of a name: what it is found by.
//!
//! Most terms are the folded letters of a word, or of neighbouring words without their space, and
//! are looked up with typing errors. Others stand for a class of spellings and are looked up as they
//! are: a word of the embedded tables, a place, a sound. They begin with three signs that no word
//! has, so that two typing errors never lead from a word to one.

use crate::name::{
    CUT, ParsedName, Token, TokenKind, acronym, acronyms, misread, rarity, skeleton, sound,
    unumlaut,
};

/// A term of a query, and the tokens that it finds the like of.
pub(super) struct Term {
    pub text: String,
    pub of: Vec<usize>,
    /// Whether it is looked up with typing errors.
    pub fuzzy: bool,
    /// The most that what it finds can weigh in the other name, where the word itself does not say.
    pub most: f64,
}

/// Whether a term shows that the token is matched: not for legal forms, connectors, numbers and
/// single letters, which are no reason to compare two names.
pub(super) fn is_shown(token: &Token) -> bool {
    token.is_word() && token.kind != TokenKind::Initial
}

/// The terms that a query of one view is looked up by.
pub(super) fn asked(name: &ParsedName, view: &[usize]) -> Vec<Term> {
    let tokens = |at: &usize| &name.tokens[*at];
    let words: Vec<usize> = view.iter().copied().filter(|at| !tokens(at).is_form()).collect();
    let any = words.iter().any(|at| is_shown(tokens(at)));
    let mut terms = Vec::new();
    for from in 0..words.len() {
        let mut glued = String::new();
        for length in 1..=6.min(words.len() - from) {
            let run = &words[from..from + length];
            let last = tokens(&run[length - 1]);
            // Longer runs are letters written apart.
            if length > 3 && run.iter().any(|at| tokens(at).text.len() > 1) {
                break;
            }
            if last.kind == TokenKind::Connector && length > 1 {
                continue;
            }
            glued.push_str(&last.text);
            let letters = length > 1 && run.iter().all(|at| tokens(at).text.len() == 1);
            if any && !letters && !run.iter().any(|at| is_shown(tokens(at))) {
                continue;
            }
            let mut push = |text: String, fuzzy: bool| {
                // One word may be three in the other name.
                let most = if length == 1 { 3.0 } else { 1.0 };
                terms.push(Term { text, of: run.to_vec(), fuzzy, most });
            };
            if let [at] = run {
                for reading in tokens(at).readings() {
                    push(reading.to_owned(), true);
                }
            }
            for plain in [unumlaut(&glued), misread(&glued)] {
                if plain != glued {
                    push(plain, false);
                }
            }
            if let (Some(root), 1) = (root(&glued), length) {
                push(root.to_owned(), false);
            }
            if length > 1 && glued.bytes().all(|byte| byte.is_ascii_alphabetic()) {
                let skeleton = skeleton(&glued);
                if skeleton.len() >= 4 {
                    push(format!("~~~{skeleton}"), false);
                }
            }
            push(glued.clone(), length == 1);
            if let [at] = run {
                let classes = classes(tokens(at)).into_iter();
                terms.extend(classes.map(|(text, most)| Term {
                    text,
                    of: run.to_vec(),
                    fuzzy: false,
                    most,
                }));
            }
        }
    }
    terms
}

/// Classes of spellings that a word belongs to, each with the most that a word of it can weigh.
fn classes(token: &Token) -> Vec<(String, f64)> {
    let mut classes = Vec::new();
    if let Some(concept) = token.concept {
        classes.push((format!("§§§{concept}"), rarity(concept)));
    }
    if let TokenKind::Place(place) = token.kind {
        classes.push((format!("@@@{}", place.code), 1.0));
    }
    let own = std::iter::once(token.text.as_str()).filter(|_| token.readings().next().is_none());
    for read in own.chain(token.readings()) {
        if !token.is_word() || !read.bytes().all(|byte| byte.is_ascii_alphabetic()) {
            continue;
        }
        if read.len() >= 4 {
            classes.push((format!("≈≈≈{}", sound(read)), 1.0));
        }
        let skeleton = skeleton(read);
        if skeleton.len() >= 3 {
            classes.push((format!("~~~{skeleton}"), 1.0));
        }
    }
    classes
}

/// A word without the ending of a Russian adjective, which the comparison passes over.
fn root(word: &str) -> Option<&str> {
    let endings = ["skiy", "skii", "skij", "sky", "skaya", "skoye", "skoe", "skogo"];
    let root = endings.iter().find_map(|ending| word.strip_suffix(ending))?;
    (root.len() >= 4).then_some(root)
}

/// The terms that a name is indexed under, each with whether it is a word that is looked up with
/// typing errors.
pub(super) fn held(name: &ParsedName) -> Vec<(String, bool)> {
    let all = name.views.iter().flat_map(|view| asked(name, view));
    let mut terms: Vec<(String, bool)> = Vec::new();
    for Term { text, fuzzy, .. } in all {
        if fuzzy {
            terms.push((text.clone(), true));
        }
        // Glued words are looked up as they are, and find a word that is written as one.
        terms.push((text, false));
    }
    let whole = beginning(name).into_iter().chain(halves(name));
    let written = acronym(name).map(|written| format!("==={written}"));
    let made = acronyms(name).into_iter().map(|made| format!("+++{made}"));
    terms.extend(whole.chain(written).chain(made).map(|class| (class, false)));
    terms.sort_unstable();
    terms.dedup();
    terms
}

/// Terms by which a query is found as a whole: its beginning, where a field may have cut it or the
/// other off, and acronyms either way.
pub(super) fn whole(name: &ParsedName) -> Vec<String> {
    let mut terms: Vec<String> = beginning(name).into_iter().chain(halves(name)).collect();
    terms.extend(acronym(name).map(|written| format!("+++{written}")));
    terms.extend(acronyms(name).into_iter().map(|made| format!("==={made}")));
    terms
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
            halves.push(format!("<<<{shorter}{}", text(&letters[..half])));
            halves.push(format!(">>>{shorter}{}", text(&letters[letters.len() - half..])));
        }
    }
    halves
}

fn beginning(name: &ParsedName) -> Option<String> {
    let beginning: String = name.run.chars().take(CUT).collect();
    (beginning.chars().count() == CUT).then(|| format!("^^^{beginning}"))
}
