//! The consolidated list of EU financial sanctions as CSV (export of the FSF, version 1.1): a row for each name, address,
//! birth, citizenship and document of an entity. The rows of one stand together.

use std::io::BufRead;

use super::eu_xml::EU;
use super::guarded::{Row, Table};
use super::listed::{Listed, Sink, tidy};
use super::values::{births, day, identifier};
use crate::model::EntityKind;

/// Reads the list.
pub(super) fn read(reader: &mut dyn BufRead, sink: &mut Sink) -> Result<(), String> {
    let mut table = Table::with_header(reader, b';')?;
    let mut open: Option<(String, u64, Listed)> = None;
    let mut described = false;
    while let Some(row) = table.next()? {
        if !described {
            described = true;
            sink.describe(&EU, day(row.get("filegenerationdate"), false));
        }
        let id = row.get("entity_logicalid").to_owned();
        let missing = id.is_empty().then(|| "has no `Entity_LogicalId`".to_owned());
        if let Some(reason) = row.whole().err().or(missing) {
            sink.take(row.line, Err(reason), &|| row.shown());
            continue;
        }
        match &mut open {
            Some((known, _, listed)) if *known == id => {
                add(listed, &row);
                sink.pass();
            }
            _ => {
                let mut listed = first(&row);
                add(&mut listed, &row);
                close(open.replace((id, row.line, listed)), sink);
            }
        }
    }
    close(open, sink);
    if !described {
        sink.describe(&EU, None);
    }
    Ok(())
}

fn close(open: Option<(String, u64, Listed)>, sink: &mut Sink) {
    if let Some((id, line, listed)) = open {
        sink.take(line, Ok(listed), &|| id.clone());
    }
}

fn first(row: &Row) -> Listed {
    let kind = [row.get("entity_subjecttype_classificationcode"), row.get("entity_subjecttype")];
    Listed {
        list: EU.list.into(),
        entry: row.get("entity_eu_referencenumber").to_owned(),
        kind: match kind.into_iter().find(|kind| !kind.is_empty()).unwrap_or_default() {
            "P" | "person" => EntityKind::Person,
            "E" | "enterprise" => EntityKind::Company,
            _ => EntityKind::Unknown,
        },
        programmes: vec![row.get("entity_regulation_programme").to_owned()],
        announcement: row.get("entity_regulation_numbertitle").to_owned(),
        published: day(row.get("entity_designationdate"), false)
            .or_else(|| day(row.get("entity_regulation_publicationdate"), false)),
        remarks: vec![
            row.get("entity_remark").to_owned(),
            row.get("entity_designationdetails").to_owned(),
        ],
        ..Listed::default()
    }
}

fn add(listed: &mut Listed, row: &Row) {
    let whole = row.get("namealias_wholename");
    let parts =
        ["firstname", "middlename", "lastname"].map(|part| row.get(&format!("namealias_{part}")));
    let name = if whole.is_empty() { tidy(&parts.join(" ")) } else { whole.to_owned() };
    let weak = row.get("namealias_strong").eq_ignore_ascii_case("false");
    match () {
        () if name.is_empty() => {}
        () if weak => listed.weak.push(name),
        () if listed.name.is_empty() => listed.name = name,
        () => listed.aliases.push(name),
    }
    for which in ["address", "citizenship"] {
        let code = row.get(&format!("{which}_countryiso2code"));
        let known = !code.is_empty() && code != "00";
        let described = row.get(&format!("{which}_countrydescription"));
        listed.countries.push(if known { code } else { described }.to_owned());
    }
    listed.cities.push(row.get("address_city").to_owned());
    let about = if row.get("birthdate_circa").eq_ignore_ascii_case("true") { "circa " } else { "" };
    let born = [row.get("birthdate_birthdate"), row.get("birthdate_year")]
        .into_iter()
        .find(|born| !born.is_empty());
    listed.born.extend(born.into_iter().flat_map(|born| births(&format!("{about}{born}"))));
    let (from, to) = (row.get("birthdate_yearrangefrom"), row.get("birthdate_yearrangeto"));
    if !from.is_empty() && !to.is_empty() {
        listed.born.extend(births(&format!("{from} to {to}")));
    }
    let called =
        [row.get("identification_typecode"), row.get("identification_typedescription")].join(" ");
    let number = [row.get("identification_number"), row.get("identification_latinnumber")];
    if let Some(number) = number.into_iter().find(|number| !number.is_empty()) {
        match identifier(&called, number, row.get("identification_countryiso2code")) {
            Some(one) => listed.identifiers.push(one),
            None => listed.remarks.push(format!("{called} {number}")),
        }
    }
    // An entity of weak names alone is still one.
    if listed.name.is_empty() && !listed.weak.is_empty() {
        listed.name.clone_from(&listed.weak[0]);
    }
}
