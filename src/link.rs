//! Which records are the same entity, and which might be.
//!
//! Two mentions are one entity if a person says so, if an identifier agrees, if their native names
//! are equal, or if their names are equal in all but writing; the countries must agree, and
//! identifiers of one scheme that disagree veto everything but a person's word. A mention that
//! lacks a legal form, a country or an identifier joins only where all its candidates are one
//! entity; otherwise it stays apart with a possible link to each. All of that is decided on the
//! content of the mentions in a canonical order, so the order of files changes nothing.

mod nodes;
mod possible;
mod union;

use std::borrow::Cow;
use std::collections::BTreeMap;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use self::nodes::{Node, Nodes};
use self::union::Clusters;
use crate::column::{TextId, TextsView, hash};
use crate::error::Place;
use crate::model::{Countries, EntityId, EntityKind, Identifiers, words};
use crate::name;
use crate::source::{LinkDecision, Mention, Records};

pub use nodes::{Keys, KeysView};
pub use possible::{PossibleLink, possible_links, said_links};

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
    /// Names that are nobody's and that a decision gives to somebody.
    pub given: Vec<Given>,
    /// Decisions that hold a pair to be different which others hold to be the same.
    pub both: Vec<Place>,
    /// The keys of every name.
    pub keys: Keys,
    /// For the search for possible links.
    nodes: Vec<Node>,
    entity_of_node: Vec<EntityId>,
    /// Mentions that stayed apart from several candidates, as pairs of nodes.
    apart: Vec<(u32, u32)>,
    /// Pairs that a person holds to be different.
    different: FxHashSet<(u32, u32)>,
}

/// A name that no record has, and that a person holds to be another name of somebody.
#[derive(Debug, Clone)]
pub struct Given {
    /// The name.
    pub name: String,
    /// Its countries.
    pub countries: Countries,
    /// Where the decision was read.
    pub place: Place,
}

/// Joins the mentions of all records into entities; names that a person gives to somebody are mentioned besides.
/// Returns the decisions that give one. O(n log n) for n mentions, once more for each decision of a chain.
pub fn link_with_given(records: &mut Records) -> (Linked, Vec<Place>) {
    let mut places = Vec::new();
    loop {
        let linked = link(records);
        if linked.given.is_empty() {
            return (linked, places);
        }
        let none = Identifiers::default();
        for Given { name, countries, place } in &linked.given {
            records.mention(name, "", countries, &none, EntityKind::Unknown);
            places.push(*place);
        }
    }
}

/// In a bucket of more nodes than this not all pairs are looked at: what an identifier joins is
/// joined one after the other, and by a name this common (`Holding`, `Trust`) only nodes join that
/// lack neither form nor country, with those of the same form and countries.
const LARGEST_BUCKET: usize = 200;

/// Joins the mentions of all records into entities. O(n log n) for n mentions.
pub fn link(records: &Records) -> Linked {
    let texts = records.texts.view();
    let keys = Keys::new(&records.mentions, texts);
    let (all, node_of, keys) = nodes::nodes(&records.mentions, texts, keys);
    let nodes = Nodes { all: &all, texts, keys: &keys };
    let mut clusters = Clusters::new(all.len());
    let mut methods: Vec<Option<JoinedBy>> = vec![None; all.len()];
    let mut apart = Vec::new();

    let Decided { different, unused, given, both } =
        decisions(&nodes, &records.links, &mut clusters, &mut methods);
    clusters.keep_apart(&different);
    for method in [JoinedBy::Identifier, JoinedBy::Native, JoinedBy::Name] {
        let mut joins = Vec::new();
        for bucket in buckets(&nodes, &records.mentions, &node_of, method) {
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
    Linked {
        entity_of,
        joined_by,
        entities,
        unused,
        given,
        both,
        keys,
        nodes: all,
        entity_of_node,
        apart,
        different,
    }
}

impl Linked {
    /// The entities of exactly a name, its legal form included. O(log n).
    pub fn named(&self, texts: TextsView, name: &str) -> Vec<EntityId> {
        let nodes = Nodes { all: &self.nodes, texts, keys: &self.keys };
        let keys = name::keys(name);
        let found = nodes.named((keys.exact.as_str(), keys.form.as_str()));
        let mut found: Vec<EntityId> =
            found.map(|node| self.entity_of_node[node as usize]).collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// What a person's decisions came to.
struct Decided {
    /// Pairs held to be different.
    different: FxHashSet<(u32, u32)>,
    unused: Vec<Place>,
    given: Vec<Given>,
    both: Vec<Place>,
}

/// Applies a person's decisions.
fn decisions(
    nodes: &Nodes,
    links: &[LinkDecision],
    clusters: &mut Clusters,
    methods: &mut [Option<JoinedBy>],
) -> Decided {
    let named = |name: &str, countries: &Countries| -> Vec<u32> {
        let keys = name::keys(name);
        let wanted = (keys.exact.as_str(), keys.form.as_str());
        let countries = countries.to_string();
        nodes
            .named(wanted)
            .filter(|node| !Countries::texts_contradict(&countries, nodes.countries(*node)))
            .collect()
    };
    let mut different = FxHashSet::default();
    let (mut unused, mut given) = (Vec::new(), Vec::new());
    let mut apart: Vec<(u32, u32, Place)> = Vec::new();
    for decision in links {
        let (left, right) =
            (named(&decision.a, &decision.a_countries), named(&decision.b, &decision.b_countries));
        let give = |name: &String, countries: &Countries| Given {
            name: name.clone(),
            countries: countries.clone(),
            place: decision.place,
        };
        match (left.is_empty(), right.is_empty()) {
            (false, false) => {}
            (true, false) if decision.same => given.push(give(&decision.a, &decision.a_countries)),
            (false, true) if decision.same => given.push(give(&decision.b, &decision.b_countries)),
            _ => unused.push(decision.place),
        }
        for (a, b) in left.iter().flat_map(|a| right.iter().map(move |b| (*a, *b))) {
            if decision.same {
                clusters.force(a, b, nodes);
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
    Decided { different, unused, given, both }
}

/// Nodes that share what a method joins by, more than one each.
fn buckets(
    nodes: &Nodes,
    mentions: &[Mention],
    node_of: &[u32],
    method: JoinedBy,
) -> Vec<Vec<u32>> {
    let count = u32::try_from(nodes.all.len()).expect("nodes are numbered by 32 bits");
    match method {
        JoinedBy::Identifier => shared(
            count,
            |node| node,
            |node| {
                let all = nodes.identifiers(node).split(';').filter(|one| !one.is_empty());
                all.map(Cow::Borrowed)
            },
        ),
        JoinedBy::Native => shared(
            u32::try_from(mentions.len()).expect("mentions are numbered by 32 bits"),
            |mention| node_of[mention as usize],
            |mention| {
                let named = !nodes.is_nameless(node_of[mention as usize]);
                let mention = &mentions[mention as usize];
                let native_letters = named && !nodes.texts.get(mention.name).is_ascii();
                let name = native_letters.then(|| nodes.keys.of(mention.name));
                let written = name.filter(|name| name.is_native()).map(|name| name.native());
                let native = (mention.native != TextId::EMPTY)
                    .then(|| nodes.keys.of(mention.native).native());
                written.into_iter().chain(native).map(Cow::Owned)
            },
        ),
        // Nodes stand in the order of their names.
        _ => {
            let order: Vec<u32> = (0..count).filter(|node| !nodes.is_nameless(*node)).collect();
            let same = |a: &u32, b: &u32| nodes.exact(*a) == nodes.exact(*b);
            order.chunk_by(same).filter(|bucket| bucket.len() > 1).map(<[u32]>::to_vec).collect()
        }
    }
}

/// Nodes under each text that several have: of so many things, each with its node and its texts. Only
/// hashes are sorted, since most texts have none like them; texts are held against each other where
/// several have a hash.
fn shared<'t, I: Iterator<Item = Cow<'t, str>>>(
    things: u32,
    node: impl Fn(u32) -> u32,
    texts: impl Fn(u32) -> I + Sync,
) -> Vec<Vec<u32>> {
    let hashes = (0..things)
        .into_par_iter()
        .flat_map_iter(|thing| texts(thing).map(move |text| (hash([&*text]), thing)));
    let mut hashes: Vec<(u64, u32)> = hashes.collect();
    hashes.par_sort_unstable();
    hashes.dedup();
    let mut buckets = Vec::new();
    for run in hashes.chunk_by(|a, b| a.0 == b.0).filter(|run| run.len() > 1) {
        let mut by_text: BTreeMap<Cow<str>, Vec<u32>> = BTreeMap::new();
        for (own, thing) in run {
            for text in texts(*thing).filter(|text| hash([&**text]) == *own) {
                by_text.entry(text).or_default().push(node(*thing));
            }
        }
        for mut bucket in by_text.into_values() {
            bucket.sort_unstable();
            bucket.dedup();
            buckets.extend((bucket.len() > 1).then_some(bucket));
        }
    }
    buckets
}

/// Decides which nodes of a bucket join: those that fit each other and of whose candidates no two
/// contradict each other. The others go to `apart`.
fn decide(
    nodes: &Nodes,
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
                || (fit(nodes, *a, *b, method)
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
fn parts(nodes: &Nodes, bucket: &[u32], method: JoinedBy) -> Vec<Vec<u32>> {
    if method == JoinedBy::Identifier {
        return vec![bucket.to_vec()];
    }
    let mut parts: BTreeMap<(&str, &str), Vec<u32>> = BTreeMap::new();
    for number in bucket {
        let (form, countries) = (nodes.keys_of(*number).form, nodes.countries(*number));
        let lacks = countries.is_empty() || method == JoinedBy::Name && form.is_empty();
        if !lacks {
            let form = if method == JoinedBy::Name { form } else { "" };
            parts.entry((form, countries)).or_default().push(*number);
        }
    }
    parts.into_values().filter(|part| part.len() > 1).collect()
}

/// Joins each node with the first before it that does not contradict it; by a name only where the
/// nodes contradict in nothing, so that none could be either of two. Near O(n) where n nodes have
/// identifiers of one scheme, or say nothing against each other.
fn join_in_turn(
    nodes: &Nodes,
    part: &[u32],
    method: JoinedBy,
    clusters: &mut Clusters,
    joins: &mut Vec<(u32, u32)>,
) {
    let by_name = method != JoinedBy::Identifier;
    let mut firsts = Firsts::new(commonest_scheme(nodes, part));
    let mut found = Vec::new();
    for number in part {
        let identifiers = nodes.identifiers(*number);
        let fits = |first: &u32| !clusters.contradict(*first, *number, nodes, by_name);
        let first = firsts.near(identifiers).into_iter().find(fits);
        match first {
            Some(first) => found.push((first, *number)),
            None => firsts.add(*number, identifiers),
        }
    }
    if firsts.all.len() == 1 || !by_name {
        joins.append(&mut found);
    }
}

/// The scheme of which most nodes have an identifier, among those of which everybody has one; the first by
/// letters of several.
fn commonest_scheme<'r>(nodes: &Nodes<'r>, part: &[u32]) -> &'r str {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for claim in part.iter().flat_map(|number| Identifiers::claims(nodes.identifiers(*number))) {
        *counts.entry(Identifiers::scheme(claim)).or_default() += 1;
    }
    let most = counts.into_iter().rev().max_by_key(|(_, count)| *count);
    most.map_or("", |(scheme, _)| scheme)
}

/// Nodes that contradict each other, by their identifiers of one scheme of which everybody has one: whoever has
/// another one need not be looked at.
struct Firsts<'r> {
    scheme: &'r str,
    all: Vec<u32>,
    without: Vec<u32>,
    with: FxHashMap<&'r str, Vec<u32>>,
}

impl<'r> Firsts<'r> {
    fn new(scheme: &'r str) -> Firsts<'r> {
        Firsts { scheme, all: Vec::new(), without: Vec::new(), with: FxHashMap::default() }
    }

    fn of_scheme(&self, identifiers: &'r str) -> Vec<&'r str> {
        let own = |claim: &&str| Identifiers::scheme(claim) == self.scheme;
        Identifiers::claims(identifiers).filter(own).collect()
    }

    /// Those that the scheme does not rule out, in the order in which they were added.
    fn near(&self, identifiers: &'r str) -> Vec<u32> {
        let claims = self.of_scheme(identifiers);
        let with = claims.iter().filter_map(|claim| self.with.get(claim)).flatten();
        let mut near: Vec<u32> = self.without.iter().chain(with).copied().collect();
        near.sort_unstable();
        near.dedup();
        if claims.is_empty() { self.all.clone() } else { near }
    }

    fn add(&mut self, node: u32, identifiers: &'r str) {
        self.all.push(node);
        let claims = self.of_scheme(identifiers);
        if claims.is_empty() {
            self.without.push(node);
        }
        for claim in claims {
            self.with.entry(claim).or_default().push(node);
        }
    }
}

/// Whether two nodes of a bucket say nothing against each other.
fn fit(nodes: &Nodes, a: u32, b: u32, method: JoinedBy) -> bool {
    match method {
        JoinedBy::Identifier => true,
        JoinedBy::Native => !nodes.countries_contradict(a, b) && !nodes.births_contradict(a, b),
        _ => {
            let (one, other) = (nodes.keys_of(a).form, nodes.keys_of(b).form);
            let forms = one == other || one.is_empty() || other.is_empty();
            forms && !nodes.countries_contradict(a, b) && !nodes.births_contradict(a, b)
        }
    }
}

#[cfg(test)]
mod tests;
