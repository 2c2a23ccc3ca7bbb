//! Somebody's own file of holdings as CSV, read by a map.

use std::collections::BTreeMap;
use std::io::BufRead;

use super::guarded::{Row, Table};
use super::held::{Held, Party, Register, Taken, days};
use super::holdings_map_toml::{HoldingsMap, Unit};
use super::map_toml::Several;
use super::mapped_csv::DELIMITERS;
use super::share_text::{of_fraction, of_shares, percent};
use super::values::day;
use crate::model::{EntityKind, Interest};
use crate::share::ShareRange;

/// What parts the fields of a file, where its header has every column of a map.
pub(super) fn fits(map: &HoldingsMap, start: &[u8]) -> Option<u8> {
    let line = start.split(|byte| *byte == b'\n').next()?;
    DELIMITERS.into_iter().find(|delimiter| {
        let mut line = line;
        let Ok(table) = Table::with_header(&mut line, *delimiter) else { return false };
        let schemes = map.holder_identifiers.keys().chain(map.issuer_identifiers.keys());
        map.columns.named().into_iter().chain(schemes.cloned()).all(|column| table.has(&column))
    })
}

/// Reads the file.
pub(super) fn read(
    reader: &mut dyn BufRead,
    register: &mut Register,
    map: &HoldingsMap,
    delimiter: u8,
) -> Result<(), String> {
    let mut table = Table::with_header(reader, delimiter)?;
    register.citation.clone_from(&map.cited);
    while let Some(row) = table.next()? {
        register.take(row.line, |register| holding(register, &row, map), &|| row.shown());
    }
    Ok(())
}

/// The first field that says something among columns.
fn field<'r>(row: &'r Row, several: &Several) -> &'r str {
    let fields = several.all();
    fields.iter().map(|column| row.get(column)).find(|text| !text.is_empty()).unwrap_or_default()
}

fn holding(register: &mut Register, row: &Row, map: &HoldingsMap) -> Result<Taken, String> {
    row.whole()?;
    let columns = &map.columns;
    let issuer = party(
        row,
        map,
        &columns.issuer,
        [&columns.issuer_other, &columns.issuer_country, &columns.issuer_kind],
        &map.issuer_identifiers,
    )?;
    let holder = party(
        row,
        map,
        &columns.holder,
        [&columns.holder_other, &columns.holder_country, &columns.holder_kind],
        &map.holder_identifiers,
    )?;
    let written = field(row, &columns.interest).to_lowercase();
    let interest = match map.interests.get(&written).copied().or_else(|| Interest::parse(&written))
    {
        Some(interest) => interest,
        None if written.is_empty() => map.interest,
        None => {
            return Err(format!("the interest `{written}` is not among [interests] of the map"));
        }
    };
    let on = |several: &Several| match field(row, several) {
        "" => Ok(None),
        text => day(text, map.month_first).map(Some).ok_or_else(|| {
            format!("`{text}` is no day; write 2026-05-31, 31/05/2026 or 31 May 2026")
        }),
    };
    let level = field(row, &columns.level).to_lowercase();
    let held = Held {
        range: share(row, map)?,
        interest,
        span: days(on(&columns.since)?, on(&columns.last_day)?)?,
        confidence: map.confidence,
        maybe_indirect: map.indirect.contains(&level),
        said: field(row, &columns.remarks).to_owned(),
    };
    let issuer = register.party(&issuer)?;
    register.held_by(&holder, issuer, &held)?;
    Ok(Taken::Taken)
}

fn party(
    row: &Row,
    map: &HoldingsMap,
    name: &str,
    [other, country, kind]: [&Several; 3],
    schemes: &BTreeMap<String, String>,
) -> Result<Party, String> {
    let mut identifiers = Vec::new();
    for (column, scheme) in schemes {
        let values = row.get(column).split(';').map(str::trim).filter(|value| !value.is_empty());
        identifiers.extend(values.map(|value| format!("{scheme}:{value}")));
    }
    let written = field(row, kind).to_lowercase();
    let kind = match map.kinds.get(&written).copied().or_else(|| EntityKind::parse(&written)) {
        Some(kind) => kind,
        None if written.is_empty() => EntityKind::Unknown,
        None => return Err(format!("the kind `{written}` is not among [kinds] of the map")),
    };
    Ok(Party {
        name: row.get(&name.trim().to_lowercase()).to_owned(),
        others: other.all().iter().map(|column| row.get(column).to_owned()).collect(),
        countries: field(row, country).split(';').map(str::to_owned).collect(),
        identifiers,
        born: Vec::new(),
        kind,
    })
}

/// The share of a row: a band by its word, a text, or numbers in the unit of the map; unknown where nothing is said.
fn share(row: &Row, map: &HoldingsMap) -> Result<ShareRange, String> {
    let columns = &map.columns;
    let written = field(row, &columns.share);
    if let Some(band) = map.bands.get(&written.to_lowercase()) {
        return Ok(*band);
    }
    let [low, high] = [&columns.share_min, &columns.share_max].map(|column| field(row, column));
    let total = field(row, &columns.total);
    let refused = |text: &str| format!("`{text}` is no share of the unit {}", map.unit.as_str());
    let one = |text: &str| -> Result<ShareRange, String> {
        let read = match map.unit {
            // The map says what it is: a number of 1 is one percent.
            Unit::Percent => percent(text).or_else(|| percent(&format!("{text} %"))),
            Unit::Fraction => of_fraction(text),
            Unit::Shares => of_shares(text, total),
        };
        read.ok_or_else(|| refused(text))
    };
    match (written, low, high) {
        ("", "", "") => Ok(ShareRange::UNKNOWN),
        ("", low, "") => one(low),
        ("", "", high) => between(ShareRange::exact(crate::share::Share::ZERO), one(high)?, high),
        ("", low, high) => between(one(low)?, one(high)?, low),
        (written, _, _) => one(written),
    }
}

fn between(low: ShareRange, high: ShareRange, written: &str) -> Result<ShareRange, String> {
    ShareRange::closed(low.low(), high.high())
        .ok_or_else(|| format!("no share lies between `{written}` and what follows"))
}
