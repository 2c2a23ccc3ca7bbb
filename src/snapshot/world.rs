//! A graph and what its entities are, under one way of joining records.

use fixedbitset::FixedBitSet;

use crate::day::Day;
use crate::expand::Ground;
use crate::graph::Graph;
use crate::model::{Countries, EntityId, EntityKind, Identifiers, Interest};

/// A graph, its complete issuers, and what is known of its entities.
#[derive(Debug)]
pub struct World {
    pub(super) graph: Graph,
    pub(super) complete: FixedBitSet,
    pub(super) countries: Vec<Countries>,
    pub(super) identifiers: Vec<Identifiers>,
    pub(super) kinds: Vec<EntityKind>,
}

/// How far the owners of an entity are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ownership {
    /// No owner is recorded.
    None,
    /// Some owners are recorded.
    Partial,
    /// Every chain above it is complete.
    Complete,
}

impl Ownership {
    /// The word as output writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Ownership::None => "none",
            Ownership::Partial => "partial",
            Ownership::Complete => "complete",
        }
    }
}

impl World {
    /// The graph.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// The countries of an entity.
    pub fn countries(&self, entity: EntityId) -> &Countries {
        &self.countries[entity.index()]
    }

    /// The identifiers of an entity.
    pub fn identifiers(&self, entity: EntityId) -> &Identifiers {
        &self.identifiers[entity.index()]
    }

    /// What an entity is.
    pub fn kind(&self, entity: EntityId) -> EntityKind {
        self.kinds[entity.index()]
    }

    /// What an expansion on a day stands on.
    pub fn ground(&self, day: Day) -> Ground<'_> {
        Ground {
            view: self.graph.on(day),
            day,
            complete: &self.complete,
            countries: &self.countries,
        }
    }

    /// Whether all owners above an entity are known on a day: recorded as complete, recorded with
    /// lows of 100 % together, or itself at the top as a person or public body.
    pub fn ownership(&self, entity: EntityId, day: Day) -> Ownership {
        let view = self.graph.on(day);
        let owned = view.stakes_in(entity).any(|edge| edge.holder != entity);
        if !owned && !self.complete.contains(entity.index()) {
            return Ownership::None;
        }
        let whole = |entity: &EntityId| {
            let kind = self.kinds[entity.index()];
            let recorded: u64 = view
                .stakes_in(*entity)
                .filter(|edge| {
                    edge.holder != edge.issuer && edge.stake.interest == Interest::Equity
                })
                .map(|edge| u64::from(edge.stake.range.low().parts()))
                .sum();
            self.complete.contains(entity.index())
                || matches!(kind, EntityKind::Person | EntityKind::PublicBody)
                || recorded >= u64::from(crate::share::Share::WHOLE.parts())
        };
        if view.owners_of([entity]).iter().all(whole) {
            Ownership::Complete
        } else {
            Ownership::Partial
        }
    }
}
