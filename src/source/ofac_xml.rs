//! OFAC's lists as XML of the schema `sdnList` (`sdn.xml`, `consolidated.xml`).

use std::io::BufRead;

use super::listed::{Listed, Sink};
use super::ofac_csv::{kind_of, remarks, take_all};
use super::values::{births, day, identifier};
use super::xml::{Element, Elements, Item};
use crate::day::Day;

/// Reads the list. Its entries are held until it is read: of which list it is, most of them say.
pub(super) fn read(reader: &mut dyn BufRead, sink: &mut Sink) -> Result<(), String> {
    let mut elements = Elements::new(reader);
    let (mut published, mut told): (Option<Day>, Option<u64>) = (None, None);
    let mut entries = Vec::new();
    let outcome = loop {
        let item = match elements.next(|name| matches!(name, "publshInformation" | "sdnEntry")) {
            Ok(Some(item)) => item,
            Ok(None) => break Ok(()),
            Err(reason) => break Err(reason),
        };
        match item {
            Item::Begun(_) => {}
            Item::Whole(element) if element.name == "publshInformation" => {
                published = day(element.text_of("Publish_Date"), true);
                told = element.text_of("Record_Count").parse().ok();
            }
            Item::Whole(element) => {
                entries.push((entries.len() as u64 + 1, Ok(listed(&element)), element.shown()));
            }
        }
    };
    let number = entries.len() as u64;
    take_all(entries, published, sink);
    outcome?;
    sink.declared(told, number);
    Ok(())
}

/// A name of two fields, as the CSV files write it.
fn name_of(element: &Element) -> String {
    match (element.text_of("lastName"), element.text_of("firstName")) {
        (last, "") => last.to_owned(),
        ("", first) => first.to_owned(),
        (last, first) => format!("{last}, {first}"),
    }
}

fn listed(element: &Element) -> Listed {
    let mut listed = Listed {
        entry: element.text_of("uid").to_owned(),
        name: name_of(element),
        kind: kind_of(element.text_of("sdnType")),
        programmes: element.within("programList", "program").map(|one| one.text.clone()).collect(),
        remarks: vec![element.text_of("title").to_owned()],
        ..Listed::default()
    };
    for aka in element.within("akaList", "aka") {
        let to =
            if aka.text_of("category") == "weak" { &mut listed.weak } else { &mut listed.aliases };
        to.push(name_of(aka));
    }
    for address in element.within("addressList", "address") {
        listed.countries.push(address.text_of("country").to_owned());
        listed.cities.push(address.text_of("city").to_owned());
    }
    let countries = element
        .within("nationalityList", "nationality")
        .chain(element.within("citizenshipList", "citizenship"));
    listed.countries.extend(countries.map(|one| one.text_of("country").to_owned()));
    let born = element.within("dateOfBirthList", "dateOfBirthItem");
    listed.born.extend(born.flat_map(|one| births(one.text_of("dateOfBirth"))));
    let places = element.within("placeOfBirthList", "placeOfBirthItem");
    listed.remarks.extend(places.map(|one| format!("POB {}", one.text_of("placeOfBirth"))));
    for id in element.within("idList", "id") {
        let (called, number) = (id.text_of("idType"), id.text_of("idNumber"));
        match identifier(called, number, id.text_of("idCountry")) {
            Some(one) => listed.identifiers.push(one),
            None if called.contains("Date (CMIC)") => {
                remarks(&format!("{called}: {number}"), &mut listed);
            }
            None => listed.remarks.push(format!("{called} {number}")),
        }
    }
    if let Some(vessel) = element.child("vesselInfo") {
        let told = vessel.children.iter().map(|one| format!("{} {}", one.name, one.text.trim()));
        listed.remarks.extend(told);
    }
    remarks(element.text_of("remarks"), &mut listed);
    listed.remarks.extend(element.rest(USED));
    listed
}
/// Elements of which something is made; streets, postal codes and days of documents are kept as remarks.
const USED: &[&str] = &[
    "uid",
    "firstName",
    "lastName",
    "title",
    "sdnType",
    "remarks",
    "programList",
    "akaList",
    "city",
    "country",
    "idType",
    "idNumber",
    "idCountry",
    "nationalityList",
    "citizenshipList",
    "dateOfBirthList",
    "placeOfBirthList",
    "vesselInfo",
];
