//! TOML files that people write: every fault is told with its line.

use serde::de::DeserializeOwned;
use toml::Spanned;

use crate::error::Error;
use crate::model::Restriction;

/// A file's text with what is needed to place an error in it.
pub(super) struct TomlFile<'a> {
    pub path: &'a str,
    pub text: &'a str,
}

impl TomlFile<'_> {
    /// The file as a table of known keys.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, Error> {
        toml::from_str(self.text).map_err(|error| {
            let offset = error.span().map_or(0, |span| span.start);
            let message = error.message();
            let quoted = message.ends_with("expected a string");
            let hint = if quoted { "; write it in quotes" } else { "" };
            self.error(offset, &format!("{message}{hint}"))
        })
    }

    fn error(&self, offset: usize, reason: &str) -> Error {
        let before = self.text.get(..offset).unwrap_or(self.text);
        Error::Rule {
            path: self.path.to_owned(),
            line: before.matches('\n').count() + 1,
            reason: reason.to_owned(),
        }
    }

    /// An error about the value of a key.
    pub fn at<T>(&self, key: &str, value: &Spanned<T>, reason: impl std::fmt::Display) -> Error {
        self.error(value.span().start, &format!("`{key}`: {reason}"))
    }

    /// One of some words.
    pub fn word<T: Copy>(
        &self,
        key: &str,
        value: &Spanned<String>,
        parse: impl Fn(&str) -> Option<T>,
        words: &str,
    ) -> Result<T, Error> {
        let text = value.get_ref();
        parse(text).ok_or_else(|| self.at(key, value, format!("`{text}` is none of {words}")))
    }

    /// A restriction.
    pub fn restriction(&self, key: &str, value: &Spanned<String>) -> Result<Restriction, Error> {
        let words: Vec<&str> = Restriction::ALL.iter().map(|word| word.as_str()).collect();
        self.word(key, value, Restriction::parse, &words.join(", "))
    }
}
