//! The graph with its exposures in the formats of other systems: parties, holdings and what is said of them.
//!
//! What a format cannot hold is left out of it, and said where the format is written: the project's own CSV holds all.

pub mod bods;
pub mod csv;
pub mod ftm;

use rustc_hash::FxHashSet;

use crate::expand::Exposure;
use crate::graph::Holding;
use crate::model::{EntityId, EntityKind, Identifiers, ListEntry};
use crate::snapshot::{EntityView, Snapshot};

/// An entity with everything that its records say of it.
#[derive(Debug, Clone)]
pub struct Exported<'s> {
    /// Its number.
    pub entity: EntityId,
    /// Its key, name and countries.
    pub view: EntityView,
    /// What it is.
    pub kind: EntityKind,
    /// Its identifiers.
    pub identifiers: Identifiers,
    /// Its other names, each once.
    pub names: Vec<String>,
    /// Its weak aliases.
    pub weak: Vec<String>,
    /// Its list entries.
    pub entries: Vec<&'s ListEntry>,
    /// What is said of it on the day.
    pub exposures: Vec<Exposure>,
}

impl Exported<'_> {
    /// Days of birth as its entries write them.
    pub fn births(&self) -> Vec<&str> {
        let all = self.entries.iter().flat_map(|entry| entry.birth_date.split(';'));
        all.filter(|date| !date.is_empty()).collect()
    }

    /// Whether it is somebody whom no record names.
    pub fn is_unnamed(&self) -> bool {
        self.view.id.starts_with(crate::model::UNNAMED)
    }
}

/// Every entity of a snapshot that is in a holding or on a list, in order of its number. O(mentions), and one look at
/// the exposures of each by `exposures`.
pub fn entities<'s>(
    snapshot: &'s Snapshot,
    exposures: &'s dyn Fn(EntityId) -> Vec<Exposure>,
) -> impl Iterator<Item = Exported<'s>> {
    let mut names: Vec<Vec<String>> = vec![Vec::new(); snapshot.entity_count() as usize];
    for (entity, name) in snapshot.all_names() {
        names[entity.index()].push(name.to_owned());
    }
    let mut entries: Vec<Vec<u32>> = vec![Vec::new(); snapshot.entity_count() as usize];
    for number in (0u32..).take(snapshot.entries().len()) {
        entries[snapshot.entity_of_entry(number).index()].push(number);
    }
    let all = names.into_iter().zip(entries).zip(0u32..);
    all.filter_map(move |((names, entries), number)| {
        let (entity, graph) = (EntityId(number), snapshot.world().graph());
        let held = !graph.held_in(entity).is_empty() || graph.held_by(entity).next().is_some();
        if !held && entries.is_empty() {
            return None;
        }
        let view = snapshot.entity(entity);
        let entries: Vec<&ListEntry> =
            entries.iter().map(|at| &snapshot.entries()[*at as usize]).collect();
        let aliases = entries.iter().flat_map(|entry| entry.aliases.iter().cloned());
        let mut seen: FxHashSet<String> = FxHashSet::from_iter([view.name.clone()]);
        let names =
            names.into_iter().chain(aliases).filter(|name| seen.insert(name.clone())).collect();
        let weak = entries.iter().flat_map(|entry| entry.weak_aliases.iter().cloned());
        Some(Exported {
            entity,
            kind: snapshot.kind(entity),
            identifiers: snapshot.identifiers(entity),
            names,
            weak: weak.filter(|name| seen.insert(name.clone())).collect(),
            exposures: exposures(entity),
            view,
            entries,
        })
    })
}

/// An entity by itself, with the names that its entries and the holdings it is in give it. O(entries and holdings of it).
pub fn entity<'s>(
    snapshot: &Snapshot,
    entity: EntityId,
    entries: Vec<&'s ListEntry>,
    exposures: Vec<Exposure>,
) -> Exported<'s> {
    let view = snapshot.entity(entity);
    let mut seen: FxHashSet<String> = FxHashSet::from_iter([view.name.clone()]);
    let graph = snapshot.world().graph();
    let of_entries = entries.iter().flat_map(|entry| {
        [&entry.name, &entry.name_native].into_iter().chain(&entry.aliases).cloned()
    });
    let held_in = graph.held_in(entity).iter().map(|row| snapshot.called(row).1.into_owned());
    let held_by = graph.held_by(entity).map(|row| snapshot.called(row).0.into_owned());
    let all = of_entries.chain(held_in).chain(held_by);
    let names: Vec<String> =
        all.filter(|name| !name.is_empty() && seen.insert(name.clone())).collect();
    let weak = entries.iter().flat_map(|entry| entry.weak_aliases.iter().cloned());
    Exported {
        entity,
        kind: snapshot.kind(entity),
        identifiers: snapshot.identifiers(entity),
        names,
        weak: weak.filter(|name| seen.insert(name.clone())).collect(),
        exposures,
        view,
        entries,
    }
}

/// Every holding of every day, by issuer.
pub fn holdings(snapshot: &Snapshot) -> &[Holding] {
    snapshot.world().graph().holdings()
}

/// A stable number of a thing: 32 hexadecimal digits of what it says.
fn digest(parts: &[&str]) -> String {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().to_hex()[..32].to_owned()
}
