//! Ownership as registers and others publish it: which format a file is of, its content says.

use std::io::BufRead;

use super::bods::{self, Statements};
use super::ftm_ownership::{self, Links};
use super::gleif::Consolidated;
use super::held::Register;
use super::holdings_map_toml::HoldingsMap;
use super::open::InputFile;
use super::published::{MAPPED_HOLDINGS, SEEN};
use super::records::Records;
use super::{
    dk_cvr, finish, gleif_csv, gleif_json, gleif_xml, mapped_holdings_csv, sec_exhibit_21, uk_psc,
};
use crate::error::{Error, RecordUnit, Source};

/// What ownership files say that other files decide on, until all of them are read.
#[derive(Debug, Default)]
pub(super) struct Unsettled {
    pub gleif: Consolidated,
    pub bods: Statements,
    pub ftm: Links,
}

/// Says that whom GLEIF says to be consolidated counts as held to at least 50 percent. The assumption stands among the
/// inputs of every answer, and in the citation of every holding that rests on it.
pub(super) fn assume_consolidated(records: &mut Records) {
    records.unsettled.gleif.assumed = true;
    records.sources.0.push(Source {
        unit: RecordUnit::Record,
        digest: *blake3::hash(ASSUMED.as_bytes()).as_bytes(),
        records: 1,
        accepted: 1,
        ..Source::of_lines(ASSUMED, "house assumption")
    });
}

/// What the assumption is called.
const ASSUMED: &str = "--assume-consolidated";

/// Why a file that is none of rows is not read, where no format of XML or JSON was recognised.
pub(super) fn of_no_format(start: &[u8]) -> Option<&'static str> {
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
    match start.iter().find(|byte| !byte.is_ascii_whitespace())? {
        b'<' => {
            Some("is XML of no format that this version reads; docs/sources.md says which it does")
        }
        b'{' | b'[' => {
            Some("is JSON of no format that this version reads; docs/sources.md says which it does")
        }
        _ => None,
    }
}

/// A format of ownership.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    GleifXml,
    GleifJson,
    GleifCsv,
    UkPsc,
    Bods,
    Ftm,
    DkCvr,
    SecExhibit21,
}

type ReadFile = fn(&mut dyn BufRead, &mut Register) -> Result<(), String>;

impl Format {
    /// What it is called, what its record numbers count, and its reader.
    fn parts(self) -> (&'static str, RecordUnit, ReadFile) {
        let (line, record) = (RecordUnit::Line, RecordUnit::Record);
        match self {
            Format::GleifXml => ("GLEIF (XML)", record, gleif_xml::read),
            Format::GleifJson => ("GLEIF (JSON)", record, gleif_json::read),
            Format::GleifCsv => ("GLEIF (CSV)", line, gleif_csv::read),
            Format::UkPsc => {
                ("UK people with significant control (JSON lines)", line, uk_psc::read)
            }
            Format::Bods => ("Beneficial Ownership Data Standard (JSON)", record, bods::read),
            Format::Ftm => ("FollowTheMoney ownership (JSON lines)", line, ftm_ownership::read),
            Format::DkCvr => ("Danish register of companies (JSON)", record, dk_cvr::read),
            Format::SecExhibit21 => ("SEC Exhibit 21 (CSV)", line, sec_exhibit_21::read),
        }
    }

    /// The format of a file by its first bytes; `None` for what is none of these.
    pub fn recognise(start: &[u8]) -> Option<Format> {
        let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
        let text = String::from_utf8_lossy(&start[..start.len().min(SEEN)]);
        let text = text.trim_start();
        let has = |what: &str| text.contains(what);
        match text.chars().next()? {
            '<' => {
                let is = ["LEIData", "RelationshipData", "ReportingExceptionData", "LEIRecord"]
                    .iter()
                    .any(|name| has(name));
                is.then_some(Format::GleifXml)
            }
            '{' | '[' => of_json(&|key: &str| text.contains(&format!("\"{key}\""))),
            _ => of_table(text.lines().next()?),
        }
    }
}

fn of_json(has: &dyn Fn(&str) -> bool) -> Option<Format> {
    match () {
        () if has("statementID") || has("statementId") || has("recordDetails") => {
            Some(Format::Bods)
        }
        () if has("Vrdeltagerperson")
            || has("Vrvirksomhed")
            || has("deltagerRelation")
            || has("virksomhedSummariskRelation")
            || has("_scroll_id") =>
        {
            Some(Format::DkCvr)
        }
        () if has("schema") && has("properties") => Some(Format::Ftm),
        () if has("data") && (has("company_number") || has("resource_uri") || has("kind")) => {
            Some(Format::UkPsc)
        }
        () if has("LEI")
            || has("Relationship")
            || has("ExceptionCategory")
            || has("lei-records")
            || has("relationship-records")
            || has("data")
            || has("relations")
            || has("exceptions") =>
        {
            Some(Format::GleifJson)
        }
        () => None,
    }
}

fn of_table(first: &str) -> Option<Format> {
    let columns: Vec<String> =
        first.split(',').map(|column| column.trim().trim_matches('"').to_lowercase()).collect();
    let has = |name: &str| columns.iter().any(|column| column == name);
    match () {
        () if has("relationship.startnode.nodeid")
            || has("exception.category")
            || (has("lei") && (has("entity.legalname") || has("legalname"))) =>
        {
            Some(Format::GleifCsv)
        }
        () if has("subsidiary") && has("location of incorporation") => Some(Format::SecExhibit21),
        () => None,
    }
}

/// Reads a file of ownership by the first map that fits it, else as it is published. Returns whether it is of either
/// kind.
pub(super) fn read_with_map_or_as_published(
    file: &InputFile,
    maps: &[HoldingsMap],
    records: &mut Records,
) -> Result<bool, Error> {
    let Some(start) = file.start() else { return Ok(false) };
    let by_map = maps.iter().find_map(|map| Some((map, mapped_holdings_csv::fits(map, &start)?)));
    if let Some((map, delimiter)) = by_map {
        let read = |reader: &mut dyn BufRead, register: &mut Register| {
            mapped_holdings_csv::read(reader, register, map, delimiter)
        };
        return read_with(file, (MAPPED_HOLDINGS, RecordUnit::Line), &read, records).map(|()| true);
    }
    let Some(format) = Format::recognise(&start) else { return Ok(false) };
    let (kind, unit, read) = format.parts();
    read_with(file, (kind, unit), &read, records).map(|()| true)
}

/// Reads a file of ownership with a reader. What is broken off is an error: owners that are read in part would be
/// taken for all there are.
fn read_with(
    file: &InputFile,
    (kind, unit): (&'static str, RecordUnit),
    read: &dyn Fn(&mut dyn BufRead, &mut Register) -> Result<(), String>,
    records: &mut Records,
) -> Result<(), Error> {
    let mut opened = file.open()?;
    let mut source = Source { unit, ..Source::of_lines(&file.name, kind) };
    records.reading.clone_from(&source.name);
    let number = records.next_source();
    let citation = format!("{kind}, {}", file.name);
    let mut register = Register { records, source: &mut source, number, citation, record: 0 };
    if let Err(reason) = read(&mut opened.reader, &mut register) {
        let reason = format!("{reason} (behind record {})", register.record);
        return Err(Error::file(&file.path, reason));
    }
    finish(opened, file, source, records)
}

/// Puts together what files say of one another, once all of them are read.
pub(super) fn settle(records: &mut Records) {
    let Unsettled { gleif, bods, ftm } = std::mem::take(&mut records.unsettled);
    let versions = std::mem::take(&mut records.versions);
    gleif.settle(records, &versions);
    versions.settle(records);
    bods.settle(records);
    ftm.settle(records);
}
