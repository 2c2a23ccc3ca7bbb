//! What changed, as text, JSON and CSV.

use std::fmt::Write;

use serde::Serialize;

use super::json::{Entity, ExposureView, entity as entity_view, exposures as exposure_views};
use super::proof;
use super::text::{BOLD, DIM, exposures as exposures_text, styled};
use super::turns::answer;
use crate::changes::{
    Changes, EntityChange, ExposureChange, Fate, FieldChange, RecordChange, RecordKind, Side,
};
use crate::expand::Exposure;

/// The two sides that are compared, as JSON.
#[derive(Debug, Serialize)]
struct SideView {
    snapshot: String,
    as_of: String,
}

#[derive(Debug, Serialize)]
struct RunView {
    from: SideView,
    to: SideView,
    records: usize,
    entities: usize,
}

/// One change as JSON: of a record, or of what is said of an entity. The first one says what was compared.
#[derive(Debug, Serialize)]
pub struct ChangeView {
    format: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    run: Option<RunView>,
    kind: &'static str,
    change: &'static str,
    what: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    fields: Option<Vec<FieldView>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<Pair<Option<String>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    entity: Option<Entity>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<Pair<&'static str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    because: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rules: Option<Vec<RuleChangeView>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notes: Option<Pair<Vec<String>>>,
}

#[derive(Debug, Serialize)]
struct FieldView {
    field: &'static str,
    before: String,
    after: String,
}

#[derive(Debug, Serialize)]
struct Pair<T> {
    before: T,
    after: T,
}

#[derive(Debug, Serialize)]
struct RuleChangeView {
    rule: String,
    before: Vec<ExposureView>,
    after: Vec<ExposureView>,
}

fn fate(entity: &EntityChange) -> Fate {
    match entity.entities {
        [None, _] => Fate::New,
        [_, None] => Fate::Gone,
        _ => Fate::Changed,
    }
}

/// The changes as JSON, one an object: records first, then entities. Where nothing changed, one object says so.
pub fn objects(sides: [Side; 2], changes: &Changes) -> Vec<ChangeView> {
    let records = changes.records.iter().map(record_view);
    let entities = changes.entities.iter().map(|one| entity_change_view(sides, changes, one));
    let mut views: Vec<ChangeView> = records.chain(entities).collect();
    if views.is_empty() {
        views.push(ChangeView { change: "none", ..bare("none", String::new()) });
    }
    let side = |side: Side| SideView {
        snapshot: side.snapshot.digest().to_owned(),
        as_of: side.day.to_string(),
    };
    views[0].run = Some(RunView {
        from: side(sides[0]),
        to: side(sides[1]),
        records: changes.records.len(),
        entities: changes.entities.len(),
    });
    views
}

fn bare(kind: &'static str, what: String) -> ChangeView {
    ChangeView {
        format: 1,
        run: None,
        kind,
        change: Fate::Changed.as_str(),
        what,
        fields: None,
        place: None,
        entity: None,
        verdict: None,
        because: None,
        rules: None,
        notes: None,
    }
}

fn record_view(record: &RecordChange) -> ChangeView {
    let field = |one: &FieldChange| FieldView {
        field: one.field,
        before: one.before.clone(),
        after: one.after.clone(),
    };
    let [before, after] = record.places.clone();
    ChangeView {
        change: record.fate.as_str(),
        fields: Some(record.fields.iter().map(field).collect()),
        place: Some(Pair { before, after }),
        ..bare(record.kind.as_str(), record.what.clone())
    }
}

fn entity_change_view(sides: [Side; 2], changes: &Changes, one: &EntityChange) -> ChangeView {
    let rule = |change: &ExposureChange| RuleChangeView {
        rule: change.rule.clone(),
        before: exposure_views(sides[0].snapshot, &change.before),
        after: exposure_views(sides[1].snapshot, &change.after),
    };
    let [before, after] = one.answers.map(|answer| answer.as_str());
    let [were, are] = one.notes.clone();
    ChangeView {
        change: fate(one).as_str(),
        entity: Some(entity_view(&one.view)),
        verdict: Some(Pair { before, after }),
        because: Some(reasons(sides, changes, one)),
        rules: Some(one.exposures.iter().map(rule).collect()),
        notes: Some(Pair { before: were, after: are }),
        ..bare("exposure", one.view.name.clone())
    }
}

/// Why another thing is said of an entity, a change a line.
fn reasons(sides: [Side; 2], changes: &Changes, one: &EntityChange) -> Vec<String> {
    let reasons = one.because.iter().map(|number| record_line(&changes.records[*number]));
    let reasons: Vec<String> = reasons.collect();
    match reasons.is_empty() && sides[0].day != sides[1].day {
        true => vec![format!("{} is another day than {}", sides[1].day, sides[0].day)],
        false => reasons,
    }
}

/// A change of a record on one line.
fn record_line(record: &RecordChange) -> String {
    let field = |one: &FieldChange| match (one.before.is_empty(), one.after.is_empty()) {
        (true, _) => format!("{} {}", one.field, one.after),
        (_, true) => format!("{} {} no more", one.field, one.before),
        _ => format!("{} {} -> {}", one.field, one.before, one.after),
    };
    // Of a new or gone one what tells most: its status or share stands first.
    let told = if record.fate == Fate::Changed { record.fields.len() } else { 1 };
    let fields: Vec<String> = record.fields.iter().take(told).map(field).collect();
    let fields = match fields.is_empty() {
        true => String::new(),
        false => format!(": {}", fields.join("; ")),
    };
    let place = record.places[1].as_ref().or(record.places[0].as_ref());
    let place = place.map(|place| format!(" ({place})")).unwrap_or_default();
    format!("{} {} {}{fields}{place}", record.fate, record.kind, record.what)
}

/// The columns of changes as CSV: a row a record, and a row a rule that says another thing of an entity.
pub const COLUMNS: &[&str] = &[
    "kind",
    "change",
    "what",
    "fields",
    "place_before",
    "place_after",
    "entity_id",
    "entity_name",
    "entity_country",
    "verdict_before",
    "verdict_after",
    "rule",
    "said_before",
    "said_after",
    "because",
    "proof_before",
    "proof_after",
];

/// The changes as rows of CSV.
pub fn rows(sides: [Side; 2], changes: &Changes) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    for record in &changes.records {
        let field = |one: &FieldChange| format!("{}: {} -> {}", one.field, one.before, one.after);
        let fields: Vec<String> = record.fields.iter().map(field).collect();
        let [before, after] = record.places.clone().map(Option::unwrap_or_default);
        let mut row = vec![
            record.kind.to_string(),
            record.fate.to_string(),
            record.what.clone(),
            fields.join("; "),
        ];
        row.extend([before, after]);
        row.resize(COLUMNS.len(), String::new());
        rows.push(row);
    }
    for one in &changes.entities {
        let because = reasons(sides, changes, one).join("; ");
        let own = |rule: &str, said: [String; 2], proofs: [String; 2]| {
            let [before, after] = one.answers.map(|answer| answer.to_string());
            let [said_before, said_after] = said;
            let [proof_before, proof_after] = proofs;
            let mut row = vec!["exposure".to_owned(), fate(one).to_string(), one.view.name.clone()];
            row.resize(6, String::new());
            row.extend([one.view.id.clone(), one.view.name.clone(), one.view.country.clone()]);
            row.extend([before, after, rule.to_owned(), said_before, said_after]);
            row.extend([because.clone(), proof_before, proof_after]);
            row
        };
        for change in &one.exposures {
            let both = [&change.before, &change.after];
            let said = both.map(|all| all.iter().map(said).collect::<Vec<_>>().join("; "));
            let proof = |side: usize| {
                let all = both[side].iter().map(|one| proof(sides[side].snapshot, one));
                all.filter(|proof| !proof.is_empty()).collect::<Vec<_>>().join("; ")
            };
            rows.push(own(&change.rule, said, [proof(0), proof(1)]));
        }
        if one.notes[0] != one.notes[1] {
            let said = one.notes.clone().map(|notes| notes.join("; "));
            rows.push(own("", said, [String::new(), String::new()]));
        }
    }
    rows
}

/// What an exposure says, in a few words.
fn said(exposure: &Exposure) -> String {
    let share = exposure.share.map(|(low, high)| match low == high {
        true => format!(", {low} %"),
        false => format!(", {low} to {high} %"),
    });
    let confirm = if exposure.confirm { ", to be confirmed" } else { "" };
    let restriction = exposure.restriction.map(|one| format!(", {one}")).unwrap_or_default();
    let share = share.unwrap_or_default();
    format!("{}, {}{share}{restriction}{confirm}", exposure.certainty, exposure.weaker_status())
}

/// The changes for people.
pub fn text(sides: [Side; 2], changes: &Changes) -> String {
    let mut out = String::new();
    let side = |side: Side| format!("snapshot {} on {}", side.snapshot.digest(), side.day);
    let _ = writeln!(out, "From {}\n  to {}", side(sides[0]), side(sides[1]));
    for kind in RecordKind::ALL {
        let of: Vec<&RecordChange> =
            changes.records.iter().filter(|record| record.kind == *kind).collect();
        if !of.is_empty() {
            let title = format!("{} ({})", kind.as_str().replace('_', " "), of.len());
            let _ = writeln!(out, "\n{}", styled(BOLD, &title));
        }
        for record in of {
            record_text(&mut out, record);
        }
    }
    let title = format!("entities of which another thing is said ({})", changes.entities.len());
    let _ = writeln!(out, "\n{}", styled(BOLD, &title));
    for one in &changes.entities {
        entity_text(&mut out, sides, changes, one);
    }
    out
}

fn sign(fate: Fate) -> char {
    match fate {
        Fate::New => '+',
        Fate::Gone => '-',
        Fate::Changed => '~',
    }
}

fn record_text(out: &mut String, record: &RecordChange) {
    let place = record.places[1].as_ref().or(record.places[0].as_ref());
    let place = place.map(|place| styled(DIM, &format!("  {place}"))).unwrap_or_default();
    let _ = writeln!(out, "  {} {}{place}", sign(record.fate), record.what);
    for one in &record.fields {
        let _ = match record.fate {
            Fate::Changed => {
                let blank = |text: &str| {
                    if text.is_empty() { "(blank)".to_owned() } else { text.to_owned() }
                };
                writeln!(
                    out,
                    "      {}: {} -> {}",
                    one.field,
                    blank(&one.before),
                    blank(&one.after)
                )
            }
            Fate::New => writeln!(out, "      {}: {}", one.field, one.after),
            Fate::Gone => writeln!(out, "      {}: {}", one.field, one.before),
        };
    }
}

fn entity_text(out: &mut String, sides: [Side; 2], changes: &Changes, one: &EntityChange) {
    let [before, after] = one.answers.map(|own| answer(own).trim_end().to_owned());
    let country =
        if one.view.country.is_empty() { String::new() } else { format!(", {}", one.view.country) };
    let _ = writeln!(
        out,
        "\n  {} {before} -> {after}  {}{country}  {}",
        sign(fate(one)),
        styled(BOLD, &one.view.name),
        styled(DIM, &one.view.id)
    );
    for reason in reasons(sides, changes, one) {
        let _ = writeln!(out, "    because {reason}");
    }
    for note in one.notes[0].iter().filter(|note| !one.notes[1].contains(note)) {
        let _ = writeln!(out, "    no more: {note}");
    }
    for note in one.notes[1].iter().filter(|note| !one.notes[0].contains(note)) {
        let _ = writeln!(out, "    now: {note}");
    }
    if one.exposures.is_empty() {
        return;
    }
    for (at, when) in [(0, "before"), (1, "after")] {
        let of =
            one.exposures.iter().flat_map(|rule| if at == 0 { &rule.before } else { &rule.after });
        let all: Vec<Exposure> = of.cloned().collect();
        let Some(entity) = one.entities[at].filter(|_| !all.is_empty()) else {
            let _ = writeln!(out, "    {when}: nothing of this");
            continue;
        };
        let _ = write!(out, "    {when}:");
        exposures_text(out, sides[at].snapshot, entity, &all);
    }
}
