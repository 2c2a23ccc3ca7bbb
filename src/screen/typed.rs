//! Entities for a box that somebody types a name into.

use rayon::prelude::*;
use rustc_hash::FxHashSet;

use super::Screener;
use crate::model::{Countries, EntityId, Party};
use crate::name::{fold, is_east_asian};
use crate::snapshot::NameKind;

/// An entity that is found by what was typed, and the name that it was found by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Typed {
    /// The entity.
    pub entity: EntityId,
    /// The name, as its source writes it.
    pub name: String,
}

/// Names with what was typed beyond which they are not compared with it: each takes some 5 microseconds (a word that 50,000
/// of a million names have took 260 ms), and whoever sees so many types on.
const MOST_COMPARED: usize = 10_000;

impl Screener<'_> {
    /// Up to `most` entities that `wanted` takes, for a name of which perhaps only the beginning was typed.
    ///
    /// First those whose name the comparison takes for what was typed, or that are called exactly so; then those with a
    /// name in which every word that was typed begins a word: names that begin with the whole of it before others, short
    /// ones before long ones; then whatever else comes near. Where very many have what was typed, these alone. Entities of which nothing can be said are found by their
    /// exact name alone: the index has no others. O(names that have words which begin so), and all names where what was
    /// typed is Chinese, Japanese or Korean.
    pub fn typed(&self, asked: &str, most: usize, wanted: impl Fn(EntityId) -> bool) -> Vec<Typed> {
        let folded = fold(asked);
        let parts = |c: char| !c.is_alphanumeric();
        let words: Vec<&str> = folded.split(parts).filter(|word| !word.is_empty()).collect();
        if words.is_empty() {
            return Vec::new();
        }
        let (count, begun) = self.begun(asked, &folded, &words, most.saturating_mul(4));
        let matches = match count {
            ..=MOST_COMPARED => self.screen(&Party::named(asked)).matches.into_iter(),
            _ => Vec::new().into_iter(),
        };
        let (near, others): (Vec<_>, Vec<_>) =
            matches.partition(|one| one.points >= self.settings().threshold);
        let [near, others] = [near, others]
            .map(|all| all.into_iter().map(|one| Typed { entity: one.entity, name: one.name }));
        let called = self.snapshot().exactly_named(asked, &Countries::default()).into_iter();
        let called =
            called.map(|entity| Typed { entity, name: self.snapshot().entity(entity).name });
        let mut seen = FxHashSet::default();
        let first = |one: &Typed| seen.insert(one.entity) && wanted(one.entity);
        near.chain(called).chain(begun).chain(others).filter(first).take(most).collect()
    }

    /// How many names there are in which every word begins a word, and the `most` best of them, in their order.
    fn begun(&self, asked: &str, folded: &str, words: &[&str], most: usize) -> (usize, Vec<Typed>) {
        let rank = |number: u32| {
            let name = self.snapshot().name(number);
            (!begins(name.text, folded), name.kind != NameKind::Name, name.text.len(), number)
        };
        // The longest word is the least likely to be a part of what the index takes for one, such as the S of S.A.
        let longest =
            words.iter().max_by_key(|word| word.chars().count()).copied().unwrap_or_default();
        let others: Vec<_> = words
            .iter()
            .filter(|word| **word != longest)
            .map(|word| (*word, self.snapshot().beginning(word)))
            .collect();
        let has_all = |number: &u32| {
            let text = self.snapshot().name(*number).text;
            others.iter().all(|(word, has)| has.contains(*number as usize) || has_word(text, word))
        };
        let names: Vec<u32> = if longest.chars().any(is_east_asian) {
            // Written without spaces, half a name is cut into other words than the whole: every name is looked through.
            let first = |text: &str| text.chars().find(|letter| is_east_asian(*letter));
            let letters: Vec<char> = first(asked).into_iter().chain(first(longest)).collect();
            let holds = |number: &u32| {
                let text = self.snapshot().name(*number).text;
                letters.iter().any(|own| text.contains(*own)) && fold(text).contains(longest)
            };
            let count = u32::try_from(self.snapshot().names().len()).unwrap_or(u32::MAX);
            (0..count).into_par_iter().filter(holds).collect()
        } else {
            let has = self.snapshot().beginning(longest);
            has.ones().filter_map(|number| number.try_into().ok()).collect()
        };
        let mut ranked: Vec<_> = names.into_par_iter().filter(has_all).map(rank).collect();
        let count = ranked.len();
        let most = most.min(count);
        if most < ranked.len() {
            ranked.select_nth_unstable(most);
        }
        ranked[..most].sort_unstable();
        ranked.truncate(most);
        let typed = |number: u32| {
            let name = self.snapshot().name(number);
            Typed { entity: name.entity, name: name.text.to_owned() }
        };
        (count, ranked.into_iter().map(|(.., number)| typed(number)).collect())
    }
}

/// Whether a text begins with some folded letters.
fn begins(text: &str, folded: &str) -> bool {
    match text.get(..folded.len()) {
        Some(own) if own.is_ascii() => own.eq_ignore_ascii_case(folded),
        // Folding may make letters more or fewer: as many letters as stand there may be compared.
        _ => {
            let own: String = text.chars().take(folded.chars().count()).collect();
            fold(&own) == folded
        }
    }
}

/// Whether a word of a text begins with some folded letters.
fn has_word(text: &str, letters: &str) -> bool {
    let words =
        |text: &str| text.split(|c: char| !c.is_alphanumeric()).any(|word| begins(word, letters));
    if text.is_ascii() { words(text) } else { words(&fold(text)) }
}

#[cfg(test)]
mod tests {
    use super::begins;

    #[test]
    fn a_text_begins_with_letters_whatever_their_case_and_accents() {
        for (text, folded) in
            [("Elbit Systems", "elb"), ("Società Uno", "societa"), ("通用动力公司", "通用")]
        {
            assert!(begins(text, folded), "{text}");
        }
        for (text, folded) in [("Systems Elbit", "elb"), ("El", "elbit"), ("动力公司", "通用")]
        {
            assert!(!begins(text, folded), "{text}");
        }
    }
}
