//! The interface of yente 5.5, so that its present clients can ask this service: entities of FollowTheMoney, scored by this
//! project's comparison.
//!
//! Everything loaded is the dataset `default`, and each list is one. What makes a hit by a listing or a law stands in
//! `topics`; what a house policy alone, a suspension or a possibility says stands in `notes`.

mod catalog;
mod entities;
mod matching;
mod reconcile;
mod search;

use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use axum::routing::{get, post};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use parentage::day::Day;
use parentage::model::EntityId;
use parentage::report::export::{self, ftm};
use parentage::report::json::Run;
use parentage::screen::{Screener, list_age};

use super::problem::Problem;
use super::{App, Going};

pub use catalog::{__path_algorithms, __path_catalog};
pub use entities::{__path_adjacent, __path_adjacent_by, __path_entity, MOST_OFFSET};
pub use matching::{
    __path_matches, Choice, KNOWN as ALGORITHMS, MOST_QUERIES, MOST_RESULTS, scored,
};
pub use reconcile::{__path_manifest, __path_reconcile};
pub use search::{__path_search, SCHEMAS};

/// The paths of the interface.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/match/{dataset}", post(matching::matches))
        .route("/search/{dataset}", get(search::search))
        .route("/entities/{id}", get(entities::entity))
        .route("/entities/{id}/adjacent", get(entities::adjacent))
        .route("/entities/{id}/adjacent/{property}", get(entities::adjacent_by))
        .route("/catalog", get(catalog::catalog))
        .route("/manifest", get(catalog::catalog))
        .route("/algorithms", get(catalog::algorithms))
        .route("/reconcile/{dataset}", get(reconcile::manifest).post(reconcile::reconcile))
        .route("/reconcile/{dataset}/suggest/entity", get(reconcile::suggest_entity))
        .route("/reconcile/{dataset}/suggest/property", get(reconcile::suggest_property))
        .route("/reconcile/{dataset}/suggest/type", get(reconcile::suggest_type))
        .route("/reconcile/{dataset}/extend/property", get(reconcile::extend_properties))
}

/// The dataset of everything.
const DEFAULT: &str = "default";

/// A list as a name of a dataset: `CN-UEL` is `cn_uel`.
fn dataset_of(list: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    list.chars().map(plain).collect()
}

/// What a request looks at.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Scope {
    /// One list, or all.
    dataset: Option<String>,
    include: Vec<String>,
    exclude: Vec<String>,
    exclude_schemas: Vec<String>,
    exclude_ids: Vec<String>,
    topics: Vec<String>,
}

/// Entities that may be left out of one request, as yente has it.
const MOST_EXCLUDED: usize = 50;

impl Scope {
    /// The scope of a request on a dataset.
    ///
    /// # Errors
    /// There is no such dataset, or too many entities are left out.
    fn read(
        dataset: &str,
        parameters: &super::asked::Parameters,
        loaded: &super::loaded::Loaded,
    ) -> Result<Scope, Problem> {
        let known = datasets(loaded);
        let is_known = |name: &str| name == DEFAULT || known.iter().any(|(own, _)| own == name);
        if !is_known(dataset) {
            return Err(Problem::not_found("there is no such dataset; /catalog names them"));
        }
        if parameters.one("changed_since")?.is_some() {
            let reason = "no day of a change is known of an entity; /v1/changes says what changed";
            return Err(refused("changed_since", reason));
        }
        let all = |name: &str| -> Vec<String> { parameters.all(name).map(str::to_owned).collect() };
        let exclude_ids = all("exclude_entity_ids");
        if exclude_ids.len() > MOST_EXCLUDED {
            let reason = format!("has more than {MOST_EXCLUDED}");
            return Err(Problem::field("exclude_entity_ids", reason));
        }
        Ok(Scope {
            dataset: Some(dataset.to_owned()).filter(|own| own != DEFAULT),
            include: all("include_dataset"),
            exclude: all("exclude_dataset"),
            exclude_schemas: all("exclude_schema"),
            exclude_ids: exclude_ids.iter().map(|id| canonical(id)).collect(),
            topics: all("topics"),
        })
    }

    /// Whether nothing is left out.
    fn is_everything(&self) -> bool {
        let Scope { dataset, include, exclude, exclude_schemas, exclude_ids, topics } = self;
        let lists = [include, exclude, exclude_schemas, exclude_ids, topics];
        dataset.is_none() && lists.into_iter().all(Vec::is_empty)
    }

    /// Whether an entity is among what the request looks at.
    fn holds(&self, entity: &Value) -> bool {
        let of = |list: &Value, all: &[String]| {
            let own = list.as_array().into_iter().flatten().filter_map(Value::as_str);
            own.into_iter().any(|own| all.iter().any(|one| one == own))
        };
        let (datasets, topics) = (&entity["datasets"], &entity["properties"]["topics"]);
        let named = |all: &[String], value: &Value| {
            value.as_str().is_some_and(|own| all.iter().any(|one| one == own))
        };
        self.dataset.as_ref().is_none_or(|own| of(datasets, std::slice::from_ref(own)))
            && (self.include.is_empty() || of(datasets, &self.include))
            && !of(datasets, &self.exclude)
            && !named(&self.exclude_schemas, &entity["schema"])
            && !named(&self.exclude_ids, &entity["id"])
            && (self.topics.is_empty() || of(topics, &self.topics))
    }
}

/// An id as the interface writes it, whichever way it is given.
fn canonical(id: &str) -> String {
    ftm::id(&ftm::key(id).unwrap_or_else(|| id.to_owned()))
}

/// A parameter that yente has and this service cannot answer truthfully.
fn refused(field: &str, reason: &str) -> Problem {
    let reason = format!("{field}: {reason}");
    Problem::new(StatusCode::BAD_REQUEST, reason)
}

/// The lists that are loaded as datasets, each with its list.
fn datasets(loaded: &super::loaded::Loaded) -> Vec<(String, parentage::snapshot::ListChecked)> {
    let lists = loaded.snapshot.lists_checked(Day::today()).into_iter();
    lists.map(|list| (dataset_of(&list.list), list)).collect()
}

/// An entity as the interface shows it, with its sanctions beside it.
fn shown(screener: &Screener, run: &Run, entity: EntityId) -> (Value, Vec<Value>) {
    let snapshot = run.snapshot;
    let exposures = screener.findings(entity).exposures.clone();
    let one = export::entity(snapshot, entity, screener.entries(entity), exposures);
    let mut lists: Vec<String> = one.entries.iter().map(|entry| dataset_of(&entry.list)).collect();
    lists.push(DEFAULT.to_owned());
    lists.sort();
    lists.dedup();
    let mut all = ftm::party(&one, run.day);
    let mut own = all.remove(0);
    let is_issuer = !snapshot.world().graph().held_in(entity).is_empty();
    // Only an asset can be owned there.
    if is_issuer && own["schema"] == "LegalEntity" {
        own["schema"] = "Company".into();
    }
    own["caption"] = one.view.name.clone().into();
    let target = own["properties"].get("topics").is_some();
    finish(&mut own, &lists, target);
    all.iter_mut().for_each(|sanction| finish(sanction, &lists, false));
    (own, all)
}

/// What every entity of the interface has.
fn finish(entity: &mut Value, datasets: &[String], target: bool) {
    let Some(fields) = entity.as_object_mut() else { return };
    if !fields.contains_key("caption") {
        fields.insert("caption".to_owned(), fields["schema"].clone());
    }
    fields.insert("datasets".to_owned(), datasets.into());
    fields.insert("referents".to_owned(), json!([]));
    fields.insert("target".to_owned(), target.into());
    for day in ["first_seen", "last_seen", "last_change"] {
        fields.insert(day.to_owned(), Value::Null);
    }
}

/// What is beside an entity, by the property that it has it by: its sanctions, who holds it, and what it holds.
fn beside(
    screener: &Screener,
    run: &Run,
    entity: EntityId,
    own: &Value,
    sanctions: Vec<Value>,
) -> Map<String, Value> {
    let snapshot = run.snapshot;
    let graph = snapshot.world().graph();
    let mut beside = Map::new();
    let other = |one: EntityId| shown(screener, run, one).0;
    let ownership = |row: &parentage::graph::Holding, end: &str, entity: EntityId| {
        let mut holding = ftm::holding(snapshot, row);
        holding["properties"][end] = json!([other(entity)]);
        finish(&mut holding, &[DEFAULT.to_owned()], false);
        holding
    };
    let held_in = graph.held_in(entity).iter().map(|row| ownership(row, "owner", row.holder));
    let held_by = graph.held_by(entity).map(|row| ownership(row, "asset", row.issuer));
    let all: [(&str, Vec<Value>); 3] = [
        ("sanctions", sanctions),
        ("ownershipAsset", held_in.collect()),
        ("ownershipOwner", held_by.collect()),
    ];
    // A person is no asset.
    let is_asset = own["schema"] == "Company";
    for (property, values) in all {
        if !values.is_empty() && (property != "ownershipAsset" || is_asset) {
            beside.insert(property.to_owned(), values.into());
        }
    }
    beside
}

/// The entity that an id of the interface, or of this service, stands for.
fn found(loaded: &super::loaded::Loaded, id: &str) -> Result<EntityId, Problem> {
    let key = ftm::key(id).unwrap_or_else(|| id.to_owned());
    let found = loaded.snapshot.all_with_id(&key);
    found.first().copied().ok_or_else(|| Problem::not_found("no entity has this id"))
}

/// What an answer rests on, as headers: bodies here are those of yente and of the protocol of reconciliation, which
/// have no place for it.
struct Rests {
    loaded: Arc<super::loaded::Loaded>,
    named: Vec<(HeaderName, HeaderValue)>,
}

impl Rests {
    fn on(loaded: Arc<super::loaded::Loaded>, screener: &Screener, run: &Run) -> Rests {
        let lists: Vec<String> = run.lists.iter().map(ToString::to_string).collect();
        let value = |text: String| {
            HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static("unreadable"))
        };
        let mut named = vec![
            (HeaderName::from_static("parentage-as-of"), value(run.day.to_string())),
            (HeaderName::from_static("parentage-rules"), value(run.rules.join(", "))),
            (HeaderName::from_static("parentage-lists-checked"), value(lists.join(", "))),
        ];
        // A list that is too old clears nobody, whatever is found.
        let old = list_age(run.snapshot, run.day, screener.settings().max_list_age);
        let old: Vec<String> = old.into_iter().map(|note| note.text).collect();
        if !old.is_empty() {
            named.push((HeaderName::from_static("parentage-lists-old"), value(old.join("; "))));
        }
        Rests { loaded, named }
    }

    /// An answer of JSON that names what it rests on.
    fn json(self, app: &App, answer: &impl Serialize) -> Result<Response, Problem> {
        let mut response = app.json(&self.loaded, answer)?;
        response.headers_mut().extend(self.named);
        Ok(response)
    }
}

/// Does something with the screener of today in a snapshot.
async fn today<T: Send + 'static>(
    app: &App,
    threshold: Option<i32>,
    work: impl FnOnce(&super::loaded::Loaded, &Screener, &Run) -> Result<T, Problem> + Send + 'static,
) -> Result<(Rests, T), Problem> {
    today_while(app, threshold, move |_, loaded, screener, run| work(loaded, screener, run)).await
}

/// Likewise, for several queries: it may ask between them whether anybody still waits.
async fn today_while<T: Send + 'static>(
    app: &App,
    threshold: Option<i32>,
    work: impl FnOnce(&Going, &super::loaded::Loaded, &Screener, &Run) -> Result<T, Problem>
    + Send
    + 'static,
) -> Result<(Rests, T), Problem> {
    let (loaded, own) = (app.loaded(), Arc::clone(app));
    let done = move |going: &Going| {
        let usual = super::loaded::Question::on(Day::today());
        let question = super::loaded::Question { threshold, limit: 0, ..usual };
        let prepared = loaded.prepared(&question, &own.config.house)?;
        prepared.with(|screener, run| {
            let done = work(going, &loaded, screener, run)?;
            Ok((Rests::on(Arc::clone(&loaded), screener, run), done))
        })
    };
    app.work_while(done).await
}
