//! `POST /match/{dataset}`: entities of the client's are held against those that are listed or reached.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use parentage::model::Party;
use parentage::report::json::Run;
use parentage::screen::{DEFAULT_THRESHOLD, Match, REVIEW_BAND, Screener};
use parentage::source::party_of_ftm;

use super::super::App;
use super::super::access::Caller;
use super::super::asked::{Json, Parameters, Path};
use super::super::audit::{Matching, named, seal_of_results};
use super::super::problem::{Problem, ProblemView};
use super::super::screen::{is_short, points};
use super::{Scope, refused, shown, today_while};

/// Queries of one request, and results of one query, as in yente.
pub const MOST_QUERIES: usize = 100;
pub const MOST_RESULTS: usize = 500;
const USUAL_RESULTS: usize = 5;

/// Bytes of one query, as it is logged: two hundred names of the longest and as much besides.
const MOST_QUERY: usize = 1 << 20;

/// Names of an entity to be matched.
const MOST_NAMES: usize = 200;

/// Says that scores are this project's, whatever algorithm was asked for.
const ALGORITHM: HeaderName = HeaderName::from_static("parentage-algorithm");

/// What yente calls its algorithms, and what stands for ours.
pub const KNOWN: [&str; 7] =
    ["best", "parentage", "logic-v2", "logic-v1", "name-based", "name-qualified", "regression-v1"];

/// An entity to be matched.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct Example {
    /// Its id; not used.
    id: Option<String>,
    /// Its schema in FollowTheMoney.
    #[schema(example = "Company")]
    schema: String,
    /// Its properties, a value or several each.
    #[schema(value_type = Object, example = json!({"name": ["Kollsman Inc"], "jurisdiction": ["us"]}))]
    properties: Map<String, Value>,
}

/// Entities to be matched, by names that the client chooses.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Queries {
    /// Of other algorithms: refused, since nothing here is weighed so.
    #[serde(default)]
    weights: Map<String, Value>,
    /// Of other algorithms: refused likewise.
    #[serde(default)]
    config: Map<String, Value>,
    /// The entities.
    #[schema(value_type = std::collections::HashMap<String, Example>)]
    queries: BTreeMap<String, Option<Example>>,
}

/// How results are chosen.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Choice {
    /// Scores from here on are a match.
    threshold: i32,
    /// Scores from here on are shown.
    cutoff: i32,
    limit: usize,
}

impl Choice {
    /// What parameters say.
    ///
    /// # Errors
    /// One of them is none, or the algorithm is unknown.
    pub fn read(parameters: &Parameters, usual: usize, most: usize) -> Result<Choice, Problem> {
        let score = |name| {
            let number = parameters.parsed::<f64>(name, "a number in 0..1")?;
            number.map(|number| points(name, number)).transpose()
        };
        let threshold = score("threshold")?.unwrap_or(DEFAULT_THRESHOLD);
        let cutoff = score("cutoff")?.unwrap_or(threshold - REVIEW_BAND).min(threshold);
        let limit = parameters.parsed::<usize>("limit", "a whole number")?.unwrap_or(usual);
        if limit > most {
            return Err(Problem::field("limit", format!("is more than {most}")));
        }
        algorithm(parameters)?;
        Ok(Choice { threshold, cutoff, limit })
    }

    /// The threshold to screen by: what is looked at begins a band below it.
    pub fn screened(&self) -> i32 {
        self.cutoff + REVIEW_BAND
    }
}

/// Accepts the algorithms of yente.
fn algorithm(parameters: &Parameters) -> Result<(), Problem> {
    let Some(asked) = parameters.one("algorithm")? else { return Ok(()) };
    let asked = asked.trim().to_lowercase();
    if KNOWN.contains(&asked.as_str()) {
        return Ok(());
    }
    Err(refused("algorithm", &format!("`{asked}` is none of {}", KNOWN.join(", "))))
}

/// The matches of a party in a scope, with their scores: how many there are, and the best of them.
pub fn scored(
    screener: &Screener,
    run: &Run,
    party: &Party,
    scope: &Scope,
    choice: Choice,
) -> (usize, Vec<Value>) {
    let verdict = screener.screen(party);
    let matches: Vec<&Match> =
        verdict.matches.iter().filter(|one| one.points >= choice.cutoff).collect();
    let everything = scope.is_everything();
    let (mut total, mut all) = (0, Vec::new());
    for one in &matches {
        // What is not shown need not be written, where it counts whatever it is.
        if everything && total >= choice.limit {
            break;
        }
        let (mut entity, _) = shown(screener, run, one.entity);
        if !scope.holds(&entity) {
            continue;
        }
        total += 1;
        if total > choice.limit {
            continue;
        }
        let score = f64::from(one.points) / f64::from(parentage::name::POINTS_OF_ONE);
        entity["score"] = score.into();
        entity["match"] = (one.points >= choice.threshold).into();
        entity["explanations"] = explained(one);
        all.push(entity);
    }
    let total = if everything { matches.len() } else { total };
    (total, all)
}

/// Queries of a client, and what answers rest on.
pub struct Asking<'a> {
    pub app: &'a App,
    pub by: &'a str,
    pub screener: &'a Screener<'a>,
    pub run: &'a Run<'a>,
    pub scope: &'a Scope,
    pub choice: Choice,
}

impl Asking<'_> {
    /// The matches of a query, which is logged; none where it is nobody.
    ///
    /// # Errors
    /// It cannot be logged.
    pub fn answer(
        &self,
        query: &Value,
        party: Option<&Party>,
    ) -> Result<(usize, Vec<Value>), Problem> {
        let Asking { app, by, screener, run, scope, choice } = self;
        let found = party.map(|party| scored(screener, run, party, scope, *choice));
        let (total, results) = found.unwrap_or_default();
        if app.logs_screenings() {
            let settings = screener.settings();
            let matching = Matching {
                query,
                scope,
                choice: *choice,
                as_of: settings.day.to_string(),
                floor: settings.floor.to_string(),
                max_list_age: settings.max_list_age,
                snapshot: run.snapshot.digest(),
                results: named(&results),
                seal: seal_of_results(&results),
            };
            app.tell_matching(by, &matching)?;
        }
        Ok((total, results))
    }
}

/// The alignment of a match by the kinds of its lines: the scores add up to the whole.
fn explained(one: &Match) -> Value {
    let mut features: Map<String, Value> = Map::new();
    for line in &one.lines {
        let own = features.entry(line.kind.as_str().to_owned()).or_insert_with(
            || json!({"score": 0.0, "detail": "", "query": line.query, "candidate": line.name}),
        );
        let points = f64::from(line.points) / f64::from(parentage::name::POINTS_OF_ONE);
        let score = own["score"].as_f64().unwrap_or_default() + points;
        own["score"] = ((score * 1e4).round() / 1e4).into();
        let told = own["detail"].as_str().unwrap_or_default();
        let parted = if told.is_empty() { "" } else { "; " };
        own["detail"] = format!("{told}{parted}{} ~ {}: {points}", line.query, line.name).into();
    }
    features.into()
}

/// Which listed or reached entities the entities of a client might be.
#[utoipa::path(post, path = "/match/{dataset}", tag = "yente", params(
    ("dataset" = String, Path, description = "`default`, or a list of /catalog", example = "default"),
    ("limit" = Option<u32>, Query, description = "Results of a query, up to 500; 5 where none is given"),
    ("threshold" = Option<f64>, Query, description = "Scores from here on are a match; 0.85 where none is given"),
    ("cutoff" = Option<f64>, Query, description = "Scores from here on are shown; 0.1 below the threshold where none is given"),
    ("algorithm" = Option<String>, Query, description = "Accepted by yente's names; scores are always this project's"),
    ("include_dataset" = Option<Vec<String>>, Query, description = "Only entities of these lists"),
    ("exclude_dataset" = Option<Vec<String>>, Query, description = "No entities of these lists"),
    ("exclude_schema" = Option<Vec<String>>, Query, description = "No entities of these schemas"),
    ("exclude_entity_ids" = Option<Vec<String>>, Query, description = "Entities that are left out, up to 50"),
    ("topics" = Option<Vec<String>>, Query, description = "Only entities with one of these topics")),
    request_body = Queries,
    responses(
        (status = 200, description = "The results of each query"),
        (status = 400, description = "No queries, too many, or what cannot be answered", body = ProblemView, content_type = "application/problem+json"),
        (status = 404, description = "No such dataset", body = ProblemView, content_type = "application/problem+json"),
        (status = 415, description = "Not said to be JSON", body = ProblemView, content_type = "application/problem+json"),
        (status = 422, description = "A field that cannot be used", body = ProblemView, content_type = "application/problem+json")))]
pub async fn matches(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Path(dataset): Path<String>,
    parameters: Parameters,
    Json(asked): Json<Queries>,
) -> Result<Response, Problem> {
    let choice = Choice::read(&parameters, USUAL_RESULTS, MOST_RESULTS)?;
    let scope = Scope::read(&dataset, &parameters, &app.loaded())?;
    for (name, given) in [("weights", &asked.weights), ("config", &asked.config)] {
        if !given.is_empty() {
            return Err(refused(name, "no algorithm here has any"));
        }
    }
    let queries: Vec<(String, Example)> =
        asked.queries.into_iter().filter_map(|(name, one)| Some((name, one?))).collect();
    if queries.is_empty() {
        return Err(Problem::new(StatusCode::BAD_REQUEST, "No queries provided."));
    }
    if queries.len() > MOST_QUERIES {
        let reason = format!("Too many queries in one batch (limit: {MOST_QUERIES})");
        return Err(Problem::new(StatusCode::BAD_REQUEST, reason));
    }
    // What has neither a name nor an identifier is nobody: it has no results.
    let parties: Vec<(String, Value, Option<Party>)> = queries
        .into_iter()
        .map(|(name, one)| {
            let query = json!({"id": one.id, "schema": one.schema, "properties": one.properties});
            if query.to_string().len() > MOST_QUERY {
                let reason = format!("is larger than {MOST_QUERY} bytes");
                return Err(Problem::field(format!("queries.{name}"), reason));
            }
            let party = party_of_ftm(&query);
            let long = |party: &Party| {
                party.names().any(|name| !is_short(name)) || party.names().count() > MOST_NAMES
            };
            if party.as_ref().is_some_and(long) {
                let reason =
                    format!("has a name that is too long, or more than {MOST_NAMES} names");
                return Err(Problem::field(format!("queries.{name}"), reason));
            }
            Ok((name, query, party))
        })
        .collect::<Result<_, Problem>>()?;
    let (own, asked_of, limit) = (Arc::clone(&app), Arc::clone(&app), choice.limit);
    let (rests, responses) =
        today_while(&app, Some(choice.screened()), move |going, _, screener, run| {
            let asking =
                Asking { app: &asked_of, by: &caller.name, screener, run, scope: &scope, choice };
            let answered = parties.into_par_iter().map(|(name, query, party)| {
                going.check()?;
                let (total, results) = asking.answer(&query, party.as_ref())?;
                let total = json!({"value": total, "relation": "eq"});
                Ok((
                    name,
                    json!({"status": 200, "results": results, "total": total, "query": query}),
                ))
            });
            Ok(answered.collect::<Result<Vec<_>, Problem>>()?.into_iter().collect::<Map<_, _>>())
        })
        .await?;
    let mut response = rests.json(&own, &json!({"responses": responses, "limit": limit}))?;
    response.headers_mut().insert(ALGORITHM, HeaderValue::from_static("parentage"));
    Ok(response)
}
