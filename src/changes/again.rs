//! Which parties have to be screened again after a change.

use rustc_hash::FxHashSet;

use super::reach::{Reached, Side, entity, reached};
use crate::column::hash;
use crate::index::{NameIndex, NameIndexBuilder};
use crate::model::{EntityId, Party};
use crate::name::{self, NameKeys, POINTS_OF_ONE, ParsedName};
use crate::rule::Rule;
use crate::screen::{REVIEW_BAND, Settings, holds, list_age, most_added, words};
use crate::snapshot::Snapshot;

/// The parties of which another thing may be said than before: those whose name comes near one of an entity
/// that a change can reach, on either side, and those that are one.
pub struct Again<'s> {
    sides: [(Side<'s>, Reached); 2],
    /// Hashes of the identifiers and exact names of the entities that a change can reach, and of their owners.
    keys: FxHashSet<u64>,
    /// The names that a change can reach.
    names: Vec<ParsedName>,
    index: NameIndex,
    /// Hashes of the ids of entities of which a proof can stand in other places.
    moved: FxHashSet<u64>,
    /// The words of the rows that could not be read, where they are not the same on both sides.
    rejected: Vec<Vec<String>>,
    floor: i32,
    everybody: Option<String>,
}

impl<'s> Again<'s> {
    /// Holds two sides against each other: what was screened against then, and by which rules, and what is now.
    /// O(entities + holdings), and the names that changed.
    pub fn new(before: (Side<'s>, &[Rule]), after: Side<'s>, settings: &Settings) -> Again<'s> {
        let (before, rules) = before;
        let (old, new) = reached(before, after);
        let sides = [(before, old), (after, new)];
        let mut seen: FxHashSet<&str> = FxHashSet::default();
        let mut names: Vec<ParsedName> = Vec::new();
        let mut index = NameIndexBuilder::default();
        for (side, reached) in &sides {
            let own = side.snapshot.names();
            for own in own.filter(|own| reached.below.contains(own.entity.index())) {
                if seen.insert(own.text) {
                    let name = name::parse(own.text);
                    index.add(&name);
                    names.push(name);
                }
            }
        }
        let keys = sides.iter().flat_map(|(side, reached)| keys(side.snapshot, reached)).collect();
        let [old, new] = [before, after].map(|side| side.snapshot.rejected());
        let rows = if old == new { [].iter().chain(&[]) } else { old.iter().chain(new) };
        let rejected = rows.map(|row| words(&row.text)).collect();
        let moved = sides[0].1.moved.ones().map(entity);
        let moved = moved.map(|entity| hash([&*before.snapshot.entity(entity).id])).collect();
        let floor = settings.threshold - REVIEW_BAND;
        let everybody = everybody((before, rules), after, settings);
        Again { sides, keys, names, index: index.build(), moved, rejected, floor, everybody }
    }

    /// Why every party has to be screened again, where that is so.
    pub fn everybody(&self) -> Option<&str> {
        self.everybody.as_deref()
    }

    /// Names of entities that a change can reach.
    pub fn names(&self) -> usize {
        self.names.len()
    }

    /// Entities of which something else is recorded, on the side that has more of them.
    pub fn changed(&self) -> usize {
        self.sides.iter().map(|(_, reached)| reached.changed.count_ones(..)).max().unwrap_or(0)
    }

    /// Whether a change can reach the answer for a party. What it answers no to is answered alike on both
    /// sides, but for places where it was read, of which [`moved`](Self::moved) tells.
    pub fn concerns(&self, party: &Party) -> bool {
        self.everybody.is_some()
            || self.is_one(party)
            || self.is_near(party)
            || self.rejected.iter().any(|row| holds(row, &words(&party.name)))
    }

    /// Whether an answer before may cite places at which another thing stands now: one with notes, or one about
    /// some entities, by their ids.
    pub fn moved<'e>(&self, has_notes: bool, mut entities: impl Iterator<Item = &'e str>) -> bool {
        !self.moved.is_empty() && (has_notes || entities.any(|id| self.moved.contains(&hash([id]))))
    }

    /// Whether the party is, by identifier or exact name, an entity that a change can reach, or owns one.
    fn is_one(&self, party: &Party) -> bool {
        let identifiers = party.identifiers.all().iter().map(|one| of_identifier(one));
        let mut keys = identifiers.chain(party.names().flat_map(of_name));
        keys.any(|key| self.keys.contains(&key))
    }

    /// Whether a name of the party can score enough with one that a change can reach.
    fn is_near(&self, party: &Party) -> bool {
        let least = (self.floor - most_added(party)).max(0);
        let share = f64::from(least) / f64::from(POINTS_OF_ONE);
        !self.names.is_empty()
            && party.names().any(|query| {
                let parsed = name::parse(query);
                let near = self.index.candidates(&parsed, share).into_iter();
                near.map(|number| &self.names[number as usize])
                    .any(|other| name::points(&parsed, other, least) >= least)
            })
    }
}

/// What changes the answer for every party, or may.
fn everybody((before, rules): (Side, &[Rule]), after: Side, settings: &Settings) -> Option<String> {
    let old = |side: Side| list_age(side.snapshot, side.day, settings.max_list_age);
    if old(before) != old(after) {
        return Some("lists are older than --max-list-age, and the answers say how old".to_owned());
    }
    let on = |rule: &Rule, day| {
        let file = String::new();
        format!("{:?}", (Rule { file, ..rule.clone() }, rule.status(day), rule.test_on(day)))
    };
    let differs = |(one, other): (&Rule, &Rule)| on(one, before.day) != on(other, after.day);
    if rules.len() != settings.rules.len() {
        return Some("the rules are others".to_owned());
    }
    let found = rules.iter().zip(&settings.rules).find(|pair| differs(*pair));
    found.map(|(rule, _)| format!("rule {} is another one than then", rule.id))
}

/// What a party is found by that is one of the entities that a change can reach, or owns one.
fn keys(snapshot: &Snapshot, reached: &Reached) -> Vec<u64> {
    let wanted = |entity: EntityId| {
        reached.below.contains(entity.index()) || reached.above.contains(entity.index())
    };
    let mut keys = Vec::new();
    for (name, native, identifiers) in snapshot.mentions_of(wanted) {
        keys.extend([name, native].into_iter().filter(|text| !text.is_empty()).flat_map(of_name));
        keys.extend(identifiers.split(';').filter(|one| !one.is_empty()).map(of_identifier));
    }
    keys
}

fn of_identifier(identifier: &str) -> u64 {
    hash(["id|", identifier])
}

/// The exact key of a name whatever its legal form, and its key in its own script. Rougher than
/// [`Snapshot::exactly`], which never finds what has neither in common.
fn of_name(name: &str) -> [u64; 2] {
    let NameKeys { exact, native, .. } = name::keys(name);
    [hash(["any|", &exact]), hash(["native|", &native])]
}
