//! Records of Senzing's entity specification, one a line or in a list: every record is an entry of the list that its
//! `DATA_SOURCE` names.

use std::collections::BTreeMap;
use std::io::BufRead;

use serde_json::{Map, Value};

use super::guarded::objects;
use super::listed::{Listed, Sink};
use super::values::{births, identifier};
use crate::model::EntityKind;

/// Reads the file.
pub(super) fn read(reader: &mut dyn BufRead, sink: &mut Sink) -> Result<(), String> {
    objects(reader, &mut |number, object| {
        let listed = object.and_then(|object| match &object {
            Value::Object(fields) => listed(fields).map(|listed| (listed, object.to_string())),
            _ => Err("is no record: it is no object".to_owned()),
        });
        let shown = listed.as_ref().map(|(_, shown)| shown.clone()).unwrap_or_default();
        sink.take(number, listed.map(|(listed, _)| listed), &|| shown.clone());
    })
}

/// What names, numbers and places begin with, behind the label of a feature (`PRIMARY_NAME_ORG`).
const BEGIN: [&str; 11] = [
    "SSN_",
    "DRIVERS_LICENSE_",
    "NAME_",
    "ADDR_",
    "TAX_ID_",
    "NATIONAL_ID_",
    "PASSPORT_",
    "LEI_",
    "OTHER_ID_",
    "DUNS_",
    "DATE_OF_BIRTH",
];

/// The features of one label each that stand beside one another in an object, those without a label first.
fn features(object: &Map<String, Value>) -> Vec<Map<String, Value>> {
    let mut by_label: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    for (key, value) in object {
        let at = BEGIN.iter().filter_map(|begin| {
            let at = key.find(begin)?;
            (at == 0 || key[..at].ends_with('_')).then_some(at)
        });
        let at = at.min().unwrap_or(0);
        let (label, field) = key.split_at(at);
        let own = by_label.entry(label.to_owned()).or_default();
        own.insert(field.to_owned(), value.clone());
        // `PRIMARY_NAME_ORG`: the label says which name it is.
        if label == "PRIMARY_" {
            own.insert("NAME_TYPE".to_owned(), Value::from("PRIMARY"));
        }
    }
    by_label.into_values().collect()
}

/// A field in text.
fn field(fields: &Map<String, Value>, name: &str) -> String {
    let shown = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    };
    fields.get(name).map(shown).unwrap_or_default()
}

fn name_of(fields: &Map<String, Value>) -> String {
    let whole = [field(fields, "NAME_ORG"), field(fields, "NAME_FULL")];
    if let Some(whole) = whole.into_iter().find(|name| !name.is_empty()) {
        return whole;
    }
    ["NAME_FIRST", "NAME_MIDDLE", "NAME_LAST"].map(|part| field(fields, part)).join(" ")
}

fn listed(fields: &Map<String, Value>) -> Result<Listed, String> {
    let source = field(fields, "DATA_SOURCE");
    if source.is_empty() {
        return Err("has no `DATA_SOURCE`, which names its list".to_owned());
    }
    // Features stand in lists within the record, or beside one another in it.
    let mut parts: Vec<Map<String, Value>> = features(fields);
    for value in fields.values() {
        let within = value.as_array().into_iter().flatten().filter_map(Value::as_object);
        parts.extend(within.flat_map(features));
    }
    let mut listed =
        Listed { list: source.into(), entry: field(fields, "RECORD_ID"), ..Listed::default() };
    let mut named = false;
    for part in &parts {
        let name = name_of(part);
        if name.chars().any(char::is_alphanumeric) {
            let primary = field(part, "NAME_TYPE") == "PRIMARY";
            if listed.name.is_empty() {
                listed.name = name;
            } else if primary && !named {
                listed.aliases.push(std::mem::replace(&mut listed.name, name));
            } else {
                listed.aliases.push(name);
            }
            named |= primary;
        }
        for (number, country, called) in [
            ("LEI_NUMBER", "LEI_COUNTRY", "lei"),
            ("TAX_ID_NUMBER", "TAX_ID_COUNTRY", "tax id"),
            ("NATIONAL_ID_NUMBER", "NATIONAL_ID_COUNTRY", "national id"),
            ("PASSPORT_NUMBER", "PASSPORT_COUNTRY", "passport"),
            (
                "OTHER_ID_NUMBER",
                "OTHER_ID_COUNTRY",
                &*field(part, "OTHER_ID_TYPE").replace('_', " "),
            ),
            ("DUNS_NUMBER", "", "d-u-n-s"),
            ("SSN_NUMBER", "", "ssn"),
            ("DRIVERS_LICENSE_NUMBER", "DRIVERS_LICENSE_STATE", "driving licence"),
        ] {
            let value = field(part, number);
            match identifier(called, &value, &field(part, country)) {
                Some(one) => listed.identifiers.push(one),
                None if value.is_empty() => {}
                None => listed.remarks.push(format!("{number} {value}")),
            }
        }
        for country in [
            "ADDR_COUNTRY",
            "NATIONALITY",
            "CITIZENSHIP",
            "COUNTRY_OF_ASSOCIATION",
            "REGISTRATION_COUNTRY",
        ] {
            listed.countries.push(field(part, country));
        }
        listed.cities.push(field(part, "ADDR_CITY"));
        listed.born.extend(births(&month_last(&field(part, "DATE_OF_BIRTH"))));
        let kind = field(part, "RECORD_TYPE");
        match kind.as_str() {
            "PERSON" => listed.kind = EntityKind::Person,
            "ORGANIZATION" => listed.kind = EntityKind::Company,
            "VESSEL" | "AIRCRAFT" => listed.kind = EntityKind::Other,
            _ => {}
        }
    }
    // Whatever has no place of its own is kept in its words.
    let mut told: Vec<String> = Vec::new();
    for part in &parts {
        for (name, value) in part {
            let known = USED.contains(&name.as_str())
                || BEGIN.iter().any(|begin| name.starts_with(begin) && !name.starts_with("ADDR_"));
            let said = field(part, name);
            if !known && !value.is_object() && !said.is_empty() {
                told.push(format!("{name}: {said}"));
            }
        }
    }
    listed.remarks.extend(told);
    Ok(listed)
}

/// Fields of which something is made, besides those that begin as names and numbers do.
const USED: [&str; 10] = [
    "DATA_SOURCE",
    "RECORD_ID",
    "RECORD_TYPE",
    "ADDR_COUNTRY",
    "ADDR_CITY",
    "NATIONALITY",
    "CITIZENSHIP",
    "COUNTRY_OF_ASSOCIATION",
    "REGISTRATION_COUNTRY",
    "DATE_OF_BIRTH",
];

/// A day that Senzing's files write as `12/31/1978`, as others do.
fn month_last(text: &str) -> String {
    match text.split('/').collect::<Vec<_>>().as_slice() {
        [month, day, year] if year.len() == 4 => match month.parse::<u8>() {
            // `31/12/1962` has no other reading.
            Ok(13..) => text.to_owned(),
            _ => format!("{day}/{month}/{year}"),
        },
        _ => text.to_owned(),
    }
}
