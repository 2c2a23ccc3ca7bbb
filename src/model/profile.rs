//! A house's policy for one line of business: what an exposure gives there.

use super::{Restriction, words};
use crate::share::Share;

words! {
    /// What an exposure gives at most.
    Treatment {
        /// What the law or the house's rules make of it: a hit, where it is in force.
        Hit = "hit",
        /// A person looks at it.
        Review = "review",
        /// It is told, and counts for no verdict.
        Note = "note",
    }
}

/// One line of a profile: which exposures it is about, and what they give. What is left blank holds of all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileLine {
    /// Every list that the exposure cites is one of these.
    pub lists: Vec<String>,
    /// Its rule is one of these, in whatever reading where none is named; `listing` is being listed oneself.
    pub rules: Vec<String>,
    /// Its restriction is one of these; none for one that nobody states.
    pub restrictions: Vec<Option<Restriction>>,
    /// What it gives.
    pub gives: Treatment,
}

/// A profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Its id.
    pub id: String,
    /// What it is, in words.
    pub title: String,
    /// The rules that count, readings included, besides being listed oneself; exposures of others give no more
    /// than a note. Empty for every rule with a list that is loaded.
    pub rules: Vec<String>,
    /// Scores from here on make a hit, in ten-thousandths.
    pub threshold: Option<i32>,
    /// The effective share from which flags are raised.
    pub floor: Option<Share>,
    /// Days after which a list is too old to clear anybody.
    pub max_list_age: Option<u32>,
    /// What exposures give, the first line that fits.
    pub lines: Vec<ProfileLine>,
    /// The digest of its file, in hexadecimal digits.
    pub digest: String,
}

impl ProfileLine {
    /// Whether it is about an exposure.
    fn fits(&self, rule: &str, lists: &[&str], restriction: Option<Restriction>) -> bool {
        let base = rule.split('/').next().unwrap_or(rule);
        let named = |own: &String| own == rule || own == base;
        let cited = |list: &&str| self.lists.iter().any(|own| own == list);
        (self.rules.is_empty() || self.rules.iter().any(named))
            && (self.lists.is_empty() || !lists.is_empty() && lists.iter().all(cited))
            && (self.restrictions.is_empty() || self.restrictions.contains(&restriction))
    }
}

impl Profile {
    /// The first line that fits an exposure.
    pub fn line(
        &self,
        rule: &str,
        lists: &[&str],
        restriction: Option<Restriction>,
    ) -> Option<&ProfileLine> {
        self.lines.iter().find(|line| line.fits(rule, lists, restriction))
    }

    /// What an exposure gives by the first line that fits; where none does, a hit. A rule that does not count
    /// gives a note.
    pub fn gives(&self, rule: &str, lists: &[&str], restriction: Option<Restriction>) -> Treatment {
        if !self.counts(rule) {
            return Treatment::Note;
        }
        self.line(rule, lists, restriction).map_or(Treatment::Hit, |line| line.gives)
    }

    /// Whether a rule, as asked, counts.
    pub fn counts(&self, rule: &str) -> bool {
        rule == "listing" || self.rules.is_empty() || self.rules.iter().any(|own| own == rule)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_that_fits_decides() {
        let line = |lists: &[&str], rules: &[&str], restrictions: &[Option<Restriction>], gives| {
            let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
            let (lists, rules) = (owned(lists), owned(rules));
            ProfileLine { lists, rules, restrictions: restrictions.to_vec(), gives }
        };
        let lines = vec![
            line(&["A", "B"], &["r/single"], &[], Treatment::Hit),
            line(&["A", "B"], &["r"], &[], Treatment::Review),
            line(&[], &[], &[None, Some(Restriction::Licence)], Treatment::Note),
        ];
        let profile = Profile {
            id: "p".to_owned(),
            title: String::new(),
            rules: Vec::new(),
            threshold: None,
            floor: None,
            max_list_age: None,
            lines,
            digest: String::new(),
        };
        let ban = Some(Restriction::TradeBan);
        assert_eq!(profile.gives("r/single", &["A"], ban), Treatment::Hit);
        assert_eq!(profile.gives("r/direct", &["A"], ban), Treatment::Review);
        assert_eq!(profile.gives("r", &["A", "B"], ban), Treatment::Review);
        assert_eq!(profile.gives("r", &["A", "C"], ban), Treatment::Hit, "C is not named");
        assert_eq!(profile.gives("r", &["C"], None), Treatment::Note);
        assert_eq!(profile.gives("listing", &["A"], Some(Restriction::Licence)), Treatment::Note);
    }
}
