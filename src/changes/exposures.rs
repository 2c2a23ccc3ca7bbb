//! Of which entities another thing is said, and which records make it so.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::reach::{Reached, partners, rests_on};
use super::records::{RecordChange, RecordKind};
use crate::expand::Exposure;
use crate::model::EntityId;
use crate::screen::{Answer, Findings, Screener};
use crate::snapshot::{EntityView, Snapshot};

/// What one rule, or the lists, say of an entity, before and after.
#[derive(Debug, Clone)]
pub struct ExposureChange {
    /// The rule as asked, or `listing`.
    pub rule: String,
    /// Its exposures before.
    pub before: Vec<Exposure>,
    /// Its exposures after.
    pub after: Vec<Exposure>,
}

/// An entity of which another thing is said than before.
#[derive(Debug, Clone)]
pub struct EntityChange {
    /// The entity as it is shown, after where it is there.
    pub view: EntityView,
    /// Its numbers before and after, where it is there.
    pub entities: [Option<EntityId>; 2],
    /// The verdict on a party that is surely this entity.
    pub answers: [Answer; 2],
    /// What other things the rules say.
    pub exposures: Vec<ExposureChange>,
    /// Notes on removals and possible links that are others, before and after.
    pub notes: [Vec<String>; 2],
    /// The records that make it so, by their place among the changes; none where the day alone does.
    pub because: Vec<usize>,
}

/// Every entity that a change can reach of which another thing is said, in the order of their ids.
pub(super) fn exposures(
    screeners: [&Screener; 2],
    reached: [&Reached; 2],
    all: bool,
    records: &[RecordChange],
) -> Vec<EntityChange> {
    let pairs = pairs(screeners, reached, all);
    let mut bears: [FxHashMap<EntityId, Vec<usize>>; 2] = Default::default();
    for (number, change) in records.iter().enumerate() {
        for (side, bears) in bears.iter_mut().enumerate() {
            for entity in change.bears_on(side) {
                bears.entry(*entity).or_default().push(number);
            }
        }
    }
    let partners = screeners.map(|screener| partners(screener.snapshot()));
    let changed = pairs.par_iter().filter_map(|pair| {
        let mut change = compare(screeners, *pair)?;
        change.because = cited(screeners, &change, &bears, records);
        if change.because.is_empty() {
            let [mut before, mut after] = [0, 1].map(|side| {
                let of = |one| rests_on(screeners[side].snapshot(), &partners[side], one);
                pair[side].map(of).into_iter().flatten()
            });
            change.because = bearing(&bears, [&mut before, &mut after]);
        }
        if change.because.is_empty() {
            // Accepting a possible link would bring it under a rule that is another one.
            let rules = (0..).zip(records).filter(|(_, own)| own.kind == RecordKind::Rule);
            change.because = rules.map(|(number, _)| number).collect();
        }
        Some(change)
    });
    let mut changed: Vec<EntityChange> = changed.collect();
    changed.sort_by(|a, b| (&a.view.id, &a.view.name).cmp(&(&b.view.id, &b.view.name)));
    changed
}

/// The entities of either side whose names can matter and that a change can reach, each with what it is on the
/// other side: by its id, else by name and countries.
fn pairs(
    screeners: [&Screener; 2],
    reached: [&Reached; 2],
    all: bool,
) -> BTreeSet<[Option<EntityId>; 2]> {
    let mut pairs = BTreeSet::new();
    for side in 0..2 {
        let (own, other) = (screeners[side].snapshot(), screeners[1 - side].snapshot());
        let names = own.names().map(|name| name.entity);
        let wanted: FxHashSet<EntityId> =
            names.filter(|one| all || reached[side].below.contains(one.index())).collect();
        for one in wanted {
            let partner = partner(own, other, one);
            let mut pair = [Some(one), partner];
            if side == 1 {
                pair.reverse();
            }
            pairs.insert(pair);
        }
    }
    // Where one side found no partner and the other did, the pair stands once.
    let whole: Vec<[Option<EntityId>; 2]> =
        pairs.iter().copied().filter(|pair| pair.iter().all(Option::is_some)).collect();
    for pair in whole {
        pairs.remove(&[pair[0], None]);
        pairs.remove(&[None, pair[1]]);
    }
    pairs
}

/// What an entity is on the other side.
fn partner(own: &Snapshot, other: &Snapshot, one: EntityId) -> Option<EntityId> {
    let view = own.entity(one);
    let (ours, theirs) = (own.all_with_id(&view.id), other.all_with_id(&view.id));
    let named_so = |them: &EntityId| other.entity(*them).name == view.name;
    let alone = || match (ours.as_slice(), theirs.as_slice()) {
        ([_], [theirs]) => Some(*theirs),
        _ => None,
    };
    let by_name = || {
        let named = other.exactly_named(&view.name, own.world().countries(one));
        named.into_iter().find(named_so)
    };
    // Two records that contradict each other may have one name and one id: the n-th is the n-th.
    let like = |all: &[EntityId], of: &Snapshot| -> Vec<EntityId> {
        all.iter().copied().filter(|one| of.entity(*one).name == view.name).collect()
    };
    let at = like(&ours, own).iter().position(|our| *our == one);
    let same = at.and_then(|at| like(&theirs, other).get(at).copied());
    same.or_else(alone).or_else(by_name)
}

fn compare(screeners: [&Screener; 2], pair: [Option<EntityId>; 2]) -> Option<EntityChange> {
    let findings = [0, 1].map(|side| pair[side].map(|one| screeners[side].findings(one)));
    let mut by_rule: BTreeMap<&str, ExposureChange> = BTreeMap::new();
    for (side, findings) in findings.iter().enumerate() {
        for exposure in findings.iter().flat_map(|findings| &findings.exposures) {
            let change = by_rule.entry(&exposure.rule).or_insert_with(|| ExposureChange {
                rule: exposure.rule.clone(),
                before: Vec::new(),
                after: Vec::new(),
            });
            let of = if side == 0 { &mut change.before } else { &mut change.after };
            of.push(exposure.clone());
        }
    }
    let said = |side: usize, all: &[Exposure]| {
        let mut said: Vec<String> =
            all.iter().map(|one| said(screeners[side].snapshot(), one)).collect();
        said.sort_unstable();
        said
    };
    let differs = |change: &ExposureChange| said(0, &change.before) != said(1, &change.after);
    let exposures: Vec<ExposureChange> = by_rule.into_values().filter(differs).collect();
    let notes = [0, 1].map(|side| {
        let findings = findings[side].as_deref();
        findings.map(|one| notes(screeners[side].snapshot(), one)).unwrap_or_default()
    });
    if exposures.is_empty() && notes[0] == notes[1] {
        return None;
    }
    let answers = [0, 1].map(|side| findings[side].as_deref().map_or(Answer::Clear, Answer::of));
    let shown = |side: usize| pair[side].map(|one| screeners[side].snapshot().entity(one));
    let view = shown(1).or(shown(0))?;
    Some(EntityChange { view, entities: pair, answers, exposures, notes, because: Vec::new() })
}

/// Everything that an exposure says, without numbers of the snapshot and without places: a file that only moves
/// its lines changes nothing.
fn said(snapshot: &Snapshot, exposure: &Exposure) -> String {
    let listed = exposure.listed.iter().map(|cited| {
        let entry = &snapshot.entries()[cited.entry as usize];
        let key = (&entry.list, &entry.announcement, &entry.name);
        format!("{:?}", (key, cited.on_day, entry.confidence))
    });
    let rows = exposure.evidence.iter().map(|row| {
        let terms = (row.terms(), row.since, row.until);
        format!("{:?}", (snapshot.written(row), terms))
    });
    let assumed = exposure.assumed.iter().map(|one| {
        let (holder, issuer, _) = snapshot.written(&one.row);
        format!("{:?}", (holder, issuer, one.share))
    });
    let mut cited: Vec<String> = listed.chain(rows).chain(assumed).collect();
    cited.sort_unstable();
    let bare = Exposure {
        evidence: Vec::new(),
        listed: Vec::new(),
        assumed: Vec::new(),
        ..exposure.clone()
    };
    format!("{bare:?} {cited:?}")
}

fn notes(snapshot: &Snapshot, findings: &Findings) -> Vec<String> {
    let removed = findings.removed.iter().map(|entry| {
        let own = &snapshot.entries()[*entry as usize];
        format!("was on {} ({}) and was taken off", own.list, own.announcement)
    });
    let possible = findings.possible.iter().map(|link| {
        let (a, b) = &link.names;
        format!("graver if {a} and {b} are one entity ({})", link.reason)
    });
    removed.chain(possible).collect()
}

/// The changes that bear on some entities of either side.
fn bearing(
    bears: &[FxHashMap<EntityId, Vec<usize>>; 2],
    of: [&mut dyn Iterator<Item = EntityId>; 2],
) -> Vec<usize> {
    let sides = bears.iter().zip(of);
    let found = sides.flat_map(|(bears, of)| {
        of.flat_map(|one| bears.get(&one).into_iter().flatten().copied()).collect::<Vec<_>>()
    });
    found.collect::<BTreeSet<usize>>().into_iter().collect()
}

/// The records that changed and that are about an entity or whoever its proofs cite, and the rules that did.
fn cited(
    screeners: [&Screener; 2],
    change: &EntityChange,
    bears: &[FxHashMap<EntityId, Vec<usize>>; 2],
    records: &[RecordChange],
) -> Vec<usize> {
    let cited = |side: usize| {
        let snapshot = screeners[side].snapshot();
        let exposures = change.exposures.iter();
        let exposures =
            exposures.flat_map(move |one| if side == 0 { &one.before } else { &one.after });
        let cited = exposures.flat_map(move |one| {
            let ends = one.evidence.iter().flat_map(|row| [row.holder, row.issuer]);
            let listed = one.listed.iter();
            ends.chain(listed.map(move |cited| snapshot.entity_of_entry(cited.entry)))
        });
        cited.chain(change.entities[side])
    };
    let of_rule = |(_, record): &(usize, &RecordChange)| {
        record.kind == RecordKind::Rule
            && change.exposures.iter().any(|one| one.rule == record.what)
    };
    let rules = records.iter().enumerate().filter(of_rule).map(|(number, _)| number);
    let mut found = bearing(bears, [&mut cited(0), &mut cited(1)]);
    found.extend(rules);
    found
}
