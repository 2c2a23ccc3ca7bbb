//! Works out again what an audit log says that was answered, from the snapshots that are kept beside it.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use parentage::day::Day;
use parentage::decisions::{Store, Whole, check};
use parentage::error::Error;
use parentage::model::{Decision, Profile};
use parentage::screen::Decisions;
use parentage::share::{Rounding, Share};
use parentage::snapshot::Snapshot;
use parentage::source::party_of_ftm;

use super::audit::{LOG, named, seal_of_results};
use super::loaded::{House, Loaded, Question};
use super::screen::{PartyAsked, answered, seal_of};
use super::yente::{Choice, Scope, scored};

/// What came of it.
#[derive(Debug, Default, serde::Serialize)]
pub struct Replayed {
    /// Screenings that the log tells of.
    pub screenings: u64,
    /// Those that come out as they did, word for word.
    pub same: u64,
    /// Those of which a word is another, and the verdict is not.
    pub other_words: u64,
    /// Decisions of the file that the log tells of.
    pub decisions: usize,
    /// Those that it does not tell of: the command line took them since the service ran last.
    pub unlogged: usize,
    /// Screenings of another verdict, or that could not be worked out again, and decisions that are not kept as they were
    /// made: the line, and why.
    pub differences: Vec<String>,
}

/// A screening as the log tells of it.
#[derive(Deserialize)]
struct Logged {
    party: PartyAsked,
    as_of: String,
    rules: Vec<String>,
    profile: Option<(String, String)>,
    threshold: i32,
    limit: usize,
    floor: String,
    max_list_age: Option<i64>,
    snapshot: String,
    decisions: usize,
    with_run: bool,
    verdict: String,
    seal: String,
}

/// A query of yente's interface as the log tells of it.
#[derive(Deserialize)]
struct Held {
    query: Value,
    scope: Scope,
    choice: Choice,
    as_of: String,
    floor: String,
    max_list_age: Option<i64>,
    snapshot: String,
    results: Vec<(String, bool)>,
    seal: String,
}

/// Goes through the log of a folder and screens again what it tells of.
///
/// # Errors
/// The log was changed, or cannot be read.
pub fn replay(data: &Path, profiles: &[Profile]) -> Result<(Whole, Replayed), Error> {
    let store = data.join("decisions.db");
    let all = if store.exists() { Store::open_to_read(&store)?.all()? } else { Vec::new() };
    let mut again =
        Again { data, profiles, all, loaded: BTreeMap::new(), decided: (0, Decisions::default()) };
    let mut replayed = Replayed::default();
    let mut kept: Vec<(Value, bool)> =
        again.all.iter().filter_map(|one| Some((serde_json::to_value(one).ok()?, false))).collect();
    let whole = check(&data.join(LOG), &mut |line| {
        let number = line["number"].as_u64().unwrap_or_default();
        if line["kind"] == "decision" {
            // A service that was killed as it logged one says it again.
            match kept.iter_mut().find(|(own, _)| is_said(own, &line["what"])) {
                Some((_, told)) => *told = true,
                None => {
                    let why = "the decision is not kept as it was made";
                    replayed.differences.push(format!("line {number}: {why}"));
                }
            }
        }
        let outcome = match line["kind"].as_str() {
            Some("screening") => again.screen(&line["what"]),
            Some("match") => again.hold(&line["what"]),
            _ => return,
        };
        replayed.screenings += 1;
        match outcome {
            Ok(true) => replayed.same += 1,
            Ok(false) => replayed.other_words += 1,
            Err(why) => replayed.differences.push(format!("line {number}: {why}")),
        }
    })?;
    replayed.decisions = kept.iter().filter(|(_, told)| *told).count();
    replayed.unlogged = kept.len() - replayed.decisions;
    Ok((whole, replayed))
}

/// Whether a line of the log says of a decision what is kept of it, to the last field.
fn is_said(kept: &Value, logged: &Value) -> bool {
    kept.as_object().is_some_and(|own| own.iter().all(|(name, value)| logged[name] == *value))
}

struct Again<'a> {
    data: &'a Path,
    profiles: &'a [Profile],
    all: Vec<Decision>,
    /// Snapshots by digest.
    loaded: BTreeMap<String, Loaded>,
    /// Decisions, and how many of them.
    decided: (usize, Decisions),
}

impl Again<'_> {
    /// Screens once more; whether every word is the same.
    fn screen(&mut self, what: &Value) -> Result<bool, String> {
        let logged = Logged::deserialize(what).map_err(|error| error.to_string())?;
        if let Some((id, digest)) = &logged.profile {
            let same = |own: &&Profile| own.id == *id && own.digest == *digest;
            if !self.profiles.iter().any(|own| same(&own)) {
                return Err(format!("its profile `{id}` is not given, or has changed (--profile)"));
            }
        }
        if logged.decisions > self.all.len() {
            let known = self.all.len();
            return Err(format!("{} decisions were known, and {known} are kept", logged.decisions));
        }
        if self.decided.0 != logged.decisions {
            let some = self.all[..logged.decisions].iter().cloned();
            self.decided = (logged.decisions, Decisions::new(some));
        }
        let house = House {
            profiles: self.profiles.to_vec(),
            max_list_age: logged.max_list_age,
            floor: Share::parse_percent(&logged.floor, Rounding::Down).ok(),
            ..House::default()
        };
        let of_profile = logged
            .profile
            .as_ref()
            .and_then(|(id, _)| self.profiles.iter().find(|own| own.id == *id));
        let says_rules = of_profile.is_some_and(|own| !own.rules.is_empty());
        let says_threshold = of_profile.is_some_and(|own| own.threshold.is_some());
        let question = Question {
            day: Day::parse(&logged.as_of).map_err(|error| error.to_string())?,
            rules: if says_rules { Vec::new() } else { logged.rules.clone() },
            profile: logged.profile.as_ref().map(|(id, _)| id.clone()),
            threshold: (!says_threshold).then_some(logged.threshold),
            limit: logged.limit,
        };
        let loaded = load(&mut self.loaded, self.data, &logged.snapshot)?;
        let prepared = loaded.prepared(&question, &house).map_err(|problem| problem.to_string())?;
        let decided = &self.decided.1;
        let place = loaded.request;
        let (answer, text) = prepared
            .with(|screener, run| {
                answered(screener, run, decided, (&logged.party, place), logged.with_run)
            })
            .map_err(|problem| problem.to_string())?;
        if answer.as_str() != logged.verdict {
            return Err(format!("it was {}, and is {answer}", logged.verdict));
        }
        Ok(seal_of(&text) == logged.seal)
    }

    /// Holds a query of yente's interface against a snapshot once more; whether every word is the same.
    fn hold(&mut self, what: &Value) -> Result<bool, String> {
        let logged = Held::deserialize(what).map_err(|error| error.to_string())?;
        let house = House {
            max_list_age: logged.max_list_age,
            floor: Share::parse_percent(&logged.floor, Rounding::Down).ok(),
            ..House::default()
        };
        let day = Day::parse(&logged.as_of).map_err(|error| error.to_string())?;
        let threshold = Some(logged.choice.screened());
        let question = Question { threshold, limit: 0, ..Question::on(day) };
        let loaded = load(&mut self.loaded, self.data, &logged.snapshot)?;
        let prepared = loaded.prepared(&question, &house).map_err(|problem| problem.to_string())?;
        let party = party_of_ftm(&logged.query);
        let results = prepared.with(|screener, run| {
            let found =
                party.map(|party| scored(screener, run, &party, &logged.scope, logged.choice));
            found.map(|(_, results)| results).unwrap_or_default()
        });
        let found = named(&results);
        if found != logged.results {
            let [was, is] = [&logged.results, &found].map(|all| {
                let one = |(id, fits): &(String, bool)| {
                    if *fits { format!("{id} (match)") } else { id.clone() }
                };
                if all.is_empty() {
                    "nobody".to_owned()
                } else {
                    all.iter().map(one).collect::<Vec<_>>().join(", ")
                }
            });
            return Err(format!("it was {was}, and is {is}"));
        }
        Ok(seal_of_results(&results) == logged.seal)
    }
}

/// Opens a snapshot that is kept.
fn load<'l>(
    all: &'l mut BTreeMap<String, Loaded>,
    data: &Path,
    digest: &str,
) -> Result<&'l Loaded, String> {
    // A digest of the log is no path.
    if !digest.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(format!("`{digest}` is no digest of a snapshot"));
    }
    if !all.contains_key(digest) {
        let path = data.join("snapshots").join(format!("{digest}.snapshot"));
        let snapshot =
            Snapshot::open(&path.display().to_string()).map_err(|error| error.to_string())?;
        all.insert(digest.to_owned(), Loaded::new(snapshot, digest.to_owned(), None));
    }
    Ok(&all[digest])
}
