//! A name as typed tokens.

use super::background::rarity;
use super::forms::{self, Form};
use super::text::{fold, is_east_asian};

/// What a token is evidence of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// A word; its rarity says how much it distinguishes.
    Word,
    /// A legal form of the class named.
    Form(&'static str),
    /// A number: digits, or a roman numeral.
    Number,
    /// `and`, `of`, `the` and their like.
    Connector,
}

/// One token of a name.
#[derive(Debug, Clone, PartialEq)]
pub struct Token {
    /// Folded letters.
    pub text: String,
    /// As written.
    pub shown: String,
    /// What it is evidence of.
    pub kind: TokenKind,
    /// How much it counts, 0..1.
    pub weight: f64,
}

/// A name taken apart. Tokens keep the order of the name.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ParsedName {
    /// The tokens.
    pub tokens: Vec<Token>,
}

/// A legal form counts little: it is left out, swapped and misspelt more than any other part, and
/// a contradiction between two forms has its own penalty.
const FORM_WEIGHT: f64 = 0.08;

/// Connectors are left out or swapped freely (`&`, `and`, `of`).
const CONNECTOR_WEIGHT: f64 = 0.02;

/// A number counts like a fairly common word; a contradiction has its own penalty.
const NUMBER_WEIGHT: f64 = 0.5;

const CONNECTORS: &[&str] = &[
    "and", "&", "of", "the", "for", "de", "du", "des", "la", "le", "und", "et", "y", "e", "di",
    "del", "della", "van", "von", "der", "den",
];

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

/// Takes a name apart. O(length).
pub fn parse(name: &str) -> ParsedName {
    let mut tokens: Vec<Token> = pieces(name).into_iter().map(Token::new).collect();
    mark_forms(&mut tokens);
    ParsedName { tokens }
}

impl Token {
    fn new((shown, text): (String, String)) -> Token {
        let (kind, text, weight) = classify(text);
        Token { text, shown, kind, weight }
    }

    /// Whether the token is a legal form.
    pub fn is_form(&self) -> bool {
        matches!(self.kind, TokenKind::Form(_))
    }
}

fn classify(text: String) -> (TokenKind, String, f64) {
    if CONNECTORS.contains(&text.as_str()) {
        let text = if text == "&" { "and".to_owned() } else { text };
        return (TokenKind::Connector, text, CONNECTOR_WEIGHT);
    }
    if text.chars().all(|c| c.is_ascii_digit()) {
        let digits = text.trim_start_matches('0');
        let digits = if digits.is_empty() { "0" } else { digits };
        return (TokenKind::Number, digits.to_owned(), NUMBER_WEIGHT);
    }
    if let Some((_, digits)) = ROMAN.iter().find(|(roman, _)| *roman == text) {
        return (TokenKind::Number, (*digits).to_owned(), NUMBER_WEIGHT);
    }
    let weight = rarity(&text);
    (TokenKind::Word, text, weight)
}

/// Marks legal forms: those that end the name, one that leads it, and unmistakable ones inside. At
/// least one token always stays a word.
fn mark_forms(tokens: &mut Vec<Token>) {
    let mut end = tokens.len();
    while let Some(from) = longest(tokens, end, |_| true) {
        if from == 0 {
            break;
        }
        join_as_form(tokens, from, end);
        end = from;
    }
    let leading = (1..=forms::LONGEST.min(end.saturating_sub(1)))
        .rev()
        .find(|length| form_at(tokens, 0, *length).is_some_and(|form| form.leads));
    if let Some(length) = leading {
        join_as_form(tokens, 0, length);
        end -= length - 1;
    }
    let mut at = 1;
    while at < end {
        let inside = (1..=forms::LONGEST.min(end - at))
            .rev()
            .find(|length| form_at(tokens, at, *length).is_some_and(|form| form.anywhere));
        if let Some(length) = inside {
            join_as_form(tokens, at, at + length);
            end -= length - 1;
        }
        at += 1;
    }
}

/// Start of the longest form that ends at `end`.
fn longest(tokens: &[Token], end: usize, fits: impl Fn(Form) -> bool) -> Option<usize> {
    (1..=forms::LONGEST.min(end))
        .rev()
        .map(|length| (end - length, length))
        .find(|(from, length)| form_at(tokens, *from, *length).is_some_and(&fits))
        .map(|(from, _)| from)
}

fn form_at(tokens: &[Token], from: usize, length: usize) -> Option<Form> {
    let run = &tokens[from..from + length];
    if run.iter().any(Token::is_form) {
        return None;
    }
    if let [token] = run {
        return forms::form_of(&token.text);
    }
    let glued: String = run.iter().map(|token| token.text.as_str()).collect();
    forms::form_of(&glued)
}

fn join_as_form(tokens: &mut Vec<Token>, from: usize, end: usize) {
    let Some(form) = form_at(tokens, from, end - from) else { return };
    let shown: Vec<&str> = tokens[from..end].iter().map(|token| token.shown.as_str()).collect();
    let joined = Token {
        text: form.class.to_owned(),
        shown: shown.join(" "),
        kind: TokenKind::Form(form.class),
        weight: FORM_WEIGHT,
    };
    tokens.splice(from..end, [joined]);
}

/// Cuts a name into pieces, each as written and folded.
///
/// Spaces and punctuation separate, apostrophes vanish, `&` stands alone, dots between single
/// letters glue them (`L.L.C.`), and East Asian letters part from others and from their legal form.
fn pieces(name: &str) -> Vec<(String, String)> {
    let mut pieces = Vec::new();
    for word in name.split(|c: char| c.is_whitespace() || c.is_control()) {
        let mut run = String::new();
        for c in word.chars() {
            if matches!(c, '\'' | '’' | '`' | '´' | 'ʼ') {
                continue;
            }
            if matches!(c, '&' | '＆' | '+') {
                push_dotted(&mut pieces, &run);
                run.clear();
                pieces.push((c.to_string(), "&".to_owned()));
            } else if c == '.' || is_letter(c) {
                run.push(c);
            } else {
                push_dotted(&mut pieces, &run);
                run.clear();
            }
        }
        push_dotted(&mut pieces, &run);
    }
    pieces
}

fn is_letter(c: char) -> bool {
    c.is_alphanumeric() || unicode_normalization::char::is_combining_mark(c) || c == 'ー'
}

fn push_dotted(pieces: &mut Vec<(String, String)>, run: &str) {
    let parts: Vec<&str> = run.split('.').filter(|part| !part.is_empty()).collect();
    let abbreviation = |part: &&str| part.chars().count() <= 2 && !part.chars().any(is_east_asian);
    let mut at = 0;
    while at < parts.len() {
        let short = parts[at..].iter().take_while(|part| abbreviation(part)).count();
        let single = parts[at..].iter().take_while(|part| part.chars().count() == 1).count();
        // "z.o.o", "S.p.A" and "s.r.o" are one word; "St.Gallen" and "No.12" are two.
        let glue = if single >= 2 {
            single
        } else if short >= 2 && single >= 1 {
            short
        } else {
            1
        };
        push_by_script(pieces, &parts[at..at + glue].concat());
        at += glue;
    }
}

fn push_by_script(pieces: &mut Vec<(String, String)>, word: &str) {
    let mut run = String::new();
    let mut east_asian = false;
    for c in word.chars() {
        if !run.is_empty()
            && is_east_asian(c) != east_asian
            && !unicode_normalization::char::is_combining_mark(c)
        {
            push_folded(pieces, &run, east_asian);
            run.clear();
        }
        if run.is_empty() {
            east_asian = is_east_asian(c);
        }
        run.push(c);
    }
    push_folded(pieces, &run, east_asian);
}

fn push_folded(pieces: &mut Vec<(String, String)>, run: &str, east_asian: bool) {
    let mut folded: String = fold(run).chars().filter(|c| is_letter(*c)).collect();
    if folded.is_empty() {
        // Signs that some scripts write vowels with are marks to Unicode: rather odd than lost.
        if !run.chars().any(char::is_alphanumeric) {
            return;
        }
        run.clone_into(&mut folded);
    }
    if east_asian && let Some((before, form, after)) = forms::split_glued(&folded) {
        for part in [before, form, after].into_iter().filter(|part| !part.is_empty()) {
            pieces.push((part.to_owned(), part.to_owned()));
        }
        return;
    }
    pieces.push((run.to_owned(), folded));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shape(name: &str) -> String {
        let tokens = parse(name).tokens;
        let words: Vec<String> = tokens
            .iter()
            .map(|token| match token.kind {
                TokenKind::Form(class) => format!("[{class}]"),
                TokenKind::Number => format!("#{}", token.text),
                _ => token.text.clone(),
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
            let parsed = parse(&name);
            let has_letter = name.chars().any(char::is_alphanumeric);
            prop_assert!(!has_letter || !parsed.tokens.is_empty());
        }
    }

    #[test]
    fn a_vowel_sign_alone_is_still_a_name() {
        assert_eq!(parse("\u{16f51}").tokens.len(), 1);
    }
}
