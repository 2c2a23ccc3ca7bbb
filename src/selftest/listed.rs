//! The loaded names screened against themselves, as written and varied mechanically.

use rayon::prelude::*;

use crate::model::{EntityId, Party};
use crate::name::{POINTS_OF_ONE, is_east_asian};
use crate::screen::{Answer, Screener};

/// The ways in which names are varied. `exact` is no variation.
pub const WAYS: [&str; 8] =
    ["exact", "case", "punctuation", "form", "width", "order", "edit", "space"];

/// A name that was not found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missed {
    /// One of [`WAYS`].
    pub way: &'static str,
    /// The name on the list.
    pub name: String,
    /// What was screened.
    pub query: String,
    /// What it scored against the entity; 0 where it was no candidate.
    pub points: i32,
}

/// How the loaded names came out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listed {
    /// By way: names screened, and those of them that came out as a hit or a review.
    pub ways: Vec<(&'static str, usize, usize)>,
    /// What was not found.
    pub missed: Vec<Missed>,
    /// The best score against the right entity of every variation, `exact` left out.
    pub points: Vec<i32>,
}

/// Screens every name of every entity of which something is said, as written and in each of the
/// [`WAYS`] that changes it. `screener` decides at its threshold; scores are known from its review
/// band up. O(names) screenings, on all cores.
pub fn listed(screener: &Screener, progress: impl Fn() + Sync) -> Listed {
    let snapshot = screener.snapshot();
    let names: Vec<(&str, EntityId)> = snapshot
        .names()
        .filter(|name| !screener.findings(name.entity).exposures.is_empty())
        .map(|name| (name.text, name.entity))
        .collect();
    let screened: Vec<Vec<(usize, String, Answer, i32)>> = names
        .par_iter()
        .map(|(name, entity)| {
            progress();
            let varied = WAYS.iter().enumerate().filter_map(|(at, way)| {
                let query = vary(name, way)?;
                let verdict = screener.screen(&Party::named(&query));
                let own = verdict.matches.iter().find(|one| one.entity == *entity);
                let points = own.map_or(0, |own| own.points);
                Some((at, query, verdict.answer, points))
            });
            varied.collect()
        })
        .collect();
    let mut result = Listed { ways: WAYS.map(|way| (way, 0, 0)).to_vec(), ..Listed::default() };
    for ((name, _), queries) in names.iter().zip(screened) {
        for (at, query, answer, points) in queries {
            let found = matches!(answer, Answer::Hit | Answer::Review) && points > 0;
            result.ways[at].1 += 1;
            result.ways[at].2 += usize::from(found);
            if at > 0 {
                result.points.push(points);
            }
            if !found {
                let name = (*name).to_owned();
                result.missed.push(Missed { way: WAYS[at], name, query, points });
            }
        }
    }
    result
}

/// A name in one of the ways; `None` where that changes nothing or the name is too short for it.
fn vary(name: &str, way: &str) -> Option<String> {
    let varied = match way {
        "exact" => return Some(name.to_owned()),
        "case" if name.chars().any(char::is_lowercase) => name.to_uppercase(),
        "case" => name.to_lowercase(),
        "punctuation" => name.chars().filter(|c| !matches!(c, ',' | '.' | '\'' | '"')).collect(),
        "form" => form(name)?,
        "width" => name.chars().map(wide).collect(),
        "order" => order(name)?,
        "edit" => edit(name)?,
        _ => space(name)?,
    };
    (varied != name).then_some(varied)
}

/// The usual other way of writing its legal form.
fn form(name: &str) -> Option<String> {
    const FORMS: &[(&str, &str)] = &[
        (", Inc.", " Incorporated"),
        (" Inc.", " Incorporated"),
        (" Corporation", " Corp."),
        (" Corp.", " Corporation"),
        ("Co., Ltd.", "Company Limited"),
        (" Limited", " Ltd."),
        (" Ltd.", " Limited"),
        (" LLC", " L.L.C."),
        (" GmbH", " Gesellschaft mit beschränkter Haftung"),
        (" AG", " Aktiengesellschaft"),
        ("株式会社", "(株)"),
        ("股份有限公司", "股份公司"),
        ("有限公司", "有限责任公司"),
    ];
    let (from, to) = FORMS.iter().find(|(from, _)| name.ends_with(from))?;
    Some(format!("{}{to}", name.strip_suffix(from)?))
}

/// Full-width letters as Chinese and Japanese systems write Latin ones.
fn wide(c: char) -> char {
    match c {
        '!'..='~' => char::from_u32(c as u32 + 0xFEE0).unwrap_or(c),
        c => c,
    }
}

/// The first two words swapped, where each is a token by itself: `South Africa` and `Limited Liability
/// Company` stay together.
fn order(name: &str) -> Option<String> {
    let mut words: Vec<&str> = name.split(' ').collect();
    let parsed = crate::name::parse(name);
    let alone = parsed.tokens.iter().zip(&words).take(2).all(|(token, word)| token.shown == *word);
    if !alone {
        return None;
    }
    let plain = |word: &str| word.chars().all(char::is_alphabetic) && word.len() > 2;
    if words.len() < 3 || !plain(words[0]) || !plain(words[1]) {
        return None;
    }
    words.swap(0, 1);
    Some(words.join(" "))
}

/// One letter left out, doubled or swapped with the next, in names of at least 8 letters or 4
/// Chinese characters; which and where follows from the name alone.
fn edit(name: &str) -> Option<String> {
    let mut letters: Vec<char> = name.chars().collect();
    let places: Vec<usize> = (0..letters.len()).filter(|at| letters[*at].is_alphabetic()).collect();
    let east_asian = places.iter().filter(|at| is_east_asian(letters[**at])).count();
    if places.len() < 8 && east_asian < 4 {
        return None;
    }
    let seed = name.bytes().fold(7usize, |seed, byte| seed.wrapping_mul(31) + usize::from(byte));
    let at = places[seed % places.len()];
    match seed % 3 {
        0 => drop(letters.remove(at)),
        1 => letters.insert(at, letters[at]),
        _ if at + 1 < letters.len() => letters.swap(at, at + 1),
        _ => letters.insert(at, letters[at]),
    }
    Some(letters.into_iter().collect())
}

/// One space left out.
fn space(name: &str) -> Option<String> {
    let (first, rest) = name.split_once(' ')?;
    Some(format!("{first}{rest}"))
}

/// Recall and alerts by threshold: for a bank to choose its own and to defend it.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// Threshold in points, the share of varied names whose score reaches it, and the share of
    /// customers on no list of whom a match does.
    pub steps: Vec<(i32, f64, f64)>,
}

impl Curve {
    /// The curve of hundredths from `from` points to 1, of the points of varied names against their
    /// own entity and of the best points of each clean customer.
    pub fn new(from: i32, varied: &[i32], clean: &[i32]) -> Curve {
        let share = |points: &[i32], threshold: i32| {
            super::ratio(points.iter().filter(|one| **one >= threshold).count(), points.len())
        };
        let thresholds = (from / 100..=POINTS_OF_ONE / 100).map(|hundredth| hundredth * 100);
        let steps = thresholds.map(|at| (at, share(varied, at), share(clean, at))).collect();
        Curve { steps }
    }
}

/// Company names that nobody has, for want of a file of real customers: two words of real names,
/// a kind of business and a legal form, drawn in a fixed order from what the lists do not say. They
/// show how alerts fall with the threshold, not how many a bank will have.
pub fn clean_sample(count: usize) -> Vec<String> {
    const FIRST: &[&str] = &[
        "Alder", "Bramble", "Cedar", "Dorset", "Ember", "Fennel", "Garnet", "Heron", "Ivory",
        "Juniper", "Kestrel", "Larkspur", "Meadow", "Nettle", "Orchard", "Plover", "Quarry",
        "Rowan", "Sorrel", "Thistle", "Umber", "Vesper", "Willow", "Yarrow", "Zephyr", "Marlow",
        "Hadley", "Tamsin", "Osprey", "Brindle",
    ];
    const SECOND: &[&str] = &[
        "bridge", "field", "gate", "house", "land", "mark", "point", "ridge", "stone", "view",
        "wood", "worth", "brook", "dale", "ford", "ham", "ley", "mere", "shaw",
    ];
    const KIND: &[&str] = &[
        "Logistics",
        "Foods",
        "Engineering",
        "Software",
        "Capital",
        "Energy",
        "Textiles",
        "Media",
        "Consulting",
        "Trading",
        "Properties",
        "Medical",
        "Systems",
    ];
    const FORM: &[&str] = &["Ltd", "GmbH", "Inc.", "S.A.", "LLC", "Pvt Ltd", "B.V."];
    let name = |at: usize| {
        let pick = |words: &[&'static str], step: usize| words[(at * step + at / 7) % words.len()];
        let (first, second) = (pick(FIRST, 7), pick(SECOND, 5));
        format!("{first}{second} {} {}", pick(KIND, 3), pick(FORM, 2))
    };
    (0..count).map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_varied_mechanically() {
        assert_eq!(vary("Skydio, Inc.", "form").as_deref(), Some("Skydio Incorporated"));
        assert_eq!(vary("Skydio", "width").as_deref(), Some("Ｓｋｙｄｉｏ"));
        assert_eq!(vary("General Atomics Inc", "order").as_deref(), Some("Atomics General Inc"));
        assert_eq!(vary("Skydio", "edit"), None, "six letters");
        assert_ne!(vary("Lockheed Martin", "edit").as_deref(), Some("Lockheed Martin"));
        assert_eq!(vary("Skydio", "space"), None);
    }

    #[test]
    fn a_curve_falls() {
        let curve = Curve::new(9_800, &[10_000, 9_850], &[9_900, 0]);
        assert_eq!(curve.steps, [(9_800, 1.0, 0.5), (9_900, 0.5, 0.5), (10_000, 0.5, 0.0)]);
    }
}
