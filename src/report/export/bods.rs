//! Statements of the Beneficial Ownership Data Standard 0.4: a record for each party and each holding.
//!
//! Unknown shares have none there, and a branch, which the standard has no word for, is control by legal framework.
//! What is said of a party on the day stands in an annotation of its statement.

use serde_json::{Map, Value, json};

use super::{Exported, digest};
use crate::day::Day;
use crate::graph::Holding;
use crate::model::{EntityKind, Interest};
use crate::share::{Share, ShareRange};
use crate::snapshot::Snapshot;

/// The record of an entity: its own id where it is short enough, as most are.
fn record(key: &str) -> String {
    if key.len() <= 64 && key.is_ascii() { key.to_owned() } else { digest(&[key]) }
}

fn statement(
    record: &str,
    subject: &str,
    kind: &str,
    day: Day,
    details: &Value,
) -> Map<String, Value> {
    let day = day.to_string();
    let content = details.to_string();
    let value = json!({
        "statementId": digest(&["statement", record, &day, &content]),
        "declarationSubject": subject,
        "statementDate": day,
        "recordId": record,
        "recordStatus": "new",
        "recordType": kind,
        "recordDetails": details,
        "publicationDetails": {
            "publicationDate": day,
            "bodsVersion": "0.4",
            "publisher": { "name": "parentage" },
        },
    });
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

/// How schemes are called there, by how they are called here.
const SCHEMES: [(&str, &str); 3] = [("lei", "XI-LEI"), ("gb-coh", "GB-COH"), ("dk-cvr", "DK-CVR")];

/// A party: an entity or a person.
pub fn party(one: &Exported, day: Day) -> Value {
    let own = record(&one.view.id);
    let identifiers: Vec<Value> = one
        .identifiers
        .all()
        .iter()
        .filter_map(|identifier| identifier.split_once(':'))
        .filter(|(scheme, _)| format!("{scheme}:") != crate::model::UNNAMED)
        .map(|(scheme, value)| match SCHEMES.iter().find(|(own, _)| own == &scheme) {
            Some((_, code)) => json!({ "scheme": code, "id": value }),
            None => json!({ "schemeName": scheme, "id": value }),
        })
        .collect();
    let countries: Vec<Value> = one
        .view
        .country
        .split(';')
        .filter(|code| !code.is_empty())
        .map(|code| json!({ "name": code, "code": code }))
        .collect();
    let is_person = one.kind == EntityKind::Person;
    let mut details = Map::new();
    details.insert("isComponent".to_owned(), false.into());
    if !identifiers.is_empty() {
        details.insert("identifiers".to_owned(), identifiers.into());
    }
    if is_person {
        details.insert(
            "personType".to_owned(),
            if one.is_unnamed() { "unknownPerson" } else { "knownPerson" }.into(),
        );
        let name = |name: &String, kind: &str| json!({ "type": kind, "fullName": name });
        let others = one.names.iter().chain(&one.weak).map(|other| name(other, "alternative"));
        let names: Vec<Value> =
            std::iter::once(name(&one.view.name, "legal")).chain(others).collect();
        details.insert("names".to_owned(), names.into());
        if !countries.is_empty() {
            details.insert("nationalities".to_owned(), countries.into());
        }
        if let [birth] = one.births()[..] {
            details.insert("birthDate".to_owned(), birth.into());
        }
    } else {
        let kind = match one.kind {
            EntityKind::PublicBody => "stateBody",
            EntityKind::Other => "arrangement",
            _ if one.is_unnamed() => "unknownEntity",
            _ => "registeredEntity",
        };
        details.insert("entityType".to_owned(), json!({ "type": kind }));
        details.insert("name".to_owned(), one.view.name.clone().into());
        let others: Vec<&String> = one.names.iter().chain(&one.weak).collect();
        if !others.is_empty() {
            details.insert("alternateNames".to_owned(), json!(others));
        }
        // One jurisdiction is all there is room for.
        if let Some(first) = countries.into_iter().next() {
            details.insert("jurisdiction".to_owned(), first);
        }
    }
    let kind = if is_person { "person" } else { "entity" };
    let mut statement = statement(&own, &own, kind, day, &details.into());
    let said = one.exposures.iter().map(|exposure| {
        let share = exposure.share.map(|(low, high)| format!(", {low} to {high} %")).unwrap_or_default();
        json!({
            "statementPointerTarget": "/",
            "motivation": "commenting",
            "creationDate": day.to_string(),
            "createdBy": { "name": "parentage" },
            "description": format!("{}: {} ({}{share})", exposure.rule, exposure.certainty.as_str(), exposure.weaker_status().as_str()),
        })
    });
    let said: Vec<Value> = said.collect();
    if !said.is_empty() {
        statement.insert("annotations".to_owned(), said.into());
    }
    statement.into()
}

/// A holding as a relationship of one interest.
pub fn holding(snapshot: &Snapshot, row: &Holding, day: Day) -> Value {
    let (holder, issuer) = (snapshot.entity(row.holder).id, snapshot.entity(row.issuer).id);
    let terms = row.terms();
    let kind = match terms.interest {
        Interest::Equity => "shareholding",
        Interest::Votes => "votingRights",
        Interest::Unspecified => "unknownInterest",
        Interest::Branch => "controlByLegalFramework",
        Interest::Control => "otherInfluenceOrControl",
    };
    let place = snapshot.sources().show(row.place);
    let (_, _, citation) = snapshot.written(row);
    let mut interest = Map::new();
    interest.insert("type".to_owned(), kind.into());
    let direct = if row.is_maybe_indirect() { "unknown" } else { "direct" };
    interest.insert("directOrIndirect".to_owned(), direct.into());
    interest.insert(
        "details".to_owned(),
        format!("{} · {} · {place} · {citation}", terms.interest, terms.confidence).into(),
    );
    if let Some(share) = share(terms.range) {
        interest.insert("share".to_owned(), share);
    }
    let mut on = |key: &str, day: Option<Day>| {
        if let Some(day) = day {
            interest.insert(key.to_owned(), day.to_string().into());
        }
    };
    on("startDate", row.since.stated());
    // The last day on which it holds.
    on("endDate", row.until.stated().map(|day| day.plus(-1)));
    let subject = record(&issuer);
    // One record may say several things of the same two.
    let [range, days] = [terms.range.to_string(), format!("{:?} {:?}", row.since, row.until)];
    let own =
        digest(&["holding", &holder, &issuer, &place, terms.interest.as_str(), &range, &days]);
    let details = json!({
        "isComponent": false,
        "subject": subject,
        "interestedParty": record(&holder),
        "interests": [interest],
    });
    statement(&own, &subject, "relationship", day, &details).into()
}

fn share(range: ShareRange) -> Option<Value> {
    if range == ShareRange::UNKNOWN {
        return None;
    }
    // Seven decimals are exact in the number that JSON has.
    let number = |share: Share| share.to_string().parse::<serde_json::Number>().ok();
    let (low, high) = (range.stated_low(), range.stated_high());
    if low == high {
        return Some(json!({ "exact": number(low)? }));
    }
    let mut share = Map::new();
    let minimum = if range.low_open() { "exclusiveMinimum" } else { "minimum" };
    let maximum = if range.high_open() { "exclusiveMaximum" } else { "maximum" };
    share.insert(minimum.to_owned(), number(low)?.into());
    share.insert(maximum.to_owned(), number(high)?.into());
    Some(share.into())
}
