//! Records of legal entities, of their relationships and of reporting exceptions, as GLEIF publishes them; whatever
//! the format of the file, a record comes here as an element.

use super::held::{Held, Party, Register, Taken, days, keep};
use super::records::{MentionId, Records};
use super::values::{day, identifier};
use super::versions::Versions;
use super::xml::Element;
use rustc_hash::FxHashMap;

use crate::day::{Day, Span};
use crate::error::Place;
use crate::model::{Confidence, EntityKind, Interest};
use crate::share::{Share, ShareRange};

/// The first text within a record that is reached by one of several paths, whatever the case of their names.
pub(super) fn text<'e>(element: &'e Element, paths: &[&[&str]]) -> &'e str {
    let reached = |path: &&[&str]| {
        let step = |from: Option<&'e Element>, name: &&str| {
            from?.children.iter().find(|child| child.name.eq_ignore_ascii_case(name))
        };
        let found = path.iter().fold(Some(element), step)?;
        Some(found.text.trim()).filter(|text| !text.is_empty())
    };
    paths.iter().find_map(reached).unwrap_or_default()
}

/// Whether a registration counts: a record that was entered twice or by mistake does not.
fn counts(element: &Element) -> bool {
    let status = text(
        element,
        &[
            &["Registration", "RegistrationStatus"],
            &["Registration", "status"],
            &["Entity", "Registration", "status"],
        ],
    );
    !matches!(status.to_uppercase().as_str(), "DUPLICATE" | "ANNULLED")
}

/// Reads a record, whichever of the three it is.
pub(super) fn record(register: &mut Register, element: &Element) -> Result<Taken, String> {
    let has =
        |name: &str| element.children.iter().any(|child| child.name.eq_ignore_ascii_case(name));
    match () {
        () if has("Relationship") => relationship(register, element),
        () if has("ExceptionCategory") || has("Exception") || has("category") => {
            exception(register, element)
        }
        () if has("LEI") => entity(register, element),
        () => Err("is no record of an entity, a relationship or an exception of GLEIF".to_owned()),
    }
}

/// Registers whose number names one company of a country, by their code at GLEIF: Companies House for England and
/// Wales, Northern Ireland and Scotland, and the Danish register of companies.
const REGISTERS: [(&str, &str, &str); 4] = [
    ("RA000585", "gb-coh", "GB"),
    ("RA000586", "gb-coh", "GB"),
    ("RA000587", "gb-coh", "GB"),
    ("RA000170", "dk-cvr", "DK"),
];

/// Whether a number names anybody: `N/A`, `NOT APPLICABLE`, `None00000`, `0` many have.
pub(super) fn says_something(number: &str) -> bool {
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    digits >= 2 && number.bytes().any(|byte| matches!(byte, b'1'..=b'9'))
}

/// The number of a register, as `scheme:value`, and once more as lists write it.
pub(super) fn registered(authority: &str, number: &str) -> Vec<String> {
    let number: String = number.split_whitespace().collect();
    if !says_something(&number) || authority.is_empty() {
        return Vec::new();
    }
    match REGISTERS.iter().find(|(code, _, _)| *code == authority) {
        Some((_, scheme, country)) => of_register(scheme, &number, country),
        // Codes of registers that are not told (RA888888, RA999999) say nothing.
        None if matches!(authority, "RA888888" | "RA999999") => Vec::new(),
        None => vec![format!("{}:{number}", authority.to_lowercase())],
    }
}

/// The number of a register that has one for each company of its country.
pub(super) fn of_register(scheme: &str, number: &str, country: &str) -> Vec<String> {
    let number = match scheme {
        // Companies House writes eight signs: 7-digit numbers lost a nought.
        "gb-coh" if number.bytes().all(|byte| byte.is_ascii_digit()) => format!("{number:0>8}"),
        _ => number.to_uppercase(),
    };
    let as_listed = identifier("registration number", &number, country);
    std::iter::once(format!("{scheme}:{number}")).chain(as_listed).collect()
}

fn entity(register: &mut Register, element: &Element) -> Result<Taken, String> {
    let lei = text(element, &[&["LEI"]]);
    if !counts(element) {
        return Ok(Taken::Aside);
    }
    let name = text(
        element,
        &[&["Entity", "LegalName"], &["Entity", "LegalName", "name"], &["LegalName"]],
    );
    if lei.is_empty() || name.is_empty() {
        return Err("has no LEI, or no legal name".to_owned());
    }
    let mut others = Vec::new();
    let entity = element.children.iter().find(|child| child.name.eq_ignore_ascii_case("entity"));
    for group in entity.iter().flat_map(|entity| &entity.children) {
        let of_names = group.name.to_lowercase();
        if of_names.contains("othernames") || of_names.contains("otherentitynames") {
            names(group, &mut others);
        }
    }
    let authority = text(
        element,
        &[
            &["Entity", "RegistrationAuthority", "RegistrationAuthorityID"],
            &["Entity", "registeredAt", "id"],
        ],
    );
    let number = text(
        element,
        &[
            &["Entity", "RegistrationAuthority", "RegistrationAuthorityEntityID"],
            &["Entity", "registeredAs"],
        ],
    );
    let jurisdiction =
        text(element, &[&["Entity", "LegalJurisdiction"], &["Entity", "jurisdiction"]]);
    let at = text(element, &[&["Entity", "LegalAddress", "Country"], &["Country"]]);
    // A jurisdiction may be a part of a country: `US-DE`.
    let country = if jurisdiction.is_empty() {
        at
    } else {
        jurisdiction.split('-').next().unwrap_or_default()
    };
    let mut identifiers = vec![format!("lei:{lei}")];
    identifiers.extend(registered(authority, number));
    let category = text(
        element,
        &[&["Entity", "EntityCategory"], &["Entity", "category"], &["EntityCategory"]],
    );
    let kind = match category {
        "BRANCH" => EntityKind::Branch,
        "RESIDENT_GOVERNMENT_ENTITY" | "INTERNATIONAL_ORGANIZATION" => EntityKind::PublicBody,
        "SOLE_PROPRIETOR" | "" => EntityKind::Unknown,
        _ => EntityKind::Company,
    };
    register.party(&Party {
        name: name.to_owned(),
        others,
        countries: vec![country.to_owned(), at.to_owned()],
        identifiers,
        born: Vec::new(),
        kind,
    })?;
    Ok(Taken::Taken)
}

/// Every name within a group of names.
fn names(group: &Element, all: &mut Vec<String>) {
    let own = group.text.trim();
    let is_name = !matches!(&*group.name.to_lowercase(), "type" | "language" | "xmllang");
    if !own.is_empty() && is_name {
        all.push(own.to_owned());
    }
    group.children.iter().for_each(|child| names(child, all));
}

fn exception(register: &mut Register, element: &Element) -> Result<Taken, String> {
    let lei = text(element, &[&["LEI"]]);
    let category =
        text(element, &[&["ExceptionCategory"], &["Exception", "Category"], &["category"]]);
    let reason = text(element, &[&["ExceptionReason"], &["Exception", "Reason"], &["reason"]]);
    if lei.is_empty() || category.is_empty() {
        return Err("has no LEI, or no category".to_owned());
    }
    let mention = by_lei(register, lei)?;
    let reason = if reason.is_empty() { "no reason given" } else { reason };
    let text = format!("{category}: {reason}");
    register.records.silent(mention, &text, register.place());
    Ok(Taken::Taken)
}

/// Whoever has an LEI: its name is what its own record says.
fn by_lei(register: &mut Register, lei: &str) -> Result<MentionId, String> {
    let identifier = format!("lei:{}", lei.to_uppercase());
    register.party(&Party {
        name: identifier.clone(),
        identifiers: vec![identifier],
        ..Party::default()
    })
}

/// A link to an ultimate parent, to be kept where no chain of direct parents says the same.
#[derive(Debug, Clone)]
pub(super) struct Ultimate {
    ends: (MentionId, MentionId),
    held: Held,
    citation: String,
    place: Place,
}

/// What relationships say until all of them are read: direct parents by child, and ultimate ones.
#[derive(Debug, Default)]
pub(super) struct Consolidated {
    /// Whether the house counts a consolidated child as held to at least 50 percent.
    pub assumed: bool,
    direct: FxHashMap<MentionId, Vec<(MentionId, Span, Place)>>,
    ultimate: Vec<Ultimate>,
}

fn relationship(register: &mut Register, element: &Element) -> Result<Taken, String> {
    if !counts(element) {
        return Ok(Taken::Aside);
    }
    let at = |rest: &[&str]| -> String {
        let mut path = vec!["Relationship"];
        path.extend(rest);
        text(element, &[&path]).to_owned()
    };
    let either = |one: &[&str], other: &[&str]| {
        let first = at(one);
        if first.is_empty() { at(other) } else { first }
    };
    let relation = either(&["RelationshipType"], &["type"]);
    let (interest, is_ultimate) = match relation.as_str() {
        "IS_DIRECTLY_CONSOLIDATED_BY" => (Interest::Control, false),
        "IS_ULTIMATELY_CONSOLIDATED_BY" => (Interest::Control, true),
        "IS_INTERNATIONAL_BRANCH_OF" => (Interest::Branch, false),
        // Who manages a fund owns nothing of it.
        "IS_FUND-MANAGED_BY" | "IS_SUBFUND_OF" | "IS_FEEDER_TO" => return Ok(Taken::Aside),
        other => return Err(format!("has the relationship `{other}`, which GLEIF does not have")),
    };
    let child = either(&["StartNode", "NodeID"], &["StartNode", "id"]);
    let parent = either(&["EndNode", "NodeID"], &["EndNode", "id"]);
    if child.is_empty() || parent.is_empty() {
        return Err("does not say between whom it is".to_owned());
    }
    // A newer file tells anew of what an older one told.
    let known_by = format!("gleif {child} {relation} {parent}");
    let changed = text(element, &[&["Registration", "LastUpdateDate"]]);
    let place = register.place();
    register.records.versions.see(&known_by, changed, place);
    // What ended before it began, or on the day on which it did, was on no day.
    let Ok(span) = period(element, &either(&["RelationshipStatus"], &["status"]))? else {
        return Ok(Taken::Aside);
    };
    let (child, parent) = (by_lei(register, &child)?, by_lei(register, &parent)?);
    let held = Held {
        interest,
        span,
        confidence: Confidence::Documented,
        said: relation.to_lowercase().replace('_', " "),
        ..Held::default()
    };
    let citation = format!("{}: {}", register.citation, held.said);
    let unsettled = &mut register.records.unsettled.gleif;
    let assumed = unsettled.assumed && interest == Interest::Control;
    if is_ultimate {
        if assumed {
            let (held, ends) = (at_least_half(&held), (parent, child));
            let citation = format!("{}: {}", register.citation, held.said);
            unsettled.ultimate.push(Ultimate { ends, held, citation, place });
        }
        let ultimate = Ultimate { ends: (parent, child), held, citation, place };
        unsettled.ultimate.push(ultimate);
    } else {
        if interest == Interest::Control {
            unsettled.direct.entry(child).or_default().push((parent, span, place));
        }
        register.hold(parent, child, &held);
        if assumed {
            register.hold(parent, child, &at_least_half(&held));
        }
    }
    Ok(Taken::Taken)
}

/// What the house assumes of a relation of consolidation: accounts are consolidated where more than half is held, in
/// most cases.
fn at_least_half(held: &Held) -> Held {
    let half = Share::from_parts(u64::from(Share::WHOLE.parts()) / 2);
    Held {
        range: ShareRange::closed(half, Share::WHOLE).unwrap_or(ShareRange::UNKNOWN),
        interest: Interest::Equity,
        confidence: Confidence::Unverified,
        said: format!("{}; house assumption: at least 50 %", held.said),
        ..held.clone()
    }
}

/// The days of a relationship: those of its own period, never those of its accounts. One that is no longer active
/// ends on its last day, or, where nobody says which, on the day on which the record was last changed.
fn period(element: &Element, status: &str) -> Result<Result<Span, String>, String> {
    let (mut first, mut last) = (None, None);
    let mut stack: Vec<&Element> = element.children.iter().collect();
    while let Some(one) = stack.pop() {
        let kind = text(one, &[&["PeriodType"], &["type"]]);
        if kind.eq_ignore_ascii_case("RELATIONSHIP_PERIOD") {
            first = day(text(one, &[&["StartDate"]]), false).or(first);
            last = day(text(one, &[&["EndDate"]]), false).or(last);
        }
        stack.extend(&one.children);
    }
    if !status.eq_ignore_ascii_case("INACTIVE") {
        return Ok(days(first, last).or_else(|_| days(first, None)));
    }
    let changed: Option<Day> =
        day(text(element, &[&["Registration", "LastUpdateDate"]]), false).map(|day| day.plus(-1));
    let last = last.or(changed).ok_or("is not active any more, and does not say since when")?;
    Ok(days(first, Some(last)))
}

impl Consolidated {
    /// Keeps the links to ultimate parents on those days on which no chain of direct ones leads there: the chain says
    /// more. O(links, and what lies below each ultimate parent).
    pub fn settle(self, records: &mut Records, versions: &Versions) {
        let mut children: FxHashMap<MentionId, Vec<(MentionId, Span)>> = FxHashMap::default();
        for (child, parents) in &self.direct {
            let parents = parents.iter().filter(|(_, _, place)| !versions.is_superseded(*place));
            for (parent, span, _) in parents {
                children.entry(*parent).or_default().push((*child, *span));
            }
        }
        let mut below: FxHashMap<MentionId, FxHashMap<MentionId, Vec<Span>>> = FxHashMap::default();
        for Ultimate { ends: (parent, child), held, citation, place } in self.ultimate {
            if versions.is_superseded(place) {
                continue;
            }
            let reached = below.entry(parent).or_insert_with(|| reached(&children, parent));
            let gone = reached.get(&child).map_or(&[][..], Vec::as_slice);
            for span in without(held.span, gone) {
                keep(records, (parent, child), &Held { span, ..held.clone() }, &citation, place);
            }
        }
    }
}

/// Whom chains of direct parents lead to from a parent, and on which days. O(links below).
fn reached(
    children: &FxHashMap<MentionId, Vec<(MentionId, Span)>>,
    parent: MentionId,
) -> FxHashMap<MentionId, Vec<Span>> {
    let mut days: FxHashMap<MentionId, Vec<Span>> = FxHashMap::default();
    let mut open = vec![(parent, Span::ALWAYS)];
    while let Some((at, within)) = open.pop() {
        for (child, span) in children.get(&at).into_iter().flatten() {
            let both =
                Span { from: within.from.max(span.from), until: within.until.min(span.until) };
            let known = days.entry(*child).or_default();
            for new in without(both, known) {
                known.push(new);
                open.push((*child, new));
            }
        }
    }
    days
}

/// What is left of days without others.
fn without(span: Span, gone: &[Span]) -> Vec<Span> {
    let mut left = vec![span];
    for gone in gone {
        left = left
            .into_iter()
            .flat_map(|span| {
                let before = Span { from: span.from, until: gone.from.min(span.until) };
                let behind = Span { from: gone.until.max(span.from), until: span.until };
                [before, behind]
            })
            .collect();
        left.retain(|span| span.from < span.until);
    }
    left.retain(|span| span.from < span.until);
    left
}
