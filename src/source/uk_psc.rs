//! The UK register of people with significant control, as Companies House publishes it: one record a line, of the bulk
//! snapshot or of the stream.
//!
//! A record gives bands: more than 25 to 50 %, more than 50 to less than 75 %, 75 to 100 % (Companies Act 2006, schedule 1A,
//! paragraphs 2 and 3; the bands are those of the Register of People with Significant Control Regulations 2016,
//! schedule 2). Whoever is registered may stand high above the company: what lies between is not recorded.

use std::io::BufRead;

use serde_json::Value;

use super::gleif::{of_register, says_something};
use super::guarded::{text, texts};
use super::held::{Held, Party, Register, Taken, days, unnamed_identifier};
use super::nationalities::country_of_citizens;
use super::values::{Country, country, day, identifier};
use crate::day::Span;
use crate::model::{Confidence, EntityKind, Interest};
use crate::share::{Share, ShareRange};

/// Reads the file.
pub(super) fn read(reader: &mut dyn BufRead, register: &mut Register) -> Result<(), String> {
    register.take_objects(reader, &[], record)
}

fn record(register: &mut Register, object: &Value) -> Result<Taken, String> {
    let data = object.get("data").filter(|data| data.is_object());
    let data = data.ok_or("has no `data`: it is no record of the register")?;
    let kind = text(data, "kind");
    if kind.starts_with("totals#") {
        return Ok(Taken::Aside);
    }
    let issuer = company(object, data)?;
    if let Some(event) = object.get("event") {
        // The stream tells anew of a record whenever it changes.
        let path = text(object, "resource_uri");
        let point = text(event, "timepoint");
        let deleted = text(event, "type") == "deleted";
        if !path.is_empty() && !point.is_empty() {
            let place = register.place();
            register.records.versions.see(&format!("psc {path}"), &format!("{point:0>20}"), place);
        }
        if deleted {
            return Ok(Taken::Taken);
        }
    }
    // What ceased before it was notified, or on that day, was on no day.
    let Ok(span) = days(day(&text(data, "notified_on"), false), ceased(data)) else {
        return Ok(Taken::Aside);
    };
    match kind.as_str() {
        "persons-with-significant-control-statement" | "exemptions" => {
            let said = if kind == "exemptions" { kind } else { text(data, "statement") };
            // A statement that is no longer made says nothing of today.
            if ceased(data).is_none() {
                let issuer = register.party(&issuer)?;
                let place = register.place();
                register.records.silent(
                    issuer,
                    &format!(
                        "register of people with significant control: {}",
                        said.replace('-', " ")
                    ),
                    place,
                );
            }
            Ok(Taken::Taken)
        }
        // On which day it ceased the register keeps secret as well.
        kind if kind.starts_with("super-secure")
            && data.get("ceased").and_then(Value::as_bool) == Some(true)
            && ceased(data).is_none() =>
        {
            Ok(Taken::Aside)
        }
        kind if kind.starts_with("super-secure") => {
            let of = issuer.name.clone();
            let issuer = register.party(&issuer)?;
            let holder = register.unnamed("super-secure person", &of)?;
            let said = "a person whose details the register keeps secret".to_owned();
            let held = Held {
                range: ShareRange::UNKNOWN,
                interest: Interest::Unspecified,
                span,
                said,
                ..held()
            };
            register.hold(holder, issuer, &held);
            Ok(Taken::Taken)
        }
        "individual-person-with-significant-control"
        | "corporate-entity-person-with-significant-control"
        | "legal-person-person-with-significant-control"
        | "individual-beneficial-owner"
        | "corporate-entity-beneficial-owner"
        | "legal-person-beneficial-owner" => {
            let holder = holder(data, kind.starts_with("individual"));
            let issuer_mention = register.party(&issuer)?;
            let holder_mention = register.party(&holder)?;
            natures(register, data, (&holder.name, holder_mention), (&issuer, issuer_mention), span)
        }
        other => Err(format!("is of the kind `{other}`, which this version does not know")),
    }
}

fn held() -> Held {
    Held { confidence: Confidence::Documented, maybe_indirect: true, ..Held::default() }
}

/// The last day of a record.
fn ceased(data: &Value) -> Option<crate::day::Day> {
    // On the day itself it has ceased: the day before is the last.
    day(&text(data, "ceased_on"), false).map(|day| day.plus(-1))
}

/// The company of a record: the bulk file says its number, the stream its address.
fn company(object: &Value, data: &Value) -> Result<Party, String> {
    let own = text(object, "company_number");
    let link = data.get("links").map(|links| text(links, "self")).unwrap_or_default();
    let within = |path: &str| {
        path.strip_prefix("/company/").and_then(|rest| rest.split('/').next()).map(str::to_owned)
    };
    let number = Some(own)
        .filter(|own| !own.is_empty())
        .or_else(|| within(&text(object, "resource_uri")))
        .or_else(|| within(&link))
        .filter(|number| {
            number.len() <= 8 && number.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
        .ok_or("does not say which company it is of")?;
    let identifiers = of_register("gb-coh", &number, "GB");
    let name = identifiers[0].clone();
    let countries = vec!["GB".to_owned()];
    Ok(Party { name, countries, identifiers, kind: EntityKind::Company, ..Party::default() })
}

fn holder(data: &Value, is_person: bool) -> Party {
    let elements = data.get("name_elements");
    let spoken = |elements: &Value| {
        ["forename", "other_forenames", "middle_name", "surname"]
            .map(|part| text(elements, part))
            .join(" ")
    };
    // The name as a whole begins with a title.
    let name = elements.map(spoken).filter(|name| !name.trim().is_empty());
    let whole = text(data, "name");
    let mut party = Party {
        name: name.unwrap_or_else(|| whole.clone()),
        kind: if is_person { EntityKind::Person } else { EntityKind::Company },
        ..Party::default()
    };
    if is_person {
        let birth = data.get("date_of_birth");
        let year = birth.map(|birth| text(birth, "year")).unwrap_or_default();
        party.born = Some(year).filter(|year| year.len() == 4).into_iter().collect();
        // Nationality is a word (`British`), and where somebody lives no country of his.
        let words = texts(data, "nationality");
        let words = words.iter().flat_map(|text| text.split([',', '/']));
        party.countries = words
            .map(|word| country_of_citizens(word).map_or_else(|| word.to_owned(), str::to_owned))
            .collect();
        return party;
    }
    let Some(identification) = data.get("identification") else { return party };
    let registered = text(identification, "country_registered");
    let place = text(identification, "place_registered").to_lowercase();
    let is_british = is_british(&registered)
        || registered.trim().is_empty()
            && (place.contains("companies house") || is_british(&place));
    let number: String = text(identification, "registration_number").split_whitespace().collect();
    let looks_british = number.len() >= 6
        && number.len() <= 8
        && number.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && number.bytes().rev().take(5).all(|byte| byte.is_ascii_digit());
    let says = says_something(&number);
    if is_british {
        party.countries = vec!["GB".to_owned()];
        if looks_british && says {
            party.identifiers = of_register("gb-coh", &number, "GB");
        }
    } else {
        if says {
            party.identifiers.extend(foreign(&number, &registered, &place));
        }
        party.countries = vec![registered];
    }
    party
}

/// Countries with several registers that number their companies each for itself: the states, provinces and emirates of the
/// first ones, the courts of Germany, the chambers and provinces of the last ones.
const SEVERAL_REGISTERS: [&str; 8] = ["US", "CA", "AE", "MX", "AR", "DE", "ES", "IT"];

/// The number of a register abroad: where a country has several, with the place of that register or not at all.
fn foreign(number: &str, registered: &str, place: &str) -> Option<String> {
    let own = identifier("registration number", number, registered)?;
    let several = match country(registered) {
        Country::Known(code) => SEVERAL_REGISTERS.contains(&code),
        _ => true,
    };
    if !several {
        return Some(own);
    }
    let place: String = place.chars().filter(|c| c.is_alphanumeric()).collect();
    let (scheme, number) = own.split_once(':')?;
    (!place.is_empty()).then(|| format!("{scheme}-{place}:{number}"))
}

/// Whether a country, as people write it into the register, is the United Kingdom or a part of it.
fn is_british(written: &str) -> bool {
    let small = written.to_lowercase().replace('.', "");
    let parts = [
        "england",
        "wales",
        "scotland",
        "united kingdom",
        "great britain",
        "northern ireland",
        "companies house",
    ];
    matches!(country(written), Country::Known("GB"))
        || !small.contains("new south wales") && parts.iter().any(|part| small.contains(part))
        || small.split(|c: char| !c.is_alphanumeric()).any(|word| word == "uk")
}

/// What a nature of control says.
enum Nature {
    /// A band of shares or votes.
    Band(Interest, ShareRange),
    /// Control without a share: directors, influence.
    Control,
    /// Land that is held, and nothing of the company.
    OfLand,
}

/// A nature of control, and through whom it is held: itself, a trust, a firm.
fn nature(written: &str) -> Option<(Nature, Option<&'static str>)> {
    let through = match () {
        () if written.contains("-as-trust") || written.contains("over-trust") => Some("trust"),
        () if written.contains("-as-firm") || written.contains("over-firm") => Some("firm"),
        () => None,
    };
    let percent = |number: u32| Share::from_parts(u64::from(number) * 10_000_000);
    let range = |low, high, low_open, high_open| {
        ShareRange::new(percent(low), percent(high), low_open, high_open).ok()
    };
    let band = match () {
        () if written.contains("25-to-50-percent") => range(25, 50, true, false),
        () if written.contains("50-to-75-percent") => range(50, 75, true, true),
        () if written.contains("75-to-100-percent") => range(75, 100, false, false),
        () if written.contains("more-than-25-percent") => range(25, 100, true, false),
        () => None,
    };
    let nature = match () {
        // A partnership without shares: what each gets on winding up stands for them (schedule 1A, paragraph 14). `part-`
        // is how the register writes the natures of partnerships.
        () if written.starts_with("ownership-of-shares")
            || written.starts_with("right-to-share-surplus-assets")
            || written.starts_with("part-right-to-share-surplus-assets") =>
        {
            Nature::Band(Interest::Equity, band?)
        }
        () if written.starts_with("voting-rights") => Nature::Band(Interest::Votes, band?),
        () if written.starts_with("right-to-appoint-and-remove")
            || written.starts_with("significant-influence-or-control") =>
        {
            Nature::Control
        }
        // Whose nominee an overseas entity is the owner of land: nothing of the entity itself.
        () if written.starts_with("registered-owner-as-nominee") => Nature::OfLand,
        () => return None,
    };
    Some((nature, through))
}

/// Takes what a record says that somebody has. Trustees of one trust, and partners of one firm, are registered each
/// with all that the trust or firm has: that is one block, which all of them have a hand in.
fn natures(
    register: &mut Register,
    data: &Value,
    (name, holder): (&str, u32),
    (company, issuer): (&Party, u32),
    span: Span,
) -> Result<Taken, String> {
    let all = texts(data, "natures_of_control");
    // All of them are read before anything is kept.
    if let Some(unknown) = all.iter().find(|written| nature(written).is_none()) {
        return Err(format!(
            "has the nature of control `{unknown}`, which this version does not know"
        ));
    }
    if all.is_empty() {
        let said = "nature of control not said".to_owned();
        register.hold(
            holder,
            issuer,
            &Held { interest: Interest::Unspecified, span, said, ..held() },
        );
        return Ok(Taken::Taken);
    }
    let of_land = |written: &String| matches!(nature(written), Some((Nature::OfLand, _)));
    if all.iter().all(of_land) {
        return Ok(Taken::Aside);
    }
    for written in &all {
        let (nature, through) = nature(written).ok_or_else(|| {
            format!("has the nature of control `{written}`, which this version does not know")
        })?;
        let said = written.replace('-', " ");
        let (interest, range) = match nature {
            Nature::Band(interest, range) => (interest, range),
            Nature::Control => (Interest::Control, ShareRange::UNKNOWN),
            Nature::OfLand => continue,
        };
        let held = Held { range, interest, span, said, ..held() };
        let Some(through) = through else {
            register.hold(holder, issuer, &held);
            continue;
        };
        let own = format!("{} {written}", company.name);
        let block = register.party(&Party {
            name: format!("{through} that holds in {} ({written})", company.name),
            identifiers: vec![unnamed_identifier(&own)],
            ..Party::default()
        })?;
        register.hold(block, issuer, &held);
        let said = format!("{name} is registered for the {through}");
        let hand = Held { span, said, ..held_of_block() };
        register.hold(holder, block, &Held { interest: Interest::Control, ..hand.clone() });
        register.hold(holder, block, &Held { interest: Interest::Unspecified, ..hand });
    }
    Ok(Taken::Taken)
}

/// What somebody has of a trust or firm that he is registered for: nobody says how much.
fn held_of_block() -> Held {
    Held { maybe_indirect: false, ..held() }
}
