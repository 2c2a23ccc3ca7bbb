//! `/v1/lists`, `/v1/rules`, `/v1/changes`: what is loaded, its state on a day, and what differs between two.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;

use parentage::changes::{Side, changes as changes_of};
use parentage::day::Day;
use parentage::report::changes::{ChangeView, objects};
use parentage::report::coming::{ComingView, coming};
use parentage::report::json::{self, ListView, ProfileView, Run};
use parentage::report::objects::{EntryView, RuleView, entries, rule};

use super::App;
use super::asked::{Parameters, day};
use super::loaded::{Loaded, Question};
use super::problem::{Problem, ProblemView};

/// What an answer rests on.
#[derive(Debug, Serialize)]
pub struct Basis {
    as_of: String,
    snapshot: String,
    rules: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<ProfileView>,
    lists_checked: Vec<ListView>,
}

impl Basis {
    /// That of a run.
    pub fn of(run: &Run) -> Basis {
        Basis {
            as_of: run.day.to_string(),
            snapshot: run.snapshot.digest().to_owned(),
            rules: run.rules.clone(),
            profile: run.profile.map(json::profile),
            lists_checked: run.lists.clone(),
        }
    }
}

/// Entries of one answer: of more a part at a time is asked for.
pub const MOST_ENTRIES: usize = 1_000;

/// Entries that can be passed over: those of 32 bits, as the description says.
pub const MOST_OFFSET: usize = i32::MAX as usize;

#[derive(Debug, Serialize)]
struct Lists {
    total: usize,
    offset: usize,
    entries: Vec<EntryView>,
    /// What is known to change after the day, where all lists are asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    coming: Vec<ComingView>,
    #[serde(flatten)]
    basis: Basis,
}

/// The list entries and their status on a day.
#[utoipa::path(get, path = "/v1/lists", tag = "Lists and rules", params(
    ("as_of" = Option<String>, Query, description = "The day; today in UTC where none is given"),
    ("list" = Option<String>, Query, description = "Entries of this list alone", example = "CN-UEL"),
    ("offset" = Option<u32>, Query, description = "Entries to pass over"),
    ("limit" = Option<u32>, Query, description = "Entries shown, up to 1,000 (default)")),
    responses(
        (status = 200, description = "The lists and their entries"),
        (status = 422, description = "A parameter that cannot be used", body = ProblemView, content_type = "application/problem+json")))]
pub async fn lists(State(app): State<App>, parameters: Parameters) -> Result<Response, Problem> {
    parameters.only(&["as_of", "list", "offset", "limit"])?;
    let on = parameters.day("as_of")?.unwrap_or_else(Day::today);
    let list = parameters.one("list")?.map(str::to_owned);
    let what = "a whole number of 0 or more";
    let offset = parameters.parsed::<u32>("offset", what)?.unwrap_or_default() as usize;
    let limit = parameters.parsed::<u32>("limit", what)?.map_or(MOST_ENTRIES, |own| own as usize);
    if offset > MOST_OFFSET {
        return Err(Problem::field("offset", format!("is more than {MOST_OFFSET}")));
    }
    if limit > MOST_ENTRIES {
        return Err(Problem::field("limit", format!("is more than {MOST_ENTRIES}")));
    }
    let (loaded, own) = (app.loaded(), Arc::clone(&app));
    if let Some(list) = &list {
        let known = loaded.snapshot.lists_checked(on).into_iter().map(|one| one.list);
        let known: Vec<String> = known.collect();
        if !known.contains(list) {
            let reason = format!("no list `{list}` is loaded; there are {}", known.join(", "));
            return Err(Problem::field("list", reason));
        }
    }
    let done = move || {
        let all = entries(&loaded.snapshot, on).into_iter();
        let all: Vec<EntryView> =
            all.filter(|entry| list.as_deref().is_none_or(|list| entry.is_of(list))).collect();
        let prepared = loaded.prepared(&Question::on(on), &own.config.house)?;
        let everything = list.is_none() && offset == 0;
        let answer = Lists {
            total: all.len(),
            coming: if everything { coming(&loaded.snapshot, on) } else { Vec::new() },
            offset,
            entries: all.into_iter().skip(offset).take(limit).collect(),
            basis: prepared.with(|_, run| Basis::of(run)),
        };
        own.json(&loaded, &answer)
    };
    app.work(done).await
}

#[derive(Debug, Serialize)]
struct Rules {
    rules_loaded: Vec<RuleView>,
    #[serde(flatten)]
    basis: Basis,
}

/// The rules, their readings, periods and sources.
#[utoipa::path(get, path = "/v1/rules", tag = "Lists and rules", params(
    ("as_of" = Option<String>, Query, description = "The day; today in UTC where none is given")),
    responses(
        (status = 200, description = "The rules"),
        (status = 422, description = "A parameter that cannot be used", body = ProblemView, content_type = "application/problem+json")))]
pub async fn rules(State(app): State<App>, parameters: Parameters) -> Result<Response, Problem> {
    parameters.only(&["as_of"])?;
    let on = parameters.day("as_of")?.unwrap_or_else(Day::today);
    let (loaded, own) = (app.loaded(), Arc::clone(&app));
    let done = move || {
        let prepared = loaded.prepared(&Question::on(on), &own.config.house)?;
        let answer = Rules {
            rules_loaded: loaded.snapshot.rules().iter().map(|one| rule(one, on)).collect(),
            basis: prepared.with(|_, run| Basis::of(run)),
        };
        own.json(&loaded, &answer)
    };
    app.work(done).await
}

#[derive(Debug, Serialize)]
struct Changed {
    from: String,
    to: String,
    changes: Vec<ChangeView>,
    #[serde(flatten)]
    basis: Basis,
}

/// What changed from one day to another: statuses, holdings, and of whom another thing is said, and why.
#[utoipa::path(get, path = "/v1/changes", tag = "Lists and rules", params(
    ("from" = String, Query, description = "A day", example = "2025-11-09"),
    ("to" = Option<String>, Query, description = "A later or earlier day; today in UTC where none is given"),
    ("rule" = Option<Vec<String>>, Query, description = "Rules by id; all with a list that is loaded where none is given")),
    responses(
        (status = 200, description = "What changed"),
        (status = 422, description = "A parameter that cannot be used", body = ProblemView, content_type = "application/problem+json")))]
pub async fn changes(State(app): State<App>, parameters: Parameters) -> Result<Response, Problem> {
    parameters.only(&["from", "to", "rule"])?;
    let missing = || Problem::field("from", "is missing; give a day such as 2025-11-09");
    let from = day("from", parameters.one("from")?.ok_or_else(missing)?)?;
    let to = parameters.day("to")?.unwrap_or_else(Day::today);
    let rules: Vec<String> = parameters.all("rule").map(str::to_owned).collect();
    let (loaded, own): (Arc<Loaded>, App) = (app.loaded(), Arc::clone(&app));
    let done = move || {
        let on = |day| Question { rules: rules.clone(), ..Question::on(day) };
        let before = loaded.prepared(&on(from), &own.config.house)?;
        let after = loaded.prepared(&on(to), &own.config.house)?;
        let answer = before.with(|before, _| {
            after.with(|after, run| {
                let found = changes_of(before, after);
                Changed {
                    from: from.to_string(),
                    to: to.to_string(),
                    changes: objects([Side::of(before), Side::of(after)], &found),
                    basis: Basis::of(run),
                }
            })
        });
        own.json(&loaded, &answer)
    };
    app.work(done).await
}
