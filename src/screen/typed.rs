//! Entities for a box that somebody types a name into.

use rustc_hash::FxHashSet;

use super::Screener;
use crate::model::{EntityId, Party};
use crate::name::fold;
use crate::snapshot::NameKind;

/// An entity that is found by what was typed, and the name that it was found by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Typed {
    /// The entity.
    pub entity: EntityId,
    /// The name, as its source writes it.
    pub name: String,
}

impl Screener<'_> {
    /// Up to `most` entities that `wanted` takes, for a name of which perhaps only the beginning was typed.
    ///
    /// First those whose name the comparison takes for what was typed, then those with a name in which every word that
    /// was typed begins a word: names that begin with the whole of it before others, short ones before long ones; then
    /// whatever else comes near. O(names that have words which begin so).
    pub fn typed(&self, asked: &str, most: usize, wanted: impl Fn(EntityId) -> bool) -> Vec<Typed> {
        let folded = fold(asked);
        let parts = |c: char| !c.is_alphanumeric();
        let words: Vec<&str> = folded.split(parts).filter(|word| !word.is_empty()).collect();
        if words.is_empty() {
            return Vec::new();
        }
        let matches = self.screen(&Party::named(asked)).matches.into_iter();
        let (near, others): (Vec<_>, Vec<_>) =
            matches.partition(|one| one.points >= self.settings().threshold);
        let [near, others] = [near, others]
            .map(|all| all.into_iter().map(|one| Typed { entity: one.entity, name: one.name }));
        let begun = self.begun(&folded, &words);
        let mut seen = FxHashSet::default();
        let first = |one: &Typed| seen.insert(one.entity) && wanted(one.entity);
        near.chain(begun).chain(others).filter(first).take(most).collect()
    }

    /// Names in which every word begins a word, the best first.
    fn begun(&self, folded: &str, words: &[&str]) -> impl Iterator<Item = Typed> {
        let names = self.snapshot().beginning(words).into_iter();
        let rank = |number: u32| {
            let name = self.snapshot().name(number);
            let whole = name.text.get(..folded.len()).is_some_and(|own| fold(own) == folded);
            ((!whole, name.kind != NameKind::Name, name.text.len()), number)
        };
        let mut ranked: Vec<_> = names.map(rank).collect();
        ranked.sort_unstable();
        ranked.into_iter().map(|(_, number)| {
            let name = self.snapshot().name(number);
            Typed { entity: name.entity, name: name.text.to_owned() }
        })
    }
}
