//! Whether a statement of the Beneficial Ownership Data Standard 0.4 has the shape that the standard gives it, as far as
//! something is read of it: a text where a text stands, a list where a list does, words of its code lists, shares of
//! 0 to 100.

use serde_json::Value;

use crate::day::Day;

/// What stands in a place.
#[derive(Debug, Clone, Copy)]
enum Shape {
    Text,
    /// A text of so many letters.
    TextOf(usize, usize),
    /// A day, or a year, or a year and a month.
    Date,
    Yes,
    Object,
    List,
    Percent,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A text, or an object that says why there is none.
    TextOrWhy,
}

const RECORD_TYPES: &[&str] = &["entity", "person", "relationship"];
const STATUSES: &[&str] = &["new", "updated", "closed"];
const PERSON_TYPES: &[&str] = &["anonymousPerson", "unknownPerson", "knownPerson"];
const ENTITY_TYPES: &[&str] = &[
    "registeredEntity",
    "legalEntity",
    "arrangement",
    "anonymousEntity",
    "unknownEntity",
    "state",
    "stateBody",
];
const NAME_TYPES: &[&str] = &["legal", "former", "transliteration", "alternative", "birth", "aka"];
const LEVELS: &[&str] = &["direct", "indirect", "unknown"];

/// What every statement must have.
const MUST: &[&str] =
    &["statementId", "declarationSubject", "recordId", "recordType", "recordDetails"];

/// What each kind of record must have.
const MUST_OF: &[(&str, &[&str])] = &[
    ("entity", &["isComponent", "entityType"]),
    ("person", &["isComponent", "personType"]),
    ("relationship", &["isComponent", "subject", "interestedParty"]),
];

/// Places of a statement by path; `*` is each item of a list.
const STATEMENT: &[(&str, Shape)] = &[
    ("statementId", Shape::TextOf(32, 64)),
    ("declarationSubject", Shape::TextOf(1, 64)),
    ("declaration", Shape::Text),
    ("recordId", Shape::TextOf(1, 64)),
    ("recordType", Shape::Word(RECORD_TYPES)),
    ("recordStatus", Shape::Word(STATUSES)),
    ("statementDate", Shape::Date),
    ("recordDetails", Shape::Object),
    ("publicationDetails", Shape::Object),
    ("source", Shape::Object),
    ("recordDetails/isComponent", Shape::Yes),
];

const ENTITY: &[(&str, Shape)] = &[
    ("entityType", Shape::Object),
    ("entityType/type", Shape::Word(ENTITY_TYPES)),
    ("name", Shape::Text),
    ("alternateNames", Shape::List),
    ("alternateNames/*", Shape::Text),
    ("jurisdiction", Shape::Object),
    ("jurisdiction/name", Shape::Text),
    ("jurisdiction/code", Shape::TextOf(2, 6)),
    ("identifiers", Shape::List),
    ("identifiers/*", Shape::Object),
    ("identifiers/*/id", Shape::Text),
    ("identifiers/*/scheme", Shape::Text),
    ("identifiers/*/schemeName", Shape::Text),
    ("foundingDate", Shape::Date),
    ("dissolutionDate", Shape::Date),
    ("addresses", Shape::List),
    ("addresses/*", Shape::Object),
];

const PERSON: &[(&str, Shape)] = &[
    ("personType", Shape::Word(PERSON_TYPES)),
    ("names", Shape::List),
    ("names/*", Shape::Object),
    ("names/*/type", Shape::Word(NAME_TYPES)),
    ("names/*/fullName", Shape::Text),
    ("names/*/givenName", Shape::Text),
    ("names/*/familyName", Shape::Text),
    ("names/*/patronymicName", Shape::Text),
    ("identifiers", Shape::List),
    ("identifiers/*", Shape::Object),
    ("identifiers/*/id", Shape::Text),
    ("identifiers/*/scheme", Shape::Text),
    ("identifiers/*/schemeName", Shape::Text),
    ("nationalities", Shape::List),
    ("nationalities/*", Shape::Object),
    ("nationalities/*/name", Shape::Text),
    ("nationalities/*/code", Shape::TextOf(2, 6)),
    ("birthDate", Shape::Date),
    ("deathDate", Shape::Date),
    ("addresses", Shape::List),
    ("taxResidencies", Shape::List),
    ("placeOfBirth", Shape::Object),
];

const RELATIONSHIP: &[(&str, Shape)] = &[
    ("subject", Shape::TextOrWhy),
    ("interestedParty", Shape::TextOrWhy),
    ("componentRecords", Shape::List),
    ("componentRecords/*", Shape::Text),
    ("interests", Shape::List),
    ("interests/*", Shape::Object),
    ("interests/*/type", Shape::Text),
    ("interests/*/details", Shape::Text),
    ("interests/*/directOrIndirect", Shape::Word(LEVELS)),
    ("interests/*/beneficialOwnershipOrControl", Shape::Yes),
    ("interests/*/startDate", Shape::Date),
    ("interests/*/endDate", Shape::Date),
    ("interests/*/share", Shape::Object),
    ("interests/*/share/exact", Shape::Percent),
    ("interests/*/share/minimum", Shape::Percent),
    ("interests/*/share/maximum", Shape::Percent),
    ("interests/*/share/exclusiveMinimum", Shape::Percent),
    ("interests/*/share/exclusiveMaximum", Shape::Percent),
];

/// Checks a statement.
///
/// # Errors
/// What is missing, or what does not have its shape, by path.
pub(super) fn check(statement: &Value) -> Result<(), String> {
    let lacks = |of: &Value, must: &[&str]| match must.iter().find(|key| of.get(**key).is_none()) {
        Some(key) => Err(format!("has no `{key}`")),
        None => Ok(()),
    };
    lacks(statement, MUST)?;
    all(statement, STATEMENT)?;
    let details = &statement["recordDetails"];
    let kind = statement["recordType"].as_str().unwrap_or_default();
    let must = MUST_OF.iter().find(|(own, _)| *own == kind).map_or(&[][..], |(_, must)| must);
    lacks(details, must)?;
    let shapes = match kind {
        "entity" => ENTITY,
        "person" => PERSON,
        _ => RELATIONSHIP,
    };
    all(details, shapes)?;
    let component = details["isComponent"].as_bool().unwrap_or(false);
    let own = details.get("componentRecords").and_then(Value::as_array);
    if component && own.is_some_and(|own| !own.is_empty()) {
        return Err(
            "is a component and has components, which the standard does not let be".to_owned()
        );
    }
    Ok(())
}

fn all(value: &Value, shapes: &[(&str, Shape)]) -> Result<(), String> {
    shapes.iter().try_for_each(|(path, shape)| {
        let steps: Vec<&str> = path.split('/').collect();
        at(value, &steps, *shape).map_err(|what| format!("`{path}` {what}"))
    })
}

fn at(value: &Value, steps: &[&str], shape: Shape) -> Result<(), String> {
    match steps {
        [] => is(value, shape),
        ["*", rest @ ..] => {
            value.as_array().into_iter().flatten().try_for_each(|item| at(item, rest, shape))
        }
        [step, rest @ ..] => match value.get(*step) {
            Some(value) => at(value, rest, shape),
            None => Ok(()),
        },
    }
}

fn is(value: &Value, shape: Shape) -> Result<(), String> {
    let text = value.as_str();
    let (fits, what) = match shape {
        Shape::Text => (text.is_some(), "is no text"),
        Shape::TextOf(from, to) => {
            let letters = text.map(|text| text.chars().count());
            (
                letters.is_some_and(|letters| from <= letters && letters <= to),
                "is no text of its length",
            )
        }
        Shape::Date => (text.is_some_and(is_date), "is no day, month or year"),
        Shape::Yes => (value.is_boolean(), "is neither true nor false"),
        Shape::Object => (value.is_object(), "is no object"),
        Shape::List => (value.is_array(), "is no list"),
        Shape::Percent => {
            let percent = value.as_f64();
            (
                percent.is_some_and(|percent| (0.0..=100.0).contains(&percent)),
                "is no share of 0 to 100",
            )
        }
        Shape::Word(words) => {
            (text.is_some_and(|text| words.contains(&text)), "is no word of its code list")
        }
        Shape::TextOrWhy => {
            let why = value.get("reason").is_some_and(Value::is_string);
            (text.is_some_and(|text| !text.is_empty()) || why, "names nobody and does not say why")
        }
    };
    if fits { Ok(()) } else { Err(what.to_owned()) }
}

/// A day, perhaps with a time, a month, or a year.
fn is_date(text: &str) -> bool {
    let day = text.split('T').next().unwrap_or_default();
    let whole = format!("{day}{}", "0000-01-01".get(day.len()..).unwrap_or_default());
    matches!(day.len(), 4 | 7 | 10) && Day::parse(&whole).is_ok()
}
