//! `POST /v1/screen`: one party, or several.

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use rayon::prelude::*;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use parentage::day::Day;
use parentage::error::Place;
use parentage::model::Party;
use parentage::name::POINTS_OF_ONE;
use parentage::report::json::{self, Run};
use parentage::screen::{Answer, Decisions, Note, NoteKind, Screener};
use parentage::source::{OWNER_FIELDS, declared_owner, party_of};

use super::access::Caller;
use super::asked::{Json, Whole, day, json as read_json};
use super::audit::Screening;
use super::decisions::Known;
use super::loaded::{Loaded, Question, USUAL_LIMIT};
use super::problem::{Problem, ProblemView};
use super::{App, Going, plain, sealed_text};

/// Parties of one request.
const MOST_PARTIES: usize = 1_000;

/// One text, or several that stand for one joined by `;`.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum Text {
    /// One.
    One(String),
    /// Several.
    Several(Vec<String>),
}

impl Text {
    fn joined(&self) -> String {
        match self {
            Text::One(one) => one.clone(),
            Text::Several(all) => all.join(";"),
        }
    }
}

/// An owner that a party declares.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnerAsked {
    /// Its name.
    #[schema(example = "Elbit Systems of America, LLC")]
    name: String,
    /// Countries, two letters each.
    country: Option<Text>,
    /// Identifiers, `scheme:value` each.
    identifiers: Option<Text>,
    /// The share in percent, or its low end; blank for unknown.
    #[schema(example = "60")]
    share_min: Option<String>,
    /// The high end of the share.
    share_max: Option<String>,
    /// The share is more than the low end.
    #[serde(default)]
    min_exclusive: bool,
    /// The share is less than the high end.
    #[serde(default)]
    max_exclusive: bool,
    /// `equity` (default), `votes`, `unspecified`, `branch` or `control`.
    interest: Option<String>,
    /// The first day on which it holds.
    since: Option<String>,
    /// The first day on which it no longer holds.
    until: Option<String>,
    /// `documented`, `reported` or `unverified` (default).
    confidence: Option<String>,
    /// Who says so.
    source: Option<String>,
}

/// A party, in the columns of a file of parties.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PartyAsked {
    /// Its name.
    #[schema(example = "Kollsman Inc")]
    name: String,
    /// Its name in its own script.
    name_native: Option<String>,
    /// Other names.
    aliases: Option<Text>,
    /// Countries, two letters each.
    country: Option<Text>,
    /// City.
    city: Option<String>,
    /// `company`, `person`, `branch`, `public_body` or `other`.
    kind: Option<String>,
    /// A day, a month or a year: `1962-05-31`, `1962-05`, `1962`.
    birth_date: Option<String>,
    /// Its id in the asker's own system.
    id: Option<String>,
    /// Identifiers, `scheme:value` each.
    identifiers: Option<Text>,
    /// Owners that it declares; each counts for this party alone.
    #[serde(default)]
    owners: Vec<OwnerAsked>,
}

/// The fields of an object in their order, each once: a second one would silently take the place of the first.
#[derive(Debug)]
pub struct Fields(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Fields, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Fields;

            fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut all: Vec<(String, Box<RawValue>)> = Vec::new();
                while let Some((name, value)) = map.next_entry::<String, _>()? {
                    if all.iter().any(|(own, _)| *own == name) {
                        return Err(serde::de::Error::custom(format!("duplicate field `{name}`")));
                    }
                    all.push((name, value));
                }
                Ok(Fields(all))
            }
        }
        deserializer.deserialize_map(Object)
    }
}

/// What is asked beside parties.
const ASKED: [&str; 6] = ["parties", "as_of", "rules", "profile", "threshold", "limit"];

/// One party with what is asked of it, or several as `parties`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    parties: Option<Vec<Box<RawValue>>>,
    as_of: Option<String>,
    rules: Option<Vec<String>>,
    profile: Option<String>,
    threshold: Option<f64>,
    limit: Option<Whole>,
}

impl Fields {
    /// What is asked, and the fields of the one party as an object.
    fn parted(self) -> Result<(Asked, Vec<String>, String), Problem> {
        let (asked, one): (Vec<_>, Vec<_>) =
            self.0.into_iter().partition(|(name, _)| ASKED.contains(&name.as_str()));
        let names = one.iter().map(|(name, _)| name.clone()).collect();
        let [asked, one] = [asked, one].map(|fields| {
            let field = |(name, value): &(String, Box<RawValue>)| {
                format!("{}:{}", serde_json::Value::from(name.as_str()), value.get())
            };
            format!("{{{}}}", fields.iter().map(field).collect::<Vec<_>>().join(","))
        });
        Ok((read_json(asked.as_bytes())?, names, one))
    }
}

/// What is asked beside the parties.
#[derive(Debug, Default, ToSchema)]
#[expect(dead_code, reason = "its fields are read through `Asked`; it is what OpenAPI shows")]
pub struct Options {
    /// The day of the answer; today in UTC where none is given.
    #[schema(format = "date", example = "2025-10-20")]
    as_of: Option<String>,
    /// Rules by id, with a reading after a slash if wanted; every rule with a list that is loaded where none is given.
    #[schema(example = json!(["cn-mofcom-61"]))]
    rules: Option<Vec<String>>,
    /// A policy that the service was started with.
    profile: Option<String>,
    /// Scores from here on make a hit.
    #[schema(minimum = 0.0, maximum = 1.0, example = 0.85)]
    threshold: Option<f64>,
    /// Matches shown a party, 0 for all.
    #[schema(example = 10)]
    limit: Option<usize>,
}

/// The score of a number in 0..1 as points.
pub fn points(field: &str, score: f64) -> Result<i32, Problem> {
    if !(0.0..=1.0).contains(&score) {
        return Err(Problem::field(field, format!("{score} is outside 0..1")));
    }
    #[expect(clippy::cast_possible_truncation, reason = "0..1 times 10,000")]
    let points = (score * f64::from(POINTS_OF_ONE)).round() as i32;
    Ok(points)
}

/// Bytes of a field: no name of a public list has more than some hundred letters, and a long one takes time by its length.
pub const MOST_BYTES: usize = 1_000;

/// Bytes of all aliases together, and of all identifiers.
const MOST_OF_SEVERAL: usize = 10_000;

/// Owners that a party declares.
const MOST_OWNERS: usize = 200;

/// The bytes that a field may have.
fn most_bytes(field: &str) -> usize {
    if matches!(field, "aliases" | "identifiers") { MOST_OF_SEVERAL } else { MOST_BYTES }
}

/// Whether a text is no longer than a name may be.
pub fn is_short(text: &str) -> bool {
    text.len() <= MOST_BYTES
}

/// What a party's fields come to: the party, if it can be screened, and what cannot be read.
pub type Read = (Option<Party>, Vec<(String, String)>);

impl PartyAsked {
    /// As the readers of party files read it.
    pub fn read(&self, place: Place) -> Read {
        let text = |own: &Option<Text>| own.as_ref().map(Text::joined).unwrap_or_default();
        let plain = |own: &Option<String>| own.clone().unwrap_or_default();
        let fields = [
            ("name", self.name.clone()),
            ("name_native", plain(&self.name_native)),
            ("aliases", text(&self.aliases)),
            ("country", text(&self.country)),
            ("city", plain(&self.city)),
            ("kind", plain(&self.kind)),
            ("birth_date", plain(&self.birth_date)),
            ("id", plain(&self.id)),
            ("identifiers", text(&self.identifiers)),
        ];
        let long = fields.iter().find(|(name, text)| text.len() > most_bytes(name));
        if let Some((name, text)) = long {
            let reason =
                format!("has {} bytes, and no more than {} are read", text.len(), most_bytes(name));
            return (None, vec![((*name).to_owned(), reason)]);
        }
        if self.owners.len() > MOST_OWNERS {
            let reason = format!("are more than {MOST_OWNERS}");
            return (None, vec![("owners".to_owned(), reason)]);
        }
        let fields: Vec<(&str, &str)> =
            fields.iter().map(|(name, text)| (*name, text.as_str())).collect();
        let (party, mut faults) = party_of(&fields);
        let Some(mut party) = party else { return (None, faults) };
        for (at, owner) in self.owners.iter().enumerate() {
            match owner.read(place) {
                Ok(owner) => party.owners.push(owner),
                Err((field, reason)) => {
                    party.unread_owners = true;
                    faults.push((format!("owners[{at}].{field}"), reason));
                }
            }
        }
        (Some(party), faults)
    }
}

impl OwnerAsked {
    fn read(&self, place: Place) -> Result<parentage::model::DeclaredOwner, (String, String)> {
        let text = |own: &Option<Text>| own.as_ref().map(Text::joined).unwrap_or_default();
        let plain = |own: &Option<String>| own.as_deref().unwrap_or_default().trim().to_owned();
        let flag = |own: bool| if own { "true" } else { "" }.to_owned();
        let fields = [
            self.name.trim().to_owned(),
            text(&self.country),
            text(&self.identifiers),
            plain(&self.share_min),
            plain(&self.share_max),
            flag(self.min_exclusive),
            flag(self.max_exclusive),
            plain(&self.interest),
            plain(&self.since),
            plain(&self.until),
            plain(&self.confidence),
            plain(&self.source),
        ];
        if let Some(at) = fields.iter().position(|text| text.len() > MOST_OF_SEVERAL) {
            let field = OWNER_FIELDS[at].to_owned();
            return Err((field, format!("has more than {MOST_OF_SEVERAL} bytes")));
        }
        declared_owner(fields.each_ref().map(String::as_str), place)
    }
}

impl Asked {
    fn question(&self) -> Result<Question, Problem> {
        let as_of = self.as_of.as_deref().map(|text| day("as_of", text)).transpose()?;
        let threshold = self.threshold.map(|score| points("threshold", score)).transpose()?;
        Ok(Question {
            day: as_of.unwrap_or_else(Day::today),
            rules: self.rules.clone().unwrap_or_default(),
            profile: self.profile.clone(),
            threshold,
            limit: self.limit.map_or(USUAL_LIMIT, |limit| limit.0),
        })
    }
}

/// Several answers.
#[derive(Debug, Serialize, ToSchema)]
pub struct Results {
    /// One for each party, in their order; the first says what they all rest on.
    #[schema(value_type = Vec<Object>)]
    results: Vec<Box<RawValue>>,
}

/// Is a party on a list, or owned by somebody who is?
///
/// One party as an object, answered by an object; or several as `parties`, answered by as many `results` in their order,
/// of which the first says what they all rest on. A party of several that cannot be screened comes out with verdict `error`
/// and its reasons.
#[utoipa::path(post, path = "/v1/screen", tag = "Screening",
    request_body(content = inline(serde_json::Value), content_type = "application/json"),
    responses(
        (status = 200, description = "The answer, or answers"),
        (status = 400, description = "No JSON", body = ProblemView, content_type = "application/problem+json"),
        (status = 413, description = "Too much at once", body = ProblemView, content_type = "application/problem+json"),
        (status = 415, description = "Not said to be JSON", body = ProblemView, content_type = "application/problem+json"),
        (status = 422, description = "A field that cannot be used", body = ProblemView, content_type = "application/problem+json")))]
pub async fn screen(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Json(fields): Json<Fields>,
) -> Result<Response, Problem> {
    let loaded = app.loaded();
    let (asked, names, party) = fields.parted()?;
    let question = asked.question()?;
    let own = std::sync::Arc::clone(&app);
    let done = move |going: &Going| {
        let prepared = loaded.prepared(&question, &own.config.house)?;
        let known = own.decided()?;
        let text = prepared.with(|screener, run| {
            let asking = Asking {
                app: &own,
                loaded: &loaded,
                screener,
                run,
                known: &known,
                by: &caller.name,
                going,
            };
            match asked.parties {
                None => asking.one(&names, &party),
                Some(parties) => asking.several(&parties, &names),
            }
        })?;
        Ok(own.text(&loaded, text))
    };
    app.work_while(done).await
}

/// Who asks, and what answers rest on.
struct Asking<'a> {
    app: &'a App,
    loaded: &'a Loaded,
    screener: &'a Screener<'a>,
    run: &'a Run<'a>,
    known: &'a Known,
    by: &'a str,
    going: &'a Going,
}

impl Asking<'_> {
    fn one(&self, names: &[String], asked: &str) -> Result<String, Problem> {
        if !names.iter().any(|name| name == "name") {
            return Err(Problem::field("name", "is missing; give the party's name, or `parties`"));
        }
        let party: PartyAsked = read_json(asked.as_bytes())?;
        let (read, mut faults) = party.read(self.loaded.request);
        if !faults.is_empty() {
            let (field, reason) = faults.swap_remove(0);
            return Err(Problem::field(field, reason));
        }
        if read.is_none() {
            return Err(Problem::field("name", "cannot be screened"));
        }
        self.answer(asked, &party, true)
    }

    fn several(&self, parties: &[Box<RawValue>], beside: &[String]) -> Result<String, Problem> {
        if let Some(field) = beside.first() {
            let reason = "stands beside `parties`; give each party its own fields, or ask for one";
            return Err(Problem::field(field, reason));
        }
        if parties.len() > MOST_PARTIES {
            let reason =
                format!("has {} parties; no more than {MOST_PARTIES} go at once", parties.len());
            return Err(Problem::field("parties", reason));
        }
        let answer = |(at, asked): (usize, &str)| {
            self.going.check()?;
            let mut reader = serde_json::Deserializer::from_str(asked);
            let party: PartyAsked =
                serde_path_to_error::deserialize(&mut reader).map_err(|error| {
                    let path = error.path().to_string();
                    let path = if path == "." { String::new() } else { format!(".{path}") };
                    Problem::field(format!("parties[{at}]{path}"), error.inner().to_string())
                })?;
            let text = self.answer(asked, &party, at == 0)?;
            RawValue::from_string(text).map_err(|error| plain(&error))
        };
        // Of several faults the first is told.
        let results: Vec<Result<Box<RawValue>, Problem>> =
            parties.par_iter().map(|party| party.get()).enumerate().map(answer).collect();
        let results = results.into_iter().collect::<Result<_, Problem>>()?;
        serde_json::to_string(&Results { results }).map_err(|error| plain(&error))
    }

    /// The answer on a party, counted and logged.
    fn answer(&self, asked: &str, party: &PartyAsked, with_run: bool) -> Result<String, Problem> {
        let decisions = &self.known.decisions;
        let (answer, text) =
            answered(self.screener, self.run, decisions, (party, self.loaded.request), with_run)?;
        self.app.metrics.said(answer);
        if self.app.logs_screenings() {
            // On one line, however it was written: a line of the log is one.
            let party: serde_json::Value =
                serde_json::from_str(asked).map_err(|error| plain(&error))?;
            let party = serde_json::value::to_raw_value(&party).map_err(|error| plain(&error))?;
            let settings = self.screener.settings();
            let screening = Screening {
                party: &party,
                as_of: settings.day.to_string(),
                rules: &self.run.rules,
                profile: self.run.profile.map(|own| (own.id.as_str(), own.digest.as_str())),
                threshold: settings.threshold,
                limit: settings.limit,
                floor: settings.floor.to_string(),
                max_list_age: settings.max_list_age,
                snapshot: self.run.snapshot.digest(),
                decisions: self.known.count,
                with_run,
                verdict: answer.as_str(),
                seal: seal_of(&text),
            };
            self.app.tell_screening(self.by, &screening)?;
        }
        Ok(text)
    }
}

/// The seal of an answer, which is the last of its fields.
pub fn seal_of(text: &str) -> &str {
    let end = text.len().saturating_sub(2);
    text.get(end.saturating_sub(32)..end).unwrap_or_default()
}

/// The answer on a party, with what cannot be read of it among its notes.
pub fn answered(
    screener: &Screener,
    run: &Run,
    decisions: &Decisions,
    (party, place): (&PartyAsked, Place),
    with_run: bool,
) -> Result<(Answer, String), Problem> {
    let (read, faults) = party.read(place);
    let notes = faults.into_iter().map(|(field, reason)| Note {
        kind: match field.starts_with("owners") {
            true => NoteKind::UnreadOwner,
            false => NoteKind::UnreadField,
        },
        text: format!("{field}: {reason}"),
        place: None,
    });
    let notes: Vec<Note> = notes.collect();
    let Some(read) = read else {
        let id = party.id.clone().unwrap_or_default();
        let party = Party { id, ..Party::named(party.name.clone()) };
        let text = sealed_text(&json::unscreened(run, &party, &notes, with_run))?;
        return Ok((Answer::Error, text));
    };
    let mut verdict = screener.screen_decided(&read, decisions);
    verdict.notes.extend(notes);
    Ok((verdict.answer, sealed_text(&json::screened(run, &read, &verdict, with_run))?))
}
