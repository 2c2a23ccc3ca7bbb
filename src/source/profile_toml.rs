//! Profiles: a house's policy for one line of business.

use serde::Deserialize;
use toml::Spanned;

use super::toml_file::TomlFile;
use crate::error::Error;
use crate::model::{Profile, ProfileLine, Treatment};
use crate::share::{Rounding, Share};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProfileFile {
    id: Spanned<String>,
    title: String,
    #[serde(default)]
    rules: Vec<String>,
    threshold: Option<Spanned<String>>,
    floor: Option<Spanned<String>>,
    max_list_age: Option<u32>,
    #[serde(default)]
    treatment: Vec<LineTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LineTable {
    lists: Option<Spanned<Vec<String>>>,
    rules: Option<Spanned<Vec<String>>>,
    restrictions: Option<Spanned<Vec<Spanned<String>>>>,
    gives: Spanned<String>,
}

/// Reads a profile.
///
/// # Errors
/// The file cannot be read or is no profile; the message has the line and what is expected there.
pub fn read_profile(path: &str) -> Result<Profile, Error> {
    let text = std::fs::read_to_string(path).map_err(|error| Error::io(path, error))?;
    let file = TomlFile { path, text: &text };
    let table: ProfileFile = file.parse()?;
    if table.id.get_ref().trim().is_empty() {
        return Err(file.at("id", &table.id, "is blank; give the profile a name"));
    }
    let lines = table.treatment.iter().map(|line| read_line(&file, line));
    Ok(Profile {
        lines: lines.collect::<Result<_, _>>()?,
        threshold: table.threshold.as_ref().map(|value| points(&file, value)).transpose()?,
        floor: table.floor.as_ref().map(|value| floor(&file, value)).transpose()?,
        id: table.id.into_inner(),
        title: table.title,
        rules: table.rules,
        max_list_age: table.max_list_age,
        digest: blake3::hash(text.as_bytes()).to_hex().to_string(),
    })
}

fn read_line(file: &TomlFile, line: &LineTable) -> Result<ProfileLine, Error> {
    let words = "hit, review, note";
    let gives = file.word("gives", &line.gives, Treatment::parse, words)?;
    let some = |key: &str, values: &Option<Spanned<Vec<String>>>| match values {
        Some(values) if values.get_ref().is_empty() => {
            Err(file.at(key, values, "names none; leave it out where it holds of all"))
        }
        values => Ok(values.as_ref().map(|values| values.get_ref().clone()).unwrap_or_default()),
    };
    if line.lists.is_none() && line.rules.is_none() && line.restrictions.is_none() {
        let reason = "says of which lists, rules or restrictions it is in no way; name some";
        return Err(file.at("gives", &line.gives, reason));
    }
    let (lists, rules) = (some("lists", &line.lists)?, some("rules", &line.rules)?);
    let mut restrictions = Vec::new();
    for value in line.restrictions.iter().flat_map(|values| values.get_ref()) {
        restrictions.push(match value.get_ref().as_str() {
            "unknown" => None,
            _ => Some(file.restriction("restrictions", value)?),
        });
    }
    if let Some(values) = line.restrictions.as_ref().filter(|values| values.get_ref().is_empty()) {
        let reason = "names none; leave it out where it holds of all";
        return Err(file.at("restrictions", values, reason));
    }
    Ok(ProfileLine { lists, rules, restrictions, gives })
}

/// A score of 0..1 in ten-thousandths.
fn points(file: &TomlFile, value: &Spanned<String>) -> Result<i32, Error> {
    let text = value.get_ref();
    let refused =
        || file.at("threshold", value, format!("`{text}` is no number of 0..1, such as \"0.85\""));
    let number: f64 = text.parse().map_err(|_| refused())?;
    if !(0.0..=1.0).contains(&number) {
        return Err(refused());
    }
    #[expect(clippy::cast_possible_truncation, reason = "0..1 times 10,000")]
    let points = (number * f64::from(crate::name::POINTS_OF_ONE)).round() as i32;
    Ok(points)
}

fn floor(file: &TomlFile, value: &Spanned<String>) -> Result<Share, Error> {
    Share::parse_percent(value.get_ref(), Rounding::Up)
        .map_err(|error| file.at("floor", value, error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Restriction;

    fn read(text: &str) -> Result<Profile, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("desk.toml");
        std::fs::write(&path, text).unwrap();
        read_profile(path.to_str().unwrap()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_profile_is_read() {
        let profile = read(
            "id = \"desk\"\ntitle = \"A desk\"\nrules = [\"cn-mofcom-61\"]\nthreshold = \"0.9\"\nfloor = \"10\"\n\
             max_list_age = 30\n[[treatment]]\nlists = [\"CN-UEL\"]\nrestrictions = [\"unknown\", \"licence\"]\ngives = \"note\"\n",
        )
        .unwrap();
        assert_eq!((profile.threshold, profile.max_list_age), (Some(9_000), Some(30)));
        let restrictions = vec![None, Some(Restriction::Licence)];
        assert_eq!(profile.lines[0].restrictions, restrictions);
        assert_eq!(profile.lines[0].gives, Treatment::Note);
    }

    #[test]
    fn what_is_no_profile_is_told_with_its_line() {
        let head = "id = \"desk\"\ntitle = \"A desk\"\n";
        for (rest, reason) in [
            ("threshold = \"8.5\"\n", "desk.toml:3: `threshold`: `8.5` is no number of 0..1"),
            ("oldest = 3\n", "unknown field `oldest`"),
            ("[[treatment]]\ngives = \"note\"\n", "desk.toml:4: `gives`: says of which"),
            ("[[treatment]]\nlists = []\ngives = \"note\"\n", "desk.toml:4: `lists`: names none"),
            (
                "[[treatment]]\nlists = [\"A\"]\ngives = \"pass\"\n",
                "`pass` is none of hit, review, note",
            ),
            ("[[treatment]]\nrestrictions = [\"ban\"]\ngives = \"hit\"\n", "`ban` is none of"),
        ] {
            let refused = read(&format!("{head}{rest}")).unwrap_err();
            assert!(refused.contains(reason), "{rest}: {refused}");
        }
    }
}
