//! Holdings as compressed sparse rows over columns, with the dates kept, and a view of one day that
//! petgraph's algorithms run over.
//!
//! Rows of one holder, issuer and interest stay apart and lie side by side; they meet on the day
//! asked. A holding costs 44 bytes and the offsets of its two ends.

mod beside;
mod stake;
mod view;

use std::ops::Range;

use petgraph::visit::{Dfs, Reversed};
use rayon::prelude::*;
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use crate::column::{Blocks, Column, Columns};
use crate::day::{Day, Span};
use crate::error::Place;
use crate::model::{EntityId, Interest};
use crate::share::{Share, ShareRange};
use crate::source::{BESIDE_CHAIN, HoldingRecord, MAYBE_INDIRECT, NO_STEP, Terms};

pub use stake::Stake;
pub use view::{DayView, Neighbours, StakeEdge, Stakes};

/// A holding between two entities. 40 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct Holding {
    /// The holder.
    pub holder: EntityId,
    /// The issuer.
    pub issuer: EntityId,
    low: u32,
    high: u32,
    /// First day.
    pub since: Day,
    /// First day on which it no longer holds.
    pub until: Day,
    /// Where it was read.
    pub place: Place,
    /// The record it was read as, for names and citation.
    pub record: u32,
    flags: u32,
}

impl Holding {
    /// A holding that no file of holdings has; `record` tells it from others.
    pub fn declared(
        (holder, issuer): (EntityId, EntityId),
        terms: Terms,
        span: Span,
        place: Place,
        record: u32,
    ) -> Holding {
        let (low, high, flags) = terms.pack();
        let (since, until) = (span.from, span.until);
        Holding { holder, issuer, low, high, since, until, place, record, flags }
    }

    /// Share, interest and confidence, as stated.
    pub fn terms(&self) -> Terms {
        Terms::unpack(self.low, self.high, self.flags)
    }

    /// Whether what is held may be held through a chain that is recorded too, or be what another row of the holder says
    /// more of: it is never added to that, and counts by itself.
    pub fn is_beside_chain(&self) -> bool {
        self.flags & BESIDE_CHAIN != 0
    }

    /// Whether what is held may be held through others, recorded or not.
    pub fn is_maybe_indirect(&self) -> bool {
        self.flags & MAYBE_INDIRECT != 0
    }

    /// Whether an end of it is somebody whom no record names, so that it is no step of a chain: what of him is whose,
    /// nobody knows.
    fn is_no_step(&self) -> bool {
        self.flags & NO_STEP != 0
    }

    fn interest_bits(&self) -> u32 {
        self.flags >> 4 & 15
    }

    /// The same between other entities.
    pub fn between(self, holder: EntityId, issuer: EntityId) -> Holding {
        Holding { holder, issuer, ..self }
    }

    /// The days on which it holds.
    pub fn span(&self) -> Span {
        Span { from: self.since, until: self.until }
    }
}

/// A stake that is supposed to be another than is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Supposed {
    /// The holder.
    pub holder: EntityId,
    /// The issuer.
    pub issuer: EntityId,
    /// The interest.
    pub interest: Interest,
    /// Its exact share.
    pub share: Share,
}

/// All holdings of all days.
#[derive(Debug, Clone)]
pub struct Graph {
    /// Sorted by issuer, holder, interest: the holdings of an issuer are a slice.
    holdings: Column<Holding>,
    /// Where the holdings of each issuer begin; one more than there are entities.
    incoming: Column<u32>,
    /// First rows of the runs of one holder, issuer and interest, sorted by holder.
    outgoing: Column<u32>,
    /// Where the runs of each holder begin; one more than there are entities.
    outgoing_from: Column<u32>,
}

/// Rows of one holder, issuer and interest: a run that can hold a stake on a day.
fn same_run(a: &Holding, b: &Holding) -> bool {
    (a.issuer, a.holder, a.interest_bits()) == (b.issuer, b.holder, b.interest_bits())
}

impl Graph {
    /// Builds the graph of records whose n-th mention is the n-th of `entity_of`. O(V + E log E).
    pub fn build(entities: u32, records: &[HoldingRecord], entity_of: &[EntityId]) -> Graph {
        let entity = |mention: u32| entity_of[mention as usize];
        let holding = |number: u32| {
            let record = &records[number as usize];
            let (low, high, flags) = record.packed();
            Holding {
                holder: entity(record.holder),
                issuer: entity(record.issuer),
                low,
                high,
                since: record.since,
                until: record.until,
                place: record.place,
                record: number,
                flags,
            }
        };
        let issuer = |number: u32| entity(records[number as usize].issuer);
        Graph::of(entities, records.len(), issuer, holding)
    }

    fn of_rows(entities: u32, rows: &[Holding]) -> Graph {
        Graph::of(entities, rows.len(), |at| rows[at as usize].issuer, |at| rows[at as usize])
    }

    /// A graph of so many holdings in any order, with those marked that stand beside a chain. O(V + E log d) for d holdings
    /// of one issuer, and what [`beside`] takes.
    fn of(
        entities: u32,
        count: usize,
        issuer: impl Fn(u32) -> EntityId,
        holding: impl Fn(u32) -> Holding + Sync + Send,
    ) -> Graph {
        let (order, incoming) = by(entities, count, issuer);
        let mut holdings: Vec<Holding> =
            order.into_par_iter().with_min_len(1 << 10).map(holding).collect();
        let mut issuers: Vec<&mut [Holding]> = holdings
            .chunk_by_mut(|a, b| a.issuer == b.issuer)
            .filter(|rows| rows.len() > 1)
            .collect();
        issuers.par_iter_mut().for_each(|rows| {
            rows.sort_unstable_by_key(|row| {
                let terms = (row.interest_bits(), row.flags & 0xff, row.flags, row.low, row.high);
                (row.holder, terms, row.since, row.until, row.place)
            });
        });
        beside::mark(&mut holdings, &incoming);
        let outgoing: Vec<u32> = (0u32..)
            .zip(&holdings)
            .filter(|(at, row)| *at == 0 || !same_run(&holdings[*at as usize - 1], row))
            .map(|(at, _)| at)
            .collect();
        let holder = |run: u32| holdings[outgoing[run as usize] as usize].holder;
        let (order, outgoing_from) = by(entities, outgoing.len(), holder);
        let outgoing: Vec<u32> = order.into_iter().map(|run| outgoing[run as usize]).collect();
        Graph {
            holdings: holdings.into(),
            incoming: incoming.into(),
            outgoing: outgoing.into(),
            outgoing_from: outgoing_from.into(),
        }
    }

    /// The holdings in some issuers by themselves, of every day, and those declared besides, with other numbers
    /// for the entities; rows of those without a number, and those that are gone, are left out.
    pub fn part(
        &self,
        issuers: impl IntoIterator<Item = EntityId>,
        declared: &[Holding],
        gone: &dyn Fn(&Holding) -> bool,
        entities: u32,
        number: impl Fn(EntityId) -> Option<EntityId>,
    ) -> Graph {
        let rows = issuers.into_iter().flat_map(|issuer| self.held_in(issuer));
        let rows = rows.filter(|row| !gone(row)).chain(declared);
        let renumbered = rows.filter_map(|row| {
            let (holder, issuer) = (number(row.holder)?, number(row.issuer)?);
            Some(Holding { holder, issuer, ..*row })
        });
        Graph::of_rows(entities, &renumbered.collect::<Vec<Holding>>())
    }

    /// The graph in which one stake is another: of its rows that hold on a day one stays, with the
    /// share supposed.
    pub fn supposing(&self, supposed: Supposed, day: Day) -> Graph {
        let mut placed = false;
        let rows = self.holdings.all().iter().filter_map(|row| {
            let terms = row.terms();
            let same = (row.holder, row.issuer, terms.interest)
                == (supposed.holder, supposed.issuer, supposed.interest)
                && row.span().contains(day);
            if !same {
                return Some(*row);
            }
            let (low, high, flags) =
                Terms { range: ShareRange::exact(supposed.share), ..terms }.pack();
            let first = !std::mem::replace(&mut placed, true);
            first.then_some(Holding { low, high, flags, ..*row })
        });
        Graph::of_rows(self.entities(), &rows.collect::<Vec<Holding>>())
    }

    /// Puts its columns into a file.
    pub fn save<'c>(&'c self, columns: &mut Columns<'c>) {
        columns.put("graph.holdings", &self.holdings);
        columns.put("graph.incoming", &self.incoming);
        columns.put("graph.outgoing", &self.outgoing);
        columns.put("graph.outgoing_from", &self.outgoing_from);
    }

    /// The graph of a file; `None` where it has none.
    pub fn open(blocks: &Blocks) -> Option<Graph> {
        Some(Graph {
            holdings: blocks.column("graph.holdings")?,
            incoming: blocks.column("graph.incoming")?,
            outgoing: blocks.column("graph.outgoing")?,
            outgoing_from: blocks.column("graph.outgoing_from")?,
        })
    }

    /// Number of entities.
    pub fn entities(&self) -> u32 {
        u32::try_from(self.incoming.len() - 1).expect("offsets are made for 32-bit ids")
    }

    /// Every holding, of every day.
    pub fn holdings(&self) -> &[Holding] {
        self.holdings.all()
    }

    /// The holdings in an issuer, of every day.
    pub fn held_in(&self, issuer: EntityId) -> &[Holding] {
        let at = issuer.index();
        let range = self.incoming.range(at..at + 2);
        self.holdings.range(range[0] as usize..range[1] as usize)
    }

    /// The holdings of a holder, of every day.
    pub fn held_by(&self, holder: EntityId) -> impl Iterator<Item = &Holding> {
        let runs = self.runs_of(holder).iter();
        runs.flat_map(|first| self.run(*first))
    }

    /// The graph on a day.
    pub fn on(&self, day: Day) -> DayView<'_> {
        DayView { graph: self, day: Some(day) }
    }

    /// The graph of every day at once: what was ever held.
    pub fn ever(&self) -> DayView<'_> {
        DayView { graph: self, day: None }
    }

    /// Whether one holds or ever held of the other.
    pub fn related(&self, a: EntityId, b: EntityId) -> bool {
        self.held_in(a).iter().any(|row| row.holder == b)
            || self.held_in(b).iter().any(|row| row.holder == a)
    }

    fn runs_of(&self, holder: EntityId) -> &[u32] {
        self.outgoing.range(self.places_of(holder))
    }

    /// Where the runs of a holder stand in the column.
    fn places_of(&self, holder: EntityId) -> Range<usize> {
        let at = holder.index();
        let range = self.outgoing_from.range(at..at + 2);
        range[0] as usize..range[1] as usize
    }

    fn run(&self, first: u32) -> &[Holding] {
        let first = first as usize;
        let row = self.holdings.get(first);
        // A run ends within the holdings of its issuer.
        let end = self.incoming.get(row.issuer.index() + 1) as usize;
        let rest = self.holdings.range(first..end);
        let length = rest.iter().take_while(|other| same_run(&row, other)).count();
        &rest[..length]
    }
}

/// The numbers of so many rows in the order of one of their entities, those of one entity in the order
/// given; and where those of each begin. O(V + E).
fn by(entities: u32, rows: usize, entity: impl Fn(u32) -> EntityId) -> (Vec<u32>, Vec<u32>) {
    let count = u32::try_from(rows).expect("fewer than 4 billion rows");
    let mut from = vec![0u32; entities as usize + 1];
    for row in 0..count {
        from[entity(row).index() + 1] += 1;
    }
    for at in 1..from.len() {
        from[at] += from[at - 1];
    }
    let mut next = from.clone();
    let mut sorted = vec![0; rows];
    for row in 0..count {
        let at = &mut next[entity(row).index()];
        sorted[*at as usize] = row;
        *at += 1;
    }
    (sorted, from)
}

impl<'g> DayView<'g> {
    /// The entities given and everything above them: all that decides what a rule says of them.
    pub fn owners_of(self, entities: impl IntoIterator<Item = EntityId>) -> Vec<EntityId> {
        reachable(Reversed(self), entities)
    }

    /// The entities given and everything below them, at any share.
    pub fn held_below(self, entities: impl IntoIterator<Item = EntityId>) -> Vec<EntityId> {
        reachable(self, entities)
    }
}

/// Depth-first search without recursion: a chain of 100,000 companies is no deeper than one.
fn reachable<G>(graph: G, starts: impl IntoIterator<Item = EntityId>) -> Vec<EntityId>
where
    G: petgraph::visit::IntoNeighbors<NodeId = u32> + petgraph::visit::Visitable<NodeId = u32>,
{
    let mut search = Dfs::from_parts(Vec::new(), graph.visit_map());
    let mut found = Vec::new();
    for start in starts {
        search.move_to(start.0);
        while let Some(node) = search.next(graph) {
            found.push(EntityId(node));
        }
    }
    found.sort_unstable();
    found
}

#[cfg(test)]
mod tests;
