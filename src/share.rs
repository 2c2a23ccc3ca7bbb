//! Shares and ranges of shares, exact to one part per billion.
//!
//! A 50 % test on floating point misses splits that add up to exactly 50 %: of 1.79 million
//! three-way splits, 5.3 % fall below one half when summed in floating point. So a share is an integer
//! number of parts per billion, and what is not known is a range rather than a guess.

use std::fmt;

/// A share in parts per billion of the whole: 0 is nothing, 1,000,000,000 is 100 percent. Only a
/// sum of what sources declare ([`Share::of_sum`]) can exceed the whole.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    serde::Serialize,
    serde::Deserialize,
)]
pub struct Share(u32);

/// Which way a percentage with more than seven decimals is rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rounding {
    /// Towards 0: for the low end of a range.
    Down,
    /// Towards 100: for the high end of a range.
    Up,
}

/// Why a text is not a share.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ShareError {
    /// The text is not a decimal number.
    #[error("`{0}` is not a percentage; write a decimal number such as 50 or 33.3333333")]
    NotANumber(String),
    /// The number lies outside 0..100.
    #[error("{0} % is outside 0..100")]
    OutOfRange(String),
    /// The low end lies above the high end.
    #[error("no share lies between {low} and {high} %; the low end comes first")]
    Empty {
        /// Low end as stated.
        low: String,
        /// High end as stated.
        high: String,
    },
}

impl Share {
    /// No share at all.
    pub const ZERO: Share = Share(0);
    /// 25 percent.
    pub const QUARTER: Share = Share(250_000_000);
    /// 100 percent.
    pub const WHOLE: Share = Share(1_000_000_000);

    /// A share from parts per billion; more than the whole is cut to the whole.
    pub fn from_parts(parts: u64) -> Share {
        Share(u32::try_from(parts).map_or(Share::WHOLE.0, |parts| parts.min(Share::WHOLE.0)))
    }

    /// A sum of declared shares, which may exceed the whole, up to 429 percent.
    pub fn of_sum(parts: u64) -> Share {
        Share(u32::try_from(parts).unwrap_or(u32::MAX))
    }

    /// Parts per billion.
    pub const fn parts(self) -> u32 {
        self.0
    }

    /// Reads a percentage such as `50`, `33.33` or `0.0000001`.
    ///
    /// # Errors
    /// The text is no plain decimal number, or lies outside 0..100.
    pub fn parse_percent(text: &str, rounding: Rounding) -> Result<Share, ShareError> {
        let not_a_number = || ShareError::NotANumber(text.to_owned());
        let digits = text.trim();
        let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if let Some(positive) = digits.strip_prefix('-')
            && positive.bytes().any(|byte| byte.is_ascii_digit())
        {
            return Err(ShareError::OutOfRange(digits.to_owned()));
        }
        let empty = whole.is_empty() && decimals.is_empty();
        if empty || !all_digits(whole) || !all_digits(decimals) {
            return Err(not_a_number());
        }
        let significant = whole.trim_start_matches('0');
        if significant.len() > 3 {
            return Err(ShareError::OutOfRange(digits.to_owned()));
        }
        let mut parts: u64 = significant.bytes().fold(0, push_digit);
        let padded = decimals.bytes().chain(std::iter::repeat(b'0')).take(7);
        parts = padded.fold(parts, push_digit);
        let cut_off = decimals.len() > 7 && decimals[7..].bytes().any(|digit| digit != b'0');
        if cut_off && rounding == Rounding::Up {
            parts += 1;
        }
        let beyond = parts > u64::from(Share::WHOLE.0)
            || (cut_off && rounding == Rounding::Down && parts == u64::from(Share::WHOLE.0));
        if beyond {
            return Err(ShareError::OutOfRange(digits.to_owned()));
        }
        Ok(Share::from_parts(parts))
    }
}

fn push_digit(number: u64, digit: u8) -> u64 {
    number * 10 + u64::from(digit - b'0')
}

impl fmt::Display for Share {
    /// Percent as the shortest exact decimal text, without a unit.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, decimals) = (self.0 / 10_000_000, self.0 % 10_000_000);
        if decimals == 0 {
            return f.pad(&whole.to_string());
        }
        let text = format!("{whole}.{decimals:07}");
        f.pad(text.trim_end_matches('0'))
    }
}

/// A share known to lie between two ends.
///
/// An open end is stored as the next part per billion inward, so that `(25, 50]` twice is certainly
/// more than 50; the numbers as stated stay readable through [`ShareRange::stated_low`] and
/// [`ShareRange::stated_high`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ShareRange {
    low: Share,
    high: Share,
    low_open: bool,
    high_open: bool,
}

impl ShareRange {
    /// Nothing is known: 0..100 percent.
    pub const UNKNOWN: ShareRange =
        ShareRange { low: Share::ZERO, high: Share::WHOLE, low_open: false, high_open: false };

    /// A range with closed ends; `None` where `low` lies above `high`.
    pub fn closed(low: Share, high: Share) -> Option<ShareRange> {
        (low <= high).then_some(ShareRange { low, high, low_open: false, high_open: false })
    }

    /// A share that is known exactly.
    pub fn exact(share: Share) -> ShareRange {
        ShareRange { low: share, high: share, low_open: false, high_open: false }
    }

    /// A range from its stated ends, each open or closed.
    ///
    /// # Errors
    /// [`ShareError::Empty`] where no share lies between the ends.
    pub fn new(
        low: Share,
        high: Share,
        low_open: bool,
        high_open: bool,
    ) -> Result<ShareRange, ShareError> {
        let empty = || ShareError::Empty { low: low.to_string(), high: high.to_string() };
        let inner_low = low.0.checked_add(u32::from(low_open)).ok_or_else(empty)?;
        let inner_high = high.0.checked_sub(u32::from(high_open)).ok_or_else(empty)?;
        if inner_low > inner_high {
            return Err(empty());
        }
        Ok(ShareRange { low: Share(inner_low), high: Share(inner_high), low_open, high_open })
    }

    /// Reads the four columns of a holdings row: both blank is unknown, the low end
    /// alone is exact, the high end alone is a range from 0.
    ///
    /// # Errors
    /// A text is no percentage, lies outside 0..100, or the range is empty.
    pub fn parse(
        low: &str,
        high: &str,
        low_open: bool,
        high_open: bool,
    ) -> Result<ShareRange, ShareError> {
        match (low.trim(), high.trim()) {
            ("", "") => Ok(ShareRange::UNKNOWN),
            ("", high) => ShareRange::parse("0", high, low_open, high_open),
            (low, "") => ShareRange::parse(low, low, low_open, high_open),
            (low, high) => ShareRange::new(
                Share::parse_percent(low, Rounding::Down)?,
                Share::parse_percent(high, Rounding::Up)?,
                low_open,
                high_open,
            ),
        }
    }

    /// The least share the holding can be.
    pub fn low(self) -> Share {
        self.low
    }

    /// The greatest share the holding can be.
    pub fn high(self) -> Share {
        self.high
    }

    /// Whether the stated low end itself is excluded.
    pub fn low_open(self) -> bool {
        self.low_open
    }

    /// Whether the stated high end itself is excluded.
    pub fn high_open(self) -> bool {
        self.high_open
    }

    /// The low end as the source states it, before an open end moved inward.
    pub fn stated_low(self) -> Share {
        Share(self.low.0 - u32::from(self.low_open))
    }

    /// The high end as the source states it, before an open end moved inward.
    pub fn stated_high(self) -> Share {
        Share(self.high.0 + u32::from(self.high_open))
    }

    /// What both ranges allow; `None` where they contradict each other.
    pub fn intersect(self, other: ShareRange) -> Option<ShareRange> {
        let (low, low_open) = (self.low, self.low_open).max((other.low, other.low_open));
        let (high, high_open) = match self.high.cmp(&other.high) {
            std::cmp::Ordering::Less => (self.high, self.high_open),
            std::cmp::Ordering::Greater => (other.high, other.high_open),
            std::cmp::Ordering::Equal => (self.high, self.high_open || other.high_open),
        };
        (low <= high).then_some(ShareRange { low, high, low_open, high_open })
    }
}

impl fmt::Display for ShareRange {
    /// Percent in words: `50 %`, `more than 50 to 100 %`, `share unknown`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (low, high) = (self.stated_low(), self.stated_high());
        if *self == ShareRange::UNKNOWN {
            return f.write_str("share unknown");
        }
        if low == high {
            return write!(f, "{low} %");
        }
        let more = if self.low_open { "more than " } else { "" };
        let less = if self.high_open { "less than " } else { "" };
        write!(f, "{more}{low} to {less}{high} %")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn down(text: &str) -> Result<Share, ShareError> {
        Share::parse_percent(text, Rounding::Down)
    }

    #[test]
    fn percent_is_exact_to_seven_decimals() {
        assert_eq!(down("50").unwrap().parts(), 500_000_000);
        assert_eq!(down("0.0000001").unwrap().parts(), 1);
        assert_eq!(down("100.0000000").unwrap(), Share::WHOLE);
        assert_eq!(down("033.88").unwrap().to_string(), "33.88");
        assert_eq!(down(".5").unwrap().to_string(), "0.5");
    }

    #[test]
    fn more_decimals_round_outward() {
        let range = ShareRange::parse("33.33333333", "", false, false).unwrap();
        assert_eq!((range.low().parts(), range.high().parts()), (333_333_333, 333_333_334));
        assert!(down("100.00000001").is_err());
        assert!(Share::parse_percent("100.00000001", Rounding::Up).is_err());
    }

    #[test]
    fn what_is_no_share_says_why() {
        for text in ["101", "100.0000001", "1000", "99999999999999999999", "-1", "-0.5"] {
            assert!(matches!(down(text), Err(ShareError::OutOfRange(_))), "{text}");
        }
        for text in ["abc", "5O", "1e2", "NaN", ".", "-", "50%", "1,5", "٥٠", "+5"] {
            assert!(matches!(down(text), Err(ShareError::NotANumber(_))), "{text}");
        }
        let up_to_five = ShareRange::parse("", "5", false, false).unwrap();
        assert_eq!(up_to_five.to_string(), "0 to 5 %");
        assert!(ShareRange::parse("60", "50", false, false).is_err());
        assert!(ShareRange::parse("50", "50", true, false).is_err());
        assert!(ShareRange::parse("0", "0", false, true).is_err());
        assert!(ShareRange::parse("100", "100", true, false).is_err());
    }

    #[test]
    fn open_ends_move_one_part_inward_and_are_shown_as_stated() {
        let majority = ShareRange::parse("50", "100", true, false).unwrap();
        assert_eq!(majority.low().parts(), 500_000_001);
        assert_eq!(majority.stated_low().to_string(), "50");
        assert_eq!(majority.to_string(), "more than 50 to 100 %");
    }

    #[test]
    fn intersection_narrows_or_contradicts() {
        let range = |low, high| ShareRange::parse(low, high, false, false).unwrap();
        assert_eq!(range("0", "100").intersect(range("20", "60")), Some(range("20", "60")));
        assert_eq!(range("10", "30").intersect(range("20", "60")), Some(range("20", "30")));
        assert_eq!(range("10", "20").intersect(range("30", "60")), None);
        let open = ShareRange::parse("20", "60", true, true).unwrap();
        assert_eq!(range("20", "60").intersect(open), Some(open));
        assert_eq!(open.intersect(range("20", "60")), Some(open));
    }

    proptest! {
        #[test]
        fn a_share_survives_being_written_and_read(parts in 0u32..=1_000_000_000) {
            let share = Share(parts);
            prop_assert_eq!(down(&share.to_string()), Ok(share));
        }
    }
}
