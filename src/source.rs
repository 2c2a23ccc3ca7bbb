//! Bytes become records, each with its place. A bad row is a value, not a panic.
//!
//! One source format, one file. What a file is, its content says.

mod answers;
mod blocks;
mod bods;
mod bods_interest;
mod bods_shape;
mod csl_csv;
mod csl_json;
mod dk_cvr;
mod dpl_text;
mod earlier;
mod eu_csv;
mod eu_xml;
mod ftm_json;
mod ftm_ownership;
mod gleif;
mod gleif_csv;
mod gleif_json;
mod gleif_xml;
mod guarded;
mod held;
mod holding_record;
mod holdings_csv;
mod holdings_map_toml;
mod line_ends;
mod listed;
mod lists_csv;
mod map_toml;
mod mapped_csv;
mod mapped_holdings_csv;
mod names_csv;
mod nationalities;
mod ods;
mod ofac_advanced;
mod ofac_csv;
mod ofac_xml;
mod ofsi_csv;
mod open;
mod owners_column;
mod owners_csv;
mod pairs_csv;
mod parties;
mod profile_toml;
mod pseudo_owners;
mod published;
mod recognise;
mod records;
mod registers;
mod rows;
mod rules_toml;
mod sec_exhibit_21;
mod seco_xml;
mod sema_xml;
mod senzing_json;
mod share_text;
mod table;
mod targets_csv;
mod toml_file;
mod uk_list;
mod uk_psc;
mod un_xml;
mod us_1260h_csv;
mod values;
mod versions;
mod xml;

use std::io::{BufRead, Cursor, Read};

use self::blocks::{BLOCK, Broken, read_in_blocks};
use self::line_ends::ends_in_carriage_returns;
use self::open::{Embedded, InputFile, Opened};
use self::published::{Published, read_maps, read_with_map_or_as_published, warn_of_sides};
use self::recognise::{Format, unrecognised};
use self::rows::{Header, Rows};
use crate::error::{Data, Error, Place, RecordUnit, Rejected, Source, Sources, Warning};
use crate::name;

pub use answers::EarlierAnswers;
pub use earlier::{Alerts, Earlier};
pub use ftm_json::party_of_ftm;
pub use holding_record::{BESIDE_CHAIN, HoldingRecord, MAYBE_INDIRECT, NO_STEP, Terms};
pub use holdings_csv::HOLDING_COLUMNS;
pub use names_csv::{Query, names, queries};
pub use open::digest_of;
pub use owners_csv::{DeclaredOwners, OWNER_FIELDS, OWNERS, REQUEST, declared_owner};
pub use pairs_csv::{Pair, PairRow, Pairs};
pub use parties::{PARTY_COLUMNS, Parties, PartyRow, party_of};
pub use profile_toml::read_profile;
pub use published::{MAPPED, MAPPED_HOLDINGS};
pub use records::{GroupMember, LinkDecision, Mention, MentionId, Records, Silence};
pub use table::{Encoding, TableFormat, TableOptions};

/// What to read. An empty list of paths stands for the embedded data; the word `embedded` names
/// them beside other paths.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inputs {
    /// Lists.
    pub lists: Vec<String>,
    /// Ownership data.
    pub ownership: Vec<String>,
    /// Link decisions, besides those of the lists.
    pub links: Vec<String>,
    /// Rules.
    pub rules: Vec<String>,
    /// Maps of lists and holdings that are CSV files of somebody's own.
    pub maps: Vec<String>,
    /// Whether whom GLEIF says to be consolidated counts as held to at least 50 percent.
    pub assume_consolidated: bool,
}

/// Reads everything asked for.
///
/// # Errors
/// A path that cannot be opened, a named file that is of no known format or of 0 bytes, a folder
/// of lists without a list, or a rule file that is refused. Rows that cannot be read are no errors:
/// they stand in [`Records::rejected`].
pub fn read(inputs: &Inputs) -> Result<Records, Error> {
    let mut records = Records::new();
    let mut lists = resolve(&inputs.lists, Embedded::Lists)?;
    // What other files say of entries is there when these are read.
    lists.sort_by_cached_key(|file| file.published() != Some(Published::OfacSides));
    let ownership = resolve(&inputs.ownership, Embedded::Ownership)?;
    let links = given(&inputs.links)?;
    warn_of_folders(inputs, &mut records)?;
    let elsewhere = |path: &str| {
        [&lists, &ownership, &links].into_iter().flatten().filter(|file| file.path == path).count()
            > 1
    };
    if inputs.assume_consolidated {
        registers::assume_consolidated(&mut records);
    }
    let (maps, holdings_maps) = read_maps(&inputs.maps, &mut records)?;
    let mut any_list = false;
    for file in &lists {
        if file.name.ends_with(NOT_COVERED) {
            read_not_covered(file, &mut records)?;
            continue;
        }
        if read_with_map_or_as_published(file, &maps, &mut records)? {
            any_list = true;
            continue;
        }
        let wanted = |format: Format| format.data() == Data::Lists;
        let format = read_file(file, wanted, "--ownership", elsewhere(&file.path), &mut records)?;
        any_list |= format == Some(Format::Entries);
    }
    ftm_json::settle(&mut records);
    warn_of_sides(&mut records);
    if !any_list {
        let reason = "holds no list; a list is a CSV file whose header has `list` and `name`";
        return Err(Error::file(inputs.lists.join(", "), reason));
    }
    for file in &ownership {
        if registers::read_with_map_or_as_published(file, &holdings_maps, &mut records)? {
            continue;
        }
        let wanted = |format: Format| format.data() == Data::Holdings;
        read_file(file, wanted, "--lists", elsewhere(&file.path), &mut records)?;
    }
    registers::settle(&mut records);
    for file in &links {
        let wanted = |format: Format| format == Format::Links;
        read_file(file, wanted, "the option for its kind", elsewhere(&file.path), &mut records)?;
    }
    read_rules(inputs, &mut records)?;
    Ok(records)
}

/// Warns of what a folder holds and is not read, and of a folder of ownership data without any.
fn warn_of_folders(inputs: &Inputs, records: &mut Records) -> Result<(), Error> {
    let mut warn = |place: &str, text: String| {
        records.warnings.push(Warning { place: place.to_owned(), text });
    };
    for argument in inputs.lists.iter().chain(&inputs.ownership).chain(&inputs.links) {
        let path = strip_format(argument)?;
        let within = open::folders(path);
        if !within.is_empty() {
            let text = format!(
                "folders within are not read: {}; name each of them to read its files",
                within.join(", ")
            );
            warn(path, text);
        }
    }
    for argument in inputs.ownership.iter().filter(|argument| *argument != "embedded") {
        let path = strip_format(argument)?;
        if std::path::Path::new(path).is_dir() && open::files(path)?.is_empty() {
            warn(path, "the folder holds no file: no holding comes from it".to_owned());
        }
    }
    Ok(())
}

/// The digest of all inputs and of what else decides an answer: tables and version. 32 hexadecimal
/// digits, the same wherever the files lie.
pub fn digest(sources: &Sources) -> String {
    let mut inputs: Vec<(&str, &str, &[u8; 32])> = sources
        .0
        .iter()
        .map(|source| (&*source.kind, source.name.as_str(), &source.digest))
        .collect();
    inputs.sort_unstable();
    let mut hasher = blake3::Hasher::new();
    hasher.update(env!("CARGO_PKG_VERSION").as_bytes());
    hasher.update(&name::TABLE_VERSION.to_le_bytes());
    for (kind, name, digest) in inputs {
        for text in [kind, name] {
            hasher.update(&(text.len() as u64).to_le_bytes());
            hasher.update(text.as_bytes());
        }
        hasher.update(digest);
    }
    hasher.finalize().to_hex()[..32].to_owned()
}

/// A file beside lists that says, in a line or two, what they do not cover.
const NOT_COVERED: &str = "NOT-COVERED.txt";

fn read_not_covered(file: &InputFile, records: &mut Records) -> Result<(), Error> {
    let mut opened = file.open()?;
    let mut text = String::new();
    opened.reader.read_to_string(&mut text).map_err(|error| Error::io(&file.path, error))?;
    records.not_covered.push(text.split_whitespace().collect::<Vec<_>>().join(" "));
    let digest = opened.digest().map_err(|error| Error::io(&file.path, error))?;
    let (kind, unit) = ("not covered", RecordUnit::Record);
    let name = file.name.clone();
    records.sources.0.push(Source {
        name,
        unit,
        kind: kind.into(),
        digest,
        bytes: 0,
        records: 1,
        accepted: 1,
        rejected: 0,
        aside: 0,
    });
    Ok(())
}

/// The files of several arguments; none stands for the embedded ones.
fn resolve(arguments: &[String], embedded: Embedded) -> Result<Vec<InputFile>, Error> {
    if arguments.is_empty() {
        return Ok(open::embedded(embedded));
    }
    let mut files = Vec::new();
    for argument in arguments {
        if argument == "embedded" {
            files.extend(open::embedded(embedded));
        } else {
            files.extend(open::files(strip_format(argument)?)?);
        }
    }
    let mut seen = Vec::new();
    files.retain(|file| {
        let new = !seen.contains(&file.path);
        seen.push(file.path.clone());
        new
    });
    Ok(files)
}

fn given(arguments: &[String]) -> Result<Vec<InputFile>, Error> {
    if arguments.is_empty() { Ok(Vec::new()) } else { resolve(arguments, Embedded::Lists) }
}

/// `csv:PATH` forces the project's own format; an existing path is never taken for a prefix.
fn strip_format(argument: &str) -> Result<&str, Error> {
    let Some((format, path)) = argument.split_once(':') else { return Ok(argument) };
    if std::path::Path::new(argument).exists() || format.len() < 2 || path.is_empty() {
        return Ok(argument);
    }
    let is_word = format.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    match format {
        "csv" => Ok(path),
        _ if is_word => Err(Error::Request(format!(
            "{argument}: `{format}` is no format this version reads; the formats are: csv"
        ))),
        _ => Ok(argument),
    }
}

/// Reads one file into the records. A file of another kind, or of none, stops the run where the
/// user named it and is rejected where it merely lies in a folder.
fn read_file(
    file: &InputFile,
    wanted: impl Fn(Format) -> bool,
    other_option: &str,
    elsewhere: bool,
    records: &mut Records,
) -> Result<Option<Format>, Error> {
    let mut opened = file.open()?;
    let refuse = |reason: String, data: Data, records: &mut Records| {
        if file.named {
            return Err(Error::file(&file.path, reason));
        }
        let file = file.name.clone();
        let text = String::new();
        records.rejected.push(Rejected { file, line: 0, column: None, reason, data, text });
        Ok(None)
    };
    let default = if wanted(Format::Holdings) { Data::Holdings } else { Data::Lists };
    let mut start = Vec::new();
    let broken = opened.reader.by_ref().take(BLOCK as u64).read_to_end(&mut start).err();
    let large = start.len() == BLOCK && broken.is_none() && !ends_in_carriage_returns(&start);
    if let Some(reason) = registers::of_no_format(&start) {
        return refuse(reason.to_owned(), default, records);
    }
    let header = large.then(|| Rows::open(&*start).ok().flatten()).flatten();
    let header = header.map(|rows| rows.header().clone());
    let reader = Cursor::new(start).chain(Broken(broken)).chain(&mut opened.reader);
    if let Some(header) = header.filter(|header| {
        wanted(Format::Holdings) && Format::recognise(header) == Some(Format::Holdings)
    }) {
        let mut source = begin(file, &header, Format::Holdings, records);
        read_in_blocks(reader, &header, &mut source, records);
        return finish(opened, file, source, records).map(|()| Some(Format::Holdings));
    }
    let mut rows = match Rows::open(reader) {
        Ok(Some(rows)) => rows,
        Ok(None) => {
            let reason = "is empty (0 bytes); a file without records still has its header line";
            return refuse(reason.to_owned(), default, records);
        }
        Err(fault) => {
            let column =
                fault.column.map(|column| format!("column `{column}`: ")).unwrap_or_default();
            return refuse(format!("{column}{}", fault.reason), default, records);
        }
    };
    let Some(format) = Format::recognise(rows.header()) else {
        return refuse(unrecognised(rows.header()), default, records);
    };
    if !wanted(format) {
        if elsewhere && !file.named {
            return Ok(None);
        }
        let reason = format!("holds {}; give it with {other_option}", format.parts().0);
        return refuse(reason, default, records);
    }
    let mut source = begin(file, rows.header(), format, records);
    read_rows(&mut rows, format, records.next_source(), &mut source, records);
    if rows.is_broken() {
        let why = records.rejected.last().map_or("", |last| last.reason.as_str());
        let reason = format!("breaks off, and what stands behind it is not known: {why}");
        return Err(Error::file(&file.path, reason));
    }
    finish(opened, file, source, records).map(|()| Some(format))
}

/// A file of which the rows come next.
fn begin(file: &InputFile, header: &Header, format: Format, records: &mut Records) -> Source {
    let source = Source::of_lines(&file.name, format.parts().0);
    warn_of_columns(header, format, &source, records);
    records.reading.clone_from(&source.name);
    source
}

/// A file of which all rows were read.
fn finish(
    opened: Opened,
    file: &InputFile,
    source: Source,
    records: &mut Records,
) -> Result<(), Error> {
    let counter = opened.digest.clone();
    let digest = opened.digest().map_err(|error| Error::io(&file.path, error))?;
    let Source { records: read, accepted, rejected, aside, .. } = source;
    if read != accepted + rejected + aside {
        let reason = format!(
            "has {read} records, of which {accepted} were taken, {rejected} rejected and {aside} set aside: a fault of this program; please report it"
        );
        return Err(Error::file(&file.path, reason));
    }
    records.sources.0.push(Source { digest, bytes: counter.bytes(), ..source });
    Ok(())
}

/// Warns of columns that are not used.
fn warn_of_columns(header: &Header, format: Format, source: &Source, records: &mut Records) {
    let (_, _, columns, _) = format.parts();
    let names = header.names().iter().map(String::as_str);
    let unknown: Vec<&str> =
        names.filter(|name| !name.is_empty() && !columns.contains(name)).collect();
    if !unknown.is_empty() {
        let text = format!("unknown columns are not used: {}", unknown.join(", "));
        records.warnings.push(Warning { place: source.name.clone(), text });
    }
}

/// Reads rows into the records, as those of the file of a number.
fn read_rows<R: BufRead>(
    rows: &mut Rows<R>,
    format: Format,
    number: u32,
    source: &mut Source,
    records: &mut Records,
) {
    let (_, _, columns, read_row) = format.parts();
    rows.expect(columns);
    loop {
        let fault = match rows.next() {
            None => break,
            Some(Ok(row)) => {
                let place = Place { source: number, record: row.line() };
                read_row(&row, place, records).err()
            }
            Some(Err(fault)) => Some(fault),
        };
        source.records += 1;
        source.accepted += u64::from(fault.is_none());
        if let Some(fault) = fault {
            source.rejected += 1;
            let rejected = fault.reject(&source.name, rows.line(), format.data(), rows.text());
            records.rejected.push(rejected);
        }
    }
}

/// Reads the rules: those asked for, else the `rules` folder of a folder of lists, else the
/// embedded ones.
fn read_rules(inputs: &Inputs, records: &mut Records) -> Result<(), Error> {
    let folder_of = |argument: &String| {
        if argument == "embedded" {
            return Some(argument.clone());
        }
        let path = strip_format(argument).unwrap_or(argument);
        let folder = std::path::Path::new(path).join("rules");
        folder.is_dir().then(|| folder.display().to_string())
    };
    let arguments = if inputs.rules.is_empty() {
        inputs.lists.iter().filter_map(folder_of).collect()
    } else {
        inputs.rules.clone()
    };
    for file in resolve(&arguments, Embedded::Rules)? {
        let path = std::path::Path::new(&file.path);
        if !file.named && path.extension().is_none_or(|extension| extension != "toml") {
            let reason = "is no rule; rules are .toml files".to_owned();
            let (data, text) = (Data::Lists, String::new());
            records.rejected.push(Rejected {
                file: file.name,
                line: 0,
                column: None,
                reason,
                data,
                text,
            });
            continue;
        }
        let mut opened = file.open()?;
        let mut text = String::new();
        opened.reader.read_to_string(&mut text).map_err(|error| Error::io(&file.path, error))?;
        let rule = rules_toml::rule(&file.name, &text)?;
        if let Some(twin) = records.rules.iter().find(|known| known.id == rule.id) {
            let reason = format!(
                "the id `{}` is also that of {}; give each rule its own",
                rule.id, twin.file
            );
            return Err(Error::file(&file.path, reason));
        }
        records.rules.push(rule);
        let digest = opened.digest().map_err(|error| Error::io(&file.path, error))?;
        let (kind, unit) = ("rule", RecordUnit::Record);
        records.sources.0.push(Source {
            name: file.name,
            unit,
            kind: kind.into(),
            digest,
            bytes: 0,
            records: 1,
            accepted: 1,
            rejected: 0,
            aside: 0,
        });
    }
    if records.rules.is_empty() {
        let reason = "holds no rule; a rule is a file that ends in .toml";
        return Err(Error::file(arguments.join(", "), reason));
    }
    records.rules.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes) in files {
            std::fs::write(folder.path().join(name), bytes).unwrap();
        }
        folder
    }

    fn holdings(rows: &[u8]) -> Result<Records, Error> {
        let folder = folder(&[("captable.csv", rows)]);
        let path = folder.path().join("captable.csv").display().to_string();
        read(&Inputs { ownership: vec![path], ..Inputs::default() })
    }

    fn faults(rows: &[u8]) -> Vec<String> {
        holdings(rows).unwrap().rejected.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_embedded_data_are_read_whole() {
        let records = read(&Inputs::default()).unwrap();
        assert_eq!(records.rejected, []);
        assert_eq!(records.warnings, []);
        assert_eq!(records.entries.len(), 274);
        assert_eq!(records.holdings.len(), 537);
        assert_eq!(records.lists.len(), 3);
        assert_eq!((records.events.len(), records.measures.len()), (14, 1));
        let ids: Vec<&str> = records.rules.iter().map(|rule| rule.id.as_str()).collect();
        assert_eq!(ids.len(), 10);
        assert!(ids.is_sorted() && ids.contains(&"cn-mofcom-61"), "{ids:?}");
    }

    #[test]
    fn a_bad_row_is_rejected_with_its_place_and_the_rest_goes_on() {
        let rows = b"holder,issuer,share_min,share_max,since,until\n\
            A,B,101,,,\nA,B,abc,,,\nA,B,60,50,,\nA,B,50,,2025-02-30,\nA,B,50,,2025-02-01,2025-01-01\n\
            A,B\nA,\xff,50,,,\n,B,50,,,\n---,B,50,,,\nA,C,50,,,\n";
        assert_eq!(holdings(rows).unwrap().holdings.len(), 1);
        insta::assert_snapshot!(faults(rows).join("\n"), @r"
        captable.csv:2: column `share_min`: 101 % is outside 0..100
        captable.csv:3: column `share_min`: `abc` is not a percentage; write a decimal number such as 50 or 33.3333333
        captable.csv:4: column `share_min`: no share lies between 60 and 50 %; the low end comes first
        captable.csv:5: column `since`: `2025-02-30` is not a day; write it as YYYY-MM-DD, for example 2025-10-09
        captable.csv:6: column `until`: it ends on 2025-01-01, which is not after its first day 2025-02-01; `until` is the first day on which it no longer holds
        captable.csv:7: has 2 fields where the header has 6; quote fields that hold a comma
        captable.csv:8: column `issuer`: is not UTF-8 text; convert the file to UTF-8, or say with --encoding what the file of --in is
        captable.csv:9: column `holder`: is blank; every row needs it
        captable.csv:10: column `holder`: `---` has no letter or digit
        ");
    }

    #[test]
    fn lines_are_counted_whatever_ends_them() {
        for end in ["\n", "\r\n", "\r"] {
            let quoted = format!("\"A{end}2\",B,102");
            let lines = ["holder,issuer,share_min", "A,B,101", "", "", &quoted, "A,B,103"];
            let rows = lines.join(end);
            let found: Vec<String> =
                faults(rows.as_bytes()).iter().map(|fault| fault[..14].to_owned()).collect();
            let expected = ["captable.csv:2", "captable.csv:5", "captable.csv:7"];
            assert_eq!(found, expected, "{end:?}");
            assert_eq!(faults(format!("{rows}{end}").as_bytes()).len(), 3, "{end:?}");
        }
        let places = b"\xef\xbb\xbfholder,issuer\r\nA Ltd,B Ltd\r\n";
        assert_eq!(holdings(places).unwrap().holdings[0].place.record, 2);
    }

    #[test]
    fn a_row_far_too_long_is_rejected_and_the_next_is_read() {
        let long = "x".repeat(5 << 20);
        for (field, lines) in
            [(long.clone(), 0), (format!("\"{long}\""), 0), (format!("\"{long}\n{long},\n\""), 2)]
        {
            let rows = format!("holder,issuer,share_min\nA,B,50\nA,{field},50\nA,C,101\nA,D,50\n");
            let records = holdings(rows.as_bytes()).unwrap();
            assert_eq!(records.holdings.len(), 2);
            let faults: Vec<String> = records.rejected.iter().map(ToString::to_string).collect();
            assert!(faults[0].starts_with("captable.csv:3: is longer than 1 MiB"), "{faults:?}");
            assert!(faults[0].contains(&format!("the {lines} lines")) || lines == 0, "{faults:?}");
            assert!(faults[1].starts_with(&format!("captable.csv:{}", 4 + lines)), "{faults:?}");
        }
    }

    #[test]
    fn an_open_quote_is_noticed() {
        let rows = b"holder,issuer,share_min\nA,B,50\nA,\"C,50\nA,D,50\nA,E,50\n";
        let records = holdings(rows).unwrap();
        assert_eq!(records.holdings.len(), 1);
        assert!(
            faults(rows)[0].starts_with("captable.csv:3: a quote opens here"),
            "{:?}",
            faults(rows)
        );
    }

    #[test]
    fn a_file_that_cannot_be_used_says_what_it_needs() {
        for (bytes, expected) in [
            (&b""[..], "is empty (0 bytes)"),
            (b"holder,share_min\nA,50\n", "as a file of holdings it lacks the column `issuer`"),
            (b"owner,issuer,share_min\nA,B,60\n", "lacks the column `holder`"),
            (b"x,y\n1,2\n", "holdings need `holder` and `issuer`"),
            (b"list,name\nX,A\n", "holds list entries; give it with --lists"),
            (b"holder,issuer,issuer\nA,B,C\n", "column `issuer`: stands twice"),
            (b"\xff\xfe\n", "is not the UTF-16LE text"),
            (b"\xff\n", "not UTF-8"),
        ] {
            let message = holdings(bytes).expect_err("refused").to_string();
            assert!(message.contains(expected), "{message}");
        }
        assert_eq!(
            holdings(b"holder,issuer\n").unwrap().holdings.len(),
            0,
            "a header alone is no error"
        );
    }

    #[test]
    fn compressed_files_are_read_as_they_are() {
        use std::io::Write;
        let rows = b"\xef\xbb\xbfholder,issuer\r\nA,B\r\n";
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(rows).unwrap();
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        zip.start_file("captable.csv", zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(rows).unwrap();
        let zstd = ruzstd::encoding::compress_to_vec(
            &rows[..],
            ruzstd::encoding::CompressionLevel::Fastest,
        );
        let zipped = zip.finish().unwrap().into_inner();
        for bytes in [rows.to_vec(), gzip.finish().unwrap(), zipped, zstd] {
            let records = holdings(&bytes).unwrap();
            assert_eq!(records.holdings.len(), 1);
            assert_eq!(records.sources.0.last().unwrap().kind, "rule");
        }
    }

    #[test]
    fn a_file_of_one_column_that_ends_inside_a_quote_is_noticed() {
        let folder = folder(&[("parties.csv", b"name\nA\n\"Unclosed\nB\nC\n")]);
        let path = folder.path().join("parties.csv").display().to_string();
        let rows =
            Parties::open(&path, "name", &TableOptions::default()).unwrap().read(10).unwrap();
        assert_eq!(rows.len(), 2);
        assert!(rows[1].party.is_none() && rows[1].faults[0].line == 3, "{:?}", rows[1]);
    }

    #[test]
    fn a_file_that_breaks_off_is_an_error() {
        use std::io::Write;
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
        let rows: String = (0..50_000).map(|row| format!("Holder {row},Issuer {row}\n")).collect();
        gzip.write_all(format!("holder,issuer\n{rows}").as_bytes()).unwrap();
        let mut bytes = gzip.finish().unwrap();
        bytes.truncate(bytes.len() / 2);
        assert!(matches!(holdings(&bytes), Err(Error::Io { .. } | Error::File { .. })));
    }

    #[test]
    fn a_folder_without_a_list_is_an_error_and_a_stray_file_is_rejected() {
        let empty = folder(&[("notes.txt", b"hello\n")]);
        let lists = vec![empty.path().display().to_string()];
        let message =
            read(&Inputs { lists, ..Inputs::default() }).expect_err("no list").to_string();
        assert!(message.contains("holds no list"), "{message}");
        let mixed = folder(&[("notes.txt", b"hello\n"), ("mine.csv", b"list,name\nX,Acme\n")]);
        let lists = vec![mixed.path().display().to_string()];
        let records = read(&Inputs { lists, ..Inputs::default() }).unwrap();
        assert_eq!(records.rejected.len(), 1);
        assert_eq!(records.entries.len(), 1);
    }
}
