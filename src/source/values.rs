//! Values as authorities write them: countries, identifiers, births and days.

use crate::day::Day;
use crate::name::country_named;

/// What a text says of a country.
pub(super) enum Country {
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
    // By itself it is the one of Brazzaville, as the UN and the UK write it.
    ("congo", "CG"),
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
    ("macau", "MO"),
    ("thenetherlands", "NL"),
    ("hongkongsar", "HK"),
    ("myanmarburma", "MM"),
    ("myanmar", "MM"),
    ("caboverde", "CV"),
    ("caboverdepreviouslycapeverde", "CV"),
    ("palestine", "PS"),
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
    ("stkittsandnevis", "KN"),
    ("stvincent", "VC"),
    ("thebahamas", "BS"),
    ("vaticancity", "VA"),
    ("micronesia", "FM"),
    ("capeverde", "CV"),
    ("regionnorthernmali", "ML"),
    ("bosniaherzegovina", "BA"),
    ("crimea", "UA"),
    ("thephilippines", "PH"),
    ("scotland", "GB"),
    ("wales", "GB"),
    ("northernireland", "GB"),
    ("kyrgyzrepublic", "KG"),
    ("slovakrepublic", "SK"),
    ("korearepublicof", "KR"),
    ("koreademocraticpeoplesrepublicof", "KP"),
    ("palestinianterritoryoccupied", "PS"),
    ("theoccupiedpalestinianterritories", "PS"),
];

/// Whether a field of a schema's boolean is true: `true` and `1` are.
pub(super) fn is_true(text: &str) -> bool {
    matches!(text.trim().to_lowercase().as_str(), "true" | "1")
}

/// Whether it is false, and not only left out.
pub(super) fn is_false(text: &str) -> bool {
    matches!(text.trim().to_lowercase().as_str(), "false" | "0")
}

/// The country that a text names: a code of two letters, or a name. O(length).
pub(super) fn country(written: &str) -> Country {
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
    let named = || country_named(text).or_else(|| of_republic(&folded));
    match official.or_else(|| if text.len() == 2 { code() } else { named() }) {
        Some(code) => Country::Known(code),
        None => Country::Unknown,
    }
}

/// The country of a name with `Republic of` before it, or behind it as in `North Macedonia, The Republic of`; that of China
/// is another one than China.
fn of_republic(folded: &str) -> Option<&'static str> {
    let before = folded.strip_prefix("the").unwrap_or(folded).strip_prefix("republicof");
    let behind =
        || folded.strip_suffix("republicof").map(|own| own.strip_suffix("the").unwrap_or(own));
    let own = before.or_else(behind)?;
    let own = own.strip_prefix("the").filter(|own| own.len() > 3).unwrap_or(own);
    if own == "china" {
        return None;
    }
    let official = COUNTRIES.iter().find(|(name, _)| *name == own).map(|(_, code)| *code);
    official.or_else(|| country_named(own))
}

/// The country that a text names, as two letters, small ones: for schemes of identifiers.
fn country_scheme(written: &str) -> Option<String> {
    match country(written) {
        Country::Known(code) => Some(code.to_lowercase()),
        _ => None,
    }
}

/// Letters and digits that a number has at least which joins records: with its country, and without, where
/// passports have seven to nine (of OFAC's 180 without a country 175 have seven and more) and numbers of registers
/// begin at one in every country. Shorter ones are kept as remarks.
const SHORTEST: usize = 5;
const SHORTEST_ALONE: usize = 9;
const SHORTEST_PASSPORT: usize = 7;

/// An identifier of a source, as `scheme:value`, where what it is called is one of the kinds that join records:
/// LEI, ship's number, register, tax, passport, national number, bank code. `None` for others, which are kept
/// as remarks.
pub(super) fn identifier(called: &str, number: &str, of_country: &str) -> Option<String> {
    let called = called.to_lowercase().replace('.', "");
    let has = |words: &[&str]| words.iter().any(|word| says(&called, word));
    // A day is no number, whatever stands before it: `Date of registration: 12 March 2008`.
    let small = number.trim().to_lowercase();
    let is_day = small.contains([' ', '/', '-', '.']) && birth(&small).is_some();
    if is_day || has(&["date of", "place of"]) {
        return None;
    }
    // Words in brackets behind a number are a country, or a remark: `1027700132195 (Russia)`.
    let (number, of_country) = match number.trim().split_once('(') {
        Some((own, words)) if !own.is_empty() && !words.contains(|c: char| c.is_ascii_digit()) => {
            let words = words.trim_end().trim_end_matches(')');
            (own, if of_country.is_empty() { words } else { of_country })
        }
        _ => (number, of_country),
    };
    // Several numbers, or a number among words, are none.
    if number.contains(['(', ')', ':']) {
        return None;
    }
    let number: String = number.chars().filter(|c| !c.is_whitespace() && *c != ';').collect();
    let letters = number.chars().filter(|c| c.is_alphanumeric()).count();
    if number.chars().filter(char::is_ascii_digit).count() < 2
        && !has(&["swift", "bic", "lei", "legal entity"])
    {
        return None;
    }
    let digits = || number.chars().filter(char::is_ascii_digit).collect::<String>();
    let of = |scheme: &str| {
        let country = country_scheme(of_country);
        // A short number, or one of nobody knows which country, is also somebody else's.
        let alone = if scheme == "passport" { SHORTEST_PASSPORT } else { SHORTEST_ALONE };
        if letters < if country.is_some() { SHORTEST } else { alone } {
            return None;
        }
        let scheme = country.map_or_else(|| scheme.to_owned(), |code| format!("{scheme}-{code}"));
        Some(format!("{scheme}:{number}"))
    };
    match () {
        () if has(&["legal entity identifier"]) || called == "lei" || called == "leicode" => {
            Some(format!("lei:{number}"))
        }
        // The number of a shipping company is none of a ship; the telegraph code of a name is none at all.
        () if has(&["company number imo"]) => Some(format!("imo-company:{}", digits())),
        () if has(&["commercial code"]) => None,
        () if has(&["imo"])
            || (has(&["vessel registration"]) && number.to_uppercase().starts_with("IMO")) =>
        {
            Some(digits()).filter(|digits| digits.len() == 7).map(|digits| format!("imo:{digits}"))
        }
        () if has(&["swift", "bic"]) => {
            bank_codes(&number).first().map(|code| format!("swift:{code}"))
        }
        () if has(&["passport"]) => of("passport"),
        () if has(&[
            "tax", "fiscal", "vat", "inn", "rfc", "nit #", "rif", "ruc", "cuit", "fein", "rtn",
            "unp", "tin",
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
            "folio mercantil",
            "matricula mercantil",
            "cr no",
            "legal entity number",
            "certificate of incorporation",
            "trade licen",
            "business number",
            "unified social credit",
            "united social credit",
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
            "dni",
            "identity",
            "ssn",
            "id card",
            "id-card",
            "d-u-n-s",
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

/// Whether a name of an identifier has a word, or words; a short one only where one of its words begins so (`INN`, `innCode`,
/// and not `beginning`).
fn says(called: &str, word: &str) -> bool {
    let begins = |(at, _): (usize, &str)| !called[..at].ends_with(char::is_alphanumeric);
    let all = || called.match_indices(word);
    if word.len() > SHORT_WORD { all().next().is_some() } else { all().any(begins) }
}

/// Letters of words that also stand within others by chance: `ruc` in `construction`.
const SHORT_WORD: usize = 4;

/// The bank codes of a text (ISO 9362): four letters of the bank, two of the country, two of the place and perhaps three of
/// the branch.
pub(super) fn bank_codes(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    let is_code = |word: &&str| {
        matches!(word.len(), 8 | 11)
            && word.bytes().take(6).all(|byte| byte.is_ascii_uppercase())
            && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
            && crate::model::Country::parse(&word[4..6]).is_some()
    };
    words.filter(is_code).map(str::to_owned).collect()
}

/// An identifier whose text may say itself what it is: `INN: 7707083893`, `OGRN 1027700132195`; else it is what it is called.
pub(super) fn labelled(called: &str, text: &str, of_country: &str) -> Option<String> {
    let text = text.trim();
    if let Some((label, number)) = text.split_once(':') {
        return identifier(label, number.trim(), of_country);
    }
    let at = text.find(|c: char| c.is_ascii_digit()).unwrap_or_default();
    let label = text[..at].trim();
    let own = Some(label).filter(|label| !label.is_empty());
    own.and_then(|label| identifier(label, &text[at..], of_country))
        .or_else(|| identifier(called, text, of_country))
}

/// The numbers of a field that holds several: `(1) A1234567 (2) B7654321`, `A1234567; B7654321`.
pub(super) fn numbers(field: &str) -> Vec<&str> {
    let is_number = |part: &str| part.len() <= 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    let mut parts = vec![field];
    if field.trim_start().starts_with("(1)") {
        parts = field.split(['(', ')']).filter(|part| !is_number(part.trim())).collect();
    }
    let all = parts.into_iter().flat_map(|part| part.split(';')).map(str::trim);
    all.filter(|number| !number.is_empty()).collect()
}

/// How a birth begins that cannot be read: whoever has one has no birth that could contradict anybody's, since the one
/// that is not read may be his; its text is a remark.
pub(super) const UNREAD_BIRTH: &str = "born ";

/// Years of a range each of which is named; of more nothing can be told from a year. The longest at hand has 36.
const LONGEST_RANGE: u16 = 60;

/// A birth as published, as days (`1962-05-31`), months and years: several where it is uncertain, each that
/// it may be. A year that is said to be about another is one of three; a range is every year of it. What says a
/// number and cannot be read begins with [`UNREAD_BIRTH`].
pub(super) fn births(text: &str) -> Vec<String> {
    let all = read_births(text);
    let unread = all.is_empty() && text.contains(|c: char| c.is_ascii_digit());
    if unread { vec![format!("{UNREAD_BIRTH}{}", text.trim())] } else { all }
}

fn read_births(text: &str) -> Vec<String> {
    // A day may have a time or an offset behind it: `1960-05-06-04:00`.
    let whole = text.trim();
    let behind = whole.get(10..).is_some_and(|rest| rest.starts_with(['T', 'Z', '+', '-', ' ']));
    if let Some(iso) = whole.get(..10).filter(|iso| behind && Day::parse(iso).is_ok()) {
        return vec![iso.to_owned()];
    }
    let small = text.to_lowercase();
    if let Some((one, other)) = small.split_once(" or ") {
        let both = [read_births(one), read_births(other)];
        return if both.iter().any(Vec::is_empty) { Vec::new() } else { both.concat() };
    }
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
                (Some(from), Some(to)) if from <= to && to - from <= LONGEST_RANGE => {
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
    (1800..2200).contains(&year).then_some(())?;
    let written = match (month, day) {
        (0, _) => format!("{year:04}"),
        (month, 0) => format!("{year:04}-{month:02}"),
        (month, day) if day <= 31 => format!("{year:04}-{month:02}-{day:02}"),
        _ => return None,
    };
    let whole = format!("{written}{}", &"0000-01-01"[written.len()..]);
    Day::parse(&whole).ok().map(|_| written)
}

/// A day as published: `1962-05-31`, perhaps with a time, `31/05/1962`, `31 May 1962`; with `month_first`
/// `05/31/1962`.
pub(super) fn day(text: &str, month_first: bool) -> Option<Day> {
    let text = text.trim();
    // A time or an offset may stand behind it: `2015-07-01-04:00`.
    let iso = text.get(..10).filter(|day| Day::parse(day).is_ok());
    let text = iso.unwrap_or(text);
    if month_first && let Some((month, rest)) = text.split_once('/') {
        let (day, year) = rest.split_once('/')?;
        return Day::parse(&format!("{year:0>4}-{month:0>2}-{day:0>2}")).ok();
    }
    birth(&text.to_lowercase()).filter(|day| day.len() == 10).and_then(|day| Day::parse(&day).ok())
}

/// The first day of a day, a month or a year.
pub(super) fn first_day(text: &str) -> Option<Day> {
    let text = text.split('T').next()?;
    day(text, false).or_else(|| day(&format!("{text}{}", "0000-01-01".get(text.len()..)?), false))
}

/// The last day of a day, a month or a year.
pub(super) fn last_day(text: &str) -> Option<Day> {
    let text = text.split('T').next()?;
    if let Some(whole) = day(text, false) {
        return Some(whole);
    }
    let month =
        |from: u32| (from..=31).rev().find_map(|last| day(&format!("{text}-{last:02}"), false));
    if text.len() == 4 { day(&format!("{text}-12-31"), false) } else { month(28) }
}

#[cfg(test)]
mod tests {
    #[test]
    fn parts_of_days_widen_outward() {
        let told = |day: Option<Day>| day.map(|day| day.to_string()).unwrap_or_default();
        for (text, first, last) in [
            ("2024", "2024-01-01", "2024-12-31"),
            ("2024-02", "2024-02-01", "2024-02-29"),
            ("2024-02-03T10:00:00", "2024-02-03", "2024-02-03"),
            ("soon", "", ""),
        ] {
            assert_eq!(
                (told(first_day(text)), told(last_day(text))),
                (first.to_owned(), last.to_owned()),
                "{text}"
            );
        }
    }

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
            ("31 Feb 1960", "born 31 Feb 1960"),
            ("unknown", ""),
            ("1980 or 1981", "1980;1981"),
            ("1960-05-06-04:00", "1960-05-06"),
            ("01 Jan 1920 to 31 Dec 1922", "1920;1921;1922"),
            ("dd/mm/1962", "born dd/mm/1962"),
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
