//! Shares multiplied along every chain, and ties at the threshold.

use super::*;

#[test]
fn multiplied_shares_have_every_path_as_their_proof() {
    let multiplied = rule(50, Comparison::AtLeast).reading("multiplied").unwrap();
    // 0 and 1 are listed: 30 and 30 of 2; 0 alone half of 4 through 3; 5 only together with the
    // suspended 6; 7 is a branch of 4, and 8 holds what is no path.
    let cases = [
        equity(0, 2, 30, 30),
        equity(1, 2, 30, 30),
        equity(0, 3, 50, 50),
        equity(3, 4, 100, 100),
        equity(0, 5, 20, 20),
        equity(6, 5, 30, 30),
        (4, 7, 0, 100, Interest::Branch),
        equity(8, 2, 40, 40),
    ];
    let seeds = [(0, Status::InForce), (1, Status::InForce), (6, Status::Suspended)];
    let of = |entity: u32| {
        with_expansion(9, &cases, &seeds, &[], &multiplied, None, |expansion| {
            expansion.exposures(EntityId(entity)).remove(0)
        })
    };
    let half = Share::from_parts(500_000_000);
    let two = of(2);
    assert_eq!((two.basis, two.evidence.len()), (Some(Basis::Aggregate), 2));
    assert_eq!(two.share.unwrap().0.to_string(), "60");
    let four = of(4);
    assert_eq!((four.basis, four.share), (Some(Basis::Single), Some((half, half))));
    assert_eq!((four.evidence.len(), four.listed.len()), (2, 1));
    let five = of(5);
    assert_eq!((five.listing_status, five.basis), (Status::Suspended, Some(Basis::Aggregate)));
    assert_eq!((five.share, five.listed.len()), (Some((half, half)), 2));
    let branch = of(7);
    assert_eq!(branch.certainty, Certainty::Certain);
    assert_eq!(branch.evidence.len(), 3, "the branch, and what reaches its head office");
    assert!(with_expansion(9, &cases, &seeds, &[], &multiplied, None, |expansion| {
        expansion.exposures(EntityId(8)).is_empty()
    }));
}

#[test]
fn a_tie_that_no_fixed_point_shows_is_decided_exactly() {
    // y = 2/5 + y/5 is one half; with more than one half asked it is not enough.
    let ring = [equity(0, 1, 40, 40), equity(1, 2, 100, 100), equity(2, 1, 20, 20)];
    let certain = |comparison| {
        let multiplied = rule(50, comparison).reading("multiplied").unwrap();
        with_expansion(3, &ring, &[(0, Status::InForce)], &[], &multiplied, None, |expansion| {
            [1, 2].map(|entity| {
                let exposures = expansion.exposures(EntityId(entity));
                exposures.iter().map(|one| one.certainty).min()
            })
        })
    };
    assert_eq!(certain(Comparison::AtLeast), [Some(Certainty::Certain); 2]);
    assert_eq!(certain(Comparison::MoreThan), [Some(Certainty::Flag); 2]);
    // 2 is owned wholly by the listed owner and by 1 besides, which counts as the whole: y = 2/5 + (1/20 +
    // 3/10 y)/2 is one half again. Where 0 has 40 and 3, of whom nobody knows, 80, nothing is capped, and
    // 40 of half of it and 30 are one half.
    let capped = [
        equity(0, 1, 40, 40),
        equity(2, 1, 50, 50),
        equity(1, 2, 30, 30),
        equity(3, 2, 5, 5),
        equity(0, 3, 100, 100),
        equity(1, 3, 100, 100),
    ];
    let beyond = [
        equity(0, 1, 30, 30),
        equity(2, 1, 40, 40),
        equity(0, 2, 40, 40),
        equity(3, 2, 80, 80),
        equity(1, 2, 20, 20),
    ];
    for (cases, comparison, expected) in [
        (&capped[..], Comparison::AtLeast, Some(Certainty::Certain)),
        (&capped, Comparison::MoreThan, Some(Certainty::Flag)),
        (&beyond, Comparison::AtLeast, Some(Certainty::Certain)),
        (&beyond, Comparison::MoreThan, Some(Certainty::Flag)),
    ] {
        let multiplied = rule(50, comparison).reading("multiplied").unwrap();
        let seeds = [(0, Status::InForce)];
        let told = with_expansion(4, cases, &seeds, &[], &multiplied, None, |expansion| {
            expansion.exposures(EntityId(1)).iter().map(|one| one.certainty).min()
        });
        assert_eq!(told, expected, "{comparison:?}");
    }
    // 5/12 is no decimal, but 60 % of it and 25 % besides are one half.
    let thirds = [
        equity(0, 1, 30, 30),
        equity(2, 1, 40, 40),
        equity(1, 2, 70, 70),
        equity(1, 3, 60, 60),
        equity(0, 3, 25, 25),
    ];
    let of = |comparison| {
        let multiplied = rule(50, comparison).reading("multiplied").unwrap();
        with_expansion(4, &thirds, &[(0, Status::InForce)], &[], &multiplied, None, |expansion| {
            let one = expansion.exposures(EntityId(3)).remove(0);
            (one.certainty, one.undecided)
        })
    };
    assert_eq!(of(Comparison::AtLeast), (Certainty::Certain, false));
    assert_eq!(of(Comparison::MoreThan), (Certainty::Flag, false));
}

#[test]
fn a_ring_too_large_for_exact_arithmetic_is_possible_and_says_so() {
    let ring = |size: u32| -> Vec<Case> {
        let around = (1..size).map(|at| equity(at, at + 1, 100, 100));
        around.chain([equity(size, 1, 20, 20), equity(0, 1, 40, 40)]).collect()
    };
    let multiplied = rule(50, Comparison::AtLeast).reading("multiplied").unwrap();
    let of = |size: u32| {
        let seeds = [(0, Status::InForce)];
        with_expansion(size + 1, &ring(size), &seeds, &[], &multiplied, None, |expansion| {
            let one = expansion.exposures(EntityId(1)).remove(0);
            assert_eq!(one.basis, Some(Basis::Single));
            (one.certainty, one.undecided)
        })
    };
    assert_eq!(of(400), (Certainty::Certain, false), "solved directly");
    assert_eq!(of(401), (Certainty::Possible, true), "iterated from both sides");
}

#[test]
fn a_ring_has_the_same_last_digit_whatever_else_is_asked() {
    // 2, 3 and 5 are a ring; 0 hangs on it, and is not looked at where one entity of the ring is asked.
    let ring = [
        equity(2, 5, 50, 50),
        equity(3, 0, 50, 50),
        equity(3, 2, 0, 44),
        equity(4, 5, 0, 100),
        equity(5, 2, 50, 50),
        equity(5, 3, 50, 50),
    ];
    let seeds = [(4, Status::InForce)];
    let rule = rule(50, Comparison::AtLeast);
    let of = |scope: Option<&[EntityId]>, entity: u32| {
        with_expansion(6, &ring, &seeds, &[], &rule, scope, |expansion| {
            expansion
                .exposures(EntityId(entity))
                .iter()
                .map(|one| one.effective)
                .collect::<Vec<_>>()
        })
    };
    for entity in [2, 3, 5] {
        let whole = of(None, entity);
        assert_eq!(of(Some(&[EntityId(entity)]), entity), whole);
        assert_eq!(whole.len(), 1);
    }
}

#[test]
fn control_under_multiplied_shares_is_proved_by_the_block_that_reaches_it() {
    // Each owner by itself: 5 controls 3 and is listed; 4 is listed too, and holds a little of 5.
    let rule = Rule {
        control: true,
        test: Test { aggregate: Aggregate::Owner, ..rule(50, Comparison::AtLeast).test },
        ..rule(50, Comparison::AtLeast).reading("multiplied").unwrap()
    };
    let cases = [(5, 3, 0, 100, Interest::Control), equity(4, 5, 10, 10)];
    let seeds = [(4, Status::InForce), (5, Status::InForce)];
    let exposures = with_expansion(6, &cases, &seeds, &[], &rule, None, |expansion| {
        expansion.exposures(EntityId(3))
    });
    let [controlled] = &exposures[..] else { panic!("{exposures:?}") };
    assert_eq!((controlled.basis, controlled.evidence.len()), (Some(Basis::Control), 1));
    assert_eq!(controlled.listed.iter().map(|one| one.entry).collect::<Vec<_>>(), [1]);
}
