//! Somebody's own list as CSV, read by a map.

use std::io::BufRead;

use super::guarded::{Row, Table};
use super::listed::{Listed, Sink};
use super::map_toml::{Map, Several};
use super::values::{UNREAD_BIRTH, births, day};
use crate::model::EntityKind;

/// What may part the fields of a row.
pub(super) const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// What parts the fields of a file, where its header has every column of a map.
pub(super) fn fits(map: &Map, start: &[u8]) -> Option<u8> {
    let line = start.split(|byte| *byte == b'\n').next()?;
    DELIMITERS.into_iter().find(|delimiter| {
        let mut line = line;
        let Ok(table) = Table::with_header(&mut line, *delimiter) else { return false };
        let wanted = map.columns.named().into_iter().chain(map.identifiers.keys().cloned());
        wanted.into_iter().all(|column| table.has(&column))
    })
}

/// Reads the list.
pub(super) fn read(
    reader: &mut dyn BufRead,
    sink: &mut Sink,
    map: &Map,
    delimiter: u8,
) -> Result<(), String> {
    let mut table = Table::with_header(reader, delimiter)?;
    if !sink.records.lists.iter().any(|known| known.list == map.info.list) {
        sink.records.lists.push(map.info.clone());
    }
    while let Some(row) = table.next()? {
        let listed = row.whole().and_then(|()| listed(&row, map));
        sink.take(row.line, listed, &|| row.shown());
    }
    Ok(())
}

fn listed(row: &Row, map: &Map) -> Result<Listed, String> {
    let columns = &map.columns;
    let each = |several: &Several| -> Vec<String> {
        let fields = several.all().into_iter().map(|column| row.get(&column).to_owned());
        let parts = fields.flat_map(|field| match map.separator.as_str() {
            "" => vec![field],
            separator => field.split(separator).map(str::to_owned).collect(),
        });
        parts.map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
    };
    let whole = |several: &Several| -> String {
        let fields = several.all().into_iter().map(|column| row.get(&column).to_owned());
        fields.filter(|field| !field.is_empty()).collect::<Vec<_>>().join("; ")
    };
    let on = |several: &Several| match whole(several) {
        text if text.is_empty() => Ok(None),
        text => match day(&text, map.month_first) {
            Some(day) => Ok(Some(day)),
            None => Err(format!("`{text}` is no day; write 2026-05-31, 31/05/2026 or 31 May 2026")),
        },
    };
    let kind = whole(&columns.kind).to_lowercase();
    let kind = match map.kinds.get(&kind).copied().or_else(|| EntityKind::parse(&kind)) {
        Some(kind) => kind,
        None if kind.is_empty() => EntityKind::Unknown,
        None => return Err(format!("the kind `{kind}` is not among [kinds] of the map")),
    };
    let mut identifiers = Vec::new();
    for (column, scheme) in &map.identifiers {
        let field = row.get(column);
        let values: Vec<&str> = match map.separator.as_str() {
            "" => vec![field],
            separator => field.split(separator).collect(),
        };
        let values = values.into_iter().map(|value| value.trim().replace(';', " "));
        let values = values.filter(|value| !value.is_empty());
        identifiers.extend(values.map(|value| format!("{scheme}:{value}")));
    }
    Ok(Listed {
        list: map.info.list.clone().into(),
        entry: whole(&columns.entry),
        name: row.get(&columns.name.trim().to_lowercase()).to_owned(),
        native: whole(&columns.name_native),
        aliases: each(&columns.aliases),
        weak: each(&columns.weak_aliases),
        kind,
        countries: each(&columns.country),
        cities: each(&columns.city),
        born: {
            // What parts values may stand within a day, too.
            let all = born(&whole(&columns.birth_date), map);
            let is_read = all.iter().all(|one| !one.starts_with(UNREAD_BIRTH));
            let parts = || each(&columns.birth_date).into_iter().flat_map(|text| born(&text, map));
            if is_read { all } else { parts().collect() }
        },
        identifiers,
        programmes: each(&columns.programmes),
        announcement: whole(&columns.announcement),
        published: on(&columns.published)?,
        effective: on(&columns.effective)?,
        // An inclusive end: the day after is the first without it.
        until: on(&columns.last_day)?.map(|day| day.plus(1)),
        restriction: map.restriction,
        measures: whole(&columns.measures),
        remarks: vec![whole(&columns.remarks)],
        linked: each(&columns.linked),
    })
}

/// A birth, with the month first where the map says so.
fn born(text: &str, map: &Map) -> Vec<String> {
    // A year of two digits is of any century.
    let whole = text.rsplit('/').next().is_some_and(|year| year.trim().len() == 4);
    match day(text, true).filter(|_| map.month_first && whole && text.contains('/')) {
        Some(day) => vec![day.to_string()],
        None => births(text),
    }
}
