//! An exposure: what a rule or a listing says of one entity on one day, and why.

use crate::graph::Holding;
use crate::model::{Confidence, OnDay, Restriction, Status, Treatment, words};
use crate::rule::RuleKind;
use crate::share::Share;

words! {
    /// What an exposure rests on.
    ExposureKind {
        /// The entity is on a list.
        Listing = "listing",
        /// A legal rule reaches it.
        Law = "law",
        /// Only a policy of the house reaches it.
        Policy = "policy",
    }
}

impl From<RuleKind> for ExposureKind {
    fn from(kind: RuleKind) -> ExposureKind {
        match kind {
            RuleKind::Law => ExposureKind::Law,
            RuleKind::Policy => ExposureKind::Policy,
        }
    }
}

words! {
    /// How sure it is; stronger first.
    Certainty {
        /// On the list itself.
        Listed = "listed",
        /// Reached however the unknowns fall.
        Certain = "certain",
        /// Reached for some values of the unknowns.
        Possible = "possible",
        /// Not reached, but a person should look.
        Flag = "flag",
    }
}

words! {
    /// By what the rule is met.
    Basis {
        /// One listed owner's chain alone.
        Single = "single",
        /// Several listed owners together.
        Aggregate = "aggregate",
        /// Control without a share.
        Control = "control",
        /// It is a branch of a reached entity, or has a listed branch.
        Branch = "branch",
    }
}

/// A listing that an exposure rests on: an entry and its status on the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cited {
    /// The entry, by number in the snapshot.
    pub entry: u32,
    /// Its status on the day.
    pub on_day: OnDay,
}

/// What a holding that is not known exactly has to be for a possible exposure to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Assumed {
    /// One of its rows.
    pub row: Holding,
    /// Its share.
    pub share: Share,
}

/// What a rule or a listing says of one entity on one day.
#[derive(Debug, Clone)]
pub struct Exposure {
    /// The rule as asked, or `listing`.
    pub rule: String,
    /// Listing, law or policy.
    pub kind: ExposureKind,
    /// The rule's status on the day; `None` for a listing.
    pub rule_status: Option<Status>,
    /// Whether the rule itself is to be confirmed.
    pub rule_confirm: bool,
    /// Whether the rule or the deciding listing is to be confirmed.
    pub confirm: bool,
    /// How sure it is.
    pub certainty: Certainty,
    /// By what the rule is met; `None` for what is listed.
    pub basis: Option<Basis>,
    /// The least and the most that all reached holders hold of the entity together; where shares
    /// are multiplied, the effective share.
    pub share: Option<(Share, Share)>,
    /// The effective share of all owners in force, where a flag rests on it.
    pub effective: Option<(Share, Share)>,
    /// Whether it is only possible because exact arithmetic was out of reach.
    pub undecided: bool,
    /// Status of the strongest listings that reach it.
    pub listing_status: Status,
    /// What it restricts; `None` is unknown.
    pub restriction: Option<Restriction>,
    /// The weakest confidence among the evidence; `None` without holdings.
    pub confidence: Option<Confidence>,
    /// What it entails, in words.
    pub effect: String,
    /// The holdings that make it: every reached holder at the entity, a smallest proof above.
    pub evidence: Vec<Holding>,
    /// The listings it rests on.
    pub listed: Vec<Cited>,
    /// Shares, of the holdings cited, that make a possible exposure so.
    pub assumed: Vec<Assumed>,
    /// What it gives at most, by the profile of whoever asks.
    pub treatment: Treatment,
}

/// How grave an exposure is: the graver sorts first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gravity {
    no_hit: bool,
    note: bool,
    weaker_status: Status,
    certainty: Certainty,
    kind: ExposureKind,
    confirm: bool,
}

impl Exposure {
    /// Whether it makes a hit of a match that is strong enough: listed or certain, rule and listing
    /// in force, and a restriction that is not `none`.
    pub fn makes_hit(&self) -> bool {
        matches!(self.certainty, Certainty::Listed | Certainty::Certain)
            && self.weaker_status() == Status::InForce
            && self.restriction != Some(Restriction::None)
            && self.treatment == Treatment::Hit
    }

    /// The weaker of the rule's status and the listing's.
    pub fn weaker_status(&self) -> Status {
        self.rule_status.unwrap_or(Status::InForce).max(self.listing_status)
    }

    /// What sorts exposures, the gravest first: a hit; then the stronger status, certainty and
    /// kind; then what needs no confirmation.
    pub fn gravity(&self) -> Gravity {
        Gravity {
            no_hit: !self.makes_hit(),
            note: self.treatment == Treatment::Note,
            weaker_status: self.weaker_status(),
            certainty: self.certainty,
            kind: self.kind,
            confirm: self.confirm,
        }
    }
}
