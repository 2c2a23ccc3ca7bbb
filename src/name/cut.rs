//! Names that the width of a field cut off.

use super::token::TokenKind;
use super::typed::{ParsedName, Token};

/// Widths at which fields of master data and payment messages end: SAP's 35 and 40, SWIFT's 35 and
/// four times that, NACHA's 22, and the round ones of older systems.
const WIDTHS: &[usize] = &[20, 22, 25, 30, 32, 35, 40, 50, 60, 70, 80, 100, 105, 140];

/// A beginning of fewer letters is no evidence of the whole.
pub(crate) const CUT: usize = 10;

/// Letters from which a name may be cut off within a usual word, whatever the width.
const LONG: usize = 16;

/// Whether a name is as long as a field, the space before the next word left out or not.
fn fills_a_field(name: &ParsedName) -> bool {
    WIDTHS.contains(&name.written) || WIDTHS.contains(&(name.written + 1))
}

/// Whether a name may be what a field left of another.
pub(crate) fn may_be_cut(name: &ParsedName) -> bool {
    let words = name.tokens.iter().filter(|token| token.is_word()).count();
    words >= 2 && (fills_a_field(name) || name.run.len() >= LONG)
}

/// The score of a name that the width of a field cut off the other; `None` where it is not one.
///
/// A cut shows by its length (a usual width, the space before the next word left out) or by ending
/// within a word. What is written must have a word that distinguishes, and the more is written the
/// surer.
pub(super) fn truncated(short: &ParsedName, long: &ParsedName) -> Option<f64> {
    if !may_be_cut(short) {
        return None;
    }
    let rest = long.run.strip_prefix(short.run.as_str())?;
    let last = short.tokens.len().checked_sub(1)?;
    let (own, there) = (&short.tokens[last], long.tokens.get(last));
    // A name that still ends in its legal form was not cut off; "CA" may be what is left of a word.
    let beginning = there.is_some_and(|there| {
        !there.is_form() && there.text.starts_with(&own.text) && there.text != own.text
    });
    let formed = own.is_form() && !(beginning && own.text.len() <= 3);
    // "No. 1" is not what is left of "No. 12".
    let number = |token: &Token| token.kind == TokenKind::Number;
    let other_number =
        there.is_some_and(|there| (number(own) || number(there)) && own.text != there.text);
    if rest.is_empty() || formed || other_number || short.run.chars().count() < CUT {
        return None;
    }
    let mut end = 0;
    let cut = long.tokens.iter().find(|token| {
        end += token.text.len();
        end >= short.run.len()
    });
    // "BAY" within "BAYKAL" is another name; "SHIP" within "SHIPPING" is a cut.
    let usual = cut.is_some_and(|token| token.kind != TokenKind::Distinctive);
    let within = end > short.run.len() && usual && short.run.len() >= LONG;
    // The space before the next word is cut off too, and no letter of the word before it.
    let spaced = end == short.run.len() && WIDTHS.contains(&(short.written + 1));
    let wide = WIDTHS.contains(&short.written) || spaced;
    let named = short
        .tokens
        .iter()
        .rev()
        .skip(1)
        .any(|token| token.kind == TokenKind::Distinctive || token.kind == TokenKind::Initial);
    let words = short.tokens.iter().filter(|token| token.is_word()).count();
    // What is left of the word that was cut says enough by itself.
    let part = wide && end > short.run.len() && own.letters.count >= 6;
    if !(wide || within) || !(named || words > 2 || within || part) {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "names are far shorter than 2^52 letters")]
    let share = short.run.len() as f64 / long.run.len() as f64;
    Some(0.86 + 0.12 * share)
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    fn cut(short: &str, long: &str) -> bool {
        truncated(&parse(short), &parse(long)).is_some()
    }

    #[test]
    fn a_cut_shows_by_its_width_or_within_a_word() {
        assert!(cut("FLAGSHIP GLOBAL CAPI", "FLAGSHIP GLOBAL CAPITAL LIMITED"));
        assert!(cut("MUCCI INTERNATIONAL", "MUCCI INTERNATIONAL MARKETING INC."));
        assert!(cut("Islamic Republic of Iran Ship", "Islamic Republic of Iran Shipping Lines"));
        assert!(cut("Varkala Spice and Ca", "Varkala Spice and Cashew Exporters Private Limited"));
        assert!(cut("Kazakhstan Electroly", "Kazakhstan Electrolysis and Smelting LLP"));
        assert!(!cut("State Aircraft Factory No. 1", "State Aircraft Factory No. 12"));
        assert!(!cut("Kestrel Infrastructure Fund II", "Kestrel Infrastructure Fund III"));
        assert!(!cut("Skydio", "Skydio Holdings"));
        assert!(!cut("Vladimir Ivanov", "Vladimir Ivanovich Petrov"));
        assert!(!cut("Topicus Healthcare B.V.", "Topicus Healthcare B.VI."));
        assert!(!cut("Zavody Stroy Imeni Sem Bay", "Zavody Stroy Imeni Sem Baykal"));
    }
}
