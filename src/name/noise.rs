//! What master data add to a name: notes, addressees, numbers of vendors, and other names of the
//! same company.

use super::forms;
use super::tails::tails;
use super::token::{Plain, PlainKind};

/// Notes of several words that may begin a name as well as end it.
const LEADING: &[&[&str]] = &[
    &["do", "not", "use"],
    &["dont", "use"],
    &["do", "not", "pay"],
    &["do", "not", "post"],
    &["do", "not", "contact"],
    &["not", "in", "use"],
    &["no", "longer", "used"],
    &["nicht", "verwenden"],
    &["nicht", "benutzen"],
    &["nicht", "mehr", "verwenden"],
    &["ne", "pas", "utiliser"],
    &["no", "usar"],
    &["no", "utilizar"],
    &["nao", "usar"],
    &["non", "usare"],
    &["niet", "gebruiken"],
];

/// Notes of several words that end a name; at its start they are words like others (`Ship to Shore`).
const PHRASES: &[&[&str]] = &[
    &["on", "hold"],
    &["marked", "for", "deletion"],
    &["one", "time", "vendor"],
    &["one", "time", "customer"],
    &["accounts", "payable"],
    &["accounts", "receivable"],
    &["account", "payable"],
    &["head", "office"],
    &["main", "account"],
    &["old", "account"],
    &["see", "new", "record"],
    &["use", "other", "account"],
    &["ship", "to"],
    &["bill", "to"],
    &["sold", "to"],
    &["remit", "to"],
    &["in", "liquidation"],
    &["in", "liquidazione"],
    &["en", "liquidation"],
    &["en", "liquidacion"],
    &["under", "liquidation"],
    &["in", "administration"],
    &["in", "receivership"],
    &["in", "grundung"],
    &["in", "gruendung"],
    &["i", "gr"],
];

/// Currencies before `account`: an account of a customer, not a customer.
const CURRENCIES: &[&str] = &["usd", "eur", "gbp", "jpy", "cny", "chf", "cad", "sgd", "hkd"];

/// Words of address before a name, in its own language.
const ADDRESSES: &[&str] = &["m/s", "a/c", "messrs"];

/// What the writer of a letter adds behind a Chinese or Japanese name: polite words and offices.
const EAST_ASIAN: &[&str] = &["御中", "经理部", "财务部", "采购部", "购买部", "営業部", "経理部"];

/// What begins a telephone number, an address or a tax number behind a name.
const CONTACTS: &[&str] = &[
    "tel",
    "telephone",
    "phone",
    "fax",
    "mobile",
    "vat",
    "vatno",
    "imo",
    "mmsi",
    "duns",
    "ein",
    "sap",
    "hrb",
    "uen",
    "ustid",
    "ust",
    "iban",
    "swift",
];

/// Letters that stand for nothing, before a name that is to be sorted last.
const PLACEHOLDERS: &[&str] = &["zzz", "zzzz"];

/// Notes that go on behind a legal form without a sign between: no name does.
const BEHIND_FORM: &[&str] = &[
    "old",
    "closed",
    "inactive",
    "blocked",
    "obsolete",
    "deleted",
    "duplicate",
    "dup",
    "dupe",
    "archived",
    "dormant",
    "gesperrt",
    "geschlossen",
    "inaktiv",
    "inactif",
    "doublon",
    "duplicado",
    "purchasing",
    "procurement",
    "buchhaltung",
    "einkauf",
    "comptabilite",
    "compras",
];

/// The digits that a telephone or tax number has at least, and a number that a system gave a customer:
/// `Mobile 2025` and `Account 4` are names.
const CONTACT_DIGITS: usize = 6;
const SYSTEM_DIGITS: usize = 3;

/// Who in a company is addressed, before `dept` or `department`.
const OFFICES: &[&str] = &[
    "accounts",
    "accounting",
    "finance",
    "purchasing",
    "procurement",
    "billing",
    "sales",
    "legal",
    "treasury",
    "logistics",
    "marketing",
    "payroll",
    "hr",
    "it",
];

/// The same in other languages, behind their word for a department.
const DEPARTMENTS: &[&str] =
    &["abt", "abteilung", "ufficio", "dpto", "departamento", "service", "servizio"];
const FOREIGN_OFFICES: &[&str] = &[
    "einkauf",
    "buchhaltung",
    "rechnungswesen",
    "verkauf",
    "vertrieb",
    "acquisti",
    "contabilita",
    "compras",
    "contabilidad",
    "comptabilite",
    "achats",
];

/// Notes of one word, where brackets, asterisks or a dash set them apart from the name.
const NOTES: &[&str] = &[
    "old",
    "inactive",
    "closed",
    "duplicate",
    "dup",
    "dupe",
    "double",
    "blocked",
    "obsolete",
    "deleted",
    "delete",
    "test",
    "temp",
    "archived",
    "archive",
    "hold",
    "void",
    "hq",
    "headquarters",
    "billing",
    "invoices",
    "invoicing",
    "payables",
    "receivables",
    "accounts",
    "do",
    "not",
    "use",
    "dead",
    "dormant",
    "merged",
    "into",
    "purchasing",
    "procurement",
    "buchhaltung",
    "einkauf",
    "comptabilite",
    "compras",
    "migrated",
    "deactivated",
    "gesperrt",
    "geschlossen",
    "inaktiv",
    "geloscht",
    "alt",
    "ancien",
    "inactif",
    "doublon",
    "duplicado",
    "baja",
    "prepayment",
    "only",
    "see",
    "bis",
    "until",
    "till",
    "since",
    "seit",
    "customer",
    "vendor",
    "supplier",
    "prospect",
];

/// Words before a number that a system gave, not the company.
const NUMBERED: &[&str] = &[
    "vendor", "supplier", "customer", "client", "cust", "acct", "account", "debtor", "creditor",
    "kreditor", "debitor", "id",
];

/// Words between two names of one company.
const MARKERS: &[&[&str]] = &[
    &["formerly", "known", "as"],
    &["previously", "known", "as"],
    &["also", "known", "as"],
    &["now", "known", "as"],
    &["doing", "business", "as"],
    &["trading", "as"],
    &["operating", "as"],
    &["known", "as"],
    &["formerly"],
    &["previously"],
    &["fka"],
    &["f/k/a"],
    &["aka"],
    &["a/k/a"],
    &["nka"],
    &["n/k/a"],
    &["dba"],
    &["d/b/a"],
    &["t/a"],
    &["alias"],
    &["vormals"],
    &["ehemals"],
    &["anciennement"],
    &["voorheen"],
    &["anteriormente"],
    &["byvsh"],
    &["byvshiy"],
    &["byvshaya"],
    &["byvshee"],
    &["ranee"],
    &["旧社名"],
    &["旧名"],
    &["曾用名"],
    &["原名"],
];

/// Markers that are words and names too, unless they are written small.
const SMALL_MARKERS: &[&str] = &["ex", "nee", "geb"];

/// What a token is in this respect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Name,
    Noise,
    /// Stands between two names.
    Marker,
    /// An address, a class of shares, an office or a record's number: a name may be meant without it, and two
    /// names that each have another there are held against each other with it.
    Aside,
}

/// The role of every token. Something always stays a name. O(tokens).
pub(super) fn roles(tokens: &[Plain]) -> Vec<Role> {
    let mut roles = vec![Role::Name; tokens.len()];
    addressees(tokens, &mut roles);
    contacts(tokens, &mut roles);
    notes(tokens, &mut roles);
    offices(tokens, &mut roles);
    phrases(tokens, &mut roles);
    behind_form(tokens, &mut roles);
    tails(tokens, &mut roles);
    let named = |roles: &[Role]| {
        tokens.iter().zip(roles).any(|(token, role)| {
            let word = matches!(token.kind, PlainKind::Word | PlainKind::Number);
            *role == Role::Name && word && forms::form_of(text(token)).is_none()
        })
    };
    if !named(&roles) {
        return vec![Role::Name; tokens.len()];
    }
    markers(tokens, &mut roles);
    roles
}

fn text(token: &Plain) -> &str {
    &token.piece.text
}

/// `M/s` or `Firma` before a name; `c/o` or `attn` and what follows; `attn` alone where it leads.
fn addressees(tokens: &[Plain], roles: &mut [Role]) {
    for (at, token) in tokens.iter().enumerate() {
        match text(token) {
            "m/s" | "a/c" => roles[at] = Role::Noise,
            text if at == 0 && ADDRESSES.contains(&text) => roles[at] = Role::Noise,
            text if at > 0 && EAST_ASIAN.contains(&text) => roles[at] = Role::Noise,
            "attn" if at == 0 => roles[at] = Role::Noise,
            "attn" if at > 0 => roles[at..].fill(Role::Noise),
            // An office is noise; another company may be the one that is meant.
            "c/o" if at > 0 && tokens[at + 1..].iter().all(is_office) => {
                roles[at..].fill(Role::Noise);
            }
            "c/o" if at > 0 => roles[at] = Role::Marker,
            _ => {}
        }
    }
}

fn is_office(token: &Plain) -> bool {
    let text = text(token);
    OFFICES.contains(&text) || matches!(text, "dept" | "department" | "team" | "office" | "the")
}

/// A telephone or tax number and what follows; the page of a company behind its name, and what
/// is no name in one that stands for it.
fn contacts(tokens: &[Plain], roles: &mut [Role]) {
    let digits = |token: &Plain| text(token).bytes().filter(u8::is_ascii_digit).count();
    for at in 1..tokens.len().saturating_sub(1) {
        let behind = &tokens[at + 1..];
        let number = behind.iter().all(|token| digits(token) > 0)
            && behind.iter().map(digits).sum::<usize>() >= CONTACT_DIGITS;
        if CONTACTS.contains(&text(&tokens[at])) && number {
            roles[at..].fill(Role::Noise);
        }
    }
    let last = tokens.last().is_some_and(|token| DOMAINS.contains(&text(token)));
    match tokens.iter().position(|token| text(token) == "www").filter(|_| last) {
        Some(0) if tokens.len() > 2 => {
            roles[0] = Role::Noise;
            let end = tokens.len() - 1;
            let country = usize::from(end > 2 && DOMAINS.contains(&text(&tokens[end - 1])));
            roles[end - country..].fill(Role::Noise);
        }
        Some(at) if at > 0 => roles[at..].fill(Role::Noise),
        _ => {}
    }
}

/// Top-level domains of companies' pages.
const DOMAINS: &[&str] =
    &["com", "net", "org", "eu", "de", "fr", "it", "ru", "cn", "co", "uk", "jp"];

/// Notes behind a legal form, and the year of them: no company's name goes on there with `closed`.
fn behind_form(tokens: &[Plain], roles: &mut [Role]) {
    let formed = |token: &Plain| token.is_form() || forms::form_of(text(token)).is_some();
    let Some(last) = tokens.iter().rposition(formed) else { return };
    // "i.L." and "i.A.": in liquidation, and by order.
    let noted = |at: &usize| {
        let piece = &tokens[*at].piece;
        BEHIND_FORM.contains(&&*piece.text) || piece.dotted && matches!(&*piece.text, "il" | "ia")
    };
    let year = |at: &usize| tokens[*at].kind == PlainKind::Number && text(&tokens[*at]).len() == 4;
    let mut behind = last + 1..tokens.len();
    if last > 0 && behind.clone().any(|at| noted(&at)) && behind.all(|at| noted(&at) || year(&at)) {
        roles[last + 1..].fill(Role::Noise);
    }
}

fn notes(tokens: &[Plain], roles: &mut [Role]) {
    let noted = |token: &Plain| NOTES.contains(&text(token)) || NUMBERED.contains(&text(token));
    // Before a dash as behind one: `DUPLICATE - Skydio`.
    if let Some(dash) = tokens.iter().position(|token| token.piece.dashed)
        && tokens[..dash].iter().all(noted)
    {
        roles[..dash].fill(Role::Noise);
    }
    for (at, token) in tokens.iter().enumerate() {
        if PLACEHOLDERS.contains(&text(token)) && (at == 0 || at + 1 == tokens.len()) {
            roles[at] = Role::Noise;
        }
    }
    let mut at = 0;
    while at < tokens.len() {
        let section = tokens[at].piece.section;
        if !(tokens[at].piece.enclosed || tokens[at].piece.dashed) {
            at += 1;
            continue;
        }
        let run = tokens[at..].iter().take_while(|token| token.piece.section == section);
        let end = at + run.count().max(1);
        let all =
            tokens[at..end].iter().all(|token| noted(token) || token.kind == PlainKind::Number);
        if all && tokens[at..end].iter().any(noted) {
            roles[at..end].fill(Role::Noise);
        }
        // Where one token is no note the section is a name, but for what a dash sets apart in it.
        at = (at + 1..end).find(|at| tokens[*at].piece.dashed).unwrap_or(end);
    }
    for at in 0..tokens.len().saturating_sub(1) {
        let shown = &tokens[at + 1].piece.shown;
        let given = tokens[at + 1].kind == PlainKind::Number && shown.len() >= SYSTEM_DIGITS;
        let number = given && at + 2 == tokens.len();
        let leads = at == 0 && given && tokens.len() > 2;
        if NUMBERED.contains(&text(&tokens[at])) && (number && at > 0 || leads) {
            roles[at..at + 2].fill(Role::Noise);
        }
    }
}

fn phrases(tokens: &[Plain], roles: &mut [Role]) {
    let all = LEADING.iter().map(|phrase| (phrase, true));
    for (phrase, leads) in all.chain(PHRASES.iter().map(|phrase| (phrase, false))) {
        for from in found(tokens, phrase) {
            let end = from + phrase.len();
            let ends = roles[end..].iter().all(|role| *role == Role::Noise);
            let begins = roles[..from].iter().all(|role| *role == Role::Noise);
            let piece = &tokens[from].piece;
            let apart = piece.enclosed || tokens.get(end).is_some_and(|next| next.piece.dashed);
            if (ends && !begins) || (begins && !ends && (leads || apart)) {
                roles[from..end].fill(Role::Noise);
            }
        }
    }
}

/// Two last words: a department, or the account in one currency.
fn offices(tokens: &[Plain], roles: &mut [Role]) {
    let Some(at) = tokens.len().checked_sub(2).filter(|at| *at > 0) else { return };
    let before = &tokens[at - 1];
    let piece = &tokens[at].piece;
    let formed = before.is_form() || forms::form_of(text(before)).is_some();
    let apart = formed || piece.dashed || piece.enclosed;
    let noise = match text(&tokens[at + 1]) {
        "dept" | "department" => apart && OFFICES.contains(&text(&tokens[at])),
        "account" => CURRENCIES.contains(&text(&tokens[at])),
        office if FOREIGN_OFFICES.contains(&office) => DEPARTMENTS.contains(&text(&tokens[at])),
        _ => false,
    };
    if noise {
        roles[at..].fill(Role::Noise);
    }
}

fn markers(tokens: &[Plain], roles: &mut [Role]) {
    for marker in MARKERS {
        for from in found(tokens, marker) {
            let end = from + marker.len();
            let free = roles[from..end].iter().all(|role| *role == Role::Name);
            if free && from > 0 && end < tokens.len() {
                roles[from..end].fill(Role::Marker);
            }
        }
    }
    // "now" is a word of names too: a marker only behind a legal form.
    for at in 1..tokens.len().saturating_sub(1) {
        let form = tokens[at - 1].is_form() || forms::form_of(text(&tokens[at - 1])).is_some();
        let piece = &tokens[at].piece;
        let opens = piece.enclosed && tokens[at - 1].piece.section != piece.section;
        let small = SMALL_MARKERS.contains(&piece.text.as_str())
            && piece.shown.chars().all(char::is_lowercase);
        if piece.text == "now" && (form || opens) || small {
            roles[at] = Role::Marker;
        }
        // "(until 2019: Beta Works)"
        let year = tokens[at + 1].kind == PlainKind::Number && at + 2 < tokens.len();
        if opens && year && matches!(piece.text.as_str(), "until" | "till" | "bis" | "before") {
            roles[at..at + 2].fill(Role::Marker);
        }
    }
}

fn found<'t>(tokens: &'t [Plain], words: &'t [&str]) -> impl Iterator<Item = usize> + 't {
    let windows = tokens.windows(words.len()).enumerate();
    windows
        .filter(move |(_, run)| run.iter().zip(words).all(|(token, word)| text(token) == *word))
        .map(|(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::super::token::plain;
    use super::*;

    fn name_of(name: &str) -> String {
        let tokens = plain(name);
        let roles = roles(&tokens);
        let kept = tokens.iter().zip(roles).filter(|(_, role)| *role == Role::Name);
        kept.map(|(token, _)| token.piece.shown.clone()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn notes_of_master_data_are_no_part_of_a_name() {
        for (written, name) in [
            ("Skydio Inc - Accounts Payable", "Skydio Inc"),
            ("M/s Dahua Technology India Pvt Ltd", "Dahua Technology India Pvt Ltd"),
            ("Hikvision USA c/o Finance Dept", "Hikvision USA"),
            ("Accord Engineering, Inc. (OLD)", "Accord Engineering Inc"),
            ("*DO NOT USE* Skydio", "Skydio"),
            ("Attn F&S Bondtec", "F & S Bondtec"),
            ("HXH Development (Head Office)", "HXH Development"),
            ("Skydio vendor 00123", "Skydio"),
            ("Old Mutual", "Old Mutual"),
            ("Head Office Ltd", "Head Office Ltd"),
            ("Raytheon (formerly United Technologies)", "Raytheon United Technologies"),
            ("Do Not Use", "Do Not Use"),
            ("DUPLICATE - Skydio Inc", "Skydio Inc"),
            ("SKYDIO INC_DUP", "SKYDIO INC"),
            ("Skydio Inc CLOSED 2019", "Skydio Inc"),
            ("Skydio Inc NICHT VERWENDEN", "Skydio Inc"),
            ("Skydio Inc (do not use - see 3344)", "Skydio Inc"),
            ("Skydio Inc (bis 31.12.2020)", "Skydio Inc"),
            ("Skydio Inc, Tel. 0049 89 1234567", "Skydio Inc"),
            ("Skydio Inc www.skydio.com", "Skydio Inc"),
            ("www.skydio.com", "skydio"),
            ("Skydio Inc EUR account", "Skydio Inc"),
            ("ZZZ_Skydio Inc", "Skydio Inc"),
            ("Skydio GmbH in Gründung", "Skydio GmbH"),
            ("Skydio Inc Sales Dept", "Skydio Inc"),
            ("Skydio Works (now Delta Tools)", "Skydio Works Delta Tools"),
            ("Skydio (until 2019: Delta Tools)", "Skydio Delta Tools"),
            ("Skydio GmbH i.L.", "Skydio GmbH"),
            ("Closed Joint Stock Company Delta", "Closed Joint Stock Company Delta"),
            ("Ex Libris", "Ex Libris"),
            ("MFP West Mobile 2025 Property LLC", "MFP West Mobile 2025 Property LLC"),
            ("Golden Swift 8 Aviation", "Golden Swift 8 Aviation"),
            ("Segregated Loan Account 4", "Segregated Loan Account 4"),
            ("Ship to Shore Ltd", "Ship to Shore Ltd"),
            ("Head Office Furniture", "Head Office Furniture"),
            ("ROC Oil (Finance) Pty Limited", "ROC Oil Finance Pty Limited"),
            ("Iran Logistics Department", "Iran Logistics Department"),
            ("XXX Lutz KG", "XXX Lutz KG"),
            ("Alpha Co Main", "Alpha Co Main"),
            ("Atlas www Media", "Atlas www Media"),
        ] {
            assert_eq!(name_of(written), name, "{written}");
        }
    }
}
