//! Clusters of nodes that are one entity, with what keeps two clusters apart.

use rustc_hash::{FxHashMap, FxHashSet};

use super::nodes::Nodes;
use crate::model::EntityId;

/// Disjoint sets of nodes. The root of a cluster is its lowest node.
pub(super) struct Clusters {
    parent: Vec<u32>,
    /// The nodes of each cluster of more than one, by root.
    members: FxHashMap<u32, Members>,
    /// Pairs held to be different, by either node.
    different: FxHashMap<u32, Vec<u32>>,
}

/// The nodes of a cluster.
struct Members {
    all: Vec<u32>,
    /// One node for each thing said of the cluster that another could contradict. A thousand records of one identifier
    /// say few things between them: only these are held against those of another cluster.
    claims: Vec<u32>,
}

impl Clusters {
    pub fn new(nodes: usize) -> Clusters {
        let last = u32::try_from(nodes).expect("fewer than 4 billion nodes");
        Clusters {
            parent: (0..last).collect(),
            members: FxHashMap::default(),
            different: FxHashMap::default(),
        }
    }

    fn root(&mut self, node: u32) -> u32 {
        let mut at = node;
        while self.parent[at as usize] != at {
            let above = self.parent[self.parent[at as usize] as usize];
            self.parent[at as usize] = above;
            at = above;
        }
        at
    }

    /// Whether both nodes are one entity.
    pub fn same(&mut self, a: u32, b: u32) -> bool {
        self.root(a) == self.root(b)
    }

    /// Joins two nodes whatever speaks against it.
    pub fn force(&mut self, a: u32, b: u32, nodes: &Nodes) {
        let (a, b) = (self.root(a), self.root(b));
        let (low, high) = (a.min(b), a.max(b));
        if low == high {
            return;
        }
        self.parent[high as usize] = low;
        let alone = |node| Members { all: vec![node], claims: vec![node] };
        let mut moved = self.members.remove(&high).unwrap_or_else(|| alone(high));
        let members = self.members.entry(low).or_insert_with(|| alone(low));
        members.all.append(&mut moved.all);
        for node in moved.claims {
            if !members.claims.iter().any(|own| nodes.claim_the_same(*own, node)) {
                members.claims.push(node);
            }
        }
    }

    /// Notes pairs that never join.
    pub fn keep_apart(&mut self, pairs: &FxHashSet<(u32, u32)>) {
        for (a, b) in pairs {
            self.different.entry(*a).or_default().push(*b);
            self.different.entry(*b).or_default().push(*a);
        }
    }

    /// Joins two nodes unless their clusters contradict each other; whether they are one now.
    pub fn join(&mut self, a: u32, b: u32, nodes: &Nodes, by_name: bool) -> bool {
        if !self.same(a, b) {
            if self.contradict(a, b, nodes, by_name) {
                return false;
            }
            self.force(a, b, nodes);
        }
        true
    }

    /// Whether the clusters of two nodes cannot be one: identifiers of one scheme disagree, one is
    /// a person and the other is none, or a person said that they are different; for a join by
    /// name, also where countries or years of birth disagree.
    pub fn contradict(&mut self, a: u32, b: u32, nodes: &Nodes, by_name: bool) -> bool {
        let (a, b) = (self.root(a), self.root(b));
        if a == b {
            return false;
        }
        if self.held_apart(a, b) {
            return true;
        }
        let claims = |root: &u32| self.members.get(root).map(|members| members.claims.as_slice());
        let left = claims(&a).unwrap_or(std::slice::from_ref(&a));
        let right = claims(&b).unwrap_or(std::slice::from_ref(&b));
        left.iter().any(|x| {
            right.iter().any(|y| {
                nodes.contradict(*x, *y)
                    || by_name && nodes.countries_contradict(*x, *y)
                    || by_name && nodes.births_contradict(*x, *y)
            })
        })
    }

    /// Whether a person said that a node of one root's cluster and one of the other's are different.
    fn held_apart(&mut self, a: u32, b: u32) -> bool {
        if self.different.is_empty() {
            return false;
        }
        let size = |root| self.members.get(&root).map_or(1, |members| members.all.len());
        let (few, other) = if size(a) <= size(b) { (a, b) } else { (b, a) };
        let all = self.members.get(&few).map_or(std::slice::from_ref(&few), |few| &few.all);
        let others: Vec<u32> =
            all.iter().filter_map(|node| self.different.get(node)).flatten().copied().collect();
        others.into_iter().any(|node| self.root(node) == other)
    }

    /// The entity of each node, numbered by lowest node, and how many there are.
    pub fn numbered(mut self) -> (Vec<EntityId>, u32) {
        let mut entities: Vec<EntityId> = Vec::with_capacity(self.parent.len());
        let mut next = 0;
        for node in 0..u32::try_from(self.parent.len()).expect("fewer than 4 billion nodes") {
            // The root is the lowest node: it has its number already.
            let root = self.root(node);
            entities.push(if root == node { EntityId(next) } else { entities[root as usize] });
            next += u32::from(root == node);
        }
        (entities, next)
    }
}
