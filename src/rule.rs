//! A legal or house rule as data. No code names a regime: adding a rule is adding a file.

use crate::day::{Day, Span};
use crate::model::{
    Certitude, Change, ChangeKind, Countries, Country, Interest, OnDay, Restriction, Status,
    lapsed_unconfirmed, words,
};
use crate::share::Share;

words! {
    /// Whether a rule is law or the house's own policy.
    RuleKind {
        /// A legal text.
        Law = "law",
        /// A decision of the house.
        Policy = "policy",
    }
}

words! {
    /// How a sum of shares is held against the threshold.
    Comparison {
        /// The threshold itself meets the test.
        AtLeast = "at_least",
        /// The threshold itself does not meet the test.
        MoreThan = "more_than",
    }
}

words! {
    /// Whose shares in one issuer are added up.
    Aggregate {
        /// Those of every reached holder.
        All = "all",
        /// Those of each listed owner, with what it reaches, alone.
        Owner = "owner",
        /// Those of each joint arrangement together.
        Group = "group",
    }
}

words! {
    /// How an indirect holding counts.
    Reach {
        /// A reached company's own holdings count in full.
        Cascade = "cascade",
        /// Shares are multiplied along the chain.
        Multiplied = "multiplied",
        /// Cascade or multiplied.
        Either = "either",
        /// Only holdings of the listed party itself count.
        Direct = "direct",
    }
}

/// The numeric test of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Test {
    /// The threshold.
    pub threshold: Share,
    /// Whether the threshold itself meets it.
    pub comparison: Comparison,
    /// Whose shares are added up.
    pub aggregate: Aggregate,
}

impl Test {
    /// Whether a sum of shares, in parts per billion, meets the test.
    pub fn met_by(self, parts: u64) -> bool {
        let threshold = u64::from(self.threshold.parts());
        match self.comparison {
            Comparison::AtLeast => parts >= threshold,
            Comparison::MoreThan => parts > threshold,
        }
    }
}

/// What a period of a rule changes of its test.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct RulePeriod {
    /// `in_force` or `suspended`.
    pub status: Status,
    /// The days it covers.
    pub span: Span,
    /// Whether an instrument was seen.
    pub certitude: Certitude,
    /// The citation.
    pub source: String,
    /// The threshold, where it differs in this period.
    pub threshold: Option<Share>,
    /// The comparison, where it differs in this period.
    pub comparison: Option<Comparison>,
    /// The aggregation, where it differs in this period.
    pub aggregate: Option<Aggregate>,
}

/// One rule. The fields are those of its file.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Rule {
    /// Its id as asked, with the reading after a slash.
    pub id: String,
    /// Title.
    pub title: String,
    /// Law or policy.
    pub kind: RuleKind,
    /// Who made it.
    pub authority: String,
    /// The instrument.
    pub instrument: String,
    /// The clause.
    pub provision: String,
    /// The lists whose entries it starts from.
    pub lists: Vec<String>,
    /// Programmes that count, by list; a list not named counts wholly.
    pub programmes: Vec<(String, Vec<String>)>,
    /// The test, unless a period says otherwise.
    pub test: Test,
    /// How indirect holdings count.
    pub reach: Reach,
    /// The interests that are summed, each for itself.
    pub interests: Vec<Interest>,
    /// Whether control without a share meets the rule.
    pub control: bool,
    /// Restrictions of an entry that make it count; empty for all.
    pub seed_restrictions: Vec<Restriction>,
    /// Whether each programme is summed for itself.
    pub per_programme: bool,
    /// Issuers of these countries are never shown as reached; chains pass through them.
    pub exclude_issuer_countries: Vec<Country>,
    /// Where not empty, only issuers of these countries are shown as reached.
    pub only_issuer_countries: Vec<Country>,
    /// What the rule restricts.
    pub restriction: Option<Restriction>,
    /// What it entails, in our own words.
    pub effect: String,
    /// Day of publication.
    pub published: Option<Day>,
    /// The citation.
    pub source: String,
    /// What of it nobody has verified, in words.
    pub unverified: Vec<String>,
    /// Dated periods; none means always in force.
    pub periods: Vec<RulePeriod>,
    /// File the rule was read from.
    pub file: String,
}

/// The readings of a rule, with what each changes.
pub const READINGS: &[(&str, &str)] = &[
    ("single", "each listed owner alone"),
    ("aggregate", "all listed owners added up"),
    ("direct", "only the listed owner's own holdings"),
    ("multiplied", "shares multiplied along every chain"),
    ("either", "cascade or multiplied"),
];

impl Rule {
    /// The rule under a reading such as `single`; `None` where there is no such reading.
    pub fn reading(&self, reading: &str) -> Option<Rule> {
        let mut rule = self.clone();
        let aggregate = match reading {
            "single" => Some(Aggregate::Owner),
            "aggregate" => Some(Aggregate::All),
            _ => None,
        };
        match reading {
            "single" | "aggregate" => {
                rule.test.aggregate = aggregate?;
                rule.periods.iter_mut().for_each(|period| period.aggregate = None);
            }
            "direct" => rule.reach = Reach::Direct,
            "multiplied" => rule.reach = Reach::Multiplied,
            "either" => rule.reach = Reach::Either,
            _ => return None,
        }
        rule.id = format!("{}/{reading}", self.id);
        Some(rule)
    }

    /// The rule's status on `day`; `None` before it was published.
    ///
    /// The official period that covers the day decides, of several the one that began last; before
    /// the first it is `not_yet`, between two `suspended`.
    pub fn status(&self, day: Day) -> Option<OnDay> {
        if self.periods.is_empty() {
            return Some(OnDay { status: Status::InForce, confirm: false });
        }
        let first = self.official().map(|period| period.span.from).min().unwrap_or(Day::NEVER);
        if day < self.published.map_or(first, |published| published.min(first)) {
            return None;
        }
        if day < first {
            return Some(OnDay { status: Status::NotYet, confirm: false });
        }
        let status = self.period(day).map_or(Status::Suspended, |period| period.status);
        let changes: Vec<Change> = self.periods.iter().map(RulePeriod::change).collect();
        let confirm = status == Status::InForce && lapsed_unconfirmed(&changes, day);
        Some(OnDay { status, confirm })
    }

    /// The test that applies on `day`.
    pub fn test_on(&self, day: Day) -> Test {
        let period = self.period(day);
        let changed = |change: Option<&RulePeriod>| Test {
            threshold: change.and_then(|period| period.threshold).unwrap_or(self.test.threshold),
            comparison: change.and_then(|period| period.comparison).unwrap_or(self.test.comparison),
            aggregate: change.and_then(|period| period.aggregate).unwrap_or(self.test.aggregate),
        };
        changed(period)
    }

    /// Whether an entry of `list` under `programmes` with `restriction` counts as a start.
    pub fn counts(
        &self,
        list: &str,
        programmes: &[String],
        restriction: Option<Restriction>,
    ) -> bool {
        self.lists.iter().any(|own| own == list)
            && self
                .programmes
                .iter()
                .find(|(named, _)| named == list)
                .is_none_or(|(_, wanted)| programmes.iter().any(|one| wanted.contains(one)))
            && (self.seed_restrictions.is_empty()
                || restriction
                    .is_none_or(|restriction| self.seed_restrictions.contains(&restriction)))
    }

    /// Of an entry's programmes those that count under a list.
    pub fn programmes_of<'p>(&self, list: &str, programmes: &'p [String]) -> Vec<&'p str> {
        let wanted = self.programmes.iter().find(|(named, _)| named == list);
        let counts = |one: &&String| wanted.is_none_or(|(_, wanted)| wanted.contains(one));
        programmes.iter().filter(counts).map(String::as_str).collect()
    }

    /// Whether issuers of some countries are shown as reached. A blank country is never excluded;
    /// where the rule is about some countries alone, `None`: it may be one of them.
    pub fn shows(&self, countries: &Countries) -> Option<bool> {
        let codes = countries.codes();
        let only = &self.only_issuer_countries;
        if codes.is_empty() {
            return only.is_empty().then_some(true);
        }
        let excluded = codes.iter().any(|code| self.exclude_issuer_countries.contains(code));
        Some(!excluded && (only.is_empty() || codes.iter().any(|code| only.contains(code))))
    }

    fn official(&self) -> impl Iterator<Item = &RulePeriod> {
        self.periods.iter().filter(|period| period.certitude == Certitude::Official)
    }

    fn period(&self, day: Day) -> Option<&RulePeriod> {
        self.official()
            .filter(|period| period.span.contains(day))
            .max_by_key(|period| period.span.from)
    }
}

impl RulePeriod {
    fn change(&self) -> Change {
        let kind = match self.status {
            Status::Suspended => ChangeKind::Suspended,
            _ => ChangeKind::Resumed,
        };
        Change { kind, span: self.span, certitude: self.certitude }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::model::OnDay;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn period(status: Status, from: &str, until: &str, certitude: Certitude) -> RulePeriod {
        let stated = |text: &str| (!text.is_empty()).then(|| day(text));
        RulePeriod {
            status,
            span: Span::new(stated(from), stated(until)).unwrap(),
            certitude,
            source: String::new(),
            threshold: None,
            comparison: None,
            aggregate: None,
        }
    }

    /// A rule of list X that asks for half of the equity, always in force.
    pub(crate) fn plain() -> Rule {
        Rule {
            id: "x-50".to_owned(),
            title: String::new(),
            kind: RuleKind::Law,
            authority: String::new(),
            instrument: String::new(),
            provision: String::new(),
            lists: vec!["X".to_owned()],
            programmes: Vec::new(),
            test: Test {
                threshold: Share::from_parts(500_000_000),
                comparison: Comparison::AtLeast,
                aggregate: Aggregate::All,
            },
            reach: Reach::Cascade,
            interests: vec![Interest::Equity],
            control: false,
            seed_restrictions: Vec::new(),
            per_programme: false,
            exclude_issuer_countries: Vec::new(),
            only_issuer_countries: Vec::new(),
            restriction: None,
            effect: String::new(),
            published: None,
            source: String::new(),
            unverified: Vec::new(),
            periods: Vec::new(),
            file: String::new(),
        }
    }

    fn rule(periods: Vec<RulePeriod>) -> Rule {
        Rule {
            lists: vec!["X".to_owned(), "Y".to_owned()],
            programmes: vec![("X".to_owned(), vec!["A".to_owned(), "B".to_owned()])],
            published: Some(day("2025-01-10")),
            periods,
            ..plain()
        }
    }

    /// Published, in force, suspended, a gap, in force again; a longer suspension only announced.
    fn dated() -> Rule {
        use Certitude::{Announced, Official};
        let mut later = period(Status::InForce, "2025-09-01", "", Official);
        later.threshold = Some(Share::from_parts(250_000_000));
        later.comparison = Some(Comparison::MoreThan);
        later.aggregate = Some(Aggregate::Owner);
        rule(vec![
            period(Status::InForce, "2025-02-01", "2025-04-01", Official),
            period(Status::Suspended, "2025-04-01", "2025-06-01", Official),
            later,
            period(Status::Suspended, "2025-06-01", "2026-01-01", Announced),
        ])
    }

    #[test]
    fn a_rule_has_a_status_on_every_day_from_its_publication() {
        let on = |text: &str| {
            dated().status(day(text)).map(|OnDay { status, confirm }| (status, confirm))
        };
        assert_eq!(on("2025-01-09"), None);
        assert_eq!(on("2025-01-10"), Some((Status::NotYet, false)));
        assert_eq!(on("2025-01-31"), Some((Status::NotYet, false)));
        assert_eq!(on("2025-02-01"), Some((Status::InForce, false)));
        assert_eq!(on("2025-03-31"), Some((Status::InForce, false)));
        assert_eq!(on("2025-04-01"), Some((Status::Suspended, false)));
        assert_eq!(on("2025-06-01"), Some((Status::Suspended, false)), "a gap");
        assert_eq!(on("2025-08-31"), Some((Status::Suspended, false)), "a gap");
        // A period that begins after the lapse settles it.
        assert_eq!(on("2025-09-01"), Some((Status::InForce, false)));
        let mut at_once = dated();
        at_once.periods[2].span = Span::new(Some(day("2025-06-01")), None).unwrap();
        let status = at_once.status(day("2025-06-01")).unwrap();
        assert_eq!((status.status, status.confirm), (Status::InForce, true));
        assert_eq!(rule(Vec::new()).status(day("1990-01-01")).unwrap().status, Status::InForce);
        let mut early = dated();
        early.published = Some(day("2025-03-01"));
        assert_eq!(early.status(day("2025-02-01")).unwrap().status, Status::InForce);
        assert_eq!(early.status(day("2025-01-31")), None);
    }

    #[test]
    fn a_period_may_have_a_test_of_its_own() {
        let (before, after) =
            (dated().test_on(day("2025-02-01")), dated().test_on(day("2025-09-01")));
        assert_eq!(before, rule(Vec::new()).test);
        assert_eq!(after.aggregate, Aggregate::Owner);
        assert!(!after.met_by(250_000_000) && after.met_by(250_000_001));
        assert!(before.met_by(500_000_000) && !before.met_by(499_999_999));
        let single = dated().reading("single").unwrap().test_on(day("2025-09-01"));
        let together = dated().reading("aggregate").unwrap().test_on(day("2025-09-01"));
        assert_eq!((single.aggregate, together.aggregate), (Aggregate::Owner, Aggregate::All));
        assert_eq!(dated().reading("either").unwrap().reach, Reach::Either);
        assert_eq!(dated().reading("direct").unwrap().reach, Reach::Direct);
        assert!(dated().reading("often").is_none());
    }

    #[test]
    fn programmes_and_restrictions_choose_the_entries() {
        let of = |list: &str, programmes: &[&str], restriction| {
            let programmes: Vec<String> = programmes.iter().map(|one| (*one).to_owned()).collect();
            let mut rule = rule(Vec::new());
            rule.seed_restrictions = vec![Restriction::AssetFreeze];
            rule.counts(list, &programmes, restriction)
        };
        let freeze = Some(Restriction::AssetFreeze);
        assert!(of("X", &["C", "B"], freeze) && !of("X", &["C"], freeze) && !of("X", &[], freeze));
        assert!(of("Y", &["C"], freeze) && !of("Z", &["A"], freeze));
        assert!(of("Y", &[], None), "an unknown restriction is let through");
        assert!(!of("Y", &[], Some(Restriction::None)));
        let all = ["C".to_owned(), "B".to_owned()];
        assert_eq!(rule(Vec::new()).programmes_of("X", &all), ["B"]);
        assert_eq!(rule(Vec::new()).programmes_of("Y", &all), ["C", "B"]);
    }

    #[test]
    fn issuers_are_shown_by_country() {
        let read = |text: &str| Countries::parse(text).unwrap();
        let codes = |text: &str| read(text).codes().to_vec();
        let mut rule = rule(Vec::new());
        assert_eq!(rule.shows(&read("FR")), Some(true));
        rule.exclude_issuer_countries = codes("US;PR");
        assert_eq!(rule.shows(&read("US")), Some(false));
        assert_eq!(rule.shows(&read("FR;US")), Some(false));
        assert_eq!(rule.shows(&read("FR")), Some(true));
        assert_eq!(rule.shows(&read("")), Some(true), "a blank country is never excluded");
        rule.only_issuer_countries = codes("CN;US");
        assert_eq!(rule.shows(&read("CN")), Some(true));
        assert_eq!(rule.shows(&read("US")), Some(false), "excluded all the same");
        assert_eq!(rule.shows(&read("FR")), Some(false));
        assert_eq!(rule.shows(&read("")), None, "it may be one of them");
    }
}
