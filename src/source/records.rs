//! What the readers produce: records with their places, not linked to anything yet.

use std::borrow::Cow;
use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;

use hashbrown::HashTable;
use rustc_hash::FxHashMap;
use twox_hash::XxHash3_128;
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::ftm_json::Sanctions;
use super::holding_record::{HoldingRecord, Terms};
use super::ofac_csv::Sides;
use super::registers::Unsettled;
use super::values::UNREAD_BIRTH;
use super::versions::Versions;
use crate::column::{TextId, TextsBuilder};
use crate::day::{Day, Span};
use crate::error::{Place, Rejected, Sources, Warning};
use crate::model::{
    Certitude, Countries, EntityKind, EventKind, HoldingRow, Identifiers, Interest, ListEntry,
    ListEvent, ListInfo, Measure, UNNAMED,
};
use crate::rule::Rule;

/// A mention of an entity by a source: the name and what stands beside it. Equal mentions are one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct Mention {
    /// Name as written.
    pub name: TextId,
    /// Native name as written; empty for none.
    pub native: TextId,
    /// Countries, as [`Countries`] writes them.
    pub countries: TextId,
    /// Identifiers, as [`Identifiers`] writes them.
    pub identifiers: TextId,
    /// Years of birth that it may have, between `;`; empty for none said.
    pub born: TextId,
    kind: u32,
}

impl Mention {
    /// What the source says the entity is.
    pub fn kind(self) -> EntityKind {
        EntityKind::ALL[self.kind as usize]
    }
}

/// Index of a mention.
pub type MentionId = u32;

/// The years of births, each once and in order, between `;`. What is no year says nothing.
pub(super) fn years(births: &str) -> String {
    // One that cannot be read may be any.
    if births.contains(UNREAD_BIRTH) {
        return String::new();
    }
    let year = |date: &str| {
        date.trim().get(..4).filter(|year| year.parse::<u16>().is_ok()).map(str::to_owned)
    };
    let mut years: Vec<String> = births.split(';').filter_map(year).collect();
    years.sort_unstable();
    years.dedup();
    years.join(";")
}

/// A mention as its texts are written.
pub(super) struct Written<'t> {
    pub name: &'t str,
    pub native: &'t str,
    pub countries: Cow<'t, str>,
    pub identifiers: Cow<'t, str>,
    pub born: Cow<'t, str>,
    pub kind: EntityKind,
}

impl Written<'_> {
    /// The mention in one piece that no other has.
    fn piece(&self, piece: &mut Vec<u8>) {
        let texts = [self.native, &self.countries, &self.identifiers, &self.born, self.name];
        piece.clear();
        piece.push(self.kind as u8);
        for text in &texts[..4] {
            piece.extend((text.len() as u64).to_le_bytes());
        }
        texts.iter().for_each(|text| piece.extend(text.as_bytes()));
    }
}

/// Tells a mention from every other one: XXH3 of 128 bits, by a seed that is another one in each run, so that
/// nobody can prepare two names of one digest. A register
/// names an entity in many rows, and of 20 million look-ups in a table of millions each that also went
/// to the mention and its texts would wait for memory four times more.
pub(super) type Digest = [u8; 16];

fn digest(piece: &[u8]) -> Digest {
    static SEED: LazyLock<u64> = LazyLock::new(|| RandomState::new().hash_one(0));
    XxHash3_128::oneshot_with_seed(*SEED, piece).to_le_bytes()
}

/// Mentions by digest.
#[derive(Debug, Default)]
struct Known(HashTable<(Digest, MentionId)>);

impl Known {
    fn find(&self, digest: &Digest) -> Option<MentionId> {
        let found = self.0.find(Self::spread(digest), |(own, _)| own == digest);
        found.map(|(_, number)| *number)
    }

    fn insert(&mut self, digest: Digest, number: MentionId) {
        self.0.insert_unique(Self::spread(&digest), (digest, number), |(own, _)| Self::spread(own));
    }

    /// A digest is evenly spread as it is.
    fn spread(digest: &Digest) -> u64 {
        u64::from_le_bytes(std::array::from_fn(|at| digest[at]))
    }
}

/// What an interest says of the issuer.
pub(super) fn issuer_kind(interest: Interest) -> EntityKind {
    match interest {
        Interest::Branch => EntityKind::Branch,
        _ => EntityKind::Unknown,
    }
}

/// A person's word on whether two names are one entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkDecision {
    /// One name.
    pub a: String,
    /// Its countries.
    pub a_countries: Countries,
    /// The other name.
    pub b: String,
    /// Its countries.
    pub b_countries: Countries,
    /// Whether they are one entity.
    pub same: bool,
    /// Why.
    pub reason: String,
    /// Where it was read.
    pub place: Place,
}

/// A member of a joint arrangement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupMember {
    /// The arrangement.
    pub group: String,
    /// The member.
    pub member: MentionId,
    /// Where it was read.
    pub place: Place,
}

/// Why a register knows no owner of an issuer, in its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct Silence {
    /// The issuer.
    pub issuer: MentionId,
    /// What is said.
    pub said: TextId,
    /// Where it was read.
    pub place: Place,
}

/// Everything read, not linked yet.
#[derive(Debug, Default)]
pub struct Records {
    /// Every text that is written.
    pub texts: TextsBuilder,
    /// Every mention once.
    pub mentions: Vec<Mention>,
    known: Known,
    /// The last two mentions, the latest first: the rows of a register stand together by issuer.
    latest: [(Vec<u8>, MentionId); 2],
    spare: Vec<u8>,
    /// List entries, each with its mention.
    pub entries: Vec<(ListEntry, MentionId)>,
    /// Whom lists say that an entry belongs to or is linked with, by name.
    pub linked: Vec<(MentionId, String)>,
    /// What other files of OFAC say of its entries, while lists are read.
    pub(super) ofac: Sides,
    /// What ownership files say of one another, while they are read.
    pub(super) unsettled: Unsettled,
    /// Which versions of records of ownership files count.
    pub(super) versions: Versions,
    /// What sanctions of FollowTheMoney say of entries that may stand elsewhere.
    pub(super) sanctions: Sanctions,
    /// Holders that the record being read does not name.
    pub(super) unnamed_seen: u64,
    /// What the lists are.
    pub lists: Vec<ListInfo>,
    /// Events.
    pub events: Vec<ListEvent>,
    /// Measures.
    pub measures: Vec<Measure>,
    /// Link decisions.
    pub links: Vec<LinkDecision>,
    /// Holdings in the order read.
    pub holdings: Vec<HoldingRecord>,
    /// What registers say of why no owner of an issuer is known.
    pub silences: Vec<Silence>,
    /// Issuers whose recorded owners are all there are.
    pub complete: Vec<MentionId>,
    /// Members of joint arrangements.
    pub groups: Vec<GroupMember>,
    /// Rules, in order of id.
    pub rules: Vec<Rule>,
    /// What the lists do not cover, in their own words.
    pub not_covered: Vec<String>,
    /// The files read.
    pub sources: Sources,
    /// The file that is being read.
    pub reading: String,
    /// What could not be read.
    pub rejected: Vec<Rejected>,
    /// What the user should know.
    pub warnings: Vec<Warning>,
}

impl Records {
    /// Nothing read yet.
    pub fn new() -> Records {
        Records { texts: TextsBuilder::new(), ..Records::default() }
    }

    /// Says of each holding whether an end of it is somebody whom no record names. It matters only beside holdings
    /// that may be held through others, and takes nothing where there are none. O(holdings).
    pub fn tell_unnamed_holders(&mut self) {
        if !self.holdings.iter().any(HoldingRecord::is_maybe_indirect) {
            return;
        }
        let (texts, mentions) = (&self.texts, &self.mentions);
        let unnamed = |mention: MentionId| {
            texts.get(mentions[mention as usize].identifiers).starts_with(UNNAMED)
        };
        let rows = self.holdings.iter_mut();
        rows.filter(|row| unnamed(row.holder) || unnamed(row.issuer))
            .for_each(HoldingRecord::is_of_nobody_named);
    }

    /// The mention of an entity, new or known.
    pub fn mention(
        &mut self,
        name: &str,
        native: &str,
        countries: &Countries,
        identifiers: &Identifiers,
        kind: EntityKind,
    ) -> MentionId {
        let (countries, identifiers) = (countries.to_string(), identifiers.to_string());
        let (countries, identifiers) = (countries.into(), identifiers.into());
        self.written(&Written { name, native, countries, identifiers, born: "".into(), kind })
    }

    /// The mention that is written so, new or known.
    pub(super) fn written(&mut self, written: &Written) -> MentionId {
        let mut piece = std::mem::take(&mut self.spare);
        written.piece(&mut piece);
        if self.latest[0].0 == piece {
            self.spare = piece;
        } else if self.latest[1].0 == piece {
            self.spare = piece;
            self.latest.swap(0, 1);
        } else {
            let digest = digest(&piece);
            let number = self.known.find(&digest).unwrap_or_else(|| self.add(written, digest));
            self.latest.swap(0, 1);
            self.spare = std::mem::replace(&mut self.latest[0], (piece, number)).0;
        }
        self.latest[0].1
    }

    fn add(&mut self, written: &Written, digest: Digest) -> MentionId {
        let next = u32::try_from(self.mentions.len()).expect("fewer than 4 billion mentions");
        self.mentions.push(Mention {
            name: self.texts.push(written.name),
            native: self.texts.push(written.native),
            countries: self.texts.intern(&written.countries),
            identifiers: self.texts.push(&written.identifiers),
            born: self.texts.intern(&written.born),
            kind: written.kind as u32,
        });
        self.known.insert(digest, next);
        next
    }

    /// The number that the next file gets.
    pub(super) fn next_source(&self) -> u32 {
        u32::try_from(self.sources.0.len()).expect("fewer than 4 billion files")
    }

    /// The digest of each mention.
    pub(super) fn digests(&self) -> Vec<Digest> {
        let mut digests = vec![Digest::default(); self.mentions.len()];
        for (digest, number) in &self.known.0 {
            digests[*number as usize] = *digest;
        }
        digests
    }

    /// Adds the holdings that were read into records of their own, behind those that are here, with the
    /// digests of their mentions.
    pub(super) fn absorb(&mut self, part: Records, digests: &[Digest]) {
        // All are looked for before any is added: memory is asked for many at a time.
        let known: Vec<Option<MentionId>> =
            digests.iter().map(|digest| self.known.find(digest)).collect();
        let text = |id| part.texts.get(id);
        let numbers: Vec<MentionId> = (part.mentions.iter().zip(digests).zip(known))
            .map(|((mention, digest), known)| {
                known.unwrap_or_else(|| {
                    let written = Written {
                        name: text(mention.name),
                        native: text(mention.native),
                        countries: text(mention.countries).into(),
                        identifiers: text(mention.identifiers).into(),
                        born: text(mention.born).into(),
                        kind: mention.kind(),
                    };
                    self.add(&written, *digest)
                })
            })
            .collect();
        let mut citations: FxHashMap<TextId, TextId> = FxHashMap::default();
        self.holdings.reserve(part.holdings.len());
        for holding in part.holdings {
            let citation = *citations
                .entry(holding.citation)
                .or_insert_with(|| self.texts.intern(part.texts.get(holding.citation)));
            let (holder, issuer) =
                (numbers[holding.holder as usize], numbers[holding.issuer as usize]);
            self.holdings.push(HoldingRecord { holder, issuer, citation, ..holding });
        }
        self.rejected.extend(part.rejected);
        self.warnings.extend(part.warnings);
    }

    /// Says that an entry is listed no more from a day on.
    pub(super) fn end(&mut self, entry: &ListEntry, from: Day) {
        self.events.push(ListEvent {
            list: entry.list.clone(),
            announcement: entry.announcement.clone(),
            entry: entry.entry.clone(),
            event: EventKind::Removed,
            span: Span { from, until: Day::NEVER },
            certitude: Certitude::Official,
            source: entry.source.clone(),
            place: entry.place,
        });
    }

    /// Keeps a list entry.
    pub fn push_entry(&mut self, entry: ListEntry) -> MentionId {
        let mention = self.written(&Written {
            name: &entry.name,
            native: &entry.name_native,
            countries: entry.countries.to_string().into(),
            identifiers: entry.identifiers.to_string().into(),
            born: years(&entry.birth_date).into(),
            kind: entry.kind,
        });
        self.entries.push((entry, mention));
        mention
    }

    /// Keeps a holding.
    pub fn push_holding(&mut self, row: &HoldingRow, place: Place) {
        let holder =
            self.mention(row.holder, "", &row.holder_country, &row.holder_id, EntityKind::Unknown);
        let kind = issuer_kind(row.interest);
        let issuer = self.mention(row.issuer, "", &row.issuer_country, &row.issuer_id, kind);
        let terms = Terms { range: row.range, interest: row.interest, confidence: row.confidence };
        self.push_terms(holder, issuer, terms, row.span, row.source, place);
    }

    /// Keeps a holding between two mentions.
    pub(super) fn push_terms(
        &mut self,
        holder: MentionId,
        issuer: MentionId,
        terms: Terms,
        span: Span,
        citation: &str,
        place: Place,
    ) {
        let (low, high, flags) = terms.pack();
        let (since, until) = (span.from, span.until);
        let citation = self.texts.intern(citation);
        let holding =
            HoldingRecord { holder, issuer, low, high, since, until, place, citation, flags };
        self.holdings.push(holding);
    }

    /// Keeps why a register knows no owner of an issuer.
    pub(super) fn silent(&mut self, issuer: MentionId, said: &str, place: Place) {
        let said = self.texts.intern(said);
        self.silences.push(Silence { issuer, said, place });
    }

    /// Says that the holding that was kept last may be held through others.
    pub(super) fn mark_maybe_indirect(&mut self) {
        if let Some(last) = self.holdings.last_mut() {
            last.may_be_indirect();
        }
    }
}
