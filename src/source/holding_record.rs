//! A holding as it was read.

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::records::MentionId;
use crate::column::TextId;
use crate::day::{Day, Span};
use crate::error::Place;
use crate::model::{Confidence, Interest};
use crate::share::{Share, ShareRange};

/// A holding as read. 40 bytes.
#[derive(Debug, Clone, Copy, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct HoldingRecord {
    /// The holder.
    pub holder: MentionId,
    /// The issuer.
    pub issuer: MentionId,
    pub(super) low: u32,
    pub(super) high: u32,
    /// First day.
    pub since: Day,
    /// First day on which it no longer holds.
    pub until: Day,
    /// Where it was read.
    pub place: Place,
    /// The citation the source gives.
    pub citation: TextId,
    pub(super) flags: u32,
}

/// The parts of a holding that fit into a few bits: interest, confidence and open ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// The share.
    pub range: ShareRange,
    /// What it is a share of.
    pub interest: Interest,
    /// How well it is known.
    pub confidence: Confidence,
}

impl Terms {
    /// Low end, high end and flags, as columns keep them.
    pub fn pack(self) -> (u32, u32, u32) {
        let open = u32::from(self.range.low_open()) | u32::from(self.range.high_open()) << 1;
        let flags = open | (self.confidence as u32) << 2 | (self.interest as u32) << 4;
        (self.range.stated_low().parts(), self.range.stated_high().parts(), flags)
    }

    /// The terms of three packed numbers.
    pub fn unpack(low: u32, high: u32, flags: u32) -> Terms {
        let share = |parts: u32| Share::from_parts(u64::from(parts));
        let range = ShareRange::new(share(low), share(high), flags & 1 != 0, flags & 2 != 0);
        Terms {
            range: range.unwrap_or(ShareRange::UNKNOWN),
            interest: Interest::ALL[(flags >> 4 & 15) as usize % Interest::ALL.len()],
            confidence: Confidence::ALL[(flags >> 2 & 3) as usize % Confidence::ALL.len()],
        }
    }
}

/// The flag of a holding that may be held through others.
pub const MAYBE_INDIRECT: u32 = 1 << 8;

/// The flag of one beside which a chain is recorded from its holder to its issuer.
pub const BESIDE_CHAIN: u32 = 1 << 9;

/// The flag of one of whose ends no record says who it is.
pub const NO_STEP: u32 = 1 << 10;

impl HoldingRecord {
    /// Share, interest and confidence, as stated.
    pub fn terms(&self) -> Terms {
        Terms::unpack(self.low, self.high, self.flags)
    }

    /// Low end, high end and flags, as a graph keeps them.
    pub fn packed(&self) -> (u32, u32, u32) {
        (self.low, self.high, self.flags)
    }

    /// Whether a chain is recorded from the holder to the issuer, to which its share is not added.
    pub fn is_beside_chain(&self) -> bool {
        self.flags & BESIDE_CHAIN != 0
    }

    /// Counts it so.
    pub fn count_beside_chain(&mut self) {
        self.flags |= BESIDE_CHAIN;
    }

    /// Says that an end of it is somebody whom no record names.
    pub fn is_of_nobody_named(&mut self) {
        self.flags |= NO_STEP;
    }

    /// Says that it may be held through others.
    pub(super) fn may_be_indirect(&mut self) {
        self.flags |= MAYBE_INDIRECT;
    }

    /// Whether what is held may be held through others, who may be recorded too.
    pub fn is_maybe_indirect(&self) -> bool {
        self.flags & MAYBE_INDIRECT != 0
    }

    /// The days on which it holds.
    pub fn span(&self) -> Span {
        Span { from: self.since, until: self.until }
    }
}
