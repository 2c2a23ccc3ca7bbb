//! The consolidated list of EU financial sanctions as XML (export of the FSF, schema 1.1).

use std::io::BufRead;

use super::listed::{About, Listed, Sink, is_latin};
use super::values::{births, day, identifier, is_false, is_true};
use super::xml::{Element, Elements, Item};
use crate::day::Day;
use crate::model::{EntityKind, Restriction};

pub(super) const EU: About = About {
    list: "EU-FSF",
    title: "Consolidated list of persons, groups and entities subject to EU financial sanctions",
    authority: "European Commission",
    restriction: Some(Restriction::AssetFreeze),
};

/// Reads the list.
pub(super) fn read(reader: &mut dyn BufRead, sink: &mut Sink) -> Result<(), String> {
    let mut elements = Elements::new(reader);
    let mut number = 0;
    while let Some(item) = elements.next(|name| name == "sanctionEntity")? {
        match item {
            Item::Begun(root) if root.name == "export" => {
                sink.describe(&EU, day(root.attribute("generationDate"), false));
            }
            Item::Begun(_) => {}
            Item::Whole(element) => {
                number += 1;
                sink.take(number, listed(&element), &|| element.shown());
            }
        }
    }
    Ok(())
}

/// A name of an entity: as a whole, else of its parts.
fn name_of(alias: &Element) -> String {
    let whole = alias.attribute("wholeName");
    if !whole.is_empty() {
        return whole.to_owned();
    }
    ["firstName", "middleName", "lastName"].map(|part| alias.attribute(part)).join(" ")
}

/// The earliest day on which anything of an entity was published. A regulation that amends is none that lists: of an entity
/// of which nothing earlier is known it is not known since when it is listed.
fn first_published(element: &Element, regulation: &Element) -> Option<Day> {
    let amends = ["amendment", "repealing"].contains(&regulation.attribute("regulationType"));
    let own = day(regulation.attribute("publicationDate"), false);
    let parts = element.deep("regulationSummary");
    let first = parts.filter_map(|one| day(one.attribute("publicationDate"), false)).min();
    if amends { first } else { own.into_iter().chain(first).min() }
}

fn listed(element: &Element) -> Result<Listed, String> {
    let kind = element.child("subjectType").map_or("", |kind| {
        let code = kind.attribute("classificationCode");
        if code.is_empty() { kind.attribute("code") } else { code }
    });
    let mut names: Vec<(String, bool)> = element
        .all("nameAlias")
        .map(|alias| (name_of(alias), !is_false(alias.attribute("strong"))))
        .collect();
    names.retain(|(name, _)| name.chars().any(char::is_alphanumeric));
    if names.is_empty() {
        return Err("has no name (`nameAlias`)".to_owned());
    }
    // The first strong name in Latin letters, which is how others cite it.
    let first = names
        .iter()
        .position(|(name, strong)| *strong && is_latin(name))
        .or_else(|| names.iter().position(|(_, strong)| *strong))
        .unwrap_or(0);
    let (name, _) = names.remove(first);
    let native = names.iter().position(|(name, strong)| *strong && !is_latin(name));
    let native = native.map(|at| names.remove(at).0).unwrap_or_default();
    let (strong, weak): (Vec<_>, Vec<_>) = names.into_iter().partition(|(_, strong)| *strong);
    let first_of = |all: Vec<(String, bool)>| all.into_iter().map(|(name, _)| name).collect();
    let regulation = element.child("regulation").cloned().unwrap_or_default();
    let of_place = |place: &Element| {
        let code = place.attribute("countryIso2Code");
        let known = !code.is_empty() && code != "00";
        if known { code.to_owned() } else { place.attribute("countryDescription").to_owned() }
    };
    let mut remarks: Vec<String> =
        element.all("remark").map(|remark| remark.text.clone()).collect();
    let mut identifiers = Vec::new();
    for one in element.all("identification") {
        let called = [
            one.attribute("identificationTypeCode"),
            one.attribute("identificationTypeDescription"),
        ]
        .join(" ");
        let number = match one.attribute("number") {
            "" => one.attribute("latinNumber"),
            number => number,
        };
        // A document that is known to be false is no evidence of who somebody is.
        let is_false_one = is_true(one.attribute("knownFalse"));
        match identifier(&called, number, &of_place(one)).filter(|_| !is_false_one) {
            Some(one) => identifiers.push(one),
            None => remarks.push(format!("{called} {number}")),
        }
        let flags = ["knownFalse", "knownExpired", "reportedLost", "revokedByIssuer"];
        let said = flags.iter().filter(|flag| is_true(one.attribute(flag)));
        remarks.extend(said.map(|flag| format!("{called} {number}: {flag}")));
    }
    remarks.push(element.attribute("designationDetails").to_owned());
    let un = element.attribute("unitedNationId");
    if !un.is_empty() {
        remarks.push(format!("UN reference {un}"));
    }
    remarks.extend(element.rest(&[
        "subjectType",
        "regulation",
        "remark",
        "wholeName",
        "firstName",
        "middleName",
        "lastName",
        "strong",
        "regulationType",
        "organisationType",
        "publicationDate",
        "entryIntoForceDate",
        "numberTitle",
        "programme",
        "logicalId",
        "publicationUrl",
        "regulationLanguage",
        "nameLanguage",
        "regulationSummary",
        "countryIso2Code",
        "countryDescription",
        "region",
        "city",
        "birthdate",
        "circa",
        "calendarType",
        "year",
        "monthOfYear",
        "dayOfMonth",
        "yearRangeFrom",
        "yearRangeTo",
        "number",
        "latinNumber",
        "identificationTypeCode",
        "identificationTypeDescription",
        "asAtListingTime",
        "diplomatic",
        "knownExpired",
        "knownFalse",
        "reportedLost",
        "revokedByIssuer",
        "nameOnDocument",
        "gender",
    ]));
    for birth in element.all("birthdate") {
        let place =
            ["place", "city", "region", "countryDescription"].map(|part| birth.attribute(part));
        let said: Vec<&str> = place.into_iter().filter(|part| !part.is_empty()).collect();
        remarks.extend((!said.is_empty()).then(|| format!("born in {}", said.join(", "))));
    }
    // Remarks stand within names, births and documents too.
    let within = element.children.iter().flat_map(|child| child.all("remark"));
    remarks.extend(within.map(|remark| remark.text.clone()));
    let born = element.all("birthdate").flat_map(|birth| {
        let about = if is_true(birth.attribute("circa")) { "circa " } else { "" };
        let (from, to) = (birth.attribute("yearRangeFrom"), birth.attribute("yearRangeTo"));
        match (birth.attribute("birthdate"), birth.attribute("year")) {
            ("", "") if !from.is_empty() => births(&format!("{from} to {to}")),
            // A year of another calendar is none of ours.
            ("", year) if !["", "GREGORIAN"].contains(&birth.attribute("calendarType")) => {
                births(&format!("{} {year}", birth.attribute("calendarType")))
            }
            ("", year) => births(&format!("{about}{year}")),
            (date, _) => births(&format!("{about}{date}")),
        }
    });
    let in_force = day(regulation.attribute("entryIntoForceDate"), false);
    let regulated = day(regulation.attribute("publicationDate"), false);
    let published = day(element.attribute("designationDate"), false)
        .or_else(|| first_published(element, &regulation));
    // It is that of a later regulation where the entry was published before.
    let effective = in_force.filter(|_| published.is_some() && published == regulated);
    Ok(Listed {
        list: EU.list.into(),
        entry: element.attribute("euReferenceNumber").to_owned(),
        name,
        native,
        aliases: first_of(strong),
        weak: first_of(weak),
        kind: match kind {
            "P" | "person" => EntityKind::Person,
            "E" | "enterprise" => EntityKind::Company,
            _ => EntityKind::Unknown,
        },
        countries: element.all("citizenship").chain(element.all("address")).map(of_place).collect(),
        cities: element
            .all("address")
            .map(|address| address.attribute("city").to_owned())
            .collect(),
        born: born.collect(),
        identifiers,
        programmes: vec![regulation.attribute("programme").to_owned()],
        announcement: regulation.attribute("numberTitle").to_owned(),
        published,
        effective,
        remarks,
        ..Listed::default()
    })
}
