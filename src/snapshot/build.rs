//! From records to a snapshot.

use std::collections::BTreeMap;
use std::sync::Arc;

use fixedbitset::FixedBitSet;
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::kept::{KeptBuilder, KeptPart};
use super::names::{Names, exact_digest};
use super::{NameKind, Snapshot, World};
use crate::column::{TextId, Texts, TextsBuilder};
use crate::error::{Place, Sources, Warning};
use crate::expand::Groups;
use crate::graph::Graph;
use crate::index::{Lookup, LookupBuilder, NameIndex, NameIndexBuilder};
use crate::link::{Keys, Linked, PossibleLink, link_with_given, possible_links, said_links};
use crate::model::{
    Countries, EntityId, EntityKind, Identifiers, Interest, ListEntry, is_nameless, words,
};
use crate::name;
use crate::source::{self, GroupMember, Mention, MentionId, Records};

/// Names that are indexed by themselves, on one core, before they join the others: enough that most of
/// their words come more than once.
const PART: usize = 1 << 14;

words! {
    /// The steps of building a snapshot, for those who wait.
    Step {
        /// Mentions are joined into entities.
        Link = "joining records of one entity",
        /// The graph is built.
        Graph = "building the graph",
        /// Possible links are sought.
        PossibleLinks = "seeking possible links",
        /// Entities go into the look-up by identifier and exact name.
        LookUp = "indexing identifiers and exact names",
        /// Names go into the index.
        Names = "indexing names",
    }
}

impl Snapshot {
    /// Links the records, builds the graph and the indexes.
    pub fn build(records: Records) -> Snapshot {
        Snapshot::build_in_steps(records, &|_| ())
    }

    /// [`build`](Snapshot::build) that tells of each step as it begins.
    pub fn build_in_steps(mut records: Records, begins: &dyn Fn(Step)) -> Snapshot {
        begins(Step::Link);
        let (linked, given) = link_with_given(&mut records);
        begins(Step::Graph);
        records.tell_unnamed_holders();
        let Records {
            mut texts,
            mentions,
            entries,
            lists,
            events,
            measures,
            holdings,
            complete,
            groups,
            linked: of_lists,
            silences,
            ..
        } = records;
        let (entries, entry_mention): (Vec<ListEntry>, Vec<MentionId>) =
            entries.into_iter().unzip();
        let graph = Graph::build(linked.entities, &holdings, &linked.entity_of);
        let identifiers = identifiers(linked.entities, &mut texts, &mentions, &linked.entity_of);
        let aliases = aliases(&mut texts, &entries);
        let texts = texts.build();
        let mut world = world(graph, &texts, &mentions, &complete, &linked.entity_of);
        world.groups = arrangements(&groups, &linked.entity_of);
        let shown = shown(&texts, &mentions, &entries, &entry_mention, &linked);

        begins(Step::PossibleLinks);
        // A possible link can matter that only another one brings near a listed party: as long as
        // accepting those found brings more within reach, that is looked at in turn.
        let listed: Vec<EntityId> =
            entry_mention.iter().map(|mention| linked.entity_of[*mention as usize]).collect();
        let mut matter = matters(&world.graph, &listed, &[]);
        let mut new = matter.clone();
        let mut possible: Vec<PossibleLink> = Vec::new();
        let mut known: FxHashSet<(EntityId, EntityId)> = FxHashSet::default();
        while !new.is_clear() {
            let relevant = |entity: EntityId| new.contains(entity.index());
            let related = |a, b| world.graph.related(a, b);
            let found = possible_links(&linked, texts.view(), relevant, related).into_iter();
            possible.extend(
                found.filter(|link| known.insert((link.a.min(link.b), link.a.max(link.b)))),
            );
            new = matters(&world.graph, &listed, &possible);
            new.difference_with(&matter);
            matter.union_with(&new);
        }
        let is_listed = |entity: EntityId| listed.contains(&entity);
        let said = said_links(&linked, texts.view(), &mentions, &of_lists, is_listed);
        possible.extend(
            said.into_iter().filter(|link| known.insert((link.a.min(link.b), link.a.max(link.b)))),
        );
        possible.sort_unstable();

        let concerning = |concerns: &dyn Fn(&ListEntry) -> Vec<u32>| -> Vec<Vec<u32>> {
            entries.iter().map(concerns).collect()
        };
        let entry_events = concerning(&|entry| {
            let all = (0u32..).zip(&events);
            all.filter(|(_, event)| event.concerns(entry)).map(|(at, _)| at).collect()
        });
        let entry_measures = concerning(&|entry| {
            let all = (0u32..).zip(&measures);
            all.filter(|(_, measure)| measure.concerns(entry)).map(|(at, _)| at).collect()
        });
        let mut warnings = records.warnings;
        warnings.extend(of_nobody(
            &records.sources,
            events.iter().map(|one| one.place),
            &entry_events,
            "event",
        ));
        warnings.extend(of_nobody(
            &records.sources,
            measures.iter().map(|one| one.place),
            &entry_measures,
            "measure",
        ));
        warnings.extend(of_strangers(&records.sources, &groups, &linked, &world, &entry_mention));
        let link_doubts = link_doubts(&records.sources, &linked, &given);
        let mut snapshot = Snapshot {
            digest: source::digest(&records.sources),
            entity_of: linked.entity_of.into(),
            joined_by: linked.joined_by.iter().map(|by| *by as u8).collect::<Vec<_>>().into(),
            texts,
            mentions: mentions.into(),
            shown: shown.into(),
            identifiers: identifiers.into(),
            entries,
            entry_mention,
            entry_events,
            entry_measures,
            lists,
            events,
            measures,
            holdings: holdings.into(),
            silences: silences.into(),
            rules: records.rules,
            world,
            possible,
            link_doubts,
            names: Names::default(),
            index: NameIndex::build([]),
            lookup: LookupBuilder::default().build(),
            sources: records.sources,
            rejected: records.rejected,
            warnings,
            not_covered: records.not_covered,
            declared: Arc::default(),
        };
        begins(Step::LookUp);
        snapshot.lookup = snapshot.look_up(&linked.keys);
        begins(Step::Names);
        snapshot.index_names(&matter, &aliases, linked.keys);
        snapshot
    }

    fn is_nameless(&self, mention: &Mention) -> bool {
        is_nameless(self.texts.get(mention.name), self.texts.get(mention.identifiers))
    }

    /// Fills the name index with what can matter.
    fn index_names(
        &mut self,
        wanted: &FixedBitSet,
        aliases: &[(u32, NameKind, TextId)],
        keys: Keys,
    ) {
        let mut names: Vec<Indexed> = Vec::new();
        for (mention, entity) in self.mentions.all().iter().zip(self.entity_of.all()) {
            for (text, kind) in [(mention.name, NameKind::Name), (mention.native, NameKind::Native)]
            {
                if text != TextId::EMPTY
                    && wanted.contains(entity.index())
                    && !self.is_nameless(mention)
                {
                    names.push((*entity, kind, text));
                }
            }
        }
        for (entry, kind, text) in aliases {
            names.push((self.entity_of_entry(*entry), *kind, *text));
        }
        // By text, not by its number, so that the order of files plays no part.
        names.par_sort_unstable_by(|a, b| {
            let texts = || self.texts.get(a.2).cmp(self.texts.get(b.2));
            (a.0, a.1).cmp(&(b.0, b.1)).then_with(texts)
        });
        names.dedup_by(|a, b| a.0 == b.0 && self.texts.get(a.2) == self.texts.get(b.2));
        let exact = |(_, kind, text): &Indexed| match kind {
            NameKind::Name | NameKind::Native => exact_digest(keys.of(*text).exact),
            NameKind::Alias | NameKind::Weak => {
                exact_digest(&name::keys(self.texts.get(*text)).exact)
            }
        };
        let exact: Vec<u32> = names.par_iter().map(exact).collect();
        drop(keys);
        let part = |(at, names): (usize, &[Indexed])| {
            let first = u32::try_from(at * PART).expect("names are numbered by 32 bits");
            let (mut part, mut kept) = (NameIndexBuilder::from(first), KeptPart::default());
            for (_, _, text) in names {
                let name = name::parse(self.texts.get(*text));
                part.add(&name);
                kept.add(&name);
            }
            (part, kept)
        };
        let (mut index, mut kept) = (NameIndexBuilder::default(), KeptBuilder::default());
        let mut absorb = |parts: Vec<(NameIndexBuilder, KeptPart)>| {
            for (part, own) in parts {
                index.absorb(part);
                kept.absorb(own);
            }
        };
        // A few parts at a time, so that those under way are little memory; while they are made, those
        // before them are put together.
        let parts: Vec<(usize, &[Indexed])> = names.chunks(PART).enumerate().collect();
        let mut made = Vec::new();
        for some in parts.chunks(2 * rayon::current_num_threads()) {
            let before = std::mem::take(&mut made);
            let make = || some.par_iter().copied().map(part).collect();
            (made, ()) = rayon::join(make, || absorb(before));
        }
        absorb(made);
        self.names = Names::new(&names, exact, kept.build());
        self.index = index.build();
    }

    /// Every entity by its key, its identifiers and its exact names. O(n log n), on all cores.
    fn look_up(&self, keys: &Keys) -> Lookup {
        let of_mention = |(mention, entity): (&Mention, &EntityId), add: &mut Add| {
            for text in [mention.name, mention.native] {
                if text != TextId::EMPTY {
                    let keys = keys.of(text);
                    add(&[keys.exact, "|", keys.form], *entity);
                    add(&["any|", keys.exact], *entity);
                    add(&["native|", &keys.native()], *entity);
                }
            }
            let identifiers = self.texts.get(mention.identifiers).split(';');
            for identifier in identifiers.filter(|one| !one.is_empty()) {
                add(&["id|", identifier], *entity);
            }
        };
        let mentions = self.mentions.all().par_iter().zip(self.entity_of.all());
        let of_mentions = mentions.fold(LookupBuilder::default, |mut lookup, one| {
            of_mention(one, &mut |parts, entity| lookup.add(parts, entity));
            lookup
        });
        let entities = (0..self.world.graph().entities()).into_par_iter().map(EntityId);
        let of_entities = entities.fold(LookupBuilder::default, |mut lookup, entity| {
            lookup.add(&["key|", &self.entity(entity).id], entity);
            lookup
        });
        of_mentions.chain(of_entities).reduce(LookupBuilder::default, LookupBuilder::with).build()
    }
}

/// A name that is indexed: whose, which of its names, and its text.
type Indexed = (EntityId, NameKind, TextId);

/// Takes a key in parts.
type Add<'a> = dyn FnMut(&[&str], EntityId) + 'a;

/// The entities whose name can matter on any day: the listed, everything below them at any share,
/// and the head offices of listed branches; all of that where each of the links is one entity. O(V + E).
fn matters(graph: &Graph, listed: &[EntityId], links: &[PossibleLink]) -> FixedBitSet {
    let mut partners: FxHashMap<EntityId, Vec<EntityId>> = FxHashMap::default();
    for link in links {
        partners.entry(link.a).or_default().push(link.b);
        partners.entry(link.b).or_default().push(link.a);
    }
    let partners = |entity: EntityId| partners.get(&entity).into_iter().flatten().copied();
    let spread = |from: &[EntityId], downwards: bool| {
        let mut set = FixedBitSet::with_capacity(graph.entities() as usize);
        let mut open: Vec<EntityId> = from.to_vec();
        while let Some(entity) = open.pop() {
            if set.put(entity.index()) {
                continue;
            }
            open.extend(partners(entity));
            if downwards {
                open.extend(graph.held_by(entity).map(|row| row.issuer));
            }
        }
        set
    };
    let entity = |at: usize| EntityId(u32::try_from(at).expect("entities are numbered by 32 bits"));
    let branch_rows = spread(listed, false).into_ones().flat_map(|at| graph.held_in(entity(at)));
    let head_offices: Vec<EntityId> = branch_rows
        .filter(|row| row.terms().interest == Interest::Branch)
        .map(|row| row.holder)
        .collect();
    let mut set = spread(listed, true);
    set.union_with(&spread(&head_offices, false));
    set
}

/// Warnings for events or measures that concern no entry: a misspelt announcement would otherwise
/// leave an entry in force, or suspended, without a word.
fn of_nobody(
    sources: &Sources,
    all: impl Iterator<Item = Place>,
    of_entries: &[Vec<u32>],
    what: &str,
) -> Vec<Warning> {
    let used: FxHashSet<u32> = of_entries.iter().flatten().copied().collect();
    (0u32..)
        .zip(all)
        .filter(|(number, _)| !used.contains(number))
        .map(|(_, place)| Warning {
            place: sources.show(place),
            text: format!("this {what} concerns no entry that was read; look at its list, announcement and entry"),
        })
        .collect()
}

/// Warnings for members of joint arrangements who are on no list and in no holding: a misspelt name
/// would otherwise keep an arrangement from being one.
fn of_strangers(
    sources: &Sources,
    groups: &[GroupMember],
    linked: &Linked,
    world: &World,
    entry_mention: &[MentionId],
) -> Vec<Warning> {
    let entity = |mention: MentionId| linked.entity_of[mention as usize];
    let listed: FxHashSet<EntityId> = entry_mention.iter().map(|one| entity(*one)).collect();
    let stranger = |row: &&GroupMember| {
        let member = entity(row.member);
        !listed.contains(&member)
            && world.graph.held_in(member).is_empty()
            && world.graph.held_by(member).next().is_none()
    };
    let warn = |row: &GroupMember| Warning {
        place: sources.show(row.place),
        text:
            "this member of a joint arrangement is on no list and in no holding; look at its name"
                .to_owned(),
    };
    groups.iter().filter(stranger).map(warn).collect()
}

/// Warnings for decisions on names that are nobody's, or that contradict other decisions.
fn link_doubts(sources: &Sources, linked: &Linked, given: &[Place]) -> Vec<Warning> {
    let warn =
        |place: &Place, text: &str| Warning { place: sources.show(*place), text: text.to_owned() };
    let unused = linked.unused.iter().map(|place| {
        warn(place, "a name of this decision is nobody's that was read; nothing comes of it")
    });
    let both = linked.both.iter().map(|place| {
        warn(place, "other decisions hold this pair to be one entity; that is what counts")
    });
    let given = given.iter().map(|place| {
        warn(place, "a name of this decision is in no record; parties of that name are taken for whoever it says")
    });
    unused.chain(both).chain(given).collect()
}

/// The identifiers of each entity, of all its mentions.
fn identifiers(
    entities: u32,
    texts: &mut TextsBuilder,
    mentions: &[Mention],
    entity_of: &[EntityId],
) -> Vec<TextId> {
    let mut all: Vec<TextId> = vec![TextId::EMPTY; entities as usize];
    for (mention, entity) in mentions.iter().zip(entity_of) {
        let known = &mut all[entity.index()];
        if *known == TextId::EMPTY {
            *known = mention.identifiers;
        } else if mention.identifiers != TextId::EMPTY
            && texts.get(mention.identifiers) != texts.get(*known)
        {
            let own = Identifiers::parse(texts.get(mention.identifiers));
            let both = Identifiers::parse(texts.get(*known)).with(&own).to_string();
            *known = texts.intern(&both);
        }
    }
    all
}

/// The aliases of the entries, by entry.
fn aliases(texts: &mut TextsBuilder, entries: &[ListEntry]) -> Vec<(u32, NameKind, TextId)> {
    let mut aliases = Vec::new();
    for (number, entry) in (0u32..).zip(entries) {
        let weak = entry.weak_aliases.iter().map(|alias| (NameKind::Weak, alias));
        let strong = entry.aliases.iter().map(|alias| (NameKind::Alias, alias));
        aliases.extend(strong.chain(weak).map(|(kind, text)| (number, kind, texts.intern(text))));
    }
    aliases
}

/// Puts together what the mentions of each entity say.
fn world(
    graph: Graph,
    texts: &Texts,
    mentions: &[Mention],
    complete: &[MentionId],
    entity_of: &[EntityId],
) -> World {
    let entities = graph.entities() as usize;
    // Most entities are one mention, and most of the others agree.
    let mut countries: Vec<Option<TextId>> = vec![None; entities];
    let mut others: FxHashMap<EntityId, Vec<TextId>> = FxHashMap::default();
    let mut kinds = vec![EntityKind::Unknown; entities];
    for (mention, entity) in mentions.iter().zip(entity_of) {
        let at = entity.index();
        let said = *countries[at].get_or_insert(mention.countries);
        if said != mention.countries {
            others.entry(*entity).or_default().push(mention.countries);
        }
        // The first settled kind in the order of the words, so that the order of files is none.
        let (known, said) = (kinds[at], mention.kind());
        if known == EntityKind::Unknown || (said != EntityKind::Unknown && said < known) {
            kinds[at] = said;
        }
    }
    let parse = |id: TextId| Countries::parse(texts.get(id)).unwrap_or_default();
    let countries = countries.into_iter().zip(0u32..).map(|(said, entity)| {
        let others = others.get(&EntityId(entity)).into_iter().flatten();
        others.fold(parse(said.unwrap_or_default()), |all, id| all.with(&parse(*id)))
    });
    let mut all_owners = FixedBitSet::with_capacity(entities);
    complete.iter().for_each(|mention| all_owners.insert(entity_of[*mention as usize].index()));
    World {
        graph,
        complete: all_owners,
        groups: Groups::new(),
        countries: countries.collect(),
        kinds: kinds.into_iter().map(|kind| kind as u8).collect::<Vec<_>>().into(),
    }
}

/// The members of each joint arrangement.
fn arrangements(groups: &[GroupMember], entity_of: &[EntityId]) -> Groups {
    let mut by_name: BTreeMap<&str, Vec<EntityId>> = BTreeMap::new();
    for row in groups {
        by_name.entry(&row.group).or_default().push(entity_of[row.member as usize]);
    }
    by_name.into_values().collect()
}

/// The mention that names each entity: that of its first listing, else the one that says most, ties
/// by spelling; the order of files plays no part.
fn shown(
    texts: &Texts,
    mentions: &[Mention],
    entries: &[ListEntry],
    entry_mention: &[MentionId],
    linked: &Linked,
) -> Vec<MentionId> {
    let mut listed: FxHashMap<MentionId, _> = FxHashMap::default();
    for (entry, mention) in entries.iter().zip(entry_mention) {
        let rank = (entry.published, &entry.list, &entry.announcement, &entry.entry);
        let first = listed.entry(*mention).or_insert(rank);
        *first = rank.min(*first);
    }
    let rank = |mention: MentionId| {
        let own = &mentions[mention as usize];
        let says = |id: TextId| id == TextId::EMPTY;
        let listing = listed.get(&mention);
        (
            listing.is_none(),
            listing,
            is_nameless(texts.get(own.name), texts.get(own.identifiers)),
            says(own.identifiers),
            says(own.countries),
            texts.get(own.name),
        )
    };
    let mut shown: Vec<Option<MentionId>> = vec![None; linked.entities as usize];
    for (mention, entity) in (0u32..).zip(&linked.entity_of) {
        let best = &mut shown[entity.index()];
        if best.is_none_or(|best| rank(mention) < rank(best)) {
            *best = Some(mention);
        }
    }
    shown.into_iter().map(|best| best.expect("every entity has a mention")).collect()
}
