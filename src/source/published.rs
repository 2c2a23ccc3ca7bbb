//! Lists as authorities and others publish them: which format a file is of, its content says.

use std::io::BufRead;

use super::finish;
use super::holdings_map_toml::{self, HoldingsMap};
use super::listed::Sink;
use super::map_toml::{Map, read_map};
use super::open::{self, InputFile};
use super::records::Records;
use super::toml_file::TomlFile;
use super::{
    csl_csv, csl_json, dpl_text, eu_csv, eu_xml, ftm_json, mapped_csv, ofac_advanced, ofac_csv,
    ofac_xml, ofsi_csv, seco_xml, sema_xml, senzing_json, targets_csv, uk_list, un_xml,
    us_1260h_csv,
};
use crate::error::{Data, Error, RecordUnit, Rejected, Source};

/// A format of published lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Published {
    OfacCsv,
    OfacSides,
    OfacXml,
    OfacAdvanced,
    CslCsv,
    CslJson,
    Dpl,
    Un,
    Eu,
    EuCsv,
    UkXml,
    UkCsv,
    Ofsi,
    Seco,
    Sema,
    Ftm,
    Targets,
    Senzing,
    Us1260h,
}

/// Reads a file into a sink. An error ends the file: nothing behind it can be read.
pub(super) type ReadFile = fn(&mut dyn BufRead, &mut Sink) -> Result<(), String>;

impl Published {
    /// What it is called, and its reader.
    pub fn parts(self) -> (&'static str, ReadFile) {
        match self {
            Published::OfacCsv => ("OFAC list (CSV)", ofac_csv::read),
            Published::OfacSides => (SIDES, ofac_csv::read_side),
            Published::OfacXml => ("OFAC list (XML)", ofac_xml::read),
            Published::OfacAdvanced => ("OFAC list (advanced XML)", ofac_advanced::read),
            Published::CslCsv => ("US Consolidated Screening List (CSV)", csl_csv::read),
            Published::CslJson => ("US Consolidated Screening List (JSON)", csl_json::read),
            Published::Dpl => ("BIS Denied Persons List (text)", dpl_text::read),
            Published::Un => ("UN consolidated list (XML)", un_xml::read),
            Published::Eu => ("EU consolidated list (XML)", eu_xml::read),
            Published::EuCsv => ("EU consolidated list (CSV)", eu_csv::read),
            Published::UkXml => ("UK Sanctions List (XML)", uk_list::read_xml),
            Published::UkCsv => ("UK Sanctions List (CSV)", uk_list::read_csv),
            Published::Seco => ("SECO sanctions list (XML)", seco_xml::read),
            Published::Sema => ("Canadian autonomous sanctions list (XML)", sema_xml::read),
            Published::Ofsi => ("OFSI consolidated list (CSV)", ofsi_csv::read),
            Published::Ftm => ("FollowTheMoney entities (JSON lines)", ftm_json::read),
            Published::Targets => ("OpenSanctions targets (CSV)", targets_csv::read),
            Published::Senzing => ("Senzing records (JSON)", senzing_json::read),
            Published::Us1260h => ("US Section 1260H list (CSV)", us_1260h_csv::read),
        }
    }

    /// What its record numbers count.
    pub fn unit(self) -> RecordUnit {
        match self {
            Published::OfacXml
            | Published::OfacAdvanced
            | Published::Un
            | Published::Eu
            | Published::CslJson
            | Published::Senzing => RecordUnit::Record,
            _ => RecordUnit::Line,
        }
    }

    /// The format of a file by its first bytes; `None` for what is none of these.
    pub fn recognise(start: &[u8]) -> Option<Published> {
        let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
        let text = String::from_utf8_lossy(&start[..start.len().min(SEEN)]);
        let text = text.trim_start();
        match text.chars().next()? {
            '<' => of_xml(text),
            '{' | '[' => of_json(text),
            _ => of_table(text),
        }
    }
}

/// Files of OFAC beside its lists.
const SIDES: &str = "OFAC names, addresses and comments (CSV)";

/// Bytes from which a format is told.
pub(super) const SEEN: usize = 1 << 16;

fn of_xml(text: &str) -> Option<Published> {
    // The first element that is no declaration and no comment.
    let mut rest = text;
    let root = loop {
        rest = &rest[rest.find('<')? + 1..];
        match rest.as_bytes().first()? {
            b'?' => rest = &rest[rest.find("?>")?..],
            b'!' if rest.starts_with("!--") => rest = &rest[rest.find("-->")?..],
            b'!' => rest = &rest[rest.find('>')?..],
            _ => break rest.split([' ', '>', '\n', '\r', '\t', '/']).next()?,
        }
    };
    match root.rsplit(':').next()? {
        "CONSOLIDATED_LIST" => Some(Published::Un),
        "export" if text.contains("fpi/fsd") || text.contains("sanctionEntity") => {
            Some(Published::Eu)
        }
        "sdnList" => Some(Published::OfacXml),
        "Sanctions" if text.contains("ReferenceValueSets") => Some(Published::OfacAdvanced),
        "Designations" => Some(Published::UkXml),
        "swiss-sanctions-list" => Some(Published::Seco),
        "data-set" if text.contains("<record") => Some(Published::Sema),
        _ => None,
    }
}

fn of_json(text: &str) -> Option<Published> {
    let has = |key: &str| text.contains(&format!("\"{key}\""));
    match () {
        () if has("schema") && has("properties") => Some(Published::Ftm),
        () if has("DATA_SOURCE") || has("NAME_ORG") || has("NAME_FULL") => Some(Published::Senzing),
        () if has("results") && has("source") || has("source_list_url") => Some(Published::CslJson),
        () => None,
    }
}

fn of_table(text: &str) -> Option<Published> {
    let first = text.lines().next()?;
    let columns: Vec<String> = first
        .split([',', '\t', ';'])
        .map(|column| column.trim().trim_matches('"').to_lowercase())
        .collect();
    let has = |all: &[&str]| all.iter().all(|name| columns.iter().any(|column| column == name));
    match () {
        // The project's own format, whatever else its rows say.
        () if has(&["list", "name"]) => None,
        () if has(&["source", "entity_number", "alt_names"]) => Some(Published::CslCsv),
        () if has(&["name", "street_address", "fr_citation"]) => Some(Published::Dpl),
        () if has(&["id", "schema", "name", "aliases"]) => Some(Published::Targets),
        () if has(&["name", "clean name", "alias"]) => Some(Published::Us1260h),
        () if columns.first().is_some_and(|first| first == "last updated")
            && text.lines().nth(1).is_some_and(|second| second.contains("Name 6")) =>
        {
            Some(Published::Ofsi)
        }
        () if has(&["filegenerationdate", "entity_logicalid"]) => Some(Published::EuCsv),
        () if text.lines().nth(1).is_some_and(|second| second.contains("Unique ID")) => {
            Some(Published::UkCsv)
        }
        () => ofac_csv::recognise(first),
    }
}

/// Reads a file by the first map that fits it, else as it is published. Returns whether it is of either kind.
pub(super) fn read_with_map_or_as_published(
    file: &InputFile,
    maps: &[Map],
    records: &mut Records,
) -> Result<bool, Error> {
    let Some(start) = file.start() else { return Ok(false) };
    let by_map = maps.iter().find_map(|map| Some((map, mapped_csv::fits(map, &start)?)));
    if let Some((map, delimiter)) = by_map {
        let by_map = |reader: &mut dyn BufRead, sink: &mut Sink| {
            mapped_csv::read(reader, sink, map, delimiter)
        };
        return read(file, (MAPPED, RecordUnit::Line), &by_map, records).map(|()| true);
    }
    let Some(format) = Published::recognise(&start) else { return Ok(false) };
    let (kind, read_it) = format.parts();
    read(file, (kind, format.unit()), &read_it, records).map(|()| true)
}

/// Reads a list as its authority publishes it. What is broken off is told as one record of which nothing behind it
/// was read.
fn read(
    file: &InputFile,
    (kind, unit): (&'static str, RecordUnit),
    read: &dyn Fn(&mut dyn BufRead, &mut Sink) -> Result<(), String>,
    records: &mut Records,
) -> Result<(), Error> {
    let mut opened = file.open()?;
    let mut source = Source { unit, ..Source::of_lines(&file.name, kind) };
    records.reading.clone_from(&source.name);
    let number = records.next_source();
    let citation = format!("{kind}, {}", file.name);
    let mut sink = Sink { records, source: &mut source, number, citation, record: 0 };
    let done = read(&mut opened.reader, &mut sink);
    let done = match done {
        // What a map reads may be an own list on which nobody is yet; files beside OFAC's list are often blank.
        Ok(()) if sink.source.records == 0 && ![MAPPED, SIDES].contains(&kind) => {
            Err("has no record, as no list is published; fetch it again".to_owned())
        }
        done => done,
    };
    if let Err(reason) = done {
        let reason = format!(
            "{reason} (behind record {}); a list that is read in part would clear whom the rest of it names",
            sink.record
        );
        return Err(Error::file(&file.path, reason));
    }
    finish(opened, file, source, records)
}

/// What a file of holdings that a map was written for is recognised as.
pub const MAPPED_HOLDINGS: &str = "mapped holdings (CSV)";

/// What a list that a map was written for is recognised as.
pub const MAPPED: &str = "mapped list (CSV)";

/// Reads the maps; each is a file that an answer rests on.
pub(super) fn read_maps(
    paths: &[String],
    records: &mut Records,
) -> Result<(Vec<Map>, Vec<HoldingsMap>), Error> {
    let (mut maps, mut of_holdings) = (Vec::new(), Vec::new());
    for path in paths {
        let text = std::fs::read_to_string(path).map_err(|error| Error::io(path, error))?;
        let toml = TomlFile { path, text: &text };
        // A map of holdings says `holdings`, one of a list `list`.
        let keys = toml::from_str::<toml::Table>(&text).unwrap_or_default();
        if keys.contains_key("holdings") {
            of_holdings.push(holdings_map_toml::read_map(&toml)?);
        } else {
            maps.push(read_map(&toml)?);
        }
        let file = open::named(path)?;
        records.sources.0.push(Source {
            unit: RecordUnit::Record,
            digest: *blake3::hash(text.as_bytes()).as_bytes(),
            bytes: text.len() as u64,
            records: 1,
            accepted: 1,
            ..Source::of_lines(&file.name, "map")
        });
    }
    Ok((maps, of_holdings))
}

/// Tells of names and addresses of entries that no file has, and of entries without them.
pub(super) fn warn_of_sides(records: &mut Records) {
    let sides = std::mem::take(&mut records.ofac);
    let strangers = sides.of_nobody();
    let of_strangers = strangers.first().map(|first| {
        format!(
            "names, addresses or comments of {} entries that no file has, such as number {first}; give the file of entries (sdn.csv, cons_prim.csv) beside them",
            strangers.len()
        )
    });
    let lacking = "entries of OFAC were read without their other names (alt.csv, cons_alt.csv), which most have; give the folder of all its files";
    let lacking = sides.lack_names().then(|| lacking.to_owned());
    for reason in of_strangers.into_iter().chain(lacking) {
        let (file, text) = ("OFAC".to_owned(), String::new());
        let rejected = Rejected { file, line: 0, column: None, reason, data: Data::Lists, text };
        records.rejected.push(rejected);
    }
}
