//! FollowTheMoney entities: parties, what they own, and their listings as `Sanction`.
//!
//! A share is text there, interests but equity are the `ownershipType` of an `Ownership`; that a day is the first on which
//! something no longer holds becomes the last on which it does.

use serde_json::{Map, Value, json};

use super::{Exported, digest};
use crate::day::Day;
use crate::expand::{Certainty, Exposure, ExposureKind};
use crate::graph::Holding;
use crate::model::{EntityKind, Interest, Restriction};
use crate::share::ShareRange;
use crate::snapshot::Snapshot;

/// A value where it says something.
fn put(properties: &mut Map<String, Value>, name: &str, values: impl IntoIterator<Item = String>) {
    let values: Vec<Value> =
        values.into_iter().filter(|value| !value.is_empty()).map(Value::from).collect();
    if !values.is_empty() {
        properties.insert(name.to_owned(), values.into());
    }
}

fn entity(id: &str, schema: &str, properties: &Map<String, Value>) -> Value {
    json!({ "id": id, "schema": schema, "properties": properties })
}

/// How every id begins.
const OURS: &str = "parentage-";

/// The id of an entity by its key: letters and digits alone, as the format has them, from which the key can be read
/// back.
pub fn id(key: &str) -> String {
    let digits = key.bytes().map(|byte| format!("{byte:02x}"));
    digits.fold(OURS.to_owned(), |id, byte| id + &byte)
}

/// The key of the entity that has an id; `None` for what is no such id.
pub fn key(id: &str) -> Option<String> {
    let digits = id.strip_prefix(OURS)?;
    let byte = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
    let bytes: Option<Vec<u8>> = (0..digits.len()).step_by(2).map(byte).collect();
    String::from_utf8(bytes?).ok()
}

/// The id of what is no entity, but said of one.
fn id_of(parts: &[&str]) -> String {
    format!("{OURS}{}", digest(parts))
}

/// The properties of identifiers, by how their schemes begin.
const IDENTIFIERS: [(&str, &str); 8] = [
    ("lei:", "leiCode"),
    ("imo:", "imoNumber"),
    ("swift:", "swiftBic"),
    ("tax-", "taxNumber"),
    ("passport", "passportNumber"),
    ("national-id", "idNumber"),
    ("gb-coh:", "registrationNumber"),
    ("reg-", "registrationNumber"),
];

/// A party, and a `Sanction` for each of its listings.
pub fn party(one: &Exported, day: Day) -> Vec<Value> {
    let schema = match one.kind {
        EntityKind::Person => "Person",
        EntityKind::Company | EntityKind::Branch => "Company",
        EntityKind::PublicBody => "PublicBody",
        EntityKind::Unknown | EntityKind::Other => "LegalEntity",
    };
    let own = id(&one.view.id);
    let mut properties = Map::new();
    put(&mut properties, "name", [one.view.name.clone()]);
    put(&mut properties, "alias", one.names.iter().cloned());
    put(&mut properties, "weakAlias", one.weak.iter().cloned());
    let countries = || one.view.country.split(';').map(str::to_lowercase);
    let of_country = if schema == "Person" { "nationality" } else { "jurisdiction" };
    put(&mut properties, of_country, countries());
    if schema == "Person" {
        put(&mut properties, "birthDate", one.births().into_iter().map(str::to_owned));
    }
    let mut others = Vec::new();
    for identifier in one.identifiers.all() {
        let known = IDENTIFIERS.iter().find(|(begin, _)| identifier.starts_with(begin));
        let value = identifier.split_once(':').map_or("", |(_, value)| value).to_owned();
        match known {
            // A ship's number is none of a person's or company's properties.
            Some((_, property)) if *property != "imoNumber" => {
                let mut all: Vec<String> = properties
                    .get(*property)
                    .and_then(Value::as_array)
                    .map(|all| all.iter().filter_map(Value::as_str).map(str::to_owned).collect())
                    .unwrap_or_default();
                if !all.contains(&value) {
                    all.push(value);
                }
                put(&mut properties, property, all);
            }
            _ => others.push(identifier.clone()),
        }
    }
    put(&mut properties, "topics", topics(one));
    put(&mut properties, "notes", notes(one).into_iter().chain(others));
    let mut all = vec![entity(&own, schema, &properties)];
    all.extend(one.entries.iter().map(|entry| {
        let mut sanction = Map::new();
        put(&mut sanction, "entity", [own.clone()]);
        put(&mut sanction, "authority", [entry.list.clone()]);
        put(&mut sanction, "authorityId", [entry.entry.clone()]);
        put(&mut sanction, "program", entry.programmes.iter().cloned());
        put(&mut sanction, "listingDate", entry.published.map(|day| day.to_string()));
        put(&mut sanction, "startDate", entry.effective.map(|day| day.to_string()));
        put(&mut sanction, "provisions", [entry.measures.clone()]);
        put(&mut sanction, "reason", [entry.announcement.clone()]);
        put(&mut sanction, "recordId", [format!("as of {day}")]);
        entity(&id_of(&[&one.view.id, &entry.list, &entry.entry]), "Sanction", &sanction)
    }));
    all
}

/// Topics of what makes a hit: a listing in force, or a law that reaches it. House policy, and what is suspended or only
/// possible, is told in the notes.
fn topics(one: &Exported) -> Vec<String> {
    let mut topics: Vec<String> = Vec::new();
    for exposure in &one.exposures {
        if !exposure.makes_hit() || exposure.kind == ExposureKind::Policy {
            continue;
        }
        let export = matches!(
            exposure.restriction,
            Some(Restriction::ExportBan | Restriction::Licence | Restriction::TradeBan)
        );
        let base = if export { "export.control" } else { "sanction" };
        let linked = if exposure.certainty == Certainty::Listed { "" } else { ".linked" };
        topics.push(format!("{base}{linked}"));
    }
    topics.sort();
    topics.dedup();
    topics
}

fn notes(one: &Exported) -> Vec<String> {
    let told = |exposure: &Exposure| {
        let share =
            exposure.share.map(|(low, high)| format!(", {low} to {high} %")).unwrap_or_default();
        format!(
            "{}: {} ({}{share})",
            exposure.rule,
            exposure.certainty.as_str(),
            exposure.weaker_status().as_str()
        )
    };
    one.exposures.iter().map(told).collect()
}

/// A holding as an `Ownership`.
pub fn holding(snapshot: &Snapshot, row: &Holding) -> Value {
    let (holder, issuer) = (snapshot.entity(row.holder).id, snapshot.entity(row.issuer).id);
    let terms = row.terms();
    let mut properties = Map::new();
    put(&mut properties, "owner", [id(&holder)]);
    put(&mut properties, "asset", [id(&issuer)]);
    let shares = !matches!(terms.interest, Interest::Control | Interest::Branch);
    put(&mut properties, "percentage", percentage(terms.range).filter(|_| shares));
    put(&mut properties, "startDate", row.since.stated().map(|day| day.to_string()));
    put(&mut properties, "endDate", row.until.stated().map(|day| day.plus(-1).to_string()));
    let interest = match terms.interest {
        Interest::Equity => "",
        other => other.as_str(),
    };
    let indirect = if row.is_maybe_indirect() { "direct or indirect" } else { "" };
    put(&mut properties, "ownershipType", [interest, indirect].map(str::to_owned));
    let place = snapshot.sources().show(row.place);
    put(&mut properties, "recordId", [place.clone()]);
    put(&mut properties, "summary", [snapshot.written(row).2.into_owned()]);
    // One record may say several things of the same two.
    let [range, days] = [terms.range.to_string(), format!("{:?} {:?}", row.since, row.until)];
    let own = id_of(&[&holder, &issuer, &place, terms.interest.as_str(), &range, &days]);
    entity(&own, "Ownership", &properties)
}

fn percentage(range: ShareRange) -> Option<String> {
    let (low, high) = (range.stated_low(), range.stated_high());
    match () {
        () if range == ShareRange::UNKNOWN => None,
        () if low == high => Some(format!("{low} %")),
        () if high == crate::share::Share::WHOLE && range.low_open() && !range.high_open() => {
            Some(format!("> {low} %"))
        }
        () => Some(match (range.low_open(), range.high_open()) {
            (true, true) => format!("more than {low} % but less than {high} %"),
            (true, false) => format!("more than {low} % but not more than {high} %"),
            (false, true) => format!("{low} % to less than {high} %"),
            (false, false) => format!("{low}-{high} %"),
        }),
    }
}
