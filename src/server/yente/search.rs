//! `GET /search/{dataset}`: entities by a name, for a box that somebody types into.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::Response;
use serde_json::{Map, Value, json};

use parentage::model::EntityId;
use parentage::report::json::Run;
use parentage::screen::{REVIEW_BAND, Screener};

use super::super::App;
use super::super::asked::{Parameters, Path};
use super::super::problem::{Problem, ProblemView};
use super::super::screen::is_short;
use super::entities::page;
use super::{Scope, refused, shown, today};

/// Names that come as near as this are found, in points: a box is typed into, and half a name is asked for.
pub const FOUND: i32 = 6_000;

/// Listed or reached entities whose name comes near what is asked; all that are listed where nothing is asked.
#[utoipa::path(get, path = "/search/{dataset}", tag = "yente", params(
    ("dataset" = String, Path, description = "`default`, or a list of /catalog", example = "default"),
    ("q" = Option<String>, Query, description = "A name", example = "Kollsman"),
    ("schema" = Option<String>, Query, description = "Accepted: `Thing` is everything; else entities of this schema"),
    ("countries" = Option<Vec<String>>, Query, description = "Entities of these countries"),
    ("topics" = Option<Vec<String>>, Query, description = "Entities with one of these topics"),
    ("datasets" = Option<Vec<String>>, Query, description = "Entities of these lists"),
    ("include_dataset" = Option<Vec<String>>, Query, description = "Only entities of these lists"),
    ("exclude_dataset" = Option<Vec<String>>, Query, description = "No entities of these lists"),
    ("exclude_schema" = Option<Vec<String>>, Query, description = "No entities of these schemas"),
    ("limit" = Option<u32>, Query, description = "Results, up to 500; 10 where none is given"),
    ("offset" = Option<u32>, Query, description = "Results to pass over")),
    responses(
        (status = 200, description = "What was found"),
        (status = 400, description = "What cannot be answered", body = ProblemView, content_type = "application/problem+json"),
        (status = 404, description = "No such dataset", body = ProblemView, content_type = "application/problem+json"),
        (status = 422, description = "A parameter that cannot be used", body = ProblemView, content_type = "application/problem+json")))]
pub async fn search(
    State(app): State<App>,
    Path(dataset): Path<String>,
    parameters: Parameters,
) -> Result<Response, Problem> {
    let page = page(&parameters)?;
    let mut scope = Scope::read(&dataset, &parameters, &app.loaded())?;
    for name in ["filter", "sort"] {
        if parameters.all(name).next().is_some() {
            return Err(refused(name, "results cannot be filtered by properties or sorted here"));
        }
    }
    if parameters.all("facets").any(|facet| !["countries", "topics", "datasets"].contains(&facet)) {
        return Err(refused("facets", "there are countries, topics and datasets"));
    }
    let schemas = schemas(parameters.one("schema")?.unwrap_or("Thing"))?;
    let every = match parameters.one("filter_op")?.unwrap_or("OR") {
        "OR" => false,
        "AND" => true,
        other => return Err(refused("filter_op", &format!("`{other}` is neither AND nor OR"))),
    };
    let lists: Vec<String> = parameters.all("datasets").map(str::to_owned).collect();
    let topics = std::mem::take(&mut scope.topics);
    let target = parameters.parsed::<bool>("target", "true or false")?;
    let countries: Vec<String> = parameters.all("countries").map(str::to_lowercase).collect();
    let asked = parameters.one("q")?.unwrap_or_default().trim().to_owned();
    if !is_short(&asked) {
        return Err(Problem::field("q", "is longer than a name"));
    }
    let (rests, answer) = today(&app, Some(FOUND + REVIEW_BAND), move |_, screener, run| {
        let holds = |own: &[&str], asked: &[String]| match every {
            true => asked.iter().all(|one| own.contains(&one.as_str())),
            false => asked.is_empty() || asked.iter().any(|one| own.contains(&one.as_str())),
        };
        let fits = |entity: &Value| {
            let texts = |value: &'_ Value| -> Vec<String> {
                let all = value.as_array().into_iter().flatten().filter_map(Value::as_str);
                all.map(str::to_owned).collect()
            };
            let of = |values: &[&Value], asked: &[String]| {
                let own: Vec<String> = values.iter().flat_map(|value| texts(value)).collect();
                holds(&own.iter().map(String::as_str).collect::<Vec<_>>(), asked)
            };
            let own = &entity["properties"];
            let schema = entity["schema"].as_str().unwrap_or_default();
            scope.holds(entity)
                && schemas.is_none_or(|schemas| schemas.contains(&schema))
                && target.is_none_or(|target| entity["target"] == target)
                && of(&[&entity["datasets"]], &lists)
                && of(&[&own["topics"]], &topics)
                && of(&[&own["jurisdiction"], &own["nationality"]], &countries)
        };
        let found = named(screener, run, &asked);
        let all = found.into_iter().map(|one| shown(screener, run, one).0);
        let all: Vec<Value> = all.filter(fits).collect();
        Ok(answer(&all, page))
    })
    .await?;
    rests.json(&app, &answer)
}

/// Schemas of FollowTheMoney that can be asked for.
pub const SCHEMAS: [&str; 7] =
    ["Thing", "LegalEntity", "Organization", "Asset", "Company", "PublicBody", "Person"];

/// The schemas of an entity here that are a schema of FollowTheMoney or come from it; `None` for all.
fn schemas(asked: &str) -> Result<Option<&'static [&'static str]>, Problem> {
    Ok(match asked {
        "Thing" | "LegalEntity" => None,
        "Organization" => Some(&["Organization", "Company", "PublicBody"]),
        "Asset" | "Company" => Some(&["Company"]),
        "PublicBody" => Some(&["PublicBody"]),
        "Person" => Some(&["Person"]),
        other => return Err(refused("schema", &format!("nothing here is a `{other}`"))),
    })
}

/// Entities of which something is said, by a name or its beginning; all that are listed where nothing is asked.
pub(super) fn named(screener: &Screener, run: &Run, asked: &str) -> Vec<EntityId> {
    if asked.chars().any(char::is_alphanumeric) {
        let said = |entity: EntityId| screener.findings(entity).says_something();
        let found = screener.typed(asked, MOST_NAMED, said);
        return found.into_iter().map(|one| one.entity).collect();
    }
    let entries = (0u32..).take(run.snapshot.entries().len());
    let mut all: Vec<EntityId> = entries.map(|entry| run.snapshot.entity_of_entry(entry)).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// Entities found by a name: of more, somebody types on.
const MOST_NAMED: usize = 1_000;

fn answer(all: &[Value], (limit, offset): (usize, usize)) -> Value {
    let facet = |label: &str, properties: &[&str]| {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for entity in all {
            let values = properties.iter().flat_map(|property| {
                let at = if *property == "datasets" { entity } else { &entity["properties"] };
                at[*property].as_array().into_iter().flatten().filter_map(Value::as_str)
            });
            values.for_each(|value| *counts.entry(value).or_default() += 1);
        }
        let values: Vec<Value> = counts
            .iter()
            .map(|(name, count)| json!({"name": name, "label": name, "count": count}))
            .collect();
        json!({"label": label, "values": values})
    };
    let mut facets = Map::new();
    let countries = facet("Countries", &["jurisdiction", "nationality"]);
    facets.insert("countries".to_owned(), countries);
    facets.insert("topics".to_owned(), facet("Topics", &["topics"]));
    facets.insert("datasets".to_owned(), facet("Data sources", &["datasets"]));
    let results: Vec<&Value> = all.iter().skip(offset).take(limit).collect();
    let total = json!({"value": all.len(), "relation": "eq"});
    json!({"results": results, "facets": facets, "total": total, "limit": limit, "offset": offset})
}
