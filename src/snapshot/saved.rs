//! A snapshot as columns of a file: the large parts as they lie in memory, the rest as facts that are
//! read when it is opened.

use std::borrow::Cow;
use std::sync::Arc;

use fixedbitset::FixedBitSet;
use serde::{Deserialize, Serialize};

use super::names::Names;
use super::{Snapshot, World, file};
use crate::column::{Blocks, Column, Columns, DIGEST, Texts, undamaged};
use crate::error::{Error, Rejected, Sources, Warning};
use crate::expand::Groups;
use crate::graph::Graph;
use crate::index::{Lookup, NameIndex};
use crate::link::PossibleLink;
use crate::model::{Countries, EntityCountries, ListEntry, ListEvent, ListInfo, Measure};
use crate::rule::Rule;
use crate::source::MentionId;

/// What is not in columns: there are thousands of these, not millions.
#[derive(Serialize, Deserialize)]
struct Facts<'s> {
    digest: Cow<'s, str>,
    entries: Cow<'s, [ListEntry]>,
    entry_mention: Cow<'s, [MentionId]>,
    entry_events: Cow<'s, [Vec<u32>]>,
    entry_measures: Cow<'s, [Vec<u32>]>,
    lists: Cow<'s, [ListInfo]>,
    events: Cow<'s, [ListEvent]>,
    measures: Cow<'s, [Measure]>,
    rules: Cow<'s, [Rule]>,
    groups: Cow<'s, Groups>,
    country_sets: Cow<'s, [Countries]>,
    possible: Cow<'s, [PossibleLink]>,
    link_doubts: Cow<'s, [Warning]>,
    sources: Cow<'s, Sources>,
    rejected: Cow<'s, [Rejected]>,
    warnings: Cow<'s, [Warning]>,
    not_covered: Cow<'s, [String]>,
}

impl Snapshot {
    /// Writes everything into a file that [`open`](Self::open) opens at once, by a temporary name, so
    /// that what had the name before keeps it until all is on the disk. Returns the digest of the
    /// file in hexadecimal digits: the same for the same inputs. O(bytes).
    ///
    /// # Errors
    /// The disk or folder does not take it.
    pub fn save(&self, path: &str) -> Result<String, Error> {
        let (sets, countries) = self.world.countries.parts();
        let complete: Column<u32> = self
            .world
            .complete
            .ones()
            .map(|issuer| u32::try_from(issuer).expect("an entity has 32 bits"))
            .collect::<Vec<_>>()
            .into();
        let facts = Facts {
            digest: (&self.digest).into(),
            entries: (&self.entries).into(),
            entry_mention: (&self.entry_mention).into(),
            entry_events: (&self.entry_events).into(),
            entry_measures: (&self.entry_measures).into(),
            lists: (&self.lists).into(),
            events: (&self.events).into(),
            measures: (&self.measures).into(),
            rules: (&self.rules).into(),
            groups: Cow::Borrowed(&self.world.groups),
            country_sets: sets.into(),
            possible: (&self.possible).into(),
            link_doubts: (&self.link_doubts).into(),
            sources: Cow::Borrowed(&self.sources),
            rejected: (&self.rejected).into(),
            warnings: (&self.warnings).into(),
            not_covered: (&self.not_covered).into(),
        };
        let facts = postcard::to_allocvec(&facts)
            .map_err(|error| Error::file(path, format!("its facts cannot be written: {error}")))?;
        let facts: Column<u8> = facts.into();
        let mut columns = Columns::default();
        columns.put("facts", &facts);
        self.texts.save(&mut columns);
        columns.put("mentions", &self.mentions);
        columns.put("entity_of", &self.entity_of);
        columns.put("joined_by", &self.joined_by);
        columns.put("shown", &self.shown);
        columns.put("identifiers", &self.identifiers);
        columns.put("records", &self.holdings);
        columns.put("silences", &self.silences);
        columns.put("countries", countries);
        columns.put("kinds", &self.world.kinds);
        columns.put("complete", &complete);
        self.world.graph.save(&mut columns);
        self.lookup.save(&mut columns);
        self.names.save(&mut columns);
        self.index.save(&mut columns);
        let digest = file::write(path, &columns)?;
        Ok(digest
            .iter()
            .fold(String::with_capacity(2 * DIGEST), |hex, byte| format!("{hex}{byte:02x}")))
    }

    /// Opens a file that [`save`](Self::save) wrote, by memory map: nothing of its columns is read or
    /// copied before it is needed. What is touched later is checked then, so that whoever uses the
    /// snapshot does so within [`undamaged`]. O(facts).
    ///
    /// # Errors
    /// It is no snapshot file of this version, or is damaged.
    pub fn open(path: &str) -> Result<Snapshot, Error> {
        let blocks = file::open(path)?;
        let damaged =
            || Error::file(path, "is damaged; build it again with `parentage build --out FILE`");
        let opened = undamaged(|| of_blocks(&blocks));
        opened.ok().flatten().ok_or_else(damaged)
    }

    /// Checks every byte of a file that [`save`](Self::save) wrote. O(bytes), on all cores.
    ///
    /// # Errors
    /// It is no snapshot file of this version, or is damaged.
    pub fn check(path: &str) -> Result<(), Error> {
        file::check(path)
    }
}

/// `None` where a block is missing, or holds something else.
fn of_blocks(blocks: &Blocks) -> Option<Snapshot> {
    let facts: Column<u8> = blocks.column("facts")?;
    let facts: Facts = postcard::from_bytes(facts.all()).ok()?;
    let graph = Graph::open(blocks)?;
    let mut complete = FixedBitSet::with_capacity(graph.entities() as usize);
    for issuer in blocks.column::<u32>("complete")?.all() {
        complete.insert(*issuer as usize);
    }
    let countries = blocks.column("countries")?;
    let world = World {
        graph,
        complete,
        groups: facts.groups.into_owned(),
        countries: EntityCountries::of_parts(facts.country_sets.into_owned(), countries),
        kinds: blocks.column("kinds")?,
    };
    Some(Snapshot {
        texts: Texts::open(blocks)?,
        mentions: blocks.column("mentions")?,
        entity_of: blocks.column("entity_of")?,
        joined_by: blocks.column("joined_by")?,
        shown: blocks.column("shown")?,
        identifiers: blocks.column("identifiers")?,
        entries: facts.entries.into_owned(),
        entry_mention: facts.entry_mention.into_owned(),
        entry_events: facts.entry_events.into_owned(),
        entry_measures: facts.entry_measures.into_owned(),
        lists: facts.lists.into_owned(),
        events: facts.events.into_owned(),
        measures: facts.measures.into_owned(),
        holdings: blocks.column("records")?,
        silences: blocks.column("silences")?,
        rules: facts.rules.into_owned(),
        world,
        possible: facts.possible.into_owned(),
        link_doubts: facts.link_doubts.into_owned(),
        names: Names::open(blocks)?,
        index: NameIndex::open(blocks)?,
        lookup: Lookup::open(blocks)?,
        sources: facts.sources.into_owned(),
        rejected: facts.rejected.into_owned(),
        warnings: facts.warnings.into_owned(),
        not_covered: facts.not_covered.into_owned(),
        digest: facts.digest.into_owned(),
        declared: Arc::default(),
    })
}
