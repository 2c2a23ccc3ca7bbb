//! Owners as a tree, from the entity upwards.

use std::fmt::Write;

use rustc_hash::{FxHashMap, FxHashSet};

use super::text::{DIM, LISTED, WEAK, styled};
use crate::expand::{Basis, Certainty, Exposure};
use crate::graph::Holding;
use crate::model::{Confidence, EntityId, Interest};
use crate::snapshot::Snapshot;

/// Lines of a tree; a longer one is cut with a count, the rest stands in the JSON.
const LINES: usize = 40;

/// Owners shown below one entity; the largest first.
const OWNERS: usize = 12;

/// Writes the holdings of an exposure as a tree that starts at `entity`, each line indented.
pub(super) fn owners(
    out: &mut String,
    snapshot: &Snapshot,
    exposure: &Exposure,
    entity: EntityId,
    indent: &str,
) {
    let mut by_issuer: FxHashMap<EntityId, Vec<&Holding>> = FxHashMap::default();
    for row in &exposure.evidence {
        by_issuer.entry(row.issuer).or_default().push(row);
    }
    for rows in by_issuer.values_mut() {
        rows.sort_by_key(|row| (std::cmp::Reverse(row.terms().range.high()), row.place));
    }
    let listed: FxHashMap<EntityId, Vec<String>> = listings(snapshot, exposure);
    let view = snapshot.entity(entity);
    let _ = writeln!(out, "{indent}{}", named(&view.name, &view.country));
    if exposure.certainty == Certainty::Flag && exposure.basis == Some(Basis::Branch) {
        branches(out, snapshot, exposure, &listed, indent);
        return;
    }
    let mut seen: FxHashSet<EntityId> = FxHashSet::default();
    let mut open: Vec<Step> = Vec::new();
    push(&mut open, &by_issuer, entity, indent);
    let mut written = 0;
    while let Some(step) = open.pop() {
        if written >= LINES {
            let rest = exposure.evidence.len().saturating_sub(written);
            let more = format!("… {rest} more holdings; --format json has them all");
            let _ = writeln!(out, "{indent}{}", styled(DIM, &more));
            return;
        }
        written += 1;
        let Step { row, prefix, last, more } = step;
        let (branch, below) = if last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
        let Some(row) = row else {
            let _ =
                writeln!(out, "{prefix}{branch}{}", styled(DIM, &format!("… {more} more holders")));
            continue;
        };
        let _ = writeln!(out, "{prefix}{branch}{}", line(snapshot, row));
        let deeper = format!("{prefix}{below}");
        for listing in listed.get(&row.holder).into_iter().flatten() {
            let _ = writeln!(out, "{deeper}{listing}");
        }
        if !listed.contains_key(&row.holder) && seen.insert(row.holder) {
            push(&mut open, &by_issuer, row.holder, &deeper);
        }
    }
}

/// The listed branches of a flagged head office, below it.
fn branches(
    out: &mut String,
    snapshot: &Snapshot,
    exposure: &Exposure,
    listed: &FxHashMap<EntityId, Vec<String>>,
    indent: &str,
) {
    for (at, row) in exposure.evidence.iter().enumerate() {
        let last = at + 1 == exposure.evidence.len();
        let (branch, below) = if last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
        let (_, issuer, _) = snapshot.written(row);
        let country = snapshot.entity(row.issuer).country;
        let known = styled(WEAK, row.terms().confidence.as_str());
        let place = styled(DIM, &snapshot.sources().show(row.place));
        let _ = writeln!(
            out,
            "{indent}{branch}its branch {} · {known} · {place}",
            named(&issuer, &country)
        );
        for line in listed.get(&row.issuer).into_iter().flatten() {
            let _ = writeln!(out, "{indent}{below}{line}");
        }
    }
}

/// The listings of an exposure, a line each.
pub(super) fn listed_lines(snapshot: &Snapshot, exposure: &Exposure) -> Vec<String> {
    listings(snapshot, exposure).into_values().flatten().collect()
}

/// A line that waits to be written; without a row it counts what was left out.
struct Step<'a> {
    row: Option<&'a Holding>,
    prefix: String,
    last: bool,
    more: usize,
}

fn push<'a>(
    open: &mut Vec<Step<'a>>,
    by_issuer: &FxHashMap<EntityId, Vec<&'a Holding>>,
    issuer: EntityId,
    prefix: &str,
) {
    let rows = by_issuer.get(&issuer).map_or(&[][..], Vec::as_slice);
    let more = rows.len().saturating_sub(OWNERS);
    let shown = rows.len().min(OWNERS);
    if more > 0 {
        open.push(Step { row: None, prefix: prefix.to_owned(), last: true, more });
    }
    for (at, row) in rows.iter().take(shown).enumerate().rev() {
        let last = at + 1 == shown && more == 0;
        open.push(Step { row: Some(row), prefix: prefix.to_owned(), last, more: 0 });
    }
}

fn line(snapshot: &Snapshot, row: &Holding) -> String {
    let (holder, issuer) = snapshot.called(row);
    let terms = row.terms();
    let country = snapshot.entity(row.holder).country;
    let what = match terms.interest {
        Interest::Branch => format!("{issuer} is part of it"),
        Interest::Control => "control".to_owned(),
        Interest::Votes => format!("{} of the votes", terms.range),
        Interest::Equity | Interest::Unspecified => terms.range.to_string(),
    };
    let since = row.since.stated().map_or_else(String::new, |since| format!(", since {since}"));
    let style = if terms.confidence == Confidence::Documented { DIM } else { WEAK };
    let beside = match (row.is_beside_chain(), terms.interest) {
        (false, _) => "",
        (true, Interest::Unspecified) => ", may be the same once more",
        (true, _) => ", may be held through the chain",
    };
    let known = styled(style, &format!("{}{since}{beside}", terms.confidence));
    let place = styled(DIM, &snapshot.sources().show(row.place));
    format!("{what} · {} · {known} · {place}", named(&holder, &country))
}

fn listings(snapshot: &Snapshot, exposure: &Exposure) -> FxHashMap<EntityId, Vec<String>> {
    let mut listed: FxHashMap<EntityId, Vec<String>> = FxHashMap::default();
    for cited in &exposure.listed {
        let entry = &snapshot.entries()[cited.entry as usize];
        let status = super::text::status(cited.on_day.status, cited.on_day.confirm);
        let place = styled(DIM, &snapshot.sources().show(entry.place));
        let announcement = match entry.announcement.as_str() {
            "" => String::new(),
            announcement => format!(" {announcement}"),
        };
        let line = format!(
            "{}{announcement} · {status} · {} · {place}",
            styled(LISTED, &format!("on {}", entry.list)),
            entry.confidence
        );
        listed.entry(snapshot.entity_of_entry(cited.entry)).or_default().push(line);
    }
    listed
}

/// A name with its country.
pub(super) fn named(name: &str, country: &str) -> String {
    if country.is_empty() { name.to_owned() } else { format!("{name} ({country})") }
}
