//! The JSON of a screening, field by field as scripts rely on it (`docs/schema/`).

use serde::Serialize;

use super::decided::{DecisionView, decision};
use crate::day::Day;
use crate::expand::{Assumed, Exposure};
use crate::graph::Holding;
use crate::model::{Party, Profile, ProfileLine, Restriction, Status, Treatment};
use crate::name::{Line, POINTS_OF_ONE};
use crate::screen::{Match, Note, Verdict};
use crate::share::{Share, ShareRange};
use crate::snapshot::{EntityView, ListChecked, Snapshot};
use crate::source::{OWNERS, REQUEST};
use crate::verify::seal;

/// Version of the output's shape.
const FORMAT: u32 = 1;

/// A verdict with what it rests on.
#[derive(Debug, Serialize)]
pub struct Screened {
    format: u32,
    query: Query,
    verdict: &'static str,
    verdict_kind: Option<&'static str>,
    ownership: &'static str,
    notes: Vec<NoteView>,
    confirm: bool,
    matches_total: usize,
    matches: Vec<MatchView>,
    as_of: String,
    snapshot: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    lists_checked: Option<Vec<ListView>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rules: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    threshold: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    floor: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<ProfileView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    inputs: Option<Vec<InputView>>,
    rejected: Rejections,
}

#[derive(Debug, Serialize)]
struct Query {
    name: String,
    country: Option<String>,
    id: Option<String>,
}

#[derive(Debug, Serialize)]
struct NoteView {
    kind: &'static str,
    text: String,
    place: Option<String>,
}

#[derive(Debug, Serialize)]
struct MatchView {
    alert_id: String,
    score: f64,
    tier: &'static str,
    name: String,
    entity: Entity,
    alignment: Vec<LineView>,
    exposures: Vec<ExposureView>,
    /// The exposures rest on owners that the party declares, too.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    declared: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    decision: Option<DecisionView>,
}

/// An entity.
#[derive(Debug, Clone, Serialize)]
pub struct Entity {
    id: String,
    name: String,
    country: Option<String>,
}

/// A line of an alignment.
#[derive(Debug, Serialize)]
pub struct LineView {
    query: String,
    name: String,
    kind: &'static str,
    points: f64,
}

/// An exposure.
#[derive(Debug, Serialize)]
pub struct ExposureView {
    rule: String,
    kind: &'static str,
    rule_status: Option<&'static str>,
    confirm: bool,
    certainty: &'static str,
    basis: Option<&'static str>,
    share: Option<ShareView>,
    listing_status: &'static str,
    restriction: Option<&'static str>,
    confidence: Option<&'static str>,
    effect: String,
    evidence: Vec<HoldingView>,
    listed: Vec<ListedView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    effective_share: Option<ShareView>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    undecided: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    assumed: Vec<AssumedView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    treatment: Option<&'static str>,
}

/// A profile, as the first answer of a run tells it.
#[derive(Debug, Serialize)]
pub struct ProfileView {
    id: String,
    title: String,
    digest: String,
    rules: Vec<String>,
    treatments: Vec<ProfileLineView>,
}

#[derive(Debug, Serialize)]
struct ProfileLineView {
    lists: Vec<String>,
    rules: Vec<String>,
    restrictions: Vec<&'static str>,
    gives: &'static str,
}

/// What a holding that is not known exactly has to be for a possible exposure to hold.
#[derive(Debug, Serialize)]
struct AssumedView {
    holder: String,
    issuer: String,
    interest: &'static str,
    share: String,
}

/// The two ends of a share.
#[derive(Debug, Serialize)]
pub struct ShareView {
    low: String,
    high: String,
}

/// A holding as a source states it.
#[derive(Debug, Serialize)]
pub struct HoldingView {
    holder: String,
    issuer: String,
    interest: &'static str,
    share_min: Option<String>,
    share_max: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    min_exclusive: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    max_exclusive: bool,
    /// A chain is recorded that it may be the sum of: it is added to nothing, and counts by itself.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    beside_chain: bool,
    since: Option<String>,
    until: Option<String>,
    confidence: &'static str,
    source: String,
    place: String,
    holder_joined_by: &'static str,
    issuer_joined_by: &'static str,
}

#[derive(Debug, Serialize)]
struct ListedView {
    list: String,
    name: String,
    announcement: String,
    status: &'static str,
    confirm: bool,
    confidence: &'static str,
    place: String,
    joined_by: &'static str,
}

/// A list and how far it was checked.
#[derive(Debug, Clone, Serialize)]
pub struct ListView {
    list: String,
    entries: u64,
    checked_until: Option<String>,
    history: bool,
}

impl std::fmt::Display for ListView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}={}", self.list, self.checked_until.as_deref().unwrap_or("unknown"))
    }
}

/// A file that was read.
#[derive(Debug, Clone, Serialize)]
pub struct InputView {
    /// File.
    pub file: String,
    /// BLAKE3 digest of its bytes, hexadecimal.
    pub digest: String,
    /// Owners that parties declare, and nothing that the snapshot rests on.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub owners: bool,
}

#[derive(Debug, Serialize)]
struct Rejections {
    lists: usize,
    holdings: usize,
}

/// What the answers of one run have in common; in a bulk run it stands in the first answer only.
#[derive(Debug)]
pub struct Run<'a> {
    /// The snapshot.
    pub snapshot: &'a Snapshot,
    /// The day.
    pub day: Day,
    /// Ids of the rules, readings included.
    pub rules: Vec<String>,
    /// The score from which a match is strong enough for a hit, in points.
    pub threshold: i32,
    /// The effective share from which flags are raised.
    pub floor: Share,
    /// The profile, if one applies.
    pub profile: Option<&'a Profile>,
    /// The party file, in a bulk run.
    pub party_file: Option<InputView>,
    /// The lists loaded, and how far they were checked: see [`lists`].
    pub lists: Vec<ListView>,
}

pub(super) fn day(day: Day) -> Option<String> {
    day.stated().map(|day| day.to_string())
}

pub(super) fn filled(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

pub(super) fn score(points: i32) -> f64 {
    f64::from(points) / f64::from(POINTS_OF_ONE)
}

/// A verdict as JSON. `with_run` adds what all answers of a run have in common.
pub fn screened(run: &Run, party: &Party, verdict: &Verdict, with_run: bool) -> Screened {
    let matches = verdict.matches.iter().map(|one| matched(run.snapshot, one)).collect();
    Screened {
        verdict: verdict.answer.as_str(),
        verdict_kind: verdict.kind.map(|kind| kind.as_str()),
        ownership: verdict.ownership.as_str(),
        notes: verdict.notes.iter().map(note).collect(),
        confirm: verdict.confirm,
        matches_total: verdict.matches_total,
        matches,
        ..blank(run, party, with_run)
    }
}

/// An object as JSON with its seal (see [`seal`]) as its last field.
///
/// # Errors
/// None for the objects of this floor, which are plain.
pub fn sealed(object: &impl Serialize) -> serde_json::Result<String> {
    let text = serde_json::to_string(object)?;
    let seal = seal(&serde_json::from_str(&text)?);
    let open = text.strip_suffix('}').unwrap_or(&text);
    Ok(format!("{open},\"seal\":\"{seal}\"}}"))
}

/// A party that could not be screened, with the reasons.
pub fn unscreened(run: &Run, party: &Party, notes: &[Note], with_run: bool) -> Screened {
    Screened { notes: notes.iter().map(note).collect(), ..blank(run, party, with_run) }
}

fn blank(run: &Run, party: &Party, with_run: bool) -> Screened {
    use crate::error::Data;
    let rejected = |data: Data| {
        run.snapshot.rejected().iter().filter(|rejected| rejected.data == data).count()
    };
    Screened {
        format: FORMAT,
        query: Query {
            name: party.name.clone(),
            country: filled(&party.countries.to_string()),
            id: filled(&party.id),
        },
        verdict: "error",
        verdict_kind: None,
        ownership: "none",
        notes: Vec::new(),
        confirm: false,
        matches_total: 0,
        matches: Vec::new(),
        as_of: run.day.to_string(),
        snapshot: run.snapshot.digest().to_owned(),
        lists_checked: with_run.then(|| run.lists.clone()),
        rules: with_run.then(|| run.rules.clone()),
        threshold: with_run.then(|| score(run.threshold)),
        floor: with_run.then(|| run.floor.to_string()),
        profile: run.profile.filter(|_| with_run).map(profile),
        inputs: with_run.then(|| inputs(run)),
        rejected: Rejections { lists: rejected(Data::Lists), holdings: rejected(Data::Holdings) },
    }
}

/// A profile as JSON.
pub fn profile(profile: &Profile) -> ProfileView {
    let line = |line: &ProfileLine| ProfileLineView {
        lists: line.lists.clone(),
        rules: line.rules.clone(),
        restrictions: (line.restrictions.iter())
            .map(|restriction| restriction.map_or("unknown", Restriction::as_str))
            .collect(),
        gives: line.gives.as_str(),
    };
    ProfileView {
        id: profile.id.clone(),
        title: profile.title.clone(),
        digest: profile.digest.clone(),
        rules: profile.rules.clone(),
        treatments: profile.lines.iter().map(line).collect(),
    }
}

/// A digest as output writes it: hexadecimal digits.
pub fn hex(digest: &[u8; 32]) -> String {
    blake3::Hash::from_bytes(*digest).to_hex().to_string()
}

/// The files read: those of the snapshot, then the party file.
pub fn inputs(run: &Run) -> Vec<InputView> {
    let sources = run.snapshot.sources().0.iter().filter(|source| source.kind != REQUEST);
    let view = sources.map(|source| InputView {
        file: source.name.clone(),
        digest: hex(&source.digest),
        owners: source.kind == OWNERS,
    });
    let mut inputs: Vec<InputView> = view.collect();
    // It is among the sources where it declares owners, which evidence cites.
    let known = |file: &&InputView| !inputs.iter().any(|one| one.digest == file.digest);
    inputs.extend(run.party_file.iter().filter(known).cloned().collect::<Vec<_>>());
    inputs
}

/// The lists loaded, and how far they were checked. O(entries).
pub fn lists(snapshot: &Snapshot, as_of: Day) -> Vec<ListView> {
    let view = |checked: ListChecked| ListView {
        list: checked.list,
        entries: checked.entries,
        checked_until: checked.checked_until.and_then(day),
        history: checked.history,
    };
    snapshot.lists_checked(as_of).into_iter().map(view).collect()
}

fn note(note: &Note) -> NoteView {
    NoteView { kind: note.kind.as_str(), text: note.text.clone(), place: note.place.clone() }
}

fn matched(snapshot: &Snapshot, matched: &Match) -> MatchView {
    MatchView {
        alert_id: matched.alert_id.clone(),
        score: score(matched.points),
        tier: matched.tier.as_str(),
        name: matched.name.clone(),
        entity: entity(&matched.view),
        alignment: alignment(&matched.lines),
        exposures: exposures(snapshot, &matched.exposures),
        declared: matched
            .exposures
            .iter()
            .flat_map(|exposure| &exposure.evidence)
            .any(|row| snapshot.is_declared(row)),
        decision: matched.decided.as_ref().map(decision),
    }
}

/// An entity as JSON.
pub fn entity(view: &EntityView) -> Entity {
    Entity { id: view.id.clone(), name: view.name.clone(), country: filled(&view.country) }
}

/// An alignment as JSON.
pub fn alignment(lines: &[Line]) -> Vec<LineView> {
    let view = |line: &Line| LineView {
        query: line.query.clone(),
        name: line.name.clone(),
        kind: line.kind.as_str(),
        points: score(line.points),
    };
    lines.iter().map(view).collect()
}

/// Exposures as JSON.
pub fn exposures(snapshot: &Snapshot, exposures: &[Exposure]) -> Vec<ExposureView> {
    let assumed = |one: &Assumed| {
        let (holder, issuer, _) = snapshot.written(&one.row);
        AssumedView {
            holder: holder.into_owned(),
            issuer: issuer.into_owned(),
            interest: one.row.terms().interest.as_str(),
            share: one.share.to_string(),
        }
    };
    let listed = |exposure: &Exposure| {
        let view = |cited: &crate::expand::Cited| {
            let entry = &snapshot.entries()[cited.entry as usize];
            ListedView {
                list: entry.list.clone(),
                name: entry.name.clone(),
                announcement: entry.announcement.clone(),
                status: cited.on_day.status.as_str(),
                confirm: cited.on_day.confirm,
                confidence: entry.confidence.as_str(),
                place: snapshot.sources().show(entry.place),
                joined_by: snapshot.entry_joined_by(cited.entry).as_str(),
            }
        };
        exposure.listed.iter().map(view).collect()
    };
    let view = |exposure: &Exposure| ExposureView {
        rule: exposure.rule.clone(),
        kind: exposure.kind.as_str(),
        rule_status: exposure.rule_status.map(Status::as_str),
        confirm: exposure.confirm,
        certainty: exposure.certainty.as_str(),
        basis: exposure.basis.map(|basis| basis.as_str()),
        share: exposure.share.map(share),
        listing_status: exposure.listing_status.as_str(),
        restriction: exposure.restriction.map(|restriction| restriction.as_str()),
        confidence: exposure.confidence.map(|confidence| confidence.as_str()),
        effect: exposure.effect.clone(),
        evidence: exposure.evidence.iter().map(|row| holding(snapshot, row)).collect(),
        listed: listed(exposure),
        effective_share: exposure.effective.map(share),
        undecided: exposure.undecided,
        assumed: exposure.assumed.iter().map(assumed).collect(),
        treatment: (exposure.treatment != Treatment::Hit).then(|| exposure.treatment.as_str()),
    };
    exposures.iter().map(view).collect()
}

/// The two ends of a share as JSON.
pub fn share((low, high): (Share, Share)) -> ShareView {
    ShareView { low: low.to_string(), high: high.to_string() }
}

/// A holding as JSON.
pub fn holding(snapshot: &Snapshot, row: &Holding) -> HoldingView {
    let (holder, issuer, source) = snapshot.written(row);
    let (holder_by, issuer_by) = snapshot.row_joined_by(row);
    let terms = row.terms();
    let known = terms.range != ShareRange::UNKNOWN;
    HoldingView {
        holder: holder.into_owned(),
        issuer: issuer.into_owned(),
        interest: terms.interest.as_str(),
        share_min: known.then(|| terms.range.stated_low().to_string()),
        share_max: known.then(|| terms.range.stated_high().to_string()),
        min_exclusive: terms.range.low_open(),
        max_exclusive: terms.range.high_open(),
        beside_chain: row.is_beside_chain(),
        since: day(row.since),
        until: day(row.until),
        confidence: terms.confidence.as_str(),
        source: source.into_owned(),
        place: snapshot.sources().show(row.place),
        holder_joined_by: holder_by.as_str(),
        issuer_joined_by: issuer_by.as_str(),
    }
}
