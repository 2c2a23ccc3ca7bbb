//! What comes over from a published list, whatever its format: one entry, in the words of this project.

use std::borrow::Cow;

use rustc_hash::FxHashSet;

use super::records::Records;
use super::values::{Country, UNREAD_BIRTH, country, day};
use crate::day::Day;
use crate::error::{Data, Place, Rejected, Source};
use crate::model::{
    Countries, EntityKind, Identifiers, ListConfidence, ListEntry, ListInfo, Restriction,
};

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
    /// Days, months and years of birth, as `births` writes them.
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

impl Listed {
    /// The day of a field; what is no day is kept as a remark, so that nothing of an entry is lost.
    pub fn day(&mut self, called: &str, text: &str, month_first: bool) -> Option<Day> {
        let read = day(text, month_first);
        if read.is_none() && !text.trim().is_empty() {
            self.remarks.push(format!("{called}: {}", text.trim()));
        }
        read
    }

    /// The name that it is known by, or one that it has.
    pub fn any_name(&self) -> &str {
        let names = [&self.name].into_iter().chain(&self.aliases).chain(&self.weak);
        names.map(String::as_str).find(|name| !name.is_empty()).unwrap_or(&self.native)
    }

    /// With a name: where no primary one is given, another that is strong, else the native one, else a weak one. A name
    /// that is given as strong and as weak is strong.
    fn named(mut self) -> Listed {
        let says = |name: &String| name.chars().any(char::is_alphanumeric);
        self.aliases.retain(says);
        self.weak.retain(says);
        if !says(&self.name) {
            self.name = match (self.aliases.is_empty(), says(&self.native), self.weak.first()) {
                (false, _, _) => self.aliases.remove(0),
                (true, true, _) => self.native.clone(),
                (true, false, Some(weak)) => weak.clone(),
                (true, false, None) => self.name,
            };
        }
        let strong = std::mem::take(&mut self.aliases);
        // A weak name that stands for the entry, since it has no other, stays weak as well.
        let alone = strong.is_empty() && self.weak.contains(&self.name);
        self.weak.retain(|name| !strong.contains(name) && (alone || *name != self.name));
        self.aliases = strong;
        self
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
}

impl Sink<'_> {
    /// Takes one record, of a line or of a number.
    pub fn take(&mut self, record: u64, listed: Result<Listed, String>, text: &dyn Fn() -> String) {
        self.source.records += 1;
        self.record = record;
        match listed.and_then(|listed| self.accept(listed)) {
            Ok(()) => self.source.accepted += 1,
            Err(reason) => self.reject(record, reason, &text()),
        }
    }

    /// Takes a further listing of the record that was taken last.
    pub fn also(&mut self, listed: Listed, text: &dyn Fn() -> String) {
        if let Err(reason) = self.accept(listed) {
            self.source.records += 1;
            self.reject(self.record, reason, &text());
        }
    }

    /// Counts a record that is no entry: an address, a link, an entry that is somewhere else.
    pub fn pass(&mut self) {
        self.source.records += 1;
        self.source.aside += 1;
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
    pub fn declared(&mut self, told: Option<u64>, read: u64) {
        if let Some(told) = told.filter(|told| *told != read) {
            let reason = format!(
                "says that it has {told} records, and {read} were read: it is cut off or was put together by hand; fetch it again"
            );
            self.source.records += 1;
            self.reject(read, reason, "");
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
        let listed = listed.named();
        let name = tidy(&listed.name);
        if !name.chars().any(char::is_alphanumeric) {
            return Err(format!("`{name}` has no letter or digit"));
        }
        let longest = listed.aliases.iter().chain(&listed.weak).map(String::len).max();
        let longest = longest.unwrap_or_default().max(name.len());
        if longest > LONGEST_NAME {
            return Err(format!("has a name of {longest} bytes, as nobody has"));
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
        let unread = listed.born.iter().any(|born| born.starts_with(UNREAD_BIRTH));
        if unread {
            let told = |born: &String| match born.starts_with(UNREAD_BIRTH) {
                true => born.clone(),
                false => format!("{UNREAD_BIRTH}{born}"),
            };
            remarks.extend(listed.born.iter().map(told));
        }
        let born = if unread { &[][..] } else { &listed.born };
        let (identifiers, _) = Identifiers::read(&listed.identifiers.join(";"), None);
        let others = |names: &[String]| {
            let mut seen: FxHashSet<String> = FxHashSet::default();
            let kept = names.iter().map(|other| tidy(other)).filter(|other| {
                let says = other.chars().any(char::is_alphanumeric);
                says && *other != name && seen.insert(other.clone())
            });
            kept.collect::<Vec<String>>()
        };
        let mut told: FxHashSet<String> = FxHashSet::default();
        remarks.retain(|remark| !remark.is_empty() && told.insert(remark.clone()));
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
            birth_date: joined(born),
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

/// Bytes of a name: comparing names takes time and memory by their length, and the longest of public lists have
/// some hundred letters.
const LONGEST_NAME: usize = 4_000;

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
    let mut seen: FxHashSet<String> = FxHashSet::default();
    let kept = values.iter().map(|value| tidy(value).replace(';', ","));
    let kept = kept.filter(|value| !value.is_empty() && seen.insert(value.clone()));
    kept.collect::<Vec<_>>().join(";")
}

/// Whether every letter of a name is Latin: others cite it by such a one.
pub(super) fn is_latin(name: &str) -> bool {
    name.chars().filter(|c| c.is_alphabetic()).all(|c| (c as u32) < 0x250)
}

/// A text with single spaces and without those at its ends.
pub(super) fn tidy(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
