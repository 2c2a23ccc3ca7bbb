//! Ownership in FollowTheMoney entities, one a line: who is an owner of which asset, and how much of it.
//!
//! An `Ownership` names its ends by the ids of other entities, which may stand anywhere and in another file.

use std::io::BufRead;

use rustc_hash::FxHashMap;
use serde_json::Value;

use super::bods::reject;
use super::ftm_json::{described, kind_of};
use super::guarded::{text, texts};
use super::held::{Held, Party, Register, Taken, apart, days, keep};
use super::records::{MentionId, Records};
use super::share_text::percent;
use super::values::{first_day, last_day};
use crate::error::Place;
use crate::model::{Identifiers, Interest};
use crate::share::ShareRange;

/// Links between entities until all of them are read.
#[derive(Debug, Default)]
pub(super) struct Links {
    /// Entities by id, and by the ids of those that were merged into them: whether it is such a one, what is said of the
    /// entity, and its mention. Of several the first in this order counts, whichever was read first.
    parties: FxHashMap<String, (bool, String, MentionId)>,
    links: Vec<Link>,
}

#[derive(Debug)]
struct Link {
    owners: Vec<String>,
    assets: Vec<String>,
    held: Held,
    citation: String,
    place: Place,
}

/// Reads the file.
pub(super) fn read(reader: &mut dyn BufRead, register: &mut Register) -> Result<(), String> {
    register.take_objects(reader, &[], entity)
}

fn entity(register: &mut Register, object: &Value) -> Result<Taken, String> {
    let properties = object.get("properties").filter(|all| all.is_object());
    let properties = properties.ok_or("is no entity of FollowTheMoney: it has no `properties`")?;
    let schema = text(object, "schema");
    if schema == "Ownership" {
        return ownership(register, properties);
    }
    // Who is a director, a relative or an associate of somebody owns nothing of it by that.
    let Some(kind) = kind_of(&schema) else { return Ok(Taken::Aside) };
    let listed = described(object, properties, kind);
    let id = listed.entry;
    if id.is_empty() {
        return Err("has no `id`".to_owned());
    }
    let named = listed.name.chars().any(char::is_alphanumeric);
    let identifiers = [vec![Identifiers::of_record("ftm", &id)], listed.identifiers].concat();
    let party = Party {
        name: if named { listed.name } else { identifiers[0].clone() },
        others: [listed.aliases, listed.weak].concat(),
        countries: listed.countries,
        identifiers,
        born: listed.born,
        kind,
    };
    let mention = register.party(&party)?;
    let said = format!("{id} {party:?}");
    let parties = &mut register.records.unsettled.ftm.parties;
    let referents = texts(object, "referents").into_iter().map(|referent| (referent, true));
    for (id, merged) in std::iter::once((id, false)).chain(referents) {
        let new = (merged, said.clone(), mention);
        let known = parties.entry(id).or_insert_with(|| new.clone());
        if (new.0, &new.1) < (known.0, &known.1) {
            *known = new;
        }
    }
    Ok(Taken::Taken)
}

fn ownership(register: &mut Register, properties: &Value) -> Result<Taken, String> {
    let (owners, assets) = (texts(properties, "owner"), texts(properties, "asset"));
    if owners.is_empty() || assets.is_empty() {
        return Err("does not say who owns what: `owner` or `asset` is missing".to_owned());
    }
    let written = texts(properties, "percentage");
    let range = match written.as_slice() {
        [] => ShareRange::UNKNOWN,
        [first, rest @ ..] => {
            // Several values are of several days or sources: whichever may be.
            let all: Option<Vec<ShareRange>> =
                std::iter::once(first).chain(rest).map(|text| percent(text)).collect();
            all.and_then(|all| widest(&all)).unwrap_or_else(|| {
                let text = written.join("`, `");
                register.warn(format!(
                    "the percentage `{text}` is no share that can be told from a fraction; the share is taken as unknown"
                ));
                ShareRange::UNKNOWN
            })
        }
    };
    let ends = |key: &str| texts(properties, key);
    // Of several first days the earliest counts, of several last ones the latest.
    let first = ends("startDate").iter().filter_map(|text| first_day(text)).min();
    let last = ends("endDate").iter().filter_map(|text| last_day(text)).max();
    let kind = ["ownershipType", "role", "sharesType"].map(|key| ends(key).join(", ")).join(" ");
    // `parentage export` writes the interest there; a role is free text.
    let interest = ends("ownershipType").iter().find_map(|kind| Interest::parse(kind));
    let held = Held {
        range,
        interest: interest.unwrap_or(Interest::Equity),
        span: days(first, last)?,
        maybe_indirect: kind.to_lowercase().contains("indirect")
            || kind.to_lowercase().contains("beneficial"),
        said: kind,
        ..Held::default()
    };
    let (citation, place) = (register.citation.clone(), register.place());
    register.records.unsettled.ftm.links.push(Link { owners, assets, held, citation, place });
    Ok(Taken::Taken)
}

fn widest(all: &[ShareRange]) -> Option<ShareRange> {
    let low = all.iter().map(|range| range.stated_low()).min()?;
    let high = all.iter().map(|range| range.stated_high()).max()?;
    match all {
        [one] => Some(*one),
        _ => ShareRange::closed(low, high),
    }
}

impl Links {
    /// Keeps the holdings whose ends are known. O(links).
    pub fn settle(self, records: &mut Records) {
        let Links { parties, links } = self;
        for link in links {
            let strangers =
                link.owners.iter().chain(&link.assets).find(|id| !parties.contains_key(*id));
            if let Some(id) = strangers {
                let reason = format!("names the entity `{id}`, which no file has");
                reject(records, link.place, reason);
                continue;
            }
            // Several owners of one link: nobody says how much is whose.
            let shared = link.owners.len() * link.assets.len() > 1;
            let range = if shared { ShareRange::UNKNOWN } else { link.held.range };
            let pairs = link
                .owners
                .iter()
                .flat_map(|owner| link.assets.iter().map(move |asset| (owner, asset)));
            for (nth, (owner, asset)) in pairs.enumerate() {
                let held = Held { range, ..link.held.clone() };
                let citation = format!("{} {}", link.citation, held.said.trim());
                let holder = apart(records, parties[owner].2, link.place, nth);
                keep(records, (holder, parties[asset].2), &held, citation.trim(), link.place);
            }
        }
    }
}
