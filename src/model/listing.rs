//! List entries, and what was said of them later.

use super::entity::{Countries, EntityKind, Identifiers};
use super::status::{Certitude, Change, ChangeKind, OnDay, Status, status_of_changes};
use super::words;
use crate::day::{Day, Span};
use crate::error::Place;

words! {
    /// What a listing or rule restricts.
    Restriction {
        /// Trade with the country that lists is forbidden.
        TradeBan = "trade_ban",
        /// Exports to the listed party are forbidden.
        ExportBan = "export_ban",
        /// Assets are frozen, nothing may be made available.
        AssetFreeze = "asset_freeze",
        /// Investment is forbidden.
        InvestmentBan = "investment_ban",
        /// Some dealings in some sectors are forbidden.
        Sectoral = "sectoral",
        /// Dealings need a licence.
        Licence = "licence",
        /// Something else.
        Other = "other",
        /// Listed, but no measure was ordered.
        None = "none",
    }
}

words! {
    /// How well a list entry is known.
    ListConfidence {
        /// The instrument's text was read.
        Official = "official",
        /// A copy was read.
        Secondary = "secondary",
    }
}

words! {
    /// What happened to a list entry.
    EventKind {
        /// Its measures do not operate for a time.
        Suspended = "suspended",
        /// Its measures ended, but nobody delisted it.
        Stopped = "stopped",
        /// It was taken off the list.
        Removed = "removed",
        /// What went before is over: it is in force again.
        Resumed = "resumed",
    }
}

/// One entry of a published list.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ListEntry {
    /// The list, for example `CN-UEL`.
    pub list: String,
    /// Its number within the announcement.
    pub entry: String,
    /// Name as published.
    pub name: String,
    /// Name in the list's own script; may be empty.
    pub name_native: String,
    /// Other names that identify it.
    pub aliases: Vec<String>,
    /// Names that are common, not official, or shared by others.
    pub weak_aliases: Vec<String>,
    /// Countries; any one that agrees counts.
    pub countries: Countries,
    /// City, as published.
    pub city: String,
    /// Birth date, as published.
    pub birth_date: String,
    /// Identifiers.
    pub identifiers: Identifiers,
    /// What it is.
    pub kind: EntityKind,
    /// Programmes under which it is listed.
    pub programmes: Vec<String>,
    /// The instrument that lists it.
    pub announcement: String,
    /// Day of publication.
    pub published: Option<Day>,
    /// First day on which it has effect.
    pub effective: Option<Day>,
    /// What it entails, in words.
    pub measures: String,
    /// What it restricts; `None` is unknown, which is not [`Restriction::None`].
    pub restriction: Option<Restriction>,
    /// How well it is known.
    pub confidence: ListConfidence,
    /// What the source says besides, in its words.
    pub remarks: String,
    /// The citation the source gives.
    pub source: String,
    /// Where it was read.
    pub place: Place,
}

/// What a list is, and to which day its entries were checked.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ListInfo {
    /// The list.
    pub list: String,
    /// Its title.
    pub title: String,
    /// Who publishes it.
    pub authority: String,
    /// What its entries restrict unless they say otherwise.
    pub restriction: Option<Restriction>,
    /// Last day to which the entries were checked.
    pub checked_until: Option<Day>,
    /// The citation.
    pub source: String,
}

/// Which entries an event or a measure concerns.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ListEvent {
    /// The list.
    pub list: String,
    /// The announcement.
    pub announcement: String,
    /// The entry's number; empty for every entry of the announcement.
    pub entry: String,
    /// What happened.
    pub event: EventKind,
    /// The days it covers.
    pub span: Span,
    /// Whether an instrument was seen.
    pub certitude: Certitude,
    /// The citation.
    pub source: String,
    /// Where it was read.
    pub place: Place,
}

/// What an entry entailed on some days, in place of its own words.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Measure {
    /// The list.
    pub list: String,
    /// The announcement.
    pub announcement: String,
    /// The entry's number; empty for every entry of the announcement.
    pub entry: String,
    /// What it restricted.
    pub restriction: Option<Restriction>,
    /// What it entailed, in words.
    pub measures: String,
    /// The days it covers.
    pub span: Span,
    /// Whether an instrument was seen.
    pub certitude: Certitude,
    /// The citation.
    pub source: String,
    /// Where it was read.
    pub place: Place,
}

impl ListEvent {
    /// Whether the event concerns the entry.
    pub fn concerns(&self, entry: &ListEntry) -> bool {
        concerns(&self.list, &self.announcement, &self.entry, entry)
    }
}

impl Measure {
    /// Whether the measure concerns the entry.
    pub fn concerns(&self, entry: &ListEntry) -> bool {
        concerns(&self.list, &self.announcement, &self.entry, entry)
    }
}

fn concerns(list: &str, announcement: &str, number: &str, entry: &ListEntry) -> bool {
    list == entry.list
        && announcement == entry.announcement
        && (number.is_empty() || number == entry.entry)
}

impl ListEntry {
    /// The entry's status on `day`, given the events that concern it; `None` before publication.
    ///
    /// Published and not yet effective is `not_yet`; after that the official events decide (see
    /// [`status_of_changes`]).
    pub fn status(&self, events: &[&ListEvent], day: Day) -> Option<OnDay> {
        let published = self.published.or(self.effective).unwrap_or(Day::ALWAYS);
        if day < published {
            return None;
        }
        if self.effective.is_some_and(|effective| day < effective) {
            return Some(OnDay { status: Status::NotYet, confirm: false });
        }
        let changes: Vec<Change> = events.iter().map(|event| event.change()).collect();
        Some(status_of_changes(&changes, day))
    }

    /// First day after `day` on which the status differs; `None` where nothing known changes it.
    pub fn status_until(&self, events: &[&ListEvent], day: Day) -> Option<Day> {
        let now = self.status(events, day);
        let ends = events
            .iter()
            .filter(|event| event.certitude == Certitude::Official)
            .flat_map(|event| [event.span.from, event.span.until]);
        let mut days: Vec<Day> = ends
            .chain(self.published)
            .chain(self.effective)
            .filter(|change| change.is_stated() && *change > day)
            .collect();
        days.sort_unstable();
        let status = |on_day: Option<OnDay>| on_day.map(|on_day| on_day.status);
        days.into_iter().find(|change| status(self.status(events, *change)) != status(now))
    }
}

impl ListEvent {
    fn change(&self) -> Change {
        let kind = match self.event {
            EventKind::Suspended => ChangeKind::Suspended,
            EventKind::Stopped => ChangeKind::Stopped,
            EventKind::Removed => ChangeKind::Removed,
            EventKind::Resumed => ChangeKind::Resumed,
        };
        Change { kind, span: self.span, certitude: self.certitude }
    }
}
