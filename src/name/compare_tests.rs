use super::super::parse;
use super::*;
use proptest::prelude::*;

fn score(left: &str, right: &str) -> f64 {
    compare(&parse(left), &parse(right)).score()
}

#[test]
fn writing_habits_cost_little_and_contradictions_much() {
    for (left, right) in [
        ("Lockheed Martin", "Lockheed Martin Corporation"),
        ("Tech Insights Inc", "TechInsights Inc."),
        ("L3Harris Technologies, Inc.", "L3 Harris Technologies"),
        (
            "Telerob Gesellschaft für Fernhantierungstechnik mbH",
            "Telerob Gesellschaft fuer Fernhantierungstechnik mbH",
        ),
        ("Skydio Holdings Inc", "Skydio, Inc."),
        ("Bank Tejarat", "Tejarat Bank"),
        ("洛克希德马丁公司", "洛克希德·马丁公司"),
        ("Taiwan Semicond Mfg Co", "Taiwan Semiconductor Manufacturing Company"),
    ] {
        assert!(score(left, right) > 0.9, "{left} / {right}: {}", score(left, right));
    }
    for (left, right) in [
        ("Teledyne LeCroy", "Teledyne FLIR"),
        ("General Mills", "General Dynamics"),
        ("HPS Ltd", "KPS Ltd"),
        ("Nestle S.A.", "Nokia S.A."),
    ] {
        assert!(score(left, right) < 0.7, "{left} / {right}: {}", score(left, right));
    }
}

#[test]
fn every_token_stands_in_one_line() {
    let (query, name) = (
        parse("General Atomics Aero Systems 7 LLC"),
        parse("General Atomics Aeronautical Systems, Inc."),
    );
    let lines = compare(&query, &name).lines;
    let mut words: Vec<&str> = lines
        .iter()
        .flat_map(|line| line.query.split(' '))
        .filter(|word| !word.is_empty())
        .collect();
    words.sort_unstable();
    let mut expected: Vec<&str> = query.tokens.iter().map(|token| token.shown.as_str()).collect();
    expected.sort_unstable();
    assert_eq!(words, expected);
}

proptest! {
    #[test]
    fn a_name_equals_itself_and_comparing_is_symmetric(
        left in "[A-Za-z0-9&,. ]{0,40}",
        right in "[A-Za-z0-9&,. ]{0,40}",
    ) {
        let (a, b) = (parse(&left), parse(&right));
        if !a.tokens.is_empty() {
            prop_assert_eq!(compare(&a, &a).points(), POINTS_OF_ONE);
        }
        let (there, back) = (compare(&a, &b).points(), compare(&b, &a).points());
        prop_assert!((there - back).abs() <= 1);
        prop_assert!((0..=POINTS_OF_ONE).contains(&there));
    }
}
