//! What parties declare of themselves while they are screened: entities and holdings that no file of ownership
//! data has, under numbers behind those of the snapshot, as long as somebody holds the answer.

use std::borrow::Cow;
use std::sync::{Arc, PoisonError, RwLock};

use slab::Slab;

use super::{EntityView, Snapshot};
use crate::error::Source;
use crate::graph::Holding;
use crate::link::JoinedBy;
use crate::model::EntityId;

/// A declared holding as it is shown.
#[derive(Debug, Clone)]
pub struct DeclaredRow {
    /// The holder as written.
    pub holder: String,
    /// The party.
    pub issuer: String,
    /// The citation.
    pub citation: String,
    /// By what the holder was joined to its entity.
    pub holder_by: JoinedBy,
    /// By what the party was joined to its entity.
    pub issuer_by: JoinedBy,
}

/// Everything declared that is in use.
#[derive(Debug, Default)]
pub(super) struct Declarations {
    entities: Slab<EntityView>,
    rows: Slab<DeclaredRow>,
}

/// Keeps what one party declares; its numbers are free again when it is dropped.
#[derive(Debug)]
pub struct Declaration {
    all: Arc<RwLock<Declarations>>,
    entities: Vec<usize>,
    rows: Vec<usize>,
}

impl Drop for Declaration {
    fn drop(&mut self) {
        let mut all = self.all.write().unwrap_or_else(PoisonError::into_inner);
        self.entities.iter().for_each(|own| drop(all.entities.remove(*own)));
        self.rows.iter().for_each(|own| drop(all.rows.remove(*own)));
    }
}

impl Snapshot {
    /// Adds a file that is cited and that nothing else is read from. Returns its number for a
    /// [`Place`](crate::error::Place).
    pub fn cite(&mut self, source: Source) -> u32 {
        let number = u32::try_from(self.sources.0.len()).expect("fewer than 4 billion files");
        self.sources.0.push(source);
        number
    }

    /// Begins what a party declares.
    pub fn declare(&self) -> Declaration {
        Declaration { all: Arc::clone(&self.declared), entities: Vec::new(), rows: Vec::new() }
    }

    /// Whether a holding was declared by the party itself.
    pub fn is_declared(&self, row: &Holding) -> bool {
        row.record as usize >= self.holdings.len()
    }

    /// Whether an entity is in the snapshot, and not one that a party declares.
    pub fn is_recorded(&self, entity: EntityId) -> bool {
        entity.0 < self.entity_count()
    }

    /// Declares an entity; it is dropped with the declaration.
    pub fn declare_entity(&self, declaration: &mut Declaration, view: EntityView) -> EntityId {
        let mut all = self.declared.write().unwrap_or_else(PoisonError::into_inner);
        let slot = all.entities.insert(view);
        declaration.entities.push(slot);
        let slot = u32::try_from(slot).expect("fewer than 4 billion entities");
        EntityId(self.entity_count() + slot)
    }

    /// Declares a holding and returns the number of its record.
    pub fn declare_row(&self, declaration: &mut Declaration, row: DeclaredRow) -> u32 {
        let mut all = self.declared.write().unwrap_or_else(PoisonError::into_inner);
        let slot = all.rows.insert(row);
        declaration.rows.push(slot);
        u32::try_from(self.holdings.len() + slot).expect("fewer than 4 billion holdings")
    }

    /// An entity that a party declares; blank where nobody holds its declaration any more.
    pub(super) fn declared_entity(&self, entity: EntityId) -> EntityView {
        let all = self.declared.read().unwrap_or_else(PoisonError::into_inner);
        let found = all.entities.get((entity.0 - self.entity_count()) as usize);
        let blank =
            || EntityView { id: String::new(), name: String::new(), country: String::new() };
        found.cloned().unwrap_or_else(blank)
    }

    /// A holding that a party declares, of a record behind those of the snapshot.
    pub(super) fn declared_row(&self, row: &Holding) -> Option<DeclaredRow> {
        let slot = (row.record as usize).checked_sub(self.holdings.len())?;
        let all = self.declared.read().unwrap_or_else(PoisonError::into_inner);
        all.rows.get(slot).cloned()
    }

    /// A holding's holder and issuer as the source writes them, and its citation.
    pub fn written(&self, holding: &Holding) -> (Cow<'_, str>, Cow<'_, str>, Cow<'_, str>) {
        if let Some(DeclaredRow { holder, issuer, citation, .. }) = self.declared_row(holding) {
            return (holder.into(), issuer.into(), citation.into());
        }
        let record = self.holdings.get(holding.record as usize);
        let name = |mention| self.texts.get(self.mentions.get(mention as usize).name).into();
        (name(record.holder), name(record.issuer), self.texts.get(record.citation).into())
    }

    /// A holding's holder and issuer by name: as the source writes them, or, where it has numbers alone, as their own
    /// records do.
    pub fn called(&self, holding: &Holding) -> (Cow<'_, str>, Cow<'_, str>) {
        let (holder, issuer, _) = self.written(holding);
        let name = |written: Cow<'_, str>, entity: EntityId| match written.contains(':') {
            true => {
                let view = self.entity(entity);
                let number =
                    crate::model::is_nameless(&written, &self.identifiers(entity).to_string());
                if number { view.name.into() } else { written.into_owned().into() }
            }
            false => Cow::Owned(written.into_owned()),
        };
        (name(holder, holding.holder), name(issuer, holding.issuer))
    }

    /// By what the holder and the issuer of a holding were joined to their entities.
    pub fn row_joined_by(&self, holding: &Holding) -> (JoinedBy, JoinedBy) {
        if let Some(row) = self.declared_row(holding) {
            return (row.holder_by, row.issuer_by);
        }
        let record = self.holdings.get(holding.record as usize);
        (self.mention_joined_by(record.holder), self.mention_joined_by(record.issuer))
    }
}
