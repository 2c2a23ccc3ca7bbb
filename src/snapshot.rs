//! Everything loaded, immutable, with its dates and a digest of its inputs.
//!
//! Nothing is filtered away while loading: a snapshot answers for any day.

mod build;
mod content;
mod declared;
mod doubts;
mod file;
mod kept;
mod names;
mod saved;
mod world;

use std::sync::{Arc, RwLock};

use fixedbitset::FixedBitSet;

use self::declared::Declarations;
use self::names::Names;
use crate::column::{Column, TextId, Texts};
use crate::day::Day;
use crate::error::{Place, Rejected, Sources, Warning};
use crate::expand::Listing;
use crate::index::{Lookup, NameIndex};
use crate::link::{JoinedBy, PossibleLink};
use crate::model::{
    Certitude, Countries, EntityId, EntityKind, Identifiers, ListEntry, ListEvent, ListInfo,
    Measure, OnDay, Restriction, Sort,
};
use crate::name::{NameKeys, ParsedName};
use crate::rule::Rule;
use crate::source::{HoldingRecord, Mention, MentionId, Silence};

pub use build::Step;
pub use content::Contents;
pub use declared::{Declaration, DeclaredRow};
pub use names::{IndexedName, NameKind};
pub use world::{Declared, Ownership, World};

/// An entity as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntityView {
    /// Its stable key: the same in every build from the same facts.
    pub id: String,
    /// Its name as its best source writes it.
    pub name: String,
    /// Its countries, joined by `;`; empty where nobody says.
    pub country: String,
}

/// What a list is and how far it was checked, on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListChecked {
    /// The list.
    pub list: String,
    /// Its title; empty where nobody says.
    pub title: String,
    /// Entries loaded.
    pub entries: u64,
    /// Last day to which the entries were checked.
    pub checked_until: Option<Day>,
    /// Whether the answer for the day rests on dated entries.
    pub history: bool,
}

/// Everything loaded.
pub struct Snapshot {
    texts: Texts,
    mentions: Column<Mention>,
    entity_of: Column<EntityId>,
    /// Numbers of [`JoinedBy`].
    joined_by: Column<u8>,
    /// The mention that names each entity.
    shown: Column<MentionId>,
    /// The identifiers of each entity, as [`Identifiers`] writes them.
    identifiers: Column<TextId>,
    entries: Vec<ListEntry>,
    entry_mention: Vec<MentionId>,
    /// Events and measures that concern each entry.
    entry_events: Vec<Vec<u32>>,
    entry_measures: Vec<Vec<u32>>,
    lists: Vec<ListInfo>,
    events: Vec<ListEvent>,
    measures: Vec<Measure>,
    holdings: Column<HoldingRecord>,
    /// Why registers know no owner.
    silences: Column<Silence>,
    rules: Vec<Rule>,
    world: World,
    possible: Vec<PossibleLink>,
    link_doubts: Vec<Warning>,
    names: Names,
    index: NameIndex,
    lookup: Lookup,
    sources: Sources,
    rejected: Vec<Rejected>,
    warnings: Vec<Warning>,
    not_covered: Vec<String>,
    digest: String,
    declared: Arc<RwLock<Declarations>>,
}

impl std::fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Snapshot").field("digest", &self.digest).finish_non_exhaustive()
    }
}

impl Snapshot {
    /// The digest of all inputs: 32 hexadecimal digits, the same wherever they lie.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The files read.
    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    /// What could not be read.
    pub fn rejected(&self) -> &[Rejected] {
        &self.rejected
    }

    /// What the user should know about the inputs.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// Decisions on names that came to nothing, or contradict each other.
    pub fn link_doubts(&self) -> &[Warning] {
        &self.link_doubts
    }

    /// What the lists do not cover, in their own words.
    pub fn not_covered(&self) -> &[String] {
        &self.not_covered
    }

    /// All rules, by id.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// All list entries.
    pub fn entries(&self) -> &[ListEntry] {
        &self.entries
    }

    /// The graph and what belongs to it.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// Pairs of entities that might be one; a person has to say.
    pub fn possible_links(&self) -> &[PossibleLink] {
        &self.possible
    }

    /// The names in the index, by number.
    pub fn names(&self) -> impl ExactSizeIterator<Item = IndexedName<'_>> {
        (0..self.names.len()).map(|number| self.name(number))
    }

    /// A name of the index.
    pub fn name(&self, number: u32) -> IndexedName<'_> {
        self.names.get(number, &self.texts)
    }

    /// A name of the index, taken apart.
    pub fn apart(&self, number: u32) -> ParsedName {
        self.names.apart(number, &self.texts)
    }

    /// Whether a name of the index is another one but for writing, a legal form left out included.
    pub fn is_exactly(&self, number: u32, keys: &NameKeys) -> bool {
        self.names.is(number, keys, &self.texts)
    }

    /// Numbers of the indexed names that can score `floor` (0..1) or more against a name.
    pub fn candidates(&self, name: &ParsedName, floor: f64) -> Vec<u32> {
        self.index.candidates(name, floor)
    }

    /// Numbers of the indexed names that have a word which begins with some folded letters.
    pub fn beginning(&self, letters: &str) -> FixedBitSet {
        self.index.beginning(letters)
    }

    /// Number of entities.
    pub fn entity_count(&self) -> u32 {
        self.world.graph().entities()
    }

    /// The entity of an entry.
    pub fn entity_of_entry(&self, entry: u32) -> EntityId {
        self.entity_of.get(self.entry_mention[entry as usize] as usize)
    }

    /// By what an entry was joined to its entity.
    pub fn entry_joined_by(&self, entry: u32) -> JoinedBy {
        self.mention_joined_by(self.entry_mention[entry as usize])
    }

    /// An entity as it is shown.
    pub fn entity(&self, entity: EntityId) -> EntityView {
        if !self.is_recorded(entity) {
            return self.declared_entity(entity);
        }
        let mention = self.mentions.get(self.mention_of(entity) as usize);
        let identifiers = self.identifiers(entity);
        let name = self.texts.get(mention.name).to_owned();
        let country = self.world.countries(entity).to_string();
        let id = identifiers.best().map_or_else(
            || {
                // A person, a company and a ship of one name and country are three entities.
                let sort = Sort::in_key(self.kind(entity).sort());
                let key = format!("{}|{country}{sort}", crate::name::fold(&name));
                format!("name:{}", &blake3::hash(key.as_bytes()).to_hex()[..16])
            },
            str::to_owned,
        );
        EntityView { id, name, country }
    }

    /// Why registers know no owner of an entity, in their words, each with the place where it says so. O(silences).
    pub fn silences(&self, entity: EntityId) -> Vec<(&str, Place)> {
        let own = self
            .silences
            .all()
            .iter()
            .filter(|one| self.entity_of.get(one.issuer as usize) == entity);
        own.map(|one| (self.texts.get(one.said), one.place)).collect()
    }

    /// The name of an entity in its own script, as the record has it that names the entity; empty where it has none.
    pub fn native_name(&self, entity: EntityId) -> &str {
        match self.is_recorded(entity) {
            true => self.texts.get(self.mentions.get(self.mention_of(entity) as usize).native),
            false => "",
        }
    }

    /// Every name of every record, each with its entity; those that stand for a name are none. O(mentions).
    pub fn all_names(&self) -> impl Iterator<Item = (EntityId, &str)> {
        let mentions = self.mentions.all().iter().zip(self.entity_of.all());
        mentions.flat_map(|(mention, entity)| {
            let identifiers = self.texts.get(mention.identifiers);
            let names = [mention.name, mention.native].map(|id| self.texts.get(id));
            let says = move |name: &&str| {
                !name.is_empty() && !crate::model::is_nameless(name, identifiers)
            };
            names.into_iter().filter(says).map(|name| (*entity, name))
        })
    }

    /// All that registers say of why they know no owner.
    pub fn all_silences(&self) -> &[Silence] {
        self.silences.all()
    }

    /// All identifiers of an entity.
    pub fn identifiers(&self, entity: EntityId) -> Identifiers {
        Identifiers::parse(self.texts.get(self.identifiers.get(entity.index())))
    }

    /// What an entity is, as far as a source says.
    pub fn kind(&self, entity: EntityId) -> EntityKind {
        self.world.kind(entity)
    }

    fn mention_joined_by(&self, mention: MentionId) -> JoinedBy {
        JoinedBy::ALL[usize::from(self.joined_by.get(mention as usize))]
    }

    /// The entities with exactly this name but for writing: the same legal form or one without,
    /// and no contradicting country.
    pub fn exactly_named(&self, name: &str, countries: &Countries) -> Vec<EntityId> {
        self.exactly(&crate::name::keys(name), countries)
    }

    /// Like [`exactly_named`](Self::exactly_named), by the keys of a name.
    pub fn exactly(&self, keys: &NameKeys, countries: &Countries) -> Vec<EntityId> {
        let NameKeys { exact, form, native, .. } = keys;
        let other = if form.is_empty() { format!("any|{exact}") } else { format!("{exact}|") };
        let keys = [format!("{exact}|{form}"), format!("native|{native}"), other];
        let found = keys.iter().flat_map(|key| self.lookup.find(key));
        let mut found: Vec<EntityId> =
            found.filter(|entity| !self.world.countries(*entity).contradict(countries)).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The entities that carry one of the identifiers.
    pub fn identified(&self, identifiers: &Identifiers) -> Vec<EntityId> {
        let keys = identifiers.all().iter().map(|identifier| format!("id|{identifier}"));
        let mut found: Vec<EntityId> =
            keys.flat_map(|key| self.lookup.find(&key).collect::<Vec<_>>()).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Every entity with a stable key: several where records that contradict each other share an identifier.
    pub fn all_with_id(&self, id: &str) -> Vec<EntityId> {
        let by_identifier = self.identified(&Identifiers::parse(id)).into_iter();
        let by_key = self.lookup.find(&format!("key|{id}"));
        let mut found: Vec<EntityId> = by_identifier.chain(by_key).collect();
        found.sort_unstable();
        found.dedup();
        found.retain(|entity| self.entity(*entity).id == id);
        found
    }

    /// The entity with a stable key.
    pub fn entity_by_id(&self, id: &str) -> Option<EntityId> {
        let by_identifier = self.identified(&Identifiers::parse(id));
        by_identifier.first().copied().or_else(|| self.lookup.find(&format!("key|{id}")).next())
    }

    /// The status of an entry on a day; `None` before its publication.
    pub fn entry_status(&self, entry: u32, day: Day) -> Option<OnDay> {
        self.entries[entry as usize].status(&self.events_of(entry), day)
    }

    /// First day after `day` on which the entry's status differs.
    pub fn entry_until(&self, entry: u32, day: Day) -> Option<Day> {
        self.entries[entry as usize].status_until(&self.events_of(entry), day)
    }

    /// The events that concern an entry.
    pub fn events_of_entry(&self, entry: u32) -> impl Iterator<Item = &ListEvent> {
        self.entry_events[entry as usize].iter().map(|event| &self.events[*event as usize])
    }

    /// The dated measures that concern an entry.
    pub fn measures_of_entry(&self, entry: u32) -> impl Iterator<Item = &Measure> {
        self.entry_measures[entry as usize].iter().map(|one| &self.measures[*one as usize])
    }

    /// The mention that names an entity.
    pub fn mention_of(&self, entity: EntityId) -> MentionId {
        self.shown.get(entity.index())
    }

    fn events_of(&self, entry: u32) -> Vec<&ListEvent> {
        self.events_of_entry(entry).collect()
    }

    /// What an entry restricts and entails on a day: a dated measure's words, else its own, else
    /// its list's.
    pub fn entry_measures(&self, entry: u32, day: Day) -> (Option<Restriction>, &str) {
        let own = &self.entries[entry as usize];
        let of_list = || {
            self.lists.iter().find(|info| info.list == own.list).and_then(|info| info.restriction)
        };
        let measure = self.entry_measures[entry as usize]
            .iter()
            .map(|measure| &self.measures[*measure as usize])
            .filter(|measure| {
                measure.certitude == Certitude::Official && measure.span.contains(day)
            })
            .max_by_key(|measure| measure.span.from);
        match measure {
            Some(measure) => {
                let restriction = measure.restriction.or(own.restriction).or_else(of_list);
                (restriction, &measure.measures)
            }
            None => (own.restriction.or_else(of_list), &own.measures),
        }
    }

    /// Every entry that is published on a day, removed ones included, in an order that does not
    /// depend on that of rows or files.
    pub fn listings(&self, day: Day) -> Vec<Listing> {
        let entries = u32::try_from(self.entries.len()).expect("fewer than 4 billion entries");
        let mut order: Vec<u32> = (0..entries).collect();
        order.sort_by_key(|number| {
            let own = &self.entries[*number as usize];
            (&own.list, own.published, &own.announcement, &own.entry, &own.name)
        });
        order
            .into_iter()
            .filter_map(|entry| {
                let on_day = self.entry_status(entry, day)?;
                let (restriction, _) = self.entry_measures(entry, day);
                Some(Listing { entity: self.entity_of_entry(entry), entry, on_day, restriction })
            })
            .collect()
    }

    /// What is said of a list.
    pub fn list(&self, list: &str) -> Option<&ListInfo> {
        self.lists.iter().find(|info| info.list == list)
    }

    /// The lists loaded, and how far they were checked.
    pub fn lists_checked(&self, day: Day) -> Vec<ListChecked> {
        let described = self.lists.iter().map(|info| info.list.as_str());
        let entered = self.entries.iter().map(|entry| entry.list.as_str());
        let mut names: Vec<&str> = described.chain(entered).collect();
        names.sort_unstable();
        names.dedup();
        let checked = |list: &str| {
            let info = self.lists.iter().find(|info| info.list == list);
            let checked_until = info.and_then(|info| info.checked_until);
            let mut entries = 0;
            let mut undated = false;
            for entry in self.entries.iter().filter(|entry| entry.list == list) {
                entries += 1;
                undated |= entry.published.is_none() && entry.effective.is_none();
            }
            let before_file = checked_until.is_none_or(|checked| day < checked);
            ListChecked {
                list: list.to_owned(),
                title: info.map(|info| info.title.clone()).unwrap_or_default(),
                entries,
                checked_until,
                history: !(undated && before_file),
            }
        };
        names.into_iter().map(checked).collect()
    }

    /// The text of an interned id.
    pub fn text(&self, id: TextId) -> &str {
        self.texts.get(id)
    }
}

#[cfg(test)]
mod tests;
