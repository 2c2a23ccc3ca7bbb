//! The JSON of what is asked besides a screening: expansions, entities, lists, rules, pairs.

use serde::Serialize;

use super::json::{
    Entity, ExposureView, HoldingView, InputView, LineView, Run, ShareView, alignment, day, entity,
    exposures, filled, holding, inputs, score, share,
};
use super::turns::{MarginView, ReadingView, SupposedView};
use crate::day::Day;
use crate::expand::Exposure;
use crate::graph::Holding;
use crate::name::Line;
use crate::rule::Rule;
use crate::share::Share;
use crate::snapshot::{EntityView, Snapshot};

/// An entity of an expansion.
#[derive(Debug, Serialize)]
pub struct Expanded {
    entity: Entity,
    exposures: Vec<ExposureView>,
    effective_share: Option<ShareView>,
    as_of: String,
    snapshot: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    rules: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    floor: Option<String>,
    /// How many entities the expansion has.
    #[serde(skip_serializing_if = "Option::is_none")]
    entities: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    inputs: Option<Vec<InputView>>,
}

/// An entity, its exposures and the effective share of all owners in force as JSON.
/// What the run rests on stands in the first object only, which is given how many there are.
pub fn expanded(
    run: &Run,
    view: &EntityView,
    all: &[Exposure],
    effective: Option<(Share, Share)>,
    first: Option<usize>,
) -> Expanded {
    Expanded {
        entity: entity(view),
        exposures: exposures(run.snapshot, all),
        effective_share: effective.map(share),
        as_of: run.day.to_string(),
        snapshot: run.snapshot.digest().to_owned(),
        rules: first.map(|_| run.rules.clone()),
        floor: first.map(|_| run.floor.to_string()),
        entities: first,
        inputs: first.map(|_| inputs(run)),
    }
}

/// Why a register knows no owner.
#[derive(Debug, Serialize)]
struct SilenceView {
    said: String,
    place: String,
}

/// An entity with its owners, its own holdings and its exposures.
#[derive(Debug, Serialize)]
pub struct Explained {
    entity: Entity,
    as_of: String,
    snapshot: String,
    ownership: &'static str,
    owners: Vec<HoldingView>,
    /// Why registers know no owner, in their words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    not_known: Vec<SilenceView>,
    holdings: Vec<HoldingView>,
    exposures: Vec<ExposureView>,
    /// How it stands to the threshold of each rule.
    pub margins: Vec<MarginView>,
    /// What each reading makes of it, if asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub readings: Option<Vec<ReadingView>>,
    /// What would be said if some holdings were others, if asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub what_if: Option<SupposedView>,
}

/// An entity with its owners on the day, its own holdings and its exposures as JSON.
pub fn explained(run: &Run, entity_id: crate::model::EntityId, all: &[Exposure]) -> Explained {
    let snapshot = run.snapshot;
    let world = snapshot.world();
    let on_day = |row: &&Holding| row.span().contains(run.day);
    let graph = world.graph();
    Explained {
        entity: entity(&snapshot.entity(entity_id)),
        as_of: run.day.to_string(),
        snapshot: snapshot.digest().to_owned(),
        ownership: world.ownership(entity_id, run.day).as_str(),
        owners: graph
            .held_in(entity_id)
            .iter()
            .filter(on_day)
            .map(|row| holding(snapshot, row))
            .collect(),
        not_known: (snapshot.silences(entity_id).into_iter())
            .map(|(said, place)| SilenceView {
                said: said.to_owned(),
                place: snapshot.sources().show(place),
            })
            .collect(),
        holdings: graph
            .held_by(entity_id)
            .filter(on_day)
            .map(|row| holding(snapshot, row))
            .collect(),
        exposures: exposures(snapshot, all),
        margins: Vec::new(),
        readings: None,
        what_if: None,
    }
}

/// A list entry with its status.
#[derive(Debug, Serialize)]
pub struct EntryView {
    list: String,
    entry: String,
    name: String,
    name_native: Option<String>,
    announcement: String,
    published: Option<String>,
    effective: Option<String>,
    status: &'static str,
    until: Option<String>,
    confirm: bool,
    restriction: Option<&'static str>,
    confidence: &'static str,
    place: String,
    /// What the source says besides, in its words.
    #[serde(skip_serializing_if = "String::is_empty")]
    remarks: String,
}

/// The columns of `lists` as CSV.
pub const ENTRY_COLUMNS: &[&str] = &[
    "list",
    "entry",
    "name",
    "name_native",
    "announcement",
    "published",
    "effective",
    "status",
    "until",
    "confirm",
    "restriction",
    "confidence",
    "place",
];

impl EntryView {
    /// Whether it is an entry of a list.
    pub fn is_of(&self, list: &str) -> bool {
        self.list == list
    }

    /// The fields under [`ENTRY_COLUMNS`].
    pub fn fields(self) -> [String; 13] {
        let or_blank = |field: Option<String>| field.unwrap_or_default();
        [
            self.list,
            self.entry,
            self.name,
            or_blank(self.name_native),
            self.announcement,
            or_blank(self.published),
            or_blank(self.effective),
            self.status.to_owned(),
            or_blank(self.until),
            self.confirm.to_string(),
            self.restriction.unwrap_or_default().to_owned(),
            self.confidence.to_owned(),
            self.place,
        ]
    }
}

/// The entries that are published on a day, with their status.
pub fn entries(snapshot: &Snapshot, as_of: Day) -> Vec<EntryView> {
    let view = |listing: crate::expand::Listing| {
        let entry = &snapshot.entries()[listing.entry as usize];
        EntryView {
            list: entry.list.clone(),
            entry: entry.entry.clone(),
            name: entry.name.clone(),
            name_native: filled(&entry.name_native),
            announcement: entry.announcement.clone(),
            published: entry.published.and_then(day),
            effective: entry.effective.and_then(day),
            status: listing.on_day.status.as_str(),
            until: snapshot.entry_until(listing.entry, as_of).and_then(day),
            confirm: listing.on_day.confirm,
            restriction: listing.restriction.map(|restriction| restriction.as_str()),
            confidence: entry.confidence.as_str(),
            place: snapshot.sources().show(entry.place),
            remarks: entry.remarks.clone(),
        }
    };
    snapshot.listings(as_of).into_iter().map(view).collect()
}

/// A rule with its status.
#[derive(Debug, Serialize)]
pub struct RuleView {
    id: String,
    title: String,
    kind: &'static str,
    authority: String,
    instrument: String,
    provision: String,
    lists: Vec<String>,
    threshold: String,
    comparison: &'static str,
    aggregate: &'static str,
    reach: &'static str,
    interests: Vec<&'static str>,
    control: bool,
    restriction: Option<&'static str>,
    effect: String,
    published: Option<String>,
    source: String,
    unverified: Vec<String>,
    status: Option<&'static str>,
    confirm: bool,
    readings: Vec<String>,
    periods: Vec<PeriodView>,
    place: String,
}

#[derive(Debug, Serialize)]
struct PeriodView {
    status: &'static str,
    from: Option<String>,
    until: Option<String>,
    confidence: &'static str,
    source: String,
}

/// The columns of `rules` as CSV.
pub const RULE_COLUMNS: &[&str] = &[
    "id",
    "title",
    "kind",
    "instrument",
    "provision",
    "lists",
    "threshold",
    "comparison",
    "aggregate",
    "reach",
    "interests",
    "control",
    "restriction",
    "status",
    "confirm",
    "published",
    "effect",
    "source",
    "place",
];

impl RuleView {
    /// The fields under [`RULE_COLUMNS`].
    pub fn fields(self) -> [String; 19] {
        [
            self.id,
            self.title,
            self.kind.to_owned(),
            self.instrument,
            self.provision,
            self.lists.join(";"),
            self.threshold,
            self.comparison.to_owned(),
            self.aggregate.to_owned(),
            self.reach.to_owned(),
            self.interests.join(";"),
            self.control.to_string(),
            self.restriction.unwrap_or_default().to_owned(),
            self.status.unwrap_or_default().to_owned(),
            self.confirm.to_string(),
            self.published.unwrap_or_default(),
            self.effect,
            self.source,
            self.place,
        ]
    }
}

/// A rule on a day as JSON; `status` is null before its publication.
pub fn rule(rule: &Rule, as_of: Day) -> RuleView {
    let test = rule.test_on(as_of);
    let on_day = rule.status(as_of);
    let period = |period: &crate::rule::RulePeriod| PeriodView {
        status: period.status.as_str(),
        from: day(period.span.from),
        until: day(period.span.until),
        confidence: period.certitude.as_str(),
        source: period.source.clone(),
    };
    RuleView {
        id: rule.id.clone(),
        title: rule.title.clone(),
        kind: rule.kind.as_str(),
        authority: rule.authority.clone(),
        instrument: rule.instrument.clone(),
        provision: rule.provision.clone(),
        lists: rule.lists.clone(),
        threshold: test.threshold.to_string(),
        comparison: test.comparison.as_str(),
        aggregate: test.aggregate.as_str(),
        reach: rule.reach.as_str(),
        interests: rule.interests.iter().map(|interest| interest.as_str()).collect(),
        control: rule.control,
        restriction: rule.restriction.map(|restriction| restriction.as_str()),
        effect: rule.effect.clone(),
        published: rule.published.and_then(day),
        source: rule.source.clone(),
        unverified: rule.unverified.clone(),
        status: on_day.map(|on_day| on_day.status.as_str()),
        confirm: on_day.is_some_and(|on_day| on_day.confirm),
        readings: crate::rule::READINGS.iter().map(|(id, _)| format!("{}/{id}", rule.id)).collect(),
        periods: rule.periods.iter().map(period).collect(),
        place: rule.file.clone(),
    }
}

/// A compared pair.
#[derive(Debug, Serialize)]
pub struct Compared {
    name1: String,
    name2: String,
    score: f64,
    #[serde(rename = "match")]
    is_match: bool,
    alignment: Vec<LineView>,
}

/// A compared pair as JSON; it matches from `threshold` on.
pub fn compared(name1: &str, name2: &str, lines: &[Line], threshold: i32) -> Compared {
    let points: i32 = lines.iter().map(|line| line.points).sum();
    Compared {
        name1: name1.to_owned(),
        name2: name2.to_owned(),
        score: score(points),
        is_match: points >= threshold,
        alignment: alignment(lines),
    }
}
