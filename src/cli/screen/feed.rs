//! Parties as they are screened: rows of their file, with the owners that another file declares.

use rustc_hash::FxHashSet;

use parentage::error::{Error, Rejected};
use parentage::source::{DeclaredOwners, Parties, PartyRow};

/// Parties with their declared owners.
pub(super) struct Feed<'o> {
    pub parties: Parties,
    owners: Option<&'o DeclaredOwners>,
    /// The parties with declared owners that came by.
    met: FxHashSet<String>,
}

impl<'o> Feed<'o> {
    pub fn new(parties: Parties, owners: Option<&'o DeclaredOwners>) -> Feed<'o> {
        Feed { parties, owners, met: FxHashSet::default() }
    }

    /// Up to `limit` further parties; empty at the end.
    pub fn read(&mut self, limit: usize) -> Result<Vec<PartyRow>, Error> {
        let mut batch = self.parties.read(limit)?;
        let Some(owners) = self.owners else { return Ok(batch) };
        for row in &mut batch {
            let Some(party) = &mut row.party else { continue };
            if let Some(unread) = owners.unread_of(&party.id) {
                party.unread_owners = true;
                row.unread.push(unread.clone());
            }
            let own = owners.of(&party.id);
            if !own.is_empty() {
                party.owners.extend_from_slice(own);
                self.met.insert(party.id.clone());
            }
        }
        Ok(batch)
    }

    /// Declared owners of parties that did not come by.
    pub fn of_nobody(&self) -> Vec<Rejected> {
        let owners = self.owners.iter();
        owners.flat_map(|owners| owners.of_nobody(|party| self.met.contains(party))).collect()
    }
}
