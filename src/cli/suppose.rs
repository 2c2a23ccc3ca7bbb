//! `--what-if` and `--without`: holdings that are supposed to be others than was read.

use parentage::day::Day;
use parentage::error::Error;
use parentage::model::{Countries, EntityId, EntityKind, Identifiers, Interest};
use parentage::share::ShareRange;
use parentage::snapshot::Snapshot;
use parentage::source::{MentionId, Records};

/// A change of one holding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Supposition {
    holder: String,
    issuer: String,
    /// What it holds then; `None` for nothing.
    range: Option<ShareRange>,
    /// In which interest.
    interest: Interest,
}

impl std::fmt::Display for Supposition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.range {
            Some(range) if self.interest == Interest::Equity => {
                write!(f, "{} holds {range} of {}", self.holder, self.issuer)
            }
            Some(range) => {
                write!(
                    f,
                    "{} holds {range} of the {} of {}",
                    self.holder, self.interest, self.issuer
                )
            }
            None => write!(f, "{} holds nothing of {}", self.holder, self.issuer),
        }
    }
}

/// The fields of an option's value, names with a comma in quotes.
fn fields(text: &str) -> Vec<String> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let row = reader.records().next().and_then(Result::ok).unwrap_or_default();
    row.iter().map(str::to_owned).collect()
}

/// Reads `HOLDER,ISSUER,PERCENT` and, if it is not equity, the interest.
pub fn what_if(text: &str) -> Result<Supposition, String> {
    let all = fields(text);
    let (holder, issuer, share, interest) = match all.as_slice() {
        [holder, issuer, share] => (holder, issuer, share, Interest::Equity),
        [holder, issuer, share, interest] => match Interest::parse(interest) {
            Some(one @ (Interest::Equity | Interest::Votes | Interest::Unspecified)) => {
                (holder, issuer, share, one)
            }
            _ => return Err(format!("`{interest}` is none of equity, votes, unspecified")),
        },
        _ => {
            let how = "write HOLDER,ISSUER,PERCENT or HOLDER,ISSUER,PERCENT,INTEREST; a name with a \
                       comma in quotes";
            return Err(how.to_owned());
        }
    };
    let range = ShareRange::parse(share, "", false, false).map_err(|error| error.to_string())?;
    named(holder, issuer, Some(range), interest)
}

/// Reads `HOLDER,ISSUER`.
pub fn without(text: &str) -> Result<Supposition, String> {
    let all = fields(text);
    let [holder, issuer] = all.as_slice() else {
        return Err("write HOLDER,ISSUER; a name with a comma in quotes".to_owned());
    };
    named(holder, issuer, None, Interest::Equity)
}

fn named(
    holder: &str,
    issuer: &str,
    range: Option<ShareRange>,
    interest: Interest,
) -> Result<Supposition, String> {
    if holder.is_empty() || issuer.is_empty() {
        return Err("a name is blank".to_owned());
    }
    Ok(Supposition { holder: holder.to_owned(), issuer: issuer.to_owned(), range, interest })
}

/// The snapshot of records in which some holdings are others.
///
/// # Errors
/// A name is that of several entities, or of none where a holding is to be left out.
pub fn suppose(
    snapshot: &Snapshot,
    mut records: Records,
    day: Day,
    all: &[&Supposition],
) -> Result<Snapshot, Error> {
    let mut gone: Vec<u32> = Vec::new();
    let mut new: Vec<(MentionId, MentionId, ShareRange, Interest)> = Vec::new();
    for one in all {
        let (holder, issuer) = (entity(snapshot, &one.holder)?, entity(snapshot, &one.issuer)?);
        if let (Some(holder), Some(issuer)) = (holder, issuer) {
            let rows = snapshot.world().graph().held_in(issuer).iter();
            let replaced = rows.filter(|row| {
                // A share that may be either is replaced with the equity.
                let own = row.terms().interest;
                let shares = own == one.interest
                    || one.interest == Interest::Equity && own == Interest::Unspecified;
                row.holder == holder && row.span().contains(day) && (one.range.is_none() || shares)
            });
            gone.extend(replaced.map(|row| row.record));
        } else if one.range.is_none() {
            let what =
                format!("--without: nobody is recorded as `{}` or `{}`", one.holder, one.issuer);
            return Err(Error::Request(what));
        }
        if let Some(range) = one.range {
            let mut mention = |found: Option<EntityId>, name: &str| match found {
                Some(entity) => snapshot.mention_of(entity),
                None => {
                    let nobody = (Countries::default(), Identifiers::default());
                    records.mention(name, "", &nobody.0, &nobody.1, EntityKind::Unknown)
                }
            };
            let (holder, issuer) = (mention(holder, &one.holder), mention(issuer, &one.issuer));
            new.push((holder, issuer, range, one.interest));
        }
    }
    records.suppose(&|row| gone.contains(&row), 0, 0, None);
    for (holder, issuer, range, interest) in new {
        records.suppose(&|_| false, holder, issuer, Some((range, interest)));
    }
    Ok(Snapshot::build(records))
}

fn entity(snapshot: &Snapshot, name: &str) -> Result<Option<EntityId>, Error> {
    if let Some(entity) = snapshot.entity_by_id(name) {
        return Ok(Some(entity));
    }
    match snapshot.exactly_named(name, &Countries::default())[..] {
        [] => Ok(None),
        [entity] => Ok(Some(entity)),
        ref several => {
            let ids: Vec<String> = several.iter().map(|one| snapshot.entity(*one).id).collect();
            Err(Error::Request(format!(
                "`{name}` is the name of several entities; name one by its id: {}",
                ids.join(", ")
            )))
        }
    }
}
