//! The project's own CSV of ownership: holdings, complete owner lists, joint arrangements.

use super::held::unnamed_identifier;
use super::holding_record::Terms;
use super::lists_csv::{check_name, countries, identifiers};
use super::pseudo_owners::{Stands, stands_for};
use super::records::{GroupMember, Records, Written, issuer_kind};
use super::rows::{Fault, Row, span, word};
use crate::day::Span;
use crate::error::{Place, Warning};
use crate::model::{Confidence, Countries, EntityKind, Identifiers, Interest};
use crate::share::{ShareError, ShareRange};

/// Columns of a file of holdings; others are ignored with a warning.
pub const HOLDING_COLUMNS: &[&str] = &[
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
    // In the order of the columns above.
    let [
        holder,
        holder_id,
        holder_country,
        issuer,
        issuer_id,
        issuer_country,
        share_min,
        share_max,
        min_exclusive,
        max_exclusive,
        interest,
        since,
        until,
        confidence,
        source,
    ] = row.all();
    let terms =
        [share_min, share_max, min_exclusive, max_exclusive, interest, since, until, confidence];
    let (Terms { range, interest, confidence }, span) = terms_of(terms)?;
    let line = row.line();
    let stands = if holder_id.is_empty() { stands_for(holder) } else { Stands::Itself };
    // A name for nobody is nobody else in another row.
    let own = match stands {
        Stands::Unnamed if !holder.is_empty() => {
            unnamed_identifier(&format!("{}/{}/{issuer}", records.reading, place.record))
        }
        _ => String::new(),
    };
    let holder_id = if own.is_empty() { holder_id } else { &own };
    let holder = party(
        ["holder", "holder_id", "holder_country"],
        [holder, holder_id, holder_country],
        EntityKind::Unknown,
        line,
        records,
    )?;
    let issuer = party(
        ["issuer", "issuer_id", "issuer_country"],
        [issuer, issuer_id, issuer_country],
        issuer_kind(interest),
        line,
        records,
    )?;
    let issuer = records.written(&issuer);
    let holder = if stands == Stands::Treasury { issuer } else { records.written(&holder) };
    let rounded = |text: &str| {
        text.split_once('.').is_some_and(|(_, decimals)| decimals.trim_end_matches('0').len() > 7)
    };
    if rounded(share_min) || rounded(share_max) {
        let text =
            format!("more than 7 decimals; taken as {range}, rounded outward to parts per billion");
        records
            .warnings
            .push(Warning { place: format!("{}:{}", records.reading, place.record), text });
    }
    records.push_terms(holder, issuer, Terms { range, interest, confidence }, span, source, place);
    Ok(())
}

/// The terms and days of a holding, from its fields in the order of their columns.
pub(super) fn terms_of(
    [share_min, share_max, min_exclusive, max_exclusive, interest, since, until, confidence]: [&str;
        8],
) -> Result<(Terms, Span), Fault> {
    let open = (flag("min_exclusive", min_exclusive)?, flag("max_exclusive", max_exclusive)?);
    let range = range(share_min, share_max, open)?;
    let interest = word!("interest", interest, Interest)?.unwrap_or(Interest::Equity);
    let confidence = word!("confidence", confidence, Confidence)?.unwrap_or(Confidence::Unverified);
    let span = span(("since", since), ("until", until))?;
    Ok((Terms { range, interest, confidence }, span))
}

/// A holder or an issuer of a row. Most are written as we write them, and need not be read.
fn party<'r>(
    [name_column, identifier_column, country_column]: [&str; 3],
    [name, identifier, country]: [&'r str; 3],
    kind: EntityKind,
    line: u32,
    records: &mut Records,
) -> Result<Written<'r>, Fault> {
    if name.is_empty() {
        return Err(Fault::blank(name_column));
    }
    check_name(name_column, name)?;
    let identifiers = if Identifiers::is_written(identifier) {
        identifier.into()
    } else {
        identifiers(identifier_column, identifier, line, records).to_string().into()
    };
    let countries = if Countries::is_written(country) {
        country.into()
    } else {
        countries(country_column, country)?.to_string().into()
    };
    Ok(Written { name, native: "", countries, identifiers, born: "".into(), kind })
}

fn range(low: &str, high: &str, (low_open, high_open): (bool, bool)) -> Result<ShareRange, Fault> {
    ShareRange::parse(low, high, low_open, high_open).map_err(|error| {
        let at_low = match &error {
            ShareError::NotANumber(text) | ShareError::OutOfRange(text) => text == low,
            ShareError::Empty { .. } => true,
        };
        Fault::column(if at_low { "share_min" } else { "share_max" }, error)
    })
}

fn flag(column: &str, text: &str) -> Result<bool, Fault> {
    match text {
        "" | "false" => Ok(false),
        "true" => Ok(true),
        other => Err(Fault::column(column, format!("`{other}` is none of true, false"))),
    }
}

/// One row of `complete.csv`.
pub(super) fn complete(row: &Row, _: Place, records: &mut Records) -> Result<(), Fault> {
    let identifiers = identifiers("issuer_id", row.get("issuer_id"), row.line(), records);
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
