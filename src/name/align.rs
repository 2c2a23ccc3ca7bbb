//! The alignment of two names: which tokens stand for which.

use super::alike::{Letters, alike, initial, misspelt_ending, spelling};
use super::compare::LineKind;
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
const RUN: usize = 6;

/// Runs of tokens that stand for each other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Pairing {
    /// First token and one past the last, among the tokens of the view.
    pub left: (usize, usize),
    pub right: (usize, usize),
    pub kind: LineKind,
    pub similarity: f64,
}

/// The best one-to-one pairing of two runs of tokens, in the order of the first: of all sets of
/// pairings that share no token the one of most weight times similarity. O(n m) pairs of tokens,
/// each at most one edit distance.
pub(super) fn pair(left: &[&Token], right: &[&Token]) -> Vec<Pairing> {
    let fuzzy = left.len() <= FUZZY_TOKENS && right.len() <= FUZZY_TOKENS;
    let persons = may_be_person(left) && may_be_person(right);
    let mut candidates = Vec::new();
    for (i, a) in left.iter().enumerate() {
        for (j, b) in right.iter().enumerate() {
            let found = if fuzzy {
                let ends = i + 1 == left.len() && j + 1 == right.len();
                alike(a, b)
                    .or_else(|| if persons { initial(a, b) } else { None })
                    .or_else(|| if ends { misspelt_ending(a, b) } else { None })
            } else {
                (a.text == b.text && a.kind == b.kind).then_some((LineKind::Equal, 1.0))
            };
            if let Some((kind, similarity)) = found {
                candidates.push(Pairing { left: (i, i + 1), right: (j, j + 1), kind, similarity });
            }
        }
    }
    if fuzzy {
        merges(left, right, &mut candidates, false);
        merges(right, left, &mut candidates, true);
    }
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
fn may_be_person(tokens: &[&Token]) -> bool {
    let fits = |token: &&&Token| {
        matches!(token.kind, TokenKind::Distinctive | TokenKind::Initial | TokenKind::Connector)
    };
    tokens.len() > 1 && tokens.iter().filter(fits).count() == tokens.len()
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
fn best(candidates: &[Pairing], value: &impl Fn(&Pairing) -> f64) -> Vec<Pairing> {
    let clashing = |one: &Pairing| candidates.iter().any(|other| other != one && clash(one, other));
    let (tried, mut chosen): (Vec<Pairing>, Vec<Pairing>) =
        candidates.iter().partition(|candidate| clashing(candidate));
    let mut greedy: Vec<Pairing> = Vec::new();
    for candidate in &tried {
        if !greedy.iter().any(|taken| clash(taken, candidate)) {
            greedy.push(*candidate);
        }
    }
    if tried.len() <= TRIED && greedy.len() > 1 {
        let total = greedy.iter().map(value).sum();
        let mut search = Search { tried: &tried, value, best: (total, greedy), taken: Vec::new() };
        search.from(0, 0.0);
        greedy = search.best.1;
    }
    chosen.append(&mut greedy);
    chosen
}

struct Search<'c, V> {
    tried: &'c [Pairing],
    value: &'c V,
    best: (f64, Vec<Pairing>),
    taken: Vec<Pairing>,
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
/// passed over (`M & A`, `MA`). A legal form in several words counts as such a run.
fn merges(many: &[&Token], one: &[&Token], candidates: &mut Vec<Pairing>, swapped: bool) {
    for from in 0..many.len() {
        let mut glued = String::new();
        for length in 1..=RUN.min(many.len() - from) {
            let token = many[from + length - 1];
            // Longer runs are letters written apart, or a legal form in words.
            let letters = many[from..from + length].iter().all(|one| one.letters.count == 1);
            let long = length > 3;
            if token.kind == TokenKind::Noise {
                break;
            }
            if token.kind != TokenKind::Connector || length == 1 {
                glued.push_str(&token.text);
            }
            if length == 1 {
                continue;
            }
            let run = &many[from..from + length];
            for (at, word) in one.iter().enumerate() {
                if long && !(letters || word.is_form() && word.letters.count >= 12) {
                    continue;
                }
                let placed = |token: &&Token| matches!(token.kind, TokenKind::Place(_));
                if word.is_form() && run.iter().any(placed) {
                    continue;
                }
                let fits = if run.iter().any(|token| token.is_form()) {
                    word.is_form()
                } else {
                    (word.is_word() || word.is_form()) && run.iter().any(|token| token.is_word())
                };
                if !fits || word.letters.count.abs_diff(glued.len()) > 2 && word.readings.is_empty()
                {
                    continue;
                }
                let Some(similarity) = glued_alike(&glued, word) else { continue };
                let (many, one) = ((from, from + length), (at, at + 1));
                let (left, right) = if swapped { (one, many) } else { (many, one) };
                let similarity = similarity * SPACED;
                candidates.push(Pairing { left, right, kind: LineKind::Spacing, similarity });
            }
        }
    }
}

/// How alike a run of words and one word are. A space more or less comes without another error in
/// the same place, except in a legal form, which is long and weighs little.
fn glued_alike(glued: &str, word: &Token) -> Option<f64> {
    if glued == word.text {
        return Some(1.0);
    }
    if word.is_form() {
        return spelling(&Letters::new(glued), &word.letters).map(|(_, similarity)| similarity);
    }
    let read = word.readings.iter().filter_map(|reading| {
        if reading.letters.text == glued {
            return Some(0.96);
        }
        let loan = reading.skeleton.len() >= 4 && reading.skeleton == skeleton(glued);
        loan.then_some(0.9)
    });
    read.max_by(f64::total_cmp)
}
