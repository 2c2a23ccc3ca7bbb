//! What master data add to a name: notes, addressees, numbers of vendors, and other names of the
//! same company.

use super::forms;
use super::token::{Plain, PlainKind};

/// Notes of several words, wherever they begin or end a name.
const PHRASES: &[&[&str]] = &[
    &["do", "not", "use"],
    &["dont", "use"],
    &["not", "in", "use"],
    &["no", "longer", "used"],
    &["do", "not", "pay"],
    &["on", "hold"],
    &["accounts", "payable"],
    &["accounts", "receivable"],
    &["account", "payable"],
    &["head", "office"],
    &["main", "account"],
    &["old", "account"],
    &["see", "new", "record"],
    &["use", "other", "account"],
];

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

/// Notes of one word, where brackets, asterisks or a dash set them apart from the name.
const NOTES: &[&str] = &[
    "old",
    "new",
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
    "ap",
    "ar",
    "hq",
    "headquarters",
    "billing",
    "invoices",
    "invoicing",
    "payables",
    "receivables",
    "accounting",
    "accounts",
    "finance",
    "purchasing",
    "procurement",
    "main",
    "do",
    "not",
    "use",
    "dead",
    "dormant",
    "merged",
    "migrated",
    "legacy",
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
    &["anciennement"],
];

/// What a token is in this respect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Name,
    Noise,
    /// Stands between two names.
    Marker,
}

/// The role of every token. Something always stays a name. O(tokens).
pub(super) fn roles(tokens: &[Plain]) -> Vec<Role> {
    let mut roles = vec![Role::Name; tokens.len()];
    addressees(tokens, &mut roles);
    notes(tokens, &mut roles);
    offices(tokens, &mut roles);
    phrases(tokens, &mut roles);
    let named = |roles: &[Role]| {
        tokens.iter().zip(roles).any(|(token, role)| {
            *role == Role::Name && matches!(token.kind, PlainKind::Word | PlainKind::Number)
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

/// `M/s` before a name; `c/o` or `attn` and what follows; `attn` alone where it leads.
fn addressees(tokens: &[Plain], roles: &mut [Role]) {
    for (at, token) in tokens.iter().enumerate() {
        match text(token) {
            "m/s" | "a/c" => roles[at] = Role::Noise,
            "attn" | "attention" if at == 0 => roles[at] = Role::Noise,
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

fn notes(tokens: &[Plain], roles: &mut [Role]) {
    let mut at = 0;
    while at < tokens.len() {
        let section = tokens[at].piece.section;
        let apart = tokens[at].piece.enclosed || tokens[at].piece.dashed;
        let run = tokens[at..].iter().take_while(|token| token.piece.section == section);
        let end = at + run.count().max(1);
        let noted = |token: &Plain| NOTES.contains(&text(token)) || NUMBERED.contains(&text(token));
        let all =
            tokens[at..end].iter().all(|token| noted(token) || token.kind == PlainKind::Number);
        if apart && all && tokens[at..end].iter().any(noted) {
            roles[at..end].fill(Role::Noise);
            at = end;
        } else {
            at += 1;
        }
    }
    for at in 0..tokens.len().saturating_sub(1) {
        let number = tokens[at + 1].kind == PlainKind::Number && at + 2 == tokens.len();
        let leads = at == 0 && tokens[1].kind == PlainKind::Number && tokens.len() > 2;
        if NUMBERED.contains(&text(&tokens[at])) && (number && at > 0 || leads) {
            roles[at..at + 2].fill(Role::Noise);
        }
    }
}

fn phrases(tokens: &[Plain], roles: &mut [Role]) {
    for phrase in PHRASES {
        for from in found(tokens, phrase) {
            let end = from + phrase.len();
            let ends = roles[end..].iter().all(|role| *role == Role::Noise);
            let begins = roles[..from].iter().all(|role| *role == Role::Noise);
            if (ends || begins) && !(ends && begins) {
                roles[from..end].fill(Role::Noise);
            }
        }
    }
}

fn offices(tokens: &[Plain], roles: &mut [Role]) {
    for at in 0..tokens.len().saturating_sub(1) {
        let department = matches!(text(&tokens[at + 1]), "dept" | "department");
        if at > 0 && at + 2 == tokens.len() && department && OFFICES.contains(&text(&tokens[at])) {
            roles[at..at + 2].fill(Role::Noise);
        }
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
        if text(&tokens[at]) == "now" && form {
            roles[at] = Role::Marker;
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
        ] {
            assert_eq!(name_of(written), name, "{written}");
        }
    }
}
