//! A file of owners that parties declare: the columns of holdings, whose issuer is the party's id.

use std::collections::BTreeMap;

use super::holding_record::HoldingRecord;
use super::holdings_csv::terms_of;
use super::lists_csv::{check_name, countries};
use super::open;
use super::parties::{lost, lost_letter};
use super::read_file;
use super::recognise::Format;
use super::records::Records;
use super::rows::Fault;
use crate::error::{Data, Error, Place, Rejected, Source, Warning};
use crate::model::{Countries, DeclaredOwner, Identifiers};

/// The kind of a source of declared owners.
pub const OWNERS: &str = "owners";

/// The kind of what stands for the requests of a service: no file.
pub const REQUEST: &str = "request";

/// Owners by the id of the party that declares them.
#[derive(Debug)]
pub struct DeclaredOwners {
    /// The file.
    pub source: Source,
    /// Rows that could not be read.
    pub rejected: Vec<Rejected>,
    /// What is doubtful of it, such as a column that is not used.
    pub warnings: Vec<Warning>,
    by_party: BTreeMap<String, Vec<DeclaredOwner>>,
    /// Rows that could not be read, by the id of their party, or what may be it.
    unread: BTreeMap<String, usize>,
}

impl DeclaredOwners {
    /// Reads a file of declared owners. O(rows).
    ///
    /// # Errors
    /// The file cannot be read or is none of holdings.
    pub fn open(path: &str) -> Result<DeclaredOwners, Error> {
        let file = open::named(path)?;
        let mut records = Records::new();
        let wanted = |format: Format| format == Format::Holdings;
        read_file(&file, wanted, "the option for its kind", false, &mut records)?;
        let mut by_party: BTreeMap<String, Vec<DeclaredOwner>> = BTreeMap::new();
        for record in &records.holdings {
            let text = |id| records.texts.get(id).to_owned();
            let (holder, terms) = (records.mentions[record.holder as usize], record.terms());
            let party = text(records.mentions[record.issuer as usize].name);
            by_party.entry(party).or_default().push(DeclaredOwner {
                name: text(holder.name),
                countries: Countries::parse(&text(holder.countries)).unwrap_or_default(),
                identifiers: Identifiers::parse(&text(holder.identifiers)),
                range: terms.range,
                interest: terms.interest,
                span: record.span(),
                confidence: terms.confidence,
                citation: text(record.citation),
                place: record.place,
            });
        }
        let source = Source { kind: OWNERS.into(), ..records.sources.0.remove(0) };
        let odd = |record: &HoldingRecord| {
            let holder = records.texts.get(records.mentions[record.holder as usize].name);
            let odd = lost_letter(holder)?;
            Some(Rejected {
                file: source.name.clone(),
                line: u64::from(record.place.record),
                column: Some("holder".to_owned()),
                reason: lost(odd),
                data: Data::Holdings,
                text: holder.to_owned(),
            })
        };
        let mut rejected = records.rejected;
        rejected.extend(records.holdings.iter().filter_map(odd));
        let unread = unread(path, &rejected)?;
        let warnings = records.warnings;
        Ok(DeclaredOwners { source, rejected, warnings, by_party, unread })
    }

    /// Gives the file the number under which places cite it.
    pub fn numbered(&mut self, source: u32) {
        for owner in self.by_party.values_mut().flatten() {
            owner.place.source = source;
        }
    }

    /// A row that could not be read and one of whose fields is the id of a party.
    pub fn unread_of(&self, party: &str) -> Option<&Rejected> {
        self.unread.get(party).map(|at| &self.rejected[*at])
    }

    /// The owners that a party declares.
    pub fn of(&self, party: &str) -> &[DeclaredOwner] {
        self.by_party.get(party).map_or(&[], Vec::as_slice)
    }

    /// The rows of parties that are not among some: their ids are misspelt, or the parties are missing.
    pub fn of_nobody(&self, known: impl Fn(&str) -> bool) -> Vec<Rejected> {
        let strangers = self.by_party.iter().filter(|(party, _)| !known(party));
        let row = |(party, owner): (&String, &DeclaredOwner)| {
            let Place { record, .. } = owner.place;
            Rejected {
                file: self.source.name.clone(),
                line: u64::from(record),
                column: Some("issuer".to_owned()),
                reason: format!("no party has the id `{party}`; the owner counts for nobody"),
                data: Data::Holdings,
                text: owner.name.clone(),
            }
        };
        strangers
            .flat_map(|(party, owners)| owners.iter().map(move |one| row((party, one))))
            .collect()
    }
}

/// What a declared owner that stands in no file is read from, in the words of [`HOLDING_COLUMNS`](super::HOLDING_COLUMNS)
/// but for who it is.
pub const OWNER_FIELDS: [&str; 12] = [
    "name",
    "country",
    "identifiers",
    "share_min",
    "share_max",
    "min_exclusive",
    "max_exclusive",
    "interest",
    "since",
    "until",
    "confidence",
    "source",
];

/// An owner of named fields, in the order of [`OWNER_FIELDS`], as a service is told of it; each is read as that column of
/// a file of holdings.
///
/// # Errors
/// The field to blame, and why it cannot be read.
pub fn declared_owner(
    fields: [&str; OWNER_FIELDS.len()],
    place: Place,
) -> Result<DeclaredOwner, (String, String)> {
    let read = || {
        let [
            name,
            country,
            own,
            low,
            high,
            low_open,
            high_open,
            interest,
            since,
            until,
            sure,
            source,
        ] = fields;
        if name.is_empty() {
            return Err(Fault::blank("name"));
        }
        check_name("name", name)?;
        if let Some(odd) = lost_letter(name) {
            return Err(Fault::column("name", lost(odd)));
        }
        let countries = countries("country", country)?;
        let (identifiers, others) = Identifiers::read(own, None);
        if !others.is_empty() {
            let reason = format!("not of the form scheme:value: {}", others.join("; "));
            return Err(Fault::column("identifiers", reason));
        }
        let (terms, span) =
            terms_of([low, high, low_open, high_open, interest, since, until, sure])?;
        Ok(DeclaredOwner {
            name: name.to_owned(),
            countries,
            identifiers,
            range: terms.range,
            interest: terms.interest,
            span,
            confidence: terms.confidence,
            citation: source.to_owned(),
            place,
        })
    };
    read().map_err(|fault: Fault| (fault.column.unwrap_or_default(), fault.reason))
}

/// The parties that rows which cannot be read are about, each with the number of its row. O(rows), and nothing
/// where all can be read.
fn unread(path: &str, rejected: &[Rejected]) -> Result<BTreeMap<String, usize>, Error> {
    let mut unread = BTreeMap::new();
    if rejected.is_empty() {
        return Ok(unread);
    }
    let at_line: BTreeMap<u64, usize> =
        rejected.iter().enumerate().map(|(at, row)| (row.line, at)).collect();
    let mut rows = open::named_rows(path)?.rows;
    let issuer = rows.header().place("issuer");
    while let Some(row) = rows.next() {
        // Of a row whose fields cannot be told apart any may be the party's id.
        let issuer = issuer.filter(|_| row.is_ok());
        let Some(at) = at_line.get(&rows.line()) else { continue };
        let fields = rows.fields();
        let ids = issuer.map_or(&fields[..], |issuer| &fields[issuer..=issuer]).iter();
        let ids = ids.map(|id| id.trim()).filter(|id| !id.is_empty());
        unread.extend(ids.map(|id| (id.to_owned(), *at)));
    }
    Ok(unread)
}
