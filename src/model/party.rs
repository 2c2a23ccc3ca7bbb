//! The counterparty that is screened.

use super::entity::{Countries, EntityKind, Identifiers};
use super::holding::{Confidence, Interest};
use crate::day::Span;
use crate::error::Place;
use crate::share::ShareRange;

/// An owner that a party declares, as who takes its particulars down writes it. It holds of that party alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredOwner {
    /// Name; never blank.
    pub name: String,
    /// Countries; blank contradicts nothing.
    pub countries: Countries,
    /// Identifiers.
    pub identifiers: Identifiers,
    /// The share.
    pub range: ShareRange,
    /// What it is a share of.
    pub interest: Interest,
    /// The days on which it holds.
    pub span: Span,
    /// How well it is known.
    pub confidence: Confidence,
    /// The citation.
    pub citation: String,
    /// Where it was read.
    pub place: Place,
}

/// A party: its name, and what else the user knows of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    /// Name; never blank.
    pub name: String,
    /// Name in its own script; may be empty.
    pub name_native: String,
    /// Other names.
    pub aliases: Vec<String>,
    /// Countries; blank contradicts nothing.
    pub countries: Countries,
    /// City; may be empty.
    pub city: String,
    /// What it is; unknown contradicts nothing.
    pub kind: EntityKind,
    /// Birth date as given; may be empty.
    pub birth_date: String,
    /// The party's id in the user's own system; may be empty.
    pub id: String,
    /// Identifiers.
    pub identifiers: Identifiers,
    /// Owners that it declares.
    pub owners: Vec<DeclaredOwner>,
    /// Something that it declares of its owners could not be read: nobody can say that it is clear.
    pub unread_owners: bool,
}

impl Party {
    /// A party of which only the name is known.
    pub fn named(name: impl Into<String>) -> Party {
        Party {
            name: name.into(),
            name_native: String::new(),
            aliases: Vec::new(),
            countries: Countries::default(),
            city: String::new(),
            kind: EntityKind::Unknown,
            birth_date: String::new(),
            id: String::new(),
            identifiers: Identifiers::default(),
            owners: Vec::new(),
            unread_owners: false,
        }
    }

    /// Every name of the party, the main one first.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let all = [self.name.as_str(), self.name_native.as_str()].into_iter();
        all.chain(self.aliases.iter().map(String::as_str)).filter(|name| !name.trim().is_empty())
    }
}
