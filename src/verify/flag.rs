//! Whether what a flag cites leads to the entity.

use std::collections::BTreeSet;

use serde_json::Value;

use super::claim::Claims;
use super::proof::{multiplies, reached, share_is};
use super::world::{Entity, Listed};
use crate::model::{Interest, Status};
use crate::rule::Rule;
use crate::source::HoldingRecord;

/// Checks a flag: it is not reached, and what is cited leads to it.
pub(super) fn flag(
    claims: &mut Claims,
    exposure: &Value,
    rule: &Rule,
    subject: Entity,
    rows: &[HoldingRecord],
    listed: &[Listed],
) {
    let world = claims.world;
    let anybody = |_: &Listed| true;
    if !multiplies(rule) && world.reach(rule, subject, &anybody, true).1.contains(&subject) {
        claims.fault("from the records its holders may meet the rule");
    }
    claims.weakest(exposure, rows);
    let entity = |mention: u32| world.joins.entity(mention);
    match exposure["basis"].as_str() {
        Some("branch") => {
            let branches = world.branches(subject);
            let own = |one: &&Listed| branches.contains(&one.entity);
            let all: Vec<&Listed> = world.counted(rule).filter(own).collect();
            if all.len() != listed.len() {
                claims.fault("the entries cited are not those of its branches");
            }
            claims.summed_up(exposure, rule, &all);
            claims.nothing(exposure, &["share"]);
        }
        Some("control") => {
            let controls = rows.iter().find(|row| {
                entity(row.issuer) == subject && row.terms().interest == Interest::Control
            });
            if controls.is_none() || listed.is_empty() {
                claims.fault("no listed or reached holder is cited that controls it");
            }
            share_is(claims, exposure, Some((0, 0)));
            let cited = controls.map(|row| entity(row.holder));
            controlled(claims, exposure, rule, (subject, cited));
        }
        _ => look_through(claims, exposure, rule, subject, rows, listed),
    }
}

/// Checks the flag of an entity that a listed or reached holder controls: it is as strong as the
/// strongest of these holders, and cites one of those that are.
fn controlled(
    claims: &mut Claims,
    exposure: &Value,
    rule: &Rule,
    (subject, cited): (Entity, Option<Entity>),
) {
    let world = claims.world;
    let listed = |holder: Entity| -> Vec<&Listed> {
        world.counted(rule).filter(|one| one.entity == holder).collect()
    };
    let own = |holder: Entity| listed(holder).iter().map(|one| one.on_day.status).min();
    let by_holders =
        |holder: Entity| reached(claims, rule, holder, true).map(|reached| reached.status);
    let strongest = world
        .held_in(subject)
        .iter()
        .filter(|one| one.interest == Interest::Control && one.holder != subject)
        .filter_map(|one| {
            let both = [own(one.holder), by_holders(one.holder)];
            Some((both.into_iter().flatten().min()?, Some(one.holder) != cited, one.holder))
        })
        .min();
    if multiplies(rule) {
        return; // Who is reached rests on multiplied shares.
    }
    let Some((status, another, holder)) = strongest else {
        return claims.fault("from the records nobody listed or reached controls it");
    };
    if another {
        return claims.fault("another than the holder cited is listed or reached and controls it");
    }
    if own(holder) == Some(status) {
        return claims.summed_up(exposure, rule, &listed(holder));
    }
    let mut ends =
        [false, true].into_iter().filter_map(|possible| reached(claims, rule, holder, possible));
    if let Some(own) = ends.find(|one| one.status == status) {
        own.holds_of(claims, exposure, rule);
    }
}

/// Checks that every listed owner cited leads to the entity through the rows cited.
fn look_through(
    claims: &mut Claims,
    exposure: &Value,
    rule: &Rule,
    subject: Entity,
    rows: &[HoldingRecord],
    listed: &[Listed],
) {
    let world = claims.world;
    let entity = |mention: u32| world.joins.entity(mention);
    let mut up = BTreeSet::from([subject]);
    loop {
        let more: Vec<Entity> = rows
            .iter()
            .filter(|row| up.contains(&entity(row.issuer)))
            .map(|row| entity(row.holder))
            .collect();
        let before = up.len();
        up.extend(more);
        if up.len() == before {
            break;
        }
    }
    let leads = |one: &Listed| up.contains(&one.entity) && one.on_day.status == Status::InForce;
    if !listed.iter().all(leads) || listed.is_empty() {
        claims.fault("a listed owner cited does not lead to it");
    }
    let all: Vec<&Listed> = listed.iter().collect();
    claims.summed_up(exposure, rule, &all);
    let seeds: BTreeSet<Entity> = listed.iter().map(|one| one.entity).collect();
    let basis = if seeds.len() <= 1 { "single" } else { "aggregate" };
    claims.same("basis", &exposure["basis"], Some(basis));
    if multiplies(rule) {
        return; // Who is reached rests on multiplied shares.
    }
    let in_force = |one: &Listed| one.on_day.status == Status::InForce;
    let (holders, _) = world.reach(rule, subject, &in_force, false);
    let held = world.held_in(subject);
    let share = rule
        .interests
        .iter()
        .filter_map(|interest| {
            let any = held.iter().any(|one| {
                (one.interest == *interest || one.interest == Interest::Unspecified)
                    && one.holder != subject
                    && holders.contains(&one.holder)
                    && one.high > 0
            });
            let (least, most) = world.sums(subject, &held, &holders, *interest, &|_| true);
            any.then_some((least, most.max(least)))
        })
        .max_by_key(|(least, _)| *least);
    share_is(claims, exposure, Some(share.unwrap_or((0, 0))));
}
