//! What follows from the owners that a party declares: they count as holdings of that party alone.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::links::{GRAVEST, matter};
use super::{Candidate, Note, NoteKind, Screener};
use crate::expand::{Assumed, Exposure};
use crate::graph::Holding;
use crate::link::{JoinedBy, PossibleLink};
use crate::model::{DeclaredOwner, EntityId, Interest, Party};
use crate::name;
use crate::snapshot::{Declaration, Declared, DeclaredRow, EntityView, NameKind, Ownership};
use crate::source::Terms;

/// What follows from declared owners.
pub(super) struct OfOwners {
    /// The entity that the party is, recorded or declared.
    pub subject: EntityId,
    /// What the lists and rules say of it with these owners.
    pub exposures: Vec<Exposure>,
    /// Whoever the party or its owners might be that would make it graver, and what they declare against what is
    /// recorded.
    pub notes: Vec<Note>,
    /// Possible links that would make it graver.
    pub possible: Vec<PossibleLink>,
    /// Whether each of these links would by itself.
    pub alone: bool,
    /// How far its owners are known with them.
    pub ownership: Ownership,
    /// Keeps the numbers of what was declared.
    pub declaration: Arc<Declaration>,
}

/// Somebody who might be an entity: a declared owner, or the party itself.
#[derive(Clone, Copy)]
struct Near<'p> {
    /// The owner; none for the party.
    owner: Option<&'p DeclaredOwner>,
    own: EntityId,
    entity: EntityId,
    points: i32,
}

/// What might be, and is not taken to be.
#[derive(Clone, Copy)]
enum Doubt<'p> {
    Near(Near<'p>),
    /// A possible link of the snapshot, by number.
    Link(u32),
}

impl Screener<'_> {
    /// What follows from the owners of a party that is one of the known entities, or none; `None` where it
    /// declares no owner.
    pub(super) fn of_owners(&self, party: &Party, known: &[EntityId]) -> Option<OfOwners> {
        if party.owners.is_empty() {
            return None;
        }
        let snapshot = self.snapshot;
        let mut declaration = snapshot.declare();
        let mut declared = Declared::default();
        let new = |declared: &mut Declared, declaration: &mut Declaration, view, countries| {
            let entity = snapshot.declare_entity(declaration, view);
            declared.entities.push((entity, countries));
            entity
        };
        let mut near: Vec<Near> = Vec::new();
        let subject = match known {
            [one] => *one,
            _ => {
                let (view, countries) = (view_of(party), party.countries.clone());
                let own = new(&mut declared, &mut declaration, view, countries);
                let points = name::POINTS_OF_ONE;
                let of = |entity: &EntityId| Near { owner: None, own, entity: *entity, points };
                near.extend(known.iter().map(of));
                own
            }
        };
        for owner in &party.owners {
            let (found, holder_by) = self.entities_of(owner);
            let holder = match found.as_slice() {
                [one] => {
                    if holder_by != JoinedBy::Identifier {
                        // A name as near as this is a hit by itself, whoever else has the one declared.
                        let strong = |near: &Near| near.points >= self.settings.threshold;
                        let others = self.near(owner, *one, &[]).into_iter().filter(strong);
                        near.extend(others.filter(|other| other.entity != *one));
                    }
                    *one
                }
                _ => {
                    let (name, country) = (owner.name.clone(), owner.countries.to_string());
                    let view = EntityView { id: String::new(), name, country };
                    let own = new(&mut declared, &mut declaration, view, owner.countries.clone());
                    near.extend(self.near(owner, own, &found));
                    own
                }
            };
            let row = DeclaredRow {
                holder: owner.name.clone(),
                issuer: party.name.clone(),
                citation: owner.citation.clone(),
                holder_by,
                issuer_by: JoinedBy::Identifier,
            };
            let record = snapshot.declare_row(&mut declaration, row);
            let DeclaredOwner { range, interest, confidence, span, place, .. } = owner;
            let terms = Terms { range: *range, interest: *interest, confidence: *confidence };
            let ends = (holder, subject);
            declared.rows.push(Holding::declared(ends, terms, *span, *place, record));
        }
        let holders = declared.rows.iter().map(|row| row.holder);
        let entities = self.above(holders.chain([subject]).collect());
        let (exposures, ownership) = self.where_declared(&entities, &[], &declared, subject);
        let (exposures, mut notes) = self.no_less_than_recorded(party, subject, exposures);
        let (doubts, alone) =
            self.that_matter(&near, &declared, subject, self.finder.gravest(&exposures));
        let mut possible = Vec::new();
        for doubt in doubts {
            match doubt {
                Doubt::Near(one) => notes.push(self.note(party, &one)),
                Doubt::Link(link) => possible.push(self.finder.links().link(link).clone()),
            }
        }
        let declaration = Arc::new(declaration);
        Some(OfOwners { subject, exposures, notes, possible, alone, ownership, declaration })
    }

    /// What is said of a party where its owners and it are whoever they might be, as far as that makes it graver
    /// than `gravest`.
    fn that_matter<'p>(
        &self,
        near: &[Near<'p>],
        declared: &Declared,
        subject: EntityId,
        gravest: u8,
    ) -> (Vec<Doubt<'p>>, bool) {
        if gravest == GRAVEST {
            return (Vec::new(), true);
        }
        let links = self.finder.links();
        let ends = declared.rows.iter().map(|row| row.holder).chain([subject]);
        let ends = ends.chain(near.iter().map(|one| one.entity));
        let ends: Vec<EntityId> = ends.filter(|one| self.snapshot.is_recorded(*one)).collect();
        let (entities, possible) = links.near(&ends);
        let doubts = near.iter().copied().map(Doubt::Near);
        let doubts: Vec<Doubt> = doubts.chain(possible.into_iter().map(Doubt::Link)).collect();
        let together = |doubts: Vec<Doubt<'p>>| {
            let of_links = |doubt: &Doubt| match doubt {
                Doubt::Link(link) => Some(*link),
                Doubt::Near(_) => None,
            };
            let links = links.consistent(doubts.iter().filter_map(of_links).collect());
            // The first of each is the gravest it might be; or each is all that it might be.
            let mut seen = FxHashSet::default();
            let first = near.iter().filter(|one| seen.insert(one.own)).copied();
            let first: Vec<Near> = first.collect();
            [first, near.to_vec()]
                .map(|near| {
                    let near = near.into_iter().map(Doubt::Near);
                    near.chain(links.iter().copied().map(Doubt::Link)).collect()
                })
                .into()
        };
        matter(doubts, together, |doubts| {
            let same: Vec<(EntityId, EntityId)> = doubts
                .iter()
                .map(|doubt| match doubt {
                    Doubt::Near(one) => (one.own, one.entity),
                    Doubt::Link(link) => (links.link(*link).a, links.link(*link).b),
                })
                .collect();
            let (exposures, _) = self.where_declared(&entities, &same, declared, subject);
            self.finder.gravest(&exposures) > gravest
        })
    }

    /// What is said of a party with what it declares; or, where that is less than what is recorded of it makes by
    /// itself, that, and a note: nobody clears himself by declaring less.
    fn no_less_than_recorded(
        &self,
        party: &Party,
        subject: EntityId,
        exposures: Vec<Exposure>,
    ) -> (Vec<Exposure>, Vec<Note>) {
        let recorded = self.findings(subject);
        if self.finder.gravest(&recorded.exposures) <= self.finder.gravest(&exposures) {
            return (exposures, Vec::new());
        }
        let text = format!(
            "what is declared of the owners of {} contradicts what is recorded, and would make its verdict less grave; what \
             is recorded counts",
            party.name
        );
        let note = Note { kind: NoteKind::Doubt, text, place: None };
        (recorded.exposures.clone(), vec![note])
    }

    /// The entities that a declared owner is: by identifier, else by exact name.
    fn entities_of(&self, owner: &DeclaredOwner) -> (Vec<EntityId>, JoinedBy) {
        let identified = self.snapshot.identified(&owner.identifiers);
        if !identified.is_empty() {
            return (identified, JoinedBy::Identifier);
        }
        (self.snapshot.exactly_named(&owner.name, &owner.countries), JoinedBy::Name)
    }

    /// The entities that a declared owner might be, the gravest first, of these the nearest: several of its name,
    /// or those whose name comes near it.
    fn near<'p>(
        &self,
        owner: &'p DeclaredOwner,
        own: EntityId,
        found: &[EntityId],
    ) -> Vec<Near<'p>> {
        let party = Party {
            countries: owner.countries.clone(),
            identifiers: owner.identifiers.clone(),
            ..Party::named(owner.name.clone())
        };
        let candidates = self.candidates(&party);
        let others = found.iter().filter(|one| !candidates.contains_key(one));
        let named = others.map(|one| (*one, name::POINTS_OF_ONE));
        let named: Vec<(EntityId, i32)> = named.collect();
        let scored = candidates.iter().map(|(one, own)| (*one, own.comparison.points()));
        let all = scored.chain(named);
        let mut near: Vec<Near> =
            all.map(|(entity, points)| Near { owner: Some(owner), own, entity, points }).collect();
        let gravity = |one: &Near| {
            let said = self.findings(one.entity);
            said.exposures.first().map_or((true, None), |first| (false, Some(first.gravity())))
        };
        near.sort_by_cached_key(|one| (gravity(one), -one.points, one.entity));
        near
    }

    /// Everything recorded that decides on some entities: they themselves, their branches, and all above them.
    pub(super) fn above(&self, ends: Vec<EntityId>) -> Vec<EntityId> {
        let graph = self.snapshot.world().graph().ever();
        let mut start = ends;
        start.retain(|one| self.snapshot.is_recorded(*one));
        let branches = start.iter().flat_map(|one| {
            let below = graph.stakes_of(*one);
            let branches = below.filter(|edge| edge.stake.interest == Interest::Branch);
            branches.map(|edge| edge.issuer).collect::<Vec<_>>()
        });
        let branches: Vec<EntityId> = branches.collect();
        start.extend(branches);
        graph.owners_of(start)
    }

    /// What is said of the party where the pairs given are one entity each, and how far its owners are known.
    pub(super) fn where_declared(
        &self,
        entities: &[EntityId],
        same: &[(EntityId, EntityId)],
        declared: &Declared,
        subject: EntityId,
    ) -> (Vec<Exposure>, Ownership) {
        let (part, numbers) = self.snapshot.world().part(entities, same, declared);
        let mut exposures = self.finder.exposures_where(&part, &numbers, numbers[&subject]);
        let mut back: FxHashMap<EntityId, EntityId> = FxHashMap::default();
        for (from, to) in &numbers {
            // Of a pair that is one entity the recorded one stands for both.
            let known = back.entry(*to).or_insert(*from);
            *known = (*known).min(*from);
        }
        let again = |row: &Holding| row.between(back[&row.holder], back[&row.issuer]);
        for exposure in &mut exposures {
            exposure.evidence.iter_mut().for_each(|row| *row = again(row));
            let assumed = exposure.assumed.iter_mut();
            assumed.for_each(|one| *one = Assumed { row: again(&one.row), ..*one });
        }
        (exposures, part.ownership(numbers[&subject], self.settings.day))
    }

    fn note(&self, party: &Party, near: &Near) -> Note {
        let view = self.snapshot.entity(near.entity);
        let score = f64::from(near.points) / f64::from(name::POINTS_OF_ONE);
        let country =
            if view.country.is_empty() { "country unknown" } else { view.country.as_str() };
        let (text, place) = match near.owner {
            Some(owner) => (
                format!(
                    "the declared owner {} might be {} ({country}), score {score}; if it is, the verdict on {} is graver; an \
                     identifier, or the name as the list writes it, settles it",
                    owner.name, view.name, party.name
                ),
                Some(self.snapshot.sources().show(owner.place)),
            ),
            None => (
                format!(
                    "{} might be {} ({country}), of which owners are recorded; if it is, they count beside those that it \
                     declares, and its verdict is graver; its country or an identifier settles it",
                    party.name, view.name
                ),
                None,
            ),
        };
        Note { kind: NoteKind::PossibleLink, text, place }
    }

    /// The party as a name that matches itself.
    pub(super) fn itself(&self, party: &Party) -> Candidate {
        let parsed = name::parse(&party.name);
        let comparison = name::compare(&parsed, &parsed);
        Candidate { name: party.name.clone(), kind: NameKind::Name, comparison, exact: true }
    }
}

/// A party as an entity.
fn view_of(party: &Party) -> EntityView {
    let own = match (party.identifiers.best(), party.id.as_str()) {
        (Some(best), _) => best.to_owned(),
        (None, "") => party.name.clone(),
        (None, id) => id.to_owned(),
    };
    let (id, name) = (format!("party:{own}"), party.name.clone());
    EntityView { id, name, country: party.countries.to_string() }
}
