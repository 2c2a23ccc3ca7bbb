//! The UK Sanctions List, as XML (`Designations`) and as CSV: every designation, with what it entails.

use std::collections::BTreeMap;
use std::io::BufRead;

use super::guarded::{Row, Table};
use super::listed::{Listed, Sink};
use super::ofsi_csv::UK;
use super::values::{births, day, labelled, numbers};
use super::xml::{Element, Elements, Item};
use crate::model::{EntityKind, Restriction};

/// Reads the XML.
pub(super) fn read_xml(reader: &mut dyn BufRead, sink: &mut Sink) -> Result<(), String> {
    let mut elements = Elements::new(reader);
    let (mut number, mut generated) = (0, None);
    while let Some(item) = elements.next(|name| matches!(name, "Designation" | "DateGenerated"))? {
        match item {
            Item::Whole(date) if date.name == "DateGenerated" => {
                generated = day(&date.text, false);
            }
            Item::Whole(element) => {
                number += 1;
                if number == 1 {
                    sink.describe(&UK, generated);
                }
                sink.take(number, Ok(of_xml(&element)), &|| element.shown());
            }
            Item::Begun(_) => {}
        }
    }
    Ok(())
}

/// Where names are given: parts in the order in which they are spoken, the surname last.
const PARTS: [&str; 6] = ["Name1", "Name2", "Name3", "Name4", "Name5", "Name6"];

fn of_xml(element: &Element) -> Listed {
    let mut listed = Listed {
        list: UK.list.into(),
        entry: element.text_of("UniqueID").to_owned(),
        kind: kind_of(element.text_of("IndividualEntityShip")),
        programmes: vec![element.text_of("RegimeName").to_owned()],
        restriction: restriction_of(element.text_of("SanctionsImposed")),
        measures: element.text_of("SanctionsImposed").replace('|', ", "),
        remarks: vec![element.text_of("OtherInformation").to_owned()],
        ..Listed::default()
    };
    listed.published = listed.day("date designated", element.text_of("DateDesignated"), false);
    let mut designation = Designation { listed, ..Designation::default() };
    for name in element.within("Names", "Name") {
        let spoken = PARTS.map(|part| name.text_of(part)).join(" ");
        designation.place(spoken, name.text_of("NameType"), name.text_of("AliasStrength"));
    }
    let mut listed = designation.listed;
    let natives = element.within("NonLatinNames", "NonLatinName");
    for native in natives.map(|one| one.text_of("NameNonLatinScript").to_owned()) {
        if listed.native.is_empty() { listed.native = native } else { listed.aliases.push(native) }
    }
    let texts = |name: &str| -> Vec<String> {
        element
            .deep(name)
            .map(|one| one.text.trim().to_owned())
            .filter(|text| !text.is_empty())
            .collect()
    };
    listed.countries = [texts("Nationality"), texts("AddressCountry")].concat();
    listed.born = texts("DOB").iter().flat_map(|text| births(&born(text))).collect();
    listed.linked =
        texts("ParentCompany").iter().flat_map(|text| numbers(text)).map(str::to_owned).collect();
    let country = only(&listed.countries);
    for (name, called) in [
        ("PassportNumber", "passport"),
        ("NationalIdentifierNumber", "national id"),
        ("BusinessRegistrationNumber", "registration number"),
        ("IMONumber", "imo"),
    ] {
        for number in
            texts(name).iter().flat_map(|text| numbers(text)).flat_map(|text| text.split(','))
        {
            match labelled(called, number, &country) {
                Some(one) => listed.identifiers.push(one),
                None => listed.remarks.push(format!("{called} {number}")),
            }
        }
    }
    listed.remarks.extend(element.rest(&[
        "UniqueID",
        "IndividualEntityShip",
        "RegimeName",
        "DateDesignated",
        "SanctionsImposed",
        "Names",
        "NonLatinNames",
        "OtherInformation",
        "Nationality",
        "AddressCountry",
        "DOB",
        "ParentCompany",
        "PassportNumber",
        "NationalIdentifierNumber",
        "BusinessRegistrationNumber",
        "IMONumber",
        "SanctionsImposedIndicators",
        "LastUpdated",
        "GroupStatus",
    ]));
    // The city of an address is the last line of it that is filled.
    listed.cities = element.deep("Address").filter_map(city_of).collect();
    listed
}

/// The city of an address, whose lines the list does not tell apart: the last one before the country.
fn city_of(address: &Element) -> Option<String> {
    let lines = (1..=6).rev().map(|line| address.text_of(&format!("AddressLine{line}")).to_owned());
    lines.into_iter().find(|line| !line.is_empty())
}

/// The country of a designation, where it has one alone: the list says of no number which country issued it.
fn only(countries: &[String]) -> String {
    let mut known = countries.iter().filter(|country| !country.trim().is_empty());
    match known.next() {
        Some(first) if known.all(|other| other == first) => first.clone(),
        _ => String::new(),
    }
}

/// `dd/mm/1962` is a year.
fn born(text: &str) -> String {
    text.to_lowercase().replace("dd", "00").replace("mm", "00")
}

fn kind_of(text: &str) -> EntityKind {
    match text.to_lowercase().as_str() {
        "individual" => EntityKind::Person,
        "entity" => EntityKind::Company,
        "ship" => EntityKind::Other,
        _ => EntityKind::Unknown,
    }
}

/// What a designation entails, as one of this project's words: a freeze of assets before all else.
pub(super) fn restriction_of(imposed: &str) -> Option<Restriction> {
    match imposed.to_lowercase() {
        text if text.trim().is_empty() => None,
        text if text.contains("asset freeze") => Some(Restriction::AssetFreeze),
        _ => Some(Restriction::Other),
    }
}

/// A designation while its names are read.
#[derive(Default)]
struct Designation {
    listed: Listed,
    /// Whether it has its primary name.
    named: bool,
    /// Its first line.
    line: u64,
}

impl Designation {
    /// Puts a name where it belongs: the first primary one stands for the entry.
    fn place(&mut self, name: String, of_type: &str, strength: &str) {
        let listed = &mut self.listed;
        let of_type = of_type.to_lowercase();
        let primary = of_type == "primary name" || of_type.is_empty();
        if strength.to_lowercase().contains("low") {
            listed.weak.push(name);
        } else if primary && !self.named {
            let before = std::mem::replace(&mut listed.name, name);
            listed.aliases.push(before);
            self.named = true;
        } else if listed.name.is_empty() {
            listed.name = name;
        } else {
            listed.aliases.push(name);
        }
    }
}

/// Reads the CSV: a row for each name and address of a designation.
pub(super) fn read_csv(reader: &mut dyn BufRead, sink: &mut Sink) -> Result<(), String> {
    let mut table = Table::plain(reader, b',');
    let reported = table.next()?.and_then(|row| {
        let text = row.fields.join(" ");
        day(text.split_once(':').map_or(text.as_str(), |(_, date)| date), false)
    });
    table.header()?;
    sink.describe(&UK, reported);
    let mut all: BTreeMap<String, Designation> = BTreeMap::new();
    while let Some(row) = table.next()? {
        let id = row.get("unique id").to_owned();
        let missing = id.is_empty().then(|| "has no `Unique ID`".to_owned());
        if let Some(reason) = row.whole().err().or(missing) {
            sink.take(row.line, Err(reason), &|| row.shown());
            continue;
        }
        if all.contains_key(&id) {
            sink.pass();
        }
        add(all.entry(id).or_default(), &row);
    }
    for Designation { line, listed, .. } in all.into_values() {
        let name = listed.name.clone();
        sink.take(line, Ok(listed), &|| name.clone());
    }
    Ok(())
}

/// Adds a row to its designation.
fn add(designation: &mut Designation, row: &Row) {
    if designation.line == 0 {
        designation.line = row.line;
        let kind =
            ["designation type", "individual, entity, ship"].map(|column| row.get(column)).concat();
        designation.listed = Listed {
            list: UK.list.into(),
            entry: row.get("unique id").to_owned(),
            kind: kind_of(&kind),
            ..Listed::default()
        };
    }
    more(&mut designation.listed, row);
    let parts = ["name 1", "name 2", "name 3", "name 4", "name 5", "name 6"];
    let spoken = super::listed::tidy(&parts.map(|part| row.get(part)).join(" "));
    let known = designation.named && designation.listed.name == spoken;
    if !spoken.is_empty() && !known {
        designation.place(spoken, row.get("name type"), row.get("alias strength"));
    }
    let listed = &mut designation.listed;
    let native = row.get("name non-latin script").to_owned();
    if listed.native.is_empty() {
        listed.native = native;
    } else {
        listed.aliases.push(native);
    }
    listed.countries.extend(
        ["nationality(/ies)", "nationality", "address country"]
            .map(|column| row.get(column).to_owned()),
    );
    listed.born.extend(births(&born(row.get("d.o.b"))));
    listed.linked.extend(numbers(row.get("parent company")).into_iter().map(str::to_owned));
    let country = only(&listed.countries);
    for (column, called) in [
        ("passport number", "passport"),
        ("national identifier number", "national id"),
        ("business registration number (s)", "registration number"),
        ("imo number", "imo"),
    ] {
        for number in numbers(row.get(column)).into_iter().flat_map(|text| text.split(',')) {
            match labelled(called, number, &country) {
                Some(one) => listed.identifiers.push(one),
                None => listed.remarks.push(format!("{called} {number}")),
            }
        }
    }
    let lines = (1..=6).rev().map(|line| row.get(&format!("address line {line}")).to_owned());
    listed.cities.extend(lines.into_iter().find(|line| !line.is_empty()));
    listed.remarks.extend(row.rest(USED));
}

/// What every row of a designation says of it, and a later one may say otherwise: the gravest restriction counts, and all
/// regimes, measures and remarks.
fn more(listed: &mut Listed, row: &Row) {
    let imposed = row.get("sanctions imposed");
    let known = listed.restriction == Some(Restriction::AssetFreeze);
    listed.restriction =
        if known { listed.restriction } else { restriction_of(imposed).or(listed.restriction) };
    let measures = imposed.replace('|', ", ");
    if !measures.is_empty() && !listed.measures.split("; ").any(|known| known == measures) {
        let parted = if listed.measures.is_empty() { "" } else { "; " };
        listed.measures = format!("{}{parted}{measures}", listed.measures);
    }
    let regime = row.get("regime name").to_owned();
    if !regime.is_empty() && !listed.programmes.contains(&regime) {
        listed.programmes.push(regime);
    }
    let remark = row.get("other information").to_owned();
    if !listed.remarks.contains(&remark) {
        listed.remarks.push(remark);
    }
    let designated = listed.day("date designated", row.get("date designated"), false);
    listed.published = listed.published.into_iter().chain(designated).min();
}

/// Columns of which something is made.
const USED: &[&str] = &[
    "last updated",
    "unique id",
    "name 1",
    "name 2",
    "name 3",
    "name 4",
    "name 5",
    "name 6",
    "name type",
    "alias strength",
    "name non-latin script",
    "non-latin script type",
    "non-latin script language",
    "regime name",
    "designation type",
    "individual, entity, ship",
    "sanctions imposed",
    "date designated",
    "other information",
    "d.o.b",
    "nationality(/ies)",
    "nationality",
    "address country",
    "parent company",
    "passport number",
    "national identifier number",
    "business registration number (s)",
    "imo number",
];
