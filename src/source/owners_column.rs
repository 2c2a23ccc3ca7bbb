//! The column `owners` of a table of parties: who a party says owns it, as people write it.
//!
//! A share that is read wrong, or an owner that is taken for a part of another's name, is a missed hit. So
//! little is accepted, and whatever might be something else is told, and the party looked at.

use crate::day::{Day, Span};
use crate::error::Place;
use crate::model::{Confidence, Countries, DeclaredOwner, Identifiers, Interest};
use crate::name::{fold, is_legal_form};
use crate::share::ShareRange;

/// The owners of a text, parted by `;` or line ends, and what of it cannot be read.
pub(super) fn declared_owners(text: &str) -> (Vec<DeclaredOwner>, Vec<String>) {
    let (mut owners, mut unread) = (Vec::new(), Vec::new());
    let text: String = text.chars().map(plain).collect();
    for part in text.split(';') {
        let mut rest = part.trim();
        // Whoever parts them otherwise still writes a share behind each.
        while let Some(at) = rest.find('%').filter(|at| rest[at + 1..].contains('%')) {
            let behind = &rest[at + 1..];
            let closed = behind.trim_start();
            let closed = closed.strip_prefix([')', ']']).unwrap_or(behind);
            let own = &rest[..rest.len() - closed.len()];
            take(own.trim(), &mut owners, &mut unread);
            let parted = closed.trim_start();
            rest = parted.trim_start_matches([',', '/', '&', '+']).trim_start();
            rest = rest.strip_prefix("and ").unwrap_or(rest);
        }
        take(rest, &mut owners, &mut unread);
    }
    (owners, unread)
}

/// A sign as this file reads it: digits, percent signs, brackets and dashes of every script and width are
/// one, and whatever parts the items of a list is a `;`.
fn plain(c: char) -> char {
    match c {
        '\n' | '\r' | '\t' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => ';',
        '|' | '｜' | '；' | '؛' | '\u{37e}' | '、' | '•' | '●' | '‣' => ';',
        '٪' | '﹪' | '％' => '%',
        '，' | '،' => ',',
        '（' | '﹙' | '［' | '[' | '【' => '(',
        '）' | '﹚' | '］' | ']' | '】' => ')',
        '：' => ':',
        '＜' => '<',
        '＞' => '>',
        '＝' => '=',
        '＋' => '+',
        '／' => '/',
        '＆' => '&',
        '．' | '٫' => '.',
        '–' | '—' | '−' | '‐' | '‑' | '－' | '~' | '～' | '〜' | '∼' => '-',
        '０'..='９' | '٠'..='٩' | '۰'..='۹' | '०'..='९' => digit(c),
        c if c.is_whitespace() => ' ',
        c => c,
    }
}

fn digit(c: char) -> char {
    let zeros = ['０', '٠', '۰', '०'];
    let value =
        zeros.iter().map(|zero| (c as u32).wrapping_sub(*zero as u32)).find(|own| *own < 10);
    value.and_then(|value| char::from_digit(value, 10)).unwrap_or(c)
}

/// Takes one owner: `NAME`, `NAME (60 %)`, `NAME (25-50 %)`, `NAME (>50 %)`, `NAME 60%`.
fn take(text: &str, owners: &mut Vec<DeclaredOwner>, unread: &mut Vec<String>) {
    let text = text.trim_matches(|c: char| c == ',' || c.is_whitespace());
    if text.is_empty() {
        return;
    }
    let (name, share) = parted(text);
    let range = match share {
        Share::None => Some(ShareRange::UNKNOWN),
        // A number without its sign may be a share, a year or a count: it is told, not guessed.
        Share::Bracketed(inside) if !inside.contains('%') => None,
        Share::Bracketed(share) | Share::Behind(share) => declared_share(share),
    };
    let name = name.trim().trim_end_matches([':', ',', '-', '=']).trim_end();
    if range.is_none() || is_doubtful(name, &share) {
        unread.push(text.to_owned());
    }
    // What is left of a share or a bracket would make of a name one that nobody has.
    let open = name.matches('(').count() != name.matches(')').count();
    let ends = |c: char| ODD.contains(c) || open && c == '(';
    let named = name.split(ends).map(str::trim).find(|part| part.chars().any(char::is_alphabetic));
    owners.push(DeclaredOwner {
        name: named.unwrap_or(text).to_owned(),
        countries: Countries::default(),
        identifiers: Identifiers::default(),
        range: range.unwrap_or(ShareRange::UNKNOWN),
        interest: Interest::Equity,
        span: Span { from: Day::ALWAYS, until: Day::NEVER },
        confidence: Confidence::Unverified,
        citation: String::new(),
        place: Place { source: 0, record: 0 },
    });
}

/// The share of an owner, as it stands.
enum Share<'t> {
    None,
    Bracketed(&'t str),
    Behind(&'t str),
}

/// Parts a name from its share.
fn parted(text: &str) -> (&str, Share<'_>) {
    if let Some(inner) = text.strip_suffix(')')
        && let Some(at) = opening(inner)
        && inner[at..].contains(|c: char| c == '%' || c.is_numeric())
    {
        return (&text[..at], Share::Bracketed(&inner[at + 1..]));
    }
    let Some(bare) = text.strip_suffix('%') else { return (text, Share::None) };
    let of_share = |c: char| c.is_ascii_digit() || " .,-<>≤≥=%".contains(c);
    // A full stop or a dash before the number is the name's, or parts it from the number.
    let share =
        bare[bare.trim_end_matches(of_share).len()..].trim_start_matches([' ', '.', ',', '-', '=']);
    (&bare[..bare.len() - share.len()], Share::Behind(share))
}

/// Where the bracket opens that the text is still within.
fn opening(text: &str) -> Option<usize> {
    let mut open = 1;
    text.char_indices().rev().find_map(|(at, c)| {
        open += i32::from(c == ')') - i32::from(c == '(');
        (open == 0).then_some(at)
    })
}

/// Signs of shares, which are in no name.
const ODD: &str = "%<>≤≥=";

/// Words that say more of a bare percentage than the number does (`more than 50 %`), in capitals as well:
/// written small, any word before a number is told.
const QUALIFIERS: &[&str] = &[
    "than",
    "over",
    "above",
    "below",
    "under",
    "about",
    "around",
    "approx",
    "circa",
    "ca",
    "least",
    "most",
    "to",
    "and",
    "or",
    "between",
    "from",
    "up",
    "max",
    "min",
    "maximum",
    "minimum",
    "als",
    "über",
    "ueber",
    "bis",
    "mindestens",
    "plus",
    "owner",
    "shareholder",
    "holds",
    "owns",
];

/// What stands before a bare percentage in Chinese and Japanese and is no part of the name.
const EAST_ASIAN_QUALIFIERS: &[&str] = &[
    "超过",
    "超過",
    "大于",
    "约",
    "約",
    "至少",
    "不少于",
    "不低于",
    "最低",
    "至",
    "到",
    "和",
    "与",
    "占",
    "持股",
    "持有",
];

/// Words for a share that is not written with its sign.
const PERCENT_WORDS: &[&str] = &[
    "percent",
    "per cent",
    "pct",
    "prozent",
    "pour cent",
    "por ciento",
    "por cento",
    "per cento",
    "процент",
    "百分",
];

/// What stands between one who holds and one for whom it is held.
const ON_BEHALF: &[&str] = &[
    "on behalf of",
    "as nominee",
    "nominee for",
    "as trustee",
    "trustee for",
    "for the benefit",
    "für rechnung",
];

/// Whether a name may be more than a name: another owner, what qualifies the share, a share in words.
fn is_doubtful(name: &str, share: &Share) -> bool {
    let small = name.to_lowercase();
    let open = name.matches('(').count() != name.matches(')').count();
    if name.is_empty() || name.contains(|c| ODD.contains(c)) || open || holds_several(name) {
        return true;
    }
    // A bracket that begins small says something of the owner: `(HK)` is of its name.
    let behind_bracket = name.match_indices('(').map(|(at, _)| name[at + 1..].trim_start());
    if behind_bracket.filter_map(|inner| inner.chars().next()).any(char::is_lowercase) {
        return true;
    }
    if ON_BEHALF.iter().any(|words| small.contains(words)) {
        return true;
    }
    if PERCENT_WORDS.iter().any(|word| small.contains(word)) {
        return true;
    }
    let mut words = name.split([' ', ':', ',']).filter(|word| !word.is_empty());
    let last = words.clone().next_back().unwrap_or_default();
    match share {
        Share::Bracketed(_) => false,
        Share::Behind(_) => {
            let begins_small = last.chars().next().is_some_and(char::is_lowercase);
            begins_small && !is_legal_form(last)
                || QUALIFIERS.contains(&fold(last).trim_end_matches('.'))
                || EAST_ASIAN_QUALIFIERS.iter().any(|word| name.ends_with(word))
                || last.ends_with(|c: char| c.is_numeric())
        }
        // `Foo Ltd 60` is a share without its sign, or a name: nobody can tell.
        Share::None => {
            words.next();
            words.any(|word| word.chars().all(|c| c.is_numeric() || ".-".contains(c)))
        }
    }
}

/// Whether a name may be those of several owners: parted by a comma before what is no legal form, by a sign
/// that parts lists, or by `and` where either side is a name by itself.
fn holds_several(name: &str) -> bool {
    let outside: String = {
        let mut depth = 0;
        let mut keep = |c: char| {
            depth += i32::from(c == '(');
            let kept = depth == 0;
            depth -= i32::from(c == ')');
            kept
        };
        name.chars().filter(|c| keep(*c)).collect()
    };
    let mut behind_commas = outside.split(',').skip(1);
    let is_form = |text: &str| is_legal_form(text.trim());
    if behind_commas.any(|part| !part.trim().is_empty() && !is_form(part)) {
        return true;
    }
    if [" / ", " + ", "+ ", " - "].iter().any(|sign| outside.contains(sign)) {
        return true;
    }
    let own_words = |text: &str| {
        text.split_whitespace().filter(|word| word.len() > 1 && !is_legal_form(word)).count()
    };
    [" and ", " AND ", " And ", " und ", " UND ", " et ", " ET ", " y ", " Y ", " и ", " И ", " & "]
        .iter()
        .any(|joint| {
            outside.match_indices(joint).any(|(at, _)| {
                let (before, behind) = (&outside[..at], &outside[at + joint.len()..]);
                let last = before.split_whitespace().next_back().unwrap_or_default();
                let ended = is_legal_form(last) && own_words(before) > 0;
                let two = *joint != " & " && own_words(before) > 1 && own_words(behind) > 1;
                // `GmbH & Co. KG` goes on with a form.
                own_words(behind) > 0 && (ended || two)
            })
        })
}

/// A share as people write it: `60 %`, `25-50 %`, `>50 %`, `≤ 25 %`; `None` for anything else.
fn declared_share(text: &str) -> Option<ShareRange> {
    let text = text.trim();
    let text = text.strip_suffix('%').unwrap_or(text).trim_end();
    let (low, high, open) = match text.chars().next()? {
        '>' | '≥' if !text.starts_with(">=") => {
            (text.trim_start_matches(['>', '≥']), "100", (text.starts_with('>'), false))
        }
        '<' | '≤' if !text.starts_with("<=") => {
            ("0", text.trim_start_matches(['<', '≤']), (false, text.starts_with('<')))
        }
        '>' => (&text[2..], "100", (false, false)),
        '<' => ("0", &text[2..], (false, false)),
        _ => {
            let (low, high) = text.split_once('-').unwrap_or((text, ""));
            (low, high, (false, false))
        }
    };
    let (low, high) = (low.trim().trim_end_matches('%').trim_end(), high.trim());
    let whole = !low.is_empty() && (!text.contains('-') || !high.is_empty());
    ShareRange::parse(low, high, open.0, open.1).ok().filter(|_| whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The owners of a text, and how many parts of it could not be read.
    fn read(text: &str) -> (Vec<String>, usize) {
        let (owners, unread) = declared_owners(text);
        let told = |one: &DeclaredOwner| format!("{}: {}", one.name, one.range);
        (owners.iter().map(told).collect(), unread.len())
    }

    #[test]
    fn owners_are_read_as_people_write_them_or_told() {
        let two = ["Foo Ltd: 60 %", "Bar (HK) Ltd: 40 %"];
        for text in [
            "Foo Ltd (60 %); Bar (HK) Ltd (40%)",
            "Foo Ltd 60%;Bar (HK) Ltd 40 %",
            "Foo Ltd (60 %), Bar (HK) Ltd (40 %)",
            "Foo Ltd (60 %)\nBar (HK) Ltd (40 %)",
            "Foo Ltd (60 %)；Bar (HK) Ltd (40 %)",
            "Foo Ltd (60 %) and Bar (HK) Ltd (40 %)",
            "Foo Ltd: 60% / Bar (HK) Ltd: 40%",
            "Foo Ltd（60％），Bar (HK) Ltd（40％）",
            "Foo Ltd 60٪؛ Bar (HK) Ltd 40﹪",
            "Foo Ltd (60 %)\u{2028}Bar (HK) Ltd (40 %)",
            "Foo Ltd [60 %]\tBar (HK) Ltd [40 %]",
        ] {
            assert_eq!(read(text), (two.map(str::to_owned).to_vec(), 0), "{text}");
        }
        for (text, expected) in [
            ("Foo Ltd", "Foo Ltd: share unknown"),
            ("Bar (HK) Ltd", "Bar (HK) Ltd: share unknown"),
            ("Foo Ltd (25-50 %)", "Foo Ltd: 25 to 50 %"),
            ("Quarry 9 (60 %)", "Quarry 9: 60 %"),
            ("甲公司40％", "甲公司: 40 %"),
            ("甲公司（40％）", "甲公司: 40 %"),
            ("شركة ٦٠٪", "شركة: 60 %"),
            ("Foo s.r.o. 60 %", "Foo s.r.o.: 60 %"),
            ("Foo Co., Ltd. (60 %)", "Foo Co., Ltd.: 60 %"),
            ("Aldi GmbH & Co. KG 60%", "Aldi GmbH & Co. KG: 60 %"),
            ("Marks and Spencer Group plc [60 %]", "Marks and Spencer Group plc: 60 %"),
            ("3M Company", "3M Company: share unknown"),
        ] {
            assert_eq!(read(text), (vec![expected.to_owned()], 0), "{text}");
        }
        let range = |text: &str| declared_owners(text).0.remove(0).range;
        let share = |percent: u64| crate::share::Share::from_parts(percent * 10_000_000);
        assert!(range("Foo (>50 %)").low() > share(50) && range("Foo (<50 %)").high() < share(50));
        for text in [
            "Foo Ltd (more than 50 %)",
            "Foo Ltd (60 %) since 2020",
            "Foo Ltd 60 percent",
            "Foo Ltd (150 %)",
            "Foo Ltd (9)",
            "Foo Ltd (2019)",
            "Foo Ltd (60,5 %)",
            "Quarry 9 60 %",
            "(60 %)",
            "Foo Ltd 60. 5 %",
            "Foo Ltd 60 por ciento",
            "Foo Ltd between 50 and 75 %",
            "Foo Ltd 60 Prozent",
            "Foo Ltd mehr als 50 %",
            "FOO LTD MORE THAN 50 %",
            "Foo Ltd не менее 50 %",
            "甲公司超过50%",
            "Foo Ltd, ultimate beneficial owner, 60 %",
            "Foo Ltd: 60",
            "Foo Ltd 60",
            "Bar Qualum Ltd, Foo (60 %)",
            "Foo, Bar Qualum Ltd (60 %)",
            "Bar Qualum Ltd and Foo (60 %)",
            "Foo Holding and Bar Qualum (60 %)",
            "Foo Ltd + Bar (60 %)",
            "Foo / Bar (60 %)",
            "60 % Foo Ltd",
            "Nominee Ltd on behalf of Foo (60 %)",
            "Foo Ltd (incorporated in Delaware) (60 %)",
        ] {
            assert!(read(text).1 > 0, "{text}: {:?}", read(text));
        }
        assert_eq!(read("Foo Ltd (9)").0, ["Foo Ltd: share unknown"]);
        assert_eq!(read("Foo Ltd (more than 50 %)").0, ["Foo Ltd: share unknown"]);
    }
}
