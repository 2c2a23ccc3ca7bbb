//! The text of what is asked besides a screening: an entity, an expansion, lists, rules, a pair.

use std::cmp::Reverse;
use std::fmt::Write;

use super::json::Run;
use super::text::{
    BOLD, CLEAR, DIM, HIT, WEAK, entails, exposures, ownership, range, score, status, styled, wrap,
};
use super::tree::named;
use crate::day::Day;
use crate::expand::{Exposure, Listing};
use crate::graph::Holding;
use crate::model::{EntityId, Restriction, Status};
use crate::name::{self, Line, POINTS_OF_ONE};
use crate::rule::{Comparison, READINGS, Rule};
use crate::snapshot::Snapshot;

/// Rows of owners or holdings shown of one entity: those of the day and the largest shares first where there are
/// more.
const ROWS: usize = 40;

/// An entity with its owners, what it holds, and its exposures.
pub fn explained(run: &Run, entity: EntityId, all: &[Exposure]) -> String {
    let (snapshot, day) = (run.snapshot, run.day);
    let view = snapshot.entity(entity);
    let graph = snapshot.world().graph();
    let mut out = String::new();
    let _ = writeln!(
        out,
        "{}   {}   on {day}",
        styled(BOLD, &named(&view.name, &view.country)),
        styled(DIM, &view.id)
    );
    let mut section = |title: &str, rows: Vec<String>, none: &str| {
        let _ = writeln!(out, "\n  {title}");
        if rows.is_empty() {
            let _ = writeln!(out, "    {}", styled(DIM, none));
        }
        for row in rows {
            let _ = writeln!(out, "    {row}");
        }
    };
    let line = |row: &Holding| {
        let (holder, issuer) = snapshot.called(row);
        let other = if row.issuer == entity { holder } else { issuer };
        let terms = row.terms();
        let span = match (row.since.stated(), row.until.stated()) {
            (None, None) => String::new(),
            (Some(since), None) => format!(" · since {since}"),
            (None, Some(until)) => format!(" · until {until}"),
            (Some(since), Some(until)) => format!(" · {since} until {until}"),
        };
        let now = if row.span().contains(day) { "" } else { " · not on this day" };
        let text = format!(
            "{} · {} · {}{span}{now} · {}",
            terms.range,
            other,
            terms.confidence,
            snapshot.sources().show(row.place)
        );
        if now.is_empty() { text } else { styled(DIM, &text) }
    };
    let lines = |mut rows: Vec<&Holding>| {
        let more = rows.len().saturating_sub(ROWS);
        if more > 0 {
            let rank =
                |row: &Holding| (!row.span().contains(day), Reverse(row.terms().range.high()));
            rows.sort_by_key(|row| (rank(row), row.place));
            rows.truncate(ROWS);
        }
        let rest = (more > 0).then(|| format!("… {more} more; --format json has them all"));
        rows.into_iter().map(line).chain(rest.map(|rest| styled(DIM, &rest))).collect()
    };
    section("Owners recorded", lines(graph.held_in(entity).iter().collect()), "none");
    let silences: Vec<String> = snapshot
        .silences(entity)
        .into_iter()
        .map(|(said, place)| format!("{said} · {}", snapshot.sources().show(place)))
        .collect();
    if !silences.is_empty() {
        section("Owners not known", silences, "");
    }
    section("Holds", lines(graph.held_by(entity).collect()), "nothing recorded");
    let _ = writeln!(out, "\n  Exposures");
    if all.is_empty() {
        let _ = writeln!(out, "    {}", styled(DIM, "none under the rules asked, and on no list"));
    }
    exposures(&mut out, snapshot, entity, all);
    let _ = writeln!(out);
    entails(&mut out, all.iter());
    let _ = writeln!(out, "  Owners    {}", ownership(snapshot.world().ownership(entity, day)));
    out
}

/// One line an entity: what the gravest exposure says.
pub fn expanded(run: &Run, entity: EntityId, all: &[Exposure]) -> String {
    let view = run.snapshot.entity(entity);
    let mut out = String::new();
    if let Some(first) = all.first() {
        let share =
            first.share.map(|(low, high)| format!(" {}", range(low, high))).unwrap_or_default();
        let rules: Vec<&str> = all.iter().map(|one| one.rule.as_str()).collect();
        let _ = writeln!(
            out,
            "{:9} {}{share} · {} · {}",
            first.certainty.as_str(),
            named(&view.name, &view.country),
            status(first.weaker_status(), first.confirm),
            styled(DIM, &rules.join(", "))
        );
    }
    out
}

/// The entries on a day, by list and announcement, with counts by status.
pub fn entries(snapshot: &Snapshot, day: Day) -> String {
    let mut out = String::new();
    let mut listings = snapshot.listings(day);
    let entry = |listing: &Listing| &snapshot.entries()[listing.entry as usize];
    listings.sort_by_key(|listing| (&entry(listing).list, entry(listing).published, listing.entry));
    for checked in snapshot.lists_checked(day) {
        let own: Vec<&Listing> =
            listings.iter().filter(|one| entry(one).list == checked.list).collect();
        let counts: Vec<String> = Status::ALL
            .iter()
            .map(|status| (status, own.iter().filter(|one| one.on_day.status == *status).count()))
            .filter(|(_, count)| *count > 0)
            .map(|(one, count)| format!("{count} {}", status(*one, false)))
            .collect();
        let until =
            checked.checked_until.map_or_else(|| "nobody says".to_owned(), |day| day.to_string());
        let title = if checked.title.is_empty() { &checked.list } else { &checked.title };
        let _ = writeln!(out, "\n{}   {title}", styled(BOLD, &checked.list));
        let _ = writeln!(out, "  on {day}: {}; checked until {until}", counts.join(", "));
        let confirm = own.iter().filter(|one| one.on_day.confirm).count();
        if confirm > 0 {
            let text = format!(
                "{confirm} of those in force are to be confirmed: their suspension ran out, a longer one was announced without an instrument."
            );
            wrap(&mut out, "  ", "  ", &text);
        }
        let mut announcement = "";
        for listing in own {
            let one = entry(listing);
            if one.announcement != announcement {
                announcement = &one.announcement;
                let published = one.published.map_or_else(String::new, |day| format!(" ({day})"));
                let _ = writeln!(out, "  {announcement}{published}");
            }
            let native = if one.name_native.is_empty() {
                String::new()
            } else {
                format!(" {}", one.name_native)
            };
            let until = snapshot
                .entry_until(listing.entry, day)
                .map_or_else(String::new, |day| format!(" until {day}"));
            let none = if listing.restriction == Some(Restriction::None) {
                ", no measure ordered"
            } else {
                ""
            };
            let _ = writeln!(
                out,
                "    {:>4} {}{} · {}{until}{none} · {}",
                one.entry,
                one.name,
                styled(DIM, &native),
                status(listing.on_day.status, listing.on_day.confirm),
                one.confidence
            );
        }
    }
    out.trim_start_matches('\n').to_owned()
}

/// Rules with their status on a day, their test, readings and periods.
pub fn rules(rules: &[Rule], day: Day) -> String {
    let mut out = String::new();
    for rule in rules {
        let on_day = rule.status(day);
        let state = on_day.map_or_else(
            || styled(WEAK, "not published yet"),
            |on_day| status(on_day.status, on_day.confirm),
        );
        let test = rule.test_on(day);
        let comparison = match test.comparison {
            Comparison::AtLeast => "at least",
            Comparison::MoreThan => "more than",
        };
        let _ = writeln!(out, "\n{} · {} · on {day} {state}", styled(BOLD, &rule.id), rule.kind);
        wrap(&mut out, "  ", "  ", &rule.title);
        let text = format!(
            "{comparison} {} % of {}, owners {}, {}{} · lists {}",
            test.threshold,
            rule.interests.iter().map(|one| one.as_str()).collect::<Vec<_>>().join(" or "),
            test.aggregate,
            rule.reach,
            besides(rule),
            rule.lists.join(", ")
        );
        wrap(&mut out, "  test      ", "            ", &text);
        wrap(
            &mut out,
            "  source    ",
            "            ",
            &format!("{}, {}: {}", rule.instrument, rule.provision, rule.source),
        );
        wrap(&mut out, "  entails   ", "            ", &rule.effect);
        for text in &rule.unverified {
            wrap(&mut out, "  unsure    ", "            ", &format!("not verified: {text}"));
        }
        for period in &rule.periods {
            let from =
                period.span.from.stated().map_or_else(String::new, |day| format!("from {day} "));
            let until =
                period.span.until.stated().map_or_else(String::new, |day| format!("until {day} "));
            let text =
                format!("{} {from}{until}({}): {}", period.status, period.certitude, period.source);
            wrap(&mut out, "  period    ", "            ", &text);
        }
        let readings: Vec<String> =
            READINGS.iter().map(|(id, what)| format!("{}/{id} ({what})", rule.id)).collect();
        wrap(&mut out, "  readings  ", "            ", &readings.join(", "));
    }
    out.trim_start_matches('\n').to_owned()
}

/// What a rule looks at besides its threshold.
fn besides(rule: &Rule) -> String {
    let mut words = Vec::new();
    if rule.control {
        words.push("or control".to_owned());
    }
    if rule.per_programme {
        words.push("each programme for itself".to_owned());
    }
    let codes = |all: &[crate::model::Country]| {
        all.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    };
    if !rule.exclude_issuer_countries.is_empty() {
        words.push(format!("issuers outside {}", codes(&rule.exclude_issuer_countries)));
    }
    if !rule.only_issuer_countries.is_empty() {
        words.push(format!("issuers in {}", codes(&rule.only_issuer_countries)));
    }
    if !rule.seed_restrictions.is_empty() {
        let kinds: Vec<&str> = rule.seed_restrictions.iter().map(|one| one.as_str()).collect();
        words.push(format!("from entries with {}", kinds.join(", ")));
    }
    for (list, programmes) in &rule.programmes {
        words.push(format!("{list} under {}", programmes.join(", ")));
    }
    words.iter().map(|word| format!(", {word}")).collect()
}

/// A compared pair: its score and the alignment that adds up to it.
pub fn compared(name1: &str, name2: &str, comparison: &name::Comparison, threshold: i32) -> String {
    let mut out = String::new();
    let (lines, points) = (&comparison.lines, comparison.points());
    let answer = if points >= threshold { styled(HIT, "match") } else { styled(CLEAR, "no match") };
    let weak = if comparison.is_weak() { ", weak: never more than a review" } else { "" };
    let _ =
        writeln!(out, "{}  {answer} at {}{weak}", styled(BOLD, &score(points)), score(threshold));
    let width = |text: &str| unicode_width::UnicodeWidthStr::width(text);
    let columns = |pick: fn(&Line) -> &str, title: &str| {
        lines.iter().map(|line| width(pick(line))).chain([width(title)]).max().unwrap_or(0)
    };
    let (left, right) = (columns(|line| &line.query, name1), columns(|line| &line.name, name2));
    let pad = |text: &str, to: usize| format!("{text}{}", " ".repeat(to - width(text)));
    let _ =
        writeln!(out, "  {}  {}", styled(DIM, &pad(name1, left)), styled(DIM, &pad(name2, right)));
    for line in lines {
        let points = f64::from(line.points) / f64::from(POINTS_OF_ONE);
        let kind = line.kind.as_str().replace('_', " ");
        let _ = writeln!(
            out,
            "  {}  {}  {points:+.4}  {kind}",
            pad(&line.query, left),
            pad(&line.name, right)
        );
    }
    out
}
