//! All that is said of an entity, as one line for each exposure, worked by hand.

use super::*;
use crate::model::Restriction;

const OWNED: Interest = Interest::Equity;
const VOTES: Interest = Interest::Votes;
const BRANCH: Interest = Interest::Branch;
const CONTROL: Interest = Interest::Control;

/// A listing: entity, status, whether it restricts anything, whether it is to be confirmed.
type Listed = (u32, Status, bool, bool);

fn in_force(entity: u32) -> Listed {
    (entity, Status::InForce, true, false)
}

fn suspended(entity: u32) -> Listed {
    (entity, Status::Suspended, true, false)
}

/// Line 1 is documented, 2 reported, 3 unverified, 4 documented, and so on.
fn confidence(line: u32) -> Confidence {
    [Confidence::Unverified, Confidence::Documented, Confidence::Reported][line as usize % 3]
}

/// What a rule says of an entity: certainty, status, basis, share, effective share, confidence, then
/// the lines of the holdings and the numbers of the listings cited, what is assumed of lines, and
/// what is out of the ordinary.
fn said(rule: &Rule, cases: &[Case], listed: &[Listed], entity: u32) -> Vec<String> {
    let entities = 12;
    let (graph, _) = graph_with(entities, cases, |line| (confidence(line), Span::ALWAYS));
    let listings = (0u32..).zip(listed).map(|(entry, (entity, status, restricts, confirm))| {
        let restriction = (!restricts).then_some(Restriction::None);
        let on_day = OnDay { status: *status, confirm: *confirm };
        Listing { entity: EntityId(*entity), entry, on_day, restriction }
    });
    let complete = FixedBitSet::with_capacity(entities as usize);
    over(&graph, &complete, rule, listings.collect(), |ground, starts| {
        let expansion = Expansion::new(rule, ground, starts, Share::QUARTER, None).unwrap();
        let all = expansion.exposures(EntityId(entity));
        let reached = expansion.reached().contains(&EntityId(entity));
        assert_eq!(reached, !all.is_empty(), "who is reached and of whom something is said");
        all.iter().map(line).collect()
    })
}

fn line(one: &Exposure) -> String {
    let ends = |share: (Share, Share)| match share.0 == share.1 {
        true => share.0.to_string(),
        false => format!("{}..{}", share.0, share.1),
    };
    let rows = |rows: Vec<u32>| format!("{rows:?}").replace(' ', "");
    let mut words = vec![
        one.certainty.as_str().to_owned(),
        one.listing_status.as_str().to_owned(),
        one.basis.map_or("-", Basis::as_str).to_owned(),
        one.share.map_or("-".to_owned(), ends),
        one.confidence.map_or("-", Confidence::as_str).to_owned(),
        rows(one.evidence.iter().map(|row| row.place.record).collect()),
        rows(one.listed.iter().map(|cited| cited.entry).collect()),
    ];
    words.extend(one.effective.map(|share| format!("of={}", ends(share))));
    let assumed = |one: &Assumed| format!("{}={}", one.row.place.record, one.share);
    words.extend(one.assumed.iter().map(assumed));
    let also = [
        ("confirm", one.confirm),
        ("undecided", one.undecided),
        ("nothing", one.restriction == Some(Restriction::None)),
    ];
    words.extend(also.into_iter().filter(|(_, so)| *so).map(|(word, _)| word.to_owned()));
    words.join(" ")
}

fn half() -> Rule {
    Rule { control: false, ..rule(50, Comparison::AtLeast) }
}

fn with_control() -> Rule {
    Rule { control: true, ..half() }
}

fn reading(rule: &Rule, reading: &str) -> Rule {
    rule.reading(reading).unwrap()
}

#[test]
fn a_listed_entity_is_said_to_be_as_its_listings_are() {
    let held = [(0, 2, 60, 60, OWNED)];
    for (listed, expected) in [
        (vec![in_force(2)], "listed in_force - - - [] [0]"),
        (vec![suspended(2), suspended(2)], "listed suspended - - - [] [0,1]"),
        (vec![(2, Status::InForce, false, true)], "listed in_force - - - [] [0] confirm nothing"),
        (vec![(2, Status::NotYet, true, true)], "listed not_yet - - - [] [0] confirm"),
    ] {
        assert_eq!(said(&half(), &held, &listed, 2), [expected]);
    }
    // A stronger listing of the owner is told beside a weaker one of its own; a weaker one is not.
    assert_eq!(
        said(&half(), &held, &[in_force(0), suspended(2)], 2),
        ["certain in_force single 60 documented [1] [0]", "listed suspended - - - [] [1]"]
    );
    assert_eq!(
        said(&half(), &held, &[suspended(0), in_force(2)], 2),
        ["listed in_force - - - [] [1]"]
    );
    // Told of an owner that restricts something, it is not told of its own listing through a ring.
    let ring = [(2, 0, 0, 100, OWNED), (0, 2, 0, 100, BRANCH)];
    let own = [(2, Status::NotYet, false, false), suspended(0)];
    assert_eq!(
        said(&half(), &ring, &own, 2),
        ["listed not_yet - - - [] [0] nothing", "certain suspended branch - reported [2] [1]"]
    );
    // So is that of an owner whose listing restricts something where its own does not.
    assert_eq!(
        said(&half(), &held, &[in_force(0), (2, Status::InForce, false, false)], 2),
        ["certain in_force single 60 documented [1] [0]", "listed in_force - - - [] [1] nothing"]
    );
}

#[test]
fn only_the_listings_that_decide_are_cited() {
    let held = [(0, 2, 60, 60, OWNED)];
    let plain = (0, Status::InForce, true, false);
    let of_no_effect = (0, Status::InForce, false, false);
    let unsure = (0, Status::InForce, true, true);
    let suspended = (0, Status::Suspended, true, false);
    for (listed, expected) in [
        (vec![plain, suspended], "certain in_force single 60 documented [1] [0]"),
        (vec![unsure], "certain in_force single 60 documented [1] [0] confirm"),
        (vec![of_no_effect], "certain in_force single 60 documented [1] [0] nothing"),
        // All of the strongest status are cited, whether or not they are what is wanted.
        (vec![of_no_effect, plain], "certain in_force single 60 documented [1] [0,1]"),
        (vec![plain, unsure], "certain in_force single 60 documented [1] [0,1]"),
        (vec![of_no_effect, unsure], "certain in_force single 60 documented [1] [0,1] confirm"),
    ] {
        assert_eq!(said(&half(), &held, &listed, 2), [expected], "{listed:?}");
    }
    // Two owners that both have to count: the status is that of the weaker, and of the other's
    // listings those of the wanted kind at most that weak are cited beside the strongest.
    let two = [(0, 2, 30, 30, OWNED), (1, 2, 30, 30, OWNED)];
    let weaker = (1, Status::Suspended, true, false);
    assert_eq!(
        said(&half(), &two, &[of_no_effect, suspended, weaker], 2),
        ["certain suspended aggregate 60 reported [1,2] [0,1,2]"]
    );
    assert_eq!(
        said(&half(), &two, &[plain, suspended, weaker], 2),
        ["certain suspended aggregate 60 reported [1,2] [0,2]"]
    );
}

#[test]
fn owners_added_up_or_alone_are_told_apart() {
    // Of owner 0 alone, 1 beside it.
    let alone = [(0, 2, 60, 60, OWNED), (1, 2, 10, 10, OWNED)];
    let both = [in_force(0), in_force(1)];
    assert_eq!(
        said(&half(), &alone, &both, 2),
        ["certain in_force single 70 reported [1,2] [0,1]"]
    );
    // Two in force together, though a suspended one alone would do.
    let cases = [(0, 2, 25, 25, OWNED), (1, 2, 25, 25, OWNED), (5, 2, 50, 50, OWNED)];
    assert_eq!(
        said(&half(), &cases, &[in_force(0), in_force(1), suspended(5)], 2),
        ["certain in_force aggregate 50 reported [1,2] [0,1]"]
    );
    // What is a branch and more than half owned is reached by the share.
    let owned_branch = [(0, 2, 60, 60, OWNED), (0, 2, 0, 100, BRANCH)];
    assert_eq!(
        said(&half(), &owned_branch, &[in_force(0)], 2),
        ["certain in_force single 60 reported [1,2] [0]"]
    );
    // Where each is taken alone, the chain of one owner is its proof, with nothing of another's.
    let single = reading(&half(), "single");
    let chains = [
        (0, 3, 20, 20, OWNED),
        (0, 4, 100, 100, OWNED),
        (4, 3, 30, 30, OWNED),
        (1, 3, 40, 40, OWNED),
        (3, 2, 100, 100, OWNED),
    ];
    assert_eq!(
        said(&single, &chains, &both, 2),
        ["certain in_force single 100 unverified [5,3,1,2] [0]"]
    );
}

#[test]
fn what_is_possible_says_what_has_to_be_assumed() {
    let cases = [
        (0, 3, 50, 50, OWNED),
        (3, 2, 10, 40, OWNED),
        (0, 2, 20, 30, OWNED),
        (5, 2, 20, 45, OWNED),
    ];
    // The first to be reached takes first; the others are left what they need.
    assert_eq!(
        said(&half(), &cases, &[in_force(0)], 2),
        ["possible in_force single 30..70 unverified [3,2,1] [0] 2=40 3=30"]
    );
    // Where each is taken alone, the one that may be enough takes first.
    let narrow = [(0, 2, 10, 20, OWNED), (1, 2, 30, 60, OWNED), (5, 2, 35, 35, OWNED)];
    assert_eq!(
        said(&reading(&half(), "single"), &narrow, &[in_force(0), in_force(1)], 2),
        ["possible in_force single 40..65 reported [2,1] [0,1] 1=10 2=55"]
    );
    let through = [
        (1, 2, 10, 20, OWNED),
        (0, 5, 60, 60, OWNED),
        (5, 2, 30, 60, OWNED),
        (6, 2, 35, 35, OWNED),
    ];
    assert_eq!(
        said(&reading(&half(), "single"), &through, &[in_force(0), in_force(1)], 2),
        ["possible in_force single 40..65 unverified [3,2,1] [0,1] 1=10 3=55"]
    );
    let tight = [(0, 2, 20, 60, OWNED), (5, 2, 45, 45, OWNED), (1, 2, 0, 60, OWNED)];
    assert_eq!(
        said(&half(), &tight, &[in_force(0), in_force(1)], 2),
        ["possible in_force single 20..55 unverified [1,3] [0,1] 1=55 3=0"]
    );
}

#[test]
fn a_branch_goes_with_a_head_office_that_is_only_reached() {
    let direct = reading(&half(), "direct");
    let cases = [
        (0, 2, 60, 60, OWNED),
        (2, 3, 0, 100, BRANCH),
        (3, 4, 0, 100, BRANCH),
        (2, 5, 100, 100, OWNED),
        (6, 3, 0, 100, BRANCH),
        (7, 3, 0, 100, BRANCH),
        (3, 7, 0, 100, BRANCH),
    ];
    let listed = [in_force(0)];
    assert_eq!(
        said(&direct, &cases, &listed, 2),
        ["certain in_force single 60 documented [1] [0]"]
    );
    assert_eq!(said(&direct, &cases, &listed, 3), ["certain in_force branch - reported [2,1] [0]"]);
    assert_eq!(
        said(&direct, &cases, &listed, 4),
        ["certain in_force branch - unverified [3,2,1] [0]"]
    );
    let flag: [&str; 1] = ["flag in_force single 0 documented [4,1] [0] of=60"];
    assert_eq!(said(&direct, &cases, &listed, 5), flag, "no holder that is reached only counts");
    assert!(said(&direct, &cases, &listed, 6).is_empty());
    // Of several head offices the nearest that is reached leads on, even where some go in a circle.
    let circle = [
        (1, 3, 0, 100, BRANCH),
        (3, 1, 0, 100, BRANCH),
        (2, 3, 0, 100, BRANCH),
        (0, 2, 60, 60, OWNED),
        (0, 5, 60, 60, OWNED),
        (5, 10, 10, 10, OWNED),
        (7, 10, 0, 100, BRANCH),
        (8, 10, 0, 100, BRANCH),
        (0, 8, 60, 60, OWNED),
    ];
    for (entity, rows) in [(3, "[3,4]"), (1, "[2,3,4]"), (10, "[8,9]")] {
        let expected = format!("certain in_force branch - unverified {rows} [0]");
        assert_eq!(said(&direct, &circle, &listed, entity), [expected]);
    }
    // What else is held of the branch makes no proof where it is too little; it is cited and not summed.
    let besides = [(0, 2, 80, 80, OWNED), (2, 3, 0, 100, BRANCH), (0, 3, 10, 10, OWNED)];
    assert_eq!(
        said(&direct, &besides, &listed, 3),
        ["certain in_force branch - unverified [3,2,1] [0]"]
    );
    // Nor does a head office that is listed to no effect, where its own owner is listed to some.
    let effect = [(1, 2, 51, 51, OWNED), (2, 3, 0, 100, BRANCH)];
    assert_eq!(
        said(&direct, &effect, &[in_force(1), (2, Status::InForce, false, false)], 3),
        ["certain in_force branch - reported [2,1] [0,1]"]
    );
    // A branch of a listed one holds for it as a branch, not as what it owns.
    let owned_branch = [
        (0, 2, 80, 80, OWNED),
        (0, 2, 0, 100, BRANCH),
        (2, 3, 51, 51, OWNED),
        (2, 4, 0, 100, CONTROL),
    ];
    assert_eq!(
        said(&direct, &owned_branch, &listed, 3),
        ["certain in_force single 51 unverified [3,2] [0]"]
    );
    let controlled = reading(&with_control(), "direct");
    assert_eq!(
        said(&controlled, &owned_branch, &listed, 4),
        ["certain in_force control 0 reported [4,2] [0]"]
    );
    // The head office that is possible, or weaker, makes the branch no stronger.
    let weaker = [(0, 2, 40, 60, OWNED), (1, 2, 50, 50, OWNED), (2, 3, 0, 100, BRANCH)];
    assert_eq!(
        said(&direct, &weaker, &[in_force(0), suspended(1)], 3),
        [
            "possible in_force branch - unverified [3,1] [0] 1=50",
            "certain suspended branch - unverified [3,1,2] [0,1]"
        ]
    );
}

#[test]
fn multiplied_shares_say_all_that_leads_to_them() {
    let multiplied = reading(&half(), "multiplied");
    let single = reading(&Rule { reach: Reach::Multiplied, ..half() }, "single");
    // One of the two alone would do; a suspended owner and a stranger lead nowhere.
    let cases = [
        (0, 2, 60, 60, OWNED),
        (1, 2, 10, 10, OWNED),
        (5, 2, 10, 10, OWNED),
        (8, 2, 10, 10, OWNED),
        (2, 2, 10, 10, OWNED),
    ];
    let listed = [in_force(0), in_force(1), suspended(5)];
    assert_eq!(
        said(&multiplied, &cases, &listed, 2),
        ["certain in_force single 70 reported [1,2] [0,1]"]
    );
    assert_eq!(
        said(&single, &cases, &listed, 2),
        ["certain in_force single 60 documented [1] [0]"]
    );
    // Listed itself and weaker: only what is as strong adds to its owner's share.
    let own = [in_force(0), suspended(2), suspended(5)];
    assert_eq!(
        said(&multiplied, &cases, &own, 2),
        ["certain in_force single 60 documented [1] [0]", "listed suspended - - - [] [1]"]
    );
    // Through control and then a branch nothing is multiplied: they are carried.
    let with_control = reading(&with_control(), "multiplied");
    let carried = [
        (0, 2, 60, 60, OWNED),
        (2, 3, 0, 100, CONTROL),
        (3, 4, 0, 100, BRANCH),
        (0, 7, 10, 10, OWNED),
        (7, 3, 0, 100, CONTROL),
        (5, 3, 0, 100, CONTROL),
    ];
    let listed = [in_force(0), suspended(5)];
    assert_eq!(
        said(&with_control, &carried, &listed, 3),
        ["certain in_force control - reported [2,1] [0]"]
    );
    assert_eq!(
        said(&with_control, &carried, &listed, 4),
        ["certain in_force branch - unverified [3,2,1] [0]"]
    );
    // Either reading, at the end that is only possible.
    let either = reading(&half(), "either");
    let cases = [(0, 2, 40, 60, OWNED), (2, 3, 90, 100, OWNED), (0, 3, 5, 5, OWNED)];
    assert_eq!(
        said(&either, &cases, &[in_force(0)], 2),
        ["possible in_force single 40..60 documented [1] [0] 1=60"]
    );
    let apart = [(0, 2, 45, 49, OWNED), (2, 3, 90, 100, OWNED), (0, 3, 5, 5, OWNED)];
    assert_eq!(
        said(&either, &apart, &[in_force(0)], 3),
        ["possible in_force single 45.5..51.55 unverified [3,2,1] [0] 1=49 2=95"]
    );
}

#[test]
fn a_flag_follows_what_the_rule_counts_or_multiplies() {
    // 3 is controlled and counts; 7 controls 4 but does not count; votes are not looked at.
    let cases = [
        (0, 3, 0, 100, CONTROL),
        (0, 4, 30, 30, OWNED),
        (3, 4, 15, 15, OWNED),
        (0, 7, 10, 10, OWNED),
        (7, 4, 0, 100, CONTROL),
        (0, 8, 10, 10, OWNED),
        (8, 4, 10, 10, VOTES),
        (3, 9, 100, 100, VOTES),
        (9, 4, 1, 1, OWNED),
        (4, 4, 20, 20, OWNED),
    ];
    assert_eq!(
        said(&with_control(), &cases, &[in_force(0)], 4),
        ["flag in_force single 45 unverified [2,3,1] [0] of=30"]
    );
    // Of control without the test the strongest holder is told, by what makes it the strongest.
    let held = [
        (0, 2, 40, 60, OWNED),
        (1, 2, 50, 50, OWNED),
        (2, 3, 0, 100, CONTROL),
        (1, 3, 0, 100, CONTROL),
    ];
    assert_eq!(
        said(&half(), &held, &[in_force(0), suspended(1)], 3),
        ["flag in_force control 0 unverified [3,1] [0] 1=50"]
    );
    assert_eq!(
        said(&half(), &held, &[suspended(0), suspended(1)], 3),
        ["flag suspended control 0 documented [4] [1]"]
    );
    let unsure = (1, Status::InForce, false, true);
    assert_eq!(
        said(&half(), &held, &[unsure], 3),
        ["flag in_force control 0 documented [4] [0] confirm nothing"]
    );
    // A listed branch: every listing of every branch is cited.
    let branches = [(2, 0, 0, 100, BRANCH), (2, 1, 0, 100, BRANCH), (3, 0, 50, 50, OWNED)];
    assert_eq!(
        said(&half(), &branches, &[suspended(0), in_force(1)], 2),
        ["flag in_force branch - reported [1,2] [0,1]"]
    );
    assert!(said(&half(), &branches, &[suspended(0), in_force(1)], 3).is_empty());
}

#[test]
fn a_floor_of_0_flags_whatever_holdings_lead_to_and_a_country_left_out_nothing() {
    let cases = [
        (0, 2, 1, 1, OWNED),
        (0, 3, 0, 2, OWNED),
        (4, 3, 100, 100, OWNED),
        (0, 5, 60, 60, OWNED),
        (1, 6, 10, 10, OWNED),
    ];
    let (graph, _) = graph(8, &cases);
    let complete = FixedBitSet::with_capacity(8);
    let country = |entity: u32| Countries::parse(if entity == 5 { "US" } else { "" }).unwrap();
    let countries: EntityCountries = (0..8).map(country).collect();
    let hidden = Countries::parse("US").unwrap().codes().to_vec();
    let rule = Rule { exclude_issuer_countries: hidden, ..half() };
    let seeds = listings(&[(0, Status::InForce), (1, Status::Suspended)]);
    over(&graph, &complete, &rule, seeds, |ground, starts| {
        let ground = Ground { countries: &countries, ..ground };
        let expansion = Expansion::new(&rule, ground, starts, Share::ZERO, None).unwrap();
        let said = |entity: &u32| !expansion.exposures(EntityId(*entity)).is_empty();
        let flagged: Vec<u32> = (2..8).filter(said).collect();
        // Of 3 a stranger holds all there is; a suspended owner raises no flag.
        assert_eq!(flagged, [2]);
        let reached: Vec<u32> = expansion.reached().iter().map(|entity| entity.0).collect();
        assert_eq!(reached, [0, 1, 2], "nothing is said of 5, which is hidden");
        let shares = EffectiveShares::new(ground, &[EntityId(0)]);
        assert_eq!((shares.len(), shares.is_empty()), (3, false));
        let of_nobody = EffectiveShares::new(ground, &[EntityId(7)]);
        assert_eq!((of_nobody.len(), of_nobody.is_empty()), (0, true));
    });
}
