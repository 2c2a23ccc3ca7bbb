//! The counterparty that is screened.

use super::entity::{Countries, EntityKind, Identifiers};

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
        }
    }

    /// Every name of the party, the main one first.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let all = [self.name.as_str(), self.name_native.as_str()].into_iter();
        all.chain(self.aliases.iter().map(String::as_str)).filter(|name| !name.trim().is_empty())
    }
}
