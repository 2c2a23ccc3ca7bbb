//! GLEIF's files as JSON, and pages of its API: lists of records, or an object that holds one (`records`, `relations`,
//! `exceptions`, `data`).

use std::io::BufRead;

use serde_json::Value;

use super::gleif;
use super::guarded::objects_of;
use super::held::Register;
use super::xml::Element;

/// Where lists of records stand.
pub(super) const LISTS: &[&str] = &["records", "relations", "exceptions", "data"];

/// Reads the file.
pub(super) fn read(reader: &mut dyn BufRead, register: &mut Register) -> Result<(), String> {
    objects_of(reader, LISTS, &mut |number, object| {
        let text = || object.as_ref().map(Value::to_string).unwrap_or_default();
        register.take(
            number,
            |register| {
                let object = object.as_ref().map_err(Clone::clone)?;
                // A page of the API says what a record is beside its attributes; the golden copy of relationships names it.
                let wrapped = ["attributes", "RelationshipRecord", "LEIRecord", "Exception"];
                let record =
                    wrapped.iter().find_map(|key| object.get(*key).filter(|own| own.is_object()));
                let record = record.unwrap_or(object);
                gleif::record(register, &element("record", record))
            },
            &text,
        );
    })
}

/// A value as an element: of a list each, `$` the text of its object.
fn element(name: &str, value: &Value) -> Element {
    let mut element = Element { name: name.to_owned(), ..Element::default() };
    match value {
        Value::String(text) => element.text.clone_from(text),
        Value::Number(number) => element.text = number.to_string(),
        Value::Array(all) => {
            element.children = all.iter().map(|one| self::element(name, one)).collect();
        }
        Value::Object(fields) => {
            for (key, value) in fields {
                match (key.as_str(), value) {
                    ("$" | "#text", Value::String(text)) => element.text.clone_from(text),
                    (key, _) if key.starts_with('@') => {}
                    (key, Value::Array(all)) => {
                        element.children.extend(all.iter().map(|one| self::element(key, one)));
                    }
                    (key, value) => element.children.push(self::element(key, value)),
                }
            }
        }
        Value::Null | Value::Bool(_) => {}
    }
    element
}
