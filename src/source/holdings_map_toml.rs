//! A map of somebody's own file of holdings: which column is what, and in which unit shares are.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::map_toml::Several;
use super::share_text::percent;
use super::toml_file::TomlFile;
use crate::error::Error;
use crate::model::{Confidence, EntityKind, Interest, words};
use crate::share::ShareRange;

words! {
    /// What the numbers of shares are.
    Unit {
        /// Parts of a hundred.
        Percent = "percent",
        /// Parts of one.
        Fraction = "fraction",
        /// Numbers of shares, of a total in another column.
        Shares = "shares",
    }
}

/// Which column of a file of holdings is what.
#[derive(Debug, Clone)]
pub(super) struct HoldingsMap {
    /// What its rows are cited as.
    pub cited: String,
    pub unit: Unit,
    pub confidence: Confidence,
    /// What a holding is where no column says so.
    pub interest: Interest,
    pub month_first: bool,
    /// Columns by what they hold, in small letters.
    pub columns: Columns,
    /// Columns of identifiers, each with its scheme.
    pub holder_identifiers: BTreeMap<String, String>,
    pub issuer_identifiers: BTreeMap<String, String>,
    /// Interests, kinds and bands by the words of their columns, in small letters.
    pub interests: BTreeMap<String, Interest>,
    pub kinds: BTreeMap<String, EntityKind>,
    pub bands: BTreeMap<String, ShareRange>,
    /// Words of the column `level` for what may be held through others.
    pub indirect: Vec<String>,
}

/// Columns by what they hold.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Columns {
    pub holder: String,
    pub holder_other: Several,
    pub holder_country: Several,
    pub holder_kind: Several,
    pub issuer: String,
    pub issuer_other: Several,
    pub issuer_country: Several,
    pub issuer_kind: Several,
    /// A share as text, a band by its word, or a number in the unit.
    pub share: Several,
    pub share_min: Several,
    pub share_max: Several,
    /// How many shares the issuer has in all, where the unit is shares.
    pub total: Several,
    pub interest: Several,
    pub level: Several,
    pub since: Several,
    /// The last day on which it holds.
    pub last_day: Several,
    pub remarks: Several,
}

impl Columns {
    /// Every column that is named.
    pub fn named(&self) -> Vec<String> {
        let all = [
            &self.holder_other,
            &self.holder_country,
            &self.holder_kind,
            &self.issuer_other,
            &self.issuer_country,
            &self.issuer_kind,
            &self.share,
            &self.share_min,
            &self.share_max,
            &self.total,
            &self.interest,
            &self.level,
            &self.since,
            &self.last_day,
            &self.remarks,
        ];
        let ends = [&self.holder, &self.issuer].map(|column| column.trim().to_lowercase());
        ends.into_iter().chain(all.into_iter().flat_map(Several::all)).collect()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MapFile {
    holdings: Spanned<String>,
    unit: Option<Spanned<String>>,
    confidence: Option<Spanned<String>>,
    interest: Option<Spanned<String>>,
    #[serde(default)]
    month_first: bool,
    columns: Spanned<Columns>,
    #[serde(default)]
    holder_identifiers: BTreeMap<String, String>,
    #[serde(default)]
    issuer_identifiers: BTreeMap<String, String>,
    #[serde(default)]
    interests: BTreeMap<String, Spanned<String>>,
    #[serde(default)]
    kinds: BTreeMap<String, Spanned<String>>,
    #[serde(default)]
    bands: BTreeMap<String, Spanned<String>>,
    #[serde(default)]
    indirect: Vec<String>,
}

/// Reads a map of holdings.
///
/// # Errors
/// It is no map of holdings; the message has the line and what is expected there.
pub(super) fn read_map(file: &TomlFile) -> Result<HoldingsMap, Error> {
    let table: MapFile = file.parse()?;
    if table.holdings.get_ref().trim().is_empty() {
        let reason = "is blank; say what the file is, such as \"Share register, 2026\"";
        return Err(file.at("holdings", &table.holdings, reason));
    }
    let columns = table.columns.get_ref();
    if columns.holder.trim().is_empty() || columns.issuer.trim().is_empty() {
        let reason = "say which columns are `holder` and `issuer`";
        return Err(file.at("columns", &table.columns, reason));
    }
    let units: Vec<&str> = Unit::ALL.iter().map(|unit| unit.as_str()).collect();
    let units = units.join(", ");
    let unit = table.unit.as_ref();
    let unit = unit.map(|unit| file.word("unit", unit, Unit::parse, &units));
    let unit = unit.transpose()?.unwrap_or(Unit::Percent);
    if (unit == Unit::Shares) == columns.total.all().is_empty() {
        let reason = "of the unit shares, and of it alone, name the column `total`";
        return Err(file.at("columns", &table.columns, reason));
    }
    let interests = "equity, votes, unspecified, branch, control";
    let interest =
        |value: &Spanned<String>| file.word("interest", value, Interest::parse, interests);
    let confidence = table.confidence.as_ref().map(|value| {
        file.word("confidence", value, Confidence::parse, "documented, reported, unverified")
    });
    let kinds = "company, person, branch, public_body, other, unknown";
    let small = |word: &String| word.trim().to_lowercase();
    let schemes = |all: &BTreeMap<String, String>| {
        all.iter().map(|(column, scheme)| (small(column), small(scheme))).collect()
    };
    let bands = table.bands.iter().map(|(word, band)| {
        let range = percent(band.get_ref()).ok_or_else(|| {
            file.at(
                "bands",
                band,
                "is no share; write \"25-50 %\" or \"more than 50 to less than 75 %\"",
            )
        })?;
        Ok((small(word), range))
    });
    Ok(HoldingsMap {
        cited: table.holdings.get_ref().trim().to_owned(),
        unit,
        confidence: confidence.transpose()?.unwrap_or(Confidence::Unverified),
        interest: table.interest.as_ref().map(interest).transpose()?.unwrap_or(Interest::Equity),
        month_first: table.month_first,
        holder_identifiers: schemes(&table.holder_identifiers),
        issuer_identifiers: schemes(&table.issuer_identifiers),
        interests: table
            .interests
            .iter()
            .map(|(word, value)| Ok((small(word), interest(value)?)))
            .collect::<Result<_, Error>>()?,
        kinds: table
            .kinds
            .iter()
            .map(|(word, kind)| {
                Ok((small(word), file.word("kinds", kind, EntityKind::parse, kinds)?))
            })
            .collect::<Result<_, Error>>()?,
        bands: bands.collect::<Result<_, Error>>()?,
        indirect: table.indirect.iter().map(small).collect(),
        columns: table.columns.into_inner(),
    })
}
