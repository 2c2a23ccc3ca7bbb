//! What is said of an entity over time, by reading, and if holdings were others: text and JSON.

use std::fmt::Write;

use serde::Serialize;

use super::json::{Entity, ExposureView, ShareView, entity as entity_view, exposures, share};
use super::text::{BOLD, CLEAR, DIM, HIT, WEAK, status, styled, wrap};
use super::tree::named;
use crate::day::Day;
use crate::expand::{Exposure, Margin};
use crate::model::{EntityId, Restriction, Status};
use crate::rule::READINGS;
use crate::screen::{Answer, Said, Screener, Settings, Turn};
use crate::share::Share;
use crate::snapshot::Snapshot;

/// A verdict in a word, in its colour.
pub fn answer(answer: Answer) -> String {
    let style = match answer {
        Answer::Hit | Answer::Error => HIT,
        Answer::Review => WEAK,
        Answer::Clear => CLEAR,
    };
    let padding = " ".repeat(7 - answer.as_str().len());
    format!("{}{padding}", styled(style, &answer.as_str().to_uppercase()))
}

/// One day of a timeline as JSON.
#[derive(Debug, Serialize)]
pub struct TurnView {
    entity: Entity,
    from: Option<String>,
    verdict: &'static str,
    verdict_kind: Option<&'static str>,
    confirm: bool,
    said: Vec<SaidView>,
    why: Vec<String>,
}

#[derive(Debug, Serialize)]
struct SaidView {
    rule: String,
    lists: Vec<String>,
    certainty: &'static str,
    rule_status: Option<&'static str>,
    listing_status: &'static str,
    restriction: Option<&'static str>,
    share: Option<(String, String)>,
    confirm: bool,
}

/// The columns of a timeline as CSV.
pub const TURN_COLUMNS: &[&str] =
    &["entity_id", "entity_name", "from", "verdict", "verdict_kind", "confirm", "said", "why"];

/// A timeline as JSON, a day an object; `from` is null for what was before everything known.
pub fn timeline<'a>(
    snapshot: &Snapshot,
    entity: EntityId,
    turns: &'a [Turn],
) -> impl Iterator<Item = TurnView> + 'a {
    let view = entity_view(&snapshot.entity(entity));
    let said = |said: &Said| SaidView {
        rule: said.rule.clone(),
        lists: said.lists.clone(),
        certainty: said.certainty.as_str(),
        rule_status: said.rule_status.map(Status::as_str),
        listing_status: said.listing_status.as_str(),
        restriction: said.restriction.map(Restriction::as_str),
        share: said.share.clone(),
        confirm: said.confirm,
    };
    turns.iter().map(move |turn| TurnView {
        entity: view.clone(),
        from: turn.day.stated().map(|day| day.to_string()),
        verdict: turn.answer.as_str(),
        verdict_kind: turn.kind.map(|kind| kind.as_str()),
        confirm: turn.confirm,
        said: turn.said.iter().map(said).collect(),
        why: turn.why.clone(),
    })
}

/// A timeline as rows of CSV.
pub fn timeline_rows(snapshot: &Snapshot, entity: EntityId, turns: &[Turn]) -> Vec<[String; 8]> {
    let view = snapshot.entity(entity);
    let row = |turn: &Turn| {
        let said: Vec<String> = turn.said.iter().map(in_words).collect();
        [
            view.id.clone(),
            view.name.clone(),
            turn.day.stated().map(|day| day.to_string()).unwrap_or_default(),
            turn.answer.as_str().to_owned(),
            turn.kind.map(|kind| kind.as_str().to_owned()).unwrap_or_default(),
            turn.confirm.to_string(),
            said.join("; "),
            turn.why.join("; "),
        ]
    };
    turns.iter().map(row).collect()
}

fn in_words(said: &Said) -> String {
    let share = match &said.share {
        Some((low, high)) if low == high => format!(" {low} %"),
        Some((low, high)) => format!(" {low} to {high} %"),
        None => String::new(),
    };
    let lists = said.lists.join(", ");
    let what = match said.rule.as_str() {
        "listing" => format!("on {lists}"),
        rule => format!("{rule} {}", said.certainty),
    };
    let rule = match said.rule_status {
        Some(Status::InForce) | None => String::new(),
        Some(status) => format!(", rule {}", words(status)),
    };
    let listing = match said.listing_status {
        Status::InForce => String::new(),
        status if said.rule == "listing" => format!(", {}", words(status)),
        status => format!(", listing {}", words(status)),
    };
    let nothing = if said.restriction == Some(Restriction::None) { ", no measure" } else { "" };
    let confirm = if said.confirm { ", to be confirmed" } else { "" };
    format!("{what}{share}{rule}{listing}{nothing}{confirm}")
}

fn words(status: Status) -> String {
    status.as_str().replace('_', " ")
}

/// A timeline as text: each day on which the verdict or what a rule says changed.
pub fn timeline_text(snapshot: &Snapshot, entity: EntityId, turns: &[Turn], today: Day) -> String {
    let view = snapshot.entity(entity);
    let mut out = String::new();
    let _ = writeln!(
        out,
        "{}   {}",
        styled(BOLD, &named(&view.name, &view.country)),
        styled(DIM, &view.id)
    );
    let now = turns.iter().rposition(|turn| turn.day == Day::ALWAYS || turn.day <= today);
    for (number, turn) in turns.iter().enumerate() {
        let from = turn.day.stated().map_or_else(|| "before".to_owned(), |day| day.to_string());
        let mark = match now {
            Some(now) if now == number => styled(DIM, &format!("  on {today}")),
            Some(now) if number > now => styled(DIM, "  still to come"),
            _ => String::new(),
        };
        let _ = writeln!(out, "\n  {from:10}  {}{mark}", answer(turn.answer).trim_end());
        for said in &turn.said {
            wrap(&mut out, "              ", "                ", &in_words(said));
        }
        for why in &turn.why {
            wrap(&mut out, "              because ", "                      ", why);
        }
    }
    out
}

/// How an entity stands to the threshold of a rule, as JSON. Percent points are decimal text, below
/// 0 where the threshold is missed.
#[derive(Debug, Serialize)]
pub struct MarginView {
    rule: String,
    percent_points: String,
    holders: Vec<String>,
    change: Option<ChangeView>,
}

#[derive(Debug, Serialize)]
struct ChangeView {
    holder: String,
    issuer: String,
    interest: &'static str,
    from: String,
    to: String,
}

/// Percent points with their sign.
fn points(parts: i64) -> String {
    let size = Share::of_sum(parts.unsigned_abs()).to_string();
    if parts < 0 { format!("-{size}") } else { size }
}

/// Margins as JSON.
pub fn margins(snapshot: &Snapshot, all: &[(&crate::rule::Rule, Margin)]) -> Vec<MarginView> {
    let name = |entity: EntityId| snapshot.entity(entity).name;
    let view = |(rule, margin): &(&crate::rule::Rule, Margin)| MarginView {
        rule: rule.id.clone(),
        percent_points: points(margin.parts),
        holders: margin.holders.iter().map(|one| name(*one)).collect(),
        change: margin.change.map(|change| ChangeView {
            holder: name(change.holder),
            issuer: name(change.issuer),
            interest: change.interest.as_str(),
            from: change.from.to_string(),
            to: change.to.to_string(),
        }),
    };
    all.iter().map(view).collect()
}

/// Margins as text, a line a rule.
pub fn margins_text(snapshot: &Snapshot, all: &[(&crate::rule::Rule, Margin)]) -> String {
    let mut out = String::new();
    for (rule, margin) in all {
        let name = |entity: EntityId| snapshot.entity(entity).name;
        let meets = if margin.parts < 0 { "misses" } else { "exceeds" };
        let size = Share::of_sum(margin.parts.unsigned_abs());
        let change = margin.change.map_or_else(String::new, |change| {
            format!(
                "; it would turn if {} held {} % of the {} of {} instead of {} %",
                name(change.holder),
                change.to,
                change.interest,
                name(change.issuer),
                change.from
            )
        });
        let who = match margin.holders.as_slice() {
            [] => "nobody listed or reached holds any: the threshold is missed".to_owned(),
            [one] => format!("what {} holds {meets} the threshold", name(*one)),
            more => format!("what {} holders together hold {meets} the threshold", more.len()),
        };
        wrap(
            &mut out,
            "  Margin    ",
            "            ",
            &format!("{}: {who} by {size} percent points{change}", rule.id),
        );
    }
    out
}

/// What a reading of a rule makes of an entity.
#[derive(Debug, Clone)]
pub struct Reading {
    /// The rule, with its reading.
    pub rule: String,
    /// What it says, the gravest first.
    pub exposures: Vec<Exposure>,
}

/// What each reading of each rule of a screener makes of an entity. O(what is above it) for each.
pub fn readings_of(screener: &Screener, entity: EntityId) -> Vec<Reading> {
    let mut rules = Vec::new();
    for rule in &screener.settings().rules {
        rules.push(rule.clone());
        let readings = READINGS.iter().filter(|_| !rule.id.contains('/'));
        rules.extend(readings.filter_map(|(reading, _)| rule.reading(reading)));
    }
    let one = |rule: crate::rule::Rule| {
        let id = rule.id.clone();
        let alone = Settings { rules: vec![rule], ..screener.settings().clone() };
        let findings = Screener::new(screener.snapshot(), &alone).findings(entity);
        let of_rule = findings.exposures.iter().filter(|exposure| exposure.rule == id);
        Reading { rule: id.clone(), exposures: of_rule.cloned().collect() }
    };
    rules.into_iter().map(one).collect()
}

/// A reading as JSON.
#[derive(Debug, Serialize)]
pub struct ReadingView {
    rule: String,
    verdict: &'static str,
    certainty: Option<&'static str>,
    basis: Option<&'static str>,
    share: Option<ShareView>,
    /// What all listed owners hold together when shares are multiplied through, where the reading multiplies.
    effective_share: Option<ShareView>,
}

fn verdict(all: &[Exposure]) -> Answer {
    match () {
        () if all.iter().any(Exposure::makes_hit) => Answer::Hit,
        () if all.is_empty() => Answer::Clear,
        () => Answer::Review,
    }
}

/// Readings as JSON.
pub fn readings(all: &[Reading]) -> Vec<ReadingView> {
    let view = |reading: &Reading| {
        let first = reading.exposures.first();
        ReadingView {
            rule: reading.rule.clone(),
            verdict: verdict(&reading.exposures).as_str(),
            certainty: first.map(|one| one.certainty.as_str()),
            basis: first.and_then(|one| one.basis).map(|basis| basis.as_str()),
            share: first.and_then(|one| one.share).map(share),
            effective_share: first.and_then(|one| one.effective).map(share),
        }
    };
    all.iter().map(view).collect()
}

/// Readings side by side as text.
pub fn readings_text(all: &[Reading]) -> String {
    let width = all.iter().map(|reading| reading.rule.len()).max().unwrap_or(0);
    let mut out = String::from("\n  Readings\n");
    for reading in all {
        let what = reading.exposures.first().map_or_else(
            || styled(DIM, "says nothing of it"),
            |one| {
                let range = |(low, high)| format!(" {}", super::text::range(low, high));
                let multiplied = one.effective.filter(|_| reading.rule.ends_with("/multiplied"));
                let multiplied = multiplied.map(|own| format!("{} multiplied through", range(own)));
                let share = multiplied.or_else(|| one.share.map(range));
                format!(
                    "{}{} · {}",
                    one.certainty,
                    share.unwrap_or_default(),
                    status(one.weaker_status(), one.confirm)
                )
            },
        );
        let _ = writeln!(
            out,
            "    {:width$}  {}  {what}",
            reading.rule,
            answer(verdict(&reading.exposures))
        );
    }
    out
}

/// What would be said if some holdings were others, as JSON.
#[derive(Debug, Serialize)]
pub struct SupposedView {
    supposed: Vec<String>,
    /// What is said as it is recorded.
    verdict_now: &'static str,
    verdict: &'static str,
    exposures: Vec<ExposureView>,
}

/// What would be said if some holdings were others.
pub fn supposed(
    snapshot: &Snapshot,
    changes: &[String],
    before: &[Exposure],
    all: &[Exposure],
) -> SupposedView {
    SupposedView {
        supposed: changes.to_vec(),
        verdict_now: verdict(before).as_str(),
        verdict: verdict(all).as_str(),
        exposures: exposures(snapshot, all),
    }
}

/// The present and the supposed verdict beside each other, and what would be said.
pub fn supposed_text(
    snapshot: &Snapshot,
    entity: EntityId,
    changes: &[String],
    before: &[Exposure],
    all: &[Exposure],
) -> String {
    let mut out = String::new();
    for change in changes {
        wrap(&mut out, "  What if   ", "            ", change);
    }
    let _ =
        writeln!(out, "            now {}  then {}", answer(verdict(before)), answer(verdict(all)));
    super::text::exposures(&mut out, snapshot, entity, all);
    if all.is_empty() {
        let _ = writeln!(out, "    {}", styled(DIM, "nothing would be said of it"));
    }
    out
}
