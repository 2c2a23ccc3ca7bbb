//! Control totals: what was read of each file, and what came of it.

use std::collections::BTreeMap;

use petgraph::algo::kosaraju_scc;
use rustc_hash::FxHashMap;
use serde::Serialize;

use crate::day::Day;
use crate::graph::Holding;
use crate::model::EntityId;
use crate::share::ShareRange;
use crate::snapshot::Snapshot;

/// What was read of one file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// The file.
    pub file: String,
    /// What it was recognised as.
    pub kind: String,
    /// Its bytes, as they were given.
    pub bytes: u64,
    /// Records read: those that were taken, rejected and set aside together.
    pub records: u64,
    /// Records taken.
    pub accepted: u64,
    /// Records rejected.
    pub rejected: u64,
    /// Records that are none of their own: a further name of one, an address, somebody on no list.
    pub aside: u64,
    /// Rejected records by what is wrong with them, without what was quoted of each.
    pub rejected_by_reason: BTreeMap<String, u64>,
    /// List entries: more than records where one is on several lists.
    pub entries: u64,
    /// List entries by what they are.
    pub by_kind: BTreeMap<String, u64>,
    /// List entries by list.
    pub by_list: BTreeMap<String, u64>,
    /// Aliases of list entries, weak ones included.
    pub aliases: u64,
    /// Identifiers of list entries.
    pub identifiers: u64,
    /// List entries that are one entity with another record.
    pub joins: u64,
    /// Possible links of the entities of its entries.
    pub possible_links: u64,
    /// Holdings; one may stand in several rows, and a record may say several.
    pub holdings: u64,
    /// Holdings by interest.
    pub by_interest: BTreeMap<String, u64>,
    /// Holdings of which nobody says how much.
    pub unknown_share: u64,
    /// Of those of the day, the ones that contradict others of the same holder and issuer.
    pub contradicting: u64,
    /// Of those of the day, the ones within a cycle of owners.
    pub in_cycles: u64,
    /// Of those of the day, the ones in whoever's declared shares exceed 100 percent.
    pub over_100: u64,
    /// Issuers of which it says why no owner is known.
    pub not_known: u64,
    /// The day to which its lists were checked; the earliest, and none where one does not say.
    pub date: Option<String>,
}

/// The control totals of every file of a snapshot, of the lists and what holdings are. O(entries + links + holdings).
pub fn totals(snapshot: &Snapshot) -> Vec<Totals> {
    let sources = &snapshot.sources().0;
    let mut all: Vec<Totals> = sources
        .iter()
        .map(|source| Totals {
            file: source.name.clone(),
            kind: source.kind.to_string(),
            bytes: source.bytes,
            records: source.records,
            accepted: source.accepted,
            rejected: source.rejected,
            aside: source.aside,
            ..Totals::default()
        })
        .collect();
    for rejected in snapshot.rejected() {
        if let Some(own) = all.iter_mut().find(|own| own.file == rejected.file) {
            *own.rejected_by_reason.entry(unquoted(&rejected.reason)).or_default() += 1;
        }
    }
    let mut entries_of: FxHashMap<EntityId, u32> = FxHashMap::default();
    let entries = || (0u32..).zip(snapshot.entries());
    for (number, _) in entries() {
        *entries_of.entry(snapshot.entity_of_entry(number)).or_default() += 1;
    }
    let mut links_of: FxHashMap<EntityId, u64> = FxHashMap::default();
    for link in snapshot.possible_links() {
        *links_of.entry(link.a).or_default() += 1;
        *links_of.entry(link.b).or_default() += 1;
    }
    let graph = snapshot.world().graph();
    let mut dates: Vec<Vec<Option<Day>>> = vec![Vec::new(); all.len()];
    for (number, entry) in entries() {
        let (at, entity) = (entry.place.source as usize, snapshot.entity_of_entry(number));
        let Some(own) = all.get_mut(at) else { continue };
        own.entries += 1;
        *own.by_kind.entry(entry.kind.to_string()).or_default() += 1;
        let listed = own.by_list.entry(entry.list.clone()).or_default();
        *listed += 1;
        if *listed == 1 {
            dates[at].push(snapshot.list(&entry.list).and_then(|info| info.checked_until));
        }
        own.aliases += (entry.aliases.len() + entry.weak_aliases.len()) as u64;
        own.identifiers += entry.identifiers.all().len() as u64;
        let held = !graph.held_in(entity).is_empty() || graph.held_by(entity).next().is_some();
        own.joins += u64::from(held || entries_of[&entity] > 1);
        own.possible_links += links_of.get(&entity).copied().unwrap_or_default();
    }
    for row in graph.holdings() {
        let Some(own) = all.get_mut(row.place.source as usize) else { continue };
        let terms = row.terms();
        own.holdings += 1;
        *own.by_interest.entry(terms.interest.to_string()).or_default() += 1;
        own.unknown_share += u64::from(terms.range == ShareRange::UNKNOWN);
    }
    for silence in snapshot.all_silences() {
        if let Some(own) = all.get_mut(silence.place.source as usize) {
            own.not_known += 1;
        }
    }
    for (own, dates) in all.iter_mut().zip(dates) {
        own.date = dates.into_iter().min().flatten().map(|day| day.to_string());
    }
    all
}

/// Adds what is odd about the holdings of a day. O(entities + holdings).
pub fn add_oddities(snapshot: &Snapshot, day: Day, all: &mut [Totals]) {
    let view = snapshot.world().graph().on(day);
    let mut own = |row: &Holding, count: fn(&mut Totals) -> &mut u64| {
        if let Some(own) = all.get_mut(row.place.source as usize) {
            *count(own) += 1;
        }
    };
    let mut circle = vec![0_u32; snapshot.entity_count() as usize];
    for (number, members) in (1..).zip(kosaraju_scc(&view).into_iter().filter(|one| one.len() > 1))
    {
        members.into_iter().for_each(|member| circle[member as usize] = number);
    }
    for issuer in (0..snapshot.entity_count()).map(EntityId) {
        let over = snapshot.exceeds_whole(issuer, day);
        for edge in view.stakes_in(issuer) {
            let within = circle[issuer.index()];
            let in_cycle = within != 0 && within == circle[edge.holder.index()];
            for row in edge.rows.iter().filter(|row| row.span().contains(day)) {
                if edge.stake.contradicting {
                    own(row, |all| &mut all.contradicting);
                }
                if in_cycle {
                    own(row, |all| &mut all.in_cycles);
                }
                if over {
                    own(row, |all| &mut all.over_100);
                }
            }
        }
    }
}

/// A reason without what it quotes of one record.
fn unquoted(reason: &str) -> String {
    let mut parts = reason.split('`');
    let mut told = parts.next().unwrap_or_default().to_owned();
    while parts.next().is_some() {
        told.push_str("`...`");
        told.push_str(parts.next().unwrap_or_default());
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_alike_whatever_they_quote() {
        assert_eq!(unquoted("`a` is no number"), unquoted("`b` is no number"));
        assert_eq!(unquoted("is blank"), "is blank");
    }
}
