//! Keys of a name: what must be equal for two records to be one entity, and what may differ for
//! them to be a possible link.

use super::background::rarity;
use super::text::is_latin;
use super::token::{Plain, PlainKind, plain};

/// Words of at most this rarity are generic: they stand in more than 2 of 1,000 company names
/// (`systems`, `defense`, `international`), so leaving one out is a habit of writing, while a
/// rarer word makes another company.
pub(super) const GENERIC_RARITY: f64 = 0.54;

/// What must be equal for two records to be one entity by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameKeys {
    /// The name without its legal form, a leading "The", case, punctuation, spaces and accents.
    pub exact: String,
    /// The classes of its legal forms, sorted and joined by `+`; empty without one.
    pub form: String,
    /// The name without case, punctuation, spaces and variants of script, legal form included:
    /// what native names are compared by.
    pub native: String,
    /// Whether it has letters of another script than the Latin: then it is a native name too.
    pub is_native: bool,
}

/// The keys of a name. O(length).
pub fn keys(name: &str) -> NameKeys {
    keys_of(name, &plain(name))
}

/// The keys of a name, and what a possible link needs of it, for one look at its words. O(length).
pub fn all_keys(name: &str) -> (NameKeys, PossibleKey) {
    let tokens = plain(name);
    (keys_of(name, &tokens), possible_of(&tokens))
}

fn keys_of(name: &str, tokens: &[Plain]) -> NameKeys {
    let leading_the = tokens.len() > 1 && tokens[0].piece.text == "the";
    let mut classes: Vec<&str> = tokens
        .iter()
        .filter_map(|token| match token.kind {
            PlainKind::Form(class) => Some(class),
            _ => None,
        })
        .collect();
    classes.sort_unstable();
    classes.dedup();
    let words = tokens.iter().skip(usize::from(leading_the)).filter(|token| !token.is_form());
    NameKeys {
        exact: words.map(text).collect(),
        form: classes.join("+"),
        native: tokens.iter().map(text).collect(),
        is_native: name.chars().any(|c| c.is_alphabetic() && !is_latin(c)),
    }
}

/// The letters that a key takes of a token: of a legal form its class, however it is written.
fn text(token: &Plain) -> &str {
    match token.kind {
        PlainKind::Form(class) => class,
        _ => &token.piece.text,
    }
}

/// What two names must share to be a possible link: their distinctive words in any order.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PossibleKey {
    /// Distinctive words and numbers, sorted.
    pub distinctive: Vec<String>,
    /// Generic words, sorted.
    pub generic: Vec<String>,
}

/// Takes a name apart for possible links. A name of generic words alone is distinctive as a whole.
fn possible_of(tokens: &[Plain]) -> PossibleKey {
    let counts = |token: &&Plain| !token.is_form() && token.kind != PlainKind::Connector;
    let (generic, distinctive): (Vec<&Plain>, Vec<&Plain>) =
        tokens.iter().filter(counts).partition(|token| {
            token.kind == PlainKind::Word && rarity(&token.piece.text) <= GENERIC_RARITY
        });
    let texts = |tokens: Vec<&Plain>| {
        let mut texts: Vec<String> = tokens.iter().map(|token| text(token).to_owned()).collect();
        texts.sort_unstable();
        texts
    };
    if distinctive.is_empty() {
        return PossibleKey { distinctive: texts(generic), generic: Vec::new() };
    }
    PossibleKey { distinctive: texts(distinctive), generic: texts(generic) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_company_one_key() {
        for (left, right) in [
            ("Illumina, Inc.", "ILLUMINA Incorporated"),
            ("The Boeing Company", "Boeing Co."),
            ("L3 Harris Technologies", "L3Harris Technologies"),
            ("Gibbs&Cox, Inc.", "Gibbs & Cox, Inc."),
            ("HENSOLDT AG", "Hensoldt Aktiengesellschaft"),
        ] {
            assert_eq!(keys(left).exact, keys(right).exact);
        }
        assert_eq!(keys("Jong Shyn Co.").form, keys("Jong Shyn Co., Ltd.").form);
        assert_ne!(keys("Axient LLC").form, keys("Axient Inc.").form);
        assert_eq!(keys("Axient").form, "");
        assert_eq!(keys("國家中山科學研究院").native, keys("国家中山科学研究院").native);
    }

    #[test]
    fn generic_words_part_from_distinctive_ones() {
        let possible_key = |name| all_keys(name).1;
        let key = possible_key("Teledyne FLIR Systems, Inc.");
        assert_eq!(key.distinctive, ["flir", "teledyne"]);
        assert_eq!(key.generic, ["systems"]);
        assert_eq!(possible_key("International Industries").generic, Vec::<String>::new());
    }
}
