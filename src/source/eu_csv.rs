//! The consolidated list of EU financial sanctions as CSV (export of the FSF, version 1.1): a row for each name, address,
//! birth, citizenship and document of an entity. The rows of one stand together.

use std::io::BufRead;

use rustc_hash::FxHashSet;

use super::eu_xml::EU;
use super::guarded::{Row, Table};
use super::listed::{Listed, Sink, is_latin, tidy};
use super::values::{births, day, identifier, is_false, is_true};
use crate::day::Day;
use crate::model::EntityKind;

/// Reads the list.
pub(super) fn read(reader: &mut dyn BufRead, sink: &mut Sink) -> Result<(), String> {
    let mut table = Table::with_header(reader, b';')?;
    let mut open: Option<(String, u64, Listed)> = None;
    let mut closed: FxHashSet<String> = FxHashSet::default();
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
            _ if closed.contains(&id) => {
                let reason = format!(
                    "its rows do not stand together: `{id}` was left before; sort the file by `Entity_LogicalId`"
                );
                sink.take(row.line, Err(reason), &|| row.shown());
            }
            _ => {
                closed.extend(open.iter().map(|(id, _, _)| id.clone()));
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
    if let Some((id, line, mut listed)) = open {
        // The first strong name in Latin letters stands for the entry, as in the XML, and one in others beside it.
        if !listed.name.is_empty() && !is_latin(&listed.name) {
            let first = listed.aliases.iter().position(|name| is_latin(name));
            let native = match first {
                Some(at) => std::mem::replace(&mut listed.name, listed.aliases.remove(at)),
                None => listed.name.clone(),
            };
            listed.native = native;
        }
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
        published: day(row.get("entity_designationdate"), false),
        remarks: vec![
            row.get("entity_remark").to_owned(),
            row.get("entity_designationdetails").to_owned(),
        ],
        ..Listed::default()
    }
}

/// The earliest day on which what a row says was published. A regulation that amends is none that lists.
fn first_published(row: &Row) -> Option<Day> {
    let amends = ["amendment", "repealing"].contains(&row.get("entity_regulation_type"));
    let parts = ["namealias", "address", "birthdate", "citizenship", "identification"];
    let own = Some("entity").filter(|_| !amends);
    let all = own.into_iter().chain(parts);
    all.filter_map(|part| day(row.get(&format!("{part}_regulation_publicationdate")), false)).min()
}

fn add(listed: &mut Listed, row: &Row) {
    let whole = row.get("namealias_wholename");
    let parts =
        ["firstname", "middlename", "lastname"].map(|part| row.get(&format!("namealias_{part}")));
    let name = if whole.is_empty() { tidy(&parts.join(" ")) } else { whole.to_owned() };
    let weak = is_false(row.get("namealias_strong"));
    match () {
        () if name.is_empty() => {}
        () if weak => listed.weak.push(name),
        () if listed.name.is_empty() => listed.name = name,
        () => listed.aliases.push(name),
    }
    if row.get("entity_designationdate").is_empty() {
        listed.published = listed.published.into_iter().chain(first_published(row)).min();
    }
    listed.remarks.extend(row.rest(USED));
    for which in ["address", "citizenship"] {
        let code = row.get(&format!("{which}_countryiso2code"));
        let known = !code.is_empty() && code != "00";
        let described = row.get(&format!("{which}_countrydescription"));
        listed.countries.push(if known { code } else { described }.to_owned());
    }
    listed.cities.push(row.get("address_city").to_owned());
    let about = if is_true(row.get("birthdate_circa")) { "circa " } else { "" };
    let born = [row.get("birthdate_birthdate"), row.get("birthdate_year")]
        .into_iter()
        .find(|born| !born.is_empty());
    listed.born.extend(born.into_iter().flat_map(|born| births(&format!("{about}{born}"))));
    let (from, to) = (row.get("birthdate_yearrangefrom"), row.get("birthdate_yearrangeto"));
    if !from.is_empty() || !to.is_empty() {
        listed.born.extend(births(&format!("{from} to {to}")));
    }
    let called =
        [row.get("identification_typecode"), row.get("identification_typedescription")].join(" ");
    let number = [row.get("identification_number"), row.get("identification_latinnumber")];
    if let Some(number) = number.into_iter().find(|number| !number.is_empty()) {
        // A document that is known to be false is no evidence of who somebody is; the remarks say that it is.
        let is_false_one = is_true(row.get("identification_knownfalse"));
        let country = row.get("identification_countryiso2code");
        match identifier(&called, number, country).filter(|_| !is_false_one) {
            Some(one) => listed.identifiers.push(one),
            None => listed.remarks.push(format!("{called} {number}")),
        }
    }
}

/// Columns of which something is made, and those that say how the row was published.
const USED: &[&str] = &[
    "filegenerationdate",
    "entity_logicalid",
    "entity_eu_referencenumber",
    "entity_designationdate",
    "entity_subjecttype",
    "entity_subjecttype_classificationcode",
    "entity_regulation_programme",
    "entity_regulation_numbertitle",
    "entity_regulation_publicationdate",
    "entity_regulation_entryintoforcedate",
    "entity_regulation_type",
    "entity_regulation_organisationtype",
    "entity_regulation_publicationurl",
    "entity_remark",
    "entity_designationdetails",
    "namealias_wholename",
    "namealias_firstname",
    "namealias_middlename",
    "namealias_lastname",
    "namealias_strong",
    "namealias_namelanguage",
    "namealias_logicalid",
    "namealias_regulationlanguage",
    "namealias_gender",
    "namealias_regulation_type",
    "namealias_regulation_organisationtype",
    "namealias_regulation_publicationdate",
    "namealias_regulation_entryintoforcedate",
    "namealias_regulation_numbertitle",
    "namealias_regulation_programme",
    "namealias_regulation_publicationurl",
    "address_countryiso2code",
    "address_countrydescription",
    "citizenship_countryiso2code",
    "citizenship_countrydescription",
    "address_city",
    "birthdate_circa",
    "birthdate_birthdate",
    "birthdate_year",
    "birthdate_month",
    "birthdate_day",
    "birthdate_yearrangefrom",
    "birthdate_yearrangeto",
    "birthdate_calendartype",
    "identification_typecode",
    "identification_typedescription",
    "identification_number",
    "identification_latinnumber",
    "identification_countryiso2code",
    "identification_countrydescription",
];
