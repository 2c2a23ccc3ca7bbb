//! The comparison of two names: a score that adds up from its alignment.
//!
//! Every token of both names stands in exactly one line. Tokens that agree (equal, one or two
//! edits apart, abbreviated, translated, split or merged) earn points by their rarity; a token that
//! only one name has is an omission and costs little; tokens that stand against each other are a
//! contradiction and cost more. The score is the sum of the points of the lines.

use super::acronym;
use super::align::{Pairing, pair, weight};
use super::token::TokenKind;
use super::typed::{ParsedName, Token};

/// Points of a score of 1.
pub const POINTS_OF_ONE: i32 = 10_000;

/// What a line of an alignment says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineKind {
    /// The same word.
    Equal,
    /// The same word but for typing errors, or for the hand that wrote it in Latin letters.
    Spelling,
    /// One is a usual abbreviation of the other.
    Abbreviation,
    /// The same word in another form or language.
    Translation,
    /// A word in an East Asian script and how it is read.
    Reading,
    /// Legal forms that are used for one another.
    Form,
    /// One letter for a word.
    Initial,
    /// One word written as two, or two as one.
    Spacing,
    /// One name is the first letters of the other's words: weak evidence.
    Acronym,
    /// One name is the beginning of the other, cut off by the width of a field.
    Truncation,
    /// Only one name has it.
    Omission,
    /// No part of the name: what master data add.
    Noise,
    /// Another name of the same company, written beside it.
    OtherName,
    /// The names say different things here.
    Contradiction,
    /// The legal forms are of different classes.
    FormConflict,
    /// The numbers differ, or only one name has one.
    NumberConflict,
    /// The names speak of different places, or only one of a country.
    PlaceConflict,
    /// The countries known of both differ.
    CountryConflict,
    /// The cities known of both agree.
    CityEqual,
    /// The birth dates known of both differ.
    BirthDateConflict,
    /// The identifiers known of both differ.
    IdentifierConflict,
    /// An identifier agrees; the names are shown beside it.
    IdentifierEqual,
    /// A person against a company.
    KindConflict,
}

impl LineKind {
    /// The word as output writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            LineKind::Equal => "equal",
            LineKind::Spelling => "spelling",
            LineKind::Abbreviation => "abbreviation",
            LineKind::Translation => "translation",
            LineKind::Reading => "reading",
            LineKind::Form => "form",
            LineKind::Initial => "initial",
            LineKind::Spacing => "spacing",
            LineKind::Acronym => "acronym",
            LineKind::Truncation => "truncation",
            LineKind::Omission => "omission",
            LineKind::Noise => "noise",
            LineKind::OtherName => "other_name",
            LineKind::Contradiction => "contradiction",
            LineKind::FormConflict => "form_conflict",
            LineKind::NumberConflict => "number_conflict",
            LineKind::PlaceConflict => "place_conflict",
            LineKind::CountryConflict => "country_conflict",
            LineKind::CityEqual => "city",
            LineKind::BirthDateConflict => "birth_date_conflict",
            LineKind::IdentifierConflict => "identifier_conflict",
            LineKind::IdentifierEqual => "identifier",
            LineKind::KindConflict => "kind_conflict",
        }
    }
}

/// One line of an alignment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The words of the first name, as written; empty for none.
    pub query: String,
    /// The words of the second name, as written; empty for none.
    pub name: String,
    /// What the line says.
    pub kind: LineKind,
    /// Points, of [`POINTS_OF_ONE`] for a score of 1; negative for a penalty.
    pub points: i32,
}

/// A score with the lines that add up to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// The lines.
    pub lines: Vec<Line>,
}

impl Comparison {
    /// The score in points of [`POINTS_OF_ONE`]: the sum of the lines.
    pub fn points(&self) -> i32 {
        self.lines.iter().map(|line| line.points).sum()
    }

    /// The score in 0..1.
    pub fn score(&self) -> f64 {
        f64::from(self.points()) / f64::from(POINTS_OF_ONE)
    }

    /// Whether it rests on an acronym alone: weak, however high.
    pub fn is_weak(&self) -> bool {
        self.lines.iter().any(|line| line.kind == LineKind::Acronym)
    }

    /// Adds a penalty line; the score never falls below 0.
    pub fn penalise(&mut self, query: String, name: String, kind: LineKind, points: i32) {
        let points = -points.min(self.points()).max(0);
        self.lines.push(Line { query, name, kind, points });
    }
}

/// Two numbers, or two different legal forms, or two rare words standing against each other: what
/// is taken off besides the weight that is lost. `Axient LLC` is not `Axient Inc.`: a difference in
/// the form alone must fall below the default threshold of 0.85 and stay in the review band above
/// 0.75. Another number makes another company more surely than another form. A rare word that
/// contradicts costs its weight already; the penalty keeps long names from drowning it.
const NUMBER_PENALTY: f64 = 0.25;
const PLACE_PENALTY: f64 = 0.25;
const FORM_PENALTY: f64 = 0.16;
const WORD_PENALTY: f64 = 0.20;

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

/// What a part of a name that holds several names can score at most: the other part may be the name.
const ONE_OF_SEVERAL: f64 = 0.97;

/// An acronym is weak evidence: above the threshold, so that a person looks at it, and no more.
const ACRONYM: f64 = 0.86;

/// Widths at which fields of master data and payment messages end: SAP's 35 and 40, SWIFT's 35,
/// NACHA's 16 and 22, older systems' 20, 24, 25, 28, 30, 32.
const WIDTHS: &[usize] =
    &[16, 18, 20, 22, 24, 25, 28, 30, 32, 35, 36, 40, 50, 60, 70, 80, 100, 105, 140];

/// A beginning of fewer letters is no evidence of the whole.
pub(crate) const CUT: usize = 10;

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

/// The score of two names in points: what [`compare`]'s lines add up to, without the lines.
pub fn points(query: &ParsedName, name: &ParsedName) -> i32 {
    match outcome(query, name) {
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
    match outcome(query, name) {
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

fn outcome(query: &ParsedName, name: &ParsedName) -> Outcome {
    let mut best: Option<Alignment> = None;
    for left in 0..query.views.len() {
        for right in 0..name.views.len() {
            let mut found = aligned(query, left, name, right);
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
    let best = best.unwrap_or_else(|| aligned(query, 0, name, 0));
    if let Some(score) = truncated(query, name).or_else(|| truncated(name, query))
        && score > best.score
    {
        return Outcome::Whole(LineKind::Truncation, score);
    }
    if best.score < ACRONYM && (is_acronym(query, name) || is_acronym(name, query)) {
        return Outcome::Whole(LineKind::Acronym, ACRONYM);
    }
    Outcome::Aligned(best)
}

fn is_acronym(short: &ParsedName, long: &ParsedName) -> bool {
    let Some(written) = acronym::written(short) else { return false };
    acronym::made(long).iter().any(|made| made == written)
}

/// The score of a name that the width of a field cut off the other; `None` where it is not one.
///
/// A cut shows by its length (a usual width, the space before the next word left out) or by ending
/// within a word. What is written must have a word that distinguishes, and the more is written the
/// surer.
fn truncated(short: &ParsedName, long: &ParsedName) -> Option<f64> {
    let rest = long.run.strip_prefix(short.run.as_str())?;
    // A name that still ends in its legal form was not cut off.
    let formed = short.tokens.last().is_none_or(Token::is_form);
    if rest.is_empty() || formed || short.run.chars().count() < CUT {
        return None;
    }
    let mut end = 0;
    let cut = long.tokens.iter().find(|token| {
        end += token.text.len();
        end >= short.run.len()
    });
    // "BAY" within "BAYKAL" is another name; "SHIP" within "SHIPPING" is a cut.
    let usual = cut.is_some_and(|token| token.kind != TokenKind::Distinctive);
    let within = end > short.run.len() && usual && short.run.len() >= 16;
    let wide = WIDTHS.contains(&short.written) || WIDTHS.contains(&(short.written + 1));
    let named = short
        .tokens
        .iter()
        .rev()
        .skip(1)
        .any(|token| token.kind == TokenKind::Distinctive || token.kind == TokenKind::Initial);
    let words = short.tokens.iter().filter(|token| token.is_word()).count();
    if !(wide || within) || words < 2 || !(named || words > 2 || within) {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "names are far shorter than 2^52 letters")]
    let share = short.run.len() as f64 / long.run.len() as f64;
    Some(0.86 + 0.12 * share)
}

/// Aligns one view of each name.
fn aligned(query: &ParsedName, left: usize, name: &ParsedName, right: usize) -> Alignment {
    let tokens = |name: &'_ ParsedName, view: usize| -> Vec<usize> {
        name.views.get(view).cloned().unwrap_or_default()
    };
    let (at_left, at_right) = (tokens(query, left), tokens(name, right));
    let left_tokens: Vec<&Token> = at_left.iter().map(|at| &query.tokens[*at]).collect();
    let right_tokens: Vec<&Token> = at_right.iter().map(|at| &name.tokens[*at]).collect();
    let pairings = pair(&left_tokens, &right_tokens);
    let open_left = uncovered(at_left.len(), pairings.iter().map(|pairing| pairing.left));
    let open_right = uncovered(at_right.len(), pairings.iter().map(|pairing| pairing.right));
    let (conflicts, omitted_left, omitted_right) =
        conflicts(&left_tokens, &right_tokens, open_left, open_right);
    let mass = |tokens: &[&Token], omitted: &[usize]| -> f64 {
        let named = is_named(tokens.iter().copied());
        let kept = tokens.iter().enumerate().map(|(at, token)| {
            let factor = if omitted.contains(&at) { omission_factor(token, named) } else { 1.0 };
            token.weight * factor
        });
        kept.sum()
    };
    let left_mass = mass(&left_tokens, &omitted_left).max(f64::MIN_POSITIVE);
    let right_mass = mass(&right_tokens, &omitted_right).max(f64::MIN_POSITIVE);
    let earned = pairings.into_iter().map(|pairing| {
        let share = weight(&left_tokens, pairing.left) / left_mass
            + weight(&right_tokens, pairing.right) / right_mass;
        (pairing, 0.5 * share * pairing.similarity)
    });
    let pairings: Vec<(Pairing, f64)> = earned.collect();
    let earned: f64 = pairings.iter().map(|(_, points)| points).sum();
    let lost: f64 = conflicts.iter().map(|conflict| conflict.penalty).sum();
    Alignment { left, right, pairings, conflicts, score: (earned - lost).max(0.0) }
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
                let kind = match view.iter().position(|own| *own == at) {
                    Some(own) if stands[own] => continue,
                    Some(_) => LineKind::Omission,
                    None if token.kind == TokenKind::Noise => LineKind::Noise,
                    None => LineKind::OtherName,
                };
                lines.push(beside(kind, &token.shown, of_query));
            }
        }
        let mut comparison = Comparison { lines };
        for conflict in &self.conflicts {
            let word = |name: &ParsedName, view: &[usize], at: Option<usize>| {
                at.map(|at| name.tokens[view[at]].shown.clone()).unwrap_or_default()
            };
            let (query, name) =
                (word(query, left, conflict.left), word(name, right, conflict.right));
            comparison.penalise(query, name, conflict.kind, to_points(conflict.penalty));
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
        for (l, r) in pairs {
            open_left.retain(|at| *at != l);
            open_right.retain(|at| *at != r);
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
