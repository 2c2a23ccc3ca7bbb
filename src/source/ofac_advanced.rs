//! OFAC's lists as XML of the United Nations' sanctions schema (`sdn_advanced.xml`, `cons_advanced.xml`): parties,
//! their places and documents, and the entries of lists, each in a part of its own that names others by number.
//!
//! What puts a party on a list stands behind all parties: they are held until then, some hundred megabytes for all of
//! OFAC's.

use std::collections::{BTreeMap, BTreeSet};
use std::io::BufRead;

use super::listed::{Listed, Sink, is_latin};
use super::ofac_csv::{LISTS, lists_of, remarks};
use super::values::{births, identifier, is_true};
use super::xml::{Element, Elements, Item};
use crate::day::Day;
use crate::model::EntityKind;

/// What other parts name by number.
#[derive(Default)]
struct Known {
    /// Words of the reference value sets, by their element's name and number.
    words: BTreeMap<(String, String), String>,
    /// The kinds of parties by the number of their kind.
    kinds: BTreeMap<String, String>,
    /// City and country of a place.
    places: BTreeMap<String, [String; 2]>,
    /// Documents by identity: what it is, its number, the country.
    documents: BTreeMap<String, Vec<[String; 3]>>,
}

/// Elements of reference value sets that are named elsewhere.
const WORDS: [&str; 10] = [
    "AliasType",
    "FeatureType",
    "IDRegDocType",
    "Country",
    "AreaCode",
    "PartyType",
    "NamePartType",
    "DetailReference",
    "RelationType",
    "List",
];

/// Reads the list.
pub(super) fn read(reader: &mut dyn BufRead, sink: &mut Sink) -> Result<(), String> {
    let mut elements = Elements::new(reader);
    let mut known = Known::default();
    let mut parties: BTreeMap<String, Listed> = BTreeMap::new();
    let (mut number, mut issued) = (0, None);
    let mut used: BTreeSet<String> = BTreeSet::new();
    let wanted = |name: &str| {
        WORDS.contains(&name)
            || matches!(
                name,
                "PartySubType"
                    | "Script"
                    | "LocPartType"
                    | "DateOfIssue"
                    | "Location"
                    | "IDRegDocument"
                    | "DistinctParty"
                    | "ProfileRelationship"
                    | "SanctionsEntry"
            )
    };
    while let Some(item) = elements.next(wanted)? {
        let Item::Whole(element) = item else { continue };
        match element.name.as_str() {
            "DateOfIssue" => issued = date(&element).and_then(|text| Day::parse(&text).ok()),
            "PartySubType" => {
                let kind = element.attribute("PartyTypeID").to_owned();
                known.kinds.insert(element.attribute("ID").to_owned(), kind);
            }
            "Location" => known.place(&element),
            "IDRegDocument" => known.document(&element),
            "DistinctParty" => {
                if let Some((profile, listed)) = known.party(&element) {
                    parties.insert(profile, listed);
                }
            }
            "ProfileRelationship" => {
                if let Err(reason) = known.relationship(&element, &mut parties) {
                    sink.take(number, Err(reason), &|| element.shown());
                }
            }
            "SanctionsEntry" => {
                number += 1;
                let listed = known.entry(&element, &parties, &mut used);
                if let Ok(listed) = &listed
                    && let Some(about) = LISTS.iter().find(|about| about.list == listed.list)
                {
                    sink.describe(about, issued);
                }
                sink.take(number, listed, &|| element.shown());
            }
            name => {
                let key = (name.to_owned(), element.attribute("ID").to_owned());
                known.words.insert(key, element.text.trim().to_owned());
            }
        }
    }
    parties.retain(|profile, _| !used.contains(profile));
    if parties.is_empty() {
        return Ok(());
    }
    let first = parties.values().next().map(|listed| listed.name.clone()).unwrap_or_default();
    Err(format!("has {} parties that no entry puts on a list, such as {first}", parties.len()))
}

/// A date of year, month and day, as far as it is given.
fn date(element: &Element) -> Option<String> {
    let part = |name: &str| element.text_of(name).parse::<u32>().ok();
    let year = part("Year")?;
    Some(match (part("Month"), part("Day")) {
        (Some(month), Some(day)) => format!("{year:04}-{month:02}-{day:02}"),
        (Some(month), None) => format!("{year:04}-{month:02}"),
        _ => format!("{year:04}"),
    })
}

impl Known {
    fn word(&self, name: &str, id: &str) -> &str {
        self.words.get(&(name.to_owned(), id.to_owned())).map_or("", String::as_str)
    }

    fn place(&mut self, element: &Element) {
        let country = element.child("LocationCountry").map_or("", |one| one.attribute("CountryID"));
        let area = element.child("LocationAreaCode").map_or("", |one| one.attribute("AreaCodeID"));
        let country = match self.word("Country", country) {
            "" => self.word("AreaCode", area),
            country => country,
        };
        let city = element.all("LocationPart").find(|part| {
            self.word("LocPartType", part.attribute("LocPartTypeID")).eq_ignore_ascii_case("city")
        });
        let city =
            city.and_then(|part| part.deep("Value").next()).map_or("", |value| value.text.trim());
        let place = [city.to_owned(), country.to_owned()];
        self.places.insert(element.attribute("ID").to_owned(), place);
    }

    fn document(&mut self, element: &Element) {
        let called = self.word("IDRegDocType", element.attribute("IDRegDocTypeID")).to_owned();
        let country = self.word("Country", element.attribute("IssuedBy-CountryID")).to_owned();
        let number = element.text_of("IDRegistrationNo").to_owned();
        let of = self.documents.entry(element.attribute("IdentityID").to_owned()).or_default();
        of.push([called, number, country]);
    }

    /// A party by the number of its profile.
    fn party(&self, element: &Element) -> Option<(String, Listed)> {
        let profile = element.child("Profile")?;
        let kind = self.kinds.get(profile.attribute("PartySubTypeID"));
        let kind = kind.map_or("", |kind| self.word("PartyType", kind));
        let mut listed = Listed {
            entry: element.attribute("FixedRef").to_owned(),
            kind: match kind {
                "Individual" => EntityKind::Person,
                "Entity" => EntityKind::Company,
                "Transport" => EntityKind::Other,
                _ => EntityKind::Unknown,
            },
            ..Listed::default()
        };
        for identity in profile.all("Identity") {
            self.names(identity, &mut listed);
            for [called, number, country] in
                self.documents.get(identity.attribute("ID")).into_iter().flatten()
            {
                match identifier(called, number, country) {
                    Some(one) => listed.identifiers.push(one),
                    None => listed.remarks.push(format!("{called} {number} {country}")),
                }
            }
        }
        for feature in profile.all("Feature") {
            self.feature(feature, &mut listed);
        }
        Some((profile.attribute("ID").to_owned(), listed))
    }

    /// Whom a party is linked to: `Owned or Controlled By`, `Providing support to`. Nothing of it says how much is held.
    fn relationship(
        &self,
        element: &Element,
        parties: &mut BTreeMap<String, Listed>,
    ) -> Result<(), String> {
        let ends = ["From-ProfileID", "To-ProfileID"].map(|end| element.attribute(end));
        let to = parties.get(ends[1]).map(|party| party.any_name().to_owned());
        let (Some(from), Some(to)) = (parties.get_mut(ends[0]), to) else {
            let [from, to] = ends;
            return Err(format!("links profile `{from}` to `{to}`, of which one is no party"));
        };
        let related = self.word("RelationType", element.attribute("RelationTypeID"));
        let former = if is_true(element.attribute("Former")) { " (former)" } else { "" };
        from.remarks.push(format!("{related}{former}: {to}"));
        from.linked.push(to);
        Ok(())
    }

    /// The names of an identity; the first primary one in Latin letters stands for the party.
    fn names(&self, identity: &Element, listed: &mut Listed) {
        let groups: BTreeMap<&str, &str> = identity
            .deep("NamePartGroup")
            .map(|group| {
                (
                    group.attribute("ID"),
                    self.word("NamePartType", group.attribute("NamePartTypeID")),
                )
            })
            .collect();
        for alias in identity.all("Alias") {
            for name in alias.all("DocumentedName") {
                let values: Vec<&Element> = name.deep("NamePartValue").collect();
                let is_last = |value: &&&Element| {
                    groups
                        .get(value.attribute("NamePartGroupID"))
                        .is_some_and(|part| *part == "Last Name")
                };
                let join = |last: bool| {
                    let some = values.iter().filter(|value| is_last(value) == last);
                    some.map(|value| value.text.trim()).collect::<Vec<_>>().join(" ")
                };
                let whole = match (join(true), join(false)) {
                    (last, rest) if last.is_empty() => rest,
                    (last, rest) if rest.is_empty() => last,
                    (last, rest) => format!("{last}, {rest}"),
                };
                let latin = is_latin(&whole);
                let primary = is_true(alias.attribute("Primary"));
                match () {
                    () if is_true(alias.attribute("LowQuality")) => listed.weak.push(whole),
                    () if primary && latin && listed.name.is_empty() => listed.name = whole,
                    () if primary && !latin && listed.native.is_empty() => listed.native = whole,
                    () => listed.aliases.push(whole),
                }
            }
        }
    }

    /// A birth, a place, a nationality, or what else is said of a party.
    fn feature(&self, feature: &Element, listed: &mut Listed) {
        let called = self.word("FeatureType", feature.attribute("FeatureTypeID"));
        for version in feature.all("FeatureVersion") {
            let place = version
                .all("VersionLocation")
                .find_map(|one| self.places.get(one.attribute("LocationID")));
            let details = version.all("VersionDetail").map(|one| match one.text.trim() {
                "" => self.word("DetailReference", one.attribute("DetailReferenceID")),
                text => text,
            });
            let mut detail = details.collect::<Vec<_>>().join(" ");
            if detail.trim().is_empty() && called != "Birthdate" {
                // `Listing Date (CMIC)`: a day.
                let days: Vec<String> = version.deep("From").filter_map(date).collect();
                detail = days.iter().min().cloned().unwrap_or_default();
            }
            match (called, place) {
                ("Birthdate", _) => listed.born.extend(born(version)),
                ("Location", Some([city, country])) => {
                    listed.cities.push(city.clone());
                    listed.countries.push(country.clone());
                }
                (called, Some([_, country]))
                    if called.starts_with("Nationality") || called.starts_with("Citizenship") =>
                {
                    listed.countries.push(country.clone());
                }
                ("Listing Date (CMIC)" | "Effective Date (CMIC)", _) => {
                    remarks(&format!("{called}: {detail}"), listed);
                }
                (called, _) => match identifier(called, &detail, "") {
                    Some(one) => listed.identifiers.push(one),
                    None => {
                        // A flag is a country alone.
                        let country = place.map_or("", |[_, country]| country.as_str());
                        listed.remarks.push(format!("{called} {detail} {country}"));
                    }
                },
            }
        }
    }

    /// A list entry: its party, with the list and the programmes.
    fn entry(
        &self,
        element: &Element,
        parties: &BTreeMap<String, Listed>,
        used: &mut BTreeSet<String>,
    ) -> Result<Listed, String> {
        let profile = element.attribute("ProfileID");
        let mut listed = parties.get(profile).cloned().ok_or_else(|| {
            format!("speaks of profile `{profile}`, which no party before it has")
        })?;
        used.insert(profile.to_owned());
        let date = element.within("EntryEvent", "Date").filter_map(date).min();
        listed.published = date.and_then(|text| Day::parse(&text).ok());
        let measures =
            element.all("SanctionsMeasure").map(|measure| measure.text_of("Comment").to_owned());
        listed.programmes = measures.filter(|text| !text.is_empty()).collect();
        let named = self.word("List", element.attribute("ListID"));
        listed.list = match named {
            "SDN List" => LISTS[0].list,
            named if named.contains("Sectoral") => LISTS[1].list,
            named if named.contains("Military-Industrial") => LISTS[2].list,
            named if named.contains("Menu-Based") => LISTS[3].list,
            named if named.contains("CAPTA") || named.contains("Correspondent") => LISTS[4].list,
            named => lists_of(!named.is_empty(), &listed.programmes, &listed.remarks)[0],
        }
        .into();
        for remark in
            element.within("EntryEvent", "Comment").map(|one| one.text.clone()).collect::<Vec<_>>()
        {
            remarks(&remark, &mut listed);
        }
        Ok(listed)
    }
}

/// A birth: a day, or all years between two.
fn born(version: &Element) -> Vec<String> {
    let ends: Vec<String> =
        version.deep("From").chain(version.deep("To")).filter_map(date).collect();
    let ends_of = version.deep("Start").chain(version.deep("End"));
    let approximate = ends_of.into_iter().any(|end| is_true(end.attribute("Approximate")));
    let year = |day: &String| day.get(..4).and_then(|year| year.parse::<u16>().ok());
    match (ends.iter().min(), ends.iter().max()) {
        (Some(first), Some(last)) if approximate => match (year(first), year(last)) {
            (Some(first), Some(last)) => births(&format!("{} to {}", first - 1, last + 1)),
            _ => Vec::new(),
        },
        (Some(first), Some(last)) if first[..4] != last[..4] => {
            births(&format!("{first} to {last}"))
        }
        (Some(first), Some(last)) if first == last => births(first),
        // Within a month or a year.
        (Some(first), Some(last)) if first.get(..7) == last.get(..7) => {
            births(first.get(..7).unwrap_or(first))
        }
        (Some(first), _) => births(&first[..4]),
        _ => Vec::new(),
    }
}
