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
    serde::Serialize,
    serde::Deserialize,
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

    /// What no name joins with another: a person, an organisation and a thing of one name are three. `None` where
    /// nobody said.
    pub fn sort(self) -> Option<Sort> {
        match self {
            EntityKind::Unknown => None,
            EntityKind::Person => Some(Sort::Person),
            EntityKind::Company | EntityKind::Branch | EntityKind::PublicBody => {
                Some(Sort::Organisation)
            }
            EntityKind::Other => Some(Sort::Thing),
        }
    }
}

/// What an entity is, as far as it decides whether two records of one name may be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sort {
    /// A natural person.
    Person,
    /// A company, a branch of one, a public body: sources call one of them by any of these words.
    Organisation,
    /// A vessel, an aircraft, a fund without personality.
    Thing,
}

impl Sort {
    /// What tells its stable key from those of others of its name.
    pub fn in_key(this: Option<Sort>) -> &'static str {
        match this {
            Some(Sort::Person) => "|person",
            Some(Sort::Thing) => "|thing",
            Some(Sort::Organisation) | None => "",
        }
    }
}

/// A country as two letters (ISO 3166-1 alpha-2).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct Country([u8; 2]);

/// The codes of ISO 3166-1, and XK, which registers use for Kosovo.
const CODES: &str = "\
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ \
    BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM \
    DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS \
    GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN \
    KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ \
    MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM \
    PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV \
    SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI \
    VN VU WF WS XK YE YT ZA ZM ZW";

/// The codes of countries.
pub fn codes() -> impl Iterator<Item = &'static str> {
    CODES.split_whitespace()
}

impl Country {
    /// Reads a code of ISO 3166-1 of either case. `UK` and `EL`, which official texts write for the
    /// United Kingdom and Greece, are read as `GB` and `GR`: a code apart would contradict them.
    pub fn parse(text: &str) -> Option<Country> {
        let letters: [u8; 2] = text.as_bytes().try_into().ok()?;
        let code = match letters.map(|letter| letter.to_ascii_uppercase()) {
            [b'U', b'K'] => *b"GB",
            [b'E', b'L'] => *b"GR",
            code => code,
        };
        let (mut low, mut high) = (0, CODES.len().div_ceil(3));
        while low < high {
            let middle = usize::midpoint(low, high);
            if CODES.as_bytes()[3 * middle..3 * middle + 2] < code[..] {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        let found = CODES.as_bytes().get(3 * low..3 * low + 2)?;
        (found == code).then_some(Country(code))
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.0).map_err(|_| fmt::Error)?)
    }
}

/// The countries of a record: none said, one, or several of which any one may agree.
#[derive(
    Debug,
    Clone,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    serde::Serialize,
    serde::Deserialize,
)]
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

    /// Whether a text is what [`Countries`] writes of it, which most texts of a register are. Not all
    /// that are are found to be.
    pub fn is_written(text: &str) -> bool {
        text.is_empty() || Country::parse(text).is_some_and(|country| country.0 == text.as_bytes())
    }

    /// Whether no country is said.
    pub fn is_blank(&self) -> bool {
        self.0.is_empty()
    }

    /// The codes, sorted.
    pub fn codes(&self) -> &[Country] {
        &self.0
    }

    /// Those of both.
    #[must_use]
    pub fn with(&self, other: &Countries) -> Countries {
        let mut codes: Vec<Country> = self.0.iter().chain(&other.0).copied().collect();
        codes.sort_unstable();
        codes.dedup();
        Countries(codes)
    }

    /// Whether a country stands in both.
    pub fn meet(&self, other: &Countries) -> bool {
        self.0.iter().any(|country| other.0.contains(country))
    }

    /// Whether both say a country and none is common.
    pub fn contradict(&self, other: &Countries) -> bool {
        !self.is_blank() && !other.is_blank() && !self.meet(other)
    }

    /// The same of two texts that [`Countries`] wrote.
    pub fn texts_contradict(one: &str, other: &str) -> bool {
        let meet = || one.split(';').any(|own| other.split(';').any(|code| code == own));
        !one.is_empty() && !other.is_empty() && one != other && !meet()
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
#[derive(
    Debug,
    Clone,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    serde::Serialize,
    serde::Deserialize,
)]
pub struct Identifiers(Vec<String>);

impl Identifiers {
    /// Reads identifiers of the form `scheme:value` separated by `;`; others are left out. Schemes
    /// are lower case, values upper case without spaces.
    pub fn parse(text: &str) -> Identifiers {
        Identifiers::read(text, None).0
    }

    /// Reads identifiers separated by `;`, and returns the parts that are none. A value without a
    /// scheme is an LEI if it has the check digits of one; else it is a source's own number, with
    /// the scheme `id@SOURCE` where the source is given: the numbers of two sources say nothing of
    /// each other.
    pub fn read(text: &str, source: Option<&str>) -> (Identifiers, Vec<String>) {
        let (mut all, mut others) = (Vec::new(), Vec::new());
        let of_source = |source: &str| format!("id@{}", source.replace([':', ';'], "_"));
        for part in text.split(';').map(str::trim).filter(|part| !part.is_empty()) {
            let (scheme, value) = match part.split_once(':') {
                Some((scheme, value)) => (Some(scheme.trim().to_lowercase()), value),
                None if is_lei(part) => (Some("lei".to_owned()), part),
                None => (source.map(of_source), part),
            };
            let value: String = value.split_whitespace().collect();
            match scheme.filter(|scheme| !scheme.is_empty() && !value.is_empty()) {
                // Companies House writes eight signs: numbers lose their noughts in spreadsheets.
                Some(scheme) if scheme == "gb-coh" => {
                    let digits = value.bytes().all(|byte| byte.is_ascii_digit());
                    let value = if digits { format!("{value:0>8}") } else { value.to_uppercase() };
                    // As lists write it, which name the country of a register and not the register.
                    all.extend(["gb-coh", "reg-gb"].map(|scheme| format!("{scheme}:{value}")));
                }
                Some(scheme)
                    if scheme == "reg-gb" && value.bytes().all(|byte| byte.is_ascii_digit()) =>
                {
                    all.push(format!("{scheme}:{value:0>8}"));
                }
                Some(scheme) if scheme == "uscc" => {
                    let value = value.to_uppercase();
                    all.extend(["uscc", "reg-cn"].map(|scheme| format!("{scheme}:{value}")));
                }
                // `12-3456789` and `123456789` are one number of a tax office.
                Some(scheme) if scheme.starts_with("tax") => {
                    let value: String = value.chars().filter(|c| c.is_alphanumeric()).collect();
                    match value.is_empty() {
                        true => others.push(part.to_owned()),
                        false => all.push(format!("{scheme}:{}", value.to_uppercase())),
                    }
                }
                // Ids of records are what their file says, letter for letter.
                Some(scheme) if is_of_record(&scheme) => all.push(format!("{scheme}:{value}")),
                Some(scheme) => all.push(format!("{scheme}:{}", value.to_uppercase())),
                None => others.push(part.to_owned()),
            }
        }
        all.sort_unstable();
        all.dedup();
        (Identifiers(all), others)
    }

    /// Whether a text is what [`Identifiers`] writes of it, and all of it is read, which most texts of
    /// a register are. Not all that are are found to be.
    pub fn is_written(text: &str) -> bool {
        let Some((scheme, value)) = text.split_once(':') else { return text.is_empty() };
        let in_scheme = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_');
        let in_value = |byte: u8| matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'/');
        !scheme.is_empty()
            && !matches!(scheme, "gb-coh" | "reg-gb" | "uscc")
            && !scheme.starts_with("tax")
            && scheme.bytes().all(in_scheme)
            && !value.is_empty()
            && value.bytes().all(in_value)
    }

    /// The identifier of a record by the id that its file gives it; what parts identifiers is written otherwise.
    pub fn of_record(scheme: &str, id: &str) -> String {
        let plain = |c: char| !c.is_whitespace() && !matches!(c, ';' | '%');
        let mut written = format!("{scheme}:");
        for c in id.chars() {
            match plain(c) {
                true => written.push(c),
                false => written.push_str(&format!("%{:02X}", u32::from(c))),
            }
        }
        written
    }

    /// The identifiers, sorted.
    pub fn all(&self) -> &[String] {
        &self.0
    }

    /// Whether there is none.
    pub fn is_blank(&self) -> bool {
        self.0.is_empty()
    }

    /// Those of both.
    #[must_use]
    pub fn with(&self, other: &Identifiers) -> Identifiers {
        let mut all: Vec<String> = self.0.iter().chain(&other.0).cloned().collect();
        all.sort_unstable();
        all.dedup();
        Identifiers(all)
    }

    /// Whether an identifier stands in both.
    pub fn meet(&self, other: &Identifiers) -> bool {
        self.0.iter().any(|identifier| other.0.contains(identifier))
    }

    /// Whether some scheme stands in both with no value in common. Schemes of which one may have several numbers
    /// (passports, registers, tax offices, banks) join and never contradict.
    pub fn contradict(&self, other: &Identifiers) -> bool {
        rivals(|| self.0.iter().map(String::as_str), || other.0.iter().map(String::as_str))
    }

    /// The same of two texts that [`Identifiers`] wrote.
    pub fn texts_contradict(one: &str, other: &str) -> bool {
        let differ = !one.is_empty() && !other.is_empty() && one != other;
        differ && rivals(|| one.split(';'), || other.split(';'))
    }

    /// Those identifiers of a text that [`Identifiers`] wrote of which an entity has one a scheme: they contradict
    /// others of their scheme.
    pub fn claims(text: &str) -> impl Iterator<Item = &str> {
        text.split(';').filter(|identifier| !identifier.is_empty() && is_one_each(identifier))
    }

    /// The scheme of an identifier.
    pub fn scheme(identifier: &str) -> &str {
        identifier.split_once(':').map_or("", |(scheme, _)| scheme)
    }

    /// The identifier that names the entity outside: LEI, then registry numbers, then the source's
    /// own number.
    pub fn best(&self) -> Option<&str> {
        let rank = |identifier: &str| match Identifiers::scheme(identifier) {
            "lei" => 0,
            "unnamed" => 4,
            own if own.starts_with("id@") || own.starts_with("bods@") || own == "ftm" => 3,
            // Another way to write a number of a register.
            own if own.starts_with("reg-") => 2,
            _ => 1,
        };
        self.0.iter().map(String::as_str).min_by_key(|identifier| (rank(identifier), *identifier))
    }
}

/// How the schemes begin of which one person or company has several numbers: passports expire, and the lists of
/// authorities name whichever register, tax office or bank they know of. Ids of FollowTheMoney and of the Beneficial
/// Ownership Data Standard name a record of somebody's file, of which one entity may have several.
const MANY: [&str; 7] = ["passport", "national-id", "tax-", "reg-", "swift", "ftm:", "bods@"];

/// How the identifier begins of somebody whom a record does not name.
pub const UNNAMED: &str = "unnamed:";

/// Whether a name is none, by which nobody is joined or found: that of somebody whom a record does not name, or an
/// identifier that stands for a name which another file has.
pub fn is_nameless(name: &str, identifiers: &str) -> bool {
    identifiers.starts_with(UNNAMED)
        || name.contains(':') && identifiers.split(';').any(|own| own.eq_ignore_ascii_case(name))
}

/// Whether some scheme stands among both with no value in common.
fn rivals<'t, A, B>(own: impl Fn() -> A, others: impl Fn() -> B) -> bool
where
    A: Iterator<Item = &'t str>,
    B: Iterator<Item = &'t str>,
{
    own().filter(|identifier| is_one_each(identifier)).any(|identifier| {
        let of_scheme =
            |other: &&str| Identifiers::scheme(other) == Identifiers::scheme(identifier);
        others().any(|other| of_scheme(&other))
            && !own().filter(of_scheme).any(|one| others().any(|other| other == one))
    })
}

/// Whether a text has the form and the check digits of an LEI (ISO 17442: 20 letters and digits, the
/// remainder by 97 is 1 with letters as 10 to 35).
fn is_lei(text: &str) -> bool {
    let value = |c: char| c.to_digit(36).map(u64::from);
    let step = |rest: u64, c: char| {
        let digit = value(c)?;
        Some((rest * if digit < 10 { 10 } else { 100 } + digit) % 97)
    };
    text.len() == 20 && text.is_ascii() && text.chars().try_fold(0, step) == Some(1)
}

/// Whether a scheme is of the ids of somebody's records.
fn is_of_record(scheme: &str) -> bool {
    scheme == "ftm" || scheme.starts_with("bods@")
}

/// Whether an entity has one identifier of this scheme.
fn is_one_each(identifier: &str) -> bool {
    !MANY.iter().any(|scheme| identifier.starts_with(scheme))
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
        assert_eq!(read("UK"), read("GB"));
        assert!(Countries::parse("ZZ").is_err() && Countries::parse("U ").is_err());
    }

    #[test]
    fn identifiers_of_one_scheme_contradict_others_do_not() {
        let read = Identifiers::parse;
        assert!(read("lei:1;gb-coh:2").contradict(&read("lei:9")));
        assert!(!read("lei:1").contradict(&read("gb-coh:2")));
        assert!(!read("lei:1;lei:2").contradict(&read("lei:2")));
        assert_eq!(read("gb-coh:2;LEI: 5493 00x").best(), Some("lei:549300X"));
        let (own, others) = Identifiers::read("7;529900T8BM49AURSDO55;lei:", Some("a.csv"));
        assert_eq!(own.all(), ["id@a.csv:7", "lei:529900T8BM49AURSDO55"]);
        assert_eq!(others, ["lei:"]);
        assert_eq!(Identifiers::read("7", None).1, ["7"]);
    }

    proptest::proptest! {
        #[test]
        fn what_is_taken_for_written_is_read_and_written_the_same(
            text in "([a-z@-]{0,3}:? ?[A-Z0-9a-z./;-]{0,4}|[A-Za-z]{2}|LT|GB;US)",
        ) {
            if Identifiers::is_written(&text) {
                let (read, others) = Identifiers::read(&text, Some("a.csv"));
                proptest::prop_assert_eq!(read.to_string(), text.as_str());
                proptest::prop_assert!(others.is_empty());
            }
            if Countries::is_written(&text) {
                proptest::prop_assert_eq!(Countries::parse(&text).unwrap().to_string(), text);
            }
        }
    }

    #[test]
    fn every_code_is_found() {
        for code in CODES.split(' ') {
            assert_eq!(
                Country::parse(&code.to_lowercase()).map(|one| one.to_string()).as_deref(),
                Some(code)
            );
        }
        assert!(Identifiers::is_written("reg:12-3") && Countries::is_written("CN"));
        assert!(!Countries::is_written("UK") && !Countries::is_written("cn"));
    }

    #[test]
    fn a_person_is_no_company() {
        assert!(EntityKind::Person.contradicts(EntityKind::Branch));
        assert!(!EntityKind::Person.contradicts(EntityKind::Unknown));
        assert!(!EntityKind::Company.contradicts(EntityKind::PublicBody));
    }
}
