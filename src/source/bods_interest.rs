//! Interests of the Beneficial Ownership Data Standard as holdings.

use serde_json::Value;

use super::guarded::text;
use super::held::{Held, days};
use super::values::{first_day, last_day};
use crate::day::Day;
use crate::model::{Confidence, Interest};
use crate::share::ShareRange;

/// What a register of the standard says.
pub(super) fn documented() -> Held {
    Held { confidence: Confidence::Documented, ..Held::default() }
}

/// The holding that an interest is; none for what is no ownership.
pub(super) fn interest(given: &Value) -> Result<Option<Held>, String> {
    let kind = text(given, "type");
    let plain: String = kind.chars().filter(char::is_ascii_alphanumeric).collect();
    let interest = match plain.to_lowercase().as_str() {
        "shareholding" | "rightstosurplusassetsondissolution" | "rightstosurplusassets" => {
            Interest::Equity
        }
        "votingrights" => Interest::Votes,
        "" | "unknowninterest" | "unpublishedinterest" => Interest::Unspecified,
        "appointmentofboard"
        | "influenceorcontrol"
        | "otherinfluenceorcontrol"
        | "controlviacompanyrulesorarticles"
        | "controlbylegalframework"
        | "settlor"
        | "settloroftrust"
        | "trustee"
        | "trusteeoftrust"
        | "protector"
        | "protectoroftrust"
        | "nominator"
        | "otherinfluenceorcontroloftrust" => Interest::Control,
        "seniormanagingofficial"
        | "boardmember"
        | "boardchair"
        | "beneficiaryoflegalarrangement"
        | "beneficiaryoftrust"
        | "rightstoprofitorincome"
        | "rightsgrantedbycontract"
        | "conditionalrightsgrantedbycontract"
        | "enjoymentanduseofassets"
        | "righttoprofitorincomefromassets"
        | "nominee" => return Ok(None),
        _ => return Err(format!("has the interest `{kind}`, which the standard does not have")),
    };
    let range = match given.get("share") {
        Some(share @ Value::Object(_)) => share_of(share)?,
        _ => ShareRange::UNKNOWN,
    };
    let on = |key: &str, read: fn(&str) -> Option<Day>| match text(given, key).as_str() {
        "" => Ok(None),
        written => read(written).map(Some).ok_or_else(|| format!("`{key}` cannot be `{written}`")),
    };
    let (first, last) = (on("startDate", first_day)?, on("endDate", last_day)?);
    let level = [text(given, "directOrIndirect"), text(given, "interestLevel")].concat();
    Ok(Some(Held {
        range,
        interest,
        span: days(first, last)?,
        maybe_indirect: level != "direct",
        said: [kind, text(given, "details")].join(" "),
        ..documented()
    }))
}

/// The range of a share: exact, or from a minimum to a maximum, each of which may be excluded: by a number of its own
/// (0.4), or by a word beside the number (before).
fn share_of(share: &Value) -> Result<ShareRange, String> {
    let number = |key: &str| {
        share.get(key).filter(|value| value.is_number()).map(Value::to_string).unwrap_or_default()
    };
    let excluded = |key: &str| share.get(key).and_then(Value::as_bool).unwrap_or(false);
    let exact = number("exact");
    if !exact.is_empty() {
        return ShareRange::parse(&exact, &exact, false, false).map_err(|error| error.to_string());
    }
    let (low, low_open) = match number("exclusiveMinimum") {
        low if low.is_empty() => (number("minimum"), excluded("exclusiveMinimum")),
        low => (low, true),
    };
    let (high, high_open) = match number("exclusiveMaximum") {
        high if high.is_empty() => (number("maximum"), excluded("exclusiveMaximum")),
        high => (high, true),
    };
    let open = (low_open && !low.is_empty(), high_open && !high.is_empty());
    let low = if low.is_empty() { "0".to_owned() } else { low };
    let high = if high.is_empty() { "100".to_owned() } else { high };
    ShareRange::parse(&low, &high, open.0, open.1).map_err(|error| error.to_string())
}
