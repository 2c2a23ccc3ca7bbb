//! A name as tokens: words, numbers, connectors and legal forms.

use super::forms::{self, Form};
use super::pieces::{Piece, pieces};

/// What a token is evidence of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// A word that distinguishes one company from another.
    Distinctive,
    /// A word of the kind that any company may use (`group`, `services`).
    Generic,
    /// A word of a field of business (`steel`, `bank`, `systems`).
    Domain,
    /// A legal form of the class named.
    Form(&'static str),
    /// A number: digits, a number in words, an ordinal or a roman numeral.
    Number,
    /// A country, region, province or city.
    Place(Place),
    /// `and`, `of`, `the` and their like.
    Connector,
    /// One letter.
    Initial,
    /// What master data add to a name (`DO NOT USE`, `c/o`, `formerly`): no part of it.
    Noise,
}

/// A place that a name speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Code in the table: a country's ISO 3166-1 code, else the place's usual name.
    pub code: &'static str,
    /// Whether it is a country or a region of several.
    pub wide: bool,
}

/// A token before it is typed for comparison: what keys are made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Plain {
    pub piece: Piece,
    pub kind: PlainKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PlainKind {
    Word,
    Form(&'static str),
    Number,
    Connector,
}

const CONNECTORS: &[&str] = &[
    "and", "&", "of", "the", "for", "de", "du", "des", "la", "le", "und", "et", "y", "e", "di",
    "del", "della", "van", "von", "der", "den",
];

/// Words that join a number to what it counts.
pub(super) const BEFORE_NUMBERS: &[&str] = &["no", "nr", "number", "nummer"];

/// Whether a word is a connector in some names: as these are in whatever place, or before a number.
pub(crate) fn may_join(text: &str) -> bool {
    [CONNECTORS, BEFORE_NUMBERS, &["第", "号", "號"]].iter().any(|words| words.contains(&text))
}

const ROMAN: &[(&str, &str)] = &[
    ("ii", "2"),
    ("iii", "3"),
    ("iv", "4"),
    ("vi", "6"),
    ("vii", "7"),
    ("viii", "8"),
    ("ix", "9"),
    ("xi", "11"),
    ("xii", "12"),
    ("xiii", "13"),
    ("xiv", "14"),
    ("xv", "15"),
    ("xvi", "16"),
    ("xvii", "17"),
    ("xviii", "18"),
    ("xix", "19"),
    ("xx", "20"),
];

/// Takes a name apart into plain tokens. O(length).
pub(super) fn plain(name: &str) -> Vec<Plain> {
    let mut tokens: Vec<Plain> = pieces(name).into_iter().map(Plain::new).collect();
    mark_forms(&mut tokens);
    tokens
}

impl Plain {
    pub fn new(mut piece: Piece) -> Plain {
        let kind = if CONNECTORS.contains(&piece.text.as_str()) && !piece.dotted {
            if piece.text == "&" {
                "and".clone_into(&mut piece.text);
            }
            PlainKind::Connector
        } else if piece.text.chars().all(|c| c.is_ascii_digit()) {
            let digits = piece.text.trim_start_matches('0');
            piece.text = if digits.is_empty() { "0".to_owned() } else { digits.to_owned() };
            PlainKind::Number
        } else if let Some((_, digits)) = ROMAN.iter().find(|(roman, _)| *roman == piece.text) {
            (*digits).clone_into(&mut piece.text);
            PlainKind::Number
        } else {
            PlainKind::Word
        };
        Plain { piece, kind }
    }

    /// Whether the token is a legal form.
    pub fn is_form(&self) -> bool {
        matches!(self.kind, PlainKind::Form(_))
    }
}

/// Marks legal forms: those that end the name or stand before a bracket, one that leads it, and
/// unmistakable ones inside. At least one token always stays a word.
pub(super) fn mark_forms(tokens: &mut Vec<Plain>) {
    part_letters(tokens);
    let glued = &mut String::new();
    let last = tokens.len();
    let mut end = ending_forms(tokens, last, glued);
    // `China Electronics Corporation (CEC)`
    for at in (1..end).rev() {
        let opens = tokens.get(at).is_some_and(|next| {
            next.piece.enclosed && next.piece.section != tokens[at - 1].piece.section
        });
        if opens {
            let before = tokens.len();
            ending_forms(tokens, at, glued);
            end -= before - tokens.len();
        }
    }
    if let Some(length) =
        longest_from(&tokens[..end.saturating_sub(1)], 0, glued, |form| form.leads)
    {
        join_as_form(tokens, 0, length);
        end -= length - 1;
    }
    let mut at = 1;
    while at < end {
        if let Some(length) = longest_from(&tokens[..end], at, glued, |form| form.anywhere) {
            join_as_form(tokens, at, at + length);
            end -= length - 1;
        }
        at += 1;
    }
}

/// Classes of legal forms that people write within a name, before the place that they add to it: `Corp
/// Singapore`, `Co of Michigan`.
const INNER: &[&str] = &["inc", "corp", "co", "ltd", "plc", "ag"];

/// Marks legal forms before a place within a name, for comparing alone: what joins records leaves them
/// words, and so do names that go on otherwise (`Monsters Inc Theatre`).
pub(super) fn mark_inner_forms(tokens: &mut Vec<Plain>) {
    let glued = &mut String::new();
    let mut at = 1;
    while at + 1 < tokens.len() {
        let found = longest_from(tokens, at, glued, |form| INNER.contains(&form.class));
        if let Some(length) = found.filter(|length| at + length < tokens.len()) {
            let link = usize::from(tokens[at + length].kind == PlainKind::Connector);
            let before = tokens
                .get(at + length + link)
                .is_some_and(|next| super::vocabulary::place(&next.piece.text).is_some());
            if before {
                join_as_form(tokens, at, at + length);
            }
        }
        at += 1;
    }
}

/// `E` and `Y` join words where they stand between two; at either end and beside another letter they are
/// initials: `E V Industries` is not `A V Industries`.
fn part_letters(tokens: &mut [Plain]) {
    let letter = |token: &Plain| token.piece.text.chars().count() == 1;
    for at in 0..tokens.len() {
        let joins = at > 0
            && tokens.get(at + 1).is_some_and(|next| !letter(next))
            && !letter(&tokens[at - 1]);
        if tokens[at].kind == PlainKind::Connector && letter(&tokens[at]) && !joins {
            tokens[at].kind = PlainKind::Word;
        }
    }
}

/// Joins the legal forms that end at `end`; where the words before them end.
fn ending_forms(tokens: &mut Vec<Plain>, mut end: usize, glued: &mut String) -> usize {
    while let Some(from) = longest(tokens, end, glued).filter(|from| *from > 0) {
        join_as_form(tokens, from, end);
        end = from;
    }
    end
}

/// Start of the longest form that ends at `end`. `glued` is a buffer, here and below: names are many.
fn longest(tokens: &[Plain], end: usize, glued: &mut String) -> Option<usize> {
    let mut from = end - forms::LONGEST.min(end);
    while tokens[from..end].iter().any(Plain::is_form) {
        from += 1;
    }
    glue(&tokens[from..end], glued);
    let mut rest = glued.as_str();
    while from < end {
        if forms::form_of(rest).is_some() {
            return Some(from);
        }
        rest = &rest[tokens[from].piece.text.len()..];
        from += 1;
    }
    None
}

/// Tokens of the longest form of a kind that begins at `from`.
fn longest_from(
    tokens: &[Plain],
    from: usize,
    glued: &mut String,
    kind: impl Fn(Form) -> bool,
) -> Option<usize> {
    let rest = tokens[from..].iter().take(forms::LONGEST);
    let length = rest.take_while(|token| !token.is_form()).count();
    glue(&tokens[from..from + length], glued);
    let mut begun = glued.as_str();
    for length in (1..=length).rev() {
        if forms::form_of(begun).is_some_and(&kind) {
            return Some(length);
        }
        begun = &begun[..begun.len() - tokens[from + length - 1].piece.text.len()];
    }
    None
}

/// The letters of tokens, spaces left out.
fn glue(tokens: &[Plain], glued: &mut String) {
    glued.clear();
    tokens.iter().for_each(|token| glued.push_str(&token.piece.text));
}

fn join_as_form(tokens: &mut Vec<Plain>, from: usize, end: usize) {
    let mut text = String::new();
    glue(&tokens[from..end], &mut text);
    let Some(form) = forms::form_of(&text) else { return };
    let shown: Vec<&str> =
        tokens[from..end].iter().map(|token| token.piece.shown.as_str()).collect();
    let piece = Piece { shown: shown.join(" "), text, ..tokens[from].piece.clone() };
    tokens.splice(from..end, [Plain { piece, kind: PlainKind::Form(form.class) }]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shape(name: &str) -> String {
        let words: Vec<String> = plain(name)
            .iter()
            .map(|token| match token.kind {
                PlainKind::Form(class) => format!("[{class}]"),
                PlainKind::Number => format!("#{}", token.piece.text),
                _ => token.piece.text.clone(),
            })
            .collect();
        words.join(" ")
    }

    #[test]
    fn legal_forms_are_found_however_written() {
        for (name, expected) in [
            ("United Launch Alliance, L.L.C.", "united launch alliance [llc]"),
            ("Skydio Inc", "skydio [inc]"),
            ("Lungteh Shipbuilding Co., Ltd", "lungteh shipbuilding [co]"),
            ("Hudson Technologies Company", "hudson technologies [co]"),
            ("EXCALIBUR ARMY spol.s.r.o", "excalibur army [sro]"),
            ("Excalibur Army spol. s r.o.", "excalibur army [sro]"),
            ("TechInsights Europe Sp zo.o", "techinsights europe [spzoo]"),
            ("TechInsights Europe Sp. z o.o.", "techinsights europe [spzoo]"),
            ("SARL Strategy Analytics", "[sarl] strategy analytics"),
            ("Limited Liability Company Aeroscan", "[llc] aeroscan"),
            (
                "Strategy Analytics GmbH Market Research",
                "strategy analytics [gmbh] market research",
            ),
            ("Aldi Einkauf SE & Co. oHG", "aldi einkauf [secoohg]"),
            ("KNDS Deutschland GmbH & Co. KG", "knds deutschland [gmbhcokg]"),
            ("株式会社SUBARU", "[kk] subaru"),
            ("三井E&S株式会社", "三井 e and s [kk]"),
            ("(株)PKSHA Technology", "[kk] pksha technology"),
            ("洛克希德·马丁公司", "洛克希德 马丁 [cnco]"),
            ("PT. NOF MAS Chemical Industries", "[pt] nof mas chemical industries"),
            ("Company", "company"),
            ("The Boeing Company", "the boeing [co]"),
            ("Global Fund II Limited", "global fund #2 [ltd]"),
            ("Nestlé S.A.", "nestle [sa]"),
            ("Norton's Yacht Sales, Inc", "nortons yacht sales [inc]"),
            ("Baseco, S.A.P.I. de C.V. (PVH Mexico)", "baseco [sadecv] pvh mexico"),
        ] {
            assert_eq!(shape(name), expected, "{name}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics_and_no_letter_is_lost(name in "\\PC{0,60}") {
            let tokens = plain(&name);
            let has_letter = name.chars().any(char::is_alphanumeric);
            prop_assert!(!has_letter || !tokens.is_empty());
        }
    }

    #[test]
    fn a_vowel_sign_alone_is_still_a_name() {
        assert_eq!(plain("\u{16f51}").len(), 1);
    }
}
