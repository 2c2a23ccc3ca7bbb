//! Checks what a screening or an expansion says, from the records alone.
//!
//! It opens the files that an answer cites, works out joins, statuses, shares, sums and thresholds a
//! second time by sets and sums, and says which exposure does not hold. It knows neither the graph
//! nor the engine: of the floors below it shares only the nouns, the readers and what compares and
//! reads names. What it does not work out again, and says so: effective shares, readings that
//! multiply shares, the choice of matches, and which of several smallest proofs was cited.

mod beside;
mod claim;
mod flag;
mod joins;
mod left_out;
mod proof;
mod world;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use self::claim::Claims;
use self::joins::Joins;
pub use self::joins::give;
use self::world::World;
use crate::day::Day;
use crate::error::Data;
use crate::source::{Records, digest};

/// One thing that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Which answer, from 1.
    pub answer: usize,
    /// What it is about: the query or entity, and the rule.
    pub about: String,
    /// What does not hold.
    pub text: String,
}

/// What a check came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Answers read.
    pub answers: usize,
    /// Exposures checked.
    pub exposures: usize,
    /// Exposures of which a part lies outside what is worked out again: multiplied shares, owners that a party
    /// declares.
    pub outside: usize,
    /// What does not hold.
    pub faults: Vec<Fault>,
}

/// The seal of an answer: a digest of everything it says, whatever order its keys are written in.
/// 32 hexadecimal digits. `answer` is an object; its own `seal` is left out.
pub fn seal(answer: &Value) -> String {
    let mut answer = answer.clone();
    if let Some(object) = answer.as_object_mut() {
        object.remove("seal");
    }
    blake3::hash(answer.to_string().as_bytes()).to_hex()[..32].to_owned()
}

/// Checks answers against the records of the files they cite. O(answers * owners above), and one
/// pass over the records, to which [`give`] has added what decisions give.
pub fn verify(records: &Records, answers: &[Value]) -> Report {
    let joins = Joins::new(records);
    let mut worlds: BTreeMap<Day, World> = BTreeMap::new();
    let mut report = Report { answers: answers.len(), ..Report::default() };
    whole_runs(answers, &mut report.faults);
    let mut first = &Value::Null;
    for (number, answer) in (1..).zip(answers) {
        let mut faults = Vec::new();
        if answer["rules"].is_array() {
            first = answer;
        }
        of_run(records, answer, &mut faults);
        match answer["as_of"].as_str().map(Day::parse) {
            Some(Ok(day)) => {
                let world = worlds.entry(day).or_insert_with(|| World::new(records, &joins, day));
                let mut claims = Claims::new(world);
                claims.answer(answer, first);
                report.exposures += claims.exposures;
                report.outside += claims.outside;
                faults.append(&mut claims.faults);
            }
            _ => faults.push("has no day (`as_of`)".to_owned()),
        }
        let fault = |text| Fault { answer: number, about: about(answer), text };
        report.faults.extend(faults.into_iter().map(fault));
    }
    report
}

/// What an answer is about.
fn about(answer: &Value) -> String {
    let name = ["/query/name", "/entity/name"].iter().find_map(|at| answer.pointer(at));
    name.and_then(Value::as_str).unwrap_or("an answer").to_owned()
}

/// Every answer belongs to a run, of which the first says the rules; an expansion has as many entities as
/// it says, each once.
fn whole_runs(answers: &[Value], faults: &mut Vec<Fault>) {
    let mut number = 1;
    for run in answers.chunk_by(|_, next| !next["rules"].is_array()) {
        let first = &run[0];
        let mut fault = |text: String| {
            faults.push(Fault { answer: number, about: about(first), text });
        };
        if !first["rules"].is_array() {
            fault("answers before it are left out: the first of a run says its rules".to_owned());
        } else if run.iter().any(|answer| answer["as_of"] != first["as_of"]) {
            fault("the answers of a run are of one day".to_owned());
        } else if first.get("verdict").is_none() {
            let said = &first["entities"];
            if said.as_u64() != u64::try_from(run.len()).ok() {
                fault(format!("the expansion had {said} entities, {} are left", run.len()));
            }
            // Not by its key alone: two that a person has parted may share it.
            let told = |answer: &Value| format!("{}{}", answer["entity"], answer["exposures"]);
            if run.iter().map(told).collect::<BTreeSet<String>>().len() != run.len() {
                fault("an entity of the expansion is told twice".to_owned());
            }
        }
        number += run.len();
    }
}

/// What an answer says of the run: its seal, the snapshot, the files, the lists.
fn of_run(records: &Records, answer: &Value, faults: &mut Vec<String>) {
    if answer["seal"].as_str() != Some(seal(answer).as_str()) {
        faults.push("the seal does not fit: something in the answer was changed".to_owned());
    }
    if answer["snapshot"].as_str() != Some(digest(&records.sources).as_str()) {
        faults.push(
            "the snapshot is not that of the files read here: give `verify` the --lists, --ownership, --links \
             and --rules of the run; if they are the same, a file was changed"
                .to_owned(),
        );
    }
    if let Some(inputs) = answer["inputs"].as_array() {
        let said: Vec<&str> = inputs.iter().filter_map(|one| one["file"].as_str()).collect();
        let read = records.sources.0.iter().map(|one| one.name.as_str());
        let mut left_out = read.clone().filter(|name| !said.contains(name));
        if let Some(name) = left_out.next() {
            faults.push(format!("{name} was read and is left out of the inputs"));
        }
        // The file of the parties is one more, and so is that of the owners they declare.
        let owners = inputs.iter().filter(|one| one["owners"] == true).count().min(1);
        if said.len() > read.count() + 1 + owners {
            faults.push("more inputs are named than were read".to_owned());
        }
    }
    for input in answer["inputs"].as_array().into_iter().flatten() {
        let (name, said) = (input["file"].as_str().unwrap_or_default(), &input["digest"]);
        let source = records.sources.0.iter().find(|source| source.name == name);
        let Some(source) = source else { continue };
        let found = blake3::Hash::from_bytes(source.digest).to_hex().to_string();
        if said.as_str() != Some(found.as_str()) {
            faults.push(format!("{name} is not the file that was read: its digest is {found}"));
        }
    }
    for (field, data) in [("lists", Data::Lists), ("holdings", Data::Holdings)] {
        let rejected = records.rejected.iter().filter(|one| one.data == data).count();
        let said = &answer["rejected"][field];
        if !said.is_null() && said.as_u64() != u64::try_from(rejected).ok() {
            faults.push(format!("{rejected} rows of {field} were rejected"));
        }
    }
    let Some(lists) = answer["lists_checked"].as_array() else { return };
    let described = records.lists.iter().map(|info| info.list.as_str());
    let entered = records.entries.iter().map(|(entry, _)| entry.list.as_str());
    let all: BTreeSet<&str> = described.chain(entered).collect();
    let said: BTreeSet<&str> = lists.iter().filter_map(|list| list["list"].as_str()).collect();
    if lists.len() != all.len() || said != all {
        let all: Vec<&str> = all.into_iter().collect();
        faults.push(format!("{} lists were read: {}", all.len(), all.join(", ")));
    }
    for list in lists {
        let name = list["list"].as_str().unwrap_or_default();
        let entries = records.entries.iter().filter(|(entry, _)| entry.list == name).count();
        if list["entries"].as_u64() != u64::try_from(entries).ok() {
            faults.push(format!("list {name} has {entries} entries"));
        }
        let info = records.lists.iter().find(|info| info.list == name);
        let checked = info.and_then(|info| info.checked_until).map(|day| day.to_string());
        if list["checked_until"].as_str() != checked.as_deref() {
            faults.push(format!("list {name} was checked until {checked:?}"));
        }
    }
}
