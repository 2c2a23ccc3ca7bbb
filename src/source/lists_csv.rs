//! The project's own CSV of lists: entries, what the lists are, events, measures, link decisions.

use super::records::{LinkDecision, Records};
use super::rows::{Fault, Row, word};
use crate::error::{Place, Warning};
use crate::model::{
    Certitude, Countries, EntityKind, EventKind, Identifiers, ListConfidence, ListEntry, ListEvent,
    ListInfo, Measure, Restriction,
};
use crate::name;

/// Columns of a file of entries; others are ignored with a warning.
pub(super) const ENTRY_COLUMNS: &[&str] = &[
    "list",
    "entry",
    "name",
    "name_native",
    "aliases",
    "weak_aliases",
    "country",
    "city",
    "birth_date",
    "identifiers",
    "kind",
    "programmes",
    "announcement",
    "published",
    "effective",
    "measures",
    "restriction",
    "confidence",
    "source",
];

/// Columns of `lists.csv`.
pub(super) const LIST_COLUMNS: &[&str] =
    &["list", "title", "authority", "restriction", "checked_until", "source"];

/// Columns of `events.csv`.
pub(super) const EVENT_COLUMNS: &[&str] =
    &["list", "announcement", "entry", "event", "from", "until", "confidence", "source"];

/// Columns of `measures.csv`.
pub(super) const MEASURE_COLUMNS: &[&str] = &[
    "list",
    "announcement",
    "entry",
    "restriction",
    "measures",
    "from",
    "until",
    "confidence",
    "source",
];

/// Columns of a file of link decisions.
pub(super) const LINK_COLUMNS: &[&str] = &[
    "a",
    "a_country",
    "b",
    "b_country",
    "decision",
    "reason",
    "score",
    "differ_in",
    "graver",
    "below",
];

pub(super) fn countries(column: &str, text: &str) -> Result<Countries, Fault> {
    Countries::parse(text).map_err(|part| {
        Fault::column(
            column,
            format!("`{part}` is not a country of two letters (ISO 3166-1 alpha-2), such as US"),
        )
    })
}

/// The identifiers of a column; what is none is told, and the row goes on without it.
pub(super) fn identifiers(
    column: &str,
    text: &str,
    line: u32,
    records: &mut Records,
) -> Identifiers {
    let (identifiers, others) = Identifiers::read(text, Some(&records.reading));
    if !others.is_empty() {
        let place = format!("{}:{line}", records.reading);
        let text = format!(
            "column `{column}`: not of the form scheme:value, and not used: {}",
            others.join("; ")
        );
        records.warnings.push(Warning { place, text });
    }
    identifiers
}

/// One row of entries.
pub(super) fn entry(row: &Row, place: Place, records: &mut Records) -> Result<(), Fault> {
    let (published, effective) = (row.day("published")?, row.day("effective")?);
    if let (Some(published), Some(effective)) = (published, effective)
        && effective < published
    {
        let reason = format!("{effective} lies before the publication on {published}");
        return Err(Fault::column("effective", reason));
    }
    let name = row.required("name")?;
    check_name("name", name)?;
    let text = |column| row.get(column).to_owned();
    let entry = ListEntry {
        list: row.required("list")?.to_owned(),
        entry: text("entry"),
        name: name.to_owned(),
        name_native: text("name_native"),
        aliases: row.list("aliases"),
        weak_aliases: row.list("weak_aliases"),
        countries: countries("country", row.get("country"))?,
        city: text("city"),
        birth_date: text("birth_date"),
        identifiers: identifiers("identifiers", row.get("identifiers"), row.line(), records),
        kind: word!("kind", row.get("kind"), EntityKind)?.unwrap_or(EntityKind::Company),
        programmes: row.list("programmes"),
        announcement: text("announcement"),
        published,
        effective,
        measures: text("measures"),
        restriction: word!("restriction", row.get("restriction"), Restriction)?,
        confidence: word!("confidence", row.get("confidence"), ListConfidence)?
            .unwrap_or(ListConfidence::Secondary),
        remarks: String::new(),
        source: text("source"),
        place,
    };
    records.push_entry(entry);
    Ok(())
}

/// A name without a letter or digit can never be found: such a row is rejected, not kept.
pub(super) fn check_name(column: &str, name: &str) -> Result<(), Fault> {
    if name.chars().any(char::is_alphanumeric) {
        return Ok(());
    }
    Err(Fault::column(column, format!("`{name}` has no letter or digit")))
}

/// One row of `lists.csv`.
pub(super) fn list(row: &Row, _: Place, records: &mut Records) -> Result<(), Fault> {
    let list = row.required("list")?.to_owned();
    if records.lists.iter().any(|known| known.list == list) {
        return Err(Fault::column("list", format!("`{list}` is described twice; keep one row")));
    }
    records.lists.push(ListInfo {
        list,
        title: row.get("title").to_owned(),
        authority: row.get("authority").to_owned(),
        restriction: word!("restriction", row.get("restriction"), Restriction)?,
        checked_until: row.day("checked_until")?,
        source: row.get("source").to_owned(),
    });
    Ok(())
}

/// One row of `events.csv`.
pub(super) fn event(row: &Row, place: Place, records: &mut Records) -> Result<(), Fault> {
    row.required("from")?;
    let kind = word!("event", row.get("event"), EventKind)?
        .ok_or_else(|| Fault::column("event", "is blank; every row needs it"))?;
    // Words alone change no status. An unmarked row may not pass for an official one where it ends
    // a measure, and not for mere words where it starts one again.
    let unmarked = match kind {
        EventKind::Resumed => Certitude::Official,
        _ => Certitude::Announced,
    };
    let event = ListEvent {
        list: row.required("list")?.to_owned(),
        announcement: row.get("announcement").to_owned(),
        entry: row.get("entry").to_owned(),
        event: kind,
        span: row.span("from", "until")?,
        certitude: word!("confidence", row.get("confidence"), Certitude)?.unwrap_or(unmarked),
        source: row.get("source").to_owned(),
        place,
    };
    records.events.push(event);
    Ok(())
}

/// One row of `measures.csv`.
pub(super) fn measure(row: &Row, place: Place, records: &mut Records) -> Result<(), Fault> {
    let certitude = word!("confidence", row.get("confidence"), Certitude)?;
    let measure = Measure {
        list: row.required("list")?.to_owned(),
        announcement: row.get("announcement").to_owned(),
        entry: row.get("entry").to_owned(),
        restriction: word!("restriction", row.get("restriction"), Restriction)?,
        measures: row.get("measures").to_owned(),
        span: row.span("from", "until")?,
        // A row that says what was entailed counts unless it says that this was merely announced.
        certitude: certitude.unwrap_or(Certitude::Official),
        source: row.get("source").to_owned(),
        place,
    };
    records.measures.push(measure);
    Ok(())
}

/// One row of link decisions.
pub(super) fn link(row: &Row, place: Place, records: &mut Records) -> Result<(), Fault> {
    let same = match row.get("decision") {
        // A pair that is left open (`parentage links`).
        "" if !row.get("a").is_empty() && !row.get("b").is_empty() => return Ok(()),
        "" => return Err(Fault::blank("decision")),
        "same" => true,
        "different" => false,
        other => {
            return Err(Fault::column("decision", format!("`{other}` is none of same, different")));
        }
    };
    let (a, b) = (row.required("a")?, row.required("b")?);
    let (a_countries, b_countries) = (
        countries("a_country", row.get("a_country"))?,
        countries("b_country", row.get("b_country"))?,
    );
    let (one, other) = (name::keys(a), name::keys(b));
    let alike = (&one.exact, &one.form) == (&other.exact, &other.form);
    if !same && alike && !a_countries.contradict(&b_countries) {
        let reason = format!("`{b}` is `{a}` but for writing; nothing tells the two apart");
        return Err(Fault::column("b", reason));
    }
    records.links.push(LinkDecision {
        a: a.to_owned(),
        a_countries,
        b: b.to_owned(),
        b_countries,
        same,
        reason: row.get("reason").to_owned(),
        place,
    });
    Ok(())
}
