//! `/reconcile/{dataset}`: the Reconciliation Service API 0.2, which OpenRefine speaks.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use parentage::screen::REVIEW_BAND;
use parentage::source::party_of_ftm;

use super::super::App;
use super::super::access::Caller;
use super::super::asked::{Parameters, Path, json as read_json};
use super::super::problem::{Problem, ProblemView};
use super::matching::{Asking, Choice, MOST_QUERIES};
use super::search::{FOUND, named};
use super::{Scope, found, shown, today, today_while};

/// The schemas that an entity here can have, as types, each with its name.
const TYPES: [(&str, &str); 5] = [
    ("LegalEntity", "Legal entities"),
    ("Company", "Companies"),
    ("Person", "People"),
    ("PublicBody", "Public bodies"),
    ("Organization", "Organizations"),
];

/// The properties that help to tell entities apart or can be fetched, each with its name.
const PROPERTIES: [(&str, &str); 14] = [
    ("name", "Name"),
    ("alias", "Other name"),
    ("weakAlias", "Weak alias"),
    ("jurisdiction", "Jurisdiction"),
    ("nationality", "Nationality"),
    ("birthDate", "Birth date"),
    ("leiCode", "LEI"),
    ("registrationNumber", "Registration number"),
    ("taxNumber", "Tax number"),
    ("passportNumber", "Passport number"),
    ("idNumber", "ID number"),
    ("swiftBic", "SWIFT/BIC"),
    ("topics", "Topics"),
    ("notes", "Notes"),
];

/// Results of a query where none are asked for, and of a suggestion.
const USUAL: usize = 5;
const SUGGESTED: usize = 10;

fn types() -> Vec<Value> {
    TYPES.iter().map(|(id, name)| json!({"id": id, "name": name})).collect()
}

fn type_of(schema: &Value) -> Value {
    let own = schema.as_str().unwrap_or_default();
    let name = TYPES.iter().find(|(id, _)| *id == own).map_or(own, |(_, name)| name);
    json!({"id": own, "name": name})
}

/// A query of the protocol.
#[derive(Debug, Deserialize)]
struct Query {
    #[serde(default)]
    query: Option<String>,
    #[serde(default, rename = "type")]
    of_type: Option<Value>,
    limit: Option<usize>,
    #[serde(default)]
    properties: Vec<Property>,
}

#[derive(Debug, Deserialize)]
struct Property {
    pid: String,
    v: Value,
}

impl Query {
    /// As an entity of FollowTheMoney.
    fn entity(&self) -> Value {
        let schema = match &self.of_type {
            Some(Value::String(one)) => one.as_str(),
            Some(Value::Array(all)) => all.first().and_then(Value::as_str).unwrap_or("LegalEntity"),
            _ => "LegalEntity",
        };
        let mut properties = Map::new();
        let mut add = |name: &str, value: &Value| {
            let values = match value {
                Value::Array(all) => all.clone(),
                one => vec![one.clone()],
            };
            let plain = values.into_iter().filter_map(|one| match one {
                Value::String(text) => Some(text),
                Value::Number(number) => Some(number.to_string()),
                // An entity that was matched before has its name.
                Value::Object(own) => own.get("name").and_then(Value::as_str).map(str::to_owned),
                _ => None,
            });
            let known = properties.entry(name.to_owned()).or_insert_with(|| json!([]));
            if let Some(known) = known.as_array_mut() {
                known.extend(plain.map(Value::from));
            }
        };
        if let Some(query) = &self.query {
            add("name", &query.as_str().into());
        }
        for Property { pid, v } in &self.properties {
            // OpenRefine may write `Company:name`.
            add(pid.rsplit(':').next().unwrap_or(pid), v);
        }
        json!({"schema": schema, "properties": properties})
    }
}

/// What the service offers, or, with `queries`, their answers.
#[utoipa::path(get, path = "/reconcile/{dataset}", tag = "yente", params(
    ("dataset" = String, Path, description = "`default`, or a list of /catalog", example = "default"),
    ("queries" = Option<String>, Query, description = "Queries of the protocol, as JSON")),
    responses(
        (status = 200, description = "The manifest, or answers"),
        (status = 400, description = "No queries", body = ProblemView, content_type = "application/problem+json"),
        (status = 404, description = "No such dataset", body = ProblemView, content_type = "application/problem+json"),
        (status = 422, description = "A parameter that cannot be used", body = ProblemView, content_type = "application/problem+json")))]
pub async fn manifest(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Path(dataset): Path<String>,
    headers: HeaderMap,
    parameters: Parameters,
) -> Result<Response, Problem> {
    if let Some(queries) = parameters.one("queries")? {
        return answers(app, caller, dataset, queries.as_bytes(), &parameters).await;
    }
    let loaded = app.loaded();
    Scope::read(&dataset, &parameters, &loaded)?;
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    let scheme = if app.config.tls.is_some() { "https" } else { "http" };
    let root = format!("{scheme}://{host}");
    let base = format!("{root}/reconcile/{dataset}");
    let suggest =
        |what: &str| json!({"service_url": base, "service_path": format!("/suggest/{what}")});
    let answer = json!({
        "versions": ["0.2"],
        "name": format!("parentage ({dataset})"),
        "identifierSpace": format!("{root}/entities/"),
        "schemaSpace": "https://followthemoney.tech/explorer/schemata/",
        "defaultTypes": types(),
        "documentation": format!("{root}/openapi.json"),
        "batchSize": 50,
        "view": {"url": format!("{root}/entities/{{{{id}}}}")},
        "suggest": {
            "entity": suggest("entity"),
            "type": suggest("type"),
            "property": suggest("property"),
        },
        "extend": {
            "propose_properties": {"service_url": base, "service_path": "/extend/property"},
            "property_settings": [{
                "name": "limit",
                "label": "Limit",
                "type": "number",
                "default": 0,
                "help_text": "Values of a row, 0 for all",
            }],
        },
    });
    app.json(&loaded, &answer)
}

/// Answers queries, or fetches properties (`extend`), of a form.
#[utoipa::path(post, path = "/reconcile/{dataset}", tag = "yente", params(
    ("dataset" = String, Path, description = "`default`, or a list of /catalog", example = "default")),
    request_body(content = String, content_type = "application/x-www-form-urlencoded", description = "`queries` or `extend`, as JSON"),
    responses(
        (status = 200, description = "The answers"),
        (status = 400, description = "No queries", body = ProblemView, content_type = "application/problem+json"),
        (status = 404, description = "No such dataset", body = ProblemView, content_type = "application/problem+json"),
        (status = 422, description = "What cannot be used", body = ProblemView, content_type = "application/problem+json")))]
pub async fn reconcile(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Path(dataset): Path<String>,
    parameters: Parameters,
    body: Bytes,
) -> Result<Response, Problem> {
    let form = Parameters::read(&body);
    if let Some(extend) = form.one("extend")?.filter(|extend| !extend.trim().is_empty()) {
        return extended(app, read_json(extend.as_bytes())?).await;
    }
    let none = || Problem::new(StatusCode::BAD_REQUEST, "the form has neither queries nor extend");
    let queries = form.one("queries")?.ok_or_else(none)?;
    answers(app, caller, dataset, queries.as_bytes(), &parameters).await
}

async fn answers(
    app: App,
    caller: Caller,
    dataset: String,
    queries: &[u8],
    parameters: &Parameters,
) -> Result<Response, Problem> {
    let scope = Scope::read(&dataset, parameters, &app.loaded())?;
    let choice = Choice::read(parameters, USUAL, MOST_QUERIES)?;
    let queries: BTreeMap<String, Query> = read_json(queries)?;
    if queries.len() > MOST_QUERIES {
        let reason = format!("Too many queries in one batch (limit: {MOST_QUERIES})");
        return Err(Problem::new(StatusCode::BAD_REQUEST, reason));
    }
    let own = Arc::clone(&app);
    let (rests, answer) =
        today_while(&app, Some(choice.screened()), move |going, _, screener, run| {
            let asking =
                Asking { app: &own, by: &caller.name, screener, run, scope: &scope, choice };
            let mut answers = Map::new();
            for (name, query) in &queries {
                going.check()?;
                let entity = query.entity();
                let (_, all) = asking.answer(&entity, party_of_ftm(&entity).as_ref())?;
                let all = all.into_iter().take(query.limit.unwrap_or(USUAL));
                let result: Vec<Value> = all
                    .map(|own| {
                        json!({
                            "id": own["id"],
                            "name": own["caption"],
                            "type": [type_of(&own["schema"])],
                            "description": own["properties"]["notes"][0],
                            "score": own["score"].as_f64().unwrap_or_default() * 100.0,
                            "match": own["match"],
                        })
                    })
                    .collect();
                answers.insert(name.clone(), json!({"result": result}));
            }
            Ok(answers)
        })
        .await?;
    rests.json(&app, &answer)
}

/// What is to be fetched of which entities.
#[derive(Debug, Deserialize)]
struct Extend {
    ids: Vec<String>,
    properties: Vec<Extended>,
}

#[derive(Debug, Deserialize)]
struct Extended {
    id: String,
    #[serde(default)]
    settings: Map<String, Value>,
}

async fn extended(app: App, asked: Extend) -> Result<Response, Problem> {
    if asked.ids.len() > MOST_QUERIES {
        let reason = format!("Too many queries in one batch (limit: {MOST_QUERIES})");
        return Err(Problem::new(StatusCode::BAD_REQUEST, reason));
    }
    let (rests, answer) = today(&app, None, move |loaded, screener, run| {
        let known = |id: &str| PROPERTIES.iter().find(|(own, _)| *own == id);
        let meta: Vec<Value> = (asked.properties.iter())
            .filter_map(|one| known(&one.id).map(|(id, name)| json!({"id": id, "name": name})))
            .collect();
        let mut rows = Map::new();
        for id in &asked.ids {
            let mut row = Map::new();
            if let Ok(one) = found(loaded, id) {
                let (own, _) = shown(screener, run, one);
                for Extended { id, settings } in
                    asked.properties.iter().filter(|one| known(&one.id).is_some())
                {
                    let limit = settings.get("limit").map_or(0, |limit| {
                        let text = limit.as_str().and_then(|text| text.parse().ok());
                        limit.as_u64().or(text).unwrap_or(0)
                    });
                    let most = usize::try_from(limit).ok().filter(|most| *most > 0);
                    let values = own["properties"][id].as_array().into_iter().flatten();
                    let values: Vec<Value> = values
                        .take(most.unwrap_or(usize::MAX))
                        .map(|value| json!({"str": value}))
                        .collect();
                    row.insert(id.clone(), values.into());
                }
            }
            rows.insert(id.clone(), row.into());
        }
        Ok(json!({"meta": meta, "rows": rows}))
    })
    .await?;
    rests.json(&app, &answer)
}

/// The beginning of what somebody types.
fn prefix(parameters: &Parameters) -> Result<String, Problem> {
    Ok(parameters.one("prefix")?.unwrap_or_default().to_owned())
}

/// Entities by a name that somebody types.
pub async fn suggest_entity(
    State(app): State<App>,
    Path(dataset): Path<String>,
    parameters: Parameters,
) -> Result<Response, Problem> {
    let prefix = prefix(&parameters)?;
    let scope = Scope::read(&dataset, &parameters, &app.loaded())?;
    let asked = prefix.clone();
    let (rests, result) = today(&app, Some(FOUND + REVIEW_BAND), move |_, screener, run| {
        let all = named(screener, run, &asked).into_iter();
        let all = all.map(|one| shown(screener, run, one).0).filter(|own| scope.holds(own));
        let told = |own: Value| {
            let types = [type_of(&own["schema"])];
            json!({"id": own["id"], "name": own["caption"], "type": types, "description": own["schema"]})
        };
        Ok(all.take(SUGGESTED).map(told).collect::<Vec<Value>>())
    })
    .await?;
    let answer = suggested(&prefix, &result);
    rests.json(&app, &answer)
}

fn suggested(prefix: &str, result: &[Value]) -> Value {
    json!({"code": "/api/status/ok", "status": "200 OK", "prefix": prefix, "result": result})
}

/// Those of some names that begin so, or have a word that does.
fn beginning(all: &[(&str, &str)], prefix: &str) -> Vec<Value> {
    let prefix = prefix.to_lowercase();
    let begins = |text: &str| {
        let small = text.to_lowercase();
        small.split(' ').any(|word| word.starts_with(&prefix))
    };
    let named = all.iter().filter(|(id, name)| begins(id) || begins(name));
    named.map(|(id, name)| json!({"id": id, "name": name})).collect()
}

/// Properties by what somebody types.
pub async fn suggest_property(
    State(app): State<App>,
    Path(dataset): Path<String>,
    parameters: Parameters,
) -> Result<Response, Problem> {
    suggest(app, dataset, parameters, &PROPERTIES).await
}

/// Types by what somebody types.
pub async fn suggest_type(
    State(app): State<App>,
    Path(dataset): Path<String>,
    parameters: Parameters,
) -> Result<Response, Problem> {
    suggest(app, dataset, parameters, &TYPES).await
}

async fn suggest(
    app: App,
    dataset: String,
    parameters: Parameters,
    all: &[(&str, &str)],
) -> Result<Response, Problem> {
    let (loaded, prefix) = (app.loaded(), prefix(&parameters)?);
    Scope::read(&dataset, &parameters, &loaded)?;
    app.json(&loaded, &suggested(&prefix, &beginning(all, &prefix)))
}

/// The properties that can be fetched of entities of a type.
pub async fn extend_properties(
    State(app): State<App>,
    Path(dataset): Path<String>,
    parameters: Parameters,
) -> Result<Response, Problem> {
    let loaded: Arc<super::super::loaded::Loaded> = app.loaded();
    Scope::read(&dataset, &parameters, &loaded)?;
    let of_type = parameters.one("type")?.unwrap_or("LegalEntity");
    let limit = parameters.parsed::<usize>("limit", "a whole number of 0 or more")?.unwrap_or(0);
    let most = if limit == 0 { PROPERTIES.len() } else { limit };
    let all: Vec<Value> =
        PROPERTIES.iter().take(most).map(|(id, name)| json!({"id": id, "name": name})).collect();
    app.json(&loaded, &json!({"limit": limit, "type": of_type, "properties": all}))
}
