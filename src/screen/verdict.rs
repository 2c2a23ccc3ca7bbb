//! The verdict on a party, taken from its matches.

use std::sync::Arc;

use super::notes::{self, Note, NoteKind};
use super::owners::OfOwners;
use super::{Findings, REVIEW_BAND, Screener};
use crate::expand::{Exposure, ExposureKind};
use crate::model::{Decided, EntityId, Party, Treatment, words};
use crate::name::Line;
use crate::snapshot::{Declaration, EntityView, Ownership, Snapshot};

words! {
    /// What a verdict says; graver first.
    Answer {
        /// Listed or certainly reached, in force, and surely this name.
        Hit = "hit",
        /// A person has to look.
        Review = "review",
        /// Nothing of this holds in what was read.
        Clear = "clear",
        /// The party could not be screened.
        Error = "error",
    }
}

words! {
    /// How good the name evidence of a match is.
    Tier {
        /// A name that identifies.
        Strong = "strong",
        /// A weak alias alone.
        Weak = "weak",
    }
}

/// An entity with exposures, or with a note, whose name fits the party's.
#[derive(Debug, Clone)]
pub struct Match {
    /// The same from run to run as long as party, entity and evidence are.
    pub alert_id: String,
    /// The score in points of [`crate::name::POINTS_OF_ONE`].
    pub points: i32,
    /// How good the name evidence is.
    pub tier: Tier,
    /// The name that fits best, as the source writes it.
    pub name: String,
    /// The entity, within the snapshot.
    pub entity: EntityId,
    /// The entity as it is shown.
    pub view: EntityView,
    /// The names are equal but for writing.
    pub exact: bool,
    /// The alignment; the points add up to the score.
    pub lines: Vec<Line>,
    /// What is said of the entity, the gravest first.
    pub exposures: Vec<Exposure>,
    /// What a person decided of it.
    pub decided: Option<Decided>,
}

/// The answer for a party.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// What it says.
    pub answer: Answer,
    /// What its gravest exposure is.
    pub kind: Option<ExposureKind>,
    /// Whether the party's owners are known.
    pub ownership: Ownership,
    /// What the user should know besides.
    pub notes: Vec<Note>,
    /// Its gravest exposure is to be confirmed.
    pub confirm: bool,
    /// Exposures of all matches that the profile lets give no more than a review, and no more than a note.
    pub reduced: Reduced,
    /// Matches before the limit.
    pub matches_total: usize,
    /// Matches, the highest score first.
    pub matches: Vec<Match>,
    /// Keeps what the party declared of its owners, which matches may cite.
    pub declaration: Option<Arc<Declaration>>,
}

/// What a profile leaves out, counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Reduced {
    /// Exposures that give no more than a review.
    pub to_review: usize,
    /// Exposures that give no more than a note.
    pub to_note: usize,
}

impl Reduced {
    fn of(matches: &[Match]) -> Reduced {
        let all = matches.iter().flat_map(|matched| &matched.exposures);
        let count = |treatment| all.clone().filter(|one| one.treatment == treatment).count();
        Reduced { to_review: count(Treatment::Review), to_note: count(Treatment::Note) }
    }
}

impl Answer {
    /// The verdict on a party that is surely the entity of which something is said.
    pub fn of(findings: &Findings) -> Answer {
        match () {
            () if findings.exposures.iter().any(Exposure::makes_hit) => Answer::Hit,
            () if !findings.exposures.is_empty() || !findings.possible.is_empty() => Answer::Review,
            () => Answer::Clear,
        }
    }
}

impl Match {
    /// Whether a person decided that it is none, and that still stands.
    pub fn is_settled(&self) -> bool {
        self.decided.as_ref().is_some_and(Decided::settles)
    }

    /// What the match makes of the party's verdict.
    pub fn answer(&self, threshold: i32) -> Answer {
        if self.is_settled() {
            return Answer::Clear;
        }
        let strong = self.points >= threshold && self.tier == Tier::Strong;
        let looked_at = self.points >= threshold - REVIEW_BAND || self.exact;
        if strong && self.exposures.iter().any(Exposure::makes_hit) {
            Answer::Hit
        } else if looked_at && self.exposures.iter().any(|one| one.treatment != Treatment::Note) {
            Answer::Review
        } else {
            Answer::Clear
        }
    }
}

/// Takes the verdict, then orders and cuts the matches.
pub(super) fn conclude(
    screener: &Screener,
    party: &Party,
    known: &[EntityId],
    found: Vec<(Match, Arc<Findings>)>,
    of_owners: Option<OfOwners>,
) -> Verdict {
    let (day, threshold) = (screener.settings().day, screener.settings().threshold);
    let mut notes = notes::notes(screener, party, known, &found);
    notes.extend(of_owners.iter().flat_map(|own| own.notes.iter().cloned()));
    let possible = notes.iter().any(|note| note.kind == NoteKind::PossibleLink);
    let old = notes.iter().any(|note| note.kind == NoteKind::ListAge);
    let mut matches: Vec<Match> = found.into_iter().map(|(matched, _)| matched).collect();
    matches.retain(|matched| !matched.exposures.is_empty());

    let by_matches = matches.iter().map(|matched| matched.answer(threshold)).min();
    let answer = match by_matches.unwrap_or(Answer::Clear) {
        Answer::Clear if possible || old || party.unread_owners => Answer::Review,
        answer => answer,
    };
    let deciding = matches
        .iter()
        .filter(|matched| answer != Answer::Clear && matched.answer(threshold) == answer);
    let gravest =
        deciding.filter_map(|matched| matched.exposures.first()).min_by_key(|one| one.gravity());
    let (kind, confirm) = gravest.map_or((None, false), |one| (Some(one.kind), one.confirm));

    let world = screener.snapshot().world();
    let recorded = known.iter().map(|entity| world.ownership(*entity, day)).min();
    let ownership = of_owners.as_ref().map(|own| own.ownership).or(recorded);
    let (matches_total, reduced) = (matches.len(), Reduced::of(&matches));
    let matches = ordered(matches, screener.settings().limit);
    Verdict {
        answer,
        kind,
        ownership: ownership.unwrap_or(Ownership::None),
        notes,
        confirm,
        reduced,
        matches_total,
        matches,
        declaration: of_owners.map(|own| own.declaration),
    }
}

/// Where the limit cuts, those that nobody dismissed stay before others, the gravest of them, and of equal gravity the
/// highest scores; then by score, gravity and id.
fn ordered(mut matches: Vec<Match>, limit: usize) -> Vec<Match> {
    let gravity = |matched: &Match| matched.exposures.first().map(Exposure::gravity);
    let by_id = |a: &Match, b: &Match| a.view.id.cmp(&b.view.id).then(a.entity.cmp(&b.entity));
    if limit > 0 && matches.len() > limit {
        matches.sort_by(|a, b| {
            let rank = |own: &Match| (own.is_settled(), gravity(own));
            rank(a).cmp(&rank(b)).then(b.points.cmp(&a.points)).then_with(|| by_id(a, b))
        });
        matches.truncate(limit);
    }
    matches.sort_by(|a, b| {
        b.points.cmp(&a.points).then_with(|| gravity(a).cmp(&gravity(b))).then_with(|| by_id(a, b))
    });
    matches
}

/// The id of an alert: a digest of the party, the entity and the evidence, without places, so that
/// a file that merely moves its lines keeps its alerts.
pub(super) fn alert_id(
    snapshot: &Snapshot,
    party: &Party,
    entity: &str,
    exposures: &[Exposure],
) -> String {
    let said = |exposure: &Exposure| {
        let mut cited: Vec<String> = exposure
            .listed
            .iter()
            .map(|cited| {
                let own = &snapshot.entries()[cited.entry as usize];
                format!(
                    "{:?}",
                    (&own.list, &own.announcement, &own.entry, &own.name, cited.on_day.status)
                )
            })
            .collect();
        let mut rows: Vec<String> = exposure
            .evidence
            .iter()
            .map(|row| {
                let (holder, issuer, _) = snapshot.written(row);
                let terms = row.terms();
                format!("{:?}", (holder, issuer, terms.range, terms.interest, row.since, row.until))
            })
            .collect();
        cited.sort_unstable();
        rows.sort_unstable();
        let status = exposure.weaker_status();
        format!(
            "{:?}",
            (&exposure.rule, exposure.certainty, status, exposure.restriction, cited, rows)
        )
    };
    let mut said: Vec<String> = exposures.iter().map(said).collect();
    said.sort_unstable();
    let (countries, identifiers) = (party.countries.to_string(), party.identifiers.to_string());
    let mut hasher = blake3::Hasher::new();
    let of_party = [&party.id, &party.name, &countries, &identifiers];
    for text in of_party
        .into_iter()
        .map(String::as_str)
        .chain([entity])
        .chain(said.iter().map(String::as_str))
    {
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    }
    hasher.finalize().to_hex()[..16].to_owned()
}
