//! Whether a statement of the Beneficial Ownership Data Standard 0.4 has the shape that the standard gives it: a text
//! where a text stands, a list where a list does, words of its code lists, shares of 0 to 100, and what must be there.
//!
//! The standard's own validator refuses the same; of a statement that it refuses nobody knows what else is wrong.

use serde_json::Value;

use crate::day::Day;

/// What stands in a place.
#[derive(Debug, Clone, Copy)]
enum Shape {
    Text,
    /// A text of so many letters.
    TextOf(usize, usize),
    Uri,
    Day,
    /// A day, perhaps with a time.
    Time,
    /// A day, or a month, or a year.
    Part,
    /// `0.4`
    Version,
    Yes,
    /// An object that has all of these.
    Object(&'static [&'static str]),
    /// An object that has one of these.
    OneOf(&'static [&'static str]),
    List,
    Percent,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A text, or an object that says why there is none.
    TextOrWhy,
}

type Shapes = &'static [(&'static str, Shape)];

const REASONS: &[&str] = &[
    "noBeneficialOwners",
    "subjectUnableToConfirmOrIdentifyBeneficialOwner",
    "interestedPartyHasNotProvidedInformation",
    "subjectExemptFromDisclosure",
    "interestedPartyExemptFromDisclosure",
    "unknown",
    "informationUnknownToPublisher",
];

/// What every statement must have.
const MUST: &[&str] = &[
    "statementId",
    "declarationSubject",
    "recordId",
    "recordType",
    "recordDetails",
    "statementDate",
];

/// Places of a statement by path; `*` is each item of a list.
const STATEMENT: Shapes = &[
    ("", Shape::Object(MUST)),
    ("statementId", Shape::TextOf(32, 64)),
    ("declarationSubject", Shape::TextOf(1, 64)),
    ("declaration", Shape::Text),
    ("recordId", Shape::TextOf(1, 64)),
    ("recordType", Shape::Word(&["entity", "person", "relationship"])),
    ("recordStatus", Shape::Word(&["new", "updated", "closed"])),
    ("statementDate", Shape::Time),
    ("recordDetails", Shape::Object(&["isComponent"])),
    ("recordDetails/isComponent", Shape::Yes),
    ("publicationDetails", Shape::Object(&["publicationDate", "bodsVersion", "publisher"])),
    ("publicationDetails/publicationDate", Shape::Time),
    ("publicationDetails/bodsVersion", Shape::Version),
    ("publicationDetails/license", Shape::Uri),
    ("publicationDetails/publisher", Shape::OneOf(&["name", "url"])),
    ("publicationDetails/publisher/name", Shape::Text),
    ("publicationDetails/publisher/url", Shape::Uri),
    ("source", Shape::Object(&[])),
    ("source/type", Shape::List),
    (
        "source/type/*",
        Shape::Word(&[
            "selfDeclaration",
            "officialRegister",
            "thirdParty",
            "primaryResearch",
            "verified",
        ]),
    ),
    ("source/description", Shape::Text),
    ("source/url", Shape::Uri),
    ("source/retrievedAt", Shape::Time),
    ("source/assertedBy", Shape::List),
    ("source/assertedBy/*", Shape::Object(&[])),
    ("source/assertedBy/*/name", Shape::Text),
    ("source/assertedBy/*/uri", Shape::Uri),
    ("annotations", Shape::List),
    ("annotations/*", Shape::Object(&["statementPointerTarget", "motivation"])),
    ("annotations/*/statementPointerTarget", Shape::Text),
    (
        "annotations/*/motivation",
        Shape::Word(&["commenting", "correcting", "identifying", "linking", "transformation"]),
    ),
    ("annotations/*/createdBy", Shape::Object(&[])),
    ("annotations/*/createdBy/name", Shape::Text),
    ("annotations/*/createdBy/uri", Shape::Uri),
    ("annotations/*/creationDate", Shape::Time),
    ("annotations/*/description", Shape::Text),
    ("annotations/*/transformedContent", Shape::Text),
    ("annotations/*/url", Shape::Uri),
];

const ENTITY: Shapes = &[
    ("", Shape::Object(&["isComponent", "entityType"])),
    ("entityType", Shape::Object(&["type"])),
    (
        "entityType/type",
        Shape::Word(&[
            "registeredEntity",
            "legalEntity",
            "arrangement",
            "anonymousEntity",
            "unknownEntity",
            "state",
            "stateBody",
        ]),
    ),
    ("entityType/details", Shape::Text),
    ("unspecifiedEntityDetails", Shape::Object(&["reason"])),
    ("unspecifiedEntityDetails/reason", Shape::Word(REASONS)),
    ("unspecifiedEntityDetails/description", Shape::Text),
    ("name", Shape::Text),
    ("alternateNames", Shape::List),
    ("alternateNames/*", Shape::Text),
    ("jurisdiction", Shape::Object(&["name"])),
    ("jurisdiction/name", Shape::Text),
    ("jurisdiction/code", Shape::TextOf(2, 6)),
    ("foundingDate", Shape::Day),
    ("dissolutionDate", Shape::Day),
    ("uri", Shape::Uri),
    ("addresses/*/type", Shape::Word(&["registered", "business", "alternative"])),
    ("publicListing", Shape::Object(&["hasPublicListing"])),
    ("publicListing/hasPublicListing", Shape::Yes),
    ("publicListing/companyFilingsURLs", Shape::List),
    ("publicListing/companyFilingsURLs/*", Shape::Uri),
    ("formedByStatute", Shape::Object(&[])),
    ("formedByStatute/name", Shape::Text),
    ("formedByStatute/date", Shape::Day),
];

const PERSON: Shapes = &[
    ("", Shape::Object(&["isComponent", "personType"])),
    ("personType", Shape::Word(&["anonymousPerson", "unknownPerson", "knownPerson"])),
    ("unspecifiedPersonDetails", Shape::Object(&["reason"])),
    ("unspecifiedPersonDetails/reason", Shape::Word(REASONS)),
    ("names", Shape::List),
    ("names/*", Shape::Object(&["fullName"])),
    (
        "names/*/type",
        Shape::Word(&["legal", "translation", "transliteration", "former", "alternative", "birth"]),
    ),
    ("names/*/fullName", Shape::Text),
    ("names/*/givenName", Shape::Text),
    ("names/*/familyName", Shape::Text),
    ("names/*/patronymicName", Shape::Text),
    ("nationalities", Shape::List),
    ("nationalities/*", Shape::Object(&["name"])),
    ("nationalities/*/name", Shape::Text),
    ("nationalities/*/code", Shape::TextOf(2, 2)),
    ("birthDate", Shape::Part),
    ("deathDate", Shape::Part),
    ("placeOfBirth", Shape::Object(&[])),
    ("taxResidencies", Shape::List),
    ("addresses/*/type", Shape::Word(&["residence", "service", "alternative"])),
    ("politicalExposure", Shape::Object(&["status"])),
    ("politicalExposure/status", Shape::Word(&["isPep", "isNotPep", "unknown"])),
    ("politicalExposure/details", Shape::List),
    ("politicalExposure/details/*/startDate", Shape::Day),
    ("politicalExposure/details/*/endDate", Shape::Day),
    ("politicalExposure/details/*/jurisdiction", Shape::Object(&["name"])),
    ("politicalExposure/details/*/missingInfoReason", Shape::Text),
    ("politicalExposure/details/*/source", Shape::Object(&[])),
];

/// What entities and persons have alike.
const PARTY: Shapes = &[
    ("identifiers", Shape::List),
    ("identifiers/*", Shape::OneOf(&["scheme", "schemeName"])),
    ("identifiers/*/id", Shape::Text),
    ("identifiers/*/scheme", Shape::Text),
    ("identifiers/*/schemeName", Shape::Text),
    ("identifiers/*/uri", Shape::Uri),
    ("addresses", Shape::List),
    ("addresses/*", Shape::Object(&[])),
    ("addresses/*/address", Shape::Text),
    ("addresses/*/postCode", Shape::Text),
    ("addresses/*/country", Shape::Object(&["name"])),
    ("addresses/*/country/name", Shape::Text),
    ("addresses/*/country/code", Shape::TextOf(2, 2)),
];

const RELATIONSHIP: Shapes = &[
    ("", Shape::Object(&["isComponent", "subject", "interestedParty"])),
    ("subject", Shape::TextOrWhy),
    ("interestedParty", Shape::TextOrWhy),
    ("componentRecords", Shape::List),
    ("componentRecords/*", Shape::Text),
    ("interests", Shape::List),
    ("interests/*", Shape::Object(&[])),
    ("interests/*/type", Shape::Text),
    ("interests/*/details", Shape::Text),
    ("interests/*/directOrIndirect", Shape::Word(&["direct", "indirect", "unknown"])),
    ("interests/*/beneficialOwnershipOrControl", Shape::Yes),
    ("interests/*/startDate", Shape::Day),
    ("interests/*/endDate", Shape::Day),
    ("interests/*/share", Shape::Object(&[])),
    ("interests/*/share/exact", Shape::Percent),
    ("interests/*/share/minimum", Shape::Percent),
    ("interests/*/share/maximum", Shape::Percent),
    ("interests/*/share/exclusiveMinimum", Shape::Percent),
    ("interests/*/share/exclusiveMaximum", Shape::Percent),
];

/// What may stand beside a type of entity as its subtype.
const SUBTYPES: &[(&str, &[&str])] = &[
    ("arrangement", &["trust", "nomination", "other"]),
    ("legalEntity", &["trust", "other"]),
    ("stateBody", &["governmentDepartment", "stateAgency", "other"]),
];

/// Checks a statement.
///
/// # Errors
/// What is missing, or what does not have its shape, by path.
pub(super) fn check(statement: &Value) -> Result<(), String> {
    all(statement, STATEMENT)?;
    annotations(statement)?;
    let details = &statement["recordDetails"];
    match statement["recordType"].as_str().unwrap_or_default() {
        "entity" => {
            all(details, ENTITY)?;
            all(details, PARTY)?;
            subtype(&details["entityType"])
        }
        "person" => {
            all(details, PERSON)?;
            all(details, PARTY)
        }
        _ => {
            all(details, RELATIONSHIP)?;
            components(details)
        }
    }
}

fn subtype(of: &Value) -> Result<(), String> {
    let Some(subtype) = of.get("subtype") else { return Ok(()) };
    let kind = of["type"].as_str().unwrap_or_default();
    let may = SUBTYPES.iter().find(|(own, _)| *own == kind).map_or(&["other"][..], |(_, may)| may);
    match subtype.as_str().filter(|subtype| may.contains(subtype)) {
        Some(_) => Ok(()),
        None => Err(format!("`entityType/subtype` is none of a `{kind}`")),
    }
}

fn components(details: &Value) -> Result<(), String> {
    let own = details.get("componentRecords").and_then(Value::as_array);
    let is_component = details["isComponent"].as_bool().unwrap_or(false);
    match is_component && own.is_some_and(|own| !own.is_empty()) {
        true => {
            Err("is a component and has components, which the standard does not let be".to_owned())
        }
        false => Ok(()),
    }
}

/// A link has an address, and only what was transformed has what it was.
fn annotations(statement: &Value) -> Result<(), String> {
    for annotation in statement["annotations"].as_array().into_iter().flatten() {
        let motivation = annotation["motivation"].as_str().unwrap_or_default();
        if motivation == "linking" && annotation.get("url").is_none() {
            return Err("`annotations/*` of a link has no `url`".to_owned());
        }
        let was = annotation["transformedContent"].as_str().unwrap_or_default();
        if motivation != "transformation" && !was.is_empty() {
            return Err("`annotations/*/transformedContent` stands where nothing was transformed"
                .to_owned());
        }
    }
    Ok(())
}

fn all(value: &Value, shapes: Shapes) -> Result<(), String> {
    shapes.iter().try_for_each(|(path, shape)| {
        let steps: Vec<&str> = path.split('/').filter(|step| !step.is_empty()).collect();
        at(value, &steps, *shape).map_err(|what| match *path {
            "" => what,
            path => format!("`{path}` {what}"),
        })
    })
}

fn at(value: &Value, steps: &[&str], shape: Shape) -> Result<(), String> {
    match steps {
        [] => is(value, shape),
        ["*", rest @ ..] => {
            value.as_array().into_iter().flatten().try_for_each(|item| at(item, rest, shape))
        }
        [step, rest @ ..] => value.get(*step).map_or(Ok(()), |value| at(value, rest, shape)),
    }
}

fn is(value: &Value, shape: Shape) -> Result<(), String> {
    let text = value.as_str();
    let holds = |fits: bool, what: &str| if fits { Ok(()) } else { Err(what.to_owned()) };
    let says = |fits: &dyn Fn(&str) -> bool| text.is_some_and(fits);
    match shape {
        Shape::Text => holds(text.is_some(), "is no text"),
        Shape::TextOf(from, to) => {
            let fits = |text: &str| (from..=to).contains(&text.chars().count());
            holds(says(&fits), "is no text of its length")
        }
        Shape::Uri => holds(says(&is_uri), "is no URI"),
        Shape::Day => holds(says(&|text| Day::parse(text).is_ok()), "is no day"),
        Shape::Time => holds(says(&is_time), "is no day, with or without a time"),
        Shape::Part => holds(says(&is_part), "is no day, month or year"),
        Shape::Version => holds(says(&is_version), "is no version such as 0.4"),
        Shape::Yes => holds(value.is_boolean(), "is neither true nor false"),
        Shape::List => holds(value.is_array(), "is no list"),
        Shape::Percent => {
            let fits = value.as_f64().is_some_and(|share| (0.0..=100.0).contains(&share));
            holds(fits, "is no share of 0 to 100")
        }
        Shape::Word(words) => {
            holds(says(&|text| words.contains(&text)), "is no word of its code list")
        }
        Shape::TextOrWhy => {
            let why = value.get("reason").is_some_and(Value::is_string);
            holds(says(&|text| !text.is_empty()) || why, "names nobody and does not say why")
        }
        Shape::OneOf(keys) => {
            holds(value.is_object(), "is no object")?;
            let fits = keys.iter().any(|key| value.get(*key).is_some());
            holds(fits, &format!("has none of {}", keys.join(", ")))
        }
        Shape::Object(keys) => {
            holds(value.is_object(), "is no object")?;
            match keys.iter().find(|key| value.get(**key).is_none()) {
                Some(key) => Err(format!("has no `{key}`")),
                None => Ok(()),
            }
        }
    }
}

/// A scheme, a colon, and something behind it without a space (RFC 3986).
fn is_uri(text: &str) -> bool {
    text.split_once(':').is_some_and(|(scheme, rest)| {
        let letters = scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
        let begins = scheme.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic());
        begins && letters && !rest.is_empty() && !text.contains(char::is_whitespace)
    })
}

fn is_time(text: &str) -> bool {
    text.get(..10).is_some_and(|day| Day::parse(day).is_ok())
        && (text.len() == 10 || text[10..].starts_with(['T', 't', ' ']))
}

fn is_part(text: &str) -> bool {
    let whole = format!("{text}{}", "0000-01-01".get(text.len()..).unwrap_or_default());
    matches!(text.len(), 4 | 7 | 10) && Day::parse(&whole).is_ok()
}

fn is_version(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    text.split_once('.').is_some_and(|(major, minor)| digits(major) && digits(minor))
}
