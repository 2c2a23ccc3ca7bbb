//! The owners of an entity that matter: who is to be drawn, and by which holdings.

use rustc_hash::FxHashSet;
use serde::Serialize;

use super::json::{Entity, HoldingView, entity as entity_view, holding};
use crate::day::Day;
use crate::expand::{Certainty, Exposure};
use crate::graph::Holding;
use crate::model::EntityId;
use crate::snapshot::Snapshot;

/// The owners of an entity that matter.
#[derive(Debug)]
pub struct Owners<'s> {
    /// The entity, and then the others, the nearest first.
    pub near: Vec<EntityId>,
    /// Their holdings, in the order in which they were read.
    pub rows: Vec<&'s Holding>,
}

/// The recorded owners of an entity on a day, above them those through whom a listed party leads to it, and the
/// holdings of its exposures; `certainty` says how an entity is reached. O(owners × holdings).
pub fn owners_of<'s>(
    snapshot: &'s Snapshot,
    entity: EntityId,
    day: Day,
    exposures: &'s [Exposure],
    certainty: impl Fn(EntityId) -> Option<Certainty>,
) -> Owners<'s> {
    let graph = snapshot.world().graph();
    let evidence = exposures.iter().flat_map(|one| &one.evidence);
    let cited = evidence.clone().flat_map(|row| [row.holder, row.issuer]).chain([entity]);
    // Of a party that declares its owners only these are recorded.
    let recorded = |one: &EntityId| snapshot.is_recorded(*one);
    let above = match snapshot.is_recorded(entity) {
        true => graph.on(day).owners_of([entity]),
        false => graph.on(day).owners_of(cited.filter(recorded)),
    };
    let mut rows: Vec<&Holding> = above
        .iter()
        .flat_map(|issuer| graph.held_in(*issuer))
        .filter(|row| row.span().contains(day) && row.holder != row.issuer)
        .collect();
    // Of those further up only what a listed party leads through matters.
    let led = led(&rows, |one| certainty(one) == Some(Certainty::Listed));
    rows.retain(|row| row.issuer == entity || led.contains(&row.holder));
    rows.extend(evidence);
    rows.sort_by_key(|row| row.place);
    rows.dedup_by_key(|row| row.place);
    Owners { near: nearest(entity, &rows), rows }
}

/// The listed parties among the holders of some holdings, and whom they lead to.
fn led(rows: &[&Holding], listed: impl Fn(EntityId) -> bool) -> FxHashSet<EntityId> {
    let holders = rows.iter().map(|row| row.holder);
    let mut led: FxHashSet<EntityId> = holders.filter(|holder| listed(*holder)).collect();
    loop {
        let before = led.len();
        let more: Vec<EntityId> =
            rows.iter().filter(|row| led.contains(&row.holder)).map(|row| row.issuer).collect();
        led.extend(more);
        if led.len() == before {
            return led;
        }
    }
}

/// The entities of some holdings, the nearest to the subject first.
fn nearest(entity: EntityId, rows: &[&Holding]) -> Vec<EntityId> {
    let mut found = vec![entity];
    let mut seen = FxHashSet::from_iter([entity]);
    let mut at = 0;
    while at < found.len() {
        let issuer = found[at];
        at += 1;
        let ends = rows.iter().filter_map(|row| match issuer {
            one if row.issuer == one => Some(row.holder),
            one if row.holder == one => Some(row.issuer),
            _ => None,
        });
        found.extend(ends.filter(|end| seen.insert(*end)));
    }
    found
}

/// One of those drawn.
#[derive(Debug, Serialize)]
pub struct OwnerView {
    #[serde(flatten)]
    entity: Entity,
    /// Its name in its own script, where somebody says.
    #[serde(skip_serializing_if = "Option::is_none")]
    native: Option<String>,
    /// How it is reached; null where no rule or list says anything of it.
    certainty: Option<&'static str>,
    /// The lists that it is on.
    lists: Vec<String>,
}

/// A holding between two of those drawn, by their places among them.
#[derive(Debug, Serialize)]
pub struct DrawnView {
    from: usize,
    to: usize,
    /// Whether an exposure of the entity rests on it.
    counts: bool,
    holding: HoldingView,
}

/// The owners of an entity that matter as JSON, the entity itself first.
#[derive(Debug, Serialize)]
pub struct OwnersView {
    entity: Entity,
    shown: Vec<OwnerView>,
    holdings: Vec<DrawnView>,
    /// How many more there are.
    not_shown: usize,
}

/// At most `most` of the owners that matter, the nearest first; `on_lists` names the lists of an entity.
pub fn owners_view(
    snapshot: &Snapshot,
    owners: &Owners,
    exposures: &[Exposure],
    most: usize,
    certainty: impl Fn(EntityId) -> Option<Certainty>,
    on_lists: impl Fn(EntityId) -> Vec<String>,
) -> OwnersView {
    let shown = &owners.near[..owners.near.len().min(most)];
    let at = |one: EntityId| shown.iter().position(|own| *own == one);
    let counts: FxHashSet<_> =
        exposures.iter().flat_map(|one| &one.evidence).map(|row| row.place).collect();
    let drawn = |row: &&Holding| {
        let (from, to) = (at(row.holder)?, at(row.issuer)?);
        let counts = counts.contains(&row.place);
        Some(DrawnView { from, to, counts, holding: holding(snapshot, row) })
    };
    let view = |one: &EntityId| OwnerView {
        entity: entity_view(&snapshot.entity(*one)),
        native: native_name(snapshot, *one),
        certainty: certainty(*one).map(|certainty| certainty.as_str()),
        lists: on_lists(*one),
    };
    OwnersView {
        entity: entity_view(&snapshot.entity(owners.near[0])),
        shown: shown.iter().map(view).collect(),
        holdings: owners.rows.iter().filter_map(drawn).collect(),
        not_shown: owners.near.len() - shown.len(),
    }
}

/// The name of an entity in its own script, where that is another than its name. O(list entries of the entity).
pub fn native_name(snapshot: &Snapshot, entity: EntityId) -> Option<String> {
    let native = snapshot.native_name(entity);
    (!native.is_empty() && native != snapshot.entity(entity).name).then(|| native.to_owned())
}
