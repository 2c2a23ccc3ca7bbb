//! Margins and flags, worked by hand.

use super::*;
use crate::expand::Basis;
use crate::model::Restriction;

const OWNED: Interest = Interest::Equity;

fn half() -> Rule {
    rule(50, Comparison::AtLeast)
}

/// The margin of an entity: percent of the set less the threshold in millionths, its holders, and the
/// change: holder, issuer, from, to in parts.
type Told = Option<(i64, Vec<u32>, Option<(u32, u32, u32, u32)>)>;

fn margin(cases: &[Case], complete: &[u32], rule: &Rule, entity: u32) -> Told {
    let seeds = [(0, Status::InForce), (1, Status::InForce)];
    with_expansion(10, cases, &seeds, complete, rule, None, |expansion| {
        let margin = expansion.margin(EntityId(entity))?;
        let holders = margin.holders.iter().map(|one| one.0).collect();
        let change =
            margin.change.map(|one| (one.holder.0, one.issuer.0, one.from.parts(), one.to.parts()));
        Some((margin.parts, holders, change))
    })
}

const PERCENT: u32 = 10_000_000;

#[test]
fn a_margin_is_the_way_to_the_threshold_and_the_least_change_that_turns_it() {
    let (half, more) = (half(), rule(50, Comparison::MoreThan));
    let percent = |percent: i64| percent * i64::from(PERCENT);
    // Reached by 10 percent: the first share that is not enough.
    let held = [(0, 2, 60, 60, OWNED)];
    let change = Some((0, 2, 60 * PERCENT, 50 * PERCENT - 1));
    assert_eq!(margin(&held, &[], &half, 2), Some((percent(10), vec![0], change)));
    // Missed by 10.
    let short = [(0, 2, 40, 40, OWNED)];
    let change = Some((0, 2, 40 * PERCENT, 50 * PERCENT));
    assert_eq!(margin(&short, &[], &half, 2), Some((percent(-10), vec![0], change)));
    // Exactly half misses a rule of more than half.
    let exact = [(0, 2, 50, 50, OWNED)];
    let change = Some((0, 2, 50 * PERCENT, 50 * PERCENT + 1));
    assert_eq!(margin(&exact, &[], &more, 2), Some((0, vec![0], change)));
    // It meets one of at least half, with nothing to spare.
    let change = Some((0, 2, 50 * PERCENT, 50 * PERCENT - 1));
    assert_eq!(margin(&exact, &[], &half, 2), Some((0, vec![0], change)));
    // What is not reached is measured by the most that may be held.
    let range = [(0, 2, 30, 45, OWNED)];
    let change = Some((0, 2, 45 * PERCENT, 50 * PERCENT));
    assert_eq!(margin(&range, &[], &half, 2), Some((percent(-5), vec![0], change)));
    // Holders are added up; the smallest change of one holding, wherever it lies above.
    let chain = [(0, 3, 51, 51, OWNED), (3, 4, 45, 45, OWNED), (1, 4, 8, 8, OWNED)];
    let change = Some((0, 3, 51 * PERCENT, 50 * PERCENT - 1));
    assert_eq!(margin(&chain, &[], &half, 4), Some((percent(3), vec![1, 3], change)));
    // A holder that is not reached is not in the set, and may be what turns the answer.
    let beside = [(0, 3, 49, 49, OWNED), (3, 4, 45, 45, OWNED), (1, 4, 8, 8, OWNED)];
    let change = Some((0, 3, 49 * PERCENT, 50 * PERCENT));
    assert_eq!(margin(&beside, &[], &half, 4), Some((percent(-42), vec![1], change)));
    // An unlisted owner of which nobody knows more: no listed one holds anything.
    let strangers = [(5, 6, 100, 100, OWNED)];
    assert_eq!(margin(&strangers, &[], &half, 6), Some((percent(-50), vec![], None)));
    // Shares of itself are nobody's.
    let own = [(0, 2, 60, 60, OWNED), (2, 2, 40, 40, OWNED)];
    let change = Some((0, 2, 60 * PERCENT, 50 * PERCENT - 1));
    assert_eq!(margin(&own, &[], &half, 2), Some((percent(10), vec![0], change)));
    // Complete owners leave 55 percent at least, so that the owner above is what turns it.
    let complete = [(0, 3, 60, 60, OWNED), (3, 4, 40, 100, OWNED), (7, 4, 0, 45, OWNED)];
    let change = Some((0, 3, 60 * PERCENT, 50 * PERCENT - 1));
    assert_eq!(margin(&complete, &[4], &half, 4), Some((percent(5), vec![3], change)));
    // The nearer of two equal changes is that of the lower number.
    let two = [(0, 4, 20, 20, OWNED), (1, 4, 20, 20, OWNED)];
    let change = Some((0, 4, 20 * PERCENT, 30 * PERCENT));
    assert_eq!(margin(&two, &[], &half, 4), Some((percent(-10), vec![0, 1], change)));
    // Of votes and shares the nearer.
    let both = Rule { interests: vec![OWNED, Interest::Votes], ..half.clone() };
    let votes = [(0, 2, 10, 10, OWNED), (0, 2, 45, 45, Interest::Votes)];
    let change = Some((0, 2, 45 * PERCENT, 50 * PERCENT));
    assert_eq!(margin(&votes, &[], &both, 2), Some((percent(-5), vec![0], change)));
}

#[test]
fn some_have_no_margin() {
    let half = half();
    let held = [(0, 2, 60, 60, OWNED), (0, 1, 60, 60, OWNED), (0, 3, 100, 100, Interest::Branch)];
    assert_eq!(margin(&held, &[], &half, 1), None, "listed itself");
    assert_eq!(margin(&held, &[], &half, 5), None, "held by nobody");
    assert_eq!(margin(&held, &[], &half, 3), None, "a branch");
    assert_eq!(margin(&[(6, 6, 10, 10, OWNED)], &[], &half, 6), None, "held by itself alone");
    let multiplied = Rule { reach: Reach::Multiplied, ..half.clone() };
    assert_eq!(margin(&held, &[], &multiplied, 2), None, "multiplied");
    // Where each owner is taken alone, the one that comes nearest.
    let single = Rule { test: Test { aggregate: Aggregate::Owner, ..half.test }, ..half };
    let two = [(0, 4, 20, 20, OWNED), (1, 4, 40, 40, OWNED)];
    let told = margin(&two, &[], &single, 4).unwrap();
    assert_eq!((told.0, told.1), (-i64::from(10 * PERCENT), vec![1]));
}

/// Who held on other days alone plays no part, and may be anybody.
#[test]
fn a_margin_looks_at_the_day_alone() {
    let cases = [(5, 2, 30, 30, OWNED), (0, 2, 60, 60, OWNED), (6, 0, 70, 70, OWNED)];
    let ended = Span { from: Day::ALWAYS, until: Day::parse("2020-01-01").unwrap() };
    let starts_later = Span { from: Day::parse("2030-01-01").unwrap(), until: Day::NEVER };
    let (graph, _) = graph_with(10, &cases, |line| {
        let span = [ended, Span::ALWAYS, starts_later][line as usize - 1];
        (Confidence::Documented, span)
    });
    let (rule, all_owners) = (half(), FixedBitSet::with_capacity(10));
    let margin =
        over(&graph, &all_owners, &rule, listings(&[(0, Status::InForce)]), |ground, starts| {
            let expansion = Expansion::new(&rule, ground, starts, Share::QUARTER, None).unwrap();
            expansion.margin(EntityId(2))
        });
    let change = margin.unwrap().change.unwrap();
    assert_eq!((change.from.parts(), change.to.parts()), (60 * PERCENT, 50 * PERCENT - 1));
}

/// Exposures of one entity under a rule without a control test.
fn told(cases: &[Case], seeds: &[(u32, Status)], entity: u32) -> Vec<Exposure> {
    let rule = Rule { control: false, ..half() };
    with_expansion(12, cases, seeds, &[], &rule, None, |expansion| {
        let own = expansion.exposures(EntityId(entity));
        let among = expansion.reached().contains(&EntityId(entity));
        assert_eq!(among, !own.is_empty(), "what is said of {entity} and who is reached agree");
        own
    })
}

fn lines(exposure: &Exposure) -> Vec<u32> {
    let mut lines: Vec<u32> = exposure.evidence.iter().map(|row| row.place.record).collect();
    lines.sort_unstable();
    lines
}

#[test]
fn owners_in_force_that_hold_much_through_others_are_a_flag() {
    let cases = [(0, 2, 40, 40, OWNED), (2, 3, 100, 100, OWNED), (1, 4, 30, 30, OWNED)];
    let seeds = [(0, Status::InForce), (1, Status::Suspended)];
    let share = |percent: u32| Share::from_parts(u64::from(percent * PERCENT));
    for (entity, rows) in [(2, vec![1]), (3, vec![1, 2])] {
        let [flag] = told(&cases, &seeds, entity).try_into().unwrap();
        assert_eq!((flag.certainty, flag.basis), (Certainty::Flag, Some(Basis::Single)));
        assert_eq!(flag.effective, Some((share(40), share(40))));
        assert_eq!((lines(&flag), flag.listed.len()), (rows, 1));
        let held = if entity == 2 { share(40) } else { Share::ZERO };
        assert_eq!(flag.share, Some((held, held)), "held by those that count");
        assert!(!flag.confirm);
    }
    assert!(told(&cases, &seeds, 4).is_empty(), "an owner that is not in force raises no flag");
    // Twenty percent lie below the floor of a quarter.
    assert!(told(&[(0, 2, 20, 20, OWNED)], &seeds, 2).is_empty());
    // Two owners together.
    let both = [(0, 2, 15, 15, OWNED), (1, 2, 15, 15, OWNED)];
    let in_force = [(0, Status::InForce), (1, Status::InForce)];
    let [flag] = told(&both, &in_force, 2).try_into().unwrap();
    assert_eq!(
        (flag.basis, flag.effective),
        (Some(Basis::Aggregate), Some((share(30), share(30))))
    );
    // Shares of itself are no path.
    let own = [(0, 2, 40, 40, OWNED), (2, 2, 20, 20, OWNED)];
    let [flag] = told(&own, &in_force, 2).try_into().unwrap();
    assert_eq!(lines(&flag), [1]);
}

#[test]
fn control_without_a_control_test_is_a_flag() {
    let control = Interest::Control;
    let cases = [
        (0, 2, 0, 100, control),
        (1, 3, 0, 100, control),
        (0, 4, 60, 60, OWNED),
        (4, 5, 0, 100, control),
        (0, 6, 40, 60, OWNED),
        (6, 7, 0, 100, control),
        (8, 9, 0, 100, control),
        (8, 8, 0, 100, control),
    ];
    let seeds = [(0, Status::InForce), (1, Status::Suspended)];
    for (entity, status, rows) in [
        (2, Status::InForce, vec![1]),
        (3, Status::Suspended, vec![2]),
        (5, Status::InForce, vec![3, 4]),
        (7, Status::InForce, vec![5, 6]),
    ] {
        let [flag] = told(&cases, &seeds, entity).try_into().unwrap();
        assert_eq!((flag.certainty, flag.basis), (Certainty::Flag, Some(Basis::Control)));
        assert_eq!((flag.listing_status, lines(&flag)), (status, rows), "{entity}");
        assert_eq!(
            (flag.share, flag.confidence),
            (Some((Share::ZERO, Share::ZERO)), Some(Confidence::Documented))
        );
        assert_eq!(flag.listed.len(), 1, "{entity}");
    }
    assert!(told(&cases, &seeds, 9).is_empty(), "a stranger's control is nothing");
    assert!(told(&cases, &seeds, 8).is_empty());
    // Under a rule that has the test, the controlled is reached, and so is no flag.
    let with_test = Rule { control: true, ..half() };
    with_expansion(12, &cases, &seeds, &[], &with_test, None, |expansion| {
        let told = expansion.exposures(EntityId(2));
        assert_eq!(told.len(), 1);
        assert!(told[0].certainty != Certainty::Flag);
    });
}

#[test]
fn a_listed_branch_is_a_flag_for_its_head_office_alone() {
    let cases =
        [(2, 0, 100, 100, Interest::Branch), (3, 2, 100, 100, OWNED), (2, 4, 100, 100, OWNED)];
    let seeds = [(0, Status::Suspended)];
    let [flag] = told(&cases, &seeds, 2).try_into().unwrap();
    assert_eq!((flag.certainty, flag.basis), (Certainty::Flag, Some(Basis::Branch)));
    assert_eq!((flag.listing_status, lines(&flag)), (Status::Suspended, vec![1]));
    assert!(told(&cases, &seeds, 3).is_empty() && told(&cases, &seeds, 4).is_empty());
}

#[test]
fn what_is_to_be_confirmed_is_said_of_flags_too() {
    let cases = [
        (0, 2, 0, 100, Interest::Control),
        (3, 0, 100, 100, Interest::Branch),
        (0, 4, 40, 40, OWNED),
    ];
    let (graph, _) = graph(6, &cases);
    let rule = Rule { control: false, ..half() };
    let unsure = Listing {
        entity: EntityId(0),
        entry: 0,
        on_day: OnDay { status: Status::InForce, confirm: true },
        restriction: Some(Restriction::None),
    };
    over(&graph, &FixedBitSet::with_capacity(6), &rule, vec![unsure], |ground, starts| {
        let expansion = Expansion::new(&rule, ground, starts, Share::QUARTER, None).unwrap();
        for entity in [0, 2, 3, 4] {
            let [one] = expansion.exposures(EntityId(entity)).try_into().unwrap();
            assert!(one.confirm, "{entity}");
            assert_eq!(one.restriction, Some(Restriction::None), "{entity}: nothing is restricted");
        }
    });
}

#[test]
fn a_weaker_listing_of_an_owner_is_not_told_beside_a_stronger_one() {
    // 2 is held by an owner in force for certain, and possibly by more of it; 3 the other way round.
    let cases = [(0, 2, 60, 80, OWNED), (0, 3, 30, 40, OWNED), (1, 3, 55, 55, OWNED)];
    let seeds = [(0, Status::InForce), (1, Status::Suspended)];
    let statuses = |entity| -> Vec<(Certainty, Status)> {
        told(&cases, &seeds, entity).iter().map(|one| (one.certainty, one.listing_status)).collect()
    };
    assert_eq!(statuses(2), [(Certainty::Certain, Status::InForce)]);
    assert_eq!(statuses(3), [(Certainty::Certain, Status::Suspended)]);
    // Suspended for certain, in force possibly: both are told.
    let cases = [(0, 3, 30, 60, OWNED), (1, 3, 40, 40, OWNED)];
    let both: Vec<(Certainty, Status)> =
        told(&cases, &seeds, 3).iter().map(|one| (one.certainty, one.listing_status)).collect();
    assert_eq!(
        both,
        [(Certainty::Possible, Status::InForce), (Certainty::Certain, Status::Suspended)]
    );
}

#[test]
fn listings_that_restrict_decide_whether_something_is_to_be_confirmed() {
    let listing = |restricts: bool, confirm: bool| Listing {
        entity: EntityId(0),
        entry: 0,
        on_day: OnDay { status: Status::InForce, confirm },
        restriction: (!restricts).then_some(Restriction::None),
    };
    let summed = |all: &[(bool, bool)]| {
        let all: Vec<Listing> =
            all.iter().map(|(restricts, confirm)| listing(*restricts, *confirm)).collect();
        summed_up(&all.iter().collect::<Vec<_>>(), Status::InForce)
    };
    assert_eq!(summed(&[(true, true), (false, false)]), (true, true));
    assert_eq!(summed(&[(true, false), (false, true)]), (true, false));
    assert_eq!(summed(&[(false, true)]), (false, true));
    assert_eq!(summed(&[(false, false)]), (false, false));
}
