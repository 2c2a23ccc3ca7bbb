//! Shares as registers write them: `51 %`, `25-50`, `> 50`, `25,5`, `more than 25% but not more than 50%`.

use crate::share::{Share, ShareRange};

/// A share in percent. `None` for what is no share, and for what could be a fraction as well as percent: numbers
/// above 0 and up to 1 without a sign (`0.51`, which is 51 % to some and 0.51 % to others; `0.5-0.75`; `> 0.5`).
pub(super) fn percent(text: &str) -> Option<ShareRange> {
    let text = text.trim().to_lowercase().replace("percent", "%").replace(" per cent", "%");
    // Also in wide letters, as Chinese and Japanese write them.
    let narrow = |c: char| match c {
        '％' => '%',
        '０'..='９' => char::from_u32(c as u32 - '０' as u32 + '0' as u32).unwrap_or(c),
        _ => c,
    };
    let text: String = text.chars().map(narrow).collect();
    let signed = text.contains('%');
    let plain = text.replace('%', "");
    let plain = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    let range = ends(&plain)?;
    let (low, high) = (range.stated_low().parts(), range.stated_high().parts());
    let is_small = |end: u32| 0 < end && end <= ONE_PERCENT;
    let without_end = high == Share::WHOLE.parts() && low < ONE_PERCENT;
    let may_be_fraction = !signed && (is_small(high) || is_small(low) && without_end);
    (!may_be_fraction).then_some(range)
}

/// A share that is written as a part of one: `0.51`, `1`.
pub(super) fn of_fraction(text: &str) -> Option<ShareRange> {
    let text = number(text.trim())?;
    let (whole, decimals) = text.split_once('.').unwrap_or((&text, ""));
    // Percent: the point two places on.
    let padded = format!("{decimals:0<2}");
    let percent = format!("{whole}{}.{}0", padded.get(..2)?, padded.get(2..)?);
    ShareRange::parse(&percent, &percent, false, false).ok()
}

/// So many shares of a total, exact until it is rounded outward to parts per billion.
pub(super) fn of_shares(shares: &str, total: &str) -> Option<ShareRange> {
    let (shares, total) = (count(shares)?, count(total)?);
    if total == 0 || shares > total {
        return None;
    }
    let whole = u128::from(Share::WHOLE.parts());
    let low = shares.checked_mul(whole)? / total;
    let high = (shares.checked_mul(whole)?).div_ceil(total);
    let share = |parts: u128| u64::try_from(parts).ok().map(Share::from_parts);
    ShareRange::closed(share(low)?, share(high)?)
}

/// A number of shares, whose digits may stand in groups of three.
fn count(text: &str) -> Option<u128> {
    let text = text.trim();
    let separators = [',', '.', ' ', '\'', '\u{a0}', '\u{202f}'];
    let groups: Vec<&str> = text.split(separators).collect();
    // `1193114297.0` and `5000.000` are numbers that a program wrote: a first group has three digits at most.
    if let [whole, noughts] = groups[..]
        && (whole.len() > 3 || noughts.len() != 3)
    {
        let decimals = text.contains('.') && noughts.bytes().all(|byte| byte == b'0');
        return if decimals { whole.parse().ok() } else { None };
    }
    let first = groups.len() == 1 || matches!(groups[0].len(), 1..=3);
    let grouped = first && groups[1..].iter().all(|group| group.len() == 3);
    let digits = groups.concat();
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    (grouped && plain).then(|| digits.parse().ok())?
}

/// Parts per billion of one percent.
const ONE_PERCENT: u32 = 10_000_000;

/// A range of numbers of percent.
fn ends(text: &str) -> Option<ShareRange> {
    let text = text.strip_prefix("between ").unwrap_or(text);
    for behind in [" or more", " and more", " or above", " or over", "+"] {
        if let Some(low) = text.strip_suffix(behind) {
            return ShareRange::parse(&number(low)?, "100", false, false).ok();
        }
    }
    for (word, low_open, is_low) in [
        (">=", false, true),
        ("≥", false, true),
        ("at least ", false, true),
        ("from ", false, true),
        (">", true, true),
        ("more than ", true, true),
        ("greater than ", true, true),
        ("over ", true, true),
        ("above ", true, true),
        ("<=", false, false),
        ("≤", false, false),
        ("up to ", false, false),
        ("<", true, false),
        ("less than ", true, false),
        ("under ", true, false),
        ("below ", true, false),
    ] {
        let Some(rest) = text.strip_prefix(word) else { continue };
        let rest = rest.trim();
        if is_low {
            return match parted(rest) {
                Some((low, high, high_open)) => {
                    ShareRange::parse(&number(low)?, &number(high)?, low_open, high_open).ok()
                }
                None => ShareRange::parse(&number(rest)?, "100", low_open, false).ok(),
            };
        }
        return ShareRange::parse("0", &number(rest)?, false, low_open).ok();
    }
    // A number may have a dash of its own: `9.8e-05`.
    let alone =
        number(text).and_then(|number| ShareRange::parse(&number, &number, false, false).ok());
    alone.or_else(|| {
        let (low, high, high_open) = parted(text)?;
        ShareRange::parse(&number(low)?, &number(high)?, false, high_open).ok()
    })
}

/// The low end and the high end of a range, and whether the latter is excluded.
fn parted(text: &str) -> Option<(&str, &str, bool)> {
    let parting = [
        (" but not more than ", false),
        (" up to and including ", false),
        (" - <=", false),
        (" - <", true),
        ("-<=", false),
        ("-<", true),
        (" but less than ", true),
        (" to less than ", true),
        (" up to ", false),
        (" to ", false),
        (" and ", false),
        ("–", false),
        ("—", false),
        ("-", false),
    ];
    parting.iter().find_map(|(word, open)| {
        let (low, high) = text.split_once(word)?;
        Some((low.trim(), high.trim(), *open))
            .filter(|(low, high, _)| !low.is_empty() && !high.is_empty())
    })
}

/// A number with a point, of one that is written with a comma.
fn number(text: &str) -> Option<String> {
    let text = text.trim();
    if let Some((mantissa, exponent)) = text.split_once(['e', 'E']) {
        return shifted(mantissa, exponent.parse().ok()?);
    }
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.split_once(',') {
        Some((whole, rest)) if digits(whole) && digits(rest) => Some(format!("{whole}.{rest}")),
        Some(_) => None,
        None => Some(text.to_owned()).filter(|text| text.bytes().any(|byte| byte.is_ascii_digit())),
    }
}

/// A number whose point is moved: spreadsheets and programs write small ones as `9.8e-05`.
fn shifted(mantissa: &str, by: i32) -> Option<String> {
    let (whole, decimals) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{decimals}");
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) || whole.is_empty() || by.abs() > 30 {
        return None;
    }
    let point = i32::try_from(whole.len()).ok()? + by;
    let (before, behind) = match usize::try_from(point) {
        Ok(point) if point < digits.len() => digits.split_at(point),
        Ok(point) => return Some(format!("{digits:0<point$}")),
        Err(_) => return Some(format!("0.{}{digits}", "0".repeat(point.unsigned_abs() as usize))),
    };
    Some(if before.is_empty() { format!("0.{behind}") } else { format!("{before}.{behind}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_read_as_registers_write_them() {
        for (text, expected) in [
            ("51 %", "51 %"),
            ("51", "51 %"),
            ("51%", "51 %"),
            ("33.3333333", "33.3333333 %"),
            ("25,5", "25.5 %"),
            ("25-50", "25 to 50 %"),
            ("25%-50%", "25 to 50 %"),
            ("25 – 50 %", "25 to 50 %"),
            ("> 50", "more than 50 to 100 %"),
            (">=50%", "50 to 100 %"),
            ("more than 25% but not more than 50%", "more than 25 to 50 %"),
            ("50% to less than 75%", "50 to less than 75 %"),
            ("less than 25 %", "0 to less than 25 %"),
            ("0.51 %", "0.51 %"),
            ("0", "0 %"),
            ("100.0", "100 %"),
            ("75% or more", "75 to 100 %"),
            ("50%+", "50 to 100 %"),
            ("between 50% and 75%", "50 to 75 %"),
            (">25% - <=50%", "more than 25 to 50 %"),
            ("> 25% - < 50%", "more than 25 to less than 50 %"),
            ("more than 25 % up to and including 50 %", "more than 25 to 50 %"),
            ("greater than 50%", "more than 50 to 100 %"),
            ("51％", "51 %"),
            ("9.8e-05 %", "0.000098 %"),
            ("1.5e1", "15 %"),
            ("5E1", "50 %"),
            ("2.5e-1 %", "0.25 %"),
        ] {
            assert_eq!(
                percent(text).map(|range| range.to_string()).as_deref(),
                Some(expected),
                "{text}"
            );
        }
        assert_eq!(of_fraction("0.51").unwrap().to_string(), "51 %");
        assert_eq!(of_fraction("1").unwrap().to_string(), "100 %");
        assert_eq!(of_fraction("51"), None);
        assert_eq!(
            of_shares("1,193,114,297", "1.584.210.966").unwrap().to_string(),
            "75.3128416 to 75.3128417 %"
        );
        assert_eq!(of_shares("1", "2").unwrap().to_string(), "50 %");
        assert_eq!(of_shares("5000.000", "10000000").unwrap().to_string(), "0.05 %");
        assert_eq!(of_shares("1193114297.0", "1,193,114,297").unwrap().to_string(), "100 %");
        assert_eq!([of_shares("3", "2"), of_shares("1.5", "2"), of_shares("1", "0")], [None; 3]);
        for text in ["0.51", "1", "", "half", "120", "1,234,567", "-5", "50-25", "%"] {
            assert_eq!(percent(text), None, "{text}");
        }
    }
}
