//! `/v1/entities`: one entity, its owners, exposures and proof, its days, and what would be if holdings were others.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use parentage::day::Day;
use parentage::model::EntityId;
use parentage::report::json::{self, Run};
use parentage::report::owners::{native_name, owners_of, owners_view};
use parentage::report::{export, objects, turns};
use parentage::screen::{Answer, Screener, Supposition, timeline as turns_of};

use super::asked::{Json, Parameters, Path, day};
use super::facts::Basis;
use super::loaded::{Loaded, Question};
use super::problem::{Problem, ProblemView};
use super::screen::is_short;
use super::{App, Service};

/// The parameters of a question about an entity.
const PARAMETERS: [&str; 3] = ["as_of", "rule", "profile"];

/// A question of parameters.
pub fn question(parameters: &Parameters) -> Result<Question, Problem> {
    Ok(Question {
        rules: parameters.all("rule").map(str::to_owned).collect(),
        profile: parameters.one("profile")?.map(str::to_owned),
        ..Question::on(parameters.day("as_of")?.unwrap_or_else(Day::today))
    })
}

/// The entities of an id: several where nothing joins records of one name and country.
fn found(loaded: &Loaded, id: &str) -> Result<Vec<EntityId>, Problem> {
    let found = loaded.snapshot.all_with_id(id);
    if found.is_empty() {
        let reason = format!("no entity has the id `{id}`; /v1/screen finds ids by name");
        return Err(Problem::not_found(reason));
    }
    Ok(found)
}

/// An entity found by a name.
#[derive(Debug, Serialize)]
struct FoundView {
    entity: json::Entity,
    /// The name that it was found by.
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    native: Option<String>,
    /// The verdict on a party that is surely this entity.
    verdict: &'static str,
    /// The lists that it is on.
    lists: Vec<String>,
}

/// Entities found at once where nobody says how many, and at most.
const FOUND: usize = 10;
pub const MOST_FOUND: usize = 100;

/// Entities by a name or the beginning of one, for a box that somebody types into.
///
/// Names that are taken for what was typed come first, then those in which every word typed begins a word. An entity that
/// no rule or list can reach is found by its exact name alone; `/v1/screen` alone says whether a party hits.
#[utoipa::path(get, path = "/v1/entities", tag = "Entities", params(
    ("name" = String, Query, description = "A name, or its beginning", example = "Kolls"),
    ("as_of" = Option<String>, Query, description = "The day; today in UTC where none is given"),
    ("limit" = Option<u32>, Query, description = "Entities shown, up to 100; 10 where none is given")),
    responses(
        (status = 200, description = "Those found, the best first"),
        (status = 422, description = "A parameter that cannot be used", body = ProblemView, content_type = "application/problem+json")))]
pub async fn find(State(app): State<App>, parameters: Parameters) -> Result<Response, Problem> {
    parameters.only(&["name", "as_of", "limit"])?;
    let missing = || Problem::field("name", "is missing; give a name or its beginning");
    let name = parameters.one("name")?.ok_or_else(missing)?.to_owned();
    if !is_short(&name) {
        return Err(Problem::field("name", "is longer than a name"));
    }
    let limit = parameters.parsed::<u32>("limit", "a whole number of 0 or more")?;
    let limit = limit.map_or(FOUND, |own| own as usize);
    if limit > MOST_FOUND {
        return Err(Problem::field("limit", format!("is more than {MOST_FOUND}")));
    }
    let mut question = Question::on(parameters.day("as_of")?.unwrap_or_else(Day::today));
    if limit > question.limit {
        question.limit = 0;
    }
    let (loaded, own) = (app.loaded(), Arc::clone(&app));
    let done = move || {
        let prepared = loaded.prepared(&question, &own.config.house)?;
        let answer = prepared.with(|screener, run| {
            let found = screener.typed(&name, limit, |_| true).into_iter().map(|one| FoundView {
                entity: json::entity(&run.snapshot.entity(one.entity)),
                native: native_name(run.snapshot, one.entity),
                verdict: Answer::of(&screener.findings(one.entity)).as_str(),
                lists: on_lists(screener, one.entity),
                name: one.name,
            });
            Entities { entities: found.collect(), basis: Basis::of(run) }
        });
        own.json(&loaded, &answer)
    };
    app.work(done).await
}

/// The lists that an entity is on, each once.
fn on_lists(screener: &Screener, entity: EntityId) -> Vec<String> {
    let mut lists: Vec<String> =
        screener.entries(entity).into_iter().map(|entry| entry.list.clone()).collect();
    lists.sort_unstable();
    lists.dedup();
    lists
}

/// Owners drawn at most: of more nobody makes out anything.
const MOST_DRAWN: usize = 300;

/// The owners that matter, as a picture wants them.
///
/// All recorded owners of the entity, above them those through whom a listed party leads to it, and the holdings of its
/// exposures, each with the record that says so. Holdings name their ends by place among `shown`.
#[utoipa::path(get, path = "/v1/entities/{id}/owners", tag = "Entities", params(
    ("id" = String, Path, description = "As answers give it"),
    ("as_of" = Option<String>, Query, description = "The day; today in UTC where none is given"),
    ("rule" = Option<Vec<String>>, Query, description = "Rules by id; all with a list that is loaded where none is given"),
    ("profile" = Option<String>, Query, description = "A policy that the service was started with")),
    responses(
        (status = 200, description = "Up to 300 of them, the nearest first"),
        (status = 404, description = "Nobody has the id", body = ProblemView, content_type = "application/problem+json"),
        (status = 422, description = "A parameter that cannot be used", body = ProblemView, content_type = "application/problem+json")))]
pub async fn owners(
    State(app): State<App>,
    Path(id): Path<String>,
    parameters: Parameters,
) -> Result<Response, Problem> {
    parameters.only(&PARAMETERS)?;
    answered(app, id, question(&parameters)?, |_, screener, run, entity| {
        let certainty = |one: EntityId| {
            screener.findings(one).exposures.iter().map(|exposure| exposure.certainty).min()
        };
        let exposures = screener.findings(entity).exposures.clone();
        let found = owners_of(run.snapshot, entity, run.day, &exposures, certainty);
        let lists = |one: EntityId| on_lists(screener, one);
        let view = owners_view(run.snapshot, &found, &exposures, MOST_DRAWN, certainty, lists);
        Ok(serde_json::json!(view))
    })
    .await
}

/// What is known of an entity.
#[derive(Debug, Serialize)]
struct EntityView {
    entity: json::Entity,
    kind: &'static str,
    names: Vec<String>,
    weak_names: Vec<String>,
    identifiers: Vec<String>,
    birth_dates: Vec<String>,
    exposures: Vec<json::ExposureView>,
}

/// What is said of the entities of an id.
#[derive(Debug, Serialize)]
struct Entities<T> {
    entities: Vec<T>,
    #[serde(flatten)]
    basis: Basis,
}

/// What is asked about an entity is answered by a function of it.
async fn answered<T: Serialize + Send + 'static>(
    app: App,
    id: String,
    question: Question,
    answer: impl Fn(&Service, &Screener, &Run, EntityId) -> Result<T, Problem> + Send + 'static,
) -> Result<Response, Problem> {
    let loaded = app.loaded();
    let own = Arc::clone(&app);
    let done = move || {
        let found = found(&loaded, &id)?;
        let prepared = loaded.prepared(&question, &own.config.house)?;
        let answer = prepared.with(|screener, run| {
            let all = found.iter().map(|entity| answer(&own, screener, run, *entity));
            let entities = all.collect::<Result<Vec<T>, Problem>>()?;
            Ok(Entities { entities, basis: Basis::of(run) })
        })?;
        own.json(&loaded, &answer)
    };
    app.work(done).await
}

/// What is recorded of an entity, and its exposures.
#[utoipa::path(get, path = "/v1/entities/{id}", tag = "Entities", params(
    ("id" = String, Path, description = "As answers give it", example = "name:0d3f5e8f0b6a1c22"),
    ("as_of" = Option<String>, Query, description = "The day; today in UTC where none is given"),
    ("rule" = Option<Vec<String>>, Query, description = "Rules by id; all with a list that is loaded where none is given"),
    ("profile" = Option<String>, Query, description = "A policy that the service was started with")),
    responses(
        (status = 200, description = "The entity; several where nothing joins records of one name"),
        (status = 404, description = "Nobody has the id", body = ProblemView, content_type = "application/problem+json"),
        (status = 422, description = "A parameter that cannot be used", body = ProblemView, content_type = "application/problem+json")))]
pub async fn entity(
    State(app): State<App>,
    Path(id): Path<String>,
    parameters: Parameters,
) -> Result<Response, Problem> {
    parameters.only(&PARAMETERS)?;
    answered(app, id, question(&parameters)?, |_, screener, run, entity| {
        let exposures = screener.findings(entity).exposures.clone();
        let one = export::entity(run.snapshot, entity, screener.entries(entity), exposures);
        Ok(EntityView {
            entity: json::entity(&one.view),
            kind: one.kind.as_str(),
            birth_dates: one.births().into_iter().map(str::to_owned).collect(),
            exposures: json::exposures(run.snapshot, &one.exposures),
            identifiers: one.identifiers.all().to_vec(),
            names: one.names,
            weak_names: one.weak,
        })
    })
    .await
}

/// Its owners, what it holds, its exposures with proof, and how far each rule is from its threshold.
#[utoipa::path(get, path = "/v1/entities/{id}/explain", tag = "Entities", params(
    ("id" = String, Path, description = "As answers give it"),
    ("as_of" = Option<String>, Query, description = "The day; today in UTC where none is given"),
    ("rule" = Option<Vec<String>>, Query, description = "Rules by id; all with a list that is loaded where none is given"),
    ("profile" = Option<String>, Query, description = "A policy that the service was started with"),
    ("readings" = Option<bool>, Query, description = "What each reading of each rule makes of it, too")),
    responses(
        (status = 200, description = "What is known and why"),
        (status = 404, description = "Nobody has the id", body = ProblemView, content_type = "application/problem+json"),
        (status = 422, description = "A parameter that cannot be used", body = ProblemView, content_type = "application/problem+json")))]
pub async fn explain(
    State(app): State<App>,
    Path(id): Path<String>,
    parameters: Parameters,
) -> Result<Response, Problem> {
    parameters.only(&[&PARAMETERS[..], &["readings"]].concat())?;
    let readings = parameters.parsed("readings", "true or false")?.unwrap_or(false);
    answered(app, id, question(&parameters)?, move |_, screener, run, entity| {
        Ok(explained(screener, run, entity, readings))
    })
    .await
}

fn explained(
    screener: &Screener,
    run: &Run,
    entity: EntityId,
    readings: bool,
) -> objects::Explained {
    let exposures = &screener.findings(entity).exposures;
    let mut object = objects::explained(run, entity, exposures);
    object.margins = turns::margins(run.snapshot, &screener.margins(entity));
    object.readings = readings.then(|| turns::readings(&turns::readings_of(screener, entity)));
    object
}

/// A holding that is supposed to be another, or not to be.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Suppose {
    /// The holder, by name or id.
    #[schema(min_length = 1)]
    holder: String,
    /// The issuer, by name or id.
    #[schema(min_length = 1)]
    issuer: String,
    /// What it holds then, in percent; nothing where it is left out.
    #[schema(example = "49", pattern = r"^(100|[0-9]{1,2}(\.[0-9]{1,7})?)$")]
    share: Option<String>,
    /// `equity` (default), `votes` or `unspecified`.
    #[schema(pattern = "^(equity|votes|unspecified)?$")]
    interest: Option<String>,
}

/// What is to be supposed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WhatIf {
    /// The holdings.
    #[schema(min_items = 1, max_items = 100)]
    suppose: Vec<Suppose>,
    /// The day; today in UTC where none is given.
    #[schema(format = "date")]
    as_of: Option<String>,
    /// Rules by id.
    #[serde(default)]
    rules: Vec<String>,
}

/// Holdings of one question.
const MOST_SUPPOSED: usize = 100;

/// What would be said of it if some holdings were others.
#[utoipa::path(post, path = "/v1/entities/{id}/explain", tag = "Entities", params(
    ("id" = String, Path, description = "As answers give it")),
    request_body = WhatIf,
    responses(
        (status = 200, description = "What is known, and `what_if`"),
        (status = 400, description = "No JSON", body = ProblemView, content_type = "application/problem+json"),
        (status = 404, description = "Nobody has the id", body = ProblemView, content_type = "application/problem+json"),
        (status = 415, description = "Not said to be JSON", body = ProblemView, content_type = "application/problem+json"),
        (status = 422, description = "A field that cannot be used", body = ProblemView, content_type = "application/problem+json")))]
pub async fn what_if(
    State(app): State<App>,
    Path(id): Path<String>,
    Json(asked): Json<WhatIf>,
) -> Result<Response, Problem> {
    let as_of = asked.as_of.as_deref().map(|text| day("as_of", text)).transpose()?;
    if asked.suppose.is_empty() || asked.suppose.len() > MOST_SUPPOSED {
        let reason = format!("give 1 to {MOST_SUPPOSED} holdings");
        return Err(Problem::field("suppose", reason));
    }
    let all = asked.suppose.iter().enumerate().map(|(at, one)| {
        let Suppose { holder, issuer, share, interest } = one;
        let interest = interest.as_deref().unwrap_or_default();
        Supposition::new(holder, issuer, share.as_deref(), interest)
            .map_err(|reason| Problem::field(format!("suppose[{at}]"), reason))
    });
    let all: Vec<Supposition> = all.collect::<Result<_, Problem>>()?;
    let question =
        Question { rules: asked.rules, ..Question::on(as_of.unwrap_or_else(Day::today)) };
    answered(app, id, question, move |_, screener, run, entity| {
        let mut object = explained(screener, run, entity, false);
        let supposed = screener.supposing(entity, &all);
        let supposed = supposed.map_err(|error| Problem::of("suppose", &error))?;
        let changes: Vec<String> = all.iter().map(ToString::to_string).collect();
        let now = &screener.findings(entity).exposures;
        let supposed = turns::supposed(run.snapshot, &changes, now, &supposed.exposures);
        object.what_if = Some(supposed);
        Ok(object)
    })
    .await
}

/// The days on which what is said of it changed or will, and why.
#[utoipa::path(get, path = "/v1/entities/{id}/timeline", tag = "Entities", params(
    ("id" = String, Path, description = "As answers give it"),
    ("as_of" = Option<String>, Query, description = "The day of the lists' state; today in UTC where none is given"),
    ("rule" = Option<Vec<String>>, Query, description = "Rules by id; all with a list that is loaded where none is given"),
    ("profile" = Option<String>, Query, description = "A policy that the service was started with")),
    responses(
        (status = 200, description = "The days"),
        (status = 404, description = "Nobody has the id", body = ProblemView, content_type = "application/problem+json"),
        (status = 422, description = "A parameter that cannot be used", body = ProblemView, content_type = "application/problem+json")))]
pub async fn timeline(
    State(app): State<App>,
    Path(id): Path<String>,
    parameters: Parameters,
) -> Result<Response, Problem> {
    parameters.only(&PARAMETERS)?;
    answered(app, id, question(&parameters)?, |_, screener, run, entity| {
        let all = turns_of(run.snapshot, screener.settings(), entity);
        let turns = turns::timeline(run.snapshot, entity, &all);
        Ok(turns.map(|turn| serde_json::json!(turn)).collect::<Vec<_>>())
    })
    .await
}
