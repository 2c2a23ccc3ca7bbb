//! Subsidiaries as companies report them to the US Securities and Exchange Commission (Regulation S-K, item 601(b)(21)), a
//! row each: `Filename,Subsidiary,Location of Incorporation,Ownership Percentage`.
//!
//! The file names the registrant by its number alone, and says neither whether it holds directly nor, mostly, how much.

use std::io::BufRead;

use super::guarded::{Row, Table};
use super::held::{Held, Party, Register, Taken};
use super::share_text::percent;
use super::values::{Country, country};
use crate::model::{EntityKind, Interest};
use crate::share::ShareRange;

/// Reads the file.
pub(super) fn read(reader: &mut dyn BufRead, register: &mut Register) -> Result<(), String> {
    let mut table = Table::with_header(reader, b',')?;
    while let Some(row) = table.next()? {
        register.take(row.line, |register| subsidiary(register, &row), &|| row.shown());
    }
    Ok(())
}

fn subsidiary(register: &mut Register, row: &Row) -> Result<Taken, String> {
    row.whole()?;
    // `38079-0001558370-16-004332`: the registrant's number at the Commission, and that of its filing.
    let filing = row.get("filename");
    let number = filing.split('-').next().unwrap_or_default();
    if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(format!("`{filing}` does not begin with the number of a registrant"));
    }
    let identifier = format!("us-cik:{number}");
    let (name, identifiers) = (identifier.clone(), vec![identifier]);
    let holder = Party { name, identifiers, kind: EntityKind::Company, ..Party::default() };
    let written = row.get("location of incorporation");
    let issuer = Party {
        name: row.get("subsidiary").to_owned(),
        countries: place(written).into_iter().collect(),
        kind: EntityKind::Company,
        ..Party::default()
    };
    let share = row.get("ownership percentage");
    let range = match percent(share) {
        Some(range) => range,
        None => {
            if !share.is_empty() {
                register.warn(format!(
                    "`{share}` is no share that can be told from a fraction; it is taken as unknown"
                ));
            }
            ShareRange::UNKNOWN
        }
    };
    let (holder, issuer) = (register.party(&holder)?, register.party(&issuer)?);
    let said = format!("filing {filing}");
    let interest = Interest::Unspecified;
    register.hold(
        holder,
        issuer,
        &Held { range, interest, maybe_indirect: true, said, ..Held::default() },
    );
    Ok(Taken::Taken)
}

/// The country of a place: `Delaware` and `(USA) Delaware` are in the United States.
fn place(written: &str) -> Option<String> {
    let plain = written.replace("(USA)", "").replace("(US)", "");
    let plain = plain.trim().trim_end_matches(", USA").trim_end_matches(", US").trim();
    if STATES.iter().any(|state| state.eq_ignore_ascii_case(plain))
        || plain.len() < written.trim().len()
    {
        return Some("US".to_owned());
    }
    if let Some(code) = CODES.iter().find(|code| code.eq_ignore_ascii_case(plain)) {
        // `DE` is Delaware to most who write so, and Germany to some.
        let is_country = crate::model::codes().any(|own| own == *code);
        return (!is_country).then(|| "US".to_owned());
    }
    match country(plain) {
        // A state or a country: either may be meant.
        _ if plain.eq_ignore_ascii_case("georgia") => None,
        Country::Known(code) => Some(code.to_owned()),
        Country::None | Country::Unknown => None,
    }
}

/// The states of the US, and its capital. Georgia is left out, which is a country too: see `place`.
const STATES: &[&str] = &[
    "Alabama",
    "Alaska",
    "Arizona",
    "Arkansas",
    "California",
    "Colorado",
    "Connecticut",
    "Delaware",
    "Florida",
    "Hawaii",
    "Idaho",
    "Illinois",
    "Indiana",
    "Iowa",
    "Kansas",
    "Kentucky",
    "Louisiana",
    "Maine",
    "Maryland",
    "Massachusetts",
    "Michigan",
    "Minnesota",
    "Mississippi",
    "Missouri",
    "Montana",
    "Nebraska",
    "Nevada",
    "New Hampshire",
    "New Jersey",
    "New Mexico",
    "New York",
    "North Carolina",
    "North Dakota",
    "Ohio",
    "Oklahoma",
    "Oregon",
    "Pennsylvania",
    "Rhode Island",
    "South Carolina",
    "South Dakota",
    "Tennessee",
    "Texas",
    "Utah",
    "Vermont",
    "Virginia",
    "Washington",
    "West Virginia",
    "Wisconsin",
    "Wyoming",
    "District of Columbia",
];

/// The codes of the states and of the capital.
const CODES: &[&str] = &[
    "AL", "AK", "AZ", "AR", "CA", "CO", "CT", "DE", "FL", "GA", "HI", "ID", "IL", "IN", "IA", "KS",
    "KY", "LA", "ME", "MD", "MA", "MI", "MN", "MS", "MO", "MT", "NE", "NV", "NH", "NJ", "NM", "NY",
    "NC", "ND", "OH", "OK", "OR", "PA", "RI", "SC", "SD", "TN", "TX", "UT", "VT", "VA", "WA", "WV",
    "WI", "WY", "DC",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_are_in_the_united_states() {
        for (written, expected) in [
            ("Delaware", Some("US")),
            ("(USA) Delaware", Some("US")),
            ("Mexico", Some("MX")),
            ("United Kingdom", Some("GB")),
            ("Georgia", None),
            ("TX", Some("US")),
            ("DE", None),
            ("TN", None),
            ("GB", Some("GB")),
            ("", None),
        ] {
            assert_eq!(place(written).as_deref(), expected, "{written}");
        }
    }
}
