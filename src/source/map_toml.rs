//! A map of somebody's own list: which column is what.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::toml_file::TomlFile;
use crate::day::Day;
use crate::error::Error;
use crate::model::{EntityKind, ListInfo, Restriction};

/// Which column of a list is what.
#[derive(Debug, Clone)]
pub(super) struct Map {
    /// The list that its rows are of.
    pub info: ListInfo,
    /// What its entries restrict.
    pub restriction: Option<Restriction>,
    /// What parts several values in one field.
    pub separator: String,
    /// Whether days are written with the month first (`05/31/1962`).
    pub month_first: bool,
    /// Columns by what they hold, in small letters.
    pub columns: Columns,
    /// Columns of identifiers, each with its scheme.
    pub identifiers: BTreeMap<String, String>,
    /// What entries are, by the words of the column `kind`, in small letters.
    pub kinds: BTreeMap<String, EntityKind>,
}

/// Columns by what they hold.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Columns {
    pub name: String,
    pub name_native: Several,
    pub aliases: Several,
    pub weak_aliases: Several,
    pub country: Several,
    pub city: Several,
    pub kind: Several,
    pub birth_date: Several,
    pub entry: Several,
    pub programmes: Several,
    pub announcement: Several,
    pub published: Several,
    pub effective: Several,
    /// The last day on which it holds.
    pub last_day: Several,
    pub measures: Several,
    pub remarks: Several,
    pub linked: Several,
}

/// One column, or several.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(untagged)]
pub(super) enum Several {
    #[default]
    None,
    One(String),
    Many(Vec<String>),
}

impl Several {
    /// The columns, as headers are looked up.
    pub fn all(&self) -> Vec<String> {
        let all = match self {
            Several::None => &[][..],
            Several::One(one) => std::slice::from_ref(one),
            Several::Many(many) => many,
        };
        all.iter().map(|column| column.trim().to_lowercase()).collect()
    }
}

impl Columns {
    /// Every column that is named.
    pub fn named(&self) -> Vec<String> {
        let all = [
            &self.name_native,
            &self.aliases,
            &self.weak_aliases,
            &self.country,
            &self.city,
            &self.kind,
            &self.birth_date,
            &self.entry,
            &self.programmes,
            &self.announcement,
            &self.published,
            &self.effective,
            &self.last_day,
            &self.measures,
            &self.remarks,
            &self.linked,
        ];
        let name = std::iter::once(self.name.trim().to_lowercase());
        name.chain(all.into_iter().flat_map(Several::all)).collect()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MapFile {
    list: Spanned<String>,
    #[serde(default)]
    title: String,
    #[serde(default)]
    authority: String,
    restriction: Option<Spanned<String>>,
    checked_until: Option<Spanned<String>>,
    separator: Option<String>,
    #[serde(default)]
    month_first: bool,
    columns: Spanned<Columns>,
    #[serde(default)]
    identifiers: BTreeMap<String, String>,
    #[serde(default)]
    kinds: BTreeMap<String, Spanned<String>>,
}

/// Reads a map.
///
/// # Errors
/// The file cannot be read or is no map; the message has the line and what is expected there.
pub(super) fn read_map(file: &TomlFile) -> Result<Map, Error> {
    let table: MapFile = file.parse()?;
    if table.list.get_ref().trim().is_empty() {
        return Err(file.at("list", &table.list, "is blank; give the list a name, such as HOUSE"));
    }
    if table.columns.get_ref().name.trim().is_empty() {
        let reason = "say nothing of `name`; say which column holds the names";
        return Err(file.at("columns", &table.columns, reason));
    }
    let restriction = table.restriction.as_ref();
    let restriction =
        restriction.map(|value| file.restriction("restriction", value)).transpose()?;
    let checked = table.checked_until.as_ref().map(|value| {
        Day::parse(value.get_ref()).map_err(|error| file.at("checked_until", value, error))
    });
    let words = "company, person, branch, public_body, other, unknown";
    let kinds = table.kinds.iter().map(|(word, kind)| {
        let kind = file.word("kinds", kind, EntityKind::parse, words)?;
        Ok((word.trim().to_lowercase(), kind))
    });
    let small = |(column, scheme): (&String, &String)| {
        (column.trim().to_lowercase(), scheme.trim().to_lowercase())
    };
    let map = Map {
        info: ListInfo {
            list: table.list.get_ref().trim().to_owned(),
            title: table.title,
            authority: table.authority,
            restriction,
            checked_until: checked.transpose()?,
            source: file.path.to_owned(),
        },
        restriction,
        separator: table.separator.unwrap_or_else(|| ";".to_owned()),
        month_first: table.month_first,
        identifiers: table.identifiers.iter().map(small).collect(),
        kinds: kinds.collect::<Result<_, Error>>()?,
        columns: table.columns.into_inner(),
    };
    Ok(map)
}
