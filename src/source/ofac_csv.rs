//! OFAC's lists as sets of CSV files: `sdn.csv` and `cons_prim.csv`, the names of `alt.csv`, the addresses of
//! `add.csv` and what overflows from the remarks into `sdn_comments.csv`. No file has a header; `-0-` is nothing.

use std::collections::BTreeMap;
use std::io::BufRead;

use super::guarded::{Row, Table};
use super::listed::{About, Listed, Sink, tidy};
use super::values::{births, day, identifier};
use crate::day::Day;
use crate::model::{EntityKind, Restriction};

const TREASURY: &str = "US Department of the Treasury, Office of Foreign Assets Control";

const SDN: About = about(
    "US-SDN",
    "Specially Designated Nationals and Blocked Persons List",
    Restriction::AssetFreeze,
);
const SSI: About =
    about("US-SSI", "Sectoral Sanctions Identifications List", Restriction::Sectoral);
const CMIC: About = about(
    "US-CMIC",
    "Non-SDN Chinese Military-Industrial Complex Companies List",
    Restriction::InvestmentBan,
);
const MBS: About = about("US-MBS", "Non-SDN Menu-Based Sanctions List", Restriction::Other);
const CAPTA: About = about(
    "US-CAPTA",
    "List of Foreign Financial Institutions Subject to Correspondent Account or Payable-Through Account Sanctions",
    Restriction::Other,
);
const NON_SDN: About =
    about("US-NONSDN", "Other non-SDN entries of OFAC's consolidated list", Restriction::Other);

const fn about(list: &'static str, title: &'static str, restriction: Restriction) -> About {
    About { list, title, authority: TREASURY, restriction: Some(restriction) }
}

/// Every list of OFAC.
pub(super) const LISTS: [About; 6] = [SDN, SSI, CMIC, MBS, CAPTA, NON_SDN];

/// What other files of a set say of entries, by number.
#[derive(Debug, Default)]
pub(super) struct Sides {
    names: BTreeMap<u64, Vec<String>>,
    addresses: BTreeMap<u64, Vec<[String; 2]>>,
    comments: BTreeMap<u64, String>,
    /// Entries that were read.
    known: std::collections::BTreeSet<u64>,
}

impl Sides {
    /// Whether entries were read, and nowhere their other names.
    pub fn lack_names(&self) -> bool {
        self.names.is_empty() && !self.known.is_empty()
    }

    /// Numbers of entries of which only another file speaks.
    pub fn of_nobody(&self) -> Vec<u64> {
        let all = self.names.keys().chain(self.addresses.keys()).chain(self.comments.keys());
        let mut all: Vec<u64> =
            all.filter(|number| !self.known.contains(number)).copied().collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// The file of a set that a first line is of.
pub(super) fn recognise(first: &str) -> Option<super::published::Published> {
    use super::published::Published;
    let mut reader = first.as_bytes();
    let mut table = Table::plain(&mut reader, b',');
    let row = table.next().ok()??;
    let number =
        |at: usize| row.fields.get(at).is_some_and(|field| field.trim().parse::<u64>().is_ok());
    match row.fields.len() {
        12 if number(0) => Some(Published::OfacCsv),
        6 if number(0) && number(1) => Some(Published::OfacSides),
        5 if number(0) && number(1) && ["aka", "fka", "nka"].contains(&row.fields[2].trim()) => {
            Some(Published::OfacSides)
        }
        2 if number(0) => Some(Published::OfacSides),
        _ => None,
    }
}

/// A field that says something.
fn said(row: &Row, at: usize) -> String {
    let field = row.fields.get(at).map_or("", |field| field.trim());
    if field == "-0-" { String::new() } else { field.to_owned() }
}

/// The row that ends a file of DOS.
fn is_end(row: &Row) -> bool {
    row.fields.len() == 1
        && row.fields[0].trim_matches(|c: char| c == '\u{1a}' || c.is_whitespace()).is_empty()
}

/// Reads names, addresses or comments.
pub(super) fn read_side(reader: &mut dyn BufRead, sink: &mut Sink) -> Result<(), String> {
    let mut table = Table::plain(reader, b',');
    while let Some(row) = table.next()? {
        if is_end(&row) {
            continue;
        }
        let Ok(number) = said(&row, 0).parse::<u64>() else {
            sink.take(
                row.line,
                Err(format!("`{}` is no number of an entry", said(&row, 0))),
                &|| row.shown(),
            );
            continue;
        };
        let sides = &mut sink.records.ofac;
        match row.fields.len() {
            5 => sides.names.entry(number).or_default().push(said(&row, 3)),
            6 => sides.addresses.entry(number).or_default().push([said(&row, 3), said(&row, 4)]),
            2 => sides.comments.entry(number).or_default().push_str(&said(&row, 1)),
            fields => {
                let reason = format!("has {fields} fields; OFAC's files have 2, 5, 6 or 12");
                sink.take(row.line, Err(reason), &|| row.shown());
                continue;
            }
        }
        sink.pass();
    }
    Ok(())
}

/// Reads the entries. All are held until the file is read, some ten megabytes: of which list it is, most of them say.
pub(super) fn read(reader: &mut dyn BufRead, sink: &mut Sink) -> Result<(), String> {
    let mut table = Table::plain(reader, b',');
    let mut entries = Vec::new();
    let outcome = loop {
        let row = match table.next() {
            Ok(Some(row)) => row,
            Ok(None) => break Ok(()),
            Err(reason) => break Err(reason),
        };
        if is_end(&row) {
            continue;
        }
        let number = said(&row, 0).parse::<u64>();
        let listed = match (row.fields.len(), number) {
            (12, Ok(number)) => Ok(listed(&row, number, &mut sink.records.ofac)),
            (12, Err(_)) => Err(format!("`{}` is no number of an entry", said(&row, 0))),
            (fields, _) => Err(format!("has {fields} fields, and an entry of OFAC has 12")),
        };
        entries.push((row.line, listed, row.shown()));
    };
    take_all(entries, None, sink);
    outcome
}

fn listed(row: &Row, number: u64, sides: &mut Sides) -> Listed {
    sides.known.insert(number);
    let kind = said(row, 2);
    let mut listed = Listed {
        entry: number.to_string(),
        name: said(row, 1),
        kind: kind_of(&kind),
        programmes: said(row, 3).split("] [").map(str::to_owned).collect(),
        aliases: sides.names.get(&number).cloned().unwrap_or_default(),
        ..Listed::default()
    };
    for [city, country] in sides.addresses.get(&number).into_iter().flatten() {
        listed.countries.push(country.clone());
        listed.cities.push(city_of(city));
    }
    let vessel = [("call sign", 5), ("vessel type", 6), ("flag", 9), ("owner", 10)];
    listed.remarks.extend(vessel.iter().filter_map(|(what, at)| {
        let value = said(row, *at);
        (!value.is_empty()).then(|| format!("{what} {value}"))
    }));
    let title = said(row, 4);
    // What does not fit goes on in another file, in the midst of a word.
    let comments = sides.comments.get(&number).map_or("", String::as_str);
    let all = format!("{}{comments}", said(row, 11));
    if !all.starts_with(&title) {
        listed.remarks.push(title);
    }
    remarks(&all, &mut listed);
    listed
}

pub(super) fn kind_of(text: &str) -> EntityKind {
    match text.trim().to_lowercase().as_str() {
        "individual" => EntityKind::Person,
        "vessel" | "aircraft" => EntityKind::Other,
        _ => EntityKind::Company,
    }
}

/// A city without what belongs to the post: `London EC3N 1DY`, `Sialkot, Punjab`.
pub(super) fn city_of(text: &str) -> String {
    let city = text.split(',').next().unwrap_or_default();
    let words =
        city.split_whitespace().take_while(|word| !word.contains(|c: char| c.is_ascii_digit()));
    words.collect::<Vec<_>>().join(" ")
}

/// Whether a file is of those who are not designated, by most of its entries: they stand in one file together, under
/// programmes of their own or with directives beside them, which few of the designated have.
pub(super) fn is_of_others<'l>(all: impl Iterator<Item = &'l Listed>) -> bool {
    let other = |listed: &Listed| {
        let own = ["NS-", "CMIC-", "561-", "FSE-"];
        listed
            .programmes
            .iter()
            .any(|programme| own.iter().any(|begin| programme.starts_with(begin)))
            || listed.remarks.iter().any(|remark| remark.contains("Directive"))
    };
    let (mut others, mut count) = (0, 0);
    for listed in all {
        others += usize::from(other(listed));
        count += 1;
    }
    2 * others > count
}

/// The lists of an entry: that of the designated, or, in the file of the others, those of its programmes and of what
/// its remarks say.
pub(super) fn lists_of(
    of_others: bool,
    programmes: &[String],
    remarks: &[String],
) -> Vec<&'static str> {
    let of = |begin: &str| programmes.iter().any(|programme| programme.starts_with(begin));
    let says = |words: &str| remarks.iter().any(|remark| remark.contains(words));
    if !of_others {
        return vec![SDN.list];
    }
    let by_order = says("Executive Order") && says("nformation") || says("Directive ");
    let lists = [
        // Of those who are not designated, the order's programme is of its directives.
        (SSI.list, says("13662 Directive") || programmes.iter().any(|own| own.contains("13662"))),
        (CMIC.list, of("CMIC-")),
        (
            CAPTA.list,
            of("561-")
                || says("correspondent account")
                || says("14024 Directive") && says("Directive 2"),
        ),
        (NON_SDN.list, of("NS-PLC")),
    ];
    let mut lists: Vec<&'static str> =
        lists.into_iter().filter(|(_, own)| *own).map(|(list, _)| list).collect();
    let further = says("14024 Directive") && (says("Directive 1A") || says("Directive 3"));
    if further || lists.is_empty() && (of("CAATSA - RUSSIA") || by_order) {
        lists.push(MBS.list);
    }
    if lists.is_empty() {
        lists.push(NON_SDN.list);
    }
    lists
}

/// Takes entries that were read, each on its lists.
pub(super) fn take_all(
    entries: Vec<(u64, Result<Listed, String>, String)>,
    day: Option<Day>,
    sink: &mut Sink,
) {
    let of_others = is_of_others(entries.iter().filter_map(|(_, listed, _)| listed.as_ref().ok()));
    for (record, listed, shown) in entries {
        let listed = match listed {
            Ok(listed) => listed,
            Err(reason) => {
                sink.take(record, Err(reason), &|| shown.clone());
                continue;
            }
        };
        let mut first = true;
        for list in lists_of(of_others, &listed.programmes, &listed.remarks) {
            if let Some(about) = LISTS.iter().find(|about| about.list == list) {
                sink.describe(about, day);
            }
            let own = Listed { list: list.into(), ..listed.clone() };
            match std::mem::take(&mut first) {
                true => sink.take(record, Ok(own), &|| shown.clone()),
                false => sink.also(own, &|| shown.clone()),
            }
        }
    }
}

/// Takes remarks apart, which are parted by `;`.
pub(super) fn remarks(text: &str, listed: &mut Listed) {
    for piece in text.split("; ") {
        let piece = tidy(piece);
        let piece = piece.strip_suffix(';').unwrap_or(&piece);
        let own = piece.strip_prefix("alt. ").unwrap_or(piece);
        let ended = own.strip_suffix('.').unwrap_or(own);
        match () {
            () if own.is_empty() => {}
            () if own.starts_with("DOB ") => {
                let born = births(&ended[4..]);
                if born.is_empty() {
                    listed.remarks.push(piece.to_owned());
                }
                listed.born.extend(born);
            }
            () if own.trim_start_matches('(').starts_with("Linked To:") => {
                listed.linked.extend(linked(own));
            }
            () if ["a.k.a. '", "f.k.a. '", "n.k.a. '"]
                .iter()
                .any(|begin| own.starts_with(begin)) =>
            {
                listed.weak.push(ended[7..].trim_matches('\'').to_owned());
            }
            () if own.starts_with("Listing Date") && listed.published.is_none() => {
                let text = ended.rsplit([')', ':']).next().unwrap_or_default();
                listed.published = day(text.trim(), false);
                listed.remarks.push(piece.to_owned());
            }
            () if own.starts_with("Effective Date") && listed.effective.is_none() => {
                let text = ended.rsplit([')', ':']).next().unwrap_or_default();
                listed.effective = day(text.trim(), false);
                listed.remarks.push(piece.to_owned());
            }
            () if own.starts_with("nationality ") => listed.countries.push(ended[12..].to_owned()),
            () if own.starts_with("citizen ") => listed.countries.push(ended[8..].to_owned()),
            () => match numbered(ended) {
                Some(one) => listed.identifiers.push(one),
                None => listed.remarks.push(piece.to_owned()),
            },
        }
    }
}

/// Whom remarks say that somebody is linked to: `(Linked To: NAME)`, `Linked To: NAME`.
pub(super) fn linked(text: &str) -> Vec<String> {
    let name = |rest: &str| {
        let mut depth = 0_usize;
        let end = rest.char_indices().find(|(_, c)| {
            match c {
                '(' => depth += 1,
                ')' if depth > 0 => depth -= 1,
                ')' | ';' => return true,
                _ => {}
            }
            false
        });
        let name = rest[..end.map_or(rest.len(), |(at, _)| at)].trim();
        // A full stop that ends the remark is none of the name.
        name.strip_suffix('.')
            .filter(|name| !name.ends_with(|c: char| c.is_uppercase()))
            .unwrap_or(name)
            .to_owned()
    };
    text.split("Linked To:").skip(1).map(name).filter(|name| !name.is_empty()).collect()
}

/// An identifier in words: `Passport 042833 (Lebanon)`, `SWIFT/BIC CKLBCNBJ`.
fn numbered(text: &str) -> Option<String> {
    // The country stands in brackets at the end; `(USCC)` is how the number is called.
    let (said, country) = match text.rsplit_once(" (").filter(|(_, rest)| !rest.starts_with("USCC"))
    {
        Some((said, rest)) => (said, rest.split(')').next().unwrap_or_default()),
        None => (text, ""),
    };
    let words: Vec<&str> = said.split_whitespace().collect();
    let begins = words.iter().position(|word| {
        word.contains(|c: char| c.is_ascii_digit())
            || words[0].starts_with("SWIFT") && *word != words[0]
    });
    let at = begins.filter(|at| (1..=5).contains(at))?;
    // Letters that stand apart are the number's: `Passport F 879567`.
    let of_number = |word: &str| {
        word.len() <= 2
            && word.bytes().all(|byte| byte.is_ascii_uppercase())
            && !["NO", "ID", "CR"].contains(&word)
    };
    let at = if at > 1 && of_number(words[at - 1]) { at - 1 } else { at };
    // A number in words of its own: `No. 12 345`.
    let number: Vec<&str> = words[at..]
        .iter()
        .take_while(|word| **word != "issued" && **word != "expires")
        .copied()
        .collect();
    (number.len() <= 4).then(|| identifier(&words[..at].join(" "), &number.concat(), country))?
}
