//! Acronyms: a name of one short word made of the first letters of another's words.

use super::token::TokenKind;
use super::typed::{ParsedName, Token};

/// Letters an acronym has. Those of three letters collide too often: of 2,000 companies that are on
/// no list, 12 have the first letters of one among 9,130 listed names of three letters, and 2 of one
/// of more. Of nine nobody makes a word.
const SHORTEST: usize = 4;
const LONGEST: usize = 8;

/// The acronym that a whole name is, if it is one: one word without spaces besides legal forms.
pub(crate) fn written(name: &ParsedName) -> Option<&str> {
    let mut words = name.views.first()?.iter().map(|at| name.token(*at));
    let word = words.find(|token| !token.is_form())?;
    let alone = words.all(Token::is_form);
    let capitals = word.shown.chars().all(char::is_uppercase);
    let length = word.text.len();
    let fits = capitals && word.text.is_ascii() && (SHORTEST..=LONGEST).contains(&length);
    (alone && fits && word.text.bytes().all(|byte| byte.is_ascii_alphabetic()))
        .then_some(word.text.as_str())
}

/// The acronyms that a name's words make: first letters with and without connectors, and with none,
/// the first or all of the letters of its legal form. Empty for a name of fewer than three words,
/// or of so many that nobody makes an acronym of them.
pub(crate) fn made(name: &ParsedName) -> Vec<String> {
    let Some(view) = name.views.first() else { return Vec::new() };
    let tokens: Vec<&Token> = view.iter().map(|at| name.token(*at)).collect();
    // A legal form alone gives two letters or three.
    let words = tokens.iter().filter(|token| !token.is_form());
    if words.count() < 3 || tokens.len() > 2 * LONGEST {
        return Vec::new();
    }
    let choices: Vec<Vec<String>> = tokens.iter().map(|token| letters(token)).collect();
    let mut made: Vec<String> = Vec::new();
    let mut one = String::new();
    each(&choices, &mut one, &mut 0, &mut |acronym| {
        if (SHORTEST..=LONGEST).contains(&acronym.len()) && acronym.is_ascii() {
            made.push(acronym.to_owned());
        }
    });
    made.sort_unstable();
    made.dedup();
    made
}

/// Few names have several connectors and forms; those that have make few acronyms of use.
const MOST: usize = 24;

/// Tells the first acronyms that are made of one choice for each token.
fn each(
    choices: &[Vec<String>],
    begun: &mut String,
    told: &mut usize,
    tell: &mut impl FnMut(&str),
) {
    let Some((first, rest)) = choices.split_first() else {
        *told += 1;
        return tell(begun);
    };
    let length = begun.len();
    for choice in first {
        if *told < MOST {
            begun.push_str(choice);
            each(rest, begun, told, tell);
            begun.truncate(length);
        }
    }
}

/// What a token may give to an acronym.
fn letters(token: &Token) -> Vec<String> {
    let first = |text: &str| text.chars().take(1).collect::<String>();
    let shown = super::text::fold(&token.shown);
    match token.kind {
        TokenKind::Form(_) => {
            let words = shown.split([' ', '.', ',']).filter(|word| !word.is_empty());
            let each: String = words.clone().map(first).collect();
            let mut choices = vec![String::new(), first(&shown)];
            if words.count() > 1 {
                choices.push(each);
            } else if shown.len() == 2 {
                choices.push(shown.clone());
            }
            choices
        }
        TokenKind::Connector => vec![String::new(), first(&token.text)],
        TokenKind::Noise => vec![String::new()],
        // `IV` is written as its first letter, as the words around it are.
        TokenKind::Number => {
            let spelt = shown.chars().next().is_some_and(char::is_alphabetic);
            vec![if spelt { first(&shown) } else { token.text.clone() }]
        }
        _ if token.readings.is_empty() => {
            let words = shown.split([' ', '-']).filter(|word| !word.is_empty());
            let mut choices: Vec<String> = vec![words.clone().map(first).collect()];
            // "of" in the name of a state is left out as it is between words.
            let spoken: Vec<&str> = words.filter(|word| !matches!(*word, "of" | "and")).collect();
            choices.push(spoken.into_iter().map(first).collect());
            if token.concept == Some("group") {
                choices.push(String::new());
            }
            choices.dedup();
            choices
        }
        _ => token.readings.iter().map(|reading| first(&reading.letters.text)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    #[test]
    fn acronyms_are_made_as_people_make_them() {
        for (acronym, name) in [
            ("SMIC", "Semiconductor Manufacturing International Corporation"),
            ("PDVSA", "Petróleos de Venezuela, S.A."),
            ("EISN", "Embark Investment Services Nominees Limited"),
            ("IWSP", "Indian Wire & Steel Products"),
            ("GEPII", "Golden Energy PSV Invest III AS"),
            ("CETC", "China Electronics Technology Group Corporation"),
            ("IRISL", "Islamic Republic of Iran Shipping Lines"),
        ] {
            assert!(
                made(&parse(name)).iter().any(|made| made == &acronym.to_lowercase()),
                "{name}"
            );
            assert_eq!(written(&parse(acronym)), Some(acronym.to_lowercase().as_str()));
        }
        assert_eq!(written(&parse("Skydio")), None);
        assert_eq!(written(&parse("SMIC Holdings")), None);
    }
}
