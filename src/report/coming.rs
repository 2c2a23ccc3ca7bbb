//! What is known to change after a day: entries that take effect, suspensions that end, periods of rules.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::day::Day;
use crate::model::Certitude;
use crate::snapshot::Snapshot;

/// What happens on a day that is still to come.
#[derive(Debug, Serialize)]
pub struct ComingView {
    day: String,
    /// The list or rule that it happens to.
    of: String,
    /// The announcement, where it is one of a list.
    #[serde(skip_serializing_if = "String::is_empty")]
    announcement: String,
    /// What happens: `takes effect`, `begins: suspended`, `ends: suspended` and the like.
    what: String,
    /// Whether official text says so, or only somebody's announcement.
    confirm: bool,
    /// How many entries it concerns; for a rule there are none.
    entries: usize,
    /// The first of them by name.
    names: Vec<String>,
}

/// Names shown of those concerned.
const NAMED: usize = 5;

/// By day, list or rule, announcement, what happens, and whether it is to be confirmed.
type Key = (Day, String, String, String, bool);

/// What happens after a day, as far as the data that is loaded says, by day. O(list entries + events + measures).
pub fn coming(snapshot: &Snapshot, after: Day) -> Vec<ComingView> {
    let mut all: BTreeMap<Key, Vec<String>> = BTreeMap::new();
    let mut note = |day: Day, of: &str, announcement: &str, what: String, certitude, name: &str| {
        if day > after && day.is_stated() {
            let confirm = certitude != Certitude::Official;
            let key = (day, of.to_owned(), announcement.to_owned(), what, confirm);
            all.entry(key).or_default().extend((!name.is_empty()).then(|| name.to_owned()));
        }
    };
    for (number, entry) in (0u32..).zip(snapshot.entries()) {
        let mut own = |day, what: String, certitude| {
            note(day, &entry.list, &entry.announcement, what, certitude, &entry.name);
        };
        if let Some(day) = entry.effective {
            own(day, "takes effect".to_owned(), Certitude::Official);
        }
        for event in snapshot.events_of_entry(number) {
            own(event.span.from, format!("begins: {}", event.event), event.certitude);
            own(event.span.until, format!("ends: {}", event.event), event.certitude);
        }
        for measure in snapshot.measures_of_entry(number) {
            own(measure.span.from, format!("begins: {}", measure.measures), measure.certitude);
            own(measure.span.until, format!("ends: {}", measure.measures), measure.certitude);
        }
    }
    for rule in snapshot.rules() {
        for period in &rule.periods {
            let status = period.status;
            let (from, until) = (period.span.from, period.span.until);
            note(from, &rule.id, "", format!("begins: {status}"), period.certitude, "");
            note(until, &rule.id, "", format!("ends: {status}"), period.certitude, "");
        }
    }
    let view = |((day, of, announcement, what, confirm), mut names): (Key, Vec<String>)| {
        let entries = names.len();
        names.truncate(NAMED);
        ComingView { day: day.to_string(), of, announcement, what, confirm, entries, names }
    };
    all.into_iter().map(view).collect()
}
