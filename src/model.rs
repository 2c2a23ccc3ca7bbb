//! The nouns: entities, list entries, holdings, and what a status on a day is.

mod countries;
mod decision;
mod entity;
mod holding;
mod listing;
mod party;
mod profile;
mod status;

pub use countries::EntityCountries;
pub use decision::{Basis, Decided, Decision, Outcome, Part};
pub use entity::{
    Countries, Country, EntityId, EntityKind, Identifiers, Sort, UNNAMED, codes, is_nameless,
};
pub use holding::{Confidence, HoldingRow, Interest};
pub use listing::{
    EventKind, ListConfidence, ListEntry, ListEvent, ListInfo, Measure, Restriction,
};
pub use party::{DeclaredOwner, Party};
pub use profile::{Profile, ProfileLine, Treatment};
pub use status::{
    Certitude, Change, ChangeKind, OnDay, Status, lapsed_unconfirmed, status_of_changes,
};

/// Builds an enum whose variants have one stable written form each, used in files and output.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$doc])* $variant),+ }

        impl $name {
            /// Every word, in order.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// The word as files and output write it.
            pub fn as_str(self) -> &'static str {
                match self { $($name::$variant => $text),+ }
            }

            /// Reads the word; `None` for any other text.
            pub fn parse(text: &str) -> Option<$name> {
                match text { $($text => Some($name::$variant),)+ _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}
pub(crate) use words;
