//! `/v1/decisions`: what persons decided of matches, in a file that the command line may use as well.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use parentage::day::Day;
use parentage::decisions::Store;
use parentage::error::Error;
use parentage::model::{Decision, Outcome};
use parentage::screen::{Decisions, Word};

use super::access::Caller;
use super::asked::{Json, Parameters};
use super::loaded::Question;
use super::problem::{Problem, ProblemView};
use super::screen::{MOST_BYTES, PartyAsked};
use super::{App, Service};

/// The file of decisions in the folder of a service.
const FILE: &str = "decisions.db";

/// The file that says how many of them the audit log tells of.
const TOLD: &str = "audit.decisions";

/// Decisions shown at once.
pub const MOST_SHOWN: usize = 1_000;

/// The decisions of a service.
pub struct Kept {
    file: Mutex<Held>,
    current: ArcSwap<Known>,
}

/// The file of decisions, as one at a time may use it.
struct Held {
    store: Store,
    /// Whether something was kept that was not taken over yet.
    is_new: bool,
    /// How many of them the audit log tells of, and where that is noted.
    told: usize,
    noted: PathBuf,
}

/// Decisions as they were read.
#[derive(Default)]
pub struct Known {
    /// By party, as a screener wants them.
    pub decisions: Decisions,
    /// How many there are.
    pub count: usize,
    /// The state of the file.
    state: i64,
}

impl Known {
    /// Some decisions, in their order.
    pub fn of(all: Vec<Decision>, state: i64) -> Known {
        Known { count: all.len(), decisions: Decisions::new(all), state }
    }
}

impl Kept {
    /// The decisions of a folder.
    ///
    /// # Errors
    /// The file cannot be used.
    pub fn open(data: &std::path::Path) -> Result<Kept, Error> {
        let store = Store::open(&data.join(FILE))?;
        let known = Known::of(store.all()?, store.state()?);
        let noted = data.join(TOLD);
        // Where it is not known, they are told of once more.
        let told = std::fs::read_to_string(&noted).ok().and_then(|text| text.trim().parse().ok());
        let held = Held { store, is_new: false, told: told.unwrap_or_default(), noted };
        Ok(Kept { file: Mutex::new(held), current: ArcSwap::from_pointee(known) })
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A copy of the file, for a job that goes on by what was decided when it began.
    pub fn copy(&self, to: &std::path::Path) -> Result<(), Error> {
        self.held().store.copy(to)
    }
}

impl Service {
    /// The decisions that answers go by; none without a folder to keep them in. Another program may have written some
    /// since they were read; a file that is being written to is looked at next time.
    ///
    /// # Errors
    /// The file cannot be read, or what is new in it cannot be logged.
    pub fn decided(&self) -> Result<Arc<Known>, Problem> {
        let Some(kept) = &self.decisions else { return Ok(Arc::default()) };
        let known = kept.current.load_full();
        let Ok(mut held) = kept.file.try_lock() else { return Ok(known) };
        let state = held.store.state().map_err(|error| Problem::own(error.to_string()))?;
        if state == known.state && !held.is_new && held.told >= known.count {
            return Ok(known);
        }
        self.take_over(kept, &mut held)
    }

    /// Reads the decisions anew; those that the audit log does not tell of yet, whoever took them, are logged, and customers
    /// are looked at again.
    fn take_over(&self, kept: &Kept, held: &mut Held) -> Result<Arc<Known>, Problem> {
        let failed = |error: Error| Problem::own(error.to_string());
        let (all, state) = (held.store.all().map_err(failed)?, held.store.state().map_err(failed)?);
        // Of a file that was put in the place of another, those that come are new.
        held.told = held.told.min(all.len());
        let before = held.told;
        for one in all.iter().skip(before) {
            self.tell("decision", &one.by, &view(one))?;
            held.told += 1;
        }
        if held.told > before {
            // What is not noted is told of once more after a restart.
            let _ = std::fs::write(&held.noted, held.told.to_string());
        }
        let known = Arc::new(Known::of(all, state));
        let is_new = known.count > kept.current.load().count;
        kept.current.store(Arc::clone(&known));
        held.is_new = false;
        if let Some(portfolio) = self.portfolio.as_ref().filter(|_| is_new) {
            portfolio.wish();
        }
        Ok(known)
    }

    /// Keeps a decision; it is on the disk, and in the log, when this returns.
    fn keep_decision(&self, decision: &Decision) -> Result<(), Problem> {
        let kept = self.kept_decisions()?;
        let mut held = kept.held();
        let added = held.store.add(std::slice::from_ref(decision));
        added.map_err(|error| Problem::own(error.to_string()))?;
        // Where it cannot be logged now, it is before the next answer.
        held.is_new = true;
        self.take_over(kept, &mut held).map(drop)
    }

    fn kept_decisions(&self) -> Result<&Kept, Problem> {
        self.decisions.as_ref().ok_or_else(|| {
            let reason = "decisions are off; start the service with --data";
            Problem::new(StatusCode::CONFLICT, reason)
        })
    }
}

/// A decision on a match of a party.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecisionAsked {
    /// The party, as it is screened.
    party: PartyAsked,
    /// The id of the entity that the match is with, as answers give it.
    #[schema(example = "name:2d4bb0280f1f3610")]
    entity: String,
    /// What the match is.
    outcome: OutcomeAsked,
    /// Why.
    #[schema(min_length = 1, max_length = 1000, example = "another company of this name")]
    reason: String,
    /// Who decides, where the service knows nobody by a token.
    #[schema(max_length = 1000)]
    by: Option<String>,
    /// The rules that it is screened by, as in `/v1/screen`: what a decision rests on is what they find.
    #[serde(default)]
    rules: Vec<String>,
    /// The policy that it is screened under, likewise.
    profile: Option<String>,
}

/// What a match is.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum OutcomeAsked {
    /// The party is not the entity.
    FalseMatch,
    /// It is.
    TrueMatch,
    /// Nobody can say yet.
    Unsure,
}

impl From<OutcomeAsked> for Outcome {
    fn from(asked: OutcomeAsked) -> Outcome {
        match asked {
            OutcomeAsked::FalseMatch => Outcome::FalseMatch,
            OutcomeAsked::TrueMatch => Outcome::TrueMatch,
            OutcomeAsked::Unsure => Outcome::Unsure,
        }
    }
}

/// A decision as it is shown.
#[derive(Debug, Serialize)]
struct View<'d> {
    #[serde(flatten)]
    decision: &'d Decision,
    /// The digest of what it rests on.
    digest: String,
}

fn view(decision: &Decision) -> View<'_> {
    View { decision, digest: decision.basis.digest() }
}

/// Who decides: the holder of the token, else whom the request names.
fn who(caller: &Caller, by: Option<&str>) -> Result<String, Problem> {
    let by = by.map(str::trim).filter(|by| !by.is_empty());
    match (caller.by_token, by) {
        (true, Some(by)) if by != caller.name => {
            let reason = format!("is not whose token this is: {}", caller.name);
            Err(Problem::field("by", reason))
        }
        (true, _) => Ok(caller.name.clone()),
        (false, Some(by)) if by.len() <= MOST_BYTES => Ok(by.to_owned()),
        (false, Some(_)) => Err(Problem::field("by", "is longer than a name")),
        (false, None) => Err(Problem::field("by", "is missing; say who decides")),
    }
}

/// Says of a match whether it is one, and why.
///
/// The party is screened as of today, by every rule where none is named, and the decision is kept with what it rests on. `/v1/screen` shows it
/// with the match; a false match asks for nothing any more, until something changes that the decision rests on.
#[utoipa::path(post, path = "/v1/decisions", tag = "Decisions", request_body = DecisionAsked,
    responses(
        (status = 201, description = "It is kept"),
        (status = 400, description = "No JSON", body = ProblemView, content_type = "application/problem+json"),
        (status = 409, description = "Decisions are off", body = ProblemView, content_type = "application/problem+json"),
        (status = 415, description = "Not said to be JSON", body = ProblemView, content_type = "application/problem+json"),
        (status = 422, description = "A field that cannot be used", body = ProblemView, content_type = "application/problem+json")))]
pub async fn decide(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Json(asked): Json<DecisionAsked>,
) -> Result<Response, Problem> {
    app.kept_decisions()?;
    let by = who(&caller, asked.by.as_deref())?;
    let reason = asked.reason.trim().to_owned();
    if reason.is_empty() || reason.len() > MOST_BYTES {
        let why = format!("say why, in up to {MOST_BYTES} bytes");
        return Err(Problem::field("reason", why));
    }
    let own = Arc::clone(&app);
    let done = move || {
        let loaded = own.loaded();
        let (party, mut faults) = asked.party.read(loaded.request);
        if !faults.is_empty() {
            let (field, reason) = faults.swap_remove(0);
            return Err(Problem::field(format!("party.{field}"), reason));
        }
        let party = party.ok_or_else(|| Problem::field("party", "cannot be screened"))?;
        let DecisionAsked { rules, profile, .. } = asked;
        let question = Question { rules, profile, ..Question::on(Day::today()) };
        let prepared = loaded.prepared(&question, &own.config.house)?;
        let word = Word { outcome: asked.outcome.into(), by, reason };
        let decision = prepared.with(|screener, _| screener.decision(&party, &asked.entity, word));
        let decision = decision.map_err(|error| Problem::of("entity", &error))?;
        own.keep_decision(&decision)?;
        own.json(&loaded, &view(&decision))
    };
    let response = app.work(done).await?;
    Ok((StatusCode::CREATED, response).into_response())
}

/// The decisions, the newest first.
#[utoipa::path(get, path = "/v1/decisions", tag = "Decisions", params(
    ("party_id" = Option<String>, Query, description = "On the party of this id"),
    ("entity" = Option<String>, Query, description = "On matches with this entity"),
    ("offset" = Option<u32>, Query, description = "Decisions to pass over"),
    ("limit" = Option<u32>, Query, description = "Decisions shown, up to 1,000 (default)")),
    responses(
        (status = 200, description = "The decisions"),
        (status = 409, description = "Decisions are off", body = ProblemView, content_type = "application/problem+json"),
        (status = 422, description = "A parameter that cannot be used", body = ProblemView, content_type = "application/problem+json")))]
pub async fn all(State(app): State<App>, parameters: Parameters) -> Result<Response, Problem> {
    parameters.only(&["party_id", "entity", "offset", "limit"])?;
    let (party, entity) = (parameters.one("party_id")?, parameters.one("entity")?);
    let (party, entity) = (party.map(str::to_owned), entity.map(str::to_owned));
    let what = "a whole number of 0 or more";
    let offset = parameters.parsed::<u32>("offset", what)?.unwrap_or_default() as usize;
    let limit = parameters.parsed::<u32>("limit", what)?.map_or(MOST_SHOWN, |own| own as usize);
    if limit > MOST_SHOWN {
        return Err(Problem::field("limit", format!("is more than {MOST_SHOWN}")));
    }
    app.kept_decisions()?;
    let own = Arc::clone(&app);
    let done = move || {
        own.decided()?;
        let kept = own.kept_decisions()?;
        let all = kept.held().store.all();
        let all = all.map_err(|error| Problem::own(error.to_string()))?;
        let fits = |one: &&Decision| {
            party.as_ref().is_none_or(|party| one.party_id == *party)
                && entity.as_ref().is_none_or(|entity| one.entity == *entity)
        };
        let found: Vec<&Decision> = all.iter().rev().filter(fits).collect();
        let shown: Vec<View> = found.iter().skip(offset).take(limit).map(|one| view(one)).collect();
        let answer =
            serde_json::json!({"total": found.len(), "offset": offset, "decisions": shown});
        own.json(&own.loaded(), &answer)
    };
    app.work(done).await
}
