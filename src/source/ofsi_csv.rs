//! The consolidated list of asset freeze targets of the UK's Office of Financial Sanctions Implementation as CSV: a row
//! for each name of an entry. It was closed on 2026-01-28; the UK Sanctions List is what goes on.

use std::collections::BTreeMap;
use std::io::BufRead;

use super::guarded::{Row, Table};
use super::listed::{About, Listed, Sink};
use super::values::{births, day, identifier, numbers};
use crate::model::{EntityKind, Restriction};

pub(super) const UK: About = About {
    list: "UK-SANCTIONS",
    title: "UK sanctions targets",
    authority: "HM Government",
    // Every entry says for itself what it entails.
    restriction: None,
};

/// Reads the list. The rows of an entry stand together under `Group ID`, or anywhere: they are held until the end,
/// which is some ten megabytes.
pub(super) fn read(reader: &mut dyn BufRead, sink: &mut Sink) -> Result<(), String> {
    let mut table = Table::plain(reader, b',');
    // `Last Updated,27/04/2020`, and then the header.
    let updated = table.next()?.and_then(|row| day(row.fields.get(1)?, false));
    table.header()?;
    sink.describe(&UK, updated);
    let mut groups: BTreeMap<String, (u64, Listed, bool)> = BTreeMap::new();
    while let Some(row) = table.next()? {
        let group = row.get("group id").to_owned();
        let missing = group.is_empty().then(|| "has no `Group ID`".to_owned());
        if let Some(reason) = row.whole().err().or(missing) {
            sink.take(row.line, Err(reason), &|| row.shown());
            continue;
        }
        let (own, primary) = listed(&row);
        match groups.get_mut(&group) {
            Some((_, known, named)) => {
                merge(known, own, primary && !*named);
                *named |= primary;
                sink.pass();
            }
            None => drop(groups.insert(group, (row.line, own, primary))),
        }
    }
    for (line, listed, _) in groups.into_values() {
        let name = listed.name.clone();
        sink.take(line, Ok(listed), &|| name.clone());
    }
    Ok(())
}

/// Adds another row of an entry. The primary name stands for it, wherever its row is.
fn merge(known: &mut Listed, other: Listed, primary: bool) {
    let name = if primary { std::mem::replace(&mut known.name, other.name) } else { other.name };
    known.aliases.push(name);
    if known.native.is_empty() {
        known.native = other.native;
    } else {
        known.aliases.push(other.native);
    }
    known.weak.extend(other.weak);
    known.aliases.extend(other.aliases);
    known.countries.extend(other.countries);
    known.cities.extend(other.cities);
    known.born.extend(other.born);
    known.identifiers.extend(other.identifiers);
    known.remarks.extend(
        other.remarks.into_iter().filter(|one| !known.remarks.contains(one)).collect::<Vec<_>>(),
    );
}

/// Values with what stands in brackets and a colon before each.
fn labels(text: &str) -> Vec<(&str, &str)> {
    let piece = |piece: &'_ str| -> Option<(usize, usize)> {
        let at = piece.find("):")?;
        Some((at, at + 2))
    };
    let pieces = text.split('(').filter_map(|own| piece(own).map(|at| (own, at)));
    pieces.map(|(own, (end, from))| (own[..end].trim(), own[from..].trim())).collect()
}

/// An entry by one of its rows, and whether that is of its primary name.
fn listed(row: &Row) -> (Listed, bool) {
    let names = ["name 6", "name 1", "name 2", "name 3", "name 4", "name 5"];
    // The surname stands first in the file, in column 6.
    let given: Vec<&str> = names[1..].iter().map(|column| row.get(column)).collect();
    let name = [given.join(" "), row.get("name 6").to_owned()].join(" ");
    let alias = row.get("alias type").to_lowercase();
    let is_weak = row.get("alias quality").to_lowercase().starts_with("low");
    let mut listed = Listed {
        list: UK.list.into(),
        entry: row.get("group id").to_owned(),
        name: if is_weak { String::new() } else { name.clone() },
        native: row.get("name non-latin script").to_owned(),
        weak: if is_weak { vec![name] } else { Vec::new() },
        kind: match row.get("group type").to_lowercase().as_str() {
            "individual" => EntityKind::Person,
            "entity" => EntityKind::Company,
            "ship" => EntityKind::Other,
            _ => EntityKind::Unknown,
        },
        countries: [row.get("nationality"), row.get("country")].map(str::to_owned).to_vec(),
        born: births(row.get("dob")),
        programmes: vec![row.get("regime").to_owned()],
        restriction: Some(Restriction::AssetFreeze),
        measures: "asset freeze".to_owned(),
        remarks: vec![row.get("position").to_owned(), row.get("other information").to_owned()],
        ..Listed::default()
    };
    listed.published = listed.day("listed on", row.get("listed on"), false);
    for (called, column, details) in [
        ("passport", "passport number", "passport details"),
        ("national id", "national identification number", "national identification details"),
    ] {
        for number in numbers(row.get(column)) {
            match identifier(called, number, row.get("nationality")) {
                Some(one) => listed.identifiers.push(one),
                None => listed.remarks.push(number.to_owned()),
            }
        }
        listed.remarks.push(row.get(details).to_owned());
    }
    // What has no column of its own stands in brackets before its value: `(IMO number):9333589 (Parent company):Tern`.
    for (called, value) in labels(row.get("other information")) {
        match called.to_lowercase().as_str() {
            "parent company" => listed.linked.push(value.to_owned()),
            _ => listed.identifiers.extend(identifier(called, value, row.get("country"))),
        }
    }
    listed.cities.extend(
        (1..=6)
            .rev()
            .map(|line| row.get(&format!("address {line}")).to_owned())
            .find(|line| !line.is_empty()),
    );
    listed.remarks.extend(row.rest(&[
        "name 1",
        "name 2",
        "name 3",
        "name 4",
        "name 5",
        "name 6",
        "name non-latin script",
        "non-latin script type",
        "non-latin script language",
        "dob",
        "nationality",
        "country",
        "passport number",
        "passport details",
        "national identification number",
        "national identification details",
        "position",
        "other information",
        "group type",
        "alias type",
        "alias quality",
        "regime",
        "listed on",
        "last updated",
        "group id",
    ]));
    (listed, alias.starts_with("prim"))
}
