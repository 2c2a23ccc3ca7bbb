//! Where output goes, and lists of objects in the formats that all commands share.

use std::fs::File;
use std::io::{BufWriter, Write};

use serde::Serialize;

use parentage::error::Error;
use parentage::report::csv::unformulated;
use parentage::report::json::sealed;

use super::data::Format;

/// Standard output, or a file.
pub struct Output {
    name: String,
    writer: Box<dyn Write>,
}

impl Output {
    /// Opens a file, or standard output where there is none. Styles are kept on a terminal only.
    pub fn open(file: Option<&str>) -> Result<Output, Error> {
        let (name, writer): (&str, Box<dyn Write>) = match file {
            None => ("standard output", Box::new(BufWriter::new(anstream::stdout()))),
            Some(path) => {
                let file = File::create(path).map_err(|error| Error::io(path, error))?;
                (path, Box::new(BufWriter::new(anstream::StripStream::new(file))))
            }
        };
        Ok(Output { name: name.to_owned(), writer })
    }

    /// Writes bytes as they are.
    pub fn bytes(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.writer.write_all(bytes).map_err(|error| Error::io(&self.name, error))
    }

    /// Writes text as it is.
    pub fn text(&mut self, text: &str) -> Result<(), Error> {
        self.bytes(text.as_bytes())
    }

    /// Writes an object as one line of JSON.
    pub fn json(&mut self, object: &impl Serialize) -> Result<(), Error> {
        let text = serde_json::to_string(object)
            .map_err(|error| Error::file(&self.name, format!("cannot be written: {error}")))?;
        self.text(&text)
    }

    /// Writes one row of CSV, none of whose cells starts a formula.
    pub fn row<T: AsRef<str>>(&mut self, fields: impl IntoIterator<Item = T>) -> Result<(), Error> {
        self.bytes(&csv_row(fields, true)?)
    }

    /// Finishes the output.
    pub fn finish(mut self) -> Result<(), Error> {
        self.writer.flush().map_err(|error| Error::io(&self.name, error))
    }
}

/// Why output cannot be written.
pub fn failed(error: impl std::fmt::Display) -> Error {
    Error::file("the output", format!("cannot be written: {error}"))
}

/// One row of CSV; `for_sheets`: none of its cells starts a formula.
pub fn csv_row<T: AsRef<str>>(
    fields: impl IntoIterator<Item = T>,
    for_sheets: bool,
) -> Result<Vec<u8>, Error> {
    let mut row = csv::Writer::from_writer(Vec::new());
    for field in fields {
        let field = field.as_ref();
        match for_sheets {
            true => row.write_field(unformulated(field).as_bytes()),
            false => row.write_field(field),
        }
        .map_err(failed)?;
    }
    row.write_record(None::<&[u8]>).map_err(failed)?;
    row.into_inner().map_err(failed)
}

/// Objects one after the other, as an array or as lines.
pub struct Objects {
    format: Format,
    written: usize,
}

impl Objects {
    /// Objects in a format; `None` for text and CSV, which have no objects.
    pub fn new(format: Format) -> Option<Objects> {
        matches!(format, Format::Json | Format::Jsonl).then_some(Objects { format, written: 0 })
    }

    /// Writes the next object.
    pub fn write(&mut self, output: &mut Output, object: &impl Serialize) -> Result<(), Error> {
        self.write_text(output, &serde_json::to_string(object).map_err(failed)?)
    }

    /// Writes the next object with its seal as its last field.
    pub fn write_sealed(
        &mut self,
        output: &mut Output,
        object: &impl Serialize,
    ) -> Result<(), Error> {
        self.write_text(output, &sealed(object).map_err(failed)?)
    }

    fn write_text(&mut self, output: &mut Output, object: &str) -> Result<(), Error> {
        if self.format == Format::Json {
            output.text(if self.written == 0 { "[\n" } else { ",\n" })?;
        }
        output.text(object)?;
        if self.format == Format::Jsonl {
            output.text("\n")?;
        }
        self.written += 1;
        Ok(())
    }

    /// Closes the array.
    pub fn finish(self, output: &mut Output) -> Result<(), Error> {
        match (self.format, self.written) {
            (Format::Json, 0) => output.text("[]\n"),
            (Format::Json, _) => output.text("\n]\n"),
            _ => Ok(()),
        }
    }
}

/// Writes all objects.
pub fn write_all<T: Serialize>(
    output: &mut Output,
    mut objects: Objects,
    all: impl IntoIterator<Item = T>,
) -> Result<(), Error> {
    for object in all {
        objects.write(output, &object)?;
    }
    objects.finish(output)
}
