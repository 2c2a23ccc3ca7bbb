//! XML of any size, element by element: no more than one record is held, and none that grows without end.

use std::cell::Cell;
use std::io::{BufRead, BufReader};
use std::rc::Rc;

use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::guarded::Guarded;

/// Elements within one another. The lists of the UN, the EU and OFAC have five.
const DEEPEST: usize = 64;

/// Elements of one record. The richest of the UN's list has 188.
const MOST: usize = 100_000;

/// An element with all that is in it; names are without their prefixes.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Element {
    pub name: String,
    pub attributes: Vec<(String, String)>,
    pub text: String,
    /// Bytes of its parent's text that stand before it.
    pub at: usize,
    pub children: Vec<Element>,
}

impl Element {
    /// The first child of a name.
    pub fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The children of a name.
    pub fn all<'e>(&'e self, name: &'e str) -> impl Iterator<Item = &'e Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The children of a name within the children of another.
    pub fn within<'e>(
        &'e self,
        outer: &'e str,
        name: &'e str,
    ) -> impl Iterator<Item = &'e Element> {
        self.all(outer).flat_map(move |outer| outer.all(name))
    }

    /// The elements of a name however deep within.
    pub fn deep<'e>(&'e self, name: &'e str) -> Box<dyn Iterator<Item = &'e Element> + 'e> {
        Box::new(self.children.iter().flat_map(move |child| {
            let own = Some(child).filter(|child| child.name == name);
            own.into_iter().chain(child.deep(name))
        }))
    }

    /// The text of the first child of a name; blank where there is none.
    pub fn text_of(&self, name: &str) -> &str {
        self.child(name).map_or("", |child| child.text.trim())
    }

    /// An attribute; blank where there is none.
    pub fn attribute(&self, name: &str) -> &str {
        let found = self.attributes.iter().find(|(own, _)| own == name);
        found.map_or("", |(_, value)| value.trim())
    }

    /// All text within, in the order in which it is read.
    pub fn whole_text(&self) -> String {
        let mut whole = String::new();
        let mut from = 0;
        for child in &self.children {
            whole.push_str(&self.text[from..child.at]);
            // Spaces, tabs and line ends of OpenDocument are elements.
            match child.name.as_str() {
                "s" | "tab" | "line-break" => whole.push(' '),
                _ => whole.push_str(&child.whole_text()),
            }
            from = child.at;
        }
        whole.push_str(&self.text[from..]);
        whole
    }

    /// What is said in elements and attributes within that are not among those of which something is made, each with
    /// its name: nothing of an entry is lost.
    pub fn rest(&self, used: &[&str]) -> Vec<String> {
        let mut rest = Vec::new();
        for child in self.children.iter().filter(|child| !used.contains(&child.name.as_str())) {
            let attributes = child.attributes.iter().map(|(name, value)| (name, value.trim()));
            let said = attributes
                .filter(|(name, value)| !value.is_empty() && !used.contains(&name.as_str()));
            rest.extend(said.map(|(name, value)| format!("{} {name}: {value}", child.name)));
            let text = child.text.trim();
            if !text.is_empty() {
                rest.push(format!("{}: {text}", child.name));
            }
            rest.extend(child.rest(used));
        }
        rest
    }

    /// All text within, for a report.
    pub fn shown(&self) -> String {
        let mut shown = format!("{} {}", self.name, self.text.trim());
        for (name, value) in &self.attributes {
            shown.push_str(&format!(" {name}={value}"));
        }
        for child in self.children.iter().take(8) {
            shown.push(' ');
            shown.push_str(child.text.trim());
        }
        shown
    }
}

/// What comes next of a file.
pub(super) enum Item {
    /// An element that was asked for, whole.
    Whole(Element),
    /// Where another element begins, with its attributes.
    Begun(Element),
}

/// Elements of a file.
pub(super) struct Elements<'r> {
    reader: Reader<BufReader<Guarded<&'r mut dyn BufRead>>>,
    /// Bytes read since the last record began.
    since: Rc<Cell<usize>>,
    buffer: Vec<u8>,
    depth: usize,
}

impl<'r> Elements<'r> {
    pub fn new(reader: &'r mut dyn BufRead) -> Elements<'r> {
        let since = Rc::new(Cell::new(0));
        let guarded = Guarded {
            inner: reader,
            since: Rc::clone(&since),
            quotes: Rc::default(),
            ended: Rc::default(),
        };
        let mut reader = Reader::from_reader(BufReader::with_capacity(1 << 16, guarded));
        reader.config_mut().expand_empty_elements = true;
        Elements { reader, since, buffer: Vec::new(), depth: 0 }
    }

    /// The next element; `None` at the end. Those that `wanted` asks for by name come whole.
    ///
    /// # Errors
    /// It is no XML, breaks off, declares entities of its own, is nested or grows beyond what a list has:
    /// nothing that follows can be read.
    pub fn next(&mut self, wanted: impl Fn(&str) -> bool) -> Result<Option<Item>, String> {
        loop {
            self.buffer.clear();
            self.since.set(0);
            let event = self.reader.read_event_into(&mut self.buffer);
            match event.map_err(|error| error.to_string())? {
                Event::Start(start) => {
                    let begun = begun(&start)?;
                    self.depth += 1;
                    if self.depth > DEEPEST {
                        return Err(format!(
                            "has elements nested more than {DEEPEST} deep, as no list has"
                        ));
                    }
                    if wanted(&begun.name) {
                        self.depth -= 1;
                        return self.whole(begun).map(|element| Some(Item::Whole(element)));
                    }
                    return Ok(Some(Item::Begun(begun)));
                }
                Event::End(_) => self.depth = self.depth.saturating_sub(1),
                Event::DocType(_) => return Err(NO_DOCTYPE.to_owned()),
                Event::Eof if self.depth > 0 => {
                    return Err("breaks off within an element; fetch it again".to_owned());
                }
                Event::Eof => return Ok(None),
                _ => {}
            }
        }
    }

    /// An element to its end.
    fn whole(&mut self, first: Element) -> Result<Element, String> {
        let mut open = vec![first];
        let mut elements = 0;
        loop {
            self.buffer.clear();
            let event = self.reader.read_event_into(&mut self.buffer);
            match event.map_err(|error| error.to_string())? {
                Event::Start(start) => {
                    if self.depth + open.len() > DEEPEST {
                        return Err(format!(
                            "has elements nested more than {DEEPEST} deep, as no list has"
                        ));
                    }
                    elements += 1;
                    if elements > MOST {
                        return Err(format!(
                            "has a record of more than {MOST} elements, as no list has"
                        ));
                    }
                    let at = open.last().map_or(0, |parent| parent.text.len());
                    open.push(Element { at, ..begun(&start)? });
                }
                Event::End(_) => {
                    let done = open.pop().unwrap_or_default();
                    match open.last_mut() {
                        Some(parent) => parent.children.push(done),
                        None => return Ok(done),
                    }
                }
                Event::Text(text) => {
                    if let Some(last) = open.last_mut() {
                        last.text.push_str(&text.xml10_content());
                    }
                }
                Event::CData(text) => {
                    if let Some(last) = open.last_mut() {
                        last.text.push_str(&text.xml10_content());
                    }
                }
                Event::GeneralRef(entity) => {
                    let c = resolved(&entity)?;
                    if let Some(last) = open.last_mut() {
                        last.text.push(c);
                    }
                }
                Event::DocType(_) => return Err(NO_DOCTYPE.to_owned()),
                Event::Eof => return Err("breaks off within an element; fetch it again".to_owned()),
                _ => {}
            }
        }
    }
}

const NO_DOCTYPE: &str =
    "declares a document type, as no list does; entities of a file's own are not expanded";

/// The character of a reference: one of the five of XML, or a number.
fn resolved(entity: &BytesRef) -> Result<char, String> {
    if let Some(c) = entity.resolve_char_ref().map_err(|error| error.to_string())? {
        return Ok(c);
    }
    Ok(match &**entity {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        other => return Err(format!("has the entity `&{other};`, which XML does not have")),
    })
}

fn begun(start: &BytesStart) -> Result<Element, String> {
    let name = start.local_name().as_ref().to_owned();
    let mut element = Element { name, ..Element::default() };
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| error.to_string())?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0);
        let value = value.map_err(|error| error.to_string())?;
        element
            .attributes
            .push((attribute.key.local_name().as_ref().to_owned(), value.into_owned()));
    }
    Ok(element)
}
