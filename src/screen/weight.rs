//! What hangs on each possible link: of whom another thing would be said if its two entities were one.

use rayon::prelude::*;
use rustc_hash::FxHashSet;

use super::Screener;
use crate::link::PossibleLink;
use crate::model::EntityId;

/// A possible link with what hangs on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkWeight {
    /// The link.
    pub link: PossibleLink,
    /// Entities of which something graver would be said, among those that were looked at.
    pub changes: usize,
    /// Entities at its ends and below them that were looked at.
    pub below: usize,
    /// Whether there are more below than were looked at.
    pub more: bool,
}

/// Entities below a link that are looked at: each costs what explaining it costs, and of a link on which so many may
/// hang the number no longer decides where it stands.
const MOST: usize = 1_000;

impl Screener<'_> {
    /// Every possible link, those first on which most hangs: the graver verdicts, then the entities below.
    /// O(links * entities below), on all cores.
    pub fn links_by_weight(&self) -> Vec<LinkWeight> {
        let links = self.snapshot().possible_links();
        let mut all: Vec<LinkWeight> = links.par_iter().map(|link| self.weight(link)).collect();
        all.sort_by(|a, b| {
            let weight = |one: &LinkWeight| (one.changes, one.below);
            weight(b).cmp(&weight(a)).then_with(|| a.link.names.cmp(&b.link.names))
        });
        all
    }

    fn weight(&self, link: &PossibleLink) -> LinkWeight {
        let graph = self.snapshot().world().graph();
        let mut seen: FxHashSet<EntityId> = FxHashSet::default();
        let mut open = std::collections::VecDeque::from([link.a, link.b]);
        while let Some(entity) = open.pop_front() {
            if seen.len() == MOST {
                break;
            }
            if seen.insert(entity) {
                open.extend(graph.held_by(entity).map(|row| row.issuer));
            }
        }
        let more = open.iter().any(|entity| !seen.contains(entity));
        let pair = (link.a, link.b);
        let matters = |entity: &&EntityId| {
            self.findings(**entity).possible.iter().any(|one| (one.a, one.b) == pair)
        };
        let (changes, below) = (seen.iter().filter(matters).count(), seen.len());
        LinkWeight { link: link.clone(), changes, below, more }
    }
}
