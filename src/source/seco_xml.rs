//! The consolidated list of the Swiss State Secretariat for Economic Affairs as XML (`swiss-sanctions-list`). It keeps
//! whom it has taken off, and what was changed of each.

use std::collections::BTreeMap;
use std::io::BufRead;

use super::listed::{About, Listed, Sink};
use super::values::{bank_codes, births, day, identifier, is_false};
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
    let mut waiting: Vec<Waiting> = Vec::new();
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
                let [lives, born] =
                    ["address", "place-of-birth"].map(|name| places_of(&element, name));
                match listed(&element, &programmes) {
                    Ok(listed) if !lives.is_empty() || !born.is_empty() => {
                        let text = element.shown();
                        waiting.push(Waiting { number, listed, lives, born, text });
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
    for Waiting { number, mut listed, lives, born, text } in waiting {
        for place in lives.iter().filter_map(|id| places.get(id)) {
            listed.cities.push(place.city.clone());
            listed.countries.push(place.country.clone());
        }
        for place in born.iter().filter_map(|id| places.get(id)) {
            listed.remarks.push(format!("born in {} {}", place.city, place.country));
        }
        sink.take(number, Ok(listed), &|| text.clone());
    }
    Ok(())
}

/// An entry whose places stand behind it.
struct Waiting {
    number: u64,
    listed: Listed,
    /// Places of its addresses, and of births.
    lives: Vec<String>,
    born: Vec<String>,
    text: String,
}

/// The places of addresses or births of a target as it is now: what was changed of it has those that it had.
fn places_of(element: &Element, name: &str) -> Vec<String> {
    let now = element.children.iter().filter(|child| child.name != "modification");
    let within = now.flat_map(|child| {
        let own = Some(child).filter(|child| child.name == name);
        own.into_iter().chain(child.deep(name))
    });
    let all = within.map(|one| one.attribute("place-id").to_owned());
    all.filter(|id| !id.is_empty()).collect()
}

/// Where an address is.
struct Place {
    city: String,
    country: String,
}

/// The ways to write a name: its parts in order, each as it is or as one of its variants of the same script; and for each
/// other language and script those of its parts that are written in it.
fn spellings(name: &Element) -> Vec<String> {
    let mut parts: Vec<&Element> =
        name.all("name-part").filter(|part| part.attribute("name-part-type") != "title").collect();
    parts.sort_by_key(|part| part.attribute("order").parse::<u32>().unwrap_or(u32::MAX));
    let value = |part: &Element| match part.child("value") {
        Some(value) => value.text.trim().to_owned(),
        None => part.text.trim().to_owned(),
    };
    let variants = |part: &Element, of: &dyn Fn(&Element) -> bool| -> Vec<String> {
        let some = part.all("spelling-variant").filter(|one| of(one));
        some.map(|one| one.text.trim().to_owned()).collect()
    };
    let is_latin = |one: &Element| ["LATN", ""].contains(&one.attribute("script"));
    let latin = parts.iter().map(|part| {
        let mut own = vec![value(part)];
        own.extend(variants(part, &is_latin));
        own
    });
    let mut ways = combined(&latin.collect::<Vec<_>>());
    let said =
        |one: &Element| (one.attribute("lang").to_owned(), one.attribute("script").to_owned());
    let others = parts.iter().flat_map(|part| part.all("spelling-variant"));
    let mut written: Vec<(String, String)> =
        others.filter(|one| !is_latin(one)).map(said).collect();
    written.sort_unstable();
    written.dedup();
    for own in written {
        let of = |part: &&Element| {
            let some = variants(part, &|one| said(one) == own);
            if some.is_empty() { vec![value(part)] } else { some }
        };
        ways.extend(combined(&parts.iter().map(of).collect::<Vec<_>>()));
    }
    ways
}

/// Names of which each part is one of several: all of them, or where these are too many the first of all parts, the second
/// and so on, and each by itself beside the first of the others.
fn combined(parts: &[Vec<String>]) -> Vec<String> {
    let pick = |at: &dyn Fn(usize) -> usize| {
        let one = |(part, all): (usize, &Vec<String>)| all[at(part).min(all.len() - 1)].clone();
        parts.iter().enumerate().map(one).collect::<Vec<_>>().join(" ")
    };
    let count = parts.iter().try_fold(1_usize, |count, all| count.checked_mul(all.len()));
    let mut ways: Vec<String> = match count.filter(|count| *count <= MOST_WAYS) {
        Some(count) => (0..count)
            .map(|mut number| {
                let places: Vec<usize> = (parts.iter().rev())
                    .map(|all| {
                        let own = number % all.len();
                        number /= all.len();
                        own
                    })
                    .collect();
                pick(&|part| places[parts.len() - 1 - part])
            })
            .collect(),
        None => {
            let most = parts.iter().map(Vec::len).max().unwrap_or_default();
            let each = parts
                .iter()
                .enumerate()
                .flat_map(|(part, all)| (1..all.len()).map(move |at| (part, at)));
            let alone = each.map(|(own, at)| pick(&|part| if part == own { at } else { 0 }));
            (0..most).map(|at| pick(&|_| at)).chain(alone).collect()
        }
    };
    let mut known = std::collections::BTreeSet::new();
    ways.retain(|way| known.insert(way.clone()));
    ways
}

/// Ways to write one name: of three parts with three variants each there are 64.
const MOST_WAYS: usize = 64;

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
        let pieces: Vec<&str> = text.split(';').flat_map(|piece| piece.split(". ")).collect();
        let numbers: Vec<String> = pieces.iter().flat_map(|piece| numbers_of(piece)).collect();
        let alone =
            |piece: &&str| piece.len() < 60 && !piece.contains(',') && !piece.contains(" and ");
        if numbers.len() != pieces.len() || !pieces.iter().all(alone) {
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
        "place-of-birth",
        "lang",
    ];
    listed.remarks.extend(body.rest(&used));
    let beside = ["identity", "relation", "foreign-identifier", "generic-attribute"];
    for one in beside.into_iter().flat_map(|name| element.all(name)) {
        let text = one.text.trim();
        listed.remarks.extend((!text.is_empty()).then(|| format!("{}: {text}", one.name)));
        listed.remarks.extend(one.rest(&used));
    }
    let sets = element.all("sanctions-set-id").map(|set| set.text.trim());
    let sets = sets.chain([element.attribute("sanctions-set-id")]);
    listed.programmes = sets.filter_map(|set| programmes.get(set)).cloned().collect();
    listed.programmes.dedup();
    dates(element, &mut listed);
    Ok(listed)
}

/// The numbers of a piece of text: `Tax ID: 7701234567`, `SWIFT codes: SCERIRTH and SCTSAEA1`.
fn numbers_of(piece: &str) -> Vec<String> {
    let Some((called, number)) = piece.trim().split_once(':') else { return Vec::new() };
    let small = called.to_lowercase();
    if small.contains("swift") || small.contains("bic") {
        return bank_codes(number).into_iter().map(|code| format!("swift:{code}")).collect();
    }
    let number = number.trim().trim_end_matches('.');
    let short = Some(number).filter(|_| piece.len() < 60);
    short.and_then(|number| identifier(called, number, "")).into_iter().collect()
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
    let effective = listings().filter_map(|one| day(one.attribute("effective-date"), false)).min();
    // What was in force before it was published counts from there.
    listed.effective = effective.filter(|day| published.is_some_and(|published| *day > published));
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
