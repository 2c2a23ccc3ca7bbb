//! What comes over from a published list, whatever its format: one entry, in the words of this project.

use std::borrow::Cow;

use super::records::Records;
use crate::day::Day;
use crate::error::{Data, Place, Rejected, Source};
use crate::model::{
    Countries, EntityKind, Identifiers, ListConfidence, ListEntry, ListInfo, Restriction,
};
use crate::name::country_named;

/// One entry of a published list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listed {
    /// The list, for example `US-SDN`.
    pub list: Cow<'static, str>,
    /// Its number there.
    pub entry: String,
    pub name: String,
    pub native: String,
    /// Other names, and those that the source calls weak.
    pub aliases: Vec<String>,
    pub weak: Vec<String>,
    pub kind: EntityKind,
    /// Countries as written: codes or names.
    pub countries: Vec<String>,
    pub cities: Vec<String>,
    /// Days, months and years of birth, as [`births`] writes them.
    pub born: Vec<String>,
    /// Identifiers as `scheme:value`.
    pub identifiers: Vec<String>,
    pub programmes: Vec<String>,
    /// The instrument that lists it.
    pub announcement: String,
    pub published: Option<Day>,
    pub effective: Option<Day>,
    /// First day on which it is listed no more.
    pub until: Option<Day>,
    pub restriction: Option<Restriction>,
    pub measures: String,
    /// What is left, in the source's words.
    pub remarks: Vec<String>,
    /// Whom the source says it belongs to or is linked with.
    pub linked: Vec<String>,
}

impl Default for Listed {
    fn default() -> Listed {
        Listed {
            list: "".into(),
            entry: String::new(),
            name: String::new(),
            native: String::new(),
            aliases: Vec::new(),
            weak: Vec::new(),
            kind: EntityKind::Unknown,
            countries: Vec::new(),
            cities: Vec::new(),
            born: Vec::new(),
            identifiers: Vec::new(),
            programmes: Vec::new(),
            announcement: String::new(),
            published: None,
            effective: None,
            until: None,
            restriction: None,
            measures: String::new(),
            remarks: Vec::new(),
            linked: Vec::new(),
        }
    }
}

/// Where the entries of one file go.
pub(super) struct Sink<'r> {
    pub records: &'r mut Records,
    pub source: &'r mut Source,
    /// The number of the file.
    pub number: u32,
    /// What the file is cited as.
    pub citation: String,
    /// The record that is being read.
    pub record: u64,
    /// Records that are no list entries, and are not meant to be.
    pub aside: u64,
}

impl Sink<'_> {
    /// Takes one record, of a line or of a number.
    pub fn take(&mut self, record: u64, listed: Result<Listed, String>, text: &dyn Fn() -> String) {
        self.source.records += 1;
        self.record = record;
        if let Err(reason) = listed.and_then(|listed| self.accept(listed)) {
            self.reject(record, reason, &text());
        }
    }

    /// Counts a record that is no entry: an address, a link, an entry that is somewhere else.
    pub fn pass(&mut self) {
        self.source.records += 1;
        self.aside += 1;
    }

    /// Tells what cannot be read.
    pub fn reject(&mut self, record: u64, reason: String, text: &str) {
        self.source.rejected += 1;
        let text: String = text.chars().take(REPORTED).collect();
        let (file, column) = (self.source.name.clone(), None);
        let rejected = Rejected { file, line: record, column, reason, data: Data::Lists, text };
        self.records.rejected.push(rejected);
    }

    /// Holds the number of records that a file says it has against those that were read.
    pub fn declared(&self, told: Option<u64>, read: u64) -> Result<(), String> {
        match told {
            Some(told) if told != read => Err(format!(
                "says that it has {told} records, and {read} were read: it is cut off or was put together by hand; fetch it again"
            )),
            _ => Ok(()),
        }
    }

    /// Says what a list is and to which day it was published, where nobody has said it yet.
    pub fn describe(&mut self, about: &About, day: Option<Day>) {
        let known = self.records.lists.iter_mut().find(|known| known.list == about.list);
        if let Some(known) = known {
            // Of two files of one list the older says to which day all of it was checked.
            if known.source == self.citation || known.title == about.title {
                known.checked_until = known.checked_until.min(day);
            }
            return;
        }
        self.records.lists.push(ListInfo {
            list: about.list.to_owned(),
            title: about.title.to_owned(),
            authority: about.authority.to_owned(),
            restriction: about.restriction,
            checked_until: day,
            source: self.citation.clone(),
        });
    }

    fn accept(&mut self, listed: Listed) -> Result<(), String> {
        let name = tidy(&listed.name);
        if !name.chars().any(char::is_alphanumeric) {
            return Err(format!("`{name}` has no letter or digit"));
        }
        let place = Place {
            source: self.number,
            record: u32::try_from(self.record).map_err(|_| "has too great a number".to_owned())?,
        };
        let mut remarks: Vec<String> = listed.remarks.iter().map(|one| tidy(one)).collect();
        let mut countries: Vec<&str> = Vec::new();
        for written in &listed.countries {
            match country(written) {
                Country::Known(code) => countries.push(code),
                Country::None => {}
                Country::Unknown => remarks.push(format!("country: {}", tidy(written))),
            }
        }
        let countries = Countries::parse(&countries.join(";")).unwrap_or_default();
        let (identifiers, _) = Identifiers::read(&listed.identifiers.join(";"), None);
        let others = |names: &[String]| {
            let mut kept: Vec<String> = Vec::new();
            for other in names.iter().map(|other| tidy(other)) {
                let says = other.chars().any(char::is_alphanumeric);
                if says && other != name && !kept.contains(&other) {
                    kept.push(other);
                }
            }
            kept
        };
        remarks.retain(|remark| !remark.is_empty());
        let number = tidy(&listed.entry);
        let programmes = listed.programmes.iter().map(|one| tidy(one).replace(';', ","));
        let entry = ListEntry {
            list: listed.list.into_owned(),
            entry: if number.is_empty() { self.record.to_string() } else { number },
            name_native: tidy(&listed.native),
            aliases: others(&listed.aliases),
            weak_aliases: others(&listed.weak),
            countries,
            city: joined(&listed.cities),
            birth_date: joined(&listed.born),
            identifiers,
            kind: listed.kind,
            programmes: programmes.filter(|one| !one.is_empty()).collect(),
            announcement: tidy(&listed.announcement),
            published: listed.published,
            effective: listed.effective,
            measures: tidy(&listed.measures),
            restriction: listed.restriction,
            confidence: ListConfidence::Official,
            remarks: remarks.join("; "),
            source: self.citation.clone(),
            place,
            name,
        };
        if let Some(until) = listed.until {
            self.records.end(&entry, until);
        }
        let mention = self.records.push_entry(entry);
        let linked = listed.linked.iter().map(|name| tidy(name)).filter(|name| !name.is_empty());
        self.records.linked.extend(linked.map(|name| (mention, name)));
        Ok(())
    }
}

/// Letters of a record that are told with what cannot be read.
const REPORTED: usize = 400;

/// A list, and what its entries restrict unless they say otherwise.
#[derive(Debug, Clone, Copy)]
pub(super) struct About {
    pub list: &'static str,
    pub title: &'static str,
    pub authority: &'static str,
    pub restriction: Option<Restriction>,
}

fn joined(values: &[String]) -> String {
    let mut kept: Vec<String> = Vec::new();
    for value in values.iter().map(|value| tidy(value).replace(';', ",")) {
        if !value.is_empty() && !kept.contains(&value) {
            kept.push(value);
        }
    }
    kept.join(";")
}

/// A text with single spaces and without those at its ends.
pub(super) fn tidy(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

enum Country {
    Known(&'static str),
    None,
    Unknown,
}

/// Names of countries as authorities write them and tables of languages do not, folded to letters.
const COUNTRIES: &[(&str, &str)] = &[
    ("koreanorth", "KP"),
    ("northkorea", "KP"),
    ("democraticpeoplesrepublicofkorea", "KP"),
    ("dprk", "KP"),
    ("koreasouth", "KR"),
    ("republicofkorea", "KR"),
    ("congodemocraticrepublicofthe", "CD"),
    ("democraticrepublicofthecongo", "CD"),
    ("drcongo", "CD"),
    ("congodemocraticrepublic", "CD"),
    ("congorepublicofthe", "CG"),
    ("congorepublic", "CG"),
    ("republicofthecongo", "CG"),
    ("iranislamicrepublicof", "IR"),
    ("islamicrepublicofiran", "IR"),
    ("virginislandsbritish", "VG"),
    ("britishvirginislands", "VG"),
    ("virginislandsus", "VI"),
    ("unitedkingdomofgreatbritainandnorthernireland", "GB"),
    ("england", "GB"),
    ("thegambia", "GM"),
    ("gambiathe", "GM"),
    ("bahamasthe", "BS"),
    ("westbank", "PS"),
    ("regiongaza", "PS"),
    ("gaza", "PS"),
    ("palestinian", "PS"),
    ("stateofpalestine", "PS"),
    ("occupiedpalestinianterritories", "PS"),
    ("unitedrepublicoftanzania", "TZ"),
    ("tanzaniaunitedrepublicof", "TZ"),
    ("manisleof", "IM"),
    ("kosovo", "XK"),
    ("regioncrimea", "UA"),
    ("syrianarabrepublic", "SY"),
    ("russianfederation", "RU"),
    ("boliviaplurinationalstateof", "BO"),
    ("venezuelabolivarianrepublicof", "VE"),
    ("moldovarepublicof", "MD"),
    ("republicofmoldova", "MD"),
    ("macedoniatheformeryugoslavrepublicof", "MK"),
    ("laopeoplesdemocraticrepublic", "LA"),
    ("vietnam", "VN"),
    ("burma", "MM"),
    ("ivorycoast", "CI"),
    ("swaziland", "SZ"),
    ("turkiye", "TR"),
    ("chinahongkongspecialadministrativeregion", "HK"),
    ("hongkongchina", "HK"),
    ("macauchina", "MO"),
    ("taiwanprovinceofchina", "TW"),
    ("micronesiafederatedstatesof", "FM"),
    ("peoplesrepublicofchina", "CN"),
];

/// The country that a text names: a code of two letters, or a name.
fn country(written: &str) -> Country {
    let text = written.trim();
    let folded: String = crate::name::fold(text).chars().filter(|c| c.is_alphanumeric()).collect();
    if matches!(
        folded.as_str(),
        "" | "0" | "na" | "undetermined" | "unknown" | "none" | "stateless" | "00"
    ) {
        return if text.len() == 2 && folded == "na" {
            Country::Known("NA")
        } else {
            Country::None
        };
    }
    let official = COUNTRIES.iter().find(|(name, _)| *name == folded).map(|(_, code)| *code);
    let code = || {
        let parsed = crate::model::Country::parse(text)?;
        let parsed = parsed.to_string();
        crate::model::codes().find(|code| *code == parsed)
    };
    match official.or_else(|| if text.len() == 2 { code() } else { country_named(text) }) {
        Some(code) => Country::Known(code),
        None => Country::Unknown,
    }
}

/// The country that a text names, as two letters, small ones: for schemes of identifiers.
fn country_scheme(written: &str) -> Option<String> {
    match country(written) {
        Country::Known(code) => Some(code.to_lowercase()),
        _ => None,
    }
}

/// An identifier of a source, as `scheme:value`, where what it is called is one of the kinds that join records:
/// LEI, ship's number, register, tax, passport, national number, bank code. `None` for others, which are kept
/// as remarks.
pub(super) fn identifier(called: &str, number: &str, of_country: &str) -> Option<String> {
    let called = called.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| called.contains(word));
    let number: String = number.chars().filter(|c| !c.is_whitespace() && *c != ';').collect();
    if number.chars().filter(char::is_ascii_digit).count() < 2
        && !has(&["swift", "bic", "lei", "legal entity"])
    {
        return None;
    }
    let digits = || number.chars().filter(char::is_ascii_digit).collect::<String>();
    let of = |scheme: &str| {
        let country = country_scheme(of_country);
        let scheme = country.map_or_else(|| scheme.to_owned(), |code| format!("{scheme}-{code}"));
        Some(format!("{scheme}:{number}"))
    };
    match () {
        () if has(&["legal entity identifier"]) || called == "lei" || called == "leicode" => {
            Some(format!("lei:{number}"))
        }
        () if has(&["imo"])
            || (has(&["vessel registration"]) && number.to_uppercase().starts_with("IMO")) =>
        {
            Some(digits()).filter(|digits| digits.len() == 7).map(|digits| format!("imo:{digits}"))
        }
        () if has(&["swift", "bic"]) => Some(format!("swift:{number}")),
        () if has(&["passport"]) => of("passport"),
        () if has(&[
            "tax", "fiscal", "vat", "inn", "rfc", "nit #", "rif", "r.u.c", "ruc", "c.u.i.t", "cuit",
        ]) =>
        {
            of("tax")
        }
        () if has(&[
            "registration",
            "registry",
            "company number",
            "commercial",
            "register",
            "ogrn",
            "trade licen",
            "business number",
            "unified social credit",
            "regnumber",
            "enterprise number",
            "chamber of commerce",
        ]) =>
        {
            of("reg")
        }
        () if has(&[
            "national id",
            "identification",
            "cedula",
            "personal id",
            "identity",
            "ssn",
            "id card",
            "d-u-n-s",
            "c.u.r.p",
            "curp",
            "nationalid",
            "id number",
        ]) =>
        {
            of("national-id")
        }
        () => None,
    }
}

/// A birth as published, as days (`1962-05-31`), months and years: several where it is uncertain, each that
/// it may be. A year that is said to be about another is one of three; a range is every year of it.
pub(super) fn births(text: &str) -> Vec<String> {
    let small = text.to_lowercase();
    let about = ["circa", "approx", "about", "c. ", "ca. ", "between"]
        .iter()
        .any(|word| small.contains(word));
    let cleaned: String = small
        .replace("circa", " ")
        .replace("approximately", " ")
        .replace("between", " ")
        .replace(['(', ')', ','], " ");
    let days: Vec<String> = match cleaned.split_once(" to ").or_else(|| cleaned.split_once(" and "))
    {
        Some((from, to)) => {
            let (from, to) = (birth(from.trim()), birth(to.trim()));
            let year = |day: &Option<String>| {
                day.as_ref().and_then(|day| day.get(..4)).and_then(|year| year.parse::<u16>().ok())
            };
            return match (year(&from), year(&to)) {
                // Lists give decades; of more nothing can be told from a year.
                (Some(from), Some(to)) if from <= to && to - from <= 30 => {
                    (from..=to).map(|year| year.to_string()).collect()
                }
                _ => Vec::new(),
            };
        }
        None => birth(cleaned.trim()).into_iter().collect(),
    };
    match days.first().and_then(|day| day.get(..4)).and_then(|year| year.parse::<u16>().ok()) {
        Some(year) if about => (year - 1..=year + 1).map(|year| year.to_string()).collect(),
        _ => days,
    }
}

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// One day, month or year: `1962`, `May 1962`, `31 May 1962`, `31/05/1962`, `00/05/1962`, `1962-05-31`.
fn birth(text: &str) -> Option<String> {
    let parts: Vec<&str> =
        text.split([' ', '/', '-', '.']).filter(|part| !part.is_empty()).collect();
    let month = |part: &str| {
        let named = part.get(..3).and_then(|begin| MONTHS.iter().position(|month| *month == begin));
        named.map(|at| at + 1).or_else(|| part.parse().ok()).filter(|month| *month <= 12)
    };
    let number = |part: &str| part.parse::<usize>().ok();
    let (year, month, day) = match parts.as_slice() {
        [year] => (number(year)?, 0, 0),
        [year, second] if year.len() == 4 => (number(year)?, month(second)?, 0),
        [first, year] => (number(year)?, month(first)?, 0),
        [year, second, day] if year.len() == 4 => (number(year)?, month(second)?, number(day)?),
        [day, second, year] => (number(year)?, month(second)?, number(day)?),
        _ => return None,
    };
    let written = match (month, day) {
        (0, _) => format!("{year:04}"),
        (month, 0) => format!("{year:04}-{month:02}"),
        (month, day) => format!("{year:04}-{month:02}-{day:02}"),
    };
    let whole = format!("{written}{}", &"0000-01-01"[written.len()..]);
    (1800..2200).contains(&year).then_some(())?;
    Day::parse(&whole).ok().map(|_| written)
}

/// A day as published: `1962-05-31`, perhaps with a time, `31/05/1962`, `31 May 1962`; with `month_first`
/// `05/31/1962`.
pub(super) fn day(text: &str, month_first: bool) -> Option<Day> {
    let text = text.trim();
    let text = text.split(['T', ' ']).next().filter(|first| first.len() == 10).unwrap_or(text);
    if month_first && let Some((month, rest)) = text.split_once('/') {
        let (day, year) = rest.split_once('/')?;
        return Day::parse(&format!("{year:0>4}-{month:0>2}-{day:0>2}")).ok();
    }
    birth(&text.to_lowercase()).filter(|day| day.len() == 10).and_then(|day| Day::parse(&day).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn births_are_read_and_widened_where_they_are_uncertain() {
        for (text, expected) in [
            ("1962", "1962"),
            ("circa 1962", "1961;1962;1963"),
            ("1950 to 1952", "1950;1951;1952"),
            ("31 Aug 1960", "1960-08-31"),
            ("Aug 1960", "1960-08"),
            ("28/09/1955", "1955-09-28"),
            ("00/09/1962", "1962-09"),
            ("00/00/1936", "1936"),
            ("1965-12-12", "1965-12-12"),
            ("31 Feb 1960", ""),
            ("unknown", ""),
        ] {
            assert_eq!(births(text).join(";"), expected, "{text}");
        }
        assert_eq!(day("04/22/2020", true), Day::parse("2020-04-22").ok());
        assert_eq!(day("2020-04-15T15:29:22.497+02:00", false), Day::parse("2020-04-15").ok());
        assert_eq!(day("24/03/2007", false), Day::parse("2007-03-24").ok());
    }

    #[test]
    fn identifiers_are_named_by_what_they_are() {
        let read =
            |called, number, country| identifier(called, number, country).unwrap_or_default();
        assert_eq!(read("Passport", "BE5978421", "Pakistan"), "passport-pk:BE5978421");
        assert_eq!(read("Tax ID No.", "80-0890696", "US"), "tax-us:80-0890696");
        assert_eq!(read("Vessel Registration Identification", "IMO 9187629", ""), "imo:9187629");
        assert_eq!(read("Registration ID", "1027700", "Russia"), "reg-ru:1027700");
        assert_eq!(read("Gender", "Male", ""), "");
    }
}
