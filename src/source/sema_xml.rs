//! Canada's consolidated list of autonomous sanctions as XML (`sema-lmes.xml`): a record an entry. Names of elements
//! are English, or English and French (`LastName-NomDeFamille`).

use std::io::BufRead;

use super::listed::{About, Listed, Sink};
use super::values::{births, identifier};
use super::xml::{Element, Elements, Item};
use crate::model::{EntityKind, Restriction};

const LIST: About = About {
    list: "CA-SEMA",
    title: "Consolidated Canadian Autonomous Sanctions List",
    authority: "Global Affairs Canada",
    restriction: Some(Restriction::AssetFreeze),
};

/// Reads the list.
pub(super) fn read(reader: &mut dyn BufRead, sink: &mut Sink) -> Result<(), String> {
    let mut elements = Elements::new(reader);
    let mut number = 0;
    sink.describe(&LIST, None);
    while let Some(item) = elements.next(|name| name == "record")? {
        if let Item::Whole(element) = item {
            number += 1;
            sink.take(number, Ok(listed(&element)), &|| element.shown());
        }
    }
    Ok(())
}

fn listed(element: &Element) -> Listed {
    let text = |name: &str| -> &str {
        let own = element.children.iter().find(|child| child.name.split('-').next() == Some(name));
        own.map_or("", |child| child.text.trim())
    };
    let (last, given, entity) = (text("LastName"), text("GivenName"), entity_of(&text));
    let ship = text("ShipIMONumber");
    let programme = text("Country").split('/').next().unwrap_or_default();
    let imo = identifier("imo", ship, "");
    let mut remarks = vec![text("TitleOrShip").to_owned(), text("TitleOrShipType").to_owned()];
    remarks.extend(element.rest(&[]).into_iter().filter(|said| {
        let name = said.split([':', '-', ' ']).next().unwrap_or_default();
        !USED.contains(&name)
    }));
    let mut aliases = aliases(text("Aliases"), entity.is_empty());
    if imo.is_none() {
        remarks.push(ship.to_owned());
        // A few records have a name there.
        aliases.extend((!ship.contains(|c: char| c.is_ascii_digit())).then(|| ship.to_owned()));
    }
    let born = [text("DateOfBirthOrShipBuildDate"), text("DateOfBirth")].concat();
    if !entity.is_empty() {
        remarks.push(born.clone());
    }
    let mut listed = Listed {
        list: LIST.list.into(),
        entry: [programme.trim(), text("Schedule"), text("Item")].join(" "),
        name: if entity.is_empty() { format!("{given} {last}") } else { entity.to_owned() },
        aliases,
        kind: match () {
            () if !ship.is_empty() => EntityKind::Other,
            () if entity.is_empty() => EntityKind::Person,
            () => EntityKind::Company,
        },
        born: if entity.is_empty() { births(&born) } else { Vec::new() },
        identifiers: imo.into_iter().collect(),
        // The country is that of the regulations, and not of whom they list.
        programmes: vec![programme.to_owned()],
        announcement: text("Schedule").to_owned(),
        remarks,
        ..Listed::default()
    };
    listed.published = listed.day("date of listing", text("DateOfListing"), false);
    listed
}

/// The name of who is no person; before 2024 its element was another.
fn entity_of<'e>(text: &dyn Fn(&str) -> &'e str) -> &'e str {
    [text("EntityOrShip"), text("Entity")].into_iter().find(|name| !name.is_empty()).unwrap_or("")
}

/// Elements of which something is made, by the English part of their names.
const USED: &[&str] = &[
    "Country",
    "LastName",
    "GivenName",
    "EntityOrShip",
    "Entity",
    "DateOfBirth",
    "Schedule",
    "Item",
    "DateOfListing",
    "Aliases",
    "ShipIMONumber",
    "DateOfBirthOrShipBuildDate",
    "TitleOrShip",
    "TitleOrShipType",
];

/// Aliases, which the list parts by `;` or by commas. A comma also stands within names of companies (`Tern, Ltd`), so
/// that of those the whole is kept besides the parts that are no legal form.
fn aliases(text: &str, of_person: bool) -> Vec<String> {
    let mut all = Vec::new();
    // Where `;` parts them, a comma within one stands between a surname and the names before it.
    if of_person && text.contains(';') {
        let pieces = || text.split(';').map(str::trim);
        // Where each part of a piece is a whole name by itself, the commas part names.
        let apart = pieces().filter_map(|piece| {
            let parts: Vec<&str> = piece.split(", ").collect();
            let whole = |part: &&str| part.split_whitespace().nth(1).is_some();
            (parts.len() > 1 && parts.iter().all(whole)).then_some(parts)
        });
        return pieces().chain(apart.flatten()).map(str::to_owned).collect();
    }
    for piece in text.split(';') {
        let parts: Vec<&str> = piece.split(", ").map(str::trim).collect();
        if parts.len() == 1 || !of_person {
            all.push(piece.to_owned());
        }
        // `Tern, Ltd` is one name, of which neither part is another.
        let is_form =
            |at: usize| parts.get(at).is_some_and(|part| crate::name::is_legal_form(part));
        let whole = |at: &usize| {
            let several = parts[*at].split_whitespace().nth(1).is_some();
            of_person || several || !is_form(*at) && !is_form(*at + 1)
        };
        if parts.len() > 1 {
            all.extend((0..parts.len()).filter(whole).map(|at| parts[at].to_owned()));
        }
    }
    all
}
