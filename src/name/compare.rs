//! The comparison of two names: a score that adds up from its alignment.
//!
//! Every token of both names stands in exactly one line. Tokens that agree (equal, one or two
//! edits apart, abbreviated, translated, split or merged) earn points by their rarity; a token that
//! only one name has is an omission and costs little; tokens that stand against each other are a
//! contradiction and cost more. The score is the sum of the points of the lines.

use super::acronym;
use smallvec::SmallVec;

use super::align::{Pairing, best_of, candidates, weight};
use super::alike::one_letter_apart;
use super::cut::truncated;
use super::line::{Comparison, Line, LineKind, POINTS_OF_ONE};
use super::token::TokenKind;
use super::typed::{ParsedName, Token};

/// Two numbers, or two different legal forms, or two rare words standing against each other: what
/// is taken off besides the weight that is lost. `Axient LLC` is not `Axient Inc.`: a difference in
/// the form alone must fall below the default threshold of 0.85 and stay in the review band above
/// 0.75. Another number makes another company more surely than another form. A rare word that
/// contradicts costs its weight already; the penalty keeps long names from drowning it.
const NUMBER_PENALTY: f64 = 0.25;
const PLACE_PENALTY: f64 = 0.25;
const FORM_PENALTY: f64 = 0.16;
pub(crate) const WORD_PENALTY: f64 = 0.20;

/// A number or a country that only one name has: `Fund` is not `Fund II`, and the bank is not its
/// subsidiary in Mexico, but both are left out by habit too: below the threshold, within the review band.
const NUMBER_OMITTED: f64 = 0.12;
const COUNTRY_OMITTED: f64 = 0.07;

/// `Crystalord Systems Limited` is another company than `Crystalord Ltd`: both are formal names, and
/// one speaks of a business.
const BUSINESS_OMITTED: f64 = 0.06;

/// An omitted token keeps this much of its weight in the denominator: a generic word is dropped
/// freely, a distinctive one makes another company more often than not.
///
/// `named` says whether the name has a distinctive word: `Digital Products Group` without its
/// generic words is nothing.
pub(crate) fn omission_factor(token: &Token, named: bool) -> f64 {
    match token.kind {
        TokenKind::Generic | TokenKind::Domain if named => LEAST_OMISSION,
        TokenKind::Generic | TokenKind::Domain => LEAST_OMISSION + 0.45,
        _ => LEAST_OMISSION + 0.45 * token.weight,
    }
}

/// Whether a name, or a view of it, has a word that distinguishes it.
pub(crate) fn is_named<'t>(mut tokens: impl Iterator<Item = &'t Token>) -> bool {
    tokens.any(|token| token.kind == TokenKind::Distinctive)
}

/// The least share of its weight that an omitted token keeps.
const LEAST_OMISSION: f64 = 0.35;

/// Words in another order are the same name, as good as never another's, and yet not the name as it
/// is written: only equal names score 1.
const ANOTHER_ORDER: f64 = 0.99;

/// What a part of a name that holds several names can score at most: the other part may be the name.
const ONE_OF_SEVERAL: f64 = 0.97;

/// Two whole names one letter apart are at least looked at, wherever the letter stands: `OIK
/// Engineering` is another name by its words, and one slip of a finger from `OKI Engineering`.
const ONE_LETTER: f64 = 0.78;

/// Names that differ in nothing but spaces and signs: near the top, since no other company has the same
/// letters in a row by chance.
const SPACES_ALONE: f64 = 0.97;

/// An acronym is weak evidence: above the threshold, so that a person looks at it, and no more.
const ACRONYM: f64 = 0.86;

/// Tokens of both names that stand against each other.
#[derive(Debug)]
struct Conflict {
    left: Option<usize>,
    right: Option<usize>,
    kind: LineKind,
    penalty: f64,
}

/// How two names, or parts of them, stand for each other.
#[derive(Debug)]
struct Alignment {
    left: usize,
    right: usize,
    pairings: Vec<(Pairing, f64)>,
    conflicts: Vec<Conflict>,
    score: f64,
}

/// What the score of a pair rests on.
enum Outcome {
    Aligned(Alignment),
    Whole(LineKind, f64),
}

/// The score of two names in points: what [`compare`]'s lines add up to, without the lines. A score
/// below `floor` may come out as 0: most pairs show early that they cannot reach it.
pub fn points(query: &ParsedName, name: &ParsedName, floor: i32) -> i32 {
    match outcome(query, name, f64::from(floor) / f64::from(POINTS_OF_ONE)) {
        Outcome::Aligned(alignment) => {
            let earned = to_points(alignment.pairings.iter().map(|(_, points)| points).sum());
            let taken =
                |points: i32, conflict: &Conflict| (points - to_points(conflict.penalty)).max(0);
            alignment.conflicts.iter().fold(earned, taken)
        }
        Outcome::Whole(_, score) => to_points(score),
    }
}

/// Compares two names. O(n m) pairs of tokens, each an edit distance within a budget.
pub fn compare(query: &ParsedName, name: &ParsedName) -> Comparison {
    match outcome(query, name, 0.0) {
        Outcome::Aligned(alignment) => alignment.lines(query, name),
        Outcome::Whole(kind, score) => {
            let shown = |name: &ParsedName| {
                let words: Vec<&str> =
                    name.tokens.iter().map(|token| token.shown.as_str()).collect();
                words.join(" ")
            };
            let line =
                Line { query: shown(query), name: shown(name), kind, points: to_points(score) };
            Comparison { lines: vec![line] }
        }
    }
}

fn outcome(query: &ParsedName, name: &ParsedName, floor: f64) -> Outcome {
    let mut best: Option<Alignment> = None;
    for left in 0..query.views.len() {
        for right in 0..name.views.len() {
            let apart = left >= query.main && right >= name.main;
            if apart || loses(left, query, name) || loses(right, name, query) {
                continue;
            }
            let mut found = aligned((query, left), (name, right), floor);
            if left + right > 0 {
                for (_, earned) in &mut found.pairings {
                    *earned *= ONE_OF_SEVERAL;
                }
                found.score *= ONE_OF_SEVERAL;
            }
            if best.as_ref().is_none_or(|best| found.score > best.score) {
                best = Some(found);
            }
        }
    }
    let best = best.unwrap_or_else(|| aligned((query, 0), (name, 0), floor));
    // Whatever the words are taken for, no letter differs: `YusokiCo., Ltd.`, `CENTRAL PARTSSAS`.
    if best.score < SPACES_ALONE && !query.run.is_empty() && query.run == name.run {
        return Outcome::Whole(LineKind::Spacing, SPACES_ALONE);
    }
    if let Some(score) = truncated(query, name).or_else(|| truncated(name, query))
        && score > best.score
    {
        return Outcome::Whole(LineKind::Truncation, score);
    }
    let other = |conflict: &Conflict| {
        let other = matches!(conflict.kind, LineKind::NumberConflict | LineKind::PlaceConflict);
        other && conflict.left.is_some() && conflict.right.is_some()
    };
    if best.score < ONE_LETTER
        && !best.conflicts.iter().any(other)
        && one_letter_apart(&query.whole, &name.whole)
    {
        return Outcome::Whole(LineKind::Spelling, ONE_LETTER);
    }
    if best.score < ACRONYM && (is_acronym(query, name) || is_acronym(name, query)) {
        return Outcome::Whole(LineKind::Acronym, ACRONYM);
    }
    Outcome::Aligned(best)
}

/// Whether a view leaves out what may part its name from another that has something in brackets too.
fn loses(view: usize, name: &ParsedName, other: &ParsedName) -> bool {
    (name.sure..name.main).contains(&view) && other.sure < other.main
}

fn is_acronym(short: &ParsedName, long: &ParsedName) -> bool {
    let Some(written) = acronym::written(short) else { return false };
    acronym::made(long).iter().any(|made| made == written)
}

/// Tokens of a view: a name seldom has more than a dozen.
type Tokens<'n> = SmallVec<[&'n Token; 12]>;

fn tokens((name, view): (&ParsedName, usize)) -> Tokens<'_> {
    let view = name.views.get(view).map_or(&[][..], Vec::as_slice);
    view.iter().map(|at| name.token(*at)).collect()
}

/// The weight of a name's tokens, each omitted one reduced.
fn mass(tokens: &[&Token], is_omitted: impl Fn(usize) -> bool) -> f64 {
    let named = is_named(tokens.iter().copied());
    let kept = tokens.iter().enumerate().map(|(at, token)| {
        let factor = if is_omitted(at) { omission_factor(token, named) } else { 1.0 };
        token.weight * factor
    });
    kept.sum::<f64>().max(f64::MIN_POSITIVE)
}

/// The most that a name can contribute where only some of its tokens may stand for another.
fn bound(tokens: &[&Token], runs: impl Iterator<Item = (usize, usize)>) -> f64 {
    let mut stands: SmallVec<[bool; 16]> = SmallVec::from_elem(false, tokens.len());
    for (from, to) in runs {
        stands[from..to].fill(true);
    }
    let matched: f64 = tokens
        .iter()
        .zip(&stands)
        .filter(|(_, stands)| **stands)
        .map(|(token, _)| token.weight)
        .sum();
    0.5 * matched / mass(tokens, |at| !stands[at])
}

/// Whether a pairing says nothing by itself where either name has more to say: legal forms and
/// connectors, which two companies have in common without a word, and initials, which fit many names.
fn rests_on_nothing(pairing: &Pairing, left: &[&Token], right: &[&Token]) -> bool {
    let evidence = |tokens: &[&Token]| tokens.iter().any(|token| token.is_evidence());
    let (own, other) = (pairing.left, pairing.right);
    let paired = evidence(&left[own.0..own.1]) && evidence(&right[other.0..other.1]);
    (!paired || pairing.kind == LineKind::Initial) && (evidence(left) || evidence(right))
}

/// Aligns one view of each name; without pairings where the score cannot reach `floor`.
fn aligned(query: (&ParsedName, usize), name: (&ParsedName, usize), floor: f64) -> Alignment {
    let (left, right) = (tokens(query), tokens(name));
    let candidates = candidates(&left, &right);
    let reach = bound(&left, candidates.iter().map(|pairing| pairing.left))
        + bound(&right, candidates.iter().map(|pairing| pairing.right));
    let mut alignment = Alignment {
        left: query.1,
        right: name.1,
        pairings: Vec::new(),
        conflicts: Vec::new(),
        score: 0.0,
    };
    if reach + 1e-9 < floor {
        return alignment;
    }
    let mut pairings = best_of(&left, &right, candidates);
    if pairings.iter().all(|pairing| rests_on_nothing(pairing, &left, &right)) {
        pairings.iter_mut().for_each(|pairing| pairing.similarity = 0.0);
    }
    let open_left = uncovered(left.len(), pairings.iter().map(|pairing| pairing.left));
    let open_right = uncovered(right.len(), pairings.iter().map(|pairing| pairing.right));
    let (conflicts, omitted_left, omitted_right) = conflicts(&left, &right, open_left, open_right);
    let left_mass = mass(&left, |at| omitted_left.binary_search(&at).is_ok());
    let right_mass = mass(&right, |at| omitted_right.binary_search(&at).is_ok());
    let ordered = pairings.is_sorted_by_key(|pairing| pairing.right);
    let order = if ordered { 1.0 } else { ANOTHER_ORDER };
    let earned = pairings.into_iter().map(|pairing| {
        let share =
            weight(&left, pairing.left) / left_mass + weight(&right, pairing.right) / right_mass;
        (pairing, 0.5 * order * share * pairing.similarity)
    });
    alignment.pairings = earned.collect();
    alignment.conflicts = conflicts;
    let earned: f64 = alignment.pairings.iter().map(|(_, points)| points).sum();
    let lost: f64 = alignment.conflicts.iter().map(|conflict| conflict.penalty).sum();
    alignment.score = (earned - lost).max(0.0);
    alignment
}

impl Alignment {
    /// The lines, which add up to the score.
    fn lines(&self, query: &ParsedName, name: &ParsedName) -> Comparison {
        let (left, right) = (&query.views[self.left], &name.views[self.right]);
        let run = |name: &ParsedName, view: &[usize], (from, to): (usize, usize)| {
            let words: Vec<&str> =
                view[from..to].iter().map(|at| name.tokens[*at].shown.as_str()).collect();
            words.join(" ")
        };
        let (mut sum, mut given) = (0.0, 0);
        let mut lines = Vec::new();
        let (mut stands_left, mut stands_right) =
            (vec![false; left.len()], vec![false; right.len()]);
        for (pairing, points) in &self.pairings {
            // Running sums are rounded, so that the parts add up to the rounded whole.
            sum += points;
            let points = to_points(sum) - given;
            given += points;
            stands_left[pairing.left.0..pairing.left.1].fill(true);
            stands_right[pairing.right.0..pairing.right.1].fill(true);
            let (query, name) = (run(query, left, pairing.left), run(name, right, pairing.right));
            lines.push(Line { query, name, kind: pairing.kind, points });
        }
        for conflict in &self.conflicts {
            conflict.left.inspect(|at| stands_left[*at] = true);
            conflict.right.inspect(|at| stands_right[*at] = true);
        }
        let beside = |kind, shown: &str, of_query: bool| {
            let (query, name) = if of_query { (shown, "") } else { ("", shown) };
            Line { query: query.to_owned(), name: name.to_owned(), kind, points: 0 }
        };
        for (parsed, view, stands, of_query) in
            [(query, left, &stands_left, true), (name, right, &stands_right, false)]
        {
            for (at, token) in parsed.tokens.iter().enumerate() {
                let kind = match view.binary_search(&at) {
                    Ok(own) if stands[own] => continue,
                    Ok(_) => LineKind::Omission,
                    Err(_) if token.kind == TokenKind::Noise => LineKind::Noise,
                    Err(_) => LineKind::OtherName,
                };
                lines.push(beside(kind, &token.shown, of_query));
            }
        }
        let mut comparison = Comparison { lines };
        // As `Comparison::penalise`, with the sum kept: a name may have thousands of conflicts.
        let mut left_over = comparison.points();
        for conflict in &self.conflicts {
            let word = |name: &ParsedName, view: &[usize], at: Option<usize>| {
                at.map(|at| name.tokens[view[at]].shown.clone()).unwrap_or_default()
            };
            let (query, name) =
                (word(query, left, conflict.left), word(name, right, conflict.right));
            let points = -to_points(conflict.penalty).min(left_over).max(0);
            left_over += points;
            comparison.lines.push(Line { query, name, kind: conflict.kind, points });
        }
        comparison
    }
}

fn to_points(score: f64) -> i32 {
    #[expect(clippy::cast_possible_truncation, reason = "scores lie in 0..1")]
    let points = (score * f64::from(POINTS_OF_ONE)).round() as i32;
    points
}

fn uncovered(length: usize, runs: impl Iterator<Item = (usize, usize)>) -> Vec<usize> {
    let mut open = vec![true; length];
    for (from, to) in runs {
        open[from..to].fill(false);
    }
    (0..length).filter(|at| open[*at]).collect()
}

/// Sorts what is left unpaired into contradictions and omissions: numbers against numbers, places
/// against places, forms against forms, words against words in order of weight; then numbers and
/// countries that only one name has.
fn conflicts(
    left: &[&Token],
    right: &[&Token],
    mut open_left: Vec<usize>,
    mut open_right: Vec<usize>,
) -> (Vec<Conflict>, Vec<usize>, Vec<usize>) {
    const KINDS: [LineKind; 4] = [
        LineKind::NumberConflict,
        LineKind::PlaceConflict,
        LineKind::FormConflict,
        LineKind::Contradiction,
    ];
    let mut found = Vec::new();
    for kind in KINDS {
        if open_left.is_empty() || open_right.is_empty() {
            break;
        }
        let belongs = |token: &Token| match kind {
            LineKind::NumberConflict => token.kind == TokenKind::Number,
            LineKind::PlaceConflict => matches!(token.kind, TokenKind::Place(_)),
            LineKind::FormConflict => token.is_form(),
            _ => token.is_word(),
        };
        let ordered = |tokens: &[&Token], open: &[usize]| {
            let mut own: Vec<usize> =
                open.iter().copied().filter(|at| belongs(tokens[*at])).collect();
            own.sort_by(|a, b| tokens[*b].weight.total_cmp(&tokens[*a].weight).then(a.cmp(b)));
            own
        };
        let pairs: Vec<(usize, usize)> =
            ordered(left, &open_left).into_iter().zip(ordered(right, &open_right)).collect();
        let taken = |side: fn(&(usize, usize)) -> usize| {
            let mut taken: SmallVec<[usize; 12]> = pairs.iter().map(side).collect();
            taken.sort_unstable();
            taken
        };
        let (taken_left, taken_right) = (taken(|pair| pair.0), taken(|pair| pair.1));
        open_left.retain(|at| taken_left.binary_search(at).is_err());
        open_right.retain(|at| taken_right.binary_search(at).is_err());
        for (l, r) in pairs {
            let penalty = match kind {
                LineKind::NumberConflict => NUMBER_PENALTY,
                LineKind::PlaceConflict => PLACE_PENALTY,
                LineKind::FormConflict => FORM_PENALTY,
                _ if left[l].kind == TokenKind::Initial && right[r].kind == TokenKind::Initial => {
                    WORD_PENALTY
                }
                _ => WORD_PENALTY * left[l].weight.min(right[r].weight),
            };
            found.push(Conflict { left: Some(l), right: Some(r), kind, penalty });
        }
    }
    let mut alone = |tokens: &[&Token], open: &mut Vec<usize>, of_left: bool| {
        for at in open.clone() {
            let (kind, penalty) = match tokens[at].kind {
                // The first of a series is often written without its number.
                TokenKind::Number if tokens[at].text == "1" => continue,
                TokenKind::Number => (LineKind::NumberConflict, NUMBER_OMITTED),
                TokenKind::Place(place) if place.wide => (LineKind::PlaceConflict, COUNTRY_OMITTED),
                _ => continue,
            };
            let (left, right) = if of_left { (Some(at), None) } else { (None, Some(at)) };
            found.push(Conflict { left, right, kind, penalty });
        }
    };
    alone(left, &mut open_left, true);
    alone(right, &mut open_right, false);
    for (tokens, others, open, of_left) in
        [(left, right, &mut open_left, true), (right, left, &mut open_right, false)]
    {
        if let Some(at) = another_business(tokens, others, open) {
            open.retain(|own| *own != at);
            let (left, right) = if of_left { (Some(at), None) } else { (None, Some(at)) };
            found.push(Conflict {
                left,
                right,
                kind: LineKind::Omission,
                penalty: BUSINESS_OMITTED,
            });
        }
    }
    (found, open_left, open_right)
}

/// The word of a field of business that only one of two formal names has, where the other is one
/// word and its legal form.
fn another_business(tokens: &[&Token], others: &[&Token], open: &[usize]) -> Option<usize> {
    let formal = |tokens: &[&Token]| tokens.iter().any(|token| token.is_form());
    let one_word = others.iter().filter(|token| !token.is_form()).count() == 1;
    if !(one_word && formal(tokens) && formal(others)) {
        return None;
    }
    open.iter().copied().find(|at| tokens[*at].kind == TokenKind::Domain)
}

#[cfg(test)]
#[path = "compare_tests.rs"]
mod tests;
