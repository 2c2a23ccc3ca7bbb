//! Statements of the Beneficial Ownership Data Standard, versions 0.2 to 0.4: a list of them, or one a line.
//!
//! A relationship names its ends by the ids of other statements (0.2 and 0.3) or records (0.4), which may stand anywhere
//! and in another file; so relationships wait until all are read. Of several statements on one record the last
//! counts; one that others replace does not. An indirect relationship whose components are all there is counted by them.

use std::collections::BTreeSet;
use std::io::BufRead;

use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::Value;

use super::bods_interest::{documented, interest};
use super::bods_shape;
use super::gleif::{of_register, registered, says_something};
use super::guarded::{text, texts};
use super::held::{Held, Party, Register, Taken, apart, keep, rejected, unnamed_identifier};
use super::records::{MentionId, Records};
use super::values::{births, day};
use crate::day::{Day, Span};
use crate::error::Place;
use crate::model::{Countries, EntityKind, Identifiers, Interest};

/// Statements until all of them are read.
#[derive(Debug, Default)]
pub(super) struct Statements {
    /// Entities and persons by file and by the ids of their statements and records: publishers may use the same ids. With
    /// the day and the id of the statement, the last of which counts.
    parties: FxHashMap<(u32, String), (Option<Day>, String, MentionId)>,
    /// The files that have any.
    files: BTreeSet<u32>,
    relations: Vec<Relation>,
    /// Statements that others of their file replace.
    replaced: FxHashSet<(u32, String)>,
}

/// An end of a relationship.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum End {
    /// The id of a statement or a record.
    Named(String),
    /// Nobody is named, and why.
    Unspecified(String),
}

/// The stage of a record that no longer holds.
const CLOSED: u8 = 2;

#[derive(Debug)]
struct Relation {
    statement: String,
    /// Its record; blank before 0.4.
    record: String,
    made: Option<Day>,
    /// How far its record is: new, updated, closed.
    stage: u8,
    subject: End,
    holder: End,
    components: Vec<String>,
    held: Vec<Held>,
    citation: String,
    place: Place,
}

/// Reads the file.
pub(super) fn read(reader: &mut dyn BufRead, register: &mut Register) -> Result<(), String> {
    register.take_objects(reader, &[], statement)
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
    let (file, all) = (register.number, &mut register.records.unsettled.bods.replaced);
    all.extend(replaced.into_iter().map(|id| (file, id)));
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
        register.unnamed(&called.replace("Person", " person").replace("Entity", " entity"), "")?
    } else {
        register.party(&named(
            details,
            is_person,
            &kind_of_entity,
            &own,
            (&register_name(register), &texts(object, "replacesStatements")),
        ))?
    };
    let (file, made) = (register.number, day(&text(object, "statementDate"), false));
    register.records.unsettled.bods.files.insert(file);
    let parties = &mut register.records.unsettled.bods.parties;
    for key in [own, id.to_owned()] {
        let known = parties.entry((file, key)).or_insert_with(|| (made, id.to_owned(), mention));
        if (known.0, known.1.as_str()) <= (made, id) {
            *known = (made, id.to_owned(), mention);
        }
    }
    Ok(Taken::Taken)
}

/// What tells the records of one file from those of others, whose publishers may use the same ids.
fn register_name(register: &Register) -> String {
    register.source.name.replace([':', ';'], "_")
}

fn named(
    details: &Value,
    is_person: bool,
    kind: &str,
    own: &str,
    (file, replaced): (&str, &[String]),
) -> Party {
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
    let of_record = |id: &str| Identifiers::of_record(&format!("bods@{file}"), id);
    let mut identifiers = vec![of_record(own)];
    // What it replaces is the same party.
    identifiers.extend(replaced.iter().map(|other| of_record(other)));
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
    if !says_something(&number) || number.contains('/') && scheme.is_empty() {
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
        // The register of owners that GLEIF's own statements name, and what this program writes of schemes that
        // org-id.guide does not have.
        ("", code) if code.starts_with("RA00") => registered(code, &number),
        ("", own) if is_own_scheme(own) => vec![format!("{own}:{number}")],
        ("", _) => Vec::new(),
        (code, _) if code.starts_with("RA00") => registered(code, &number),
        (scheme, _) => vec![format!("{}:{number}", scheme.to_lowercase())],
    }
}

/// Whether a scheme is written as this project writes schemes: `reg-ru`, `us-cik`.
fn is_own_scheme(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    !name.is_empty() && name.len() <= 20 && name.chars().all(plain)
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
    let all = || given.into_iter().flatten();
    let has_shares = all().any(|one| text(one, "type").eq_ignore_ascii_case("shareholding"));
    for given in all() {
        // A right to what is left on dissolution goes with shares; it is another measure of the same.
        let of_same = has_shares && text(given, "type").to_lowercase().contains("surplus");
        let interest = |own: Held| if of_same { Interest::Unspecified } else { own.interest };
        held.extend(
            self::interest(given)?.map(|own| Held { interest: interest(own.clone()), ..own }),
        );
    }
    let none_said = given.is_none_or(Vec::is_empty);
    if none_said {
        // Somebody has an interest of which nothing is said.
        let said = "interest not said".to_owned();
        let interest = Interest::Unspecified;
        held.push(Held { interest, maybe_indirect: true, said, ..documented() });
    }
    let record = text(object, "recordId");
    if held.is_empty() && record.is_empty() {
        // Directors, and rights to income: nothing is owned. Of a record it may be the last that is said.
        return Ok(Taken::Aside);
    }
    let components = ["componentRecords", "componentStatementIDs"];
    let components = components.iter().flat_map(|key| texts(details, key)).collect();
    let relation = Relation {
        statement,
        record,
        made,
        stage: match text(object, "recordStatus").as_str() {
            "closed" => CLOSED,
            "updated" => 1,
            _ => 0,
        },
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

impl Statements {
    /// Keeps the holdings of relationships whose ends are known. O(statements), and for each indirect one its components.
    pub fn settle(self, records: &mut Records) {
        let relations = &self.relations;
        let mut last: FxHashMap<(u32, &str), usize> = FxHashMap::default();
        let mut by_id: FxHashMap<(u32, &str), Vec<usize>> = FxHashMap::default();
        for (at, relation) in relations.iter().enumerate() {
            let file = relation.place.source;
            by_id.entry((file, &relation.statement)).or_default().push(at);
            if relation.record.is_empty() {
                continue;
            }
            by_id.entry((file, &relation.record)).or_default().push(at);
            let known = last.entry((file, &relation.record)).or_insert(at);
            if relations[*known].age() <= relation.age() {
                *known = at;
            }
        }
        // A later file may tell anew of a record between the same: ids alone may be those of somebody else's file.
        let mut latest: FxHashMap<(&str, &End, &End), (Option<Day>, u8)> = FxHashMap::default();
        for relation in relations.iter().filter(|one| !one.record.is_empty()) {
            let own = (relation.made, relation.stage);
            let known = latest.entry(relation.known_by()).or_insert(own);
            *known = (*known).max(own);
        }
        let elsewhere: FxHashSet<&str> = self.replaced.iter().map(|(_, id)| id.as_str()).collect();
        let counts = |at: usize| {
            let relation = &relations[at];
            let own = last.get(&(relation.place.source, relation.record.as_str()));
            let known = latest.get(&relation.known_by());
            let is_last = known.is_none_or(|last| *last == (relation.made, relation.stage));
            let key = (relation.place.source, relation.statement.clone());
            // The standard's ids of statements have 32 letters and more, and nobody else has the same.
            let is_replaced = self.replaced.contains(&key)
                || relation.statement.len() >= 32
                    && elsewhere.contains(relation.statement.as_str());
            own.is_none_or(|last| *last == at) && is_last && !is_replaced
        };
        for (at, relation) in relations.iter().enumerate() {
            // Somebody holds something of an entity that nobody names.
            let of_nobody = matches!(relation.subject, End::Unspecified(_));
            let of_nothing = relation.held.is_empty();
            if !counts(at)
                || of_nothing
                || of_nobody
                || self.by_components(relation, &by_id, &counts)
            {
                set_aside(records, relation.place);
                continue;
            }
            if let Err(reason) = self.keep(relation, records) {
                reject(records, relation.place, reason);
            }
        }
    }

    /// The mention of a record: that of its own file, else of the one other file that has it.
    fn of(&self, file: u32, id: &str) -> Result<MentionId, String> {
        if let Some((_, _, mention)) = self.parties.get(&(file, id.to_owned())) {
            return Ok(*mention);
        }
        let files = self.files.iter();
        let mut found = files.filter_map(|file| self.parties.get(&(*file, id.to_owned())));
        match (found.next(), found.next()) {
            (Some((_, _, mention)), None) => Ok(*mention),
            (None, _) => Err(format!("names the record `{id}`, which no file has")),
            (Some(_), Some(_)) => Err(format!("names the record `{id}`, which several files have")),
        }
    }

    /// Whether components that count lead from the holder of an indirect relationship to its subject, by each interest
    /// that it has and on all of its days: then they say all of it.
    fn by_components(
        &self,
        relation: &Relation,
        by_id: &FxHashMap<(u32, &str), Vec<usize>>,
        counts: &dyn Fn(usize) -> bool,
    ) -> bool {
        let file = relation.place.source;
        let ends = |one: &Relation| match (&one.holder, &one.subject) {
            (End::Named(holder), End::Named(subject)) => {
                Some((self.of(file, holder).ok()?, self.of(file, subject).ok()?))
            }
            _ => None,
        };
        let Some((holder, subject)) = ends(relation) else { return false };
        let own = relation.components.iter().filter_map(|id| by_id.get(&(file, id.as_str())));
        let own = own.flatten().filter(|at| counts(**at)).map(|at| &self.relations[*at]);
        let steps: Vec<(MentionId, MentionId, &Relation)> = own
            .filter_map(|one| ends(one).map(|(holder, subject)| (holder, subject, one)))
            .collect();
        !steps.is_empty()
            && relation.held.iter().all(|held| {
                let carries = |one: &Relation| {
                    one.held.iter().any(|step| {
                        let days = one.days(step);
                        let wanted = relation.days(held);
                        // Of one that does not say since when, nobody can say that they began later.
                        let begun = !wanted.from.is_stated() || days.from <= wanted.from;
                        // One that says less of the share does not say all of it.
                        let says = step.range.low() >= held.range.low();
                        step.interest == held.interest
                            && begun
                            && says
                            && wanted.until <= days.until
                    })
                };
                let (mut seen, mut open) = (FxHashSet::from_iter([holder]), vec![holder]);
                while let Some(at) = open.pop() {
                    let next = steps.iter().filter(|(from, _, one)| *from == at && carries(one));
                    open.extend(next.map(|(_, to, _)| *to).filter(|to| seen.insert(*to)));
                }
                seen.contains(&subject)
            })
    }

    fn keep(&self, relation: &Relation, records: &mut Records) -> Result<(), String> {
        let file = relation.place.source;
        let End::Named(subject) = &relation.subject else { return Ok(()) };
        let issuer = self.of(file, subject)?;
        let holder = match &relation.holder {
            End::Named(id) => apart(records, self.of(file, id)?, relation.place, 0),
            End::Unspecified(why) => {
                let why = format!("no owner named: {}", why.trim());
                records.silent(issuer, &why, relation.place);
                unnamed(records, relation)
            }
        };
        for held in &relation.held {
            let span = relation.days(held);
            if span.from >= span.until {
                continue;
            }
            let held = Held {
                span,
                maybe_indirect: held.maybe_indirect || !relation.components.is_empty(),
                ..held.clone()
            };
            let citation = format!("{}: {}", relation.citation, held.said.trim());
            keep(records, (holder, issuer), &held, &citation, relation.place);
        }
        Ok(())
    }
}

impl Relation {
    /// What a record is known by in several files.
    fn known_by(&self) -> (&str, &End, &End) {
        (&self.record, &self.subject, &self.holder)
    }

    /// What of several statements on one record is the last.
    fn age(&self) -> (Option<Day>, u8, &str) {
        (self.made, self.stage, &self.statement)
    }

    /// The days of an interest: none from that on which its record was closed.
    fn days(&self, held: &Held) -> Span {
        let closed = self.made.filter(|_| self.stage == CLOSED).unwrap_or(Day::NEVER);
        Span { from: held.span.from, until: held.span.until.min(closed) }
    }
}

fn unnamed(records: &mut Records, relation: &Relation) -> MentionId {
    let file = &records.sources.0[relation.place.source as usize].name;
    let own = unnamed_identifier(&format!("{file}/{}", relation.statement));
    let (identifiers, nowhere) = (Identifiers::parse(&own), Countries::default());
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
