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
pub(super) fn views(tokens: &[Plain], roles: &[Role]) -> (Vec<Vec<usize>>, usize) {
    let all: Vec<usize> = (0..tokens.len()).filter(|at| roles[*at] == Role::Name).collect();
    if tokens.len() > MOST_VIEWED {
        return (vec![all], 1);
    }
    let (mut main, mut others): (Vec<Vec<usize>>, Vec<Vec<usize>>) = (Vec::new(), Vec::new());
    if let Some(marker) = roles.iter().position(|role| *role == Role::Marker) {
        let side = |side: std::ops::Range<usize>| -> Vec<usize> {
            side.filter(|at| roles[*at] == Role::Name).collect()
        };
        main.push(side(0..marker));
        others.push(side(marker..tokens.len()));
    }
    let marked = main.clone().into_iter().chain(others.clone()).collect::<Vec<_>>();
    let plain_name = |at: &usize| roles[*at] == Role::Name;
    let outside: Vec<usize> =
        (0..tokens.len()).filter(plain_name).filter(|at| !tokens[*at].piece.enclosed).collect();
    let inside: Vec<usize> =
        (0..tokens.len()).filter(plain_name).filter(|at| tokens[*at].piece.enclosed).collect();
    let says_more = |at: &usize| {
        let text = &tokens[*at].piece.text;
        text.bytes().any(|byte| byte.is_ascii_digit()) || place_of(text).is_some()
    };
    if !inside.is_empty() && !inside.iter().any(says_more) {
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
    let mut kept: Vec<Vec<usize>> = vec![all];
    let mut mains = 1;
    for (at, view) in main.iter().chain(&others).enumerate() {
        // What stands before and behind a marker is a name by that alone.
        let marked = marked.contains(view) && !view.is_empty();
        if (marked || named(view)) && !kept.contains(view) {
            kept.push(view.clone());
            mains += usize::from(at < main.len());
        }
    }
    (kept, mains)
}
