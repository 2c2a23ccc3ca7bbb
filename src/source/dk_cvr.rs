//! The Danish register of companies (CVR) as its distribution gives it: owners with their companies
//! (`Vrdeltagerperson`), and companies with their owners (`Vrvirksomhed`), alone or within pages of hits.
//!
//! Of a legal owner the register tells the band that his share lies in by its lower end (Companies Act, section 58, and
//! the bands of the register of owners: 5, 10, 15, 20, 25, 33.33, 50, 66.66, 90 and 100 percent). A real owner
//! (`Reel ejer`) may hold through others, who are recorded too.

use std::io::BufRead;

use serde_json::Value;

use super::gleif::of_register;
use super::guarded::text;
use super::held::{Held, Party, Register, Taken, days};
use super::share_text::of_fraction;
use super::values::day;
use crate::day::Span;
use crate::model::{Confidence, EntityKind, Interest};
use crate::share::{Share, ShareRange};

/// Reads the file.
pub(super) fn read(reader: &mut dyn BufRead, register: &mut Register) -> Result<(), String> {
    register.take_objects(reader, &["hits"], record)
}

fn record(register: &mut Register, object: &Value) -> Result<Taken, String> {
    // A page without hits is an object of its own.
    let is_page = object.get("total").is_some() && object.get("max_score").is_some();
    let source = object.get("_source").unwrap_or(object);
    let unit = ["Vrdeltagerperson", "Vrvirksomhed"].iter().find_map(|name| source.get(*name));
    let unit = unit.unwrap_or(source);
    if is_page || unit.get("fejlRegistreret").and_then(Value::as_bool) == Some(true) {
        return Ok(Taken::Aside);
    }
    let list = |key: &str| unit.get(key).and_then(Value::as_array).into_iter().flatten();
    let mut taken = false;
    for relation in list("virksomhedSummariskRelation") {
        let Some(company) = relation.get("virksomhed") else { continue };
        taken |= owned(register, unit, company, relation)?;
    }
    for relation in list("deltagerRelation") {
        let Some(owner) = relation.get("deltager") else { continue };
        taken |= owned(register, owner, unit, relation)?;
    }
    let known = ["virksomhedSummariskRelation", "deltagerRelation", "navne"];
    if !known.iter().any(|key| unit.get(*key).is_some()) {
        return Err("is no owner and no company of the register".to_owned());
    }
    Ok(if taken { Taken::Taken } else { Taken::Aside })
}

/// Takes what a relation says that an owner has of a company. Returns whether it says anything.
fn owned(
    register: &mut Register,
    owner: &Value,
    company: &Value,
    relation: &Value,
) -> Result<bool, String> {
    let is_fault =
        |unit: &Value| unit.get("fejlRegistreret").and_then(Value::as_bool) == Some(true);
    if is_fault(owner) || is_fault(company) {
        return Ok(false);
    }
    let mut all = Vec::new();
    let organisations = relation.get("organisationer").and_then(Value::as_array);
    for organisation in organisations.into_iter().flatten() {
        let members = organisation.get("medlemsData").and_then(Value::as_array);
        for member in members.into_iter().flatten() {
            all.extend(shares(organisation, member)?);
        }
    }
    if all.is_empty() {
        return Ok(false);
    }
    let (holder, issuer) = (register.party(&party(owner)?)?, register.party(&party(company)?)?);
    all.iter().for_each(|held| register.hold(holder, issuer, held));
    Ok(true)
}

/// A value of an attribute, and the days on which it holds.
fn values<'v>(member: &'v Value, kind: &str) -> Vec<(String, &'v Value)> {
    let attributes = member.get("attributter").and_then(Value::as_array).into_iter().flatten();
    let own = attributes.filter(|attribute| text(attribute, "type") == kind);
    let values = own.filter_map(|own| own.get("vaerdier")?.as_array()).flatten();
    values
        .map(|value| (text(value, "vaerdi"), value.get("periode").unwrap_or(&Value::Null)))
        .collect()
}

/// The days of a period; `None` of one that ends before it begins, which was on no day.
fn period(period: &Value) -> Option<Span> {
    let on = |key: &str| day(&text(period, key), false);
    days(on("gyldigFra"), on("gyldigTil")).ok()
}

/// The holdings that a membership of an organisation says: of a legal or a real owner; none of a director.
fn shares(organisation: &Value, member: &Value) -> Result<Vec<Held>, String> {
    let functions = values(member, "FUNKTION");
    let is_real = functions.iter().any(|(function, _)| function.eq_ignore_ascii_case("Reel ejer"));
    let names =
        organisation.get("organisationsNavn").and_then(Value::as_array).into_iter().flatten();
    let is_owner = is_real
        || names
            .map(|name| text(name, "navn"))
            .any(|name| name.eq_ignore_ascii_case("EJERREGISTER"));
    // Somebody may have been a real owner at several times.
    let real = functions.iter().filter(|(function, _)| function.eq_ignore_ascii_case("Reel ejer"));
    let mut within: Vec<Span> = real.filter_map(|(_, days)| period(days)).collect();
    if within.is_empty() && !is_real {
        within.push(Span::ALWAYS);
    }
    let remarks: Vec<String> =
        values(member, "SÆRLIGE_EJERFORHOLD").into_iter().map(|(text, _)| text).collect();
    let said = if is_real { "real owner" } else { "legal owner" };
    let said = std::iter::once(said.to_owned()).chain(remarks).collect::<Vec<_>>().join("; ");
    let mut all = Vec::new();
    for (kind, interest) in
        [("EJERANDEL_PROCENT", Interest::Equity), ("EJERANDEL_STEMMERET_PROCENT", Interest::Votes)]
    {
        for (value, days) in values(member, kind) {
            let Some(own) = period(days) else { continue };
            let range = share(&value, is_real)?;
            let common = within
                .iter()
                .map(|one| Span { from: own.from.max(one.from), until: own.until.min(one.until) });
            for span in common.filter(|span| span.from < span.until) {
                let (said, confidence) = (said.clone(), Confidence::Documented);
                all.push(Held { range, interest, span, confidence, maybe_indirect: is_real, said });
            }
        }
    }
    if all.is_empty() && is_owner {
        let (interest, confidence) = (Interest::Unspecified, Confidence::Documented);
        let range = ShareRange::UNKNOWN;
        let held =
            Held { range, interest, confidence, maybe_indirect: is_real, said, ..Held::default() };
        all.extend(within.into_iter().map(|span| Held { span, ..held.clone() }));
    }
    Ok(all)
}

/// The lower ends of the bands of legal owners, in hundredths of a percent.
const BANDS: [u64; 10] = [500, 1_000, 1_500, 2_000, 2_500, 3_333, 5_000, 6_666, 9_000, 10_000];

/// The range of a share, which is written as a part of one (`0.5`): that number itself of a real owner, the band that
/// it begins of a legal one.
fn share(written: &str, is_real: bool) -> Result<ShareRange, String> {
    let refused = || format!("has the share `{written}`, which is no part of one");
    let own = of_fraction(written).ok_or_else(refused)?;
    if is_real {
        return Ok(own);
    }
    let bands = BANDS.iter().map(|band| Share::from_parts(band * 100_000));
    match bands.into_iter().find(|band| *band > own.low()) {
        Some(next) => {
            ShareRange::new(own.low(), next, false, true).map_err(|error| error.to_string())
        }
        None => Ok(ShareRange::exact(Share::WHOLE)),
    }
}

/// A person or a company of the register.
fn party(unit: &Value) -> Result<Party, String> {
    let names = unit.get("navne").and_then(Value::as_array);
    let mut names: Vec<(bool, String, String)> = names
        .into_iter()
        .flatten()
        .map(|name| {
            let period = name.get("periode").unwrap_or(&Value::Null);
            (text(period, "gyldigTil").is_empty(), text(period, "gyldigFra"), text(name, "navn"))
        })
        .filter(|(_, _, name)| !name.trim().is_empty())
        .collect();
    // The last one that has not ended is its name today.
    names.sort();
    let number = [text(unit, "cvrNummer"), text(unit, "forretningsnoegle")];
    let is_person = text(unit, "enhedstype") == "PERSON";
    // A foreign owner's key is none of a Danish company.
    let is_danish = text(unit, "enhedstype") != "ANDEN_DELTAGER";
    let number = number.into_iter().find(|number| !number.is_empty() && !is_person && is_danish);
    let mut identifiers = match &number {
        Some(number) => of_register("dk-cvr", number, "DK"),
        None => Vec::new(),
    };
    let unit_number = text(unit, "enhedsNummer");
    if !unit_number.is_empty() {
        identifiers.push(format!("dk-enhed:{unit_number}"));
    }
    let name = names.pop().map(|(_, _, name)| name).or_else(|| identifiers.first().cloned());
    Ok(Party {
        name: name.ok_or("has an owner or a company without name and number")?,
        others: names.into_iter().map(|(_, _, name)| name).collect(),
        // Where a person lives is not what he is a citizen of.
        countries: if is_person { Vec::new() } else { countries(unit, number.is_some()) },
        identifiers,
        born: Vec::new(),
        kind: match text(unit, "enhedstype").as_str() {
            "PERSON" => EntityKind::Person,
            "VIRKSOMHED" => EntityKind::Company,
            _ => EntityKind::Unknown,
        },
    })
}

fn countries(unit: &Value, is_danish: bool) -> Vec<String> {
    if is_danish {
        return vec!["DK".to_owned()];
    }
    let addresses = unit.get("beliggenhedsadresse").and_then(Value::as_array);
    addresses.into_iter().flatten().map(|address| text(address, "landekode")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn legal_owners_have_bands_and_real_ones_numbers() {
        let read = |text: &str, real| share(text, real).map(|range| range.to_string());
        assert_eq!(read("0.5", false).as_deref(), Ok("50 to less than 66.66 %"));
        assert_eq!(read("0.3333", false).as_deref(), Ok("33.33 to less than 50 %"));
        assert_eq!(read("0.6667", false).as_deref(), Ok("66.67 to less than 90 %"));
        assert_eq!(read("0.05", false).as_deref(), Ok("5 to less than 10 %"));
        assert_eq!(read("1.0", false).as_deref(), Ok("100 %"));
        assert_eq!(read("0.2615", true).as_deref(), Ok("26.15 %"));
        assert!(
            read("50", true).is_err() && read("half", true).is_err() && read("", true).is_err()
        );
    }
}
