//! What identifies an entity: its dense id, kind, countries and identifiers.

use std::fmt;

use super::words;

/// An entity of one snapshot: dense from 0, equal to the graph's node index.
///
/// It never leaves the process; what goes out is the entity's stable key.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    zerocopy::FromBytes,
    zerocopy::IntoBytes,
    zerocopy::Immutable,
    zerocopy::KnownLayout,
)]
#[repr(transparent)]
pub struct EntityId(pub u32);

impl EntityId {
    /// The id as an index.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

words! {
    /// What an entity is.
    EntityKind {
        /// Nobody said; contradicts nothing.
        Unknown = "unknown",
        /// A legal person that can be owned.
        Company = "company",
        /// A natural person.
        Person = "person",
        /// A division, segment or office that is no legal person of its own.
        Branch = "branch",
        /// A ministry, academy, agency or other public body.
        PublicBody = "public_body",
        /// Anything else: a vessel, a fund without personality.
        Other = "other",
    }
}

impl EntityKind {
    /// Whether the two kinds cannot be one entity: a natural person is never a company.
    pub fn contradicts(self, other: EntityKind) -> bool {
        let settled = |kind| !matches!(kind, EntityKind::Unknown | EntityKind::Other);
        settled(self)
            && settled(other)
            && (self == EntityKind::Person) != (other == EntityKind::Person)
    }
}

/// A country as two letters (ISO 3166-1 alpha-2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country([u8; 2]);

impl Country {
    /// Reads two ASCII letters of either case.
    pub fn parse(text: &str) -> Option<Country> {
        match text.as_bytes() {
            [first, second] if first.is_ascii_alphabetic() && second.is_ascii_alphabetic() => {
                Some(Country([first.to_ascii_uppercase(), second.to_ascii_uppercase()]))
            }
            _ => None,
        }
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.0).map_err(|_| fmt::Error)?)
    }
}

/// The countries of a record: none said, one, or several of which any one may agree.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Countries(Vec<Country>);

impl Countries {
    /// Reads codes separated by `;`; the error is the text that is no code.
    ///
    /// # Errors
    /// One of the parts is not two letters.
    pub fn parse(text: &str) -> Result<Countries, String> {
        let parts = text.split(';').map(str::trim).filter(|part| !part.is_empty());
        let mut codes = parts
            .map(|part| Country::parse(part).ok_or_else(|| part.to_owned()))
            .collect::<Result<Vec<_>, _>>()?;
        codes.sort_unstable();
        codes.dedup();
        Ok(Countries(codes))
    }

    /// Whether no country is said.
    pub fn is_blank(&self) -> bool {
        self.0.is_empty()
    }

    /// The codes, sorted.
    pub fn codes(&self) -> &[Country] {
        &self.0
    }

    /// Whether a country stands in both.
    pub fn meet(&self, other: &Countries) -> bool {
        self.0.iter().any(|country| other.0.contains(country))
    }

    /// Whether both say a country and none is common.
    pub fn contradict(&self, other: &Countries) -> bool {
        !self.is_blank() && !other.is_blank() && !self.meet(other)
    }
}

impl fmt::Display for Countries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, country) in self.0.iter().enumerate() {
            let separator = if position == 0 { "" } else { ";" };
            write!(f, "{separator}{country}")?;
        }
        Ok(())
    }
}

/// Identifiers of a record, each `scheme:value`, sorted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Identifiers(Vec<String>);

impl Identifiers {
    /// Reads identifiers separated by `;`. A value without a scheme gets the scheme `id`: the
    /// source's own number. Schemes are lower case, values upper case without spaces.
    pub fn parse(text: &str) -> Identifiers {
        let mut all: Vec<String> = text
            .split(';')
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .filter_map(|part| {
                let (scheme, value) = part.split_once(':').unwrap_or(("id", part));
                let value: String = value.split_whitespace().collect();
                let scheme = scheme.trim().to_lowercase();
                (!value.is_empty() && !scheme.is_empty())
                    .then(|| format!("{scheme}:{}", value.to_uppercase()))
            })
            .collect();
        all.sort_unstable();
        all.dedup();
        Identifiers(all)
    }

    /// The identifiers, sorted.
    pub fn all(&self) -> &[String] {
        &self.0
    }

    /// Whether there is none.
    pub fn is_blank(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether an identifier stands in both.
    pub fn meet(&self, other: &Identifiers) -> bool {
        self.0.iter().any(|identifier| other.0.contains(identifier))
    }

    /// Whether some scheme stands in both with no value in common.
    pub fn contradict(&self, other: &Identifiers) -> bool {
        self.0.iter().any(|identifier| {
            let scheme = scheme(identifier);
            let mut rivals =
                other.0.iter().filter(|rival| self::scheme(rival) == scheme).peekable();
            rivals.peek().is_some()
                && !self.0.iter().any(|own| self::scheme(own) == scheme && other.0.contains(own))
        })
    }

    /// The identifier that names the entity outside: LEI, then registry numbers, then the source's
    /// own number.
    pub fn best(&self) -> Option<&str> {
        let rank = |identifier: &str| match scheme(identifier) {
            "lei" => 0,
            "id" => 2,
            _ => 1,
        };
        self.0.iter().map(String::as_str).min_by_key(|identifier| (rank(identifier), *identifier))
    }
}

fn scheme(identifier: &str) -> &str {
    identifier.split_once(':').map_or("", |(scheme, _)| scheme)
}

impl fmt::Display for Identifiers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(";"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn countries_agree_contradict_or_say_nothing() {
        let read = |text| Countries::parse(text).unwrap();
        assert!(read("us;GB").meet(&read("GB")));
        assert!(read("US").contradict(&read("GB")));
        assert!(!read("").contradict(&read("GB")));
        assert_eq!(Countries::parse("US;USA"), Err("USA".to_owned()));
        assert_eq!(read("us; gb").to_string(), "GB;US");
    }

    #[test]
    fn identifiers_of_one_scheme_contradict_others_do_not() {
        let read = Identifiers::parse;
        assert!(read("lei:1;gb-coh:2").contradict(&read("lei:9")));
        assert!(!read("lei:1").contradict(&read("gb-coh:2")));
        assert!(!read("lei:1;lei:2").contradict(&read("lei:2")));
        assert_eq!(read("gb-coh:2;LEI: 5493 00x;7").best(), Some("lei:549300X"));
    }

    #[test]
    fn a_person_is_no_company() {
        assert!(EntityKind::Person.contradicts(EntityKind::Branch));
        assert!(!EntityKind::Person.contradicts(EntityKind::Unknown));
        assert!(!EntityKind::Company.contradicts(EntityKind::PublicBody));
    }
}
