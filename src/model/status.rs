//! What a status on a day is, for entries and rules alike.

use super::words;
use crate::day::{Day, Span};

words! {
    /// The status of a list entry or a rule on a day; stronger first.
    Status {
        /// Its measures operate.
        InForce = "in_force",
        /// Published, without effect yet.
        NotYet = "not_yet",
        /// It does not operate for a time.
        Suspended = "suspended",
        /// Its measures ended, nobody delisted it.
        Stopped = "stopped",
        /// It was taken off the list.
        Removed = "removed",
    }
}

words! {
    /// Whether a change rests on an instrument or on words.
    Certitude {
        /// The instrument, or its official text, was seen.
        Official = "official",
        /// It was said; no instrument was seen.
        Announced = "announced",
    }
}

/// A status on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OnDay {
    /// The status.
    pub status: Status,
    /// A suspension lapsed on its official day while a longer one was announced: a person has to
    /// confirm that it is in force.
    pub confirm: bool,
}

/// What a change turns a status into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    /// Does not operate for a time.
    Suspended,
    /// Ended, not delisted.
    Stopped,
    /// Taken off.
    Removed,
    /// Operates; ends what began before it.
    Resumed,
}

/// A dated change of status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// Into what.
    pub kind: ChangeKind,
    /// The days it covers.
    pub span: Span,
    /// Whether an instrument was seen.
    pub certitude: Certitude,
}

/// The status that dated changes leave on `day`.
///
/// Only official changes decide: removed before stopped before suspended, and a resumption ends
/// what began before it or on its day. Where nothing covers the day it is in force, to be confirmed if an
/// official suspension has lapsed while a longer one is announced and no official change began
/// after the lapse.
pub fn status_of_changes(changes: &[Change], day: Day) -> OnDay {
    let official = || changes.iter().filter(|change| change.certitude == Certitude::Official);
    let resumed = official()
        .filter(|change| change.kind == ChangeKind::Resumed && change.span.from <= day)
        .map(|change| change.span.from)
        .max();
    let alive = |change: &&Change| resumed.is_none_or(|resumed| change.span.from > resumed);
    let covers = |kind| {
        official().filter(alive).any(|change| change.kind == kind && change.span.contains(day))
    };
    let status = if covers(ChangeKind::Removed) {
        Status::Removed
    } else if covers(ChangeKind::Stopped) {
        Status::Stopped
    } else if covers(ChangeKind::Suspended) {
        Status::Suspended
    } else {
        Status::InForce
    };
    let confirm = status == Status::InForce && lapsed_unconfirmed(changes, day);
    OnDay { status, confirm }
}

/// Whether an official suspension has lapsed on or before `day` while a longer one is announced,
/// and no official change has begun after the lapse since.
pub fn lapsed_unconfirmed(changes: &[Change], day: Day) -> bool {
    let suspensions = |certitude| {
        changes.iter().filter(move |change| {
            change.kind == ChangeKind::Suspended && change.certitude == certitude
        })
    };
    let resumed_early = |suspension: &Change| {
        changes.iter().any(|change| {
            change.kind == ChangeKind::Resumed
                && change.certitude == Certitude::Official
                && suspension.span.from < change.span.from
                && change.span.from < suspension.span.until
        })
    };
    let ended = |change: &Change| change.span.until <= day && !resumed_early(change);
    let lapse = suspensions(Certitude::Official).filter(|change| ended(change));
    let Some(lapse) = lapse.map(|change| change.span.until).max() else {
        return false;
    };
    let settled = changes.iter().any(|change| {
        change.certitude == Certitude::Official
            && change.span.from > lapse
            && change.span.from <= day
    });
    !settled && suspensions(Certitude::Announced).any(|change| change.span.until > lapse)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(kind: ChangeKind, from: &str, until: &str, certitude: Certitude) -> Change {
        let day = |text: &str| (!text.is_empty()).then(|| Day::parse(text).unwrap());
        Change { kind, span: Span::new(day(from), day(until)).unwrap(), certitude }
    }

    fn on(changes: &[Change], day: &str) -> (Status, bool) {
        let on_day = status_of_changes(changes, Day::parse(day).unwrap());
        (on_day.status, on_day.confirm)
    }

    /// Unreliable Entity List [2025] No. 7: the official suspension runs out on 2026-11-10, a
    /// longer one was announced without an instrument.
    fn number_seven() -> Vec<Change> {
        use Certitude::{Announced, Official};
        vec![
            change(ChangeKind::Suspended, "2025-05-14", "2025-08-12", Official),
            change(ChangeKind::Suspended, "2025-08-12", "2025-11-10", Official),
            change(ChangeKind::Suspended, "2025-11-10", "2026-11-10", Official),
            change(ChangeKind::Suspended, "2026-11-10", "2027-01-10", Announced),
        ]
    }

    #[test]
    fn a_lapsed_suspension_with_a_longer_one_announced_is_to_be_confirmed() {
        let changes = number_seven();
        assert_eq!(on(&changes, "2025-05-13"), (Status::InForce, false));
        assert_eq!(on(&changes, "2026-11-09"), (Status::Suspended, false));
        assert_eq!(on(&changes, "2026-11-10"), (Status::InForce, true));
        assert_eq!(
            on(&changes, "2027-06-01"),
            (Status::InForce, true),
            "after the announced day too"
        );
    }

    #[test]
    fn an_official_change_after_the_lapse_settles_it() {
        let mut changes = number_seven();
        changes.push(change(ChangeKind::Resumed, "2026-12-01", "", Certitude::Official));
        assert_eq!(on(&changes, "2026-11-30"), (Status::InForce, true));
        assert_eq!(on(&changes, "2026-12-01"), (Status::InForce, false));
        changes.pop();
        changes.push(change(
            ChangeKind::Suspended,
            "2026-11-20",
            "2027-01-10",
            Certitude::Official,
        ));
        assert_eq!(on(&changes, "2026-11-25"), (Status::Suspended, false));
        assert_eq!(on(&changes, "2027-02-01"), (Status::InForce, false));
    }

    #[test]
    fn removed_beats_stopped_beats_suspended_and_resumption_ends_them() {
        use Certitude::Official;
        let mut changes = vec![
            change(ChangeKind::Suspended, "2025-05-14", "", Official),
            change(ChangeKind::Stopped, "2025-08-12", "", Official),
            change(ChangeKind::Removed, "2025-12-01", "", Official),
        ];
        assert_eq!(on(&changes, "2025-08-11").0, Status::Suspended);
        assert_eq!(on(&changes, "2025-08-12").0, Status::Stopped);
        assert_eq!(on(&changes, "2026-01-01").0, Status::Removed);
        changes.push(change(ChangeKind::Resumed, "2026-02-01", "", Official));
        assert_eq!(on(&changes, "2026-02-01").0, Status::InForce);
        changes.push(change(ChangeKind::Suspended, "2026-03-01", "", Certitude::Announced));
        assert_eq!(
            on(&changes, "2026-03-01"),
            (Status::InForce, false),
            "words alone change nothing"
        );
    }
}
