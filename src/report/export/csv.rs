//! The project's own CSV: holdings as their rows say them, which `--ownership` reads again.

use crate::graph::Holding;
use crate::model::EntityId;
use crate::snapshot::Snapshot;

/// A holding as a row under [`HOLDING_COLUMNS`](crate::source::HOLDING_COLUMNS): the names of its entities, so that it joins again whatever it was joined by.
pub fn holding(snapshot: &Snapshot, row: &Holding) -> [String; 15] {
    let (holder, issuer) = (snapshot.entity(row.holder), snapshot.entity(row.issuer));
    let identifiers = |entity| snapshot.identifiers(entity).to_string();
    let (_, _, citation) = snapshot.written(row);
    let terms = row.terms();
    let (low, high) = (terms.range.stated_low(), terms.range.stated_high());
    let shares = match terms.range == crate::share::ShareRange::UNKNOWN {
        true => [String::new(), String::new()],
        false => [low.to_string(), high.to_string()],
    };
    let on = |day: crate::day::Day| day.stated().map(|day| day.to_string()).unwrap_or_default();
    let [share_min, share_max] = shares;
    let place = snapshot.sources().show(row.place);
    let source = if citation.is_empty() { place } else { format!("{citation} ({place})") };
    [
        holder.name,
        identifiers(row.holder),
        holder.country,
        issuer.name,
        identifiers(row.issuer),
        issuer.country,
        share_min,
        share_max,
        terms.range.low_open().to_string(),
        terms.range.high_open().to_string(),
        terms.interest.to_string(),
        on(row.since),
        on(row.until),
        terms.confidence.to_string(),
        source,
    ]
}

/// The issuers whose recorded owners are all of their owners, as rows of `complete.csv`.
pub fn complete(snapshot: &Snapshot) -> impl Iterator<Item = [String; 2]> {
    let entities = (0..snapshot.entity_count()).map(EntityId);
    let complete = entities.filter(|issuer| snapshot.world().is_complete(*issuer));
    complete.map(|issuer| [snapshot.entity(issuer).name, snapshot.identifiers(issuer).to_string()])
}

/// The members of joint arrangements, as rows of `groups.csv`.
pub fn groups(snapshot: &Snapshot) -> impl Iterator<Item = [String; 2]> {
    let groups = (1..).zip(snapshot.world().groups());
    groups.flat_map(move |(number, members)| {
        let group = format!("arrangement {number}");
        members.iter().map(move |member| [group.clone(), snapshot.entity(*member).name])
    })
}
