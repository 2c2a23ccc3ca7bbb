//! Mentions as linking sees them: equal ones are one node, and nodes stand in the order of what they
//! say, so that the order of files plays no part.

use std::cmp::Ordering;

use rayon::prelude::*;

use crate::column::{TextId, TextsView};
use crate::model::{Countries, Identifiers, Sort, is_nameless};
use crate::name::{self, NameKeys, PossibleKey};
use crate::source::Mention;

/// A mention as far as linking goes; equal ones are one node. 24 bytes: a register has millions.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    /// Number of the keys of its name: of its names, which differ in writing alone, the smallest's.
    pub keys: u32,
    /// The smallest of its names, as written.
    pub name: TextId,
    pub countries: TextId,
    pub identifiers: TextId,
    /// Years of birth that it may have.
    pub born: TextId,
    /// Whether it is a natural person, where a source says what it is.
    pub sort: Option<Sort>,
}

/// The keys of every different name, one after the other in one arena.
#[derive(Debug, Default)]
pub struct Keys {
    all: String,
    ends: Vec<u64>,
    /// The number of a name's keys, by its text.
    of_text: Vec<u32>,
}

/// The keys of a name, as [`name::keys`] makes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeysView<'k> {
    /// The name without its legal form and writing.
    pub exact: &'k str,
    /// Its legal forms.
    pub form: &'k str,
    native: &'k str,
    is_native: bool,
    /// Distinctive and generic words, each sorted, with spaces between.
    pub distinctive: &'k str,
    pub(super) generic: &'k str,
}

impl KeysView<'_> {
    /// The name as native names are compared.
    pub fn native(&self) -> String {
        // Most names end in their form, or have none.
        if self.native.is_empty() {
            return format!("{}{}", self.exact, self.form);
        }
        self.native.to_owned()
    }

    /// Whether it is written in Chinese, Japanese or Korean letters.
    pub fn is_native(&self) -> bool {
        self.is_native
    }
}

/// Names whose keys are made in one go: a task is worth its while.
const PART: usize = 1 << 10;

/// Names whose keys are made before they are put together: some megabytes.
const BATCH: usize = 1 << 17;

/// Stands between the keys of a name: no name holds one.
const END: char = '\0';

impl Keys {
    /// The keys of the names of mentions. O(letters), on all cores.
    pub fn new(mentions: &[Mention], texts: TextsView<'_>) -> Keys {
        let mut of_text = vec![u32::MAX; texts.len()];
        let mut names: Vec<TextId> = Vec::new();
        for name in mentions.iter().flat_map(|mention| [mention.name, mention.native]) {
            let number = &mut of_text[name.0 as usize];
            if *number == u32::MAX {
                *number = u32::try_from(names.len()).expect("fewer names than texts");
                names.push(name);
            }
        }
        let mut keys = Keys { all: String::new(), ends: Vec::with_capacity(names.len()), of_text };
        keys.extend(&names, |all, name| write(all, name::all_keys(texts.get(*name))));
        keys
    }

    /// Adds what is written of each of several things, in their order, on all cores.
    fn extend<T: Sync>(&mut self, things: &[T], write: impl Fn(&mut String, &T) + Sync) {
        for batch in things.chunks(BATCH) {
            let parts: Vec<(String, Vec<u64>)> = batch
                .par_chunks(PART)
                .map(|part| {
                    let (mut all, mut ends) = (String::with_capacity(40 * PART), Vec::new());
                    for thing in part {
                        write(&mut all, thing);
                        ends.push(all.len() as u64);
                    }
                    (all, ends)
                })
                .collect();
            for (part, ends) in parts {
                let before = self.all.len() as u64;
                self.all.push_str(&part);
                self.ends.extend(ends.into_iter().map(|end| before + end));
            }
        }
    }

    /// Puts the keys into the order of the nodes that have them, and the others behind them: whoever
    /// goes through the nodes goes through memory as it lies.
    fn in_order(self, nodes: &mut [Node]) -> Keys {
        let count = u32::try_from(self.ends.len()).expect("keys are numbered by 32 bits");
        let mut number_of = vec![u32::MAX; self.ends.len()];
        let mut order: Vec<u32> = Vec::with_capacity(self.ends.len());
        for number in nodes.iter().map(|node| node.keys).chain(0..count) {
            let new = &mut number_of[number as usize];
            if *new == u32::MAX {
                *new = u32::try_from(order.len()).expect("keys are numbered by 32 bits");
                order.push(number);
            }
        }
        let new = |number: u32| number_of.get(number as usize).copied().unwrap_or(u32::MAX);
        nodes.par_iter_mut().for_each(|node| node.keys = new(node.keys));
        let of_text = self.of_text.par_iter().map(|number| new(*number)).collect();
        let mut keys = Keys { all: String::new(), ends: Vec::with_capacity(order.len()), of_text };
        keys.all.reserve_exact(self.all.len());
        keys.extend(&order, |all, number| all.push_str(self.text(*number)));
        keys
    }

    /// The keys of a name of the mentions.
    pub fn of(&self, name: TextId) -> KeysView<'_> {
        self.get(self.number(name))
    }

    pub(super) fn number(&self, name: TextId) -> u32 {
        self.of_text[name.0 as usize]
    }

    pub(super) fn get(&self, number: u32) -> KeysView<'_> {
        let mut parts = self.text(number).split(END);
        let mut next = || parts.next().unwrap_or_default();
        let (exact, form, distinctive, generic) = (next(), next(), next(), next());
        let (native, is_native) = (next(), next() == "1");
        KeysView { exact, form, native, is_native, distinctive, generic }
    }

    /// What two names must have in common to be one by name, and in the order of nodes: the exact key
    /// and the forms.
    fn joining(&self, number: u32) -> &[u8] {
        let text = self.text(number).as_bytes();
        let mut ends = text.iter().enumerate().filter(|(_, byte)| **byte == END as u8);
        ends.nth(1).map_or(text, |(end, _)| &text[..end])
    }

    fn text(&self, number: u32) -> &str {
        let at = number as usize;
        let from = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        let place = |end: u64| usize::try_from(end).expect("the arena lies in memory");
        &self.all[place(from)..place(self.ends[at])]
    }
}

fn write(all: &mut String, (keys, possible): (NameKeys, PossibleKey)) {
    let NameKeys { exact, form, native, is_native } = keys;
    let usual = native.len() == exact.len() + form.len()
        && native.starts_with(&exact)
        && native.ends_with(&form);
    let native = if usual { "" } else { &native };
    let (distinctive, generic) = (possible.distinctive.join(" "), possible.generic.join(" "));
    let native_letters = if is_native { "1" } else { "" };
    for part in [&exact, &form, &distinctive, &generic, native, native_letters] {
        all.extend(part.split(END));
        all.push(END);
    }
}

/// Nodes in order of content, with the texts that they are made of.
pub(super) struct Nodes<'r> {
    pub all: &'r [Node],
    pub texts: TextsView<'r>,
    pub keys: &'r Keys,
}

/// The nodes of the mentions in order of content, the node of each mention, and the keys in the order
/// of the nodes. O(n log n).
pub(super) fn nodes(
    mentions: &[Mention],
    texts: TextsView<'_>,
    keys: Keys,
) -> (Vec<Node>, Vec<u32>, Keys) {
    let node = |mention: &Mention| Node {
        keys: keys.number(mention.name),
        name: mention.name,
        countries: mention.countries,
        identifiers: mention.identifiers,
        born: mention.born,
        sort: mention.kind().sort(),
    };
    let first = |mention: &Mention| {
        let joining = keys.joining(keys.number(mention.name));
        let byte = |at: usize| joining.get(at).copied().unwrap_or_default();
        let number = |from: usize| u64::from_be_bytes(std::array::from_fn(|at| byte(from + at)));
        [number(0), number(8), number(16)]
    };
    let content = |a: &Node, b: &Node| -> Ordering {
        let text = |a: TextId, b: TextId| {
            if a == b { Ordering::Equal } else { texts.get(a).cmp(texts.get(b)) }
        };
        let names = || {
            let same = a.keys == b.keys;
            if same { Ordering::Equal } else { keys.joining(a.keys).cmp(keys.joining(b.keys)) }
        };
        names()
            .then_with(|| text(a.countries, b.countries))
            .then_with(|| text(a.identifiers, b.identifiers))
            .then_with(|| text(a.born, b.born))
            .then_with(|| a.sort.cmp(&b.sort))
    };
    let mut order: Vec<([u64; 3], u32)> = mentions
        .par_iter()
        .zip(0u32..u32::MAX)
        .map(|(mention, number)| (first(mention), number))
        .collect();
    let at = |number: u32| node(&mentions[number as usize]);
    order.par_sort_unstable_by(|a, b| {
        a.0.cmp(&b.0)
            .then_with(|| content(&at(a.1), &at(b.1)))
            .then_with(|| texts.get(at(a.1).name).cmp(texts.get(at(b.1).name)))
            .then(a.1.cmp(&b.1))
    });
    let sorted: Vec<Node> = order.par_iter().map(|(_, mention)| at(*mention)).collect();
    let mut node_of = vec![0; mentions.len()];
    let mut all: Vec<Node> = Vec::with_capacity(sorted.len());
    let mut before = None;
    for (own, (first, mention)) in sorted.into_iter().zip(order) {
        let same = before == Some(first)
            && all.last().is_some_and(|last| content(last, &own) == Ordering::Equal);
        if !same {
            all.push(own);
        }
        before = Some(first);
        node_of[mention as usize] = u32::try_from(all.len() - 1).expect("no more than mentions");
    }
    let keys = keys.in_order(&mut all);
    (all, node_of, keys)
}

impl<'r> Nodes<'r> {
    pub fn get(&self, node: u32) -> Node {
        self.all[node as usize]
    }

    /// The nodes with these keys, the exact one and the forms. O(log n).
    pub fn named(&self, wanted: (&str, &str)) -> impl Iterator<Item = u32> + use<'r> {
        let keys = |node: &Node| {
            let keys = self.keys.get(node.keys);
            (keys.exact, keys.form)
        };
        let from = self.all.partition_point(|node| keys(node) < wanted);
        let to = from + self.all[from..].partition_point(|node| keys(node) <= wanted);
        let number = |at: usize| u32::try_from(at).expect("nodes are numbered by 32 bits");
        number(from)..number(to)
    }

    pub fn keys_of(&self, node: u32) -> KeysView<'r> {
        self.keys.get(self.get(node).keys)
    }

    /// The exact key of a node's name.
    pub fn exact(&self, node: u32) -> &'r str {
        let text = self.keys.text(self.get(node).keys);
        text.split_once(END).map_or(text, |(exact, _)| exact)
    }

    pub fn countries(&self, node: u32) -> &'r str {
        self.texts.get(self.get(node).countries)
    }

    pub fn identifiers(&self, node: u32) -> &'r str {
        self.texts.get(self.get(node).identifiers)
    }

    /// Whether identifiers of one scheme disagree, or they are of different sorts.
    pub fn contradict(&self, a: u32, b: u32) -> bool {
        let kinds = matches!((self.get(a).sort, self.get(b).sort), (Some(a), Some(b)) if a != b);
        kinds || Identifiers::texts_contradict(self.identifiers(a), self.identifiers(b))
    }

    /// Whether whatever contradicts one node contradicts the other, by identifier or by name.
    pub fn claim_the_same(&self, a: u32, b: u32) -> bool {
        let (one, other) = (self.get(a), self.get(b));
        one.sort == other.sort
            && one.countries == other.countries
            && one.born == other.born
            && (one.identifiers == other.identifiers
                || Identifiers::claims(self.identifiers(a))
                    .eq(Identifiers::claims(self.identifiers(b))))
    }

    /// Whether a node has no name by which it could join or be near another.
    pub fn is_nameless(&self, node: u32) -> bool {
        is_nameless(self.texts.get(self.get(node).name), self.identifiers(node))
    }

    /// Whether both say when somebody was born and no year is common.
    pub fn births_contradict(&self, a: u32, b: u32) -> bool {
        let born = |node: u32| self.texts.get(self.get(node).born);
        let (one, other) = (born(a), born(b));
        let apart = || one.split(';').all(|year| other.split(';').all(|own| own != year));
        !one.is_empty() && !other.is_empty() && one != other && apart()
    }

    /// Whether both say a country and none is common.
    pub fn countries_contradict(&self, a: u32, b: u32) -> bool {
        Countries::texts_contradict(self.countries(a), self.countries(b))
    }
}
