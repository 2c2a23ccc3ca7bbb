//! The consolidated list of the UN Security Council as XML (schema `sc-sanctions.xsd`).

use std::io::BufRead;

use super::listed::{About, Listed, Sink};
use super::values::{births, day, identifier};
use super::xml::{Element, Elements, Item};
use crate::model::{EntityKind, Restriction};

const UN: About = About {
    list: "UN",
    title: "United Nations Security Council Consolidated List",
    authority: "UN Security Council",
    restriction: Some(Restriction::AssetFreeze),
};

/// Reads the list.
pub(super) fn read(reader: &mut dyn BufRead, sink: &mut Sink) -> Result<(), String> {
    let mut elements = Elements::new(reader);
    let mut number = 0;
    while let Some(item) = elements.next(|name| matches!(name, "INDIVIDUAL" | "ENTITY"))? {
        match item {
            Item::Begun(root) if root.name == "CONSOLIDATED_LIST" => {
                sink.describe(&UN, day(root.attribute("dateGenerated"), false));
            }
            Item::Begun(_) => {}
            Item::Whole(element) => {
                number += 1;
                sink.take(number, Ok(listed(&element)), &|| element.shown());
            }
        }
    }
    Ok(())
}

fn listed(element: &Element) -> Listed {
    let person = element.name == "INDIVIDUAL";
    let of = |person_name: &'static str, entity_name: &'static str| {
        if person { person_name } else { entity_name }
    };
    let parts = ["FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME"];
    let name: Vec<&str> = parts.iter().map(|part| element.text_of(part)).collect();
    let (mut aliases, mut weak) = (Vec::new(), Vec::new());
    for alias in element.all(of("INDIVIDUAL_ALIAS", "ENTITY_ALIAS")) {
        let to = if alias.text_of("QUALITY") == "Low" { &mut weak } else { &mut aliases };
        // Several names stand in one field, parted by `;`.
        to.extend(alias.text_of("ALIAS_NAME").split(';').map(str::to_owned));
    }
    let addresses = || element.all(of("INDIVIDUAL_ADDRESS", "ENTITY_ADDRESS"));
    let mut countries: Vec<String> =
        element.within("NATIONALITY", "VALUE").map(|value| value.text.clone()).collect();
    countries.extend(addresses().map(|address| address.text_of("COUNTRY").to_owned()));
    let mut identifiers = Vec::new();
    let mut remarks = vec![element.text_of("COMMENTS1").to_owned()];
    for document in element.all("INDIVIDUAL_DOCUMENT") {
        let called = format!(
            "{} {}",
            document.text_of("TYPE_OF_DOCUMENT"),
            document.text_of("TYPE_OF_DOCUMENT2")
        );
        let country = [document.text_of("ISSUING_COUNTRY"), document.text_of("COUNTRY_OF_ISSUE")];
        let number = document.text_of("NUMBER");
        let country = country.into_iter().find(|country| !country.is_empty()).unwrap_or_default();
        match identifier(&called, number, country) {
            Some(one) => identifiers.push(one),
            None if number.is_empty() => {}
            None => remarks.push(format!("{called} {number} {country}")),
        }
    }
    for place in element.all("INDIVIDUAL_PLACE_OF_BIRTH") {
        let said = ["CITY", "STATE_PROVINCE", "COUNTRY"].map(|part| place.text_of(part));
        let said: Vec<&str> = said.into_iter().filter(|part| !part.is_empty()).collect();
        remarks.extend((!said.is_empty()).then(|| format!("born in {}", said.join(", "))));
    }
    remarks.extend(element.rest(&[
        "STATE_PROVINCE",
        "DATAID",
        "VERSIONNUM",
        "FIRST_NAME",
        "SECOND_NAME",
        "THIRD_NAME",
        "FOURTH_NAME",
        "UN_LIST_TYPE",
        "REFERENCE_NUMBER",
        "LISTED_ON",
        "NAME_ORIGINAL_SCRIPT",
        "COMMENTS1",
        "DESIGNATION",
        "NATIONALITY",
        "LIST_TYPE",
        "LAST_DAY_UPDATED",
        "ALIAS_NAME",
        "QUALITY",
        "DATE_OF_BIRTH",
        "CITY",
        "COUNTRY",
        "INDIVIDUAL_DATE_OF_BIRTH",
        "TYPE_OF_DOCUMENT",
        "TYPE_OF_DOCUMENT2",
        "NUMBER",
        "ISSUING_COUNTRY",
        "COUNTRY_OF_ISSUE",
        "SORT_KEY",
        "SORT_KEY_LAST_MOD",
        "GENDER",
    ]));
    remarks.extend(element.within("DESIGNATION", "VALUE").map(|value| value.text.clone()));
    let mut listed = Listed {
        list: UN.list.into(),
        entry: element.text_of("REFERENCE_NUMBER").to_owned(),
        name: name.join(" "),
        native: element.text_of("NAME_ORIGINAL_SCRIPT").to_owned(),
        aliases,
        weak,
        kind: if person { EntityKind::Person } else { EntityKind::Company },
        countries,
        cities: addresses().map(|address| address.text_of("CITY").to_owned()).collect(),
        born: (element.all("INDIVIDUAL_DATE_OF_BIRTH").flat_map(born))
            // An alias may have a birth of its own.
            .chain(
                element
                    .within("INDIVIDUAL_ALIAS", "DATE_OF_BIRTH")
                    .flat_map(|one| births(&one.text)),
            )
            .collect(),
        identifiers,
        programmes: vec![element.text_of("UN_LIST_TYPE").to_owned()],
        remarks,
        ..Listed::default()
    };
    listed.published = listed.day("listed on", element.text_of("LISTED_ON"), false);
    listed
}

/// A birth: a day, a year, or years from one to another.
fn born(element: &Element) -> Vec<String> {
    let (date, year) = (element.text_of("DATE"), element.text_of("YEAR"));
    let about = match element.text_of("TYPE_OF_DATE") {
        "EXACT" => "",
        "" if !date.is_empty() => "",
        _ => "circa ",
    };
    let (from, to) = (element.text_of("FROM_YEAR"), element.text_of("TO_YEAR"));
    match () {
        () if !from.is_empty() || !to.is_empty() => births(&format!("{from} to {to}")),
        () if !date.is_empty() => births(&format!("{about}{date}")),
        () => births(&format!("{about}{year}")),
    }
}
