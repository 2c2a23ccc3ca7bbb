//! `/catalog` and `/algorithms`: what is loaded, and how it is scored.

use axum::extract::State;
use axum::response::Response;
use serde_json::{Value, json};

use super::super::App;
use super::super::asked::Parameters;
use super::super::problem::Problem;
use super::{DEFAULT, datasets};

/// What is loaded, as datasets.
#[utoipa::path(get, path = "/catalog", tag = "yente",
    responses((status = 200, description = "The datasets")))]
pub async fn catalog(State(app): State<App>, parameters: Parameters) -> Result<Response, Problem> {
    parameters.only(&[])?;
    let loaded = app.loaded();
    let version = loaded.snapshot.digest();
    let lists = datasets(&loaded);
    let dataset = |name: &str, title: &str, more: Value| {
        let mut own = json!({
            "name": name,
            "title": title,
            "version": version,
            "index_version": version,
            "index_current": true,
            "load": true,
            "children": [],
            "resources": [],
        });
        for (key, value) in more.as_object().into_iter().flatten() {
            own[key] = value.clone();
        }
        own
    };
    let children: Vec<&str> = lists.iter().map(|(name, _)| name.as_str()).collect();
    let everything = json!({"children": children});
    let mut all = vec![dataset(DEFAULT, "Everything that is loaded", everything)];
    for (name, list) in &lists {
        let title = if list.title.is_empty() { &list.list } else { &list.title };
        let checked = list.checked_until.map(|day| format!("{day}T00:00:00"));
        all.push(dataset(
            name,
            title,
            json!({"entity_count": list.entries, "updated_at": checked}),
        ));
    }
    let current: Vec<&Value> = all.iter().map(|dataset| &dataset["name"]).collect();
    let answer = json!({"datasets": all, "current": current, "outdated": [], "index_stale": false});
    app.json(&loaded, &answer)
}

/// The one algorithm there is.
#[utoipa::path(get, path = "/algorithms", tag = "yente",
    responses((status = 200, description = "The algorithm")))]
pub async fn algorithms(
    State(app): State<App>,
    parameters: Parameters,
) -> Result<Response, Problem> {
    parameters.only(&[])?;
    let description = "Names as typed tokens, aligned and weighed by how rare they are; countries, identifiers, kind and birth \
                       dates beside them. Every score is the sum of its lines.";
    let docs =
        json!({"name": "parentage", "description": description, "config": {}, "features": {}});
    let own =
        json!({"name": "parentage", "description": description, "features": {}, "docs": docs});
    let answer = json!({"algorithms": [own], "default": "parentage", "best": "parentage"});
    app.json(&app.loaded(), &answer)
}
