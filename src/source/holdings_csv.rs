//! The project's own CSV of ownership: holdings, complete owner lists, joint arrangements.

use super::lists_csv::{check_name, countries, identifiers};
use super::records::{GroupMember, MentionId, Records, Terms, Written, issuer_kind};
use super::rows::{Fault, Row, word};
use crate::error::{Place, Warning};
use crate::model::{Confidence, Countries, EntityKind, Identifiers, Interest};
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
    let terms = Terms {
        range: range(row)?,
        interest: word!(row, "interest", Interest, Some(Interest::Equity))?
            .unwrap_or(Interest::Equity),
        confidence: word!(row, "confidence", Confidence, Some(Confidence::Unverified))?
            .unwrap_or(Confidence::Unverified),
    };
    let span = row.span("since", "until")?;
    let holder =
        Party::read(row, ["holder", "holder_id", "holder_country"], EntityKind::Unknown, records)?;
    let kind = issuer_kind(terms.interest);
    let issuer = Party::read(row, ["issuer", "issuer_id", "issuer_country"], kind, records)?;
    let (holder, issuer) = (holder.mention(records), issuer.mention(records));
    let rounded = |column| {
        let text: &str = row.get(column);
        text.split_once('.').is_some_and(|(_, decimals)| decimals.trim_end_matches('0').len() > 7)
    };
    if ["share_min", "share_max"].into_iter().any(rounded) {
        let text = format!(
            "more than 7 decimals; taken as {}, rounded outward to parts per billion",
            terms.range
        );
        records
            .warnings
            .push(Warning { place: format!("{}:{}", records.reading, place.record), text });
    }
    records.push_terms(holder, issuer, terms, span, row.get("source"), place);
    Ok(())
}

/// A holder or an issuer of a row: known from an earlier row, or read.
enum Party<'r> {
    Known(MentionId),
    New(&'r str, Countries, Identifiers, EntityKind),
}

impl<'r> Party<'r> {
    fn read(
        row: &Row<'r>,
        [name, identifier, country]: [&str; 3],
        kind: EntityKind,
        records: &mut Records,
    ) -> Result<Party<'r>, Fault> {
        let written = Written {
            name: row.required(name)?,
            native: "",
            countries: row.get(country),
            identifiers: row.get(identifier),
            kind,
        };
        if let Some(known) = records.known(&written) {
            return Ok(Party::Known(known));
        }
        check_name(name, written.name)?;
        let identifiers = identifiers(row, identifier, records);
        Ok(Party::New(written.name, countries(row, country)?, identifiers, kind))
    }

    fn mention(self, records: &mut Records) -> MentionId {
        match self {
            Party::Known(known) => known,
            Party::New(name, countries, identifiers, kind) => {
                records.mention(name, "", &countries, &identifiers, kind)
            }
        }
    }
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
