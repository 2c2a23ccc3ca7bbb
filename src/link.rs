//! Which records are the same entity, and which might be.
//!
//! Two mentions are one entity if a person says so, if an identifier agrees, if their native names
//! are equal, or if their names are equal in all but writing; the countries must agree, and
//! identifiers of one scheme that disagree veto everything but a person's word. A mention that
//! lacks a legal form, a country or an identifier joins only where all its candidates are one
//! entity; otherwise it stays apart with a possible link to each. All of that is decided on the
//! content of the mentions in a canonical order, so the order of files changes nothing.

mod possible;
mod union;

use std::collections::BTreeMap;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use self::union::Clusters;
use crate::column::TextId;
use crate::error::Place;
use crate::model::{Countries, EntityId, EntityKind, Identifiers, words};
use crate::name::{self, NameKeys};
use crate::source::{LinkDecision, MentionId, Records};

pub use possible::{PossibleLink, possible_links};

words! {
    /// By what a mention was joined to its entity; stronger first.
    JoinedBy {
        /// A person's word.
        Decision = "links.csv",
        /// An identifier.
        Identifier = "identifier",
        /// The native name.
        Native = "native",
        /// The name.
        Name = "name",
    }
}

/// A mention as far as linking goes; equal ones are one node.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
struct Node {
    base: String,
    form: String,
    countries: Countries,
    identifiers: Identifiers,
    /// Whether it is a natural person, where a source says what it is.
    person: Option<bool>,
    /// Names as written, the smallest first; for display and for possible links.
    names: Vec<String>,
    natives: Vec<String>,
}

/// Mentions joined into entities.
#[derive(Debug)]
pub struct Linked {
    /// The entity of each mention.
    pub entity_of: Vec<EntityId>,
    /// By what each mention was joined.
    pub joined_by: Vec<JoinedBy>,
    /// Number of entities.
    pub entities: u32,
    /// Decisions of which a name is nobody's.
    pub unused: Vec<Place>,
    /// Decisions that hold a pair to be different which others hold to be the same.
    pub both: Vec<Place>,
    /// The node of each mention, and the nodes, for the search for possible links.
    nodes: Vec<Node>,
    entity_of_node: Vec<EntityId>,
    /// Mentions that stayed apart from several candidates, as pairs of nodes.
    apart: Vec<(u32, u32)>,
    /// Pairs that a person holds to be different.
    different: FxHashSet<(u32, u32)>,
}

/// In a bucket of more nodes than this not all pairs are looked at: what an identifier joins is
/// joined one after the other, and by a name this common (`Holding`, `Trust`) only nodes join that
/// lack neither form nor country, with those of the same form and countries.
const LARGEST_BUCKET: usize = 200;

/// Joins the mentions of all records into entities.
pub fn link(records: &Records) -> Linked {
    let (nodes, node_of) = nodes(records);
    let mut clusters = Clusters::new(nodes.len());
    let mut methods: Vec<Option<JoinedBy>> = vec![None; nodes.len()];
    let mut apart = Vec::new();

    let Decided { different, unused, both } =
        decisions(&nodes, &records.links, &mut clusters, &mut methods);
    clusters.keep_apart(&different);
    for method in [JoinedBy::Identifier, JoinedBy::Native, JoinedBy::Name] {
        let mut joins = Vec::new();
        for bucket in buckets(&nodes, method) {
            decide(&nodes, &bucket, method, &mut clusters, &mut joins, &mut apart);
        }
        joins.sort_unstable();
        for (a, b) in joins {
            if clusters.join(a, b, &nodes, method != JoinedBy::Identifier) {
                methods[a as usize].get_or_insert(method);
                methods[b as usize].get_or_insert(method);
            } else {
                apart.push((a, b));
            }
        }
    }

    let (entity_of_node, entities) = clusters.numbered();
    let entity_of: Vec<EntityId> =
        node_of.iter().map(|node| entity_of_node[*node as usize]).collect();
    let joined_by =
        node_of.iter().map(|node| methods[*node as usize].unwrap_or(JoinedBy::Name)).collect();
    apart.sort_unstable();
    apart.dedup();
    Linked { entity_of, joined_by, entities, unused, both, nodes, entity_of_node, apart, different }
}

/// The mentions of a node while nodes are collected.
#[derive(Default)]
struct Group {
    mentions: Vec<MentionId>,
    names: Vec<String>,
    natives: Vec<String>,
}

/// The nodes in order of content, and the node of each mention.
fn nodes(records: &Records) -> (Vec<Node>, Vec<u32>) {
    let text = |id| records.texts.get(id);
    let mut names: Vec<TextId> = records.mentions.iter().map(|mention| mention.name).collect();
    names.sort_unstable();
    names.dedup();
    let keys: Vec<NameKeys> = names.par_iter().map(|id| name::keys(text(*id))).collect();
    let keys_of = |id| &keys[names.partition_point(|name| *name < id)];
    let mut grouped: FxHashMap<Node, Group> = FxHashMap::default();
    for (mention, id) in records.mentions.iter().zip(0u32..) {
        let name = text(mention.name);
        let NameKeys { exact, form, native, is_native } = keys_of(mention.name).clone();
        let node = Node {
            base: exact,
            form,
            countries: Countries::parse(text(mention.countries)).unwrap_or_default(),
            identifiers: Identifiers::parse(text(mention.identifiers)),
            person: match mention.kind() {
                EntityKind::Unknown | EntityKind::Other => None,
                kind => Some(kind == EntityKind::Person),
            },
            names: Vec::new(),
            natives: Vec::new(),
        };
        let group = grouped.entry(node).or_default();
        group.mentions.push(id);
        group.names.push(name.to_owned());
        if is_native {
            group.natives.push(native);
        }
        if mention.native != TextId::EMPTY {
            group.natives.push(name::keys(text(mention.native)).native);
        }
    }
    let mut sorted: Vec<(Node, Vec<MentionId>)> = grouped
        .into_iter()
        .map(|(mut node, Group { mentions, mut names, mut natives })| {
            names.sort_unstable();
            names.dedup();
            natives.sort_unstable();
            natives.dedup();
            (node.names, node.natives) = (names, natives);
            (node, mentions)
        })
        .collect();
    sorted.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    let mut node_of = vec![0; records.mentions.len()];
    let mut nodes = Vec::with_capacity(sorted.len());
    for (number, (node, mentions)) in (0u32..).zip(sorted) {
        mentions.iter().for_each(|mention| node_of[*mention as usize] = number);
        nodes.push(node);
    }
    (nodes, node_of)
}

/// What a person's decisions came to.
struct Decided {
    /// Pairs held to be different.
    different: FxHashSet<(u32, u32)>,
    unused: Vec<Place>,
    both: Vec<Place>,
}

/// Applies a person's decisions.
fn decisions(
    nodes: &[Node],
    links: &[LinkDecision],
    clusters: &mut Clusters,
    methods: &mut [Option<JoinedBy>],
) -> Decided {
    let mut by_name: FxHashMap<(&str, &str), Vec<u32>> = FxHashMap::default();
    for (node, number) in nodes.iter().zip(0u32..) {
        by_name.entry((&node.base, &node.form)).or_default().push(number);
    }
    let named = |name: &str, countries: &Countries| -> Vec<u32> {
        let keys = name::keys(name);
        let found = by_name.get(&(keys.exact.as_str(), keys.form.as_str()));
        let agrees = |number: &&u32| {
            let own = &nodes[**number as usize].countries;
            countries.is_blank() || own.is_blank() || countries.meet(own)
        };
        found.into_iter().flatten().filter(agrees).copied().collect()
    };
    let mut different = FxHashSet::default();
    let mut unused = Vec::new();
    let mut apart: Vec<(u32, u32, Place)> = Vec::new();
    for decision in links {
        let (left, right) =
            (named(&decision.a, &decision.a_countries), named(&decision.b, &decision.b_countries));
        if left.is_empty() || right.is_empty() {
            unused.push(decision.place);
        }
        for (a, b) in left.iter().flat_map(|a| right.iter().map(move |b| (*a, *b))) {
            if decision.same {
                clusters.force(a, b);
                methods[a as usize] = Some(JoinedBy::Decision);
                methods[b as usize] = Some(JoinedBy::Decision);
            } else if a != b {
                different.insert((a.min(b), a.max(b)));
                apart.push((a, b, decision.place));
            }
        }
    }
    let mut both: Vec<Place> = apart
        .into_iter()
        .filter(|(a, b, _)| clusters.same(*a, *b))
        .map(|(_, _, place)| place)
        .collect();
    both.dedup();
    Decided { different, unused, both }
}

/// Nodes that share what a method joins by.
fn buckets(nodes: &[Node], method: JoinedBy) -> Vec<Vec<u32>> {
    let mut buckets: FxHashMap<&str, Vec<u32>> = FxHashMap::default();
    for (node, number) in nodes.iter().zip(0u32..) {
        match method {
            JoinedBy::Identifier => node.identifiers.all().iter().for_each(|identifier| {
                buckets.entry(identifier).or_default().push(number);
            }),
            JoinedBy::Native => node.natives.iter().for_each(|native| {
                buckets.entry(native).or_default().push(number);
            }),
            _ => buckets.entry(&node.base).or_default().push(number),
        }
    }
    let mut buckets: Vec<Vec<u32>> =
        buckets.into_values().filter(|bucket| bucket.len() > 1).collect();
    buckets.sort_unstable();
    buckets
}

/// Decides which nodes of a bucket join: those that fit each other and of whose candidates no two
/// contradict each other. The others go to `apart`.
fn decide(
    nodes: &[Node],
    bucket: &[u32],
    method: JoinedBy,
    clusters: &mut Clusters,
    joins: &mut Vec<(u32, u32)>,
    apart: &mut Vec<(u32, u32)>,
) {
    if bucket.len() > LARGEST_BUCKET {
        for part in parts(nodes, bucket, method) {
            join_in_turn(nodes, &part, method, clusters, joins);
        }
        return;
    }
    let members = bucket;
    let mut fits = vec![vec![false; members.len()]; members.len()];
    for (i, a) in members.iter().enumerate() {
        for (j, b) in members.iter().enumerate().skip(i + 1) {
            let fit = clusters.same(*a, *b)
                || (fit(&nodes[*a as usize], &nodes[*b as usize], method)
                    && !clusters.contradict(*a, *b, nodes, method != JoinedBy::Identifier));
            (fits[i][j], fits[j][i]) = (fit, fit);
        }
    }
    let fits = &fits;
    let candidates = |i: usize| (0..members.len()).filter(move |j| fits[i][*j]);
    let clear: Vec<bool> = (0..members.len())
        .map(|i| candidates(i).all(|j| candidates(i).all(|k| k <= j || fits[j][k])))
        .collect();
    for i in 0..members.len() {
        for j in candidates(i).filter(|j| *j > i) {
            let pair = (members[i], members[j]);
            if clear[i] && clear[j] {
                joins.push(pair);
            } else if !clusters.same(pair.0, pair.1) {
                apart.push(pair);
            }
        }
    }
}

/// The parts of a large bucket of which all nodes fit each other as far as form and country go.
fn parts(nodes: &[Node], bucket: &[u32], method: JoinedBy) -> Vec<Vec<u32>> {
    if method == JoinedBy::Identifier {
        return vec![bucket.to_vec()];
    }
    let mut parts: BTreeMap<(&str, &Countries), Vec<u32>> = BTreeMap::new();
    for number in bucket {
        let node = &nodes[*number as usize];
        let lacks = node.countries.is_blank() || method == JoinedBy::Name && node.form.is_empty();
        if !lacks {
            let form = if method == JoinedBy::Name { node.form.as_str() } else { "" };
            parts.entry((form, &node.countries)).or_default().push(*number);
        }
    }
    parts.into_values().filter(|part| part.len() > 1).collect()
}

/// Joins each node with the first before it that does not contradict it; by a name only where the
/// nodes contradict in nothing, so that none could be either of two.
fn join_in_turn(
    nodes: &[Node],
    part: &[u32],
    method: JoinedBy,
    clusters: &mut Clusters,
    joins: &mut Vec<(u32, u32)>,
) {
    let by_name = method != JoinedBy::Identifier;
    let mut firsts: Vec<u32> = Vec::new();
    let mut found = Vec::new();
    for number in part {
        match firsts.iter().find(|first| !clusters.contradict(**first, *number, nodes, by_name)) {
            Some(first) => found.push((*first, *number)),
            None => firsts.push(*number),
        }
    }
    if firsts.len() == 1 || !by_name {
        joins.append(&mut found);
    }
}

impl Node {
    /// Whether identifiers of one scheme disagree, or one is a person and the other is none.
    fn contradicts(&self, other: &Node) -> bool {
        let kinds = matches!((self.person, other.person), (Some(a), Some(b)) if a != b);
        kinds || self.identifiers.contradict(&other.identifiers)
    }
}

/// Whether two nodes of a bucket say nothing against each other.
fn fit(a: &Node, b: &Node, method: JoinedBy) -> bool {
    match method {
        JoinedBy::Identifier => true,
        JoinedBy::Native => !a.countries.contradict(&b.countries),
        _ => {
            let forms = a.form == b.form || a.form.is_empty() || b.form.is_empty();
            forms && !a.countries.contradict(&b.countries)
        }
    }
}

#[cfg(test)]
mod tests;
