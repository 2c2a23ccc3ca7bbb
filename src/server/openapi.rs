//! `/openapi.json`: what the service answers, in OpenAPI 3.1.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use utoipa::OpenApi;

use parentage::rule::READINGS;
use parentage::screen::select_rules;

use super::App;
use super::screen::{Options, OwnerAsked, PartyAsked, Text};
use super::{
    decisions, entities, facts, health, jobs, portfolio, problem, screen, snapshots, yente,
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "parentage",
        description = "Who owns your counterparty, is any owner listed, and which rule says so on that day? A tool for finding and explaining, not legal advice."
    ),
    paths(
        screen::screen,
        entities::find,
        entities::entity,
        entities::owners,
        entities::explain,
        entities::what_if,
        entities::timeline,
        decisions::decide,
        decisions::all,
        portfolio::state,
        portfolio::put,
        portfolio::forget,
        portfolio::standing,
        portfolio::events,
        facts::lists,
        facts::rules,
        facts::changes,
        jobs::create,
        jobs::all,
        jobs::one,
        jobs::result,
        jobs::cancel,
        snapshots::all,
        snapshots::upload,
        snapshots::activate,
        snapshots::update,
        health::root,
        health::alive,
        health::ready,
        health::metrics,
        yente::matches,
        yente::search,
        yente::entity,
        yente::adjacent,
        yente::adjacent_by,
        yente::catalog,
        yente::algorithms,
        yente::manifest,
        yente::reconcile,
    ),
    components(schemas(PartyAsked, OwnerAsked, Text, Options, problem::ProblemView))
)]
struct Api;

/// The answer of a screening, as its own schema has it.
const SCREENED: &str = include_str!("../../docs/schema/screen.json");

/// The description of the service, with the rules, lists and policies that it has now.
fn described(app: &App) -> Value {
    let mut api = serde_json::to_value(Api::openapi()).unwrap_or_default();
    // Nothing but the fields of a party and what is asked of it, or several parties.
    let schemas = api["components"]["schemas"].take();
    let mut one = schemas["PartyAsked"].clone();
    one["additionalProperties"] = false.into();
    let known = Known::of(app);
    let mut options = schemas["Options"]["properties"].clone();
    options["rules"] = known.rules();
    options["profile"] = known.profile();
    let mut several = json!({
        "type": "object",
        "required": ["parties"],
        "additionalProperties": false,
        "properties": {"parties": {
            "type": "array",
            "maxItems": 1_000,
            "items": {"$ref": "#/components/schemas/PartyAsked"},
        }},
    });
    for (name, option) in options.as_object().into_iter().flatten() {
        one["properties"][name] = option.clone();
        several["properties"][name] = option.clone();
    }
    api["components"]["schemas"] = schemas;
    api["components"]["schemas"]["PartyAsked"]["additionalProperties"] = false.into();
    api["components"]["schemas"]["OwnerAsked"]["additionalProperties"] = false.into();
    let mut screened: Value = serde_json::from_str(SCREENED).unwrap_or_default();
    let own = screened.as_object_mut();
    let definitions = own.and_then(|own| own.remove("$defs")).unwrap_or_default();
    for (name, definition) in definitions.as_object().into_iter().flatten() {
        api["components"]["schemas"][format!("screen_{name}")] = moved(definition.clone());
    }
    api["components"]["schemas"]["Screened"] = moved(screened);
    let screen = &mut api["paths"]["/v1/screen"]["post"];
    screen["requestBody"]["content"]["application/json"]["schema"] =
        json!({"oneOf": [one, several]});
    let answer = json!({"$ref": "#/components/schemas/Screened"});
    let answers = json!({
        "type": "object",
        "required": ["results"],
        "properties": {"results": {"type": "array", "items": answer}},
    });
    screen["responses"]["200"]["content"] =
        json!({"application/json": {"schema": {"anyOf": [answer, answers]}}});
    for named in ["WhatIf", "DecisionAsked"] {
        api["components"]["schemas"][named]["properties"]["rules"] =
            json!({"type": "array", "items": {"enum": known.rules}});
    }
    api["components"]["schemas"]["DecisionAsked"]["properties"]["profile"] = known.profile();
    for (path, own) in api["paths"].as_object_mut().into_iter().flatten() {
        for (_, operation) in own.as_object_mut().into_iter().flatten() {
            if known.profiles.is_empty()
                && let Some(all) = operation.get_mut("parameters").and_then(Value::as_array_mut)
            {
                all.retain(|parameter| parameter["name"] != "profile");
            }
            for parameter in
                operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten()
            {
                if let Some(schema) = known.schema(path, &parameter["name"]) {
                    parameter["schema"] = schema;
                }
            }
            finish(operation);
        }
    }
    api["components"]["schemas"]["Queries"]["properties"]["queries"]["minProperties"] = 1.into();
    for name in ["weights", "config"] {
        api["components"]["schemas"]["Queries"]["properties"][name]["maxProperties"] = 0.into();
    }
    let reconcile = &mut api["paths"]["/reconcile/{dataset}"];
    // Queries of the protocol are JSON within a parameter, or a field of a form.
    let queries = json!({
        "type": "object",
        "maxProperties": yente::MOST_QUERIES,
        "additionalProperties": {
            "type": "object",
            "required": ["query"],
            "properties": {
                "query": {"type": "string"},
                "type": {"enum": yente::SCHEMAS},
                "limit": {"type": "integer", "minimum": 1, "maximum": yente::MOST_RESULTS},
            },
        },
    });
    for parameter in reconcile["get"]["parameters"].as_array_mut().into_iter().flatten() {
        if parameter["name"] == "queries" {
            parameter.as_object_mut().map(|own| own.remove("schema"));
            parameter["content"] = json!({"application/json": {"schema": queries}});
        }
    }
    reconcile["post"]["requestBody"]["required"] = true.into();
    reconcile["post"]["requestBody"]["content"]["application/x-www-form-urlencoded"] = json!({
        "schema": {
            "type": "object",
            "required": ["queries"],
            "properties": {"queries": {
                "type": "string",
                "contentMediaType": "application/json",
                "contentSchema": queries,
                // The simplest of them.
                "pattern": r#"^\{("[a-z0-9]{1,8}": \{"query": "[A-Za-z ]{1,40}"\})?\}$"#,
            }},
        },
    });
    api["components"]["securitySchemes"] = json!({"token": {"type": "http", "scheme": "bearer"}});
    api["security"] = json!([{}, {"token": []}]);
    api
}

/// What every operation may answer, and that what it answers is JSON.
fn finish(operation: &mut Value) {
    let problem =
        json!({"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}});
    let more = [
        ("401", "No token"),
        ("403", "Not by this role"),
        ("421", "Asked under another name than this machine's"),
        ("429", "Too often"),
        ("500", "A fault of the service"),
        ("503", "Too much at once, or it took too long"),
    ];
    for (status, description) in more {
        if operation["responses"][status].is_null() {
            operation["responses"][status] =
                json!({"description": description, "content": problem});
        }
    }
    if operation["responses"]["200"].is_object()
        && operation["responses"]["200"]["content"].is_null()
    {
        operation["responses"]["200"]["content"] =
            json!({"application/json": {"schema": {"type": "object"}}});
    }
}

/// A schema whose references lead to the components.
fn moved(mut schema: Value) -> Value {
    match &mut schema {
        Value::Object(fields) => {
            fields.remove("$schema");
            for (key, value) in fields.iter_mut() {
                if key == "$ref"
                    && let Some(name) = value.as_str().and_then(|own| own.strip_prefix("#/$defs/"))
                {
                    *value = format!("#/components/schemas/screen_{name}").into();
                } else {
                    *value = moved(value.take());
                }
            }
        }
        Value::Array(all) => all.iter_mut().for_each(|one| *one = moved(one.take())),
        _ => {}
    }
    schema
}

/// The paths of the service.
pub fn paths() -> Vec<String> {
    Api::openapi().paths.paths.keys().cloned().collect()
}

/// What requests may name, and how it is written.
struct Known {
    /// Rules, and their readings.
    rules: Vec<String>,
    lists: Vec<String>,
    profiles: Vec<String>,
}

impl Known {
    fn of(app: &App) -> Known {
        let loaded = app.loaded();
        let today = parentage::day::Day::today();
        // Those with a list that is loaded.
        let usable = select_rules(&loaded.snapshot, &[]).unwrap_or_default();
        let rules = usable.iter().flat_map(|rule| {
            let readings = READINGS.iter().map(|(reading, _)| format!("{}/{reading}", rule.id));
            std::iter::once(rule.id.clone()).chain(readings)
        });
        Known {
            rules: rules.collect(),
            lists: loaded.snapshot.lists_checked(today).into_iter().map(|one| one.list).collect(),
            profiles: app.config.house.profiles.iter().map(|one| one.id.clone()).collect(),
        }
    }

    fn rules(&self) -> Value {
        json!({"type": ["array", "null"], "items": {"enum": self.rules}})
    }

    fn profile(&self) -> Value {
        if self.profiles.is_empty() {
            json!({"type": "null"})
        } else {
            json!({"enum": self.profiles})
        }
    }

    /// The schema of a parameter of a path, where there is more to say of it than that it is a text or a number.
    fn schema(&self, path: &str, name: &Value) -> Option<Value> {
        let of_v1 = path.starts_with("/v1/");
        let whole = |most: usize| json!({"type": "integer", "minimum": 0, "maximum": most});
        Some(match name.as_str()? {
            "as_of" | "from" | "to" => json!({"type": "string", "format": "date"}),
            "rule" => json!({"type": "array", "items": {"enum": self.rules}}),
            "list" => json!({"enum": self.lists}),
            "profile" => json!({"enum": self.profiles}),
            "threshold" | "cutoff" => json!({"type": "number", "minimum": 0, "maximum": 1}),
            "limit" if path == "/v1/lists" => whole(facts::MOST_ENTRIES),
            "limit" if path == "/v1/decisions" => whole(decisions::MOST_SHOWN),
            "limit" if path.starts_with("/v1/portfolio/") => whole(portfolio::MOST_SHOWN),
            "limit" if path == "/v1/entities" => whole(entities::MOST_FOUND),
            "after" => whole(facts::MOST_OFFSET),
            "limit" if !of_v1 => whole(yente::MOST_RESULTS),
            "limit" => whole(i32::MAX as usize),
            "offset" if !of_v1 => whole(yente::MOST_OFFSET),
            "offset" => whole(facts::MOST_OFFSET),
            "algorithm" => json!({"enum": yente::ALGORITHMS}),
            "schema" => json!({"enum": yente::SCHEMAS}),
            "format" => json!({"enum": jobs::INPUTS}),
            "out" => json!({"enum": jobs::OUTPUTS}),
            "delimiter" => {
                json!({"type": "string", "pattern": "^([!#$%&'()*+,./:;<=>?@^_`{|}~-]|tab)$"})
            }
            "encoding" => {
                json!({"enum": ["utf-8", "utf-16le", "windows-1252", "gbk", "shift_jis"]})
            }
            "name_column" => json!({"type": "string", "minLength": 1, "pattern": "^[^\\u0000]*$"}),
            _ => return None,
        })
    }
}

/// The description, for programs.
pub async fn openapi(State(app): State<App>) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], described(&app).to_string()).into_response()
}
