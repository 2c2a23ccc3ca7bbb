//! What the words beside a word say of it, once every word has its type.

use std::sync::Arc;

use super::forms;
use super::key::GENERIC_RARITY;
use super::token::TokenKind;
use super::typed::Token;

/// Marks the words that end a name and read like a legal form in several words: `LIMIITED PARTNERSHIO`.
/// Only these are held against one as a run.
pub(super) fn mark_formal(tokens: &mut [Arc<Token>], view: &[usize]) {
    let mut glued = String::new();
    for length in 1..=forms::LONGEST.min(view.len().saturating_sub(1)) {
        let run = &view[view.len() - length..];
        let first = &tokens[run[0]];
        if matches!(first.kind, TokenKind::Place(_) | TokenKind::Number) {
            break;
        }
        if first.kind != TokenKind::Connector || first.text.len() == 1 {
            glued.insert_str(0, &first.text);
        }
        let any = run.iter().any(|at| !tokens[*at].is_form());
        if length > 1 && any && forms::reads_like(&glued, length) {
            for at in run {
                if !tokens[*at].is_form() {
                    Arc::make_mut(&mut tokens[*at]).formal = true;
                }
            }
        }
    }
}

/// A patronymic is left out by habit: with two other words beside it, it weighs like a common word.
pub(super) fn lighten_patronymic(tokens: &mut [Arc<Token>]) {
    const ENDINGS: &[&str] =
        &["ovich", "evich", "ovych", "evych", "yich", "mich", "ovna", "evna", "ivna", "ichna"];
    let named = tokens.iter().filter(|token| token.kind == TokenKind::Distinctive).count();
    let person = tokens.iter().all(|token| token.kind == TokenKind::Distinctive) && named == 3;
    let last = |token: &&mut Arc<Token>| ENDINGS.iter().any(|ending| token.text.ends_with(ending));
    // In "Ivan Petrovich Abramovich" it is the one that stands second.
    if person && let Some(token) = tokens.iter_mut().skip(1).find(last) {
        let token = Arc::make_mut(token);
        token.weight = token.weight.min(GENERIC_RARITY);
    }
}
