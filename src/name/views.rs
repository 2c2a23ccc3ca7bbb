//! Which tokens may stand for the whole name: a name in a file may hold several.

use super::background::rarity;
use super::key::GENERIC_RARITY;
use super::noise::Role;
use super::token::{Plain, PlainKind};
use super::typed::{meaning, place_of};

/// A name of more tokens is only read as a whole.
const MOST_VIEWED: usize = 64;

/// A name of more parts between slashes is a list of something, not of names.
const MOST_SLASHED: usize = 8;

/// What may stand for the whole name.
pub(super) struct Views {
    /// Tokens by number: first all but noise.
    pub all: Vec<Vec<usize>>,
    /// How many of them, from the first, leave nothing out that may part two companies.
    pub sure: usize,
    /// How many, from the first, are the name itself rather than what stands behind a marker, a bracket or
    /// a slash.
    pub main: usize,
}

/// What may stand for the whole name.
pub(super) fn views(tokens: &[Plain], roles: &[Role]) -> Views {
    let plain_name = |at: &usize| matches!(roles[*at], Role::Name | Role::Aside);
    let all: Vec<usize> = (0..tokens.len()).filter(plain_name).collect();
    if tokens.len() > MOST_VIEWED {
        return Views { all: vec![all], sure: 1, main: 1 };
    }
    let (mut main, mut others): (Vec<Vec<usize>>, Vec<Vec<usize>>) = (Vec::new(), Vec::new());
    if let Some(marker) = roles.iter().position(|role| *role == Role::Marker) {
        let side =
            |side: std::ops::Range<usize>| -> Vec<usize> { side.filter(plain_name).collect() };
        main.push(side(0..marker));
        others.push(side(marker..tokens.len()));
    }
    let mut sure = main.clone().into_iter().chain(others.clone()).collect::<Vec<_>>();
    let mut whole = sure.clone();
    if roles.contains(&Role::Aside) {
        main.push((0..tokens.len()).filter(|at| roles[*at] == Role::Name).collect());
        whole.extend(main.last().cloned());
    }
    let outside: Vec<usize> =
        (0..tokens.len()).filter(plain_name).filter(|at| !tokens[*at].piece.enclosed).collect();
    let inside: Vec<usize> =
        (0..tokens.len()).filter(plain_name).filter(|at| tokens[*at].piece.enclosed).collect();
    let says_more = |at: &usize| {
        let text = &tokens[*at].piece.text;
        text.bytes().any(|byte| byte.is_ascii_digit()) || place_of(text).is_some()
    };
    // `China Electronics Corporation (CEC)`: what stands outside is the whole name.
    if is_short_for(tokens, &inside, &outside) {
        sure.push(outside.clone());
        // `Lockheed Martin Corporation (LMT), Bethesda, MD`
        let without = outside.iter().copied().filter(|at| roles[*at] == Role::Name).collect();
        whole.extend([outside.clone(), without]);
        main.push(outside);
        main.extend(whole.last().cloned());
    } else if !inside.is_empty() && !inside.iter().any(says_more) {
        main.push(outside);
    }
    let words = inside.iter().filter(|at| tokens[**at].kind == PlainKind::Word).count();
    if words >= 2 {
        others.push(inside);
    }
    let sections = tokens.iter().map(|token| token.piece.section).max().unwrap_or(0);
    let slashed = tokens.iter().all(|token| !token.piece.enclosed) && sections > 0;
    for section in (0..=sections).filter(|_| slashed && usize::from(sections) < MOST_SLASHED) {
        let own = (0..tokens.len()).filter(plain_name);
        let own = own.filter(|at| tokens[*at].piece.section == section).collect();
        if section == 0 { main.push(own) } else { others.push(own) }
    }
    let named = |view: &Vec<usize>| {
        view.iter().any(|at| {
            let token = &tokens[*at];
            token.kind == PlainKind::Word
                && meaning(&token.piece.text).is_none()
                && place_of(&token.piece.text).is_none()
                && token.piece.text.len() > 1
                && rarity(&token.piece.text) > GENERIC_RARITY
        })
    };
    let mut views = Views { all: vec![all], sure: 1, main: 1 };
    for (at, view) in main.iter().chain(&others).enumerate() {
        // What stands before and behind a marker is a name by that alone.
        let kept = whole.contains(view) && !view.is_empty();
        if (kept || named(view)) && !views.all.contains(view) {
            // In the order in which they were found, those that leave nothing out stand first.
            let sure = views.sure == views.all.len() && sure.contains(view) && at < main.len();
            views.all.push(view.clone());
            views.sure += usize::from(sure);
            views.main += usize::from(at < main.len());
        }
    }
    views
}

/// Whether what brackets enclose says nothing that does not stand outside: words that stand there, or
/// their first letters (`YMTC`, `NORINCO`).
fn is_short_for(tokens: &[Plain], inside: &[usize], outside: &[usize]) -> bool {
    let text = |at: &usize| tokens[*at].piece.text.as_str();
    let repeated = |at: &usize| outside.iter().any(|other| text(other) == text(at));
    let own: Vec<&usize> = inside.iter().filter(|at| !tokens[**at].is_form()).collect();
    match own.as_slice() {
        [] => false,
        [one] if is_made_of(text(one), tokens, outside) => true,
        all => all.iter().all(|at| repeated(at)),
    }
}

/// Letters of a word that an acronym takes at most: `NORTH INDUSTRIES CORPORATION`, `NORINCO`.
const TAKEN: usize = 3;

/// Whether an acronym is made of the beginnings of words, in their order, of some or all of them. O(words
/// x letters).
fn is_made_of(acronym: &str, tokens: &[Plain], words: &[usize]) -> bool {
    if !acronym.is_ascii() || !(2..=10).contains(&acronym.len()) {
        return false;
    }
    // Beginnings of the acronym that the words so far make, by their number of letters, with the most
    // words that make them.
    let mut made = vec![None; acronym.len() + 1];
    made[0] = Some(0usize);
    let parts = words.iter().flat_map(|at| {
        let piece = &tokens[*at].piece;
        let shown = super::text::fold(&piece.shown);
        let parts: Vec<String> = shown
            .split([' ', '.', ',', '-'])
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect();
        parts
    });
    for part in parts {
        for from in (0..acronym.len()).rev() {
            let Some(count) = made[from] else { continue };
            for taken in (1..=TAKEN.min(acronym.len() - from)).filter(|taken| {
                part.get(..*taken).is_some_and(|start| start == &acronym[from..from + *taken])
            }) {
                made[from + taken] = made[from + taken].max(Some(count + 1));
            }
        }
    }
    made[acronym.len()].is_some_and(|count| count >= 2 && 3 * count >= acronym.len())
}
