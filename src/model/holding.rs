//! A holding as a source states it.

use super::entity::{Countries, Identifiers};
use super::words;
use crate::day::Span;
use crate::share::ShareRange;

words! {
    /// What a holding is a share of.
    Interest {
        /// Capital.
        Equity = "equity",
        /// Voting rights.
        Votes = "votes",
        /// The source does not say which: counts as either.
        Unspecified = "unspecified",
        /// The issuer is part of the holder: a branch, division or office.
        Branch = "branch",
        /// Control without a stated share.
        Control = "control",
    }
}

words! {
    /// How well a holding is known; stronger first.
    Confidence {
        /// A filing, register or official text was read.
        Documented = "documented",
        /// A report of others was read.
        Reported = "reported",
        /// Nobody has checked it.
        Unverified = "unverified",
    }
}

/// One row of a holdings source, before anything is linked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldingRow<'a> {
    /// The holder as the source writes it.
    pub holder: &'a str,
    /// Its identifiers, normalised.
    pub holder_id: Identifiers,
    /// Its countries, normalised.
    pub holder_country: Countries,
    /// The issuer as the source writes it.
    pub issuer: &'a str,
    /// Its identifiers, normalised.
    pub issuer_id: Identifiers,
    /// Its countries, normalised.
    pub issuer_country: Countries,
    /// The share.
    pub range: ShareRange,
    /// What it is a share of.
    pub interest: Interest,
    /// The days on which it holds.
    pub span: Span,
    /// How well it is known.
    pub confidence: Confidence,
    /// The citation the source gives.
    pub source: &'a str,
}
