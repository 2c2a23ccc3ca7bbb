//! Which records are new, gone or changed: lists, entries and their statuses, holdings, joins, rules.

use std::collections::BTreeMap;

use super::reach::{Reached, Side, entity};
use crate::link::JoinedBy;
use crate::model::{EntityId, words};
use crate::rule::Rule;

words! {
    /// What changed.
    RecordKind {
        /// How far a list goes.
        List = "list",
        /// An entry of a list, its status on the day included.
        Listing = "listing",
        /// A holding.
        Holding = "holding",
        /// The owners of an issuer are said to be all of them.
        CompleteOwners = "complete_owners",
        /// A joint arrangement.
        Group = "joint_arrangement",
        /// Which entity a record is joined to.
        Link = "link",
        /// A pair that might be one entity.
        PossibleLink = "possible_link",
        /// A rule, its status and test on the day included.
        Rule = "rule",
        /// A row that could not be read.
        RejectedRow = "rejected_row",
    }
}

words! {
    /// What became of it.
    Fate {
        /// It was not there before.
        New = "new",
        /// It is there no more.
        Gone = "gone",
        /// Fields of it are others.
        Changed = "changed",
    }
}

/// A field of a record that is another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    /// The field.
    pub field: &'static str,
    /// What it was; blank for none.
    pub before: String,
    /// What it is; blank for none.
    pub after: String,
}

/// A record that is another one.
#[derive(Debug, Clone)]
pub struct RecordChange {
    /// What it is.
    pub kind: RecordKind,
    /// What became of it.
    pub fate: Fate,
    /// Which one, in words.
    pub what: String,
    /// The fields that changed; of a new or gone one all that are filled.
    pub fields: Vec<FieldChange>,
    /// `file:line` before and after.
    pub places: [Option<String>; 2],
    /// The entities it is about, before and after.
    pub(super) about: [Vec<EntityId>; 2],
}

/// A record of one side.
struct Item {
    /// Records of one key are the same one.
    key: String,
    what: String,
    fields: Vec<(&'static str, String)>,
    place: Option<String>,
    about: Vec<EntityId>,
}

/// The records of a kind on one side.
type Records = fn(Side, &Reached) -> Vec<Item>;

/// Everything recorded otherwise on one side than on the other. Holdings and joins are looked at for entities
/// that changed alone. O(entries + holdings in these).
pub(super) fn records(sides: [(Side, &Reached); 2], rules: [&[Rule]; 2]) -> Vec<RecordChange> {
    let all: [(RecordKind, Records); 8] = [
        (RecordKind::List, |side, _| lists(side)),
        (RecordKind::Listing, |side, _| listings(side)),
        (RecordKind::Holding, holdings),
        (RecordKind::CompleteOwners, complete),
        (RecordKind::Group, |side, _| groups(side)),
        (RecordKind::Link, links),
        (RecordKind::PossibleLink, |side, _| possible_links(side)),
        (RecordKind::RejectedRow, |side, _| rejected(side)),
    ];
    let mut found = Vec::new();
    for (kind, of) in all {
        let [before, after] = sides.map(|(side, reached)| of(side, reached));
        found.extend(compare(kind, before, after));
    }
    // A mention that is new or gone is so with its record; here it only may have moved.
    found.retain(|change| change.kind != RecordKind::Link || change.fate == Fate::Changed);
    let of = |at: usize| rules[at].iter().map(|rule| self::rule(rule, sides[at].0)).collect();
    found.extend(compare(RecordKind::Rule, of(0), of(1)));
    found
}

fn compare(kind: RecordKind, before: Vec<Item>, after: Vec<Item>) -> Vec<RecordChange> {
    let mut by_key: BTreeMap<String, [Vec<Item>; 2]> = BTreeMap::new();
    for (at, items) in [before, after].into_iter().enumerate() {
        for item in items {
            by_key.entry(item.key.clone()).or_default()[at].push(item);
        }
    }
    let mut found = Vec::new();
    for [mut before, mut after] in by_key.into_values() {
        before.retain(|item| match after.iter().position(|other| other.fields == item.fields) {
            Some(same) => {
                after.swap_remove(same);
                false
            }
            None => true,
        });
        let mut before = before.into_iter();
        let mut after = after.into_iter();
        loop {
            match (before.next(), after.next()) {
                (None, None) => break,
                (old, new) => found.push(change(kind, old, new)),
            }
        }
    }
    found
}

fn change(kind: RecordKind, before: Option<Item>, after: Option<Item>) -> RecordChange {
    let fate = match (&before, &after) {
        (Some(_), Some(_)) => Fate::Changed,
        (None, _) => Fate::New,
        _ => Fate::Gone,
    };
    let either = after.as_ref().or(before.as_ref()).expect("one of them is there");
    let value = |item: &Option<Item>, at: usize| {
        item.as_ref().map(|item| item.fields[at].1.clone()).unwrap_or_default()
    };
    let fields = either.fields.iter().enumerate().map(|(at, (field, _))| FieldChange {
        field,
        before: value(&before, at),
        after: value(&after, at),
    });
    let fields = fields.filter(|field| field.before != field.after).collect();
    let what = either.what.clone();
    let [(old, was), (new, is)] = [before, after]
        .map(|item| item.map_or((None, Vec::new()), |item| (item.place, item.about)));
    RecordChange { kind, fate, what, fields, places: [old, new], about: [was, is] }
}

fn lists(side: Side) -> Vec<Item> {
    let all = side.snapshot.lists_checked(side.day).into_iter();
    let item = |list: crate::snapshot::ListChecked| Item {
        key: list.list.clone(),
        what: list.list,
        fields: vec![
            ("title", list.title),
            ("entries", list.entries.to_string()),
            ("checked_until", list.checked_until.map(|day| day.to_string()).unwrap_or_default()),
        ],
        place: None,
        about: Vec::new(),
    };
    all.map(item).collect()
}

fn listings(side: Side) -> Vec<Item> {
    let snapshot = side.snapshot;
    let item = |(number, entry): (u32, &crate::model::ListEntry)| {
        let (restriction, measures) = snapshot.entry_measures(number, side.day);
        let status = match snapshot.entry_status(number, side.day) {
            Some(on_day) if on_day.confirm => format!("{}, to be confirmed", on_day.status),
            Some(on_day) => on_day.status.to_string(),
            None => "not published".to_owned(),
        };
        let day = |day: Option<crate::day::Day>| day.map(|day| day.to_string()).unwrap_or_default();
        // The number of an entry within its announcement tells it from others; its name may be mended.
        let own = if entry.entry.is_empty() { &entry.name } else { &entry.entry };
        let parts = [entry.list.as_str(), &entry.announcement, own];
        Item {
            key: parts.join("\n"),
            what: match entry.announcement.as_str() {
                "" => format!("{} {}", entry.list, entry.name),
                announcement => format!("{} {} ({announcement})", entry.list, entry.name),
            },
            fields: vec![
                ("status", status),
                ("name", entry.name.clone()),
                ("name_native", entry.name_native.clone()),
                ("aliases", entry.aliases.join("; ")),
                ("weak_aliases", entry.weak_aliases.join("; ")),
                ("country", entry.countries.to_string()),
                ("city", entry.city.clone()),
                ("birth_date", entry.birth_date.clone()),
                ("identifiers", entry.identifiers.to_string()),
                ("kind", entry.kind.to_string()),
                ("programmes", entry.programmes.join("; ")),
                ("published", day(entry.published)),
                ("effective", day(entry.effective)),
                ("restriction", restriction.map(|one| one.to_string()).unwrap_or_default()),
                ("measures", measures.to_owned()),
                ("confidence", entry.confidence.to_string()),
                ("source", entry.source.clone()),
            ],
            place: Some(snapshot.sources().show(entry.place)),
            about: vec![snapshot.entity_of_entry(number)],
        }
    };
    (0u32..).zip(snapshot.entries()).map(item).collect()
}

fn holdings(side: Side, reached: &Reached) -> Vec<Item> {
    let snapshot = side.snapshot;
    let graph = snapshot.world().graph();
    let rows = reached.changed.ones().flat_map(|issuer| graph.held_in(entity(issuer)));
    let item = |row: &crate::graph::Holding| {
        let (holder, issuer, citation) = snapshot.written(row);
        let [[holder_country, holder_id], [issuer_country, issuer_id]] = snapshot.told_of_ends(row);
        let terms = row.terms();
        let day = |day: crate::day::Day| {
            if day.is_stated() { day.to_string() } else { String::new() }
        };
        let held = if row.span().contains(side.day) { "yes" } else { "no" };
        Item {
            key: [&*holder, &*issuer, terms.interest.as_str()].join("\n"),
            what: format!("{holder} in {issuer} ({})", terms.interest),
            fields: vec![
                ("share", terms.range.to_string().replace("share unknown", "unknown")),
                ("since", day(row.since)),
                ("until", day(row.until)),
                ("held", held.to_owned()),
                ("confidence", terms.confidence.to_string()),
                ("source", citation.clone().into_owned()),
                ("holder_country", holder_country.to_owned()),
                ("holder_id", holder_id.to_owned()),
                ("issuer_country", issuer_country.to_owned()),
                ("issuer_id", issuer_id.to_owned()),
            ],
            place: Some(snapshot.sources().show(row.place)),
            about: vec![row.holder, row.issuer],
        }
    };
    rows.map(item).collect()
}

/// An item without fields, told by its words alone.
fn named(what: String, about: Vec<EntityId>) -> Item {
    Item { key: what.clone(), what, fields: Vec::new(), place: None, about }
}

fn complete(side: Side, reached: &Reached) -> Vec<Item> {
    let issuers = reached.changed.ones().map(entity);
    let complete = issuers.filter(|issuer| side.snapshot.world().is_complete(*issuer));
    complete.map(|issuer| named(side.snapshot.entity(issuer).name, vec![issuer])).collect()
}

fn groups(side: Side) -> Vec<Item> {
    let item = |members: &Vec<EntityId>| {
        let name = |member: &EntityId| side.snapshot.entity(*member).name;
        let mut names: Vec<String> = members.iter().map(name).collect();
        names.sort_unstable();
        named(names.join("; "), members.clone())
    };
    side.snapshot.world().groups().iter().map(item).collect()
}

fn links(side: Side, reached: &Reached) -> Vec<Item> {
    let of = side.snapshot.joined(|entity| reached.changed.contains(entity.index()));
    let item = |(written, one, joined_by): (String, EntityId, JoinedBy)| Item {
        key: written.clone(),
        what: written.lines().next().unwrap_or_default().to_owned(),
        fields: vec![
            ("entity", side.snapshot.entity(one).id),
            ("entity_name", side.snapshot.entity(one).name),
            ("joined_by", joined_by.to_string()),
        ],
        place: None,
        about: vec![one],
    };
    of.map(item).collect()
}

fn possible_links(side: Side) -> Vec<Item> {
    let item = |link: &crate::link::PossibleLink| {
        let told = |name: &str, country: &str| match country {
            "" => name.to_owned(),
            _ => format!("{name} ({country})"),
        };
        let names =
            [told(&link.names.0, &link.countries.0), told(&link.names.1, &link.countries.1)];
        let fields = vec![("reason", link.reason.to_string())];
        Item { fields, ..named(names.join(" and "), vec![link.a, link.b]) }
    };
    side.snapshot.possible_links().iter().map(item).collect()
}

fn rejected(side: Side) -> Vec<Item> {
    let item = |row: &crate::error::Rejected| {
        let column = row.column.as_deref().unwrap_or_default();
        let what = format!("{} {column}: {}: {}", row.file, row.reason, row.text);
        Item { place: Some(format!("{}:{}", row.file, row.line)), ..named(what, Vec::new()) }
    };
    side.snapshot.rejected().iter().map(item).collect()
}

fn rule(rule: &Rule, side: Side) -> Item {
    let test = rule.test_on(side.day);
    let status = match rule.status(side.day) {
        Some(on_day) if on_day.confirm => format!("{}, to be confirmed", on_day.status),
        Some(on_day) => on_day.status.to_string(),
        None => "not published".to_owned(),
    };
    Item {
        key: rule.id.clone(),
        what: rule.id.clone(),
        fields: vec![
            ("status", status),
            ("threshold", test.threshold.to_string()),
            ("comparison", test.comparison.to_string()),
            ("aggregate", test.aggregate.to_string()),
            ("lists", rule.lists.join("; ")),
            ("programmes", format!("{:?}", rule.programmes)),
            ("reach", rule.reach.to_string()),
            ("interests", format!("{:?}", rule.interests)),
            ("control", rule.control.to_string()),
            ("seed_restrictions", format!("{:?}", rule.seed_restrictions)),
            ("per_programme", rule.per_programme.to_string()),
            ("exclude_issuer_countries", format!("{:?}", rule.exclude_issuer_countries)),
            ("only_issuer_countries", format!("{:?}", rule.only_issuer_countries)),
            ("restriction", rule.restriction.map(|one| one.to_string()).unwrap_or_default()),
            ("effect", rule.effect.clone()),
            ("title", rule.title.clone()),
            ("instrument", rule.instrument.clone()),
            ("provision", rule.provision.clone()),
            ("periods", format!("{:?}", rule.periods)),
            ("source", rule.source.clone()),
        ],
        place: Some(rule.file.clone()),
        about: Vec::new(),
    }
}

impl RecordChange {
    /// The entities of which something else may be said for it, on one side: of a holding its issuer.
    pub(super) fn bears_on(&self, side: usize) -> &[EntityId] {
        let about = &self.about[side];
        if self.kind == RecordKind::Holding { &about[about.len().min(1)..] } else { about }
    }
}
