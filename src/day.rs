//! Calendar days, and the spans in which something holds.

use std::fmt;

use jiff::civil::Date;

/// A calendar day in the issuing authority's own calendar, as days since 1970-01-01.
///
/// The two extremes stand for "always" and "never ends", so that a column of days needs no
/// separate mark for a blank.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    zerocopy::FromBytes,
    zerocopy::IntoBytes,
    zerocopy::Immutable,
    zerocopy::KnownLayout,
    serde::Serialize,
    serde::Deserialize,
)]
#[repr(transparent)]
pub struct Day(i32);

/// A text that names no day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a day; write it as YYYY-MM-DD, for example 2025-10-09")]
pub struct DayError(String);

impl Day {
    /// Before every day: the start of what has no stated start.
    pub const ALWAYS: Day = Day(i32::MIN);
    /// After every day: the end of what has no stated end.
    pub const NEVER: Day = Day(i32::MAX);

    /// Reads `YYYY-MM-DD`.
    ///
    /// # Errors
    /// The text has another shape, or names a day that does not exist.
    pub fn parse(text: &str) -> Result<Day, DayError> {
        let error = || DayError(text.to_owned());
        let bytes = text.as_bytes();
        let shaped = bytes.len() == 10
            && bytes.iter().enumerate().all(|(position, byte)| match position {
                4 | 7 => *byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        if !shaped {
            return Err(error());
        }
        text.parse::<Date>().map(Day::from_date).map_err(|_| error())
    }

    /// Today in UTC.
    pub fn today() -> Day {
        let days = jiff::Timestamp::now().as_second().div_euclid(86_400);
        Day(i32::try_from(days).expect("a clock within jiff's calendar fits 32 bits of days"))
    }

    /// The day `days` later; saturates at the extremes.
    #[must_use]
    pub fn plus(self, days: i32) -> Day {
        Day(self.0.saturating_add(days))
    }

    /// Days from `earlier` to this day.
    pub fn days_since(self, earlier: Day) -> i64 {
        i64::from(self.0) - i64::from(earlier.0)
    }

    /// Whether this is a real day rather than one of the two extremes.
    pub fn is_stated(self) -> bool {
        self != Day::ALWAYS && self != Day::NEVER
    }

    /// The day where it is a real one.
    pub fn stated(self) -> Option<Day> {
        self.is_stated().then_some(self)
    }

    fn from_date(date: Date) -> Day {
        let days = date.duration_since(Date::ZERO).as_secs() / 86_400 - Self::epoch_offset();
        Day(i32::try_from(days).expect("jiff's calendar of 20,000 years fits 32 bits of days"))
    }

    fn epoch_offset() -> i64 {
        Date::constant(1970, 1, 1).duration_since(Date::ZERO).as_secs() / 86_400
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Day::ALWAYS => f.pad("always"),
            Day::NEVER => f.pad("open"),
            Day(days) => {
                let date = Date::constant(1970, 1, 1)
                    .checked_add(jiff::Span::new().try_days(days).map_err(|_| fmt::Error)?)
                    .map_err(|_| fmt::Error)?;
                f.pad(&date.to_string())
            }
        }
    }
}

/// The days on which something holds: from `from` on, up to but not including `until`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Span {
    /// First day.
    pub from: Day,
    /// First day on which it no longer holds.
    pub until: Day,
}

/// A span that ends before it begins.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "it ends on {until}, which is not after its first day {from}; `until` is the first day on which it no longer holds"
)]
pub struct SpanError {
    /// First day as stated.
    pub from: Day,
    /// End as stated.
    pub until: Day,
}

impl Span {
    /// Every day.
    pub const ALWAYS: Span = Span { from: Day::ALWAYS, until: Day::NEVER };

    /// A span from optional ends.
    ///
    /// # Errors
    /// No day lies in it.
    pub fn new(from: Option<Day>, until: Option<Day>) -> Result<Span, SpanError> {
        let span = Span { from: from.unwrap_or(Day::ALWAYS), until: until.unwrap_or(Day::NEVER) };
        if span.from < span.until {
            Ok(span)
        } else {
            Err(SpanError { from: span.from, until: span.until })
        }
    }

    /// Whether it holds on `day`.
    pub fn contains(self, day: Day) -> bool {
        self.from <= day && day < self.until
    }
}

/// The moment, in UTC, as RFC 3339 writes it, to the millisecond.
pub fn now() -> String {
    format!("{:.3}", jiff::Timestamp::now())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_and_written() {
        for text in ["1970-01-01", "2025-10-09", "2024-02-29", "0001-01-01", "9999-12-31"] {
            assert_eq!(Day::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(
            Day::parse("1970-01-02").unwrap().days_since(Day::parse("1970-01-01").unwrap()),
            1
        );
    }

    #[test]
    fn what_is_no_day_is_refused() {
        for text in [
            "",
            "2025-02-29",
            "2025-13-01",
            "09.10.2025",
            "2025-1-1",
            "20251009",
            "2025-10-09T00:00:00",
        ] {
            assert!(Day::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_span_excludes_its_end() {
        let day = |text| Day::parse(text).unwrap();
        let span = Span::new(Some(day("2025-11-07")), Some(day("2026-11-10"))).unwrap();
        assert!(span.contains(day("2025-11-07")) && span.contains(day("2026-11-09")));
        assert!(!span.contains(day("2026-11-10")) && !span.contains(day("2025-11-06")));
        assert!(Span::new(Some(day("2025-11-07")), Some(day("2025-11-07"))).is_err());
    }
}
