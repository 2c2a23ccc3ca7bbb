//! What changed between two snapshots, or two days of one, and whom that can reach.
//!
//! Entities are held against each other by digests of what is recorded of them, without their numbers; what is
//! said of one rests on what is recorded of it and above it, so that a change reaches what lies below.

mod again;
mod exposures;
mod reach;
mod records;

use crate::screen::Screener;

pub use again::Again;
pub use exposures::{EntityChange, ExposureChange};
pub use reach::Side;

use self::reach::reached;
pub use records::{Fate, FieldChange, RecordChange, RecordKind};

/// Everything that changed.
#[derive(Debug)]
pub struct Changes {
    /// Records that are new, gone or others.
    pub records: Vec<RecordChange>,
    /// Entities of which another thing is said.
    pub entities: Vec<EntityChange>,
}

/// What changed between what two screeners have loaded, each on its day and by its rules.
/// O(entities + holdings), and the expansions of what a change can reach.
pub fn changes(before: &Screener, after: &Screener) -> Changes {
    let (before_side, after_side) = (Side::of(before), Side::of(after));
    let (old, new) = reached(before_side, after_side);
    let sides = [(before_side, &old), (after_side, &new)];
    let records = records::records(sides, [&before.settings().rules, &after.settings().rules]);
    // A rule reaches whatever it reaches: all that can matter is looked at.
    let all = records.iter().any(|record| record.kind == RecordKind::Rule);
    let entities = exposures::exposures([before, after], [&old, &new], all, &records);
    Changes { records, entities }
}
