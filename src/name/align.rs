//! The alignment of two names: which tokens stand for which.

use std::cell::LazyCell;
use std::collections::VecDeque;

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::alike::{Letters, alike, initial, misspelt_ending, spelling};
use super::line::LineKind;
use super::romanise::skeleton;
use super::token::TokenKind;
use super::typed::Token;

/// Beyond this many tokens on either side only equal tokens are paired, so that no name costs more
/// than a few milliseconds.
const FUZZY_TOKENS: usize = 64;

/// Pairings that exclude one another are tried in every combination up to this many; beyond, the
/// heaviest first. Names of companies hardly ever have more than four.
const TRIED: usize = 12;

/// A run of two or three words in one name against one in the other: a space more or less is a
/// smaller difference than a letter.
const SPACED: f64 = 0.99;

/// The longest run that is tried against one word.
pub(crate) const LONGEST_RUN: usize = 6;

/// Pairings of two names: a name seldom has more than eight words.
pub(super) type Pairings = SmallVec<[Pairing; 8]>;

/// Runs of tokens that stand for each other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Pairing {
    /// First token and one past the last, among the tokens of the view.
    pub left: (usize, usize),
    pub right: (usize, usize),
    pub kind: LineKind,
    pub similarity: f64,
}

/// All pairs and runs of tokens that may stand for each other. O(n m) pairs of tokens, each at most
/// one edit distance.
pub(super) fn candidates(left: &[&Token], right: &[&Token]) -> Pairings {
    if left.len() > FUZZY_TOKENS || right.len() > FUZZY_TOKENS {
        return equal_tokens(left, right);
    }
    let companies = left.iter().chain(right).any(|token| {
        matches!(token.kind, TokenKind::Generic | TokenKind::Domain | TokenKind::Place(_))
    });
    let person = |tokens: &[&Token]| may_be_person(tokens.iter().copied());
    let persons = person(left) && person(right);
    let mut candidates = Pairings::new();
    for (i, a) in left.iter().enumerate() {
        for (j, b) in right.iter().enumerate() {
            let ends = i + 1 == left.len() && j + 1 == right.len();
            let found = alike(a, b)
                .or_else(|| if persons { initial(a, b) } else { None })
                .or_else(|| if ends { misspelt_ending(a, b, companies) } else { None });
            if let Some((kind, similarity)) = found {
                candidates.push(Pairing { left: (i, i + 1), right: (j, j + 1), kind, similarity });
            }
        }
    }
    merges(left, right, &mut candidates, false);
    merges(right, left, &mut candidates, true);
    candidates
}

/// Equal tokens of two long names, each with the first that is free.
fn equal_tokens(left: &[&Token], right: &[&Token]) -> Pairings {
    let mut free: FxHashMap<&str, VecDeque<usize>> = FxHashMap::default();
    for (at, token) in right.iter().enumerate() {
        free.entry(&token.text).or_default().push_back(at);
    }
    let pairs = left.iter().enumerate().filter_map(|(i, token)| {
        let own = free.get_mut(token.text.as_str())?;
        let j = own.iter().position(|at| right[*at].kind == token.kind)?;
        let j = own.remove(j)?;
        Some(Pairing {
            left: (i, i + 1),
            right: (j, j + 1),
            kind: LineKind::Equal,
            similarity: 1.0,
        })
    });
    pairs.collect()
}

/// The best one-to-one pairing, in the order of the first name: of all sets of candidates that share
/// no token the one of most weight times similarity.
pub(super) fn best_of(left: &[&Token], right: &[&Token], mut candidates: Pairings) -> Pairings {
    let value = |pairing: &Pairing| {
        (weight(left, pairing.left) + weight(right, pairing.right)) * pairing.similarity
    };
    candidates.sort_by(|a, b| {
        let distance = |pairing: &Pairing| pairing.left.0.abs_diff(pairing.right.0);
        let unequal = |pairing: &Pairing| pairing.similarity < 1.0;
        unequal(a)
            .cmp(&unequal(b))
            .then_with(|| value(b).total_cmp(&value(a)))
            .then_with(|| distance(a).cmp(&distance(b)))
            .then_with(|| (a.left, a.right).cmp(&(b.left, b.right)))
    });
    let mut chosen = best(&candidates, &value);
    chosen.sort_unstable_by_key(|pairing| pairing.left);
    chosen
}

/// Whether a name may be a person's: two words and more, and nothing that only companies have.
pub(crate) fn may_be_person<'t>(tokens: impl Iterator<Item = &'t Token>) -> bool {
    let fits = |token: &Token| {
        matches!(token.kind, TokenKind::Distinctive | TokenKind::Initial | TokenKind::Connector)
    };
    let mut count = 0;
    let all = tokens.inspect(|_| count += 1).all(fits);
    all && count > 1
}

/// The weight of a run of tokens.
pub(super) fn weight(tokens: &[&Token], (from, to): (usize, usize)) -> f64 {
    tokens[from..to].iter().map(|token| token.weight).sum()
}

fn clash(a: &Pairing, b: &Pairing) -> bool {
    let overlap = |a: (usize, usize), b: (usize, usize)| a.0 < b.1 && b.0 < a.1;
    overlap(a.left, b.left) || overlap(a.right, b.right)
}

/// Of candidates that clash, the set of most value; those that clash with none are taken as they are.
fn best(candidates: &[Pairing], value: &impl Fn(&Pairing) -> f64) -> Pairings {
    let clashing = |one: &Pairing| candidates.iter().any(|other| other != one && clash(one, other));
    // A name that repeats one word has more candidates than are worth being held against each other.
    let few = candidates.len() <= 8 * TRIED;
    let (tried, mut chosen): (Pairings, Pairings) =
        candidates.iter().copied().partition(|candidate| !few || clashing(candidate));
    let mut greedy = greedy(&tried);
    if tried.len() <= TRIED && greedy.len() > 1 {
        let total = greedy.iter().map(value).sum();
        let mut search =
            Search { tried: &tried, value, best: (total, greedy), taken: Pairings::new() };
        search.from(0, 0.0);
        greedy = search.best.1;
    }
    chosen.append(&mut greedy);
    chosen
}

/// Of candidates that clash, each that clashes with none before it. O(candidates and tokens).
fn greedy(candidates: &[Pairing]) -> Pairings {
    let end = |side: fn(&Pairing) -> (usize, usize)| candidates.iter().map(|one| side(one).1).max();
    let taken = |end: Option<usize>| SmallVec::<[bool; 16]>::from_elem(false, end.unwrap_or(0));
    let mut left = taken(end(|one| one.left));
    let mut right = taken(end(|one| one.right));
    let mut chosen = Pairings::new();
    for one in candidates {
        let (own, other) = (one.left.0..one.left.1, one.right.0..one.right.1);
        if !left[own.clone()].contains(&true) && !right[other.clone()].contains(&true) {
            left[own].fill(true);
            right[other].fill(true);
            chosen.push(*one);
        }
    }
    chosen
}

struct Search<'c, V> {
    tried: &'c [Pairing],
    value: &'c V,
    best: (f64, Pairings),
    taken: Pairings,
}

impl<V: Fn(&Pairing) -> f64> Search<'_, V> {
    fn from(&mut self, at: usize, sum: f64) {
        let rest: f64 = self.tried[at..].iter().map(self.value).sum();
        // A gain below a billionth is rounding, and rounding decides nothing.
        if sum + rest <= self.best.0 + 1e-9 {
            return;
        }
        let Some(next) = self.tried.get(at).copied() else {
            self.best = (sum, self.taken.clone());
            return;
        };
        if !self.taken.iter().any(|taken| clash(taken, &next)) {
            self.taken.push(next);
            self.from(at + 1, sum + (self.value)(&next));
            self.taken.pop();
        }
        self.from(at + 1, sum);
    }
}

/// Runs of two or three words against one word of the other name; a connector within a run is
/// passed over (`M & A`, `MA`). Longer runs are letters written apart, or a legal form in words.
fn merges(many: &[&Token], one: &[&Token], candidates: &mut Pairings, swapped: bool) {
    let longest = one.iter().map(|word| word.longest()).max().unwrap_or(0);
    for from in 0..many.len() {
        let mut run = Run::default();
        for (at, token) in many.iter().enumerate().skip(from).take(LONGEST_RUN) {
            if token.kind == TokenKind::Noise {
                break;
            }
            run.push(token);
            let length = at + 1 - from;
            // Two letters more are typing errors in a legal form; beyond, no word is as long.
            if run.length > longest + 2 {
                break;
            }
            if length == 1 {
                continue;
            }
            let tokens = &many[from..=at];
            for (at, word) in one.iter().enumerate() {
                let Some(similarity) = run.alike(tokens, word) else { continue };
                let (many, one) = ((from, from + length), (at, at + 1));
                let (left, right) = if swapped { (one, many) } else { (many, one) };
                let similarity = similarity * SPACED;
                candidates.push(Pairing { left, right, kind: LineKind::Spacing, similarity });
            }
        }
    }
}

/// Whether a token within a run is part of it: "M & A" is MA, and one letter is a letter.
fn is_spoken(token: &Token) -> bool {
    token.kind != TokenKind::Connector || token.text.len() == 1
}

/// A run of words, without what it reads: most runs stand for no word, and are told by their length.
#[derive(Default)]
struct Run {
    /// Bytes of the words without connectors.
    length: usize,
    tokens: usize,
    words: bool,
    forms: bool,
    long_word: bool,
    /// Something that is no part of what reads like a form.
    other: bool,
}

impl Run {
    fn push(&mut self, token: &Token) {
        if is_spoken(token) || self.tokens == 0 {
            self.length += token.text.len();
        }
        self.tokens += 1;
        self.words |= token.is_word();
        self.forms |= token.is_form();
        self.long_word |= token.letters.count > 1;
        self.other |= !(token.formal || token.is_form());
    }

    /// How alike the run and a word are: equal letters, or an equal reading, or a legal form in words.
    fn alike(&self, run: &[&Token], word: &Token) -> Option<f64> {
        let glued = || {
            let first = std::iter::once(run[0].text.as_str());
            let rest = run[1..].iter().filter(|token| is_spoken(token));
            first.chain(rest.map(|token| token.text.as_str())).collect::<String>()
        };
        if word.is_form() {
            if self.other || self.length.abs_diff(word.text.len()) > 2 {
                return None;
            }
            let read = spelling(&Letters::new(&glued()), &word.letters);
            return read.map(|(_, similarity)| similarity);
        }
        let spaced = run.len() <= 3 || !self.long_word;
        if self.forms || !self.words || !word.is_word() || !spaced {
            return None;
        }
        let same_length = word.text.len() == self.length && word.text.starts_with(&run[0].text);
        // What is read is in Latin letters.
        if !same_length && (word.readings.is_empty() || !run[0].text.is_ascii()) {
            return None;
        }
        glued_alike(&glued(), word)
    }
}

/// How alike a run of words and one word are. A space more or less comes without another error in
/// the same place, except in a legal form, which is long and weighs little.
fn glued_alike(glued: &str, word: &Token) -> Option<f64> {
    if glued == word.text {
        return Some(1.0);
    }
    let consonants = LazyCell::new(|| skeleton(glued));
    let read = word.readings.iter().filter_map(|reading| {
        if reading.letters.text == glued {
            return Some(0.96);
        }
        let loan = reading.skeleton.len() >= 4 && reading.skeleton == *consonants;
        loan.then_some(0.9)
    });
    read.max_by(f64::total_cmp)
}
