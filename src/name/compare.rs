//! The comparison of two names: a score that adds up from its alignment.
//!
//! Every token of both names stands in exactly one line. Tokens that agree (equal, one or two
//! edits apart, abbreviated, split or merged) earn points by their rarity; a token that only one
//! name has is an omission and costs little; tokens that stand against each other are a
//! contradiction and cost more. The score is the sum of the points of the lines.

use super::text::is_east_asian;
use super::token::{ParsedName, Token, TokenKind};

/// Points of a score of 1.
pub const POINTS_OF_ONE: i32 = 10_000;

/// What a line of an alignment says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineKind {
    /// The same word.
    Equal,
    /// The same word but for typing errors.
    Spelling,
    /// One is a usual abbreviation of the other.
    Abbreviation,
    /// One word written as two, or two as one.
    Spacing,
    /// Only one name has it.
    Omission,
    /// The names say different things here.
    Contradiction,
    /// The legal forms are of different classes.
    FormConflict,
    /// The numbers differ.
    NumberConflict,
    /// The countries known of both differ.
    CountryConflict,
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
            LineKind::Spacing => "spacing",
            LineKind::Omission => "omission",
            LineKind::Contradiction => "contradiction",
            LineKind::FormConflict => "form_conflict",
            LineKind::NumberConflict => "number_conflict",
            LineKind::CountryConflict => "country_conflict",
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
const FORM_PENALTY: f64 = 0.16;
const WORD_PENALTY: f64 = 0.20;

/// An omitted token keeps this much of its weight in the denominator: a generic word is dropped
/// freely, a distinctive one makes another company more often than not.
fn omission_factor(weight: f64) -> f64 {
    LEAST_OMISSION + 0.45 * weight
}

/// The least share of its weight that an omitted token keeps.
pub(crate) const LEAST_OMISSION: f64 = 0.35;

/// Beyond this many tokens on both sides only equal tokens are paired, so that no name costs more
/// than a few milliseconds.
const FUZZY_TOKENS: usize = 64;

/// A pairing of runs of tokens.
struct Pairing {
    left: (usize, usize),
    right: (usize, usize),
    kind: LineKind,
    similarity: f64,
}

/// Compares two names. O(n m) pairs of tokens, each an edit distance within a budget.
pub fn compare(query: &ParsedName, name: &ParsedName) -> Comparison {
    let (left, right) = (&query.tokens, &name.tokens);
    let mut pairings = pair(left, right);
    let open_left = uncovered(left.len(), pairings.iter().map(|pairing| pairing.left));
    let open_right = uncovered(right.len(), pairings.iter().map(|pairing| pairing.right));
    let (conflicts, omitted_left, omitted_right) = conflicts(left, right, open_left, open_right);

    let mass = |tokens: &[Token], omitted: &[usize]| -> f64 {
        let kept = tokens.iter().enumerate().map(|(at, token)| {
            let factor = if omitted.contains(&at) { omission_factor(token.weight) } else { 1.0 };
            token.weight * factor
        });
        kept.sum()
    };
    let (left_mass, right_mass) = (mass(left, &omitted_left), mass(right, &omitted_right));

    pairings.sort_by_key(|pairing| pairing.left);
    let mut earned = Vec::new();
    for pairing in &pairings {
        let share =
            weight(left, pairing.left) / left_mass + weight(right, pairing.right) / right_mass;
        earned.push((pairing, 0.5 * share * pairing.similarity));
    }
    let mut lines = rounded(left, right, &earned);
    for (from, to) in [(&omitted_left, true), (&omitted_right, false)] {
        for at in from {
            let token = if to { &left[*at] } else { &right[*at] };
            let (query, name) = if to {
                (token.shown.clone(), String::new())
            } else {
                (String::new(), token.shown.clone())
            };
            lines.push(Line { query, name, kind: LineKind::Omission, points: 0 });
        }
    }
    let mut comparison = Comparison { lines };
    for conflict in conflicts {
        let points = to_points(conflict.penalty);
        let (query, name) = (shown(left, &conflict.left), shown(right, &conflict.right));
        comparison.penalise(query, name, conflict.kind, points);
    }
    comparison
}

fn to_points(score: f64) -> i32 {
    #[expect(clippy::cast_possible_truncation, reason = "scores lie in 0..1")]
    let points = (score * f64::from(POINTS_OF_ONE)).round() as i32;
    points
}

/// Lines of the pairings; running sums are rounded so that the parts add up to the rounded whole.
fn rounded(left: &[Token], right: &[Token], earned: &[(&Pairing, f64)]) -> Vec<Line> {
    let (mut sum, mut given) = (0.0, 0);
    let mut lines = Vec::with_capacity(earned.len());
    for (pairing, points) in earned {
        sum += points;
        let points = to_points(sum) - given;
        given += points;
        let run = |tokens: &[Token], (from, to): (usize, usize)| {
            shown(tokens, &(from..to).collect::<Vec<_>>())
        };
        let (query, name) = (run(left, pairing.left), run(right, pairing.right));
        lines.push(Line { query, name, kind: pairing.kind, points });
    }
    lines
}

fn shown(tokens: &[Token], at: &[usize]) -> String {
    let words: Vec<&str> = at.iter().map(|at| tokens[*at].shown.as_str()).collect();
    words.join(" ")
}

fn weight(tokens: &[Token], (from, to): (usize, usize)) -> f64 {
    tokens[from..to].iter().map(|token| token.weight).sum()
}

fn uncovered(length: usize, runs: impl Iterator<Item = (usize, usize)>) -> Vec<usize> {
    let mut open = vec![true; length];
    for (from, to) in runs {
        open[from..to].fill(false);
    }
    (0..length).filter(|at| open[*at]).collect()
}

/// Pairs tokens one to one, and runs of two or three against one: equal words first, then the
/// heaviest and most alike, ties by position.
fn pair(left: &[Token], right: &[Token]) -> Vec<Pairing> {
    let fuzzy = left.len() <= FUZZY_TOKENS && right.len() <= FUZZY_TOKENS;
    let mut candidates = Vec::new();
    for (i, a) in left.iter().enumerate() {
        for (j, b) in right.iter().enumerate() {
            let (kind, similarity) = if a.text == b.text && a.kind == b.kind {
                (LineKind::Equal, 1.0)
            } else if fuzzy && let Some(alike) = alike(a, b) {
                alike
            } else {
                continue;
            };
            candidates.push(Pairing { left: (i, i + 1), right: (j, j + 1), kind, similarity });
        }
    }
    if fuzzy {
        merges(left, right, &mut candidates, false);
        merges(right, left, &mut candidates, true);
    }
    let value = |pairing: &Pairing| {
        (weight(left, pairing.left) + weight(right, pairing.right)) * pairing.similarity
    };
    let distance = |pairing: &Pairing| pairing.left.0.abs_diff(pairing.right.0);
    candidates.sort_by(|a, b| {
        let unequal = |pairing: &Pairing| pairing.kind != LineKind::Equal;
        unequal(a)
            .cmp(&unequal(b))
            .then_with(|| value(b).total_cmp(&value(a)))
            .then_with(|| distance(a).cmp(&distance(b)))
            .then_with(|| (a.left, a.right).cmp(&(b.left, b.right)))
    });
    let (mut free_left, mut free_right) = (vec![true; left.len()], vec![true; right.len()]);
    candidates.retain(|pairing| {
        let (l, r) = (pairing.left.0..pairing.left.1, pairing.right.0..pairing.right.1);
        let free = free_left[l.clone()].iter().all(|free| *free)
            && free_right[r.clone()].iter().all(|free| *free);
        if free {
            free_left[l].fill(false);
            free_right[r].fill(false);
        }
        free
    });
    candidates
}

/// Runs of two or three words against one word of the other name.
fn merges(many: &[Token], one: &[Token], candidates: &mut Vec<Pairing>, swapped: bool) {
    for from in 0..many.len() {
        for length in 2..=3.min(many.len() - from) {
            let run = &many[from..from + length];
            if run.iter().any(Token::is_form) {
                continue;
            }
            let glued: String = run.iter().map(|token| token.text.as_str()).collect();
            for (at, word) in one.iter().enumerate().filter(|(_, word)| !word.is_form()) {
                let similarity = if glued == word.text {
                    1.0
                } else if let Some(similarity) = spelling(&glued, &word.text) {
                    similarity
                } else {
                    continue;
                };
                let (many, one) = ((from, from + length), (at, at + 1));
                let (left, right) = if swapped { (one, many) } else { (many, one) };
                // A written space is a smaller difference than a letter.
                let similarity = similarity * 0.99;
                candidates.push(Pairing { left, right, kind: LineKind::Spacing, similarity });
            }
        }
    }
}

fn alike(a: &Token, b: &Token) -> Option<(LineKind, f64)> {
    if a.kind != TokenKind::Word || b.kind != TokenKind::Word {
        return None;
    }
    if abbreviates(&a.text, &b.text) || abbreviates(&b.text, &a.text) {
        return Some((LineKind::Abbreviation, 0.95));
    }
    spelling(&a.text, &b.text).map(|similarity| (LineKind::Spelling, similarity))
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

/// Similarity of two words within the budget: each edit costs its share of the longer word.
fn spelling(a: &str, b: &str) -> Option<f64> {
    let (short, long) =
        (a.chars().count().min(b.chars().count()), a.chars().count().max(b.chars().count()));
    let budget = edit_budget(short, a.chars().any(is_east_asian));
    if digits(a) != digits(b) {
        return None;
    }
    if short >= 3 && unumlaut(a) == unumlaut(b) {
        return Some(0.99);
    }
    if budget == 0 || long - short > budget {
        return None;
    }
    let edits = strsim::osa_distance(a, b);
    #[expect(clippy::cast_precision_loss, reason = "words are far shorter than 2^52 letters")]
    let similarity = 1.0 - edits as f64 / long as f64;
    (edits <= budget).then_some(similarity)
}

fn digits(word: &str) -> impl PartialEq {
    word.chars().filter(char::is_ascii_digit).collect::<String>()
}

/// German spelling without umlauts: `fuer` and `fur`, both for `für`.
pub(crate) fn unumlaut(word: &str) -> String {
    word.replace("ae", "a").replace("oe", "o").replace("ue", "u")
}

/// Usual abbreviations of words in company names, as registers and payment systems write them.
const ABBREVIATIONS: &[(&str, &str)] = &[
    ("intl", "international"),
    ("int", "international"),
    ("mfg", "manufacturing"),
    ("grp", "group"),
    ("svcs", "services"),
    ("svc", "service"),
    ("tech", "technology"),
    ("tech", "technologies"),
    ("inds", "industries"),
    ("ind", "industries"),
    ("sys", "systems"),
    ("engrg", "engineering"),
    ("eng", "engineering"),
    ("inv", "investment"),
    ("dev", "development"),
    ("mgmt", "management"),
    ("natl", "national"),
    ("assn", "association"),
    ("univ", "university"),
    ("inst", "institute"),
    ("hldgs", "holdings"),
    ("hldg", "holding"),
    ("semicond", "semiconductor"),
    ("comm", "communications"),
    ("elec", "electric"),
    ("elec", "electronics"),
    ("bros", "brothers"),
    ("ctr", "center"),
    ("lab", "laboratory"),
    ("labs", "laboratories"),
    ("pharma", "pharmaceutical"),
    ("chem", "chemical"),
    ("cap", "capital"),
    ("fin", "finance"),
    ("trdg", "trading"),
    ("prods", "products"),
];

/// The abbreviations of a word, and the words it abbreviates.
pub(crate) fn abbreviations(word: &str) -> impl Iterator<Item = &'static str> {
    ABBREVIATIONS.iter().filter_map(move |(short, long)| match word {
        _ if word == *short => Some(*long),
        _ if word == *long => Some(*short),
        _ => None,
    })
}

fn abbreviates(short: &str, long: &str) -> bool {
    ABBREVIATIONS.iter().any(|(abbreviation, word)| *abbreviation == short && *word == long)
}

/// Tokens of both names that stand against each other.
struct Conflict {
    left: Vec<usize>,
    right: Vec<usize>,
    kind: LineKind,
    penalty: f64,
}

/// Sorts what is left unpaired into contradictions and omissions: numbers against numbers, forms
/// against forms, words against words in order of weight.
fn conflicts(
    left: &[Token],
    right: &[Token],
    mut open_left: Vec<usize>,
    mut open_right: Vec<usize>,
) -> (Vec<Conflict>, Vec<usize>, Vec<usize>) {
    let mut found = Vec::new();
    for kind in [LineKind::NumberConflict, LineKind::FormConflict, LineKind::Contradiction] {
        let belongs = |token: &Token| match kind {
            LineKind::NumberConflict => token.kind == TokenKind::Number,
            LineKind::FormConflict => token.is_form(),
            _ => token.kind == TokenKind::Word,
        };
        let ordered = |tokens: &[Token], open: &[usize]| {
            let mut own: Vec<usize> =
                open.iter().copied().filter(|at| belongs(&tokens[*at])).collect();
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
                LineKind::FormConflict => FORM_PENALTY,
                _ => WORD_PENALTY * left[l].weight.min(right[r].weight),
            };
            found.push(Conflict { left: vec![l], right: vec![r], kind, penalty });
        }
    }
    (found, open_left, open_right)
}

#[cfg(test)]
mod tests {
    use super::super::token::parse;
    use super::*;
    use proptest::prelude::*;

    fn score(left: &str, right: &str) -> f64 {
        compare(&parse(left), &parse(right)).score()
    }

    #[test]
    fn writing_habits_cost_little_and_contradictions_much() {
        for (left, right) in [
            ("Lockheed Martin", "Lockheed Martin Corporation"),
            ("Tech Insights Inc", "TechInsights Inc."),
            ("L3Harris Technologies, Inc.", "L3 Harris Technologies"),
            (
                "Telerob Gesellschaft für Fernhantierungstechnik mbH",
                "Telerob Gesellschaft fuer Fernhantierungstechnik mbH",
            ),
            ("Skydio Holdings Inc", "Skydio, Inc."),
            ("Bank Tejarat", "Tejarat Bank"),
            ("洛克希德马丁公司", "洛克希德·马丁公司"),
            ("Taiwan Semicond Mfg Co", "Taiwan Semiconductor Manufacturing Company"),
        ] {
            assert!(score(left, right) > 0.9, "{left} / {right}: {}", score(left, right));
        }
        for (left, right) in [
            ("Teledyne LeCroy", "Teledyne FLIR"),
            ("General Mills", "General Dynamics"),
            ("HPS Ltd", "KPS Ltd"),
            ("Nestle S.A.", "Nokia S.A."),
        ] {
            assert!(score(left, right) < 0.7, "{left} / {right}: {}", score(left, right));
        }
    }

    #[test]
    fn every_token_stands_in_one_line() {
        let (query, name) = (
            parse("General Atomics Aero Systems 7 LLC"),
            parse("General Atomics Aeronautical Systems, Inc."),
        );
        let lines = compare(&query, &name).lines;
        let mut words: Vec<&str> = lines
            .iter()
            .flat_map(|line| line.query.split(' '))
            .filter(|word| !word.is_empty())
            .collect();
        words.sort_unstable();
        let mut expected: Vec<&str> =
            query.tokens.iter().map(|token| token.shown.as_str()).collect();
        expected.sort_unstable();
        assert_eq!(words, expected);
    }

    proptest! {
        #[test]
        fn a_name_equals_itself_and_comparing_is_symmetric(
            left in "[A-Za-z0-9&,. ]{0,40}",
            right in "[A-Za-z0-9&,. ]{0,40}",
        ) {
            let (a, b) = (parse(&left), parse(&right));
            if !a.tokens.is_empty() {
                prop_assert_eq!(compare(&a, &a).points(), POINTS_OF_ONE);
            }
            let (there, back) = (compare(&a, &b).points(), compare(&b, &a).points());
            prop_assert!((there - back).abs() <= 1);
            prop_assert!((0..=POINTS_OF_ONE).contains(&there));
        }
    }
}
