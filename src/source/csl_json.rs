//! The US Consolidated Screening List as JSON: `{"results": [...]}`.

use std::io::BufRead;

use serde_json::Value;

use super::csl_csv::{Fields, list_of, listed};
use super::guarded::{objects_and_total, text, texts};
use super::listed::Sink;
use super::values::identifier;

/// Reads the list.
pub(super) fn read(reader: &mut dyn BufRead, sink: &mut Sink) -> Result<(), String> {
    let mut read = 0;
    let total = objects_and_total(reader, &mut |number, object| {
        read += 1;
        let entry = object.and_then(|object| {
            let about = list_of(&text(&object, "source"))?;
            sink.describe(about, None);
            Ok((entry(&object, about), object.to_string()))
        });
        let shown = entry.as_ref().map(|(_, shown)| shown.clone()).unwrap_or_default();
        sink.take(number, entry.map(|(listed, _)| listed), &|| shown.clone());
    })?;
    // A page of the API says how many there are in all.
    sink.declared(total, read);
    Ok(())
}

fn entry(object: &Value, about: &super::listed::About) -> super::listed::Listed {
    // Lists are written as the CSV writes them; addresses and identifiers are objects here.
    let plain = |name: &str| match name {
        "_id" => text(object, "id"),
        "ids" | "addresses" => String::new(),
        name => texts(object, name).join("; "),
    };
    let mut listed = listed(&Fields(&plain), about);
    let items =
        |name: &str| object.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    for address in items("addresses") {
        listed.countries.push(text(&address, "country"));
        listed.cities.push(text(&address, "city"));
        let whole =
            ["address", "city", "state", "postal_code", "country"].map(|part| text(&address, part));
        let whole = whole.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>();
        listed.remarks.push(format!("address: {}", whole.join(", ")));
    }
    for id in items("ids") {
        let (called, number) = (text(&id, "type"), text(&id, "number"));
        match identifier(&called, &number, &text(&id, "country")) {
            Some(one) => listed.identifiers.push(one),
            None => listed.remarks.push(format!("{called} {number}")),
        }
    }
    listed
}
