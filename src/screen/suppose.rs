//! What would be said of an entity if some holdings were others than is recorded.

use rustc_hash::FxHashMap;

use super::Screener;
use crate::day::{Day, Span};
use crate::error::{Error, Place};
use crate::expand::Exposure;
use crate::graph::Holding;
use crate::link::JoinedBy;
use crate::model::{Confidence, Countries, EntityId, Interest};
use crate::share::ShareRange;
use crate::snapshot::{Declaration, Declared, DeclaredRow, EntityView};
use crate::source::Terms;

/// A change of one holding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Supposition {
    holder: String,
    issuer: String,
    /// What it holds then; `None` for nothing.
    range: Option<ShareRange>,
    interest: Interest,
}

/// What would be said.
#[derive(Debug)]
pub struct Supposed {
    /// Exposures, the gravest first.
    pub exposures: Vec<Exposure>,
    /// Keeps the holdings that are supposed as long as they are cited.
    pub declaration: Declaration,
}

/// How a supposed holding is cited.
const CITATION: &str = "supposed, not recorded";

impl Supposition {
    /// That a holder, by name or id, holds a share in percent of an issuer, or nothing where none is given; of its equity
    /// where no interest is named.
    ///
    /// # Errors
    /// A name is blank, the share is none, or the interest is none that has shares.
    pub fn new(
        holder: &str,
        issuer: &str,
        share: Option<&str>,
        interest: &str,
    ) -> Result<Supposition, String> {
        let (holder, issuer) = (holder.trim().to_owned(), issuer.trim().to_owned());
        if holder.is_empty() || issuer.is_empty() {
            return Err("a name is blank".to_owned());
        }
        let interest = match Interest::parse(interest) {
            _ if interest.is_empty() => Interest::Equity,
            Some(one @ (Interest::Equity | Interest::Votes | Interest::Unspecified)) => one,
            _ => return Err(format!("`{interest}` is none of equity, votes, unspecified")),
        };
        let range = share.map(|share| ShareRange::parse(share, "", false, false));
        let range = range.transpose().map_err(|error| error.to_string())?;
        Ok(Supposition { holder, issuer, range, interest })
    }
}

impl std::fmt::Display for Supposition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Supposition { holder, issuer, range, interest } = self;
        match range {
            Some(range) if *interest == Interest::Equity => {
                write!(f, "{holder} holds {range} of {issuer}")
            }
            Some(range) if *interest == Interest::Votes => {
                write!(f, "{holder} holds {range} of the votes of {issuer}")
            }
            Some(range) => write!(f, "{holder} holds {range} ({interest}) of {issuer}"),
            None => write!(f, "{holder} holds nothing of {issuer}"),
        }
    }
}

impl Screener<'_> {
    /// What would be said of an entity if some holdings were others on the day. Owners and issuers that nobody records
    /// may be supposed, too. O(what is above the entity and the holders named).
    ///
    /// # Errors
    /// A name is that of several entities, or of nobody where a holding is to be left out.
    pub fn supposing(&self, entity: EntityId, all: &[Supposition]) -> Result<Supposed, Error> {
        let snapshot = self.snapshot;
        let mut declaration = snapshot.declare();
        let mut declared = Declared::default();
        let mut new: FxHashMap<&str, EntityId> = FxHashMap::default();
        for one in all {
            let ends = [&one.holder, &one.issuer].map(|name| self.named(name));
            let [holder, issuer] = ends;
            let (holder, issuer) = (holder?, issuer?);
            if let (Some(holder), Some(issuer)) = (holder, issuer) {
                declared.gone.extend(self.replaced(one, holder, issuer));
            }
            let Some(range) = one.range else {
                if holder.is_none() || issuer.is_none() {
                    let what = format!(
                        "nobody is recorded as `{}` or `{}`, so that no holding can be left out",
                        one.holder, one.issuer
                    );
                    return Err(Error::Request(what));
                }
                continue;
            };
            let mut end = |found: Option<EntityId>, name| {
                found.unwrap_or_else(|| {
                    *new.entry(name).or_insert_with(|| {
                        let view = EntityView {
                            id: String::new(),
                            name: String::from(name),
                            country: String::new(),
                        };
                        let own = snapshot.declare_entity(&mut declaration, view);
                        declared.entities.push((own, Countries::default()));
                        own
                    })
                })
            };
            let ends = (end(holder, &one.holder), end(issuer, &one.issuer));
            let row = DeclaredRow {
                holder: one.holder.clone(),
                issuer: one.issuer.clone(),
                citation: CITATION.to_owned(),
                holder_by: JoinedBy::Name,
                issuer_by: JoinedBy::Name,
            };
            let record = snapshot.declare_row(&mut declaration, row);
            let (interest, confidence) = (one.interest, Confidence::Unverified);
            let span = Span { from: Day::ALWAYS, until: Day::NEVER };
            let terms = Terms { range, interest, confidence };
            declared.rows.push(Holding::declared(ends, terms, span, Place::SUPPOSED, record));
        }
        let ends = declared.rows.iter().flat_map(|row| [row.holder, row.issuer]).chain([entity]);
        let entities = self.above(ends.collect());
        let (exposures, _) = self.where_declared(&entities, &[], &declared, entity);
        Ok(Supposed { exposures, declaration })
    }

    /// The recorded holdings that a supposition takes the place of: a share that may be either goes with the equity.
    fn replaced(&self, one: &Supposition, holder: EntityId, issuer: EntityId) -> Vec<u32> {
        let day = self.settings.day;
        let rows = self.snapshot.world().graph().held_in(issuer).iter();
        let same = |row: &&Holding| {
            let own = row.terms().interest;
            let shares = own == one.interest
                || one.interest == Interest::Equity && own == Interest::Unspecified;
            row.holder == holder && row.span().contains(day) && (one.range.is_none() || shares)
        };
        rows.filter(same).map(|row| row.record).collect()
    }

    /// The one entity that a text is the id or the name of.
    fn named(&self, text: &str) -> Result<Option<EntityId>, Error> {
        if let Some(entity) = self.snapshot.entity_by_id(text) {
            return Ok(Some(entity));
        }
        match self.snapshot.exactly_named(text, &Countries::default())[..] {
            [] => Ok(None),
            [entity] => Ok(Some(entity)),
            ref several => {
                let ids: Vec<String> =
                    several.iter().map(|one| self.snapshot.entity(*one).id).collect();
                Err(Error::Request(format!(
                    "`{text}` is the name of several entities; name one by its id: {}",
                    ids.join(", ")
                )))
            }
        }
    }
}
