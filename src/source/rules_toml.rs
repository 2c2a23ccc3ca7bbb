//! Rule files.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::toml_file::TomlFile;
use crate::day::{Day, Span};
use crate::error::Error;
use crate::model::{Certitude, Country, Interest, Status};
use crate::rule::{Aggregate, Comparison, Reach, Rule, RuleKind, RulePeriod, Test};
use crate::share::{Rounding, Share};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleFile {
    id: Spanned<String>,
    title: String,
    kind: Spanned<String>,
    #[serde(default)]
    authority: String,
    #[serde(default)]
    instrument: String,
    #[serde(default)]
    provision: String,
    lists: Spanned<Vec<String>>,
    #[serde(default = "no_programmes")]
    programmes: Spanned<BTreeMap<String, Vec<String>>>,
    threshold: Spanned<String>,
    comparison: Spanned<String>,
    aggregate: Option<Spanned<String>>,
    reach: Option<Spanned<String>>,
    interests: Option<Spanned<Vec<Spanned<String>>>>,
    #[serde(default)]
    control: bool,
    #[serde(default)]
    seed_restrictions: Vec<Spanned<String>>,
    #[serde(default)]
    per_programme: bool,
    #[serde(default)]
    exclude_issuer_countries: Vec<Spanned<String>>,
    #[serde(default)]
    only_issuer_countries: Vec<Spanned<String>>,
    restriction: Option<Spanned<String>>,
    #[serde(default)]
    effect: String,
    published: Option<Spanned<String>>,
    #[serde(default)]
    source: String,
    #[serde(default)]
    unverified: Vec<String>,
    #[serde(default)]
    period: Vec<PeriodTable>,
}

fn no_programmes() -> Spanned<BTreeMap<String, Vec<String>>> {
    Spanned::new(0..0, BTreeMap::new())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PeriodTable {
    status: Spanned<String>,
    from: Option<Spanned<String>>,
    until: Option<Spanned<String>>,
    confidence: Spanned<String>,
    #[serde(default)]
    source: String,
    threshold: Option<Spanned<String>>,
    comparison: Option<Spanned<String>>,
    aggregate: Option<Spanned<String>>,
}

impl TomlFile<'_> {
    fn day(&self, key: &str, value: Option<&Spanned<String>>) -> Result<Option<Day>, Error> {
        value
            .map(|value| Day::parse(value.get_ref()).map_err(|error| self.at(key, value, error)))
            .transpose()
    }

    fn threshold(&self, value: &Spanned<String>) -> Result<Share, Error> {
        let parse = |rounding| Share::parse_percent(value.get_ref(), rounding);
        match (parse(Rounding::Down), parse(Rounding::Up)) {
            (Ok(low), Ok(high)) if low == high => Ok(low),
            (Err(error), _) | (_, Err(error)) => Err(self.at("threshold", value, error)),
            _ => {
                let reason = format!("`{}` has more than 7 decimals", value.get_ref());
                Err(self.at("threshold", value, reason))
            }
        }
    }

    fn comparison(&self, value: &Spanned<String>) -> Result<Comparison, Error> {
        self.word("comparison", value, Comparison::parse, "at_least, more_than")
    }

    fn aggregate(&self, value: &Spanned<String>) -> Result<Aggregate, Error> {
        self.word("aggregate", value, Aggregate::parse, "all, owner, group")
    }

    fn countries(&self, key: &str, values: &[Spanned<String>]) -> Result<Vec<Country>, Error> {
        let country = |value| self.word(key, value, Country::parse, "the countries of two letters");
        values.iter().map(country).collect()
    }

    fn period(&self, table: &PeriodTable) -> Result<RulePeriod, Error> {
        let status = |text: &str| match text {
            "in_force" => Some(Status::InForce),
            "suspended" => Some(Status::Suspended),
            _ => None,
        };
        let (from, until) =
            (self.day("from", table.from.as_ref())?, self.day("until", table.until.as_ref())?);
        let span = Span::new(from, until).map_err(|error| {
            self.at("until", table.until.as_ref().unwrap_or(&table.status), error)
        })?;
        if let Some(value) = &table.threshold
            && self.threshold(value)? == Share::ZERO
        {
            return Err(self.at("threshold", value, NOTHING));
        }
        let certitude =
            self.word("confidence", &table.confidence, Certitude::parse, "official, announced")?;
        Ok(RulePeriod {
            status: self.word("status", &table.status, status, "in_force, suspended")?,
            span,
            certitude,
            source: table.source.clone(),
            threshold: table.threshold.as_ref().map(|value| self.threshold(value)).transpose()?,
            comparison: table
                .comparison
                .as_ref()
                .map(|value| self.comparison(value))
                .transpose()?,
            aggregate: table.aggregate.as_ref().map(|value| self.aggregate(value)).transpose()?,
        })
    }
}

/// Why a threshold of nothing is refused.
const NOTHING: &str = "everybody holds at least 0 %; write more_than 0 for any share at all";

/// Reads a rule file.
///
/// # Errors
/// [`Error::Rule`] with the line of an unknown key, word or day, a threshold outside 0..100, or a
/// key that is missing.
pub(super) fn rule(path: &str, text: &str) -> Result<Rule, Error> {
    let file = TomlFile { path, text };
    let table: RuleFile = file.parse()?;
    let id = table.id.get_ref();
    if id.is_empty() || id.contains('/') || id.chars().any(char::is_whitespace) {
        let reason = "is blank, or holds a slash or space; a slash is for readings";
        return Err(file.at("id", &table.id, reason));
    }
    if id == "listing" {
        return Err(file.at(
            "id",
            &table.id,
            "`listing` is what the output calls a listing itself",
        ));
    }
    if let Some(interests) = table.interests.as_ref().filter(|all| all.get_ref().is_empty()) {
        return Err(file.at("interests", interests, "is empty; leave it out for equity"));
    }
    let unused =
        table.programmes.get_ref().keys().find(|list| !table.lists.get_ref().contains(list));
    if let Some(list) = unused {
        let reason = format!("names list `{list}`, from which the rule does not start");
        return Err(file.at("programmes", &table.programmes, reason));
    }
    if table.lists.get_ref().is_empty() {
        return Err(file.at("lists", &table.lists, "names no list; a rule needs at least one"));
    }
    let zero = |threshold: Share, comparison: Comparison| {
        threshold == Share::ZERO && comparison == Comparison::AtLeast
    };
    let (threshold, comparison) =
        (file.threshold(&table.threshold)?, file.comparison(&table.comparison)?);
    if zero(threshold, comparison) {
        return Err(file.at("threshold", &table.threshold, NOTHING));
    }
    let interest = |value: &Spanned<String>| match value.get_ref().as_str() {
        "equity" => Ok(Interest::Equity),
        "votes" => Ok(Interest::Votes),
        other => Err(file.at("interests", value, format!("`{other}` is none of equity, votes"))),
    };
    let interests = match &table.interests {
        Some(values) => values.get_ref().iter().map(interest).collect::<Result<Vec<_>, _>>()?,
        None => vec![Interest::Equity],
    };
    let reach = match &table.reach {
        Some(value) => {
            file.word("reach", value, Reach::parse, "cascade, multiplied, either, direct")?
        }
        None => Reach::Cascade,
    };
    Ok(Rule {
        id: id.clone(),
        title: table.title,
        kind: file.word("kind", &table.kind, RuleKind::parse, "law, policy")?,
        authority: table.authority,
        instrument: table.instrument,
        provision: table.provision,
        lists: table.lists.into_inner(),
        programmes: table.programmes.into_inner().into_iter().collect(),
        test: Test {
            threshold,
            comparison,
            aggregate: table
                .aggregate
                .as_ref()
                .map_or(Ok(Aggregate::All), |value| file.aggregate(value))?,
        },
        reach,
        interests,
        control: table.control,
        seed_restrictions: table
            .seed_restrictions
            .iter()
            .map(|value| file.restriction("seed_restrictions", value))
            .collect::<Result<_, _>>()?,
        per_programme: table.per_programme,
        exclude_issuer_countries: file
            .countries("exclude_issuer_countries", &table.exclude_issuer_countries)?,
        only_issuer_countries: file
            .countries("only_issuer_countries", &table.only_issuer_countries)?,
        restriction: table
            .restriction
            .as_ref()
            .map(|value| file.restriction("restriction", value))
            .transpose()?,
        effect: table.effect.trim().to_owned(),
        published: file.day("published", table.published.as_ref())?,
        source: table.source,
        unverified: table.unverified,
        periods: table.period.iter().map(|table| file.period(table)).collect::<Result<_, _>>()?,
        file: path.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: &str = "id = \"x-50\"\ntitle = \"X\"\nkind = \"law\"\nlists = [\"X\"]\nthreshold = \"50\"\ncomparison = \"at_least\"\n";

    fn fault(text: &str) -> String {
        rule("x.toml", text).expect_err("refused").to_string()
    }

    #[test]
    fn a_rule_is_read_with_its_defaults() {
        let rule = rule("x.toml", RULE).unwrap();
        assert_eq!((rule.reach, rule.interests), (Reach::Cascade, vec![Interest::Equity]));
        assert_eq!(rule.test.aggregate, Aggregate::All);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        for (from, to, expected) in [
            ("\"50\"", "\"101\"", "x.toml:5: `threshold`: 101 % is outside 0..100"),
            ("\"law\"", "\"habit\"", "x.toml:3: `kind`: `habit` is none of law, policy"),
            ("at_least", "about", "x.toml:6: `comparison`: `about` is none of at_least, more_than"),
            ("\"50\"", "\"50.00000001\"", "x.toml:5: `threshold`: `50.00000001` has more than 7"),
            (
                "\"50\"",
                "50",
                "x.toml:5: invalid type: integer `50`, expected a string; write it in quotes",
            ),
            ("title", "titel", "x.toml:2: unknown field `titel`"),
        ] {
            let message = fault(&RULE.replace(from, to));
            assert!(message.starts_with(expected), "{message}");
        }
        let period = format!(
            "{RULE}[[period]]\nstatus = \"in_force\"\nconfidence = \"official\"\nfrom = \"2025-02-30\"\n"
        );
        assert!(fault(&period).starts_with("x.toml:10: `from`: `2025-02-30` is not a day"));
        assert!(fault("id = \"x\"\n").contains("missing field"));
    }
}
