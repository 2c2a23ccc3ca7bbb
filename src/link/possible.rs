//! Pairs that might be one entity: a person has to say.

use std::borrow::Cow;

use fixedbitset::FixedBitSet;
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::Linked;
use super::nodes::{KeysView, Nodes};
use crate::column::TextsView;
use crate::model::{Countries, EntityId, Identifiers};
use crate::name;
use crate::source::{Mention, MentionId};

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
/// one generic word or how it is written, or one edit in a distinctive word of five letters or more, never in a number.
/// Who bears the very same name in another country may be the same as well, unless births say otherwise: a second
/// nationality, the seat of another register.
///
/// Nodes are looked up by their distinctive words, and by those words with one letter left out, so
/// the cost is O(letters) look-ups a name.
pub fn possible_links(
    linked: &Linked,
    texts: TextsView,
    relevant: impl Fn(EntityId) -> bool + Sync,
    related: impl Fn(EntityId, EntityId) -> bool,
) -> Vec<PossibleLink> {
    let nodes = Nodes { all: &linked.nodes, texts, keys: &linked.keys };
    let wanted = |number: &u32| relevant(linked.entity_of_node[*number as usize]);
    let pairs = pairs(&nodes, wanted);
    let similar = pairs.into_par_iter().filter_map(|(a, b)| {
        let written = |node: u32| nodes.texts.get(nodes.get(node).name);
        difference(nodes.keys_of(a), nodes.keys_of(b), || equal_words(written(a), written(b)))
            .map(|reason| (a, b, reason))
    });
    let mut all: Vec<(u32, u32, &'static str)> = similar.collect();
    let members = Members::new(linked);
    let undecided = linked.apart.iter().map(|(a, b)| (*a, *b, "several candidates, none certain"));
    let mut found: FxHashMap<(EntityId, EntityId), PossibleLink> = FxHashMap::default();
    all.extend(undecided);
    all.par_sort_unstable();
    for (a, b, reason) in all {
        let entities = (linked.entity_of_node[a as usize], linked.entity_of_node[b as usize]);
        let elsewhere = nodes.countries_contradict(a, b);
        let same_name = elsewhere && reason == SAME && {
            let folded = |node: u32| name::fold(nodes.texts.get(nodes.get(node).name));
            folded(a) == folded(b) && !nodes.births_contradict(a, b)
        };
        let reason = if same_name { ELSEWHERE } else { reason };
        let open = entities.0 != entities.1
            && (relevant(entities.0) || relevant(entities.1))
            && !members.contradict(&nodes, entities, same_name)
            && !linked.settled(entities)
            && !related(entities.0, entities.1);
        if open {
            let key = (entities.0.min(entities.1), entities.0.max(entities.1));
            found.entry(key).or_insert_with(|| link(entities, &nodes, (a, b), reason));
        }
    }
    let mut found: Vec<PossibleLink> = found.into_values().collect();
    found.sort_unstable();
    found
}

/// What lists say that an entry belongs to or is linked with, where somebody has just that name and is on no list
/// himself: whoever is on one needs no link. It is no holding, since no list says how much of it. O(n log n).
pub fn said_links(
    linked: &Linked,
    texts: TextsView,
    mentions: &[Mention],
    said: &[(MentionId, String)],
    is_listed: impl Fn(EntityId) -> bool,
) -> Vec<PossibleLink> {
    let link = |(mention, name): &(MentionId, String)| {
        let a = linked.entity_of[*mention as usize];
        let b = match linked.named(texts, name).as_slice() {
            [one] if *one != a && !is_listed(*one) => *one,
            _ => return None,
        };
        let own = &mentions[*mention as usize];
        let names = (texts.get(own.name).to_owned(), name.clone());
        let countries = (texts.get(own.countries).to_owned(), String::new());
        let reason = "a list says that they are linked".into();
        Some(PossibleLink { a, b, names, countries, reason })
    };
    said.iter().filter_map(link).collect()
}

/// Variants that are looked at in one go, at most: some 1.2 gigabytes, which is less than an index of the
/// names takes later. For 5 million names that takes 19 s where goes of a quarter take 26.
const AT_ONCE: usize = 1 << 26;

/// The nodes that share a variant of their words with a wanted one, the lower number first, sorted.
///
/// Variants are looked at in as many goes as it takes, a part of all digests in each.
fn pairs(nodes: &Nodes, wanted: impl Fn(&u32) -> bool + Sync) -> Vec<(u32, u32)> {
    let count = u32::try_from(nodes.all.len()).expect("nodes are numbered by 32 bits");
    let all = || (0..count).into_par_iter();
    let named = |number: &u32| !nodes.is_nameless(*number);
    let of = |number: u32| variants(nodes.keys_of(number).distinctive);
    // No more variants than letters, but for one of the whole.
    let letters = |number: u32| nodes.keys_of(number).distinctive.len() + 1;
    let entries: usize = all().filter(&wanted).map(letters).sum();
    let goes = (entries / AT_ONCE + 1) as u64;
    let mut pairs: Vec<(u32, u32)> = Vec::new();
    for go in 0..goes {
        // Neither the first nor the last bits: by these an index is looked up.
        let own = |digest: &u64| (digest >> 24) % goes == go;
        let index =
            Index::new(all().filter(&wanted).filter(named).flat_map_iter(|number| {
                of(number).filter(own).map(move |variant| (variant, number))
            }));
        let near = |number: u32| {
            let others = of(number).filter(own).flat_map(|variant| index.find(variant));
            others.map(move |other| (number.min(other), number.max(other)))
        };
        pairs.par_extend(all().filter(named).flat_map_iter(near).filter(|(a, b)| a != b));
    }
    pairs.par_sort_unstable();
    pairs.dedup();
    pairs
}

/// Nodes by the digest of a variant of their words, but for those that more than [`COMMON`] have.
struct Index {
    /// Sorted.
    entries: Vec<(u64, u32)>,
    /// Where the entries begin whose digests share their first bits, as many as give some two entries to
    /// each; one more than there are beginnings. Digests are spread evenly.
    beginnings: Vec<u32>,
    /// A bit for the last bits of every digest there is: most that are looked up are not there.
    there: FixedBitSet,
}

impl Index {
    fn new(entries: impl ParallelIterator<Item = (u64, u32)>) -> Index {
        let mut entries: Vec<(u64, u32)> = entries.collect();
        entries.par_sort_unstable();
        let (mut from, mut kept) = (0, 0);
        while from < entries.len() {
            let digest = entries[from].0;
            let to = from + entries[from..].iter().take_while(|(own, _)| *own == digest).count();
            if to - from <= COMMON {
                entries.copy_within(from..to, kept);
                kept += to - from;
            }
            from = to;
        }
        entries.truncate(kept);
        let size = entries.len().next_power_of_two().max(64);
        let mut index = Index {
            entries,
            beginnings: vec![0; size / 2 + 1],
            there: FixedBitSet::with_capacity(16 * size),
        };
        for at in 0..index.entries.len() {
            let digest = index.entries[at].0;
            let (first, bit) = (index.first(digest), index.bit(digest));
            index.beginnings[first + 1] += 1;
            index.there.insert(bit);
        }
        for at in 1..index.beginnings.len() {
            index.beginnings[at] += index.beginnings[at - 1];
        }
        index
    }

    #[expect(clippy::cast_possible_truncation, reason = "the last bits are taken")]
    fn bit(&self, digest: u64) -> usize {
        digest as usize & (self.there.len() - 1)
    }

    #[expect(clippy::cast_possible_truncation, reason = "so many first bits fit")]
    fn first(&self, digest: u64) -> usize {
        let bits = (self.beginnings.len() - 1).ilog2();
        (digest >> (64 - bits)) as usize
    }

    /// The nodes under a digest. Expected O(1).
    fn find(&self, digest: u64) -> impl Iterator<Item = u32> + '_ {
        let range = if self.there.contains(self.bit(digest)) {
            let first = self.first(digest);
            self.beginnings[first] as usize..self.beginnings[first + 1] as usize
        } else {
            0..0
        };
        self.entries[range].iter().filter(move |(own, _)| *own == digest).map(|(_, node)| *node)
    }
}

/// The nodes of each entity.
struct Members {
    from: Vec<u32>,
    nodes: Vec<u32>,
}

impl Members {
    fn new(linked: &Linked) -> Members {
        let mut from = vec![0u32; linked.entities as usize + 1];
        for entity in &linked.entity_of_node {
            from[entity.index() + 1] += 1;
        }
        for at in 1..from.len() {
            from[at] += from[at - 1];
        }
        let mut next = from.clone();
        let mut nodes = vec![0; linked.entity_of_node.len()];
        for (entity, node) in linked.entity_of_node.iter().zip(0u32..) {
            let at = &mut next[entity.index()];
            nodes[*at as usize] = node;
            *at += 1;
        }
        Members { from, nodes }
    }

    fn of(&self, entity: EntityId) -> &[u32] {
        let at = entity.index();
        &self.nodes[self.from[at] as usize..self.from[at + 1] as usize]
    }

    /// Whether what the nodes of each entity say together contradicts: no country in common, but for those of the same
    /// name, an identifier of one scheme, what they are.
    fn contradict(&self, nodes: &Nodes, (a, b): (EntityId, EntityId), same_name: bool) -> bool {
        let said = |entity: EntityId| {
            let (mut countries, mut identifiers) = (Countries::default(), Identifiers::default());
            let mut sort = None;
            for node in self.of(entity) {
                let countries_of = Countries::parse(nodes.countries(*node)).unwrap_or_default();
                countries = countries.with(&countries_of);
                identifiers = identifiers.with(&Identifiers::parse(nodes.identifiers(*node)));
                sort = sort.or(nodes.get(*node).sort);
            }
            (countries, identifiers, sort)
        };
        let (one, other) = (said(a), said(b));
        let kinds = matches!((one.2, other.2), (Some(a), Some(b)) if a != b);
        kinds || !same_name && one.0.contradict(&other.0) || one.1.contradict(&other.1)
    }
}

fn link(
    entities: (EntityId, EntityId),
    nodes: &Nodes,
    (a, b): (u32, u32),
    reason: &'static str,
) -> PossibleLink {
    let name = |node: u32| nodes.texts.get(nodes.get(node).name).to_owned();
    let country = |node: u32| nodes.countries(node).to_owned();
    PossibleLink {
        a: entities.0,
        b: entities.1,
        names: (name(a), name(b)),
        countries: (country(a), country(b)),
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
/// of one digest are looked at in vain. O(letters) for each word.
fn variants(words: &str) -> impl Iterator<Item = u64> + '_ {
    let mut from = 0;
    let words_at = words.split(' ').map(move |word| {
        from += word.len() + 1;
        (from - word.len() - 1, word)
    });
    let shortened = words_at.filter(|(_, word)| editable(word)).flat_map(move |(from, word)| {
        // The other words, and the word with a letter less: which one it was plays no part.
        let behind = words.get(from + word.len() + 1..).unwrap_or_default();
        let last = if behind.is_empty() { "" } else { " " };
        let rest = [behind, last].iter().fold(Run::of(&words[..from]), |run, more| run.and(more));
        let (rest, less) = (mixed(rest.sum), less_a_letter(word));
        less.into_iter().map(move |less| rest ^ mixed(less).rotate_left(1))
    });
    std::iter::once(mixed(Run::of(words).sum)).chain(shortened)
}

/// A run of bytes as the value of a polynomial, so that runs can be put together.
#[derive(Debug, Clone, Copy)]
struct Run {
    sum: u64,
    /// What the bytes before it are multiplied by.
    shift: u64,
}

/// Where the polynomial is taken: odd, and of many bits.
const BASE: u64 = 0x9E37_79B9_7F4A_7C15;

impl Run {
    const EMPTY: Run = Run { sum: 0, shift: 1 };

    fn of(text: &str) -> Run {
        Run::EMPTY.and(text)
    }

    fn and(self, text: &str) -> Run {
        text.bytes().fold(self, |run, byte| Run {
            sum: run.sum.wrapping_mul(BASE).wrapping_add(u64::from(byte) + 1),
            shift: run.shift.wrapping_mul(BASE),
        })
    }

    fn before(self, other: Run) -> u64 {
        self.sum.wrapping_mul(other.shift).wrapping_add(other.sum)
    }
}

/// The whole word, and the word without each of its letters.
fn less_a_letter(word: &str) -> SmallVec<[u64; 32]> {
    let mut before = Run::EMPTY;
    let mut beginnings: SmallVec<[Run; 32]> = SmallVec::new();
    for (at, letter) in word.char_indices() {
        beginnings.push(before);
        before = before.and(&word[at..at + letter.len_utf8()]);
    }
    let mut behind = Run::EMPTY;
    let mut all: SmallVec<[u64; 32]> = SmallVec::new();
    all.push(before.sum);
    for ((at, letter), beginning) in word.char_indices().rev().zip(beginnings.iter().rev()) {
        all.push(beginning.before(behind));
        let own = Run::of(&word[at..at + letter.len_utf8()]);
        behind = Run { sum: own.before(behind), shift: own.shift.wrapping_mul(behind.shift) };
    }
    all
}

/// Spreads a number over all bits (the last step of SplitMix64).
fn mixed(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    number ^ (number >> 31)
}

fn editable(word: &str) -> bool {
    (EDITABLE..=LONGEST).contains(&word.chars().count())
        && !word.chars().any(|c| c.is_ascii_digit())
}

/// The least score of two names that differ in how one generic word is written: `Holding` for `Holdings` scores 0.98 and
/// more, another word (`Trading`) less than 0.9. A word that is rare in one language is distinctive, and not looked at so.
const SAME_WORDS: i32 = 9_500;

/// Whether the words of two names are the same to the comparison.
/// What names differ in that have the same words.
const SAME: &str = "legal form or word order";

/// What those differ in that have the same name.
const ELSEWHERE: &str = "country";

fn equal_words(a: &str, b: &str) -> bool {
    name::compare(&name::parse(a), &name::parse(b)).points() >= SAME_WORDS
}

/// In what two names differ, where it is little enough; `equal` compares them, for pairs of which one generic word is
/// another.
fn difference(a: KeysView, b: KeysView, equal: impl FnOnce() -> bool) -> Option<&'static str> {
    if a.distinctive == b.distinctive && a.generic == b.generic {
        return Some(SAME);
    }
    let lacking = |from: &str, of: &str| -> Vec<String> {
        let mut rest: Vec<&str> = words(of).collect();
        let lacks = |word: &&str| match rest.iter().position(|other| other == word) {
            Some(at) => {
                rest.remove(at);
                false
            }
            None => true,
        };
        words(from).filter(lacks).map(str::to_owned).collect()
    };
    let lacks = [lacking(a.generic, b.generic).len(), lacking(b.generic, a.generic).len()];
    let generic = lacks.iter().sum();
    let (left, right) =
        (lacking(a.distinctive, b.distinctive), lacking(b.distinctive, a.distinctive));
    match (left.as_slice(), right.as_slice(), generic) {
        ([], [], 0) => Some(SAME),
        ([], [], 1) => Some("one generic word"),
        ([], [], 2) if lacks == [1, 1] && equal() => Some("one generic word, otherwise written"),
        ([one], [other], 0)
            if editable(one) && editable(other) && strsim::osa_distance(one, other) == 1 =>
        {
            Some("one letter")
        }
        _ => None,
    }
}

fn words(keys: &str) -> impl Iterator<Item = &str> {
    keys.split(' ').filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_word_less_a_letter_is_that_word_however_it_came(
            words in proptest::collection::vec("[abcé1]{3,8}", 1..4),
            at in any::<prop::sample::Index>(),
            letter in any::<prop::sample::Index>(),
        ) {
            let written = |words: &[String]| words.join(" ");
            let all: Vec<u64> = variants(&written(&words)).collect();
            let long = words.iter().filter(|word| editable(word));
            prop_assert_eq!(all.len(), 1 + long.map(|word| 1 + word.chars().count()).sum::<usize>());
            // Two that lack another letter each meet in the word without both, where one is left out.
            let at = at.index(words.len());
            let mut other = words.clone();
            let mut letters: Vec<char> = other[at].chars().collect();
            letters[letter.index(words[at].chars().count())] = 'x';
            other[at] = letters.into_iter().collect();
            let meet = variants(&written(&other)).any(|variant| all.contains(&variant));
            prop_assert_eq!(meet, editable(&words[at]) && editable(&other[at]) || other == words);
        }
    }
}
