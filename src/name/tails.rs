//! What stands beside a name, mostly behind it: an address, a class of shares, an office of the company, a
//! number that a system gave.

use super::forms;
use super::noise::Role;
use super::token::{Plain, PlainKind};
use super::vocabulary::{LONGEST_PLACE, place};

/// Words of a street, a building or a letter box.
const STREET: &[&str] = &[
    "street",
    "st",
    "road",
    "rd",
    "avenue",
    "ave",
    "lane",
    "ln",
    "boulevard",
    "blvd",
    "drive",
    "dr",
    "way",
    "suite",
    "ste",
    "floor",
    "fl",
    "box",
    "pobox",
    "square",
    "sq",
    "highway",
    "hwy",
    "plaza",
    "building",
    "bldg",
    "unit",
    "room",
    "block",
    "strasse",
    "str",
    "platz",
    "weg",
    "allee",
    "rue",
    "via",
    "viale",
    "calle",
    "avenida",
    "rua",
    "ulitsa",
    "ul",
    "district",
    "zone",
    "estate",
    "nagar",
    "marg",
    "parkway",
    "pkwy",
    "court",
    "close",
];

/// States of the United States as letters are addressed.
const STATES: &[&str] = &[
    "al", "ak", "az", "ar", "ca", "co", "ct", "de", "dc", "fl", "ga", "hi", "id", "il", "in", "ia",
    "ks", "ky", "la", "me", "md", "ma", "mi", "mn", "ms", "mo", "mt", "ne", "nv", "nh", "nj", "nm",
    "ny", "nc", "nd", "oh", "ok", "or", "pa", "ri", "sc", "sd", "tn", "tx", "ut", "vt", "va", "wa",
    "wv", "wi", "wy",
];

/// Their names, of one word.
const STATE_NAMES: &[&str] = &[
    "alabama",
    "alaska",
    "arizona",
    "arkansas",
    "california",
    "calif",
    "colorado",
    "connecticut",
    "delaware",
    "florida",
    "georgia",
    "hawaii",
    "idaho",
    "illinois",
    "indiana",
    "iowa",
    "kansas",
    "kentucky",
    "louisiana",
    "maine",
    "maryland",
    "massachusetts",
    "michigan",
    "minnesota",
    "mississippi",
    "missouri",
    "montana",
    "nebraska",
    "nevada",
    "ohio",
    "oklahoma",
    "oregon",
    "pennsylvania",
    "tennessee",
    "texas",
    "utah",
    "vermont",
    "virginia",
    "washington",
    "wisconsin",
    "wyoming",
];

/// Words of a class of shares, as exchanges and custodians write them behind the issuer.
const SHARES: &[&str] = &[
    "adr",
    "adrs",
    "ads",
    "gdr",
    "gdrs",
    "sponsored",
    "spons",
    "spon",
    "unsponsored",
    "unspon",
    "ord",
    "ords",
    "ordinary",
    "shs",
    "sh",
    "share",
    "shares",
    "common",
    "com",
    "stock",
    "stk",
    "pref",
    "prefs",
    "pfd",
    "preferred",
    "cl",
    "class",
    "reg",
    "registered",
    "eq",
    "new",
    "fv",
    "re",
    "npv",
    "rep",
    "dep",
    "depositary",
    "depository",
    "receipt",
    "receipts",
    "bearer",
    "nom",
    "usd",
    "eur",
    "gbp",
    "hkd",
    "cad",
    "jpy",
    "inr",
];

/// Of those, what only shares are called: enough behind a name without its legal form too.
const RECEIPTS: &[&str] = &["adr", "adrs", "gdr", "gdrs"];

/// Of those, what says that the rest is about shares.
const CLASSES: &[&str] = &[
    "ads",
    "ord",
    "ords",
    "ordinary",
    "shs",
    "shares",
    "stock",
    "pref",
    "prefs",
    "pfd",
    "preferred",
    "cl",
    "class",
    "reg",
    "registered",
    "eq",
    "com",
];

/// An office that is no company of its own.
const BRANCHES: &[&str] = &[
    "branch",
    "branches",
    "filiale",
    "filial",
    "niederlassung",
    "zweigniederlassung",
    "zweigstelle",
    "succursale",
    "sucursal",
    "bijkantoor",
    "oddzial",
];

/// The digits that a number has at least which a system gave, before a name (`20000 Leagues Inc` is one)
/// and behind it, where a year has four.
const LEADING_DIGITS: usize = 6;
const RECORD_DIGITS: usize = 5;

/// Tokens from the end within which a tail is sought.
const LONGEST: usize = 16;

/// Finds what stands beside a name, behind it. It stays beside: two names that have another address or
/// class there are held against each other with it. O(tokens), since only the last are looked at.
pub(super) fn tails(tokens: &[Plain], roles: &mut [Role]) {
    mark_mail(tokens, roles);
    let end = roles.iter().rposition(|role| *role == Role::Name).map_or(0, |at| at + 1);
    let (tokens, roles) = (&tokens[..end], &mut roles[..end]);
    let begins = |from: &usize| {
        let formed = *from > 1 && is_form(&tokens[from - 1]);
        (formed || tokens[*from].piece.comma) && is_address(&tokens[*from..], formed)
    };
    let address = || (end.saturating_sub(LONGEST).max(1)..end).find(begins);
    let found = shares(tokens).or_else(address).or_else(|| branch(tokens));
    if let Some(from) = found {
        roles[from..].fill(Role::Aside);
    } else {
        record_number(tokens, roles);
    }
}

fn text(token: &Plain) -> &str {
    &token.piece.text
}

fn is_form(token: &Plain) -> bool {
    token.is_form() || forms::form_of(text(token)).is_some()
}

fn digits(token: &Plain) -> usize {
    token.piece.shown.bytes().filter(u8::is_ascii_digit).count()
}

/// An address of electronic mail.
fn mark_mail(tokens: &[Plain], roles: &mut [Role]) {
    for (token, role) in tokens.iter().zip(roles) {
        if text(token).contains('@') {
            *role = Role::Noise;
        }
    }
}

/// A long number that leads a name with a legal form, or follows one. It stays beside the name, since
/// `1234567 Ontario Inc` has no other.
fn record_number(tokens: &[Plain], roles: &mut [Role]) {
    let record = |token: &Plain, least: usize| {
        let letters = token.piece.shown.chars().filter(|c| c.is_alphabetic()).count();
        digits(token) >= least && letters <= 2
    };
    let formed = tokens.iter().skip(2).any(is_form);
    if formed && record(&tokens[0], LEADING_DIGITS) {
        roles[0] = Role::Aside;
    }
    if let [_, .., form, last] = tokens
        && is_form(form)
        && record(last, RECORD_DIGITS)
        && let Some(role) = roles.last_mut()
    {
        *role = Role::Aside;
    }
}

/// Where a class of shares begins behind a name.
fn shares(tokens: &[Plain]) -> Option<usize> {
    let word = |token: &Plain| {
        let short = text(token).chars().count() == 1;
        SHARES.contains(&text(token)) || short || digits(token) > 0
    };
    let from = tokens.iter().rposition(|token| !word(token))? + 1;
    let tail = &tokens[from..];
    let receipts = tail.iter().any(|token| RECEIPTS.contains(&text(token)));
    let classes = tail.iter().any(|token| CLASSES.contains(&text(token)));
    let formed = from > 1 && is_form(&tokens[from - 1]);
    (receipts || classes && formed).then_some(from)
}

/// Whether what follows is where the company is: a street or letter box with its number, or a town with its
/// state, country or postal code; behind a comma, or the legal form of the name.
fn is_address(tail: &[Plain], formed: bool) -> bool {
    let Some(first) = tail.first() else { return false };
    let postal = tail.iter().rev().take_while(|token| digits(token) >= 4).count();
    let named = &tail[..tail.len() - postal];
    let Some(last) = named.last() else { return false };
    if tail.len() == 1 {
        // The state in which a company is registered: `/DE/`.
        return formed && is_state(first) && first.piece.section > 0;
    }
    let stated = is_state(last) || STATE_NAMES.contains(&text(last));
    let placed = (0..named.len()).any(|at| place_at(named, at) == Some(named.len() - at));
    let number = tail.iter().any(|token| digits(token) > 0);
    let street = tail.iter().any(|token| STREET.contains(&text(token)));
    let comma = first.piece.comma;
    // `2 Way Radio Services Inc` is another company behind a comma.
    let ends = postal > 0 || stated || placed || STREET.contains(&text(last)) || digits(last) > 0;
    let streeted = number && street && tail.len() > 2 && (ends || comma && !is_form(last));
    let town = (stated && postal > 0 || comma && (stated || placed)) && named.len() <= 5;
    let postal_town = comma && postal > 0 && formed || comma && formed && number && placed;
    streeted && (formed || comma) || town && (formed || stated) || postal_town
}

fn is_state(token: &Plain) -> bool {
    STATES.contains(&text(token)) && token.piece.shown.chars().all(char::is_uppercase)
}

/// Tokens of the place that begins here.
fn place_at(tokens: &[Plain], at: usize) -> Option<usize> {
    (1..=LONGEST_PLACE.min(tokens.len() - at)).rev().find(|length| {
        let glued: String = tokens[at..at + length].iter().map(text).collect();
        place(&glued).is_some()
    })
}

/// Where the name of an office begins that ends a name: `Frankfurt Branch`, `Sucursal en Portugal`.
fn branch(tokens: &[Plain]) -> Option<usize> {
    let at = tokens.iter().rposition(|token| BRANCHES.contains(&text(token)))?;
    let behind = &tokens[at + 1..];
    let linked = behind.iter().take_while(|token| {
        token.kind == PlainKind::Connector || matches!(text(token), "in" | "en")
    });
    let linked = linked.count();
    let placed = place_at(tokens, (at + 1 + linked).min(tokens.len() - 1)).unwrap_or(0);
    let (from, where_it_is) = match behind.len() {
        0 => (1..at)
            .find(|from| place_at(tokens, *from) == Some(at - from))
            .map_or((at, false), |from| (from, true)),
        all => (at, all == linked + placed),
    };
    // `Bank Ltd, Branch`, `Bank Ltd Niederlassung Musterstadt`
    let formed = from > 1 && is_form(&tokens[from - 1]) && behind.len() <= 2;
    (from > 0 && (where_it_is || formed)).then_some(from)
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::super::token::TokenKind;

    fn kept(name: &str) -> String {
        let parsed = parse(name);
        let words = parsed.tokens.iter().filter(|token| token.kind != TokenKind::Noise);
        words.map(|token| token.shown.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// The name without what stands beside it.
    fn without(name: &str) -> String {
        let parsed = parse(name);
        let view = parsed.views.iter().min_by_key(|view| view.len()).unwrap();
        view.iter().map(|at| parsed.tokens[*at].shown.as_str()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn addresses_shares_and_numbers_stand_beside_a_name() {
        for (written, name) in [
            ("Skydio Inc, 3000 Clearview Way, San Mateo CA 94402", "Skydio Inc"),
            ("Anduril Industries Inc, Costa Mesa, CA 92626", "Anduril Industries Inc"),
            ("Anduril Industries Inc, Costa Mesa, California", "Anduril Industries Inc"),
            ("General Dynamics, Reston, VA", "General Dynamics"),
            ("Lockheed Martin Corporation, Bethesda, MD", "Lockheed Martin Corporation"),
            ("Kestrel Avionics Ltd, P.O. Box 4455 Dubai UAE", "Kestrel Avionics Ltd"),
            ("Kestrel GmbH, 80333 München, DE", "Kestrel GmbH"),
            ("MICROSOFT CORP /DE/", "MICROSOFT CORP"),
            ("NIKE INC CL B", "NIKE INC"),
            ("SIEMENS AG-REG", "SIEMENS AG"),
            ("GAZPROM PAO-SPON ADR", "GAZPROM PAO"),
            ("Skydio Inc Common Stock", "Skydio Inc"),
            ("Skydio Inc #100234", "Skydio Inc"),
            ("Kestrel Fund Class A", "Kestrel Fund Class A"),
            ("Street Capital Ltd", "Street Capital Ltd"),
            ("Box Inc", "Box Inc"),
            ("Common Stock Warehouse Ltd", "Common Stock Warehouse Ltd"),
            ("Kestrel Ltd Singapore", "Kestrel Ltd Singapore"),
            ("Route 66 Diners Inc", "Route 66 Diners Inc"),
            ("Ridley Inc, 2 Way Radio Services Inc", "Ridley Inc 2 Way Radio Services Inc"),
            ("Canton Ltd Floor 9 Studios", "Canton Ltd Floor 9 Studios"),
        ] {
            assert_eq!(without(written), name, "{written}");
        }
        assert_eq!(kept("Skydio Inc billing@skydio.com"), "Skydio Inc");
    }

    #[test]
    fn an_office_or_a_number_is_left_out_by_habit() {
        let views = |name: &str| parse(name).views.len();
        assert_eq!(views("Bank of China Limited, Frankfurt Branch"), 2);
        assert_eq!(views("BNP Paribas Succursale de Milan"), 2);
        assert_eq!(views("Banco Santander S.A. Sucursal en Portugal"), 2);
        assert_eq!(views("100234 Skydio Inc"), 2);
        assert_eq!(views("Skydio Inc #100234"), 2);
        assert_eq!(views("20000 Leagues Inc"), 1);
        assert_eq!(views("Olive Branch Ltd"), 1);
        assert_eq!(views("Branch Banking and Trust Company"), 1);
    }
}
