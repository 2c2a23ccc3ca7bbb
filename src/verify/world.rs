//! What the records say on a day: listings with their status, holdings with their shares, and what
//! a rule reaches, by sets and sums.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use super::joins::Joins;
use crate::day::Day;
use crate::error::Place;
use crate::model::{Certitude, Interest, ListEntry, OnDay, Restriction, Status};
use crate::rule::{Aggregate, Reach, Rule};
use crate::share::{Share, ShareRange};
use crate::source::{HoldingRecord, MentionId, Records};

/// An entity: its first mention.
pub(super) type Entity = MentionId;

const WHOLE: u64 = Share::WHOLE.parts() as u64;

/// A list entry on the day.
#[derive(Debug, Clone)]
pub(super) struct Listed<'r> {
    pub entry: &'r ListEntry,
    pub entity: Entity,
    pub mention: MentionId,
    pub on_day: OnDay,
    pub restriction: Option<Restriction>,
    pub measures: &'r str,
}

/// What one holder holds of one issuer in one interest.
#[derive(Debug, Clone)]
pub(super) struct Held {
    pub holder: Entity,
    pub interest: Interest,
    pub low: u64,
    pub high: u64,
    stated_low: u64,
    /// What of it is certainly taken from what others can hold.
    room: u64,
    /// What rows beside a recorded chain state by themselves, added to nobody's.
    pub beside: Option<(u64, u64)>,
    /// The rows that decide on it.
    pub rows: Vec<Place>,
}

/// The records on a day.
pub(super) struct World<'r> {
    pub records: &'r Records,
    pub joins: &'r Joins,
    pub day: Day,
    pub listed: Vec<Listed<'r>>,
    by_issuer: FxHashMap<Entity, Vec<&'r HoldingRecord>>,
    branches: FxHashMap<Entity, Vec<Entity>>,
    complete: BTreeSet<Entity>,
    groups: Vec<BTreeSet<Entity>>,
}

/// Which listings a rule may start from.
pub(super) type Wanted<'w> = &'w dyn Fn(&Listed) -> bool;

impl<'r> World<'r> {
    pub fn new(records: &'r Records, joins: &'r Joins, day: Day) -> World<'r> {
        let mut by_issuer: FxHashMap<Entity, Vec<&HoldingRecord>> = FxHashMap::default();
        let mut branches: FxHashMap<Entity, Vec<Entity>> = FxHashMap::default();
        for row in records.holdings.iter().filter(|row| row.span().contains(day)) {
            let (holder, issuer) = (joins.entity(row.holder), joins.entity(row.issuer));
            by_issuer.entry(issuer).or_default().push(row);
            if row.terms().interest == Interest::Branch {
                branches.entry(holder).or_default().push(issuer);
            }
        }
        let listed = records.entries.iter().filter_map(|(entry, mention)| {
            let events: Vec<_> =
                records.events.iter().filter(|event| event.concerns(entry)).collect();
            let on_day = entry.status(&events, day)?;
            let (restriction, measures) = measures(records, entry, day);
            let (entity, mention) = (joins.entity(*mention), *mention);
            Some(Listed { entry, entity, mention, on_day, restriction, measures })
        });
        let mut groups: BTreeMap<&str, BTreeSet<Entity>> = BTreeMap::new();
        for member in &records.groups {
            groups.entry(&member.group).or_default().insert(joins.entity(member.member));
        }
        World {
            records,
            joins,
            day,
            listed: listed.collect(),
            by_issuer,
            branches,
            complete: records.complete.iter().map(|mention| joins.entity(*mention)).collect(),
            groups: groups.into_values().collect(),
        }
    }

    /// The branches of an entity.
    pub fn branches(&self, of: Entity) -> &[Entity] {
        self.branches.get(&of).map_or(&[], Vec::as_slice)
    }

    /// What is held in an issuer, by holder and interest.
    pub fn held_in(&self, issuer: Entity) -> Vec<Held> {
        let mut rows: BTreeMap<(Entity, Interest), Vec<&HoldingRecord>> = BTreeMap::new();
        for row in self.by_issuer.get(&issuer).into_iter().flatten() {
            let holder = self.joins.entity(row.holder);
            rows.entry((holder, row.terms().interest)).or_default().push(row);
        }
        rows.into_iter().map(|((holder, interest), rows)| meet(holder, interest, &rows)).collect()
    }

    /// An entity and everybody above it.
    pub fn above(&self, entity: Entity) -> BTreeSet<Entity> {
        let (mut found, mut open) = (BTreeSet::from([entity]), vec![entity]);
        while let Some(issuer) = open.pop() {
            for row in self.by_issuer.get(&issuer).into_iter().flatten() {
                let holder = self.joins.entity(row.holder);
                if found.insert(holder) {
                    open.push(holder);
                }
            }
        }
        found
    }

    /// The listings that a rule counts.
    pub fn counted(&self, rule: &Rule) -> impl Iterator<Item = &Listed<'r>> {
        self.listed.iter().filter(|one| {
            let entry = one.entry;
            one.on_day.status != Status::Removed
                && rule.counts(&entry.list, &entry.programmes, one.restriction)
        })
    }

    /// What a rule reaches above and at an entity from the listings that are wanted: entities that
    /// count as holders, and entities whose holders meet the rule. `possible` takes what is not
    /// known at its most.
    pub fn reach(
        &self,
        rule: &Rule,
        entity: Entity,
        wanted: Wanted,
        possible: bool,
    ) -> (BTreeSet<Entity>, BTreeSet<Entity>) {
        let above = self.above(entity);
        let (mut holders, mut met) = (BTreeSet::new(), BTreeSet::new());
        for block in self.blocks(rule, &above, wanted) {
            let (more, also) = self.spread(rule, &above, block, possible, &|_| true);
            holders.extend(more);
            met.extend(also);
        }
        (holders, met)
    }

    /// The listed owners above an entity, in the blocks in which their shares are added up.
    pub fn blocks(
        &self,
        rule: &Rule,
        above: &BTreeSet<Entity>,
        wanted: Wanted,
    ) -> Vec<BTreeSet<Entity>> {
        let aggregate = rule.test_on(self.day).aggregate;
        let mut blocks: BTreeMap<(Option<Entity>, String), BTreeSet<Entity>> = BTreeMap::new();
        for one in self.counted(rule).filter(|one| above.contains(&one.entity) && wanted(one)) {
            let owner = match aggregate {
                Aggregate::All => None,
                Aggregate::Owner => Some(one.entity),
                Aggregate::Group => Some(self.arrangement(one.entity)),
            };
            let mut programmes = rule.programmes_of(&one.entry.list, &one.entry.programmes);
            if !rule.per_programme || programmes.is_empty() {
                programmes = vec![""];
            }
            for programme in programmes {
                blocks.entry((owner, programme.to_owned())).or_default().insert(one.entity);
            }
        }
        blocks.into_values().collect()
    }

    /// The least member of all arrangements that hang together with an entity.
    fn arrangement(&self, entity: Entity) -> Entity {
        let mut members = BTreeSet::from([entity]);
        loop {
            let before = members.len();
            for group in &self.groups {
                if !group.is_disjoint(&members) {
                    members.extend(group);
                }
            }
            if members.len() == before {
                return *members.first().unwrap_or(&entity);
            }
        }
    }

    /// What one block reaches through usable holdings: round after round over every issuer until
    /// nothing is added.
    pub fn spread(
        &self,
        rule: &Rule,
        within: &BTreeSet<Entity>,
        seeds: BTreeSet<Entity>,
        possible: bool,
        usable: &dyn Fn(&Held) -> bool,
    ) -> (BTreeSet<Entity>, BTreeSet<Entity>) {
        self.spread_over(rule, &self.issuers(within), seeds, possible, usable)
    }

    /// What is held in each of some issuers.
    pub fn issuers(&self, within: &BTreeSet<Entity>) -> Vec<(Entity, Vec<Held>)> {
        within.iter().map(|issuer| (*issuer, self.held_in(*issuer))).collect()
    }

    /// Like [`World::spread`], over holdings as given.
    pub fn spread_over(
        &self,
        rule: &Rule,
        issuers: &[(Entity, Vec<Held>)],
        seeds: BTreeSet<Entity>,
        possible: bool,
        usable: &dyn Fn(&Held) -> bool,
    ) -> (BTreeSet<Entity>, BTreeSet<Entity>) {
        let direct = rule.reach == Reach::Direct;
        let (mut holders, mut met) = (seeds, BTreeSet::new());
        loop {
            let before = (holders.len(), met.len());
            for (issuer, held) in issuers {
                for one in held.iter().filter(|one| one.holder != *issuer && usable(one)) {
                    let branch = one.interest == Interest::Branch;
                    let control = one.interest == Interest::Control && rule.control;
                    if (branch || control) && holders.contains(&one.holder) {
                        met.insert(*issuer);
                        if branch {
                            holders.insert(*issuer);
                        }
                    }
                    if branch && met.contains(&one.holder) {
                        met.insert(*issuer);
                    }
                }
                if self.enough(rule, *issuer, held, &holders, possible, usable) {
                    met.insert(*issuer);
                }
            }
            if !direct {
                holders.extend(&met);
            }
            if before == (holders.len(), met.len()) {
                return (holders, met);
            }
        }
    }

    /// Whether some holders hold enough of an issuer, in any interest of the rule. No rule is met by
    /// nothing: a threshold of at least 0 is refused where it is read.
    fn enough(
        &self,
        rule: &Rule,
        issuer: Entity,
        held: &[Held],
        holders: &BTreeSet<Entity>,
        possible: bool,
        usable: &dyn Fn(&Held) -> bool,
    ) -> bool {
        let test = rule.test_on(self.day);
        rule.interests.iter().any(|interest| {
            let (least, most) = self.sums(issuer, held, holders, *interest, usable);
            test.met_by(if possible { most } else { least })
        })
    }

    /// The least and the most that some holders hold of an issuer together in an interest, in
    /// parts per billion.
    pub fn sums(
        &self,
        issuer: Entity,
        held: &[Held],
        holders: &BTreeSet<Entity>,
        interest: Interest,
        usable: &dyn Fn(&Held) -> bool,
    ) -> (u64, u64) {
        let counts =
            |one: &&Held| one.interest == interest || one.interest == Interest::Unspecified;
        let (ours, others): (Vec<&Held>, Vec<&Held>) = held
            .iter()
            .filter(counts)
            .partition(|one| one.holder != issuer && holders.contains(&one.holder) && usable(one));
        let sum = |all: &[&Held], of: fn(&Held) -> u64| all.iter().map(|one| of(one)).sum::<u64>();
        let (low, high) = (sum(&ours, |one| one.low), sum(&ours, |one| one.high));
        let (rest_room, rest_high) = (sum(&others, |one| one.room), sum(&others, |one| one.high));
        let declared = sum(&ours, |one| one.stated_low) + sum(&others, |one| one.stated_low);
        let beside = ours.iter().filter_map(|one| one.beside);
        let by_itself = beside.reduce(|one, other| (one.0.max(other.0), one.1.max(other.1)));
        let (by_itself_low, by_itself_high) = by_itself.unwrap_or((0, 0));
        if declared > WHOLE {
            return (low.max(by_itself_low), high.max(by_itself_high));
        }
        let complete = self.complete.contains(&issuer) && high + rest_high >= WHOLE;
        let least = if complete { low.max(WHOLE.saturating_sub(rest_high)) } else { low };
        let most = high.min(WHOLE.saturating_sub(rest_room)).max(low);
        (least.max(by_itself_low), most.max(by_itself_high))
    }
}

/// Rows of one holder, issuer and interest as one holding.
fn meet(holder: Entity, interest: Interest, rows: &[&HoldingRecord]) -> Held {
    let parts = |share: Share| u64::from(share.parts());
    let common = rows.iter().try_fold(added(rows[0]), |one, row| one.intersect(added(row)));
    let direct: Vec<&HoldingRecord> =
        rows.iter().copied().filter(|row| !row.is_maybe_indirect()).collect();
    let of_direct = (!direct.is_empty()).then(|| strongest(&direct));
    let direct_agrees = !direct.is_empty()
        && direct.iter().try_fold(added(direct[0]), |one, row| one.intersect(added(row))).is_some();
    let all: Vec<Place> = rows.iter().map(|row| row.place).collect();
    let held =
        |low: u64, high: u64, stated_low: u64, apart: &[&HoldingRecord], cited: Vec<Place>| {
            let ends = apart.iter().map(|row| row.terms().range);
            let ends = ends.map(|range| (parts(range.low()), parts(range.high())));
            let beside = ends.reduce(|one, other| (one.0.max(other.0), one.1.max(other.1)));
            let room = of_direct.map_or(0, |range| parts(range.low())).min(low);
            Held { holder, interest, low, high, stated_low, room, beside, rows: cited }
        };
    let beside: Vec<&HoldingRecord> =
        rows.iter().copied().filter(|row| row.is_beside_chain()).collect();
    if common.is_none() {
        let most: u64 = rows.iter().map(|row| parts(added(row).high())).sum();
        let (most, lowest) =
            (most.min(WHOLE), rows.iter().map(|row| parts(added(row).low())).min());
        let others = || rows.iter().copied().filter(|row| row.is_maybe_indirect());
        // Who may hold through others, and is said to hold more than directly, or both in one record.
        let is_more = |row: &HoldingRecord, range: ShareRange| {
            row.terms().range.low() >= range.high()
                || direct.iter().any(|other| other.place == row.place)
        };
        return match of_direct.filter(|_| direct_agrees) {
            Some(range) if others().all(|row| is_more(row, range)) => {
                let apart: Vec<&HoldingRecord> = others().collect();
                let low = parts(range.low());
                held(low, most, low, &apart, all)
            }
            _ => {
                let lowest = lowest.unwrap_or(0);
                held(lowest, most, lowest, &beside, all)
            }
        };
    }
    let best = rows.iter().map(|row| row.terms().confidence).min();
    let met = strongest(rows);
    let counts =
        |row: &&&HoldingRecord| Some(row.terms().confidence) == best || row.is_beside_chain();
    let cited = rows.iter().filter(counts).map(|row| row.place).collect();
    let (low, high, stated) = (parts(met.low()), parts(met.high()), parts(met.stated_low()));
    held(low, high, stated, &beside, cited)
}

/// What a row says as far as it is added up: what stands beside a chain may be its sum, and nothing of it is certain.
fn added(row: &HoldingRecord) -> ShareRange {
    let stated = row.terms().range;
    match row.is_beside_chain() {
        true => ShareRange::closed(Share::ZERO, stated.high()).unwrap_or(ShareRange::UNKNOWN),
        false => stated,
    }
}

/// The range of those that are known best, as far as they agree.
fn strongest(rows: &[&HoldingRecord]) -> ShareRange {
    let best = rows.iter().map(|row| row.terms().confidence).min();
    let mut strong = rows.iter().filter(|row| Some(row.terms().confidence) == best);
    let first = strong.next().map_or(ShareRange::UNKNOWN, |row| added(row));
    strong.fold(first, |met, row| met.intersect(added(row)).unwrap_or(met))
}

/// What an entry restricts and entails on a day.
fn measures<'r>(
    records: &'r Records,
    entry: &'r ListEntry,
    day: Day,
) -> (Option<Restriction>, &'r str) {
    let of_list = || {
        let info = records.lists.iter().find(|info| info.list == entry.list);
        info.and_then(|info| info.restriction)
    };
    let dated = records.measures.iter().filter(|measure| {
        measure.concerns(entry)
            && measure.certitude == Certitude::Official
            && measure.span.contains(day)
    });
    match dated.max_by_key(|measure| measure.span.from) {
        Some(measure) => {
            let restriction = measure.restriction.or(entry.restriction).or_else(of_list);
            (restriction, &measure.measures)
        }
        None => (entry.restriction.or_else(of_list), &entry.measures),
    }
}
