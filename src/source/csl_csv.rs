//! The US Consolidated Screening List as CSV: one row an entry, each source to its own list.

use std::io::BufRead;

use super::guarded::{Row, Table};
use super::listed::{About, Listed, Sink};
use super::ofac_csv::{LISTS, kind_of, linked};
use super::values::{births, day, identifier};
use crate::model::Restriction;

const COMMERCE: &str = "US Department of Commerce, Bureau of Industry and Security";
const STATE: &str = "US Department of State";

const fn about(
    list: &'static str,
    title: &'static str,
    authority: &'static str,
    restriction: Restriction,
) -> About {
    About { list, title, authority, restriction: Some(restriction) }
}

/// Sources by how their names begin.
const SOURCES: &[(&str, About)] = &[
    ("Entity List", about("US-ENTITY", "Entity List", COMMERCE, Restriction::Licence)),
    (
        "Military End User",
        about("US-MEU", "Military End User List", COMMERCE, Restriction::Licence),
    ),
    ("Unverified List", about("US-UVL", "Unverified List", COMMERCE, Restriction::Licence)),
    ("Denied Persons", super::dpl_text::DPL),
    ("ITAR Debarred", about("US-ITAR", "AECA Debarred List", STATE, Restriction::ExportBan)),
    ("AECA Debarred", about("US-ITAR", "AECA Debarred List", STATE, Restriction::ExportBan)),
    (
        "Nonproliferation Sanctions",
        about("US-ISN", "Nonproliferation Sanctions", STATE, Restriction::Other),
    ),
    ("Specially Designated", LISTS[0]),
    ("Sectoral Sanctions", LISTS[1]),
    ("Non-SDN Chinese", LISTS[2]),
    ("Non-SDN Menu-Based", LISTS[3]),
    ("Capta List", LISTS[4]),
    ("CAPTA List", LISTS[4]),
    ("Palestinian Legislative", LISTS[5]),
    ("Foreign Sanctions Evaders", LISTS[5]),
    ("Non-SDN Iranian", LISTS[5]),
];

/// The list of a source.
pub(super) fn list_of(source: &str) -> Result<&'static About, String> {
    let found = SOURCES.iter().find(|(begin, _)| source.trim().starts_with(begin));
    found.map(|(_, about)| about).ok_or_else(|| {
        format!(
            "the source `{source}` is none of the Consolidated Screening List that is known here"
        )
    })
}

/// Reads the list.
pub(super) fn read(reader: &mut dyn BufRead, sink: &mut Sink) -> Result<(), String> {
    let mut table = Table::with_header(reader, b',')?;
    while let Some(row) = table.next()? {
        let about = list_of(row.get("source"));
        if let Ok(about) = about {
            sink.describe(about, None);
        }
        let listed = about.and_then(|about| {
            row.whole().map(|()| listed(&Fields(&|name| row.get(name).to_owned()), about))
        });
        sink.take(row.line, listed, &|| Row::shown(&row));
    }
    Ok(())
}

/// Fields without a place of their own.
const KEPT: [&str; 9] = [
    "call_sign",
    "vessel_type",
    "vessel_owner",
    "vessel_flag",
    "gross_tonnage",
    "gross_registered_tonnage",
    "places_of_birth",
    "standard_order",
    "addresses",
];

/// The fields of an entry by name, wherever they stand.
pub(super) struct Fields<'f>(pub &'f dyn Fn(&str) -> String);

/// An entry of fields whose values are parted by `;`.
pub(super) fn listed(fields: &Fields, about: &About) -> Listed {
    let get = |name: &str| (fields.0)(name);
    let all = |name: &str| -> Vec<String> {
        get(name)
            .split(';')
            .map(|one| one.trim().to_owned())
            .filter(|one| !one.is_empty())
            .collect()
    };
    let mut listed = Listed {
        list: about.list.into(),
        entry: get("entity_number"),
        name: get("name"),
        aliases: all("alt_names"),
        kind: kind_of_type(&get("type"), about),
        programmes: all("programs"),
        announcement: get("federal_register_notice"),
        measures: [get("license_requirement"), get("license_policy")].join(" "),
        ..Listed::default()
    };
    if listed.entry.is_empty() {
        listed.entry = get("_id");
    }
    listed.published = listed.day("start date", &get("start_date"), false);
    // The last day counts.
    listed.until = listed.day("end date", &get("end_date"), false).map(|day| day.plus(1));
    listed.countries.extend(["citizenships", "nationalities"].into_iter().flat_map(all));
    for address in all("addresses") {
        // The country is a code behind the last comma.
        if let Some((_, country)) = address.rsplit_once(',') {
            let country = country.trim();
            if country.len() == 2 {
                listed.countries.push(country.to_owned());
            }
        }
    }
    listed.born.extend(all("dates_of_birth").iter().flat_map(|text| births(text)));
    for one in all("ids") {
        match numbered(&one) {
            Some(one) => listed.identifiers.push(one),
            None => listed.remarks.push(one),
        }
    }
    listed.linked = linked(&get("remarks"));
    listed.remarks.extend(["title", "remarks"].map(get));
    for kept in KEPT {
        let value = get(kept);
        if !value.is_empty() {
            listed.remarks.push(format!("{}: {value}", kept.replace('_', " ")));
        }
    }
    listed
}

/// An identifier of parts in any order: `US, 80-0890696, Tax ID No.`, `IMO 8898831, Vessel Registration Identification`,
/// `Passport, 752222333, RU, 2010-01-01, 2020-01-01`.
fn numbered(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split(", ").map(str::trim).collect();
    let is_country =
        |part: &&str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_uppercase());
    let country = parts.iter().copied().find(is_country).unwrap_or_default();
    let rest =
        || parts.iter().copied().filter(|part| !is_country(part) && day(part, false).is_none());
    rest().find_map(|called| {
        rest()
            .filter(|number| *number != called)
            .find_map(|number| identifier(called, number, country))
    })
}

fn kind_of_type(text: &str, about: &About) -> crate::model::EntityKind {
    // Commerce and State do not say what an entry is.
    let silent = text.trim().is_empty() && !LISTS.iter().any(|own| own.list == about.list);
    if silent { crate::model::EntityKind::Unknown } else { kind_of(text) }
}
