//! The graph on a day, as petgraph sees it.

use fixedbitset::FixedBitSet;
use petgraph::Direction;
use petgraph::visit::{
    Data, EdgeRef, GraphBase, GraphRef, IntoEdgeReferences, IntoEdges, IntoEdgesDirected,
    IntoNeighbors, IntoNeighborsDirected, IntoNodeIdentifiers, NodeCount, NodeIndexable, Visitable,
};

use rustc_hash::FxHashSet;

use super::stake::Stake;
use super::{Graph, Holding};
use crate::day::Day;
use crate::model::EntityId;

/// A search for a holder among the rows of an issuer costs as much as so many stakes.
const SEEK: usize = 16;

/// The stakes that are held on one day, or ever.
#[derive(Debug, Clone, Copy)]
pub struct DayView<'g> {
    pub(super) graph: &'g Graph,
    pub(super) day: Option<Day>,
}

/// A stake from its holder to its issuer.
#[derive(Debug, Clone, Copy)]
pub struct StakeEdge<'g> {
    /// The holder.
    pub holder: EntityId,
    /// The issuer.
    pub issuer: EntityId,
    /// What is held.
    pub stake: Stake,
    /// The rows of one holder, issuer and interest, of every day.
    pub rows: &'g [Holding],
    first: u32,
}

impl<'g> DayView<'g> {
    /// The graph behind the view.
    pub fn graph(self) -> &'g Graph {
        self.graph
    }

    /// The day.
    pub fn day(self) -> Option<Day> {
        self.day
    }

    /// The stakes in an issuer, by holder.
    pub fn stakes_in(self, issuer: EntityId) -> Stakes<'g> {
        let range = self.graph.incoming.range(issuer.index()..issuer.index() + 2);
        let (at, end) = (range[0], range[1]);
        Stakes { view: self, runs: Runs::In { at, end } }
    }

    /// The stakes of a holder, by issuer.
    pub fn stakes_of(self, holder: EntityId) -> Stakes<'g> {
        Stakes { view: self, runs: Runs::Of(self.graph.runs_of(holder).iter()) }
    }

    /// The stakes of a holder in some issuers, by issuer: through theirs where a fund has far more than they
    /// have owners, so that what is said of one company does not wait for all that its owner holds. O(least of
    /// stakes of the holder, issuers times the logarithm of their holdings).
    pub fn stakes_of_in(
        self,
        holder: EntityId,
        issuers: &FxHashSet<EntityId>,
    ) -> impl Iterator<Item = StakeEdge<'g>> {
        let few = self.graph.places_of(holder).len() > SEEK * issuers.len();
        let mut some: Vec<EntityId> =
            if few { issuers.iter().copied().collect() } else { Vec::new() };
        some.sort_unstable();
        let all = (!few).then(|| self.stakes_of(holder)).into_iter().flatten();
        let of_some = some.into_iter().flat_map(move |issuer| self.stakes_between(holder, issuer));
        all.filter(|edge| issuers.contains(&edge.issuer)).chain(of_some)
    }

    /// The stakes of a holder in an issuer. O(log d) for d holdings in the issuer.
    fn stakes_between(self, holder: EntityId, issuer: EntityId) -> Stakes<'g> {
        let range = self.graph.incoming.range(issuer.index()..issuer.index() + 2);
        let (from, to) = (range[0] as usize, range[1] as usize);
        let rows = self.graph.holdings.range(from..to);
        let before = rows.partition_point(|row| row.holder < holder);
        let own = rows[before..].partition_point(|row| row.holder == holder);
        let place = |at: usize| u32::try_from(at).expect("rows are numbered by 32 bits");
        let runs = Runs::In { at: place(from + before), end: place(from + before + own) };
        Stakes { view: self, runs }
    }

    fn edge(self, first: u32, rows: &'g [Holding]) -> Option<StakeEdge<'g>> {
        let stake = Stake::of_rows(rows, self.day)?;
        Some(StakeEdge { holder: rows[0].holder, issuer: rows[0].issuer, stake, rows, first })
    }
}

/// The stakes of one end, on the day of the view.
#[derive(Debug, Clone)]
pub struct Stakes<'g> {
    view: DayView<'g>,
    runs: Runs<'g>,
}

#[derive(Debug, Clone)]
enum Runs<'g> {
    /// Neighbouring runs of the column.
    In { at: u32, end: u32 },
    /// First rows of runs.
    Of(std::slice::Iter<'g, u32>),
}

impl<'g> Iterator for Stakes<'g> {
    type Item = StakeEdge<'g>;

    fn next(&mut self) -> Option<StakeEdge<'g>> {
        let graph = self.view.graph;
        loop {
            let (first, rows) = match &mut self.runs {
                Runs::In { at, end } if at == end => return None,
                Runs::In { at, .. } => {
                    let (first, rows) = (*at, graph.run(*at));
                    *at += u32::try_from(rows.len()).expect("a run is no longer than the column");
                    (first, rows)
                }
                Runs::Of(firsts) => {
                    let first = *firsts.next()?;
                    (first, graph.run(first))
                }
            };
            if let Some(edge) = self.view.edge(first, rows) {
                return Some(edge);
            }
        }
    }
}

impl StakeEdge<'_> {
    /// The rows that hold on the day.
    pub fn rows_on(&self, day: Option<Day>) -> impl Iterator<Item = &Holding> {
        self.rows.iter().filter(move |row| day.is_none_or(|day| row.span().contains(day)))
    }

    /// The rows that make the stake on the day: where they agree, those of the confidence that
    /// decides, since a weaker one neither narrows nor proves it; where they contradict, all.
    pub fn cited_on(&self, day: Option<Day>) -> impl Iterator<Item = &Holding> {
        let all = self.stake.contradicting;
        let strongest = self.rows_on(day).map(|row| row.terms().confidence).min();
        self.rows_on(day).filter(move |row| {
            all || Some(row.terms().confidence) == strongest || row.is_beside_chain()
        })
    }
}

impl EdgeRef for StakeEdge<'_> {
    type NodeId = u32;
    type EdgeId = u32;
    type Weight = Stake;

    fn source(&self) -> u32 {
        self.holder.0
    }

    fn target(&self) -> u32 {
        self.issuer.0
    }

    fn weight(&self) -> &Stake {
        &self.stake
    }

    fn id(&self) -> u32 {
        self.first
    }
}

impl GraphBase for DayView<'_> {
    type EdgeId = u32;
    type NodeId = u32;
}

impl Data for DayView<'_> {
    type NodeWeight = ();
    type EdgeWeight = Stake;
}

impl NodeCount for DayView<'_> {
    fn node_count(&self) -> usize {
        self.graph.entities() as usize
    }
}

impl NodeIndexable for DayView<'_> {
    fn node_bound(&self) -> usize {
        self.graph.entities() as usize
    }

    fn to_index(&self, node: u32) -> usize {
        node as usize
    }

    fn from_index(&self, index: usize) -> u32 {
        u32::try_from(index).expect("an index of a node is a 32-bit id")
    }
}

impl Visitable for DayView<'_> {
    type Map = FixedBitSet;

    fn visit_map(&self) -> FixedBitSet {
        FixedBitSet::with_capacity(self.node_bound())
    }

    fn reset_map(&self, map: &mut FixedBitSet) {
        map.clear();
        map.grow(self.node_bound());
    }
}

impl<'g> IntoNodeIdentifiers for DayView<'g> {
    type NodeIdentifiers = std::ops::Range<u32>;

    fn node_identifiers(self) -> std::ops::Range<u32> {
        0..self.graph.entities()
    }
}

/// The neighbours of a node; one that is tied by several interests comes more than once.
#[derive(Debug, Clone)]
pub struct Neighbours<'g> {
    stakes: Stakes<'g>,
    direction: Direction,
}

impl Iterator for Neighbours<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        let edge = self.stakes.next()?;
        Some(match self.direction {
            Direction::Outgoing => edge.issuer.0,
            Direction::Incoming => edge.holder.0,
        })
    }
}

impl GraphRef for DayView<'_> {}

impl<'g> IntoNeighbors for DayView<'g> {
    type Neighbors = Neighbours<'g>;

    fn neighbors(self, node: u32) -> Neighbours<'g> {
        self.neighbors_directed(node, Direction::Outgoing)
    }
}

impl<'g> IntoNeighborsDirected for DayView<'g> {
    type NeighborsDirected = Neighbours<'g>;

    fn neighbors_directed(self, node: u32, direction: Direction) -> Neighbours<'g> {
        Neighbours { stakes: self.edges_directed(node, direction), direction }
    }
}

impl<'g> IntoEdgeReferences for DayView<'g> {
    type EdgeRef = StakeEdge<'g>;
    type EdgeReferences = Box<dyn Iterator<Item = StakeEdge<'g>> + 'g>;

    fn edge_references(self) -> Self::EdgeReferences {
        Box::new((0..self.graph.entities()).flat_map(move |node| self.stakes_of(EntityId(node))))
    }
}

impl<'g> IntoEdges for DayView<'g> {
    type Edges = Stakes<'g>;

    fn edges(self, node: u32) -> Stakes<'g> {
        self.stakes_of(EntityId(node))
    }
}

impl<'g> IntoEdgesDirected for DayView<'g> {
    type EdgesDirected = Stakes<'g>;

    fn edges_directed(self, node: u32, direction: Direction) -> Stakes<'g> {
        match direction {
            Direction::Outgoing => self.stakes_of(EntityId(node)),
            Direction::Incoming => self.stakes_in(EntityId(node)),
        }
    }
}
