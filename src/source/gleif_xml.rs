//! GLEIF's golden copies and concatenated files as XML: `LEIRecord`, `RelationshipRecord`, `Exception`.

use std::io::BufRead;

use super::gleif;
use super::held::Register;
use super::xml::{Elements, Item};

/// Reads the file.
pub(super) fn read(reader: &mut dyn BufRead, register: &mut Register) -> Result<(), String> {
    let mut elements = Elements::new(reader);
    let wanted = |name: &str| {
        matches!(name, "LEIRecord" | "RelationshipRecord" | "Exception" | "RecordCount")
    };
    let (mut number, mut told) = (0, None);
    while let Some(item) = elements.next(wanted)? {
        match item {
            Item::Whole(count) if count.name == "RecordCount" => {
                told = count.text.trim().parse().ok();
            }
            Item::Whole(element) => {
                number += 1;
                register.take(number, |register| gleif::record(register, &element), &|| {
                    element.shown()
                });
            }
            Item::Begun(_) => {}
        }
    }
    register.declared(told, number);
    Ok(())
}
