//! What a person decided of a match, and what it was decided upon.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::words;

words! {
    /// What a person says of a match.
    Outcome {
        /// The party is not the entity.
        FalseMatch = "false_match",
        /// It is.
        TrueMatch = "true_match",
        /// Nobody can say yet.
        Unsure = "unsure",
    }
}

words! {
    /// A part of what a decision rests on.
    Part {
        /// The party's own fields.
        Party = "party",
        /// The entity as it is matched: the name that fits, and what else tells it from others.
        Entity = "entity",
        /// The list entries cited, and their status.
        Listing = "listing",
        /// The holdings cited.
        Holding = "holding",
        /// What each rule says of the entity.
        Rule = "rule",
        /// How records were joined, and which others might be.
        Link = "link",
    }
}

/// What a decision rests on, as sentences: whoever compares two of them sees what is another.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "BTreeMap<String, Vec<String>>", try_from = "BTreeMap<String, Vec<String>>")]
pub struct Basis(pub BTreeSet<(Part, String)>);

impl From<Basis> for BTreeMap<String, Vec<String>> {
    fn from(basis: Basis) -> BTreeMap<String, Vec<String>> {
        let mut by_part: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (part, text) in basis.0 {
            by_part.entry(part.to_string()).or_default().push(text);
        }
        by_part
    }
}

impl TryFrom<BTreeMap<String, Vec<String>>> for Basis {
    type Error = String;

    fn try_from(by_part: BTreeMap<String, Vec<String>>) -> Result<Basis, String> {
        let mut all = BTreeSet::new();
        for (name, texts) in by_part {
            let part =
                Part::parse(&name).ok_or_else(|| format!("`{name}` is no part of a basis"))?;
            all.extend(texts.into_iter().map(|text| (part, text)));
        }
        Ok(Basis(all))
    }
}

impl Basis {
    /// Its digest: equal for equal sentences. O(bytes).
    pub fn digest(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        for (part, text) in &self.0 {
            for piece in [part.as_str(), text] {
                hasher.update(&(piece.len() as u64).to_le_bytes());
                hasher.update(piece.as_bytes());
            }
        }
        hasher.finalize().to_hex()[..32].to_owned()
    }

    /// What is another now: sentences that hold no more, and those that are new.
    pub fn changed(&self, now: &Basis) -> Vec<String> {
        let gone = self.0.difference(&now.0).map(|(part, text)| format!("{part} no more: {text}"));
        let new = now.0.difference(&self.0).map(|(part, text)| format!("{part} new: {text}"));
        gone.chain(new).collect()
    }
}

fn word<S: Serializer>(outcome: &Outcome, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(outcome.as_str())
}

fn outcome<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Outcome, D::Error> {
    let text = String::deserialize(deserializer)?;
    let refused = || serde::de::Error::custom(format!("`{text}` is no outcome of a decision"));
    Outcome::parse(&text).ok_or_else(refused)
}

/// A decision as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// When, in UTC (RFC 3339).
    pub at: String,
    /// Who.
    pub by: String,
    /// What.
    #[serde(serialize_with = "word", deserialize_with = "outcome")]
    pub outcome: Outcome,
    /// Why; never blank.
    pub reason: String,
    /// The party's id in the user's own system; may be empty.
    pub party_id: String,
    /// Its name.
    pub party: String,
    /// The entity's stable key when it was decided.
    pub entity: String,
    /// Its name then.
    pub entity_name: String,
    /// Its identifiers then, as `scheme:value;…`: it may be known under another key since.
    pub identifiers: String,
    /// What it was decided upon.
    pub basis: Basis,
}

/// A decision beside what is known now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// What, why, who and when.
    pub decision: Decision,
    /// What has changed since; empty for a decision that stands.
    pub changed: Vec<String>,
}

impl Decided {
    /// Whether it still stands.
    pub fn stands(&self) -> bool {
        self.changed.is_empty()
    }

    /// Whether the match asks for nothing any more: it stands, and is none.
    pub fn settles(&self) -> bool {
        self.stands() && self.decision.outcome == Outcome::FalseMatch
    }
}

impl std::fmt::Display for Decided {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Decision { at, by, outcome, reason, entity_name, .. } = &self.decision;
        let day = at.get(..10).unwrap_or(at);
        let outcome = outcome.as_str().replace('_', " ");
        write!(f, "{entity_name}: decided as {outcome} by {by} on {day} ({reason})")?;
        if !self.stands() {
            write!(
                f,
                "; that stands no more, since this is another now: {}",
                self.changed.join("; ")
            )?;
        }
        Ok(())
    }
}
