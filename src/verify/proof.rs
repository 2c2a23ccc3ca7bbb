//! Whether the rows and listings that an exposure cites prove it.

use std::collections::BTreeSet;

use serde_json::Value;

use super::claim::Claims;
use super::world::{Entity, Held, Listed, Wanted};
use crate::error::Place;
use crate::model::{Interest, Restriction, Status};
use crate::rule::{Reach, Rule};
use crate::share::{Share, ShareRange};
use crate::source::{HoldingRecord, Records};

/// Statuses from which rules start, the strongest first.
const STATUSES: [Status; 4] = [Status::InForce, Status::NotYet, Status::Suspended, Status::Stopped];

/// The nearest whole number.
pub(super) fn whole(number: f64) -> i64 {
    format!("{number:.0}").parse().unwrap_or(i64::MAX)
}

/// The fields of a holding as the output writes them.
pub(super) fn fields(
    records: &Records,
    row: &HoldingRecord,
) -> [(&'static str, Option<String>); 9] {
    let name = |mention: u32| records.texts.get(records.mentions[mention as usize].name).to_owned();
    let terms = row.terms();
    let known = terms.range != ShareRange::UNKNOWN;
    let day = |day: crate::day::Day| day.stated().map(|day| day.to_string());
    [
        ("holder", Some(name(row.holder))),
        ("issuer", Some(name(row.issuer))),
        ("interest", Some(terms.interest.as_str().to_owned())),
        ("share_min", known.then(|| terms.range.stated_low().to_string())),
        ("share_max", known.then(|| terms.range.stated_high().to_string())),
        ("since", day(row.since)),
        ("until", day(row.until)),
        ("confidence", Some(terms.confidence.as_str().to_owned())),
        ("source", Some(records.texts.get(row.citation).to_owned())),
    ]
}

/// The row that is cited: of those at its place, for a record may say several holdings, the one that fits best.
pub(super) fn cited_row<'r>(records: &'r Records, cited: &Value) -> Option<&'r HoldingRecord> {
    let place = cited["place"].as_str().unwrap_or_default();
    let there = records.holdings.iter().filter(|row| records.sources.show(row.place) == place);
    let there: Vec<&HoldingRecord> = there.collect();
    // Of several that fit alike, the first.
    there.into_iter().rev().max_by_key(|row| {
        let fits = |(what, expected): &(&str, Option<String>)| {
            cited[*what].as_str() == expected.as_deref()
        };
        fields(records, row).iter().filter(|field| fits(field)).count()
    })
}

fn restricts(one: &Listed) -> bool {
    one.restriction != Some(Restriction::None)
}

/// Checks the exposure of an entity whose holders meet a rule.
pub(super) fn held(
    claims: &mut Claims,
    exposure: &Value,
    rule: &Rule,
    subject: Entity,
    rows: &[HoldingRecord],
    listed: &[Listed],
) {
    let world = claims.world;
    let said = exposure["certainty"] == "possible";
    // Where the rule is about some countries alone and nobody says the issuer's, all is possible.
    let nowhere = rule.shows(&world.joins.countries(subject)).is_none();
    if nowhere && !said || rule.shows(&world.joins.countries(subject)) == Some(false) {
        claims.fault("the rule does not show issuers of its country, or not for certain");
    }
    let certainly = |one: Reached| exposure["listing_status"] == one.status.as_str();
    let possible =
        said && !(nowhere && reached(claims, rule, subject, false).is_some_and(certainly));
    let Some(own) = reached(claims, rule, subject, possible) else {
        return claims.fault("from the records its holders do not meet the rule");
    };
    own.holds_of(claims, exposure, rule);
    let Reached { status, restricting, settled } = own;
    let strong = |one: &Listed| one.on_day.status <= status;
    if possible && world.reach(rule, subject, &strong, false).1.contains(&subject) {
        claims.fault("from the records it is certain");
    }
    let (holders, met) = world.reach(rule, subject, &strong, possible);
    let others = || world.held_in(subject).into_iter().filter(|one| one.holder != subject);
    let direct: Vec<Held> =
        others().filter(|one| holders.contains(&one.holder) && uses(rule, one)).collect();
    let cited: BTreeSet<Place> = rows.iter().map(|row| row.place).collect();
    for one in &direct {
        if !one.rows.iter().all(|place| cited.contains(place)) {
            claims.fault("a reached holder of it is not cited");
        }
    }
    let also = |one: &Listed| {
        (!restricting || restricts(one)) && (!settled || !one.on_day.confirm) && strong(one)
    };
    let branch = |one: Held| one.interest == Interest::Branch && met.contains(&one.holder);
    let by_office = rule.reach == Reach::Direct
        && !by_holders(claims, rule, subject, &direct, &also, possible)
        && others().any(branch);
    let by_cited = |wanted: &dyn Fn(&Listed) -> bool| {
        let entries: BTreeSet<Place> =
            listed.iter().filter(|one| wanted(one)).map(|one| one.entry.place).collect();
        derives(claims, rule, subject, &cited, &entries, possible)
    };
    if !by_cited(&also) || listed.iter().any(|one| !strong(one)) {
        claims.fault("the rows and listings cited do not prove it");
    }
    claims.weakest(exposure, rows);
    share_and_basis(
        claims,
        exposure,
        rule,
        subject,
        (&direct, by_office),
        status,
        possible,
        listed.len(),
    );
    if possible {
        assumed(claims, exposure, rule, subject, rows, listed);
    }
}

/// Whether who is reached rests on multiplied shares.
pub(super) fn multiplies(rule: &Rule) -> bool {
    matches!(rule.reach, Reach::Multiplied | Reach::Either)
}

/// Checks of the exposure of an entity that a rule reaches by multiplied shares what does not rest on them: that
/// there is a proof, and that status, restriction, confirmation and confidence are those of what is
/// cited.
pub(super) fn multiplied(
    claims: &mut Claims,
    exposure: &Value,
    rule: &Rule,
    subject: Entity,
    rows: &[HoldingRecord],
    listed: &[Listed],
) {
    let world = claims.world;
    let shown = rule.shows(&world.joins.countries(subject));
    let said = exposure["certainty"] == "possible";
    if shown == Some(false) || shown.is_none() && !said {
        claims.fault("the rule does not show issuers of its country, or not for certain");
    }
    let counted = |one: &Listed| world.counted(rule).any(|own| own.entry.place == one.entry.place);
    if rows.is_empty() || listed.is_empty() || !listed.iter().all(counted) {
        return claims.fault("no rows and listings are cited that could prove it");
    }
    let status = listed.iter().map(|one| one.on_day.status).max().unwrap_or(Status::InForce);
    claims.same("listing_status", &exposure["listing_status"], Some(status.as_str()));
    let strong = |one: &Listed| one.on_day.status <= status;
    let sums = rule.reach == Reach::Either && shown == Some(true);
    if said && sums && world.reach(rule, subject, &strong, false).1.contains(&subject) {
        claims.fault("from the records it is certain");
    }
    let restricting = listed.iter().filter(|one| restricts(one)).count();
    if restricting == listed.len() || restricting == 0 {
        let nothing = Some(Restriction::None);
        claims.restriction(exposure, if restricting > 0 { rule.restriction } else { nothing });
    }
    let unsettled = listed.iter().filter(|one| one.on_day.confirm).count();
    let by_listings = status == Status::InForce && unsettled > 0;
    if unsettled == 0 || unsettled == listed.len() || status != Status::InForce {
        claims.confirm(exposure, claims.rule_confirm(rule) || by_listings);
    }
    claims.weakest(exposure, rows);
    let by = |interest: Interest| {
        let at = |row: &&HoldingRecord| world.joins.entity(row.issuer) == subject;
        rows.iter().filter(at).any(|row| row.terms().interest == interest)
    };
    match exposure["basis"].as_str() {
        Some("branch") if by(Interest::Branch) => claims.nothing(exposure, &["share"]),
        Some("control") if by(Interest::Control) && rule.control => {}
        Some("single" | "aggregate") if !exposure["share"].is_null() => {}
        _ => claims.fault("its basis and share are not those of the rows cited"),
    }
}

/// Whether the direct holders that one block of wanted listings counts meet a rule: under a direct
/// reading a branch may go with a head office that is reached instead, whatever else is held of it.
fn by_holders(
    claims: &Claims,
    rule: &Rule,
    subject: Entity,
    direct: &[Held],
    wanted: Wanted,
    possible: bool,
) -> bool {
    let (world, above) = (claims.world, claims.world.above(subject));
    let held = world.held_in(subject);
    world.blocks(rule, &above, wanted).into_iter().any(|block| {
        let (holders, _) = world.spread(rule, &above, block, possible, &|_| true);
        let carried = |one: &Held| {
            matches!(one.interest, Interest::Branch | Interest::Control)
                && holders.contains(&one.holder)
        };
        let enough = |interest: &Interest| {
            let (least, most) = world.sums(subject, &held, &holders, *interest, &|_| true);
            rule.test_on(world.day).met_by(if possible { most } else { least })
        };
        direct.iter().any(carried) || rule.interests.iter().any(enough)
    })
}

/// How the holders of an entity meet a rule: the strongest status from which they do, and whether
/// listings that restrict something, and of those in force settled ones, are enough for it.
pub(super) struct Reached {
    pub status: Status,
    restricting: bool,
    settled: bool,
}

impl Reached {
    /// Checks status, restriction and confirmation of an exposure that is met so.
    pub fn holds_of(&self, claims: &mut Claims, exposure: &Value, rule: &Rule) {
        claims.same("listing_status", &exposure["listing_status"], Some(self.status.as_str()));
        let restriction = if self.restricting { rule.restriction } else { Some(Restriction::None) };
        claims.restriction(exposure, restriction);
        let confirm = self.status == Status::InForce && !self.settled;
        claims.confirm(exposure, claims.rule_confirm(rule) || confirm);
    }
}

pub(super) fn reached(
    claims: &Claims,
    rule: &Rule,
    subject: Entity,
    possible: bool,
) -> Option<Reached> {
    let meets = |status: Status, also: &dyn Fn(&Listed) -> bool| {
        let wanted = |one: &Listed| one.on_day.status <= status && also(one);
        claims.world.reach(rule, subject, &wanted, possible).1.contains(&subject)
    };
    let status = STATUSES.into_iter().find(|status| meets(*status, &|_| true))?;
    let restricting = meets(status, &restricts);
    let settled = status == Status::InForce
        && meets(status, &|one| (!restricting || restricts(one)) && !one.on_day.confirm);
    Some(Reached { status, restricting, settled })
}

/// Whether a rule looks at a holding at all.
fn uses(rule: &Rule, one: &Held) -> bool {
    match one.interest {
        Interest::Branch => true,
        Interest::Control => rule.control,
        Interest::Unspecified => one.high > 0,
        interest => one.high > 0 && rule.interests.contains(&interest),
    }
}

/// Whether the rule is met at an entity by cited rows and entries alone, the others' holdings being
/// what they are.
fn derives(
    claims: &Claims,
    rule: &Rule,
    subject: Entity,
    cited: &BTreeSet<Place>,
    entries: &BTreeSet<Place>,
    possible: bool,
) -> bool {
    let world = claims.world;
    let above = world.above(subject);
    let wanted = |one: &Listed| entries.contains(&one.entry.place);
    world.blocks(rule, &above, &wanted).into_iter().any(|block| {
        let usable = |one: &Held| one.rows.iter().all(|place| cited.contains(place));
        let (_, met) = world.spread(rule, &above, block, possible, &usable);
        met.contains(&subject)
    })
}

/// Checks the sum at the entity, and by what the rule is met there.
#[expect(clippy::too_many_arguments, reason = "one claim has that many sides")]
fn share_and_basis(
    claims: &mut Claims,
    exposure: &Value,
    rule: &Rule,
    subject: Entity,
    (direct, by_office): (&[Held], bool),
    status: Status,
    possible: bool,
    listed: usize,
) {
    let world = claims.world;
    let held = world.held_in(subject);
    let holders: BTreeSet<Entity> = direct.iter().map(|one| one.holder).collect();
    let sums = rule.interests.iter().filter_map(|interest| {
        let (least, most) = world.sums(subject, &held, &holders, *interest, &|_| true);
        let any = direct
            .iter()
            .any(|one| one.interest == *interest || one.interest == Interest::Unspecified);
        any.then_some((if possible { most } else { least }, least, most))
    });
    let best = sums.max_by_key(|(at_end, _, _)| *at_end);
    let by_share = best.is_some_and(|(at_end, _, _)| rule.test_on(world.day).met_by(at_end));
    let branch = by_office || direct.iter().any(|one| one.interest == Interest::Branch);
    let one_owner = || {
        let above = world.above(subject);
        let seeds: BTreeSet<Entity> = world
            .counted(rule)
            .filter(|one| one.on_day.status <= status && above.contains(&one.entity))
            .map(|one| one.entity)
            .filter(|entity| *entity != subject)
            .collect();
        seeds.into_iter().any(|seed| {
            let alone = BTreeSet::from([seed]);
            world.spread(rule, &above, alone, possible, &|_| true).1.contains(&subject)
        })
    };
    let basis = match (by_share, branch) {
        (false, true) => "branch",
        (false, false) => "control",
        _ if listed <= 1 || one_owner() => "single",
        _ => "aggregate",
    };
    claims.same("basis", &exposure["basis"], Some(basis));
    let share = best.map_or((0, 0), |(_, least, most)| (least, most.max(least)));
    share_is(claims, exposure, (basis != "branch").then_some(share));
}

/// The shares assumed lie in the ranges of what is cited, and with them, the others' being at their
/// least, the rule is met for certain.
fn assumed(
    claims: &mut Claims,
    exposure: &Value,
    rule: &Rule,
    subject: Entity,
    rows: &[HoldingRecord],
    listed: &[Listed],
) {
    let world = claims.world;
    let mut issuers = world.issuers(&world.above(subject));
    for one in exposure["assumed"].as_array().into_iter().flatten() {
        let share = one["share"].as_str().unwrap_or_default();
        let share = Share::parse_percent(share, crate::share::Rounding::Down);
        let row = rows.iter().find(|row| {
            let [holder, issuer, interest, ..] = fields(world.records, row).map(|(_, text)| text);
            one["holder"].as_str() == holder.as_deref()
                && one["issuer"].as_str() == issuer.as_deref()
                && one["interest"].as_str() == interest.as_deref()
        });
        let (Some(row), Ok(share)) = (row, share) else {
            claims.fault(format!("{one} fits no row that is cited"));
            return;
        };
        let (holder, issuer) = (world.joins.entity(row.holder), world.joins.entity(row.issuer));
        let held = issuers.iter_mut().find(|(of, _)| *of == issuer);
        let interest = row.terms().interest;
        let held = held.and_then(|(_, all)| {
            all.iter_mut().find(|one| one.holder == holder && one.interest == interest)
        });
        let parts = u64::from(share.parts());
        let most = |held: &Held| held.high.max(held.beside.map_or(0, |(_, high)| high));
        match held.filter(|held| (held.low..=most(held)).contains(&parts)) {
            Some(held) => {
                (held.low, held.high) = (parts, parts);
                held.beside = held.beside.map(|_| (parts, parts));
            }
            None => claims.fault(format!("{one} lies outside what is recorded")),
        }
    }
    let entries: BTreeSet<Place> = listed.iter().map(|one| one.entry.place).collect();
    let wanted = |one: &Listed| entries.contains(&one.entry.place);
    let met = world.blocks(rule, &world.above(subject), &wanted).into_iter().any(|block| {
        world.spread_over(rule, &issuers, block, false, &|_| true).1.contains(&subject)
    });
    if !met {
        claims.fault("with the shares assumed the rule is not met");
    }
}

/// Checks the two ends of a share, or that there is none.
pub(super) fn share_is(claims: &mut Claims, exposure: &Value, share: Option<(u64, u64)>) {
    let Some((low, high)) = share else { return claims.nothing(exposure, &["share"]) };
    let text = |parts: u64| Share::of_sum(parts).to_string();
    claims.same("share low", &exposure["share"]["low"], Some(&text(low)));
    claims.same("share high", &exposure["share"]["high"], Some(&text(high)));
}
