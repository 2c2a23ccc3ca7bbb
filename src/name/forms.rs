//! Legal forms and their ways of writing, from one embedded table.

use std::borrow::Cow;
use std::sync::LazyLock;

use rustc_hash::{FxHashMap, FxHashSet};

use super::alike::{Letters, letter_set, spelling, unumlaut};
use super::romanise::{sound, sounds};

pub(super) const TABLE: &str = include_str!("legal_forms.tsv");

/// A legal form: its class, and where besides the end of a name it may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Form {
    /// Class in the table, for example `llc`.
    pub class: &'static str,
    /// Unmistakable anywhere in a name.
    pub anywhere: bool,
    /// May lead a name.
    pub leads: bool,
}

/// The longest way of writing, in words: "spol. s r.o." and "S.A.P.I. de C.V." have up to six.
pub(super) const LONGEST: usize = 6;

static WAYS: LazyLock<FxHashMap<&'static str, Form>> = LazyLock::new(|| {
    TABLE
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| {
            let mut columns = line.split('\t');
            Some((columns.next()?, columns.next()?, columns.next()?))
        })
        .flat_map(|(class, place, ways)| {
            let form = Form { class, anywhere: place.contains('a'), leads: place.contains('l') };
            ways.split_whitespace().map(move |way| (way, form))
        })
        .collect()
});

/// Long ways of writing by their sound: `obshchestvo s ogranichennoy otvetstvennostyu` has as many
/// spellings as hands that romanise it.
static SOUNDS: LazyLock<FxHashMap<String, Form>> = LazyLock::new(|| {
    let long = WAYS.iter().filter(|(way, _)| way.len() >= LONG);
    long.map(|(way, form)| (sound(way), *form)).collect()
});

/// How the sounds of the long ways begin: most runs of words sound like none from the start.
static BEGINNINGS: LazyLock<FxHashSet<[Option<char>; 3]>> = LazyLock::new(|| {
    let long = WAYS.keys().filter(|way| way.len() >= LONG);
    long.map(|way| beginning(way)).collect()
});

fn beginning(glued: &str) -> [Option<char>; 3] {
    let mut sounds = sounds(glued);
    std::array::from_fn(|_| sounds.next())
}

/// Letters from which a form is known by its sound: no word sounds like one by chance.
const LONG: usize = 16;

/// The classes of the table.
pub(super) fn classes() -> impl Iterator<Item = &'static str> {
    WAYS.values().map(|form| form.class)
}

/// The form written by these folded letters, spaces left out.
pub(super) fn form_of(glued: &str) -> Option<Form> {
    let form = WAYS.get(glued).or_else(|| {
        if glued.len() >= LONG && glued.is_ascii() {
            return BEGINNINGS.contains(&beginning(glued)).then(|| SOUNDS.get(&sound(glued)))?;
        }
        match unumlaut(glued) {
            Cow::Borrowed(_) => None,
            Cow::Owned(other) => WAYS.get(other.as_str()),
        }
    });
    form.copied()
}

/// The way of writing that a misspelt form was meant to be: one letter left out, added, changed or
/// swapped, and never the first. Shorter forms than [`MENDED`] are words with another letter (`inc`,
/// `ink`); at two letters `Cooperation` would be a corporation. O(forms with its first letter
/// and about its length) comparisons of letter sets.
pub(super) fn misspelt(glued: &str) -> Option<&'static str> {
    if glued.len() + 1 < MENDED || !glued.is_ascii() || WAYS.contains_key(glued) {
        return None;
    }
    let begun_so = LONG_WAYS.get(usize::from(glued.as_bytes()[0]))?;
    let from = begun_so.partition_point(|(way, _)| way.len() + 1 < glued.len());
    let as_long = begun_so[from..].iter().take_while(|(way, _)| way.len() <= glued.len() + 1);
    let set = letter_set(glued);
    let near = as_long.filter(|(way, letters)| {
        (set ^ letters).count_ones() <= 2 && strsim::osa_distance(way, glued) <= 1
    });
    near.map(|(way, _)| *way).min()
}

/// The least letters of a form that is mended.
const MENDED: usize = 8;

/// Ways of writing that a slip of the finger leaves recognisable, with their letters, by their first one, the
/// shortest first.
static LONG_WAYS: LazyLock<Vec<Vec<(&'static str, u64)>>> = LazyLock::new(|| {
    let mut by_first = vec![Vec::new(); 128];
    for way in WAYS.keys().filter(|way| way.len() >= MENDED && way.is_ascii()) {
        by_first[usize::from(way.as_bytes()[0])].push((*way, letter_set(way)));
    }
    by_first.iter_mut().for_each(|ways| ways.sort_unstable_by_key(|(way, _)| (way.len(), *way)));
    by_first
});

/// Whether so many words in a row read like a way of writing: within the edits of [`spelling`], or by
/// sound. A long run is a long form: four words of a few letters are a name.
pub(super) fn reads_like(glued: &str, words: usize) -> bool {
    let letters = Letters::new(glued);
    let least = if words > 3 { 12 } else { 4 };
    let from = letters.count.saturating_sub(2).max(least);
    let lengths = from..(letters.count + 3).min(BY_LENGTH.len());
    BY_LENGTH
        .get(lengths)
        .into_iter()
        .flatten()
        .flatten()
        .any(|way| letters.may_be(way) && spelling(&letters, way).is_some())
}

/// Ways of writing by their number of letters.
static BY_LENGTH: LazyLock<Vec<Vec<Letters>>> = LazyLock::new(|| {
    let mut by_length: Vec<Vec<Letters>> = Vec::new();
    for way in WAYS.keys().map(|way| Letters::new(way)) {
        if by_length.len() <= way.count {
            by_length.resize(way.count + 1, Vec::new());
        }
        by_length[way.count].push(way);
    }
    by_length
});

/// Forms that are written for one another: the English names of Chinese, Japanese and Korean
/// companies are a matter of taste, registers translate a joint stock company in several ways, and
/// people say corporation for company. LLC and Inc. are not among them.
const RELATED: &[&[&str]] = &[
    &["cnco", "cnjsc", "kk", "gk", "yk", "krco", "co", "corp", "inc", "ltd"],
    &["jsc", "ojsc", "cjsc", "pjsc"],
    &["co", "corp"],
    &["pvtltd", "pteltd"],
    &["pvtltd", "ltd"],
    // One form, in the language of its country and in English.
    &["grepe", "ltd"],
    &["grepe", "llc"],
    &["graae", "sa"],
    &["tov", "llc"],
    &["too", "llc"],
    &["srl", "sl"],
    &["tnhh", "co"],
    &["tnhh", "ltd"],
    &["ctycp", "jsc"],
];

/// Whether two classes are used for one another.
pub(super) fn related(one: &str, other: &str) -> bool {
    let native = |class: &str| matches!(class, "cnco" | "cnjsc" | "kk" | "gk" | "yk" | "krco");
    RELATED.iter().enumerate().any(|(at, family)| {
        family.contains(&one) && family.contains(&other) && (at > 0 || native(one) || native(other))
    })
}

/// Legal forms that East Asian names carry without a space, the longest first.
const GLUED: &[&str] = &[
    "股份有限公司",
    "股份公司",
    "有限责任公司",
    "有限公司",
    "特定目的会社",
    "カブシキガイシャ",
    "カブシキカイシャ",
    "カブシキガイシヤ",
    "カブシキカイシヤ",
    "ゴウドウガイシャ",
    "ゴウドウカイシャ",
    "ユウゲンガイシャ",
    "株式会社",
    "有限会社",
    "合同会社",
    "주식회사",
    "分公司",
    "办事处",
    "公司",
];

/// Splits a legal form off the start or the end of an East Asian run of letters:
/// what stands before the form, the form, what stands after it.
pub(super) fn split_glued(run: &str) -> Option<(&str, &str, &str)> {
    GLUED.iter().find_map(|form| {
        if let Some(rest) = run.strip_suffix(form) {
            return Some((rest, &run[rest.len()..], ""));
        }
        run.strip_prefix(form).map(|rest| ("", &run[..form.len()], rest))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_of_writing_has_one_class() {
        let mut seen = FxHashMap::default();
        for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
            let columns: Vec<&str> = line.split('\t').collect();
            assert_eq!(columns.len(), 3, "{line}");
            for way in columns[2].split_whitespace() {
                if let Some(other) = seen.insert(way, columns[0]) {
                    panic!("{way} stands under {other} and {}", columns[0]);
                }
            }
        }
    }

    #[test]
    fn glued_forms_come_off() {
        assert_eq!(split_glued("埃比特系统美国公司"), Some(("埃比特系统美国", "公司", "")));
        assert_eq!(split_glued("株式会社subaru"), Some(("", "株式会社", "subaru")));
        assert_eq!(split_glued("日本电气"), None);
    }
}
