//! The project's own CSV of ownership: holdings, complete owner lists, joint arrangements.

use super::lists_csv::{check_name, countries, identifiers};
use super::records::{GroupMember, Records};
use super::rows::{Fault, Row, word};
use crate::error::{Place, Warning};
use crate::model::{Confidence, Countries, EntityKind, HoldingRow, Identifiers, Interest};
use crate::share::{ShareError, ShareRange};

/// Columns of a file of holdings; others are ignored with a warning.
pub(super) const HOLDING_COLUMNS: &[&str] = &[
    "holder",
    "holder_id",
    "holder_country",
    "issuer",
    "issuer_id",
    "issuer_country",
    "share_min",
    "share_max",
    "min_exclusive",
    "max_exclusive",
    "interest",
    "since",
    "until",
    "confidence",
    "source",
];

/// Columns of `complete.csv`.
pub(super) const COMPLETE_COLUMNS: &[&str] = &["issuer", "issuer_id"];

/// Columns of `groups.csv`.
pub(super) const GROUP_COLUMNS: &[&str] = &["group", "member"];

/// One row of holdings.
pub(super) fn holding(row: &Row, place: Place, records: &mut Records) -> Result<(), Fault> {
    let (holder, issuer) = (row.required("holder")?, row.required("issuer")?);
    check_name("holder", holder)?;
    check_name("issuer", issuer)?;
    let holding = HoldingRow {
        holder,
        holder_id: identifiers(row, "holder_id", records),
        holder_country: countries(row, "holder_country")?,
        issuer,
        issuer_id: identifiers(row, "issuer_id", records),
        issuer_country: countries(row, "issuer_country")?,
        range: range(row)?,
        interest: word!(row, "interest", Interest, Some(Interest::Equity))?
            .unwrap_or(Interest::Equity),
        span: row.span("since", "until")?,
        confidence: word!(row, "confidence", Confidence, Some(Confidence::Unverified))?
            .unwrap_or(Confidence::Unverified),
        source: row.get("source"),
    };
    let rounded = |column| {
        let text: &str = row.get(column);
        text.split_once('.').is_some_and(|(_, decimals)| decimals.trim_end_matches('0').len() > 7)
    };
    if ["share_min", "share_max"].into_iter().any(rounded) {
        let text = format!(
            "more than 7 decimals; taken as {}, rounded outward to parts per billion",
            holding.range
        );
        records
            .warnings
            .push(Warning { place: format!("{}:{}", records.reading, place.record), text });
    }
    records.push_holding(&holding, place);
    Ok(())
}

fn range(row: &Row) -> Result<ShareRange, Fault> {
    let (low, high) = (row.get("share_min"), row.get("share_max"));
    let (low_open, high_open) = (flag(row, "min_exclusive")?, flag(row, "max_exclusive")?);
    ShareRange::parse(low, high, low_open, high_open).map_err(|error| {
        let at_low = match &error {
            ShareError::NotANumber(text) | ShareError::OutOfRange(text) => text == low,
            ShareError::Empty { .. } => true,
        };
        Fault::column(if at_low { "share_min" } else { "share_max" }, error)
    })
}

fn flag(row: &Row, column: &str) -> Result<bool, Fault> {
    match row.get(column) {
        "" | "false" => Ok(false),
        "true" => Ok(true),
        other => Err(Fault::column(column, format!("`{other}` is none of true, false"))),
    }
}

/// One row of `complete.csv`.
pub(super) fn complete(row: &Row, _: Place, records: &mut Records) -> Result<(), Fault> {
    let identifiers = identifiers(row, "issuer_id", records);
    let (name, nowhere) = (row.required("issuer")?, Countries::default());
    let issuer = records.mention(name, "", &nowhere, &identifiers, EntityKind::Unknown);
    records.complete.push(issuer);
    Ok(())
}

/// One row of `groups.csv`.
pub(super) fn group(row: &Row, place: Place, records: &mut Records) -> Result<(), Fault> {
    let member = records.mention(
        row.required("member")?,
        "",
        &Countries::default(),
        &Identifiers::default(),
        EntityKind::Unknown,
    );
    let group = row.required("group")?.to_owned();
    records.groups.push(GroupMember { group, member, place });
    Ok(())
}
