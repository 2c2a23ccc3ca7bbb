use super::super::parse;
use super::*;
use proptest::prelude::*;

/// Names of words that company names have, with numbers, brackets, noise and forms between them.
const NAMES: &str = "((Skydio|Gazprom|General|Atomics|Systems|China|Mexico|Bank|of|&|II|7|V|\\(OLD\\)|\\(Shanghai Zhenhua\\)|formerly|Intl|Sky|dio|Skydoi|SMIC|Inc\\.|LLC|Co\\., Ltd\\.|華為|有限公司|トヨタ) ?){0,6}";

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
        ("Nestle S.A.", "Nokia S.A."),
    ] {
        assert!(score(left, right) < 0.7, "{left} / {right}: {}", score(left, right));
    }
}

#[test]
fn another_company_falls_below_the_threshold() {
    for (left, right) in [
        ("HPS Ltd", "KPS Ltd"),
        ("Axient LLC", "Axient Inc."),
        ("Bowne of Atlanta, Inc.", "Bowne of Boston, Inc."),
        ("Vessel 1 Shipping", "Vessel 2 Shipping"),
        ("Crystalord Systems Limited", "Crystalord Ltd"),
        ("Topicus B.VI.", "Topicus B.V."),
        ("Banco Santander S.A.", "Banco Santander México S.A."),
        ("ООО БАЙ", "ООО БАЙКАЛ"),
    ] {
        assert!(score(left, right) < 0.85, "{left} / {right}: {}", score(left, right));
    }
}

#[test]
fn one_company_in_many_hands_is_found() {
    for (left, right) in [
        ("Raytheon Technologies (formerly United Technologies)", "United Technologies Corporation"),
        ("Skydio Inc - Accounts Payable", "Skydio, Inc."),
        ("SkydioInc.", "Skydio, Inc."),
        ("Huawei Jishu Youxian Gongsi", "华为技术有限公司"),
        ("Huawei Technologies Co., Ltd.", "华为技术有限公司"),
        ("トヨタ自動車株式会社", "Toyota Motor Corporation"),
        ("Газпром нефть ПАО", "Gazprom Neft PJSC"),
        ("Islamic Republic of Iran Ship", "Islamic Republic of Iran Shipping Lines"),
        ("Twenty First Century Aerospace", "21st Century Aerospace"),
        ("Skydi0 Inc", "Skydio Inc"),
        ("SMIC", "Semiconductor Manufacturing International Corporation"),
        ("Tsingtao Brewery", "Qingdao Brewery"),
        ("V. Putin", "Vladimir Putin"),
    ] {
        assert!(score(left, right) >= 0.85, "{left} / {right}: {}", score(left, right));
    }
    assert!(
        compare(&parse("SMIC"), &parse("Semiconductor Manufacturing International Corp")).is_weak()
    );
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

#[test]
fn strange_names_are_compared_like_others() {
    let strange = [
        "a".repeat(10_000),
        "华".repeat(10_000),
        "ア".repeat(10_000),
        "a ".repeat(1_000),
        "a ".repeat(64),
        "Inc ".repeat(1_000),
        "one ".repeat(1_000),
        "(".repeat(1_000),
        "a/".repeat(1_000),
        "New York ".repeat(500),
        "e\u{301}".repeat(5_000),
        "شركة النفط الوطنية".to_owned(),
        "\u{202e}evil\u{202c} Ltd".to_owned(),
        "🚀🚀 Rocket 🚀 Inc".to_owned(),
        "nul\0in\0name".to_owned(),
        "\u{200b}\u{feff}".to_owned(),
        String::new(),
    ];
    let parsed: Vec<ParsedName> = strange.iter().map(|name| parse(name)).collect();
    for a in &parsed {
        for b in &parsed {
            let comparison = compare(a, b);
            assert_eq!(comparison.points(), points(a, b, 0));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn the_lines_add_up_to_the_score_and_hold_every_part_once(
        left in NAMES,
        right in NAMES,
    ) {
        let (a, b) = (parse(&left), parse(&right));
        let comparison = compare(&a, &b);
        prop_assert_eq!(comparison.points(), points(&a, &b, 0));
        let from = points(&a, &b, 7_500);
        prop_assert!(from == comparison.points() || comparison.points() < 7_500);
        let stands = |of: fn(&Line) -> &str, name: &ParsedName| {
            let mut shown: Vec<&str> = comparison.lines.iter().map(of).collect();
            shown.retain(|text| !text.is_empty());
            let mut words: Vec<&str> = shown.iter().flat_map(|text| text.split(' ')).collect();
            let mut own: Vec<&str> =
                name.tokens.iter().flat_map(|token| token.shown.split(' ')).collect();
            words.sort_unstable();
            own.sort_unstable();
            words == own
        };
        prop_assert!(stands(|line| &line.query, &a), "{left} / {right}: {comparison:?}");
        prop_assert!(stands(|line| &line.name, &b), "{left} / {right}: {comparison:?}");
    }

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
