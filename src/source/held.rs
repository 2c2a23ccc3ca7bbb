//! What comes over from a register of owners, whatever its format: parties and holdings, in the words of this project.

use std::borrow::Cow;
use std::io::BufRead;

use serde_json::Value;

use super::guarded::objects_of;
use super::holding_record::{HoldingRecord, Terms};
use super::listed::tidy;
use super::pseudo_owners::{Stands, stands_for};
use super::records::{MentionId, Records, Written, years};
use super::values::{Country, country};
use crate::day::{Day, Span};
use crate::error::{Data, Place, Rejected, Source, Warning};
use crate::model::{Confidence, Countries, EntityKind, Identifiers, Interest, UNNAMED};
use crate::share::ShareRange;

/// A holder or an issuer as a register says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Party {
    pub name: String,
    /// Its other names: former ones, and those in other scripts.
    pub others: Vec<String>,
    /// Countries as written: codes or names.
    pub countries: Vec<String>,
    /// Identifiers as `scheme:value`.
    pub identifiers: Vec<String>,
    /// Days, months and years of birth, as `births` writes them.
    pub born: Vec<String>,
    pub kind: EntityKind,
}

impl Default for Party {
    fn default() -> Party {
        Party {
            name: String::new(),
            others: Vec::new(),
            countries: Vec::new(),
            identifiers: Vec::new(),
            born: Vec::new(),
            kind: EntityKind::Unknown,
        }
    }
}

/// A holding between two parties.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Held {
    pub range: ShareRange,
    pub interest: Interest,
    pub span: Span,
    pub confidence: Confidence,
    /// Whether what it says may be held through others, who may be recorded too.
    pub maybe_indirect: bool,
    /// What the register adds in its own words.
    pub said: String,
}

impl Default for Held {
    fn default() -> Held {
        Held {
            range: ShareRange::UNKNOWN,
            interest: Interest::Equity,
            span: Span::ALWAYS,
            confidence: Confidence::Reported,
            maybe_indirect: false,
            said: String::new(),
        }
    }
}

/// What became of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    /// Something was taken of it.
    Taken,
    /// It is none of parties or holdings.
    Aside,
}

/// Where the parties and holdings of one file go.
pub(super) struct Register<'r> {
    pub records: &'r mut Records,
    pub source: &'r mut Source,
    /// The number of the file.
    pub number: u32,
    /// What the file is cited as.
    pub citation: String,
    /// The record that is being read.
    pub record: u64,
}

impl Register<'_> {
    /// Reads one record, of a line or of a number. What it takes of the register it does in `read`.
    pub fn take(
        &mut self,
        record: u64,
        read: impl FnOnce(&mut Self) -> Result<Taken, String>,
        text: &dyn Fn() -> String,
    ) {
        self.source.records += 1;
        self.record = record;
        self.records.unnamed_seen = 0;
        let outcome = match u32::try_from(record) {
            Ok(_) => read(self),
            Err(_) => Err("has too great a number".to_owned()),
        };
        match outcome {
            Ok(Taken::Taken) => self.source.accepted += 1,
            Ok(Taken::Aside) => self.source.aside += 1,
            Err(reason) => {
                self.source.rejected += 1;
                let rejected = rejected(&self.source.name, record, reason, &text());
                self.records.rejected.push(rejected);
            }
        }
    }

    /// Reads every object of a file of JSON as a record.
    pub fn take_objects(
        &mut self,
        reader: &mut dyn BufRead,
        lists: &[&str],
        read: impl Fn(&mut Self, &Value) -> Result<Taken, String>,
    ) -> Result<(), String> {
        objects_of(reader, lists, &mut |number, object| {
            let shown = || object.as_ref().map(Value::to_string).unwrap_or_default();
            let read = |own: &mut Self| read(own, object.as_ref().map_err(Clone::clone)?);
            self.take(number, read, &shown);
        })
    }

    /// Holds the number of records that a file says it has against those that were read.
    pub fn declared(&mut self, told: Option<u64>, read: u64) {
        if let Some(told) = told.filter(|told| *told != read) {
            let reason = format!(
                "says that it has {told} records, and {read} were read: it is cut off or was put together by hand; fetch it again"
            );
            self.take(read, |_| Err(reason), &String::new);
        }
    }

    /// Says what the user should know of the record that is being read.
    pub fn warn(&mut self, text: String) {
        let place = format!("{}:{}", self.source.name, self.record);
        self.records.warnings.push(Warning { place, text });
    }

    /// Where the record stands that is being read.
    pub fn place(&self) -> Place {
        let record =
            u32::try_from(self.record).expect("`take` reads no record of a greater number");
        Place { source: self.number, record }
    }

    /// The mention of a party; each of its other names is one too, joined by identifier.
    ///
    /// # Errors
    /// Its name has no letter or digit, or is longer than any name.
    pub fn party(&mut self, party: &Party) -> Result<MentionId, String> {
        let name = tidy(&party.name);
        let says = name.chars().any(char::is_alphanumeric);
        if says
            && stands_for(&name) == Stands::Unnamed
            && !party.identifiers.iter().any(|one| one.starts_with(UNNAMED))
        {
            return self.unnamed(&name, "");
        }
        if !says {
            return Err(format!("has a party whose name `{name}` has no letter or digit"));
        }
        let (identifiers, _) = Identifiers::read(&party.identifiers.join(";"), None);
        let identifiers = identifiers.to_string();
        let known = party.countries.iter().filter_map(|written| match country(written) {
            Country::Known(code) => Some(code),
            Country::None | Country::Unknown => None,
        });
        let countries = Countries::parse(&known.collect::<Vec<_>>().join(";")).unwrap_or_default();
        let (countries, born) = (countries.to_string(), years(&party.born.join(";")));
        let mut write = |name: &str, countries: &str, kind: EntityKind| {
            if name.len() > LONGEST_NAME {
                return Err(format!("has a name of {} bytes, as nobody has", name.len()));
            }
            Ok(self.records.written(&Written {
                name,
                native: "",
                countries: Cow::Borrowed(countries),
                identifiers: Cow::Borrowed(&identifiers),
                born: Cow::Borrowed(&born),
                kind,
            }))
        };
        let mention = write(&name, &countries, party.kind)?;
        if !identifiers.is_empty() {
            let others = party.others.iter().map(|other| tidy(other));
            let says = |other: &String| other.chars().any(char::is_alphanumeric) && *other != name;
            // They say less, so that the entity is shown by its name.
            let mut write = |other: String| write(&other, "", EntityKind::Unknown).map(drop);
            others.filter(says).try_for_each(&mut write)?;
        }
        Ok(mention)
    }

    /// Somebody whom the record does not name: nobody else, whatever he is called elsewhere. `of` says whose owner he is
    /// where the record says it: two files may have the same name.
    pub fn unnamed(&mut self, called: &str, of: &str) -> Result<MentionId, String> {
        let called = tidy(called);
        let name = if called.chars().any(char::is_alphanumeric) { &*called } else { "not named" };
        self.records.unnamed_seen += 1;
        let (file, nth) = (&self.source.name, self.records.unnamed_seen);
        let own = format!("{file}/{}/{nth}/{of}", self.record);
        self.party(&Party {
            name: name.to_owned(),
            identifiers: vec![unnamed_identifier(&own)],
            ..Party::default()
        })
    }

    /// Keeps a holding of a holder as he is written: words for the public, for others, for nobody known are a
    /// third party of their own, and treasury shares are the issuer's.
    pub fn held_by(
        &mut self,
        holder: &Party,
        issuer: MentionId,
        held: &Held,
    ) -> Result<(), String> {
        let holder = match stands_for(&holder.name) {
            Stands::Itself => self.party(holder)?,
            Stands::Unnamed => {
                let of = self.records.mentions[issuer as usize].name;
                let of = self.records.texts.get(of).to_owned();
                self.unnamed(&holder.name, &of)?
            }
            Stands::Treasury => issuer,
        };
        self.hold(holder, issuer, held);
        Ok(())
    }

    /// Keeps a holding.
    pub fn hold(&mut self, holder: MentionId, issuer: MentionId, held: &Held) {
        let (place, citation) = (self.place(), self.cited(&held.said));
        keep(self.records, (holder, issuer), held, &citation, place);
    }

    /// What a record is cited as.
    fn cited(&self, said: &str) -> String {
        let said = tidy(said);
        if said.is_empty() { self.citation.clone() } else { format!("{}: {said}", self.citation) }
    }
}

/// A holder whose name is a word for nobody is another nobody in each of his holdings, of which `nth` of its record
/// this is.
pub(super) fn apart(
    records: &mut Records,
    holder: MentionId,
    place: Place,
    nth: usize,
) -> MentionId {
    let mention = records.mentions[holder as usize];
    let name = records.texts.get(mention.name).to_owned();
    if stands_for(&name) != Stands::Unnamed {
        return holder;
    }
    let file = &records.sources.0[place.source as usize].name;
    let own = unnamed_identifier(&format!("{file}/{}/apart/{nth}", place.record));
    let nowhere = Countries::default();
    records.mention(&name, "", &nowhere, &Identifiers::parse(&own), EntityKind::Unknown)
}

/// Keeps a holding that was read at a place.
pub(super) fn keep(
    records: &mut Records,
    (holder, issuer): (MentionId, MentionId),
    held: &Held,
    citation: &str,
    place: Place,
) {
    let terms = Terms { range: held.range, interest: held.interest, confidence: held.confidence };
    // A record that says the same twice says it once.
    let of_record = records.holdings.iter().rev().take_while(|row| row.place == place);
    let same = |row: &HoldingRecord| {
        (row.holder, row.issuer, row.terms(), row.span()) == (holder, issuer, terms, held.span)
            && records.texts.get(row.citation) == citation
    };
    if of_record.into_iter().any(same) {
        return;
    }
    records.push_terms(holder, issuer, terms, held.span, citation, place);
    if held.maybe_indirect {
        records.mark_maybe_indirect();
    }
}

/// What is told of a record that cannot be read.
pub(super) fn rejected(file: &str, record: u64, reason: String, text: &str) -> Rejected {
    let text = text.chars().take(REPORTED).collect();
    let (file, column) = (file.to_owned(), None);
    Rejected { file, line: record, column, reason, data: Data::Holdings, text }
}

/// The identifier of somebody who is not named, and whom no other record means.
pub(super) fn unnamed_identifier(own: &str) -> String {
    format!("{UNNAMED}{}", &blake3::hash(own.as_bytes()).to_hex()[..16])
}

/// The days between two that a register gives, of which the later is the last.
///
/// # Errors
/// The last lies before the first.
pub(super) fn days(first: Option<Day>, last: Option<Day>) -> Result<Span, String> {
    Span::new(first, last.map(|day| day.plus(1))).map_err(|error| error.to_string())
}

/// Bytes of a name, as for lists.
const LONGEST_NAME: usize = 4_000;

/// Letters of a record that are told with what cannot be read.
const REPORTED: usize = 400;
