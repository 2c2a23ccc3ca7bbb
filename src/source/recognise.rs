//! What a CSV file of the project's own holds: its header says so.

use super::records::Records;
use super::rows::{Fault, Header, Row};
use super::{holdings_csv, lists_csv};
use crate::error::{Data, Place};

/// What a file holds, recognised from its header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Entries,
    Lists,
    Events,
    Measures,
    Links,
    Holdings,
    Complete,
    Groups,
}

pub(super) type ReadRow = fn(&Row, Place, &mut Records) -> Result<(), Fault>;

impl Format {
    /// In the order in which a header is held against them: what needs more comes first.
    pub const ALL: [Format; 8] = [
        Format::Holdings,
        Format::Entries,
        Format::Events,
        Format::Measures,
        Format::Lists,
        Format::Links,
        Format::Complete,
        Format::Groups,
    ];

    /// Name, columns that must be there, all columns, the reader of a row.
    pub fn parts(
        self,
    ) -> (&'static str, &'static [&'static str], &'static [&'static str], ReadRow) {
        match self {
            Format::Entries => {
                ("list entries", &["list", "name"], lists_csv::ENTRY_COLUMNS, lists_csv::entry)
            }
            Format::Lists => {
                ("lists", &["list", "title"], lists_csv::LIST_COLUMNS, lists_csv::list)
            }
            Format::Events => {
                ("events", &["list", "event", "from"], lists_csv::EVENT_COLUMNS, lists_csv::event)
            }
            Format::Measures => (
                "measures",
                &["list", "announcement", "measures", "from"],
                lists_csv::MEASURE_COLUMNS,
                lists_csv::measure,
            ),
            Format::Links => {
                ("links", &["a", "b", "decision"], lists_csv::LINK_COLUMNS, lists_csv::link)
            }
            Format::Holdings => (
                "holdings",
                &["holder", "issuer"],
                holdings_csv::HOLDING_COLUMNS,
                holdings_csv::holding,
            ),
            Format::Complete => (
                "complete owners",
                &["issuer"],
                holdings_csv::COMPLETE_COLUMNS,
                holdings_csv::complete,
            ),
            Format::Groups => {
                ("groups", &["group", "member"], holdings_csv::GROUP_COLUMNS, holdings_csv::group)
            }
        }
    }

    /// The format of a header; the order of [`Format::ALL`] settles headers that fit several.
    pub fn recognise(header: &Header) -> Option<Format> {
        let fits = |format: &Format| format.parts().1.iter().all(|column| header.has(column));
        // Owners are said to be complete by a file that says nothing else: `owner,issuer,share`
        // is a file of holdings whose holder has another name.
        let only_complete = || {
            let known = |name: &String| holdings_csv::COMPLETE_COLUMNS.contains(&name.as_str());
            header.names().iter().all(known)
        };
        Format::ALL
            .into_iter()
            .filter(|format| *format != Format::Complete || only_complete())
            .find(fits)
    }

    pub fn data(self) -> Data {
        match self {
            Format::Holdings | Format::Complete | Format::Groups => Data::Holdings,
            _ => Data::Lists,
        }
    }
}

/// Why a header is of no known format: the nearest format and what it lacks.
pub(super) fn unrecognised(header: &Header) -> String {
    let lacking = |format: &Format| {
        let (_, required, _, _) = format.parts();
        required.iter().filter(|column| !header.has(column)).copied().collect::<Vec<_>>()
    };
    let known = |format: &Format| {
        let (_, _, columns, _) = format.parts();
        columns.iter().filter(|column| header.has(column)).count()
    };
    let nearest =
        Format::ALL.into_iter().max_by_key(|format| (known(format), *format == Format::Holdings));
    match nearest {
        Some(format) if known(&format) > 0 => format!(
            "is not recognised: as a file of {} it lacks the column {}",
            format.parts().0,
            lacking(&format).iter().map(|column| format!("`{column}`")).collect::<Vec<_>>().join(", ")
        ),
        _ => "is not recognised: its first line names no column of a known format; a list needs `list` and `name`, \
              holdings need `holder` and `issuer`"
            .to_owned(),
    }
}
