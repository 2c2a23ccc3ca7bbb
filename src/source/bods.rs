//! Statements of the Beneficial Ownership Data Standard, versions 0.2 to 0.4: a list of them, or one a line.
//!
//! A relationship names its ends by the ids of other statements (0.2 and 0.3) or records (0.4), which may stand anywhere
//! and in another file; so relationships wait until all are read. Of several statements on one record the last
//! counts; one that others replace does not. An indirect relationship whose components are all there is counted by them.

use std::io::BufRead;

use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::Value;

use super::bods_shape;
use super::gleif::{of_register, registered};
use super::guarded::{objects_of, text, texts};
use super::held::{Held, Party, Register, Taken, days, keep, rejected, unnamed_identifier};
use super::records::{MentionId, Records};
use super::values::{births, day};
use crate::day::Day;
use crate::error::Place;
use crate::model::{Confidence, EntityKind, Interest};
use crate::share::ShareRange;

/// Statements until all of them are read.
#[derive(Debug, Default)]
pub(super) struct Statements {
    /// Entities and persons by the ids of their statements and records.
    parties: FxHashMap<String, MentionId>,
    relations: Vec<Relation>,
    /// Statements that others replace.
    replaced: FxHashSet<String>,
}

/// An end of a relationship.
#[derive(Debug, Clone)]
enum End {
    /// The id of a statement or a record.
    Named(String),
    /// Nobody is named, and why.
    Unspecified(String),
}

#[derive(Debug)]
struct Relation {
    statement: String,
    /// Its record; blank before 0.4.
    record: String,
    made: Option<Day>,
    closed: bool,
    subject: End,
    holder: End,
    components: Vec<String>,
    held: Vec<Held>,
    citation: String,
    place: Place,
}

/// Reads the file.
pub(super) fn read(reader: &mut dyn BufRead, register: &mut Register) -> Result<(), String> {
    objects_of(reader, &[], &mut |number, object| {
        let shown = || object.as_ref().map(Value::to_string).unwrap_or_default();
        register.take(
            number,
            |register| statement(register, object.as_ref().map_err(Clone::clone)?),
            &shown,
        );
    })
}

fn statement(register: &mut Register, object: &Value) -> Result<Taken, String> {
    let recent = object.get("recordDetails").is_some() || object.get("recordType").is_some();
    let (id, kind) = if recent {
        bods_shape::check(object)?;
        (text(object, "statementId"), text(object, "recordType"))
    } else {
        (text(object, "statementID"), text(object, "statementType"))
    };
    if id.is_empty() {
        return Err("has no statement id".to_owned());
    }
    let details = if recent { object.get("recordDetails").unwrap_or(object) } else { object };
    let replaced = texts(object, "replacesStatements");
    register.records.unsettled.bods.replaced.extend(replaced);
    match kind.as_str() {
        "entity" | "entityStatement" => party(register, object, details, &id, false),
        "person" | "personStatement" => party(register, object, details, &id, true),
        "relationship" | "ownershipOrControlStatement" => relation(register, object, details, id),
        other => Err(format!("is of the type `{other}`, which the standard does not have")),
    }
}

fn party(
    register: &mut Register,
    object: &Value,
    details: &Value,
    id: &str,
    is_person: bool,
) -> Result<Taken, String> {
    let record = text(object, "recordId");
    let own = if record.is_empty() { id.to_owned() } else { record.clone() };
    let kind_of_entity = details.get("entityType").map_or_else(String::new, |kind| {
        kind.as_str().map_or_else(|| text(kind, "type"), str::to_owned)
    });
    let person_type = text(details, "personType");
    let nobody = ["unknownPerson", "anonymousPerson", "unknownEntity", "anonymousEntity"];
    let mention = if nobody.contains(&&*person_type) || nobody.contains(&&*kind_of_entity) {
        let called = if is_person { &person_type } else { &kind_of_entity };
        register.unnamed(&called.replace("Person", " person").replace("Entity", " entity"))?
    } else {
        register.party(&named(
            details,
            is_person,
            &kind_of_entity,
            &own,
            &register_name(register),
        ))?
    };
    let parties = &mut register.records.unsettled.bods.parties;
    parties.insert(own, mention);
    parties.insert(id.to_owned(), mention);
    Ok(Taken::Taken)
}

/// What tells the records of one file from those of others, whose publishers may use the same ids.
fn register_name(register: &Register) -> String {
    register.source.name.replace([':', ';'], "_")
}

fn named(details: &Value, is_person: bool, kind: &str, own: &str, file: &str) -> Party {
    let mut names: Vec<String> = if is_person {
        let all = details.get("names").and_then(Value::as_array);
        all.into_iter().flatten().map(spoken).collect()
    } else {
        let mut names = texts(details, "name");
        names.extend(texts(details, "alternateNames"));
        names
    };
    names.retain(|name| name.chars().any(char::is_alphanumeric));
    let mut countries = Vec::new();
    for key in ["incorporatedInJurisdiction", "jurisdiction", "nationalities"] {
        let each = match details.get(key) {
            Some(Value::Array(all)) => all.iter().collect(),
            Some(one) => vec![one],
            None => Vec::new(),
        };
        // A jurisdiction may be a part of a country: `US-DE`.
        countries.extend(each.iter().map(|one| {
            let code = text(one, "code");
            let code = code.split('-').next().unwrap_or_default().to_owned();
            if code.is_empty() { text(one, "name") } else { code }
        }));
    }
    let mut identifiers = vec![format!("bods@{file}:{own}")];
    let given = details.get("identifiers").and_then(Value::as_array);
    identifiers.extend(given.into_iter().flatten().flat_map(identifier));
    let name = if names.is_empty() { identifiers[0].clone() } else { names.remove(0) };
    Party {
        name,
        others: names,
        countries,
        identifiers,
        born: births(&text(details, "birthDate")),
        kind: match kind {
            _ if is_person => EntityKind::Person,
            "state" | "stateBody" => EntityKind::PublicBody,
            "arrangement" => EntityKind::Other,
            "registeredEntity" | "legalEntity" => EntityKind::Company,
            _ => EntityKind::Unknown,
        },
    }
}

/// The name of a person, whole or of its parts.
fn spoken(name: &Value) -> String {
    let whole = text(name, "fullName");
    if !whole.is_empty() {
        return whole;
    }
    ["givenName", "patronymicName", "familyName"].map(|part| text(name, part)).join(" ")
}

/// The identifiers that one of the standard stands for: schemes are those of org-id.guide, with registers of GLEIF
/// (`RA000585`) among them.
fn identifier(given: &Value) -> Vec<String> {
    let (scheme, number) = (text(given, "scheme"), text(given, "id"));
    let called = text(given, "schemeName");
    if number.is_empty() || number.contains('/') && scheme.is_empty() {
        return Vec::new();
    }
    match (scheme.to_uppercase().as_str(), called.as_str()) {
        ("XI-LEI", _) => vec![format!("lei:{number}")],
        ("GB-COH", _)
        | ("", "GB Companies House" | "GB Persons Of Significant Control Register") => {
            // The register of persons has paths for numbers.
            if number.contains('/') { Vec::new() } else { of_register("gb-coh", &number, "GB") }
        }
        ("DK-CVR", _) => of_register("dk-cvr", &number, "DK"),
        ("", _) => Vec::new(),
        (code, _) if code.starts_with("RA00") => registered(code, &number),
        (scheme, _) => vec![format!("{}:{number}", scheme.to_lowercase())],
    }
}

fn relation(
    register: &mut Register,
    object: &Value,
    details: &Value,
    statement: String,
) -> Result<Taken, String> {
    let subject = end(details.get("subject"), "subject")?;
    let holder = end(details.get("interestedParty"), "interested party")?;
    let made = day(&text(object, "statementDate"), false);
    let mut held = Vec::new();
    let given = details.get("interests").and_then(Value::as_array);
    for given in given.into_iter().flatten() {
        held.extend(interest(given)?);
    }
    let none_said = given.is_none_or(Vec::is_empty);
    if none_said {
        // Somebody has an interest of which nothing is said.
        let said = "interest not said".to_owned();
        let interest = Interest::Unspecified;
        held.push(Held { interest, maybe_indirect: true, said, ..documented() });
    }
    if held.is_empty() {
        // Directors, and rights to income: nothing is owned.
        return Ok(Taken::Aside);
    }
    let components = ["componentRecords", "componentStatementIDs"];
    let components = components.iter().flat_map(|key| texts(details, key)).collect();
    let relation = Relation {
        statement,
        record: text(object, "recordId"),
        made,
        closed: text(object, "recordStatus") == "closed",
        subject,
        holder,
        components,
        held,
        citation: register.citation.clone(),
        place: register.place(),
    };
    register.records.unsettled.bods.relations.push(relation);
    Ok(Taken::Taken)
}

fn end(given: Option<&Value>, what: &str) -> Result<End, String> {
    let why = |object: &Value| {
        let (reason, description) = (text(object, "reason"), text(object, "description"));
        End::Unspecified([reason, description].join(" "))
    };
    match given {
        Some(Value::String(id)) if !id.is_empty() => Ok(End::Named(id.clone())),
        Some(object @ Value::Object(_)) => {
            let by = ["describedByEntityStatement", "describedByPersonStatement"];
            let id = by.iter().map(|key| text(object, key)).find(|id| !id.is_empty());
            match (id, object.get("unspecified")) {
                (Some(id), _) => Ok(End::Named(id)),
                (None, Some(unspecified)) => Ok(why(unspecified)),
                (None, None) if object.get("reason").is_some() => Ok(why(object)),
                (None, None) => Err(format!("does not say who the {what} is")),
            }
        }
        _ => Err(format!("does not say who the {what} is")),
    }
}

fn documented() -> Held {
    Held { confidence: Confidence::Documented, ..Held::default() }
}

/// The holding that an interest is; none for what is no ownership.
fn interest(given: &Value) -> Result<Option<Held>, String> {
    let kind = text(given, "type");
    let plain: String = kind.chars().filter(char::is_ascii_alphanumeric).collect();
    let interest = match plain.to_lowercase().as_str() {
        "shareholding" | "rightstosurplusassetsondissolution" | "rightstosurplusassets" => {
            Interest::Equity
        }
        "votingrights" => Interest::Votes,
        "" | "unknowninterest" | "unpublishedinterest" => Interest::Unspecified,
        "appointmentofboard"
        | "influenceorcontrol"
        | "otherinfluenceorcontrol"
        | "controlviacompanyrulesorarticles"
        | "controlbylegalframework"
        | "settlor"
        | "settloroftrust"
        | "trustee"
        | "trusteeoftrust"
        | "protector"
        | "protectoroftrust"
        | "nominator"
        | "otherinfluenceorcontroloftrust" => Interest::Control,
        "seniormanagingofficial"
        | "boardmember"
        | "boardchair"
        | "beneficiaryoflegalarrangement"
        | "beneficiaryoftrust"
        | "rightstoprofitorincome"
        | "rightsgrantedbycontract"
        | "conditionalrightsgrantedbycontract"
        | "enjoymentanduseofassets"
        | "righttoprofitorincomefromassets"
        | "nominee" => return Ok(None),
        _ => return Err(format!("has the interest `{kind}`, which the standard does not have")),
    };
    let range = match given.get("share") {
        Some(share @ Value::Object(_)) => share_of(share)?,
        _ => ShareRange::UNKNOWN,
    };
    let first = day(&text(given, "startDate"), false);
    let last = day(&text(given, "endDate"), false);
    let level = [text(given, "directOrIndirect"), text(given, "interestLevel")].concat();
    Ok(Some(Held {
        range,
        interest,
        span: days(first, last)?,
        maybe_indirect: level != "direct",
        said: [kind, text(given, "details")].join(" "),
        ..documented()
    }))
}

/// The range of a share: exact, or from a minimum to a maximum, each of which may be excluded: by a number of its own
/// (0.4), or by a word beside the number (before).
fn share_of(share: &Value) -> Result<ShareRange, String> {
    let number = |key: &str| {
        share.get(key).filter(|value| value.is_number()).map(Value::to_string).unwrap_or_default()
    };
    let excluded = |key: &str| share.get(key).and_then(Value::as_bool).unwrap_or(false);
    let exact = number("exact");
    if !exact.is_empty() {
        return ShareRange::parse(&exact, &exact, false, false).map_err(|error| error.to_string());
    }
    let (low, low_open) = match number("exclusiveMinimum") {
        low if low.is_empty() => (number("minimum"), excluded("exclusiveMinimum")),
        low => (low, true),
    };
    let (high, high_open) = match number("exclusiveMaximum") {
        high if high.is_empty() => (number("maximum"), excluded("exclusiveMaximum")),
        high => (high, true),
    };
    let open = (low_open && !low.is_empty(), high_open && !high.is_empty());
    let low = if low.is_empty() { "0".to_owned() } else { low };
    let high = if high.is_empty() { "100".to_owned() } else { high };
    ShareRange::parse(&low, &high, open.0, open.1).map_err(|error| error.to_string())
}

impl Statements {
    /// Keeps the holdings of relationships whose ends are known. O(statements).
    pub fn settle(self, records: &mut Records) {
        let Statements { parties, relations, replaced } = self;
        let mut last: FxHashMap<&str, usize> = FxHashMap::default();
        for (at, relation) in relations.iter().enumerate().filter(|(_, one)| !one.record.is_empty())
        {
            let known = last.entry(&relation.record).or_insert(at);
            if relations[*known].made <= relation.made {
                *known = at;
            }
        }
        let known: FxHashSet<&str> = relations
            .iter()
            .flat_map(|one| [one.statement.as_str(), one.record.as_str()])
            .chain(parties.keys().map(String::as_str))
            .collect();
        for (at, relation) in relations.iter().enumerate() {
            let superseded = last.get(relation.record.as_str()).is_some_and(|last| *last != at)
                || replaced.contains(&relation.statement);
            let by_components = !relation.components.is_empty()
                && relation.components.iter().all(|one| known.contains(one.as_str()));
            // Somebody holds something of an entity that nobody names.
            let of_nobody = matches!(relation.subject, End::Unspecified(_));
            if superseded || by_components || of_nobody {
                set_aside(records, relation.place);
                continue;
            }
            if let Err(reason) = relation.keep(&parties, records) {
                reject(records, relation.place, reason);
            }
        }
    }
}

impl Relation {
    fn keep(
        &self,
        parties: &FxHashMap<String, MentionId>,
        records: &mut Records,
    ) -> Result<(), String> {
        let of = |id: &str| {
            let known = parties.get(id).copied();
            known.ok_or_else(|| format!("names the record `{id}`, which no file has"))
        };
        let issuer = match &self.subject {
            End::Named(id) => of(id)?,
            End::Unspecified(_) => return Ok(()),
        };
        let holder = match &self.holder {
            End::Named(id) => of(id)?,
            End::Unspecified(why) => {
                let why = format!("no owner named: {}", why.trim());
                records.silent(issuer, &why, self.place);
                unnamed(records, &self.statement)
            }
        };
        for held in &self.held {
            let ended = self.made.filter(|_| self.closed);
            let mut span = held.span;
            span.until = span.until.min(ended.unwrap_or(Day::NEVER));
            if span.from >= span.until {
                continue;
            }
            let held = Held {
                span,
                maybe_indirect: held.maybe_indirect || !self.components.is_empty(),
                ..held.clone()
            };
            let citation = format!("{}: {}", self.citation, held.said.trim());
            keep(records, (holder, issuer), &held, &citation, self.place);
        }
        Ok(())
    }
}

fn unnamed(records: &mut Records, own: &str) -> MentionId {
    let identifiers = crate::model::Identifiers::parse(&unnamed_identifier(own));
    let nowhere = crate::model::Countries::default();
    records.mention("not named", "", &nowhere, &identifiers, EntityKind::Unknown)
}

/// A record that was taken is none of its own after all.
pub(super) fn set_aside(records: &mut Records, place: Place) {
    let source = &mut records.sources.0[place.source as usize];
    source.accepted -= 1;
    source.aside += 1;
}

/// A record that was taken cannot be read after all.
pub(super) fn reject(records: &mut Records, place: Place, reason: String) {
    let source = &mut records.sources.0[place.source as usize];
    source.accepted -= 1;
    source.rejected += 1;
    let rejected = rejected(&source.name, u64::from(place.record), reason, "");
    records.rejected.push(rejected);
}
