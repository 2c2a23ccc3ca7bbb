//! Names taken apart, as bytes: taking a name apart costs eight times what reading it back costs
//! (`cargo bench --bench scale -- search`).
//!
//! A token is written once, however many names have it; a name is written as the numbers of its tokens
//! and what they do not say of it.

use std::sync::{Arc, LazyLock};

use rustc_hash::FxHashSet;
use serde::{Deserialize, Serialize};

use super::alike::Letters;
use super::token::{Place, TokenKind};
use super::typed::{ParsedName, Reading, Token};
use super::{forms, vocabulary};

/// A name of more tokens is not kept: it is taken apart anew.
const MOST_KEPT: usize = 64;

/// What a token is evidence of, with the words of the embedded tables as text.
#[derive(Serialize, Deserialize)]
enum Kind<'b> {
    Distinctive,
    Generic,
    Domain,
    Form(&'b str),
    Number,
    Place(&'b str, bool),
    Connector,
    Initial,
    Noise,
}

#[derive(Serialize, Deserialize)]
struct Kept<'b> {
    text: &'b str,
    shown: &'b str,
    kind: Kind<'b>,
    weight: f64,
    #[serde(borrow)]
    readings: Vec<&'b str>,
    concept: Option<&'b str>,
    abbreviated: bool,
    formal: bool,
    digests: [[u8; 8]; 4],
}

/// A token as bytes.
pub(crate) fn token_bytes(token: &Token) -> Vec<u8> {
    let kind = match token.kind {
        TokenKind::Distinctive => Kind::Distinctive,
        TokenKind::Generic => Kind::Generic,
        TokenKind::Domain => Kind::Domain,
        TokenKind::Form(class) => Kind::Form(class),
        TokenKind::Number => Kind::Number,
        TokenKind::Place(place) => Kind::Place(place.code, place.wide),
        TokenKind::Connector => Kind::Connector,
        TokenKind::Initial => Kind::Initial,
        TokenKind::Noise => Kind::Noise,
    };
    let kept = Kept {
        text: &token.text,
        shown: &token.shown,
        kind,
        weight: token.weight,
        readings: token.readings().collect(),
        concept: token.concept,
        abbreviated: token.abbreviated,
        formal: token.formal,
        digests: token.letters.digests(),
    };
    postcard::to_allocvec(&kept).expect("text and numbers can be written")
}

/// The token of some bytes; `None` where they are not what was written.
pub(crate) fn token_of(bytes: &[u8]) -> Option<Token> {
    let kept: Kept = postcard::from_bytes(bytes).ok()?;
    let kind = match kept.kind {
        Kind::Distinctive => TokenKind::Distinctive,
        Kind::Generic => TokenKind::Generic,
        Kind::Domain => TokenKind::Domain,
        Kind::Form(class) => TokenKind::Form(of_table(class)?),
        Kind::Number => TokenKind::Number,
        Kind::Place(code, wide) => TokenKind::Place(Place { code: of_table(code)?, wide }),
        Kind::Connector => TokenKind::Connector,
        Kind::Initial => TokenKind::Initial,
        Kind::Noise => TokenKind::Noise,
    };
    let concept = match kept.concept {
        Some(concept) => Some(of_table(concept)?),
        None => None,
    };
    Some(Token {
        text: kept.text.to_owned(),
        shown: kept.shown.to_owned(),
        kind,
        weight: kept.weight,
        readings: kept.readings.into_iter().map(Reading::new).collect(),
        concept,
        abbreviated: kept.abbreviated,
        formal: kept.formal,
        letters: Letters::of_digests(kept.text, kept.digests),
    })
}

/// The word of the embedded tables that is written so.
fn of_table(text: &str) -> Option<&'static str> {
    static WORDS: LazyLock<FxHashSet<&'static str>> = LazyLock::new(|| {
        forms::classes().chain(vocabulary::concepts()).chain(vocabulary::codes()).collect()
    });
    WORDS.get(text).copied()
}

/// What the tokens of a name do not say of it.
#[derive(Serialize, Deserialize)]
struct Rest<'b> {
    written: usize,
    /// Its letters in a row, where those of its tokens are others.
    run: Option<&'b str>,
    /// Views as sets of tokens, how many are the name itself, and how many are sure; `None` where all
    /// tokens in one are the only view.
    views: Option<(Vec<u64>, usize, usize)>,
}

impl ParsedName {
    /// The name as bytes, given the number of each token. Empty where it is taken apart anew.
    pub(crate) fn keep(&self, mut number: impl FnMut(&Arc<Token>) -> u32) -> Vec<u8> {
        if self.tokens.len() > MOST_KEPT {
            return Vec::new();
        }
        let plain = self.views.len() == 1 && self.views[0].len() == self.tokens.len();
        let set = |view: &Vec<usize>| view.iter().fold(0u64, |set, at| set | 1 << at);
        let run: String = self.tokens.iter().map(|token| token.text.as_str()).collect();
        let rest = Rest {
            written: self.written,
            run: (run != self.run).then_some(&self.run),
            views: (!plain).then(|| (self.views.iter().map(set).collect(), self.main, self.sure)),
        };
        let mut bytes = vec![u8::try_from(self.tokens.len()).expect("no more than are kept")];
        bytes.extend(self.tokens.iter().flat_map(|token| number(token).to_le_bytes()));
        postcard::to_extend(&rest, bytes).expect("text and numbers can be written")
    }

    /// The name of some bytes, given the token of each number; `None` where it is not kept, or the bytes
    /// are not what was written.
    pub(crate) fn recall(
        bytes: &[u8],
        token: impl Fn(u32) -> Option<Arc<Token>>,
    ) -> Option<ParsedName> {
        let (numbers, rest) = numbers_and_rest(bytes)?;
        let number = |bytes: &[u8; 4]| token(u32::from_le_bytes(*bytes));
        let tokens: Vec<Arc<Token>> = numbers.iter().map(number).collect::<Option<_>>()?;
        let rest: Rest = postcard::from_bytes(rest).ok()?;
        let all = || (0..tokens.len()).collect::<Vec<usize>>();
        let (views, main, sure) = match rest.views {
            Some((sets, main, sure)) => {
                let view = |set: u64| all().into_iter().filter(|at| set >> at & 1 == 1).collect();
                (sets.into_iter().map(view).collect(), main, sure)
            }
            None => (vec![all()], 1, 1),
        };
        let run = match rest.run {
            Some(run) => run.to_owned(),
            None => tokens.iter().map(|token| token.text.as_str()).collect(),
        };
        (main <= views.len() && sure <= main)
            .then(|| ParsedName::of_tokens(tokens, views, (main, sure), run, rest.written))
    }
}

/// The numbers of the tokens in the bytes of a name, four bytes each, and what follows them.
fn numbers_and_rest(bytes: &[u8]) -> Option<(&[[u8; 4]], &[u8])> {
    let (count, rest) = bytes.split_first()?;
    let (numbers, rest) = rest.split_at_checked(usize::from(*count) * 4)?;
    Some((numbers.as_chunks().0, rest))
}

/// Gives the tokens of a name other numbers.
pub(crate) fn renumber(bytes: &mut [u8], number: impl Fn(u32) -> u32) {
    let Some((count, rest)) = bytes.split_first_mut() else { return };
    for own in rest.as_chunks_mut::<4>().0.iter_mut().take(usize::from(*count)) {
        *own = number(u32::from_le_bytes(*own)).to_le_bytes();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::name::parse;
    use proptest::prelude::*;

    fn kept(name: &str) -> (Vec<Vec<u8>>, Vec<u8>) {
        let mut tokens: Vec<Vec<u8>> = Vec::new();
        let mut bytes = parse(name).keep(|token| {
            tokens.push(token_bytes(token));
            u32::try_from(tokens.len() - 1).unwrap()
        });
        renumber(&mut bytes, |number| number + 7);
        (tokens, bytes)
    }

    fn recalled(tokens: &[Vec<u8>], bytes: &[u8]) -> Option<ParsedName> {
        ParsedName::recall(bytes, |number| {
            let token = tokens.get(number.checked_sub(7)? as usize)?;
            token_of(token).map(Arc::new)
        })
    }

    #[test]
    fn names_come_back_as_they_were() {
        for name in [
            "",
            "Skydio, Inc.",
            "United States of America & Company II LLC",
            "X Corp formerly Y GmbH (Z) / W",
            "洛克希德·马丁公司上海分公司",
            "株式会社SUBARU",
            "Limted Partnershio Group 007 Srvcs",
            "ОАО Газпром нефть",
        ] {
            let (tokens, bytes) = kept(name);
            assert_eq!(recalled(&tokens, &bytes).as_ref(), Some(&parse(name)), "{name}");
        }
        let long = "a1 ".repeat(MOST_KEPT + 1);
        assert!(kept(&long).1.is_empty(), "is taken apart anew");
        assert_eq!(recalled(&[], &[]), None);
    }

    proptest! {
        #[test]
        fn any_name_comes_back_and_no_damage_panics(
            name in "[a-zA-Z0-9 &(),./株式会社ア-]{0,40}",
            at in any::<prop::sample::Index>(),
            byte in any::<u8>(),
        ) {
            let (mut tokens, mut bytes) = kept(&name);
            prop_assert_eq!(recalled(&tokens, &bytes), Some(parse(&name)));
            let cut = recalled(&tokens, &bytes[..at.index(bytes.len())]);
            prop_assert!(cut.is_none_or(|cut| cut.tokens.len() <= MOST_KEPT));
            let length = bytes.len();
            bytes[at.index(length)] = byte;
            recalled(&tokens, &bytes);
            if let Some(token) = tokens.first_mut() {
                let length = token.len();
                token[at.index(length)] = byte;
                token_of(token);
            }
        }
    }
}
