//! GLEIF's golden copies as CSV: columns are paths (`Relationship.StartNode.NodeID`).

use std::io::BufRead;

use super::gleif;
use super::guarded::Table;
use super::held::Register;
use super::xml::Element;

/// Reads the file.
pub(super) fn read(reader: &mut dyn BufRead, register: &mut Register) -> Result<(), String> {
    let mut table = Table::with_header(reader, b',')?;
    let paths: Vec<Vec<String>> = table.columns().iter().map(|column| path(column)).collect();
    while let Some(row) = table.next()? {
        let read = |register: &mut Register| {
            row.whole()?;
            let mut record = Element::default();
            for (path, field) in
                paths.iter().zip(&row.fields).filter(|(_, field)| !field.is_empty())
            {
                put(&mut record, path, field);
            }
            gleif::record(register, &record)
        };
        register.take(row.line, read, &|| row.shown());
    }
    Ok(())
}

/// The steps of a column: a number is that of the step before it.
fn path(column: &str) -> Vec<String> {
    let mut path: Vec<String> = Vec::new();
    for step in column.split('.') {
        match path.last_mut() {
            Some(last) if step.bytes().all(|byte| byte.is_ascii_digit()) => {
                last.push('#');
                last.push_str(step);
            }
            _ => path.push(step.to_owned()),
        }
    }
    path
}

/// Puts a text where a path leads; steps of different numbers are different elements of one name.
fn put(element: &mut Element, path: &[String], text: &str) {
    let Some((step, rest)) = path.split_first() else {
        text.clone_into(&mut element.text);
        return;
    };
    let name = step.split('#').next().unwrap_or_default();
    let known = element.children.iter().position(|child| {
        child.name == name && child.attributes.first().is_some_and(|(own, _)| own == step)
    });
    let at = known.unwrap_or_else(|| {
        element.children.push(Element {
            name: name.to_owned(),
            attributes: vec![(step.clone(), String::new())],
            ..Element::default()
        });
        element.children.len() - 1
    });
    put(&mut element.children[at], rest, text);
}
