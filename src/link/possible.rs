//! Pairs that might be one entity: a person has to say.

use std::borrow::Cow;
use std::hash::{Hash, Hasher};

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHasher};

use super::{Linked, Node};
use crate::model::EntityId;
use crate::name::{self, PossibleKey};

/// Two entities that might be one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct PossibleLink {
    /// One.
    pub a: EntityId,
    /// The other.
    pub b: EntityId,
    /// Their names, as written.
    pub names: (String, String),
    /// Their countries, as written.
    pub countries: (String, String),
    /// In what the names differ.
    pub reason: Cow<'static, str>,
}

/// The least letters of a word that one edit may turn into another: shorter ones (`ACSL`, `ASPL`)
/// are other names as often as misspelt ones.
const EDITABLE: usize = 5;

/// Longer words are compared as they are: no word of a language is longer, and a name of thousands
/// of letters without a space would otherwise cost their square.
const LONGEST: usize = 40;

/// Keys that more names share than this are no evidence: thousands of names one letter apart are a
/// numbering, not misspellings of each other.
const COMMON: usize = 16;

/// Finds the pairs of which at least one is relevant: same country or one blank, not related by a
/// holding, not settled by a person, and with names that differ only in legal form, word order,
/// one generic word, or one edit in a word of five letters or more, never in a number.
///
/// Nodes are looked up by their distinctive words, and by those words with one letter left out, so
/// the cost is O(letters) look-ups a name.
pub fn possible_links(
    linked: &Linked,
    relevant: impl Fn(EntityId) -> bool,
    related: impl Fn(EntityId, EntityId) -> bool,
) -> Vec<PossibleLink> {
    let keys: Vec<PossibleKey> =
        linked.nodes.par_iter().map(|node| name::possible_key(&node.names[0])).collect();
    let mut index: FxHashMap<u64, Vec<u32>> = FxHashMap::default();
    for (key, number) in keys.iter().zip(0u32..) {
        if relevant(linked.entity_of_node[number as usize]) {
            for variant in variants(key) {
                index.entry(variant).or_default().push(number);
            }
        }
    }
    let near = |number: u32| {
        let variants = variants(&keys[number as usize]).into_iter();
        let others = variants.filter_map(|variant| index.get(&variant));
        let others = others.filter(|names| names.len() <= COMMON).flatten();
        others.map(move |other| (number.min(*other), number.max(*other)))
    };
    let count = u32::try_from(keys.len()).expect("nodes are numbered by 32 bits");
    let mut pairs: Vec<(u32, u32)> = (0..count).into_par_iter().flat_map_iter(near).collect();
    pairs.par_sort_unstable();
    pairs.dedup();
    let similar = pairs.into_iter().filter_map(|(a, b)| {
        difference(&keys[a as usize], &keys[b as usize]).map(|reason| (a, b, reason))
    });
    let known = entities(linked);
    let undecided = linked.apart.iter().map(|(a, b)| (*a, *b, "several candidates, none certain"));
    let mut found: FxHashMap<(EntityId, EntityId), PossibleLink> = FxHashMap::default();
    let mut all: Vec<(u32, u32, &'static str)> = undecided.chain(similar).collect();
    all.sort_unstable();
    for (a, b, reason) in all {
        let (left, right) = (&linked.nodes[a as usize], &linked.nodes[b as usize]);
        let entities = (linked.entity_of_node[a as usize], linked.entity_of_node[b as usize]);
        let (one, other) = (&known[entities.0.index()], &known[entities.1.index()]);
        let open = entities.0 != entities.1
            && (relevant(entities.0) || relevant(entities.1))
            && !one.countries.contradict(&other.countries)
            && !one.contradicts(other)
            && !linked.settled(entities)
            && !related(entities.0, entities.1);
        if open {
            let key = (entities.0.min(entities.1), entities.0.max(entities.1));
            found.entry(key).or_insert_with(|| link(entities, left, right, reason));
        }
    }
    let mut found: Vec<PossibleLink> = found.into_values().collect();
    found.sort_unstable();
    found
}

/// What the nodes of each entity say together; names are not needed.
fn entities(linked: &Linked) -> Vec<Node> {
    let mut all = vec![Node::default(); linked.entities as usize];
    for (node, entity) in linked.nodes.iter().zip(&linked.entity_of_node) {
        let known = &mut all[entity.index()];
        known.countries = known.countries.with(&node.countries);
        known.identifiers = known.identifiers.with(&node.identifiers);
        known.person = known.person.or(node.person);
    }
    all
}

fn link(entities: (EntityId, EntityId), a: &Node, b: &Node, reason: &'static str) -> PossibleLink {
    PossibleLink {
        a: entities.0,
        b: entities.1,
        names: (a.names[0].clone(), b.names[0].clone()),
        countries: (a.countries.to_string(), b.countries.to_string()),
        reason: reason.into(),
    }
}

impl Linked {
    /// Whether a person holds the two entities to be different.
    fn settled(&self, (a, b): (EntityId, EntityId)) -> bool {
        self.different.iter().any(|(x, y)| {
            let pair = (self.entity_of_node[*x as usize], self.entity_of_node[*y as usize]);
            pair == (a, b) || pair == (b, a)
        })
    }
}

/// Digests of the distinctive words, and of those words with one letter of one long word left out. Two
/// of one digest are looked at in vain.
fn variants(key: &PossibleKey) -> Vec<u64> {
    let words = &key.distinctive;
    let digest = |shortened: Option<(usize, [&str; 2])>| {
        let mut hasher = FxHasher::default();
        let rest = words.iter().enumerate();
        for (_, word) in rest.filter(|(at, _)| shortened.is_none_or(|(other, _)| other != *at)) {
            word.hash(&mut hasher);
        }
        for byte in shortened.iter().flat_map(|(_, parts)| parts).flat_map(|part| part.bytes()) {
            hasher.write_u8(byte);
        }
        hasher.finish()
    };
    let mut variants = vec![digest(None)];
    for (at, word) in words.iter().enumerate().filter(|(_, word)| editable(word)) {
        variants.push(digest(Some((at, [word, ""]))));
        for (from, letter) in word.char_indices() {
            let parts = [&word[..from], &word[from + letter.len_utf8()..]];
            variants.push(digest(Some((at, parts))));
        }
    }
    variants
}

fn editable(word: &str) -> bool {
    (EDITABLE..=LONGEST).contains(&word.chars().count())
        && !word.chars().any(|c| c.is_ascii_digit())
}

/// In what two names differ, where it is little enough.
fn difference(a: &PossibleKey, b: &PossibleKey) -> Option<&'static str> {
    let lacking = |from: &[String], of: &[String]| {
        let mut rest = of.to_vec();
        from.iter()
            .filter(|word| match rest.iter().position(|other| other == *word) {
                Some(at) => {
                    rest.remove(at);
                    false
                }
                None => true,
            })
            .cloned()
            .collect::<Vec<_>>()
    };
    let generic = lacking(&a.generic, &b.generic).len() + lacking(&b.generic, &a.generic).len();
    let (left, right) =
        (lacking(&a.distinctive, &b.distinctive), lacking(&b.distinctive, &a.distinctive));
    match (left.as_slice(), right.as_slice(), generic) {
        ([], [], 0) => Some("legal form or word order"),
        ([], [], 1) => Some("one generic word"),
        ([one], [other], 0)
            if editable(one) && editable(other) && strsim::osa_distance(one, other) == 1 =>
        {
            Some("one letter")
        }
        _ => None,
    }
}
