//! `/entities/{id}`: an entity with what is beside it.

use axum::extract::State;
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::super::App;
use super::super::asked::{Parameters, Path};
use super::super::problem::{Problem, ProblemView};
use super::{beside, found, shown, today};

/// An entity; with `nested`, which is usual, its sanctions, holders and holdings within it.
#[utoipa::path(get, path = "/entities/{id}", tag = "yente", params(
    ("id" = String, Path, description = "As matches give it, or as /v1 does"),
    ("nested" = Option<bool>, Query, description = "What is beside it, too (default)")),
    responses(
        (status = 200, description = "The entity"),
        (status = 404, description = "There is none", body = ProblemView, content_type = "application/problem+json"),
        (status = 422, description = "A parameter that cannot be used", body = ProblemView, content_type = "application/problem+json")))]
pub async fn entity(
    State(app): State<App>,
    Path(id): Path<String>,
    parameters: Parameters,
) -> Result<Response, Problem> {
    let nested = match parameters.one("nested")? {
        // As Python writes it.
        Some("True" | "1") => true,
        Some("False" | "0") => false,
        _ => parameters.parsed::<bool>("nested", "true or false")?.unwrap_or(true),
    };
    let (rests, own) = today(&app, None, move |loaded, screener, run| {
        let one = found(loaded, &id)?;
        let (mut own, sanctions) = shown(screener, run, one);
        if nested {
            for (property, values) in beside(screener, run, one, &own.clone(), sanctions) {
                own["properties"][property] = values;
            }
        }
        Ok(own)
    })
    .await?;
    rests.json(&app, &own)
}

/// Results of a page, as in yente.
const USUAL_PAGE: usize = 10;
const MOST_PAGE: usize = 500;
pub const MOST_OFFSET: usize = 9_499;

/// Which part of several results is asked for.
pub(super) fn page(parameters: &Parameters) -> Result<(usize, usize), Problem> {
    let what = "a whole number of 0 or more";
    let limit = parameters.parsed::<usize>("limit", what)?.unwrap_or(USUAL_PAGE);
    let offset = parameters.parsed::<usize>("offset", what)?.unwrap_or(0);
    if limit > MOST_PAGE {
        return Err(Problem::field("limit", format!("is more than {MOST_PAGE}")));
    }
    if offset > MOST_OFFSET {
        return Err(Problem::field("offset", format!("is more than {MOST_OFFSET}")));
    }
    Ok((limit, offset))
}

fn part(values: &Value, (limit, offset): (usize, usize)) -> Value {
    let all = values.as_array().map_or(&[][..], Vec::as_slice);
    let results: Vec<&Value> = all.iter().skip(offset).take(limit).collect();
    let total = json!({"value": all.len(), "relation": "eq"});
    json!({"results": results, "total": total, "limit": limit, "offset": offset})
}

/// What is beside an entity, a part of it at a time.
#[utoipa::path(get, path = "/entities/{id}/adjacent", tag = "yente", params(
    ("id" = String, Path, description = "As matches give it, or as /v1 does"),
    ("limit" = Option<u32>, Query, description = "Results of a property, up to 500; 10 where none is given"),
    ("offset" = Option<u32>, Query, description = "Results to pass over")),
    responses(
        (status = 200, description = "The entity and what is beside it"),
        (status = 404, description = "There is none", body = ProblemView, content_type = "application/problem+json"),
        (status = 422, description = "A parameter that cannot be used", body = ProblemView, content_type = "application/problem+json")))]
pub async fn adjacent(
    State(app): State<App>,
    Path(id): Path<String>,
    parameters: Parameters,
) -> Result<Response, Problem> {
    let page = page(&parameters)?;
    let (rests, answer) = today(&app, None, move |loaded, screener, run| {
        let one = found(loaded, &id)?;
        let (own, sanctions) = shown(screener, run, one);
        let all = beside(screener, run, one, &own, sanctions);
        let adjacent: Map<String, Value> =
            all.iter().map(|(property, values)| (property.clone(), part(values, page))).collect();
        Ok(json!({"entity": own, "adjacent": adjacent}))
    })
    .await?;
    rests.json(&app, &answer)
}

/// What is beside an entity by one property.
#[utoipa::path(get, path = "/entities/{id}/adjacent/{property}", tag = "yente", params(
    ("id" = String, Path, description = "As matches give it, or as /v1 does"),
    ("property" = String, Path, description = "`sanctions`, `ownershipAsset` (its holders) or `ownershipOwner` (what it holds)"),
    ("limit" = Option<u32>, Query, description = "Results, up to 500; 10 where none is given"),
    ("offset" = Option<u32>, Query, description = "Results to pass over")),
    responses(
        (status = 200, description = "What is beside it"),
        (status = 404, description = "There is no such entity or property", body = ProblemView, content_type = "application/problem+json"),
        (status = 422, description = "A parameter that cannot be used", body = ProblemView, content_type = "application/problem+json")))]
pub async fn adjacent_by(
    State(app): State<App>,
    Path((id, property)): Path<(String, String)>,
    parameters: Parameters,
) -> Result<Response, Problem> {
    let page = page(&parameters)?;
    if !["sanctions", "ownershipAsset", "ownershipOwner"].contains(&property.as_str()) {
        let reason = "nothing is beside an entity but sanctions, ownershipAsset and ownershipOwner";
        return Err(Problem::not_found(reason));
    }
    let (rests, answer) = today(&app, None, move |loaded, screener, run| {
        let one = found(loaded, &id)?;
        let (own, sanctions) = shown(screener, run, one);
        let all = beside(screener, run, one, &own, sanctions);
        Ok(part(all.get(&property).unwrap_or(&Value::Null), page))
    })
    .await?;
    rests.json(&app, &answer)
}
