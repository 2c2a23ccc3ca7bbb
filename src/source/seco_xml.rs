//! The consolidated list of the Swiss State Secretariat for Economic Affairs as XML (`swiss-sanctions-list`). It keeps
//! whom it has taken off, and what was changed of each.

use std::collections::BTreeMap;
use std::io::BufRead;

use super::listed::{About, Listed, Sink};
use super::values::{births, day, identifier, is_false};
use super::xml::{Element, Elements, Item};
use crate::day::Day;
use crate::model::{EntityKind, Restriction};

const LIST: About = About {
    list: "CH-SECO",
    title: "Swiss sanctions list",
    authority: "State Secretariat for Economic Affairs (SECO)",
    restriction: Some(Restriction::AssetFreeze),
};

/// Reads the list.
pub(super) fn read(reader: &mut dyn BufRead, sink: &mut Sink) -> Result<(), String> {
    let mut elements = Elements::new(reader);
    let mut number = 0;
    // Programmes stand before the targets that name them.
    let mut programmes: BTreeMap<String, String> = BTreeMap::new();
    // Places stand behind the targets that are there: who has an address waits for them.
    let mut places: BTreeMap<String, Place> = BTreeMap::new();
    let mut waiting: Vec<(u64, Listed, Vec<String>, String)> = Vec::new();
    let wanted = |name: &str| matches!(name, "sanctions-program" | "target" | "place");
    while let Some(item) = elements.next(wanted)? {
        match item {
            Item::Begun(root) if root.name == "swiss-sanctions-list" => {
                sink.describe(&LIST, day(root.attribute("date"), false));
            }
            Item::Whole(element) if element.name == "sanctions-program" => {
                let english = |name: &'static str| {
                    element
                        .all(name)
                        .find(|one| one.attribute("lang") == "eng")
                        .or_else(|| element.child(name))
                };
                let name = english("program-key").or_else(|| english("program-name"));
                let name = name.map(|one| one.text.trim().to_owned()).unwrap_or_default();
                let sets = element.all("sanctions-set").map(|set| set.attribute("ssid").to_owned());
                programmes.extend(sets.map(|set| (set, name.clone())));
            }
            Item::Whole(element) if element.name == "target" => {
                number += 1;
                let at: Vec<String> = (element.deep("address"))
                    .map(|address| address.attribute("place-id").to_owned())
                    .collect();
                match listed(&element, &programmes) {
                    Ok(listed) if !at.is_empty() => {
                        waiting.push((number, listed, at, element.shown()));
                    }
                    listed => sink.take(number, listed, &|| element.shown()),
                }
            }
            Item::Whole(element) => {
                let country = element.child("country");
                let place = Place {
                    city: element.text_of("location").to_owned(),
                    country: country.map_or("", |one| one.attribute("iso-code")).to_owned(),
                };
                places.insert(element.attribute("ssid").to_owned(), place);
            }
            Item::Begun(_) => {}
        }
    }
    for (number, mut listed, at, text) in waiting {
        for place in at.iter().filter_map(|id| places.get(id)) {
            listed.cities.push(place.city.clone());
            listed.countries.push(place.country.clone());
        }
        sink.take(number, Ok(listed), &|| text.clone());
    }
    Ok(())
}

/// Where an address is.
struct Place {
    city: String,
    country: String,
}

/// The ways to write a name: its parts in order, and those of each language and script in which some are written
/// otherwise.
fn spellings(name: &Element) -> Vec<String> {
    let mut parts: Vec<&Element> =
        name.all("name-part").filter(|part| part.attribute("name-part-type") != "title").collect();
    parts.sort_by_key(|part| part.attribute("order").parse::<u32>().unwrap_or(u32::MAX));
    let value = |part: &Element| match part.child("value") {
        Some(value) => value.text.trim().to_owned(),
        None => part.text.trim().to_owned(),
    };
    let mut ways = vec![parts.iter().map(|part| value(part)).collect::<Vec<_>>().join(" ")];
    let variants = || parts.iter().flat_map(|part| part.all("spelling-variant"));
    let said =
        |one: &Element| (one.attribute("lang").to_owned(), one.attribute("script").to_owned());
    let mut written: Vec<(String, String)> = variants().map(said).collect();
    written.sort_unstable();
    written.dedup();
    for own in written {
        let of = |part: &Element| -> Vec<String> {
            let some = part.all("spelling-variant").filter(|one| said(one) == own);
            some.map(|one| one.text.trim().to_owned()).collect()
        };
        // Of several in one language and script the first go together, then the second.
        let most = parts.iter().map(|part| of(part).len()).max().unwrap_or_default();
        for at in 0..most {
            let part = |part: &&Element| {
                let all = of(part);
                all.get(at).or(all.last()).cloned().unwrap_or_else(|| value(part))
            };
            ways.push(parts.iter().map(part).collect::<Vec<_>>().join(" "));
        }
    }
    ways
}

fn listed(element: &Element, programmes: &BTreeMap<String, String>) -> Result<Listed, String> {
    let (kind, body) = [
        ("individual", EntityKind::Person),
        ("entity", EntityKind::Company),
        ("object", EntityKind::Other),
    ]
    .into_iter()
    .find_map(|(name, kind)| Some((kind, element.child(name)?)))
    .ok_or("is neither individual nor entity nor object")?;
    let mut listed = Listed {
        list: LIST.list.into(),
        entry: element.attribute("ssid").to_owned(),
        kind,
        ..Listed::default()
    };
    // Identities stand within what they are of, or beside it.
    let identities = || body.all("identity").chain(element.all("identity"));
    let main = || identities().filter(|one| !is_false(one.attribute("main")));
    for name in main()
        .chain(identities().filter(|one| is_false(one.attribute("main"))))
        .flat_map(|one| one.all("name"))
    {
        let mut ways = spellings(name);
        let primary = matches!(name.attribute("name-type"), "primary-name" | "");
        if primary && listed.name.is_empty() {
            listed.name = ways.remove(0);
        }
        let to =
            if name.attribute("quality") == "low" { &mut listed.weak } else { &mut listed.aliases };
        to.append(&mut ways);
    }
    if listed.name.is_empty() && !listed.aliases.is_empty() {
        listed.name = listed.aliases.remove(0);
    }
    for identity in identities() {
        for born in identity.all("day-month-year") {
            let part = |name: &str| format!("{:0>2}", born.attribute(name));
            listed.born.extend(births(&format!(
                "{}/{}/{}",
                part("day"),
                part("month"),
                born.attribute("year")
            )));
        }
        for born in identity.all("place-of-birth") {
            let said = born.rest(&["place-id"]).join(", ");
            listed.remarks.extend((!said.is_empty()).then(|| format!("born in {said}")));
        }
        let countries = identity
            .within("nationality", "country")
            .map(|one| one.attribute("iso-code").to_owned());
        listed.countries.extend(countries);
        for document in identity.all("identification-document") {
            let called = document.attribute("document-type");
            let number = document.text_of("number");
            let issuer = document.child("issuer").map_or("", |issuer| issuer.attribute("code"));
            match identifier(called, number, issuer) {
                Some(one) => listed.identifiers.push(one),
                None => listed.remarks.push(format!("{called} {number}")),
            }
        }
    }
    let texts = ["other-information", "justification"].into_iter().flat_map(|name| body.all(name));
    for text in texts.map(|one| one.text.trim()) {
        // Several stand in one text: `Tax ID: 7701234567; Registration no: 1027700132195`.
        let pieces = text.split(';').map(str::trim).filter(|piece| piece.len() < 60);
        let numbers = pieces.filter_map(|piece| piece.split_once(':'));
        let numbers: Vec<String> =
            numbers.filter_map(|(called, number)| identifier(called, number.trim(), "")).collect();
        if numbers.len() != text.split(';').count() {
            listed.remarks.push(text.to_owned());
        }
        listed.identifiers.extend(numbers);
    }
    let used = [
        "name",
        "day-month-year",
        "nationality",
        "identification-document",
        "other-information",
        "justification",
        "ssid",
        "main",
        "place-id",
        "lang",
    ];
    listed.remarks.extend(body.rest(&used));
    listed.remarks.extend(
        element.all("identity").chain(element.all("relation")).flat_map(|one| one.rest(&used)),
    );
    let sets = element.all("sanctions-set-id").map(|set| set.text.trim());
    let sets = sets.chain([element.attribute("sanctions-set-id")]);
    listed.programmes = sets.filter_map(|set| programmes.get(set)).cloned().collect();
    listed.programmes.dedup();
    dates(element, &mut listed);
    Ok(listed)
}

/// When it was listed, and when it was taken off if that is what was done last.
fn dates(element: &Element, listed: &mut Listed) {
    let on = |change: &Element| -> Option<Day> {
        let named = ["effective-date", "publication-date", "enactment-date"];
        named.iter().find_map(|name| day(change.attribute(name), false))
    };
    let listings = || {
        element.all("modification").filter(|one| one.attribute("modification-type") != "de-listed")
    };
    let gone =
        element.all("modification").filter(|one| one.attribute("modification-type") == "de-listed");
    let published = listings()
        .filter_map(|one| day(one.attribute("publication-date"), false).or_else(|| on(one)))
        .min();
    listed.published = published;
    // What was amended on the day it was taken off is off; what was listed again on that day is not.
    let last = |kind: &'static str| {
        let all = element.all("modification");
        all.filter(move |one| one.attribute("modification-type") == kind).filter_map(on).max()
    };
    let (listed_again, changed) = (last("listed"), listings().filter_map(on).max());
    listed.until = gone.filter_map(on).max().filter(|gone| {
        listed_again.is_none_or(|last| *gone > last) && changed.is_none_or(|last| *gone >= last)
    });
}
